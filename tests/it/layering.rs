//! Who may import whom (DESIGN.md, section 3), held by reading the source. The compiler lets every module of one crate
//! name every other; this is what keeps the rules of a community free of databases, sockets and platforms.
//!
//! It reads names, not types: a value may travel anywhere, but only those in the table may name where it comes from.
//! The same holds in the unit tests inside `src`.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// A part of the house, what it may name of the others, and why.
struct Layer {
    name: &'static str,
    may: &'static [&'static str],
    why: &'static str,
}

/// A part of the house that is in no row is refused: give it one, and say why.
const LAYERS: &[Layer] = &[
    Layer {
        name: "domain",
        may: &[],
        why: "what is true is decided from values alone, so that it can be read and tested alone",
    },
    Layer { name: "grammar", may: &["domain"], why: "what people may say does not depend on who listens" },
    Layer {
        name: "speech",
        may: &["domain", "grammar"],
        why: "words are made from meaning, not from rows or platforms",
    },
    Layer { name: "store", may: &["domain"], why: "storage keeps values; it does not decide and does not speak" },
    Layer { name: "failpoint", may: &[], why: "it names places in the others' work and knows nothing of it" },
    Layer {
        name: "engine",
        may: &["domain", "failpoint", "grammar", "speech::message", "speech::Message", "store"],
        why: "use cases return meaning (speech's Message); copy and platforms come after the commit",
    },
    Layer {
        name: "delivery",
        may: &["engine", "failpoint", "speech", "domain"],
        why: "a claim and a receipt are inputs of the engine, so that the one writer stays one",
    },
    Layer {
        name: "ops",
        may: &["store", "config", "domain", "engine::Engine", "engine::clock", "engine::vitals"],
        why: "running the bot well decides nothing about a community; of the engine it asks the time and how it is doing",
    },
    Layer {
        name: "platforms",
        may: &["engine", "failpoint", "grammar", "speech", "domain", "delivery", "config"],
        why: "adapters translate; what they need of a community they ask the engine for",
    },
    Layer { name: "config", may: &["domain"], why: "the configuration is read before anything is built" },
];

/// A name from outside the crate, and the only places in `src` that may use it.
struct Outside {
    path: &'static str,
    allowed: Allowed,
    why: &'static str,
}

enum Allowed {
    Only(&'static [&'static str]),
    NotIn(&'static [&'static str]),
}

const OUTSIDE: &[Outside] = &[
    Outside {
        path: "sqlx",
        allowed: Allowed::Only(&["store", "engine", "ops"]),
        why: "only the engine and ops touch the store",
    },
    Outside {
        path: "matrix_sdk",
        allowed: Allowed::Only(&["platforms/matrix"]),
        why: "the core builds and is tested without any platform",
    },
    Outside {
        path: "serenity",
        allowed: Allowed::Only(&["platforms/discord"]),
        why: "the core builds and is tested without any platform",
    },
    Outside {
        path: "tokio",
        allowed: Allowed::NotIn(&["domain", "grammar", "speech"]),
        why: "rules, commands and words wait for nothing",
    },
    Outside { path: "std::fs", allowed: Allowed::NotIn(&["domain", "grammar", "speech"]), why: NO_IO },
    Outside { path: "std::io", allowed: Allowed::NotIn(&["domain", "grammar", "speech"]), why: NO_IO },
    Outside { path: "std::net", allowed: Allowed::NotIn(&["domain", "grammar", "speech"]), why: NO_IO },
    Outside { path: "std::env", allowed: Allowed::NotIn(&["domain", "grammar", "speech"]), why: NO_IO },
];

const NO_IO: &str = "rules, commands and words come from values alone; no file, socket or variable";

const PRINTERS: [&str; 4] = ["println", "print", "eprintln", "eprint"];
const PRINTING: [&str; 2] = ["main", "platforms/console"];

/// The files that put the parts together and may name them all.
const WIRING: [&str; 5] = ["main", "bot", "outline", "steward", "lib"];

#[derive(Debug, PartialEq, Eq)]
struct Complaint {
    file: String,
    line: usize,
    what: String,
    why: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}, because {}", self.file, self.line, self.what, self.why)
    }
}

