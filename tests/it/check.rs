//! The check a convener asks for, when something goes wrong: how much and since when, and never whom.

use barnraiser::domain::community::Platform;
use barnraiser::engine::clock::Clock as _;
use jiff::SignedDuration;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::rig::{Rig, chicago};

async fn sql(rig: &Rig, sql: &'static str) {
    let mut conn = SqliteConnectOptions::new().filename(rig.database()).connect().await.unwrap();
    // Past what the database holds of delivery's steps: these rows only have to be counted.
    let past = "pragma ignore_check_constraints = on; drop trigger outbox_begins; drop trigger outbox_goes_on;";
    let _ = sqlx::raw_sql(past).execute(&mut conn).await;
    sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

async fn check(rig: &mut Rig) -> String {
    rig.say_directly("amara", "community check").await
}

#[tokio::test]
async fn what_went_wrong_is_counted_for_this_community_alone() {
    let mut rig = Rig::eastbank().await;
    rig.say("amara", "gathering new when:\"2026-04-16 18:00\" where:\"Library\"").await;
    rig.settle().await;
    let before = check(&mut rig).await;
    assert!(before.ends_with("All is well.") && !before.contains('❌'), "{before}");
    // Another community's trouble is its own.
    let elsewhere = rig.inbound_in("westbank", "lu", "ask A tent");
    rig.hear(elsewhere).await;
    rig.settle().await;
    sql(&rig, "update outbox set state = 'parked' where community_id = 2").await;
    assert_eq!(check(&mut rig).await, before);

    for n in 1..=5 {
        rig.say("dev", &format!("ask Secret lamp {n}")).await;
    }
    rig.settle().await;
    sql(
        &rig,
        "update outbox set state = 'parked', unresolved_since = 1, body = '' where community_id = 1 and refs like '%A1%';
         update outbox set state = 'failed' where community_id = 1 and (refs like '%A2%' or refs like '%A3%');
         update outbox set state = 'expired' where community_id = 1 and refs like '%A4%';
         update outbox set state = 'failed', made_at = 1 where community_id = 1 and refs like '%A5%';",
    )
    .await;
    let said = check(&mut rig).await;
    for told in [
        "❌ One message waits because I can't tell whether it arrived.",
        "❌ 2 messages of the last two weeks could not be delivered.",
        "❌ One message of the last two weeks would have come too late to help",
    ] {
        assert!(said.contains(told), "{told}\n{said}");
    }
    assert!(!said.contains("All is well") && !said.contains("Secret") && !said.contains("dev"), "{said}");
}

#[tokio::test]
async fn what_is_late_a_wrong_clock_and_the_backups_are_told() {
    let mut rig = Rig::eastbank().await;
    let vitals = rig.engine().vitals().clone();
    vitals.backed_up(Some(chicago("2026-03-05 04:15")));
    let said = check(&mut rig).await;
    assert!(said.contains("✅ The last backup was made today (Thursday 5 March), 04:15."), "{said}");
    vitals.backup_failed();
    vitals.server_time(Platform::Matrix, rig.clock.now() + SignedDuration::from_mins(8), rig.clock.now());
    let said = check(&mut rig).await;
    assert!(
        said.contains("❌ The last backup failed; the newest good one was made today (Thursday 5 March), 04:15."),
        "{said}"
    );
    assert!(said.contains("❌ My clock is off by 8 minutes"), "{said}");
    vitals.server_time(Platform::Matrix, rig.clock.now(), rig.clock.now());
    assert!(!check(&mut rig).await.contains("clock"));

    rig.say("dev", "ask Two lamps").await;
    rig.say("bea", "pledge A1 what:\"I can\" by:\"2026-03-14 10:00\" first:call").await;
    rig.settle().await;
    // Nobody does what falls due. Five minutes are nothing.
    rig.clock.set(chicago("2026-03-12 09:05"));
    assert!(!check(&mut rig).await.contains("still not done"));
    rig.clock.set(chicago("2026-03-12 09:20"));
    let said = check(&mut rig).await;
    assert!(
        said.contains("❌ Something I should have done today (Thursday 12 March), 09:00 is still not done."),
        "{said}"
    );
    // It was tried, and put off: it is still what was meant for nine.
    sql(&rig, "update timers set at = at + 1500000 where kind = 'nudge'").await;
    let said = check(&mut rig).await;
    assert!(said.contains("(Thursday 12 March), 09:00 is still not done."), "{said}");
    rig.settle().await;
    rig.clock.set(chicago("2026-03-12 09:26"));
    rig.settle().await;
    assert!(!check(&mut rig).await.contains("is still not done"));
}

#[tokio::test]
async fn a_place_that_cannot_be_reached_is_told() {
    let mut rig = Rig::eastbank().await;
    sql(&rig, "insert into routes (platform, route, ill_since) values ('console', 'elsewhere', 1)").await;
    assert!(!check(&mut rig).await.contains("our places"));
    sql(&rig, "insert into routes (platform, route, ill_since) values ('console', 'eastbank', 1)").await;
    let said = check(&mut rig).await;
    assert!(said.contains("❌ I can't post or read in one of our places."), "{said}");
}
