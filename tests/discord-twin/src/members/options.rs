//! The options of a command, checked and filled in as Discord's client does it.

use serde_json::{Map, Value, json};

use super::{Done, partial_channel, refused};
use crate::clock::Id;
use crate::permissions;
use crate::rules::commands::{INTEGER, NUMBER, STRING};
use crate::state::World;
use crate::wire;

const BOOLEAN: u64 = 5;
const USER: u64 = 6;
const CHANNEL: u64 = 7;
const ROLE: u64 = 8;
const MENTIONABLE: u64 = 9;

/// The largest whole number a client sends.
const LARGEST: f64 = 9_007_199_254_740_991.0;

/// The people, roles and channels that options name, whole.
#[derive(Debug, Default)]
pub struct Resolved {
    users: Map<String, Value>,
    members: Map<String, Value>,
    roles: Map<String, Value>,
    channels: Map<String, Value>,
}

impl Resolved {
    /// As it stands in a payload, if there is anything in it.
    pub fn tell(self) -> Option<Value> {
        let mut out = Map::new();
        let parts =
            [("users", self.users), ("members", self.members), ("roles", self.roles), ("channels", self.channels)];
        for (name, part) in parts {
            if !part.is_empty() {
                out.insert(name.into(), Value::Object(part));
            }
        }
        if out.is_empty() { None } else { Some(Value::Object(out)) }
    }

    pub fn user(&mut self, world: &World, guild: Option<Id>, id: Id) {
        self.users.insert(id.to_string(), wire::user_of(world, id));
        if let Some(member) = guild.and_then(|guild| world.guilds.get(&guild)).and_then(|guild| guild.members.get(&id))
        {
            let mut shown = wire::bare_member(member);
            if let Value::Object(fields) = &mut shown {
                fields.remove("deaf");
                fields.remove("mute");
            }
            let may = guild.map_or(0, |guild| permissions::in_guild(world, guild, id));
            wire::merge(&mut shown, json!({"permissions": may.to_string()}));
            self.members.insert(id.to_string(), shown);
        }
    }

    pub fn role(&mut self, world: &World, guild: Option<Id>, id: Id) -> bool {
        let found = guild.and_then(|guild| world.guilds.get(&guild)).and_then(|guild| Some((guild, guild.role(id)?)));
        if let Some((guild, role)) = found {
            self.roles.insert(id.to_string(), wire::role(guild, role));
        }
        found.is_some()
    }

    pub fn channel(&mut self, world: &World, user: Id, id: Id) -> bool {
        let found = world.channels.get(&id);
        if let Some(channel) = found {
            self.channels.insert(id.to_string(), partial_channel(world, channel, user));
        }
        found.is_some()
    }
}

/// Who fills in what, where.
#[derive(Clone, Copy, Debug)]
pub struct Filling<'a> {
    pub world: &'a World,
    pub user: Id,
    pub guild: Option<Id>,
    /// The option that is being typed, whose value need not be complete; others may still be missing then.
    pub focused: Option<&'a str>,
}

/// The options of a payload from the values of a test. Refuses what the client would refuse.
pub fn fill(
    filling: Filling<'_>,
    declared: &[Value],
    given: &Map<String, Value>,
    resolved: &mut Resolved,
) -> Done<Vec<Value>> {
    for name in given.keys() {
        if !declared.iter().any(|option| option["name"] == json!(name)) {
            return refused("unknown_option", format!("the command has no option \"{name}\""));
        }
    }
    let mut out = Vec::new();
    for option in declared {
        let name = option["name"].as_str().unwrap_or_default();
        let Some(value) = given.get(name).filter(|value| !value.is_null()) else {
            if option["required"] == json!(true) && filling.focused.is_none() {
                return refused("missing_option", format!("\"{name}\" is required"));
            }
            continue;
        };
        let kind = option["type"].as_u64().unwrap_or(0);
        if filling.focused == Some(name) {
            // Numbers are sent as typed, too.
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            out.push(json!({"type": kind, "name": name, "value": text, "focused": true}));
            continue;
        }
        let value = check(filling, option, name, kind, value, resolved)?;
        out.push(json!({"type": kind, "name": name, "value": value}));
    }
    Ok(out)
}

