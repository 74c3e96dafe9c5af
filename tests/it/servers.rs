//! Platforms with servers of many channels, where commands are forms and answers are whispered: one community whichever
//! channel is spoken in, answers that survive a crash, and forms that open again with everything in them.

use barnraiser::domain::community::{Language, Platform, Role};
use barnraiser::engine::Heard;
use barnraiser::engine::clock::Clock as _;
use barnraiser::engine::inbound::{Answer, Body, Cause, Inbound, Named, Place};
use barnraiser::engine::parcel::{Destination, Outcome, Receipt};
use barnraiser::grammar::form::Filled;
use barnraiser::grammar::specs;
use barnraiser::speech::message::{Ability, Message};
use barnraiser::store::people::OnServer;
use jiff::SignedDuration;

use crate::rig::{Post, Rig, account, chicago};

const HERE: Platform = Platform::Console;

fn form(path: &str, values: &[(&str, &str)]) -> Body {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Body::Invoked(Filled { spec: specs::find(path).unwrap(), values })
}

/// Somebody fills in a form in a channel of the server, and is answered where nobody else reads it.
pub fn fills(rig: &mut Rig, channel: &str, who: &str, path: &str, values: &[(&str, &str)]) -> Inbound {
    let inbound = rig.inbound(who, "");
    let place = Place::Public { id: channel.to_owned(), name: channel.to_owned(), server: Some("guild".to_owned()) };
    let standing = Some(if who == "amara" { Role::Convener } else { Role::Member });
    let answer = Answer::Whisper(format!("token-{}", inbound.event));
    Inbound { place, standing, answer, body: form(path, values), ..inbound }
}

pub async fn does(rig: &mut Rig, channel: &str, who: &str, path: &str, values: &[(&str, &str)]) -> String {
    let inbound = fills(rig, channel, who, path, values);
    let event = inbound.event.clone();
    assert_eq!(rig.engine().hear(inbound).await.unwrap(), Heard::Queued);
    rig.settle().await;
    event
}

/// A community that was set up in its channel #help.
pub async fn served() -> Rig {
    let mut rig = Rig::open("2026-03-05 18:20").await;
    does(&mut rig, "help", "amara", "community setup", &[("name", "Eastbank"), ("zone", "America/Chicago")]).await;
    rig
}

pub fn last(rig: &Rig) -> Post {
    rig.world.posts().pop().unwrap()
}

pub fn cards(rig: &Rig) -> Vec<String> {
    let posts = rig.world.posts().into_iter().filter(|post| post.cause == Cause::Card);
    posts.map(|post| format!("{} {}", post.to, post.refs.join(" "))).collect()
}

#[tokio::test]
async fn every_channel_of_a_server_is_the_one_community() {
    let mut rig = served().await;
    does(&mut rig, "chat", "dev", "ask", &[("words", "Two lamps"), ("need", "2")]).await;
    assert_eq!(cards(&rig), ["public:help A1"], "cards come where it was set up");
    does(&mut rig, "random", "bea", "pledge", &[("ask", "A1"), ("what", "one"), ("by", "2026-03-11")]).await;
    let answer = rig.world.posts().into_iter().find(|post| post.to == "only:bea").unwrap();
    assert!(answer.text.contains("P1"), "{answer:?}");
    assert_eq!(rig.engine().reports().await.unwrap().len(), 1, "one community");
    // Set up again somewhere else, it moves there with everything that is still looked for.
    does(&mut rig, "aid", "amara", "community setup", &[("name", "Eastbank")]).await;
    does(&mut rig, "help", "omar", "ask", &[("words", "A ladder")]).await;
    assert_eq!(cards(&rig)[2..], ["public:aid A1", "public:aid A2"]);
}

#[tokio::test]
async fn another_server_is_another_community() {
    let mut rig = served().await;
    does(&mut rig, "help", "dev", "ask", &[("words", "Two lamps")]).await;
    let mut stranger = fills(&mut rig, "help-2", "zoe", "pledge", &[("ask", "A1"), ("what", "x"), ("by", "friday")]);
    stranger.place =
        Place::Public { id: "help-2".to_owned(), name: "Mill".to_owned(), server: Some("other".to_owned()) };
    rig.engine().hear(stranger).await.unwrap();
    rig.settle().await;
    assert!(last(&rig).text.contains("no A1"), "{:?}", last(&rig));
}

