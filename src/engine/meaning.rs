//! What an outbox row means, by ids; and how that becomes a message in the moment of sending, or is found to make no sense
//! any more (promise 4).

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteConnection;

use super::{buttons, view};
use crate::domain::ask::{AskState, Visibility};
use crate::domain::community::{Language, Member, Role};
use crate::domain::gathering::DigestState;
use crate::domain::nudge::Step;
use crate::domain::pledge::PledgeState;
use crate::domain::{AskId, CommunityId, GatheringId, MemberId, PledgeId, Ref, When};
use crate::speech::message::{Message, Notice, NudgeItem, PlaceLink, Sign, Words};
use crate::store::scope::{self, Scope};
use crate::store::{Fault, gatherings, people, places, routes};

/// A queued message before it has words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Meaning {
    /// An answer: it was true when it was given, and stays as it was given.
    Said(Box<Message>),
    /// The same to somebody, or in a place, of whom nothing is known but the language.
    SaidIn(Language, Box<Message>),
    Card(AskId),
    /// On an ask's card in a place that is not one of the community's any more, by that place's number.
    CardMoved(AskId, i64),
    Nudge(Vec<NudgeOf>),
    Notices(Vec<Heard>),
    CareNote(PledgeId),
    Digest {
        gathering: Option<GatheringId>,
        since: Timestamp,
    },
    Preview {
        gathering: GatheringId,
        /// The day it was on when this fell due; a gathering that was moved since has another preview.
        #[serde(default)]
        on: Option<Date>,
    },
    /// In a place: somebody's direct messages are closed.
    CannotReach {
        member: MemberId,
        route: String,
    },
    /// In the room it was said in, or the chat: so many events of somebody could not be decrypted.
    CouldNotRead {
        count: u32,
        /// From then on nobody wonders any more.
        until: Timestamp,
    },
    /// In a server's calendar.
    Event(GatheringId),
    /// Under one of the bot's own messages.
    Button {
        sign: Sign,
        about: Ref,
    },
}

impl Meaning {
    /// An answer, or the first words of all: in this language, if there is nobody yet whose own it could be in.
    pub(super) fn said(message: Message, language: Option<Language>) -> Meaning {
        match language {
            Some(language) => Meaning::SaidIn(language, Box::new(message)),
            None => Meaning::Said(Box::new(message)),
        }
    }
}

/// One pledge of a nudge, with what made it due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NudgeOf {
    pub pledge: PledgeId,
    pub step: Step,
    pub due: When,
    pub last: bool,
}

/// What somebody should hear about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Heard {
    Pledged(PledgeId),
    Adjusted {
        pledge: PledgeId,
        note: Option<Words>,
    },
    PartDone {
        pledge: PledgeId,
        note: Option<Words>,
    },
    ConfirmPlease {
        pledge: PledgeId,
        note: Option<Words>,
    },
    HandedBack(AskId),
    SpotFree {
        ask: AskId,
        due: When,
    },
    Confirmed(PledgeId),
    StillNeeded {
        pledge: PledgeId,
        note: Option<Words>,
    },
    Released(PledgeId),
    Thanked {
        pledge: PledgeId,
        from: MemberId,
        words: Words,
    },
    ThankPlease(PledgeId),
    AskStillNeeded(AskId),
    PrivateAsk(AskId),
    InvitedTo(AskId),
    OfficeGiven {
        gathering: GatheringId,
        facilitator: bool,
    },
    MadeConvener,
    Undelivered(MemberId),
    Parked,
    /// Nothing is taken in a place, by its number.
    TakesNothing(i64),
}

