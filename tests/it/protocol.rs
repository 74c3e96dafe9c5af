//! The delivery protocol, step by step (DESIGN.md section 5): what the database refuses, what is looked for before it is sent
//! again, what waits for whom, and who hears of what could not be said.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use barnraiser::delivery::courier::{Courier, Step};
use barnraiser::delivery::gateway::{Gateway, Letter, Lookup, Sight};
use barnraiser::domain::community::Platform;
use barnraiser::engine::clock::Clock as _;
use barnraiser::engine::inbound::{Answer, Cause, Inbound};
use barnraiser::engine::parcel::{Extent, Outcome, Pace, Parcel, Rate, Receipt};
use barnraiser::engine::{Defaults, Next};
use jiff::{SignedDuration, Timestamp};
use sqlx::Row as _;

use crate::console::defaults;
use crate::rig::{Rig, chicago};

const QUARANTINE: SignedDuration = SignedDuration::from_secs(90);

fn careful() -> Defaults {
    Defaults { quarantine: QUARANTINE, ..defaults() }
}

async fn end(rig: &Rig, parcel: &Parcel, outcome: Outcome) {
    assert!(rig.engine().receipt(Receipt::new(parcel.row, outcome)).await.unwrap());
}

fn wait(rig: &Rig, span: SignedDuration) {
    rig.clock.set(rig.clock.now() + span);
}

fn unknown() -> Outcome {
    Outcome::Unknown { reason: "timeout".to_owned() }
}

fn later(seconds: i64) -> Outcome {
    Outcome::Later { after: SignedDuration::from_secs(seconds), of: Extent::Route }
}

