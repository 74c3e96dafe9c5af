//! The settings as they were given: the file, then the environment over it, each value with the place it came from.
//!
//! Here a value is only held to its declared type. What it means is asked in `mod.rs` and `values.rs`. Nothing stops at
//! the first problem: every one is kept, so that an operator mends them all in one sitting.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, Key, Takes};
use super::problem::{Place, Problem, Wrong, shown};
use super::secret::{Secret, only_the_owner_reads};

/// No configuration is longer than this many bytes; what is, is the wrong file.
const LONGEST: u64 = 1024 * 1024;

/// A value of its declared type.
enum Value {
    Text(String),
    Whole(i64),
    List(Vec<(String, Place)>),
    Path(PathBuf),
    Secret(Secret),
}

struct Given {
    value: Value,
    place: Place,
}

/// Everything that was given, and everything found wrong so far.
pub struct Sheet {
    given: HashMap<&'static str, Given>,
    /// Keys whose value was refused already: they are not also missing.
    refused: HashSet<&'static str>,
    /// The sections the file has, with the place of their heading.
    sections: HashMap<&'static str, Place>,
    /// The file as the operator named it.
    file: Option<String>,
    /// What relative paths in the file start from.
    folder: PathBuf,
    /// The file has syntax errors, so what seems to be missing may only be unreadable.
    broken: bool,
    problems: Vec<Problem>,
}

impl Sheet {
    /// Reads the file, if there is one, and lays the environment over it.
    pub fn gather(path: Option<&Path>, env: impl Iterator<Item = (String, String)>) -> Self {
        let mut sheet = Sheet {
            given: HashMap::new(),
            refused: HashSet::new(),
            sections: HashMap::new(),
            file: path.map(|path| path.display().to_string()),
            folder: path.and_then(Path::parent).map(Path::to_path_buf).unwrap_or_default(),
            broken: false,
            problems: Vec::new(),
        };
        if let Some(path) = path {
            match read_whole(path) {
                Ok((text, private)) => sheet.take_file(&text, private),
                Err(wrong) => {
                    sheet.broken = true;
                    sheet.problems.push(Problem::new("", &Place::File(path.display().to_string()), wrong));
                }
            }
        }
        sheet.take_environment(env);
        sheet
    }

