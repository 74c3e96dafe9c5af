//! Nudges: private, answerable, and never a reproach. Several that fall on one morning are one message.

use super::draft::{Answer, Draft};
use super::phrase::{own, said};
use crate::domain::nudge::Step;
use crate::speech::doc::Line;
use crate::speech::message::NudgeItem;
use crate::speech::sign::Sign;

pub(super) fn nudge(d: &mut Draft<'_>, items: &[NudgeItem]) {
    let reminders = items.iter().filter(|item| item.step == Step::Reminder).count();
    let opening = match reminders {
        0 => "nudge-checks",
        all if all == items.len() => "nudge-reminders",
        _ => "nudge-both",
    };
    d.tell(opening, &[]);
    let lines = items.iter().map(|item| one(d, item)).collect();
    d.list(lines);
    d.tell("nudge-answers", &[]);
    for item in items {
        buttons(d, item, items.len() > 1);
    }
}

fn one(d: &Draft<'_>, item: &NudgeItem) -> Line {
    let about = [("pledge", own(item.pledge)), ("ask", own(item.ask)), ("what", said(&item.what.0))];
    let [pledge, ask, what] = about.clone();
    let mut sentences = vec![match item.step {
        Step::Reminder => d.line("nudge-reminder", &[pledge, ask, what, ("due", d.when(&item.due))]),
        Step::Check => d.line("nudge-check", &[pledge, ask, what, ("due", d.when(&item.due))]),
        // A care note goes to conveners; if one ever came here, the gentlest question is the right one.
        Step::LastCheck | Step::CareNote => d.line("nudge-last-check", &about),
    }];
    if item.step == Step::Reminder {
        sentences.extend(item.first_step.as_ref().map(|first| d.line("nudge-first", &[("first", said(&first.0))])));
    }
    if item.last {
        sentences.push(d.line("nudge-last", &[]));
    }
    d.in_a_row(sentences)
}

fn buttons(d: &mut Draft<'_>, item: &NudgeItem, several: bool) {
    let pledge = item.pledge;
    let mut answers = vec![
        Answer::sign("button-done", format!("done {pledge}"), Sign::Done),
        Answer::sign("button-new-date", format!("adjust {pledge} by:"), Sign::NewDate),
        Answer::sign("button-hand-back", format!("handback {pledge}"), Sign::HandBack),
    ];
    // After the last one there is nothing left to stop.
    if !item.last {
        answers.push(Answer::sign("button-stop", format!("adjust {pledge} nudges:off"), Sign::Stop));
    }
    d.answers(answers, several.then_some(&pledge));
}
