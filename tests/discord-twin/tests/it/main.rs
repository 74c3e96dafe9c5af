//! What the twin promises, through real sockets, as bots and tests use it. Each story starts a twin of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod first_steps;
mod rig;
