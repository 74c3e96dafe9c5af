//! What is to be said: rows that are claimed, sent, and settled by receipts (DESIGN.md section 5).

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteConnection;

use super::Fault;
use super::script::{Bind, Script};
use crate::domain::community::Platform;
use crate::domain::{CommunityId, MemberId};

/// What goes first when several rows wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// An answer to somebody who waits for it.
    Reply = 0,
    /// A nudge or a care note.
    Nudge = 1,
    Notice = 2,
    Digest = 3,
    Card = 4,
}

/// A new row, ready to be claimed.
#[derive(Debug, Clone)]
pub struct NewRow<'a> {
    pub id: i64,
    pub community: Option<CommunityId>,
    pub member: Option<MemberId>,
    pub effect: &'a str,
    pub platform: Platform,
    /// JSON.
    pub destination: &'a str,
    pub place: Option<i64>,
    pub cause: &'static str,
    /// JSON.
    pub refs: String,
    /// JSON.
    pub meaning: String,
    pub key: String,
    pub answers: Option<&'a str>,
    pub lane: Option<String>,
    pub priority: Priority,
    pub not_before: Timestamp,
    pub now: Timestamp,
}

/// Puts a row in the outbox. The same effect to the same destination twice is said once: the second changes nothing.
/// In a lane, what is newer replaces what has not been sent yet.
pub fn put(script: &mut Script, row: NewRow<'_>) {
    if let Some(lane) = &row.lane {
        script.write(
            "update outbox set state = 'cancelled', meaning = '' where lane = ? and state = 'ready'",
            [lane.as_str().into()],
        );
    }
    script.write(
        "insert into outbox (id, community_id, member_id, effect, platform, destination, place_id, cause, refs, meaning, key, answers, \
         lane, priority, not_before, made_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
         on conflict (community_id, effect, destination) do nothing",
        [
            row.id.into(),
            row.community.map(|c| c.0).into(),
            row.member.map(|m| m.0).into(),
            row.effect.into(),
            row.platform.name().into(),
            row.destination.into(),
            row.place.into(),
            row.cause.into(),
            row.refs.into(),
            row.meaning.into(),
            row.key.into(),
            row.answers.into(),
            row.lane.into(),
            Bind::Integer(row.priority as i64),
            row.not_before.as_millisecond().into(),
            row.now.as_millisecond().into(),
        ],
    );
}

/// A row that may be claimed now.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Waiting {
    pub id: i64,
    pub community_id: Option<i64>,
    pub member_id: Option<i64>,
    pub slug: Option<String>,
    pub effect: String,
    pub destination: String,
    pub place_id: Option<i64>,
    pub cause: String,
    pub refs: String,
    pub meaning: String,
    pub body: Option<String>,
    pub key: String,
    pub answers: Option<String>,
    pub state: String,
    pub attempts: u32,
    pub unresolved_since: Option<i64>,
    /// The card's message in this place, if it was posted.
    pub card: Option<String>,
}

/// The next row to send or to look up on a platform: by priority, then by age. A lane with an unsettled row waits.
pub async fn next(conn: &mut SqliteConnection, platform: Platform, now: Timestamp) -> Result<Option<Waiting>, Fault> {
    sqlx::query_as(
        "select o.id, o.community_id, o.member_id, c.slug, o.effect, o.destination, o.place_id, o.cause, o.refs, o.meaning, o.body, \
         o.key, o.answers, o.state, o.attempts, o.unresolved_since, \
         (select k.message from cards k where k.community_id = o.community_id and k.place_id = o.place_id \
          and o.cause = 'card' and 'A' || k.ask = json_extract(o.refs, '$[0]')) as card \
         from outbox o left join communities c on c.id = o.community_id \
         where o.platform = ? and o.state in ('ready', 'unknown') and o.not_before <= ? \
         and (o.lane is null or not exists (select 1 from outbox b where b.lane = o.lane and b.id != o.id \
          and b.state in ('sending', 'unknown', 'parked'))) \
         order by o.priority, o.not_before, o.id limit 1",
    )
    .bind(platform.name())
    .bind(now.as_millisecond())
    .fetch_optional(conn)
    .await
}

/// When the earliest row that waits for its time may be claimed. What waits for another row of its lane waits for no time.
pub async fn next_at(conn: &mut SqliteConnection) -> Result<Option<i64>, Fault> {
    sqlx::query_scalar(
        "select min(o.not_before) from outbox o where o.state in ('ready', 'unknown') \
         and (o.lane is null or not exists (select 1 from outbox b where b.lane = o.lane and b.id != o.id \
          and b.state in ('sending', 'unknown', 'parked')))",
    )
    .fetch_one(conn)
    .await
}

/// The claim: from here on it may have been sent.
pub fn claim(script: &mut Script, id: i64, body: &str, now: Timestamp) {
    script.write(
        "update outbox set state = 'sending', body = ?, attempts = attempts + 1, \
         unresolved_since = coalesce(unresolved_since, ?) where id = ? and state in ('ready', 'unknown')",
        [body.into(), now.as_millisecond().into(), id.into()],
    );
}

