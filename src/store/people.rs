//! Communities, their places, their members and the accounts they are reached by.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::Fault;
use super::rows::{CommunityRow, Person, PersonRow, StoredCommunity, community_json, from_json, person_json};
use super::scope::{PlaceRow, Standing, place_json};
use super::script::Script;
use crate::domain::community::{Account, Community, Language, Member, Platform};
use crate::domain::{CommunityId, MemberId};

/// A community first met in a place.
pub fn new_community(script: &mut Script, community: &Community) {
    script.write(
        "insert into communities (id, slug, name, zone, language, nudges, confirm_days, digest_days, weekly, threads, \
         made_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            community.id.0.into(),
            community.slug.as_str().into(),
            community.name.as_str().into(),
            community.zone.name().into(),
            community.language.tag().into(),
            community.norms.nudges.into(),
            community.norms.confirm_days.into(),
            community.norms.digest_days.into(),
            community.norms.weekly.as_deref().into(),
            community.norms.threads.into(),
            community.made_at.as_millisecond().into(),
        ],
    );
}

pub fn change_community(script: &mut Script, community: &Community, set_up_at: Option<Timestamp>) {
    script.write(
        "update communities set name = ?, zone = ?, language = ?, nudges = ?, confirm_days = ?, digest_days = ?, weekly = ?, \
         threads = ?, set_up_at = coalesce(?, set_up_at) where id = ?",
        [
            community.name.as_str().into(),
            community.zone.name().into(),
            community.language.tag().into(),
            community.norms.nudges.into(),
            community.norms.confirm_days.into(),
            community.norms.digest_days.into(),
            community.norms.weekly.as_deref().into(),
            community.norms.threads.into(),
            set_up_at.map(Timestamp::as_millisecond).into(),
            community.id.0.into(),
        ],
    );
}

/// A weekly digest went out.
pub fn weekly_posted(script: &mut Script, community: CommunityId, now: Timestamp) {
    script.write(
        "update communities set last_weekly_at = ? where id = ?",
        [now.as_millisecond().into(), community.0.into()],
    );
}

pub fn new_place(script: &mut Script, community: CommunityId, place: &PlaceRow, name: &str) {
    script.write(
        "insert into places (id, community_id, platform, ref, server, name) values (?, ?, ?, ?, ?, ?)",
        [
            place.id.into(),
            community.0.into(),
            place.platform.name().into(),
            place.reference.as_str().into(),
            place.server.as_deref().into(),
            name.into(),
        ],
    );
}

/// A new member. Their zone, and their language if they have none of their own, stay the community's until they say otherwise.
pub fn new_member(
    script: &mut Script,
    community: CommunityId,
    member: &Member,
    language: Option<Language>,
    now: Timestamp,
) {
    script.write(
        "insert into members (id, community_id, name, language, quiet_from, quiet_until, made_at) values (?, ?, ?, ?, ?, ?, ?)",
        [
            member.id.0.into(),
            community.0.into(),
            member.name.as_str().into(),
            language.map(Language::tag).into(),
            member.waking.quiet.from.to_string().into(),
            member.waking.quiet.until.to_string().into(),
            now.as_millisecond().into(),
        ],
    );
}

/// An account is this member's in this community; `acted_at` is when they last acted from it, 0 for never. What it was
/// nudged in other communities counts here, too.
pub fn new_account(
    script: &mut Script,
    community: CommunityId,
    member: MemberId,
    account: &Account,
    name: Option<&str>,
    acted_at: i64,
) {
    script.write(
        "insert into accounts (platform, ref, community_id, member_id, name, acted_at, nudged_at) \
         select ?, ?, ?, ?, ?, ?, (select max(nudged_at) from accounts where platform = ? and ref = ?)",
        [
            account.platform.name().into(),
            account.id.as_str().into(),
            community.0.into(),
            member.0.into(),
            name.into(),
            acted_at.into(),
            account.platform.name().into(),
            account.id.as_str().into(),
        ],
    );
}

