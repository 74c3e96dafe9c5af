//! The important messages as people read them, in both languages, in plain text behind `/`.

use super::samples::*;
use crate::domain::ask::{Standing, Visibility};
use crate::domain::community::Language::{self, English, Spanish};
use crate::domain::digest::{Digest, InHand};
use crate::domain::gathering::DigestState;
use crate::domain::ids::{AskId, GatheringId, OfferId, PledgeId, Ref};
use crate::domain::nudge::Step;
use crate::domain::refusal::{Needed, Refusal, WhenProblem};
use crate::domain::wording::Detail;
use crate::speech::copy::say;
use crate::speech::doc::{Block, Doc, Span};
use crate::speech::message::*;

fn read(message: &Message, language: Language) -> String {
    say(message, &voice(language)).plain("/")
}

fn refused(refusal: Refusal, language: Language) -> String {
    read(&Message::Refused(refusal), language)
}

fn noticed(notice: Notice, language: Language) -> String {
    read(&Message::Notices { items: vec![notice] }, language)
}

/// As of the morning on which Eastbank's digest goes out.
fn on_13_april(message: &Message, language: Language) -> Doc {
    say(message, &Voice { now: "2026-04-13T14:00:00Z".parse().expect("a moment"), ..voice(language) })
}

fn eastbank_digest(digest: Digest, gathering: Option<GatheringLine>) -> Message {
    Message::Digest { digest, gathering, community: words("Eastbank Collaboratory") }
}

