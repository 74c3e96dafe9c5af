//! An application's commands, global and of single servers.

use serde_json::{Value, json};

use super::{Call, Reply, created, nothing, ok};
use crate::clock::Id;
use crate::errors::{self, Answer, bad_form};
use crate::rules::commands::read;
use crate::state::{App, World};
use crate::wire;

/// So many of each kind: chat commands, and those of the two menus.
const MOST: usize = 100;
const MOST_OF_MENUS: usize = 5;
/// Creates a day for each scope.
const CREATES_A_DAY: u32 = 200;
const DAY_MS: i64 = 86_400_000;

/// Whose commands, and of which server: the path has to name the application that asks.
fn scope(world: &World, call: &Call, of_guild: bool) -> Answer<Option<Id>> {
    if call.id(0)? != call.app {
        return Err(errors::Refusal::new(
            403,
            20012,
            "You are not authorized to perform this action on this application",
        ));
    }
    if !of_guild {
        return Ok(None);
    }
    let guild = call.id(1)?;
    let there = world.guilds.get(&guild).is_some_and(|guild| guild.members.contains_key(&call.app));
    if there { Ok(Some(guild)) } else { Err(errors::missing_access()) }
}

fn app_of<'a>(world: &'a mut World, call: &Call) -> Answer<&'a mut App> {
    world.apps.get_mut(&call.app).ok_or_else(errors::unknown_application)
}

fn in_scope(command: &Value, guild: Option<Id>) -> bool {
    Id::of(&command["guild_id"]) == guild
}

/// A list leaves translations out unless it is asked for them.
fn shown(command: &Value, with_localizations: bool) -> Value {
    let mut out = command.clone();
    if !with_localizations {
        strip(&mut out);
    }
    out
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("name_localizations");
            fields.remove("description_localizations");
            fields.values_mut().for_each(strip);
        }
        Value::Array(list) => list.iter_mut().for_each(strip),
        _ => {}
    }
}

fn list_in(world: &mut World, call: &Call, of_guild: bool) -> Answer<Reply> {
    let guild = scope(world, call, of_guild)?;
    let with = call.is_asked("with_localizations");
    let app = app_of(world, call)?;
    ok(Value::Array(app.commands.iter().filter(|each| in_scope(each, guild)).map(|each| shown(each, with)).collect()))
}

fn put_in(world: &mut World, call: &Call, guild: Option<Id>, read: &Value, id: Option<Id>) -> Answer<Value> {
    let fresh = world.next_id();
    let app = app_of(world, call)?;
    let mut command = read.clone();
    wire::merge(&mut command, json!({"id": id.unwrap_or(fresh), "application_id": app.id, "version": fresh}));
    if let Some(guild) = guild {
        wire::merge(&mut command, json!({"guild_id": guild}));
        if let Value::Object(fields) = &mut command {
            // These are of global commands only.
            fields.remove("dm_permission");
        }
    }
    app.commands.retain(|each| each["id"] != command["id"]);
    app.commands.push(command.clone());
    Ok(command)
}

fn same_name(app: &App, guild: Option<Id>, read: &Value) -> Option<Id> {
    let twin = |each: &&Value| in_scope(each, guild) && each["name"] == read["name"] && each["type"] == read["type"];
    app.commands.iter().find(twin).and_then(|each| Id::of(&each["id"]))
}

fn count_create(world: &mut World, call: &Call, guild: Option<Id>) -> Answer<()> {
    let day = world.now_ms() / DAY_MS;
    let app = app_of(world, call)?;
    let count = app.creates.entry((guild, day)).or_default();
    *count += 1;
    if *count > CREATES_A_DAY { Err(errors::too_many_daily_creates()) } else { Ok(()) }
}

fn room_for(app: &App, guild: Option<Id>, kind: u64) -> bool {
    let same = app.commands.iter().filter(|each| in_scope(each, guild) && each["type"] == json!(kind)).count();
    same < if kind == 1 { MOST } else { MOST_OF_MENUS }
}

fn create_in(world: &mut World, call: &Call, of_guild: bool) -> Answer<Reply> {
    let guild = scope(world, call, of_guild)?;
    let wanted = read(&call.body, None, "")?;
    let app = app_of(world, call)?;
    if let Some(old) = same_name(app, guild, &wanted) {
        // The same name again is a change.
        return ok(put_in(world, call, guild, &wanted, Some(old))?);
    }
    if !room_for(app, guild, wanted["type"].as_u64().unwrap_or(1)) {
        return Err(errors::too_many_commands());
    }
    count_create(world, call, guild)?;
    created(put_in(world, call, guild, &wanted, None)?)
}

