//! Presses: a button does what typing its command does and never more; taken back, it undoes what nobody else has heard of,
//! and of the rest it says how to mend it.

use barnraiser::engine::clock::Clock as _;
use barnraiser::engine::inbound::{Answer, Audience, Body, Cause, Inbound, Place, Reply};
use barnraiser::engine::{Defaults, Heard};
use barnraiser::speech::message::{Message, Stays};
use jiff::SignedDuration;

use crate::console::defaults;
use crate::rig::{Rig, chicago, read};

/// Two lamps, of which hana has pledged one.
async fn eastbank() -> Rig {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps need:2").await;
    rig.say("hana", "pledge A1 what:\"a lamp\" by:2026-03-11").await;
    rig
}

async fn press(rig: &mut Rig, who: &str, command: &str) -> Reply {
    let pressed = rig.does(who, Body::Pressed(command.to_owned()));
    rig.hear(pressed).await
}

/// Presses, and keeps the press to take it back.
async fn pressed(rig: &mut Rig, who: &str, command: &str) -> String {
    let pressed = rig.does(who, Body::Pressed(command.to_owned()));
    let event = pressed.event.clone();
    rig.hear(pressed).await;
    event
}

async fn let_go(rig: &mut Rig, who: &str, press: &str) -> Heard {
    let gone = rig.does(who, Body::LetGo(press.to_owned()));
    rig.engine().hear(gone).await.unwrap()
}

async fn count(rig: &Rig, of: &'static str) -> i64 {
    sqlx::query_scalar(of).fetch_one(&mut rig.file().await).await.unwrap()
}

const PRESSES: &str = "select count(*) from presses";
const MAYBES: &str = "select count(*) from maybes";
const PLEDGES: &str = "select count(*) from pledges";

#[tokio::test]
async fn a_press_makes_no_pledge_however_complete_its_command_is() {
    let mut rig = eastbank().await;
    for command in ["pledge A1 what: by:", "pledge A1", "pledge A1 what:\"a lamp\" by:friday", "prometo a1 by:friday x"]
    {
        let reply = press(&mut rig, "bea", command).await;
        assert_eq!(reply.cause, Cause::Refusal, "{command}");
        assert!(read(&reply).contains("/pledge A1 what:\"…\" by:2026-03-12"), "{command}: {}", read(&reply));
    }
    assert_eq!(count(&rig, PLEDGES).await, 1);
    // Nor does it invite somebody to what they cannot pledge to.
    let own = press(&mut rig, "dev", "pledge A1 what: by:").await;
    assert!(read(&own).contains("your own ask"), "{}", read(&own));
    rig.say("dev", "withdraw A1").await;
    let gone = press(&mut rig, "bea", "pledge A1 what: by:").await;
    assert!(read(&gone).contains("no longer needed"), "{}", read(&gone));
    assert_eq!(count(&rig, PRESSES).await, 0, "none of them did anything");
}

#[tokio::test]
async fn a_maybe_pressed_twice_stays_and_taken_back_goes() {
    let mut rig = eastbank().await;
    let first = pressed(&mut rig, "bea", "maybe A1").await;
    // On the card in another room, or by a client that lost count.
    let second = press(&mut rig, "bea", "maybe A1").await;
    assert_eq!(second.message, Message::MaybeRecorded { ask: "A1".parse().map(ask).unwrap() });
    assert_eq!((count(&rig, MAYBES).await, count(&rig, PRESSES).await), (1, 1));
    rig.crash().await;
    // Who is a maybe by a word of their own does not end it by taking back somebody else's press.
    rig.say("luis", "maybe A1").await;
    assert_eq!(let_go(&mut rig, "luis", &first).await, Heard::Silently, "somebody else's");
    assert_eq!(let_go(&mut rig, "bea", "no such event").await, Heard::Silently);
    assert_eq!(count(&rig, MAYBES).await, 2);
    let Heard::Reply(gone) = let_go(&mut rig, "bea", &first).await else { panic!("no answer") };
    assert!(read(&gone).contains("no longer a maybe"), "{}", read(&gone));
    assert_eq!((count(&rig, MAYBES).await, count(&rig, PRESSES).await), (1, 0));
    assert_eq!(let_go(&mut rig, "bea", &first).await, Heard::Silently, "once");

    // Typed, it still goes with the second time; and there is nothing left to take back then.
    let again = pressed(&mut rig, "bea", "maybe A1").await;
    rig.say("bea", "maybe A1").await;
    assert_eq!(let_go(&mut rig, "bea", &again).await, Heard::Silently);
    assert_eq!(count(&rig, MAYBES).await, 1, "luis");
}

