//! What in a message is meant for the bot, and whom it names. Pure text; nothing here asks the homeserver.
//!
//! In a room the bot hears `!aid …`, `/verb …` and a line addressed to it. In a direct chat it hears everything. It never
//! reads `formatted_body`, and never takes a display name for a person.

use super::event::Event;

/// How the bot is spoken to.
#[derive(Debug, Clone)]
pub(super) struct Ears {
    /// The bot's own user id.
    pub(super) own: String,
    pub(super) prefix: String,
    pub(super) known_verbs: Vec<String>,
}

/// Is the bot alone with one person, or in company?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Company {
    Public,
    Alone,
    /// A direct chat that somebody else came into: no place of a community, and no place for private answers. Whom it was
    /// made for is heard if they speak to the bot, and answered where only they read.
    Joined,
}

/// What an empty call means: "!aid" and nothing else.
const BARE_CALL: &str = "help";

impl Ears {
    /// The command in this event, without anything before it. `None` if the bot is not meant.
    /// `own_name` is the bot's display name in this room: people's clients write it when they mention the bot.
    pub(super) fn command(&self, event: &Event, company: Company, own_name: Option<&str>) -> Option<String> {
        let body = event.written_body()?;
        self.command_in(body, event, company, own_name)
    }

    /// The same for the changed words of an earlier message, with that message's id.
    pub(super) fn changed_command<'e>(
        &self,
        event: &'e Event,
        company: Company,
        own_name: Option<&str>,
    ) -> Option<(&'e str, String)> {
        let (earlier, body) = event.changed_body()?;
        Some((earlier, self.command_in(body, event, company, own_name)?))
    }

    fn command_in(&self, body: &str, event: &Event, company: Company, own_name: Option<&str>) -> Option<String> {
        if event.sender == self.own {
            return None;
        }
        let said = if event.is_reply() { without_quote(body) } else { body }.trim();
        if let Some(rest) = self.after_prefix(said) {
            return Some(or_bare_call(rest));
        }
        if let Some(rest) = said.strip_prefix('/')
            && rest.starts_with(char::is_alphabetic)
            && (company == Company::Alone || self.begins_with_verb(rest))
        {
            return Some(rest.to_owned());
        }
        let mentioned = event.mentions().any(|user| user == self.own);
        let addressed = self.after_own_name(said, own_name, mentioned);
        match (company, addressed) {
            (_, Some(rest)) => Some(or_bare_call(rest)),
            (Company::Alone, None) if said.is_empty() => None,
            (Company::Alone, None) => Some(said.to_owned()),
            // A reply to the bot mentions it too: only a command is meant for it then, not every "thank you".
            (_, None) if mentioned && self.begins_with_verb(said) => Some(said.to_owned()),
            (_, None) => None,
        }
    }

    fn after_prefix<'a>(&self, said: &'a str) -> Option<&'a str> {
        let head = said.get(..self.prefix.len())?;
        let rest = &said[self.prefix.len()..];
        let ends = rest.is_empty() || rest.starts_with(char::is_whitespace);
        (head.eq_ignore_ascii_case(&self.prefix) && ends).then(|| rest.trim())
    }

    fn begins_with_verb(&self, said: &str) -> bool {
        let word = said.split_whitespace().next().unwrap_or_default();
        self.known_verbs.iter().any(|verb| verb.eq_ignore_ascii_case(word))
    }

    /// What follows the bot's name at the beginning of a line: "Barnraiser: needs", "@bot:example.org needs". The bare name
    /// only counts with a colon or a comma, or if the client says that it mentions the bot.
    fn after_own_name<'a>(&self, said: &'a str, own_name: Option<&str>, mentioned: bool) -> Option<&'a str> {
        let localpart = self.own.trim_start_matches('@').split(':').next().unwrap_or_default();
        let names = [Some(self.own.as_str()), own_name, Some(localpart)];
        for name in names.into_iter().flatten().filter(|name| !name.is_empty()) {
            let bare = said.strip_prefix('@').filter(|_| !name.starts_with('@')).unwrap_or(said);
            let Some(head) = bare.get(..name.len()) else { continue };
            if head.to_lowercase() != name.to_lowercase() {
                continue;
            }
            let rest = &bare[name.len()..];
            let after_sign = rest.strip_prefix([':', ',']);
            let ends = rest.is_empty() || rest.starts_with(char::is_whitespace);
            match after_sign {
                Some(rest) => return Some(rest.trim()),
                None if ends && mentioned => return Some(rest.trim()),
                None => {}
            }
        }
        None
    }
}

fn or_bare_call(rest: &str) -> String {
    if rest.is_empty() { BARE_CALL.to_owned() } else { rest.to_owned() }
}

/// A reply's own words: older clients put the quoted message before them, each line behind `>`, and an empty line.
fn without_quote(body: &str) -> &str {
    let mut rest = body;
    while rest.starts_with('>') {
        rest = rest.split_once('\n').map(|(_, after)| after).unwrap_or_default();
    }
    rest
}

/// A word of a text that may name a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NamedWord<'a> {
    /// As it stands in the text: `luis`, `@luis`, `@luis:example.org`.
    pub(super) typed: &'a str,
    /// Without the `@`.
    bare: &'a str,
}

