//! A pledge: a firm promise against one ask, and the states it can be in.
//!
//! A transition consumes the pledge and gives back the next one or a refusal. What is not written here cannot happen.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::calendar::When;
use super::ids::{AskId, MemberId, PledgeId};
use super::refusal::Refusal;

/// How a pledge came to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConfirmedBy {
    /// The asker said it arrived.
    Asker,
    /// The asker stayed silent for the community's days.
    Silence,
}

/// Where a pledge stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PledgeState {
    /// Promised. Some of it may have been done already; always less than the whole.
    Open { done_so_far: u32 },
    /// The helper says it is done.
    Done { at: Timestamp },
    /// Done and confirmed.
    Kept { at: Timestamp, by: ConfirmedBy },
    /// Returned, no reason asked.
    HandedBack { at: Timestamp },
    /// The ask went away: neither kept nor broken.
    Released { at: Timestamp },
}

/// A firm promise: what, by when, first step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pledge {
    pub id: PledgeId,
    pub ask: AskId,
    pub helper: MemberId,
    pub what: String,
    pub first_step: Option<String>,
    /// How much of the ask's need; at least 1.
    pub amount: u32,
    pub due: When,
    pub made_at: Timestamp,
    pub state: PledgeState,
}

/// What the helper changes when adjusting. Nothing set means nothing changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Adjustment {
    pub due: Option<When>,
    pub amount: Option<u32>,
    pub what: Option<String>,
    pub first_step: Option<String>,
}

impl Pledge {
    /// Is the promise still to be kept?
    pub fn is_open(&self) -> bool {
        matches!(self.state, PledgeState::Open { .. })
    }

    /// The open part's count of what is done, or the refusal that fits the state it is in.
    fn open_part(&self) -> Result<u32, Refusal> {
        match self.state {
            PledgeState::Open { done_so_far } => Ok(done_so_far),
            PledgeState::Done { .. } => Err(Refusal::AlreadyDone(self.id)),
            PledgeState::Kept { .. } => Err(Refusal::AlreadyKept(self.id)),
            PledgeState::HandedBack { .. } => Err(Refusal::AlreadyHandedBack(self.id)),
            PledgeState::Released { .. } => Err(Refusal::AlreadyReleased(self.id)),
        }
    }

    fn held_by(&self, who: MemberId) -> Result<(), Refusal> {
        if self.helper == who { Ok(()) } else { Err(Refusal::NotYourPledge(self.id)) }
    }

    /// The helper says it is done: all of it, or `amount` more of it.
    ///
    /// # Errors
    /// Not their pledge; not open any more; or more than was promised.
    pub fn done(self, who: MemberId, amount: Option<u32>, now: Timestamp) -> Result<Pledge, Refusal> {
        self.held_by(who)?;
        let before = self.open_part()?;
        let left = self.amount - before;
        let state = match amount {
            Some(more) if more > left => return Err(Refusal::MoreThanPledged { pledge: self.id, left }),
            Some(more) if more < left => PledgeState::Open { done_so_far: before + more },
            Some(_) | None => PledgeState::Done { at: now },
        };
        Ok(Pledge { state, ..self })
    }

    /// The helper changes date, size or wording.
    ///
    /// # Errors
    /// Not their pledge; not open any more; nothing to change; or smaller than what is done already.
    pub fn adjust(self, who: MemberId, change: Adjustment, tally_left: u32) -> Result<Pledge, Refusal> {
        self.held_by(who)?;
        let done_so_far = self.open_part()?;
        if change == Adjustment::default() {
            return Err(Refusal::NothingToChange);
        }
        let amount = change.amount.unwrap_or(self.amount);
        if amount <= done_so_far {
            return Err(Refusal::LessThanDone { pledge: self.id, done: done_so_far });
        }
        let most = self.amount.saturating_add(tally_left);
        if amount > most {
            return Err(Refusal::MoreThanNeeded { ask: self.ask, left: most });
        }
        Ok(Pledge {
            due: change.due.unwrap_or(self.due),
            amount,
            what: change.what.unwrap_or(self.what),
            first_step: change.first_step.or(self.first_step),
            ..self
        })
    }

    /// The helper returns it. What was done already stays done; only the rest goes back.
    ///
    /// # Errors
    /// Not their pledge, or not open any more.
    pub fn hand_back(self, who: MemberId, now: Timestamp) -> Result<Pledge, Refusal> {
        self.held_by(who)?;
        Ok(match self.open_part()? {
            0 => Pledge { state: PledgeState::HandedBack { at: now }, ..self },
            done_so_far => Pledge { amount: done_so_far, state: PledgeState::Done { at: now }, ..self },
        })
    }

