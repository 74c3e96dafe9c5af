//! From what a person did to an answer: who they are, what they mean, whether they may, and the use case that does it.

use sqlx::sqlite::SqliteConnection;

use super::case::{self, Answered, Case, Row, Stop};
use super::inbound::{Answer, Audience, Body, Cause, Inbound, Place, Reply};
use super::keys::Keys;
use super::meaning::Meaning;
use super::parcel::Destination;
use super::speaker::{How, Speaker};
use super::vitals::Vitals;
use super::{Defaults, Heard, answering, beginning, codes, pressing};
use crate::domain::community::{Convening, Role};
use crate::domain::{CommunityId, MemberId, Ref, Refusal};
use crate::grammar::Invocation;
use crate::grammar::specs::Verb;
use crate::grammar::text;
use crate::speech::message::{Message, Voice};
use crate::store::drafts::{self, Draft};
use crate::store::outbox::Priority;
use crate::store::rows::{Person, StoredCommunity};
use crate::store::scope::{PlaceRow, Scope, Standing};
use crate::store::script::Script;
use crate::store::{Fault, inbox, people as rows};

/// What a person did, with everything the engine lends to handling it.
pub(super) struct Hearing<'a> {
    pub conn: &'a mut SqliteConnection,
    pub keys: &'a mut Keys,
    pub defaults: &'a Defaults,
    pub vitals: &'a Vitals,
    pub now: jiff::Timestamp,
}

/// An answer that changes nothing.
pub(super) struct Given {
    pub audience: Audience,
    pub cause: Cause,
    pub refs: Vec<Ref>,
    pub message: Message,
}

/// What came of it: the answer, and the writes that must be durable before it is shown.
pub(super) struct Handled {
    pub script: Script,
    pub heard: Heard,
    /// Whether it has to go through the writer even if it only looks.
    pub must_be_kept: bool,
    /// The bot was thought to be out of the place this was said in: nothing is decided before that is mended.
    pub out_of_place: bool,
}

/// Who speaks where, as far as it was known before.
#[derive(Default)]
pub(super) struct Known {
    community: Option<StoredCommunity>,
    person: Option<Person>,
    standing: Option<NewStanding>,
}

impl Known {
    pub(super) fn person(&self) -> Option<&Person> {
        self.person.as_ref()
    }

    pub(super) fn of(scope: &Scope, inbound: &Inbound) -> Known {
        Known {
            community: Some(scope.community.clone()),
            standing: scope
                .person
                .as_ref()
                .and_then(|person| NewStanding::of(person, inbound, &scope.places, &scope.standings, &scope.roles)),
            person: scope.person.clone(),
        }
    }

    fn must_be_kept(&self) -> bool {
        self.standing.as_ref().is_some_and(|standing| standing.decides)
    }
}

/// What the platform says somebody is in a place by one of their accounts, where that is not what is known.
struct NewStanding {
    member: MemberId,
    standing: Standing,
    convenes: bool,
    /// What they are with it, by all their accounts in all the places.
    convening: Option<Convening>,
    /// Whether that is for the platform to say. Whom people appointed stays a convener either way.
    decides: bool,
}

impl NewStanding {
    fn of(
        person: &Person,
        inbound: &Inbound,
        places: &[PlaceRow],
        known: &[Standing],
        roles: &[String],
    ) -> Option<NewStanding> {
        let by_role = inbound.roles.iter().any(|role| roles.contains(role));
        let (member, convenes) = (person.member.id, inbound.standing? == Role::Convener || by_role);
        let place = places.iter().find(|place| said_in(inbound, place))?.id;
        let standing = Standing { place, account: inbound.from.id.clone() };
        let decides = person.member.convening != Some(Convening::Appointed);
        let elsewhere = known.iter().any(|other| *other != standing);
        let convening = match person.member.convening {
            Some(Convening::Appointed) => Some(Convening::Appointed),
            _ => (convenes || elsewhere).then_some(Convening::ByPlatform),
        };
        let is_new = known.contains(&standing) != convenes;
        is_new.then_some(NewStanding { member, standing, convenes, convening, decides })
    }

    fn keep(&self, script: &mut Script) {
        rows::set_standing(script, self.member, &self.standing, self.convenes);
    }
}

/// Does this command only look?
pub(super) fn only_looks(invocation: &Invocation) -> bool {
    matches!(
        invocation.spec.verb,
        Verb::Needs
            | Verb::Offers
            | Verb::Mine
            | Verb::GatheringList
            | Verb::GatheringShow
            | Verb::DigestPreview
            | Verb::Care
            | Verb::Help
    )
}

