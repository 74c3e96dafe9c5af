//! What people look up: what is needed and offered, what is theirs, and what a convener may want to look at.

use barnraiser::domain::Refusal;
use barnraiser::domain::community::{Language, Platform};
use barnraiser::engine::clock::Clock as _;
use barnraiser::engine::inbound::{Answer, Cause, Named, Place, Reply};
use barnraiser::speech::message::{AskLine, Message};
use jiff::SignedDuration;

use crate::rig::{Rig, account, chicago, read};

async fn directly(rig: &mut Rig, who: &str, text: &str) -> Reply {
    let inbound = rig.inbound_directly(who, text);
    rig.hear(inbound).await
}

#[tokio::test]
async fn needs_are_what_still_looks_for_help_of_that_kind_and_each_has_its_own_sum() {
    let mut rig = Rig::eastbank().await;
    for (who, ask) in [
        ("dev", "ask Two lamps kind:skill need:2"),
        ("bea", "ask A ladder kind:goods"),
        ("sol", "ask A tent kind:goods"),
        ("luis", "ask Somebody to talk to"),
    ] {
        rig.say(who, ask).await;
    }
    rig.say("hana", "pledge A1 what:\"one lamp\" amount:1 by:2026-03-11").await;
    rig.say("hana", "pledge A2 what:\"a ladder\" by:2026-03-11").await;
    let needs = async |rig: &mut Rig, what: &str| {
        let reply = directly(rig, "omar", what).await;
        let Message::Needs { lines, more } = reply.message else { panic!("{what}: {}", read(&reply)) };
        assert_eq!(more, 0);
        let shown = |line: AskLine| {
            format!("{} {} {:?}", line.ask, line.asker.map(|asker| asker.0).unwrap_or_default(), line.amounts)
        };
        lines.into_iter().map(shown).collect::<Vec<_>>()
    };
    let all = needs(&mut rig, "needs").await;
    assert_eq!(all.iter().map(|line| &line[..2]).collect::<Vec<_>>(), ["A1", "A3", "A4"], "A2 has all it needs");
    assert!(all[0].starts_with("A1 dev") && all[1].starts_with("A3 sol"), "{all:?}");
    assert_eq!(all[0], "A1 dev Amounts { covered: 1, need: 2 }");
    assert_eq!(needs(&mut rig, "needs kind:goods").await, all[1..2]);
    assert_eq!(needs(&mut rig, "needs kind:money").await, [""; 0]);
}

#[tokio::test]
async fn a_long_list_says_how_much_more_there_is() {
    let mut rig = Rig::eastbank().await;
    for n in 1..=23 {
        rig.say("dev", &format!("ask Lamp {n}")).await;
        rig.say("dev", &format!("offer Chair {n}")).await;
    }
    let needs = directly(&mut rig, "omar", "needs").await;
    let Message::Needs { lines, more } = &needs.message else { panic!("{}", read(&needs)) };
    assert_eq!((lines.len(), *more, needs.refs.len()), (20, 3, 20));
    let offers = directly(&mut rig, "omar", "offers").await;
    let Message::Offers { lines, more } = &offers.message else { panic!("{}", read(&offers)) };
    assert_eq!((lines.len(), *more), (20, 3));
}

#[tokio::test]
async fn offers_are_listed_by_kind_and_mine_holds_what_is_mine() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "offer Two hours of bookkeeping kind:skill").await;
    rig.say("bea", "offer A room on Tuesdays kind:space").await;
    rig.say("sol", "offer Soup").await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("bea", "ask A ladder").await;
    rig.say("dev", "pledge A2 what:\"a ladder\" by:2026-03-11").await;
    rig.say("sol", "maybe A2").await;
    let listed = async |rig: &mut Rig, who: &str, what: &str| read(&directly(rig, who, what).await);
    let all = listed(&mut rig, "omar", "offers").await;
    for told in ["bookkeeping", "dev", "room on Tuesdays", "bea", "Soup", "sol"] {
        assert!(all.contains(told), "{told}: {all}");
    }
    let spaces = listed(&mut rig, "omar", "offers kind:space").await;
    assert!(
        spaces.contains("room on Tuesdays") && !spaces.contains("bookkeeping") && !spaces.contains("Soup"),
        "{spaces}"
    );
    for (who, theirs) in [
        ("dev", &["Two lamps", "P1", "bookkeeping"][..]),
        ("bea", &["A ladder", "room on Tuesdays"]),
        ("sol", &["A2", "Soup"]),
    ] {
        let mine = listed(&mut rig, who, "mine").await;
        for what in ["Two lamps", "P1", "bookkeeping", "room on Tuesdays", "Soup"] {
            assert_eq!(mine.contains(what), theirs.contains(&what), "{what} of {who}: {mine}");
        }
        assert!(theirs.iter().all(|what| mine.contains(what)), "{who}: {mine}");
    }
    rig.say("dev", "done P1").await;
    assert!(listed(&mut rig, "dev", "mine").await.contains("P1"), "until it is confirmed");
    rig.say("bea", "confirm P1").await;
    assert!(!listed(&mut rig, "dev", "mine").await.contains("P1"));
}

