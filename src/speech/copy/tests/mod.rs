//! That nothing in the copy is missing, unused or different between the languages; and what people read, as it reads.

mod reads;
mod samples;

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::{FluentBundle, FluentResource};

use self::samples::*;
use super::{
    Label, choice, choice_name, command_name, console_greeting, describe, describe_group, describe_parameter,
    field_example, field_label, form_title, label, nobody_picked, phrase, say, stale_button, thread_name,
    whole_in_file,
};
use crate::domain::AskId;
use crate::domain::ask::{KindOfHelp, Visibility};
use crate::domain::community::Language;
use crate::domain::refusal::Refusal;
use crate::grammar::SPECS;
use crate::grammar::command::{Reading, understand};
use crate::grammar::specs::Takes;
use crate::grammar::text;
use crate::speech::doc::{Block, Doc, Span};
use crate::speech::message::{Choice, Message, PledgeStanding};

/// What a locale file says under an id, and the comment above it.
struct Entry {
    text: String,
    commented: bool,
}

/// The entries of a locale file. A comment counts for the block of lines below it.
fn entries(language: Language) -> BTreeMap<String, Entry> {
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    let mut commented = false;
    let mut current = String::new();
    for line in phrase::source(language).lines() {
        if line.trim().is_empty() {
            commented = false;
        } else if line.starts_with('#') {
            commented |= line.starts_with("# ");
        } else if let Some((id, text)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_lowercase()))
        {
            let known = entries.insert(id.to_owned(), Entry { text: text.to_owned(), commented });
            assert!(known.is_none(), "{id} is there twice");
            current = id.to_owned();
        } else {
            let entry = entries.get_mut(&current).expect("a line that belongs to an id");
            entry.text.push('\n');
            entry.text.push_str(line);
        }
    }
    entries
}

/// The names after `$` in a text.
fn variables(text: &str) -> BTreeSet<String> {
    let name = |rest: &str| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    text.split('$').skip(1).map(name).collect()
}

#[test]
fn both_files_read_without_a_single_fluent_error() {
    for language in Language::ALL {
        let resource = FluentResource::try_new(phrase::source(language).to_owned());
        let resource = resource.map_err(|(_, errors)| errors).expect("a file that Fluent understands");
        let mut bundle = FluentBundle::new(vec![language.tag().parse().expect("a language tag")]);
        bundle.add_resource(resource).expect("no id twice");
    }
}

#[test]
fn both_languages_have_the_same_ids_with_the_same_variables() {
    let (english, spanish) = (entries(Language::English), entries(Language::Spanish));
    assert!(english.keys().eq(spanish.keys()), "only in one: {:?}", {
        let (en, es): (BTreeSet<_>, BTreeSet<_>) = (english.keys().collect(), spanish.keys().collect());
        en.symmetric_difference(&es).copied().cloned().collect::<Vec<_>>()
    });
    for (id, entry) in &english {
        assert_eq!(variables(&entry.text), variables(&spanish[id].text), "the variables of {id}");
    }
}

/// The commands and options a text quotes: what stands between marks, variables included.
fn quoted(text: &str) -> BTreeSet<String> {
    let between = |mark: char| text.split(mark).skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    between('`').into_iter().chain(between('~')).collect()
}

#[test]
fn both_languages_name_the_same_commands() {
    let (english, spanish) = (entries(Language::English), entries(Language::Spanish));
    // Their examples are in their own words.
    let own_words = |id: &str| {
        id.starts_with("usage-") || id.ends_with("-hint") || matches!(id, "refused-open-quote" | "console-greeting")
    };
    for (id, entry) in english.iter().filter(|(id, _)| !own_words(id)) {
        assert_eq!(quoted(&entry.text), quoted(&spanish[id].text), "the commands in {id}");
    }
}

#[test]
fn every_mark_that_opens_closes_and_no_command_ends_in_a_full_stop() {
    for language in Language::ALL {
        for (id, entry) in entries(language) {
            for line in entry.text.lines() {
                for mark in ['`', '~'] {
                    assert_eq!(line.matches(mark).count() % 2, 0, "{mark} in {id}: {line}");
                }
            }
            for wrong in ["`.", "`,", "`:"] {
                let ends_command = entry.text.split(wrong).enumerate().any(|(at, before)| {
                    at + 1 < entry.text.split(wrong).count() && before.matches('`').count() % 2 == 1
                });
                assert!(!ends_command, "{wrong} would be sent along in {id}");
            }
        }
    }
}

