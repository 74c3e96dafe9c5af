//! The channel of a server where cards and digests stand: it takes nothing for a while, another one takes its place, or it is
//! gone.

use barnraiser::domain::community::Platform;
use barnraiser::engine::inbound::{Cause, Place};
use barnraiser::engine::parcel::{Outcome, Receipt};
use barnraiser::speech::message::Ability;
use jiff::SignedDuration;

use crate::rig::{Post, Rig};
use crate::servers::{cards, does, fills, last, served};

async fn asks(rig: &mut Rig, words: &str) {
    does(rig, "chat", "dev", "ask", &[("words", words)]).await;
}

/// What was said to somebody alone.
fn told(rig: &Rig, who: &str) -> Vec<Post> {
    rig.world.posts().into_iter().filter(|post| post.to == format!("dm:{who}")).collect()
}

fn digests(rig: &Rig) -> usize {
    rig.world.posts().iter().filter(|post| post.cause == Cause::Digest).count()
}

/// What the check says, with the platform's word that the bot may do everything or not write.
async fn check(rig: &mut Rig, may_write: bool) -> String {
    let mut check = fills(rig, "chat", "amara", "community check", &[]);
    check.able = vec![(Ability::See, true), (Ability::Write, may_write), (Ability::ReadHistory, true)];
    rig.engine().hear(check).await.unwrap();
    rig.settle().await;
    rig.world.posts().into_iter().rfind(|post| post.to == "only:amara").unwrap().text
}

#[tokio::test]
async fn a_digest_for_a_channel_that_takes_nothing_waits_and_the_conveners_hear_once() {
    let mut rig = served().await;
    does(&mut rig, "chat", "amara", "gathering new", &[("when", "2026-03-20 18:00")]).await;
    rig.world.mute("help", true);
    asks(&mut rig, "Secret lamps").await;
    does(&mut rig, "chat", "amara", "digest post", &[]).await;
    rig.crash().await;
    rig.wait(SignedDuration::from_mins(90)).await;
    let said = told(&rig, "amara");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].text.contains("I can't write in") && said[0].text.contains("/community check"), "{said:?}");
    assert!(!said[0].text.contains("lamps") && said[0].refs.is_empty(), "{said:?}");
    assert_eq!((digests(&rig), cards(&rig)), (0, vec![]));
    // Nobody says that it is mended: it is noticed.
    rig.world.mute("help", false);
    rig.wait(SignedDuration::from_hours(2)).await;
    assert_eq!((digests(&rig), cards(&rig)), (1, vec!["public:help A1".to_owned()]));
    rig.wait(SignedDuration::from_hours(48)).await;
    assert_eq!((digests(&rig), told(&rig, "amara").len()), (1, 1));
}

#[tokio::test]
async fn whoever_mended_it_has_everything_tried_at_once_by_the_check() {
    let mut rig = served().await;
    rig.world.mute("help", true);
    for words in ["Two lamps", "A ladder"] {
        asks(&mut rig, words).await;
    }
    let said = check(&mut rig, false).await;
    assert!(said.contains("❌ I can't post or read in one of our places.") && !said.contains("went out"), "{said}");
    rig.world.mute("help", false);
    let said = check(&mut rig, true).await;
    assert!(!said.contains("our places") && !said.contains("delivered"), "{said}");
    assert_eq!(cards(&rig), ["public:help A1", "public:help A2"]);
    assert!(check(&mut rig, true).await.contains("✅ Every message went out."));
}

/// Editing may be allowed where posting is not.
#[tokio::test]
async fn a_card_that_stands_there_is_edited_while_new_ones_wait() {
    let mut rig = served().await;
    asks(&mut rig, "Two lamps").await;
    rig.world.mute("help", true);
    asks(&mut rig, "A ladder").await;
    does(&mut rig, "chat", "dev", "withdraw", &[("id", "A1")]).await;
    assert_eq!(cards(&rig), ["public:help A1", "public:help A1"]);
    assert!(last_card(&rig).text.contains("no longer needed"), "{:?}", last_card(&rig));
    let tries = sqlx::query_scalar::<_, u32>("select count(*) from attempts where outcome = 'closed'");
    assert_eq!(tries.fetch_one(&mut rig.file().await).await.unwrap(), 1, "an edit says nothing about what waits");
    assert!(check(&mut rig, false).await.contains("❌ I can't post or read in one of our places."));
    // And where nothing may be edited either, the edit waits, too.
    rig.world.hide("help", true);
    does(&mut rig, "chat", "dev", "withdraw", &[("id", "A2")]).await;
    asks(&mut rig, "A rope").await;
    rig.world.hide("help", false);
    rig.world.mute("help", false);
    rig.wait(SignedDuration::from_mins(30)).await;
    assert_eq!(cards(&rig)[2..], ["public:help A2", "public:help A3"]);
    assert!(
        rig.world.posts().iter().all(|post| !post.text.contains("ladder")),
        "what was withdrawn meanwhile stays unsaid"
    );
}

