//! The words of a written date: folded so that "MIÉRCOLES", "miercoles" and "Miércoles" are one, cut into words,
//! numbers and marks, and read from left to right.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Nobody writes a date longer than this; what is longer is not read at all.
const LONGEST: usize = 160;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Letters, in lower case and without accents ("mañana" is `manana`, "año" is `ano`).
    Word(String),
    /// ASCII digits: their value (at most `u64::MAX`) and how many were written, since `2026` is a year and `07` is not.
    Number { value: u64, digits: usize },
    /// Any other character that is not a space or a comma.
    Mark(char),
}

/// Cuts a text into tokens, or `None` if it is empty or too long to be a date.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    if text.chars().nth(LONGEST).is_some() {
        return None;
    }
    let mut tokens = Vec::new();
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        push(&mut tokens, c);
    }
    // A space keeps words and numbers apart and means nothing else.
    tokens.retain(|token| *token != Token::Mark(' '));
    if tokens.is_empty() { None } else { Some(tokens) }
}

fn push(tokens: &mut Vec<Token>, c: char) {
    if let Some(digit) = c.to_digit(10) {
        match tokens.last_mut() {
            Some(Token::Number { value, digits }) => {
                *value = value.saturating_mul(10).saturating_add(digit.into());
                *digits += 1;
            }
            _ => tokens.push(Token::Number { value: digit.into(), digits: 1 }),
        }
    } else if c.is_alphabetic() {
        match tokens.last_mut() {
            Some(Token::Word(word)) => word.push(c),
            _ => tokens.push(Token::Word(c.into())),
        }
    } else {
        tokens.push(Token::Mark(match c {
            ',' => ' ',
            c if c.is_whitespace() => ' ',
            // What keyboards and word processors make of a hyphen or a minus.
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            '\u{2019}' => '\'',
            other => other,
        }));
    }
}

/// A place in the tokens. Every reading method moves past what it recognised, or stays where it was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a [Token],
}

impl<'a> Cursor<'a> {
    pub fn new(tokens: &'a [Token]) -> Self {
        Cursor { rest: tokens }
    }

    /// Tries a reading of several steps; if it fails, nothing was read.
    pub fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let mut ahead = *self;
        let found = read(&mut ahead)?;
        *self = ahead;
        Some(found)
    }

    /// The longest of these phrases that the next words are, if any.
    pub fn any(&mut self, phrases: &[&str]) -> bool {
        let Some(words) = phrases.iter().filter_map(|phrase| self.starts_with(phrase)).max() else {
            return false;
        };
        self.rest = self.rest.get(words..).unwrap_or_default();
        true
    }

    /// What the longest of these phrases stands for that the next words are.
    pub fn name<T: Copy>(&mut self, table: &[(&str, T)]) -> Option<T> {
        let found = table.iter().filter_map(|(phrase, meaning)| Some((self.starts_with(phrase)?, *meaning)));
        let (words, meaning) = found.max_by_key(|(words, _)| *words)?;
        self.rest = self.rest.get(words..).unwrap_or_default();
        Some(meaning)
    }

    /// How many words a phrase has, if they are the next ones.
    fn starts_with(&self, phrase: &str) -> Option<usize> {
        let mut words = 0;
        for wanted in phrase.split(' ') {
            match self.rest.get(words) {
                Some(Token::Word(word)) if word == wanted => words += 1,
                _ => return None,
            }
        }
        Some(words)
    }

    pub fn mark(&mut self, wanted: char) -> bool {
        match self.rest.split_first() {
            Some((Token::Mark(c), after)) if *c == wanted => {
                self.rest = after;
                true
            }
            _ => false,
        }
    }

    /// The next number, if it was written with this many digits: its value.
    pub fn number(&mut self, wanted: std::ops::RangeInclusive<usize>) -> Option<u64> {
        match self.rest.split_first() {
            Some((Token::Number { value, digits }, after)) if wanted.contains(digits) => {
                self.rest = after;
                Some(*value)
            }
            _ => None,
        }
    }

    /// Is everything read, but for a full stop or the like?
    pub fn at_end(&self) -> bool {
        self.rest.iter().all(|token| matches!(token, Token::Mark('.' | '!' | '?')))
    }
}
