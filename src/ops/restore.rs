//! A backup becomes a data folder again: all of it, or nothing.
//!
//! Everything is unpacked and checked in a folder beside the data folder; only when that is ready and on the disk do the
//! two change places (see `store::moving`). What was there before is moved aside whole and never deleted. The restored
//! database is told when its backup was made and when it was put in place, so that delivery looks up whatever may have been
//! said in between before it says it again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnectOptions;

use super::archive::{self, BadArchive, DATABASE, KEYS, Manifest, ROOMS};
use super::backup::{CannotBackUp, Whose, check};
use crate::config::folder::RESTORED;
use crate::store::moving::{self, CannotMove, Move};
use crate::store::opening::{self, LOCK};
use crate::store::script::Script;
use crate::store::{CannotOpen, Fault, condition, meta, newest_schema};

/// What happens to a data folder that has something in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    Refuse,
    MoveAside,
}

/// Why nothing was restored: one clear sentence each.
#[derive(Debug, thiserror::Error)]
pub enum CannotRestore {
    #[error("{archive} was not restored: {why}")]
    Archive { archive: PathBuf, why: BadArchive },
    #[error(
        "{archive} was not restored: its database has schema {has}, and this barnraiser knows up to {knows}. Use a newer version"
    )]
    Newer { archive: PathBuf, has: i64, knows: i64 },
    #[error("{archive} was not restored: its database is not the one its manifest describes")]
    OtherDatabase { archive: PathBuf },
    #[error("{archive} was not restored: {name} in it is damaged ({found})")]
    Unsound { archive: PathBuf, name: String, found: String },
    #[error("{0} has something in it. With --replace it is moved aside, whole, and nothing of it is deleted")]
    NotEmpty(PathBuf),
    #[error("{0} is no folder that could be restored into")]
    BadFolder(PathBuf),
    #[error(transparent)]
    InUse(CannotOpen),
    #[error("cannot use {path}: {source}")]
    Disk { path: PathBuf, source: io::Error },
    #[error("the restored database cannot be written: {0}")]
    Database(Fault),
    #[error(transparent)]
    Move(#[from] CannotMove),
}

/// What was restored, and what became of the old folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    pub manifest: Manifest,
    /// Where everything is that was in the data folder before.
    pub aside: Option<PathBuf>,
}

/// Restores an archive into a data folder.
///
/// # Errors
/// See [`CannotRestore`]: nothing has changed then, unless the disk failed between the two renames; the next start goes on
/// from there.
pub async fn restore(
    archive: &Path,
    data: &Path,
    existing: Existing,
    now: Timestamp,
) -> Result<Restored, CannotRestore> {
    let ready = prepare(archive, data, existing, now).await?;
    let aside = ready.aside.clone();
    let manifest = ready.manifest.clone();
    let moving = ready.announce()?;
    moving.step_aside()?;
    moving.step_in()?;
    moving.done()?;
    Ok(Restored { manifest, aside })
}

/// A restored folder that is ready to take its place. Dropped here, nothing has happened to the data folder.
#[derive(Debug)]
pub struct Ready {
    pub manifest: Manifest,
    pub aside: Option<PathBuf>,
    data: PathBuf,
    /// Held so that no bot starts on the folder that is about to step aside.
    _lock: Option<File>,
}

impl Ready {
    /// Decides it: from here on, whatever happens, the next start finds the restored data.
    ///
    /// # Errors
    /// Another restore is going on, or the disk cannot be written.
    pub fn announce(&self) -> Result<Move, CannotMove> {
        let aside = self.aside.as_ref().and_then(|aside| aside.file_name()).map(|name| name.to_string_lossy());
        Move::announce(&self.data, aside.as_deref())
    }
}

/// Everything but the renames.
///
/// # Errors
/// See [`CannotRestore`].
pub async fn prepare(archive: &Path, data: &Path, existing: Existing, now: Timestamp) -> Result<Ready, CannotRestore> {
    let data = whole_path(data)?;
    moving::settle(&data)?;
    let lock = take(&data, existing)?;
    let aside = lock.is_some() && has_something(&data)?;
    let aside = aside.then(|| {
        let name = data.file_name().unwrap_or_default().to_string_lossy();
        archive::free_beside(&data, &format!("{name}.before-restore-{}", now.strftime("%Y%m%dT%H%M%SZ")))
    });
    let ready = moving::ready_folder(&data);
    // What an interrupted restore left is ours, half, and of no use to anybody.
    match fs::remove_dir_all(&ready) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            return Err(CannotRestore::Disk { path: ready, source });
        }
        _ => {}
    }
    let manifest = match put_together(archive, &ready, now).await {
        Ok(manifest) => manifest,
        Err(refused) => {
            // Refused, so nothing of it is wanted; a leftover is told at the next start.
            let _ = fs::remove_dir_all(&ready);
            return Err(refused);
        }
    };
    Ok(Ready { manifest, aside, data, _lock: lock })
}

