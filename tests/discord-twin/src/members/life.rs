//! What happens to servers and the people in them: made, joined, left, renamed, gone for an hour, put out.

use std::collections::{BTreeMap, HashMap};

use crate::clock::Id;
use crate::gateway::events;
use crate::permissions;
use crate::state::{App, Channel, DM, GUILD_TEXT, Guild, Member, Overwrite, Role, User, World};

/// Somebody new.
pub fn user(world: &mut World, name: &str, shown_name: Option<&str>, locale: &str) -> Id {
    let id = world.next_id();
    let shown_name = shown_name.map(str::to_owned);
    let locale = locale.to_owned();
    world.users.insert(id, User { id, name: name.to_owned(), shown_name, bot: false, locale, dms_open: true });
    id
}

/// A new application with its bot.
pub fn app(world: &mut World, name: &str, token: Option<&str>, privileged: u64) -> Id {
    let id = world.next_id();
    let token = token.map_or_else(|| format!("twin.{id}.token"), str::to_owned);
    let name = name.to_owned();
    let bot = User { id, name: name.clone(), shown_name: None, bot: true, locale: "en-US".into(), dms_open: false };
    world.users.insert(id, bot);
    world.apps.insert(
        id,
        App { id, name, token, privileged, commands: Vec::new(), creates: HashMap::new(), identifies: Vec::new() },
    );
    id
}

/// A new server, in which only the owner is.
pub fn guild(world: &mut World, name: &str, owner: Id, locale: &str) -> Id {
    let id = world.next_id();
    let now = world.now_ms();
    let everyone = Role {
        id,
        name: "@everyone".into(),
        permissions: permissions::usual(),
        position: 0,
        mentionable: false,
        of_app: None,
    };
    let member = Member { user: owner, nick: None, roles: Vec::new(), joined_ms: now };
    world.guilds.insert(
        id,
        Guild {
            id,
            name: name.to_owned(),
            owner,
            locale: locale.to_owned(),
            roles: vec![everyone],
            members: BTreeMap::from([(owner, member)]),
            events: Vec::new(),
            unavailable: false,
        },
    );
    id
}

/// A new channel of a server.
pub fn channel(
    world: &mut World,
    guild: Id,
    name: &str,
    kind: Option<u64>,
    parent: Option<Id>,
    overwrites: Vec<Overwrite>,
) -> Id {
    let id = world.next_id();
    let position = world.channels.values().filter(|channel| channel.guild == Some(guild)).count() as u64;
    world.channels.insert(
        id,
        Channel {
            id,
            kind: kind.unwrap_or(GUILD_TEXT),
            guild: Some(guild),
            name: name.to_owned(),
            topic: None,
            parent,
            position,
            overwrites,
            recipients: Vec::new(),
            thread: None,
            messages: Vec::new(),
            last_message: None,
        },
    );
    events::channel(world, "CHANNEL_CREATE", id);
    id
}

/// A new role, above those that are there.
pub fn role(world: &mut World, guild: Id, name: &str, permissions: u64, of_app: Option<Id>) -> Id {
    let id = world.next_id();
    if let Some(of) = world.guilds.get_mut(&guild) {
        let position = of.roles.len() as u64;
        of.roles.push(Role { id, name: name.to_owned(), permissions, position, mentionable: false, of_app });
    }
    events::role(world, "GUILD_ROLE_CREATE", guild, id);
    id
}

/// Somebody joins; who is there already stays as they are.
pub fn join(world: &mut World, guild: Id, user: Id, roles: Vec<Id>) {
    let joined_ms = world.now_ms();
    let Some(of) = world.guilds.get_mut(&guild) else { return };
    if of.members.contains_key(&user) {
        return;
    }
    of.members.insert(user, Member { user, nick: None, roles, joined_ms });
    events::member(world, "GUILD_MEMBER_ADD", guild, user);
}

/// Somebody leaves, or is put out.
pub fn leave(world: &mut World, guild: Id, user: Id) {
    if world.apps.contains_key(&user) {
        return remove_app(world, guild, user);
    }
    if let Some(of) = world.guilds.get_mut(&guild) {
        of.members.remove(&user);
    }
    events::member(world, "GUILD_MEMBER_REMOVE", guild, user);
}

/// Somebody gets other roles.
pub fn set_roles(world: &mut World, guild: Id, user: Id, roles: Vec<Id>) {
    if let Some(member) = world.guilds.get_mut(&guild).and_then(|of| of.members.get_mut(&user)) {
        member.roles = roles;
    }
    events::member(world, "GUILD_MEMBER_UPDATE", guild, user);
}

/// An application is added, with a role of its own that has what its invite link asked for.
pub fn add_app(world: &mut World, guild: Id, app: Id, permissions: u64) -> Id {
    let known = world
        .guilds
        .get(&guild)
        .and_then(|of| of.roles.iter().find(|role| role.of_app == Some(app)).map(|role| role.id));
    let name = world.apps.get(&app).map_or_else(String::new, |app| app.name.clone());
    let own = match known {
        Some(role) => role,
        None => role(world, guild, &name, permissions, Some(app)),
    };
    join(world, guild, app, vec![own]);
    events::guild_create(world, guild, app, true);
    own
}

/// An application is put out. Its role and its server's commands go with it.
pub fn remove_app(world: &mut World, guild: Id, app: Id) {
    if let Some(of) = world.guilds.get_mut(&guild) {
        of.members.remove(&app);
        of.roles.retain(|role| role.of_app != Some(app));
    }
    if let Some(of) = world.apps.get_mut(&app) {
        of.commands.retain(|command| Id::of(&command["guild_id"]) != Some(guild));
    }
    events::guild_delete(world, guild, app, false);
}

/// A server is in an outage, or back from one.
pub fn outage(world: &mut World, guild: Id, away: bool) {
    let apps = world.apps_in(guild);
    if let Some(of) = world.guilds.get_mut(&guild) {
        of.unavailable = away;
    }
    for app in apps {
        if away {
            events::guild_delete(world, guild, app, true);
        } else {
            events::guild_create(world, guild, app, false);
        }
    }
}

/// Grants or denies in a channel; what neither grants nor denies is taken away.
pub fn overwrite(world: &mut World, channel: Id, wanted: Overwrite) {
    if let Some(of) = world.channels.get_mut(&channel).filter(|of| of.kind != DM) {
        of.overwrites.retain(|each| each.id != wanted.id);
        if wanted.allow | wanted.deny != 0 {
            of.overwrites.push(wanted);
        }
    }
    events::channel(world, "CHANNEL_UPDATE", channel);
}
