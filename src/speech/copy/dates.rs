//! Dates in words, in the reader's zone, with "today" and "tomorrow" where they help.
//!
//! A whole day stays that day wherever it is read. A minute is the reader's own minute: a civil time that does not exist
//! shows as the later one it became.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};

use super::draft::Draft;
use super::phrase::{Arg, count, own};
use crate::domain::calendar::{Due, When, days_after};
use crate::speech::doc::Span;

/// Where in a sentence a date stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Alone, or after a colon: Friday 13 March, viernes 13 de marzo.
    Bare,
    /// After a preposition: by Friday 13 March, para el viernes 13 de marzo.
    Inline,
    /// Telling when something happens: on Friday 13 March, el viernes 13 de marzo.
    On,
}

/// A due date or a beginning, for a sentence: as an echo, and with its minute, if it has one.
pub(super) fn when(draft: &Draft<'_>, when: &When, form: Form) -> Arg {
    told(draft, instant(when), full(draft, when, form), form)
}

/// The same on something that stays where it is for weeks.
pub(super) fn lasting_when(draft: &Draft<'_>, when: &When, form: Form) -> Arg {
    told(draft, instant(when), lasting(draft, when, form), form)
}

/// The same for a moment.
pub(super) fn moment(draft: &Draft<'_>, at: Timestamp, form: Form) -> Arg {
    told(draft, Some(at), full_moment(draft, at, form), form)
}

/// A whole day stays that day wherever it is read, and so it is no instant.
fn instant(when: &When) -> Option<Timestamp> {
    match when.due {
        Due::Day(_) => None,
        Due::Minute(_) => Some(when.instant()),
    }
}

fn told(draft: &Draft<'_>, at: Option<Timestamp>, shown: String, form: Form) -> Arg {
    let Some(at) = at else { return own(shown) };
    let lead = match form {
        Form::Bare => String::new(),
        Form::Inline => draft.words("date-lead-inline", &[]),
        Form::On => draft.words("date-lead-on", &[]),
    };
    Arg::Spans(vec![Span::When { at, shown, lead }])
}

/// A date as an echo: the weekday, the day and, if it has one, the time.
fn full(draft: &Draft<'_>, when: &When, form: Form) -> String {
    let (date, time) = in_readers_zone(draft, when);
    with_time(draft, full_day(draft, date, form), time)
}

/// A date on something that stays where it is for weeks, such as a card: there "tomorrow" would soon be wrong.
fn lasting(draft: &Draft<'_>, when: &When, form: Form) -> String {
    let (date, time) = in_readers_zone(draft, when);
    with_time(draft, named_day(draft, date, form), time)
}

/// A moment as an echo.
fn full_moment(draft: &Draft<'_>, at: Timestamp, form: Form) -> String {
    let civil = draft.voice.zone.civil(at);
    with_time(draft, full_day(draft, civil.date(), form), Some(civil.time()))
}

/// A day as an echo.
pub(super) fn full_day(draft: &Draft<'_>, date: Date, form: Form) -> String {
    let id = match nearness(draft, date) {
        Near::Today => "date-today",
        Near::Tomorrow => "date-tomorrow",
        Near::ThisWeek | Near::Far => return named_day(draft, date, form),
    };
    draft.words(id, &[("weekday", own(weekday(draft, date))), ("date", own(short(draft, date)))])
}

fn named_day(draft: &Draft<'_>, date: Date, form: Form) -> String {
    let id = match form {
        Form::Bare => "date-day",
        Form::Inline => "date-day-inline",
        Form::On => "date-day-on",
    };
    draft.words(id, &[("weekday", own(weekday(draft, date))), ("date", own(short(draft, date)))])
}

