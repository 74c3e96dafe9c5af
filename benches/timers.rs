//! A large installation's file: what a million armed timers cost while nothing is due, when ten thousand fall due at once,
//! and at the start, beside the same with a thousand. docs/benchmarks.md says how to read what it prints.
//!
//! The files are made with SQL, since a million pledges through the engine would take an hour; their rows are those that
//! the engine writes, and it handles them like its own.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use barnraiser::domain::Zone;
use barnraiser::domain::community::{Account, Language, Platform};
use barnraiser::engine::clock::{Clock, ManualClock, SeededIds};
use barnraiser::engine::inbound::Named;
use barnraiser::engine::parcel::{Outcome, Pace, Receipt};
use barnraiser::engine::{Defaults, Engine, Next, Running};
use jiff::Timestamp;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};

/// Rounds behind each median; both files take turns.
const ROUNDS: usize = 7;
/// Quiet ticks in a round.
const QUIET: u32 = 200;
/// The large file is filled up with the record of old messages to this size, in bytes.
const LARGE: u64 = 1 << 30;
/// How many fall due at once.
const AT_ONCE: u32 = 10_000;

/// Nothing is due; everything is asleep.
const BEFORE: &str = "2026-03-05T15:00:00Z";
/// The night's housekeeping, of a night in which nothing has become too old.
const NIGHT: &str = "2026-03-09T04:00:00Z";
/// The morning on which [`AT_ONCE`] reminders are due.
const MORNING: &str = "2026-03-09T09:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

async fn open(folder: &Path, clock: &Arc<ManualClock>) -> (Engine, Running) {
    let defaults = Defaults {
        zone: Zone::utc(),
        language: Language::English,
        weekly: None,
        housekeeping: "0 4 * * *".parse().expect("a schedule"),
        retention_days: 180,
        grace_days: 30,
        quarantine: jiff::SignedDuration::from_secs(90),
    };
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    Engine::open(folder, defaults, clock, Arc::new(SeededIds::new(7))).await.expect("the engine opens")
}

async fn close(engine: Engine, running: Running) {
    drop(engine);
    running.await.expect("the engine ends well");
}

/// A file with so many open pledges, each with its reminder ahead: [`AT_ONCE`] of them (or all) on the same morning and of
/// different people, the others spread over the year after it.
async fn make(folder: &Path, timers: u32, bytes: u64) {
    let clock = Arc::new(ManualClock::at(at(BEFORE)));
    let (engine, running) = open(folder, &clock).await;
    let convener = Account { platform: Platform::Console, id: "amara".to_owned() };
    let convener = Named { typed: "amara".to_owned(), account: convener, name: "amara".to_owned(), is_role: false };
    engine.appoint(Platform::Console, "eastbank", "eastbank", convener).await.expect("it runs");
    engine.tick().await.expect("it runs");
    close(engine, running).await;

    let options = SqliteConnectOptions::new().filename(folder.join("barnraiser.db")).foreign_keys(false);
    let mut file = options.connect().await.expect("it opens");
    file.execute("pragma synchronous = off").await.expect("a pragma");
    let due = at(MORNING).as_millisecond();
    let day = 86_400_000_i64;
    let numbers = format!("with recursive n (i) as (select 1 union all select i + 1 from n where i < {timers})");
    // Four pledges to an ask; the first [`AT_ONCE`] pledges belong to as many people, who hold some of the later ones too.
    let owner = format!("100 + i % {AT_ONCE}");
    let when = format!("(case when i <= {AT_ONCE} then {due} else {due} + (1 + i % 365) * {day} end)");
    let civil = |ms: &str| format!("strftime('%Y-%m-%dT%H:%M:%S', {ms} / 1000, 'unixepoch')");
    let (on, due_on) = (civil(&when), civil(&format!("({when} + 2 * {day})")));
    let statements = [
        format!(
            "{numbers} insert or ignore into members (id, community_id, name, quiet_from, quiet_until, made_at) \
             select {owner}, 1, 'm' || i, '20:30:00', '08:30:00', 0 from n where i <= {AT_ONCE}"
        ),
        format!(
            "{numbers} insert or ignore into accounts (platform, ref, community_id, member_id, acted_at) \
             select 'console', 'm' || i, 1, {owner}, 0 from n where i <= {AT_ONCE}"
        ),
        format!(
            "{numbers} insert into asks (community_id, number, asker_id, words, need, visibility, made_at) \
             select 1, i, 1, 'Somebody to look after the garden on ' || i, 9, 'open', 0 from n where i <= {timers} / 4 + 1"
        ),
        format!(
            "{numbers} insert into pledges (community_id, number, ask, helper_id, what, amount, due, due_zone, due_at, state, \
             state_at, made_at, step) select 1, i, i / 4 + 1, {owner}, 'I will come and water it', 1, {due_on}, 'UTC', \
             {when} + 2 * {day}, 'open', 0, 0, 'reminder' from n"
        ),
        format!(
            "{numbers} insert into timers (community_id, name, kind, member_id, number, civil, zone, at) \
             select 1, 'nudge:P' || i, 'nudge', {owner}, i, {on}, 'UTC', {when} from n"
        ),
        format!("update communities set next_ask = {timers}, next_pledge = {timers} + 1"),
    ];
    for statement in statements {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut file).await.expect("it is written");
    }
    let pages = async |file: &mut sqlx::SqliteConnection| -> u64 {
        let pages: i64 = sqlx::query_scalar("pragma page_count").fetch_one(&mut *file).await.expect("a count");
        pages.unsigned_abs() * 4096
    };
    let heard = at(BEFORE).as_millisecond();
    let fill = format!(
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 200000) \
         insert into inbox (platform, event, at) select 'console', hex(randomblob(60)), {heard} from n"
    );
    while pages(&mut file).await < bytes {
        file.execute(sqlx::AssertSqlSafe(fill.as_str())).await.expect("it is written");
    }
    file.close().await.expect("it closes");
}

