//! Power cuts: the real program plays some weeks while every change it makes to its disk is written down. Then the disk is
//! made as it may be found had the power gone at one moment or another, with what was not synced missing or torn, and the
//! program goes on from there. What it had acknowledged must be there, and in the end everything as if nothing had been.
//!
//! The console's history (`console.log`) stands for a platform's server. That is another machine, whose power stays on: it
//! is kept as it was at that moment. Everything else is ours to lose.
//!
//! `BARNRAISER_TEST_CUTS` says how often the power goes, `BARNRAISER_TEST_SEED` and `BARNRAISER_TEST_BINARY` are as for the
//! killer.

mod disk;
mod weeks;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, mpsc};
use std::time::Instant;

use disk::{Disk, Record, What};

use crate::console::Played;
use crate::killer::bot::{self, End, Fate};
use crate::killer::chance::{Chance, seed, wanted};
use crate::killer::life::{Undisturbed, is_answer, wait};
use crate::killer::{quick_disk, say, witness};

const HISTORY: &str = "console.log";

/// The weeks, played once with every change written down.
struct Recording {
    weeks: Undisturbed,
    root: PathBuf,
    records: Vec<Record>,
}

impl Recording {
    fn of(seed: u64, commands: usize) -> Recording {
        let script = weeks::weeks(seed, commands);
        let weeks = Undisturbed::of(&script);
        let folder = tempfile::tempdir_in(quick_disk()).expect("a folder");
        let root = folder.path().join("root");
        let (data, log, file) = (root.join("data"), folder.path().join("log"), folder.path().join("script"));
        std::fs::create_dir_all(&data).expect("it can be made");
        std::fs::write(&file, weeks.tale().after(0)).expect("it can be written");
        let played = bot::console(&data, &file)
            .env("LD_PRELOAD", shim(folder.path()))
            .env("BARNRAISER_TEST_POWER_ROOT", &root)
            .env("BARNRAISER_TEST_POWER_LOG", &log)
            .stdin(Stdio::null())
            .output()
            .expect("it starts");
        assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stderr));
        let records = disk::read(&std::fs::read(&log).expect("the shim was loaded and wrote its log"));
        let recording = Recording { weeks, root, records };
        recording.saw_everything(&played.stdout);
        recording
    }

    /// Played to its end the log gives what was really said and the real files: nothing got past the shim.
    fn saw_everything(&self, said: &[u8]) {
        let mut disk = Disk::new(&self.root);
        self.records.iter().for_each(|record| disk.take(record));
        assert!(disk.said == said, "what was said is not what the shim saw");
        let seen = disk.now();
        let mut real: Vec<_> = std::fs::read_dir(self.root.join("data"))
            .expect("the folder")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| !path.to_string_lossy().ends_with("-shm"))
            .collect();
        real.sort();
        let paths: Vec<_> = seen.keys().map(|path| self.root.join(path)).collect();
        assert_eq!(paths, real);
        for (path, bytes) in seen {
            let written = std::fs::read(self.root.join(&path)).expect("it is there");
            assert!(written == bytes, "{} was changed in a way the shim did not see", path.display());
        }
    }

    /// Moments to cut at, in order: anywhere; right before and after something was said; and around the rarer changes, which are those
    /// of names and lengths and the copying of the log into the database.
    fn moments(&self, cuts: usize, chance: &mut Chance) -> Vec<usize> {
        let places = |wanted: &dyn Fn(&Record) -> bool| -> Vec<usize> {
            (0..self.records.len()).filter(|index| wanted(&self.records[*index])).collect()
        };
        let said = places(&|record| record.what == What::Said);
        let rare = places(&|record| !matches!(record.what, What::Said | What::Written | What::Synced));
        let checkpoints = self.database_syncs();
        let mut moments: Vec<usize> = (0..cuts)
            .map(|_| match chance.below(6) {
                0..2 => chance.below(self.records.len() + 1),
                2..4 => said[chance.below(said.len())] + chance.below(2),
                4 => rare[chance.below(rare.len())] + chance.below(5),
                _ => (checkpoints[chance.below(checkpoints.len())] + chance.below(4)).saturating_sub(2),
            })
            .map(|moment| moment.min(self.records.len()))
            .collect();
        moments.sort_unstable();
        moments
    }

    /// Where the database file itself was synced.
    fn database_syncs(&self) -> Vec<usize> {
        let mut disk = Disk::new(&self.root);
        let mut syncs = Vec::new();
        for (index, record) in self.records.iter().enumerate() {
            disk.take(record);
            if record.what == What::Synced && disk.is_about(record, "barnraiser.db") {
                syncs.push(index);
            }
        }
        syncs
    }

    /// The disk after every one of these moments, made by `cut` and handed over in order. Records that `forgets` names are
    /// left out, as if the program had not made that call.
    fn cut_at(
        &self,
        moments: &[usize],
        seed: u64,
        forgets: impl Fn(&Disk, &Record) -> bool,
        mut hand_over: impl FnMut(Cut),
    ) {
        let mut disk = Disk::new(&self.root);
        let mut taken = 0;
        for (number, moment) in moments.iter().enumerate() {
            for record in &self.records[taken..*moment] {
                if !forgets(&disk, record) {
                    disk.take(record);
                }
            }
            taken = *moment;
            let mut chance = Chance::of(seed, u64::try_from(number).expect("a count"));
            let files = disk.after_cut(&mut chance, HISTORY);
            // What was cut off in the middle of a line nobody could read.
            let said = String::from_utf8_lossy(&disk.said).into_owned();
            let said = said.rfind('\n').map_or(String::new(), |end| said[..=end].to_owned());
            hand_over(Cut { called: format!("seed {seed}, cut {number} after record {moment}"), files, said });
        }
    }
}