#[tokio::test]
async fn an_outage_changes_nothing_and_being_put_out_starts_the_grace_period() {
    let mut rig = served().await;
    does(&mut rig, "help", "dev", "ask", &[("words", "Two lamps")]).await;
    rig.engine().server_left(HERE, "guild").await.unwrap();
    rig.engine().server_left(HERE, "nobody-knows").await.unwrap();
    rig.settle().await;
    let before = rig.world.posts().len();
    rig.advance(chicago("2026-03-09 12:00")).await;
    assert_eq!(rig.world.posts().len(), before);
    rig.engine().server_back(HERE, "guild").await.unwrap();
    rig.settle().await;
    does(&mut rig, "chat", "bea", "pledge", &[("ask", "A1"), ("what", "both"), ("by", "2026-03-11")]).await;
    assert_eq!(cards(&rig), ["public:help A1", "public:help A1"], "all is there, and the card goes on");
}

#[tokio::test]
async fn a_server_it_was_put_out_of_while_it_was_away_is_left() {
    let mut rig = served().await;
    does(&mut rig, "help", "dev", "ask", &[("words", "Two lamps")]).await;
    does(&mut rig, "chat", "bea", "pledge", &[("ask", "A1"), ("what", "both"), ("by", "2026-03-11")]).await;
    let servers = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    rig.engine().servers_are(HERE, &servers(&["guild", "other"])).await.unwrap();
    rig.engine().servers_are(Platform::Matrix, &[]).await.unwrap();
    rig.settle().await;
    let before = rig.world.posts().len();
    rig.engine().servers_are(HERE, &servers(&["other"])).await.unwrap();
    rig.settle().await;
    rig.advance(chicago("2026-03-09 12:00")).await;
    assert_eq!(rig.world.posts().len(), before, "nothing is said about it to anybody");
    rig.engine().server_back(HERE, "guild").await.unwrap();
    rig.settle().await;
    let nudges = rig.world.nudges();
    assert_eq!(nudges.len(), 1, "{nudges:?}");
}

#[tokio::test]
async fn somebody_heard_there_says_that_the_bot_is_back() {
    let mut rig = served().await;
    rig.engine().server_left(HERE, "guild").await.unwrap();
    rig.settle().await;
    does(&mut rig, "chat", "dev", "ask", &[("words", "Two lamps")]).await;
    assert_eq!(cards(&rig), ["public:help A1"]);
}

#[tokio::test]
async fn what_was_recorded_is_confirmed_after_a_crash() {
    let mut rig = served().await;
    let ask = fills(&mut rig, "chat", "dev", "ask", &[("words", "Two lamps")]);
    rig.engine().hear(ask).await.unwrap();
    rig.crash().await;
    rig.settle().await;
    let answers: Vec<_> = rig.world.posts().into_iter().filter(|post| post.to == "only:dev").collect();
    assert_eq!(answers.len(), 1);
}

#[tokio::test]
async fn what_the_token_no_longer_opens_is_said_in_the_chat_once_and_a_no_is_not() {
    let mut rig = served().await;
    let ask = fills(&mut rig, "chat", "dev", "ask", &[("words", "Two lamps")]);
    let nothing = fills(&mut rig, "chat", "bea", "done", &[("pledge", "P9")]);
    for said in [ask, nothing] {
        rig.engine().hear(said).await.unwrap();
        let whisper = rig.claim().await.unwrap();
        assert!(matches!(whisper.destination, Destination::Whisper { .. }), "{:?}", whisper.destination);
        let closed = Outcome::Closed { reason: "unknown webhook".to_owned() };
        assert!(rig.engine().receipt(Receipt::new(whisper.row, closed)).await.unwrap());
        rig.settle().await;
    }
    rig.wait(SignedDuration::from_mins(30)).await;
    let said: Vec<_> = rig.world.posts().into_iter().map(|post| post.to).collect();
    assert_eq!(said, ["only:amara", "dm:dev", "public:help"]);
}

