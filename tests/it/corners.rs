//! Corners of a community's life where one thing meets another: the second time, the change of mind, the day after.

use barnraiser::engine::Heard;
use barnraiser::engine::inbound::{Answer, Cause};
use barnraiser::engine::parcel::{Extent, Outcome, Receipt};
use jiff::SignedDuration;
use sqlx::ConnectOptions as _;

use crate::console::{Played, barnraiser, feed};
use crate::rig::{Post, Rig, chicago};

impl Rig {
    /// Everything said since a count of posts, after all that is due is done.
    async fn news(&self, since: usize) -> Vec<Post> {
        self.settle().await;
        self.world.posts().split_off(since)
    }
}

fn about<'a>(posts: &'a [Post], to: &str, cause: Cause) -> Vec<&'a Post> {
    posts.iter().filter(|post| post.to == to && post.cause == cause).collect()
}

#[test]
fn a_console_that_is_opened_again_hears_everything() {
    let folder = tempfile::tempdir().unwrap();
    let mut said = Vec::new();
    for line in ["ana: /offer Sewing", "ana: /offer Bread"] {
        let mut console = barnraiser();
        console.args(["console", "--json", "--script", "-", "--data"]).arg(folder.path());
        let out = feed(&mut console, &format!(":now 2030-03-05 18:00 UTC\n{line}\n"));
        said.extend(Played::read(std::str::from_utf8(&out.stdout).unwrap()).said);
    }
    let refs: Vec<_> = said.into_iter().map(|said| said.refs).collect();
    assert_eq!(refs, [["O1"], ["O2"]]);
}

#[test]
fn the_end_of_the_calendar_is_not_its_beginning() {
    let mut console = barnraiser();
    console.args(["console", "--json", "--script", "-"]);
    let out = feed(&mut console, ":now 9999-12-30 20:00 America/Chicago\nana: /offer Sewing\n");
    let said = Played::read(std::str::from_utf8(&out.stdout).unwrap()).said;
    assert_eq!(said.iter().map(|said| said.at.to_string()).collect::<Vec<_>>(), ["9999-12-30T22:00:00Z"]);
}

#[tokio::test]
async fn silence_after_a_new_date_ends_in_a_note_of_its_own() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("omar", "pledge A1 what:\"lamps\" by:\"2026-03-06 17:00\"").await;
    rig.advance(chicago("2026-03-25 18:00")).await;
    assert!(rig.say("amara", "care").await.contains("P1"));
    rig.say("omar", "adjust P1 by:2026-04-10").await;
    assert!(!rig.say("amara", "care").await.contains("P1"), "omar has answered");
    rig.advance(chicago("2026-05-10 18:00")).await;
    assert!(rig.say("amara", "care").await.contains("P1"));
    let posts = rig.world.posts();
    let notes = about(&posts, "dm:amara", Cause::Care);
    assert_eq!(notes.iter().map(|p| p.at.strftime("%F").to_string()).collect::<Vec<_>>(), ["2026-03-13", "2026-04-11"]);
}

#[tokio::test]
async fn a_second_hand_back_of_one_pledge_is_told_as_well() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Four lamps need:4").await;
    rig.say("omar", "pledge A1 what:\"lamps\" amount:4 by:2026-03-20").await;
    rig.say("omar", "done P1 amount:2").await;
    let mut told = 0;
    for text in ["handback P1", "handback P1"] {
        let before = rig.world.posts().len();
        rig.say("omar", text).await;
        told += about(&rig.news(before).await, "dm:dev", Cause::Notice).len();
        let _ = rig.try_say("dev", "stillneeded P1").await;
    }
    assert_eq!(told, 2);
}

#[tokio::test]
async fn an_ask_made_private_keeps_its_helpers_and_is_hidden_from_its_maybes() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("luis", "maybe A1").await;
    rig.say("omar", "pledge A1 what:\"lamps\" by:\"2026-03-06 17:00\"").await;
    rig.say_directly("dev", "edit A1 Zanzibar quinoa visibility:private").await;
    rig.settle().await;
    let before = rig.world.posts().len();
    rig.say("omar", "handback P1").await;
    let news = rig.news(before).await;
    assert_eq!(about(&news, "dm:dev", Cause::Notice).len(), 1, "{news:#?}");
    assert_eq!(about(&news, "dm:luis", Cause::Notice), Vec::<&Post>::new());
}

#[tokio::test]
async fn what_waited_for_a_conveners_morning_is_not_for_somebody_who_stopped_being_one() {
    let mut rig = Rig::eastbank().await;
    rig.say("bea", "offer Bread").await;
    rig.say("amara", "convener add bea").await;
    rig.settle().await;
    rig.advance(chicago("2026-03-05 22:00")).await;
    rig.say_directly("dev", "ask Zanzibar quinoa visibility:anonymous").await;
    rig.say("amara", "convener remove bea").await;
    let before = rig.world.posts().len();
    rig.advance(chicago("2026-03-06 12:00")).await;
    let news = rig.world.posts().split_off(before);
    assert_eq!(about(&news, "dm:amara", Cause::Notice).len(), 1, "{news:#?}");
    assert_eq!(about(&news, "dm:bea", Cause::Notice), Vec::<&Post>::new());
}

