//! The sync loop: hears what is said in the bot's rooms, in order, each event once.
//!
//! The SDK notes a sync as done before anybody acted on it, so what counts is the engine's own bookmark of each room. A room
//! is *current* when everything up to its latest sync was handed over. Any doubt (a start, a gap in the timeline, a
//! failure half way) makes it not current, and then it is read backwards to its bookmark and handed over from there. The
//! engine drops what it heard before, so reading too much is harmless, and reading too little must not happen.
//!
//! What cannot be decrypted is told to the engine, which remembers it, and is read again when keys come.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId, RoomId};
use matrix_sdk::sync::{JoinedRoomUpdate, State, SyncResponse};
use matrix_sdk::{Client, Room, RoomState};
use tokio_util::sync::CancellationToken;

use super::backoff::{Backoff, Patience};
use super::describe::{self, Describing};
use super::event::Event;
use super::hearing::{Company, Ears};
use super::invitations::{self, Invitations};
use super::session::sync_settings;
use super::settings::Settings;
use super::signals::Signals;
use super::trouble::Trouble;
use super::upgrades::Upgrades;
use super::{direct, places, presses};
use crate::config::Trust;
use crate::domain::community::Platform;
use crate::engine::inbound::{Body, Roster};
use crate::engine::{Engine, Heard, Stopped};
use crate::failpoint::{self, Point};

/// How long the homeserver may hold a sync open when nothing happens, in seconds.
const LONG_POLL: Duration = Duration::from_secs(30);

/// At most this many events of one room are read back; older ones were never answered and never will be.
const MOST_EVENTS: usize = 5_000;
const PAGE_EVENTS: u32 = 100;

/// So many events that could not be decrypted are tried again in one turn.
const SEALED_A_TURN: usize = 20;

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

impl From<invitations::Halt> for Halt {
    fn from(halt: invitations::Halt) -> Self {
        match halt {
            invitations::Halt::Engine => Halt::Engine,
            invitations::Halt::Trouble(trouble) => Halt::Trouble(trouble),
        }
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
    signals: Signals,
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
        invitations: Invitations::new(client.clone(), settings.account.clone()),
        upgrades: Upgrades::new(client.clone()),
        describing: Describing::new(
            settings.account.describe_commands,
            &settings.account.prefix,
            settings.account.messages_per_minute,
        ),
        undescribed: HashSet::new(),
        client,
        settings,
        engine,
        signals,
        own,
        ears,
        bookmarks,
        current: HashSet::new(),
        rosters: HashMap::new(),
        patience: Patience::new(),
        sealed: true,
        unopened: Patience::new(),
    };
    listener.tell_left_rooms().await.map_err(|Stopped| RunError::EngineStopped)?;
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
    signals: Signals,
    invitations: Invitations,
    upgrades: Upgrades,
    describing: Describing,
    /// Rooms whose state may not say yet what the commands are.
    undescribed: HashSet<OwnedRoomId>,
    own: OwnedUserId,
    ears: Ears,
    /// The last event of each room that needs no second look.
    bookmarks: HashMap<String, String>,
    /// Rooms handed over up to the latest sync.
    current: HashSet<OwnedRoomId>,
    /// What the engine was last told about who convenes a room.
    rosters: HashMap<OwnedRoomId, Roster>,
    /// Rooms that could not be read, each with its own pause.
    patience: Patience<OwnedRoomId>,
    /// May there be events that could not be decrypted? The engine knows which.
    sealed: bool,
    /// Those that could not be decrypted again, each with its own pause.
    unopened: Patience<String>,
}

impl Listener {
    /// One turn: invitations, upgraded rooms, rooms to read back, what may be decrypted by now, one sync.
    async fn step(&mut self) -> Result<(), Halt> {
        self.invitations.answer(&self.engine).await?;
        self.upgrades.follow(&self.engine).await?;
        self.catch_up().await?;
        self.open_sealed().await?;
        self.describe().await;
        let pauses = [
            (!self.undescribed.is_empty()).then_some(describe::REST),
            self.patience.until_next(),
            self.invitations.until_next(),
            self.upgrades.until_next(),
            self.unopened.until_next(),
        ];
        let wait = pauses.into_iter().flatten().min().map_or(LONG_POLL, |pause| pause.min(LONG_POLL));
        let response = self.client.sync_once(sync_settings(wait)).await?;
        let _ = failpoint::pass(Point::BeforeHearing).await;
        self.take(response).await
    }