    /// All problems, in the order of the file's lines, then the environment's, then what is missing.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems;
        problems.sort_by_key(|problem| (problem.line.unwrap_or(usize::MAX), matches!(problem.place, Place::Nowhere)));
        problems
    }

    /// Whether anything was found wrong.
    pub fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    /// Whether a section has a heading or any key, in the file or in the environment.
    pub fn mentions(&self, section: &str) -> bool {
        let inside = |key: &&str| key.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'));
        self.sections.contains_key(section) || self.given.keys().any(inside) || self.refused.iter().any(inside)
    }

    /// Whether a key was given, rightly or not.
    pub fn has(&self, key: &str) -> bool {
        self.given.contains_key(key) || self.refused.contains(key)
    }

    /// Where a key stands, or else where it would.
    pub fn place(&self, key: &str) -> Place {
        if let Some(given) = self.given.get(key) {
            return given.place.clone();
        }
        let heading = key.rsplit_once('.').and_then(|(section, _)| self.sections.get(section));
        match (heading, &self.file) {
            (Some(heading), _) => heading.clone(),
            (None, Some(file)) => Place::File(file.clone()),
            (None, None) => Place::Nowhere,
        }
    }

    /// Notes a problem with a key, unless the file's syntax errors on the same line explain it already.
    pub fn refuse(&mut self, key: &'static str, wrong: Wrong) {
        let place = self.place(key);
        self.refuse_at(key, &place, wrong);
    }

    /// Notes that a key is needed and not there. Says nothing when it was refused for another reason, or when syntax
    /// errors may hide it.
    pub fn missing(&mut self, key: &'static str, mend: &str) {
        if self.refused.insert(key) && !self.broken {
            let place = self.place(key);
            self.problems.push(Problem::new(key, &place, Wrong::new("it is missing", mend)));
        }
    }

    /// The text of a key, or of its default, read by `read`. `None`: it is absent, or a problem was noted.
    pub fn text<T>(&mut self, key: &'static str, read: impl FnOnce(&str) -> Result<T, Wrong>) -> Option<T> {
        let Value::Text(text) = self.value(key)? else { return None };
        match read(&text) {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.refuse(key, wrong);
                None
            }
        }
    }

    /// The whole number of a key, or its default, within its bounds, both included.
    pub fn whole<T: TryFrom<i64>>(&mut self, key: &'static str, least: i64, most: i64) -> Option<T> {
        let Value::Whole(number) = self.value(key)? else { return None };
        match T::try_from(number) {
            Ok(value) if (least..=most).contains(&number) => Some(value),
            _ => {
                let mend = format!("choose a whole number from {least} to {most}");
                self.refuse(key, Wrong::new(format!("{number} is out of bounds"), mend));
                None
            }
        }
    }

    /// The items of a key's list, each read by `read`; every bad item is a problem of its own.
    pub fn list<T>(&mut self, key: &'static str, read: impl Fn(&str) -> Result<T, Wrong>) -> Option<Vec<T>> {
        let Value::List(items) = self.value(key)? else { return None };
        let mut values = Vec::with_capacity(items.len());
        for (item, place) in items {
            match read(&item) {
                Ok(value) => values.push(value),
                Err(wrong) => self.refuse_at(key, &place, wrong),
            }
        }
        Some(values)
    }

    /// The path of a key, or of its default, made relative to where it was written.
    pub fn path(&mut self, key: &'static str) -> Option<PathBuf> {
        match self.value(key)? {
            Value::Path(path) => Some(path),
            _ => None,
        }
    }

    /// The secret of a key, from itself or from the file that `file_key` names; never from both.
    pub fn secret(&mut self, key: &'static str, file_key: &'static str) -> Option<Secret> {
        if self.has(key) && self.has(file_key) {
            let what = format!("{key} and {file_key} are both given");
            self.refuse(file_key, Wrong::new(what, "keep one of the two"));
            return None;
        }
        if let Some(Value::Secret(secret)) = self.value(key) {
            return Some(secret);
        }
        match Secret::from_file(&self.path(file_key)?) {
            Ok(secret) => Some(secret),
            Err(wrong) => {
                self.refuse(file_key, wrong);
                None
            }
        }
    }

    /// The value given for a key, taken out of the sheet's own kind; its default otherwise.
    fn value(&mut self, key: &'static str) -> Option<Value> {
        if let Some(given) = self.given.get(key) {
            return Some(given.value.copy());
        }
        if self.refused.contains(key) {
            return None;
        }
        let key = keys::find(key)?;
        let place = self.place(key.name);
        // A default cannot be wrong: a test loads nothing and finds no problem.
        from_text(key, key.default?, &self.folder, &place).ok()
    }

    fn refuse_at(&mut self, key: &'static str, place: &Place, wrong: Wrong) {
        self.refused.insert(key);
        self.note(key, place, wrong);
    }

    fn note(&mut self, key: &str, place: &Place, wrong: Wrong) {
        let explained = |seen: &Problem| seen.key.is_empty() && seen.line.is_some() && seen.place == *place;
        if !self.problems.iter().any(explained) {
            self.problems.push(Problem::new(key, place, wrong));
        }
    }

    fn take_file(&mut self, text: &str, private: bool) {
        let file = self.file.clone().unwrap_or_default();
        let written = Written { file: &file, text };
        let at = |span: Range<usize>| written.at(span);
        let (_, mut errors) = DeTable::parse_recoverable(text);
        self.broken = !errors.is_empty();
        let readable = without_bare_words(text, errors.iter().filter_map(|error| error.span()));
        let (table, more) = DeTable::parse_recoverable(&readable);
        errors.extend(more);
        for error in errors {
            let place = error.span().map_or_else(|| Place::File(file.clone()), &at);
            // Only the message: the error's own Display shows the line, and the line may hold a secret.
            let wrong = Wrong::new(
                format!("this is not valid TOML ({})", error.message()),
                "correct the line; values that are words stand in quotes",
            );
            self.note("", &place, wrong);
        }
        for (name, value) in table.get_ref() {
            let heading = at(name.span());
            let name = name.get_ref().as_ref();
            match value.get_ref() {
                DeValue::Table(inside) if keys::is_section(name) => {
                    let section = keys::KEYS.iter().filter_map(|key| key.name.split_once('.'));
                    if let Some((section, _)) = section.into_iter().find(|(section, _)| *section == name) {
                        self.sections.insert(section, heading);
                    }
                    for (key, value) in inside {
                        let dotted = format!("{name}.{}", key.get_ref());
                        self.take_entry(&dotted, at(key.span()), value, private, &written);
                    }
                }
                DeValue::Table(_) if keys::find(name).is_none() => {
                    let mend = match keys::nearest_section(name) {
                        Some(meant) => format!("write [{meant}], if that is meant"),
                        None => "take it out; config/barnraiser.toml shows every section".to_owned(),
                    };
                    self.note(name, &heading, Wrong::new("there is no such section", mend));
                }
                other if keys::is_section(name) => {
                    let what = format!("it is {}, and it should be a section", kind_of(other));
                    self.note(name, &heading, Wrong::new(what, format!("write [{name}] on a line of its own")));
                }
                _ => self.take_entry(name, heading, value, private, &written),
            }
        }
    }

    fn take_entry(
        &mut self,
        name: &str,
        named_at: Place,
        value: &Spanned<DeValue<'_>>,
        private: bool,
        written: &Written<'_>,
    ) {
        let Some(key) = keys::find(name) else {
            let mend = match keys::nearest(name) {
                Some(meant) => format!("write {meant}, if that is meant"),
                None => "take it out; config/barnraiser.toml shows every key".to_owned(),
            };
            self.note(name, &named_at, Wrong::new("there is no such key", mend));
            return;
        };
        if key.takes == Takes::Secret && !private {
            self.refuse_at(key.name, &named_at, exposed(key));
            return;
        }
        match from_toml(key, value, &self.folder, written) {
            Ok(value) => {
                self.given.insert(key.name, Given { value, place: named_at });
            }
            Err((place, wrong)) => self.refuse_at(key.name, &place, wrong),
        }
    }

    fn take_environment(&mut self, env: impl Iterator<Item = (String, String)>) {
        let mut variables: Vec<_> = env.filter(|(name, _)| name.starts_with(keys::VARIABLES_START)).collect();
        // By name, so that problems come in a steady order; the short name for the log last, so that it wins.
        variables.sort_by_key(|(name, _)| (name == keys::LOG_VARIABLE, name.clone()));
        let mut over = HashMap::new();
        for (name, text) in variables {
            if name == keys::CONFIG_VARIABLE || name.starts_with(keys::TEST_VARIABLES_START) {
                continue;
            }
            let place = Place::Variable(name.clone());
            let known = match name.as_str() {
                keys::LOG_VARIABLE => keys::find("log.level"),
                _ => keys::KEYS.iter().find(|key| keys::variable(key.name) == name),
            };
            let Some(key) = known else {
                let mend = match keys::nearest_variable(&name) {
                    Some(meant) => format!("write {meant}, if that is meant"),
                    None => "unset it; a key's section and name are joined by two underscores".to_owned(),
                };
                self.note("", &place, Wrong::new("no setting has this variable", mend));
                continue;
            };
            match from_text(key, &text, Path::new(""), &place) {
                Ok(value) => {
                    over.insert(key.name, Given { value, place });
                }
                Err(wrong) => self.refuse_at(key.name, &place, wrong),
            }
        }
        for name in over.keys() {
            // A secret from the environment replaces the file's, whichever of its two ways each was given.
            let other = keys::KEYS.iter().find(|key| {
                key.name.strip_suffix("_file") == Some(*name) || name.strip_suffix("_file") == Some(key.name)
            });
            if let Some(other) = other {
                self.given.remove(other.name);
            }
        }
        self.given.extend(over);
    }
}

