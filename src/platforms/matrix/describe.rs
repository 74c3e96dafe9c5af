//! The commands as other programs can read them: descriptions in the state of a room, from which clients complete commands
//! ([`keep_in_step`]), and the filled-in form that such a client sends back ([`invoked`]). Both follow Matrix's proposal
//! MSC4391, with its names from before it is adopted, and with what mautrix and gomuks, which implement it, add to it.
//!
//! Everything is derived from [`SPECS`]. A form is never taken for more than what a person could have typed: it becomes
//! that text, and is read, checked and answered like it. Only rooms are described, never a direct chat, and nothing is
//! changed there that the bot did not put there itself.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use data_encoding::BASE64;
use jiff::Timestamp;
use matrix_sdk::Room;
use matrix_sdk::ruma::OwnedRoomId;
use matrix_sdk::ruma::events::StateEventType;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::hearing::Company;
use super::places;
use super::trouble::Trouble;
use crate::domain::Zone;
use crate::domain::ask::{KindOfHelp, Visibility};
use crate::domain::community::Language;
use crate::grammar::command::{self, Reading};
use crate::grammar::specs::{self, Opt, SPECS, Spec, Takes, Target, Wording};
use crate::grammar::text;
use crate::speech::copy;

/// The type of the state events that describe one command each.
const DESCRIPTION: &str = "org.matrix.msc4391.command_description";
/// The field of a message that holds a filled-in form.
const FORM: &str = "org.matrix.msc4391.command";
/// The parameter that takes the rest of a line, in the clients of mautrix.
const TAIL: &str = "fi.mau.tail_parameter";

/// Where the words of a command go that belong to no option.
const WORDS: &str = "words";

/// How long the bot rests between one lot of descriptions and the next.
pub(super) const REST: Duration = Duration::from_secs(20);

/// What the bot describes, and how it goes about it. One for all rooms: the homeserver's limits are the account's.
#[derive(Debug)]
pub(super) struct Describing {
    on: bool,
    prefix: String,
    /// How many descriptions make one lot.
    lot: usize,
    left: usize,
    rested: Instant,
    /// Rooms of which the log knows that the bot may not describe anything there.
    powerless: HashSet<OwnedRoomId>,
}

impl Describing {
    /// `messages_per_minute` is what the homeserver takes from the bot. Descriptions leave half of it to what people wait
    /// for, since they are in no hurry.
    pub(super) fn new(on: bool, prefix: &str, messages_per_minute: u32) -> Self {
        let rests = u32::try_from(60 / REST.as_secs()).unwrap_or(1);
        let lot = usize::try_from(messages_per_minute / (2 * rests)).unwrap_or(usize::MAX).max(1);
        Describing { on, prefix: prefix.to_owned(), lot, left: lot, rested: Instant::now(), powerless: HashSet::new() }
    }

    /// Whether one more may be sent now.
    fn takes_one(&mut self, now: Instant) -> bool {
        if self.left == 0 && self.rested <= now {
            self.left = self.lot;
        }
        let may = self.left > 0;
        if may {
            self.left -= 1;
            self.rested = now + REST;
        }
        may
    }
}

/// Makes a room's state say what the commands are, in this language; or nothing, if that is switched off. Only what differs
/// is sent, and what the bot described earlier and does not any more is taken back. At most one lot is sent at a time:
/// false if something is left for the next.
///
/// # Errors
/// Whatever keeps the homeserver from taking a description. The next call tries again.
pub(super) async fn keep_in_step(
    room: &Room,
    describing: &mut Describing,
    language: Language,
) -> Result<bool, Trouble> {
    // What a room just joined has is known with the next sync.
    if !room.is_state_fully_synced() {
        return Ok(false);
    }
    if room.is_space() || places::company(room).await? != Company::Public {
        return Ok(true);
    }
    let own = room.own_user_id();
    let wanted = match describing.on {
        true => descriptions(own.as_str(), &describing.prefix, language),
        false => BTreeMap::new(),
    };
    let there = room.get_state_events(StateEventType::from(DESCRIPTION)).await?;
    let there: Vec<Value> = there.iter().map(places::state_of).collect();
    let due = differences(wanted, &there, own.as_str());
    if due.is_empty() {
        return Ok(true);
    }
    // A room that is just being made may be seen before its power levels are. There is always a next time.
    let Ok(levels) = room.power_levels().await else { return Ok(false) };
    if !levels.user_can_send_state(own, StateEventType::from(DESCRIPTION)) {
        if describing.powerless.insert(room.room_id().to_owned()) {
            tracing::info!(room = %room.room_id(), "no power to describe commands in the room's state; doing without");
        }
        return Ok(true);
    }
    describing.powerless.remove(room.room_id());
    for (state_key, content) in due {
        if !describing.takes_one(Instant::now()) {
            return Ok(false);
        }
        room.send_state_event_raw(DESCRIPTION, &state_key, content).await?;
    }
    Ok(true)
}

