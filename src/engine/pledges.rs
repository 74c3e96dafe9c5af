//! What people do with pledges: promise, adjust, hand back, do, confirm, thank.

use jiff::SignedDuration;

use super::case::{Answered, Case, Stop};
use super::meaning::Heard;
use super::speaker::Speaker;
use crate::domain::ask::AskState;
use crate::domain::calendar::When;
use crate::domain::nudge::{self, Step};
use crate::domain::pledge::{Adjustment, ConfirmedBy, Pledge, PledgeState};
use crate::domain::{Due as Date, PledgeId, Ref, Refusal};
use crate::speech::message::{Amounts, Message, Words};
use crate::store::rows::StoredPledge;
use crate::store::scope::Subject;
use crate::store::timers::{self, Due};
use crate::store::writes;

/// A hand-back this close to the due time is told at once to everyone who might step in.
const SOON: SignedDuration = SignedDuration::from_hours(24);

/// A promise as said: firm, because it says what and by when.
pub(super) struct NewPledge {
    pub what: String,
    pub by: Date,
    pub first_step: Option<String>,
    pub amount: Option<u32>,
}

fn stored(subject: &Subject, id: PledgeId) -> Result<&StoredPledge, Refusal> {
    subject.pledge(id).ok_or(Refusal::NotFound(id.into()))
}

fn refs(pledge: &Pledge) -> [Ref; 2] {
    [pledge.id.into(), pledge.ask.into()]
}

pub(super) fn pledge(
    case: &mut Case<'_>,
    speaker: &Speaker,
    subject: &Subject,
    new: NewPledge,
) -> Result<Answered, Stop> {
    let member = &speaker.person.member;
    let amount = new.amount.unwrap_or(1);
    let tally = subject.tally();
    let ask = &subject.ask.ask;
    ask.room_for(member.id, amount, tally)?;
    let pledge = Pledge {
        id: case.community.next_pledge,
        ask: ask.id,
        helper: member.id,
        what: new.what,
        first_step: new.first_step,
        amount,
        due: When::new(new.by, member.waking.zone.clone()),
        made_at: case.now,
        state: PledgeState::Open { done_so_far: 0 },
    };
    let community = case.here().id;
    let norms = case.here().norms.clone();
    writes::new_pledge(&mut case.script, community, &pledge, case.event);
    let budget = nudge::Budget { sent: 0, most: norms.nudges, stopped: false };
    let first = nudge::first(case.now, &pledge.due, &member.waking, budget);
    case.plan(pledge.id, member.id, &member.waking, Some(first));
    case.card_after(subject, &pledge)?;
    case.tell_about(subject, ask.asker, &format!("pledged:{}", pledge.id), Heard::Pledged(pledge.id))?;
    let known = ask.asker_known_to(subject.viewer(member));
    let recorded = Message::PledgeRecorded {
        pledge: pledge.id,
        ask: ask.id,
        amounts: Amounts { covered: tally.covered() + amount, need: tally.need },
        amount,
        what: pledge.what.as_str().into(),
        due: pledge.due.clone(),
        first_step: pledge.first_step.as_deref().map(Words::from),
        nudges: norms.nudges,
        asker: known.then(|| super::view::name(subject, ask.asker)),
    };
    Ok(Answered::about(subject, recorded, refs(&pledge)))
}

pub(super) fn done(
    case: &mut Case<'_>,
    speaker: &Speaker,
    subject: &Subject,
    id: PledgeId,
    amount: Option<u32>,
    note: Option<Words>,
) -> Result<Answered, Stop> {
    let before = stored(subject, id)?;
    let pledge = before.pledge.clone().done(speaker.person.member.id, amount, case.now)?;
    let asker = subject.ask.ask.asker;
    let version = before.version + 1;
    if let PledgeState::Open { done_so_far: done } = pledge.state {
        let community = case.here().id;
        writes::change_pledge(&mut case.script, community, &pledge);
        case.card_after(subject, &pledge)?;
        let heard = Heard::PartDone { pledge: id, note };
        case.tell_about(subject, asker, &format!("part_done:{id}:v{version}"), heard)?;
        let part = Message::PartRecorded { pledge: id, done, amount: pledge.amount, due: pledge.due.clone() };
        return Ok(Answered::about(subject, part, refs(&pledge)));
    }
    case.close_pledge(&pledge, subject.person(asker));
    case.card_after(subject, &pledge)?;
    let heard = Heard::ConfirmPlease { pledge: id, note };
    case.tell_about(subject, asker, &format!("confirm_please:{id}:v{version}"), heard)?;
    if asker == pledge.helper {
        return Ok(Answered::about(subject, Message::OwnDoneRecorded { pledge: id }, refs(&pledge)));
    }
    let confirm_days = case.here().norms.confirm_days;
    Ok(Answered::about(subject, Message::DoneRecorded { pledge: id, confirm_days }, refs(&pledge)))
}

