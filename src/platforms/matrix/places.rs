//! Who is where, and with which standing: what the engine needs to know about a room and about the one who spoke there.
//!
//! Read from the SDK's store, which every sync brings up to date. It never tells one person by another's display name.

use std::collections::BTreeSet;

use jiff::Timestamp;
use matrix_sdk::deserialized_responses::RawAnySyncOrStrippedState;
use matrix_sdk::ruma::events::StateEventType;
use matrix_sdk::ruma::events::room::power_levels::{RoomPowerLevels, UserPowerLevel};
use matrix_sdk::ruma::{OwnedUserId, RoomId, UserId};
use matrix_sdk::{Client, Room, RoomMemberships};
use serde_json::Value;

use super::direct;
use super::event::Event;
use super::hearing::{Company, words_that_may_name};
use super::trouble::Trouble;
use crate::config::{self, ConvenersOf};
use crate::domain::community::{Account, Platform, Role};
use crate::engine::inbound::{Answer, Body, Inbound, Named, Place, Roster, Unread};

/// A Matrix user as the engine knows people.
pub(super) fn account(user: &UserId) -> Account {
    Account { platform: Platform::Matrix, id: user.to_string() }
}

/// Is the bot alone with someone in this room?
pub(super) async fn company(room: &Room) -> Result<Company, Trouble> {
    Ok(match (direct::meant_for(room).await?, direct::partner(room).await?) {
        (None, _) => Company::Public,
        (Some(_), Some(_)) => Company::Alone,
        (Some(_), None) => Company::Joined,
    })
}

/// Where somebody acts and who they are there: everything the engine wants to know beside what they did.
pub(super) struct Scene {
    pub(super) place: Place,
    pub(super) sender: OwnedUserId,
    pub(super) name: String,
    standing: Option<Role>,
    /// The public rooms in which the people may be whom they name.
    around: Vec<Room>,
}

/// The scene of an event. `None` if its sender is nobody, or a third one in somebody's chat.
pub(super) async fn scene(
    room: &Room,
    company: Company,
    event: &Event,
    account: &config::Matrix,
) -> Result<Option<Scene>, Trouble> {
    let Ok(sender) = UserId::parse(&event.sender) else { return Ok(None) };
    let (place, standing, around) = match company {
        Company::Public => {
            let place = Place::Public { id: room.room_id().to_string(), name: name_of(room), server: None };
            let convenes = powers(room, account).await?.iter().any(|power| power.convenes(&sender));
            let standing = if convenes { Role::Convener } else { Role::Member };
            (place, Some(standing), vec![room.clone()])
        }
        Company::Joined if direct::meant_for(room).await?.as_ref() != Some(&sender) => return Ok(None),
        Company::Alone | Company::Joined => {
            let around = shared(&room.client(), &sender).await?;
            let shared = around.iter().map(|room| room.room_id().to_string()).collect();
            (Place::Direct { id: room.room_id().to_string(), shared }, None, around)
        }
    };
    let name = display_name(room, &sender).await?;
    Ok(Some(Scene { place, sender, name, standing, around }))
}

impl Scene {
    /// What the sender of this event did, for the engine.
    pub(super) async fn inbound(self, event: &Event, body: Body) -> Result<Inbound, Trouble> {
        let named = match body.text() {
            Some(text) => named(&self.around, event, text).await?,
            None => Vec::new(),
        };
        Ok(Inbound {
            event: event.id.clone(),
            place: self.place,
            from: account(&self.sender),
            name: self.name,
            language: None,
            standing: self.standing,
            roles: Vec::new(),
            named,
            at: at(event),
            body,
            answer: Answer::Outbox,
            able: Vec::new(),
        })
    }

    /// The same for an event of which nobody knows what it says.
    pub(super) fn unread(self, event: &Event) -> Unread {
        Unread {
            event: event.id.clone(),
            platform: Platform::Matrix,
            place: self.place,
            from: account(&self.sender),
            name: self.name,
            at: at(event),
        }
    }
}

