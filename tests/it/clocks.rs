//! A machine whose clock is wrong: nothing falls due early by it, nothing is sent by it, and nothing is lost to it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use barnraiser::delivery::courier::{Courier, Step};
use barnraiser::delivery::gateway::{Gateway, Letter, Lookup, ServerClock, Sight};
use barnraiser::domain::community::Platform;
use barnraiser::engine::clock::Clock as _;
use barnraiser::engine::parcel::{Outcome, Parcel};
use barnraiser::engine::vitals::Skew;
use jiff::{SignedDuration, Timestamp};

use crate::rig::{Rig, World, chicago};

/// The usual platform, with a clock on its wall.
struct Clocked {
    world: Arc<World>,
    clock: Mutex<ServerClock>,
}

impl Clocked {
    fn on(rig: &Rig, shows: ServerClock) -> (Arc<Clocked>, Courier) {
        let clocked = Arc::new(Clocked { world: Arc::clone(&rig.world), clock: Mutex::new(shows) });
        let courier = Courier::new(rig.engine().clone(), Arc::clone(&clocked) as Arc<dyn Gateway>);
        (clocked, courier)
    }

    fn set(&self, shows: ServerClock) {
        *self.clock.lock().unwrap() = shows;
    }
}

#[async_trait]
impl Gateway for Clocked {
    fn platform(&self) -> Platform {
        Platform::Console
    }

    async fn deliver(&self, letter: &Letter) -> Outcome {
        self.world.deliver(letter).await
    }

    async fn sight(&self, parcel: &Parcel) -> Sight {
        self.world.sight(parcel).await
    }

    async fn find(&self, parcel: &Parcel, since: Timestamp) -> Lookup {
        self.world.find(parcel, since).await
    }

    async fn clock(&self) -> ServerClock {
        *self.clock.lock().unwrap()
    }
}

async fn reminder_on_the_ninth() -> Rig {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("hana", "pledge A1 what:\"lamps\" by:2026-03-11").await;
    rig.settle().await;
    rig
}

async fn work(rig: &Rig, courier: &Courier) {
    for _ in 0..4 {
        while rig.engine().tick().await.unwrap().0 > 0 {}
        while courier.step().await.unwrap() == Step::Carried {}
    }
}

#[tokio::test]
async fn a_clock_that_runs_ahead_fires_nothing_early() {
    let mut rig = reminder_on_the_ninth().await;
    let truth = chicago("2026-03-06 12:00");
    rig.crash().await;
    rig.engine().vitals().doubt_the_clock();
    rig.clock.set(chicago("2026-09-01 12:00"));
    let (server, courier) = Clocked::on(&rig, ServerClock::Unreached);
    work(&rig, &courier).await;
    assert_eq!(rig.world.nudges(), [], "nobody has confirmed that it is September");
    server.set(ServerClock::Shows(truth));
    rig.clock.set(rig.clock.now() + SignedDuration::from_secs(20));
    work(&rig, &courier).await;
    assert_eq!(rig.world.nudges(), []);
    assert!(matches!(rig.engine().vitals().skew(), Some(Skew::Disagrees(Platform::Console, _))));
    let late: i64 = sqlx::query_scalar("select count(*) from pledges where nudges_sent > 0")
        .fetch_one(&mut rig.file().await)
        .await
        .unwrap();
    assert_eq!(late, 0, "and nothing was counted as said");

    // Somebody sets the clock. The wrong months are not remembered as seen, so the right day comes.
    rig.clock.set(truth);
    work(&rig, &courier).await;
    for morning in ["2026-03-08 09:00", "2026-03-09 09:00"] {
        rig.clock.set(chicago(morning));
        server.set(ServerClock::Shows(chicago(morning)));
        work(&rig, &courier).await;
    }
    let at: Vec<Timestamp> = rig.world.nudges().iter().map(|post| post.at).collect();
    assert_eq!(at, [chicago("2026-03-09 09:00")], "once, on its own morning");
}

#[tokio::test]
async fn a_clock_that_was_ahead_before_is_forgiven_once_a_server_confirms_the_time() {
    let mut rig = reminder_on_the_ninth().await;
    // An earlier version, or nobody to ask: a day in September was seen.
    rig.clock.set(chicago("2026-03-06 12:00"));
    rig.fall().await;
    let sql = "update meta set value = '1788000000000' where key = 'clock'";
    sqlx::raw_sql(sql).execute(&mut rig.file().await).await.unwrap();
    rig.wake().await;
    let (server, courier) = Clocked::on(&rig, ServerClock::Silent);
    work(&rig, &courier).await;
    assert!(matches!(rig.engine().vitals().skew(), Some(Skew::WentBack(_))), "it stands still at what it saw");
    assert_eq!(rig.world.nudges().len(), 0);
    server.set(ServerClock::Shows(chicago("2026-03-09 09:00")));
    rig.clock.set(chicago("2026-03-09 09:00"));
    work(&rig, &courier).await;
    assert_eq!(rig.engine().vitals().skew(), None);
}

#[tokio::test]
async fn a_clock_that_jumps_while_it_runs_fires_nothing_before_a_server_confirms_it() {
    let rig = reminder_on_the_ninth().await;
    let truth = chicago("2026-03-08 12:00");
    rig.clock.set(truth);
    let (server, courier) = Clocked::on(&rig, ServerClock::Shows(truth));
    work(&rig, &courier).await;
    assert!(rig.engine().vitals().confirms_the_clock());
    // A moment later somebody sets it to the afternoon of the day after; the next comparison is minutes away.
    rig.clock.set_wrong(SignedDuration::from_hours(28));
    assert_eq!(rig.engine().tick().await.unwrap().0, 0);
    assert!(!rig.engine().vitals().trusts_the_clock());
    work(&rig, &courier).await;
    assert_eq!(rig.world.nudges(), [], "it is the eighth, whatever the clock shows");

    // Set right, and asked again, it is believed.
    rig.clock.set_wrong(SignedDuration::ZERO);
    let morning = chicago("2026-03-09 09:00");
    rig.clock.set(morning);
    server.set(ServerClock::Shows(morning));
    work(&rig, &courier).await;
    assert_eq!(rig.world.nudges().len(), 1);
}

#[tokio::test]
async fn a_machine_that_slept_is_believed_as_soon_as_a_server_says_so() {
    let rig = reminder_on_the_ninth().await;
    let (evening, morning) = (chicago("2026-03-08 20:00"), chicago("2026-03-09 09:00"));
    rig.clock.set(evening);
    let (server, courier) = Clocked::on(&rig, ServerClock::Shows(evening));
    work(&rig, &courier).await;
    // Its own count stood still while it slept.
    rig.clock.set_wrong(morning.duration_since(evening));
    server.set(ServerClock::Shows(morning));
    work(&rig, &courier).await;
    assert_eq!(rig.world.nudges().len(), 1);
}

#[tokio::test]
async fn a_platform_that_does_not_say_what_time_it_is_is_no_reason_to_wait() {
    let rig = reminder_on_the_ninth().await;
    rig.engine().vitals().doubt_the_clock();
    let (_, courier) = Clocked::on(&rig, ServerClock::Silent);
    rig.clock.set(chicago("2026-03-09 09:00"));
    work(&rig, &courier).await;
    assert_eq!(rig.world.nudges().len(), 1);
}