/// A day in running text: its weekday alone, or "tomorrow", if that is enough to know it.
pub(super) fn running(draft: &Draft<'_>, when: &When, form: Form) -> String {
    let (date, _) = in_readers_zone(draft, when);
    let weekday = || [("weekday", own(weekday(draft, date)))];
    match (nearness(draft, date), form) {
        (Near::Today, _) => draft.words("date-today-short", &[]),
        (Near::Tomorrow, _) => draft.words("date-tomorrow-short", &[]),
        (Near::ThisWeek, Form::On) => draft.words("date-weekday-on", &weekday()),
        (Near::ThisWeek, Form::Bare | Form::Inline) => draft.words("date-weekday-inline", &weekday()),
        (Near::Far, _) => named_day(draft, date, form),
    }
}

/// A day without its weekday, and without a year if it is this one: 5 March.
pub(super) fn short(draft: &Draft<'_>, date: Date) -> String {
    let month = own(draft.words("date-month", &[("month", count(small(date.month())))]));
    let day = own(date.day());
    if date.year() == today(draft).year() {
        draft.words("date-short", &[("day", day), ("month", month)])
    } else {
        draft.words("date-short-year", &[("day", day), ("month", month), ("year", own(date.year()))])
    }
}

/// The due date as it would be typed after an option, in the reader's zone: `2026-03-11` or `"2026-03-14 10:00"`.
pub(super) fn typed(draft: &Draft<'_>, when: &When) -> String {
    match in_readers_zone(draft, when) {
        (date, None) => date.to_string(),
        (date, Some(time)) => format!("\"{date} {}\"", clock(time)),
    }
}

/// A time of day on the 24-hour clock.
pub(super) fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// How far a day is from today, as people count it.
enum Near {
    Today,
    Tomorrow,
    /// Two to six days ahead: its weekday names it.
    ThisWeek,
    Far,
}

fn nearness(draft: &Draft<'_>, date: Date) -> Near {
    let today = today(draft);
    if date == today {
        Near::Today
    } else if date == days_after(today, 1) {
        Near::Tomorrow
    } else if today < date && date < days_after(today, 7) {
        Near::ThisWeek
    } else {
        Near::Far
    }
}

fn today(draft: &Draft<'_>) -> Date {
    draft.voice.zone.date(draft.voice.now)
}

fn in_readers_zone(draft: &Draft<'_>, when: &When) -> (Date, Option<Time>) {
    match when.due {
        Due::Day(date) => (date, None),
        Due::Minute(_) => {
            let civil: DateTime = draft.voice.zone.civil(when.instant());
            (civil.date(), Some(civil.time()))
        }
    }
}

fn with_time(draft: &Draft<'_>, date: String, time: Option<Time>) -> String {
    match time {
        None => date,
        Some(time) => draft.words("date-with-time", &[("date", own(date)), ("time", own(clock(time)))]),
    }
}

fn weekday(draft: &Draft<'_>, date: Date) -> String {
    draft.words("date-weekday", &[("weekday", count(small(date.weekday().to_monday_one_offset())))])
}

