//! Setting a community up, and who convenes it.

use barnraiser::domain::Refusal;
use barnraiser::domain::community::Platform;
use barnraiser::engine::inbound::{Cause, Named};
use barnraiser::speech::message::Message;

use crate::rig::{Rig, account};

async fn begun() -> Rig {
    let rig = Rig::open("2026-03-05 18:20").await;
    let amara =
        Named { typed: "amara".to_owned(), account: account("amara"), name: "amara".to_owned(), is_role: false };
    rig.engine().appoint(Platform::Console, "eastbank", "eastbank", amara).await.unwrap();
    rig
}

/// Name, zone, language, and whether it has been set up.
async fn community(rig: &Rig) -> String {
    let sql = "select name || ' ' || zone || ' ' || language || ' ' || (set_up_at is not null) from communities";
    sqlx::query_scalar(sql).fetch_one(&mut rig.file().await).await.unwrap()
}

#[tokio::test]
async fn a_community_is_set_up_by_a_name_or_a_zone_and_by_nothing_less() {
    for (said, after) in [
        ("community setup", "eastbank UTC en 0"),
        ("community setup language:es", "eastbank UTC en 0"),
        ("community settings language:es", "eastbank UTC es 0"),
        ("community setup zone:Europe/Madrid", "eastbank Europe/Madrid en 1"),
        ("community setup name:Eastbank", "Eastbank UTC en 1"),
        ("community settings name:Eastbank", "Eastbank UTC en 1"),
        ("community settings zone:Europe/Madrid", "eastbank Europe/Madrid en 1"),
    ] {
        let mut rig = begun().await;
        let cause = rig.try_say("amara", said).await.cause;
        assert_eq!(community(&rig).await, after, "{said}: {cause:?}");
    }
    // Set up once, it may be asked for without saying anything.
    let mut rig = Rig::eastbank().await;
    rig.say("amara", "community setup").await;
    rig.say("amara", "community setup language:es").await;
    assert_eq!(community(&rig).await, "Eastbank America/Chicago es 1");
}

#[tokio::test]
async fn who_is_made_a_convener_hears_of_it_once_and_the_last_one_stays() {
    let mut rig = Rig::eastbank().await;
    rig.say("bea", "offer Soup").await;
    let told = |rig: &Rig| {
        let notices = rig.world.posts().into_iter().filter(|post| post.cause == Cause::Notice);
        notices.map(|post| post.to).collect::<Vec<_>>()
    };
    let last = rig.try_say("amara", "convener remove amara").await;
    assert_eq!(last.message, Message::Refused(Refusal::LastConvener));
    for who in ["amara", "bea", "bea"] {
        rig.say("amara", &format!("convener add {who}")).await;
        rig.settle().await;
    }
    assert_eq!(told(&rig), ["dm:bea"]);
    rig.say("bea", "convener remove amara").await;
    let refused = rig.try_say("amara", "convener add dev").await;
    assert_eq!(refused.message, Message::Refused(Refusal::ConvenersOnly));
    let nobody = rig.try_say("bea", "convener remove amara").await;
    assert_eq!(nobody.message, Message::Refused(Refusal::NoSuchPerson("amara".to_owned())));
}
