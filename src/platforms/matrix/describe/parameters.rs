//! The fields of a command's form, derived from the grammar: asked which of them it can do without, it is the grammar itself
//! that answers.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::words;
use crate::domain::Zone;
use crate::domain::ask::{KindOfHelp, Visibility};
use crate::domain::community::Language;
use crate::grammar::command::{self, Reading};
use crate::grammar::specs::{Opt, Spec, Takes, Target, Wording};
use crate::grammar::text;
use crate::speech::copy;

/// Where the words of a command go that belong to no option.
const WORDS: &str = "words";

/// A field of a command's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) becomes: Becomes,
    pub(super) is_required: bool,
    /// Takes the rest of the line where a client has its people type.
    pub(super) is_tail: bool,
}

/// What of a command's text a field becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Becomes {
    Target,
    Words,
    Option(Takes),
}

impl Parameter {
    /// A command's fields, in the order in which a client asks for them: what must be there, with what may be long last,
    /// then what may be left out.
    pub(super) fn all(spec: &Spec) -> Vec<Parameter> {
        let target = match spec.target {
            Target::Nothing => None,
            Target::Ask => Some("ask"),
            Target::Pledge => Some("pledge"),
            Target::AskOrPledge | Target::Anything => Some("id"),
            Target::Gathering => Some("gathering"),
        };
        let loose = match spec.wording {
            Wording::None => None,
            Wording::Own => Some(WORDS),
            Wording::As(option) => Some(option),
        };
        let target = target.map(|name| (name, Becomes::Target));
        let options = spec.options.iter().map(|Opt { name, takes }| (*name, Becomes::Option(*takes)));
        let words = matches!(spec.wording, Wording::Own).then_some((WORDS, Becomes::Words));
        let fields: Vec<_> = target.into_iter().chain(options).chain(words).collect();
        let mut parameters: Vec<Parameter> = fields
            .iter()
            .map(|(name, becomes)| Parameter {
                name,
                becomes: *becomes,
                is_required: !goes_without(spec, &fields, name),
                is_tail: loose == Some(*name)
                    && matches!(becomes, Becomes::Words | Becomes::Option(Takes::Words | Takes::When)),
            })
            .collect();
        parameters.sort_by_key(|parameter| (!parameter.is_required && !parameter.is_tail, parameter.is_tail));
        parameters
    }

    pub(super) fn described(&self, language: Language) -> Value {
        let description = words(copy::describe_parameter(self.name, language));
        let mut whole = json!({"key": self.name, "schema": self.schema(), "description": description});
        if !self.is_required {
            whole["optional"] = json!(true);
        }
        whole
    }

    fn schema(&self) -> Value {
        match self.becomes {
            Becomes::Option(Takes::Amount | Takes::Number(..)) => primitive("integer"),
            Becomes::Option(Takes::OnOff) => primitive("boolean"),
            Becomes::Option(Takes::Kind) => one_of(&KindOfHelp::ALL.map(KindOfHelp::name)),
            Becomes::Option(Takes::Visibility) => one_of(&Visibility::ALL.map(Visibility::name)),
            Becomes::Option(Takes::Language) => one_of(&Language::ALL.map(Language::tag)),
            // Somebody here, whom a client knows how to offer; or a name, as people type it.
            Becomes::Option(Takes::Person) => union(vec![primitive("user_id"), primitive("string")]),
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

/// Whether a command is understood without one of its fields, all others given. The grammar is asked, so that a form cannot
/// say otherwise.
fn goes_without(spec: &Spec, fields: &[(&'static str, Becomes)], left_out: &str) -> bool {
    is_understood(&example(spec, fields.iter().filter(|(name, _)| *name != left_out)))
}

pub(super) fn example<'a>(spec: &Spec, fields: impl Iterator<Item = &'a (&'static str, Becomes)>) -> String {
    let mut example = spec.path.to_owned();
    for (name, becomes) in fields {
        let said = match becomes {
            Becomes::Target => match spec.target {
                Target::Pledge => " P1".to_owned(),
                Target::Gathering => " G1".to_owned(),
                _ => " A1".to_owned(),
            },
            Becomes::Words => " care".to_owned(),
            Becomes::Option(takes) => format!(" {name}:\"{}\"", example_of(*takes)),
        };
        example.push_str(&said);
    }
    example
}

pub(super) fn example_of(takes: Takes) -> String {
    match takes {
        Takes::Words | Takes::Person | Takes::Community => "luis".to_owned(),
        Takes::Amount => "1".to_owned(),
        Takes::Number(least, _) => least.to_string(),
        Takes::When => "1970-02-01 10:00".to_owned(),
        Takes::Kind => KindOfHelp::ALL[0].name().to_owned(),
        Takes::Visibility => Visibility::ALL[0].name().to_owned(),
        Takes::Zone => "UTC".to_owned(),
        Takes::Language => Language::ALL[0].tag().to_owned(),
        Takes::Hours => "20:30-08:30".to_owned(),
        Takes::DayOrOff | Takes::OnOff | Takes::Schedule => "off".to_owned(),
    }
}

pub(super) fn is_understood(said: &str) -> bool {
    let now = Timestamp::UNIX_EPOCH;
    let zone = Zone::utc();
    let reading = Reading { now, said_at: now, zone: &zone };
    text::read(said, now).and_then(|invocation| command::understand(&invocation, &reading)).is_ok()
}
