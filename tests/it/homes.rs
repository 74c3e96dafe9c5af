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

/// What stands in a channel by now, edited and all.
fn stands(rig: &Rig, channel: &str) -> Vec<String> {
    let mut messages: Vec<Post> = Vec::new();
    for post in rig.world.posts().into_iter().filter(|post| post.to == format!("public:{channel}")) {
        match messages.iter_mut().find(|known| known.message == post.message) {
            Some(known) => *known = post,
            None => messages.push(post),
        }
    }
    messages.into_iter().map(|post| post.text).collect()
}

const MOVED: &str = "is not here any more\n\nOur community's asks stand in";

/// How often it was said that a card moved away.
fn moves(rig: &Rig) -> usize {
    rig.world.posts().iter().filter(|post| post.cause == Cause::Moved).count()
}

async fn two_asks() -> Rig {
    let mut rig = served().await;
    for words in ["Secret lamps", "A ladder"] {
        asks(&mut rig, words).await;
    }
    rig
}

async fn set_up(rig: &mut Rig, channel: &str) {
    let setup = fills(rig, channel, "amara", "community setup", &[("name", "Eastbank")]);
    rig.engine().hear(setup).await.unwrap();
}

#[tokio::test]
async fn nothing_of_an_ask_stays_where_the_home_was() {
    let mut rig = two_asks().await;
    set_up(&mut rig, "aid").await;
    rig.crash().await;
    // It ends before the first card is edited, and again before it hears that it is.
    for edited in [false, true] {
        loop {
            let parcel = rig.claim().await.unwrap();
            let receipt = match (parcel.cause, parcel.unresolved_since) {
                (Cause::Moved, None) if edited => rig.send(&parcel).await,
                (Cause::Moved, Some(_)) => Receipt::new(parcel.row, Outcome::Absent),
                (Cause::Moved, None) => break,
                _ => rig.send(&parcel).await,
            };
            if edited && parcel.unresolved_since.is_none() {
                break;
            }
            assert!(rig.engine().receipt(receipt).await.unwrap());
        }
        rig.crash().await;
    }
    assert_eq!(moves(&rig), 1);
    rig.wait(SignedDuration::from_mins(5)).await;
    does(&mut rig, "chat", "dev", "edit", &[("ask", "A1"), ("visibility", "private")]).await;
    does(&mut rig, "chat", "dev", "withdraw", &[("id", "A2")]).await;
    rig.wait(SignedDuration::from_hours(2)).await;
    let old = stands(&rig, "help");
    assert_eq!(old.len(), 2, "{old:?}");
    for text in old {
        assert!(text.contains(MOVED) && !text.contains("/pledge") && !text.contains("/maybe"), "{text}");
    }
    let new = stands(&rig, "aid");
    assert!(
        new.len() == 2 && new.iter().all(|text| text.contains("no longer needed") || text.contains("A1")),
        "{new:?}"
    );
    assert!(new.iter().all(|text| !text.contains("lamps") && !text.contains("ladder")), "{new:?}");
    assert_eq!(moves(&rig), 2, "each once");
}

#[tokio::test]
async fn there_and_back_each_ask_has_one_live_card() {
    let mut rig = two_asks().await;
    for channel in ["aid", "help", "aid", "help"] {
        set_up(&mut rig, channel).await;
        rig.settle().await;
    }
    let live = |channel: &str| stands(&rig, channel).into_iter().filter(|text| text.contains("/pledge")).count();
    assert_eq!((live("help"), live("aid"), moves(&rig)), (2, 0, 8));
    assert_eq!(
        (stands(&rig, "help").len(), stands(&rig, "aid").len()),
        (6, 4),
        "what said that it moved stays as it is"
    );
    does(&mut rig, "chat", "dev", "edit", &[("ask", "A1"), ("words", "One lamp")]).await;
    let said = [stands(&rig, "help"), stands(&rig, "aid")].concat();
    assert_eq!(said.iter().filter(|text| text.contains("One lamp")).count(), 1);
    assert!(said.iter().all(|text| !text.contains("Secret lamps")), "{said:?}");
}

/// Moved back before anything of it was said, the cards are what they were.
#[tokio::test]
async fn a_move_that_was_taken_back_at_once_is_not_told() {
    let mut rig = two_asks().await;
    for channel in ["aid", "help"] {
        set_up(&mut rig, channel).await;
    }
    rig.settle().await;
    assert_eq!((stands(&rig, "help").len(), stands(&rig, "aid").len(), moves(&rig)), (2, 0, 0));
}

/// Where the bot may not edit, it goes on trying for as long as anybody may read there.
#[tokio::test]
async fn a_card_that_cannot_be_edited_says_so_when_it_can() {
    let mut rig = two_asks().await;
    rig.world.hide("help", true);
    set_up(&mut rig, "aid").await;
    rig.wait(SignedDuration::from_hours(30)).await;
    assert_eq!((stands(&rig, "aid").len(), moves(&rig)), (2, 0));
    assert!(told(&rig, "amara").is_empty(), "it is our place no more");
    let said = check(&mut rig, true).await;
    assert!(!said.contains("our places"), "{said}");
    rig.world.hide("help", false);
    rig.wait(SignedDuration::from_hours(7)).await;
    assert!(stands(&rig, "help").iter().all(|text| text.contains(MOVED)) && moves(&rig) == 2);
}

#[tokio::test]
async fn what_waited_for_the_old_home_is_said_in_the_new_one() {
    let mut rig = served().await;
    does(&mut rig, "chat", "amara", "gathering new", &[("when", "2026-03-20 18:00")]).await;
    rig.world.hide("help", true);
    asks(&mut rig, "Two lamps").await;
    does(&mut rig, "chat", "amara", "digest post", &[]).await;
    set_up(&mut rig, "aid").await;
    rig.settle().await;
    assert_eq!(stands(&rig, "help"), Vec::<String>::new());
    assert_eq!((stands(&rig, "aid").len(), digests(&rig), moves(&rig)), (2, 1, 0));
}

#[tokio::test]
async fn a_channel_that_is_gone_is_one_line_of_the_check_and_another_one_takes_its_place() {
    let mut rig = two_asks().await;
    rig.world.hide("help", true);
    asks(&mut rig, "A rope").await;
    let mut check = fills(&mut rig, "chat", "amara", "community check", &[]);
    check.able = vec![(Ability::Find, false)];
    rig.engine().hear(check).await.unwrap();
    rig.settle().await;
    let said = last(&rig).text;
    assert!(said.contains("❌ Our channel is gone.") && said.contains("/community setup"), "{said}");
    assert!(!said.contains("permission") && !said.contains("our places") && !said.contains("All is well"), "{said}");
    set_up(&mut rig, "aid").await;
    rig.settle().await;
    assert_eq!(stands(&rig, "aid").len(), 3);
}
