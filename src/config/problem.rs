//! What is wrong with a configuration, said so that a tired person can mend it: where, what, and how.
//!
//! A problem never carries a secret's value, nor a line of the file that could hold one.

use std::fmt;

/// Where a setting was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line of the configuration file, counted from 1. The file is named as the operator named it.
    Line(String, usize),
    /// The configuration file, where no single line is to blame: something is missing, or it cannot be read.
    File(String),
    /// An environment variable, by its name.
    Variable(String),
    /// Nowhere: there is no file, and what is missing was not in the environment either.
    Nowhere,
}

/// One thing to mend before the bot can start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The dotted key, as in `matrix.homeserver`; empty where the trouble is with the file itself.
    pub key: String,
    /// The line in the file, counted from 1, where there is one.
    pub line: Option<usize>,
    /// Where it was written.
    pub place: Place,
    /// What is wrong, without a full stop.
    pub what: String,
    /// What to do about it, without a full stop.
    pub mend: String,
}

impl Problem {
    /// A problem with one key, written at `place`.
    pub fn new(key: &str, place: &Place, wrong: Wrong) -> Self {
        let line = match place {
            Place::Line(_, line) => Some(*line),
            _ => None,
        };
        Problem { key: key.to_owned(), line, place: place.clone(), what: wrong.what, mend: wrong.mend }
    }
}

impl fmt::Display for Problem {
    /// One line: `config.toml:12: matrix.homeserver: what. How to mend: how.`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Line(file, line) => write!(f, "{file}:{line}: ")?,
            Place::File(file) => write!(f, "{file}: ")?,
            Place::Variable(name) => write!(f, "{name}: ")?,
            Place::Nowhere => {}
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}. How to mend: {}.", self.what, self.mend)
    }
}

/// What is wrong with a value, before it is known where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// What is wrong, without a full stop.
    pub what: String,
    /// What to do about it, without a full stop.
    pub mend: String,
}

impl Wrong {
    /// Both sentences, each made to fit on the one line a problem gets.
    pub fn new(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Wrong { what: one_line(&what.into()), mend: one_line(&mend.into()) }
    }
}

/// A value as it can be shown: quoted, on one line, and not endless.
pub fn shown(value: &str) -> String {
    const ENOUGH: usize = 60;
    match value.char_indices().nth(ENOUGH) {
        Some((end, _)) => format!("{:?}…", &value[..end]),
        None => format!("{value:?}"),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
