//! Days as people write them: tomorrow, "el viernes", 13 March, 13/3, the first Tuesday of April, "en 3 días".
//!
//! Every function here reads one way of naming a day, or nothing. Where one is the beginning of
//! another ("last Friday" and "last Friday of April"), the longer is asked first.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::ahead::{Ahead, ahead};
use super::clock::{self, Before};
use super::periods::{Period, Which, end_of, named_period, period, weekend};
use super::words::Cursor;
use crate::domain::calendar::days_after;
use crate::domain::refusal::WhenProblem;

/// A day somebody named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Day {
    On(Date),
    /// A weekday: the next one, which is today's if the time said with it is still to come.
    Named(Weekday),
    /// Two readings, the nearer first.
    Either(Date, Date),
    /// It names a day that cannot be.
    No(WhenProblem),
}

/// Reads a day.
pub(super) fn day(c: &mut Cursor, today: Date) -> Option<Day> {
    let ways: [fn(&mut Cursor, Date) -> Option<Day>; 9] =
        [numeric, near, weekend, period, end_of, nth_weekday, weekday, day_and_month, day_of_month];
    ways.iter().find_map(|way| c.attempt(|c| way(c, today))).or_else(|| c.attempt(|c| days_ahead(c, today)))
}

/// The first of two dates and the second, or the one if they are the same.
pub(super) fn either(one: Date, other: Date) -> Day {
    match one.cmp(&other) {
        std::cmp::Ordering::Less => Day::Either(one, other),
        std::cmp::Ordering::Equal => Day::On(one),
        std::cmp::Ordering::Greater => Day::Either(other, one),
    }
}

pub(super) fn date(year: i16, month: u64, day: u64) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The next day of this name in the calendar, today included. Leap days are up to eight years apart.
fn next_dated(today: Date, month: u64, day: u64) -> Option<Date> {
    (0..=8).filter_map(|years| date(today.year().checked_add(years)?, month, day)).find(|date| *date >= today)
}

pub(super) fn or_none_such(date: Option<Date>) -> Day {
    date.map_or(Day::No(WhenProblem::NoSuchDate), Day::On)
}

// ---- Written in numbers ----

/// `2026-03-14`, `2026/3/14`, `14/3/2026`, `14.3.26`, `14/3`
fn numeric(c: &mut Cursor, today: Date) -> Option<Day> {
    if let Some(day) = c.attempt(|c| {
        let year = c.number(4..=4)?;
        let separator = separator(c)?;
        let month = c.number(1..=2)?;
        let day = c.mark(separator).then(|| c.number(1..=2))??;
        Some(or_none_such(date(i16::try_from(year).ok()?, month, day)))
    }) {
        return Some(day);
    }
    let first = c.number(1..=2)?;
    let separator = separator(c)?;
    let second = c.number(1..=2)?;
    let year = c.attempt(|c| if c.mark(separator) { short_or_full_year(c) } else { None });
    match (separator, year) {
        // Where dates are written with full stops, the day comes first.
        ('.', Some(year)) => Some(or_none_such(date(year, second, first))),
        (_, Some(year)) => Some(in_either_order(today, date(year, second, first), date(year, first, second))),
        // "10-12" and "10.30" are more often hours.
        ('/', None) => Some(in_either_order(today, next_dated(today, second, first), next_dated(today, first, second))),
        _ => None,
    }
}

fn separator(c: &mut Cursor) -> Option<char> {
    ['-', '/', '.'].into_iter().find(|mark| c.mark(*mark))
}

fn short_or_full_year(c: &mut Cursor) -> Option<i16> {
    let year = match c.number(4..=4) {
        Some(year) => year,
        None => 2000 + c.number(2..=2)?,
    };
    i16::try_from(year).ok()
}

