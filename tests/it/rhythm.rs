//! The rhythm: what is due is done by itself, and nothing is done where nothing is due.

use std::time::Duration;

use barnraiser::engine::rhythm;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::rig::{Rig, chicago};

#[tokio::test]
async fn what_falls_due_is_done_by_itself_until_it_is_told_to_end() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("hana", "pledge A1 what:\"lamps\" by:2026-03-11").await;
    rig.settle().await;
    rig.clock.set(chicago("2026-03-09 09:00"));
    let (engine, shutdown) = (rig.engine().clone(), CancellationToken::new());
    let mut stirrings = engine.stirrings();
    let running = tokio::spawn(rhythm::run(engine.clone(), shutdown.clone()));
    while engine.agenda().await.unwrap().message.is_none() {
        let stirred = tokio::time::timeout(Duration::from_secs(60), stirrings.changed()).await;
        stirred.expect("somebody does what is due").expect("the engine runs");
    }
    shutdown.cancel();
    running.await.expect("without a panic").expect("and well");
    rig.settle().await;
    assert_eq!(rig.world.nudges().len(), 1);
}

#[tokio::test]
async fn where_nothing_is_due_it_sleeps() {
    let rig = Rig::eastbank().await;
    rig.settle().await;
    let inputs = || rig.engine().vitals().counts().inputs;
    let before = inputs();
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(rhythm::run(rig.engine().clone(), shutdown.clone()));
    // The writer takes turns: a loop without a nap would ask as often as we do.
    for _ in 0..100 {
        rig.engine().agenda().await.unwrap();
    }
    let looks = inputs() - before - 100;
    assert!((1..=10).contains(&looks), "it looked {looks} times");
    shutdown.cancel();
    running.await.expect("without a panic").expect("and well");
}

#[test]
fn it_sleeps_until_the_next_thing_but_never_long_and_never_not_at_all() {
    let now = chicago("2026-03-09 09:00");
    let nap = |seconds: i64| rhythm::until(Some(now + SignedDuration::from_secs(seconds)), now);
    let short = Duration::from_millis(20);
    assert_eq!([nap(-60), nap(0), nap(5), nap(3600)], [short, short, Duration::from_secs(5), Duration::from_secs(30)]);
    assert_eq!(rhythm::until(None, now), Duration::from_secs(30));
}
