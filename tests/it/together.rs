//! One community on two platforms: what is read where, who convenes it, and how a place comes to be one of its. What becomes
//! of people with an account on each is in `accounts`.
//!
//! Eastbank is a room of the console's; its other place is a channel on Discord.

use std::collections::BTreeSet;

use barnraiser::domain::Refusal;
use barnraiser::domain::community::{Platform, Role};
use barnraiser::engine::clock::Clock as _;
use barnraiser::engine::inbound::{Answer, Audience, Cause, Inbound, Reply};
use barnraiser::ops::backup;
use barnraiser::speech::message::Message;
use jiff::SignedDuration;

use crate::afterwards::restore_into;
use crate::rig::{Post, Rig, chicago, read};

const DISCORD: Platform = Platform::Discord;
const CHANNEL: &str = "asks";

/// Who speaks, and where: `dev` in Eastbank's room, `dev@dm` alone with the bot, `dev@asks` in the channel on Discord,
/// `dev@away` alone with the bot there.
pub fn said(rig: &mut Rig, who: &str, text: &str) -> Inbound {
    match who.split_once('@') {
        None => rig.inbound(who, text),
        Some((who, "dm")) => rig.inbound_directly(who, text),
        Some((who, "away")) => rig.inbound_on(DISCORD, None, &format!("{who}-d"), text),
        Some((who, place)) => {
            let inbound = rig.inbound_on(DISCORD, Some(place), &format!("{who}-d"), text);
            Inbound { standing: Some(Role::Member), ..inbound }
        }
    }
}

pub async fn try_say(rig: &mut Rig, who: &str, text: &str) -> Reply {
    let inbound = said(rig, who, text);
    rig.hear(inbound).await
}

pub async fn say(rig: &mut Rig, who: &str, text: &str) -> String {
    let reply = try_say(rig, who, text).await;
    assert_eq!(reply.cause, Cause::Reply, "{who}: {text}: {}", read(&reply));
    read(&reply)
}

/// The same by somebody who manages the channel on Discord.
async fn manage(rig: &mut Rig, who: &str, text: &str) -> Reply {
    let inbound = said(rig, who, text);
    rig.hear(Inbound { standing: Some(Role::Convener), ..inbound }).await
}

pub async fn refused(rig: &mut Rig, who: &str, text: &str) -> Refusal {
    match try_say(rig, who, text).await.message {
        Message::Refused(refusal) => refusal,
        other => panic!("{who}: {text}: {other:?}"),
    }
}

/// The code in something that was said.
pub fn code(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_uppercase() && c != '-');
    let mut codes = words.filter(|word| word.len() == 9 && word.find('-') == Some(4));
    codes.next().unwrap_or_else(|| panic!("no code in {text}")).to_owned()
}

/// A community that is on Discord, too: Amara gives the code, Dora manages the channel.
pub async fn on_both() -> Rig {
    let mut rig = Rig::eastbank().await;
    unite(&mut rig).await;
    rig.settle().await;
    rig
}

async fn unite(rig: &mut Rig) {
    let first = code(&say(rig, "amara", "community link").await);
    let second = code(&read(&manage(rig, "dora@asks", &format!("community link {first}")).await));
    say(rig, "amara", &format!("community link {second}")).await;
}

/// Both accounts of somebody say each other's code.
pub async fn link(rig: &mut Rig, one: &str, other: &str) {
    let first = code(&say(rig, one, "link").await);
    let second = code(&say(rig, other, &format!("link {first}")).await);
    say(rig, one, &format!("link {second}")).await;
}

pub async fn number(rig: &Rig, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut rig.file().await).await.unwrap()
}

pub async fn text(rig: &Rig, sql: &'static str) -> String {
    sqlx::query_scalar(sql).fetch_one(&mut rig.file().await).await.unwrap()
}

fn cards(posts: &[Post], to: &str) -> Vec<String> {
    let cards = posts.iter().filter(|post| post.cause == Cause::Card && post.to == to);
    cards.map(|post| post.refs.join("")).collect()
}

pub const MEMBERS: &str = "select count(*) from members where is_now is null";
pub const ORPHANS: &str = "select count(*) from pragma_foreign_key_check";

