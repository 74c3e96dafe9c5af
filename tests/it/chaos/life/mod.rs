//! One simulated history: six weeks of three communities, the real engine and couriers, a virtual clock, and whatever goes
//! wrong. Everything in it hangs on one seed and happens in one order.

mod falling;
mod hearing;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard};

use barnraiser::delivery::courier::{Courier, Step};
use barnraiser::domain::Zone;
use barnraiser::domain::community::Language;
use barnraiser::engine::clock::ManualClock;
use barnraiser::engine::parcel::Rate;
use barnraiser::engine::{Defaults, Engine, Running};
use jiff::{SignedDuration, Timestamp};

use super::deeds::{self, Deed};
use super::dice::{Dice, later};
use super::faults::{self, Fault, Watch};
use super::history::{Event, History};
use super::people::{Act, Cast, Intent, Size, WEEKS};
use super::platform::Inner;
use super::together::all;

/// How long after the six weeks everything has had its time: the last check and its care note come within two weeks.
const REST: SignedDuration = SignedDuration::from_hours(24 * 24);
/// As long as the program's own longest nap.
const NAP: SignedDuration = SignedDuration::from_secs(30);

pub fn defaults() -> Defaults {
    Defaults {
        zone: Zone::utc(),
        language: Language::English,
        weekly: None,
        housekeeping: "0 30 3 * * *".parse().expect("a schedule"),
        retention_days: 365,
        grace_days: 30,
        quarantine: SignedDuration::from_secs(90),
    }
}

/// An intent in its order: by time, then by when it was had.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Waiting(Timestamp, u64);

pub struct Life {
    pub cast: Cast,
    pub deeds: Vec<Deed>,
    pub inner: Arc<Mutex<Inner>>,
    pub watch: Rc<Watch>,
    pub crashes: BTreeMap<String, u64>,
    size: Size,
    dice: Dice,
    clock: Arc<ManualClock>,
    folder: PathBuf,
    awake: Option<Awake>,
    up_at: Option<Timestamp>,
    off: SignedDuration,
    clock_right_at: Option<Timestamp>,
    muddled_until: Timestamp,
    faults: Vec<(Timestamp, Fault)>,
    pub had: BTreeMap<&'static str, u64>,
    queue: BinaryHeap<Reverse<(Waiting, usize)>>,
    plans: Vec<Plan>,
    drawn: u64,
    /// What was said in each room, and how far the bot has heard it.
    rooms: BTreeMap<String, Room>,
    by_event: HashMap<String, usize>,
    down_for: SignedDuration,
    trying: Vec<usize>,
    looks: u32,
}

/// What somebody will do.
#[derive(Clone, Copy)]
enum Plan {
    Do(Intent),
    /// They had no answer to a deed: they look, and try again.
    TryAgain(usize),
}

struct Awake {
    engine: Engine,
    running: Running,
    couriers: Vec<Courier>,
}

#[derive(Default)]
struct Room {
    said: Vec<usize>,
    heard: usize,
}

/// When the bot does something next, if it knows.
struct Next {
    known: bool,
    at: Option<Timestamp>,
}

/// Everything stops here: the watcher said so.
struct Fell;

impl Life {
    pub fn draw(seed: u64, size: Size, folder: &Path) -> Life {
        let mut dice = Dice::new(seed);
        let mut cast = Cast::draw(&mut dice, size);
        let intents = cast.intentions(&mut dice.for_purpose(), size);
        let faults = faults::draw(&mut dice.for_purpose(), &cast, size.faults);
        let mut inner = Inner { now: cast.begins, ..Inner::default() };
        inner.whole = dice.of_100(50);
        // A quarter of the platforms say beforehand how much they take.
        let pace = Rate { every: SignedDuration::from_secs(2), burst: 3, reserve: 1 };
        inner.pace = dice.of_100(25).then_some(pace);
        inner.names = cast.people.iter().enumerate().map(|(n, person)| (person.name.clone(), n)).collect();
        let mut life = Life {
            clock: Arc::new(ManualClock::at(cast.begins)),
            muddled_until: cast.begins,
            cast,
            deeds: Vec::new(),
            inner: Arc::new(Mutex::new(inner)),
            watch: Rc::default(),
            crashes: BTreeMap::new(),
            size,
            dice: dice.for_purpose(),
            folder: folder.to_owned(),
            awake: None,
            up_at: None,
            off: SignedDuration::ZERO,
            clock_right_at: None,
            faults,
            had: BTreeMap::new(),
            queue: BinaryHeap::new(),
            plans: Vec::new(),
            drawn: 0,
            rooms: BTreeMap::new(),
            by_event: HashMap::new(),
            down_for: SignedDuration::from_secs(1),
            trying: Vec::new(),
            looks: 0,
        };
        for intent in intents {
            life.intend(intent);
        }
        life
    }