/// The file as it was written.
struct Written<'t> {
    file: &'t str,
    text: &'t str,
}

impl Written<'_> {
    fn at(&self, span: Range<usize>) -> Place {
        Place::Line(self.file.to_owned(), line_of(self.text, span.start))
    }

    /// No value is longer than its line: one that is was not ended where it was meant to.
    fn goes_on(&self, span: Range<usize>) -> bool {
        self.text.as_bytes().get(span).is_some_and(|value| value.contains(&b'\n'))
    }
}

impl Value {
    fn copy(&self) -> Value {
        match self {
            Value::Text(text) => Value::Text(text.clone()),
            Value::Whole(number) => Value::Whole(*number),
            Value::List(items) => Value::List(items.clone()),
            Value::Path(path) => Value::Path(path.clone()),
            Value::Secret(secret) => Value::Secret(secret.clone()),
        }
    }
}

/// The file's text, and whether only its owner can read it.
fn read_whole(path: &Path) -> Result<(String, bool), Wrong> {
    let unreadable = |fault: std::io::Error| {
        Wrong::new(format!("the configuration cannot be read ({fault})"), "check the path, and who may read the file")
    };
    // Looked at before it is opened, because opening a pipe would wait for ever.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Wrong::new("this is not a file", "name a TOML file; config/barnraiser.toml is one to start from"));
    }
    let file = File::open(path).map_err(unreadable)?;
    let private = only_the_owner_reads(&file.metadata().map_err(unreadable)?);
    let mut text = String::new();
    file.take(LONGEST + 1).read_to_string(&mut text).map_err(|fault| match fault.kind() {
        std::io::ErrorKind::InvalidData => Wrong::new("the configuration is not text", "save it as UTF-8 text"),
        _ => unreadable(fault),
    })?;
    if text.len() as u64 > LONGEST {
        return Err(Wrong::new("this is far too long for a configuration", "name the TOML file of this bot"));
    }
    Ok((text, private))
}

