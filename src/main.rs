//! The command line: it reads what was asked, puts the parts together and starts them. No rule of the bot stands here.
//!
//! Exit codes: 0 all is well; 1 refused, with the reason on standard error; 2 the command line itself was wrong.

mod bot;
mod outline;
mod steward;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;

use barnraiser::config::{self, Config};
use barnraiser::domain::Zone;
use barnraiser::engine::Defaults;
use barnraiser::engine::clock::{Clock, Ids, ManualClock, SeededIds, ShiftedClock, SystemClock, SystemIds};
use barnraiser::ops;
use barnraiser::platforms::console::session::{ConsoleClock, Opening, Session};
use barnraiser::platforms::console::{self, show::Stage};
use clap::{Args, Parser, Subcommand};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

/// A mutual-aid bot for Matrix and Discord: asks, pledges, and what was kept.
///
/// Without a command it opens the console: a community in this terminal, with a clock you can move.
///
/// Exit codes: 0 all is well; 1 refused, with the reason on standard error; 2 the command line itself was wrong.
#[derive(Parser)]
#[command(version)]
struct Line {
    #[command(subcommand)]
    command: Option<Asked>,
}

#[derive(Subcommand)]
enum Asked {
    /// Run the bot on the platforms that the configuration names.
    Run(Run),
    /// Open a community in this terminal.
    Console(Console),
    /// Say whether the configuration is fit to run, and what it would start. Starts nothing.
    Check(Configured),
    /// Make a backup: one file with everything the bot would need elsewhere. The bot may be running.
    Backup(steward::Backup),
    /// Make a data folder out of a backup. The bot must not be running on it.
    Restore(steward::Restore),
    /// Say how the data folder is doing and what needs a person. Exits with 1 if something does.
    Doctor(steward::Doctor),
}

#[derive(Args)]
struct Configured {
    /// The configuration file. Without one, the environment and the defaults alone.
    #[arg(long, value_name = "FILE", env = "BARNRAISER_CONFIG")]
    config: Option<PathBuf>,
}

#[derive(Args)]
struct Run {
    #[command(flatten)]
    configured: Configured,
    /// Rehearse: start the bot's clock at this civil time instead of now, as in "2026-03-07 18:00 America/Chicago".
    #[arg(long, value_name = "CIVIL ZONE")]
    rehearse_from: Option<Rehearsal>,
}

#[derive(Args, Default)]
struct Console {
    /// Keep the community in this folder; without it in ./data, or for a script in a folder that goes away by itself.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Play the lines of this file (- for standard input) instead of asking at the terminal.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Answer with one JSON object a line.
    #[arg(long)]
    json: bool,
    /// Make every random choice follow from this number.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// A civil time and its zone.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rehearsal {
    civil: DateTime,
    zone: Zone,
}

impl FromStr for Rehearsal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = "write a date, a time and a zone, as in \"2026-03-07 18:00 America/Chicago\"";
        let (civil, zone) = text.trim().rsplit_once(' ').ok_or(form)?;
        Ok(Rehearsal {
            civil: civil.trim().parse().map_err(|_| format!("{civil:?} is no date and time; {form}"))?,
            zone: zone.parse().map_err(|_| format!("{zone:?} is no time zone; {form}"))?,
        })
    }
}

fn main() -> ExitCode {
    // rustls panics at the first connection when the process has chosen no provider and its features leave no single
    // one. The choice is the process's, so it is made here, before anything else can run.
    #[cfg(feature = "matrix")]
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .expect("nothing ran before this line, so nothing has chosen a provider");

    match Line::parse().command.unwrap_or_else(|| Asked::Console(Console::default())) {
        Asked::Run(run) => run_bot(&run),
        Asked::Console(console) => open_console(&console),
        Asked::Check(configured) => check(configured.config.as_deref()),
        Asked::Backup(asked) => answer(block_on(steward::back_up(&asked))),
        Asked::Restore(asked) => answer(block_on(steward::restore(&asked))),
        Asked::Doctor(asked) => match block_on(steward::examine(&asked)) {
            Ok((page, well)) => {
                print(&page);
                if well { ExitCode::SUCCESS } else { ExitCode::from(1) }
            }
            Err(error) => finish(Err(error)),
        },
    }
}

