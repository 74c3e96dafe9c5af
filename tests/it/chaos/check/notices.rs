//! What people have to hear because somebody did something: the asker of a pledge, the helper of thanks, the invited of an
//! invitation; at once in their waking hours, and on their next morning otherwise. And silence, which confirms.

use barnraiser::engine::inbound::Cause;
use jiff::{Timestamp, ToSpan as _};

use super::super::dice::later;
use super::super::history::{Said, To};
use super::super::people::{Act, Sight};
use super::facts::{CATCH_UP, Change, Course, FAST, Facts, awake, next_morning};
use super::{Complaint, complaint};

/// Somebody has to hear something, unless it stops being true before they can.
struct Due {
    community: usize,
    who: usize,
    kind: &'static str,
    pledge: Option<u32>,
    ask: Option<u32>,
    at: Timestamp,
    /// Since when it may have been so: their first try may have been taken in unheard.
    since: Timestamp,
    /// From here on it need not be said any more.
    until: Timestamp,
}

pub fn check(facts: &Facts<'_>, wrong: &mut Vec<Complaint>) {
    for due in pledges(facts).into_iter().chain(asks(facts)) {
        if let Some(what) = missing(facts, &due) {
            let name = &facts.cast.people[due.who].name;
            let here = facts.name(due.community);
            let about = [format!("\"{}\"", due.kind), name.clone()];
            let id = due.pledge.map_or_else(|| format!("A{}", due.ask.unwrap_or_default()), |id| format!("P{id}"));
            wrong.push(complaint(format!("{} about {id} of {here} to {name} {what}", due.kind), about));
        }
    }
    for course in facts.courses.iter().filter(|course| !course.hazy) {
        if let Some(what) = silence(facts, course) {
            let here = facts.name(course.community);
            wrong.push(complaint(format!("P{} of {here} {what}", course.number), [format!(" P{}\"", course.number)]));
        }
    }
}

/// When the nth change was made, which may be the instant of the one before: what was said late is taken in at once.
fn nth_change(course: &Course, nth: usize, end: Timestamp) -> Timestamp {
    course.changes.get(nth).map_or(end, |(when, _)| *when)
}

fn pledges(facts: &Facts<'_>) -> Vec<Due> {
    let mut dues = Vec::new();
    for course in facts.courses.iter().filter(|course| !course.hazy) {
        let mut due = |who: usize, kind: &'static str, at: Timestamp, until: Timestamp| {
            let (pledge, community) = (Some(course.number), course.community);
            dues.push(Due { community, who, kind, pledge, ask: None, at, since: at, until });
        };
        let (asker, helper) = (course.asker, course.helper);
        due(asker, "pledged", course.made, nth_change(course, 0, facts.end));
        for (nth, (at, change)) in course.changes.iter().enumerate() {
            let until = nth_change(course, nth + 1, facts.end);
            match change {
                Change::Done => due(asker, "confirm_please", *at, until),
                Change::StillNeeded => due(helper, "still_needed", *at, until),
                Change::Released => due(helper, "released", *at, facts.end),
                Change::Due(_) | Change::Over => {}
            }
        }
        for deed in facts.deeds.iter().filter(|deed| deed.refused == Some(false)) {
            let Some(at) = deed.taken else { continue };
            // Whoever says yes after silence has said so is told that it is so, and nobody else hears it again.
            let kept = by_silence(facts, course).is_some_and(|kept| kept <= at);
            match deed.act {
                Act::Confirm { .. } if kept => {}
                Act::Confirm { pledge } if pledge == course.pledge => due(helper, "confirmed", at, facts.end),
                Act::Thanks { pledge } if pledge == course.pledge => due(helper, "thanked", at, facts.end),
                _ => {}
            }
        }
        if let Some(at) = by_silence(facts, course) {
            due(helper, "confirmed", at, facts.end);
            due(asker, "thank_please", at, facts.end);
        }
    }
    dues
}

