//! What an operator decides about the Matrix side. Plain values; reading them from a file is the configuration's job.
//!
//! Secrets never show in `Debug`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use matrix_sdk::ruma::UserId;

/// Everything the Matrix side needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The homeserver's address, such as `https://matrix.example.org`.
    pub homeserver: String,
    /// The bot's whole user id, such as `@barnraiser:example.org`.
    pub user: String,
    pub login: Login,
    /// What the bot's device is called in people's session lists.
    pub device_name: String,
    /// What makes a line in a room a command, such as `!aid`.
    pub prefix: String,
    /// Whose invitations to a room are accepted.
    pub inviters: Vec<Inviter>,
    /// From this power level on, a member of a room is a convener.
    pub convener_power: i64,
    /// The first words of all commands: `/ask …` in a room is only heard if its first word is one of these.
    pub known_verbs: Vec<String>,
    /// The bot's data folder; the Matrix side keeps everything in its subfolder `matrix`.
    pub data: PathBuf,
}

/// How the bot proves who it is, the first time.
#[derive(Debug, Clone)]
pub enum Login {
    Password(Secret),
    /// An access token made elsewhere, and the device it belongs to.
    Token {
        token: Secret,
        device_id: String,
    },
}

/// Text that must not be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Who may invite the bot: one person (`@amara:example.org`), or everyone of a homeserver (`*:example.org`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inviter {
    Person(String),
    Server(String),
}

/// A pattern that names nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a whole user id such as @amara:example.org, or *:example.org for everyone there")]
pub struct BadInviter;

impl FromStr for Inviter {
    type Err = BadInviter;

    fn from_str(text: &str) -> Result<Self, BadInviter> {
        if let Some(server) = text.strip_prefix("*:") {
            let known = matrix_sdk::ruma::ServerName::parse(server).map_err(|_| BadInviter)?;
            return Ok(Inviter::Server(known.to_string()));
        }
        UserId::parse(text).map(|user| Inviter::Person(user.to_string())).map_err(|_| BadInviter)
    }
}

impl Inviter {
    pub fn covers(&self, user: &UserId) -> bool {
        match self {
            Inviter::Person(id) => user.as_str() == id,
            Inviter::Server(server) => user.server_name().as_str() == server,
        }
    }
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::user_id;

    use super::*;

    #[test]
    fn an_inviter_is_a_person_or_everyone_of_a_server() {
        let person: Inviter = "@amara:example.org".parse().unwrap();
        assert!(person.covers(user_id!("@amara:example.org")));
        assert!(!person.covers(user_id!("@amara:example.com")));
        let server: Inviter = "*:example.org".parse().unwrap();
        assert!(server.covers(user_id!("@anyone:example.org")));
        assert!(!server.covers(user_id!("@anyone:sub.example.org")));
        for wrong in ["amara", "*", "*:", "@amara", "@*:example.org x", ""] {
            assert_eq!(wrong.parse::<Inviter>(), Err(BadInviter), "{wrong}");
        }
    }

    #[test]
    fn a_secret_does_not_show() {
        let login = Login::Token { token: Secret::new("syt_abc"), device_id: "DEVICE".into() };
        assert!(!format!("{login:?}").contains("syt"));
    }
}
