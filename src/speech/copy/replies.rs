//! Answers that echo what was recorded, so that a slip is seen at once.

use super::draft::Draft;
use super::phrase::{command, count, own, said};
use crate::domain::ask::{KindOfHelp, Visibility};
use crate::domain::calendar::When;
use crate::domain::ids::{AskId, PledgeId};
use crate::speech::doc::Line;
use crate::speech::message::{Amounts, Rewritten, Stays, Words};

pub(super) fn ask_recorded(
    d: &mut Draft<'_>,
    ask: AskId,
    need: u32,
    by: Option<&When>,
    visibility: Visibility,
    kind: Option<KindOfHelp>,
) {
    let mut sentences = vec![d.line("ask-recorded", &[("ask", own(ask))])];
    match visibility {
        Visibility::Open => {}
        Visibility::Private => sentences.push(d.line("ask-recorded-private", &[])),
        Visibility::Anonymous => sentences.push(d.line("ask-recorded-anonymous", &[])),
    }
    d.sentences(sentences);
    let mut lines = need_and_by(d, need, by);
    lines.extend(kind.map(|kind| d.line("label-kind", &[("kind", d.kind(kind))])));
    d.list(lines);
    d.tell("ask-recorded-next", &[("ask", own(ask))]);
}

/// How many, if that is more than one, and by when, if there is a date; a line each.
pub(super) fn need_and_by(d: &Draft<'_>, need: u32, by: Option<&When>) -> Vec<Line> {
    let amount = (need > 1).then(|| d.line("label-amount", &[("amount", count(need))]));
    let by = by.map(|by| d.line("label-by", &[("by", d.label_when(by))]));
    amount.into_iter().chain(by).collect()
}

/// What was recorded of a pledge, apart from its words.
#[derive(Clone, Copy)]
pub(super) struct Recorded {
    pub pledge: PledgeId,
    pub ask: AskId,
    /// Of the whole ask, this pledge included.
    pub amounts: Amounts,
    /// Of this pledge.
    pub amount: u32,
}

pub(super) fn pledge_recorded(
    d: &mut Draft<'_>,
    recorded: Recorded,
    what: &Words,
    due: &When,
    first_step: Option<&Words>,
    nudges: u8,
    asker: Option<&Words>,
) {
    let Recorded { pledge, ask, amounts: Amounts { covered, need }, amount } = recorded;
    let mut sentences = vec![match asker {
        Some(asker) => {
            let args = [("pledge", own(pledge)), ("ask", own(ask)), ("asker", said(&asker.0))];
            d.line("pledge-recorded-for", &args)
        }
        None => d.line("pledge-recorded", &[("pledge", own(pledge)), ("ask", own(ask))]),
    }];
    if need > 1 {
        let args = [("ask", own(ask)), ("covered", count(covered)), ("need", count(need))];
        sentences.push(d.line("pledge-recorded-amounts", &args));
    }
    d.sentences(sentences);
    let mut lines = what_by_amount(d, what, due, amount);
    lines.extend(first_step.map(|first| d.line("label-first", &[("first", said(&first.0))])));
    d.list(lines);
    if first_step.is_none() {
        d.tell("pledge-recorded-first", &[("pledge", own(pledge))]);
    }
    d.tell("pledge-recorded-nudges", &[("nudges", count(nudges))]);
    d.tell("pledge-recorded-next", &[("pledge", own(pledge))]);
}

pub(super) fn adjusted(d: &mut Draft<'_>, pledge: PledgeId, due: &When, amount: u32, what: &Words) {
    d.tell("pledge-adjusted", &[("pledge", own(pledge))]);
    let lines = what_by_amount(d, what, due, amount);
    d.list(lines);
}

fn what_by_amount(d: &Draft<'_>, what: &Words, due: &When, amount: u32) -> Vec<Line> {
    let mut lines =
        vec![d.line("label-what", &[("what", said(&what.0))]), d.line("label-by", &[("by", d.label_when(due))])];
    lines.extend((amount > 1).then(|| d.line("label-amount", &[("amount", count(amount))])));
    lines
}

/// A press was taken back, and what it did stays: how to mend it.
pub(super) fn stays_recorded(d: &mut Draft<'_>, stays: Stays) {
    match stays {
        Stays::Done(pledge) => d.tell("stays-done", &[("pledge", own(pledge))]),
        Stays::HandedBack { pledge, ask } => d.tell("stays-handed-back", &[("pledge", own(pledge)), ("ask", own(ask))]),
        Stays::Kept(pledge) => d.tell("stays-kept", &[("pledge", own(pledge))]),
        Stays::StillNeeded(pledge) => d.tell("stays-still-needed", &[("pledge", own(pledge))]),
        Stays::Other => d.tell("stays-recorded", &[]),
    }
}

/// Words were changed: what to send instead.
pub(super) fn rewritten(d: &mut Draft<'_>, rewritten: &Rewritten) {
    match rewritten {
        Rewritten::Ask { ask, again } => d.tell("rewritten-ask", &[("ask", own(ask)), ("again", command(&again.0))]),
        Rewritten::AskStays { ask } => d.tell("rewritten-ask-stays", &[("ask", own(ask))]),
        Rewritten::Pledge { pledge, again } => {
            d.tell("rewritten-pledge", &[("pledge", own(pledge)), ("again", command(&again.0))]);
        }
        Rewritten::PledgeStays { pledge } => d.tell("rewritten-pledge-stays", &[("pledge", own(pledge))]),
        Rewritten::Other { again } => d.tell("rewritten-other", &[("again", command(&again.0))]),
    }
}
