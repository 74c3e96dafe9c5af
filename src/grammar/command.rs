//! From an [`Invocation`] to a [`Command`]: every value gets its type, or the person hears what it takes.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::specs::{Takes, Verb};
use super::text::Invocation;
use super::when;
use crate::domain::ask::{Ask, KindOfHelp, Visibility};
use crate::domain::calendar::QuietHours;
use crate::domain::community::Language;
use crate::domain::refusal::{Needed, Refusal, WhenProblem};
use crate::domain::schedule::Schedule;
use crate::domain::wording::{self, MOST_LETTERS};
use crate::domain::{AskId, Due, GatheringId, PledgeId, Ref, Zone};

/// A command with every value typed. Dates are civil and in the person's zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Ask {
        words: String,
        kind: Option<KindOfHelp>,
        need: Option<u32>,
        by: Option<Due>,
        visibility: Option<Visibility>,
    },
    Needs {
        kind: Option<KindOfHelp>,
    },
    Pledge {
        ask: AskId,
        what: String,
        by: Due,
        first_step: Option<String>,
        amount: Option<u32>,
    },
    Maybe {
        ask: AskId,
    },
    Done {
        pledge: PledgeId,
        amount: Option<u32>,
        note: Option<String>,
    },
    Adjust {
        pledge: PledgeId,
        by: Option<Due>,
        amount: Option<u32>,
        what: Option<String>,
        first_step: Option<String>,
        note: Option<String>,
        nudges: Option<bool>,
    },
    HandBack {
        pledge: PledgeId,
    },
    Confirm {
        pledge: PledgeId,
    },
    PledgeStillNeeded {
        pledge: PledgeId,
        note: Option<String>,
    },
    AskStillNeeded {
        ask: AskId,
    },
    Thanks {
        pledge: PledgeId,
        words: String,
    },
    WithdrawAsk {
        ask: AskId,
    },
    WithdrawOffer {
        offer: crate::domain::OfferId,
    },
    Edit {
        ask: AskId,
        words: Option<String>,
        kind: Option<KindOfHelp>,
        need: Option<u32>,
        by: Option<Due>,
        visibility: Option<Visibility>,
    },
    Offer {
        words: String,
        kind: Option<KindOfHelp>,
    },
    Offers {
        kind: Option<KindOfHelp>,
    },
    Invite {
        ask: AskId,
        who: String,
    },
    Mine,
    Me(MeChange),
    /// A code for another account, or one that another account was given.
    Link {
        code: Option<String>,
    },
    /// The account that speaks, or another one of theirs.
    Unlink {
        account: Option<String>,
    },
    GatheringNew {
        starts: DateTime,
        place: Option<String>,
        facilitator: Option<String>,
        scribe: Option<String>,
    },
    GatheringList,
    GatheringShow {
        gathering: Option<GatheringId>,
    },
    GatheringMove {
        gathering: Option<GatheringId>,
        starts: DateTime,
    },
    GatheringCancel {
        gathering: Option<GatheringId>,
    },
    DigestPreview {
        gathering: Option<GatheringId>,
    },
    DigestPost {
        gathering: Option<GatheringId>,
    },
    DigestHold {
        gathering: Option<GatheringId>,
    },
    Care,
    CommunitySetup(CommunityChange),
    CommunitySettings(CommunityChange),
    CommunityCheck,
    CommunityLink {
        code: Option<String>,
    },
    ConvenerAdd {
        who: String,
    },
    ConvenerRemove {
        who: String,
    },
    Help {
        path: Option<String>,
    },
}

/// What a person changes about themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeChange {
    pub zone: Option<Zone>,
    pub language: Option<Language>,
    pub quiet: Option<QuietHours>,
    /// Away until the end of a day, or back (`None` inside).
    pub away: Option<Option<Date>>,
    pub notices: Option<bool>,
}

