//! A command as a form: its fields, for platforms where people fill in rather than type, and what becomes of a form that is
//! filled in.
//!
//! The fields are derived from the table of commands, and which of them must be there the grammar itself is asked. A filled
//! form becomes an [`Invocation`] field by field and is never written out and read again on the way: no value can become
//! another option, an id or a second command.

use jiff::Timestamp;

use super::command::{self, Reading};
use super::specs::{IN, Opt, Spec, Takes, Target, Wording};
use super::text::{self, Invocation};
use crate::domain::Zone;
use crate::domain::ask::{KindOfHelp, Visibility};
use crate::domain::community::Language;
use crate::domain::refusal::{Needed, Refusal};

/// The field for the words of a command that belong to no option.
pub const WORDS: &str = "words";

/// A field of a command's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub becomes: Becomes,
    pub is_required: bool,
    /// Takes the rest of the line where people type: what the command's loose words are.
    pub is_tail: bool,
}

/// What of a command a field becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Becomes {
    /// What it points at.
    Target,
    /// Its own words.
    Words,
    Option(Takes),
}

impl Field {
    /// A command's fields, in the order in which they are asked for: what must be there, with what may be long last, then
    /// what may be left out.
    pub fn all(spec: &'static Spec) -> Vec<Field> {
        let loose = match spec.wording {
            Wording::None => None,
            Wording::Own => Some(WORDS),
            Wording::As(option) => Some(option),
        };
        let parts = parts(spec);
        let mut fields: Vec<Field> = parts
            .iter()
            .map(|(name, becomes)| Field {
                name,
                becomes: *becomes,
                is_required: !goes_without(spec, &parts, name),
                is_tail: loose == Some(*name)
                    && matches!(becomes, Becomes::Words | Becomes::Option(Takes::Words | Takes::When)),
            })
            .collect();
        fields.sort_by_key(|field| (!field.is_required && !field.is_tail, field.is_tail));
        fields
    }
}

/// A form as it came back: its command, and the values by the names of the fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    pub spec: &'static Spec,
    pub values: Vec<(String, String)>,
}

impl Filled {
    /// The form of a command, filled with what it says. An option that is only begun is a field without a value.
    pub fn of(invocation: &Invocation) -> Filled {
        let mut values = invocation.values();
        let begun = invocation.options.iter().filter(|(_, value)| value.is_empty()).map(|(name, _)| *name);
        values.extend(begun.map(|name| (name, String::new())));
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Filled { spec: invocation.spec, values }
    }

