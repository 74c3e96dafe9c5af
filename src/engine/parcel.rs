//! What the engine hands out to be delivered, and what comes back about it (DESIGN.md section 5).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::inbound::Cause;
use crate::domain::Ref;
use crate::domain::community::{Account, Platform};
use crate::speech::message::{Message, Sign, Voice};

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// A public place, by the platform's id.
    Place { platform: Platform, id: String },
    /// One person, alone: the platform finds or opens the direct chat.
    Person(Account),
    /// An existing direct chat, answering what was said there.
    Chat { platform: Platform, id: String, account: Account },
    /// The answer to what this person did, where nobody else sees it: the platform's token for it. One message, which is
    /// overwritten by whatever is sent there again.
    Whisper { platform: Platform, token: String, account: Account },
    /// The calendar of a server.
    Calendar { platform: Platform, server: String },
}

impl Destination {
    pub fn platform(&self) -> Platform {
        match self {
            Destination::Place { platform, .. }
            | Destination::Chat { platform, .. }
            | Destination::Whisper { platform, .. }
            | Destination::Calendar { platform, .. } => *platform,
            Destination::Person(account) => account.platform,
        }
    }
}

/// A message on its way. Its claim is committed and its body frozen: delivering it again says the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    pub row: i64,
    /// At most 24 letters and digits, the same for this message for ever: nonce, transaction id and marker.
    pub key: String,
    /// 1 for the first attempt.
    pub attempt: u32,
    pub community: String,
    pub destination: Destination,
    pub cause: Cause,
    pub refs: Vec<Ref>,
    pub message: Message,
    pub voice: Voice,
    /// The platform's id of the message this one replaces in place (a card), if it was posted before.
    pub edits: Option<String>,
    /// The platform's id of the event this answers, if it answers one.
    pub answers: Option<String>,
    /// Whether what it answers are words that may be shown beside it, and no press.
    pub quotes: bool,
    /// The platform's id of the card of the one ask this is about, in the place where this goes: the conversation about the
    /// ask stands under it.
    pub thread: Option<String>,
    /// A card under which the community wants a thread, where the platform has to be told to open one.
    pub opens_thread: bool,
    /// If an earlier attempt was never resolved: since when. It must be looked up before it is sent again.
    pub unresolved_since: Option<Timestamp>,
}

/// How often something may be sent, as a bucket: `burst` at once, then one every `every`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub every: SignedDuration,
    /// At least 1.
    pub burst: u32,
    /// This much of the burst is not for card edits, so that a nudge finds room at once. Less than `burst`.
    pub reserve: u32,
}

/// How much a platform takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Of everything the bot sends.
    pub overall: Option<Rate>,
    /// For one destination.
    pub each: Option<Rate>,
}

impl Pace {
    pub const UNLIMITED: Pace = Pace { overall: None, each: None };
}

/// What has to wait when a platform asks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What goes the same way.
    Route,
    /// Everything on the platform.
    Platform,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is there: the platform's id of the message.
    Delivered { message: String },
    /// The platform will never take it; a short reason without any text of the message, for the log.
    Refused { reason: String },
    /// Nothing from the bot is taken there: a person's direct messages are closed, the bot was put out of a room.
    Closed { reason: String },
    /// The platform asked to wait, and has not taken it; `of` is what has to wait with it.
    Later { after: SignedDuration, of: Extent },
    /// It may or may not have been taken.
    Unknown { reason: String },
    /// An unresolved attempt was looked up and is completely known not to have been taken.
    Absent,
    /// An unresolved attempt could not be looked up.
    Unreadable { reason: String },
}

/// What is known about a parcel after an attempt or a lookup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub row: i64,
    pub outcome: Outcome,
    /// If it is there: the buttons that are now to be added under it, in this order. Those that were are not added again.
    pub seeds: Vec<Sign>,
}

impl Receipt {
    /// One that adds no buttons.
    pub fn new(row: i64, outcome: Outcome) -> Self {
        Receipt { row, outcome, seeds: Vec::new() }
    }
}
