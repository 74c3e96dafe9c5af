//! The nudge policy (DESIGN.md, section 7): one pledge with its helper's answers and silences, the bot's downtimes and
//! their new dates, beside what the table in the design says.

use barnraiser::domain::Zone;
use barnraiser::domain::calendar::{Due, QuietHours, Waking, When};
use barnraiser::domain::nudge::{self, Budget, Planned, Step};
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{Held, holds};

fn waking() -> Waking {
    let zone: Zone = "America/Chicago".parse().expect("bundled");
    Waking { zone, quiet: QuietHours::default(), away_until: None }
}

/// A day of this story, by its number.
fn day(number: i64) -> Date {
    let first = date(2026, 2, 1);
    let step = |date: Date| if number < 0 { date.yesterday() } else { date.tomorrow() };
    (0..number.abs()).fold(first, |date, _| step(date).expect("in range"))
}

/// When a pledge is due: the day, and the hour if one was said.
type Said = (i64, Option<i8>);

fn by((number, hour): Said) -> When {
    let due = hour.map_or(Due::Day(day(number)), |hour| Due::Minute(day(number).at(hour, 0, 0, 0)));
    When::new(due, waking().zone)
}

fn instant(number: i64, hour: i8) -> Timestamp {
    waking().zone.instant(day(number).at(hour, 30, 0, 0))
}

/// Is a reminder due, by the table: two days before at 09:00, skipped if the pledge was made less than two days ahead?
fn is_reminded(made: (i64, i8), due: Said) -> bool {
    let two_days_ahead = by(due).instant().duration_since(instant(made.0, made.1)) >= SignedDuration::from_hours(48);
    let morning_to_come = (made.0, made.1 >= 9) < (due.0 - 2, true);
    two_days_ahead && morning_to_come
}

/// The table, for somebody who never answers.
fn table(made: (i64, i8), due: Said, most: u8) -> Vec<(Step, i64)> {
    let reminder = is_reminded(made, due).then_some((Step::Reminder, due.0 - 2));
    let mut steps: Vec<(Step, i64)> = reminder.into_iter().collect();
    steps.extend([(Step::Check, due.0 + 1), (Step::LastCheck, due.0 + 4), (Step::CareNote, due.0 + 7)]);
    // With the budget spent, the step that would have been the next nudge is the care note; never before the due day.
    let last = usize::from(most).min(steps.len() - 1);
    steps.truncate(last + 1);
    steps[last] = (Step::CareNote, steps[last].1.max(due.0 + 1));
    steps
}

fn dues() -> impl Strategy<Value = Said> {
    (0..40_i64, prop::option::of(0..24_i8))
}

#[test]
fn somebody_who_never_answers_hears_what_the_table_says_and_no_more() {
    let all = ((0..20_i64, 0..24_i8), dues(), 0..=3_u8);
    holds(2_000, &all, |(made, (ahead, hour), most)| {
        let due = (made.0 + ahead, hour);
        let when = by(due);
        let mut sent = 0;
        let mut heard = Vec::new();
        let budget = |sent| Budget { sent, most, stopped: false };
        let mut planned = Some(nudge::first(instant(made.0, made.1), &when, &waking(), budget(0)));
        while let Some(Planned { step, on }) = planned {
            heard.push((step, on));
            sent += u8::from(step != Step::CareNote);
            planned = nudge::after(step, on, &when, &waking(), budget(sent));
        }
        let expected: Vec<_> = table(made, due, most).into_iter().map(|(step, number)| (step, day(number))).collect();
        prop_assert_eq!(heard, expected);
        Ok(())
    });
}

#[derive(Debug, Clone)]
enum Move {
    /// A new date, so many days from today.
    Adjust {
        ahead: i64,
        hour: Option<i8>,
    },
    Stop,
    Resume,
    /// The bot is off: so many mornings pass it by.
    Off {
        days: i64,
    },
    Wait {
        days: i64,
    },
    Done,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let hour = prop::option::of(0..24_i8);
    let one = prop_oneof![
        3 => (0..12_i64, hour).prop_map(|(ahead, hour)| Move::Adjust { ahead, hour }),
        1 => Just(Move::Stop),
        1 => Just(Move::Resume),
        2 => (1..9_i64).prop_map(|days| Move::Off { days }),
        6 => (1..6_i64).prop_map(|days| Move::Wait { days }),
        1 => Just(Move::Done),
    ];
    prop::collection::vec(one, 0..24)
}

/// What was said about the pledge, and what was true then.
struct Heard {
    step: Step,
    on: i64,
    due: Said,
    stopped: bool,
}

/// A pledge being lived with, morning by morning.
struct Life {
    today: i64,
    due: Said,
    most: u8,
    sent: u8,
    stopped: bool,
    open: bool,
    planned: Option<Planned>,
    heard: Vec<Heard>,
}

impl Life {
    fn budget(&self) -> Budget {
        Budget { sent: self.sent, most: self.most, stopped: self.stopped }
    }

