//! Changed words: an edited message does nothing by itself. While it is fresh it is answered with what to send instead, and
//! what is for few is offered to its writer alone.

use barnraiser::engine::Heard;
use barnraiser::engine::inbound::{Answer, Audience, Body, Inbound, Reply};
use jiff::SignedDuration;

use crate::rig::{Rig, read};

/// Says something, and a minute later changes it.
async fn rewrite(rig: &mut Rig, who: &str, first: &str, now: &str) -> Option<Reply> {
    let said = rig.inbound(who, first);
    changed(rig, said, now, SignedDuration::from_mins(1)).await
}

async fn changed(rig: &mut Rig, said: Inbound, now: &str, after: SignedDuration) -> Option<Reply> {
    rig.hear(said.clone()).await;
    rig.wait(after).await;
    let before = everything(rig).await;
    let edit = rewritten(rig, &said, now);
    let heard = rig.engine().hear(edit.clone()).await.unwrap();
    assert_eq!(everything(rig).await, before, "it did something: {now}");
    assert_eq!(rig.engine().hear(edit).await, Ok(Heard::Again));
    match heard {
        Heard::Reply(reply) => Some(*reply),
        Heard::Silently => None,
        other => panic!("{other:?}"),
    }
}

fn rewritten(rig: &mut Rig, said: &Inbound, now: &str) -> Inbound {
    let at = barnraiser::engine::clock::Clock::now(&*rig.clock);
    let event = rig.inbound("x", "").event;
    let body = Body::Rewrote { event: said.event.clone(), now: now.to_owned() };
    Inbound { event, at, body, ..said.clone() }
}

/// All that people did, as the database has it.
async fn everything(rig: &Rig) -> String {
    let tables = "select json_array((select json_group_array(json_array(words, kind, need, due, visibility, withdrawn_at)) from asks), \
        (select json_group_array(json_array(what, due, amount, state)) from pledges), (select count(*) from maybes), \
        (select count(*) from members), (select count(*) from communities), (select count(*) from outbox))";
    sqlx::query_scalar(tables).fetch_one(&mut rig.file().await).await.unwrap()
}

#[tokio::test]
async fn an_ask_that_reads_otherwise_is_offered_as_its_edit() {
    let mut rig = Rig::eastbank().await;
    let offer = rewrite(&mut rig, "dev", "ask Two lamps", "ask Two *good* lamps need:2 by:\"next week friday\"").await;
    // It could not be read: that is what they hear, as they would if it were sent.
    assert!(read(&offer.unwrap()).contains("can't read"));
    let offer = rewrite(&mut rig, "dev", "ask Two lamps", "Pido  Two “good” lamps\nneed:2 by:friday").await.unwrap();
    assert_eq!(offer.audience, Audience::Only);
    insta::assert_snapshot!(read(&offer), @"
    I don't act on edited messages, since others may have read the first words. To change A2 like that, send this: /edit A2 Two “good” lamps
    need:2 by:friday
    ");
    // And sent like that it does it.
    let said = read(&offer);
    let command = said.split_once("send this: /").unwrap().1.to_owned();
    rig.say("dev", &command).await;
    let needs = rig.say("bea", "needs").await;
    assert!(needs.contains("Two “good” lamps") && needs.contains("0 of 2"), "{needs}");
}

#[tokio::test]
async fn an_ask_that_is_none_any_more_stays_and_its_asker_hears_the_ways_on() {
    let mut rig = Rig::eastbank().await;
    for now in ["needs", "aks two lamps", "ask", "", "pledge A1 what:x by:friday"] {
        let offer = rewrite(&mut rig, "dev", "ask Two lamps", now).await.unwrap();
        let text = read(&offer);
        assert!(text.contains("stays as it is") && text.contains("/withdraw A"), "{now}: {text}");
    }
}

#[tokio::test]
async fn a_pledge_that_reads_otherwise_is_offered_as_the_changed_part() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps need:20").await;
    let first = "pledge A1 what:\"a lamp\" by:2026-03-11 first:call";
    let mut offers = Vec::new();
    for now in [
        "pledge A1 what:\"a lamp\" by:saturday first:call",
        "pledge a1 6\" lamps by:2026-03-11 amount:2",
        "pledge A1 what:lamp by:\"2026-03-12 10:00\" first:\"call Ana\"",
        first,
        "pledge A1 happy to help",
        "maybe A1",
        "pledge A2 what:\"a lamp\" by:saturday",
    ] {
        let offer = rewrite(&mut rig, "hana", first, now).await.unwrap();
        let text = read(&offer);
        offers.push(text.split_once("send this: ").map_or("stays", |(_, command)| command).to_owned());
        assert!(text.contains("send this") || text.contains("stays as it is"), "{text}");
    }
    insta::assert_snapshot!(offers.join("\n"), @r#"
    /adjust P1 by:"saturday"
    /adjust P2 what:«6" lamps» amount:2
    /adjust P3 what:lamp by:"2026-03-12 10:00" first:"call Ana"
    stays
    stays
    stays
    stays
    "#);
    for offer in &offers[..3] {
        rig.say("hana", offer.trim_start_matches('/')).await;
    }
    let past = rewrite(&mut rig, "hana", first, "pledge A1 what:\"a lamp\" by:2026-03-01").await.unwrap();
    assert!(read(&past).contains("over already"), "{}", read(&past));
}

#[tokio::test]
async fn what_was_refused_or_did_something_else_is_offered_as_a_message_of_its_own() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    for (first, now) in [("plegde A1", "maybe A1"), ("ask", "ask Two chairs"), ("maybe A1", "needs")] {
        let offer = rewrite(&mut rig, "bea", first, now).await.unwrap();
        assert!(read(&offer).ends_with(&format!("as a message of its own: /{now}")), "{}", read(&offer));
    }
    let slip = rewrite(&mut rig, "bea", "plegde A1", "plegde A1 what:x").await.unwrap();
    assert!(read(&slip).contains("Did you mean /pledge"), "{}", read(&slip));
    // What is over is not edited any more.
    let said = rig.inbound("dev", "ask Two chairs");
    rig.hear(said.clone()).await;
    rig.say("dev", "withdraw A2").await;
    let edit = rewritten(&mut rig, &said, "ask Three chairs");
    let offer = rig.hear(edit).await;
    assert!(read(&offer).ends_with("of its own: /ask Three chairs"), "{}", read(&offer));
}

