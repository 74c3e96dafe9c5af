//! An operator's schedule: when the weekly digest, the backup or the retention sweep runs.
//!
//! Written as a cron expression and read over civil time. The `cron` crate evaluated in a zone skips a job in the hour
//! that spring leaves out and runs it twice in the hour that autumn repeats. So it is shown the wall clock as if that
//! were UTC, where no hour is odd, and [`Zone::instant`] says when the wall clock shows its answer. A job at 02:30 then
//! runs on every day of the year, once: in spring moved forward, in autumn the first time round.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, Timelike, Utc};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::calendar::Zone;

/// A cron expression that cannot surprise: whole minutes, and weekdays by name.
///
/// The fields are minute, hour, day of month, month and weekday, with a second before and a year after them if wanted.
/// When both a day of month and a weekday are given, both must hold (`0 18 1-7 * Tue` is the first Tuesday at 18:00).
#[derive(Clone)]
pub struct Schedule {
    text: String,
    fires: cron::Schedule,
}

/// Why a schedule was not taken. Read by operators, in the configuration's error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSchedule {
    #[error("a schedule has 5 fields: minute, hour, day of month, month and weekday; this one has {0}")]
    Fields(usize),
    #[error("the seconds (the first of 6 fields) must be one number, usually 0, or it would run again and again")]
    Seconds,
    #[error("weekdays are written by name (Mon, Tue-Fri): in numbers, cron programs disagree about which day is 1")]
    NumericWeekday,
    #[error("not a schedule: {0}")]
    Unreadable(String),
    #[error("no such day ever comes")]
    Never,
}

impl FromStr for Schedule {
    type Err = BadSchedule;

    fn from_str(text: &str) -> Result<Self, BadSchedule> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let fields = match fields.len() {
            5 => [&["0"], &fields[..]].concat(),
            6 | 7 => fields,
            count => return Err(BadSchedule::Fields(count)),
        };
        if !fields[0].bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadSchedule::Seconds);
        }
        if fields[5].bytes().any(|b| b.is_ascii_digit()) {
            return Err(BadSchedule::NumericWeekday);
        }
        let fires = cron::Schedule::from_str(&fields.join(" ")).map_err(|e| BadSchedule::Unreadable(one_line(&e)))?;
        let schedule = Schedule { text: text.trim().to_owned(), fires };
        // 30 February reads well and would silently never run.
        let beginning = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
        schedule.next_civil_after(beginning).ok_or(BadSchedule::Never)?;
        Ok(schedule)
    }
}

impl Schedule {
    /// The first instant after `now`, strictly, at which this is due in a zone. `None` when no more will come.
    ///
    /// Civil times that fall on the same instant (02:30 moved forward by an hour, and 03:30) are one firing.
    pub fn next_after(&self, now: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let mut soonest: Option<Timestamp> = None;
        let mut civil = wall_clock_unmoved(now, zone);
        while let Some(next) = self.next_civil_after(civil) {
            // Within a gap the order of civil times is not that of their instants, so the first hit is not yet the
            // soonest: it is once the wall clock has passed it.
            if soonest.is_some_and(|at| next > zone.civil(at)) {
                break;
            }
            let at = zone.instant(next);
            // Not so when the clocks have gone back and `next` belonged to the first time round.
            if at > now && soonest.is_none_or(|other| at < other) {
                soonest = Some(at);
            }
            civil = next;
        }
        soonest
    }

    /// The first civil time after another, strictly, that the expression names; in no zone, so every hour exists once.
    /// `None` when no more will come (the `cron` crate knows no year after 2100).
    pub fn next_civil_after(&self, civil: DateTime) -> Option<DateTime> {
        let wall = as_if_utc(civil)?;
        let next = self.fires.after(&wall).next()?;
        from_utc(&next)
    }
}

/// The wall clock at `now`; but where the clocks have just gone forward, what it would show if they had not. The civil
/// times that were left out are still to come then, moved by as much.
fn wall_clock_unmoved(now: Timestamp, zone: &Zone) -> DateTime {
    let rules = zone.rules();
    let civil = zone.civil(now);
    // `preceding` is strictly before; a change at this very instant counts too.
    let just_after = now.checked_add(jiff::SignedDuration::from_nanos(1)).unwrap_or(now);
    let Some(change) = rules.preceding(just_after).next() else {
        return civil;
    };
    let Ok(before) = change.timestamp().checked_sub(jiff::SignedDuration::from_nanos(1)) else {
        return civil;
    };
    let gap = change.offset().duration_since(rules.to_offset(before));
    let since = now.duration_since(change.timestamp());
    if gap > since { civil.saturating_sub(gap) } else { civil }
}