impl NamedWord<'_> {
    /// Does it name this user, by the whole id or by exactly its local part?
    pub(super) fn names(&self, user: &str) -> bool {
        let bare_user = user.trim_start_matches('@');
        if self.bare.contains(':') {
            return self.bare == bare_user;
        }
        bare_user.split(':').next().is_some_and(|localpart| localpart.eq_ignore_ascii_case(self.bare))
    }
}

/// All words of a text that could name a person: each word alone, and what stands behind `key:`.
pub(super) fn words_that_may_name(text: &str) -> Vec<NamedWord<'_>> {
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let value = match word.split_once(':') {
            Some((key, value)) if !key.is_empty() && key.chars().all(char::is_alphabetic) => value,
            _ => word,
        };
        for part in value.split(',') {
            let typed = part.trim_matches(['"', '\'', '“', '”', '«', '»', '(', ')', '.', ';', '!', '?', ':']);
            let bare = typed.trim_start_matches('@');
            let found = NamedWord { typed, bare };
            if !bare.is_empty() && !words.contains(&found) {
                words.push(found);
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::platforms::matrix::event::tests::event;

    fn ears() -> Ears {
        let known_verbs = ["ask", "pledge", "needs"].map(String::from).to_vec();
        Ears { own: "@bot:example.org".into(), prefix: "!aid".into(), known_verbs }
    }

    fn hear(company: Company, content: Value) -> Option<String> {
        ears().command(&event(content), company, Some("Barn Raiser"))
    }

    fn text(body: &str) -> Value {
        json!({"msgtype": "m.text", "body": body})
    }

    fn mention(body: &str) -> Value {
        json!({"msgtype": "m.text", "body": body, "m.mentions": {"user_ids": ["@bot:example.org"]}})
    }

    #[test]
    fn a_room_is_heard_only_when_the_bot_is_meant() {
        let cases = [
            ("!aid ask Two tables", Some("ask Two tables")),
            ("  !AID   needs ", Some("needs")),
            ("!aid", Some("help")),
            ("!aid\nask Tables\nand chairs", Some("ask Tables\nand chairs")),
            ("!aidask Tables", None),
            ("!ai", None),
            ("!äöü", None),
            ("/ask Tables", Some("ask Tables")),
            ("/dance", None),
            ("/ ask", None),
            ("we ask a lot", None),
            ("ask me", None),
            ("bot: needs", Some("needs")),
            ("@bot:example.org: needs", Some("needs")),
            ("Barn Raiser, needs", Some("needs")),
            ("bot needs oil", None),
            ("bottle: empty", None),
            ("", None),
        ];
        for (said, heard) in cases {
            assert_eq!(hear(Company::Public, text(said)).as_deref(), heard, "{said:?}");
        }
    }

    #[test]
    fn a_mention_is_heard_if_it_speaks_to_the_bot() {
        let cases = [
            ("Barn Raiser: pledge A1", Some("pledge A1")),
            ("@Barn Raiser pledge A1", Some("pledge A1")),
            ("@bot:example.org pledge A1", Some("pledge A1")),
            ("Barn Raiser", Some("help")),
            ("pledge A1 what:\"a van\"", Some("pledge A1 what:\"a van\"")),
            ("thank you, that is great", None),
        ];
        for (said, heard) in cases {
            assert_eq!(hear(Company::Public, mention(said)).as_deref(), heard, "{said:?}");
        }
    }

    #[test]
    fn alone_everything_is_heard() {
        for (said, heard) in
            [("ask Tables", "ask Tables"), ("/mine", "mine"), ("!aid mine", "mine"), ("hello?", "hello?")]
        {
            assert_eq!(hear(Company::Alone, text(said)).as_deref(), Some(heard));
        }
        assert_eq!(hear(Company::Alone, text("  ")), None);
        assert_eq!(hear(Company::Alone, json!({"msgtype": "m.notice", "body": "ask"})), None);
    }

    #[test]
    fn a_quoted_command_is_not_said_again() {
        let mut reply = text("> <@ana:example.org> !aid ask Tables\n> and chairs\n\n!aid pledge A1");
        reply["m.relates_to"] = json!({"m.in_reply_to": {"event_id": "$0"}});
        assert_eq!(hear(Company::Public, reply.clone()).as_deref(), Some("pledge A1"));
        reply["body"] = json!("> <@ana:example.org> !aid ask Tables");
        assert_eq!(hear(Company::Public, reply), None);
    }

    #[test]
    fn the_bot_does_not_hear_itself() {
        let mut own = event(text("!aid needs"));
        own.sender = "@bot:example.org".into();
        assert_eq!(ears().command(&own, Company::Public, None), None);
    }

    #[test]
    fn people_are_named_by_id_or_exactly_by_local_part() {
        let words = words_that_may_name("invite A7 who:luis, and @pia:example.org.");
        let named = |user: &str| words.iter().find(|word| word.names(user)).map(|word| word.typed);
        assert_eq!(named("@luis:example.org"), Some("luis"));
        assert_eq!(named("@pia:example.org"), Some("@pia:example.org"));
        assert_eq!(named("@pia:elsewhere.org"), None);
        assert_eq!(named("@lui:example.org"), None);
        assert_eq!(words_that_may_name("who:@luis:example.org")[0].typed, "@luis:example.org");
        assert_eq!(words_that_may_name("who:\"Luis\"")[0].typed, "Luis");
        assert!(words_that_may_name("who:\"Luis\"")[0].names("@luis:example.org"));
    }
}
