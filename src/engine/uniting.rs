//! One community on several platforms: a place of which nothing came yet becomes one of an older community's.
//!
//! A convener of the community is given a code, a convener of the other place says it there and is given another, and the
//! first says that one; why there are two is in [`codes`]. From then on each ask has a card in every place, digests go to all
//! of them, and whoever convenes one of the places convenes the community. The community that was there ends without a
//! trace: nobody ever said anything in it that could be lost. Where somebody did, nothing is mixed.

use super::case::{Answered, Case, Post, Stop};
use super::codes::{self, Joins, Open};
use super::gatherings;
use super::inbound::{Cause, Place};
use super::linking::line;
use super::meaning::Meaning;
use super::places::{is_open, show};
use super::speaker::Speaker;
use crate::domain::community::{Account, Convening, Role};
use crate::domain::{AskId, GatheringId, MemberId, OfferId, PledgeId, Refusal};
use crate::speech::message::{Message, PlaceLine, Words};
use crate::store::outbox::{self, Priority};
use crate::store::rows::StoredCommunity;
use crate::store::timers::{self, Due, Timer};
use crate::store::{Fault, held, linking, people};

/// Gives a code, takes the code of another community in a place of this one, or makes that place one of this one's.
pub(super) async fn link(case: &mut Case<'_>, speaker: &Speaker, code: Option<&str>) -> Result<Answered, Stop> {
    let Some(code) = code else {
        let code = codes::give(case, &speaker.account, Joins::Places);
        let community = case.here().name.as_str().into();
        let places = where_it_is(case).await?;
        return Ok(Answered::private(Message::PlaceCode { code, community, places }, []));
    };
    let open = codes::said(case, &speaker.account, Joins::Places, code).await?;
    match &open.other {
        None => ask_back(case, speaker, &open).await,
        Some(_) if open.by != speaker.account && open.other.as_ref() != Some(&speaker.account) => {
            Err(Refusal::NoSuchCode.into())
        }
        Some(other) if open.by == speaker.account && open.community == case.here().id => {
            let other = other.clone();
            unite(case, &open, &other).await
        }
        Some(_) => Err(Refusal::CodeForOtherPlace.into()),
    }
}

/// The places of the community, those left out that it is not in any more.
async fn where_it_is(case: &mut Case<'_>) -> Result<Vec<PlaceLine>, Fault> {
    let community = case.here().id;
    let all = linking::whereabouts(case.conn, community).await?;
    all.into_iter().map(|(platform, name)| place_line(&platform, &name)).collect()
}

fn place_line(platform: &str, name: &str) -> Result<PlaceLine, Fault> {
    let platform = platform.parse().map_err(|_| Fault::Decode("a place on an unknown platform".into()))?;
    Ok(PlaceLine { platform, name: name.into() })
}

/// Was nothing ever asked, promised, offered or planned here?
fn is_empty(community: &StoredCommunity) -> bool {
    let first = (AskId(1), PledgeId(1), OfferId(1), GatheringId(1));
    (community.next_ask, community.next_pledge, community.next_offer, community.next_gathering) == first
}

/// The first code was said in another place: each side hears who the other is, and this one holds the second code.
async fn ask_back(case: &mut Case<'_>, speaker: &Speaker, open: &Open) -> Result<Answered, Stop> {
    let Place::Public { id, name, server } = &speaker.place else { return Err(Refusal::CodeForOtherPlace.into()) };
    let platform = speaker.account.platform;
    let place = case.places.iter().find(|known| known.is_where(platform, id, server.as_deref()));
    let Some(place) = place.map(|place| place.id).filter(|_| open.community != case.here().id) else {
        return Err(Refusal::CodeForOtherPlace.into());
    };
    if !is_empty(&case.community) {
        return Err(Refusal::PlaceHasThings.into());
    }
    let theirs = people::community(case.conn, open.community).await?.ok_or(Refusal::NoSuchCode)?;
    let first = people::of_account(case.conn, open.community, &open.by).await?.ok_or(Refusal::NoSuchCode)?;
    let code = codes::answer(case, open, &speaker.account, Some(place));
    let by = line(&speaker.account, Some(&speaker.person.member.name));
    let asked = Message::PlaceAsked { by, place: PlaceLine { platform, name: name.as_str().into() } };
    codes::tell(case, open.community, first.member.id, &open.by, asked)?;
    Ok(Answered::private(Message::PlaceAnswered { code, community: theirs.community.name.into() }, []))
}

