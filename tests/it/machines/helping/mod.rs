//! Asks and the pledges made for them, beside a model in plain numbers; and the digest that adds them up.

use barnraiser::domain::ask::{Ask, AskState, Standing, Tally, Viewer, Visibility};
use barnraiser::domain::calendar::{Due, When, days_after};
use barnraiser::domain::community::Role;
use barnraiser::domain::digest::{Quote, sum_up};
use barnraiser::domain::pledge::{Adjustment, Pledge, PledgeState};
use barnraiser::domain::{AskId, MemberId, PledgeId, Refusal, Zone};
use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;

use super::{Held, holds};

mod paper;

use paper::{Paper, Slip, Stage};

/// Two ask, three help; the last one convenes.
const PEOPLE: usize = 6;
const CONVENER: usize = 5;

/// Who makes a move: the one whose move it is, or anybody.
#[derive(Debug, Clone, Copy)]
enum Who {
    Theirs,
    Anybody(usize),
}

#[derive(Debug, Clone)]
enum Move {
    Pledge { ask: usize, who: usize, amount: u32 },
    Done { pledge: usize, who: Who, amount: Option<u32> },
    Adjust { pledge: usize, who: Who, amount: Option<u32>, days: Option<i64>, words: Option<bool> },
    HandBack { pledge: usize, who: Who },
    Confirm { pledge: usize, who: Who },
    Silence { pledge: usize },
    StillNeeded { pledge: usize, who: Who },
    Withdraw { ask: usize, who: Who },
    Show { ask: usize, to: Visibility },
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let who = || prop_oneof![4 => Just(Who::Theirs), 1 => (0..PEOPLE).prop_map(Who::Anybody)];
    let amount = || prop::option::of(1..9_u32);
    let (ask, pledge) = (0..2_usize, 0..12_usize);
    let shown = prop::sample::select(Visibility::ALL.to_vec());
    let adjust = (pledge.clone(), who(), amount(), prop::option::of(0..9_i64), prop::option::of(any::<bool>()));
    let one = prop_oneof![
        5 => (ask.clone(), 0..PEOPLE, 1..6_u32).prop_map(|(ask, who, amount)| Move::Pledge { ask, who, amount }),
        4 => (pledge.clone(), who(), amount()).prop_map(|(pledge, who, amount)| Move::Done { pledge, who, amount }),
        3 => adjust.prop_map(|(pledge, who, amount, days, words)| Move::Adjust { pledge, who, amount, days, words }),
        2 => (pledge.clone(), who()).prop_map(|(pledge, who)| Move::HandBack { pledge, who }),
        2 => (pledge.clone(), who()).prop_map(|(pledge, who)| Move::Confirm { pledge, who }),
        2 => pledge.clone().prop_map(|pledge| Move::Silence { pledge }),
        2 => (pledge, who()).prop_map(|(pledge, who)| Move::StillNeeded { pledge, who }),
        1 => (ask.clone(), who()).prop_map(|(ask, who)| Move::Withdraw { ask, who }),
        1 => (ask, shown).prop_map(|(ask, to)| Move::Show { ask, to }),
    ];
    prop::collection::vec(one, 0..40)
}

fn name(who: Who, theirs: usize) -> usize {
    match who {
        Who::Theirs => theirs,
        Who::Anybody(who) => who,
    }
}

// ---- The domain, in a community's hands ----

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("few") + 1
}

fn member(who: usize) -> MemberId {
    MemberId(number(who).into())
}

fn at(tick: i64) -> Timestamp {
    Timestamp::from_second(tick).expect("in range")
}

fn due(days: i64) -> When {
    When::new(Due::Day(days_after(date(2026, 3, 11), days)), Zone::utc())
}

struct Community {
    asks: Vec<Ask>,
    pledges: Vec<Pledge>,
}

impl Community {
    fn new(need: [u32; 2]) -> Self {
        let ask = |index: usize| Ask {
            id: AskId(number(index)),
            asker: member(index),
            words: format!("words-of-{index}"),
            kind: None,
            need: need[index],
            by: None,
            visibility: Visibility::Open,
            state: AskState::Open,
            made_at: at(0),
        };
        Community { asks: vec![ask(0), ask(1)], pledges: Vec::new() }
    }

    fn tally(&self, ask: usize) -> Tally {
        Tally::of(self.asks[ask].need, self.pledges.iter().filter(|pledge| pledge.ask == self.asks[ask].id))
    }

