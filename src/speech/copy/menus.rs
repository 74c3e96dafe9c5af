//! The words around commands where an app shows them by itself, in menus and forms: names, groups, choices, labels.

use super::bare_voice;
use super::draft::Draft;
use super::phrase::{Args, key, own};
use crate::domain::AskId;
use crate::domain::community::Language;
use crate::grammar::specs::Takes;
use crate::grammar::{Spec, form};
use crate::speech::doc::Doc;

/// A button of an app's own, which belongs to no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// All that is the reader's.
    Mine,
    /// What people look for.
    Needs,
    /// A form once more, with what was in it.
    Again,
}

/// What a command is called in a menu: its path, or the language's own word for it, which is one of its aliases.
pub fn command_name(spec: &Spec, language: Language) -> String {
    words("command-name", &[("path", key(spec.path)), ("name", own(spec.path))], language)
}

/// What the commands under one noun are about (`gathering`).
pub fn describe_group(noun: &str, language: Language) -> String {
    words("command-group", &[("noun", key(noun)), ("name", own(noun))], language)
}

/// How one of the values is called that an option takes.
pub fn choice_name(takes: Takes, value: &str, language: Language) -> String {
    match takes {
        Takes::Kind => words("kind-of-help", &[("kind", key(value))], language),
        Takes::Visibility => words("visibility-name", &[("visibility", key(value))], language),
        Takes::Language => words("language-name", &[("language", key(value))], language),
        _ => value.to_owned(),
    }
}

/// The title of a form for a command, and for what it points at, if that is known.
pub fn form_title(spec: &Spec, about: Option<&str>, language: Language) -> String {
    let chosen = key(&spec.path.replace(' ', "-"));
    let title = words("form-title", &[("path", chosen), ("name", own(spec.path))], language);
    match about {
        Some(id) => words("form-title-about", &[("id", own(id)), ("title", own(title))], language),
        None => title,
    }
}

/// The label of a field in a form.
pub fn field_label(name: &str, language: Language) -> String {
    words("field-label", &[("field", key(name)), ("name", own(name))], language)
}

/// Something that could stand in a field; empty if its description says enough.
pub fn field_example(spec: &Spec, name: &str, language: Language) -> String {
    // A command's own words are an example of that command.
    let like = if name == form::WORDS { spec.path } else { name };
    words("field-example", &[("like", key(like))], language)
}

pub fn label(label: Label, language: Language) -> String {
    let id = match label {
        Label::Mine => "button-mine",
        Label::Needs => "button-needs",
        Label::Again => "button-again",
    };
    words(id, &[], language)
}

/// Below a message that is too long for the app: that the whole of it comes along as a file.
pub fn whole_in_file(language: Language) -> String {
    words("whole-in-file", &[], language)
}

/// The name of the thread under an ask's card.
pub fn thread_name(ask: AskId, language: Language) -> String {
    words("thread-name", &[("ask", key(&ask.to_string()))], language)
}

/// The answer to a button that means nothing any more.
pub fn stale_button(language: Language) -> Doc {
    told("stale-button", language)
}

/// The answer to whoever picked nobody in particular from a list of an app's own.
pub fn nobody_picked(language: Language) -> Doc {
    told("nobody-picked", language)
}

fn told(id: &str, language: Language) -> Doc {
    let voice = bare_voice(language);
    let mut draft = Draft::new(&voice);
    draft.tell(id, &[]);
    draft.finish()
}

fn words(id: &str, args: Args<'_>, language: Language) -> String {
    Draft::new(&bare_voice(language)).words(id, args)
}
