//! One sample of everything the bot can mean, and more where the words differ by number or state.
//!
//! [`variants!`] matches each enum without a wildcard: a new variant does not compile until it is named here, and the
//! test does not pass until there is a sample of it.

use std::collections::BTreeSet;

use jiff::civil::{date, time};

use crate::domain::ask::{KindOfHelp, Standing, Visibility};
use crate::domain::calendar::{When, Zone};
use crate::domain::community::{Language, Platform, Role};
use crate::domain::digest::{Digest, InHand, Quote, StillLooking};
use crate::domain::gathering::DigestState;
use crate::domain::ids::{AskId, GatheringId, OfferId, PledgeId, Ref};
use crate::domain::nudge::Step;
use crate::domain::refusal::{Needed, Refusal, WhenProblem};
use crate::domain::wording::{Detail, Objection};
use crate::grammar::SPECS;
use crate::speech::message::*;
use crate::speech::sign::Sign;

/// Names every variant of an enum: an exhaustive match, and the list of the names.
macro_rules! variants {
    ($name:ident, $all:ident, $enum:ty, [$($variant:ident),* $(,)?]) => {
        pub fn $name(value: &$enum) -> &'static str {
            type It = $enum;
            match value {
                $(It::$variant { .. } => stringify!($variant),)*
            }
        }
        pub const $all: &[&str] = &[$(stringify!($variant)),*];
    };
}

variants!(
    message_name,
    MESSAGES,
    Message,
    [
        Refused,
        FormRefused,
        AskRecorded,
        AskEdited,
        AskWithdrawn,
        AskStillOpen,
        PledgeRecorded,
        MaybeRecorded,
        MaybeDropped,
        DoneRecorded,
        OwnDoneRecorded,
        PartRecorded,
        Adjusted,
        RemindersStopped,
        HandedBack,
        ConfirmRecorded,
        StillNeededRecorded,
        ThanksRecorded,
        OfferRecorded,
        OfferWithdrawn,
        Invited,
        ConvenerAdded,
        ConvenerRemoved,
        LinkCode,
        LinkAnswered,
        LinkAsked,
        Linked,
        Unlinked,
        UnlinkedOther,
        UnlinkedBy,
        PlaceCode,
        PlaceAnswered,
        PlaceAsked,
        PlaceLinked,
        Together,
        StaysRecorded,
        Rewritten,
        Needs,
        Offers,
        Mine,
        Me,
        MeChanged,
        Gatherings,
        Gathering,
        GatheringRecorded,
        GatheringMoved,
        GatheringCancelled,
        DigestHeld,
        DigestPosted,
        Care,
        CommunityReady,
        Settings,
        Check,
        ShortHelp,
        Welcome,
        Event,
        Help,
        Card,
        CardMoved,
        Nudge,
        Notices,
        CareNote,
        Digest,
        Preview,
        CannotReach,
        Button,
        CouldNotRead,
    ]
);

variants!(
    refusal_name,
    REFUSALS,
    Refusal,
    [
        UnknownCommand,
        Incomplete,
        Missing,
        Twice,
        OpenQuote,
        BadValue,
        BadAmount,
        BadWhen,
        Wording,
        PrivateDetail,
        NotFound,
        NoSuchPerson,
        NotYourAsk,
        NotYourPledge,
        NotYourOffer,
        NotYoursToConfirm,
        OwnAsk,
        AskClosed,
        AskFull,
        AskNotPrivate,
        MoreThanNeeded,
        MoreThanPledged,
        LessThanDone,
        LessThanCovered,
        AlreadyDone,
        AlreadyKept,
        AlreadyHandedBack,
        AlreadyReleased,
        NotDoneYet,
        NothingToThank,
        NotAPledgeYet,
        WhichDay,
        NothingToChange,
        ConvenersOnly,
        WhichCommunity,
        NoCommunity,
        LastConvener,
        NoSuchCode,
        TooManyCodes,
        CodeForOtherAccount,
        CodeForOtherPlace,
        AlreadyLinked,
        OnlyAccount,
        WhichAccount,
        PlaceHasThings,
        CannotPostHere,
        NoGathering,
        GatheringOver,
        ConvenesByPlatform,
        DigestAlreadyPosted,
        SayItDirectly,
        Fault,
    ]
);

