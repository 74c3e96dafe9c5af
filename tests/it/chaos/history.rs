//! What happened in one simulated history, in order: what people did and were answered, what the stand-in platform was
//! asked and what it did, and when the bot was up. It is all the checker knows. It decides nothing.

use std::fmt::Write as _;

use barnraiser::domain::community::Platform;
use barnraiser::domain::nudge::Step;
use barnraiser::engine::inbound::Cause;
use barnraiser::speech::message::{Message, Notice};
use jiff::Timestamp;

/// Where a message goes: a public place of a community, or a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum To {
    Place(usize),
    Person(usize),
}

/// What is said about one thing: the kind of notice, the pledge and the ask. The words a thing is known by are in the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Told {
    pub kind: &'static str,
    pub pledge: Option<u32>,
    pub ask: Option<u32>,
}

/// What a message says, read from what its reader sees and not from the names it has inside the bot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    Nudge(Vec<(u32, &'static str)>),
    Notices(Vec<Told>),
    Care(u32),
    Digest(Option<u32>),
    Preview(Option<u32>),
    Card {
        ask: u32,
        covered: u32,
        need: u32,
    },
    Answer {
        kind: &'static str,
        refused: bool,
    },
    /// A sign under the message with this key.
    Button {
        sign: &'static str,
        under: String,
    },
}

/// What the stand-in did with a request to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Taken,
    /// Taken, and the answer was lost: a reset, an error after the fact.
    TakenUnheard,
    /// It will be there after so many seconds; the sender was told of a timeout.
    Late(i64),
    /// It never arrived; a timeout, or an error before the fact.
    Lost,
    /// Asked to wait so many seconds.
    Limited(i64),
    Closed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A person did the deed with this number, under this event name.
    Did {
        deed: usize,
        event: String,
        text: String,
    },
    /// The bot took it in: its answer is on its way, or was heard before.
    Queued {
        event: String,
    },
    Again {
        event: String,
    },
    /// Its answer was read by its person; whether it was a no.
    Answered {
        event: String,
        refused: bool,
        text: String,
    },
    /// The bot went away before answering.
    Unanswered {
        event: String,
    },
    Request {
        key: String,
        to: To,
        community: String,
        cause: Cause,
        said: Said,
        text: String,
        verdict: Verdict,
    },
    /// A late request has its effect.
    Arrived {
        key: String,
    },
    Lookup {
        key: String,
        to: To,
        found: &'static str,
    },
    Down(String),
    Up,
    Fault(String),
    /// The machine's clock is so many seconds off.
    Clock(i64),
    /// A platform answers nothing until then.
    Away {
        platform: Platform,
        until: Timestamp,
    },
    /// A commit found no room.
    FullDisk(&'static str),
    Over,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The world's time, whatever the machine's clock shows.
    pub at: Timestamp,
    pub what: Event,
}

#[derive(Debug, Default)]
pub struct History(pub Vec<Entry>);

impl History {
    pub fn add(&mut self, at: Timestamp, what: Event) {
        self.0.push(Entry { at, what });
    }

    /// The whole, a line each: two histories are the same when these bytes are.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for entry in &self.0 {
            let _ = writeln!(text, "{} {:?}", entry.at, entry.what);
        }
        text
    }

    /// The last lines about any of these words, with what went wrong around them.
    pub fn tail(&self, words: &[String], most: usize) -> String {
        let lines = self.0.iter().enumerate().filter_map(|(n, entry)| {
            let line = format!("{n:>6} {} {:?}", entry.at, entry.what);
            let about = words.iter().any(|word| line.contains(word.as_str()));
            let around = matches!(
                entry.what,
                Event::Down(_) | Event::Up | Event::Fault(_) | Event::Clock(_) | Event::FullDisk(_)
            );
            (about || around).then_some(line)
        });
        let lines: Vec<String> = lines.collect();
        lines[lines.len().saturating_sub(most)..].join(
            "
",
        )
    }
}

pub fn step_name(step: Step) -> &'static str {
    step.name()
}

/// What a reader sees in a message; `under` is the message it stands under, if it stands under one.
pub fn read(message: &Message, under: Option<&str>) -> Said {
    match message {
        Message::Button { sign } => Said::Button { sign: sign.name(), under: under.unwrap_or_default().to_owned() },
        Message::Nudge { items } => Said::Nudge(items.iter().map(|i| (i.pledge.0, step_name(i.step))).collect()),
        Message::Notices { items } => Said::Notices(items.iter().map(told).collect()),
        Message::CareNote { line } => Said::Care(line.pledge.0),
        Message::Digest { gathering, .. } => Said::Digest(gathering.as_ref().map(|g| g.gathering.0)),
        Message::Preview { gathering, .. } => Said::Preview(gathering.as_ref().map(|g| g.gathering.0)),
        Message::Card { line } => {
            Said::Card { ask: line.ask.0, covered: line.amounts.covered, need: line.amounts.need }
        }
        Message::Refused(_) => Said::Answer { kind: "refused", refused: true },
        Message::HandedBack { .. } => Said::Answer { kind: "handed_back", refused: false },
        _ => Said::Answer { kind: "answer", refused: false },
    }
}

fn told(notice: &Notice) -> Told {
    let (kind, pledge, ask) = match notice {
        Notice::Pledged { pledge, ask, .. } => ("pledged", Some(pledge), Some(ask)),
        Notice::Adjusted { pledge, ask, .. } => ("adjusted", Some(pledge), Some(ask)),
        Notice::PartDone { pledge, ask, .. } => ("part_done", Some(pledge), Some(ask)),
        Notice::ConfirmPlease { pledge, ask, .. } => ("confirm_please", Some(pledge), Some(ask)),
        Notice::HandedBack { ask, .. } => ("handed_back", None, Some(ask)),
        Notice::SpotFree { ask, .. } => ("spot_free", None, Some(ask)),
        Notice::Confirmed { pledge, ask, .. } => ("confirmed", Some(pledge), Some(ask)),
        Notice::StillNeeded { pledge, ask, .. } => ("still_needed", Some(pledge), Some(ask)),
        Notice::Released { pledge, ask, .. } => ("released", Some(pledge), Some(ask)),
        Notice::Thanked { pledge, .. } => ("thanked", Some(pledge), None),
        Notice::ThankPlease { pledge, ask, .. } => ("thank_please", Some(pledge), Some(ask)),
        Notice::AskStillNeeded { ask, .. } => ("ask_still_needed", None, Some(ask)),
        Notice::PrivateAsk { ask, .. } => ("private_ask", None, Some(ask)),
        Notice::InvitedTo { ask, .. } => ("invited", None, Some(ask)),
        Notice::OfficeGiven { .. } => ("office", None, None),
        Notice::MadeConvener { .. } => ("made_convener", None, None),
        // Whatever else conveners are told about the bot's own troubles.
        _ => ("trouble", None, None),
    };
    Told { kind, pledge: pledge.map(|id| id.0), ask: ask.map(|id| id.0) }
}
