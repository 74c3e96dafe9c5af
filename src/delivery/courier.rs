//! One platform's courier: claim, render, look up what is not known, send, report. One letter at a time, in order.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::gateway::{Gateway, Letter, Lookup, ServerClock, Sight};
use crate::engine::parcel::{Outcome, Parcel, Receipt};
use crate::engine::{Engine, Next, Stopped, rhythm};
use crate::failpoint::{self, Point};
use crate::speech::copy;
use crate::speech::doc::Doc;

/// How long to wait before a receipt that could not be recorded is brought again.
const AGAIN: std::time::Duration = std::time::Duration::from_secs(1);
/// How often the clocks are compared, and how soon again while they disagree.
const COMPARE_EVERY: SignedDuration = SignedDuration::from_mins(10);
const COMPARE_SOON: SignedDuration = SignedDuration::from_secs(15);

/// What a step of a courier did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// One message was sent, or looked for.
    Carried,
    /// None may go now; the earliest that waits for its time may go then.
    Idle { until: Option<Timestamp> },
}

/// Carries a platform's messages out.
pub struct Courier {
    engine: Engine,
    gateway: Arc<dyn Gateway>,
    /// When the clocks were last compared, by this one.
    compared: Mutex<Option<Timestamp>>,
}

impl Courier {
    pub fn new(engine: Engine, gateway: Arc<dyn Gateway>) -> Self {
        Courier { engine, gateway, compared: Mutex::default() }
    }

    /// Carries one message, if one may go.
    ///
    /// # Errors
    /// The engine has stopped; whatever was being sent is looked up at the next start.
    pub async fn step(&self) -> Result<Step, Stopped> {
        self.compare_clocks().await;
        let parcel = match self.engine.claim(self.gateway.platform(), self.gateway.pace()).await? {
            Next::Parcel(parcel) => parcel,
            Next::Idle { until } => return Ok(Step::Idle { until }),
        };
        let row = parcel.row;
        // Said again for the lookup that found it: what it says is frozen.
        let doc = copy::say(&parcel.message, &parcel.voice);
        let seeds = self.gateway.seeds(&doc);
        let outcome = self.carry(*parcel, doc).await;
        let is_there = matches!(outcome, Outcome::Delivered { .. });
        let receipt = Receipt { row, outcome, seeds: if is_there { seeds } else { Vec::new() } };
        // A full disk passes; what was learned must not be lost to it.
        while !self.engine.receipt(receipt.clone()).await? {
            tokio::time::sleep(AGAIN).await;
        }
        Ok(Step::Carried)
    }

    /// Asks the platform what time it is, now and then. What is due waits while the two clocks disagree (DESIGN.md
    /// section 6); the engine sees to that.
    async fn compare_clocks(&self) {
        let (clock, vitals) = (self.engine.clock(), self.engine.vitals());
        if !self.is_time_to_compare(clock.now(), vitals.trusts_the_clock()) {
            return;
        }
        match self.gateway.clock().await {
            ServerClock::Shows(world) => {
                vitals.server_time(self.gateway.platform(), clock.showed_at(world), clock.now())
            }
            ServerClock::Silent => vitals.no_server_time(),
            ServerClock::Unreached => vitals.no_answer(self.gateway.platform()),
        }
        if !vitals.trusts_the_clock() {
            tracing::error!(skew = ?vitals.skew(), "what is due waits until this machine's clock is confirmed");
        }
    }

    /// Whether the last comparison is long enough ago. A clock that was set back meanwhile is compared at once.
    fn is_time_to_compare(&self, now: Timestamp, trusted: bool) -> bool {
        let every = if trusted { COMPARE_EVERY } else { COMPARE_SOON };
        let mut compared = self.compared.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = compared.is_some_and(|last| (SignedDuration::ZERO..every).contains(&now.duration_since(last)));
        if !recent {
            *compared = Some(now);
        }
        !recent
    }

    /// What may have been sent before is looked up, never sent blindly again.
    async fn carry(&self, parcel: Parcel, doc: Doc) -> Outcome {
        if let Some(since) = parcel.unresolved_since {
            let _ = failpoint::pass(Point::BeforeLookup).await;
            let outcome = self.look_up(&parcel, since).await;
            let _ = failpoint::pass(Point::AfterLookup).await;
            return outcome;
        }
        let _ = failpoint::pass(Point::BeforeSending).await;
        let outcome = self.gateway.deliver(&Letter { parcel, doc }).await;
        let _ = failpoint::pass(Point::AfterSending).await;
        outcome
    }

    /// An empty history is believed only where it can be read before and after: without the permission some platforms
    /// answer with nothing instead of no.
    async fn look_up(&self, parcel: &Parcel, since: Timestamp) -> Outcome {
        if let Sight::Barred(reason) = self.gateway.sight(parcel).await {
            return Outcome::Unreadable { reason };
        }
        match self.gateway.find(parcel, since).await {
            Lookup::Found(message) => Outcome::Delivered { message },
            Lookup::Unreadable(reason) => Outcome::Unreadable { reason },
            Lookup::Later { after, of } => Outcome::Later { after, of },
            // It is asked again whether it makes sense, and what it says, before it is sent again.
            Lookup::Absent => match self.gateway.sight(parcel).await {
                Sight::Clear => Outcome::Absent,
                Sight::Barred(reason) => Outcome::Unreadable { reason },
            },
        }
    }

    /// Runs until shutdown; a letter on its way is finished first. Several may run side by side: each carries one letter at a
    /// time, and those of one lane never go at once.
    ///
    /// # Errors
    /// The engine has stopped before it was told to.
    pub async fn run(&self, shutdown: CancellationToken) -> Result<(), Stopped> {
        let mut stirrings = self.engine.stirrings();
        while !shutdown.is_cancelled() {
            stirrings.mark_unchanged();
            let until = match self.step().await? {
                Step::Carried => continue,
                Step::Idle { until } => until,
            };
            let nap = rhythm::until(until, self.engine.clock().now());
            tokio::select! {
                () = shutdown.cancelled() => break,
                () = tokio::time::sleep(nap) => {}
                changed = stirrings.changed() => changed.map_err(|_| Stopped)?,
            }
        }
        Ok(())
    }
}
