//! Discord: servers and direct messages, through serenity's gateway and REST.
//!
//! It translates between Discord and the engine. It must never take what comes from Discord for more than what whoever sent
//! it may do, never let what people typed become markup, a link or a mention, and never log a text, a name or a token.
//!
//! Reading order: `commands` (the slash commands), `options` (what comes of one that was called), `forms` (modals), `custom`
//! (what a button or a form means), `words` (how a message looks).

pub mod commands;
pub mod custom;
pub mod forms;
pub mod options;
pub mod words;
