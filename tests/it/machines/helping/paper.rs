//! What a person would keep on paper: every ask with its need, and a slip for every pledge. The model beside which the
//! domain is played; it knows amounts and stages and nothing of how the domain holds them.

use barnraiser::domain::ask::Standing;
use barnraiser::domain::pledge::{ConfirmedBy, PledgeState};
use barnraiser::domain::{AskId, PledgeId, Refusal};

use super::{CONVENER, Move, at, name, number};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Promised,
    SaidDone,
    Kept { silently: bool },
    Returned,
    Released,
}

#[derive(Debug, Clone)]
pub struct Slip {
    pub ask: usize,
    pub helper: usize,
    pub amount: u32,
    /// Of a promise: how much of it was brought already.
    pub brought: u32,
    pub stage: Stage,
    /// When it came to where it is.
    pub since: i64,
    pub made: i64,
    pub due: i64,
    pub renamed: bool,
}

pub struct Paper {
    pub need: [u32; 2],
    pub withdrawn: [Option<i64>; 2],
    pub slips: Vec<Slip>,
}

impl Paper {
    /// What has somebody, whether promised, brought or kept.
    pub fn taken(&self, ask: usize) -> u32 {
        let live = |slip: &&Slip| slip.ask == ask && !matches!(slip.stage, Stage::Returned | Stage::Released);
        self.slips.iter().filter(live).map(|slip| slip.amount).sum()
    }

    pub fn kept(&self, ask: usize) -> u32 {
        let kept = |slip: &&Slip| slip.ask == ask && matches!(slip.stage, Stage::Kept { .. });
        self.slips.iter().filter(kept).map(|slip| slip.amount).sum()
    }

    pub fn left(&self, ask: usize) -> u32 {
        self.need[ask] - self.taken(ask)
    }

    pub fn standing(&self, ask: usize) -> Standing {
        let (taken, kept) = (self.taken(ask), self.kept(ask));
        let wanted = if self.withdrawn[ask].is_some() { taken } else { self.need[ask] };
        match (taken, kept) {
            (0, _) if self.withdrawn[ask].is_some() => Standing::Withdrawn,
            (_, kept) if kept == wanted => Standing::Met,
            (taken, _) if taken == wanted => Standing::InHand,
            _ => Standing::Open,
        }
    }

    /// Whether a move is allowed, or the answer it gets; if allowed, it is written down.
    pub fn write(&mut self, by: &Move, now: i64) -> Result<(), Refusal> {
        match *by {
            Move::Pledge { ask, who, amount } => {
                let id = AskId(number(ask));
                if self.withdrawn[ask].is_some() {
                    return Err(Refusal::AskClosed(id));
                }
                if who == ask {
                    return Err(Refusal::OwnAsk(id));
                }
                match self.left(ask) {
                    0 => return Err(Refusal::AskFull(id)),
                    left if left < amount => return Err(Refusal::MoreThanNeeded { ask: id, left }),
                    _ => {}
                }
                let stage = Stage::Promised;
                let slip =
                    Slip { ask, helper: who, amount, brought: 0, stage, since: now, made: now, due: 0, renamed: false };
                self.slips.push(slip);
                Ok(())
            }
            Move::Withdraw { ask, who } => {
                let who = name(who, ask);
                if who != ask && who != CONVENER {
                    return Err(Refusal::NotYourAsk(AskId(number(ask))));
                }
                if self.withdrawn[ask].is_some() {
                    return Err(Refusal::AskClosed(AskId(number(ask))));
                }
                self.withdrawn[ask] = Some(now);
                self.slips.iter_mut().filter(|slip| slip.ask == ask).for_each(|slip| slip.end(Stage::Released, now));
                Ok(())
            }
            Move::Show { .. } => Ok(()),
            Move::Done { pledge, .. }
            | Move::Adjust { pledge, .. }
            | Move::HandBack { pledge, .. }
            | Move::Confirm { pledge, .. }
            | Move::Silence { pledge }
            | Move::StillNeeded { pledge, .. } => {
                let left = self.left(self.slips[pledge].ask);
                self.slips[pledge].write(PledgeId(number(pledge)), by, left, now)
            }
        }
    }
}