#[test]
fn a_card_says_what_is_needed_and_names_nobody() {
    let card = |standing| Message::Card { line: ask_line(standing) };
    insta::assert_snapshot!(read(&card(Standing::Open), English), @r#"
    A2 is looking for help

    Two people who can rewire a lamp safely, Sat 14 March 10:00.

    1 of 2 so far · by Saturday 14 March, 10:00 · skill

    To help: /pledge A2 what:"…" by:…

    Maybe: /maybe A2
    "#);
    insta::assert_snapshot!(read(&card(Standing::Open), Spanish), @r#"
    A2 busca ayuda

    Two people who can rewire a lamp safely, Sat 14 March 10:00.

    1 de 2 por ahora · para el sábado 14 de marzo, 10:00 · habilidad

    Para ayudar: /pledge A2 what:"…" by:…

    Quizás: /maybe A2
    "#);
    insta::assert_snapshot!(read(&card(Standing::InHand), English), @r"
    A2 is in hand

    Two people who can rewire a lamp safely, Sat 14 March 10:00.

    1 of 2 so far · by Saturday 14 March, 10:00 · skill

    Everything is promised. You can still be a maybe, in case a spot opens: /maybe A2
    ");
    insta::assert_snapshot!(read(&card(Standing::Met), English), @r#"
    🎉 A2 is met

    Two people who can rewire a lamp safely, Sat 14 March 10:00.

    1 of 2 so far · skill

    Thank you to everyone who helped.
    "#);
    insta::assert_snapshot!(read(&card(Standing::Withdrawn), English), @r#"
    A2 is no longer needed

    Thank you to everyone who thought about it. Other things people look for: /needs
    "#);
    for standing in [Standing::Open, Standing::InHand, Standing::Met, Standing::Withdrawn] {
        for language in Language::ALL {
            assert!(!read(&card(standing), language).contains("Dev"));
        }
    }
}

#[test]
fn a_card_of_a_private_ask_would_hold_no_word_of_it() {
    for visibility in [Visibility::Private, Visibility::Anonymous] {
        let text = read(&Message::Card { line: AskLine { visibility, ..ask_line(Standing::Open) } }, English);
        assert!(!text.contains("rewire") && !text.contains("skill"), "{text}");
    }
}

#[test]
fn a_pledge_is_echoed_with_what_when_and_the_budget() {
    let full = pledge_recorded(3, Some("call the hall"), Some("Keisha"));
    insta::assert_snapshot!(read(&full, English), @r#"
    Thank you! Your pledge is P8, for A8 from Keisha. A8 now has 25 of 40.
    - What: 25 chairs from the hall
    - By: Friday 10 April
    - How many: 25
    - First step: call the hall

    I'll write at most 3 times about this.
    - When it is done: /done P8
    - Another day: /adjust P8 by:…
    - If it doesn't fit after all, no reason asked: /handback P8
    "#);
    insta::assert_snapshot!(read(&full, Spanish), @r#"
    ¡Gracias! Tu compromiso es P8, para A8 de Keisha. A8 ya tiene 25 de 40.
    - Qué: 25 chairs from the hall
    - Para: viernes 10 de abril
    - Cantidad: 25
    - Primer paso: call the hall

    Te escribiré 3 veces, como mucho, sobre esto.
    - Cuando esté hecho: /done P8
    - Otro día: /adjust P8 by:…
    - Si al final no puede ser, sin dar razones: /handback P8
    "#);
    let bare = pledge_recorded(0, None, None);
    insta::assert_snapshot!(read(&bare, English), @r#"
    Thank you! Your pledge is P8, for A8. A8 now has 25 of 40.
    - What: 25 chairs from the hall
    - By: Friday 10 April
    - How many: 25

    A first step makes it easier to begin: /adjust P8 first:"…"

    I won't remind you.
    - When it is done: /done P8
    - Another day: /adjust P8 by:…
    - If it doesn't fit after all, no reason asked: /handback P8
    "#);
}

#[test]
fn an_ask_is_echoed() {
    let ask = |visibility| Message::AskRecorded {
        ask: A,
        need: 3,
        by: Some(when("2026-03-24T08:15:00")),
        visibility,
        kind: Some(crate::domain::ask::KindOfHelp::Transport),
    };
    insta::assert_snapshot!(read(&ask(Visibility::Anonymous), English), @r#"
    A2 is recorded. It is good that you asked. Only you, the conveners and people they invite can read it, and only the conveners know it is yours.
    - How many: 3
    - By: Tuesday 24 March, 08:15
    - Kind of help: transport

    - Something different: /edit A2 …
    - Not needed any more: /withdraw A2
    "#);
    insta::assert_snapshot!(read(&ask(Visibility::Open), Spanish), @r#"
    A2 queda anotada. Qué bien que lo pidas.
    - Cantidad: 3
    - Para: martes 24 de marzo, 08:15
    - Clase de ayuda: transporte

    - Si cambia algo: /edit A2 …
    - Si ya no hace falta: /withdraw A2
    "#);
}

#[test]
fn a_nudge_is_one_message_however_many_pledges_it_is_about() {
    let p6 = NudgeItem {
        pledge: PledgeId(6),
        ask: AskId(4),
        what: words("Our credit union can print all of them"),
        first_step: None,
        due: when("2026-03-16"),
        ..nudge_item(Step::Reminder, false)
    };
    let bundle = Message::Nudge { items: vec![p6, nudge_item(Step::Check, false)] };
    insta::assert_snapshot!(read(&bundle, English), @r#"
    About what you promised:
    - P6 for A4: “Our credit union can print all of them”, by Monday 16 March.
    - P7 for A5: “I'll introduce you to our broker”. It was for today (Friday 13 March): did it happen?

    Any answer is a good one. A new date or handing back needs no reason.

    P6: Done: /done P6
    P6: New date: /adjust P6 by:
    P6: Hand back: /handback P6
    P6: Stop: /adjust P6 nudges:off
    P7: Done: /done P7
    P7: New date: /adjust P7 by:
    P7: Hand back: /handback P7
    P7: Stop: /adjust P7 nudges:off
    "#);
    insta::assert_snapshot!(read(&bundle, Spanish), @r#"
    Sobre tus compromisos:
    - P6 para A4: «Our credit union can print all of them», para el lunes 16 de marzo.
    - P7 para A5: «I'll introduce you to our broker». Era para hoy, viernes 13 de marzo: ¿pudo ser?

    Cualquier respuesta vale. Para una nueva fecha o para devolverlo no hacen falta razones.

    P6: Hecho: /done P6
    P6: Nueva fecha: /adjust P6 by:
    P6: Devolver: /handback P6
    P6: Sin recordatorios: /adjust P6 nudges:off
    P7: Hecho: /done P7
    P7: Nueva fecha: /adjust P7 by:
    P7: Devolver: /handback P7
    P7: Sin recordatorios: /adjust P7 nudges:off
    "#);
    let reminder = Message::Nudge { items: vec![nudge_item(Step::Reminder, false)] };
    insta::assert_snapshot!(read(&reminder, English), @r#"
    A friendly reminder of what you promised:
    - P7 for A5: “I'll introduce you to our broker”, by today (Friday 13 March). First step: “write to Ana”.

    Any answer is a good one. A new date or handing back needs no reason.

    Done: /done P7
    New date: /adjust P7 by:
    Hand back: /handback P7
    Stop: /adjust P7 nudges:off
    "#);
    let last = Message::Nudge { items: vec![nudge_item(Step::LastCheck, true)] };
    insta::assert_snapshot!(read(&last, English), @r#"
    A short question about what you promised:
    - P7 for A5: “I'll introduce you to our broker”. Just checking once more: did it happen? This is the last time I write about it.

    Any answer is a good one. A new date or handing back needs no reason.

    Done: /done P7
    New date: /adjust P7 by:
    Hand back: /handback P7
    "#);
}

#[test]
fn the_digest_of_13_april() {
    let digest = eastbank_digest(eastbank(), Some(gathering(DigestState::Posted)));
    insta::assert_snapshot!(on_13_april(&digest, English).plain("/"), @r#"
    Eastbank Collaboratory: what we kept, what we still look for

    Kept since 5 March: 12 of 16 pledges. 1 in hand, 1 no longer needed, 2 handed back, and both were picked up by someone else.

    8 of 11 asks met.

    Thanks
    - Dev: “Nineteen lamps, four toasters and a talking bear went home working. Room B made it possible.” (P1)

    Still looking
    - A10 (0 of 2) Two adults with a current first-aid certificate, boat-shed Saturdays from 25 April.
    - A11 Childcare for the lease night, Wed 22 April 18:00-20:00, about six children. · by Wednesday 22 April, 18:00

    In hand
    - A9 Someone to read my grant letter, one hour, before Friday 17 April. · agreed for Wednesday

    Bring an ask on Thursday. We meet on Thursday 16 April, 18:00: Library Room B.
    "#);
    insta::assert_snapshot!(on_13_april(&digest, Spanish).plain("/"), @r#"
    Eastbank Collaboratory: lo que cumplimos, lo que aún buscamos

    Cumplidos desde el 5 de marzo: 12 de 16 compromisos. 1 en marcha, 1 que ya no hace falta, 2 devueltos, y otras personas retomaron los dos.

    8 de 11 peticiones resueltas.

    Gracias
    - Dev: «Nineteen lamps, four toasters and a talking bear went home working. Room B made it possible.» (P1)

    Todavía se busca
    - A10 (0 de 2) Two adults with a current first-aid certificate, boat-shed Saturdays from 25 April.
    - A11 Childcare for the lease night, Wed 22 April 18:00-20:00, about six children. · para el miércoles 22 de abril, 18:00

    En marcha
    - A9 Someone to read my grant letter, one hour, before Friday 17 April. · para el miércoles

    Trae una petición el jueves. Nos vemos el jueves 16 de abril, 18:00: Library Room B.
    "#);
}

#[test]
fn the_preview_of_the_digest() {
    let preview = |held| Message::Preview {
        digest: Digest { thanks: vec![], still_looking: vec![], asks_in_hand: vec![], ..eastbank() },
        gathering: Some(gathering(DigestState::Scheduled)),
        community: words("Eastbank Collaboratory"),
        held,
    };
    let sunday = |language| Voice { now: "2026-04-12T14:00:00Z".parse().expect("a moment"), ..voice(language) };
    insta::assert_snapshot!(say(&preview(false), &sunday(English)).plain("/"), @r"
    This is what everyone will read tomorrow (Monday 13 April), 09:00.
    - To post it now: /digest post
    - To hold it back: /digest hold

    Eastbank Collaboratory: what we kept, what we still look for

    Kept since 5 March: 12 of 16 pledges. 1 in hand, 1 no longer needed, 2 handed back, and both were picked up by someone else.

    8 of 11 asks met.

    Bring an ask on Thursday. We meet on Thursday 16 April, 18:00: Library Room B.
    ");
    insta::assert_snapshot!(read(&preview(true), Spanish), @r"
    Esto es lo que leerá toda la comunidad cuando lo publiques. Hasta entonces queda retenido.
    - Para publicarlo: /digest post

    Eastbank Collaboratory: lo que cumplimos, lo que aún buscamos

    Cumplidos desde el 5 de marzo: 12 de 16 compromisos. 1 en marcha, 1 que ya no hace falta, 2 devueltos, y otras personas retomaron los dos.

    8 de 11 peticiones resueltas.

    Trae una petición el jueves 16 de abril. Nos vemos el jueves 16 de abril, 18:00: Library Room B.
    ");
}

#[test]
fn a_digest_counts_what_there_is_and_nothing_else() {
    let mut all = String::new();
    for digest in digests() {
        let small = Digest { thanks: vec![], still_looking: vec![], asks_in_hand: vec![], ..digest };
        for language in Language::ALL {
            let doc = on_13_april(&eastbank_digest(small.clone(), None), language);
            let Some(Block::Paragraph(sums)) = doc.blocks.get(1) else { panic!("sums") };
            all.extend(sums.iter().map(Span::text));
            all.push('\n');
        }
    }
    insta::assert_snapshot!(all, @r#"
    Kept since 5 March: 12 of 16 pledges. 1 in hand, 1 no longer needed, 2 handed back, and both were picked up by someone else.
    Cumplidos desde el 5 de marzo: 12 de 16 compromisos. 1 en marcha, 1 que ya no hace falta, 2 devueltos, y otras personas retomaron los dos.
    Since 5 March: 1 pledge. 1 in hand.
    Desde el 5 de marzo: 1 compromiso. 1 en marcha.
    Kept since 5 March: 1 of 1 pledge.
    Cumplidos desde el 5 de marzo: 1 de 1 compromiso.
    Kept since 5 March: 2 of 2 pledges.
    Cumplidos desde el 5 de marzo: 2 de 2 compromisos.
    Kept since 5 March: 12 of 16 pledges. 1 in hand, 1 no longer needed, 3 handed back, and all were picked up by someone else.
    Cumplidos desde el 5 de marzo: 12 de 16 compromisos. 1 en marcha, 1 que ya no hace falta, 3 devueltos, y otras personas los retomaron todos.
    Kept since 5 March: 12 of 16 pledges. 1 in hand, 1 no longer needed, 3 handed back, and 2 of them were picked up by someone else.
    Cumplidos desde el 5 de marzo: 12 de 16 compromisos. 1 en marcha, 1 que ya no hace falta, 3 devueltos, y otras personas retomaron 2 de ellos.
    Kept since 5 March: 12 of 16 pledges. 1 in hand, 1 no longer needed, 3 handed back, and 1 of them was picked up by someone else.
    Cumplidos desde el 5 de marzo: 12 de 16 compromisos. 1 en marcha, 1 que ya no hace falta, 3 devueltos, y otra persona retomó 1 de ellos.
    Kept since 5 March: 12 of 16 pledges. 1 in hand, 1 no longer needed, 2 handed back.
    Cumplidos desde el 5 de marzo: 12 de 16 compromisos. 1 en marcha, 1 que ya no hace falta, 2 devueltos.
    Kept since 5 March: 12 of 16 pledges. 1 in hand, 1 no longer needed, 2 handed back, and both were picked up by someone else.
    Cumplidos desde el 5 de marzo: 12 de 16 compromisos. 1 en marcha, 1 que ya no hace falta, 2 devueltos, y otras personas retomaron los dos.
    It has been quiet since 5 March. One small ask is a good beginning.
    Hay calma desde el 5 de marzo. Una petición pequeña es un buen comienzo.
    "#);
}

#[test]
fn a_digest_of_a_quiet_time_is_still_an_invitation() {
    let quiet = digests().pop().expect("the last of them");
    insta::assert_snapshot!(on_13_april(&eastbank_digest(quiet, None), English).plain("/"), @r#"
    Eastbank Collaboratory: what we kept, what we still look for

    It has been quiet since 5 March. One small ask is a good beginning.

    An ask or a hand is welcome any day.
    - Is there something you could use? /ask …
    - Want to help? /needs
    "#);
}

#[test]
fn a_digest_shows_neither_one_who_handed_back_nor_anyone_late() {
    let late = InHand { ask: AskId(9), words: "a van".to_owned(), by: when("2026-04-10") };
    let digest = Digest { handed_back: 1, picked_up: 1, asks_in_hand: vec![late], ..eastbank() };
    let text = on_13_april(&eastbank_digest(digest, None), English).plain("/");
    assert!(text.contains("- A9 a van\n"), "{text}");
    assert!(!text.contains("handed back") && !text.contains("picked up") && !text.contains("10 April"), "{text}");
}

#[test]
fn a_private_detail_is_asked_back_before_anything_is_posted() {
    let refusal = Refusal::PrivateDetail {
        details: vec![Detail::Address, Detail::Phone, Detail::Health],
        again: "ask my neighbour at 1420 Alder St apt 3 needs insulin, call 555-0148".to_owned(),
    };
    insta::assert_snapshot!(refused(refusal.clone(), English), @r#"
    Nothing is posted yet. I noticed an address, a phone number and something about health in your words, and in the open everyone here could read it. How would you like to go on?
    - Privately, for you, the conveners and people they invite: /ask my neighbour at 1420 Alder St apt 3 needs insulin, call 555-0148 visibility:private
    - In the open anyway: /ask my neighbour at 1420 Alder St apt 3 needs insulin, call 555-0148 visibility:open
    "#);
    insta::assert_snapshot!(refused(refusal, Spanish), @r#"
    Aún no se ha publicado nada. He notado una dirección, un número de teléfono y algo sobre la salud en tus palabras, y en abierto podría leerlo toda la comunidad. ¿Cómo quieres seguir?
    - En privado, para ti, la coordinación y las personas que inviten: /ask my neighbour at 1420 Alder St apt 3 needs insulin, call 555-0148 visibility:private
    - En abierto de todos modos: /ask my neighbour at 1420 Alder St apt 3 needs insulin, call 555-0148 visibility:open
    "#);
}

#[test]
fn what_is_not_there_is_one_sentence_and_a_next_step() {
    let all = [Ref::Ask(AskId(99)), Ref::Pledge(PledgeId(99)), Ref::Offer(OfferId(9)), Ref::Gathering(GatheringId(9))];
    let both = |id| [English, Spanish].map(|language| refused(Refusal::NotFound(id), language)).join("\n");
    insta::assert_snapshot!(all.map(both).join("\n"), @r#"
    There is no A99 that you can see. /needs shows what is open.
    No hay ninguna A99 que puedas ver. Lo que está abierto: /needs
    There is no P99 that you can see. /mine shows yours.
    No hay ningún P99 que puedas ver. Los tuyos: /mine
    There is no O9 that you can see. /offers shows what people offer.
    No hay ninguna O9 que puedas ver. Lo que la gente ofrece: /offers
    There is no G9 that you can see. /gathering list shows them all.
    No hay ningún G9 que puedas ver. Todos: /gathering list
    "#);
}

#[test]
fn a_care_note_is_private_and_the_last_word() {
    let note = Message::CareNote { line: care_line() };
    insta::assert_snapshot!(read(&note, English), @r#"P7 for A5 is unanswered. Keisha had it for today (Friday 13 March). A word from you may help; I won't write to them about it again."#);
    insta::assert_snapshot!(read(&note, Spanish), @r#"P7 para A5 está sin respuesta. Lo tenía Keisha para hoy, viernes 13 de marzo. Unas palabras tuyas pueden ayudar; yo no volveré a escribirle sobre esto."#);
}

#[test]
fn the_care_list() {
    let care = Message::Care {
        unanswered: vec![care_line()],
        waiting: vec![WaitingLine { ask: AskId(11), words: words("Childcare"), asker: words("Rosa"), days: 7 }],
        away: vec![words("Hana")],
        undelivered: 1,
    };
    insta::assert_snapshot!(read(&care, English), @r#"
    What needs a gentle eye

    Pledges without an answer. A friendly word may help; I have stopped writing about them.
    - P7 for A5: Keisha, today (Friday 13 March)

    Asks that nobody has pledged to yet. Who could you point to one of them?
    - A11 from Rosa, 7 days: Childcare

    People who are away; perhaps ask how they are:
    - Hana

    One message could not be delivered. Why, perhaps: /community check
    "#);
    let nothing = Message::Care { unanswered: vec![], waiting: vec![], away: vec![], undelivered: 0 };
    insta::assert_snapshot!(read(&nothing, Spanish), @r#"
    Lo que pide una mirada amable

    Ahora mismo nada te necesita: nadie espera y nada está sin respuesta. Disfrútalo. Lo que la gente busca: /needs
    "#);
}

#[test]
fn a_free_spot_says_when_and_never_whose_it_was() {
    let free = |own| Notice::SpotFree {
        ask: A,
        words: words("Two people who can rewire a lamp safely"),
        due: when("2026-03-14T10:00:00"),
        own,
    };
    insta::assert_snapshot!(noticed(free(false), English), @r#"
    A spot on A2 is free again, for tomorrow (Saturday 14 March), 10:00: “Two people who can rewire a lamp safely”. You were a maybe for it; if it doesn't suit you, that is fine. If you can: /pledge A2 what:"…" by:"2026-03-14 10:00"
    "#);
    insta::assert_snapshot!(noticed(free(false), Spanish), @r#"
    Vuelve a haber un hueco en A2, para mañana, sábado 14 de marzo, 10:00: «Two people who can rewire a lamp safely». Habías dejado un quizás; si no te va bien, no pasa nada. Si puedes: /pledge A2 what:"…" by:"2026-03-14 10:00"
    "#);
    insta::assert_snapshot!(noticed(free(true), English), @r#"A spot on your ask A2 is free again, for tomorrow (Saturday 14 March), 10:00: “Two people who can rewire a lamp safely”. I am telling everyone who was a maybe. If you know someone who could, a word from you is quickest."#);
}

#[test]
fn notices_that_waited_for_one_morning_are_one_message() {
    let items = vec![
        Notice::ConfirmPlease {
            ask: A,
            pledge: PledgeId(2),
            helper: words("Bea"),
            what: words("Count me in, I'll bring a tester"),
            note: Some(words("all six work")),
            confirm_days: 5,
        },
        Notice::Adjusted {
            ask: AskId(3),
            pledge: PledgeId(5),
            helper: words("Omar"),
            due: when("2026-03-27"),
            what: words("I'll name an interpreter for 1 April"),
            note: Some(words("the language department is on break")),
        },
        Notice::AskStillNeeded {
            ask: AskId(4),
            words: words("Print 150 flyers"),
            amounts: Amounts { covered: 0, need: 150 },
        },
        Notice::Thanked { pledge: PledgeId(9), from: None, words: words("It was easier with company.") },
    ];
    insta::assert_snapshot!(read(&Message::Notices { items: items.clone() }, English), @r#"
    What happened for you

    Bea says P2 for your ask A2 is done: “Count me in, I'll bring a tester”. Did it arrive? Their note: “all six work”. If you say nothing for 5 days, it counts as kept.

    Omar changed P5 for your ask A3. It now reads: “I'll name an interpreter for 1 April”, by Friday 27 March. Their note: “the language department is on break”. If that is too late for you, look wider: /edit A3 …

    Is A4 still needed? “Print 150 flyers” So far it has 0 of 150.

    Someone you helped thanks you for P9: “It was easier with company.”

    P2: Yes, it arrived: /confirm P2
    P2: Still needed: /stillneeded P2
    A4: Still needed: /stillneeded A4
    A4: No longer needed: /withdraw A4
    "#);
    insta::assert_snapshot!(read(&Message::Notices { items }, Spanish), @r#"
    Lo que ha pasado

    Bea dice que P2, para tu petición A2, está hecho: «Count me in, I'll bring a tester». ¿Te llegó? Su nota: «all six work». Si no dices nada en 5 días, cuenta como cumplido.

    Omar ha cambiado P5, para tu petición A3. Queda así: «I'll name an interpreter for 1 April», para el viernes 27 de marzo. Su nota: «the language department is on break». Si para ti es tarde, busca más ayuda: /edit A3 …

    ¿Aún hace falta A4? «Print 150 flyers» Por ahora tiene 0 de 150.

    Alguien a quien ayudaste te da las gracias por P9: «It was easier with company.»

    P2: Sí, llegó: /confirm P2
    P2: Aún hace falta: /stillneeded P2
    A4: Aún hace falta: /stillneeded A4
    A4: Ya no hace falta: /withdraw A4
    "#);
}

#[test]
fn a_slip_is_answered_with_the_way_on() {
    let ambiguous =
        WhenProblem::Ambiguous("2026-03-20".parse().expect("a date"), "2026-03-27".parse().expect("a date"));
    let slips = [
        Refusal::UnknownCommand { said: "aks".into(), near: vec!["ask".into()] },
        Refusal::Missing { path: "ask".into(), what: Needed::Words },
        Refusal::BadAmount { said: "-3".into(), most: 1_000_000 },
        Refusal::BadWhen { option: "by".into(), said: "2025-02-30".into(), problem: WhenProblem::NoSuchDate },
        Refusal::BadWhen { option: "by".into(), said: "next friday".into(), problem: ambiguous },
        Refusal::NotAPledgeYet { ask: A, has_what: false },
        Refusal::WhichCommunity(vec!["eastbank".into(), "millrace".into()]),
        Refusal::Fault { reference: "7Q2M".into() },
    ];
    let all = |language| slips.clone().map(|slip| refused(slip, language)).join("\n\n");
    insta::assert_snapshot!(all(English), @r#"
    I don't know “aks”. Did you mean /ask?

    What do you need?

    For example:
    - /ask Two folding tables for Saturday need:2 by:2026-03-20
    - /ask Help with a form kind:expertise visibility:private
    - visibility: is open, private or anonymous

    I can't take “-3” as a number. Please use a whole number from 1 to 1000000.

    “2025-02-30” is not in the calendar. Which day is it? For example: by:2026-03-20

    “next friday” can mean two days. Which one is it?
    - Friday 20 March: by:2026-03-20
    - Friday 27 March: by:2026-03-27

    Thank you for wanting to help! It is not a pledge yet: what, and by when?
    - For example: /pledge A2 what:"…" by:2026-03-20
    - Not sure yet? Keep it as a maybe: /maybe A2

    You are in several communities. Please send it again with one of these added:
    - in:eastbank
    - in:millrace

    Something broke on my side, not yours. Nothing was changed. Please try again in a while; if it stays broken, give a convener this reference: 7Q2M
    "#);
    insta::assert_snapshot!(all(Spanish), @r#"
    No conozco «aks». ¿Querías decir /ask?

    ¿Qué necesitas?

    Por ejemplo:
    - /ask Dos mesas plegables para el sábado need:2 by:2026-03-20
    - /ask Ayuda con un formulario kind:expertise visibility:private
    - visibility: es open, private o anonymous

    No puedo leer «-3» como cantidad. Escribe, por favor, un número entero de 1 a 1000000.

    «2025-02-30» no está en el calendario. ¿Qué día es? Por ejemplo: by:2026-03-20

    «next friday» puede ser dos días. ¿Cuál es?
    - viernes 20 de marzo: by:2026-03-20
    - viernes 27 de marzo: by:2026-03-27

    ¡Gracias por querer ayudar! Todavía no es un compromiso: ¿qué, y para cuándo?
    - Por ejemplo: /pledge A2 what:"…" by:2026-03-20
    - ¿Aún no lo sabes? Déjalo en un quizás: /maybe A2

    Estás en varias comunidades. Envíalo otra vez, por favor, añadiendo una de estas:
    - in:eastbank
    - in:millrace

    Algo se rompió por mi parte, no por la tuya. No ha cambiado nada. Inténtalo otra vez dentro de un rato, por favor; si sigue igual, dale a la coordinación esta referencia: 7Q2M
    "#);
}

/// The bot reads no channel on Discord: what makes it know somebody is a command, there and everywhere.
#[test]
fn a_stranger_hears_what_makes_them_known() {
    let stranger = Message::Refused(Refusal::NoCommunity);
    insta::assert_snapshot!(read(&stranger, English), @"I don't know yet which community you belong to. Use one of my commands there once, in its room or on its server, and then I'll know you here too. For example: /needs");
    insta::assert_snapshot!(read(&stranger, Spanish), @"Aún no sé a qué comunidad perteneces. Usa allí una vez uno de mis comandos, en su sala o en su servidor, y así te conoceré también aquí. Por ejemplo: /needs");
}

#[test]
fn what_is_mine_shows_what_to_do_next() {
    let mine = Message::Mine {
        asks: vec![ask_line(Standing::Open)],
        pledges: vec![pledge_line(PledgeStanding::Kept), pledge_line(PledgeStanding::Open)],
        maybes: vec![AskId(4)],
        offers: vec![],
    };
    insta::assert_snapshot!(read(&mine, English), @r#"
    Your asks
    - A2 Two people who can rewire a lamp safely, Sat 14 March 10:00. (looking for help · 1 of 2 · by tomorrow (Saturday 14 March), 10:00 · skill · from Dev)

    - To change one: /edit A2 …
    - Not needed any more: /withdraw A2

    Your pledges
    - P7 for A2: my drill (kept, thank you)
    - P7 for A2: my drill (open · by Friday 20 March)

    - When it is done: /done P7
    - Another day: /adjust P7 by:…
    - If it doesn't fit after all: /handback P7

    Your maybes
    - A4, when you know what and by when: /pledge A4 what:"…" by:…
    "#);
    let needs = Message::Needs { lines: vec![ask_line(Standing::Open)], more: 1 };
    insta::assert_snapshot!(read(&needs, Spanish), @r#"
    Todavía se busca ayuda
    - A2 Two people who can rewire a lamp safely, Sat 14 March 10:00. (1 de 2 · para mañana, sábado 14 de marzo, 10:00 · habilidad · de Dev)

    Y una más.
    - Para ayudar: /pledge A2 what:"…" by:…
    - Si aún no lo sabes: /maybe A2
    "#);
}

#[test]
fn a_gathering_and_the_check() {
    insta::assert_snapshot!(read(&Message::GatheringRecorded(gathering(DigestState::Scheduled)), English), @r#"
    The gathering is planned.

    G2: Thursday 16 April, 18:00
    - Where: Library Room B
    - Facilitator: Luis
    - Scribe: Pia

    The digest goes out on Monday 13 April, 09:00.
    - To move it: /gathering move G2 when:…
    - To call it off: /gathering cancel G2
    "#);
    let mut items = checks(true);
    items[0].1 = false;
    items[4].1 = false;
    items.truncate(6);
    insta::assert_snapshot!(read(&Message::Check { items, troubles: troubles(2), backup: None }, English), @r#"
    Is everything in place?
    - ❌ The time zone is not chosen yet: /community settings zone:America/Chicago
    - ✅ I know where to post.
    - ✅ There is a convener.
    - ✅ A gathering is planned.
    - ✅ I can see our channel.
    - ❌ 2 messages wait because I can't tell whether they arrived. Let me read the message history in this place, and I'll sort them out. What is waiting: /care
    - ❌ 2 messages of the last two weeks could not be delivered. A closed direct chat, or a place where I may not write, is the usual reason.
    - ❌ 2 messages of the last two weeks would have come too late to help, so I left them out.
    - ❌ I can't post or read in 2 of our places. Are they still there, and may I write and read their history?
    - ❌ Something I should have done on Wednesday 11 March, 04:00 is still not done. Please tell the person who runs me.
    - ❌ My clock is off by 2 minutes, so what is due may have to wait. Please tell the person who runs me.
    - ❌ The last backup failed; the newest good one was made on Tuesday 10 March, 23:15. Please tell the person who runs me.
    "#);
}

#[test]
fn help_is_short_and_says_what_each_may_do() {
    let help = |path: Option<&str>, role| Message::Help { path: path.map(str::to_owned), role };
    use crate::domain::community::Role::{Convener, Member};
    insta::assert_snapshot!(read(&help(None, Member), English), @r#"
    What I can do

    Asking
    - /ask: say what you need
    - /confirm: say that help arrived
    - /stillneeded: say that help has not arrived, or that an ask is still needed
    - /thanks: thank whoever helped
    - /withdraw: take back an ask or an offer
    - /edit: change an ask
    - /invite: let someone read a private ask

    Helping
    - /needs: see what people look for
    - /pledge: promise something for an ask: what, and by when
    - /maybe: show interest without a promise
    - /done: say that a pledge is done, or part of it
    - /adjust: change a pledge's date, size, words or reminders
    - /handback: give a pledge back, no reason asked
    - /offer: offer something without waiting for an ask

    Yours and ours
    - /offers: see what people offer
    - /mine: see your asks, pledges, maybes and offers
    - /me: choose your time zone, language, quiet hours and days away
    - /link: make another account of yours one with this one
    - /unlink: take an account of yours out again
    - /gathering list: see the gatherings to come
    - /gathering show: see one gathering
    - /help: see this

    More about one, with examples: /help pledge
    "#);
    assert!(read(&help(None, Convener), English).contains("/digest hold: hold the digest back"));
    insta::assert_snapshot!(read(&help(Some("pledge"), Member), Spanish), @r#"
    pledge: comprometerte con una petición: qué, y para cuándo
    - /pledge A2 what:"Llevo mi taladro" by:2026-03-20
    - /pledge A8 what:"Sillas del salón" amount:25 by:"2026-03-20 10:00" first:"llamar al salón"

    Lo mismo con otras palabras: /prometo o /prometer
    "#);
    insta::assert_snapshot!(read(&help(Some("digest"), Convener), English), @r#"
    - /digest preview: read the digest before everyone does
    - /digest post: post the digest now
    - /digest hold: hold the digest back
    "#);
}

#[test]
fn what_people_typed_comes_out_as_they_typed_it_and_as_nothing_else() {
    let awkward =
        "*bold* `handback P7` ~x~ { $words } { ask-recorded } - @everyone [x](https://example.org) <b> // \u{202E}";
    let hidden = format!("\u{E000}{awkward}\u{E001}\u{F8FF}");
    let messages = [
        Message::Card { line: AskLine { words: words(&hidden), ..ask_line(Standing::Open) } },
        Message::Needs { lines: vec![AskLine { words: words(&hidden), ..ask_line(Standing::Open) }], more: 0 },
        Message::Nudge { items: vec![NudgeItem { what: words(&hidden), ..nudge_item(Step::Check, false) }] },
        Message::Notices {
            items: vec![Notice::Thanked { pledge: P, from: Some(words("Dev")), words: words(&hidden) }],
        },
        Message::Refused(Refusal::NoSuchPerson(hidden.chars().take(50).collect())),
    ];
    for message in &messages {
        for language in Language::ALL {
            let doc = say(message, &voice(language));
            let lines = doc.blocks.iter().flat_map(|block| match block {
                Block::Heading(line) | Block::Paragraph(line) => vec![line],
                Block::List(lines) => lines.iter().collect(),
            });
            let said: Vec<&str> = lines
                .flatten()
                .filter_map(|span| match span {
                    Span::Said(text) => Some(text.as_str()),
                    other => {
                        assert!(!other.text().contains("bold"), "{other:?} in {message:?}");
                        None
                    }
                })
                .collect();
            let expected = |text: &&str| *text == awkward || text.len() > 40 && awkward.starts_with(*text);
            assert!(said.iter().any(expected), "{said:?} in {message:?}");
        }
    }
}

#[test]
fn whoever_joins_two_accounts_is_told_who_the_other_is_and_what_it_means() {
    let [_, discord] = accounts();
    let dev = AccountLine { name: Some(words("Dev")), ..discord };
    let asked = Message::LinkAsked { by: dev.clone() };
    insta::assert_snapshot!(read(&asked, English), @"Dev on Discord (1048) has just said your code. If that is you, you were shown a second code there: send it here in the same way, and both are one. If it isn't you, do nothing: nothing was joined, and your code is used up.");
    insta::assert_snapshot!(read(&asked, Spanish), @"Dev en Discord (1048) acaba de decir tu código. Si eres tú, allí viste un segundo código: envíalo aquí de la misma manera, y ambas serán una. Si no eres tú, no hagas nada: nada se ha unido, y tu código ya no sirve.");
    let answered = Message::LinkAnswered { code: words("BCDF-GHJK"), first: dev.clone() };
    insta::assert_snapshot!(read(&answered, Spanish), @"
    Es el código de Dev en Discord (1048). Unidas, ambas son una: todo lo que pediste y prometiste, también en privado, es tuyo en las dos. Si no eres tú, no hagas nada, y no des este código a nadie.
    - Si también eres tú, envíame desde allí link BCDF-GHJK
    ");
    let [_, place] = places();
    let asked = Message::PlaceAsked { by: dev, place };
    insta::assert_snapshot!(read(&asked, English), @"Dev on Discord (1048) has said your code in asks-and-offers on Discord. To make that place one of ours, ask them for the second code, and send it here in the same way. Its conveners will then be ours too, and may read what is asked in private. If you don't know them, do nothing: nothing was joined, and your code is used up.");
    insta::assert_snapshot!(read(&asked, Spanish), @"Dev en Discord (1048) ha dicho tu código en asks-and-offers en Discord. Para que ese lugar sea uno de los nuestros, pide el segundo código y envíalo aquí de la misma manera. Su coordinación será entonces también la nuestra, y podrá leer lo que se pide en privado. Si no sabes quién es, no hagas nada: nada se ha unido, y tu código ya no sirve.");
    let together = Message::Together { community: words("Eastbank"), places: places().into() };
    insta::assert_snapshot!(read(&together, English), @"From now on Eastbank on Matrix and asks-and-offers on Discord belong together, as Eastbank. What is asked in the open in one of them has a card in all of them. What people look for: /needs");
}
