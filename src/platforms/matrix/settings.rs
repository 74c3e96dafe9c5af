//! What the Matrix side is started with: the account as the operator configured it, and where its own files go.

use std::path::PathBuf;

use crate::config;
use crate::domain::community::Language;

/// Everything the Matrix side needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The account, its homeserver, and whom it listens to.
    pub account: config::Matrix,
    /// The first words of all commands: `/ask …` in a room is only heard if its first word is one of these.
    pub known_verbs: Vec<String>,
    /// The language in which the commands are described to clients.
    pub language: Language,
    /// The bot's data folder; the Matrix side keeps everything in its subfolder `matrix`.
    pub data: PathBuf,
}
