//! What is to be said: rows that are claimed, sent, and settled by receipts (DESIGN.md section 5).

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteConnection;

use super::Fault;
use super::script::{Bind, Script};
use crate::domain::community::{Account, Platform};
use crate::domain::{AskId, CommunityId, MemberId};

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
    /// What is under a message comes after every message.
    Button = 5,
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
    pub answers: Option<&'a str>,
    pub lane: Option<String>,
    /// Whether it takes the place of what waits in its lane and has not been sent yet.
    pub replaces: bool,
    pub priority: Priority,
    pub not_before: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub now: Timestamp,
}

/// Puts a row in the outbox. The same effect to the same destination twice is said once: the second changes nothing.
pub fn put(script: &mut Script, row: NewRow<'_>) {
    let now = row.now.as_millisecond();
    if let Some(lane) = row.lane.as_deref().filter(|_| row.replaces) {
        script.write(
            "update outbox set state = 'cancelled', body = null, meaning = '', settled_at = ? where lane = ? and state = 'ready'",
            [now.into(), lane.into()],
        );
    }
    script.write(
        "insert into outbox (id, community_id, member_id, effect, platform, destination, place_id, cause, refs, meaning, answers, \
         lane, priority, not_before, expires_at, made_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
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
            row.answers.into(),
            row.lane.into(),
            Bind::Integer(row.priority as i64),
            row.not_before.as_millisecond().into(),
            row.expires_at.map(Timestamp::as_millisecond).into(),
            now.into(),
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
    pub route: String,
    pub place_id: Option<i64>,
    pub cause: String,
    pub refs: String,
    pub meaning: String,
    pub body: Option<String>,
    pub key: Option<String>,
    pub answers: Option<String>,
    pub state: String,
    pub made_at: i64,
    pub expires_at: Option<i64>,
    pub attempts: u32,
    pub unresolved: u32,
    pub unresolved_since: Option<i64>,
    pub absent_at: Option<i64>,
    /// Until when the platform asked to wait, the last time it did; 0 if it never has.
    pub opened_at: i64,
    /// The card's message in this place, if it was posted; or the event in this calendar.
    pub card: Option<String>,
}

/// How far a bucket may be from full when a message still goes: for messages, and for cards and buttons, which leave a reserve.
/// Milliseconds; for one route, and for the whole platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slack {
    pub route: [i64; 2],
    pub platform: [i64; 2],
}

/// What waits on a platform, joined with how things stand with its way out; and from when on it may go. A lane with an
/// unsettled row waits; only an edit whose fate nobody knows any more is overtaken by a newer one of the same card. What goes the
/// same way goes one after the other: in order, and so that a platform which is slow to say "enough" is not asked again
/// meanwhile, nor every courier kept busy by one room. A lookup takes nothing of the budget, but waits as well where the
/// platform asked to. What is being sent is found by way of an index, which is why its states are named first.
macro_rules! waiting {
    () => {
        "from outbox o left join communities c on c.id = o.community_id \
         left join routes r on r.platform = o.platform and r.route = o.route \
         left join routes w on w.platform = o.platform and w.route = '' \
         where o.platform = ? and o.state in ('ready', 'unknown') \
         and (o.state = 'unknown' or o.route not in (select b.route from outbox b \
          where b.state in ('sending', 'parked', 'failed', 'expired') and b.state = 'sending')) \
         and (o.lane is null or not exists (select 1 from outbox b where b.lane = o.lane and b.id != o.id \
          and (b.state in ('sending', 'unknown') or (b.state = 'ready' and b.id < o.id) or (b.state = 'parked' \
           and not exists (select 1 from cards k where k.community_id = o.community_id and k.place_id = o.place_id \
            and 'A' || k.ask = json_extract(o.refs, '$[0]'))))))"
    };
}
macro_rules! free_at {
    () => {
        "max(o.not_before, coalesce(r.shut_until, 0), coalesce(w.shut_until, 0), \
         iif(o.state = 'unknown', 0, coalesce(r.full_at, 0) - iif(o.cause in ('card', 'moved', 'button', 'event'), ?, ?)), \
         iif(o.state = 'unknown', 0, coalesce(w.full_at, 0) - iif(o.cause in ('card', 'moved', 'button', 'event'), ?, ?)))"
    };
}