fn as_if_utc(civil: DateTime) -> Option<chrono::DateTime<Utc>> {
    let field = |value: i8| u32::try_from(value).ok();
    let date = NaiveDate::from_ymd_opt(civil.year().into(), field(civil.month())?, field(civil.day())?)?;
    let wall = date.and_hms_opt(field(civil.hour())?, field(civil.minute())?, field(civil.second())?)?;
    Some(wall.and_utc())
}

fn from_utc(wall: &chrono::DateTime<Utc>) -> Option<DateTime> {
    let field = |value: u32| i8::try_from(value).ok();
    DateTime::new(
        i16::try_from(wall.year()).ok()?,
        field(wall.month())?,
        field(wall.day())?,
        field(wall.hour())?,
        field(wall.minute())?,
        field(wall.second())?,
        0,
    )
    .ok()
}

/// The crate's errors draw an arrow over several lines; a configuration error wants one.
fn one_line(error: &cron::error::Error) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Schedule {
    /// The text as the operator wrote it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schedule({})", self.text)
    }
}

impl PartialEq for Schedule {
    /// Two schedules are the same when they are written the same.
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Schedule {}

impl Serialize for Schedule {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    use super::*;

    const ZONES: [&str; 9] = [
        "UTC",
        "America/Chicago",
        "America/Havana",
        "America/St_Johns",
        "Africa/Cairo",
        "Africa/Casablanca",
        "Asia/Beirut",
        "Australia/Lord_Howe",
        "Pacific/Apia",
    ];

    fn schedule(text: &str) -> Schedule {
        text.parse().unwrap()
    }

    fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    /// The next firings, each asked for at the one before, as a running bot does.
    fn firings(text: &str, zone_name: &str, from: &str, count: usize) -> Vec<String> {
        let (schedule, zone) = (schedule(text), zone(zone_name));
        let mut now: Timestamp = from.parse().unwrap();
        let mut seen = Vec::new();
        for _ in 0..count {
            now = schedule.next_after(now, &zone).unwrap();
            seen.push(now.to_zoned(zone.rules().clone()).strftime("%m-%d %H:%M %z").to_string());
        }
        seen
    }

    #[test]
    fn five_fields_are_minute_to_weekday() {
        let from = "2026-03-05T18:00:00-06";
        assert_eq!(firings("30 8 * * Mon", "America/Chicago", from, 2), ["03-09 08:30 -0500", "03-16 08:30 -0500"]);
        assert_eq!(firings("0 30 8 * * mon", "America/Chicago", from, 1), ["03-09 08:30 -0500"]);
        assert_eq!(firings("0 9 * * Thu-Sat", "America/Chicago", from, 3)[2], "03-12 09:00 -0500");
        assert_eq!(firings("0 9 1 * *", "America/Chicago", from, 1), ["04-01 09:00 -0500"]);
        assert_eq!(firings("0 0 9 1 1 * 2028", "UTC", from, 1), ["01-01 09:00 +0000"]);
    }

    #[test]
    fn a_day_of_month_and_a_weekday_must_both_hold() {
        let seen = firings("0 18 1-7 * Tue", "America/Chicago", "2026-03-05T18:00:00-06", 3);
        assert_eq!(seen, ["04-07 18:00 -0500", "05-05 18:00 -0500", "06-02 18:00 -0500"]);
    }

    #[test]
    fn an_hour_left_out_in_spring_is_moved_forward() {
        let from = "2026-03-07T12:00:00-06";
        let seen = firings("30 2 * * *", "America/Chicago", from, 3);
        assert_eq!(seen, ["03-08 03:30 -0500", "03-09 02:30 -0500", "03-10 02:30 -0500"]);
        // Half an hour on Lord Howe: 02:00 becomes 02:30.
        let seen = firings("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00+10:30", 2);
        assert_eq!(seen, ["10-04 02:45 +1100", "10-05 02:15 +1100"]);
    }