/// Every step from every state, tried past the engine: what a bug would do, the database does not.
#[tokio::test]
async fn the_database_takes_no_step_that_the_protocol_does_not_know() {
    const STATES: [&str; 8] = ["ready", "sending", "unknown", "delivered", "failed", "parked", "cancelled", "expired"];
    // A row as it is in each state, after one attempt where there was one and one lookup where there can be one.
    let shape = |state: &str| match state {
        "ready" => "attempts = 0, unresolved = 0, unresolved_since = null, body = null, looks = 0",
        "sending" => "attempts = 1, unresolved = 1, unresolved_since = 5, body = 'b', looks = 0",
        "unknown" | "parked" => "attempts = 1, unresolved = 1, unresolved_since = 5, body = 'b', looks = 1",
        _ => {
            "attempts = 1, unresolved = 0, unresolved_since = null, body = null, meaning = '', message = 'm', looks = 0"
        }
    };
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    let row = rig.claim().await.unwrap().row;
    let mut db = rig.file().await;
    let mut taken = Vec::new();
    for from in STATES {
        for to in STATES.into_iter().filter(|to| *to != from) {
            // The trigger is put aside only to bring the row into the state to start from.
            let trigger: String = sqlx::query_scalar("select sql from sqlite_master where name = 'outbox_goes_on'")
                .fetch_one(&mut db)
                .await
                .unwrap();
            sqlx::raw_sql("drop trigger outbox_goes_on").execute(&mut db).await.unwrap();
            let set = format!(
                "update outbox set state = '{from}', absent_at = null, meaning = 'x', {} where id = {row}",
                shape(from)
            );
            let set = if shape(from).contains("meaning") { set.replace("meaning = 'x', ", "") } else { set };
            sqlx::raw_sql(sqlx::AssertSqlSafe(set)).execute(&mut db).await.unwrap();
            sqlx::raw_sql(sqlx::AssertSqlSafe(trigger)).execute(&mut db).await.unwrap();
            let step = format!(
                "update outbox set state = '{to}', absent_at = 7, unresolved_since = coalesce(unresolved_since, 5), \
                 attempts = attempts + ('{to}' = 'sending'), unresolved = unresolved + ('{to}' = 'sending'), key = coalesce(key, 'K'), \
                 message = 'm', body = iif('{to}' in ('sending', 'unknown', 'parked', 'ready'), 'b', null), \
                 meaning = iif('{to}' in ('delivered', 'failed', 'cancelled', 'expired'), '', meaning) where id = {row}"
            );
            if sqlx::raw_sql(sqlx::AssertSqlSafe(step)).execute(&mut db).await.is_ok() {
                taken.push(format!("{from} -> {to}"));
            }
        }
    }
    insta::assert_snapshot!(taken.join("\n"), @r"
    ready -> sending
    ready -> unknown
    ready -> parked
    ready -> cancelled
    ready -> expired
    sending -> ready
    sending -> unknown
    sending -> delivered
    sending -> failed
    unknown -> ready
    unknown -> delivered
    unknown -> parked
    parked -> unknown
    parked -> expired
    ");
}

#[tokio::test]
async fn an_unknown_attempt_is_never_followed_by_a_blind_one() {
    let mut rig = Rig::eastbank_with(careful()).await;
    rig.say("dev", "ask Two lamps").await;
    let first = rig.claim().await.unwrap();
    end(&rig, &first, unknown()).await;
    // Not even by a hand in the database.
    let blind = "update outbox set state = 'sending', attempts = 2, unresolved = 2 where state = 'unknown'";
    assert!(sqlx::raw_sql(blind).execute(&mut rig.file().await).await.is_err());
    wait(&rig, QUARANTINE);
    let look = rig.claim().await.unwrap();
    assert!(look.unresolved_since.is_some());
    end(&rig, &look, Outcome::Absent).await;
    let second = rig.claim().await.unwrap();
    assert_eq!((second.unresolved_since, second.attempt, &second.key), (None, 2, &first.key));
    // The platform asks to wait. This attempt was not taken; the first one may still be on its way.
    end(&rig, &second, later(3600)).await;
    wait(&rig, SignedDuration::from_secs(3600));
    let look = rig.claim().await.unwrap();
    assert!(look.unresolved_since.is_some(), "it is looked for again, not sent");
    end(&rig, &look, Outcome::Delivered { message: "m1".to_owned() }).await;
    assert_eq!(rig.claim().await, None);
    let rows: Vec<(i64, Option<String>)> =
        sqlx::query_as("select n, outcome from attempts order by n").fetch_all(&mut rig.file().await).await.unwrap();
    assert_eq!(rows, [(1, Some("unknown".to_owned())), (2, Some("later".to_owned()))], "the attempt log has both");
}

#[tokio::test]
async fn a_lookup_that_found_nothing_is_relied_on_only_at_once() {
    let mut rig = Rig::eastbank_with(careful()).await;
    rig.say("dev", "ask Two lamps").await;
    let first = rig.claim().await.unwrap();
    end(&rig, &first, unknown()).await;
    wait(&rig, QUARANTINE);
    let look = rig.claim().await.unwrap();
    end(&rig, &look, Outcome::Absent).await;
    rig.crash().await;
    wait(&rig, SignedDuration::from_hours(5));
    assert!(rig.claim().await.unwrap().unresolved_since.is_some(), "five hours later it may have arrived after all");
}

#[tokio::test]
async fn what_was_held_back_while_everybody_waited_is_looked_for_again() {
    let mut rig = Rig::eastbank_with(careful()).await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("dev", "ask Two chairs").await;
    let first = rig.claim().await.unwrap();
    end(&rig, &first, unknown()).await;
    wait(&rig, QUARANTINE);
    let (other, look) = (rig.claim().await.unwrap(), rig.claim().await.unwrap());
    assert_eq!((other.unresolved_since, look.key), (None, first.key.clone()));
    end(&rig, &first, Outcome::Absent).await;
    end(&rig, &other, Outcome::Later { after: SignedDuration::from_secs(20), of: Extent::Platform }).await;
    wait(&rig, SignedDuration::from_secs(20));
    let again = rig.claim().await.unwrap();
    assert_eq!(again.key, first.key);
    assert!(again.unresolved_since.is_some(), "a platform that lets go of what it held back may have let go of this");
}

/// A platform whose answers the test decides.
#[derive(Default)]
struct Moody {
    barred: AtomicBool,
    found: AtomicBool,
    sent: AtomicU32,
    looked: AtomicU32,
}

#[async_trait]
impl Gateway for Moody {
    fn platform(&self) -> Platform {
        Platform::Console
    }

    async fn deliver(&self, _: &Letter) -> Outcome {
        self.sent.fetch_add(1, Ordering::Relaxed);
        unknown()
    }

    async fn sight(&self, _: &Parcel) -> Sight {
        if self.barred.load(Ordering::Relaxed) { Sight::Barred("no permission".to_owned()) } else { Sight::Clear }
    }

    /// Like some platforms, it answers with nothing where it may not be read.
    async fn find(&self, parcel: &Parcel, _: Timestamp) -> Lookup {
        self.looked.fetch_add(1, Ordering::Relaxed);
        let found = self.found.load(Ordering::Relaxed) && !self.barred.load(Ordering::Relaxed);
        if found { Lookup::Found(parcel.key.clone()) } else { Lookup::Absent }
    }
}

/// Nobody can tell whether it arrived: it is not sent again, the conveners are told, and once they have mended what was in
/// the way and checked, it is found where it was all the time.
#[tokio::test]
async fn an_empty_history_without_permission_proves_nothing() {
    let mut rig = Rig::eastbank_with(careful()).await;
    rig.say("dev", "ask Two lamps").await;
    rig.settle().await;
    rig.say("hana", "pledge A1 what:\"lamps\" by:2026-03-11").await;
    rig.settle().await;
    rig.advance(chicago("2026-03-09 08:59")).await;
    rig.clock.set(chicago("2026-03-09 09:00"));
    rig.tick().await;
    let moody = Arc::new(Moody::default());
    let courier = Courier::new(rig.engine().clone(), Arc::clone(&moody) as Arc<dyn Gateway>);
    assert_eq!(courier.step().await.unwrap(), Step::Carried);
    assert_eq!(moody.sent.load(Ordering::Relaxed), 1, "hana's reminder, and nobody knows whether it arrived");
    moody.barred.store(true, Ordering::Relaxed);
    let mut tries = 0;
    for _ in 0..40 {
        wait(&rig, QUARANTINE);
        // Only until it is given up: what the conveners are told would be unknown as well.
        let state: String = sqlx::query_scalar("select state from outbox where cause = 'nudge'")
            .fetch_one(&mut rig.file().await)
            .await
            .unwrap();
        if state == "unknown" {
            courier.step().await.unwrap();
            tries += 1;
        }
    }
    assert_eq!(tries, 30, "for half an hour at least, and then a person has to look");
    assert_eq!(moody.sent.load(Ordering::Relaxed), 1, "never sent again");
    assert_eq!(moody.looked.load(Ordering::Relaxed), 0, "an empty answer is not even asked for");
    rig.settle().await;
    let told: Vec<_> = rig.world.posts().into_iter().filter(|post| post.text.contains("can't tell")).collect();
    assert_eq!(told.iter().map(|post| post.to.as_str()).collect::<Vec<_>>(), ["dm:amara"], "once, to the convener");
    assert!(!told[0].text.contains("hana") && !told[0].text.contains("lamps"), "{}", told[0].text);

    moody.barred.store(false, Ordering::Relaxed);
    moody.found.store(true, Ordering::Relaxed);
    rig.say("amara", "community check").await;
    while courier.step().await.unwrap() == Step::Carried {}
    assert_eq!(moody.sent.load(Ordering::Relaxed), 1);
    let state: String = sqlx::query_scalar("select state from outbox where cause = 'nudge'")
        .fetch_one(&mut rig.file().await)
        .await
        .unwrap();
    assert_eq!(state, "delivered");
}

/// Three at once for one place, then one every five seconds; one of the three is kept for what is not a card edit.
const PACE: Pace =
    Pace { overall: None, each: Some(Rate { every: SignedDuration::from_secs(5), burst: 3, reserve: 1 }) };

async fn claim(rig: &Rig) -> Result<Parcel, Option<Timestamp>> {
    match rig.engine().claim(Platform::Console, PACE).await.unwrap() {
        Next::Parcel(parcel) => Ok(*parcel),
        Next::Idle { until } => Err(until),
    }
}

#[tokio::test]
async fn each_place_has_its_own_pace_and_a_reply_finds_room_before_the_cards() {
    let mut rig = Rig::eastbank().await;
    for n in 0..4 {
        rig.say("dev", &format!("ask Lamp {n}")).await;
    }
    let (began, mut sent) = (rig.clock.now(), 0);
    let blocked = loop {
        match claim(&rig).await {
            Ok(parcel) => end(&rig, &parcel, Outcome::Delivered { message: format!("m{sent}") }).await,
            Err(until) => break until,
        }
        sent += 1;
    };
    assert_eq!((sent, blocked), (2, Some(began + SignedDuration::from_secs(5))), "two cards, the third has to wait");
    // A restart does not forget what was just sent.
    rig.crash().await;
    assert_eq!(claim(&rig).await, Err(blocked));
    // An answer in the same place takes what was kept for it.
    let asked = rig.inbound("bea", "maybe A1");
    let asked = Inbound { answer: Answer::Outbox, ..asked };
    rig.engine().hear(asked).await.unwrap();
    let answer = claim(&rig).await.unwrap();
    assert_eq!(answer.cause, Cause::Reply);
    end(&rig, &answer, Outcome::Delivered { message: "r".to_owned() }).await;
    assert_eq!(claim(&rig).await, Err(Some(began + SignedDuration::from_secs(10))), "and the cards wait for it");
    wait(&rig, SignedDuration::from_secs(10));
    assert_eq!(claim(&rig).await.unwrap().cause, Cause::Card);
}

/// Several couriers may ask at once: none of them is handed a second message for a room while the first is on its way there, and
/// what goes elsewhere does not wait for it.
#[tokio::test]
async fn what_goes_the_same_way_goes_one_after_the_other() {
    let mut rig = Rig::eastbank_with(careful()).await;
    rig.say("dev", "ask Lamp one").await;
    rig.say("dev", "ask Lamp two").await;
    let first = rig.claim().await.unwrap();
    assert_eq!(rig.claim().await, None, "the other card waits for the first");
    let mine = rig.inbound("bea", "mine");
    rig.engine().hear(Inbound { answer: Answer::Outbox, ..mine }).await.unwrap();
    let answer = rig.claim().await.expect("another way is open");
    assert_eq!(answer.cause, Cause::Reply);
    end(&rig, &first, unknown()).await;
    let second = rig.claim().await.expect("the first is not on its way any more, whatever became of it");
    assert_eq!((second.cause, second.key == first.key), (Cause::Card, false));
}

#[tokio::test]
async fn who_is_asked_to_wait_waits_with_everything_that_goes_the_same_way() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Lamp one").await;
    rig.say("dev", "ask Lamp two").await;
    let first = rig.claim().await.unwrap();
    end(&rig, &first, later(600)).await;
    let until = rig.clock.now() + SignedDuration::from_secs(600);
    assert_eq!(claim(&rig).await, Err(Some(until)), "the second card goes the same way");
    rig.crash().await;
    assert_eq!(claim(&rig).await, Err(Some(until)), "also after a restart");
    rig.clock.set(until);
    assert!(claim(&rig).await.is_ok());
}

