//! Discord: servers and direct messages, through serenity's gateway and REST.
//!
//! It translates between Discord and the engine. It must never take what comes from Discord for more than what whoever sent
//! it may do, never let what people typed become markup, a link or a mention, and never log a text, a name or a token.