#[test]
fn the_house_is_in_order() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    gather(&src, &mut files);
    assert!(files.len() > 5, "the source is not where it was looked for: {}", src.display());
    let mut complaints = Vec::new();
    for file in files {
        let within = file.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
        complaints.extend(complain(&within, &fs::read_to_string(&file).unwrap()));
    }
    let said: Vec<_> = complaints.iter().map(Complaint::to_string).collect();
    assert!(said.is_empty(), "\n{}\n", said.join("\n"));
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            gather(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Everything one file does against the rules. `within` is its path inside `src`.
fn complain(within: &str, source: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut object = |line: usize, what: String, why: &str| {
        complaints.push(Complaint { file: format!("src/{within}"), line, what, why: why.to_owned() });
    };
    // `domain/ask.rs` is the module domain::ask, and `domain/mod.rs` the module domain.
    let module = within.trim_end_matches(".rs");
    let module = module.strip_suffix("/mod").unwrap_or(module);
    let own = module.split('/').next().unwrap_or(module);
    let wiring = WIRING.contains(&module);
    let layer = LAYERS.iter().find(|layer| layer.name == own);
    if layer.is_none() && !wiring {
        object(1, format!("{own} is in no row of the table"), "every part of the house says whom it may import");
    }

    let tokens = tokens(source);
    for (line, path) in paths(&tokens) {
        let path = from_the_root(&path, module);
        if path.first().is_some_and(|root| root == "crate") {
            let (Some(layer), Some(named)) = (layer, path.get(1)) else { continue };
            if wiring || named == own {
                continue;
            }
            let known = LAYERS.iter().any(|layer| layer.name == named);
            let inside = path[1..].join("::");
            if !known {
                object(
                    line,
                    format!("{own} names crate::{named}"),
                    "that is no layer, so nobody can say who may use it",
                );
            } else if known && !layer.may.iter().any(|may| is_within(&inside, may, "::")) {
                object(line, format!("{own} must not import {inside}"), layer.why);
            }
            continue;
        }
        let path = path.join("::");
        for outside in OUTSIDE.iter().filter(|outside| is_within(&path, outside.path, "::")) {
            let fine = match outside.allowed {
                Allowed::Only(places) => places.iter().any(|place| is_within(module, place, "/")),
                Allowed::NotIn(places) => !places.iter().any(|place| is_within(module, place, "/")),
            };
            if !fine {
                object(line, format!("{module} must not use {}", outside.path), outside.why);
            }
        }
    }

    for pair in tokens.windows(2) {
        if let [(line, Token::Word(word)), (_, Token::Mark('!'))] = pair
            && PRINTERS.contains(&word.as_str())
            && !PRINTING.iter().any(|place| is_within(module, place, "/"))
        {
            object(
                *line,
                format!("{module} must not {word}!"),
                "what is printed past the log has no level and no reader",
            );
        }
    }
    complaints
}

/// Whether `path` is `start` or lies inside it.
fn is_within(path: &str, start: &str, separator: &str) -> bool {
    path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(separator))
}

/// The path as it reads from `crate`, where it starts with `super` or `self`; as it stands otherwise.
fn from_the_root(path: &[String], module: &str) -> Vec<String> {
    let mut here: Vec<String> = module.split('/').map(str::to_owned).collect();
    let mut rest = path;
    match path.first().map(String::as_str) {
        Some("self") => rest = &path[1..],
        Some("super") => {
            while rest.first().is_some_and(|word| word == "super") {
                here.pop();
                rest = &rest[1..];
            }
        }
        _ => return path.to_vec(),
    }
    // In a module inside the file every `super` goes one step less far. Where the longer way leads to no layer it was
    // such a module, and the marker says so.
    let mut whole = vec!["crate".to_owned()];
    whole.extend(here);
    whole.extend(rest.iter().cloned());
    let leads_to_a_layer = whole.get(1).is_some_and(|named| LAYERS.iter().any(|layer| layer.name == named));
    if leads_to_a_layer { whole } else { vec!["super".to_owned()] }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    /// `::`
    Into,
    Mark(char),
}

/// Every path in the code, with its line; `use a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(tokens: &[(usize, Token)]) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let starts = matches!(tokens[at].1, Token::Word(_));
        let goes_on = at > 0 && matches!(tokens[at - 1].1, Token::Mark('.'));
        at = if starts && !goes_on { path(tokens, at, &[], &mut found) } else { at + 1 };
    }
    found
}

