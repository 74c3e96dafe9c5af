//! The way out to Matrix: sends a letter once with its key, and finds by that key what an earlier attempt may have sent.
//!
//! It never retries by itself, never uses the SDK's send queue (which mints transaction ids of its own), and never sends
//! something meant for one person to a room where others read.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use matrix_sdk::config::RequestConfig;
use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::events::room::history_visibility::HistoryVisibility;
use matrix_sdk::ruma::{OwnedTransactionId, OwnedUserId, RoomId, UserId};
use matrix_sdk::{Client, Room, RoomState, reqwest};
use serde_json::Value;

use super::direct::{self, Chat, DirectChats};
use super::event::Event;
use super::pictures;
use super::settings::Settings;
use super::signals::Signals;
use super::trouble::Trouble;
use super::words::{self, KEY, Reader};
use crate::delivery::gateway::{Gateway, Letter, Lookup, ServerClock, Sight};
use crate::domain::community::Platform;
use crate::engine::parcel::{Destination, Outcome, Pace, Parcel, Rate};
use crate::speech::doc::Doc;
use crate::speech::message::Message;
use crate::speech::sign::Sign;

/// How long the homeserver may take over one message, in seconds.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// And over saying what time it is: a late answer says nothing about now.
const CLOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// A lookup reads this far before the time it was asked for: two machines' clocks are compared here.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(60);
/// And at least this many events, however the two clocks stand.
const FEWEST_EVENTS: usize = 500;
/// A lookup that would have to read more than this gives up.
const MOST_EVENTS: usize = 5_000;
const PAGE_EVENTS: u32 = 100;

/// Sends messages to rooms and people; clones share one account.
#[derive(Debug, Clone)]
pub struct MatrixGateway {
    client: Client,
    /// What stands before commands, with its space.
    prefix: Arc<str>,
    chats: Arc<DirectChats>,
    pace: Pace,
    signals: Signals,
    /// For what the SDK does not hand out: the headers of an answer.
    web: reqwest::Client,
}

/// Where a letter goes in the end.
struct Target {
    room: Room,
    /// The one who reads there alone with the bot.
    alone: Option<OwnedUserId>,
    /// Is it the room in which the answered event stands?
    same_room: bool,
}

impl MatrixGateway {
    pub(super) fn new(client: Client, settings: &Settings, signals: Signals) -> Self {
        let chats = Arc::new(DirectChats::new(client.clone(), settings.account.encrypt_chats));
        let prefix = format!("{} ", settings.account.prefix).into();
        let pace = pace(settings.account.messages_per_minute, settings.account.burst);
        MatrixGateway { client, prefix, chats, pace, signals, web: reqwest::Client::new() }
    }

    async fn target(&self, destination: &Destination) -> Result<Target, Trouble> {
        match destination {
            Destination::Place { id, .. } => Ok(Target { room: self.joined_room(id)?, alone: None, same_room: true }),
            Destination::Person(account) => self.person(&account.id).await,
            Destination::Chat { id, account, .. } => match self.chat_with(id, &account.id).await? {
                Some((room, person)) => Ok(Target { room, alone: Some(person), same_room: true }),
                // Somebody joined them, or left: what is meant for one person goes where only they read.
                None => self.person(&account.id).await,
            },
            Destination::Whisper { .. } | Destination::Calendar { .. } => Err(elsewhere()),
        }
    }

    fn joined_room(&self, id: &str) -> Result<Room, Trouble> {
        let room = RoomId::parse(id).ok().and_then(|id| self.client.get_room(&id));
        room.filter(|room| room.state() == RoomState::Joined).ok_or_else(|| Trouble::Closed("not in the room".into()))
    }

    /// This chat, if it is still with this person alone.
    async fn chat_with(&self, id: &str, person: &str) -> Result<Option<(Room, OwnedUserId)>, Trouble> {
        let Ok(room) = self.joined_room(id) else { return Ok(None) };
        let partner = direct::partner(&room).await?;
        Ok(partner.filter(|partner| partner.as_str() == person).map(|partner| (room, partner)))
    }

