//! Reading what was said. Without READ_MESSAGE_HISTORY a history is empty, not refused: an empty list proves nothing.

use serde_json::Value;

use super::{Call, Reply, channels, messages, ok};
use crate::clock::Id;
use crate::errors::{self, Answer};
use crate::permissions::READ_MESSAGE_HISTORY;
use crate::state::World;

/// `GET /channels/{id}/messages`, newest first, by `before`, `after` or `around`.
pub fn list(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let id = call.id(0)?;
    let may = channels::may_see(world, id, call.app)?;
    let limit = match call.asked("limit") {
        None => 50,
        Some(text) => match text.parse::<usize>() {
            Ok(limit @ 1..=100) => limit,
            Ok(_) => {
                let said = "int value should be between 1 and 100.";
                return Err(errors::bad_form("limit", "NUMBER_TYPE_MAX", said));
            }
            Err(_) => {
                let said = format!("Value \"{text}\" is not int.");
                return Err(errors::bad_form("limit", "NUMBER_TYPE_COERCE", &said));
            }
        },
    };
    if may & READ_MESSAGE_HISTORY == 0 {
        return ok(Value::Array(Vec::new()));
    }
    let named = |name: &str| call.asked(name).and_then(Id::parse);
    let all: Vec<Id> = public(world, id);
    let chosen: Vec<Id> = if let Some(before) = named("before") {
        let fits: Vec<Id> = all.into_iter().filter(|each| *each < before).collect();
        fits[fits.len().saturating_sub(limit)..].to_vec()
    } else if let Some(after) = named("after") {
        all.into_iter().filter(|each| *each > after).take(limit).collect()
    } else if let Some(around) = named("around") {
        let at = all.partition_point(|each| *each < around);
        let from = at.saturating_sub(limit / 2);
        all[from..all.len().min(from + limit)].to_vec()
    } else {
        all[all.len().saturating_sub(limit)..].to_vec()
    };
    ok(Value::Array(chosen.iter().rev().map(|each| messages::show(world, *each, call.app)).collect()))
}

/// The messages of a channel that are for everybody, oldest first.
fn public(world: &World, channel: Id) -> Vec<Id> {
    let ids = world.channels.get(&channel).map_or(&[][..], |channel| &channel.messages);
    let for_all = |id: &&Id| world.messages.get(*id).is_some_and(|message| message.only_for.is_none());
    ids.iter().filter(for_all).copied().collect()
}

/// `GET /channels/{id}/messages/{id}`
pub fn get(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let may = channels::may_see(world, call.id(0)?, call.app)?;
    if may & READ_MESSAGE_HISTORY == 0 {
        return Err(errors::missing_access());
    }
    let message = messages::find(world, call)?;
    ok(messages::show(world, message.id, call.app))
}
