//! What keeps the bot running well: its log, its health, its backups.
//!
//! Nothing here decides anything about a community.

pub mod logging;
