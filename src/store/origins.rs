//! The events that made things: what their numbers stand for, also where a restored backup deals a number again.

use sqlx::sqlite::SqliteConnection;

use super::Fault;
use crate::domain::community::Account;
use crate::domain::{CommunityId, Ref};

/// The ask or the pledge that this account made by an event, while it is open.
pub async fn made_by(
    conn: &mut SqliteConnection,
    who: &Account,
    event: &str,
) -> Result<Option<(CommunityId, Ref)>, Fault> {
    let row: Option<(i64, String)> = sqlx::query_as(
        "select k.community_id, 'A' || k.number from accounts s join asks k on k.community_id = s.community_id \
          and k.asker_id = s.member_id where s.platform = ?1 and s.ref = ?2 and k.origin = ?3 and k.withdrawn_at is null \
         union all \
         select p.community_id, 'P' || p.number from accounts s join pledges p on p.helper_id = s.member_id \
          and p.state = 'open' where s.platform = ?1 and s.ref = ?2 and p.origin = ?3 limit 1",
    )
    .bind(who.platform.name())
    .bind(&who.id)
    .bind(event)
    .fetch_optional(conn)
    .await?;
    let made = |(community, id): (i64, String)| {
        let id = id.parse().map_err(|_| Fault::Decode("the id of what an event made".into()))?;
        Ok((CommunityId(community), id))
    };
    row.map(made).transpose()
}

/// The origins of asks, pledges and gatherings, in the given order; empty for what has none.
pub async fn of(conn: &mut SqliteConnection, community: CommunityId, things: &[Ref]) -> Result<Vec<String>, Fault> {
    let names: Vec<String> = things.iter().map(Ref::to_string).collect();
    sqlx::query_scalar(
        "select coalesce(a.origin, p.origin, g.origin, '') from json_each(?) t \
         left join asks a on a.community_id = ? and t.value = 'A' || a.number \
          and a.number = cast(substr(t.value, 2) as integer) \
         left join pledges p on p.community_id = ? and t.value = 'P' || p.number \
          and p.number = cast(substr(t.value, 2) as integer) \
         left join gatherings g on g.community_id = ? and t.value = 'G' || g.number \
          and g.number = cast(substr(t.value, 2) as integer) order by t.key",
    )
    .bind(serde_json::to_string(&names).map_err(|error| Fault::Encode(Box::new(error)))?)
    .bind(community.0)
    .bind(community.0)
    .bind(community.0)
    .fetch_all(conn)
    .await
}
