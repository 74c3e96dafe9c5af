//! What people see on Discord, and that Discord never has a reason to refuse it.

use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::domain::ask::{KindOfHelp, Standing, Visibility};
use crate::domain::calendar::{Due, When};
use crate::domain::community::{Account, Platform, Role};
use crate::domain::digest::{Digest, InHand, Quote, StillLooking};
use crate::domain::nudge::Step;
use crate::domain::{AskId, PledgeId, Refusal, Zone};
use crate::engine::inbound::Cause;
use crate::engine::parcel::Parcel;
use crate::platforms::discord::custom::Custom;
use crate::speech::message::{Amounts, AskLine, Message, NudgeItem, Voice};
use crate::speech::sign::Sign;

const KEY: &str = "ABCDEFGHIJKLMNOPQRSTUVWX";

pub(super) fn voice(language: Language) -> Voice {
    let zone: Zone = "America/Chicago".parse().unwrap();
    Voice { language, zone, now: "2026-03-06T00:20:00Z".parse().unwrap() }
}

fn by(civil: jiff::civil::DateTime) -> When {
    When::new(Due::Minute(civil), "America/Chicago".parse().unwrap())
}

fn saturday() -> When {
    by(date(2026, 3, 14).at(10, 0, 0, 0))
}

pub(super) fn place() -> Destination {
    Destination::Place { platform: Platform::Discord, id: "100".into() }
}

fn person() -> Destination {
    Destination::Person(Account { platform: Platform::Discord, id: "200".into() })
}

pub(super) fn letter(destination: Destination, doc: Doc) -> Letter {
    let parcel = Parcel {
        row: 1,
        key: KEY.into(),
        attempt: 1,
        community: "eastbank".into(),
        destination,
        cause: Cause::Notice,
        refs: Vec::new(),
        message: Message::Help { path: None, role: Role::Member },
        voice: voice(Language::English),
        edits: None,
        answers: None,
        quotes: true,
        thread: None,
        opens_thread: false,
        unresolved_since: None,
    };
    Letter { parcel, doc }
}

fn said(message: &Message) -> Doc {
    copy::say(message, &voice(Language::English))
}

const IN_EASTBANK: Reader<'static> = Reader { calls: None, community: Some("eastbank") };

#[test]
fn what_arrived_can_be_thanked_for_at_once() {
    let doc = said(&Message::ConfirmRecorded { pledge: PledgeId(7) });
    let seen = look(&message(&letter(person(), doc), IN_EASTBANK));
    let row = "--- row\n[Say thanks | grey | 1|o|ABCDEFGHIJKLMNOPQRSTUVWX|eastbank|thanks P7]";
    assert!(seen.ends_with(row), "it opens the form of thanks, and is the only one: {seen}");
}

#[test]
fn only_where_others_read_somebody_is_called() {
    let account = Account { platform: Platform::Discord, id: "200".into() };
    let message = Message::CannotReach { name: "Luis".into(), account: Some(account.clone()) };
    let chat = Destination::Chat { platform: Platform::Discord, id: "300".into(), account };
    for (destination, calls, community) in
        [(place(), Some("200"), None), (person(), None, Some("eastbank")), (chat, None, Some("eastbank"))]
    {
        let letter = letter(destination, said(&message));
        let parcel = Parcel { message: message.clone(), ..letter.parcel };
        let reader = Reader::of(&parcel);
        assert_eq!((reader.calls, reader.community), (calls, community), "{:?}", parcel.destination);
    }
}

