//! Words that people typed, in the messages that carry them. The input is what they typed; its pieces, cut at `|`, go
//! where people's words go. With a number in front (`7|words|more`) it is tried in that one message, which is quicker;
//! without, in all.
//!
//! Nobody's words may become the bot's own: the document has the same blocks, and the same words of its own, whatever was
//! typed; and what nobody can see reaches nobody. (Matrix's HTML is made inside its adapter, behind the SDK, and tested
//! there.)

use barnraiser::domain::ask::{KindOfHelp, Standing, Visibility};
use barnraiser::domain::calendar::{Due, When};
use barnraiser::domain::digest::{Digest, InHand, Quote, StillLooking};
use barnraiser::domain::gathering::DigestState;
use barnraiser::domain::nudge::Step;
use barnraiser::domain::wording::Detail;
use barnraiser::domain::{AskId, GatheringId, OfferId, PledgeId, Refusal};
use barnraiser::speech::copy;
use barnraiser::speech::doc::{Block, Doc, Line, Span};
use barnraiser::speech::message::{
    Amounts, AskLine, CareLine, GatheringLine, Message, NudgeItem, OfferLine, PledgeLine, PledgeStanding, WaitingLine,
};
use jiff::civil::date;

use super::{LANGUAGES, chicago, clean, evening, voice};

/// The most that a platform would bring.
const LONGEST: usize = 8_192;

pub fn holds(data: &[u8]) {
    let typed = String::from_utf8_lossy(&data[..data.len().min(LONGEST)]);
    let mut pieces: Vec<&str> = typed.split('|').collect();
    let only = pieces[0].parse::<u8>().ok().filter(|_| pieces.len() > 1).map(usize::from);
    if only.is_some() {
        pieces.remove(0);
    }
    let calm = messages(&["word"]);
    let count = calm.len();
    for (at, (typed, calm)) in messages(&pieces).iter().zip(&calm).enumerate() {
        if only.is_some_and(|only| only % count != at) {
            continue;
        }
        clean(typed);
        for language in LANGUAGES {
            let (typed, calm) = (copy::say(typed, &voice(language)), copy::say(calm, &voice(language)));
            assert_eq!(own(&typed), own(&calm), "somebody's words became the bot's");
        }
    }
}

/// A document with everything that was typed taken out: its blocks and the bot's own words.
fn own(doc: &Doc) -> Vec<(&'static str, Vec<Vec<String>>)> {
    let line = |line: &Line| -> Vec<String> {
        // Two spans of the bot's own stand apart or together, depending on what stood between.
        let mut words = vec![String::new()];
        for span in line {
            match span {
                Span::Text(text) | Span::Strong(text) | Span::When { shown: text, .. } => {
                    words.last_mut().expect("never empty").push_str(text)
                }
                Span::Said(_) | Span::Code(_) | Span::Literal(_) | Span::Place { .. } => words.push(String::new()),
            }
        }
        words
    };
    let block = |block: &Block| match block {
        Block::Heading(words) => ("heading", vec![line(words)]),
        Block::Paragraph(words) => ("paragraph", vec![line(words)]),
        Block::List(lines) => ("list", lines.iter().map(line).collect()),
    };
    doc.blocks.iter().map(block).collect()
}

