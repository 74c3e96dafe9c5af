//! The control API: JSON over HTTP under `/twin`, or [`crate::Twin::ask`]. A test makes a world with it, acts as people in
//! it, looks at what they see, and makes things go wrong. `README.md` has every path.

mod acts;
mod arrange;
mod look;
mod names;

use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::Shared;
use crate::clock::Id;
use crate::members::answers::{State, outcome, state};
use crate::members::{Done, No};
use crate::rest::read_query;
use crate::state::World;
use names::Asked;

/// How long an action waits, at most, for more than an acknowledgement, unless the test says otherwise.
const PATIENCE_MS: u64 = 10_000;

/// What a path does: at once, or as an interaction whose outcome is waited for.
enum Doer {
    Now(fn(&mut World, &Asked) -> Done<Value>),
    Begin(fn(&mut World, &Asked) -> Done<Id>),
}

use Doer::{Begin, Now};

/// Every path, the same for GET and POST but for what is looked at, which is GET's.
const PATHS: &[(&str, &str, Doer)] = &[
    ("POST", "/application", Now(arrange::application)),
    ("POST", "/user", Now(arrange::user)),
    ("POST", "/guild", Now(arrange::guild)),
    ("POST", "/guild/add", Now(arrange::add_app)),
    ("POST", "/guild/remove", Now(arrange::remove_app)),
    ("POST", "/guild/outage", Now(arrange::outage)),
    ("POST", "/guild/back", Now(arrange::back)),
    ("POST", "/guild/owner", Now(arrange::owner)),
    ("POST", "/channel", Now(arrange::channel)),
    ("POST", "/channel/delete", Now(arrange::delete_channel)),
    ("POST", "/overwrite", Now(arrange::overwrite)),
    ("POST", "/role", Now(arrange::role)),
    ("POST", "/role/permissions", Now(arrange::role_permissions)),
    ("POST", "/role/delete", Now(arrange::delete_role)),
    ("POST", "/member/join", Now(arrange::join)),
    ("POST", "/member/leave", Now(arrange::leave)),
    ("POST", "/member/roles", Now(arrange::roles)),
    ("POST", "/member/dms", Now(arrange::dms)),
    ("POST", "/member/locale", Now(arrange::locale)),
    ("POST", "/dm", Now(arrange::dm)),
    ("POST", "/slash", Begin(acts::slash)),
    ("POST", "/autocomplete", Begin(acts::autocomplete)),
    ("POST", "/press", Begin(acts::press)),
    ("POST", "/select", Begin(acts::select)),
    ("POST", "/modal", Begin(acts::modal)),
    ("POST", "/message", Now(acts::message)),
    ("POST", "/message/edit", Now(acts::edit)),
    ("POST", "/message/delete", Now(acts::delete)),
    ("POST", "/reaction", Now(acts::react)),
    ("POST", "/thread/join", Now(acts::join_thread)),
    ("GET", "/see", Now(look::see)),
    ("GET", "/message", Now(look::message)),
    ("GET", "/commands", Now(look::commands)),
    ("GET", "/channels", Now(look::channels)),
    ("GET", "/events", Now(look::events)),
    ("GET", "/permissions", Now(look::permissions)),
    ("GET", "/sessions", Now(look::sessions)),
    ("GET", "/unknown", Now(look::unknown)),
    ("GET", "/counters", Now(look::counters)),
    ("POST", "/fault", Now(arrange::fault)),
    ("POST", "/fault/clear", Now(arrange::clear_faults)),
    ("POST", "/clock", Now(arrange::clock)),
    ("POST", "/settings", Now(arrange::settings)),
];

