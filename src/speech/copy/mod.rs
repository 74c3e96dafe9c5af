//! The words: [`say`] turns what the bot means into a document in one person's language and zone.
//!
//! No sentence stands here. Every word is in `config/locales/*.ftl` under an id; these files only choose ids and hand
//! over variables. Nothing is decided here either, with one exception that makes a leak harder: what is public (cards,
//! digests) drops, once more, whatever must not stand there.

mod card;
mod care;
mod dates;
mod digest;
mod draft;
mod help;
mod linking;
mod lists;
mod menus;
mod notices;
mod nudges;
mod phrase;
mod refusals;
mod replies;
mod settings;
#[cfg(test)]
mod tests;

pub use self::menus::{
    Label, choice_name, command_name, describe_group, field_example, field_label, form_title, label, nobody_picked,
    stale_button, thread_name, whole_in_file,
};

use self::draft::{Answer, Draft};
use self::phrase::{count, own, said};
use super::doc::{Doc, Span};
use super::message::{Choice, Message, Voice};
use crate::domain::Zone;
use crate::domain::community::Language;
use crate::grammar::Spec;

/// What the console says when it opens.
pub fn console_greeting(language: Language) -> Doc {
    let voice = bare_voice(language);
    let mut draft = Draft::new(&voice);
    draft.tell("console-greeting", &[]);
    draft.finish()
}

/// What a command does, in one line, for a platform that lists commands by itself.
pub fn describe(spec: &Spec, language: Language) -> String {
    help::describe(&Draft::new(&bare_voice(language)), spec)
}

/// What a command asks for under this name: one of its options, `words`, or what it points at.
pub fn describe_parameter(name: &str, language: Language) -> String {
    help::describe_parameter(&Draft::new(&bare_voice(language)), name)
}

/// Something to choose, in one line.
pub fn choice(choice: &Choice, voice: &Voice) -> String {
    let draft = Draft::new(voice);
    let (id, about) = match choice {
        Choice::Named(name) => return name.clone(),
        Choice::When(when) => return draft.words("choice-when", &[("when", draft.label_when(when))]),
        Choice::Ask { ask, words } => (own(ask), said(&words.0)),
        Choice::Pledge { pledge, what, .. } => (own(pledge), said(&what.0)),
        Choice::Offer { offer, words } => (own(offer), said(&words.0)),
        Choice::Gathering { gathering, when } => (own(gathering), draft.label_when(when)),
    };
    draft.words("choice-about", &[("id", id), ("about", about)])
}

/// For copy without dates.
fn bare_voice(language: Language) -> Voice {
    Voice { language, zone: Zone::utc(), now: jiff::Timestamp::UNIX_EPOCH }
}

