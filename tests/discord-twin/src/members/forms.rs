//! Forms (modals), filled in by the person they were opened for.

use serde_json::{Map, Value, json};

use super::{Done, prepare, refused};
use crate::clock::Id;
use crate::rest::begin;
use crate::state::{MODAL_SUBMIT, World};
use crate::wire;

/// Documented as the most a text input takes.
const LONGEST: u64 = 4000;

/// The form that stands open for somebody: the one an interaction opened, or the latest.
pub fn open_for(world: &World, user: Id, opener: Option<Id>) -> Done<Id> {
    let open = |id: &Id| {
        let interaction = world.interactions.get(id);
        interaction.is_some_and(|it| it.user == user && it.modal.is_some() && !it.modal_used)
    };
    let found = match opener {
        Some(id) => Some(id).filter(|id| open(id)),
        None => world.interactions.keys().rev().copied().find(open),
    };
    match found {
        Some(id) => Ok(id),
        None => refused("no_form", "no form is open for them"),
    }
}

/// Fills it in and hands it in. What is not named keeps what the bot wrote into it.
pub fn submit(world: &mut World, user: Id, opener: Option<Id>, values: &Map<String, Value>) -> Done<Id> {
    let opener = open_for(world, user, opener)?;
    let from = world.interactions.get(&opener).cloned().ok_or("there is no such interaction")?;
    let modal = from.modal.clone().unwrap_or_default();
    let mut rows = Vec::new();
    let mut used = Vec::new();
    for (at, row) in modal["components"].as_array().into_iter().flatten().enumerate() {
        let id = row["id"].as_u64().unwrap_or(2 * at as u64 + 1);
        let labelled = row["type"] == json!(18);
        let input = if labelled { &row["component"] } else { &row["components"][0] };
        if input["custom_id"].is_null() {
            continue;
        }
        let label = if labelled { &row["label"] } else { &input["label"] };
        let name =
            [&input["custom_id"], label].into_iter().filter_map(Value::as_str).find(|name| values.contains_key(*name));
        used.extend(name);
        let given = name.and_then(|name| values.get(name)).unwrap_or(&input["value"]);
        let text = given.as_str().unwrap_or_default();
        check(input, label.as_str().unwrap_or_default(), text)?;
        let filled = json!({"type": input["type"], "id": id + 1, "custom_id": input["custom_id"], "value": text});
        rows.push(if labelled {
            json!({"type": 18, "id": id, "component": filled})
        } else {
            json!({"type": 1, "id": id, "components": [filled]})
        });
    }
    if let Some(extra) = values.keys().find(|name| !used.contains(&name.as_str())) {
        return refused("unknown_input", format!("the form has no \"{extra}\""));
    }
    let data = json!({"custom_id": modal["custom_id"], "components": rows});
    let (mut interaction, mut payload) = prepare(world, from.app, MODAL_SUBMIT, user, from.channel, data)?;
    interaction.name = modal["custom_id"].as_str().unwrap_or_default().to_owned();
    interaction.opened_by = Some(opener);
    interaction.message = from.message;
    if let Some(message) = from.message.and_then(|id| world.messages.get(&id)) {
        wire::merge(&mut payload, json!({"message": wire::pressed_message(world, message, from.app)}));
    }
    if let Some(from) = world.interactions.get_mut(&opener) {
        from.modal_used = true;
    }
    let id = interaction.id;
    begin(world, interaction, &payload);
    Ok(id)
}

fn check(input: &Value, label: &str, text: &str) -> Done<()> {
    let length = text.chars().count() as u64;
    let (min, max) = (input["min_length"].as_u64().unwrap_or(0), input["max_length"].as_u64().unwrap_or(LONGEST));
    if text.is_empty() {
        let required = input["required"] != json!(false);
        return if required { refused("missing_input", format!("\"{label}\" is required")) } else { Ok(()) };
    }
    if length < min || length > max {
        return refused("wrong_length", format!("\"{label}\" takes {min} to {max} characters, not {length}"));
    }
    Ok(())
}
