//! What the twin promises, through real sockets, as bots and tests use it. Each story starts a twin of its own.

#![expect(clippy::unwrap_used, reason = "a test that panics has said what it has to say")]

mod bad_days;
mod channels;
mod client;
mod first_steps;
mod forms;
mod gateway;
mod interactions;
mod limits;
mod messages;
mod rig;
mod wire;
