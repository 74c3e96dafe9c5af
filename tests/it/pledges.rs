//! A pledge after it was made: reminders turned off and on, a new date, "it has not arrived".

use barnraiser::engine::inbound::Cause;
use barnraiser::speech::message::Message;

use crate::rig::{Rig, chicago};

async fn promised() -> Rig {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps need:2").await;
    rig.say("hana", "pledge A1 what:\"a lamp\" amount:1 by:2026-03-11").await;
    rig.settle().await;
    rig
}

/// The step ahead of P1, and the civil day its timer stands at.
async fn ahead(rig: &Rig) -> Option<String> {
    let sql = "select p.step || ' ' || substr(t.civil, 1, 10) from pledges p join timers t on t.name = 'nudge:P1'";
    sqlx::query_scalar(sql).fetch_optional(&mut rig.file().await).await.unwrap()
}

fn notices_to(rig: &Rig, who: &str) -> usize {
    let to = format!("dm:{who}");
    rig.world.posts().iter().filter(|post| post.cause == Cause::Notice && post.to == to).count()
}

#[tokio::test]
async fn reminders_are_turned_off_and_on_by_their_helper_and_nobody_hears_of_it() {
    let mut rig = promised().await;
    assert_eq!(ahead(&rig).await.as_deref(), Some("reminder 2026-03-09"));
    let told = notices_to(&rig, "dev");
    let off = rig.try_say("hana", "adjust P1 nudges:off").await;
    assert!(matches!(off.message, Message::RemindersStopped { .. }), "{:?}", off.cause);
    let without = ahead(&rig).await;
    assert_ne!(without.as_deref(), Some("reminder 2026-03-09"));
    let on = rig.try_say("hana", "adjust P1 nudges:on").await;
    assert!(matches!(on.message, Message::Adjusted { .. }), "{:?}", on.cause);
    assert_eq!(ahead(&rig).await.as_deref(), Some("reminder 2026-03-09"));
    rig.settle().await;
    assert_eq!(notices_to(&rig, "dev"), told, "the asker has nothing to know");
    assert_eq!(rig.try_say("dev", "adjust P1 nudges:off").await.cause, Cause::Refusal, "it is not theirs");

    // With a new date it is a change like any other, and the reminders stay off.
    let both = rig.try_say("hana", "adjust P1 nudges:off by:2026-03-20").await;
    assert!(matches!(both.message, Message::Adjusted { .. }), "{:?}", both.cause);
    rig.settle().await;
    assert_eq!(notices_to(&rig, "dev"), told + 1);
    rig.advance(chicago("2026-03-19 12:00")).await;
    assert_eq!(rig.world.nudges(), []);
    // A change of words alone moves nothing.
    let before = ahead(&rig).await;
    rig.say("hana", "adjust P1 what:\"a red lamp\"").await;
    assert_eq!(ahead(&rig).await, before);
}

#[tokio::test]
async fn what_has_not_arrived_is_asked_about_again_by_how_late_it_is() {
    for (done, missed, next) in [
        ("2026-03-06 12:00", "2026-03-07 12:00", "reminder 2026-03-09"),
        ("2026-03-12 12:00", "2026-03-13 12:00", "last_check 2026-03-16"),
    ] {
        let mut rig = promised().await;
        rig.advance(chicago(done)).await;
        rig.say("hana", "done P1").await;
        assert_eq!(ahead(&rig).await, None);
        rig.advance(chicago(missed)).await;
        rig.say("dev", "stillneeded P1").await;
        assert_eq!(ahead(&rig).await.as_deref(), Some(next), "{missed}");
    }
}

#[tokio::test]
async fn a_reminder_missed_until_the_day_itself_becomes_the_check_of_the_day_after() {
    let mut rig = promised().await;
    rig.say("hana", "adjust P1 by:\"2026-03-11 09:30\"").await;
    rig.settle().await;
    rig.jump(chicago("2026-03-11 10:00")).await;
    assert_eq!(rig.world.nudges(), []);
    assert_eq!(ahead(&rig).await.as_deref(), Some("check 2026-03-12"));
    rig.advance(chicago("2026-03-12 09:00")).await;
    assert_eq!(rig.world.nudges().len(), 1);
}

#[tokio::test]
async fn the_last_nudge_a_community_allows_is_followed_by_a_care_note_and_says_so() {
    let mut rig = promised().await;
    rig.say("amara", "community settings nudges:1").await;
    rig.advance(chicago("2026-03-09 09:00")).await;
    assert_eq!(rig.world.nudges().len(), 1);
    assert!(ahead(&rig).await.is_some_and(|step| step.starts_with("care_note")), "{:?}", ahead(&rig).await);
    rig.advance(chicago("2026-03-30 12:00")).await;
    assert_eq!(rig.world.nudges().len(), 1);
}