#[tokio::test]
async fn whoever_turns_notices_off_at_night_is_told_nothing_in_the_morning() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.advance(chicago("2026-03-05 22:00")).await;
    rig.say("omar", "pledge A1 what:\"lamps\" by:2026-03-20").await;
    rig.say("dev", "me notices:off").await;
    rig.advance(chicago("2026-03-06 12:00")).await;
    assert_eq!(about(&rig.world.posts(), "dm:dev", Cause::Notice), Vec::<&Post>::new());
}

#[tokio::test]
async fn a_digest_that_is_called_off_is_neither_posted_nor_said_to_be() {
    let mut rig = Rig::eastbank().await;
    rig.say("amara", "gathering new when:\"2026-05-20 18:00\"").await;
    rig.say("amara", "gathering cancel G1").await;
    for text in ["digest post G1", "digest hold G1"] {
        assert_eq!(rig.try_say("amara", text).await.cause, Cause::Refusal, "{text}");
    }
}

#[tokio::test]
async fn a_schedule_that_comes_twice_a_day_leaves_nothing_out_of_the_digests() {
    let mut rig = Rig::eastbank().await;
    rig.say("amara", "community settings weekly:\"0 9,18 * * *\"").await;
    rig.advance(chicago("2026-03-06 10:00")).await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("omar", "pledge A1 what:\"lamps\" by:2026-03-20").await;
    rig.say("omar", "done P1").await;
    rig.say("dev", "confirm P1").await;
    rig.say("dev", "thanks P1 Zanzibar").await;
    rig.advance(chicago("2026-03-07 12:00")).await;
    let posts = rig.world.posts();
    let digests = about(&posts, "public:eastbank", Cause::Digest);
    assert_eq!(digests.iter().filter(|post| post.text.contains("Zanzibar")).count(), 1, "{digests:#?}");
}

#[tokio::test]
async fn what_was_surely_not_sent_is_asked_again_before_it_is() {
    let quarantine = SignedDuration::from_secs(90);
    for outcome in [
        Outcome::Later { after: SignedDuration::from_mins(10), of: Extent::Route },
        Outcome::Unknown { reason: "timeout".to_owned() },
    ] {
        let defaults = barnraiser::engine::Defaults { quarantine, ..crate::console::defaults() };
        let mut rig = Rig::eastbank_with(defaults).await;
        rig.say("dev", "ask Two lamps").await;
        rig.say("omar", "pledge A1 what:\"lamps\" by:2026-03-11").await;
        rig.advance(chicago("2026-03-09 08:59")).await;
        rig.clock.set(chicago("2026-03-09 09:00"));
        rig.tick().await;
        let parcel = rig.claim().await.unwrap();
        assert_eq!(parcel.cause, Cause::Nudge);
        rig.engine().receipt(Receipt::new(parcel.row, outcome)).await.unwrap();
        rig.say("omar", "done P1").await;
        rig.wait(SignedDuration::from_hours(1)).await;
        assert_eq!(rig.world.nudges(), []);
    }
}

#[tokio::test]
async fn nothing_is_asked_again_of_an_ask_that_was_taken_back() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Four lamps need:4").await;
    rig.say("omar", "pledge A1 what:\"lamps\" amount:4 by:2026-03-20").await;
    rig.say("omar", "done P1 amount:2").await;
    rig.say("dev", "withdraw A1").await;
    rig.settle().await;
    let posts = rig.world.posts();
    let card = about(&posts, "public:eastbank", Cause::Card).pop().unwrap();
    assert!(!card.text.contains("/maybe"), "{}", card.text);
    assert_eq!(rig.try_say("dev", "stillneeded P1").await.cause, Cause::Refusal);
    rig.advance(chicago("2026-05-01 12:00")).await;
    assert_eq!(rig.world.nudges(), []);
}

#[tokio::test]
async fn a_day_that_comes_twice_to_a_traveller_loses_no_nudge() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps need:2").await;
    rig.say("omar", "me zone:Pacific/Auckland").await;
    rig.say("omar", "pledge A1 what:\"lamps\" by:2026-03-12").await;
    rig.say("omar", "pledge A1 what:\"bulbs\" by:2026-03-13").await;
    // The tenth, 09:00, in Auckland; and then once more in Chicago.
    rig.advance("2026-03-09T20:30:00Z".parse().unwrap()).await;
    assert_eq!(rig.world.nudges().len(), 1);
    rig.say("omar", "me zone:America/Chicago").await;
    rig.say("omar", "adjust P2 by:\"2026-03-12 23:00\"").await;
    rig.advance(chicago("2026-03-10 12:00")).await;
    assert_eq!(rig.world.nudges().len(), 2);
}

