//! Weeks, weekends, months and years: "this weekend", "next week", "fin de mes", "end of April".

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::day::{Day, coming, date, either, month_name, near, or_none_such, weekday, year};
use super::words::Cursor;
use crate::domain::calendar::days_after;
use crate::domain::refusal::WhenProblem;

#[derive(Debug, Clone, Copy)]
pub(super) enum Period {
    Week,
    Month,
    Year,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    This,
    Next,
    Last,
}

/// "This week", "el mes que viene"
pub(super) fn named_period(c: &mut Cursor) -> Option<(Period, Which)> {
    use Period::{Month, Week, Year};
    c.attempt(|c| {
        c.any(&["the", "la", "el", "del"]);
        let before = c.name(&[
            ("this", Which::This),
            ("esta", Which::This),
            ("este", Which::This),
            ("next", Which::Next),
            ("proxima", Which::Next),
            ("proximo", Which::Next),
            ("last", Which::Last),
        ]);
        let period = c.name(&[
            ("week", Week),
            ("semana", Week),
            ("month", Month),
            ("mes", Month),
            ("year", Year),
            ("ano", Year),
        ])?;
        let after = c.name(&[
            ("que viene", Which::Next),
            ("proxima", Which::Next),
            ("proximo", Which::Next),
            ("pasada", Which::Last),
            ("pasado", Which::Last),
        ]);
        Some((period, before.or(after)?))
    })
}

/// "Next week": in a week, or by the end of it. "This month": by its end.
pub(super) fn period(c: &mut Cursor, today: Date) -> Option<Day> {
    let (period, which) = named_period(c)?;
    match (period, which) {
        (_, Which::Last) => Some(Day::No(WhenProblem::Past)),
        (_, Which::This) => Some(end_of_period(period, today)),
        (Period::Week, Which::Next) => {
            let week_on = days_after(today, 7);
            Some(either(week_on, coming(week_on, Weekday::Sunday)))
        }
        (Period::Month, Which::Next) => {
            let month_on = today.saturating_add(1.month());
            Some(either(month_on, month_on.last_of_month()))
        }
        (Period::Year, Which::Next) => None,
    }
}

/// "End of the month", "a finales de abril", "end of Friday"
pub(super) fn end_of(c: &mut Cursor, today: Date) -> Option<Day> {
    let short = c.name(&[("eow", Period::Week), ("eom", Period::Month), ("eoy", Period::Year)]);
    if let Some(period) = short {
        return Some(end_of_period(period, today));
    }
    c.any(&["the", "a", "al", "el"]);
    if !c.any(&["end of", "fin de", "fin del", "fines de", "final de", "final del", "finales de", "finales del"]) {
        return None;
    }
    if let Some((period, which)) = named_period(c) {
        return Some(match (period, which) {
            (_, Which::Last) => Day::No(WhenProblem::Past),
            (_, Which::This) => end_of_period(period, today),
            (Period::Week, Which::Next) => end_of_period(period, coming(days_after(today, 1), Weekday::Monday)),
            (Period::Month, Which::Next) => end_of_period(period, today.saturating_add(1.month())),
            (Period::Year, Which::Next) => end_of_period(period, today.saturating_add(1.year())),
        });
    }
    if let Some(day) = c.attempt(|c| near(c, today)).or_else(|| c.attempt(|c| weekday(c, today))) {
        return Some(day);
    }
    c.any(&["the", "la", "el"]);
    let period = c.name(&[
        ("week", Period::Week),
        ("semana", Period::Week),
        ("month", Period::Month),
        ("mes", Period::Month),
        ("year", Period::Year),
        ("ano", Period::Year),
    ]);
    if let Some(period) = period {
        return Some(end_of_period(period, today));
    }
    let month = month_name(c)?;
    let last = |year: i16| date(year, month, 1).map(Date::last_of_month);
    Some(or_none_such(match year(c) {
        Some(year) => last(year),
        None => last(today.year()).filter(|last| *last >= today).or_else(|| last(today.year().checked_add(1)?)),
    }))
}

fn end_of_period(period: Period, within: Date) -> Day {
    match period {
        // A working week ends on Friday, a week on Sunday.
        Period::Week => {
            let sunday = coming(within, Weekday::Sunday);
            let friday = days_after(sunday, -2);
            if friday < within { Day::On(sunday) } else { Day::Either(friday, sunday) }
        }
        Period::Month => Day::On(within.last_of_month()),
        Period::Year => Day::On(within.last_of_year()),
    }
}

/// "This weekend" is its Sunday.
pub(super) fn weekend(c: &mut Cursor, today: Date) -> Option<Day> {
    let next = c.any(&["next", "the next", "el proximo", "proximo"]);
    if !next {
        c.any(&["this coming", "this", "the", "este", "el"]);
    }
    if !c.any(&["weekend", "fin de semana", "finde"]) {
        return None;
    }
    let next = c.any(&["que viene"]) || next;
    let sunday = coming(today, Weekday::Sunday);
    Some(match today.weekday() {
        _ if !next => Day::On(sunday),
        // Said during a weekend, it cannot be this one.
        Weekday::Saturday | Weekday::Sunday => Day::On(days_after(sunday, 7)),
        _ => Day::Either(sunday, days_after(sunday, 7)),
    })
}
