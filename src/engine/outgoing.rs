//! Claims and receipts: what is said next, and what became of it (DESIGN.md section 5). Both are inputs to the one writer.

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteConnection;

use super::Defaults;
use super::inbound::Cause;
use super::keys::Keys;
use super::meaning::{self, Addressee, Meaning};
use super::parcel::{Outcome, Parcel, Receipt};
use crate::domain::community::Platform;
use crate::domain::{CommunityId, MemberId, Ref};
use crate::speech::message::{Message, Voice};
use crate::store::outbox::{self, Settled, Waiting};
use crate::store::script::Script;
use crate::store::{Fault, people};

/// A message frozen at its first claim: said again, it says the same.
#[derive(serde::Serialize, serde::Deserialize)]
struct Frozen {
    message: Message,
    voice: Voice,
    edits: Option<String>,
}

/// What a look at the outbox found.
pub(super) enum Claimed {
    /// Send or look up this.
    Parcel(Box<Parcel>),
    /// One row was put away or put off; look again.
    Later,
    Nothing,
}

fn broken(what: &'static str) -> Fault {
    Fault::Decode(format!("an outbox row's {what} cannot be read").into())
}

/// Claims the next row of a platform: asks again whether it makes sense, freezes it, counts the attempt.
pub(super) async fn claim(
    conn: &mut SqliteConnection,
    defaults: &Defaults,
    platform: Platform,
    now: Timestamp,
) -> Result<(Script, Claimed), Fault> {
    let mut script = Script::default();
    let Some(row) = outbox::next(conn, platform, now).await? else { return Ok((script, Claimed::Nothing)) };
    let id = row.id;
    if let Some(morning) = asleep_until(conn, &row, now).await? {
        // It could not go out when it was due, and now they sleep. What may be there already waits as well: if it is not,
        // it would be sent again.
        outbox::put_off(&mut script, id, morning);
        return Ok((script, Claimed::Later));
    }
    // Sent late, it is today's nudge message and not that of the day it was due.
    let nudged = row.member_id.filter(|_| row.cause == Cause::Nudge.name()).map(MemberId);
    match prepare(conn, defaults, row, now).await {
        Ok(Some((body, parcel))) => {
            outbox::claim(&mut script, id, &body, now);
            if let Some(member) = nudged {
                people::nudged(&mut script, member, now);
            }
            Ok((script, Claimed::Parcel(Box::new(parcel))))
        }
        Ok(None) => {
            tracing::debug!(row = id, "no longer makes sense");
            outbox::settle(&mut script, id, Settled::Cancelled);
            Ok((script, Claimed::Later))
        }
        // One row that cannot be read must not stop all the others.
        Err(Fault::Decode(fault)) => {
            tracing::error!(row = id, %fault, "parked: it cannot be read");
            outbox::settle(&mut script, id, Settled::Parked);
            Ok((script, Claimed::Later))
        }
        Err(fault) => Err(fault),
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

/// The row's frozen body and what to deliver; `None` if it makes no sense any more.
async fn prepare(
    conn: &mut SqliteConnection,
    defaults: &Defaults,
    row: Waiting,
    now: Timestamp,
) -> Result<Option<(String, Parcel)>, Fault> {
    let frozen = match &row.body {
        // Unresolved or held up: what was frozen is what may be there already.
        Some(body) => Some(serde_json::from_str(body).map_err(|_| broken("body"))?),
        None => freeze(conn, defaults, &row, now).await?,
    };
    let Some(frozen) = frozen else { return Ok(None) };
    let body = serde_json::to_string(&frozen).map_err(|_| broken("body"))?;
    Ok(Some((body, parcel(row, frozen)?)))
}

async fn freeze(
    conn: &mut SqliteConnection,
    defaults: &Defaults,
    row: &Waiting,
    now: Timestamp,
) -> Result<Option<Frozen>, Fault> {
    let meaning: Meaning = serde_json::from_str(&row.meaning).map_err(|_| broken("meaning"))?;
    let community = CommunityId(row.community_id.unwrap_or_default());
    let to = Addressee { community, member: row.member_id.map(MemberId), now, edits: row.card.is_some() };
    let voice = voice(conn, defaults, &to).await?;
    let message = meaning::resolve(conn, meaning, &to).await?;
    Ok(message.map(|message| Frozen { message, voice, edits: row.card.clone() }))
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

fn parcel(row: Waiting, frozen: Frozen) -> Result<Parcel, Fault> {
    let refs: Vec<String> = serde_json::from_str(&row.refs).map_err(|_| broken("refs"))?;
    let refs: Result<Vec<Ref>, _> = refs.iter().map(|r| r.parse()).collect();
    let cause = format!("\"{}\"", row.cause);
    let unresolved = row.unresolved_since.map(Timestamp::from_millisecond).transpose();
    Ok(Parcel {
        row: row.id,
        key: row.key,
        attempt: row.attempts + 1,
        community: row.slug.unwrap_or_default(),
        destination: serde_json::from_str(&row.destination).map_err(|_| broken("destination"))?,
        cause: serde_json::from_str::<Cause>(&cause).map_err(|_| broken("cause"))?,
        refs: refs.map_err(|_| broken("refs"))?,
        message: frozen.message,
        voice: frozen.voice,
        edits: frozen.edits,
        answers: row.answers,
        unresolved_since: unresolved.map_err(|_| broken("instant"))?.filter(|_| row.state == "unknown"),
    })
}

/// How long a parked or refused attempt waits before it is looked at again.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(60);
/// An unreadable history is asked this often before a steward has to.
const MOST_LOOKS: u32 = 30;

/// Takes in how an attempt ended.
pub(super) async fn receipt(
    conn: &mut SqliteConnection,
    keys: &mut Keys,
    defaults: &Defaults,
    receipt: Receipt,
    now: Timestamp,
) -> Result<Script, Fault> {
    let mut script = Script::default();
    let row = receipt.row;
    let Some((community, state, attempts)) = outbox::state_of(conn, row).await? else { return Ok(script) };
    if state != "sending" {
        // A receipt that comes late changes nothing: the row was settled, or will be looked up.
        return Ok(script);
    }
    let later = |wait: SignedDuration| now.saturating_add(wait).unwrap_or(now);
    match receipt.outcome {
        Outcome::Delivered { message } => {
            outbox::card_posted(&mut script, row, &message);
            outbox::delivered(&mut script, row, &message);
        }
        Outcome::Refused { reason } | Outcome::Closed { reason } => {
            tracing::warn!(row, reason, "the platform will not take it");
            outbox::settle(&mut script, row, Settled::Failed);
            tell_conveners(conn, keys, &mut script, community, row, now).await?;
        }
        // Only sure if nothing before it is unresolved: then it may be taken already, and is looked up first.
        Outcome::Later { after } if attempts <= 1 => outbox::ready_again(&mut script, row, later(after)),
        Outcome::Later { after } => outbox::unknown(&mut script, row, later(after)),
        Outcome::Unknown { reason } => {
            tracing::warn!(row, attempts, reason, "may or may not have been taken");
            outbox::unknown(&mut script, row, later(defaults.quarantine));
        }
        Outcome::Absent => outbox::ready_again(&mut script, row, now),
        Outcome::Unreadable { reason } if attempts < MOST_LOOKS => {
            tracing::warn!(row, attempts, reason, "cannot be looked up yet");
            outbox::unknown(&mut script, row, later(LOOK_AGAIN));
        }
        Outcome::Unreadable { reason } => {
            tracing::error!(row, reason, "parked: nobody can tell whether it was taken");
            outbox::settle(&mut script, row, Settled::Parked);
        }
    }
    Ok(script)
}

/// Somebody could not be reached: the conveners hear of it once, without a word of the message.
async fn tell_conveners(
    conn: &mut SqliteConnection,
    keys: &mut Keys,
    script: &mut Script,
    community: Option<i64>,
    row: i64,
    now: Timestamp,
) -> Result<(), Fault> {
    use super::case::{Case, Stop};
    use super::meaning::Heard;

    let Some((member, cause)) = outbox::addressee(conn, row).await? else { return Ok(()) };
    // What conveners themselves cannot be told about, and answers the person can ask for again, go no further.
    if !matches!(cause.as_str(), "nudge" | "notice") {
        return Ok(());
    }
    let Some(stored) = people::community(conn, CommunityId(community.unwrap_or_default())).await? else {
        return Ok(());
    };
    let places = people::places(conn, stored.community.id).await?;
    let conveners = people::conveners(conn, stored.community.id).await?;
    let mut case = Case {
        conn,
        keys,
        now,
        event: "undelivered",
        community: stored,
        places,
        script: std::mem::take(script),
        joined: Vec::new(),
    };
    for convener in conveners.iter().filter(|c| c.member.id != MemberId(member)) {
        let told = case.tell(convener, &format!("undelivered:{row}"), Heard::Undelivered(MemberId(member)), vec![]);
        if let Err(Stop::Fault(fault)) = told {
            return Err(fault);
        }
    }
    *script = case.script;
    Ok(())
}
