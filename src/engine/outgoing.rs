//! Claims: what is said next, or looked for (DESIGN.md section 5). An input to the one writer, committed before anything of
//! a message leaves the house. What became of it is in `receipts`.

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteConnection;

use super::Defaults;
use super::hear::PRESS_ANSWERED;
use super::inbound::Cause;
use super::keys::{self, Keys};
use super::meaning::{self, Addressee, Meaning};
use super::parcel::{Destination, Pace, Parcel, Rate};
use super::places::{self, Way};
use crate::domain::community::Platform;
use crate::domain::{CommunityId, MemberId, Ref};
use crate::speech::message::{Message, Voice};
use crate::store::outbox::{self, Settled, Slack, Waiting};
use crate::store::script::Script;
use crate::store::{Fault, origins, people, routes};

/// How long a lookup that found nothing is relied on: the send follows it at once, or it is looked up again. So it is where
/// the platform asked to wait in between: what it held back before may have come through.
const LEASE: SignedDuration = SignedDuration::from_secs(90);

/// A message frozen at its first claim: said again, it says the same.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Frozen {
    pub(super) message: Message,
    voice: Voice,
    pub(super) edits: Option<String>,
    /// The card under which the conversation it belongs to stands.
    #[serde(default)]
    thread: Option<String>,
    #[serde(default)]
    opens_thread: bool,
}

/// What a look at the outbox found.
pub(super) enum Claimed {
    /// Send or look up this.
    Parcel(Box<Parcel>),
    /// One row was put away or put off; look again.
    Later,
    /// Nothing may go before this instant, or nothing waits at all.
    Nothing(Option<Timestamp>),
}

/// What a claim is made with.
pub(super) struct Claiming<'a> {
    pub conn: &'a mut SqliteConnection,
    pub keys: &'a mut Keys,
    pub defaults: &'a Defaults,
    pub platform: Platform,
    pub pace: Pace,
    pub now: Timestamp,
}

fn broken(what: &'static str) -> Fault {
    Fault::Decode(format!("an outbox row's {what} cannot be read").into())
}

fn after(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.saturating_add(span).unwrap_or(Timestamp::MAX)
}

/// How far a bucket may be from full when a message, or a card or a button, still goes. Without a rate, as far as it likes.
fn slack(rate: Option<Rate>) -> [i64; 2] {
    let every = |rate: Rate, of: u32| rate.every.as_millis().saturating_mul(of.into());
    let of =
        |rate: Rate, kept: u32| i64::try_from(every(rate, rate.burst.saturating_sub(1 + kept))).unwrap_or(i64::MAX / 4);
    rate.map_or([i64::MAX / 4; 2], |rate| [of(rate, 0), of(rate, rate.reserve)])
}

