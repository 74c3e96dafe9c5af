//! What happens is told to every application that may know it: by its intents, its servers and what it may see.

use serde_json::{Value, json};

use super::{
    DIRECT_MESSAGE_REACTIONS, DIRECT_MESSAGES, GUILD_MEMBERS, GUILD_MESSAGE_REACTIONS, GUILD_MESSAGES,
    GUILD_SCHEDULED_EVENTS, GUILDS, MESSAGE_CONTENT, send, send_to,
};
use crate::clock::Id;
use crate::permissions::{self, VIEW_CHANNEL};
use crate::state::{Message, World};
use crate::wire::{self, Eyes};

/// The applications that see a channel.
fn watching(world: &World, channel: Id) -> Vec<Id> {
    let Some(channel) = world.channels.get(&channel) else { return Vec::new() };
    match channel.guild {
        Some(guild) if world.guilds.get(&guild).is_some_and(|guild| guild.unavailable) => Vec::new(),
        Some(guild) => {
            let sees = |app: &Id| permissions::in_channel(world, channel, *app) & VIEW_CHANNEL != 0;
            world.apps_in(guild).into_iter().filter(sees).collect()
        }
        None => world.apps.keys().copied().filter(|app| channel.recipients.contains(app)).collect(),
    }
}

fn message_intent(guild: Option<Id>) -> u64 {
    if guild.is_some() { GUILD_MESSAGES } else { DIRECT_MESSAGES }
}

/// A message was sent (`MESSAGE_CREATE`) or changed (`MESSAGE_UPDATE`). One that only one person sees is told to nobody.
pub fn message(world: &mut World, name: &str, id: Id) {
    let Some(message) = world.messages.get(&id).cloned() else { return };
    if message.only_for.is_some() {
        return;
    }
    let guild = world.channels.get(&message.channel).and_then(|channel| channel.guild);
    for app in watching(world, message.channel) {
        let ids: Vec<(String, u64)> = world
            .sessions
            .values()
            .filter(|session| session.app == app && session.minds(guild))
            .filter(|session| session.intents & message_intent(guild) != 0)
            .map(|session| (session.id.clone(), session.intents))
            .collect();
        for (session, intents) in ids {
            let eyes = Eyes { app, reads_content: intents & MESSAGE_CONTENT != 0 };
            let mut data = wire::gateway_message(world, &message, eyes);
            if message.author != app || name == "MESSAGE_UPDATE" {
                // Only whoever sent it is shown the nonce, and only once.
                if let Value::Object(fields) = &mut data {
                    fields.remove("nonce");
                }
            }
            send(world, &session, name, data);
        }
    }
}

/// A message is gone.
pub fn message_deleted(world: &mut World, message: &Message) {
    if message.only_for.is_some() {
        return;
    }
    let guild = world.channels.get(&message.channel).and_then(|channel| channel.guild);
    let mut data = json!({"id": message.id, "channel_id": message.channel});
    if let Some(guild) = guild {
        wire::merge(&mut data, json!({"guild_id": guild}));
    }
    for app in watching(world, message.channel) {
        send_to(world, app, guild, message_intent(guild), "MESSAGE_DELETE", &data);
    }
}

/// Somebody put an emoji under a message, or took it away.
pub fn reaction(world: &mut World, added: bool, message: &Message, user: Id, emoji: &str) {
    let guild = world.channels.get(&message.channel).and_then(|channel| channel.guild);
    let mut data = json!({
        "user_id": user, "channel_id": message.channel, "message_id": message.id, "emoji": {"id": null, "name": emoji},
        "burst": false, "type": 0,
    });
    if added {
        wire::merge(&mut data, json!({"message_author_id": message.author}));
    }
    if let Some(guild) = guild {
        wire::merge(&mut data, json!({"guild_id": guild}));
        if let (true, Some(member)) = (added, world.guilds.get(&guild).and_then(|guild| guild.members.get(&user))) {
            wire::merge(&mut data, json!({"member": wire::member(world, member)}));
        }
    }
    let intent = if guild.is_some() { GUILD_MESSAGE_REACTIONS } else { DIRECT_MESSAGE_REACTIONS };
    let name = if added { "MESSAGE_REACTION_ADD" } else { "MESSAGE_REACTION_REMOVE" };
    for app in watching(world, message.channel) {
        send_to(world, app, guild, intent, name, &data);
    }
}

