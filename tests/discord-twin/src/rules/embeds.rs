//! The limits of embeds: ten of them, and six thousand characters over all.

use serde_json::{Value, json};

use crate::errors::Form;

/// So many in one message.
const MOST: usize = 10;
/// So many characters over all embeds of a message.
const MOST_CHARACTERS: usize = 6000;

/// Complains about what is wrong with a message's embeds.
pub fn check(form: &mut Form, embeds: &[Value]) {
    if embeds.len() > MOST {
        form.wrong("embeds", "BASE_TYPE_MAX_LENGTH", &format!("Must be {MOST} or fewer in length."));
        return;
    }
    let mut total = 0;
    for (at, embed) in embeds.iter().enumerate() {
        let path = format!("embeds.{at}");
        if !embed.is_object() {
            form.wrong(&path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a MODEL_TYPE");
            continue;
        }
        for (field, max) in [("title", 256), ("description", 4096)] {
            total += text(form, &format!("{path}.{field}"), &embed[field], 0, max);
        }
        total += text(form, &format!("{path}.footer.text"), &embed["footer"]["text"], 1, 2048);
        total += text(form, &format!("{path}.author.name"), &embed["author"]["name"], 1, 256);
        if embed["footer"].is_object() && embed["footer"]["text"].is_null() {
            form.required(&format!("{path}.footer.text"));
        }
        check_links(form, &path, embed);
        if let Some(color) = embed["color"].as_u64().filter(|color| *color > 0xff_ffff) {
            let said = format!("int value should be less than or equal to 16777215, not {color}.");
            form.wrong(&format!("{path}.color"), "NUMBER_TYPE_MAX", &said);
        }
        if let Some(at) = embed["timestamp"].as_str()
            && crate::clock::parse_iso(at).is_none()
        {
            let said = format!("Could not parse {at}. Should be ISO8601.");
            form.wrong(&format!("{path}.timestamp"), "DATE_TIME_TYPE_PARSE", &said);
        }
        let fields = embed["fields"].as_array().map_or(&[][..], Vec::as_slice);
        if fields.len() > 25 {
            form.wrong(&format!("{path}.fields"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.");
        }
        for (number, field) in fields.iter().enumerate() {
            for (name, max) in [("name", 256), ("value", 1024)] {
                let path = format!("{path}.fields.{number}.{name}");
                if field[name].is_null() {
                    form.required(&path);
                }
                total += text(form, &path, &field[name], 1, max);
            }
        }
    }
    if total > MOST_CHARACTERS {
        let said = format!("Embed size exceeds maximum size of {MOST_CHARACTERS}");
        form.wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", &said);
    }
}

/// Checks one text and gives its length.
fn text(form: &mut Form, path: &str, value: &Value, min: usize, max: usize) -> usize {
    match value {
        Value::Null => 0,
        Value::String(text) => {
            form.length(path, text, min, max);
            text.chars().count()
        }
        _ => {
            form.wrong(path, "STRING_TYPE_CONVERT", "Could not interpret value as string.");
            0
        }
    }
}

fn check_links(form: &mut Form, path: &str, embed: &Value) {
    let places =
        [("url", &embed["url"]), ("image.url", &embed["image"]["url"]), ("thumbnail.url", &embed["thumbnail"]["url"])];
    for (place, link) in places {
        let Some(link) = link.as_str().filter(|link| !link.is_empty()) else { continue };
        let scheme = link.split_once("://").map_or("", |(scheme, _)| scheme);
        let attached = scheme == "attachment" && place != "url";
        if !attached && !["http", "https"].contains(&scheme) {
            let said = format!("Scheme \"{scheme}\" is not supported. Scheme must be one of ('http', 'https').");
            form.wrong(&format!("{path}.{place}"), "URL_TYPE_INVALID_SCHEME", &said);
        }
    }
}

/// Embeds as Discord gives them back.
pub fn settled(embeds: &[Value]) -> Vec<Value> {
    let mut out = embeds.to_vec();
    for embed in &mut out {
        crate::wire::merge(embed, json!({"type": "rich"}));
        for field in embed["fields"].as_array_mut().into_iter().flatten() {
            if field["inline"].is_null() {
                crate::wire::merge(field, json!({"inline": false}));
            }
        }
        if let Value::Object(fields) = embed {
            fields.retain(|_, value| !value.is_null());
        }
    }
    out
}
