//! The killer: the real program dies at every boundary of its work and at any moment, over and over, in the middle of a
//! community's weeks. In the end everything is as if it had not: nothing is lost, and nothing was said twice.
//!
//! `BARNRAISER_TEST_BINARY` names the program (built with the feature `failpoints`), `BARNRAISER_TEST_KILLS` says how often
//! it dies, `BARNRAISER_TEST_SEED` makes it die at the same places again.

pub mod bot;
pub mod chance;
pub mod life;
#[cfg(feature = "matrix")]
mod room;
#[cfg(feature = "discord")]
mod server;
pub mod tale;
pub mod witness;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use bot::{End, Fate};
use chance::{Chance, seed, wanted};
use life::{Life, Undisturbed};

/// A disk on which nothing has to wait. A killed process loses nothing that it wrote, on whatever disk it was.
pub fn quick_disk() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if tempfile::tempfile_in(&memory).is_ok() { memory } else { std::env::temp_dir() }
}

/// The boundaries that every opening passes often.
const STEADY: [&str; 12] = [
    "before-commit-heard",
    "after-commit-heard",
    "before-commit-tick",
    "after-commit-tick",
    "before-commit-agenda",
    "after-commit-agenda",
    "before-commit-claim",
    "after-commit-claim",
    "before-commit-receipt",
    "after-commit-receipt",
    "before-sending",
    "after-sending",
];
/// Those that only the story's first lines pass.
const AT_FIRST: [&str; 2] = ["before-commit-appoint", "after-commit-appoint"];
/// Those that only a death on the way of a message leads to.
const AFTERWARDS: [&str; 2] = ["before-lookup", "after-lookup"];

fn boundaries() -> impl Iterator<Item = &'static str> {
    STEADY.into_iter().chain(AT_FIRST).chain(AFTERWARDS)
}

/// Lives that go on at the same time.
const AT_ONCE: usize = 2;
/// Every boundary has to be died at this often, where enough deaths were asked for.
const EVERY_BOUNDARY: usize = 5;

#[derive(Default)]
struct Figures {
    next_life: u64,
    lives: usize,
    outside: usize,
    at: BTreeMap<String, usize>,
    messages: usize,
    unanswered: usize,
}

impl Figures {
    fn deaths(&self) -> usize {
        self.at.values().sum::<usize>() + self.outside
    }
}

#[test]
fn however_often_it_dies_everything_happens_once() {
    let began = Instant::now();
    let kills = wanted("BARNRAISER_TEST_KILLS", 60);
    let seed = seed();
    let undisturbed = Undisturbed::of(&crate::console::story("eastbank.script"));
    let figures = Mutex::new(Figures::default());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let number = {
                        let mut figures = figures.lock().expect("nobody panics with it");
                        if figures.deaths() >= kills {
                            return;
                        }
                        figures.next_life += 1;
                        figures.next_life - 1
                    };
                    let ends = live(&undisturbed, seed, number);
                    let mut figures = figures.lock().expect("nobody panics with it");
                    figures.lives += 1;
                    figures.messages += ends.messages;
                    figures.unanswered += ends.unanswered;
                    for end in ends.deaths {
                        match end {
                            End::At(point) => *figures.at.entry(point).or_default() += 1,
                            _ => figures.outside += 1,
                        }
                    }
                }
            });
        }
    });
    let figures = figures.into_inner().expect("nobody panicked");
    let by_boundary: Vec<String> = figures.at.iter().map(|(point, times)| format!("{point} {times}")).collect();
    say(&format!(
        "killer, console: {} deaths in {} lives of the story ({} from outside; {}); {} messages compared, {} answers not \
         seen, 0 lost, 0 twice; seed {seed}, {:.0} s",
        figures.deaths(),
        figures.lives,
        figures.outside,
        by_boundary.join(", "),
        figures.messages,
        figures.unanswered,
        began.elapsed().as_secs_f64()
    ));
    assert!(figures.deaths() >= kills);
    if bot::knows_points() {
        for point in figures.at.keys().chain(&undisturbed.passes()) {
            assert!(boundaries().any(|known| known == point), "{point} is a boundary that nobody dies at on purpose");
        }
        for boundary in boundaries().filter(|_| kills >= 500) {
            let times = figures.at.get(boundary).copied().unwrap_or_default();
            assert!(times >= EVERY_BOUNDARY, "{boundary} was died at {times} times");
        }
    }
}

/// One life of the story, with all its deaths.
fn live(undisturbed: &Undisturbed, seed: u64, number: u64) -> life::Ends {
    let mut chance = Chance::of(seed, number);
    let mut favourites = STEADY.into_iter().cycle().skip(chance.below(STEADY.len()));
    let mut life = Life::begin(undisturbed, format!("seed {seed}, life {number}"));
    loop {
        let fate = fate(&mut chance, &mut favourites, &life, undisturbed);
        if life.go_on(&fate) == End::Whole {
            return life.judge();
        }
    }
}

/// Where it dies next: at any pass of the next few, at a boundary of its own whose turn it is, or from outside.
fn fate(
    chance: &mut Chance,
    favourites: &mut impl Iterator<Item = &'static str>,
    life: &Life<'_>,
    undisturbed: &Undisturbed,
) -> Fate {
    /// On average a death every so many passes.
    const STRIDE: usize = 18;
    if !bot::knows_points() || chance.once_in(8) {
        let said = chance.below(2 * undisturbed.messages() / 15);
        return Fate::Outside { said, after: std::time::Duration::from_micros(chance.next() % 12_000) };
    }
    // Somebody is appointed only at the story's beginning.
    if life.heard() == 0 && chance.once_in(2) {
        return Fate::At(AT_FIRST[chance.below(2)].to_owned(), 1);
    }
    if life.left_something_unknown() && chance.once_in(3) {
        return Fate::At(AFTERWARDS[chance.below(2)].to_owned(), 1);
    }
    if chance.once_in(3)
        && let Some(boundary) = favourites.next()
    {
        return Fate::At(boundary.to_owned(), 1 + chance.below(3));
    }
    Fate::At("any".to_owned(), 1 + chance.below(2 * STRIDE))
}

/// A line of figures, for whoever reads the run.
pub fn say(line: &str) {
    // Past the test harness, which shows what a passing test printed to nobody.
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
