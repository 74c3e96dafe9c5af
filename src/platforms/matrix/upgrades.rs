//! Room upgrades: a room that says it goes on elsewhere, and whose new one says that it came from there, is followed.
//!
//! Only both together count. A tombstone alone could send a community anywhere, and any room can claim to be the
//! continuation of another. Chats are not followed: a person's next message opens a new one.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use matrix_sdk::ruma::{OwnedRoomId, RoomId};
use matrix_sdk::{Client, Room, RoomMemberships, RoomState};
use tokio::time::Instant;

use super::backoff::Patience;
use super::hearing::Company;
use super::places;
use super::trouble::Trouble;
use crate::domain::community::Platform;
use crate::engine::{Engine, Stopped};

/// How long the way into a new room may take: everything else waits meanwhile.
const JOIN_TIMEOUT: Duration = Duration::from_secs(20);
/// So many servers are asked for the way into the new room.
const MOST_SERVERS: usize = 5;

/// A room that says it continues one of the bot's waits this long for the other to say so too: the two come in any order.
const FOR_ITS_PAST: Duration = Duration::from_secs(120);

/// Follows upgraded rooms; each step may be repeated, and the engine hears of a move before anything from the new room.
pub(super) struct Upgrades {
    client: Client,
    /// Rooms that were followed, or lead nowhere, since this process started.
    settled: HashSet<OwnedRoomId>,
    /// Rooms that were joined only because a tombstone named them.
    joined: HashSet<OwnedRoomId>,
    /// When rooms were first seen that name one of the bot's as their past.
    claims: HashMap<OwnedRoomId, Instant>,
    patience: Patience<OwnedRoomId>,
}

impl Upgrades {
    pub(super) fn new(client: Client) -> Self {
        Upgrades {
            client,
            settled: HashSet::new(),
            joined: HashSet::new(),
            claims: HashMap::new(),
            patience: Patience::new(),
        }
    }

    pub(super) fn until_next(&self) -> Option<Duration> {
        self.patience.until_next()
    }

    /// Is this the continuation of a room of the bot's that was not followed yet? Nothing in it is heard before.
    pub(super) fn waits_for_its_past(&mut self, room: &Room) -> bool {
        let past = room.predecessor_room().and_then(|past| self.client.get_room(&past.room_id));
        let Some(past) = past.filter(|past| past.state() == RoomState::Joined) else { return false };
        if self.settled.contains(past.room_id()) {
            return false;
        }
        match past.successor_room() {
            Some(next) => next.room_id == room.room_id(),
            None => self.claims.entry(room.room_id().to_owned()).or_insert_with(Instant::now).elapsed() < FOR_ITS_PAST,
        }
    }

    /// Goes after every room that was upgraded.
    pub(super) async fn follow(&mut self, engine: &Engine) -> Result<(), Stopped> {
        let joined = self.client.joined_rooms();
        let still: HashSet<&RoomId> = joined.iter().map(|room| room.room_id()).collect();
        self.patience.retain(|room| still.contains(&**room));
        for old in &joined {
            let id = old.room_id().to_owned();
            let Some(next) = old.successor_room() else { continue };
            if self.settled.contains(&id) || !self.patience.allows(&id) {
                continue;
            }
            match self.step(old, next.room_id, engine).await? {
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
        let join = self.client.join_room_by_id_or_alias(next.into(), &servers);
        match tokio::time::timeout(JOIN_TIMEOUT, join).await {
            Ok(joined) => joined.map(drop).map_err(Trouble::from),
            Err(_) => Err(Trouble::Unclear("timeout".into())),
        }
    }

    /// True when there is nothing left to do for this room; false if the next sync has to bring something first.
    async fn step(&mut self, old: &Room, next: OwnedRoomId, engine: &Engine) -> Result<Result<bool, Trouble>, Stopped> {
        match places::company(old).await {
            Ok(Company::Public) if !old.is_space() => {}
            Ok(_) => return Ok(Ok(true)),
            Err(trouble) => return Ok(Err(trouble)),
        }
        let joined = self.client.get_room(&next).filter(|room| room.state() == RoomState::Joined);
        let Some(new) = joined else {
            let came = self.join(old, &next).await;
            if came.is_ok() {
                self.joined.insert(next);
            }
            return Ok(came.map(|()| false));
        };
        if !new.is_state_fully_synced() {
            return Ok(Ok(false));
        }
        if new.predecessor_room().is_none_or(|past| past.room_id != old.room_id()) {
            tracing::warn!(room = %old.room_id(), "says that it goes on in a room that does not know of it; not followed");
            // Where the bot was before, it stays.
            if self.joined.remove(&next) {
                return Ok(new.leave().await.map(|()| true).map_err(Trouble::from));
            }
            return Ok(Ok(true));
        }
        let name = places::name_of(&new);
        engine.place_moved(Platform::Matrix, old.room_id().as_str(), next.as_str(), &name).await?;
        tracing::info!(room = %old.room_id(), to = %next, "followed an upgraded room");
        Ok(Ok(true))
    }
}