/// A token opens nothing after a quarter of an hour, and then nobody can tell whether the answer was shown. It may have been.
#[tokio::test]
async fn a_whisper_that_cannot_be_looked_up_is_let_go() {
    let mut rig = served().await;
    let ask = fills(&mut rig, "chat", "dev", "ask", &[("words", "x y"), ("visibility", "private")]);
    rig.engine().hear(ask).await.unwrap();
    let whisper = rig.claim().await.unwrap();
    let unknown = Outcome::Unknown { reason: "reset".to_owned() };
    assert!(rig.engine().receipt(Receipt::new(whisper.row, unknown)).await.unwrap());
    rig.clock.set(rig.clock.now() + SignedDuration::from_mins(20));
    let again = rig.claim().await.unwrap();
    assert!(again.unresolved_since.is_some());
    let gone = Outcome::Unreadable { reason: "the token is void".to_owned() };
    assert!(rig.engine().receipt(Receipt::new(again.row, gone)).await.unwrap());
    let before = rig.world.posts().len();
    rig.wait(SignedDuration::from_hours(2)).await;
    let since = rig.world.posts().split_off(before);
    assert!(since.iter().all(|post| post.to != "dm:dev" && post.to != "only:dev"), "{since:?}");
}

#[tokio::test]
async fn a_refused_form_opens_again_with_everything_in_it_for_its_own_person() {
    let mut rig = served().await;
    let typed = [("words", "A van, \"big\""), ("by", "someday"), ("need", "1")];
    let event = does(&mut rig, "chat", "dev", "ask", &typed).await;
    assert!(rig.world.posts().iter().all(|post| post.cause != Cause::Card));
    let draft = rig.engine().draft(&account("dev"), &event).await.unwrap();
    let values: Vec<_> = draft.values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!((draft.spec.path, values.as_slice()), ("ask", typed.as_slice()));
    assert_eq!(rig.engine().draft(&account("bea"), &event).await, None, "nobody else's");
    // It is not kept for longer than somebody may need it.
    rig.clock.set(rig.clock.now() + SignedDuration::from_mins(61));
    does(&mut rig, "chat", "bea", "ask", &[("words", "x"), ("need", "many")]).await;
    assert_eq!(rig.engine().draft(&account("dev"), &event).await, None);
    // What no other words would mend keeps nothing.
    let event = does(&mut rig, "chat", "bea", "community settings", &[("name", "Mine")]).await;
    assert_eq!(rig.engine().draft(&account("bea"), &event).await, None);
}

#[tokio::test]
async fn an_id_that_is_none_is_refused_kindly_and_can_be_mended() {
    let mut rig = served().await;
    let pledge = fills(&mut rig, "chat", "bea", "pledge", &[("ask", "the lamps"), ("what", "one"), ("by", "friday")]);
    let event = pledge.event.clone();
    rig.engine().hear(pledge).await.unwrap();
    let parcel = rig.claim().await.unwrap();
    assert!(matches!(parcel.message, Message::FormRefused { .. }), "{:?}", parcel.message);
    assert!(rig.engine().draft(&account("bea"), &event).await.is_some());
}

/// Before a form of the conveners' is opened, the platform asks whether that is any use.
#[tokio::test]
async fn who_convenes_is_known_before_a_form_is_opened() {
    let mut rig = served().await;
    does(&mut rig, "chat", "dev", "ask", &[("words", "Two lamps")]).await;
    does(&mut rig, "chat", "amara", "convener add", &[("who", "dev")]).await;
    let stewards =
        Named { typed: "<@&77>".to_owned(), account: account("77"), name: "Stewards".to_owned(), is_role: true };
    let with_role = fills(&mut rig, "chat", "amara", "convener add", &[("who", "<@&77>")]);
    rig.engine().hear(Inbound { named: vec![stewards], ..with_role }).await.unwrap();
    let on =
        |server: &str| Place::Public { id: "any".to_owned(), name: "any".to_owned(), server: Some(server.to_owned()) };
    let alone = Place::Direct { id: "with".to_owned(), shared: Vec::new() };
    let role = ["77".to_owned()];
    for (who, place, roles, named, convenes) in [
        ("amara", on("guild"), &[][..], None, true),
        ("dev", on("guild"), &[], None, true),
        ("bea", on("guild"), &[], None, false),
        ("bea", on("guild"), &role, None, true),
        ("bea", on("other"), &role, None, false),
        ("dev", on("other"), &[], None, false),
        ("dev", alone.clone(), &[], None, true),
        ("dev", alone.clone(), &[], Some("other"), false),
        ("bea", alone, &[], None, false),
    ] {
        let asked = rig.engine().convenes_in(&account(who), &place, roles, named).await;
        assert_eq!(asked, convenes, "{who} {place:?} {roles:?} {named:?}");
    }
}

