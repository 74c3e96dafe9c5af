//! The engine alone, with a clock, a data folder and a platform in the test's hands: every step of delivery can be taken
//! by itself, and everything can be dropped between any two of them.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use barnraiser::delivery::courier::{Courier, Step};
use barnraiser::delivery::gateway::{Gateway, Letter, Lookup, Sight};
use barnraiser::domain::community::{Account, Platform};
use barnraiser::engine::clock::{Clock, ManualClock, SeededIds};
use barnraiser::engine::inbound::{Answer, Body, Cause, Inbound, Named, Place, Reply};
use barnraiser::engine::parcel::{Destination, Outcome, Pace, Parcel, Receipt};
use barnraiser::engine::{CannotOpen, Defaults, Engine, Heard, Next, Running};
use barnraiser::speech::copy;
use barnraiser::speech::doc::Doc;
use barnraiser::speech::sign::Sign;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::console;

/// A message as it stands on the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    pub at: Timestamp,
    pub community: String,
    /// `public:PLACE` or `dm:WHO`.
    pub to: String,
    pub cause: Cause,
    pub refs: Vec<String>,
    pub text: String,
    pub key: String,
    /// The platform's id of the message, which an edit keeps.
    pub message: String,
    /// The message it is a button of, or the event it answers.
    pub answers: Option<String>,
    /// The card it is under.
    pub thread: Option<String>,
    pub opens_thread: bool,
    /// The account it calls where others read along.
    pub calls: Option<String>,
}

/// A platform that takes everything, forgets nothing, and can be looked through.
pub struct World {
    platform: Platform,
    posts: Mutex<Vec<Post>>,
    looks: Mutex<u32>,
    /// Whose direct messages are closed here, and where else nothing is taken.
    closed: Mutex<BTreeSet<String>>,
    /// Whether buttons are messages of their own here.
    seeding: AtomicBool,
}

impl World {
    fn new(platform: Platform) -> Arc<World> {
        let (posts, looks, closed, seeding) = Default::default();
        Arc::new(World { platform, posts, looks, closed, seeding })
    }

    /// From now on nothing reaches somebody alone, or again everything does.
    pub fn close(&self, who: &str, closed: bool) {
        let mut all = self.closed.lock().expect("nobody panics while closing");
        if closed {
            all.insert(who.to_owned())
        } else {
            all.remove(who)
        };
    }

    /// From now on nothing new is taken in a place, or again everything is. What stands there may be edited.
    pub fn mute(&self, place: &str, muted: bool) {
        self.close(&format!("new:{place}"), muted);
    }

    /// The same, and nothing that stands there may be edited.
    pub fn hide(&self, place: &str, hidden: bool) {
        self.close(&format!("all:{place}"), hidden);
    }

    /// Is this one not taken?
    fn refuses(&self, to: &str, edits: bool) -> bool {
        let closed = self.closed.lock().expect("nobody panics while closing");
        let direct = to.strip_prefix("dm:").is_some_and(|who| closed.contains(who));
        let place = to.strip_prefix("public:").unwrap_or_default();
        direct || closed.contains(&format!("all:{place}")) || (!edits && closed.contains(&format!("new:{place}")))
    }

    pub fn posts(&self) -> Vec<Post> {
        self.posts.lock().expect("nobody panics while posting").clone()
    }

    /// How often its history was searched.
    pub fn looks(&self) -> u32 {
        *self.looks.lock().expect("nobody panics while looking")
    }

    /// From now on buttons are messages of their own.
    pub fn seed(&self) {
        self.seeding.store(true, Ordering::Relaxed);
    }

    pub fn nudges(&self) -> Vec<Post> {
        self.posts().into_iter().filter(|post| post.cause == Cause::Nudge).collect()
    }
}

#[async_trait]
impl Gateway for World {
    fn platform(&self) -> Platform {
        self.platform
    }