impl Slip {
    /// The rest goes away; what was brought stays brought.
    fn end(&mut self, stage: Stage, now: i64) {
        if self.stage == Stage::Promised {
            (self.stage, self.amount) =
                if self.brought > 0 { (Stage::SaidDone, self.brought) } else { (stage, self.amount) };
            self.since = now;
        }
    }

    fn write(&mut self, id: PledgeId, by: &Move, left: u32, now: i64) -> Result<(), Refusal> {
        let over = match self.stage {
            Stage::Promised | Stage::SaidDone => None,
            Stage::Kept { .. } => Some(Refusal::AlreadyKept(id)),
            Stage::Returned => Some(Refusal::AlreadyHandedBack(id)),
            Stage::Released => Some(Refusal::AlreadyReleased(id)),
        };
        let not_open = || over.clone().or((self.stage == Stage::SaidDone).then_some(Refusal::AlreadyDone(id)));
        match *by {
            Move::Done { who, .. } | Move::Adjust { who, .. } | Move::HandBack { who, .. }
                if name(who, self.helper) != self.helper =>
            {
                return Err(Refusal::NotYourPledge(id));
            }
            Move::Confirm { who, .. } | Move::StillNeeded { who, .. } if name(who, self.ask) != self.ask => {
                return Err(Refusal::NotYoursToConfirm(id));
            }
            Move::Done { .. } | Move::Adjust { .. } | Move::HandBack { .. } => not_open().map_or(Ok(()), Err)?,
            Move::Confirm { .. } | Move::StillNeeded { .. } => over.map_or(Ok(()), Err)?,
            _ => {}
        }
        match *by {
            Move::Done { amount, .. } => {
                let to_come = self.amount - self.brought;
                let more = amount.unwrap_or(to_come);
                if more > to_come {
                    return Err(Refusal::MoreThanPledged { pledge: id, left: to_come });
                }
                self.brought += more;
                if self.brought == self.amount {
                    (self.stage, self.since) = (Stage::SaidDone, now);
                }
            }
            Move::Adjust { amount, days, words, .. } => {
                if (amount, days, words) == (None, None, None) {
                    return Err(Refusal::NothingToChange);
                }
                let amount = amount.unwrap_or(self.amount);
                if amount <= self.brought {
                    return Err(Refusal::LessThanDone { pledge: id, done: self.brought });
                }
                if amount > self.amount + left {
                    return Err(Refusal::MoreThanNeeded { ask: AskId(number(self.ask)), left: self.amount + left });
                }
                self.amount = amount;
                self.due = days.unwrap_or(self.due);
                self.renamed |= words.is_some();
            }
            Move::HandBack { .. } => self.end(Stage::Returned, now),
            Move::Confirm { .. } => (self.stage, self.since) = (Stage::Kept { silently: false }, now),
            Move::Silence { .. } if self.stage == Stage::SaidDone => {
                (self.stage, self.since) = (Stage::Kept { silently: true }, now);
            }
            Move::StillNeeded { .. } if self.stage == Stage::Promised => return Err(Refusal::NotDoneYet(id)),
            Move::StillNeeded { .. } => (self.stage, self.brought) = (Stage::Promised, 0),
            _ => {}
        }
        Ok(())
    }

    pub fn state(&self) -> PledgeState {
        let at = at(self.since);
        match self.stage {
            Stage::Promised => PledgeState::Open { done_so_far: self.brought },
            Stage::SaidDone => PledgeState::Done { at },
            Stage::Kept { silently: true } => PledgeState::Kept { at, by: ConfirmedBy::Silence },
            Stage::Kept { silently: false } => PledgeState::Kept { at, by: ConfirmedBy::Asker },
            Stage::Returned => PledgeState::HandedBack { at },
            Stage::Released => PledgeState::Released { at },
        }
    }
}
