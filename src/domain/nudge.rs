//! The nudge policy (DESIGN.md section 7): which reminder comes next, when, and when the bot falls silent.
//!
//! One pledge has at most one step ahead of it. Days are the person's own civil days; the hour is their morning.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::calendar::{Waking, When, days_after};

/// What the bot does next about one pledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Two days before it is due.
    Reminder,
    /// The morning after: did it happen?
    Check,
    /// Three days later, once more.
    LastCheck,
    /// Three days after that: a private word to the conveners, and nothing to the helper ever again.
    CareNote,
}

impl Step {
    pub fn name(self) -> &'static str {
        match self {
            Step::Reminder => "reminder",
            Step::Check => "check",
            Step::LastCheck => "last_check",
            Step::CareNote => "care_note",
        }
    }

    /// The step stored under a name.
    pub fn from_name(name: &str) -> Option<Step> {
        [Step::Reminder, Step::Check, Step::LastCheck, Step::CareNote].into_iter().find(|step| step.name() == name)
    }
}

/// A step and the civil day whose morning it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    pub step: Step,
    pub on: Date,
}

/// How many nudges a pledge has had, of how many it may have; and whether its helper asked for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    pub sent: u8,
    pub most: u8,
    pub stopped: bool,
}

impl Budget {
    fn spent(self) -> bool {
        self.stopped || self.sent >= self.most
    }
}

/// Days from the due day to the care note when nothing is answered: the check, and twice three days.
const DAYS_TO_CARE: i64 = 7;

/// The due day as the helper's own calendar names it.
fn due_day(due: &When, waking: &Waking) -> Date {
    match due.due {
        super::Due::Day(date) => date,
        super::Due::Minute(_) => waking.zone.date(due.instant()),
    }
}

/// The first step after a pledge was made, or given a new date, at `now`.
pub fn first(now: Timestamp, due: &When, waking: &Waking, budget: Budget) -> Planned {
    let day = due_day(due, waking);
    let reminder_on = days_after(day, -2);
    let ahead = due.instant().duration_since(now);
    let two_days_ahead = ahead.as_hours() >= 48 && waking.morning_of(reminder_on) > now;
    let planned = if two_days_ahead {
        Planned { step: Step::Reminder, on: reminder_on }
    } else {
        Planned { step: Step::Check, on: days_after(day, 1) }
    };
    within(budget, planned, day)
}

/// The civil day a step belongs to by itself, whenever it was put off to. Later steps count from the one before them.
pub fn own_day(step: Step, due: &When, waking: &Waking) -> Option<Date> {
    let day = due_day(due, waking);
    match step {
        Step::Reminder => Some(days_after(day, -2)),
        Step::Check => Some(days_after(day, 1)),
        Step::LastCheck | Step::CareNote => None,
    }
}

/// The step after `sent` went out on the civil day `on`. `None` after the care note.
pub fn after(sent: Step, on: Date, due: &When, waking: &Waking, budget: Budget) -> Option<Planned> {
    let day = due_day(due, waking);
    let planned = match sent {
        Step::Reminder => Planned { step: Step::Check, on: days_after(day, 1) },
        Step::Check => Planned { step: Step::LastCheck, on: days_after(on, 3) },
        Step::LastCheck => Planned { step: Step::CareNote, on: days_after(on, 3) },
        Step::CareNote => return None,
    };
    Some(within(budget, planned, day))
}

/// A step falls due late (the bot was down, the person away): what is still worth saying? A reminder after the due time
/// has become a check.
pub fn when_late(planned: Step, now: Timestamp, due: &When, waking: &Waking, budget: Budget) -> Planned {
    let day = due_day(due, waking);
    if planned == Step::Reminder && due.instant() <= now {
        within(budget, Planned { step: Step::Check, on: days_after(day, 1) }, day)
    } else {
        within(budget, Planned { step: planned, on: waking.zone.date(now) }, day)
    }
}

