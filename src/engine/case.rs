//! One input on its way through: what it knows, what it records, and what it will answer.
//!
//! A use case has three beats: load (mostly done before it begins), decide (domain), save (recorded here and run as one).

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::inbound::{Audience, Cause, Named};
use super::keys::Keys;
use super::meaning::Meaning;
use super::parcel::Destination;
use super::view;
use crate::domain::calendar::{QuietHours, Waking};
use crate::domain::community::{Account, Community, Language, Member};
use crate::domain::nudge::Planned;
use crate::domain::pledge::Pledge;
use crate::domain::{AskId, CommunityId, MemberId, PledgeId, Ref, Refusal};
use crate::speech::message::Message;
use crate::store::outbox::{NewRow, Priority};
use crate::store::rows::{Person, StoredCommunity};
use crate::store::scope::{PlaceRow, Subject};
use crate::store::script::Script;
use crate::store::timers::{self, Due, Timer};
use crate::store::{Fault, outbox, people, writes};

/// Why a use case stopped: a kind answer, or a fault of ours.
#[derive(Debug)]
pub(super) enum Stop {
    Refused(Box<Refusal>),
    Fault(Fault),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Stop::Refused(Box::new(refusal))
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Fault(fault)
    }
}

/// What a use case answers.
#[derive(Debug)]
pub(super) struct Answered {
    pub audience: Audience,
    pub cause: Cause,
    pub refs: Vec<Ref>,
    pub message: Message,
}

impl Answered {
    /// A confirmation for the one who spoke.
    pub(super) fn only(message: Message, refs: impl IntoIterator<Item = Ref>) -> Answered {
        Answered { audience: Audience::Only, cause: Cause::Reply, refs: refs.into_iter().collect(), message }
    }

    /// For nobody else's eyes.
    pub(super) fn private(message: Message, refs: impl IntoIterator<Item = Ref>) -> Answered {
        Answered { audience: Audience::Private, ..Answered::only(message, refs) }
    }

    /// As private as the ask it is about.
    pub(super) fn about(subject: &Subject, message: Message, refs: impl IntoIterator<Item = Ref>) -> Answered {
        let open = subject.ask.ask.visibility == crate::domain::ask::Visibility::Open;
        if open { Answered::only(message, refs) } else { Answered::private(message, refs) }
    }
}

/// One input's working place.
pub(super) struct Case<'a> {
    pub conn: &'a mut SqliteConnection,
    pub keys: &'a mut Keys,
    pub now: Timestamp,
    /// The platform's name of the event, or the timer's; part of effects that can happen more than once to one thing.
    pub event: &'a str,
    pub community: StoredCommunity,
    pub places: Vec<PlaceRow>,
    pub script: Script,
    /// Who became a member in this very input; the database does not know them yet.
    pub joined: Vec<Person>,
}

