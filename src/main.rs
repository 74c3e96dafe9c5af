//! The command line: it reads what was asked, puts the parts together and starts them. No rule of the bot stands here.
//!
//! Exit codes: 0 all is well; 1 refused, with the reason on standard error; 2 the command line itself was wrong.

mod steward;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;

use barnraiser::config::{self, Config, ConvenersOf, Discord, Inviter, LogFormat, Matrix, SignIn, Trust};
#[cfg(any(feature = "matrix", feature = "discord"))]
use barnraiser::delivery::{courier::Courier, gateway::Gateway};
use barnraiser::domain::Zone;
use barnraiser::engine::clock::{Clock, Ids, ManualClock, SeededIds, ShiftedClock, SystemClock, SystemIds};
use barnraiser::engine::{Defaults, Engine, rhythm};
#[cfg(feature = "matrix")]
use barnraiser::grammar::specs;
use barnraiser::ops;
use barnraiser::platforms::console::session::{ConsoleClock, Opening, Session};
use barnraiser::platforms::console::{self, show::Stage};
#[cfg(feature = "discord")]
use barnraiser::platforms::discord;
#[cfg(feature = "matrix")]
use barnraiser::platforms::matrix;
use clap::{Args, Parser, Subcommand};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

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
    finish(block_on(run_platforms(config, clock)))
}

/// Opens the engine and every configured platform, and runs until told to stop.
async fn run_platforms(config: Config, clock: Arc<dyn Clock>) -> Result<(), String> {
    if config.matrix.is_none() && config.discord.is_none() {
        return Err("the configuration names no platform. How to mend: add a [matrix] or a [discord] section, or open the console".to_owned());
    }
    let stop = Stop::listen()?;
    let listener = match config.health.listen {
        Some(at) => Some(ops::health::listen(at).await.map_err(|e| e.to_string())?),
        None => None,
    };
    let opened = Engine::open(&config.data, defaults(&config), Arc::clone(&clock), Arc::new(SystemIds)).await;
    let (engine, running) = opened.map_err(|e| e.to_string())?;
    // Nothing falls due by a clock that no server has confirmed.
    engine.vitals().doubt_the_clock();
    steward::look_around(&engine, &config.data);
    let shutdown = CancellationToken::new();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(stop.wait(shutdown.clone()));
    {
        let (engine, shutdown) = (engine.clone(), shutdown.clone());
        tasks.spawn(async move { rhythm::run(engine, shutdown).await.map_err(|e| e.to_string()) });
    }
    if let Some(listener) = listener {
        let watch = ops::health::Watch::over(engine.clone(), config.data.clone());
        let shutdown = shutdown.clone();
        tasks.spawn(async move { watch.run(listener, shutdown).await.map_err(|e| e.to_string()) });
    }
    let keeper = ops::keeping::Keeper {
        data: config.data.clone(),
        settings: config.backup.clone(),
        zone: config.community.zone.clone(),
        clock,
        vitals: engine.vitals().clone(),
    };
    tasks.spawn({
        let shutdown = shutdown.clone();
        async move {
            keeper.run(shutdown).await;
            Ok(())
        }
    });
    if let Some(platform) = &config.matrix {
        start_matrix(platform, &config, &engine, &shutdown, &mut tasks)?;
    }
    if let Some(platform) = &config.discord {
        start_discord(platform, &config, &engine, &shutdown, &mut tasks)?;
    }
    let mut ended = Ok(());
    while let Some(task) = tasks.join_next().await {
        let result = task.map_err(|e| format!("a part of the bot broke: {e}")).and_then(|result| result);
        if let Err(error) = result
            && ended.is_ok()
        {
            ended = Err(error);
        }
        // Whichever part ends first, by a signal or by trouble, the others end with it.
        shutdown.cancel();
    }
    drop(engine);
    running.await.map_err(|e| format!("the engine broke: {e}"))?;
    tracing::info!("stopped; everything acknowledged is kept");
    ended
}

/// The tasks of the running bot: each ends by itself or with the others.
type Tasks = tokio::task::JoinSet<Result<(), String>>;