/// A disk as it was found, and what had been said before.
struct Cut {
    called: String,
    files: BTreeMap<PathBuf, Vec<u8>>,
    said: String,
}

struct Held {
    messages: usize,
    unanswered: usize,
}

impl Cut {
    /// Goes on from this disk with the real program, to the end of the weeks. Where it does not hold, the folder may be kept
    /// to be looked at.
    fn hold(self, weeks: &Undisturbed, keep: bool) -> Held {
        let folder = tempfile::tempdir_in(quick_disk()).expect("a folder");
        let data = folder.path().join("data");
        std::fs::create_dir(&data).expect("it can be made");
        for (path, bytes) in &self.files {
            std::fs::write(folder.path().join(path), bytes).expect("it can be written");
        }
        let judged = std::panic::catch_unwind(|| {
            let found = wait(witness::look(&data));
            let before = Played::read(&self.said);
            let (heard, answered) = (found.heard(), before.said.iter().filter(|said| is_answer(said)).count());
            assert!(answered <= heard, "{answered} commands were answered, and the disk has {heard}");
            assert!(heard <= answered + 1, "{answered} commands were answered, and the disk has {heard}");
            let run = bot::play(&data, &weeks.tale().after(heard), &Fate::Natural, false);
            assert_eq!(run.end, End::Whole);
            let said = [before.said, run.said].concat();
            let mut reports = [before.reports, run.reports].concat();
            reports.dedup();
            let unanswered = heard - answered;
            Held { messages: weeks.compare(&said, &reports, &data, unanswered, 1), unanswered }
        });
        judged.unwrap_or_else(|why| {
            if keep {
                say(&format!("{}; the folder is kept in {:?}", self.called, folder.keep()));
            }
            std::panic::resume_unwind(why)
        })
    }
}

/// Compiles the shim with the system's C compiler, which linking this test needed too.
fn shim(into: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/power/shim.c");
    let library = into.join("shim.so");
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let made = Command::new(&compiler)
        .args(["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-o"])
        .args([&library, &source])
        .args(["-ldl", "-lpthread"])
        .output()
        .unwrap_or_else(|e| panic!("a C compiler is needed for the power cuts ({compiler:?}: {e}); CC names one"));
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    library
}

/// Lives at the same time.
const AT_ONCE: usize = 2;

#[test]
fn whenever_the_power_goes_what_was_said_holds() {
    let began = Instant::now();
    let (cuts, seed) = (wanted("BARNRAISER_TEST_CUTS", 12), seed());
    let recording = Recording::of(seed, if cuts >= 100 { 320 } else { 80 });
    let moments = recording.moments(cuts, &mut Chance::of(seed, 0));
    let (hand_over, waiting) = mpsc::sync_channel::<Cut>(AT_ONCE);
    let waiting = Mutex::new(waiting);
    let figures = Mutex::new((0, 0));
    let failed = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().expect("nobody panics with it").recv();
                    let Ok(cut) = next else { return };
                    // After a failure the others are only taken off the hands of the one who makes them.
                    if failed.lock().expect("nobody panics with it").is_some() {
                        continue;
                    }
                    let hold = std::panic::AssertUnwindSafe(|| cut.hold(&recording.weeks, true));
                    let held = match std::panic::catch_unwind(hold) {
                        Ok(held) => held,
                        Err(why) => {
                            *failed.lock().expect("nobody panics with it") = Some(why);
                            continue;
                        }
                    };
                    let mut figures = figures.lock().expect("nobody panics with it");
                    *figures = (figures.0 + held.messages, figures.1 + held.unanswered);
                }
            });
        }
        recording.cut_at(&moments, seed, |_, _| false, |cut| hand_over.send(cut).expect("somebody waits for it"));
        drop(hand_over);
    });
    if let Some(why) = failed.into_inner().expect("nobody panicked") {
        std::panic::resume_unwind(why);
    }
    let (messages, unanswered) = figures.into_inner().expect("nobody panicked");
    say(&format!(
        "power cuts: {cuts} in {} commands ({} changes of the disk, {} syncs, {} of the database itself); {messages} \
         messages compared, {unanswered} answers not seen, 0 lost, 0 twice; seed {seed}, {:.0} s",
        recording.weeks.tale().commands(),
        recording.records.iter().filter(|record| record.what != What::Said).count(),
        recording.records.iter().filter(|record| record.what == What::Synced).count(),
        recording.database_syncs().len(),
        began.elapsed().as_secs_f64()
    ));
}

/// The same machinery must find fault with a program that does not make last what it acknowledges: here it is the real one,
/// with some of its requests taken out of the log.
#[test]
fn a_program_that_does_not_sync_is_found_out() {
    let seed = seed();
    let recording = Recording::of(seed, 30);
    let said: Vec<usize> =
        (0..recording.records.len()).filter(|index| recording.records[*index].what == What::Said).collect();
    let moments: Vec<usize> = said.iter().rev().step_by(5).take(8).rev().map(|index| index + 1).collect();
    let found_out = |forgets: &dyn Fn(&Disk, &Record) -> bool| {
        let mut caught = 0;
        recording.cut_at(&moments, seed, forgets, |cut| {
            let held = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| cut.hold(&recording.weeks, false)));
            caught += usize::from(held.is_err());
        });
        caught
    };
    assert_eq!(found_out(&|_, _| false), 0, "the program as it is");
    let log = |disk: &Disk, record: &Record| record.what == What::Synced && disk.is_about(record, "barnraiser.db-wal");
    assert!(found_out(&log) > 0, "commits that are not synced get lost, and nobody noticed");
    assert!(found_out(&|_, record| record.what == What::FolderSynced) > 0, "a new file's name gets lost, unnoticed");
}
