//! How the running program is doing: counts since it started, and what its parts report about themselves.
//!
//! One small value, shared by clones: the engine counts, the platforms and the backups report, and whoever is asked about
//! the bot's health reads. Nothing here is kept over a restart, nothing decides, and nothing is ever awaited.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::parcel::Outcome;
use crate::domain::community::Platform;

/// From this difference on a clock is wrong, and what is due has to wait (DESIGN.md section 6).
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// The upper ends of the batch sizes that are counted apart; the last is the most one commit holds.
pub const BATCHES: [u64; 7] = [1, 2, 4, 8, 16, 32, 64];

/// How attempts end, as they are counted.
pub const OUTCOMES: [&str; 7] = ["delivered", "refused", "closed", "later", "unknown", "absent", "unreadable"];

/// The shared value.
#[derive(Debug, Clone, Default)]
pub struct Vitals(Arc<Inside>);

#[derive(Debug, Default)]
struct Inside {
    inputs: AtomicU64,
    commits: AtomicU64,
    lost_commits: AtomicU64,
    batches: [AtomicU64; BATCHES.len()],
    lookups: AtomicU64,
    outcomes: [AtomicU64; OUTCOMES.len()],
    /// How far the machine's clock is behind the latest time seen, in milliseconds.
    behind_ms: AtomicI64,
    /// Nobody has confirmed the clock yet; the last comparison found it wrong; the last comparison found it right.
    untested: AtomicBool,
    off: AtomicBool,
    confirmed: AtomicBool,
    reports: Mutex<Reports>,
}

#[derive(Debug, Clone, Default)]
struct Reports {
    platforms: BTreeMap<Platform, bool>,
    /// How far a platform's clock is ahead of ours.
    ahead: BTreeMap<Platform, SignedDuration>,
    backup: Backup,
}

/// How the scheduled backups are doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Backup {
    /// None are scheduled.
    #[default]
    Off,
    /// Scheduled; the newest one that is whole, if there is any, and whether the last attempt failed.
    On { newest: Option<Timestamp>, failing: bool },
}

/// What is wrong with the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skew {
    /// It shows an earlier time than it did before, by this much.
    WentBack(SignedDuration),
    /// A platform's server disagrees with it; positive: the server is ahead.
    Disagrees(Platform, SignedDuration),
}

/// The counts at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub inputs: u64,
    pub commits: u64,
    pub lost_commits: u64,
    /// How many commits held at most as many inputs as [`BATCHES`] says, each counted once.
    pub batches: [u64; BATCHES.len()],
    pub lookups: u64,
    /// In the order of [`OUTCOMES`].
    pub outcomes: [u64; OUTCOMES.len()],
}

fn add(counter: &AtomicU64, more: usize) {
    counter.fetch_add(u64::try_from(more).unwrap_or(u64::MAX), Ordering::Relaxed);
}

impl Vitals {
    fn reports(&self) -> MutexGuard<'_, Reports> {
        // A panic elsewhere leaves plain values behind, which are as good as before.
        self.0.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A batch of inputs is durable.
    pub fn committed(&self, inputs: usize) {
        add(&self.0.commits, 1);
        add(&self.0.inputs, inputs);
        let size = u64::try_from(inputs).unwrap_or(u64::MAX);
        let bucket = BATCHES.iter().position(|most| size <= *most).unwrap_or(BATCHES.len() - 1);
        add(&self.0.batches[bucket], 1);
    }

    /// A batch could not be committed.
    pub fn lost(&self) {
        add(&self.0.lost_commits, 1);
    }

    /// A message is to be looked up instead of sent.
    pub fn looks_up(&self) {
        add(&self.0.lookups, 1);
    }

    /// An attempt has ended.
    pub fn ended(&self, outcome: &Outcome) {
        let at = match outcome {
            Outcome::Delivered { .. } => 0,
            Outcome::Refused { .. } => 1,
            Outcome::Closed { .. } => 2,
            Outcome::Later { .. } => 3,
            Outcome::Unknown { .. } => 4,
            Outcome::Absent => 5,
            Outcome::Unreadable { .. } => 6,
        };
        add(&self.0.outcomes[at], 1);
    }