/// Unpacks beside the data folder, and checks what came out.
async fn put_together(archive: &Path, ready: &Path, now: Timestamp) -> Result<Manifest, CannotRestore> {
    let bad = |why| CannotRestore::Archive { archive: archive.to_owned(), why };
    // First a look without writing anything: most refusals are known after the manifest.
    let manifest = archive::manifest(archive).map_err(bad)?;
    let newer = |has| CannotRestore::Newer { archive: archive.to_owned(), has, knows: newest_schema() };
    if manifest.schema > newest_schema() {
        return Err(newer(manifest.schema));
    }
    let (from, into) = (archive.to_owned(), ready.to_owned());
    let unpacked = tokio::task::spawn_blocking(move || archive::unpack(&from, &into)).await;
    let manifest = unpacked.unwrap_or_else(|broke| Err(io::Error::other(broke).into())).map_err(bad)?;
    for part in &manifest.files {
        let whose = if part.name == DATABASE { Whose::Ours } else { Whose::Theirs };
        if !part.name.ends_with(".db") && !part.name.ends_with(".sqlite3") {
            continue;
        }
        let unsound = |name, found| CannotRestore::Unsound { archive: archive.to_owned(), name, found };
        check(&ready.join(&part.name), &part.name, whose).await.map_err(|why| match why {
            CannotBackUp::Unsound { name, found } => unsound(name, found),
            other => unsound(part.name.clone(), other.to_string()),
        })?;
    }
    debug_assert!(manifest.has(ROOMS) == manifest.has(KEYS), "the manifest was checked");
    if manifest.has(KEYS) {
        // Other devices may have seen more of these keys than the backup has; the Matrix side decides what to do about it.
        let note = ready.join(RESTORED);
        let written = opening::new_private_file(&note).and_then(|file| file.sync_all());
        written
            .and_then(|()| opening::sync_folder(&ready.join("matrix")))
            .map_err(|source| CannotRestore::Disk { path: note, source })?;
    }
    let schema = tell_it_was_restored(&ready.join(DATABASE), &manifest, now).await.map_err(CannotRestore::Database)?;
    if schema > newest_schema() {
        return Err(newer(schema));
    }
    if schema != manifest.schema {
        return Err(CannotRestore::OtherDatabase { archive: archive.to_owned() });
    }
    Ok(manifest)
}

/// How long after a restore its own window is still told on: by then everything that was said in it has been caught up with.
const CAUGHT_UP: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Writes into the restored database which time it does not know about. Gives its schema.
async fn tell_it_was_restored(path: &Path, manifest: &Manifest, now: Timestamp) -> Result<i64, Fault> {
    // A plain file beside nothing: no log that would have to be checkpointed stays behind.
    let options = SqliteConnectOptions::new().filename(path).pragma("synchronous", "full");
    let mut conn = options.disable_statement_logging().connect().await?;
    let schema = condition::schema(&mut conn).await?.unwrap_or_default();
    let earlier =
        (meta::instant(&mut conn, meta::RESTORED_MADE_AT).await?, meta::instant(&mut conn, meta::RESTORED_AT).await?);
    let mut made_at = manifest.made_at;
    // A backup made soon after a restore: what that one did not know may still not be known.
    if let (Some(earlier_made), Some(put_in_place)) = earlier
        && made_at.duration_since(put_in_place) < CAUGHT_UP
    {
        made_at = made_at.min(earlier_made);
    }
    let seen = meta::instant(&mut conn, meta::CLOCK).await?;
    let until = now.max(manifest.made_at).max(seen.unwrap_or(Timestamp::MIN));
    let mut script = Script::default();
    meta::set(&mut script, meta::RESTORED_MADE_AT, &made_at.as_millisecond().to_string());
    meta::set(&mut script, meta::RESTORED_AT, &until.as_millisecond().to_string());
    let mut writing = conn.begin().await?;
    script.run(&mut writing).await.map_err(|failed| failed.fault)?;
    writing.commit().await?;
    conn.close().await?;
    File::open(path)?.sync_all()?;
    Ok(schema)
}

/// The data folder by a path that has a name and a parent, so that something can be put beside it.
fn whole_path(data: &Path) -> Result<PathBuf, CannotRestore> {
    let whole = std::path::absolute(data).map_err(|source| CannotRestore::Disk { path: data.to_owned(), source })?;
    // A link would be moved aside, and what it points at left where it is.
    let whole = if whole.is_symlink() { fs::canonicalize(&whole).unwrap_or(whole) } else { whole };
    match (whole.file_name(), whole.parent()) {
        (Some(_), Some(parent)) if parent.is_dir() && (whole.is_dir() || !whole.exists()) => Ok(whole),
        _ => Err(CannotRestore::BadFolder(data.to_owned())),
    }
}

/// Takes the folder's lock, if there is a folder.
fn take(data: &Path, existing: Existing) -> Result<Option<File>, CannotRestore> {
    if !data.exists() {
        return Ok(None);
    }
    if existing == Existing::Refuse && has_something(data)? {
        return Err(CannotRestore::NotEmpty(data.to_owned()));
    }
    opening::lock(data).map(Some).map_err(CannotRestore::InUse)
}

fn has_something(data: &Path) -> Result<bool, CannotRestore> {
    let entries = fs::read_dir(data).map_err(|source| CannotRestore::Disk { path: data.to_owned(), source })?;
    Ok(entries.flatten().any(|entry| entry.file_name() != LOCK))
}
