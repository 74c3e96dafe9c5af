//! Who speaks, and who else hears it.

use jiff::Timestamp;

use super::inbound::{Answer, Named, Place};
use crate::domain::CommunityId;
use crate::domain::community::{Account, Platform};
use crate::speech::message::Ability;
use crate::store::rows::Person;

/// Who speaks, and how.
pub(super) struct Speaker {
    pub person: Person,
    /// The account they speak from; it may be one of several.
    pub account: Account,
    pub named: Vec<Named>,
    /// The whole command, for offering it again.
    pub said: String,
    /// When they said it; never later than now.
    pub said_at: Timestamp,
    pub place: Place,
    pub answer: Answer,
    pub platform: Platform,
    pub how: How,
    /// What the bot may do where it posts, as far as the platform was asked.
    pub able: Vec<(Ability, bool)>,
}

/// How a command came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Typed,
    /// By a button that stands for it.
    Pressed,
    /// That button's press is taken back, which was heard in this community.
    LetGo(CommunityId),
}

impl Speaker {
    pub(super) fn in_public(&self) -> bool {
        matches!(self.place, Place::Public { .. })
    }

    /// Does everyone in the place read the answer, too? What an adapter shows by itself, only the speaker does.
    pub(super) fn answered_in_public(&self) -> bool {
        self.in_public() && self.answer == Answer::Outbox
    }

    /// Did everyone in the place read the command itself? One that is answered in a whisper was seen by nobody either.
    pub(super) fn overheard(&self) -> bool {
        self.in_public() && !matches!(self.answer, Answer::Whisper(_))
    }
}