    /// What the clock shows, and the latest time that was ever seen.
    pub fn clock(&self, shows: Timestamp, seen: Timestamp) {
        let behind = seen.as_millisecond().saturating_sub(shows.as_millisecond()).max(0);
        self.0.behind_ms.store(behind, Ordering::Relaxed);
    }

    /// A platform is connected, or has lost its server.
    pub fn platform(&self, platform: Platform, connected: bool) {
        self.reports().platforms.insert(platform, connected);
    }

    /// The machine's clock is not to be relied on until a platform has confirmed it.
    pub fn doubt_the_clock(&self) {
        self.0.untested.store(true, Ordering::Relaxed);
        self.0.confirmed.store(false, Ordering::Relaxed);
    }

    /// What a platform's server said the time is, and what our clock showed then.
    pub fn server_time(&self, platform: Platform, theirs: Timestamp, ours: Timestamp) {
        let mut reports = self.reports();
        reports.ahead.insert(platform, theirs.duration_since(ours));
        let off = reports.ahead.values().any(|ahead| ahead.abs() > CLOCK_TOLERANCE);
        self.0.off.store(off, Ordering::Relaxed);
        self.0.confirmed.store(!off, Ordering::Relaxed);
        self.0.untested.store(false, Ordering::Relaxed);
    }

    /// A platform does not answer. What it said the time is says less from hour to hour: as long as another platform can
    /// be asked, that one is believed alone.
    pub fn no_answer(&self, platform: Platform) {
        let mut reports = self.reports();
        if reports.ahead.len() > 1 && reports.ahead.remove(&platform).is_some() {
            let off = reports.ahead.values().any(|ahead| ahead.abs() > CLOCK_TOLERANCE);
            self.0.off.store(off, Ordering::Relaxed);
            self.0.confirmed.store(!off, Ordering::Relaxed);
        }
    }

    /// A platform answers and does not say what time it is: there is nothing to compare with.
    pub fn no_server_time(&self) {
        self.0.untested.store(false, Ordering::Relaxed);
    }

    /// Whether the clock may be acted upon: confirmed, or with nobody to ask. Otherwise what is due waits.
    pub fn trusts_the_clock(&self) -> bool {
        !self.0.off.load(Ordering::Relaxed) && !self.0.untested.load(Ordering::Relaxed)
    }

    /// Whether a server has confirmed the clock.
    pub fn confirms_the_clock(&self) -> bool {
        self.0.confirmed.load(Ordering::Relaxed)
    }

    /// The newest whole backup there is, if any; said at the start and after each one made.
    pub fn backed_up(&self, newest: Option<Timestamp>) {
        self.reports().backup = Backup::On { newest, failing: false };
    }

    /// A scheduled backup could not be made.
    pub fn backup_failed(&self) {
        let mut reports = self.reports();
        let newest = match reports.backup {
            Backup::On { newest, .. } => newest,
            Backup::Off => None,
        };
        reports.backup = Backup::On { newest, failing: true };
    }

    pub fn backup(&self) -> Backup {
        self.reports().backup
    }

    /// The platforms that have reported, and whether each is connected.
    pub fn platforms(&self) -> BTreeMap<Platform, bool> {
        self.reports().platforms.clone()
    }

    /// How far the clock is behind the latest time seen.
    pub fn behind(&self) -> SignedDuration {
        SignedDuration::from_millis(self.0.behind_ms.load(Ordering::Relaxed))
    }

    /// What is wrong with the clock, the worst of it; `None` if it can be relied on.
    pub fn skew(&self) -> Option<Skew> {
        let back = Some(self.behind()).filter(|by| *by > CLOCK_TOLERANCE).map(Skew::WentBack);
        let disagrees = || {
            let reports = self.reports();
            let worst = reports.ahead.iter().max_by_key(|(_, ahead)| ahead.abs())?;
            Some((*worst.0, *worst.1)).filter(|(_, ahead)| ahead.abs() > CLOCK_TOLERANCE)
        };
        back.or_else(|| disagrees().map(|(platform, ahead)| Skew::Disagrees(platform, ahead)))
    }

