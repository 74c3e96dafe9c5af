//! What the bot says: a [`message::Message`] (meaning) becomes words of one language in [`copy`], as a [`doc::Doc`] that each
//! platform renders in its own way.
//!
//! It decides nothing and knows no platform. No sentence stands in Rust: they are all in `config/locales/*.ftl`.

pub mod copy;
pub mod doc;
pub mod message;
pub mod sign;
