//! Under their own message, where it is; each sign once, and the answers to a nudge in their order.

use std::collections::BTreeMap;

use barnraiser::engine::inbound::Cause;

use super::super::history::{Said, Verdict};
use super::facts::{Facts, Way};
use super::{Complaint, complaint};

pub fn check(facts: &Facts<'_>, wrong: &mut Vec<Complaint>) {
    let mut under_each: BTreeMap<&str, Vec<(&Way<'_>, &str)>> = BTreeMap::new();
    for way in facts.ways.values().filter(|way| way.cause == Cause::Button && way.posts > 0) {
        let Some(Said::Button { sign, under }) = way.said.last() else { continue };
        match facts.ways.get(under.as_str()) {
            Some(message) if message.posts > 0 && message.to == way.to => {}
            _ => wrong.push(complaint(format!("{sign} stands under nothing in {:?}", way.to), [way.key.into()])),
        }
        under_each.entry(under).or_default().push((way, sign));
    }
    for (message, mut buttons) in under_each {
        buttons.sort_by_key(|(way, _)| way.tries.iter().find(|(_, verdict, _)| arrives(*verdict)).map(|(_, _, n)| *n));
        let signs: Vec<&str> = buttons.iter().map(|(_, sign)| *sign).collect();
        let mut once = signs.clone();
        once.sort_unstable();
        once.dedup();
        let about = || buttons.iter().map(|(way, _)| way.key.to_owned()).chain([message.to_owned()]);
        if once.len() < signs.len() {
            wrong.push(complaint(format!("{signs:?} stand under one message"), about()));
        }
        // A card's may come and go with what it says; a nudge is said once.
        let order = ["done", "new_date", "hand_back", "stop"];
        let places: Vec<_> = signs.iter().filter_map(|sign| order.iter().position(|known| known == sign)).collect();
        if !places.is_sorted() {
            wrong.push(complaint(format!("{signs:?} stand in the wrong order"), about()));
        }
    }
}

fn arrives(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Taken | Verdict::TakenUnheard | Verdict::Late(_))
}
