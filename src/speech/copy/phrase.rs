//! From an id and its variables to lines of spans: Mozilla's Fluent, and the few marks our own copy uses.
//!
//! Nothing a variable holds can become markup. A person's words never pass through Fluent: a single private-use character
//! stands in for them while the sentence is put together, and only afterwards the words take its place, as a span of
//! their own. The marks (`` ` ``, `~`, `*`, and `- ` at the start of a line) are read from the locale file alone.

use std::fmt::Display;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::domain::community::Language;
use crate::domain::wording;
use crate::speech::doc::{Line, Span};
use crate::speech::message::PlaceLink;

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::English));
static SPANISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::Spanish));

/// The locale file of a language, part of the program: there is nothing to find, or to miss, at run time.
pub(super) fn source(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../../../config/locales/en.ftl"),
        Language::Spanish => include_str!("../../../config/locales/es.ftl"),
    }
}

/// A variable of a text.
#[derive(Debug, Clone)]
pub(super) enum Arg {
    /// A count: shown, and chosen by (plurals).
    Number(u64),
    /// A name that the copy only chooses by. Never shown.
    Key(String),
    /// What takes the variable's place, as it is.
    Spans(Line),
}

/// A text's variables by name.
pub(super) type Args<'a> = &'a [(&'static str, Arg)];

/// The bot's own short pieces: ids, dates, names of zones.
pub(super) fn own(text: impl Display) -> Arg {
    Arg::Spans(vec![Span::Text(carried(&text.to_string()))])
}

/// What a person typed, inside a sentence or a list. Line breaks become spaces there, so that nobody's words can pose as
/// a line of the bot's own.
pub(super) fn said(words: &str) -> Arg {
    Arg::Spans(vec![quoted(words)])
}

/// The span behind [`said`].
pub(super) fn quoted(words: &str) -> Span {
    let one_line = words.split(['\n', '\r', '\u{2028}', '\u{2029}']).map(str::trim).filter(|part| !part.is_empty());
    Span::Said(carried(&one_line.collect::<Vec<_>>().join(" ")))
}

/// What a person typed, standing alone with its own line breaks.
pub(super) fn said_alone(words: &str) -> Line {
    vec![Span::Said(carried(words))]
}

/// A place, as a link where its platform shows one.
pub(super) fn place(place: &PlaceLink) -> Arg {
    let shown = match quoted(&place.name.0) {
        Span::Said(name) => name,
        other => other.text().to_owned(),
    };
    Arg::Spans(vec![Span::Place { platform: place.platform, id: place.id.clone(), shown }])
}

pub(super) fn count(number: impl Into<u64>) -> Arg {
    Arg::Number(number.into())
}

pub(super) fn key(name: &str) -> Arg {
    Arg::Key(name.to_owned())
}

/// A whole command, such as one of a list.
pub(super) fn command(text: &str) -> Arg {
    Arg::Spans(vec![Span::Code(carried(text))])
}

/// Something to type that is no whole command.
pub(super) fn literal(text: &str) -> Arg {
    Arg::Spans(vec![Span::Literal(carried(text))])
}

/// Without the characters that nobody sees: those that stand in for variables, that turn the direction of reading, or that
/// a terminal would obey. `domain::wording` refuses them where people type; this holds for names, for what is quoted in a
/// refusal, and for whatever else comes from a platform.
fn carried(text: &str) -> String {
    text.chars().filter(|c| !wording::is_hidden(*c)).collect()
}

/// One line of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phrase {
    Paragraph(Line),
    Item(Line),
}

/// The text of an id: lines that begin with `- ` as items, the others run together into paragraphs.
pub(super) fn phrases(language: Language, id: &str, args: Args<'_>) -> Vec<Phrase> {
    let mut fillings: Vec<&Line> = Vec::new();
    let mut values = FluentArgs::new();
    for (name, arg) in args {
        let value = match arg {
            Arg::Number(number) => FluentValue::from(*number),
            Arg::Key(key) => FluentValue::from(key.as_str()),
            Arg::Spans(line) => {
                fillings.push(line);
                FluentValue::from(stand_in(fillings.len() - 1).to_string())
            }
        };
        values.set(*name, value);
    }
    #[cfg(test)]
    spoken::note(id, args);

    let text = words(language, id, &values);
    // A piece such as " · " is one line and keeps its spaces; in longer texts they are only the file's indentation.
    let indented = text.contains('\n');
    let mut phrases = Vec::new();
    for line in text.lines() {
        let line = if indented { line.trim() } else { line };
        if let Some(item) = line.strip_prefix("- ") {
            phrases.push(Phrase::Item(spans(item, &fillings)));
        } else if let Some(Phrase::Paragraph(begun)) = phrases.last_mut() {
            push(begun, Span::Text(" ".to_owned()));
            extend(begun, spans(line, &fillings));
        } else {
            phrases.push(Phrase::Paragraph(spans(line, &fillings)));
        }
    }
    phrases
}

/// The character for the nth filling. There are 6,400 of them; no text of ours has ten variables.
fn stand_in(at: usize) -> char {
    u32::try_from(at).ok().and_then(|at| char::from_u32(0xE000 + at.min(0x18FF))).unwrap_or('\u{F8FF}')
}

/// The formatted text: in the language if it is whole there, otherwise in English.
fn words(language: Language, id: &str, values: &FluentArgs<'_>) -> String {
    match formatted(language, id, values) {
        Some((text, true)) => text,
        Some((_, false)) | None => {
            tracing::error!(id, language = language.tag(), "the copy of this text is missing or lacks a variable");
            instead(formatted(Language::English, id, values))
        }
    }
}

/// What English has to say instead. If it is not whole there either it comes with holes, since a sentence with a hole is
/// kinder than an id. Tests hold that it does not come to that.
fn instead(english: Option<(String, bool)>) -> String {
    match english {
        Some((text, true)) => text,
        Some((text, false)) => without_holes(&text),
        None => String::new(),
    }
}

/// The text, and whether it is whole. `None` if the language has no such id.
fn formatted(language: Language, id: &str, values: &FluentArgs<'_>) -> Option<(String, bool)> {
    let bundle = match language {
        Language::English => &*ENGLISH,
        Language::Spanish => &*SPANISH,
    };
    let pattern = bundle.get_message(id)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(values), &mut errors).into_owned();
    Some((text, errors.is_empty()))
}

