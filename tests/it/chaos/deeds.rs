//! What people do, in words; what they make of the answers; and what they do next. They know what they were told, and
//! whoever was not answered looks, and tries again.

use barnraiser::domain::community::{Account, Platform};
use barnraiser::domain::{AskId, Due, GatheringId, Refusal};
use barnraiser::engine::inbound::{Answer, Body, Inbound, Named, Place};
use barnraiser::speech::message::{Amounts, Message};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::dice::{Dice, later};
use super::people::{self, Act, Cast, Fate, Intent, Sight, Size};

/// Something a person did, from their side.
#[derive(Debug, Clone)]
pub struct Deed {
    pub who: usize,
    pub community: usize,
    pub act: Act,
    /// What the platform calls it; a second try is another event.
    pub event: String,
    pub alone: bool,
    /// When the bot may have taken it in without anybody hearing so.
    pub maybe: Vec<Timestamp>,
    /// When the bot took it in.
    pub taken: Option<Timestamp>,
    /// Whether its answer was a no.
    pub refused: Option<bool>,
    /// When its person read the answer.
    pub answered: Option<Timestamp>,
    pub tries: u32,
}

pub fn account(cast: &Cast, who: usize) -> Account {
    Account { platform: cast.people[who].platform, id: cast.people[who].name.clone() }
}

pub fn community_of(cast: &Cast, act: Act) -> usize {
    match act {
        Act::Settle { community } | Act::SetUp { community } => community,
        Act::Ask { ask } | Act::Withdraw { ask } | Act::Invite { ask, .. } | Act::Maybe { ask } => {
            cast.asks[ask].community
        }
        Act::Pledge { pledge }
        | Act::Adjust { pledge, .. }
        | Act::Done { pledge }
        | Act::HandBack { pledge }
        | Act::Confirm { pledge }
        | Act::StillNeeded { pledge }
        | Act::Thanks { pledge } => cast.asks[cast.pledges[pledge].ask].community,
        Act::Gathering { gathering }
        | Act::MoveGathering { gathering, .. }
        | Act::CancelGathering { gathering }
        | Act::Hold { gathering }
        | Act::Post { gathering } => cast.gatherings[gathering].community,
    }
}

fn ask_of(cast: &Cast, act: Act) -> Option<usize> {
    match act {
        Act::Ask { ask } | Act::Withdraw { ask } | Act::Invite { ask, .. } | Act::Maybe { ask } => Some(ask),
        Act::Pledge { pledge }
        | Act::Adjust { pledge, .. }
        | Act::Done { pledge }
        | Act::HandBack { pledge }
        | Act::Confirm { pledge }
        | Act::StillNeeded { pledge }
        | Act::Thanks { pledge } => Some(cast.pledges[pledge].ask),
        _ => None,
    }
}

/// Whether it has to be said to the bot alone.
pub fn is_for_the_bot_alone(cast: &Cast, act: Act) -> bool {
    ask_of(cast, act).is_some_and(|ask| cast.asks[ask].sight != Sight::Open)
}

pub fn written(due: Due) -> String {
    match due {
        Due::Day(date) => date.to_string(),
        Due::Minute(at) => format!("\"{}\"", at.strftime("%Y-%m-%d %H:%M")),
    }
}

