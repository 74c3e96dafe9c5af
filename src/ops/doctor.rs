//! How a data folder is doing, and what needs a person: read-only, whether the bot runs or not.
//!
//! It says how many and how old, never what or whom. It opens the database to read and nothing else; it repairs nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;

use super::archive::{KEYS, ROOMS, SESSION};
use super::keeping;
use super::metrics::wal;
use super::words::{ago, size, span};
use crate::config::Backup;
use crate::domain::Zone;
use crate::engine::clock::RELEASED;
use crate::engine::vitals::CLOCK_TOLERANCE;
use crate::store::moving::{Left, left};
use crate::store::{Fault, condition, database, meta, newest_schema, opening, places, reading};

/// From here on something that could be done is late: the bot wakes every half minute.
const LATE: SignedDuration = SignedDuration::from_mins(15);
/// An attempt whose end is unknown is looked up after a minute or two; an hour later something is wrong.
const LONG_UNKNOWN: SignedDuration = SignedDuration::from_hours(1);
/// Less room than this and two more copies of the database is too little.
const LEAST_ROOM: u64 = 50_000_000;
/// The log is emptied far below this, unless something reads the database for ever.
const LONGEST_WAL: u64 = 256_000_000;

/// What to look at.
#[derive(Debug, Clone)]
pub struct Patient {
    pub data: PathBuf,
    /// The scheduled backups and their zone; `None` if only the folder is known.
    pub backup: Option<(Backup, Zone)>,
}

/// Something that needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub what: String,
    pub mend: String,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// Nothing needs a person.
    pub well: bool,
    pub problems: Vec<Problem>,
    /// Worth knowing.
    pub notes: Vec<String>,
    pub schema: Option<i64>,
    /// By community's number and platform's name: how many messages are in which state.
    pub messages: BTreeMap<String, BTreeMap<String, u32>>,
    pub timers: Option<u32>,
    pub database_bytes: u64,
    pub wal_bytes: u64,
    pub free_bytes: Option<u64>,
    pub newest_backup: Option<Timestamp>,
    /// The latest time the bot has seen.
    pub seen: Option<Timestamp>,
}

impl Findings {
    fn problem(&mut self, what: impl Into<String>, mend: impl Into<String>) {
        self.problems.push(Problem { what: what.into(), mend: mend.into() });
    }

    fn note(&mut self, what: impl Into<String>) {
        self.notes.push(what.into());
    }

    /// As lines for a person.
    pub fn page(&self) -> String {
        let mut lines = vec![if self.well { "well".to_owned() } else { "needs a person".to_owned() }];
        lines.extend(self.problems.iter().map(|p| format!("- {}. How to mend: {}", p.what, p.mend)));
        lines.extend(self.notes.iter().map(|note| format!("note: {note}")));
        for (whose, states) in &self.messages {
            let states: Vec<_> = states.iter().map(|(state, n)| format!("{n} {state}")).collect();
            lines.push(format!("messages: {whose}: {}", states.join(", ")));
        }
        lines.extend(self.timers.map(|timers| format!("timers: {timers}")));
        lines.extend(self.schema.map(|schema| format!("schema: {schema}")));
        let free = self.free_bytes.map_or(String::new(), |free| format!("; free on its disk {}", size(free)));
        lines.push(format!("database: {}, log {}{free}", size(self.database_bytes), size(self.wal_bytes)));
        lines.join("\n")
    }
}

/// Looks at everything.
pub async fn examine(patient: &Patient, now: Timestamp) -> Findings {
    let mut found = Findings::default();
    let data = &patient.data;
    if now < RELEASED {
        found.problem(
            format!("the clock shows {now}, which is before this program was made"),
            "set the machine's clock",
        );
    }
    about_the_folder(&mut found, data);
    let path = database(data);
    if path.is_file() {
        match about_the_database(&mut found, &path, now).await {
            Ok(()) => {}
            Err(fault) => found.problem(
                format!("the database cannot be read: {fault}"),
                "look at the folder's permissions; if the file is damaged, restore the newest backup",
            ),
        }
    } else if left(data) != Left::Ready {
        found.problem(format!("{} has no database", data.display()), "name the data folder with --data or --config");
    }
    match &patient.backup {
        Some((settings, zone)) => about_backups(&mut found, settings, zone, now),
        None => found.note("nothing is known about backups without --config"),
    }
    found.well = found.problems.is_empty();
    found
}

fn about_the_folder(found: &mut Findings, data: &Path) {
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |about| about.len());
    found.database_bytes = length(&database(data));
    found.wal_bytes = length(&wal(data));
    if found.wal_bytes > LONGEST_WAL {
        found.problem(
            format!("the log beside the database has grown to {}", size(found.wal_bytes)),
            "something reads the database and does not stop: end it; then the bot empties the log by itself",
        );
    }
    found.free_bytes = rustix::fs::statvfs(data).ok().map(|about| about.f_bavail.saturating_mul(about.f_frsize));
    let needed = found.database_bytes.saturating_mul(2).saturating_add(LEAST_ROOM);
    if let Some(free) = found.free_bytes.filter(|free| *free < needed) {
        found.problem(
            format!("the disk has only {} left", size(free)),
            format!("make room for at least {}", size(needed)),
        );
    }
    if opening::others_may_look(data) {
        found.problem("others can look into the data folder", format!("chmod 700 {}", data.display()));
    }
    match left(data) {
        Left::Nothing => {}
        Left::Unfinished => found.note("a restore was interrupted before it changed anything; run it again"),
        Left::Ready => found.note("a restore was interrupted when everything was ready; the next start finishes it"),
    }
    let parts = [SESSION, ROOMS, KEYS];
    let missing: Vec<_> = parts.into_iter().filter(|name| !data.join(name).is_file()).collect();
    if !missing.is_empty() && missing.len() < parts.len() {
        found.problem(
            format!("the Matrix login is only half there: {} is missing", missing.join(" and ")),
            format!(
                "restore a backup, or move {} away and the bot logs in anew, as a new device",
                data.join("matrix").display()
            ),
        );
    }
}

