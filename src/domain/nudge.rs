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
