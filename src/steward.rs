//! The operator's commands beside running the bot: back up, restore, and ask how it is doing. Wiring only.

use std::path::{Path, PathBuf};

use barnraiser::config::{self, Config, Log, LogFormat};
use barnraiser::engine::Engine;
use barnraiser::engine::clock::{Clock, RELEASED, SystemClock};
use barnraiser::engine::vitals::CLOCK_TOLERANCE;
use barnraiser::ops::{self, archive, backup, doctor, restore};
use barnraiser::store::opening;
use clap::Args;

#[derive(Args)]
pub struct Where {
    /// The configuration file: it names the data folder. Without one, the environment and the defaults.
    #[arg(long, value_name = "FILE", env = "BARNRAISER_CONFIG")]
    config: Option<PathBuf>,
    /// The data folder, whatever the configuration says.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Args)]
pub struct Backup {
    /// The archive to make.
    file: PathBuf,
    #[command(flatten)]
    place: Where,
    /// Replace a file of that name.
    #[arg(long)]
    replace: bool,
}

#[derive(Args)]
pub struct Restore {
    /// The archive to restore.
    file: PathBuf,
    /// The data folder to restore into. The bot must not be running on it.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// If there is something in the data folder, move it aside, whole.
    #[arg(long)]
    replace: bool,
}

#[derive(Args)]
pub struct Doctor {
    #[command(flatten)]
    place: Where,
    /// Answer with one JSON object.
    #[arg(long)]
    json: bool,
}

/// Makes a backup; gives the sentence to print.
pub async fn back_up(asked: &Backup) -> Result<String, String> {
    quiet_log()?;
    let data = match &asked.place.data {
        Some(data) => data.clone(),
        None => configured(&asked.place)?.data,
    };
    let existing = if asked.replace { backup::Existing::Replace } else { backup::Existing::Keep };
    let made = backup::make(&data, &asked.file, existing, SystemClock.now()).await.map_err(|e| e.to_string())?;
    let matrix = if made.has(archive::SESSION) { " with its Matrix login" } else { "" };
    Ok(format!("{} is backed up{matrix} in {}", data.display(), asked.file.display()))
}

/// Restores a backup; gives the sentences to print.
pub async fn restore(asked: &Restore) -> Result<String, String> {
    quiet_log()?;
    let existing = if asked.replace { restore::Existing::MoveAside } else { restore::Existing::Refuse };
    let restored = restore::restore(&asked.file, &asked.data, existing, SystemClock.now()).await;
    let restored = restored.map_err(|e| e.to_string())?;
    let mut lines = vec![format!("{} is as it was at {}", asked.data.display(), restored.manifest.made_at)];
    lines.extend(restored.aside.map(|aside| format!("what was there before is in {}", aside.display())));
    Ok(lines.join("\n"))
}

/// Looks at everything; gives the page to print, and whether all is well.
pub async fn examine(asked: &Doctor) -> Result<(String, bool), String> {
    quiet_log()?;
    let patient = match (&asked.place.data, &asked.place.config) {
        (Some(data), None) => doctor::Patient { data: data.clone(), backup: None },
        (data, _) => {
            let config = configured(&asked.place)?;
            let data = data.clone().unwrap_or(config.data);
            doctor::Patient { data, backup: Some((config.backup, config.community.zone)) }
        }
    };
    let found = doctor::examine(&patient, SystemClock.now()).await;
    let page = match asked.json {
        true => serde_json::to_string(&found).expect("numbers, times and sentences always become JSON"),
        false => found.page(),
    };
    Ok((page, found.well))
}

fn configured(place: &Where) -> Result<Config, String> {
    Config::load(place.config.as_deref(), config::environment())
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

/// Only what went wrong is worth a line beside the answer.
fn quiet_log() -> Result<(), String> {
    ops::logging::start(&Log { level: "warn".to_owned(), format: LogFormat::Text }).map_err(|e| e.to_string())
}

/// A clock that cannot be right, and a folder that others can look into, are said plainly at the start. The bot's health
/// shows the clock from then on.
pub fn look_around(engine: &Engine, data: &Path) {
    if opening::others_may_look(data) {
        tracing::warn!(folder = %data.display(), "others can look into the data folder. How to mend: chmod 700");
    }
    let shows = engine.clock().now();
    if shows < RELEASED {
        tracing::error!(%shows, "the clock shows a time before this program was made. How to mend: set the machine's clock");
    }
    let seen = engine.seen();
    if seen.duration_since(shows) > CLOCK_TOLERANCE {
        tracing::error!(
            %shows, %seen,
            "the clock is behind what the bot has seen before: its time stands still until the clock has caught up"
        );
    }
}
