//! One person on several accounts, one community in several places: codes, who the other side is, and what came of it.
//!
//! Each side is told who the other is before anything is joined, and afterwards how to undo it. A code for another platform
//! stands without this one's prefix, which would be wrong there.

use super::draft::Draft;
use super::phrase::{Arg, command, key, own, said};
use crate::domain::community::Platform;
use crate::speech::doc::Line;
use crate::speech::message::{AccountLine, PlaceLine, Words};

fn platform(d: &Draft<'_>, platform: Platform) -> Arg {
    d.part("platform-name", &[("platform", key(platform.name()))])
}

/// An account: what it is called, if that is said, on which platform, and its id there.
pub(super) fn account(d: &Draft<'_>, account: &AccountLine) -> Line {
    let (platform, id) = (("platform", platform(d, account.platform)), ("id", said(&account.id.0)));
    match &account.name {
        Some(name) => d.line("account-named", &[("name", said(&name.0)), platform, id]),
        None => d.line("account-bare", &[platform, id]),
    }
}

fn place(d: &Draft<'_>, place: &PlaceLine) -> Line {
    d.line("place-named", &[("name", said(&place.name.0)), ("platform", platform(d, place.platform))])
}

fn several(d: &Draft<'_>, lines: Vec<Line>) -> Arg {
    Arg::Spans(d.joined(lines, "series-comma", "series-and"))
}

pub(super) fn accounts(d: &Draft<'_>, all: &[AccountLine]) -> Arg {
    several(d, all.iter().map(|one| account(d, one)).collect())
}

fn places(d: &Draft<'_>, all: &[PlaceLine]) -> Arg {
    several(d, all.iter().map(|one| place(d, one)).collect())
}

pub(super) fn link_code(d: &mut Draft<'_>, code: &Words) {
    d.tell("link-code", &[("code", own(&code.0))]);
}

pub(super) fn link_answered(d: &mut Draft<'_>, code: &Words, first: &AccountLine) {
    let first = Arg::Spans(account(d, first));
    d.tell("link-answered", &[("code", own(&code.0)), ("account", first)]);
}

pub(super) fn link_asked(d: &mut Draft<'_>, by: &AccountLine) {
    let by = Arg::Spans(account(d, by));
    d.tell("link-asked", &[("account", by)]);
}

pub(super) fn linked(d: &mut Draft<'_>, with: &AccountLine) {
    let undo = command(&format!("unlink {}", with.id.0));
    let with = Arg::Spans(account(d, with));
    d.tell("accounts-linked", &[("account", with), ("undo", undo)]);
}

pub(super) fn unlinked(d: &mut Draft<'_>, stay: &[AccountLine]) {
    let stay = accounts(d, stay);
    d.tell("account-unlinked", &[("accounts", stay)]);
}

pub(super) fn unlinked_other(d: &mut Draft<'_>, gone: &AccountLine) {
    let gone = Arg::Spans(account(d, gone));
    d.tell("unlinked-other", &[("account", gone)]);
}

pub(super) fn unlinked_by(d: &mut Draft<'_>, by: &AccountLine) {
    let by = Arg::Spans(account(d, by));
    d.tell("unlinked-by", &[("account", by)]);
}

pub(super) fn place_code(d: &mut Draft<'_>, code: &Words, community: &Words, known: &[PlaceLine]) {
    let known = places(d, known);
    d.tell("place-code", &[("code", own(&code.0)), ("community", said(&community.0)), ("places", known)]);
}

pub(super) fn place_answered(d: &mut Draft<'_>, code: &Words, community: &Words) {
    d.tell("place-answered", &[("code", own(&code.0)), ("community", said(&community.0))]);
}

pub(super) fn place_asked(d: &mut Draft<'_>, by: &AccountLine, new: &PlaceLine) {
    let (by, new) = (Arg::Spans(account(d, by)), Arg::Spans(place(d, new)));
    d.tell("place-asked", &[("account", by), ("place", new)]);
}

pub(super) fn place_linked(d: &mut Draft<'_>, community: &Words, new: &PlaceLine) {
    let new = Arg::Spans(place(d, new));
    d.tell("place-linked", &[("place", new), ("community", said(&community.0))]);
}

pub(super) fn together(d: &mut Draft<'_>, community: &Words, all: &[PlaceLine]) {
    let all = places(d, all);
    d.tell("places-together", &[("places", all), ("community", said(&community.0))]);
}
