//! Events that could not be decrypted, until they are heard or their sender was asked to say them again. Never a word of
//! them, since nobody knows one, and no name.

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use super::Fault;
use super::rows::instant;
use super::script::Script;
use crate::domain::community::Platform;

/// An event nobody can read.
#[derive(Debug, Clone, Copy)]
pub struct NewUnread<'a> {
    pub platform: Platform,
    pub event: &'a str,
    pub room: &'a str,
    pub direct: bool,
    /// Who said it, by the platform's id.
    pub account: &'a str,
    pub at: Timestamp,
    pub seen_at: Timestamp,
    pub ask_at: Timestamp,
}

pub fn remember(script: &mut Script, new: NewUnread<'_>) {
    script.write(
        "insert into unread (platform, event, room, direct, account, at, seen_at, ask_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            new.platform.name().into(),
            new.event.into(),
            new.room.into(),
            new.direct.into(),
            new.account.into(),
            new.at.as_millisecond().into(),
            new.seen_at.as_millisecond().into(),
            new.ask_at.as_millisecond().into(),
        ],
    );
}

/// Of a room only the newest are kept.
pub fn keep_at_most(script: &mut Script, platform: Platform, room: &str, most: u32) {
    script.write(
        "delete from unread where platform = ? and event in (select u.event from unread u where u.platform = ? and u.room = ? \
         order by u.seen_at desc, u.at desc, u.event limit -1 offset ?)",
        [platform.name().into(), platform.name().into(), room.into(), most.into()],
    );
}

/// It is heard, or not for the bot: either way it can be read.
pub fn forget(script: &mut Script, platform: Platform, event: &str) {
    script.write("delete from unread where platform = ? and event = ?", [platform.name().into(), event.into()]);
}

/// What has waited for its key since before an instant is given up, and whom was asked that long ago is forgotten.
pub fn forget_before(script: &mut Script, before: Timestamp) {
    let before = before.as_millisecond();
    script.write("delete from unread where seen_at < ?", [before.into()]);
    script.write("delete from unread_asked where at < ?", [before.into()]);
}

/// Whether an event waits here, or was heard.
pub async fn is_known(conn: &mut SqliteConnection, platform: Platform, event: &str) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "select exists (select 1 from unread where platform = ?1 and event = ?2) \
         or exists (select 1 from inbox where platform = ?1 and event = ?2)",
    )
    .bind(platform.name())
    .bind(event)
    .fetch_one(conn)
    .await
}

/// Whether an event was heard before.
pub async fn was_heard(conn: &mut SqliteConnection, platform: Platform, event: &str) -> Result<bool, Fault> {
    sqlx::query_scalar("select exists (select 1 from inbox where platform = ? and event = ?)")
        .bind(platform.name())
        .bind(event)
        .fetch_one(conn)
        .await
}

/// What still waits on a platform, oldest first: the room and the event.
pub async fn waiting(readers: &SqlitePool, platform: Platform) -> Result<Vec<(String, String)>, Fault> {
    sqlx::query_as("select room, event from unread where platform = ? order by seen_at, at, event")
        .bind(platform.name())
        .fetch_all(readers)
        .await
}

/// When somebody is next to be asked, not counting what is due at `after` or before it.
pub async fn next_after(conn: &mut SqliteConnection, after: Timestamp) -> Result<Option<Timestamp>, Fault> {
    let at: Option<i64> = sqlx::query_scalar("select min(ask_at) from unread where ask_at is not null and ask_at > ?")
        .bind(after.as_millisecond())
        .fetch_one(conn)
        .await?;
    at.map(instant).transpose()
}

/// Somebody in a room, with something unread that is to be asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Puzzle {
    pub platform: Platform,
    pub room: String,
    pub direct: bool,
    pub account: String,
    /// When the newest of what is due became so.
    pub due_at: Timestamp,
    /// When they were last asked in this room.
    pub asked_at: Option<Timestamp>,
    /// Everything of theirs that is unread there, oldest first, due or not.
    pub events: Vec<String>,
}

type PuzzleRow = (String, String, i64, String, i64, Option<i64>, String);

/// Everybody who is to be asked by an instant.
pub async fn due(conn: &mut SqliteConnection, now: Timestamp) -> Result<Vec<Puzzle>, Fault> {
    let rows: Vec<PuzzleRow> = sqlx::query_as(
        "select u.platform, u.room, u.direct, u.account, max(u.ask_at), \
         (select a.at from unread_asked a where a.platform = u.platform and a.room = u.room and a.account = u.account), \
         (select json_group_array(e.event order by e.at, e.event) from unread e \
          where e.platform = u.platform and e.room = u.room and e.account = u.account) \
         from unread u where u.ask_at is not null and u.ask_at <= ? group by u.platform, u.room, u.account",
    )
    .bind(now.as_millisecond())
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(puzzle).collect()
}

fn puzzle((platform, room, direct, account, due_at, asked_at, events): PuzzleRow) -> Result<Puzzle, Fault> {
    Ok(Puzzle {
        platform: platform.parse().map_err(|_| Fault::Decode("something unread on an unknown platform".into()))?,
        room,
        direct: direct != 0,
        account,
        due_at: instant(due_at)?,
        asked_at: asked_at.map(instant).transpose()?,
        events: super::rows::from_json(&events)?,
    })
}

/// They are not asked about what is due; a key that still comes makes it heard.
pub fn let_be(script: &mut Script, puzzle: &Puzzle, now: Timestamp) {
    script.write(
        "update unread set ask_at = null where platform = ? and room = ? and account = ? and ask_at <= ?",
        [
            puzzle.platform.name().into(),
            puzzle.room.as_str().into(),
            puzzle.account.as_str().into(),
            now.as_millisecond().into(),
        ],
    );
}

/// They are asked to say all of it again. From here on it counts as heard: a key that comes later changes nothing.
pub fn asked(script: &mut Script, puzzle: &Puzzle, now: Timestamp) {
    let (platform, now) = (puzzle.platform.name(), now.as_millisecond());
    let (room, account) = (puzzle.room.as_str(), puzzle.account.as_str());
    script.write(
        "insert into inbox (platform, event, at) select platform, event, ? from unread \
         where platform = ? and room = ? and account = ? on conflict do nothing",
        [now.into(), platform.into(), room.into(), account.into()],
    );
    script.write(
        "delete from unread where platform = ? and room = ? and account = ?",
        [platform.into(), room.into(), account.into()],
    );
    script.write(
        "insert into unread_asked (platform, room, account, at) values (?, ?, ?, ?) \
         on conflict (platform, room, account) do update set at = excluded.at",
        [platform.into(), room.into(), account.into(), now.into()],
    );
}