#[test]
fn translators_find_a_comment_above_every_text() {
    for language in Language::ALL {
        let bare: Vec<String> = entries(language).into_iter().filter(|(_, e)| !e.commented).map(|(id, _)| id).collect();
        assert!(bare.is_empty(), "no comment in {language:?}: {bare:?}");
    }
}

/// The files of the copy, by the names they have in its `mod` lines.
macro_rules! sources {
    ($($name:ident),*) => { [$((stringify!($name), include_str!(concat!("../", stringify!($name), ".rs")))),*] };
}

/// The names under which commands ask for something: what they point at, their words and their options.
fn parameters() -> impl Iterator<Item = &'static str> {
    let options = SPECS.iter().flat_map(|spec| spec.options).map(|opt| opt.name);
    ["ask", "pledge", "id", "gathering", "words", "in"].into_iter().chain(options)
}

/// The ids that stand in the source of the copy, as string literals. Ids have a hyphen in them; nothing else there does.
fn ids_in_source() -> BTreeSet<String> {
    let map = include_str!("../mod.rs");
    let files = sources!(
        card, care, dates, digest, draft, help, linking, lists, menus, notices, nudges, phrase, refusals, replies,
        settings
    );
    let named: Vec<&str> = map.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
    let read: Vec<&str> = files.iter().map(|(name, _)| *name).chain(["tests"]).collect();
    assert_eq!(named, read, "every file of the copy is read here");
    let mut ids: BTreeSet<String> = BTreeSet::new();
    for source in files.iter().map(|(_, source)| *source).chain([map]) {
        let spoken = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let literals = spoken.split('"').skip(1).step_by(2);
        let is_id = |text: &&str| {
            text.contains('-')
                && !text.ends_with('-')
                && text.starts_with(|c: char| c.is_ascii_lowercase())
                && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        };
        ids.extend(literals.filter(is_id).map(str::to_owned));
    }
    // What the copy chooses by is no id.
    for key in ["in-hand", "handed-back"] {
        ids.remove(key);
    }
    for path in SPECS.iter().map(|spec| spec.path) {
        ids.insert(format!("command-{}", path.replace(' ', "-")));
        ids.insert(format!("usage-{}", path.replace(' ', "-")));
    }
    ids.extend(parameters().map(|name| format!("parameter-{name}")));
    ids
}

#[test]
fn no_id_is_missing_and_none_is_unused() {
    let written: BTreeSet<String> = entries(Language::English).into_keys().collect();
    let used = ids_in_source();
    assert_eq!(written.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new(), "in the files, never used");
    assert_eq!(used.difference(&written).collect::<Vec<_>>(), Vec::<&String>::new(), "used, not in the files");
}

/// Everything an app shows by itself.
fn menus() -> Vec<String> {
    let language = Language::English;
    let choices = [(Takes::Visibility, "open"), (Takes::Language, "en"), (Takes::Kind, "goods")];
    let labels = [Label::Mine, Label::Needs, Label::Again].map(|which| label(which, language));
    let mut said = vec![
        describe_group("gathering", language),
        field_label("words", language),
        field_example(&SPECS[0], "words", language),
        whole_in_file(language),
        thread_name(AskId(12), language),
        stale_button(language).plain("/"),
        nobody_picked(language).plain("/"),
        form_title(&SPECS[0], Some("A1"), language),
    ];
    said.extend(choices.map(|(takes, value)| choice_name(takes, value, language)));
    said.extend(labels);
    said.extend(SPECS.iter().map(|spec| command_name(spec, language)));
    said
}

#[test]
fn a_menu_calls_a_command_by_a_name_that_can_be_typed_and_every_choice_has_one() {
    for language in Language::ALL {
        for spec in SPECS {
            let name = command_name(spec, language);
            assert!(name == spec.path || spec.aliases.contains(&name.as_str()), "{name} in {language:?}");
        }
        let named = |takes, values: &[&str]| {
            let names: BTreeSet<String> = values.iter().map(|value| choice_name(takes, value, language)).collect();
            assert_eq!(names.len(), values.len(), "{names:?}");
        };
        named(Takes::Kind, &KindOfHelp::ALL.map(KindOfHelp::name));
        named(Takes::Visibility, &Visibility::ALL.map(Visibility::name));
        named(Takes::Language, &Language::ALL.map(Language::tag));
    }
}

