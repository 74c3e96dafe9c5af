//! The promises of DESIGN.md section 2, one after the other. Each test fails when its promise is broken.

use std::collections::{BTreeMap, BTreeSet};

use barnraiser::delivery::gateway::{Gateway as _, Lookup};
use barnraiser::engine::clock::Clock as _;
use barnraiser::engine::inbound::Cause;
use barnraiser::engine::parcel::{Extent, Outcome, Receipt};
use barnraiser::speech::message::Message;
use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::console::{Console, Said, defaults, dump};
use crate::rig::{Post, Rig, chicago, read};

fn has_word(text: &str, word: &str) -> bool {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|found| found == word)
}

// 1. Nothing is confirmed before it is durable.

#[tokio::test]
async fn what_was_confirmed_is_there_after_a_crash() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps need:64").await;
    let inbounds: Vec<_> =
        (0..64).map(|n| rig.inbound(&format!("helper{n}"), "pledge A1 what:\"one lamp\" by:2026-03-11")).collect();
    let mut hearings = tokio::task::JoinSet::new();
    for inbound in inbounds {
        let engine = rig.engine().clone();
        hearings.spawn(async move { (inbound.name.clone(), engine.hear(inbound).await) });
    }
    // Everything is dropped as soon as a few have been answered; the others may or may not have been recorded.
    let mut confirmed = Vec::new();
    while confirmed.len() < 5 {
        let (name, heard) = hearings.join_next().await.unwrap().unwrap();
        assert!(matches!(heard, Ok(barnraiser::engine::Heard::Reply(_))));
        confirmed.push(name);
    }
    hearings.abort_all();
    while hearings.join_next().await.is_some() {}
    rig.crash().await;
    for name in confirmed {
        let mine = rig.say(&name, "mine").await;
        assert!(mine.contains("one lamp"), "{name}: {mine}");
    }
}

/// Runs statements on the engine's database, beside it.
async fn meddle(rig: &Rig, sql: &'static str) {
    let mut conn = SqliteConnectOptions::new().filename(rig.database()).connect().await.unwrap();
    sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

#[tokio::test]
async fn a_commit_that_fails_confirms_nothing() {
    let mut rig = Rig::eastbank().await;
    rig.settle().await;
    // Every statement works, and only the commit finds that something is missing.
    meddle(
        &rig,
        "create table promised (id integer primary key); \
         create table broken (id integer references promised (id) deferrable initially deferred); \
         create trigger break_commits after insert on asks begin insert into broken values (1); end",
    )
    .await;
    let before = dump(&rig.database()).await;
    let reply = rig.try_say("dev", "ask Two lamps").await;
    assert_eq!(reply.cause, Cause::Refusal);
    assert!(matches!(reply.message, Message::Refused(barnraiser::domain::Refusal::Fault { .. })), "{reply:?}");
    assert_eq!(dump(&rig.database()).await, before);
    rig.settle().await;
    assert_eq!(rig.world.posts(), []);
    meddle(&rig, "drop trigger break_commits").await;
    assert!(rig.say("dev", "ask Two lamps").await.contains("A1"), "it goes on, and no number was used up");
}

#[tokio::test]
async fn a_fault_in_one_input_is_told_and_leaves_nothing_behind() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps need:2").await;
    rig.settle().await;
    meddle(
        &rig,
        "create trigger break_inputs before insert on outbox when new.cause = 'notice' begin select raise(abort, 'no'); end",
    )
    .await;
    let before = dump(&rig.database()).await;
    let pledge = rig.inbound("hana", "pledge A1 what:\"a lamp\" by:2026-03-11");
    let ask = rig.inbound("rosa", "ask Six tables");
    let (pledge, ask) = tokio::join!(rig.hear(pledge), rig.hear(ask));
    let told = read(&pledge);
    let Message::Refused(barnraiser::domain::Refusal::Fault { reference }) = pledge.message else { panic!("{told}") };
    assert!(told.contains(&reference) && !told.contains("no such"), "{told}");
    assert_eq!(ask.cause, Cause::Reply, "the other one in the batch is recorded");
    let after = dump(&rig.database()).await;
    let new: Vec<&String> = after.iter().filter(|row| !before.contains(row)).collect();
    assert!(!new.iter().any(|row| row.contains("a lamp") || row.contains("hana")), "{new:#?}");
}

// 2 and 3. Everything the bot will do later is a row, and every effect happens once.