    pub fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panics while speaking")
    }

    pub fn now(&self) -> Timestamp {
        self.inner().now
    }

    fn intend(&mut self, intent: Intent) {
        self.plan(intent.at, Plan::Do(intent));
    }

    fn plan(&mut self, at: Timestamp, plan: Plan) {
        // Most people act on the quarter hour: what falls on one instant shares a commit.
        let late = at.as_second().rem_euclid(900);
        let at = if late > 0 && self.dice.of_100(85) { later(at, SignedDuration::from_secs(900 - late)) } else { at };
        self.drawn += 1;
        self.queue.push(Reverse((Waiting(at, self.drawn), self.plans.len())));
        self.plans.push(plan);
    }

    fn note(&self, what: Event) {
        self.inner().note(what);
    }

    /// Lives it to its end, and closes everything.
    pub async fn live(&mut self) {
        self.watch.set();
        self.wake().await;
        for community in 0..3 {
            self.appoint(community).await;
        }
        let acts_end = later(self.cast.begins, SignedDuration::from_hours(WEEKS * 7 * 24));
        let end = later(acts_end, REST);
        let mut agenda = None;
        for _ in 0..200_000 {
            let Some(next) = self.next(agenda, end) else { break };
            self.move_to(next);
            self.go_wrong();
            if self.awake.is_none() && self.up_at.is_some_and(|up| up <= self.now()) {
                self.wake().await;
            }
            self.act(acts_end);
            // Who was told nothing comes again after a nap, as the program does.
            agenda = None;
            if self.awake.is_some() {
                match self.turn().await {
                    Ok(next) => agenda = Some(next),
                    Err(Fell) => self.fall().await,
                }
            }
            self.note_full_disk();
        }
        assert!(self.now() >= end, "it goes round and round at {}", self.now());
        self.note(Event::Over);
        let Awake { engine, running, couriers } = self.awake.take().expect("it is up at the end");
        drop((engine, couriers));
        running.await.expect("it ends well");
        barnraiser::failpoint::watch(None);
    }

    fn note_full_disk(&self) -> bool {
        let refused = self.watch.refused.take();
        for kind in &refused {
            self.note(Event::FullDisk(kind));
        }
        !refused.is_empty()
    }

    /// The next instant at which anything happens by itself; `None` after the end.
    fn next(&mut self, agenda: Option<Next>, end: Timestamp) -> Option<Timestamp> {
        let now = self.now();
        if now >= end {
            return None;
        }
        let mut next = end;
        next = self.queue.peek().map_or(next, |Reverse((Waiting(at, _), _))| next.min(*at));
        next = self.inner().next_at().map_or(next, |at| next.min(at));
        next = self.faults.first().map_or(next, |(at, _)| next.min(*at));
        next = self.up_at.map_or(next, |at| next.min(at));
        next = self.clock_right_at.map_or(next, |at| next.min(at));
        if self.rooms.values().any(|room| room.heard < room.said.len()) && self.awake.is_some() {
            next = next.min(later(now, NAP));
        }
        match agenda {
            Some(Next { known: true, at: None }) => {}
            Some(Next { known: true, at: Some(at) }) => {
                // What is due already and still waits is tried again after a nap.
                let at = later(at, -self.off);
                next = next.min(if at <= now { later(now, NAP) } else { at });
            }
            _ if self.awake.is_some() => next = next.min(later(now, NAP)),
            _ => {}
        }
        Some(next.max(now))
    }

    fn move_to(&mut self, to: Timestamp) {
        self.inner().now = to;
        if self.clock_right_at.is_some_and(|at| at <= to) {
            (self.clock_right_at, self.off) = (None, SignedDuration::ZERO);
            self.clock.set_wrong(self.off);
            self.note(Event::Clock(0));
        }
        self.clock.set(to);
        self.inner().arrive();
    }

    /// People do what they meant to do by now.
    fn act(&mut self, until: Timestamp) {
        let now = self.now();
        let mut acts = Vec::new();
        while let Some(Reverse((Waiting(at, _), _))) = self.queue.peek()
            && *at <= now
        {
            let Reverse((_, intent)) = self.queue.pop().expect("it was seen");
            acts.push(intent);
        }
        if now >= until {
            return;
        }
        // What a clock that is days off makes of a date is not asked here, but that nothing comes of it by itself.
        if let Some(right_at) = self.clock_right_at.filter(|_| self.off.abs().as_secs() > faults::UNNOTICED) {
            for plan in acts {
                self.drawn += 1;
                let at = later(right_at, SignedDuration::from_mins(15));
                self.queue.push(Reverse((Waiting(at, self.drawn), plan)));
            }
            return;
        }
        for plan in acts {
            let Intent { who, act, .. } = match self.plans[plan] {
                Plan::Do(intent) => intent,
                Plan::TryAgain(deed) if self.awake.is_some() => {
                    self.trying.push(deed);
                    continue;
                }
                Plan::TryAgain(deed) => {
                    let at = later(now, self.dice.minutes(15, 90));
                    self.plan(at, Plan::TryAgain(deed));
                    continue;
                }
            };
            let community = deeds::community_of(&self.cast, act);
            // The place they were put out of is closed to their people's commands as well.
            let alone = deeds::is_for_the_bot_alone(&self.cast, act)
                || (matches!(act, Act::HandBack { .. } | Act::Done { .. }) && self.dice.of_100(30));
            let Some(text) = deeds::text(&self.cast, who, act) else { continue };
            let deed = self.deeds.len();
            let event = format!("event-{deed}");
            self.note(Event::Did { deed, event: event.clone(), text });
            self.by_event.insert(event.clone(), deed);
            let deed = Deed {
                who,
                community,
                act,
                event,
                alone,
                maybe: Vec::new(),
                taken: None,
                refused: None,
                answered: None,
                tries: 1,
            };
            self.rooms.entry(deeds::room(&deed)).or_default().said.push(self.deeds.len());
            self.deeds.push(deed);
            if self.awake.is_none() && self.forgets(self.deeds.len() - 1) {
                self.unanswered(self.deeds.len() - 1);
            }
        }
    }

    /// The bot hears what was said, does what is due, and carries what it has to say.
    async fn turn(&mut self) -> Result<Next, Fell> {
        self.try_again().await?;
        self.hear().await?;
        let agenda = self.settle().await?;
        self.learn();
        Ok(agenda)
    }

    /// Does and says everything that is due now. What comes next, in the machine's time.
    async fn settle(&mut self) -> Result<Next, Fell> {
        let engine = self.engine();
        let mut messages = None;
        let mut first = true;
        loop {
            let (done, agenda) = self.unless_it_falls(engine.tick()).await?.expect("it runs");
            if done == 0 && !first {
                // Who could not be told comes again after a nap, as the program does.
                let known = !self.note_full_disk() && engine.vitals().trusts_the_clock();
                return Ok(Next { known, at: [agenda.timer, messages].into_iter().flatten().min() });
            }
            first = false;
            messages = self.carry().await?;
        }
    }

    /// Both couriers, side by side, each until it has nothing to carry; when the first of them is to come again.
    async fn carry(&mut self) -> Result<Option<Timestamp>, Fell> {
        let awake = self.awake.take().expect("it is up");
        let outcome = self.unless_it_falls(all(awake.couriers.iter().map(carry_all))).await;
        self.awake = Some(awake);
        Ok(outcome?.into_iter().flatten().min())
    }

    fn engine(&self) -> Engine {
        self.awake.as_ref().expect("it is up").engine.clone()
    }

    pub fn take_history(&self) -> History {
        std::mem::take(&mut self.inner().history)
    }
}

/// The one place that knows how a courier takes its steps. Carries everything that may go; when it is to come again.
async fn carry_all(courier: &Courier) -> Option<Timestamp> {
    loop {
        match courier.step().await.expect("it runs") {
            Step::Carried => {}
            Step::Idle { until } => return until,
        }
    }
}
