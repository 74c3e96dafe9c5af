//! The gateway: one WebSocket per session, with HELLO, IDENTIFY or RESUME, heartbeats, and events in the order in which
//! they happened. `events` says what is told to whom; `socket` is the connection.

pub mod events;
pub mod socket;

use std::collections::VecDeque;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::clock::Id;
use crate::state::World;

/// So many past events can be replayed; a client that missed more has to start anew.
const REPLAYED: usize = 10_000;

/// Intents, by bit.
pub const GUILDS: u64 = 1 << 0;
pub const GUILD_MEMBERS: u64 = 1 << 1;
pub const GUILD_PRESENCES: u64 = 1 << 8;
pub const GUILD_MESSAGES: u64 = 1 << 9;
pub const GUILD_MESSAGE_REACTIONS: u64 = 1 << 10;
pub const DIRECT_MESSAGES: u64 = 1 << 12;
pub const DIRECT_MESSAGE_REACTIONS: u64 = 1 << 13;
pub const MESSAGE_CONTENT: u64 = 1 << 15;
pub const GUILD_SCHEDULED_EVENTS: u64 = 1 << 16;
/// Those that have to be switched on in the portal.
pub const PRIVILEGED: u64 = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT;
/// Every bit Discord has given a meaning; others are refused with 4013.
pub const KNOWN_INTENTS: u64 = 0x1_ffff | (0b11 << 20) | (0b11 << 24);

/// What a socket is told to do.
#[derive(Debug)]
pub enum ToSocket {
    /// Send this payload.
    Send(Value),
    /// Close with this code.
    Close(u16, &'static str),
}

/// A client's session, which outlives its connections.
#[derive(Debug)]
pub struct Session {
    pub id: String,
    pub app: Id,
    pub intents: u64,
    pub shard: (u64, u64),
    pub seq: u64,
    /// Events that may have to be sent again.
    buffer: VecDeque<(u64, Value)>,
    /// The connection, while there is one.
    pub socket: Option<mpsc::UnboundedSender<ToSocket>>,
    /// Which connection it is: a new one takes over from an old one.
    pub connection: u64,
    /// An event that waits for the one after it.
    held: Option<Value>,
    /// Whether it may be resumed.
    pub resumable: bool,
    /// How often its client's heart was heard.
    pub heartbeats: u64,
}

impl Session {
    pub fn new(id: String, app: Id, intents: u64, shard: (u64, u64)) -> Session {
        Session {
            id,
            app,
            intents,
            shard,
            seq: 0,
            buffer: VecDeque::new(),
            socket: None,
            connection: 0,
            held: None,
            resumable: true,
            heartbeats: 0,
        }
    }

    /// Whether this session's shard is the one for a server, or for direct messages.
    pub fn minds(&self, guild: Option<Id>) -> bool {
        guild.map_or(0, |guild| (guild.0 >> 22) % self.shard.1) == self.shard.0
    }

    /// What is said to a client without being an event.
    pub fn say(&self, payload: Value) {
        if let Some(socket) = &self.socket {
            // A socket that has just gone misses it; events are in the buffer, and the rest is of no use to it.
            let _ = socket.send(ToSocket::Send(payload));
        }
    }

    /// Closes the connection, if there is one.
    pub fn close(&mut self, code: u16, reason: &'static str) {
        if let Some(socket) = self.socket.take() {
            // It may be gone already, which is what was wanted.
            let _ = socket.send(ToSocket::Close(code, reason));
        }
    }

    /// Gives an event its number, keeps it, and says it unless the connection is dead.
    fn number(&mut self, name: &str, data: Value, silent: bool) {
        self.seq += 1;
        let payload = json!({"op": 0, "t": name, "s": self.seq, "d": data});
        self.buffer.push_back((self.seq, payload.clone()));
        if self.buffer.len() > REPLAYED {
            self.buffer.pop_front();
        }
        if !silent {
            self.say(payload);
        }
    }

    /// The events after `seq`, if all of them are still there.
    pub fn missed_since(&self, seq: u64) -> Option<Vec<Value>> {
        let first = self.buffer.front().map_or(self.seq + 1, |(first, _)| *first);
        if seq > self.seq || seq + 1 < first {
            return None;
        }
        Some(self.buffer.iter().filter(|(at, _)| *at > seq).map(|(_, payload)| payload.clone()).collect())
    }
}

/// Sends an event to one session, with whatever the fault switches make of it.
pub fn send(world: &mut World, session: &str, name: &str, data: Value) {
    let twice = world.faults.duplicate_next > 0 && name != "READY";
    let wait = world.faults.reorder_next && name != "READY";
    let silent = world.faults.silent;
    let Some(session) = world.sessions.get_mut(session) else { return };
    if let Some(held) = session.held.take() {
        session.number(name, data, silent);
        let held_name = held["t"].as_str().unwrap_or_default().to_owned();
        session.number(&held_name, held["d"].clone(), silent);
        return;
    }
    if wait {
        session.held = Some(json!({"t": name, "d": data}));
        world.faults.reorder_next = false;
        world.faults.note("reordered");
        return;
    }
    if twice {
        session.number(name, data.clone(), silent);
        world.faults.duplicate_next -= 1;
        world.faults.note("duplicated");
    }
    session.number(name, data, silent);
}

/// Sends an event to every session of an application that minds the server and has one of the intents (0: needs none).
pub fn send_to(world: &mut World, app: Id, guild: Option<Id>, intents: u64, name: &str, data: &Value) {
    let wanted = |session: &&Session| {
        session.app == app && session.minds(guild) && (intents == 0 || session.intents & intents != 0)
    };
    let ids: Vec<String> = world.sessions.values().filter(wanted).map(|session| session.id.clone()).collect();
    for id in ids {
        send(world, &id, name, data.clone());
    }
}