/// Half the world writes the day first and half the month. What only one of them could mean is clear; the rest is asked.
fn in_either_order(today: Date, day_first: Option<Date>, month_first: Option<Date>) -> Day {
    match (day_first, month_first) {
        (Some(one), Some(other)) if (one < today) != (other < today) => Day::On(one.max(other)),
        (Some(one), Some(other)) => either(one, other),
        (one, other) => or_none_such(one.or(other)),
    }
}

// ---- Near days ----

pub(super) fn near(c: &mut Cursor, today: Date) -> Option<Day> {
    let days = c.name(&[
        ("today", 0),
        ("hoy", 0),
        ("the day after tomorrow", 2),
        ("day after tomorrow", 2),
        ("pasado manana", 2),
        ("tomorrow", 1),
        ("tmrw", 1),
        ("manana", 1),
        ("yesterday", -1),
        ("ayer", -1),
        ("anteayer", -2),
    ])?;
    if days < 0 {
        return Some(Day::No(WhenProblem::Past));
    }
    let date = days_after(today, days);
    c.attempt(|c| said_twice(c, today, date));
    Some(Day::On(date))
}

/// The same day once more, as the bot echoes it and people copy it: "tomorrow (Friday 6 March)", "hoy, jueves 5 de marzo".
fn said_twice(c: &mut Cursor, today: Date, date: Date) -> Option<()> {
    let bracket = c.mark('(');
    let weekday = weekday_name(c)?;
    let same = dated(c, today, weekday)? == Day::On(date);
    (same && (!bracket || c.mark(')'))).then_some(())
}

fn days_ahead(c: &mut Cursor, today: Date) -> Option<Day> {
    match ahead(c)? {
        Ahead::Days(span) => Some(today.checked_add(span).map_or(Day::No(WhenProblem::TooFar), Day::On)),
        Ahead::Minutes(_) => None,
        Ahead::No(problem) => Some(Day::No(problem)),
    }
}

// ---- Weekdays ----

/// The next such weekday, today included.
pub(super) fn coming(today: Date, weekday: Weekday) -> Date {
    days_after(today, weekday.since(today.weekday()).into())
}

/// That weekday of next week, for those whose weeks begin on Monday and for those who begin on Sunday.
fn of_next_week(today: Date, weekday: Weekday) -> [Date; 2] {
    let tomorrow = days_after(today, 1);
    [Weekday::Monday, Weekday::Sunday].map(|first| coming(coming(tomorrow, first), weekday))
}

/// "Next Friday" is the nearest one to come for some, and next week's for others.
fn next_weekday(today: Date, weekday: Weekday) -> Day {
    let nearest = coming(days_after(today, 1), weekday);
    let [one, other] = of_next_week(today, weekday);
    either(nearest, one.max(other))
}

/// "Friday", "el próximo viernes", "Friday next week", "Fri 13 March", "viernes 13"
pub(super) fn weekday(c: &mut Cursor, today: Date) -> Option<Day> {
    c.any(&["the", "el", "del"]);
    let before = c.name(&[
        ("this coming", Which::This),
        ("this", Which::This),
        ("coming", Which::This),
        ("este", Which::This),
        ("next", Which::Next),
        ("proximo", Which::Next),
        ("last", Which::Last),
        ("pasado", Which::Last),
    ]);
    let weekday = weekday_name(c)?;
    let after = c.name(&[("que viene", Which::Next), ("proximo", Which::Next), ("pasado", Which::Last)]);
    match before.or(after) {
        Some(Which::Last) => return Some(Day::No(WhenProblem::Past)),
        Some(Which::Next) => return Some(next_weekday(today, weekday)),
        Some(Which::This) | None => {}
    }
    if c.attempt(next_week).is_some() {
        let [one, other] = of_next_week(today, weekday);
        return Some(either(one, other));
    }
    if let Some(day) = c.attempt(|c| dated(c, today, weekday)) {
        return Some(day);
    }
    Some(Day::Named(weekday))
}