#[tokio::test]
async fn an_ask_on_either_has_a_card_on_both_and_a_pledge_on_either_changes_both() {
    let mut rig = on_both().await;
    say(&mut rig, "dev", "ask Two lamps need:2").await;
    say(&mut rig, "bea@asks", "ask A ladder").await;
    rig.settle().await;
    assert_eq!(cards(&rig.world.posts(), "public:eastbank"), ["A1", "A2"]);
    assert_eq!(cards(&rig.discord.posts(), "public:asks"), ["A1", "A2"]);

    say(&mut rig, "bea@asks", "pledge A1 what:\"a lamp\" by:2026-03-11").await;
    say(&mut rig, "dev", "pledge A2 what:mine by:2026-03-11").await;
    rig.settle().await;
    for (posts, place) in [(rig.world.posts(), "public:eastbank"), (rig.discord.posts(), "public:asks")] {
        let now = |ask: &str| posts.iter().rev().find(|post| post.cause == Cause::Card && post.refs == [ask]).unwrap();
        assert_eq!(cards(&posts, place), ["A1", "A2", "A1", "A2"], "{place}");
        assert!(now("A1").text.contains("1 of 2") && now("A2").text.contains("A2 is in hand"), "{place}");
    }
    // Whoever asked is told where they asked, and each is answered where they spoke.
    let told =
        |posts: Vec<Post>| posts.into_iter().filter(|p| p.cause == Cause::Notice).map(|p| p.to).collect::<Vec<_>>();
    assert_eq!(told(rig.world.posts()), ["public:eastbank", "dm:dev"]);
    assert_eq!(told(rig.discord.posts()), ["public:asks", "dm:bea-d"]);
}

#[tokio::test]
async fn digests_go_to_both_places() {
    let mut rig = on_both().await;
    say(&mut rig, "amara", "gathering new when:\"2026-03-12 18:00\"").await;
    say(&mut rig, "amara", "digest post").await;
    rig.settle().await;
    for posts in [rig.world.posts(), rig.discord.posts()] {
        assert_eq!(posts.iter().filter(|post| post.cause == Cause::Digest).count(), 1);
    }
}

#[tokio::test]
async fn whoever_convenes_one_of_the_places_convenes_the_community() {
    let mut rig = on_both().await;
    assert_eq!(manage(&mut rig, "dora@asks", "care").await.cause, Cause::Reply);
    // Also alone with the bot, where no platform says what they are.
    say(&mut rig, "dora@away", "care").await;
    assert_eq!(refused(&mut rig, "bea@asks", "care").await, Refusal::ConvenersOnly);
    // Somebody with standing in the one place and an account without any in the other.
    let inbound = Inbound { standing: Some(Role::Convener), ..said(&mut rig, "luis", "me") };
    rig.hear(inbound).await;
    say(&mut rig, "luis@asks", "offer Soup").await;
    link(&mut rig, "luis", "luis@asks").await;
    say(&mut rig, "luis@asks", "care").await;
    say(&mut rig, "luis@away", "care").await;
    assert_eq!(number(&rig, "select count(*) from standings where account = 'luis'").await, 1);
    // What the one platform takes away ends everywhere; the other's stays.
    let inbound = Inbound { standing: Some(Role::Member), ..said(&mut rig, "luis", "needs") };
    rig.hear(inbound).await;
    assert_eq!(refused(&mut rig, "luis@asks", "care").await, Refusal::ConvenersOnly);
    assert_eq!(manage(&mut rig, "luis@asks", "care").await.cause, Cause::Reply);
    say(&mut rig, "luis@dm", "care").await;
    // With both, what the one takes away leaves the other, in the very same breath.
    for standing in [Role::Convener, Role::Member] {
        let inbound = Inbound { standing: Some(standing), ..said(&mut rig, "luis", "community settings") };
        assert_eq!(rig.hear(inbound).await.cause, Cause::Reply, "{standing:?}");
    }
    assert_eq!(text(&rig, "select group_concat(account) from standings where account like 'luis%'").await, "luis-d");
}