    /// The move through the domain, as a use case does it.
    fn take(&mut self, by: &Move, now: i64) -> Result<(), Refusal> {
        let now = at(now);
        let id = PledgeId(number(self.pledges.len()));
        let mine = |pledge: &Pledge| usize::try_from(pledge.helper.0 - 1).expect("small");
        let asks = |pledge: &Pledge| usize::try_from(pledge.ask.0 - 1).expect("small");
        let before = |pledge: usize| self.pledges[pledge].clone();
        let (index, after) = match *by {
            Move::Pledge { ask, who, amount } => {
                self.asks[ask].room_for(member(who), amount, self.tally(ask))?;
                self.pledges.push(Pledge {
                    id,
                    ask: self.asks[ask].id,
                    helper: member(who),
                    what: "what".into(),
                    first_step: None,
                    amount,
                    due: due(0),
                    made_at: now,
                    state: PledgeState::Open { done_so_far: 0 },
                });
                return Ok(());
            }
            Move::Withdraw { ask, who } => {
                let who = name(who, ask);
                let role = if who == CONVENER { Role::Convener } else { Role::Member };
                self.asks[ask] = self.asks[ask].clone().withdraw(member(who), role, now)?;
                let id = self.asks[ask].id;
                for pledge in self.pledges.iter_mut().filter(|pledge| pledge.ask == id) {
                    if let Some(released) = pledge.clone().release(now) {
                        *pledge = released;
                    }
                }
                return Ok(());
            }
            Move::Show { ask, to } => {
                self.asks[ask].visibility = to;
                return Ok(());
            }
            Move::Silence { pledge } => {
                let asker = self.asks.iter().find(|ask| ask.id == before(pledge).ask).expect("it is an ask's").asker;
                if let Some(kept) = before(pledge).confirm_by_silence(asker, now) {
                    self.pledges[pledge] = kept;
                }
                return Ok(());
            }
            Move::Done { pledge, who, amount } => {
                let p = before(pledge);
                let who = member(name(who, mine(&p)));
                (pledge, p.done(who, amount, now)?)
            }
            Move::Adjust { pledge, who, amount, days, words } => {
                let p = before(pledge);
                let (who, left) = (member(name(who, mine(&p))), self.tally(asks(&p)).left());
                let what = words.and_then(|what| what.then(|| "new".to_owned()));
                let first_step = words.and_then(|what| (!what).then(|| "new".to_owned()));
                (pledge, p.adjust(who, Adjustment { due: days.map(due), amount, what, first_step }, left)?)
            }
            Move::HandBack { pledge, who } => {
                let p = before(pledge);
                let who = member(name(who, mine(&p)));
                (pledge, p.hand_back(who, now)?)
            }
            Move::Confirm { pledge, who } => {
                let p = before(pledge);
                let ask = asks(&p);
                (pledge, p.confirm(member(name(who, ask)), member(ask), now)?)
            }
            Move::StillNeeded { pledge, who } => {
                let p = before(pledge);
                let ask = asks(&p);
                (pledge, p.still_needed(member(name(who, ask)), member(ask))?)
            }
        };
        self.pledges[index] = after;
        Ok(())
    }
}

/// Points a move at a pledge that is there. `None` if there is none yet.
fn aimed(by: Move, pledges: usize) -> Option<Move> {
    let mut by = by;
    if let Move::Done { pledge, .. }
    | Move::Adjust { pledge, .. }
    | Move::HandBack { pledge, .. }
    | Move::Confirm { pledge, .. }
    | Move::Silence { pledge }
    | Move::StillNeeded { pledge, .. } = &mut by
    {
        *pledge = pledge.checked_rem(pledges)?;
    }
    Some(by)
}

/// Plays the moves on both, and demands that they agree after each.
fn play(
    need: [u32; 2],
    moves: Vec<Move>,
    each: impl Fn(&Paper, &Community) -> Held,
) -> Result<(Paper, Community), TestCaseError> {
    let mut paper = Paper { need, withdrawn: [None; 2], slips: Vec::new() };
    let mut community = Community::new(need);
    for (tick, by) in (1..).zip(moves) {
        let Some(by) = aimed(by, paper.slips.len()) else { continue };
        prop_assert_eq!(paper.write(&by, tick), community.take(&by, tick), "{:?}", by);
        for (slip, pledge) in paper.slips.iter().zip(&community.pledges) {
            prop_assert_eq!((slip.amount, slip.state()), (pledge.amount, pledge.state), "{:?}", by);
            prop_assert_eq!(&due(slip.due), &pledge.due);
            prop_assert_eq!(slip.renamed, pledge.what == "new" || pledge.first_step.is_some());
            prop_assert_eq!(pledge.is_open(), slip.stage == Stage::Promised);
        }
        each(&paper, &community)?;
    }
    Ok((paper, community))
}

fn needs() -> impl Strategy<Value = [u32; 2]> {
    [1..12_u32, 1..4_u32]
}

#[test]
fn whatever_people_do_a_pledge_is_where_the_paper_says() {
    holds(2_000, &(needs(), moves()), |(need, moves)| play(need, moves, |_, _| Ok(())).map(|_| ()));
}

#[test]
fn no_more_is_taken_than_was_needed_and_the_sums_are_the_papers() {
    holds(1_000, &(needs(), moves()), |(need, moves)| {
        play(need, moves, |paper, community| {
            for (ask, need) in need.into_iter().enumerate() {
                let tally = community.tally(ask);
                prop_assert!(tally.covered() <= need);
                prop_assert_eq!(tally.covered(), paper.taken(ask));
                prop_assert_eq!(tally.left(), paper.left(ask));
                prop_assert_eq!(tally.kept, paper.kept(ask));
                let promised = |s: &&Slip| s.ask == ask && s.stage == Stage::Promised;
                let promised: u32 = paper.slips.iter().filter(promised).map(|s| s.amount - s.brought).sum();
                prop_assert_eq!(tally.promised, promised);
                prop_assert_eq!(community.asks[ask].standing(tally), paper.standing(ask));
            }
            Ok(())
        })
        .map(|_| ())
    });
}