/// A message in the words of its voice.
pub fn say(message: &Message, voice: &Voice) -> Doc {
    let mut draft = Draft::new(voice);
    let d = &mut draft;
    match message {
        Message::Refused(refusal) => refusals::refuse(d, refusal),
        // The form itself is for the platform that has forms to offer.
        Message::FormRefused { refusal, .. } => refusals::refuse(d, refusal),

        Message::AskRecorded { ask, need, by, visibility, kind } => {
            replies::ask_recorded(d, *ask, *need, by.as_ref(), *visibility, *kind);
        }
        Message::AskEdited { ask } => d.tell("ask-edited", &[("ask", own(ask))]),
        Message::AskWithdrawn { ask, released } => {
            d.tell("ask-withdrawn", &[("ask", own(ask)), ("released", count(*released))]);
        }
        Message::AskStillOpen { ask } => d.tell("ask-still-open", &[("ask", own(ask))]),
        Message::PledgeRecorded { pledge, ask, amounts, amount, what, due, first_step, nudges, asker } => {
            let recorded = replies::Recorded { pledge: *pledge, ask: *ask, amounts: *amounts, amount: *amount };
            replies::pledge_recorded(d, recorded, what, due, first_step.as_ref(), *nudges, asker.as_ref());
        }
        Message::MaybeRecorded { ask } => d.tell("maybe-recorded", &[("ask", own(ask))]),
        Message::MaybeDropped { ask } => d.tell("maybe-dropped", &[("ask", own(ask))]),
        Message::DoneRecorded { pledge, confirm_days } => {
            d.tell("done-recorded", &[("pledge", own(pledge)), ("days", count(*confirm_days))]);
        }
        Message::OwnDoneRecorded { pledge } => d.tell("own-done-recorded", &[("pledge", own(pledge))]),
        Message::PartRecorded { pledge, done, amount, due } => {
            let due = d.when(due);
            let parts = [("pledge", own(pledge)), ("done", count(*done)), ("amount", count(*amount)), ("due", due)];
            d.tell("part-recorded", &parts);
        }
        Message::Adjusted { pledge, due, amount, what } => replies::adjusted(d, *pledge, due, *amount, what),
        Message::RemindersStopped { pledge } => d.tell("reminders-stopped", &[("pledge", own(pledge))]),
        Message::HandedBack { pledge, ask, done } => {
            d.tell("pledge-handed-back", &[("pledge", own(pledge)), ("ask", own(ask)), ("done", count(*done))]);
        }
        Message::ConfirmRecorded { pledge } => {
            d.tell("confirm-recorded", &[("pledge", own(pledge))]);
            d.button("button-thanks", format!("thanks {pledge}"));
        }
        Message::StillNeededRecorded { pledge } => d.tell("still-needed-recorded", &[("pledge", own(pledge))]),
        Message::ThanksRecorded { pledge } => d.tell("thanks-recorded", &[("pledge", own(pledge))]),
        Message::OfferRecorded { offer } => d.tell("offer-recorded", &[("offer", own(offer))]),
        Message::OfferWithdrawn { offer } => d.tell("offer-withdrawn", &[("offer", own(offer))]),
        Message::Invited { ask, name } => d.tell("person-invited", &[("ask", own(ask)), ("name", said(&name.0))]),
        Message::ConvenerAdded { name } => d.tell("convener-added", &[("name", said(&name.0))]),
        Message::ConvenerRemoved { name } => d.tell("convener-removed", &[("name", said(&name.0))]),
        Message::LinkCode { code } => linking::link_code(d, code),
        Message::LinkAnswered { code, first } => linking::link_answered(d, code, first),
        Message::LinkAsked { by } => linking::link_asked(d, by),
        Message::Linked { with } => linking::linked(d, with),
        Message::Unlinked { stay } => linking::unlinked(d, stay),
        Message::UnlinkedOther { gone } => linking::unlinked_other(d, gone),
        Message::UnlinkedBy { by } => linking::unlinked_by(d, by),
        Message::PlaceCode { code, community, places } => linking::place_code(d, code, community, places),
        Message::PlaceAnswered { code, community } => linking::place_answered(d, code, community),
        Message::PlaceAsked { by, place } => linking::place_asked(d, by, place),
        Message::PlaceLinked { community, place } => linking::place_linked(d, community, place),
        Message::Together { community, places } => linking::together(d, community, places),
        Message::StaysRecorded(stays) => replies::stays_recorded(d, *stays),
        Message::Rewritten(rewritten) => replies::rewritten(d, rewritten),

        Message::Needs { lines, more } => lists::needs(d, lines, *more),
        Message::Offers { lines, more } => lists::offers(d, lines, *more),
        Message::Mine { asks, pledges, maybes, offers } => lists::mine(d, asks, pledges, maybes, offers),
        Message::Me(me) => settings::me(d, me, false),
        Message::MeChanged(me) => settings::me(d, me, true),
        Message::Gatherings { lines } => lists::gatherings(d, lines),
        Message::Gathering(line) => lists::gathering(d, line),
        Message::GatheringRecorded(line) => {
            d.tell("gathering-recorded", &[]);
            lists::gathering(d, line);
        }
        Message::GatheringMoved(line) => {
            d.tell("gathering-moved", &[]);
            lists::gathering(d, line);
        }
        Message::GatheringCancelled { gathering } => d.tell("gathering-cancelled", &[("gathering", own(gathering))]),
        Message::DigestHeld { gathering } => d.tell("digest-held", &[("gathering", own(gathering))]),
        Message::DigestPosted { gathering } => d.tell("digest-posted", &[("gathering", own(gathering))]),
        Message::Care { unanswered, waiting, away, undelivered } => {
            care::list(d, unanswered, waiting, away, *undelivered);
        }
        Message::CommunityReady(line) => settings::community_ready(d, line),
        Message::Settings(line) => settings::community(d, line),
        Message::Check { items, troubles, backup } => settings::check(d, items, troubles, *backup),
        Message::Welcome => {
            d.heading("welcome-heading", &[]);
            d.tell("welcome-words", &[]);
            d.tell("welcome-begin", &[]);
            d.answers(
                vec![
                    Answer::words("button-set-up", "community setup name: zone:".to_owned()),
                    Answer::words("button-example", "help example".to_owned()),
                    Answer::words("button-privacy", "help privacy".to_owned()),
                ],
                None,
            );
        }
        Message::Event { line, community } => {
            d.heading("event-name", &[("community", said(&community.0)), ("gathering", own(line.gathering))]);
            d.tell("event-about", &[("gathering", own(line.gathering))]);
        }
        Message::ShortHelp => {
            d.heading("help-heading", &[]);
            d.tell("help-short", &[]);
        }
        Message::Help { path, role } => help::help(d, path.as_deref(), *role),

        Message::Card { line } => card::card(d, line),
        Message::CardMoved { ask, to } => card::moved(d, *ask, to),
        Message::Nudge { items } => nudges::nudge(d, items),
        Message::Notices { items } => notices::notices(d, items),
        Message::CareNote { line } => care::note(d, line),
        Message::Digest { digest, gathering, community } => digest::digest(d, digest, gathering.as_ref(), community),
        Message::Preview { digest, gathering, community, held } => {
            digest::preview(d, digest, gathering.as_ref(), community, *held);
        }
        Message::Button { sign } => d.paragraph(vec![Span::Text(sign.emoji().to_owned())]),
        Message::CannotReach { name, .. } => d.tell("cannot-reach", &[("name", said(&name.0))]),
        Message::CouldNotRead { count: events } => {
            d.tell("could-not-read", &[("count", count(*events))]);
            d.tell("could-not-read-why", &[]);
        }
    }
    draft.finish()
}
