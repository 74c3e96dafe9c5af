//! Everything the twin knows, in memory: applications, people, servers, channels, messages, interactions.
//!
//! Plain values behind one lock (see `lib.rs`). Nothing here waits, and nothing here knows of sockets except through
//! the list of gateway sessions.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use tokio::sync::watch;

use crate::clock::{Clock, Id};
use crate::faults::Faults;
use crate::gateway::Session;
use crate::limits::Limits;
use crate::recorder::Recorder;

/// A bot's application. Its user has the same id, as with every application made since 2016.
#[derive(Clone, Debug)]
pub struct App {
    pub id: Id,
    pub name: String,
    pub token: String,
    /// The privileged intents switched on in its portal.
    pub privileged: u64,
    /// Its commands as Discord shows them, global (no `guild_id`) and of single servers.
    pub commands: Vec<Value>,
    /// Creates per server and day, against the daily limit.
    pub creates: HashMap<(Option<Id>, i64), u32>,
    /// Times of recent IDENTIFYs, against the daily limit.
    pub identifies: Vec<i64>,
}

/// A person or a bot.
#[derive(Clone, Debug)]
pub struct User {
    pub id: Id,
    pub name: String,
    pub shown_name: Option<String>,
    pub bot: bool,
    pub locale: String,
    /// Whether bots of shared servers may write to them.
    pub dms_open: bool,
}

/// A server.
#[derive(Clone, Debug)]
pub struct Guild {
    pub id: Id,
    pub name: String,
    pub owner: Id,
    pub locale: String,
    pub roles: Vec<Role>,
    pub members: BTreeMap<Id, Member>,
    /// Scheduled events as Discord shows them, without what is computed (`creator`, `user_count`).
    pub events: Vec<Value>,
    /// In an outage: it exists, but nobody sees it.
    pub unavailable: bool,
}

impl Guild {
    pub fn role(&self, id: Id) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }
}

/// Somebody in a server.
#[derive(Clone, Debug)]
pub struct Member {
    pub user: Id,
    pub nick: Option<String>,
    pub roles: Vec<Id>,
    pub joined_ms: i64,
}

/// A role; the one with the server's own id is `@everyone`.
#[derive(Clone, Debug)]
pub struct Role {
    pub id: Id,
    pub name: String,
    pub permissions: u64,
    pub position: u64,
    pub mentionable: bool,
    /// The application this role came with.
    pub of_app: Option<Id>,
}

/// What a channel grants or denies a role or a person.
#[derive(Clone, Debug)]
pub struct Overwrite {
    pub id: Id,
    pub of_a_member: bool,
    pub allow: u64,
    pub deny: u64,
}

pub const GUILD_TEXT: u64 = 0;
pub const DM: u64 = 1;
pub const PUBLIC_THREAD: u64 = 11;
pub const PRIVATE_THREAD: u64 = 12;

/// A channel of a server, a thread, or a direct message.
#[derive(Clone, Debug)]
pub struct Channel {
    pub id: Id,
    pub kind: u64,
    pub guild: Option<Id>,
    pub name: String,
    pub topic: Option<String>,
    pub parent: Option<Id>,
    pub position: u64,
    pub overwrites: Vec<Overwrite>,
    /// Both sides of a direct message.
    pub recipients: Vec<Id>,
    pub thread: Option<Thread>,
    /// Its messages, oldest first, with those only one person sees.
    pub messages: Vec<Id>,
    pub last_message: Option<Id>,
}

/// What makes a channel a thread.
#[derive(Clone, Debug)]
pub struct Thread {
    pub owner: Id,
    pub archived: bool,
    pub locked: bool,
    pub auto_archive_minutes: u64,
    pub archive_changed_ms: i64,
    pub created_ms: i64,
    /// Who takes part, and since when.
    pub members: BTreeMap<Id, i64>,
    pub messages_sent: u64,
    pub message_count: u64,
}

/// `flags` of a message.
pub const SUPPRESS_EMBEDS: u64 = 1 << 2;
pub const HAS_THREAD: u64 = 1 << 5;
pub const EPHEMERAL: u64 = 1 << 6;
pub const LOADING: u64 = 1 << 7;
pub const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;
pub const COMPONENTS_V2: u64 = 1 << 15;

/// A message.
#[derive(Clone, Debug, Default)]
pub struct Message {
    pub id: Id,
    pub channel: Id,
    pub author: Id,
    pub kind: u64,
    pub content: String,
    pub sent_ms: i64,
    pub edited_ms: Option<i64>,
    /// How many times it was edited.
    pub edits: u64,
    pub embeds: Vec<Value>,
    pub components: Vec<Value>,
    pub attachments: Vec<Value>,
    pub flags: u64,
    pub nonce: Option<Value>,
    pub mentions: Vec<Id>,
    pub mention_roles: Vec<Id>,
    pub mention_everyone: bool,
    pub reactions: Vec<Reaction>,
    pub reference: Option<Id>,
    /// The interaction it answers.
    pub interaction: Option<Id>,
    /// A followup names the first reply.
    pub follows: Option<Id>,
    /// The only one who sees it.
    pub only_for: Option<Id>,
    pub thread: Option<Id>,
    pub pinned: bool,
    pub tts: bool,
}

/// An emoji under a message and who put it there.
#[derive(Clone, Debug)]
pub struct Reaction {
    pub emoji: String,
    pub users: Vec<Id>,
}

pub const COMMAND: u64 = 2;
pub const COMPONENT: u64 = 3;
pub const AUTOCOMPLETE: u64 = 4;
pub const MODAL_SUBMIT: u64 = 5;

