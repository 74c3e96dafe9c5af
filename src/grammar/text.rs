//! From a text to an [`Invocation`]: the command, the id it points at, its options, and the words that remain.
//!
//! `key:value` counts only for the command's own option names, so that "10:00-14:00" and "note: bring gloves" stay words.
//! Values with spaces stand in quotes, straight or curly; a date may go without ("by:next friday").

use jiff::Timestamp;

use super::specs::{self, IN, Opt, Spec, Takes, Target};
use super::when;
use crate::domain::refusal::{Refusal, WhenProblem};
use crate::domain::{Ref, Zone};

/// A command as it was said, its values still text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    pub spec: &'static Spec,
    pub target: Option<Ref>,
    /// What was not the command, an id or an option.
    pub words: String,
    pub(super) options: Vec<(&'static str, String)>,
    /// The whole, as it was said or as it would be typed, for offering it again.
    pub said: String,
}

impl Invocation {
    /// The text of an option, if it was given.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(given, _)| *given == name).map(|(_, text)| text.as_str())
    }

    /// Without the options that are only begun: `pledge A1 what: by:` says no more than `pledge A1`.
    pub fn without_empty_options(mut self) -> Self {
        self.options.retain(|(_, text)| !text.is_empty());
        self
    }

    /// Does it say nothing but what it points at, and in which community?
    pub fn is_bare(&self) -> bool {
        self.words.is_empty() && self.options.iter().all(|(name, _)| *name == IN.name)
    }

    /// Everything in it that is somebody's words.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let is_text = |name: &str| self.spec.options.iter().any(|opt| opt.name == name && opt.takes == Takes::Words);
        let options = self.options.iter().filter(move |(name, _)| is_text(name)).map(|(_, text)| text.as_str());
        std::iter::once(self.words.as_str()).chain(options)
    }

    /// What stood behind its first word.
    pub fn rest(&self) -> &str {
        self.said.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start())
    }

    /// The command without a word of anybody's: its name, what it points at, and its switches.
    pub fn in_short(&self) -> String {
        let is_switch = |name: &str| self.spec.options.iter().any(|opt| opt.name == name && opt.takes == Takes::OnOff);
        let switches = self.options.iter().filter(|(name, _)| is_switch(name));
        let switches = switches.map(|(name, text)| format!("{name}:{text}"));
        let parts = std::iter::once(self.spec.path.to_owned()).chain(self.target.map(|id| id.to_string()));
        parts.chain(switches).collect::<Vec<_>>().join(" ")
    }
}

/// One word, or one quoted run, of a text.
struct Token<'a> {
    text: &'a str,
    /// Where it begins in the whole text.
    at: usize,
}

/// Reads a command without its prefix. `now` only tells how far an unquoted date reaches.
///
/// # Errors
/// No such command; an option twice; a quote that never ends.
pub fn read(text: &str, now: Timestamp) -> Result<Invocation, Refusal> {
    let said = text.trim();
    let (spec, rest) = command(said)?;
    let mut invocation =
        Invocation { spec, target: None, words: String::new(), options: Vec::new(), said: said.to_owned() };
    let mut words: Vec<&str> = Vec::new();
    let mut rest = rest;
    while let Some(token) = next_token(rest) {
        let after = &rest[token.at + token.text.len()..];
        if let Some((opt, value)) = option_at(spec, &rest[token.at..]) {
            let (value, after) = value_of(opt, value, now)?;
            if invocation.option(opt.name).is_some() {
                return Err(Refusal::Twice { option: opt.name.to_owned() });
            }
            invocation.options.push((opt.name, value));
            rest = after;
            continue;
        }
        match target(spec.target, token.text) {
            Some(found) if invocation.target.is_none() => invocation.target = Some(found),
            _ => words.push(&rest[..token.at + token.text.len()]),
        }
        rest = after;
    }
    invocation.words = words.concat().trim().to_owned();
    Ok(invocation)
}

/// The command a text begins with, and what comes after it.
fn command(said: &str) -> Result<(&'static Spec, &str), Refusal> {
    let Some(first) = next_token(said) else {
        return specs::find("help").map(|spec| (spec, "")).ok_or(Refusal::NothingToChange);
    };
    let after_first = &said[first.at + first.text.len()..];
    if let Some(spec) = specs::find(first.text) {
        return Ok((spec, after_first));
    }
    let next = specs::under(first.text);
    if next.is_empty() {
        return Err(Refusal::UnknownCommand { said: first.text.to_owned(), near: near(first.text) });
    }
    let noun = first.text.to_lowercase();
    let incomplete =
        || Refusal::Incomplete { path: noun.clone(), next: next.iter().map(|verb| (*verb).to_owned()).collect() };
    let second = next_token(after_first).ok_or_else(incomplete)?;
    let spec = specs::find(&format!("{noun} {}", second.text)).ok_or_else(incomplete)?;
    Ok((spec, &after_first[second.at + second.text.len()..]))
}

