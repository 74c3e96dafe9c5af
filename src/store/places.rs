//! Places that the bot is not in any more, that came back, or that go on under another id; and the end of a community that
//! has none left.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::Fault;
use super::rows::{from_json, instant};
use super::scope::{PlaceRow, place_json};
use super::script::Script;
use crate::domain::community::Platform;
use crate::domain::{AskId, CommunityId};

/// The bot is not there any more. The first time counts.
pub fn left(script: &mut Script, place: i64, now: Timestamp) {
    script.write(
        "update places set left_at = coalesce(left_at, ?) where id = ?",
        [now.as_millisecond().into(), place.into()],
    );
}

/// It is there again.
pub fn back(script: &mut Script, place: i64) {
    script.write("update places set left_at = null where id = ?", [place.into()]);
}

/// What the place is called at present.
pub fn set_name(script: &mut Script, place: i64, name: &str) {
    script.write("update places set name = ? where id = ?", [name.into(), place.into()]);
}

/// A community whose words are gone begins again with what is left of it.
pub fn not_ended(script: &mut Script, community: CommunityId) {
    script.write("update communities set ended_at = null where id = ?", [community.0.into()]);
}

/// A place goes on as another one, which takes over who convenes it and who was seen in it.
pub fn moved(script: &mut Script, from: i64, to: i64) {
    script.write("update places set moved_to = ?, left_at = null where id = ?", [to.into(), from.into()]);
    script.write(
        "insert into standings (member_id, place_id, account) select member_id, ?, account from standings where place_id = ? \
         on conflict do nothing",
        [to.into(), from.into()],
    );
    script.write("delete from standings where place_id = ?", [from.into()]);
    script.write("update accounts set seen_in = ? where seen_in = ?", [to.into(), from.into()]);
}

/// Nothing in a room that is over is edited any more.
pub fn forget_cards(script: &mut Script, place: i64) {
    script.write("delete from cards where place_id = ?", [place.into()]);
}

/// A place that had moved on is one again.
pub fn revive(script: &mut Script, place: i64, name: &str) {
    script
        .write("update places set moved_to = null, left_at = null, name = ? where id = ?", [name.into(), place.into()]);
}

/// A place by its reference, and the place it goes on as: itself, if it did not move.
pub async fn goes_on_as(
    conn: &mut SqliteConnection,
    platform: Platform,
    reference: &str,
) -> Result<Option<(i64, PlaceRow)>, Fault> {
    const SQL: &str = concat!(
        "with recursive way (first, id, next) as \
         (select id, id, moved_to from places where platform = ? and ref = ? \
          union all select w.first, p.id, p.moved_to from way w join places p on p.id = w.next) \
         select w.first, ",
        place_json!(),
        " from way w join places l on l.id = w.id where w.next is null"
    );
    let row: Option<(i64, String)> =
        sqlx::query_as(SQL).bind(platform.name()).bind(reference).fetch_optional(conn).await?;
    row.map(|(first, place)| Ok((first, from_json(&place)?))).transpose()
}

/// How a place is known on its platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub platform: Platform,
    pub reference: String,
    pub name: String,
    pub left_at: Option<i64>,
}

/// A place, or where it goes on by now.
pub async fn known(conn: &mut SqliteConnection, place: i64) -> Result<Option<Known>, Fault> {
    let row: Option<(String, String, String, Option<i64>)> = sqlx::query_as(
        "with recursive way (id, next) as \
         (select id, moved_to from places where id = ? \
          union all select p.id, p.moved_to from way w join places p on p.id = w.next) \
         select p.platform, p.ref, p.name, p.left_at from way w join places p on p.id = w.id where w.next is null",
    )
    .bind(place)
    .fetch_optional(conn)
    .await?;
    row.map(|(platform, reference, name, left_at)| {
        let platform = platform.parse().map_err(|_| Fault::Decode("a place on an unknown platform".into()))?;
        Ok(Known { platform, reference, name, left_at })
    })
    .transpose()
}

