//! The summary before a gathering, or of a week: what was kept, what is in hand, what is still looking for help.
//!
//! It speaks of the community and never of a person's falling short: no name of anyone who was late, silent or handed
//! back, and no count of exactly one of them. Private asks count in the sums and appear nowhere else.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ask::{Ask, AskState, Standing, Tally, Visibility};
use super::calendar::When;
use super::ids::{AskId, PledgeId};
use super::pledge::{Pledge, PledgeState};

/// Thanks as it was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub from: String,
    pub words: String,
    pub pledge: PledgeId,
}

/// An open ask as the digest shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StillLooking {
    pub ask: AskId,
    pub words: String,
    pub covered: u32,
    pub need: u32,
    pub by: Option<When>,
}

/// An ask that is in hand, and the last day it was promised for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InHand {
    pub ask: AskId,
    pub words: String,
    pub by: When,
}

/// What a community reads before it meets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    pub since: Timestamp,
    pub pledges: u32,
    pub kept: u32,
    pub in_hand: u32,
    pub released: u32,
    /// How many were handed back; none if it was just one, since a community knows who one person is.
    pub handed_back: u32,
    /// How many of these somebody else picked up.
    pub picked_up: u32,
    pub asks: u32,
    pub asks_met: u32,
    pub thanks: Vec<Quote>,
    pub still_looking: Vec<StillLooking>,
    pub asks_in_hand: Vec<InHand>,
}

/// At most this many thanks are quoted.
const MOST_QUOTES: usize = 3;

/// Adds up everything since an instant. `thanks` come oldest first, each with the ask it belongs to.
pub fn sum_up(since: Timestamp, asks: &[Ask], pledges: &[Pledge], thanks: Vec<(AskId, Quote)>) -> Digest {
    let counted: Vec<&Pledge> =
        pledges.iter().filter(|p| p.made_at >= since || ended(p).is_none_or(|at| at >= since)).collect();
    let how_many = |wanted: fn(&PledgeState) -> bool| count(counted.iter().filter(|p| wanted(&p.state)));
    let handed_back: Vec<&&Pledge> =
        counted.iter().filter(|p| matches!(p.state, PledgeState::HandedBack { .. })).collect();
    let picked_up = count(handed_back.iter().filter(|p| was_picked_up(p, pledges)));
    let handed_back = count(handed_back.iter());
    let named = |id: AskId| asks.iter().any(|a| a.id == id && a.visibility == Visibility::Open);
    let mut digest = Digest {
        since,
        pledges: count(counted.iter()),
        kept: how_many(|s| matches!(s, PledgeState::Kept { .. })),
        in_hand: how_many(|s| matches!(s, PledgeState::Open { .. } | PledgeState::Done { .. })),
        released: how_many(|s| matches!(s, PledgeState::Released { .. })),
        handed_back: if handed_back > 1 { handed_back } else { 0 },
        picked_up: if handed_back > 1 { picked_up } else { 0 },
        asks: 0,
        asks_met: 0,
        thanks: thanks.into_iter().filter(|(ask, _)| named(*ask)).map(|(_, quote)| quote).take(MOST_QUOTES).collect(),
        still_looking: Vec::new(),
        asks_in_hand: Vec::new(),
    };
    for ask in asks {
        let own: Vec<&Pledge> = pledges.iter().filter(|p| p.ask == ask.id).collect();
        let tally = Tally::of(ask.need, own.iter().copied());
        let standing = ask.standing(tally);
        if !still_counts(ask, standing, &own, since) {
            continue;
        }
        digest.asks += 1;
        digest.asks_met += u32::from(standing == Standing::Met);
        if ask.visibility == Visibility::Open {
            list(&mut digest, ask, standing, tally, &own);
        }
    }
    digest
}

fn list(digest: &mut Digest, ask: &Ask, standing: Standing, tally: Tally, own: &[&Pledge]) {
    let (id, words) = (ask.id, ask.words.clone());
    match standing {
        Standing::Open => digest.still_looking.push(StillLooking {
            ask: id,
            words,
            covered: tally.covered(),
            need: ask.need,
            by: ask.by.clone(),
        }),
        Standing::InHand => {
            let live = own.iter().filter(|p| matches!(p.state, PledgeState::Open { .. } | PledgeState::Done { .. }));
            if let Some(last) = live.max_by_key(|p| p.due.instant()) {
                digest.asks_in_hand.push(InHand { ask: id, words, by: last.due.clone() });
            }
        }
        Standing::Met | Standing::Withdrawn => {}
    }
}

/// When a pledge came to its end, if it has.
fn ended(pledge: &Pledge) -> Option<Timestamp> {
    match pledge.state {
        PledgeState::Open { .. } | PledgeState::Done { .. } => None,
        PledgeState::Kept { at, .. } | PledgeState::HandedBack { at } | PledgeState::Released { at } => Some(at),
    }
}

/// Did somebody promise this ask's help anew after it was handed back?
fn was_picked_up(returned: &Pledge, pledges: &[Pledge]) -> bool {
    let Some(at) = ended(returned) else { return false };
    pledges.iter().any(|p| {
        p.ask == returned.ask
            && p.helper != returned.helper
            && p.made_at >= at
            && !matches!(p.state, PledgeState::HandedBack { .. } | PledgeState::Released { .. })
    })
}

/// An ask counts if it was posted since, is not settled yet, or was settled since.
fn still_counts(ask: &Ask, standing: Standing, own: &[&Pledge], since: Timestamp) -> bool {
    if let (AskState::Withdrawn { at }, Standing::Withdrawn) = (ask.state, standing) {
        return at >= since && ask.made_at < since;
    }
    ask.made_at >= since
        || standing != Standing::Met
        || own.iter().filter_map(|p| ended(p)).max().is_some_and(|settled| settled >= since)
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}
