//! Rows as the database gives them (JSON objects built by SQLite), and their checked way into the domain.
//!
//! Asks, pledges and people are read in many joins but always in one shape, written once here, so that a query can nest
//! them and still be one round trip. What comes out of a subquery is only text to SQLite, hence the `json()` around each.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::Deserialize;

use super::Fault;
use crate::domain::ask::{Ask, AskState, KindOfHelp};
use crate::domain::calendar::{QuietHours, Waking, When, Zone};
use crate::domain::community::{Account, Community, Convening, Language, Member, Norms};
use crate::domain::gathering::{DigestState, Gathering};
use crate::domain::ids::{AskId, CommunityId, GatheringId, MemberId, OfferId, PledgeId};
use crate::domain::nudge::{Budget, Step};
use crate::domain::offer::Offer;
use crate::domain::pledge::{ConfirmedBy, Pledge, PledgeState};

/// `json_object` of a row of `asks` under the alias `k`.
macro_rules! ask_json {
    () => {
        "json_object('number', k.number, 'asker_id', k.asker_id, 'words', k.words, 'kind', k.kind, 'need', k.need, \
         'due', k.due, 'due_zone', k.due_zone, 'visibility', k.visibility, 'withdrawn_at', k.withdrawn_at, \
         'made_at', k.made_at, 'version', k.version)"
    };
}

/// `json_object` of a row of `pledges` under the alias `p`.
macro_rules! pledge_json {
    () => {
        "json_object('number', p.number, 'ask', p.ask, 'helper_id', p.helper_id, 'what', p.what, \
         'first_step', p.first_step, 'amount', p.amount, 'due', p.due, 'due_zone', p.due_zone, 'state', p.state, \
         'done_so_far', p.done_so_far, 'state_at', p.state_at, 'confirmed_by', p.confirmed_by, 'made_at', p.made_at, \
         'version', p.version, 'step', p.step, 'nudges_sent', p.nudges_sent, 'nudges_stopped', p.nudges_stopped)"
    };
}

/// `json_object` of a row of `members` under the alias `m` of the community `c`, with the account they last acted from.
macro_rules! person_json {
    () => {
        "json_object('id', m.id, 'name', m.name, 'zone', coalesce(m.zone, c.zone), \
         'language', coalesce(m.language, c.language), 'quiet_from', m.quiet_from, 'quiet_until', m.quiet_until, \
         'away_until', m.away_until, 'convening', case when m.appointed then 'appointed' \
          when exists (select 1 from standings t where t.member_id = m.id) then 'platform' end, 'notices', m.notices, \
         'account', json((select json_object('platform', a.platform, 'id', a.ref) from accounts a \
          where a.member_id = m.id order by a.acted_at desc, a.ref limit 1)))"
    };
}

/// `json_object` of a row of `communities` under the alias `c`.
macro_rules! community_json {
    () => {
        "json_object('id', c.id, 'slug', c.slug, 'name', c.name, 'zone', c.zone, 'language', c.language, \
         'set_up_at', c.set_up_at, 'nudges', c.nudges, 'confirm_days', c.confirm_days, 'digest_days', c.digest_days, \
         'weekly', c.weekly, 'threads', c.threads, 'last_weekly_at', c.last_weekly_at, 'made_at', c.made_at, 'next_ask', c.next_ask, \
         'next_pledge', c.next_pledge, 'next_offer', c.next_offer, 'next_gathering', c.next_gathering)"
    };
}

/// `json_object` of a row of `gatherings` under the alias `g`.
macro_rules! gathering_json {
    () => {
        "json_object('number', g.number, 'starts', g.starts, 'zone', g.zone, 'place', g.place, \
         'facilitator_id', g.facilitator_id, 'scribe_id', g.scribe_id, 'cancelled_at', g.cancelled_at, \
         'digest', g.digest, 'version', g.version)"
    };
}

/// `json_object` of a row of `offers` under the alias `o`.
macro_rules! offer_json {
    () => {
        "json_object('number', o.number, 'giver_id', o.giver_id, 'words', o.words, 'kind', o.kind, \
         'made_at', o.made_at, 'withdrawn_at', o.withdrawn_at)"
    };
}

pub(super) use {ask_json, community_json, gathering_json, offer_json, person_json, pledge_json};

/// A row that breaks what the code believes of it: a fault of ours, with the row's kind.
fn broken(what: &'static str) -> Fault {
    Fault::Decode(format!("a row of {what} does not hold what it should").into())
}

/// Reads one JSON column.
pub(super) fn from_json<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::Decode(Box::new(error)))
}