/// The words of an act; `None` if its person does not know what to point at.
pub fn text(cast: &Cast, who: usize, act: Act) -> Option<String> {
    let ask = |ask: usize| cast.asks[ask].id.map(|id| format!("A{id}"));
    let pledge = |pledge: usize| cast.pledges[pledge].id.map(|id| format!("P{id}"));
    let gathering = |gathering: usize| cast.gatherings[gathering].id.map(|id| format!("G{id}"));
    Some(match act {
        Act::Settle { .. } => {
            let person = &cast.people[who];
            let (from, until) = person.quiet;
            let (from, until) = (from.strftime("%H:%M"), until.strftime("%H:%M"));
            format!("me zone:{} quiet:{from}-{until}", person.zone.name())
        }
        Act::SetUp { community } => {
            let here = &cast.communities[community];
            let weekly = here.weekly.map_or(String::new(), |weekly| format!(" weekly:\"{weekly}\""));
            format!("community setup name:{} zone:{}{weekly}", here.name, here.zone.name())
        }
        Act::Ask { ask } => {
            let ask = &cast.asks[ask];
            let sight = match ask.sight {
                Sight::Open => "open",
                Sight::Private => "private",
                Sight::Anonymous => "anonymous",
            };
            format!("ask {} please need:{} visibility:{sight}", ask.token, ask.need)
        }
        Act::Withdraw { ask: number } => format!("withdraw {}", ask(number)?),
        Act::Invite { ask: number, who } => format!("invite {} who:{}", ask(number)?, cast.people[who].name),
        Act::Maybe { ask: number } => format!("maybe {}", ask(number)?),
        Act::Pledge { pledge } => {
            let pledge = &cast.pledges[pledge];
            format!("pledge {} what:\"{} from me\" by:{}", ask(pledge.ask)?, pledge.token, written(pledge.due))
        }
        Act::Adjust { pledge: number, due } => format!("adjust {} by:{}", pledge(number)?, written(due)),
        Act::Done { pledge: number } => format!("done {}", pledge(number)?),
        Act::HandBack { pledge: number } => format!("handback {}", pledge(number)?),
        Act::Confirm { pledge: number } => format!("confirm {}", pledge(number)?),
        Act::StillNeeded { pledge: number } => format!("stillneeded {}", pledge(number)?),
        Act::Thanks { pledge: number } => {
            format!("thanks {} {} was lovely", pledge(number)?, cast.pledges[number].token.replace("word", "thank"))
        }
        Act::Gathering { gathering } => {
            let gathering = &cast.gatherings[gathering];
            format!("gathering new when:\"{}\" where:{}", gathering.starts.strftime("%Y-%m-%d %H:%M"), gathering.token)
        }
        Act::MoveGathering { gathering: number, starts } => {
            format!("gathering move {} when:\"{}\"", gathering(number)?, starts.strftime("%Y-%m-%d %H:%M"))
        }
        Act::CancelGathering { gathering: number } => format!("gathering cancel {}", gathering(number)?),
        Act::Hold { gathering: number } => format!("digest hold {}", gathering(number)?),
        Act::Post { gathering: number } => format!("digest post {}", gathering(number)?),
    })
}

/// The deed as its platform brings it.
pub fn inbound(cast: &Cast, deed: &Deed, text: String, at: Timestamp) -> Inbound {
    let here = &cast.communities[deed.community];
    let place = format!("place-{}", deed.community);
    let (place, text) = if deed.alone {
        let shared = (0..3).filter(|c| cast.communities[*c].members.contains(&deed.who));
        let shared = shared.map(|c| format!("place-{c}")).collect();
        (Place::Direct { id: room(deed), shared }, format!("{text} in:{}", here.name))
    } else {
        (Place::Public { id: place, name: here.name.clone(), server: None }, text)
    };
    let named = match deed.act {
        Act::Invite { who, .. } => {
            let name = cast.people[who].name.clone();
            vec![Named { typed: name.clone(), account: account(cast, who), name, is_role: false }]
        }
        _ => Vec::new(),
    };
    let answer = if here.platform == Platform::Discord { Answer::Direct } else { Answer::Outbox };
    let (from, name) = (account(cast, deed.who), cast.people[deed.who].name.clone());
    Inbound {
        event: deed.event.clone(),
        place,
        from,
        name,
        language: None,
        standing: None,
        roles: Vec::new(),
        named,
        at,
        body: Body::Said(text),
        answer,
        able: Vec::new(),
    }
}

/// Where it is said.
pub fn room(deed: &Deed) -> String {
    if deed.alone { format!("with-{}", deed.who) } else { format!("place-{}", deed.community) }
}

/// How somebody sees whether a thing of theirs was recorded; `None` if saying it again shows it as well.
pub fn look(act: Act) -> Option<&'static str> {
    match act {
        Act::Ask { .. } | Act::Pledge { .. } => Some("mine"),
        Act::Gathering { .. } => Some("gathering list"),
        _ => None,
    }
}

