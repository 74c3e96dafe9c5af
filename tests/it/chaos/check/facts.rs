//! The history put in order for the checks: each key's requests and fate, each pledge's days, and when the bot could not.

use std::collections::BTreeMap;

use barnraiser::domain::community::Platform;
use barnraiser::domain::{Due, Zone};
use barnraiser::engine::inbound::Cause;
use jiff::civil::{Date, Time, time};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::super::deeds::Deed;
use super::super::dice::later;
use super::super::faults::UNNOTICED;
use super::super::history::{Event, History, Said, To, Verdict};
use super::super::ledger::{Ledger, MessageRow};
use super::super::people::{Act, Cast, Person};
use super::super::platform::Post;

/// One message's way, by its key.
#[derive(Debug)]
pub struct Way<'a> {
    pub key: &'a str,
    pub to: To,
    pub community: &'a str,
    pub cause: Cause,
    pub said: Vec<&'a Said>,
    /// When it was tried, and what came of it.
    pub tries: Vec<(Timestamp, Verdict, usize)>,
    pub text: &'a str,
    pub lookups: Vec<(Timestamp, &'static str)>,
    pub posts: usize,
    pub row: Option<&'a MessageRow>,
}

/// A change of a pledge that people know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Due(Due),
    Done,
    StillNeeded,
    /// Kept or handed back.
    Over,
    /// Its ask was taken back while it was open.
    Released,
}

/// One pledge as the history tells it.
#[derive(Debug)]
pub struct Course {
    pub pledge: usize,
    pub community: usize,
    pub number: u32,
    pub helper: usize,
    pub asker: usize,
    pub made: Timestamp,
    pub due: Due,
    pub changes: Vec<(Timestamp, Change)>,
    /// Something about it was never answered.
    pub hazy: bool,
}

pub struct Facts<'a> {
    pub cast: &'a Cast,
    pub deeds: &'a [Deed],
    pub history: &'a History,
    pub ledger: &'a Ledger,
    pub ways: BTreeMap<&'a str, Way<'a>>,
    pub courses: Vec<Course>,
    /// From when until when the bot could not do what was due, with a little for catching up.
    pub troubles: Vec<(Timestamp, Timestamp, Reach)>,
    clocks: Vec<(Timestamp, i64)>,
    pub end: Timestamp,
}

/// Whom a trouble keeps the bot from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Everyone,
    Platform(Platform),
    Person(usize),
    Place(usize),
}

/// Long enough for what waited to be done, looked up and sent again once nothing stands in the way, by a clock that is
/// behind unnoticed.
pub const CATCH_UP: SignedDuration = SignedDuration::from_mins(10);
/// A clock may be this much too fast unnoticed.
pub const FAST: SignedDuration = SignedDuration::from_mins(5);