#[tokio::test]
async fn the_care_list_has_what_waits_without_any_help_from_its_third_day() {
    let mut rig = Rig::eastbank().await;
    for (who, ask) in [("dev", "Two lamps"), ("bea", "A ladder"), ("sol", "A tent")] {
        rig.say(who, &format!("ask {ask}")).await;
    }
    rig.say("hana", "pledge A2 what:\"a ladder\" by:2026-03-20").await;
    rig.say("sol", "withdraw A3").await;
    rig.advance(chicago("2026-03-06 12:00")).await;
    rig.say("luis", "ask A van").await;
    let waiting = async |rig: &mut Rig| {
        let reply = directly(rig, "amara", "care").await;
        let Message::Care { waiting, .. } = &reply.message else { panic!("{}", read(&reply)) };
        waiting.iter().map(|line| format!("{} {} {}", line.ask, line.asker.0, line.days)).collect::<Vec<_>>()
    };
    rig.advance(chicago("2026-03-07 23:59")).await;
    assert_eq!(waiting(&mut rig).await, [""; 0]);
    rig.advance(chicago("2026-03-08 00:00")).await;
    assert_eq!(waiting(&mut rig).await, ["A1 dev 3"]);
    rig.advance(chicago("2026-03-09 10:00")).await;
    assert_eq!(waiting(&mut rig).await, ["A1 dev 4", "A4 luis 3"], "longest first");
}

#[tokio::test]
async fn whoever_only_looks_is_a_member_from_then_on() {
    let mut rig = Rig::eastbank().await;
    rig.say("omar", "needs").await;
    let newcomer = rig.inbound_in("millrace", "jan", "needs");
    rig.hear(newcomer).await;
    let known = "select group_concat(c.slug || ' ' || m.name) from members m join communities c on c.id = m.community_id \
        where m.name in ('omar', 'jan')";
    let known: String = sqlx::query_scalar(known).fetch_one(&mut rig.file().await).await.unwrap();
    assert_eq!(known, "eastbank omar,millrace jan");
}

#[tokio::test]
async fn what_somebody_has_just_settled_is_what_they_are_answered_in() {
    let mut rig = Rig::eastbank().await;
    let answer = rig.try_say("dev", "me language:es zone:Europe/Madrid").await;
    assert_eq!(answer.cause, Cause::Reply, "{}", read(&answer));
    assert_eq!((answer.voice.language, answer.voice.zone.name()), (Language::Spanish, "Europe/Madrid"));
    assert_eq!(rig.try_say("dev", "needs").await.voice.language, Language::Spanish);
    assert_eq!(rig.try_say("bea", "needs").await.voice.language, Language::English);
}

#[tokio::test]
async fn where_a_platform_has_no_whispers_what_is_private_is_answered_alone() {
    let mut rig = Rig::eastbank().await;
    rig.settle().await;
    for (who, text) in [("dev", "ask Two lamps"), ("bea", "mine")] {
        let mut inbound = rig.inbound(who, text);
        inbound.answer = Answer::Outbox;
        rig.engine().hear(inbound).await.unwrap();
    }
    rig.settle().await;
    let said: Vec<(String, Cause)> = rig.world.posts().into_iter().map(|post| (post.to, post.cause)).collect();
    assert!(said.contains(&("public:eastbank".to_owned(), Cause::Reply)), "{said:?}");
    assert!(said.contains(&("dm:bea".to_owned(), Cause::Reply)), "{said:?}");
    assert_eq!(said.iter().filter(|(_, cause)| *cause == Cause::Reply).count(), 2, "{said:?}");
}

#[tokio::test]
async fn somebody_of_two_communities_who_spoke_in_neither_is_asked_which() {
    let mut rig = Rig::eastbank().await;
    let noor =
        || Named { typed: "@noor".to_owned(), account: account("noor"), name: "noor".to_owned(), is_role: false };
    for place in ["eastbank", "millrace"] {
        rig.engine().appoint(Platform::Console, place, place, noor()).await.unwrap();
    }
    let ask = |rig: &mut Rig| {
        let mut inbound = rig.inbound_directly("noor", "needs");
        let shared = vec!["eastbank".to_owned(), "millrace".to_owned()];
        inbound.place = Place::Direct { id: "with-noor".to_owned(), shared };
        inbound
    };
    let inbound = ask(&mut rig);
    let which = rig.hear(inbound).await;
    assert!(matches!(which.message, Message::Refused(Refusal::WhichCommunity(_))), "{}", read(&which));
    for place in ["millrace", "eastbank", "millrace"] {
        rig.clock.set(rig.clock.now() + SignedDuration::from_mins(1));
        let said = rig.inbound_in(place, "noor", "offer Soup");
        rig.hear(said).await;
        let inbound = ask(&mut rig);
        assert_eq!(rig.hear(inbound).await.community.as_deref(), Some(place), "where they spoke last");
    }
}
