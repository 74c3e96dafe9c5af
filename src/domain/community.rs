//! A community, its people, and what each of them may do.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::calendar::{Waking, Zone};
use super::ids::{CommunityId, MemberId};

/// Where people write: which chat a place or an account belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    Console,
    Matrix,
    Discord,
}

impl Platform {
    pub fn name(self) -> &'static str {
        match self {
            Platform::Console => "console",
            Platform::Matrix => "matrix",
            Platform::Discord => "discord",
        }
    }
}

/// A stored or typed name that names nothing of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown name {0:?}")]
pub struct UnknownName(pub String);

impl FromStr for Platform {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text {
            "console" => Ok(Platform::Console),
            "matrix" => Ok(Platform::Matrix),
            "discord" => Ok(Platform::Discord),
            other => Err(UnknownName(other.to_owned())),
        }
    }
}

/// A language the whole copy exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    #[serde(rename = "en")]
    English,
    #[serde(rename = "es")]
    Spanish,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::English, Language::Spanish];

    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Spanish => "es",
        }
    }
}

impl FromStr for Language {
    type Err = UnknownName;

    /// Reads a tag or the language's own name, in any case.
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text.to_lowercase().as_str() {
            "en" | "english" | "inglés" | "ingles" => Ok(Language::English),
            "es" | "spanish" | "español" | "espanol" => Ok(Language::Spanish),
            _ => Err(UnknownName(text.to_owned())),
        }
    }
}

/// One account on one platform: how a person is reached there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Account {
    pub platform: Platform,
    /// The platform's own stable id, such as a Matrix user id. Never a display name.
    pub id: String,
}

/// Who may do a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    Member,
    Convener,
}

/// How somebody came to be a convener. What a platform grants, it can take away; what people granted, only people can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Convening {
    /// By their standing in the place (a Matrix power level, a Discord permission).
    ByPlatform,
    /// Appointed by another convener.
    Appointed,
}

/// What one community agreed on. A community can soften the nudge policy, never exceed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Norms {
    /// The most nudges about one pledge over its whole life: 0 to [`Norms::MOST_NUDGES`].
    pub nudges: u8,
    /// Days of silence after "done" that count as a confirmation.
    pub confirm_days: u8,
    /// Days before a gathering on which the digest is posted; its preview goes out a day earlier.
    pub digest_days: u8,
    /// A weekly digest's cron expression, if the community wants one.
    pub weekly: Option<String>,
}

impl Norms {
    /// Promise 5: at most three nudges for one pledge.
    pub const MOST_NUDGES: u8 = 3;
}

impl Default for Norms {
    fn default() -> Self {
        Norms { nudges: Norms::MOST_NUDGES, confirm_days: 5, digest_days: 3, weekly: None }
    }
}

/// One group with its own places, people, zone and norms: the unit of isolation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Community {
    pub id: CommunityId,
    /// Its short name in reports and logs, unique in this installation.
    pub slug: String,
    pub name: String,
    pub zone: Zone,
    pub language: Language,
    pub norms: Norms,
    pub made_at: Timestamp,
}

/// A person who may ask and pledge in one community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub id: MemberId,
    pub name: String,
    pub waking: Waking,
    pub language: Language,
    pub convening: Option<Convening>,
    /// Whether they want notices at all; replies and nudges are not notices.
    pub notices: bool,
}

impl Member {
    pub fn role(&self) -> Role {
        if self.convening.is_some() { Role::Convener } else { Role::Member }
    }
}
