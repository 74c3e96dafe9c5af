//! The doctor, as an operator runs it: what needs a person, in numbers, and nobody's words.

use std::path::Path;
use std::process::Output;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::console::{barnraiser, feed};

const STORY: &str = "dev: /ask Two people who can rewire a lamp\nbea: /offer Soup on Sundays\n";

/// A folder in which people have just talked, by the machine's own clock.
fn talked() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let out = feed(barnraiser().args(["console", "--script", "-", "--data"]).arg(folder.path()), STORY);
    assert!(out.status.success());
    folder
}

fn doctor(folder: &Path, more: &[&str]) -> Output {
    barnraiser().args(["doctor", "--data"]).arg(folder).args(more).output().unwrap()
}

fn page(out: &Output) -> String {
    String::from_utf8(out.stdout.clone()).unwrap()
}

async fn sql(folder: &Path, sql: &'static str) {
    let mut conn = SqliteConnectOptions::new().filename(folder.join("barnraiser.db")).connect().await.unwrap();
    // Past what the database holds of delivery's steps: these rows only have to be counted.
    let past = "pragma ignore_check_constraints = on; drop trigger outbox_begins; drop trigger outbox_goes_on;";
    let _ = sqlx::raw_sql(past).execute(&mut conn).await;
    sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

#[test]
fn a_folder_that_is_well_needs_nobody() {
    let folder = talked();
    let out = doctor(folder.path(), &[]);
    assert_eq!((out.status.code(), page(&out).lines().next()), (Some(0), Some("well")), "{}", page(&out));
    let json: serde_json::Value = serde_json::from_slice(&doctor(folder.path(), &["--json"]).stdout).unwrap();
    assert_eq!((&json["well"], json["problems"].as_array().map(Vec::len)), (&true.into(), Some(0)));
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    assert!(
        page(&doctor(folder.path(), &[])).contains("- others can look into the data folder. How to mend: chmod 700")
    );
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    // While a bot has the folder, it can be asked just as well.
    let lock = std::fs::File::open(folder.path().join("barnraiser.lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(doctor(folder.path(), &[]).status.code(), Some(0));
}

#[tokio::test]
async fn what_is_stuck_is_counted_and_nobody_is_named() {
    let folder = talked();
    sql(
        folder.path(),
        "insert into outbox (id, community_id, effect, platform, destination, cause, refs, meaning, body, key, lane, state, \
         priority, not_before, unresolved_since, made_at) \
         select 900 + n, 1, 'e' || n, 'matrix', json_array('to-somebody-' || n), 'card', '[]', 'secret words', 'secret words', 'k' || n, \
         case when n < 3 then 'card:1' end, \
         case n when 1 then 'parked' when 2 then 'ready' when 3 then 'failed' when 4 then 'expired' else 'unknown' end, \
         4, 1000000, 1000000, 1000000 from (select 1 as n union select 2 union select 3 union select 4 union select 5);
         insert into timers (community_id, name, kind, civil, zone, at) \
         values (1, 'nudge:P9', 'nudge', '2026-01-05T09:00:00', 'UTC', 1767603600000);",
    )
    .await;
    let out = doctor(folder.path(), &[]);
    let page = page(&out);
    assert_eq!(out.status.code(), Some(1), "{page}");
    for told in [
        "- community 1, matrix: 1 message, the oldest ",
        "parked, because nobody can tell whether it arrived. How to mend: let the bot read that place's history",
        "still unknown to have arrived",
        "- 1 cards stand still behind a parked message",
        "could have gone out, the first ",
        "- something was due ",
        "note: community 1, matrix: 1 message, the oldest ",
        "could not be delivered; the conveners were told",
        "came too late to help",
        "messages: community 1, matrix: 1 expired, 1 failed, 1 parked, 1 ready, 1 unknown",
    ] {
        assert!(page.contains(told), "{told}\n{page}");
    }
    for private in ["secret", "somebody", "lamp", "Soup", "dev", "bea", "home"] {
        assert!(!page.contains(private), "{private}\n{page}");
    }
}

#[tokio::test]
async fn a_clock_behind_what_was_seen_a_damaged_file_and_half_a_login_need_somebody() {
    let folder = talked();
    sql(folder.path(), "update meta set value = '4102444800000' where key = 'clock'").await;
    let out = doctor(folder.path(), &[]);
    assert!(out.status.code() == Some(1) && page(&out).contains("days behind what the bot has seen"), "{}", page(&out));

    let folder = talked();
    std::fs::create_dir_all(folder.path().join("matrix/store")).unwrap();
    std::fs::write(folder.path().join("matrix/session.json"), "{}").unwrap();
    let half = page(&doctor(folder.path(), &[]));
    assert!(half.contains("the Matrix login is only half there: matrix/store/matrix-sdk-state.sqlite3 and"), "{half}");

    let folder = talked();
    sql(folder.path(), "pragma wal_checkpoint(truncate)").await;
    let path = folder.path().join("barnraiser.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    let out = doctor(folder.path(), &[]);
    assert_eq!(out.status.code(), Some(1));
    assert!(page(&out).contains("restore the newest backup"), "{}", page(&out));

    let empty = tempfile::tempdir().unwrap();
    let out = doctor(empty.path(), &[]);
    assert!(page(&out).contains("has no database. How to mend: name the data folder"), "{}", page(&out));
    assert_eq!(std::fs::read_dir(&empty).unwrap().count(), 0, "nothing was made");
}

#[test]
fn backups_that_are_not_made_need_somebody() {
    let folder = talked();
    let room = tempfile::tempdir().unwrap();
    let config = room.path().join("c.toml");
    let text = format!("data = \"{}\"\n[backup]\nschedule = \"0 15 4 * * *\"\n", folder.path().display());
    std::fs::write(&config, text).unwrap();
    let examine = || barnraiser().args(["doctor", "--config"]).arg(&config).output().unwrap();
    let out = examine();
    assert_eq!(out.status.code(), Some(1));
    assert!(page(&out).contains("- there is no whole backup in "), "{}", page(&out));
    std::fs::create_dir(room.path().join("backups")).unwrap();
    let to = room.path().join("backups/barnraiser-20260310T041500Z.tar");
    let made = barnraiser().args(["backup", "--config"]).arg(&config).arg(&to).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let out = examine();
    assert_eq!(out.status.code(), Some(0), "{}", page(&out));
    assert!(
        page(&out).contains("note: the newest whole backup is 0 seconds old") || page(&out).contains(" seconds old")
    );
}
