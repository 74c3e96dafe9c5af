//! The nudge policy, worked out once more from what people did: which step is due about each pledge, on which morning, and
//! by when at the latest, given when the bot could not and what else went to the same person. No rule here is the bot's.

use barnraiser::domain::Due;
use barnraiser::engine::inbound::Cause;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::super::history::{Said, To};
use super::super::people::Person;
use super::facts::{CATCH_UP, Change, Course, FAST, Facts, days, instant, morning, next_morning};
use super::{Complaint, complaint};

const BUDGET: usize = 3;

/// A nudge about one pledge, as it went out.
#[derive(Debug, Clone)]
struct Nudge<'a> {
    /// When it was first tried, and when it was ready to be.
    at: Timestamp,
    ready: Timestamp,
    step: &'a str,
    key: &'a str,
    alone: bool,
}

/// A stretch in which a pledge was open for one date.
#[derive(Debug)]
struct Epoch {
    from: Timestamp,
    until: Timestamp,
    due: Due,
    /// The asker said that it had not arrived, after it was due.
    again: bool,
}

pub fn check(facts: &Facts<'_>, wrong: &mut Vec<Complaint>) {
    for course in facts.courses.iter().filter(|course| !course.hazy) {
        if let Err(what) = follow(facts, course) {
            let here = facts.name(course.community);
            let token = facts.cast.pledges[course.pledge].token.clone();
            let about = [
                format!("{token} "),
                format!("P{}\"", course.number),
                format!("({}, ", course.number),
                format!("Care({})", course.number),
            ];
            let who = &facts.cast.people[course.helper];
            wrong.push(complaint(
                format!(
                    "P{} of {here}, {} ({}, quiet {:?}), due {}: {what}",
                    course.number,
                    who.name,
                    who.zone.name(),
                    who.quiet,
                    course.due
                ),
                about,
            ));
        }
    }
}

fn nudges_of<'a>(facts: &'a Facts<'_>, course: &Course) -> Vec<Nudge<'a>> {
    let here = facts.name(course.community);
    let mut nudges = Vec::new();
    for way in facts.ways.values().filter(|way| way.cause == Cause::Nudge && way.community == here) {
        for ((at, _, _), said) in way.tries.iter().zip(&way.said) {
            let Said::Nudge(items) = said else { continue };
            if let Some((_, step)) = items.iter().find(|(number, _)| *number == course.number) {
                // Sent again it is the same nudge.
                if !nudges.iter().any(|n: &Nudge<'_>| n.key == way.key) {
                    let ready = way.row.map_or(*at, |row| row.made_at.min(*at));
                    nudges.push(Nudge { at: *at, ready, step, key: way.key, alone: items.len() == 1 });
                }
            }
        }
    }
    nudges.sort_by_key(|nudge| nudge.at);
    nudges
}

/// When a nudge about it was ready that was not needed any more when it could go out: nobody saw it, and it counts.
fn unsaid(facts: &Facts<'_>, course: &Course) -> Vec<Timestamp> {
    let (here, id) = (facts.name(course.community), format!("P{}", course.number));
    let rows = facts.ledger.messages.iter().filter(|row| row.cause == "nudge" && row.community == here);
    let about = rows.filter(|row| row.refs.contains(&id));
    let says = |said: &Said| matches!(said, Said::Nudge(items) if items.iter().any(|(n, _)| *n == course.number));
    let unsaid =
        about.filter(|row| !facts.ways.get(row.key.as_str()).is_some_and(|way| way.said.iter().any(|said| says(said))));
    unsaid.map(|row| row.made_at).collect()
}

fn epochs(facts: &Facts<'_>, course: &Course) -> Vec<Epoch> {
    let zone = &facts.cast.people[course.helper].zone;
    let mut epochs = vec![Epoch { from: course.made, until: facts.end, due: course.due, again: false }];
    let mut due = course.due;
    for (at, change) in &course.changes {
        let last = epochs.last_mut().expect("it began");
        let open = last.until == facts.end;
        match change {
            // The same date said again changes nothing that is ahead.
            Change::Due(new) if open && *new != due => {
                last.until = *at;
                due = *new;
                epochs.push(Epoch { from: *at, until: facts.end, due, again: false });
            }
            Change::Due(_) => {}
            Change::StillNeeded => {
                epochs.push(Epoch { from: *at, until: facts.end, due, again: instant(zone, due) <= *at });
            }
            Change::Done | Change::Over | Change::Released if open => last.until = *at,
            Change::Done | Change::Over | Change::Released => {}
        }
    }
    epochs
}

