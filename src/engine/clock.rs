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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_clock_goes_on() {
        assert!(SystemClock.now() > RELEASED, "or this machine's clock is wrong");
        let began = SystemClock.passed();
        assert!((0..10_000_000).any(|_| SystemClock.passed() > began), "time passes");
    }

    #[test]
    fn a_moved_clock_shows_what_it_was_set_to_and_has_let_that_time_pass() {
        let clock = ShiftedClock::default();
        let (year, minute) = (SignedDuration::from_hours(24 * 365), SignedDuration::from_mins(1));
        let (now, passed) = (clock.now(), clock.passed());
        clock.set(now + year);
        for gone in [clock.now().duration_since(now), clock.passed() - passed] {
            assert!((year - minute..year + minute).contains(&gone), "{gone:?}");
        }
        let ahead = clock.showed_at(RELEASED).duration_since(RELEASED);
        assert!((year - minute..year + minute).contains(&ahead), "what a server dates moves along: {ahead:?}");
    }

    #[test]
    fn a_clock_set_wrong_shows_another_time_while_none_passes() {
        let clock = ManualClock::at(RELEASED);
        assert_eq!(clock.passed(), RELEASED.duration_since(Timestamp::UNIX_EPOCH));
        clock.set_wrong(SignedDuration::from_hours(28));
        assert_eq!(clock.now(), RELEASED + SignedDuration::from_hours(28));
        assert_eq!(clock.passed(), RELEASED.duration_since(Timestamp::UNIX_EPOCH));
    }

    #[test]
    fn chance_does_not_repeat_itself_except_for_the_same_seed() {
        let drawn = |ids: &dyn Ids| [ids.secret(), ids.secret()];
        let named = |ids: &dyn Ids| [ids.reference(), ids.reference()];
        for ids in [&SystemIds as &dyn Ids, &SeededIds::new(1)] {
            let ([first, second], [one, other]) = (drawn(ids), named(ids));
            assert_ne!(first, second);
            assert_ne!(one, other);
            assert!(one.len() == 8 && one.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()), "{one}");
        }
        assert_ne!(drawn(&SystemIds), drawn(&SystemIds));
        assert_eq!(drawn(&SeededIds::new(1)), drawn(&SeededIds::new(1)));
        assert_ne!(drawn(&SeededIds::new(1)), drawn(&SeededIds::new(2)));
        assert_eq!(named(&SeededIds::new(1)), named(&SeededIds::new(1)));
    }
}
