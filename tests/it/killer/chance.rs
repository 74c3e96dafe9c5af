//! Chance that follows from a number, so that whatever it led to can be led to again.

/// SplitMix64: small, even, and the same everywhere.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// Chance of its own for one part of a run: the same for the same two numbers, whatever the other parts did.
    pub fn of(seed: u64, part: u64) -> Chance {
        let mut chance = Chance(seed ^ part.wrapping_mul(0xd1b5_4a32_d192_ed03));
        chance.next();
        chance
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of `0..below`.
    pub fn below(&mut self, below: usize) -> usize {
        let below = u64::try_from(below.max(1)).expect("a length fits");
        usize::try_from(self.next() % below).expect("it is below a length")
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// The seed of this run: `BARNRAISER_TEST_SEED`, or 1.
pub fn seed() -> u64 {
    std::env::var("BARNRAISER_TEST_SEED").map_or(1, |seed| seed.parse().expect("BARNRAISER_TEST_SEED is a number"))
}

/// How many of something this run has to do: a variable, or few enough for every `cargo test`.
pub fn wanted(variable: &str, default: usize) -> usize {
    std::env::var(variable).map_or(default, |count| count.parse().expect("a count is a number"))
}
