//! By when? Dates as people write them, in English and Spanish, read in the zone of the person who wrote them.
//!
//! One small grammar for all of it: a day, a time, or both, in either order, and nothing left over. What it cannot read
//! completely it refuses, and what can mean two days it hands back as both: a promise on the wrong day is worse than a
//! question. It must never panic, never guess a zone, and never answer with a time that is over. Whoever calls it echoes
//! the answer back in words.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Span, Timestamp, ToSpan};

use crate::domain::calendar::{Due, Zone, days_after};
use crate::domain::refusal::WhenProblem;

use ahead::Ahead;
use clock::{Before, Moment, Part};
use day::Day;
use words::{Cursor, Token};

mod ahead;
mod clock;
mod day;
mod periods;
#[cfg(test)]
mod tests;
mod words;

/// Further away than this many years is most likely a slip.
const FARTHEST_YEARS: i16 = 5;

/// Reads "by when". `now` and `zone` are those of the person who wrote it.
///
/// Without a time it is the whole day ("by Friday" is the end of Friday); a time alone is today's, or tomorrow's if that
/// is over; a weekday or a date without a year is the next one. A time that the clocks leave out or repeat is taken as
/// written: [`Zone::instant`] knows when it is.
///
/// # Errors
///
/// See [`WhenProblem`]. `Ambiguous` carries days only: a time written with them has to be said again.
pub fn parse_when(text: &str, now: Timestamp, zone: &Zone) -> Result<Due, WhenProblem> {
    let tokens = words::tokens(text).ok_or(WhenProblem::Unreadable)?;
    match read(Cursor::new(&tokens), zone.date(now)) {
        Some(said) => settle(said, now, zone),
        None if names_a_zone(&tokens) => Err(WhenProblem::ForeignZone),
        None => Err(WhenProblem::Unreadable),
    }
}

/// Reads a day, as for "away until Friday". A time said with it is understood and left out.
///
/// # Errors
///
/// Those of [`parse_when`].
pub fn parse_day(text: &str, now: Timestamp, zone: &Zone) -> Result<Date, WhenProblem> {
    parse_when(text, now, zone).map(Due::date)
}

/// Reads a time of day: `20:30`, `8pm`, `8:30 p. m.`, `18h`, noon. A bare `8` could be either end of the day: `None`.
pub fn parse_clock(text: &str) -> Option<Time> {
    clock::read_clock(text)
}

/// Reads quiet hours: `20:30-08:30`, `8pm to 7am`, `21-7`, "de 21 a 7". The second may be on the next day.
///
/// Bare hours are read only if one of them shows that all 24 are counted: `10-7` is `None`.
pub fn parse_hours(text: &str) -> Option<(Time, Time)> {
    clock::read_hours(text)
}

/// What was written, before it is known when that is.
enum Said {
    /// A timestamp that the platform wrote.
    Instant(i64),
    /// A platform's timestamp, shown to people as a day only.
    DayOf(i64),
    /// A time from now.
    Ahead(Span),
    At(Moment),
    Day(Day, Option<Moment>),
}

// ---- Reading ----

fn read(mut c: Cursor, today: Date) -> Option<Said> {
    while c.any(&[
        "by",
        "before",
        "on or before",
        "on",
        "until",
        "till",
        "til",
        "due",
        "for",
        "no later than",
        "para",
        "antes de",
        "antes",
        "hasta",
        "a mas tardar",
        "como muy tarde",
        "como tarde",
    ]) {}
    let ways: [fn(&mut Cursor, Date) -> Option<Said>; 4] = [platform_time, time_from_now, day_then_time, time_then_day];
    ways.iter().find_map(|way| {
        c.attempt(|c| {
            let said = way(c, today)?;
            c.at_end().then_some(said)
        })
    })
}

