//! Acting as somebody.

use serde_json::{Value, json};

use super::names::Asked;
use crate::clock::Id;
use crate::members::slash::{Wanted, use_command};
use crate::members::{Done, forms, presses, speak, view};
use crate::state::World;

/// `{"user", "channel", "command": "gathering plan", "options": {…}, "app"?, "wait"?, "timeout_ms"?}`
pub fn slash(world: &mut World, asked: &Asked) -> Done<Id> {
    begin(world, asked, None)
}

/// The same with `"focused"`: the option being typed, whose value so far stands in `options`.
pub fn autocomplete(world: &mut World, asked: &Asked) -> Done<Id> {
    let focused = asked.need_text("focused")?.to_owned();
    begin(world, asked, Some(&focused))
}

fn begin(world: &mut World, asked: &Asked, focused: Option<&str>) -> Done<Id> {
    let (user, channel) = (asked.user(world)?, asked.channel(world)?);
    let mut options = asked.object("options").clone();
    if let Some(focused) = focused {
        options.entry(focused.to_owned()).or_insert(json!(""));
    }
    let wanted = Wanted {
        user,
        channel,
        app: asked.named_app(world)?,
        command: asked.need_text("command")?,
        options: &options,
        focused,
    };
    use_command(world, &wanted)
}

/// `{"user", "message", "button": custom_id or label}`
pub fn press(world: &mut World, asked: &Asked) -> Done<Id> {
    presses::press(world, asked.user(world)?, asked.id("message")?, asked.need_text("button")?)
}

/// `{"user", "message", "select": custom_id, "values": […]}`
pub fn select(world: &mut World, asked: &Asked) -> Done<Id> {
    presses::select(world, asked.user(world)?, asked.id("message")?, asked.need_text("select")?, asked.list("values"))
}

/// `{"user", "interaction"?: the one that opened it, "values": {custom_id or label: text}}`
pub fn modal(world: &mut World, asked: &Asked) -> Done<Id> {
    forms::submit(world, asked.user(world)?, Id::of(asked.get("interaction")), asked.object("values"))
}

/// `{"user", "channel", "content", "reply_to"?}`
pub fn message(world: &mut World, asked: &Asked) -> Done<Value> {
    let (user, channel) = (asked.user(world)?, asked.channel(world)?);
    let id = speak::write(world, user, channel, asked.need_text("content")?, Id::of(asked.get("reply_to")))?;
    Ok(world.messages.get(&id).map_or(Value::Null, |message| view::message(world, message)))
}

/// `{"user", "message", "content"}`
pub fn edit(world: &mut World, asked: &Asked) -> Done<Value> {
    speak::rewrite(world, asked.user(world)?, asked.id("message")?, asked.need_text("content")?)
}

/// `{"user", "message"}`
pub fn delete(world: &mut World, asked: &Asked) -> Done<Value> {
    speak::erase(world, asked.user(world)?, asked.id("message")?)
}

/// `{"user", "message", "emoji", "there"?: false takes it away}`
pub fn react(world: &mut World, asked: &Asked) -> Done<Value> {
    let there = asked.truth("there").unwrap_or(true);
    speak::react(world, asked.user(world)?, asked.id("message")?, asked.need_text("emoji")?, there)
}

/// `{"user", "channel": the thread}`
pub fn join_thread(world: &mut World, asked: &Asked) -> Done<Value> {
    let (user, thread) = (asked.user(world)?, asked.channel(world)?);
    crate::rest::enter_thread(world, thread, user);
    Ok(Value::Null)
}
