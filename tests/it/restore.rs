//! Restores: all of a backup or nothing of it, whatever the archive is and whenever the machine stops.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use barnraiser::config::folder::{RECOVERY_KEY, RESTORED};
use barnraiser::engine::clock::Clock as _;
use barnraiser::ops::archive::{BadArchive, KEYS, Manifest, ROOMS, SESSION};
use barnraiser::ops::backup;
use barnraiser::ops::restore::{self, CannotRestore, Existing};
use barnraiser::store::moving::{self, CannotMove, Left};
use barnraiser::store::{CannotOpen, Store, meta, newest_schema};
use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::backup::{names, with_matrix};
use crate::rig::{Rig, chicago};

/// An archive of Eastbank with one ask, and an empty room to restore in.
struct Bench {
    room: tempfile::TempDir,
    archive: PathBuf,
    rig: Rig,
}

async fn bench() -> Bench {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    with_matrix(&rig.data()).await;
    let room = tempfile::tempdir().unwrap();
    let archive = room.path().join("b.tar");
    backup::make(&rig.data(), &archive, backup::Existing::Keep, rig.clock.now()).await.unwrap();
    Bench { room, archive, rig }
}

impl Bench {
    fn data(&self) -> PathBuf {
        self.room.path().join("data")
    }

    fn now(&self) -> Timestamp {
        self.rig.clock.now() + SignedDuration::from_hours(2)
    }

    async fn restore(&self, archive: &Path, existing: Existing) -> Result<restore::Restored, CannotRestore> {
        restore::restore(archive, &self.data(), existing, self.now()).await
    }

    /// The archive, taken apart, changed, and put together again.
    fn forge(&self, change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> PathBuf {
        let mut parts = Vec::new();
        let mut tar = tar::Archive::new(File::open(&self.archive).unwrap());
        for entry in tar.entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut bytes = Vec::new();
            std::io::copy(&mut entry, &mut bytes).unwrap();
            parts.push((entry.path().unwrap().display().to_string(), bytes));
        }
        change(&mut parts);
        let forged = self.room.path().join("forged.tar");
        let mut tar = tar::Builder::new(File::create(&forged).unwrap());
        for (name, bytes) in parts {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o600);
            // Past the library's own care: a forger would not use it.
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            tar.append(&header, bytes.as_slice()).unwrap();
        }
        tar.into_inner().unwrap();
        forged
    }
}

/// Other tests start processes of their own, and for the moment until it becomes another program a child holds every lock
/// that this process holds or has just let go.
const TRIES: usize = 10_000;

async fn open_store(data: &Path) -> Store {
    for _ in 0..TRIES {
        match Store::open(data).await {
            Err(CannotOpen::InUse(_) | CannotOpen::Restore(CannotMove::GoingOn(_))) => tokio::task::yield_now().await,
            opened => return opened.unwrap(),
        }
    }
    panic!("the folder stays in use");
}

/// Restores as soon as the folder is free: see [`Rig::wake`].
pub async fn put_back(archive: &Path, data: &Path, existing: Existing, now: Timestamp) -> restore::Restored {
    for _ in 0..TRIES {
        match restore::restore(archive, data, existing, now).await {
            Err(CannotRestore::InUse(_) | CannotRestore::Move(CannotMove::GoingOn(_))) => {
                tokio::task::yield_now().await;
            }
            done => return done.unwrap(),
        }
    }
    panic!("the folder stays in use");
}

async fn prepared(archive: &Path, data: &Path, now: Timestamp) -> restore::Ready {
    for _ in 0..TRIES {
        match restore::prepare(archive, data, Existing::MoveAside, now).await {
            Err(CannotRestore::InUse(_)) => tokio::task::yield_now().await,
            done => return done.unwrap(),
        }
    }
    panic!("the folder stays in use");
}