/// The answer they would have had, if what they see shows that it was recorded.
pub fn found(cast: &Cast, act: Act, seen: &Message) -> Option<Message> {
    match (act, seen) {
        (Act::Ask { ask }, Message::Mine { asks, .. }) => {
            let line = asks.iter().find(|line| line.words.0.contains(&cast.asks[ask].token))?;
            let (visibility, kind, by) = (line.visibility, line.kind, line.by.clone());
            Some(Message::AskRecorded { ask: line.ask, need: line.amounts.need, by, visibility, kind })
        }
        (Act::Pledge { pledge }, Message::Mine { pledges, .. }) => {
            let line = pledges.iter().find(|line| line.what.0.contains(&cast.pledges[pledge].token))?;
            Some(Message::PledgeRecorded {
                pledge: line.pledge,
                ask: line.ask,
                amounts: Amounts { covered: 0, need: 0 },
                amount: 1,
                what: line.what.clone(),
                due: line.due.clone(),
                first_step: None,
                nudges: 3,
                asker: None,
            })
        }
        (Act::Gathering { gathering }, Message::Gatherings { lines }) => {
            let token = &cast.gatherings[gathering].token;
            let line = lines.iter().find(|line| line.place.as_ref().is_some_and(|place| place.0.contains(token)))?;
            Some(Message::GatheringRecorded(line.clone()))
        }
        _ => None,
    }
}

/// The answer the first try would have had, if the second is refused because of it.
pub fn already(act: Act, refused: &Message) -> Option<Message> {
    let Message::Refused(refusal) = refused else { return None };
    match (act, refusal) {
        (Act::Done { .. }, Refusal::AlreadyDone(pledge)) => {
            Some(Message::DoneRecorded { pledge: *pledge, confirm_days: 5 })
        }
        (Act::HandBack { .. }, Refusal::AlreadyHandedBack(pledge)) => {
            Some(Message::HandedBack { pledge: *pledge, ask: AskId(0), done: 0 })
        }
        (Act::Confirm { .. }, Refusal::AlreadyKept(pledge)) => Some(Message::ConfirmRecorded { pledge: *pledge }),
        (Act::StillNeeded { .. }, Refusal::NotDoneYet(pledge)) => {
            Some(Message::StillNeededRecorded { pledge: *pledge })
        }
        (Act::Withdraw { .. }, Refusal::AskClosed(ask)) => Some(Message::AskWithdrawn { ask: *ask, released: 0 }),
        (Act::CancelGathering { .. }, Refusal::GatheringOver(_)) => {
            Some(Message::GatheringCancelled { gathering: GatheringId(0) })
        }
        (Act::Post { .. }, Refusal::DigestAlreadyPosted(_)) => {
            Some(Message::DigestPosted { gathering: GatheringId(0) })
        }
        _ => None,
    }
}

/// A date some days ahead in a person's own calendar.
fn due(cast: &Cast, dice: &mut Dice, who: usize, now: Timestamp, from: i64, to: i64) -> Due {
    let date = cast.people[who].zone.date(now).saturating_add(dice.range(from, to).days());
    if dice.of_100(60) {
        return Due::Day(date);
    }
    let hour = i8::try_from(dice.range(7, 22)).expect("an hour");
    Due::Minute(date.at(hour, 15, 0, 0))
}

