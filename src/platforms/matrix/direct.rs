//! The one direct chat with each person: found again after any crash, opened if there is none, and never a second one.
//!
//! A room the bot opens carries a marker in the event that creates it. That is there from the first moment, so the room is
//! recognised even if the bot died before it could note it in its account data (`m.direct`), and nobody can write it later.
//! A chat that somebody else opens is marked in the bot's own data about that room, before the bot joins it: `m.direct` is one
//! list for all rooms, and two chats joined at once overwrite each other in it.
//! Nothing goes to a chat where a third person reads.

use std::collections::HashMap;

use matrix_sdk::ruma::api::client::config::get_room_account_data;
use matrix_sdk::ruma::api::client::membership::joined_rooms;
use matrix_sdk::ruma::api::client::room::create_room;
use matrix_sdk::ruma::api::client::state::get_state_event_for_key;
use matrix_sdk::ruma::events::room::encryption::RoomEncryptionEventContent;
use matrix_sdk::ruma::events::{InitialStateEvent, StateEventType};
use matrix_sdk::ruma::serde::Raw;
use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId, RoomId, UserId};
use matrix_sdk::{Client, HttpError, Room, RoomMemberships};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::places::{members, state_of};
use super::trouble::Trouble;

/// The field of `m.room.create` that says whom a direct chat is for: `"@ana:example.org"`.
const MARKER: &str = "org.barnraiser.direct";
/// The type of the bot's own data about a room that somebody opened as a chat with it: `{"with": "@ana:example.org"}`.
const NOTE: &str = "org.barnraiser.chat";

/// The one this chat is with, if it is a direct chat: at most the bot and one other person are in it or invited.
pub(super) async fn partner(room: &Room) -> Result<Option<OwnedUserId>, Trouble> {
    let Some(person) = meant_for(room).await? else { return Ok(None) };
    let present = members(room, RoomMemberships::ACTIVE).await?;
    let alone = present.iter().all(|user| *user == person || user == room.own_user_id());
    Ok(alone.then_some(person))
}

/// Whom a room was made for: by the marker, if the bot itself created the room, or by the bot's own account data.
pub(super) async fn meant_for(room: &Room) -> Result<Option<OwnedUserId>, Trouble> {
    if let Some(state) = room.get_state_event(StateEventType::RoomCreate, "").await? {
        let event = state_of(&state);
        if event["sender"] == room.own_user_id().as_str()
            && let Some(person) = person_in(&event["content"])
        {
            return Ok(Some(person));
        }
    }
    if let Some(note) = room.account_data(NOTE.into()).await? {
        let note: Value = serde_json::from_str(note.json().get()).unwrap_or_default();
        return Ok(note["content"]["with"].as_str().and_then(|id| UserId::parse(id).ok()));
    }
    let targets = room.direct_targets();
    let mut targets = targets.iter();
    match (targets.next(), targets.next()) {
        (Some(only), None) => Ok(OwnedUserId::try_from(only).ok()),
        _ => Ok(None),
    }
}

/// Notes that a room is a chat with this person. It stays one, whatever the room becomes.
pub(super) async fn note_chat(room: &Room, person: &UserId) -> Result<(), Trouble> {
    let note = Raw::new(&json!({"with": person})).expect("a JSON value is always JSON").cast_unchecked();
    room.set_account_data_raw(NOTE.into(), note).await?;
    Ok(())
}

