//! How things look to a reader: domain values become the lines messages are made of. Whether somebody may see a thing is
//! the domain's rule; here it is only applied.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use crate::domain::ask::{AskState, Standing, Tally, Viewer, Visibility};
use crate::domain::calendar::{Due, When};
use crate::domain::community::{Community, Member};
use crate::domain::digest::{self, Digest};
use crate::domain::gathering::Gathering;
use crate::domain::pledge::{Pledge, PledgeState};
use crate::domain::{CommunityId, GatheringId, MemberId};
use crate::speech::message::{
    AccountLine, Amounts, AskLine, CareLine, GatheringLine, MeLine, Message, PledgeLine, PledgeStanding, SettingsLine,
    Words,
};
use crate::store::rows::StoredAsk;
use crate::store::scope::{PlaceRow, Subject};
use crate::store::{Fault, gatherings, lists, people};

/// Someone's name; nobody's is empty.
pub(super) fn name(subject: &Subject, id: MemberId) -> Words {
    subject.person(id).map(|p| p.member.name.as_str()).unwrap_or_default().into()
}

pub(super) fn amounts(subject: &Subject) -> Amounts {
    let tally = subject.tally();
    Amounts { covered: tally.covered(), need: tally.need }
}

/// The ask as everyone sees it. A card names nobody: a name that vanishes from one would show who handed back.
pub(super) fn card_line(subject: &Subject) -> AskLine {
    let ask = &subject.ask.ask;
    let open = ask.visibility == Visibility::Open;
    let tally = subject.tally();
    // Taken back while some of it is still to be confirmed: nothing is looked for any more.
    let taken_back = ask.state != AskState::Open && ask.standing(tally) == Standing::InHand;
    AskLine {
        ask: ask.id,
        words: if open { ask.words.as_str().into() } else { "".into() },
        kind: ask.kind.filter(|_| open),
        amounts: Amounts { covered: tally.covered(), need: tally.need },
        by: ask.by.clone().filter(|_| open),
        standing: if open && !taken_back { ask.standing(tally) } else { Standing::Withdrawn },
        visibility: ask.visibility,
        asker: None,
    }
}

/// An ask in somebody's list.
pub(super) fn ask_line(stored: &StoredAsk, tally: Tally, viewer: Viewer, asker: Option<&str>) -> AskLine {
    let ask = &stored.ask;
    AskLine {
        ask: ask.id,
        words: ask.words.as_str().into(),
        kind: ask.kind,
        amounts: Amounts { covered: tally.covered(), need: tally.need },
        by: ask.by.clone(),
        standing: ask.standing(tally),
        visibility: ask.visibility,
        asker: asker.filter(|_| ask.asker_known_to(viewer)).map(Words::from),
    }
}

pub(super) fn pledge_line(pledge: &Pledge) -> PledgeLine {
    PledgeLine {
        pledge: pledge.id,
        ask: pledge.ask,
        what: pledge.what.as_str().into(),
        due: pledge.due.clone(),
        standing: match pledge.state {
            PledgeState::Open { .. } => PledgeStanding::Open,
            PledgeState::Done { .. } => PledgeStanding::Done,
            PledgeState::Kept { .. } => PledgeStanding::Kept,
            PledgeState::HandedBack { .. } => PledgeStanding::HandedBack,
            PledgeState::Released { .. } => PledgeStanding::Released,
        },
    }
}

pub(super) fn care_line(subject: &Subject, pledge: &Pledge) -> CareLine {
    CareLine { pledge: pledge.id, ask: pledge.ask, helper: name(subject, pledge.helper), due: pledge.due.clone() }
}

pub(super) fn me_line(member: &Member, accounts: Vec<AccountLine>) -> MeLine {
    MeLine {
        name: member.name.as_str().into(),
        zone: member.waking.zone.clone(),
        language: member.language,
        quiet_from: member.waking.quiet.from,
        quiet_until: member.waking.quiet.until,
        away_until: member.waking.away_until,
        notices: member.notices,
        role: member.role(),
        accounts,
    }
}

