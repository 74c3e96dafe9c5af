//! The one read of the hot path: who speaks, where, in which community, and the ask they speak about with everything
//! around it.

use serde::Deserialize;
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;

use super::Fault;
use super::rows::{
    AskRow, CommunityRow, Person, PersonRow, PledgeRow, StoredAsk, StoredCommunity, StoredPledge, ask_json,
    community_json, from_json, person_json, pledge_json,
};
use crate::domain::ask::{Tally, Viewer};
use crate::domain::community::{Account, Platform};
use crate::domain::pledge::Pledge;
use crate::domain::{CommunityId, MemberId, PledgeId, Ref};

/// An ask with its pledges, its invited, its maybes, and everyone concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub ask: StoredAsk,
    pub pledges: Vec<StoredPledge>,
    pub invited: Vec<MemberId>,
    pub maybes: Vec<MemberId>,
    people: Vec<Person>,
}

impl Subject {
    /// How much of it is where.
    pub fn tally(&self) -> Tally {
        Tally::of(self.ask.ask.need, self.pledges.iter().map(|p| &p.pledge))
    }

    /// The same with one pledge changed, or added.
    pub fn with(&self, pledge: &Pledge) -> Subject {
        let mut after = self.clone();
        match after.pledges.iter_mut().find(|stored| stored.pledge.id == pledge.id) {
            Some(stored) => stored.pledge = pledge.clone(),
            None => after.pledges.push(StoredPledge {
                pledge: pledge.clone(),
                version: 1,
                step: None,
                nudges_sent: 0,
                nudges_stopped: false,
            }),
        }
        after
    }

    pub fn pledge(&self, id: PledgeId) -> Option<&StoredPledge> {
        self.pledges.iter().find(|p| p.pledge.id == id)
    }

    /// Someone concerned: the asker, a helper, a maybe.
    pub fn person(&self, id: MemberId) -> Option<&Person> {
        self.people.iter().find(|p| p.member.id == id)
    }

    /// This person's view of it.
    pub fn viewer(&self, member: &crate::domain::community::Member) -> Viewer {
        Viewer { member: member.id, role: member.role(), invited: self.invited.contains(&member.id) }
    }
}

/// A public place of the community.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PlaceRow {
    pub id: i64,
    pub platform: Platform,
    #[serde(rename = "ref")]
    pub reference: String,
    /// The server it is a channel of, on a platform that has them.
    pub server: Option<String>,
    /// Since when the bot is not there any more.
    pub left_at: Option<i64>,
}

impl PlaceRow {
    /// Is it the place where somebody on this platform said something?
    pub fn is_where(&self, platform: Platform, channel: &str, server: Option<&str>) -> bool {
        self.platform == platform
            && (self.reference == channel || (server.is_some() && self.server.as_deref() == server))
    }
}

/// Where the platform lets somebody convene, and which of their accounts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Standing {
    pub place: i64,
    pub account: String,
}

/// Everything one input needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    pub community: StoredCommunity,
    pub places: Vec<PlaceRow>,
    /// Who speaks, if they are a member already.
    pub person: Option<Person>,
    /// Where they convene by standing.
    pub standings: Vec<Standing>,
    /// The roles on their platform whose people convene the community.
    pub roles: Vec<String>,
    pub subject: Option<Subject>,
}

#[derive(Debug, Deserialize)]
struct SubjectRow {
    ask: AskRow,
    pledges: Vec<PledgeRow>,
    invited: Vec<i64>,
    maybes: Vec<i64>,
    people: Vec<PersonRow>,
}

#[derive(Debug, Deserialize)]
struct ScopeRow {
    community: CommunityRow,
    places: Vec<PlaceRow>,
    person: Option<PersonRow>,
    standings: Vec<Standing>,
    roles: Vec<String>,
    subject: Option<SubjectRow>,
}

fn all<Row, T: TryFrom<Row, Error = Fault>>(rows: Vec<Row>) -> Result<Vec<T>, Fault> {
    rows.into_iter().map(T::try_from).collect()
}

impl TryFrom<SubjectRow> for Subject {
    type Error = Fault;

    fn try_from(row: SubjectRow) -> Result<Self, Fault> {
        let mut pledges: Vec<StoredPledge> = all(row.pledges)?;
        pledges.sort_by_key(|stored| stored.pledge.id);
        Ok(Subject {
            ask: row.ask.try_into()?,
            pledges,
            invited: row.invited.into_iter().map(MemberId).collect(),
            maybes: row.maybes.into_iter().map(MemberId).collect(),
            people: all(row.people)?,
        })
    }
}

impl TryFrom<ScopeRow> for Scope {
    type Error = Fault;

    fn try_from(row: ScopeRow) -> Result<Self, Fault> {
        let mut places = row.places;
        places.sort_by_key(|place| place.id);
        Ok(Scope {
            community: row.community.try_into()?,
            places,
            person: row.person.map(Person::try_from).transpose()?,
            standings: row.standings,
            roles: row.roles,
            subject: row.subject.map(Subject::try_from).transpose()?,
        })
    }
}

/// The ask `k` of community `c` with everything around it, as JSON.
///
/// Its pledges name their index: without statistics SQLite would read all pledges of the community instead.
macro_rules! subject_json {
    () => {
        concat!(
            "json_object('ask', ",
            ask_json!(),
            ", ",
            "'pledges', json((select json_group_array(json(",
            pledge_json!(),
            ")) from pledges p indexed by pledges_of_ask ",
            " where p.community_id = c.id and p.ask = k.number)), ",
            "'invited', json((select json_group_array(i.member_id) from invitations i ",
            " where i.community_id = c.id and i.ask = k.number)), ",
            "'maybes', json((select json_group_array(y.member_id order by y.made_at) from maybes y ",
            " where y.community_id = c.id and y.ask = k.number)), ",
            "'people', json((select json_group_array(json(",
            person_json!(),
            ")) from members m where m.id in ",
            " (select k.asker_id union all select p.helper_id from pledges p indexed by pledges_of_ask ",
            "  where p.community_id = c.id and p.ask = k.number union all select y.member_id from maybes y where y.community_id = c.id ",
            "  and y.ask = k.number))))"
        )
    };
}

