//! What a command may look like, and how Discord gives it back.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value, json};

use crate::errors::{Answer, Form};

/// Discord's published pattern for names of commands and options.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$").expect("the pattern is a constant, and compiles")
});

/// Every locale Discord has.
const LOCALES: &[&str] = &[
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR",
    "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
];

pub const SUB_COMMAND: u64 = 1;
pub const SUB_COMMAND_GROUP: u64 = 2;
pub const STRING: u64 = 3;
pub const INTEGER: u64 = 4;
pub const NUMBER: u64 = 10;

/// Names, descriptions and values of one command together.
const MOST_CHARACTERS: usize = 8000;

/// Checks a command as a whole and gives it as Discord stores it, without ids. `base` is what a change starts from.
pub fn read(body: &Value, base: Option<&Value>, prefix: &str) -> Answer<Value> {
    let mut form = Form::new();
    let mut out = json!({
        "default_member_permissions": null, "type": 1, "name": "", "name_localizations": null, "description": "",
        "description_localizations": null, "dm_permission": true, "contexts": null, "integration_types": [0], "nsfw": false,
    });
    if let Some(base) = base {
        crate::wire::merge(&mut out, base.clone());
    }
    let known = [
        "name",
        "name_localizations",
        "description",
        "description_localizations",
        "options",
        "default_member_permissions",
        "dm_permission",
        "contexts",
        "integration_types",
        "nsfw",
    ];
    for name in known {
        if let Some(value) = body.get(name) {
            crate::wire::merge(&mut out, json!({name: value}));
        }
    }
    if base.is_none()
        && let Some(kind) = body["type"].as_u64()
    {
        crate::wire::merge(&mut out, json!({"type": kind}));
    }
    for (name, usual) in [("integration_types", json!([0])), ("dm_permission", json!(true)), ("nsfw", json!(false))] {
        if out[name].is_null() {
            crate::wire::merge(&mut out, json!({name: usual}));
        }
    }
    let at = |name: &str| join(prefix, name);
    match out["type"].as_u64() {
        Some(1) => {
            name_of(&mut form, prefix, &out);
            description_of(&mut form, prefix, &out);
        }
        Some(2 | 3) => {
            form.length(&at("name"), out["name"].as_str().unwrap_or_default(), 1, 32);
            if out["options"].as_array().is_some_and(|options| !options.is_empty()) {
                let said = "Context menu commands cannot have options";
                form.wrong(&at("options"), "APPLICATION_COMMAND_INVALID_CONTEXT_MENU_OPTIONS", said);
            }
        }
        _ => form.choice(&at("type"), "1, 2, 3, 4"),
    }
    match &out["default_member_permissions"] {
        Value::Null => {}
        Value::String(bits) if bits.parse::<u64>().is_ok() => {}
        Value::Number(bits) if bits.is_u64() => {
            let bits = bits.to_string();
            crate::wire::merge(&mut out, json!({"default_member_permissions": bits}));
        }
        _ => form.wrong(&at("default_member_permissions"), "NUMBER_TYPE_COERCE", "Value is not int."),
    }
    for context in out["contexts"].as_array().map_or(&[][..], Vec::as_slice) {
        if !matches!(context.as_u64(), Some(0..=2)) {
            form.choice(&at("contexts"), "0, 1, 2");
        }
    }
    if let Some(contexts) = out["contexts"].as_array() {
        let in_dms = contexts.iter().any(|context| context == 1);
        crate::wire::merge(&mut out, json!({"dm_permission": in_dms}));
    }
    let options = out["options"].as_array().cloned().unwrap_or_default();
    check_options(&mut form, &at("options"), &options, 0);
    let total = characters(&out);
    if total > MOST_CHARACTERS {
        let said = format!("Command exceeds maximum size ({MOST_CHARACTERS})");
        form.wrong(prefix, "APPLICATION_COMMAND_TOO_LARGE", &said);
    }
    form.done()?;
    let settled: Vec<Value> = options.iter().map(settle_option).collect();
    if let Value::Object(fields) = &mut out {
        fields.remove("options");
        if !settled.is_empty() {
            fields.insert("options".into(), Value::Array(settled));
        }
    }
    Ok(out)
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

fn check_name(form: &mut Form, path: &str, name: &str) {
    form.length(path, name, 1, 32);
    // Where a letter has a small form, that one is meant.
    let lower = name.to_lowercase() == name;
    if !name.is_empty() && (!NAME.is_match(name) || !lower) {
        let said = "Command name is invalid";
        form.wrong(path, "APPLICATION_COMMAND_INVALID_NAME", said);
    }
}

fn name_of(form: &mut Form, prefix: &str, of: &Value) {
    let path = join(prefix, "name");
    match of["name"].as_str() {
        Some(name) => check_name(form, &path, name),
        None => form.required(&path),
    }
    for (locale, name) in localized(form, prefix, of, "name_localizations") {
        let path = join(prefix, &format!("name_localizations.{locale}"));
        check_name(form, &path, &name);
    }
}

fn description_of(form: &mut Form, prefix: &str, of: &Value) {
    let path = join(prefix, "description");
    match of["description"].as_str() {
        Some(text) => form.length(&path, text, 1, 100),
        None => form.required(&path),
    }
    for (locale, text) in localized(form, prefix, of, "description_localizations") {
        form.length(&join(prefix, &format!("description_localizations.{locale}")), &text, 1, 100);
    }
}

fn localized(form: &mut Form, prefix: &str, of: &Value, name: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (locale, text) in of[name].as_object().into_iter().flatten() {
        if !LOCALES.contains(&locale.as_str()) {
            form.choice(&join(prefix, &format!("{name}.{locale}")), &LOCALES.join(", "));
        } else if let Some(text) = text.as_str() {
            out.push((locale.clone(), text.to_owned()));
        }
    }
    out
}

fn check_options(form: &mut Form, path: &str, options: &[Value], depth: u64) {
    if options.len() > 25 {
        form.wrong(path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.");
    }
    let (mut names, mut seen_optional) = (BTreeSet::new(), false);
    let kinds: Vec<u64> = options.iter().map(|option| option["type"].as_u64().unwrap_or(0)).collect();
    let nested = kinds.iter().filter(|kind| [SUB_COMMAND, SUB_COMMAND_GROUP].contains(kind)).count();
    if nested > 0 && nested < kinds.len() {
        let said = "Sub-command and sub-command group option types are mutually exclusive to all other types";
        form.wrong(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", said);
    }
    for (at, option) in options.iter().enumerate() {
        let path = format!("{path}.{at}");
        name_of(form, &path, option);
        description_of(form, &path, option);
        if !names.insert(option["name"].to_string()) {
            let said = "Option name is already used";
            form.wrong(&path, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", said);
        }
        let kind = kinds[at];
        match kind {
            SUB_COMMAND | SUB_COMMAND_GROUP => {
                let deepest = if kind == SUB_COMMAND { 1 } else { 0 };
                if depth > deepest {
                    form.choice(&format!("{path}.type"), "3, 4, 5, 6, 7, 8, 9, 10, 11");
                }
                let inner = option["options"].as_array().map_or(&[][..], Vec::as_slice);
                if kind == SUB_COMMAND_GROUP && inner.iter().any(|inner| inner["type"] != json!(SUB_COMMAND)) {
                    form.choice(&format!("{path}.options"), "1");
                }
                check_options(form, &format!("{path}.options"), inner, depth + 1);
            }
            3..=11 => {
                if option["required"] == json!(true) && seen_optional {
                    let said = "Required options must be placed before non-required options";
                    form.wrong(&path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", said);
                }
                seen_optional |= option["required"] != json!(true);
                check_choices(form, &path, option, kind);
            }
            _ => form.choice(&format!("{path}.type"), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"),
        }
    }
}

fn check_choices(form: &mut Form, path: &str, option: &Value, kind: u64) {
    let choices = option["choices"].as_array().map_or(&[][..], Vec::as_slice);
    let may_choose = [STRING, INTEGER, NUMBER].contains(&kind);
    if choices.len() > 25 {
        form.wrong(&format!("{path}.choices"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.");
    }
    if (!choices.is_empty() || option["autocomplete"] == json!(true)) && !may_choose {
        form.wrong(
            &format!("{path}.choices"),
            "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID",
            "Choices are not allowed for this type",
        );
    }
    if !choices.is_empty() && option["autocomplete"] == json!(true) {
        let said = "Autocomplete and choices are mutually exclusive";
        form.wrong(path, "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES_EXCLUSIVE", said);
    }
    let (mut names, mut values) = (BTreeSet::new(), BTreeSet::new());
    for (at, choice) in choices.iter().enumerate() {
        let path = format!("{path}.choices.{at}");
        match choice["name"].as_str() {
            Some(name) => form.length(&format!("{path}.name"), name, 1, 100),
            None => form.required(&format!("{path}.name")),
        }
        for (locale, name) in localized(form, &path, choice, "name_localizations") {
            form.length(&format!("{path}.name_localizations.{locale}"), &name, 1, 100);
        }
        match &choice["value"] {
            Value::String(value) if kind == STRING => form.length(&format!("{path}.value"), value, 1, 100),
            Value::Number(value)
                if kind == INTEGER && value.is_i64() || kind == NUMBER && choice["value"].is_number() =>
            {
                debug_assert!(value.as_f64().is_some());
            }
            _ => form.wrong(&format!("{path}.value"), "UNION_TYPE_CHOICES", "Value does not fit the option's type."),
        }
        if !names.insert(choice["name"].to_string()) || !values.insert(choice["value"].to_string()) {
            let said = "Choice name or value is already used";
            form.wrong(&path, "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", said);
        }
    }
    for (name, fits) in [
        ("min_value", [INTEGER, NUMBER]),
        ("max_value", [INTEGER, NUMBER]),
        ("min_length", [STRING, STRING]),
        ("max_length", [STRING, STRING]),
    ] {
        if !option[name].is_null() && !fits.contains(&kind) {
            let said = format!("{name} is not allowed for this type");
            form.wrong(&format!("{path}.{name}"), "APPLICATION_COMMAND_OPTIONS_VALUE_INVALID", &said);
        }
    }
    for (name, min) in [("min_length", 0), ("max_length", 1)] {
        if let Some(length) = option[name].as_u64().filter(|length| *length < min || *length > 6000) {
            let said = format!("int value should be between {min} and 6000, not {length}.");
            form.wrong(&format!("{path}.{name}"), "NUMBER_TYPE_MAX", &said);
        }
    }
}

/// What counts towards the size: of each text its longest translation.
fn characters(of: &Value) -> usize {
    let longest = |name: &str, translations: &str| {
        let own = of[name].as_str().map_or(0, |text| text.chars().count());
        let others = of[translations].as_object().into_iter().flatten();
        others.map(|(_, text)| text.as_str().map_or(0, |text| text.chars().count())).fold(own, usize::max)
    };
    let value = of["value"].as_str().map_or(0, |text| text.chars().count());
    let inner = ["options", "choices"].iter().flat_map(|name| of[*name].as_array().into_iter().flatten());
    let inner: usize = inner.map(characters).sum();
    longest("name", "name_localizations") + longest("description", "description_localizations") + value + inner
}

/// An option as Discord gives it back: translations named even where there are none, and only what says something.
fn settle_option(option: &Value) -> Value {
    let mut out = Map::new();
    let known = [
        "type",
        "name",
        "description",
        "required",
        "choices",
        "options",
        "channel_types",
        "min_value",
        "max_value",
        "min_length",
        "max_length",
        "autocomplete",
    ];
    for name in known {
        let value = &option[name];
        let says_nothing = value.is_null() || *value == json!(false) || value.as_array().is_some_and(Vec::is_empty);
        if says_nothing {
            continue;
        }
        let value = match name {
            "options" => Value::Array(value.as_array().into_iter().flatten().map(settle_option).collect()),
            "choices" => Value::Array(value.as_array().into_iter().flatten().map(settle_choice).collect()),
            _ => value.clone(),
        };
        out.insert(name.into(), value);
    }
    for name in ["name_localizations", "description_localizations"] {
        out.insert(name.into(), translations(&option[name]));
    }
    Value::Object(out)
}

fn settle_choice(choice: &Value) -> Value {
    let translations = translations(&choice["name_localizations"]);
    json!({"name": choice["name"], "value": choice["value"], "name_localizations": translations})
}

fn translations(of: &Value) -> Value {
    if of.as_object().is_some_and(Map::is_empty) { Value::Null } else { of.clone() }
}
