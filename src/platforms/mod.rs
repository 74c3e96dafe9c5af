//! The chats: each translates between its platform and the engine. They translate and don't think: a branch on what
//! something means belongs in the engine.

pub mod console;
#[cfg(feature = "discord")]
pub mod discord;
#[cfg(feature = "matrix")]
pub mod matrix;