/// What becomes of a deed that was answered with a yes: what its people do next.
pub fn follow_up(
    cast: &mut Cast,
    dice: &mut Dice,
    size: Size,
    act: Act,
    message: &Message,
    now: Timestamp,
) -> Vec<Intent> {
    let mut next = Vec::new();
    let soon = |dice: &mut Dice, from: i64, to: i64| later(now, dice.minutes(people::quarter(from), to));
    match (act, message) {
        (Act::Ask { ask }, Message::AskRecorded { ask: id, .. }) => {
            cast.asks[ask].id = Some(id.0);
            next.extend(helpers(cast, dice, size, ask, now));
        }
        (Act::Pledge { pledge }, Message::PledgeRecorded { pledge: id, .. }) => {
            cast.pledges[pledge].id = Some(id.0);
            next.extend(by_fate(cast, dice, pledge, now));
        }
        (Act::Adjust { pledge, due }, Message::Adjusted { .. }) => {
            let helper = cast.pledges[pledge].helper;
            let due = cast.people[helper].zone.instant(due.civil());
            if dice.of_100(60) {
                let at = later(due, dice.minutes(-24 * 60, 5 * 24 * 60));
                next.push(Intent { at: at.max(now), who: helper, act: Act::Done { pledge } });
            }
        }
        (Act::Done { pledge }, Message::DoneRecorded { .. }) => {
            let asker = cast.asks[cast.pledges[pledge].ask].asker;
            match dice.range(0, 10) {
                0..5 => next.push(Intent { at: soon(dice, 30, 6 * 24 * 60), who: asker, act: Act::Confirm { pledge } }),
                5 => {
                    next.push(Intent { at: soon(dice, 30, 4 * 24 * 60), who: asker, act: Act::StillNeeded { pledge } })
                }
                _ => {}
            }
            if dice.of_100(30) {
                next.push(Intent { at: soon(dice, 30, 8 * 24 * 60), who: asker, act: Act::Thanks { pledge } });
            }
        }
        (Act::StillNeeded { pledge }, Message::StillNeededRecorded { .. }) => {
            let helper = cast.pledges[pledge].helper;
            if dice.of_100(60) {
                next.push(Intent { at: soon(dice, 60, 9 * 24 * 60), who: helper, act: Act::Done { pledge } });
            }
        }
        (Act::Gathering { gathering }, Message::GatheringRecorded(line)) => {
            cast.gatherings[gathering].id = Some(line.gathering.0);
        }
        _ => {}
    }
    next
}

/// Who will help with an ask, from what its place shows or because they are invited.
fn helpers(cast: &mut Cast, dice: &mut Dice, size: Size, ask: usize, now: Timestamp) -> Vec<Intent> {
    let mut next = Vec::new();
    let (community, asker, hidden) =
        (cast.asks[ask].community, cast.asks[ask].asker, cast.asks[ask].sight != Sight::Open);
    let average = i64::try_from(size.pledges / size.asks.max(1)).expect("small").max(1);
    for _ in 0..dice.range(1, 2 * average + 1) {
        let helper = *dice.pick(&cast.communities[community].members);
        if helper == asker || cast.pledges.len() >= size.pledges {
            continue;
        }
        let mut at = later(now, dice.minutes(15, 4 * 24 * 60));
        // Nobody invites the same person twice.
        if hidden && !next.iter().any(|i: &Intent| matches!(i.act, Act::Invite { who, .. } if who == helper)) {
            next.push(Intent { at, who: asker, act: Act::Invite { ask, who: helper } });
            at = later(at, dice.minutes(60, 24 * 60));
        }
        if dice.of_100(10) {
            next.push(Intent { at, who: helper, act: Act::Maybe { ask } });
            at = later(at, dice.minutes(60, 24 * 60));
        }
        let fate = match dice.range(0, 20) {
            0..11 => Fate::Done,
            11..14 => Fate::HandedBack,
            14..17 => Fate::Adjusted,
            _ => Fate::Silence,
        };
        let pledge = cast.pledges.len();
        let due = due(cast, dice, helper, at, 1, 12);
        let token = format!("gift{pledge}word");
        cast.pledges.push(people::Pledge { ask, helper, token, fate, due, id: None });
        next.push(Intent { at, who: helper, act: Act::Pledge { pledge } });
    }
    next
}

fn by_fate(cast: &Cast, dice: &mut Dice, pledge: usize, now: Timestamp) -> Option<Intent> {
    let people::Pledge { helper: who, fate, due: meant, .. } = cast.pledges[pledge];
    let due_at = cast.people[who].zone.instant(meant.civil());
    let around = |dice: &mut Dice, from: i64, to: i64| {
        later(due_at, dice.minutes(from, to)).max(later(now, SignedDuration::from_mins(10)))
    };
    let (at, act) = match fate {
        Fate::Done => (around(dice, -36 * 60, 5 * 24 * 60), Act::Done { pledge }),
        Fate::HandedBack => (around(dice, -3 * 24 * 60, 24 * 60), Act::HandBack { pledge }),
        Fate::Adjusted => {
            let at = around(dice, -3 * 24 * 60, 3 * 24 * 60);
            (at, Act::Adjust { pledge, due: due(cast, dice, who, at, 1, 8) })
        }
        Fate::Silence => return None,
    };
    Some(Intent { at, who, act })
}
