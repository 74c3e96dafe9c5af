//! What a folder holds after its program died, as a stranger finds it: a copy of the files, opened by nobody's help.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

/// A folder's testimony.
#[derive(Debug, Default)]
pub struct Folder {
    /// The highest number of a command in the inbox, for every opening of the console that heard one.
    heard: BTreeMap<usize, usize>,
    /// The opening noted last in the console's history.
    pub opening: Option<usize>,
    /// The delivery keys the console's history holds.
    pub keys: HashSet<String>,
}

impl Folder {
    /// How many commands an opening recorded.
    pub fn heard_in(&self, opening: usize) -> usize {
        self.heard.get(&opening).copied().unwrap_or_default()
    }

    pub fn heard(&self) -> usize {
        self.heard.values().sum()
    }
}

/// Looks at a copy of a folder. A database that is broken, a command heard twice or left out, or a key said twice fails the
/// test here.
pub async fn look(data: &Path) -> Folder {
    let mut folder = Folder::default();
    for line in std::fs::read_to_string(data.join("console.log")).unwrap_or_default().lines() {
        match line.strip_prefix("opening-") {
            Some(number) => folder.opening = Some(number.parse().expect("a number")),
            None => assert!(folder.keys.insert(line.to_owned()), "said twice: {line}"),
        }
    }
    let copy = tempfile::tempdir_in(super::quick_disk()).expect("a folder");
    if !copy_database(data, copy.path()) {
        return folder;
    }
    let mut conn = open(&copy.path().join("barnraiser.db")).await;
    let sound: Vec<String> = sqlx::query_scalar("pragma integrity_check").fetch_all(&mut conn).await.expect("readable");
    assert_eq!(sound, ["ok"], "the database is broken");
    let made: bool = sqlx::query_scalar("select exists (select 1 from sqlite_schema where name = 'inbox')")
        .fetch_one(&mut conn)
        .await
        .expect("readable");
    if made {
        let mut events: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for row in sqlx::query("select event from inbox").fetch_all(&mut conn).await.expect("readable") {
            let event: String = row.get(0);
            let (opening, number) = event.split_once('.').expect("OPENING.NUMBER");
            let numbers = events.entry(opening.parse().expect("a number")).or_default();
            numbers.push(number.parse().expect("a number"));
        }
        for (opening, mut numbers) in events {
            numbers.sort_unstable();
            assert_eq!(numbers, Vec::from_iter(1..=numbers.len()), "opening {opening} has gaps in what was heard");
            folder.heard.insert(opening, numbers.len());
        }
    }
    conn.close().await.expect("it closes");
    folder
}

fn copy_database(from: &Path, to: &Path) -> bool {
    for name in ["barnraiser.db", "barnraiser.db-wal", "barnraiser.db-journal"] {
        if from.join(name).exists() {
            std::fs::copy(from.join(name), to.join(name)).expect("it can be copied");
        }
    }
    to.join("barnraiser.db").exists()
}

async fn open(database: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(database).connect().await.expect("it opens")
}

/// Tables whose last column names the opening of the console in which something happened, by its event or by a key.
const ENDS_IN_AN_EVENT: [&str; 4] = ["asks: ", "pledges: ", "gatherings: ", "cards: "];

/// Everything that must be the same however often the program died on the way. Left out: the inbox and the installation's
/// notes, how often something was tried, and what names or counts openings, attempts and rows.
pub async fn truth(data: &Path) -> Vec<String> {
    let database = data.join("barnraiser.db");
    let mut rows = crate::console::dump(&database).await;
    rows.retain(|row| !["outbox: ", "attempts: "].iter().any(|table| row.starts_with(table)));
    for row in rows.iter_mut().filter(|row| ENDS_IN_AN_EVENT.iter().any(|table| row.starts_with(table))) {
        row.truncate(row.rfind('|').expect("a row of several columns"));
    }
    let mut conn = open(&database).await;
    let outbox = sqlx::query(
        "select cause || '|' || destination || '|' || refs || '|' || state || '|' || coalesce(community_id, 0) || '|' \
         || coalesce(member_id, 0) as line from outbox order by 1",
    );
    rows.extend(
        outbox
            .fetch_all(&mut conn)
            .await
            .expect("readable")
            .iter()
            .map(|row| format!("outbox: {}", row.get::<String, _>(0))),
    );
    conn.close().await.expect("it closes");
    rows
}

/// Every delivered message is in the console's history, and nothing is there that no row knows.
pub async fn keys_agree(data: &Path) {
    let folder = look(data).await;
    let mut conn = open(&data.join("barnraiser.db")).await;
    let keys: Vec<String> = sqlx::query_scalar("select key from outbox where state = 'delivered'")
        .fetch_all(&mut conn)
        .await
        .expect("readable");
    conn.close().await.expect("it closes");
    let delivered = HashSet::from_iter(keys);
    let lost: Vec<_> = delivered.difference(&folder.keys).collect();
    let strange: Vec<_> = folder.keys.difference(&delivered).collect();
    assert!(lost.is_empty(), "delivered and not in the history: {lost:?}");
    assert!(strange.is_empty(), "in the history and not delivered: {strange:?}");
}
