//! The last event of each room that needs no second look after a restart.

use std::collections::HashMap;

use sqlx::sqlite::SqlitePool;

use super::Fault;
use super::script::Script;
use crate::domain::community::Platform;

pub fn set(script: &mut Script, platform: Platform, room: &str, event: &str) {
    script.write(
        "insert into bookmarks (platform, room, event) values (?, ?, ?) \
         on conflict (platform, room) do update set event = excluded.event",
        [platform.name().into(), room.into(), event.into()],
    );
}

/// Every room's bookmark on a platform.
pub async fn all(readers: &SqlitePool, platform: Platform) -> Result<HashMap<String, String>, Fault> {
    let rows: Vec<(String, String)> = sqlx::query_as("select room, event from bookmarks where platform = ?")
        .bind(platform.name())
        .fetch_all(readers)
        .await?;
    Ok(rows.into_iter().collect())
}