/// A fortnight in which every kind of message is due, driven in the smallest steps there are. With `crash_at`, everything
/// is dropped after that step. Returns what stands on the platform, and how many steps it took.
async fn fortnight(crash_at: Option<usize>) -> (Vec<Post>, usize) {
    // Housekeeping is left out: it has nothing to do yet, and would only make more steps.
    let housekeeping = "0 0 0 1 1 *".parse().unwrap();
    let mut rig = Rig::eastbank_with(barnraiser::engine::Defaults { housekeeping, ..defaults() }).await;
    let mut steps = Steps { taken: 0, crash_at };
    for (at, who, text) in [
        ("2026-03-05 18:20", "amara", "gathering new when:\"2026-03-13 18:00\""),
        ("2026-03-05 18:20", "dev", "ask Two lamps need:2 by:2026-03-10"),
        ("2026-03-05 18:20", "luis", "maybe A1"),
        ("2026-03-05 18:30", "hana", "pledge A1 what:\"one lamp\" by:2026-03-08"),
        ("2026-03-05 21:00", "bea", "pledge A1 what:\"a tester\" by:2026-03-09"),
        ("2026-03-08 12:00", "bea", "handback P2"),
        ("2026-03-13 12:00", "hana", "adjust P1 by:2026-03-14"),
        ("2026-03-15 12:00", "hana", "done P1"),
    ] {
        steps.advance(&mut rig, chicago(at)).await;
        rig.say(who, text).await;
        steps.settle(&mut rig).await;
    }
    steps.advance(&mut rig, chicago("2026-03-21 12:00")).await;
    (rig.world.posts(), steps.taken)
}

struct Steps {
    taken: usize,
    crash_at: Option<usize>,
}

impl Steps {
    /// Counts a step that was taken; crashes if its time has come. What was going on is then forgotten.
    async fn crashes(&mut self, rig: &mut Rig) -> bool {
        self.taken += 1;
        if self.crash_at != Some(self.taken) {
            return false;
        }
        rig.crash().await;
        true
    }

    async fn settle(&mut self, rig: &mut Rig) {
        loop {
            let done = rig.engine().tick().await.unwrap().0;
            if done > 0 && self.crashes(rig).await {
                continue;
            }
            if !self.deliver(rig).await && done == 0 {
                return;
            }
        }
    }

    /// One message, as the courier does it, with a chance to fall after every step. False if none waits.
    async fn deliver(&mut self, rig: &mut Rig) -> bool {
        let Some(parcel) = rig.claim().await else { return false };
        if self.crashes(rig).await {
            return true;
        }
        let row = parcel.row;
        let receipt = match parcel.unresolved_since {
            None => rig.send(&parcel).await,
            Some(since) => match rig.world.find(&parcel, since).await {
                Lookup::Found(message) => Receipt::new(row, Outcome::Delivered { message }),
                Lookup::Absent => Receipt::new(row, Outcome::Absent),
                other => panic!("{other:?}"),
            },
        };
        if self.crashes(rig).await {
            return true;
        }
        rig.engine().receipt(receipt).await.unwrap();
        self.crashes(rig).await;
        true
    }

    async fn advance(&mut self, rig: &mut Rig, to: Timestamp) {
        loop {
            self.settle(rig).await;
            let agenda = rig.engine().agenda().await.unwrap();
            let next = [agenda.timer, agenda.message].into_iter().flatten().min();
            // What is due now and cannot be done is stuck; what the platform shows will tell.
            match next.filter(|next| *next <= to && *next > rig.clock.now()) {
                Some(next) => rig.clock.set(next),
                None => break,
            }
        }
        rig.clock.set(to);
        self.settle(rig).await;
    }
}

#[tokio::test]
async fn a_crash_between_any_two_steps_neither_loses_nor_repeats_a_message() {
    let (calm, steps) = fortnight(None).await;
    let causes: BTreeSet<&str> = calm.iter().map(|post| post.cause.name()).collect();
    assert_eq!(causes, BTreeSet::from(["card", "notice", "nudge", "care", "preview", "digest"]));
    assert!(steps > 50, "{steps}");
    for crash_at in 1..=steps {
        let (posts, _) = fortnight(Some(crash_at)).await;
        assert_eq!(posts, calm, "crash after step {crash_at} of {steps}");
    }
}

