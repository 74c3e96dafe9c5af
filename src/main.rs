//! The command line: it reads what was asked, puts the parts together and starts them. No rule of the bot stands here.
//!
//! Exit codes: 0 all is well; 1 refused, with the reason on standard error; 2 the command line itself was wrong.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use barnraiser::config::{self, Config, Inviter, LogFormat, Matrix, SignIn};
use barnraiser::domain::Zone;
use clap::{Args, Parser, Subcommand};
use jiff::civil::DateTime;

/// A mutual-aid bot for Matrix: asks, pledges, and what was kept.
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
    /// Keep the community in this folder. Without it the community is gone when the console closes.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Read the lines of this file instead of the terminal.
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
    }
}

fn run_bot(run: &Run) -> ExitCode {
    let clock = run.rehearse_from.as_ref().map(|from| format!(" with the clock at {} {:?}", from.civil, from.zone));
    say(&format!("barnraiser: run{} is not built yet", clock.unwrap_or_default()));
    let _ = &run.configured;
    ExitCode::from(2)
}

fn open_console(console: &Console) -> ExitCode {
    let Console { data: _, script: _, json: _, seed: _ } = console;
    say("barnraiser: the console is not built yet");
    ExitCode::from(2)
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
    if config.matrix.is_some() && !cfg!(feature = "matrix") {
        say(
            "matrix: this program was built without Matrix. How to mend: take [matrix] out, or build with the feature.",
        );
        return ExitCode::from(1);
    }
    print(&summary(&config));
    ExitCode::SUCCESS
}

/// What would be started, for an operator's eyes. No secret is in it.
fn summary(config: &Config) -> String {
    let Config { data, log, community, rhythm, delivery, matrix } = config;
    let mut lines = vec![
        "ok".to_owned(),
        format!("data: {}", data.display()),
        format!("log: {} as {}", log.level, if log.format == LogFormat::Json { "json" } else { "text" }),
        format!(
            "new communities: zone {}, language {}, weekly digest {}",
            community.zone.name(),
            community.language,
            rhythm.weekly_digest.as_deref().unwrap_or("off")
        ),
        format!("housekeeping: {}; words are kept {} days", rhythm.housekeeping, rhythm.retention_days),
        format!("delivery: looks after {} s whether a send arrived", delivery.quarantine.as_secs()),
    ];
    match matrix {
        Some(matrix) => lines.extend(about_matrix(matrix)),
        None => lines.push("matrix: no; nothing would be started".to_owned()),
    }
    lines.join("\n")
}

fn about_matrix(matrix: &Matrix) -> Vec<String> {
    let how = match &matrix.sign_in {
        SignIn::Password(_) => "a password".to_owned(),
        SignIn::Token { device_id, .. } => format!("a token for device {device_id}"),
    };
    let inviters: Vec<_> = matrix
        .inviters
        .iter()
        .map(|inviter| match inviter {
            Inviter::User(user) => user.clone(),
            Inviter::Server(server) => format!("everyone of {server}"),
        })
        .collect();
    let whose = if inviters.is_empty() { "nobody".to_owned() } else { inviters.join(", ") };
    let mut lines = vec![
        format!("matrix: {} at {}, with {how}, as device {:?}", matrix.user, matrix.homeserver, matrix.device_name),
        format!("matrix: commands begin with {}; conveners from power {}", matrix.prefix, matrix.convener_power),
        format!("matrix: accepts invites of {whose}"),
    ];
    if matrix.homeserver.scheme() == "http" {
        lines.push("matrix: note: http is not encrypted, so keep it to this machine or a private network".to_owned());
    }
    lines
}

#[expect(clippy::print_stdout, reason = "the command line's own answers are what standard output is for")]
fn print(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "reasons to refuse go to standard error, before there is a log")]
fn say(text: &str) {
    eprintln!("{text}");
}