/// What is adjusted, as said.
pub(super) struct Change {
    pub by: Option<Date>,
    pub amount: Option<u32>,
    pub what: Option<String>,
    pub first_step: Option<String>,
    pub note: Option<Words>,
    pub nudges: Option<bool>,
}

impl Change {
    /// Reminders on or off, and nothing else.
    pub(super) fn reminders(on: bool) -> Self {
        Change { by: None, amount: None, what: None, first_step: None, note: None, nudges: Some(on) }
    }
}

pub(super) fn adjust(
    case: &mut Case<'_>,
    speaker: &Speaker,
    subject: &Subject,
    id: PledgeId,
    change: Change,
) -> Result<Answered, Stop> {
    let before = stored(subject, id)?;
    let member = &speaker.person.member;
    let adjustment = Adjustment {
        due: change.by.map(|due| When::new(due, member.waking.zone.clone())),
        amount: change.amount,
        what: change.what,
        first_step: change.first_step,
    };
    let stopping = change.nudges == Some(false);
    let only_nudges = change.nudges.is_some() && adjustment == Adjustment::default();
    let community = case.here().id;
    let mut budget = before.budget(&case.here().norms);
    if let Some(on) = change.nudges {
        budget.stopped = !on;
        writes::set_nudges_stopped(&mut case.script, community, id, !on);
    }
    let pledge = if only_nudges {
        // Still only for its helper, while it is open.
        let same = Adjustment { what: Some(before.pledge.what.clone()), ..Adjustment::default() };
        before.pledge.clone().adjust(member.id, same, 0)?
    } else {
        before.pledge.clone().adjust(member.id, adjustment, subject.tally().left())?
    };
    if pledge.due != before.pledge.due || change.nudges.is_some() {
        let first = nudge::first(case.now, &pledge.due, &member.waking, budget);
        case.plan(id, member.id, &member.waking, Some(first));
    }
    if only_nudges && stopping {
        return Ok(Answered::private(Message::RemindersStopped { pledge: id }, refs(&pledge)));
    }
    if !only_nudges {
        writes::change_pledge(&mut case.script, community, &pledge);
        case.card_after(subject, &pledge)?;
        let heard = Heard::Adjusted { pledge: id, note: change.note };
        let effect = format!("adjusted:{id}:v{}", before.version + 1);
        case.tell_about(subject, subject.ask.ask.asker, &effect, heard)?;
    }
    let adjusted = Message::Adjusted {
        pledge: id,
        due: pledge.due.clone(),
        amount: pledge.amount,
        what: pledge.what.as_str().into(),
    };
    Ok(Answered::about(subject, adjusted, refs(&pledge)))
}

pub(super) fn hand_back(
    case: &mut Case<'_>,
    speaker: &Speaker,
    subject: &Subject,
    id: PledgeId,
) -> Result<Answered, Stop> {
    let before = stored(subject, id)?;
    let helper = speaker.person.member.id;
    let pledge = before.pledge.clone().hand_back(helper, case.now)?;
    let ask = &subject.ask.ask;
    case.close_pledge(&pledge, subject.person(ask.asker));
    case.card_after(subject, &pledge)?;
    // What was done in part, handed back and still needed after all may be handed back again.
    let version = before.version + 1;
    let due = &before.pledge.due;
    let soon = due.instant() > case.now && due.instant().duration_since(case.now) <= SOON;
    if soon {
        let standing_by = subject.maybes.iter().copied().filter(|m| *m != helper);
        for person in std::iter::once(ask.asker).chain(standing_by) {
            let heard = Heard::SpotFree { ask: ask.id, due: due.clone() };
            case.tell_about(subject, person, &format!("spot_free:{id}:v{version}"), heard)?;
        }
    } else {
        case.tell_about(subject, ask.asker, &format!("handed_back:{id}:v{version}"), Heard::HandedBack(ask.id))?;
    }
    let done = if matches!(pledge.state, PledgeState::Done { .. }) { pledge.amount } else { 0 };
    // In a public place even "handed back" would show who; the answer is for them alone.
    Ok(Answered::private(Message::HandedBack { pledge: id, ask: ask.id, done }, refs(&pledge)))
}

