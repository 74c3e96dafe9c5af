//! How things look on the wire: whole objects, with every field Discord sends.

use serde_json::{Map, Value, json};

use crate::clock::{Id, iso};
use crate::permissions;
use crate::state::{COMMAND, COMPONENT, DM, EPHEMERAL, MODAL_SUBMIT};
use crate::state::{Channel, Guild, Interaction, Member, Message, Role, Thread, User, World};

/// Adds the fields of one object to another.
pub fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

pub fn user(user: &User) -> Value {
    let mut out = json!({
        "id": user.id, "username": user.name, "discriminator": "0", "global_name": user.shown_name, "avatar": null,
        "avatar_decoration_data": null, "banner": null, "accent_color": null, "public_flags": 0, "flags": 0,
        "collectibles": null, "primary_guild": null,
    });
    if user.bot {
        merge(&mut out, json!({"bot": true, "discriminator": "0001"}));
    }
    out
}

/// A user by id; somebody the twin does not know looks deleted.
pub fn user_of(world: &World, id: Id) -> Value {
    match world.users.get(&id) {
        Some(known) => user(known),
        None => user(&User {
            id,
            name: "deleted_user".into(),
            shown_name: None,
            bot: false,
            locale: "en-US".into(),
            dms_open: false,
        }),
    }
}

/// A member without the user in it, as messages carry it.
pub fn bare_member(member: &Member) -> Value {
    json!({
        "nick": member.nick, "avatar": null, "banner": null, "roles": member.roles, "joined_at": iso(member.joined_ms),
        "premium_since": null, "deaf": false, "mute": false, "flags": 0, "pending": false,
        "communication_disabled_until": null,
    })
}

pub fn member(world: &World, of: &Member) -> Value {
    let mut out = bare_member(of);
    merge(&mut out, json!({"user": user_of(world, of.user)}));
    out
}

pub fn role(guild: &Guild, role: &Role) -> Value {
    let mut out = json!({
        "id": role.id, "name": role.name, "color": 0,
        "colors": {"primary_color": 0, "secondary_color": null, "tertiary_color": null}, "hoist": false, "icon": null,
        "unicode_emoji": null, "position": role.position, "permissions": role.permissions.to_string(),
        "managed": role.of_app.is_some(), "mentionable": role.mentionable, "flags": 0,
    });
    if let (Some(app), false) = (role.of_app, role.id == guild.id) {
        merge(&mut out, json!({"tags": {"bot_id": app}}));
    }
    out
}

/// A server as `GET /guilds/{id}` shows it.
pub fn guild(guild: &Guild) -> Value {
    json!({
        "id": guild.id, "name": guild.name, "icon": null, "description": null, "home_header": null, "splash": null,
        "discovery_splash": null, "features": [], "banner": null, "owner_id": guild.owner, "application_id": null,
        "region": "us-central", "afk_channel_id": null, "afk_timeout": 300, "system_channel_id": null,
        "system_channel_flags": 0, "widget_enabled": false, "widget_channel_id": null, "verification_level": 0,
        "roles": guild.roles.iter().map(|each| role(guild, each)).collect::<Vec<_>>(),
        "default_message_notifications": 1, "mfa_level": 0, "explicit_content_filter": 0, "max_presences": null,
        "max_members": 500_000, "max_stage_video_channel_users": 50, "max_video_channel_users": 25,
        "vanity_url_code": null, "premium_tier": 0, "premium_subscription_count": 0, "preferred_locale": guild.locale,
        "rules_channel_id": null, "safety_alerts_channel_id": null, "public_updates_channel_id": null,
        "premium_progress_bar_enabled": false, "nsfw": false, "nsfw_level": 0, "emojis": [], "stickers": [],
        "incidents_data": null, "hub_type": null,
    })
}

/// A server as the gateway introduces it to one application.
pub fn guild_create(world: &World, guild: &Guild, app: Id) -> Value {
    let mut out = self::guild(guild);
    let mine = world.channels.values().filter(|channel| channel.guild == Some(guild.id));
    let (threads, channels): (Vec<&Channel>, Vec<&Channel>) = mine.partition(|channel| channel.thread.is_some());
    let seen = |each: &&&Channel| {
        let open = each.thread.as_ref().is_some_and(|thread| !thread.archived);
        open && permissions::in_channel(world, each, app) & permissions::VIEW_CHANNEL != 0
    };
    let me = guild.members.get(&app);
    merge(
        &mut out,
        json!({
            "joined_at": iso(me.map_or(0, |member| member.joined_ms)), "large": false, "unavailable": false,
            "member_count": guild.members.len(), "voice_states": [], "presences": [], "stage_instances": [],
            "soundboard_sounds": [],
            "members": me.iter().map(|each| member(world, each)).collect::<Vec<_>>(),
            "channels": channels.iter().map(|each| channel(world, each)).collect::<Vec<_>>(),
            "threads": threads.iter().filter(seen).map(|each| channel(world, each)).collect::<Vec<_>>(),
            "guild_scheduled_events": guild.events.iter().map(|each| event(world, each, false)).collect::<Vec<_>>(),
        }),
    );
    out
}

