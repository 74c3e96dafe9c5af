//! The one writer: takes what happened, decides, saves, and only then answers (DESIGN.md section 4).
//!
//! People's commands, due timers, claims and receipts of delivery are all inputs to one task that owns the one writing
//! connection. It takes what is waiting, opens one `BEGIN IMMEDIATE`, handles each input inside a savepoint, commits once,
//! and releases the answers. Nothing in it awaits the network.

mod answering;
mod asks;
mod beginning;
mod buttons;
mod case;
mod check;
pub mod clock;
mod codes;
mod desk;
mod due;
mod gatherings;
mod hear;
pub mod inbound;
mod keys;
mod linking;
mod listing;
mod meaning;
mod outgoing;
pub mod parcel;
mod people;
mod places;
mod pledges;
mod pressing;
mod queue;
mod receipts;
mod rewriting;
pub mod rhythm;
mod roster;
mod speaker;
pub mod suggest;
mod telling;
mod uniting;
mod unread;
mod view;
pub mod vitals;
mod whereabouts;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqlitePool;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::domain::Zone;
use crate::domain::community::{Account, Language, Platform};
use crate::domain::schedule::Schedule;
use crate::grammar::form::Filled;
use crate::grammar::{Invocation, specs, text};
use crate::store::people::OnServer;
pub use crate::store::{CannotOpen, Fault};
use crate::store::{Store, bookmarks, drafts, lists, people as rows, places as places_rows, unread as unread_rows};
use clock::{Clock, Ids};
use inbound::{Answer, Body, Inbound, Named, Place, Reply, Roster, Unread};
pub use listing::Report;
use parcel::{Pace, Parcel, Receipt};
use queue::{Input, Job, Outcome};
use suggest::{Asking, Suggested};
use vitals::Vitals;

/// What an installation settles for all its communities.
#[derive(Debug, Clone)]
pub struct Defaults {
    /// The zone and language of a community that has not chosen yet.
    pub zone: Zone,
    pub language: Language,
    /// A new community's weekly digest, if any.
    pub weekly: Option<String>,
    pub housekeeping: Schedule,
    /// Days after which the words of what has ended are blanked.
    pub retention_days: u32,
    /// Days through which a community all of whose places were left is kept.
    pub grace_days: u32,
    /// How long an attempt whose end is unknown is left alone before it is looked up.
    pub quarantine: SignedDuration,
}

/// The engine has stopped; nothing more is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the engine has stopped")]
pub struct Stopped;

/// What became of something a person said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Show this.
    Reply(Box<Reply>),
    /// The answer is in the outbox.
    Queued,
    /// It is noted, and there is nothing to say to it.
    Silently,
    /// This event was heard before; nothing happened.
    Again,
}

/// When something is next to be done by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agenda {
    /// The earliest timer.
    pub timer: Option<Timestamp>,
    /// The earliest message that waits for its time.
    pub message: Option<Timestamp>,
}

/// What delivery has to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    Parcel(Box<Parcel>),
    /// Nothing may go now; the earliest that waits for its time may go then.
    Idle {
        until: Option<Timestamp>,
    },
}

