//! The first reply to an interaction: once, in time, and of a type that fits.

use serde_json::{Value, json};

use super::{Call, Reply, messages, nothing, ok};
use crate::clock::Id;
use crate::errors::{self, Answer, Form, bad_form};
use crate::gateway::events;
use crate::permissions::{self, MENTION_EVERYONE};
use crate::rules::components;
use crate::rules::message::{Within, not_empty, read, settable};
use crate::state::{
    AUTOCOMPLETE, Ack, COMMAND, COMPONENT, COMPONENTS_V2, EPHEMERAL, Interaction, LOADING, MODAL_SUBMIT, Message, World,
};
use crate::wire;

const MESSAGE: u64 = 4;
const DEFER: u64 = 5;
const DEFER_UPDATE: u64 = 6;
const UPDATE: u64 = 7;
const CHOICES: u64 = 8;
const MODAL: u64 = 9;

/// `POST /interactions/{id}/{token}/callback`
pub fn callback(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let id = call.id(0)?;
    let found = world.interactions.get(&id).filter(|interaction| interaction.token == call.text(1));
    let interaction = found.cloned().ok_or_else(errors::unknown_interaction)?;
    if interaction.ack.is_some() {
        return Err(errors::already_acknowledged());
    }
    let now = world.now_ms();
    if now - interaction.made_ms > world.settings.reply_within_ms {
        return Err(errors::unknown_interaction());
    }
    let kind = call.body["type"].as_u64().unwrap_or(0);
    fits(world, &interaction, kind)?;
    call.app = interaction.app;
    let data = call.body["data"].take();
    let flags = settable(data["flags"].as_u64().unwrap_or(0), true);
    let mut changed = interaction.clone();
    match kind {
        MESSAGE => {
            let draft = read(&data, &call.files, false, Within::CallbackData)?;
            not_empty(&draft)?;
            let mut message = reply_message(&interaction, flags);
            let may = everyone(world, &interaction);
            messages::fill(world, &mut message, &draft, may);
            changed.original = Some(messages::give_message(world, message));
            changed.filled = true;
        }
        DEFER => {
            let message = reply_message(&interaction, flags & EPHEMERAL | LOADING);
            changed.original = Some(messages::give_message(world, message));
        }
        DEFER_UPDATE => changed.original = target(world, &interaction),
        UPDATE => {
            let target = target(world, &interaction).ok_or_else(errors::unknown_message)?;
            let layout = world.messages.get(&target).is_some_and(|message| message.flags & COMPONENTS_V2 != 0);
            let draft = read(&data, &call.files, layout, Within::CallbackData)?;
            messages::change(world, target, &draft, false)?;
            changed.original = Some(target);
            changed.filled = true;
        }
        CHOICES => changed.choices = Some(choices(&interaction, &data)?),
        _ => {
            components::check_modal(&data)?;
            changed.modal = Some(data);
        }
    }
    let ephemeral = match kind {
        MESSAGE | DEFER => flags & EPHEMERAL != 0,
        _ => false,
    };
    changed.ack = Some(Ack { kind, at_ms: now, ephemeral });
    let told = with_response(world, &changed, kind);
    // The message exists already; its author's interaction is known before anybody is told of it.
    world.interactions.insert(id, changed);
    if call.is_asked("with_response") { ok(told) } else { nothing() }
}

/// Whether this type answers this kind of interaction.
fn fits(world: &World, interaction: &Interaction, kind: u64) -> Answer<()> {
    let stands_under = target(world, interaction).is_some();
    let allowed: &[u64] = match interaction.kind {
        AUTOCOMPLETE => &[CHOICES],
        COMMAND => &[MESSAGE, DEFER, MODAL],
        COMPONENT => &[MESSAGE, DEFER, DEFER_UPDATE, UPDATE, MODAL],
        MODAL_SUBMIT if stands_under => &[MESSAGE, DEFER, DEFER_UPDATE, UPDATE],
        _ => &[MESSAGE, DEFER],
    };
    if allowed.contains(&kind) {
        return Ok(());
    }
    let list: Vec<String> = allowed.iter().map(u64::to_string).collect();
    let mut form = Form::new();
    form.choice("type", &list.join(", "));
    form.done()
}

