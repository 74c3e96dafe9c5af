//! Threads: started from a message or alone, joined, left, listed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Call, Reply, channels, created, messages, nothing, ok};
use crate::clock::Id;
use crate::errors::{self, Answer, Form};
use crate::gateway::events;
use crate::permissions::{CREATE_PRIVATE_THREADS, CREATE_PUBLIC_THREADS, VIEW_CHANNEL};
use crate::state::{Channel, GUILD_TEXT, HAS_THREAD, Message, PRIVATE_THREAD, PUBLIC_THREAD, Thread, World};
use crate::{permissions, wire};

/// Documented lengths of the time after which a quiet thread is archived, in minutes.
const ARCHIVES: [u64; 4] = [60, 1440, 4320, 10080];

fn check(body: &Value) -> Answer<(String, u64)> {
    let mut form = Form::new();
    let name = body["name"].as_str().unwrap_or_default();
    form.length("name", name, 1, 100);
    let archive = body["auto_archive_duration"].as_u64().unwrap_or(4320);
    if !ARCHIVES.contains(&archive) {
        form.choice("auto_archive_duration", "60, 1440, 4320, 10080");
    }
    form.done()?;
    Ok((name.to_owned(), archive))
}

/// `POST /channels/{id}/messages/{id}/threads`: the thread has the message's id.
pub fn create_from_message(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let message = messages::find(world, call)?;
    let may = channels::may_see(world, message.channel, call.app)?;
    let parent = world.channels.get(&message.channel).ok_or_else(errors::unknown_channel)?;
    if parent.guild.is_none() || parent.thread.is_some() {
        return Err(errors::not_of_this_kind());
    }
    if may & CREATE_PUBLIC_THREADS == 0 {
        return Err(errors::missing_permissions());
    }
    let (name, archive) = check(&call.body)?;
    if message.thread.is_some() {
        return Err(errors::thread_exists());
    }
    let parent = parent.id;
    open(world, message.id, parent, PUBLIC_THREAD, name, archive, call.app);
    if let Some(stored) = world.messages.get_mut(&message.id) {
        stored.thread = Some(message.id);
        stored.flags |= HAS_THREAD;
    }
    events::channel(world, "THREAD_CREATE", message.id);
    tell_thread_of_message(world, message.id);
    show(world, message.id, call.app)
}

/// A message that has got a thread is a changed message.
pub fn tell_thread_of_message(world: &mut World, message: Id) {
    events::message(world, "MESSAGE_UPDATE", message);
}

/// `POST /channels/{id}/threads`: one that hangs on no message.
pub fn create(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let parent = call.id(0)?;
    let may = channels::may_see(world, parent, call.app)?;
    let of = world.channels.get(&parent).ok_or_else(errors::unknown_channel)?;
    if of.kind != GUILD_TEXT {
        return Err(errors::not_of_this_kind());
    }
    let kind = call.body["type"].as_u64().unwrap_or(PRIVATE_THREAD);
    let needed = match kind {
        PUBLIC_THREAD => CREATE_PUBLIC_THREADS,
        PRIVATE_THREAD => CREATE_PRIVATE_THREADS,
        _ => return Err(errors::not_of_this_kind()),
    };
    if may & needed == 0 {
        return Err(errors::missing_permissions());
    }
    let (name, archive) = check(&call.body)?;
    let id = world.next_id();
    open(world, id, parent, kind, name.clone(), archive, call.app);
    events::channel(world, "THREAD_CREATE", id);
    if kind == PUBLIC_THREAD {
        // The channel shows that there is one (message type 18).
        messages::give_message(
            world,
            Message { channel: parent, author: call.app, kind: 18, content: name, ..Message::default() },
        );
    }
    show(world, id, call.app)
}

fn open(world: &mut World, id: Id, parent: Id, kind: u64, name: String, archive: u64, owner: Id) {
    let now = world.now_ms();
    let guild = world.channels.get(&parent).and_then(|channel| channel.guild);
    let thread = Thread {
        owner,
        archived: false,
        locked: false,
        auto_archive_minutes: archive,
        archive_changed_ms: now,
        created_ms: now,
        members: BTreeMap::from([(owner, now)]),
        messages_sent: 0,
        message_count: 0,
    };
    let channel = Channel {
        id,
        kind,
        guild,
        name,
        topic: None,
        parent: Some(parent),
        position: 0,
        overwrites: Vec::new(),
        recipients: Vec::new(),
        thread: Some(thread),
        messages: Vec::new(),
        last_message: None,
    };
    world.channels.insert(id, channel);
    world.touch();
}

