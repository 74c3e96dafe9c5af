//! The kind answers: what was wrong, and the next step.
//!
//! What one may not see and what does not exist read the same, letter by letter: [`not_found`] looks at the id alone.

use jiff::civil::Date;

use super::dates::{self, Form};
use super::draft::Draft;
use super::help;
use super::phrase::{Arg, command, count, key, own, said};
use crate::domain::ask::Visibility;
use crate::domain::ids::{AskId, Ref};
use crate::domain::refusal::{Needed, Refusal, WhenProblem};
use crate::domain::wording::{Detail, MOST_LETTERS, Objection};
use crate::speech::doc::Span;

pub(super) fn refuse(d: &mut Draft<'_>, refusal: &Refusal) {
    match refusal {
        Refusal::UnknownCommand { said: typed, near } => unknown_command(d, typed, near),
        Refusal::Incomplete { path, next } => {
            d.tell("refused-incomplete", &[]);
            let lines = next.iter().map(|word| vec![Span::Code(whole_path(path, word))]).collect();
            d.list(lines);
        }
        Refusal::Missing { path, what } => missing(d, path, *what),
        Refusal::Twice { option } => d.tell("refused-twice", &[("option", own(option))]),
        Refusal::OpenQuote => d.tell("refused-open-quote", &[]),
        Refusal::BadValue { option, said: typed, takes } => bad_value(d, option, typed, takes),
        Refusal::BadAmount { said: typed, most } => {
            d.tell("refused-bad-amount", &[("said", shortened(typed)), ("most", count(*most))]);
        }
        Refusal::BadWhen { option, said: typed, problem } => bad_when(d, option, typed, problem),
        Refusal::Wording(objection) => wording(d, *objection),
        Refusal::PrivateDetail { details, again } => private_detail(d, details, again),

        Refusal::NotFound(id) => not_found(d, *id),
        Refusal::NoSuchPerson(name) => d.tell("refused-no-person", &[("name", shortened(name))]),
        Refusal::NotYourAsk(ask) => d.tell("refused-not-your-ask", &[("ask", own(ask))]),
        Refusal::NotYourPledge(pledge) => d.tell("refused-not-your-pledge", &[("pledge", own(pledge))]),
        Refusal::NotYourOffer(offer) => d.tell("refused-not-your-offer", &[("offer", own(offer))]),
        Refusal::NotYoursToConfirm(pledge) => d.tell("refused-not-yours-to-confirm", &[("pledge", own(pledge))]),
        Refusal::OwnAsk(ask) => d.tell("refused-own-ask", &[("ask", own(ask))]),
        Refusal::AskClosed(ask) => d.tell("refused-ask-closed", &[("ask", own(ask))]),
        Refusal::AskFull(ask) => d.tell("refused-ask-full", &[("ask", own(ask))]),
        Refusal::AskNotPrivate(ask) => d.tell("refused-ask-not-private", &[("ask", own(ask))]),
        Refusal::MoreThanNeeded { ask, left } => {
            d.tell("refused-more-than-needed", &[("ask", own(ask)), ("left", count(*left))]);
        }
        Refusal::MoreThanPledged { pledge, left } => {
            d.tell("refused-more-than-pledged", &[("pledge", own(pledge)), ("left", count(*left))]);
        }
        Refusal::LessThanDone { pledge, done } => {
            d.tell("refused-less-than-done", &[("pledge", own(pledge)), ("done", count(*done))]);
        }
        Refusal::LessThanCovered { ask, covered } => {
            d.tell("refused-less-than-covered", &[("ask", own(ask)), ("covered", count(*covered))]);
        }
        Refusal::AlreadyDone(pledge) => d.tell("refused-already-done", &[("pledge", own(pledge))]),
        Refusal::AlreadyKept(pledge) => d.tell("refused-already-kept", &[("pledge", own(pledge))]),
        Refusal::AlreadyHandedBack(pledge) => d.tell("refused-already-handed-back", &[("pledge", own(pledge))]),
        Refusal::AlreadyReleased(pledge) => d.tell("refused-already-released", &[("pledge", own(pledge))]),
        Refusal::NotDoneYet(pledge) => d.tell("refused-not-done-yet", &[("pledge", own(pledge))]),
        Refusal::NothingToThank(pledge) => d.tell("refused-nothing-to-thank", &[("pledge", own(pledge))]),
        Refusal::NotAPledgeYet { ask, has_what } => not_a_pledge_yet(d, *ask, *has_what),
        Refusal::WhichDay(pledge) => {
            let example = d.example();
            d.tell("refused-which-day", &[("pledge", own(pledge)), ("example", example)]);
        }
        Refusal::NothingToChange => {
            let example = d.example();
            d.tell("refused-nothing-to-change", &[("example", example)]);
        }

        Refusal::ConvenersOnly => d.tell("refused-conveners-only", &[]),
        Refusal::WhichCommunity(slugs) => which_community(d, slugs),
        Refusal::NoCommunity => d.tell("refused-no-community", &[]),
        Refusal::LastConvener => d.tell("refused-last-convener", &[]),
        Refusal::ConvenesByPlatform(name) => d.tell("refused-convenes-by-platform", &[("name", shortened(name))]),
        Refusal::NoSuchCode => d.tell("refused-no-such-code", &[]),
        Refusal::TooManyCodes => d.tell("refused-too-many-codes", &[]),
        Refusal::CodeForOtherAccount => d.tell("refused-code-for-other-account", &[]),
        Refusal::CodeForOtherPlace => d.tell("refused-code-for-other-place", &[]),
        Refusal::AlreadyLinked => d.tell("refused-already-linked", &[]),
        Refusal::OnlyAccount => d.tell("refused-only-account", &[]),
        Refusal::WhichAccount(ids) => {
            d.tell("refused-which-account", &[]);
            let lines = ids.iter().map(|id| vec![Span::Code(format!("unlink {id}"))]).collect();
            d.list(lines);
        }
        Refusal::PlaceHasThings => d.tell("refused-place-has-things", &[]),
        Refusal::CannotPostHere { sees: true } => d.tell("refused-cannot-write-here", &[]),
        Refusal::CannotPostHere { sees: false } => d.tell("refused-cannot-see-here", &[]),
        Refusal::NoGathering => {
            let example = d.example();
            d.tell("refused-gathering-none", &[("example", example)]);
        }
        Refusal::GatheringOver(id) => d.tell("refused-gathering-over", &[("id", own(id))]),
        Refusal::DigestAlreadyPosted(id) => d.tell("refused-digest-posted", &[("id", own(id))]),
        Refusal::SayItDirectly => d.tell("refused-say-it-directly", &[]),
        Refusal::Fault { reference } => d.tell("refused-fault", &[("reference", own(reference))]),
    }
}