/// They acted from this account just now, under this name; `seen_in` is the place, if others could read it there.
pub fn acted(
    script: &mut Script,
    community: CommunityId,
    account: &Account,
    name: &str,
    seen_in: Option<i64>,
    now: Timestamp,
) {
    script.write(
        "update accounts set acted_at = ?, name = ?, seen_in = coalesce(?, seen_in) \
         where platform = ? and ref = ? and community_id = ?",
        [
            now.as_millisecond().into(),
            name.into(),
            seen_in.into(),
            account.platform.name().into(),
            account.id.as_str().into(),
            community.0.into(),
        ],
    );
}

/// Where a member was last seen to speak on a platform.
pub async fn seen_in(conn: &mut SqliteConnection, member: MemberId, platform: &str) -> Result<Option<i64>, Fault> {
    let place: Option<Option<i64>> = sqlx::query_scalar(
        "select seen_in from accounts where member_id = ? and platform = ? and seen_in is not null order by acted_at desc limit 1",
    )
    .bind(member.0)
    .bind(platform)
    .fetch_optional(conn)
    .await?;
    Ok(place.flatten())
}

/// A nudge message goes to this member: none more to their accounts today, from any community.
pub fn nudged(script: &mut Script, member: MemberId, now: Timestamp) {
    script.write(
        "update accounts set nudged_at = ? where (platform, ref) in \
         (select platform, ref from accounts where member_id = ?)",
        [now.as_millisecond().into(), member.0.into()],
    );
}

/// When this member's accounts last had a nudge message, from any community.
pub async fn last_nudged(conn: &mut SqliteConnection, member: MemberId) -> Result<Option<i64>, Fault> {
    sqlx::query_scalar("select max(nudged_at) from accounts where member_id = ?").bind(member.0).fetch_one(conn).await
}

/// A convener, or the operator, made them a convener, or took that back.
pub fn set_appointed(script: &mut Script, member: MemberId, appointed: bool) {
    script.write("update members set appointed = ? where id = ?", [appointed.into(), member.0.into()]);
}

/// Whoever has a role on a platform convenes the community, or not by that any more.
pub fn set_convening_role(script: &mut Script, community: CommunityId, role: &Account, convenes: bool) {
    let sql = match convenes {
        true => "insert into convening_roles (community_id, platform, role) values (?, ?, ?) on conflict do nothing",
        false => "delete from convening_roles where community_id = ? and platform = ? and role = ?",
    };
    script.write(sql, [community.0.into(), role.platform.name().into(), role.id.as_str().into()]);
}

/// The platform says whether they convene a place by this account of theirs.
pub fn set_standing(script: &mut Script, member: MemberId, standing: &Standing, convenes: bool) {
    let binds = [member.0.into(), standing.place.into(), standing.account.as_str().into()];
    let sql = match convenes {
        true => "insert into standings (member_id, place_id, account) values (?, ?, ?) on conflict do nothing",
        false => "delete from standings where member_id = ? and place_id = ? and account = ?",
    };
    script.write(sql, binds);
}

/// Somebody's account on a server.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OnServer {
    pub server: String,
    pub account: String,
}

/// Who convenes by standing on servers that the bot is on; only `who`, if somebody is named.
pub async fn standings_on(
    conn: &mut SqliteConnection,
    platform: Platform,
    who: Option<&str>,
) -> Result<Vec<OnServer>, Fault> {
    sqlx::query_as(
        "select distinct l.server, t.account from standings t join places l on l.id = t.place_id \
         where l.platform = ?1 and l.server is not null and l.left_at is null and (?2 is null or t.account = ?2) \
         order by l.server, t.account",
    )
    .bind(platform.name())
    .bind(who)
    .fetch_all(conn)
    .await
}

/// By what they may do on a server somebody convenes it no more; at most by one of these roles, where a community said so.
pub fn stands_no_more(script: &mut Script, platform: Platform, standing: &OnServer, roles: &[String]) {
    let roles = serde_json::Value::from(roles).to_string();
    script.write(
        "delete from standings where account = ? and place_id in (select l.id from places l where l.platform = ? and l.server = ? \
         and not exists (select 1 from convening_roles g where g.community_id = l.community_id and g.platform = l.platform \
          and g.role in (select value from json_each(?))))",
        [
            standing.account.as_str().into(),
            platform.name().into(),
            standing.server.as_str().into(),
            roles.into(),
        ],
    );
}