variants!(
    notice_name,
    NOTICES,
    Notice,
    [
        Pledged,
        Adjusted,
        PartDone,
        ConfirmPlease,
        HandedBack,
        SpotFree,
        Confirmed,
        StillNeeded,
        Released,
        Thanked,
        ThankPlease,
        AskStillNeeded,
        PrivateAsk,
        InvitedTo,
        OfficeGiven,
        MadeConvener,
        Undelivered,
        Parked,
        TakesNothing,
    ]
);

variants!(problem_name, PROBLEMS, WhenProblem, [Unreadable, NoSuchDate, Past, Ambiguous, ForeignZone, TooFar]);
variants!(
    objection_name,
    OBJECTIONS,
    Objection,
    [TooLong, RingsEveryone, LooksLikeCode, HiddenCharacters, StackedMarks,]
);
variants!(needed_name, NEEDS, Needed, [Words, Ask, Pledge, AskOrPledge, Gathering, Person, When, Change]);
variants!(detail_name, DETAILS, Detail, [Address, Phone, Health, Status]);
variants!(check_name, CHECKS, CheckItem, [ZoneChosen, PlaceKnown, HasConvener, GatheringAhead, AllOut, May]);
variants!(trouble_name, TROUBLES, Trouble, [Parked, Failed, Expired, Unreachable, Late, Clock, Backup]);
variants!(step_name, STEPS, Step, [Reminder, Check, LastCheck, CareNote]);
variants!(standing_name, STANDINGS, Standing, [Open, InHand, Met, Withdrawn]);
variants!(pledge_standing_name, PLEDGE_STANDINGS, PledgeStanding, [Open, Done, Kept, HandedBack, Released]);
variants!(visibility_name, VISIBILITIES, Visibility, [Open, Private, Anonymous]);
variants!(digest_state_name, DIGEST_STATES, DigestState, [Scheduled, Held, Posted]);

pub const A: AskId = AskId(2);
pub const P: PledgeId = PledgeId(7);
const O: OfferId = OfferId(3);
const G: GatheringId = GatheringId(2);

pub fn chicago() -> Zone {
    "America/Chicago".parse().expect("a zone of the bundled data")
}

/// Friday 13 March 2026, 16:05 in Chicago.
pub fn voice(language: Language) -> Voice {
    Voice { language, zone: chicago(), now: "2026-03-13T21:05:00Z".parse().expect("a moment") }
}

pub fn when(due: &str) -> When {
    When::new(due.parse().expect("a due date"), chicago())
}

pub fn words(text: &str) -> Words {
    Words::from(text)
}

pub fn ask_line(standing: Standing) -> AskLine {
    AskLine {
        ask: A,
        words: words("Two people who can rewire a lamp safely, Sat 14 March 10:00."),
        kind: Some(KindOfHelp::Skill),
        amounts: Amounts { covered: 1, need: 2 },
        by: Some(when("2026-03-14T10:00:00")),
        standing,
        visibility: Visibility::Open,
        asker: Some(words("Dev")),
    }
}

pub fn pledge_line(standing: PledgeStanding) -> PledgeLine {
    PledgeLine { pledge: P, ask: A, what: words("my drill"), due: when("2026-03-20"), standing }
}

fn offer_line() -> OfferLine {
    OfferLine {
        offer: O,
        words: words("a van on weekday evenings"),
        kind: Some(KindOfHelp::Transport),
        giver: words("Bea"),
    }
}

pub fn gathering(digest: DigestState) -> GatheringLine {
    GatheringLine {
        gathering: G,
        starts: when("2026-04-16T18:00:00"),
        place: Some(words("Library Room B")),
        facilitator: Some(words("Luis")),
        scribe: Some(words("Pia")),
        cancelled: false,
        digest,
        digest_at: "2026-04-13T14:00:00Z".parse().expect("a moment"),
    }
}

pub fn nudge_item(step: Step, last: bool) -> NudgeItem {
    NudgeItem {
        pledge: P,
        ask: AskId(5),
        step,
        what: words("I'll introduce you to our broker"),
        first_step: Some(words("write to Ana")),
        due: when("2026-03-13"),
        last,
    }
}