#[tokio::test]
async fn after_five_minutes_or_without_the_first_words_nothing_is_said() {
    let mut rig = Rig::eastbank().await;
    for (seconds, answers) in [(300, true), (301, false), (86_400, false)] {
        let said = rig.inbound("dev", "ask Two lamps");
        let after = SignedDuration::from_secs(seconds);
        let heard = changed(&mut rig, said, "ask Three lamps", after).await;
        assert_eq!(heard.is_some(), answers, "after {seconds} seconds");
    }
    // People talking to each other, and then to the bot: it never heard the first.
    let unheard = rig.inbound("dev", "hello");
    let edit = rewritten(&mut rig, &unheard, "ask Two lamps");
    assert_eq!(rig.engine().hear(edit).await, Ok(Heard::Silently));
}

/// Whose words they were decides: nobody is offered the edit of somebody else's ask.
#[tokio::test]
async fn somebody_else_is_not_offered_the_edit_of_an_ask() {
    let mut rig = Rig::eastbank().await;
    rig.say("bea", "me").await;
    let said = rig.inbound("dev", "ask Two lamps");
    rig.hear(said.clone()).await;
    let edit = rewritten(&mut rig, &said, "ask My lamps");
    let edit = Inbound { from: crate::rig::account("bea"), name: "bea".to_owned(), ..edit };
    let offer = read(&rig.hear(edit).await);
    assert!(!offer.contains("A1"), "{offer}");
}

#[tokio::test]
async fn private_words_are_offered_to_their_writer_alone() {
    let mut rig = Rig::eastbank().await;
    // Made private by a command after it was said in the open.
    let said = rig.inbound("dev", "ask A quiet word");
    rig.hear(said.clone()).await;
    rig.say_directly("dev", "edit A1 visibility:private").await;
    rig.settle().await;
    let edit = Inbound { answer: Answer::Outbox, ..rewritten(&mut rig, &said, "ask A very quiet word") };
    assert_eq!(rig.engine().hear(edit).await, Ok(Heard::Queued));
    rig.settle().await;
    let posts = rig.world.posts();
    let shown: Vec<_> = posts.iter().filter(|post| post.text.contains("very quiet word")).collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!(shown[0].to, "dm:dev");
    for (first, now) in [
        ("ask Two lamps", "ask Two lamps, call me at +1 312 555 0142"),
        ("ask Two lamps", "ask Two lamps visibility:anonymous"),
        ("aks lamps", "ask Two lamps for 12 Oak Street visibility:private"),
    ] {
        let offer = rewrite(&mut rig, "dev", first, now).await.unwrap();
        assert_eq!(offer.audience, Audience::Private, "{now}: {}", read(&offer));
    }
    // What is about a private ask is no matter for a room either; who may not see it learns nothing, not even by where.
    rig.say("hana", "me").await;
    rig.say_directly("dev", "invite A1 who:hana").await;
    let offer = rewrite(&mut rig, "hana", "mabye A1", "maybe A1").await.unwrap();
    assert_eq!(offer.audience, Audience::Private);
    for unseen in ["maybe A1", "maybe A99"] {
        let offer = rewrite(&mut rig, "bea", "mabye", unseen).await.unwrap();
        assert_eq!(offer.audience, Audience::Only, "{unseen}");
    }
}

#[tokio::test]
async fn an_edit_begins_no_community_and_makes_nobody_a_member() {
    let mut rig = Rig::eastbank().await;
    let said = rig.inbound_in("nowhere", "luis", "aks two lamps");
    let offer = changed(&mut rig, said, "ask Two lamps", SignedDuration::ZERO).await.unwrap();
    assert!(read(&offer).ends_with("/ask Two lamps"), "{}", read(&offer));
    let alone = Inbound { from: crate::rig::account("pia"), ..rig.inbound_directly("pia", "aks") };
    assert!(changed(&mut rig, alone, "needs", SignedDuration::ZERO).await.is_some());
}
