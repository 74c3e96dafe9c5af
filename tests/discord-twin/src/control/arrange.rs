//! Making a world and changing it, and making things go wrong.

use serde_json::{Value, json};

use super::names::{self, Asked};
use crate::clock::Id;
use crate::gateway::{self, events};
use crate::members::{Done, life};
use crate::permissions;
use crate::state::{Overwrite, World};

fn bits(value: &Value, usual: u64) -> Done<u64> {
    if value.is_null() {
        return Ok(usual);
    }
    Ok(permissions::read(value).ok_or_else(|| format!("{value} is no list of permissions"))?)
}

/// `{"name", "token"?, "intents"?: ["MESSAGE_CONTENT", …]}`
pub fn application(world: &mut World, asked: &Asked) -> Done<Value> {
    let mut privileged = 0;
    for name in asked.list("intents") {
        privileged |= match name.as_str() {
            Some("GUILD_MEMBERS") => gateway::GUILD_MEMBERS,
            Some("GUILD_PRESENCES") => gateway::GUILD_PRESENCES,
            Some("MESSAGE_CONTENT") => gateway::MESSAGE_CONTENT,
            _ => return Err(format!("{name} is no privileged intent").into()),
        };
    }
    let id = life::app(world, asked.need_text("name")?, asked.text("token"), privileged);
    let token = world.apps.get(&id).map(|app| app.token.clone());
    Ok(json!({"id": id, "user": id, "token": token}))
}

/// `{"name", "global_name"?, "locale"?}`
pub fn user(world: &mut World, asked: &Asked) -> Done<Value> {
    let locale = asked.text("locale").unwrap_or("en-US");
    let id = life::user(world, asked.need_text("name")?, asked.text("global_name"), locale);
    Ok(json!({"id": id}))
}

/// `{"name", "owner", "members"?: […], "apps"?: […], "permissions"?: of the apps, "channels"?: [names], "locale"?}`
pub fn guild(world: &mut World, asked: &Asked) -> Done<Value> {
    let owner = names::user(world, asked.get("owner"))?;
    let wanted = bits(asked.get("permissions"), permissions::usual())?;
    let mut members = Vec::new();
    for each in asked.list("members") {
        members.push(names::user(world, each)?);
    }
    let mut apps = Vec::new();
    for each in asked.list("apps") {
        apps.push(names::app(world, each)?);
    }
    let locale = asked.text("locale").unwrap_or("en-US");
    let id = life::guild(world, asked.need_text("name")?, owner, locale);
    let mut channels = serde_json::Map::new();
    for name in asked.list("channels").iter().filter_map(Value::as_str) {
        let channel = life::channel(world, id, name, None, None, Vec::new());
        channels.insert(name.to_owned(), channel.into());
    }
    for member in members {
        life::join(world, id, member, Vec::new());
    }
    let mut roles = serde_json::Map::new();
    for app in apps {
        roles.insert(app.to_string(), life::add_app(world, id, app, wanted).into());
    }
    Ok(json!({"id": id, "everyone": id, "channels": channels, "app_roles": roles}))
}

/// `{"guild"?, "app"?, "permissions"?}`
pub fn add_app(world: &mut World, asked: &Asked) -> Done<Value> {
    let wanted = bits(asked.get("permissions"), permissions::usual())?;
    let (guild, app) = (asked.guild(world)?, asked.app(world)?);
    Ok(json!({"role": life::add_app(world, guild, app, wanted)}))
}

/// `{"guild"?, "app"?}`
pub fn remove_app(world: &mut World, asked: &Asked) -> Done<Value> {
    let (guild, app) = (asked.guild(world)?, asked.app(world)?);
    life::remove_app(world, guild, app);
    Ok(Value::Null)
}

/// `{"guild"?}`
pub fn outage(world: &mut World, asked: &Asked) -> Done<Value> {
    let guild = asked.guild(world)?;
    life::outage(world, guild, true);
    Ok(Value::Null)
}

/// `{"guild"?}`
pub fn back(world: &mut World, asked: &Asked) -> Done<Value> {
    let guild = asked.guild(world)?;
    life::outage(world, guild, false);
    Ok(Value::Null)
}

/// `{"guild"?, "user"}`
pub fn owner(world: &mut World, asked: &Asked) -> Done<Value> {
    let (guild, user) = (asked.guild(world)?, asked.user(world)?);
    if let Some(of) = world.guilds.get_mut(&guild) {
        of.owner = user;
    }
    events::guild_update(world, guild);
    Ok(Value::Null)
}

