//! A filled-in form, as a client sends it that completes commands: read as the text a person would have typed, and never
//! taken for more.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::grammar::form::{Becomes, Field};
use crate::grammar::specs::{self, Spec, Takes};
use crate::grammar::{Invocation, text};

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
    let fields = Field::all(spec);
    let (mut values, mut words) = (Vec::new(), String::new());
    for (name, value) in arguments {
        let field = fields.iter().find(|field| field.name == name)?;
        let value = match value {
            Value::Null => continue,
            Value::String(value) => value.trim().to_owned(),
            Value::Number(value) if value.is_i64() || value.is_u64() => value.to_string(),
            Value::Bool(on) if field.becomes == Becomes::Option(Takes::OnOff) => {
                if *on { "on" } else { "off" }.to_owned()
            }
            _ => return None,
        };
        match field.becomes {
            // In these clients it is what people type to the end of the line, options and all.
            Becomes::Words => words = value,
            Becomes::Target | Becomes::Option(_) => values.push((field.name, value)),
        }
    }
    let filled = Invocation::filled(spec, values.iter().map(|(name, value)| (*name, value.as_str()))).ok()?;
    // Values for which no quotes are left would be read as something else.
    let read = text::read(&filled.said, Timestamp::UNIX_EPOCH).ok()?;
    if read != filled {
        return None;
    }
    // Last, because an open quote in them must not swallow an option.
    Some(if words.is_empty() { filled.said } else { format!("{} {words}", filled.said) })
}