    /// The command it is.
    ///
    /// # Errors
    /// Those of [`Invocation::filled`].
    pub fn invocation(&self) -> Result<Invocation, Refusal> {
        Invocation::filled(self.spec, self.values.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

impl Invocation {
    /// A command from the values of its fields; which community is meant may be among them. What is left empty is left out.
    ///
    /// # Errors
    /// A field that the command does not have; one that is there twice; an id that is none, or of something else.
    pub fn filled<'v>(
        spec: &'static Spec,
        values: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) -> Result<Invocation, Refusal> {
        let fields = parts(spec);
        let mut target = None;
        let mut words = None;
        let mut options: Vec<(&'static str, String)> = Vec::new();
        for (name, value) in values {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            let is_twice = match fields.iter().chain([&(IN.name, Becomes::Option(IN.takes))]).find(|f| f.0 == name) {
                Some((_, Becomes::Target)) => {
                    let id = text::target(spec.target, value);
                    let id = id.ok_or_else(|| Refusal::Missing { path: spec.path.to_owned(), what: needed(spec) })?;
                    target.replace(id).is_some()
                }
                Some((_, Becomes::Words)) => words.replace(value.to_owned()).is_some(),
                Some((name, Becomes::Option(_))) => {
                    let is_twice = options.iter().any(|(given, _)| given == name);
                    options.push((name, value.to_owned()));
                    is_twice
                }
                None => {
                    let (option, said) = (name.to_owned(), value.to_owned());
                    return Err(Refusal::BadValue { option, said, takes: Vec::new() });
                }
            };
            if is_twice {
                return Err(Refusal::Twice { option: name.to_owned() });
            }
        }
        let mut filled = Invocation { spec, target, words: words.unwrap_or_default(), options, said: String::new() };
        filled.said = filled.typed();
        Ok(filled)
    }

    /// Everything it says, by the fields of its form: to fill the form again with what is known already.
    pub fn values(&self) -> Vec<(&'static str, String)> {
        let loose = match self.spec.wording {
            Wording::None => None,
            Wording::Own => Some(WORDS),
            // Named, it counts more than loose words.
            Wording::As(option) => Some(option).filter(|option| self.option(option).is_none_or(str::is_empty)),
        };
        let words = Some(&self.words).filter(|words| !words.is_empty());
        let mut values: Vec<(&'static str, String)> = Vec::new();
        for (name, becomes) in parts(self.spec).into_iter().chain([(IN.name, Becomes::Option(IN.takes))]) {
            let value = match becomes {
                Becomes::Target => self.target.map(|id| id.to_string()),
                Becomes::Words => None,
                Becomes::Option(_) => self.option(name).map(str::to_owned),
            };
            let value = value.filter(|value| !value.is_empty());
            let value = value.or_else(|| words.filter(|_| loose == Some(name)).cloned());
            values.extend(value.map(|value| (name, value)));
        }
        values
    }

    /// The fields without which it says nothing yet: those that are only begun (`adjust P7 by:`), and those that must be
    /// there and are not (`thanks P7`). Empty if it is a whole command.
    pub fn wants(&self) -> Vec<&'static str> {
        let values = self.values();
        let is_there = |name: &str| values.iter().any(|(given, _)| *given == name);
        let fields = Field::all(self.spec);
        let wanted = |field: &&Field| {
            !is_there(field.name) && (field.is_required || self.option(field.name).is_some_and(str::is_empty))
        };
        fields.iter().filter(wanted).map(|field| field.name).collect()
    }

    /// The whole as a person would type it.
    fn typed(&self) -> String {
        let mut said = self.spec.path.to_owned();
        if let Some(id) = self.target {
            said = format!("{said} {id}");
        }
        if !self.words.is_empty() {
            said = format!("{said} {}", text::plain_words(self.spec, &self.words));
        }
        for (name, value) in &self.options {
            let opt = self.spec.options.iter().chain([&IN]).find(|opt| opt.name == *name);
            said = format!("{said} {name}:{}", text::quoted(value, opt.map_or(Takes::Words, |opt| opt.takes)));
        }
        said
    }
}

/// The names of a command's fields and what each becomes, in the order of the table.
fn parts(spec: &Spec) -> Vec<(&'static str, Becomes)> {
    let target = match spec.target {
        Target::Nothing => None,
        Target::Ask => Some("ask"),
        Target::Pledge => Some("pledge"),
        Target::AskOrPledge | Target::Anything => Some("id"),
        Target::Gathering => Some("gathering"),
    };
    let target = target.map(|name| (name, Becomes::Target));
    let options = spec.options.iter().map(|Opt { name, takes }| (*name, Becomes::Option(*takes)));
    let words = matches!(spec.wording, Wording::Own).then_some((WORDS, Becomes::Words));
    target.into_iter().chain(options).chain(words).collect()
}

/// What somebody is asked for who named something else.
fn needed(spec: &Spec) -> Needed {
    match spec.target {
        Target::Pledge => Needed::Pledge,
        Target::AskOrPledge => Needed::AskOrPledge,
        Target::Gathering => Needed::Gathering,
        Target::Ask | Target::Anything | Target::Nothing => Needed::Ask,
    }
}

/// Whether a command is understood without one of its fields, all others given. The grammar is asked, so that a form cannot
/// say otherwise.
fn goes_without(spec: &'static Spec, parts: &[(&'static str, Becomes)], left_out: &str) -> bool {
    is_understood(spec, parts.iter().filter(|(name, _)| *name != left_out))
}

fn is_understood<'a>(spec: &'static Spec, parts: impl Iterator<Item = &'a (&'static str, Becomes)>) -> bool {
    let values: Vec<(&str, String)> = parts.map(|(name, becomes)| (*name, example(spec, *becomes))).collect();
    let values = values.iter().map(|(name, value)| (*name, value.as_str()));
    let (now, zone) = (Timestamp::UNIX_EPOCH, Zone::utc());
    let reading = Reading { now, said_at: now, zone: &zone };
    Invocation::filled(spec, values).and_then(|filled| command::understand(&filled, &reading)).is_ok()
}

