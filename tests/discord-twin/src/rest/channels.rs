//! Channels, and what is small around messages: typing and reactions.

use serde_json::{Value, json};

use super::{Call, Reply, messages, nothing, ok};
use crate::clock::Id;
use crate::errors::{self, Answer, Form, Refusal};
use crate::gateway::events;
use crate::permissions::{
    self, ADD_REACTIONS, MANAGE_CHANNELS, MANAGE_THREADS, READ_MESSAGE_HISTORY, SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS, VIEW_CHANNEL,
};
use crate::state::{Message, Reaction, World};
use crate::wire;

/// What an application may in a channel that it sees; a refusal when it does not.
pub fn may_see(world: &World, id: Id, app: Id) -> Answer<u64> {
    let channel = world.channels.get(&id).ok_or_else(errors::unknown_channel)?;
    if channel.guild.and_then(|guild| world.guilds.get(&guild)).is_some_and(|guild| guild.unavailable) {
        return Err(Refusal::new(503, 0, "Service Unavailable"));
    }
    let may = permissions::in_channel(world, channel, app);
    if may & VIEW_CHANNEL == 0 { Err(errors::missing_access()) } else { Ok(may) }
}

/// The same for a channel it wants to write to.
pub fn may_send(world: &World, id: Id, app: Id) -> Answer<u64> {
    let may = may_see(world, id, app)?;
    let channel = world.channels.get(&id).ok_or_else(errors::unknown_channel)?;
    if channel.guild.is_none() {
        for other in channel.recipients.iter().filter(|other| **other != app) {
            let open = world.users.get(other).is_some_and(|user| user.dms_open);
            if !open || !world.share_a_guild(app, *other) {
                return Err(errors::cannot_dm());
            }
        }
        return Ok(may);
    }
    if let Some(thread) = &channel.thread {
        if may & SEND_MESSAGES_IN_THREADS == 0 {
            return Err(errors::missing_permissions());
        }
        if thread.locked && may & MANAGE_THREADS == 0 {
            return Err(Refusal::new(403, 160_005, "Thread is locked"));
        }
        return Ok(may);
    }
    if may & SEND_MESSAGES == 0 { Err(errors::missing_permissions()) } else { Ok(may) }
}

/// `GET /channels/{id}`
pub fn get(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let id = call.id(0)?;
    may_see(world, id, call.app)?;
    show(world, id)
}

fn show(world: &World, id: Id) -> Answer<Reply> {
    let channel = world.channels.get(&id).ok_or_else(errors::unknown_channel)?;
    ok(wire::channel(world, channel))
}

/// `PATCH /channels/{id}`: name and topic of a channel; name, archived and locked of a thread.
pub fn edit(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let id = call.id(0)?;
    let may = may_see(world, id, call.app)?;
    let now = world.now_ms();
    let body = call.body.clone();
    let mut form = Form::new();
    if let Some(name) = body["name"].as_str() {
        form.length("name", name, 1, 100);
    }
    form.done()?;
    let channel = world.channels.get_mut(&id).ok_or_else(errors::unknown_channel)?;
    if channel.guild.is_none() {
        return Err(errors::not_of_a_dm());
    }
    let of_a_thread = channel.thread.is_some();
    if let Some(thread) = &mut channel.thread {
        if may & MANAGE_THREADS == 0 && thread.owner != call.app {
            return Err(errors::missing_permissions());
        }
        let was = thread.archived;
        thread.archived = body["archived"].as_bool().unwrap_or(thread.archived);
        thread.locked = body["locked"].as_bool().unwrap_or(thread.locked);
        thread.auto_archive_minutes = body["auto_archive_duration"].as_u64().unwrap_or(thread.auto_archive_minutes);
        if was != thread.archived {
            thread.archive_changed_ms = now;
        }
    } else {
        if may & MANAGE_CHANNELS == 0 {
            return Err(errors::missing_permissions());
        }
        if let Some(topic) = body.get("topic") {
            channel.topic = topic.as_str().map(str::to_owned);
        }
    }
    if let Some(name) = body["name"].as_str() {
        channel.name = name.to_owned();
    }
    events::channel(world, if of_a_thread { "THREAD_UPDATE" } else { "CHANNEL_UPDATE" }, id);
    show(world, id)
}