/// What one round measured.
#[derive(Default)]
struct Taken {
    start: Vec<Duration>,
    quiet: Vec<Duration>,
    night: Vec<Duration>,
    first: Vec<Duration>,
    all: Vec<Duration>,
}

fn median(of: &mut [Duration]) -> Duration {
    of.sort();
    of[of.len() / 2]
}

async fn round(folder: &Path, taken: &mut Taken, due: u32) {
    // Each round has a copy of its own, since what is due is due once.
    let copy = tempfile::tempdir_in(folder.parent().expect("a folder in a folder")).expect("a folder");
    std::fs::copy(folder.join("barnraiser.db"), copy.path().join("barnraiser.db")).expect("nobody has it open");
    let clock = Arc::new(ManualClock::at(at(BEFORE)));

    let began = Instant::now();
    let (engine, running) = open(copy.path(), &clock).await;
    taken.start.push(began.elapsed());

    let began = Instant::now();
    for _ in 0..QUIET {
        let (done, _) = engine.tick().await.expect("it runs");
        assert_eq!(done, 0, "nothing is due");
    }
    taken.quiet.push(began.elapsed() / QUIET);

    clock.set(at(NIGHT));
    let began = Instant::now();
    let (done, _) = engine.tick().await.expect("it runs");
    assert_eq!(done, 1, "housekeeping, and nothing else");
    taken.night.push(began.elapsed());

    clock.set(at(MORNING));
    let began = Instant::now();
    let mut done = 0;
    loop {
        let (more, _) = engine.tick().await.expect("it runs");
        done += more;
        if done >= 64 && taken.first.len() < taken.start.len() {
            let Next::Parcel(parcel) = engine.claim(Platform::Console, Pace::UNLIMITED).await.expect("it runs") else {
                panic!("the first reminder waits for nothing");
            };
            let outcome = Outcome::Delivered { message: "m".to_owned() };
            engine.receipt(Receipt::new(parcel.row, outcome)).await.expect("it runs");
            taken.first.push(began.elapsed());
        }
        if more == 0 {
            break;
        }
    }
    taken.all.push(began.elapsed());
    assert_eq!(u32::try_from(done).expect("a count"), due, "each due timer was handled, and no other");
    close(engine, running).await;
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let home = tempfile::tempdir().expect("a folder");
    let files = [(1_000_000_u32, LARGE, "large"), (1_000, 0, "small")];
    let mut taken = [Taken::default(), Taken::default()];
    for (timers, bytes, name) in files {
        let folder = home.path().join(name);
        let began = Instant::now();
        runtime.block_on(make(&folder, timers, bytes));
        let size = std::fs::metadata(folder.join("barnraiser.db")).expect("it is there").len();
        say(&format!("{name}: {timers} timers, {} MB, made in {:.0} s", size >> 20, began.elapsed().as_secs_f64()));
    }
    for _ in 0..ROUNDS {
        for ((timers, _, name), taken) in files.iter().zip(&mut taken) {
            runtime.block_on(round(&home.path().join(name), taken, AT_ONCE.min(*timers)));
        }
    }
    say(&format!("\nMedians of {ROUNDS} alternating rounds | 1,000,000 timers | 1,000 timers"));
    let [large, small] = &mut taken;
    let rows = [
        ("start", &mut large.start, &mut small.start),
        ("a tick with nothing due (two a minute)", &mut large.quiet, &mut small.quiet),
        ("the night's housekeeping, nothing to blank", &mut large.night, &mut small.night),
        ("from due to the first delivery", &mut large.first, &mut small.first),
        ("everything due is written (10,000; 1,000)", &mut large.all, &mut small.all),
    ];
    for (what, large, small) in rows {
        let (large, small) = (median(large).as_secs_f64() * 1e3, median(small).as_secs_f64() * 1e3);
        say(&format!("{what} | {large:.2} ms | {small:.2} ms"));
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn say(line: &str) {
    println!("{line}");
}
