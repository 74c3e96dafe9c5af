//! Buttons where they are messages of their own: under their message, in order, each once, whatever falls in between; and
//! nobody is told of one that could not be added.

use barnraiser::domain::community::Platform;
use barnraiser::engine::Next;
use barnraiser::engine::clock::Clock as _;
use barnraiser::engine::inbound::{Answer, Cause, Inbound};
use barnraiser::engine::parcel::{Outcome, Pace, Parcel, Rate, Receipt};
use barnraiser::speech::message::Message;
use jiff::SignedDuration;

use crate::console::defaults;
use crate::rig::{Post, Rig, chicago};

const QUARANTINE: SignedDuration = SignedDuration::from_secs(90);

fn buttons(rig: &Rig) -> Vec<Post> {
    rig.world.posts().into_iter().filter(|post| post.cause == Cause::Button).collect()
}

/// The signs under a message, in the order they were added.
fn under(rig: &Rig, message: &str) -> String {
    let mine = buttons(rig).into_iter().filter(|post| post.answers.as_deref() == Some(message));
    mine.map(|post| post.text).collect::<Vec<_>>().join(" ")
}

fn said(rig: &Rig, cause: Cause) -> Vec<Post> {
    rig.world.posts().into_iter().filter(|post| post.cause == cause).collect()
}

async fn end(rig: &Rig, parcel: &Parcel, outcome: Outcome) {
    assert!(rig.engine().receipt(Receipt::new(parcel.row, outcome)).await.unwrap());
}

fn wait(rig: &Rig, span: SignedDuration) {
    rig.clock.set(rig.clock.now() + span);
}

async fn eastbank() -> Rig {
    let rig = Rig::eastbank_with(barnraiser::engine::Defaults { quarantine: QUARANTINE, ..defaults() }).await;
    rig.world.seed();
    rig
}

/// Delivers what comes next, which is of this cause.
async fn deliver(rig: &Rig, cause: Cause) -> Parcel {
    let parcel = rig.claim().await.expect("something waits");
    assert_eq!((parcel.cause, parcel.unresolved_since), (cause, None));
    let receipt = rig.send(&parcel).await;
    assert!(rig.engine().receipt(receipt).await.unwrap());
    parcel
}

/// Hana's reminder about P1 is out, and its buttons wait.
async fn reminded() -> (Rig, Parcel) {
    let mut rig = eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("hana", "pledge A1 what:\"lamps\" by:2026-03-11").await;
    rig.advance(chicago("2026-03-09 08:59")).await;
    rig.clock.set(chicago("2026-03-09 09:00"));
    rig.tick().await;
    let nudge = deliver(&rig, Cause::Nudge).await;
    (rig, nudge)
}

#[tokio::test]
async fn a_card_has_its_buttons_once_however_often_it_is_edited() {
    let mut rig = eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.settle().await;
    let card = said(&rig, Cause::Card).remove(0);
    assert_eq!(under(&rig, &card.key), "🙋 💭");
    assert!(buttons(&rig).iter().all(|post| post.to == card.to && post.refs == ["A1"]));
    rig.say("hana", "pledge A1 what:\"lamps\" by:2026-03-11").await;
    rig.settle().await;
    rig.say_directly("hana", "handback P1").await;
    rig.settle().await;
    assert_eq!(said(&rig, Cause::Card).len(), 3, "two edits");
    assert_eq!(buttons(&rig).len(), 2, "and what was under it is under it still");
}

/// A platform may give an edit a name of its own; what is under the message is under the message.
#[tokio::test]
async fn an_edit_adds_nothing_to_what_it_edits_by_whatever_name_it_comes_back() {
    let mut rig = eastbank().await;
    rig.say("dev", "ask Two lamps need:2").await;
    rig.settle().await;
    rig.say("hana", "pledge A1 what:lamps by:2026-03-11").await;
    let mut edits = 0;
    while let Some(parcel) = rig.claim().await {
        let mut receipt = rig.send(&parcel).await;
        if parcel.edits.is_some() {
            assert_eq!(receipt.seeds.len(), 2);
            receipt.outcome = Outcome::Delivered { message: "another".to_owned() };
            edits += 1;
        }
        assert!(rig.engine().receipt(receipt).await.unwrap());
    }
    assert_eq!((edits, buttons(&rig).len()), (1, 2));
}

