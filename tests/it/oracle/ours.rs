//! Our side of the comparison: the same rules through the functions that the bot runs on.

use std::fmt::Debug;

use barnraiser::domain::Zone;
use barnraiser::domain::calendar::{Due, QuietHours, Waking, When, days_after};
use barnraiser::domain::community::Norms;
use barnraiser::domain::gathering::{DigestState, Gathering};
use barnraiser::domain::ids::GatheringId;
use barnraiser::domain::nudge::{self, Budget, Planned, Step};
use barnraiser::domain::schedule::Schedule;
use jiff::civil::{Date, DateTime, Time, Weekday, date};
use jiff::{SignedDuration, Span, Timestamp, ToSpan};

use super::{Answer, Compared, Kind, Rule};

/// How civil times become instants. The program has one way; the tests of the oracle have wrong ones.
pub struct Reckoning {
    pub instant: fn(&Zone, DateTime) -> Timestamp,
    pub next_after: fn(&Schedule, Timestamp, &Zone) -> Option<Timestamp>,
}

impl Reckoning {
    pub fn ours() -> Self {
        Reckoning { instant: Zone::instant, next_after: Schedule::next_after }
    }
}

/// How much is compared. Of another name for the same data it is enough that it gives the same instants: which one it was
/// called by is nothing that a schedule could know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    Everything,
    EachInstant,
}

const FIRST: Date = date(2024, 1, 1);
const LAST: Date = date(2035, 12, 31);

/// Compares one zone's answer with ours.
pub fn check(
    answer: &Answer,
    seconds: &[i64],
    by: &Reckoning,
    depth: Depth,
    compared: &mut Compared,
) -> Result<(), String> {
    let zone: Zone = answer.zone.parse().map_err(|_| format!("{}: no such zone here", answer.zone))?;
    let changes = changes(&zone);
    let mut rest = seconds;
    for rule in &answer.rules {
        let (theirs, after) = rest.split_at(rule.rows);
        rest = after;
        let at = At { zone: &zone, rule, theirs };
        match &rule.kind {
            Kind::Gap { at: time } | Kind::Fold { at: time } => {
                let time = clock(time);
                let daily = format!("{} {} * * *", time.minute(), time.hour());
                let rows = days().map(|day| day.to_datetime(time)).collect::<Vec<_>>();
                at.instants(&rows, by)?;
                if depth == Depth::Everything {
                    at.schedule(&daily, &rows, by)?;
                    compared.asked += at.asked_again(&daily, &changes, by)?;
                }
            }
            Kind::FirstTuesday { at: time } => {
                let time = clock(time);
                let monthly = format!("{} {} 1-7 * Tue", time.minute(), time.hour());
                let rows = first_tuesdays().map(|day| day.to_datetime(time)).collect::<Vec<_>>();
                at.schedule(&monthly, &rows, by)?;
                at.gatherings(&rows)?;
            }
            Kind::Mornings { at: None, .. } => at.mornings(days().map(Due::Day), &zone)?,
            Kind::Mornings { at: Some(time), helper } => {
                let helper =
                    helper.as_deref().unwrap_or(&answer.zone).parse().map_err(|_| "no such zone".to_owned())?;
                let dues = near(&zone, &changes).into_iter().map(|day| Due::Minute(day.to_datetime(clock(time))));
                at.mornings(dues, &helper)?
            }
            Kind::Around { changes: theirs } => {
                let ours: Vec<i64> = changes.iter().map(|change| change.at.as_second()).collect();
                if &ours != theirs {
                    return Err(format!("{}: the clocks change at {ours:?} here, {theirs:?} there", answer.zone));
                }
                let rows: Vec<DateTime> = changes.iter().flat_map(Change::around).collect();
                at.instants(&rows, by)?;
                compared.changes += changes.len();
            }
        }
        compared.instants += rule.rows;
        compared.missing += rule.missing;
    }
    compared.zones += 1;
    Ok(())
}

/// One rule in one zone, and the oracle's answer.
struct At<'a> {
    zone: &'a Zone,
    rule: &'a Rule,
    theirs: &'a [i64],
}

