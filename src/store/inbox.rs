//! What was heard, by its platform's name: the same event twice changes nothing. And of presses that did something, what
//! they did, so that they can be taken back.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::script::Script;
use super::{Fault, unread};
use crate::domain::CommunityId;
use crate::domain::community::{Account, Platform};

/// An event was heard, and so could be read after all. Heard twice, its second row breaks the inbox's key, and all its
/// writes with it.
pub fn note(script: &mut Script, platform: Platform, event: &str, now: Timestamp) {
    script.write(
        "insert into inbox (platform, event, at) values (?, ?, ?)",
        [platform.name().into(), event.into(), now.as_millisecond().into()],
    );
    unread::forget(script, platform, event);
}

/// When an event was heard, if it was.
pub async fn heard_at(
    conn: &mut SqliteConnection,
    platform: Platform,
    event: &str,
) -> Result<Option<Timestamp>, Fault> {
    let at: Option<i64> = sqlx::query_scalar("select at from inbox where platform = ? and event = ?")
        .bind(platform.name())
        .bind(event)
        .fetch_optional(conn)
        .await?;
    Ok(at.and_then(|ms| Timestamp::from_millisecond(ms).ok()))
}

/// A press did what a command does.
pub fn pressed(
    script: &mut Script,
    community: CommunityId,
    by: &Account,
    event: &str,
    command: String,
    now: Timestamp,
) {
    script.write(
        "insert into presses (platform, event, community_id, account, command, at) values (?, ?, ?, ?, ?, ?)",
        [
            by.platform.name().into(),
            event.into(),
            community.0.into(),
            by.id.as_str().into(),
            command.into(),
            now.as_millisecond().into(),
        ],
    );
}

/// Where this account's press was heard and which command it stood for, if it did something.
pub async fn press(
    conn: &mut SqliteConnection,
    by: &Account,
    event: &str,
) -> Result<Option<(CommunityId, String)>, Fault> {
    let row: Option<(i64, String)> =
        sqlx::query_as("select community_id, command from presses where platform = ? and event = ? and account = ?")
            .bind(by.platform.name())
            .bind(event)
            .bind(&by.id)
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|(community, command)| (CommunityId(community), command)))
}

/// A press was taken back, which can be done once.
pub fn let_go(script: &mut Script, platform: Platform, event: &str) {
    script.write("delete from presses where platform = ? and event = ?", [platform.name().into(), event.into()]);
}
