//! What reaches the engine from a platform, and what it answers with. Adapters build these and show those; they decide
//! nothing.

use jiff::{SignedDuration, Timestamp};

use crate::domain::Ref;
use crate::domain::community::{Account, Language, Platform, Role};
use crate::grammar::form::Filled;
use crate::speech::message::{Ability, Message, Voice};

/// Something a person did on a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbound {
    /// The platform's own name of the event, unique there for ever. Heard twice, it changes nothing the second time.
    pub event: String,
    pub place: Place,
    pub from: Account,
    /// Their display name, for showing only.
    pub name: String,
    /// The language of their app, where the platform says it and the copy has it: whoever is met for the first time is spoken
    /// to in it. What somebody settled for themselves counts more.
    pub language: Option<Language>,
    /// What the platform says they are in this place; `None` in a direct chat, where it does not say.
    pub standing: Option<Role>,
    /// The roles they have there, by the platform's ids: the community may have said that some of them convene it.
    pub roles: Vec<String>,
    /// The people their text names who are really in this community's places: the account, and the name as typed.
    pub named: Vec<Named>,
    /// The platform's own time of the event.
    pub at: Timestamp,
    pub body: Body,
    pub answer: Answer,
    /// What the bot may do where it posts, or would from now on if this is said, as the platform says; empty where that was
    /// not asked.
    pub able: Vec<(Ability, bool)>,
}

/// What they did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A command without any prefix, typed: `pledge A2 what:"a van" by:friday`.
    Said(String),
    /// A command that its platform took apart already: a slash command, or a form that was filled in. If it is refused for
    /// what was typed, the answer offers to open the form again with all of it.
    Invoked(Filled),
    /// A button under one of the bot's own messages was pressed: the command it stands for, complete or only begun
    /// (`done P7`, `pledge A1 what: by:`).
    Pressed(String),
    /// A press was taken back: the platform's name of the event that was the press.
    LetGo(String),
    /// The words of an earlier message were changed: its event, and the command as it reads now.
    Rewrote { event: String, now: String },
}

impl Body {
    /// The text that is a command, if there is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Body::Said(command) | Body::Pressed(command) | Body::Rewrote { now: command, .. } => Some(command),
            Body::Invoked(_) | Body::LetGo(_) => None,
        }
    }
}

/// A person named in a text, found by the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// As it stands in the text: `luis`, `@luis:example.org`.
    pub typed: String,
    pub account: Account,
    pub name: String,
    /// Whether it is a role, and no person: then its id stands for the account's.
    pub is_role: bool,
}

/// Where something was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A community's channel or room: the platform's stable id and its present name. Where a platform has servers of many
    /// channels, all of them are the one place that its community has there, whichever channel something is said in.
    Public { id: String, name: String, server: Option<String> },
    /// Alone with the bot: the chat's id, and the public places both are in.
    Direct { id: String, shared: Vec<String> },
}

/// How the answer reaches the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The adapter shows it itself (a terminal). Lost if the process dies first.
    Direct,
    /// It is an outbox row like everything else the bot says, and survives what the row survives.
    Outbox,
    /// The same, but where it is shown nobody else sees it: the platform's token for it, good for a while only. What the
    /// token no longer opens is said in the direct chat.
    Whisper(String),
}

/// Who may see an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Audience {
    /// Everyone in the place.
    Public,
    /// Meant for the one who spoke; it says nothing that the place has not seen, so a platform without whispers may
    /// answer in the place.
    Only,
    /// Must never be seen by anyone else: a platform without whispers answers in the direct chat.
    Private,
}

/// Why something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    Reply,
    Refusal,
    Card,
    /// The last edit of a card whose place is elsewhere from now on.
    Moved,
    Notice,
    Nudge,
    Care,
    Digest,
    Preview,
    /// A sign under one of the bot's own messages, which may be pressed.
    Button,
    /// A gathering in a server's calendar.
    Event,
}

impl Cause {
    /// For how long after it was meant to be said it still helps; `None` for ever, or for as long as its own rule says.
    pub fn helps_for(self) -> Option<SignedDuration> {
        let days = |days: i64| Some(SignedDuration::from_hours(24 * days));
        match self {
            // What people did is answered as long as they may wonder whether it was recorded.
            Cause::Reply | Cause::Refusal => days(7),
            Cause::Notice | Cause::Care | Cause::Moved => days(14),
            Cause::Digest | Cause::Preview | Cause::Event => days(3),
            // The same can be typed, and the message says so.
            Cause::Button => days(1),
            // A nudge is held to its pledge, a card to its ask.
            Cause::Nudge | Cause::Card => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Cause::Reply => "reply",
            Cause::Refusal => "refusal",
            Cause::Card => "card",
            Cause::Moved => "moved",
            Cause::Notice => "notice",
            Cause::Nudge => "nudge",
            Cause::Care => "care",
            Cause::Digest => "digest",
            Cause::Preview => "preview",
            Cause::Button => "button",
            Cause::Event => "event",
        }
    }
}

/// The engine's answer to what a person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The community's slug, if it came to one.
    pub community: Option<String>,
    pub audience: Audience,
    pub cause: Cause,
    pub refs: Vec<Ref>,
    pub message: Message,
    pub voice: Voice,
}

/// Who convenes a place, as the platform sees it: everyone with standing there, and nobody else by standing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    pub platform: Platform,
    /// The public place's stable id and present name.
    pub place: String,
    pub place_name: String,
    pub conveners: Vec<Named>,
}

/// An event that could not be decrypted: somebody said something, and nobody here knows what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The platform's own name of the event.
    pub event: String,
    pub platform: Platform,
    pub place: Place,
    pub from: Account,
    /// Their display name. It is not kept: what is said about the event names nobody.
    pub name: String,
    /// The platform's own time of the event.
    pub at: Timestamp,
}