#[tokio::test]
async fn what_may_have_arrived_is_looked_up_after_the_quarantine_and_not_before() {
    let quarantine = SignedDuration::from_secs(90);
    for arrived in [true, false] {
        let mut rig = Rig::eastbank_with(barnraiser::engine::Defaults { quarantine, ..defaults() }).await;
        rig.say("dev", "ask Two lamps").await;
        let parcel = rig.claim().await.unwrap();
        assert_eq!((parcel.cause, parcel.unresolved_since), (Cause::Card, None));
        if arrived {
            rig.send(&parcel).await;
        }
        rig.crash().await;
        rig.wait(SignedDuration::from_secs(89)).await;
        assert_eq!(rig.world.looks(), 0);
        rig.wait(SignedDuration::from_secs(1)).await;
        assert_eq!(rig.world.looks(), 1);
        assert_eq!(rig.world.posts().len(), 1, "arrived: {arrived}");
        rig.wait(SignedDuration::from_hours(1)).await;
        assert_eq!((rig.world.looks(), rig.world.posts().len()), (1, 1), "and that is the end of it");
    }
}

#[tokio::test]
async fn every_way_an_attempt_can_end() {
    let quarantine = SignedDuration::from_secs(90);
    let mut rig = Rig::eastbank_with(barnraiser::engine::Defaults { quarantine, ..defaults() }).await;
    rig.say("dev", "ask Two lamps").await;
    let first = rig.claim().await.unwrap();
    let end = async |rig: &Rig, outcome| rig.engine().receipt(Receipt::new(first.row, outcome)).await.unwrap();

    assert_eq!(rig.claim().await, None, "what is being sent is nobody else's");
    end(&rig, Outcome::Later { after: SignedDuration::from_secs(20), of: Extent::Route }).await;
    rig.clock.set(rig.clock.now() + SignedDuration::from_secs(19));
    assert_eq!(rig.claim().await, None, "the platform asked for twenty seconds");
    rig.clock.set(rig.clock.now() + SignedDuration::from_secs(1));
    let second = rig.claim().await.unwrap();
    assert_eq!((&second.key, second.attempt, second.unresolved_since), (&first.key, 2, None), "it was not taken");

    end(&rig, Outcome::Unknown { reason: "timeout".to_owned() }).await;
    assert_eq!(rig.claim().await, None);
    rig.clock.set(rig.clock.now() + quarantine);
    let third = rig.claim().await.unwrap();
    assert!(third.unresolved_since.is_some(), "nobody knows, so it is looked up");
    assert_eq!((&third.key, &third.message), (&first.key, &first.message), "and it would say the same");

    // "Wait" in answer to a lookup's resend is no proof that the attempt before it was not taken.
    end(&rig, Outcome::Later { after: SignedDuration::from_secs(5), of: Extent::Route }).await;
    rig.clock.set(rig.clock.now() + SignedDuration::from_secs(5));
    let fourth = rig.claim().await.unwrap();
    assert!(fourth.unresolved_since.is_some());

    end(&rig, Outcome::Delivered { message: "m1".to_owned() }).await;
    end(&rig, Outcome::Unknown { reason: "late".to_owned() }).await;
    rig.wait(SignedDuration::from_hours(1)).await;
    assert_eq!(rig.world.posts(), [], "a receipt that comes late changes nothing");
}

// 4. Nothing stale is said.

/// Hana's reminder is in the outbox, and nobody has taken it out yet.
async fn reminder_on_its_way() -> Rig {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("hana", "pledge A1 what:\"lamps\" by:2026-03-11").await;
    rig.advance(chicago("2026-03-09 08:59")).await;
    rig.clock.set(chicago("2026-03-09 09:00"));
    rig.tick().await;
    assert_eq!(rig.world.nudges(), []);
    rig
}

#[tokio::test]
async fn a_nudge_that_makes_no_sense_any_more_is_not_sent() {
    let rig = reminder_on_its_way().await;
    rig.settle().await;
    assert_eq!(rig.world.nudges().len(), 1, "it is on its way");
    for (who, text) in [
        ("hana", "done P1"),
        ("hana", "handback P1"),
        ("hana", "adjust P1 by:2026-03-20"),
        ("hana", "adjust P1 nudges:off"),
        ("dev", "confirm P1"),
        ("dev", "withdraw A1"),
    ] {
        let mut rig = reminder_on_its_way().await;
        rig.say(who, text).await;
        rig.settle().await;
        assert_eq!(rig.world.nudges(), [], "{text}");
    }
}

