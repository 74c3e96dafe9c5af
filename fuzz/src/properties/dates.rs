//! A date as somebody writes it, anywhere and at any time. The input is `ZONE|INSTANT|TEXT`.

use barnraiser::domain::calendar::When;
use barnraiser::domain::community::Language;
use barnraiser::domain::refusal::WhenProblem;
use barnraiser::domain::{AskId, Due, PledgeId, Zone};
use barnraiser::grammar::when::{parse_clock, parse_day, parse_hours, parse_when};
use barnraiser::speech::copy;
use barnraiser::speech::message::{Amounts, Message, Voice};
use jiff::civil::Time;
use jiff::{Span, Timestamp};

use super::{LANGUAGES, said_somewhere};

pub fn holds(data: &[u8]) {
    let (zone, now, said) = said_somewhere(data);
    let today = zone.date(now);
    let read = parse_when(&said, now, &zone);
    match &read {
        Ok(due) => {
            let over = match due {
                Due::Day(date) => *date < today,
                Due::Minute(civil) => {
                    zone.instant(*civil) <= now || (civil.second(), civil.subsec_nanosecond()) != (0, 0)
                }
            };
            assert!(!over, "{due} is over, or more exact than anybody means");
            assert!(due.date() <= today.saturating_add(Span::new().years(5)), "{due} is too far");
            assert_eq!(parse_day(&said, now, &zone), Ok(due.date()));
            // As it is kept, and as it is echoed.
            assert_eq!(due.to_string().parse::<Due>().expect("rows keep it"), *due);
            echoed(*due, now, &zone);
        }
        Err(WhenProblem::Ambiguous(near, far)) => assert!(today <= *near && near < far),
        Err(_) => {}
    }
    if said.is_ascii() {
        // Nobody means something else by capital letters or by a space more.
        for same in [said.to_ascii_uppercase(), said.to_ascii_lowercase(), format!(" {} ", said.replace(' ', "  "))] {
            if same.len() < 160 {
                assert_eq!(parse_when(&same, now, &zone), read, "{same:?}");
            }
        }
    }
    if let Some(time) = parse_clock(&said) {
        assert_eq!(parse_clock(&clock(time)), Some(time));
    }
    if let Some((from, until)) = parse_hours(&said) {
        assert_eq!(parse_hours(&format!("{}-{}", clock(from), clock(until))), Some((from, until)));
    }
}

fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// What the bot repeats is what was meant: read again, it is the same date. Also as it offers it for typing.
fn echoed(due: Due, now: Timestamp, zone: &Zone) {
    let typed = match due {
        Due::Day(date) => date.to_string(),
        Due::Minute(civil) => format!("{} {}", civil.date(), clock(civil.time())),
    };
    assert_eq!(parse_when(&typed, now, zone), Ok(due), "typed as {typed:?}");
    // A time that the clocks leave out is shown as what becomes of it, which is another time.
    if matches!(due, Due::Minute(civil) if zone.civil(zone.instant(civil)) != civil) {
        return;
    }
    for language in LANGUAGES {
        let said = words(due, language, now, zone);
        assert_eq!(parse_when(&said, now, zone), Ok(due), "echoed as {said:?}");
    }
}

/// The date in the echo of a pledge.
fn words(due: Due, language: Language, now: Timestamp, zone: &Zone) -> String {
    let recorded = Message::PledgeRecorded {
        pledge: PledgeId(1),
        ask: AskId(1),
        amounts: Amounts { covered: 1, need: 1 },
        amount: 1,
        what: "x".into(),
        due: When::new(due, zone.clone()),
        first_step: None,
        nudges: 3,
        asker: None,
    };
    let voice = Voice { language, zone: zone.clone(), now };
    let plain = copy::say(&recorded, &voice).plain("/");
    let label = match language {
        Language::English => "- By: ",
        Language::Spanish => "- Para: ",
    };
    plain.lines().find_map(|line| line.strip_prefix(label)).expect("the echo has the date on a line").to_owned()
}
