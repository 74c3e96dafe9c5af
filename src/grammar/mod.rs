//! What people may say: one table of commands ([`specs::SPECS`]), and how a text becomes one of them.
//!
//! Two steps, both pure. [`text::read`] finds the command, the id it points at and its options; nothing but the table is
//! needed for that. [`command::understand`] gives every value its type, once the person's zone is known. What cannot be
//! understood is a [`crate::domain::Refusal`], never a guess.
//!
//! Where people fill in forms rather than type, [`form`] says which fields a command has, and makes the same of a form that
//! is filled in.

pub mod command;
pub mod form;
pub mod specs;
pub mod text;
pub mod when;

pub use command::Command;
pub use form::Filled;
pub use specs::{SPECS, Spec, Verb};
pub use text::Invocation;
