//! The time and chance of the running program. Everything else takes them as arguments.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

/// No clock that is right shows an earlier time than this: the program was not there yet. Moved forward at each release.
pub const RELEASED: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// Where `now` comes from.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;

    /// How much time has passed since some instant, whatever the clock was set to meanwhile. Where the two disagree,
    /// somebody set the clock, or the machine slept.
    fn passed(&self) -> SignedDuration;

    /// What this clock showed at an instant of the world's, such as the time a server put on an event.
    fn showed_at(&self, world: Timestamp) -> Timestamp {
        world
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn passed(&self) -> SignedDuration {
        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        SignedDuration::try_from(BEGAN.elapsed()).unwrap_or(SignedDuration::MAX)
    }
}

/// The machine's clock, moved: for rehearsals and the interactive console.
#[derive(Debug, Default)]
pub struct ShiftedClock {
    shift_ms: AtomicI64,
}

impl ShiftedClock {
    /// From now on it shows `to` and goes on from there.
    pub fn set(&self, to: Timestamp) {
        let shift = to.as_millisecond() - SystemClock.now().as_millisecond();
        self.shift_ms.store(shift, Ordering::Relaxed);
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        self.showed_at(SystemClock.now())
    }

    /// Time that is skipped on purpose has passed.
    fn passed(&self) -> SignedDuration {
        SystemClock.passed().saturating_add(SignedDuration::from_millis(self.shift_ms.load(Ordering::Relaxed)))
    }

    fn showed_at(&self, world: Timestamp) -> Timestamp {
        let shift = SignedDuration::from_millis(self.shift_ms.load(Ordering::Relaxed));
        world.saturating_add(shift).unwrap_or(Timestamp::MAX)
    }
}

/// A clock that stands still until it is set: for scripts.
#[derive(Debug)]
pub struct ManualClock {
    at_ms: AtomicI64,
    wrong_by_ms: AtomicI64,
}

impl ManualClock {
    pub fn at(now: Timestamp) -> Self {
        ManualClock { at_ms: AtomicI64::new(now.as_millisecond()), wrong_by_ms: AtomicI64::new(0) }
    }

    /// Time passes until an instant.
    pub fn set(&self, to: Timestamp) {
        self.at_ms.store(to.as_millisecond(), Ordering::Relaxed);
    }

    /// Somebody sets it wrong by so much, while no time passes.
    pub fn set_wrong(&self, by: SignedDuration) {
        self.wrong_by_ms.store(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        let wrong_by = SignedDuration::from_millis(self.wrong_by_ms.load(Ordering::Relaxed));
        let at = Timestamp::from_millisecond(self.at_ms.load(Ordering::Relaxed)).unwrap_or(Timestamp::UNIX_EPOCH);
        at.saturating_add(wrong_by).unwrap_or(Timestamp::MAX)
    }

    fn passed(&self) -> SignedDuration {
        SignedDuration::from_millis(self.at_ms.load(Ordering::Relaxed))
    }
}

/// Where chance comes from.
pub trait Ids: Send + Sync {
    /// Bytes nobody can guess.
    fn secret(&self) -> [u8; 32];
    /// A short reference for a log line and the person who met the fault.
    fn reference(&self) -> String;
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl SystemIds {
    #[expect(clippy::disallowed_methods, reason = "the one place that is random")]
    fn fill(bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("an operating system without randomness cannot run this program safely");
    }
}

impl Ids for SystemIds {
    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        Self::fill(&mut bytes);
        bytes
    }

    fn reference(&self) -> String {
        let mut bytes = [0; 5];
        Self::fill(&mut bytes);
        data_encoding::BASE32_NOPAD.encode(&bytes)
    }
}

/// The same ids for the same seed: for scripts and tests.
#[derive(Debug, Default)]
pub struct SeededIds {
    seed: u64,
    drawn: AtomicI64,
}

impl SeededIds {
    pub fn new(seed: u64) -> Self {
        SeededIds { seed, drawn: AtomicI64::new(0) }
    }

    fn next(&self) -> [u8; 32] {
        use sha2::Digest as _;
        let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
        sha2::Sha256::new().chain_update(self.seed.to_be_bytes()).chain_update(drawn.to_be_bytes()).finalize().into()
    }
}

impl Ids for SeededIds {
    fn secret(&self) -> [u8; 32] {
        self.next()
    }

    fn reference(&self) -> String {
        data_encoding::BASE32_NOPAD.encode(&self.next()[..5])
    }
}
