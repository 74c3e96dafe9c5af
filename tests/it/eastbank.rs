//! Six weeks in Eastbank, played by the real binary: `tests/stories/eastbank.script`, with what must come of it.

use std::collections::BTreeSet;

use barnraiser::engine::inbound::Cause;
use jiff::Timestamp;

use crate::console::{Console, Played, Said, barnraiser, feed, play, story};
use crate::rig::{Rig, chicago};

/// Every nudge of the six weeks, and no other.
const NUDGES: [&str; 18] = [
    "2026-03-08T14:00Z dm:luis P9",
    "2026-03-09T14:00Z dm:hana P1",
    "2026-03-10T14:00Z dm:keisha P6 P7",
    "2026-03-12T14:00Z dm:bea P2",
    "2026-03-12T14:00Z dm:omar P3",
    "2026-03-14T14:00Z dm:keisha P6 P7",
    "2026-03-15T14:00Z dm:pia P10",
    "2026-03-16T14:00Z dm:noor P4",
    "2026-03-17T14:00Z dm:keisha P7",
    "2026-03-18T14:00Z dm:bea P8",
    "2026-03-18T14:00Z dm:omar P5",
    "2026-03-22T14:00Z dm:pia P11",
    "2026-03-25T14:00Z dm:omar P5",
    "2026-03-29T14:00Z dm:hana P13",
    "2026-04-08T14:00Z dm:bea P14",
    "2026-04-08T14:00Z dm:hana P15",
    "2026-04-08T14:00Z dm:omar P16",
    "2026-04-13T14:00Z dm:omar P16",
];

const PEOPLE: [&str; 12] =
    ["amara", "luis", "pia", "dev", "rosa", "tomasz", "hana", "omar", "keisha", "bea", "noor", "sol"];

fn script() -> String {
    story("eastbank.script")
}

fn has_word(text: &str, word: &str) -> bool {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|found| found == word)
}

/// The messages of a cause at a minute, UTC.
fn at<'a>(played: &'a Played, minute: &str, cause: &str) -> Vec<&'a Said> {
    let minute: Timestamp = minute.parse().unwrap();
    played.said.iter().filter(|said| said.at == minute && said.cause == cause).collect()
}

fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort();
    rows
}

#[test]
fn eighteen_nudges_and_no_other() {
    // Two people's nudges of the same minute are in no order.
    assert_eq!(sorted(play(&script()).rows("nudge")), NUDGES);
}