/// Logs in, and then hears and delivers until told to stop. It begins in a task of its own, since a homeserver that cannot
/// be reached yet is waited for.
#[cfg(feature = "matrix")]
fn start_matrix(
    platform: &Matrix,
    config: &Config,
    engine: &Engine,
    shutdown: &CancellationToken,
    tasks: &mut Tasks,
) -> Result<(), String> {
    let settings = matrix::Settings {
        account: platform.clone(),
        known_verbs: specs::first_words().map(str::to_owned).collect(),
        language: config.community.language,
        data: config.data.clone(),
    };
    let (engine, shutdown) = (engine.clone(), shutdown.clone());
    tasks.spawn(async move {
        let bot = match matrix::Matrix::connect(settings, &shutdown).await {
            Ok(bot) => bot,
            Err(matrix::ConnectError::Cancelled) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        // A homeserver counts everything the bot sends together: one courier is as fast as it allows.
        let couriers = Couriers { gateway: Arc::new(bot.gateway()), side_by_side: 1 };
        let hear = bot.run(engine.clone(), shutdown.clone());
        couriers.run_beside(hear, engine, shutdown).await
    });
    Ok(())
}

#[cfg(not(feature = "matrix"))]
fn start_matrix(_: &Matrix, _: &Config, _: &Engine, _: &CancellationToken, _: &mut Tasks) -> Result<(), String> {
    Err("this program was built without Matrix. How to mend: build it with the feature `matrix`".to_owned())
}

/// The same on Discord.
#[cfg(feature = "discord")]
fn start_discord(
    platform: &Discord,
    config: &Config,
    engine: &Engine,
    shutdown: &CancellationToken,
    tasks: &mut Tasks,
) -> Result<(), String> {
    let (platform, language) = (platform.clone(), config.community.language);
    let (engine, shutdown) = (engine.clone(), shutdown.clone());
    tasks.spawn(async move {
        let bot = match discord::Discord::connect(&platform, language, &shutdown).await {
            Ok(bot) => bot,
            Err(discord::ConnectError::Cancelled) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        // Every channel and every interaction has limits of its own: nobody waits for another's.
        let couriers = Couriers { gateway: Arc::new(bot.gateway()), side_by_side: 8 };
        let hear = bot.run(engine.clone(), shutdown.clone());
        couriers.run_beside(hear, engine, shutdown).await
    });
    Ok(())
}

#[cfg(not(feature = "discord"))]
fn start_discord(_: &Discord, _: &Config, _: &Engine, _: &CancellationToken, _: &mut Tasks) -> Result<(), String> {
    Err("this program was built without Discord. How to mend: build it with the feature `discord`".to_owned())
}

/// Those who carry a platform's messages out.
#[cfg(any(feature = "matrix", feature = "discord"))]
struct Couriers {
    gateway: Arc<dyn Gateway>,
    side_by_side: usize,
}

#[cfg(any(feature = "matrix", feature = "discord"))]
impl Couriers {
    /// Delivers while something hears. Whichever ends first, the others end with it; a letter on its way is finished.
    async fn run_beside<E: ToString>(
        self,
        hear: impl Future<Output = Result<(), E>>,
        engine: Engine,
        shutdown: CancellationToken,
    ) -> Result<(), String> {
        let courier = Arc::new(Courier::new(engine, self.gateway));
        let mut couriers = Tasks::new();
        for _ in 0..self.side_by_side {
            let (courier, shutdown) = (Arc::clone(&courier), shutdown.clone());
            couriers.spawn(async move {
                let carried = courier.run(shutdown.clone()).await.map_err(|e| e.to_string());
                shutdown.cancel();
                carried
            });
        }
        let mut ended = hear.await.map_err(|e| e.to_string());
        shutdown.cancel();
        while let Some(carried) = couriers.join_next().await {
            ended = ended.and(carried.map_err(|e| format!("a courier broke: {e}")).and_then(|carried| carried));
        }
        ended
    }
}

/// What asks the bot to stop: SIGTERM or Ctrl-C. Made first of all, so that a stop in the first moment is clean too.
struct Stop {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Stop {
    fn listen() -> Result<Stop, String> {
        use tokio::signal::unix::{SignalKind, signal};
        let hear = |kind| signal(kind).map_err(|e| e.to_string());
        Ok(Stop { terminate: hear(SignalKind::terminate())?, interrupt: hear(SignalKind::interrupt())? })
    }

    async fn wait(mut self, shutdown: CancellationToken) -> Result<(), String> {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            () = shutdown.cancelled() => {}
        }
        Ok(())
    }
}

fn defaults(config: &Config) -> Defaults {
    Defaults {
        zone: config.community.zone.clone(),
        language: config.community.language,
        weekly: config.rhythm.weekly_digest.as_ref().map(ToString::to_string),
        housekeeping: config.rhythm.housekeeping.clone(),
        retention_days: config.rhythm.retention_days,
        grace_days: config.rhythm.grace_days,
        quarantine: config.delivery.quarantine.try_into().unwrap_or(SignedDuration::MAX),
    }
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
    let defaults = Defaults { quarantine: SignedDuration::ZERO, ..defaults(&config) };
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
    print(&summary(&config));
    ExitCode::SUCCESS
}

/// What would be started, for an operator's eyes. No secret is in it.
fn summary(config: &Config) -> String {
    let Config { data, log, community, rhythm, delivery, backup, health, matrix, discord } = config;
    let mut lines = vec![
        "ok".to_owned(),
        format!("data: {}", data.display()),
        format!("log: {} as {}", log.level, if log.format == LogFormat::Json { "json" } else { "text" }),
        format!(
            "new communities: zone {}, language {}, weekly digest {}",
            community.zone.name(),
            community.language.tag(),
            rhythm.weekly_digest.as_ref().map_or_else(|| "off".to_owned(), ToString::to_string)
        ),
        format!("housekeeping: {}; words are kept {} days", rhythm.housekeeping, rhythm.retention_days),
        format!("delivery: looks after {} s whether a send arrived", delivery.quarantine.as_secs()),
        match &backup.schedule {
            Some(schedule) => format!(
                "backups: {schedule} to {}; the last {}, at most {} days",
                backup.folder.display(),
                backup.keep,
                backup.keep_days
            ),
            None => "backups: none are made by themselves".to_owned(),
        },
        match health.listen {
            Some(at) => format!("health: on {at}"),
            None => "health: not shown".to_owned(),
        },
    ];
    if let Some(at) = health.listen.filter(|at| !at.ip().is_loopback()) {
        lines.push(format!("health: note: other machines can read {at}, so keep it behind a firewall"));
    }
    match matrix {
        Some(matrix) => lines.extend(about_matrix(matrix)),
        None => lines.push("matrix: no".to_owned()),
    }
    match discord {
        Some(Discord { connect_to: Some(at), .. }) => lines.push(format!("discord: yes, by way of {at}")),
        Some(_) => lines.push("discord: yes".to_owned()),
        None => lines.push("discord: no".to_owned()),
    }
    if matrix.is_none() && discord.is_none() {
        lines.push("nothing would be started: the configuration names no platform".to_owned());
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
            Inviter::Space(space) => format!("everyone in {space}"),
        })
        .collect();
    let listed = if inviters.is_empty() { "nobody else".to_owned() } else { inviters.join(", ") };
    let of = match matrix.conveners_of {
        ConvenersOf::Room => "in the room",
        ConvenersOf::Space => "in the room or its space",
    };
    let trusted = match matrix.trust {
        Trust::SignedDevices => "devices their owner has verified",
        Trust::AllDevices => "every device",
    };
    let chats = if matrix.encrypt_chats { "encrypted" } else { "not encrypted" };
    let key = if matrix.recovery_key.is_some() { "yours" } else { "matrix-recovery-key in the data folder" };
    let mut lines = vec![
        format!("matrix: {} at {}, with {how}, as device {:?}", matrix.user, matrix.homeserver, matrix.device_name),
        format!("matrix: trusts {trusted}; direct chats are {chats}; recovery key: {key}"),
        format!("matrix: commands begin with {}; conveners from power {} {of}", matrix.prefix, matrix.convener_power),
        format!(
            "matrix: accepts invites of its conveners and of {listed}, {} rooms a day; to a chat, of all it shares a room with",
            matrix.rooms_a_day
        ),
        format!("matrix: sends {} messages at once, then {} a minute", matrix.burst, matrix.messages_per_minute),
    ];
    if matrix.describe_commands {
        lines.push("matrix: describes its commands in its rooms, where it has the power to".to_owned());
    }
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
