//! What is offered while somebody fills in a field: what they could do that with, as they would read it, and nothing that is
//! not theirs to see.

use barnraiser::domain::community::Role;
use barnraiser::engine::inbound::Place;
use barnraiser::engine::suggest::Asking;
use barnraiser::grammar::specs;
use barnraiser::speech::copy;
use jiff::SignedDuration;

use crate::rig::{Rig, account, chicago};

/// The values offered, and their lines.
async fn offered(rig: &Rig, who: &str, path: &str, field: &str, typed: &str) -> Vec<(String, String)> {
    offered_in(
        rig,
        Place::Public { id: "eastbank".to_owned(), name: "eastbank".to_owned(), server: None },
        who,
        path,
        field,
        typed,
    )
    .await
}

async fn offered_in(rig: &Rig, place: Place, who: &str, path: &str, field: &str, typed: &str) -> Vec<(String, String)> {
    let spec = specs::find(path).unwrap();
    let (field, typed) = (field.to_owned(), typed.to_owned());
    offered_for(rig, &Asking { from: account(who), place, language: None, spec, field, typed, community: None }).await
}

async fn offered_for(rig: &Rig, asking: &Asking) -> Vec<(String, String)> {
    let suggested = rig.engine().suggest(asking).await.unwrap();
    let line = |choice| copy::choice(choice, &suggested.voice);
    suggested.choices.iter().map(|one| (one.value.clone(), line(&one.choice))).collect()
}

fn lines(offered: &[(String, String)]) -> Vec<&str> {
    offered.iter().map(|(_, line)| line.as_str()).collect()
}

#[tokio::test]
async fn ids_are_those_one_could_do_it_with() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps need:2").await;
    rig.say("dev", "ask A ladder").await;
    rig.say("bea", "pledge A1 what:\"one lamp\" by:2026-03-11").await;
    assert_eq!(lines(&offered(&rig, "bea", "pledge", "ask", "").await), ["A2 · A ladder", "A1 · Two lamps"]);
    assert_eq!(lines(&offered(&rig, "bea", "pledge", "ask", "LAMP").await), ["A1 · Two lamps"]);
    assert_eq!(offered(&rig, "dev", "pledge", "ask", "").await, [], "one's own asks need others");
    assert_eq!(lines(&offered(&rig, "bea", "done", "pledge", "").await), ["P1 · one lamp"]);
    assert_eq!(offered(&rig, "dev", "confirm", "pledge", "").await, [], "it is not done yet");
    rig.say("bea", "done P1").await;
    assert_eq!(lines(&offered(&rig, "dev", "confirm", "pledge", "p").await), ["P1 · one lamp"]);
    assert_eq!(offered(&rig, "omar", "done", "pledge", "").await, [], "somebody else's pledge is none of theirs");
    // Whoever was never heard here sees what everybody sees.
    assert_eq!(lines(&offered(&rig, "zoe", "maybe", "ask", "a2").await), ["A2 · A ladder"]);
}

#[tokio::test]
async fn what_somebody_may_not_see_is_offered_to_nobody_else() {
    let mut rig = Rig::eastbank().await;
    rig.say_directly("dev", "ask My rent is short visibility:private").await;
    rig.say("bea", "needs").await;
    for who in ["bea", "zoe"] {
        for typed in ["", "a1", "A", "rent"] {
            assert_eq!(offered(&rig, who, "pledge", "ask", typed).await, [], "{who} typed {typed:?}");
        }
    }
    assert_eq!(lines(&offered(&rig, "dev", "edit", "ask", "").await), ["A1 · My rent is short"]);
    rig.say_directly("dev", "invite A1 who:bea").await;
    assert_eq!(lines(&offered(&rig, "bea", "pledge", "ask", "").await), ["A1 · My rent is short"]);
}