/// Fluent writes `{$name}` where a variable is missing.
fn without_holes(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|c| {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
        .collect()
}

fn bundle(language: Language) -> Bundle {
    let locale: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![locale]);
    // Isolation marks belong around what people typed, and that is not in the text yet.
    bundle.set_use_isolating(false);
    // A file with a mistake in it still has everything else; a test reads both files strictly.
    let resource = FluentResource::try_new(source(language).to_owned()).unwrap_or_else(|(resource, _)| resource);
    bundle.add_resource_overriding(resource);
    bundle
}

/// Reads the marks of one line and puts the fillings where they belong.
fn spans(line: &str, fillings: &[&Line]) -> Line {
    let mut spans = Line::new();
    let mut mark: Option<char> = None;
    let mut run = String::new();
    for c in line.chars() {
        let filling = (c as u32).checked_sub(0xE000).and_then(|at| fillings.get(at as usize));
        match (filling, mark) {
            (Some(filling), Some('`' | '~')) => filling.iter().for_each(|span| run.push_str(span.text())),
            (Some(filling), _) => {
                for span in *filling {
                    match span {
                        Span::Text(text) => run.push_str(text),
                        other => {
                            push(&mut spans, marked(mark, std::mem::take(&mut run)));
                            push(&mut spans, other.clone());
                        }
                    }
                }
            }
            (None, None) if matches!(c, '`' | '~' | '*') => {
                push(&mut spans, Span::Text(std::mem::take(&mut run)));
                mark = Some(c);
            }
            (None, Some(open)) if open == c => {
                push(&mut spans, marked(mark.take(), std::mem::take(&mut run)));
            }
            (None, _) => run.push(c),
        }
    }
    push(&mut spans, marked(mark, run));
    spans
}

fn marked(mark: Option<char>, text: String) -> Span {
    match mark {
        Some('`') => Span::Code(text),
        Some('~') => Span::Literal(text),
        Some('*') => Span::Strong(text),
        _ => Span::Text(text),
    }
}