impl<'a> Facts<'a> {
    pub fn gather(
        cast: &'a Cast,
        deeds: &'a [Deed],
        history: &'a History,
        ledger: &'a Ledger,
        posts: &'a BTreeMap<To, Vec<Post>>,
        // Whether who is asked to wait is asked for the whole platform.
        whole: bool,
    ) -> Facts<'a> {
        let end = history.0.last().map_or(cast.begins, |entry| entry.at);
        let ways = ways(history, ledger, posts);
        let courses = courses(cast, deeds, ledger);
        let troubles = troubles(cast, history, whole, end);
        let clocks =
            history.0.iter().filter_map(|e| if let Event::Clock(off) = e.what { Some((e.at, off)) } else { None });
        let clocks = clocks.collect();
        Facts { cast, deeds, history, ledger, ways, courses, troubles, clocks, end }
    }

    pub fn name(&self, community: usize) -> &str {
        &self.cast.communities[community].name
    }

    /// What the machine's clock shows: what falls due falls due by it.
    pub fn shown(&self, at: Timestamp) -> Timestamp {
        let off = self.clocks.iter().rev().find(|(from, _)| *from <= at).map_or(0, |(_, off)| *off);
        // By a clock that is further off nothing falls due.
        let off = if off.abs() > UNNOTICED { 0 } else { off };
        later(at, SignedDuration::from_secs(off))
    }

    /// When the bot can act again, if it cannot at this instant.
    pub fn hindered(&self, who: usize, at: Timestamp) -> Option<Timestamp> {
        let platform = self.cast.people[who].platform;
        let keeps = |reach: Reach| match reach {
            Reach::Everyone => true,
            Reach::Platform(other) => other == platform,
            Reach::Person(other) => other == who,
            Reach::Place(_) => false,
        };
        let now = self.troubles.iter().filter(|(from, until, reach)| *from <= at && at < *until && keeps(*reach));
        now.map(|(_, until, _)| *until).max()
    }

    /// The first instant from `at` on at which the bot can act in a community's place.
    pub fn unhindered(&self, community: usize, mut at: Timestamp) -> Timestamp {
        let platform = self.cast.communities[community].platform;
        let all = [Reach::Everyone, Reach::Platform(platform), Reach::Place(community)];
        let keeps = |reach: Reach| all.contains(&reach);
        loop {
            let now = self.troubles.iter().filter(|(from, until, reach)| *from <= at && at < *until && keeps(*reach));
            match now.map(|(_, until, _)| *until).max() {
                Some(until) => at = until,
                None => return at,
            }
        }
    }

    /// The first instant from `at` on at which the bot can act and this person may be written to.
    pub fn reachable(&self, number: usize, at: Timestamp) -> Timestamp {
        self.first_awake(number, at, |at| self.hindered(number, at))
    }

    /// The same, whether or not anything gets through to them.
    pub fn up_and_awake(&self, number: usize, at: Timestamp) -> Timestamp {
        let down = |at: Timestamp| {
            let now = self
                .troubles
                .iter()
                .filter(|(from, until, reach)| *from <= at && at < *until && *reach == Reach::Everyone);
            now.map(|(_, until, _)| *until).max()
        };
        self.first_awake(number, at, down)
    }

    /// By when a person must have been written to about what was so at an instant: it was made ready for their waking hours,
    /// and then nothing stood in the way, or not for long.
    pub fn by_when(&self, number: usize, at: Timestamp) -> Timestamp {
        let planned = [at, self.up_and_awake(number, at)];
        let tried = planned.map(|at| self.reachable(number, at)).into_iter().max().expect("two");
        let latest = later(tried, CATCH_UP);
        // What began meanwhile stood in the way as well.
        let after_all = self.reachable(number, latest);
        if after_all > latest { later(after_all, CATCH_UP) } else { latest }
    }

    /// Where something stood in the way, what was tried while they slept was put off to their morning.
    fn last_asleep(&self, who: &Person, from: Timestamp, until: Timestamp) -> Option<Timestamp> {
        let quarter = SignedDuration::from_mins(15);
        let back = std::iter::successors(Some(until), |at| at.checked_sub(quarter).ok());
        back.take_while(|at| *at >= from).chain([from]).find(|at| !awake(who, *at))
    }

    fn first_awake(
        &self,
        number: usize,
        mut at: Timestamp,
        hindered: impl Fn(Timestamp) -> Option<Timestamp>,
    ) -> Timestamp {
        let who = &self.cast.people[number];
        loop {
            let next = hindered(at).unwrap_or(at);
            let next = match self.last_asleep(who, at, next) {
                Some(asleep) => next_morning(who, asleep).max(next),
                None => next,
            };
            if next == at {
                return at;
            }
            at = next;
        }
    }
}

fn ways<'a>(history: &'a History, ledger: &'a Ledger, posts: &BTreeMap<To, Vec<Post>>) -> BTreeMap<&'a str, Way<'a>> {
    let mut ways: BTreeMap<&str, Way<'_>> = BTreeMap::new();
    for (n, entry) in history.0.iter().enumerate() {
        match &entry.what {
            Event::Request { key, to, community, cause, said, text, verdict } => {
                let way = ways.entry(key).or_insert_with(|| Way {
                    key,
                    to: *to,
                    community,
                    cause: *cause,
                    said: Vec::new(),
                    tries: Vec::new(),
                    text,
                    lookups: Vec::new(),
                    posts: 0,
                    row: None,
                });
                way.said.push(said);
                way.tries.push((entry.at, *verdict, n));
            }
            Event::Lookup { key, found, .. } => {
                if let Some(way) = ways.get_mut(key.as_str()) {
                    way.lookups.push((entry.at, *found));
                }
            }
            _ => {}
        }
    }
    for post in posts.values().flatten() {
        if let Some(way) = ways.get_mut(post.key.as_str()) {
            way.posts += 1;
        }
    }
    for row in &ledger.messages {
        if let Some(way) = ways.get_mut(row.key.as_str()) {
            way.row = Some(row);
        }
    }
    ways
}