impl Hearing<'_> {
    /// Handles one inbound event; `said` is the command in it, if there is one.
    pub(super) async fn handle(
        self,
        inbound: &Inbound,
        said: Option<Result<Invocation, Refusal>>,
    ) -> Result<Handled, Fault> {
        match (&inbound.body, said) {
            (Body::Said(_) | Body::Invoked(_), Some(said)) => self.act(inbound, said, How::Typed).await,
            (Body::Pressed(_), Some(said)) => {
                let said = said.map(Invocation::without_empty_options);
                self.act(inbound, said, How::Pressed).await
            }
            (Body::Rewrote { event, .. }, Some(now)) => self.rewritten(inbound, event, now).await,
            (Body::LetGo(press), _) => match inbox::press(self.conn, &inbound.from, press).await? {
                Some((community, command)) => {
                    let pressed = text::read(&command, self.now);
                    self.act(inbound, pressed, How::LetGo(community)).await
                }
                // Most of what is taken back never was a press. Heard again, it is none again.
                None => Ok(Handled { script: Script::default(), ..self.nothing_to_say(inbound) }),
            },
            (_, None) => Ok(self.nothing_to_say(inbound)),
        }
    }

    /// That it was heard is kept, and nothing else happens.
    pub(super) fn nothing_to_say(&self, inbound: &Inbound) -> Handled {
        let mut script = Script::default();
        inbox::note(&mut script, inbound.from.platform, &inbound.event, self.now);
        Handled { script, heard: Heard::Silently, must_be_kept: true, out_of_place: false }
    }

    /// Does what a command says. A refusal changes nothing but the inbox, and what the platform says the speaker may.
    async fn act(mut self, inbound: &Inbound, said: Result<Invocation, Refusal>, how: How) -> Result<Handled, Fault> {
        let target = said.as_ref().ok().and_then(|s| s.target);
        let found = match self.place(inbound, said.as_ref().ok(), target, how).await {
            Ok(found) => found,
            Err(Stop::Refused(refusal)) => return self.refused(inbound, &Known::default(), *refusal),
            Err(Stop::Fault(fault)) => return Err(fault),
        };
        let (scope, is_new) = found;
        if scope.places.iter().any(|place| place.left_at.is_some() && said_in(inbound, place)) {
            let (script, heard) = (Script::default(), Heard::Again);
            return Ok(Handled { script, heard, must_be_kept: true, out_of_place: true });
        }
        // What would have begun with words that are refused has not begun.
        let known = if is_new { Known::default() } else { Known::of(&scope, inbound) };
        let said = match said {
            Ok(said) => said,
            Err(refusal) => return self.refused(inbound, &known, refusal),
        };
        let mut case = Case {
            conn: &mut *self.conn,
            keys: &mut *self.keys,
            now: self.now,
            event: &inbound.event,
            community: scope.community,
            places: scope.places,
            script: Script::default(),
            joined: Vec::new(),
        };
        inbox::note(&mut case.script, inbound.from.platform, &inbound.event, self.now);
        if let Place::Public { name, .. } = &inbound.place
            && is_new
        {
            beginning::begin(&mut case, name);
        }
        let person = arrive(&mut case, inbound, known.person.clone(), &scope.standings, &scope.roles).await?;
        let speaker = Speaker {
            person,
            account: inbound.from.clone(),
            named: inbound.named.clone(),
            said: said.said.clone(),
            said_at: inbound.at.min(case.now),
            place: inbound.place.clone(),
            answer: inbound.answer.clone(),
            platform: inbound.from.platform,
            how,
            able: inbound.able.clone(),
        };
        let recorded = case.script.writes();
        let answered = match how {
            How::Typed | How::Pressed => {
                answering::answer(&mut case, &speaker, scope.subject, &said, self.vitals).await.map(Some)
            }
            How::LetGo(_) => pressing::let_go(&mut case, &speaker, scope.subject, &said),
        };
        match answered {
            Ok(Some(answered)) => {
                let community = case.here().id;
                match &inbound.body {
                    // What changed nothing has nothing that could be taken back.
                    Body::Pressed(_) if case.script.writes() > recorded => {
                        let (by, event) = (&inbound.from, inbound.event.as_str());
                        inbox::pressed(&mut case.script, community, by, event, said.in_short(), case.now);
                    }
                    Body::LetGo(press) => inbox::let_go(&mut case.script, inbound.from.platform, press),
                    _ => {}
                }
                took_part(&mut case, inbound, &answered);
                let reply = reply(&case, &speaker, answered);
                let heard = answer_with(&mut case, inbound, &speaker, reply)?;
                let must_be_kept = known.must_be_kept();
                Ok(Handled { script: case.script, heard, must_be_kept, out_of_place: false })
            }
            Ok(None) => Ok(self.nothing_to_say(inbound)),
            // What can no longer be undone needs no word.
            Err(Stop::Refused(_)) if matches!(how, How::LetGo(_)) => Ok(self.nothing_to_say(inbound)),
            Err(Stop::Refused(refusal)) => self.refused(inbound, &known, *refusal),
            Err(Stop::Fault(fault)) => Err(fault),
        }
    }

    /// A no that needs no look at anything.
    pub(super) fn refuse(mut self, inbound: &Inbound, refusal: Refusal) -> Result<Handled, Fault> {
        self.refused(inbound, &Known::default(), refusal)
    }

    /// A kind no.
    pub(super) fn refused(&mut self, inbound: &Inbound, known: &Known, refusal: Refusal) -> Result<Handled, Fault> {
        let audience = if refusal.is_private() { Audience::Private } else { Audience::Only };
        let (cause, refs) = (Cause::Refusal, Vec::new());
        let is_wrong_code = refusal == Refusal::NoSuchCode;
        let kept = match &inbound.body {
            Body::Invoked(filled) if refusal.is_about_words() && !filled.values.is_empty() => Some(filled),
            _ => None,
        };
        let message = match kept {
            Some(_) => Message::FormRefused { refusal, draft: inbound.event.clone() },
            None => Message::Refused(refusal),
        };
        let mut handled = self.without_change(inbound, known, Given { audience, cause, refs, message })?;
        if let Some(filled) = kept {
            let draft = Draft { path: filled.spec.path.to_owned(), values: filled.values.clone() };
            drafts::keep(&mut handled.script, &inbound.from, &inbound.event, &draft, self.now)?;
        }
        if is_wrong_code {
            codes::was_wrong(&mut handled.script, &inbound.from, self.now);
        }
        Ok(handled)
    }

    /// Only that it was heard, what the platform says the speaker may, and the answer if it goes through the outbox, is
    /// kept.
    pub(super) fn without_change(&mut self, inbound: &Inbound, known: &Known, given: Given) -> Result<Handled, Fault> {
        let (community, person) = (known.community.as_ref(), known.person.as_ref());
        let voice = Voice {
            language: person
                .map(|p| p.member.language)
                .or(inbound.language)
                .or(community.map(|c| c.community.language))
                .unwrap_or(self.defaults.language),
            zone: person
                .map(|p| p.member.waking.zone.clone())
                .or(community.map(|c| c.community.zone.clone()))
                .unwrap_or_else(|| self.defaults.zone.clone()),
            now: self.now,
        };
        let Given { audience, cause, refs, message } = given;
        let community_name = community.map(|c| c.community.slug.clone());
        let reply = Reply { community: community_name, audience, cause, refs, message, voice };
        let mut script = Script::default();
        inbox::note(&mut script, inbound.from.platform, &inbound.event, self.now);
        known.standing.iter().for_each(|standing| standing.keep(&mut script));
        let row = ReplyRow { community: community.map(|c| c.community.id), member: person.map(|p| p.member.id) };
        let heard = queue_or_show(&mut script, self.keys, self.now, inbound, row, reply)?;
        Ok(Handled { script, heard, must_be_kept: known.must_be_kept(), out_of_place: false })
    }
}

