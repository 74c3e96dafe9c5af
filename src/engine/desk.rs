//! One input's place in the batch: who handles it, and that its writes are all in the transaction or none of them.
//!
//! The only place at which a fault of ours, met while somebody was heard or a timer ran, is logged.

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteConnection;

use super::clock::Ids;
use super::due::{self, Handling};
use super::hear::Hearing;
use super::inbound::Inbound;
use super::keys::Keys;
use super::outgoing::{Claimed, Claiming};
use super::queue::{Input, Outcome};
use super::receipts::Receiving;
use super::roster::Placing;
use super::unread::Puzzling;
use super::vitals::Vitals;
use super::{Agenda, Defaults, Heard};
use crate::domain::Refusal;
use crate::grammar::Invocation;
use crate::store::script::{Failed, Script};
use crate::store::{Fault, bookmarks, outbox, people, places, timers, unread};

/// While the clock is not to be relied on nothing goes out before it was compared again.
const CLOCK_WAIT: SignedDuration = SignedDuration::from_secs(15);
/// A timer whose handling failed is tried again after this.
const AFTER_A_FAULT: SignedDuration = SignedDuration::from_mins(10);

/// One input's place in the batch.
pub(super) struct Desk<'a> {
    pub conn: &'a mut SqliteConnection,
    pub keys: &'a mut Keys,
    pub defaults: &'a Defaults,
    pub ids: &'a dyn Ids,
    pub vitals: &'a Vitals,
    pub now: Timestamp,
    /// Set when words were blanked.
    pub tidied: bool,
}

impl Desk<'_> {
    /// Handles one input; its writes are all in the transaction, or none of them.
    pub(super) async fn take_in(&mut self, input: Input) -> Result<Outcome, Failed> {
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