pub(super) fn instant(ms: i64) -> Result<Timestamp, Fault> {
    Timestamp::from_millisecond(ms).map_err(|error| Fault::Decode(Box::new(error)))
}

fn zone(name: &str) -> Result<Zone, Fault> {
    name.parse().map_err(|_| broken("zones"))
}

fn when(due: &str, zone_name: &str) -> Result<When, Fault> {
    Ok(When::new(due.parse().map_err(|_| broken("dates"))?, zone(zone_name)?))
}

fn kind(name: Option<String>) -> Result<Option<KindOfHelp>, Fault> {
    name.map(|name| name.parse().map_err(|_| broken("kinds"))).transpose()
}

#[derive(Debug, Deserialize)]
pub(super) struct AskRow {
    number: u32,
    asker_id: i64,
    words: Option<String>,
    kind: Option<String>,
    need: u32,
    due: Option<String>,
    due_zone: Option<String>,
    visibility: String,
    withdrawn_at: Option<i64>,
    made_at: i64,
    version: u32,
}

/// An ask with the version its card is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAsk {
    pub ask: Ask,
    pub version: u32,
}

impl TryFrom<AskRow> for StoredAsk {
    type Error = Fault;

    fn try_from(row: AskRow) -> Result<Self, Fault> {
        let by = row.due.zip(row.due_zone).map(|(due, zone)| when(&due, &zone)).transpose()?;
        let state = match row.withdrawn_at {
            Some(at) => AskState::Withdrawn { at: instant(at)? },
            None => AskState::Open,
        };
        let ask = Ask {
            id: AskId(row.number),
            asker: MemberId(row.asker_id),
            words: row.words.unwrap_or_default(),
            kind: kind(row.kind)?,
            need: row.need,
            by,
            visibility: row.visibility.parse().map_err(|_| broken("asks"))?,
            state,
            made_at: instant(row.made_at)?,
        };
        Ok(StoredAsk { ask, version: row.version })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct PledgeRow {
    number: u32,
    ask: u32,
    helper_id: i64,
    what: Option<String>,
    first_step: Option<String>,
    amount: u32,
    due: String,
    due_zone: String,
    state: String,
    done_so_far: u32,
    state_at: i64,
    confirmed_by: Option<String>,
    made_at: i64,
    version: u32,
    step: Option<String>,
    nudges_sent: u8,
    nudges_stopped: u8,
}

/// A pledge with what the nudges know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPledge {
    pub pledge: Pledge,
    pub version: u32,
    /// The step ahead of it.
    pub step: Option<Step>,
    pub nudges_sent: u8,
    pub nudges_stopped: bool,
}

impl StoredPledge {
    /// Its nudge budget in a community with these norms.
    pub fn budget(&self, norms: &Norms) -> Budget {
        Budget { sent: self.nudges_sent, most: norms.nudges, stopped: self.nudges_stopped }
    }
}

impl TryFrom<PledgeRow> for StoredPledge {
    type Error = Fault;

    fn try_from(row: PledgeRow) -> Result<Self, Fault> {
        let at = instant(row.state_at)?;
        let state = match (row.state.as_str(), row.confirmed_by.as_deref()) {
            ("open", None) => PledgeState::Open { done_so_far: row.done_so_far },
            ("done", None) => PledgeState::Done { at },
            ("kept", Some("asker")) => PledgeState::Kept { at, by: ConfirmedBy::Asker },
            ("kept", Some("silence")) => PledgeState::Kept { at, by: ConfirmedBy::Silence },
            ("handed_back", None) => PledgeState::HandedBack { at },
            ("released", None) => PledgeState::Released { at },
            _ => return Err(broken("pledges")),
        };
        let step = match row.step {
            Some(name) => Some(Step::from_name(&name).ok_or_else(|| broken("pledges"))?),
            None => None,
        };
        let pledge = Pledge {
            id: PledgeId(row.number),
            ask: AskId(row.ask),
            helper: MemberId(row.helper_id),
            what: row.what.unwrap_or_default(),
            first_step: row.first_step,
            amount: row.amount,
            due: when(&row.due, &row.due_zone)?,
            made_at: instant(row.made_at)?,
            state,
        };
        Ok(StoredPledge {
            pledge,
            version: row.version,
            step,
            nudges_sent: row.nudges_sent,
            nudges_stopped: row.nudges_stopped != 0,
        })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct PersonRow {
    id: i64,
    name: String,
    zone: String,
    language: String,
    quiet_from: String,
    quiet_until: String,
    away_until: Option<String>,
    convening: Option<String>,
    notices: u8,
    account: Option<Account>,
}

/// A member and where the next word to them goes. Nobody can be written to before they have an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub member: Member,
    pub account: Option<Account>,
}

impl TryFrom<PersonRow> for Person {
    type Error = Fault;

