//! What could not be decrypted: its sender is asked once to say it again, names and words of nobody, and nothing is done
//! twice when a key comes late.

use barnraiser::domain::community::{Language, Platform};
use barnraiser::engine::clock::Clock as _;
use barnraiser::engine::inbound::{Answer, Cause, Inbound, Place, Unread};
use barnraiser::engine::{Defaults, Heard};
use barnraiser::ops::backup;
use jiff::SignedDuration;

use crate::afterwards::{copies, restore_into};
use crate::console::defaults;
use crate::rig::{Post, Rig, account, chicago};

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// What reaches the bot of something somebody says in Eastbank's channel, encrypted, without the key.
fn locked(rig: &mut Rig, who: &str) -> (Unread, Inbound) {
    let mut inbound = rig.inbound(who, "ask A ladder");
    inbound.answer = Answer::Outbox;
    let unread = Unread {
        event: inbound.event.clone(),
        platform: Platform::Console,
        place: inbound.place.clone(),
        from: inbound.from.clone(),
        name: inbound.name.clone(),
        at: inbound.at,
    };
    (unread, inbound)
}

/// Somebody says something nobody can read; what it would be with the key comes back.
async fn says(rig: &mut Rig, who: &str) -> Inbound {
    let (unread, inbound) = locked(rig, who);
    rig.engine().unread(unread).await.unwrap();
    inbound
}

async fn waiting(rig: &Rig) -> Vec<String> {
    rig.engine().unread_events(Platform::Console).await.unwrap().into_iter().map(|(_, event)| event).collect()
}

fn requests(rig: &Rig) -> Vec<Post> {
    rig.world.posts().into_iter().filter(|post| post.text.contains("safely read")).collect()
}

#[tokio::test]
async fn ten_minutes_later_one_request_answers_the_newest_and_names_nobody() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "offer Soup").await;
    let first = says(&mut rig, "dev").await;
    rig.wait(minutes(6)).await;
    let second = says(&mut rig, "dev").await;
    let room = "eastbank".to_owned();
    let both = [&first, &second].map(|inbound| (room.clone(), inbound.event.clone()));
    assert_eq!(rig.engine().unread_events(Platform::Console).await.unwrap(), both);
    assert_eq!(rig.engine().unread_events(Platform::Matrix).await.unwrap(), []);
    rig.wait(minutes(3)).await;
    assert_eq!(requests(&rig), [], "a key may still come");
    let tidying = "select count(*) from timers where name = 'housekeeping'";
    let tidying: i64 = sqlx::query_scalar(tidying).fetch_one(&mut rig.file().await).await.unwrap();
    assert_eq!(tidying, 1, "it is armed beside that");
    rig.crash().await;
    rig.wait(minutes(1)).await;

    let [request] = requests(&rig).try_into().expect("one for both");
    assert_eq!((request.to.as_str(), request.cause), ("public:eastbank", Cause::Refusal));
    assert_eq!(request.answers, Some(second.event.clone()));
    assert_eq!(
        request.text,
        "I couldn't safely read 2 messages here. If they were meant for me, please send them again.\n\n\
         Most often the device it was sent from is brand new, its owner has not verified it yet, or it was sent without \
         encryption. If it happens again, verify that device in your app's settings, or write from another one."
    );
    assert_eq!(waiting(&rig).await, Vec::<String>::new(), "what was asked about is not tried again");
    // The key comes after all. Its words were said again by now, or were for somebody else.
    for late in [first, second] {
        assert_eq!(rig.engine().hear(late).await.unwrap(), Heard::Again);
    }
    rig.wait(days(2)).await;
    assert_eq!(requests(&rig).len(), 1);
}

#[tokio::test]
async fn what_is_read_in_time_is_done_once_and_nobody_is_asked() {
    let mut rig = Rig::eastbank().await;
    let (unread, inbound) = locked(&mut rig, "dev");
    rig.engine().unread(unread.clone()).await.unwrap();
    let chatter = says(&mut rig, "bea").await;
    rig.wait(minutes(9)).await;
    rig.engine().hear(inbound).await.unwrap();
    // Not for the bot, as it turns out.
    rig.engine().read_after_all(Platform::Console, &chatter.event).await.unwrap();
    assert_eq!(waiting(&rig).await, Vec::<String>::new());
    // The platform brings it once more, still locked: it was heard.
    rig.engine().unread(unread).await.unwrap();
    assert_eq!(waiting(&rig).await, Vec::<String>::new());
    rig.wait(days(1)).await;
    assert_eq!(requests(&rig), []);
    let asks: i64 = sqlx::query_scalar("select count(*) from asks").fetch_one(&mut rig.file().await).await.unwrap();
    assert_eq!(asks, 1);
}

