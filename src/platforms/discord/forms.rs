//! Modals: the form of a command, filled with what is known of it already, and what becomes of one that is sent.
//!
//! Which fields it has is derived from the command, never written down by command. What is known and has no field travels in
//! the form's `custom_id`; nobody's words do.

use serde_json::{Value, json};

use super::custom::{Custom, Short, Stale};
use super::words::shortened;
use crate::domain::community::Language;
use crate::grammar::form::{Becomes, Field, Filled};
use crate::grammar::specs::{IN, Takes};
use crate::grammar::{Invocation, Spec};
use crate::speech::copy;

/// Discord's numbers.
const MOST_INPUTS: usize = 5;
const MOST_TITLE: usize = 45;
const MOST_LABEL: usize = 45;
const MOST_PLACEHOLDER: usize = 100;
const MOST_VALUE: usize = 4_000;

/// Discord's styles of a text input.
const LINE: u8 = 1;
const PARAGRAPH: u8 = 2;

/// The form of a command as far as it was said, as the data of an interaction's answer of type 9. `None` for a command that
/// a form could ask nothing about.
pub fn modal(begun: &Invocation, language: Language) -> Option<Value> {
    let values = begun.values();
    let known = |name: &str| values.iter().find(|(given, _)| *given == name).map(|(_, value)| value.as_str());
    let asked = asked(begun);
    if asked.is_empty() {
        return None;
    }
    let short = Short { command: begun.in_short(), community: known(IN.name).map(str::to_owned) };
    let inputs = asked.iter().map(|field| input(field, known(field.name), language));
    let rows: Vec<Value> = inputs.map(|input| json!({"type": 1, "components": [input]})).collect();
    let about = begun.target.map(|id| id.to_string());
    let title = copy::form_title(begun.spec, about.as_deref(), language);
    Some(json!({
        "custom_id": Custom::Form(short).write(None)?,
        "title": shortened(&title, MOST_TITLE),
        "components": rows,
    }))
}

/// What a form that was sent says: the command in its custom id, with the values of its inputs by their custom ids.
///
/// # Errors
/// It is no form of the bot's, or of another time.
pub fn submitted<'a>(custom_id: &str, inputs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Filled, Stale> {
    let Custom::Form(short) = Custom::read(custom_id)? else { return Err(Stale) };
    let begun = short.invocation().ok_or(Stale)?;
    let known = begun.values().into_iter().map(|(name, value)| (name.to_owned(), value));
    let mut values: Vec<(String, String)> = known.collect();
    for (name, value) in inputs {
        // What was known was not asked.
        if value.trim().is_empty() || values.iter().any(|(known, _)| known == name) {
            continue;
        }
        if !Field::all(begun.spec).iter().any(|field| field.name == name) {
            return Err(Stale);
        }
        values.push((name.to_owned(), value.to_owned()));
    }
    Ok(Filled { spec: begun.spec, values })
}

/// The fields that a form asks for, in the order in which people think of them: what it is about, if that is not known; its
/// words; the options in the order of the table. A switch is no field to write in. If there are too many, those go first
/// that nobody needs.
fn asked(begun: &Invocation) -> Vec<Field> {
    let fields = in_order(begun.spec);
    let is_asked = |field: &Field| match field.becomes {
        Becomes::Target => begun.target.is_none(),
        Becomes::Words => true,
        Becomes::Option(takes) => takes != Takes::OnOff,
    };
    let mut asked: Vec<Field> = fields.into_iter().filter(is_asked).collect();
    let wants = begun.wants();
    for field in &mut asked {
        field.is_required |= wants.contains(&field.name);
    }
    let values = begun.values();
    let rank = |field: &Field| match (field.is_required, values.iter().any(|(given, _)| *given == field.name)) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => 2,
    };
    let mut ranked: Vec<Field> = asked.clone();
    ranked.sort_by_key(rank);
    ranked.truncate(MOST_INPUTS);
    asked.retain(|field| ranked.contains(field));
    asked
}

fn in_order(spec: &'static Spec) -> Vec<Field> {
    let place = |field: &Field| match field.becomes {
        Becomes::Target => 0,
        Becomes::Words => 1,
        Becomes::Option(_) => 2 + spec.options.iter().position(|opt| opt.name == field.name).unwrap_or(0),
    };
    let mut fields = Field::all(spec);
    fields.sort_by_key(place);
    fields
}

