//! What a person has in front of them.

use serde_json::{Value, json};

use crate::clock::Id;
use crate::permissions::{self, READ_MESSAGE_HISTORY, VIEW_CHANNEL};
use crate::rules::components::all_of;
use crate::state::{EPHEMERAL, LOADING, Message, SUPPRESS_EMBEDS, World};
use crate::wire;

/// A message with what tests ask for most: all its words in one text, its buttons, how often it was edited.
pub fn message(world: &World, of: &Message) -> Value {
    let mut out = wire::whole_message(world, of);
    let buttons: Vec<Value> = all_of(&of.components)
        .into_iter()
        .map(|each| {
            json!({
                "type": each["type"], "label": each["label"], "custom_id": each["custom_id"], "style": each["style"],
                "disabled": each["disabled"] == json!(true), "emoji": each["emoji"]["name"], "options": each["options"],
            })
        })
        .collect();
    wire::merge(
        &mut out,
        json!({
            "ephemeral": of.flags & EPHEMERAL != 0, "thinking": of.flags & LOADING != 0, "edits": of.edits,
            "nonce": of.nonce, "buttons": buttons, "text": words(of),
            "from": world.users.get(&of.author).map(|author| author.name.clone()),
        }),
    );
    out
}

/// Every word that shows, a line each.
fn words(of: &Message) -> String {
    let mut lines = vec![of.content.as_str()];
    for embed in of.embeds.iter().filter(|_| of.flags & SUPPRESS_EMBEDS == 0) {
        lines.extend(
            [&embed["author"]["name"], &embed["title"], &embed["description"]].into_iter().filter_map(Value::as_str),
        );
        for field in embed["fields"].as_array().into_iter().flatten() {
            lines.extend([&field["name"], &field["value"]].into_iter().filter_map(Value::as_str));
        }
        lines.extend(embed["footer"]["text"].as_str());
    }
    let mut laid_out = Vec::new();
    texts(&of.components, &mut laid_out);
    lines.extend(laid_out);
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

fn texts<'a>(components: &'a [Value], out: &mut Vec<&'a str>) {
    for component in components {
        if component["type"] == json!(10) {
            out.extend(component["content"].as_str());
        }
        texts(component["components"].as_array().map_or(&[][..], Vec::as_slice), out);
    }
}

/// The messages of a channel that a person sees, oldest first. Without the history they see what came while they looked,
/// which here is nothing.
pub fn channel(world: &World, user: Id, channel: Id) -> Vec<Value> {
    let Some(of) = world.channels.get(&channel) else { return Vec::new() };
    let may = permissions::in_channel(world, of, user);
    let sees = |message: &&Message| match message.only_for {
        Some(only) => only == user,
        None => may & READ_MESSAGE_HISTORY != 0,
    };
    if may & VIEW_CHANNEL == 0 {
        return Vec::new();
    }
    let messages = of.messages.iter().filter_map(|id| world.messages.get(id));
    messages.filter(sees).map(|each| message(world, each)).collect()
}
