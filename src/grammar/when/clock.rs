//! Times of day as people write them: `20:30`, `8pm`, `8:30 p. m.`, `18h30`, "a las 8 de la noche", noon, midnight.
//!
//! A bare "at 6" could be either end of the day, and a promise kept twelve hours late is broken: it is not read.

use jiff::civil::Time;

use super::words::{Cursor, tokens};

/// A moment within a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    At(Time),
    /// Tonight, midnight, "end of the day": as long as the day lasts.
    EndOfDay,
}

/// A part of the day. Alone it stands for its end, since people ask "by when".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Before dawn; only said after an hour ("las 2 de la madrugada").
    SmallHours,
    Morning,
    Afternoon,
    Night,
}

impl Part {
    /// The end of the part: noon, 18:00, or the end of the day.
    pub fn end(self) -> Option<Moment> {
        match self {
            Part::SmallHours => None,
            Part::Morning => clock(12, 0),
            Part::Afternoon => clock(18, 0),
            Part::Night => Some(Moment::EndOfDay),
        }
    }

    /// An hour said together with this part, of either clock: 6 and 18 are both fine in the evening.
    fn clock(self, hour: u64, minute: u64) -> Option<Moment> {
        match (self, hour) {
            (Part::SmallHours, 12) => clock(0, minute),
            (Part::SmallHours, 0..=6) | (Part::Morning, 0..=11) => clock(hour, minute),
            (Part::Afternoon, 12..=20) | (Part::Night, 17..=23) => clock(hour, minute),
            (Part::Afternoon, 1..=8) | (Part::Night, 5..=11) => clock(hour + 12, minute),
            // "12 at night", "las 12 de la noche": the day ends there.
            (Part::Night, 12) if minute == 0 => Some(Moment::EndOfDay),
            _ => None,
        }
    }
}

/// What stands before a time decides how short it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// Nothing: only what can be nothing but a time (`18:00`, `6pm`, `18h30`, noon).
    Nothing,
    /// A day: also `18h`, which alone would be a span of 18 hours.
    Day,
    /// "at", "a las": also `18` and `18.30`.
    At,
}

/// "at", "@", "a las", and the `T` between an ISO date and its time.
pub(super) fn at(c: &mut Cursor) -> bool {
    c.any(&["at", "a las", "a la", "de las", "de la", "las", "la", "t"]) || c.mark('@')
}

/// A part of the day after a day or an hour: "evening", "in the morning", "por la tarde", "de la noche".
pub(super) fn part(c: &mut Cursor) -> Option<Part> {
    c.name(&[
        ("in the morning", Part::Morning),
        ("in the afternoon", Part::Afternoon),
        ("in the evening", Part::Night),
        ("at night", Part::Night),
        ("morning", Part::Morning),
        ("afternoon", Part::Afternoon),
        ("evening", Part::Night),
        ("night", Part::Night),
        // "Mañana" alone is tomorrow; as the morning it follows a preposition.
        ("por la manana", Part::Morning),
        ("en la manana", Part::Morning),
        ("a la manana", Part::Morning),
        ("de la manana", Part::Morning),
        ("por la tarde", Part::Afternoon),
        ("en la tarde", Part::Afternoon),
        ("a la tarde", Part::Afternoon),
        ("de la tarde", Part::Afternoon),
        ("tarde", Part::Afternoon),
        ("por la noche", Part::Night),
        ("en la noche", Part::Night),
        ("a la noche", Part::Night),
        ("de la noche", Part::Night),
        ("noche", Part::Night),
        ("de la madrugada", Part::SmallHours),
    ])
}

/// A time of day. `during` is a part of the day said before it ("tonight at 8").
pub(super) fn moment(c: &mut Cursor, before: Before, during: Option<Part>) -> Option<Moment> {
    if c.any(&["noon", "midday", "mediodia", "el mediodia", "al mediodia", "a mediodia"]) {
        return clock(12, 0);
    }
    if c.any(&[
        "the end of the day",
        "end of the day",
        "end of day",
        "eod",
        "al final del dia",
        "final del dia",
        "fin del dia",
        "midnight",
        "a medianoche",
        "a la medianoche",
        "medianoche",
    ]) {
        return Some(Moment::EndOfDay);
    }
    c.attempt(|c| {
        let written = hour(c)?;
        if let Some(half) = half(c) {
            return half.clock(&written);
        }
        if written.hour == 12 && written.minute == 0 {
            if c.any(&["noon", "midday", "del mediodia"]) {
                return clock(12, 0);
            }
            if c.any(&["midnight"]) {
                return Some(Moment::EndOfDay);
            }
        }
        if let Some(part) = part(c).or(during) {
            return part.clock(written.hour, written.minute);
        }
        let clear = match written.style {
            Style::Clear => true,
            Style::Hours => before != Before::Nothing,
            Style::Dotted => before == Before::At,
            Style::Bare => before == Before::At && written.hour > 12,
        };
        if clear { clock(written.hour, written.minute) } else { None }
    })
}

