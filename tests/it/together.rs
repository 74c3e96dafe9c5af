//! One community on two platforms, and people with an account on each: what is joined, how, and what can go wrong with it.
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

use crate::afterwards::{copies, restore_into};
use crate::rig::{Post, Rig, chicago, read};

const DISCORD: Platform = Platform::Discord;
const CHANNEL: &str = "asks";

/// Who speaks, and where: `dev` in Eastbank's room, `dev@dm` alone with the bot, `dev@asks` in the channel on Discord,
/// `dev@away` alone with the bot there.
fn said(rig: &mut Rig, who: &str, text: &str) -> Inbound {
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

async fn refused(rig: &mut Rig, who: &str, text: &str) -> Refusal {
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

async fn text(rig: &Rig, sql: &'static str) -> String {
    sqlx::query_scalar(sql).fetch_one(&mut rig.file().await).await.unwrap()
}

fn cards(posts: &[Post], to: &str) -> Vec<String> {
    let cards = posts.iter().filter(|post| post.cause == Cause::Card && post.to == to);
    cards.map(|post| post.refs.join("")).collect()
}

const MEMBERS: &str = "select count(*) from members where is_now is null";
const ORPHANS: &str = "select count(*) from pragma_foreign_key_check";

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
async fn two_accounts_become_one_member_and_nothing_is_lost() {
    let mut rig = on_both().await;
    say(&mut rig, "dev", "ask Two lamps need:2").await;
    say(&mut rig, "bea@asks", "pledge A1 what:\"a lamp\" by:2026-03-11").await;
    say(&mut rig, "bea", "ask Soup for a week visibility:open").await;
    say(&mut rig, "bea@away", "ask A quiet talk visibility:private").await;
    say(&mut rig, "bea@away", "offer A van").await;
    say(&mut rig, "bea", "offer A drill").await;
    say(&mut rig, "bea", "maybe A1").await;
    say(&mut rig, "hana", "pledge A2 what:soup by:2026-03-11").await;
    say(&mut rig, "bea@away", "maybe A2").await;
    rig.settle().await;
    let (before, members) = (rig.engine().reports().await.unwrap(), number(&rig, MEMBERS).await);
    assert!(!say(&mut rig, "bea", "mine").await.contains("quiet talk"));

    link(&mut rig, "bea", "bea@asks").await;
    assert_eq!(rig.engine().reports().await.unwrap(), before);
    assert_eq!((number(&rig, MEMBERS).await, number(&rig, ORPHANS).await), (members - 1, 0));
    for who in ["bea", "bea@dm", "bea@asks", "bea@away"] {
        let mine = say(&mut rig, who, "mine").await;
        for thing in ["Soup for a week", "quiet talk", "a lamp", "A van", "A drill"] {
            assert!(mine.contains(thing), "{who}: {thing}: {mine}");
        }
        assert!(!mine.contains("Your maybes"), "{who} has pledged to A1 and asked A2: {mine}");
        let me = say(&mut rig, who, "me").await;
        assert!(me.contains("Your accounts, first the one I write to: "), "{me}");
        assert!(me.contains("bea on the console") && me.contains("bea-d on Discord"), "{me}");
    }
    // Either account may go on with what the other began.
    say(&mut rig, "bea", "done P1").await;
    say(&mut rig, "bea@away", "confirm P2").await;
    rig.settle().await;
    // Both were told, each on its own side; nobody else was.
    let told = |posts: &[Post], who: &str| {
        posts.iter().filter(|post| post.to == who && post.text.contains("are one person")).count()
    };
    assert_eq!(told(&rig.discord.posts(), "dm:bea-d"), 1);
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

// The codes.

#[tokio::test]
async fn both_sides_are_shown_who_the_other_is_before_anything_is_joined() {
    let mut rig = on_both().await;
    say(&mut rig, "dev", "offer Soup").await;
    say(&mut rig, "dev@asks", "offer Soup").await;
    let reply = try_say(&mut rig, "dev", "link").await;
    assert_eq!(reply.audience, Audience::Private);
    let first = code(&read(&reply));
    insta::assert_snapshot!(read(&reply).replace(&first, "FIRST"), @"
    Your code is FIRST. It is good once, for a quarter of an hour. Each of your accounts is shown who the other one is, and nothing is joined before you say so here.
    - From your other account, send me link FIRST
    ");
    let reply = try_say(&mut rig, "dev@asks", &format!("link {first}")).await;
    assert_eq!(reply.audience, Audience::Private);
    let second = code(&read(&reply));
    insta::assert_snapshot!(read(&reply).replace(&second, "SECOND"), @"
    That is the code of dev on the console (dev). Joined, both are one: whatever you asked and promised, also in private, is yours on both. If it isn't you, do nothing, and give this code to nobody.
    - If that is you as well, send me from there link SECOND
    ");
    rig.settle().await;
    let asked = rig.world.posts().pop().unwrap();
    assert_eq!((asked.to.as_str(), asked.cause), ("dm:dev", Cause::Reply));
    assert!(asked.text.contains("dev-d on Discord (dev-d) has just said your code"), "{}", asked.text);
    assert_eq!(number(&rig, MEMBERS).await, 4, "nothing is joined yet");
    let reply = try_say(&mut rig, "dev", &format!("link {}", second.to_lowercase())).await;
    insta::assert_snapshot!(read(&reply), @"
    From now on this account and dev-d on Discord (dev-d) are one person for me. I write to the one you used last.
    - All that is yours: /mine
    - To take the other one out again: /unlink dev-d
    ");
    assert_eq!(number(&rig, MEMBERS).await, 3);
    // Said again, it is none any more.
    assert_eq!(refused(&mut rig, "dev", &format!("link {second}")).await, Refusal::NoSuchCode);
}

#[tokio::test]
async fn who_overhears_a_code_gets_nothing_by_it() {
    let mut rig = on_both().await;
    for who in ["dev", "mallory", "dev@asks", "mallory@asks"] {
        say(&mut rig, who, "offer Soup").await;
    }
    let before = number(&rig, MEMBERS).await;
    // The first one: they hold an answer that nobody says for them, and the owner hears who it was.
    let first = code(&say(&mut rig, "dev", "link").await);
    let second = code(&say(&mut rig, "mallory@asks", &format!("link {first}")).await);
    assert_eq!(refused(&mut rig, "mallory@asks", &format!("link {second}")).await, Refusal::CodeForOtherAccount);
    assert_eq!(refused(&mut rig, "mallory", &format!("link {second}")).await, Refusal::NoSuchCode);
    assert_eq!(refused(&mut rig, "dev@asks", &format!("link {first}")).await, Refusal::NoSuchCode);
    rig.settle().await;
    assert!(rig.world.posts().iter().any(|post| post.to == "dm:dev" && post.text.contains("mallory-d on Discord")));
    // The second one: it counts only where the first was given.
    let first = code(&say(&mut rig, "dev", "link").await);
    assert_eq!(refused(&mut rig, "dev", &format!("link {first}")).await, Refusal::CodeForOtherAccount);
    let second = code(&say(&mut rig, "dev@asks", &format!("link {first}")).await);
    for who in ["mallory", "mallory@asks"] {
        assert_eq!(refused(&mut rig, who, &format!("link {second}")).await, Refusal::NoSuchCode);
    }
    assert_eq!(refused(&mut rig, "dev@asks", &format!("link {second}")).await, Refusal::CodeForOtherAccount);
    assert_eq!(number(&rig, MEMBERS).await, before, "nobody is joined with anybody");
    say(&mut rig, "dev", &format!("link {second}")).await;
    assert_eq!(number(&rig, MEMBERS).await, before - 1);
    assert_eq!(
        refused(&mut rig, "dev@asks", "unlink mallory-d").await,
        Refusal::WhichAccount(vec!["dev-d".into(), "dev".into()])
    );
}

#[tokio::test]
async fn a_code_is_over_after_a_quarter_of_an_hour_and_a_new_one_ends_the_old() {
    let mut rig = on_both().await;
    say(&mut rig, "dev@asks", "offer Soup").await;
    let old = code(&say(&mut rig, "dev", "link").await);
    let first = code(&say(&mut rig, "dev", "link").await);
    assert_ne!(old, first);
    assert_eq!(refused(&mut rig, "dev@asks", &format!("link {old}")).await, Refusal::NoSuchCode);
    rig.wait(SignedDuration::from_mins(15)).await;
    assert_eq!(refused(&mut rig, "dev@asks", &format!("link {first}")).await, Refusal::NoSuchCode);
    let first = code(&say(&mut rig, "dev", "link").await);
    rig.wait(SignedDuration::from_mins(14)).await;
    let second = code(&say(&mut rig, "dev@asks", &format!("link {first}")).await);
    rig.wait(SignedDuration::from_mins(15)).await;
    assert_eq!(refused(&mut rig, "dev", &format!("link {second}")).await, Refusal::NoSuchCode);
    // Over a restart it counts just the same.
    let first = code(&say(&mut rig, "dev", "link").await);
    rig.crash().await;
    let second = code(&say(&mut rig, "dev@asks", &format!("link {first}")).await);
    rig.crash().await;
    say(&mut rig, "dev", &format!("link {second}")).await;
}

#[tokio::test]
async fn guessing_ends_after_five_tries_even_with_the_right_code() {
    let mut rig = on_both().await;
    say(&mut rig, "mallory@asks", "offer Soup").await;
    let first = code(&say(&mut rig, "dev", "link").await);
    for guess in ["BCDFGHJK", "nonsense", "GHJK-MNPQ", "link", "BCDF-GHJM"] {
        assert_eq!(refused(&mut rig, "mallory@asks", &format!("link {guess}")).await, Refusal::NoSuchCode);
    }
    rig.crash().await;
    for said in [first.as_str(), "BCDF-GHJM"] {
        assert_eq!(refused(&mut rig, "mallory@asks", &format!("link {said}")).await, Refusal::TooManyCodes);
    }
    // Somebody else is not held up by it, and an hour later nobody is.
    let first = code(&say(&mut rig, "dev", "link").await);
    say(&mut rig, "dev@asks", &format!("link {first}")).await;
    rig.wait(SignedDuration::from_mins(61)).await;
    assert_eq!(refused(&mut rig, "mallory@asks", "link BCDF-GHJM").await, Refusal::NoSuchCode);
}

#[tokio::test]
async fn a_code_is_kept_nowhere() {
    let mut rig = on_both().await;
    say(&mut rig, "dev@asks", "offer Soup").await;
    let first = code(&say(&mut rig, "dev", "link").await);
    let second = code(&say(&mut rig, "dev@asks", &format!("link {first}")).await);
    let plain = [&first, &second].map(|code| code.replace('-', ""));
    let dump = crate::console::dump(&rig.database()).await.join("\n");
    for code in [&first, &second].into_iter().chain(&plain) {
        assert!(!dump.contains(code.as_str()), "{code}");
    }
    assert!(!format!("{:?}", Message::LinkCode { code: first.as_str().into() }).contains(&first));
    rig.advance(chicago("2026-03-06 12:00")).await;
    assert_eq!(number(&rig, "select count(*) from codes").await, 0, "what is over is forgotten");
}

// Taken apart again.

#[tokio::test]
async fn an_account_that_leaves_begins_anew_and_everything_stays_with_the_other() {
    let mut rig = on_both().await;
    say(&mut rig, "dev", "ask Two lamps").await;
    say(&mut rig, "dev@asks", "offer A van").await;
    link(&mut rig, "dev", "dev@asks").await;
    let reply = say(&mut rig, "dev@asks", "unlink").await;
    assert!(reply.contains("stays with dev on the console"), "{reply}");
    assert!(say(&mut rig, "dev@asks", "mine").await.contains("Nothing of yours"));
    let mine = say(&mut rig, "dev", "mine").await;
    assert!(mine.contains("Two lamps") && mine.contains("A van"), "{mine}");
    for who in ["dev", "dev@asks"] {
        assert_eq!(refused(&mut rig, who, "unlink").await, Refusal::OnlyAccount);
    }
    // And once more, the other way round: from here, the other one is put out, and hears it.
    link(&mut rig, "dev@asks", "dev").await;
    say(&mut rig, "dev", "unlink discord").await;
    rig.settle().await;
    assert!(say(&mut rig, "dev", "mine").await.contains("Two lamps"));
    assert!(say(&mut rig, "dev@asks", "mine").await.contains("Nothing of yours"));
    let told = rig.discord.posts().into_iter().filter(|post| post.text.contains("dev on the console")).next_back();
    assert!(told.is_some_and(|post| post.to == "dm:dev-d" && post.text.contains("took it out")));
    assert_eq!(number(&rig, ORPHANS).await, 0);
}

#[tokio::test]
async fn what_waited_for_an_account_that_leaves_goes_to_the_other() {
    let mut rig = on_both().await;
    say(&mut rig, "dev", "ask Two lamps need:2").await;
    say(&mut rig, "bea", "pledge A1 what:\"a lamp\" by:2026-03-11").await;
    say(&mut rig, "bea@asks", "offer Soup").await;
    link(&mut rig, "bea", "bea@asks").await;
    rig.settle().await;
    rig.clock.set(chicago("2026-03-09 09:00"));
    say(&mut rig, "bea@away", "me notices:on").await;
    rig.tick().await;
    assert_eq!(text(&rig, "select platform from outbox where cause = 'nudge'").await, "discord");
    say(&mut rig, "bea", "unlink bea-d").await;
    rig.settle().await;
    assert_eq!((rig.world.nudges().len(), rig.discord.nudges().len()), (1, 0));
}

// Merging.

#[tokio::test]
async fn linked_people_have_one_nudge_message_a_day() {
    let mut rig = on_both().await;
    say(&mut rig, "dev", "ask Four lamps need:4").await;
    say(&mut rig, "bea", "pledge A1 what:\"a lamp\" by:2026-03-11").await;
    say(&mut rig, "bea@asks", "pledge A1 what:\"another\" by:2026-03-11").await;
    rig.settle().await;
    rig.clock.set(chicago("2026-03-09 09:00"));
    rig.tick().await;
    assert_eq!(number(&rig, "select count(*) from outbox where cause = 'nudge'").await, 2, "each has one on its way");
    link(&mut rig, "bea", "bea@asks").await;
    rig.settle().await;
    assert_eq!(rig.world.nudges().len() + rig.discord.nudges().len(), 1);
    assert_eq!(number(&rig, "select sum(nudges_sent) from pledges").await, 1, "what was not said is not counted");
    rig.advance(chicago("2026-03-10 12:00")).await;
    assert_eq!(rig.world.nudges().len() + rig.discord.nudges().len(), 2, "the other one comes the next morning");
    // From now on what falls on one morning is one message.
    rig.advance(chicago("2026-03-12 12:00")).await;
    let checks = [rig.world.nudges(), rig.discord.nudges()].concat();
    assert_eq!(checks.len(), 3);
    assert!(checks.iter().any(|post| post.refs == ["P1", "P2"]), "{checks:?}");
}

#[tokio::test]
async fn somebody_who_had_their_nudge_today_gets_no_other_through_a_new_account() {
    let mut rig = on_both().await;
    // Omar is in Millrace on Discord, and not in Eastbank; Bea's other account is.
    say(&mut rig, "dev", "ask Four lamps need:4").await;
    say(&mut rig, "bea", "pledge A1 what:\"a lamp\" by:2026-03-11").await;
    say(&mut rig, "bea@millrace", "ask Soup").await;
    say(&mut rig, "hal@millrace", "ask Bread").await;
    say(&mut rig, "bea@millrace", "pledge A2 what:bread by:2026-03-11").await;
    rig.settle().await;
    rig.clock.set(chicago("2026-03-09 09:00"));
    rig.tick().await;
    // The one is there, the other waits.
    let nudge = rig.claim().await.unwrap();
    let receipt = rig.send(&nudge).await;
    assert!(rig.engine().receipt(receipt).await.unwrap());
    link(&mut rig, "bea", "bea@millrace").await;
    rig.settle().await;
    assert_eq!((rig.world.nudges().len(), rig.discord.nudges().len()), (1, 0));
    rig.advance(chicago("2026-03-10 12:00")).await;
    assert_eq!(rig.world.nudges().len() + rig.discord.nudges().len(), 2);
    // Each is a member of both now.
    assert!(say(&mut rig, "bea@dm", "mine in:millrace").await.contains("bread"));
    assert!(say(&mut rig, "bea@away", "mine in:eastbank").await.contains("a lamp"));
}

#[tokio::test]
async fn a_pledge_to_ones_own_ask_stands_and_is_not_kept_by_silence() {
    let mut rig = on_both().await;
    say(&mut rig, "bea", "ask A lamp").await;
    say(&mut rig, "bea@asks", "pledge A1 what:mine by:2026-03-11").await;
    link(&mut rig, "bea", "bea@asks").await;
    rig.settle().await;
    let before = rig.discord.posts().len() + rig.world.posts().len();
    let reply = say(&mut rig, "bea", "done P1").await;
    assert!(reply.contains("You asked for it yourself") && reply.contains("/confirm P1"), "{reply}");
    rig.advance(chicago("2026-04-20 12:00")).await;
    assert_eq!(text(&rig, "select state from pledges").await, "done");
    let after = rig.discord.posts().len() + rig.world.posts().len();
    assert_eq!(after, before, "nobody is asked or told about what they do themselves");
    say(&mut rig, "bea@away", "confirm P1").await;
    assert_eq!(text(&rig, "select state from pledges").await, "kept");
}

#[tokio::test]
async fn what_one_of_them_chose_holds_for_both_and_what_waits_for_a_morning_waits_for_theirs() {
    let mut rig = on_both().await;
    say(&mut rig, "dev", "ask A lamp").await;
    say(&mut rig, "bea@asks", "me zone:Europe/Madrid language:es").await;
    say(&mut rig, "bea", "pledge A1 what:mine by:2026-03-11").await;
    say(&mut rig, "bea", "ask Soup").await;
    // At night something happens for her.
    rig.advance(chicago("2026-03-06 22:00")).await;
    say(&mut rig, "dev", "pledge A2 what:soup by:2026-03-20").await;
    rig.settle().await;
    assert_eq!(number(&rig, "select count(*) from held_notices where told_at is null").await, 1);
    link(&mut rig, "bea", "bea@asks").await;
    let me = say(&mut rig, "bea", "me").await;
    assert!(me.contains("Europe/Madrid") && me.contains("Idioma: español"), "{me}");
    // 22:00 in Chicago is five in the morning in Madrid.
    rig.advance(chicago("2026-03-07 02:00")).await;
    let told =
        |rig: &Rig| [rig.world.posts(), rig.discord.posts()].concat().into_iter().any(|post| post.text.contains("P2"));
    assert!(told(&rig), "nine o'clock in Madrid");
    assert_eq!(number(&rig, "select count(*) from timers where name like 'notices%'").await, 0);
    assert_eq!(
        text(&rig, "select civil || ' ' || zone from timers where kind = 'nudge' and number = 1").await,
        "2026-03-09T09:00:00 Europe/Madrid"
    );
}

#[tokio::test]
async fn appointed_by_one_account_is_appointed_by_both_and_offices_go_along() {
    let mut rig = on_both().await;
    say(&mut rig, "luis@asks", "offer Soup").await;
    say(&mut rig, "luis", "offer Bread").await;
    say(&mut rig, "amara", "gathering new when:\"2026-03-12 18:00\" facilitator:luis-d scribe:luis").await;
    say(&mut rig, "amara", "convener add luis-d").await;
    say(&mut rig, "dev", "ask Two lamps").await;
    say(&mut rig, "luis@asks", "pledge A1 what:a by:2026-03-11").await;
    say(&mut rig, "luis@asks", "done P1").await;
    say(&mut rig, "luis", "thanks P1 well done").await;
    link(&mut rig, "luis", "luis@asks").await;
    say(&mut rig, "luis@dm", "care").await;
    let show = say(&mut rig, "amara", "gathering show").await;
    assert_eq!(show.matches("luis").count(), 2, "{show}");
    // What waited for them and named the member that is no more finds who they are now.
    rig.settle().await;
    assert_eq!(number(&rig, ORPHANS).await, 0);
}

#[tokio::test]
async fn linked_accounts_are_one_member_in_communities_they_come_to_later() {
    let mut rig = on_both().await;
    say(&mut rig, "dev", "offer Soup").await;
    say(&mut rig, "dev@asks", "offer Soup").await;
    link(&mut rig, "dev", "dev@asks").await;
    let inbound = rig.inbound_in("millrace", "dev", "ask Bread");
    rig.hear(inbound).await;
    assert!(say(&mut rig, "dev@away", "mine in:millrace").await.contains("Bread"));
    say(&mut rig, "dev@riverside", "ask Boats").await;
    assert!(say(&mut rig, "dev@dm", "mine in:riverside").await.contains("Boats"));
    let first = code(&say(&mut rig, "dev", "link").await);
    assert_eq!(refused(&mut rig, "dev@asks", &format!("link {first}")).await, Refusal::AlreadyLinked);
}

/// Every step of linking, and everything dropped after each: it comes to the same, and nothing is said twice.
#[tokio::test]
async fn a_crash_between_any_two_steps_changes_nothing() {
    async fn linked(crash_after: usize) -> (Vec<String>, Vec<String>) {
        let mut rig = on_both().await;
        say(&mut rig, "dev", "ask Two lamps need:2").await;
        say(&mut rig, "bea", "pledge A1 what:\"a lamp\" by:2026-03-11").await;
        say(&mut rig, "bea@asks", "pledge A1 what:\"another\" by:2026-03-11").await;
        let mut codes = (String::new(), String::new());
        for step in 0..7 {
            match step {
                0 => codes.0 = code(&say(&mut rig, "bea", "link").await),
                1 => codes.1 = code(&say(&mut rig, "bea@asks", &format!("link {}", codes.0)).await),
                3 => drop(say(&mut rig, "bea", &format!("link {}", codes.1)).await),
                5 => rig.advance(chicago("2026-03-09 12:00")).await,
                _ => rig.settle().await,
            }
            if step == crash_after {
                rig.crash().await;
            }
        }
        let posts = [rig.world.posts(), rig.discord.posts()].concat();
        assert!(copies(&posts).values().all(|n| *n == 1), "after {crash_after}: {posts:?}");
        let mut said: Vec<String> =
            posts.iter().map(|post| format!("{} {:?} {}", post.to, post.cause, post.refs.join(""))).collect();
        said.sort();
        (said, rig.engine().reports().await.unwrap().iter().map(|report| format!("{report:?}")).collect())
    }
    let plain = linked(usize::MAX).await;
    for crash_after in 0..7 {
        assert_eq!(linked(crash_after).await, plain, "crashed after step {crash_after}");
    }
}

#[tokio::test]
async fn a_backup_from_before_or_between_says_nothing_twice() {
    for at in 0..3 {
        let mut rig = on_both().await;
        let room = tempfile::tempdir().unwrap();
        let archive = room.path().join("b.tar");
        say(&mut rig, "dev", "ask Two lamps need:2").await;
        say(&mut rig, "bea", "pledge A1 what:\"a lamp\" by:2026-03-11").await;
        say(&mut rig, "bea@asks", "offer Soup").await;
        let mut second = String::new();
        for step in 0..3 {
            match step {
                1 => {
                    let first = code(&say(&mut rig, "bea", "link").await);
                    second = code(&say(&mut rig, "bea@asks", &format!("link {first}")).await);
                }
                2 => drop(say(&mut rig, "bea", &format!("link {second}")).await),
                _ => {}
            }
            if step == at {
                backup::make(&rig.data(), &archive, backup::Existing::Keep, rig.clock.now()).await.unwrap();
            }
            rig.settle().await;
        }
        rig.advance(chicago("2026-03-09 12:00")).await;
        let said = rig.world.posts().len() + rig.discord.posts().len();
        restore_into(&mut rig, &archive).await;
        rig.settle().await;
        rig.wait(SignedDuration::from_mins(30)).await;
        let posts = [rig.world.posts(), rig.discord.posts()].concat();
        assert!(copies(&posts).values().all(|n| *n == 1), "from step {at}: {posts:?}");
        assert_eq!(posts.len(), said, "from step {at}");
        // Who was not one person by then can become one again.
        if at < 2 {
            link(&mut rig, "bea", "bea@asks").await;
        }
        assert_eq!(number(&rig, "select count(distinct member_id) from accounts where ref like 'bea%'").await, 1);
    }
}

// Closed direct messages.

#[tokio::test]
async fn what_one_account_does_not_take_goes_to_the_other_before_anybody_is_asked_in_public() {
    let mut rig = on_both().await;
    say(&mut rig, "dev", "ask Two lamps need:2").await;
    say(&mut rig, "bea", "pledge A1 what:\"a lamp\" by:2026-03-11").await;
    let mut seen = said(&mut rig, "bea", "offer Bread");
    seen.answer = Answer::Outbox;
    rig.engine().hear(seen).await.unwrap();
    say(&mut rig, "bea@asks", "offer Soup").await;
    link(&mut rig, "bea", "bea@asks").await;
    rig.settle().await;
    rig.clock.set(chicago("2026-03-08 12:00"));
    say(&mut rig, "bea@away", "me notices:on").await;
    rig.discord.close("bea-d", true);
    let posts = rig.world.posts().len();
    rig.advance(chicago("2026-03-09 12:00")).await;
    let [nudge] = rig.world.posts().split_off(posts).try_into().expect("the reminder, and nothing else");
    assert_eq!((nudge.to.as_str(), nudge.cause), ("dm:bea", Cause::Nudge));
    assert_eq!(number(&rig, "select nudges_sent from pledges").await, 1);
    let care = say(&mut rig, "amara@dm", "care").await;
    assert!(!care.contains("could not be delivered"), "it was delivered after all: {care}");
    // Both closed: then she is asked where she was seen, once, and without a word of it.
    rig.world.close("bea", true);
    rig.advance(chicago("2026-03-12 12:00")).await;
    let [asked] = rig.world.posts().split_off(posts + 1).try_into().expect("one question");
    assert!(asked.to == "public:eastbank" && asked.text.contains("bea") && !asked.text.contains("lamp"), "{asked:?}");
    // Open again on one side, it is where the next one goes.
    rig.discord.close("bea-d", false);
    say(&mut rig, "bea@away", "adjust P1 by:2026-03-20").await;
    rig.advance(chicago("2026-03-18 12:00")).await;
    assert_eq!(rig.discord.nudges().len(), 1);
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