#[test]
fn every_text_is_spoken_by_some_sample_with_all_its_variables() {
    phrase::spoken::take();
    for message in messages() {
        say(&message, &voice(Language::English));
    }
    console_greeting(Language::English);
    SPECS.iter().for_each(|spec| drop(describe(spec, Language::English)));
    parameters().for_each(|name| drop(describe_parameter(name, Language::English)));
    let choices = [Choice::Ask { ask: A, words: words("x") }, Choice::When(when("2026-03-20"))];
    choices.iter().for_each(|one| drop(choice(one, &voice(Language::English))));
    menus();
    let spoken = phrase::spoken::take();
    for (id, entry) in entries(Language::English) {
        // Chosen by dates alone; dates.rs has its own tests.
        if id.starts_with("date-") {
            continue;
        }
        let given = spoken.get(&id).unwrap_or_else(|| panic!("no sample speaks {id}"));
        for variable in variables(&entry.text) {
            assert!(given.contains(variable.as_str()), "{id} is spoken without ${variable}");
        }
    }
}

#[test]
fn there_is_a_sample_of_everything_the_bot_can_mean() {
    fn covered<T>(all: &[&str], name: fn(&T) -> &'static str, samples: impl IntoIterator<Item = T>) {
        let there: BTreeSet<&str> = samples.into_iter().map(|sample| name(&sample)).collect();
        assert_eq!(all.iter().copied().collect::<BTreeSet<_>>(), there);
    }
    covered(MESSAGES, message_name, messages());
    covered(REFUSALS, refusal_name, refusals());
    covered(NOTICES, notice_name, notices());
    covered(
        PROBLEMS,
        problem_name,
        refusals().into_iter().filter_map(|r| match r {
            Refusal::BadWhen { problem, .. } => Some(problem),
            _ => None,
        }),
    );
    covered(
        OBJECTIONS,
        objection_name,
        refusals().into_iter().filter_map(|r| match r {
            Refusal::Wording(objection) => Some(objection),
            _ => None,
        }),
    );
    covered(
        NEEDS,
        needed_name,
        refusals().into_iter().filter_map(|r| match r {
            Refusal::Missing { what, .. } => Some(what),
            _ => None,
        }),
    );
    covered(
        DETAILS,
        detail_name,
        refusals().into_iter().flat_map(|r| match r {
            Refusal::PrivateDetail { details, .. } => details,
            _ => Vec::new(),
        }),
    );
    covered(CHECKS, check_name, checks(true).into_iter().map(|(item, _)| item));
    covered(
        STEPS,
        step_name,
        messages().into_iter().flat_map(|m| match m {
            Message::Nudge { items } => items.into_iter().map(|item| item.step).collect(),
            _ => Vec::new(),
        }),
    );
    covered(
        STANDINGS,
        standing_name,
        messages().into_iter().filter_map(|m| match m {
            Message::Card { line } => Some(line.standing),
            _ => None,
        }),
    );
    covered(
        VISIBILITIES,
        visibility_name,
        messages().into_iter().filter_map(|m| match m {
            Message::AskRecorded { visibility, .. } => Some(visibility),
            _ => None,
        }),
    );
    covered(
        DIGEST_STATES,
        digest_state_name,
        messages().into_iter().filter_map(|m| match m {
            Message::Gathering(line) => Some(line.digest),
            _ => None,
        }),
    );
    covered::<PledgeStanding>(
        PLEDGE_STANDINGS,
        pledge_standing_name,
        messages().into_iter().flat_map(|m| match m {
            Message::Mine { pledges, .. } => pledges.into_iter().map(|line| line.standing).collect(),
            _ => Vec::new(),
        }),
    );
}

