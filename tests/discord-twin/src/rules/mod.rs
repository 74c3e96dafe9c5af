//! What Discord accepts in a body: pure functions from JSON to a value or a refusal, with Discord's own codes.

pub mod commands;
pub mod components;
pub mod embeds;
pub mod message;