/// The text with spaces in place of the broken lines that have neither `=` nor a heading. The parser recovers from
/// other errors by itself, but after a bare word it loses everything that follows, and its problems with it.
fn without_bare_words(text: &str, errors: impl Iterator<Item = Range<usize>>) -> String {
    let broken: HashSet<usize> = errors.map(|span| line_of(text, span.start)).collect();
    let mut lines = String::with_capacity(text.len());
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        if broken.contains(&number) && !line.contains('=') && !line.trim_start().starts_with('[') {
            // As many bytes as before, so that every place stays where it is.
            lines.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        } else {
            lines.push_str(line);
        }
    }
    lines
}

/// A value out of the file, or what is wrong with it and where.
fn from_toml(
    key: &Key,
    value: &Spanned<DeValue<'_>>,
    folder: &Path,
    written: &Written<'_>,
) -> Result<Value, (Place, Wrong)> {
    let place = written.at(value.span());
    let mistyped = |place: &Place, found: &DeValue<'_>, wanted: &str, mend: &str| {
        (place.clone(), Wrong::new(format!("it is {}, and it should be {wanted}", kind_of(found)), mend))
    };
    match (key.takes, value.get_ref()) {
        (Takes::Whole, DeValue::Integer(number)) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Ok(Value::Whole(number)),
            Err(_) => Err((place, Wrong::new("the number is far too big", "choose a smaller one"))),
        },
        (Takes::Whole, other) => {
            Err(mistyped(&place, other, "a whole number", "write the digits alone, without quotes or a point"))
        }
        (Takes::List, DeValue::Array(items)) => {
            let mut words = Vec::with_capacity(items.len());
            for item in items {
                let place = written.at(item.span());
                match item.get_ref() {
                    DeValue::String(_) if written.goes_on(item.span()) => return Err((place, unended())),
                    DeValue::String(word) => words.push((word.to_string(), place)),
                    other => return Err(mistyped(&place, other, "text", "put every item of the list in quotes")),
                }
            }
            Ok(Value::List(words))
        }
        (Takes::List, other) => {
            Err(mistyped(&place, other, "a list", "write it as [\"one\", \"two\"], or [] for nothing"))
        }
        (_, DeValue::String(_)) if written.goes_on(value.span()) => Err((place, unended())),
        (_, DeValue::String(text)) => from_text(key, text, folder, &place).map_err(|wrong| (place, wrong)),
        (_, other) => Err(mistyped(&place, other, "text", "put it in quotes")),
    }
}

/// A value out of the environment, a default, or a text in the file.
fn from_text(key: &Key, text: &str, folder: &Path, place: &Place) -> Result<Value, Wrong> {
    if text.contains('\u{FFFD}') {
        return Err(Wrong::new("it holds bytes that are no text", "write it in UTF-8"));
    }
    match key.takes {
        Takes::Text if text.trim().is_empty() => {
            Err(Wrong::new("it is empty", "give it a value, or take it out for the default"))
        }
        Takes::Text => Ok(Value::Text(text.to_owned())),
        Takes::Whole => match text.trim().parse() {
            Ok(number) => Ok(Value::Whole(number)),
            Err(_) => Err(Wrong::new(format!("{} is no whole number", shown(text)), "write the digits alone")),
        },
        Takes::List => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Ok(Value::List(items.map(|item| (item.to_owned(), place.clone())).collect()))
        }
        Takes::Path if text.trim().is_empty() => Err(Wrong::new("the path is empty", "name a file or folder")),
        Takes::Path if text.starts_with('~') => {
            Err(Wrong::new(format!("{} is not understood: ~ is the shell's", shown(text)), "write the whole path"))
        }
        Takes::Path => Ok(Value::Path(folder.join(text))),
        Takes::Secret => Secret::new(text).map(Value::Secret),
    }
}

/// What it has swallowed may be a secret, so nothing of it is shown, nor kept.
fn unended() -> Wrong {
    Wrong::new("it goes on over the end of its line", "end it there, with the quotation mark it begins with")
}

fn exposed(key: &Key) -> Wrong {
    Wrong::new(
        "a secret stands here, and others can read this file",
        format!("chmod 600 this file, or keep the secret in a file of its own and name that in {}_file", key.name),
    )
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}

/// The line, counted from 1, of a byte of the text.
fn line_of(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|byte| *byte == b'\n').count()
}