fn next_week(c: &mut Cursor) -> Option<()> {
    c.any(&["of", "de"]);
    matches!(named_period(c)?, (Period::Week, Which::Next)).then_some(())
}

/// The date after a weekday: it must fall on it.
fn dated(c: &mut Cursor, today: Date, weekday: Weekday) -> Option<Day> {
    let ways: [fn(&mut Cursor, Date) -> Option<Day>; 3] = [numeric, day_and_month, day_of_month];
    if let Some(day) = ways.iter().find_map(|way| c.attempt(|c| way(c, today))) {
        let right = |date: &Date| date.weekday() == weekday;
        return Some(match day {
            Day::On(date) => or_none_such(Some(date).filter(right)),
            Day::Either(one, other) => or_none_such([one, other].into_iter().find(right)),
            other => other,
        });
    }
    // "Friday 13", but not the 18 of "Friday 18:00". A "Friday 6" that is not the 6th is most likely an hour: not read.
    if clock::moment(&mut { *c }, Before::Day, None).is_some() {
        return None;
    }
    let number = c.number(1..=2)?;
    next_day_of_month(today, number).filter(|date| date.weekday() == weekday).map(Day::On)
}

/// "First Tuesday of April", "el último viernes del mes"
fn nth_weekday(c: &mut Cursor, today: Date) -> Option<Day> {
    c.any(&["the", "el"]);
    let nth = ordinal(c)?;
    let weekday = weekday_name(c)?;
    c.any(&["of", "in", "de", "en"]);
    // "Del mes" is the month we are in, or the next one once that day is over.
    let of = |within: Date| within.nth_weekday_of_month(nth, weekday).ok();
    let first = today.first_of_month();
    let next = first.saturating_add(1.month());
    if let Some((Period::Month, which)) = named_period(c) {
        return Some(match which {
            Which::Last => Day::No(WhenProblem::Past),
            Which::This => or_none_such(of(first)),
            Which::Next => or_none_such(of(next)),
        });
    }
    if c.any(&["the month", "month", "del mes", "mes"]) {
        return Some(or_none_such(still_to_come(of(first), today, || of(next))));
    }
    let month = month_name(c)?;
    let in_year = |year: i16| date(year, month, 1).and_then(of);
    Some(or_none_such(match year(c) {
        Some(year) => in_year(year),
        None => still_to_come(in_year(today.year()), today, || in_year(today.year().checked_add(1)?)),
    }))
}

/// This one unless it is over. One that does not exist (a fifth Friday) is not looked for further on: it was a slip.
fn still_to_come(this: Option<Date>, today: Date, next: impl FnOnce() -> Option<Date>) -> Option<Date> {
    match this {
        Some(date) if date < today => next(),
        other => other,
    }
}

fn ordinal(c: &mut Cursor) -> Option<i8> {
    let named = c.name(&[
        ("first", 1),
        ("primero", 1),
        ("primer", 1),
        ("second", 2),
        ("segundo", 2),
        ("third", 3),
        ("tercero", 3),
        ("tercer", 3),
        ("fourth", 4),
        ("cuarto", 4),
        ("fifth", 5),
        ("quinto", 5),
        ("last", -1),
        ("ultimo", -1),
    ]);
    named.or_else(|| {
        let number = c.number(1..=1)?;
        if !(english_suffix(c) || spanish_suffix(c)) {
            return None;
        }
        i8::try_from(number).ok().filter(|nth| (1..=5).contains(nth))
    })
}

fn english_suffix(c: &mut Cursor) -> bool {
    c.any(&["st", "nd", "rd", "th"])
}

/// `1º`, `1.º`, `1er`, `1ro`
fn spanish_suffix(c: &mut Cursor) -> bool {
    c.attempt(|c| {
        c.mark('.');
        (c.any(&["o", "er", "ero", "ro", "do", "to"]) || c.mark('°')).then_some(())
    })
    .is_some()
}

