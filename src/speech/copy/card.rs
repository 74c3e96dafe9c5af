//! The card of an ask: the one live post everyone sees, edited as things change.
//!
//! It names nobody, neither helpers nor the asker. A name that vanished from a public card would show who handed back,
//! and an edit history would keep it for ever.

use super::dates::{self, Form};
use super::draft::{Answer, Draft};
use super::phrase::{count, key, own, place, said_alone};
use crate::domain::ask::{Standing, Visibility};
use crate::domain::ids::AskId;
use crate::speech::message::{Amounts, AskLine, PlaceLink};
use crate::speech::sign::Sign;

/// Nothing of the ask stays where it stood, and whether it is still looked for is not said.
pub(super) fn moved(d: &mut Draft<'_>, ask: AskId, to: &PlaceLink) {
    d.heading("card-moved", &[("ask", own(ask))]);
    d.tell("card-moved-note", &[("place", place(to))]);
}

pub(super) fn card(d: &mut Draft<'_>, line: &AskLine) {
    let AskLine { ask, words, kind, amounts: Amounts { covered, need }, by, standing, visibility, asker: _ } = line;
    let id = [("ask", own(ask))];
    d.heading(
        match standing {
            Standing::Open => "card-open",
            Standing::InHand => "card-in-hand",
            Standing::Met => "card-met",
            Standing::Withdrawn => "card-withdrawn",
        },
        &id,
    );
    // Whoever took an ask back may have done so because it said too much. And no card should ever be made of a private
    // ask; if one is, its words stay out of it.
    if *standing != Standing::Withdrawn && *visibility == Visibility::Open {
        d.paragraph(said_alone(&words.0));
        let mut pieces = Vec::new();
        if *need > 1 {
            pieces.push(d.line("card-amounts", &[("covered", count(*covered)), ("need", count(*need))]));
        }
        // A day that was met, or passed, needs no mention.
        if let Some(by) = by.as_ref().filter(|_| *standing != Standing::Met) {
            pieces.push(d.line("piece-by", &[("by", dates::lasting_when(d, by, Form::Inline))]));
        }
        pieces.extend(kind.map(|kind| d.line("kind-of-help", &[("kind", key(kind.name()))])));
        if !pieces.is_empty() {
            d.paragraph(d.pieces(pieces));
        }
    }
    let maybe = || Answer::sign("button-maybe", format!("maybe {ask}"), Sign::Maybe);
    match standing {
        Standing::Open => {
            d.tell("card-hint", &id);
            let pledge = Answer::sign("button-pledge", format!("pledge {ask} what: by:"), Sign::Pledge);
            d.answers(vec![pledge, maybe()], None);
        }
        Standing::InHand => {
            d.tell("card-in-hand-note", &id);
            d.answers(vec![maybe()], None);
        }
        Standing::Met => d.tell("card-met-note", &[]),
        Standing::Withdrawn => d.tell("card-withdrawn-note", &[]),
    }
}
