//! Matrix: rooms and direct chats on a homeserver, through matrix-sdk.
//!
//! It hears what people say to the bot and hands it to the engine ([`Matrix::run`]), and it brings out what the engine wants
//! said ([`MatrixGateway`]). It must never lose an event once it is bookmarked as heard, never open a second direct chat with
//! the same person, never say something private where a third person reads, and never log a text, a name or a token.
//!
//! Reading order: [`settings`], `session` (login), `kept` (what of it is on the disk) and `identity` (who the bot is to other devices),
//! `event`, `hearing` and `presses` (what was said to the bot), `places` (who is where, and with which standing), `listener`
//! (the sync loop) with `invitations`, `upgrades` and `signals` beside it, `words` (how a message looks), `direct` (the one
//! chat with each person), `gateway` with `pictures`, and `describe` (the commands as clients can complete them).

use matrix_sdk::Client;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;

mod backoff;
mod describe;
mod direct;
mod event;
mod gateway;
mod hearing;
mod identity;
mod invitations;
mod kept;
mod listener;
mod pictures;
mod places;
mod presses;
mod session;
pub mod settings;
mod signals;
mod trouble;
mod upgrades;
mod words;

pub use gateway::MatrixGateway;
pub use listener::RunError;
pub use session::ConnectError;
pub use settings::Settings;
use signals::Signals;

/// A logged-in bot account, synchronised once: it knows its rooms.
#[derive(Debug)]
pub struct Matrix {
    client: Client,
    settings: Settings,
    gateway: MatrixGateway,
    signals: Signals,
    waiting: signals::Waiting,
}

impl Matrix {
    /// Logs in, or takes up the login kept in the data folder, and synchronises once. Waits with growing pauses while the
    /// homeserver cannot be reached.
    ///
    /// A process-wide TLS provider of rustls must have been installed before.
    ///
    /// # Errors
    /// Whatever waiting will not mend, and [`ConnectError::Cancelled`] after `shutdown`.
    pub async fn connect(settings: Settings, shutdown: &CancellationToken) -> Result<Self, ConnectError> {
        let client = session::open(&settings, shutdown).await?;
        let (signals, waiting) = signals::signals();
        let gateway = MatrixGateway::new(client.clone(), &settings, signals.clone());
        Ok(Matrix { client, settings, gateway, signals, waiting })
    }

    /// The way out. It is ready at once, and works best while [`Matrix::run`] keeps the rooms up to date.
    pub fn gateway(&self) -> MatrixGateway {
        self.gateway.clone()
    }

    /// Hears what people say until `shutdown`. Lost connections are waited out.
    ///
    /// # Errors
    /// The homeserver ended the session, which only a person can mend; or the engine stopped first.
    pub async fn run(self, engine: Engine, shutdown: CancellationToken) -> Result<(), RunError> {
        // Ends with the listener, whichever way that ends.
        let listening = shutdown.child_token();
        let listen = async {
            let heard = listener::run(self.client, self.settings, engine, self.signals, shutdown).await;
            listening.cancel();
            heard
        };
        tokio::join!(listen, self.waiting.run(&listening)).0
    }

    /// Brings the knowledge of rooms and members up to date once, without hearing anything: whatever was said is still
    /// heard by [`Matrix::run`], which reads back to its bookmarks.
    ///
    /// # Errors
    /// If the homeserver did not answer.
    pub async fn refresh(&self) -> Result<(), matrix_sdk::Error> {
        self.client.sync_once(session::sync_settings(std::time::Duration::ZERO)).await.map(|_| ())
    }
}
