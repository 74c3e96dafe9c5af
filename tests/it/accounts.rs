//! One person on several accounts: how two of them become one member, why nobody else's can, what becomes of what belonged to
//! either, and how they part again.

use barnraiser::domain::Refusal;
use barnraiser::engine::clock::Clock as _;
use barnraiser::engine::inbound::{Answer, Audience, Cause, Inbound};
use barnraiser::ops::backup;
use barnraiser::speech::message::Message;
use jiff::SignedDuration;

use crate::afterwards::{copies, restore_into};
use crate::rig::{Post, Rig, chicago, read};
use crate::together::{MEMBERS, ORPHANS, code, link, number, on_both, refused, said, say, text, try_say};

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
    let told = rig.discord.posts().into_iter().rfind(|post| post.text.contains("dev on the console"));
    assert!(told.is_some_and(|post| post.to == "dm:dev-d" && post.text.contains("took it out")));
    assert_eq!(number(&rig, ORPHANS).await, 0);
}

/// Two accounts, two names: nobody goes on under the name of an account that is not theirs any more.
#[tokio::test]
async fn whoever_stays_is_called_as_an_account_that_stays() {
    let mut rig = on_both().await;
    say(&mut rig, "dev", "ask Two lamps").await;
    let as_yan = async |rig: &mut Rig, text: &str| {
        let said = Inbound { name: "Yan".to_owned(), ..said(rig, "dev@asks", text) };
        read(&rig.hear(said).await)
    };
    as_yan(&mut rig, "offer A van").await;
    // Which of the two says the word, and whether it spoke last.
    for (by, text) in [("dev@asks", "unlink"), ("dev", "unlink discord"), ("dev@asks", "unlink console")] {
        link(&mut rig, "dev", "dev@asks").await;
        as_yan(&mut rig, "me notices:on").await;
        assert!(say(&mut rig, "bea", "needs").await.contains("from Yan"), "linked, they are called as they spoke last");
        match by {
            "dev" => drop(say(&mut rig, by, text).await),
            _ => drop(as_yan(&mut rig, text).await),
        }
        let (needs, stays) =
            (say(&mut rig, "bea", "needs").await, if text.ends_with("console") { "Yan" } else { "dev" });
        assert!(needs.contains(&format!("from {stays}")), "{by}: {text}: {needs}");
        let named: Vec<(String, String)> = sqlx::query_as(
            "select a.ref, m.name from accounts a join members m on m.id = a.member_id where a.ref like 'dev%' order by a.ref",
        )
        .fetch_all(&mut rig.file().await)
        .await
        .unwrap();
        let named: Vec<_> = named.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
        assert_eq!(named, [("dev", "dev"), ("dev-d", "Yan")], "{by}: {text}");
    }
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
