//! The real program on a data folder, until it ends by itself, dies at a point of its own, or is killed from outside.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::console::Said;

/// A program that has not ended by then hangs.
const LONGEST: Duration = Duration::from_secs(120);
const SIGKILL: i32 = 9;

/// How a process is to end before its script does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    Natural,
    /// At the nth pass of a point, by its own hand.
    At(String, usize),
    /// From outside: so long after it has said so many messages.
    Outside {
        said: usize,
        after: Duration,
    },
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The script was played to its end.
    Whole,
    /// Dead at this point.
    At(String),
    Outside,
}

/// What a process said before it ended.
#[derive(Debug)]
pub struct Run {
    pub end: End,
    pub said: Vec<Said>,
    /// The totals, if the script came that far.
    pub reports: Vec<serde_json::Value>,
    /// The points it passed, if it was asked to name them.
    pub passed: Vec<String>,
}

/// The program under test: `BARNRAISER_TEST_BINARY`, or the one built with these tests.
pub fn binary() -> PathBuf {
    std::env::var_os("BARNRAISER_TEST_BINARY").map_or_else(|| env!("CARGO_BIN_EXE_barnraiser").into(), PathBuf::from)
}

/// Whether the program under test can end itself at a point. One that is given by name has to.
pub fn knows_points() -> bool {
    cfg!(feature = "failpoints") || std::env::var_os("BARNRAISER_TEST_BINARY").is_some()
}

/// The console of the program under test on a folder, playing a script file. Nothing of this environment configures it.
pub fn console(data: &Path, script: &Path) -> Command {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BARNRAISER_")) {
        command.env_remove(name);
    }
    command.args(["console", "--json", "--seed", "7", "--data"]).arg(data).arg("--script").arg(script);
    command
}

/// Plays a script on a folder. Anything on standard error that is no warning and no point's name fails the test.
pub fn play(data: &Path, script: &str, fate: &Fate, count_passes: bool) -> Run {
    let file = data.with_extension("script");
    std::fs::write(&file, script).expect("the script can be written");
    let mut command = console(data, &file);
    if let Fate::At(point, nth) = fate {
        command.env("BARNRAISER_TEST_KILL", format!("{point}:{nth}"));
    }
    if count_passes {
        command.env("BARNRAISER_TEST_PASSES", "1");
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{} cannot be started: {e}", binary().display()));
    let mut stderr = child.stderr.take().expect("it is piped");
    let errors = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = stderr.read_to_string(&mut text);
        text
    });
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let (heard, lines) = mpsc::channel();
    std::thread::spawn(move || {
        loop {
            let mut line = String::new();
            match stdout.read_line(&mut line) {
                // What death cut off was never said.
                Ok(read) if read > 0 && line.ends_with('\n') => {
                    if heard.send(line).is_err() {
                        return;
                    }
                }
                _ => return,
            }
        }
    });

    let deadline = Instant::now() + LONGEST;
    let mut out = Vec::new();
    let mut strike = None;
    loop {
        if let Fate::Outside { said, after } = fate
            && strike.is_none()
            && out.len() >= *said
        {
            strike = Some(Instant::now() + *after);
        }
        let until = strike.unwrap_or(deadline);
        match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(line) => out.push(line),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                child.kill().expect("our own child can be killed");
                assert!(strike.is_some(), "it did not end within {LONGEST:?}; it had said {} messages", out.len());
                // What it said before is still in the pipe.
                strike = Some(deadline);
            }
        }
    }
    let status = child.wait().expect("it is our child");
    let errors = errors.join().expect("reading does not panic");
    let (mut passed, mut died_at) = (Vec::new(), None);
    for line in errors.lines() {
        if let Some(point) = line.strip_prefix("passed ") {
            passed.push(point.to_owned());
        } else if let Some(point) = line.strip_prefix("killed at ") {
            died_at = Some(point.to_owned());
        } else {
            assert!(line.contains(" WARN "), "the program complains: {line}");
        }
    }
    let end = match (status.signal(), died_at) {
        (Some(SIGKILL), Some(point)) => End::At(point),
        (Some(SIGKILL), None) => End::Outside,
        _ => {
            assert!(status.success(), "it ended with {status}: {errors}");
            End::Whole
        }
    };
    let played = crate::console::Played::read(&out.concat());
    Run { end, said: played.said, reports: played.reports, passed }
}
