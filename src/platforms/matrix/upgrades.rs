//! Room upgrades: a room that says it goes on elsewhere, and whose new one says that it came from there, is followed.
//!
//! Only both together count. A tombstone alone could send a community anywhere, and any room can claim to be the
//! continuation of another.

use std::collections::{BTreeSet, HashSet};

use matrix_sdk::ruma::{OwnedRoomId, RoomId};
use matrix_sdk::{Client, Room, RoomMemberships, RoomState};

use super::backoff::Patience;
use super::trouble::Trouble;
use super::{direct, places};
use crate::domain::community::Platform;
use crate::engine::{Engine, Stopped};

/// So many servers are asked for the way into the new room.
const MOST_SERVERS: usize = 5;

/// Follows upgraded rooms; each step may be repeated, and the engine hears of a move before anything from the new room.
pub(super) struct Upgrades {
    client: Client,
    /// Rooms that were followed, or lead nowhere, since this process started.
    settled: HashSet<OwnedRoomId>,
    patience: Patience<OwnedRoomId>,
}

impl Upgrades {
    pub(super) fn new(client: Client) -> Self {
        Upgrades { client, settled: HashSet::new(), patience: Patience::new() }
    }

    pub(super) fn until_next(&self) -> Option<std::time::Duration> {
        self.patience.until_next()
    }

    /// Is this the continuation of a room of the bot's that was not followed yet? Nothing in it is heard before.
    pub(super) fn waits_for_its_past(&self, room: &Room) -> bool {
        let past = room.predecessor_room().and_then(|past| self.client.get_room(&past.room_id));
        past.is_some_and(|past| {
            let leads_here = past.successor_room().is_some_and(|next| next.room_id == room.room_id());
            past.state() == RoomState::Joined && leads_here && !self.settled.contains(past.room_id())
        })
    }

    /// Goes after every room that was upgraded.
    pub(super) async fn follow(&mut self, engine: &Engine) -> Result<(), Stopped> {
        for old in self.client.joined_rooms() {
            let id = old.room_id().to_owned();
            let Some(next) = old.successor_room() else { continue };
            if self.settled.contains(&id) || !self.patience.allows(&id) {
                continue;
            }
            match self.step(&old, next.room_id, engine).await? {
                Ok(true) => {
                    self.patience.settled(&id);
                    self.settled.insert(id);
                }
                Ok(false) => {}
                Err(trouble) => {
                    tracing::warn!(room = %id, %trouble, "cannot follow an upgraded room yet; trying again");
                    self.patience.failed(id);
                }
            }
        }
        Ok(())
    }

    /// Since room version 12 an id says nothing about where its room can be found: the people's servers know.
    async fn join(&self, old: &Room, next: &RoomId) -> Result<(), Trouble> {
        let people = places::members(old, RoomMemberships::JOIN).await?;
        let servers: BTreeSet<_> = people.iter().map(|user| user.server_name().to_owned()).collect();
        let servers: Vec<_> = servers.into_iter().take(MOST_SERVERS).collect();
        self.client.join_room_by_id_or_alias(next.into(), &servers).await?;
        Ok(())
    }

    /// True when there is nothing left to do for this room; false if the next sync has to bring something first.
    async fn step(&self, old: &Room, next: OwnedRoomId, engine: &Engine) -> Result<Result<bool, Trouble>, Stopped> {
        let joined = self.client.get_room(&next).filter(|room| room.state() == RoomState::Joined);
        let Some(new) = joined else {
            return Ok(self.join(old, &next).await.map(|()| false));
        };
        if !new.is_state_fully_synced() {
            return Ok(Ok(false));
        }
        if new.predecessor_room().is_none_or(|past| past.room_id != old.room_id()) {
            tracing::warn!(room = %old.room_id(), "says that it goes on in a room that does not know of it; not followed");
            return Ok(Ok(true));
        }
        let chat = match direct::partner(old).await {
            Ok(partner) => partner.is_some(),
            Err(trouble) => return Ok(Err(trouble)),
        };
        if chat {
            return Ok(new.set_is_direct(true).await.map(|()| true).map_err(Trouble::from));
        }
        let name = places::name_of(&new);
        engine.place_moved(Platform::Matrix, old.room_id().as_str(), next.as_str(), &name).await?;
        tracing::info!(room = %old.room_id(), to = %next, "followed an upgraded room");
        Ok(Ok(true))
    }
}
