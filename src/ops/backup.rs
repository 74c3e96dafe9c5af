//! One file with everything the bot would need elsewhere: its database, and the Matrix login with its two stores and its
//! recovery key. It may be made while the bot runs.
//!
//! Every database is copied by SQLite itself, with `VACUUM INTO` on a read-only connection: one moment of it, whole, without
//! what was blanked, and without a second connection that writes (see `store`). A live file is never read as bytes. Each
//! copy is checked before the archive gets its name; until then nothing is there under that name.
//!
//! The databases are not copied in one moment, so the order matters:
//!
//! 1. ours, then the SDK's rooms (with how far it has read), then its keys.
//! 2. What our copy does not know yet happened after it. The next start reads each room back to the last event *our* copy
//!    knows, and looks for every message that may have been sent since. For both it may need keys from after that moment:
//!    hence ours first, and the keys last.
//! 3. A key that came with what the rooms' copy counts as read is never sent again by the server. It must be in the copy of
//!    the keys: hence the rooms before the keys.
//!
//! The login is read before and after: if it changed in between, the stores may belong to another one, and there is no
//! backup.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;

use super::archive::{self, About, BadArchive, CONSOLE, DATABASE, KEYS, Manifest, ROOMS, SESSION, STORES};
use crate::config::folder::RECOVERY_KEY;
use crate::store::opening::{make_private_folder, new_private_file, sync_folder, vacuum_into};
use crate::store::{Fault, condition, database, meta, reading};

/// What happens to a file that has the archive's name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    Keep,
    Replace,
}

/// Why there is no backup: one clear sentence each. Nothing was left behind under the archive's name.
#[derive(Debug, thiserror::Error)]
pub enum CannotBackUp {
    #[error("{0} has no barnraiser.db; there is nothing to back up")]
    Nothing(PathBuf),
    #[error("{0} is there already. Choose another name, or say --replace")]
    Exists(PathBuf),
    #[error("{0} cannot be a backup's name; it has to be a file in a folder that is there")]
    BadName(PathBuf),
    #[error("cannot use {path}: {source}")]
    Disk { path: PathBuf, source: io::Error },
    #[error("{name} could not be copied: {source}")]
    Copy { name: String, source: Fault },
    #[error("{name} is damaged ({found}). Nothing was backed up; restore the last good backup")]
    Unsound { name: String, found: String },
    #[error(
        "the Matrix login is only half there: {0} is missing. If the bot is just logging in, try again in a minute"
    )]
    HalfMatrix(&'static str),
    #[error("the Matrix login changed while it was copied. Try again")]
    LoginChanged,
    #[error("the archive is not what was written: {0}")]
    Miswritten(BadArchive),
}

/// Makes a backup of a data folder. `now` is the bot's time, or earlier.
///
/// # Errors
/// See [`CannotBackUp`].
pub async fn make(data: &Path, to: &Path, existing: Existing, now: Timestamp) -> Result<Manifest, CannotBackUp> {
    let disk = |path: &Path| {
        let path = path.to_owned();
        move |source| CannotBackUp::Disk { path, source }
    };
    if !database(data).is_file() {
        return Err(CannotBackUp::Nothing(data.to_owned()));
    }
    if existing == Existing::Keep && fs::symlink_metadata(to).is_ok() {
        return Err(CannotBackUp::Exists(to.to_owned()));
    }
    let folder = match to.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) if to.file_name().is_some() && !to.is_dir() => folder,
        _ => return Err(CannotBackUp::BadName(to.to_owned())),
    };
    // Beside the archive, so that there is room where it will be needed, and a rename will do.
    let desk = tempfile::Builder::new().prefix(DESK_START).tempdir_in(folder).map_err(disk(folder))?;
    let about = copy_all(data, desk.path(), now).await?;
    let names = names_in(desk.path()).map_err(disk(desk.path()))?;
    let (desk_path, to_path, folder_path) = (desk.path().to_owned(), to.to_owned(), folder.to_owned());
    let write = move || -> Result<Manifest, CannotBackUp> {
        let manifest = Manifest::of(&desk_path, &names, about).map_err(disk(&desk_path))?;
        let file = tempfile::Builder::new().prefix(DESK_START).tempfile_in(&folder_path).map_err(disk(&folder_path))?;
        archive::pack(&manifest, &desk_path, file.as_file()).map_err(disk(&to_path))?;
        archive::verify(file.path()).map_err(CannotBackUp::Miswritten)?;
        match existing {
            Existing::Replace => drop(file.persist(&to_path).map_err(|e| disk(&to_path)(e.error))?),
            Existing::Keep => match file.persist_noclobber(&to_path) {
                Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => return Err(CannotBackUp::Exists(to_path)),
                other => drop(other.map_err(|e| disk(&to_path)(e.error))?),
            },
        }
        sync_folder(&folder_path).map_err(disk(&folder_path))?;
        Ok(manifest)
    };
    let written = tokio::task::spawn_blocking(write).await;
    written.unwrap_or_else(|broke| Err(disk(to)(io::Error::other(broke))))
}