/// A channel or thread was made, changed or removed: `CHANNEL_CREATE`, `THREAD_UPDATE` and the like.
pub fn channel(world: &mut World, name: &str, id: Id) {
    let Some(channel) = world.channels.get(&id) else { return };
    let Some(guild) = channel.guild else { return };
    let mut data = wire::channel(world, channel);
    if name == "THREAD_CREATE" {
        wire::merge(&mut data, json!({"newly_created": true}));
    }
    if name == "THREAD_DELETE" {
        data = json!({"id": id, "guild_id": guild, "parent_id": channel.parent, "type": channel.kind});
    }
    // Bots are told of every channel of a server, but only of the threads they see.
    let apps = if channel.thread.is_some() { watching(world, id) } else { available(world, guild) };
    for app in apps {
        send_to(world, app, Some(guild), GUILDS, name, &data);
    }
}

/// Somebody came into a thread.
pub fn thread_member(world: &mut World, thread: Id, user: Id) {
    let Some(channel) = world.channels.get(&thread) else { return };
    let (Some(guild), Some(of)) = (channel.guild, &channel.thread) else { return };
    let count = of.members.len();
    let since = of.members.get(&user).copied().unwrap_or_default();
    for app in watching(world, thread) {
        let mut added = wire::thread_member(thread, user, since);
        if let Some(member) = world.guilds.get(&guild).and_then(|guild| guild.members.get(&user)) {
            wire::merge(&mut added, json!({"member": wire::member(world, member), "presence": null}));
        }
        let data = json!({"id": thread, "guild_id": guild, "member_count": count, "added_members": [added]});
        // Without the members' intent an application is told of itself only.
        let intents = if user == app { GUILDS | GUILD_MEMBERS } else { GUILD_MEMBERS };
        send_to(world, app, Some(guild), intents, "THREAD_MEMBERS_UPDATE", &data);
    }
}

/// Where somebody is typing is not told: nobody here asks for it.
fn available(world: &World, guild: Id) -> Vec<Id> {
    let away = world.guilds.get(&guild).is_none_or(|guild| guild.unavailable);
    if away { Vec::new() } else { world.apps_in(guild) }
}

/// The server as a whole, to one application. One that has just been added is told nothing of outages: discord.py knows
/// by that a server it has joined from one that is back.
pub fn guild_create(world: &mut World, guild: Id, app: Id, added: bool) {
    let Some(of) = world.guilds.get(&guild) else { return };
    let mut data = wire::guild_create(world, of, app);
    if let (true, Value::Object(fields)) = (added, &mut data) {
        fields.remove("unavailable");
    }
    send_to(world, app, Some(guild), GUILDS, "GUILD_CREATE", &data);
}

/// The server is gone for an application: for good, or (`unavailable`) for the length of an outage.
pub fn guild_delete(world: &mut World, guild: Id, app: Id, unavailable: bool) {
    let data = if unavailable { json!({"id": guild, "unavailable": true}) } else { json!({"id": guild}) };
    send_to(world, app, Some(guild), GUILDS, "GUILD_DELETE", &data);
}

/// The server's name or owner changed.
pub fn guild_update(world: &mut World, guild: Id) {
    let Some(of) = world.guilds.get(&guild) else { return };
    let data = wire::guild(of);
    for app in available(world, guild) {
        send_to(world, app, Some(guild), GUILDS, "GUILD_UPDATE", &data);
    }
}

/// A role was made, changed or removed.
pub fn role(world: &mut World, name: &str, guild: Id, role: Id) {
    let Some(of) = world.guilds.get(&guild) else { return };
    let data = match of.role(role) {
        Some(role) if name != "GUILD_ROLE_DELETE" => json!({"guild_id": guild, "role": wire::role(of, role)}),
        _ => json!({"guild_id": guild, "role_id": role}),
    };
    for app in available(world, guild) {
        send_to(world, app, Some(guild), GUILDS, name, &data);
    }
}

/// Somebody joined, left or changed. An application hears of its own changes without the members' intent.
pub fn member(world: &mut World, name: &str, guild: Id, user: Id) {
    let Some(of) = world.guilds.get(&guild) else { return };
    let mut data = match of.members.get(&user) {
        Some(member) => wire::member(world, member),
        None => json!({"user": wire::user_of(world, user)}),
    };
    wire::merge(&mut data, json!({"guild_id": guild}));
    for app in available(world, guild) {
        let own_change = user == app && name == "GUILD_MEMBER_UPDATE";
        let intents = if own_change { 0 } else { GUILD_MEMBERS };
        send_to(world, app, Some(guild), intents, name, &data);
    }
}

/// A scheduled event was made, changed or removed.
pub fn scheduled_event(world: &mut World, name: &str, guild: Id, event: &Value) {
    let data = wire::event(world, event, false);
    for app in available(world, guild) {
        send_to(world, app, Some(guild), GUILD_SCHEDULED_EVENTS, name, &data);
    }
}

/// Somebody did something with an application, which needs no intent.
pub fn interaction(world: &mut World, app: Id, guild: Option<Id>, data: &Value) {
    send_to(world, app, guild, 0, "INTERACTION_CREATE", data);
}
