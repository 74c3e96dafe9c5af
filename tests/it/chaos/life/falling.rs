//! How a history goes wrong: faults begin at their time, the bot falls at a point of its work or is switched off, and wakes
//! again on the same folder.

use std::sync::Arc;

use barnraiser::delivery::courier::Courier;
use barnraiser::delivery::gateway::Gateway;
use barnraiser::domain::community::Platform;
use barnraiser::engine::clock::{Clock, SeededIds};
use barnraiser::engine::inbound::Named;
use barnraiser::engine::{CannotOpen, Engine};

use super::super::deeds;
use super::super::dice::later;
use super::super::faults::Fault;
use super::super::history::{Event, To};
use super::super::platform::{Side, Spell, Trouble};
use super::{Awake, Fell, Life, Plan, defaults};

impl Life {
    /// Faults whose time has come begin.
    pub(super) fn go_wrong(&mut self) {
        let now = self.now();
        while self.faults.first().is_some_and(|(at, _)| *at <= now) {
            let (_, fault) = self.faults.remove(0);
            *self.had.entry(fault.name()).or_default() += 1;
            self.note(Event::Fault(format!("{fault:?}")));
            match fault {
                Fault::Requests { platform, trouble, times } => {
                    self.inner().spells.push(Spell { platform, trouble, left: times });
                }
                Fault::Blinded { platform, times, blind } => {
                    let mut inner = self.inner();
                    inner.bar_next = Some(later(now, blind));
                    let trouble = Trouble::ResetAfter;
                    inner.spells.push(Spell { platform, trouble, left: times });
                }
                Fault::Away { platform, how_long } => {
                    self.inner().away.insert(platform.name(), later(now, how_long));
                    self.note(Event::Away { platform, until: later(now, how_long) });
                }
                Fault::ClosedDirect { who, how_long } => {
                    self.inner().closed.insert(To::Person(who), later(now, how_long));
                }
                Fault::PutOut { community, how_long } => {
                    self.inner().closed.insert(To::Place(community), later(now, how_long));
                }
                Fault::Crash { nth, down } => {
                    self.watch.crash_in.set(Some(nth));
                    self.down_for = down;
                }
                Fault::Off { down } => {
                    self.down_for = down;
                    self.watch.crash_in.set(Some(1));
                }
                Fault::FullDisk { commits } => self.watch.full_commits.set(commits),
                Fault::Clock { off, how_long } => {
                    self.off = off;
                    self.clock_right_at = Some(later(now, how_long));
                    self.clock.set_wrong(off);
                    self.note(Event::Clock(off.as_secs()));
                }
                Fault::Muddle { how_long } => self.muddled_until = later(now, how_long),
            }
        }
    }

    pub(super) async fn unless_it_falls<T>(&self, action: impl Future<Output = T>) -> Result<T, Fell> {
        // What was answered before everything stopped has been seen.
        tokio::select! {
            biased;
            outcome = action => Ok(outcome),
            () = self.watch.notify.notified() => Err(Fell),
        }
    }

    /// Everything is dropped without a goodbye.
    pub(super) async fn fall(&mut self) {
        let Awake { engine, running, couriers } = self.awake.take().expect("it was up");
        running.abort();
        let ended = running.await;
        assert!(ended.is_err_and(|e| e.is_cancelled()), "it was stopped in the middle");
        drop((engine, couriers));
        let point = self.watch.stopped_at.take().expect("it was told to");
        let point = barnraiser::failpoint::name(point);
        self.note(Event::Down(point.clone()));
        *self.crashes.entry(point).or_default() += 1;
        self.up_at = Some(later(self.now(), self.down_for));
        self.learn();
        // Whoever waited for an answer where nothing is handed over again waits no more.
        let waiting: Vec<usize> = self.rooms.values().flat_map(|room| room.said[room.heard..].to_vec()).collect();
        let trying = std::mem::take(&mut self.trying);
        for deed in waiting {
            if self.forgets(deed) {
                self.unanswered(deed);
            }
        }
        for deed in trying {
            let at = later(self.now(), self.dice.minutes(15, 90));
            self.plan(at, Plan::TryAgain(deed));
        }
    }

    pub(super) async fn wake(&mut self) {
        self.up_at = None;
        self.note(Event::Up);
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let (engine, running) = loop {
            let ids = Arc::new(SeededIds::new(1));
            match Engine::open(&self.folder, defaults(), Arc::clone(&clock), ids).await {
                // The operating system has not yet seen that the one before is gone.
                Err(CannotOpen::InUse(_)) => tokio::task::yield_now().await,
                open => break open.expect("it opens"),
            }
        };
        engine.vitals().doubt_the_clock();
        let side = |platform| Arc::new(Side { platform, inner: Arc::clone(&self.inner) }) as Arc<dyn Gateway>;
        let couriers = [Platform::Matrix, Platform::Discord].map(|p| Courier::new(engine.clone(), side(p))).into();
        let marks = engine.bookmarks(Platform::Matrix).await.expect("it runs");
        for (name, room) in &mut self.rooms {
            if room
                .said
                .first()
                .is_some_and(|deed| self.cast.people[self.deeds[*deed].who].platform == Platform::Discord)
            {
                continue;
            }
            let mark =
                marks.get(name).and_then(|event| room.said.iter().position(|deed| self.deeds[*deed].event == *event));
            room.heard = mark.map_or(0, |at| at + 1);
        }
        self.awake = Some(Awake { engine, running, couriers });
    }

    pub(super) async fn appoint(&mut self, community: usize) {
        let here = self.cast.communities[community].clone();
        for convener in here.conveners {
            let account = deeds::account(&self.cast, convener);
            let name = self.cast.people[convener].name.clone();
            let who = Named { typed: name.clone(), account, name, is_role: false };
            let place = format!("place-{community}");
            self.engine().appoint(here.platform, &place, &here.name, who).await.expect("it runs");
        }
    }
}