impl Claiming<'_> {
    /// Claims the next row of a platform: asks again whether it makes sense, freezes it, counts the attempt. What may be
    /// there already is claimed to be looked for instead.
    pub(super) async fn claim(mut self) -> Result<(Script, Claimed), Fault> {
        let mut script = Script::default();
        let (now, slack) = (self.now, Slack { route: slack(self.pace.each), platform: slack(self.pace.overall) });
        let Some(row) = outbox::next(self.conn, self.platform, slack, now).await? else {
            let next = outbox::next_at(self.conn, self.platform, slack).await?;
            let next = next.and_then(|ms| Timestamp::from_millisecond(ms).ok());
            return Ok((script, Claimed::Nothing(next)));
        };
        let id = row.id;
        if let Some(since) = self.doubted(&row) {
            outbox::doubt(&mut script, id, since);
            return Ok((script, Claimed::Later));
        }
        match places::way(self.conn, self.defaults, self.platform, &row, now).await? {
            Way::Open => {}
            Way::Shut(until) => {
                outbox::hold(&mut script, id, until, now);
                return Ok((script, Claimed::Later));
            }
            Way::Over => {
                tracing::debug!(row = id, "the bot is not in that place any more");
                outbox::settle(&mut script, id, Settled::Cancelled, now);
                return Ok((script, Claimed::Later));
            }
            Way::Elsewhere => {
                places::send_on(self.conn, self.keys, &mut script, self.platform, &row, now).await?;
                return Ok((script, Claimed::Later));
            }
            Way::Back => {
                let unsaid = row.unsaid_nudge();
                let helper = people::person(self.conn, MemberId(unsaid.member_id)).await?.map(|p| p.member);
                places::take_back(self.conn, &mut script, &unsaid, helper.as_ref(), now).await?;
                return Ok((script, Claimed::Later));
            }
            Way::Forgotten => {
                outbox::remove(&mut script, id);
                return Ok((script, Claimed::Later));
            }
        }
        if row.state == "ready" && row.expires_at.is_some_and(|at| at <= now.as_millisecond()) {
            tracing::warn!(row = id, cause = row.cause, "expired: it comes too late to help");
            outbox::settle(&mut script, id, Settled::Expired, now);
            return Ok((script, Claimed::Later));
        }
        if let Some(morning) = asleep_until(self.conn, &row, now).await? {
            // It could not go out when it was due, and now they sleep. What may be there already waits as well: if it is
            // not, it would be sent again.
            outbox::put_off(&mut script, id, morning);
            return Ok((script, Claimed::Later));
        }
        match self.prepare(&row).await {
            Ok(Some((body, parcel))) => {
                self.record(&mut script, &row, &body, &parcel);
                Ok((script, Claimed::Parcel(Box::new(parcel))))
            }
            Ok(None) => {
                tracing::debug!(row = id, "no longer makes sense");
                outbox::settle(&mut script, id, Settled::Cancelled, now);
                Ok((script, Claimed::Later))
            }
            // One row that cannot be read must not stop all the others.
            Err(Fault::Decode(fault)) => {
                tracing::error!(row = id, %fault, "parked: it cannot be read");
                outbox::settle(&mut script, id, Settled::Parked, now);
                Ok((script, Claimed::Later))
            }
            Err(fault) => Err(fault),
        }
    }

    /// Since when a row that looks unsent may have been sent all the same: after a backup was restored, and where the
    /// lookup that did not find an earlier attempt is itself too long ago.
    fn doubted(&self, row: &Waiting) -> Option<Timestamp> {
        if row.state != "ready" {
            return None;
        }
        if row.unresolved > 0 {
            let absent = row.absent_at.and_then(|ms| Timestamp::from_millisecond(ms).ok());
            let fresh = absent.is_some_and(|at| {
                at.as_millisecond() >= row.opened_at && self.now < after(at, self.defaults.quarantine.max(LEASE))
            });
            return (!fresh).then_some(self.now);
        }
        let never_looked = row.attempts == 0 && row.absent_at.is_none();
        self.keys.restored(self.now).filter(|_| never_looked)
    }

    /// What the claim leaves in the database before anything of it leaves the house.
    fn record(&self, script: &mut Script, row: &Waiting, body: &str, parcel: &Parcel) {
        if parcel.unresolved_since.is_some() {
            outbox::look(script, row.id, &parcel.key, after(self.now, self.defaults.quarantine));
            return;
        }
        outbox::claim(script, row.id, &parcel.key, body, self.now);
        for (rate, route) in [(self.pace.each, row.route.as_str()), (self.pace.overall, routes::PLATFORM)] {
            if let Some(rate) = rate {
                routes::used(script, self.platform, route, rate.every, self.now);
            }
        }
        // Sent late, it is today's nudge message and not that of the day it was due.
        if let Some(member) = row.member_id.filter(|_| row.cause == Cause::Nudge.name()) {
            people::nudged(script, MemberId(member), self.now);
        }
    }

    /// The row's frozen body and what to deliver; `None` if it makes no sense any more.
    async fn prepare(&mut self, row: &Waiting) -> Result<Option<(String, Parcel)>, Fault> {
        let frozen = match &row.body {
            // Unresolved or held up: what was frozen is what may be there already.
            Some(body) => Some(serde_json::from_str(body).map_err(|_| broken("body"))?),
            None => self.freeze(row).await?,
        };
        let Some(frozen) = frozen else { return Ok(None) };
        let body = serde_json::to_string(&frozen).map_err(|_| broken("body"))?;
        let key = match &row.key {
            Some(key) => key.clone(),
            None => self.key(row).await?,
        };
        Ok(Some((body, parcel(row, key, frozen)?)))
    }

    /// The delivery key: made of what the effect's numbers stand for, since after a restored backup a number may stand for
    /// something else.
    async fn key(&mut self, row: &Waiting) -> Result<String, Fault> {
        let community = row.community_id.map(CommunityId);
        let about = keys::things(&row.effect);
        let origins = match community {
            Some(community) if !about.is_empty() => origins::of(self.conn, community, &about).await?,
            _ => Vec::new(),
        };
        Ok(self.keys.delivery(community, &row.effect, &row.destination, &origins))
    }

    async fn freeze(&mut self, row: &Waiting) -> Result<Option<Frozen>, Fault> {
        let meaning: Meaning = serde_json::from_str(&row.meaning).map_err(|_| broken("meaning"))?;
        let community = CommunityId(row.community_id.unwrap_or_default());
        let to = Addressee { community, member: row.member_id.map(MemberId), now: self.now, edits: row.card.is_some() };
        let mut voice = voice(self.conn, self.defaults, &to).await?;
        if let Meaning::SaidIn(language, _) = &meaning {
            voice.language = *language;
        }
        let message = meaning::resolve(self.conn, meaning, &to).await?;
        let Some(message) = message else { return Ok(None) };
        let mut frozen = Frozen { message, voice, edits: row.card.clone(), thread: None, opens_thread: false };
        if let (Some(community), Destination::Place { platform, id }) = (row.community_id, destination(row)?) {
            let community = CommunityId(community);
            if platform.leaves_threads_open() {
                let stored = people::community(self.conn, community).await?;
                let wanted = stored.is_some_and(|stored| stored.community.norms.threads);
                frozen.opens_thread = wanted && matches!(frozen.message, Message::Card { .. });
            } else {
                frozen.thread = self.thread(row, community, platform, &id).await?;
            }
        }
        Ok(Some(frozen))
    }

    /// What is said in a place about exactly one ask belongs under that ask's card there.
    async fn thread(
        &mut self,
        row: &Waiting,
        community: CommunityId,
        platform: Platform,
        place: &str,
    ) -> Result<Option<String>, Fault> {
        if [Cause::Card, Cause::Moved, Cause::Button, Cause::Event].iter().any(|cause| cause.name() == row.cause) {
            return Ok(None);
        }
        let mut asks = refs(row)?.into_iter().filter_map(|about| match about {
            Ref::Ask(ask) => Some(ask),
            _ => None,
        });
        let (Some(ask), None) = (asks.next(), asks.next()) else { return Ok(None) };
        outbox::card_in(self.conn, community, platform, place, ask).await
    }
}

