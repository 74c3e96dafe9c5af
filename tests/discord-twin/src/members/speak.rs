//! What people write themselves, and the emoji they put under it.

use serde_json::Value;

use super::{Done, refused, seen_by};
use crate::clock::Id;
use crate::gateway::events;
use crate::permissions::{self, ADD_REACTIONS, MANAGE_MESSAGES, SEND_MESSAGES, SEND_MESSAGES_IN_THREADS, VIEW_CHANNEL};
use crate::rest::{delete_message, give_message, mentioned, set_reaction};
use crate::state::{Message, World};

/// The most a client sends.
const LONGEST: usize = 2000;

/// Writes into a channel, as a reply if `reply_to` says to what.
pub fn write(world: &mut World, user: Id, channel: Id, content: &str, reply_to: Option<Id>) -> Done<Id> {
    let of = world.channels.get(&channel).ok_or("there is no such channel")?;
    let may = permissions::in_channel(world, of, user);
    let needed = if of.thread.is_some() { SEND_MESSAGES_IN_THREADS } else { SEND_MESSAGES };
    if may & VIEW_CHANNEL == 0 || may & needed == 0 {
        return refused("no_permission", "they may not write here");
    }
    let length = content.chars().count();
    if length == 0 || length > LONGEST {
        return refused("wrong_length", format!("a message has 1 to {LONGEST} characters, not {length}"));
    }
    let (mut mentions, mention_roles) = mentioned(content);
    mentions.retain(|id| world.users.contains_key(id));
    if let Some(original) = reply_to.map(|id| seen_by(world, user, id)).transpose()?
        && !mentions.contains(&original.author)
    {
        mentions.push(original.author);
    }
    let message = Message {
        channel,
        author: user,
        kind: if reply_to.is_some() { 19 } else { 0 },
        content: content.to_owned(),
        reference: reply_to,
        mentions,
        mention_roles,
        ..Message::default()
    };
    Ok(give_message(world, message))
}

/// Edits one's own message.
pub fn rewrite(world: &mut World, user: Id, message: Id, content: &str) -> Done<Value> {
    let old = seen_by(world, user, message)?;
    if old.author != user {
        return refused("not_theirs", "it is somebody else's message");
    }
    let (mut mentions, mention_roles) = mentioned(content);
    mentions.retain(|id| world.users.contains_key(id));
    let now = world.now_ms();
    if let Some(stored) = world.messages.get_mut(&message) {
        stored.content = content.to_owned();
        (stored.mentions, stored.mention_roles) = (mentions, mention_roles);
        stored.edited_ms = Some(now);
        stored.edits += 1;
    }
    events::message(world, "MESSAGE_UPDATE", message);
    world.touch();
    Ok(Value::Null)
}

/// Deletes a message: one's own, one only they see, or with the permission anybody's.
pub fn erase(world: &mut World, user: Id, message: Id) -> Done<Value> {
    let old = seen_by(world, user, message)?;
    let channel = world.channels.get(&old.channel).ok_or("there is no such channel")?;
    let may = permissions::in_channel(world, channel, user) & MANAGE_MESSAGES != 0;
    if old.author != user && old.only_for != Some(user) && !may {
        return refused("not_theirs", "it is somebody else's message");
    }
    delete_message(world, message);
    Ok(Value::Null)
}

/// Puts an emoji under a message, or takes it away.
pub fn react(world: &mut World, user: Id, message: Id, emoji: &str, there: bool) -> Done<Value> {
    let under = seen_by(world, user, message)?;
    let channel = world.channels.get(&under.channel).ok_or("there is no such channel")?;
    let known = under.reactions.iter().any(|each| each.emoji == emoji);
    if there && !known && permissions::in_channel(world, channel, user) & ADD_REACTIONS == 0 {
        return refused("no_permission", "they may not add reactions here");
    }
    set_reaction(world, &under, user, emoji, there);
    Ok(Value::Null)
}
