//! Mistakes that others have made with civil time. The oracle is worth something only if it sees each of them.

use barnraiser::domain::Zone;
use barnraiser::domain::schedule::Schedule;
use chrono::{FixedOffset, TimeZone, Utc};
use jiff::Timestamp;
use jiff::civil::DateTime;

use super::ours::Reckoning;

/// Each mistake, and where it shows first.
pub fn all() -> Vec<(&'static str, Reckoning, &'static str)> {
    vec![
        ("a cron expression evaluated on instants", with(cron_on_instants), "2024-11-03T02:30:00"),
        ("the second of two times", Reckoning { instant: second_of_two, ..Reckoning::ours() }, "2024-11-03T01:30:00"),
        ("a missing time moved back", Reckoning { instant: moved_back, ..Reckoning::ours() }, "2024-03-10T02:30:00"),
        ("a missing time left out", with(skips_the_gap), "2024-03-10T02:30:00"),
        ("a doubled time taken twice", with(fires_twice), "2024-11-04T01:30:00"),
    ]
}

fn with(next_after: fn(&Schedule, Timestamp, &Zone) -> Option<Timestamp>) -> Reckoning {
    Reckoning { next_after, ..Reckoning::ours() }
}

/// The cron crate, given the offset that holds now.
fn cron_on_instants(schedule: &Schedule, now: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let offset = FixedOffset::east_opt(zone.rules().to_offset(now).seconds())?;
    let expression: cron::Schedule = format!("0 {schedule}").parse().ok()?;
    let next = expression.after(&offset.timestamp_opt(now.as_second(), 0).single()?).next()?;
    Timestamp::from_second(next.with_timezone(&Utc).timestamp()).ok()
}

fn second_of_two(zone: &Zone, civil: DateTime) -> Timestamp {
    zone.rules().to_ambiguous_timestamp(civil).later().expect("in range")
}

fn moved_back(zone: &Zone, civil: DateTime) -> Timestamp {
    zone.rules().to_ambiguous_timestamp(civil).earlier().expect("in range")
}

fn skips_the_gap(schedule: &Schedule, now: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let mut civil = zone.civil(now);
    loop {
        civil = schedule.next_civil_after(civil)?;
        let at = zone.instant(civil);
        // A time that exists is shown by the clock at its instant.
        if zone.civil(at) == civil && at > now {
            return Some(at);
        }
    }
}

fn fires_twice(schedule: &Schedule, now: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let (mut civil, mut found) = (zone.civil(now), None::<Timestamp>);
    // Yesterday's too: its second pass may still be to come.
    civil = civil.saturating_sub(jiff::Span::new().days(1));
    for _ in 0..4 {
        civil = schedule.next_civil_after(civil)?;
        let passes = zone.rules().to_ambiguous_timestamp(civil);
        for at in [passes.compatible().ok()?, passes.later().ok()?] {
            if at > now && found.is_none_or(|other| at < other) {
                found = Some(at);
            }
        }
    }
    found
}