/// Their next morning, if this is something the bot says by itself to somebody who is not to be written to now.
async fn asleep_until(conn: &mut SqliteConnection, row: &Waiting, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
    let by_itself = [Cause::Nudge, Cause::Notice, Cause::Care, Cause::Preview].iter().any(|c| c.name() == row.cause);
    let Some(member) = row.member_id.filter(|_| by_itself) else { return Ok(None) };
    let person = people::person(conn, MemberId(member)).await?;
    let waking = person.map(|p| p.member.waking);
    Ok(waking.filter(|waking| !waking.awake(now)).map(|waking| waking.next_morning(now)))
}

/// The person's language and zone, or the community's in a place.
async fn voice(conn: &mut SqliteConnection, defaults: &Defaults, to: &Addressee) -> Result<Voice, Fault> {
    if let Some(member) = to.member
        && let Some(person) = people::person(conn, member).await?
    {
        return Ok(Voice { language: person.member.language, zone: person.member.waking.zone, now: to.now });
    }
    Ok(match people::community(conn, to.community).await? {
        Some(stored) => Voice { language: stored.community.language, zone: stored.community.zone, now: to.now },
        None => Voice { language: defaults.language, zone: defaults.zone.clone(), now: to.now },
    })
}

/// The things a row is about.
fn refs(row: &Waiting) -> Result<Vec<Ref>, Fault> {
    let refs: Vec<String> = serde_json::from_str(&row.refs).map_err(|_| broken("refs"))?;
    refs.iter().map(|about| about.parse().map_err(|_| broken("refs"))).collect()
}

fn destination(row: &Waiting) -> Result<Destination, Fault> {
    serde_json::from_str(&row.destination).map_err(|_| broken("destination"))
}

fn parcel(row: &Waiting, key: String, frozen: Frozen) -> Result<Parcel, Fault> {
    let cause = format!("\"{}\"", row.cause);
    let unresolved = row.unresolved_since.map(Timestamp::from_millisecond).transpose();
    Ok(Parcel {
        row: row.id,
        key,
        attempt: row.attempts + 1,
        community: row.slug.clone().unwrap_or_default(),
        destination: destination(row)?,
        cause: serde_json::from_str::<Cause>(&cause).map_err(|_| broken("cause"))?,
        refs: refs(row)?,
        message: frozen.message,
        voice: frozen.voice,
        edits: frozen.edits,
        answers: row.answers.clone(),
        quotes: !row.effect.starts_with(PRESS_ANSWERED),
        thread: frozen.thread,
        opens_thread: frozen.opens_thread,
        unresolved_since: unresolved.map_err(|_| broken("instant"))?.filter(|_| row.state == "unknown"),
    })
}
