//! One connection of the gateway: reads what the client says, writes what it is told. Holds the lock only for a moment
//! at a time, and never while it waits.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use futures_util::StreamExt;
use futures_util::stream::SplitSink;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{GUILDS, KNOWN_INTENTS, PRIVILEGED, Session, ToSocket, send};
use crate::Shared;
use crate::clock::Id;
use crate::state::World;
use crate::wire;

/// Documented: so many payloads a minute, then 4008.
const SENDS_A_MINUTE: usize = 120;
static NEXT_CONNECTION: AtomicU64 = AtomicU64::new(1);

/// A way to end a connection: Discord's close code and its reason.
struct Closing(u16, &'static str);

/// The connection from HELLO to its end.
pub async fn converse(shared: Shared, mut socket: WebSocket, query: String) {
    let (to_socket, mut told) = mpsc::unbounded_channel();
    let interval = shared.lock().settings.heartbeat_interval_ms;
    let hello =
        json!({"op": 10, "s": null, "t": null, "d": {"heartbeat_interval": interval, "_trace": ["discord-twin"]}});
    record(&shared, "twin", &hello);
    let mut packing = Packing::Plain;
    if query.split('&').any(|pair| pair == "compress=zlib-stream") {
        packing = Packing::Stream(ZlibEncoder::new(Vec::new(), Compression::fast()));
    }
    if socket.send(packing.pack(hello.to_string())).await.is_err() {
        return;
    }
    let mut here = Connection {
        shared,
        to_socket,
        number: NEXT_CONNECTION.fetch_add(1, Ordering::Relaxed),
        session: None,
        packing,
        sends: Vec::new(),
    };
    let (mut sink, mut stream) = socket.split();
    // A client that stops its heart is let go after one and a half of its intervals.
    let patience = Duration::from_millis(interval.saturating_mul(3) / 2);
    loop {
        tokio::select! {
            said = tokio::time::timeout(patience, stream.next()) => {
                let closing = match said {
                    Err(_) => Some(Closing(4009, "Session timed out.")),
                    Ok(None | Some(Err(_))) => break,
                    Ok(Some(Ok(Message::Text(text)))) => here.hear(text.as_str()).err(),
                    Ok(Some(Ok(Message::Close(frame)))) => { here.left(frame); break }
                    Ok(Some(Ok(Message::Binary(_)))) => Some(Closing(4002, "Error while decoding payload.")),
                    Ok(Some(Ok(_))) => None,
                };
                if let Some(Closing(code, reason)) = closing {
                    close(&mut sink, code, reason).await;
                    break;
                }
            }
            Some(order) = told.recv() => match order {
                ToSocket::Send(payload) => if !here.write(&mut sink, payload).await { break },
                ToSocket::Close(code, reason) => {
                    let closing = json!({"close": code, "reason": reason});
                    record(&here.shared, "twin", &closing);
                    close(&mut sink, code, reason).await;
                    break;
                }
            },
        }
    }
    here.forget();
}

type Sink = SplitSink<WebSocket, Message>;

async fn close(sink: &mut Sink, code: u16, reason: &'static str) {
    use futures_util::SinkExt;
    // A client that is gone needs no goodbye.
    let _ = sink.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
    let _ = sink.close().await;
}

fn record(shared: &Shared, from: &str, body: &Value) {
    let mut world = shared.lock();
    let at_ms = world.now_ms();
    if let Some(recorder) = &mut world.recorder {
        recorder.add(&json!({"at_ms": at_ms, "side": "gateway", "from": from, "body": body}));
    }
}

struct Connection {
    shared: Shared,
    to_socket: mpsc::UnboundedSender<ToSocket>,
    number: u64,
    session: Option<String>,
    packing: Packing,
    sends: Vec<i64>,
}

impl Connection {
    async fn write(&mut self, sink: &mut Sink, payload: Value) -> bool {
        use futures_util::SinkExt;
        record(&self.shared, "twin", &payload);
        sink.send(self.packing.pack(payload.to_string())).await.is_ok()
    }

    /// One payload of the client's.
    fn hear(&mut self, text: &str) -> Result<(), Closing> {
        let payload: Value = serde_json::from_str(text).map_err(|_| Closing(4002, "Error while decoding payload."))?;
        record(&self.shared, "bot", &payload);
        let shared = self.shared.clone();
        let mut world = shared.lock();
        // Clients pace themselves by their own clock, whatever the twin's shows.
        let now = world.clock.machine_ms();
        self.sends.retain(|at| *at > now - 60_000);
        self.sends.push(now);
        if self.sends.len() > SENDS_A_MINUTE {
            return Err(Closing(4008, "Rate limited."));
        }
        let data = &payload["d"];
        match payload["op"].as_u64() {
            Some(1) => {
                if let Some(session) = self.session.as_ref().and_then(|id| world.sessions.get_mut(id)) {
                    session.heartbeats += 1;
                }
                world.touch();
                if !world.faults.silent {
                    // Nobody is left to read it if this fails.
                    let _ = self.to_socket.send(ToSocket::Send(json!({"op": 11, "d": null, "s": null, "t": null})));
                }
                Ok(())
            }
            Some(2) => self.identify(&mut world, data),
            Some(6) => self.resume(&mut world, data),
            Some(3 | 4 | 8 | 31) if self.session.is_some() => self.ask(&mut world, &payload),
            Some(3 | 4 | 8 | 31) => Err(Closing(4003, "Not authenticated.")),
            _ => Err(Closing(4001, "Unknown opcode.")),
        }
    }

    fn identify(&mut self, world: &mut World, data: &Value) -> Result<(), Closing> {
        if self.session.is_some() {
            return Err(Closing(4005, "Already authenticated."));
        }
        let token = data["token"].as_str().unwrap_or_default();
        let token = token.strip_prefix("Bot ").unwrap_or(token);
        let app = world.apps.values().find(|app| app.token == token);
        let app = app.ok_or(Closing(4004, "Authentication failed."))?;
        let (app_id, allowed) = (app.id, app.privileged);
        let intents = data["intents"].as_u64().ok_or(Closing(4013, "Invalid intent(s)."))?;
        if intents & !KNOWN_INTENTS != 0 {
            return Err(Closing(4013, "Invalid intent(s)."));
        }
        if intents & PRIVILEGED & !allowed != 0 {
            return Err(Closing(4014, "Disallowed intent(s)."));
        }
        let shard = match &data["shard"] {
            Value::Array(pair) => match (pair.first().and_then(Value::as_u64), pair.get(1).and_then(Value::as_u64)) {
                (Some(which), Some(of)) if which < of => (which, of),
                _ => return Err(Closing(4010, "Invalid shard.")),
            },
            _ => (0, 1),
        };
        let now = world.now_ms();
        let a_day = world.settings.identifies_a_day;
        if let Some(app) = world.apps.get_mut(&app_id) {
            app.identifies.retain(|at| *at > now - 86_400_000);
            if app.identifies.len() >= a_day {
                // Discord resets the token and writes to its owner; here the token only stops working for the day.
                return Err(Closing(4004, "Authentication failed."));
            }
            app.identifies.push(now);
        }
        if data["compress"] == json!(true) && matches!(self.packing, Packing::Plain) {
            self.packing = Packing::Each;
        }
        let id =
            format!("{:032x}", u128::from(world.next_id().0).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        let mut session = Session::new(id.clone(), app_id, intents, shard);
        session.socket = Some(self.to_socket.clone());
        session.connection = self.number;
        world.sessions.insert(id.clone(), session);
        self.session = Some(id.clone());
        self.introduce(world, &id, app_id, intents, shard);
        world.touch();
        Ok(())
    }

    /// READY, and then each server by itself.
    fn introduce(&self, world: &mut World, session: &str, app: Id, intents: u64, shard: (u64, u64)) {
        let of_shard = |guild: &Id| (guild.0 >> 22) % shard.1 == shard.0;
        let mine = world.guilds.values().filter(|guild| guild.members.contains_key(&app) && of_shard(&guild.id));
        let guilds: Vec<(Id, bool)> = mine.map(|guild| (guild.id, guild.unavailable)).collect();
        let mut user = wire::user_of(world, app);
        wire::merge(&mut user, json!({"verified": true, "mfa_enabled": true, "email": null}));
        let ready = json!({
            "v": 10, "user": user, "session_id": session, "resume_gateway_url": world.gateway_url,
            "application": {
                "id": app, "flags": application_flags(world, app), "flags_new": application_flags(world, app).to_string(),
            },
            "shard": [shard.0, shard.1],
            "guilds": guilds.iter().map(|(id, _)| json!({"id": id, "unavailable": true})).collect::<Vec<_>>(),
            "session_type": "normal", "private_channels": [], "relationships": [], "presences": [], "guild_join_requests": [],
            "user_settings": {}, "geo_ordered_rtc_regions": ["us-central"], "auth": {}, "_trace": ["discord-twin"],
        });
        send(world, session, "READY", ready);
        for (guild, unavailable) in guilds {
            if let (true, false, Some(of)) = (intents & GUILDS != 0, unavailable, world.guilds.get(&guild)) {
                let data = wire::guild_create(world, of, app);
                send(world, session, "GUILD_CREATE", data);
            }
        }
    }

    fn resume(&mut self, world: &mut World, data: &Value) -> Result<(), Closing> {
        if self.session.is_some() {
            return Err(Closing(4005, "Already authenticated."));
        }
        let token = data["token"].as_str().unwrap_or_default();
        let token = token.strip_prefix("Bot ").unwrap_or(token);
        let Some(app) = world.apps.values().find(|app| app.token == token).map(|app| app.id) else {
            return Err(Closing(4004, "Authentication failed."));
        };
        let id = data["session_id"].as_str().unwrap_or_default().to_owned();
        let seq = data["seq"].as_u64().unwrap_or(0);
        let known = world.sessions.get(&id).filter(|session| session.app == app && session.resumable);
        if known.is_some_and(|session| seq > session.seq) {
            return Err(Closing(4007, "Invalid seq."));
        }
        let Some(missed) = known.and_then(|session| session.missed_since(seq)) else {
            // Nobody is left to read it if this fails.
            let _ = self.to_socket.send(ToSocket::Send(json!({"op": 9, "d": false, "s": null, "t": null})));
            return Ok(());
        };
        if let Some(session) = world.sessions.get_mut(&id) {
            session.close(4000, "Another connection took over.");
            session.socket = Some(self.to_socket.clone());
            session.connection = self.number;
            for payload in missed {
                session.say(payload);
            }
        }
        self.session = Some(id.clone());
        send(world, &id, "RESUMED", json!({"_trace": ["discord-twin"]}));
        world.touch();
        Ok(())
    }

    /// Presence and voice are taken and forgotten; members are told by request (op 8).
    fn ask(&mut self, world: &mut World, payload: &Value) -> Result<(), Closing> {
        if payload["op"] != json!(8) {
            return Ok(());
        }
        let data = &payload["d"];
        let Some(guild) = Id::of(&data["guild_id"]).and_then(|id| world.guilds.get(&id)) else { return Ok(()) };
        let wanted: Vec<Id> = match &data["user_ids"] {
            Value::Array(ids) => ids.iter().filter_map(Id::of).collect(),
            one => Id::of(one).into_iter().collect(),
        };
        let query = data["query"].as_str().unwrap_or_default().to_lowercase();
        let fits = |user: &Id| {
            let name = world.users.get(user).map_or("", |user| &user.name).to_lowercase();
            if wanted.is_empty() { name.starts_with(&query) } else { wanted.contains(user) }
        };
        let found = guild.members.values().filter(|member| fits(&member.user));
        let members: Vec<Value> = found.map(|each| wire::member(world, each)).collect();
        let missing: Vec<&Id> = wanted.iter().filter(|id| !guild.members.contains_key(id)).collect();
        let mut chunk = json!({
            "guild_id": guild.id, "members": members, "chunk_index": 0, "chunk_count": 1, "not_found": missing,
        });
        if data["nonce"].is_string() {
            wire::merge(&mut chunk, json!({"nonce": data["nonce"]}));
        }
        if let Some(session) = &self.session {
            send(world, session, "GUILD_MEMBERS_CHUNK", chunk);
        }
        Ok(())
    }

    /// The client closed: with 1000 or 1001 its session ends, with anything else it may come back.
    fn left(&mut self, frame: Option<CloseFrame>) {
        let code = frame.map_or(1005, |frame| frame.code);
        record(&self.shared, "bot", &json!({"close": code}));
        if let (1000 | 1001, Some(id)) = (code, &self.session) {
            let mut world = self.shared.lock();
            if world.sessions.get(id).is_some_and(|session| session.connection == self.number) {
                world.sessions.remove(id);
            }
        }
    }

    /// The session stays, without a connection.
    fn forget(&self) {
        let mut world = self.shared.lock();
        if let Some(session) = self.session.as_ref().and_then(|id| world.sessions.get_mut(id))
            && session.connection == self.number
        {
            session.socket = None;
        }
        world.touch();
    }
}

/// The bits that say which privileged intents an application has.
pub fn application_flags(world: &World, app: Id) -> u64 {
    let allowed = world.apps.get(&app).map_or(0, |app| app.privileged);
    let mut flags = 0;
    for (intent, flag) in
        [(super::GUILD_PRESENCES, 1 << 13), (super::GUILD_MEMBERS, 1 << 15), (super::MESSAGE_CONTENT, 1 << 19)]
    {
        if allowed & intent != 0 {
            flags |= flag;
        }
    }
    flags
}

/// How payloads travel: as text, each as zlib by itself (`compress` in IDENTIFY), or all as one zlib stream
/// (`compress=zlib-stream` in the address). Other packings Discord knows are answered with text, which clients read, too.
enum Packing {
    Plain,
    Each,
    Stream(ZlibEncoder<Vec<u8>>),
}

impl Packing {
    fn pack(&mut self, text: String) -> Message {
        let packed = match self {
            Packing::Plain => None,
            Packing::Each => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).ok()
            }
            Packing::Stream(encoder) => {
                let written = encoder.write_all(text.as_bytes()).and_then(|()| encoder.flush());
                written.ok().map(|()| std::mem::take(encoder.get_mut()))
            }
        };
        packed.map_or_else(|| Message::Text(text.into()), |bytes| Message::Binary(bytes.into()))
    }
}
