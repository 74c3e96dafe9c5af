//! Everything the bot will do later, as rows: a name, a civil time in a zone, and the instant that is.

use jiff::Timestamp;
use jiff::civil::DateTime;
use sqlx::sqlite::SqliteConnection;

use super::Fault;
use super::rows::instant;
use super::script::Script;
use crate::domain::{CommunityId, MemberId, Zone};

/// What falls due. The number says of which thing; the name is unique in its community.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// A step about a pledge.
    Nudge,
    /// The asker's days of silence are over.
    Silence,
    /// Two days past an ask's date: is it still needed?
    AskStillNeeded,
    /// A member's held notices.
    Notices,
    DigestPreview,
    DigestPost,
    Weekly,
    /// The installation's own.
    Housekeeping,
    /// The installation's own too: somebody is to be asked to say again what could not be read.
    Unread,
    /// The grace period of a community all of whose places were left is over.
    Ending,
}

impl Due {
    const ALL: [Due; 10] = [
        Due::Nudge,
        Due::Silence,
        Due::AskStillNeeded,
        Due::Notices,
        Due::DigestPreview,
        Due::DigestPost,
        Due::Weekly,
        Due::Housekeeping,
        Due::Unread,
        Due::Ending,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Due::Nudge => "nudge",
            Due::Silence => "silence",
            Due::AskStillNeeded => "ask_still_needed",
            Due::Notices => "notices",
            Due::DigestPreview => "digest_preview",
            Due::DigestPost => "digest_post",
            Due::Weekly => "weekly",
            Due::Housekeeping => "housekeeping",
            Due::Unread => "unread",
            Due::Ending => "ending",
        }
    }
}

/// A timer's owner where it is not a numbered thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    pub community: CommunityId,
    pub due: Due,
    /// The pledge's, ask's or gathering's number; 0 for what has none.
    pub number: u32,
    pub member: Option<MemberId>,
    pub at: Timestamp,
}

impl Timer {
    fn name(&self) -> String {
        name(self.due, self.number, self.member)
    }
}

fn name(due: Due, number: u32, member: Option<MemberId>) -> String {
    match (due, member) {
        (Due::Notices, Some(member)) => format!("notices:M{}", member.0),
        (Due::Weekly | Due::Housekeeping | Due::Unread | Due::Ending, _) => due.name().to_owned(),
        (Due::Nudge | Due::Silence, _) => format!("{}:P{number}", due.name()),
        (Due::AskStillNeeded, _) => format!("{}:A{number}", due.name()),
        _ => format!("{}:G{number}", due.name()),
    }
}

/// Arms a timer, replacing the one of its name. The civil time in `zone` is what is meant.
pub fn arm(script: &mut Script, timer: Timer, zone: &Zone) {
    let civil: DateTime = zone.civil(timer.at);
    script.write(
        "insert into timers (community_id, name, kind, member_id, number, civil, zone, at) values (?, ?, ?, ?, ?, ?, ?, ?) \
         on conflict (community_id, name) do update set member_id = excluded.member_id, civil = excluded.civil, \
         zone = excluded.zone, at = excluded.at, held_from = null",
        [
            timer.community.0.into(),
            timer.name().into(),
            timer.due.name().into(),
            timer.member.map(|m| m.0).into(),
            timer.number.into(),
            civil.to_string().into(),
            zone.name().into(),
            timer.at.as_millisecond().into(),
        ],
    );
}

/// Disarms a timer, if it is armed.
pub fn disarm(script: &mut Script, community: CommunityId, due: Due, number: u32, member: Option<MemberId>) {
    script.write(
        "delete from timers where community_id = ? and name = ?",
        [community.0.into(), name(due, number, member).into()],
    );
}

/// Tries a timer again at an instant; the civil time it meant stays.
pub fn postpone(script: &mut Script, timer: Timer, at: Timestamp) {
    script.write(
        "update timers set at = ? where community_id = ? and name = ?",
        [at.as_millisecond().into(), timer.community.0.into(), timer.name().into()],
    );
}

/// A timer waits for a place to come back; looked at again at an instant at the latest.
pub fn hold(script: &mut Script, timer: Timer, until: Timestamp) {
    script.write(
        "update timers set held_from = coalesce(held_from, at), at = ? where community_id = ? and name = ?",
        [until.as_millisecond().into(), timer.community.0.into(), timer.name().into()],
    );
}

/// What a community's timers waited for is back: what was due is due.
pub fn let_go(script: &mut Script, community: CommunityId) {
    script.write(
        "update timers set at = held_from, held_from = null where community_id = ? and held_from is not null",
        [community.0.into()],
    );
}

/// The instant of the earliest timer.
pub async fn next(conn: &mut SqliteConnection) -> Result<Option<Timestamp>, Fault> {
    let at: Option<i64> = sqlx::query_scalar("select min(at) from timers").fetch_one(conn).await?;
    at.map(instant).transpose()
}

type TimerRow = (i64, String, Option<i64>, Option<i64>, i64);

fn timer((community, kind, member, number, at): TimerRow) -> Result<Timer, Fault> {
    let due = Due::ALL.into_iter().find(|due| due.name() == kind);
    Ok(Timer {
        community: CommunityId(community),
        due: due.ok_or_else(|| Fault::Decode("a timer of an unknown kind".into()))?,
        number: number.and_then(|n| u32::try_from(n).ok()).unwrap_or_default(),
        member: member.map(MemberId),
        at: instant(at)?,
    })
}

/// Whether the installation's tidying is armed.
pub async fn housekeeping_armed(conn: &mut SqliteConnection) -> Result<bool, Fault> {
    sqlx::query_scalar("select exists (select 1 from timers where community_id = 0 and name = 'housekeeping')")
        .fetch_one(conn)
        .await
}

/// What is due by `now`, earliest first, at most 64.
pub async fn due(conn: &mut SqliteConnection, now: Timestamp) -> Result<Vec<Timer>, Fault> {
    let rows: Vec<TimerRow> = sqlx::query_as(
        "select community_id, kind, member_id, number, at from timers where at <= ? order by at, community_id, name limit 64",
    )
    .bind(now.as_millisecond())
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(timer).collect()
}

/// A member's nudge timers up to an instant, in the order of their pledges.
pub async fn nudges_of(
    conn: &mut SqliteConnection,
    community: CommunityId,
    member: MemberId,
    until: Timestamp,
) -> Result<Vec<Timer>, Fault> {
    let rows: Vec<TimerRow> = sqlx::query_as(
        "select community_id, kind, member_id, number, at from timers \
         where member_id = ? and kind = 'nudge' and community_id = ? and at <= ? order by number",
    )
    .bind(member.0)
    .bind(community.0)
    .bind(until.as_millisecond())
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(timer).collect()
}

/// A member's nudge timers, all of them: their zone or hours changed.
pub async fn all_nudges_of(
    conn: &mut SqliteConnection,
    community: CommunityId,
    member: MemberId,
) -> Result<Vec<Timer>, Fault> {
    nudges_of(conn, community, member, Timestamp::MAX).await
}