/// `DELETE /channels/{id}`: a channel or thread goes; a direct message is only closed, and stays.
pub fn delete(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let id = call.id(0)?;
    let may = may_see(world, id, call.app)?;
    let channel = world.channels.get(&id).ok_or_else(errors::unknown_channel)?;
    let shown = wire::channel(world, channel);
    if channel.guild.is_none() {
        return ok(shown);
    }
    let needed = if channel.thread.is_some() { MANAGE_THREADS } else { MANAGE_CHANNELS };
    if may & needed == 0 {
        return Err(errors::missing_permissions());
    }
    remove(world, id);
    ok(shown)
}

/// Takes a channel away, with its threads and messages.
pub fn remove(world: &mut World, id: Id) {
    let threads: Vec<Id> = world
        .channels
        .values()
        .filter(|channel| channel.thread.is_some() && channel.parent == Some(id))
        .map(|channel| channel.id)
        .collect();
    for thread in threads {
        remove(world, thread);
    }
    let of_a_thread = world.channels.get(&id).is_some_and(|channel| channel.thread.is_some());
    events::channel(world, if of_a_thread { "THREAD_DELETE" } else { "CHANNEL_DELETE" }, id);
    if let Some(channel) = world.channels.remove(&id) {
        for message in channel.messages {
            world.messages.remove(&message);
        }
    }
    world.touch();
}

/// `POST /channels/{id}/typing`
pub fn typing(world: &mut World, call: &mut Call) -> Answer<Reply> {
    may_send(world, call.id(0)?, call.app)?;
    nothing()
}

fn emoji(call: &Call) -> Answer<String> {
    let emoji = call.text(2);
    // A server's own emoji is name:id; a plain word is neither that nor a sign.
    if emoji.is_empty() || emoji.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
        return Err(errors::unknown_emoji());
    }
    Ok(emoji.to_owned())
}

/// `PUT …/reactions/{emoji}/@me`
pub fn react(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let message = messages::find(world, call)?;
    let emoji = emoji(call)?;
    let may = may_see(world, message.channel, call.app)?;
    let first = !message.reactions.iter().any(|each| each.emoji == emoji);
    if may & READ_MESSAGE_HISTORY == 0 || first && may & ADD_REACTIONS == 0 {
        return Err(errors::missing_permissions());
    }
    set_reaction(world, &message, call.app, &emoji, true);
    nothing()
}

/// `DELETE …/reactions/{emoji}/@me`
pub fn take_back(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let message = messages::find(world, call)?;
    let emoji = emoji(call)?;
    set_reaction(world, &message, call.app, &emoji, false);
    nothing()
}

/// Puts an emoji under a message or takes it away, and tells.
pub fn set_reaction(world: &mut World, message: &Message, user: Id, emoji: &str, there: bool) {
    let Some(stored) = world.messages.get_mut(&message.id) else { return };
    let was = stored.reactions.iter().any(|each| each.emoji == emoji && each.users.contains(&user));
    if was == there {
        return;
    }
    if there {
        match stored.reactions.iter_mut().find(|each| each.emoji == emoji) {
            Some(reaction) => reaction.users.push(user),
            None => stored.reactions.push(Reaction { emoji: emoji.to_owned(), users: vec![user] }),
        }
    } else {
        for reaction in stored.reactions.iter_mut().filter(|each| each.emoji == emoji) {
            reaction.users.retain(|each| *each != user);
        }
        stored.reactions.retain(|each| !each.users.is_empty());
    }
    events::reaction(world, there, message, user, emoji);
    world.touch();
}

/// `GET …/reactions/{emoji}`
pub fn reacted(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let message = messages::find(world, call)?;
    let emoji = emoji(call)?;
    let users = message.reactions.iter().find(|each| each.emoji == emoji).map_or(&[][..], |each| &each.users);
    ok(json!(users.iter().map(|user| wire::user_of(world, *user)).collect::<Vec<Value>>()))
}
