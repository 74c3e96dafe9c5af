//! Digests: one for each gathering on its morning, if nobody held it back, moved it away or called it off; and one for each
//! day of a schedule, on the days on which the clocks change too.

use jiff::civil::{Date, Weekday, time};
use jiff::{Timestamp, ToSpan as _};

use super::super::dice::later;
use super::super::history::{Said, To};
use super::super::people::Act;
use super::facts::{CATCH_UP, FAST, Facts, days};
use super::{Complaint, complaint};

/// Days before a gathering on which its digest goes out.
const BEFORE: i64 = 3;

pub fn check(facts: &Facts<'_>, wrong: &mut Vec<Complaint>) {
    for (number, gathering) in facts.cast.gatherings.iter().enumerate() {
        if let (Some(id), Err(what)) = (gathering.id, one(facts, number)) {
            let here = facts.name(gathering.community);
            wrong.push(complaint(
                format!("the digest of G{id} of {here} {what}"),
                [format!("Digest(Some({id}))"), gathering.token.clone(), format!(" G{id}")],
            ));
        }
    }
    for community in 0..facts.cast.communities.len() {
        scheduled(facts, community, wrong);
    }
}

/// When a community's digests went out: first tries, by the gathering they name.
fn posted(facts: &Facts<'_>, community: usize, gathering: Option<u32>) -> Vec<Timestamp> {
    let ways = facts.ways.values().filter(|way| way.to == To::Place(community));
    let ways = ways.filter(|way| way.said.iter().any(|said| **said == Said::Digest(gathering)));
    let mut at: Vec<Timestamp> = ways.map(|way| way.tries[0].0).collect();
    at.sort_unstable();
    at
}

fn one(facts: &Facts<'_>, number: usize) -> Result<(), String> {
    let gathering = &facts.cast.gatherings[number];
    let zone = &facts.cast.communities[gathering.community].zone;
    let about = |act: Act| match act {
        Act::Gathering { gathering }
        | Act::MoveGathering { gathering, .. }
        | Act::CancelGathering { gathering }
        | Act::Hold { gathering }
        | Act::Post { gathering } => gathering == number,
        _ => false,
    };
    let mut deeds: Vec<_> = facts.deeds.iter().filter(|deed| about(deed.act) && deed.refused != Some(true)).collect();
    deeds.sort_by_key(|deed| deed.taken);
    let seen = posted(facts, gathering.community, gathering.id);
    let (mut starts, mut held) = (gathering.starts, false);
    // From when on a morning counts, until the next thing somebody does about it.
    for (nth, deed) in deeds.iter().enumerate() {
        let (Some(false), Some(at)) = (deed.refused, deed.taken) else { return Ok(()) };
        match deed.act {
            Act::MoveGathering { starts: to, .. } => starts = to,
            Act::CancelGathering { .. } => {
                return if seen.is_empty() {
                    Ok(())
                } else {
                    Err(format!("went out at {seen:?}, though it is called off"))
                };
            }
            Act::Hold { .. } => held = true,
            Act::Post { .. } => return by(facts, gathering.community, at, facts.end, &seen),
            _ => {}
        }
        let morning = zone.instant(days(starts.date(), -BEFORE).to_datetime(time(9, 0, 0, 0)));
        let until = deeds.get(nth + 1).and_then(|next| next.maybe.first().copied()).unwrap_or(facts.end);
        if !held && morning > at && morning < until {
            return by(facts, gathering.community, morning, zone.instant(starts).min(until), &seen);
        }
    }
    if seen.is_empty() { Ok(()) } else { Err(format!("went out at {seen:?}, and nobody asked for it")) }
}

fn by(facts: &Facts<'_>, community: usize, due: Timestamp, until: Timestamp, seen: &[Timestamp]) -> Result<(), String> {
    let latest = later(facts.unhindered(community, due), CATCH_UP);
    match seen.first() {
        None if latest >= until || was_given_up(facts, community) => Ok(()),
        None => Err(format!("never went out; it was due at {due}, by {latest}")),
        Some(at) if *at < due.checked_sub(FAST).unwrap_or(due) => Err(format!("went out at {at}, before {due}")),
        Some(at) if *at > latest && latest < until => {
            Err(format!("went out at {at}, and was due at {due}, by {latest}"))
        }
        Some(_) => Ok(()),
    }
}

fn was_given_up(facts: &Facts<'_>, community: usize) -> bool {
    facts.ledger.messages.iter().any(|row| {
        row.cause == "digest"
            && row.community == facts.name(community)
            && matches!(row.state.as_str(), "parked" | "expired")
    })
}

fn scheduled(facts: &Facts<'_>, community: usize, wrong: &mut Vec<Complaint>) {
    let here = &facts.cast.communities[community];
    let set_up = facts.deeds.iter().find(|deed| deed.act == Act::SetUp { community }).and_then(|deed| deed.taken);
    let (Some(schedule), Some(from)) = (here.weekly, set_up) else { return };
    let seen = posted(facts, community, None);
    let on = |date: Date| match schedule {
        "30 2 * * *" => Some(here.zone.instant(date.at(2, 30, 0, 0))),
        _ => (date.weekday() == Weekday::Monday).then(|| here.zone.instant(date.at(9, 0, 0, 0))),
    };
    let first = here.zone.date(from);
    let mut instants: Vec<Timestamp> = (0..).map(|n| first + n.days()).map(on).take(80).flatten().collect();
    instants.retain(|at| *at > from && *at < facts.end);
    let about = || ["Digest(None)".to_owned()];
    let name = &here.name;
    for (nth, due) in instants.iter().enumerate() {
        let next = instants.get(nth + 1).copied().unwrap_or(facts.end);
        let latest = later(facts.unhindered(community, *due), CATCH_UP);
        let early = due.checked_sub(FAST).unwrap_or(*due);
        // Where the bot could not until the next one was due, the two are one; and one that was late is that day's.
        let that_day = seen.iter().any(|at| *at < *due && here.zone.date(*at) == here.zone.date(*due));
        if latest < next
            && !that_day
            && !seen.iter().any(|at| early <= *at && *at <= latest)
            && !was_given_up(facts, community)
        {
            wrong.push(complaint(
                format!("{name}'s digest of {due} ({schedule}, {}) never came by {latest}", here.zone.name()),
                about(),
            ));
        }
    }
    if seen.len() > instants.len() {
        wrong.push(complaint(
            format!("{name} had {} digests in {} days of its schedule", seen.len(), instants.len()),
            about(),
        ));
    }
}