/// Discord's `<t:1773421200:F>`, which it shows to everyone in their own zone.
fn platform_time(c: &mut Cursor, _: Date) -> Option<Said> {
    if !(c.mark('<') && c.any(&["t"]) && c.mark(':')) {
        return None;
    }
    let before_1970 = c.mark('-');
    let seconds = i64::try_from(c.number(1..=20)?).unwrap_or(i64::MAX);
    let seconds = if before_1970 { -seconds } else { seconds };
    // The style's case is gone here, and does not matter: `d` and `D` show a day, all others a time.
    let day_only = c.attempt(|c| (c.mark(':') && c.any(&["d"])).then_some(())).is_some();
    c.attempt(|c| (c.mark(':') && c.any(&["t", "f", "r", "s"])).then_some(()));
    c.mark('>').then_some(if day_only { Said::DayOf(seconds) } else { Said::Instant(seconds) })
}

fn time_from_now(c: &mut Cursor, _: Date) -> Option<Said> {
    match ahead::ahead(c)? {
        Ahead::Minutes(span) => Some(Said::Ahead(span)),
        Ahead::Days(_) | Ahead::No(_) => None,
    }
}

fn day_then_time(c: &mut Cursor, today: Date) -> Option<Said> {
    let (day, during) = match part_of_today(c) {
        Some(part) => (Day::On(today), Some(part)),
        None => {
            c.any(&["at"]);
            (day::day(c, today)?, clock::part(c))
        }
    };
    join(c);
    let at = clock::at(c);
    let before = if at { Before::At } else { Before::Day };
    let moment = clock::moment(c, before, during);
    match (moment, during) {
        (Some(moment), _) => Some(Said::Day(day, Some(moment))),
        (None, _) if at => None,
        (None, Some(part)) => Some(Said::Day(day, Some(part.end()?))),
        (None, None) => Some(Said::Day(day, None)),
    }
}

fn time_then_day(c: &mut Cursor, today: Date) -> Option<Said> {
    let before = if clock::at(c) { Before::At } else { Before::Nothing };
    let moment = clock::moment(c, before, None)?;
    join(c);
    match day::day(c, today) {
        Some(day) => Some(Said::Day(day, Some(moment))),
        None => Some(Said::At(moment)),
    }
}

fn part_of_today(c: &mut Cursor) -> Option<Part> {
    c.name(&[
        ("tonight", Part::Night),
        ("this evening", Part::Night),
        ("esta noche", Part::Night),
        ("this afternoon", Part::Afternoon),
        ("esta tarde", Part::Afternoon),
        ("this morning", Part::Morning),
        ("esta manana", Part::Morning),
    ])
}

/// The small words between a day and a time, of which none changes the meaning.
fn join(c: &mut Cursor) {
    while c.any(&["by", "before", "on", "of", "para", "antes"]) {}
    // Not the "de" of "de las 6" or "de la tarde".
    c.attempt(|c| (c.any(&["de"]) && !clock::at(&mut { *c })).then_some(()));
}

/// Does a text that could not be read speak of another place's time?
fn names_a_zone(tokens: &[Token]) -> bool {
    const ANYWHERE: [&str; 38] = [
        "utc", "gmt", "bst", "est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt", "akst", "akdt", "hst", "nst",
        "ndt", "cet", "cest", "eet", "eest", "msk", "sast", "jst", "kst", "aest", "aedt", "acst", "acdt", "awst",
        "nzst", "nzdt", "brt", "clt", "clst", "wib", "hkt", "eastern", "zulu",
    ];
    const AFTER_A_TIME: [&str; 9] = ["z", "et", "ct", "mt", "pt", "ist", "art", "pet", "wet"];
    const BEFORE_A_SLASH: [&str; 10] =
        ["africa", "america", "antarctica", "arctic", "asia", "atlantic", "australia", "europe", "indian", "pacific"];
    let one_of = |token: Option<&Token>, words: &[&str]| matches!(token, Some(Token::Word(word)) if words.contains(&word.as_str()));
    let iso = one_of_any(tokens, "t");
    (0..tokens.len()).any(|at| {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let (this, next, after) = (tokens.get(at), tokens.get(at + 1), tokens.get(at + 2));
        let follows_time = matches!(before, Some(Token::Number { .. })) || one_of(before, &["am", "pm", "m", "h"]);
        let offset = matches!(next, Some(Token::Number { digits: 2 | 4, .. }));
        match this {
            Some(Token::Word(_)) => {
                one_of(this, &ANYWHERE)
                    || (follows_time && one_of(this, &AFTER_A_TIME))
                    || (one_of(this, &BEFORE_A_SLASH) && next == Some(&Token::Mark('/')))
            }
            Some(Token::Mark('+')) => offset && (follows_time || after == Some(&Token::Mark(':'))),
            // Elsewhere than after an ISO time, "10:00-12:00" is a stretch of time.
            Some(Token::Mark('-')) => offset && follows_time && iso && tokens[..at].contains(&Token::Mark(':')),
            _ => false,
        }
    })
}