/// Was it said in this place?
fn said_in(inbound: &Inbound, place: &PlaceRow) -> bool {
    let platform = inbound.from.platform;
    matches!(&inbound.place, Place::Public { id, server, .. } if place.is_where(platform, id, server.as_deref()))
}

/// The person who speaks, a member from now on; and what their platform says they are here.
async fn arrive(
    case: &mut Case<'_>,
    inbound: &Inbound,
    known: Option<Person>,
    standings: &[Standing],
    roles: &[String],
) -> Result<Person, Fault> {
    let community = case.here().id;
    let seen_in = seen_in(case, inbound);
    let is_new = known.is_none();
    let mut person = match known {
        Some(person) => {
            if person.member.name != inbound.name {
                rows::set_name(&mut case.script, person.member.id, &inbound.name);
            }
            person
        }
        None => {
            let at = case.now.as_millisecond();
            case.join(&inbound.from, &inbound.name, inbound.language, at).await?
        }
    };
    if !is_new || seen_in.is_some() {
        rows::acted(&mut case.script, community, &inbound.from, &inbound.name, seen_in, case.now);
    }
    person.member.name.clone_from(&inbound.name);
    if let Some(standing) = NewStanding::of(&person, inbound, &case.places, standings, roles) {
        standing.keep(&mut case.script);
        person.member.convening = standing.convening;
    }
    Ok(person)
}