/// The next row to send or to look up on a platform: by priority, then by age.
pub async fn next(
    conn: &mut SqliteConnection,
    platform: Platform,
    slack: Slack,
    now: Timestamp,
) -> Result<Option<Waiting>, Fault> {
    const SQL: &str = concat!(
        "select o.id, o.community_id, o.member_id, c.slug, o.effect, o.destination, o.route, o.place_id, o.cause, o.refs, \
         o.meaning, o.body, o.key, o.answers, o.state, o.made_at, o.expires_at, o.attempts, o.unresolved, o.unresolved_since, \
         o.absent_at, max(coalesce(r.shut_until, 0), coalesce(w.shut_until, 0)) as opened_at, \
         (select k.message from cards k where k.community_id = o.community_id and k.place_id = o.place_id \
          and o.cause in ('card', 'moved') and 'A' || k.ask = json_extract(o.refs, '$[0]') \
          union all select e.event from calendar e where e.community_id = o.community_id and o.cause = 'event' \
          and e.platform = o.platform and e.server = json_extract(o.destination, '$.Calendar.server') \
          and 'G' || e.gathering = json_extract(o.refs, '$[0]')) as card ",
        waiting!(),
        " and o.not_before <= ? and ",
        free_at!(),
        " <= ? order by o.priority, o.not_before, o.id limit 1"
    );
    let now = now.as_millisecond();
    sqlx::query_as(SQL)
        .bind(platform.name())
        .bind(now)
        .bind(slack.route[1])
        .bind(slack.route[0])
        .bind(slack.platform[1])
        .bind(slack.platform[0])
        .bind(now)
        .fetch_optional(conn)
        .await
}

/// From when on the next row of a platform may go, if one waits for its time.
pub async fn next_at(conn: &mut SqliteConnection, platform: Platform, slack: Slack) -> Result<Option<i64>, Fault> {
    const SQL: &str = concat!("select min(", free_at!(), ") ", waiting!());
    sqlx::query_scalar(SQL)
        .bind(slack.route[1])
        .bind(slack.route[0])
        .bind(slack.platform[1])
        .bind(slack.platform[0])
        .bind(platform.name())
        .fetch_one(conn)
        .await
}

/// When the earliest row of all platforms may be claimed, as far as the row itself knows. What waits for another row of
/// its lane waits for no time.
pub async fn earliest(conn: &mut SqliteConnection) -> Result<Option<i64>, Fault> {
    sqlx::query_scalar(
        "select min(o.not_before) from outbox o where o.state in ('ready', 'unknown') \
         and (o.lane is null or not exists (select 1 from outbox b where b.lane = o.lane and b.id != o.id \
          and b.state in ('sending', 'unknown', 'parked')))",
    )
    .fetch_one(conn)
    .await
}

/// The claim: from here on it may have been sent.
pub fn claim(script: &mut Script, id: i64, key: &str, body: &str, now: Timestamp) {
    let now = now.as_millisecond();
    script.write(
        "update outbox set state = 'sending', key = ?, body = ?, attempts = attempts + 1, unresolved = unresolved + 1, \
         unresolved_since = coalesce(unresolved_since, ?), looks = 0 where id = ?",
        [key.into(), body.into(), now.into(), id.into()],
    );
    script.write(
        "insert into attempts (row, n, at) select id, attempts, ? from outbox where id = ?",
        [now.into(), id.into()],
    );
}

/// It is looked for now, and again at an instant if this process does not live to hear the answer.
pub fn look(script: &mut Script, id: i64, key: &str, again: Timestamp) {
    script.write(
        "update outbox set key = ?, looks = looks + 1, not_before = ? where id = ? and state = 'unknown'",
        [key.into(), again.as_millisecond().into(), id.into()],
    );
}

/// It may be there since an instant, although nothing here says so: it is looked for before it is sent.
pub fn doubt(script: &mut Script, id: i64, since: Timestamp) {
    script.write(
        "update outbox set state = 'unknown', looks = 0, unresolved_since = coalesce(unresolved_since, ?) where id = ?",
        [since.as_millisecond().into(), id.into()],
    );
}

/// It waits for an instant, whatever is known about it.
pub fn put_off(script: &mut Script, id: i64, not_before: Timestamp) {
    script.write(
        "update outbox set not_before = ? where id = ? and state in ('ready', 'unknown')",
        [not_before.as_millisecond().into(), id.into()],
    );
}

/// It waits for its place to come back, whatever is known about it; looked at again at an instant at the latest.
pub fn hold(script: &mut Script, id: i64, until: Timestamp, now: Timestamp) {
    script.write(
        "update outbox set not_before = ?, held_at = coalesce(held_at, ?) where id = ? and state in ('ready', 'unknown')",
        [until.as_millisecond().into(), now.as_millisecond().into(), id.into()],
    );
}