/// A zone is a city to most people.
#[tokio::test]
async fn a_community_is_set_up_by_its_city() {
    let mut rig = Rig::open("2026-03-05 18:20").await;
    let setup = |zone: &'static str| [("name", "Eastbank"), ("zone", zone)];
    does(&mut rig, "help", "amara", "community setup", &setup("indiana")).await;
    let refused = last(&rig).text;
    assert!(refused.contains("America/Indiana/Knox") && !refused.contains("Madrid"), "{refused}");
    does(&mut rig, "help", "amara", "community setup", &setup("eastbank")).await;
    assert!(last(&rig).text.contains("Europe/Madrid"), "{}", last(&rig).text);
    does(&mut rig, "help", "amara", "community setup", &setup("chicago")).await;
    let ready = last(&rig).text;
    assert!(ready.contains("is ready") && ready.contains("Time zone: America/Chicago"), "{ready}");
}

/// In a server nobody reads a command but its speaker. Only who had a part in something that is open there may be called.
#[tokio::test]
async fn whoever_only_has_private_things_is_never_called_in_public() {
    let mut rig = served().await;
    does(&mut rig, "chat", "dev", "ask", &[("words", "My rent"), ("visibility", "private")]).await;
    does(&mut rig, "chat", "omar", "ask", &[("words", "Two lamps"), ("by", "2026-03-20")]).await;
    let seen: Vec<(String, bool)> =
        sqlx::query_as("select ref, seen_in is not null from accounts where ref in ('dev', 'omar') order by ref")
            .fetch_all(&mut rig.file().await)
            .await
            .unwrap();
    assert_eq!(seen, [("dev".to_owned(), false), ("omar".to_owned(), true)]);
}

#[tokio::test]
async fn a_server_is_greeted_once_and_one_that_is_set_up_is_not() {
    let mut rig = Rig::open("2026-03-05 18:20").await;
    for server in ["guild", "guild", "other"] {
        rig.engine().greet(HERE, server, "general", None).await.unwrap();
        rig.crash().await;
        rig.settle().await;
    }
    let said: Vec<_> = rig.world.posts().into_iter().map(|post| (post.to, post.cause)).collect();
    assert_eq!(said, [("public:general".to_owned(), Cause::Notice), ("public:general".to_owned(), Cause::Notice)]);
    assert!(rig.world.posts()[0].text.contains("help privacy"), "{:?}", rig.world.posts()[0]);
    let rig = served().await;
    let before = rig.world.posts().len();
    rig.engine().greet(HERE, "guild", "help", None).await.unwrap();
    rig.settle().await;
    assert_eq!(rig.world.posts().len(), before);
    assert_eq!(rig.engine().home(HERE, "guild").await.as_deref(), Some("help"));
    assert_eq!(rig.engine().home(HERE, "other").await, None);
}

#[tokio::test]
async fn a_server_is_greeted_in_its_own_language() {
    let rig = Rig::open("2026-03-05 18:20").await;
    rig.engine().greet(HERE, "guild", "general", Some(Language::Spanish)).await.unwrap();
    rig.settle().await;
    assert!(last(&rig).text.contains("¡Hola!"), "{:?}", last(&rig));
}

/// Whoever is met is spoken to as their app speaks, until they settle it themselves; the place keeps its own language.
#[tokio::test]
async fn whoever_is_met_for_the_first_time_is_answered_in_the_language_of_their_app() {
    let mut rig = served().await;
    let does_in = async |rig: &mut Rig, language, who, path, values: &[(&str, &str)]| {
        let inbound = Inbound { language, ..fills(rig, "chat", who, path, values) };
        rig.engine().hear(inbound).await.unwrap();
        rig.settle().await;
        rig.world.posts().into_iter().rfind(|post| post.to == format!("only:{who}")).unwrap().text
    };
    let (spanish, english) = (Some(Language::Spanish), Some(Language::English));
    // A no to somebody who is nobody here yet.
    let refused = does_in(&mut rig, spanish, "luis", "community settings", &[("name", "Mine")]).await;
    assert!(refused.contains("coordina"), "{refused}");
    let asked = does_in(&mut rig, spanish, "luis", "ask", &[("words", "Dos lámparas")]).await;
    assert!(asked.contains("queda anotada"), "{asked}");
    assert!(rig.world.posts().iter().any(|post| post.cause == Cause::Card && post.text.contains("looking for help")));
    // What they once began with stays theirs, whichever app they open.
    let mine = does_in(&mut rig, english, "luis", "mine", &[]).await;
    assert!(mine.contains("Tus peticiones"), "{mine}");
    does_in(&mut rig, spanish, "luis", "me", &[("language", "en")]).await;
    let mine = does_in(&mut rig, spanish, "luis", "mine", &[]).await;
    assert!(mine.contains("asks"), "{mine}");
    // Nothing is said of anybody's app: the community's.
    let asked = does_in(&mut rig, None, "dev", "ask", &[("words", "A ladder")]).await;
    assert!(asked.contains("Something different"), "{asked}");
}

