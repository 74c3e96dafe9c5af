//! Buttons: what a press does that typing the same does not, and what becomes of a press that is taken back.
//!
//! A press never makes a pledge: that takes words of one's own (promise 10). Taken back, it undoes only what nobody else
//! has heard of yet.

use super::case::{Answered, Case, Stop};
use super::pledges::{self, Change};
use super::speaker::Speaker;
use crate::domain::pledge::Adjustment;
use crate::domain::{Ref, Refusal};
use crate::grammar::Invocation;
use crate::grammar::specs::Verb;
use crate::speech::message::{Message, Stays};
use crate::store::scope::Subject;
use crate::store::writes;

/// What a button that is only a beginning answers: how to go on. `None` if it stands for a whole command.
pub(super) fn only_begins(speaker: &Speaker, subject: &Subject, said: &Invocation) -> Option<Refusal> {
    let member = speaker.person.member.id;
    match (said.spec.verb, said.target) {
        (Verb::Pledge, Some(Ref::Ask(ask))) => {
            let room = subject.ask.ask.room_for(member, 1, subject.tally());
            Some(room.err().unwrap_or(Refusal::NotAPledgeYet { ask, has_what: false }))
        }
        (Verb::Adjust, Some(Ref::Pledge(id))) if said.is_bare() => {
            let pledge = subject.pledge(id)?.pledge.clone();
            let left = subject.tally().left();
            match pledge.adjust(member, Adjustment::default(), left).err()? {
                Refusal::NothingToChange => Some(Refusal::WhichDay(id)),
                refusal => Some(refusal),
            }
        }
        _ => None,
    }
}

/// A press is taken back. What others have heard of stays, and the person is told how to mend it; `None` if there is nothing
/// to undo any more.
pub(super) fn let_go(
    case: &mut Case<'_>,
    speaker: &Speaker,
    subject: Option<Subject>,
    pressed: &Invocation,
) -> Result<Option<Answered>, Stop> {
    let member = &speaker.person.member;
    let Some(subject) = subject.filter(|s| s.ask.ask.seen_by(s.viewer(member))) else { return Ok(None) };
    let ask = subject.ask.ask.id;
    let stays = match (pressed.spec.verb, pressed.target) {
        (Verb::Maybe, _) => {
            if !subject.maybes.contains(&member.id) {
                return Ok(None);
            }
            let community = case.here().id;
            writes::drop_maybe(&mut case.script, community, ask, member.id);
            return Ok(Some(Answered::about(&subject, Message::MaybeDropped { ask }, [ask.into()])));
        }
        (Verb::Adjust, Some(Ref::Pledge(id))) => {
            if subject.pledge(id).is_none_or(|stored| !stored.nudges_stopped) {
                return Ok(None);
            }
            return pledges::adjust(case, speaker, &subject, id, Change::reminders(true)).map(Some);
        }
        (Verb::Done, Some(Ref::Pledge(pledge))) => Stays::Done(pledge),
        (Verb::HandBack, Some(Ref::Pledge(pledge))) => Stays::HandedBack { pledge, ask },
        (Verb::Confirm, Some(Ref::Pledge(pledge))) => Stays::Kept(pledge),
        (Verb::StillNeeded, Some(Ref::Pledge(pledge))) => Stays::StillNeeded(pledge),
        _ => Stays::Other,
    };
    let refs = pressed.target.into_iter().chain([ask.into()]).collect::<std::collections::BTreeSet<Ref>>();
    // Like the answer to a hand-back: who handed something back is for nobody else's eyes.
    Ok(Some(Answered::private(Message::StaysRecorded(stays), refs)))
}