#[test]
fn the_other_messages_are_there() {
    let played = play(&script());

    let free = at(&played, "2026-03-13T21:05:00Z", "notice");
    let readers: Vec<&str> = free.iter().map(|said| said.to.as_str()).collect();
    assert_eq!(readers, ["dm:dev", "dm:luis"]);
    for notice in &free {
        assert_eq!(notice.refs, ["A2"], "a freed spot names no pledge, since that has an owner");
        assert!(notice.text.contains("A2") && notice.text.contains("10:00"), "{}", notice.text);
        assert!(!has_word(&notice.text, "omar"), "{}", notice.text);
    }
    insta::assert_snapshot!(free[0].text, @"A spot on your ask A2 is free again, for tomorrow (Saturday 14 March), 10:00: “Two people who can rewire a lamp safely, Sat 14 March 10:00.”. I am telling everyone who was a maybe. If you know someone who could, a word from you is quickest.");
    insta::assert_snapshot!(free[1].text, @r#"A spot on A2 is free again, for tomorrow (Saturday 14 March), 10:00: “Two people who can rewire a lamp safely, Sat 14 March 10:00.”. You were a maybe for it; if it doesn't suit you, that is fine. If you can: /pledge A2 what:"…" by:"2026-03-14 10:00""#);

    assert_eq!(played.rows("care"), ["2026-03-20T14:00Z dm:amara P7"]);
    let care = at(&played, "2026-03-20T14:00:00Z", "care");
    insta::assert_snapshot!(care[0].text, @"P7 for A5 is unanswered. keisha had it for Friday 13 March. A word from you may help; I won't write to them about it again.");

    let moved = at(&played, "2026-03-20T15:00:00Z", "notice");
    assert_eq!(moved.iter().map(|said| said.row()).collect::<Vec<_>>(), ["2026-03-20T15:00Z dm:rosa A3 P5"]);
    insta::assert_snapshot!(moved[0].text, @"omar changed P5 for your ask A3. It now reads: “I'll name an interpreter for 1 April”, by Friday 27 March. Their note: “the language department is on break”. If that is too late for you, look wider: /edit A3 …");

    let released = at(&played, "2026-03-23T17:00:00Z", "notice");
    assert_eq!(released.iter().map(|said| said.row()).collect::<Vec<_>>(), ["2026-03-23T17:00Z dm:pia A7 P11"]);
    insta::assert_snapshot!(released[0].text, @"P11, “24 March”, is no longer needed: A7 was taken back. Thank you for being ready to help. Other things people look for: /needs");

    assert_eq!(played.rows("preview"), ["2026-04-12T14:00Z dm:amara G2"]);
    assert_eq!(played.rows("digest"), ["2026-04-13T14:00Z public G2"]);
}

#[test]
fn the_digest_says_what_was_kept_and_what_is_still_needed() {
    let played = play(&script());
    let digest = at(&played, "2026-04-13T14:00:00Z", "digest");
    insta::assert_snapshot!(digest[0].text, @r"
    Eastbank Collaboratory: what we kept, what we still look for

    Kept since 5 March: 12 of 16 pledges. 1 in hand, 1 no longer needed, 2 handed back, and both were picked up by someone else.

    8 of 11 asks met.

    Thanks
    - dev: “Nineteen lamps, four toasters and a talking bear went home working. Room B made it possible.” (P1)
    - rosa: “Gracias, Noor. Tres familias entendieron por fin la cláusula de desalojo.” (P4)

    Still looking
    - A10 (0 of 2) Two adults with a current first-aid certificate, boat-shed Saturdays from 25 April.
    - A11 Childcare for the lease night, Wed 22 April 18:00-20:00, about six children. · by Wednesday 22 April, 18:00

    In hand
    - A9 Someone to read my grant letter, one hour, before Friday 17 April. · agreed for Wednesday

    Bring an ask on Thursday. We meet on Thursday 16 April, 18:00: Library Room B.
    ");
    let preview = at(&played, "2026-04-12T14:00:00Z", "preview");
    assert!(preview[0].text.contains(&digest[0].text), "what a convener looks at is what everyone will read");
}

#[test]
fn the_totals_at_the_end() {
    let played = play(&script());
    assert_eq!(played.reports.len(), 1);
    let expected = serde_json::json!({"report": {
        "asks": {
            "met": ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8"], "in_hand": ["A9"], "open": ["A10", "A11"], "withdrawn": [],
        },
        "pledges": {
            "kept": ["P1", "P2", "P4", "P5", "P6", "P8", "P9", "P10", "P12", "P13", "P14", "P15"],
            "open": ["P16"], "handed_back": ["P3", "P7"], "released": ["P11"],
        },
        "thanks": 2,
    }});
    assert_eq!(played.reports[0], expected);
}

#[test]
fn every_message_of_the_six_weeks_as_people_read_it() {
    let out = feed(barnraiser().args(["console", "--script", "-"]), &script());
    assert!(out.status.success());
    let transcript = String::from_utf8(out.stdout).unwrap();
    insta::with_settings!({ snapshot_path => "../stories", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("eastbank", transcript);
    });
}

#[test]
fn a_private_ask_stays_between_its_people() {
    let played = play(&script());
    let insiders = ["sol", "amara", "luis", "pia"];
    let words = ["lifts", "clinic", "appointment", "sol"];
    let mut heard_by = BTreeSet::new();
    for said in &played.said {
        let told = words.iter().any(|word| has_word(&said.text, word));
        let named = ["a7", "p9", "p10", "p11"].iter().any(|id| has_word(&said.text, id));
        match said.reader() {
            Some(who) if insiders.contains(&who) => {
                if told {
                    heard_by.insert(who.to_owned());
                }
                assert!(
                    !["luis", "pia"].contains(&who) || !has_word(&said.text, "sol"),
                    "the invited read words, no name: {said:?}"
                );
            }
            _ => assert!(!told && !named, "{said:?}"),
        }
    }
    assert_eq!(heard_by, insiders[1..].iter().map(|who| (*who).to_owned()).collect(), "whoever may read it, did");
}

#[test]
fn nobody_who_was_late_or_silent_or_handed_back_is_named_in_public() {
    let played = play(&script());
    let public: Vec<&Said> = played.said.iter().filter(|said| said.is_public()).collect();
    assert!(public.len() > 25, "there is much to read: {}", public.len());
    for said in public {
        for who in ["omar", "keisha"] {
            assert!(!has_word(&said.text, who), "{said:?}");
        }
        if said.cause == "card" {
            for who in PEOPLE {
                assert!(!has_word(&said.text, who), "a card names nobody: {said:?}");
            }
        }
    }
}

#[test]
fn a_crash_after_every_line_changes_nothing() {
    let crashing: String = script().lines().map(|line| format!("{line}\n:crash\n")).collect();
    assert_eq!(play(&crashing), play(&script()));
}

#[test]
fn the_machines_own_zone_does_not_matter() {
    let here = play(&script());
    for zone in ["Asia/Tokyo", "Pacific/Apia", "America/St_Johns", "nonsense"] {
        let out = feed(barnraiser().env("TZ", zone).args(["console", "--script", "-", "--json"]), &script());
        assert!(out.status.success(), "{zone}");
        assert_eq!(Played::read(&String::from_utf8(out.stdout).unwrap()), here, "{zone}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let run = || feed(barnraiser().args(["console", "--script", "-", "--json", "--seed", "7"]), &script()).stdout;
    let first = run();
    assert!(!first.is_empty());
    assert!(first == run());
}

/// The story with the bot off from 12 March 08:00 to 15 March 12:00, and what of the story's lines people still say.
async fn off_for_three_days(keep: impl Fn(&str) -> bool) -> Vec<Said> {
    let script = script();
    let (before, after) = script.split_once(":now 2026-03-12 17:00").unwrap();
    let (meanwhile, _) = after.split_once(":now 2026-03-16 16:00").unwrap();
    let mut console = Console::open().await;
    console.play(before).await;
    console.line(":now 2026-03-12 08:00").await;
    assert_eq!(console.line(":offline until 2026-03-15 12:00").await, []);
    let kept: Vec<&str> = meanwhile.lines().filter(|line| line.starts_with(":now") || keep(line)).collect();
    assert_eq!(console.play(&kept.join("\n")).await, [], "the bot is off");
    let said = console.line(":now 2026-03-15 12:00").await;
    let back: Timestamp = chicago("2026-03-15 12:00");
    assert!(said.iter().all(|said| said.at == back), "{said:#?}");
    said
}

fn nudges(said: &[Said]) -> Vec<String> {
    let nudges = said.iter().filter(|said| said.cause == "nudge");
    sorted(nudges.map(|said| format!("{} {}", said.to, said.refs.join(" "))).collect())
}

#[tokio::test]
async fn after_three_days_off_each_is_asked_once() {
    let said = off_for_three_days(|_| false).await;
    assert_eq!(nudges(&said), ["dm:bea P2", "dm:keisha P6 P7", "dm:omar P3", "dm:pia P10"]);
    let text = |who: &str| said.iter().find(|s| s.cause == "nudge" && s.reader() == Some(who)).unwrap().text.clone();
    insta::assert_snapshot!(text("bea"), @r"
    A short question about what you promised:
    - P2 for A2: “Count me in, I'll bring a tester”. It was for Saturday 14 March, 10:00: did it happen?

    Any answer is a good one. A new date or handing back needs no reason.

    Done: /done P2
    New date: /adjust P2 by:
    Hand back: /handback P2
    Stop: /adjust P2 nudges:off
    ");
    insta::assert_snapshot!(text("keisha"), @r"
    A short question about what you promised:
    - P6 for A4: “Our credit union can print all of them”. It was for Thursday 12 March: did it happen?
    - P7 for A5: “I'll introduce you to our broker”. It was for Friday 13 March: did it happen?

    Any answer is a good one. A new date or handing back needs no reason.

    P6: Done: /done P6
    P6: New date: /adjust P6 by:
    P6: Hand back: /handback P6
    P6: Stop: /adjust P6 nudges:off
    P7: Done: /done P7
    P7: New date: /adjust P7 by:
    P7: Hand back: /handback P7
    P7: Stop: /adjust P7 nudges:off
    ");
}

#[tokio::test]
async fn what_was_handed_back_meanwhile_is_not_asked_about() {
    let said = off_for_three_days(|line| line.starts_with("omar@dm: /handback P3")).await;
    assert_eq!(nudges(&said), ["dm:bea P2", "dm:keisha P6 P7", "dm:pia P10"]);
    let about_p3 = |s: &&Said| s.reader() == Some("omar") && s.cause != "reply";
    assert_eq!(said.iter().find(about_p3), None);
    // The day it was for is over, so nobody is told that a spot is free tomorrow.
    assert!(!said.iter().any(|s| s.text.contains("spot is free")), "{said:#?}");
}

#[tokio::test]
async fn whatever_people_said_meanwhile_is_heard_before_anyone_is_asked() {
    let said = off_for_three_days(|_| true).await;
    assert_eq!(nudges(&said), ["dm:keisha P7", "dm:pia P10"]);
    let refused: Vec<&Said> = said.iter().filter(|s| s.cause == "refusal").collect();
    insta::assert_snapshot!(refused.iter().map(|s| format!("{}: {}", s.to, s.text)).collect::<Vec<_>>().join("\n---\n"), @r"
    only:luis: “2026-03-14 10:00” is over already. Which day to come is it? For example: by:2026-03-22
    ---
    only:luis: There is no P12 that you can see. /mine shows yours.
    ---
    only:dev: There is no P12 that you can see. /mine shows yours.
    ");
}

/// Luis has promised something for Tuesday 08:15: his reminder is due on Sunday 8 March, 09:00.
async fn sunday_reminder() -> Rig {
    let mut rig = Rig::eastbank().await;
    rig.say("sol", "ask Three lifts need:3").await;
    rig.say("luis", "pledge A1 what:\"a lift\" by:\"2026-03-10 08:15\"").await;
    rig.advance(chicago("2026-03-07 21:00")).await;
    assert_eq!(rig.world.nudges(), []);
    rig
}

#[tokio::test]
async fn nothing_is_early_when_the_machines_clock_is_wrong() {
    for wrong in ["1970-01-01 00:00", "2026-03-07 20:00", "2026-03-05 00:00"] {
        let mut rig = sunday_reminder().await;
        let before = rig.world.posts().len();
        rig.fall().await;
        rig.clock.set(chicago(wrong));
        rig.wake().await;
        rig.settle().await;
        assert_eq!(rig.engine().seen(), chicago("2026-03-07 21:00"), "{wrong}");
        assert_eq!(rig.world.posts().len(), before, "{wrong}");
        // Time stands still until the clock has caught up: what is said is not said in 1970.
        for (who, text) in [("luis", "mine"), ("hana", "pledge A1 what:\"a lift\" by:tomorrow")] {
            let mut inbound = rig.inbound(who, text);
            // The platform's own clock is right.
            inbound.at = chicago("2026-03-07 21:05");
            let reply = rig.hear(inbound).await;
            assert_eq!((reply.cause, reply.voice.now), (Cause::Reply, chicago("2026-03-07 21:00")), "{wrong}: {text}");
        }
        // The clock is put right, and Sunday morning comes when it comes.
        rig.jump(chicago("2026-03-08 08:59")).await;
        assert_eq!(rig.world.nudges(), [], "{wrong}");
        rig.jump(chicago("2026-03-08 09:00")).await;
        let nudges = rig.world.nudges();
        assert_eq!(nudges.len(), 1, "{wrong}");
        assert_eq!(nudges[0].at, "2026-03-08T14:00:00Z".parse::<Timestamp>().unwrap(), "{wrong}");
    }
}

#[tokio::test]
async fn a_clock_set_back_while_the_bot_runs_says_nothing_twice() {
    let rig = sunday_reminder().await;
    rig.jump(chicago("2026-03-08 09:00")).await;
    assert_eq!(rig.world.nudges().len(), 1);
    rig.jump(chicago("2026-03-08 08:00")).await;
    rig.advance(chicago("2026-03-08 12:00")).await;
    assert_eq!(rig.world.nudges().len(), 1);
}
