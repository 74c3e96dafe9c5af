//! After an older backup is restored: what was said in the meantime is found on the platform and not said again, and what
//! was not said is said.

use std::collections::BTreeMap;

use barnraiser::engine::clock::Clock as _;
use barnraiser::ops::backup;
use barnraiser::ops::restore::Existing;
use jiff::SignedDuration;

use crate::restore::put_back;
use crate::rig::{Post, Rig, chicago};

/// How often each message stands on the platform, by its key.
pub fn copies(posts: &[Post]) -> BTreeMap<&str, usize> {
    let mut copies = BTreeMap::new();
    for post in posts {
        *copies.entry(post.key.as_str()).or_default() += 1;
    }
    copies
}

/// Puts a backup in the place of a rig's data while it is down, as the operator does.
pub async fn restore_into(rig: &mut Rig, archive: &std::path::Path) {
    rig.fall().await;
    put_back(archive, &rig.data(), Existing::MoveAside, rig.clock.now()).await;
    rig.wake().await;
}

#[tokio::test]
async fn an_older_backup_repeats_nothing_and_loses_nothing() {
    let mut rig = Rig::eastbank().await;
    let room = tempfile::tempdir().unwrap();
    let archive = room.path().join("b.tar");
    rig.say("dev", "ask Two people who can rewire a lamp need:2 by:\"2026-03-14 10:00\"").await;
    rig.say("bea", "pledge A1 what:\"Count me in\" by:\"2026-03-12 18:00\" first:\"charge the tester\"").await;
    rig.advance(chicago("2026-03-06 10:00")).await;
    // Something waits in the backup, ready, and goes out after it.
    rig.say("dev", "ask A ladder").await;
    backup::make(&rig.data(), &archive, backup::Existing::Keep, rig.clock.now()).await.unwrap();
    rig.settle().await;
    // Life goes on: a reminder, a check, a digest; and what people did after the backup is lost to it.
    rig.advance(chicago("2026-03-10 12:00")).await;
    let said = rig.world.posts();
    assert!(!rig.world.nudges().is_empty(), "a reminder went out");

    restore_into(&mut rig, &archive).await;
    rig.settle().await;
    rig.wait(SignedDuration::from_mins(5)).await;
    let copies_after = rig.world.posts();
    assert!(copies(&copies_after).values().all(|n| *n == 1), "said again: {:?}", copies(&copies_after));
    assert_eq!(copies_after.len(), said.len(), "nothing new was due");
    assert!(rig.world.looks() > 0, "it was looked for");

    // And what falls due from here on is said, once.
    rig.advance(chicago("2026-03-14 12:00")).await;
    let later = rig.world.posts();
    assert!(copies(&later).values().all(|n| *n == 1), "said again: {:?}", copies(&later));
    assert!(rig.world.nudges().len() >= 2, "the check the morning after: {:?}", rig.world.nudges());
}

/// The message that was being prepared when the bot was moved: on the platform or not, it is there once in the end.
#[tokio::test]
async fn what_was_due_and_not_said_before_the_restore_is_said() {
    let mut rig = Rig::eastbank().await;
    let room = tempfile::tempdir().unwrap();
    let archive = room.path().join("b.tar");
    rig.say("dev", "ask Two lamps").await;
    rig.say("dev", "ask A ladder").await;
    backup::make(&rig.data(), &archive, backup::Existing::Keep, rig.clock.now()).await.unwrap();
    // One of the two cards goes out, then the disk dies.
    let first = rig.claim().await.unwrap();
    let _ = rig.send(&first).await;
    restore_into(&mut rig, &archive).await;
    rig.settle().await;
    rig.wait(SignedDuration::from_mins(5)).await;
    let posts = rig.world.posts();
    assert_eq!((posts.len(), copies(&posts).len()), (2, 2), "{posts:?}");
}
