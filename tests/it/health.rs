//! The three pages, over a real socket and a real engine.

use std::path::Path;
use std::process::Command;

use barnraiser::domain::community::Platform;
use barnraiser::engine::clock::Clock as _;
use barnraiser::ops::health::{Watch, listen};
use jiff::SignedDuration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::console::barnraiser;
use crate::rig::{Rig, chicago};

/// A rig whose pages can be asked for.
struct Seen {
    rig: Rig,
    at: std::net::SocketAddr,
    shutdown: CancellationToken,
    running: tokio::task::JoinHandle<std::io::Result<()>>,
}

async fn seen(rig: Rig) -> Seen {
    let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let at = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let watch = Watch::over(rig.engine().clone(), rig.data());
    let running = tokio::spawn(watch.run(listener, shutdown.clone()));
    Seen { rig, at, shutdown, running }
}

impl Seen {
    /// The status and the page.
    async fn get(&self, path: &str) -> (u16, String) {
        let mut socket = TcpStream::connect(self.at).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.at);
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        let (head, page) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), page.to_owned())
    }

    /// One figure's value.
    async fn figure(&self, name: &str) -> Option<f64> {
        let (status, page) = self.get("/metrics").await;
        assert_eq!(status, 200);
        assert!(page.ends_with("# EOF\n"), "{page}");
        page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn alive_is_less_than_ready() {
    let seen = seen(Rig::eastbank().await).await;
    let vitals = seen.rig.engine().vitals().clone();
    assert_eq!(seen.get("/healthz").await, (200, "alive\n".to_owned()));
    let (status, page) = seen.get("/readyz").await;
    assert_eq!(
        (status, page.as_str()),
        (503, "not ready\n- no platform is connected\nnote: no backups are scheduled\n")
    );
    vitals.platform(Platform::Matrix, true);
    assert_eq!(seen.get("/readyz").await, (200, "ready\nnote: no backups are scheduled\n".to_owned()));
    vitals.platform(Platform::Discord, false);
    vitals.backed_up(Some(chicago("2026-03-05 08:00")));
    vitals.backup_failed();
    let (status, page) = seen.get("/readyz").await;
    let notes = "note: discord is not connected\nnote: backups fail: the newest is 10 hours old\n";
    assert_eq!((status, page), (200, format!("ready\n{notes}")));
    assert_eq!(seen.get("/elsewhere").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_went_back_is_not_ready() {
    let seen = seen(Rig::eastbank().await).await;
    seen.rig.engine().vitals().platform(Platform::Matrix, true);
    seen.rig.clock.set(chicago("2026-03-05 17:20"));
    seen.rig.tick().await;
    let (status, page) = seen.get("/readyz").await;
    assert_eq!(status, 503);
    assert!(page.contains("- the clock is 60 minutes behind what it showed before\n"), "{page}");
    assert_eq!(seen.figure("barnraiser_clock_behind_seconds").await, Some(3600.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_has_stopped_is_not_ready() {
    let mut seen = seen(Rig::eastbank().await).await;
    seen.rig.engine().vitals().platform(Platform::Matrix, true);
    assert_eq!(seen.get("/readyz").await.0, 200);
    seen.rig.fall().await;
    let (status, page) = seen.get("/readyz").await;
    assert_eq!(status, 503);
    assert!(page.contains("- the engine does not answer\n"), "{page}");
    assert_eq!(seen.get("/healthz").await.0, 200, "the program itself is still there");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_count_what_happens_and_name_nobody() {
    let mut seen = seen(Rig::eastbank().await).await;
    let commits = seen.figure("barnraiser_commits_total").await.unwrap();
    seen.rig.say("dev", "ask Two people who can rewire a lamp").await;
    assert_eq!(seen.figure("barnraiser_commits_total").await, Some(commits + 1.0));
    let ready = r#"barnraiser_outbox_messages{platform="console",state="ready"}"#;
    assert_eq!(seen.figure(ready).await, Some(1.0), "the card");
    assert_eq!(seen.figure("barnraiser_outbox_oldest_ready_seconds").await, Some(0.0));
    seen.rig.clock.set(seen.rig.clock.now() + SignedDuration::from_mins(10));
    assert_eq!(seen.figure("barnraiser_outbox_oldest_ready_seconds").await, Some(600.0));
    seen.rig.settle().await;
    assert_eq!(seen.figure(ready).await, None);
    assert_eq!(seen.figure(r#"barnraiser_deliveries_total{outcome="delivered"}"#).await, Some(1.0));

    // A promise: its nudges are armed; nobody does what is due, and it is told how late that is.
    seen.rig.say("bea", "pledge A1 what:\"I can\" by:\"2026-03-14 10:00\" first:call").await;
    let armed = seen.figure("barnraiser_timers_armed").await.unwrap();
    assert!(armed >= 2.0, "{armed}");
    seen.rig.clock.set(chicago("2026-03-12 10:00"));
    assert_eq!(seen.figure("barnraiser_overdue_seconds").await.map(|s| s > 3000.0), Some(true));

    let (_, page) = seen.get("/metrics").await;
    for name in
        ["batch_inputs_bucket", "inputs_total", "lookups_total", "wal_bytes", "build_info", "database_readable 1"]
    {
        assert!(page.contains(&format!("barnraiser_{name}")), "{name}: {page}");
    }
    for private in ["eastbank", "Eastbank", "dev", "bea", "lamp", "call"] {
        let told = page.lines().any(|line| !line.starts_with('#') && line.contains(private));
        assert!(!told, "{private}: {page}");
    }
    assert!(!page.contains("backup_age"), "none are scheduled");
    seen.rig.engine().vitals().backed_up(Some(chicago("2026-03-12 04:15")));
    assert_eq!(seen.figure("barnraiser_backup_age_seconds").await, Some(20_700.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_when_it_is_told_to_also_with_somebody_in_the_middle_of_asking() {
    let seen = seen(Rig::eastbank().await).await;
    let mut slow = TcpStream::connect(seen.at).await.unwrap();
    slow.write_all(b"GET /metrics HTTP/1.1\r\n").await.unwrap();
    seen.shutdown.cancel();
    seen.running.await.unwrap().unwrap();
}

fn run(config: &Path) -> String {
    let mut command: Command = barnraiser();
    let out = command.args(["run", "--config"]).arg(config).output().unwrap();
    assert_eq!(out.status.code(), Some(1));
    String::from_utf8(out.stderr).unwrap()
}

#[test]
fn an_address_that_cannot_be_had_is_one_sentence_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = taken.local_addr().unwrap();
    let config = folder.path().join("c.toml");
    let text = format!(
        "[health]\nlisten = \"{at}\"\n[matrix]\nhomeserver = \"http://127.0.0.1:1\"\nuser = \"@bot:localhost\"\n\
         password_file = \"password\"\n"
    );
    std::fs::write(&config, text).unwrap();
    std::fs::write(folder.path().join("password"), "secret\n").unwrap();
    std::fs::set_permissions(folder.path().join("password"), std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .unwrap();
    let said = run(&config);
    let mend = "How to mend: change health.listen, or turn it off with \"off\"";
    assert!(said.contains(&format!("cannot listen on {at} for the health pages: ")) && said.contains(mend), "{said}");
    assert!(!folder.path().join("data").exists(), "nothing was started");
}
