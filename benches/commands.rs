//! Whole commands through the engine with durable commits, beside bare SQLite in the same run. docs/benchmarks.md says how
//! to read what it prints.
//!
//! A command is parsed, decided, saved, committed (WAL, `synchronous=FULL`) and its answer put into words. Criterion keeps
//! the timings from run to run; the sheet at the end is taken in alternating rounds, so that a busy machine slows both
//! sides of every ratio alike.

#[path = "commands/bare.rs"]
mod bare;
#[path = "commands/people.rs"]
mod people;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use barnraiser::domain::Zone;
use barnraiser::domain::community::Language;
use barnraiser::engine::clock::{Clock, SeededIds, ShiftedClock};
use barnraiser::engine::inbound::Cause;
use barnraiser::engine::{Defaults, Engine, Heard, Running};
use barnraiser::speech::copy;
use criterion::{Criterion, Throughput};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use bare::Bare;
use people::{STORY, Thread};

/// As many commands as one commit may hold wait at any time.
const IN_FLIGHT: usize = 64;
/// How often each thread goes through its story in one round.
const STORIES: usize = 4;
/// Commands in a round of 64 threads, and in a round of one.
const MANY: usize = IN_FLIGHT * STORIES * STORY.len();
const FEW: usize = STORIES * STORY.len();
/// Alternating rounds behind the sheet.
const ROUNDS: usize = 15;
/// Asks and pledges in the file that has grown.
const GROWN: u32 = 100_000;

/// An open engine and the people who use it.
struct Product {
    engine: Engine,
    running: Running,
    clock: Arc<ShiftedClock>,
    threads: Vec<Thread>,
}

impl Product {
    async fn open(folder: &Path, threads: Vec<Thread>) -> Product {
        let clock = Arc::new(ShiftedClock::default());
        // A Thursday afternoon: nobody sleeps, so that every notice is a message at once.
        clock.set("2026-03-05T15:00:00Z".parse().expect("an instant"));
        let defaults = Defaults {
            zone: Zone::utc(),
            language: Language::English,
            weekly: None,
            housekeeping: "0 4 * * *".parse().expect("a schedule"),
            retention_days: 180,
            grace_days: 30,
            quarantine: jiff::SignedDuration::from_secs(90),
        };
        let ids = Arc::new(SeededIds::new(7));
        let (engine, running) =
            Engine::open(folder, defaults, Arc::clone(&clock) as Arc<dyn Clock>, ids).await.expect("the engine opens");
        Product { engine, running, clock, threads }
    }

    async fn close(self) -> Vec<Thread> {
        drop(self.engine);
        self.running.await.expect("the engine ends well");
        self.threads
    }

    /// One person at a time.
    async fn one_at_a_time(&mut self) -> Vec<Duration> {
        let mut took = Vec::with_capacity(FEW);
        for _ in 0..FEW {
            took.push(speak(&self.engine, &*self.clock, &mut self.threads[0]).await);
        }
        took
    }

    /// Everyone at once: each says the next thing when the last one was answered.
    async fn in_flight(&mut self) -> Vec<Duration> {
        let mut talking = JoinSet::new();
        for mut thread in self.threads.drain(..) {
            let (engine, clock) = (self.engine.clone(), Arc::clone(&self.clock));
            talking.spawn(async move {
                let mut took = Vec::with_capacity(FEW);
                for _ in 0..FEW {
                    took.push(speak(&engine, &*clock, &mut thread).await);
                }
                (thread, took)
            });
        }
        let (threads, took): (Vec<Thread>, Vec<_>) = talking.join_all().await.into_iter().unzip();
        self.threads = threads;
        self.threads.sort_by_key(|thread| thread.number);
        took.concat()
    }
}

