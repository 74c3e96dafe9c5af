//! What came of an interaction, as the person who began it sees it.

use serde_json::{Value, json};

use super::view;
use crate::clock::Id;
use crate::state::{Interaction, LOADING, World};

/// How far an interaction has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    /// The bot has this many milliseconds left.
    Waiting(i64),
    /// "The application did not respond."
    Failed,
    /// Acknowledged, and "thinking…" still shows.
    Thinking,
    /// Acknowledged; there is something to see, or nothing to expect.
    Answered,
}

pub fn state(world: &World, interaction: &Interaction) -> State {
    let left = interaction.made_ms + world.settings.reply_within_ms - world.now_ms();
    match &interaction.ack {
        None if left >= 0 => State::Waiting(left),
        None => State::Failed,
        Some(_) => {
            let message = interaction.original.and_then(|id| world.messages.get(&id));
            let thinking = message.is_some_and(|message| message.flags & LOADING != 0);
            if thinking { State::Thinking } else { State::Answered }
        }
    }
}

/// The whole outcome.
pub fn outcome(world: &World, id: Id) -> Value {
    let Some(interaction) = world.interactions.get(&id) else { return Value::Null };
    let name = match state(world, interaction) {
        State::Waiting(_) => "pending",
        State::Failed => "no_response",
        State::Thinking | State::Answered => "acknowledged",
    };
    let shown = |id: &Id| world.messages.get(id).map(|message| view::message(world, message));
    let ack = interaction.ack.as_ref();
    json!({
        "interaction": id, "outcome": name, "error": (name == "no_response").then_some("The application did not respond"),
        "after_ms": ack.map(|ack| ack.at_ms - interaction.made_ms), "type": ack.map(|ack| ack.kind),
        "ephemeral": ack.is_some_and(|ack| ack.ephemeral),
        "thinking": state(world, interaction) == State::Thinking,
        "message": interaction.original.as_ref().and_then(shown),
        "followups": interaction.followups.iter().filter_map(shown).collect::<Vec<_>>(),
        "updates": interaction.updates, "modal": interaction.modal, "choices": interaction.choices,
    })
}