pub(super) fn settings_line(community: &Community, places: &[PlaceRow]) -> SettingsLine {
    SettingsLine {
        name: community.name.as_str().into(),
        zone: community.zone.clone(),
        language: community.language,
        nudges: community.norms.nudges,
        confirm_days: community.norms.confirm_days,
        digest_days: community.norms.digest_days,
        weekly: community.norms.weekly.clone(),
        threads: places.iter().any(|place| place.platform.leaves_threads_open()).then_some(community.norms.threads),
    }
}

/// A gathering's line, with the names of those who run it.
pub(super) async fn gathering_line(
    conn: &mut SqliteConnection,
    community: &Community,
    gathering: &Gathering,
) -> Result<GatheringLine, Fault> {
    let mut names = Vec::new();
    for office in [gathering.facilitator, gathering.scribe] {
        let person = match office {
            Some(member) => people::person(conn, member).await?,
            None => None,
        };
        names.push(person.map(|p| Words(p.member.name)));
    }
    let scribe = names.pop().flatten();
    let facilitator = names.pop().flatten();
    Ok(GatheringLine {
        gathering: gathering.id,
        starts: When::new(Due::Minute(gathering.starts), gathering.zone.clone()),
        place: gathering.place.as_deref().map(Words::from),
        facilitator,
        scribe,
        cancelled: gathering.cancelled_at.is_some(),
        digest: gathering.digest,
        digest_at: gathering.digest_at(&community.norms),
    })
}

async fn community(conn: &mut SqliteConnection, id: CommunityId) -> Result<Option<Community>, Fault> {
    people::community(conn, id).await.map(|found| found.map(|stored| stored.community))
}

pub(super) async fn community_name(conn: &mut SqliteConnection, id: CommunityId) -> Result<Option<String>, Fault> {
    Ok(community(conn, id).await?.map(|c| c.name))
}

pub(super) async fn gathering_line_of(
    conn: &mut SqliteConnection,
    id: CommunityId,
    gathering: GatheringId,
) -> Result<Option<GatheringLine>, Fault> {
    let Some(community) = community(conn, id).await? else { return Ok(None) };
    match gatherings::gathering(conn, id, gathering).await? {
        Some(stored) => gathering_line(conn, &community, &stored.gathering).await.map(Some),
        None => Ok(None),
    }
}

/// A digest and whose it is.
pub(super) struct DigestView {
    pub digest: Digest,
    pub community: String,
}

/// The sums since an instant.
pub(super) async fn digest(
    conn: &mut SqliteConnection,
    id: CommunityId,
    since: Timestamp,
) -> Result<Option<DigestView>, Fault> {
    let Some(community) = community(conn, id).await? else { return Ok(None) };
    let asks: Vec<_> = lists::asks(conn, id).await?.into_iter().map(|a| a.ask).collect();
    let pledges: Vec<_> = lists::pledges(conn, id).await?.into_iter().map(|p| p.pledge).collect();
    let thanks = lists::thanks_since(conn, id, since).await?;
    Ok(Some(DigestView { digest: digest::sum_up(since, &asks, &pledges, thanks), community: community.name }))
}

/// Since when a gathering's digest counts: the gathering before it, or the community's first day.
pub(super) async fn digest_since(
    conn: &mut SqliteConnection,
    id: CommunityId,
    before: Timestamp,
) -> Result<Timestamp, Fault> {
    if let Some(last) = gatherings::last_before(conn, id, before).await? {
        return Ok(last.gathering.instant());
    }
    Ok(community(conn, id).await?.map_or(Timestamp::UNIX_EPOCH, |c| c.made_at))
}

/// What the conveners see before everyone does.
pub(super) async fn preview(
    conn: &mut SqliteConnection,
    id: CommunityId,
    gathering: GatheringId,
    held: bool,
) -> Result<Option<Message>, Fault> {
    let Some(stored) = gatherings::gathering(conn, id, gathering).await? else { return Ok(None) };
    let since = digest_since(conn, id, stored.gathering.instant()).await?;
    let Some(view) = digest(conn, id, since).await? else { return Ok(None) };
    let gathering = gathering_line_of(conn, id, gathering).await?;
    Ok(Some(Message::Preview { digest: view.digest, gathering, community: view.community.into(), held }))
}