impl Case<'_> {
    pub(super) fn here(&self) -> &Community {
        &self.community.community
    }

    /// A place gets a new version of an ask's card. Private asks have none, except to say that one is gone.
    pub(super) fn card(&mut self, ask: AskId, version: u32) -> Result<(), Stop> {
        for place in self.places.clone() {
            self.card_in(ask, version, &place)?;
        }
        Ok(())
    }

    /// The same in one place alone.
    pub(super) fn card_in(&mut self, ask: AskId, version: u32, place: &PlaceRow) -> Result<(), Stop> {
        self.post(Post {
            effect: &format!("card:{ask}:v{version}"),
            place,
            cause: Cause::Card,
            refs: vec![ask.into()],
            meaning: &Meaning::Card(ask),
            priority: Priority::Card,
            lane: Some(card_lane(self.here().id, ask, place.id)),
        })
    }

    /// A pledge changed: if its ask's card shows it, the card is edited. An edit that changes nothing people see is noise.
    pub(super) fn card_after(&mut self, subject: &Subject, pledge: &Pledge) -> Result<(), Stop> {
        let after = subject.with(pledge);
        if view::card_line(subject) == view::card_line(&after) { Ok(()) } else { self.card_changed(subject) }
    }

    /// Something about an ask changed that its card shows.
    pub(super) fn card_changed(&mut self, subject: &Subject) -> Result<(), Stop> {
        let (id, community) = (subject.ask.ask.id, self.here().id);
        writes::touch_ask(&mut self.script, community, id);
        if subject.ask.ask.visibility == crate::domain::ask::Visibility::Open {
            self.card(id, subject.ask.version + 1)?;
        }
        Ok(())
    }

    /// Puts a message for a public place in the outbox.
    pub(super) fn post(&mut self, post: Post<'_>) -> Result<(), Stop> {
        let destination = Destination::Place { platform: post.place.platform, id: post.place.reference.clone() };
        let (community, not_before) = (self.here().id, self.now);
        let row = Row {
            community: Some(community),
            member: None,
            effect: post.effect,
            destination,
            place: Some(post.place.id),
            cause: post.cause,
            refs: post.refs,
            meaning: post.meaning,
            answers: None,
            lane: post.lane,
            priority: post.priority,
            not_before,
        };
        Ok(put(&mut self.script, self.keys, self.now, row)?)
    }

    /// Puts a message for one person in the outbox, not before an instant. Without an account nobody can be written to.
    pub(super) fn write_to(&mut self, to: &Person, write: Letter<'_>) -> Result<(), Stop> {
        let Some(account) = &to.account else { return Ok(()) };
        let row = Row {
            community: Some(self.here().id),
            member: Some(to.member.id),
            effect: write.effect,
            destination: Destination::Person(account.clone()),
            place: None,
            cause: write.cause,
            refs: write.refs,
            meaning: write.meaning,
            answers: None,
            lane: None,
            priority: write.priority,
            not_before: write.not_before,
        };
        Ok(put(&mut self.script, self.keys, self.now, row)?)
    }

    /// What comes next about a pledge, and when; or nothing any more.
    pub(super) fn plan(&mut self, pledge: PledgeId, helper: MemberId, waking: &Waking, planned: Option<Planned>) {
        let community = self.here().id;
        writes::set_step(&mut self.script, community, pledge, planned.map(|p| p.step));
        match planned {
            Some(planned) => {
                let at = waking.morning_of(planned.on).max(self.now);
                let timer = Timer { community, due: Due::Nudge, number: pledge.0, member: Some(helper), at };
                timers::arm(&mut self.script, timer, &waking.zone);
            }
            None => timers::disarm(&mut self.script, community, Due::Nudge, pledge.0, None),
        }
    }

    /// Records a pledge that is done, kept, handed back or released: nothing more falls due about it by itself, except
    /// that a done one waits for the asker.
    pub(super) fn close_pledge(&mut self, pledge: &Pledge, asker: Option<&Person>) {
        let community = self.here().id;
        writes::change_pledge(&mut self.script, community, pledge);
        timers::disarm(&mut self.script, community, Due::Nudge, pledge.id.0, None);
        if let crate::domain::pledge::PledgeState::Done { at } = pledge.state {
            let zone = asker.map_or(&self.here().zone, |p| &p.member.waking.zone).clone();
            let days = i64::from(self.here().norms.confirm_days);
            let civil = zone.civil(at);
            let later = crate::domain::calendar::days_after(civil.date(), days).to_datetime(civil.time());
            let timer =
                Timer { community, due: Due::Silence, number: pledge.id.0, member: None, at: zone.instant(later) };
            timers::arm(&mut self.script, timer, &zone);
        } else {
            timers::disarm(&mut self.script, community, Due::Silence, pledge.id.0, None);
        }
    }

    /// The member somebody's words name. A person the platform vouches for becomes a member by being named.
    pub(super) async fn named(&mut self, typed: &str, named: &[Named]) -> Result<Person, Stop> {
        let bare = typed.trim_start_matches('@');
        let is_meant = |n: &&Named| !n.is_role && (n.typed == typed || n.typed.trim_start_matches('@') == bare);
        let vouched = named.iter().find(is_meant);
        let community = self.here().id;
        if let Some(named) = vouched {
            if let Some(person) = people::of_account(self.conn, community, &named.account).await? {
                return Ok(person);
            }
            return Ok(self.join(&named.account, &named.name, None, 0).await?);
        }
        let mut known = people::known_as(self.conn, community, typed).await?;
        if known.is_empty() {
            known = people::known_as(self.conn, community, bare).await?;
        }
        match (known.pop(), known.is_empty()) {
            (Some(person), true) => Ok(person),
            // Nobody, or several by that name: naming the wrong person could show them a private ask.
            _ => Err(Refusal::NoSuchPerson(typed.to_owned()).into()),
        }
    }

    /// A new member, reached by this account and by those that are one person with it elsewhere. `acted_at` is 0 if they
    /// have not acted themselves yet. Whose language is not known has the community's.
    pub(super) async fn join(
        &mut self,
        account: &Account,
        name: &str,
        language: Option<Language>,
        acted_at: i64,
    ) -> Result<Person, Fault> {
        let others = people::linked(self.conn, account).await?;
        let is_theirs = |a: &Account| a == account || others.contains(a);
        if let Some(person) = self.joined.iter().find(|p| p.account.as_ref().is_some_and(is_theirs)) {
            return Ok(person.clone());
        }
        let here = self.here();
        let member = Member {
            id: MemberId(0),
            name: name.to_owned(),
            waking: Waking { zone: here.zone.clone(), quiet: QuietHours::default(), away_until: None },
            language: language.unwrap_or(here.language),
            convening: None,
            notices: true,
        };
        let member = Member { id: self.keys.member(), ..member };
        let community = self.here().id;
        people::new_member(&mut self.script, community, &member, language, self.now);
        people::new_account(&mut self.script, community, member.id, account, Some(name), acted_at);
        for other in &others {
            people::new_account(&mut self.script, community, member.id, other, None, 0);
        }
        let person = Person { member, account: Some(account.clone()) };
        self.joined.push(person.clone());
        Ok(person)
    }
}