#[tokio::test]
async fn one_way_that_is_shut_leaves_the_others_open_unless_the_whole_platform_asks_to_wait() {
    for (of, goes_on) in [(Extent::Route, true), (Extent::Platform, false)] {
        let mut rig = Rig::eastbank().await;
        rig.say("dev", "ask Lamp one").await;
        let card = rig.claim().await.unwrap();
        end(&rig, &card, Outcome::Later { after: SignedDuration::from_secs(600), of }).await;
        // Said where the place reads it, and answered alone: another way.
        let mine = rig.inbound("bea", "mine");
        rig.engine().hear(Inbound { answer: Answer::Outbox, ..mine }).await.unwrap();
        assert_eq!(rig.claim().await.is_some(), goes_on, "{of:?}");
    }
}

#[tokio::test]
async fn the_conveners_hear_whom_a_reminder_did_not_reach_and_of_nothing_a_person_can_ask_again() {
    let mut rig = Rig::eastbank_with(careful()).await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("hana", "pledge A1 what:\"lamps\" by:2026-03-11").await;
    rig.advance(chicago("2026-03-09 08:59")).await;
    rig.clock.set(chicago("2026-03-09 09:00"));
    rig.tick().await;
    let refused = || Outcome::Refused { reason: "no".to_owned() };
    let nudge = rig.claim().await.expect("hana's reminder");
    end(&rig, &nudge, refused()).await;
    rig.settle().await;
    let told = |rig: &Rig| -> Vec<String> {
        rig.world.posts().into_iter().filter(|post| post.to == "dm:amara").map(|post| post.text).collect()
    };
    assert_eq!(told(&rig).len(), 1);
    assert!(told(&rig)[0].contains("hana") && !told(&rig)[0].contains("lamps"), "{:?}", told(&rig));

    let asked = rig.inbound("bea", "mine");
    rig.engine().hear(Inbound { answer: Answer::Outbox, ..asked }).await.unwrap();
    let answer = rig.claim().await.expect("bea's answer");
    assert_eq!(answer.cause, Cause::Reply);
    end(&rig, &answer, refused()).await;
    rig.say("dev", "ask A ladder").await;
    let card = rig.claim().await.expect("a card");
    assert_eq!(card.cause, Cause::Card, "nothing else waits");
    end(&rig, &card, refused()).await;
    rig.settle().await;
    assert_eq!(told(&rig).len(), 1, "who asked can ask again, and a place is on the check's list");
}