#[tokio::test]
async fn a_nudge_that_has_to_be_sent_again_is_asked_about_again() {
    let later = Outcome::Later { after: SignedDuration::from_mins(5), of: Extent::Route };
    let unknown = Outcome::Unknown { reason: "timeout".to_owned() };
    for outcome in [later, unknown] {
        for (text, nudges) in [("done P1", 0), ("me", 1)] {
            let mut rig = reminder_on_its_way().await;
            let mut parcel = rig.claim().await.unwrap();
            while parcel.cause != Cause::Nudge {
                let receipt = rig.send(&parcel).await;
                rig.engine().receipt(receipt).await.unwrap();
                parcel = rig.claim().await.unwrap();
            }
            rig.engine().receipt(Receipt::new(parcel.row, outcome.clone())).await.unwrap();
            rig.say("hana", text).await;
            rig.wait(SignedDuration::from_hours(1)).await;
            assert_eq!(rig.world.nudges().len(), nudges, "{outcome:?}, then {text}");
        }
    }
}

#[tokio::test]
async fn what_may_have_arrived_is_not_sent_again_in_the_night() {
    let rig = reminder_on_its_way().await;
    let parcel = rig.claim().await.unwrap();
    assert_eq!(parcel.cause, Cause::Nudge, "nudges go first");
    rig.clock.set(chicago("2026-03-09 21:00"));
    let unknown = Outcome::Unknown { reason: "timeout".to_owned() };
    rig.engine().receipt(Receipt::new(parcel.row, unknown)).await.unwrap();
    rig.advance(chicago("2026-03-10 08:59")).await;
    assert_eq!(rig.world.nudges(), []);
    rig.advance(chicago("2026-03-10 20:00")).await;
    let at: Vec<Timestamp> = rig.world.nudges().iter().map(|nudge| nudge.at).collect();
    assert_eq!(at, [chicago("2026-03-10 09:00")]);
}

#[tokio::test]
async fn a_nudge_that_is_late_waits_for_waking_hours_and_stays_the_only_one_of_its_day() {
    let mut rig = reminder_on_its_way().await;
    // The machine was off from 09:00 until late in the evening.
    rig.fall().await;
    rig.clock.set(chicago("2026-03-09 22:00"));
    rig.wake().await;
    rig.settle().await;
    assert_eq!(rig.world.nudges(), []);
    // And something else falls due on the next morning.
    rig.say("rosa", "ask Six tables").await;
    rig.advance(chicago("2026-03-10 08:59")).await;
    assert_eq!(rig.world.nudges(), []);
    rig.advance(chicago("2026-03-10 23:00")).await;
    let nudges = rig.world.nudges();
    assert_eq!(nudges.iter().map(|n| n.at).collect::<Vec<_>>(), [chicago("2026-03-10 09:00")]);
}

#[tokio::test]
async fn what_somebody_hears_is_as_true_as_the_moment_it_is_sent() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps need:2").await;
    rig.say("luis", "maybe A1").await;
    rig.say("hana", "pledge A1 what:\"lamps\" by:\"2026-03-06 10:00\" amount:2").await;
    rig.settle().await;
    // At night: the notices wait for the morning, and by then the spot is taken again.
    rig.advance(chicago("2026-03-05 21:00")).await;
    rig.say("hana", "handback P1").await;
    rig.say("bea", "pledge A1 what:\"all of it\" by:\"2026-03-06 12:00\" amount:2").await;
    let before = rig.world.posts().len();
    rig.advance(chicago("2026-03-06 09:30")).await;
    let heard: Vec<Post> = rig.world.posts().split_off(before);
    assert!(!heard.iter().any(|post| post.text.contains("free")), "{heard:#?}");
    assert!(heard.iter().any(|post| post.to == "dm:dev" && post.text.contains("P2")), "{heard:#?}");
}

// 6. Nobody's falling short is ever public.

#[tokio::test]
async fn one_person_who_handed_back_is_not_counted_in_the_digest() {
    for (handed_back, shown) in [(1, false), (2, true)] {
        let mut rig = Rig::eastbank().await;
        rig.say("amara", "gathering new when:\"2026-03-20 18:00\"").await;
        rig.say("dev", "ask Lamps need:3").await;
        for (n, who) in ["hana", "omar", "bea"].into_iter().enumerate() {
            rig.say(who, "pledge A1 what:\"a lamp\" by:2026-03-11").await;
            if n < handed_back {
                rig.say(who, &format!("handback P{}", n + 1)).await;
            }
        }
        rig.settle().await;
        rig.say("amara", "digest post").await;
        rig.settle().await;
        let digest = rig.world.posts().into_iter().find(|post| post.cause == Cause::Digest).unwrap();
        assert_eq!(digest.text.contains("handed back"), shown, "{}", digest.text);
        for who in ["hana", "omar", "bea"] {
            assert!(!has_word(&digest.text, who), "{}", digest.text);
        }
    }
}