    pub fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Inside { inputs, commits, lost_commits, batches, lookups, outcomes, .. } = &*self.0;
        Counts {
            inputs: read(inputs),
            commits: read(commits),
            lost_commits: read(lost_commits),
            batches: batches.each_ref().map(read),
            lookups: read(lookups),
            outcomes: outcomes.each_ref().map(read),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_clock_is_wrong_from_five_minutes_on() {
        let vitals = Vitals::default();
        assert_eq!(vitals.skew(), None);
        vitals.clock(at("2026-03-05T10:00:00Z"), at("2026-03-05T10:05:00Z"));
        assert_eq!(vitals.skew(), None);
        vitals.clock(at("2026-03-05T10:00:00Z"), at("2026-03-05T10:05:01Z"));
        assert_eq!(vitals.skew(), Some(Skew::WentBack(SignedDuration::from_secs(301))));
        vitals.clock(at("2026-03-05T10:06:00Z"), at("2026-03-05T10:06:00Z"));
        assert_eq!(vitals.skew(), None, "it caught up");
        vitals.server_time(Platform::Matrix, at("2026-03-05T10:00:00Z"), at("2026-03-05T10:05:00Z"));
        assert_eq!((vitals.skew(), vitals.confirms_the_clock()), (None, true));
        vitals.server_time(Platform::Matrix, at("2026-03-05T10:00:00Z"), at("2026-03-05T10:06:00Z"));
        assert_eq!(vitals.skew(), Some(Skew::Disagrees(Platform::Matrix, SignedDuration::from_mins(-6))));
        vitals.server_time(Platform::Matrix, at("2026-03-05T10:06:00Z"), at("2026-03-05T10:06:00Z"));
        assert_eq!(vitals.skew(), None);
    }

    #[test]
    fn a_platform_that_is_away_is_no_witness_against_the_clock() {
        let (vitals, shows) = (Vitals::default(), at("2026-03-05T10:00:00Z"));
        for platform in [Platform::Matrix, Platform::Discord] {
            vitals.server_time(platform, at("2026-03-05T08:00:00Z"), shows);
        }
        vitals.no_answer(Platform::Discord);
        assert!(!vitals.trusts_the_clock(), "the other one has said so too");
        vitals.server_time(Platform::Matrix, shows, shows);
        assert!(vitals.trusts_the_clock(), "it was set right, and the one that answers says so");
        assert!(vitals.confirms_the_clock());
        vitals.no_answer(Platform::Matrix);
        assert!(vitals.trusts_the_clock(), "with nobody to ask, the last answer stands");
    }

    #[test]
    fn the_word_of_whoever_is_left_counts() {
        let (vitals, shows) = (Vitals::default(), at("2026-03-05T10:00:00Z"));
        let off_by = |minutes| shows + SignedDuration::from_mins(minutes);
        for (minutes, trusted) in [(0, true), (5, true), (6, false), (-5, true), (-6, false)] {
            vitals.server_time(Platform::Matrix, off_by(minutes), shows);
            vitals.server_time(Platform::Discord, off_by(60), shows);
            assert!(!vitals.trusts_the_clock());
            vitals.no_answer(Platform::Discord);
            assert_eq!((vitals.trusts_the_clock(), vitals.confirms_the_clock()), (trusted, trusted), "{minutes}");
            vitals.no_answer(Platform::Matrix);
            assert_eq!(vitals.trusts_the_clock(), trusted, "its last word stands: {minutes}");
        }
    }

    #[test]
    fn clones_share_and_batches_fall_into_their_sizes() {
        let vitals = Vitals::default();
        let other = vitals.clone();
        for inputs in [1, 2, 3, 64, 1_000] {
            other.committed(inputs);
        }
        other.lost();
        other.looks_up();
        let counts = vitals.counts();
        assert_eq!((counts.lost_commits, counts.lookups), (1, 1));
        assert_eq!((counts.commits, counts.inputs), (5, 1_070));
        assert_eq!(counts.batches, [1, 1, 1, 0, 0, 0, 2]);
    }

    #[test]
    fn a_failed_backup_keeps_the_newest_good_one() {
        let vitals = Vitals::default();
        assert_eq!(vitals.backup(), Backup::Off);
        let newest = Some(at("2026-03-05T10:00:00Z"));
        vitals.backed_up(newest);
        vitals.backup_failed();
        assert_eq!(vitals.backup(), Backup::On { newest, failing: true });
        vitals.backed_up(newest);
        assert_eq!(vitals.backup(), Backup::On { newest, failing: false });
    }
}
