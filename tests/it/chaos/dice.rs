//! One seed's chance. It is the only chance a simulated history has, so that the seed is the history.

use jiff::{SignedDuration, Timestamp};

/// `SplitMix64`: small, fast, and the same everywhere.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    /// Dice of their own for one purpose: what is drawn here moves nothing there.
    pub fn for_purpose(&mut self) -> Dice {
        Dice(self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `from` up to and not including `to`.
    pub fn range(&mut self, from: i64, to: i64) -> i64 {
        let width = u64::try_from(to - from).expect("a range goes up");
        from + i64::try_from(self.next() % width).expect("no wider than the range")
    }

    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.range(0, i64::try_from(len).expect("short"))).expect("not negative")
    }

    pub fn of_100(&mut self, chance: i64) -> bool {
        self.range(0, 100) < chance
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.index(from.len())]
    }

    pub fn minutes(&mut self, from: i64, to: i64) -> SignedDuration {
        SignedDuration::from_mins(self.range(from, to))
    }

    /// A span as likely short as long: its order of magnitude is drawn first.
    pub fn seconds_of_any_size(&mut self, from: i64, to: i64) -> SignedDuration {
        let mut most = from * 4;
        while most < to && self.of_100(70) {
            most *= 4;
        }
        SignedDuration::from_secs(self.range(from, most.min(to) + 1))
    }

    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for at in (1..things.len()).rev() {
            things.swap(at, self.index(at + 1));
        }
    }
}

/// An instant, some time later.
pub fn later(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.saturating_add(span).expect("six weeks are in range")
}
