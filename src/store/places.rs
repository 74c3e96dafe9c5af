//! Places that the bot is not in any more, that came back, or that go on under another id.

use sqlx::sqlite::SqliteConnection;

use super::Fault;
use crate::domain::community::Platform;

/// Whether a place was left and has not come back.
pub async fn is_left(conn: &mut SqliteConnection, platform: Platform, reference: &str) -> Result<bool, Fault> {
    sqlx::query_scalar("select exists (select 1 from places where platform = ? and ref = ? and left_at is not null)")
        .bind(platform.name())
        .bind(reference)
        .fetch_one(conn)
        .await
}
