//! Buttons and selects.

use serde_json::{Value, json};

use super::options::Resolved;
use super::{Done, prepare, refused, seen_by};
use crate::clock::Id;
use crate::rest::begin;
use crate::rules::components::all_of;
use crate::state::{COMPONENT, LOADING, World};
use crate::wire;

const BUTTON: u64 = 2;
const STRING_SELECT: u64 = 3;

/// Presses a button, named by its `custom_id` or by what stands on it.
pub fn press(world: &mut World, user: Id, message: Id, name: &str) -> Done<Id> {
    let component = find(world, user, message, name)?;
    if component["type"] != json!(BUTTON) {
        return refused("not_a_button", "this is no button");
    }
    if component["custom_id"].is_null() {
        return refused("a_link", "this button opens a page and tells the bot nothing");
    }
    let data = json!({"component_type": BUTTON, "custom_id": component["custom_id"], "id": component["id"]});
    send(world, user, message, data)
}

/// Chooses values of a select.
pub fn select(world: &mut World, user: Id, message: Id, name: &str, values: &[Value]) -> Done<Id> {
    let component = find(world, user, message, name)?;
    let kind = component["type"].as_u64().unwrap_or(0);
    if kind == BUTTON {
        return refused("not_a_select", "this is no select");
    }
    let (min, max) = (component["min_values"].as_u64().unwrap_or(1), component["max_values"].as_u64().unwrap_or(1));
    let count = values.len() as u64;
    if count < min || count > max {
        return refused("wrong_count", format!("{min} to {max} have to be chosen, not {count}"));
    }
    let guild = world.messages.get(&message).and_then(|it| world.channels.get(&it.channel)).and_then(|it| it.guild);
    let mut resolved = Resolved::default();
    for value in values {
        let id = Id::of(value);
        let there = match kind {
            STRING_SELECT => {
                component["options"].as_array().into_iter().flatten().any(|option| option["value"] == *value)
            }
            5 => id.is_some_and(|id| world.users.contains_key(&id)),
            6 => id.is_some_and(|id| resolved.role(world, guild, id)),
            7 => id.is_some_and(|id| world.users.contains_key(&id) || resolved.role(world, guild, id)),
            _ => id.is_some_and(|id| resolved.channel(world, user, id)),
        };
        if !there {
            return refused("no_such_option", format!("{value} cannot be chosen"));
        }
        if let (5 | 7, Some(id)) = (kind, id.filter(|id| world.users.contains_key(id))) {
            resolved.user(world, guild, id);
        }
    }
    let mut data = json!({
        "component_type": kind, "custom_id": component["custom_id"], "id": component["id"], "values": values,
    });
    if let Some(resolved) = resolved.tell() {
        wire::merge(&mut data, json!({"resolved": resolved}));
    }
    send(world, user, message, data)
}

fn find(world: &World, user: Id, message: Id, name: &str) -> Done<Value> {
    let message = seen_by(world, user, message)?;
    if message.flags & LOADING != 0 {
        return refused("no_such_component", "the message is still \"thinking\"");
    }
    let all = all_of(&message.components);
    let by_id = all.iter().find(|component| component["custom_id"] == json!(name));
    let found = by_id.or_else(|| all.iter().find(|component| component["label"] == json!(name)));
    let Some(found) = found else {
        let there: Vec<&str> = all.iter().filter_map(|it| it["label"].as_str().or(it["custom_id"].as_str())).collect();
        return refused("no_such_component", format!("the message has no \"{name}\", only {there:?}"));
    };
    if found["disabled"] == json!(true) {
        return refused("disabled", format!("\"{name}\" is switched off"));
    }
    Ok((*found).clone())
}

fn send(world: &mut World, user: Id, message: Id, data: Value) -> Done<Id> {
    let under = seen_by(world, user, message)?;
    let name = data["custom_id"].as_str().unwrap_or_default().to_owned();
    let (mut interaction, mut payload) = prepare(world, under.author, COMPONENT, user, under.channel, data)?;
    wire::merge(&mut payload, json!({"message": wire::pressed_message(world, &under, under.author)}));
    interaction.name = name;
    interaction.message = Some(message);
    let id = interaction.id;
    begin(world, interaction, &payload);
    Ok(id)
}
