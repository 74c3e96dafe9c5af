//! The domain's states, driven by what people might do in any order, beside a plain model of each that shares no code with
//! it. What is not allowed is tried as often as what is.
//!
//! Everything is drawn from a fixed seed, so a failure comes again, is made as small as it gets, and is printed with its
//! seed. `BARNRAISER_TEST_SEED` tries others, `BARNRAISER_TEST_CASES` tries that many times as many.

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestCaseError, TestRunner};

mod helping;
mod meeting;
mod nudging;
mod waking;

type Held = Result<(), TestCaseError>;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// Demands that something holds in many cases, drawn from the seed.
fn holds<S: Strategy>(cases: u32, all: &S, held: impl Fn(S::Value) -> Held) {
    let seed = number("BARNRAISER_TEST_SEED").unwrap_or(2026);
    let times = number("BARNRAISER_TEST_CASES").map_or(1, |times| u32::try_from(times).expect("a sensible number"));
    let config = Config {
        cases: cases.saturating_mul(times),
        max_shrink_iters: 4_000,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    if let Err(error) = TestRunner::new(config).run(all, held) {
        panic!("BARNRAISER_TEST_SEED={seed}: {error}");
    }
}
