//! One simulated history: six weeks of three communities, the real engine and couriers, a virtual clock, and whatever goes
//! wrong. Everything in it hangs on one seed and happens in one order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard};

use barnraiser::delivery::courier::{Courier, Step};
use barnraiser::delivery::gateway::Gateway;
use barnraiser::domain::community::{Language, Platform};
use barnraiser::domain::{Refusal, Zone};
use barnraiser::engine::clock::{Clock, ManualClock, SeededIds};
use barnraiser::engine::inbound::{Cause, Named};
use barnraiser::engine::parcel::Rate;
use barnraiser::engine::{CannotOpen, Defaults, Engine, Heard, Running};
use barnraiser::speech::message::Message;
use jiff::{SignedDuration, Timestamp};

use super::deeds::{self, Deed};
use super::dice::{Dice, later};
use super::faults::{self, Fault, Watch};
use super::history::{Event, History, To};
use super::people::{Act, Cast, Intent, Size, WEEKS};
use super::platform::{Inner, Learned, Side, Spell};
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
            self.note(Event::Clock(0));
        }
        self.clock.set(later(to, self.off));
        self.inner().arrive();
    }

    /// Faults whose time has come begin.
    fn go_wrong(&mut self) {
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
                    let trouble = super::platform::Trouble::ResetAfter;
                    inner.spells.push(Spell { platform, trouble, left: times });
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
                    self.clock.set(later(now, off));
                    self.note(Event::Clock(off.as_secs()));
                }
                Fault::Muddle { how_long } => self.muddled_until = later(now, how_long),
            }
        }
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

    /// Whether this was said where nothing is handed over again: no confirmation means not recorded.
    fn forgets(&self, deed: usize) -> bool {
        self.cast.people[self.deeds[deed].who].platform == Platform::Discord
    }

    /// Nothing came back. What was said is gone; its person tries again in a while, if that can do no harm.
    fn unanswered(&mut self, deed: usize) {
        let (event, act) = (self.deeds[deed].event.clone(), self.deeds[deed].act);
        self.note(Event::Unanswered { event });
        let room = self.rooms.get_mut(&deeds::room(&self.deeds[deed])).expect("it was said there");
        room.said.retain(|said| *said != deed);
        room.heard = room.heard.min(room.said.len());
        if act.may_be_repeated() {
            let at = later(self.now(), self.dice.minutes(15, 90));
            self.plan(at, Plan::TryAgain(deed));
        }
    }

    /// Whoever was not answered looks whether it was taken in after all, and otherwise says it again.
    async fn try_again(&mut self) -> Result<(), Fell> {
        for deed in std::mem::take(&mut self.trying) {
            if self.deeds[deed].answered.is_some() {
                continue;
            }
            if let Some(text) = deeds::look(self.deeds[deed].act) {
                self.looks += 1;
                let mut look = self.deeds[deed].clone();
                look.event = format!("look-{}", self.looks);
                let inbound = deeds::inbound(&self.cast, &look, text.to_owned(), self.now());
                let engine = self.engine();
                let heard = self.unless_it_falls(engine.hear(inbound)).await?.expect("it runs");
                let Heard::Reply(reply) = heard else { continue };
                if let Some(found) = deeds::found(&self.cast, self.deeds[deed].act, &reply.message) {
                    self.deeds[deed].taken = self.deeds[deed].maybe.last().copied();
                    let event = self.deeds[deed].event.clone();
                    self.inner().learned.push(Learned { event, message: found, refused: false });
                    continue;
                }
            }
            let again = &mut self.deeds[deed];
            again.tries += 1;
            again.event = format!("event-{deed}-try-{}", again.tries);
            let (event, room) = (again.event.clone(), deeds::room(again));
            self.by_event.insert(event.clone(), deed);
            let text = deeds::text(&self.cast, self.deeds[deed].who, self.deeds[deed].act).expect("said before");
            self.note(Event::Did { deed, event, text });
            self.rooms.entry(room).or_default().said.push(deed);
        }
        Ok(())
    }

    /// The bot hears what was said, does what is due, and carries what it has to say.
    async fn turn(&mut self) -> Result<Next, Fell> {
        self.try_again().await?;
        self.hear().await?;
        let agenda = self.settle().await?;
        self.learn();
        Ok(agenda)
    }

    async fn hear(&mut self) -> Result<(), Fell> {
        let now = self.now();
        let muddled = now < self.muddled_until;
        let mut batch: Vec<usize> = Vec::new();
        for room in self.rooms.values() {
            batch.extend(&room.said[room.heard..]);
        }
        batch.sort_unstable();
        if muddled {
            let twice: Vec<usize> = batch.iter().copied().filter(|_| self.dice.of_100(30)).collect();
            batch.extend(twice);
            self.dice.shuffle(&mut batch);
        }
        for chunk in batch.chunks(32) {
            self.hear_some(chunk).await?;
        }
        Ok(())
    }

    async fn hear_some(&mut self, chunk: &[usize]) -> Result<(), Fell> {
        let now = self.now();
        let engine = self.engine();
        let mut inbound = Vec::new();
        for deed in chunk {
            self.deeds[*deed].maybe.push(now);
            let deed = &self.deeds[*deed];
            let text = deeds::text(&self.cast, deed.who, deed.act).expect("it was said before");
            inbound.push(deeds::inbound(&self.cast, deed, text, now));
        }
        let heard = self.unless_it_falls(all(inbound.into_iter().map(|i| engine.hear(i)))).await?;
        let mut full = false;
        for (deed, heard) in chunk.iter().zip(heard) {
            let event = self.deeds[*deed].event.clone();
            match heard.expect("it runs") {
                Heard::Queued => {
                    self.note(Event::Queued { event });
                    self.deeds[*deed].taken = Some(now);
                }
                Heard::Again => {
                    self.note(Event::Again { event });
                    let deed = &mut self.deeds[*deed];
                    let before = deed.maybe.len().checked_sub(2).map(|n| deed.maybe[n]);
                    deed.taken = deed.taken.or(before);
                }
                Heard::Reply(reply) if matches!(reply.message, Message::Refused(Refusal::Fault { .. })) => {
                    self.note(Event::Unanswered { event });
                    self.deeds[*deed].maybe.pop();
                    full = true;
                }
                Heard::Reply(reply) => {
                    self.deeds[*deed].taken = Some(now);
                    let refused = reply.cause == Cause::Refusal;
                    self.inner().learned.push(Learned { event, message: reply.message, refused });
                }
            }
        }
        if full {
            // What was not taken in is handed over again; for a command typed on the other platform its person is told.
            return Ok(());
        }
        self.bookmark(chunk).await
    }

    /// The rooms were heard up to here. Their last event is remembered now and then, so that after a crash some is heard
    /// again.
    async fn bookmark(&mut self, chunk: &[usize]) -> Result<(), Fell> {
        let engine = self.engine();
        let mut marks = Vec::new();
        let names: BTreeSet<String> = chunk.iter().map(|deed| deeds::room(&self.deeds[*deed])).collect();
        for name in names {
            let room = self.rooms.get_mut(&name).expect("something was said there");
            while room.said.get(room.heard).is_some_and(|deed| self.deeds[*deed].taken.is_some()) {
                room.heard += 1;
            }
            let Some(last) = room.heard.checked_sub(1) else { continue };
            let event = self.deeds[room.said[last]].event.clone();
            if self.dice.of_100(50) {
                marks.push((name, event));
            }
        }
        let marks = marks.iter().map(|(room, event)| engine.bookmark(Platform::Matrix, room, event));
        self.unless_it_falls(all(marks)).await?;
        Ok(())
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

    /// People read their answers and go on.
    fn learn(&mut self) {
        let now = self.now();
        let learned = std::mem::take(&mut self.inner().learned);
        for Learned { event, message, refused } in learned {
            let deed = self.by_event[&event];
            let text = short(&message);
            self.note(Event::Answered { event, refused, text });
            let deed = &mut self.deeds[deed];
            if deed.answered.is_some() {
                continue;
            }
            let act = deed.act;
            // Told that it is so already, they know that their first try was taken in.
            let already = (refused && deed.tries > 1).then(|| deeds::already(act, &message)).flatten();
            if already.is_some() {
                deed.taken = deed.maybe.first().copied();
            }
            let (refused, message) = already.map_or((refused, message), |message| (false, message));
            (deed.answered, deed.refused) = (Some(now), Some(refused));
            if !refused {
                let next = deeds::follow_up(&mut self.cast, &mut self.dice, self.size, act, &message, now);
                for intent in next {
                    self.intend(intent);
                }
            }
        }
    }

    fn engine(&self) -> Engine {
        self.awake.as_ref().expect("it is up").engine.clone()
    }

    async fn unless_it_falls<T>(&self, action: impl Future<Output = T>) -> Result<T, Fell> {
        // What was answered before everything stopped has been seen.
        tokio::select! {
            biased;
            outcome = action => Ok(outcome),
            () = self.watch.notify.notified() => Err(Fell),
        }
    }

    /// Everything is dropped without a goodbye.
    async fn fall(&mut self) {
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

    async fn wake(&mut self) {
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

    async fn appoint(&mut self, community: usize) {
        let here = self.cast.communities[community].clone();
        for convener in here.conveners {
            let account = deeds::account(&self.cast, convener);
            let name = self.cast.people[convener].name.clone();
            let who = Named { typed: name.clone(), account, name };
            let place = format!("place-{community}");
            self.engine().appoint(here.platform, &place, &here.name, who).await.expect("it runs");
        }
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

/// What an answer is, in a word: for the printed history.
fn short(message: &Message) -> String {
    let text = format!("{message:?}");
    let end = text.find(['(', '{']).unwrap_or(text.len());
    let longer = text.char_indices().nth(120).map_or(text.len(), |(at, _)| at);
    if matches!(message, Message::Refused(_)) { text[..longer].to_owned() } else { text[..end].trim().to_owned() }
}