fn asks(facts: &Facts<'_>) -> Vec<Due> {
    let mut dues = Vec::new();
    let gone = |ask: usize| {
        let withdrawn = facts.deeds.iter().find(|d| d.act == Act::Withdraw { ask } && d.refused == Some(false));
        withdrawn.map_or(facts.end, |deed| deed.maybe.first().copied().unwrap_or(facts.end))
    };
    for deed in facts.deeds.iter().filter(|deed| deed.refused == Some(false)) {
        let (Some(at), community) = (deed.taken, deed.community) else { continue };
        match deed.act {
            Act::Ask { ask } if facts.cast.asks[ask].sight != Sight::Open => {
                let id = facts.cast.asks[ask].id;
                let conveners = facts.cast.communities[community].conveners;
                dues.extend(conveners.into_iter().filter(|who| *who != deed.who).map(|who| Due {
                    community,
                    who,
                    kind: "private_ask",
                    pledge: None,
                    ask: id,
                    at,
                    since: at,
                    until: gone(ask),
                }));
            }
            Act::Invite { ask, who } => {
                let id = facts.cast.asks[ask].id;
                let since = deed.maybe.first().map_or(at, |first| at.min(*first));
                dues.push(Due { community, who, kind: "invited", pledge: None, ask: id, at, since, until: gone(ask) });
            }
            _ => {}
        }
    }
    dues
}

/// What is wrong with how somebody heard of it, if anything is.
fn missing(facts: &Facts<'_>, due: &Due) -> Option<String> {
    let who = &facts.cast.people[due.who];
    // While the bot could not, what it would have told them waits for their waking hours.
    let from = if awake(who, facts.shown(due.at)) { due.at } else { next_morning(who, due.at) };
    let latest = facts.by_when(due.who, from);
    let here = facts.name(due.community);
    let about = |told: &super::super::history::Told| {
        told.kind == due.kind
            && due.pledge.is_none_or(|id| told.pledge == Some(id))
            && due.ask.is_none_or(|id| told.ask == Some(id))
    };
    let ways =
        facts.ways.values().filter(|w| w.cause == Cause::Notice && w.to == To::Person(due.who) && w.community == here);
    let heard = ways.flat_map(|way| way.tries.iter().zip(&way.said));
    let heard = heard.filter(|(_, said)| matches!(said, Said::Notices(told) if told.iter().any(about)));
    let mut heard: Vec<Timestamp> = heard.map(|((at, ..), _)| *at).collect();
    heard.sort_unstable();
    let early = due.since.checked_sub(FAST).unwrap_or(due.since);
    match heard.iter().find(|at| **at >= early) {
        Some(at) if *at > latest && latest < due.until => Some(format!("came late, at {at} and not by {latest}")),
        Some(_) => None,
        None if latest >= due.until || latest >= facts.end || was_given_up(facts, due) => None,
        None => Some(format!("never came; it happened at {} and was due by {latest}", due.at)),
    }
}

fn was_given_up(facts: &Facts<'_>, due: &Due) -> bool {
    let name = format!("\"{}\"", facts.cast.people[due.who].name);
    facts.ledger.messages.iter().any(|row| {
        row.cause == "notice"
            && row.community == facts.name(due.community)
            && row.destination.contains(&name)
            && matches!(row.state.as_str(), "parked" | "expired")
    })
}

/// When a pledge that was done counts as kept by itself: five days later on the asker's clock, unless somebody said
/// something.
fn by_silence(facts: &Facts<'_>, course: &Course) -> Option<Timestamp> {
    let row = facts.ledger.pledges[facts.name(course.community)].iter().find(|row| row.number == course.number)?;
    (row.confirmed_by.as_deref() == Some("silence")).then_some(row.state_at)
}

fn silence(facts: &Facts<'_>, course: &Course) -> Option<String> {
    let kept = by_silence(facts, course);
    let before = |at: &&(Timestamp, Change)| kept != Some(at.0) || at.1 != Change::Over;
    let (at, change) = course.changes.iter().rev().find(before)?;
    if *change != Change::Done {
        return kept.map(|kept| format!("was kept by silence at {kept}, and was not done"));
    }
    let zone = &facts.cast.people[course.asker].zone;
    let due = zone.instant(zone.civil(*at) + 5.days());
    let latest = later(facts.unhindered(course.community, due), CATCH_UP);
    match kept {
        None if latest < facts.end => Some(format!("was done at {at}, and silence did not confirm it by {latest}")),
        Some(kept) if kept < due.checked_sub(FAST).unwrap_or(due) || kept > latest => {
            Some(format!("was kept by silence at {kept}, and not between {due} and {latest}"))
        }
        _ => None,
    }
}
