//! How things stand with each way out: what was sent there of late, whether the platform asked to wait, whether anything
//! gets through. The empty name is the whole platform.

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteConnection;

use super::Fault;
use super::script::Script;
use crate::domain::community::Platform;

/// The whole platform, where a route is asked for.
pub const PLATFORM: &str = "";

/// A message goes this way: its bucket is full again one interval later.
pub fn used(script: &mut Script, platform: Platform, route: &str, every: SignedDuration, now: Timestamp) {
    let (every, now) = (i64::try_from(every.as_millis()).unwrap_or(i64::MAX / 4), now.as_millisecond());
    script.write(
        "insert into routes (platform, route, full_at) values (?, ?, ?) \
         on conflict (platform, route) do update set full_at = max(full_at, ?) + ?",
        [platform.name().into(), route.into(), (now + every).into(), now.into(), every.into()],
    );
}

/// The platform asked to wait.
pub fn shut(script: &mut Script, platform: &str, route: &str, until: Timestamp) {
    script.write(
        "insert into routes (platform, route, shut_until) values (?, ?, ?) \
         on conflict (platform, route) do update set shut_until = max(shut_until, excluded.shut_until)",
        [platform.into(), route.into(), until.as_millisecond().into()],
    );
}

/// Nothing gets through, or nothing can be read there.
pub fn ill(script: &mut Script, platform: &str, route: &str, reason: &str, now: Timestamp) {
    script.write(
        "insert into routes (platform, route, ill_since, reason) values (?, ?, ?, ?) \
         on conflict (platform, route) do update set ill_since = coalesce(ill_since, excluded.ill_since), reason = excluded.reason",
        [platform.into(), route.into(), now.as_millisecond().into(), reason.into()],
    );
}

/// Something got through.
pub fn well(script: &mut Script, platform: &str, route: &str) {
    script.write(
        "update routes set ill_since = null, reason = null where platform = ? and route = ? and ill_since is not null",
        [platform.into(), route.into()],
    );
}

/// Whether nothing got through this way of late.
pub async fn is_ill(conn: &mut SqliteConnection, platform: &str, route: &str) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "select exists (select 1 from routes where platform = ? and route = ? and ill_since is not null)",
    )
    .bind(platform)
    .bind(route)
    .fetch_one(conn)
    .await
}