#[tokio::test]
async fn a_nudge_goes_where_the_person_acted_last() {
    let mut rig = on_both().await;
    say(&mut rig, "dev", "ask Two lamps need:2").await;
    say(&mut rig, "bea", "pledge A1 what:\"a lamp\" by:2026-03-11").await;
    say(&mut rig, "bea@asks", "offer Soup").await;
    link(&mut rig, "bea", "bea@asks").await;
    rig.wait(SignedDuration::from_mins(5)).await;
    say(&mut rig, "bea@away", "me notices:on").await;
    rig.advance(chicago("2026-03-09 12:00")).await;
    assert_eq!((rig.world.nudges().len(), rig.discord.nudges().len()), (0, 1), "the reminder");
    say(&mut rig, "bea", "me notices:on").await;
    rig.advance(chicago("2026-03-12 12:00")).await;
    assert_eq!((rig.world.nudges().len(), rig.discord.nudges().len()), (1, 1), "the check");
    assert_eq!(rig.discord.nudges()[0].to, "dm:bea-d");
    // Each side's message says how to answer it there.
    say(&mut rig, "bea@away", "done P1").await;
    assert!(say(&mut rig, "bea", "mine").await.contains("done, waiting"));
}

#[tokio::test]
async fn a_reply_stays_where_it_was_asked() {
    let mut rig = on_both().await;
    say(&mut rig, "bea", "offer Soup").await;
    say(&mut rig, "bea@asks", "offer Soup").await;
    link(&mut rig, "bea", "bea@asks").await;
    rig.settle().await;
    let before = (rig.world.posts().len(), rig.discord.posts().len());
    let mut asked = said(&mut rig, "bea@away", "mine");
    asked.answer = Answer::Outbox;
    rig.engine().hear(asked).await.unwrap();
    say(&mut rig, "bea", "me notices:on").await;
    rig.settle().await;
    assert_eq!((rig.world.posts().len(), rig.discord.posts().len()), (before.0, before.1 + 1));
}

// The places.