/// Promise 6 and 7, of the digest: no count of one, no private words; and the sums are true.
#[test]
fn the_digest_adds_up_what_the_paper_has_and_names_nobody_who_fell_short() {
    holds(1_000, &(needs(), moves(), 0..40_i64), |(need, moves, since)| {
        let (paper, community) = play(need, moves, |_, _| Ok(()))?;
        let thanks = |ask: usize| {
            (AskId(number(ask)), Quote { from: "Ana".into(), words: format!("thanks-of-{ask}"), pledge: PledgeId(1) })
        };
        let digest = sum_up(at(since), &community.asks, &community.pledges, vec![thanks(0), thanks(1)]);
        let ended = |s: &Slip| !matches!(s.stage, Stage::Promised | Stage::SaidDone);
        let counted: Vec<&Slip> =
            paper.slips.iter().filter(|s| s.made >= since || !ended(s) || s.since >= since).collect();
        let many = |wanted: &dyn Fn(&Slip) -> bool| number(counted.iter().filter(|s| wanted(s)).count()) - 1;
        prop_assert_eq!(digest.pledges, many(&|_| true));
        prop_assert_eq!(digest.kept, many(&|s| matches!(s.stage, Stage::Kept { .. })));
        prop_assert_eq!(digest.in_hand, many(&|s| !ended(s)));
        prop_assert_eq!(digest.released, many(&|s| s.stage == Stage::Released));
        let returned = many(&|s| s.stage == Stage::Returned);
        prop_assert_eq!(digest.handed_back, if returned == 1 { 0 } else { returned });
        prop_assert_ne!(digest.handed_back, 1);
        let after = |s: &Slip| {
            paper.slips.iter().any(|t| {
                let stands = !matches!(t.stage, Stage::Returned | Stage::Released);
                stands && t.ask == s.ask && t.helper != s.helper && t.made >= s.since
            })
        };
        let picked_up = if returned == 1 { 0 } else { many(&|s| s.stage == Stage::Returned && after(s)) };
        prop_assert_eq!(digest.picked_up, picked_up);
        for (index, ask) in community.asks.iter().enumerate() {
            let open = ask.visibility == Visibility::Open;
            let listed = |standing| open && paper.standing(index) == standing;
            prop_assert_eq!(digest.still_looking.iter().any(|a| a.ask == ask.id), listed(Standing::Open));
            prop_assert_eq!(digest.asks_in_hand.iter().any(|a| a.ask == ask.id), listed(Standing::InHand));
            let said = serde_json::to_string(&digest).expect("it is stored as JSON");
            prop_assert!(open || !said.contains(&ask.words), "{said}");
            prop_assert_eq!(said.contains(&format!("thanks-of-{index}")), open);
        }
        // Every ask was posted at 0. It counts if that is within the time, if it is not settled, or if it was settled since.
        let settled = |ask: usize| paper.slips.iter().filter(|s| s.ask == ask && ended(s)).map(|s| s.since).max();
        let counts = |ask: &usize| match (paper.standing(*ask), paper.withdrawn[*ask]) {
            (Standing::Withdrawn, at) => since > 0 && at.is_some_and(|at| at >= since),
            (Standing::Met, _) => since == 0 || settled(*ask).is_some_and(|at| at >= since),
            _ => true,
        };
        let asks: Vec<usize> = (0..2).filter(counts).collect();
        let met = asks.iter().filter(|ask| paper.standing(**ask) == Standing::Met);
        prop_assert_eq!((digest.asks, digest.asks_met), (number(asks.len()) - 1, number(met.count()) - 1));
        Ok(())
    });
}

/// Promise 7: who sees an ask, and who knows whose it is, in every combination there is.
#[test]
fn an_ask_is_seen_by_its_people_only_and_an_anonymous_one_has_no_name() {
    let mut ask = Community::new([1, 1]).asks.remove(0);
    for visibility in Visibility::ALL {
        ask.visibility = visibility;
        for (who, role, invited) in (0..8).map(|n| (n & 1, n & 2 != 0, n & 4 != 0)) {
            let role = if role { Role::Convener } else { Role::Member };
            let viewer = Viewer { member: member(who), role, invited };
            let (theirs, convenes) = (who == 0, role == Role::Convener);
            let (sees, knows) = match visibility {
                Visibility::Open => (true, true),
                Visibility::Private => (theirs || convenes || invited, theirs || convenes || invited),
                Visibility::Anonymous => (theirs || convenes || invited, theirs || convenes),
            };
            assert_eq!(ask.seen_by(viewer), sees, "{visibility:?} {viewer:?}");
            assert_eq!(ask.asker_known_to(viewer), knows, "{visibility:?} {viewer:?}");
        }
    }
}