/// From the words to the words of the answer.
async fn speak(engine: &Engine, clock: &dyn Clock, thread: &mut Thread) -> Duration {
    let inbound = thread.next(clock.now());
    let said = inbound.body.clone();
    let began = Instant::now();
    let heard = engine.hear(inbound).await.expect("the engine runs");
    let Heard::Reply(reply) = heard else { panic!("no answer to {said:?}") };
    black_box(copy::say(&reply.message, &reply.voice));
    let took = began.elapsed();
    assert_eq!(reply.cause, Cause::Reply, "{said:?} was refused: {:?}", reply.message);
    thread.learn(&reply.refs);
    took
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The time under which this share of the commands was answered, in milliseconds.
fn percentile(took: &mut [Duration], share: f64) -> f64 {
    took.sort();
    let at = ((took.len() as f64 * share).ceil() as usize).clamp(1, took.len()) - 1;
    took[at].as_secs_f64() * 1000.0
}

/// Rounds of one kind of work: how many a second, and how long each took.
#[derive(Default)]
struct Rounds {
    rates: Vec<f64>,
    took: Vec<Duration>,
}

impl Rounds {
    fn note(&mut self, count: usize, began: Instant, took: Vec<Duration>) {
        self.rates.push(count as f64 / began.elapsed().as_secs_f64());
        self.took.extend(took);
    }

    fn line(&mut self, what: &str) -> f64 {
        let rate = median(self.rates.clone());
        let (low, high) = self.rates.iter().fold((f64::MAX, 0.0_f64), |(l, h), r| (l.min(*r), h.max(*r)));
        let mut line = format!("{what:<58} {rate:>7.0}/s  (rounds {low:.0}-{high:.0})");
        if !self.took.is_empty() {
            let (p50, p99) = (percentile(&mut self.took, 0.5), percentile(&mut self.took, 0.99));
            line.push_str(&format!("  p50 {p50:.2} ms, p99 {p99:.2} ms"));
        }
        tell(&line);
        rate
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
fn tell(line: &str) {
    println!("{line}");
}

/// Criterion's groups: what is compared from run to run.
fn timings(criterion: &mut Criterion, runtime: &Runtime, product: &mut Product, bare: &mut Bare) {
    let mut group = criterion.benchmark_group("commands");
    group.sample_size(10).measurement_time(Duration::from_secs(5)).warm_up_time(Duration::from_secs(1));
    group.throughput(Throughput::Elements(FEW as u64));
    group.bench_function("one at a time", |b| {
        b.iter(|| runtime.block_on(product.one_at_a_time()));
    });
    group.throughput(Throughput::Elements(MANY as u64));
    group.bench_function("64 in flight", |b| {
        b.iter(|| runtime.block_on(product.in_flight()));
    });
    group.throughput(Throughput::Elements(FEW as u64));
    group.bench_function("bare, one insert per commit", |b| {
        b.iter(|| runtime.block_on(bare.one_insert_per_commit(FEW)));
    });
    group.throughput(Throughput::Elements(MANY as u64));
    group.bench_function("bare, the same rows in batches of 64", |b| {
        b.iter(|| runtime.block_on(bare.stories(STORIES)));
    });
    group.finish();
}

fn sheet(runtime: &Runtime, product: &mut Product, bare: &mut Bare, rounds: usize) {
    let (mut a, mut b, mut c, mut d) = (Rounds::default(), Rounds::default(), Rounds::default(), Rounds::default());
    let mut shares = Vec::new();
    for _ in 0..rounds {
        let began = Instant::now();
        let took = runtime.block_on(product.one_at_a_time());
        a.note(FEW, began, took);
        let began = Instant::now();
        let took = runtime.block_on(product.in_flight());
        b.note(MANY, began, took);
        let began = Instant::now();
        runtime.block_on(bare.one_insert_per_commit(FEW));
        c.note(FEW, began, Vec::new());
        let began = Instant::now();
        runtime.block_on(bare.stories(STORIES));
        d.note(MANY, began, Vec::new());
        shares.push(b.rates[b.rates.len() - 1] / d.rates[d.rates.len() - 1]);
    }
    tell(&format!("\nMedians of {rounds} alternating rounds"));
    a.line("(a) commands, one at a time");
    b.line("(b) commands, 64 in flight");
    c.line("(c) bare SQLite, one insert per commit");
    d.line("(d) bare SQLite, the commands' rows, 64 commands a commit");
    tell(&format!("(b) / (d), round by round: {:.2}", median(shares)));
}

/// The same again on a file with years of history.
fn grown(runtime: &Runtime, folder: &Path, product: Product, rounds: usize) {
    let threads = runtime.block_on(async {
        let threads = product.close().await;
        bare::grow(folder, GROWN).await;
        threads
    });
    let mut product = runtime.block_on(Product::open(folder, threads));
    runtime.block_on(product.in_flight());
    let mut b = Rounds::default();
    for _ in 0..rounds {
        let began = Instant::now();
        let took = runtime.block_on(product.in_flight());
        b.note(MANY, began, took);
    }
    b.line(&format!("(b) again, with {GROWN} more asks and as many pledges"));
    runtime.block_on(product.close());
}

/// A fresh folder beside the build: on a disk, where a commit costs what it costs.
fn fresh(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("commands").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("the last run's folder goes");
    }
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn main() {
    // `--test` (from `cargo test --benches`) only wants to know that it works.
    let rounds = if std::env::args().any(|arg| arg == "--test") { 1 } else { ROUNDS };
    let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let (ours, theirs) = (fresh("product"), fresh("bare"));
    let mut product = runtime.block_on(Product::open(&ours, (0..IN_FLIGHT).map(Thread::new).collect()));
    // Everyone arrives before anything is measured, and both sides go on from the same file.
    runtime.block_on(product.in_flight());
    let mut bare = runtime.block_on(Bare::beside(&ours, &theirs));

    runtime.block_on(async {
        product.in_flight().await;
        bare.stories(STORIES).await;
        bare::same_rows(&ours, &theirs).await;
    });

    let mut criterion = Criterion::default().configure_from_args();
    timings(&mut criterion, &runtime, &mut product, &mut bare);
    sheet(&runtime, &mut product, &mut bare, rounds);
    grown(&runtime, &ours, product, rounds);
    criterion.final_summary();
}
