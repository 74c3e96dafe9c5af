//! Faults of ours: the engine goes on, nothing of the input is recorded, and the person gets a reference.

use barnraiser::domain::Refusal;
use barnraiser::domain::community::Platform;
use barnraiser::engine::inbound::Cause;
use barnraiser::speech::message::Message;
use sqlx::Connection as _;

use crate::rig::Rig;

/// A table that cannot be read stands for any fault: a disk that is full, a file that somebody holds.
#[tokio::test]
async fn a_fault_in_the_database_is_not_the_end() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    let mut file = rig.file().await;
    for table in ["timers", "outbox"] {
        let hidden = format!("alter table {table} rename to hidden");
        sqlx::raw_sql(sqlx::AssertSqlSafe(hidden)).execute(&mut file).await.unwrap();
        let (done, agenda) = rig.engine().tick().await.expect("the engine goes on");
        assert_eq!((done, agenda.timer, agenda.message), (0, None, None), "without {table}");
        let agenda = rig.engine().agenda().await.expect("the engine goes on");
        assert_eq!((agenda.timer, agenda.message), (None, None), "without {table}");
        let back = format!("alter table hidden rename to {table}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(back)).execute(&mut file).await.unwrap();
    }
    file.close().await.unwrap();
    assert!(rig.engine().agenda().await.unwrap().timer.is_some(), "and knows all it knew");
    rig.settle().await;
    assert_eq!(rig.world.posts().len(), 1, "the card is there");
}

#[tokio::test]
async fn a_fault_is_answered_with_a_reference_and_is_not_taken_for_something_heard_before() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    // A counter that was set back by hand: the next ask's number is taken.
    sqlx::raw_sql("update communities set next_ask = 1").execute(&mut rig.file().await).await.unwrap();
    let reply = rig.try_say("dev", "ask A ladder").await;
    assert!(matches!(reply.message, Message::Refused(Refusal::Fault { .. })), "{:?}", reply.message);
    let asks: Vec<String> =
        sqlx::query_scalar("select words from asks").fetch_all(&mut rig.file().await).await.unwrap();
    assert_eq!(asks, ["Two lamps"]);
    assert_eq!(rig.try_say("dev", "needs").await.cause, Cause::Reply);
}

/// Whoever sleeps is woken where there may be something to do, and left alone where there is not.
#[tokio::test]
async fn only_what_may_give_others_work_wakes_them() {
    let mut rig = Rig::eastbank().await;
    rig.settle().await;
    let mut stirrings = rig.engine().stirrings();
    stirrings.mark_unchanged();
    rig.engine().bookmark(Platform::Matrix, "!hall", "$first").await.unwrap();
    assert_eq!(rig.claim().await, None);
    rig.engine().agenda().await.unwrap();
    assert_eq!(rig.engine().tick().await.unwrap().0, 0);
    assert!(!stirrings.has_changed().unwrap(), "nothing has happened");
    rig.say("dev", "ask Two lamps by:2026-03-20").await;
    assert!(stirrings.has_changed().unwrap(), "there is a card to post");
    stirrings.mark_unchanged();
    rig.clock.set(crate::rig::chicago("2026-03-22 09:00"));
    assert!(rig.engine().tick().await.unwrap().0 > 0);
    assert!(stirrings.has_changed().unwrap(), "there is a question to ask");
}