    async fn person(&self, id: &str) -> Result<Target, Trouble> {
        let person = user(id)?;
        let room = self.chats.find_or_open(&person).await?;
        Ok(Target { room, alone: Some(person), same_room: false })
    }

    /// Every room in which an earlier attempt may have put its message.
    async fn rooms_to_search(&self, destination: &Destination) -> Result<Vec<Room>, Trouble> {
        match destination {
            Destination::Place { id, .. } => Ok(vec![self.joined_room(id)?]),
            Destination::Person(account) => Ok(self.known_chat(&account.id).await?.into_iter().collect()),
            Destination::Chat { id, account, .. } => {
                let mut rooms: Vec<Room> = self.known_chat(&account.id).await?.into_iter().collect();
                if let Ok(room) = self.joined_room(id)
                    && rooms.iter().all(|known| known.room_id() != room.room_id())
                {
                    rooms.push(room);
                }
                Ok(rooms)
            }
            Destination::Whisper { .. } | Destination::Calendar { .. } => Err(elsewhere()),
        }
    }

    async fn known_chat(&self, person: &str) -> Result<Option<Room>, Trouble> {
        match self.chats.find(&user(person)?).await? {
            Chat::Open(room) => Ok(Some(room)),
            Chat::None => Ok(None),
            Chat::NotSyncedYet => Err(Trouble::Unclear("the direct chat is not synchronised yet".into())),
        }
    }

    /// The kind of event that a letter becomes, and its content.
    async fn content(&self, letter: &Letter, target: &Target) -> Result<(&'static str, Value), Trouble> {
        let parcel = &letter.parcel;
        if let (Message::Button { sign, .. }, Some(under)) = (&parcel.message, &parcel.answers) {
            return Ok(("m.reaction", words::reaction(*sign, under, &parcel.key)));
        }
        let reader = Reader { alone: target.alone.as_deref(), same_room: target.same_room };
        let picture = match &letter.doc.picture {
            Some(picture) => Some(pictures::upload(&target.room, picture).await?),
            None => None,
        };
        Ok(("m.room.message", words::content(letter, &self.prefix, reader, picture.as_ref())))
    }

    /// Reads a room backwards for the bot's own message with this key.
    async fn search(&self, room: &Room, key: &str, since: Timestamp) -> Result<Lookup, Trouble> {
        let oldest = since.checked_sub(CLOCK_SLACK).unwrap_or(Timestamp::MIN).as_millisecond();
        let own = room.own_user_id().as_str();
        let open_to_newcomers = matches!(
            room.history_visibility_or_default(),
            HistoryVisibility::Shared | HistoryVisibility::WorldReadable
        );
        let (mut from, mut read) = (None::<String>, 0);
        loop {
            let mut page = MessagesOptions::backward().from(from.as_deref());
            page.limit = PAGE_EVENTS.into();
            let page = room.messages(page).await?;
            for event in page.chunk.iter().filter_map(Event::read) {
                if event.sender == own && event.is_sealed && event.at >= oldest {
                    return Ok(Lookup::Unreadable("the bot's own words there cannot be decrypted here yet".into()));
                }
                if event.sender == own && event.content[KEY] == key {
                    return Ok(Lookup::Found(event.edited().map_or(event.id.clone(), str::to_owned)));
                }
                // Put out and let in again since: what was said before is not shown to it, which reads like nothing said.
                if event.at >= oldest && !open_to_newcomers && event.is_arrival_of(own) {
                    return Ok(Lookup::Unreadable("the bot came into the room only later".into()));
                }
                read += 1;
                if read > FEWEST_EVENTS && event.at < oldest {
                    return Ok(Lookup::Absent);
                }
            }
            match page.end {
                None => return Ok(Lookup::Absent),
                Some(end) if from.as_ref() == Some(&end) => return Ok(Lookup::Absent),
                Some(_) if read > MOST_EVENTS => return Ok(Lookup::Unreadable("too much to read".into())),
                Some(end) => from = Some(end),
            }
        }
    }
}