impl Heard {
    /// The things it is about, as people may know them. A freed spot names no pledge, since that has an owner.
    pub(super) fn refs(&self, of: impl Fn(PledgeId) -> Option<AskId>) -> Vec<Ref> {
        match self {
            Heard::Pledged(pledge)
            | Heard::Adjusted { pledge, .. }
            | Heard::PartDone { pledge, .. }
            | Heard::ConfirmPlease { pledge, .. }
            | Heard::Confirmed(pledge)
            | Heard::StillNeeded { pledge, .. }
            | Heard::Released(pledge)
            | Heard::Thanked { pledge, .. }
            | Heard::ThankPlease(pledge) => {
                of(*pledge).map(Ref::Ask).into_iter().chain([Ref::Pledge(*pledge)]).collect()
            }
            Heard::HandedBack(ask)
            | Heard::SpotFree { ask, .. }
            | Heard::AskStillNeeded(ask)
            | Heard::PrivateAsk(ask)
            | Heard::InvitedTo(ask) => vec![Ref::Ask(*ask)],
            Heard::OfficeGiven { gathering, .. } => vec![Ref::Gathering(*gathering)],
            Heard::MadeConvener | Heard::Undelivered(_) | Heard::Parked | Heard::TakesNothing(_) => Vec::new(),
        }
    }
}

/// Whom a meaning is put into words for.
pub(super) struct Addressee {
    pub community: CommunityId,
    pub member: Option<MemberId>,
    pub now: Timestamp,
    /// The message is there already: an edit says what is now true, even that there is nothing to see.
    pub edits: bool,
}

/// The message a meaning is now, or `None` if it makes no sense any more.
pub(super) async fn resolve(
    conn: &mut SqliteConnection,
    meaning: Meaning,
    to: &Addressee,
) -> Result<Option<Message>, Fault> {
    match meaning {
        Meaning::Said(message) | Meaning::SaidIn(_, message) => Ok(Some(*message)),
        Meaning::Card(ask) => card(conn, ask, to).await,
        Meaning::CardMoved(ask, from) => card_moved(conn, ask, from, to).await,
        Meaning::Nudge(items) => nudge(conn, items, to).await,
        Meaning::Notices(items) => notices(conn, items, to).await,
        Meaning::CareNote(pledge) => care_note(conn, pledge, to).await,
        Meaning::Digest { gathering, since } => digest(conn, gathering, since, to).await,
        Meaning::Preview { gathering, on } => preview(conn, gathering, on, to).await,
        Meaning::Event(gathering) => event(conn, gathering, to).await,
        Meaning::Button { sign, about } => {
            let message = Message::Button { sign };
            Ok(buttons::makes_sense(conn, to.community, sign, about).await?.then_some(message))
        }
        Meaning::CannotReach { member, route } => cannot_reach(conn, member, &route).await,
        Meaning::CouldNotRead { count, until } => Ok((to.now < until).then_some(Message::CouldNotRead { count })),
    }
}

async fn about(
    conn: &mut SqliteConnection,
    community: CommunityId,
    about: impl Into<Ref>,
) -> Result<Option<Scope>, Fault> {
    scope::of(conn, community, about.into()).await
}

async fn card(conn: &mut SqliteConnection, ask: AskId, to: &Addressee) -> Result<Option<Message>, Fault> {
    let Some(scope) = about(conn, to.community, ask).await? else { return Ok(None) };
    let Some(subject) = scope.subject else { return Ok(None) };
    let open = subject.ask.ask.visibility == Visibility::Open;
    if !open && !to.edits {
        return Ok(None);
    }
    Ok(Some(Message::Card { line: view::card_line(&subject) }))
}

/// Only where there is a card, and no word of its ask.
async fn card_moved(
    conn: &mut SqliteConnection,
    ask: AskId,
    from: i64,
    to: &Addressee,
) -> Result<Option<Message>, Fault> {
    let now = places::known(conn, from).await?.filter(|_| to.edits);
    Ok(now.map(|now| Message::CardMoved { ask, to: link(now) }))
}

fn link(place: places::Known) -> PlaceLink {
    PlaceLink { platform: place.platform, id: place.reference, name: place.name.into() }
}

/// What is over, or was called off before it came into the calendar, does not come there any more.
async fn event(conn: &mut SqliteConnection, id: GatheringId, to: &Addressee) -> Result<Option<Message>, Fault> {
    let stored = gatherings::gathering(conn, to.community, id).await?;
    let (Some(stored), Some(community)) = (stored, people::community(conn, to.community).await?) else {
        return Ok(None);
    };
    let gathering = stored.gathering;
    let called_off = gathering.cancelled_at.is_some();
    if gathering.instant() <= to.now || (called_off && !to.edits) {
        return Ok(None);
    }
    let line = view::gathering_line(conn, &community.community, &gathering).await?;
    Ok(Some(Message::Event { line, community: community.community.name.into() }))
}