/// A message as somebody sees it, and what its buttons would say.
fn look(face: &Face) -> String {
    let body = &face.body;
    // A joiner that nobody sees would be seen by nobody here either.
    let visible = |text: &str| text.replace('\u{2060}', "{joiner}");
    let mut seen = visible(body["content"].as_str().unwrap());
    for embed in body["embeds"].as_array().unwrap() {
        seen = format!("{seen}\n--- embed\n{}", visible(embed["description"].as_str().unwrap()));
    }
    for row in body["components"].as_array().unwrap() {
        let buttons = row["components"].as_array().unwrap().iter();
        let shown = |button: &Value| {
            let colour = ["", "blurple", "grey", "green"][usize::try_from(button["style"].as_u64().unwrap()).unwrap()];
            format!("[{} | {colour} | {}]", button["label"].as_str().unwrap(), button["custom_id"].as_str().unwrap())
        };
        seen = format!("{seen}\n--- row\n{}", buttons.map(shown).collect::<Vec<_>>().join("\n"));
    }
    if let Some(file) = &face.file {
        seen = format!("{seen}\n--- file {}: {}", file.name, body["attachments"]);
    }
    seen.replace('\u{2060}', "{joiner}")
}

fn card(words: &str, standing: Standing) -> Message {
    let line = AskLine {
        ask: AskId(1),
        words: words.into(),
        kind: Some(KindOfHelp::Skill),
        amounts: Amounts { covered: 0, need: 2 },
        by: Some(saturday()),
        standing,
        visibility: Visibility::Open,
        asker: None,
    };
    Message::Card { line }
}

/// For the README.
pub(super) fn card_to_show() -> Message {
    card("Two people who can rewire a lamp safely", Standing::Open)
}

