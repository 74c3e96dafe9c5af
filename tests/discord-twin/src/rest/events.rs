//! A server's scheduled events.

use serde_json::{Value, json};

use super::{Call, Reply, guilds, nothing, ok};
use crate::clock::{Id, iso, parse_iso};
use crate::errors::{self, Answer, Form};
use crate::gateway::events;
use crate::permissions::{self, CREATE_EVENTS, MANAGE_EVENTS};
use crate::state::World;
use crate::wire;

const EXTERNAL: u64 = 3;
const SCHEDULED: u64 = 1;
const ACTIVE: u64 = 2;
const COMPLETED: u64 = 3;
const CANCELED: u64 = 4;

/// `GET /guilds/{id}/scheduled-events`
pub fn list(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let guild = guilds::may_know(world, call.id(0)?, call.app)?;
    let counted = call.is_asked("with_user_count");
    let stored = world.guilds.get(&guild).map_or(&[][..], |guild| &guild.events);
    ok(Value::Array(stored.iter().map(|event| wire::event(world, event, counted)).collect()))
}

fn find(world: &World, guild: Id, call: &Call) -> Answer<Value> {
    let id = call.id(1)?;
    let stored = world.guilds.get(&guild).map_or(&[][..], |guild| &guild.events);
    stored.iter().find(|event| Id::of(&event["id"]) == Some(id)).cloned().ok_or_else(errors::unknown_event)
}

/// `GET /guilds/{id}/scheduled-events/{id}`
pub fn get(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let guild = guilds::may_know(world, call.id(0)?, call.app)?;
    let event = find(world, guild, call)?;
    ok(wire::event(world, &event, call.is_asked("with_user_count")))
}

/// `POST /guilds/{id}/scheduled-events`
pub fn create(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let guild = guilds::may_know(world, call.id(0)?, call.app)?;
    // Since February 2026 for bots, too: MANAGE_EVENTS alone does not do.
    if permissions::in_guild(world, guild, call.app) & CREATE_EVENTS == 0 {
        return Err(errors::missing_permissions());
    }
    let mut event = json!({
        "guild_id": guild, "channel_id": null, "creator_id": call.app, "name": null, "description": null,
        "scheduled_start_time": null, "scheduled_end_time": null, "privacy_level": null, "status": SCHEDULED,
        "entity_type": null, "entity_id": null, "entity_metadata": null, "image": null, "recurrence_rule": null,
        "guild_scheduled_event_exceptions": [],
    });
    change(world, guild, &mut event, &call.body, true)?;
    wire::merge(&mut event, json!({"id": world.next_id()}));
    if let Some(of) = world.guilds.get_mut(&guild) {
        of.events.push(event.clone());
    }
    events::scheduled_event(world, "GUILD_SCHEDULED_EVENT_CREATE", guild, &event);
    ok(wire::event(world, &event, false))
}

/// `PATCH /guilds/{id}/scheduled-events/{id}`
pub fn edit(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let guild = guilds::may_know(world, call.id(0)?, call.app)?;
    let mut event = find(world, guild, call)?;
    may_change(world, guild, &event, call.app)?;
    let body = call.body.clone();
    change(world, guild, &mut event, &body, false)?;
    if let Some(wanted) = body["status"].as_u64() {
        let fits = matches!(
            (event["status"].as_u64().unwrap_or(0), wanted),
            (SCHEDULED, SCHEDULED | ACTIVE | CANCELED) | (ACTIVE, ACTIVE | COMPLETED)
        );
        if !fits {
            let said = "Invalid Guild Scheduled Event Status Update";
            return Err(errors::bad_form("status", "GUILD_SCHEDULED_EVENT_STATUS_INVALID", said));
        }
        wire::merge(&mut event, json!({"status": wanted}));
    }
    if let Some(of) = world.guilds.get_mut(&guild) {
        for stored in of.events.iter_mut().filter(|stored| stored["id"] == event["id"]) {
            *stored = event.clone();
        }
        // What is over is not listed any more.
        of.events.retain(|stored| ![COMPLETED, CANCELED].contains(&stored["status"].as_u64().unwrap_or(0)));
    }
    events::scheduled_event(world, "GUILD_SCHEDULED_EVENT_UPDATE", guild, &event);
    ok(wire::event(world, &event, false))
}

