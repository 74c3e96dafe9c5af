//! The commands as other programs can read them: descriptions in the state of a room, from which clients complete commands
//! ([`keep_in_step`]), and the filled-in form that such a client sends back (`forms`). Both follow Matrix's proposal
//! MSC4391, with its names from before it is adopted, and with what mautrix and gomuks, which implement it, add to it.
//!
//! Everything is derived from [`SPECS`]. A form is never taken for more than what a person could have typed: it becomes
//! that text, and is read, checked and answered like it. Only rooms are described, never a direct chat, and nothing is
//! changed there that the bot did not put there itself.

mod forms;
mod parameters;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use data_encoding::BASE64;
use matrix_sdk::Room;
use matrix_sdk::ruma::OwnedRoomId;
use matrix_sdk::ruma::events::StateEventType;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::hearing::Company;
use super::places;
use super::trouble::Trouble;
use crate::domain::community::Language;
use crate::grammar::form::Field;
use crate::grammar::specs::{SPECS, Spec};
use crate::speech::copy;
pub(super) use forms::invoked;

/// The type of the state events that describe one command each.
const DESCRIPTION: &str = "org.matrix.msc4391.command_description";
/// The parameter that takes the rest of a line, in the clients of mautrix.
const TAIL: &str = "fi.mau.tail_parameter";

/// How long the bot rests between one lot of descriptions and the next.
pub(super) const REST: Duration = Duration::from_secs(20);

/// What the bot describes, and how it goes about it. One for all rooms: the homeserver's limits are the account's.
#[derive(Debug)]
pub(super) struct Describing {
    on: bool,
    prefix: String,
    /// How many descriptions make one lot.
    lot: usize,
    left: usize,
    rested: Instant,
    /// Rooms of which the log knows that the bot may not describe anything there.
    powerless: HashSet<OwnedRoomId>,
}

impl Describing {
    /// `messages_per_minute` is what the homeserver takes from the bot. Descriptions leave half of it to what people wait
    /// for, since they are in no hurry.
    pub(super) fn new(on: bool, prefix: &str, messages_per_minute: u32) -> Self {
        let rests = u32::try_from(60 / REST.as_secs()).unwrap_or(1);
        let lot = usize::try_from(messages_per_minute / (2 * rests)).unwrap_or(usize::MAX).max(1);
        Describing { on, prefix: prefix.to_owned(), lot, left: lot, rested: Instant::now(), powerless: HashSet::new() }
    }

    /// Whether one more may be sent now.
    fn takes_one(&mut self, now: Instant) -> bool {
        if self.left == 0 && self.rested <= now {
            self.left = self.lot;
        }
        let may = self.left > 0;
        if may {
            self.left -= 1;
            self.rested = now + REST;
        }
        may
    }
}

/// Makes a room's state say what the commands are, in this language; or nothing, if that is switched off. Only what differs
/// is sent, and what the bot described earlier and does not any more is taken back. At most one lot is sent at a time:
/// false if something is left for the next.
///
/// # Errors
/// Whatever keeps the homeserver from taking a description. The next call tries again.
pub(super) async fn keep_in_step(
    room: &Room,
    describing: &mut Describing,
    language: Language,
) -> Result<bool, Trouble> {
    // What a room just joined has is known with the next sync.
    if !room.is_state_fully_synced() {
        return Ok(false);
    }
    if room.is_space() || places::company(room).await? != Company::Public {
        return Ok(true);
    }
    let own = room.own_user_id();
    let wanted = match describing.on {
        true => descriptions(own.as_str(), &describing.prefix, language),
        false => BTreeMap::new(),
    };
    let there = room.get_state_events(StateEventType::from(DESCRIPTION)).await?;
    let there: Vec<Value> = there.iter().map(places::state_of).collect();
    let due = differences(wanted, &there, own.as_str());
    if due.is_empty() {
        return Ok(true);
    }
    // A room that is just being made may be seen before its power levels are. There is always a next time.
    let Ok(levels) = room.power_levels().await else { return Ok(false) };
    if !levels.user_can_send_state(own, StateEventType::from(DESCRIPTION)) {
        if describing.powerless.insert(room.room_id().to_owned()) {
            tracing::info!(room = %room.room_id(), "no power to describe commands in the room's state; doing without");
        }
        return Ok(true);
    }
    describing.powerless.remove(room.room_id());
    for (state_key, content) in due {
        if !describing.takes_one(Instant::now()) {
            return Ok(false);
        }
        room.send_state_event_raw(DESCRIPTION, &state_key, content).await?;
    }
    Ok(true)
}

/// What has to be sent so that a room with these descriptions has the wanted ones and no other of the bot's own.
fn differences(wanted: BTreeMap<String, Value>, there: &[Value], own: &str) -> Vec<(String, Value)> {
    let is_own = |event: &Value| event["sender"] == own;
    let key_of = |event: &Value| event["state_key"].as_str().map(str::to_owned);
    let is_said = |key: &str, content: &Value| {
        // Under somebody else's name it is no description of ours, whatever it says.
        there.iter().any(|event| is_own(event) && event["state_key"] == key && event["content"] == *content)
    };
    let stale = |event: &&Value| {
        let empty = event["content"].as_object().is_none_or(Map::is_empty);
        let unwanted = event["state_key"].as_str().is_some_and(|key| !wanted.contains_key(key));
        is_own(event) && unwanted && !empty
    };
    let withdrawn: Vec<_> = there.iter().filter(stale).filter_map(key_of).map(|key| (key, json!({}))).collect();
    let missing = wanted.into_iter().filter(|(key, content)| !is_said(key, content));
    withdrawn.into_iter().chain(missing).collect()
}

/// Every command's description, by its state key.
fn descriptions(own: &str, prefix: &str, language: Language) -> BTreeMap<String, Value> {
    SPECS.iter().map(|spec| description(spec, own, prefix, language)).collect()
}

fn description(spec: &'static Spec, own: &str, prefix: &str, language: Language) -> (String, Value) {
    let command = called(prefix, spec.path);
    let fields = Field::all(spec);
    let mut content = json!({"command": command, "description": words(copy::describe(spec, language))});
    if !spec.aliases.is_empty() {
        content["aliases"] = spec.aliases.iter().map(|alias| called(prefix, alias)).collect();
    }
    if let Some(tail) = fields.iter().find(|field| field.is_tail) {
        content[TAIL] = json!(tail.name);
    }
    content["parameters"] = fields.iter().map(|field| parameters::described(field, language)).collect();
    (state_key(&command, own), content)
}

/// What a client calls a command: the bot's prefix comes first, since clients have an `/invite` and a `/me` of their own.
fn called(prefix: &str, path: &str) -> String {
    let name = prefix.trim_matches(|c: char| !c.is_alphanumeric());
    if name.is_empty() { path.to_owned() } else { format!("{name} {path}") }
}

/// Nobody can describe another's command: the key holds who describes it.
fn state_key(command: &str, own: &str) -> String {
    BASE64.encode(&Sha256::new().chain_update(command).chain_update(own).finalize())
}

/// Plain words as the proposal wants them.
fn words(body: String) -> Value {
    json!({"m.text": [{"body": body}]})
}