fn input(field: &Field, known: Option<&str>, language: Language) -> Value {
    let style = if field.becomes == Becomes::Words { PARAGRAPH } else { LINE };
    let mut input = json!({
        "type": 4,
        "custom_id": field.name,
        "style": style,
        "label": shortened(&copy::field_label(field.name, language), MOST_LABEL),
        "placeholder": shortened(&copy::describe_parameter(field.name, language), MOST_PLACEHOLDER),
        "required": field.is_required,
    });
    if let Some(known) = known {
        input["value"] = json!(shortened(known, MOST_VALUE));
    }
    input
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::grammar::{SPECS, text};

    fn begun(said: &str) -> Invocation {
        text::read(said, Timestamp::UNIX_EPOCH).unwrap()
    }

    fn inputs(modal: &Value) -> Vec<&Value> {
        modal["components"].as_array().unwrap().iter().map(|row| &row["components"][0]).collect()
    }

    /// A form on one line: its fields, with `!` if they must be there, and what they hold.
    fn outline(said: &str) -> String {
        let modal = modal(&begun(said), Language::English).unwrap();
        let field = |input: &&Value| {
            let must = if input["required"] == true { "!" } else { "" };
            let value = input["value"].as_str().map(|value| format!("={value}")).unwrap_or_default();
            format!("{}{must}{value}", input["custom_id"].as_str().unwrap())
        };
        inputs(&modal).iter().map(field).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_pledge_is_made_in_a_form() {
        let modal = modal(&begun("pledge A1 what: by: in:eastbank"), Language::English).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&modal).unwrap(), @"");
    }

    #[test]
    fn a_form_asks_what_is_wanted_and_keeps_what_was_said() {
        let forms = [
            "ask",
            "ask Two tables need:2 kind:goods",
            "pledge",
            "pledge A1 a van",
            "adjust P7 by:",
            "thanks P7",
            "done P7",
            "stillneeded A2",
            "edit A2",
            "offer",
            "community settings weekly:off digest:3",
        ];
        let lines: Vec<String> = forms.iter().map(|said| format!("{said} -> {}", outline(said))).collect();
        insta::assert_snapshot!(lines.join("\n"), @"");
        assert_eq!(modal(&begun("mine"), Language::English), None);
        assert_eq!(modal(&begun("maybe A1"), Language::English), None);
    }

    #[test]
    fn what_is_sent_is_what_was_known_and_what_was_written() {
        let modal = modal(&begun("adjust P7 by: nudges:off in:eastbank"), Language::English).unwrap();
        let id = modal["custom_id"].as_str().unwrap();
        let sent = [("by", "friday"), ("note", " "), ("what", "by:monday P9")];
        let filled = submitted(id, sent).unwrap().invocation().unwrap();
        assert_eq!(filled.said, r#"adjust P7 nudges:off in:eastbank by:"friday" what:"by:monday P9""#);
        assert_eq!(submitted(id, [("owner", "ana")]), Err(Stale));
        assert_eq!(submitted("1|p|||done P7", []), Err(Stale));
        let other = submitted(id, [("pledge", "P9")]).unwrap().invocation().unwrap();
        assert_eq!(other.target, "P7".parse().ok(), "a form is about what it says it is about");
    }

    proptest! {
        /// Every number of Discord's about forms, whatever is known already, in every language.
        #[test]
        fn discord_takes_every_form(which in 0..SPECS.len(), words in "\\PC{0,5000}", by in "\\PC{0,50}") {
            let spec = &SPECS[which];
            let values = Field::all(spec).into_iter().filter_map(|field| match field.becomes {
                Becomes::Words | Becomes::Option(Takes::Words) => Some((field.name, words.as_str())),
                Becomes::Option(Takes::When) => Some((field.name, by.as_str())),
                _ => None,
            });
            let begun = Invocation::filled(spec, values).unwrap();
            for language in Language::ALL {
                let Some(modal) = modal(&begun, language) else { continue };
                let count = |value: &Value| value.as_str().unwrap_or_default().encode_utf16().count();
                prop_assert!((1..=45).contains(&count(&modal["title"])));
                prop_assert!((1..=100).contains(&count(&modal["custom_id"])));
                let inputs = inputs(&modal);
                prop_assert!((1..=5).contains(&inputs.len()));
                for input in inputs {
                    prop_assert!((1..=100).contains(&count(&input["custom_id"])));
                    prop_assert!((1..=45).contains(&count(&input["label"])));
                    prop_assert!((1..=100).contains(&count(&input["placeholder"])));
                    prop_assert!(count(&input["value"]) <= 4_000);
                }
            }
        }
    }
}
