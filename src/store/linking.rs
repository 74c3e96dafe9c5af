//! What is rewritten when two members turn out to be one person, when an account leaves a member, and when the places of a
//! community that has nothing yet become another one's.

use sqlx::sqlite::SqliteConnection;

use super::Fault;
use super::script::Script;
use crate::domain::community::Account;
use crate::domain::{AskId, CommunityId, MemberId};

/// Where an account is a member, and when that member last acted there, by whichever account of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    pub community: CommunityId,
    pub member: MemberId,
    pub acted_at: i64,
}

pub async fn memberships(conn: &mut SqliteConnection, account: &Account) -> Result<Vec<Membership>, Fault> {
    let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
        "select a.community_id, a.member_id, (select max(b.acted_at) from accounts b where b.member_id = a.member_id) \
         from accounts a where a.platform = ? and a.ref = ? order by a.community_id",
    )
    .bind(account.platform.name())
    .bind(&account.id)
    .fetch_all(conn)
    .await?;
    let membership = |(community, member, acted_at)| Membership {
        community: CommunityId(community),
        member: MemberId(member),
        acted_at,
    };
    Ok(rows.into_iter().map(membership).collect())
}

/// Everything that is `goes`'s in their community is `stays`'s from now on. Of `goes` only a number is left, which leads to
/// `stays`.
pub fn make_one(script: &mut Script, stays: MemberId, goes: MemberId) {
    for sql in [
        "update accounts set member_id = ? where member_id = ?",
        "update asks set asker_id = ? where asker_id = ?",
        "update pledges set helper_id = ? where helper_id = ?",
        "update offers set giver_id = ? where giver_id = ?",
        "update thanks set member_id = ? where member_id = ?",
        "update gatherings set facilitator_id = ? where facilitator_id = ?",
        "update gatherings set scribe_id = ? where scribe_id = ?",
        "update invitations set invited_by = ? where invited_by = ?",
        // What both have is kept once.
        "update or ignore standings set member_id = ? where member_id = ?",
        "update or ignore maybes set member_id = ? where member_id = ?",
        "update or ignore invitations set member_id = ? where member_id = ?",
        "update or ignore held_notices set member_id = ? where member_id = ?",
        "update timers set member_id = ? where member_id = ? and kind != 'notices'",
        "update outbox set member_id = ? where member_id = ?",
        "update members set is_now = ? where is_now = ?",
    ] {
        script.write(sql, [stays.0.into(), goes.0.into()]);
    }
    for sql in [
        "delete from standings where member_id = ?",
        "delete from maybes where member_id = ?",
        "delete from invitations where member_id = ?",
        "delete from held_notices where member_id = ?",
        "delete from timers where member_id = ?",
    ] {
        script.write(sql, [goes.0.into()]);
    }
    for sql in [
        // Nobody is a maybe for their own ask, or for what they have promised, nor a guest of their own ask.
        "delete from maybes where member_id = ? and exists (select 1 from asks k where k.community_id = maybes.community_id \
         and k.number = maybes.ask and k.asker_id = maybes.member_id)",
        "delete from maybes where member_id = ? and exists (select 1 from pledges p where p.community_id = maybes.community_id \
         and p.ask = maybes.ask and p.helper_id = maybes.member_id and p.state in ('open', 'done'))",
        "delete from invitations where member_id = ? and exists (select 1 from asks k \
         where k.community_id = invitations.community_id and k.number = invitations.ask and k.asker_id = invitations.member_id)",
    ] {
        script.write(sql, [stays.0.into()]);
    }
    script.write(
        "update members set name = '', zone = null, language = null, away_until = null, appointed = 0, is_now = ? where id = ?",
        [stays.0.into(), goes.0.into()],
    );
}

/// An account is another member's in a community, with what its platform granted it there.
pub fn hand_over(script: &mut Script, community: CommunityId, account: &Account, to: MemberId) {
    let (platform, id) = (|| account.platform.name().into(), || account.id.as_str().into());
    script.write(
        "update standings set member_id = ? where account = ? and place_id in \
         (select id from places where community_id = ? and platform = ?)",
        [to.0.into(), id(), community.0.into(), platform()],
    );
    script.write(
        "update accounts set member_id = ? where platform = ? and ref = ? and community_id = ?",
        [to.0.into(), platform(), id(), community.0.into()],
    );
}

/// An account is nobody's in a community any more.
pub fn leave(script: &mut Script, community: CommunityId, account: &Account) {
    let (platform, id) = (|| account.platform.name().into(), || account.id.as_str().into());
    script.write(
        "delete from standings where account = ? and place_id in (select id from places where community_id = ? and platform = ?)",
        [id(), community.0.into(), platform()],
    );
    script.write(
        "delete from accounts where platform = ? and ref = ? and community_id = ?",
        [platform(), id(), community.0.into()],
    );
}