/// How the digits of a time were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `18:00`, `18:00:30`, `18h30`
    Clear,
    /// `18h`, `18 hs`
    Hours,
    /// `18.30`
    Dotted,
    /// `18`, `6 o'clock`
    Bare,
}

#[derive(Debug, Clone, Copy)]
struct Written {
    hour: u64,
    minute: u64,
    style: Style,
}

fn hour(c: &mut Cursor) -> Option<Written> {
    let hour = c.number(1..=2)?;
    let two_digits = |c: &mut Cursor| c.number(2..=2);
    let (minute, style) = if let Some(minute) = c.attempt(|c| c.mark(':').then(|| two_digits(c))?) {
        // Seconds are read and left: nothing here is that exact.
        c.attempt(|c| c.mark(':').then(|| two_digits(c))?.filter(|seconds| *seconds < 60));
        (minute, Style::Clear)
    } else if let Some(minute) = c.attempt(|c| c.mark('.').then(|| two_digits(c))?) {
        (minute, Style::Dotted)
    } else if let Some(minute) = c.attempt(|c| c.any(&["h"]).then(|| two_digits(c))?) {
        (minute, Style::Clear)
    } else {
        (0, Style::Bare)
    };
    let hours_mark = c.any(&["h", "hs", "hrs", "horas"]);
    let style = if hours_mark && style == Style::Bare { Style::Hours } else { style };
    c.attempt(|c| (c.any(&["o"]) && c.mark('\'') && c.any(&["clock"])).then_some(()));
    Some(Written { hour, minute, style })
}

/// Before or after noon.
#[derive(Debug, Clone, Copy)]
enum Half {
    Am,
    Pm,
}

impl Half {
    fn clock(self, written: &Written) -> Option<Moment> {
        match (self, written.hour) {
            (Half::Am, 12) => clock(0, written.minute),
            (Half::Am, 1..=11) | (Half::Pm, 12) => clock(written.hour, written.minute),
            (Half::Pm, 1..=11) => clock(written.hour + 12, written.minute),
            _ => None,
        }
    }
}

/// `am`, `PM`, `p.m.`, `a. m.`
fn half(c: &mut Cursor) -> Option<Half> {
    if let Some(half) = c.name(&[("am", Half::Am), ("pm", Half::Pm)]) {
        return Some(half);
    }
    c.attempt(|c| {
        let half = c.name(&[("a", Half::Am), ("p", Half::Pm)])?;
        c.mark('.');
        if !c.any(&["m"]) {
            return None;
        }
        c.mark('.');
        Some(half)
    })
}

fn clock(hour: u64, minute: u64) -> Option<Moment> {
    let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?);
    Time::new(hour, minute, 0, 0).ok().map(Moment::At)
}

/// Reads the whole text as one time of day.
pub(super) fn read_clock(text: &str) -> Option<Time> {
    let tokens = tokens(text)?;
    let mut c = Cursor::new(&tokens);
    at(&mut c);
    let moment = moment(&mut c, Before::At, None)?;
    c.at_end().then(|| on_the_clock(moment))
}

/// Reads the whole text as two times of day, the second of which may be on the next day.
pub(super) fn read_hours(text: &str) -> Option<(Time, Time)> {
    let tokens = tokens(text)?;
    let mut c = Cursor::new(&tokens);
    c.any(&["from", "between", "de las", "de", "desde las", "desde", "entre las", "entre"]);
    let from = end_of_hours(&mut c)?;
    let to = ["to", "until", "till", "and", "a las", "a", "hasta las", "hasta", "y las", "y"];
    if !c.mark('-') && !c.any(&to) {
        return None;
    }
    let until = end_of_hours(&mut c)?;
    if !c.at_end() {
        return None;
    }
    // "10-7" is most likely ten in the evening, or not; "21-7" shows that all 24 hours are counted.
    let of_24 = from.of_24 || until.of_24;
    Some((from.time(of_24)?, until.time(of_24)?))
}

/// One end of "21-7": read outright, or a number that needs the other end to be understood.
struct EndOfHours {
    read: Option<Time>,
    bare: Option<u64>,
    /// Its first number can only belong to a clock of 24 hours.
    of_24: bool,
}

impl EndOfHours {
    fn time(&self, of_24: bool) -> Option<Time> {
        match (self.read, self.bare) {
            (Some(time), _) => Some(time),
            (None, Some(24)) => Some(Time::midnight()),
            (None, Some(hour)) if of_24 => clock(hour, 0).map(on_the_clock),
            _ => None,
        }
    }
}

fn end_of_hours(c: &mut Cursor) -> Option<EndOfHours> {
    let first_number = { *c }.number(1..=2);
    let of_24 = first_number.is_some_and(|hour| hour == 0 || hour > 12);
    if let Some(moment) = moment(c, Before::At, None) {
        return Some(EndOfHours { read: Some(on_the_clock(moment)), bare: None, of_24 });
    }
    let bare = c.number(1..=2)?;
    Some(EndOfHours { read: None, bare: Some(bare), of_24 })
}

fn on_the_clock(moment: Moment) -> Time {
    match moment {
        Moment::At(time) => time,
        Moment::EndOfDay => Time::midnight(),
    }
}