    #[test]
    fn a_bot_started_within_the_gap_still_runs_what_was_moved() {
        let seen = firings("30 2 * * *", "America/Chicago", "2026-03-08T03:10:00-05", 1);
        assert_eq!(seen, ["03-08 03:30 -0500"]);
        let seen = firings("30 2 * * *", "America/Chicago", "2026-03-08T03:00:00-05", 1);
        assert_eq!(seen, ["03-08 03:30 -0500"]);
        let seen = firings("0 2 * * *", "America/Chicago", "2026-03-08T03:00:00-05", 1);
        assert_eq!(seen, ["03-09 02:00 -0500"]);
        let seen = firings("30 2 * * *", "America/Chicago", "2026-03-08T03:30:00-05", 1);
        assert_eq!(seen, ["03-09 02:30 -0500"]);
    }

    #[test]
    fn around_the_gap_firings_keep_their_order_and_meet_once() {
        let seen = firings("0,30 2-3 * * *", "America/Chicago", "2026-03-08T01:59:00-06", 3);
        assert_eq!(seen, ["03-08 03:00 -0500", "03-08 03:30 -0500", "03-09 02:00 -0500"]);
        // 02:20 is moved to 02:50, behind 02:35, which exists.
        let seen = firings("20,35 2 * * *", "Australia/Lord_Howe", "2026-10-04T01:00:00+10:30", 3);
        assert_eq!(seen, ["10-04 02:35 +1100", "10-04 02:50 +1100", "10-05 02:20 +1100"]);
    }

    #[test]
    fn a_doubled_hour_in_autumn_fires_the_first_time_only() {
        let seen = firings("30 1 * * *", "America/Chicago", "2026-10-31T12:00:00-05", 2);
        assert_eq!(seen, ["11-01 01:30 -0500", "11-02 01:30 -0600"]);
        // Between the two passes, in the second one, and at its very 01:30.
        for from in ["2026-11-01T01:45:00-05", "2026-11-01T01:10:00-06", "2026-11-01T01:30:00-06"] {
            assert_eq!(firings("30 1 * * *", "America/Chicago", from, 1), ["11-02 01:30 -0600"], "{from}");
        }
        let seen = firings("*/30 * * * *", "America/Chicago", "2026-11-01T00:45:00-05", 4);
        assert_eq!(seen, ["11-01 01:00 -0500", "11-01 01:30 -0500", "11-01 02:00 -0600", "11-01 02:30 -0600"]);
        // Lord Howe repeats 01:30 to 02:00.
        let seen = firings("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00:00+11", 2);
        assert_eq!(seen, ["04-05 01:45 +1100", "04-06 01:45 +1030"]);
        let seen = firings("45 1 * * *", "Australia/Lord_Howe", "2026-04-05T01:31:00+10:30", 1);
        assert_eq!(seen, ["04-06 01:45 +1030"]);
    }

    #[test]
    fn what_would_surprise_is_refused() {
        let refused = |text: &str| text.parse::<Schedule>().unwrap_err();
        assert_eq!(refused(""), BadSchedule::Fields(0));
        assert_eq!(refused("0 9 * *"), BadSchedule::Fields(4));
        assert_eq!(refused("@weekly"), BadSchedule::Fields(1));
        assert_eq!(refused("* 0 9 * * Mon"), BadSchedule::Seconds);
        assert_eq!(refused("*/10 0 9 * * Mon"), BadSchedule::Seconds);
        assert_eq!(refused("0-59 0 9 * * Mon"), BadSchedule::Seconds);
        assert_eq!(refused("? 0 9 * * Mon"), BadSchedule::Seconds);
        assert_eq!(refused("0 9 * * 1"), BadSchedule::NumericWeekday);
        assert_eq!(refused("0 9 * * Mon,5"), BadSchedule::NumericWeekday);
        assert_eq!(refused("0 9 * * */2"), BadSchedule::NumericWeekday);
        assert_eq!(refused("0 9 30 Feb *"), BadSchedule::Never);
        for text in ["0 25 * * *", "*/0 9 * * *", "61 * * * *", "0 9 * * Lunes", "a b c d e", "99999999999 * * * *"] {
            let BadSchedule::Unreadable(why) = refused(text) else { panic!("{text}") };
            assert!(why.contains(' ') && !why.contains('\n'), "a sentence on one line: {why}");
        }
    }