    async fn take(&mut self, response: SyncResponse) -> Result<(), Halt> {
        self.patience.retain(|room| !response.rooms.left.contains_key(room));
        for room in response.rooms.left.keys() {
            self.current.remove(room);
            self.rosters.remove(room);
            self.engine.place_left(Platform::Matrix, room.as_str()).await?;
        }
        // Keys come this way. What they open is tried at once.
        if !response.to_device.is_empty() {
            self.unopened = Patience::new();
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
        let events: Vec<Event> = update.timeline.events.iter().filter_map(Event::read).collect();
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
            if self.upgrades.waits_for_its_past(&room) {
                // With a pause of its own: what was tried before and may be tried again would keep the loop from resting.
                self.patience.failed(id);
                continue;
            }
            match self.read_back(&room).await {
                Ok(()) => {
                    self.patience.settled(&id);
                    self.current.insert(id);
                }
                // One room's trouble must not make the bot deaf in the others.
                Err(Halt::Trouble(Trouble::NotYet)) => self.patience.failed(id),
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
        // Before a room is heard for the first time it has to be known what it is.
        let is_new = !self.bookmarks.contains_key(room.room_id().as_str());
        if is_new && direct::note_is_on_its_way(room).await? {
            return Err(Halt::Trouble(Trouble::NotYet));
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
            for event in page.chunk.iter().filter_map(Event::read) {
                if Some(&event.id) == bookmark || event.is_arrival_of(self.own.as_str()) {
                    return Ok(events);
                }
                events.push(event.lean());
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
            self.hear(room, company, event).await?;
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

    /// Hands one event to the engine, if it is one for the bot; true if it was.
    async fn hear(&mut self, room: &Room, company: Company, event: &Event) -> Result<bool, Halt> {
        let theirs = event.sender != self.own.as_str();
        let sealed = event.is_sealed && theirs;
        let body = if sealed { None } else { self.body(room, company, event).await? };
        if !sealed && body.is_none() {
            return Ok(false);
        }
        let Some(scene) = places::scene(room, company, event, &self.settings.account).await? else { return Ok(false) };
        let Some(body) = body.filter(|_| !self.is_in_the_clear(room, event)) else {
            let mut unread = scene.unread(event);
            unread.at = self.engine.clock().showed_at(unread.at);
            self.engine.unread(unread).await?;
            self.sealed = true;
            return Ok(false);
        };
        let mut inbound = scene.inbound(event, body).await?;
        inbound.at = self.engine.clock().showed_at(inbound.at);
        // Only these are always answered.
        if matches!(inbound.body, Body::Said(_) | Body::Pressed(_)) {
            self.signals.working(room, &event.id);
        }
        if let Heard::Reply(_) = self.engine.hear(inbound).await? {
            // Answers go through the outbox here; anything else means that nothing was recorded.
            return Err(Halt::Trouble(Trouble::Unclear("an event could not be recorded".into())));
        }
        Ok(true)
    }

    /// Words that came in the clear where everybody else's are encrypted: whoever runs a homeserver could have put them in
    /// anybody's mouth. Reactions and redactions are never encrypted.
    fn is_in_the_clear(&self, room: &Room, event: &Event) -> bool {
        let strict = self.settings.account.trust == Trust::SignedDevices;
        strict && event.kind == "m.room.message" && !event.was_encrypted && room.encryption_state().is_encrypted()
    }

    /// What somebody did with this event, if it is for the bot.
    async fn body(&self, room: &Room, company: Company, event: &Event) -> Result<Option<Body>, Halt> {
        if event.sender == self.own.as_str() {
            return Ok(None);
        }
        if let Some(reaction) = event.reaction() {
            return Ok(presses::command(room, reaction).await?.map(Body::Pressed));
        }
        if let Some(removed) = event.redacted() {
            return Ok(Some(Body::LetGo(removed.to_owned())));
        }
        if event.written_body().is_none() && event.changed_body().is_none() {
            return Ok(None);
        }
        if let Some(form) = describe::invoked(&event.content, self.own.as_str()).filter(|_| event.edited().is_none()) {
            return Ok(Some(Body::Said(form)));
        }
        let own_name = places::own_name(room).await?;
        if let Some(command) = self.ears.command(event, company, own_name.as_deref()) {
            return Ok(Some(Body::Said(command)));
        }
        let Some((earlier, now)) = self.ears.changed_command(event, company, own_name.as_deref()) else {
            return Ok(None);
        };
        // Anybody can claim to change anybody's words.
        let theirs = presses::event(room, earlier).await?.is_some_and(|original| original.sender == event.sender);
        Ok(theirs.then(|| Body::Rewrote { event: earlier.to_owned(), now }))
    }

    /// Reads again what could not be decrypted; what can be read by now is heard as if it had just come.
    async fn open_sealed(&mut self) -> Result<(), Halt> {
        if !self.sealed {
            return Ok(());
        }
        let waiting = self.engine.unread_events(Platform::Matrix).await?;
        self.sealed = !waiting.is_empty();
        let still: HashSet<&str> = waiting.iter().map(|(_, id)| id.as_str()).collect();
        self.unopened.retain(|id| still.contains(id.as_str()));
        // A few in a turn: a room full of noise must not hold up what can be read.
        let mut tries = 0;
        for (room, id) in waiting {
            if !self.unopened.allows(&id) || tries == SEALED_A_TURN {
                continue;
            }
            tries += 1;
            match self.open(&room, &id).await {
                Ok(true) => self.unopened.settled(&id),
                Ok(false) => self.unopened.failed(id),
                Err(halt @ (Halt::Engine | Halt::Trouble(Trouble::LoggedOut))) => return Err(halt),
                // One event's trouble must not make the bot deaf to everything else.
                Err(Halt::Trouble(_)) => self.unopened.failed(id),
            }
        }
        Ok(())
    }

    /// Reads one of these events again and hears it; false if it is still not to be read.
    async fn open(&mut self, room: &str, id: &str) -> Result<bool, Halt> {
        let room = RoomId::parse(room).ok().and_then(|id| self.client.get_room(&id));
        // What was said in a room that the bot was put out of waits until it is back.
        let Some(room) = room.filter(|room| room.state() == RoomState::Joined) else { return Ok(false) };
        let event = presses::event(&room, id).await?;
        let readable = |event: &Event| !event.is_sealed && !self.is_in_the_clear(&room, event);
        let Some(event) = event.filter(readable) else { return Ok(false) };
        let company = places::company(&room).await?;
        if !self.hear(&room, company, &event).await? {
            self.engine.read_after_all(Platform::Matrix, id).await?;
        }
        Ok(true)
    }

    /// Has the rooms' state say what the commands are. Nothing waits for it.
    async fn describe(&mut self) {
        for id in self.undescribed.clone() {
            let Some(room) = self.client.get_room(&id) else { continue };
            match describe::keep_in_step(&room, &mut self.describing, self.settings.language).await {
                Ok(true) => drop(self.undescribed.remove(&id)),
                Ok(false) | Err(Trouble::Wait(_) | Trouble::Unreached) => {}
                Err(trouble) => {
                    tracing::warn!(room = %id, %trouble, "cannot describe the commands here");
                    self.undescribed.remove(&id);
                }
            }
        }
    }

    /// The bot may have been put out of rooms while it was away.
    async fn tell_left_rooms(&self) -> Result<(), Stopped> {
        for room in self.client.left_rooms() {
            self.engine.place_left(Platform::Matrix, room.room_id().as_str()).await?;
        }
        Ok(())
    }

    /// Tells the engine who convenes a public room, if that is news.
    async fn tell_roster(&mut self, room: &Room) -> Result<(), Halt> {
        if room.is_space() || places::company(room).await? != Company::Public {
            return Ok(());
        }
        self.undescribed.insert(room.room_id().to_owned());
        let roster = places::roster(room, &self.settings.account).await?;
        if self.rosters.get(room.room_id()) != Some(&roster) {
            self.engine.roster(roster.clone()).await?;
            self.rosters.insert(room.room_id().to_owned(), roster);
        }
        Ok(())
    }
}
