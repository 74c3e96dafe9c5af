//! The application on Discord and the connections to it.
//!
//! There are two. One keeps Discord's limits by itself (serenity's limiter). The other is for interactions, whose endpoints
//! have no limit that is shared: serenity would count them all together, and two hundred people would wait for each other.

use std::sync::Arc;
use std::time::Duration;

use serenity::Error;
use serenity::http::{Http, HttpBuilder};
use serenity::model::id::{ApplicationId, UserId};
use tokio_util::sync::CancellationToken;

use super::trouble::Trouble;
use crate::config;

/// How long Discord may take over one request. serenity itself would wait for ever.
pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// And over the first connection of one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait before Discord is tried again, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// An application that Discord knows.
#[derive(Debug, Clone)]
pub(super) struct Session {
    /// For everything that is limited.
    pub(super) http: Arc<Http>,
    /// For interactions: nothing waits here.
    pub(super) whispers: Arc<Http>,
    /// For what serenity does not hand out: the headers of an answer.
    pub(super) web: reqwest::Client,
    /// The bot's own account.
    pub(super) me: UserId,
}

/// Why the bot could not begin on Discord.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("stopped before Discord was reached")]
    Cancelled,
    #[error(
        "Discord refuses the token. How to mend: reset it in the developer portal (Bot) and put the new one into discord.token_file"
    )]
    BadToken,
    #[error("Discord refuses the bot: {0}")]
    Refused(String),
    #[error("the certificates in {path} cannot be used: {why}")]
    Certificates { path: std::path::PathBuf, why: String },
    #[error("no connections can be made: {0}")]
    Connections(String),
}

impl Session {
    /// Asks Discord whose the token is, until it answers.
    pub(super) async fn open(settings: &config::Discord, shutdown: &CancellationToken) -> Result<Self, ConnectError> {
        let web = connections(settings)?;
        let token = settings.token.reveal();
        let http = |limited: bool| {
            let unlimited = HttpBuilder::new(token).client(web.clone()).ratelimiter_disabled(!limited);
            Arc::new(unlimited.build())
        };
        let (http, whispers) = (http(true), http(false));
        let mut pause = FIRST_PAUSE;
        let (me, application) = loop {
            let trouble = match who(&http).await {
                Ok(known) => break known,
                Err(trouble) => trouble,
            };
            match trouble {
                Trouble::LoggedOut => return Err(ConnectError::BadToken),
                Trouble::Refused(why) | Trouble::Closed(why) => return Err(ConnectError::Refused(why)),
                passing => tracing::warn!(%passing, "Discord is tried again"),
            }
            tokio::select! {
                () = shutdown.cancelled() => return Err(ConnectError::Cancelled),
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
            }
        };
        http.set_application_id(application);
        whispers.set_application_id(application);
        Ok(Session { http, whispers, web, me })
    }

    /// For the gateway's own client, which wants one to itself.
    pub(super) fn for_gateway(&self) -> Http {
        HttpBuilder::new(self.http.token()).client(self.web.clone()).build()
    }
}

async fn who(http: &Http) -> Result<(UserId, ApplicationId), Trouble> {
    let me = http.get_current_user().await?.id;
    Ok((me, http.get_current_application_info().await?.id))
}

fn connections(settings: &config::Discord) -> Result<reqwest::Client, ConnectError> {
    let mut connections =
        reqwest::Client::builder().use_rustls_tls().timeout(REQUEST_TIMEOUT).connect_timeout(CONNECT_TIMEOUT);
    if let Some(at) = settings.connect_to {
        connections = connections.resolve("discord.com", at);
    }
    if let Some(path) = &settings.ca_file {
        let unusable = |why: String| ConnectError::Certificates { path: path.clone(), why };
        let pem = std::fs::read(path).map_err(|e| unusable(e.to_string()))?;
        for certificate in reqwest::Certificate::from_pem_bundle(&pem).map_err(|e| unusable(e.to_string()))? {
            connections = connections.add_root_certificate(certificate);
        }
    }
    connections.build().map_err(|e| ConnectError::Connections(e.to_string()))
}

/// Why serenity's client ended, if only a person can mend it.
pub(super) fn ended(error: &Error) -> String {
    match error {
        Error::Gateway(gateway) => gateway.to_string(),
        other => Trouble::from(other).to_string(),
    }
}