#[tokio::test]
async fn who_writes_at_night_is_answered_at_night() {
    let mut rig = Rig::eastbank().await;
    rig.settle().await;
    rig.clock.set(chicago("2026-03-05 23:30"));
    let asked = rig.inbound("bea", "mine");
    rig.engine().hear(Inbound { answer: Answer::Outbox, ..asked }).await.unwrap();
    let answer = rig.claim().await.expect("only what the bot says by itself waits for the morning");
    assert_eq!(answer.cause, Cause::Reply);
}

#[tokio::test]
async fn what_comes_too_late_to_help_expires_and_is_counted() {
    let mut rig = Rig::eastbank().await;
    let asked = rig.inbound("bea", "needs");
    rig.engine().hear(Inbound { answer: Answer::Outbox, ..asked }).await.unwrap();
    wait(&rig, SignedDuration::from_hours(24 * 7 - 1));
    let held_up = rig.claim().await.expect("an answer helps for a week");
    end(&rig, &held_up, later(3600)).await;
    wait(&rig, SignedDuration::from_hours(1));
    assert_eq!(rig.claim().await, None);
    let row =
        sqlx::query("select state, meaning, settled_at from outbox").fetch_one(&mut rig.file().await).await.unwrap();
    assert_eq!((row.get::<&str, _>(0), row.get::<&str, _>(1)), ("expired", ""), "and its words are gone");
    assert_eq!(row.get::<i64, _>(2), rig.clock.now().as_millisecond());
}