/// Who convenes a place by standing, and by which account.
pub async fn standing_in(conn: &mut SqliteConnection, place: i64) -> Result<Vec<(MemberId, String)>, Fault> {
    let rows: Vec<(i64, String)> = sqlx::query_as("select member_id, account from standings where place_id = ?")
        .bind(place)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|(member, account)| (MemberId(member), account)).collect())
}

pub fn set_name(script: &mut Script, member: MemberId, name: &str) {
    script.write("update members set name = ? where id = ?", [name.into(), member.0.into()]);
}

/// What a member settled for themselves. Only what differs from before is written over the community's.
pub fn change_member(script: &mut Script, before: &Member, after: &Member) {
    let zone = (after.waking.zone != before.waking.zone).then(|| after.waking.zone.name());
    let language = (after.language != before.language).then(|| after.language.tag());
    script.write(
        "update members set zone = coalesce(?, zone), language = coalesce(?, language), quiet_from = ?, quiet_until = ?, \
         away_until = ?, notices = ? where id = ?",
        [
            zone.into(),
            language.into(),
            after.waking.quiet.from.to_string().into(),
            after.waking.quiet.until.to_string().into(),
            after.waking.away_until.map(|d| d.to_string()).into(),
            after.notices.into(),
            after.id.0.into(),
        ],
    );
}

fn people(rows: Vec<String>) -> Result<Vec<Person>, Fault> {
    rows.iter().map(|row| from_json::<PersonRow>(row)?.try_into()).collect()
}

/// A member; if they turned out to be somebody else too, who they are now.
pub async fn person(conn: &mut SqliteConnection, member: MemberId) -> Result<Option<Person>, Fault> {
    const SQL: &str = concat!(
        "select ",
        person_json!(),
        " from members m join communities c on c.id = m.community_id \
         where m.id = (select coalesce(is_now, id) from members where id = ?)"
    );
    let row: Option<String> = sqlx::query_scalar(SQL).bind(member.0).fetch_optional(conn).await?;
    Ok(people(row.into_iter().collect())?.pop())
}

/// The conveners of a community, longest first.
pub async fn conveners(conn: &mut SqliteConnection, community: CommunityId) -> Result<Vec<Person>, Fault> {
    const SQL: &str = concat!(
        "select ",
        person_json!(),
        " from members m join communities c on c.id = m.community_id \
         where c.id = ? and (m.appointed or exists \
         (select 1 from standings t where t.member_id = m.id)) order by m.id"
    );
    people(sqlx::query_scalar(SQL).bind(community.0).fetch_all(conn).await?)
}

/// Whether an account convenes any community, appointed or by standing.
pub async fn convenes(conn: &mut SqliteConnection, account: &Account) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "select exists (select 1 from accounts s join members m on m.id = s.member_id where s.platform = ? and s.ref = ? \
         and (m.appointed or exists (select 1 from standings t where t.member_id = m.id)))",
    )
    .bind(account.platform.name())
    .bind(&account.id)
    .fetch_one(conn)
    .await
}

/// The members who go by an account id or a name here, in any case.
pub async fn known_as(conn: &mut SqliteConnection, community: CommunityId, name: &str) -> Result<Vec<Person>, Fault> {
    const SQL: &str = concat!(
        "select ",
        person_json!(),
        " from members m join communities c on c.id = m.community_id where c.id = ? and \
         (m.name = ? collate nocase or exists (select 1 from accounts a where a.member_id = m.id and a.ref = ?)) \
         order by m.id"
    );
    people(sqlx::query_scalar(SQL).bind(community.0).bind(name).bind(name).fetch_all(conn).await?)
}