#[tokio::test]
async fn the_check_says_what_the_bot_may_not_do_and_how_to_mend_it() {
    let mut rig = served().await;
    let mut check = fills(&mut rig, "chat", "amara", "community check", &[]);
    check.able = vec![(Ability::See, true), (Ability::ReadHistory, false)];
    rig.engine().hear(check).await.unwrap();
    rig.settle().await;
    let said = last(&rig).text;
    assert!(said.contains("✅ I can see our channel.") && said.contains("❌ I may not read the history"), "{said}");
    assert!(!said.contains("All is well"), "{said}");
}

#[tokio::test]
async fn the_buttons_of_the_first_words_mean_something_to_everybody() {
    let mut rig = served().await;
    for (pressed, part) in [("help example", "A small story"), ("help privacy", "What I keep")] {
        let press = fills(&mut rig, "chat", "zoe", "help", &[]);
        rig.engine().hear(Inbound { body: Body::Pressed(pressed.to_owned()), ..press }).await.unwrap();
        rig.settle().await;
        assert!(last(&rig).text.contains(part), "{:?}", last(&rig));
    }
}

/// What of the outbox went to calendars: to which, in place of which event, and whether it is called off.
async fn calendars(rig: &Rig) -> Vec<(String, Option<String>, bool)> {
    let mut said = Vec::new();
    while let Some(parcel) = rig.claim().await {
        let receipt = match (&parcel.destination, &parcel.message) {
            (Destination::Calendar { server, .. }, Message::Event { line, .. }) => {
                said.push((server.clone(), parcel.edits.clone(), line.cancelled));
                let message = parcel.edits.clone().unwrap_or_else(|| format!("event-{server}"));
                Receipt::new(parcel.row, Outcome::Delivered { message })
            }
            _ => rig.send(&parcel).await,
        };
        assert!(rig.engine().receipt(receipt).await.unwrap());
    }
    said
}

#[tokio::test]
async fn a_gathering_stands_in_the_servers_calendar_and_is_kept_in_step() {
    let mut rig = served().await;
    let when = [("when", "2026-03-12 18:00"), ("where", "Library")];
    for (path, values, told) in [
        ("gathering new", when.as_slice(), (None, false)),
        ("gathering move", &[("when", "2026-03-13 18:00")], (Some("event-guild".to_owned()), false)),
        ("gathering cancel", &[], (Some("event-guild".to_owned()), true)),
    ] {
        let said = fills(&mut rig, "chat", "amara", path, values);
        rig.engine().hear(said).await.unwrap();
        rig.crash().await;
        assert_eq!(calendars(&rig).await, [("guild".to_owned(), told.0, told.1)], "{path}");
    }
    // Called off before it came there, or over: it does not come there any more.
    let new = fills(&mut rig, "chat", "amara", "gathering new", &[("when", "2026-03-20 18:00")]);
    rig.engine().hear(new).await.unwrap();
    let cancel = fills(&mut rig, "chat", "amara", "gathering cancel", &[]);
    rig.engine().hear(cancel).await.unwrap();
    assert_eq!(calendars(&rig).await, []);
}

/// Where the bot may not, there is no calendar, and nobody is troubled with it.
#[tokio::test]
async fn a_calendar_that_is_closed_to_the_bot_is_missed_by_nobody() {
    let mut rig = served().await;
    let new = fills(&mut rig, "chat", "amara", "gathering new", &[("when", "2026-03-12 18:00")]);
    rig.engine().hear(new).await.unwrap();
    while let Some(parcel) = rig.claim().await {
        let receipt = match parcel.destination {
            Destination::Calendar { .. } => Receipt::new(parcel.row, Outcome::Refused { reason: "50013".to_owned() }),
            _ => rig.send(&parcel).await,
        };
        assert!(rig.engine().receipt(receipt).await.unwrap());
    }
    let before = rig.world.posts().len();
    rig.settle().await;
    assert_eq!(rig.world.posts().len(), before);
    does(&mut rig, "chat", "amara", "community check", &[]).await;
    assert!(!last(&rig).text.contains("could not be delivered"), "{:?}", last(&rig));
}