/// They are called as the account of theirs that spoke last: the one they were called after may have left them. Where its name
/// is not known here, as it is known elsewhere.
pub fn call_after_an_account(script: &mut Script, member: MemberId) {
    script.write(
        "update members set name = coalesce((select named.name from accounts own \
         join accounts named on named.platform = own.platform and named.ref = own.ref and named.name is not null \
         where own.member_id = members.id \
         order by own.acted_at desc, own.ref, named.member_id = own.member_id desc, named.acted_at desc limit 1), name) \
         where id = ?",
        [member.0.into()],
    );
}

/// Whether somebody ever acted from an account in a community.
pub async fn has_acted(conn: &mut SqliteConnection, community: CommunityId, account: &Account) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "select exists (select 1 from accounts where platform = ? and ref = ? and community_id = ? and acted_at > 0)",
    )
    .bind(account.platform.name())
    .bind(&account.id)
    .bind(community.0)
    .fetch_one(conn)
    .await
}

/// The members of a community who are somebody.
pub async fn members(conn: &mut SqliteConnection, community: CommunityId) -> Result<Vec<MemberId>, Fault> {
    let rows: Vec<i64> =
        sqlx::query_scalar("select id from members where community_id = ? and is_now is null order by id")
            .bind(community.0)
            .fetch_all(conn)
            .await?;
    Ok(rows.into_iter().map(MemberId).collect())
}

/// A place's community, its name and its platform's id.
pub async fn place(conn: &mut SqliteConnection, place: i64) -> Result<Option<(CommunityId, String, String)>, Fault> {
    let row: Option<(i64, String, String)> =
        sqlx::query_as("select community_id, platform, name from places where id = ?")
            .bind(place)
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|(community, platform, name)| (CommunityId(community), platform, name)))
}

/// Where a community is: the platform and the name of each of its places that it has not left.
pub async fn whereabouts(conn: &mut SqliteConnection, community: CommunityId) -> Result<Vec<(String, String)>, Fault> {
    sqlx::query_as(
        "select platform, name from places where community_id = ? and moved_to is null and left_at is null order by id",
    )
    .bind(community.0)
    .fetch_all(conn)
    .await
}

/// The asks of a community that are not taken back.
pub async fn asks_not_taken_back(conn: &mut SqliteConnection, community: CommunityId) -> Result<Vec<AskId>, Fault> {
    let rows: Vec<u32> = sqlx::query_scalar(
        "select number from asks where community_id = ? and withdrawn_at is null and visibility = 'open' order by number",
    )
    .bind(community.0)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(AskId).collect())
}

/// Somebody who is a member of both communities already: what they were in the one that ends is added to what they are.
pub fn fold_into(script: &mut Script, into: CommunityId, stays: MemberId, goes: MemberId) {
    for sql in [
        "update or ignore standings set member_id = ? where member_id = ?",
        "update outbox set member_id = ? where member_id = ?",
    ] {
        script.write(sql, [stays.0.into(), goes.0.into()]);
    }
    for sql in [
        "update or ignore held_notices set community_id = ?, member_id = ? where member_id = ?",
        "update or ignore accounts set community_id = ?, member_id = ? where member_id = ?",
    ] {
        script.write(sql, [into.0.into(), stays.0.into(), goes.0.into()]);
    }
    for sql in [
        "delete from standings where member_id = ?",
        "delete from held_notices where member_id = ?",
        "delete from timers where member_id = ?",
        "delete from accounts where member_id = ?",
        "delete from members where is_now = ?",
        "delete from members where id = ?",
    ] {
        script.write(sql, [goes.0.into()]);
    }
}

/// A member of a community that ends goes on in another one.
pub fn move_member(script: &mut Script, into: CommunityId, member: MemberId) {
    for sql in [
        "update accounts set community_id = ? where member_id = ?",
        "update held_notices set community_id = ? where member_id = ?",
        "update timers set community_id = ? where member_id = ?",
        "update members set community_id = ? where is_now = ?",
        "update members set community_id = ? where id = ?",
    ] {
        script.write(sql, [into.0.into(), member.0.into()]);
    }
}

/// The places of a community in which nothing was ever asked, promised, offered or planned become another one's, and it
/// ends without a trace. Its members have gone before. What waits to be answered is answered; nothing else is said.
pub fn unite(script: &mut Script, from: CommunityId, into: CommunityId) {
    let id = || from.0.into();
    script.write("update places set community_id = ? where community_id = ?", [into.0.into(), id()]);
    script.write(
        "delete from outbox where community_id = ? and (state in ('delivered', 'failed', 'cancelled', 'expired') \
         or (state = 'ready' and attempts = 0 and absent_at is null and cause not in ('reply', 'refusal')))",
        [id()],
    );
    script.write("update or ignore outbox set community_id = ? where community_id = ?", [into.0.into(), id()]);
    script.write("update or ignore convening_roles set community_id = ? where community_id = ?", [into.0.into(), id()]);
    for sql in [
        "delete from convening_roles where community_id = ?",
        "delete from outbox where community_id = ?",
        "delete from timers where community_id = ?",
        "delete from presses where community_id = ?",
        "delete from codes where community_id = ?",
        "delete from communities where id = ?",
    ] {
        script.write(sql, [id()]);
    }
}