#[tokio::test]
async fn a_nudge_about_one_pledge_has_its_answers_and_one_about_two_has_none() {
    let (rig, nudge) = reminded().await;
    rig.settle().await;
    assert_eq!(under(&rig, &nudge.key), "✅ 📅 ↩️ 🔕");
    let mine: Vec<Post> = buttons(&rig).into_iter().filter(|post| post.answers.as_ref() == Some(&nudge.key)).collect();
    assert!(mine.iter().all(|post| post.to == "dm:hana" && post.refs == ["P1"]), "{mine:?}");
    // The last one has nothing left to stop.
    rig.advance(chicago("2026-03-16 09:00")).await;
    let last = rig.world.nudges().pop().unwrap();
    assert_ne!(last.key, nudge.key);
    assert_eq!(under(&rig, &last.key), "✅ 📅 ↩️");

    let mut rig = eastbank().await;
    rig.say("dev", "ask Two lamps need:2").await;
    for what in ["lamps", "wires"] {
        rig.say("hana", &format!("pledge A1 what:{what} by:2026-03-11")).await;
    }
    rig.advance(chicago("2026-03-09 09:00")).await;
    let both = rig.world.nudges().pop().unwrap();
    assert_eq!((both.refs.len(), under(&rig, &both.key)), (2, String::new()));
}

#[tokio::test]
async fn whoever_is_asked_whether_it_arrived_answers_with_a_press() {
    let mut rig = eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("hana", "pledge A1 what:lamps by:2026-03-11").await;
    rig.say("hana", "done P1").await;
    rig.settle().await;
    let asked =
        said(&rig, Cause::Notice).into_iter().find(|post| post.text.contains("P1") && post.text.contains("arrive"));
    assert_eq!(under(&rig, &asked.unwrap().key), "✅ ❗");
}

/// The program falls after each step in turn, and opens its files again.
#[tokio::test]
async fn a_fall_between_any_two_steps_neither_loses_a_button_nor_adds_it_twice() {
    async fn story(fall_at: u32) -> (Vec<String>, u32) {
        let mut rig = eastbank().await;
        rig.say("dev", "ask Two lamps").await;
        rig.say("dev", "ask Two chairs").await;
        let mut steps = 0;
        for _ in 0..40 {
            let Some(parcel) = rig.claim().await else {
                wait(&rig, QUARANTINE);
                continue;
            };
            for step in 0..3 {
                steps += 1;
                if steps == fall_at {
                    rig.crash().await;
                    break;
                }
                let receipt = match (step, parcel.unresolved_since) {
                    (0, None) => {
                        rig.send(&parcel).await;
                        continue;
                    }
                    (1, None) => Receipt { seeds: seeds(&rig, &parcel), ..delivered(&parcel) },
                    (1, Some(_)) if is_there(&rig, &parcel) => {
                        Receipt { seeds: seeds(&rig, &parcel), ..delivered(&parcel) }
                    }
                    (1, Some(_)) => Receipt::new(parcel.row, Outcome::Absent),
                    _ => continue,
                };
                assert!(rig.engine().receipt(receipt).await.unwrap());
            }
        }
        let cards = said(&rig, Cause::Card);
        (cards.iter().map(|card| under(&rig, &card.key)).collect(), steps)
    }
    let (calm, steps) = story(0).await;
    assert_eq!(calm, ["🙋 💭", "🙋 💭"]);
    assert!(steps >= 18, "{steps}");
    for fall_at in 1..=steps {
        assert_eq!(story(fall_at).await.0, calm, "a fall after step {fall_at} of {steps}");
    }
}

fn delivered(parcel: &Parcel) -> Receipt {
    Receipt::new(parcel.row, Outcome::Delivered { message: parcel.key.clone() })
}

fn is_there(rig: &Rig, parcel: &Parcel) -> bool {
    rig.world.posts().iter().any(|post| post.key == parcel.key)
}

/// What the courier adds to a receipt.
fn seeds(rig: &Rig, parcel: &Parcel) -> Vec<barnraiser::speech::sign::Sign> {
    use barnraiser::delivery::gateway::Gateway as _;
    rig.world.seeds(&barnraiser::speech::copy::say(&parcel.message, &parcel.voice))
}

#[tokio::test]
async fn a_card_found_by_a_lookup_gets_its_buttons_and_an_unknown_one_is_looked_for_before_the_next() {
    let mut rig = eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    let card = rig.claim().await.unwrap();
    rig.send(&card).await;
    end(&rig, &card, Outcome::Unknown { reason: "timeout".to_owned() }).await;
    rig.advance(rig.clock.now() + QUARANTINE).await;
    assert_eq!((rig.world.looks(), under(&rig, &card.key)), (1, "🙋 💭".to_owned()), "by the courier's own lookup");

    rig.say("dev", "ask Two chairs").await;
    deliver(&rig, Cause::Card).await;
    let first = rig.claim().await.unwrap();
    end(&rig, &first, Outcome::Unknown { reason: "timeout".to_owned() }).await;
    assert_eq!(rig.claim().await, None, "the second waits for the first");
    wait(&rig, QUARANTINE);
    let look = rig.claim().await.unwrap();
    assert_eq!((look.row, look.unresolved_since.is_some()), (first.row, true));
    end(&rig, &look, Outcome::Absent).await;
    let again = deliver(&rig, Cause::Button).await;
    assert_eq!(
        (again.key, again.message),
        (first.key, first.message),
        "not there: it is added after all, and as it was"
    );
    deliver(&rig, Cause::Button).await;
    assert_eq!(rig.claim().await, None);
}

