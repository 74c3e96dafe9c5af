//! Backups: whole, private, made while the bot works, and kept so that the last good one never goes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use barnraiser::config;
use barnraiser::config::folder::RECOVERY_KEY;
use barnraiser::domain::Zone;
use barnraiser::engine::clock::{Clock, ManualClock};
use barnraiser::engine::vitals::{Backup, Vitals};
use barnraiser::ops::archive::{self, KEYS, Manifest, ROOMS, SESSION};
use barnraiser::ops::backup::{self, Existing};
use barnraiser::ops::keeping::Keeper;
use jiff::Timestamp;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::rig::{Rig, chicago};

/// Everything in a folder, by name.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A Matrix half as the SDK keeps it: two databases in WAL mode with something in them, and a login.
pub async fn with_matrix(data: &Path) {
    fs::create_dir_all(data.join("matrix/store")).unwrap();
    fs::write(data.join(SESSION), r#"{"store_key": "secret", "store_made": true}"#).unwrap();
    fs::write(data.join(RECOVERY_KEY), "HKP7 XZHO\n").unwrap();
    for name in [ROOMS, KEYS] {
        let options = SqliteConnectOptions::new().filename(data.join(name)).create_if_missing(true);
        let mut conn = options.journal_mode(sqlx::sqlite::SqliteJournalMode::Wal).connect().await.unwrap();
        sqlx::raw_sql("create table if not exists kv (k text, v blob); insert into kv values ('token', x'00')")
            .execute(&mut conn)
            .await
            .unwrap();
        conn.close().await.unwrap();
    }
}

fn parts(manifest: &Manifest) -> Vec<&str> {
    manifest.files.iter().map(|part| part.name.as_str()).collect()
}

async fn back_up(rig: &Rig, to: &Path) -> Result<Manifest, String> {
    backup::make(&rig.data(), to, Existing::Keep, rig.clock.now()).await.map_err(|e| e.to_string())
}

/// How many asks are in the database of an archive, unpacked beside it.
async fn asks_in(archive: &Path) -> u32 {
    let into = tempfile::tempdir().unwrap();
    archive::unpack(archive, &into.path().join("out")).unwrap();
    let mut conn = SqliteConnectOptions::new().filename(into.path().join("out/barnraiser.db")).connect().await.unwrap();
    sqlx::query_scalar("select count(*) from asks").fetch_one(&mut conn).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_while_everybody_talks_is_one_moment_of_it() {
    let mut rig = Rig::eastbank().await;
    let folder = tempfile::tempdir().unwrap();
    rig.say("dev", "ask Two lamps").await;
    let (data, now) = (rig.data(), rig.clock.now());
    let (talked, mut rig) = (folder.path().join("before.tar"), rig);
    let talking = tokio::spawn(async move {
        for n in 0..100 {
            rig.say("bea", &format!("ask Lamp number {n}")).await;
        }
        rig
    });
    let mut seen = Vec::new();
    for n in 0..3 {
        let to = folder.path().join(format!("{n}.tar"));
        let manifest = backup::make(&data, &to, Existing::Keep, now).await.unwrap();
        assert_eq!((parts(&manifest), manifest.schema > 0), (vec!["barnraiser.db"], true));
        assert_eq!(archive::verify(&to).unwrap(), manifest);
        seen.push(asks_in(&to).await);
    }
    let rig = talking.await.unwrap();
    back_up(&rig, &talked).await.unwrap();
    assert_eq!(asks_in(&talked).await, 101);
    assert!(seen.is_sorted() && seen.iter().all(|n| (1..=101).contains(n)), "{seen:?}");
    assert_eq!(names(folder.path()), ["0.tar", "1.tar", "2.tar", "before.tar"], "and nothing else is left behind");
}

#[tokio::test]
async fn only_its_owner_can_read_it_and_no_file_is_overwritten() {
    let rig = Rig::eastbank().await;
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("b.tar");
    fs::write(&to, "a shopping list").unwrap();
    let refused = back_up(&rig, &to).await.unwrap_err();
    assert!(refused.ends_with("is there already. Choose another name, or say --replace"), "{refused}");
    assert_eq!(fs::read_to_string(&to).unwrap(), "a shopping list");
    backup::make(&rig.data(), &to, Existing::Replace, rig.clock.now()).await.unwrap();
    archive::verify(&to).unwrap();
    assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    let nowhere = back_up(&rig, &folder.path().join("no/such/folder/b.tar")).await.unwrap_err();
    assert!(nowhere.starts_with("cannot use "), "{nowhere}");
    let nothing = backup::make(folder.path(), &folder.path().join("c.tar"), Existing::Keep, rig.clock.now()).await;
    assert!(nothing.unwrap_err().to_string().ends_with("has no barnraiser.db; there is nothing to back up"));
    assert_eq!(names(folder.path()), ["b.tar"]);
}

#[tokio::test]
async fn the_matrix_half_is_whole_or_there_is_no_backup() {
    let rig = Rig::eastbank().await;
    let folder = tempfile::tempdir().unwrap();
    let data = rig.data();
    with_matrix(&data).await;
    let whole = back_up(&rig, &folder.path().join("whole.tar")).await.unwrap();
    assert_eq!(parts(&whole), ["barnraiser.db", RECOVERY_KEY, SESSION, KEYS, ROOMS]);

    let to = folder.path().join("half.tar");
    for name in [SESSION, ROOMS, KEYS] {
        let aside = folder.path().join("aside");
        fs::rename(data.join(name), &aside).unwrap();
        let refused = back_up(&rig, &to).await.unwrap_err();
        assert!(refused.contains("only half there") && refused.contains(name), "{refused}");
        fs::rename(&aside, data.join(name)).unwrap();
    }
    // The bot is just logging in: it throws the stores away if it is killed now.
    fs::write(data.join(SESSION), r#"{"store_key": "secret", "store_made": false}"#).unwrap();
    let refused = back_up(&rig, &to).await.unwrap_err();
    assert!(refused.contains("try again in a minute"), "{refused}");
    assert_eq!(names(folder.path()), ["whole.tar"]);
}

#[tokio::test]
async fn a_login_that_changes_meanwhile_is_no_backup() {
    let rig = Rig::eastbank().await;
    let folder = tempfile::tempdir().unwrap();
    with_matrix(&rig.data()).await;
    let going_on = Arc::new(AtomicBool::new(true));
    let bot = std::thread::spawn({
        let (session, fresh) = (rig.data().join(SESSION), folder.path().join("fresh"));
        let going_on = Arc::clone(&going_on);
        move || {
            for n in 0.. {
                fs::write(&fresh, format!(r#"{{"store_key": "{n}", "store_made": true}}"#)).unwrap();
                fs::rename(&fresh, &session).unwrap();
                if !going_on.load(Ordering::Relaxed) {
                    return;
                }
            }
        }
    });
    let refused = back_up(&rig, &folder.path().join("b.tar")).await;
    going_on.store(false, Ordering::Relaxed);
    bot.join().unwrap();
    assert_eq!(refused.unwrap_err(), "the Matrix login changed while it was copied. Try again");
    back_up(&rig, &folder.path().join("b.tar")).await.unwrap();
}

#[tokio::test]
async fn a_damaged_database_is_no_backup() {
    let mut rig = Rig::eastbank().await;
    for n in 0..50 {
        rig.say("dev", &format!("ask Lamp number {n}")).await;
    }
    rig.fall().await;
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("b.tar");

    // Rows that name what is not there: SQLite finds the file sound, and it is not.
    let mut conn = SqliteConnectOptions::new().filename(rig.database()).foreign_keys(false).connect().await.unwrap();
    sqlx::query("update asks set asker_id = 4711 where number = 1").execute(&mut conn).await.unwrap();
    let refused = back_up(&rig, &to).await.unwrap_err();
    assert!(refused.contains("1 rows name something that is not there"), "{refused}");
    sqlx::query("update asks set asker_id = (select min(id) from members)").execute(&mut conn).await.unwrap();
    sqlx::query("pragma wal_checkpoint(truncate)").execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    back_up(&rig, &to).await.unwrap();
    fs::remove_file(&to).unwrap();

    // A page written over.
    let mut bytes = fs::read(rig.database()).unwrap();
    bytes[8 * 4096..12 * 4096].fill(0xA5);
    fs::write(rig.database(), bytes).unwrap();
    back_up(&rig, &to).await.unwrap_err();
    assert_eq!(names(folder.path()), [""; 0], "nothing pretends to be a backup");
}

/// A keeper of a rig's data, with a clock of its own, at 04:15 every day.
struct Watchman {
    keeper: Keeper,
    clock: Arc<ManualClock>,
    rig: Rig,
    _room: tempfile::TempDir,
}

impl Watchman {
    async fn new(keep: u32, keep_days: u32) -> Watchman {
        let rig = Rig::eastbank().await;
        let room = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(chicago("2026-03-06 10:00")));
        let settings = config::Backup {
            schedule: Some("0 15 4 * * *".parse().unwrap()),
            folder: room.path().join("backups"),
            keep,
            keep_days,
        };
        let zone: Zone = "America/Chicago".parse().unwrap();
        let keeper = Keeper {
            data: rig.data(),
            settings,
            zone,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            vitals: Vitals::default(),
        };
        Watchman { keeper, clock, rig, _room: room }
    }

    fn folder(&self) -> &Path {
        &self.keeper.settings.folder
    }

    fn newest(&self) -> Option<Timestamp> {
        match self.keeper.vitals.backup() {
            Backup::On { newest, .. } => newest,
            Backup::Off => panic!("it is on"),
        }
    }

    /// Makes one at a time of Chicago's clock.
    async fn at(&self, civil: &str) -> Option<Timestamp> {
        self.clock.set(chicago(civil));
        self.keeper.attempt().await
    }
}

#[tokio::test]
async fn the_first_one_is_made_at_once_and_then_by_the_schedule() {
    let watch = Watchman::new(14, 30).await;
    assert_eq!(watch.keeper.begin().await, Some(chicago("2026-03-06 10:00")));
    assert_eq!(watch.newest(), None);
    assert_eq!(watch.keeper.attempt().await, Some(chicago("2026-03-07 04:15")));
    assert_eq!(watch.newest(), Some(chicago("2026-03-06 10:00")));
    // The hour that spring leaves out: not skipped, and not twice.
    assert_eq!(watch.at("2026-03-07 04:15").await, Some(chicago("2026-03-08 04:15")));
    assert_eq!(names(watch.folder()), ["barnraiser-20260306T160000Z.tar", "barnraiser-20260307T101500Z.tar"]);
}

#[tokio::test]
async fn what_was_missed_is_made_once() {
    let watch = Watchman::new(14, 30).await;
    watch.keeper.attempt().await;
    // Five days later the bot is back: what is on the disk says when the last one was.
    watch.clock.set(chicago("2026-03-11 12:00"));
    assert_eq!(watch.keeper.begin().await, Some(chicago("2026-03-07 04:15")), "long due");
    assert_eq!(watch.keeper.attempt().await, Some(chicago("2026-03-12 04:15")), "and once is enough");
    // Back again within the day, nothing is due.
    watch.clock.set(chicago("2026-03-11 13:00"));
    assert_eq!(watch.keeper.begin().await, Some(chicago("2026-03-12 04:15")));
}

#[tokio::test]
async fn a_damaged_one_does_not_count_as_the_last() {
    let watch = Watchman::new(14, 30).await;
    watch.keeper.attempt().await;
    watch.at("2026-03-07 04:15").await;
    let newest = watch.folder().join("barnraiser-20260307T101500Z.tar");
    let mut bytes = fs::read(&newest).unwrap();
    let end = bytes.len() - 4096;
    bytes[end / 2] ^= 1;
    fs::write(&newest, bytes).unwrap();
    assert_eq!(watch.keeper.begin().await, Some(chicago("2026-03-07 04:15")), "it is due again");
    assert_eq!(watch.newest(), Some(chicago("2026-03-06 10:00")));
}

#[tokio::test]
async fn a_failure_is_shown_and_tried_again_soon() {
    let watch = Watchman::new(14, 30).await;
    watch.keeper.attempt().await;
    let made = watch.newest();
    let away = watch.rig.data().with_file_name("away");
    fs::rename(watch.rig.data(), &away).unwrap();
    assert_eq!(watch.at("2026-03-07 04:15").await, Some(chicago("2026-03-07 04:45")));
    assert_eq!(watch.keeper.vitals.backup(), Backup::On { newest: made, failing: true });
    // The schedule comes first if it comes sooner.
    assert_eq!(watch.at("2026-03-08 04:00").await, Some(chicago("2026-03-08 04:15")));
    fs::rename(&away, watch.rig.data()).unwrap();
    assert_eq!(watch.at("2026-03-08 04:15").await, Some(chicago("2026-03-09 04:15")));
    assert_eq!(watch.keeper.vitals.backup(), Backup::On { newest: watch.newest(), failing: false });
}

#[tokio::test]
async fn as_many_are_kept_as_were_asked_for_and_none_too_old() {
    let watch = Watchman::new(3, 10).await;
    for day in 6..=10 {
        watch.at(&format!("2026-03-{day:02} 10:00")).await;
    }
    let kept = |days: &[u32]| days.iter().map(|d| format!("barnraiser-202603{d:02}T150000Z.tar")).collect::<Vec<_>>();
    assert_eq!(names(watch.folder()), kept(&[8, 9, 10]));
    // Ten days later the others are too old; the newest would be too, if it were not the newest.
    watch.at("2026-03-19 10:00").await;
    assert_eq!(names(watch.folder()), kept(&[9, 10, 19]));
    watch.at("2026-03-30 10:00").await;
    assert_eq!(names(watch.folder()), kept(&[30]));
}

#[tokio::test]
async fn nothing_that_is_not_its_own_is_removed() {
    let watch = Watchman::new(1, 1).await;
    let mut other = Watchman::new(1, 1).await;
    other.rig.fall().await;
    let mut conn = SqliteConnectOptions::new().filename(other.rig.database()).connect().await.unwrap();
    sqlx::query("update meta set value = 'ANOTHER' where key = 'install'").execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    // Another installation's, as old as it may be; and what only has the name, or only the content.
    other.keeper.make(chicago("2026-01-01 10:00")).await.unwrap();
    fs::create_dir_all(watch.folder()).unwrap();
    let theirs = "barnraiser-20260101T160000Z.tar";
    fs::copy(other.folder().join(theirs), watch.folder().join(theirs)).unwrap();
    fs::write(watch.folder().join("barnraiser-20260102T160000Z.tar"), "a shopping list").unwrap();
    watch.keeper.make(chicago("2026-01-03 10:00")).await.unwrap();
    let by_hand = watch.folder().join("before-the-move.tar");
    fs::rename(watch.folder().join("barnraiser-20260103T160000Z.tar"), by_hand).unwrap();
    watch.keeper.make(chicago("2026-01-04 10:00")).await.unwrap();
    // A day ago the machine went down in the middle of one; another is being made right now.
    fs::create_dir(watch.folder().join(".barnraiser-backup-now")).unwrap();

    watch.at("2026-03-06 10:00").await;
    let mut kept = names(watch.folder());
    kept.retain(|name| name != ".barnraiser-backup-now");
    let own = "barnraiser-20260306T160000Z.tar";
    assert_eq!(kept, [theirs, "barnraiser-20260102T160000Z.tar", own, "before-the-move.tar"]);
}