/// No command's first word is nearly as long in bytes.
const MOST_SLIPPED: usize = 64;

/// The commands whose first word is at most one slip away for every three letters, nearest first, at most three.
fn near(word: &str) -> Vec<String> {
    // The distance takes time and memory by the length of both: only what could be a slip is compared.
    if word.len() > MOST_SLIPPED {
        return Vec::new();
    }
    let word = word.to_lowercase();
    let mut close: Vec<(usize, &str)> = specs::first_words()
        .map(|name| (strsim::damerau_levenshtein(&word, name), name))
        .filter(|(slips, name)| slips * 3 <= name.chars().count())
        .collect();
    close.sort();
    close.dedup();
    close.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}

fn next_token(text: &str) -> Option<Token<'_>> {
    let at = text.find(|c: char| !c.is_whitespace())?;
    let length = text[at..].find(char::is_whitespace).unwrap_or(text.len() - at);
    Some(Token { text: &text[at..at + length], at })
}

/// The option a text begins with, and the text after its colon.
fn option_at<'a>(spec: &'static Spec, text: &'a str) -> Option<(&'static Opt, &'a str)> {
    // No further than the word at hand: looking through the whole rest for every word would take its square.
    let end = text.find(|c: char| c == ':' || c.is_whitespace())?;
    let (name, value) = (text[..end].to_lowercase(), text[end..].strip_prefix(':')?);
    spec.options.iter().chain([&IN]).find(|opt| opt.name == name).map(|opt| (opt, value))
}

/// An option's value and what comes after it.
fn value_of<'a>(opt: &Opt, text: &'a str, now: Timestamp) -> Result<(String, &'a str), Refusal> {
    let mut chars = text.chars();
    let closing: &[char] = match chars.next() {
        Some('"' | '“' | '”' | '„') => &['"', '”', '“'],
        Some('«') => &['»'],
        _ => return Ok(bare_value(opt, text, now)),
    };
    let inner = chars.as_str();
    // A quote inside a word ("6\" shelf", "Ana's “best” van") does not close; the one before a space or the end does.
    let end = inner.match_indices(closing).find(|(at, mark)| {
        let after = inner[at + mark.len()..].chars().next();
        after.is_none_or(char::is_whitespace)
    });
    let (at, mark) = end.ok_or(Refusal::OpenQuote)?;
    Ok((inner[..at].trim().to_owned(), &inner[at + mark.len()..]))
}

/// A value without quotes: one word; for dates as many as read as one.
fn bare_value<'a>(opt: &Opt, text: &'a str, now: Timestamp) -> (String, &'a str) {
    let first = text.find(char::is_whitespace).unwrap_or(text.len());
    let mut end = first;
    if opt.takes == Takes::When && first > 0 {
        let mut reach = first;
        for _ in 0..4 {
            let Some(token) = next_token(&text[reach..]) else { break };
            reach += token.at + token.text.len();
            match when::parse_when(&text[..reach], now, &Zone::utc()) {
                Err(WhenProblem::Unreadable) => {}
                _ => end = reach,
            }
        }
    }
    (text[..end].to_owned(), &text[end..])
}

/// A value as it is typed after its option, so that it is read as a whole: in quotes that it does not have inside.
pub fn quoted(value: &str, takes: Takes) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "@:/._-+".contains(c);
    // A date without quotes reaches as far as it can.
    if value.is_empty() || (takes != Takes::When && value.chars().all(is_plain)) {
        return value.to_owned();
    }
    // Where such a mark ends a word, it ends the value.
    let ends_inside = |marks: &[char]| {
        let mut after = value.match_indices(marks).map(|(at, mark)| value[at + mark.len()..].chars().next());
        after.any(|next| next.is_some_and(char::is_whitespace))
    };
    if !ends_inside(&['"', '”', '“']) {
        format!("\"{value}\"")
    } else if !ends_inside(&['»']) {
        format!("«{value}»")
    } else {
        // No quotes are left to put around it: the words stay, the marks are simpler.
        format!("\"{}\"", value.replace(['"', '“', '”'], "'"))
    }
}

/// A command's own words as they are typed: where one of them would be read as an option, a space keeps it a word.
pub(super) fn plain_words(spec: &'static Spec, words: &str) -> String {
    let mut plain = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(token) = next_token(rest) {
        plain.push_str(&rest[..token.at]);
        match option_at(spec, &rest[token.at..]).and_then(|_| token.text.split_once(':')) {
            Some((name, value)) => plain.extend([name, " :", value]),
            None => plain.push_str(token.text),
        }
        rest = &rest[token.at + token.text.len()..];
    }
    plain
}

