//! What goes wrong in a history: up to six faults, drawn from the seed, each with its time. And the watcher that stops the
//! bot between two steps of its work, or fills its disk.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use barnraiser::domain::community::Platform;
use barnraiser::failpoint::{self, Point, Verdict};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use super::dice::{Dice, later};
use super::people::{Cast, WEEKS};
use super::platform::Trouble;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The next requests to a platform meet a trouble.
    Requests {
        platform: Platform,
        trouble: Trouble,
        times: u32,
    },
    /// Answers are lost, and where that happens the history looks empty for a while.
    Blinded {
        platform: Platform,
        times: u32,
        blind: SignedDuration,
    },
    /// A platform answers nothing for a while.
    Away {
        platform: Platform,
        how_long: SignedDuration,
    },
    ClosedDirect {
        who: usize,
        how_long: SignedDuration,
    },
    PutOut {
        community: usize,
        how_long: SignedDuration,
    },
    /// At the nth point that is passed from now on everything stops.
    Crash {
        nth: u32,
        down: SignedDuration,
    },
    /// Between two steps.
    Off {
        down: SignedDuration,
    },
    FullDisk {
        commits: u32,
    },
    /// The machine's clock is wrong by so much.
    Clock {
        off: SignedDuration,
        how_long: SignedDuration,
    },
    /// Platforms hand over events twice, and not in order.
    Muddle {
        how_long: SignedDuration,
    },
}

/// A clock may be wrong by so many seconds unnoticed. By more than five minutes it is not: what is due waits until it is
/// right.
pub const UNNOTICED: i64 = 240;

impl Fault {
    pub fn name(self) -> &'static str {
        match self {
            Fault::Requests { trouble, .. } => trouble.name(),
            Fault::Blinded { .. } => "blinded",
            Fault::Away { .. } => "platform away",
            Fault::ClosedDirect { .. } => "closed direct chat",
            Fault::PutOut { .. } => "put out of a place",
            Fault::Crash { .. } => "crash",
            Fault::Off { .. } => "off",
            Fault::FullDisk { .. } => "full disk",
            Fault::Clock { .. } => "wrong clock",
            Fault::Muddle { .. } => "muddled events",
        }
    }

    fn draw(dice: &mut Dice, cast: &Cast) -> Fault {
        let platform = if dice.of_100(70) { Platform::Matrix } else { Platform::Discord };
        let times = u32::try_from(dice.range(1, 9)).expect("small");
        let requests = |trouble| Fault::Requests { platform, trouble, times };
        match dice.range(0, 20) {
            0 => requests(Trouble::Lost),
            1 => requests(Trouble::ErrorBefore),
            2 => requests(Trouble::ErrorAfter),
            3 => requests(Trouble::ResetAfter),
            // Later than this a platform is not: after the quarantine a request is either done or never will be.
            4 => requests(Trouble::Late(dice.range(1, 85))),
            5 => requests(Trouble::Limited(dice.seconds_of_any_size(1, 3600).as_secs())),
            6 => Fault::Requests { platform, trouble: Trouble::Clogged(dice.range(95, 3600)), times: 1 },
            7 => Fault::Blinded { platform, times, blind: dice.minutes(2, 26 * 60) },
            8 => Fault::ClosedDirect { who: dice.index(cast.people.len()), how_long: dice.minutes(60, 6 * 24 * 60) },
            9 => Fault::PutOut { community: dice.index(3), how_long: dice.minutes(10, 2 * 24 * 60) },
            10..13 => Fault::Crash {
                nth: u32::try_from(dice.range(1, 60)).expect("small"),
                down: dice.seconds_of_any_size(1, 48 * 3600),
            },
            13 => Fault::Off { down: dice.seconds_of_any_size(1, 48 * 3600) },
            14 => Fault::FullDisk { commits: u32::try_from(dice.range(1, 5)).expect("small") },
            15 => {
                let off = SignedDuration::from_secs(dice.range(-UNNOTICED, UNNOTICED));
                Fault::Clock { off, how_long: dice.minutes(5, 24 * 60) }
            }
            16 => {
                let by = dice.seconds_of_any_size(301, 3 * 24 * 3600);
                Fault::Clock { off: if dice.of_100(60) { by } else { -by }, how_long: dice.minutes(1, 24 * 60) }
            }
            17 | 18 => Fault::Away { platform, how_long: dice.minutes(10, 36 * 60) },
            _ => Fault::Muddle { how_long: dice.minutes(60, 4 * 24 * 60) },
        }
    }
}

/// Up to so many faults, by their times.
pub fn draw(dice: &mut Dice, cast: &Cast, most: i64) -> Vec<(Timestamp, Fault)> {
    let mut faults = Vec::new();
    for _ in 0..dice.range(0, most + 1) {
        // Troubles seldom come alone: half of them follow another within the hour.
        let at = match faults.last() {
            Some((at, _)) if dice.of_100(50) => later(*at, dice.minutes(0, 60)),
            _ => later(cast.begins, dice.minutes(24 * 60, (WEEKS * 7 - 2) * 24 * 60)),
        };
        faults.push((at, Fault::draw(dice, cast)));
    }
    faults.sort_by_key(|(at, _)| *at);
    faults
}

/// What the watcher has in mind, and what it saw.
#[derive(Default)]
pub struct Watch {
    /// Passes until everything stops.
    pub crash_in: Cell<Option<u32>>,
    pub full_commits: Cell<u32>,
    pub stopped_at: Cell<Option<Point>>,
    pub notify: Notify,
    pub passes: Cell<u64>,
    /// Commits that found the disk full.
    pub refused: RefCell<Vec<&'static str>>,
}

impl Watch {
    /// Watches this thread until another watcher does.
    pub fn set(self: &Rc<Self>) {
        let watch = Rc::clone(self);
        failpoint::watch(Some(Box::new(move |point| watch.judge(point))));
    }

    fn judge(&self, point: Point) -> Verdict {
        self.passes.set(self.passes.get() + 1);
        if let Some(left) = self.crash_in.get() {
            if left <= 1 {
                self.crash_in.set(None);
                self.stopped_at.set(Some(point));
                self.notify.notify_one();
                return Verdict::Stop;
            }
            self.crash_in.set(Some(left - 1));
        }
        if let Point::BeforeCommit(kind) = point
            && self.full_commits.get() > 0
        {
            self.full_commits.set(self.full_commits.get() - 1);
            self.refused.borrow_mut().push(kind);
            return Verdict::FullDisk;
        }
        Verdict::GoOn
    }
}
