//! What conveners do with gatherings and digests, and what falls due about them.

use jiff::civil::DateTime;

use super::case::{self, Answered, Case, Letter, Post, Row, Stop};
use super::inbound::{Audience, Cause};
use super::meaning::{Heard, Meaning};
use super::parcel::Destination;
use super::speaker::Speaker;
use super::view;
use crate::domain::gathering::{DigestState, Gathering};
use crate::domain::{GatheringId, Ref, Refusal};
use crate::speech::message::Message;
use crate::store::outbox::Priority;
use crate::store::rows::StoredGathering;
use crate::store::timers::{self, Due, Timer};
use crate::store::{gatherings, people};

/// A gathering as said.
pub(super) struct NewGathering {
    pub starts: DateTime,
    pub place: Option<String>,
    pub facilitator: Option<String>,
    pub scribe: Option<String>,
}

pub(super) async fn new(case: &mut Case<'_>, speaker: &Speaker, new: NewGathering) -> Result<Answered, Stop> {
    let mut offices = Vec::new();
    for name in [&new.facilitator, &new.scribe] {
        offices.push(match name {
            Some(name) => Some(case.named(name, &speaker.named).await?),
            None => None,
        });
    }
    let gathering = Gathering {
        id: case.community.next_gathering,
        starts: new.starts,
        // A gathering is where the community is, whoever writes it down.
        zone: case.here().zone.clone(),
        place: new.place,
        facilitator: offices[0].as_ref().map(|p| p.member.id),
        scribe: offices[1].as_ref().map(|p| p.member.id),
        cancelled_at: None,
        digest: DigestState::Scheduled,
    };
    let (community, now) = (case.here().id, case.now);
    gatherings::new_gathering(&mut case.script, community, &gathering, case.event, now);
    arm_digest(case, &gathering);
    let id = gathering.id;
    into_calendars(case, id)?;
    for (person, facilitator) in offices.iter().flatten().zip([new.facilitator.is_some(), false]) {
        let heard = Heard::OfficeGiven { gathering: id, facilitator };
        case.tell(person, &format!("office:{id}:{facilitator}"), heard, vec![Ref::Gathering(id)])?;
    }
    let mut line = view::gathering_line(case.conn, &case.community.community, &gathering).await?;
    // Someone who became a member by being named is not in the database before this is saved.
    let name = |at: usize| offices[at].as_ref().map(|p| p.member.name.as_str().into());
    (line.facilitator, line.scribe) = (name(0), name(1));
    Ok(Answered::only(Message::GatheringRecorded(line), [Ref::Gathering(id)]))
}

/// Puts a gathering into the calendar of every server the community is on, or its change.
pub(super) fn into_calendars(case: &mut Case<'_>, id: GatheringId) -> Result<(), Stop> {
    let (community, now) = (case.here().id, case.now);
    // Named by what changed it: each change is told once, and the last one is what the calendar comes to say.
    let effect = format!("event:{id}:{}", case.event);
    let places = case.places.clone();
    for (place, server) in places.iter().filter_map(|place| Some((place, place.server.clone()?))) {
        let row = Row {
            community: Some(community),
            member: None,
            effect: &effect,
            lane: Some(format!("event:{}:{id}:{}:{server}", community.0, place.platform.name())),
            destination: Destination::Calendar { platform: place.platform, server },
            place: None,
            cause: Cause::Event,
            refs: vec![Ref::Gathering(id)],
            meaning: &Meaning::Event(id),
            answers: None,
            priority: Priority::Card,
            not_before: now,
        };
        case::put(&mut case.script, case.keys, now, row)?;
    }
    Ok(())
}

/// The community is on another server from now on: what is ahead stands in its calendar, too.
pub(super) async fn all_into_calendars(case: &mut Case<'_>) -> Result<(), Stop> {
    let (community, now) = (case.here().id, case.now);
    for stored in gatherings::from(case.conn, community, now).await? {
        into_calendars(case, stored.gathering.id)?;
    }
    Ok(())
}

/// The digest's two mornings, as far as they lie ahead.
fn arm_digest(case: &mut Case<'_>, gathering: &Gathering) {
    let (community, norms) = (case.here().id, case.here().norms.clone());
    let ahead = gathering.cancelled_at.is_none() && gathering.digest != DigestState::Posted;
    let mornings = [(Due::DigestPreview, gathering.preview_at(&norms)), (Due::DigestPost, gathering.digest_at(&norms))];
    for (due, at) in mornings {
        if ahead && at > case.now {
            let timer = Timer { community, due, number: gathering.id.0, member: None, at };
            timers::arm(&mut case.script, timer, &gathering.zone);
        } else {
            timers::disarm(&mut case.script, community, due, gathering.id.0, None);
        }
    }
}