/// The asks that have a card in a place, or may come to have one there.
pub async fn asks_with_cards(conn: &mut SqliteConnection, place: i64) -> Result<Vec<AskId>, Fault> {
    let numbers: Vec<u32> = sqlx::query_scalar(
        "select ask from cards where place_id = ?1 \
         union select cast(substr(json_extract(refs, '$[0]'), 2) as integer) from outbox \
         where place_id = ?1 and cause = 'card' and state not in ('delivered', 'cancelled', 'expired') order by 1",
    )
    .bind(place)
    .fetch_all(conn)
    .await?;
    Ok(numbers.into_iter().map(AskId).collect())
}

/// The channel that is a community's place on a server.
pub async fn on_server(conn: &mut SqliteConnection, platform: Platform, server: &str) -> Result<Option<String>, Fault> {
    sqlx::query_scalar(
        "select ref from places where platform = ? and server = ? and moved_to is null order by id limit 1",
    )
    .bind(platform.name())
    .bind(server)
    .fetch_optional(conn)
    .await
}

/// The servers that the bot is on, as far as it was told.
pub async fn servers(conn: &mut SqliteConnection, platform: Platform) -> Result<Vec<String>, Fault> {
    let servers = sqlx::query_scalar(
        "select distinct server from places \
         where platform = ? and server is not null and moved_to is null and left_at is null order by server",
    );
    servers.bind(platform.name()).fetch_all(conn).await
}

/// Whether a place was left and has not come back.
pub async fn is_left(conn: &mut SqliteConnection, platform: Platform, reference: &str) -> Result<bool, Fault> {
    sqlx::query_scalar("select exists (select 1 from places where platform = ? and ref = ? and left_at is not null)")
        .bind(platform.name())
        .bind(reference)
        .fetch_one(conn)
        .await
}

/// What stands in the way of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Absence {
    /// Since when the bot is not in the place it goes to.
    pub place_left_at: Option<i64>,
    /// Whether that place goes on as another one.
    pub place_moved: bool,
    /// Since when it is in none of its community's places.
    pub community_left_at: Option<i64>,
}

pub async fn absence(
    conn: &mut SqliteConnection,
    platform: Platform,
    route: &str,
    community: Option<i64>,
) -> Result<Absence, Fault> {
    sqlx::query_as(
        "select (select left_at from places where platform = ?1 and ref = ?2) as place_left_at, \
         exists (select 1 from places where platform = ?1 and ref = ?2 and moved_to is not null) as place_moved, \
         (select iif(count(*) = count(left_at), max(left_at), null) from places \
          where community_id = ?3 and moved_to is null) as community_left_at",
    )
    .bind(platform.name())
    .bind(route)
    .bind(community)
    .fetch_one(conn)
    .await
}

/// The asks whose card in a place was not taken there the last time: it shows something that is not true any more, or was
/// never posted.
pub async fn stale_cards(conn: &mut SqliteConnection, place: i64) -> Result<Vec<AskId>, Fault> {
    let numbers: Vec<u32> = sqlx::query_scalar(
        "select distinct cast(substr(json_extract(o.refs, '$[0]'), 2) as integer) from outbox o \
         where o.place_id = ? and o.cause = 'card' and o.state = 'failed' \
         and not exists (select 1 from outbox b where b.lane = o.lane and b.id > o.id \
          and b.state in ('ready', 'sending', 'unknown', 'parked', 'delivered')) \
         order by 1",
    )
    .bind(place)
    .fetch_all(conn)
    .await?;
    Ok(numbers.into_iter().map(AskId).collect())
}

/// When the communities that have no place left end, by number.
pub async fn endings(conn: &mut SqliteConnection) -> Result<Vec<(CommunityId, Timestamp)>, Fault> {
    let rows: Vec<(i64, i64)> =
        sqlx::query_as("select community_id, at from timers where kind = 'ending' order by community_id")
            .fetch_all(conn)
            .await?;
    rows.into_iter().map(|(community, at)| Ok((CommunityId(community), instant(at)?))).collect()
}

