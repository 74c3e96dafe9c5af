//! The slash commands, as Discord registers them: derived from the table of commands and the copy, never typed again.
//!
//! They are plain JSON, since what is registered has to be compared with what Discord says is registered: [`differs`]. All
//! of it is registered at once and only when it changed; Discord takes 200 new commands a day and no more.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::domain::ask::{Ask, KindOfHelp, Visibility};
use crate::domain::community::{Language, Role};
use crate::grammar::form::{Becomes, Field};
use crate::grammar::specs::{IN, SPECS, Spec, Takes};
use crate::speech::copy;

/// The language of what Discord shows where it has nothing in the person's own.
const DEFAULT: Language = Language::English;

/// Discord's numbers for the kinds of option.
const SUBCOMMAND: u8 = 1;
const STRING: u8 = 3;
const INTEGER: u8 = 4;
const BOOLEAN: u8 = 5;
const USER: u8 = 6;
const MENTIONABLE: u8 = 9;

/// The permission "Manage Server" as Discord writes it down. Whoever has it sees the conveners' commands; the server can
/// show them to others, and the engine asks again whoever uses them.
const MANAGE_GUILD: &str = "32";

/// In servers and in the bot's own direct messages, not in other people's.
const CONTEXTS: [u8; 2] = [0, 1];

/// Discord's names for the languages the copy exists in, beside the default.
fn locales(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => &["en-US", "en-GB"],
        Language::Spanish => &["es-ES", "es-419"],
    }
}

/// The language of a Discord client; `None` for one that the copy does not have.
pub fn language(locale: &str) -> Option<Language> {
    Language::ALL.into_iter().find(|language| locales(*language).contains(&locale))
}

/// Whether a command asks by a form for what it was not given: it needs somebody's own words, and a line is little room for
/// them. Its options may all be left out.
pub fn opens_a_form(spec: &'static Spec) -> bool {
    let writes = |becomes| matches!(becomes, Becomes::Words | Becomes::Option(Takes::Words));
    Field::all(spec).iter().any(|field| field.is_required && writes(field.becomes))
}

/// Every command, in the order people meet them: one of a single word is a command of its own, those of two words are the
/// subcommands of their noun.
pub fn all() -> Vec<Value> {
    let mut commands: Vec<Value> = Vec::new();
    for spec in SPECS {
        let Some((noun, verb)) = spec.path.split_once(' ') else {
            let name = |language| copy::command_name(spec, language);
            let does = |language| copy::describe(spec, language);
            let mut command = named(spec.path, name, does);
            command["options"] = json!(options(spec));
            commands.push(top_level(command, spec.who == Role::Convener));
            continue;
        };
        let mut subcommand = named(verb, |_| verb.to_owned(), |language| copy::describe(spec, language));
        subcommand["type"] = json!(SUBCOMMAND);
        subcommand["options"] = json!(options(spec));
        let at = commands.iter().position(|command| command["name"] == noun).unwrap_or_else(|| {
            let group = named(noun, |_| noun.to_owned(), |language| copy::describe_group(noun, language));
            commands.push(top_level(group, of_conveners_alone(noun)));
            commands.len() - 1
        });
        if let Some(subcommands) = commands[at]["options"].as_array_mut() {
            subcommands.push(subcommand);
        }
    }
    commands
}

/// Permissions are the whole noun's: one with a verb for everyone is open, and the engine asks.
fn of_conveners_alone(noun: &str) -> bool {
    let mut below = SPECS.iter().filter(|spec| spec.path.split_once(' ').is_some_and(|(n, _)| n == noun));
    below.all(|spec| spec.who == Role::Convener)
}

fn top_level(mut command: Value, is_conveners: bool) -> Value {
    command["type"] = json!(1);
    command["contexts"] = json!(CONTEXTS);
    command["integration_types"] = json!([0]);
    if is_conveners {
        command["default_member_permissions"] = json!(MANAGE_GUILD);
    }
    if command["options"].is_null() {
        command["options"] = json!([]);
    }
    command
}

/// The name and the description of a command, an option or a choice, in every language.
fn named(name: &str, in_language: impl Fn(Language) -> String, does: impl Fn(Language) -> String) -> Value {
    let mut whole = json!({"name": name, "description": within(&does(DEFAULT), 100)});
    let others = || Language::ALL.into_iter().filter(|language| *language != DEFAULT);
    let names = others().map(|language| (language, in_language(language))).filter(|(_, own)| own != name);
    let names = localized(names);
    if !names.is_empty() {
        whole["name_localizations"] = Value::Object(names);
    }
    let descriptions = localized(others().map(|language| (language, within(&does(language), 100))));
    whole["description_localizations"] = Value::Object(descriptions);
    whole
}

fn localized(texts: impl Iterator<Item = (Language, String)>) -> Map<String, Value> {
    texts.flat_map(|(language, text)| locales(language).iter().map(move |l| ((*l).to_owned(), json!(text)))).collect()
}