/// What a community's messages waited for is back.
pub fn let_go(script: &mut Script, community: CommunityId, now: Timestamp) {
    script.write(
        "update outbox set not_before = ?, held_at = null where community_id = ? and held_at is not null \
         and state in ('ready', 'unknown')",
        [now.as_millisecond().into(), community.0.into()],
    );
}

/// What waited for one way out may go again.
pub fn let_go_there(script: &mut Script, platform: &str, route: &str, now: Timestamp) {
    script.write(
        "update outbox set not_before = ?, held_at = null where platform = ? and route = ? and held_at is not null \
         and state in ('ready', 'unknown')",
        [now.as_millisecond().into(), platform.into(), route.into()],
    );
}

/// Whether anything waits for one way out to take something again.
pub async fn waits_there(conn: &mut SqliteConnection, platform: &str, route: &str) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "select exists (select 1 from outbox where platform = ? and route = ? and held_at is not null \
         and state in ('ready', 'unknown'))",
    )
    .bind(platform)
    .bind(route)
    .fetch_one(conn)
    .await
}

/// Where a message goes from now on.
#[derive(Debug, Clone, Copy)]
pub struct Onward<'a> {
    /// The new row's.
    pub id: i64,
    pub platform: Platform,
    /// JSON.
    pub destination: &'a str,
    /// If the message is one of a place's own.
    pub place: Option<i64>,
}

/// What was not taken in one place is to be said in another: by a row of its own, with a name and a key of its own. What was
/// said there before is not said again.
pub fn send_on(script: &mut Script, id: i64, onward: Onward<'_>, settled: Settled, now: Timestamp) {
    say_also(script, id, onward);
    settle(script, id, settled, now);
}

/// The same message for another destination as well. What it answers is known on its own platform only.
pub fn say_also(script: &mut Script, id: i64, onward: Onward<'_>) {
    script.write(
        "insert into outbox (id, community_id, member_id, effect, platform, destination, place_id, cause, refs, meaning, answers, \
         lane, priority, not_before, expires_at, made_at) select ?, community_id, member_id, effect, ?, ?, \
         iif(place_id is null, null, ?), cause, refs, meaning, iif(platform = ?, answers, null), lane, priority, not_before, \
         expires_at, made_at from outbox where id = ? on conflict (community_id, effect, destination) do nothing",
        [
            onward.id.into(),
            onward.platform.name().into(),
            onward.destination.into(),
            onward.place.into(),
            onward.platform.name().into(),
            id.into(),
        ],
    );
}

/// What a community has to say that has no key yet: row, effect, destination.
pub async fn keyless(conn: &mut SqliteConnection, community: CommunityId) -> Result<Vec<(i64, String, String)>, Fault> {
    sqlx::query_as(
        "select id, effect, destination from outbox where community_id = ? and key is null and state = 'ready'",
    )
    .bind(community.0)
    .fetch_all(conn)
    .await
}

/// The key it is known by from now on.
pub fn set_key(script: &mut Script, id: i64, key: &str) {
    script.write("update outbox set key = ? where id = ? and key is null", [key.into(), id.into()]);
}

/// Whether a community has something of this name to say, or had, to a destination.
pub async fn is_known(
    conn: &mut SqliteConnection,
    community: Option<i64>,
    effect: &str,
    destination: &str,
) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "select exists (select 1 from outbox where community_id is ? and effect = ? and destination = ?)",
    )
    .bind(community)
    .bind(effect)
    .bind(destination)
    .fetch_one(conn)
    .await
}

/// It is taken out as if it had never been there.
pub fn remove(script: &mut Script, id: i64) {
    script.write("delete from outbox where id = ? and state in ('ready', 'unknown')", [id.into()]);
}

/// A nudge message that waits and was never handed to a platform.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct UnsaidNudge {
    pub id: i64,
    pub community_id: i64,
    pub member_id: i64,
    /// JSON.
    pub meaning: String,
}

impl Waiting {
    /// The same of a nudge that is about to be claimed.
    pub fn unsaid_nudge(&self) -> UnsaidNudge {
        UnsaidNudge {
            id: self.id,
            community_id: self.community_id.unwrap_or_default(),
            member_id: self.member_id.unwrap_or_default(),
            meaning: self.meaning.clone(),
        }
    }
}