    /// A new date is said in the afternoon, which arms everything anew.
    fn promise(&mut self, due: Said) {
        self.due = due;
        self.planned = Some(nudge::first(instant(self.today, 15), &by(due), &waking(), self.budget()));
    }

    /// One morning at which the bot runs: what is due is said, late or not.
    fn morning(&mut self) -> Held {
        let due = by(self.due);
        let now = waking().morning_of(day(self.today));
        let Some(planned) = self.planned.filter(|planned| self.open && planned.on <= day(self.today)) else {
            return Ok(());
        };
        let late = nudge::when_late(planned.step, now, &due, &waking(), self.budget());
        if late.on > day(self.today) {
            self.planned = Some(late);
            return Ok(());
        }
        self.heard.push(Heard { step: late.step, on: self.today, due: self.due, stopped: self.stopped });
        self.sent += u8::from(late.step != Step::CareNote);
        self.planned = nudge::after(late.step, day(self.today), &due, &waking(), self.budget());
        if late.step == Step::CareNote {
            prop_assert_eq!(self.planned, None, "nothing follows the care note");
        }
        Ok(())
    }

    fn take(&mut self, by: &Move) -> Held {
        match *by {
            Move::Adjust { ahead, hour } if self.open => self.promise((self.today + ahead, hour)),
            Move::Stop => self.stopped = true,
            Move::Resume => self.stopped = false,
            Move::Done => self.open = false,
            Move::Off { days } => self.today += days,
            Move::Wait { days } => {
                for _ in 0..days {
                    self.today += 1;
                    self.morning()?;
                }
            }
            Move::Adjust { .. } => {}
        }
        Ok(())
    }
}

/// Promise 5 and the table, whatever happens.
#[test]
fn the_budget_is_kept_and_no_step_comes_before_its_time() {
    holds(2_000, &(dues(), 0..=3_u8, moves()), |(due, most, moves)| {
        let mut life =
            Life { today: 0, due, most, sent: 0, stopped: false, open: true, planned: None, heard: Vec::new() };
        life.promise(due);
        for by in &moves {
            life.take(by)?;
        }
        let spoke_then = life.heard.len();
        let was_open = life.open;
        life.take(&Move::Wait { days: 60 })?;
        if !was_open {
            prop_assert_eq!(life.heard.len(), spoke_then, "done is done");
        } else {
            prop_assert!(life.heard.last().is_some_and(|last| last.step == Step::CareNote), "silence ends with a note");
        }
        let nudges = life.heard.iter().filter(|heard| heard.step != Step::CareNote).count();
        prop_assert!(nudges <= usize::from(most), "{} of {}", nudges, most);
        for heard in &life.heard {
            let Heard { step, on, due, stopped } = heard;
            let over = waking().morning_of(day(*on)) >= by(*due).instant();
            match step {
                Step::Reminder => prop_assert!(*on >= due.0 - 2 && !over && !stopped),
                Step::Check => prop_assert!(*on > due.0 && !stopped),
                Step::LastCheck => prop_assert!(*on >= due.0 + 4 && !stopped),
                // Before the due day there is nothing to worry a convener about.
                Step::CareNote => prop_assert!(*on > due.0),
            }
        }
        for pair in life.heard.windows(2) {
            prop_assert!(pair[0].on < pair[1].on, "one a day");
            if pair[1].step == Step::LastCheck {
                prop_assert!(pair[0].step == Step::Check && pair[1].on >= pair[0].on + 3);
            }
        }
        Ok(())
    });
}

/// Asked for silence, the bot is silent, and the conveners hear when they would have heard.
#[test]
fn silence_asked_for_is_kept_and_hurries_nobody() {
    let all = ((0..20_i64, 0..24_i8), dues(), 0..=3_u8, 0..=3_u8);
    holds(2_000, &all, |(made, (ahead, hour), sent, most)| {
        let when = by((made.0 + ahead, hour));
        let stopped = Budget { sent, most, stopped: true };
        let note = Planned { step: Step::CareNote, on: day(made.0 + ahead + 7) };
        prop_assert_eq!(nudge::first(instant(made.0, made.1), &when, &waking(), stopped), note);
        for (step, on) in [(Step::Reminder, ahead - 2), (Step::Check, ahead + 1), (Step::LastCheck, ahead + 4)] {
            let next = nudge::after(step, day(made.0 + on), &when, &waking(), stopped);
            prop_assert_eq!(next, Some(note));
        }
        Ok(())
    });
}

#[test]
fn every_step_has_a_name_and_a_day_of_its_own() {
    let due = by((10, None));
    let own = |step| nudge::own_day(step, &due, &waking());
    let all = [Step::Reminder, Step::Check, Step::LastCheck, Step::CareNote];
    assert_eq!(all.map(own), [Some(day(8)), Some(day(11)), None, None]);
    assert_eq!(all.map(Step::name), ["reminder", "check", "last_check", "care_note"]);
    assert_eq!(all.map(|step| Step::from_name(step.name())), all.map(Some));
    assert_eq!(Step::from_name("Reminder"), None);
}
