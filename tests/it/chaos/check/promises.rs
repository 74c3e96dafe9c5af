//! What holds of every single message: nobody is woken, nobody is named, nothing private is shown, nothing stale is said.

use std::collections::BTreeMap;

use barnraiser::engine::inbound::Cause;
use jiff::civil::Date;

use super::super::history::{Said, To, Verdict};
use super::super::people::Sight;
use super::facts::{Change, Course, Facts, awake, instant};
use super::{Complaint, complaint};

pub fn check(facts: &Facts<'_>, wrong: &mut Vec<Complaint>) {
    let mut of_day: BTreeMap<(usize, Date), Vec<&str>> = BTreeMap::new();
    for way in facts.ways.values() {
        let by_itself = matches!(way.cause, Cause::Nudge | Cause::Notice | Cause::Care)
            || (way.cause == Cause::Preview && way.row.is_some_and(|row| row.effect.starts_with("digest")));
        for (nth, (at, verdict, _)) in way.tries.iter().enumerate() {
            match way.to {
                To::Person(who) if by_itself => {
                    let who_is = &facts.cast.people[who];
                    if !awake(who_is, *at) && !awake(who_is, facts.shown(*at)) {
                        let civil = who_is.zone.civil(*at);
                        wrong.push(complaint(
                            format!("{:?} in quiet hours, {civil}: {}", way.cause, way.text),
                            [way.key.into()],
                        ));
                    }
                    let there = !matches!(verdict, Verdict::Lost | Verdict::Limited(_) | Verdict::Closed);
                    if way.cause == Cause::Nudge && there {
                        of_day.entry((who, who_is.zone.date(facts.shown(*at)))).or_default().push(way.key);
                    }
                }
                To::Place(_) => public(facts, way.cause, way.text, way.said[nth], way.key, wrong),
                To::Person(_) => {}
            }
            stale(facts, way.community, *at, way.said[nth], way.key, wrong);
        }
    }
    for ((who, day), mut keys) in of_day {
        keys.dedup();
        if keys.len() > 1 {
            let name = &facts.cast.people[who].name;
            wrong.push(complaint(
                format!("{} nudge messages to {name} on {day}", keys.len()),
                keys.iter().map(|k| (*k).to_owned()),
            ));
        }
    }
}

/// What everybody reads names nobody who helps, and shows nothing private.
fn public(facts: &Facts<'_>, cause: Cause, text: &str, said: &Said, key: &str, wrong: &mut Vec<Complaint>) {
    for ask in facts.cast.asks.iter().filter(|ask| ask.sight != Sight::Open) {
        if text.contains(&format!("{} ", ask.token)) {
            wrong.push(complaint(format!("private words in the open: {text}"), [key.to_owned()]));
        }
    }
    if matches!(said, Said::Answer { kind: "handed_back", .. }) {
        wrong.push(complaint("a hand-back is answered in the open".to_owned(), [key.to_owned()]));
    }
    if matches!(cause, Cause::Card) {
        for person in &facts.cast.people {
            if text.contains(&person.name)
                && !facts.cast.asks.iter().any(|a| facts.cast.people[a.asker].name == person.name)
            {
                wrong.push(complaint(format!("a card names {}: {text}", person.name), [key.to_owned()]));
            }
        }
    }
    if matches!(cause, Cause::Digest) {
        for person in &facts.cast.people {
            // Only whoever says thanks is named, as the one who says it.
            let thanks = text.contains(&format!("{}: “", person.name)) || text.contains("thank");
            if text.contains(&person.name) && !thanks {
                wrong.push(complaint(format!("a digest names {}: {text}", person.name), [key.to_owned()]));
            }
        }
    }
}

/// How a pledge stands at an instant. What changes in that very instant may count or not.
fn open_at(course: &Course, at: jiff::Timestamp, inclusive: bool) -> bool {
    let mut open = true;
    for (when, change) in &course.changes {
        if *when > at || (*when == at && !inclusive) {
            break;
        }
        match change {
            Change::Due(_) => {}
            Change::StillNeeded => open = true,
            Change::Done | Change::Over | Change::Released => open = false,
        }
    }
    open
}

fn stale(facts: &Facts<'_>, community: &str, at: jiff::Timestamp, said: &Said, key: &str, wrong: &mut Vec<Complaint>) {
    let course = |number: u32| {
        facts.courses.iter().find(|c| c.number == number && facts.name(c.community) == community && !c.hazy)
    };
    let closed = |number: u32| course(number).is_some_and(|c| !open_at(c, at, true) && !open_at(c, at, false));
    match said {
        Said::Nudge(items) => {
            for (number, step) in items {
                if closed(*number) {
                    wrong.push(complaint(
                        format!("a {step} about P{number} of {community}, which is over"),
                        [key.to_owned(), format!("P{number}\"")],
                    ));
                }
                if let Some(course) = course(*number).filter(|_| *step == "reminder") {
                    let zone = &facts.cast.people[course.helper].zone;
                    let dues = course.changes.iter().filter(|(when, _)| *when <= at);
                    let mut dues =
                        dues.filter_map(|(_, change)| if let Change::Due(due) = change { Some(*due) } else { None });
                    let due = dues.next_back().unwrap_or(course.due);
                    if instant(zone, due) <= at && !course.changes.iter().any(|(when, _)| *when == at) {
                        wrong.push(complaint(
                            format!("a reminder about P{number} of {community} after it was due"),
                            [key.to_owned()],
                        ));
                    }
                }
            }
        }
        Said::Care(number) if closed(*number) => {
            wrong.push(complaint(
                format!("a care note about P{number} of {community}, which is over"),
                [key.to_owned()],
            ));
        }
        Said::Notices(told) => {
            for told in told.iter().filter(|t| matches!(t.kind, "pledged" | "adjusted" | "still_needed")) {
                if told.pledge.is_some_and(closed) {
                    wrong.push(complaint(format!("a stale notice of {community}: {told:?}"), [key.to_owned()]));
                }
            }
        }
        _ => {}
    }
}
