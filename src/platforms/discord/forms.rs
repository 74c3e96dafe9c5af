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

/// The form of a command, filled with what is known already, as the data of an interaction's answer of type 9. `None` for a
/// command that a form could ask nothing about.
pub fn modal(filled: &Filled, language: Language) -> Option<Value> {
    let known = Known::of(filled)?;
    let asked = asked(filled, &known);
    if asked.is_empty() {
        return None;
    }
    let community = known.invocation.option(IN.name).map(str::to_owned);
    let short = Short { command: known.invocation.in_short(), community };
    let inputs = asked.iter().map(|field| input(filled.spec, field, known.value(field.name), language));
    let rows: Vec<Value> = inputs.map(|input| json!({"type": 1, "components": [input]})).collect();
    let about = known.invocation.target.map(|id| id.to_string());
    let title = copy::form_title(filled.spec, about.as_deref(), language);
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

/// What is known of a form: its values as they were written, and as much of them as is a command.
struct Known<'a> {
    values: &'a [(String, String)],
    invocation: Invocation,
}

impl<'a> Known<'a> {
    /// What is no id of the right letter is asked for again, with what was written there.
    fn of(filled: &'a Filled) -> Option<Known<'a>> {
        let values = || filled.values.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields = in_order(filled.spec);
        let is_target = |name: &str| fields.iter().any(|field| field.name == name && field.becomes == Becomes::Target);
        let whole = Invocation::filled(filled.spec, values());
        let without = || Invocation::filled(filled.spec, values().filter(|(name, _)| !is_target(name)));
        Some(Known { values: &filled.values, invocation: whole.or_else(|_| without()).ok()? })
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        let given = self.values.iter().find(|(given, _)| given == name).map(|(_, value)| value.trim());
        given.filter(|value| !value.is_empty())
    }
}

/// The fields that a form asks for, in the order in which people think of them: what it is about, if that is not known; its
/// words; the options in the order of the table. A switch is no field to write in. If there are too many, those go first
/// that nobody needs.
fn asked(filled: &Filled, known: &Known<'_>) -> Vec<Field> {
    let is_asked = |field: &Field| match field.becomes {
        Becomes::Target => known.invocation.target.is_none(),
        Becomes::Words => true,
        Becomes::Option(takes) => takes != Takes::OnOff,
    };
    let is_begun = |name: &str| filled.values.iter().any(|(given, value)| given == name && value.trim().is_empty());
    let mut asked: Vec<Field> = in_order(filled.spec).into_iter().filter(is_asked).collect();
    for field in &mut asked {
        field.is_required |= is_begun(field.name);
    }
    let rank = |field: &Field| match (field.is_required, known.value(field.name)) {
        (true, _) => 0,
        (false, Some(_)) => 1,
        (false, None) => 2,
    };
    let mut ranked = asked.clone();
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

fn input(spec: &Spec, field: &Field, known: Option<&str>, language: Language) -> Value {
    let style = if field.becomes == Becomes::Words { PARAGRAPH } else { LINE };
    let example = match copy::field_example(spec, field.name, language) {
        none if none.is_empty() => copy::describe_parameter(field.name, language),
        example => example,
    };
    let mut input = json!({
        "type": 4,
        "custom_id": field.name,
        "style": style,
        "label": shortened(&copy::field_label(field.name, language), MOST_LABEL),
        "placeholder": shortened(&example, MOST_PLACEHOLDER),
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

    fn begun(said: &str) -> Filled {
        Filled::of(&text::read(said, Timestamp::UNIX_EPOCH).unwrap())
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
        insta::assert_snapshot!(serde_json::to_string_pretty(&modal).unwrap(), @r#"
        {
          "components": [
            {
              "components": [
                {
                  "custom_id": "what",
                  "label": "What do you promise?",
                  "placeholder": "I'll bring my drill",
                  "required": true,
                  "style": 1,
                  "type": 4
                }
              ],
              "type": 1
            },
            {
              "components": [
                {
                  "custom_id": "by",
                  "label": "By when?",
                  "placeholder": "friday 18:00",
                  "required": true,
                  "style": 1,
                  "type": 4
                }
              ],
              "type": 1
            },
            {
              "components": [
                {
                  "custom_id": "first",
                  "label": "Your first step",
                  "placeholder": "call the hall",
                  "required": false,
                  "style": 1,
                  "type": 4
                }
              ],
              "type": 1
            },
            {
              "components": [
                {
                  "custom_id": "amount",
                  "label": "How many?",
                  "placeholder": "2",
                  "required": false,
                  "style": 1,
                  "type": 4
                }
              ],
              "type": 1
            }
          ],
          "custom_id": "1|f||eastbank|pledge A1",
          "title": "A1: Your pledge"
        }
        "#);
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
        insta::assert_snapshot!(lines.join("\n"), @r#"
        ask -> words! kind need by visibility
        ask Two tables need:2 kind:goods -> words!=Two tables kind=goods need=2 by visibility
        pledge -> ask! what! by! first amount
        pledge A1 a van -> what!=a van by! first amount
        adjust P7 by: -> by! amount what first note
        thanks P7 -> words!
        done P7 -> amount note
        stillneeded A2 -> note
        edit A2 -> words kind need by visibility
        offer -> words! kind
        community settings weekly:off digest:3 -> name zone language digest=3 weekly=off
        "#);
        assert_eq!(modal(&begun("mine"), Language::English), None);
        assert_eq!(modal(&begun("maybe A1"), Language::English), None);
    }

    #[test]
    fn every_form_speaks_in_words_that_are_nobodys_code() {
        for (spec, language) in SPECS.iter().flat_map(|spec| Language::ALL.map(|language| (spec, language))) {
            let Some(modal) = modal(&Filled { spec, values: Vec::new() }, language) else { continue };
            assert_ne!(modal["title"], spec.path, "a title in {language:?}");
            for input in inputs(&modal) {
                let name = input["custom_id"].as_str().unwrap();
                assert_ne!(input["label"], name, "a label of {} in {language:?}", spec.path);
                // Of the switch of one's own reminders, which is no field of a form.
                let other = copy::describe_parameter("nudges", language);
                assert_ne!(input["placeholder"], other, "{} {name} in {language:?}", spec.path);
            }
        }
    }

    #[test]
    fn a_form_that_said_no_id_is_opened_again_with_what_it_said() {
        let values = [("ask", "the chairs"), ("what", "a van"), ("by", "someday")];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let draft = Filled { spec: &SPECS[2], values };
        assert!(draft.invocation().is_err());
        let modal = modal(&draft, Language::Spanish).unwrap();
        let said: Vec<_> = inputs(&modal).iter().map(|input| input["value"].as_str().unwrap_or_default()).collect();
        assert_eq!(said, ["the chairs", "a van", "someday", "", ""]);
        assert_eq!(modal["custom_id"], "1|f|||pledge");
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
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Every number of Discord's about forms, whatever is known already, in every language.
        #[test]
        fn discord_takes_every_form(which in 0..SPECS.len(), word in "\\PC{1,9}", times in 0..900_usize, by in "\\PC{0,50}") {
            let (spec, words) = (&SPECS[which], word.repeat(times));
            let values = Field::all(spec).into_iter().filter_map(|field| match field.becomes {
                Becomes::Words | Becomes::Option(Takes::Words) => Some((field.name, words.as_str())),
                Becomes::Option(Takes::When) => Some((field.name, by.as_str())),
                _ => None,
            });
            let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let begun = Filled { spec, values };
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