/// What has to be sent so that a room with these descriptions has the wanted ones and no other of the bot's own.
fn differences(wanted: BTreeMap<String, Value>, there: &[Value], own: &str) -> Vec<(String, Value)> {
    let is_own = |event: &Value| event["sender"] == own;
    let key_of = |event: &Value| event["state_key"].as_str().map(str::to_owned);
    let is_said = |key: &str, content: &Value| {
        // Under somebody else's name it is no description of ours, whatever it says.
        there.iter().any(|event| is_own(event) && event["state_key"] == key && event["content"] == *content)
    };
    let stale = |event: &&Value| {
        let empty = event["content"].as_object().is_none_or(Map::is_empty);
        let unwanted = event["state_key"].as_str().is_some_and(|key| !wanted.contains_key(key));
        is_own(event) && unwanted && !empty
    };
    let withdrawn: Vec<_> = there.iter().filter(stale).filter_map(key_of).map(|key| (key, json!({}))).collect();
    let missing = wanted.into_iter().filter(|(key, content)| !is_said(key, content));
    withdrawn.into_iter().chain(missing).collect()
}

/// Every command's description, by its state key.
fn descriptions(own: &str, prefix: &str, language: Language) -> BTreeMap<String, Value> {
    SPECS.iter().map(|spec| description(spec, own, prefix, language)).collect()
}

fn description(spec: &Spec, own: &str, prefix: &str, language: Language) -> (String, Value) {
    let command = called(prefix, spec.path);
    let parameters = Parameter::all(spec);
    let mut content = json!({"command": command, "description": words(copy::describe(spec, language))});
    if !spec.aliases.is_empty() {
        content["aliases"] = spec.aliases.iter().map(|alias| called(prefix, alias)).collect();
    }
    if let Some(tail) = parameters.iter().find(|parameter| parameter.is_tail) {
        content[TAIL] = json!(tail.name);
    }
    content["parameters"] = parameters.iter().map(|parameter| parameter.described(language)).collect();
    (state_key(&command, own), content)
}

/// What a client calls a command: the bot's prefix comes first, since clients have an `/invite` and a `/me` of their own.
fn called(prefix: &str, path: &str) -> String {
    let name = prefix.trim_matches(|c: char| !c.is_alphanumeric());
    if name.is_empty() { path.to_owned() } else { format!("{name} {path}") }
}

/// Nobody can describe another's command: the key holds who describes it.
fn state_key(command: &str, own: &str) -> String {
    BASE64.encode(&Sha256::new().chain_update(command).chain_update(own).finalize())
}

/// Plain words as the proposal wants them.
fn words(body: String) -> Value {
    json!({"m.text": [{"body": body}]})
}

/// A field of a command's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Parameter {
    name: &'static str,
    becomes: Becomes,
    is_required: bool,
    /// Takes the rest of the line where a client has its people type.
    is_tail: bool,
}

/// What of a command's text a field becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Becomes {
    Target,
    Words,
    Option(Takes),
}