fn run_bot(run: &Run) -> ExitCode {
    let config = match Config::load(run.configured.config.as_deref(), config::environment()) {
        Ok(config) => config,
        Err(problems) => {
            for problem in &problems {
                say(&problem.to_string());
            }
            return ExitCode::from(1);
        }
    };
    if let Err(problem) = ops::logging::start(&config.log) {
        return finish(Err(problem.to_string()));
    }
    let clock: Arc<dyn Clock> = match &run.rehearse_from {
        Some(from) => {
            let clock = ShiftedClock::default();
            clock.set(from.zone.instant(from.civil));
            Arc::new(clock)
        }
        None => Arc::new(SystemClock),
    };
    finish(block_on(bot::run(config, clock)))
}

fn open_console(console: &Console) -> ExitCode {
    finish(block_on(run_console(console)))
}

async fn run_console(console: &Console) -> Result<(), String> {
    let script = match &console.script {
        Some(path) => Some(read_script(path)?),
        None if std::io::stdin().is_terminal() => None,
        None => {
            return Err(
                "standard input is no terminal. Give a script with --script FILE, or --script - to read it here"
                    .to_owned(),
            );
        }
    };
    // The console's own defaults are the configuration's, so that there is one place where they stand.
    let config = Config::load(None, std::iter::empty()).map_err(|_| "the built-in defaults are broken".to_owned())?;
    // At a terminal only what went wrong is worth a line between people's words.
    let log = config::Log { level: "warn".to_owned(), ..config.log.clone() };
    ops::logging::start(&log).map_err(|e| e.to_string())?;
    // A script without a folder of its own gets one that goes away by itself.
    let (folder, _temporary) = match (&console.data, &script) {
        (Some(folder), _) => (folder.clone(), None),
        (None, None) => (config.data.clone(), None),
        (None, Some(_)) => {
            let folder = tempfile::tempdir().map_err(|e| format!("no temporary folder can be made: {e}"))?;
            (folder.path().to_owned(), Some(folder))
        }
    };
    let stage = Stage::stdout(console.json);
    let ids: Arc<dyn Ids> = match console.seed {
        Some(seed) => Arc::new(SeededIds::new(seed)),
        None => Arc::new(SystemIds),
    };
    let clock = match &script {
        Some(_) => ConsoleClock::Still(ManualClock::at(Timestamp::MIN)),
        None => ConsoleClock::Running(ShiftedClock::default()),
    };
    let defaults = Defaults { quarantine: SignedDuration::ZERO, ..bot::defaults(&config) };
    let opening = Opening { folder, defaults, clock, ids, stage: stage.clone() };
    let session = Session::open(opening).await.map_err(|e| e.to_string())?;
    match script {
        Some(script) => console::play(session, &script).await.map_err(|e| e.to_string()),
        None => console::talk(session, stage, config.community.language).await.map_err(|e| e.to_string()),
    }
}

fn read_script(path: &Path) -> Result<String, String> {
    let read =
        if path == Path::new("-") { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(path) };
    read.map_err(|e| format!("the script {} cannot be read: {e}", path.display()))
}

fn block_on<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|e| format!("the program cannot start its threads: {e}"))?;
    let done = runtime.block_on(work);
    // A thread that waits for a terminal's next line must not keep the program.
    runtime.shutdown_background();
    done
}

fn finish(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("barnraiser: {error}"));
            ExitCode::from(1)
        }
    }
}

fn answer(done: Result<String, String>) -> ExitCode {
    finish(done.map(|said| print(&said)))
}

fn check(path: Option<&Path>) -> ExitCode {
    let config = match Config::load(path, config::environment()) {
        Ok(config) => config,
        Err(problems) => {
            for problem in &problems {
                say(&problem.to_string());
            }
            return ExitCode::from(1);
        }
    };
    for (name, is_wanted, is_built) in [
        ("Matrix", config.matrix.is_some(), cfg!(feature = "matrix")),
        ("Discord", config.discord.is_some(), cfg!(feature = "discord")),
    ] {
        if is_wanted && !is_built {
            let section = name.to_lowercase();
            say(&format!(
                "{section}: this program was built without {name}. How to mend: take [{section}] out, or build with the feature."
            ));
            return ExitCode::from(1);
        }
    }
    print(&outline::summary(&config));
    ExitCode::SUCCESS
}

#[expect(clippy::print_stdout, reason = "the command line's own answers are what standard output is for")]
fn print(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "reasons to refuse go to standard error, before there is a log")]
fn say(text: &str) {
    eprintln!("{text}");
}
