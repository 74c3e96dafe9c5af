//! Codes that join what is on two platforms: who was given one, what it joins, and how often somebody said a wrong one.
//! Only what a code hashes to is here.

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteConnection;

use super::Fault;
use super::rows::instant;
use super::script::Script;
use crate::domain::CommunityId;
use crate::domain::community::{Account, Platform};

/// What a code joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joins {
    /// Two accounts of one person.
    Accounts,
    /// The places of two communities.
    Places,
}

impl Joins {
    fn name(self) -> &'static str {
        match self {
            Joins::Accounts => "accounts",
            Joins::Places => "places",
        }
    }
}

/// A code that may still be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub joins: Joins,
    /// Who was given the first code, and in which community.
    pub by: Account,
    pub community: CommunityId,
    /// Who said the first code, if somebody did: then this is the second.
    pub other: Option<Account>,
    /// In which place they said it.
    pub place: Option<i64>,
}

/// A first code was given. The account's earlier one is none any more.
pub fn give(script: &mut Script, by: &Account, joins: Joins, community: CommunityId, hash: &str, until: Timestamp) {
    close(script, by, joins);
    script.write(
        "insert into codes (platform, ref, joins, community_id, hash, until) values (?, ?, ?, ?, ?, ?)",
        [
            by.platform.name().into(),
            by.id.as_str().into(),
            joins.name().into(),
            community.0.into(),
            hash.into(),
            until.as_millisecond().into(),
        ],
    );
}

/// The first code was said by another account, and the second takes its place.
pub fn answer(script: &mut Script, open: &Open, other: &Account, place: Option<i64>, hash: &str, until: Timestamp) {
    script.write(
        "update codes set other_platform = ?, other_ref = ?, place_id = ?, hash = ?, until = ? \
         where platform = ? and ref = ? and joins = ?",
        [
            other.platform.name().into(),
            other.id.as_str().into(),
            place.into(),
            hash.into(),
            until.as_millisecond().into(),
            open.by.platform.name().into(),
            open.by.id.as_str().into(),
            open.joins.name().into(),
        ],
    );
}

/// It is used up.
pub fn close(script: &mut Script, by: &Account, joins: Joins) {
    script.write(
        "delete from codes where platform = ? and ref = ? and joins = ?",
        [by.platform.name().into(), by.id.as_str().into(), joins.name().into()],
    );
}

type Row = (String, String, i64, Option<String>, Option<String>, Option<i64>, i64);

/// What a code opens, if it is one and its time is not over.
pub async fn open(
    conn: &mut SqliteConnection,
    hash: &str,
    joins: Joins,
    now: Timestamp,
) -> Result<Option<Open>, Fault> {
    let row: Option<Row> = sqlx::query_as(
        "select platform, ref, community_id, other_platform, other_ref, place_id, until from codes \
         where hash = ? and joins = ?",
    )
    .bind(hash)
    .bind(joins.name())
    .fetch_optional(conn)
    .await?;
    let Some((platform, id, community, other_platform, other_id, place, until)) = row else { return Ok(None) };
    if instant(until)? <= now {
        return Ok(None);
    }
    let account = |platform: String, id: String| {
        let platform =
            platform.parse::<Platform>().map_err(|_| Fault::Decode("a code of an unknown platform".into()))?;
        Ok::<_, Fault>(Account { platform, id })
    };
    let other = other_platform.zip(other_id).map(|(platform, id)| account(platform, id)).transpose()?;
    Ok(Some(Open { joins, by: account(platform, id)?, community: CommunityId(community), other, place }))
}

/// How often an account has said a wrong code since an instant.
pub async fn wrong_since(conn: &mut SqliteConnection, by: &Account, since: Timestamp) -> Result<u32, Fault> {
    let times: Option<u32> =
        sqlx::query_scalar("select times from wrong_codes where platform = ? and ref = ? and since > ?")
            .bind(by.platform.name())
            .bind(&by.id)
            .bind(since.as_millisecond())
            .fetch_optional(conn)
            .await?;
    Ok(times.unwrap_or_default())
}

/// One more wrong code; counted anew once the span since the first is over.
pub fn was_wrong(script: &mut Script, by: &Account, span: SignedDuration, now: Timestamp) {
    let began = now.saturating_sub(span).unwrap_or(Timestamp::MIN).as_millisecond();
    let now = now.as_millisecond();
    script.write(
        "insert into wrong_codes (platform, ref, since, times) values (?, ?, ?, 1) on conflict (platform, ref) do update \
         set times = iif(since > ?, times + 1, 1), since = iif(since > ?, since, excluded.since)",
        [by.platform.name().into(), by.id.as_str().into(), now.into(), began.into(), began.into()],
    );
}

/// What is over is forgotten.
pub fn forget_over(script: &mut Script, span: SignedDuration, now: Timestamp) {
    let began = now.saturating_sub(span).unwrap_or(Timestamp::MIN);
    script.write("delete from codes where until <= ?", [now.as_millisecond().into()]);
    script.write("delete from wrong_codes where since <= ?", [began.as_millisecond().into()]);
}

/// No code of an account, or that it answered, is one any more.
pub fn forget_of(script: &mut Script, account: &Account) {
    let name = || account.platform.name().into();
    script.write(
        "delete from codes where (platform = ? and ref = ?) or (other_platform = ? and other_ref = ?)",
        [name(), account.id.as_str().into(), name(), account.id.as_str().into()],
    );
}
