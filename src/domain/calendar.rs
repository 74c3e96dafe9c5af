//! Civil time: what people mean by a date, and when that is.
//!
//! The truth is a civil time with an IANA zone. The UTC instant is computed from it and may be recomputed when the zone
//! data changes. A time that does not exist (clocks go forward) moves forward by the gap; one that happens twice (clocks
//! go back) is the first of the two: RFC 5545's reading, and jiff's `Disambiguation::Compatible`.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, time};
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// When the bot writes on a morning: 09:00 of the person's own day.
pub const MORNING: Time = time(9, 0, 0, 0);

/// The last instant that can be kept in milliseconds and read again; `Timestamp::MAX` lies a part of one behind it.
const LAST: Timestamp = Timestamp::constant(253_402_207_200, 0);

/// An IANA zone known to the bundled zone data, kept by its name.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// A name that is no IANA zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such time zone")]
pub struct NoSuchZone;

impl Zone {
    /// Universal time, for communities that have not chosen yet.
    pub fn utc() -> Self {
        Zone(TimeZone::UTC)
    }

    /// The IANA name, as in `America/Chicago`.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The name of every zone, as the bundled data has them.
    pub fn names() -> impl Iterator<Item = String> {
        jiff::tz::db().available().map(|name| name.to_string())
    }

    /// The zone that people mean by what they typed: its name, or the city in it (`chicago`, `são paulo`).
    ///
    /// # Errors
    /// No zone, or more than one: the names of those it could be, at most [`Zone::MOST_NEAR`], which may be none.
    pub fn meant(typed: &str) -> Result<Zone, Vec<String>> {
        let named = typed.trim().parse();
        if let Ok(zone) = named {
            return Ok(zone);
        }
        let typed = plain(typed);
        let mut placed: Vec<String> = Zone::names().filter(|name| city(name).is_some()).collect();
        placed.sort();
        let is_it = |name: &&String| plain(name) == typed || city(name).is_some_and(|city| plain(city) == typed);
        let zones: Vec<Zone> = placed.iter().filter(is_it).filter_map(|name| name.parse().ok()).collect();
        // A city under two names (`Asia/Istanbul`, `Europe/Istanbul`) has one time.
        if let [first, others @ ..] = zones.as_slice()
            && others.iter().all(|other| other.changes() == first.changes())
        {
            return Ok(first.clone());
        }
        let holds = |name: &&String| typed.chars().count() >= 3 && plain(name).contains(&typed);
        let near = placed.iter().filter(holds);
        Err(near.take(Zone::MOST_NEAR).cloned().collect())
    }

    /// The most zones that somebody is shown who may have meant any of them.
    pub const MOST_NEAR: usize = 5;

    /// What the clocks there show and from when on, in the years that a plan may lie in.
    fn changes(&self) -> Vec<(Timestamp, Offset)> {
        const FROM: Timestamp = Timestamp::constant(946_684_800, 0); // 2000
        const UNTIL: Timestamp = Timestamp::constant(4_102_444_800, 0); // 2100
        let later = self.0.following(FROM).take_while(|change| change.timestamp() < UNTIL);
        let first = (FROM, self.0.to_offset(FROM));
        [first].into_iter().chain(later.map(|change| (change.timestamp(), change.offset()))).collect()
    }

    /// jiff's own value.
    pub fn rules(&self) -> &TimeZone {
        &self.0
    }

    /// The wall clock in this zone at an instant.
    pub fn civil(&self, at: Timestamp) -> DateTime {
        self.0.to_datetime(at)
    }

    /// The calendar day in this zone at an instant.
    pub fn date(&self, at: Timestamp) -> Date {
        self.civil(at).date()
    }

    /// The instant of a civil time, gaps moved forward and doubled times taken first. Civil times so near the end of
    /// jiff's range (year 9999) that they have no instant become the last that is a whole number of milliseconds.
    pub fn instant(&self, civil: DateTime) -> Timestamp {
        self.0.to_ambiguous_timestamp(civil).compatible().unwrap_or(LAST)
    }
}

/// The city that a zone is named after. Names of other kinds (`US/Central`, `Etc/GMT+5`, whose sign is not the one that people
/// mean) have none.
fn city(name: &str) -> Option<&str> {
    const REGIONS: [&str; 10] =
        ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];
    let (region, _) = name.split_once('/')?;
    let city = name.rsplit('/').next()?;
    REGIONS.contains(&region).then_some(city)
}

/// As people type it: small letters without accents, blanks for the underscores that nobody types.
fn plain(name: &str) -> String {
    let letters = name.trim().nfd().filter(|c| !is_combining_mark(*c));
    letters.map(|c| if c == '_' { ' ' } else { c }).collect::<String>().to_lowercase()
}

impl FromStr for Zone {
    type Err = NoSuchZone;