    /// The asker says it arrived, whether or not the helper has said so yet.
    ///
    /// # Errors
    /// Only the asker may; and not what is kept, handed back or released.
    pub fn confirm(self, who: MemberId, asker: MemberId, now: Timestamp) -> Result<Pledge, Refusal> {
        if who != asker {
            return Err(Refusal::NotYoursToConfirm(self.id));
        }
        match self.state {
            PledgeState::Open { .. } | PledgeState::Done { .. } => {
                Ok(Pledge { state: PledgeState::Kept { at: now, by: ConfirmedBy::Asker }, ..self })
            }
            _ => self.open_part().map(|_| self),
        }
    }

    /// The asker stayed silent: a done pledge counts as kept. `None` if there is nothing to confirm, and where one person
    /// asked and promised: two accounts that turned out to be theirs do not make their silence another's.
    pub fn confirm_by_silence(self, asker: MemberId, now: Timestamp) -> Option<Pledge> {
        match self.state {
            PledgeState::Done { .. } if self.helper != asker => {
                Some(Pledge { state: PledgeState::Kept { at: now, by: ConfirmedBy::Silence }, ..self })
            }
            _ => None,
        }
    }

    /// The asker says it has not arrived: the promise is open again.
    ///
    /// # Errors
    /// Only the asker may, and only of a pledge that was said to be done.
    pub fn still_needed(self, who: MemberId, asker: MemberId) -> Result<Pledge, Refusal> {
        if who != asker {
            return Err(Refusal::NotYoursToConfirm(self.id));
        }
        match self.state {
            PledgeState::Done { .. } => Ok(Pledge { state: PledgeState::Open { done_so_far: 0 }, ..self }),
            PledgeState::Open { .. } => Err(Refusal::NotDoneYet(self.id)),
            _ => self.open_part().map(|_| self),
        }
    }

