//! Promise 4, notice by notice: what was true when it was written down and is not any more when it is said, is not said.

use barnraiser::engine::inbound::Cause;

use crate::rig::{Post, Rig, chicago};

/// Everything told by notice to somebody so far.
fn told(rig: &Rig, who: &str) -> Vec<Post> {
    let to = format!("dm:{who}");
    rig.world.posts().into_iter().filter(|post| post.cause == Cause::Notice && post.to == to).collect()
}

/// Two lamps asked for by Dev, one of them promised by Hana, and all of that told.
async fn promised() -> Rig {
    let mut rig = Rig::eastbank().await;
    for who in ["luis", "bea"] {
        rig.say(who, "offer Soup").await;
    }
    rig.say("amara", "convener add bea").await;
    rig.say("dev", "ask Two lamps need:2").await;
    rig.say("hana", "pledge A1 what:\"a lamp\" amount:1 by:2026-03-11").await;
    rig.settle().await;
    rig
}

/// What somebody is told of `first`, and what they are told where `then` follows before it could be said.
async fn told_with_and_without(to: &str, first: &[(&str, &str)], then: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let mut heard = Vec::new();
    for more in [&[][..], then] {
        let mut rig = promised().await;
        let before = told(&rig, to).len();
        for (who, what) in first.iter().chain(more) {
            match who.strip_suffix("@dm") {
                Some(who) => rig.say_directly(who, what).await,
                None => rig.say(who, what).await,
            };
        }
        rig.settle().await;
        heard.push(told(&rig, to).split_off(before).into_iter().map(|post| post.text).collect());
    }
    let after = heard.pop().expect("two");
    (heard.pop().expect("two"), after)
}

#[tokio::test]
async fn what_is_not_so_any_more_is_not_told() {
    const FULL: &[(&str, &str)] = &[("luis", "pledge A1 what:\"lamps\" amount:2 by:2026-03-11")];
    for (to, first, then, word) in [
        (
            "dev",
            &[("luis", "pledge A1 what:\"a red lamp\" amount:1 by:2026-03-11")][..],
            &[("luis", "handback P2")][..],
            "red lamp",
        ),
        ("dev", &[("hana", "adjust P1 what:\"a blue lamp\"")], &[("hana", "handback P1")], "blue lamp"),
        ("dev", &[("hana", "done P1")], &[("dev", "confirm P1")], "confirm P1"),
        ("hana", &[("hana", "done P1"), ("dev", "stillneeded P1")], &[("hana", "done P1")], "P1"),
        ("dev", &[("hana", "handback P1")], FULL, "handed back"),
        ("bea", &[("sol@dm", "ask Xylophone visibility:private")], &[("amara", "convener remove bea")], "Xylophone"),
        (
            "luis",
            &[("sol@dm", "ask Xylophone visibility:private"), ("sol@dm", "invite A2 who:luis")],
            &[("sol@dm", "withdraw A2")],
            "Xylophone",
        ),
    ] {
        let (said, after) = told_with_and_without(to, first, then).await;
        assert!(said.iter().any(|text| text.contains(word)), "{to} is told of {word}: {said:#?}");
        assert!(!after.iter().any(|text| text.contains(word)), "{to} after {then:?}: {after:#?}");
    }
}

#[tokio::test]
async fn a_spot_that_was_free_too_late_is_not_told_and_a_filled_ask_asks_nobody() {
    let mut rig = promised().await;
    rig.say("luis", "maybe A1").await;
    rig.advance(chicago("2026-03-11 12:00")).await;
    rig.say("hana", "handback P1").await;
    // Nothing can be sent for half a day, and the day it was for is over.
    rig.clock.set(chicago("2026-03-12 10:00"));
    rig.settle().await;
    assert_eq!(told(&rig, "luis"), []);

    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask A ladder by:2026-03-10").await;
    rig.settle().await;
    // Its question falls due at nine, and before it is said somebody takes it.
    rig.clock.set(chicago("2026-03-12 09:00"));
    rig.tick().await;
    rig.say("luis", "pledge A1 what:\"a ladder\" by:2026-03-20").await;
    rig.settle().await;
    let told: Vec<String> = told(&rig, "dev").into_iter().map(|post| post.text).collect();
    assert!(told.iter().any(|text| text.contains("luis")), "{told:#?}");
    assert!(!told.iter().any(|text| text.contains("still needed")), "{told:#?}");
}

#[tokio::test]
async fn what_is_told_names_what_it_is_about_and_who_convenes_what() {
    let mut rig = promised().await;
    rig.say("hana", "done P1").await;
    rig.settle().await;
    let last = told(&rig, "dev").pop().expect("told");
    assert_eq!(last.refs, ["A1", "P1"]);
    let made = told(&rig, "bea").remove(0);
    assert!(made.text.contains("Eastbank"), "{}", made.text);
}

#[tokio::test]
async fn what_waited_for_a_convener_is_not_for_whoever_has_stopped_being_one() {
    for still in [true, false] {
        let mut rig = promised().await;
        rig.say("amara", "gathering new when:\"2026-04-16 18:00\"").await;
        rig.settle().await;
        rig.clock.set(chicago("2026-04-12 09:00"));
        rig.tick().await;
        if !still {
            rig.say("amara", "convener remove bea").await;
        }
        rig.settle().await;
        let seen = |cause: Cause| rig.world.posts().iter().any(|post| post.cause == cause && post.to == "dm:bea");
        assert_eq!((seen(Cause::Preview), seen(Cause::Care)), (still, false));
    }
}

#[tokio::test]
async fn nobody_hears_of_an_office_at_a_gathering_that_was_cancelled() {
    let called = ("amara", "gathering new when:\"2026-04-16 18:00\" facilitator:luis");
    let (said, after) = told_with_and_without("luis", &[called], &[("amara", "gathering cancel G1")]).await;
    assert_eq!((said.len(), after.len()), (1, 0), "{said:#?} {after:#?}");
}