impl Parameter {
    /// A command's fields, in the order in which a client asks for them: what must be there, with what may be long last,
    /// then what may be left out.
    fn all(spec: &Spec) -> Vec<Parameter> {
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

    fn described(&self, language: Language) -> Value {
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

fn primitive(kind: &str) -> Value {
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

fn example<'a>(spec: &Spec, fields: impl Iterator<Item = &'a (&'static str, Becomes)>) -> String {
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

fn example_of(takes: Takes) -> String {
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

fn is_understood(said: &str) -> bool {
    let now = Timestamp::UNIX_EPOCH;
    let zone = Zone::utc();
    let reading = Reading { now, said_at: now, zone: &zone };
    text::read(said, now).and_then(|invocation| command::understand(&invocation, &reading)).is_ok()
}

/// The command in a message that carries a filled-in form for the bot, as a person would have typed it. `None` if there is
/// no form, if it does not mention the bot, or if the bot has no such command.
///
/// A form that holds what the command does not ask for, or what nobody could type, becomes the request for that command's
/// help: it changes nothing, and whoever sent it is told what the command takes.
pub(super) fn invoked(content: &Value, own: &str) -> Option<String> {
    let form = &content[FORM];
    let mentioned = content["m.mentions"]["user_ids"].as_array()?.iter().any(|user| user == own);
    let spec = meant(form["command"].as_str()?).filter(|_| mentioned)?;
    let nothing = Map::new();
    let arguments = match &form["arguments"] {
        Value::Null => Some(&nothing),
        given => given.as_object(),
    };
    let said = arguments.and_then(|arguments| typed(spec, arguments));
    Some(said.unwrap_or_else(|| format!("help {}", spec.path)))
}

/// The command a form names. The word before it is how the bot was called when it was described.
fn meant(name: &str) -> Option<&'static Spec> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let known = |words: &[&str]| specs::find(&words.join(" "));
    known(&words).or_else(|| known(words.get(1..)?))
}

/// The text of a filled-in form: the id, the options, the words. What is left empty is left out.
fn typed(spec: &'static Spec, arguments: &Map<String, Value>) -> Option<String> {
    let parameters = Parameter::all(spec);
    let mut given: Vec<(&Parameter, String)> = Vec::new();
    for (name, value) in arguments {
        let parameter = parameters.iter().find(|parameter| parameter.name == name)?;
        let value = match value {
            Value::Null => continue,
            Value::String(value) => value.trim().to_owned(),
            Value::Number(value) if value.is_i64() || value.is_u64() => value.to_string(),
            Value::Bool(on) if parameter.becomes == Becomes::Option(Takes::OnOff) => {
                if *on { "on" } else { "off" }.to_owned()
            }
            _ => return None,
        };
        if !value.is_empty() {
            given.push((parameter, value));
        }
    }
    let mut said = spec.path.to_owned();
    for (_, id) in given.iter().filter(|(parameter, _)| parameter.becomes == Becomes::Target) {
        said = format!("{said} {id}");
        // A word that is no id would count as loose words, or as none at all: "the next gathering".
        let read = text::read(&said, Timestamp::UNIX_EPOCH).ok()?;
        if id.contains(char::is_whitespace) || read.target.is_none() || !read.words.is_empty() {
            return None;
        }
    }
    for (parameter, value) in &given {
        if let Becomes::Option(takes) = parameter.becomes {
            said = format!("{said} {}:{}", parameter.name, quoted(value, takes)?);
        }
    }
    // Last, because an open quote in them must not swallow an option.
    for (_, words) in given.iter().filter(|(parameter, _)| parameter.becomes == Becomes::Words) {
        said = format!("{said} {words}");
    }
    Some(said)
}

/// An option's value as it is typed. `None` if the quotes in it leave no quotes to put around it.
fn quoted(value: &str, takes: Takes) -> Option<String> {
    let is_plain = |c: char| c.is_alphanumeric() || "@:/._-+".contains(c);
    // A date without quotes reaches as far as it can.
    if takes != Takes::When && value.chars().all(is_plain) {
        return Some(value.to_owned());
    }
    // Where such a mark ends a word, it ends the value.
    let ends_inside = |marks: &[char]| {
        let mut after = value.match_indices(marks).map(|(at, mark)| value[at + mark.len()..].chars().next());
        after.any(|next| next.is_some_and(char::is_whitespace))
    };
    if !ends_inside(&['"', '”', '“']) {
        return Some(format!("\"{value}\""));
    }
    (!ends_inside(&['»'])).then(|| format!("«{value}»"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const OWN: &str = "@bot:example.org";

    fn described(path: &str, prefix: &str, language: Language) -> Value {
        description(specs::find(path).unwrap(), OWN, prefix, language).1
    }

    /// A command's form on one line: what must be there, `[what may be left out]`, and `what takes the rest…`.
    fn form(spec: &'static Spec) -> String {
        let show = |p: &Parameter| match (p.is_required, p.is_tail) {
            (true, false) => p.name.to_owned(),
            (true, true) => format!("{}…", p.name),
            (false, false) => format!("[{}]", p.name),
            (false, true) => format!("[{}…]", p.name),
        };
        let shown: Vec<String> = Parameter::all(spec).iter().map(show).collect();
        [&format!("{}:", spec.path)].into_iter().chain(&shown).map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    fn invoke(command: &str, arguments: Value) -> Option<String> {
        let form = json!({"command": command, "arguments": arguments});
        invoked(&json!({"msgtype": "m.text", "body": "?", "m.mentions": {"user_ids": [OWN]}, FORM: form}), OWN)
    }

    #[test]
    fn a_command_is_described_as_the_proposal_wants_it() {
        let said = serde_json::to_string_pretty(&described("maybe", "!aid", Language::English)).unwrap();
        insta::assert_snapshot!(said, @r#"
        {
          "aliases": [
            "aid quizás",
            "aid quizas"
          ],
          "command": "aid maybe",
          "description": {
            "m.text": [
              {
                "body": "show interest without a promise"
              }
            ]
          },
          "parameters": [
            {
              "description": {
                "m.text": [
                  {
                    "body": "the ask, such as A2"
                  }
                ]
              },
              "key": "ask",
              "schema": {
                "schema_type": "primitive",
                "type": "string"
              }
            }
          ]
        }
        "#);
        let pledge = described("pledge", "!aid", Language::Spanish);
        assert_eq!(pledge["description"]["m.text"][0]["body"], "comprometerte con una petición: qué, y para cuándo");
        assert_eq!(pledge[TAIL], "what");
        assert_eq!(pledge["parameters"][1]["schema"], primitive("string"));
    }

    /// The example of the proposal itself.
    #[test]
    fn the_state_key_is_the_digest_of_command_and_sender() {
        assert_eq!(state_key("ban", "@draupnir:draupnir.space"), "JBDLR6YMe+72yqsEMi/MVdTmjN3ynPThMz+M7QLATZQ=");
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
        gathering new: when… [where] [facilitator] [scribe]
        gathering list:
        gathering show: [gathering]
        gathering move: when… [gathering]
        gathering cancel: [gathering]
        digest preview: [gathering]
        digest post: [gathering]
        digest hold: [gathering]
        care:
        community setup: [name…] [zone] [language] [nudges] [confirm] [digest] [weekly]
        community settings: [name] [zone] [language] [nudges] [confirm] [digest] [weekly]
        community check:
        convener add: who
        convener remove: who
        help: [words…]
        "#);
        for spec in SPECS {
            let fields: Vec<_> = Parameter::all(spec).iter().map(|p| (p.name, p.becomes)).collect();
            let whole = example(spec, fields.iter());
            assert!(is_understood(&whole), "{whole}");
        }
    }

    /// What mautrix refuses: a name twice, something required after what takes the rest, a tail that is not there.
    #[test]
    fn every_description_is_valid_and_says_something_in_every_language() {
        for language in Language::ALL {
            let all = descriptions(OWN, "!aid", language);
            assert_eq!(all.len(), SPECS.len());
            for (key, content) in &all {
                let command = content["command"].as_str().unwrap();
                assert_eq!(*key, state_key(command, OWN));
                assert!(content["description"]["m.text"][0]["body"].as_str().is_some_and(|body| body.len() > 3));
                let parameters = content["parameters"].as_array().unwrap();
                let names: BTreeSet<&str> = parameters.iter().map(|p| p["key"].as_str().unwrap()).collect();
                assert_eq!(names.len(), parameters.len(), "{command}");
                let tail = content[TAIL].as_str().map(|tail| parameters.iter().position(|p| p["key"] == tail).unwrap());
                let after = tail.map_or(&[][..], |tail| &parameters[tail + 1..]);
                assert!(after.iter().all(|p| p["optional"] == true), "{command}");
                for parameter in parameters {
                    let said = parameter["description"]["m.text"][0]["body"].as_str();
                    assert!(said.is_some_and(|said| said.len() > 3), "{command}: {parameter}");
                }
            }
        }
    }

    #[test]
    fn a_prefix_without_letters_is_left_out() {
        assert_eq!(called("!aid", "gathering new"), "aid gathering new");
        assert_eq!(called("!ayúdanos:", "ask"), "ayúdanos ask");
        assert_eq!(called("!", "ask"), "ask");
    }

    fn state(sender: &str, key: &str, content: Value) -> Value {
        json!({"type": DESCRIPTION, "sender": sender, "state_key": key, "content": content})
    }

    #[test]
    fn only_what_differs_is_sent_and_what_is_no_more_is_taken_back() {
        let wanted: BTreeMap<String, Value> =
            [("A", json!({"command": "a"})), ("B", json!({"command": "b"})), ("C", json!({"command": "c"}))]
                .map(|(key, content)| (key.to_owned(), content))
                .into();
        let there = [
            state(OWN, "A", json!({"command": "a"})),
            state(OWN, "B", json!({"command": "b", "description": "from before"})),
            state(OWN, "GONE", json!({"command": "gone"})),
            state(OWN, "TAKEN BACK", json!({})),
            // Nobody else's is touched; and in a place of ours it does not count as said.
            state("@other:example.org", "OTHER", json!({"command": "a"})),
            state("@other:example.org", "C", json!({"command": "c"})),
        ];
        let due = differences(wanted.clone(), &there, OWN);
        let due: Vec<(&str, &Value)> = due.iter().map(|(key, content)| (key.as_str(), content)).collect();
        assert_eq!(due, [("GONE", &json!({})), ("B", &wanted["B"]), ("C", &wanted["C"])]);

        let off = differences(BTreeMap::new(), &there, OWN);
        assert_eq!(off.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["A", "B", "GONE"]);
        assert!(off.iter().all(|(_, content)| *content == json!({})));
        let all_said: Vec<Value> = wanted.iter().map(|(key, content)| state(OWN, key, content.clone())).collect();
        assert_eq!(differences(wanted, &all_said, OWN), []);
    }

    #[test]
    fn descriptions_leave_half_of_what_the_homeserver_takes_to_people() {
        let now = Instant::now();
        let mut describing = Describing::new(true, "!aid", 12);
        let mut lot = |now| (0..100).filter(|_| describing.takes_one(now)).count();
        assert_eq!(lot(now), 2);
        assert_eq!(lot(now + REST / 2), 0);
        assert_eq!(lot(now + REST), 2);
        assert_eq!(lot(now + REST), 0);
        assert!(Describing::new(true, "!aid", 1).takes_one(now), "one at least");
    }

    #[test]
    fn a_form_becomes_what_a_person_would_have_typed() {
        let cases = [
            (
                "aid ask",
                json!({"words": "Two folding tables", "need": 2, "kind": "goods", "by": "next friday"}),
                r#"ask by:"next friday" kind:goods need:2 Two folding tables"#,
            ),
            (
                "aid pledge",
                json!({"ask": "A1", "what": "my van", "by": "2026-03-14 10:00", "first": null, "amount": 1}),
                r#"pledge A1 amount:1 by:"2026-03-14 10:00" what:"my van""#,
            ),
            ("aid adjust", json!({"pledge": " p7 ", "nudges": false}), "adjust p7 nudges:off"),
            ("aid invite", json!({"ask": "A7", "who": "@luis:example.org"}), "invite A7 who:@luis:example.org"),
            (
                "aid gathering new",
                json!({"when": "14 march 18:00", "where": "Room \"B\" upstairs"}),
                r#"gathering new when:"14 march 18:00" where:«Room "B" upstairs»"#,
            ),
            ("aid community settings", json!({"nudges": 2}), "community settings nudges:2"),
            ("aid gathering cancel", json!({}), "gathering cancel"),
            ("aid me", json!({"notices": true, "zone": ""}), "me notices:on"),
            ("pido", json!({"words": "Sillas"}), "ask Sillas"),
            ("bot needs", json!(null), "needs"),
            ("help", json!({"words": "pledge"}), "help pledge"),
        ];
        for (command, arguments, said) in cases {
            assert_eq!(invoke(command, arguments.clone()).as_deref(), Some(said), "{command} {arguments}");
            assert!(text::read(said, Timestamp::UNIX_EPOCH).is_ok(), "{said}");
        }
    }

    #[test]
    fn a_form_with_what_nobody_asked_for_is_answered_with_help() {
        let cases = [
            ("aid ask", json!({"words": "Tables", "owner": "@ana:example.org"})),
            ("aid ask", json!({"words": ["Tables"]})),
            ("aid ask", json!({"words": "Tables", "need": 2.5})),
            ("aid ask", json!({"words": true})),
            ("aid ask", json!(["Tables"])),
            ("aid ask", json!({"words": {"type": "room_id", "id": "!room:example.org"}})),
            // An id that is none must not become "the next one", nor an ask where a pledge is meant a word of it.
            ("aid gathering cancel", json!({"gathering": "the third"})),
            ("aid done", json!({"pledge": "A1"})),
            ("aid done", json!({"pledge": "P1 P2"})),
            ("aid done", json!({"pledge": "P1 note:hello"})),
            ("aid done", json!({"pledge": "P1", "note": "so \"close\" and «far» it went"})),
            ("aid needs", json!({"in": "another community"})),
        ];
        for (command, arguments) in cases {
            let path = command.strip_prefix("aid ").unwrap();
            assert_eq!(invoke(command, arguments.clone()), Some(format!("help {path}")), "{command} {arguments}");
        }
    }

    #[test]
    fn a_form_for_nobody_or_for_another_bot_is_not_heard() {
        let form = json!({"command": "aid needs", "arguments": {}});
        let to = |users: Value| json!({"body": "x", "m.mentions": users, FORM: form});
        assert_eq!(invoked(&to(json!({"user_ids": [OWN]})), OWN).as_deref(), Some("needs"));
        for users in
            [json!({"user_ids": ["@other:example.org"]}), json!({"user_ids": []}), json!({"room": true}), json!(null)]
        {
            assert_eq!(invoked(&to(users.clone()), OWN), None, "{users}");
        }
        for other in [
            json!({"command": "ban"}),
            json!({"command": "aid"}),
            json!({"command": "a b ask"}),
            json!({"command": 1}),
            json!({"command": ""}),
            json!("aid needs"),
            json!(null),
        ] {
            let content = json!({"m.mentions": {"user_ids": [OWN]}, FORM: other});
            assert_eq!(invoked(&content, OWN), None, "{content}");
        }
        assert_eq!(invoked(&json!({"body": "!aid needs", "m.mentions": {"user_ids": [OWN]}}), OWN), None);
    }

    proptest! {
        /// No value gets out of its option, whatever quotes, colons and ids are in it.
        #[test]
        fn a_value_stays_in_its_option(
            note in r#"([a-z"“”„«»:
    ]|by:|P[0-9]|what:"){0,24}"#,
            what in r#"([a-z"“”„«»:
    ]|by:|P[0-9]|what:"){0,24}"#,
        ) {
            let said = invoke("aid adjust", json!({"pledge": "P1", "note": note, "what": what, "by": "friday"})).unwrap();
            prop_assume!(said != "help adjust");
            let read = text::read(&said, Timestamp::UNIX_EPOCH).unwrap();
            prop_assert_eq!(read.spec.path, "adjust");
            prop_assert_eq!(read.target, "P1".parse().ok());
            prop_assert_eq!(read.option("by"), Some("friday"));
            prop_assert_eq!(read.option("note").unwrap_or_default(), note.trim());
            prop_assert_eq!(read.option("what").unwrap_or_default(), what.trim());
            prop_assert_eq!(read.words.as_str(), "");
        }
    }
}