/// Is a room noted as a chat at the homeserver, and the SDK has not heard of it yet? A sync leaves out what was noted of a
/// room before it was joined; noted once more, the next one brings it.
pub(super) async fn note_is_on_its_way(room: &Room) -> Result<bool, Trouble> {
    if room.account_data(NOTE.into()).await?.is_some() {
        return Ok(false);
    }
    let (own, id) = (room.own_user_id().to_owned(), room.room_id().to_owned());
    let asked = get_room_account_data::v3::Request::new(own, id, NOTE.into());
    let note = match room.client().send(asked).await {
        Ok(answer) => serde_json::from_str::<Value>(answer.account_data.json().get()).unwrap_or_default(),
        Err(error) if is_not_found(&error) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let Some(person) = note["with"].as_str().and_then(|id| UserId::parse(id).ok()) else { return Ok(false) };
    note_chat(room, &person).await?;
    Ok(true)
}

fn person_in(content: &Value) -> Option<OwnedUserId> {
    content[MARKER].as_str().and_then(|id| UserId::parse(id).ok())
}

/// Does the SDK know that this person is in the room or invited? Keys go only to people it knows of: what was sent before,
/// they could never read. A sync may have shown a room half made, before its person was invited.
async fn is_known_in(room: &Room, person: &UserId) -> Result<bool, Trouble> {
    if members(room, RoomMemberships::ACTIVE).await?.contains(person) {
        return Ok(true);
    }
    room.mark_members_missing();
    Ok(members(room, RoomMemberships::ACTIVE).await?.contains(person))
}

/// What [`DirectChats::find`] knows.
#[derive(Debug)]
pub(super) enum Chat {
    Open(Room),
    /// The homeserver has it; the next sync will bring it.
    NotSyncedYet,
    None,
}

/// Finds and opens direct chats, one at a time.
#[derive(Debug)]
pub(super) struct DirectChats {
    client: Client,
    /// Are new chats encrypted?
    encrypted: bool,
    /// Chats opened by this process that the sync may not have brought yet. Held while one is looked for or opened.
    opened: Mutex<HashMap<OwnedUserId, OwnedRoomId>>,
}

impl DirectChats {
    pub(super) fn new(client: Client, encrypted: bool) -> Self {
        DirectChats { client, encrypted, opened: Mutex::new(HashMap::new()) }
    }

    /// The direct chat with this person, if there is one.
    pub(super) async fn find(&self, person: &UserId) -> Result<Chat, Trouble> {
        let opened = self.opened.lock().await;
        self.look(person, &opened).await
    }

    /// The direct chat with this person, opened if there is none. A person who left it is invited again.
    pub(super) async fn find_or_open(&self, person: &UserId) -> Result<Room, Trouble> {
        let mut opened = self.opened.lock().await;
        let room = match self.look(person, &opened).await? {
            Chat::Open(room) => room,
            Chat::NotSyncedYet => return Err(Trouble::NotYet),
            Chat::None => {
                let room = self.open(person).await?;
                opened.insert(person.to_owned(), room.room_id().to_owned());
                room
            }
        };
        if !is_known_in(&room, person).await? {
            // They left, or declined.
            room.invite_user_by_id(person).await?;
            if !is_known_in(&room, person).await? {
                return Err(Trouble::NotYet);
            }
        }
        if room.is_state_fully_synced() {
            opened.remove(person);
        }
        Ok(room)
    }

    async fn look(&self, person: &UserId, opened: &HashMap<OwnedUserId, OwnedRoomId>) -> Result<Chat, Trouble> {
        let mut chats = Vec::new();
        for room in self.client.joined_rooms() {
            // Nobody reads on in a room that was upgraded.
            if room.is_state_fully_synced()
                && room.successor_room().is_none()
                && partner(&room).await?.as_deref() == Some(person)
            {
                let inside = members(&room, RoomMemberships::JOIN).await?.contains(person);
                chats.push((!inside, room));
            }
        }
        // Where the person is, and among several always the same one.
        chats.sort_by(|a, b| (a.0, a.1.room_id()).cmp(&(b.0, b.1.room_id())));
        if let Some((_, room)) = chats.into_iter().next() {
            return Ok(Chat::Open(room));
        }
        if let Some(room) = opened.get(person).and_then(|id| self.client.get_room(id))
            && !room.is_state_fully_synced()
        {
            return Ok(Chat::Open(room));
        }
        self.look_at_the_homeserver(person).await
    }

    /// Looks through rooms the sync has not brought: one may have been made by a request whose answer never came.
    async fn look_at_the_homeserver(&self, person: &UserId) -> Result<Chat, Trouble> {
        let joined = self.client.send(joined_rooms::v3::Request::new()).await?;
        for id in joined.joined_rooms {
            let synced = self.client.get_room(&id).is_some_and(|room| room.is_state_fully_synced());
            if !synced && self.marked_person(&id).await?.as_deref() == Some(person) {
                return Ok(Chat::NotSyncedYet);
            }
        }
        Ok(Chat::None)
    }

    async fn marked_person(&self, room: &RoomId) -> Result<Option<OwnedUserId>, Trouble> {
        let request =
            get_state_event_for_key::v3::Request::new(room.to_owned(), StateEventType::RoomCreate, String::new());
        match self.client.send(request).await {
            Ok(answer) => {
                Ok(person_in(&serde_json::from_str::<Value>(answer.event_or_content.get()).unwrap_or_default()))
            }
            Err(error) if is_not_found(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens a chat, encrypted unless the operator says otherwise.
    async fn open(&self, person: &UserId) -> Result<Room, Trouble> {
        let marker: Raw<create_room::v3::CreationContent> =
            Raw::new(&json!({MARKER: person})).expect("a JSON value is always JSON").cast_unchecked();
        let mut request = create_room::v3::Request::new();
        request.is_direct = true;
        request.invite = vec![person.to_owned()];
        request.preset = Some(create_room::v3::RoomPreset::TrustedPrivateChat);
        request.creation_content = Some(marker);
        if self.encrypted {
            let encryption = RoomEncryptionEventContent::with_recommended_defaults();
            request.initial_state = vec![InitialStateEvent::with_empty_state_key(encryption).to_raw_any()];
        }
        // The SDK notes it in m.direct as well; if that fails, the marker is enough for us.
        let room = self.client.create_room(request).await?;
        tracing::info!(room = %room.room_id(), "opened a direct chat");
        Ok(room)
    }
}

fn is_not_found(error: &HttpError) -> bool {
    error.as_client_api_error().is_some_and(|error| error.status_code.as_u16() == 404)
}
