//! The slash commands, as Discord registers them: derived from the table of commands and the copy, never typed again.
//!
//! They are plain JSON, since what is registered has to be compared with what Discord says is registered: [`differs`]. All
//! of it is registered at once and only when it changed; Discord takes 200 new commands a day and no more.

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::grammar::specs;

    fn command(name: &str) -> Value {
        all().into_iter().find(|command| command["name"] == name).unwrap()
    }

    /// An option on one line: its name, what it takes, and `!` if it must be there.
    fn outline(option: &Value) -> String {
        let takes = match option["type"].as_u64().unwrap() {
            1 => "subcommand",
            3 if option["autocomplete"] == true => "completed",
            3 if option["choices"].is_array() => "choice",
            3 => "text",
            4 => "number",
            5 => "yes or no",
            6 => "person",
            9 => "person or role",
            other => panic!("no such option: {other}"),
        };
        let must = if option["required"] == true { "!" } else { "" };
        format!("{}{must} ({takes})", option["name"].as_str().unwrap())
    }

    fn outlines(options: &Value) -> String {
        options.as_array().unwrap().iter().map(outline).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn every_command_of_the_table_is_a_slash_command() {
        let mut lines = Vec::new();
        for command in all() {
            let name = command["name"].as_str().unwrap();
            let who = if command["default_member_permissions"] == "32" { " [conveners]" } else { "" };
            let options = command["options"].as_array().unwrap();
            if options.iter().any(|option| option["type"] == 1) {
                for sub in options {
                    let verb = sub["name"].as_str().unwrap();
                    lines.push(format!("/{name} {verb}{who}: {}", outlines(&sub["options"])));
                }
            } else {
                lines.push(format!("/{name}{who}: {}", outlines(&command["options"])));
            }
        }
        assert_eq!(lines.len(), SPECS.len());
        insta::assert_snapshot!(lines.join("\n"), @r#"
        /ask: words (text), kind (choice), need (number), by (completed), visibility (choice), in (completed)
        /needs: kind (choice), in (completed)
        /pledge: ask (completed), by (completed), what (text), first (text), amount (number), in (completed)
        /maybe: ask! (completed), in (completed)
        /done: pledge! (completed), note (text), amount (number), in (completed)
        /adjust: pledge! (completed), note (text), by (completed), amount (number), what (text), first (text), nudges (yes or no), in (completed)
        /handback: pledge! (completed), in (completed)
        /confirm: pledge! (completed), in (completed)
        /stillneeded: id! (completed), note (text), in (completed)
        /thanks: pledge (completed), words (text), in (completed)
        /withdraw: id! (completed), in (completed)
        /edit: ask! (completed), words (text), kind (choice), need (number), by (completed), visibility (choice), in (completed)
        /offer: words (text), kind (choice), in (completed)
        /offers: kind (choice), in (completed)
        /invite: ask! (completed), who! (person), in (completed)
        /mine: in (completed)
        /me: zone (completed), language (choice), quiet (text), away (completed), notices (yes or no), in (completed)
        /link: code (text), in (completed)
        /unlink: account (text), in (completed)
        /gathering new: when! (completed), where (text), facilitator (person), scribe (person), in (completed)
        /gathering list: in (completed)
        /gathering show: gathering (completed), in (completed)
        /gathering move: when! (completed), gathering (completed), in (completed)
        /gathering cancel: gathering (completed), in (completed)
        /digest preview [conveners]: gathering (completed), in (completed)
        /digest post [conveners]: gathering (completed), in (completed)
        /digest hold [conveners]: gathering (completed), in (completed)
        /care [conveners]: in (completed)
        /community setup [conveners]: name (text), zone (completed), language (choice), nudges (number), confirm (number), digest (number), weekly (text), threads (yes or no), in (completed)
        /community settings [conveners]: name (text), zone (completed), language (choice), nudges (number), confirm (number), digest (number), weekly (text), threads (yes or no), in (completed)
        /community check [conveners]: in (completed)
        /community link [conveners]: code (text), in (completed)
        /convener add [conveners]: who! (person or role), in (completed)
        /convener remove [conveners]: who! (person or role), in (completed)
        /help: words (text), in (completed)
        "#);
    }

    #[test]
    fn asking_is_registered_like_this() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&command("ask")).unwrap(), @r#"
        {
          "contexts": [
            0,
            1
          ],
          "description": "say what you need",
          "description_localizations": {
            "es-419": "decir qué necesitas",
            "es-ES": "decir qué necesitas"
          },
          "integration_types": [
            0
          ],
          "name": "ask",
          "name_localizations": {
            "es-419": "pido",
            "es-ES": "pido"
          },
          "options": [
            {
              "description": "in your own words",
              "description_localizations": {
                "es-419": "con tus palabras",
                "es-ES": "con tus palabras"
              },
              "name": "words",
              "required": false,
              "type": 3
            },
            {
              "choices": [
                {
                  "name": "introduction",
                  "name_localizations": {
                    "es-419": "contacto",
                    "es-ES": "contacto"
                  },
                  "value": "intro"
                },
                {
                  "name": "expertise",
                  "name_localizations": {
                    "es-419": "conocimientos",
                    "es-ES": "conocimientos"
                  },
                  "value": "expertise"
                },
                {
                  "name": "skill",
                  "name_localizations": {
                    "es-419": "habilidad",
                    "es-ES": "habilidad"
                  },
                  "value": "skill"
                },
                {
                  "name": "time",
                  "name_localizations": {
                    "es-419": "tiempo",
                    "es-ES": "tiempo"
                  },
                  "value": "time"
                },
                {
                  "name": "space",
                  "name_localizations": {
                    "es-419": "espacio",
                    "es-ES": "espacio"
                  },
                  "value": "space"
                },
                {
                  "name": "goods",
                  "name_localizations": {
                    "es-419": "cosas",
                    "es-ES": "cosas"
                  },
                  "value": "goods"
                },
                {
                  "name": "money",
                  "name_localizations": {
                    "es-419": "dinero",
                    "es-ES": "dinero"
                  },
                  "value": "money"
                },
                {
                  "name": "transport",
                  "name_localizations": {
                    "es-419": "transporte",
                    "es-ES": "transporte"
                  },
                  "value": "transport"
                },
                {
                  "name": "care",
                  "name_localizations": {
                    "es-419": "cuidados",
                    "es-ES": "cuidados"
                  },
                  "value": "care"
                },
                {
                  "name": "voice",
                  "name_localizations": {
                    "es-419": "apoyo público",
                    "es-ES": "apoyo público"
                  },
                  "value": "voice"
                }
              ],
              "description": "the kind of help, such as goods or time",
              "description_localizations": {
                "es-419": "el tipo de ayuda, por ejemplo goods o time",
                "es-ES": "el tipo de ayuda, por ejemplo goods o time"
              },
              "name": "kind",
              "required": false,
              "type": 3
            },
            {
              "description": "how many you need",
              "description_localizations": {
                "es-419": "cuántas cosas o personas necesitas",
                "es-ES": "cuántas cosas o personas necesitas"
              },
              "max_value": 1000000,
              "min_value": 1,
              "name": "need",
              "required": false,
              "type": 4
            },
            {
              "autocomplete": true,
              "description": "by when: a day, with a time if that matters",
              "description_localizations": {
                "es-419": "para cuándo: un día, con hora si importa",
                "es-ES": "para cuándo: un día, con hora si importa"
              },
              "name": "by",
              "required": false,
              "type": 3
            },
            {
              "choices": [
                {
                  "name": "everyone here",
                  "name_localizations": {
                    "es-419": "toda la comunidad",
                    "es-ES": "toda la comunidad"
                  },
                  "value": "open"
                },
                {
                  "name": "conveners and people I invite",
                  "name_localizations": {
                    "es-419": "la coordinación y las personas que invito",
                    "es-ES": "la coordinación y las personas que invito"
                  },
                  "value": "private"
                },
                {
                  "name": "the same, and only conveners know it is mine",
                  "name_localizations": {
                    "es-419": "lo mismo, y solo la coordinación sabe que es mía",
                    "es-ES": "lo mismo, y solo la coordinación sabe que es mía"
                  },
                  "value": "anonymous"
                }
              ],
              "description": "who sees it: open, private or anonymous",
              "description_localizations": {
                "es-419": "quién lo ve: open, private o anonymous",
                "es-ES": "quién lo ve: open, private o anonymous"
              },
              "name": "visibility",
              "required": false,
              "type": 3
            },
            {
              "autocomplete": true,
              "description": "which community, if you are in several",
              "description_localizations": {
                "es-419": "qué comunidad, si estás en varias",
                "es-ES": "qué comunidad, si estás en varias"
              },
              "name": "in",
              "required": false,
              "type": 3
            }
          ],
          "type": 1
        }
        "#);
    }

    /// Every number of Discord's about commands, over every command in every language.
    #[test]
    fn discord_takes_every_command_in_every_language() {
        let is_name = |name: &str| {
            (1..=32).contains(&name.chars().count())
                && name.to_lowercase() == name
                && name.chars().all(|c| c.is_alphanumeric() || "-_'".contains(c))
        };
        let said_in = |value: &Value, key: &str| -> Vec<String> {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            let others = value[format!("{key}_localizations")].as_object().into_iter().flatten();
            text(&value[key]).into_iter().chain(others.filter_map(|(_, own)| text(own))).collect()
        };
        let check = |value: &Value| {
            assert!(said_in(value, "name").iter().all(|name| is_name(name)), "{value}");
            let descriptions = said_in(value, "description");
            assert!(!descriptions.is_empty(), "{value}");
            assert!(descriptions.iter().all(|text| (1..=100).contains(&text.chars().count())), "{value}");
        };
        let all = all();
        assert!(all.len() <= 100);
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for command in &all {
            check(command);
            let mine = said_in(command, "name");
            for name in mine.iter().collect::<BTreeSet<_>>() {
                assert!(names.insert(name.clone(), BTreeSet::new()).is_none(), "{name} is two commands");
            }
            let options = command["options"].as_array().unwrap();
            assert!(options.len() <= 25);
            let below = |option: &Value| option["options"].as_array().cloned().unwrap_or_default();
            let leaves: Vec<Vec<Value>> = match options.iter().any(|option| option["type"] == 1) {
                true => options.iter().map(below).collect(),
                false => vec![options.clone()],
            };
            options.iter().for_each(check);
            for leaf in &leaves {
                assert!(leaf.len() <= 25);
                let required: Vec<bool> = leaf.iter().map(|option| option["required"] == true).collect();
                assert!(required.is_sorted_by(|before, after| before >= after), "{command}");
                let names: BTreeSet<&str> = leaf.iter().filter_map(|option| option["name"].as_str()).collect();
                assert_eq!(names.len(), leaf.len(), "{command}");
                for option in leaf {
                    check(option);
                    let choices = option["choices"].as_array().cloned().unwrap_or_default();
                    assert!(choices.len() <= 25);
                    assert!(choices.is_empty() || option["autocomplete"] != true, "{option}");
                    for choice in &choices {
                        let named = said_in(choice, "name");
                        assert!(named.iter().all(|name| (1..=100).contains(&name.chars().count())), "{choice}");
                        assert!((1..=100).contains(&choice["value"].as_str().unwrap().chars().count()));
                    }
                }
            }
            assert!(letters(command) <= 8_000, "{command}");
        }
    }

    /// The names, descriptions and values in a command, each in its longest language, as Discord adds them up.
    fn letters(said: &Value) -> usize {
        let longest = |key: &str| {
            let others = said[format!("{key}_localizations")].as_object().into_iter().flatten().map(|(_, own)| own);
            let all = others.chain([&said[key]]).filter_map(Value::as_str);
            all.map(|text| text.chars().count()).max().unwrap_or_default()
        };
        let below = ["options", "choices"].into_iter().filter_map(|key| said[key].as_array()).flatten();
        longest("name") + longest("description") + longest("value") + below.map(letters).sum::<usize>()
    }

    /// What serenity makes of Discord's answer is compared, not the answer itself.
    #[test]
    fn what_is_registered_is_the_same_through_serenity() {
        let wanted = all();
        let through = |command: &Value| -> Value {
            let read: serenity::all::Command = serde_json::from_value(as_discord_returns(command)).unwrap();
            serde_json::to_value(read).unwrap()
        };
        let registered: Vec<Value> = wanted.iter().map(through).collect();
        assert!(!differs(&registered, &wanted));
    }

    #[test]
    fn only_what_changed_is_registered_again() {
        let wanted = all();
        let returned: Vec<Value> = wanted.iter().rev().map(as_discord_returns).collect();
        assert!(!differs(&returned, &wanted));
        assert!(differs(&returned[1..], &wanted), "one is missing");
        let changed = |change: fn(&mut Value)| {
            let mut returned = returned.clone();
            change(returned.iter_mut().find(|command| command["name"] == "ask").unwrap());
            differs(&returned, &wanted)
        };
        assert!(changed(|ask| ask["description"] = json!("say something")));
        assert!(changed(|ask| ask["description_localizations"]["es-ES"] = json!("di algo")));
        assert!(changed(|ask| ask["name_localizations"] = Value::Null));
        assert!(changed(|ask| ask["default_member_permissions"] = json!("0")));
        assert!(changed(|ask| ask["contexts"] = Value::Null));
        assert!(changed(|ask| ask["options"].as_array_mut().unwrap().swap(0, 1)));
        assert!(changed(|ask| ask["options"][0]["required"] = json!(true)));
        assert!(changed(|ask| ask["options"][1]["choices"][0]["name"] = json!("things")));
        assert!(changed(|ask| ask["options"][2]["max_value"] = json!(9)));
        assert!(!changed(|ask| ask["options"][2]["max_value"] = json!(1_000_000.0)));
        let mut other = returned.clone();
        other[0]["name"] = json!("another");
        assert!(differs(&other, &wanted), "one of another name");
    }

    /// The same command with what Discord's API puts beside it.
    fn as_discord_returns(command: &Value) -> Value {
        let mut whole = command.clone();
        for (key, value) in [
            ("id", json!("1200000000000000001")),
            ("application_id", json!("1200000000000000000")),
            ("version", json!("1200000000000000002")),
            ("nsfw", json!(false)),
            ("dm_permission", json!(true)),
            ("contexts", json!([1, 0])),
        ] {
            whole[key] = value;
        }
        for absent in ["default_member_permissions", "name_localizations", "description_localizations"] {
            if whole[absent].is_null() {
                whole[absent] = Value::Null;
            }
        }
        bare(&mut whole);
        whole
    }

    /// Discord leaves out what is false or empty in options.
    fn bare(said: &mut Value) {
        for option in said.get_mut("options").and_then(Value::as_array_mut).into_iter().flatten() {
            bare(option);
            let option = option.as_object_mut().unwrap();
            option.retain(|_, value| *value != json!(false) && *value != json!([]));
        }
    }

    #[test]
    fn a_command_that_needs_words_may_be_called_bare() {
        let bare: Vec<&str> = SPECS.iter().filter(|spec| opens_a_form(spec)).map(|spec| spec.path).collect();
        assert_eq!(bare, ["ask", "pledge", "thanks", "offer"]);
        for path in bare {
            let options = command(path)["options"].as_array().unwrap().clone();
            assert!(options.iter().all(|option| option["required"] == false), "{path}");
        }
        assert_eq!(command("maybe")["options"][0]["required"], true);
        assert_eq!(specs::find("maybe").unwrap().aliases[0], command("maybe")["name_localizations"]["es-419"]);
    }

    #[test]
    fn a_clients_language_is_ours_if_we_have_it() {
        assert_eq!(language("es-419"), Some(Language::Spanish));
        assert_eq!(language("en-GB"), Some(Language::English));
        assert_eq!(language("pl"), None);
    }
}