fn unknown_command(d: &mut Draft<'_>, typed: &str, near: &[String]) {
    if near.is_empty() {
        d.tell("refused-unknown", &[("said", shortened(typed))]);
        return;
    }
    let near = near.iter().map(|name| vec![Span::Code(name.clone())]).collect();
    let near = Arg::Spans(d.joined(near, "series-comma", "series-or"));
    d.tell("refused-unknown-near", &[("said", shortened(typed)), ("near", near)]);
}

/// `gathering` and `new`, or `gathering new` already whole.
fn whole_path(path: &str, next: &str) -> String {
    if next.starts_with(path) { next.to_owned() } else { format!("{path} {next}") }
}

fn missing(d: &mut Draft<'_>, path: &str, what: Needed) {
    match what {
        Needed::Words => d.tell("refused-missing-words", &[("path", key(path))]),
        Needed::Ask => d.tell("refused-missing-ask", &[]),
        Needed::Pledge => d.tell("refused-missing-pledge", &[]),
        Needed::AskOrPledge => d.tell("refused-missing-ask-or-pledge", &[]),
        Needed::Gathering => d.tell("refused-missing-gathering", &[]),
        Needed::Person => d.tell("refused-missing-person", &[]),
        Needed::When => d.tell("refused-missing-when", &[]),
        Needed::Change => d.tell("refused-missing-change", &[]),
    }
    if let Some(usage) = help::usage(path) {
        let example = d.example();
        d.tell("refused-examples", &[]);
        d.tell(&usage, &[("example", example)]);
    }
}

fn bad_value(d: &mut Draft<'_>, option: &str, typed: &str, takes: &[String]) {
    let (option, typed) = (("option", own(option)), ("said", shortened(typed)));
    if takes.is_empty() {
        d.tell("refused-bad-value-open", &[option, typed]);
        return;
    }
    let takes = takes.iter().map(|value| vec![Span::Literal(value.clone())]).collect();
    let takes = Arg::Spans(d.joined(takes, "series-comma", "series-or"));
    d.tell("refused-bad-value", &[option, typed, ("takes", takes)]);
}

