//! How the installation is doing, in numbers: what waits, what is stuck, what is late. For the operator's eyes, so never a
//! word, a name or an address.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::Fault;
use crate::domain::{CommunityId, Zone};

/// The messages of a community in one state.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Pile {
    /// 0 for answers to people who belong to no community.
    pub community: i64,
    pub platform: String,
    pub state: String,
    pub messages: u32,
    /// When the oldest of them was made, in milliseconds.
    pub oldest: i64,
}

/// What has not been delivered and was not cancelled, by community, platform and state. What waits for a place to come back
/// is in no trouble, and a button that came to no good end is no message that anybody misses.
pub async fn piles(conn: &mut SqliteConnection) -> Result<Vec<Pile>, Fault> {
    sqlx::query_as(
        "select coalesce(community_id, 0) as community, platform, state, count(*) as messages, min(made_at) as oldest \
         from outbox where state in ('ready', 'sending', 'unknown', 'parked', 'failed', 'expired') and held_at is null \
         and not (cause in ('button', 'event') and state in ('failed', 'expired')) \
         group by 1, 2, 3 order by 1, 2, 3",
    )
    .fetch_all(conn)
    .await
}

/// How many messages could have gone out by `now` and have not, and since when the oldest could, in milliseconds. Where the
/// bot is not, none could.
pub async fn late_messages(conn: &mut SqliteConnection, now: i64) -> Result<(u32, Option<i64>), Fault> {
    sqlx::query_as(
        "select count(*), min(not_before) from outbox o where state in ('ready', 'unknown') and not_before <= ? \
         and not exists (select 1 from places p where p.platform = o.platform and p.ref = o.route and p.left_at is not null)",
    )
    .bind(now)
    .fetch_one(conn)
    .await
}

/// How many lanes stand still, because something ahead in them waits for somebody, while more waits behind it.
pub async fn blocked_lanes(conn: &mut SqliteConnection) -> Result<u32, Fault> {
    sqlx::query_scalar(
        "select count(distinct o.lane) from outbox o where o.state = 'parked' and o.lane is not null \
         and exists (select 1 from outbox b where b.lane = o.lane and b.state = 'ready')",
    )
    .fetch_one(conn)
    .await
}

/// How many timers are armed, and when the earliest is due, in milliseconds.
pub async fn timers(conn: &mut SqliteConnection) -> Result<(u32, Option<i64>), Fault> {
    sqlx::query_as("select count(*), min(at) from timers").fetch_one(conn).await
}

/// A community's messages that came to no good end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Stuck {
    /// Nobody can tell whether they arrived; until a steward does.
    pub parked: u32,
    /// Refused by the platform, of those made since an instant; not if another account of the same person took it, or the
    /// place a later state of the same card.
    pub failed: u32,
    /// Too late to help, of those made since an instant.
    pub expired: u32,
}

pub async fn stuck(conn: &mut SqliteConnection, community: CommunityId, since: Timestamp) -> Result<Stuck, Fault> {
    sqlx::query_as(
        "select count(*) filter (where state = 'parked') as parked, \
         count(*) filter (where state = 'failed' and made_at >= ?2) as failed, \
         count(*) filter (where state = 'expired' and made_at >= ?2) as expired from outbox o \
         where community_id = ?1 and state in ('parked', 'failed', 'expired') and cause not in ('button', 'event') \
         and not (state = 'failed' and exists (select 1 from outbox b where b.community_id = o.community_id and b.effect = o.effect \
          and b.member_id = o.member_id and b.state = 'delivered')) \
         and not (state = 'failed' and lane is not null and exists (select 1 from outbox b where b.lane = o.lane and b.id > o.id \
          and b.state = 'delivered'))",
    )
    .bind(community.0)
    .bind(since.as_millisecond())
    .fetch_one(conn)
    .await
}

/// The places of a community that nothing gets through to, or that cannot be read.
pub async fn unreachable_places(conn: &mut SqliteConnection, community: CommunityId) -> Result<Vec<i64>, Fault> {
    sqlx::query_scalar(
        "select p.id from places p join routes r on r.platform = p.platform and r.route = p.ref \
         where p.community_id = ? and p.moved_to is null and p.left_at is null and r.ill_since is not null order by p.id",
    )
    .bind(community.0)
    .fetch_all(conn)
    .await
}

/// How far ahead a timer that failed is put off, at most; a failed one shows by the civil time it was meant for.
const PUT_OFF_MS: i64 = 10 * 60 * 1000;

/// Since when the oldest thing that should have been done is not: by what was meant, also if it was tried and put off.
/// Of one community, or of all.
pub async fn overdue(
    conn: &mut SqliteConnection,
    community: Option<CommunityId>,
    now: Timestamp,
) -> Result<Option<Timestamp>, Fault> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select civil, zone from timers where at <= ?1 and held_from is null and (?2 is null or community_id = ?2) order by at limit 500",
    )
    .bind(now.as_millisecond().saturating_add(PUT_OFF_MS))
    .bind(community.map(|c| c.0))
    .fetch_all(conn)
    .await?;
    let meant = |(civil, zone): (String, String)| {
        let zone: Zone = zone.parse().ok()?;
        Some(zone.instant(civil.parse().ok()?))
    };
    Ok(rows.into_iter().filter_map(meant).filter(|at| *at <= now).min())
}

/// The migrations a database has had, newest last.
pub async fn schema(conn: &mut SqliteConnection) -> Result<Option<i64>, Fault> {
    sqlx::query_scalar("select max(version) from _sqlx_migrations").fetch_one(conn).await
}

/// What SQLite finds wrong with a file, page by page and index by index; nothing if it is sound.
pub async fn unsound(conn: &mut SqliteConnection) -> Result<Vec<String>, Fault> {
    let said: Vec<String> = sqlx::query_scalar("pragma integrity_check(10)").fetch_all(conn).await?;
    Ok(said.into_iter().filter(|line| line != "ok").collect())
}

/// The same, without reading every index against its table: quick enough for a database in use.
pub async fn quickly_unsound(conn: &mut SqliteConnection) -> Result<Vec<String>, Fault> {
    let said: Vec<String> = sqlx::query_scalar("pragma quick_check(10)").fetch_all(conn).await?;
    Ok(said.into_iter().filter(|line| line != "ok").collect())
}

/// How many rows name something that is not there.
pub async fn orphans(conn: &mut SqliteConnection) -> Result<u32, Fault> {
    let rows = sqlx::query("pragma foreign_key_check").fetch_all(conn).await?;
    Ok(u32::try_from(rows.len()).unwrap_or(u32::MAX))
}
