//! The fields of a command's form as Matrix's proposal writes them down.

use serde_json::{Value, json};

use super::words;
use crate::domain::ask::{KindOfHelp, Visibility};
use crate::domain::community::Language;
use crate::grammar::form::{Becomes, Field};
use crate::grammar::specs::Takes;
use crate::speech::copy;

pub(super) fn described(field: &Field, language: Language) -> Value {
    let description = words(copy::describe_parameter(field.name, language));
    let mut whole = json!({"key": field.name, "schema": schema(field.becomes), "description": description});
    if !field.is_required {
        whole["optional"] = json!(true);
    }
    whole
}

fn schema(becomes: Becomes) -> Value {
    match becomes {
        Becomes::Option(Takes::Amount | Takes::Number(..)) => primitive("integer"),
        Becomes::Option(Takes::OnOff) => primitive("boolean"),
        Becomes::Option(Takes::Kind) => one_of(&KindOfHelp::ALL.map(KindOfHelp::name)),
        Becomes::Option(Takes::Visibility) => one_of(&Visibility::ALL.map(Visibility::name)),
        Becomes::Option(Takes::Language) => one_of(&Language::ALL.map(Language::tag)),
        // Somebody here, whom a client knows how to offer; or a name, as people type it.
        Becomes::Option(Takes::Person | Takes::PersonOrRole) => union(vec![primitive("user_id"), primitive("string")]),
        Becomes::Option(
            Takes::Words
            | Takes::When
            | Takes::Zone
            | Takes::Hours
            | Takes::DayOrOff
            | Takes::Schedule
            | Takes::Community,
        )
        | Becomes::Target
        | Becomes::Words => primitive("string"),
    }
}

pub(super) fn primitive(kind: &str) -> Value {
    json!({"schema_type": "primitive", "type": kind})
}

fn union(variants: Vec<Value>) -> Value {
    json!({"schema_type": "union", "variants": variants})
}

fn one_of(values: &[&str]) -> Value {
    let literal = |value: &&str| json!({"schema_type": "literal", "literal_type": "string", "value": value});
    union(values.iter().map(literal).collect())
}