pub fn care_line() -> CareLine {
    CareLine { pledge: P, ask: AskId(5), helper: words("Keisha"), due: when("2026-03-13") }
}

fn me_line(role: Role) -> MeLine {
    MeLine {
        name: words("Amara"),
        zone: chicago(),
        language: Language::English,
        quiet_from: time(20, 30, 0, 0),
        quiet_until: time(8, 30, 0, 0),
        away_until: Some(date(2026, 4, 1)),
        notices: role == Role::Convener,
        role,
        accounts: Vec::new(),
    }
}

pub fn accounts() -> [AccountLine; 2] {
    let account = |platform, id: &str| AccountLine { platform, id: id.into(), name: None };
    [account(Platform::Matrix, "@dev:example.org"), account(Platform::Discord, "1048")]
}

pub fn places() -> [PlaceLine; 2] {
    let place = |platform, name: &str| PlaceLine { platform, name: name.into() };
    [place(Platform::Matrix, "Eastbank"), place(Platform::Discord, "asks-and-offers")]
}

/// What is said while two accounts, or two places, become one.
fn joining() -> Vec<Message> {
    let (code, community) = (|| words("BCDF-GHJK"), || words("Eastbank Collaboratory"));
    let [matrix, discord] = accounts();
    let [_, place] = places();
    let named = AccountLine { name: Some(words("Dev")), ..discord.clone() };
    let console = AccountLine { platform: Platform::Console, id: words("dev"), name: None };
    vec![
        Message::LinkCode { code: code() },
        Message::LinkAnswered { code: code(), first: named.clone() },
        Message::LinkAsked { by: named.clone() },
        Message::Linked { with: named.clone() },
        Message::Unlinked { stay: vec![matrix, console.clone()] },
        Message::UnlinkedOther { gone: discord },
        Message::UnlinkedBy { by: console },
        Message::PlaceCode { code: code(), community: community(), places: places().into() },
        Message::PlaceAnswered { code: code(), community: community() },
        Message::PlaceAsked { by: named, place: place.clone() },
        Message::PlaceLinked { community: community(), place },
        Message::Together { community: community(), places: places().into() },
    ]
}

fn settings_line() -> SettingsLine {
    SettingsLine {
        name: words("Eastbank Collaboratory"),
        zone: chicago(),
        language: Language::English,
        nudges: 3,
        confirm_days: 5,
        digest_days: 3,
        weekly: Some("0 9 * * Mon".to_owned()),
        threads: Some(true),
    }
}

/// What Eastbank's digest of 13 April counts.
pub fn eastbank() -> Digest {
    Digest {
        since: "2026-03-05T23:30:00Z".parse().expect("a moment"),
        pledges: 16,
        kept: 12,
        in_hand: 1,
        released: 1,
        handed_back: 2,
        picked_up: 2,
        asks: 11,
        asks_met: 8,
        thanks: vec![Quote {
            from: "Dev".to_owned(),
            words: "Nineteen lamps, four toasters and a talking bear went home working. Room B made it possible."
                .to_owned(),
            pledge: PledgeId(1),
        }],
        still_looking: vec![
            StillLooking {
                ask: AskId(10),
                words: "Two adults with a current first-aid certificate, boat-shed Saturdays from 25 April.".to_owned(),
                covered: 0,
                need: 2,
                by: None,
            },
            StillLooking {
                ask: AskId(11),
                words: "Childcare for the lease night, Wed 22 April 18:00-20:00, about six children.".to_owned(),
                covered: 0,
                need: 1,
                by: Some(when("2026-04-22T18:00:00")),
            },
        ],
        asks_in_hand: vec![InHand {
            ask: AskId(9),
            words: "Someone to read my grant letter, one hour, before Friday 17 April.".to_owned(),
            by: when("2026-04-15"),
        }],
    }
}