/// What is said on an ask's card in a place goes one after the other.
pub(super) fn card_lane(community: CommunityId, ask: AskId, place: i64) -> String {
    format!("card:{}:{ask}:{place}", community.0)
}

/// A message for a public place.
pub(super) struct Post<'a> {
    pub effect: &'a str,
    pub place: &'a PlaceRow,
    pub cause: Cause,
    pub refs: Vec<Ref>,
    pub meaning: &'a Meaning,
    pub priority: Priority,
    pub lane: Option<String>,
}

/// A message for one person.
pub(super) struct Letter<'a> {
    pub effect: &'a str,
    pub cause: Cause,
    pub refs: Vec<Ref>,
    pub meaning: &'a Meaning,
    pub priority: Priority,
    pub not_before: Timestamp,
}

/// Any outbox row before it has an id and a key.
pub(super) struct Row<'a> {
    pub community: Option<CommunityId>,
    pub member: Option<MemberId>,
    pub effect: &'a str,
    pub destination: Destination,
    pub place: Option<i64>,
    pub cause: Cause,
    pub refs: Vec<Ref>,
    pub meaning: &'a Meaning,
    pub answers: Option<&'a str>,
    pub lane: Option<String>,
    pub priority: Priority,
    pub not_before: Timestamp,
}

/// Records a row with its id; its delivery key is made when it is claimed.
pub(super) fn put(script: &mut Script, keys: &mut Keys, now: Timestamp, row: Row<'_>) -> Result<(), Fault> {
    let destination = to_json(&row.destination)?;
    let refs: Vec<String> = row.refs.iter().map(Ref::to_string).collect();
    outbox::put(
        script,
        NewRow {
            id: keys.outbox(),
            community: row.community,
            member: row.member,
            effect: row.effect,
            platform: row.destination.platform(),
            destination: &destination,
            place: row.place,
            cause: row.cause.name(),
            refs: to_json(&refs)?,
            meaning: to_json(row.meaning)?,
            answers: row.answers,
            lane: row.lane,
            // After a restored backup each version of a card may stand already; skipping one would lose sight of it.
            // And no button of a message takes another's place.
            replaces: row.cause != Cause::Button && keys.restored(now).is_none(),
            priority: row.priority,
            not_before: row.not_before,
            expires_at: row.cause.helps_for().and_then(|span| now.saturating_add(span).ok()),
            now,
        },
    );
    Ok(())
}

pub(super) fn to_json(value: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::Encode(Box::new(error)))
}
