//! What the bot means to say. No sentence stands here: `copy` finds the words in a language.
//!
//! A `Message` is also what an outbox row freezes before it is sent, so it can be stored and read back.
//! What people typed is [`Words`]: it is carried, shown, and never read as anything else.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::domain::ask::{KindOfHelp, Standing, Visibility};
use crate::domain::calendar::{When, Zone};
use crate::domain::community::{Account, Language, Platform, Role};
use crate::domain::digest::Digest;
use crate::domain::gathering::DigestState;
use crate::domain::ids::{AskId, GatheringId, OfferId, PledgeId};
use crate::domain::nudge::Step;
use crate::domain::refusal::Refusal;

pub use super::sign::Sign;

/// Text a person typed: opaque to the bot, never markup, never a mention. Its `Debug` shows no letter of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Words(pub String);

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({} bytes)", self.0.len())
    }
}

impl<T: Into<String>> From<T> for Words {
    fn from(text: T) -> Self {
        Words(text.into())
    }
}

/// How much of an ask is taken: `covered` of `need`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts {
    pub covered: u32,
    pub need: u32,
}

/// An ask in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskLine {
    pub ask: AskId,
    pub words: Words,
    pub kind: Option<KindOfHelp>,
    pub amounts: Amounts,
    pub by: Option<When>,
    pub standing: Standing,
    pub visibility: Visibility,
    /// Whose it is, where the reader may know.
    pub asker: Option<Words>,
}

/// Something to choose while a field is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    Ask {
        ask: AskId,
        words: Words,
    },
    Pledge {
        pledge: PledgeId,
        ask: AskId,
        what: Words,
    },
    Offer {
        offer: OfferId,
        words: Words,
    },
    Gathering {
        gathering: GatheringId,
        when: When,
    },
    /// A date, as the bot reads what was typed.
    When(When),
    /// What has no other name than this.
    Named(String),
}

impl Choice {
    /// What people may know it by, beside its id.
    pub fn words(&self) -> &str {
        match self {
            Choice::Ask { words, .. } | Choice::Pledge { what: words, .. } | Choice::Offer { words, .. } => &words.0,
            Choice::Named(name) => name,
            Choice::Gathering { .. } | Choice::When(_) => "",
        }
    }
}

/// How a pledge stands, for its own helper and its asker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PledgeStanding {
    Open,
    Done,
    Kept,
    HandedBack,
    Released,
}

/// A pledge in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PledgeLine {
    pub pledge: PledgeId,
    pub ask: AskId,
    pub what: Words,
    pub due: When,
    pub standing: PledgeStanding,
}

/// An offer in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferLine {
    pub offer: OfferId,
    pub words: Words,
    pub kind: Option<KindOfHelp>,
    pub giver: Words,
}

/// A gathering in a list, or shown alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatheringLine {
    pub gathering: GatheringId,
    /// When it begins; a minute, in the community's zone.
    pub starts: When,
    pub place: Option<Words>,
    pub facilitator: Option<Words>,
    pub scribe: Option<Words>,
    pub cancelled: bool,
    pub digest: DigestState,
    pub digest_at: Timestamp,
}

/// One pledge in a nudge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NudgeItem {
    pub pledge: PledgeId,
    pub ask: AskId,
    pub step: Step,
    pub what: Words,
    pub first_step: Option<Words>,
    pub due: When,
    /// Is this the last nudge this pledge will ever have?
    pub last: bool,
}

/// Something worth a convener's look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CareLine {
    pub pledge: PledgeId,
    pub ask: AskId,
    pub helper: Words,
    pub due: When,
}

/// An open ask that has waited without help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingLine {
    pub ask: AskId,
    pub words: Words,
    pub asker: Words,
    pub days: u32,
}

/// One thing the check of a community found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CheckItem {
    ZoneChosen,
    PlaceKnown,
    HasConvener,
    GatheringAhead,
    /// Nothing is parked, failed, came too late or waits for a place.
    #[serde(alias = "NothingParked")]
    AllOut,
    /// The platform lets the bot do what it has to, where it posts.
    May(Ability),
}