async fn nudge(conn: &mut SqliteConnection, items: Vec<NudgeOf>, to: &Addressee) -> Result<Option<Message>, Fault> {
    let mut said = Vec::new();
    for item in items {
        let Some(scope) = about(conn, to.community, item.pledge).await? else { continue };
        let Some(stored) = scope.subject.as_ref().and_then(|s| s.pledge(item.pledge)) else { continue };
        let pledge = &stored.pledge;
        let too_late = item.step == Step::Reminder && pledge.due.instant() <= to.now;
        if !pledge.is_open() || stored.nudges_stopped || pledge.due != item.due || too_late {
            continue;
        }
        said.push(NudgeItem {
            pledge: pledge.id,
            ask: pledge.ask,
            step: item.step,
            what: pledge.what.as_str().into(),
            first_step: pledge.first_step.as_deref().map(Words::from),
            due: pledge.due.clone(),
            last: item.last,
        });
    }
    Ok((!said.is_empty()).then_some(Message::Nudge { items: said }))
}

/// Who reads it, as they are now.
async fn reader(conn: &mut SqliteConnection, to: &Addressee) -> Result<Option<Member>, Fault> {
    let Some(member) = to.member else { return Ok(None) };
    Ok(people::person(conn, member).await?.map(|person| person.member))
}

/// Does the reader still convene? What waited for a convener's morning is not for whoever has stopped being one.
async fn still_convenes(conn: &mut SqliteConnection, to: &Addressee) -> Result<bool, Fault> {
    Ok(reader(conn, to).await?.is_some_and(|reader| reader.role() == Role::Convener))
}

async fn care_note(conn: &mut SqliteConnection, pledge: PledgeId, to: &Addressee) -> Result<Option<Message>, Fault> {
    if !still_convenes(conn, to).await? {
        return Ok(None);
    }
    let Some(scope) = about(conn, to.community, pledge).await? else { return Ok(None) };
    let Some(subject) = scope.subject else { return Ok(None) };
    // With a step ahead it is not unanswered any more: there is a new date, or another question to its helper.
    let unanswered = subject.pledge(pledge).filter(|p| p.pledge.is_open() && p.step.is_none());
    let line = unanswered.map(|p| view::care_line(&subject, &p.pledge));
    Ok(line.map(|line| Message::CareNote { line }))
}

async fn digest(
    conn: &mut SqliteConnection,
    gathering: Option<GatheringId>,
    since: Timestamp,
    to: &Addressee,
) -> Result<Option<Message>, Fault> {
    let Some(view) = view::digest(conn, to.community, since).await? else { return Ok(None) };
    let gathering = match gathering {
        Some(id) => view::gathering_line_of(conn, to.community, id).await?,
        None => None,
    };
    if gathering.as_ref().is_some_and(|g| g.cancelled) {
        return Ok(None);
    }
    Ok(Some(Message::Digest { digest: view.digest, gathering, community: view.community.into() }))
}

/// Unless something has got through to them since.
async fn cannot_reach(conn: &mut SqliteConnection, member: MemberId, route: &str) -> Result<Option<Message>, Fault> {
    let Some(person) = people::person(conn, member).await? else { return Ok(None) };
    for account in people::accounts_of(conn, member).await? {
        if route == format!("dm:{}", account.id) && routes::is_ill(conn, account.platform.name(), route).await? {
            return Ok(Some(Message::CannotReach { name: person.member.name.into(), account: Some(account) }));
        }
    }
    Ok(None)
}