/// jiff counts months and weekdays in `i8`, from 1.
fn small(number: i8) -> u64 {
    u64::from(number.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::community::Language;
    use crate::speech::message::Voice;

    /// Each date in both languages and all forms, spoken in Chicago on Friday 13 March 2026, 16:05.
    fn spoken(due: &str, zone: &str) -> String {
        let when = When::new(due.parse().expect("a due date"), zone.parse().expect("a zone"));
        let mut lines = String::new();
        for language in Language::ALL {
            let voice = Voice {
                language,
                zone: "America/Chicago".parse().expect("a zone"),
                now: "2026-03-13T21:05:00Z".parse().expect("a moment"),
            };
            let draft = Draft::new(&voice);
            let echo = |form| full(&draft, &when, form);
            let run = |form| running(&draft, &when, form);
            for text in [echo(Form::Bare), echo(Form::Inline), echo(Form::On), run(Form::Inline), run(Form::On)] {
                lines.push_str(&text);
                lines.push('\n');
            }
        }
        lines
    }

    #[test]
    fn a_day_ahead_is_said_in_full() {
        insta::assert_snapshot!(spoken("2026-04-16", "America/Chicago"), @r#"
        Thursday 16 April
        Thursday 16 April
        on Thursday 16 April
        Thursday 16 April
        on Thursday 16 April
        jueves 16 de abril
        el jueves 16 de abril
        el jueves 16 de abril
        el jueves 16 de abril
        el jueves 16 de abril
        "#);
    }

    #[test]
    fn tomorrow_says_so_and_keeps_its_day() {
        insta::assert_snapshot!(spoken("2026-03-14T10:00:00", "America/Chicago"), @r#"
        tomorrow (Saturday 14 March), 10:00
        tomorrow (Saturday 14 March), 10:00
        tomorrow (Saturday 14 March), 10:00
        tomorrow
        tomorrow
        mañana, sábado 14 de marzo, 10:00
        mañana, sábado 14 de marzo, 10:00
        mañana, sábado 14 de marzo, 10:00
        mañana
        mañana
        "#);
    }

    #[test]
    fn a_day_of_the_coming_week_is_known_by_its_weekday() {
        insta::assert_snapshot!(spoken("2026-03-19", "America/Chicago"), @r#"
        Thursday 19 March
        Thursday 19 March
        on Thursday 19 March
        Thursday
        on Thursday
        jueves 19 de marzo
        el jueves 19 de marzo
        el jueves 19 de marzo
        el jueves
        el jueves
        "#);
    }

    #[test]
    fn a_week_ahead_has_todays_weekday_and_is_said_in_full() {
        insta::assert_snapshot!(spoken("2026-03-20", "America/Chicago"), @r#"
        Friday 20 March
        Friday 20 March
        on Friday 20 March
        Friday 20 March
        on Friday 20 March
        viernes 20 de marzo
        el viernes 20 de marzo
        el viernes 20 de marzo
        el viernes 20 de marzo
        el viernes 20 de marzo
        "#);
    }

    #[test]
    fn a_minute_is_the_readers_own_and_a_whole_day_stays() {
        insta::assert_snapshot!(spoken("2026-03-14T03:00:00", "Europe/Madrid"), @r#"
        today (Friday 13 March), 21:00
        today (Friday 13 March), 21:00
        today (Friday 13 March), 21:00
        today
        today
        hoy, viernes 13 de marzo, 21:00
        hoy, viernes 13 de marzo, 21:00
        hoy, viernes 13 de marzo, 21:00
        hoy
        hoy
        "#);
        assert!(spoken("2026-03-16", "Pacific/Auckland").starts_with("Monday 16 March\n"));
    }

    #[test]
    fn a_minute_brings_its_instant_and_a_whole_day_has_none() {
        let voice = Voice {
            language: Language::Spanish,
            zone: "America/Chicago".parse().expect("a zone"),
            now: "2026-03-13T21:05:00Z".parse().expect("a moment"),
        };
        let draft = Draft::new(&voice);
        let spans = |due: &str| {
            let due = When::new(due.parse().expect("a due date"), "Europe/Madrid".parse().expect("a zone"));
            let Arg::Spans(line) = when(&draft, &due, Form::Inline) else { panic!("no words") };
            line
        };
        let minute = Span::When {
            at: "2026-03-20T09:00:00Z".parse().expect("a moment"),
            shown: "el viernes 20 de marzo, 04:00".into(),
            lead: "el ".into(),
        };
        assert_eq!(spans("2026-03-20T10:00:00"), [minute]);
        assert_eq!(spans("2026-03-20"), [Span::Text("el viernes 20 de marzo".into())]);
    }

    #[test]
    fn another_year_is_named_and_a_time_that_does_not_exist_moves_on() {
        insta::assert_snapshot!(spoken("2027-03-14T02:30:00", "America/Chicago"), @r#"
        Sunday 14 March 2027, 03:30
        Sunday 14 March 2027, 03:30
        on Sunday 14 March 2027, 03:30
        Sunday 14 March 2027
        on Sunday 14 March 2027
        domingo 14 de marzo de 2027, 03:30
        el domingo 14 de marzo de 2027, 03:30
        el domingo 14 de marzo de 2027, 03:30
        el domingo 14 de marzo de 2027
        el domingo 14 de marzo de 2027
        "#);
    }
}
