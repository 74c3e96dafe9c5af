//! An ask after it was posted: changed, asked about again, shown to more people or to fewer, taken back.

use barnraiser::domain::wording::Objection;
use barnraiser::domain::{AskId, Refusal};
use barnraiser::engine::inbound::{Audience, Cause, Named, Reply};
use barnraiser::speech::message::Message;
use sqlx::Connection as _;

use crate::rig::{Post, Rig, account, chicago, read};

/// Words, kind, need, by when and visibility of A1, as they are kept.
async fn kept(rig: &Rig) -> [String; 5] {
    let mut file = rig.file().await;
    let row: (String, Option<String>, i64, Option<String>, String) =
        sqlx::query_as("select words, kind, need, due, visibility from asks where number = 1")
            .fetch_one(&mut file)
            .await
            .unwrap();
    file.close().await.unwrap();
    let (words, kind, need, due, visibility) = row;
    [words, kind.unwrap_or_default(), need.to_string(), due.unwrap_or_default(), visibility]
}

/// What is said in the open from here on.
async fn public_posts(rig: &Rig, since: usize) -> Vec<String> {
    rig.settle().await;
    let posts = rig.world.posts().split_off(since);
    posts.into_iter().filter(|post| post.to.starts_with("public:")).map(|post| post.text).collect()
}

async fn directly(rig: &mut Rig, who: &str, text: &str) -> Reply {
    let inbound = rig.inbound_directly(who, text);
    rig.hear(inbound).await
}

#[tokio::test]
async fn an_edit_changes_what_it_names_and_nothing_else() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps kind:goods need:2 by:2026-03-20").await;
    let mut expected = ["Two lamps", "goods", "2", "2026-03-20", "open"].map(str::to_owned);
    assert_eq!(kept(&rig).await, expected);
    for (edit, which, new) in [
        ("need:3", 2, "3"),
        ("kind:skill", 1, "skill"),
        ("by:2026-03-25", 3, "2026-03-25"),
        ("Three lamps", 0, "Three lamps"),
        ("visibility:private", 4, "private"),
    ] {
        rig.say_directly("dev", &format!("edit A1 {edit}")).await;
        expected[which] = new.to_owned();
        assert_eq!(kept(&rig).await, expected, "{edit}");
    }
    let refused = rig.try_say("hana", "edit A1 need:9").await;
    assert_eq!((refused.cause, kept(&rig).await), (Cause::Refusal, expected));
}

#[tokio::test]
async fn a_private_asks_new_words_are_not_said_in_the_open() {
    let mut rig = Rig::eastbank().await;
    rig.say_directly("dev", "ask Two lamps visibility:private").await;
    let overheard = rig.try_say("dev", "edit A1 A lift to dialysis").await;
    assert_eq!(overheard.message, Message::Refused(Refusal::SayItDirectly));
    // Said alone with the bot they need no second thought: who may read them has been decided.
    let edited = directly(&mut rig, "dev", "edit A1 A lift to dialysis").await;
    assert_eq!((edited.cause, edited.audience), (Cause::Reply, Audience::Private), "{}", read(&edited));
    assert_eq!(kept(&rig).await[0], "A lift to dialysis");
    let before = rig.world.posts().len();
    assert_eq!(public_posts(&rig, before).await, [""; 0], "no card, then or now");
    // Its asker opens it, and now it has one.
    let opened = directly(&mut rig, "dev", "edit A1 Two lamps visibility:open").await;
    assert_eq!((opened.cause, opened.audience), (Cause::Reply, Audience::Only), "{}", read(&opened));
    assert_eq!(public_posts(&rig, before).await.len(), 1);
    // And takes it back out of the open: the card that stands there is emptied.
    let before = rig.world.posts().len();
    rig.say_directly("dev", "edit A1 visibility:private").await;
    let emptied = public_posts(&rig, before).await;
    assert!(emptied.len() == 1 && !emptied[0].contains("lamps"), "{emptied:?}");
}

#[tokio::test]
async fn harmless_new_words_of_an_open_ask_may_come_from_a_direct_chat() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.say_directly("dev", "edit A1 Three lamps").await;
    assert_eq!(kept(&rig).await[0], "Three lamps");
    let detail = directly(&mut rig, "dev", "edit A1 Three lamps, call 555-0148").await;
    assert!(matches!(detail.message, Message::Refused(Refusal::PrivateDetail { .. })), "{}", read(&detail));
    assert_eq!(kept(&rig).await[0], "Three lamps");
}

#[tokio::test]
async fn who_helps_stays_let_in_when_an_ask_is_made_private_and_only_then() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Three lamps need:3").await;
    for helper in ["bea", "hana", "luis"] {
        rig.say(helper, "pledge A1 what:\"a lamp\" by:2026-03-11").await;
    }
    rig.say("luis", "handback P3").await;
    let invited = async |rig: &Rig| -> Vec<String> {
        let names = "select m.name from invitations i join members m on m.id = i.member_id order by m.name";
        sqlx::query_scalar(names).fetch_all(&mut rig.file().await).await.unwrap()
    };
    rig.say("dev", "edit A1 Lamps").await;
    assert_eq!(invited(&rig).await, [""; 0], "nobody needs to be let in on an open ask");
    rig.say_directly("dev", "edit A1 visibility:private").await;
    assert_eq!(invited(&rig).await, ["bea", "hana"], "and not who handed back");
    rig.say_directly("bea", "done P1").await;
    rig.say_directly("dev", "edit A1 visibility:anonymous").await;
    assert_eq!(invited(&rig).await, ["bea", "hana"]);
}

