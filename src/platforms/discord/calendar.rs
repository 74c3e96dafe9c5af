//! Gatherings as a server's scheduled events, so that they stand where people on Discord look for what is coming.
//!
//! An event has no room for a key that nobody sees. It is known by whose it is, by its name, which is the gathering's and the
//! community's, and by when it begins.

use jiff::SignedDuration;
use jiff::fmt::temporal;
use serde_json::{Value, json};
use serenity::model::guild::ScheduledEvent;
use serenity::model::id::{GuildId, ScheduledEventId};

use super::session::Session;
use super::trouble::Trouble;
use super::words::shortened;
use crate::delivery::gateway::{Letter, Lookup};
use crate::engine::parcel::Parcel;
use crate::speech::copy;
use crate::speech::doc::{Block, Doc};
use crate::speech::message::{GatheringLine, Message};

/// Discord's numbers.
const MOST_NAME: usize = 100;
const MOST_ABOUT: usize = 1_000;
const MOST_LOCATION: usize = 100;
/// An event elsewhere than on Discord, which has to say where and until when; seen by whoever is on the server.
const ELSEWHERE: u8 = 3;
const MEMBERS_ONLY: u8 = 2;
const CALLED_OFF: u8 = 4;

/// A gathering has no end. Discord wants one.
const LASTS: SignedDuration = SignedDuration::from_hours(2);

/// What stands where a gathering has no place yet. It reads in every language.
const NOWHERE_YET: &str = "?";

/// Puts a gathering into the calendar, or its change; the event's id.
pub(super) async fn put(session: &Session, server: GuildId, letter: &Letter) -> Result<String, Trouble> {
    let line = gathering(&letter.parcel)?;
    let event = match &letter.parcel.edits {
        Some(known) => {
            let id = ScheduledEventId::new(known.parse().map_err(|_| Trouble::Refused("no id of Discord's".into()))?);
            let change = if line.cancelled { json!({"status": CALLED_OFF}) } else { event(line, &letter.doc)? };
            session.http.edit_scheduled_event(server, id, &change, None).await?
        }
        None => session.http.create_scheduled_event(server, &event(line, &letter.doc)?, None).await?,
    };
    Ok(event.id.to_string())
}

/// Looks for the event of an earlier attempt. Of a change, whether it took effect.
pub(super) async fn find(session: &Session, server: GuildId, parcel: &Parcel) -> Result<Lookup, Trouble> {
    let line = gathering(parcel)?;
    let wanted = event(line, &copy::say(&parcel.message, &parcel.voice))?;
    let events = session.http.get_scheduled_events(server, false).await?;
    let known = |event: &&ScheduledEvent| match &parcel.edits {
        Some(id) => event.id.to_string() == *id,
        None => event.creator_id == Some(session.me),
    };
    let found = events.iter().filter(known).find(|event| says(event, &wanted));
    Ok(match (found, line.cancelled) {
        // Called off, it is not listed any more.
        (None, true) => Lookup::Found(parcel.edits.clone().unwrap_or_default()),
        (Some(event), false) => Lookup::Found(event.id.to_string()),
        _ => Lookup::Absent,
    })
}

fn says(event: &ScheduledEvent, wanted: &Value) -> bool {
    let starts = wanted["scheduled_start_time"].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
    event.name == wanted["name"] && starts.is_some_and(|at| at.as_second() == event.start_time.unix_timestamp())
}

fn gathering(parcel: &Parcel) -> Result<&GatheringLine, Trouble> {
    match &parcel.message {
        Message::Event { line, .. } => Ok(line),
        _ => Err(Trouble::Refused("a calendar takes gatherings only".into())),
    }
}

/// An event as Discord takes it.
fn event(line: &GatheringLine, doc: &Doc) -> Result<Value, Trouble> {
    let too_far = |_| Trouble::Refused("beyond the calendar".into());
    let starts = line.starts.instant();
    let ends = starts.checked_add(LASTS).map_err(too_far)?;
    let name: String = match doc.blocks.first() {
        Some(Block::Heading(line)) => line.iter().map(|span| span.text()).collect(),
        _ => String::new(),
    };
    let about = Doc { blocks: doc.blocks.iter().skip(1).cloned().collect(), ..Doc::default() }.plain("/");
    let place = line.place.as_ref().map(|place| place.0.trim()).filter(|place| !place.is_empty());
    let at = |instant| temporal::DateTimePrinter::new().precision(Some(0)).timestamp_to_string(&instant);
    Ok(json!({
        "name": shortened(&name, MOST_NAME),
        "description": shortened(&about, MOST_ABOUT),
        "privacy_level": MEMBERS_ONLY,
        "entity_type": ELSEWHERE,
        "entity_metadata": {"location": shortened(place.unwrap_or(NOWHERE_YET), MOST_LOCATION)},
        "scheduled_start_time": at(starts),
        "scheduled_end_time": at(ends),
    }))
}
