//! What is true in a community: its values, states and rules.
//!
//! Nothing here reads a clock, a file, a socket or a database. Every rule is a function from values and `now` to values,
//! so that the whole behaviour can be read, and tested, without running anything.

pub mod calendar;
pub mod ids;
pub mod refusal;
pub mod schedule;

pub use calendar::{Due, When, Zone};
pub use ids::{AskId, CommunityId, GatheringId, MemberId, OfferId, PledgeId, Ref};