/// The nudge messages to a member that nobody has seen yet.
pub async fn unsaid_nudges(conn: &mut SqliteConnection, member: MemberId) -> Result<Vec<UnsaidNudge>, Fault> {
    sqlx::query_as(
        "select id, community_id, member_id, meaning from outbox where member_id = ? and cause = 'nudge' \
         and state = 'ready' and attempts = 0 and absent_at is null and community_id is not null order by id",
    )
    .bind(member.0)
    .fetch_all(conn)
    .await
}

/// The messages by the bot itself to one of a member's accounts that were never handed to a platform. What answers
/// somebody stays where it was asked.
pub async fn unsaid_to(conn: &mut SqliteConnection, member: MemberId, account: &Account) -> Result<Vec<i64>, Fault> {
    sqlx::query_scalar(
        "select id from outbox where member_id = ? and platform = ? and route = 'dm:' || ? and state = 'ready' \
         and attempts = 0 and absent_at is null and cause not in ('reply', 'refusal', 'button') order by id",
    )
    .bind(member.0)
    .bind(account.platform.name())
    .bind(&account.id)
    .fetch_all(conn)
    .await
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
pub fn delivered(script: &mut Script, id: i64, message: &str, now: Timestamp) {
    script.write(
        "update outbox set state = 'delivered', message = ?, body = null, meaning = '', settled_at = ? where id = ?",
        [message.into(), now.as_millisecond().into(), id.into()],
    );
}

/// What became of the latest attempt.
pub fn attempted(script: &mut Script, id: i64, outcome: &'static str, reason: Option<&str>, now: Timestamp) {
    script.write(
        "update attempts set ended_at = ?, outcome = ?, reason = ? \
         where row = ? and n = (select attempts from outbox where id = ?) and outcome is null",
        [now.as_millisecond().into(), outcome.into(), reason.into(), id.into(), id.into()],
    );
}

/// The card of an ask in a place is this message; the event of a gathering in a calendar this one.
pub fn card_posted(script: &mut Script, row: i64, message: &str) {
    script.write(
        "insert into cards (community_id, ask, place_id, message) \
         select community_id, cast(substr(json_extract(refs, '$[0]'), 2) as integer), place_id, ? from outbox \
         where id = ? and cause = 'card' and place_id is not null \
         on conflict (community_id, ask, place_id) do nothing",
        [message.into(), row.into()],
    );
    script.write(
        "insert into calendar (community_id, gathering, platform, server, event) \
         select community_id, cast(substr(json_extract(refs, '$[0]'), 2) as integer), platform, \
         json_extract(destination, '$.Calendar.server'), ? from outbox where id = ? and cause = 'event' \
         on conflict (community_id, gathering, platform, server) do nothing",
        [message.into(), row.into()],
    );
}

/// The card of an ask shows nothing of it any more, and is none.
pub fn card_moved(script: &mut Script, row: i64) {
    script.write(
        "delete from cards where (community_id, place_id, 'A' || ask) = \
         (select community_id, place_id, json_extract(refs, '$[0]') from outbox where id = ? and cause = 'moved')",
        [row.into()],
    );
}

/// The card of an ask in a community's place, if it was posted.
pub async fn card_in(
    conn: &mut SqliteConnection,
    community: CommunityId,
    platform: Platform,
    place: &str,
    ask: AskId,
) -> Result<Option<String>, Fault> {
    sqlx::query_scalar(
        "select k.message from places l join cards k on k.community_id = l.community_id and k.place_id = l.id \
         where l.platform = ? and l.ref = ? and l.community_id = ? and k.ask = ?",
    )
    .bind(platform.name())
    .bind(place)
    .bind(community.0)
    .bind(ask.0)
    .fetch_optional(conn)
    .await
}

/// What was put away before anything of it left the house may be put in the outbox anew.
pub fn forget_unsaid(script: &mut Script, community: Option<CommunityId>, effect: &str, destination: &str) {
    script.write(
        "delete from outbox where community_id is ? and effect = ? and destination = ? and state = 'cancelled' \
         and attempts = 0 and absent_at is null",
        [community.map(|c| c.0).into(), effect.into(), destination.into()],
    );
}

/// It will not be sent, for one of the reasons that are states: `failed`, `cancelled`, `expired`, `parked`.
pub fn settle(script: &mut Script, id: i64, state: Settled, now: Timestamp) {
    // A parked row keeps its body: it may still turn out to be there, and a steward may want it sent.
    match state {
        Settled::Parked => script.write("update outbox set state = 'parked' where id = ?", [id.into()]),
        Settled::Failed | Settled::Cancelled | Settled::Expired => script.write(
            "update outbox set state = ?, body = null, meaning = '', settled_at = ?, held_at = null where id = ?",
            [state.name().into(), now.as_millisecond().into(), id.into()],
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

/// This attempt was not taken. If none before it may have been, it may be sent again, not before an instant, and what it
/// says is asked again by then; otherwise it is looked up first.
pub fn not_taken(script: &mut Script, id: i64, not_before: Timestamp) {
    script.write(
        "update outbox set state = iif(unresolved = 1, 'ready', 'unknown'), body = iif(unresolved = 1, null, body), \
         unresolved_since = iif(unresolved = 1, null, unresolved_since), unresolved = unresolved - 1, not_before = ? where id = ?",
        [not_before.as_millisecond().into(), id.into()],
    );
}

/// It was looked for and is nowhere: it may be sent again, and what it says is asked again by then. A request on its way
/// may still arrive, so what is unresolved stays so.
pub fn absent(script: &mut Script, id: i64, now: Timestamp) {
    let now = now.as_millisecond();
    script.write(
        "update outbox set state = 'ready', body = null, absent_at = ?, not_before = ?, \
         unresolved_since = iif(unresolved = 0, null, unresolved_since) where id = ?",
        [now.into(), now.into(), id.into()],
    );
}

/// Nobody knows whether it was taken: look it up, not before an instant.
pub fn unknown(script: &mut Script, id: i64, not_before: Timestamp) {
    script.write(
        "update outbox set state = 'unknown', not_before = ? where id = ?",
        [not_before.as_millisecond().into(), id.into()],
    );
}

/// It could not even be asked for: that look does not count.
pub fn not_looked(script: &mut Script, id: i64, not_before: Timestamp) {
    script.write(
        "update outbox set looks = max(looks - 1, 0), not_before = ? where id = ? and state = 'unknown'",
        [not_before.as_millisecond().into(), id.into()],
    );
}

/// After a crash: whatever was being sent may have been taken. It is looked up once the quarantine since its claim is over.
pub fn sending_is_unknown(script: &mut Script, quarantine: SignedDuration) {
    let quarantine = i64::try_from(quarantine.as_millis()).unwrap_or(i64::MAX);
    script.write(
        "update outbox set state = 'unknown', not_before = max(not_before, \
         coalesce((select max(at) from attempts a where a.row = outbox.id), unresolved_since) + ?) where state = 'sending'",
        [quarantine.into()],
    );
}

/// A steward has mended what was in the way: everything parked is looked for again.
pub fn look_again(script: &mut Script, community: CommunityId, now: Timestamp) {
    script.write(
        "update outbox set state = 'unknown', looks = 0, not_before = ? \
         where community_id = ? and state = 'parked' and unresolved_since is not null",
        [now.as_millisecond().into(), community.0.into()],
    );
}

/// How often a community had something of this name to say since an instant; `prefix` ends in a colon.
pub async fn said_since(
    conn: &mut SqliteConnection,
    community: CommunityId,
    prefix: &str,
    since: Timestamp,
) -> Result<u32, Fault> {
    sqlx::query_scalar(
        "select count(*) from outbox where community_id = ? and effect >= ? and effect < rtrim(?, ':') || ';' and made_at >= ?",
    )
    .bind(community.0)
    .bind(prefix)
    .bind(prefix)
    .bind(since.as_millisecond())
    .fetch_one(conn)
    .await
}

/// A row, as far as a receipt is judged by it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Sent {
    pub community_id: Option<i64>,
    pub member_id: Option<i64>,
    pub effect: String,
    pub cause: String,
    pub platform: String,
    pub destination: String,
    pub route: String,
    pub place_id: Option<i64>,
    pub meaning: String,
    pub body: Option<String>,
    pub state: String,
    pub attempts: u32,
    pub looks: u32,
    /// Whether it waited for its place to take something again.
    pub held: bool,
    /// Since when nothing gets through that way, in milliseconds.
    pub ill_since: Option<i64>,
}

pub async fn sent(conn: &mut SqliteConnection, id: i64) -> Result<Option<Sent>, Fault> {
    sqlx::query_as(
        "select o.community_id, o.member_id, o.effect, o.cause, o.platform, o.destination, o.route, o.place_id, o.meaning, \
         o.body, o.state, o.attempts, o.looks, o.held_at is not null as held, r.ill_since from outbox o \
         left join routes r on r.platform = o.platform and r.route = o.route where o.id = ?",
    )
    .bind(id)
    .fetch_optional(conn)
    .await
}