#[tokio::test]
async fn a_place_becomes_one_of_a_community_and_everybody_knows() {
    let mut rig = Rig::eastbank().await;
    say(&mut rig, "dev", "ask Two lamps").await;
    say(&mut rig, "dev", "ask Soup").await;
    say(&mut rig, "bea", "pledge A2 what:soup by:2026-03-11").await;
    say(&mut rig, "dev", "ask A ladder").await;
    say(&mut rig, "dev", "withdraw A3").await;
    say(&mut rig, "dev@dm", "ask A quiet talk visibility:private").await;
    rig.settle().await;
    // Somebody has been there before, and nothing came of it.
    say(&mut rig, "hana@asks", "needs").await;
    say(&mut rig, "hana@asks", "me notices:on").await;
    assert_eq!(number(&rig, "select count(*) from communities").await, 2);

    let reply = try_say(&mut rig, "amara", "community link").await;
    assert_eq!(reply.audience, Audience::Private);
    let first = code(&read(&reply));
    insta::assert_snapshot!(read(&reply).replace(&first, "FIRST"), @"
    The code for Eastbank is FIRST. It is good once, for a quarter of an hour. I ask you before anything is joined. Until now our places are: eastbank on the console.
    - In the place that is to be one of ours, a convener of it sends community link FIRST
    ");
    let reply = manage(&mut rig, "dora@asks", &format!("community link {first}")).await;
    assert_eq!(reply.audience, Audience::Private);
    let second = code(&read(&reply));
    insta::assert_snapshot!(read(&reply).replace(&second, "SECOND"), @"
    That is the code of Eastbank, and nothing has changed yet. Joined, this place's conveners are conveners of Eastbank, too, and theirs of this place.
    - Give this to the convener who gave you the first code, who sends it to me in turn: community link SECOND
    ");
    rig.settle().await;
    let asked = rig.world.posts().pop().unwrap();
    assert_eq!(asked.to, "dm:amara");
    assert!(
        asked.text.contains("dora-d on Discord (dora-d)") && asked.text.contains("asks on Discord"),
        "{}",
        asked.text
    );
    assert_eq!(number(&rig, "select count(*) from communities").await, 2, "nothing is joined yet");

    let before = rig.world.posts().len();
    let reply = try_say(&mut rig, "amara", &format!("community link {second}")).await;
    insta::assert_snapshot!(read(&reply), @"asks on Discord is now a place of Eastbank: every open ask has a card in all places, and digests go to all of them. To see that everything is in place: /community check");
    rig.settle().await;
    assert_eq!(number(&rig, "select count(*) from communities").await, 1);
    assert_eq!(number(&rig, "select count(*) from timers where community_id not in (0, 1)").await, 0);
    assert_eq!(number(&rig, ORPHANS).await, 0);
    for posts in [rig.world.posts(), rig.discord.posts()] {
        let told = posts.iter().filter(|post| post.text.contains("belong together, as Eastbank"));
        assert_eq!(told.count(), 1);
    }
    assert_eq!(rig.world.posts().len(), before + 1, "and nothing else in the room that was there");
    assert_eq!(cards(&rig.discord.posts(), "public:asks"), ["A1", "A2"], "what is asked has a card there, too");
    let told = rig.discord.posts().into_iter().find(|post| post.to == "dm:dora-d").unwrap();
    assert!(told.text.contains("asks on Discord is now a place of Eastbank"), "{}", told.text);
    assert!(say(&mut rig, "hana@asks", "needs").await.contains("Two lamps"));
    say(&mut rig, "dora@away", "care").await;
    assert_eq!(
        manage(&mut rig, "dora@asks", &format!("community link {second}")).await.message,
        Message::Refused(Refusal::NoSuchCode)
    );
}

#[tokio::test]
async fn a_community_that_has_something_is_not_poured_into_another() {
    for thing in ["ask Bread", "offer Bread", "gathering new when:\"2026-03-12 18:00\""] {
        let mut rig = Rig::eastbank().await;
        let first = code(&say(&mut rig, "amara", "community link").await);
        assert_eq!(manage(&mut rig, "dora@asks", thing).await.cause, Cause::Reply, "{thing}");
        let refused = manage(&mut rig, "dora@asks", &format!("community link {first}")).await;
        assert_eq!(refused.message, Message::Refused(Refusal::PlaceHasThings), "{thing}");
        assert_eq!(number(&rig, "select count(*) from communities").await, 2);
    }
    // Nor if it came to have something meanwhile.
    let mut rig = Rig::eastbank().await;
    let first = code(&say(&mut rig, "amara", "community link").await);
    let second = code(&read(&manage(&mut rig, "dora@asks", &format!("community link {first}")).await));
    say(&mut rig, "hal@asks", "ask Bread").await;
    assert_eq!(refused(&mut rig, "amara", &format!("community link {second}")).await, Refusal::PlaceHasThings);
    assert_eq!(number(&rig, "select count(*) from communities").await, 2);
}

#[tokio::test]
async fn only_conveners_join_places_and_only_by_both_codes() {
    let mut rig = Rig::eastbank().await;
    say(&mut rig, "dev", "ask Two lamps").await;
    assert_eq!(refused(&mut rig, "dev", "community link").await, Refusal::ConvenersOnly);
    let first = code(&say(&mut rig, "amara", "community link").await);
    assert_eq!(refused(&mut rig, "mallory@asks", &format!("community link {first}")).await, Refusal::ConvenersOnly);
    assert_eq!(refused(&mut rig, "amara", &format!("community link {first}")).await, Refusal::CodeForOtherPlace);
    assert_eq!(number(&rig, "select count(*) from communities").await, 1, "and nothing began over there");
    // Somebody who overheard it manages a place of their own.
    let second = code(&read(&manage(&mut rig, "mallory@lair", &format!("community link {first}")).await));
    let refuse = manage(&mut rig, "mallory@lair", &format!("community link {second}")).await;
    assert_eq!(refuse.message, Message::Refused(Refusal::CodeForOtherPlace));
    assert_eq!(
        manage(&mut rig, "dora@asks", &format!("community link {first}")).await.message,
        Message::Refused(Refusal::NoSuchCode)
    );
    rig.settle().await;
    assert!(rig.world.posts().iter().any(|post| post.to == "dm:amara" && post.text.contains("mallory-d on Discord")));
    rig.settle().await;
    assert_eq!(cards(&rig.discord.posts(), "public:lair"), Vec::<String>::new());
    // Whoever has said it there and manages it no more has said nothing.
    let first = code(&say(&mut rig, "amara", "community link").await);
    let second = code(&read(&manage(&mut rig, "dora@asks", &format!("community link {first}")).await));
    say(&mut rig, "dora@asks", "needs").await;
    assert_eq!(refused(&mut rig, "amara", &format!("community link {second}")).await, Refusal::NoSuchCode);
    // A code for accounts joins no places, and the other way round.
    let first = code(&say(&mut rig, "amara", "link").await);
    assert_eq!(
        manage(&mut rig, "dora@asks", &format!("community link {first}")).await.message,
        Message::Refused(Refusal::NoSuchCode)
    );
}

#[tokio::test]
async fn people_of_both_places_are_one_person_each_in_the_one_community() {
    let mut rig = Rig::eastbank().await;
    // Luis has accounts on both sides already, from Millrace, and was appointed over there; what happened for him waits.
    say(&mut rig, "luis", "offer Soup").await;
    say(&mut rig, "luis@asks", "me notices:on").await;
    link(&mut rig, "luis", "luis@asks").await;
    manage(&mut rig, "dora@asks", "convener add luis-d").await;
    rig.settle().await;
    unite(&mut rig).await;
    rig.settle().await;
    say(&mut rig, "luis@dm", "care").await;
    assert_eq!(number(&rig, "select count(distinct member_id) from accounts where ref like 'luis%'").await, 1);
    assert_eq!(
        (number(&rig, "select count(distinct community_id) from members").await, number(&rig, ORPHANS).await),
        (1, 0)
    );
}

#[tokio::test]
async fn an_answer_that_waited_while_its_community_became_another_is_given_once() {
    let mut rig = Rig::eastbank().await;
    let mut asked = said(&mut rig, "hana@asks", "me");
    asked.answer = Answer::Outbox;
    rig.engine().hear(asked).await.unwrap();
    let room = tempfile::tempdir().unwrap();
    let archive = room.path().join("b.tar");
    backup::make(&rig.data(), &archive, backup::Existing::Keep, rig.clock.now()).await.unwrap();
    unite(&mut rig).await;
    rig.settle().await;
    let answers =
        |rig: &Rig| rig.discord.posts().iter().filter(|post| post.text.contains("How I write to you")).count();
    assert_eq!(answers(&rig), 1, "it is given, although its community has ended");
    restore_into(&mut rig, &archive).await;
    rig.settle().await;
    assert_eq!(answers(&rig), 1, "and found, although it knows nothing of the new one");
}

#[tokio::test]
async fn two_communities_stay_two_whoever_is_in_both() {
    let mut rig = on_both().await;
    say(&mut rig, "dev", "ask Two lamps").await;
    say(&mut rig, "dev@millrace", "ask Bread").await;
    link(&mut rig, "dev", "dev@millrace").await;
    rig.settle().await;
    assert!(say(&mut rig, "hal@millrace", "needs").await.contains("Bread"));
    assert!(!say(&mut rig, "hal@millrace", "needs").await.contains("lamps"));
    assert!(!say(&mut rig, "hana", "needs").await.contains("Bread"));
    let public: BTreeSet<String> =
        rig.discord.posts().into_iter().filter(|post| post.text.contains("lamps")).map(|post| post.to).collect();
    assert_eq!(public, BTreeSet::from(["public:asks".to_owned()]));
}

#[tokio::test]
async fn with_one_platform_away_the_other_goes_on() {
    let mut rig = on_both().await;
    say(&mut rig, "dev", "ask Two lamps need:2").await;
    rig.settle().await;
    rig.engine().place_left(DISCORD, CHANNEL).await.unwrap();
    let before = rig.discord.posts().len();
    say(&mut rig, "bea", "pledge A1 what:\"a lamp\" by:2026-03-11").await;
    rig.advance(chicago("2026-03-12 12:00")).await;
    assert_eq!((rig.world.nudges().len(), rig.discord.posts().len()), (2, before));
    rig.engine().place_back(DISCORD, CHANNEL, CHANNEL).await.unwrap();
    rig.settle().await;
    let [card] = rig.discord.posts().split_off(before).try_into().expect("its card, as it is now");
    assert!(card.text.contains("1 of 2"), "{card:?}");
}