fn one_of_any(tokens: &[Token], wanted: &str) -> bool {
    tokens.iter().any(|token| matches!(token, Token::Word(word) if word == wanted))
}

// ---- Settling when that is ----

fn settle(said: Said, now: Timestamp, zone: &Zone) -> Result<Due, WhenProblem> {
    let today = zone.date(now);
    let to_come = |date: Date, time: Time| zone.instant(date.to_datetime(time)) > now;
    let due = match said {
        Said::Instant(seconds) => minute_of(instant(seconds)?, zone),
        Said::DayOf(seconds) => Due::Day(zone.date(instant(seconds)?)),
        Said::Ahead(span) => {
            let then = now.to_zoned(zone.rules().clone()).checked_add(span).map_err(|_| WhenProblem::TooFar)?;
            minute_of(then.timestamp(), zone)
        }
        Said::At(Moment::EndOfDay) => Due::Day(today),
        Said::At(Moment::At(time)) if to_come(today, time) => Due::Minute(today.to_datetime(time)),
        Said::At(Moment::At(time)) => Due::Minute(days_after(today, 1).to_datetime(time)),
        Said::Day(Day::On(date), moment) => on(date, moment),
        Said::Day(Day::Named(weekday), moment) => {
            let date = day::coming(today, weekday);
            match moment {
                Some(Moment::At(time)) if !to_come(date, time) => on(days_after(date, 7), moment),
                _ => on(date, moment),
            }
        }
        Said::Day(Day::Either(near, far), _) => {
            within_reach(Due::Day(near), now, zone)?;
            return Err(WhenProblem::Ambiguous(near, far));
        }
        Said::Day(Day::No(problem), _) => return Err(problem),
    };
    within_reach(due, now, zone)
}

fn on(date: Date, moment: Option<Moment>) -> Due {
    match moment {
        Some(Moment::At(time)) => Due::Minute(date.to_datetime(time)),
        Some(Moment::EndOfDay) | None => Due::Day(date),
    }
}

fn instant(seconds: i64) -> Result<Timestamp, WhenProblem> {
    let out_of_range = if seconds < 0 { WhenProblem::Past } else { WhenProblem::TooFar };
    Timestamp::from_second(seconds).map_err(|_| out_of_range)
}

/// The minute of an instant on the wall clock. In an hour that the clocks repeat, the wall clock means the first pass;
/// an instant of the second becomes the end of it, since a promise may move later but not into the past.
fn minute_of(at: Timestamp, zone: &Zone) -> Due {
    let civil = zone.civil(at);
    let past_the_minute = SignedDuration::new(civil.second().into(), civil.subsec_nanosecond());
    let at = at.checked_sub(past_the_minute).unwrap_or(at);
    let mut civil = civil.date().at(civil.hour(), civil.minute(), 0, 0);
    // Clocks go back by three hours at the very most.
    for _ in 0..180 {
        if zone.instant(civil) >= at {
            break;
        }
        civil = civil.saturating_add(1.minute());
    }
    Due::Minute(civil)
}

/// The answer, if it is neither over nor too far away. A day is over when its last minute is.
fn within_reach(due: Due, now: Timestamp, zone: &Zone) -> Result<Due, WhenProblem> {
    let today = zone.date(now);
    let over = match due {
        Due::Day(date) => date < today,
        Due::Minute(civil) => zone.instant(civil) <= now,
    };
    if over {
        Err(WhenProblem::Past)
    } else if due.date() > today.saturating_add(Span::new().years(FARTHEST_YEARS)) {
        Err(WhenProblem::TooFar)
    } else {
        Ok(due)
    }
}