fn ask(id: barnraiser::domain::Ref) -> barnraiser::domain::AskId {
    let barnraiser::domain::Ref::Ask(ask) = id else { panic!("no ask: {id}") };
    ask
}

#[tokio::test]
async fn another_day_is_asked_for_by_name_and_only_of_whoever_has_the_pledge() {
    let mut rig = eastbank().await;
    let which = press(&mut rig, "hana", "adjust P1 by:").await;
    assert_eq!((which.cause, which.audience), (Cause::Refusal, Audience::Only));
    insta::assert_snapshot!(read(&which), @"Which day would suit P1? Send it with your day, for example: /adjust P1 by:2026-03-12");
    let other = press(&mut rig, "bea", "adjust P1 by:").await;
    assert!(read(&other).contains("someone else's pledge"), "{}", read(&other));
    rig.say("hana", "done P1").await;
    let done = press(&mut rig, "hana", "adjust P1 by:").await;
    assert!(read(&done).contains("done already"), "{}", read(&done));
}

#[tokio::test]
async fn the_same_checks_stand_before_a_press_as_before_a_typed_word() {
    let mut rig = eastbank().await;
    for (who, command) in [("bea", "done P1"), ("hana", "confirm P1"), ("bea", "handback P1"), ("bea", "care")] {
        let typed = rig.try_say(who, command).await;
        let pressed = press(&mut rig, who, command).await;
        assert_eq!((pressed.cause, pressed.message), (Cause::Refusal, typed.message), "{who}: {command}");
    }
    rig.say_directly("dev", "ask A quiet word visibility:private").await;
    let hidden = press(&mut rig, "bea", "maybe A2").await;
    let absent = press(&mut rig, "bea", "maybe A99").await;
    assert_eq!(read(&hidden).replace("A2", "A99"), read(&absent));
    let unseen = press(&mut rig, "bea", "pledge A2 what: by:").await;
    assert_eq!(read(&unseen), read(&hidden), "nor does a beginning tell that it is there");
}

#[tokio::test]
async fn what_others_have_heard_of_stays_and_its_mending_is_told_to_one_person_alone() {
    let mut rig = eastbank().await;
    let mut told = Vec::new();
    for (who, command) in
        [("hana", "done P1"), ("dev", "stillneeded P1"), ("hana", "handback P1"), ("dev", "confirm P2")]
    {
        if command == "confirm P2" {
            rig.say("hana", "pledge A1 what:lamps by:2026-03-12").await;
        }
        let press = pressed(&mut rig, who, command).await;
        let states = "select group_concat(state || version) from pledges";
        let before: String = sqlx::query_scalar(states).fetch_one(&mut rig.file().await).await.unwrap();
        let Heard::Reply(reply) = let_go(&mut rig, who, &press).await else { panic!("{command}: no answer") };
        let after: String = sqlx::query_scalar(states).fetch_one(&mut rig.file().await).await.unwrap();
        assert_eq!((before, reply.audience), (after, Audience::Private), "{command}");
        told.push(read(&reply));
        assert_eq!(let_go(&mut rig, who, &press).await, Heard::Silently, "{command}");
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    P1 stays recorded as done. If it isn't done yet, the person who asked can open it again with /stillneeded P1
    P1 stays open. If it did arrive: /confirm P1
    P1 stays handed back. You are welcome to help after all, with a new pledge: /pledge A1 what:"…" by:…
    P2 stays recorded as kept. If something is still missing, please ask for it anew: /ask …
    "#);
}

#[tokio::test]
async fn reminders_stopped_by_a_press_come_again_when_it_is_taken_back() {
    let mut rig = eastbank().await;
    let stop = pressed(&mut rig, "hana", "adjust P1 nudges:off").await;
    rig.say("hana", "adjust P1 nudges:on").await;
    assert_eq!(let_go(&mut rig, "hana", &stop).await, Heard::Silently, "they are on already");
    let stop = pressed(&mut rig, "hana", "adjust P1 nudges:off").await;
    assert!(matches!(let_go(&mut rig, "hana", &stop).await, Heard::Reply(_)));
    rig.advance(chicago("2026-03-09 09:00")).await;
    assert_eq!(rig.world.nudges().len(), 1);
    let stop = pressed(&mut rig, "hana", "adjust P1 nudges:off").await;
    rig.say("hana", "done P1").await;
    assert_eq!(let_go(&mut rig, "hana", &stop).await, Heard::Silently, "nobody is reminded of what is done");
}

#[tokio::test]
async fn what_a_press_is_remembered_by_has_nobodys_words_and_goes_with_the_inbox() {
    let mut rig = Rig::eastbank_with(Defaults { retention_days: 30, ..defaults() }).await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("hana", "pledge A1 what:lamps by:2026-03-11").await;
    press(&mut rig, "hana", "done P1 my secret note").await;
    press(&mut rig, "bea", "maybe A1").await;
    press(&mut rig, "bea", "needs").await;
    let kept: Vec<(String, String)> = sqlx::query_as("select account, command from presses order by event")
        .fetch_all(&mut rig.file().await)
        .await
        .unwrap();
    let expected = [("hana", "done P1"), ("bea", "maybe A1")].map(|(who, what)| (who.to_owned(), what.to_owned()));
    assert_eq!(kept, expected);
    rig.wait(SignedDuration::from_hours(24 * 32)).await;
    assert_eq!((count(&rig, PRESSES).await, count(&rig, "select count(*) from inbox").await), (0, 0));
}

#[tokio::test]
async fn a_press_heard_again_after_a_fall_is_one_press() {
    let mut rig = eastbank().await;
    let press = rig.does("hana", Body::Pressed("done P1".to_owned()));
    let outbox = Inbound { answer: Answer::Outbox, ..press };
    assert_eq!(rig.engine().hear(outbox.clone()).await, Ok(Heard::Queued));
    rig.crash().await;
    assert_eq!(rig.engine().hear(outbox.clone()).await, Ok(Heard::Again));
    let gone = Inbound { answer: Answer::Outbox, ..rig.does("hana", Body::LetGo(outbox.event)) };
    assert_eq!(rig.engine().hear(gone.clone()).await, Ok(Heard::Queued));
    assert_eq!(rig.engine().hear(gone).await, Ok(Heard::Silently), "there is no press left to be taken back");
    rig.settle().await;
    let posts = rig.world.posts();
    let told: Vec<_> = posts.iter().filter(|post| post.text.contains("stays recorded as done")).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].to, "dm:hana", "in the channel nobody needs to read it");
}

