//! What a platform must be able to do for delivery: send with a key, and find by that key what it may have sent.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::domain::community::Platform;
use crate::engine::parcel::{Outcome, Parcel};
use crate::speech::doc::Doc;

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
    /// The history was read completely back to `since`, and it is not there.
    Absent,
    /// The history could not be read, or not completely.
    Unreadable(String),
}

/// One platform's way out.
#[async_trait]
pub trait Gateway: Send + Sync {
    fn platform(&self) -> Platform;

    /// Sends a letter, or edits the message it replaces. The parcel's key goes out as the platform's idempotency key and as
    /// a durable marker inside the message. Never retries by itself.
    async fn deliver(&self, letter: &Letter) -> Outcome;

    /// Looks for the marker of an earlier attempt of this parcel, in everything said there since `since`.
    async fn find(&self, parcel: &Parcel, since: Timestamp) -> Lookup;
}
