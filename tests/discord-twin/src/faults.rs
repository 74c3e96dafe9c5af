//! What goes wrong on purpose: for the next requests of a route, and on the gateway.
//!
//! A fault says by itself whether the request took effect, since that is what a bot cannot know.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// What happens to a request instead of, or besides, its answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// The connection is cut; nothing happened.
    DropBefore,
    /// It happened, and then the connection is cut.
    DropAfter,
    /// This status is answered; `takes_effect` says whether it happened nevertheless.
    Status { status: u16, takes_effect: bool },
    /// 429, without counting anything.
    RateLimit { global: bool, retry_after_ms: u64 },
    /// It happens, so much later.
    SlowBefore(u64),
    /// It happens at once, and is answered so much later.
    SlowAfter(u64),
}

/// A fault that waits for its requests.
#[derive(Clone, Debug)]
struct Armed {
    /// `POST /channels/*/messages`; a star stands for anything.
    pattern: String,
    skip: u64,
    left: u64,
    trouble: Trouble,
}

/// Every fault that waits, and how often each kind has struck.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    armed: Vec<Armed>,
    /// So many next events are sent twice.
    pub duplicate_next: u64,
    /// The next event waits for the one after it, which goes first.
    pub reorder_next: bool,
    /// Heartbeats are not answered, and nothing is sent: a connection that is dead and does not know it.
    pub silent: bool,
    /// Nobody gets a connection to the gateway.
    pub refuse: bool,
    struck: BTreeMap<String, u64>,
}

impl Faults {
    /// Arms a fault as `POST /twin/fault` describes it.
    pub fn arm(&mut self, wanted: &Value) -> Result<(), String> {
        let pattern = wanted["route"].as_str().ok_or("a fault needs a route, such as \"POST /channels/*/messages\"")?;
        let ms = || wanted["ms"].as_u64().ok_or_else(|| "this fault needs ms".to_owned());
        let trouble = match wanted["do"].as_str().unwrap_or_default() {
            "drop_before" => Trouble::DropBefore,
            "drop_after" => Trouble::DropAfter,
            "status" => Trouble::Status {
                status: wanted["status"].as_u64().and_then(|it| u16::try_from(it).ok()).unwrap_or(500),
                takes_effect: wanted["takes_effect"] == json!(true),
            },
            "rate_limit" => Trouble::RateLimit {
                global: wanted["global"] == json!(true),
                retry_after_ms: wanted["ms"].as_u64().unwrap_or(1000),
            },
            "slow_before" | "slow" => Trouble::SlowBefore(ms()?),
            "slow_after" => Trouble::SlowAfter(ms()?),
            other => return Err(format!("unknown fault \"{other}\"")),
        };
        self.armed.push(Armed {
            pattern: pattern.to_owned(),
            skip: wanted["skip"].as_u64().unwrap_or(0),
            left: wanted["times"].as_u64().unwrap_or(1),
            trouble,
        });
        Ok(())
    }

    /// Forgets every fault that still waits; what has struck stays counted.
    pub fn clear(&mut self) {
        let struck = std::mem::take(&mut self.struck);
        *self = Faults { struck, ..Faults::default() };
    }

    /// What happens to this request, if anything. `names` are its template and its path, each with the method.
    pub fn strike(&mut self, names: [&str; 2]) -> Option<Trouble> {
        for armed in self.armed.iter_mut().filter(|armed| armed.left > 0) {
            if !names.iter().any(|name| matches(&armed.pattern, name)) {
                continue;
            }
            if armed.skip > 0 {
                armed.skip -= 1;
                continue;
            }
            armed.left -= 1;
            let trouble = armed.trouble.clone();
            *self.struck.entry(name_of(&trouble).to_owned()).or_default() += 1;
            return Some(trouble);
        }
        None
    }

    /// Notes a fault of the gateway, which strikes by itself.
    pub fn note(&mut self, name: &str) {
        *self.struck.entry(name.to_owned()).or_default() += 1;
    }

    /// What waits and what has struck.
    pub fn tell(&self) -> Value {
        let waiting: Vec<_> = self.armed.iter().filter(|armed| armed.left > 0).collect();
        json!({
            "waiting": waiting.iter().map(|armed| {
                json!({"route": armed.pattern, "do": name_of(&armed.trouble), "times": armed.left, "skip": armed.skip})
            }).collect::<Vec<_>>(),
            "struck": self.struck, "silent": self.silent, "refuse": self.refuse,
        })
    }
}

fn name_of(trouble: &Trouble) -> &'static str {
    match trouble {
        Trouble::DropBefore => "drop_before",
        Trouble::DropAfter => "drop_after",
        Trouble::Status { .. } => "status",
        Trouble::RateLimit { .. } => "rate_limit",
        Trouble::SlowBefore(_) => "slow_before",
        Trouble::SlowAfter(_) => "slow_after",
    }
}

/// Whether a name fits a pattern in which each star stands for anything, also nothing.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("POST /channels/*/messages", "POST /channels/12/messages"));
        assert!(matches("*", "GET /gateway"));
        assert!(matches("PATCH *", "PATCH /channels/1/messages/2"));
        assert!(!matches("POST /channels/*/messages", "POST /channels/12/messages/13"));
        assert!(!matches("GET /gateway", "GET /gateway/bot"));
    }

    #[test]
    fn a_fault_strikes_as_often_as_it_was_told_and_not_before() {
        let mut faults = Faults::default();
        faults.arm(&json!({"route": "GET *", "do": "drop_after", "skip": 1, "times": 2})).unwrap();
        let struck: Vec<bool> = (0..5).map(|_| faults.strike(["GET /a", "GET /a"]).is_some()).collect();
        assert_eq!(struck, [false, true, true, false, false]);
    }
}