/// The numbers of a restored file are dealt again: what they stand for makes the key, not the number.
#[tokio::test]
async fn a_number_that_is_dealt_again_is_another_message() {
    let mut keys = Vec::new();
    for event in ["event-a", "event-b", "event-a"] {
        let mut rig = Rig::eastbank().await;
        let said = rig.inbound("dev", "ask Two lamps");
        rig.hear(Inbound { event: event.to_owned(), ..said }).await;
        keys.push(rig.claim().await.unwrap().key);
    }
    assert_eq!(keys[0], keys[2], "the same ask heard again");
    assert_ne!(keys[0], keys[1], "another ask of the same number");
}

/// Hana's direct messages are closed. Where she was seen to speak she is asked to open them, without a word of what it is
/// about; when that has not helped, the convener hears of it.
#[tokio::test]
async fn closed_direct_messages_fall_back_without_a_private_word() {
    let closed = || Outcome::Closed { reason: "they take no direct messages".to_owned() };
    let mut rig = Rig::eastbank().await;
    for n in 1..=4 {
        rig.say("dev", "ask Two lamps").await;
        let said = rig.inbound("hana", &format!("pledge A{n} what:\"lamps\" by:2026-03-{:02} 10:00", 8 + 2 * n));
        rig.engine().hear(Inbound { answer: Answer::Outbox, ..said }).await.unwrap();
        rig.settle().await;
    }
    let mut asked = Vec::new();
    for day in 8..=14 {
        rig.advance(chicago(&format!("2026-03-{day:02} 08:59"))).await;
        rig.clock.set(chicago(&format!("2026-03-{day:02} 09:00")));
        rig.tick().await;
        let Some(nudge) = rig.claim().await else { continue };
        assert_eq!(nudge.cause, Cause::Nudge);
        end(&rig, &nudge, closed()).await;
        let before = rig.world.posts().len();
        rig.settle().await;
        let news = rig.world.posts().split_off(before);
        asked.extend(news.into_iter().map(|post| (day, post.to, post.text, post.calls)));
    }
    let said: Vec<(i32, &str)> = asked.iter().map(|(day, to, ..)| (*day, to.as_str())).collect();
    assert_eq!(
        said,
        [(8, "public:eastbank"), (10, "public:eastbank"), (11, "dm:amara"), (13, "dm:amara"), (14, "dm:amara")]
    );
    for (_, _, text, calls) in &asked[..2] {
        assert!(text.contains("directly, hana.") && !text.contains("P1") && !text.contains("lamp"), "{text}");
        assert_eq!(calls.as_deref(), Some("hana"), "she is called, or she would not notice");
    }
}

