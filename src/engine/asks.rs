//! What people do with asks and offers.

use super::case::{Answered, Case, Stop};
use super::meaning::Heard;
use super::speaker::{How, Speaker};
use crate::domain::ask::{Ask, AskState, KindOfHelp, Visibility};
use crate::domain::calendar::{When, days_after};
use crate::domain::offer::Offer;
use crate::domain::refusal::{Needed, Refusal};
use crate::domain::{AskId, Due as Date, OfferId, Ref};
use crate::domain::{pledge::PledgeState, wording};
use crate::speech::message::Message;
use crate::store::scope::Subject;
use crate::store::timers::{self, Due, Timer};
use crate::store::{lists, people, writes};

/// What an ask is made of, as said.
pub(super) struct NewAsk {
    pub words: String,
    pub kind: Option<KindOfHelp>,
    pub need: Option<u32>,
    pub by: Option<Date>,
    pub visibility: Option<Visibility>,
}

pub(super) async fn ask(case: &mut Case<'_>, speaker: &Speaker, new: NewAsk) -> Result<Answered, Stop> {
    may_stand_here(speaker, &new.words, new.visibility)?;
    let visibility = new.visibility.unwrap_or(Visibility::Open);
    let zone = speaker.person.member.waking.zone.clone();
    let ask = Ask {
        id: case.community.next_ask,
        asker: speaker.person.member.id,
        words: new.words,
        kind: new.kind,
        need: new.need.unwrap_or(1),
        by: new.by.map(|due| When::new(due, zone)),
        visibility,
        state: AskState::Open,
        made_at: case.now,
    };
    let community = case.here().id;
    writes::new_ask(&mut case.script, community, &ask, case.event);
    arm_still_needed(case, speaker, &ask);
    if visibility == Visibility::Open {
        case.card(ask.id, 1)?;
    } else {
        for convener in people::conveners(case.conn, community).await? {
            if convener.member.id != ask.asker {
                let heard = Heard::PrivateAsk(ask.id);
                case.tell(&convener, &format!("private_ask:{}", ask.id), heard, vec![ask.id.into()])?;
            }
        }
    }
    let recorded = Message::AskRecorded { ask: ask.id, need: ask.need, by: ask.by.clone(), visibility, kind: ask.kind };
    Ok(match visibility {
        Visibility::Open => Answered::only(recorded, [ask.id.into()]),
        Visibility::Private | Visibility::Anonymous => Answered::private(recorded, [ask.id.into()]),
    })
}

/// Asks back before words stand where they should not: private ones in the open, or anything from a direct chat that
/// does not say who may see it.
fn may_stand_here(speaker: &Speaker, words: &str, visibility: Option<Visibility>) -> Result<(), Refusal> {
    match visibility {
        Some(Visibility::Open) => Ok(()),
        Some(Visibility::Private | Visibility::Anonymous) if speaker.overheard() => Err(Refusal::SayItDirectly),
        Some(Visibility::Private | Visibility::Anonymous) => Ok(()),
        None => {
            let details = wording::private_details(words);
            if details.is_empty() && speaker.in_public() {
                return Ok(());
            }
            // With no detail to warn of, it asks who may read it: a direct chat feels private.
            Err(Refusal::PrivateDetail { details, again: speaker.said.clone() })
        }
    }
}

/// Two days past its date, an ask that still lacks help asks whether it is still needed.
fn arm_still_needed(case: &mut Case<'_>, speaker: &Speaker, ask: &Ask) {
    let community = case.here().id;
    let Some(by) = &ask.by else {
        timers::disarm(&mut case.script, community, Due::AskStillNeeded, ask.id.0, None);
        return;
    };
    let waking = &speaker.person.member.waking;
    let day = waking.zone.date(by.instant());
    let at = waking.morning_of(days_after(day, 2));
    let timer = Timer { community, due: Due::AskStillNeeded, number: ask.id.0, member: Some(ask.asker), at };
    timers::arm(&mut case.script, timer, &waking.zone);
}