fn bad_when(d: &mut Draft<'_>, option: &str, typed: &str, problem: &WhenProblem) {
    let example = ("example", d.example());
    let typed = ("said", shortened(typed));
    let name = || ("option", own(option));
    match problem {
        WhenProblem::Unreadable => d.tell("refused-when-unreadable", &[typed, name(), example]),
        WhenProblem::NoSuchDate => d.tell("refused-when-no-such-date", &[typed, name(), example]),
        WhenProblem::Past => d.tell("refused-when-past", &[typed, name(), example]),
        WhenProblem::TooFar => d.tell("refused-when-too-far", &[typed, name(), example]),
        WhenProblem::ForeignZone => {
            let zone = ("zone", own(d.voice.zone.name()));
            d.tell("refused-when-foreign-zone", &[typed, name(), example, zone]);
        }
        WhenProblem::Ambiguous(nearer, later) => {
            d.tell("refused-when-ambiguous", &[typed]);
            let line = |date: &Date| {
                let day = own(dates::full_day(d, *date, Form::Bare));
                d.line("refused-when-ambiguous-line", &[("day", day), name(), ("iso", own(date))])
            };
            let lines = [nearer, later].map(line).into();
            d.list(lines);
        }
    }
}

fn wording(d: &mut Draft<'_>, objection: Objection) {
    match objection {
        Objection::TooLong { letters } => {
            let (letters, most) = (count(letters as u64), count(MOST_LETTERS as u64));
            d.tell("refused-too-long", &[("letters", letters), ("most", most)]);
        }
        Objection::RingsEveryone => d.tell("refused-rings-everyone", &[]),
        Objection::LooksLikeCode => d.tell("refused-looks-like-code", &[]),
        Objection::HiddenCharacters => d.tell("refused-hidden-characters", &[]),
        Objection::StackedMarks => d.tell("refused-stacked-marks", &[]),
    }
}

fn private_detail(d: &mut Draft<'_>, details: &[Detail], again: &str) {
    // The same message once more, and the one word that decides who reads it.
    let again = |visibility: Visibility| command(&format!("{again} visibility:{}", visibility.name()));
    let privately = ("privately", again(Visibility::Private));
    let openly = ("openly", again(Visibility::Open));
    if details.is_empty() {
        // Said to the bot alone, so it would be wrong to guess that everyone may read it.
        let anonymously = ("anonymously", again(Visibility::Anonymous));
        d.tell("refused-for-whom", &[privately, anonymously, openly]);
        return;
    }
    let name = |detail: &Detail| match detail {
        Detail::Address => "address",
        Detail::Phone => "phone",
        Detail::Health => "health",
        Detail::Status => "status",
    };
    let details = details.iter().map(|detail| d.line("private-detail", &[("detail", key(name(detail)))])).collect();
    let details = Arg::Spans(d.joined(details, "series-comma", "series-and"));
    d.tell("refused-private", &[("details", details), privately, openly]);
}

/// Nothing but the id may change these words, or the answer would tell what is hidden from what is not there.
fn not_found(d: &mut Draft<'_>, id: Ref) {
    let text = match id {
        Ref::Ask(_) => "refused-no-ask",
        Ref::Pledge(_) => "refused-no-pledge",
        Ref::Offer(_) => "refused-no-offer",
        Ref::Gathering(_) => "refused-no-gathering",
    };
    d.tell(text, &[("id", own(id))]);
}

fn not_a_pledge_yet(d: &mut Draft<'_>, ask: AskId, has_what: bool) {
    let id = if has_what { "refused-not-a-pledge-when" } else { "refused-not-a-pledge" };
    let example = d.example();
    d.tell(id, &[("ask", own(ask)), ("example", example)]);
    d.button("button-pledge", format!("pledge {ask} what: by:"));
    d.button("button-maybe", format!("maybe {ask}"));
}

fn which_community(d: &mut Draft<'_>, slugs: &[String]) {
    if slugs.is_empty() {
        d.tell("refused-no-community", &[]);
        return;
    }
    d.tell("refused-which-community", &[]);
    let lines = slugs.iter().map(|slug| d.line("refused-which-community-line", &[("slug", own(slug))])).collect();
    d.list(lines);
}

/// What was typed, so that the slip can be seen; of something long, the beginning is enough.
fn shortened(typed: &str) -> Arg {
    use unicode_segmentation::UnicodeSegmentation;
    const ENOUGH: usize = 60;
    match typed.grapheme_indices(true).nth(ENOUGH) {
        None => said(typed),
        Some((end, _)) => said(&format!("{}…", typed.get(..end).unwrap_or_default())),
    }
}