/// The civil day on which a first step belongs, and the step.
fn first(who: &Person, epoch: &Epoch) -> (&'static str, Date) {
    let due = instant(&who.zone, epoch.due);
    let day = epoch.due.date();
    if epoch.again {
        return ("last_check", days(who.zone.date(epoch.from), 3));
    }
    let reminder = days(day, -2);
    let ahead = due.duration_since(epoch.from) >= SignedDuration::from_hours(48) && morning(who, reminder) > epoch.from;
    if ahead { ("reminder", reminder) } else { ("check", days(day, 1)) }
}

fn follow(facts: &Facts<'_>, course: &Course) -> Result<(), String> {
    let who = &facts.cast.people[course.helper];
    let nudges = nudges_of(facts, course);
    let unsaid = unsaid(facts, course);
    let mut next = 0;
    if nudges.len() > BUDGET {
        return Err(format!("{} nudges", nudges.len()));
    }
    let epochs = epochs(facts, course);
    for (nth, epoch) in epochs.iter().enumerate() {
        let (mut step, mut day) = first(who, epoch);
        // The day it counts from, at the latest.
        let mut last_day = day;
        loop {
            let unsaid = unsaid.iter().filter(|at| **at < morning(who, day)).count();
            if step == "care_note" || next + unsaid >= BUDGET {
                let on = |day: Date| if step == "reminder" { days(epoch.due.date(), 1) } else { day };
                care(facts, course, epoch, [on(day), on(last_day)])?;
                break;
            }
            // A step never belongs to a morning before it was promised.
            let earliest = morning(who, day).max(epoch.from);
            let latest = by_when(facts, course, morning(who, last_day).max(epoch.from));
            // What went out in the moment in which the date was changed belongs to the new one, if it fits.
            let then = epochs.get(nth + 1).map(|next| first(who, next).0);
            let belongs =
                |nudge: &&Nudge<'_>| nudge.at < epoch.until || (nudge.at == epoch.until && then != Some(nudge.step));
            let found = nudges.get(next).filter(belongs);
            let Some(nudge) = found else {
                let due = instant(&who.zone, epoch.due);
                if step == "reminder" && latest >= due && latest < epoch.until {
                    (step, day) = ("check", days(epoch.due.date(), 1));
                    last_day = day;
                    continue;
                }
                if latest >= epoch.until || is_parked(facts, course) {
                    break;
                }
                return Err(format!("its {step} of {day} never came; it was due from {earliest} to {latest}"));
            };
            if step == "reminder" && nudge.step == "check" && latest >= instant(&who.zone, epoch.due) {
                (step, day) = ("check", days(epoch.due.date(), 1));
                last_day = day;
                continue;
            }
            if nudge.step != step {
                return Err(format!("a {} at {}, where its {step} of {day} was due", nudge.step, nudge.at));
            }
            // A reminder goes out up to a day earlier with what goes out anyway.
            let brought_forward = step == "reminder" && !nudge.alone;
            let from = if brought_forward { morning(who, days(day, -1)) } else { earliest };
            if nudge.at < from.checked_sub(FAST).unwrap_or(from) {
                return Err(format!("its {step} of {day} came early, at {}", nudge.at));
            }
            if nudge.at > latest {
                return Err(format!("its {step} of {day} came late, at {} and not by {latest}", nudge.at));
            }
            next += 1;
            // The three days count from when it was ready to be said; where the platform would not take it, that is earlier
            // than when it was.
            let on = who.zone.date(nudge.at);
            let ready = who.zone.date(nudge.ready);
            (step, day, last_day) = match step {
                "reminder" => ("check", days(epoch.due.date(), 1), days(epoch.due.date(), 1)),
                "check" => ("last_check", days(ready, 3), days(on, 3)),
                _ => ("care_note", days(ready, 3), days(on, 3)),
            };
        }
    }
    match nudges.get(next) {
        Some(extra) => Err(format!("an unexpected {} at {}", extra.step, extra.at)),
        None => Ok(()),
    }
}