/// What the bot has to be allowed to do in a place, on platforms where each of these is settled by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ability {
    /// Find the place: said only where it is gone, and then nothing else is.
    Find,
    /// See the place at all.
    See,
    Write,
    /// Show more than bare text.
    Embed,
    Attach,
    /// Read what was said, to find its own messages again.
    ReadHistory,
    /// Open a thread under a card and write in it.
    Threads,
    /// Put gatherings into the calendar.
    Events,
}

/// One thing that goes wrong, as a convener may know it: how much and since when, never what or whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trouble {
    /// Messages of which nobody can tell whether they arrived.
    Parked(u32),
    /// Messages that could not be delivered.
    Failed(u32),
    /// Messages that came too late to help.
    Expired(u32),
    /// Places where nothing can be posted or read.
    Unreachable(u32),
    /// The oldest thing that should have been done.
    Late { since: Timestamp },
    /// The bot's clock is wrong, by this many minutes.
    Clock { minutes: u32 },
    /// The last backup failed; the newest whole one, if any.
    Backup { newest: Option<Timestamp> },
}

/// An account of somebody, as they know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLine {
    pub platform: Platform,
    /// The platform's own id of it.
    pub id: Words,
    /// What they are called there, where that helps to know it.
    pub name: Option<Words>,
}

/// A place of a community.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceLine {
    pub platform: Platform,
    pub name: Words,
}

/// A place, as its platform knows it and as people call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceLink {
    pub platform: Platform,
    pub id: String,
    pub name: Words,
}

/// What one person settled for themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeLine {
    pub name: Words,
    pub zone: Zone,
    pub language: Language,
    pub quiet_from: Time,
    pub quiet_until: Time,
    pub away_until: Option<Date>,
    pub notices: bool,
    pub role: Role,
    /// Their accounts, if they have several; the one that is written to first.
    #[serde(default)]
    pub accounts: Vec<AccountLine>,
}

/// What a community settled for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsLine {
    pub name: Words,
    pub zone: Zone,
    pub language: Language,
    pub nudges: u8,
    pub confirm_days: u8,
    pub digest_days: u8,
    pub weekly: Option<String>,
    /// Whether asks have threads, where that is for the community to choose.
    pub threads: Option<bool>,
}

/// Something that happened which a person should hear about once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// To the asker: someone pledged.
    Pledged { ask: AskId, pledge: PledgeId, helper: Words, what: Words, due: When, amounts: Amounts },
    /// To the asker: the helper changed date, size or wording.
    Adjusted { ask: AskId, pledge: PledgeId, helper: Words, due: When, what: Words, note: Option<Words> },
    /// To the asker: part of it came.
    PartDone { ask: AskId, pledge: PledgeId, helper: Words, done: u32, amount: u32, note: Option<Words> },
    /// To the asker: the helper says it is done; did it arrive?
    ConfirmPlease { ask: AskId, pledge: PledgeId, helper: Words, what: Words, note: Option<Words>, confirm_days: u8 },
    /// To the asker: help was handed back, with time to spare. Nobody is named.
    HandedBack { ask: AskId, words: Words, amounts: Amounts },
    /// To the asker and the maybes: a spot is free again, and it is soon. Nobody is named.
    SpotFree { ask: AskId, words: Words, due: When, own: bool },
    /// To the helper: it arrived.
    Confirmed { ask: AskId, pledge: PledgeId, words: Words, by_silence: bool },
    /// To the helper: the asker says it has not arrived yet.
    StillNeeded { ask: AskId, pledge: PledgeId, what: Words, note: Option<Words> },
    /// To the helper: the ask went away.
    Released { ask: AskId, pledge: PledgeId, what: Words },
    /// To the helper: thanks.
    Thanked { pledge: PledgeId, from: Option<Words>, words: Words },
    /// To the asker: it is confirmed; a word of thanks?
    ThankPlease { ask: AskId, pledge: PledgeId, helper: Words },
    /// To the asker, two days after `by`: still needed?
    AskStillNeeded { ask: AskId, words: Words, amounts: Amounts },
    /// To the conveners: someone asks privately.
    PrivateAsk { ask: AskId, words: Words, need: u32, by: Option<When>, asker: Words },
    /// To the invited: someone asks for help privately.
    InvitedTo { ask: AskId, words: Words, need: u32, by: Option<When>, asker: Option<Words> },
    /// To the members of a gathering's offices.
    OfficeGiven { gathering: GatheringId, starts: When, facilitator: bool },
    /// To a person: a convener made them one.
    MadeConvener { community: Words },
    /// To the conveners: a message could not be delivered.
    Undelivered { to: Words },
    /// Nobody can tell whether some message arrived.
    Parked,
    /// To conveners: in this place nothing is taken, and what is for it waits.
    TakesNothing { place: PlaceLink },
}