    #[test]
    fn it_is_kept_as_it_was_written() {
        let written = schedule("  0 9 * * Mon ");
        assert_eq!(written.to_string(), "0 9 * * Mon");
        assert_eq!(format!("{written:?}"), "Schedule(0 9 * * Mon)");
        assert_ne!(written, schedule("0 9 * * Tue"));
        let json = serde_json::to_string(&written).unwrap();
        assert_eq!(json, r#""0 9 * * Mon""#);
        assert_eq!(serde_json::from_str::<Schedule>(&json).unwrap(), written);
        assert!(serde_json::from_str::<Schedule>(r#""0 9 * * 1""#).is_err());
    }

    #[test]
    fn no_more_to_come_is_none() {
        let past = schedule("0 0 9 1 1 * 2020");
        assert_eq!(past.next_after("2026-03-05T18:00:00Z".parse().unwrap(), &Zone::utc()), None);
        for end in [Timestamp::MIN, Timestamp::MAX] {
            let _ = schedule("0 9 * * *").next_after(end, &zone("Pacific/Apia"));
        }
    }

    proptest! {
        /// Whatever an operator writes is answered, and what is taken can be asked.
        #[test]
        fn no_text_panics(text in "([0-9*?/,-]{1,4} ){4,6}[A-Za-z*?/,-]{1,7}|([0-9A-Za-z*?/,#@-]{1,6} ?){0,8}|.{0,40}") {
            if let Ok(schedule) = text.parse::<Schedule>() {
                let now: Timestamp = "2026-03-08T01:59:30-06".parse().unwrap();
                prop_assert!(schedule.next_after(now, &zone("America/Chicago")).is_none_or(|next| next > now));
            }
        }

        /// A year of a daily job: strictly later each time, and one firing on every civil day, whatever the hour.
        #[test]
        fn a_daily_job_fires_once_on_every_day(
            zone_at in 0..ZONES.len(), hour in 0..24_u32, minute in 0..60_u32, year in 2019..2027_i16,
        ) {
            let zone = zone(ZONES[zone_at]);
            let daily = schedule(&format!("{minute} {hour} * * *"));
            let mut now = zone.instant(date(year, 1, 1).at(0, 0, 0, 0)) - jiff::SignedDuration::from_secs(1);
            let mut seen: BTreeMap<Date, u32> = BTreeMap::new();
            loop {
                let next = daily.next_after(now, &zone).unwrap();
                prop_assert!(next > now);
                if zone.date(next).year() > year {
                    break;
                }
                *seen.entry(zone.date(next)).or_default() += 1;
                now = next;
            }
            let mut day = date(year, 1, 1);
            while day.year() == year {
                prop_assert_eq!(seen.get(&day), Some(&1), "{} at {}:{} in {:?}", day, hour, minute, zone);
                day = day.tomorrow().unwrap();
            }
        }

        /// Asked at any instant, the answer is the soonest of all civil times' instants, found here one by one.
        #[test]
        fn the_answer_is_the_soonest_instant(
            zone_at in 0..ZONES.len(), a in 0..60_u32, b in 0..60_u32, hour in 0..4_u32,
            change in 0..4_usize, offset in -14_400..14_400_i64,
        ) {
            let zone = zone(ZONES[zone_at]);
            let text = format!("{a},{b} {hour} * * *");
            // The changes of clock around now, or a plain day where there is none.
            let spring: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
            let near = zone.rules().following(spring).nth(change).map_or(spring, |c| c.timestamp());
            let now = near + jiff::SignedDuration::from_secs(offset);
            let first = zone.date(now).yesterday().unwrap();
            let soonest = first
                .series(jiff::Span::new().days(1))
                .take(4)
                .flat_map(|day| [a, b].map(|minute| day.at(hour as i8, minute as i8, 0, 0)))
                .map(|civil| zone.instant(civil))
                .filter(|at| *at > now)
                .min();
            prop_assert_eq!(schedule(&text).next_after(now, &zone), soonest);
        }
    }
}
