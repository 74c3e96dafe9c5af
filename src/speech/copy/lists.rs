//! Lists: what people look for and offer, what is one's own, and the gatherings. Each ends with what to do next.

use super::dates::{self, Form};
use super::draft::Draft;
use super::phrase::{Arg, count, key, own, quoted, said};
use crate::domain::ask::{KindOfHelp, Standing, Visibility};
use crate::domain::gathering::DigestState;
use crate::domain::ids::AskId;
use crate::speech::doc::Line;
use crate::speech::message::{AskLine, GatheringLine, OfferLine, PledgeLine, PledgeStanding};

pub(super) fn needs(d: &mut Draft<'_>, lines: &[AskLine], more: u32) {
    let Some(first) = lines.first() else {
        d.tell("needs-empty", &[]);
        return;
    };
    d.heading("needs-heading", &[]);
    let list = lines.iter().map(|line| ask_line(d, line, None)).collect();
    d.list(list);
    and_more(d, more);
    d.tell("needs-hint", &[("ask", own(first.ask))]);
}

pub(super) fn offers(d: &mut Draft<'_>, lines: &[OfferLine], more: u32) {
    if lines.is_empty() {
        d.tell("offers-empty", &[]);
        return;
    }
    d.heading("offers-heading", &[]);
    let list = lines.iter().map(|line| offer_line(d, line, true)).collect();
    d.list(list);
    and_more(d, more);
    d.tell("offers-hint", &[]);
}

pub(super) fn mine(
    d: &mut Draft<'_>,
    asks: &[AskLine],
    pledges: &[PledgeLine],
    maybes: &[AskId],
    offers: &[OfferLine],
) {
    if asks.is_empty() && pledges.is_empty() && maybes.is_empty() && offers.is_empty() {
        d.tell("mine-empty", &[]);
        return;
    }
    if !asks.is_empty() {
        d.heading("mine-asks", &[]);
        let lines = asks.iter().map(|line| ask_line(d, line, Some(line.standing))).collect();
        d.list(lines);
        // Hints name something they would work on.
        if let Some(open) = asks.iter().find(|line| matches!(line.standing, Standing::Open | Standing::InHand)) {
            d.tell("mine-asks-hint", &[("ask", own(open.ask))]);
        }
    }
    if !pledges.is_empty() {
        d.heading("mine-pledges", &[]);
        let lines = pledges.iter().map(|line| pledge_line(d, line)).collect();
        d.list(lines);
        if let Some(open) = pledges.iter().find(|line| line.standing == PledgeStanding::Open) {
            d.tell("mine-pledges-hint", &[("pledge", own(open.pledge))]);
        }
    }
    if !maybes.is_empty() {
        d.heading("mine-maybes", &[]);
        let lines = maybes.iter().map(|ask| d.line("mine-maybe", &[("ask", own(ask))])).collect();
        d.list(lines);
    }
    if let Some(first) = offers.first() {
        d.heading("mine-offers", &[]);
        let lines = offers.iter().map(|line| offer_line(d, line, false)).collect();
        d.list(lines);
        d.tell("mine-offers-hint", &[("offer", own(first.offer))]);
    }
}

/// An ask with all that is known about it. In one's own list it says how it stands.
fn ask_line(d: &Draft<'_>, line: &AskLine, standing: Option<Standing>) -> Line {
    let mut pieces = Vec::new();
    if let Some(standing) = standing {
        let name = match standing {
            Standing::Open => "open",
            Standing::InHand => "in-hand",
            Standing::Met => "met",
            Standing::Withdrawn => "withdrawn",
        };
        pieces.push(d.line("mine-ask-standing", &[("standing", key(name))]));
    }
    if line.amounts.need > 1 {
        let of = [("covered", count(line.amounts.covered)), ("need", count(line.amounts.need))];
        pieces.push(d.line("piece-amounts", &of));
    }
    pieces.extend(line.by.as_ref().map(|by| d.line("piece-by", &[("by", d.when(by))])));
    pieces.extend(line.kind.map(|kind| kind_piece(d, kind)));
    pieces.extend(line.asker.as_ref().map(|asker| d.line("piece-from", &[("name", said(&asker.0))])));
    match line.visibility {
        Visibility::Open => {}
        Visibility::Private => pieces.push(d.line("piece-private", &[])),
        Visibility::Anonymous => pieces.push(d.line("piece-anonymous", &[])),
    }
    let (ask, words) = (own(line.ask), said(&line.words.0));
    if pieces.is_empty() {
        return d.line("list-ask-bare", &[("ask", ask), ("words", words)]);
    }
    d.line("list-ask", &[("ask", ask), ("words", words), ("pieces", Arg::Spans(d.pieces(pieces)))])
}

