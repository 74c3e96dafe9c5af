//! Changed words: somebody edited a message that was heard before. Nothing is done about it by itself, since others may have
//! acted on the words as they were; they are offered what to send instead.

use jiff::SignedDuration;

use super::hear::{Given, Handled, Hearing, Known};
use super::inbound::{Audience, Cause, Inbound, Place};
use crate::domain::ask::Visibility;
use crate::domain::calendar::Due;
use crate::domain::pledge::Pledge;
use crate::domain::{AskId, CommunityId, PledgeId, Ref, Refusal, wording};
use crate::grammar::Invocation;
use crate::grammar::command::{self, Command, Reading};
use crate::grammar::specs::{Takes, Verb};
use crate::grammar::text::quoted;
use crate::speech::message::{Message, Rewritten};
use crate::store::scope::{self, Scope, Subject};
use crate::store::{Fault, inbox, origins};

/// A message changed later than this after it was heard is nobody's slip of the finger any more.
const FRESH: SignedDuration = SignedDuration::from_mins(5);

impl Hearing<'_> {
    /// Offers what to send so that what they wrote now is done. Of what was never heard, or is long said, nothing is said.
    pub(super) async fn rewritten(
        mut self,
        inbound: &Inbound,
        event: &str,
        now: Result<Invocation, Refusal>,
    ) -> Result<Handled, Fault> {
        let heard_at = inbox::heard_at(self.conn, inbound.from.platform, event).await?;
        if heard_at.is_none_or(|at| self.now.duration_since(at) > FRESH) {
            return Ok(self.nothing_to_say(inbound));
        }
        let made = origins::made_by(self.conn, &inbound.from, event).await?;
        let (community, made) = made.unzip();
        let about = made.or(now.as_ref().ok().and_then(|now| now.target));
        let scope = self.rewritten_in(inbound, community, about, now.as_ref().ok()).await?;
        let Some(scope) = scope else {
            let offered = now.map(|now| Rewritten::Other { again: now.said.into() });
            return self.offer(inbound, &Known::default(), false, Vec::new(), offered);
        };
        let zone = match &scope.person {
            Some(person) => person.member.waking.zone.clone(),
            None => scope.community.community.zone.clone(),
        };
        let known = Known::of(&scope, inbound);
        // What they may not see is answered like what does not exist, down to where.
        let sees = |s: &Subject| known.person().is_some_and(|person| s.ask.ask.seen_by(s.viewer(&person.member)));
        let subject = scope.subject.filter(sees);
        let reading = Reading { now: self.now, said_at: inbound.at.min(self.now), zone: &zone };
        let hidden = subject.as_ref().is_some_and(|s| s.ask.ask.visibility != Visibility::Open)
            || now.as_ref().is_ok_and(is_private);
        let offered = match (made, &subject) {
            (Some(Ref::Ask(ask)), Some(_)) => for_ask(ask, now, &reading),
            (Some(Ref::Pledge(id)), Some(subject)) => for_pledge(id, subject, now, &reading),
            _ => now.map(|now| Rewritten::Other { again: now.said.into() }),
        };
        self.offer(inbound, &known, hidden, made.into_iter().collect(), offered)
    }

    /// Where it was said, if that is known.
    async fn rewritten_in(
        &mut self,
        inbound: &Inbound,
        made_in: Option<CommunityId>,
        about: Option<Ref>,
        now: Option<&Invocation>,
    ) -> Result<Option<Scope>, Fault> {
        let community = match (made_in, &inbound.place) {
            (Some(community), _) => Some(community),
            (None, Place::Public { id, server, .. }) => {
                return scope::in_public(self.conn, &inbound.from, id, server.as_deref(), about).await;
            }
            (None, Place::Direct { shared, .. }) => self.meant_if_any(inbound, shared, now).await?,
        };
        match community {
            Some(community) => scope::in_community(self.conn, &inbound.from, community, about).await,
            None => Ok(None),
        }
    }

    /// Words that are for few are offered back to their writer alone.
    fn offer(
        mut self,
        inbound: &Inbound,
        known: &Known,
        hidden: bool,
        refs: Vec<Ref>,
        offered: Result<Rewritten, Refusal>,
    ) -> Result<Handled, Fault> {
        let offered = match offered {
            Ok(offered) => offered,
            Err(refusal) => return self.refused(inbound, known, refusal),
        };
        let audience = if hidden { Audience::Private } else { Audience::Only };
        let message = Message::Rewritten(offered);
        self.without_change(inbound, known, Given { audience, cause: Cause::Reply, refs, message })
    }
}