    /// Reads an IANA name in any case. Only names of the bundled data count, so that every machine agrees.
    fn from_str(name: &str) -> Result<Self, NoSuchZone> {
        if name.eq_ignore_ascii_case("utc") {
            return Ok(Zone::utc());
        }
        let zone = jiff::tz::db().get(name).map_err(|_| NoSuchZone)?;
        if zone.iana_name().is_none() {
            return Err(NoSuchZone);
        }
        Ok(Zone(zone))
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Zone {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

/// What a person meant by "by when": a whole day ("by Friday" is the end of Friday) or a minute of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Due {
    Day(Date),
    Minute(DateTime),
}

impl Due {
    /// The civil day it falls on.
    pub fn date(self) -> Date {
        match self {
            Due::Day(date) => date,
            Due::Minute(civil) => civil.date(),
        }
    }

    /// The last civil moment that is still in time: 23:59:59 of a day, or the minute itself.
    pub fn civil(self) -> DateTime {
        match self {
            Due::Day(date) => date.at(23, 59, 59, 0),
            Due::Minute(civil) => civil,
        }
    }
}

impl fmt::Display for Due {
    /// The stored form: `2026-03-11` or `2026-03-11T08:15:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Due::Day(date) => date.fmt(f),
            Due::Minute(civil) => civil.fmt(f),
        }
    }
}

impl FromStr for Due {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        if text.contains('T') { text.parse().map(Due::Minute) } else { text.parse().map(Due::Day) }
    }
}

/// A due date in the zone of the person who said it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    pub due: Due,
    pub zone: Zone,
}

impl When {
    pub fn new(due: Due, zone: Zone) -> Self {
        When { due, zone }
    }

    /// The instant it is due.
    pub fn instant(&self) -> Timestamp {
        self.zone.instant(self.due.civil())
    }
}

/// The hours in which a person is not written to. They may run over midnight; equal ends mean none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    pub from: Time,
    pub until: Time,
}

impl Default for QuietHours {
    /// 20:30 to 08:30.
    fn default() -> Self {
        QuietHours { from: time(20, 30, 0, 0), until: time(8, 30, 0, 0) }
    }
}

impl QuietHours {
    fn cover(self, at: Time) -> bool {
        if self.from <= self.until { self.from <= at && at < self.until } else { at >= self.from || at < self.until }
    }

    /// When this person's day begins for the bot: 09:00, or the end of their quiet hours if 09:00 lies inside them.
    pub fn morning(self) -> Time {
        if self.cover(MORNING) { self.until } else { MORNING }
    }
}

/// One person's time: their zone, their quiet hours, and a last day away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waking {
    pub zone: Zone,
    pub quiet: QuietHours,
    /// The last day on which they are away, if they said so.
    pub away_until: Option<Date>,
}

impl Waking {
    /// May this person be written to now?
    pub fn awake(&self, now: Timestamp) -> bool {
        let civil = self.zone.civil(now);
        !self.quiet.cover(civil.time()) && self.away_until.is_none_or(|last| civil.date() > last)
    }

    /// The instant of this person's morning on a day.
    pub fn morning_of(&self, date: Date) -> Timestamp {
        self.zone.instant(date.to_datetime(self.quiet.morning()))
    }

    /// The first morning strictly after `now`, beyond any days away.
    pub fn next_morning(&self, now: Timestamp) -> Timestamp {
        let mut date = self.zone.date(now);
        if self.morning_of(date) <= now {
            date = next_day(date);
        }
        if let Some(last) = self.away_until.filter(|last| date <= *last) {
            date = next_day(last);
        }
        self.morning_of(date)
    }

    /// `now` if this person may be written to, otherwise their next morning.
    pub fn now_or_next_morning(&self, now: Timestamp) -> Timestamp {
        if self.awake(now) { now } else { self.next_morning(now) }
    }
}

/// The day after, saturating at the end of the calendar (year 9999).
pub fn next_day(date: Date) -> Date {
    date.tomorrow().unwrap_or(Date::MAX)
}

/// A number of days later (or earlier, if negative), saturating at the ends of the calendar.
pub fn days_after(date: Date, days: i64) -> Date {
    date.saturating_add(jiff::Span::new().days(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_known_by_its_city_as_people_type_it() {
        let meant = |typed: &str| Zone::meant(typed).map(|zone| zone.name().to_owned());
        for (typed, name) in [
            ("chicago", "America/Chicago"),
            ("America/Chicago", "America/Chicago"),
            (" america/mexico city ", "America/Mexico_City"),
            ("New York", "America/New_York"),
            ("São Paulo", "America/Sao_Paulo"),
            ("utc", "UTC"),
            // Two names, one time.
            ("istanbul", "Asia/Istanbul"),
            ("indianapolis", "America/Indiana/Indianapolis"),
        ] {
            assert_eq!(meant(typed).as_deref(), Ok(name), "{typed}");
        }
        assert_eq!(meant("york"), Err(vec!["America/New_York".to_owned()]));
        assert_eq!(meant("indiana").unwrap_err().len(), Zone::MOST_NEAR);
        for typed in ["", "eastbank", "a", "central", "gmt+5", "america/"] {
            let near = meant(typed).unwrap_err();
            assert!(near.is_empty() || typed == "america/", "{typed}: {near:?}");
        }
    }
}
