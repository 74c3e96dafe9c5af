//! What a start makes sure of: a way back before the schema changes, one writer, and readers that hurt nobody.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use barnraiser::store::opening::{bring_up_to_date, check_sqlite, snapshots};
use barnraiser::store::{CannotOpen, reading};
use jiff::SignedDuration;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::backup::names;
use crate::rig::Rig;

/// A program's migrations, as a folder: 0001 makes a table, and the rest is given.
async fn migrations(more: &[(u32, &str)]) -> Migrator {
    let folder = tempfile::tempdir().unwrap();
    let first =
        (1, "create table lamps (id integer primary key, words text) strict; insert into lamps values (1, 'one')");
    for (version, sql) in [first].iter().chain(more) {
        fs::write(folder.path().join(format!("{version:04}_step.sql")), sql).unwrap();
    }
    Migrator::new(folder.path()).await.unwrap()
}

async fn open(folder: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.join("barnraiser.db")).create_if_missing(true);
    options.journal_mode(sqlx::sqlite::SqliteJournalMode::Wal).connect().await.unwrap()
}

async fn migrate(folder: &Path, more: &[(u32, &str)]) -> Result<(), CannotOpen> {
    bring_up_to_date(&mut open(folder).await, folder, &migrations(more).await).await
}

async fn words(path: &Path) -> String {
    let mut conn = reading(path).connect().await.unwrap();
    sqlx::query_scalar("select group_concat(words, ' ') from lamps").fetch_one(&mut conn).await.unwrap()
}

fn snapshot_names(folder: &Path) -> Vec<String> {
    names(folder).into_iter().filter(|name| name.contains("before")).collect()
}

#[tokio::test]
async fn before_the_schema_changes_the_database_is_kept_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    migrate(folder.path(), &[]).await.unwrap();
    assert_eq!(snapshot_names(folder.path()), [""; 0], "a new database has nothing to keep");
    migrate(folder.path(), &[]).await.unwrap();
    assert_eq!(snapshot_names(folder.path()), [""; 0], "and nothing was pending");

    migrate(folder.path(), &[(2, "update lamps set words = 'two'")]).await.unwrap();
    assert_eq!(words(&folder.path().join("barnraiser.db")).await, "two");
    let kept = folder.path().join("barnraiser-before-0002.db");
    assert_eq!(words(&kept).await, "one");
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn the_last_three_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut more = Vec::new();
    for version in 2..=12 {
        more.push((version, "select 1"));
        // The first start with this version, after one without it.
        migrate(folder.path(), &more[..more.len() - 1]).await.unwrap();
        migrate(folder.path(), &more).await.unwrap();
    }
    let kept = ["barnraiser-before-0010.db", "barnraiser-before-0011.db", "barnraiser-before-0012.db"];
    assert_eq!(snapshot_names(folder.path()), kept);
    assert_eq!(snapshots(folder.path()).len(), 3);
}

#[tokio::test]
async fn a_migration_that_fails_says_where_the_way_back_is() {
    let folder = tempfile::tempdir().unwrap();
    migrate(folder.path(), &[]).await.unwrap();
    let broken = [(2, "update lamps set words = 'half'; insert into nowhere values (1)")];
    let failed = migrate(folder.path(), &broken).await.unwrap_err().to_string();
    let kept = folder.path().join("barnraiser-before-0002.db");
    assert!(failed.ends_with(&format!("How it was before is kept in {}", kept.display())), "{failed}");
    assert_eq!(words(&folder.path().join("barnraiser.db")).await, "one", "none of it happened");
    // The program that went before starts on it as if nothing had been, and goes on.
    migrate(folder.path(), &[]).await.unwrap();
    sqlx::query("insert into lamps values (2, 'more')").execute(&mut open(folder.path()).await).await.unwrap();
    // Mended, it goes through, and what is kept is what was there this time.
    migrate(folder.path(), &[(2, "update lamps set words = 'two'")]).await.unwrap();
    assert_eq!(words(&kept).await, "one more");
}

#[tokio::test]
async fn nothing_is_kept_of_a_database_that_is_too_new_anyway() {
    let folder = tempfile::tempdir().unwrap();
    migrate(folder.path(), &[(2, "select 1")]).await.unwrap();
    let refused = migrate(folder.path(), &[(3, "select 1")]).await.unwrap_err();
    assert!(matches!(refused, CannotOpen::Newer(_)), "{refused}");
    assert_eq!(snapshot_names(folder.path()), [""; 0]);
}

#[tokio::test]
async fn without_room_for_the_copy_nothing_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    migrate(folder.path(), &[]).await.unwrap();
    // A folder is in the way where the copy would be made.
    fs::create_dir_all(folder.path().join("barnraiser-before-0002.db.half/x")).unwrap();
    let refused = migrate(folder.path(), &[(2, "update lamps set words = 'two'")]).await.unwrap_err();
    assert!(matches!(refused, CannotOpen::Snapshot { .. }), "{refused}");
    assert_eq!(words(&folder.path().join("barnraiser.db")).await, "one");
}

#[tokio::test]
async fn the_sqlite_that_is_linked_will_do() {
    let mut conn = SqliteConnectOptions::new().in_memory(true).connect().await.unwrap();
    check_sqlite(&mut conn).await.unwrap();
}

/// What Litestream and a backup under way rely on, and so do we: whoever reads for long puts off that the log is emptied,
/// and nothing else.
#[tokio::test]
async fn a_reader_that_does_not_stop_hurts_nobody() {
    let mut rig = Rig::eastbank().await;
    let wal = rig.data().join("barnraiser.db-wal");
    let mut reader = reading(&rig.database()).connect().await.unwrap();
    let mut reading = reader.begin().await.unwrap();
    let count = "select count(*) from asks";
    let before: i64 = sqlx::query_scalar(count).fetch_one(&mut *reading).await.unwrap();
    let words = "a lamp ".repeat(30);
    for n in 0..300 {
        rig.say("dev", &format!("ask {n} {words}")).await;
        rig.say("dev", &format!("withdraw A{}", n + 1)).await;
    }
    // Past the point where the log would be taken into the database and begun anew, and past a housekeeping.
    rig.wait(SignedDuration::from_hours(24)).await;
    let grown = fs::metadata(&wal).unwrap().len();
    assert!(grown > 1_000_000, "the log waits for the reader: {grown}");
    let still: i64 = sqlx::query_scalar(count).fetch_one(&mut *reading).await.unwrap();
    assert_eq!(still, before, "and the reader still sees its own moment");
    reading.rollback().await.unwrap();
    reader.close().await.unwrap();
    rig.wait(SignedDuration::from_hours(24)).await;
    let after = fs::metadata(&wal).unwrap().len();
    assert!(after < 100_000, "the next housekeeping empties it: {after}");
}

#[tokio::test]
async fn a_reader_can_neither_write_nor_checkpoint() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    let wal = rig.data().join("barnraiser.db-wal");
    let before = fs::metadata(&wal).unwrap().len();
    let mut reader = reading(&rig.database()).connect().await.unwrap();
    // It answers "busy" or "read-only", by what the writer does; what counts is that the log stays.
    let _ = sqlx::query("pragma wal_checkpoint(truncate)").execute(&mut reader).await;
    assert_eq!(fs::metadata(&wal).unwrap().len(), before);
    let refused = sqlx::query("delete from asks").execute(&mut reader).await.unwrap_err().to_string();
    assert!(refused.contains("readonly"), "{refused}");
    reader.close().await.unwrap();
    assert_eq!(fs::metadata(&wal).unwrap().len(), before, "nor at its end");
}
