//! Servers, their roles and members, as an application in them may read them.

use serde_json::{Value, json};

use super::{Call, Reply, ok};
use crate::clock::Id;
use crate::errors::{self, Answer, Refusal};
use crate::gateway::{GUILD_MEMBERS, events};
use crate::state::World;
use crate::wire;

/// The server, if the application is in it.
pub fn may_know(world: &World, id: Id, app: Id) -> Answer<Id> {
    let Some(guild) = world.guilds.get(&id) else { return Err(errors::unknown_guild()) };
    if !guild.members.contains_key(&app) {
        return Err(errors::unknown_guild());
    }
    if guild.unavailable {
        return Err(Refusal::new(503, 0, "Service Unavailable"));
    }
    Ok(id)
}

/// `GET /guilds/{id}`
pub fn get(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let id = may_know(world, call.id(0)?, call.app)?;
    let guild = world.guilds.get(&id).ok_or_else(errors::unknown_guild)?;
    let mut out = wire::guild(guild);
    if call.is_asked("with_counts") {
        let count = guild.members.len();
        wire::merge(&mut out, json!({"approximate_member_count": count, "approximate_presence_count": count}));
    }
    ok(out)
}

/// `GET /guilds/{id}/channels`, without threads.
pub fn channels(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let id = may_know(world, call.id(0)?, call.app)?;
    let mine = world.channels.values().filter(|channel| channel.guild == Some(id) && channel.thread.is_none());
    ok(Value::Array(mine.map(|channel| wire::channel(world, channel)).collect()))
}

/// `GET /guilds/{id}/roles`
pub fn roles(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let id = may_know(world, call.id(0)?, call.app)?;
    let guild = world.guilds.get(&id).ok_or_else(errors::unknown_guild)?;
    ok(Value::Array(guild.roles.iter().map(|role| wire::role(guild, role)).collect()))
}

/// `GET /guilds/{id}/roles/{id}`
pub fn role(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let id = may_know(world, call.id(0)?, call.app)?;
    let role = call.id(1)?;
    let guild = world.guilds.get(&id).ok_or_else(errors::unknown_guild)?;
    let role = guild.role(role).ok_or_else(errors::unknown_role)?;
    ok(wire::role(guild, role))
}

/// `GET /guilds/{id}/members/{user}`
pub fn member(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let id = may_know(world, call.id(0)?, call.app)?;
    let user = if call.text(1) == "@me" { call.app } else { call.id(1)? };
    let guild = world.guilds.get(&id).ok_or_else(errors::unknown_guild)?;
    match guild.members.get(&user) {
        Some(member) => ok(wire::member(world, member)),
        None if world.users.contains_key(&user) => Err(errors::unknown_member()),
        None => Err(errors::unknown_user()),
    }
}

/// `GET /guilds/{id}/members`: only for those with the members' intent.
pub fn members(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let id = may_know(world, call.id(0)?, call.app)?;
    if world.apps.get(&call.app).is_none_or(|app| app.privileged & GUILD_MEMBERS == 0) {
        return Err(errors::missing_access());
    }
    let limit = call.asked("limit").and_then(|text| text.parse().ok()).unwrap_or(1usize).clamp(1, 1000);
    let after = call.asked("after").and_then(Id::parse).unwrap_or_default();
    let guild = world.guilds.get(&id).ok_or_else(errors::unknown_guild)?;
    let some = guild.members.values().filter(|member| member.user > after).take(limit);
    ok(Value::Array(some.map(|member| wire::member(world, member)).collect()))
}

/// `PATCH /guilds/{id}/members/@me`: the name it goes by there.
pub fn rename_me(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let id = may_know(world, call.id(0)?, call.app)?;
    let nick = call.body["nick"].as_str().map(str::to_owned);
    if let Some(member) = world.guilds.get_mut(&id).and_then(|guild| guild.members.get_mut(&call.app)) {
        member.nick = nick;
    }
    events::member(world, "GUILD_MEMBER_UPDATE", id, call.app);
    let member = world.guilds.get(&id).and_then(|guild| guild.members.get(&call.app));
    ok(member.map_or(Value::Null, |member| wire::member(world, member)))
}
