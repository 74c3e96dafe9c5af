//! The conversation about an ask stands under its card: what says so, and what stands for itself.

use barnraiser::domain::community::Role;
use barnraiser::engine::inbound::{Answer, Cause, Inbound};

use crate::rig::{Post, Rig, account};
use crate::together::{on_both, said, say};

async fn answered(rig: &mut Rig, who: &str, text: &str) -> Post {
    let said = rig.inbound(who, text);
    let event = said.event.clone();
    rig.engine().hear(Inbound { answer: Answer::Outbox, ..said }).await.unwrap();
    rig.settle().await;
    rig.world.posts().into_iter().find(|post| post.answers.as_ref() == Some(&event)).expect("an answer")
}

#[tokio::test]
async fn what_is_said_in_a_place_about_one_ask_stands_under_its_card_there() {
    let mut rig = Rig::eastbank().await;
    rig.world.seed();
    let recorded = answered(&mut rig, "dev", "ask Two lamps need:2").await;
    assert_eq!(recorded.thread, None, "there is no card yet");
    let card = rig.world.posts().into_iter().find(|post| post.cause == Cause::Card).unwrap();
    let maybe = answered(&mut rig, "bea", "maybe A1").await;
    assert_eq!((maybe.to.as_str(), &maybe.thread), ("public:eastbank", &Some(card.key.clone())));
    let pledged = answered(&mut rig, "hana", "pledge A1 what:lamps by:2026-03-11").await;
    assert_eq!(pledged.thread, Some(card.key.clone()), "about a pledge is about its ask");
    // A card stands for itself, its buttons are under it anyway, and a list is about many.
    for alone in rig.world.posts().iter().filter(|post| matches!(post.cause, Cause::Card | Cause::Button)) {
        assert_eq!(alone.thread, None, "{alone:?}");
    }
    answered(&mut rig, "dev", "ask Two chairs").await;
    assert_eq!(answered(&mut rig, "bea", "needs").await.thread, None);
    // Alone with somebody there is no card.
    let mine = answered(&mut rig, "hana", "handback P1").await;
    assert_eq!((mine.to.as_str(), mine.thread), ("dm:hana", None));
}

#[tokio::test]
async fn a_thread_that_has_to_be_opened_is_opened_where_the_community_wants_it() {
    let mut rig = on_both().await;
    for (wanted, ask) in [("off", "A1"), ("on", "A2"), ("off", "A3")] {
        say(&mut rig, "amara", &format!("community settings threads:{wanted}")).await;
        say(&mut rig, "dev", "ask Two lamps").await;
        rig.settle().await;
        for who in ["bea", "bea@asks"] {
            let maybe = Inbound { answer: Answer::Outbox, ..said(&mut rig, who, &format!("maybe {ask}")) };
            rig.engine().hear(maybe).await.unwrap();
        }
        rig.settle().await;
        // A room has threads anyway, and nothing to open for them; what is said on a server is said to one person.
        for (posts, opens, under) in [(rig.world.posts(), false, true), (rig.discord.posts(), wanted == "on", false)] {
            let of = |cause| posts.iter().rfind(|post| post.cause == cause && post.refs == [ask]).unwrap();
            let card = of(Cause::Card);
            assert_eq!((card.opens_thread, &card.thread), (opens, &None), "{wanted}: {card:?}");
            assert_eq!(of(Cause::Reply).thread, under.then(|| card.key.clone()), "{wanted}");
        }
    }
}

#[tokio::test]
async fn another_communitys_card_of_the_same_number_is_none_of_theirs() {
    let mut rig = Rig::eastbank().await;
    answered(&mut rig, "dev", "ask Two lamps").await;
    for text in ["ask A lift", "maybe A1"] {
        let who = if text == "maybe A1" { "bea" } else { "luis" };
        let said = Inbound { answer: Answer::Outbox, ..rig.inbound_in("millrace", who, text) };
        rig.engine().hear(said).await.unwrap();
        rig.settle().await;
    }
    let cards: Vec<Post> = rig.world.posts().into_iter().filter(|post| post.cause == Cause::Card).collect();
    let answer = rig.world.posts().pop().unwrap();
    assert_eq!((answer.cause, answer.to.as_str()), (Cause::Reply, "public:millrace"));
    let theirs = cards.iter().find(|card| card.to == "public:millrace").unwrap();
    assert_eq!(answer.thread.as_ref(), Some(&theirs.key));
}

#[tokio::test]
async fn help_is_short_where_everybody_reads_it_and_whole_where_one_does() {
    let mut rig = Rig::eastbank().await;
    let short = answered(&mut rig, "bea", "help").await;
    insta::assert_snapshot!(short.text, @r#"
    What I can do
    - To ask for help: /ask …
    - What people look for: /needs
    - To help with one of them: /pledge A1 what:"…" by:…
    - When it is done: /done P1
    - All that is yours, and how to change it: /mine
    - More about one of them: /help pledge
    - Everything there is, in a direct chat with me: /help
    "#);
    let asked = answered(&mut rig, "bea", "help pledge").await;
    assert!(asked.text.contains("what:"), "{}", asked.text);
    let said = rig.inbound_directly("bea", "help");
    rig.engine().hear(Inbound { answer: Answer::Outbox, ..said }).await.unwrap();
    rig.settle().await;
    let whole = rig.world.posts().pop().unwrap();
    assert!(whole.to == "dm:bea" && whole.text.contains("/handback"), "{}", whole.text);
    // A terminal shows it to nobody else.
    assert!(rig.say("bea", "help").await.contains("/handback"));
}

#[tokio::test]
async fn a_convener_of_any_community_convenes() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "needs").await;
    let by_standing = Inbound { standing: Some(Role::Convener), ..rig.inbound_in("millrace", "luis", "ask A lift") };
    rig.hear(by_standing).await;
    for (who, convenes) in [("amara", true), ("luis", true), ("dev", false), ("nobody", false)] {
        assert_eq!(rig.engine().convenes(&account(who)).await, Ok(convenes), "{who}");
    }
}