    async fn deliver(&self, letter: &Letter) -> Outcome {
        let parcel = &letter.parcel;
        let to = match &parcel.destination {
            Destination::Place { id, .. } => format!("public:{id}"),
            Destination::Person(account) | Destination::Chat { account, .. } => format!("dm:{}", account.id),
            Destination::Whisper { account, .. } => format!("only:{}", account.id),
            Destination::Calendar { server, .. } => format!("calendar:{server}"),
        };
        if self.refuses(&to, parcel.edits.is_some()) {
            return Outcome::Closed { reason: "closed".to_owned() };
        }
        let refs = parcel.refs.iter().map(ToString::to_string).collect();
        let (at, key) = (parcel.voice.now, parcel.key.clone());
        let community = parcel.community.clone();
        let text = letter.doc.plain("/");
        let (answers, thread, opens_thread) = (parcel.answers.clone(), parcel.thread.clone(), parcel.opens_thread);
        let calls = parcel.message.calls().map(|called| called.id.clone());
        let message = parcel.edits.clone().unwrap_or_else(|| key.clone());
        let post = Post {
            at,
            community,
            to,
            cause: parcel.cause,
            refs,
            text,
            key,
            message: message.clone(),
            answers,
            thread,
            opens_thread,
            calls,
        };
        self.posts.lock().expect("nobody panics while posting").push(post);
        Outcome::Delivered { message }
    }

    async fn sight(&self, _: &Parcel) -> Sight {
        Sight::Clear
    }

    async fn find(&self, parcel: &Parcel, _since: Timestamp) -> Lookup {
        *self.looks.lock().expect("nobody panics while looking") += 1;
        match self.posts().iter().any(|post| post.key == parcel.key) {
            true => Lookup::Found(parcel.edits.clone().unwrap_or_else(|| parcel.key.clone())),
            false => Lookup::Absent,
        }
    }

    fn seeds(&self, doc: &Doc) -> Vec<Sign> {
        let seeding = self.seeding.load(Ordering::Relaxed);
        doc.buttons.iter().filter(|_| seeding).filter_map(|button| button.sign).collect()
    }
}

/// The engine on a folder.
pub struct Rig {
    pub world: Arc<World>,
    /// The other platforms, on which nobody is unless a test says so.
    pub matrix: Arc<World>,
    pub discord: Arc<World>,
    pub clock: Arc<ManualClock>,
    /// What the next waking settles.
    pub defaults: Defaults,
    folder: tempfile::TempDir,
    awake: Option<(Engine, Running)>,
    events: u32,
}

/// Eastbank's clock.
pub fn chicago(civil: &str) -> Timestamp {
    let civil: DateTime = civil.parse().expect("a civil time");
    civil.to_zoned(TimeZone::get("America/Chicago").expect("bundled")).expect("in range").timestamp()
}

impl Rig {
    /// Opens at a time of Chicago's clock.
    pub async fn open(at: &str) -> Rig {
        Rig::open_with(at, console::defaults()).await
    }

    pub async fn open_with(at: &str, defaults: Defaults) -> Rig {
        let mut rig = Rig {
            world: World::new(Platform::Console),
            matrix: World::new(Platform::Matrix),
            discord: World::new(Platform::Discord),
            clock: Arc::new(ManualClock::at(chicago(at))),
            defaults,
            folder: tempfile::tempdir().expect("a folder"),
            awake: None,
            events: 0,
        };
        rig.wake().await;
        rig
    }

    /// Opens at 18:20 of the first evening, with Amara as convener of Eastbank, set up for Chicago.
    pub async fn eastbank() -> Rig {
        Rig::eastbank_with(console::defaults()).await
    }

    pub async fn eastbank_with(defaults: Defaults) -> Rig {
        let mut rig = Rig::open_with("2026-03-05 18:20", defaults).await;
        let amara =
            Named { typed: "amara".to_owned(), account: account("amara"), name: "amara".to_owned(), is_role: false };
        rig.engine().appoint(Platform::Console, "eastbank", "eastbank", amara).await.expect("it runs");
        rig.say("amara", "community setup name:Eastbank zone:America/Chicago").await;
        rig
    }

