//! The console as tests use it: the real binary fed with a script, or a session in this process that is asked line by line
//! and whose database can be looked at.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use barnraiser::domain::Zone;
use barnraiser::domain::community::Language;
use barnraiser::engine::Defaults;
use barnraiser::engine::clock::{ManualClock, SeededIds};
use barnraiser::platforms::console::line;
use barnraiser::platforms::console::session::{ConsoleClock, Opening, Session, Trouble};
use barnraiser::platforms::console::show::Stage;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

/// One line of `--json`: a message somebody would see.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub at: Timestamp,
    pub community: String,
    pub to: String,
    pub cause: String,
    pub refs: Vec<String>,
    pub edit: bool,
    pub text: String,
}

impl Said {
    pub fn is_public(&self) -> bool {
        self.to == "public"
    }

    /// The one person who reads it.
    pub fn reader(&self) -> Option<&str> {
        self.to.strip_prefix("dm:").or_else(|| self.to.strip_prefix("only:"))
    }

    /// A line for comparing with a table: when, to whom, about what.
    pub fn row(&self) -> String {
        format!("{} {} {}", self.at.strftime("%Y-%m-%dT%H:%MZ"), self.to, self.refs.join(" "))
    }
}

/// What a script came to: every message in order, and the totals.
#[derive(Debug, PartialEq)]
pub struct Played {
    pub said: Vec<Said>,
    pub reports: Vec<serde_json::Value>,
}

impl Played {
    pub fn read(out: &str) -> Played {
        let mut played = Played { said: Vec::new(), reports: Vec::new() };
        for line in out.lines() {
            let value: serde_json::Value = serde_json::from_str(line).expect("every line is JSON");
            match value.get("report") {
                Some(_) => played.reports.push(value),
                None => played.said.push(serde_json::from_value(value).expect("every other line is a message")),
            }
        }
        played
    }

    pub fn rows(&self, cause: &str) -> Vec<String> {
        self.said.iter().filter(|said| said.cause == cause).map(Said::row).collect()
    }
}

/// The real binary, with nothing from this environment that configures it.
pub fn barnraiser() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_barnraiser"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BARNRAISER_")) {
        command.env_remove(name);
    }
    command
}

/// Runs a command with a text on its standard input, to its end.
pub fn feed(command: &mut Command, text: &str) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A program that refuses early closes its end; what matters is what it says.
    let _ = stdin.write_all(text.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

/// Plays a script in the real binary and reads what it said.
pub fn play(script: &str) -> Played {
    let out = feed(barnraiser().args(["console", "--script", "-", "--json", "--seed", "1"]), script);
    let errors = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{errors}");
    assert_eq!(errors, "", "nothing went wrong, so nothing is logged");
    Played::read(&String::from_utf8(out.stdout).expect("UTF-8"))
}

/// A file of `tests/stories`.
pub fn story(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories").join(name);
    std::fs::read_to_string(path).expect("the story is there")
}

/// What an installation settles, for tests: UTC, English, a year of memory, and no wait before a lookup.
pub fn defaults() -> Defaults {
    Defaults {
        zone: Zone::utc(),
        language: Language::English,
        weekly: None,
        housekeeping: "0 30 3 * * *".parse().expect("a schedule"),
        retention_days: 365,
        grace_days: 30,
        quarantine: SignedDuration::ZERO,
    }
}

/// A console in this process.
pub struct Console {
    session: Session,
    page: Page,
    read: usize,
    folder: tempfile::TempDir,
}

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panics while writing").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Console {
    pub async fn open() -> Console {
        Console::open_with(defaults()).await
    }

    pub async fn open_with(defaults: Defaults) -> Console {
        let folder = tempfile::tempdir().expect("a folder");
        let page = Page::default();
        let opening = Opening {
            folder: folder.path().to_owned(),
            defaults,
            clock: ConsoleClock::Still(ManualClock::at(Timestamp::MIN)),
            ids: Arc::new(SeededIds::new(1)),
            stage: Stage::into(Box::new(page.clone()), true),
        };
        let session = Session::open(opening).await.expect("it opens");
        Console { session, page, read: 0, folder }
    }

    /// Eastbank on Friday 6 March at noon: seven asks, eleven pledges, two people invited to A7, and nothing done yet.
    pub async fn eastbank() -> Console {
        let mut console = Console::open().await;
        let story = story("eastbank.script");
        let (opening, _) = story.split_once("tomasz: /pledge A2 happy").expect("the story's second day");
        console.play(opening).await;
        console
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("barnraiser.db")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub async fn try_line(&mut self, text: &str) -> Result<Vec<Said>, Trouble> {
        let line = line::read(text)?;
        self.session.take(line).await?;
        Ok(self.news())
    }

    /// Does one line; what people see because of it.
    pub async fn line(&mut self, text: &str) -> Vec<Said> {
        self.try_line(text).await.expect("the line can be done")
    }

    /// Does one line that is answered with one message and nothing else.
    pub async fn answer(&mut self, text: &str) -> Said {
        let mut said = self.line(text).await;
        assert_eq!(said.len(), 1, "{text}: {said:#?}");
        said.remove(0)
    }

    /// Does all lines of a script.
    pub async fn play(&mut self, script: &str) -> Vec<Said> {
        let mut said = Vec::new();
        for line in script.lines() {
            said.extend(self.line(line).await);
        }
        said
    }

    fn news(&mut self) -> Vec<Said> {
        let all = self.page.0.lock().expect("nobody panics while writing").clone();
        let fresh = String::from_utf8(all[self.read..].to_vec()).expect("UTF-8");
        self.read = all.len();
        Played::read(&fresh).said
    }

    /// Everything the database holds, except what was heard (every event is noted, refused ones too) and the clock's mark.
    pub async fn dump(&self) -> Vec<String> {
        dump(&self.database()).await
    }
}

/// Every row of every table as text, without the inbox and the installation's own notes.
pub async fn dump(database: &Path) -> Vec<String> {
    let options = SqliteConnectOptions::new().filename(database).read_only(true);
    let mut conn = options.connect().await.expect("it can be read");
    let tables: Vec<String> = sqlx::query_scalar(
        "select name from sqlite_schema where type = 'table' and name not in ('inbox', 'meta') \
         and name not like 'sqlite%' and name not like '\\_sqlx%' escape '\\' order by name",
    )
    .fetch_all(&mut conn)
    .await
    .expect("it has tables");
    assert!(tables.len() > 15, "{tables:?}");
    let mut rows = Vec::new();
    for table in tables {
        let columns: Vec<String> = sqlx::query_scalar("select name from pragma_table_info(?)")
            .bind(&table)
            .fetch_all(&mut conn)
            .await
            .expect("it has columns");
        let all = columns.iter().map(|c| format!("quote(\"{c}\")")).collect::<Vec<_>>().join(" || '|' || ");
        let sql = format!("select {all} as line from \"{table}\" order by 1");
        let found = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut conn).await.expect("it can be read");
        rows.extend(found.iter().map(|row| format!("{table}: {}", row.get::<String, _>("line"))));
    }
    conn.close().await.expect("it closes");
    rows
}