/// `{"guild"?, "name", "type"?, "parent"?, "overwrites"?: [{"role" or "user", "allow", "deny"}]}`
pub fn channel(world: &mut World, asked: &Asked) -> Done<Value> {
    let guild = asked.guild(world)?;
    let mut overwrites = Vec::new();
    for each in asked.list("overwrites") {
        overwrites.push(read_overwrite(world, asked, guild, each)?);
    }
    let name = asked.need_text("name")?;
    let id = life::channel(world, guild, name, asked.number("type"), Id::of(asked.get("parent")), overwrites);
    Ok(json!({"id": id}))
}

fn read_overwrite(world: &World, asked: &Asked, guild: Id, each: &Value) -> Done<Overwrite> {
    let of_a_member = !each["user"].is_null();
    let id = if of_a_member { names::user(world, &each["user"])? } else { asked.role(world, guild, &each["role"])? };
    Ok(Overwrite { id, of_a_member, allow: bits(&each["allow"], 0)?, deny: bits(&each["deny"], 0)? })
}

/// `{"channel"}`
pub fn delete_channel(world: &mut World, asked: &Asked) -> Done<Value> {
    let channel = asked.channel(world)?;
    crate::rest::remove_channel(world, channel);
    Ok(Value::Null)
}

/// `{"channel", "role" or "user", "allow"?, "deny"?}`; neither takes it away.
pub fn overwrite(world: &mut World, asked: &Asked) -> Done<Value> {
    let channel = asked.channel(world)?;
    let guild = world.channels.get(&channel).and_then(|channel| channel.guild).ok_or("only servers have overwrites")?;
    let wanted = read_overwrite(world, asked, guild, &asked.all())?;
    life::overwrite(world, channel, wanted);
    Ok(Value::Null)
}

/// `{"guild"?, "name", "permissions"?, "members"?: […]}`
pub fn role(world: &mut World, asked: &Asked) -> Done<Value> {
    let guild = asked.guild(world)?;
    let wanted = bits(asked.get("permissions"), 0)?;
    let mut members = Vec::new();
    for each in asked.list("members") {
        members.push(names::user(world, each)?);
    }
    let id = life::role(world, guild, asked.need_text("name")?, wanted, None);
    for member in members {
        let of = world.guilds.get(&guild).and_then(|guild| guild.members.get(&member)).ok_or("they are not there")?;
        let mut roles = of.roles.clone();
        roles.push(id);
        life::set_roles(world, guild, member, roles);
    }
    Ok(json!({"id": id}))
}

/// `{"guild"?, "role", "permissions"}`: what a role, also `@everyone`, may.
pub fn role_permissions(world: &mut World, asked: &Asked) -> Done<Value> {
    let guild = asked.guild(world)?;
    let id = asked.role(world, guild, asked.get("role"))?;
    let wanted = bits(asked.get("permissions"), 0)?;
    for role in world.guilds.get_mut(&guild).into_iter().flat_map(|guild| &mut guild.roles) {
        if role.id == id {
            role.permissions = wanted;
        }
    }
    events::role(world, "GUILD_ROLE_UPDATE", guild, id);
    Ok(Value::Null)
}

/// `{"guild"?, "role"}`
pub fn delete_role(world: &mut World, asked: &Asked) -> Done<Value> {
    let guild = asked.guild(world)?;
    let id = asked.role(world, guild, asked.get("role"))?;
    if let Some(of) = world.guilds.get_mut(&guild).filter(|of| of.id != id) {
        of.roles.retain(|role| role.id != id);
        for member in of.members.values_mut() {
            member.roles.retain(|role| *role != id);
        }
    }
    events::role(world, "GUILD_ROLE_DELETE", guild, id);
    Ok(Value::Null)
}

/// `{"guild"?, "user", "roles"?: […]}`
pub fn join(world: &mut World, asked: &Asked) -> Done<Value> {
    let (guild, user) = (asked.guild(world)?, asked.user(world)?);
    let roles = read_roles(world, asked, guild)?;
    life::join(world, guild, user, roles);
    Ok(Value::Null)
}

fn read_roles(world: &World, asked: &Asked, guild: Id) -> Done<Vec<Id>> {
    let mut roles = Vec::new();
    for each in asked.list("roles") {
        roles.push(asked.role(world, guild, each)?);
    }
    Ok(roles)
}

/// `{"guild"?, "user"}`
pub fn leave(world: &mut World, asked: &Asked) -> Done<Value> {
    let (guild, user) = (asked.guild(world)?, asked.user(world)?);
    life::leave(world, guild, user);
    Ok(Value::Null)
}

/// `{"guild"?, "user", "roles": […]}`: these and no others.
pub fn roles(world: &mut World, asked: &Asked) -> Done<Value> {
    let (guild, user) = (asked.guild(world)?, asked.user(world)?);
    let roles = read_roles(world, asked, guild)?;
    life::set_roles(world, guild, user, roles);
    Ok(Value::Null)
}

