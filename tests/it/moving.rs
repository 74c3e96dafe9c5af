//! Rooms that are upgraded: the place goes on under another id, with its community, its people and what waited for it.

use barnraiser::domain::community::Platform;
use barnraiser::engine::clock::Clock as _;
use barnraiser::engine::inbound::{Answer, Cause, Inbound, Named, Roster};
use barnraiser::engine::parcel::{Destination, Outcome, Parcel, Receipt};
use barnraiser::ops::backup;
use jiff::SignedDuration;

use crate::afterwards::{copies, restore_into};
use crate::rig::{Post, Rig, account, chicago};

const HERE: Platform = Platform::Console;

async fn upgraded(rig: &Rig, from: &str, to: &str) {
    rig.engine().place_moved(HERE, from, to, to).await.unwrap();
}

fn since(rig: &Rig, before: usize) -> Vec<Post> {
    rig.world.posts().split_off(before)
}

async fn text(rig: &Rig, sql: &'static str) -> String {
    sqlx::query_scalar(sql).fetch_one(&mut rig.file().await).await.unwrap()
}

/// What somebody says where everyone hears it, to be answered there.
fn aloud(rig: &mut Rig, place: &str, who: &str, what: &str) -> Inbound {
    Inbound { answer: Answer::Outbox, ..rig.inbound_in(place, who, what) }
}

fn room(parcel: &Parcel) -> &str {
    match &parcel.destination {
        Destination::Place { id, .. } => id,
        other => panic!("not a place: {other:?}"),
    }
}

async fn ended(rig: &Rig, parcel: &Parcel, outcome: Outcome) {
    assert!(rig.engine().receipt(Receipt::new(parcel.row, outcome)).await.unwrap());
}

fn unknown() -> Outcome {
    Outcome::Unknown { reason: "timeout".to_owned() }
}

#[tokio::test]
async fn community_people_and_what_waits_move_along() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("dev", "ask A ladder").await;
    rig.say("bea", "ask Soup").await;
    rig.say("hana", "pledge A1 what:lamps by:2026-03-11").await;
    rig.settle().await;
    rig.say("bea", "withdraw A3").await;
    rig.settle().await;
    let luis = Named { typed: "luis".to_owned(), account: account("luis"), name: "luis".to_owned(), is_role: false };
    let (place, place_name) = ("eastbank".to_owned(), "eastbank".to_owned());
    rig.engine().roster(Roster { platform: HERE, place, place_name, conveners: vec![luis] }).await.unwrap();
    rig.say("amara", "gathering new when:\"2026-03-12 18:00\"").await;
    // An answer, a digest and an edit are on their way when the room is upgraded.
    let said = aloud(&mut rig, "eastbank", "dev", "offer Bread");
    rig.engine().hear(said.clone()).await.unwrap();
    rig.say("amara", "digest post").await;
    rig.say("dev", "edit A2 need:2").await;
    let before = rig.world.posts().len();
    upgraded(&rig, "eastbank", "hall").await;
    rig.crash().await;
    rig.settle().await;

    let posts = since(&rig, before);
    assert!(posts.iter().all(|post| post.to == "public:hall"), "{posts:?}");
    let seen: Vec<_> = posts.iter().map(|post| (post.cause, post.refs.join(" "))).collect();
    let card = |ask: &str| (Cause::Card, ask.to_owned());
    let digest = (Cause::Digest, "G1".to_owned());
    assert_eq!(seen, [(Cause::Reply, "O1".to_owned()), digest, card("A1"), card("A2")], "the open asks: {posts:?}");
    assert!(posts[3].text.contains("0 of 2"), "as it is now: {}", posts[3].text);
    assert_eq!(posts[0].answers, Some(said.event));
    // Heard twice it changes nothing.
    upgraded(&rig, "eastbank", "hall").await;
    rig.settle().await;
    assert_eq!(since(&rig, before).len(), posts.len());
    assert_eq!(
        text(&rig, "select group_concat(id || ref || coalesce(moved_to, '')) from places").await,
        "1eastbank2,2hall"
    );

    // The new cards are the ones that are edited; promises, standing and where people were seen are as before.
    rig.say_directly("hana", "handback P1").await;
    let edit = loop {
        let parcel = rig.claim().await.expect("the card is edited");
        if parcel.cause == Cause::Card {
            break parcel;
        }
        let receipt = rig.send(&parcel).await;
        assert!(rig.engine().receipt(receipt).await.unwrap());
    };
    assert_eq!((room(&edit), edit.edits.as_deref()), ("hall", Some(posts[2].key.as_str())));
    let setup = aloud(&mut rig, "hall", "luis", "community setup name:Eastbank zone:America/Chicago");
    let setup = Inbound { answer: Answer::Direct, ..setup };
    assert_eq!(rig.hear(setup).await.cause, Cause::Reply, "Luis still convenes");
    assert_eq!(text(&rig, "select 'seen in ' || seen_in from accounts where ref = 'dev'").await, "seen in 2");
    assert_eq!(text(&rig, "select count(*) || ' community' from communities").await, "1 community");
    let chairs = rig.inbound_in("hall", "dev", "ask Chairs");
    rig.hear(chairs).await;
    let cards = "select group_concat(place_id) from outbox where effect = 'card:A4:v1'";
    assert_eq!(text(&rig, cards).await, "2", "the old room is no place of it any more");
    assert_eq!(text(&rig, "select group_concat(distinct place_id) from cards").await, "2");
}