/// Answers one request: a status and a body.
pub async fn serve(shared: &Shared, method: &str, path: &str, query: Option<&str>, body: &[u8]) -> (u16, Value) {
    let mut fields = match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => fields,
        Ok(Value::Null) => Map::new(),
        _ if body.is_empty() => Map::new(),
        _ => return mistake("the body has to be a JSON object".into()),
    };
    for (name, value) in read_query(query) {
        fields.entry(name).or_insert(Value::String(value));
    }
    let asked = Asked::new(fields);
    match (method, path) {
        ("GET", "/interaction") => return told(look_at(shared, &asked).await),
        ("POST" | "GET", "/until") => return until(shared, &asked).await,
        _ => {}
    }
    let Some((_, _, doer)) = PATHS.iter().find(|(known, at, _)| *known == method && *at == path) else {
        return (404, json!({"error": format!("the control API has no {method} {path}")}));
    };
    match doer {
        Now(act) => {
            let done = {
                let mut world = shared.lock();
                let done = act(&mut world, &asked);
                world.touch();
                done
            };
            told(done)
        }
        Begin(act) => {
            let begun = act(&mut shared.lock(), &asked);
            match begun {
                Ok(id) => (200, settle(shared, id, &asked).await),
                Err(no) => told(Err(no)),
            }
        }
    }
}

fn mistake(said: String) -> (u16, Value) {
    (400, json!({"error": said}))
}

fn told(done: Done<Value>) -> (u16, Value) {
    match done {
        Ok(Value::Null) => (200, json!({"outcome": "done"})),
        Ok(value) => (200, value),
        Err(No::Refused(why, said)) => (200, json!({"outcome": "refused", "why": why, "said": said})),
        Err(No::Mistake(said)) => mistake(said),
    }
}

async fn look_at(shared: &Shared, asked: &Asked) -> Done<Value> {
    let id = asked.id("id")?;
    if !shared.lock().interactions.contains_key(&id) {
        return Err("there is no such interaction".into());
    }
    Ok(settle(shared, id, asked).await)
}

/// Waits for as much of an interaction's outcome as `wait` asks for: `none`, `ack`, `reply` (the usual: until nothing
/// "thinks" any more) or `update` (until the bot has edited or followed up). What is there when the patience is over is
/// told as it is.
async fn settle(shared: &Shared, id: Id, asked: &Asked) -> Value {
    let wait = asked.text("wait").unwrap_or("reply").to_owned();
    let patience = asked.number("timeout_ms").unwrap_or(PATIENCE_MS);
    let until = Instant::now() + Duration::from_millis(patience);
    let mut changed = shared.lock().changed.subscribe();
    loop {
        let left = {
            let world = shared.lock();
            let Some(interaction) = world.interactions.get(&id) else { return Value::Null };
            let state = state(&world, interaction);
            let more = interaction.updates > 0 || !interaction.followups.is_empty();
            let enough = match (wait.as_str(), state) {
                ("none", _) | (_, State::Failed) => true,
                (_, State::Waiting(_)) => false,
                ("ack", _) => true,
                (_, State::Thinking) => false,
                ("update", State::Answered) => more,
                (_, State::Answered) => true,
            };
            if enough || Instant::now() >= until {
                return outcome(&world, id);
            }
            match state {
                State::Waiting(left) => Duration::from_millis(u64::try_from(left + 1).unwrap_or(0)),
                _ => until - Instant::now(),
            }
        };
        // Woken by a change; the time is only for what nobody announces, which is that nothing came.
        let _ =
            tokio::time::timeout(left.min(until.saturating_duration_since(Instant::now())), changed.changed()).await;
    }
}

/// Waits until something holds, and tells what: somebody sees a text, a bot is connected, commands are there, so many
/// requests of a kind were answered. 408 when the patience is over.
async fn until(shared: &Shared, asked: &Asked) -> (u16, Value) {
    let patience = asked.number("timeout_ms").unwrap_or(PATIENCE_MS);
    let end = Instant::now() + Duration::from_millis(patience);
    let mut changed = shared.lock().changed.subscribe();
    loop {
        let held = look::holds(&shared.lock(), asked);
        match held {
            Ok(Some(value)) => return (200, value),
            Ok(None) => {}
            Err(no) => return told(Err(no)),
        }
        if tokio::time::timeout_at(end, changed.changed()).await.is_err() {
            let now = look::instead(&shared.lock(), asked);
            return (408, json!({"error": "it did not come to that", "instead": now}));
        }
    }
}
