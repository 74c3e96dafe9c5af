//! Who lives in a simulated history, what they will do, and what they know about it. It draws everything from the seed's
//! dice; it knows nothing of the bot but what people are told.

use barnraiser::domain::community::Platform;
use barnraiser::domain::{Due, Zone};
use jiff::civil::{Time, time};
use jiff::{SignedDuration, Timestamp};

use super::dice::Dice;

/// How much happens in a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub members: usize,
    pub asks: usize,
    pub pledges: usize,
    pub faults: i64,
}

impl Size {
    pub const WHOLE: Size = Size { members: 60, asks: 100, pledges: 300, faults: 6 };
    /// As many troubles among fewer people: most of what can go wrong needs no crowd.
    pub const SMALL: Size = Size { members: 18, asks: 12, pledges: 30, faults: 6 };

    /// One history in twenty is whole.
    pub fn of(seed: u64) -> Size {
        if seed.is_multiple_of(20) { Size::WHOLE } else { Size::SMALL }
    }
}

pub const WEEKS: i64 = 6;

const ZONES: [&str; 8] = [
    "America/Chicago",
    "America/New_York",
    "Europe/Madrid",
    "Europe/London",
    "Pacific/Auckland",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/St_Johns",
];

/// When people are not written to: the usual hours, some that cover 09:00, some within a day.
const QUIET: [(Time, Time); 3] = [
    (time(20, 30, 0, 0), time(8, 30, 0, 0)),
    (time(22, 0, 0, 0), time(11, 0, 0, 0)),
    (time(12, 0, 0, 0), time(17, 0, 0, 0)),
];

#[derive(Debug, Clone)]
pub struct Community {
    pub name: String,
    pub platform: Platform,
    pub zone: Zone,
    pub conveners: [usize; 2],
    pub members: Vec<usize>,
    pub weekly: Option<&'static str>,
}

#[derive(Debug, Clone)]
pub struct Person {
    pub name: String,
    pub platform: Platform,
    pub zone: Zone,
    pub quiet: (Time, Time),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    Open,
    Private,
    Anonymous,
}

#[derive(Debug, Clone)]
pub struct Ask {
    pub community: usize,
    pub asker: usize,
    pub sight: Sight,
    pub need: i64,
    /// A word nobody else uses.
    pub token: String,
    pub id: Option<u32>,
}

/// How a pledge goes on, as its helper and asker have it in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Done,
    HandedBack,
    Adjusted,
    Silence,
}

#[derive(Debug, Clone)]
pub struct Pledge {
    pub ask: usize,
    pub helper: usize,
    pub token: String,
    pub fate: Fate,
    pub due: Due,
    pub id: Option<u32>,
}

#[derive(Debug, Clone)]
pub struct Gathering {
    pub community: usize,
    pub starts: jiff::civil::DateTime,
    pub token: String,
    pub id: Option<u32>,
}

/// Something a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Says in a community which zone and hours are theirs.
    Settle {
        community: usize,
    },
    SetUp {
        community: usize,
    },
    Ask {
        ask: usize,
    },
    Withdraw {
        ask: usize,
    },
    Invite {
        ask: usize,
        who: usize,
    },
    Maybe {
        ask: usize,
    },
    Pledge {
        pledge: usize,
    },
    Adjust {
        pledge: usize,
        due: Due,
    },
    Done {
        pledge: usize,
    },
    HandBack {
        pledge: usize,
    },
    Confirm {
        pledge: usize,
    },
    StillNeeded {
        pledge: usize,
    },
    Thanks {
        pledge: usize,
    },
    Gathering {
        gathering: usize,
    },
    MoveGathering {
        gathering: usize,
        starts: jiff::civil::DateTime,
    },
    CancelGathering {
        gathering: usize,
    },
    Hold {
        gathering: usize,
    },
    Post {
        gathering: usize,
    },
}

impl Act {
    /// Whether doing it a second time is harmless, or refused.
    pub fn may_be_repeated(self) -> bool {
        !matches!(self, Act::Thanks { .. } | Act::Maybe { .. })
    }
}

/// What somebody means to do, and when.
#[derive(Debug, Clone, Copy)]
pub struct Intent {
    pub at: Timestamp,
    pub who: usize,
    pub act: Act,
}

pub struct Cast {
    pub communities: Vec<Community>,
    pub people: Vec<Person>,
    pub asks: Vec<Ask>,
    pub pledges: Vec<Pledge>,
    pub gatherings: Vec<Gathering>,
    pub begins: Timestamp,
}

fn zone(name: &str) -> Zone {
    name.parse().expect("bundled")
}