pub(super) fn edit(case: &mut Case<'_>, speaker: &Speaker, subject: &Subject, new: EditAsk) -> Result<Answered, Stop> {
    let before = &subject.ask.ask;
    if before.asker != speaker.person.member.id {
        return Err(Refusal::NotYourAsk(before.id).into());
    }
    if before.state != AskState::Open {
        return Err(Refusal::AskClosed(before.id).into());
    }
    if new == EditAsk::default() {
        return Err(Refusal::Missing { path: "edit".to_owned(), what: Needed::Change }.into());
    }
    let visibility = new.visibility.unwrap_or(before.visibility);
    if let Some(words) = &new.words {
        let declared = new.visibility.or((before.visibility != Visibility::Open).then_some(before.visibility));
        if visibility != Visibility::Open && speaker.overheard() {
            return Err(Refusal::SayItDirectly.into());
        }
        if declared.is_none() && !wording::private_details(words).is_empty() {
            may_stand_here(speaker, words, declared)?;
        }
    }
    let covered = subject.tally().covered();
    let need = new.need.unwrap_or(before.need);
    if need < covered {
        return Err(Refusal::LessThanCovered { ask: before.id, covered }.into());
    }
    let zone = speaker.person.member.waking.zone.clone();
    let ask = Ask {
        words: new.words.unwrap_or_else(|| before.words.clone()),
        kind: new.kind.or(before.kind),
        need,
        by: new.by.map(|due| When::new(due, zone)).or_else(|| before.by.clone()),
        visibility,
        ..before.clone()
    };
    let community = case.here().id;
    writes::change_ask(&mut case.script, community, &ask);
    writes::touch_ask(&mut case.script, community, ask.id);
    if new.by.is_some() {
        arm_still_needed(case, speaker, &ask);
    }
    if before.visibility == Visibility::Open && ask.visibility != Visibility::Open {
        // Whoever promised help for it must still be able to say "done" or hand it back.
        for stored in &subject.pledges {
            if matches!(stored.pledge.state, PledgeState::Open { .. } | PledgeState::Done { .. }) {
                let (helper, by) = (stored.pledge.helper, ask.asker);
                writes::add_invitation(&mut case.script, community, ask.id, helper, by, case.now);
            }
        }
    }
    // Made private: the card that stands in the open is emptied in place.
    if before.visibility == Visibility::Open || ask.visibility == Visibility::Open {
        case.card(ask.id, subject.ask.version + 1)?;
    }
    let edited = Message::AskEdited { ask: ask.id };
    let answered = if ask.visibility == Visibility::Open { Answered::only } else { Answered::private };
    Ok(answered(edited, vec![ask.id.into()]))
}

/// What an edit changes. Nothing set means nothing changes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct EditAsk {
    pub words: Option<String>,
    pub kind: Option<KindOfHelp>,
    pub need: Option<u32>,
    pub by: Option<Date>,
    pub visibility: Option<Visibility>,
}

/// The asker, or a convener, takes an ask back: open pledges are released with thanks, help that came stays counted.
pub(super) fn withdraw(case: &mut Case<'_>, speaker: &Speaker, subject: &Subject) -> Result<Answered, Stop> {
    let who = &speaker.person.member;
    let ask = subject.ask.ask.clone().withdraw(who.id, who.role(), case.now)?;
    let community = case.here().id;
    writes::change_ask(&mut case.script, community, &ask);
    timers::disarm(&mut case.script, community, Due::AskStillNeeded, ask.id.0, None);
    let mut released = 0;
    for stored in &subject.pledges {
        let Some(pledge) = stored.pledge.clone().release(case.now) else { continue };
        case.close_pledge(&pledge, subject.person(ask.asker));
        if matches!(pledge.state, PledgeState::Released { .. }) {
            released += 1;
        }
        let id = pledge.id;
        case.tell_about(subject, pledge.helper, &format!("released:{id}"), Heard::Released(id))?;
    }
    case.card_changed(subject)?;
    Ok(Answered::about(subject, Message::AskWithdrawn { ask: ask.id, released }, [ask.id.into()]))
}

/// The asker answers that an old ask is still needed: it stays, and asks again in a week.
pub(super) fn still_needed(case: &mut Case<'_>, speaker: &Speaker, subject: &Subject) -> Result<Answered, Stop> {
    let ask = &subject.ask.ask;
    if ask.asker != speaker.person.member.id {
        return Err(Refusal::NotYourAsk(ask.id).into());
    }
    if ask.state != AskState::Open {
        return Err(Refusal::AskClosed(ask.id).into());
    }
    let waking = &speaker.person.member.waking;
    let at = waking.morning_of(days_after(waking.zone.date(case.now), 7));
    let timer =
        Timer { community: case.here().id, due: Due::AskStillNeeded, number: ask.id.0, member: Some(ask.asker), at };
    timers::arm(&mut case.script, timer, &waking.zone);
    Ok(Answered::about(subject, Message::AskStillOpen { ask: ask.id }, [ask.id.into()]))
}