/// What a convener changes about the community.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommunityChange {
    pub name: Option<String>,
    pub zone: Option<Zone>,
    pub language: Option<Language>,
    pub nudges: Option<u8>,
    pub confirm_days: Option<u8>,
    pub digest_days: Option<u8>,
    /// A weekly digest's cron expression, or none any more (`None` inside).
    pub weekly: Option<Option<String>>,
    pub threads: Option<bool>,
}

/// What understanding depends on beside the text.
#[derive(Debug, Clone)]
pub struct Reading<'a> {
    pub now: Timestamp,
    /// When it was said; earlier than `now` if the bot was away. "Tomorrow" is counted from here.
    pub said_at: Timestamp,
    /// The person's zone.
    pub zone: &'a Zone,
}

/// Gives every value its type.
///
/// # Errors
/// The first thing that is missing or that an option does not take.
pub fn understand(said: &Invocation, reading: &Reading<'_>) -> Result<Command, Refusal> {
    let values = Values { said, reading };
    Ok(match said.spec.verb {
        Verb::Ask => Command::Ask {
            words: values.words()?,
            kind: values.kind()?,
            need: values.amount("need")?,
            by: values.when("by")?,
            visibility: values.visibility()?,
        },
        Verb::Needs => Command::Needs { kind: values.kind()? },
        Verb::Pledge => pledge(&values)?,
        Verb::Maybe => Command::Maybe { ask: values.ask()? },
        Verb::Done => {
            Command::Done { pledge: values.pledge()?, amount: values.amount("amount")?, note: values.text("note")? }
        }
        Verb::Adjust => Command::Adjust {
            pledge: values.pledge()?,
            by: values.when("by")?,
            amount: values.amount("amount")?,
            what: values.text("what")?,
            first_step: values.text("first")?,
            note: values.text("note")?,
            nudges: values.on_off("nudges")?,
        },
        Verb::HandBack => Command::HandBack { pledge: values.pledge()? },
        Verb::Confirm => Command::Confirm { pledge: values.pledge()? },
        Verb::StillNeeded => match said.target {
            Some(Ref::Ask(ask)) => Command::AskStillNeeded { ask },
            Some(Ref::Pledge(pledge)) => Command::PledgeStillNeeded { pledge, note: values.text("note")? },
            _ => return Err(values.missing(Needed::AskOrPledge)),
        },
        Verb::Thanks => Command::Thanks { pledge: values.pledge()?, words: values.words()? },
        Verb::Withdraw => match said.target {
            Some(Ref::Ask(ask)) => Command::WithdrawAsk { ask },
            Some(Ref::Offer(offer)) => Command::WithdrawOffer { offer },
            // "Take back" and "hand back" are one wish to the person who says it.
            Some(Ref::Pledge(pledge)) => Command::HandBack { pledge },
            _ => return Err(values.missing(Needed::Ask)),
        },
        Verb::Edit => Command::Edit {
            ask: values.ask()?,
            words: values.optional_words()?,
            kind: values.kind()?,
            need: values.amount("need")?,
            by: values.when("by")?,
            visibility: values.visibility()?,
        },
        Verb::Offer => Command::Offer { words: values.words()?, kind: values.kind()? },
        Verb::Offers => Command::Offers { kind: values.kind()? },
        Verb::Invite => Command::Invite { ask: values.ask()?, who: values.person()? },
        Verb::Mine => Command::Mine,
        Verb::Me => Command::Me(me(&values)?),
        Verb::Link => Command::Link { code: values.raw("code").map(str::to_owned) },
        Verb::Unlink => Command::Unlink { account: values.raw("account").map(shortened) },
        Verb::GatheringNew => Command::GatheringNew {
            starts: values.start()?,
            place: values.text("where")?,
            facilitator: values.text("facilitator")?,
            scribe: values.text("scribe")?,
        },
        Verb::GatheringList => Command::GatheringList,
        Verb::GatheringShow => Command::GatheringShow { gathering: values.gathering() },
        Verb::GatheringMove => Command::GatheringMove { gathering: values.gathering(), starts: values.start()? },
        Verb::GatheringCancel => Command::GatheringCancel { gathering: values.gathering() },
        Verb::DigestPreview => Command::DigestPreview { gathering: values.gathering() },
        Verb::DigestPost => Command::DigestPost { gathering: values.gathering() },
        Verb::DigestHold => Command::DigestHold { gathering: values.gathering() },
        Verb::Care => Command::Care,
        Verb::CommunitySetup => Command::CommunitySetup(community(&values)?),
        Verb::CommunitySettings => Command::CommunitySettings(community(&values)?),
        Verb::CommunityCheck => Command::CommunityCheck,
        Verb::CommunityLink => Command::CommunityLink { code: values.raw("code").map(str::to_owned) },
        Verb::ConvenerAdd => Command::ConvenerAdd { who: values.person()? },
        Verb::ConvenerRemove => Command::ConvenerRemove { who: values.person()? },
        Verb::Help => help(said)?,
    })
}