/// Something a person did with a bot, and what came of it.
#[derive(Clone, Debug)]
pub struct Interaction {
    pub id: Id,
    pub token: String,
    pub kind: u64,
    pub app: Id,
    pub user: Id,
    pub guild: Option<Id>,
    pub channel: Id,
    pub made_ms: i64,
    /// The command's name, or the modal's or component's `custom_id`.
    pub name: String,
    /// The message a component stands under, or a modal was opened from.
    pub message: Option<Id>,
    /// The interaction whose modal this one hands in.
    pub opened_by: Option<Id>,
    pub ack: Option<Ack>,
    /// The message that `@original` means.
    pub original: Option<Id>,
    /// Whether a reply in the form of a "thinking…" has been filled.
    pub filled: bool,
    pub followups: Vec<Id>,
    /// Edits of the message a component stands under, after a type 6.
    pub updates: u64,
    pub modal: Option<Value>,
    /// Whether the modal was handed in already.
    pub modal_used: bool,
    pub choices: Option<Vec<Value>>,
}

/// The bot's first reply.
#[derive(Clone, Debug)]
pub struct Ack {
    pub kind: u64,
    pub at_ms: i64,
    pub ephemeral: bool,
}

/// What the control API may set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long `enforce_nonce` remembers. Discord says "the past few minutes".
    pub nonce_window_ms: i64,
    /// How long a first reply may take.
    pub reply_within_ms: i64,
    /// How long a token is good for followups and edits.
    pub token_for_ms: i64,
    /// What HELLO says.
    pub heartbeat_interval_ms: u64,
    /// IDENTIFYs a day.
    pub identifies_a_day: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            nonce_window_ms: 3 * 60_000,
            reply_within_ms: 3_000,
            token_for_ms: 15 * 60_000,
            heartbeat_interval_ms: 41_250,
            identifies_a_day: 1_000,
        }
    }
}

/// The whole of the twin.
#[derive(Debug)]
pub struct World {
    pub clock: Clock,
    pub settings: Settings,
    pub apps: BTreeMap<Id, App>,
    pub users: BTreeMap<Id, User>,
    pub guilds: BTreeMap<Id, Guild>,
    pub channels: BTreeMap<Id, Channel>,
    pub messages: BTreeMap<Id, Message>,
    pub interactions: BTreeMap<Id, Interaction>,
    pub tokens: HashMap<String, Id>,
    /// What `enforce_nonce` remembers: author and nonce, the message and when.
    pub nonces: HashMap<(Id, String), (Id, i64)>,
    pub sessions: BTreeMap<String, Session>,
    pub limits: Limits,
    pub faults: Faults,
    pub recorder: Option<Recorder>,
    /// Requests for routes the twin does not have.
    pub unknown: Vec<Value>,
    /// Answered REST requests by status.
    pub statuses: BTreeMap<u16, u64>,
    /// Where the gateway is, as clients are told.
    pub gateway_url: String,
    /// Moves whenever anything may have changed, for those who wait.
    pub changed: watch::Sender<u64>,
}

impl World {
    /// An empty one.
    pub fn new() -> World {
        World {
            clock: Clock::default(),
            settings: Settings::default(),
            apps: BTreeMap::new(),
            users: BTreeMap::new(),
            guilds: BTreeMap::new(),
            channels: BTreeMap::new(),
            messages: BTreeMap::new(),
            interactions: BTreeMap::new(),
            tokens: HashMap::new(),
            nonces: HashMap::new(),
            sessions: BTreeMap::new(),
            limits: Limits::default(),
            faults: Faults::default(),
            recorder: None,
            unknown: Vec::new(),
            statuses: BTreeMap::new(),
            gateway_url: String::new(),
            changed: watch::Sender::new(0),
        }
    }

    /// Milliseconds since 1970, as the twin sees it.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// A fresh id.
    pub fn next_id(&mut self) -> Id {
        self.clock.next_id()
    }

    /// Wakes whoever waits for something to change.
    pub fn touch(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// The applications that are in a server.
    pub fn apps_in(&self, guild: Id) -> Vec<Id> {
        let Some(guild) = self.guilds.get(&guild) else { return Vec::new() };
        self.apps.keys().copied().filter(|app| guild.members.contains_key(app)).collect()
    }

    /// The direct message between two, if it was opened.
    pub fn dm_between(&self, one: Id, other: Id) -> Option<Id> {
        let of_both = |channel: &&Channel| {
            channel.kind == DM && channel.recipients.contains(&one) && channel.recipients.contains(&other)
        };
        self.channels.values().find(of_both).map(|channel| channel.id)
    }

    /// Opens it, or finds it open.
    pub fn open_dm(&mut self, one: Id, other: Id) -> Id {
        if let Some(open) = self.dm_between(one, other) {
            return open;
        }
        let id = self.next_id();
        self.channels.insert(
            id,
            Channel {
                id,
                kind: DM,
                guild: None,
                name: String::new(),
                topic: None,
                parent: None,
                position: 0,
                overwrites: Vec::new(),
                recipients: vec![one, other],
                thread: None,
                messages: Vec::new(),
                last_message: None,
            },
        );
        id
    }

    /// Whether two share a server.
    pub fn share_a_guild(&self, one: Id, other: Id) -> bool {
        self.guilds.values().any(|guild| guild.members.contains_key(&one) && guild.members.contains_key(&other))
    }
}

impl Default for World {
    fn default() -> World {
        World::new()
    }
}
