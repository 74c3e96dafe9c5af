//! Acknowledged means present; not acknowledged means wholly there or wholly not.

use super::super::people::Act;
use super::facts::Facts;
use super::{Complaint, complaint};

pub fn check(facts: &Facts<'_>, wrong: &mut Vec<Complaint>) {
    for deed in facts.deeds {
        let yes = deed.refused == Some(false);
        let here = facts.name(deed.community);
        let about = || [deed.event.clone()];
        match deed.act {
            Act::Pledge { pledge } => {
                let pledge = &facts.cast.pledges[pledge];
                let token = format!("{} ", pledge.token);
                let rows = facts.ledger.pledges.get(here).map(Vec::as_slice).unwrap_or_default();
                let rows: Vec<u32> = rows.iter().filter(|r| r.what.starts_with(&token)).map(|r| r.number).collect();
                if yes && rows.len() != 1 {
                    wrong.push(complaint(format!("{token}was recorded, and is there as {rows:?}"), about()));
                }
                if deed.refused == Some(true) && !rows.is_empty() {
                    wrong.push(complaint(format!("{token}was refused, and is there as {rows:?}"), about()));
                }
            }
            Act::Ask { ask } => {
                let ask = &facts.cast.asks[ask];
                let rows = facts
                    .ledger
                    .asks
                    .iter()
                    .filter(|(c, _, words, _)| c == here && words.starts_with(&format!("{} ", ask.token)));
                let rows: Vec<u32> = rows.map(|(_, number, ..)| *number).collect();
                if yes && rows.len() != 1 {
                    wrong.push(complaint(format!("{} was recorded, and is there as {rows:?}", ask.token), about()));
                }
            }
            Act::Gathering { gathering } => {
                let token = &facts.cast.gatherings[gathering].token;
                let rows =
                    facts.ledger.gatherings.iter().filter(|(c, _, place, ..)| c == here && place == token).count();
                if yes && rows != 1 {
                    wrong.push(complaint(format!("{token} was recorded, and is there {rows} times"), about()));
                }
            }
            Act::Thanks { pledge } => {
                let token = facts.cast.pledges[pledge].token.replace("word", "thank");
                let said = facts.ledger.thanks.iter().filter(|words| words.starts_with(&format!("{token} "))).count();
                if yes && said == 0 {
                    wrong.push(complaint(format!("{token} was recorded, and is not there"), about()));
                }
            }
            Act::Withdraw { ask } => {
                let ask = &facts.cast.asks[ask];
                let gone =
                    facts.ledger.asks.iter().any(|(c, number, _, gone)| c == here && Some(*number) == ask.id && *gone);
                if yes && !gone {
                    wrong.push(complaint(format!("{} was withdrawn, and is not", ask.token), about()));
                }
            }
            _ => {}
        }
    }
    for course in facts.courses.iter().filter(|course| !course.hazy) {
        let rows = &facts.ledger.pledges[facts.name(course.community)];
        let Some(row) = rows.iter().find(|row| row.number == course.number) else { continue };
        let last = facts.deeds.iter().filter(|deed| deed.refused == Some(false) && deed.taken.is_some());
        let last = last.filter(|deed| match deed.act {
            Act::Done { pledge } | Act::HandBack { pledge } | Act::Confirm { pledge } | Act::StillNeeded { pledge } => {
                pledge == course.pledge
            }
            Act::Withdraw { ask } => ask == facts.cast.pledges[course.pledge].ask,
            _ => false,
        });
        let mut last: Vec<_> = last.collect();
        last.sort_by_key(|deed| deed.taken);
        // What comes after the end of a pledge changes nothing about it.
        let ends = last.iter().position(|deed| matches!(deed.act, Act::HandBack { .. } | Act::Confirm { .. }));
        let last = ends.map_or(last.as_slice(), |at| &last[..=at]).last();
        let allowed: &[&str] = match last.map(|deed| deed.act) {
            None | Some(Act::StillNeeded { .. }) => &["open"],
            Some(Act::Done { .. }) => &["done", "kept"],
            Some(Act::HandBack { .. }) => &["handed_back"],
            Some(Act::Confirm { .. }) => &["kept"],
            // What was done when its ask was withdrawn stays done.
            _ => &["released", "done", "kept"],
        };
        if !allowed.contains(&row.state.as_str()) {
            let what = format!(
                "P{} of {} is {}, and should be one of {allowed:?}",
                row.number,
                facts.name(course.community),
                row.state
            );
            wrong.push(complaint(what, [format!("P{}", row.number)]));
        }
    }
}