/// A pledge has one notch of friction: what, and by when. Good will without them is answered with both ways on. Loose words
/// are the what of a pledge that has a when; without one ("happy to help however!") they promise nothing yet.
fn pledge(values: &Values<'_>) -> Result<Command, Refusal> {
    let ask = values.ask()?;
    let what = values.text("what")?;
    let by = values.when("by")?;
    let (Some(what), Some(by)) = (what, by) else {
        // Loose words may be good will as well as a thing; only what was named counts as said.
        return Err(Refusal::NotAPledgeYet {
            ask,
            has_what: values.said.option("what").is_some_and(|what| !what.trim().is_empty()),
        });
    };
    Ok(Command::Pledge { ask, what, by, first_step: values.text("first")?, amount: values.amount("amount")? })
}

fn me(values: &Values<'_>) -> Result<MeChange, Refusal> {
    Ok(MeChange {
        zone: values.zone()?,
        language: values.language()?,
        quiet: values.hours("quiet")?,
        away: values.day_or_off("away")?,
        notices: values.on_off("notices")?,
    })
}

fn community(values: &Values<'_>) -> Result<CommunityChange, Refusal> {
    Ok(CommunityChange {
        name: values.text("name")?,
        zone: values.zone()?,
        language: values.language()?,
        nudges: values.number("nudges")?,
        confirm_days: values.number("confirm")?,
        digest_days: values.number("digest")?,
        weekly: values.schedule("weekly")?,
        threads: values.on_off("threads")?,
    })
}

/// `help pledge`, `help gathering new`, `help privacy`; a noun alone (`help gathering`) is help on everything.
fn help(said: &Invocation) -> Result<Command, Refusal> {
    if said.words.is_empty() || !super::specs::under(&said.words).is_empty() {
        return Ok(Command::Help { path: None });
    }
    let words = said.words.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((_, topic)) = super::specs::TOPICS.iter().find(|(called, _)| words.eq_ignore_ascii_case(called)) {
        return Ok(Command::Help { path: Some((*topic).to_owned()) });
    }
    let spec = super::text::read(words.trim_start_matches(['/', '!']), Timestamp::UNIX_EPOCH)?.spec;
    Ok(Command::Help { path: Some(spec.path.to_owned()) })
}

/// The values of one invocation, each read as what it should be.
struct Values<'a> {
    said: &'a Invocation,
    reading: &'a Reading<'a>,
}