#[test]
fn every_sample_is_whole_in_both_languages() {
    for language in Language::ALL {
        for message in messages() {
            let doc = say(&message, &voice(language));
            let text = doc.plain("/");
            let name = message_name(&message);
            assert!(!doc.blocks.is_empty() && !text.trim().is_empty(), "{name} says nothing in {language:?}");
            for mark in ["{", "}", "*", "`", "~"] {
                assert!(
                    !text.contains(mark) || text.contains("0 9 * * Mon"),
                    "{mark} in {name}, {language:?}:\n{text}"
                );
            }
            let private_use = |c: char| ('\u{E000}'..='\u{F8FF}').contains(&c);
            assert!(!text.contains(private_use), "a stand-in is left in {name}, {language:?}:\n{text}");
            assert!(!text.contains("  ") && !text.contains(" ."), "loose spaces in {name}, {language:?}:\n{text}");
            for id in entries(language).keys().filter(|id| id.contains('-')) {
                assert!(!text.contains(id.as_str()), "the id {id} in {name}, {language:?}:\n{text}");
            }
            for button in &doc.buttons {
                assert!(!button.label.is_empty() && !button.command.starts_with('/'), "{button:?} in {name}");
            }
        }
    }
}

/// A sign has no words beside it: in a message about several things nobody could tell what it means.
#[test]
fn a_sign_means_one_thing_in_its_message_and_stands_for_that_command() {
    let signs = |message: &Message| -> String {
        let doc = say(message, &voice(Language::English));
        let signed = doc.buttons.iter().filter_map(|button| Some((button.sign?.emoji(), button.command.as_str())));
        signed.map(|(sign, command)| format!("{sign} {command}")).collect::<Vec<_>>().join(", ")
    };
    let mut seen = BTreeSet::new();
    for message in messages() {
        let several = match &message {
            Message::Nudge { items } => items.len() > 1,
            Message::Notices { items } => items.len() > 1,
            _ => false,
        };
        let signs = signs(&message);
        assert!(!several || signs.is_empty(), "{signs} in {message:?}");
        seen.insert((message_name(&message), signs));
    }
    let seen = seen.into_iter().filter(|(_, signs)| !signs.is_empty());
    let seen: Vec<String> = seen.map(|(name, signs)| format!("{name}: {signs}")).collect();
    insta::assert_snapshot!(seen.join("\n"), @"
    Card: 💭 maybe A2
    Card: 🙋 pledge A2 what: by:, 💭 maybe A2
    Notices: ✅ confirm P7, ❗ stillneeded P7
    Nudge: ✅ done P7, 📅 adjust P7 by:, ↩️ handback P7
    Nudge: ✅ done P7, 📅 adjust P7 by:, ↩️ handback P7, 🔕 adjust P7 nudges:off
    ");
}

/// Every command a document shows, in its words and on its buttons.
fn commands(doc: &Doc) -> Vec<String> {
    let lines = doc.blocks.iter().flat_map(|block| match block {
        Block::Heading(line) | Block::Paragraph(line) => vec![line],
        Block::List(lines) => lines.iter().collect(),
    });
    let typed = lines.flatten().filter_map(|span| match span {
        Span::Code(command) => Some(command.clone()),
        _ => None,
    });
    typed.chain(doc.buttons.iter().map(|button| button.command.clone())).collect()
}

#[test]
fn every_command_the_copy_shows_is_one() {
    for language in Language::ALL {
        let voice = voice(language);
        for message in messages() {
            for command in commands(&say(&message, &voice)) {
                let read = text::read(&command, voice.now);
                assert!(read.is_ok(), "{command} in {}, {language:?}: {read:?}", message_name(&message));
            }
        }
    }
}

#[test]
fn every_example_of_the_help_would_work() {
    for language in Language::ALL {
        let voice = voice(language);
        let reading = Reading { now: voice.now, said_at: voice.now, zone: &voice.zone };
        for spec in SPECS {
            let help = Message::Help { path: Some(spec.path.to_owned()), role: spec.who };
            // Aliases come last and stand alone.
            let examples: Vec<String> =
                commands(&say(&help, &voice)).into_iter().filter(|c| !spec.aliases.contains(&c.as_str())).collect();
            assert!(!examples.is_empty(), "{}", spec.path);
            for example in examples {
                let invocation = text::read(&example, voice.now).expect("read, by the test above");
                assert_eq!(invocation.spec.path, spec.path, "{example}");
                let command = understand(&invocation, &reading);
                assert!(command.is_ok(), "{example}, {language:?}: {:?}", command.err());
            }
        }
    }
}