fn messages(pieces: &[&str]) -> Vec<Message> {
    let said = |at: usize| pieces[at % pieces.len()].into();
    let text = |at: usize| pieces[at % pieces.len()].to_owned();
    let by = When::new(Due::Day(date(2026, 3, 14)), chicago());
    let ask = AskLine {
        ask: AskId(1),
        words: said(0),
        kind: Some(KindOfHelp::Skill),
        amounts: Amounts { covered: 1, need: 2 },
        by: Some(by.clone()),
        standing: Standing::Open,
        visibility: Visibility::Open,
        asker: Some(said(1)),
    };
    let pledge = PledgeLine {
        pledge: PledgeId(1),
        ask: AskId(1),
        what: said(2),
        due: by.clone(),
        standing: PledgeStanding::Open,
    };
    let offer = OfferLine { offer: OfferId(1), words: said(3), kind: None, giver: said(4) };
    let gathering = GatheringLine {
        gathering: GatheringId(1),
        starts: When::new(Due::Minute(date(2026, 3, 17).at(18, 0, 0, 0)), chicago()),
        place: Some(said(5)),
        facilitator: Some(said(6)),
        scribe: Some(said(7)),
        cancelled: false,
        digest: DigestState::Scheduled,
        digest_at: evening(),
    };
    let nudge = NudgeItem {
        pledge: PledgeId(1),
        ask: AskId(1),
        step: Step::Reminder,
        what: said(0),
        first_step: Some(said(1)),
        due: by.clone(),
        last: true,
    };
    let care = CareLine { pledge: PledgeId(1), ask: AskId(1), helper: said(0), due: by.clone() };
    let waiting = WaitingLine { ask: AskId(1), words: said(1), asker: said(2), days: 3 };
    let digest = Digest {
        since: evening(),
        pledges: 4,
        kept: 2,
        in_hand: 1,
        released: 0,
        handed_back: 2,
        picked_up: 1,
        asks: 3,
        asks_met: 1,
        thanks: vec![Quote { from: text(0), words: text(1), pledge: PledgeId(1) }],
        still_looking: vec![StillLooking { ask: AskId(2), words: text(2), covered: 0, need: 1, by: Some(by.clone()) }],
        asks_in_hand: vec![InHand { ask: AskId(1), words: text(3), by: by.clone() }],
    };
    vec![
        Message::PledgeRecorded {
            pledge: PledgeId(1),
            ask: AskId(1),
            amounts: Amounts { covered: 1, need: 2 },
            amount: 1,
            what: said(0),
            due: by.clone(),
            first_step: Some(said(1)),
            nudges: 3,
            asker: Some(said(2)),
        },
        Message::Adjusted { pledge: PledgeId(1), due: by, amount: 2, what: said(0) },
        Message::Invited { ask: AskId(1), name: said(0) },
        Message::ConvenerAdded { name: said(0) },
        Message::Needs { lines: vec![ask.clone(), ask.clone()], more: 0 },
        Message::Offers { lines: vec![offer.clone()], more: 0 },
        Message::Mine { asks: vec![ask.clone()], pledges: vec![pledge], maybes: vec![AskId(2)], offers: vec![offer] },
        Message::Gatherings { lines: vec![gathering.clone()] },
        Message::Gathering(gathering.clone()),
        Message::Care { unanswered: vec![care.clone()], waiting: vec![waiting], away: vec![said(3)], undelivered: 0 },
        Message::Card { line: ask },
        Message::Nudge { items: vec![nudge.clone(), nudge] },
        Message::CareNote { line: care },
        Message::Digest { digest: digest.clone(), gathering: Some(gathering.clone()), community: said(4) },
        Message::Preview { digest, gathering: Some(gathering), community: said(4), held: false },
    ]
    .into_iter()
    .chain(refusals(pieces).into_iter().map(Message::Refused))
    .collect()
}

fn refusals(pieces: &[&str]) -> Vec<Refusal> {
    let text = |at: usize| pieces[at % pieces.len()].to_owned();
    vec![
        Refusal::UnknownCommand { said: text(0), near: vec!["ask".into()] },
        Refusal::BadValue { option: "kind".into(), said: text(0), takes: vec!["skill".into()] },
        Refusal::BadAmount { said: text(0), most: 9 },
        Refusal::BadWhen {
            option: "by".into(),
            said: text(0),
            problem: barnraiser::domain::refusal::WhenProblem::Unreadable,
        },
        Refusal::PrivateDetail { details: vec![Detail::Phone], again: text(0) },
        Refusal::NoSuchPerson(text(0)),
        Refusal::ConvenesByPlatform(text(0)),
    ]
}
