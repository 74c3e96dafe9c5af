//! The courier by itself: it works when there is work and ends when it is told to, and asks what time it is as often as
//! it should and no oftener.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use barnraiser::delivery::courier::Courier;
use barnraiser::delivery::gateway::{Gateway, Letter, Lookup, ServerClock, Sight};
use barnraiser::domain::community::Platform;
use barnraiser::engine::clock::Clock as _;
use barnraiser::engine::parcel::{Outcome, Parcel};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::rig::{Rig, World};

/// The usual platform, which says when something came and counts how often it is asked for the time.
struct Watched {
    world: Arc<World>,
    came: Notify,
    asked: AtomicU32,
    /// What its clock shows.
    shows: ServerClock,
}

impl Watched {
    fn on(rig: &Rig, shows: ServerClock) -> (Arc<Watched>, Courier) {
        let watched = Watched { world: Arc::clone(&rig.world), came: Notify::new(), asked: AtomicU32::new(0), shows };
        let watched = Arc::new(watched);
        let courier = Courier::new(rig.engine().clone(), Arc::clone(&watched) as Arc<dyn Gateway>);
        (watched, courier)
    }
}

#[async_trait]
impl Gateway for Watched {
    fn platform(&self) -> Platform {
        Platform::Console
    }

    async fn deliver(&self, letter: &Letter) -> Outcome {
        let outcome = self.world.deliver(letter).await;
        self.came.notify_one();
        outcome
    }

    async fn sight(&self, parcel: &Parcel) -> Sight {
        self.world.sight(parcel).await
    }

    async fn find(&self, parcel: &Parcel, since: Timestamp) -> Lookup {
        self.world.find(parcel, since).await
    }

    async fn clock(&self) -> ServerClock {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.shows
    }
}

#[tokio::test]
async fn it_works_when_there_is_something_to_say_and_ends_when_it_is_told_to() {
    let mut rig = Rig::eastbank().await;
    let (platform, courier) = Watched::on(&rig, ServerClock::Silent);
    let shutdown = CancellationToken::new();
    let told = shutdown.clone();
    let running = tokio::spawn(async move { courier.run(told).await });
    for words in ["ask Two lamps", "ask Two chairs"] {
        rig.say("dev", words).await;
        let came = tokio::time::timeout(Duration::from_secs(60), platform.came.notified()).await;
        assert!(came.is_ok(), "nobody brings the card of: {words}");
    }
    shutdown.cancel();
    let ended = tokio::time::timeout(Duration::from_secs(60), running).await;
    ended.expect("it ends").expect("without a panic").expect("and well");
    assert_eq!(rig.world.posts().len(), 2);
}

/// How often the platform was asked for the time, after a step at each of these spans from the first.
async fn asked_after(rig: &Rig, shows: ServerClock, seconds: &[i64]) -> Vec<u32> {
    let (platform, courier) = Watched::on(rig, shows);
    let began = rig.clock.now();
    let mut asked = Vec::new();
    for after in seconds {
        rig.clock.set(began + SignedDuration::from_secs(*after));
        courier.step().await.unwrap();
        asked.push(platform.asked.load(Ordering::Relaxed));
    }
    asked
}

#[tokio::test]
async fn the_time_is_asked_for_every_ten_minutes_and_soon_again_while_the_clocks_disagree() {
    let rig = Rig::eastbank().await;
    rig.settle().await;
    let calm = asked_after(&rig, ServerClock::Silent, &[0, 1, 599, 600, 601, 1199, 1200, 1100]).await;
    assert_eq!(calm, [1, 1, 1, 2, 2, 2, 3, 4], "at the start, every ten minutes, and when the clock was set back");
    let hours_off = ServerClock::Shows(rig.clock.now() + SignedDuration::from_hours(5));
    let doubtful = asked_after(&rig, hours_off, &[0, 1, 14, 15, 29, 30]).await;
    assert_eq!(doubtful, [1, 1, 1, 2, 2, 3], "every fifteen seconds");
}
