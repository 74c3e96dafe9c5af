//! The simulator: six weeks of three communities in a second, with everything that can go wrong, and a checker that knows
//! only what happened. `BARNRAISER_TEST_SEED=n` replays one seed, `BARNRAISER_TEST_SEEDS=n` lives that many (from
//! `BARNRAISER_TEST_SEEDS_FROM` on), `BARNRAISER_TEST_SHOW=1` prints their histories. It never asks the machine's clock, and
//! takes no chance but the seed's.

mod check;
mod deeds;
mod dice;
mod faults;
mod figures;
mod history;
mod ledger;
mod life;
mod people;
mod platform;
mod together;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use check::Facts;
use figures::Figures;
use history::History;
use ledger::{Ledger, MessageRow};
use life::Life;
use people::Size;

/// A folder on a file system in memory, where there is one: what is synced there is as safe as it gets, and free.
fn memory() -> PathBuf {
    let shm = PathBuf::from("/dev/shm");
    if shm.is_dir() { shm } else { std::env::temp_dir() }
}

/// What came of one seed.
struct Lived {
    history: History,
    messages: Vec<MessageRow>,
    /// What the checker found, each with the end of what led to it.
    wrong: Vec<String>,
    figures: Figures,
}

impl Lived {
    /// What happened, and the rows of all messages at the end, a line each.
    fn text(&self) -> String {
        let mut text = self.history.text();
        for row in &self.messages {
            let _ = writeln!(text, "{row:?}");
        }
        text
    }
}

/// Lives one history and checks it.
fn live(seed: u64, size: Size) -> Lived {
    let folder = tempfile::Builder::new().prefix("barnraiser-chaos").tempdir_in(memory()).expect("a folder");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut life = Life::draw(seed, size, folder.path());
    let ledger = runtime.block_on(async {
        life.live().await;
        Ledger::read(folder.path()).await
    });
    let history = life.take_history();
    let posts = std::mem::take(&mut life.inner().posts);
    let whole = life.inner().whole;
    let facts = Facts::gather(&life.cast, &life.deeds, &history, &ledger, &posts, whole);
    let wrong = check::check(&facts);
    let told = |complaint: check::Complaint| {
        format!("seed {seed}: {}\n{}", complaint.what, history.tail(&complaint.about, 40))
    };
    let figures = Figures::of(&life, &facts);
    let wrong = wrong.into_iter().map(told).collect();
    Lived { wrong, history, messages: ledger.messages, figures }
}

/// What a person at the terminal, or a script, reads.
#[expect(clippy::print_stdout, reason = "figures and histories are what somebody runs this for")]
fn show(text: &str) {
    println!("{text}");
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|n| n.parse().expect("a number"))
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// This thread and those it starts stay on one processor, where there is a way to say so: a history and its SQLite wake each
/// other for every statement, and that costs least at home.
fn keep_to_processor(nth: usize) {
    #[cfg(target_os = "linux")]
    {
        use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
        let Ok(may) = sched_getaffinity(None) else { return };
        let mine = (0..CpuSet::MAX_CPU).filter(|cpu| may.is_set(*cpu)).nth(nth % processors());
        if let Some(cpu) = mine {
            let mut set = CpuSet::new();
            set.set(cpu);
            // Slower is no reason to stop.
            let _ = sched_setaffinity(None, &set);
        }
    }
}

/// After so many histories that are wrong no more are lived; `BARNRAISER_TEST_ENOUGH` says another number.
const ENOUGH: u64 = 5;

#[test]
fn nothing_is_lost_and_nothing_said_twice_whatever_goes_wrong() {
    let (from, seeds) = match number("BARNRAISER_TEST_SEED") {
        Some(seed) => (seed, 1),
        None => (number("BARNRAISER_TEST_SEEDS_FROM").unwrap_or(1), number("BARNRAISER_TEST_SEEDS").unwrap_or(24)),
    };
    let threads = number("BARNRAISER_TEST_THREADS").and_then(|n| usize::try_from(n).ok()).unwrap_or_else(processors);
    let enough = usize::try_from(number("BARNRAISER_TEST_ENOUGH").unwrap_or(ENOUGH)).expect("a small number");
    let until = number("BARNRAISER_TEST_MINUTES").map(|minutes| Instant::now() + Duration::from_secs(60 * minutes));
    let next = AtomicU64::new(from);
    let all = Mutex::new((Figures::default(), Vec::new()));
    // Each seed has a thread of its own: what watches the bot belongs to a thread.
    let work = |nth: usize| {
        keep_to_processor(nth);
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if until.is_some_and(|until| Instant::now() >= until) {
                return;
            }
            if seed >= from + seeds || all.lock().expect("nobody panics holding it").1.len() >= enough {
                return;
            }
            let lived = live(seed, Size::of(seed));
            if std::env::var_os("BARNRAISER_TEST_SHOW").is_some() {
                show(&lived.text());
            }
            let mut all = all.lock().expect("nobody panics holding it");
            all.0.add(&lived.figures);
            if !lived.wrong.is_empty() {
                all.1.push(lived.wrong);
            }
        }
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|nth| scope.spawn(move || work(nth))).collect();
        for thread in running {
            thread.join().expect("a seed was lived");
        }
    });
    let (figures, wrong) = all.into_inner().expect("nobody panicked");
    show(&figures.to_string());
    if figures.seeds() < seeds && wrong.len() < enough {
        show(&format!("chaos: time was up after {} of {seeds} seeds", figures.seeds()));
    }
    assert!(figures.seeds() > 0, "no time at all is no test");
    let firsts: Vec<&str> = wrong.iter().flatten().filter_map(|told| told.lines().next()).take(40).collect();
    let in_full = wrong.iter().flatten().take(3).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(
        wrong.is_empty(),
        "{} of {} histories are wrong; BARNRAISER_TEST_SEED=n replays one\n{}\n\n{in_full}",
        wrong.len(),
        figures.seeds(),
        firsts.join("\n")
    );
}

#[test]
fn one_seed_is_one_history() {
    for seed in [3, 5] {
        let (one, two) = (live(seed, Size::SMALL), live(seed, Size::SMALL));
        assert!(one.text() == two.text(), "seed {seed} went two ways");
        assert!(one.history.0.len() > 200, "something happened");
    }
}