/// The gathering somebody means: the one named, or the next.
async fn meant(case: &mut Case<'_>, id: Option<GatheringId>) -> Result<StoredGathering, Stop> {
    let community = case.here().id;
    let found = match id {
        Some(id) => {
            let found = gatherings::gathering(case.conn, community, id).await?;
            found.ok_or(Refusal::NotFound(Ref::Gathering(id)))?
        }
        None => gatherings::next_after(case.conn, community, case.now).await?.ok_or(Refusal::NoGathering)?,
    };
    Ok(found)
}

pub(super) async fn list(case: &mut Case<'_>) -> Result<Answered, Stop> {
    let (community, now) = (case.here().id, case.now);
    let mut lines = Vec::new();
    for stored in gatherings::from(case.conn, community, now).await? {
        lines.push(view::gathering_line(case.conn, &case.community.community, &stored.gathering).await?);
    }
    Ok(Answered::only(Message::Gatherings { lines }, []))
}

pub(super) async fn show(case: &mut Case<'_>, id: Option<GatheringId>) -> Result<Answered, Stop> {
    let gathering = meant(case, id).await?.gathering;
    let line = view::gathering_line(case.conn, &case.community.community, &gathering).await?;
    Ok(Answered::only(Message::Gathering(line), [Ref::Gathering(gathering.id)]))
}

pub(super) async fn move_to(case: &mut Case<'_>, id: Option<GatheringId>, starts: DateTime) -> Result<Answered, Stop> {
    let gathering = meant(case, id).await?.gathering.move_to(starts, case.now)?;
    let community = case.here().id;
    gatherings::change_gathering(&mut case.script, community, &gathering);
    arm_digest(case, &gathering);
    into_calendars(case, gathering.id)?;
    let line = view::gathering_line(case.conn, &case.community.community, &gathering).await?;
    Ok(Answered::only(Message::GatheringMoved(line), [Ref::Gathering(gathering.id)]))
}

pub(super) async fn cancel(case: &mut Case<'_>, id: Option<GatheringId>) -> Result<Answered, Stop> {
    let gathering = meant(case, id).await?.gathering.cancel(case.now)?;
    let community = case.here().id;
    gatherings::change_gathering(&mut case.script, community, &gathering);
    arm_digest(case, &gathering);
    let id = gathering.id;
    into_calendars(case, id)?;
    Ok(Answered::only(Message::GatheringCancelled { gathering: id }, [Ref::Gathering(id)]))
}

pub(super) async fn preview(case: &mut Case<'_>, id: Option<GatheringId>) -> Result<Answered, Stop> {
    let gathering = meant(case, id).await?.gathering;
    let held = gathering.digest == DigestState::Held;
    let message = view::preview(case.conn, case.here().id, gathering.id, held).await?;
    let message = message.ok_or(Refusal::NoGathering)?;
    let refs = vec![Ref::Gathering(gathering.id)];
    Ok(Answered { audience: Audience::Private, cause: Cause::Preview, refs, message })
}

pub(super) async fn post(case: &mut Case<'_>, id: Option<GatheringId>) -> Result<Answered, Stop> {
    let gathering = meant(case, id).await?.gathering.with_digest_ahead()?;
    let id = gathering.id;
    post_digest(case, gathering).await?;
    Ok(Answered::only(Message::DigestPosted { gathering: id }, [Ref::Gathering(id)]))
}

pub(super) async fn hold(case: &mut Case<'_>, id: Option<GatheringId>) -> Result<Answered, Stop> {
    let gathering = meant(case, id).await?.gathering.with_digest_ahead()?;
    let id = gathering.id;
    let community = case.here().id;
    let held = Gathering { digest: DigestState::Held, ..gathering };
    gatherings::change_gathering(&mut case.script, community, &held);
    Ok(Answered::only(Message::DigestHeld { gathering: id }, [Ref::Gathering(id)]))
}

