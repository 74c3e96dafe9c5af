//! Rate limits with Discord's headers: 50 requests a second in all, a bucket per route and major parameter, and the ban
//! for too many refused requests.
//!
//! Off at the start, so that tests of other things do not wait: then the headers are there and nothing is refused.
//! Discord says that clients must read the headers and never rely on a number, and publishes hardly any; each figure
//! below says where it is from.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

/// So many requests in so much time.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Rule<'a> {
    bucket: &'a str,
    limit: u64,
    per_ms: i64,
}

/// One route's limit. `OBSERVED` is what bot authors read in the headers; `ASSUMED` is a guess on the strict side.
struct Row {
    route: &'static str,
    limit: u64,
    per_ms: i64,
    bucket: &'static str,
}

/// The first row whose route fits counts.
const ROWS: &[Row] = &[
    // OBSERVED for years by every library: 5 in 5 s for each channel, sending and editing apart.
    Row { route: "POST /channels/{channel_id}/messages", limit: 5, per_ms: 5_000, bucket: "message-create" },
    Row {
        route: "PATCH /channels/{channel_id}/messages/{message_id}",
        limit: 5,
        per_ms: 5_000,
        bucket: "message-edit",
    },
    // OBSERVED: 5 in 1 s for recent messages (older ones have a bucket of their own, which is not modelled).
    Row {
        route: "DELETE /channels/{channel_id}/messages/{message_id}",
        limit: 5,
        per_ms: 1_000,
        bucket: "message-delete",
    },
    // OBSERVED: 5 in 5 s.
    Row { route: "GET /channels/{channel_id}/messages", limit: 5, per_ms: 5_000, bucket: "message-list" },
    Row { route: "GET /channels/{channel_id}/messages/{message_id}", limit: 5, per_ms: 5_000, bucket: "message-get" },
    Row { route: "POST /channels/{channel_id}/typing", limit: 5, per_ms: 5_000, bucket: "typing" },
    // OBSERVED: one reaction each 250 ms.
    Row {
        route: "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me",
        limit: 1,
        per_ms: 250,
        bucket: "reaction",
    },
    Row {
        route: "DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me",
        limit: 1,
        per_ms: 250,
        bucket: "reaction",
    },
    // ASSUMED: Discord only says that opening many is punished.
    Row { route: "POST /users/@me/channels", limit: 10, per_ms: 60_000, bucket: "dm-open" },
    // OBSERVED: 2 in 5 s.
    Row { route: "GET /gateway/bot", limit: 2, per_ms: 5_000, bucket: "gateway-bot" },
    // OBSERVED: a webhook's messages, which followups are, 5 in 2 s for each token.
    Row { route: "POST /webhooks/{webhook_id}/{webhook_token}", limit: 5, per_ms: 2_000, bucket: "followup" },
    Row {
        route: "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
        limit: 5,
        per_ms: 2_000,
        bucket: "followup-edit",
    },
    // ASSUMED: 5 in 20 s for changes of commands.
    Row { route: "PUT /applications/{application_id}/commands", limit: 5, per_ms: 20_000, bucket: "commands" },
    Row { route: "POST /applications/{application_id}/commands", limit: 5, per_ms: 20_000, bucket: "commands" },
    Row {
        route: "PUT /applications/{application_id}/guilds/{guild_id}/commands",
        limit: 5,
        per_ms: 20_000,
        bucket: "guild-commands",
    },
    Row {
        route: "POST /applications/{application_id}/guilds/{guild_id}/commands",
        limit: 5,
        per_ms: 20_000,
        bucket: "guild-commands",
    },
    // ASSUMED: threads and events are made by hand, so their buckets are small.
    Row {
        route: "POST /channels/{channel_id}/messages/{message_id}/threads",
        limit: 5,
        per_ms: 10_000,
        bucket: "thread-create",
    },
    Row { route: "POST /channels/{channel_id}/threads", limit: 5, per_ms: 10_000, bucket: "thread-create" },
    Row { route: "POST /guilds/{guild_id}/scheduled-events", limit: 5, per_ms: 60_000, bucket: "event-create" },
    Row {
        route: "PATCH /guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}",
        limit: 5,
        per_ms: 60_000,
        bucket: "event-edit",
    },
];

/// Documented: 50 requests a second for one bot, over all routes but those of interactions.
const GLOBAL_A_SECOND: u64 = 50;
/// Documented: so many of 401, 403 and 429 in ten minutes, and the address is shut out.
const INVALID: u64 = 10_000;
const INVALID_PER_MS: i64 = 600_000;

#[derive(Clone, Copy, Debug, Default)]
struct Window {
    used: u64,
    ends_ms: i64,
}

/// Every window that is open, and what was refused.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Whether Discord's numbers hold.
    pub on: bool,
    windows: HashMap<(String, String), Window>,
    global: HashMap<String, Window>,
    /// So many refused requests in ten minutes shut an address out.
    pub refused_until_banned: u64,
    invalid: Window,
    /// Requests answered with 429, by route (`global` for those of the whole bot).
    served_429: BTreeMap<String, u64>,
}

