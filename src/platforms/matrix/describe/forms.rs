//! A filled-in form, as a client sends it that completes commands: read as the text a person would have typed, and never
//! taken for more.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::parameters::{Becomes, Parameter};
use crate::grammar::specs::{self, Spec, Takes};
use crate::grammar::text;

/// The field of a message that holds a filled-in form.
pub(super) const FORM: &str = "org.matrix.msc4391.command";

/// The command in a message that carries a filled-in form for the bot, as a person would have typed it. `None` if there is
/// no form, if it does not mention the bot, or if the bot has no such command.
///
/// A form that holds what the command does not ask for, or what nobody could type, becomes the request for that command's
/// help: it changes nothing, and whoever sent it is told what the command takes.
pub(in super::super) fn invoked(content: &Value, own: &str) -> Option<String> {
    let form = &content[FORM];
    let mentioned = content["m.mentions"]["user_ids"].as_array()?.iter().any(|user| user == own);
    let spec = meant(form["command"].as_str()?).filter(|_| mentioned)?;
    let nothing = Map::new();
    let arguments = match &form["arguments"] {
        Value::Null => Some(&nothing),
        given => given.as_object(),
    };
    let said = arguments.and_then(|arguments| typed(spec, arguments));
    Some(said.unwrap_or_else(|| format!("help {}", spec.path)))
}

/// The command a form names. The word before it is how the bot was called when it was described.
fn meant(name: &str) -> Option<&'static Spec> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let known = |words: &[&str]| specs::find(&words.join(" "));
    known(&words).or_else(|| known(words.get(1..)?))
}

/// The text of a filled-in form: the id, the options, the words. What is left empty is left out.
fn typed(spec: &'static Spec, arguments: &Map<String, Value>) -> Option<String> {
    let parameters = Parameter::all(spec);
    let mut given: Vec<(&Parameter, String)> = Vec::new();
    for (name, value) in arguments {
        let parameter = parameters.iter().find(|parameter| parameter.name == name)?;
        let value = match value {
            Value::Null => continue,
            Value::String(value) => value.trim().to_owned(),
            Value::Number(value) if value.is_i64() || value.is_u64() => value.to_string(),
            Value::Bool(on) if parameter.becomes == Becomes::Option(Takes::OnOff) => {
                if *on { "on" } else { "off" }.to_owned()
            }
            _ => return None,
        };
        if !value.is_empty() {
            given.push((parameter, value));
        }
    }
    let mut said = spec.path.to_owned();
    for (_, id) in given.iter().filter(|(parameter, _)| parameter.becomes == Becomes::Target) {
        said = format!("{said} {id}");
        // A word that is no id would count as loose words, or as none at all: "the next gathering".
        let read = text::read(&said, Timestamp::UNIX_EPOCH).ok()?;
        if id.contains(char::is_whitespace) || read.target.is_none() || !read.words.is_empty() {
            return None;
        }
    }
    for (parameter, value) in &given {
        if let Becomes::Option(takes) = parameter.becomes {
            said = format!("{said} {}:{}", parameter.name, quoted(value, takes)?);
        }
    }
    // Last, because an open quote in them must not swallow an option.
    for (_, words) in given.iter().filter(|(parameter, _)| parameter.becomes == Becomes::Words) {
        said = format!("{said} {words}");
    }
    Some(said)
}

/// An option's value as it is typed. `None` if the quotes in it leave no quotes to put around it.
fn quoted(value: &str, takes: Takes) -> Option<String> {
    let is_plain = |c: char| c.is_alphanumeric() || "@:/._-+".contains(c);
    // A date without quotes reaches as far as it can.
    if takes != Takes::When && value.chars().all(is_plain) {
        return Some(value.to_owned());
    }
    // Where such a mark ends a word, it ends the value.
    let ends_inside = |marks: &[char]| {
        let mut after = value.match_indices(marks).map(|(at, mark)| value[at + mark.len()..].chars().next());
        after.any(|next| next.is_some_and(char::is_whitespace))
    };
    if !ends_inside(&['"', '”', '“']) {
        return Some(format!("\"{value}\""));
    }
    (!ends_inside(&['»'])).then(|| format!("«{value}»"))
}