    fn try_from(row: PersonRow) -> Result<Self, Fault> {
        let time = |text: &str| text.parse::<Time>().map_err(|_| broken("members"));
        let away_until = row.away_until.map(|d| d.parse::<Date>().map_err(|_| broken("members"))).transpose()?;
        let convening = match row.convening.as_deref() {
            None => None,
            Some("platform") => Some(Convening::ByPlatform),
            Some("appointed") => Some(Convening::Appointed),
            Some(_) => return Err(broken("members")),
        };
        let quiet = QuietHours { from: time(&row.quiet_from)?, until: time(&row.quiet_until)? };
        let member = Member {
            id: MemberId(row.id),
            name: row.name,
            waking: Waking { zone: zone(&row.zone)?, quiet, away_until },
            language: row.language.parse::<Language>().map_err(|_| broken("members"))?,
            convening,
            notices: row.notices != 0,
        };
        Ok(Person { member, account: row.account })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct CommunityRow {
    id: i64,
    slug: String,
    name: String,
    zone: String,
    language: String,
    set_up_at: Option<i64>,
    nudges: u8,
    confirm_days: u8,
    digest_days: u8,
    weekly: Option<String>,
    threads: i64,
    last_weekly_at: Option<i64>,
    made_at: i64,
    next_ask: u32,
    next_pledge: u32,
    next_offer: u32,
    next_gathering: u32,
}

/// A community with the numbers its next things get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCommunity {
    pub community: Community,
    pub set_up: bool,
    pub last_weekly: Option<Timestamp>,
    pub next_ask: AskId,
    pub next_pledge: PledgeId,
    pub next_offer: OfferId,
    pub next_gathering: GatheringId,
}

impl TryFrom<CommunityRow> for StoredCommunity {
    type Error = Fault;

    fn try_from(row: CommunityRow) -> Result<Self, Fault> {
        let norms = Norms {
            nudges: row.nudges,
            confirm_days: row.confirm_days,
            digest_days: row.digest_days,
            weekly: row.weekly,
            threads: row.threads != 0,
        };
        Ok(StoredCommunity {
            community: Community {
                id: CommunityId(row.id),
                slug: row.slug,
                name: row.name,
                zone: zone(&row.zone)?,
                language: row.language.parse().map_err(|_| broken("communities"))?,
                norms,
                made_at: instant(row.made_at)?,
            },
            set_up: row.set_up_at.is_some(),
            last_weekly: row.last_weekly_at.map(instant).transpose()?,
            next_ask: AskId(row.next_ask),
            next_pledge: PledgeId(row.next_pledge),
            next_offer: OfferId(row.next_offer),
            next_gathering: GatheringId(row.next_gathering),
        })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct GatheringRow {
    number: u32,
    starts: String,
    zone: String,
    place: Option<String>,
    facilitator_id: Option<i64>,
    scribe_id: Option<i64>,
    cancelled_at: Option<i64>,
    digest: String,
    version: u32,
}

/// A gathering with the version its timers are named by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredGathering {
    pub gathering: Gathering,
    pub version: u32,
}

impl TryFrom<GatheringRow> for StoredGathering {
    type Error = Fault;

    fn try_from(row: GatheringRow) -> Result<Self, Fault> {
        let gathering = Gathering {
            id: GatheringId(row.number),
            starts: row.starts.parse().map_err(|_| broken("gatherings"))?,
            zone: zone(&row.zone)?,
            place: row.place,
            facilitator: row.facilitator_id.map(MemberId),
            scribe: row.scribe_id.map(MemberId),
            cancelled_at: row.cancelled_at.map(instant).transpose()?,
            digest: DigestState::from_name(&row.digest).ok_or_else(|| broken("gatherings"))?,
        };
        Ok(StoredGathering { gathering, version: row.version })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct OfferRow {
    number: u32,
    giver_id: i64,
    words: Option<String>,
    kind: Option<String>,
    made_at: i64,
    withdrawn_at: Option<i64>,
}

impl TryFrom<OfferRow> for Offer {
    type Error = Fault;

    fn try_from(row: OfferRow) -> Result<Self, Fault> {
        Ok(Offer {
            id: OfferId(row.number),
            giver: MemberId(row.giver_id),
            words: row.words.unwrap_or_default(),
            kind: kind(row.kind)?,
            made_at: instant(row.made_at)?,
            withdrawn_at: row.withdrawn_at.map(instant).transpose()?,
        })
    }
}
