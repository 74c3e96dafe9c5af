//! A community, its people, and what each of them may do.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::calendar::{QuietHours, Waking, Zone};
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

    /// Whether a community chooses if its asks have threads there. Elsewhere they have as far as the platform knows any.
    pub fn leaves_threads_open(self) -> bool {
        self == Platform::Discord
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
    /// Whether each ask gets a thread under its card, where a platform leaves that open.
    pub threads: bool,
}

impl Norms {
    /// Promise 5: at most three nudges for one pledge.
    pub const MOST_NUDGES: u8 = 3;
}

impl Default for Norms {
    fn default() -> Self {
        Norms { nudges: Norms::MOST_NUDGES, confirm_days: 5, digest_days: 3, weekly: None, threads: false }
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

    /// One person who was two members: what this one chose holds, and where they left it as it was, what the other chose.
    pub fn one_with(self, other: &Member, community: &Community) -> Member {
        let appointed = [self.convening, other.convening].contains(&Some(Convening::Appointed));
        let convening = if appointed { Some(Convening::Appointed) } else { self.convening.or(other.convening) };
        let (waking, others) = (self.waking, &other.waking);
        let waking = Waking {
            zone: if waking.zone == community.zone { others.zone.clone() } else { waking.zone },
            quiet: if waking.quiet == QuietHours::default() { others.quiet } else { waking.quiet },
            away_until: waking.away_until.or(others.away_until),
        };
        let language = if self.language == community.language { other.language } else { self.language };
        let notices = self.notices && other.notices;
        Member { id: self.id, name: self.name, waking, language, convening, notices }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    fn member(id: i64, waking: Waking, language: Language) -> Member {
        let name = format!("member {id}");
        Member { id: MemberId(id), name, waking, language, convening: None, notices: true }
    }

    #[test]
    fn of_two_members_who_are_one_person_the_first_one_is_asked_first() {
        let community = Community {
            id: CommunityId(1),
            slug: "eastbank".to_owned(),
            name: "Eastbank".to_owned(),
            zone: zone("America/Chicago"),
            language: Language::English,
            norms: Norms::default(),
            made_at: Timestamp::UNIX_EPOCH,
        };
        let usual = Waking { zone: zone("America/Chicago"), quiet: QuietHours::default(), away_until: None };
        let late = QuietHours { from: time(23, 0, 0, 0), until: time(10, 0, 0, 0) };
        let away_until = Some(date(2026, 4, 1));
        let chosen = Waking { zone: zone("Europe/Madrid"), quiet: late, away_until };
        let (plain, particular) = (member(1, usual, Language::English), member(2, chosen.clone(), Language::Spanish));
        let particular = Member { convening: Some(Convening::ByPlatform), notices: false, ..particular };

        let one = plain.clone().one_with(&particular, &community);
        assert_eq!((one.id, one.name.as_str()), (MemberId(1), "member 1"));
        assert_eq!((&one.waking, one.language, one.notices), (&chosen, Language::Spanish, false));
        assert_eq!(one.convening, Some(Convening::ByPlatform));
        assert_eq!(particular.clone().one_with(&plain, &community), particular, "what was chosen stays");

        let appointed = Member { convening: Some(Convening::Appointed), ..plain };
        for one in [appointed.clone().one_with(&particular, &community), particular.one_with(&appointed, &community)] {
            assert_eq!(one.convening, Some(Convening::Appointed), "what people granted stays granted");
        }
    }
}
