//! Discord: servers and direct messages, through serenity's gateway and REST.
//!
//! It translates between Discord and the engine. It must never take what comes from Discord for more than what whoever sent
//! it may do, never let what people typed become markup, a link or a mention, never keep anybody waiting for longer than
//! Discord waits (three seconds), and never log a text, a name or a token.
//!
//! An interaction is acknowledged first and only then handed to the engine: what was not acknowledged is not recorded. Its
//! answer is an outbox row like everything else ([`Answer::Whisper`]), so that it survives the process, and is seen by its
//! person only.
//!
//! Reading order: `session` (the application and its connections), `commands` and `forms` (what people can fill in),
//! `options` and `custom` (what comes of them, and what buttons carry), `hearing` (an interaction becomes an inbound), `standings` (who still convenes), `listener` (what Discord tells, and `unreadable`: what of it the SDK does not understand), `words` (how
//! a message looks), `gateway` (the way out) with `threads`, `calendar`, `permissions` and `trouble`.
//!
//! [`Answer::Whisper`]: crate::engine::inbound::Answer::Whisper

use tokio_util::sync::CancellationToken;

use crate::config;
use crate::domain::community::Language;
use crate::engine::{Engine, Stopped};

mod calendar;
mod commands;
mod custom;
mod forms;
mod gateway;
mod hearing;
mod listener;
mod options;
mod permissions;
mod session;
mod standings;
mod threads;
mod trouble;
mod unreadable;
mod words;

pub use gateway::DiscordGateway;
pub use session::ConnectError;
use session::Session;

/// The application, known to Discord: its token is good.
#[derive(Debug)]
pub struct Discord {
    session: Session,
    gateway: DiscordGateway,
    language: Language,
}

/// Why the bot stopped hearing.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("Discord ended the connection for good: {0}")]
    Ended(String),
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

impl Discord {
    /// Asks Discord who the token belongs to. Waits with growing pauses while Discord cannot be reached. `language` is spoken
    /// with people whose own the copy does not have.
    ///
    /// # Errors
    /// Whatever waiting will not mend, and [`ConnectError::Cancelled`] after `shutdown`.
    pub async fn connect(
        settings: &config::Discord,
        language: Language,
        shutdown: &CancellationToken,
    ) -> Result<Self, ConnectError> {
        let session = Session::open(settings, shutdown).await?;
        let gateway = DiscordGateway::new(&session);
        Ok(Discord { session, gateway, language })
    }

    /// The way out.
    pub fn gateway(&self) -> DiscordGateway {
        self.gateway.clone()
    }

    /// Keeps the commands in step, and hears what people do until `shutdown`. Lost connections are taken up again.
    ///
    /// # Errors
    /// Discord does not take the bot any more, which only a person can mend; or the engine stopped first.
    pub async fn run(self, engine: Engine, shutdown: CancellationToken) -> Result<(), RunError> {
        listener::run(self.session, engine, self.language, shutdown).await
    }
}