/// Adds a span; text next to text is one text, and an empty one is none.
pub(super) fn push(line: &mut Line, span: Span) {
    match (line.last_mut(), &span) {
        (_, Span::Text(text) | Span::Strong(text)) if text.is_empty() => {}
        (Some(Span::Text(before)), Span::Text(text)) => before.push_str(text),
        _ => line.push(span),
    }
}

pub(super) fn extend(line: &mut Line, more: Line) {
    more.into_iter().for_each(|span| push(line, span));
}

/// What was asked of the locale files, and with which variables: how the tests know that nothing is missing or unused.
#[cfg(test)]
pub(super) mod spoken {
    use std::cell::RefCell;
    use std::collections::{BTreeMap, BTreeSet};

    use super::Args;

    /// For each id, the names of the variables that every use of it gave.
    pub type Uses = BTreeMap<String, BTreeSet<&'static str>>;

    thread_local! {
        static USES: RefCell<Uses> = const { RefCell::new(BTreeMap::new()) };
    }

    pub fn note(id: &str, args: Args<'_>) {
        let names: BTreeSet<&'static str> = args.iter().map(|(name, _)| *name).collect();
        USES.with_borrow_mut(|uses| {
            uses.entry(id.to_owned()).and_modify(|known| known.retain(|name| names.contains(name))).or_insert(names);
        });
    }

    /// Everything this thread asked for since the last time.
    pub fn take() -> Uses {
        USES.with_borrow_mut(std::mem::take)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(line: &str, words: &str) -> Line {
        spans(&line.replace('$', "\u{E000}"), &[&vec![quoted(words)]])
    }

    #[test]
    fn marks_are_read_from_our_copy_alone() {
        let awkward = "`handback P7` *all* ~x~ { $x } - \u{E000}\u{E001}@here";
        let line = filled("*Hear* $ and `needs` or ~by:~", awkward);
        assert_eq!(
            line,
            [
                Span::Strong("Hear".into()),
                Span::Text(" ".into()),
                Span::Said("`handback P7` *all* ~x~ { $x } - @here".into()),
                Span::Text(" and ".into()),
                Span::Code("needs".into()),
                Span::Text(" or ".into()),
                Span::Literal("by:".into()),
            ]
        );
    }

    #[test]
    fn words_inside_stress_stay_their_own_span() {
        let line = filled("*now $ then*", "x*y");
        assert_eq!(line, [Span::Strong("now ".into()), Span::Said("x*y".into()), Span::Strong(" then".into())]);
    }

    #[test]
    fn nobodys_words_pose_as_a_line_of_the_bots() {
        assert_eq!(quoted("a van\n\n- P9 is done\r\n\u{2028}now"), Span::Said("a van - P9 is done now".into()));
        assert_eq!(said_alone("one\ntwo\u{F8FF}"), [Span::Said("one\ntwo".into())]);
    }

    #[test]
    fn what_nobody_sees_reaches_nobody() {
        assert_eq!(quoted("A\u{1b}[2Jna\u{202E}\u{2066}\u{7}"), Span::Said("A[2Jna".into()));
        assert_eq!(said_alone("\u{1b}]0;x\u{7}\r\n\ttwo"), [Span::Said("]0;x\n\ttwo".into())]);
    }

    #[test]
    fn what_is_missing_is_said_in_english_or_left_out_and_is_never_an_id() {
        assert_eq!(phrases(Language::Spanish, "no-such-text", &[]), []);
        assert_eq!(instead(Some(("Saved.".into(), true))), "Saved.");
        assert_eq!(instead(Some(("Your pledge is {$pledge}, thanks.".into(), false))), "Your pledge is , thanks.");
        assert_eq!(instead(None), "");
        let bare = phrases(Language::Spanish, "ask-edited", &[]);
        let Some(Phrase::Paragraph(line)) = bare.first() else { panic!("a paragraph") };
        assert!(!line.iter().any(|span| span.text().contains(['{', '$'])), "{line:?}");
        assert!(line.iter().any(|span| span.text().contains("is changed")), "not the English: {line:?}");
    }
}
