//! The REST API for bots: a table of routes, and what every request goes through on its way to one of them.
//!
//! A handler is a plain function on the world. It never waits; what makes a request slow or cuts it is decided here.

mod body;
mod channels;
mod commands;
mod events;
mod guilds;
mod interactions;
mod messages;
mod read;
mod threads;
mod users;
mod webhooks;

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Response;
use axum::http::request::Parts;
use serde_json::{Value, json};

use crate::Shared;
use crate::clock::Id;
use crate::errors::{self, Answer, Refusal};
use crate::faults::Trouble;
use crate::limits::Asked;
use crate::server::{Cut, reply};
use crate::state::World;

pub use body::{Upload, read_query};
pub use channels::{remove as remove_channel, set_reaction};
pub use interactions::begin;
pub use messages::{delete_message, give_message, mentioned};
pub use threads::enter as enter_thread;

/// What a handler answers.
#[derive(Debug)]
pub struct Reply {
    status: u16,
    body: Option<Value>,
}

/// 200 with a body.
fn ok(body: Value) -> Answer<Reply> {
    Ok(Reply { status: 200, body: Some(body) })
}

/// 201 with a body.
fn created(body: Value) -> Answer<Reply> {
    Ok(Reply { status: 201, body: Some(body) })
}

/// 204.
fn nothing() -> Answer<Reply> {
    Ok(Reply { status: 204, body: None })
}

/// A request that found its route.
#[derive(Debug)]
pub struct Call {
    /// Who asks. On routes without authentication it is nobody (0) until the token in the path says who.
    pub app: Id,
    /// What stands in the places of the template, in order.
    params: Vec<String>,
    query: BTreeMap<String, String>,
    pub body: Value,
    pub files: Vec<Upload>,
}

impl Call {
    /// The id in the n-th place of the path. A place that holds none answers as Discord does.
    fn id(&self, place: usize) -> Answer<Id> {
        let text = self.text(place);
        Id::parse(text)
            .ok_or_else(|| errors::bad_form("id", "NUMBER_TYPE_COERCE", &format!("Value \"{text}\" is not snowflake.")))
    }

    fn text(&self, place: usize) -> &str {
        self.params.get(place).map_or("", String::as_str)
    }