/// The options of a command, required ones first; last which community is meant, for those who are in several.
fn options(spec: &'static Spec) -> Vec<Value> {
    let opens_a_form = opens_a_form(spec);
    let fields = Field::all(spec);
    let within = Field { name: IN.name, becomes: Becomes::Option(IN.takes), is_required: false, is_tail: false };
    fields.iter().chain([&within]).map(|field| option(field, field.is_required && !opens_a_form)).collect()
}

fn option(field: &Field, is_required: bool) -> Value {
    let does = |language| copy::describe_parameter(field.name, language);
    // Options are called alike in every language, as in the copy.
    let mut option = named(field.name, |_| field.name.to_owned(), does);
    option["required"] = json!(is_required);
    let takes = match field.becomes {
        Becomes::Target => None,
        Becomes::Words => Some(Takes::Words),
        Becomes::Option(takes) => Some(takes),
    };
    let (kind, completes) = match takes {
        Some(Takes::Amount) => {
            (option["min_value"], option["max_value"]) = (json!(1), json!(Ask::MOST));
            (INTEGER, false)
        }
        Some(Takes::Number(least, most)) => {
            (option["min_value"], option["max_value"]) = (json!(least), json!(most));
            (INTEGER, false)
        }
        Some(Takes::OnOff) => (BOOLEAN, false),
        Some(Takes::Person) => (USER, false),
        Some(Takes::PersonOrRole) => (MENTIONABLE, false),
        Some(takes @ Takes::Kind) => {
            option["choices"] = choices(takes, &KindOfHelp::ALL.map(KindOfHelp::name));
            (STRING, false)
        }
        Some(takes @ Takes::Visibility) => {
            option["choices"] = choices(takes, &Visibility::ALL.map(Visibility::name));
            (STRING, false)
        }
        Some(takes @ Takes::Language) => {
            option["choices"] = choices(takes, &Language::ALL.map(Language::tag));
            (STRING, false)
        }
        // What it may be depends on who asks, and when: it is offered while it is typed.
        None | Some(Takes::When | Takes::DayOrOff | Takes::Zone | Takes::Community) => (STRING, true),
        Some(Takes::Words | Takes::Hours | Takes::Schedule) => (STRING, false),
    };
    option["type"] = json!(kind);
    if completes {
        option["autocomplete"] = json!(true);
    }
    option
}

fn choices(takes: Takes, values: &[&str]) -> Value {
    let choice = |value: &&str| {
        let name = |language| within(&copy::choice_name(takes, value, language), 100);
        let others = Language::ALL.into_iter().filter(|language| *language != DEFAULT);
        let names = localized(others.map(|language| (language, name(language))));
        json!({"name": name(DEFAULT), "name_localizations": names, "value": value})
    };
    values.iter().map(choice).collect()
}

/// Not more than so many characters, as Discord counts them; a longer text ends with "…".
fn within(text: &str, most: usize) -> String {
    super::words::shortened(text, most)
}

/// Whether what Discord has registered, as its API returns it with localizations, has to be replaced by what is wanted.
///
/// What Discord adds of its own (ids, versions, defaults, `null` for what is absent) is no difference, and neither is the
/// order of the commands; the order of their options is one.
pub fn differs(registered: &[Value], wanted: &[Value]) -> bool {
    let by_name = |commands: &[Value]| -> BTreeMap<String, Value> {
        let named = |command: &Value| (command["name"].as_str().unwrap_or_default().to_owned(), essence(command));
        commands.iter().map(named).collect()
    };
    registered.len() != wanted.len() || by_name(registered) != by_name(wanted)
}

/// What of a command, an option or a choice is ours to say, in one form whoever wrote it down.
fn essence(said: &Value) -> Value {
    const OURS: [&str; 16] = [
        "name",
        "name_localizations",
        "description",
        "description_localizations",
        "type",
        "options",
        "choices",
        "value",
        "required",
        "autocomplete",
        "min_value",
        "max_value",
        "default_member_permissions",
        "contexts",
        "integration_types",
        "nsfw",
    ];
    let kept = OURS.into_iter().filter_map(|key| {
        let value = &said[key];
        let kept = match key {
            "options" | "choices" => json!(value.as_array()?.iter().map(essence).collect::<Vec<_>>()),
            // A set, which may come back in another order; alone in servers is what Discord takes for granted.
            "contexts" | "integration_types" => {
                let mut members: Vec<i64> = value.as_array()?.iter().filter_map(Value::as_i64).collect();
                members.sort_unstable();
                if key == "integration_types" && members == [0] {
                    return None;
                }
                json!(members)
            }
            "min_value" | "max_value" => json!(value.as_f64()?),
            "type" if *value == json!(1) => return None,
            _ => value.clone(),
        };
        let is_default = match &kept {
            Value::Null => true,
            Value::Bool(on) => !on,
            Value::Array(all) => all.is_empty(),
            Value::Object(all) => all.is_empty(),
            Value::Number(_) | Value::String(_) => false,
        };
        (!is_default).then(|| (key.to_owned(), kept))
    });
    Value::Object(kept.collect())
}
