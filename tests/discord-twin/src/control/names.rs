//! What a test's request names: people, channels and servers by id or by name, and the only one where none is named.

use serde_json::{Map, Value};

use crate::clock::Id;
use crate::members::Done;
use crate::state::World;

/// A request's fields.
#[derive(Debug)]
pub struct Asked {
    fields: Map<String, Value>,
    empty: Map<String, Value>,
}

impl Asked {
    pub fn new(fields: Map<String, Value>) -> Asked {
        Asked { fields, empty: Map::new() }
    }

    pub fn get(&self, name: &str) -> &Value {
        self.fields.get(name).unwrap_or(&Value::Null)
    }

    pub fn all(&self) -> Value {
        Value::Object(self.fields.clone())
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).as_str()
    }

    pub fn need_text(&self, name: &str) -> Done<&str> {
        Ok(self.text(name).ok_or_else(|| format!("\"{name}\" is missing"))?)
    }

    /// A number, also as the text a query holds.
    pub fn number(&self, name: &str) -> Option<u64> {
        let value = self.get(name);
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }

    pub fn truth(&self, name: &str) -> Option<bool> {
        let value = self.get(name);
        value.as_bool().or_else(|| value.as_str()?.parse().ok())
    }

    pub fn object(&self, name: &str) -> &Map<String, Value> {
        self.get(name).as_object().unwrap_or(&self.empty)
    }

    pub fn list(&self, name: &str) -> &[Value] {
        self.get(name).as_array().map_or(&[], Vec::as_slice)
    }

    pub fn id(&self, name: &str) -> Done<Id> {
        Ok(Id::of(self.get(name)).ok_or_else(|| format!("\"{name}\" has to be an id"))?)
    }

    pub fn user(&self, world: &World) -> Done<Id> {
        user(world, self.get("user"))
    }

    /// The application: the one named, or the only one there is.
    pub fn app(&self, world: &World) -> Done<Id> {
        let value = self.get("app");
        if value.is_null() {
            let mut all = world.apps.keys();
            return match (all.next(), all.next()) {
                (Some(only), None) => Ok(*only),
                _ => Err("\"app\" has to say which application".into()),
            };
        }
        app(world, value)
    }

    /// The application if one is named.
    pub fn named_app(&self, world: &World) -> Done<Option<Id>> {
        let value = self.get("app");
        if value.is_null() { Ok(None) } else { app(world, value).map(Some) }
    }

    pub fn guild(&self, world: &World) -> Done<Id> {
        let value = self.get("guild");
        if value.is_null() {
            let mut all = world.guilds.keys();
            return match (all.next(), all.next()) {
                (Some(only), None) => Ok(*only),
                _ => Err("\"guild\" has to say which server".into()),
            };
        }
        let named = |name: &str| world.guilds.values().find(|guild| guild.name == name).map(|guild| guild.id);
        let found = Id::of(value).filter(|id| world.guilds.contains_key(id)).or_else(|| named(value.as_str()?));
        Ok(found.ok_or_else(|| format!("there is no server {value}"))?)
    }

    /// A channel by id or name; "dm" is the direct message between the person and the application.
    pub fn channel(&self, world: &mut World) -> Done<Id> {
        let value = self.get("channel");
        if value == "dm" {
            let (user, app) = (self.user(world)?, self.app(world)?);
            return Ok(world.open_dm(user, app));
        }
        channel(world, value, self.guild(world).ok())
    }

    /// The same without opening anything.
    pub fn known_channel(&self, world: &World) -> Done<Option<Id>> {
        let value = self.get("channel");
        if value == "dm" {
            return Ok(world.dm_between(self.user(world)?, self.app(world)?));
        }
        channel(world, value, self.guild(world).ok()).map(Some)
    }

    pub fn role(&self, world: &World, guild: Id, value: &Value) -> Done<Id> {
        let of = world.guilds.get(&guild).ok_or("there is no such server")?;
        let by_id = Id::of(value).filter(|id| of.role(*id).is_some());
        let by_name = || of.roles.iter().find(|role| Some(role.name.as_str()) == value.as_str()).map(|role| role.id);
        Ok(by_id.or_else(by_name).ok_or_else(|| format!("there is no role {value}"))?)
    }
}

fn channel(world: &World, value: &Value, guild: Option<Id>) -> Done<Id> {
    if let Some(id) = Id::of(value).filter(|id| world.channels.contains_key(id)) {
        return Ok(id);
    }
    let name = value.as_str().map(|name| name.trim_start_matches('#'));
    let mut named =
        world.channels.values().filter(|channel| channel.guild.is_some() && Some(channel.name.as_str()) == name);
    let found = match guild {
        Some(guild) => named.find(|channel| channel.guild == Some(guild)),
        None => named.next(),
    };
    Ok(found.map(|channel| channel.id).ok_or_else(|| format!("there is no channel {value}"))?)
}

/// Somebody by id or name.
pub fn user(world: &World, value: &Value) -> Done<Id> {
    if let Some(id) = Id::of(value).filter(|id| world.users.contains_key(id)) {
        return Ok(id);
    }
    let found = world.users.values().find(|user| Some(user.name.as_str()) == value.as_str());
    Ok(found.map(|user| user.id).ok_or_else(|| format!("there is nobody called {value}"))?)
}

/// An application by id or name.
pub fn app(world: &World, value: &Value) -> Done<Id> {
    if let Some(id) = Id::of(value).filter(|id| world.apps.contains_key(id)) {
        return Ok(id);
    }
    let found = world.apps.values().find(|app| Some(app.name.as_str()) == value.as_str());
    Ok(found.map(|app| app.id).ok_or_else(|| format!("there is no application {value}"))?)
}