/// A value that a field takes, in 1970.
fn example(spec: &Spec, becomes: Becomes) -> String {
    match becomes {
        Becomes::Target => match spec.target {
            Target::Pledge => "P1",
            Target::Gathering => "G1",
            Target::Nothing | Target::Ask | Target::AskOrPledge | Target::Anything => "A1",
        }
        .to_owned(),
        Becomes::Words => "care".to_owned(),
        Becomes::Option(takes) => match takes {
            Takes::Words | Takes::Person | Takes::PersonOrRole | Takes::Community => "luis".to_owned(),
            Takes::Amount => "1".to_owned(),
            Takes::Number(least, _) => least.to_string(),
            Takes::When => "1970-02-01 10:00".to_owned(),
            Takes::Kind => KindOfHelp::ALL[0].name().to_owned(),
            Takes::Visibility => Visibility::ALL[0].name().to_owned(),
            Takes::Zone => "UTC".to_owned(),
            Takes::Language => Language::ALL[0].tag().to_owned(),
            Takes::Hours => "20:30-08:30".to_owned(),
            Takes::DayOrOff | Takes::OnOff | Takes::Schedule => "off".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{AskId, PledgeId, Ref};
    use crate::grammar::specs::{self, SPECS};

    fn spec(path: &str) -> &'static Spec {
        specs::find(path).unwrap()
    }

    fn filled(path: &str, values: &[(&str, &str)]) -> Result<Invocation, Refusal> {
        Invocation::filled(spec(path), values.iter().copied())
    }

    fn typed(text: &str) -> Invocation {
        text::read(text, Timestamp::UNIX_EPOCH).unwrap()
    }

    /// A command's form on one line: what must be there, `[what may be left out]`, and `what takes the rest…`.
    fn form(spec: &'static Spec) -> String {
        let show = |field: &Field| match (field.is_required, field.is_tail) {
            (true, false) => field.name.to_owned(),
            (true, true) => format!("{}…", field.name),
            (false, false) => format!("[{}]", field.name),
            (false, true) => format!("[{}…]", field.name),
        };
        let shown: Vec<String> = Field::all(spec).iter().map(show).collect();
        [&format!("{}:", spec.path)].into_iter().chain(&shown).map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_form_asks_for_what_the_grammar_needs() {
        let forms: Vec<String> = SPECS.iter().map(form).collect();
        insta::assert_snapshot!(forms.join("\n"), @r#"
        ask: words… [kind] [need] [by] [visibility]
        needs: [kind]
        pledge: ask by what… [first] [amount]
        maybe: ask
        done: pledge [note…] [amount]
        adjust: pledge [note…] [by] [amount] [what] [first] [nudges]
        handback: pledge
        confirm: pledge
        stillneeded: id [note…]
        thanks: pledge words…
        withdraw: id
        edit: ask [words…] [kind] [need] [by] [visibility]
        offer: words… [kind]
        offers: [kind]
        invite: ask who
        mine:
        me: [zone] [language] [quiet] [away] [notices]
        link: [code…]
        unlink: [account…]
        gathering new: when… [where] [facilitator] [scribe]
        gathering list:
        gathering show: [gathering]
        gathering move: when… [gathering]
        gathering cancel: [gathering]
        digest preview: [gathering]
        digest post: [gathering]
        digest hold: [gathering]
        care:
        community setup: [name…] [zone] [language] [nudges] [confirm] [digest] [weekly] [threads]
        community settings: [name] [zone] [language] [nudges] [confirm] [digest] [weekly] [threads]
        community check:
        community link: [code…]
        convener add: who
        convener remove: who
        help: [words…]
        "#);
        for spec in SPECS {
            assert!(is_understood(spec, parts(spec).iter()), "{}", spec.path);
        }
    }

    #[test]
    fn a_filled_form_is_the_command_somebody_would_have_typed() {
        let ask =
            filled("ask", &[("words", "Two tables"), ("need", "2"), ("by", "next friday"), ("kind", "")]).unwrap();
        assert_eq!(ask.said, r#"ask Two tables need:2 by:"next friday""#);
        assert_eq!(typed(&ask.said), ask);
        let done = filled("done", &[("pledge", " #p7 "), ("note", "6\" of rain"), ("in", "eastbank")]).unwrap();
        assert_eq!(done.target, Some(Ref::Pledge(PledgeId(7))));
        assert_eq!(done.said, "done P7 note:«6\" of rain» in:eastbank");
        assert_eq!(typed(&done.said), done);
    }

    #[test]
    fn an_id_that_is_none_is_asked_for_and_never_guessed() {
        let missing = |path: &str, what| Err(Refusal::Missing { path: path.to_owned(), what });
        assert_eq!(filled("done", &[("pledge", "A1")]), missing("done", Needed::Pledge));
        assert_eq!(filled("pledge", &[("ask", "P1"), ("what", "A1")]), missing("pledge", Needed::Ask));
        assert_eq!(filled("withdraw", &[("id", "the chairs")]), missing("withdraw", Needed::Ask));
        assert_eq!(filled("done", &[("pledge", "P1 P2")]), missing("done", Needed::Pledge));
        // Typed, a word that is no gathering would be the next one.
        assert_eq!(
            filled("gathering cancel", &[("gathering", "third")]),
            missing("gathering cancel", Needed::Gathering)
        );
        assert_eq!(filled("gathering cancel", &[("gathering", "")]).unwrap().target, None);
    }

    #[test]
    fn what_the_command_does_not_ask_for_is_refused() {
        let bad = filled("ask", &[("words", "Tables"), ("owner", "ana")]);
        assert_eq!(bad, Err(Refusal::BadValue { option: "owner".into(), said: "ana".into(), takes: Vec::new() }));
        assert!(matches!(filled("pledge", &[("words", "a van")]), Err(Refusal::BadValue { .. })));
        let twice = filled("ask", &[("words", "Tables"), ("kind", "goods"), ("kind", "time")]);
        assert_eq!(twice, Err(Refusal::Twice { option: "kind".into() }));
        assert_eq!(filled("ask", &[("words", "a"), ("words", "b")]), Err(Refusal::Twice { option: "words".into() }));
    }

    #[test]
    fn a_form_is_filled_again_with_what_was_there() {
        let values = |text: &str| -> Vec<(&str, String)> { typed(text).values() };
        let named = |pairs: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
            pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
        };
        assert_eq!(
            values("pledge A2 a van by:friday in:eastbank"),
            named(&[("ask", "A2"), ("what", "a van"), ("by", "friday"), ("in", "eastbank")])
        );
        assert_eq!(values(r#"pledge A2 loose what:"a van""#), named(&[("ask", "A2"), ("what", "a van")]));
        assert_eq!(values("ask Two tables need:2"), named(&[("need", "2"), ("words", "Two tables")]));
        assert_eq!(values("adjust P7 by: what:"), named(&[("pledge", "P7")]));
        let begun = Filled::of(&typed("adjust P7 nudges:off by:"));
        let begun: Vec<_> = begun.values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(begun, [("pledge", "P7"), ("nudges", "off"), ("by", "")]);
        assert_eq!(values("gathering show G3 please"), named(&[("gathering", "G3")]));
    }

    #[test]
    fn a_command_that_is_only_begun_says_what_it_wants() {
        for (said, wants) in [
            ("pledge A1 what: by:", &["by", "what"][..]),
            ("pledge", &["ask", "by", "what"]),
            ("pledge A1 a van", &["by"]),
            ("adjust P7 by:", &["by"]),
            ("thanks P7", &["words"]),
            ("ask", &["words"]),
            ("done P7", &[]),
            ("adjust P7 nudges:off", &[]),
            ("maybe A1", &[]),
            ("withdraw A1", &[]),
            ("gathering cancel", &[]),
        ] {
            assert_eq!(typed(said).wants(), wants, "{said}");
        }
    }

    proptest! {
        /// No value gets out of its field, whatever quotes, colons and ids are in it; nor when the whole is typed again.
        #[test]
        fn a_value_stays_in_its_field(
            note in r#"([a-z"“”„«»:
    ]|by:|P[0-9]|in:|what:"){0,24}"#,
            what in r#"([a-z"“”„«»:
    ]|by:|P[0-9]|in:|what:"){0,24}"#,
            words in r#"([a-z"“”„«»:
    ]| by:|P[0-9]| kind:"| IN:| need:2){0,24}"#,
        ) {
            let given = [("pledge", "P1"), ("note", &note), ("what", &what), ("by", "friday")];
            let adjust = filled("adjust", &given).unwrap();
            let kept: Vec<(&str, String)> = adjust.values();
            for (name, value) in [("note", &note), ("what", &what)] {
                let found = kept.iter().find(|(given, _)| *given == name).map_or("", |(_, value)| value);
                prop_assert_eq!(found, value.trim());
            }
            let again = typed(&adjust.said);
            prop_assert_eq!(again.target, Some(Ref::Pledge(PledgeId(1))));
            prop_assert_eq!(again.option("by"), Some("friday"));
            prop_assert_eq!(again.option("in"), None);
            prop_assert_eq!(again.words, "");

            let edit = filled("edit", &[("ask", "A1"), ("words", &words), ("by", "friday")]).unwrap();
            prop_assert_eq!(&edit.words, words.trim());
            let again = typed(&edit.said);
            prop_assert_eq!(again.target, Some(Ref::Ask(AskId(1))));
            prop_assert_eq!(again.option("by"), Some("friday"));
            for none in ["kind", "need", "in", "visibility"] {
                prop_assert_eq!(again.option(none), None);
            }
        }
    }
}
