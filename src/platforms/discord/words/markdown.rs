//! Discord's markdown: what the bot stresses is stressed, and what people typed is words alone.

use jiff::Timestamp;
use unicode_segmentation::UnicodeSegmentation;

use super::PREFIX;
use crate::domain::community::Platform;
use crate::grammar::{Filled, text};
use crate::speech::doc::{Line, Span};

/// Invisible, no line break: "word joiner".
const JOINER: char = '\u{2060}';

/// A line in markdown.
pub(super) fn markdown(line: &Line) -> String {
    line.iter().map(piece).collect()
}

fn piece(span: &Span) -> String {
    match span {
        Span::Text(text) => escaped(text),
        Span::Said(text) => linked(text),
        Span::Strong(text) if text.trim().is_empty() => escaped(text),
        Span::Strong(text) => format!("**{}**", escaped(text)),
        Span::Code(command) => code(&as_called(command)),
        Span::Literal(text) => code(text),
        Span::Place { platform: Platform::Discord, id, .. } if id.bytes().all(|b| b.is_ascii_digit()) => {
            format!("<#{id}>")
        }
        Span::Place { shown, .. } => linked(shown),
        Span::When { at, lead, .. } => {
            let at = at.as_second();
            format!("{}<t:{at}:F> (<t:{at}:R>)", escaped(lead))
        }
    }
}

/// A command as Discord's clients take it and show it: each part behind the name of its field.
fn as_called(command: &str) -> String {
    let Ok(said) = text::read(command, Timestamp::UNIX_EPOCH) else { return format!("{PREFIX}{command}") };
    let Filled { spec, values } = Filled::of(&said);
    let fields: String = values.iter().map(|(name, value)| format!(" {name}:{value}")).collect();
    format!("{PREFIX}{}{fields}", spec.path)
}

/// Something to type, letter by letter, on one line.
fn code(text: &str) -> String {
    // A mark inside would end it.
    let calm = calmed(text).replace('`', "'").replace(['\n', '\r'], " ");
    if calm.trim().is_empty() { String::new() } else { format!("`{calm}`") }
}

/// What people typed: escaped, but for its links, which stay links and show no preview.
fn linked(text: &str) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some(at) = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let (before, from) = rest.split_at(at);
        let is_link = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
        let end = from.find(|c| !is_link(c)).unwrap_or(from.len());
        let link = from[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ')', ']', '*']);
        let starts_a_word = !before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || "<(\\[".contains(c));
        if starts_a_word && link.len() > "https://".len() {
            whole.push_str(&escaped(before));
            whole.push_str(&format!("<{}>", calmed(link)));
            rest = &from[link.len()..];
        } else {
            whole.push_str(&escaped(&rest[..at + "http".len()]));
            rest = &rest[at + "http".len()..];
        }
    }
    whole.push_str(&escaped(rest));
    whole
}

/// A text as words alone, whatever is in it: no stress, no list, no quote, no link, no time, no emoji of a server.
pub(super) fn escaped(text: &str) -> String {
    let calm = calmed(text);
    let mut safe = String::with_capacity(calm.len());
    // Whether only blanks, or the figures of a numbered list, stood on this line so far.
    let (mut blank, mut figures) = (true, false);
    let mut letters = calm.chars().peekable();
    while let Some(letter) = letters.next() {
        let at_start = blank;
        let escapes = match letter {
            '\\' | '*' | '_' | '~' | '`' | '|' | '[' | ']' | '<' => true,
            '-' | '#' | '+' | '>' => at_start,
            '.' | ')' => figures,
            ':' => letters.peek() == Some(&'/'),
            _ => false,
        };
        if escapes {
            safe.push('\\');
        }
        safe.push(letter);
        figures = letter.is_ascii_digit() && (at_start || figures);
        blank = letter == '\n' || (blank && letter.is_whitespace());
    }
    safe
}

/// Breaks `@everyone`, `@here` and everything else that Discord reads as a mention with a joiner that nobody sees.
fn calmed(text: &str) -> String {
    let mut calm = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        // Discord ends a line at nothing else, and a carriage return would hide one.
        if first != '\r' {
            calm.push(first);
        }
        rest = &rest[first.len_utf8()..];
        let follows = |word: &str| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        let calls = first == '@' && (follows("everyone") || follows("here"));
        let mentions = first == '<' && rest.starts_with(|c: char| "@#:/".contains(c) || c.is_ascii_alphabetic());
        if calls || mentions {
            calm.push(JOINER);
        }
    }
    calm
}

/// As many of the letters of a line as find room; "…" stands for the others. Markup is never cut in half.
pub(super) fn cut(line: &[Span], most: usize) -> String {
    let mut text = String::new();
    for span in line {
        let whole = piece(span);
        // There has to be room for the dots.
        if length(&text) + length(&whole) < most {
            text.push_str(&whole);
            continue;
        }
        let letters: Vec<&str> = span.text().graphemes(true).collect();
        let beginning = |count: usize| piece(&begun(span, &letters[..count].concat()));
        let (mut fits, mut too_many) = (0, letters.len() + 1);
        while too_many - fits > 1 {
            let middle = usize::midpoint(fits, too_many);
            if length(&text) + length(&beginning(middle)) < most { fits = middle } else { too_many = middle }
        }
        if fits > 0 {
            text.push_str(&beginning(fits));
        }
        text.push('…');
        break;
    }
    text
}

/// The same kind of span with the beginning of its text.
fn begun(span: &Span, text: &str) -> Span {
    let text = text.to_owned();
    match span {
        Span::Strong(_) => Span::Strong(text),
        Span::Code(_) => Span::Code(text),
        Span::Literal(_) => Span::Literal(text),
        // The beginning of a link is a link to somewhere else.
        Span::Text(_) | Span::Said(_) | Span::When { .. } | Span::Place { .. } => Span::Text(text),
    }
}

/// Letters as Discord counts them, or more: it counts characters, and UTF-16 has never fewer units.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A text of at most so many characters; a longer one ends with "…", between two letters.
pub(in super::super) fn shortened(text: &str, most: usize) -> String {
    if length(text) <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    for letter in text.graphemes(true) {
        if length(&short) + length(letter) + 1 > most {
            break;
        }
        short.push_str(letter);
    }
    short.push('…');
    short
}