fn manifest(parts: &mut [(String, Vec<u8>)], change: impl FnOnce(&mut serde_json::Value)) {
    let mut value = serde_json::from_slice(&parts[0].1).unwrap();
    change(&mut value);
    parts[0].1 = serde_json::to_vec(&value).unwrap();
}

async fn number(path: &Path, sql: &'static str) -> i64 {
    let mut conn = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    let number = sqlx::query_scalar(sql).fetch_one(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    number
}

async fn meta_of(data: &Path, key: &str) -> Option<i64> {
    let mut conn = SqliteConnectOptions::new().filename(data.join("barnraiser.db")).connect().await.unwrap();
    meta::get(&mut conn, key).await.unwrap().map(|ms| ms.parse().unwrap())
}

#[tokio::test]
async fn what_comes_back_is_what_was_there_and_it_knows_what_it_missed() {
    let bench = bench().await;
    let restored = bench.restore(&bench.archive, Existing::Refuse).await.unwrap();
    assert_eq!(restored.aside, None);
    let data = bench.data();
    assert_eq!(names(&data), ["barnraiser.db", "matrix", RECOVERY_KEY]);
    assert_eq!(number(&data.join("barnraiser.db"), "select count(*) from asks").await, 1);
    assert_eq!(number(&data.join(KEYS), "select count(*) from kv").await, 1);
    for name in [SESSION, RECOVERY_KEY] {
        assert_eq!(fs::read(data.join(name)).unwrap(), fs::read(bench.rig.data().join(name)).unwrap());
    }
    assert!(data.join(RESTORED).is_file(), "the Matrix side is told that its keys may be behind");
    assert_eq!(meta_of(&data, meta::RESTORED_MADE_AT).await, Some(chicago("2026-03-05 18:20").as_millisecond()));
    assert_eq!(meta_of(&data, meta::RESTORED_AT).await, Some(chicago("2026-03-05 20:20").as_millisecond()));
    assert_eq!(names(bench.room.path()), ["b.tar", "data"]);
    open_store(&data).await;
}

/// A file that came by another way than `restore`: a replica, a copy from another machine.
#[tokio::test]
async fn a_database_that_came_from_elsewhere_knows_that_it_did() {
    let mut rig = Rig::eastbank().await;
    rig.wait(SignedDuration::from_hours(2)).await;
    let mark = meta_of(&rig.data(), meta::CLOCK).await.unwrap();
    rig.crash().await;
    assert_eq!(meta_of(&rig.data(), meta::RESTORED_AT).await, None, "it is where it was");
    rig.fall().await;
    fs::remove_file(rig.data().join("barnraiser.lock")).unwrap();
    rig.clock.set(chicago("2026-03-06 09:00"));
    rig.wake().await;
    assert_eq!(meta_of(&rig.data(), meta::RESTORED_MADE_AT).await, Some(mark));
    assert_eq!(meta_of(&rig.data(), meta::RESTORED_AT).await, Some(chicago("2026-03-06 09:00").as_millisecond()));
    // Once: the next start finds it where it was.
    rig.clock.set(chicago("2026-03-06 10:00"));
    rig.crash().await;
    assert_eq!(meta_of(&rig.data(), meta::RESTORED_AT).await, Some(chicago("2026-03-06 09:00").as_millisecond()));

    // After a restore, the backup's own time holds, and the gap ends with the first start.
    let room = tempfile::tempdir().unwrap();
    let archive = room.path().join("b.tar");
    let made = rig.clock.now();
    backup::make(&rig.data(), &archive, backup::Existing::Keep, made).await.unwrap();
    rig.fall().await;
    let restored = chicago("2026-03-06 11:00");
    put_back(&archive, &rig.data(), Existing::MoveAside, restored).await;
    rig.clock.set(chicago("2026-03-06 12:00"));
    rig.wake().await;
    let earlier = meta_of(&rig.data(), meta::RESTORED_MADE_AT).await.unwrap();
    assert_eq!(earlier, mark, "the one before it was not caught up with for a week yet");
    assert_eq!(meta_of(&rig.data(), meta::RESTORED_AT).await, Some(chicago("2026-03-06 12:00").as_millisecond()));
}

#[tokio::test]
async fn a_backup_made_soon_after_a_restore_still_knows_what_that_one_missed() {
    let bench = bench().await;
    bench.restore(&bench.archive, Existing::Refuse).await.unwrap();
    let made = meta_of(&bench.data(), meta::RESTORED_MADE_AT).await;
    let again = |hours| bench.now() + SignedDuration::from_hours(hours);
    let (soon, late) = (bench.room.path().join("soon.tar"), bench.room.path().join("late.tar"));
    backup::make(&bench.data(), &soon, backup::Existing::Keep, again(24)).await.unwrap();
    backup::make(&bench.data(), &late, backup::Existing::Keep, again(24 * 30)).await.unwrap();
    for (archive, from) in [(soon, made), (late, Some(again(24 * 30).as_millisecond()))] {
        let into = bench.room.path().join("again");
        put_back(&archive, &into, Existing::MoveAside, again(24 * 31)).await;
        assert_eq!(meta_of(&into, meta::RESTORED_MADE_AT).await, from);
        assert_eq!(meta_of(&into, meta::RESTORED_AT).await, Some(again(24 * 31).as_millisecond()));
    }
}

#[tokio::test]
async fn nothing_is_restored_from_what_is_not_wholly_a_backup() {
    let bench = bench().await;
    let whole = fs::read(&bench.archive).unwrap();
    let mut seen = Vec::new();
    let mut try_one = async |what: &str, archive: PathBuf| {
        let refused = bench.restore(&archive, Existing::Refuse).await.expect_err(what);
        assert!(!bench.data().exists() && moving::left(&bench.data()) == Left::Nothing, "{what} left something behind");
        seen.push(refused.to_string().rsplit_once("was not restored: ").expect(what).1.to_owned());
    };
    let cut = bench.room.path().join("cut.tar");
    fs::write(&cut, "milk, eggs, bread").unwrap();
    try_one("a shopping list", cut.clone()).await;
    fs::write(&cut, "").unwrap();
    try_one("nothing", cut.clone()).await;
    fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    try_one("cut off", cut.clone()).await;
    let mut flipped = whole.clone();
    flipped[100_000] ^= 1;
    fs::write(&cut, flipped).unwrap();
    try_one("a bit flipped", cut.clone()).await;
    try_one("no database", bench.forge(|parts| drop(parts.remove(1)))).await;
    try_one("a part too many", bench.forge(|parts| parts.push(("more".into(), vec![1])))).await;
    try_one(
        "no keys named",
        bench.forge(|parts| {
            manifest(parts, |m| {
                m["files"].as_array_mut().unwrap().retain(|file| file["name"] != KEYS);
            })
        }),
    )
    .await;
    try_one("another place", bench.forge(|parts| manifest(parts, |m| m["files"][0]["name"] = "../evil.db".into())))
        .await;
    try_one("twice", bench.forge(|parts| manifest(parts, |m| m["files"][1] = m["files"][0].clone()))).await;
    try_one("newer data", bench.forge(|parts| manifest(parts, |m| m["schema"] = 9_999_i64.into()))).await;
    try_one("other data", bench.forge(|parts| manifest(parts, |m| m["schema"] = 0_i64.into()))).await;
    try_one(
        "newer form",
        bench.forge(|parts| {
            manifest(parts, |m| {
                m["format"] = 2.into();
                m["barnraiser"] = "3.0.0".into();
            })
        }),
    )
    .await;
    let newest = format!("knows up to {}.", newest_schema());
    insta::assert_snapshot!(seen.join("\n").replace(&newest, "knows up to NEWEST."), @r"
    it is no backup of barnraiser
    it is no backup of barnraiser
    its part barnraiser.db is not what was backed up; the file is damaged
    its part barnraiser.db is not what was backed up; the file is damaged
    its part barnraiser.db is missing
    it holds more, which is no part of a backup
    its Matrix half is incomplete: matrix/store/matrix-sdk-crypto.sqlite3 is missing
    it holds ../evil.db, which is no part of a backup
    it holds barnraiser.db, which is no part of a backup
    its database has schema 9999, and this barnraiser knows up to NEWEST. Use a newer version
    its database is not the one its manifest describes
    it was made by a newer barnraiser (3.0.0); use that version or a newer one
    ");
}

#[tokio::test]
async fn a_damaged_database_under_a_true_sum_is_refused() {
    let bench = bench().await;
    let forged = bench.forge(|parts| {
        parts[1].1[8 * 4096..12 * 4096].fill(0xA5);
        let sum = data_encoding::HEXLOWER.encode(&<sha2::Sha256 as sha2::Digest>::digest(&parts[1].1));
        manifest(parts, |m| m["files"][0]["sha256"] = sum.into());
    });
    let refused = bench.restore(&forged, Existing::Refuse).await.unwrap_err();
    assert!(matches!(&refused, CannotRestore::Unsound { name, .. } if name == "barnraiser.db"), "{refused}");
    assert!(!bench.data().exists());
}

#[tokio::test]
async fn a_folder_in_use_or_with_something_in_it_is_left_alone() {
    let bench = bench().await;
    let data = bench.rig.data();
    let now = bench.now();
    let refused = restore::restore(&bench.archive, &data, Existing::Refuse, now).await.unwrap_err();
    assert!(refused.to_string().contains("With --replace it is moved aside"), "{refused}");
    let refused = restore::restore(&bench.archive, &data, Existing::MoveAside, now).await.unwrap_err();
    assert!(matches!(refused, CannotRestore::InUse(CannotOpen::InUse(_))), "{refused}");

    let mut bench = bench;
    bench.rig.say("bea", "ask One ladder").await;
    bench.rig.fall().await;
    let before = names(&data);
    let restored = put_back(&bench.archive, &data, Existing::MoveAside, now).await;
    let aside = restored.aside.unwrap();
    // What SQLite keeps beside a database comes and goes with its last connection.
    let lasting = |names: Vec<String>| names.into_iter().filter(|n| !n.contains(".db-")).collect::<Vec<_>>();
    assert_eq!(lasting(names(&aside)), lasting(before), "whole");
    assert_eq!(number(&aside.join("barnraiser.db"), "select count(*) from asks").await, 2);
    assert_eq!(number(&data.join("barnraiser.db"), "select count(*) from asks").await, 1);
    // The same second again: the first one's old folder stays what it is.
    let again = put_back(&bench.archive, &data, Existing::MoveAside, now).await;
    assert_ne!(again.aside.unwrap(), aside);
}

/// The old data has two asks, the backup one.
async fn asks(data: &Path) -> i64 {
    number(&data.join("barnraiser.db"), "select count(*) from asks").await
}

#[tokio::test]
async fn wherever_it_is_interrupted_the_next_start_finds_the_old_or_the_new_one_whole() {
    for (step, left, found) in [
        ("unpacked", Left::Unfinished, 2),
        ("announced", Left::Ready, 1),
        ("aside", Left::Ready, 1),
        ("in", Left::Ready, 1),
        ("done", Left::Nothing, 1),
    ] {
        let mut bench = bench().await;
        bench.rig.say("bea", "ask One ladder").await;
        bench.rig.fall().await;
        let data = bench.rig.data();
        let ready = prepared(&bench.archive, &data, bench.now()).await;
        let aside = ready.aside.clone().unwrap();
        // The machine stops here: what is on the disk stays, locks and everything in memory go.
        if step != "unpacked" {
            let moving = ready.announce().unwrap();
            if ["aside", "in", "done"].contains(&step) {
                moving.step_aside().unwrap();
            }
            if ["in", "done"].contains(&step) {
                moving.step_in().unwrap();
            }
            if step == "done" {
                moving.done().unwrap();
            }
        }
        drop(ready);
        assert_eq!(moving::left(&data), left, "{step}");
        open_store(&data).await;
        assert_eq!(asks(&data).await, found, "{step}");
        if found == 1 {
            assert_eq!(asks(&aside).await, 2, "{step}: the old one is whole, aside");
        }
        // And a second restore is not in anybody's way.
        put_back(&bench.archive, &data, Existing::MoveAside, bench.now()).await;
        assert_eq!((asks(&data).await, moving::left(&data)), (1, Left::Nothing), "{step}");
    }
}

/// The real program, killed at whatever point it has come to.
#[tokio::test]
async fn killed_in_the_middle_it_is_one_or_the_other_too() {
    let mut bench = bench().await;
    bench.rig.say("bea", "ask One ladder").await;
    bench.rig.fall().await;
    let (mut old, mut new) = (0, 0);
    for n in 0..24_u64 {
        let data = bench.room.path().join(format!("data-{n}"));
        fs::create_dir(&data).unwrap();
        for name in ["barnraiser.db", "barnraiser.db-wal"] {
            let from = bench.rig.data().join(name);
            if from.exists() {
                fs::copy(from, data.join(name)).unwrap();
            }
        }
        let mut command = crate::console::barnraiser();
        command.arg("restore").arg(&bench.archive).arg("--replace").arg("--data").arg(&data);
        let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
        // Not a wait for something to be done: a blow at some moment, a different one each time.
        let blow = std::time::Instant::now() + std::time::Duration::from_millis(3 * n);
        while std::time::Instant::now() < blow && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        drop(open_store(&data).await);
        match asks(&data).await {
            2 => old += 1,
            1 => new += 1,
            other => panic!("neither the old nor the new one: {other}"),
        }
    }
    assert!(old > 0 && old + new == 24, "the first blow comes before anything can have happened");
}

#[tokio::test]
async fn interrupted_in_an_empty_place_it_never_becomes_a_new_community() {
    let bench = bench().await;
    let ready = restore::prepare(&bench.archive, &bench.data(), Existing::Refuse, bench.now()).await.unwrap();
    let moving = ready.announce().unwrap();
    moving.step_aside().unwrap();
    // While it goes on nobody starts there.
    let started = Store::open(&bench.data()).await;
    assert!(matches!(started, Err(CannotOpen::Restore(_))), "{started:?}");
    assert!(!bench.data().exists());
    drop(moving);
    open_store(&bench.data()).await;
    assert_eq!(asks(&bench.data()).await, 1);
}

#[test]
fn every_name_a_manifest_may_hold_stays_inside_the_folder() {
    let may = |name: &str| {
        let json = serde_json::json!({
            "format": 1, "barnraiser": "0", "schema": 1, "installation": "X", "made_at": "2026-03-05T10:00:00Z",
            "files": [{"name": name, "bytes": 0, "sha256": ""}]
        });
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("a.tar");
        let bytes = serde_json::to_vec(&json).unwrap();
        let mut tar = tar::Builder::new(File::create(&path).unwrap());
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, "manifest.json", bytes.as_slice()).unwrap();
        tar.into_inner().unwrap();
        let read: Result<Manifest, BadArchive> = barnraiser::ops::archive::manifest(&path);
        !matches!(read, Err(BadArchive::Extra(_)))
    };
    for name in ["barnraiser.db", "console.log", SESSION, ROOMS, KEYS, "matrix/store/matrix-sdk-media.sqlite3"] {
        assert!(may(name), "{name}");
    }
    for name in [
        "",
        ".",
        "..",
        "../barnraiser.db",
        "/etc/passwd",
        "barnraiser.db/../x",
        "matrix/store/../x.sqlite3",
        "matrix/store/.sqlite3",
        "matrix/store/a/b.sqlite3",
        "barnraiser.lock",
        "matrix/store/x.sqlite3-wal",
    ] {
        assert!(!may(name), "{name}");
    }
}