/// The place in which others could read what somebody just said. Words that an adapter shows only to them are not seen.
fn seen_in(case: &Case<'_>, inbound: &Inbound) -> Option<i64> {
    let place = case.places.iter().find(|place| said_in(inbound, place));
    place.filter(|_| inbound.answer == Answer::Outbox).map(|place| place.id)
}

/// Where commands are whispered nobody reads them. But whoever had a part in something that stands open to everyone in a
/// place may be asked there, by name and without a word of it, to open their direct messages.
fn took_part(case: &mut Case<'_>, inbound: &Inbound, answered: &Answered) {
    let whispered = matches!(inbound.answer, Answer::Whisper(_));
    if !whispered || answered.audience == Audience::Private || answered.refs.is_empty() {
        return;
    }
    let place = case.places.iter().find(|place| said_in(inbound, place)).map(|place| place.id);
    if place.is_some() {
        let community = case.here().id;
        rows::acted(&mut case.script, community, &inbound.from, &inbound.name, place, case.now);
    }
}

fn reply(case: &Case<'_>, speaker: &Speaker, answered: Answered) -> Reply {
    let member = &speaker.person.member;
    // What somebody just settled is what they are answered in.
    let (language, zone) = match &answered.message {
        Message::MeChanged(line) => (line.language, line.zone.clone()),
        Message::CommunityReady(line) | Message::Settings(line) => (line.language, line.zone.clone()),
        _ => (member.language, member.waking.zone.clone()),
    };
    Reply {
        community: Some(case.here().slug.clone()),
        audience: answered.audience,
        cause: answered.cause,
        refs: answered.refs,
        message: answered.message,
        voice: Voice { language, zone, now: case.now },
    }
}

/// How the effects begin that answer a press: it has no words that could be quoted.
pub(super) const PRESS_ANSWERED: &str = "press:";

struct ReplyRow {
    community: Option<CommunityId>,
    member: Option<crate::domain::MemberId>,
}

fn answer_with(case: &mut Case<'_>, inbound: &Inbound, speaker: &Speaker, reply: Reply) -> Result<Heard, Fault> {
    let row = ReplyRow { community: Some(case.here().id), member: Some(speaker.person.member.id) };
    queue_or_show(&mut case.script, case.keys, case.now, inbound, row, reply)
}

/// The answer: shown by the adapter itself, or a row like everything else the bot says.
fn queue_or_show(
    script: &mut Script,
    keys: &mut Keys,
    now: jiff::Timestamp,
    inbound: &Inbound,
    row: ReplyRow,
    reply: Reply,
) -> Result<Heard, Fault> {
    if inbound.answer == Answer::Direct {
        return Ok(Heard::Reply(Box::new(reply)));
    }
    let account = inbound.from.clone();
    let platform = account.platform;
    let destination = match (&inbound.answer, &inbound.place) {
        (Answer::Whisper(token), _) => Destination::Whisper { platform, token: token.clone(), account },
        (_, Place::Direct { id, .. }) => Destination::Chat { platform, id: id.clone(), account },
        (_, Place::Public { .. }) if reply.audience == Audience::Private => Destination::Person(account),
        (_, Place::Public { id, .. }) => Destination::Place { platform, id: id.clone() },
    };
    let effect = match inbound.body {
        Body::Said(_) | Body::Invoked(_) | Body::Rewrote { .. } => format!("reply:{}", inbound.event),
        Body::Pressed(_) | Body::LetGo(_) => format!("{PRESS_ANSWERED}{}", inbound.event),
    };
    case::put(
        script,
        keys,
        now,
        Row {
            community: row.community,
            member: row.member,
            effect: &effect,
            destination,
            place: None,
            cause: reply.cause,
            refs: reply.refs,
            // Whoever is a member is spoken to in what they have settled.
            meaning: &Meaning::said(reply.message, inbound.language.filter(|_| row.member.is_none())),
            // In another room than it was asked in, too: the adapter knows how to say what it answers there.
            answers: Some(inbound.event.as_str()),
            lane: None,
            priority: Priority::Reply,
            not_before: now,
        },
    )?;
    Ok(Heard::Queued)
}