async fn preview(
    conn: &mut SqliteConnection,
    id: GatheringId,
    on: Option<Date>,
    to: &Addressee,
) -> Result<Option<Message>, Fault> {
    if !still_convenes(conn, to).await? {
        return Ok(None);
    }
    let Some(stored) = gatherings::gathering(conn, to.community, id).await? else { return Ok(None) };
    let moved = on.is_some_and(|on| on != stored.gathering.starts.date());
    let over = stored.gathering.instant() <= to.now;
    if moved || over || stored.gathering.cancelled_at.is_some() || stored.gathering.digest == DigestState::Posted {
        return Ok(None);
    }
    let held = stored.gathering.digest == DigestState::Held;
    view::preview(conn, to.community, id, held).await
}

async fn notices(conn: &mut SqliteConnection, items: Vec<Heard>, to: &Addressee) -> Result<Option<Message>, Fault> {
    let mut said = Vec::new();
    for item in items {
        if let Some(notice) = notice(conn, item, to).await? {
            said.push(notice);
        }
    }
    Ok((!said.is_empty()).then_some(Message::Notices { items: said }))
}

/// A notice as it is true now; `None` if it is not any more.
async fn notice(conn: &mut SqliteConnection, heard: Heard, to: &Addressee) -> Result<Option<Notice>, Fault> {
    match heard {
        Heard::Pledged(pledge)
        | Heard::Adjusted { pledge, .. }
        | Heard::PartDone { pledge, .. }
        | Heard::ConfirmPlease { pledge, .. }
        | Heard::Confirmed(pledge)
        | Heard::StillNeeded { pledge, .. }
        | Heard::Released(pledge)
        | Heard::ThankPlease(pledge) => {
            let scope = about(conn, to.community, pledge).await?;
            Ok(scope.as_ref().and_then(|scope| about_pledge(heard, pledge, scope)))
        }
        Heard::Thanked { pledge, from, words } => {
            let Some(scope) = about(conn, to.community, pledge).await? else { return Ok(None) };
            let name = people::person(conn, from).await?.map(|person| Words(person.member.name));
            Ok(Some(Notice::Thanked { pledge, from: name.filter(|_| may_know(&scope, from, to)), words }))
        }
        Heard::HandedBack(ask)
        | Heard::SpotFree { ask, .. }
        | Heard::AskStillNeeded(ask)
        | Heard::PrivateAsk(ask)
        | Heard::InvitedTo(ask) => {
            let Some(scope) = about(conn, to.community, ask).await? else { return Ok(None) };
            let reader = reader(conn, to).await?;
            Ok(reader.and_then(|reader| about_ask(heard, &scope, to, &reader)))
        }
        Heard::OfficeGiven { gathering, facilitator } => {
            let line = view::gathering_line_of(conn, to.community, gathering).await?;
            Ok(line.filter(|line| !line.cancelled).map(|line| Notice::OfficeGiven {
                gathering,
                starts: line.starts,
                facilitator,
            }))
        }
        Heard::MadeConvener => {
            let name = view::community_name(conn, to.community).await?;
            Ok(name.map(|name| Notice::MadeConvener { community: name.into() }))
        }
        Heard::Parked => Ok(still_convenes(conn, to).await?.then_some(Notice::Parked)),
        Heard::TakesNothing(place) => takes_nothing(conn, place, to).await,
        Heard::Undelivered(member) => {
            if !still_convenes(conn, to).await? {
                return Ok(None);
            }
            let person = people::person(conn, member).await?;
            Ok(person.map(|p| Notice::Undelivered { to: p.member.name.into() }))
        }
    }
}

/// Unless something has been taken there since, or the community is elsewhere.
async fn takes_nothing(conn: &mut SqliteConnection, place: i64, to: &Addressee) -> Result<Option<Notice>, Fault> {
    let place = places::known(conn, place).await?;
    let Some(place) = place.filter(|place| place.left_at.is_none()) else { return Ok(None) };
    let still = routes::is_ill(conn, place.platform.name(), &place.reference).await?;
    if !still || !still_convenes(conn, to).await? {
        return Ok(None);
    }
    Ok(Some(Notice::TakesNothing { place: link(place) }))
}

/// May the reader know that these words are this member's? Not if that would name the asker of an anonymous ask.
fn may_know(scope: &Scope, who: MemberId, to: &Addressee) -> bool {
    let Some(subject) = &scope.subject else { return false };
    let ask = &subject.ask.ask;
    let reader = to.member.and_then(|member| subject.person(member));
    who != ask.asker || reader.is_some_and(|reader| ask.asker_known_to(subject.viewer(&reader.member)))
}