#[tokio::test]
async fn what_may_stand_in_the_old_room_is_looked_for_there() {
    for stands in [true, false] {
        let mut rig = Rig::eastbank().await;
        let said = aloud(&mut rig, "eastbank", "dev", "offer Bread");
        rig.engine().hear(said).await.unwrap();
        let answer = rig.claim().await.unwrap();
        if stands {
            let _ = rig.send(&answer).await;
        }
        ended(&rig, &answer, unknown()).await;
        upgraded(&rig, "eastbank", "hall").await;
        rig.crash().await;
        let look = rig.claim().await.expect("it is looked for");
        assert!(look.unresolved_since.is_some() && room(&look) == "eastbank" && look.key == answer.key);
        if stands {
            ended(&rig, &look, Outcome::Delivered { message: "there".to_owned() }).await;
            assert_eq!(rig.claim().await, None, "it was said");
            continue;
        }
        ended(&rig, &look, Outcome::Absent).await;
        let again = rig.claim().await.expect("it was not said");
        assert_eq!((room(&again), again.unresolved_since), ("hall", None));
        assert_ne!(again.key, answer.key, "it is another message, in another room");
        let receipt = rig.send(&again).await;
        assert!(rig.engine().receipt(receipt).await.unwrap());
        assert_eq!(rig.claim().await, None);
    }
}

#[tokio::test]
async fn a_card_nobody_can_account_for_blocks_no_new_one() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    let first = rig.claim().await.unwrap();
    ended(&rig, &first, unknown()).await;
    upgraded(&rig, "eastbank", "hall").await;
    let mut rooms = Vec::new();
    while let Some(parcel) = rig.claim().await {
        rooms.push((room(&parcel).to_owned(), parcel.unresolved_since.is_some()));
        let receipt = match parcel.unresolved_since {
            Some(_) => Receipt::new(parcel.row, Outcome::Absent),
            None => rig.send(&parcel).await,
        };
        assert!(rig.engine().receipt(receipt).await.unwrap());
    }
    rooms.sort();
    assert_eq!(rooms, [("eastbank".to_owned(), true), ("hall".to_owned(), false)]);
}

#[tokio::test]
async fn what_the_old_room_refused_while_it_was_upgraded_is_said_in_the_new_one() {
    for outcome in [Outcome::Closed { reason: "gone".to_owned() }, Outcome::Refused { reason: "gone".to_owned() }] {
        let mut rig = Rig::eastbank().await;
        let said = aloud(&mut rig, "eastbank", "dev", "offer Bread");
        rig.engine().hear(said).await.unwrap();
        let answer = rig.claim().await.unwrap();
        upgraded(&rig, "eastbank", "hall").await;
        ended(&rig, &answer, outcome).await;
        let again = rig.claim().await.expect("somebody waits for it");
        assert_eq!((room(&again), &again.message), ("hall", &answer.message));
    }
}

