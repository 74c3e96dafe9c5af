//! What stands in the `custom_id` of a button or a form: what pressing or sending it means, and the key of the message it
//! was sent with, by which delivery finds that message again.
//!
//! It comes back from Discord as whoever pressed sent it, maybe years later, maybe forged: it says what somebody wants, never
//! what they may. The engine looks up what it names and asks everything again. What cannot be read is [`Stale`].
//!
//! `1|p|KEY|eastbank|done P7`: the version, the meaning, the key of the message or nothing, the community where a direct
//! message has to say it, and a command in short, without anybody's words. At most 100 characters.

use jiff::Timestamp;

use crate::grammar::specs::{IN, Verb};
use crate::grammar::{Invocation, text};
use crate::speech::doc::Button;

/// The most that Discord takes.
const MOST: usize = 100;

/// Ids of another version are not read any more.
const VERSION: &str = "1";

/// What pressing a button, or sending a form, means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Custom {
    /// A button for a whole command.
    Press(Short),
    /// A button for a command that is only begun: it opens its form.
    Open(Short),
    /// A button that opens a form again with what was typed into it: the number of the draft.
    Again { draft: u64 },
    /// A form: the command it fills in.
    Form(Short),
}

/// A command without anybody's words, and the community it is meant in, if that has to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Short {
    /// `done P7`, `pledge A1 what: by:`. It can be read.
    pub command: String,
    pub community: Option<String>,
}

impl Short {
    /// As it would be typed: with the community, if it has to be said.
    pub fn said(&self) -> String {
        match &self.community {
            Some(community) => format!("{} {}:{community}", self.command, IN.name),
            None => self.command.clone(),
        }
    }

    /// The command, and in which community. `None` never comes from [`Custom::read`].
    pub fn invocation(&self) -> Option<Invocation> {
        text::read(&self.said(), Timestamp::UNIX_EPOCH).ok()
    }
}

/// A custom id that means nothing any more, or never did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a custom id that means nothing")]
pub struct Stale;

impl Custom {
    /// What a button of a message means. `None` if its command cannot be read, and so could not be pressed.
    pub fn of(button: &Button, community: Option<&str>) -> Option<Custom> {
        let short = Short { command: button.command.clone(), community: community.map(str::to_owned) };
        let wants = short.invocation()?.wants();
        Some(if wants.is_empty() { Custom::Press(short) } else { Custom::Open(short) })
    }

    /// As a custom id; with the key of the message it goes out with, if it is the first one there. `None` if it is too long
    /// even without its community, which can be asked for.
    pub fn write(&self, key: Option<&str>) -> Option<String> {
        let key = key.unwrap_or_default();
        let (kind, community, rest) = match self {
            Custom::Press(short) => ("p", &short.community, short.command.clone()),
            Custom::Open(short) => ("o", &short.community, short.command.clone()),
            Custom::Again { draft } => ("a", &None, draft.to_string()),
            Custom::Form(short) => ("f", &short.community, short.command.clone()),
        };
        let write = |community: &str| format!("{VERSION}|{kind}|{key}|{community}|{rest}");
        let fits = |id: &String| id.encode_utf16().count() <= MOST;
        let whole = community.as_deref().map(write).filter(fits);
        whole.or_else(|| Some(write("")).filter(fits))
    }

    /// What a custom id means that came back.
    ///
    /// # Errors
    /// It is of another version, or no custom id of the bot's.
    pub fn read(id: &str) -> Result<Custom, Stale> {
        let [VERSION, kind, key, community, rest] = id.splitn(5, '|').collect::<Vec<_>>()[..] else {
            return Err(Stale);
        };
        let is_community = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if id.encode_utf16().count() > MOST || !is_key(key) || !community.chars().all(is_community) {
            return Err(Stale);
        }
        if kind == "a" {
            return rest.parse().map(|draft| Custom::Again { draft }).map_err(|_| Stale);
        }
        let community = Some(community).filter(|community| !community.is_empty()).map(str::to_owned);
        let short = Short { command: rest.to_owned(), community };
        let invocation = short.invocation().ok_or(Stale)?;
        // Words are typed, never pressed; those of `help` are the bot's own.
        let is_help = invocation.spec.verb == Verb::Help;
        if rest.trim().is_empty() || (!is_help && invocation.texts().any(|text| !text.is_empty())) {
            return Err(Stale);
        }
        match kind {
            "p" => Ok(Custom::Press(short)),
            "o" => Ok(Custom::Open(short)),
            "f" => Ok(Custom::Form(short)),
            _ => Err(Stale),
        }
    }
}