fn about_pledge(heard: Heard, id: PledgeId, scope: &Scope) -> Option<Notice> {
    let subject = scope.subject.as_ref()?;
    let ask = &subject.ask.ask;
    let pledge = &subject.pledge(id)?.pledge;
    // Two members of whom one had pledged to the other's ask turned out to be one person: nobody is told their own deeds.
    if pledge.helper == ask.asker {
        return None;
    }
    let helper = || view::name(subject, pledge.helper);
    let what = || Words::from(pledge.what.as_str());
    let open = pledge.is_open();
    Some(match heard {
        Heard::Pledged(_) if open => Notice::Pledged {
            ask: ask.id,
            pledge: id,
            helper: helper(),
            what: what(),
            due: pledge.due.clone(),
            amounts: view::amounts(subject),
        },
        Heard::Adjusted { note, .. } if open => {
            Notice::Adjusted { ask: ask.id, pledge: id, helper: helper(), due: pledge.due.clone(), what: what(), note }
        }
        Heard::PartDone { note, .. } => {
            let PledgeState::Open { done_so_far: done } = pledge.state else { return None };
            Notice::PartDone { ask: ask.id, pledge: id, helper: helper(), done, amount: pledge.amount, note }
        }
        Heard::ConfirmPlease { note, .. } if matches!(pledge.state, PledgeState::Done { .. }) => {
            Notice::ConfirmPlease {
                ask: ask.id,
                pledge: id,
                helper: helper(),
                what: what(),
                note,
                confirm_days: scope.community.community.norms.confirm_days,
            }
        }
        Heard::Confirmed(_) => {
            let PledgeState::Kept { by, .. } = pledge.state else { return None };
            let by_silence = by == crate::domain::pledge::ConfirmedBy::Silence;
            Notice::Confirmed { ask: ask.id, pledge: id, words: ask.words.as_str().into(), by_silence }
        }
        Heard::StillNeeded { note, .. } if open => Notice::StillNeeded { ask: ask.id, pledge: id, what: what(), note },
        Heard::Released(_) => Notice::Released { ask: ask.id, pledge: id, what: what() },
        Heard::ThankPlease(_) => Notice::ThankPlease { ask: ask.id, pledge: id, helper: helper() },
        _ => return None,
    })
}

fn about_ask(heard: Heard, scope: &Scope, to: &Addressee, reader: &Member) -> Option<Notice> {
    let subject = scope.subject.as_ref()?;
    let ask = &subject.ask.ask;
    let words = || Words::from(ask.words.as_str());
    // It may have been made private since, or the reader may convene no more.
    if ask.state != AskState::Open || !ask.seen_by(subject.viewer(reader)) {
        return None;
    }
    let looking = subject.tally().left() > 0;
    Some(match heard {
        Heard::HandedBack(_) if looking => {
            Notice::HandedBack { ask: ask.id, words: words(), amounts: view::amounts(subject) }
        }
        Heard::SpotFree { due, .. } if looking && due.instant() > to.now => {
            Notice::SpotFree { ask: ask.id, words: words(), due, own: to.member == Some(ask.asker) }
        }
        Heard::AskStillNeeded(_) if looking => {
            Notice::AskStillNeeded { ask: ask.id, words: words(), amounts: view::amounts(subject) }
        }
        Heard::PrivateAsk(_) if reader.role() == Role::Convener => Notice::PrivateAsk {
            ask: ask.id,
            words: words(),
            need: ask.need,
            by: ask.by.clone(),
            asker: view::name(subject, ask.asker),
        },
        Heard::InvitedTo(_) if to.member.is_some_and(|m| subject.invited.contains(&m)) => Notice::InvitedTo {
            ask: ask.id,
            words: words(),
            need: ask.need,
            by: ask.by.clone(),
            asker: (ask.visibility != Visibility::Anonymous).then(|| view::name(subject, ask.asker)),
        },
        _ => return None,
    })
}