impl Values<'_> {
    fn missing(&self, what: Needed) -> Refusal {
        Refusal::Missing { path: self.said.spec.path.to_owned(), what }
    }

    fn bad(&self, option: &str, said: &str, takes: Vec<String>) -> Refusal {
        Refusal::BadValue { option: option.to_owned(), said: said.to_owned(), takes }
    }

    fn ask(&self) -> Result<AskId, Refusal> {
        match self.said.target {
            Some(Ref::Ask(id)) => Ok(id),
            _ => Err(self.missing(Needed::Ask)),
        }
    }

    fn pledge(&self) -> Result<PledgeId, Refusal> {
        match self.said.target {
            Some(Ref::Pledge(id)) => Ok(id),
            _ => Err(self.missing(Needed::Pledge)),
        }
    }

    fn gathering(&self) -> Option<GatheringId> {
        match self.said.target {
            Some(Ref::Gathering(id)) => Some(id),
            _ => None,
        }
    }

    fn optional_words(&self) -> Result<Option<String>, Refusal> {
        screened(&self.said.words)
    }

    fn words(&self) -> Result<String, Refusal> {
        self.optional_words()?.ok_or_else(|| self.missing(Needed::Words))
    }

    /// An option's text; if the option is not there and the command sends its loose words to it, those.
    fn raw(&self, option: &str) -> Option<&str> {
        let given = self.said.option(option);
        let loose = Some(self.said.words.as_str()).filter(|words| {
            !words.is_empty() && matches!(self.said.spec.wording, super::specs::Wording::As(name) if name == option)
        });
        given.or(loose).map(str::trim).filter(|text| !text.is_empty())
    }

    fn text(&self, option: &str) -> Result<Option<String>, Refusal> {
        self.raw(option).map_or(Ok(None), screened)
    }

    fn person(&self) -> Result<String, Refusal> {
        self.raw("who").map(str::to_owned).ok_or_else(|| self.missing(Needed::Person))
    }

    fn amount(&self, option: &str) -> Result<Option<u32>, Refusal> {
        let Some(said) = self.raw(option) else { return Ok(None) };
        match said.parse::<u32>() {
            Ok(number @ 1..=Ask::MOST) => Ok(Some(number)),
            _ => Err(Refusal::BadAmount { said: shortened(said), most: Ask::MOST }),
        }
    }

    fn when(&self, option: &str) -> Result<Option<Due>, Refusal> {
        let Some(said) = self.raw(option) else { return self.unless_empty(option, Needed::When) };
        let bad = |problem| Refusal::BadWhen { option: option.to_owned(), said: shortened(said), problem };
        let due = when::parse_when(said, self.reading.said_at, self.reading.zone).map_err(bad)?;
        // What was still ahead when it was said may be over by now.
        if self.reading.zone.instant(due.civil()) <= self.reading.now {
            return Err(bad(WhenProblem::Past));
        }
        Ok(Some(due))
    }

    /// `by:` with nothing behind it is a question, not an absence.
    fn unless_empty<T>(&self, option: &str, needed: Needed) -> Result<Option<T>, Refusal> {
        if self.said.option(option).is_some() { Err(self.missing(needed)) } else { Ok(None) }
    }

    /// When a gathering begins: a day with a time.
    fn start(&self) -> Result<DateTime, Refusal> {
        match self.when("when")? {
            Some(Due::Minute(starts)) => Ok(starts),
            Some(Due::Day(date)) => Err(Refusal::BadWhen {
                option: "when".to_owned(),
                said: date.to_string(),
                problem: WhenProblem::Unreadable,
            }),
            None => Err(self.missing(Needed::When)),
        }
    }

    fn named<T: FromStr>(&self, option: &str, takes: &[&str]) -> Result<Option<T>, Refusal> {
        let Some(said) = self.raw(option) else { return Ok(None) };
        let takes = || takes.iter().map(|name| (*name).to_owned()).collect();
        said.parse().map(Some).map_err(|_| self.bad(option, &shortened(said), takes()))
    }

    fn kind(&self) -> Result<Option<KindOfHelp>, Refusal> {
        self.named("kind", &KindOfHelp::ALL.map(KindOfHelp::name))
    }

    fn visibility(&self) -> Result<Option<Visibility>, Refusal> {
        self.named("visibility", &Visibility::ALL.map(Visibility::name))
    }

    fn language(&self) -> Result<Option<Language>, Refusal> {
        self.named("language", &Language::ALL.map(Language::tag))
    }

    fn zone(&self) -> Result<Option<Zone>, Refusal> {
        let Some(said) = self.raw("zone") else { return Ok(None) };
        Zone::meant(said).map(Some).map_err(|near| {
            let usual = || ["America/Chicago", "Europe/Madrid", "UTC"].map(str::to_owned).to_vec();
            self.bad("zone", &shortened(said), if near.is_empty() { usual() } else { near })
        })
    }

    fn on_off(&self, option: &str) -> Result<Option<bool>, Refusal> {
        let Some(said) = self.raw(option) else { return Ok(None) };
        match said.to_lowercase().as_str() {
            "on" | "yes" | "sí" | "si" => Ok(Some(true)),
            "off" | "no" => Ok(Some(false)),
            _ => Err(self.bad(option, &shortened(said), vec!["on".to_owned(), "off".to_owned()])),
        }
    }

    fn number(&self, option: &'static str) -> Result<Option<u8>, Refusal> {
        let Some(said) = self.raw(option) else { return Ok(None) };
        let range = self.said.spec.options.iter().find_map(|opt| match opt.takes {
            Takes::Number(least, most) if opt.name == option => Some(least..=most),
            _ => None,
        });
        let range = range.unwrap_or(0..=u8::MAX);
        match said.parse::<u8>() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => Err(self.bad(option, &shortened(said), vec![format!("{}–{}", range.start(), range.end())])),
        }
    }

    fn hours(&self, option: &str) -> Result<Option<QuietHours>, Refusal> {
        let Some(said) = self.raw(option) else { return Ok(None) };
        let hours = when::parse_hours(said).map(|(from, until)| QuietHours { from, until });
        hours.map(Some).ok_or_else(|| self.bad(option, &shortened(said), vec!["20:30-08:30".to_owned()]))
    }

    fn day_or_off(&self, option: &str) -> Result<Option<Option<Date>>, Refusal> {
        let Some(said) = self.raw(option) else { return Ok(None) };
        if matches!(said.to_lowercase().as_str(), "off" | "no" | "back") {
            return Ok(Some(None));
        }
        match when::parse_day(said, self.reading.said_at, self.reading.zone) {
            Ok(date) => Ok(Some(Some(date))),
            Err(problem) => Err(Refusal::BadWhen { option: option.to_owned(), said: shortened(said), problem }),
        }
    }

    fn schedule(&self, option: &str) -> Result<Option<Option<String>>, Refusal> {
        let Some(said) = self.raw(option) else { return Ok(None) };
        if matches!(said.to_lowercase().as_str(), "off" | "no") {
            return Ok(Some(None));
        }
        match said.parse::<Schedule>() {
            Ok(_) => Ok(Some(Some(said.to_owned()))),
            Err(_) => {
                let takes = vec!["\"0 9 * * Mon\"".to_owned(), "off".to_owned()];
                Err(self.bad(option, &shortened(said), takes))
            }
        }
    }
}