/// The id a word is, if the command points at such a thing. Punctuation behind it does not count, nor does the name of its
/// field before it: where commands have fields, they are shown like that.
pub(super) fn target(wanted: Target, word: &str) -> Option<Ref> {
    let bare = word.split_once(':').filter(|(field, _)| ["ask", "pledge", "gathering", "id"].contains(field));
    let id: Ref = bare.map_or(word, |(_, id)| id).trim_end_matches([',', '.', ':', ';', '!']).parse().ok()?;
    let fits = match wanted {
        Target::Nothing => false,
        Target::Ask => matches!(id, Ref::Ask(_)),
        Target::Pledge => matches!(id, Ref::Pledge(_)),
        Target::AskOrPledge => matches!(id, Ref::Ask(_) | Ref::Pledge(_)),
        Target::Anything => !matches!(id, Ref::Gathering(_)),
        Target::Gathering => matches!(id, Ref::Gathering(_)),
    };
    fits.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AskId, PledgeId};

    fn reading(text: &str) -> Result<Invocation, Refusal> {
        read(text, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn times_and_notes_stay_words_and_only_own_options_count() {
        let ask =
            reading("ask A room, 14 and 28 March, 10:00-14:00; note: bring gloves. kind:space by:2026-03-11").unwrap();
        assert_eq!(ask.words, "A room, 14 and 28 March, 10:00-14:00; note: bring gloves.");
        assert_eq!(ask.option("kind"), Some("space"));
        assert_eq!(ask.option("by"), Some("2026-03-11"));
    }

    #[test]
    fn ids_stand_anywhere_and_only_the_first_of_the_right_letter_counts() {
        let done = reading("done Room confirmed on A4 paper p1, thanks P2").unwrap();
        assert_eq!(done.target, Some(Ref::Pledge(PledgeId(1))));
        assert_eq!(done.words, "Room confirmed on A4 paper thanks P2");
        let pledge = reading("PLEDGE what:“a van” a2").unwrap();
        assert_eq!(pledge.target, Some(Ref::Ask(AskId(2))));
        assert_eq!(pledge.option("what"), Some("a van"));
        assert_eq!(reading("done pledge:P1").unwrap().target, Some(Ref::Pledge(PledgeId(1))));
    }

    /// A stranger's longest message must not keep everyone waiting: were the work its square, this would take minutes.
    #[test]
    fn the_longest_texts_are_read_at_once() {
        let Err(Refusal::UnknownCommand { near, .. }) = reading(&"z".repeat(1 << 22)) else { panic!("not refused") };
        assert_eq!(near, Vec::<String>::new());
        let words = "a ".repeat(1 << 19);
        assert_eq!(reading(&format!("ask {words}:")).unwrap().words.len(), (1 << 20) + 1);
    }

    #[test]
    fn quotes_end_before_a_space_and_must_end() {
        let pledge = reading(r#"pledge A2 what:"a 6" shelf" by:friday"#).unwrap();
        assert_eq!(pledge.option("what"), Some("a 6"), "the first quote before a space closes");
        assert_eq!(reading(r#"pledge A2 what:"a van"#), Err(Refusal::OpenQuote));
        assert_eq!(reading("ask x kind:skill kind:time"), Err(Refusal::Twice { option: "kind".into() }));
    }

    #[test]
    fn a_value_is_read_back_as_it_was_whatever_quotes_are_in_it() {
        for said in ["van", "a van", "6\" shelf", "\"best\" van", "«la» furgoneta", "“ok”", "a “b” c", "a 6\"", "x;y"]
        {
            let line = format!("adjust P1 what:{} amount:2", quoted(said, Takes::Words));
            let read = reading(&line).unwrap();
            assert_eq!((read.option("what"), read.option("amount")), (Some(said), Some("2")), "{line}");
        }
        assert_eq!(quoted("a \"b\" «c» d", Takes::Words), "\"a 'b' «c» d\"");
        assert_eq!(quoted("friday", Takes::When), "\"friday\"");
    }

    #[test]
    fn a_slip_is_answered_with_the_nearest_command() {
        let Err(Refusal::UnknownCommand { near, .. }) = reading("aks two chairs") else { panic!("not refused") };
        assert_eq!(near.first().map(String::as_str), Some("ask"));
        let Err(Refusal::Incomplete { next, .. }) = reading("gathering soon") else { panic!("not refused") };
        assert_eq!(next, ["new", "list", "show", "move", "cancel"]);
    }
}