/// Reads one path, with the branches of its braces, and gives the place after it.
fn path(tokens: &[(usize, Token)], mut at: usize, stem: &[String], found: &mut Vec<(usize, Vec<String>)>) -> usize {
    let mut path = stem.to_vec();
    let line = tokens[at].0;
    loop {
        match tokens.get(at).map(|(_, token)| token) {
            Some(Token::Word(word)) => path.push(word.clone()),
            Some(Token::Mark('*')) => path.push("*".to_owned()),
            Some(Token::Mark('{')) => {
                at += 1;
                while at < tokens.len() && tokens[at].1 != Token::Mark('}') {
                    if tokens[at].1 == Token::Word("as".to_owned()) {
                        // The new name is nobody's.
                        at += 2;
                        continue;
                    }
                    let branches = matches!(tokens[at].1, Token::Word(_) | Token::Mark('*' | '{'));
                    at = if branches { self::path(tokens, at, &path, found) } else { at + 1 };
                }
                return at + 1;
            }
            // `Vec::<u8>::new`: what it is made of is read as a path of its own.
            _ => break,
        }
        at += 1;
        match tokens.get(at) {
            Some((_, Token::Into)) => at += 1,
            _ => break,
        }
    }
    found.push((line, path));
    at
}

/// The words and marks of the code, with their lines; without comments, strings and characters.
fn tokens(source: &str) -> Vec<(usize, Token)> {
    let mut tokens = Vec::new();
    let chars: Vec<char> = source.chars().collect();
    let (mut at, mut line) = (0, 1);
    let peek = |at: usize| chars.get(at).copied().unwrap_or('\0');
    while at < chars.len() {
        let start = at;
        match chars[at] {
            '/' if peek(at + 1) == '/' => at = after_line(&chars, at),
            '/' if peek(at + 1) == '*' => at = after_comment(&chars, at),
            '"' => at = after_string(&chars, at),
            '\'' => at = after_char(&chars, at),
            ':' if peek(at + 1) == ':' => {
                tokens.push((line, Token::Into));
                at += 2;
            }
            c if c.is_alphabetic() || c == '_' => {
                while peek(at).is_alphanumeric() || peek(at) == '_' {
                    at += 1;
                }
                let word: String = chars[start..at].iter().collect();
                match after_raw_string(&chars, &word, at) {
                    Some(end) => at = end,
                    None => tokens.push((line, Token::Word(word))),
                }
            }
            c if c.is_whitespace() => at += 1,
            c => {
                tokens.push((line, Token::Mark(c)));
                at += 1;
            }
        }
        line += chars[start..at.min(chars.len())].iter().filter(|c| **c == '\n').count();
    }
    tokens
}

fn after_line(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() && chars[at] != '\n' {
        at += 1;
    }
    at
}