/// The member an account is here.
pub async fn of_account(
    conn: &mut SqliteConnection,
    community: CommunityId,
    account: &Account,
) -> Result<Option<Person>, Fault> {
    const SQL: &str = concat!(
        "select ",
        person_json!(),
        " from accounts s join members m on m.id = s.member_id \
         join communities c on c.id = m.community_id where c.id = ? and s.platform = ? and s.ref = ?"
    );
    let rows = sqlx::query_scalar(SQL)
        .bind(community.0)
        .bind(account.platform.name())
        .bind(&account.id)
        .fetch_all(conn)
        .await?;
    Ok(people(rows)?.pop())
}

/// The accounts that are one person with this one: they are the same member somewhere, and so everywhere.
pub async fn linked(conn: &mut SqliteConnection, account: &Account) -> Result<Vec<Account>, Fault> {
    let rows = sqlx::query_as(
        "select distinct b.platform, b.ref from accounts a join accounts b on b.member_id = a.member_id \
         where a.platform = ?1 and a.ref = ?2 and not (b.platform = ?1 and b.ref = ?2) order by 1, 2",
    );
    accounts(rows.bind(account.platform.name()).bind(&account.id).fetch_all(conn).await?)
}

/// The accounts a member is reached by, the one they last acted from first.
pub async fn accounts_of(conn: &mut SqliteConnection, member: MemberId) -> Result<Vec<Account>, Fault> {
    let rows = sqlx::query_as("select platform, ref from accounts where member_id = ? order by acted_at desc, ref");
    accounts(rows.bind(member.0).fetch_all(conn).await?)
}

fn accounts(rows: Vec<(String, String)>) -> Result<Vec<Account>, Fault> {
    let account = |(platform, id): (String, String)| {
        let platform = platform.parse().map_err(|_| Fault::Decode("an account on an unknown platform".into()))?;
        Ok(Account { platform, id })
    };
    rows.into_iter().map(account).collect()
}

/// The members who are away on a day.
pub async fn away_on(
    conn: &mut SqliteConnection,
    community: CommunityId,
    date: jiff::civil::Date,
) -> Result<Vec<String>, Fault> {
    sqlx::query_scalar("select name from members where community_id = ? and away_until >= ? order by name")
        .bind(community.0)
        .bind(date.to_string())
        .fetch_all(conn)
        .await
}

/// Whether a slug is taken.
pub async fn slug_taken(conn: &mut SqliteConnection, slug: &str) -> Result<bool, Fault> {
    sqlx::query_scalar("select exists (select 1 from communities where slug = ?)").bind(slug).fetch_one(conn).await
}

/// A community.
pub async fn community(conn: &mut SqliteConnection, community: CommunityId) -> Result<Option<StoredCommunity>, Fault> {
    const SQL: &str = concat!("select ", community_json!(), " from communities c where c.id = ?");
    let row: Option<String> = sqlx::query_scalar(SQL).bind(community.0).fetch_optional(conn).await?;
    row.map(|row| from_json::<CommunityRow>(&row)?.try_into()).transpose()
}

/// The community a public place belongs to, and the place.
pub async fn of_place(
    conn: &mut SqliteConnection,
    platform: Platform,
    reference: &str,
) -> Result<Option<(CommunityId, PlaceRow)>, Fault> {
    let row: Option<(i64, i64, Option<String>, Option<i64>)> =
        sqlx::query_as("select community_id, id, server, left_at from places where platform = ? and ref = ?")
            .bind(platform.name())
            .bind(reference)
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|(community, id, server, left_at)| {
        (CommunityId(community), PlaceRow { id, platform, reference: reference.to_owned(), server, left_at })
    }))
}

/// The public places of a community, those it moved away from left out.
pub async fn places(conn: &mut SqliteConnection, community: CommunityId) -> Result<Vec<PlaceRow>, Fault> {
    const SQL: &str = concat!(
        "select ",
        place_json!(),
        " from places l where l.community_id = ? and l.moved_to is null order by l.id"
    );
    let rows: Vec<String> = sqlx::query_scalar(SQL).bind(community.0).fetch_all(conn).await?;
    rows.iter().map(|row| from_json(row)).collect()
}