impl At<'_> {
    fn same(&self, row: usize, civil: &dyn Debug, what: &str, ours: Option<Timestamp>) -> Result<(), String> {
        let theirs = self.theirs.get(row).and_then(|second| Timestamp::from_second(*second).ok());
        if ours == theirs && ours.is_some() {
            return Ok(());
        }
        let shown = |at: Option<Timestamp>| {
            at.map_or("nothing".to_owned(), |at| at.to_zoned(self.zone.rules().clone()).to_string())
        };
        Err(format!(
            "{:?}, {:?}, {what}, {civil:?}: {} here, {} there",
            self.zone,
            self.rule.kind,
            shown(ours),
            shown(theirs)
        ))
    }

    fn as_many(&self, ours: usize) -> Result<(), String> {
        if ours == self.rule.rows {
            return Ok(());
        }
        Err(format!("{:?}, {:?}: {ours} rows here, {} there", self.zone, self.rule.kind, self.rule.rows))
    }

    /// Each civil time by itself.
    fn instants(&self, rows: &[DateTime], by: &Reckoning) -> Result<(), String> {
        self.as_many(rows.len())?;
        let mut rows = rows.iter().enumerate();
        rows.try_for_each(|(at, civil)| self.same(at, civil, "instant", Some((by.instant)(self.zone, *civil))))
    }

    /// Each firing, asked for at the one before, as a running bot does. `rows` only name the civil times.
    fn schedule(&self, text: &str, rows: &[DateTime], by: &Reckoning) -> Result<(), String> {
        self.as_many(rows.len())?;
        let schedule: Schedule = text.parse().map_err(|e| format!("{text}: {e}"))?;
        let mut now = Some(self.zone.instant(FIRST.at(0, 0, 0, 0)) - SignedDuration::from_secs(1));
        for (at, civil) in rows.iter().enumerate() {
            now = now.and_then(|now| (by.next_after)(&schedule, now, self.zone));
            self.same(at, civil, text, now)?;
        }
        Ok(())
    }

    /// Asked at any moment around a change, as by a bot that was started there. Gives how often it was asked.
    fn asked_again(&self, text: &str, changes: &[Change], by: &Reckoning) -> Result<usize, String> {
        let schedule: Schedule = text.parse().map_err(|e| format!("{text}: {e}"))?;
        let mut asked = 0;
        for change in changes {
            for minutes in (-200..=200).step_by(20) {
                let now = change.at + SignedDuration::from_mins(minutes);
                let next = self.theirs.partition_point(|second| *second <= now.as_second());
                // At the ends of the list nobody knows what comes next.
                if (1..self.theirs.len()).contains(&next) {
                    self.same(next, &now, "asked at this moment", (by.next_after)(&schedule, now, self.zone))?;
                    asked += 1;
                }
            }
        }
        Ok(asked)
    }

    /// Gatherings that begin then, and the mornings of their digests, which are civil days before.
    fn gatherings(&self, rows: &[DateTime]) -> Result<(), String> {
        for (at, starts) in rows.iter().enumerate() {
            let gathering = gathering(*starts, self.zone);
            self.same(at, starts, "gathering", Some(gathering.instant()))?;
            let norms = Norms::default();
            let nine = |days: i64| {
                self.zone.civil(gathering.digest_at(&norms)) == days_after(starts.date(), -days).at(9, 0, 0, 0)
            };
            if !nine(norms.digest_days.into()) {
                return Err(format!("{:?}: the digest of {starts} is not at 09:00 of its day", self.zone));
            }
        }
        Ok(())
    }

    /// The reminder and the check of a pledge that is due then, for a helper somewhere.
    fn mornings(&self, dues: impl Iterator<Item = Due>, helper: &Zone) -> Result<(), String> {
        let waking = Waking { zone: helper.clone(), quiet: QuietHours::default(), away_until: None };
        let budget = Budget { sent: 0, most: 3, stopped: false };
        let mut rows = 0;
        for due in dues {
            let when = When::new(due, self.zone.clone());
            let made = when.instant() - SignedDuration::from_hours(24 * 10);
            let reminder = nudge::first(made, &when, &waking, budget);
            let check = nudge::after(reminder.step, reminder.on, &when, &waking, Budget { sent: 1, ..budget });
            for (planned, step) in [(Some(reminder), Step::Reminder), (check, Step::Check)] {
                let at = planned.filter(|p| p.step == step).map(|Planned { on, .. }| waking.morning_of(on));
                self.same(rows, &(due, helper), step.name(), at)?;
                rows += 1;
            }
        }
        self.as_many(rows)
    }
}

fn gathering(starts: DateTime, zone: &Zone) -> Gathering {
    Gathering {
        id: GatheringId(1),
        starts,
        zone: zone.clone(),
        place: None,
        facilitator: None,
        scribe: None,
        cancelled_at: None,
        digest: DigestState::Scheduled,
    }
}

/// A change of the clocks.
struct Change {
    at: Timestamp,
    /// The wall clock just before.
    wall: DateTime,
}

impl Change {
    fn around(&self) -> impl Iterator<Item = DateTime> + '_ {
        (-240..=240).step_by(5).map(|minutes| self.wall + SignedDuration::from_mins(minutes))
    }
}

/// Every change of the offset in these years, and a little around them as the oracle has it.
fn changes(zone: &Zone) -> Vec<Change> {
    let start: Timestamp = "2023-12-31T00:00:00Z".parse().expect("an instant");
    let end: Timestamp = "2036-01-02T00:00:00Z".parse().expect("an instant");
    let offset = |at: Timestamp| zone.rules().to_offset(at);
    let changed = zone.rules().following(start).take_while(|change| change.timestamp() < end).filter_map(|change| {
        let before = offset(change.timestamp() - SignedDuration::from_secs(1));
        let wall = before.to_datetime(change.timestamp());
        (before != change.offset()).then_some(Change { at: change.timestamp(), wall })
    });
    changed.collect()
}

fn near(zone: &Zone, changes: &[Change]) -> Vec<Date> {
    let days = changes.iter().flat_map(|change| (-3..=3).map(|n| days_after(zone.date(change.at), n)));
    let days: std::collections::BTreeSet<Date> = days.filter(|day| (FIRST..=LAST).contains(day)).collect();
    days.into_iter().collect()
}

fn days() -> impl Iterator<Item = Date> {
    FIRST.series(Span::new().days(1)).take_while(|day| *day <= LAST)
}

fn first_tuesdays() -> impl Iterator<Item = Date> {
    let months = FIRST.series(1.month()).take_while(|day| *day <= LAST);
    months.map(|month| month.nth_weekday_of_month(1, Weekday::Tuesday).expect("every month has a Tuesday"))
}

fn clock(text: &str) -> Time {
    text.parse().expect("the oracle writes times as HH:MM")
}