/// The other shapes a digest can have: nothing at all, nothing kept, one of each, and each share of what was picked up.
pub fn digests() -> Vec<Digest> {
    let quiet = Digest {
        pledges: 0,
        kept: 0,
        in_hand: 0,
        released: 0,
        handed_back: 0,
        picked_up: 0,
        asks: 0,
        asks_met: 0,
        thanks: Vec::new(),
        still_looking: Vec::new(),
        asks_in_hand: Vec::new(),
        ..eastbank()
    };
    let late = InHand { ask: A, words: "a van".to_owned(), by: when("2026-03-12") };
    vec![
        eastbank(),
        Digest { pledges: 1, in_hand: 1, asks: 1, ..quiet.clone() },
        Digest { pledges: 1, kept: 1, ..quiet.clone() },
        Digest { pledges: 2, kept: 2, ..quiet.clone() },
        Digest { handed_back: 3, picked_up: 3, ..eastbank() },
        Digest { handed_back: 3, picked_up: 2, ..eastbank() },
        Digest { handed_back: 3, picked_up: 1, ..eastbank() },
        Digest { handed_back: 2, picked_up: 0, ..eastbank() },
        Digest { asks_in_hand: vec![late], ..eastbank() },
        quiet,
    ]
}

pub fn refusals() -> Vec<Refusal> {
    let mut all = vec![
        Refusal::UnknownCommand { said: "aks".into(), near: vec!["ask".into()] },
        Refusal::UnknownCommand { said: "don".into(), near: vec!["done".into(), "offer".into(), "me".into()] },
        Refusal::UnknownCommand { said: "xyzzy".into(), near: vec![] },
        Refusal::Incomplete { path: "gathering".into(), next: vec!["new".into(), "gathering list".into()] },
        Refusal::Twice { option: "by".into() },
        Refusal::OpenQuote,
        Refusal::BadValue { option: "kind".into(), said: "chairs".into(), takes: vec!["goods".into(), "time".into()] },
        Refusal::BadValue { option: "zone".into(), said: "Chicago".into(), takes: vec![] },
        Refusal::BadAmount { said: "0".into(), most: 1_000_000 },
        Refusal::PrivateDetail {
            details: vec![Detail::Address, Detail::Phone, Detail::Health, Detail::Status],
            again: "ask my neighbour at 1420 Alder St apt 3 needs insulin, call 555-0148".into(),
        },
        Refusal::PrivateDetail { details: vec![Detail::Phone], again: "ask call 555-0148".into() },
        Refusal::PrivateDetail { details: vec![], again: "ask a lift on Tuesday".into() },
        Refusal::NotFound(Ref::Ask(AskId(99))),
        Refusal::NotFound(Ref::Pledge(P)),
        Refusal::NotFound(Ref::Offer(O)),
        Refusal::NotFound(Ref::Gathering(G)),
        Refusal::NoSuchPerson("luisa".into()),
        Refusal::NotYourAsk(A),
        Refusal::NotYourPledge(P),
        Refusal::NotYourOffer(O),
        Refusal::NotYoursToConfirm(P),
        Refusal::OwnAsk(A),
        Refusal::AskClosed(A),
        Refusal::AskFull(A),
        Refusal::AskNotPrivate(A),
        Refusal::MoreThanNeeded { ask: A, left: 1 },
        Refusal::MoreThanNeeded { ask: A, left: 15 },
        Refusal::MoreThanPledged { pledge: P, left: 1 },
        Refusal::MoreThanPledged { pledge: P, left: 50 },
        Refusal::LessThanDone { pledge: P, done: 100 },
        Refusal::LessThanCovered { ask: A, covered: 25 },
        Refusal::AlreadyDone(P),
        Refusal::AlreadyKept(P),
        Refusal::AlreadyHandedBack(P),
        Refusal::AlreadyReleased(P),
        Refusal::NotDoneYet(P),
        Refusal::NothingToThank(P),
        Refusal::NotAPledgeYet { ask: A, has_what: false },
        Refusal::NotAPledgeYet { ask: A, has_what: true },
        Refusal::WhichDay(P),
        Refusal::NothingToChange,
        Refusal::ConvenersOnly,
        Refusal::WhichCommunity(vec!["eastbank".into(), "millrace".into()]),
        Refusal::WhichCommunity(vec![]),
        Refusal::NoCommunity,
        Refusal::LastConvener,
        Refusal::NoSuchCode,
        Refusal::TooManyCodes,
        Refusal::CodeForOtherAccount,
        Refusal::CodeForOtherPlace,
        Refusal::AlreadyLinked,
        Refusal::OnlyAccount,
        Refusal::WhichAccount(vec!["@dev:example.org".into(), "1048".into()]),
        Refusal::PlaceHasThings,
        Refusal::CannotPostHere { sees: true },
        Refusal::CannotPostHere { sees: false },
        Refusal::ConvenesByPlatform("Amara".into()),
        Refusal::NoGathering,
        Refusal::GatheringOver(Ref::Gathering(G)),
        Refusal::DigestAlreadyPosted(Ref::Gathering(G)),
        Refusal::SayItDirectly,
        Refusal::Fault { reference: "7Q2M".into() },
    ];
    let needed = [
        Needed::Words,
        Needed::Ask,
        Needed::Pledge,
        Needed::AskOrPledge,
        Needed::Gathering,
        Needed::Person,
        Needed::When,
        Needed::Change,
    ];
    for path in SPECS.iter().map(|spec| spec.path).chain(["gathering", "no such thing"]) {
        all.extend(needed.map(|what| Refusal::Missing { path: path.to_owned(), what }));
    }
    let problems = [
        WhenProblem::Unreadable,
        WhenProblem::NoSuchDate,
        WhenProblem::Past,
        WhenProblem::Ambiguous(date(2026, 3, 20), date(2026, 3, 27)),
        WhenProblem::ForeignZone,
        WhenProblem::TooFar,
    ];
    all.extend(problems.map(|problem| Refusal::BadWhen { option: "by".into(), said: "next friday".into(), problem }));
    let objections = [
        Objection::TooLong { letters: 3_900 },
        Objection::RingsEveryone,
        Objection::LooksLikeCode,
        Objection::HiddenCharacters,
        Objection::StackedMarks,
    ];
    all.extend(objections.map(Refusal::Wording));
    all
}

