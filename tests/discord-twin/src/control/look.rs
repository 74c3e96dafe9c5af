//! Looking: what people see, what the bot did, and what nobody should have asked for.

use serde_json::{Value, json};

use super::names::Asked;
use crate::members::{Done, slash, view};
use crate::state::World;
use crate::{permissions, wire};

/// `?user=&channel=`: the messages that person has in front of them, oldest first.
pub fn see(world: &mut World, asked: &Asked) -> Done<Value> {
    let user = asked.user(world)?;
    let channel = asked.known_channel(world)?;
    Ok(Value::Array(channel.map_or_else(Vec::new, |channel| view::channel(world, user, channel))))
}

/// `?id=`: one message, whoever sees it.
pub fn message(world: &mut World, asked: &Asked) -> Done<Value> {
    let found = world.messages.get(&asked.id("id")?);
    Ok(found.map(|message| view::message(world, message)).ok_or("there is no such message")?)
}

/// `?user=&channel=`: the commands that person's client shows there; without them every command there is.
pub fn commands(world: &mut World, asked: &Asked) -> Done<Value> {
    if asked.get("user").is_null() {
        return Ok(Value::Array(world.apps.values().flat_map(|app| app.commands.clone()).collect()));
    }
    let (user, channel) = (asked.user(world)?, asked.channel(world)?);
    slash::offered(world, user, channel)
}

/// `?guild=`: its channels and threads.
pub fn channels(world: &mut World, asked: &Asked) -> Done<Value> {
    let guild = asked.guild(world)?;
    let mine = world.channels.values().filter(|channel| channel.guild == Some(guild));
    Ok(Value::Array(mine.map(|channel| wire::channel(world, channel)).collect()))
}

/// `?guild=`: its scheduled events.
pub fn events(world: &mut World, asked: &Asked) -> Done<Value> {
    let guild = asked.guild(world)?;
    let stored = world.guilds.get(&guild).map_or(&[][..], |guild| &guild.events);
    Ok(Value::Array(stored.iter().map(|event| wire::event(world, event, true)).collect()))
}

/// `?user=&channel=`: what somebody, or an application by its name, may there, by Discord's names.
pub fn permissions(world: &mut World, asked: &Asked) -> Done<Value> {
    let (user, channel) = (asked.user(world)?, asked.channel(world)?);
    let of = world.channels.get(&channel).ok_or("there is no such channel")?;
    let may = permissions::in_channel(world, of, user);
    let names: Vec<&str> = permissions::NAMES.iter().filter(|(_, bit)| may & bit != 0).map(|(name, _)| *name).collect();
    Ok(json!({"bits": may.to_string(), "names": names}))
}

/// The gateway's sessions.
pub fn sessions(world: &mut World, _asked: &Asked) -> Done<Value> {
    let told = world.sessions.values().map(|session| {
        json!({
            "id": session.id, "app": session.app, "intents": session.intents, "shard": [session.shard.0, session.shard.1],
            "seq": session.seq, "connected": session.socket.is_some(), "resumable": session.resumable,
            "heartbeats": session.heartbeats,
        })
    });
    Ok(Value::Array(told.collect()))
}

/// Requests for routes the twin does not have. A test of a bot fails on any.
pub fn unknown(world: &mut World, _asked: &Asked) -> Done<Value> {
    Ok(Value::Array(world.unknown.clone()))
}

/// Answers by status, 429s by route, faults, messages: for totals.
pub fn counters(world: &mut World, _asked: &Asked) -> Done<Value> {
    let statuses: serde_json::Map<String, Value> =
        world.statuses.iter().map(|(status, count)| (status.to_string(), json!(count))).collect();
    Ok(json!({
        "statuses": statuses, "limits": world.limits.tell(), "faults": world.faults.tell(),
        "messages": world.messages.len(), "interactions": world.interactions.len(), "unknown": world.unknown.len(),
        "now_ms": world.now_ms(),
    }))
}

/// Whether what `POST /twin/until` waits for holds, and what it is:
/// `{"user", "channel", "contains", "count"?}` (the messages), `{"connected": app}`, `{"command": name}`,
/// `{"struck": fault, "count"?}`, `{"heartbeats": so many of one session}`.
pub fn holds(world: &World, asked: &Asked) -> Done<Option<Value>> {
    let count = usize::try_from(asked.number("count").unwrap_or(1)).unwrap_or(usize::MAX);
    if let Some(text) = asked.text("contains") {
        let user = asked.user(world)?;
        let Some(channel) = asked.known_channel(world)? else { return Ok(None) };
        let has = |message: &Value| message["text"].as_str().is_some_and(|words| words.contains(text));
        let found: Vec<Value> = view::channel(world, user, channel).into_iter().filter(has).collect();
        return Ok((found.len() >= count).then_some(Value::Array(found)));
    }
    if let Some(name) = asked.text("command") {
        let all = world.apps.values().flat_map(|app| &app.commands);
        return Ok(all.into_iter().find(|command| command["name"] == json!(name)).cloned());
    }
    if let Some(name) = asked.text("struck") {
        let told = world.faults.tell();
        let times = told["struck"][name].as_u64().unwrap_or(0);
        return Ok((times >= count as u64).then_some(told));
    }
    if let Some(times) = asked.number("heartbeats") {
        let heard = world.sessions.values().map(|session| session.heartbeats).max().unwrap_or(0);
        return Ok((heard >= times).then_some(json!({"heartbeats": heard})));
    }
    if asked.get("connected").is_null() {
        return Err(
            "\"contains\", \"connected\", \"command\", \"heartbeats\" or \"struck\" has to say what to wait for".into(),
        );
    }
    let wanted = asked.truth("connected").unwrap_or(true);
    let app = asked.named_app(world)?;
    let mut sessions = world.sessions.values().filter(|it| app.is_none_or(|app| it.app == app));
    let there = sessions.any(|session| session.socket.is_some());
    Ok((there == wanted).then_some(json!({"connected": there})))
}

/// What holds instead, for a test that failed.
pub fn instead(world: &World, asked: &Asked) -> Value {
    let seen = match (asked.user(world), asked.known_channel(world)) {
        (Ok(user), Ok(Some(channel))) => view::channel(world, user, channel),
        _ => Vec::new(),
    };
    let words = seen.iter().rev().take(5).map(|message| message["text"].clone()).collect::<Vec<_>>();
    json!({"last_seen": words, "connected": world.sessions.values().any(|session| session.socket.is_some())})
}