#[tokio::test]
async fn silence_ends_in_a_private_note_and_nothing_after_it() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("omar", "pledge A1 what:\"lamps\" by:2026-03-11").await;
    rig.advance(chicago("2026-06-01 12:00")).await;
    let about: Vec<String> = rig
        .world
        .posts()
        .into_iter()
        .filter(|post| matches!(post.cause, Cause::Nudge | Cause::Care))
        .map(|post| format!("{} {} {}", post.at.strftime("%F"), post.to, post.cause.name()))
        .collect();
    assert_eq!(
        about,
        [
            "2026-03-09 dm:omar nudge",
            "2026-03-12 dm:omar nudge",
            "2026-03-15 dm:omar nudge",
            "2026-03-18 dm:amara care"
        ]
    );
    for post in rig.world.posts().iter().filter(|post| post.to.starts_with("public:")) {
        assert!(!has_word(&post.text, "omar"), "{post:?}");
    }
}

#[tokio::test]
async fn a_new_date_does_not_refill_the_budget() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("omar", "pledge A1 what:\"lamps\" by:2026-03-11").await;
    rig.advance(chicago("2026-03-13 12:00")).await;
    rig.say("omar", "adjust P1 by:2026-03-20").await;
    rig.advance(chicago("2026-06-01 12:00")).await;
    let about: Vec<String> = rig
        .world
        .posts()
        .into_iter()
        .filter(|post| matches!(post.cause, Cause::Nudge | Cause::Care))
        .map(|post| format!("{} {}", post.at.strftime("%F"), post.to))
        .collect();
    assert_eq!(
        about,
        ["2026-03-09 dm:omar", "2026-03-12 dm:omar", "2026-03-18 dm:omar", "2026-03-21 dm:amara"],
        "the step that would have been the fourth nudge is the care note"
    );
}

// 7. A private ask's words stay private.

/// Every way of looking that a member has.
const LOOKS: [&str; 8] =
    ["/needs", "/needs kind:transport", "/mine", "/offers", "/help", "/gathering list", "/gathering show", "/me"];

async fn everything_looked_at(console: &mut Console) -> Vec<Said> {
    let mut said = Vec::new();
    for who in ["sol", "amara", "luis", "omar", "dev", "stranger"] {
        for place in ["", "@dm"] {
            for look in LOOKS {
                said.extend(console.line(&format!("{who}{place}: {look}")).await);
            }
        }
    }
    for look in ["/care", "/digest preview", "/digest post"] {
        said.extend(console.line(&format!("amara: {look}")).await);
    }
    said
}

#[tokio::test]
async fn a_private_asks_words_reach_its_people_only() {
    for visibility in ["private", "anonymous"] {
        let mut console = Console::eastbank().await;
        let mut said = Vec::new();
        said.extend(
            console
                .play(&format!(
                    "sol@dm: /ask Zanzibar quinoa need:2 kind:transport by:2026-03-09 visibility:{visibility}\n\
                     amara@dm: /invite A8 who:luis\n\
                     luis@dm: /pledge A8 what:\"xylophone\" by:2026-03-09 first:\"marzipan\"\n\
                     luis@dm: /adjust P12 by:2026-03-10 note:\"bergamot\"\n\
                     sol@dm: /edit A8 Zanzibar quinoa and tapioca\n\
                     luis@dm: /done P12 note:\"nutmeg\"\n\
                     sol@dm: /confirm P12\n\
                     sol@dm: /thanks P12 saffron"
                ))
                .await,
        );
        said.extend(everything_looked_at(&mut console).await);
        said.extend(console.line(":now 2026-03-25 12:00").await);
        said.extend(everything_looked_at(&mut console).await);
        let words =
            ["zanzibar", "quinoa", "tapioca", "xylophone", "marzipan", "bergamot", "nutmeg", "saffron", "a8", "p12"];
        let mut readers = BTreeSet::new();
        for said in &said {
            if words.iter().any(|word| has_word(&said.text, word)) {
                readers.insert(said.reader().unwrap_or("public"));
            }
            if visibility == "anonymous" && said.reader() != Some("amara") && said.reader() != Some("sol") {
                assert!(!has_word(&said.text, "sol"), "{said:?}");
            }
        }
        assert_eq!(readers, BTreeSet::from(["amara", "luis", "sol"]), "{visibility}");
        assert!(said.iter().all(|said| !said.is_public() || !said.refs.contains(&"A8".to_owned())));
    }
}