/// A homeserver counts what an account sends, wherever it sends it (Synapse's `rc_message`).
fn pace(per_minute: u32, burst: u32) -> Pace {
    let every = SignedDuration::from_millis(60_000 / i64::from(per_minute.max(1)));
    Pace { overall: Some(Rate { every, burst, reserve: burst / 3 }), each: None }
}

/// Matrix has neither whispers nor calendars.
fn elsewhere() -> Trouble {
    Trouble::Refused("there is no such thing on Matrix".into())
}

fn user(id: &str) -> Result<OwnedUserId, Trouble> {
    UserId::parse(id).map_err(|_| Trouble::Refused("no Matrix user id".into()))
}

#[async_trait]
impl Gateway for MatrixGateway {
    fn platform(&self) -> Platform {
        Platform::Matrix
    }

    fn pace(&self) -> Pace {
        self.pace
    }

    async fn deliver(&self, letter: &Letter) -> Outcome {
        let target = match self.target(&letter.parcel.destination).await {
            Ok(target) => target,
            Err(trouble) => return trouble.before_sending(),
        };
        let (kind, content) = match self.content(letter, &target).await {
            Ok(content) => content,
            Err(trouble) => return trouble.before_sending(),
        };
        let key = OwnedTransactionId::from(letter.parcel.key.as_str());
        let once = RequestConfig::new().timeout(SEND_TIMEOUT).disable_retry();
        let sent = target.room.send_raw(kind, content).with_transaction_id(&key).with_request_config(once).await;
        self.signals.answered(&target.room);
        match sent.map_err(Trouble::from) {
            // An edit leaves the message where it was: its id stays that of the edited event.
            Ok(sent) => {
                let edited = letter.parcel.edits.clone();
                Outcome::Delivered { message: edited.unwrap_or_else(|| sent.response.event_id.to_string()) }
            }
            // The same sign of the same sender under the same event: it is there.
            Err(Trouble::Refused(reason)) if reason.starts_with("M_DUPLICATE_ANNOTATION") => {
                Outcome::Delivered { message: letter.parcel.answers.clone().unwrap_or_default() }
            }
            Err(trouble) => trouble.while_sending(),
        }
    }

    /// Every sign is a reaction of the bot's own, so that pressing it is one touch.
    fn seeds(&self, doc: &Doc) -> Vec<Sign> {
        doc.buttons.iter().filter_map(|button| button.sign).collect()
    }

    /// Whoever is in a room reads what was said since they came; whether that is long enough the search itself finds out. A
    /// homeserver that does not answer is no reason to disbelieve, since the search then has none either.
    async fn sight(&self, parcel: &Parcel) -> Sight {
        match self.rooms_to_search(&parcel.destination).await {
            Err(Trouble::Closed(reason) | Trouble::Refused(reason)) => Sight::Barred(reason),
            _ => Sight::Clear,
        }
    }

    async fn find(&self, parcel: &Parcel, since: Timestamp) -> Lookup {
        let rooms = match self.rooms_to_search(&parcel.destination).await {
            Ok(rooms) => rooms,
            Err(trouble) => return trouble.while_looking(),
        };
        for room in rooms {
            match self.search(&room, &parcel.key, since).await {
                Ok(Lookup::Absent) => {}
                Ok(found_or_unreadable) => return found_or_unreadable,
                Err(trouble) => return trouble.while_looking(),
            }
        }
        Lookup::Absent
    }

    /// What the homeserver puts on its answers.
    async fn clock(&self) -> ServerClock {
        let Ok(asked) = self.client.homeserver().join("_matrix/client/versions") else { return ServerClock::Silent };
        let Ok(answer) = self.web.get(asked).timeout(CLOCK_TIMEOUT).send().await else { return ServerClock::Unreached };
        let date = answer.headers().get("date").and_then(|date| rfc2822::parse(date.to_str().ok()?).ok());
        date.map_or(ServerClock::Silent, |date| ServerClock::Shows(date.timestamp()))
    }
}