/// By when a nudge that is due at an instant must have been tried: at once, unless the bot could not, the person had their
/// message of the day, or an earlier one still waits to get through.
fn by_when(facts: &Facts<'_>, course: &Course, mut at: Timestamp) -> Timestamp {
    let who = &facts.cast.people[course.helper];
    loop {
        // It is made ready whether or not the platform would take it, and from then on it has its day.
        at = facts.up_and_awake(course.helper, at);
        if at >= facts.end || !had_theirs(facts, course, at) {
            return facts.by_when(course.helper, at);
        }
        at = next_morning(who, at);
    }
}

/// Whether a message about promises, from any community, went to this person that day or still waits to. What waited and
/// was not needed in the end took the day all the same.
fn had_theirs(facts: &Facts<'_>, course: &Course, at: Timestamp) -> bool {
    let who = &facts.cast.people[course.helper];
    let today = who.zone.date(at);
    let soon = super::super::dice::later(at, CATCH_UP);
    let (here, id) = (facts.name(course.community), format!("P{}", course.number));
    facts.ledger.messages.iter().filter(|row| row.cause == "nudge" && row.goes_to(&who.name)).any(|row| {
        let about_this = row.community == here && row.refs.contains(&id);
        let way = facts.ways.get(row.key.as_str());
        let looked = way.and_then(|way| way.lookups.last()).map(|(when, _)| *when);
        // A parked one waits until it was looked for in vain.
        let waits = row.made_at < at && row.settled_at.or(looked).is_none_or(|when| when >= at);
        let tries = way.into_iter().flat_map(|way| way.tries.iter().map(|(when, _, _)| *when));
        let same_day = tries.chain([row.made_at]).any(|when| who.zone.date(when) == today && when <= soon);
        !(about_this && row.made_at >= at) && (waits || same_day)
    })
}

fn is_parked(facts: &Facts<'_>, course: &Course) -> bool {
    let (here, id) = (facts.name(course.community), format!("P{}", course.number));
    facts.ledger.messages.iter().any(|row| {
        row.cause == "nudge"
            && row.community == here
            && row.refs.contains(&id)
            && matches!(row.state.as_str(), "parked" | "expired")
    })
}

/// Silence ends in a private note to every convener.
/// It belongs to one of these days, or to one between them.
fn care(facts: &Facts<'_>, course: &Course, epoch: &Epoch, [day, last_day]: [Date; 2]) -> Result<(), String> {
    let helper = &facts.cast.people[course.helper];
    let due = morning(helper, day).max(epoch.from);
    let last = morning(helper, last_day).max(epoch.from);
    // The helper need not be awake for it.
    let begun = [last, facts.reachable(course.helper, last)];
    for convener in facts.cast.communities[course.community].conveners {
        let who = &facts.cast.people[convener];
        let latest = begun.map(|begun| facts.by_when(convener, begun)).into_iter().max().expect("two");
        if latest >= epoch.until {
            continue;
        }
        let here = facts.name(course.community);
        let mut notes: Vec<Timestamp> = facts
            .ways
            .values()
            .filter(|way| way.to == To::Person(convener) && way.community == here)
            .filter(|way| way.said.iter().any(|said| **said == Said::Care(course.number)))
            .map(|way| way.tries[0].0)
            .filter(|at| *at >= epoch.from)
            .collect();
        notes.sort_unstable();
        let parked = facts.ledger.messages.iter().any(|row| {
            row.cause == "care"
                && row.community == here
                && row.refs.contains(&format!("P{}", course.number))
                && matches!(row.state.as_str(), "parked" | "expired")
        });
        match notes.first() {
            None if parked => {}
            None => return Err(format!("no care note to {}, due on {day} by {latest}", who.name)),
            Some(at) if *at < due.checked_sub(FAST).unwrap_or(due) => {
                return Err(format!("the care note of {day} came early, at {at}"));
            }
            Some(at) if *at > latest => {
                return Err(format!("the care note of {day} came late, at {at} and not by {latest}"));
            }
            Some(_) => {}
        }
    }
    Ok(())
}