#[tokio::test]
async fn an_ask_made_private_leaves_the_open() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Zanzibar quinoa").await;
    rig.settle().await;
    assert!(rig.world.posts()[0].text.contains("Zanzibar"));
    rig.say("bea", "pledge A1 what:\"xylophone\" by:2026-03-11").await;
    rig.say_directly("dev", "edit A1 visibility:private").await;
    let before = rig.world.posts().len();
    rig.settle().await;
    let after = rig.world.posts().split_off(before);
    let public: Vec<&Post> = after.iter().filter(|post| post.to.starts_with("public:")).collect();
    assert_eq!(public.len(), 1, "its card is emptied in place: {after:#?}");
    assert!(!has_word(&public[0].text, "zanzibar"), "{}", public[0].text);
    assert!(!rig.say("omar", "needs").await.contains("Zanzibar"));
}

#[tokio::test]
async fn an_ask_made_private_before_its_card_went_out_is_never_posted() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Zanzibar quinoa").await;
    rig.say_directly("dev", "edit A1 visibility:private").await;
    rig.settle().await;
    let public: Vec<Post> = rig.world.posts().into_iter().filter(|post| post.to.starts_with("public:")).collect();
    assert_eq!(public, []);
}

// 8. Communities do not see each other.

#[tokio::test]
async fn two_communities_know_nothing_of_each_other() {
    let mut console = Console::open().await;
    console
        .play(
            ":now 2026-03-05 18:00 America/Chicago\n\
             :place eastbank\n:convener amara\n\
             amara: /community setup name:Eastbank zone:America/Chicago\n\
             dev: /ask Zanzibar quinoa\n\
             dev: /offer marzipan\n\
             sol@dm: /ask xylophone visibility:private\n\
             hana: /pledge A1 what:\"nutmeg\" by:2026-03-11\n\
             :place millrace\n:convener mira\n\
             mira: /community setup name:Millrace zone:Europe/Madrid",
        )
        .await;
    let foreign = ["zanzibar", "quinoa", "marzipan", "xylophone", "nutmeg", "eastbank", "dev", "sol"];
    // Somebody of Millrace only, and a convener of it, see none of it and reach none of it.
    for who in ["mira", "jan"] {
        for command in [
            "needs",
            "offers",
            "mine",
            "pledge A1 what:\"x\" by:2026-03-11",
            "done P1",
            "thanks P1 x",
            "withdraw O1",
            "edit A1 x",
            "invite A2 who:jan",
            "withdraw A1",
            "confirm P1",
            "gathering list",
            "help",
        ] {
            for said in console.line(&format!("{who}: /{command}")).await {
                assert_eq!(said.community, "millrace", "{command}");
                assert!(!foreign.iter().any(|word| has_word(&said.text, word)), "{who}: {command}: {}", said.text);
            }
        }
    }
    for command in ["care", "community check", "community settings", "invite A1 who:hana"] {
        for said in console.line(&format!("mira: /{command}")).await {
            assert!(!foreign.iter().any(|word| has_word(&said.text, word)), "{command}: {}", said.text);
        }
    }
    // A name typed in one community is nobody of the other, and numbers begin anew.
    assert_eq!(console.line("jan: /ask Flour").await[0].refs, ["A1"]);
    let hidden = console.answer("jan@dm: /needs in:eastbank").await;
    assert_eq!(hidden.cause, "refusal", "jan is not of Eastbank: {}", hidden.text);
    assert!(!foreign.iter().any(|word| *word != "eastbank" && has_word(&hidden.text, word)), "{}", hidden.text);
}

