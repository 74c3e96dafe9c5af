//! What a platform tells the engine about its places: who convenes them, and how far it has read.

use std::collections::HashMap;

use barnraiser::domain::community::{Platform, Role};
use barnraiser::engine::inbound::{Answer, Cause, Named, Roster};

use crate::rig::{Rig, account};

#[tokio::test]
async fn how_far_was_read_is_remembered_for_each_room_of_each_platform() {
    let mut rig = Rig::open("2026-03-05 18:20").await;
    assert_eq!(rig.engine().bookmarks(Platform::Matrix).await.unwrap(), HashMap::new());
    for (room, event) in [("!hall", "$first"), ("!garden", "$other"), ("!hall", "$second")] {
        rig.engine().bookmark(Platform::Matrix, room, event).await.unwrap();
    }
    rig.crash().await;
    let read = [("!hall", "$second"), ("!garden", "$other")].map(|(room, event)| (room.to_owned(), event.to_owned()));
    assert_eq!(rig.engine().bookmarks(Platform::Matrix).await.unwrap(), HashMap::from(read));
    assert_eq!(rig.engine().bookmarks(Platform::Discord).await.unwrap(), HashMap::new());
}

#[tokio::test]
async fn who_has_standing_in_a_place_convenes_it_and_who_loses_it_does_not() {
    let mut rig = Rig::eastbank().await;
    let setup = "community setup name:Eastbank zone:America/Chicago";
    let refused = rig.try_say("dev", setup).await;
    let roster = |who: &[&str]| Roster {
        platform: Platform::Console,
        place: "eastbank".to_owned(),
        place_name: "eastbank".to_owned(),
        conveners: who
            .iter()
            .map(|who| Named {
                typed: (*who).to_owned(),
                account: account(who),
                name: (*who).to_owned(),
                is_role: false,
            })
            .collect(),
    };
    rig.engine().roster(roster(&["dev", "hana"])).await.unwrap();
    rig.say("dev", setup).await;
    rig.say("hana", setup).await;
    // Dev's standing is taken away. Amara is a convener by appointment, which no roster ends.
    rig.engine().roster(roster(&["hana"])).await.unwrap();
    assert_eq!(rig.try_say("dev", setup).await.message, refused.message);
    rig.say("hana", setup).await;
    rig.say("amara", setup).await;
}

#[tokio::test]
async fn somebody_new_who_is_named_twice_at_once_is_one_member() {
    let mut rig = Rig::eastbank().await;
    let mut inbound = rig.inbound("amara", "gathering new when:\"2026-04-16 18:00\" facilitator:@noor scribe:@noor");
    inbound.named =
        vec![Named { typed: "@noor".to_owned(), account: account("noor"), name: "noor".to_owned(), is_role: false }];
    rig.hear(inbound).await;
    let who = "select count(distinct m.id) || ' ' || (g.facilitator_id = g.scribe_id) from gatherings g, members m \
        where m.name = 'noor'";
    let who: String = sqlx::query_scalar(who).fetch_one(&mut rig.file().await).await.unwrap();
    assert_eq!(who, "1 1");
}

#[tokio::test]
async fn what_falls_due_for_a_community_that_is_gone_is_put_away() {
    let rig = Rig::eastbank().await;
    let stray = "insert into timers (community_id, name, kind, member_id, number, civil, zone, at) values \
        (99, 'nudge:P1', 'nudge', 1, 1, '2026-03-05T09:00:00', 'UTC', 0), \
        (99, 'notices:M3', 'notices', 3, 0, '2026-03-05T09:00:00', 'UTC', 0), \
        (99, 'weekly', 'weekly', null, 0, '2026-03-05T09:00:00', 'UTC', 0)";
    let mut file = rig.file().await;
    sqlx::raw_sql(stray).execute(&mut file).await.unwrap();
    assert_eq!(rig.engine().tick().await.unwrap().0, 3);
    let left: i64 =
        sqlx::query_scalar("select count(*) from timers where community_id = 99").fetch_one(&mut file).await.unwrap();
    assert_eq!(left, 0, "or it would be due for ever");
}

const CALLS: &str = "gathering new when:\"2026-04-16 18:00\" where:\"Library Room B\"";

#[tokio::test]
async fn whom_the_platform_lets_convene_may_and_who_may_no_more_may_not() {
    let mut rig = Rig::eastbank().await;
    let speaks = async |rig: &mut Rig, standing: Option<Role>, text: &str| {
        let mut inbound = rig.inbound("dev", text);
        inbound.standing = standing;
        rig.hear(inbound).await.cause
    };
    assert_eq!(speaks(&mut rig, None, CALLS).await, Cause::Refusal);
    assert_eq!(speaks(&mut rig, Some(Role::Member), CALLS).await, Cause::Refusal);
    assert_eq!(speaks(&mut rig, Some(Role::Convener), CALLS).await, Cause::Reply);
    // What the platform said stays, also in a direct chat, where it says nothing.
    assert!(rig.say_directly("dev", "care").await.len() > 1);
    assert_eq!(speaks(&mut rig, Some(Role::Convener), "digest hold").await, Cause::Reply);
    // Taken away while they ask for something they may no more, or only look, it is gone in the direct chat too.
    for taking in ["digest hold", "no command at all", "care", "mine"] {
        speaks(&mut rig, Some(Role::Member), taking).await;
        let alone = rig.inbound_directly("dev", "care");
        assert_eq!(rig.hear(alone).await.cause, Cause::Refusal, "{taking}");
        assert_eq!(speaks(&mut rig, None, "digest hold").await, Cause::Refusal, "{taking}");
        assert_eq!(speaks(&mut rig, Some(Role::Convener), "digest hold").await, Cause::Reply);
    }
    // Whom a convener appointed is not unmade by the platform.
    let mut inbound = rig.inbound("amara", "digest hold");
    inbound.standing = Some(Role::Member);
    assert_eq!(rig.hear(inbound).await.cause, Cause::Reply);
}

#[tokio::test]
async fn a_new_name_is_the_name_people_read() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    let mut renamed = rig.inbound("dev", "offer Soup");
    renamed.name = "Devorah".to_owned();
    rig.hear(renamed).await;
    let needs = rig.say_directly("omar", "needs").await;
    assert!(needs.contains("Devorah"), "{needs}");
}

#[tokio::test]
async fn of_two_places_the_one_it_was_said_in_counts() {
    let mut rig = Rig::eastbank().await;
    rig.fall().await;
    let annex = "insert into places (id, community_id, platform, ref, name) values (7, 1, 'console', 'annex', 'annex')";
    sqlx::raw_sql(annex).execute(&mut rig.file().await).await.unwrap();
    rig.wake().await;
    let mut inbound = rig.inbound_in("annex", "dev", "offer Soup");
    (inbound.standing, inbound.answer) = (Some(Role::Convener), Answer::Outbox);
    rig.engine().hear(inbound).await.unwrap();
    let kept = "select (select place_id from standings) || ' ' || (select seen_in from accounts where ref = 'dev')";
    let kept: String = sqlx::query_scalar(kept).fetch_one(&mut rig.file().await).await.unwrap();
    assert_eq!(kept, "7 7");
}