/// The way to the engine; clones share it.
#[derive(Clone)]
pub struct Engine {
    jobs: mpsc::Sender<Job>,
    readers: SqlitePool,
    defaults: Arc<Defaults>,
    clock: Arc<dyn Clock>,
    stirrings: watch::Receiver<()>,
    seen: Timestamp,
    vitals: Vitals,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

/// The engine's task. It ends when every [`Engine`] is gone, after everything taken in is committed.
pub type Running = JoinHandle<()>;

/// As many jobs may wait as two batches hold; then whoever brings more waits too.
const WAITING_JOBS: usize = 128;

impl Engine {
    /// Opens a data folder and starts the engine on it.
    ///
    /// # Errors
    /// The folder cannot be opened; see [`CannotOpen`].
    pub async fn open(
        folder: &Path,
        defaults: Defaults,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<(Engine, Running), CannotOpen> {
        let store = Store::open(folder).await?;
        let readers = store.readers.clone();
        let defaults = Arc::new(defaults);
        let (stirred, stirrings) = watch::channel(());
        let (jobs, waiting) = mpsc::channel(WAITING_JOBS);
        let vitals = Vitals::default();
        let lent = queue::Lent {
            defaults: Arc::clone(&defaults),
            clock: Arc::clone(&clock),
            ids,
            stirred,
            vitals: vitals.clone(),
        };
        let writer = queue::Writer::start(store, lent)
            .await
            .map_err(|source| CannotOpen::Database { path: folder.join("barnraiser.db"), source })?;
        let seen = writer.seen();
        let running = tokio::spawn(writer.run(waiting));
        Ok((Engine { jobs, readers, defaults, clock, stirrings, seen, vitals }, running))
    }

    /// The engine's time: the clock's, except that it never goes back behind what was seen before.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The latest time this data folder had seen when it was opened; the console's clock starts no earlier.
    pub fn seen(&self) -> Timestamp {
        self.seen
    }

    /// How the program is doing; its other parts report here too.
    pub fn vitals(&self) -> &Vitals {
        &self.vitals
    }

    /// Changes whenever something was committed that may have given delivery or rhythm work to do.
    pub fn stirrings(&self) -> watch::Receiver<()> {
        self.stirrings.clone()
    }

    /// Takes in what a person did. Returns after its commit.
    ///
    /// # Errors
    /// The engine has stopped: nothing was recorded.
    pub async fn hear(&self, inbound: Inbound) -> Result<Heard, Stopped> {
        let read = |command| text::read(command, inbound.at.min(self.clock.now()));
        let said = match &inbound.body {
            Body::Invoked(filled) => Some(filled.invocation()),
            body => body.text().map(read),
        };
        if let (Body::Said(_), Answer::Direct, Some(Ok(asked))) = (&inbound.body, &inbound.answer, &said)
            && hear::only_looks(asked)
            && let Some(heard) = self.look(&inbound, asked.clone()).await
        {
            return Ok(heard);
        }
        match self.send(Input::Heard(Box::new(inbound), said)).await? {
            Outcome::Heard(heard) => Ok(heard),
            Outcome::Failed(reference) => Ok(queue::fault_reply(&self.defaults, reference, self.clock.now())),
            _ => Err(Stopped),
        }
    }

    /// Answers a question that changes nothing from a read-only connection, beside the writer. `None` if it has to go
    /// through the writer after all: a person or a place not met before, a standing that has changed, or no connection to be
    /// had.
    async fn look(&self, inbound: &Inbound, asked: Invocation) -> Option<Heard> {
        let unreadable = |fault| tracing::warn!(%fault, "a question goes through the writer");
        let mut conn = self.readers.acquire().await.map_err(unreadable).ok()?;
        let mut keys = keys::Keys::none();
        let hearing = hear::Hearing {
            conn: &mut conn,
            keys: &mut keys,
            defaults: &self.defaults,
            vitals: &self.vitals,
            now: self.clock.now().max(self.seen),
        };
        let handled = hearing.handle(inbound, Some(Ok(asked))).await.map_err(unreadable).ok()?;
        (keys.unused() && !handled.must_be_kept).then_some(handled.heard)
    }

    /// What somebody may choose while they fill in a field. It reads beside the writer, and whatever keeps it from that is no
    /// reason to keep anybody from typing on: then there is nothing to choose.
    pub async fn suggest(&self, asking: &Asking) -> Option<Suggested> {
        let unreadable = |fault| tracing::warn!(%fault, "nothing can be suggested");
        let mut conn = self.readers.acquire().await.map_err(unreadable).ok()?;
        let now = self.clock.now().max(self.seen);
        let suggesting = suggest::Suggesting { conn: &mut conn, defaults: &self.defaults, now };
        suggesting.suggest(asking).await.map_err(unreadable).ok()
    }

    /// A form that was refused, as its own person had filled it in; `None` if it is nobody's or somebody else's, or no
    /// longer kept.
    pub async fn draft(&self, of: &Account, event: &str) -> Option<Filled> {
        let unreadable = |fault: Fault| tracing::warn!(%fault, "a draft cannot be read");
        let asked = async { drafts::draft(&mut *self.readers.acquire().await?, of, event).await };
        let draft = asked.await.map_err(unreadable).ok()??;
        // A command of an older version of this program may not be there any more.
        specs::find(&draft.path).map(|spec| Filled { spec, values: draft.values })
    }

    /// Takes in who convenes a place by the platform's standing.
    pub async fn roster(&self, roster: Roster) -> Result<(), Stopped> {
        self.send(Input::Roster(Box::new(roster))).await.map(drop)
    }

    /// The operator makes somebody a convener of a place's community.
    pub async fn appoint(&self, platform: Platform, place: &str, place_name: &str, who: Named) -> Result<(), Stopped> {
        let (place, place_name) = (place.to_owned(), place_name.to_owned());
        self.send(Input::Appoint { platform, place, place_name, who: Box::new(who) }).await.map(drop)
    }

    /// Whether an account convenes any community.
    pub async fn convenes(&self, account: &Account) -> Result<bool, Stopped> {
        let asked = async { rows::convenes(&mut *self.readers.acquire().await?, account).await };
        asked.await.map_err(|fault: Fault| {
            tracing::error!(%fault, "cannot read who convenes");
            Stopped
        })
    }

    /// Who convenes by standing on servers of a platform; only `who`, if somebody is named. Where the platform does not tell
    /// when that changes, they are to be asked about again.
    pub async fn standings(&self, platform: Platform, who: Option<&Account>) -> Vec<OnServer> {
        let unreadable = |fault: Fault| tracing::warn!(%fault, "who convenes by standing cannot be read");
        let who = who.map(|account| account.id.as_str());
        let asked = async { rows::standings_on(&mut *self.readers.acquire().await?, platform, who).await };
        asked.await.map_err(unreadable).unwrap_or_default()
    }

    /// By what they may do on a server somebody convenes it no more; at most by these roles that they have there.
    pub async fn stands_no_more(
        &self,
        platform: Platform,
        standing: OnServer,
        roles: Vec<String>,
    ) -> Result<(), Stopped> {
        self.send(Input::StandsNoMore { platform, standing, roles }).await.map(drop)
    }

    /// Whether somebody convenes the community they would be heard in, which `named` names in a direct chat. It reads beside
    /// the writer and decides nothing: whatever cannot be read is a no here, and the command itself asks again.
    pub async fn convenes_in(&self, from: &Account, place: &Place, roles: &[String], named: Option<&str>) -> bool {
        let unreadable = |fault: Fault| tracing::warn!(%fault, "cannot read who convenes");
        let asked =
            async { whereabouts::convenes(&mut *self.readers.acquire().await?, from, place, roles, named).await };
        asked.await.map_err(unreadable).unwrap_or(false)
    }

    /// Remembers the last event of a room that needs no second look.
    pub async fn bookmark(&self, platform: Platform, room: &str, event: &str) -> Result<(), Stopped> {
        let (room, event) = (room.to_owned(), event.to_owned());
        self.send(Input::Bookmark { platform, room, event }).await.map(drop)
    }

    /// The bot is not in a place any more: it was put out, or it left. What its community said is kept through the grace
    /// period, and nothing goes there. Of a place nobody knows, or heard twice: nothing.
    pub async fn place_left(&self, platform: Platform, place: &str) -> Result<(), Stopped> {
        self.send(Input::PlaceLeft { platform, place: place.to_owned() }).await.map(drop)
    }

    /// The bot is in a place again: everything is there, and goes on from now. Of a place nobody knows, or that was not
    /// left: nothing.
    pub async fn place_back(&self, platform: Platform, place: &str, name: &str) -> Result<(), Stopped> {
        let (place, name) = (place.to_owned(), name.to_owned());
        self.send(Input::PlaceBack { platform, place, name }).await.map(drop)
    }

    /// The bot is not on a server any more, nor in any of its channels: what [`Engine::place_left`] says of one place.
    pub async fn server_left(&self, platform: Platform, server: &str) -> Result<(), Stopped> {
        self.send(Input::ServerLeft { platform, server: server.to_owned() }).await.map(drop)
    }

    /// The bot is on these servers of a platform and no other: it may have been put out of one while it was away.
    pub async fn servers_are(&self, platform: Platform, servers: &[String]) -> Result<(), Stopped> {
        self.send(Input::ServersAre { platform, servers: servers.to_owned() }).await.map(drop)
    }

    /// The bot is on a server again: what [`Engine::place_back`] says of one place.
    pub async fn server_back(&self, platform: Platform, server: &str) -> Result<(), Stopped> {
        self.send(Input::ServerBack { platform, server: server.to_owned() }).await.map(drop)
    }

    /// The bot was brought to a server, and may write in this channel of it: it says once what it is, in the server's language
    /// if it has one. On a server that is a community's already, or that it greeted before: nothing.
    pub async fn greet(
        &self,
        platform: Platform,
        server: &str,
        channel: &str,
        language: Option<Language>,
    ) -> Result<(), Stopped> {
        let (server, channel) = (server.to_owned(), channel.to_owned());
        self.send(Input::Greet { platform, server, channel, language }).await.map(drop)
    }

    /// The channel of a server in which its community's cards stand, if there is one.
    pub async fn home(&self, platform: Platform, server: &str) -> Option<String> {
        let unreadable = |fault: Fault| tracing::warn!(%fault, "a server's place cannot be read");
        let asked = async { places_rows::on_server(&mut *self.readers.acquire().await?, platform, server).await };
        asked.await.map_err(unreadable).ok()?
    }

    /// A place goes on under another id (a room was upgraded), and the bot is in it. Said before anything is brought from the
    /// new one, its roster included: if that is a place already, nothing is mixed, and the old one is left. Heard twice:
    /// nothing.
    pub async fn place_moved(&self, platform: Platform, from: &str, to: &str, name: &str) -> Result<(), Stopped> {
        let (from, to, name) = (from.to_owned(), to.to_owned(), name.to_owned());
        self.send(Input::PlaceMoved { platform, from, to, name }).await.map(drop)
    }

    /// Remembers an event that could not be decrypted, until it is heard or its sender was asked to say it again.
    pub async fn unread(&self, unread: Unread) -> Result<(), Stopped> {
        self.send(Input::Unread(Box::new(unread))).await.map(drop)
    }

    /// An event that could not be decrypted can be read now, and is not for the bot. One that is for it is told by
    /// [`Engine::hear`] instead.
    pub async fn read_after_all(&self, platform: Platform, event: &str) -> Result<(), Stopped> {
        self.send(Input::ReadAfterAll { platform, event: event.to_owned() }).await.map(drop)
    }

    /// The events that could not be decrypted so far, oldest first: the room of each, and its name.
    pub async fn unread_events(&self, platform: Platform) -> Result<Vec<(String, String)>, Stopped> {
        let rows = unread_rows::waiting(&self.readers, platform).await;
        rows.map_err(|fault| {
            tracing::error!(%fault, "cannot read what was not readable");
            Stopped
        })
    }

    /// The last events remembered, by room.
    pub async fn bookmarks(&self, platform: Platform) -> Result<HashMap<String, String>, Stopped> {
        let rows = bookmarks::all(&self.readers, platform).await;
        let rows = rows.map_err(|fault| {
            tracing::error!(%fault, "cannot read the bookmarks");
            Stopped
        })?;
        Ok(rows.into_iter().collect())
    }

    /// Does what is due, at most 64 timers; returns how many there were and what comes next.
    pub async fn tick(&self) -> Result<(usize, Agenda), Stopped> {
        match self.send(Input::Tick).await? {
            Outcome::Ticked(done, agenda) => Ok((done, agenda)),
            // It stays due, and is tried again after the longest nap.
            Outcome::Failed(_) => Ok((0, Agenda { timer: None, message: None })),
            _ => Err(Stopped),
        }
    }

    /// What comes next, without doing anything.
    pub async fn agenda(&self) -> Result<Agenda, Stopped> {
        match self.send(Input::Agenda).await? {
            Outcome::Ticked(_, agenda) => Ok(agenda),
            Outcome::Failed(_) => Ok(Agenda { timer: None, message: None }),
            _ => Err(Stopped),
        }
    }

    /// The next message to deliver on a platform: claimed within its pace, asked again whether it still makes sense, its
    /// body frozen.
    pub async fn claim(&self, platform: Platform, pace: Pace) -> Result<Next, Stopped> {
        loop {
            match self.send(Input::Claim(platform, pace)).await? {
                Outcome::Claimed(outgoing::Claimed::Parcel(parcel)) => {
                    if parcel.unresolved_since.is_some() {
                        self.vitals.looks_up();
                    }
                    return Ok(Next::Parcel(parcel));
                }
                Outcome::Claimed(outgoing::Claimed::Later) => {}
                Outcome::Claimed(outgoing::Claimed::Nothing(until)) => return Ok(Next::Idle { until }),
                _ => return Ok(Next::Idle { until: None }),
            }
        }
    }

    /// Takes in how an attempt ended. False if it could not be recorded: bring it again.
    pub async fn receipt(&self, receipt: Receipt) -> Result<bool, Stopped> {
        let ended = receipt.outcome.clone();
        let recorded = !matches!(self.send(Input::Receipt(receipt)).await?, Outcome::Failed(_));
        if recorded {
            self.vitals.ended(&ended);
        }
        Ok(recorded)
    }

    /// The totals of every community, by slug.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn reports(&self) -> Result<Vec<(String, Report)>, Fault> {
        let mut conn = self.readers.acquire().await?;
        let mut reports = Vec::new();
        for (id, slug, _) in lists::communities(&mut conn).await? {
            reports.push((slug, listing::report(&mut conn, id).await?));
        }
        Ok(reports)
    }

    async fn send(&self, input: Input) -> Result<Outcome, Stopped> {
        let (answer, answered) = oneshot::channel();
        self.jobs.send(Job { input, answer }).await.map_err(|_| Stopped)?;
        answered.await.map_err(|_| Stopped)
    }
}
