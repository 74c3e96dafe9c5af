//! Questions that answer with many rows: lists, digests, reports. They run on read-only connections as well.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::Fault;
use super::rows::{
    AskRow, OfferRow, PledgeRow, StoredAsk, StoredPledge, ask_json, from_json, instant, offer_json, pledge_json,
};
use crate::domain::digest::Quote;
use crate::domain::offer::Offer;
use crate::domain::{AskId, CommunityId, MemberId, PledgeId};

/// Every ask of a community, oldest first.
pub async fn asks(conn: &mut SqliteConnection, community: CommunityId) -> Result<Vec<StoredAsk>, Fault> {
    const SQL: &str = concat!("select ", ask_json!(), " from asks k where k.community_id = ? order by k.number");
    let rows: Vec<String> = sqlx::query_scalar(SQL).bind(community.0).fetch_all(conn).await?;
    rows.iter().map(|row| from_json::<AskRow>(row)?.try_into()).collect()
}

/// Every pledge of a community, oldest first.
pub async fn pledges(conn: &mut SqliteConnection, community: CommunityId) -> Result<Vec<StoredPledge>, Fault> {
    const SQL: &str = concat!("select ", pledge_json!(), " from pledges p where p.community_id = ? order by p.number");
    let rows: Vec<String> = sqlx::query_scalar(SQL).bind(community.0).fetch_all(conn).await?;
    rows.iter().map(|row| from_json::<PledgeRow>(row)?.try_into()).collect()
}

/// The standing offers of a community, newest first.
pub async fn offers(conn: &mut SqliteConnection, community: CommunityId) -> Result<Vec<Offer>, Fault> {
    const SQL: &str = concat!(
        "select ",
        offer_json!(),
        " from offers o where o.community_id = ? and o.withdrawn_at is null order by o.number desc"
    );
    let rows: Vec<String> = sqlx::query_scalar(SQL).bind(community.0).fetch_all(conn).await?;
    rows.iter().map(|row| from_json::<OfferRow>(row)?.try_into()).collect()
}

/// One offer.
pub async fn offer(conn: &mut SqliteConnection, community: CommunityId, number: u32) -> Result<Option<Offer>, Fault> {
    const SQL: &str = concat!("select ", offer_json!(), " from offers o where o.community_id = ? and o.number = ?");
    let row: Option<String> = sqlx::query_scalar(SQL).bind(community.0).bind(number).fetch_optional(conn).await?;
    row.map(|row| from_json::<OfferRow>(&row)?.try_into()).transpose()
}

/// The asks a member is invited to.
pub async fn invitations(
    conn: &mut SqliteConnection,
    community: CommunityId,
    member: MemberId,
) -> Result<Vec<AskId>, Fault> {
    numbers(conn, "select ask from invitations where community_id = ? and member_id = ?", community, member).await
}

/// The asks a member said maybe to.
pub async fn maybes(
    conn: &mut SqliteConnection,
    community: CommunityId,
    member: MemberId,
) -> Result<Vec<AskId>, Fault> {
    numbers(conn, "select ask from maybes where community_id = ? and member_id = ? order by ask", community, member)
        .await
}

async fn numbers(
    conn: &mut SqliteConnection,
    sql: &'static str,
    community: CommunityId,
    member: MemberId,
) -> Result<Vec<AskId>, Fault> {
    let rows: Vec<u32> = sqlx::query_scalar(sql).bind(community.0).bind(member.0).fetch_all(conn).await?;
    Ok(rows.into_iter().map(AskId).collect())
}

/// The names of a community's members.
pub async fn names(
    conn: &mut SqliteConnection,
    community: CommunityId,
) -> Result<std::collections::HashMap<MemberId, String>, Fault> {
    let rows: Vec<(i64, String)> =
        sqlx::query_as("select id, name from members where community_id = ?").bind(community.0).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(id, name)| (MemberId(id), name)).collect())
}

/// The thanks said since an instant, oldest first, each with the ask it belongs to.
pub async fn thanks_since(
    conn: &mut SqliteConnection,
    community: CommunityId,
    since: Timestamp,
) -> Result<Vec<(AskId, Quote)>, Fault> {
    let rows: Vec<(u32, String, String, u32)> = sqlx::query_as(
        "select p.ask, m.name, t.words, t.pledge from thanks t join members m on m.id = t.member_id \
         join pledges p on p.community_id = t.community_id and p.number = t.pledge \
         where t.community_id = ? and t.made_at >= ? and t.words is not null order by t.made_at, t.id",
    )
    .bind(community.0)
    .bind(since.as_millisecond())
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(ask, from, words, pledge)| (AskId(ask), Quote { from, words, pledge: PledgeId(pledge) }))
        .collect())
}

/// How many thanks a community has said.
pub async fn thanks_count(conn: &mut SqliteConnection, community: CommunityId) -> Result<u32, Fault> {
    sqlx::query_scalar("select count(*) from thanks where community_id = ?").bind(community.0).fetch_one(conn).await
}

/// The open pledges the conveners were told about, oldest first.
pub async fn unanswered(conn: &mut SqliteConnection, community: CommunityId) -> Result<Vec<StoredPledge>, Fault> {
    const SQL: &str = concat!(
        "select ",
        pledge_json!(),
        " from pledges p where p.community_id = ? and p.state = 'open' \
         and p.care_noted_at is not null order by p.care_noted_at"
    );
    let rows: Vec<String> = sqlx::query_scalar(SQL).bind(community.0).fetch_all(conn).await?;
    rows.iter().map(|row| from_json::<PledgeRow>(row)?.try_into()).collect()
}

/// How many messages of a community could not be delivered, to no account of somebody's, and how many wait to be looked into.
pub async fn undelivered(conn: &mut SqliteConnection, community: CommunityId) -> Result<u32, Fault> {
    sqlx::query_scalar(
        "select count(*) from outbox o where community_id = ? and state in ('failed', 'parked') and cause not in ('button', 'event') \
         and not (state = 'failed' and exists (select 1 from outbox b where b.community_id = o.community_id and b.effect = o.effect \
          and b.member_id = o.member_id and b.state = 'delivered'))",
    )
    .bind(community.0)
    .fetch_one(conn)
    .await
}

/// When each community was made and what it is called, by slug.
pub async fn communities(conn: &mut SqliteConnection) -> Result<Vec<(CommunityId, String, Timestamp)>, Fault> {
    let rows: Vec<(i64, String, i64)> =
        sqlx::query_as("select id, slug, made_at from communities order by id").fetch_all(conn).await?;
    rows.into_iter().map(|(id, slug, made)| Ok((CommunityId(id), slug, instant(made)?))).collect()
}
