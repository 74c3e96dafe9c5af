//! Buttons where they are messages of their own: one row under a message for each, in its order, once for ever. They are an
//! ease and no promise, since all of it can be typed: one that cannot be added is left out without a word to anybody.

use sqlx::sqlite::SqliteConnection;

use super::case::{self, Row, to_json};
use super::inbound::Cause;
use super::keys::Keys;
use super::meaning::Meaning;
use super::parcel::Destination;
use super::view;
use crate::domain::ask::{Standing, Visibility};
use crate::domain::pledge::PledgeState;
use crate::domain::{CommunityId, MemberId, Ref};
use crate::speech::message::{Message, Notice, Sign};
use crate::store::Fault;
use crate::store::outbox::{self, Priority, Sent};
use crate::store::scope;
use crate::store::script::Script;

/// The buttons of a message that is there now, under it. Those that it has already are not added again.
pub(super) fn add(
    script: &mut Script,
    keys: &mut Keys,
    now: jiff::Timestamp,
    sent: &Sent,
    under: &str,
    message: &Message,
    seeds: &[Sign],
) -> Result<(), Fault> {
    let community = sent.community_id.map(CommunityId);
    let broken = |_| Fault::Decode("an outbox row's destination cannot be read".into());
    let destination: Destination = serde_json::from_str(&sent.destination).map_err(broken)?;
    for sign in seeds {
        let Some(about) = about(message, *sign) else { continue };
        let effect = format!("button:{}:{under}", sign.name());
        // What made no sense then may make sense again now.
        outbox::forget_unsaid(script, community, &effect, &to_json(&destination)?);
        let row = Row {
            community,
            member: sent.member_id.map(MemberId),
            effect: &effect,
            destination: destination.clone(),
            place: sent.place_id,
            cause: Cause::Button,
            refs: vec![about],
            meaning: &Meaning::Button { sign: *sign, about },
            answers: Some(under),
            lane: Some(format!("buttons:{under}")),
            priority: Priority::Button,
            not_before: now,
        };
        case::put(script, keys, now, row)?;
    }
    Ok(())
}

/// What a button under this message is about; `None` if it does not belong there.
fn about(message: &Message, sign: Sign) -> Option<Ref> {
    match (message, sign) {
        (Message::Card { line }, Sign::Pledge | Sign::Maybe) => Some(line.ask.into()),
        (Message::Nudge { items }, Sign::Done | Sign::NewDate | Sign::HandBack | Sign::Stop) => {
            match items.as_slice() {
                [only] => Some(only.pledge.into()),
                _ => None,
            }
        }
        (Message::Notices { items }, Sign::Arrived | Sign::StillNeeded) => match items.as_slice() {
            [Notice::ConfirmPlease { pledge, .. }] => Some((*pledge).into()),
            _ => None,
        },
        _ => None,
    }
}

/// Would pressing it do what its message says, as things stand now?
pub(super) async fn makes_sense(
    conn: &mut SqliteConnection,
    community: CommunityId,
    sign: Sign,
    about: Ref,
) -> Result<bool, Fault> {
    let scope = scope::of(conn, community, about).await?;
    let Some(subject) = scope.and_then(|scope| scope.subject) else { return Ok(false) };
    let stored = match about {
        Ref::Pledge(id) => subject.pledge(id),
        _ => None,
    };
    let standing = view::card_line(&subject).standing;
    let can_be_read = subject.ask.ask.visibility == Visibility::Open;
    Ok(match sign {
        Sign::Pledge => can_be_read && standing == Standing::Open,
        Sign::Maybe => can_be_read && matches!(standing, Standing::Open | Standing::InHand),
        Sign::Done | Sign::NewDate | Sign::HandBack => stored.is_some_and(|stored| stored.pledge.is_open()),
        Sign::Stop => stored.is_some_and(|stored| stored.pledge.is_open() && !stored.nudges_stopped),
        Sign::Arrived | Sign::StillNeeded => {
            stored.is_some_and(|stored| matches!(stored.pledge.state, PledgeState::Done { .. }))
        }
    })
}