/// `{"user", "open"}`: whether bots may write to them.
pub fn dms(world: &mut World, asked: &Asked) -> Done<Value> {
    let user = asked.user(world)?;
    let open = asked.truth("open").ok_or("\"open\" has to be true or false")?;
    if let Some(user) = world.users.get_mut(&user) {
        user.dms_open = open;
    }
    Ok(Value::Null)
}

/// `{"user", "locale"}`: the language of their client.
pub fn locale(world: &mut World, asked: &Asked) -> Done<Value> {
    let (user, locale) = (asked.user(world)?, asked.need_text("locale")?.to_owned());
    if let Some(user) = world.users.get_mut(&user) {
        user.locale = locale;
    }
    Ok(Value::Null)
}

/// `{"user", "app"?}`: opens the direct message, as the person would.
pub fn dm(world: &mut World, asked: &Asked) -> Done<Value> {
    let (user, app) = (asked.user(world)?, asked.app(world)?);
    Ok(json!({"channel": world.open_dm(user, app)}))
}

/// A fault of REST (`{"route", "do", …}`) or of the gateway (`{"gateway": …, "app"?}`).
pub fn fault(world: &mut World, asked: &Asked) -> Done<Value> {
    let Some(wanted) = asked.text("gateway") else {
        world.faults.arm(&asked.all())?;
        return Ok(Value::Null);
    };
    let app = asked.named_app(world)?;
    match wanted {
        "duplicate_next" => world.faults.duplicate_next += asked.number("times").unwrap_or(1),
        "reorder_next" => world.faults.reorder_next = true,
        "refuse" => world.faults.refuse = asked.truth("on").unwrap_or(true),
        "silent" => world.faults.silent = asked.truth("on").unwrap_or(true),
        "close" | "reconnect" | "invalid_session" => {
            let code = asked.number("code").and_then(|code| u16::try_from(code).ok()).unwrap_or(4000);
            let resumable = asked.truth("resumable").unwrap_or(wanted != "invalid_session");
            let mut struck = 0;
            for session in world.sessions.values_mut().filter(|it| app.is_none_or(|app| it.app == app)) {
                if session.socket.is_none() {
                    continue;
                }
                struck += 1;
                session.resumable &= resumable;
                match wanted {
                    "close" => session.close(code, "As the test wished."),
                    "reconnect" => session.say(json!({"op": 7, "d": null, "s": null, "t": null})),
                    _ => session.say(json!({"op": 9, "d": resumable, "s": null, "t": null})),
                }
            }
            if struck == 0 {
                return Err("no bot is connected".into());
            }
            world.faults.note(&format!("gateway_{wanted}"));
        }
        other => return Err(format!("the gateway has no fault \"{other}\"").into()),
    }
    Ok(Value::Null)
}

/// Forgets every fault that waits.
pub fn clear_faults(world: &mut World, _asked: &Asked) -> Done<Value> {
    world.faults.clear();
    Ok(Value::Null)
}

/// `{"advance_ms"?, "stopped"?}`
pub fn clock(world: &mut World, asked: &Asked) -> Done<Value> {
    if let Some(stopped) = asked.truth("stopped") {
        world.clock.stop(stopped);
    }
    let ms = asked.number("advance_ms").unwrap_or(0);
    world.clock.advance(i64::try_from(ms).unwrap_or(i64::MAX));
    Ok(json!({"now_ms": world.now_ms()}))
}

/// `{"nonce_window_ms"?, "reply_within_ms"?, "token_for_ms"?, "heartbeat_interval_ms"?, "identifies_a_day"?,
/// "limits"?: "discord" or "off", "refused_until_banned"?}`
pub fn settings(world: &mut World, asked: &Asked) -> Done<Value> {
    let ms = |name: &str| asked.number(name).and_then(|ms| i64::try_from(ms).ok());
    let to = &mut world.settings;
    to.nonce_window_ms = ms("nonce_window_ms").unwrap_or(to.nonce_window_ms);
    to.reply_within_ms = ms("reply_within_ms").unwrap_or(to.reply_within_ms);
    to.token_for_ms = ms("token_for_ms").unwrap_or(to.token_for_ms);
    to.heartbeat_interval_ms = asked.number("heartbeat_interval_ms").unwrap_or(to.heartbeat_interval_ms);
    let a_day = asked.number("identifies_a_day").and_then(|count| usize::try_from(count).ok());
    to.identifies_a_day = a_day.unwrap_or(to.identifies_a_day);
    if let Some(count) = asked.number("refused_until_banned") {
        world.limits.refused_until_banned = count;
    }
    match asked.text("limits") {
        None => {}
        Some("discord") => world.limits.on = true,
        Some("off") => world.limits.on = false,
        Some(other) => return Err(format!("limits are \"discord\" or \"off\", not \"{other}\"").into()),
    }
    Ok(Value::Null)
}