#[tokio::test]
async fn an_old_ask_that_lacks_help_is_asked_about_two_days_after_its_date() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps need:2 by:2026-03-10").await;
    rig.say("bea", "ask A ladder by:2026-03-10").await;
    rig.say("sol", "ask A chair by:2026-03-10").await;
    rig.say("luis", "ask A tent by:2026-03-10").await;
    rig.say("hana", "pledge A1 what:\"one lamp\" amount:1 by:2026-03-10").await;
    rig.say("hana", "pledge A2 what:\"a ladder\" by:2026-03-10").await;
    rig.say("sol", "withdraw A3").await;
    // Said before it is asked: the question comes a week later instead.
    rig.advance(chicago("2026-03-07 12:00")).await;
    rig.say("luis", "stillneeded A4").await;
    let asked = |rig: &Rig| -> Vec<String> {
        let about = |post: &&Post| post.cause == Cause::Notice && post.refs.iter().any(|r| r.starts_with('A'));
        let still = rig.world.posts().into_iter();
        still.filter(|post| about(&post) && post.text.contains("still needed")).map(|post| post.to).collect()
    };
    rig.advance(chicago("2026-03-12 08:59")).await;
    assert_eq!(asked(&rig), [""; 0]);
    rig.advance(chicago("2026-03-12 09:00")).await;
    assert_eq!(asked(&rig), ["dm:dev"], "A2 has all it needs, A3 is gone, A4 was answered already");
    let not_hers = rig.try_say("hana", "stillneeded A1").await;
    assert_eq!(not_hers.message, Message::Refused(Refusal::NotYourAsk(AskId(1))));
    let withdrawn = rig.try_say("sol", "stillneeded A3").await;
    assert_eq!(withdrawn.message, Message::Refused(Refusal::AskClosed(AskId(3))));
    rig.say("dev", "stillneeded A1").await;
    rig.advance(chicago("2026-03-14 08:59")).await;
    assert_eq!(asked(&rig), ["dm:dev"]);
    rig.advance(chicago("2026-03-19 08:59")).await;
    assert_eq!(asked(&rig), ["dm:dev", "dm:luis"]);
    rig.advance(chicago("2026-03-19 09:00")).await;
    assert_eq!(asked(&rig), ["dm:dev", "dm:luis", "dm:dev"]);
}

#[tokio::test]
async fn somebody_the_platform_vouches_for_is_let_in_by_being_named() {
    let mut rig = Rig::eastbank().await;
    rig.say_directly("dev", "ask Two lamps visibility:private").await;
    let vouched = |typed: &str, id: &str| Named {
        typed: typed.to_owned(),
        account: account(id),
        name: id.to_owned(),
        is_role: false,
    };
    for (written, typed) in [("@luis", "luis"), ("ana", "@ana"), ("@bea", "@bea")] {
        let mut inbound = rig.inbound_directly("dev", &format!("invite A1 who:{written}"));
        inbound.named = vec![vouched("@other", "other"), vouched(typed, typed.trim_start_matches('@'))];
        assert_eq!(rig.hear(inbound).await.cause, Cause::Reply, "{written}");
    }
    let refused = directly(&mut rig, "dev", "invite A1 who:@somebody").await;
    assert_eq!(refused.message, Message::Refused(Refusal::NoSuchPerson("@somebody".to_owned())));
    for (who, sees) in [("luis", true), ("ana", true), ("bea", true), ("other", false)] {
        assert_eq!(read(&directly(&mut rig, who, "needs").await).contains("Two lamps"), sees, "{who}");
    }
}

#[tokio::test]
async fn a_new_date_moves_the_question_and_no_date_needs_none() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    let armed = async |rig: &Rig| -> Vec<String> {
        let sql = "select civil from timers where kind = 'ask_still_needed'";
        sqlx::query_scalar(sql).fetch_all(&mut rig.file().await).await.unwrap()
    };
    assert_eq!(armed(&rig).await, [""; 0]);
    rig.say("dev", "edit A1 by:2026-03-10").await;
    assert_eq!(armed(&rig).await, ["2026-03-12T09:00:00"]);
    rig.say("dev", "edit A1 by:2026-03-20").await;
    assert_eq!(armed(&rig).await, ["2026-03-22T09:00:00"]);
    rig.say("dev", "edit A1 need:2").await;
    assert_eq!(armed(&rig).await, ["2026-03-22T09:00:00"]);
    rig.say("dev", "withdraw A1").await;
    assert_eq!(armed(&rig).await, [""; 0]);
}

/// On Discord brackets keep a link from being shown large. They are no part of what somebody says, and hide nothing.
#[tokio::test]
async fn a_link_in_brackets_is_a_link() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask see <https://example.org/list?a=1> and <HTTP://example.org>, <3").await;
    let needs = rig.say("bea", "needs").await;
    assert!(needs.contains("see https://example.org/list?a=1 and HTTP://example.org, <3"), "{needs}");
    for code in [
        "<https://example.org onclick=x>",
        "<https://a><script>",
        "<<https://a>script>",
        "<javascript:alert(1)>",
        "<ftp://a>",
        "<https://>",
    ] {
        let refused = rig.try_say("dev", &format!("ask x {code}")).await;
        assert_eq!(refused.message, Message::Refused(Refusal::Wording(Objection::LooksLikeCode)), "{code}");
    }
}