#[tokio::test]
async fn the_same_event_twice_is_one_and_moves_no_request() {
    let mut rig = Rig::eastbank().await;
    let (unread, _) = locked(&mut rig, "dev");
    for wait in [9, 1] {
        rig.engine().unread(unread.clone()).await.unwrap();
        rig.wait(minutes(wait)).await;
    }
    let [request] = requests(&rig).try_into().expect("one");
    assert!(request.text.contains("safely read a message"), "{}", request.text);
}

#[tokio::test]
async fn a_person_is_asked_once_a_day_in_a_room_and_others_are_asked_too() {
    let mut rig = Rig::eastbank().await;
    says(&mut rig, "dev").await;
    rig.wait(minutes(10)).await;
    let quiet = says(&mut rig, "dev").await;
    says(&mut rig, "bea").await;
    rig.wait(minutes(30)).await;
    assert_eq!(requests(&rig).len(), 2, "Dev and Bea");
    // Nobody was asked to say it again, so a late key makes it heard.
    assert_eq!(waiting(&rig).await, vec![quiet.event.clone()]);
    rig.crash().await;
    assert_eq!(rig.engine().hear(quiet).await.unwrap(), Heard::Queued);
    // In another room they have not been asked; nor were they today, once a day has passed.
    let (mut elsewhere, _) = locked(&mut rig, "dev");
    elsewhere.place = Place::Public { id: "annex".to_owned(), name: "annex".to_owned(), server: None };
    rig.engine().unread(elsewhere).await.unwrap();
    rig.wait(minutes(10)).await;
    assert_eq!(requests(&rig).last().map(|post| post.to.clone()), Some("public:annex".to_owned()));
    rig.wait(days(1)).await;
    says(&mut rig, "dev").await;
    rig.wait(minutes(10)).await;
    assert_eq!(requests(&rig).len(), 4);
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_left_alone() {
    let mut rig = Rig::eastbank().await;
    // Read back by a bot that was away: said a day and a bit ago.
    let (mut old, _) = locked(&mut rig, "dev");
    old.at = rig.clock.now() - days(1) - minutes(1);
    rig.engine().unread(old).await.unwrap();
    assert_eq!(waiting(&rig).await, Vec::<String>::new());
    // Seen in time, but then the machine was off for more than a day.
    let inbound = says(&mut rig, "dev").await;
    rig.fall().await;
    rig.clock.set(rig.clock.now() + days(1) + minutes(11));
    rig.wake().await;
    rig.settle().await;
    assert_eq!(requests(&rig), []);
    assert_eq!(waiting(&rig).await, vec![inbound.event.clone()]);
    assert_eq!(rig.engine().hear(inbound).await.unwrap(), Heard::Queued, "its key came");
    // Or the platform was away when it was to be said.
    says(&mut rig, "bea").await;
    rig.clock.set(rig.clock.now() + minutes(10));
    rig.tick().await;
    rig.jump(rig.clock.now() + days(1)).await;
    assert_eq!(requests(&rig), []);
}

#[tokio::test]
async fn night_is_no_reason_to_wait_and_a_stranger_is_asked_in_the_installations_words() {
    let mut rig = Rig::open_with("2026-03-05 23:30", Defaults { language: Language::Spanish, ..defaults() }).await;
    let (mut unread, inbound) = locked(&mut rig, "zoe");
    unread.place = Place::Direct { id: "with-zoe".to_owned(), shared: Vec::new() };
    rig.engine().unread(unread).await.unwrap();
    rig.wait(minutes(10)).await;
    let posts = rig.world.posts();
    let [request] = posts.as_slice() else { panic!("one request: {posts:?}") };
    assert_eq!((request.to.as_str(), request.answers.as_ref()), ("dm:zoe", Some(&inbound.event)));
    assert!(request.text.starts_with("No pude leer con seguridad un mensaje"), "{}", request.text);
    let known: i64 =
        sqlx::query_scalar("select count(*) from communities").fetch_one(&mut rig.file().await).await.unwrap();
    assert_eq!(known, 0, "nobody became a member by it");
}

#[tokio::test]
async fn a_member_is_asked_in_their_own_language() {
    let mut rig = Rig::eastbank().await;
    rig.say("luis", "me language:es").await;
    says(&mut rig, "luis").await;
    rig.wait(minutes(10)).await;
    let posts = rig.world.posts();
    assert!(posts.last().is_some_and(|post| post.text.starts_with("No pude leer")), "{posts:?}");
}

#[tokio::test]
async fn a_room_full_of_noise_fills_no_disk() {
    let mut rig = Rig::eastbank().await;
    let mut all = Vec::new();
    for n in 0..205 {
        rig.clock.set(rig.clock.now() + SignedDuration::from_millis(1));
        all.push(says(&mut rig, &format!("stranger-{n}")).await.event);
    }
    let (mut elsewhere, _) = locked(&mut rig, "dev");
    elsewhere.place = Place::Public { id: "annex".to_owned(), name: "annex".to_owned(), server: None };
    rig.engine().unread(elsewhere.clone()).await.unwrap();
    let kept = waiting(&rig).await;
    assert_eq!((kept.len(), &kept[..200]), (201, &all[5..]), "the oldest of that room went");
    assert_eq!(kept[200], elsewhere.event);
}

#[tokio::test]
async fn after_a_week_nothing_of_it_is_left() {
    let mut rig = Rig::eastbank().await;
    says(&mut rig, "dev").await;
    rig.wait(minutes(10)).await;
    says(&mut rig, "dev").await;
    let count = "select (select count(*) from unread) + (select count(*) from unread_asked)";
    let left = async |rig: &Rig| -> i64 { sqlx::query_scalar(count).fetch_one(&mut rig.file().await).await.unwrap() };
    rig.advance(chicago("2026-03-12 12:00")).await;
    assert_eq!(left(&rig).await, 2);
    rig.advance(chicago("2026-03-13 12:00")).await;
    assert_eq!(left(&rig).await, 0);
    let armed: i64 = sqlx::query_scalar("select count(*) from timers where name = 'unread'")
        .fetch_one(&mut rig.file().await)
        .await
        .unwrap();
    assert_eq!(armed, 0);
}

#[tokio::test]
async fn a_restored_backup_asks_nobody_again() {
    let mut rig = Rig::eastbank().await;
    let room = tempfile::tempdir().unwrap();
    let archive = room.path().join("b.tar");
    says(&mut rig, "dev").await;
    backup::make(&rig.data(), &archive, backup::Existing::Keep, rig.clock.now()).await.unwrap();
    rig.wait(minutes(2)).await;
    let (second, _) = locked(&mut rig, "dev");
    rig.engine().unread(second.clone()).await.unwrap();
    rig.wait(minutes(8)).await;
    assert_eq!(requests(&rig).len(), 1);

    restore_into(&mut rig, &archive).await;
    rig.settle().await;
    // The room is read back, and brings what came after the backup.
    rig.engine().unread(second.clone()).await.unwrap();
    rig.wait(minutes(30)).await;
    assert!(copies(&rig.world.posts()).values().all(|n| *n == 1), "{:?}", requests(&rig));
    assert_eq!(requests(&rig).len(), 1);
    assert!(rig.world.looks() > 0, "it was looked for");
    assert_eq!(waiting(&rig).await, vec![second.event], "nobody was asked about that alone");
}

#[tokio::test]
async fn nothing_that_waits_for_a_key_holds_a_name() {
    let mut rig = Rig::eastbank().await;
    let (mut unread, _) = locked(&mut rig, "x77");
    unread.name = "Persephone".to_owned();
    unread.from = account("x77");
    rig.engine().unread(unread).await.unwrap();
    let row: String =
        sqlx::query_scalar("select json_object('event', event, 'room', room, 'account', account) from unread")
            .fetch_one(&mut rig.file().await)
            .await
            .unwrap();
    assert_eq!(row, r#"{"event":"event-2","room":"eastbank","account":"x77"}"#);
    let everywhere = crate::promises::in_the_files(&rig.data(), &["persephone"]);
    assert_eq!(everywhere.len(), 0, "{everywhere:?}");
}