/// What a press did that taking it back does not undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stays {
    Done(PledgeId),
    HandedBack { pledge: PledgeId, ask: AskId },
    Kept(PledgeId),
    StillNeeded(PledgeId),
    Other,
}

/// What is offered to somebody who changed the words of an earlier message: the command that does what they now say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rewritten {
    Ask {
        ask: AskId,
        again: Words,
    },
    /// They had made an ask, and are none any more.
    AskStays {
        ask: AskId,
    },
    Pledge {
        pledge: PledgeId,
        again: Words,
    },
    /// They had made a pledge, and change nothing about it, or are none any more.
    PledgeStays {
        pledge: PledgeId,
    },
    Other {
        again: Words,
    },
}

/// Everything the bot can mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    Refused(Refusal),
    /// The same of a form, which can be opened again with everything that was typed: the event it came with.
    FormRefused {
        refusal: Refusal,
        draft: String,
    },

    AskRecorded {
        ask: AskId,
        need: u32,
        by: Option<When>,
        visibility: Visibility,
        kind: Option<KindOfHelp>,
    },
    AskEdited {
        ask: AskId,
    },
    AskWithdrawn {
        ask: AskId,
        released: u32,
    },
    AskStillOpen {
        ask: AskId,
    },
    PledgeRecorded {
        pledge: PledgeId,
        ask: AskId,
        amounts: Amounts,
        amount: u32,
        what: Words,
        due: When,
        first_step: Option<Words>,
        nudges: u8,
        asker: Option<Words>,
    },
    MaybeRecorded {
        ask: AskId,
    },
    MaybeDropped {
        ask: AskId,
    },
    DoneRecorded {
        pledge: PledgeId,
        confirm_days: u8,
    },
    /// Done for an ask of their own, which nobody else confirms.
    OwnDoneRecorded {
        pledge: PledgeId,
    },
    PartRecorded {
        pledge: PledgeId,
        done: u32,
        amount: u32,
        due: When,
    },
    Adjusted {
        pledge: PledgeId,
        due: When,
        amount: u32,
        what: Words,
    },
    RemindersStopped {
        pledge: PledgeId,
    },
    HandedBack {
        pledge: PledgeId,
        ask: AskId,
        done: u32,
    },
    ConfirmRecorded {
        pledge: PledgeId,
    },
    StillNeededRecorded {
        pledge: PledgeId,
    },
    ThanksRecorded {
        pledge: PledgeId,
    },
    OfferRecorded {
        offer: OfferId,
    },
    OfferWithdrawn {
        offer: OfferId,
    },
    Invited {
        ask: AskId,
        name: Words,
    },
    ConvenerAdded {
        name: Words,
    },
    ConvenerRemoved {
        name: Words,
    },
    /// A code to say from another account of theirs.
    LinkCode {
        code: Words,
    },
    /// They said the code of another account: whose it was, and the code to say there.
    LinkAnswered {
        code: Words,
        first: AccountLine,
    },
    /// To the account that was given a code: who said it.
    LinkAsked {
        by: AccountLine,
    },
    /// Two accounts are one person's. To each of them.
    Linked {
        with: AccountLine,
    },
    /// This account is on its own again.
    Unlinked {
        stay: Vec<AccountLine>,
    },
    /// Another account of theirs is on its own again.
    UnlinkedOther {
        gone: AccountLine,
    },
    /// To an account that was put out by another.
    UnlinkedBy {
        by: AccountLine,
    },
    /// A code to say in another community's place, which is to become one of this one's.
    PlaceCode {
        code: Words,
        community: Words,
        places: Vec<PlaceLine>,
    },
    /// They said a community's code in another place: the code that is to be said there.
    PlaceAnswered {
        code: Words,
        community: Words,
    },
    /// To the convener who was given a code: who said it, and where.
    PlaceAsked {
        by: AccountLine,
        place: PlaceLine,
    },
    /// A place is one of the community's. To both who said the codes.
    PlaceLinked {
        community: Words,
        place: PlaceLine,
    },
    /// In all the places, for everyone: they belong together from now on.
    Together {
        community: Words,
        places: Vec<PlaceLine>,
    },
    /// A press was taken back, and what it did stays.
    StaysRecorded(Stays),
    /// The words of an earlier message were changed, and nothing was done about it.
    Rewritten(Rewritten),

    Needs {
        lines: Vec<AskLine>,
        more: u32,
    },
    Offers {
        lines: Vec<OfferLine>,
        more: u32,
    },
    Mine {
        asks: Vec<AskLine>,
        pledges: Vec<PledgeLine>,
        maybes: Vec<AskId>,
        offers: Vec<OfferLine>,
    },
    Me(MeLine),
    MeChanged(MeLine),
    Gatherings {
        lines: Vec<GatheringLine>,
    },
    Gathering(GatheringLine),
    GatheringRecorded(GatheringLine),
    GatheringMoved(GatheringLine),
    GatheringCancelled {
        gathering: GatheringId,
    },
    DigestHeld {
        gathering: GatheringId,
    },
    DigestPosted {
        gathering: GatheringId,
    },
    Care {
        unanswered: Vec<CareLine>,
        waiting: Vec<WaitingLine>,
        away: Vec<Words>,
        undelivered: u32,
    },
    CommunityReady(SettingsLine),
    Settings(SettingsLine),
    Check {
        items: Vec<(CheckItem, bool)>,
        troubles: Vec<Trouble>,
        /// The newest backup of the whole installation, if backups are made and do not fail.
        backup: Option<Timestamp>,
    },
    /// Help where others read along: what people need most, and where the rest is.
    ShortHelp,
    /// The first words in a place that the bot was brought to.
    Welcome,
    /// A gathering in a calendar: what it is called is the heading, what is said about it the rest.
    Event {
        line: GatheringLine,
        community: Words,
    },
    /// Help on everything (`None`) or on the command with this path.
    Help {
        path: Option<String>,
        role: Role,
    },

    Card {
        line: AskLine,
    },
    /// Instead of a card, where the community's asks stood before they moved.
    CardMoved {
        ask: AskId,
        to: PlaceLink,
    },
    Nudge {
        items: Vec<NudgeItem>,
    },
    /// Several only when they waited for the same morning.
    Notices {
        items: Vec<Notice>,
    },
    CareNote {
        line: CareLine,
    },
    /// The digest, for everyone.
    Digest {
        digest: Digest,
        gathering: Option<GatheringLine>,
        community: Words,
    },
    /// The digest, for a convener to look at first.
    Preview {
        digest: Digest,
        gathering: Option<GatheringLine>,
        community: Words,
        held: bool,
    },
    /// In a place, to somebody whose direct messages are closed. It must not hint at what it is about.
    CannotReach {
        name: Words,
        /// What is called there. `None` in what was frozen before this was kept.
        #[serde(default)]
        account: Option<Account>,
    },
    /// A button, where buttons are messages of their own.
    Button {
        sign: Sign,
    },
    /// Somebody's events could not be decrypted. It may stand in a place: it names nobody.
    CouldNotRead {
        count: u32,
    },
}

impl Message {
    /// The account it calls where others read along, so that its person notices.
    pub fn calls(&self) -> Option<&Account> {
        match self {
            Message::CannotReach { account, .. } => account.as_ref(),
            _ => None,
        }
    }
}

/// Who a message is spoken to, and when: all that words depend on beside their meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    pub language: Language,
    pub zone: Zone,
    /// The moment of speaking, for "tomorrow" and "today".
    pub now: Timestamp,
}