fn weekday_name(c: &mut Cursor) -> Option<Weekday> {
    use Weekday::*;
    // "Mar" is left to March: "13 Mar" is common, and "martes" is short enough.
    const NAMES: [(Weekday, &[&str]); 7] = [
        (Monday, &["monday", "mon", "lunes", "lun"]),
        (Tuesday, &["tuesday", "tues", "tue", "martes"]),
        (Wednesday, &["wednesday", "weds", "wed", "miercoles", "mie"]),
        (Thursday, &["thursday", "thurs", "thur", "thu", "jueves", "jue"]),
        (Friday, &["friday", "fri", "viernes", "vie"]),
        (Saturday, &["saturday", "sat", "sabado", "sab"]),
        (Sunday, &["sunday", "sun", "domingo", "dom"]),
    ];
    let (weekday, _) = NAMES.iter().find(|(_, names)| c.any(names))?;
    c.mark('.');
    Some(*weekday)
}

// ---- Days of a month ----

/// "13 March", "March 13th, 2027", "13 de marzo de 2027", "primero de mayo"
fn day_and_month(c: &mut Cursor, today: Date) -> Option<Day> {
    c.any(&["the", "el dia", "el", "del", "dia"]);
    let (day, month) = c
        .attempt(|c| {
            let day = day_number(c)?;
            c.any(&["of", "de"]);
            Some((day, month_name(c)?))
        })
        .or_else(|| {
            let month = month_name(c)?;
            c.any(&["the", "el"]);
            Some((day_number(c)?, month))
        })?;
    Some(or_none_such(match year(c) {
        Some(year) => date(year, month, day),
        None => next_dated(today, month, day),
    }))
}

/// "The 13th", "el 13", "el día 13", "13th"
fn day_of_month(c: &mut Cursor, today: Date) -> Option<Day> {
    let article = c.any(&["the", "el dia", "del dia", "el", "del", "dia"]);
    let day = c.number(1..=2)?;
    let ordinal = english_suffix(c);
    (article || ordinal).then(|| or_none_such(next_day_of_month(today, day)))
}

/// In this month or the first one that has such a day to come.
fn next_day_of_month(today: Date, day: u64) -> Option<Date> {
    let first = today.first_of_month();
    (0..12)
        .filter_map(|months| first.checked_add(months.months()).ok())
        .filter_map(|first| date(first.year(), u64::try_from(first.month()).ok()?, day))
        .find(|date| *date >= today)
}

fn day_number(c: &mut Cursor) -> Option<u64> {
    if c.any(&["first", "primero"]) {
        return Some(1);
    }
    let day = c.number(1..=2)?;
    let _ = english_suffix(c) || spanish_suffix(c);
    Some(day)
}

/// A year after a date: four digits, so that it is no hour. ("1800" would be a year that nobody means.)
pub(super) fn year(c: &mut Cursor) -> Option<i16> {
    c.attempt(|c| {
        c.any(&["of", "del", "de"]);
        let year = c.number(4..=4)?;
        i16::try_from(year).ok().filter(|year| (1900..3000).contains(year))
    })
}

pub(super) fn month_name(c: &mut Cursor) -> Option<u64> {
    const NAMES: [&[&str]; 12] = [
        &["january", "jan", "enero", "ene"],
        &["february", "feb", "febrero"],
        &["march", "mar", "marzo"],
        &["april", "apr", "abril", "abr"],
        &["may", "mayo"],
        &["june", "jun", "junio"],
        &["july", "jul", "julio"],
        &["august", "aug", "agosto", "ago"],
        &["september", "sept", "sep", "septiembre", "setiembre", "set"],
        &["october", "oct", "octubre"],
        &["november", "nov", "noviembre"],
        &["december", "dec", "diciembre", "dic"],
    ];
    let month = (1..).zip(NAMES).find(|(_, names)| c.any(names)).map(|(month, _)| month)?;
    c.mark('.');
    Some(month)
}