/// With the budget spent, the step that would have been the next nudge is the care note. If the helper asked for silence
/// it is not hurried: it comes when it would have come anyway.
fn within(budget: Budget, planned: Planned, due_day: Date) -> Planned {
    if planned.step == Step::CareNote || !budget.spent() {
        return planned;
    }
    // Before the due day there is nothing to worry a convener about.
    let check_day = days_after(due_day, if budget.stopped { DAYS_TO_CARE } else { 1 });
    Planned { step: Step::CareNote, on: planned.on.max(check_day) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;

    use super::*;
    use crate::domain::calendar::{Due, QuietHours, Zone};

    fn waking() -> Waking {
        let zone = "America/Chicago".parse().unwrap();
        Waking { zone, quiet: QuietHours::default(), away_until: None }
    }

    fn at(civil: &str) -> Timestamp {
        waking().zone.instant(civil.parse::<DateTime>().unwrap())
    }

    /// "2026-03-11" is due at the end of that day, "2026-03-11T08:15" at that minute.
    fn by(due: &str) -> When {
        When::new(due.parse::<Due>().unwrap(), waking().zone)
    }

    fn on(step: Step, date: &str) -> Planned {
        Planned { step, on: date.parse().unwrap() }
    }

    const FULL: Budget = Budget { sent: 0, most: 3, stopped: false };
    const STOPPED: Budget = Budget { stopped: true, ..FULL };

    #[test]
    fn the_first_step_is_a_reminder_two_days_before_or_a_check_the_morning_after() {
        for (made, due, expected) in [
            ("2026-03-05T18:50", "2026-03-11", on(Step::Reminder, "2026-03-09")),
            ("2026-03-05T18:50", "2026-03-14T10:00", on(Step::Reminder, "2026-03-12")),
            ("2026-03-06T12:00", "2026-03-10T08:15", on(Step::Reminder, "2026-03-08")),
            // On the very morning, before and after it.
            ("2026-03-09T08:59", "2026-03-11", on(Step::Reminder, "2026-03-09")),
            ("2026-03-09T09:00", "2026-03-11", on(Step::Check, "2026-03-12")),
            // Less than two days ahead, though its morning is still to come.
            ("2026-03-12T08:00", "2026-03-14T07:00", on(Step::Check, "2026-03-15")),
            ("2026-03-13T19:20", "2026-03-14T10:00", on(Step::Check, "2026-03-15")),
            ("2026-03-12T17:00", "2026-03-12", on(Step::Check, "2026-03-13")),
        ] {
            assert_eq!(first(at(made), &by(due), &waking(), FULL), expected, "made {made} for {due}");
        }
    }

    #[test]
    fn days_are_the_helpers_own_wherever_the_date_was_written() {
        // The end of 11 March in Auckland is still the morning of the 11th in Chicago.
        let auckland: Zone = "Pacific/Auckland".parse().unwrap();
        let day = When::new("2026-03-11".parse().unwrap(), auckland.clone());
        let minute = When::new("2026-03-11T08:00:00".parse().unwrap(), auckland);
        assert_eq!(first(at("2026-03-05T12:00"), &day, &waking(), FULL), on(Step::Reminder, "2026-03-09"));
        assert_eq!(first(at("2026-03-05T12:00"), &minute, &waking(), FULL), on(Step::Reminder, "2026-03-08"));
    }

    #[test]
    fn what_comes_after_a_step() {
        let one_sent = Budget { sent: 1, ..FULL };
        let spent = Budget { sent: 3, ..FULL };
        for (sent, day, budget, expected) in [
            (Step::Reminder, "2026-03-09", one_sent, Some(on(Step::Check, "2026-03-12"))),
            // A reminder that was brought forward moves nothing else.
            (Step::Reminder, "2026-03-08", one_sent, Some(on(Step::Check, "2026-03-12"))),
            (Step::Check, "2026-03-12", one_sent, Some(on(Step::LastCheck, "2026-03-15"))),
            // The three days count from when it was said.
            (Step::Check, "2026-03-14", one_sent, Some(on(Step::LastCheck, "2026-03-17"))),
            (Step::LastCheck, "2026-03-15", spent, Some(on(Step::CareNote, "2026-03-18"))),
            (Step::CareNote, "2026-03-18", spent, None),
            // The budget is spent: what would have been the next nudge is the care note, at its time.
            (Step::Reminder, "2026-03-09", spent, Some(on(Step::CareNote, "2026-03-12"))),
            (Step::Check, "2026-03-12", spent, Some(on(Step::CareNote, "2026-03-15"))),
            // Asked to stop, the bot is silent, and the conveners hear when they would have heard.
            (Step::Reminder, "2026-03-09", STOPPED, Some(on(Step::CareNote, "2026-03-18"))),
            (Step::Check, "2026-03-12", STOPPED, Some(on(Step::CareNote, "2026-03-18"))),
        ] {
            let next = after(sent, day.parse().unwrap(), &by("2026-03-11"), &waking(), budget);
            assert_eq!(next, expected, "{sent:?} on {day} with {budget:?}");
        }
    }

    #[test]
    fn what_is_late_is_said_today_unless_it_makes_no_sense_any_more() {
        let due = by("2026-03-11T18:00");
        for (step, now, expected) in [
            (Step::Reminder, "2026-03-10T12:00", on(Step::Reminder, "2026-03-10")),
            (Step::Reminder, "2026-03-11T17:59", on(Step::Reminder, "2026-03-11")),
            // Over, but the morning after is still to come.
            (Step::Reminder, "2026-03-11T18:00", on(Step::Check, "2026-03-12")),
            (Step::Reminder, "2026-03-20T12:00", on(Step::Check, "2026-03-12")),
            (Step::Check, "2026-03-20T12:00", on(Step::Check, "2026-03-20")),
            (Step::LastCheck, "2026-03-20T12:00", on(Step::LastCheck, "2026-03-20")),
            (Step::CareNote, "2026-03-20T12:00", on(Step::CareNote, "2026-03-20")),
        ] {
            assert_eq!(when_late(step, at(now), &due, &waking(), FULL), expected, "{step:?} at {now}");
        }
    }

    #[test]
    fn a_spent_or_stopped_budget_worries_nobody_before_the_due_day() {
        let due = by("2026-03-11");
        let made = at("2026-03-05T12:00");
        for most in 0..=3 {
            let spent = Budget { sent: most, most, stopped: false };
            assert_eq!(first(made, &due, &waking(), spent), on(Step::CareNote, "2026-03-12"), "{most}");
        }
        assert_eq!(first(made, &due, &waking(), STOPPED), on(Step::CareNote, "2026-03-18"));
        let late = when_late(Step::Check, at("2026-03-25T12:00"), &due, &waking(), STOPPED);
        assert_eq!(late, on(Step::CareNote, "2026-03-25"));
    }

    #[test]
    fn whatever_the_budget_it_is_kept_to_and_ends_with_the_care_note() {
        for most in 0..=3 {
            let due = by("2026-03-11");
            let mut planned = Some(first(at("2026-03-05T12:00"), &due, &waking(), Budget { most, ..FULL }));
            let mut steps = Vec::new();
            let mut sent = 0;
            while let Some(Planned { step, on }) = planned {
                steps.push(step);
                sent += u8::from(step != Step::CareNote);
                planned = after(step, on, &due, &waking(), Budget { sent, most, stopped: false });
            }
            let all = [Step::Reminder, Step::Check, Step::LastCheck];
            assert_eq!(steps[..usize::from(most)], all[..usize::from(most)]);
            assert_eq!(steps[usize::from(most)..], [Step::CareNote]);
        }
    }
}
