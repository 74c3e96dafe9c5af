//! The database as it is at the end, read once and as plain rows: what the checker compares the history with.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

/// A pledge as it ended.
#[derive(Debug, Clone)]
pub struct PledgeRow {
    pub number: u32,
    pub what: String,
    pub state: String,
    pub confirmed_by: Option<String>,
    pub state_at: Timestamp,
    pub made_at: Timestamp,
}

/// A message as it ended.
#[derive(Debug, Clone)]
pub struct MessageRow {
    pub community: String,
    /// Made when it was first claimed; empty for what never was.
    pub key: String,
    pub effect: String,
    pub cause: String,
    pub refs: Vec<String>,
    pub destination: String,
    pub state: String,
    pub made_at: Timestamp,
    pub not_before: Timestamp,
    pub settled_at: Option<Timestamp>,
}

impl MessageRow {
    /// Whether it goes to a person of this name; no name is a part of another.
    pub fn goes_to(&self, name: &str) -> bool {
        self.destination.contains(name)
    }
}

#[derive(Debug, Default)]
pub struct Ledger {
    /// By community.
    pub pledges: BTreeMap<String, Vec<PledgeRow>>,
    /// Community, number, words, withdrawn.
    pub asks: Vec<(String, u32, String, bool)>,
    /// Community, number, place, cancelled, digest.
    pub gatherings: Vec<(String, u32, String, bool, String)>,
    pub thanks: Vec<String>,
    pub messages: Vec<MessageRow>,
}

fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).expect("an instant")
}

type PledgeTuple = (String, u32, String, String, Option<String>, i64, i64);
type MessageTuple = (Option<String>, Option<String>, String, String, String, String, String, i64, i64, Option<i64>);

impl Ledger {
    pub async fn read(folder: &Path) -> Ledger {
        let options = SqliteConnectOptions::new().filename(folder.join("barnraiser.db")).read_only(true);
        let mut conn = options.connect().await.expect("it can be read");
        let ledger = Ledger::read_from(&mut conn).await.expect("it has these columns");
        conn.close().await.expect("it closes");
        ledger
    }

    async fn read_from(conn: &mut SqliteConnection) -> Result<Ledger, sqlx::Error> {
        let pledges: Vec<PledgeTuple> = sqlx::query_as(
            "select c.slug, p.number, coalesce(p.what, ''), p.state, p.confirmed_by, p.state_at, p.made_at \
             from pledges p join communities c on c.id = p.community_id order by 1, 2",
        )
        .fetch_all(&mut *conn)
        .await?;
        let messages: Vec<MessageTuple> = sqlx::query_as(
            "select c.slug, o.key, o.effect, o.cause, o.refs, o.destination, o.state, o.made_at, o.not_before, o.settled_at \
             from outbox o left join communities c on c.id = o.community_id order by o.id",
        )
        .fetch_all(&mut *conn)
        .await?;
        let mut ledger = Ledger {
            asks: sqlx::query_as(
                "select c.slug, a.number, coalesce(a.words, ''), a.withdrawn_at is not null \
                 from asks a join communities c on c.id = a.community_id order by 1, 2",
            )
            .fetch_all(&mut *conn)
            .await?,
            gatherings: sqlx::query_as(
                "select c.slug, g.number, coalesce(g.place, ''), g.cancelled_at is not null, g.digest \
                 from gatherings g join communities c on c.id = g.community_id order by 1, 2",
            )
            .fetch_all(&mut *conn)
            .await?,
            thanks: sqlx::query_scalar("select words from thanks order by id").fetch_all(&mut *conn).await?,
            ..Ledger::default()
        };
        for (slug, number, what, state, confirmed_by, state_at, made_at) in pledges {
            let (state_at, made_at) = (instant(state_at), instant(made_at));
            let row = PledgeRow { number, what, state, confirmed_by, state_at, made_at };
            ledger.pledges.entry(slug).or_default().push(row);
        }
        for (slug, key, effect, cause, refs, destination, state, made_at, not_before, settled_at) in messages {
            let refs = serde_json::from_str(&refs).expect("a list of short ids");
            let (made_at, not_before) = (instant(made_at), instant(not_before));
            let (community, key) = (slug.unwrap_or_default(), key.unwrap_or_default());
            ledger.messages.push(MessageRow {
                community,
                key,
                effect,
                cause,
                refs,
                destination,
                state,
                made_at,
                not_before,
                settled_at: settled_at.map(instant),
            });
        }
        Ok(ledger)
    }
}