#[tokio::test]
async fn what_was_handed_back_meanwhile_gets_no_more_buttons() {
    let (mut rig, nudge) = reminded().await;
    let done = rig.claim().await.unwrap();
    assert_eq!((done.cause, done.answers.as_ref()), (Cause::Button, Some(&nudge.key)));
    rig.say_directly("hana", "handback P1").await;
    end(
        &rig,
        &done,
        Outcome::Later { after: SignedDuration::from_secs(5), of: barnraiser::engine::parcel::Extent::Route },
    )
    .await;
    wait(&rig, SignedDuration::from_secs(5));
    rig.settle().await;
    assert_eq!(under(&rig, &nudge.key), "", "not even the first, which had not been taken");
}

#[tokio::test]
async fn a_button_that_made_no_sense_comes_when_it_does() {
    let mut rig = eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    let card = deliver(&rig, Cause::Card).await;
    rig.say("hana", "pledge A1 what:lamps by:2026-03-11").await;
    rig.settle().await;
    assert_eq!(under(&rig, &card.key), "💭", "somebody was quicker than its first button");
    rig.say_directly("hana", "handback P1").await;
    rig.settle().await;
    assert_eq!(under(&rig, &card.key), "💭 🙋");
}

#[tokio::test]
async fn nobody_hears_of_a_button_that_could_not_be_added_and_the_others_follow() {
    let refused = || Outcome::Refused { reason: "no reactions here".to_owned() };
    let closed = || Outcome::Closed { reason: "no reactions here".to_owned() };
    for outcome in [refused(), closed()] {
        let (mut rig, nudge) = reminded().await;
        // Seen to speak: there she would be asked for more.
        let seen = rig.inbound("hana", "mine");
        rig.engine().hear(Inbound { answer: Answer::Outbox, ..seen }).await.unwrap();
        deliver(&rig, Cause::Reply).await;
        let first = rig.claim().await.unwrap();
        end(&rig, &first, outcome).await;
        rig.settle().await;
        assert_eq!(under(&rig, &nudge.key), "📅 ↩️ 🔕");
        no_word_of_it(&mut rig).await;
    }

    // Where no sign may stand, words may.
    let mut rig = eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    deliver(&rig, Cause::Card).await;
    while let Some(button) = rig.claim().await {
        end(&rig, &button, closed()).await;
    }
    no_word_of_it(&mut rig).await;

    // Nobody can tell whether it is there.
    let (mut rig, nudge) = reminded().await;
    let first = rig.claim().await.unwrap();
    end(&rig, &first, Outcome::Unknown { reason: "timeout".to_owned() }).await;
    for _ in 0..30 {
        wait(&rig, QUARANTINE);
        let look = rig.claim().await.unwrap();
        assert_eq!(look.row, first.row);
        end(&rig, &look, Outcome::Unreadable { reason: "no permission".to_owned() }).await;
    }
    rig.settle().await;
    assert_eq!(under(&rig, &nudge.key), "📅 ↩️ 🔕");
    no_word_of_it(&mut rig).await;
}

/// Neither a notice to a convener, nor in the check, nor in the care list, nor a word in the channel.
async fn no_word_of_it(rig: &mut Rig) {
    let told = |post: &&Post| post.to == "dm:amara" || post.text.contains("can't write to you");
    assert_eq!(rig.world.posts().iter().filter(told).count(), 0);
    let check = rig.say_directly("amara", "community check").await;
    for sign in ["parked", "could not be delivered", "too late", "can't tell", "post or read"] {
        assert!(!check.contains(sign), "{check}");
    }
    let care = rig.say_directly("amara", "care").await;
    assert!(!care.contains("could not be delivered"), "{care}");
}

#[tokio::test]
async fn a_button_a_day_late_helps_nobody() {
    let mut rig = eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    deliver(&rig, Cause::Card).await;
    wait(&rig, SignedDuration::from_hours(24));
    rig.settle().await;
    assert_eq!(buttons(&rig), []);
}

#[tokio::test]
async fn buttons_come_after_every_message_and_leave_the_reserve_alone() {
    let pace = Pace { overall: None, each: Some(Rate { every: SignedDuration::from_secs(5), burst: 4, reserve: 1 }) };
    let mut rig = eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    deliver(&rig, Cause::Card).await;
    rig.say("dev", "ask Two chairs").await;
    let mut went = Vec::new();
    while let Next::Parcel(parcel) = rig.engine().claim(Platform::Console, pace).await.unwrap() {
        went.push((parcel.cause, parcel.message.clone()));
        let receipt = rig.send(&parcel).await;
        assert!(rig.engine().receipt(receipt).await.unwrap());
    }
    let causes: Vec<Cause> = went.iter().map(|(cause, _)| *cause).collect();
    assert_eq!(causes, [Cause::Card, Cause::Button, Cause::Button], "three of four, the card before the older buttons");
    assert!(matches!(went[1].1, Message::Button { .. }));
}
