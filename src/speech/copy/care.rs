//! What conveners see privately, and nobody else: people who could use a gentle word, and asks that wait.

use super::draft::Draft;
use super::phrase::{count, own, quoted, said};
use crate::speech::message::{CareLine, WaitingLine, Words};

pub(super) fn note(d: &mut Draft<'_>, line: &CareLine) {
    let CareLine { pledge, ask, helper, due } = line;
    let due = d.when(due);
    d.tell("care-note", &[("pledge", own(pledge)), ("ask", own(ask)), ("helper", said(&helper.0)), ("due", due)]);
}

pub(super) fn list(
    d: &mut Draft<'_>,
    unanswered: &[CareLine],
    waiting: &[WaitingLine],
    away: &[Words],
    undelivered: u32,
) {
    d.heading("care-heading", &[]);
    if unanswered.is_empty() && waiting.is_empty() && away.is_empty() && undelivered == 0 {
        d.tell("care-empty", &[]);
        return;
    }
    if !unanswered.is_empty() {
        d.tell("care-unanswered", &[]);
        let line = |CareLine { pledge, ask, helper, due }: &CareLine| {
            let (helper, due) = (said(&helper.0), d.label_when(due));
            d.line(
                "care-unanswered-line",
                &[("pledge", own(pledge)), ("ask", own(ask)), ("helper", helper), ("due", due)],
            )
        };
        let lines = unanswered.iter().map(line).collect();
        d.list(lines);
    }
    if !waiting.is_empty() {
        d.tell("care-waiting", &[]);
        let line = |WaitingLine { ask, words, asker, days }: &WaitingLine| {
            let (asker, words) = (said(&asker.0), said(&words.0));
            d.line(
                "care-waiting-line",
                &[("ask", own(ask)), ("asker", asker), ("words", words), ("days", count(*days))],
            )
        };
        let lines = waiting.iter().map(line).collect();
        d.list(lines);
    }
    if !away.is_empty() {
        d.tell("care-away", &[]);
        d.list(away.iter().map(|name| vec![quoted(&name.0)]).collect());
    }
    if undelivered > 0 {
        d.tell("care-undelivered", &[("count", count(undelivered))]);
    }
}
