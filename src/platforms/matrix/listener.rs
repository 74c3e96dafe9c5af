//! The sync loop: hears what is said in the bot's rooms, in order, each event once.
//!
//! The SDK notes a sync as done before anybody acted on it, so what counts is the engine's own bookmark of each room. A room
//! is *current* when everything up to its latest sync was handed over. Any doubt (a start, a gap in the timeline, a
//! failure half way) makes it not current, and then it is read backwards to its bookmark and handed over from there. The
//! engine drops what it heard before, so reading too much is harmless, and reading too little must not happen.
//!
//! Seam: room upgrades (`m.room.tombstone`) will be followed here, and events that could not be decrypted remembered.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId};
use matrix_sdk::sync::{JoinedRoomUpdate, State, SyncResponse};
use matrix_sdk::{Client, Room};
use tokio_util::sync::CancellationToken;

use super::backoff::{Backoff, Patience};
use super::event::Event;
use super::hearing::{Company, Ears};
use super::places;
use super::session::sync_settings;
use super::settings::Settings;
use super::trouble::Trouble;
use crate::domain::community::Platform;
use crate::engine::inbound::Roster;
use crate::engine::{Engine, Heard, Stopped};
use crate::failpoint::{self, Point};

/// How long the homeserver may hold a sync open when nothing happens, in seconds.
const LONG_POLL: Duration = Duration::from_secs(30);

/// At most this many events of one room are read back; older ones were never answered and never will be.
const MOST_EVENTS: usize = 5_000;
const PAGE_EVENTS: u32 = 100;

/// Why listening ended for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    #[error(
        "the homeserver has ended the bot's session; move the folder `matrix` in the data folder away to log in anew"
    )]
    LoggedOut,
    #[error("the engine has stopped, so nothing can be heard any more")]
    EngineStopped,
}

/// What stops a step of the loop.
enum Halt {
    Engine,
    Trouble(Trouble),
}

impl From<Stopped> for Halt {
    fn from(_: Stopped) -> Self {
        Halt::Engine
    }
}

impl<T: Into<Trouble>> From<T> for Halt {
    fn from(trouble: T) -> Self {
        Halt::Trouble(trouble.into())
    }
}

/// Listens until told to stop. See [`super::Matrix::run`].
pub(super) async fn run(
    client: Client,
    settings: Settings,
    engine: Engine,
    shutdown: CancellationToken,
) -> Result<(), RunError> {
    let bookmarks = engine.bookmarks(Platform::Matrix).await.map_err(|Stopped| RunError::EngineStopped)?;
    let Some(own) = client.user_id().map(ToOwned::to_owned) else { return Err(RunError::LoggedOut) };
    let ears = Ears {
        own: own.to_string(),
        prefix: settings.account.prefix.clone(),
        known_verbs: settings.known_verbs.clone(),
    };
    let mut listener = Listener {
        client,
        settings,
        engine,
        own,
        ears,
        bookmarks,
        current: HashSet::new(),
        rosters: HashMap::new(),
        patience: Patience::new(),
    };
    let mut backoff = Backoff::default();
    let vitals = listener.engine.vitals().clone();
    // It has synchronised once, or it would not be here.
    vitals.platform(Platform::Matrix, true);
    loop {
        // Cancelling in the middle is safe: what was heard but not bookmarked is read again at the next start.
        let step = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            step = listener.step() => step,
        };
        let pause = match step {
            Ok(()) => {
                vitals.platform(Platform::Matrix, true);
                backoff.reset();
                continue;
            }
            Err(Halt::Engine) if shutdown.is_cancelled() => return Ok(()),
            Err(Halt::Engine) => return Err(RunError::EngineStopped),
            Err(Halt::Trouble(Trouble::LoggedOut)) => return Err(RunError::LoggedOut),
            Err(Halt::Trouble(trouble)) => {
                vitals.platform(Platform::Matrix, false);
                let pause = if let Trouble::Wait(pause) = trouble { pause } else { backoff.next() };
                tracing::warn!(%trouble, ?pause, "no connection to the homeserver; trying again");
                pause
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            () = tokio::time::sleep(pause) => {}
        }
    }
}