#[tokio::test]
async fn what_is_still_said_in_the_old_room_counts_and_is_answered_in_the_new_one() {
    let mut rig = Rig::eastbank().await;
    upgraded(&rig, "eastbank", "hall").await;
    let said = aloud(&mut rig, "eastbank", "dev", "ask Two lamps");
    rig.engine().hear(said).await.unwrap();
    // Who convenes the old room, and whether the bot leaves it, says nothing any more.
    let zoe = Named { typed: "zoe".to_owned(), account: account("zoe"), name: "zoe".to_owned(), is_role: false };
    let (place, place_name) = ("eastbank".to_owned(), "eastbank".to_owned());
    rig.engine().roster(Roster { platform: HERE, place, place_name, conveners: vec![zoe] }).await.unwrap();
    rig.engine().place_left(HERE, "eastbank").await.unwrap();
    rig.engine().place_back(HERE, "eastbank", "eastbank").await.unwrap();
    rig.settle().await;
    let posts = rig.world.posts();
    assert_eq!(posts.iter().map(|post| post.to.as_str()).collect::<Vec<_>>(), ["public:hall"; 2], "{posts:?}");
    assert_eq!(text(&rig, "select count(*) || ' standings' from standings").await, "0 standings");
    assert_eq!(text(&rig, "select count(*) || ' left' from places where left_at is not null").await, "0 left");
}

#[tokio::test]
async fn a_room_that_is_a_place_already_is_mixed_with_nothing() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.settle().await;
    let mut westbank = rig.inbound_in("westbank", "zoe", "ask A ladder");
    westbank.answer = Answer::Outbox;
    rig.engine().hear(westbank).await.unwrap();
    rig.settle().await;
    let before = rig.world.posts().len();
    for _ in 0..2 {
        upgraded(&rig, "eastbank", "westbank").await;
    }
    upgraded(&rig, "westbank", "westbank").await;
    upgraded(&rig, "nowhere", "anywhere").await;
    rig.settle().await;
    assert_eq!(since(&rig, before), []);
    let kept =
        "select group_concat(ref || community_id || (left_at is not null) || coalesce(moved_to, ''), ' ') from places";
    assert_eq!(text(&rig, kept).await, "eastbank11 westbank20");
    // The community is kept, as after any leaving, and ends in its time.
    assert_eq!(
        text(&rig, "select 'community ' || community_id from timers where name = 'ending'").await,
        "community 1"
    );
}

#[tokio::test]
async fn a_move_is_a_coming_back_and_a_room_may_move_back() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps by:2026-03-20").await;
    rig.say("hana", "pledge A1 what:lamps by:2026-03-11").await;
    rig.settle().await;
    rig.engine().place_left(HERE, "eastbank").await.unwrap();
    let before = rig.world.posts().len();
    rig.advance(chicago("2026-03-12 12:00")).await;
    assert_eq!(since(&rig, before), []);
    upgraded(&rig, "eastbank", "hall").await;
    rig.settle().await;
    let causes: Vec<_> = since(&rig, before).iter().map(|post| (post.to.clone(), post.cause)).collect();
    assert_eq!(causes, [("dm:hana".to_owned(), Cause::Nudge), ("public:hall".to_owned(), Cause::Card)]);
    assert_eq!(text(&rig, "select count(*) || ' endings' from timers where name = 'ending'").await, "0 endings");
    // Twice onwards, and from there to where it began.
    upgraded(&rig, "hall", "attic").await;
    upgraded(&rig, "attic", "eastbank").await;
    rig.crash().await;
    rig.settle().await;
    let last = rig.world.posts().pop().unwrap();
    assert_eq!((last.to.as_str(), last.cause), ("public:eastbank", Cause::Card));
    let said = aloud(&mut rig, "hall", "dev", "offer Bread");
    rig.engine().hear(said).await.unwrap();
    rig.settle().await;
    assert_eq!(rig.world.posts().pop().unwrap().to, "public:eastbank");
    assert_eq!(text(&rig, "select group_concat(ref) from places where moved_to is null").await, "eastbank");
}

#[tokio::test]
async fn a_backup_from_before_the_move_repeats_nothing() {
    let mut rig = Rig::eastbank().await;
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("b.tar");
    rig.say("dev", "ask Two lamps").await;
    rig.settle().await;
    let said = aloud(&mut rig, "eastbank", "dev", "offer Bread");
    rig.engine().hear(said).await.unwrap();
    backup::make(&rig.data(), &archive, backup::Existing::Keep, rig.clock.now()).await.unwrap();
    upgraded(&rig, "eastbank", "hall").await;
    rig.settle().await;
    let posts = rig.world.posts();
    assert_eq!(posts.iter().filter(|post| post.to == "public:hall").count(), 2, "the answer and the card: {posts:?}");
    restore_into(&mut rig, &archive).await;
    upgraded(&rig, "eastbank", "hall").await;
    rig.settle().await;
    rig.wait(SignedDuration::from_mins(30)).await;
    assert!(copies(&rig.world.posts()).values().all(|n| *n == 1), "{:?}", rig.world.posts());
    assert_eq!(rig.world.posts().len(), posts.len());
}
