//! Quiet hours, mornings and days away, beside a model that walks the clock minute by minute and the calendar day by day.

use barnraiser::domain::Zone;
use barnraiser::domain::calendar::{Due, QuietHours, Waking, When};
use jiff::civil::{Date, Time, date};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::holds;

const ZONES: [&str; 6] =
    ["America/Chicago", "America/Nuuk", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Kiritimati", "UTC"];

fn clock(minute: i32) -> Time {
    let minute = minute.rem_euclid(1_440);
    Time::new((minute / 60) as i8, (minute % 60) as i8, 0, 0).expect("of one day")
}

/// Is a minute of the day reached when one walks from the beginning of the quiet hours to their end?
fn quiet(from: i32, until: i32, minute: i32) -> bool {
    let mut walked = from;
    while walked.rem_euclid(1_440) != until {
        if walked.rem_euclid(1_440) == minute {
            return true;
        }
        walked += 1;
    }
    false
}

/// 09:00, or the end of the quiet hours if they cover it.
fn morning(from: i32, until: i32) -> i32 {
    if quiet(from, until, 540) { until } else { 540 }
}

/// Whole and half hours, as people say them; sometimes a minute.
fn minutes() -> impl Strategy<Value = i32> {
    prop_oneof![3 => (0..48).prop_map(|half| half * 30), 1 => 0..1_440]
}

fn days(date: Date, count: i32) -> Date {
    let step = |date: Date| if count < 0 { date.yesterday() } else { date.tomorrow() };
    (0..count.abs()).fold(date, |date, _| step(date).expect("in range"))
}

/// Somebody, and a moment near a change of the clocks or anywhere.
fn somebody() -> impl Strategy<Value = (Waking, (i32, i32), Timestamp)> {
    let zone = prop::sample::select(ZONES.to_vec());
    let all = (zone, minutes(), minutes(), prop::option::of(-3..20_i32), 0..800_i32, 0..1_440_i32, 0..6_usize);
    all.prop_map(|(zone, from, until, away, day, minute, near)| {
        let zone: Zone = zone.parse().expect("bundled");
        let start = zone.instant(date(2026, 1, 1).at(0, 0, 0, 0));
        let anywhere = start + SignedDuration::from_mins(i64::from(day * 1_440 + minute));
        let change = zone.rules().following(start).nth(near / 2).map(|change| change.timestamp());
        let now = match change {
            Some(change) if near % 2 == 0 => change + SignedDuration::from_mins(i64::from(minute) - 720),
            _ => anywhere,
        };
        let away_until = away.map(|count| days(zone.date(now), count));
        let quiet = QuietHours { from: clock(from), until: clock(until) };
        (Waking { zone, quiet, away_until }, (from, until), now)
    })
}

/// Promise 5: only in their waking hours, and not while they are away.
#[test]
fn nobody_is_awake_in_their_quiet_hours_or_away() {
    holds(2_000, &somebody(), |(waking, (from, until), now)| {
        let civil = waking.zone.civil(now);
        let minute = i32::from(civil.hour()) * 60 + i32::from(civil.minute());
        let away = waking.away_until.is_some_and(|last| civil.date() <= last);
        prop_assert_eq!(waking.awake(now), !away && !quiet(from, until, minute));
        prop_assert_eq!(waking.quiet.morning(), clock(morning(from, until)));
        Ok(())
    });
}

#[test]
fn the_next_morning_is_the_first_one_after_now_and_after_their_absence() {
    holds(2_000, &somebody(), |(waking, (from, until), now)| {
        let at = clock(morning(from, until));
        let today = waking.zone.date(now);
        // Every morning of a month, found in the calendar; the first that is late enough.
        let mornings = (-2..30).map(|count| days(today, count));
        let free = mornings.filter(|day| waking.away_until.is_none_or(|last| *day > last));
        let expected = free.map(|day| waking.zone.instant(day.to_datetime(at))).filter(|at| *at > now).min().unwrap();
        let next = waking.next_morning(now);
        prop_assert_eq!(next, expected);
        // Where that morning exists on the wall clock, it is one they are awake on.
        if waking.zone.civil(next).time() == at {
            prop_assert!(waking.awake(next), "{next}");
        }
        let soon = waking.now_or_next_morning(now);
        prop_assert_eq!(soon, if waking.awake(now) { now } else { expected });
        Ok(())
    });
}

/// DESIGN.md section 6: "by Friday" is the end of Friday; a minute is that minute; both are kept as they were written.
#[test]
fn what_is_due_is_kept_as_it_was_said() {
    let all = (prop::sample::select(ZONES.to_vec()), 0..4_000_i32, prop::option::of(0..1_440_i32));
    holds(1_000, &all, |(zone, day, minute)| {
        let zone: Zone = zone.parse().unwrap();
        let day = days(date(2024, 1, 1), day);
        let due = minute.map_or(Due::Day(day), |minute| Due::Minute(day.to_datetime(clock(minute))));
        prop_assert_eq!(due.date(), day);
        let last = minute.map_or(day.at(23, 59, 59, 0), |minute| day.to_datetime(clock(minute)));
        prop_assert_eq!(due.civil(), last);
        let when = When::new(due, zone.clone());
        prop_assert_eq!(when.instant(), zone.instant(last));
        let written = due.to_string();
        prop_assert_eq!(written.contains('T'), minute.is_some(), "{}", written);
        prop_assert_eq!(written.parse::<Due>().unwrap(), due);
        let kept = serde_json::to_string(&when).unwrap();
        prop_assert!(kept.contains(&format!("\"{}\"", zone.name())), "{}", kept);
        prop_assert_eq!(serde_json::from_str::<When>(&kept).unwrap(), when);
        Ok(())
    });
}

#[test]
fn a_zone_is_known_by_its_name_in_any_case_and_nothing_else_is_one() {
    for name in ZONES {
        let zone: Zone = name.to_lowercase().parse().unwrap();
        assert_eq!((zone.name(), format!("{zone:?}").as_str()), (name, name));
    }
    assert_eq!(Zone::utc().name(), "UTC");
    for wrong in ["", "Chicago", "America", "+02:00", "CEST", "posixrules", "America/Chicago "] {
        assert!(wrong.parse::<Zone>().is_err(), "{wrong}");
    }
}