#[tokio::test]
async fn who_is_in_two_communities_says_which_one_is_meant() {
    let mut console = Console::open().await;
    console
        .play(
            ":now 2026-03-05 12:00 America/Chicago\n\
             :place eastbank\ndev: /ask Zanzibar\nhana: /ask Ovens\n\
             :wait 1m\n:place millrace\ndev: /ask Flour",
        )
        .await;
    let needs = async |console: &mut Console, text: &str| console.answer(&format!("dev@dm: {text}")).await.text;
    let here = needs(&mut console, "/needs in:eastbank").await;
    assert!(here.contains("Zanzibar") && !here.contains("Flour"), "{here}");
    let there = needs(&mut console, "/needs in:Millrace").await;
    assert!(there.contains("Flour") && !there.contains("Zanzibar"), "{there}");
    let last = needs(&mut console, "/needs").await;
    assert!(last.contains("Flour"), "without a word it is where they last spoke: {last}");
    let unknown = console.answer("dev@dm: /needs in:elsewhere").await;
    insta::assert_snapshot!(unknown.text, @r"
    You are in several communities. Please send it again with one of these added:
    - in:millrace
    - in:eastbank
    ");
    // The private ask lands in the one that was named, and its conveners alone hear of it.
    console.play(":place eastbank\n:convener amara\n:place millrace\n:convener mira").await;
    let said = console.line("dev@dm: /ask xylophone visibility:private in:eastbank").await;
    let readers: BTreeSet<&str> = said.iter().filter_map(Said::reader).collect();
    assert_eq!(readers, BTreeSet::from(["amara", "dev"]));
}

#[tokio::test]
async fn one_nudge_a_day_to_one_person_from_all_communities_together() {
    let mut rig = Rig::eastbank().await;
    for place in ["eastbank", "millrace"] {
        let ask = rig.inbound_in(place, "dev", "ask Lamps");
        rig.hear(ask).await;
        let zone = rig.inbound_in(place, "hana", "me zone:America/Chicago");
        rig.hear(zone).await;
        let pledge = rig.inbound_in(place, "hana", "pledge A1 what:\"lamps\" by:2026-03-11");
        assert_eq!(rig.hear(pledge).await.cause, Cause::Reply);
    }
    rig.advance(chicago("2026-03-11 08:00")).await;
    let days: Vec<_> = rig.world.nudges().iter().map(|n| n.at).collect();
    assert_eq!(days, [chicago("2026-03-09 09:00"), chicago("2026-03-10 09:00")]);
}

#[tokio::test]
async fn one_nudge_a_day_even_where_the_mornings_differ() {
    let mut rig = Rig::eastbank().await;
    for (place, quiet) in [("eastbank", "20:30-08:30"), ("millrace", "20:30-11:00")] {
        let ask = rig.inbound_in(place, "dev", "ask Lamps");
        rig.hear(ask).await;
        let zone = rig.inbound_in(place, "hana", &format!("me zone:America/Chicago quiet:{quiet}"));
        rig.hear(zone).await;
        let pledge = rig.inbound_in(place, "hana", "pledge A1 what:\"lamps\" by:2026-03-11");
        assert_eq!(rig.hear(pledge).await.cause, Cause::Reply);
    }
    rig.advance(chicago("2026-03-11 08:00")).await;
    let days: Vec<_> = rig.world.nudges().iter().map(|n| (n.community.clone(), n.at)).collect();
    let expected =
        [("eastbank".to_owned(), chicago("2026-03-09 09:00")), ("millrace".to_owned(), chicago("2026-03-10 11:00"))];
    assert_eq!(days, expected);
}

#[tokio::test]
async fn an_outage_of_days_ends_in_one_nudge_message() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Lamps need:3").await;
    for day in 10..13 {
        rig.say("hana", &format!("pledge A1 what:\"a lamp\" by:2026-03-{day}")).await;
    }
    rig.settle().await;
    // The bot runs, and the platform takes nothing.
    for day in 8..12 {
        rig.clock.set(chicago(&format!("2026-03-{day:02} 09:00")));
        rig.tick().await;
    }
    rig.jump(chicago("2026-03-11 12:00")).await;
    assert_eq!(rig.world.nudges().len(), 1, "{:#?}", rig.world.nudges());
    rig.advance(chicago("2026-03-12 08:00")).await;
    assert_eq!(rig.world.nudges().len(), 1, "and no other on that day");
}

#[tokio::test]
async fn thanks_come_from_who_said_them() {
    let mut console = Console::eastbank().await;
    console.line("hana: /done P1").await;
    let thanked = |said: Vec<Said>| said.into_iter().find(|s| s.to == "dm:hana").unwrap().text;
    let by_asker = thanked(console.line("dev: /thanks P1 tea").await);
    assert!(has_word(&by_asker, "dev") && by_asker.contains("tea"), "{by_asker}");
    let by_other = thanked(console.line("rosa: /thanks P1 cake").await);
    assert!(has_word(&by_other, "rosa") && !has_word(&by_other, "dev"), "{by_other}");
}

// 9. Least data, and it ends.

/// Whether any of these words stands anywhere in the files of a folder.
pub fn in_the_files(folder: &std::path::Path, words: &[&str]) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for word in words {
            if bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes())) {
                found.entry((*word).to_owned()).or_default().push(path.file_name().unwrap().display().to_string());
            }
        }
    }
    found
}

