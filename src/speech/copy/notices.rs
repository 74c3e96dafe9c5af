//! Notices: what happened, told once to whom it concerns. Those that waited for the same morning are one message.
//!
//! What was handed back is told without a name, to the asker too.

use super::dates;
use super::draft::{Answer, Draft};
use super::phrase::{self, Arg, count, own, said};
use super::replies::need_and_by;
use crate::domain::ids::PledgeId;
use crate::speech::doc::Line;
use crate::speech::message::{Amounts, Notice, Words};
use crate::speech::sign::Sign;

pub(super) fn notices(d: &mut Draft<'_>, items: &[Notice]) {
    let several = items.len() > 1;
    if several {
        d.heading("notices-heading", &[]);
    }
    for item in items {
        notice(d, item, several);
    }
}

fn notice(d: &mut Draft<'_>, notice: &Notice, several: bool) {
    match notice {
        Notice::Pledged { ask, pledge, helper, what, due, amounts } => {
            let (helper, what, due) = (said(&helper.0), said(&what.0), d.when(due));
            let about = [("pledge", own(pledge)), ("ask", own(ask)), ("helper", helper), ("what", what), ("due", due)];
            let amounts = if amounts.covered >= amounts.need {
                d.line("notice-pledged-all", &[])
            } else {
                let [covered, need] = of(*amounts);
                d.line("notice-pledged-some", &[("ask", own(ask)), covered, need])
            };
            d.sentences(vec![d.line("notice-pledged", &about), amounts]);
        }
        Notice::Adjusted { ask, pledge, helper, due, what, note } => {
            let (helper, what, due) = (said(&helper.0), said(&what.0), d.when(due));
            let about = [("pledge", own(pledge)), ("ask", own(ask)), ("helper", helper), ("what", what), ("due", due)];
            let next = d.line("notice-adjusted-next", &[("ask", own(ask))]);
            d.sentences(vec![d.line("notice-adjusted", &about), note_line(d, note.as_ref()), next]);
        }
        Notice::PartDone { ask, pledge, helper, done, amount, note } => {
            let (helper, done, amount) = (said(&helper.0), count(*done), count(*amount));
            let (pledge, ask) = (own(pledge), own(ask));
            let about = [("pledge", pledge), ("ask", ask), ("helper", helper), ("done", done), ("amount", amount)];
            d.sentences(vec![d.line("notice-part-done", &about), note_line(d, note.as_ref())]);
        }
        Notice::ConfirmPlease { ask, pledge, helper, what, note, confirm_days } => {
            let (helper, what) = (said(&helper.0), said(&what.0));
            let about = [("pledge", own(pledge)), ("ask", own(ask)), ("helper", helper), ("what", what)];
            let silence = d.line("notice-confirm-please-silence", &[("days", count(*confirm_days))]);
            d.sentences(vec![d.line("notice-confirm-please", &about), note_line(d, note.as_ref()), silence]);
            let answers = vec![
                Answer::sign("button-arrived", format!("confirm {pledge}"), Sign::Arrived),
                Answer::sign("button-still-needed", format!("stillneeded {pledge}"), Sign::StillNeeded),
            ];
            d.answers(answers, several.then_some(pledge));
        }
        Notice::HandedBack { ask, words, amounts } => {
            let mut sentences = vec![d.line("notice-handed-back", &[("ask", own(ask)), ("words", said(&words.0))])];
            if amounts.need > 1 {
                sentences.push(d.line("notice-handed-back-amounts", &of(*amounts)));
            }
            sentences.push(d.line("notice-handed-back-next", &[("ask", own(ask))]));
            d.sentences(sentences);
        }
        Notice::SpotFree { ask, words, due, own: true } => {
            let (words, due) = (said(&words.0), d.when(due));
            d.tell("notice-spot-free-own", &[("ask", own(ask)), ("words", words), ("due", due)]);
        }
        Notice::SpotFree { ask, words, due, own: false } => {
            let iso = own(dates::typed(d, due));
            let (words, due) = (said(&words.0), d.when(due));
            d.tell("notice-spot-free", &[("ask", own(ask)), ("words", words), ("due", due), ("iso", iso)]);
            d.answers(vec![Answer::words("button-pledge", format!("pledge {ask} what: by:"))], several.then_some(ask));
        }
        Notice::Confirmed { ask, pledge, words, by_silence } => {
            let id = if *by_silence { "notice-confirmed-by-silence" } else { "notice-confirmed" };
            d.tell(id, &[("pledge", own(pledge)), ("ask", own(ask)), ("words", said(&words.0))]);
        }
        Notice::StillNeeded { ask, pledge, what, note } => {
            let about = [("pledge", own(pledge)), ("ask", own(ask)), ("what", said(&what.0))];
            d.sentences(vec![d.line("notice-still-needed", &about), note_line(d, note.as_ref())]);
            still_needed_answers(d, *pledge, several);
        }
        Notice::Released { ask, pledge, what } => {
            d.tell("notice-released", &[("pledge", own(pledge)), ("ask", own(ask)), ("what", said(&what.0))]);
        }
        Notice::Thanked { pledge, from: Some(from), words } => {
            let from = said(&from.0);
            d.tell("notice-thanked", &[("pledge", own(pledge)), ("from", from), ("words", said(&words.0))]);
        }
        // Whoever asked anonymously may give thanks without a name.
        Notice::Thanked { pledge, from: None, words } => {
            d.tell("notice-thanked-anonymous", &[("pledge", own(pledge)), ("words", said(&words.0))]);
        }
        Notice::ThankPlease { ask, pledge, helper } => {
            let helper = said(&helper.0);
            d.tell("notice-thank-please", &[("pledge", own(pledge)), ("ask", own(ask)), ("helper", helper)]);
            d.answers(vec![Answer::words("button-thanks", format!("thanks {pledge}"))], several.then_some(pledge));
        }
        Notice::AskStillNeeded { ask, words, amounts } => {
            let mut sentences =
                vec![d.line("notice-ask-still-needed", &[("ask", own(ask)), ("words", said(&words.0))])];
            if amounts.need > 1 {
                sentences.push(d.line("notice-ask-still-needed-amounts", &of(*amounts)));
            }
            d.sentences(sentences);
            let answers = vec![
                Answer::words("button-still-needed", format!("stillneeded {ask}")),
                Answer::words("button-no-longer-needed", format!("withdraw {ask}")),
            ];
            d.answers(answers, several.then_some(ask));
        }
        Notice::PrivateAsk { ask, words, need, by, asker } => {
            let asker = said(&asker.0);
            d.tell("notice-private-ask", &[("ask", own(ask)), ("words", said(&words.0)), ("asker", asker)]);
            let lines = need_and_by(d, *need, by.as_ref());
            d.list(lines);
        }
        Notice::InvitedTo { ask, words, need, by, asker } => {
            let about = [("ask", own(ask)), ("words", said(&words.0))];
            match asker {
                Some(asker) => {
                    let [ask, words] = about;
                    d.tell("notice-invited-by", &[ask, words, ("asker", said(&asker.0))]);
                }
                None => d.tell("notice-invited", &about),
            }
            let lines = need_and_by(d, *need, by.as_ref());
            d.list(lines);
        }
        Notice::OfficeGiven { gathering, starts, facilitator } => {
            let id = if *facilitator { "notice-facilitator" } else { "notice-scribe" };
            let starts = d.on(starts);
            d.tell(id, &[("gathering", own(gathering)), ("starts", starts)]);
        }
        Notice::MadeConvener { community } => {
            d.tell("notice-made-convener", &[("community", said(&community.0))]);
        }
        Notice::TakesNothing { place } => d.tell("notice-takes-nothing", &[("place", phrase::place(place))]),
        Notice::Parked => d.tell("notice-parked", &[]),
        Notice::Undelivered { to } => d.tell("notice-undelivered", &[("to", said(&to.0))]),
    }
}

fn of(amounts: Amounts) -> [(&'static str, Arg); 2] {
    [("covered", count(amounts.covered)), ("need", count(amounts.need))]
}

/// What the other person added, if anything.
fn note_line(d: &Draft<'_>, note: Option<&Words>) -> Line {
    note.map(|note| d.line("notice-note", &[("note", said(&note.0))])).unwrap_or_default()
}

fn still_needed_answers(d: &mut Draft<'_>, pledge: PledgeId, several: bool) {
    let answers = vec![
        Answer::words("button-done", format!("done {pledge}")),
        Answer::words("button-new-date", format!("adjust {pledge} by:")),
        Answer::words("button-hand-back", format!("handback {pledge}")),
    ];
    d.answers(answers, several.then_some(&pledge));
}
