//! Forms that were refused, kept for a while so that nobody has to type everything again.

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteConnection;

use super::Fault;
use super::script::Script;
use crate::domain::community::Account;

/// How long one can be opened again. What was typed may be for nobody's eyes, so it is not kept for longer.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// A form as it was filled in: the command's path, and the values by the names of the fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub path: String,
    pub values: Vec<(String, String)>,
}

/// Keeps what somebody typed; older drafts of everybody's end.
pub fn keep(script: &mut Script, by: &Account, event: &str, draft: &Draft, now: Timestamp) -> Result<(), Fault> {
    let typed = serde_json::to_string(&draft.values).map_err(|error| Fault::Encode(Box::new(error)))?;
    let oldest = now.saturating_sub(KEPT).unwrap_or(Timestamp::MIN);
    script.write("delete from drafts where at < ?", [oldest.as_millisecond().into()]);
    script.write(
        "insert into drafts (platform, event, account, path, typed, at) values (?, ?, ?, ?, ?, ?)",
        [
            by.platform.name().into(),
            event.into(),
            by.id.as_str().into(),
            draft.path.as_str().into(),
            typed.into(),
            now.as_millisecond().into(),
        ],
    );
    Ok(())
}

/// What this account had typed.
pub async fn draft(conn: &mut SqliteConnection, by: &Account, event: &str) -> Result<Option<Draft>, Fault> {
    let row: Option<(String, String)> =
        sqlx::query_as("select path, typed from drafts where platform = ? and event = ? and account = ?")
            .bind(by.platform.name())
            .bind(event)
            .bind(&by.id)
            .fetch_optional(conn)
            .await?;
    let Some((path, typed)) = row else { return Ok(None) };
    let values = serde_json::from_str(&typed).map_err(|error| Fault::Decode(Box::new(error)))?;
    Ok(Some(Draft { path, values }))
}