pub fn channel(world: &World, channel: &Channel) -> Value {
    let mut out = json!({
        "id": channel.id, "type": channel.kind, "last_message_id": channel.last_message, "flags": 0,
    });
    if channel.kind == DM {
        let others = channel.recipients.iter().filter(|id| !world.apps.contains_key(id));
        let others: Vec<_> = others.map(|id| user_of(world, *id)).collect();
        merge(&mut out, json!({"recipients": others}));
        return out;
    }
    merge(
        &mut out,
        json!({
            "guild_id": channel.guild, "name": channel.name, "parent_id": channel.parent, "rate_limit_per_user": 0,
        }),
    );
    if let Some(thread) = &channel.thread {
        merge(
            &mut out,
            json!({
                "owner_id": thread.owner, "message_count": thread.message_count, "member_count": thread.members.len(),
                "total_message_sent": thread.messages_sent, "thread_metadata": thread_metadata(channel, thread),
            }),
        );
        return out;
    }
    let overwrites: Vec<_> = channel
        .overwrites
        .iter()
        .map(|each| {
            json!({
                "id": each.id, "type": u8::from(each.of_a_member), "allow": each.allow.to_string(),
                "deny": each.deny.to_string(),
            })
        })
        .collect();
    merge(
        &mut out,
        json!({
            "position": channel.position, "permission_overwrites": overwrites, "topic": channel.topic, "nsfw": false,
            "last_pin_timestamp": null,
        }),
    );
    out
}

fn thread_metadata(channel: &Channel, thread: &Thread) -> Value {
    let mut out = json!({
        "archived": thread.archived, "archive_timestamp": iso(thread.archive_changed_ms),
        "auto_archive_duration": thread.auto_archive_minutes, "locked": thread.locked,
        "create_timestamp": iso(thread.created_ms),
    });
    if channel.kind == crate::state::PRIVATE_THREAD {
        merge(&mut out, json!({"invitable": true}));
    }
    out
}

/// Somebody's place in a thread.
pub fn thread_member(thread: Id, user: Id, since_ms: i64) -> Value {
    json!({"id": thread, "user_id": user, "join_timestamp": iso(since_ms), "flags": 1})
}

/// A scheduled event; the list of a server leaves the creator out unless it is asked for.
pub fn event(world: &World, stored: &Value, with_count: bool) -> Value {
    let mut out = stored.clone();
    if let Some(creator) = Id::of(&stored["creator_id"]) {
        merge(&mut out, json!({"creator": user_of(world, creator)}));
    }
    if with_count {
        merge(&mut out, json!({"user_count": 0}));
    }
    out
}

/// Whose eyes a message is shown to.
#[derive(Clone, Copy, Debug)]
pub struct Eyes {
    /// The application, which always reads its own words.
    pub app: Id,
    /// Whether it may read everybody's.
    pub reads_content: bool,
}

/// A message as an application gets it: the words of others are empty unless it may read them, was mentioned, or
/// stands in a direct message.
pub fn message(world: &World, message: &Message, eyes: Eyes) -> Value {
    let mut out = whole_message(world, message);
    let in_a_dm = world.channels.get(&message.channel).is_some_and(|channel| channel.kind == DM);
    let own = message.author == eyes.app || message.mentions.contains(&eyes.app);
    if !(eyes.reads_content || own || in_a_dm) {
        merge(&mut out, json!({"content": "", "embeds": [], "attachments": [], "components": []}));
    }
    if let Some(of) = message.reference {
        let referenced = world.messages.get(&of).map(|original| {
            let mut original = self::message(world, &Message { reference: None, ..original.clone() }, eyes);
            if let Value::Object(fields) = &mut original {
                fields.remove("nonce");
            }
            original
        });
        merge(&mut out, json!({"referenced_message": referenced}));
    }
    out
}