/// A platform that tells nobody who lost a role is asked, and says it of an account on a server.
#[tokio::test]
async fn whoever_lost_what_they_convened_by_convenes_no_more_alone_with_the_bot_either() {
    let mut rig = served().await;
    let stewards =
        Named { typed: "<@&77>".to_owned(), account: account("77"), name: "Stewards".to_owned(), is_role: true };
    let inbound = fills(&mut rig, "chat", "amara", "convener add", &[("who", "<@&77>")]);
    assert_eq!(heard(&mut rig, Inbound { named: vec![stewards], ..inbound }).await, Cause::Reply);
    let by_role = fills(&mut rig, "chat", "luis", "needs", &[]);
    heard(&mut rig, Inbound { roles: vec!["77".to_owned()], ..by_role }).await;
    let convenes = async |rig: &mut Rig, who: &str| {
        let care = rig.inbound_directly(who, "care");
        rig.hear(care).await.cause == Cause::Reply
    };
    for who in ["amara", "luis"] {
        assert!(convenes(&mut rig, who).await, "{who}");
        // On another server it means nothing, and neither does a role that somebody still has.
        let standing = rig.engine().standings(HERE, Some(&account(who))).await.pop().unwrap();
        let elsewhere = OnServer { server: "other".to_owned(), ..standing.clone() };
        rig.engine().stands_no_more(HERE, elsewhere, Vec::new()).await.unwrap();
        rig.engine().stands_no_more(HERE, standing.clone(), vec!["77".to_owned()]).await.unwrap();
        assert!(convenes(&mut rig, who).await, "{who}");
        rig.engine().stands_no_more(HERE, standing, vec!["78".to_owned()]).await.unwrap();
        assert!(!convenes(&mut rig, who).await, "{who}");
    }
    assert_eq!(rig.engine().standings(HERE, None).await, []);
}

#[tokio::test]
async fn whoever_has_a_role_that_the_community_named_convenes_it_as_long_as_they_have_it() {
    let mut rig = served().await;
    let stewards =
        Named { typed: "<@&77>".to_owned(), account: account("77"), name: "Stewards".to_owned(), is_role: true };
    let cares = |rig: &mut Rig, roles: &[&str]| {
        let care = fills(rig, "chat", "luis", "care", &[]);
        Inbound { roles: roles.iter().map(|role| (*role).to_owned()).collect(), ..care }
    };
    let names = |rig: &mut Rig, who: &str, path: &str| {
        let inbound = fills(rig, "chat", who, path, &[("who", "<@&77>")]);
        Inbound { named: vec![stewards.clone()], ..inbound }
    };
    let inbound = cares(&mut rig, &["77"]);
    assert_eq!(heard(&mut rig, inbound).await, Cause::Refusal, "nobody has named it yet");
    let inbound = names(&mut rig, "dev", "convener add");
    assert_eq!(heard(&mut rig, inbound).await, Cause::Refusal, "not everybody names one");
    let inbound = names(&mut rig, "amara", "convener add");
    assert_eq!(heard(&mut rig, inbound).await, Cause::Reply);
    rig.crash().await;
    for (roles, expected) in
        [(["77"].as_slice(), Cause::Reply), (&["78"], Cause::Refusal), (&["78", "77"], Cause::Reply)]
    {
        let inbound = cares(&mut rig, roles);
        assert_eq!(heard(&mut rig, inbound).await, expected, "{roles:?}");
    }
    let inbound = names(&mut rig, "amara", "convener remove");
    assert_eq!(heard(&mut rig, inbound).await, Cause::Reply);
    let inbound = cares(&mut rig, &["77"]);
    assert_eq!(heard(&mut rig, inbound).await, Cause::Refusal);
    // A role is nobody who could be invited.
    does(&mut rig, "chat", "amara", "ask", &[("words", "My rent"), ("visibility", "private")]).await;
    let inbound = fills(&mut rig, "chat", "amara", "invite", &[("ask", "A1"), ("who", "<@&77>")]);
    assert_eq!(heard(&mut rig, Inbound { named: vec![stewards], ..inbound }).await, Cause::Refusal);
}

/// How somebody was answered.
async fn heard(rig: &mut Rig, inbound: Inbound) -> Cause {
    rig.engine().hear(inbound).await.unwrap();
    rig.settle().await;
    last(rig).cause
}