struct Listener {
    client: Client,
    settings: Settings,
    engine: Engine,
    own: OwnedUserId,
    ears: Ears,
    /// The last event of each room that needs no second look.
    bookmarks: HashMap<String, String>,
    /// Rooms handed over up to the latest sync.
    current: HashSet<OwnedRoomId>,
    /// What the engine was last told about who convenes a room.
    rosters: HashMap<OwnedRoomId, Roster>,
    /// Rooms that could not be joined or read, each with its own pause.
    patience: Patience<OwnedRoomId>,
}

impl Listener {
    /// One turn: invitations, rooms to read back, one sync.
    async fn step(&mut self) -> Result<(), Halt> {
        self.answer_invitations().await?;
        self.catch_up().await?;
        let wait = self.patience.until_next().map_or(LONG_POLL, |pause| pause.min(LONG_POLL));
        let response = self.client.sync_once(sync_settings(wait)).await?;
        let _ = failpoint::pass(Point::BeforeHearing).await;
        self.take(response).await
    }

    async fn take(&mut self, response: SyncResponse) -> Result<(), Halt> {
        for room in response.rooms.left.keys() {
            self.current.remove(room);
            self.rosters.remove(room);
            self.patience.settled(room);
        }
        for (id, update) in response.rooms.joined {
            let Some(room) = self.client.get_room(&id) else { continue };
            if update.timeline.limited {
                self.current.remove(&id);
            }
            // A room that is not current is read back in the next step, this update included.
            if !self.current.contains(&id) {
                continue;
            }
            match self.take_update(&room, &update).await {
                Ok(()) => {}
                Err(Halt::Trouble(trouble)) => {
                    tracing::warn!(room = %id, %trouble, "could not take in what was said; reading it again");
                    self.current.remove(&id);
                    self.patience.failed(id);
                }
                Err(halt) => return Err(halt),
            }
        }
        Ok(())
    }

    async fn take_update(&mut self, room: &Room, update: &JoinedRoomUpdate) -> Result<(), Halt> {
        let events: Vec<Event> = update.timeline.events.iter().filter_map(|event| Event::read(event.raw())).collect();
        let state_came = match &update.state {
            State::Before(state) | State::After(state) => !state.is_empty(),
        };
        if state_came || events.iter().any(Event::is_state) {
            self.tell_roster(room).await?;
        }
        self.hand_over(room, &events).await
    }

    /// Reads every room that is not current back to its bookmark.
    async fn catch_up(&mut self) -> Result<(), Halt> {
        for room in self.client.joined_rooms() {
            let id = room.room_id().to_owned();
            if self.current.contains(&id) || !room.is_state_fully_synced() || !self.patience.allows(&id) {
                continue;
            }
            match self.read_back(&room).await {
                Ok(()) => {
                    self.patience.settled(&id);
                    self.current.insert(id);
                }
                // One room's trouble must not make the bot deaf in the others.
                Err(Halt::Trouble(trouble @ (Trouble::Refused(_) | Trouble::Closed(_) | Trouble::Unclear(_)))) => {
                    tracing::warn!(room = %id, %trouble, "cannot read this room; trying again");
                    self.patience.failed(id);
                }
                Err(halt) => return Err(halt),
            }
        }
        Ok(())
    }

    async fn read_back(&mut self, room: &Room) -> Result<(), Halt> {
        if room.is_space() {
            return Ok(());
        }
        let mut events = self.unheard(room).await?;
        events.reverse();
        self.tell_roster(room).await?;
        self.hand_over(room, &events).await
    }