#[tokio::test]
async fn a_date_is_shown_as_it_will_be_read_and_means_that_later_too() {
    let mut rig = Rig::eastbank().await;
    let read = offered(&rig, "bea", "ask", "by", "fri 6pm").await;
    assert_eq!(read, [("2026-03-06 18:00".to_owned(), "tomorrow (Friday 6 March), 18:00".to_owned())]);
    assert_eq!(offered(&rig, "bea", "ask", "by", "30 february").await, []);
    assert_eq!(offered(&rig, "bea", "ask", "by", "").await.len(), 5);
    rig.clock.set(chicago("2026-03-06 00:30"));
    rig.say("bea", &format!("ask A van by:\"{}\"", read[0].0)).await;
    assert_eq!(lines(&offered(&rig, "omar", "ask", "by", &read[0].0).await), ["today (Friday 6 March), 18:00"]);
}

#[tokio::test]
async fn zones_and_ones_own_communities_are_found_by_a_part_of_their_name() {
    let mut rig = Rig::eastbank().await;
    let zones = offered(&rig, "amara", "community setup", "zone", "mexico city").await;
    assert_eq!(lines(&zones), ["America/Mexico_City"]);
    assert_eq!(offered(&rig, "amara", "me", "zone", "").await.len(), 8);
    assert_eq!(offered(&rig, "amara", "me", "zone", "a").await.len(), 25);
    rig.say("bea", "needs").await;
    let alone = || Place::Direct { id: "with".to_owned(), shared: Vec::new() };
    assert_eq!(lines(&offered_in(&rig, alone(), "bea", "ask", "in", "east").await), ["eastbank"]);
    assert_eq!(offered_in(&rig, alone(), "zoe", "ask", "in", "").await, [], "strangers learn of no community");
}

/// Alone with the bot, the community that somebody has named already is the one whose ids and times are meant.
#[tokio::test]
async fn in_a_direct_chat_it_is_offered_what_is_of_the_community_that_was_named() {
    let mut rig = Rig::eastbank().await;
    for said in ["community setup name:Mill zone:Europe/Madrid", "ask A wheel"] {
        let mut said = rig.inbound_in("mill", "zoe", said);
        said.standing = Some(Role::Convener);
        rig.hear(said).await;
    }
    rig.say("dev", "ask Two lamps").await;
    let mut bea = rig.inbound_in("mill", "bea", "needs");
    bea.standing = Some(Role::Convener);
    rig.hear(bea).await;
    rig.wait(SignedDuration::from_hours(1)).await;
    rig.say("bea", "me notices:on").await;
    let asking = |path: &str, field: &str, typed: &str, community: Option<&str>| Asking {
        from: account("bea"),
        place: Place::Direct { id: "with-bea".to_owned(), shared: Vec::new() },
        language: None,
        spec: specs::find(path).unwrap(),
        field: field.to_owned(),
        typed: typed.to_owned(),
        community: community.map(str::to_owned),
    };
    let pledge = |community| asking("pledge", "ask", "", community);
    assert_eq!(lines(&offered_for(&rig, &pledge(Some("mill"))).await), ["A1 · A wheel"]);
    assert_eq!(lines(&offered_for(&rig, &pledge(Some("EASTBANK"))).await), ["A1 · Two lamps"]);
    assert_eq!(lines(&offered_for(&rig, &pledge(None)).await), ["A1 · Two lamps"], "the last one acted in");
    assert_eq!(offered_for(&rig, &pledge(Some("nowhere"))).await, []);
    // It is the evening of the fifth in Chicago, and the sixth has begun in Madrid.
    let day = |community| asking("ask", "by", "tomorrow", community);
    assert_eq!(offered_for(&rig, &day(Some("mill"))).await[0].0, "2026-03-07");
    assert_eq!(offered_for(&rig, &day(Some("eastbank"))).await[0].0, "2026-03-06");
    // A gathering is where its community is, wherever its convener may be.
    rig.say_directly("bea", "me zone:America/Los_Angeles in:mill").await;
    let gathering = asking("gathering new", "when", "tomorrow 18:00", Some("mill"));
    assert_eq!(offered_for(&rig, &gathering).await[0].0, "2026-03-07 18:00");
}