fn last_card(rig: &Rig) -> Post {
    rig.world.posts().into_iter().rfind(|post| post.cause == Cause::Card).unwrap()
}

/// For as long as it helps, and no longer.
#[tokio::test]
async fn a_digest_that_could_not_be_posted_for_days_is_let_go_and_counted() {
    let mut rig = served().await;
    does(&mut rig, "chat", "amara", "gathering new", &[("when", "2026-03-20 18:00")]).await;
    rig.world.mute("help", true);
    does(&mut rig, "chat", "amara", "digest post", &[]).await;
    rig.wait(SignedDuration::from_hours(80)).await;
    rig.world.mute("help", false);
    rig.wait(SignedDuration::from_hours(24)).await;
    assert_eq!(digests(&rig), 0);
    let said = check(&mut rig, true).await;
    assert!(said.contains("would have come too late to help") && !said.contains("went out"), "{said}");
}

/// A platform that will not take a card at all says nothing about the place.
#[tokio::test]
async fn a_card_that_was_refused_is_posted_again_by_the_check_and_then_no_failure() {
    let mut rig = served().await;
    let ask = fills(&mut rig, "chat", "dev", "ask", &[("words", "Two lamps")]);
    rig.engine().hear(ask).await.unwrap();
    while let Some(parcel) = rig.claim().await {
        let refused = Receipt::new(parcel.row, Outcome::Refused { reason: "400".to_owned() });
        let receipt = if parcel.cause == Cause::Card { refused } else { rig.send(&parcel).await };
        assert!(rig.engine().receipt(receipt).await.unwrap());
    }
    let said = check(&mut rig, true).await;
    assert!(said.contains("could not be delivered") && !said.contains("went out"), "{said}");
    assert_eq!(cards(&rig), ["public:help A1"]);
    let said = check(&mut rig, true).await;
    assert!(!said.contains("could not be delivered") && said.contains("went out"), "{said}");
}

#[tokio::test]
async fn a_channel_where_it_may_not_write_does_not_become_the_home() {
    let mut rig = served().await;
    asks(&mut rig, "Two lamps").await;
    let mute = [(Ability::See, true), (Ability::Write, false)];
    let hidden = [(Ability::See, false), (Ability::Write, false)];
    for (able, how) in [(mute, "give me Send Messages"), (hidden, "View Channel and Send Messages")] {
        let mut setup = fills(&mut rig, "mute", "amara", "community setup", &[("name", "Westbank")]);
        setup.able = able.to_vec();
        rig.engine().hear(setup).await.unwrap();
        rig.settle().await;
        let said = last(&rig);
        assert!(said.cause == Cause::Refusal && said.text.contains(how), "{said:?}");
    }
    assert_eq!(rig.engine().home(Platform::Console, "guild").await.as_deref(), Some("help"));
    does(&mut rig, "chat", "dev", "withdraw", &[("id", "A1")]).await;
    assert_eq!(cards(&rig), ["public:help A1", "public:help A1"]);
    let names = sqlx::query_scalar::<_, String>("select name from communities").fetch_all(&mut rig.file().await).await;
    assert_eq!(names.unwrap(), ["Eastbank"], "nothing has changed");
    // Where it has not been anywhere yet it is nowhere afterwards.
    let mut setup = fills(&mut rig, "mute", "amara", "community setup", &[("name", "Mill"), ("zone", "UTC")]);
    setup.place = Place::Public { id: "mute".to_owned(), name: "Mill".to_owned(), server: Some("other".to_owned()) };
    setup.able = mute.to_vec();
    rig.engine().hear(setup).await.unwrap();
    rig.settle().await;
    assert_eq!(rig.engine().home(Platform::Console, "other").await, None);
}
