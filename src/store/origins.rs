//! The events that made things: what their numbers stand for, also where a restored backup deals a number again.

use sqlx::sqlite::SqliteConnection;

use super::Fault;
use crate::domain::{CommunityId, Ref};

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
