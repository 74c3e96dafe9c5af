//! Buttons, selects and forms: how many, where, with which texts.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::errors::{Answer, Form};

const ROW: u64 = 1;
const BUTTON: u64 = 2;
const STRING_SELECT: u64 = 3;
const TEXT_INPUT: u64 = 4;
const SECTION: u64 = 9;
const TEXT: u64 = 10;
const CONTAINER: u64 = 17;
const LABEL: u64 = 18;
const SELECTS: [u64; 5] = [3, 5, 6, 7, 8];
/// Of the second kind: sections, texts, galleries, files, separators, containers.
const LAYOUT: [u64; 7] = [9, 10, 11, 12, 13, 14, 17];

/// Over all levels of a message of the second kind.
const MOST_OF_LAYOUT: usize = 40;
const MOST_TEXT_OF_LAYOUT: usize = 4000;

/// Complains about what is wrong with a message's components. `layout`: the message is of the second kind.
pub fn check(form: &mut Form, components: &[Value], layout: bool) {
    let mut seen = Seen { custom_ids: BTreeSet::new(), count: 0, text: 0 };
    if layout {
        if components.is_empty() {
            form.required("components");
        }
    } else if components.len() > 5 {
        form.wrong("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.");
    }
    for (at, component) in components.iter().enumerate() {
        let path = format!("components.{at}");
        match component["type"].as_u64() {
            Some(ROW) => seen.row(form, &path, component),
            Some(kind) if layout && LAYOUT.contains(&kind) && kind != 11 => seen.laid_out(form, &path, component, kind),
            Some(_) if layout => form.choice(&format!("{path}.type"), "1, 9, 10, 12, 13, 14, 17"),
            _ => form.choice(&format!("{path}.type"), "1"),
        }
    }
    if seen.count > MOST_OF_LAYOUT && layout {
        let said = format!("The maximum number of components is {MOST_OF_LAYOUT}");
        form.wrong("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", &said);
    }
    if seen.text > MOST_TEXT_OF_LAYOUT {
        let said = format!("The maximum displayable text is {MOST_TEXT_OF_LAYOUT} characters");
        form.wrong("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", &said);
    }
}

struct Seen {
    custom_ids: BTreeSet<String>,
    count: usize,
    text: usize,
}

