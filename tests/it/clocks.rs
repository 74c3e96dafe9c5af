//! A machine whose clock is wrong: nothing falls due early by it, nothing is sent by it, and nothing is lost to it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use barnraiser::delivery::courier::{Courier, Step};
use barnraiser::delivery::gateway::{Gateway, Letter, Lookup, ServerClock, Sight};
use barnraiser::domain::community::Platform;
use barnraiser::engine::Next;
use barnraiser::engine::clock::Clock as _;
use barnraiser::engine::parcel::{Outcome, Pace, Parcel};
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

#[tokio::test]
async fn what_waits_to_be_said_waits_for_a_clock_in_doubt() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.engine().vitals().doubt_the_clock();
    let claim = async |rig: &Rig| rig.engine().claim(Platform::Console, Pace::UNLIMITED).await.unwrap();
    let soon = rig.clock.now() + SignedDuration::from_secs(15);
    assert!(matches!(claim(&rig).await, Next::Idle { until } if until == Some(soon)));
    rig.engine().vitals().no_server_time();
    assert!(matches!(claim(&rig).await, Next::Parcel(_)));
}

#[tokio::test]
async fn a_step_of_five_minutes_is_no_jump_and_a_longer_one_is() {
    let mut rig = reminder_on_the_ninth().await;
    for (seconds, trusted) in [(300, true), (301, false)] {
        rig.crash().await;
        let now = rig.clock.now();
        rig.engine().vitals().server_time(Platform::Console, now, now);
        rig.engine().tick().await.unwrap();
        rig.clock.set_wrong(SignedDuration::from_secs(seconds));
        rig.engine().tick().await.unwrap();
        assert_eq!(rig.engine().vitals().trusts_the_clock(), trusted, "{seconds}");
        rig.clock.set_wrong(SignedDuration::ZERO);
    }
}

#[tokio::test]
async fn the_latest_time_seen_is_known_at_the_next_start() {
    let mut rig = reminder_on_the_ninth().await;
    let seen = rig.clock.now() + SignedDuration::from_hours(2);
    rig.clock.set(seen);
    rig.tick().await;
    rig.crash().await;
    assert_eq!(rig.engine().seen(), seen);
}

/// The civil time in its zone is the truth (DESIGN.md section 6), and the instant beside it a cache.
#[tokio::test]
async fn new_zone_data_moves_the_instants_and_not_the_civil_times() {
    let mut rig = reminder_on_the_ninth().await;
    let due = chicago("2026-03-09 09:00");
    let at = async |rig: &Rig| -> i64 {
        let sql = "select at from timers where kind = 'nudge'";
        sqlx::query_scalar(sql).fetch_one(&mut rig.file().await).await.unwrap()
    };
    for (zone_data, expected) in [("the same", 0), ("1999a", due.as_millisecond())] {
        rig.fall().await;
        let mut file = rig.file().await;
        sqlx::raw_sql("update timers set at = 0 where kind = 'nudge'").execute(&mut file).await.unwrap();
        if zone_data == "1999a" {
            let older = "update meta set value = '1999a' where key = 'zone_data'";
            sqlx::raw_sql(older).execute(&mut file).await.unwrap();
        }
        drop(file);
        rig.wake().await;
        assert_eq!(at(&rig).await, expected, "{zone_data}");
    }
}