/// Does it say, or sound like, something that is not for everyone?
fn is_private(now: &Invocation) -> bool {
    let declared = now.option("visibility").is_some_and(|who| who.parse() != Ok(Visibility::Open));
    declared || now.texts().any(|text| !wording::private_details(text).is_empty())
}

/// An ask was made by the words that now read otherwise.
fn for_ask(ask: AskId, now: Result<Invocation, Refusal>, reading: &Reading<'_>) -> Result<Rewritten, Refusal> {
    let now = match now {
        Ok(now) if now.spec.verb == Verb::Ask && !now.words.is_empty() => now,
        // It is no ask any more: what becomes of this one is for its asker to say.
        _ => return Ok(Rewritten::AskStays { ask }),
    };
    command::understand(&now, reading)?;
    Ok(Rewritten::Ask { ask, again: format!("edit {ask} {}", now.rest()).into() })
}

/// A pledge was made by them.
fn for_pledge(
    id: PledgeId,
    subject: &Subject,
    now: Result<Invocation, Refusal>,
    reading: &Reading<'_>,
) -> Result<Rewritten, Refusal> {
    let stays = Ok(Rewritten::PledgeStays { pledge: id });
    let (Some(stored), Ok(now)) = (subject.pledge(id), now) else { return stays };
    let pledge = &stored.pledge;
    if now.spec.verb != Verb::Pledge || now.target != Some(pledge.ask.into()) {
        return stays;
    }
    match command::understand(&now, reading) {
        Ok(Command::Pledge { what, by, first_step, amount, .. }) => {
            let change = Wanted { what: &what, by, first_step: first_step.as_deref(), amount };
            let changed = change.from(pledge, &now);
            if changed.is_empty() { stays } else { Ok(Rewritten::Pledge { pledge: id, again: adjust(id, &changed) }) }
        }
        Err(Refusal::NotAPledgeYet { .. }) | Ok(_) => stays,
        Err(refusal) => Err(refusal),
    }
}

fn adjust(id: PledgeId, changed: &[(&str, String)]) -> crate::speech::message::Words {
    let options: Vec<String> = changed.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    format!("adjust {id} {}", options.join(" ")).into()
}

/// A pledge as the words now have it.
struct Wanted<'a> {
    what: &'a str,
    by: Due,
    first_step: Option<&'a str>,
    amount: Option<u32>,
}

impl Wanted<'_> {
    /// What differs from the pledge as it is, in the words they used and as they are typed.
    fn from(&self, pledge: &Pledge, now: &Invocation) -> Vec<(&'static str, String)> {
        let mut changed = Vec::new();
        if self.what != pledge.what {
            changed.push(("what", quoted(self.what, Takes::Words)));
        }
        if self.by != pledge.due.due {
            changed.push(("by", quoted(now.option("by").unwrap_or_default(), Takes::When)));
        }
        if let Some(first) = self.first_step.filter(|first| pledge.first_step.as_deref() != Some(first)) {
            changed.push(("first", quoted(first, Takes::Words)));
        }
        let amount = self.amount.unwrap_or(1);
        if amount != pledge.amount {
            changed.push(("amount", amount.to_string()));
        }
        changed
    }
}