#[test]
fn a_card() {
    let doc =
        said(&card("Two people who can *rewire* a lamp, see https://lamps.example/a_b.\n- @everyone", Standing::Open));
    insta::assert_snapshot!(look(&message(&letter(place(), doc), Reader::default())), @r#"
    **A1 is looking for help**
    Two people who can \*rewire\* a lamp, see <https://lamps.example/a_b>.
    \- @{joiner}everyone
    --- embed
    0 of 2 so far · by <t:1773500400:F> (<t:1773500400:R>) · skill

    To help: `/pledge ask:A1 what:… by:…`
    --- row
    [Pledge | blurple | 1|o|ABCDEFGHIJKLMNOPQRSTUVWX||pledge A1 what: by:]
    [Maybe | grey | 1|p|||maybe A1]
    "#);
    // Nothing to press is left on it, and still it can be found again.
    let met = said(&card("Two people", Standing::Met));
    insta::assert_snapshot!(look(&message(&letter(place(), met), Reader::default())), @r#"
    **🎉 A1 is met**
    Two people
    --- embed
    0 of 2 so far · skill

    Thank you to everyone who helped.
    --- row
    [What people look for | grey | 1|p|ABCDEFGHIJKLMNOPQRSTUVWX||needs]
    "#);
}

fn nudge(pledge: u32, step: Step) -> NudgeItem {
    NudgeItem {
        pledge: PledgeId(pledge),
        ask: AskId(1),
        step,
        what: "my tester".into(),
        first_step: Some("charge it".into()),
        due: saturday(),
        last: false,
    }
}

#[test]
fn a_nudge() {
    let doc = said(&Message::Nudge { items: vec![nudge(1, Step::Reminder)] });
    insta::assert_snapshot!(look(&message(&letter(person(), doc), IN_EASTBANK)), @r#"
    A friendly reminder of what you promised:
    - **P1** for A1: “my tester”, by <t:1773500400:F> (<t:1773500400:R>). First step: “charge it”.

    Any answer is a good one. A new date or handing back needs no reason.
    --- row
    [Done | green | 1|p|ABCDEFGHIJKLMNOPQRSTUVWX|eastbank|done P1]
    [New date | grey | 1|o||eastbank|adjust P1 by:]
    [Hand back | grey | 1|p||eastbank|handback P1]
    [Stop | grey | 1|p||eastbank|adjust P1 nudges:off]
    "#);
    let several = said(&Message::Nudge { items: vec![nudge(1, Step::Reminder), nudge(2, Step::Check)] });
    insta::assert_snapshot!(look(&message(&letter(person(), several), IN_EASTBANK)), @r#"
    About what you promised:
    - **P1** for A1: “my tester”, by <t:1773500400:F> (<t:1773500400:R>). First step: “charge it”.
    - **P2** for A1: “my tester”. It was for <t:1773500400:F> (<t:1773500400:R>): did it happen?

    Any answer is a good one. A new date or handing back needs no reason.
    --- row
    [P1: Done | grey | 1|p|ABCDEFGHIJKLMNOPQRSTUVWX|eastbank|done P1]
    [P1: New date | grey | 1|o||eastbank|adjust P1 by:]
    [P1: Hand back | grey | 1|p||eastbank|handback P1]
    [P1: Stop | grey | 1|p||eastbank|adjust P1 nudges:off]
    --- row
    [P2: Done | grey | 1|p||eastbank|done P2]
    [P2: New date | grey | 1|o||eastbank|adjust P2 by:]
    [P2: Hand back | grey | 1|p||eastbank|handback P2]
    [P2: Stop | grey | 1|p||eastbank|adjust P2 nudges:off]
    "#);
}

#[test]
fn a_digest() {
    let digest = Digest {
        since: "2026-03-01T00:00:00Z".parse().unwrap(),
        pledges: 4,
        kept: 2,
        in_hand: 1,
        released: 0,
        handed_back: 0,
        picked_up: 1,
        asks: 3,
        asks_met: 1,
        thanks: vec![Quote { from: "Ana_".into(), words: "you <@1> saved us".into(), pledge: PledgeId(1) }],
        still_looking: vec![StillLooking {
            ask: AskId(2),
            words: "Chairs".into(),
            covered: 5,
            need: 25,
            by: Some(saturday()),
        }],
        asks_in_hand: vec![InHand { ask: AskId(3), words: "A room".into(), by: saturday() }],
    };
    let doc = said(&Message::Digest { digest, gathering: None, community: "Eastbank".into() });
    insta::assert_snapshot!(look(&message(&letter(place(), doc), Reader::default())), @r#"
    **Eastbank: what we kept, what we still look for**
    **Kept since 28 February: 2 of 4 pledges.** 1 in hand.
    --- embed
    1 of 3 asks met.

    **Thanks**
    - Ana\_: “you \<{joiner}@1> saved us” (P1)

    **Still looking**
    - **A2** (5 of 25) Chairs · by <t:1773500400:F> (<t:1773500400:R>)

    **In hand**
    - **A3** A room · agreed for Saturday 14 March

    An ask or a hand is welcome any day.
    - Is there something you could use? `/ask words:…`
    - Want to help? `/needs`
    --- row
    [What people look for | grey | 1|p|ABCDEFGHIJKLMNOPQRSTUVWX||needs]
    "#);
}

#[test]
fn a_refusal_in_an_answer_has_no_key_and_is_a_whisper() {
    let doc = said(&Message::Refused(Refusal::NotAPledgeYet { ask: AskId(1), has_what: false }));
    let face = answer(&doc, Reader::default(), true, Language::English);
    assert_eq!(face.body["flags"], 64);
    assert_eq!(face.body["nonce"], Value::Null);
    let again = face.clone().offering_again(7, Language::English);
    let first = &again.body["components"][0]["components"][0];
    assert_eq!((&first["label"], &first["custom_id"]), (&json!("Try again"), &json!("1|a|||7")));
    insta::assert_snapshot!(look(&face), @r#"
    Thank you for wanting to help! It is not a pledge yet: what, and by when?
    - For example: `/pledge ask:A1 what:… by:2026-03-12`
    - Not sure yet? Keep it as a maybe: `/maybe ask:A1`
    --- row
    [Pledge | grey | 1|o|||pledge A1 what: by:]
    [Maybe | grey | 1|p|||maybe A1]
    "#);
}

#[test]
fn only_the_person_addressed_is_called() {
    let doc = said(&Message::ThanksRecorded { pledge: PledgeId(1) });
    let face = message(&letter(place(), doc), Reader { calls: Some("200"), community: None });
    assert!(face.body["content"].as_str().unwrap().starts_with("<@200> Your thanks"), "{}", face.body);
    let allowed = json!({"parse": [], "users": ["200"], "replied_user": false});
    assert_eq!(face.body["allowed_mentions"], allowed);
    let quiet = answer(&said(&Message::ShortHelp), Reader::default(), false, Language::English);
    assert_eq!(quiet.body["allowed_mentions"], json!({"parse": [], "users": [], "replied_user": false}));
    assert_eq!(quiet.body["flags"], Value::Null);
}

#[test]
fn every_message_can_be_found_again_by_its_key() {
    for to in [place(), person()] {
        for doc in [said(&card("Tables", Standing::Open)), said(&card("Tables", Standing::Met)), Doc::default()] {
            let face = message(&letter(to.clone(), doc), IN_EASTBANK);
            let rows = face.body["components"].as_array().unwrap();
            let ids = rows.iter().flat_map(|row| row["components"].as_array().unwrap());
            let ids: Vec<&str> = ids.filter_map(|button| button["custom_id"].as_str()).collect();
            assert_eq!(key(ids.iter().copied()), Some(KEY), "{ids:?}");
            assert_eq!((&face.body["nonce"], &face.body["enforce_nonce"]), (&json!(KEY), &json!(true)));
        }
    }
    let mut edit = letter(place(), said(&card("Tables", Standing::Met)));
    edit.parcel.edits = Some("300".into());
    assert_eq!(message(&edit, Reader::default()).body["nonce"], Value::Null);
}

#[test]
fn a_picture_goes_along_with_what_it_shows() {
    let picture = Picture {
        name: "kept.png".into(),
        mime: "image/png".into(),
        bytes: vec![1, 2, 3],
        width: 2,
        height: 1,
        alt: "Two of four kept".into(),
    };
    let doc = Doc { picture: Some(picture), ..said(&Message::ShortHelp) };
    let face = answer(&doc, Reader::default(), false, Language::English);
    let about = json!([{"id": 0, "filename": "kept.png", "description": "Two of four kept"}]);
    assert_eq!(face.body["attachments"], about);
    assert_eq!(face.file.map(|file| file.bytes), Some(vec![1, 2, 3]));
}

#[test]
fn a_message_too_long_for_discord_comes_whole_as_a_file() {
    let item = |number: usize| vec![Span::Strong(format!("A{number}")), Span::Said(" chairs *and* tables".repeat(8))];
    let doc = Doc {
        blocks: vec![
            Block::Heading(vec![Span::Text("Looking".into())]),
            Block::List((1..=60).map(item).collect()),
            Block::Paragraph(vec![Span::Text("the very end".into())]),
        ],
        ..Doc::default()
    };
    let face = answer(&doc, Reader::default(), true, Language::Spanish);
    let content = face.body["content"].as_str().unwrap();
    assert!(content.ends_with("El texto completo está en el archivo de abajo."), "{content}");
    assert_eq!(face.body["attachments"], json!([{"id": 0, "filename": "message.txt"}]));
    let whole = String::from_utf8(face.file.unwrap().bytes).unwrap();
    assert!(whole.contains("A60 chairs *and* tables") && whole.ends_with("the very end"));
    let last = face.body["embeds"].as_array().unwrap().last().unwrap()["description"].as_str().unwrap();
    assert!(last.ends_with('…'), "{last}");
}

#[test]
fn whoever_sees_no_embeds_reads_the_beginning_of_what_is_too_long_for_the_content() {
    let long = "a word ".repeat(400);
    let doc = Doc { blocks: vec![Block::Paragraph(vec![Span::Said(long.clone())])], ..Doc::default() };
    let face = answer(&doc, Reader::default(), true, Language::English);
    let content = face.body["content"].as_str().unwrap();
    assert!(content.starts_with("a word a word") && content.ends_with('…') && length(content) > 1_900, "{content}");
    assert_eq!((&face.body["embeds"][0]["description"], face.file), (&json!(long), None));
}

/// What people typed, and what of it Discord is given: never markup, never a call.
#[test]
fn what_people_typed_is_words_alone() {
    let cases = [
        ("*a* _b_ ~~c~~ `d` ||e||", r"\*a\* \_b\_ \~\~c\~\~ \`d\` \|\|e\|\|"),
        ("# a\n- b\n 1. c\n> d\n-# e", "\\# a\n\\- b\n 1\\. c\n\\> d\n\\-# e"),
        ("a-b #1 1.5 +", "a-b #1 1.5 +"),
        ("+ x\n10. y\n2) z", "\\+ x\n10\\. y\n2\\) z"),
        ("[win](https://evil.example)", r"\[win\](https\://evil.example)"),
        ("see https://a.example/x_y*z, ok", r"see <https://a.example/x_y*z>, ok"),
        ("http://", r"http\://"),
        ("steam://run", r"steam\://run"),
        ("@everyone @Here me@hereford", "@\u{2060}everyone @\u{2060}Here me@\u{2060}hereford"),
        ("https://a.example/@everyone", "<https://a.example/@\u{2060}everyone>"),
        (
            "<@1> <#2> <@&3> </ask:4> <t:5:F> <a:b:6> <id:guide>",
            "\\<\u{2060}@1> \\<\u{2060}#2> \\<\u{2060}@&3> \\<\u{2060}/ask:4> \\<\u{2060}t:5:F> \\<\u{2060}a:b:6> \\<\u{2060}id:guide>",
        ),
        ("<3 a < b", r"\<3 a \< b"),
        ("10:00", "10:00"),
        ("a\r# b", "a# b"),
        ("\\*", r"\\\*"),
    ];
    for (typed, given) in cases {
        assert_eq!(markdown::markdown(&vec![Span::Said(typed.into())]), given, "{typed}");
    }
    let line = vec![
        Span::Strong("*now*".into()),
        Span::Code("ask `x` @here\ny".into()),
        Span::Text(" ".into()),
        Span::Literal("in:eastbank".into()),
        Span::Strong(String::new()),
        Span::When { at: Timestamp::from_second(60).unwrap(), shown: "on Thursday".into(), lead: "on ".into() },
    ];
    let given = "**\\*now\\***`/ask words:'x' @\u{2060}here y` `in:eastbank`on <t:60:F> (<t:60:R>)";
    assert_eq!(markdown::markdown(&line), given);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        r"\PC{0,40}",
        r"([*_~`|>#\[\]()<:@\\\n -]|https://|<@1>|@everyone|👩‍👩‍👧‍👦|e\u{301}{9}|1\.){0,60}",
        ("[a-z*👩🏽]{1,9} ?", 0..400_usize).prop_map(|(word, times)| word.repeat(times)),
    ]
}

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![
        text().prop_map(Span::Said),
        text().prop_map(Span::Text),
        text().prop_map(Span::Strong),
        text().prop_map(Span::Code),
        text().prop_map(Span::Literal),
        (text(), 0..4_000_000_000_i64).prop_map(|(shown, second)| Span::When {
            at: Timestamp::from_second(second).unwrap(),
            shown,
            lead: "on ".into(),
        }),
    ]
}

fn line() -> impl Strategy<Value = Line> {
    proptest::collection::vec(span(), 0..4)
}

fn block() -> impl Strategy<Value = Block> {
    prop_oneof![
        line().prop_map(Block::Heading),
        line().prop_map(Block::Paragraph),
        proptest::collection::vec(line(), 0..12).prop_map(Block::List),
    ]
}

fn button() -> impl Strategy<Value = Button> {
    let command = prop_oneof![
        (1..99_u32).prop_map(|id| format!("done P{id}")),
        (1..99_u32).prop_map(|id| format!("pledge A{id} what: by:")),
        (1..9_999_999_u32).prop_map(|id| format!("adjust P{id} nudges:off")),
        Just("dance".to_owned()),
        text(),
    ];
    let sign = proptest::option::of(proptest::sample::select(Sign::ALL.to_vec()));
    (text(), command, sign).prop_map(|(label, command, sign)| Button { label, command, sign })
}

fn doc() -> impl Strategy<Value = Doc> {
    let picture = text().prop_map(|alt| Picture {
        name: "kept.png".into(),
        mime: "image/png".into(),
        bytes: vec![1],
        width: 1,
        height: 1,
        alt,
    });
    let parts = (
        proptest::collection::vec(block(), 0..9),
        proptest::collection::vec(button(), 0..40),
        proptest::option::of(picture),
    );
    parts.prop_map(|(blocks, buttons, picture)| Doc { blocks, buttons, picture })
}

/// Every number of Discord's about messages; it counts characters, and so does this.
fn accepted(face: &Face) -> Result<(), TestCaseError> {
    let body = &face.body;
    let count = |value: &Value| value.as_str().unwrap_or_default().chars().count();
    prop_assert!((1..=2_000).contains(&count(&body["content"])), "{}", count(&body["content"]));
    prop_assert!(!body["content"].as_str().unwrap().trim().is_empty());
    let embeds = body["embeds"].as_array().unwrap();
    prop_assert!(embeds.len() <= 10);
    prop_assert!(embeds.iter().map(|embed| count(&embed["description"])).sum::<usize>() <= 6_000);
    for embed in embeds {
        prop_assert!((1..=4_096).contains(&count(&embed["description"])));
        prop_assert!(!embed["description"].as_str().unwrap().trim().is_empty());
    }
    let rows = body["components"].as_array().unwrap();
    prop_assert!(rows.len() <= 5);
    let mut ids = std::collections::BTreeSet::new();
    for row in rows {
        let buttons = row["components"].as_array().unwrap();
        prop_assert!((1..=5).contains(&buttons.len()));
        for button in buttons {
            prop_assert!((1..=80).contains(&count(&button["label"])));
            prop_assert!((1..=100).contains(&count(&button["custom_id"])));
            prop_assert!(!button["label"].as_str().unwrap().trim().is_empty());
            prop_assert!(ids.insert(button["custom_id"].as_str().unwrap()), "{button} twice");
            prop_assert!(Custom::read(button["custom_id"].as_str().unwrap()).is_ok(), "{button}");
        }
    }
    prop_assert!(count(&body["nonce"]) <= 25);
    prop_assert_eq!(body["attachments"].as_array().unwrap().len(), usize::from(face.file.is_some()));
    prop_assert!(count(&body["attachments"][0]["description"]) <= 1_024);
    let words = body["content"].as_str().into_iter().chain(embeds.iter().filter_map(|e| e["description"].as_str()));
    for text in words {
        let lower = text.to_lowercase();
        prop_assert!(!lower.contains("@everyone") && !lower.contains("@here"));
        prop_assert!(!text.contains("<@1>"));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn discord_never_has_a_reason_to_refuse_a_message(doc in doc(), calls in any::<bool>(), spanish in any::<bool>()) {
        let language = if spanish { Language::Spanish } else { Language::English };
        let reader = Reader { calls: calls.then_some("1234567890123456789"), community: Some("eastbank") };
        accepted(&answer(&doc, reader, true, language))?;
        let face = message(&letter(person(), doc.clone()), reader);
        accepted(&face)?;
        let first = face.body["components"][0]["components"][0]["custom_id"].as_str();
        prop_assert_eq!(first.and_then(custom::key), Some(KEY));
        if let Some(file) = face.file.filter(|file| file.name == "message.txt") {
            let whole = String::from_utf8(file.bytes).unwrap();
            let said = doc.blocks.iter().flat_map(|block| match block {
                Block::Heading(line) | Block::Paragraph(line) => line.clone(),
                Block::List(lines) => lines.concat(),
            });
            for span in said {
                prop_assert!(whole.contains(span.text().trim_end()), "{span:?} is lost");
            }
        }
    }
}