pub fn stays() -> [Stays; 5] {
    [Stays::Done(P), Stays::HandedBack { pledge: P, ask: A }, Stays::Kept(P), Stays::StillNeeded(P), Stays::Other]
}

pub fn rewritten() -> [Rewritten; 5] {
    let again = |command: String| words(&command);
    [
        Rewritten::Ask { ask: A, again: again(format!("edit {A} Two lamps by:friday")) },
        Rewritten::AskStays { ask: A },
        Rewritten::Pledge { pledge: P, again: again(format!("adjust {P} by:saturday")) },
        Rewritten::PledgeStays { pledge: P },
        Rewritten::Other { again: again(format!("done {P} all of it")) },
    ]
}

pub fn notices() -> Vec<Notice> {
    let (dev, what, note) = (|| words("Dev"), || words("my drill"), || Some(words("printer jammed")));
    let some = Amounts { covered: 1, need: 2 };
    let one = Amounts { covered: 0, need: 1 };
    let due = || when("2026-03-14T10:00:00");
    vec![
        Notice::Pledged { ask: A, pledge: P, helper: dev(), what: what(), due: due(), amounts: some },
        Notice::Pledged {
            ask: A,
            pledge: P,
            helper: dev(),
            what: what(),
            due: due(),
            amounts: Amounts { covered: 1, need: 1 },
        },
        Notice::Adjusted { ask: A, pledge: P, helper: dev(), due: due(), what: what(), note: note() },
        Notice::PartDone { ask: A, pledge: P, helper: dev(), done: 100, amount: 150, note: note() },
        Notice::ConfirmPlease { ask: A, pledge: P, helper: dev(), what: what(), note: note(), confirm_days: 5 },
        Notice::ConfirmPlease { ask: A, pledge: P, helper: dev(), what: what(), note: None, confirm_days: 1 },
        Notice::ConfirmPlease { ask: A, pledge: P, helper: dev(), what: what(), note: None, confirm_days: 0 },
        Notice::HandedBack { ask: A, words: what(), amounts: some },
        Notice::HandedBack { ask: A, words: what(), amounts: one },
        Notice::SpotFree { ask: A, words: words("Two people who can rewire a lamp"), due: due(), own: true },
        Notice::SpotFree { ask: A, words: words("Two people who can rewire a lamp"), due: due(), own: false },
        Notice::Confirmed { ask: A, pledge: P, words: what(), by_silence: false },
        Notice::Confirmed { ask: A, pledge: P, words: what(), by_silence: true },
        Notice::StillNeeded { ask: A, pledge: P, what: what(), note: note() },
        Notice::Released { ask: A, pledge: P, what: what() },
        Notice::Thanked { pledge: P, from: Some(dev()), words: words("thank you") },
        Notice::Thanked { pledge: P, from: None, words: words("thank you") },
        Notice::ThankPlease { ask: A, pledge: P, helper: dev() },
        Notice::AskStillNeeded { ask: A, words: what(), amounts: some },
        Notice::AskStillNeeded { ask: A, words: what(), amounts: one },
        Notice::PrivateAsk { ask: A, words: what(), need: 3, by: Some(due()), asker: dev() },
        Notice::PrivateAsk { ask: A, words: what(), need: 1, by: None, asker: dev() },
        Notice::InvitedTo { ask: A, words: what(), need: 3, by: Some(due()), asker: Some(dev()) },
        Notice::InvitedTo { ask: A, words: what(), need: 1, by: None, asker: None },
        Notice::OfficeGiven { gathering: G, starts: when("2026-04-16T18:00:00"), facilitator: true },
        Notice::OfficeGiven { gathering: G, starts: when("2026-04-16T18:00:00"), facilitator: false },
        Notice::MadeConvener { community: words("Eastbank") },
        Notice::Undelivered { to: dev() },
        Notice::Parked,
        Notice::TakesNothing { place: help() },
    ]
}

