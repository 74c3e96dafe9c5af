//! An ask: a specific need, who may see it, and how far it has come.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::calendar::When;
use super::community::{Role, UnknownName};
use super::ids::{AskId, MemberId};
use super::pledge::{Pledge, PledgeState};
use super::refusal::Refusal;

/// The kind of help an ask or an offer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KindOfHelp {
    Intro,
    Expertise,
    Skill,
    Time,
    Space,
    Goods,
    Money,
    Transport,
    Care,
    Voice,
}

impl KindOfHelp {
    pub const ALL: [KindOfHelp; 10] = [
        KindOfHelp::Intro,
        KindOfHelp::Expertise,
        KindOfHelp::Skill,
        KindOfHelp::Time,
        KindOfHelp::Space,
        KindOfHelp::Goods,
        KindOfHelp::Money,
        KindOfHelp::Transport,
        KindOfHelp::Care,
        KindOfHelp::Voice,
    ];

    pub fn name(self) -> &'static str {
        match self {
            KindOfHelp::Intro => "intro",
            KindOfHelp::Expertise => "expertise",
            KindOfHelp::Skill => "skill",
            KindOfHelp::Time => "time",
            KindOfHelp::Space => "space",
            KindOfHelp::Goods => "goods",
            KindOfHelp::Money => "money",
            KindOfHelp::Transport => "transport",
            KindOfHelp::Care => "care",
            KindOfHelp::Voice => "voice",
        }
    }
}

impl FromStr for KindOfHelp {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let wanted = text.to_lowercase();
        KindOfHelp::ALL.into_iter().find(|kind| kind.name() == wanted).ok_or(UnknownName(wanted))
    }
}

/// Who may read an ask's words, and who may know whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everyone in the community.
    Open,
    /// The asker, the conveners and the invited.
    Private,
    /// As private; and of these only the conveners know whose it is.
    Anonymous,
}

impl Visibility {
    pub const ALL: [Visibility; 3] = [Visibility::Open, Visibility::Private, Visibility::Anonymous];

    pub fn name(self) -> &'static str {
        match self {
            Visibility::Open => "open",
            Visibility::Private => "private",
            Visibility::Anonymous => "anonymous",
        }
    }
}

impl FromStr for Visibility {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let wanted = text.to_lowercase();
        Visibility::ALL.into_iter().find(|v| v.name() == wanted).ok_or(UnknownName(wanted))
    }
}

/// Who is looking at an ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    pub member: MemberId,
    pub role: Role,
    /// Whether they were invited to this private ask.
    pub invited: bool,
}

/// Whether an ask still looks for help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskState {
    Open,
    /// The asker took it back; help that had already come stays counted.
    Withdrawn {
        at: Timestamp,
    },
}

/// A specific need: what, how many, by when, what kind of help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub id: AskId,
    pub asker: MemberId,
    pub words: String,
    pub kind: Option<KindOfHelp>,
    /// How many (people, chairs, lifts); at least 1.
    pub need: u32,
    pub by: Option<When>,
    pub visibility: Visibility,
    pub state: AskState,
    pub made_at: Timestamp,
}

/// How an ask stands, in the one word the community counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Some of it has nobody yet.
    Open,
    /// All of it is promised, not all of it kept.
    InHand,
    /// All that is still wanted was kept.
    Met,
    /// Taken back before any help came.
    Withdrawn,
}

/// How much of an ask is where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub need: u32,
    /// Kept: done and confirmed.
    pub kept: u32,
    /// Said to be done, not confirmed yet.
    pub done: u32,
    /// Promised and still to come.
    pub promised: u32,
}

impl Tally {
    /// Adds up an ask's pledges.
    pub fn of<'a>(need: u32, pledges: impl IntoIterator<Item = &'a Pledge>) -> Self {
        let mut tally = Tally { need, ..Tally::default() };
        for pledge in pledges {
            match pledge.state {
                PledgeState::Kept { .. } => tally.kept += pledge.amount,
                PledgeState::Done { .. } => tally.done += pledge.amount,
                PledgeState::Open { done_so_far } => {
                    tally.done += done_so_far;
                    tally.promised += pledge.amount - done_so_far;
                }
                PledgeState::HandedBack { .. } | PledgeState::Released { .. } => {}
            }
        }
        tally
    }

    /// Everything that is kept, done or promised.
    pub fn covered(self) -> u32 {
        self.kept.saturating_add(self.done).saturating_add(self.promised)
    }

    /// What nobody has taken yet.
    pub fn left(self) -> u32 {
        self.need.saturating_sub(self.covered())
    }
}

impl Ask {
    /// The most of anything one ask may need; beyond it a number is most likely a slip.
    pub const MOST: u32 = 1_000_000;

    /// How it stands with these pledges.
    pub fn standing(&self, tally: Tally) -> Standing {
        match self.state {
            AskState::Withdrawn { .. } if tally.covered() == 0 => Standing::Withdrawn,
            AskState::Withdrawn { .. } if tally.done + tally.promised > 0 => Standing::InHand,
            AskState::Withdrawn { .. } => Standing::Met,
            AskState::Open if tally.kept >= self.need => Standing::Met,
            AskState::Open if tally.left() == 0 => Standing::InHand,
            AskState::Open => Standing::Open,
        }
    }

    /// May this person know the ask exists and read its words?
    pub fn seen_by(&self, viewer: Viewer) -> bool {
        match self.visibility {
            Visibility::Open => true,
            Visibility::Private | Visibility::Anonymous => {
                viewer.member == self.asker || viewer.role == Role::Convener || viewer.invited
            }
        }
    }

    /// May this person know whose ask it is?
    pub fn asker_known_to(&self, viewer: Viewer) -> bool {
        match self.visibility {
            Visibility::Open | Visibility::Private => self.seen_by(viewer),
            Visibility::Anonymous => viewer.member == self.asker || viewer.role == Role::Convener,
        }
    }

    /// Takes the ask back.
    ///
    /// # Errors
    /// Only its asker or a convener may, and only once.
    pub fn withdraw(self, by: MemberId, role: Role, now: Timestamp) -> Result<Ask, Refusal> {
        if self.asker != by && role != Role::Convener {
            return Err(Refusal::NotYourAsk(self.id));
        }
        match self.state {
            AskState::Open => Ok(Ask { state: AskState::Withdrawn { at: now }, ..self }),
            AskState::Withdrawn { .. } => Err(Refusal::AskClosed(self.id)),
        }
    }

    /// Is there room for this much more help?
    ///
    /// # Errors
    /// The ask is closed, is the helper's own, is full, or needs less than this.
    pub fn room_for(&self, helper: MemberId, amount: u32, tally: Tally) -> Result<(), Refusal> {
        if self.state != AskState::Open {
            return Err(Refusal::AskClosed(self.id));
        }
        if self.asker == helper {
            return Err(Refusal::OwnAsk(self.id));
        }
        match tally.left() {
            0 => Err(Refusal::AskFull(self.id)),
            left if amount > left => Err(Refusal::MoreThanNeeded { ask: self.id, left }),
            _ => Ok(()),
        }
    }
}