#[tokio::test]
async fn words_end_after_the_retention_time_and_counts_stay() {
    let words = [
        "zanzibar",
        "quinoa",
        "xylophone",
        "marzipan",
        "bergamot",
        "nutmeg",
        "saffron",
        "tapioca",
        "cardamom",
        "sumac",
    ];
    let mut console = Console::eastbank().await;
    console
        .play(
            "dev: /ask Zanzibar need:1 by:2026-03-12\n\
             bea: /pledge A8 what:\"xylophone\" first:\"marzipan\" by:2026-03-12\n\
             bea: /adjust P12 what:\"xylophone again\" note:\"bergamot\"\n\
             bea: /done P12 note:\"nutmeg\"\n\
             dev: /confirm P12\n\
             dev: /thanks P12 saffron\n\
             sol@dm: /ask Quinoa visibility:private\n\
             sol@dm: /withdraw A9\n\
             dev: /offer tapioca\n\
             dev: /withdraw O1\n\
             dev: /ask cardamom need:0\n\
             dev: /ask my sumac at 12 Alder St",
        )
        .await;
    let there = in_the_files(console.folder(), &words);
    for word in &words[..8] {
        assert!(there.contains_key(*word), "{word} is kept for now: {there:?}");
    }
    for refused in ["cardamom", "sumac"] {
        assert_eq!(there.get(refused), None, "what was refused is not kept at all");
    }
    console.line(":now 2027-03-01 12:00").await;
    let report_before = report(&console).await;
    assert!(in_the_files(console.folder(), &words).contains_key("zanzibar"), "a year is not over");
    console.line(":now 2027-03-20 12:00").await;
    assert_eq!(in_the_files(console.folder(), &words), BTreeMap::new());
    assert_eq!(report(&console).await, report_before, "counts stay");
}

/// How many asks, pledges and thanks there are, by state.
async fn report(console: &Console) -> Vec<String> {
    let mut conn = SqliteConnectOptions::new().filename(console.database()).read_only(true).connect().await.unwrap();
    let rows = sqlx::query_scalar(
        "select 'pledges ' || state || ' ' || count(*) from pledges where number = 12 group by state \
         union all select 'asks ' || count(*) from asks union all select 'thanks ' || count(*) from thanks",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    conn.close().await.unwrap();
    rows
}

// 7 and 9, the log: what happened and to which id, and never a word or a name.

#[tokio::test]
async fn the_most_talkative_log_holds_no_words_and_no_names() {
    #[derive(Clone, Default)]
    struct Page(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);
    impl std::io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("nobody panics while logging").write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let page = Page::default();
    let pen = page.clone();
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || pen.clone()).finish();
    // The engine's task runs on this thread, so that this test's log is its own.
    let guard = tracing::subscriber::set_default(log);

    let mut rig = reminder_on_its_way().await;
    rig.say("zanzibar", "ask quinoa at the xylophone need:2").await;
    rig.say("zanzibar", "me").await;
    rig.say("marzipan", "pledge A2 what:\"nutmeg\" first:\"saffron\" by:2026-03-20").await;
    rig.say_directly("zanzibar", "ask tapioca visibility:private").await;
    rig.try_say("marzipan", "aks cardamom").await;
    rig.try_say("marzipan", "invite A3 who:sumac").await;
    // What the log has reason to speak of: a message that makes no sense any more, one that is not taken, one that may or
    // may not have been, a fault of ours, a restart.
    rig.say("hana", "done P1").await;
    let parcel = rig.claim().await.unwrap();
    let refused = Outcome::Refused { reason: "the platform said no".to_owned() };
    rig.engine().receipt(Receipt::new(parcel.row, refused)).await.unwrap();
    let parcel = rig.claim().await.unwrap();
    let unknown = Outcome::Unknown { reason: "timeout".to_owned() };
    rig.engine().receipt(Receipt::new(parcel.row, unknown)).await.unwrap();
    meddle(&rig, "create trigger break_inputs before insert on asks begin select raise(abort, 'no'); end").await;
    assert_eq!(rig.try_say("zanzibar", "ask cinnamon").await.cause, Cause::Refusal);
    meddle(&rig, "drop trigger break_inputs").await;
    rig.crash().await;
    rig.advance(chicago("2026-04-20 12:00")).await;
    drop(guard);

    let log = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    for line in ["will not take it", "may or may not", "could not be recorded", "no longer makes sense"] {
        assert!(log.contains(line), "it says {line:?}: {log}");
    }
    for word in [
        "zanzibar",
        "quinoa",
        "xylophone",
        "marzipan",
        "nutmeg",
        "saffron",
        "tapioca",
        "cardamom",
        "sumac",
        "cinnamon",
        "hana",
        "lamps",
    ] {
        assert!(!log.to_lowercase().contains(word), "{word}: {log}");
    }
}