async fn about_the_database(found: &mut Findings, path: &Path, now: Timestamp) -> Result<(), Fault> {
    let mut conn = reading(path).connect().await?;
    if let Some(first) = condition::quickly_unsound(&mut conn).await?.into_iter().next() {
        let restore = "stop the bot, restore the newest backup with --replace, and keep the old folder";
        found.problem(format!("the database is damaged ({first})"), restore);
    }
    found.schema = condition::schema(&mut conn).await?;
    match found.schema {
        Some(schema) if schema > newest_schema() => {
            found.problem(
                "the database was written by a newer barnraiser",
                "use that version, or restore an older backup",
            );
            return conn.close().await;
        }
        Some(schema) if schema < newest_schema() => {
            // What it lacks cannot be asked for.
            found.note("the database is of an older barnraiser; the next start brings it up to date");
            return conn.close().await;
        }
        _ => {}
    }
    about_the_clock(found, &mut conn, now).await?;
    about_messages(found, &mut conn, now).await?;
    for (community, at) in places::endings(&mut conn).await? {
        let day = at.strftime("%Y-%m-%d");
        found.note(format!("community {}: its places were left; what was said in it goes on {day}", community.0));
    }
    conn.close().await
}

async fn about_the_clock(found: &mut Findings, conn: &mut SqliteConnection, now: Timestamp) -> Result<(), Fault> {
    found.seen = meta::instant(conn, meta::CLOCK).await?;
    let behind = found.seen.map(|seen| seen.duration_since(now)).filter(|behind| *behind > CLOCK_TOLERANCE);
    if let Some(behind) = behind {
        found.problem(
            format!("the clock is {} behind what the bot has seen; time stands still for it until then", span(behind)),
            "set the machine's clock. If the bot ran with a clock in the future, restore a backup from before that",
        );
    }
    Ok(())
}

async fn about_messages(found: &mut Findings, conn: &mut SqliteConnection, now: Timestamp) -> Result<(), Fault> {
    let running = "see that the bot runs, and what its log says";
    for pile in condition::piles(conn).await? {
        let whose = match pile.community {
            0 => pile.platform.clone(),
            community => format!("community {community}, {}", pile.platform),
        };
        let oldest = Timestamp::from_millisecond(pile.oldest).unwrap_or(now);
        let age = now.duration_since(oldest);
        let some = format!("{whose}: {} {}, the oldest {}", pile.messages, messages(pile.messages), ago(oldest, now));
        match pile.state.as_str() {
            "parked" => found.problem(
                format!("{some}, parked, because nobody can tell whether it arrived"),
                "let the bot read that place's history; /community check says more to a convener",
            ),
            "unknown" if age > LONG_UNKNOWN => {
                found.problem(format!("{some}, still unknown to have arrived"), running);
            }
            "failed" => found.note(format!("{some}, could not be delivered; the conveners were told")),
            "expired" => found.note(format!("{some}, came too late to help")),
            _ => {}
        }
        *found.messages.entry(whose).or_default().entry(pile.state).or_default() += pile.messages;
    }
    let blocked = condition::blocked_lanes(conn).await?;
    if blocked > 0 {
        found.problem(
            format!("{blocked} cards stand still behind a parked message"),
            "as for the parked ones; then they follow by themselves",
        );
    }
    let (late, since) = condition::late_messages(conn, now.as_millisecond()).await?;
    let since = since.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    if let Some(since) = since.filter(|since| now.duration_since(*since) > LATE) {
        found.problem(
            format!("{late} {} could have gone out, the first {} ago", messages(late), span(now.duration_since(since))),
            running,
        );
    }
    let (timers, _) = condition::timers(conn).await?;
    found.timers = Some(timers);
    let overdue = condition::overdue(conn, None, now).await?;
    if let Some(since) = overdue.filter(|since| now.duration_since(*since) > LATE) {
        found.problem(format!("something was due {} ago and is not done", span(now.duration_since(since))), running);
    }
    Ok(())
}

fn messages(count: u32) -> &'static str {
    if count == 1 { "message" } else { "messages" }
}

fn about_backups(found: &mut Findings, settings: &Backup, zone: &Zone, now: Timestamp) {
    let Some(schedule) = &settings.schedule else {
        found.note("no backups are scheduled; [backup] schedule makes them by themselves");
        return;
    };
    let newest = keeping::newest_whole(&settings.folder);
    found.newest_backup = newest.map(|kept| kept.manifest.made_at);
    let look =
        format!("see what the log says about the backup, and whether {} can be written", settings.folder.display());
    let Some(newest) = found.newest_backup else {
        found.problem(format!("there is no whole backup in {}", settings.folder.display()), look);
        return;
    };
    // One may be under way or just missed; two are not.
    let next = schedule.next_after(newest, zone).and_then(|first| schedule.next_after(first, zone));
    if next.is_some_and(|second| second < now) {
        found.problem(format!("the newest whole backup is {}", ago(newest, now)), look);
    } else {
        found.note(format!("the newest whole backup is {}", ago(newest, now)));
    }
}