/// The message a button is under belongs to one community; in a direct chat the press itself does not say which.
#[tokio::test]
async fn in_a_direct_chat_a_press_does_nothing_in_the_wrong_community() {
    let mut rig = eastbank().await;
    for text in ["ask A lift", "pledge A1 what:\"a lift\" by:2026-03-12"] {
        let who = if text.starts_with("ask") { "luis" } else { "hana" };
        let said = rig.inbound_in("millrace", who, text);
        assert_eq!(rig.hear(said).await.cause, Cause::Reply, "{text}");
    }
    let place =
        Place::Direct { id: "with-hana".to_owned(), shared: vec!["eastbank".to_owned(), "millrace".to_owned()] };
    let unclear = Inbound { place: place.clone(), ..rig.does("hana", Body::Pressed("done P1".to_owned())) };
    let reply = rig.hear(unclear).await;
    assert!(read(&reply).contains("in:eastbank") && read(&reply).contains("in:millrace"), "{}", read(&reply));
    let clear = Inbound {
        place: place.clone(),
        ..rig.does("hana", Body::Pressed("adjust P1 nudges:off in:eastbank".to_owned()))
    };
    let event = clear.event.clone();
    assert_eq!(rig.hear(clear).await.community.as_deref(), Some("eastbank"));
    // Taken back, it is about the community it was pressed in, wherever they spoke last.
    let elsewhere = rig.inbound_in("millrace", "hana", "mine");
    rig.hear(elsewhere).await;
    let gone = Inbound { place, ..rig.does("hana", Body::LetGo(event)) };
    assert_eq!(rig.hear(gone).await.community.as_deref(), Some("eastbank"));
    let begun = rig.does_directly("hana", Body::Pressed("adjust P1 by: in:eastbank".to_owned()));
    assert!(read(&rig.hear(begun).await).contains("Which day would suit P1"));
    assert!(rig.clock.now() < chicago("2026-03-11 00:00"));
}

#[tokio::test]
async fn a_button_without_a_sign_that_is_taken_back_says_that_it_stays() {
    let mut rig = eastbank().await;
    let press = pressed(&mut rig, "dev", "withdraw A1").await;
    let Heard::Reply(reply) = let_go(&mut rig, "dev", &press).await else { panic!("no answer") };
    assert_eq!(reply.message, Message::StaysRecorded(Stays::Other));
}