impl Cast {
    pub fn draw(dice: &mut Dice, size: Size) -> Cast {
        // A third of the histories have a change of clocks somewhere in them.
        let day =
            if dice.of_100(34) { *dice.pick(&[50, 75, 255, 280]) + dice.range(0, 20) } else { dice.range(0, 365) };
        let begins: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
        let begins = super::dice::later(begins, SignedDuration::from_hours(24 * day));
        let mut people = Vec::new();
        let mut communities = Vec::new();
        let each = size.members / 3;
        for (number, name) in ["eastbank", "millrace", "hilltop"].into_iter().enumerate() {
            let platform = if number == 2 { Platform::Discord } else { Platform::Matrix };
            let own = zone(dice.pick::<&str>(&ZONES));
            let mut members = Vec::new();
            for nth in 0..each {
                let home = if dice.of_100(70) { own.clone() } else { zone(dice.pick::<&str>(&ZONES)) };
                let quiet = if dice.of_100(70) { QUIET[0] } else { *dice.pick(&QUIET) };
                members.push(people.len());
                people.push(Person { name: format!("{name}-{nth}-person"), platform, zone: home, quiet });
            }
            let conveners = [members[0], members[1]];
            let weekly = match dice.range(0, 4) {
                0 => Some("30 2 * * *"),
                1 => Some("0 9 * * Mon"),
                _ => None,
            };
            communities.push(Community { name: name.to_owned(), platform, zone: own, conveners, members, weekly });
        }
        // Some belong to both of the communities on one platform.
        for _ in 0..(each / 3).clamp(3, 6) {
            let guest = *dice.pick(&communities[0].members);
            if !communities[1].members.contains(&guest) {
                communities[1].members.push(guest);
            }
        }
        Cast { communities, people, asks: Vec::new(), pledges: Vec::new(), gatherings: Vec::new(), begins }
    }

    /// What everybody means to do in these weeks, as far as it does not hang on what others do.
    pub fn intentions(&mut self, dice: &mut Dice, size: Size) -> Vec<Intent> {
        let mut intents = Vec::new();
        let at = |minutes: i64| super::dice::later(self.begins, SignedDuration::from_mins(minutes));
        for (community, here) in self.communities.iter().enumerate() {
            intents.push(Intent { at: at(0), who: here.conveners[0], act: Act::SetUp { community } });
            for who in &here.members {
                intents.push(Intent { at: at(5), who: *who, act: Act::Settle { community } });
            }
        }
        let weeks = WEEKS * 7 * 24 * 60;
        for ask in 0..size.asks {
            let community = dice.index(3);
            let here = &self.communities[community];
            let asker = *dice.pick(&here.members);
            let sight = match dice.range(0, 10) {
                0 => Sight::Private,
                1 => Sight::Anonymous,
                _ => Sight::Open,
            };
            let when = at(quarter(dice.range(60, weeks - 4 * 24 * 60)));
            self.asks.push(Ask {
                community,
                asker,
                sight,
                need: dice.range(3, 9),
                token: format!("want{ask}word"),
                id: None,
            });
            intents.push(Intent { at: when, who: asker, act: Act::Ask { ask } });
            if dice.of_100(10) {
                let when = super::dice::later(when, dice.minutes(60, 12 * 24 * 60));
                intents.push(Intent { at: when, who: asker, act: Act::Withdraw { ask } });
            }
        }
        for (community, here) in self.communities.iter().enumerate() {
            let mut day = dice.range(5, 9);
            while day < WEEKS * 7 - 1 {
                let date = here.zone.date(at(day * 24 * 60));
                let starts = date.to_datetime(time(18, 0, 0, 0));
                let gathering = self.gatherings.len();
                self.gatherings.push(Gathering { community, starts, token: format!("hall{gathering}word"), id: None });
                let told = at(quarter((day - dice.range(2, 8)).max(0) * 24 * 60 + dice.range(60, 24 * 60)));
                intents.push(Intent { at: told, who: here.conveners[0], act: Act::Gathering { gathering } });
                let next = super::dice::later(told, dice.minutes(60, 3 * 24 * 60));
                let act = match dice.range(0, 10) {
                    0 => Some(Act::CancelGathering { gathering }),
                    1 => Some(Act::MoveGathering { gathering, starts: starts + jiff::Span::new().days(1) }),
                    2 => Some(Act::Hold { gathering }),
                    3 => Some(Act::Post { gathering }),
                    _ => None,
                };
                intents.extend(act.map(|act| Intent { at: next, who: here.conveners[1], act }));
                day += dice.range(7, 15);
            }
        }
        intents
    }
}

/// Whole quarters of an hour: what people do at one instant shares a commit.
pub fn quarter(minutes: i64) -> i64 {
    minutes / 15 * 15
}