pub(super) fn confirm(
    case: &mut Case<'_>,
    speaker: &Speaker,
    subject: &Subject,
    id: PledgeId,
) -> Result<Answered, Stop> {
    let asker = subject.ask.ask.asker;
    let pledge = stored(subject, id)?.pledge.clone().confirm(speaker.person.member.id, asker, case.now)?;
    kept(case, subject, &pledge)?;
    Ok(Answered::about(subject, Message::ConfirmRecorded { pledge: id }, refs(&pledge)))
}

/// A pledge is kept: recorded, shown, and its helper hears what it did.
fn kept(case: &mut Case<'_>, subject: &Subject, pledge: &Pledge) -> Result<(), Stop> {
    case.close_pledge(pledge, None);
    case.card_after(subject, pledge)?;
    let id = pledge.id;
    case.tell_about(subject, pledge.helper, &format!("confirmed:{id}"), Heard::Confirmed(id))
}

/// The asker was silent for the community's days: "done" counts as kept, and they may still say thanks.
pub(super) fn confirm_by_silence(case: &mut Case<'_>, subject: &Subject, id: PledgeId) -> Result<(), Stop> {
    let community = case.here().id;
    let Some(pledge) =
        subject.pledge(id).and_then(|p| p.pledge.clone().confirm_by_silence(subject.ask.ask.asker, case.now))
    else {
        timers::disarm(&mut case.script, community, Due::Silence, id.0, None);
        return Ok(());
    };
    kept(case, subject, &pledge)?;
    case.tell_about(subject, subject.ask.ask.asker, &format!("thank_please:{id}"), Heard::ThankPlease(id))
}

/// The asker says it has not arrived: the promise is open again, and is asked about again.
pub(super) fn still_needed(
    case: &mut Case<'_>,
    speaker: &Speaker,
    subject: &Subject,
    id: PledgeId,
    note: Option<Words>,
) -> Result<Answered, Stop> {
    let before = stored(subject, id)?;
    let ask = &subject.ask.ask;
    let pledge = before.pledge.clone().still_needed(speaker.person.member.id, ask.asker)?;
    if ask.state != AskState::Open {
        // Nobody is asked again for what was taken back.
        return Err(Refusal::AskClosed(ask.id).into());
    }
    let community = case.here().id;
    writes::change_pledge(&mut case.script, community, &pledge);
    timers::disarm(&mut case.script, community, Due::Silence, id.0, None);
    if let Some(helper) = subject.person(pledge.helper) {
        let waking = helper.member.waking.clone();
        let budget = before.budget(&case.here().norms);
        let planned = if pledge.due.instant() > case.now {
            Some(nudge::first(case.now, &pledge.due, &waking, budget))
        } else {
            let today = waking.zone.date(case.now);
            nudge::after(Step::Check, today, &pledge.due, &waking, budget)
        };
        case.plan(id, pledge.helper, &waking, planned);
    }
    case.card_after(subject, &pledge)?;
    let effect = format!("still_needed:{id}:v{}", before.version + 1);
    case.tell_about(subject, pledge.helper, &effect, Heard::StillNeeded { pledge: id, note })?;
    Ok(Answered::private(Message::StillNeededRecorded { pledge: id }, refs(&pledge)))
}

/// Gratitude, kept beside the pledge it belongs to. Everyone who may see the ask may say it.
pub(super) fn thanks(
    case: &mut Case<'_>,
    speaker: &Speaker,
    subject: &Subject,
    id: PledgeId,
    words: &str,
) -> Result<Answered, Stop> {
    let pledge = &stored(subject, id)?.pledge;
    let member = speaker.person.member.id;
    let helped = matches!(
        pledge.state,
        PledgeState::Done { .. } | PledgeState::Kept { by: ConfirmedBy::Asker | ConfirmedBy::Silence, .. }
    ) || matches!(pledge.state, PledgeState::Open { done_so_far } if done_so_far > 0);
    if !helped || pledge.helper == member {
        return Err(Refusal::NothingToThank(id).into());
    }
    let community = case.here().id;
    writes::add_thanks(&mut case.script, community, id, member, words, case.now);
    let effect = format!("thanked:{id}:{}", case.event);
    let heard = Heard::Thanked { pledge: id, from: member, words: words.into() };
    case.tell_about(subject, pledge.helper, &effect, heard)?;
    Ok(Answered::about(subject, Message::ThanksRecorded { pledge: id }, refs(pledge)))
}
