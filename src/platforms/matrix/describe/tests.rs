//! What is described, and what becomes of the forms that come back.

use std::collections::BTreeSet;

use jiff::Timestamp;
use proptest::prelude::*;

use super::forms::FORM;
use super::parameters::primitive;
use super::*;
use crate::grammar::specs;
use crate::grammar::text;

const OWN: &str = "@bot:example.org";

fn described(path: &str, prefix: &str, language: Language) -> Value {
    description(specs::find(path).unwrap(), OWN, prefix, language).1
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
        ("aid adjust", json!({"pledge": " p7 ", "nudges": false}), "adjust P7 nudges:off"),
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