/// The second code was said in the community: the place is one of its.
async fn unite(case: &mut Case<'_>, open: &Open, other: &Account) -> Result<Answered, Stop> {
    let here = case.here().id;
    let place = match open.place {
        Some(place) => linking::place(case.conn, place).await?,
        None => None,
    };
    let (from, platform, name) = place.ok_or(Refusal::NoSuchCode)?;
    // Meanwhile it may have become one already, or somebody else's; and whoever said the code there may convene no more.
    let ends = people::community(case.conn, from).await?.filter(|_| from != here).ok_or(Refusal::NoSuchCode)?;
    let convener = people::of_account(case.conn, from, other).await?.ok_or(Refusal::NoSuchCode)?;
    if convener.member.role() != Role::Convener {
        return Err(Refusal::NoSuchCode.into());
    }
    if !is_empty(&ends) {
        return Err(Refusal::PlaceHasThings.into());
    }
    let mut told = convener.member.id;
    for member in linking::members(case.conn, from).await? {
        let now_is = come_along(case, member).await?;
        if member == convener.member.id {
            told = now_is;
        }
    }
    // A message keeps the key it would have had, so that a restored backup from before finds it.
    for (row, effect, destination) in outbox::keyless(case.conn, from).await? {
        let key = case.keys.delivery(Some(from), &effect, &destination, &[]);
        outbox::set_key(&mut case.script, row, &key);
    }
    let new = people::places(case.conn, from).await?;
    linking::unite(&mut case.script, from, here);
    case.places.extend(new.iter().cloned());
    for ask in linking::asks_not_taken_back(case.conn, here).await? {
        for place in &new {
            show(case, ask, place, is_open).await?;
        }
    }
    gatherings::all_into_calendars(case).await?;
    codes::close(case, open);
    let place = place_line(&platform, &name)?;
    let community: Words = case.here().name.as_str().into();
    tell_everybody(case, &community, &place).await?;
    let linked = Message::PlaceLinked { community, place };
    codes::tell(case, here, told, other, linked.clone())?;
    tracing::info!(community = here.0, ended = from.0, "the places of an empty community became another one's");
    Ok(Answered::private(linked, []))
}

/// A member of the community that ends is one of this one's, with what was granted to them there; who that is.
async fn come_along(case: &mut Case<'_>, member: MemberId) -> Result<MemberId, Stop> {
    let (here, now) = (case.here().id, case.now);
    let Some(stays) = member_here(case, member).await? else {
        linking::move_member(&mut case.script, here, member);
        return Ok(member);
    };
    let was = people::person(case.conn, member).await?.and_then(|person| person.member.convening);
    let held = held::of(case.conn, member).await?;
    linking::fold_into(&mut case.script, here, stays, member);
    if was == Some(Convening::Appointed) {
        people::set_appointed(&mut case.script, stays, true);
    }
    if let Some(person) = people::person(case.conn, stays).await?.filter(|_| !held.is_empty()) {
        let at = person.member.waking.now_or_next_morning(now);
        let timer = Timer { community: here, due: Due::Notices, number: 0, member: Some(stays), at };
        timers::arm(&mut case.script, timer, &person.member.waking.zone);
    }
    Ok(stays)
}

/// Who a member of another community is in this one already, by any of their accounts.
async fn member_here(case: &mut Case<'_>, member: MemberId) -> Result<Option<MemberId>, Fault> {
    let here = case.here().id;
    for account in people::accounts_of(case.conn, member).await? {
        if let Some(person) = people::of_account(case.conn, here, &account).await? {
            return Ok(Some(person.member.id));
        }
    }
    Ok(None)
}

/// What is asked in one of the places is read in all of them from now on, and everybody should know.
async fn tell_everybody(case: &mut Case<'_>, community: &Words, new: &PlaceLine) -> Result<(), Stop> {
    let mut places = where_it_is(case).await?;
    places.push(new.clone());
    let meaning = Meaning::Said(Box::new(Message::Together { community: community.clone(), places }));
    let effect = format!("together:{}", case.event);
    for place in case.places.clone() {
        let (cause, priority) = (Cause::Notice, Priority::Notice);
        case.post(Post {
            effect: &effect,
            place: &place,
            cause,
            refs: Vec::new(),
            meaning: &meaning,
            priority,
            lane: None,
        })?;
    }
    Ok(())
}
