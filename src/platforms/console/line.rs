//! What one line of the console means: somebody speaking, or a word to the console itself.

use jiff::civil::DateTime;
use jiff::{Span, SpanFieldwise};

use crate::domain::Zone;

/// A line, read.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    Empty,
    /// Somebody speaks: in the community's channel, or to the bot alone.
    Says {
        who: String,
        directly: bool,
        text: String,
    },
    /// Text without a name before it.
    Bare(String),
    /// The channel of the community that is spoken in from now on.
    Place(String),
    /// The operator makes somebody a convener of it.
    Convener(String),
    /// The clock moves forward to a civil time, and with a zone its zone from now on.
    Now(DateTime, Option<Zone>),
    /// The clock moves forward by a span.
    Wait(SpanFieldwise),
    /// Everything is dropped without a goodbye, and the same files are opened again.
    Crash,
    /// The bot is off until a civil time; what people say meanwhile waits for it.
    Offline(DateTime),
    Report,
    /// What the console itself can do.
    Help,
    Quit,
}

/// Why a line is not understood: one clear sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error(
        "{0:?} is not one of :place NAME, :convener WHO, :now CIVIL [ZONE], :wait SPAN, :crash, :offline until CIVIL, :report"
    )]
    UnknownWord(String),
    #[error("{word} needs {needs}")]
    Needs { word: &'static str, needs: &'static str },
    #[error("{0:?} is not a date and time such as 2026-03-05 17:30")]
    NoTime(String),
    #[error("{0:?} is not a time zone such as America/Chicago")]
    NoZone(String),
    #[error("{0:?} is not a span such as 3 days or 2h 30m, going forward")]
    NoSpan(String),
    #[error("{0:?} is not a name: letters, digits, - and _ only")]
    NoName(String),
    #[error("a line is WHO: TEXT, WHO@dm: TEXT, a word with a colon before it such as :now, or # a comment")]
    Nobody,
}

/// Reads a line.
///
/// # Errors
/// It is none of the console's forms.
pub fn read(line: &str) -> Result<Line, Wrong> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(Line::Empty);
    }
    if let Some(word) = line.strip_prefix(':') {
        return word_to_the_console(word);
    }
    Ok(match line.split_once(':') {
        Some((who, text)) if is_speaker(who) => {
            let (who, directly) = who.strip_suffix("@dm").map_or((who, false), |who| (who, true));
            Line::Says { who: who.to_owned(), directly, text: text.trim().to_owned() }
        }
        _ => Line::Bare(line.to_owned()),
    })
}

fn is_speaker(who: &str) -> bool {
    is_name(who.strip_suffix("@dm").unwrap_or(who))
}

/// Letters, digits, `-` and `_`, at most 32.
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().count() <= 32
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
}

fn word_to_the_console(word: &str) -> Result<Line, Wrong> {
    let (name, rest) = word.split_once(char::is_whitespace).unwrap_or((word, ""));
    let rest = rest.trim();
    match name {
        "place" => named(":place", rest).map(Line::Place),
        "convener" => named(":convener", rest).map(Line::Convener),
        "now" if rest.is_empty() => Err(Wrong::Needs { word: ":now", needs: "a date and time" }),
        "now" => {
            let (civil, zone) = civil(rest)?;
            let zone = zone.map(|z| z.parse().map_err(|_| Wrong::NoZone(z.to_owned()))).transpose()?;
            Ok(Line::Now(civil, zone))
        }
        "wait" => span(rest).map(Line::Wait),
        "crash" => Ok(Line::Crash),
        "offline" => {
            let until = rest.strip_prefix("until ").ok_or(Wrong::Needs { word: ":offline", needs: "until CIVIL" })?;
            civil(until.trim()).map(|(civil, _)| Line::Offline(civil))
        }
        "report" => Ok(Line::Report),
        "help" => Ok(Line::Help),
        "quit" | "exit" => Ok(Line::Quit),
        _ => Err(Wrong::UnknownWord(format!(":{name}"))),
    }
}

fn named(word: &'static str, name: &str) -> Result<String, Wrong> {
    match name {
        "" => Err(Wrong::Needs { word, needs: "a name" }),
        name if is_name(name) => Ok(name.to_owned()),
        name => Err(Wrong::NoName(name.to_owned())),
    }
}

/// `2026-03-05 17:30`, with what comes behind it.
fn civil(text: &str) -> Result<(DateTime, Option<&str>), Wrong> {
    let wrong = || Wrong::NoTime(text.to_owned());
    let mut parts = text.split_whitespace();
    let date = parts.next().ok_or_else(wrong)?;
    let (civil, rest) = if date.contains('T') {
        (date.to_owned(), parts.next())
    } else {
        let time = parts.next().ok_or_else(wrong)?;
        (format!("{date} {time}"), parts.next())
    };
    Ok((civil.parse().map_err(|_| wrong())?, rest))
}

fn span(text: &str) -> Result<SpanFieldwise, Wrong> {
    let wrong = || Wrong::NoSpan(text.to_owned());
    let span: Span = text.parse().map_err(|_| wrong())?;
    if span.is_negative() || span.is_zero() { Err(wrong()) } else { Ok(span.fieldwise()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_words_to_the_console_are_told_apart() {
        let says = |who: &str, directly, text: &str| Line::Says { who: who.into(), directly, text: text.into() };
        assert_eq!(read("dev: /ask 10:00-14:00"), Ok(says("dev", false, "/ask 10:00-14:00")));
        assert_eq!(read("sol@dm: hi"), Ok(says("sol", true, "hi")));
        assert_eq!(read("/needs"), Ok(Line::Bare("/needs".into())));
        assert_eq!(read("# a comment"), Ok(Line::Empty));
        assert_eq!(read(":offline until 2026-03-15 12:00").map(|l| matches!(l, Line::Offline(_))), Ok(true));
        for wrong in
            [":nwo", ":now tomorrow", ":now 2026-13-01 10:00", ":wait -1h", ":place", ":convener a b", ":offline"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
