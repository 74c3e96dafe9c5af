//! What the installation knows about itself.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::Fault;
use super::script::Script;

/// The latest time seen, in milliseconds.
pub const CLOCK: &str = "clock";
/// The version of the zone data that instants were computed with.
pub const ZONE_DATA: &str = "zone_data";
/// The secret that delivery keys are made with.
pub const INSTALL: &str = "install";

/// If this database came from a backup or a replica: when that was made, in milliseconds. Whatever was said between then and
/// [`RESTORED_AT`] is not in it, so that what it now takes for new may have been said already.
pub const RESTORED_MADE_AT: &str = "restored_made_at";
/// If this database came from a backup or a replica: when it was first opened here, in milliseconds.
pub const RESTORED_AT: &str = "restored_at";

pub async fn get(conn: &mut SqliteConnection, key: &str) -> Result<Option<String>, Fault> {
    sqlx::query_scalar("select value from meta where key = ?").bind(key).fetch_optional(conn).await
}

/// A key that holds an instant.
pub async fn instant(conn: &mut SqliteConnection, key: &str) -> Result<Option<Timestamp>, Fault> {
    let text = get(conn, key).await?;
    Ok(text.and_then(|ms| ms.parse().ok()).and_then(|ms| Timestamp::from_millisecond(ms).ok()))
}

pub fn set(script: &mut Script, key: &str, value: &str) {
    script.write(
        "insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value",
        [key.into(), value.into()],
    );
}