#[tokio::test]
async fn the_first_words_in_a_new_place_may_be_refused() {
    let mut rig = Rig::eastbank().await;
    let first = rig.inbound_in("riverside", "bea", "pledge A1 what:x by:friday");
    let first = barnraiser::engine::inbound::Inbound { answer: Answer::Outbox, ..first };
    assert_eq!(rig.engine().hear(first).await.unwrap(), Heard::Queued);
    let news = rig.news(0).await;
    assert!(news[0].text.contains("A1") && !news[0].text.contains("broke"), "{news:#?}");
}

#[tokio::test]
async fn what_waits_behind_a_parked_card_is_not_looked_for_again_and_again() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.park().await;
    rig.say("dev", "edit A1 Three lamps").await;
    rig.wait(SignedDuration::from_hours(1)).await;
    assert_eq!(rig.claim().await, None);
    assert_eq!(rig.engine().agenda().await.unwrap().message, None);
    assert_eq!(rig.world.posts().iter().filter(|post| post.cause == Cause::Card).count(), 0);
}

#[tokio::test]
async fn a_timer_whose_thing_is_gone_ends() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    let mut db = sqlx::sqlite::SqliteConnectOptions::new().filename(rig.database()).connect().await.unwrap();
    sqlx::query(
        "insert into timers (community_id, name, kind, number, civil, zone, at) \
         values (1, 'silence:P7', 'silence', 7, '2026-03-05T18:00:00', 'UTC', 0)",
    )
    .execute(&mut db)
    .await
    .unwrap();
    assert_eq!(rig.engine().tick().await.unwrap().0, 1);
    assert_eq!(rig.engine().tick().await.unwrap().0, 0);
}

#[tokio::test]
async fn whoever_is_back_early_is_told_and_reminded_as_if_they_had_not_left() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps need:2").await;
    rig.say("omar", "pledge A1 what:\"a lamp\" by:2026-03-12").await;
    rig.say("omar", "me away:2026-03-30").await;
    rig.say("dev", "me away:2026-03-30").await;
    rig.say("bea", "pledge A1 what:\"the other\" by:2026-03-20").await;
    rig.advance(chicago("2026-03-11 12:00")).await;
    let before = rig.world.posts().len();
    rig.say("omar", "me away:off").await;
    rig.say("dev", "me away:off").await;
    let news = rig.news(before).await;
    assert_eq!(about(&news, "dm:omar", Cause::Nudge).len(), 1, "the reminder of the tenth comes now: {news:?}");
    assert_eq!(about(&news, "dm:dev", Cause::Notice).len(), 1, "what bea pledged is told now: {news:?}");
}

/// Amara sleeps while it is day in Chicago.
async fn amara_is_in_tokyo() -> Rig {
    let mut rig = Rig::eastbank().await;
    rig.say("amara", "me zone:Asia/Tokyo").await;
    rig
}

#[tokio::test]
async fn a_care_note_that_waited_for_the_morning_is_not_told_of_somebody_who_has_answered() {
    let mut rig = amara_is_in_tokyo().await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("omar", "pledge A1 what:\"lamps\" by:\"2026-03-06 17:00\"").await;
    rig.advance(chicago("2026-03-13 12:00")).await;
    rig.say("omar", "done P1").await;
    rig.say("dev", "stillneeded P1").await;
    rig.advance(chicago("2026-03-14 12:00")).await;
    let posts = rig.world.posts();
    assert_eq!(
        about(&posts, "dm:amara", Cause::Care),
        Vec::<&Post>::new(),
        "omar was asked anew, and has not been silent"
    );
    rig.advance(chicago("2026-03-25 12:00")).await;
    assert_eq!(about(&rig.world.posts(), "dm:amara", Cause::Care).len(), 1, "and in the end he was");
}

#[tokio::test]
async fn a_gathering_that_is_moved_before_its_preview_is_read_has_one_preview() {
    let mut rig = amara_is_in_tokyo().await;
    rig.say("amara", "gathering new when:\"2026-05-20 18:00\"").await;
    let due = chicago("2026-05-16 09:00");
    rig.advance(due + SignedDuration::from_hours(1)).await;
    let waiting: i64 = sqlx::query_scalar("select count(*) from outbox where cause = 'preview' and state = 'ready'")
        .fetch_one(&mut rig.file().await)
        .await
        .unwrap();
    assert_eq!(waiting, 1, "it waits for amara's morning");
    rig.say("amara", "gathering move G1 when:\"2026-05-21 18:00\"").await;
    rig.advance(chicago("2026-05-18 08:00")).await;
    let posts = rig.world.posts();
    let previews = about(&posts, "dm:amara", Cause::Preview);
    assert_eq!(previews.len(), 1, "{previews:#?}");
}