/// The message a component stands under, also for a form that a component opened.
fn target(world: &World, interaction: &Interaction) -> Option<Id> {
    interaction.message.filter(|id| world.messages.contains_key(id))
}

/// A reply before anything is in it.
pub fn reply_message(interaction: &Interaction, flags: u64) -> Message {
    let of_a_command = interaction.kind == COMMAND;
    let reference = if interaction.kind == COMPONENT { interaction.message } else { None };
    let kind = if of_a_command {
        20
    } else if reference.is_some() {
        19
    } else {
        0
    };
    Message {
        channel: interaction.channel,
        author: interaction.app,
        kind,
        flags,
        reference,
        interaction: Some(interaction.id),
        only_for: (flags & EPHEMERAL != 0).then_some(interaction.user),
        ..Message::default()
    }
}

/// Whether the application may shout in that channel.
pub fn everyone(world: &World, interaction: &Interaction) -> bool {
    let channel = world.channels.get(&interaction.channel);
    channel.is_some_and(|channel| permissions::in_channel(world, channel, interaction.app) & MENTION_EVERYONE != 0)
}

fn choices(interaction: &Interaction, data: &Value) -> Answer<Vec<Value>> {
    let Some(choices) = data["choices"].as_array() else {
        return Err(bad_form("data.choices", "BASE_TYPE_REQUIRED", "This field is required"));
    };
    let mut form = Form::new();
    if choices.len() > 25 {
        form.wrong("data.choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.");
    }
    for (at, choice) in choices.iter().enumerate() {
        match choice["name"].as_str() {
            Some(name) => form.length(&format!("data.choices.{at}.name"), name, 1, 100),
            None => form.required(&format!("data.choices.{at}.name")),
        }
        let path = format!("data.choices.{at}.value");
        match &choice["value"] {
            Value::String(value) => form.length(&path, value, 1, 100),
            Value::Number(_) => {}
            Value::Null => form.required(&path),
            _ => form.wrong(&path, "UNION_TYPE_CHOICES", "Value of field must be a string or a number."),
        }
        if let Some(names) = choice["name_localizations"].as_object() {
            for (locale, name) in names {
                let path = format!("data.choices.{at}.name_localizations.{locale}");
                form.length(&path, name.as_str().unwrap_or_default(), 1, 100);
            }
        }
    }
    form.done()?;
    debug_assert_eq!(interaction.kind, AUTOCOMPLETE);
    Ok(choices.clone())
}

/// What a callback answers when it is asked to (`with_response`).
fn with_response(world: &World, interaction: &Interaction, kind: u64) -> Value {
    let message = interaction.original.and_then(|id| world.messages.get(&id));
    let mut about = json!({"id": interaction.id, "type": interaction.kind, "channel_id": interaction.channel});
    if let Some(guild) = interaction.guild {
        wire::merge(&mut about, json!({"guild_id": guild}));
    }
    if let Some(message) = message {
        wire::merge(
            &mut about,
            json!({
                "response_message_id": message.id, "response_message_loading": message.flags & LOADING != 0,
                "response_message_ephemeral": message.flags & EPHEMERAL != 0,
            }),
        );
    }
    let mut out = json!({"interaction": about});
    if let (MESSAGE | UPDATE, Some(message)) = (kind, message) {
        let shown = messages::show(world, message.id, interaction.app);
        wire::merge(&mut out, json!({"resource": {"type": kind, "message": shown}}));
    }
    out
}

/// Tells a person's client of an interaction, for the bot to hear.
pub fn begin(world: &mut World, interaction: Interaction, payload: &Value) {
    let (app, guild) = (interaction.app, interaction.guild);
    world.tokens.insert(interaction.token.clone(), interaction.id);
    world.interactions.insert(interaction.id, interaction);
    events::interaction(world, app, guild, payload);
    world.touch();
}
