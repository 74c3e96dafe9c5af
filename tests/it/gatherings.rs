//! Gatherings and the digests before them: seen first, held back, moved, cancelled, posted once.

use barnraiser::engine::inbound::Cause;
use barnraiser::speech::message::Message;

use crate::rig::{Rig, chicago, read};

const NEW: &str = "gathering new when:\"2026-04-16 18:00\" where:\"Library Room B\"";

/// The digest timers that are armed, by kind and civil time.
async fn armed(rig: &Rig) -> Vec<String> {
    let sql = "select kind || ' ' || civil from timers where kind like 'digest%' order by civil";
    sqlx::query_scalar(sql).fetch_all(&mut rig.file().await).await.unwrap()
}

fn digests(rig: &Rig) -> Vec<String> {
    let said = rig.world.posts().into_iter().filter(|post| matches!(post.cause, Cause::Digest | Cause::Preview));
    said.map(|post| format!("{:?} {}", post.cause, post.to)).collect()
}

#[tokio::test]
async fn a_digest_is_seen_the_day_before_and_posted_once() {
    let mut rig = Rig::eastbank().await;
    rig.say("amara", NEW).await;
    let both = armed(&rig).await;
    assert_eq!(both, ["digest_preview 2026-04-12T09:00:00", "digest_post 2026-04-13T09:00:00"]);
    rig.advance(chicago("2026-04-13 08:59")).await;
    assert_eq!(digests(&rig), ["Preview dm:amara"]);
    rig.advance(chicago("2026-04-20 09:00")).await;
    assert_eq!(digests(&rig), ["Preview dm:amara", "Digest public:eastbank"]);
    assert_eq!(armed(&rig).await, [""; 0]);
}

#[tokio::test]
async fn a_digest_that_is_held_back_waits_for_its_convener() {
    let mut rig = Rig::eastbank().await;
    rig.say("amara", NEW).await;
    let held = async |rig: &mut Rig| match rig.try_say("amara", "digest preview").await.message {
        Message::Preview { held, .. } => held,
        other => panic!("no preview: {other:?}"),
    };
    assert!(!held(&mut rig).await);
    rig.say("amara", "digest hold").await;
    assert!(held(&mut rig).await);
    rig.advance(chicago("2026-04-15 12:00")).await;
    assert_eq!(digests(&rig), ["Preview dm:amara"], "its morning has passed");
    rig.say("amara", "digest post").await;
    rig.settle().await;
    assert_eq!(digests(&rig), ["Preview dm:amara", "Digest public:eastbank"]);
    let again = rig.try_say("amara", "digest post").await;
    assert_eq!(again.cause, Cause::Refusal, "{}", read(&again));
    rig.advance(chicago("2026-04-20 09:00")).await;
    assert_eq!(digests(&rig).len(), 2);
}

#[tokio::test]
async fn posted_before_its_morning_it_is_not_posted_again() {
    let mut rig = Rig::eastbank().await;
    rig.say("amara", NEW).await;
    rig.say("amara", "digest post").await;
    assert_eq!(armed(&rig).await, [""; 0]);
    rig.advance(chicago("2026-04-20 09:00")).await;
    assert_eq!(digests(&rig), ["Digest public:eastbank"]);
}

#[tokio::test]
async fn a_cancelled_gathering_has_no_digest_and_a_moved_one_has_its_own_mornings() {
    let mut rig = Rig::eastbank().await;
    rig.say("amara", NEW).await;
    rig.say("amara", "gathering move G1 when:\"2026-04-20 18:00\"").await;
    assert_eq!(armed(&rig).await, ["digest_preview 2026-04-16T09:00:00", "digest_post 2026-04-17T09:00:00"]);
    rig.say("amara", "gathering cancel G1").await;
    assert_eq!(armed(&rig).await, [""; 0]);
    rig.advance(chicago("2026-04-21 09:00")).await;
    assert_eq!(digests(&rig), [""; 0]);
}

#[tokio::test]
async fn mornings_that_have_come_are_not_made_up_for() {
    let mut rig = Rig::eastbank().await;
    // To the second on the morning of its digest: that is not ahead any more.
    rig.advance(chicago("2026-04-13 09:00")).await;
    rig.say("amara", NEW).await;
    assert_eq!(armed(&rig).await, [""; 0]);
    rig.advance(chicago("2026-04-20 09:00")).await;
    assert_eq!(digests(&rig), [""; 0]);
}

#[tokio::test]
async fn a_gathering_is_where_its_community_is_whoever_writes_it_down() {
    let mut rig = Rig::eastbank().await;
    rig.say("amara", "me zone:Europe/Madrid").await;
    // In Madrid it is the sixth already; tomorrow is Chicago's.
    for (said, expected) in [
        ("gathering new when:\"tomorrow 19:00\"", "2026-03-06T19:00:00"),
        ("gathering move G1 when:\"2026-04-16 18:00\"", "2026-04-16T18:00:00"),
        ("gathering move G1 when:\"tomorrow 20:00\"", "2026-03-06T20:00:00"),
    ] {
        rig.say("amara", said).await;
        let kept = "select starts || ' ' || zone from gatherings";
        let kept: String = sqlx::query_scalar(kept).fetch_one(&mut rig.file().await).await.unwrap();
        assert_eq!(kept, format!("{expected} America/Chicago"), "{said}");
    }
}