    fn asked(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    fn is_asked(&self, name: &str) -> bool {
        matches!(self.asked(name), Some("true" | "True" | "1"))
    }
}

type Handler = fn(&mut World, &mut Call) -> Answer<Reply>;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Auth {
    /// A bot with its token in the header.
    Bot,
    /// Whoever knows the token in the path; these are not counted in the global limit.
    Interaction,
    /// Anybody.
    None,
}

struct Route {
    method: &'static str,
    template: &'static str,
    auth: Auth,
    handler: Handler,
}

const fn bot(method: &'static str, template: &'static str, handler: Handler) -> Route {
    Route { method, template, auth: Auth::Bot, handler }
}

const fn interaction(method: &'static str, template: &'static str, handler: Handler) -> Route {
    Route { method, template, auth: Auth::Interaction, handler }
}

/// Everything the twin answers. Literal parts win over places in braces by standing first.
const ROUTES: &[Route] = &[
    Route { method: "GET", template: "/gateway", auth: Auth::None, handler: users::gateway },
    bot("GET", "/gateway/bot", users::gateway_bot),
    bot("GET", "/users/@me", users::me),
    bot("PATCH", "/users/@me", users::me),
    bot("GET", "/users/@me/guilds", users::my_guilds),
    bot("DELETE", "/users/@me/guilds/{guild_id}", users::leave_guild),
    bot("POST", "/users/@me/channels", users::open_dm),
    bot("GET", "/users/@me/channels", users::my_dms),
    bot("GET", "/users/{user_id}", users::user),
    bot("GET", "/applications/@me", users::application),
    bot("GET", "/oauth2/applications/@me", users::application),
    bot("GET", "/applications/{application_id}/commands", commands::list),
    bot("POST", "/applications/{application_id}/commands", commands::create),
    bot("PUT", "/applications/{application_id}/commands", commands::overwrite),
    bot("GET", "/applications/{application_id}/commands/{command_id}", commands::get),
    bot("PATCH", "/applications/{application_id}/commands/{command_id}", commands::edit),
    bot("DELETE", "/applications/{application_id}/commands/{command_id}", commands::delete),
    bot("GET", "/applications/{application_id}/guilds/{guild_id}/commands", commands::list_of_guild),
    bot("POST", "/applications/{application_id}/guilds/{guild_id}/commands", commands::create_of_guild),
    bot("PUT", "/applications/{application_id}/guilds/{guild_id}/commands", commands::overwrite_of_guild),
    bot("GET", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}", commands::get_of_guild),
    bot("PATCH", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}", commands::edit_of_guild),
    bot("DELETE", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}", commands::delete_of_guild),
    bot("GET", "/guilds/{guild_id}", guilds::get),
    bot("GET", "/guilds/{guild_id}/channels", guilds::channels),
    bot("GET", "/guilds/{guild_id}/roles", guilds::roles),
    bot("GET", "/guilds/{guild_id}/roles/{role_id}", guilds::role),
    bot("GET", "/guilds/{guild_id}/members", guilds::members),
    bot("PATCH", "/guilds/{guild_id}/members/@me", guilds::rename_me),
    bot("GET", "/guilds/{guild_id}/members/{user_id}", guilds::member),
    bot("GET", "/guilds/{guild_id}/threads/active", threads::active),
    bot("GET", "/guilds/{guild_id}/scheduled-events", events::list),
    bot("POST", "/guilds/{guild_id}/scheduled-events", events::create),
    bot("GET", "/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}", events::get),
    bot("PATCH", "/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}", events::edit),
    bot("DELETE", "/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}", events::delete),
    bot("GET", "/channels/{channel_id}", channels::get),
    bot("PATCH", "/channels/{channel_id}", channels::edit),
    bot("DELETE", "/channels/{channel_id}", channels::delete),
    bot("POST", "/channels/{channel_id}/typing", channels::typing),
    bot("POST", "/channels/{channel_id}/threads", threads::create),
    bot("GET", "/channels/{channel_id}/thread-members", threads::members),
    bot("PUT", "/channels/{channel_id}/thread-members/@me", threads::join),
    bot("DELETE", "/channels/{channel_id}/thread-members/@me", threads::leave),
    bot("PUT", "/channels/{channel_id}/thread-members/{user_id}", threads::add_member),
    bot("GET", "/channels/{channel_id}/thread-members/{user_id}", threads::member),
    bot("GET", "/channels/{channel_id}/messages", read::list),
    bot("POST", "/channels/{channel_id}/messages", messages::create),
    bot("GET", "/channels/{channel_id}/messages/{message_id}", read::get),
    bot("PATCH", "/channels/{channel_id}/messages/{message_id}", messages::edit),
    bot("DELETE", "/channels/{channel_id}/messages/{message_id}", messages::delete),
    bot("POST", "/channels/{channel_id}/messages/{message_id}/threads", threads::create_from_message),
    bot("PUT", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me", channels::react),
    bot("DELETE", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me", channels::take_back),
    bot("GET", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}", channels::reacted),
    interaction("POST", "/interactions/{interaction_id}/{interaction_token}/callback", interactions::callback),
    interaction("POST", "/webhooks/{webhook_id}/{webhook_token}", webhooks::follow_up),
    interaction("GET", "/webhooks/{webhook_id}/{webhook_token}/messages/@original", webhooks::get),
    interaction("GET", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}", webhooks::get),
    interaction("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/@original", webhooks::edit),
    interaction("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}", webhooks::edit),
    interaction("DELETE", "/webhooks/{webhook_id}/{webhook_token}/messages/@original", webhooks::delete),
    interaction("DELETE", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}", webhooks::delete),
];

/// The places of a template that a path fills, if it fits.
fn fit(template: &str, path: &str) -> Option<Vec<String>> {
    let mut params = Vec::new();
    let mut steps = path.split('/');
    for wanted in template.split('/') {
        let step = steps.next()?;
        // Also what is spelt out may come escaped: discord.js writes `%40original`.
        let step = body::decode(step);
        if wanted.starts_with('{') {
            params.push(step);
        } else if wanted != step {
            return None;
        }
    }
    if steps.next().is_some() { None } else { Some(params) }
}

/// One request from the wire to the wire.
pub async fn serve(shared: &Shared, parts: Parts, path: &str, bytes: Bytes) -> Result<Response<Body>, Cut> {
    let method = parts.method.as_str().to_owned();
    let inner = inside(path);
    let found = inner.and_then(|inner| {
        let fits = |route: &&Route| route.method == method && fit(route.template, inner).is_some();
        ROUTES.iter().find(fits).and_then(|route| Some((route, fit(route.template, inner)?)))
    });
    let Some((route, params)) = found else {
        return Ok(no_such_route(shared, &method, path, inner, &bytes));
    };
    let read = body::read(&parts, bytes).await;
    let seen = Seen { method: &method, route: route.template, path, query: parts.uri.query() };

    // Who asks, what the limits say, and whether something goes wrong: one moment under the lock.
    let (app, headers, trouble) = {
        let mut world = shared.lock();
        let body = read.as_ref().map_or(Value::Null, |(body, _)| body.clone());
        seen.record(&mut world, "bot", None, &body);
        let token = authorization(&parts);
        let app = world.apps.values().find(|app| Some(app.token.as_str()) == token).map(|app| app.id);
        if route.auth == Auth::Bot && app.is_none() {
            return Ok(seen.refuse(&mut world, errors::unauthorized(), Vec::new()));
        }
        let now_ms = world.now_ms();
        let machine_ms = world.clock.machine_ms();
        let of_an_interaction = route.auth == Auth::Interaction;
        let major = major(route, &params);
        let verdict = world.limits.count(Asked {
            route: &format!("{method} {}", route.template),
            major: &major,
            token: token.unwrap_or_default(),
            of_an_interaction,
            now_ms,
            machine_ms,
        });
        if let Some(body) = verdict.refused {
            return Ok(seen.refuse(&mut world, Refusal { status: 429, body }, verdict.headers));
        }
        let names = [format!("{method} {}", route.template), format!("{method} {}", inner.unwrap_or_default())];
        let trouble = world.faults.strike([&names[0], &names[1]]);
        (app.unwrap_or_default(), verdict.headers, trouble)
    };

    match trouble {
        Some(Trouble::DropBefore) => return Err(Cut),
        Some(Trouble::SlowBefore(ms)) => tokio::time::sleep(Duration::from_millis(ms)).await,
        Some(Trouble::Status { status, takes_effect: false }) => {
            let refusal =
                Refusal { status, body: json!({"message": format!("{status}: Internal Server Error"), "code": 0}) };
            return Ok(seen.refuse(&mut shared.lock(), refusal, headers));
        }
        Some(Trouble::RateLimit { global, retry_after_ms }) => {
            let mut world = shared.lock();
            let wait = i64::try_from(retry_after_ms).unwrap_or(i64::MAX);
            let verdict = world.limits.refuse(&format!("{method} {}", route.template), global, wait);
            let body = verdict.refused.unwrap_or_default();
            // The bucket in a made-up 429 is empty, too, or clients do not believe it.
            let mut all: Vec<_> = headers.into_iter().filter(|(name, _)| !name.starts_with("x-ratelimit-re")).collect();
            if !global {
                let now = world.clock.machine_ms();
                all.push(("x-ratelimit-remaining", "0".to_owned()));
                all.push(("x-ratelimit-reset", seconds(now + wait)));
                all.push(("x-ratelimit-reset-after", seconds(wait)));
            }
            all.extend(verdict.headers);
            return Ok(seen.refuse(&mut world, Refusal { status: 429, body }, all));
        }
        _ => {}
    }

    let answered = {
        let mut world = shared.lock();
        let answered = read.and_then(|(body, files)| {
            let query = read_query(parts.uri.query());
            (route.handler)(&mut world, &mut Call { app, params, query, body, files })
        });
        world.touch();
        answered
    };
    match trouble {
        Some(Trouble::DropAfter) => return Err(Cut),
        Some(Trouble::SlowAfter(ms)) => tokio::time::sleep(Duration::from_millis(ms)).await,
        Some(Trouble::Status { status, takes_effect: true }) => {
            let refusal =
                Refusal { status, body: json!({"message": format!("{status}: Internal Server Error"), "code": 0}) };
            return Ok(seen.refuse(&mut shared.lock(), refusal, headers));
        }
        _ => {}
    }
    let mut world = shared.lock();
    Ok(match answered {
        Ok(Reply { status, body }) => {
            seen.record(&mut world, "twin", Some(status), body.as_ref().unwrap_or(&Value::Null));
            *world.statuses.entry(status).or_default() += 1;
            reply(status, body.as_ref(), &headers)
        }
        Err(refusal) => seen.refuse(&mut world, refusal, headers),
    })
}

/// The names of a request, for the record.
struct Seen<'a> {
    method: &'a str,
    route: &'a str,
    path: &'a str,
    query: Option<&'a str>,
}

impl Seen<'_> {
    fn record(&self, world: &mut World, from: &str, status: Option<u16>, body: &Value) {
        let at_ms = world.now_ms();
        if let Some(recorder) = &mut world.recorder {
            recorder.add(&json!({
                "at_ms": at_ms, "side": "rest", "from": from, "method": self.method, "route": self.route,
                "path": self.path, "query": self.query, "status": status, "body": body,
            }));
        }
    }

    fn refuse(&self, world: &mut World, refusal: Refusal, headers: Vec<(&'static str, String)>) -> Response<Body> {
        self.record(world, "twin", Some(refusal.status), &refusal.body);
        let now_ms = world.now_ms();
        world.limits.note_status(refusal.status, now_ms);
        *world.statuses.entry(refusal.status).or_default() += 1;
        reply(refusal.status, Some(&refusal.body), &headers)
    }
}

/// What follows `/api/v10`, or `/api`.
fn inside(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/api")?;
    match rest.strip_prefix("/v").and_then(|version| version.split_once('/')) {
        // What is left of the slash is the version; the slash belongs to what follows.
        Some((version, _)) if version.bytes().all(|byte| byte.is_ascii_digit()) => Some(&rest[2 + version.len()..]),
        _ => Some(rest),
    }
}

fn no_such_route(shared: &Shared, method: &str, path: &str, inner: Option<&str>, bytes: &Bytes) -> Response<Body> {
    let mut world = shared.lock();
    let known = inner.is_some_and(|inner| ROUTES.iter().any(|route| fit(route.template, inner).is_some()));
    let body = serde_json::from_slice(bytes).unwrap_or(Value::Null);
    world.unknown.push(json!({"method": method, "path": path, "body": body}));
    let seen = Seen { method, route: path, path, query: None };
    seen.record(&mut world, "bot", None, &body);
    let refusal = if known { errors::bad_method() } else { errors::no_route() };
    seen.refuse(&mut world, refusal, Vec::new())
}

/// The parameter a bucket is counted by: the first channel, server or interaction token of the path.
fn major(route: &Route, params: &[String]) -> String {
    let places = route.template.split('/').filter(|step| step.starts_with('{'));
    let majors = ["{channel_id}", "{guild_id}", "{webhook_token}", "{interaction_token}"];
    let found = places.zip(params).find(|(place, _)| majors.contains(place));
    found.map_or_else(String::new, |(_, param)| param.clone())
}

fn authorization(parts: &Parts) -> Option<&str> {
    parts.headers.get("authorization")?.to_str().ok()?.strip_prefix("Bot ").map(str::trim)
}

fn seconds(ms: i64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}
