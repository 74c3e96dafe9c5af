//! Who speaks, and who else hears it.

use jiff::Timestamp;

use super::inbound::{Named, Place};
use crate::domain::community::Platform;
use crate::store::rows::Person;

/// Who speaks, and how.
pub(super) struct Speaker {
    pub person: Person,
    pub named: Vec<Named>,
    /// The whole command, for offering it again.
    pub said: String,
    /// When they said it; never later than now.
    pub said_at: Timestamp,
    pub place: Place,
    pub platform: Platform,
}

impl Speaker {
    pub(super) fn in_public(&self) -> bool {
        matches!(self.place, Place::Public { .. })
    }

    /// Did everyone in the place read the command itself? A Discord command is seen by nobody but its speaker.
    pub(super) fn overheard(&self) -> bool {
        self.in_public() && self.platform != Platform::Discord
    }
}