    /// The ask went away. What was done already stays done; `None` if the pledge was not open.
    pub fn release(self, now: Timestamp) -> Option<Pledge> {
        match self.state {
            PledgeState::Open { done_so_far: 0 } => Some(Pledge { state: PledgeState::Released { at: now }, ..self }),
            PledgeState::Open { done_so_far } => {
                Some(Pledge { amount: done_so_far, state: PledgeState::Done { at: now }, ..self })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ask::Tally;
    use crate::domain::calendar::{Due, Zone};

    const HELPER: MemberId = MemberId(1);
    const ASKER: MemberId = MemberId(2);
    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const NEED: u32 = 12;

    fn pledge(amount: u32) -> Pledge {
        Pledge {
            id: PledgeId(1),
            ask: AskId(1),
            helper: HELPER,
            what: "lamps".to_owned(),
            first_step: None,
            amount,
            due: When::new(Due::Day(jiff::civil::date(2026, 3, 11)), Zone::utc()),
            made_at: NOW,
            state: PledgeState::Open { done_so_far: 0 },
        }
    }

    #[derive(Debug, Clone)]
    enum Move {
        Done(MemberId, Option<u32>),
        Adjust(MemberId, Option<u32>),
        HandBack(MemberId),
        Confirm(MemberId),
        Silence,
        StillNeeded(MemberId),
        Release,
    }

    fn any_move() -> impl Strategy<Value = Move> {
        let who = prop_oneof![4 => Just(HELPER), 4 => Just(ASKER), 1 => Just(MemberId(3))];
        let amount = prop::option::of(1..2 * NEED);
        prop_oneof![
            (who.clone(), amount.clone()).prop_map(|(who, amount)| Move::Done(who, amount)),
            (who.clone(), amount).prop_map(|(who, amount)| Move::Adjust(who, amount)),
            who.clone().prop_map(Move::HandBack),
            who.clone().prop_map(Move::Confirm),
            Just(Move::Silence),
            who.prop_map(Move::StillNeeded),
            Just(Move::Release),
        ]
    }

    /// What becomes of a pledge; refused, it stays as it was.
    fn moved(pledge: &Pledge, by: &Move) -> Option<Pledge> {
        let left = Tally::of(NEED, [pledge]).left();
        let pledge = pledge.clone();
        match *by {
            Move::Done(who, amount) => pledge.done(who, amount, NOW).ok(),
            Move::Adjust(who, amount) => pledge.adjust(who, Adjustment { amount, ..Adjustment::default() }, left).ok(),
            Move::HandBack(who) => pledge.hand_back(who, NOW).ok(),
            Move::Confirm(who) => pledge.confirm(who, ASKER, NOW).ok(),
            Move::Silence => pledge.confirm_by_silence(ASKER, NOW),
            Move::StillNeeded(who) => pledge.still_needed(who, ASKER).ok(),
            Move::Release => pledge.release(NOW),
        }
    }

    fn is_over(pledge: &Pledge) -> bool {
        !matches!(pledge.state, PledgeState::Open { .. } | PledgeState::Done { .. })
    }

    proptest! {
        #[test]
        fn nothing_that_happens_makes_more_of_it_than_was_needed_and_what_is_over_stays_over(
            amount in 1..=NEED,
            moves in prop::collection::vec(any_move(), 0..30),
        ) {
            let mut pledge = pledge(amount);
            for by in &moves {
                let Some(next) = moved(&pledge, by) else { continue };
                prop_assert!(!is_over(&pledge), "{by:?} changed {pledge:?}");
                prop_assert!(next.amount >= 1);
                if let PledgeState::Open { done_so_far } = next.state {
                    prop_assert!(done_so_far < next.amount, "{by:?}: {next:?}");
                }
                let tally = Tally::of(NEED, [&next]);
                prop_assert!(tally.covered() <= NEED, "{by:?}: {next:?}");
                let gone = matches!(next.state, PledgeState::HandedBack { .. } | PledgeState::Released { .. });
                prop_assert_eq!(tally.covered(), if gone { 0 } else { next.amount });
                pledge = next;
            }
        }

        #[test]
        fn only_the_helper_moves_a_promise_and_only_the_asker_judges_it(
            amount in 1..=NEED,
            moves in prop::collection::vec(any_move(), 0..30),
        ) {
            let mut pledge = pledge(amount);
            for by in &moves {
                let Some(next) = moved(&pledge, by) else { continue };
                let who = match by {
                    Move::Done(who, _) | Move::Adjust(who, _) | Move::HandBack(who) => Some((*who, HELPER)),
                    Move::Confirm(who) | Move::StillNeeded(who) => Some((*who, ASKER)),
                    Move::Silence | Move::Release => None,
                };
                prop_assert!(who.is_none_or(|(who, may)| who == may), "{by:?}");
                pledge = next;
            }
        }
    }

    #[test]
    fn what_was_done_stays_done_when_the_rest_goes_back() {
        let part = pledge(5).done(HELPER, Some(2), NOW).unwrap();
        assert_eq!(part.state, PledgeState::Open { done_so_far: 2 });
        let back = part.clone().hand_back(HELPER, NOW).unwrap();
        assert_eq!((back.amount, back.state), (2, PledgeState::Done { at: NOW }));
        let released = part.clone().release(NOW).unwrap();
        assert_eq!((released.amount, released.state), (2, PledgeState::Done { at: NOW }));
        assert_eq!(part.done(HELPER, Some(3), NOW).unwrap().state, PledgeState::Done { at: NOW });
    }

    #[test]
    fn nobody_confirms_their_own_help_by_silence() {
        let done = pledge(1).done(HELPER, None, NOW).unwrap();
        assert_eq!(done.clone().confirm_by_silence(HELPER, NOW), None);
        assert!(done.clone().confirm_by_silence(ASKER, NOW).is_some());
        assert!(done.confirm(HELPER, HELPER, NOW).is_ok(), "but they may say that it is there");
    }

    #[test]
    fn a_refusal_says_what_is_wrong() {
        let id = PledgeId(1);
        let done = pledge(5).done(HELPER, None, NOW).unwrap();
        assert_eq!(pledge(5).done(ASKER, None, NOW), Err(Refusal::NotYourPledge(id)));
        assert_eq!(pledge(5).done(HELPER, Some(6), NOW), Err(Refusal::MoreThanPledged { pledge: id, left: 5 }));
        assert_eq!(pledge(5).adjust(HELPER, Adjustment::default(), 0), Err(Refusal::NothingToChange));
        let more = Adjustment { amount: Some(8), ..Adjustment::default() };
        assert_eq!(pledge(5).adjust(HELPER, more, 2), Err(Refusal::MoreThanNeeded { ask: AskId(1), left: 7 }));
        assert_eq!(pledge(5).confirm(HELPER, ASKER, NOW), Err(Refusal::NotYoursToConfirm(id)));
        assert_eq!(pledge(5).still_needed(ASKER, ASKER), Err(Refusal::NotDoneYet(id)));
        assert_eq!(done.clone().hand_back(HELPER, NOW), Err(Refusal::AlreadyDone(id)));
        let kept = done.confirm(ASKER, ASKER, NOW).unwrap();
        assert_eq!(kept.clone().confirm(ASKER, ASKER, NOW), Err(Refusal::AlreadyKept(id)));
        assert_eq!(kept.release(NOW), None);
    }
}