impl Seen {
    fn row(&mut self, form: &mut Form, path: &str, row: &Value) {
        self.count += 1;
        let children = row["components"].as_array().map_or(&[][..], Vec::as_slice);
        if children.is_empty() || children.len() > 5 {
            form.wrong(&format!("{path}.components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.");
            return;
        }
        let selects = children.iter().filter(|child| child["type"].as_u64().is_some_and(|it| SELECTS.contains(&it)));
        if selects.count() > 0 && children.len() > 1 {
            let said = "The specified component exceeds the maximum width";
            form.wrong(&format!("{path}.components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", said);
        }
        for (at, child) in children.iter().enumerate() {
            let path = format!("{path}.components.{at}");
            self.count += 1;
            match child["type"].as_u64() {
                Some(BUTTON) => self.button(form, &path, child),
                Some(kind) if SELECTS.contains(&kind) => self.select(form, &path, child, kind),
                _ => form.choice(&format!("{path}.type"), "2, 3, 5, 6, 7, 8"),
            }
        }
    }

    fn button(&mut self, form: &mut Form, path: &str, button: &Value) {
        let label = button["label"].as_str();
        if let Some(label) = label {
            form.length(&format!("{path}.label"), label, 0, 80);
        }
        let style = button["style"].as_u64();
        match style {
            Some(1..=4) => {
                self.custom_id(form, path, button);
                if !button["url"].is_null() {
                    let said = "A custom id and url cannot both be specified";
                    form.wrong(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", said);
                }
            }
            Some(5) => {
                if button["url"].is_null() {
                    form.wrong(&format!("{path}.url"), "BASE_TYPE_REQUIRED", "A url is required");
                }
                if !button["custom_id"].is_null() {
                    let said = "A custom id and url cannot both be specified";
                    form.wrong(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", said);
                }
            }
            Some(6) if !button["sku_id"].is_null() => return,
            _ => form.choice(&format!("{path}.style"), "1, 2, 3, 4, 5, 6"),
        }
        if label.is_none_or(str::is_empty) && button["emoji"].is_null() {
            let said = "A label or emoji is required";
            form.wrong(path, "BUTTON_COMPONENT_INVALID", said);
        }
    }

    fn select(&mut self, form: &mut Form, path: &str, select: &Value, kind: u64) {
        self.custom_id(form, path, select);
        if let Some(placeholder) = select["placeholder"].as_str() {
            form.length(&format!("{path}.placeholder"), placeholder, 0, 150);
        }
        let min = number(form, &format!("{path}.min_values"), &select["min_values"], 0, 25).unwrap_or(1);
        let max = number(form, &format!("{path}.max_values"), &select["max_values"], 1, 25).unwrap_or(1);
        if min > max {
            let said = "min_values must be less than or equal to max_values";
            form.wrong(&format!("{path}.min_values"), "SELECT_COMPONENT_INVALID_RANGE", said);
        }
        let options = select["options"].as_array().map_or(&[][..], Vec::as_slice);
        if kind != STRING_SELECT {
            return;
        }
        if options.is_empty() || options.len() > 25 {
            form.wrong(&format!("{path}.options"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.");
        }
        let mut values = BTreeSet::new();
        for (at, option) in options.iter().enumerate() {
            let path = format!("{path}.options.{at}");
            for name in ["label", "value"] {
                match option[name].as_str() {
                    Some(text) => form.length(&format!("{path}.{name}"), text, 1, 100),
                    None => form.required(&format!("{path}.{name}")),
                }
            }
            if let Some(text) = option["description"].as_str() {
                form.length(&format!("{path}.description"), text, 0, 100);
            }
            if !values.insert(option["value"].to_string()) {
                let said = "The specified option value is already used";
                form.wrong(&format!("{path}.value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", said);
            }
        }
    }

    fn custom_id(&mut self, form: &mut Form, path: &str, component: &Value) {
        let path = format!("{path}.custom_id");
        match component["custom_id"].as_str() {
            None => form.required(&path),
            Some(custom_id) => {
                form.length(&path, custom_id, 1, 100);
                if !self.custom_ids.insert(custom_id.to_owned()) {
                    let said = "Component custom id cannot be duplicated";
                    form.wrong(&path, "COMPONENT_CUSTOM_ID_DUPLICATED", said);
                }
            }
        }
    }

    fn laid_out(&mut self, form: &mut Form, path: &str, component: &Value, kind: u64) {
        self.count += 1;
        if kind == TEXT {
            let content = component["content"].as_str().unwrap_or_default();
            self.text += content.chars().count();
            form.length(&format!("{path}.content"), content, 1, MOST_TEXT_OF_LAYOUT);
        }
        let children = component["components"].as_array().map_or(&[][..], Vec::as_slice);
        if kind == SECTION && (children.is_empty() || children.len() > 3) {
            form.wrong(&format!("{path}.components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 3 in length.");
        }
        if kind == SECTION {
            self.count += 1;
            match component["accessory"]["type"].as_u64() {
                Some(BUTTON) => self.button(form, &format!("{path}.accessory"), &component["accessory"]),
                Some(11) => {}
                _ => form.required(&format!("{path}.accessory")),
            }
        }
        for (at, child) in children.iter().enumerate() {
            let path = format!("{path}.components.{at}");
            match child["type"].as_u64() {
                Some(ROW) if kind == CONTAINER => self.row(form, &path, child),
                Some(inner) if kind == CONTAINER && LAYOUT.contains(&inner) && ![11, CONTAINER].contains(&inner) => {
                    self.laid_out(form, &path, child, inner);
                }
                Some(TEXT) if kind == SECTION => self.laid_out(form, &path, child, TEXT),
                _ => {
                    form.choice(&format!("{path}.type"), if kind == CONTAINER { "1, 9, 10, 12, 13, 14" } else { "10" })
                }
            }
        }
    }
}

fn number(form: &mut Form, path: &str, value: &Value, min: u64, max: u64) -> Option<u64> {
    let number = value.as_u64()?;
    if number < min {
        form.wrong(path, "NUMBER_TYPE_MIN", &format!("int value should be greater than or equal to {min}."));
    } else if number > max {
        form.wrong(path, "NUMBER_TYPE_MAX", &format!("int value should be less than or equal to {max}."));
    }
    Some(number)
}

/// Checks the data of a callback that opens a form.
pub fn check_modal(data: &Value) -> Answer<()> {
    let mut form = Form::new();
    for (name, max) in [("custom_id", 100), ("title", 45)] {
        match data[name].as_str() {
            Some(text) => form.length(&format!("data.{name}"), text, 1, max),
            None => form.required(&format!("data.{name}")),
        }
    }
    let rows = data["components"].as_array().map_or(&[][..], Vec::as_slice);
    if rows.is_empty() || rows.len() > 5 {
        form.wrong("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.");
    }
    let mut custom_ids = BTreeSet::new();
    for (at, row) in rows.iter().enumerate() {
        let path = format!("data.components.{at}");
        match row["type"].as_u64() {
            Some(ROW) => {
                let children = row["components"].as_array().map_or(&[][..], Vec::as_slice);
                match children {
                    [input] if input["type"] == json!(TEXT_INPUT) => {
                        let path = format!("{path}.components.0");
                        match input["label"].as_str() {
                            Some(label) => form.length(&format!("{path}.label"), label, 1, 45),
                            None => form.required(&format!("{path}.label")),
                        }
                        check_input(&mut form, &path, input, &mut custom_ids);
                    }
                    [_] => form.choice(&format!("{path}.components.0.type"), "4"),
                    _ => {
                        let said = "Must be between 1 and 1 in length.";
                        form.wrong(&format!("{path}.components"), "BASE_TYPE_BAD_LENGTH", said);
                    }
                }
            }
            Some(LABEL) => {
                match row["label"].as_str() {
                    Some(label) => form.length(&format!("{path}.label"), label, 1, 45),
                    None => form.required(&format!("{path}.label")),
                }
                if let Some(text) = row["description"].as_str() {
                    form.length(&format!("{path}.description"), text, 0, 100);
                }
                if row["component"]["type"] == json!(TEXT_INPUT) {
                    check_input(&mut form, &format!("{path}.component"), &row["component"], &mut custom_ids);
                } else if row["component"].is_null() {
                    form.required(&format!("{path}.component"));
                }
            }
            Some(TEXT) => {}
            _ => form.choice(&format!("{path}.type"), "1, 10, 18"),
        }
    }
    form.done()
}

fn check_input(form: &mut Form, path: &str, input: &Value, custom_ids: &mut BTreeSet<String>) {
    match input["custom_id"].as_str() {
        None => form.required(&format!("{path}.custom_id")),
        Some(custom_id) => {
            form.length(&format!("{path}.custom_id"), custom_id, 1, 100);
            if !custom_ids.insert(custom_id.to_owned()) {
                let said = "Component custom id cannot be duplicated";
                form.wrong(&format!("{path}.custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", said);
            }
        }
    }
    if !matches!(input["style"].as_u64(), Some(1 | 2)) {
        form.choice(&format!("{path}.style"), "1, 2");
    }
    let min = number(form, &format!("{path}.min_length"), &input["min_length"], 0, 4000).unwrap_or(0);
    let max = number(form, &format!("{path}.max_length"), &input["max_length"], 1, 4000).unwrap_or(4000);
    if min > max {
        let said = "min_length must be less than or equal to max_length";
        form.wrong(&format!("{path}.min_length"), "TEXT_INPUT_COMPONENT_INVALID_RANGE", said);
    }
    if let Some(value) = input["value"].as_str() {
        form.length(&format!("{path}.value"), value, 0, max as usize);
    }
    if let Some(text) = input["placeholder"].as_str() {
        form.length(&format!("{path}.placeholder"), text, 0, 100);
    }
}

/// Components as Discord gives them back: each with a number of its own within the message.
pub fn settled(components: &[Value]) -> Vec<Value> {
    let mut next = 0;
    let mut out = components.to_vec();
    for component in &mut out {
        settle(component, &mut next);
    }
    out
}

fn settle(component: &mut Value, next: &mut u64) {
    *next += 1;
    let kind = component["type"].as_u64().unwrap_or(0);
    if component["id"].as_u64().is_none_or(|id| id == 0) {
        crate::wire::merge(component, json!({"id": *next}));
    }
    if SELECTS.contains(&kind) {
        for (name, usual) in [("min_values", 1), ("max_values", 1)] {
            if component[name].is_null() {
                crate::wire::merge(component, json!({name: usual}));
            }
        }
    }
    let Value::Object(fields) = component else { return };
    fields.retain(|_, value| !value.is_null());
    // In a message nothing is required; libraries say it of every select.
    fields.remove("required");
    settle_emoji(fields.get_mut("emoji"));
    for option in fields.get_mut("options").and_then(Value::as_array_mut).into_iter().flatten() {
        settle_emoji(option.get_mut("emoji"));
    }
    for child in fields.get_mut("components").and_then(Value::as_array_mut).into_iter().flatten() {
        settle(child, next);
    }
    if let Some(accessory) = fields.get_mut("accessory") {
        settle(accessory, next);
    }
}

/// An emoji that everybody has is given back without the id it does not have.
fn settle_emoji(emoji: Option<&mut Value>) {
    if let Some(Value::Object(fields)) = emoji {
        fields.retain(|_, value| !value.is_null());
    }
}

/// Every button and select of a message, however deep.
pub fn all_of(components: &[Value]) -> Vec<&Value> {
    let mut found = Vec::new();
    for component in components {
        match component["type"].as_u64() {
            Some(kind) if kind == BUTTON || SELECTS.contains(&kind) => found.push(component),
            _ => {
                if let Some(children) = component["components"].as_array() {
                    found.extend(all_of(children));
                }
                if component["accessory"].is_object() {
                    found.extend(all_of(std::slice::from_ref(&component["accessory"])));
                }
            }
        }
    }
    found
}