fn overwrite_in(world: &mut World, call: &Call, of_guild: bool) -> Answer<Reply> {
    let guild = scope(world, call, of_guild)?;
    let Some(bodies) = call.body.as_array() else {
        return Err(bad_form("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"));
    };
    let mut wanted: Vec<Value> = Vec::new();
    for (at, body) in bodies.iter().enumerate() {
        let command = read(body, None, &at.to_string())?;
        if wanted.iter().any(|each| each["name"] == command["name"] && each["type"] == command["type"]) {
            let said = "Application command names must be unique";
            return Err(bad_form(&at.to_string(), "APPLICATION_COMMANDS_DUPLICATE_NAME", said));
        }
        wanted.push(command);
    }
    for (kind, most) in [(1, MOST), (2, MOST_OF_MENUS), (3, MOST_OF_MENUS)] {
        if wanted.iter().filter(|each| each["type"] == json!(kind)).count() > most {
            return Err(errors::too_many_commands());
        }
    }
    let old: Vec<Value> = app_of(world, call)?.commands.iter().filter(|each| in_scope(each, guild)).cloned().collect();
    app_of(world, call)?.commands.retain(|each| !in_scope(each, guild));
    let mut out = Vec::new();
    for command in &wanted {
        let same = old.iter().find(|each| each["name"] == command["name"] && each["type"] == command["type"]);
        match same {
            Some(same) if unchanged(same, command) => {
                app_of(world, call)?.commands.push(same.clone());
                out.push(same.clone());
            }
            Some(same) => out.push(put_in(world, call, guild, command, Id::of(&same["id"]))?),
            None => {
                count_create(world, call, guild)?;
                out.push(put_in(world, call, guild, command, None)?);
            }
        }
    }
    ok(Value::Array(out))
}

/// Whether a stored command says what a new one says: then its version stays.
fn unchanged(stored: &Value, wanted: &Value) -> bool {
    let mut bare = stored.clone();
    let mut wanted = wanted.clone();
    for value in [&mut bare, &mut wanted] {
        if let Value::Object(fields) = value {
            for name in ["id", "application_id", "version", "guild_id", "dm_permission"] {
                fields.remove(name);
            }
        }
    }
    bare == wanted
}

fn find(world: &mut World, call: &Call, guild: Option<Id>) -> Answer<Value> {
    let id = call.id(if guild.is_some() { 2 } else { 1 })?;
    let app = app_of(world, call)?;
    let same = |each: &&Value| in_scope(each, guild) && Id::of(&each["id"]) == Some(id);
    app.commands.iter().find(same).cloned().ok_or_else(errors::unknown_command)
}

fn get_in(world: &mut World, call: &Call, of_guild: bool) -> Answer<Reply> {
    let guild = scope(world, call, of_guild)?;
    ok(find(world, call, guild)?)
}

fn edit_in(world: &mut World, call: &Call, of_guild: bool) -> Answer<Reply> {
    let guild = scope(world, call, of_guild)?;
    let old = find(world, call, guild)?;
    let wanted = read(&call.body, Some(&old), "")?;
    ok(put_in(world, call, guild, &wanted, Id::of(&old["id"]))?)
}

fn delete_in(world: &mut World, call: &Call, of_guild: bool) -> Answer<Reply> {
    let guild = scope(world, call, of_guild)?;
    let old = find(world, call, guild)?;
    app_of(world, call)?.commands.retain(|each| each["id"] != old["id"]);
    nothing()
}

macro_rules! both_scopes {
    ($($of_all:ident, $of_guild:ident = $doer:ident;)*) => {
        $(
            pub fn $of_all(world: &mut World, call: &mut Call) -> Answer<Reply> {
                $doer(world, call, false)
            }
            pub fn $of_guild(world: &mut World, call: &mut Call) -> Answer<Reply> {
                $doer(world, call, true)
            }
        )*
    };
}

both_scopes! {
    list, list_of_guild = list_in;
    create, create_of_guild = create_in;
    overwrite, overwrite_of_guild = overwrite_in;
    get, get_of_guild = get_in;
    edit, edit_of_guild = edit_in;
    delete, delete_of_guild = delete_in;
}