/// Posts a gathering's digest in every place of the community, once.
async fn post_digest(case: &mut Case<'_>, gathering: Gathering) -> Result<(), Stop> {
    let community = case.here().id;
    let id = gathering.id;
    let since = view::digest_since(case.conn, community, gathering.instant()).await?;
    let meaning = Meaning::Digest { gathering: Some(id), since };
    post_everywhere(case, &format!("digest:{id}:post"), &meaning, vec![Ref::Gathering(id)])?;
    let posted = Gathering { digest: DigestState::Posted, ..gathering };
    gatherings::change_gathering(&mut case.script, community, &posted);
    arm_digest(case, &posted);
    Ok(())
}

fn post_everywhere(case: &mut Case<'_>, effect: &str, meaning: &Meaning, refs: Vec<Ref>) -> Result<(), Stop> {
    for place in case.places.clone() {
        let (refs, cause, priority) = (refs.clone(), Cause::Digest, Priority::Digest);
        case.post(Post { effect, place: &place, cause, refs, meaning, priority, lane: None })?;
    }
    Ok(())
}

/// The conveners' morning look at a digest.
pub(super) async fn preview_due(case: &mut Case<'_>, id: GatheringId) -> Result<(), Stop> {
    let community = case.here().id;
    timers::disarm(&mut case.script, community, Due::DigestPreview, id.0, None);
    let Some(stored) = gatherings::gathering(case.conn, community, id).await? else { return Ok(()) };
    if stored.gathering.cancelled_at.is_some() || stored.gathering.digest == DigestState::Posted {
        return Ok(());
    }
    // The name tells a moved gathering's second preview from its first.
    let on = stored.gathering.starts.date();
    let effect = format!("digest:{id}:preview:{on}");
    let meaning = Meaning::Preview { gathering: id, on: Some(on) };
    for convener in people::conveners(case.conn, community).await? {
        let not_before = convener.member.waking.now_or_next_morning(case.now);
        let (refs, cause, priority) = (vec![Ref::Gathering(id)], Cause::Preview, Priority::Digest);
        case.write_to(&convener, Letter { effect: &effect, cause, refs, meaning: &meaning, priority, not_before })?;
    }
    Ok(())
}

/// A digest's day. Held back, it stays where it is.
pub(super) async fn post_due(case: &mut Case<'_>, id: GatheringId) -> Result<(), Stop> {
    let community = case.here().id;
    timers::disarm(&mut case.script, community, Due::DigestPost, id.0, None);
    let Some(stored) = gatherings::gathering(case.conn, community, id).await? else { return Ok(()) };
    let over = stored.gathering.cancelled_at.is_some() || stored.gathering.instant() <= case.now;
    if over || stored.gathering.digest != DigestState::Scheduled {
        return Ok(());
    }
    post_digest(case, stored.gathering).await
}

/// The weekly digest's day: what happened since the last one.
pub(super) fn weekly_due(case: &mut Case<'_>) -> Result<(), Stop> {
    let (community, now) = (case.here().id, case.now);
    arm_weekly(case);
    let day = case.here().zone.date(now);
    if case.community.last_weekly.is_some_and(|last| case.here().zone.date(last) == day) {
        // One a day at most, whatever the schedule says; what happens today is in the next one.
        return Ok(());
    }
    let since = case.community.last_weekly.unwrap_or(case.here().made_at);
    post_everywhere(case, &format!("weekly:{day}"), &Meaning::Digest { gathering: None, since }, Vec::new())?;
    people::weekly_posted(&mut case.script, community, now);
    Ok(())
}

/// Arms the next weekly digest, or none if the community wants none.
pub(super) fn arm_weekly(case: &mut Case<'_>) {
    let (community, zone) = (case.here().id, case.here().zone.clone());
    let schedule = case.here().norms.weekly.as_deref().and_then(|text| text.parse().ok());
    let next = schedule.and_then(|s: crate::domain::schedule::Schedule| s.next_after(case.now, &zone));
    match next {
        Some(at) => {
            let timer = Timer { community, due: Due::Weekly, number: 0, member: None, at };
            timers::arm(&mut case.script, timer, &zone);
        }
        None => timers::disarm(&mut case.script, community, Due::Weekly, 0, None),
    }
}

/// After the community's zone or norms changed: every digest ahead is armed anew.
pub(super) async fn rearm(case: &mut Case<'_>) -> Result<(), Stop> {
    let (community, now) = (case.here().id, case.now);
    for stored in gatherings::from(case.conn, community, now).await? {
        arm_digest(case, &stored.gathering);
    }
    arm_weekly(case);
    Ok(())
}
