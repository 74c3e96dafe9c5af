//! Civil times are the truth, instants a cache of them. When the zone data changes, every cached instant is computed anew.

use sqlx::sqlite::SqliteConnection;

use super::Fault;
use super::script::Script;
use crate::domain::{Due, Zone};

/// Recomputes every instant in the database. Returns how many moved.
pub async fn recompute(conn: &mut SqliteConnection, script: &mut Script) -> Result<usize, Fault> {
    let pledges = moved(conn, "select community_id, cast(number as text), due, due_zone, due_at from pledges").await?;
    for (community, number, at) in &pledges {
        script.write(
            "update pledges set due_at = ? where community_id = ? and number = cast(? as integer)",
            [(*at).into(), (*community).into(), number.as_str().into()],
        );
    }
    let asks = "select community_id, cast(number as text), due, due_zone, due_at from asks where due is not null";
    let asks = moved(conn, asks).await?;
    for (community, number, at) in &asks {
        script.write(
            "update asks set due_at = ? where community_id = ? and number = cast(? as integer)",
            [(*at).into(), (*community).into(), number.as_str().into()],
        );
    }
    let gatherings = "select community_id, cast(number as text), starts, zone, starts_at from gatherings";
    let gatherings = moved(conn, gatherings).await?;
    for (community, number, at) in &gatherings {
        script.write(
            "update gatherings set starts_at = ? where community_id = ? and number = cast(? as integer)",
            [(*at).into(), (*community).into(), number.as_str().into()],
        );
    }
    let timers = moved(conn, "select community_id, name, civil, zone, at from timers").await?;
    for (community, name, at) in &timers {
        script.write(
            "update timers set at = ? where community_id = ? and name = ?",
            [(*at).into(), (*community).into(), name.as_str().into()],
        );
    }
    Ok(pledges.len() + asks.len() + gatherings.len() + timers.len())
}

/// The rows (community, key) of a question whose instant is no longer that of their civil time, with the right one.
async fn moved(conn: &mut SqliteConnection, sql: &'static str) -> Result<Vec<(i64, String, i64)>, Fault> {
    let rows: Vec<(i64, String, String, String, i64)> = sqlx::query_as(sql).fetch_all(conn).await?;
    let right = rows.into_iter().filter_map(|(community, key, civil, zone, at)| {
        let (due, zone) = (civil.parse::<Due>().ok()?, zone.parse::<Zone>().ok()?);
        let right = zone.instant(due.civil()).as_millisecond();
        (right != at).then_some((community, key, right))
    });
    Ok(right.collect())
}