/// The asker or a convener lets somebody in on a private ask.
pub(super) async fn invite(
    case: &mut Case<'_>,
    speaker: &Speaker,
    subject: &Subject,
    who: &str,
) -> Result<Answered, Stop> {
    let ask = &subject.ask.ask;
    let by = &speaker.person.member;
    if ask.asker != by.id && by.role() != crate::domain::community::Role::Convener {
        return Err(Refusal::NotYourAsk(ask.id).into());
    }
    if ask.state != AskState::Open {
        return Err(Refusal::AskClosed(ask.id).into());
    }
    if ask.visibility == Visibility::Open {
        return Err(Refusal::AskNotPrivate(ask.id).into());
    }
    let guest = case.named(who, &speaker.named).await?;
    if guest.member.id == ask.asker {
        return Err(Refusal::OwnAsk(ask.id).into());
    }
    let community = case.here().id;
    writes::add_invitation(&mut case.script, community, ask.id, guest.member.id, by.id, case.now);
    case.tell(&guest, &format!("invited:{}", ask.id), Heard::InvitedTo(ask.id), vec![ask.id.into()])?;
    let name = guest.member.name.into();
    Ok(Answered::private(Message::Invited { ask: ask.id, name }, [ask.id.into()]))
}

/// Interest without a promise; said twice it is taken back.
pub(super) fn maybe(case: &mut Case<'_>, speaker: &Speaker, subject: &Subject) -> Result<Answered, Stop> {
    let ask = &subject.ask.ask;
    let member = speaker.person.member.id;
    let community = case.here().id;
    if subject.maybes.contains(&member) {
        if speaker.how == How::Pressed {
            // A button says the same however often it is pressed.
            return Ok(Answered::about(subject, Message::MaybeRecorded { ask: ask.id }, [ask.id.into()]));
        }
        writes::drop_maybe(&mut case.script, community, ask.id, member);
        return Ok(Answered::about(subject, Message::MaybeDropped { ask: ask.id }, [ask.id.into()]));
    }
    if ask.state != AskState::Open {
        return Err(Refusal::AskClosed(ask.id).into());
    }
    if ask.asker == member {
        return Err(Refusal::OwnAsk(ask.id).into());
    }
    writes::add_maybe(&mut case.script, community, ask.id, member, case.now);
    Ok(Answered::about(subject, Message::MaybeRecorded { ask: ask.id }, [ask.id.into()]))
}

pub(super) fn offer(
    case: &mut Case<'_>,
    speaker: &Speaker,
    words: String,
    kind: Option<KindOfHelp>,
) -> Result<Answered, Stop> {
    let offer = Offer {
        id: case.community.next_offer,
        giver: speaker.person.member.id,
        words,
        kind,
        made_at: case.now,
        withdrawn_at: None,
    };
    let community = case.here().id;
    writes::new_offer(&mut case.script, community, &offer);
    Ok(Answered::only(Message::OfferRecorded { offer: offer.id }, [Ref::Offer(offer.id)]))
}

pub(super) async fn withdraw_offer(case: &mut Case<'_>, speaker: &Speaker, id: OfferId) -> Result<Answered, Stop> {
    let community = case.here().id;
    let found = lists::offer(case.conn, community, id.0).await?;
    let offer = found.ok_or(Refusal::NotFound(Ref::Offer(id)))?.withdraw(speaker.person.member.id, case.now)?;
    writes::change_offer(&mut case.script, community, &offer);
    Ok(Answered::only(Message::OfferWithdrawn { offer: id }, [Ref::Offer(id)]))
}

/// Two days past an ask's date: if it still lacks help, its asker is asked.
pub(super) fn ask_again(case: &mut Case<'_>, subject: &Subject, id: AskId) -> Result<(), Stop> {
    let community = case.here().id;
    timers::disarm(&mut case.script, community, Due::AskStillNeeded, id.0, None);
    let ask = &subject.ask.ask;
    if ask.state != AskState::Open || subject.tally().left() == 0 {
        return Ok(());
    }
    let day = case.here().zone.date(case.now);
    case.tell_about(subject, ask.asker, &format!("ask_still_needed:{id}:{day}"), Heard::AskStillNeeded(id))
}