fn help() -> PlaceLink {
    PlaceLink { platform: Platform::Discord, id: "7".to_owned(), name: words("Eastbank") }
}

pub fn checks(ok: bool) -> Vec<(CheckItem, bool)> {
    let items = [
        CheckItem::ZoneChosen,
        CheckItem::PlaceKnown,
        CheckItem::HasConvener,
        CheckItem::GatheringAhead,
        CheckItem::AllOut,
        CheckItem::May(Ability::See),
        CheckItem::May(Ability::Write),
        CheckItem::May(Ability::Embed),
        CheckItem::May(Ability::Attach),
        CheckItem::May(Ability::ReadHistory),
        CheckItem::May(Ability::Threads),
        CheckItem::May(Ability::Events),
        CheckItem::May(Ability::Find),
    ];
    items.map(|item| (item, ok)).into()
}

fn moment(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

pub fn troubles(n: u32) -> Vec<Trouble> {
    let backup = Trouble::Backup { newest: (n > 1).then(|| moment("2026-03-11T04:15:00Z")) };
    let troubles = vec![
        Trouble::Parked(n),
        Trouble::Failed(n),
        Trouble::Expired(n),
        Trouble::Unreachable(n),
        Trouble::Late { since: moment("2026-03-11T09:00:00Z") },
        Trouble::Clock { minutes: n },
        backup,
    ];
    assert_eq!(troubles.iter().map(trouble_name).collect::<BTreeSet<_>>().len(), TROUBLES.len(), "every kind");
    troubles
}

pub fn pledge_recorded(nudges: u8, first_step: Option<&str>, asker: Option<&str>) -> Message {
    Message::PledgeRecorded {
        pledge: PledgeId(8),
        ask: AskId(8),
        amounts: Amounts { covered: 25, need: 40 },
        amount: 25,
        what: words("25 chairs from the hall"),
        due: when("2026-04-10"),
        first_step: first_step.map(words),
        nudges,
        asker: asker.map(words),
    }
}

pub fn messages() -> Vec<Message> {
    let standings = [Standing::Open, Standing::InHand, Standing::Met, Standing::Withdrawn];
    let plain_ask = AskLine {
        kind: None,
        amounts: Amounts { covered: 0, need: 1 },
        by: None,
        asker: None,
        ..ask_line(Standing::Open)
    };
    let hidden = |visibility| AskLine { visibility, ..ask_line(Standing::Open) };
    let pledge_standings = [
        PledgeStanding::Open,
        PledgeStanding::Done,
        PledgeStanding::Kept,
        PledgeStanding::HandedBack,
        PledgeStanding::Released,
    ];
    let bare_offer = OfferLine { kind: None, ..offer_line() };
    let scheduled = || gathering(DigestState::Scheduled);
    let bare_gathering =
        GatheringLine { place: None, facilitator: None, scribe: None, cancelled: false, ..scheduled() };
    let cancelled = GatheringLine { cancelled: true, ..scheduled() };

    let mut all: Vec<Message> = refusals().into_iter().map(Message::Refused).collect();
    all.push(Message::FormRefused { refusal: Refusal::NothingToChange, draft: "1234".to_owned() });
    for visibility in Visibility::ALL {
        let kind = Some(KindOfHelp::Space);
        all.push(Message::AskRecorded { ask: A, need: 2, by: Some(when("2026-03-20")), visibility, kind });
    }
    all.push(Message::AskRecorded { ask: A, need: 1, by: None, visibility: Visibility::Open, kind: None });
    all.push(Message::AskEdited { ask: A });
    all.extend([0, 1, 2].map(|released| Message::AskWithdrawn { ask: A, released }));
    all.push(Message::AskStillOpen { ask: A });
    all.push(pledge_recorded(3, Some("call the hall"), Some("Keisha")));
    all.push(pledge_recorded(1, None, None));
    all.push(pledge_recorded(0, None, None));
    all.push(Message::MaybeRecorded { ask: A });
    all.push(Message::MaybeDropped { ask: A });
    all.extend([0, 1, 5].map(|confirm_days| Message::DoneRecorded { pledge: P, confirm_days }));
    all.push(Message::OwnDoneRecorded { pledge: P });
    all.push(Message::PartRecorded { pledge: P, done: 100, amount: 150, due: when("2026-03-16") });
    all.push(Message::Adjusted { pledge: P, due: when("2026-03-27"), amount: 10, what: words("ten chairs") });
    all.push(Message::RemindersStopped { pledge: P });
    all.extend([0, 10].map(|done| Message::HandedBack { pledge: P, ask: A, done }));
    all.push(Message::ConfirmRecorded { pledge: P });
    all.push(Message::StillNeededRecorded { pledge: P });
    all.push(Message::ThanksRecorded { pledge: P });
    all.push(Message::OfferRecorded { offer: O });
    all.push(Message::OfferWithdrawn { offer: O });
    all.push(Message::Invited { ask: A, name: words("Luis") });
    all.push(Message::ConvenerAdded { name: words("Luis") });
    all.push(Message::ConvenerRemoved { name: words("Luis") });

    all.extend(joining());

    let asks = vec![ask_line(Standing::Open), plain_ask, hidden(Visibility::Private), hidden(Visibility::Anonymous)];
    all.extend([0, 1, 4].map(|more| Message::Needs { lines: asks.clone(), more }));
    all.push(Message::Needs { lines: vec![], more: 0 });
    all.push(Message::Offers { lines: vec![offer_line(), bare_offer.clone()], more: 2 });
    all.push(Message::Offers { lines: vec![], more: 0 });
    all.push(Message::Mine {
        asks: standings.map(ask_line).into(),
        pledges: pledge_standings.map(pledge_line).into(),
        maybes: vec![A, AskId(4)],
        offers: vec![offer_line(), bare_offer],
    });
    all.push(Message::Mine { asks: vec![], pledges: vec![], maybes: vec![], offers: vec![] });
    all.push(Message::Me(me_line(Role::Convener)));
    all.push(Message::MeChanged(MeLine {
        language: Language::Spanish,
        quiet_from: time(8, 0, 0, 0),
        quiet_until: time(8, 0, 0, 0),
        away_until: None,
        accounts: accounts().into(),
        ..me_line(Role::Member)
    }));
    all.push(Message::Gatherings { lines: vec![scheduled(), bare_gathering.clone(), cancelled.clone()] });
    all.push(Message::Gatherings { lines: vec![] });
    let states = [DigestState::Scheduled, DigestState::Held, DigestState::Posted];
    all.extend(states.map(|state| Message::Gathering(gathering(state))));
    all.push(Message::Gathering(cancelled.clone()));
    all.push(Message::GatheringRecorded(bare_gathering.clone()));
    all.push(Message::GatheringMoved(scheduled()));
    all.push(Message::GatheringCancelled { gathering: G });
    all.push(Message::DigestHeld { gathering: G });
    all.push(Message::DigestPosted { gathering: G });
    for (days, undelivered) in [(1, 1), (7, 4)] {
        all.push(Message::Care {
            unanswered: vec![care_line()],
            waiting: vec![WaitingLine { ask: A, words: words("a van"), asker: words("Dev"), days }],
            away: vec![words("Hana")],
            undelivered,
        });
    }
    all.push(Message::Care { unanswered: vec![], waiting: vec![], away: vec![], undelivered: 0 });
    all.push(Message::CommunityReady(settings_line()));
    for days in [0, 1, 3] {
        let few = SettingsLine {
            nudges: days,
            confirm_days: days,
            digest_days: days,
            weekly: None,
            threads: Some(false),
            ..settings_line()
        };
        all.push(Message::Settings(few));
    }
    let checked = |ok, troubles, backup| Message::Check { items: checks(ok), troubles, backup };
    all.push(checked(true, vec![], None));
    all.push(checked(true, vec![], Some(moment("2026-03-11T04:15:00Z"))));
    all.push(checked(false, troubles(1), None));
    all.push(checked(true, troubles(12), None));
    all.extend([Role::Member, Role::Convener].map(|role| Message::Help { path: None, role }));
    all.push(Message::ShortHelp);
    all.push(Message::Welcome);
    all.push(Message::Event { line: gathering(DigestState::Scheduled), community: words("Eastbank") });
    all.extend(["example", "privacy"].map(|topic| Message::Help { path: Some(topic.to_owned()), role: Role::Member }));
    all.extend(stays().map(Message::StaysRecorded));
    all.extend(rewritten().map(Message::Rewritten));
    all.extend(Sign::ALL.map(|sign| Message::Button { sign }));
    for path in SPECS.iter().map(|spec| spec.path).chain(["gathering", "no such thing"]) {
        all.push(Message::Help { path: Some(path.to_owned()), role: Role::Member });
    }

    all.extend(standings.map(|standing| Message::Card { line: ask_line(standing) }));
    all.extend(Visibility::ALL.map(|visibility| Message::Card { line: hidden(visibility) }));
    let steps = [Step::Reminder, Step::Check, Step::LastCheck, Step::CareNote];
    for last in [false, true] {
        all.extend(steps.map(|step| Message::Nudge { items: vec![nudge_item(step, last)] }));
        all.push(Message::Nudge { items: steps.map(|step| nudge_item(step, last)).into() });
    }
    all.extend(notices().into_iter().map(|notice| Message::Notices { items: vec![notice] }));
    all.push(Message::Notices { items: notices() });
    all.push(Message::CareNote { line: care_line() });
    all.push(Message::CardMoved { ask: A, to: help() });
    all.push(Message::CannotReach { name: "Dev".into(), account: None });
    all.extend([1, 2].map(|count| Message::CouldNotRead { count }));
    for digest in digests() {
        for gathering in [Some(scheduled()), Some(bare_gathering.clone()), Some(cancelled.clone()), None] {
            let community = words("Eastbank Collaboratory");
            all.push(Message::Digest {
                digest: digest.clone(),
                gathering: gathering.clone(),
                community: community.clone(),
            });
            for held in [false, true] {
                let (digest, gathering, community) = (digest.clone(), gathering.clone(), community.clone());
                all.push(Message::Preview { digest, gathering, community, held });
            }
        }
    }
    // Too late for a digest by itself.
    let late = GatheringLine { digest_at: jiff::Timestamp::UNIX_EPOCH, ..gathering(DigestState::Scheduled) };
    all.push(Message::GatheringMoved(late.clone()));
    let (digest, community) = (digests().remove(0), words("Eastbank"));
    all.push(Message::Preview { digest, gathering: Some(late), community, held: false });
    all
}