/// The key of the message that this is the first custom id of. Older versions have none.
pub fn key(id: &str) -> Option<&str> {
    let [VERSION, _, key, ..] = id.splitn(4, '|').collect::<Vec<_>>()[..] else { return None };
    Some(key).filter(|key| !key.is_empty() && is_key(key))
}

fn is_key(key: &str) -> bool {
    key.len() <= 24 && key.chars().all(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "ABCDEFGHIJKLMNOPQRSTUVWX";

    fn button(command: &str) -> Button {
        Button { label: "Done".into(), command: command.into(), sign: None }
    }

    fn written(command: &str, community: Option<&str>, key: Option<&str>) -> String {
        Custom::of(&button(command), community).unwrap().write(key).unwrap()
    }

    #[test]
    fn a_button_comes_back_as_what_it_was() {
        assert_eq!(written("done P7", None, Some(KEY)), format!("1|p|{KEY}||done P7"));
        let open = written("pledge A1 what: by:", Some("eastbank"), None);
        assert_eq!(open, "1|o||eastbank|pledge A1 what: by:");
        let Ok(Custom::Open(short)) = Custom::read(&open) else { panic!("not read") };
        assert_eq!(short.said(), "pledge A1 what: by: in:eastbank");
        assert_eq!(short.invocation().unwrap().wants(), ["by", "what"]);
        let again = Custom::Again { draft: u64::MAX };
        assert_eq!(Custom::read(&again.write(Some(KEY)).unwrap()), Ok(again));
        assert_eq!(key(&written("done P7", None, Some(KEY))), Some(KEY));
        assert_eq!(key(&open), None);
    }

    #[test]
    fn only_a_command_that_is_begun_opens_a_form() {
        let is_press = |command| matches!(Custom::of(&button(command), None), Some(Custom::Press(_)));
        for whole in
            ["done P7", "handback P7", "adjust P7 nudges:off", "maybe A1", "digest post", "withdraw A2", "mine"]
        {
            assert!(is_press(whole), "{whole}");
        }
        for begun in ["adjust P7 by:", "pledge A1 what: by:", "thanks P7", "ask"] {
            assert!(!is_press(begun), "{begun}");
        }
        assert_eq!(Custom::of(&button("dance"), None), None);
    }

    #[test]
    fn a_community_with_a_long_name_is_left_out_rather_than_the_button() {
        let long = "e".repeat(52);
        let id = written("adjust P1234567 nudges:off", Some(&long), Some(KEY));
        assert_eq!(id, format!("1|p|{KEY}||adjust P1234567 nudges:off"));
        assert_eq!(Custom::of(&button(&format!("done {}P7", " ".repeat(90))), None).unwrap().write(None), None);
    }

    #[test]
    fn what_was_never_ours_or_is_of_another_time_is_stale() {
        for id in [
            "",
            "done P7",
            "2|p|||done P7",
            "1|x|||done P7",
            "1|p||done P7",
            "1|p|KEY!||done P7",
            "1|p||east bank|done P7",
            "1|p|||dance",
            "1|p|||",
            "1|p|||done P7 and words",
            "1|p|||pledge A1 what:mine by:friday",
            "1|a|||-1",
            "1|a|||99999999999999999999",
            "1|f|||ask Two tables",
        ] {
            assert_eq!(Custom::read(id), Err(Stale), "{id}");
        }
        assert_eq!(Custom::read(&format!("1|p|||done {}P7", " ".repeat(90))), Err(Stale));
    }

    proptest! {
        /// Whatever comes back is read or is stale; read, it is written the same again.
        #[test]
        fn nothing_that_comes_back_breaks_it(id in r"([01]\||[paofx]\||[A-Z]{0,25}\||[a-z-]{0,9}\||done P7|pledge A1 what:|\PC){0,12}") {
            let _ = key(&id);
            if let Ok(custom) = Custom::read(&id) {
                let again = custom.write(key(&id)).unwrap();
                prop_assert!(again.encode_utf16().count() <= MOST);
                prop_assert_eq!(Custom::read(&again), Ok(custom));
            }
        }
    }
}
