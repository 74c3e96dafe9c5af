//! SQLite, as plain functions on a connection: the SQL in view, the parameters bound, the rows checked on the way out.
//!
//! It begins and commits nothing and decides nothing: the engine does. Writes are recorded in a [`script::Script`], so that
//! one input is one statement string and one hand-off to SQLite's thread.
//!
//! The bundled SQLite (3.50.2) has the WAL-reset bug, which needs two connections that write or checkpoint one file.
//! Hence exactly one writing connection, and every other one read-only.

pub mod bookmarks;
pub mod civil;
pub mod codes;
pub mod condition;
pub mod drafts;
pub mod gatherings;
pub mod held;
pub mod inbox;
pub mod linking;
pub mod lists;
pub mod meta;
pub mod moving;
pub mod opening;
pub mod origins;
pub mod outbox;
pub mod people;
pub mod places;
pub mod routes;
pub mod rows;
pub mod scope;
pub mod script;
pub mod timers;
pub mod unread;
pub mod writes;

use std::fs::File;
use std::path::{Path, PathBuf};

use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, migrate::MigrateError};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Something in the database failed. Its text is for the log, never for a person.
pub type Fault = sqlx::Error;

/// Why a data folder could not be opened: one clear sentence each.
#[derive(Debug, thiserror::Error)]
pub enum CannotOpen {
    #[error("the data folder {path} cannot be used: {source}. Choose another with --data, or mend its permissions")]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("another barnraiser is already using {0}. Stop it first, or choose another folder with --data")]
    InUse(PathBuf),
    #[error("{0} was written by a newer version of barnraiser. Use that version, or restore an older backup")]
    Newer(PathBuf),
    #[error("the database {path} cannot be opened: {source}")]
    Database { path: PathBuf, source: sqlx::Error },
    #[error("the database {path} could not be brought up to date: {source}{snapshot}")]
    Migration { path: PathBuf, source: MigrateError, snapshot: opening::Kept },
    #[error("{0}")]
    Unfit(String),
    #[error("the database was not touched, since a copy of it could not be made at {path} first: {why}")]
    Snapshot { path: PathBuf, why: String },
    #[error(transparent)]
    Restore(#[from] moving::CannotMove),
}

/// An open data folder: the lock, the one writer, and readers beside it.
#[derive(Debug)]
pub struct Store {
    pub writer: SqliteConnection,
    pub readers: SqlitePool,
    /// Held for as long as the store is open, and released by the operating system even after `kill -9`.
    pub lock: File,
    /// The database was here before this folder was ever opened: it was restored, or brought from elsewhere.
    pub arrived: bool,
    writing: SqliteConnectOptions,
}

impl Store {
    /// Opens a data folder, making it if it is not there, and brings its database up to date.
    ///
    /// # Errors
    /// The folder cannot be used, is in use, or holds a database this version cannot read.
    pub async fn open(folder: &Path) -> Result<Store, CannotOpen> {
        moving::settle(folder)?;
        opening::make_private_folder(folder)
            .map_err(|source| CannotOpen::Folder { path: folder.to_owned(), source })?;
        // The lock stays in a folder for ever, and goes into no backup.
        let arrived = !folder.join(opening::LOCK).exists() && database(folder).exists();
        let lock = opening::lock(folder)?;
        let path = database(folder);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL: an acknowledged commit survives a power cut, not only a killed process.
            .synchronous(SqliteSynchronous::Full)
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .foreign_keys(true)
            // What is blanked is gone from the file too.
            .pragma("secure_delete", "on")
            // What a savepoint would roll back stays in memory; every second command would write it to a temporary file.
            .pragma("temp_store", "memory")
            // 16 MB: a batch touches pages all over the file, and those that do not fit are read and written twice.
            .pragma("cache_size", "-16000")
            // Every 16 MB, not 4: a page changed by many batches is copied into the file once.
            .pragma("wal_autocheckpoint", "4000")
            .statement_cache_capacity(256)
            .disable_statement_logging();
        let failed = |source| CannotOpen::Database { path: path.clone(), source };
        let mut writer = options.connect().await.map_err(failed)?;
        opening::check_sqlite(&mut writer).await?;
        opening::bring_up_to_date(&mut writer, folder, &MIGRATIONS).await?;
        let readers = SqlitePoolOptions::new().max_connections(2).connect_lazy_with(reading(&path));
        Ok(Store { writer, readers, lock, arrived, writing: options })
    }

    /// Replaces the writing connection. The old one is closed first: there is never more than one.
    ///
    /// # Errors
    /// The database cannot be opened again; every use fails until it can.
    pub async fn reconnect(&mut self) -> Result<(), Fault> {
        let idle = SqliteConnectOptions::new().in_memory(true).connect().await?;
        let old = std::mem::replace(&mut self.writer, idle);
        // Whether it closes well no longer matters: its transaction is gone.
        let _ = sqlx::Connection::close(old).await;
        self.writer = self.writing.connect().await?;
        Ok(())
    }

    /// Brings everything committed into the one file and empties the log beside it, so that no earlier state of a page
    /// stays behind in either: what was blanked is then gone. A reader in the way only puts it off until the next time.
    ///
    /// # Errors
    /// The disk cannot be written.
    pub async fn settle_file(&mut self) -> Result<(), Fault> {
        sqlx::query("pragma wal_checkpoint(truncate)").execute(&mut self.writer).await.map(drop)
    }
}

/// The database of a data folder.
pub fn database(folder: &Path) -> PathBuf {
    folder.join("barnraiser.db")
}

/// How anybody but the writer opens a database. Their own options: a pragma that changes the file would be refused on a
/// read-only connection.
pub fn reading(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).read_only(true).statement_cache_capacity(256).disable_statement_logging()
}

/// The newest schema this program knows.
pub fn newest_schema() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}
