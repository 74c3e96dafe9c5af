//! Once, and never silently not: each message is on the platform once, or its row says why not and the history agrees.

use std::collections::BTreeMap;

use super::super::history::{Event, Said, To, Verdict};
use super::super::ledger::MessageRow;
use super::facts::Facts;
use super::{Complaint, complaint};

pub fn check(facts: &Facts<'_>, wrong: &mut Vec<Complaint>) {
    for way in facts.ways.values() {
        if way.posts > 1 {
            wrong.push(complaint(
                format!("{} messages with one key stand in {:?}", way.posts, way.to),
                [way.key.into()],
            ));
        }
        if way.row.is_none() {
            wrong.push(complaint("a message that no row knows".to_owned(), [way.key.into()]));
        }
    }
    for row in &facts.ledger.messages {
        let way = facts.ways.get(row.key.as_str());
        let posts = way.map_or(0, |way| way.posts);
        let last = way.and_then(|way| way.tries.last()).map(|(_, verdict, _)| *verdict);
        let problem = match row.state.as_str() {
            "delivered" if posts == 0 => "said to be delivered, and not there",
            "cancelled" if posts > 0 => "said to be cancelled, and there",
            "failed" if last != Some(Verdict::Closed) => "said to have failed, and nobody refused it",
            "failed" if posts > 0 => "said to have failed, and there",
            "parked" if !looked_in_vain(facts, &row.key) => "parked, though its history could be read",
            // Where nobody knows whether the card itself was posted, its next version waits for a steward, as that one does.
            "ready" if row.cause == "card" && follows_a_parked(facts, row) => continue,
            "ready" | "sending" | "unknown" if row.not_before <= facts.end => "never came to an end",
            "delivered" | "cancelled" | "failed" | "parked" | "expired" | "ready" => continue,
            _ => "in a state of its own",
        };
        wrong.push(complaint(
            format!("{} ({}, {}) is {problem}", row.effect, row.community, row.state),
            [row.key.clone()],
        ));
    }
    twice(facts, wrong);
}

/// A row may be parked before its first request was seen: it was claimed, and the bot fell.
fn looked_in_vain(facts: &Facts<'_>, key: &str) -> bool {
    let lookups =
        facts.history.0.iter().filter(|e| matches!(&e.what, Event::Lookup { key: k, .. } if k == key)).count();
    let shut = facts.history.0.iter().any(|entry| {
        matches!(&entry.what, Event::Fault(text) if text.contains("Closed") || text.contains("PutOut") || text.contains("looks empty"))
    });
    shut || lookups > 0
}

fn follows_a_parked(facts: &Facts<'_>, row: &MessageRow) -> bool {
    facts.ledger.messages.iter().any(|other| {
        other.state == "parked"
            && (&other.refs, &other.destination, &other.community) == (&row.refs, &row.destination, &row.community)
    })
}

/// One meaning under two keys is as bad as one key twice.
fn twice(facts: &Facts<'_>, wrong: &mut Vec<Complaint>) {
    let mut seen: BTreeMap<(To, &str, String), Vec<&str>> = BTreeMap::new();
    for way in facts.ways.values().filter(|way| way.posts > 0) {
        let Some(said) = way.said.last() else { continue };
        let day = |community: &str| {
            let here = facts.cast.communities.iter().find(|c| c.name == community);
            here.map(|here| here.zone.date(way.tries[0].0).to_string()).unwrap_or_default()
        };
        let meanings: Vec<String> = match said {
            Said::Notices(told) => {
                let once = ["pledged", "released", "thank_please", "private_ask", "invited"];
                let once = told.iter().filter(|t| once.contains(&t.kind));
                once.map(|t| format!("{}:{:?}:{:?}", t.kind, t.pledge, t.ask)).collect()
            }
            Said::Digest(Some(gathering)) => vec![format!("digest:{gathering}")],
            Said::Preview(gathering) if way.cause == barnraiser::engine::inbound::Cause::Preview => {
                vec![format!("preview:{gathering:?}:{}", day(way.community))]
            }
            _ => Vec::new(),
        };
        for meaning in meanings {
            seen.entry((way.to, way.community, meaning)).or_default().push(way.key);
        }
    }
    for ((to, community, meaning), keys) in seen.into_iter().filter(|(_, keys)| keys.len() > 1) {
        let about = keys.iter().map(|key| (*key).to_owned());
        wrong.push(complaint(format!("{meaning} of {community} was said {} times to {to:?}", keys.len()), about));
    }
}