    pub async fn wake(&mut self) {
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let ids = Arc::new(SeededIds::new(1));
        // Other tests start processes of their own, and for the moment until it becomes another program a child holds
        // everything this process holds open, the lock on this folder included.
        for _ in 0..10_000 {
            match Engine::open(&self.data(), self.defaults.clone(), Arc::clone(&clock), ids.clone()).await {
                Err(CannotOpen::InUse(_)) => tokio::task::yield_now().await,
                open => {
                    self.awake = Some(open.expect("it opens"));
                    return;
                }
            }
        }
        panic!("the folder stays in use");
    }

    pub fn engine(&self) -> &Engine {
        &self.awake.as_ref().expect("it is awake").0
    }

    /// The data folder: alone in a folder of its own, so that something can be put beside it.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn database(&self) -> PathBuf {
        self.data().join("barnraiser.db")
    }

    /// The database itself, past the engine.
    pub async fn file(&self) -> sqlx::sqlite::SqliteConnection {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.database());
        sqlx::ConnectOptions::connect(&options).await.expect("it is there")
    }

    /// Drops everything without a goodbye.
    pub async fn fall(&mut self) {
        let (engine, running) = self.awake.take().expect("it is awake");
        running.abort();
        let ended = running.await;
        assert!(ended.is_err_and(|e| e.is_cancelled()), "it was told to stop in the middle");
        drop(engine);
    }

    pub async fn crash(&mut self) {
        self.fall().await;
        self.wake().await;
    }

    /// What somebody says in Eastbank's channel, as the platform brings it.
    pub fn inbound(&mut self, who: &str, text: &str) -> Inbound {
        self.inbound_in("eastbank", who, text)
    }

    pub fn inbound_in(&mut self, place: &str, who: &str, text: &str) -> Inbound {
        self.events += 1;
        Inbound {
            event: format!("event-{}", self.events),
            place: Place::Public { id: place.to_owned(), name: place.to_owned(), server: None },
            from: account(who),
            name: who.to_owned(),
            language: None,
            standing: None,
            roles: Vec::new(),
            named: Vec::new(),
            at: self.clock.now(),
            body: Body::Said(text.to_owned()),
            answer: Answer::Direct,
            able: Vec::new(),
        }
    }

    /// What somebody says on another platform: in its place, or to the bot alone.
    pub fn inbound_on(&mut self, platform: Platform, place: Option<&str>, who: &str, text: &str) -> Inbound {
        let from = Account { platform, id: who.to_owned() };
        let said = match place {
            Some(place) => self.inbound_in(place, who, text),
            None => {
                let inbound = self.inbound_directly(who, text);
                Inbound { place: Place::Direct { id: format!("with-{who}"), shared: Vec::new() }, ..inbound }
            }
        };
        Inbound { from, ..said }
    }

    /// What somebody says to the bot alone.
    pub fn inbound_directly(&mut self, who: &str, text: &str) -> Inbound {
        let place = Place::Direct { id: format!("with-{who}"), shared: vec!["eastbank".to_owned()] };
        Inbound { place, ..self.inbound(who, text) }
    }

    /// What somebody does in Eastbank's channel that is no typed command.
    pub fn does(&mut self, who: &str, body: Body) -> Inbound {
        Inbound { body, ..self.inbound(who, "") }
    }

    /// The same alone with the bot.
    pub fn does_directly(&mut self, who: &str, body: Body) -> Inbound {
        Inbound { body, ..self.inbound_directly(who, "") }
    }

    /// Claims the next message and has nobody be able to tell whether it arrived, until it is given up on.
    pub async fn park(&self) -> Parcel {
        let parcel = self.claim().await.expect("something waits");
        let row = parcel.row;
        let unknown = Outcome::Unknown { reason: "timeout".to_owned() };
        assert!(self.engine().receipt(Receipt::new(row, unknown)).await.expect("it runs"));
        self.clock.set(self.clock.now() + SignedDuration::from_mins(2));
        while let Some(again) = self.claim().await {
            let receipt = match again.row == row {
                true => Receipt::new(row, Outcome::Unreadable { reason: "no permission".to_owned() }),
                // What the conveners are told about it.
                false => self.send(&again).await,
            };
            assert_eq!(again.row == row, again.unresolved_since.is_some(), "it is only looked for");
            assert!(self.engine().receipt(receipt).await.expect("it runs"));
            self.clock.set(self.clock.now() + SignedDuration::from_mins(1));
        }
        parcel
    }

    pub async fn hear(&self, inbound: Inbound) -> Reply {
        match self.engine().hear(inbound).await.expect("it runs") {
            Heard::Reply(reply) => *reply,
            other => panic!("no answer: {other:?}"),
        }
    }

    /// Says something in Eastbank's channel that is not refused.
    pub async fn say(&mut self, who: &str, text: &str) -> String {
        let reply = self.try_say(who, text).await;
        assert_eq!(reply.cause, Cause::Reply, "{text}: {}", read(&reply));
        read(&reply)
    }

    pub async fn try_say(&mut self, who: &str, text: &str) -> Reply {
        let inbound = self.inbound(who, text);
        self.hear(inbound).await
    }

    pub async fn say_directly(&mut self, who: &str, text: &str) -> String {
        let inbound = self.inbound_directly(who, text);
        let reply = self.hear(inbound).await;
        assert_eq!(reply.cause, Cause::Reply, "{text}: {}", read(&reply));
        read(&reply)
    }

    /// Does what is due now, and leaves what is to be said where it is.
    pub async fn tick(&self) {
        while self.engine().tick().await.expect("it runs").0 > 0 {}
    }

    /// Does and says everything that is due now.
    pub async fn settle(&self) {
        let worlds = [&self.world, &self.matrix, &self.discord];
        let couriers = worlds.map(|world| Courier::new(self.engine().clone(), Arc::clone(world) as Arc<dyn Gateway>));
        loop {
            let (done, _) = self.engine().tick().await.expect("it runs");
            let mut said = false;
            for courier in &couriers {
                while courier.step().await.expect("it runs") == Step::Carried {
                    said = true;
                }
            }
            if done == 0 && !said {
                return;
            }
        }
    }

    /// The clock shows a later time at once: whatever fell due on the way is late.
    pub async fn jump(&self, to: Timestamp) {
        self.clock.set(to);
        self.settle().await;
    }

    /// The clock moves on, and everything on the way is done in its time.
    pub async fn advance(&self, to: Timestamp) {
        self.settle().await;
        loop {
            let agenda = self.engine().agenda().await.expect("it runs");
            let next = [agenda.timer, agenda.message].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= to && *next > self.clock.now()) else { break };
            self.jump(next).await;
        }
        self.jump(to).await;
    }

    pub async fn wait(&self, span: SignedDuration) {
        self.advance(self.clock.now() + span).await;
    }

    pub async fn claim(&self) -> Option<Parcel> {
        match self.engine().claim(Platform::Console, Pace::UNLIMITED).await.expect("it runs") {
            Next::Parcel(parcel) => Some(*parcel),
            Next::Idle { .. } => None,
        }
    }

    /// Puts a claimed parcel on the platform and does not tell the engine.
    pub async fn send(&self, parcel: &Parcel) -> Receipt {
        let doc = copy::say(&parcel.message, &parcel.voice);
        let seeds = self.world.seeds(&doc);
        let outcome = self.world.deliver(&Letter { parcel: parcel.clone(), doc }).await;
        Receipt { row: parcel.row, outcome, seeds }
    }
}

pub fn account(who: &str) -> Account {
    Account { platform: Platform::Console, id: who.to_owned() }
}

/// A reply as its reader sees it on the console.
pub fn read(reply: &Reply) -> String {
    copy::say(&reply.message, &reply.voice).plain("/")
}
