//! The twin's idea of now, and the ids made from it.
//!
//! Real time, plus what the control API added: a test moves the clock instead of sleeping. Nothing else in this crate
//! may ask the machine for the time.

use std::fmt;
use std::time::SystemTime;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The first second of 2015, from which Discord counts the time inside its ids.
const DISCORD_EPOCH_MS: i64 = 1_420_070_400_000;

/// A Discord id: milliseconds since 2015 in the upper 42 bits. On the wire it is a string of digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub u64);

impl Id {
    /// The id a JSON value holds, as a string or as a number.
    pub fn of(value: &Value) -> Option<Id> {
        match value {
            Value::String(text) => Id::parse(text),
            Value::Number(number) => number.as_u64().map(Id),
            _ => None,
        }
    }

    /// The id a text holds.
    pub fn parse(text: &str) -> Option<Id> {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain { text.parse().ok().map(Id) } else { None }
    }

    /// When this id was made, in milliseconds since 1970.
    pub fn made_at_ms(self) -> i64 {
        (self.0 >> 22) as i64 + DISCORD_EPOCH_MS
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<Id> for Value {
    fn from(id: Id) -> Value {
        Value::String(id.to_string())
    }
}

/// Real time with what was added to it, or a time that stands still until it is moved; and the source of ids, which only
/// ever grow.
#[derive(Debug, Default)]
pub struct Clock {
    ahead_ms: i64,
    stopped_at: Option<i64>,
    last_id: u64,
}

impl Clock {
    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.stopped_at.unwrap_or_else(|| self.machine_ms().saturating_add(self.ahead_ms))
    }

    /// The same by the machine's clock, in which clients read what is meant for theirs.
    #[expect(clippy::disallowed_methods, reason = "the one place of this crate that asks the machine's clock")]
    pub fn machine_ms(&self) -> i64 {
        let passed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(passed.as_millis()).unwrap_or(i64::MAX)
    }

    /// Moves now forward; backwards it never goes.
    pub fn advance(&mut self, ms: i64) {
        match &mut self.stopped_at {
            Some(at) => *at = at.saturating_add(ms.max(0)),
            None => self.ahead_ms = self.ahead_ms.saturating_add(ms.max(0)),
        }
    }

    /// Lets time stand still, or go on from where it stood.
    pub fn stop(&mut self, stopped: bool) {
        let now = self.now_ms();
        self.ahead_ms = now.saturating_sub(self.machine_ms());
        self.stopped_at = stopped.then_some(now);
    }

    /// A fresh id of this moment, larger than every one before it.
    pub fn next_id(&mut self) -> Id {
        let of_now = (self.now_ms().saturating_sub(DISCORD_EPOCH_MS).max(1) as u64) << 22;
        self.last_id = of_now.max(self.last_id + 1);
        Id(self.last_id)
    }
}

/// A time as Discord writes it: `2026-03-05T18:20:00.123000+00:00`.
pub fn iso(ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

/// The milliseconds a client's time means, if it is one.
pub fn parse_iso(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}
