//! The stand-in platform: rooms that keep what was said in them with its key, a network that loses, delays and breaks, and
//! permissions that come and go. It never removes a double by itself: a key that is sent twice is there twice.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use barnraiser::delivery::gateway::{Gateway, Letter, Lookup, ServerClock, Sight};
use barnraiser::domain::community::Platform;
use barnraiser::engine::inbound::Cause;
use barnraiser::engine::parcel::{Destination, Extent, Outcome, Pace, Parcel, Rate};
use barnraiser::speech::doc::Doc;
use barnraiser::speech::message::Message;
use barnraiser::speech::sign::Sign;
use jiff::{SignedDuration, Timestamp};

use super::history::{self, Event, History, To, Verdict};

/// A message as it stands in a room.
#[derive(Debug, Clone)]
pub struct Post {
    pub at: Timestamp,
    pub key: String,
    pub to: To,
}

/// An answer that reached the person who asked.
pub struct Learned {
    pub event: String,
    pub message: Message,
    pub refused: bool,
}

/// What goes wrong with the next requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The request never arrives; a timeout.
    Lost,
    /// An error, and nothing was done.
    ErrorBefore,
    /// It is done, and the answer is an error.
    ErrorAfter,
    /// It is done, and the connection breaks.
    ResetAfter,
    /// It arrives after so many seconds; a timeout.
    Late(i64),
    /// Wait so many seconds.
    Limited(i64),
    /// The first is swallowed and done only after so many seconds; until then everything is asked to wait.
    Clogged(i64),
}

impl Trouble {
    pub fn name(self) -> &'static str {
        match self {
            Trouble::Lost => "lost",
            Trouble::ErrorBefore => "error before",
            Trouble::ErrorAfter => "error after",
            Trouble::ResetAfter => "reset after",
            Trouble::Late(_) => "late",
            Trouble::Limited(_) => "limited",
            Trouble::Clogged(_) => "clogged",
        }
    }
}

/// A trouble and how many requests it still meets.
#[derive(Debug, Clone)]
pub struct Spell {
    pub platform: Platform,
    pub trouble: Trouble,
    pub left: u32,
}

#[derive(Default)]
pub struct Inner {
    pub now: Timestamp,
    pub history: History,
    pub posts: BTreeMap<To, Vec<Post>>,
    /// Late requests on their way, with the instant of their arrival.
    pub late: Vec<(Timestamp, Post)>,
    pub spells: Vec<Spell>,
    /// Nothing gets an answer until then, though what people do still arrives.
    pub away: HashMap<&'static str, Timestamp>,
    /// Everything is asked to wait until then.
    pub clogged: HashMap<&'static str, Timestamp>,
    /// The history cannot be read until then, and looks empty.
    pub barred: HashMap<To, Timestamp>,
    /// Nothing is taken there until then.
    pub closed: HashMap<To, Timestamp>,
    pub learned: Vec<Learned>,
    pub names: HashMap<String, usize>,
    pub met: BTreeMap<&'static str, u64>,
    /// Who is hit by it is drawn when it hits.
    pub bar_next: Option<Timestamp>,
    /// Whoever is asked to wait is asked for the whole platform.
    pub whole: bool,
    /// What the platforms take, as the bot is told.
    pub pace: Option<Rate>,
}

impl Inner {
    pub fn note(&mut self, what: Event) {
        let now = self.now;
        self.history.add(now, what);
    }

    pub fn count(&mut self, what: &'static str) {
        *self.met.entry(what).or_default() += 1;
    }

    /// The earliest thing that happens here by itself.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.late.iter().map(|(at, _)| *at).min()
    }

    /// Late requests whose time has come have their effect.
    pub fn arrive(&mut self) {
        let now = self.now;
        let (due, later) = std::mem::take(&mut self.late).into_iter().partition(|(at, _)| *at <= now);
        self.late = later;
        let due: Vec<(Timestamp, Post)> = due;
        for (_, post) in due {
            self.note(Event::Arrived { key: post.key.clone() });
            self.posts.entry(post.to).or_default().push(post);
        }
    }

    fn to(&self, destination: &Destination) -> To {
        match destination {
            Destination::Place { id, .. } => {
                To::Place(id.strip_prefix("place-").and_then(|n| n.parse().ok()).unwrap_or(99))
            }
            Destination::Person(account) | Destination::Chat { account, .. } | Destination::Whisper { account, .. } => {
                To::Person(self.names[&account.id])
            }
            Destination::Calendar { .. } => unreachable!("no history is on a server"),
        }
    }

    fn is_away(&self, platform: Platform) -> bool {
        self.away.get(platform.name()).is_some_and(|until| *until > self.now)
    }

    fn verdict(&mut self, platform: Platform, to: To) -> Verdict {
        if self.closed.get(&to).is_some_and(|until| *until > self.now) {
            self.count("closed");
            return Verdict::Closed;
        }
        if self.is_away(platform) {
            self.count("away");
            return Verdict::Lost;
        }
        if let Some(until) = self.clogged.get(platform.name()).filter(|until| **until > self.now) {
            let wait = until.duration_since(self.now).as_secs().max(1);
            self.count("limited");
            return Verdict::Limited(wait.min(600));
        }
        let Some(spell) = self.spells.iter_mut().find(|spell| spell.platform == platform && spell.left > 0) else {
            return Verdict::Taken;
        };
        spell.left -= 1;
        let trouble = spell.trouble;
        self.count(trouble.name());
        match trouble {
            Trouble::Lost | Trouble::ErrorBefore => Verdict::Lost,
            Trouble::ErrorAfter | Trouble::ResetAfter => {
                if let Some(until) = self.bar_next {
                    self.barred.insert(to, until);
                    self.note(Event::Fault(format!("the history of {to:?} looks empty until {until}")));
                }
                Verdict::TakenUnheard
            }
            Trouble::Late(seconds) => Verdict::Late(seconds),
            Trouble::Limited(seconds) => Verdict::Limited(seconds),
            Trouble::Clogged(seconds) => {
                let until = super::dice::later(self.now, SignedDuration::from_secs(seconds + 1));
                self.clogged.insert(platform.name(), until);
                Verdict::Late(seconds)
            }
        }
    }
}