/// Whoever only ever spoke where nobody else could read it is not named in a place.
#[tokio::test]
async fn whoever_was_never_seen_is_not_called_in_public() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.say_directly("hana", "pledge A1 what:\"lamps\" by:2026-03-11").await;
    rig.advance(chicago("2026-03-09 08:59")).await;
    rig.clock.set(chicago("2026-03-09 09:00"));
    rig.tick().await;
    let nudge = rig.claim().await.unwrap();
    end(&rig, &nudge, Outcome::Closed { reason: "closed".to_owned() }).await;
    let before = rig.world.posts().len();
    rig.settle().await;
    let to: Vec<_> = rig.world.posts().split_off(before).into_iter().map(|post| post.to).collect();
    assert_eq!(to, ["dm:amara"]);
}

/// Nobody can tell what became of one edit of a card; the newer ones go on. A card that may or may not stand there at all
/// is not posted a second time.
#[tokio::test]
async fn only_an_edit_is_overtaken() {
    for posted in [true, false] {
        let mut rig = Rig::eastbank().await;
        rig.say("dev", "ask Two lamps").await;
        if posted {
            rig.settle().await;
            rig.say("dev", "edit A1 Three lamps").await;
        }
        rig.park().await;
        rig.say("dev", "edit A1 Four lamps").await;
        rig.settle().await;
        let cards: Vec<_> = rig.world.posts().into_iter().filter(|post| post.cause == Cause::Card).collect();
        let last = cards.last().map(|card| card.text.contains("Four lamps"));
        assert_eq!(last, posted.then_some(true), "posted before: {posted}");
    }
}

#[tokio::test]
async fn what_was_told_in_the_morning_is_not_told_again_in_the_day() {
    for (first, second) in [("2026-03-06 22:00", "2026-03-07 12:00"), ("2026-03-06 12:00", "2026-03-06 22:00")] {
        let mut rig = Rig::eastbank().await;
        rig.say("hana", "me").await;
        rig.say_directly("dev", "ask A quiet word visibility:private").await;
        for at in [first, second] {
            rig.advance(chicago(at)).await;
            rig.say_directly("dev", "invite A1 who:hana").await;
        }
        rig.advance(chicago("2026-03-08 12:00")).await;
        let told = rig.world.posts().iter().filter(|post| post.to == "dm:hana").count();
        assert_eq!(told, 1, "invited at {first} and at {second}");
    }
}