/// How the names of folders and files begin that are not a backup yet.
pub const DESK_START: &str = ".barnraiser-backup-";

/// Copies everything into `desk`, and checks it there.
async fn copy_all(data: &Path, desk: &Path, now: Timestamp) -> Result<About, CannotBackUp> {
    let disk = |path: PathBuf| move |source| CannotBackUp::Disk { path, source };
    let login = read_login(data)?;
    let stores = store_names(data).map_err(disk(data.join(STORES)))?;
    let has = |name: &str| stores.iter().any(|store| store == name);
    // The bot says in the file whether its stores were ever completely made; those that were not are thrown away.
    let made = |login: &Vec<u8>| {
        let kept: Option<serde_json::Value> = serde_json::from_slice(login).ok();
        kept.is_some_and(|kept| kept["store_made"] != serde_json::Value::Bool(false))
    };
    if login.as_ref().is_some_and(|login| !made(login)) {
        return Err(CannotBackUp::HalfMatrix(STORES));
    }
    match (login.is_some(), has(ROOMS), has(KEYS)) {
        (true, true, true) | (false, false, false) => {}
        (false, ..) => return Err(CannotBackUp::HalfMatrix(SESSION)),
        (_, false, _) => return Err(CannotBackUp::HalfMatrix(ROOMS)),
        (.., false) => return Err(CannotBackUp::HalfMatrix(KEYS)),
    }
    let about = copy_ours(data, desk, now).await?;
    for name in [CONSOLE, RECOVERY_KEY] {
        match fs::read(data.join(name)) {
            Ok(text) => write_private(&desk.join(name), &text).map_err(disk(desk.join(name)))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(disk(data.join(name))(error)),
        }
    }
    if let Some(login) = login {
        make_private_folder(&desk.join(STORES)).map_err(disk(desk.join(STORES)))?;
        for name in in_order(&stores) {
            let mut conn = open(&data.join(name), name).await?;
            copy(&mut conn, &desk.join(name), name).await?;
            check(&desk.join(name), name, Whose::Theirs).await?;
        }
        if read_login(data)?.as_ref() != Some(&login) {
            return Err(CannotBackUp::LoginChanged);
        }
        write_private(&desk.join(SESSION), &login).map_err(disk(desk.join(SESSION)))?;
    }
    Ok(about)
}

/// The rooms first and the keys last; the SDK's caches in between, since they follow the rooms and nothing depends on them.
fn in_order(stores: &[String]) -> impl Iterator<Item = &str> {
    let caches = stores.iter().map(String::as_str).filter(|name| ![ROOMS, KEYS].contains(name));
    [ROOMS].into_iter().chain(caches).chain([KEYS])
}