/// `DELETE /guilds/{id}/scheduled-events/{id}`
pub fn delete(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let guild = guilds::may_know(world, call.id(0)?, call.app)?;
    let event = find(world, guild, call)?;
    may_change(world, guild, &event, call.app)?;
    if let Some(of) = world.guilds.get_mut(&guild) {
        of.events.retain(|stored| stored["id"] != event["id"]);
    }
    events::scheduled_event(world, "GUILD_SCHEDULED_EVENT_DELETE", guild, &event);
    nothing()
}

/// One's own needs CREATE_EVENTS, another's MANAGE_EVENTS.
fn may_change(world: &World, guild: Id, event: &Value, app: Id) -> Answer<()> {
    let may = permissions::in_guild(world, guild, app);
    let own = Id::of(&event["creator_id"]) == Some(app) && may & CREATE_EVENTS != 0;
    if own || may & MANAGE_EVENTS != 0 { Ok(()) } else { Err(errors::missing_permissions()) }
}

fn change(world: &World, guild: Id, event: &mut Value, body: &Value, is_new: bool) -> Answer<()> {
    let mut form = Form::new();
    let names = [
        "name",
        "description",
        "channel_id",
        "entity_metadata",
        "entity_type",
        "privacy_level",
        "scheduled_start_time",
        "scheduled_end_time",
        "image",
        "recurrence_rule",
    ];
    for name in names {
        if let Some(value) = body.get(name) {
            wire::merge(event, json!({name: value}));
        }
    }
    match event["name"].as_str() {
        Some(name) => form.length("name", name, 1, 100),
        None => form.required("name"),
    }
    if let Some(text) = event["description"].as_str() {
        form.length("description", text, 0, 1000);
    }
    if event["privacy_level"].as_u64() != Some(2) {
        form.choice("privacy_level", "2");
    }
    let start = time(&mut form, event, "scheduled_start_time");
    let end = time(&mut form, event, "scheduled_end_time");
    if start.is_none() && event["scheduled_start_time"].is_null() {
        form.required("scheduled_start_time");
    }
    let named = |name: &str| is_new || body.get(name).is_some();
    if start.is_some_and(|start| start < world.now_ms()) && named("scheduled_start_time") {
        let said = "Cannot schedule event in the past.";
        form.wrong("scheduled_start_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", said);
    }
    if let (Some(start), Some(end)) = (start, end)
        && end <= start
    {
        let said = "Cannot schedule event to end before its start.";
        form.wrong("scheduled_end_time", "GUILD_SCHEDULED_EVENT_END_BEFORE_START", said);
    }
    match event["entity_type"].as_u64() {
        Some(EXTERNAL) => {
            match event["entity_metadata"]["location"].as_str() {
                Some(location) => form.length("entity_metadata.location", location, 1, 100),
                None => form.required("entity_metadata.location"),
            }
            if end.is_none() {
                form.required("scheduled_end_time");
            }
            if !event["channel_id"].is_null() {
                let said = "Channel must be null for an external event.";
                form.wrong("channel_id", "GUILD_SCHEDULED_EVENT_CHANNEL_INVALID", said);
            }
        }
        Some(1 | 2) => {
            let channel = Id::of(&event["channel_id"]).and_then(|id| world.channels.get(&id));
            if channel.is_none_or(|channel| channel.guild != Some(guild) || ![2, 13].contains(&channel.kind)) {
                form.required("channel_id");
            }
        }
        _ => form.choice("entity_type", "1, 2, 3"),
    }
    form.done()
}

/// Reads a time and puts it as Discord writes it.
fn time(form: &mut Form, event: &mut Value, name: &str) -> Option<i64> {
    let text = event[name].as_str()?.to_owned();
    match parse_iso(&text) {
        Some(ms) => {
            wire::merge(event, json!({name: iso(ms)}));
            Some(ms)
        }
        None => {
            let said = format!("Could not parse {text}. Should be ISO8601.");
            form.wrong(name, "DATE_TIME_TYPE_PARSE", &said);
            None
        }
    }
}
