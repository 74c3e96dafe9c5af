//! Lengths of time from now: "in 3 days", `2h`, "dentro de 2 semanas", "media hora".

use jiff::{Span, Unit};

use super::words::Cursor;
use crate::domain::refusal::WhenProblem;

/// A length of time from now.
#[derive(Debug, Clone)]
pub(super) enum Ahead {
    /// Whole days, weeks, months: a day is meant.
    Days(Span),
    /// With hours or minutes: a minute is meant.
    Minutes(Span),
    No(WhenProblem),
}

/// "In 3 days", "2h", "dentro de 2 semanas", "1 week and 2 days from now"
pub(super) fn ahead(c: &mut Cursor) -> Option<Ahead> {
    let ago = c.any(&["hace"]);
    if !ago && !c.mark('+') {
        c.any(&["in", "within", "en", "dentro de"]);
    }
    let (mut months, mut days, mut minutes, mut amounts) = (0_i64, 0_i64, 0_i64, 0);
    while let Some((count, unit, of_unit)) = c.attempt(amount) {
        let total = match unit {
            Unit::Month => &mut months,
            Unit::Day => &mut days,
            _ => &mut minutes,
        };
        *total = total.saturating_add(count.saturating_mul(of_unit));
        amounts += 1;
        // Read on only if another amount follows.
        c.attempt(|c| {
            let joined = c.any(&["and", "y"]);
            let more = amount(&mut { *c }).is_some();
            (joined && more).then_some(())
        });
    }
    if amounts == 0 {
        return None;
    }
    if ago || c.any(&["ago"]) {
        return Some(Ahead::No(WhenProblem::Past));
    }
    c.any(&["from now", "from today", "a partir de hoy"]);
    let span = Span::new().try_months(months).and_then(|s| s.try_days(days)).and_then(|s| s.try_minutes(minutes));
    Some(match span {
        Ok(span) if minutes == 0 && (months, days) != (0, 0) => Ahead::Days(span),
        Ok(span) => Ahead::Minutes(span),
        Err(_) => Ahead::No(WhenProblem::TooFar),
    })
}

/// A count, and its unit as so many months, days or minutes.
fn amount(c: &mut Cursor) -> Option<(i64, Unit, i64)> {
    const HALF_HOURS: [&str; 3] = ["half an hour", "half hour", "media hora"];
    if c.any(&HALF_HOURS) {
        return Some((30, Unit::Minute, 1));
    }
    let count = match c.number(1..=20) {
        Some(number) => i64::try_from(number).unwrap_or(i64::MAX),
        None => counted(c)?,
    };
    const UNITS: [(Unit, i64, &[&str]); 7] = [
        (Unit::Minute, 1, &["m", "min", "mins", "minute", "minutes", "minuto", "minutos"]),
        (Unit::Minute, 60, &["h", "hr", "hrs", "hour", "hours", "hora", "horas"]),
        (Unit::Day, 1, &["d", "day", "days", "dia", "dias"]),
        (Unit::Day, 7, &["w", "wk", "wks", "week", "weeks", "sem", "semana", "semanas"]),
        (Unit::Day, 14, &["fortnight", "fortnights"]),
        (Unit::Month, 1, &["mo", "mos", "month", "months", "mes", "meses"]),
        (Unit::Month, 12, &["yr", "yrs", "year", "years", "ano", "anos"]),
    ];
    let (unit, of_unit, _) = UNITS.iter().find(|(_, _, names)| c.any(names))?;
    Some((count, *unit, *of_unit))
}

fn counted(c: &mut Cursor) -> Option<i64> {
    c.name(&[
        ("a couple of", 2),
        ("a couple", 2),
        ("un par de", 2),
        ("a", 1),
        ("an", 1),
        ("one", 1),
        ("un", 1),
        ("una", 1),
        ("two", 2),
        ("dos", 2),
        ("three", 3),
        ("tres", 3),
        ("four", 4),
        ("cuatro", 4),
        ("five", 5),
        ("cinco", 5),
        ("six", 6),
        ("seis", 6),
        ("seven", 7),
        ("siete", 7),
        ("eight", 8),
        ("ocho", 8),
        ("nine", 9),
        ("nueve", 9),
        ("ten", 10),
        ("diez", 10),
        ("eleven", 11),
        ("once", 11),
        ("twelve", 12),
        ("doce", 12),
    ])
}