/// A message with everything in it, as the person in front of it sees it.
pub fn whole_message(world: &World, message: &Message) -> Value {
    let mut mentions = Vec::new();
    for id in &message.mentions {
        mentions.push(user_of(world, *id));
    }
    let mut out = json!({
        "id": message.id, "channel_id": message.channel, "type": message.kind, "content": message.content,
        "author": user_of(world, message.author), "timestamp": iso(message.sent_ms),
        "edited_timestamp": message.edited_ms.map(iso), "tts": message.tts, "mention_everyone": message.mention_everyone,
        "mentions": mentions, "mention_roles": message.mention_roles, "attachments": message.attachments,
        "embeds": message.embeds, "components": message.components, "pinned": message.pinned, "flags": message.flags,
    });
    let mut more = Map::new();
    if let Some(nonce) = &message.nonce {
        more.insert("nonce".into(), nonce.clone());
    }
    if let Some(of) = message.reference {
        let guild = world.channels.get(&message.channel).and_then(|channel| channel.guild);
        let mut reference = json!({"type": 0, "channel_id": message.channel, "message_id": of});
        if let Some(guild) = guild {
            merge(&mut reference, json!({"guild_id": guild}));
        }
        more.insert("message_reference".into(), reference);
    }
    if let Some(interaction) = message.interaction.and_then(|id| world.interactions.get(&id)) {
        more.insert("application_id".into(), interaction.app.into());
        more.insert("webhook_id".into(), interaction.app.into());
        more.insert("interaction_metadata".into(), interaction_metadata(world, interaction, message.follows));
        if interaction.kind == COMMAND {
            let short = json!({
                "id": interaction.id, "type": interaction.kind, "name": interaction.name,
                "user": user_of(world, interaction.user),
            });
            more.insert("interaction".into(), short);
        }
    } else if world.apps.contains_key(&message.author) {
        // A bot's own message names its application, too.
        more.insert("application_id".into(), message.author.into());
    }
    if let Some(thread) = message.thread.and_then(|id| world.channels.get(&id)) {
        more.insert("thread".into(), channel(world, thread));
    }
    if !message.reactions.is_empty() {
        more.insert("reactions".into(), Value::Array(message.reactions.iter().map(|each| {
            json!({
                "emoji": {"id": null, "name": each.emoji}, "count": each.users.len(),
                "count_details": {"burst": 0, "normal": each.users.len()}, "burst_colors": [], "me_burst": false,
                "me": each.users.iter().any(|user| world.apps.contains_key(user)),
            })
        }).collect()));
    }
    merge(&mut out, Value::Object(more));
    out
}

/// Which interaction a message answers.
fn interaction_metadata(world: &World, of: &Interaction, follows: Option<Id>) -> Value {
    let mut out = json!({
        "id": of.id, "type": of.kind, "user": user_of(world, of.user),
        "authorizing_integration_owners": owners(of.guild),
    });
    if of.kind == COMMAND {
        merge(&mut out, json!({"name": of.name, "command_type": 1}));
    }
    if let Some(original) = follows {
        merge(&mut out, json!({"original_response_message_id": original}));
    }
    if of.kind == COMPONENT {
        merge(&mut out, json!({"interacted_message_id": of.message}));
    }
    if of.kind == MODAL_SUBMIT
        && let Some(opener) = of.opened_by.and_then(|id| world.interactions.get(&id))
    {
        merge(&mut out, json!({"triggering_interaction_metadata": interaction_metadata(world, opener, None)}));
    }
    out
}

/// On whose authority an application is there: the server's, or (in a direct message) its own installation.
pub fn owners(guild: Option<Id>) -> Value {
    match guild {
        Some(guild) => json!({"0": guild}),
        None => json!({"0": "0"}),
    }
}

/// Fields only the gateway adds to a message.
pub fn gateway_message(world: &World, of: &Message, eyes: Eyes) -> Value {
    let mut out = message(world, of, eyes);
    let Some(channel) = world.channels.get(&of.channel) else { return out };
    merge(&mut out, json!({"channel_type": channel.kind}));
    let Some(guild) = channel.guild.and_then(|id| world.guilds.get(&id)) else { return out };
    merge(&mut out, json!({"guild_id": guild.id}));
    if let Some(author) = guild.members.get(&of.author) {
        merge(&mut out, json!({"member": bare_member(author)}));
    }
    if let Some(Value::Array(mentions)) = out.get_mut("mentions") {
        for mention in mentions {
            if let Some(member) = Id::of(&mention["id"]).and_then(|id| guild.members.get(&id)) {
                merge(mention, json!({"member": bare_member(member)}));
            }
        }
    }
    out
}

/// A message under a component that was pressed.
pub fn pressed_message(world: &World, of: &Message, app: Id) -> Value {
    let mut out = message(world, of, Eyes { app, reads_content: true });
    if of.flags & EPHEMERAL != 0 {
        merge(&mut out, json!({"flags": of.flags}));
    }
    out
}