/// Comments in comments count, as in Rust.
fn after_comment(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn after_string(chars: &[char], mut at: usize) -> usize {
    at += 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// `r"…"`, `r#"…"#` and their `br` and `cr` sisters, where the word before was one of those letters.
fn after_raw_string(chars: &[char], word: &str, mut at: usize) -> Option<usize> {
    if !["r", "br", "cr"].contains(&word) {
        return None;
    }
    let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
    at += hashes;
    if chars.get(at) != Some(&'"') {
        return None;
    }
    at += 1;
    while at < chars.len() {
        let closes = chars[at] == '"' && chars[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
        at += 1;
        if closes {
            return Some(at + hashes);
        }
    }
    Some(at)
}

/// A character such as `'"'` or `'\n'`; a lifetime is only its mark.
fn after_char(chars: &[char], at: usize) -> usize {
    if chars.get(at + 1) == Some(&'\\') {
        let end = chars[at + 3..].iter().position(|c| *c == '\'');
        return end.map_or(chars.len(), |end| at + 3 + end + 1);
    }
    if chars.get(at + 2) == Some(&'\'') { at + 3 } else { at + 1 }
}

/// What is complained about in a made-up file, as `line: what`.
fn said(within: &str, source: &str) -> Vec<String> {
    complain(within, source).iter().map(|complaint| format!("{}: {}", complaint.line, complaint.what)).collect()
}

#[test]
fn an_offence_is_named_with_file_line_and_reason() {
    let source = "//! A rule.\n\nuse std::fmt;\nuse crate::store::asks;\n";
    let complaints = complain("domain/ask.rs", source);
    assert_eq!(complaints.len(), 1);
    assert_eq!(
        complaints[0].to_string(),
        "src/domain/ask.rs:4: domain must not import store::asks, because what is true is decided from values alone, so \
         that it can be read and tested alone"
    );
}

#[test]
fn every_way_to_name_a_layer_is_seen() {
    let one = |source: &str| said("domain/ask.rs", source);
    assert_eq!(
        one("use crate::{ids,\n  store::{asks, pledges as p},\n};"),
        [
            "1: domain names crate::ids",
            "2: domain must not import store::asks",
            "2: domain must not import store::pledges",
        ]
    );
    assert_eq!(one("fn f() { let x = crate::engine::now(); }"), ["1: domain must not import engine::now"]);
    assert_eq!(one("fn f(x: Vec<crate::speech::Doc>) {}"), ["1: domain must not import speech::Doc"]);
    assert_eq!(one("use super::super::store;"), ["1: domain must not import store"]);
    assert_eq!(one("use crate::*;"), ["1: domain names crate::*"]);
    assert_eq!(
        said("domain/mod.rs", "use super::store::{self, Tx};"),
        ["1: domain must not import store::self", "1: domain must not import store::Tx",]
    );
}

#[test]
fn what_is_allowed_or_only_looks_like_a_path_is_left_alone() {
    let fine = "//! crate::store\n/* use sqlx; /* nested */ use tokio; */\nuse crate::domain::{ids, Zone};\nuse super::calendar;\n\
         pub(crate) fn f<'a>(x: &'a str) -> char { x.store; \"crate::store \\\" sqlx\"; r#\"use \"tokio\"\"#; '\"' }\n\
         mod tests { use super::*; use super::super::ids; }\n";
    assert_eq!(said("domain/ask.rs", fine), Vec::<String>::new());
    assert_eq!(said("main.rs", "use crate::store; use tokio::main; println!(\"x\");"), Vec::<String>::new());
}

#[test]
fn the_engine_has_of_speech_only_the_message() {
    assert_eq!(said("engine/asks.rs", "use crate::speech::message::Message; use crate::speech::Message;"), [""; 0]);
    assert_eq!(
        said("engine/asks.rs", "use crate::speech::{Message, copy};"),
        ["1: engine must not import speech::copy"]
    );
    assert_eq!(said("engine/mod.rs", "use crate::speech::messages;"), ["1: engine must not import speech::messages"]);
}

#[test]
fn outside_crates_have_their_places() {
    assert_eq!(said("delivery/mod.rs", "use sqlx::Row;"), ["1: delivery must not use sqlx"]);
    assert_eq!(said("platforms/console.rs", "use matrix_sdk::Room;"), ["1: platforms/console must not use matrix_sdk"]);
    assert_eq!(said("speech/mod.rs", "#[tokio::test]\nasync fn f() {}"), ["1: speech must not use tokio"]);
    assert_eq!(said("grammar/mod.rs", "fn f() { std::fs::read(\"x\"); }"), ["1: grammar must not use std::fs"]);
    for (within, source) in [
        ("store/mod.rs", "use sqlx::Row;"),
        ("ops/backup.rs", "use sqlx::Row;"),
        ("platforms/matrix/send.rs", "use matrix_sdk::Room;"),
        ("platforms/matrix.rs", "use matrix_sdk::Room;"),
        ("engine/mod.rs", "use tokio::sync::mpsc;"),
    ] {
        assert_eq!(said(within, source), [""; 0], "{within}");
    }
}

#[test]
fn only_the_command_line_and_the_console_print() {
    assert_eq!(said("engine/mod.rs", "fn f() {\n eprintln!(\"x\") }"), ["2: engine must not eprintln!"]);
    assert_eq!(said("platforms/console/mod.rs", "fn f() { println!(\"x\") }"), [""; 0]);
    assert_eq!(said("platforms/matrix/mod.rs", "fn f() { print!(\"x\") }"), ["1: platforms/matrix must not print!"]);
}

#[test]
fn a_new_part_of_the_house_needs_a_row() {
    assert_eq!(said("helpers.rs", "use crate::store;"), ["1: helpers is in no row of the table"]);
}
