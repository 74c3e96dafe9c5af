//! The kind answers: everything a person can be told instead of what they asked for.
//!
//! A refusal is normal. It changes nothing, says what was wrong and shows the next step. It never says more about a thing
//! than the person may know: an ask they may not see is refused exactly like one that does not exist.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::ids::{AskId, OfferId, PledgeId, Ref};
use super::wording::{Detail, Objection};

/// Why a written date was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhenProblem {
    /// Nothing here could be read as a date.
    Unreadable,
    /// It reads as a date that the calendar does not have, such as 30 February.
    NoSuchDate,
    /// It is over already.
    Past,
    /// It can mean two days ("next Friday"): both, the nearer first.
    Ambiguous(Date, Date),
    /// It carries a zone or an offset of its own; times are read in the person's zone only.
    ForeignZone,
    /// It is more than five years away, most likely a slip.
    TooFar,
}

/// Why a person's words did not do what they asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    // How it was written.
    /// No command by that name; the nearest ones, best first.
    UnknownCommand {
        said: String,
        near: Vec<String>,
    },
    /// A command that only stands with one of these behind it, such as `gathering`.
    Incomplete {
        path: String,
        next: Vec<String>,
    },
    /// The command says nothing yet: what it needs, by its path.
    Missing {
        path: String,
        what: Needed,
    },
    /// An option was written twice.
    Twice {
        option: String,
    },
    /// A quote was opened and never closed.
    OpenQuote,
    /// A value that its option does not take; what it takes instead, if that is a short list.
    BadValue {
        option: String,
        said: String,
        takes: Vec<String>,
    },
    /// A count that is not a whole number from 1 to `most`.
    BadAmount {
        said: String,
        most: u32,
    },
    /// A date that could not be taken.
    BadWhen {
        option: String,
        said: String,
        problem: WhenProblem,
    },
    /// Words that no card should carry.
    Wording(Objection),
    /// A private detail in the open: asked back before anything is posted.
    PrivateDetail {
        details: Vec<Detail>,
        again: String,
    },

    // What it pointed at.
    /// There is no such thing, or none this person may see.
    NotFound(Ref),
    /// Nobody here goes by that name.
    NoSuchPerson(String),
    NotYourAsk(AskId),
    NotYourPledge(PledgeId),
    NotYourOffer(OfferId),
    NotYoursToConfirm(PledgeId),
    OwnAsk(AskId),
    AskClosed(AskId),
    AskFull(AskId),
    AskNotPrivate(AskId),
    MoreThanNeeded {
        ask: AskId,
        left: u32,
    },
    MoreThanPledged {
        pledge: PledgeId,
        left: u32,
    },
    LessThanDone {
        pledge: PledgeId,
        done: u32,
    },
    LessThanCovered {
        ask: AskId,
        covered: u32,
    },
    AlreadyDone(PledgeId),
    AlreadyKept(PledgeId),
    AlreadyHandedBack(PledgeId),
    AlreadyReleased(PledgeId),
    NotDoneYet(PledgeId),
    NothingToThank(PledgeId),
    /// Good will without a promise: what is missing, and the maybe as the other way.
    NotAPledgeYet {
        ask: AskId,
        has_what: bool,
    },
    /// Another day is wanted for a pledge, and not said yet.
    WhichDay(PledgeId),
    NothingToChange,

    // Who and where.
    ConvenersOnly,
    /// The person speaks to the bot alone and belongs to several communities (their slugs), or to none.
    WhichCommunity(Vec<String>),
    NoCommunity,
    LastConvener,
    /// They convene by their standing on the platform, which only the platform can change.
    ConvenesByPlatform(String),
    /// No such code, or it is used up, or its time is over.
    NoSuchCode,
    /// So many wrong ones that no other is looked at for a while.
    TooManyCodes,
    /// It is to be said from the other account.
    CodeForOtherAccount,
    /// It is to be said in the other community's place.
    CodeForOtherPlace,
    /// Both accounts are one person already.
    AlreadyLinked,
    /// There is no other account to part from.
    OnlyAccount,
    /// None of the person's accounts, or several, go by that name; their ids.
    WhichAccount(Vec<String>),
    /// Something was asked, promised, offered or planned here, which cannot become another community's.
    PlaceHasThings,
    /// The bot may not write here, where cards would stand; perhaps it may not even see the place.
    CannotPostHere {
        sees: bool,
    },
    NoGathering,
    GatheringOver(Ref),
    DigestAlreadyPosted(Ref),
    /// Writing it in the open would show what should stay private; do it in a direct chat.
    SayItDirectly,
    /// Something broke on our side. The reference is in the log, and nothing was changed.
    Fault {
        reference: String,
    },
}

impl Refusal {
    /// Whether saying it otherwise would mend it.
    pub fn is_about_words(&self) -> bool {
        matches!(
            self,
            Refusal::Missing { .. }
                | Refusal::Twice { .. }
                | Refusal::BadValue { .. }
                | Refusal::BadAmount { .. }
                | Refusal::BadWhen { .. }
                | Refusal::Wording(_)
                | Refusal::PrivateDetail { .. }
                | Refusal::NotFound(_)
                | Refusal::NoSuchPerson(_)
                | Refusal::MoreThanNeeded { .. }
                | Refusal::MoreThanPledged { .. }
                | Refusal::LessThanDone { .. }
                | Refusal::LessThanCovered { .. }
                | Refusal::NotAPledgeYet { .. }
                | Refusal::WhichDay(_)
                | Refusal::WhichCommunity(_)
        )
    }

    /// Is it for nobody's eyes but those of whoever spoke, wherever they did? It repeats their words, or is about their codes
    /// and accounts.
    pub fn is_private(&self) -> bool {
        matches!(
            self,
            Refusal::PrivateDetail { .. }
                | Refusal::SayItDirectly
                | Refusal::NoSuchCode
                | Refusal::TooManyCodes
                | Refusal::CodeForOtherAccount
                | Refusal::CodeForOtherPlace
                | Refusal::AlreadyLinked
                | Refusal::OnlyAccount
                | Refusal::WhichAccount(_)
        )
    }
}

/// What a bare command still wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Needed {
    Words,
    Ask,
    Pledge,
    AskOrPledge,
    Gathering,
    Person,
    When,
    Change,
}
