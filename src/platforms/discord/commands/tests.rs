//! That every command of the table is one that Discord takes, and is registered when it changed.

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
