//! What is true in a community: its values, states and rules.
//!
//! Nothing here reads a clock, a file, a socket or a database. Every rule is a function from values and `now` to values,
//! so that the whole behaviour can be read, and tested, without running anything.

pub mod ask;
pub mod calendar;
pub mod community;
pub mod digest;
pub mod gathering;
pub mod ids;
pub mod nudge;
pub mod offer;
pub mod pledge;
pub mod refusal;
pub mod schedule;
pub mod wording;

pub use calendar::{Due, When, Zone};
pub use ids::{AskId, CommunityId, GatheringId, MemberId, OfferId, PledgeId, Ref};
pub use refusal::Refusal;