async fn copy_ours(data: &Path, desk: &Path, now: Timestamp) -> Result<About, CannotBackUp> {
    let failed = |source| CannotBackUp::Copy { name: DATABASE.to_owned(), source };
    let mut conn = open(&database(data), DATABASE).await?;
    // The bot's time never goes back behind its high-water mark, whatever this machine's clock shows.
    let seen = meta::instant(&mut conn, meta::CLOCK).await.map_err(failed)?;
    let made_at = seen.map_or(now, |seen| seen.max(now));
    copy(&mut conn, &desk.join(DATABASE), DATABASE).await?;
    check(&desk.join(DATABASE), DATABASE, Whose::Ours).await?;
    let mut copied = open(&desk.join(DATABASE), DATABASE).await?;
    let schema = condition::schema(&mut copied).await.map_err(failed)?.unwrap_or_default();
    let secret = meta::get(&mut copied, meta::INSTALL).await.map_err(failed)?.unwrap_or_default();
    copied.close().await.map_err(failed)?;
    Ok(About { schema, installation: installation(&secret), made_at })
}

/// The same for all backups of an installation; nobody can get back to its secret from it.
fn installation(secret: &str) -> String {
    let sum = Sha256::new().chain_update("barnraiser installation ").chain_update(secret).finalize();
    BASE32_NOPAD.encode(&sum[..10])
}

async fn open(path: &Path, name: &str) -> Result<SqliteConnection, CannotBackUp> {
    reading(path).connect().await.map_err(|source| CannotBackUp::Copy { name: name.to_owned(), source })
}

async fn copy(conn: &mut SqliteConnection, to: &Path, name: &str) -> Result<(), CannotBackUp> {
    vacuum_into(conn, to).await.map_err(|source| CannotBackUp::Copy { name: name.to_owned(), source })
}

/// Whose database it is: of theirs we know no rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Ours,
    Theirs,
}

/// Has SQLite read a whole copy, and ours hold what its rows say of each other.
pub(super) async fn check(path: &Path, name: &str, whose: Whose) -> Result<(), CannotBackUp> {
    let failed = |source| CannotBackUp::Copy { name: name.to_owned(), source };
    let unsound = |found: String| CannotBackUp::Unsound { name: name.to_owned(), found };
    let mut conn = open(path, name).await?;
    if let Some(first) = condition::unsound(&mut conn).await.map_err(failed)?.into_iter().next() {
        return Err(unsound(first));
    }
    if whose == Whose::Ours {
        let orphans = condition::orphans(&mut conn).await.map_err(failed)?;
        if orphans > 0 {
            return Err(unsound(format!("{orphans} rows name something that is not there")));
        }
    }
    conn.close().await.map_err(failed)
}

fn read_login(data: &Path) -> Result<Option<Vec<u8>>, CannotBackUp> {
    match fs::read(data.join(SESSION)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(CannotBackUp::Disk { path: data.join(SESSION), source }),
    }
}

/// The SDK's databases, by their names in an archive.
fn store_names(data: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(data.join(STORES)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<_> =
        names.filter(|name| archive::is_a_store(name)).map(|name| format!("{STORES}/{name}")).collect();
    names.sort();
    Ok(names)
}

/// What was copied, our database first.
fn names_in(desk: &Path) -> io::Result<Vec<String>> {
    let files = [DATABASE, CONSOLE, RECOVERY_KEY, SESSION].into_iter();
    let mut names: Vec<String> = files.filter(|name| desk.join(name).is_file()).map(str::to_owned).collect();
    names.extend(store_names(desk)?);
    Ok(names)
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    io::Write::write_all(&mut new_private_file(path)?, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_copied_after_everything_that_may_need_them() {
        let stores = [KEYS, "matrix/store/matrix-sdk-media.sqlite3", ROOMS].map(str::to_owned);
        assert_eq!(in_order(&stores).collect::<Vec<_>>(), [ROOMS, "matrix/store/matrix-sdk-media.sqlite3", KEYS]);
    }
}