/// Everything people said in a community, who they were, and what waited to be said to them. What was counted stays, without
/// a name, and so do its own name and what its conveners settled.
pub fn forget_words(script: &mut Script, community: CommunityId, now: Timestamp) {
    let (id, now) = (|| community.0.into(), now.as_millisecond());
    script.write("update pledges set what = null, first_step = null where community_id = ?", [id()]);
    script.write(
        "update asks set words = null, withdrawn_at = coalesce(withdrawn_at, ?) where community_id = ?",
        [now.into(), id()],
    );
    script.write("update thanks set words = null where community_id = ?", [id()]);
    script.write(
        "update offers set words = null, withdrawn_at = coalesce(withdrawn_at, ?) where community_id = ?",
        [now.into(), id()],
    );
    script.write(
        "update gatherings set place = null, facilitator_id = null, scribe_id = null, \
         cancelled_at = iif(starts_at > ?, coalesce(cancelled_at, ?), cancelled_at) where community_id = ?",
        [now.into(), now.into(), id()],
    );
    script.write("delete from timers where community_id = ?", [id()]);
    script.write("delete from held_notices where community_id = ?", [id()]);
    script.write("delete from outbox where community_id = ?", [id()]);
    script.write("delete from cards where community_id = ?", [id()]);
    script.write("delete from calendar where community_id = ?", [id()]);
    script.write("delete from convening_roles where community_id = ?", [id()]);
    script.write("delete from maybes where community_id = ?", [id()]);
    script.write("delete from invitations where community_id = ?", [id()]);
    script.write("delete from standings where member_id in (select id from members where community_id = ?)", [id()]);
    script.write("delete from presses where community_id = ?", [id()]);
    script.write("delete from codes where community_id = ?", [id()]);
    script.write("delete from accounts where community_id = ?", [id()]);
    // What names somebody outside a community goes with the last one that knows them.
    for forgotten in [
        "delete from routes where route like 'dm:%' and not exists (select 1 from accounts a \
         where a.platform = routes.platform and 'dm:' || a.ref = routes.route)",
        "delete from unread where direct = 1 and not exists (select 1 from accounts a \
         where a.platform = unread.platform and a.ref = unread.account)",
        "delete from drafts where not exists (select 1 from accounts a \
         where a.platform = drafts.platform and a.ref = drafts.account)",
        "delete from unread_asked where not exists (select 1 from accounts a \
         where a.platform = unread_asked.platform and a.ref = unread_asked.account)",
        "delete from codes where other_ref is not null and not exists (select 1 from accounts a \
         where a.platform = codes.other_platform and a.ref = codes.other_ref)",
        "delete from wrong_codes where not exists (select 1 from accounts a \
         where a.platform = wrong_codes.platform and a.ref = wrong_codes.ref)",
    ] {
        script.write(forgotten, []);
    }
    script.write(
        "update members set name = '', zone = null, language = null, away_until = null, appointed = 0 where community_id = ?",
        [id()],
    );
    script.write(
        "delete from unread where (platform, room) in (select platform, ref from places where community_id = ?)",
        [id()],
    );
    script.write(
        "delete from unread_asked where (platform, room) in (select platform, ref from places where community_id = ?)",
        [id()],
    );
    // What was said there meanwhile is not for a bot that was not there.
    script.write(
        "delete from bookmarks where (platform, room) in (select platform, ref from places where community_id = ?)",
        [id()],
    );
    script.write("update communities set ended_at = ? where id = ?", [now.into(), id()]);
}

/// Whether the bot is in none of these any more.
pub fn all_left(places: &[PlaceRow]) -> bool {
    !places.is_empty() && places.iter().all(|place| place.left_at.is_some())
}