/// Words a card may carry; `None` if there are none.
fn screened(words: &str) -> Result<Option<String>, Refusal> {
    let words = words.trim();
    if words.is_empty() {
        return Ok(None);
    }
    let words = with_bare_links(words);
    wording::screen(&words).map_err(Refusal::Wording)?;
    Ok(Some(words))
}

/// `<https://example.org>` is how people keep a link apart on Discord and in mail, and no program's code. The brackets are no
/// part of what they say.
fn with_bare_links(words: &str) -> String {
    let mut bare = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('<') {
        bare.push_str(before);
        let link = after.split_once('>').filter(|(link, _)| is_link(link));
        rest = match link {
            Some((link, behind)) => {
                bare.push_str(link);
                behind
            }
            None => {
                bare.push('<');
                after
            }
        };
    }
    bare.push_str(rest);
    bare
}

fn is_link(text: &str) -> bool {
    let (scheme, address) = text.split_once("://").unwrap_or_default();
    let is_web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
    is_web && !address.is_empty() && !address.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '"' | '\''))
}

/// What was said, short enough to say again.
fn shortened(said: &str) -> String {
    use unicode_segmentation::UnicodeSegmentation;
    const SHOWN: usize = 40;
    if said.graphemes(true).take(MOST_LETTERS).count() <= SHOWN {
        return said.to_owned();
    }
    said.graphemes(true).take(SHOWN).chain(["…"]).collect()
}
