//! Awkward inputs: each has a kind, exact answer, and changes nothing.

use barnraiser::engine::Heard;
use barnraiser::engine::inbound::{Answer, Cause};
use jiff::Timestamp;

use crate::console::{Console, Said, dump};
use crate::rig::{Rig, chicago, read};

/// The answer to a line that is refused, after making sure that nobody else read it and nothing was changed by it.
async fn refused(console: &mut Console, line: &str) -> String {
    let before = console.dump().await;
    let said = console.answer(line).await;
    assert_eq!(said.cause, "refusal", "{line}: {said:#?}");
    let who = line.split([':', '@']).next().unwrap();
    assert_eq!(said.reader(), Some(who), "{line}");
    assert_eq!(console.dump().await, before, "{line} changed something");
    said.text
}

#[tokio::test]
async fn a_bare_ask_is_asked_what_is_needed() {
    let mut console = Console::eastbank().await;
    insta::assert_snapshot!(refused(&mut console, "dev: /ask").await, @r"
    What do you need?

    For example:
    - /ask Two folding tables for Saturday need:2 by:2026-03-13
    - /ask Help with a form kind:expertise visibility:private
    - visibility: is open, private or anonymous
    ");
    insta::assert_snapshot!(refused(&mut console, "dev: /pledge").await, @r#"
    Which ask is it? /needs shows what is open.

    For example:
    - /pledge A2 what:"I'll bring my drill" by:2026-03-13
    - /pledge A8 what:"Chairs from the hall" amount:25 by:"2026-03-13 10:00" first:"call the hall"
    "#);
    insta::assert_snapshot!(refused(&mut console, "dev: /pledge A5").await, @r#"
    Thank you for wanting to help! It is not a pledge yet: what, and by when?
    - For example: /pledge A5 what:"…" by:2026-03-13
    - Not sure yet? Keep it as a maybe: /maybe A5
    "#);
    insta::assert_snapshot!(refused(&mut console, "dev: /thanks P1").await, @r"
    What would you like to say?

    For example:
    - /thanks P7 It made our day
    ");
    insta::assert_snapshot!(refused(&mut console, "dev: /edit A1").await, @r"
    What should change?

    For example:
    - /edit A2 Three folding tables for Saturday need:3
    - /edit A2 kind:goods by:2026-03-13
    ");
}

#[tokio::test]
async fn counts_that_are_none() {
    let mut console = Console::eastbank().await;
    insta::assert_snapshot!(refused(&mut console, "dev: /ask need:0 chairs").await, @"I can't take “0” as a number. Please use a whole number from 1 to 1000000.");
    insta::assert_snapshot!(refused(&mut console, "dev: /ask chairs need:-3").await, @"I can't take “-3” as a number. Please use a whole number from 1 to 1000000.");
    insta::assert_snapshot!(refused(&mut console, "dev: /ask chairs need:99999999999999999999").await, @"I can't take “99999999999999999999” as a number. Please use a whole number from 1 to 1000000.");
    insta::assert_snapshot!(refused(&mut console, "dev: /ask chairs need:many").await, @"I can't take “many” as a number. Please use a whole number from 1 to 1000000.");
    insta::assert_snapshot!(refused(&mut console, "keisha: /done P6 amount:151").await, @"Only 150 are left on P6. If all of it is done, /done P6 is enough.");
}

#[tokio::test]
async fn dates_that_are_none_or_two() {
    let mut console = Console::eastbank().await;
    // From Friday to Sunday, "next Friday" can mean one day only.
    console.line(":now 2026-03-09 12:00").await;
    insta::assert_snapshot!(refused(&mut console, "dev: /ask chairs by:2025-02-30").await, @"“2025-02-30” is not in the calendar. Which day is it? For example: by:2026-03-16");
    insta::assert_snapshot!(refused(&mut console, "dev: /ask chairs by:2027-02-30").await, @"“2027-02-30” is not in the calendar. Which day is it? For example: by:2026-03-16");
    insta::assert_snapshot!(refused(&mut console, "dev: /ask chairs by:yesterday").await, @"“yesterday” is over already. Which day to come is it? For example: by:2026-03-16");
    insta::assert_snapshot!(refused(&mut console, "dev: /ask chairs by:\"next friday\"").await, @r"
    “next friday” can mean two days. Which one is it?
    - Friday 13 March: by:2026-03-13
    - Friday 20 March: by:2026-03-20
    ");
    insta::assert_snapshot!(refused(&mut console, "dev: /ask chairs by:next friday").await, @r"
    “next friday” can mean two days. Which one is it?
    - Friday 13 March: by:2026-03-13
    - Friday 20 March: by:2026-03-20
    ");
    insta::assert_snapshot!(refused(&mut console, "dev: /ask chairs by:whenever").await, @r#"
    I can't read “whenever” as a date. These I can read:
    - by:2026-03-16
    - by:"2026-03-16 18:00"
    "#);
    insta::assert_snapshot!(refused(&mut console, "dev: /ask chairs by:").await, @r"
    When should it be?

    For example:
    - /ask Two folding tables for Saturday need:2 by:2026-03-16
    - /ask Help with a form kind:expertise visibility:private
    - visibility: is open, private or anonymous
    ");
    insta::assert_snapshot!(refused(&mut console, "dev: /ask chairs by:2626-03-01").await, @"“2626-03-01” is more than five years away. Did you mean a nearer year? For example: by:2026-03-16");
}

#[tokio::test]
async fn other_peoples_pledges_and_pledges_that_are_over() {
    let mut console = Console::eastbank().await;
    insta::assert_snapshot!(refused(&mut console, "omar: /done P1").await, @"P1 is someone else's pledge. Yours: /mine");
    insta::assert_snapshot!(refused(&mut console, "omar: /confirm P1").await, @"Whether P1 arrived is for the person who asked to say. Yours: /mine");
    insta::assert_snapshot!(refused(&mut console, "omar: /handback P1").await, @"P1 is someone else's pledge. Yours: /mine");
    insta::assert_snapshot!(refused(&mut console, "omar: /adjust P1 by:2026-03-20").await, @"P1 is someone else's pledge. Yours: /mine");
    insta::assert_snapshot!(refused(&mut console, "omar: /withdraw A1").await, @"A1 is someone else's ask. Only they or a convener can change it. Yours: /mine");
    insta::assert_snapshot!(refused(&mut console, "dev: /pledge A1 what:\"me\" by:2026-03-20").await, @"A1 is your own ask, so the help comes from others. If you found a way yourself: /withdraw A1");
    insta::assert_snapshot!(refused(&mut console, "omar: /pledge A1 what:\"me too\" by:2026-03-20").await, @"Good news: everything for A1 is promised. To stand by in case a spot opens: /maybe A1");
    console.line("hana: /done P1").await;
    insta::assert_snapshot!(refused(&mut console, "hana: /done P1").await, @"P1 is done already, thank you. Nothing more to do. Yours: /mine");
    insta::assert_snapshot!(refused(&mut console, "hana: /handback P1").await, @"P1 is done already, thank you. Nothing more to do. Yours: /mine");
    insta::assert_snapshot!(refused(&mut console, "hana: /adjust P1 by:2026-03-20").await, @"P1 is done already, thank you. Nothing more to do. Yours: /mine");
    insta::assert_snapshot!(refused(&mut console, "omar: /confirm P1").await, @"Whether P1 arrived is for the person who asked to say. Yours: /mine");
    console.line("dev: /confirm P1").await;
    insta::assert_snapshot!(refused(&mut console, "dev: /confirm P1").await, @"P1 is kept already, thank you. Nothing more to do. Yours: /mine");
    console.line("omar: /handback P3").await;
    insta::assert_snapshot!(refused(&mut console, "omar: /done P3").await, @"P3 was handed back. To help after all, make a new pledge: /needs");
    insta::assert_snapshot!(refused(&mut console, "dev: /thanks P3 for trying").await, @"P3 has not arrived yet, so the thanks can wait. If it did arrive: /confirm P3");
}

#[tokio::test]
async fn what_one_may_not_see_is_answered_like_what_does_not_exist() {
    let mut console = Console::eastbank().await;
    let about_asks = [
        "pledge {} what:\"a lift\" by:\"2026-03-10 08:15\"",
        "pledge {} happy to help however!",
        "pledge {}",
        "maybe {}",
        "edit {} new words",
        "edit {} visibility:open",
        "withdraw {}",
        "stillneeded {}",
        "invite {} who:omar",
        "invite {}",
    ];
    let about_pledges = [
        "done {}",
        "done {} amount:2",
        "adjust {} by:2026-03-20",
        "adjust {}",
        "handback {}",
        "withdraw {}",
        "confirm {}",
        "stillneeded {}",
        "thanks {} for the lift",
        "thanks {}",
    ];
    // A member, an asker of other things, and somebody nobody has met.
    for who in ["omar", "dev", "stranger"] {
        for place in ["", "@dm"] {
            for (commands, hidden, nothing) in [(about_asks, "A7", "A99"), (about_pledges, "P9", "P99")] {
                for command in commands {
                    let mut answer = async |id: &str| {
                        refused(&mut console, &format!("{who}{place}: /{}", command.replace("{}", id))).await
                    };
                    let (seen, none) = (answer(hidden).await, answer(nothing).await);
                    assert_eq!(seen.replace(hidden, "ID"), none.replace(nothing, "ID"), "{who}{place}: {command}");
                }
            }
        }
    }
    insta::assert_snapshot!(refused(&mut console, "omar: /pledge A7 what:\"me\" by:2026-03-20").await, @"There is no A7 that you can see. /needs shows what is open.");
    insta::assert_snapshot!(refused(&mut console, "omar: /done P9").await, @"There is no P9 that you can see. /mine shows yours.");
}

#[tokio::test]
async fn words_no_card_carries() {
    let mut console = Console::eastbank().await;
    let hidden = "\u{202E}sdrawkcab \u{2066}x";
    let stacked = format!("e{}", "\u{0301}".repeat(40));
    let long = "x".repeat(3_900);
    insta::assert_snapshot!(refused(&mut console, "dev: /ask @everyone free pizza").await, @"That would ring everyone at once. Please send it again without the “@” call; open asks are seen by everyone anyway.");
    insta::assert_snapshot!(refused(&mut console, "dev: /ask [x](javascript:alert(1))").await, @"That looks like the code of a program or a web page, which I don't pass on. Please say it in plain words.");
    insta::assert_snapshot!(refused(&mut console, "dev: /ask <img src=x onerror=alert(1)>").await, @"That looks like the code of a program or a web page, which I don't pass on. Please say it in plain words.");
    insta::assert_snapshot!(refused(&mut console, &format!("dev: /ask {long}")).await, @"That is 3900 letters; there is room for 1000. Please say the heart of it, and tell the rest to whoever helps.");
    insta::assert_snapshot!(refused(&mut console, &format!("dev: /ask {hidden}")).await, @"There are hidden characters in that, perhaps from copying. Please type it again by hand.");
    insta::assert_snapshot!(refused(&mut console, &format!("dev: /ask {stacked}")).await, @"There are many marks stacked on one letter, which some screens can't show. Please send it again without them.");
    // The same words anywhere else that others would read.
    for line in [
        "omar: /pledge A5 what:\"@everyone look\" by:2026-03-20",
        "hana: /done P1 <img src=x onerror=alert(1)>",
        "hana: /adjust P1 by:2026-03-20 note:\"@here\"",
        "dev: /thanks P1 [x](javascript:alert(1))",
        "dev: /offer @everyone free pizza",
        "dev: /edit A1 @everyone free pizza",
        "amara: /community settings name:\"@everyone\"",
        "amara: /gathering new when:\"2026-05-01 18:00\" where:\"@everyone\"",
    ] {
        refused(&mut console, line).await;
    }
}

#[tokio::test]
async fn words_in_every_script_are_carried_as_they_are() {
    let mut console = Console::eastbank().await;
    let words = "👩🏽‍🔧 ن 修理 *two* _lamps_ `now` | a&b";
    let said = console.line(&format!("dev: /ask {words}")).await;
    let card = said.iter().find(|said| said.is_public()).unwrap();
    assert!(card.text.contains(words), "{}", card.text);
    let longest = "ñ".repeat(1_000);
    let said = console.line(&format!("dev: /ask {longest}")).await;
    assert!(said.iter().any(|said| said.is_public() && said.text.contains(&longest)));
}

const NEIGHBOUR: &str = "my neighbour at 1420 Alder St apt 3 needs insulin, call 555-0148";

#[tokio::test]
async fn a_private_detail_is_asked_about_before_anything_is_posted() {
    let mut console = Console::eastbank().await;
    insta::assert_snapshot!(refused(&mut console, &format!("dev: /ask {NEIGHBOUR}")).await, @r"
    Nothing is posted yet. I noticed an address, a phone number and something about health in your words, and in the open everyone here could read it. How would you like to go on?
    - Privately, for you, the conveners and people they invite: /ask my neighbour at 1420 Alder St apt 3 needs insulin, call 555-0148 visibility:private
    - In the open anyway: /ask my neighbour at 1420 Alder St apt 3 needs insulin, call 555-0148 visibility:open
    ");
    // Whispered to the bot instead, it is asked about as well: who may read it is theirs to say.
    insta::assert_snapshot!(refused(&mut console, &format!("dev@dm: /ask {NEIGHBOUR}")).await, @r"
    Nothing is posted yet. I noticed an address, a phone number and something about health in your words, and in the open everyone here could read it. How would you like to go on?
    - Privately, for you, the conveners and people they invite: /ask my neighbour at 1420 Alder St apt 3 needs insulin, call 555-0148 visibility:private
    - In the open anyway: /ask my neighbour at 1420 Alder St apt 3 needs insulin, call 555-0148 visibility:open
    ");
    // In the open the words are everyone's already, so "private" would be a false promise.
    insta::assert_snapshot!(refused(&mut console, &format!("dev: /ask {NEIGHBOUR} visibility:private")).await, @"That is better said to me alone, so I did nothing with it here. Please delete it and send it to me in a direct chat.");
    refused(&mut console, &format!("dev: /ask {NEIGHBOUR} visibility:anonymous")).await;
    refused(&mut console, &format!("dev: /edit A1 {NEIGHBOUR}")).await;

    let said = console.line(&format!("dev: /ask {NEIGHBOUR} visibility:open")).await;
    let public: Vec<&Said> = said.iter().filter(|said| said.is_public()).collect();
    assert_eq!(public.len(), 1);
    assert!(public[0].text.contains(NEIGHBOUR), "{}", public[0].text);

    let said = console.line(&format!("dev@dm: /ask {NEIGHBOUR} visibility:private")).await;
    assert!(said.iter().all(|said| matches!(said.reader(), Some("dev" | "amara"))), "{said:#?}");
}

#[tokio::test]
async fn a_slip_and_a_kind_word_that_is_no_pledge_yet() {
    let mut console = Console::eastbank().await;
    insta::assert_snapshot!(refused(&mut console, "dev: /aks two chairs").await, @"I don't know “aks”. Did you mean /ask or /asks?");
    insta::assert_snapshot!(refused(&mut console, "dev: /frobnicate").await, @"I don't know “frobnicate”. What I can do: /help");
    insta::assert_snapshot!(refused(&mut console, "dev: /gathering soon").await, @r"
    Which one did you mean?
    - /gathering new
    - /gathering list
    - /gathering show
    - /gathering move
    - /gathering cancel
    ");
    insta::assert_snapshot!(refused(&mut console, "tomasz: /pledge A2 happy to help however!").await, @r#"
    Thank you for wanting to help! It is not a pledge yet: what, and by when?
    - For example: /pledge A2 what:"…" by:2026-03-13
    - Not sure yet? Keep it as a maybe: /maybe A2
    "#);
    insta::assert_snapshot!(refused(&mut console, "tomasz: /pledge A2 by:2026-03-14").await, @r#"
    Thank you for wanting to help! It is not a pledge yet: what, and by when?
    - For example: /pledge A2 what:"…" by:2026-03-13
    - Not sure yet? Keep it as a maybe: /maybe A2
    "#);
    insta::assert_snapshot!(refused(&mut console, "tomasz: /pledge A2 what:\"open quote by:2026-03-14").await, @r#"A quotation mark is opened and not closed. Please send it again with both, like this: what:"a van on Friday""#);
    insta::assert_snapshot!(refused(&mut console, "tomasz: /ask chairs kind:chairs").await, @"kind: can't be “chairs”. It can be intro, expertise, skill, time, space, goods, money, transport, care or voice.");
    insta::assert_snapshot!(refused(&mut console, "tomasz: /ask chairs kind:goods kind:space").await, @"kind: is there twice. Please send it again with the one you mean.");
    insta::assert_snapshot!(refused(&mut console, "dev: /care").await, @"That is for conveners. One of them will gladly do it for you. What you can do: /help");
    insta::assert_snapshot!(refused(&mut console, "dev: /me zone:Eastbank").await, @"zone: can't be “Eastbank”. It can be America/Chicago, Europe/Madrid or UTC.");
}

#[tokio::test]
async fn the_same_in_spanish() {
    let mut console = Console::eastbank().await;
    console.line("rosa: /me language:es").await;
    console.line(":now 2026-03-09 12:00").await;
    insta::assert_snapshot!(refused(&mut console, "rosa: /pido").await, @r"
    ¿Qué necesitas?

    Por ejemplo:
    - /ask Dos mesas plegables para el sábado need:2 by:2026-03-16
    - /ask Ayuda con un formulario kind:expertise visibility:private
    - visibility: es open, private o anonymous
    ");
    insta::assert_snapshot!(refused(&mut console, "rosa: /pido sillas need:0").await, @"No puedo leer «0» como cantidad. Escribe, por favor, un número entero de 1 a 1000000.");
    insta::assert_snapshot!(refused(&mut console, "rosa: /pido sillas by:ayer").await, @"«ayer» ya pasó. ¿Qué día por venir es? Por ejemplo: by:2026-03-16");
    insta::assert_snapshot!(refused(&mut console, "rosa: /pido sillas by:\"next friday\"").await, @r"
    «next friday» puede ser dos días. ¿Cuál es?
    - viernes 13 de marzo: by:2026-03-13
    - viernes 20 de marzo: by:2026-03-20
    ");
    insta::assert_snapshot!(refused(&mut console, "rosa: /prometo A7 yo by:2026-03-20").await, @"No hay ninguna A7 que puedas ver. Lo que está abierto: /needs");
    insta::assert_snapshot!(refused(&mut console, "rosa: /prometo A5 ¡lo que haga falta!").await, @r#"
    ¡Gracias por querer ayudar! Todavía no es un compromiso: ¿qué, y para cuándo?
    - Por ejemplo: /pledge A5 what:"…" by:2026-03-16
    - ¿Aún no lo sabes? Déjalo en un quizás: /maybe A5
    "#);
    insta::assert_snapshot!(refused(&mut console, "rosa: /hecho P1").await, @"P1 es un compromiso de otra persona. Lo tuyo: /mine");
    insta::assert_snapshot!(refused(&mut console, "rosa: /pdio dos sillas").await, @"No conozco «pdio». ¿Querías decir /pido?");
    insta::assert_snapshot!(refused(&mut console, "rosa: /pido @everyone pizza").await, @"Eso llamaría a todo el mundo a la vez. Envíalo otra vez, por favor, sin la llamada con «@»; las peticiones abiertas las ve toda la comunidad de todas formas.");
    let neighbour = "rosa: /pido mi vecina, calle Olmo 12, necesita insulina, tel. 555-0148";
    insta::assert_snapshot!(refused(&mut console, neighbour).await, @r"
    Aún no se ha publicado nada. He notado una dirección, un número de teléfono y algo sobre la salud en tus palabras, y en abierto podría leerlo toda la comunidad. ¿Cómo quieres seguir?
    - En privado, para ti, la coordinación y las personas que inviten: /pido mi vecina, calle Olmo 12, necesita insulina, tel. 555-0148 visibility:private
    - En abierto de todos modos: /pido mi vecina, calle Olmo 12, necesita insulina, tel. 555-0148 visibility:open
    ");
}

/// The only nudge of a helper whose mornings begin when their quiet hours end.
async fn only_nudge(opened: &str, quiet_until: &str, due: &str, reminder_day: &str) -> Timestamp {
    let mut rig = Rig::open(opened).await;
    rig.say("dev", "ask Two lamps").await;
    rig.say("hana", &format!("me zone:America/Chicago quiet:08:00-{quiet_until}")).await;
    rig.say("hana", &format!("pledge A1 what:\"lamps\" by:{due}")).await;
    rig.advance(chicago(&format!("{reminder_day} 00:15"))).await;
    assert_eq!(rig.world.nudges(), []);
    // In steps shorter than any gap, so that nothing can hide in one.
    for _ in 0..(24 * 6) {
        rig.wait(jiff::SignedDuration::from_mins(10)).await;
    }
    let nudges = rig.world.nudges();
    assert_eq!(nudges.len(), 1, "{nudges:#?}");
    nudges[0].at
}

#[tokio::test]
async fn a_reminder_at_a_time_that_does_not_exist_comes_once_after_the_gap() {
    let at = only_nudge("2026-03-04 12:00", "02:30", "2026-03-10", "2026-03-08").await;
    assert_eq!(at, "2026-03-08T08:30:00Z".parse::<Timestamp>().unwrap(), "03:30 of the new time");
}

#[tokio::test]
async fn a_reminder_at_a_time_that_happens_twice_comes_once_the_first_time() {
    let at = only_nudge("2026-10-28 12:00", "01:30", "2026-11-03", "2026-11-01").await;
    assert_eq!(at, "2026-11-01T06:30:00Z".parse::<Timestamp>().unwrap(), "01:30 of the old time");
}

#[tokio::test]
async fn a_date_that_does_not_exist_is_echoed_as_it_was_understood() {
    let mut console = Console::eastbank().await;
    let said = console.line("omar: /pledge A5 what:\"a call\" by:\"2026-03-08 02:30\"").await;
    assert_eq!(said[0].cause, "refusal", "A5 is full: {said:#?}");
    console.line("tomasz: /ask A call to the yard").await;
    let said = console.line("omar: /pledge A8 what:\"a call\" by:\"2026-03-08 02:30\"").await;
    insta::assert_snapshot!(said[0].text, @r#"
    Thank you! Your pledge is P12, for A8 from tomasz.
    - What: a call
    - By: Sunday 8 March, 03:30

    A first step makes it easier to begin: /adjust P12 first:"…"

    I'll write at most 3 times about this.
    - When it is done: /done P12
    - Another day: /adjust P12 by:…
    - If it doesn't fit after all, no reason asked: /handback P12
    "#);
}

#[tokio::test]
async fn the_same_platform_event_twice_changes_nothing() {
    let mut rig = Rig::eastbank().await;
    rig.say("dev", "ask Two lamps need:2").await;
    for text in [
        "ask Six tables",
        "pledge A1 what:\"one lamp\" by:2026-03-11",
        "maybe A1",
        "offer lamps",
        "me language:es",
        "community settings nudges:2",
        "ask need:0 chairs",
        "handback P1",
        "gathering new when:\"2026-05-01 18:00\"",
    ] {
        for answer in [Answer::Direct, Answer::Outbox] {
            let who = if text.starts_with("community") || text.starts_with("gathering") { "amara" } else { "hana" };
            let mut inbound = rig.inbound(who, text);
            inbound.answer = answer;
            let first = rig.engine().hear(inbound.clone()).await.unwrap();
            assert_ne!(first, Heard::Again, "{text}");
            rig.settle().await;
            let (before, posts) = (dump(&rig.database()).await, rig.world.posts().len());
            assert_eq!(rig.engine().hear(inbound.clone()).await, Ok(Heard::Again), "{text}");
            // Also by a process that has not heard it itself.
            rig.crash().await;
            assert_eq!(rig.engine().hear(inbound).await, Ok(Heard::Again), "{text}");
            rig.settle().await;
            assert_eq!(dump(&rig.database()).await, before, "{text}");
            assert_eq!(rig.world.posts().len(), posts, "{text}");
        }
    }
}

#[tokio::test]
async fn the_same_event_twice_in_one_batch_counts_once() {
    let mut rig = Rig::eastbank().await;
    let inbound = rig.inbound("dev", "ask Two lamps");
    let (first, second) = tokio::join!(rig.engine().hear(inbound.clone()), rig.engine().hear(inbound));
    let again = [first.unwrap(), second.unwrap()].into_iter().filter(|heard| *heard == Heard::Again).count();
    assert_eq!(again, 1);
    let needs = rig.say("dev", "needs").await;
    assert!(needs.contains("A1") && !needs.contains("A2"), "{needs}");
}

#[tokio::test]
async fn one_bad_input_in_a_batch_harms_no_other() {
    let mut rig = Rig::eastbank().await;
    let (good, bad, also) = (
        rig.inbound("dev", "ask Two lamps"),
        rig.inbound("dev", "ask need:0 chairs"),
        rig.inbound("hana", "ask Six tables"),
    );
    let (good, bad, also) = tokio::join!(rig.hear(good), rig.hear(bad), rig.hear(also));
    assert_eq!([good.cause, bad.cause, also.cause], [Cause::Reply, Cause::Refusal, Cause::Reply]);
    assert!(read(&good).contains("A1") && read(&also).contains("A2"), "numbers have no holes");
}