/// The place `l`, as JSON.
macro_rules! place_json {
    () => {
        "json_object('id', l.id, 'platform', l.platform, 'ref', l.ref, 'server', l.server, 'left_at', l.left_at)"
    };
}
pub(super) use place_json;

/// A scope of community `c`, the speaker's account `s` and the ask `?1` or the pledge `?2`.
///
/// Every `order by`, `union` and `with` in here would be a temporary table for each command, so there is none that does
/// not have to be.
macro_rules! scope_json {
    () => {
        concat!(
            "json_object('community', ",
            community_json!(),
            ", ",
            "'places', json((select json_group_array(json(",
            place_json!(),
            ")) ",
            "from places l where l.community_id = c.id and l.moved_to is null)), ",
            "'person', json((select ",
            person_json!(),
            " from members m where m.id = s.member_id)), ",
            "'standings', json((select json_group_array(json(json_object('place', t.place_id, 'account', t.account))) ",
            " from standings t where t.member_id = s.member_id)), ",
            "'roles', json((select json_group_array(g.role) from convening_roles g ",
            " where g.community_id = c.id and g.platform = ?3)), ",
            "'subject', json((select ",
            subject_json!(),
            " from asks k where k.community_id = c.id and k.number = ",
            " coalesce(?1, (select p.ask from pledges p where p.community_id = c.id and p.number = ?2)))))"
        )
    };
}

const IN_PUBLIC: &str = concat!(
    "select ",
    scope_json!(),
    " from places h join communities c on c.id = h.community_id ",
    " left join accounts s on s.platform = ?3 and s.ref = ?4 and s.community_id = c.id ",
    " where h.id = coalesce((select id from places where platform = ?3 and ref = ?5), ",
    " (select id from places where platform = ?3 and server = ?6 and moved_to is null order by id limit 1))"
);

const IN_COMMUNITY: &str = concat!(
    "select ",
    scope_json!(),
    " from communities c left join accounts s on s.platform = ?3 and s.ref = ?4 and s.community_id = c.id ",
    " where c.id = ?5"
);

fn numbers(target: Option<Ref>) -> (Option<u32>, Option<u32>) {
    match target {
        Some(Ref::Ask(id)) => (Some(id.0), None),
        Some(Ref::Pledge(id)) => (None, Some(id.0)),
        _ => (None, None),
    }
}

fn read(row: Option<sqlx::sqlite::SqliteRow>) -> Result<Option<Scope>, Fault> {
    let Some(row) = row else { return Ok(None) };
    let scope: ScopeRow = from_json(row.try_get(0)?)?;
    scope.try_into().map(Some)
}

/// What a speaker in a public place needs; `None` if no community has this place, nor another one of the same server.
pub async fn in_public(
    conn: &mut SqliteConnection,
    speaker: &Account,
    place: &str,
    server: Option<&str>,
    target: Option<Ref>,
) -> Result<Option<Scope>, Fault> {
    let (ask, pledge) = numbers(target);
    let row = sqlx::query(IN_PUBLIC)
        .bind(ask)
        .bind(pledge)
        .bind(speaker.platform.name())
        .bind(&speaker.id)
        .bind(place)
        .bind(server)
        .fetch_optional(conn)
        .await?;
    read(row)
}

/// What a speaker needs in a community that is known already.
pub async fn in_community(
    conn: &mut SqliteConnection,
    speaker: &Account,
    community: CommunityId,
    target: Option<Ref>,
) -> Result<Option<Scope>, Fault> {
    let (ask, pledge) = numbers(target);
    let row = sqlx::query(IN_COMMUNITY)
        .bind(ask)
        .bind(pledge)
        .bind(speaker.platform.name())
        .bind(&speaker.id)
        .bind(community.0)
        .fetch_optional(conn)
        .await?;
    read(row)
}

/// A community's own view of an ask, for what falls due about it.
pub async fn of(conn: &mut SqliteConnection, community: CommunityId, target: Ref) -> Result<Option<Scope>, Fault> {
    let nobody = Account { platform: Platform::Console, id: String::new() };
    in_community(conn, &nobody, community, Some(target)).await
}

/// A community someone could mean in a direct chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub community: CommunityId,
    pub slug: String,
    /// When they last acted there, if they are a member of it.
    pub acted_at: Option<i64>,
}

/// The communities an account is a member of, or shares one of these places with; the last acted in first.
pub async fn candidates(
    conn: &mut SqliteConnection,
    speaker: &Account,
    shared: &[String],
) -> Result<Vec<Candidate>, Fault> {
    let shared = serde_json::to_string(shared).map_err(|error| Fault::Encode(Box::new(error)))?;
    let rows: Vec<(i64, String, Option<i64>)> = sqlx::query_as(
        "select c.id, c.slug, a.acted_at from communities c \
         left join accounts a on a.community_id = c.id and a.platform = ?1 and a.ref = ?2 \
         where c.id in (select community_id from accounts where platform = ?1 and ref = ?2 \
          union select community_id from places where platform = ?1 and ref in (select value from json_each(?3))) \
         order by a.acted_at desc nulls last, c.id",
    )
    .bind(speaker.platform.name())
    .bind(&speaker.id)
    .bind(shared)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(id, slug, acted_at)| Candidate { community: CommunityId(id), slug, acted_at }).collect())
}