    /// The room's events after its bookmark, newest first. Nothing from before the bot came is ever a command.
    async fn unheard(&self, room: &Room) -> Result<Vec<Event>, Trouble> {
        let bookmark = self.bookmarks.get(room.room_id().as_str());
        let (mut events, mut from) = (Vec::new(), None::<String>);
        loop {
            let mut page = MessagesOptions::backward().from(from.as_deref());
            page.limit = PAGE_EVENTS.into();
            let page = room.messages(page).await?;
            for event in page.chunk.iter().filter_map(|event| Event::read(event.raw())) {
                if Some(&event.id) == bookmark || event.is_arrival_of(self.own.as_str()) {
                    return Ok(events);
                }
                events.push(event);
                if events.len() == MOST_EVENTS {
                    tracing::warn!(room = %room.room_id(), events = MOST_EVENTS, "too much to read back; older events are left out");
                    return Ok(events);
                }
            }
            match page.end {
                Some(end) if from.as_ref() != Some(&end) => from = Some(end),
                _ => return Ok(events),
            }
        }
    }

    /// Hands events to the engine, oldest first, and then notes that they were.
    async fn hand_over(&mut self, room: &Room, events: &[Event]) -> Result<(), Halt> {
        let company = places::company(room).await?;
        for event in events {
            let power = self.settings.account.convener_power;
            if let Some(mut inbound) = places::inbound(room, company, event, &self.ears, power).await? {
                inbound.at = self.engine.clock().showed_at(inbound.at);
                if let Heard::Reply(_) = self.engine.hear(inbound).await? {
                    // Answers go through the outbox here; anything else means that nothing was recorded.
                    return Err(Halt::Trouble(Trouble::Unclear("an event could not be recorded".into())));
                }
            }
        }
        // The bot's own messages come back too; they alone are not worth a write.
        let worth_noting = events.iter().any(|event| event.sender != self.own.as_str());
        if let (Some(last), true) = (events.last(), worth_noting) {
            let id = room.room_id().to_string();
            self.engine.bookmark(Platform::Matrix, &id, &last.id).await?;
            self.bookmarks.insert(id, last.id.clone());
        }
        Ok(())
    }

    /// Tells the engine who convenes a public room, if that is news.
    async fn tell_roster(&mut self, room: &Room) -> Result<(), Halt> {
        if places::company(room).await? == Company::Alone {
            return Ok(());
        }
        let roster = places::roster(room, self.settings.account.convener_power).await?;
        if self.rosters.get(room.room_id()) != Some(&roster) {
            self.engine.roster(roster.clone()).await?;
            self.rosters.insert(room.room_id().to_owned(), roster);
        }
        Ok(())
    }

    /// Is this an invitation by somebody listed, or to a direct chat by somebody of one of the bot's rooms?
    async fn is_welcome(&self, room: &Room) -> Result<bool, Halt> {
        let Some(inviter) = room.invite_details().await.ok().map(|invite| invite.inviter_id) else { return Ok(false) };
        if self.settings.account.inviters.iter().any(|pattern| pattern.covers(inviter.as_str())) {
            return Ok(true);
        }
        let alone = room.is_direct().await.unwrap_or(false);
        Ok(alone && !places::shared(&self.client, &inviter).await?.is_empty())
    }

    /// Joins rooms the bot is invited to by people it listens to, and declines the others.
    async fn answer_invitations(&mut self) -> Result<(), Halt> {
        for room in self.client.invited_rooms() {
            let id = room.room_id().to_owned();
            if !self.patience.allows(&id) {
                continue;
            }
            let welcome = self.is_welcome(&room).await?;
            let answered = if welcome { room.join().await } else { room.leave().await };
            match answered.map_err(Trouble::from) {
                Ok(()) => {
                    let done = if welcome { "joined a room" } else { "declined an invitation from someone not listed" };
                    tracing::info!(room = %id, "{done}");
                    self.patience.settled(&id);
                }
                Err(Trouble::LoggedOut) => return Err(Halt::Trouble(Trouble::LoggedOut)),
                Err(trouble) => {
                    tracing::warn!(room = %id, %trouble, "could not answer an invitation; trying again");
                    self.patience.failed(id);
                }
            }
        }
        Ok(())
    }
}