/// How far the bot looks back beyond what it is told: as long as clocks may differ unnoticed.
const SLACK: SignedDuration = SignedDuration::from_mins(10);

/// One platform's side of it.
pub struct Side {
    pub platform: Platform,
    pub inner: Arc<Mutex<Inner>>,
}

impl Side {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panics while speaking")
    }
}

#[async_trait]
impl Gateway for Side {
    fn platform(&self) -> Platform {
        self.platform
    }

    fn pace(&self) -> Pace {
        Pace { overall: None, each: self.inner().pace }
    }

    async fn deliver(&self, letter: &Letter) -> Outcome {
        let parcel = &letter.parcel;
        let mut inner = self.inner();
        let to = inner.to(&parcel.destination);
        let verdict = inner.verdict(self.platform, to);
        let said = history::read(&parcel.message, parcel.answers.as_deref());
        let refused = parcel.cause == Cause::Refusal;
        inner.note(Event::Request {
            key: parcel.key.clone(),
            to,
            community: parcel.community.clone(),
            cause: parcel.cause,
            said,
            text: letter.doc.plain("/"),
            verdict,
        });
        inner.count("requests");
        let post = Post { at: inner.now, key: parcel.key.clone(), to };
        let answers = |inner: &mut Inner| {
            if let Some(event) = parcel.answers.as_ref().filter(|_| parcel.cause != Cause::Button) {
                let learned = Learned { event: event.clone(), message: parcel.message.clone(), refused };
                inner.learned.push(learned);
            }
        };
        let unheard = |reason: &str| Outcome::Unknown { reason: reason.to_owned() };
        match verdict {
            Verdict::Taken => {
                answers(&mut inner);
                inner.posts.entry(to).or_default().push(post);
                Outcome::Delivered { message: parcel.edits.clone().unwrap_or_else(|| parcel.key.clone()) }
            }
            Verdict::TakenUnheard => {
                answers(&mut inner);
                inner.posts.entry(to).or_default().push(post);
                unheard("a reset")
            }
            Verdict::Late(seconds) => {
                answers(&mut inner);
                let at = super::dice::later(inner.now, SignedDuration::from_secs(seconds));
                inner.late.push((at, Post { at, ..post }));
                unheard("a timeout")
            }
            Verdict::Lost => unheard("a timeout"),
            Verdict::Limited(seconds) => {
                let of = if inner.whole { Extent::Platform } else { Extent::Route };
                Outcome::Later { after: SignedDuration::from_secs(seconds), of }
            }
            Verdict::Closed => {
                // Whoever waits for this answer sees that none comes, and asks elsewhere.
                answers(&mut inner);
                Outcome::Closed { reason: "nothing is taken there".to_owned() }
            }
        }
    }

    async fn sight(&self, parcel: &Parcel) -> Sight {
        let inner = self.inner();
        let to = inner.to(&parcel.destination);
        let now = inner.now;
        let shut = |until: Option<&Timestamp>| until.is_some_and(|until| *until > now);
        if shut(inner.barred.get(&to)) || shut(inner.closed.get(&to)) {
            return Sight::Barred("no permission".to_owned());
        }
        Sight::Clear
    }

    async fn find(&self, parcel: &Parcel, since: Timestamp) -> Lookup {
        let mut inner = self.inner();
        let to = inner.to(&parcel.destination);
        let now = inner.now;
        let shut = |until: Option<&Timestamp>| until.is_some_and(|until| *until > now);
        let (found, lookup) = if inner.is_away(self.platform) {
            ("away", Lookup::Later { after: SignedDuration::from_mins(10), of: Extent::Platform })
        } else if shut(inner.closed.get(&to)) {
            ("unreadable", Lookup::Unreadable("nothing is read there".to_owned()))
        } else if shut(inner.barred.get(&to)) {
            // Without the permission the answer is an empty history, not a no.
            ("empty, barred", Lookup::Absent)
        } else {
            let from = since.checked_sub(SLACK).unwrap_or(Timestamp::MIN);
            let there = |post: &&Post| post.key == parcel.key && post.at >= from;
            match inner.posts.get(&to).and_then(|posts| posts.iter().rev().find(there)) {
                Some(post) => ("found", Lookup::Found(parcel.edits.clone().unwrap_or_else(|| post.key.clone()))),
                None => ("absent", Lookup::Absent),
            }
        };
        inner.count("lookups");
        inner.note(Event::Lookup { key: parcel.key.clone(), to, found });
        lookup
    }

    /// Only on Matrix is a button a message.
    fn seeds(&self, doc: &Doc) -> Vec<Sign> {
        let buttons = doc.buttons.iter().filter(|_| self.platform == Platform::Matrix);
        buttons.filter_map(|button| button.sign).collect()
    }

    async fn clock(&self) -> ServerClock {
        let inner = self.inner();
        if inner.is_away(self.platform) { ServerClock::Unreached } else { ServerClock::Shows(inner.now) }
    }
}
