//! Telling people what somebody did: at once while they are awake, otherwise together on their morning.

use super::case::{Case, Letter, Stop, to_json};
use super::inbound::Cause;
use super::meaning::{Heard, Meaning};
use crate::domain::community::Member;
use crate::domain::{MemberId, Ref};
use crate::store::outbox::Priority;
use crate::store::places::all_left;
use crate::store::rows::Person;
use crate::store::scope::Subject;
use crate::store::timers::{self, Due, Timer};
use crate::store::{Fault, held, people};

impl Case<'_> {
    /// Tells somebody what happened: now if they are awake, otherwise together with everything else on their morning.
    /// `effect` names it once for ever.
    pub(super) fn tell(&mut self, to: &Person, effect: &str, heard: Heard, refs: Vec<Ref>) -> Result<(), Stop> {
        if !to.member.notices {
            return Ok(());
        }
        let id = to.member.id;
        // While the bot is in none of the community's places it waits too, and is told together.
        if to.member.waking.awake(self.now) && !all_left(&self.places) {
            let named = held::effect(effect, id);
            let meaning = Meaning::Notices(vec![heard]);
            let (effect_now, cause, priority, not_before) = (&*named, Cause::Notice, Priority::Notice, self.now);
            self.write_to(to, Letter { effect: effect_now, cause, refs, meaning: &meaning, priority, not_before })?;
            let community = self.here().id;
            held::unless_held(&mut self.script, community, id, effect);
            return Ok(());
        }
        let community = self.here().id;
        held::hold(&mut self.script, community, id, effect, &to_json(&(heard, refs))?);
        let at = to.member.waking.next_morning(self.now);
        let timer = Timer { community, due: Due::Notices, number: 0, member: Some(id), at };
        timers::arm(&mut self.script, timer, &to.member.waking.zone);
        Ok(())
    }

    /// Tells somebody concerned with an ask about one of its pledges.
    pub(super) fn tell_about(
        &mut self,
        subject: &Subject,
        to: MemberId,
        effect: &str,
        heard: Heard,
    ) -> Result<(), Stop> {
        let Some(person) = subject.person(to) else { return Ok(()) };
        let ask = subject.ask.ask.id;
        let refs = heard.refs(|_| Some(ask));
        self.tell(person, effect, heard, refs)
    }
}

/// A person's hours or days away changed: what waits for their morning waits for the one they have now.
pub(super) async fn move_notices(case: &mut Case<'_>, member: &Member) -> Result<(), Stop> {
    if held::of(case.conn, member.id).await?.is_empty() {
        return Ok(());
    }
    let at = member.waking.now_or_next_morning(case.now);
    let timer = Timer { community: case.here().id, due: Due::Notices, number: 0, member: Some(member.id), at };
    timers::arm(&mut case.script, timer, &member.waking.zone);
    Ok(())
}

/// What waited for a person's morning goes out together.
pub(super) async fn notices_due(case: &mut Case<'_>, member: MemberId) -> Result<(), Stop> {
    let community = case.here().id;
    timers::disarm(&mut case.script, community, Due::Notices, 0, Some(member));
    let Some(person) = people::person(case.conn, member).await? else { return Ok(()) };
    let waking = &person.member.waking;
    if !waking.awake(case.now) {
        // The machine was off on their morning, or they went away: it waits for the next one.
        let at = waking.next_morning(case.now);
        let timer = Timer { community, due: Due::Notices, number: 0, member: Some(member), at };
        timers::arm(&mut case.script, timer, &waking.zone);
        return Ok(());
    }
    let held = held::of(case.conn, member).await?;
    held::release(&mut case.script, member, case.now);
    // Whoever turned notices off meanwhile wants these neither.
    if held.is_empty() || !person.member.notices {
        return Ok(());
    }
    let mut items = Vec::new();
    let mut refs: Vec<Ref> = Vec::new();
    for row in held {
        let held = serde_json::from_str(&row).map_err(|error| Fault::Decode(Box::new(error)));
        let (heard, about): (Heard, Vec<Ref>) = held?;
        items.push(heard);
        refs.extend(about);
    }
    refs.sort();
    refs.dedup();
    let effect = format!("notices:M{}:{}", member.0, case.now);
    let (cause, meaning, priority) = (Cause::Notice, Meaning::Notices(items), Priority::Notice);
    let not_before = case.now;
    case.write_to(&person, Letter { effect: &effect, cause, refs, meaning: &meaning, priority, not_before })
}