/// It waits for an instant, whatever is known about it.
pub fn put_off(script: &mut Script, id: i64, not_before: Timestamp) {
    script.write(
        "update outbox set not_before = ? where id = ? and state in ('ready', 'unknown')",
        [not_before.as_millisecond().into(), id.into()],
    );
}

/// Whether a nudge message to one of this member's accounts, from any community, has yet to go out.
pub async fn nudge_waits(conn: &mut SqliteConnection, member: MemberId) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "select exists (select 1 from accounts own \
         join accounts same on same.platform = own.platform and same.ref = own.ref \
         join outbox o on o.member_id = same.member_id \
         where own.member_id = ? and o.cause = 'nudge' and o.state in ('ready', 'sending', 'unknown'))",
    )
    .bind(member.0)
    .fetch_one(conn)
    .await
}

/// It is there. What it said is not kept.
pub fn delivered(script: &mut Script, id: i64, message: &str) {
    script.write(
        "update outbox set state = 'delivered', message = ?, body = null, meaning = '', unresolved_since = null where id = ?",
        [message.into(), id.into()],
    );
}

/// The card of an ask in a place is this message.
pub fn card_posted(script: &mut Script, row: i64, message: &str) {
    script.write(
        "insert into cards (community_id, ask, place_id, message) \
         select community_id, cast(substr(json_extract(refs, '$[0]'), 2) as integer), place_id, ? from outbox \
         where id = ? and cause = 'card' and place_id is not null \
         on conflict (community_id, ask, place_id) do nothing",
        [message.into(), row.into()],
    );
}

/// It will not be sent, for one of the reasons that are states: `failed`, `cancelled`, `expired`, `parked`.
pub fn settle(script: &mut Script, id: i64, state: Settled) {
    // A parked row keeps its body: it may still turn out to be there, and a steward may want it sent.
    match state {
        Settled::Parked => script.write("update outbox set state = 'parked' where id = ?", [id.into()]),
        Settled::Failed | Settled::Cancelled | Settled::Expired => script.write(
            "update outbox set state = ?, body = null, meaning = '', unresolved_since = null where id = ?",
            [state.name().into(), id.into()],
        ),
    }
}

/// How a row ended without being delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    Failed,
    Cancelled,
    Expired,
    Parked,
}

impl Settled {
    fn name(self) -> &'static str {
        match self {
            Settled::Failed => "failed",
            Settled::Cancelled => "cancelled",
            Settled::Expired => "expired",
            Settled::Parked => "parked",
        }
    }
}

/// Known not to have been taken: it may be sent, not before an instant. What it says is asked again by then.
pub fn ready_again(script: &mut Script, id: i64, not_before: Timestamp) {
    script.write(
        "update outbox set state = 'ready', body = null, unresolved_since = null, not_before = ? where id = ?",
        [not_before.as_millisecond().into(), id.into()],
    );
}

/// Nobody knows whether it was taken: look it up, not before an instant.
pub fn unknown(script: &mut Script, id: i64, not_before: Timestamp) {
    script.write(
        "update outbox set state = 'unknown', not_before = ? where id = ?",
        [not_before.as_millisecond().into(), id.into()],
    );
}

/// After a crash: whatever was being sent may have been taken. It is looked up once the quarantine since its claim is over.
pub fn sending_is_unknown(script: &mut Script, quarantine: SignedDuration) {
    let quarantine = i64::try_from(quarantine.as_millis()).unwrap_or(i64::MAX);
    script.write(
        "update outbox set state = 'unknown', not_before = max(not_before, unresolved_since + ?) where state = 'sending'",
        [quarantine.into()],
    );
}

/// The community and state of a row, to judge a receipt by.
pub async fn state_of(conn: &mut SqliteConnection, id: i64) -> Result<Option<(Option<i64>, String, u32)>, Fault> {
    sqlx::query_as("select community_id, state, attempts from outbox where id = ?").bind(id).fetch_optional(conn).await
}

/// A notice that waits for a member's morning. The same one twice waits once.
pub fn hold_notice(script: &mut Script, community: CommunityId, member: MemberId, effect: &str, meaning: &str) {
    script.write(
        "insert into held_notices (community_id, member_id, effect, meaning) values (?, ?, ?, ?) on conflict do nothing",
        [community.0.into(), member.0.into(), effect.into(), meaning.into()],
    );
}

/// What waits for a member's morning, oldest first.
pub async fn held_notices(conn: &mut SqliteConnection, member: MemberId) -> Result<Vec<String>, Fault> {
    sqlx::query_scalar("select meaning from held_notices where member_id = ? order by id")
        .bind(member.0)
        .fetch_all(conn)
        .await
}

/// They are in the outbox now.
pub fn release_notices(script: &mut Script, member: MemberId) {
    script.write("delete from held_notices where member_id = ?", [member.0.into()]);
}

/// Whom a row was for, and why; `None` for a place.
pub async fn addressee(conn: &mut SqliteConnection, id: i64) -> Result<Option<(i64, String)>, Fault> {
    sqlx::query_as("select member_id, cause from outbox where id = ? and member_id is not null")
        .bind(id)
        .fetch_optional(conn)
        .await
}