/// What a request gets from the limits: headers, and a refusal where it has one.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub headers: Vec<(&'static str, String)>,
    /// The body of a 429.
    pub refused: Option<Value>,
}

/// What counts together: the route, its major parameter, and who asks.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub route: &'a str,
    pub major: &'a str,
    pub token: &'a str,
    /// Interaction endpoints are not counted in the global limit.
    pub of_an_interaction: bool,
    /// The twin's time.
    pub now_ms: i64,
    /// The machine's time, in which clients read `X-RateLimit-Reset`.
    pub machine_ms: i64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            on: false,
            windows: HashMap::new(),
            global: HashMap::new(),
            refused_until_banned: INVALID,
            invalid: Window::default(),
            served_429: BTreeMap::new(),
        }
    }
}

impl Limits {
    /// Counts a request.
    pub fn count(&mut self, asked: Asked<'_>) -> Verdict {
        if self.on && self.invalid.ends_ms > asked.now_ms && self.invalid.used >= self.refused_until_banned {
            return self.banned();
        }
        if self.on && !asked.of_an_interaction {
            let window = self.global.entry(asked.token.to_owned()).or_default();
            if window.ends_ms <= asked.now_ms {
                *window = Window { used: 0, ends_ms: asked.now_ms + 1_000 };
            }
            window.used += 1;
            if window.used > GLOBAL_A_SECOND {
                let wait = window.ends_ms - asked.now_ms;
                return self.refuse(asked.route, true, wait);
            }
        }
        let rule = self.rule(asked.route);
        let key = (rule.bucket.to_owned(), format!("{} {}", asked.major, asked.token));
        let window = self.windows.entry(key).or_default();
        if window.ends_ms <= asked.now_ms {
            *window = Window { used: 0, ends_ms: asked.now_ms + rule.per_ms };
        }
        let over = window.used >= rule.limit;
        if !over {
            window.used += 1;
        }
        let wait = window.ends_ms - asked.now_ms;
        let headers = vec![
            ("x-ratelimit-limit", rule.limit.to_string()),
            ("x-ratelimit-remaining", rule.limit.saturating_sub(window.used).to_string()),
            ("x-ratelimit-reset", seconds(asked.machine_ms + wait)),
            ("x-ratelimit-reset-after", seconds(wait)),
            ("x-ratelimit-bucket", bucket_hash(rule.bucket)),
        ];
        if !over {
            return Verdict { headers, refused: None };
        }
        let mut refused = self.refuse(asked.route, false, wait);
        refused.headers.extend(headers);
        refused
    }

    /// A 429 as a fault makes it.
    pub fn refuse(&mut self, route: &str, global: bool, wait_ms: i64) -> Verdict {
        *self.served_429.entry(if global { "global".into() } else { route.to_owned() }).or_default() += 1;
        let mut headers = vec![
            // Whole seconds, rounded up, as proxies want it; the body has the fraction.
            ("retry-after", ((wait_ms + 999) / 1000).to_string()),
            ("x-ratelimit-scope", if global { "global" } else { "user" }.to_owned()),
        ];
        if global {
            headers.push(("x-ratelimit-global", "true".to_owned()));
        }
        let body = json!({
            "message": "You are being rate limited.", "retry_after": wait_ms as f64 / 1000.0, "global": global, "code": 0,
        });
        Verdict { headers, refused: Some(body) }
    }

    /// Not Discord answers but Cloudflare before it, which clients tell by its headers.
    fn banned(&mut self) -> Verdict {
        *self.served_429.entry("banned".into()).or_default() += 1;
        let body = json!({"message": "You are being blocked from accessing our API temporarily.", "code": 0});
        Verdict {
            headers: vec![("retry-after", "3600".to_owned()), ("cf-ray", "0-TWIN".to_owned())],
            refused: Some(body),
        }
    }

    /// Counts an answer towards the ban.
    pub fn note_status(&mut self, status: u16, now_ms: i64) {
        if ![401, 403, 429].contains(&status) {
            return;
        }
        if self.invalid.ends_ms <= now_ms {
            self.invalid = Window { used: 0, ends_ms: now_ms + INVALID_PER_MS };
        }
        self.invalid.used += 1;
    }

    /// What was refused so far.
    pub fn tell(&self) -> Value {
        json!({
            "mode": if self.on { "discord" } else { "off" }, "served_429": self.served_429,
            "invalid_in_ten_minutes": self.invalid.used,
        })
    }

    fn rule<'a>(&self, route: &'a str) -> Rule<'a> {
        // ASSUMED where no row fits: 50 in a second, the global limit once more.
        let row = ROWS.iter().find(|row| row.route == route);
        let bucket = row.map_or(route, |row| row.bucket);
        if !self.on {
            return Rule { bucket, limit: 1_000_000, per_ms: 1_000 };
        }
        Rule { bucket, limit: row.map_or(50, |row| row.limit), per_ms: row.map_or(1_000, |row| row.per_ms) }
    }
}

fn seconds(ms: i64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// Discord names buckets by an opaque hash; this one only has to differ from bucket to bucket.
fn bucket_hash(name: &str) -> String {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}{:016x}", hash.rotate_left(17))
}
