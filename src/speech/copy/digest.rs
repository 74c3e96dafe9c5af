//! The digest, for everyone, and its preview for the conveners.
//!
//! It speaks of the community. The only names in it are those of people who gave thanks, and nothing in it tells who was
//! late, silent, or handed something back: no count of one of those, and no date that has passed.

use super::dates::{self, Form};
use super::draft::Draft;
use super::phrase::{Arg, count, key, own, said};
use crate::domain::digest::{Digest, InHand, StillLooking};
use crate::speech::doc::Line;
use crate::speech::message::{GatheringLine, Words};

pub(super) fn preview(
    d: &mut Draft<'_>,
    digest: &Digest,
    gathering: Option<&GatheringLine>,
    community: &Words,
    held: bool,
) {
    if held {
        d.tell("preview-held", &[]);
    } else if gathering.is_some_and(|gathering| gathering.digest_at <= d.voice.now) {
        d.tell("preview-unscheduled", &[]);
    } else if let Some(gathering) = gathering {
        let at = dates::moment(d, gathering.digest_at, Form::On);
        d.tell("preview-scheduled", &[("at", at)]);
    } else {
        d.tell("preview-weekly", &[]);
    }
    self::digest(d, digest, gathering, community);
    d.button("button-post", "digest post".to_owned());
    if !held {
        d.button("button-hold", "digest hold".to_owned());
    }
}

pub(super) fn digest(d: &mut Draft<'_>, digest: &Digest, gathering: Option<&GatheringLine>, community: &Words) {
    d.heading("digest-heading", &[("community", said(&community.0))]);
    sums(d, digest);
    if !digest.thanks.is_empty() {
        d.heading("digest-thanks", &[]);
        let quote = |quote: &crate::domain::digest::Quote| {
            let (from, words) = (said(&quote.from), said(&quote.words));
            d.line("digest-quote", &[("from", from), ("words", words), ("pledge", own(quote.pledge))])
        };
        let lines = digest.thanks.iter().map(quote).collect();
        d.list(lines);
    }
    if !digest.still_looking.is_empty() {
        d.heading("digest-looking", &[]);
        let lines = digest.still_looking.iter().map(|ask| looking_line(d, ask)).collect();
        d.list(lines);
    }
    if !digest.asks_in_hand.is_empty() {
        d.heading("digest-in-hand", &[]);
        let lines = digest.asks_in_hand.iter().map(|ask| in_hand_line(d, ask)).collect();
        d.list(lines);
    }
    invitation(d, gathering);
}

/// The headline and the sums under it.
fn sums(d: &mut Draft<'_>, digest: &Digest) {
    let since = || ("since", own(dates::short(d, d.voice.zone.date(digest.since))));
    let headline = match (digest.pledges, digest.kept) {
        (0, _) => d.line("digest-quiet", &[since()]),
        // "0 of 3" would sound like a verdict on promises that are still on their way.
        (pledges, 0) => d.line("digest-none-kept", &[since(), ("pledges", count(pledges))]),
        (pledges, kept) => d.line("digest-kept", &[since(), ("pledges", count(pledges)), ("kept", count(kept))]),
    };
    let rest = rest(d, digest);
    d.sentences(vec![headline, rest]);
    if digest.asks > 0 {
        d.tell("digest-asks", &[("met", count(digest.asks_met)), ("asks", count(digest.asks))]);
    }
}

/// What became of the pledges that are not kept; nothing if there are none.
fn rest(d: &Draft<'_>, digest: &Digest) -> Line {
    let mut parts = Vec::new();
    let mut part = |id, number: u32| {
        if number > 0 {
            parts.push(d.line(id, &[("count", count(number))]));
        }
    };
    part("digest-part-in-hand", digest.in_hand);
    part("digest-part-released", digest.released);
    // The community knows who a single one was. `domain::digest` leaves it out; so does this.
    let handed_back = if digest.handed_back > 1 { digest.handed_back } else { 0 };
    part("digest-part-handed-back", handed_back);
    if parts.is_empty() {
        return Line::new();
    }
    let parts = ("parts", Arg::Spans(d.joined(parts, "series-comma", "series-comma")));
    let picked_up = digest.picked_up.min(handed_back);
    if picked_up == 0 {
        return d.line("digest-rest", &[parts]);
    }
    let share = match (picked_up, handed_back) {
        (2, 2) => "both",
        (picked_up, handed_back) if picked_up == handed_back => "all",
        _ => "some",
    };
    d.line("digest-rest-picked-up", &[parts, ("share", key(share)), ("picked", count(picked_up))])
}

fn looking_line(d: &Draft<'_>, ask: &StillLooking) -> Line {
    let (id, words) = (("ask", own(ask.ask)), ("words", said(&ask.words)));
    let line = if ask.need > 1 {
        let of = [("covered", count(ask.covered)), ("need", count(ask.need))];
        let [covered, need] = of;
        d.line("digest-looking-line-amounts", &[id, words, covered, need])
    } else {
        d.line("digest-looking-line", &[id, words])
    };
    match ask.by.as_ref().filter(|by| by.instant() > d.voice.now) {
        Some(by) => d.pieces(vec![line, d.line("piece-by", &[("by", d.when(by))])]),
        None => line,
    }
}

fn in_hand_line(d: &Draft<'_>, ask: &InHand) -> Line {
    let (id, words) = (("ask", own(ask.ask)), ("words", said(&ask.words)));
    // A date that has passed would show everyone that somebody is late.
    if ask.by.instant() <= d.voice.now {
        return d.line("digest-in-hand-line-bare", &[id, words]);
    }
    let due = own(dates::running(d, &ask.by, Form::Inline));
    d.line("digest-in-hand-line", &[id, words, ("due", due)])
}

fn invitation(d: &mut Draft<'_>, gathering: Option<&GatheringLine>) {
    let Some(gathering) = gathering.filter(|gathering| !gathering.cancelled) else {
        d.tell("digest-invitation-none", &[]);
        return;
    };
    let day = ("day", own(dates::running(d, &gathering.starts, Form::On)));
    let starts = ("starts", d.on(&gathering.starts));
    match &gathering.place {
        Some(place) => d.tell("digest-invitation-place", &[day, starts, ("place", said(&place.0))]),
        None => d.tell("digest-invitation", &[day, starts]),
    }
}
