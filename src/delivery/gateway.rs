//! What a platform must be able to do for delivery: send with a key, find by that key what it may have sent, say whether
//! its history can be read at all, how much it takes, and what its clock shows.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use crate::domain::community::Platform;
use crate::engine::parcel::{Extent, Outcome, Pace, Parcel};
use crate::speech::doc::Doc;
use crate::speech::sign::Sign;

/// A parcel put into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub parcel: Parcel,
    pub doc: Doc,
}

/// What a look through the history found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// The message with this key is there: its platform id.
    Found(String),
    /// The history was read completely back to `since`, and it is not there. Believed only where the history is readable.
    Absent,
    /// The history may not be read, or not completely; a short reason without a word of any message.
    Unreadable(String),
    /// The platform does not answer, or asked to wait: nothing is known, and it is no reason to give up.
    Later { after: SignedDuration, of: Extent },
}

/// Whether the bot may read what was said where a parcel goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// All of it.
    Clear,
    /// Not, or not all: an empty history would prove nothing. A short reason.
    Barred(String),
}

/// A platform's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerClock {
    Shows(Timestamp),
    /// It answers and does not say.
    Silent,
    /// It does not answer.
    Unreached,
}

/// One platform's way out.
#[async_trait]
pub trait Gateway: Send + Sync {
    fn platform(&self) -> Platform;

    /// How much the platform takes, of everything and for one destination. Kept to without being told off first.
    fn pace(&self) -> Pace {
        Pace::UNLIMITED
    }

    /// Sends a letter, or edits the message it replaces. The parcel's key goes out as the platform's idempotency key and as
    /// a durable marker inside the message. Never retries by itself.
    async fn deliver(&self, letter: &Letter) -> Outcome;

    /// Whether an empty history would mean anything there. Asked on both sides of a lookup that found nothing.
    async fn sight(&self, parcel: &Parcel) -> Sight;

    /// Looks for the marker of an earlier attempt of this parcel, in everything said there since `since`.
    async fn find(&self, parcel: &Parcel, since: Timestamp) -> Lookup;

    /// The buttons of a message that on this platform are messages of their own, added under it after it, in this order.
    fn seeds(&self, _doc: &Doc) -> Vec<Sign> {
        Vec::new()
    }

    /// What the platform's own clock shows, to be compared with this machine's.
    async fn clock(&self) -> ServerClock {
        ServerClock::Silent
    }
}
