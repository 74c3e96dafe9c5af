//! What keeps the bot running well: its log, its health, its backups.
//!
//! Nothing here decides anything about a community.

pub mod archive;
pub mod backup;
pub mod doctor;
pub mod health;
pub mod keeping;
pub mod logging;
pub mod metrics;
pub mod restore;
mod words;
