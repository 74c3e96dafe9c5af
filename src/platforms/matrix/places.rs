//! Who is where, and with which standing: what the engine needs to know about a room and about the one who spoke there.
//!
//! Read from the SDK's store, which every sync brings up to date. It never tells one person by another's display name.

use std::collections::BTreeSet;

use jiff::Timestamp;
use matrix_sdk::ruma::events::room::power_levels::UserPowerLevel;
use matrix_sdk::ruma::{OwnedUserId, UserId};
use matrix_sdk::{Client, Room, RoomMemberships};

use super::direct;
use super::event::Event;
use super::hearing::{Company, Ears, words_that_may_name};
use super::trouble::Trouble;
use crate::domain::community::{Account, Platform, Role};
use crate::engine::inbound::{Answer, Body, Inbound, Named, Place, Roster};

/// A Matrix user as the engine knows people.
pub(super) fn account(user: &UserId) -> Account {
    Account { platform: Platform::Matrix, id: user.to_string() }
}

/// Is the bot alone with someone in this room?
pub(super) async fn company(room: &Room) -> Result<Company, Trouble> {
    Ok(if direct::partner(room).await?.is_some() { Company::Alone } else { Company::Public })
}

/// What was said to the bot in this event, with everything the engine wants to know about it.
pub(super) async fn inbound(
    room: &Room,
    company: Company,
    event: &Event,
    ears: &Ears,
    convener_power: i64,
) -> Result<Option<Inbound>, Trouble> {
    if event.written_body().is_none() {
        return Ok(None);
    }
    let own_name = room.get_member_no_sync(room.own_user_id()).await?.map(|own| own.name().to_owned());
    let Some(text) = ears.command(event, company, own_name.as_deref()) else { return Ok(None) };
    let Ok(sender) = UserId::parse(&event.sender) else { return Ok(None) };
    let (place, standing, around) = match company {
        Company::Public => {
            let place = Place::Public { id: room.room_id().to_string(), name: name_of(room) };
            (place, Some(standing(room, &sender, convener_power).await?), vec![room.clone()])
        }
        Company::Alone => {
            let around = shared(&room.client(), &sender).await?;
            let shared = around.iter().map(|room| room.room_id().to_string()).collect();
            (Place::Direct { id: room.room_id().to_string(), shared }, None, around)
        }
    };
    Ok(Some(Inbound {
        event: event.id.clone(),
        place,
        from: account(&sender),
        name: display_name(room, &sender).await?,
        standing,
        named: named(&around, event, &text).await?,
        // The sender's homeserver wrote it. Beyond any calendar it means nothing, and the engine has a clock of its own.
        at: Timestamp::from_millisecond(event.at).unwrap_or(Timestamp::UNIX_EPOCH),
        body: Body::Said(text),
        answer: Answer::Outbox,
    }))
}

/// Everyone in the room whose power makes them a convener, and never the bot. In room version 12 its creators count too:
/// their power is without limit.
pub(super) async fn roster(room: &Room, convener_power: i64) -> Result<Roster, Trouble> {
    // A room that is just being made may be seen before its power levels are.
    let levels = room.power_levels().await.map_err(|_| Trouble::Unclear("power levels not known yet".into()))?;
    let mut conveners = Vec::new();
    for user in members(room, RoomMemberships::JOIN).await? {
        if user != room.own_user_id() && convenes(levels.for_user(&user), convener_power) {
            let name = display_name(room, &user).await?;
            conveners.push(Named { typed: user.to_string(), account: account(&user), name });
        }
    }
    conveners.sort_by(|a, b| a.account.cmp(&b.account));
    let (place, place_name) = (room.room_id().to_string(), name_of(room));
    Ok(Roster { platform: Platform::Matrix, place, place_name, conveners })
}

async fn standing(room: &Room, user: &UserId, convener_power: i64) -> Result<Role, Trouble> {
    let level = room.get_user_power_level(user).await?;
    Ok(if convenes(level, convener_power) { Role::Convener } else { Role::Member })
}

fn convenes(level: UserPowerLevel, convener_power: i64) -> bool {
    match level {
        UserPowerLevel::Int(level) => i64::from(level) >= convener_power,
        // Only a creator's power is without limit.
        _ => true,
    }
}

/// The public rooms that the bot and this person are both in.
pub(super) async fn shared(client: &Client, person: &UserId) -> Result<Vec<Room>, Trouble> {
    let mut rooms = Vec::new();
    for room in client.joined_rooms() {
        let known = room.is_state_fully_synced() && !room.is_space();
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
        named.push(Named { typed, account: account(&user), name: name_in(rooms, &user).await? });
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
fn name_of(room: &Room) -> String {
    let alias = || room.canonical_alias().map(|alias| alias.to_string());
    room.name().filter(|name| !name.is_empty()).or_else(alias).unwrap_or_else(|| room.room_id().to_string())
}
