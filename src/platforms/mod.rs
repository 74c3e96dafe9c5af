//! The platforms people write on: they translate between a chat and the engine, and decide nothing.
//!
//! A branch on what a command *means* belongs in the engine. Each platform is a feature of its own; without any, the core
//! and the console still build.

#[cfg(feature = "matrix")]
pub mod matrix;