fn courses(cast: &Cast, deeds: &[Deed], ledger: &Ledger) -> Vec<Course> {
    let mut courses = Vec::new();
    for (number, pledge) in cast.pledges.iter().enumerate() {
        let community = cast.asks[pledge.ask].community;
        let rows = ledger.pledges.get(&cast.communities[community].name);
        // Known by a word nobody else uses, not by anything the bot made up.
        let Some(row) =
            rows.and_then(|rows| rows.iter().find(|row| row.what.starts_with(&format!("{} ", pledge.token))))
        else {
            continue;
        };
        let mut course = Course {
            pledge: number,
            community,
            number: row.number,
            helper: pledge.helper,
            asker: cast.asks[pledge.ask].asker,
            made: row.made_at,
            due: pledge.due,
            changes: Vec::new(),
            hazy: false,
        };
        for deed in deeds {
            let change = match deed.act {
                Act::Adjust { pledge, due } if pledge == number => Change::Due(due),
                Act::Done { pledge } if pledge == number => Change::Done,
                Act::StillNeeded { pledge } if pledge == number => Change::StillNeeded,
                Act::HandBack { pledge } | Act::Confirm { pledge } if pledge == number => Change::Over,
                Act::Withdraw { ask } if ask == pledge.ask => Change::Released,
                Act::Pledge { pledge } if pledge == number => {
                    if let Some(at) = deed.taken.filter(|_| deed.refused == Some(false)) {
                        course.made = at;
                    }
                    continue;
                }
                _ => continue,
            };
            match (deed.refused, deed.taken) {
                (Some(true), _) => {}
                (Some(false), Some(at)) => course.changes.push((at, change)),
                _ if deed.maybe.is_empty() => {}
                _ => course.hazy = true,
            }
        }
        if row.confirmed_by.as_deref() == Some("silence") {
            course.changes.retain(|(at, change)| *change != Change::Over || *at < row.state_at);
            course.changes.push((row.state_at, Change::Over));
        }
        course.changes.sort_by_key(|(at, _)| *at);
        // What was done when its ask was taken back stays done, and what was over stays over.
        let mut open = true;
        course.changes.retain(|(_, change)| {
            let counts = open || *change != Change::Released;
            open = match change {
                Change::Due(_) => open,
                Change::StillNeeded => true,
                Change::Done | Change::Over | Change::Released => false,
            };
            counts
        });
        courses.push(course);
    }
    courses
}

fn troubles(cast: &Cast, history: &History, whole: bool, end: Timestamp) -> Vec<(Timestamp, Timestamp, Reach)> {
    let mut troubles = Vec::new();
    let (mut down, mut wrong) = (None, None);
    for entry in &history.0 {
        match &entry.what {
            Event::Down(_) => down = Some(entry.at),
            Event::Up => {
                if let Some(from) = down.take() {
                    troubles.push((from, later(entry.at, CATCH_UP), Reach::Everyone));
                }
            }
            Event::Clock(off) => {
                if let Some(from) = wrong.take() {
                    troubles.push((from, later(entry.at, CATCH_UP), Reach::Everyone));
                }
                wrong = (off.abs() > UNNOTICED).then_some(entry.at);
            }
            Event::FullDisk(_) => {
                troubles.push((entry.at, later(entry.at, SignedDuration::from_mins(15)), Reach::Everyone));
            }
            // What was tried meanwhile is looked for once more than the quarantine later.
            Event::Away { platform, until } => {
                let again = SignedDuration::from_mins(10);
                troubles.push((entry.at, later(later(*until, again), CATCH_UP), Reach::Platform(*platform)));
            }
            // What goes the same way waits as long, and the next may be asked to wait again.
            Event::Request { to, verdict: Verdict::Limited(seconds), .. } => {
                let until = later(later(entry.at, SignedDuration::from_secs(*seconds)), CATCH_UP);
                match to {
                    To::Person(who) if whole => {
                        troubles.push((entry.at, until, Reach::Platform(cast.people[*who].platform)));
                    }
                    To::Place(place) if whole => {
                        troubles.push((entry.at, until, Reach::Platform(cast.communities[*place].platform)));
                    }
                    To::Person(who) => troubles.push((entry.at, until, Reach::Person(*who))),
                    To::Place(place) => troubles.push((entry.at, until, Reach::Place(*place))),
                }
            }
            _ => {}
        }
    }
    if let Some(from) = down {
        troubles.push((from, end, Reach::Everyone));
    }
    if let Some(from) = wrong {
        troubles.push((from, end, Reach::Everyone));
    }
    troubles
}

// A person's time, worked out here once more.

fn covers((from, until): (Time, Time), at: Time) -> bool {
    if from <= until { from <= at && at < until } else { at >= from || at < until }
}

pub fn awake(who: &Person, at: Timestamp) -> bool {
    !covers(who.quiet, who.zone.civil(at).time())
}

/// 09:00, or the end of the quiet hours that cover it.
pub fn morning(who: &Person, on: Date) -> Timestamp {
    let nine = time(9, 0, 0, 0);
    let at = if covers(who.quiet, nine) { who.quiet.1 } else { nine };
    who.zone.instant(on.to_datetime(at))
}

pub fn next_morning(who: &Person, at: Timestamp) -> Timestamp {
    let today = who.zone.date(at);
    let this = morning(who, today);
    if this > at { this } else { morning(who, days(today, 1)) }
}

pub fn days(date: Date, many: i64) -> Date {
    date.saturating_add(many.days())
}

pub fn instant(zone: &Zone, due: Due) -> Timestamp {
    zone.instant(due.civil())
}