fn offer_line(d: &Draft<'_>, line: &OfferLine, with_giver: bool) -> Line {
    let mut pieces: Vec<Line> = line.kind.map(|kind| kind_piece(d, kind)).into_iter().collect();
    if with_giver {
        pieces.push(d.line("piece-from", &[("name", said(&line.giver.0))]));
    }
    let (offer, words) = (own(line.offer), said(&line.words.0));
    if pieces.is_empty() {
        return d.line("list-offer-bare", &[("offer", offer), ("words", words)]);
    }
    d.line("list-offer", &[("offer", offer), ("words", words), ("pieces", Arg::Spans(d.pieces(pieces)))])
}

fn pledge_line(d: &Draft<'_>, line: &PledgeLine) -> Line {
    let name = match line.standing {
        PledgeStanding::Open => "open",
        PledgeStanding::Done => "done",
        PledgeStanding::Kept => "kept",
        PledgeStanding::HandedBack => "handed-back",
        PledgeStanding::Released => "released",
    };
    let mut pieces = vec![d.line("mine-pledge-standing", &[("standing", key(name))])];
    if line.standing == PledgeStanding::Open {
        pieces.push(d.line("piece-by", &[("by", d.when(&line.due))]));
    }
    let (pledge, ask, what) = (own(line.pledge), own(line.ask), said(&line.what.0));
    let pieces = Arg::Spans(d.pieces(pieces));
    d.line("mine-pledge", &[("pledge", pledge), ("ask", ask), ("what", what), ("pieces", pieces)])
}

fn kind_piece(d: &Draft<'_>, kind: KindOfHelp) -> Line {
    d.line("kind-of-help", &[("kind", key(kind.name()))])
}

fn and_more(d: &mut Draft<'_>, more: u32) {
    if more > 0 {
        d.tell("list-more", &[("count", count(more))]);
    }
}

pub(super) fn gatherings(d: &mut Draft<'_>, lines: &[GatheringLine]) {
    let Some(first) = lines.first() else {
        let example = d.example();
        d.tell("gatherings-empty", &[("example", example)]);
        return;
    };
    d.heading("gatherings-heading", &[]);
    let list = lines.iter().map(|line| gathering_line(d, line)).collect();
    d.list(list);
    d.tell("gatherings-hint", &[("gathering", own(first.gathering))]);
}

fn gathering_line(d: &Draft<'_>, line: &GatheringLine) -> Line {
    let mut pieces: Vec<Line> = line.place.iter().map(|place| vec![quoted(&place.0)]).collect();
    if line.cancelled {
        pieces.push(d.line("gathering-cancelled-piece", &[]));
    }
    let (gathering, starts) = (own(line.gathering), d.label_when(&line.starts));
    if pieces.is_empty() {
        return d.line("gathering-line-bare", &[("gathering", gathering), ("starts", starts)]);
    }
    let pieces = Arg::Spans(d.pieces(pieces));
    d.line("gathering-line", &[("gathering", gathering), ("starts", starts), ("pieces", pieces)])
}

pub(super) fn gathering(d: &mut Draft<'_>, line: &GatheringLine) {
    let id = || ("gathering", own(line.gathering));
    let starts = d.label_when(&line.starts);
    d.heading("gathering-heading", &[id(), ("starts", starts)]);
    let mut lines = Vec::new();
    lines.extend(line.place.as_ref().map(|place| d.line("gathering-place", &[("place", said(&place.0))])));
    lines.extend(line.facilitator.as_ref().map(|name| d.line("gathering-facilitator", &[("name", said(&name.0))])));
    lines.extend(line.scribe.as_ref().map(|name| d.line("gathering-scribe", &[("name", said(&name.0))])));
    d.list(lines);
    if line.cancelled {
        d.tell("gathering-is-cancelled", &[]);
        return;
    }
    match line.digest {
        DigestState::Scheduled if line.digest_at <= d.voice.now => d.tell("gathering-digest-over", &[id()]),
        DigestState::Scheduled => {
            let at = dates::moment(d, line.digest_at, Form::On);
            d.tell("gathering-digest-scheduled", &[("at", at)]);
        }
        DigestState::Held => d.tell("gathering-digest-held", &[id()]),
        DigestState::Posted => d.tell("gathering-digest-posted", &[]),
    }
    d.tell("gathering-hint", &[id()]);
}