fn check(
    filling: Filling<'_>,
    option: &Value,
    name: &str,
    kind: u64,
    value: &Value,
    resolved: &mut Resolved,
) -> Done<Value> {
    let wrong = |wanted: &str| refused("wrong_type", format!("\"{name}\" has to be {wanted}, not {value}"));
    let world = filling.world;
    if let Some(choices) = option["choices"].as_array().filter(|choices| !choices.is_empty()) {
        let chosen = choices.iter().find(|choice| choice["value"] == *value || choice["name"] == *value);
        return match chosen {
            Some(choice) => Ok(choice["value"].clone()),
            None => refused("no_such_choice", format!("{value} is none of the choices of \"{name}\"")),
        };
    }
    match kind {
        STRING => {
            let Some(text) = value.as_str() else { return wrong("a text") };
            let length = text.chars().count() as u64;
            let (min, max) =
                (option["min_length"].as_u64().unwrap_or(0), option["max_length"].as_u64().unwrap_or(6000));
            if length < min || length > max {
                return refused("wrong_length", format!("\"{name}\" takes {min} to {max} characters, not {length}"));
            }
            if text.is_empty() {
                return refused("wrong_length", format!("\"{name}\" cannot be empty"));
            }
            Ok(value.clone())
        }
        INTEGER | NUMBER => {
            let Some(number) = value.as_f64() else { return wrong("a number") };
            if kind == INTEGER && (number.fract() != 0.0 || number.abs() > LARGEST) {
                return wrong("a whole number");
            }
            let low = option["min_value"].as_f64().is_some_and(|min| number < min);
            let high = option["max_value"].as_f64().is_some_and(|max| number > max);
            if low || high {
                return refused("out_of_range", format!("{value} is out of the range of \"{name}\""));
            }
            Ok(value.clone())
        }
        BOOLEAN if value.is_boolean() => Ok(value.clone()),
        BOOLEAN => wrong("true or false"),
        USER | MENTIONABLE | ROLE | CHANNEL => {
            let id = named(world, filling.guild, kind, value);
            let Some(id) = id else { return wrong("somebody or something of this server") };
            let found = match kind {
                CHANNEL => resolved.channel(world, filling.user, id),
                ROLE => resolved.role(world, filling.guild, id),
                _ if world.users.contains_key(&id) => {
                    resolved.user(world, filling.guild, id);
                    true
                }
                _ => kind == MENTIONABLE && resolved.role(world, filling.guild, id),
            };
            if !found {
                return wrong("somebody or something of this server");
            }
            let kinds = option["channel_types"].as_array().filter(|kinds| kind == CHANNEL && !kinds.is_empty());
            let fits = |kinds: &Vec<Value>| {
                kinds.iter().any(|each| each.as_u64() == world.channels.get(&id).map(|it| it.kind))
            };
            if kinds.is_some_and(|kinds| !fits(kinds)) {
                return refused("wrong_channel_type", format!("\"{name}\" does not take this kind of channel"));
            }
            Ok(id.into())
        }
        _ => wrong("something the twin can fill in"),
    }
}

/// What a test means by a name or an id.
fn named(world: &World, guild: Option<Id>, kind: u64, value: &Value) -> Option<Id> {
    if let Some(id) = Id::of(value) {
        return Some(id);
    }
    let name = value.as_str()?;
    let of_guild = guild.and_then(|guild| world.guilds.get(&guild));
    let user = || world.users.values().find(|user| user.name == name).map(|user| user.id);
    let role = || of_guild?.roles.iter().find(|role| role.name == name).map(|role| role.id);
    let channel = || world.channels.values().find(|it| it.guild == guild && it.name == name).map(|it| it.id);
    match kind {
        USER => user(),
        ROLE => role(),
        CHANNEL => channel(),
        _ => user().or_else(role),
    }
}