/// The sender's homeserver wrote it. Beyond any calendar it means nothing, and the engine has a clock of its own.
fn at(event: &Event) -> Timestamp {
    Timestamp::from_millisecond(event.at).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// What the bot is called in a room: people's clients write it when they mention it.
pub(super) async fn own_name(room: &Room) -> Result<Option<String>, Trouble> {
    Ok(room.get_member_no_sync(room.own_user_id()).await?.map(|own| own.name().to_owned()))
}

/// Everyone in the room whose power makes them a convener, and never the bot. In room version 12 its creators count too:
/// their power is without limit.
pub(super) async fn roster(room: &Room, account: &config::Matrix) -> Result<Roster, Trouble> {
    let powers = powers(room, account).await?;
    let mut conveners = Vec::new();
    for user in members(room, RoomMemberships::JOIN).await? {
        if user != room.own_user_id() && powers.iter().any(|power| power.convenes(&user)) {
            let name = display_name(room, &user).await?;
            conveners.push(Named { typed: user.to_string(), account: self::account(&user), name, is_role: false });
        }
    }
    conveners.sort_by(|a, b| a.account.cmp(&b.account));
    let (place, place_name) = (room.room_id().to_string(), name_of(room));
    Ok(Roster { platform: Platform::Matrix, place, place_name, conveners })
}

/// What a room or space says of people's power, and from which level on that makes a convener.
struct Power {
    levels: RoomPowerLevels,
    least: i64,
}

impl Power {
    fn convenes(&self, user: &UserId) -> bool {
        match self.levels.for_user(user) {
            UserPowerLevel::Int(level) => i64::from(level) >= self.least,
            // Only a creator's power is without limit.
            _ => true,
        }
    }
}

/// The powers that count in a room: its own, and those of the space it is in where the operator says so.
async fn powers(room: &Room, account: &config::Matrix) -> Result<Vec<Power>, Trouble> {
    let mut counting = vec![room.clone()];
    if account.conveners_of == ConvenersOf::Space {
        counting.extend(spaces_of(room).await?);
    }
    let mut powers = Vec::new();
    for place in counting {
        // A room that is just being made may be seen before its power levels are.
        let levels = place.power_levels().await.map_err(|_| Trouble::Unclear("power levels not known yet".into()))?;
        powers.push(Power { levels, least: account.convener_power });
    }
    Ok(powers)
}

/// The spaces a room belongs to, as both sides say: a room alone could claim any space, and a space any room.
async fn spaces_of(room: &Room) -> Result<Vec<Room>, Trouble> {
    let mut spaces = Vec::new();
    for space in room.client().joined_rooms().into_iter().filter(|space| space.is_space()) {
        let child = links(&space, StateEventType::SpaceChild, room.room_id()).await?;
        if child && links(room, StateEventType::SpaceParent, space.room_id()).await? {
            spaces.push(space);
        }
    }
    Ok(spaces)
}

/// Does a room name another one as child or parent? A link that was taken back has no servers in it.
async fn links(from: &Room, kind: StateEventType, to: &RoomId) -> Result<bool, Trouble> {
    let state = from.get_state_event(kind, to.as_str()).await?;
    Ok(state.is_some_and(|state| state_of(&state)["content"]["via"].as_array().is_some_and(|via| !via.is_empty())))
}

/// A state event as JSON, whatever is in it.
pub(super) fn state_of(state: &RawAnySyncOrStrippedState) -> Value {
    let text = match state {
        RawAnySyncOrStrippedState::Sync(raw) => raw.json().get(),
        RawAnySyncOrStrippedState::Stripped(raw) => raw.json().get(),
    };
    serde_json::from_str(text).unwrap_or_default()
}

/// The public rooms that the bot and this person are both in.
pub(super) async fn shared(client: &Client, person: &UserId) -> Result<Vec<Room>, Trouble> {
    let mut rooms = Vec::new();
    for room in client.joined_rooms() {
        let known = room.is_state_fully_synced() && !room.is_space() && room.successor_room().is_none();
        if known
            && company(&room).await? == Company::Public
            && members(&room, RoomMemberships::JOIN).await?.contains(person)
        {
            rooms.push(room);
        }
    }
    rooms.sort_by(|a, b| a.room_id().cmp(b.room_id()));
    Ok(rooms)
}

/// The people a text names who are really in these rooms. A word that fits two of them names neither.
async fn named(rooms: &[Room], event: &Event, text: &str) -> Result<Vec<Named>, Trouble> {
    let Some(first) = rooms.first() else { return Ok(Vec::new()) };
    let mut present: BTreeSet<OwnedUserId> = BTreeSet::new();
    for room in rooms {
        present.extend(members(room, RoomMemberships::JOIN).await?);
    }
    present.remove(first.own_user_id());
    let mut found = Vec::new();
    for word in words_that_may_name(text) {
        let mut fitting = present.iter().filter(|user| word.names(user.as_str()));
        if let (Some(user), None) = (fitting.next(), fitting.next()) {
            found.push((word.typed.to_owned(), user.clone()));
        }
    }
    // A client that mentions someone writes their display name into the text, and their id beside it.
    for user in event.mentions().filter_map(|id| present.iter().find(|user| user.as_str() == id)) {
        let name = name_in(rooms, user).await?;
        if text.contains(&name) && !found.iter().any(|(typed, _)| *typed == name) {
            found.push((name, user.clone()));
        }
    }
    let mut named = Vec::new();
    for (typed, user) in found {
        named.push(Named { typed, account: account(&user), name: name_in(rooms, &user).await?, is_role: false });
    }
    Ok(named)
}

/// The ids of a room's people, asked of the homeserver if the SDK does not know them all yet.
pub(super) async fn members(room: &Room, which: RoomMemberships) -> Result<BTreeSet<OwnedUserId>, Trouble> {
    room.sync_members().await?;
    Ok(room.client().state_store().get_user_ids(room.room_id(), which).await?.into_iter().collect())
}

async fn name_in(rooms: &[Room], user: &UserId) -> Result<String, Trouble> {
    for room in rooms {
        if let Some(member) = room.get_member_no_sync(user).await? {
            return Ok(member.name().to_owned());
        }
    }
    Ok(user.localpart().to_owned())
}

async fn display_name(room: &Room, user: &UserId) -> Result<String, Trouble> {
    let member = room.get_member_no_sync(user).await?;
    Ok(member.map_or_else(|| user.localpart().to_owned(), |member| member.name().to_owned()))
}

/// The room's own name. Without one its address or id, but never the names of its people.
pub(super) fn name_of(room: &Room) -> String {
    let alias = || room.canonical_alias().map(|alias| alias.to_string());
    room.name().filter(|name| !name.is_empty()).or_else(alias).unwrap_or_else(|| room.room_id().to_string())
}