fn show(world: &World, id: Id, app: Id) -> Answer<Reply> {
    let channel = world.channels.get(&id).ok_or_else(errors::unknown_channel)?;
    let mut out = wire::channel(world, channel);
    if let Some(since) = channel.thread.as_ref().and_then(|thread| thread.members.get(&app)) {
        wire::merge(&mut out, json!({"member": wire::thread_member(id, app, *since)}));
    }
    created(out)
}

/// The thread in the path.
fn find(world: &World, call: &Call) -> Answer<Id> {
    let id = call.id(0)?;
    channels::may_see(world, id, call.app)?;
    match world.channels.get(&id) {
        Some(Channel { thread: Some(_), .. }) => Ok(id),
        _ => Err(errors::not_of_this_kind()),
    }
}

/// Somebody comes into a thread.
pub fn enter(world: &mut World, thread: Id, user: Id) {
    let now = world.now_ms();
    if let Some(of) = world.channels.get_mut(&thread).and_then(|channel| channel.thread.as_mut())
        && !of.members.contains_key(&user)
    {
        of.members.insert(user, now);
        events::thread_member(world, thread, user);
        world.touch();
    }
}

/// Somebody who is mentioned comes in, if they see the channel the thread hangs in.
pub fn draw_in(world: &mut World, thread: Id, user: Id) {
    let parent = world.channels.get(&thread).and_then(|channel| channel.parent);
    let sees = parent
        .and_then(|id| world.channels.get(&id))
        .is_some_and(|parent| permissions::in_channel(world, parent, user) & VIEW_CHANNEL != 0);
    if sees {
        enter(world, thread, user);
    }
}

/// `PUT /channels/{id}/thread-members/@me`
pub fn join(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let thread = find(world, call)?;
    enter(world, thread, call.app);
    nothing()
}

/// `PUT /channels/{id}/thread-members/{user}`
pub fn add_member(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let thread = find(world, call)?;
    channels::may_send(world, thread, call.app)?;
    let user = call.id(1)?;
    let guild = world.channels.get(&thread).and_then(|channel| channel.guild);
    let there = guild.and_then(|guild| world.guilds.get(&guild)).is_some_and(|guild| guild.members.contains_key(&user));
    if !there {
        return Err(errors::unknown_member());
    }
    enter(world, thread, user);
    nothing()
}

/// `DELETE /channels/{id}/thread-members/@me`
pub fn leave(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let thread = find(world, call)?;
    if let Some(of) = world.channels.get_mut(&thread).and_then(|channel| channel.thread.as_mut()) {
        of.members.remove(&call.app);
    }
    nothing()
}

/// `GET /channels/{id}/thread-members`
pub fn members(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let thread = find(world, call)?;
    let members = world.channels.get(&thread).and_then(|channel| channel.thread.as_ref()).map(|of| &of.members);
    let shown = members.into_iter().flatten().map(|(user, since)| wire::thread_member(thread, *user, *since));
    ok(Value::Array(shown.collect()))
}

/// `GET /channels/{id}/thread-members/{user}`
pub fn member(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let thread = find(world, call)?;
    let user = if call.text(1) == "@me" { call.app } else { call.id(1)? };
    let of = world.channels.get(&thread).and_then(|channel| channel.thread.as_ref());
    let since = of.and_then(|of| of.members.get(&user)).ok_or_else(errors::unknown_member)?;
    ok(wire::thread_member(thread, user, *since))
}

/// `GET /guilds/{id}/threads/active`
pub fn active(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let guild = super::guilds::may_know(world, call.id(0)?, call.app)?;
    let open = |channel: &&Channel| {
        channel.guild == Some(guild)
            && channel.thread.as_ref().is_some_and(|thread| !thread.archived)
            && permissions::in_channel(world, channel, call.app) & VIEW_CHANNEL != 0
    };
    let threads: Vec<&Channel> = world.channels.values().filter(open).collect();
    let mine = threads.iter().filter_map(|channel| {
        let since = channel.thread.as_ref()?.members.get(&call.app)?;
        Some(wire::thread_member(channel.id, call.app, *since))
    });
    ok(json!({
        "threads": threads.iter().map(|channel| wire::channel(world, channel)).collect::<Vec<_>>(),
        "members": mine.collect::<Vec<_>>(), "has_more": false,
    }))
}
