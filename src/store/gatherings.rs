//! Gatherings and where their digests stand.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::Fault;
use super::rows::{GatheringRow, StoredGathering, from_json, gathering_json};
use super::script::Script;
use crate::domain::gathering::Gathering;
use crate::domain::{CommunityId, GatheringId};

/// A new gathering, under the community's next number. `origin` is the event that made it.
pub fn new_gathering(script: &mut Script, community: CommunityId, gathering: &Gathering, origin: &str, now: Timestamp) {
    script.write("update communities set next_gathering = next_gathering + 1 where id = ?", [community.0.into()]);
    script.write(
        "insert into gatherings (community_id, number, starts, zone, starts_at, place, facilitator_id, scribe_id, made_at, origin) \
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            community.0.into(),
            gathering.id.0.into(),
            gathering.starts.to_string().into(),
            gathering.zone.name().into(),
            gathering.instant().as_millisecond().into(),
            gathering.place.as_deref().into(),
            gathering.facilitator.map(|m| m.0).into(),
            gathering.scribe.map(|m| m.0).into(),
            now.as_millisecond().into(),
            origin.into(),
        ],
    );
}

/// A gathering as it is now.
pub fn change_gathering(script: &mut Script, community: CommunityId, gathering: &Gathering) {
    script.write(
        "update gatherings set starts = ?, starts_at = ?, cancelled_at = ?, digest = ?, version = version + 1 \
         where community_id = ? and number = ?",
        [
            gathering.starts.to_string().into(),
            gathering.instant().as_millisecond().into(),
            gathering.cancelled_at.map(Timestamp::as_millisecond).into(),
            gathering.digest.name().into(),
            community.0.into(),
            gathering.id.0.into(),
        ],
    );
}

async fn one(
    conn: &mut SqliteConnection,
    sql: &'static str,
    community: CommunityId,
    key: i64,
) -> Result<Option<StoredGathering>, Fault> {
    let row: Option<String> = sqlx::query_scalar(sql).bind(community.0).bind(key).fetch_optional(conn).await?;
    row.map(|row| from_json::<GatheringRow>(&row)?.try_into()).transpose()
}

pub async fn gathering(
    conn: &mut SqliteConnection,
    community: CommunityId,
    id: GatheringId,
) -> Result<Option<StoredGathering>, Fault> {
    const SQL: &str =
        concat!("select ", gathering_json!(), " from gatherings g where g.community_id = ? and g.number = ?");
    one(conn, SQL, community, id.0.into()).await
}

/// The next gathering that begins after an instant.
pub async fn next_after(
    conn: &mut SqliteConnection,
    community: CommunityId,
    now: Timestamp,
) -> Result<Option<StoredGathering>, Fault> {
    const SQL: &str = concat!(
        "select ",
        gathering_json!(),
        " from gatherings g where g.community_id = ? and g.starts_at > ? \
         and g.cancelled_at is null order by g.starts_at limit 1"
    );
    one(conn, SQL, community, now.as_millisecond()).await
}

/// The last gathering that began before an instant.
pub async fn last_before(
    conn: &mut SqliteConnection,
    community: CommunityId,
    before: Timestamp,
) -> Result<Option<StoredGathering>, Fault> {
    const SQL: &str = concat!(
        "select ",
        gathering_json!(),
        " from gatherings g where g.community_id = ? and g.starts_at < ? \
         and g.cancelled_at is null order by g.starts_at desc limit 1"
    );
    one(conn, SQL, community, before.as_millisecond()).await
}

/// The gatherings from an instant on, at most 20.
pub async fn from(
    conn: &mut SqliteConnection,
    community: CommunityId,
    since: Timestamp,
) -> Result<Vec<StoredGathering>, Fault> {
    const SQL: &str = concat!(
        "select ",
        gathering_json!(),
        " from gatherings g where g.community_id = ? and g.starts_at > ? \
         order by g.starts_at limit 20"
    );
    let rows: Vec<String> =
        sqlx::query_scalar(SQL).bind(community.0).bind(since.as_millisecond()).fetch_all(conn).await?;
    rows.iter().map(|row| from_json::<GatheringRow>(row)?.try_into()).collect()
}
