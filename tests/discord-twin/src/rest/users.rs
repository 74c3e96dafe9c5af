//! The application itself, people, direct messages, and where the gateway is.

use serde_json::{Value, json};

use super::{Call, Reply, nothing, ok};
use crate::clock::Id;
use crate::errors::{self, Answer};
use crate::gateway::socket::application_flags;
use crate::state::World;
use crate::{permissions, wire};

/// `GET /gateway`
pub fn gateway(world: &mut World, _call: &mut Call) -> Answer<Reply> {
    ok(json!({"url": world.gateway_url}))
}

/// `GET /gateway/bot`
pub fn gateway_bot(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let now = world.now_ms();
    let total = world.settings.identifies_a_day;
    let identifies = world.apps.get(&call.app).map_or(&[][..], |app| &app.identifies);
    let used = identifies.iter().filter(|at| **at > now - 86_400_000).count();
    let reset = identifies.iter().filter(|at| **at > now - 86_400_000).min().map_or(0, |at| at + 86_400_000 - now);
    ok(json!({
        "url": world.gateway_url, "shards": 1,
        "session_start_limit": {
            "total": total, "remaining": total.saturating_sub(used), "reset_after": reset, "max_concurrency": 1,
        },
    }))
}

/// `GET /users/@me`; a `PATCH` of it is taken and changes nothing.
pub fn me(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let mut out = wire::user_of(world, call.app);
    wire::merge(&mut out, json!({"verified": true, "mfa_enabled": true, "email": null, "locale": "en-US"}));
    ok(out)
}

/// `GET /users/{id}`
pub fn user(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let id = call.id(0)?;
    match world.users.get(&id) {
        Some(user) => ok(wire::user(user)),
        None => Err(errors::unknown_user()),
    }
}

/// `GET /users/@me/guilds`
pub fn my_guilds(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let mine = world.guilds.values().filter(|guild| guild.members.contains_key(&call.app));
    let shown = mine.map(|guild| {
        json!({
            "id": guild.id, "name": guild.name, "icon": null, "banner": null, "owner": guild.owner == call.app,
            "permissions": permissions::in_guild(world, guild.id, call.app).to_string(), "features": [],
        })
    });
    ok(Value::Array(shown.collect()))
}

/// `DELETE /users/@me/guilds/{id}`
pub fn leave_guild(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let guild = super::guilds::may_know(world, call.id(0)?, call.app)?;
    crate::members::life::remove_app(world, guild, call.app);
    nothing()
}

/// `POST /users/@me/channels`: opening one works also with somebody who lets nobody write.
pub fn open_dm(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let Some(recipient) = Id::of(&call.body["recipient_id"]) else {
        let said = format!("Value {} is not snowflake.", call.body["recipient_id"]);
        return Err(errors::bad_form("recipient_id", "NUMBER_TYPE_COERCE", &said));
    };
    let known = world.users.get(&recipient).is_some_and(|user| !user.bot);
    if !known {
        let of_a_bot = world.users.contains_key(&recipient);
        return Err(if of_a_bot { errors::cannot_dm() } else { errors::bad_recipient() });
    }
    // No event tells of it: applications have not heard of new direct messages since version 8.
    let id = world.open_dm(call.app, recipient);
    let channel = world.channels.get(&id).ok_or_else(errors::unknown_channel)?;
    ok(wire::channel(world, channel))
}

/// `GET /users/@me/channels`: bots always get an empty list.
pub fn my_dms(_world: &mut World, _call: &mut Call) -> Answer<Reply> {
    ok(json!([]))
}

/// `GET /applications/@me`
pub fn application(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let app = world.apps.get(&call.app).ok_or_else(errors::unknown_application)?;
    let name = app.name.clone();
    ok(json!({
        "id": app.id, "name": name, "icon": null, "description": "", "type": null, "summary": "", "bot_public": true,
        "bot_require_code_grant": false, "verify_key": "0".repeat(64), "flags": application_flags(world, app.id),
        "flags_new": application_flags(world, app.id).to_string(), "eligible_oauth2_scopes": [],
        "bot": wire::user_of(world, app.id), "owner": wire::user_of(world, app.id), "team": null, "hook": true,
        "redirect_uris": [], "interactions_endpoint_url": null, "role_connections_verification_url": null,
        "rpc_origins": [], "is_monetized": false, "is_verified": false, "storefront_available": false,
        "integration_types_config": {"0": {}}, "event_webhooks_status": 1, "event_webhooks_url": null,
        "approximate_guild_count": world.guilds.values().filter(|guild| guild.members.contains_key(&call.app)).count(),
        "approximate_user_install_count": 0, "approximate_user_authorization_count": 0, "explicit_content_filter": 0,
    }))
}
