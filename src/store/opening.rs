//! What is made sure of before a database is used: that it is this process's alone, that SQLite can do what we need, and
//! that there is a way back if a migration goes wrong.
//!
//! It must never copy a database file by reading it: closing such a file drops SQLite's locks on it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::SqliteConnection;

use super::{CannotOpen, Fault};

/// The oldest SQLite that knows all that the SQL here says: STRICT tables (3.37) and `json_extract` built in (3.38).
const OLDEST: [u32; 3] = [3, 38, 0];

/// What the SQL and the one-writer rule cannot do without.
const NEVER: [&str; 5] = ["OMIT_WAL", "OMIT_JSON", "OMIT_FOREIGN_KEY", "OMIT_TRIGGER", "THREADSAFE=0"];

/// How many snapshots from before migrations are kept.
const SNAPSHOTS: usize = 3;
const SNAPSHOT_START: &str = "barnraiser-before-";
const SNAPSHOT_END: &str = ".db";

/// Makes the folder for its owner alone; an existing one stays as it is.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let is_new = !folder.exists();
    builder.create(folder)?;
    // Its own name has to outlast a power cut as well, or what is in it is nowhere.
    match folder.parent() {
        Some(parent) if is_new && !parent.as_os_str().is_empty() => sync_folder(parent),
        _ => Ok(()),
    }
}

/// Whether others than its owner may look into the folder.
pub fn others_may_look(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(folder).is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
}

/// One process per data folder, by a file of its own: never by the database, whose POSIX locks belong to SQLite.
///
/// # Errors
/// Another process has it, or the folder cannot be used.
pub fn lock(folder: &Path) -> Result<File, CannotOpen> {
    let cannot_use = |source| CannotOpen::Folder { path: folder.to_owned(), source };
    let path = folder.join(LOCK);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(cannot_use)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(CannotOpen::InUse(folder.to_owned())),
        Err(fs::TryLockError::Error(source)) => Err(cannot_use(source)),
    }
}

/// The file whose lock says that a data folder is in use.
pub const LOCK: &str = "barnraiser.lock";

/// Whether the SQLite that this program was linked with will do. Logs which one it is.
///
/// # Errors
/// One sentence: what it lacks.
pub async fn check_sqlite(conn: &mut SqliteConnection) -> Result<(), CannotOpen> {
    let failed = |fault: Fault| CannotOpen::Unfit(format!("the database library does not answer: {fault}"));
    let version: String = sqlx::query_scalar("select sqlite_version()").fetch_one(&mut *conn).await.map_err(failed)?;
    let options: Vec<String> = sqlx::query_scalar("pragma compile_options").fetch_all(conn).await.map_err(failed)?;
    fit(&version, &options).map_err(CannotOpen::Unfit)?;
    tracing::info!(sqlite = version, "the database library will do");
    Ok(())
}

fn fit(version: &str, options: &[String]) -> Result<(), String> {
    let parts: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).collect();
    if parts.as_slice() < OLDEST.as_slice() {
        let [major, minor, _] = OLDEST;
        return Err(format!("this program was built with SQLite {version}, and needs {major}.{minor} or newer"));
    }
    let lacking = options.iter().find(|option| NEVER.contains(&option.trim_start_matches("SQLITE_")));
    match lacking {
        Some(option) => {
            Err(format!("this program was built with an SQLite that has {option}, which it cannot work with"))
        }
        None => Ok(()),
    }
}

/// Brings the schema up to date. If that changes a database that has been in use, what it was before is kept beside it as
/// `barnraiser-before-NNNN.db`, the last three of those.
///
/// # Errors
/// The database is newer than this program, or a migration failed; the sentence says where the snapshot is.
pub async fn bring_up_to_date(
    conn: &mut SqliteConnection,
    folder: &Path,
    migrations: &Migrator,
) -> Result<(), CannotOpen> {
    let path = folder.join("barnraiser.db");
    let failed = |source| CannotOpen::Database { path: path.clone(), source };
    let applied = applied(conn).await.map_err(failed)?;
    let known = |version: &i64| migrations.iter().any(|migration| migration.version == *version);
    let pending = migrations.iter().map(|migration| migration.version).find(|version| !applied.contains(version));
    let mut snapshot = None;
    if let Some(next) = pending
        && !applied.is_empty()
        && applied.iter().all(known)
    {
        let made = snapshot_before(conn, folder, next).await?;
        tracing::info!(snapshot = %made.display(), "kept the database as it was before its schema changes");
        snapshot = Some(made);
    }
    // The process lock is held; SQLite has none of its own for migrations.
    migrations.run(conn).await.map_err(|source| match source {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => CannotOpen::Newer(path.clone()),
        source => CannotOpen::Migration { path: path.clone(), source, snapshot: Kept(snapshot) },
    })
}

/// Where a failed migration left the database's former state, as a sentence.
#[derive(Debug)]
pub struct Kept(Option<PathBuf>);

impl std::fmt::Display for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Some(path) => write!(f, ". How it was before is kept in {}", path.display()),
            None => Ok(()),
        }
    }
}

/// The versions of the migrations a database has had; none if it is new.
async fn applied(conn: &mut SqliteConnection) -> Result<Vec<i64>, Fault> {
    let new: bool =
        sqlx::query_scalar("select not exists (select 1 from sqlite_schema where name = '_sqlx_migrations')")
            .fetch_one(&mut *conn)
            .await?;
    if new {
        return Ok(Vec::new());
    }
    sqlx::query_scalar("select version from _sqlx_migrations order by version").fetch_all(conn).await
}

async fn snapshot_before(conn: &mut SqliteConnection, folder: &Path, next: i64) -> Result<PathBuf, CannotOpen> {
    let path = folder.join(format!("{SNAPSHOT_START}{next:04}{SNAPSHOT_END}"));
    let half = path.with_extension("db.half");
    let failed = |why: String| CannotOpen::Snapshot { path: path.clone(), why };
    vacuum_into(conn, &half).await.map_err(|e| failed(e.to_string()))?;
    let kept = File::open(&half).and_then(|file| file.sync_all()).and_then(|()| fs::rename(&half, &path));
    kept.and_then(|()| sync_folder(folder)).map_err(|e| failed(e.to_string()))?;
    for old in snapshots(folder).into_iter().rev().skip(SNAPSHOTS) {
        // One too many does no harm; it is tried again at the next migration.
        let _ = fs::remove_file(old);
    }
    Ok(path)
}

/// The snapshots in a data folder, oldest schema first.
pub fn snapshots(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<(i64, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let number = name.strip_prefix(SNAPSHOT_START)?.strip_suffix(SNAPSHOT_END)?;
            Some((number.parse().ok()?, entry.path()))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}

/// Copies the database behind a connection into a new file that only its owner can read, as of one moment.
///
/// # Errors
/// The file cannot be made, or the copy fails: the disk is full.
pub async fn vacuum_into(conn: &mut SqliteConnection, to: &Path) -> Result<(), Fault> {
    // SQLite would make it with the umask's rights; an empty file that is there already is taken as it is.
    new_private_file(to)?;
    let to = to.to_str().ok_or_else(|| Fault::Configuration("the path of the copy is no Unicode".into()))?;
    sqlx::query("vacuum into ?").bind(to).execute(conn).await.map(drop)
}

/// An empty file that only its owner can read, in the place of whatever a crash left there.
pub fn new_private_file(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes sure that what was made, renamed or removed in a folder is so after a power cut too.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    // An empty path is the working folder.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}
