//! An event of a room's timeline, read leniently: whatever another client or server put into it, reading never fails loudly.

use matrix_sdk::deserialized_responses::TimelineEvent;
use serde::Deserialize;
use serde_json::Value;

/// What the bot needs of an event. Its `Debug` shows no content.
#[derive(Clone, Deserialize)]
pub(super) struct Event {
    #[serde(rename = "event_id")]
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) sender: String,
    /// Milliseconds since 1970, by the sender's homeserver.
    #[serde(rename = "origin_server_ts", default)]
    pub(super) at: i64,
    state_key: Option<String>,
    #[serde(default)]
    pub(super) content: Value,
    #[serde(default)]
    unsigned: Value,
    /// What a redaction removed, in rooms older than version 11.
    redacts: Option<String>,
    /// It could not be decrypted: nobody here knows what is in it.
    #[serde(skip)]
    pub(super) is_sealed: bool,
    /// It came encrypted, from a device that the bot trusts.
    #[serde(skip)]
    pub(super) was_encrypted: bool,
}

/// A reaction: an emoji under somebody's event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reaction<'a> {
    pub(super) to: &'a str,
    pub(super) emoji: &'a str,
}

impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Event").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Event {
    /// Reads an event, decrypted if the SDK could decrypt it. `None` if it has no id, type or sender.
    pub(super) fn read(event: &TimelineEvent) -> Option<Event> {
        let mut read: Event = serde_json::from_str(event.raw().json().get()).ok()?;
        read.is_sealed = event.kind.is_utd();
        read.was_encrypted = event.kind.encryption_info().is_some();
        Some(read)
    }

    /// The same without what nobody here looks at: many are held at once while a room is read back.
    pub(super) fn lean(mut self) -> Event {
        let looked_at = ["m.room.message", "m.reaction", "m.room.redaction", "m.room.member"];
        if !looked_at.contains(&self.kind.as_str()) {
            self.content = Value::Null;
        }
        for content in ["/formatted_body", "/m.new_content/formatted_body"] {
            if let Some(unread) = self.content.pointer_mut(content) {
                *unread = Value::Null;
            }
        }
        self
    }

    pub(super) fn is_state(&self) -> bool {
        self.state_key.is_some()
    }

    /// Is this the moment this user came into the room? A change of name is a join event too, but not this.
    pub(super) fn is_arrival_of(&self, user: &str) -> bool {
        let was_joined = || self.unsigned["prev_content"]["membership"] == "join";
        self.kind == "m.room.member"
            && self.state_key.as_deref() == Some(user)
            && self.content["membership"] == "join"
            && !was_joined()
    }

    /// The body of a message that a person wrote: no notice, no picture, and no edit of an earlier message.
    pub(super) fn written_body(&self) -> Option<&str> {
        let written = self.kind == "m.room.message"
            && self.content["msgtype"] == "m.text"
            && self.content["m.relates_to"]["rel_type"] != "m.replace";
        if written { self.content["body"].as_str() } else { None }
    }

    /// The changed words of an earlier message, and which one it was.
    pub(super) fn changed_body(&self) -> Option<(&str, &str)> {
        let now = &self.content["m.new_content"];
        let written = self.kind == "m.room.message" && now["msgtype"] == "m.text";
        Some((self.edited().filter(|_| written)?, now["body"].as_str()?))
    }

    pub(super) fn reaction(&self) -> Option<Reaction<'_>> {
        let relation = &self.content["m.relates_to"];
        if self.kind != "m.reaction" || relation["rel_type"] != "m.annotation" {
            return None;
        }
        Some(Reaction { to: relation["event_id"].as_str()?, emoji: relation["key"].as_str()? })
    }

    /// The event that this one removed.
    pub(super) fn redacted(&self) -> Option<&str> {
        if self.kind != "m.room.redaction" {
            return None;
        }
        self.content["redacts"].as_str().or(self.redacts.as_deref())
    }

    /// The message that this one edits.
    pub(super) fn edited(&self) -> Option<&str> {
        let relation = &self.content["m.relates_to"];
        if relation["rel_type"] == "m.replace" { relation["event_id"].as_str() } else { None }
    }

    pub(super) fn is_reply(&self) -> bool {
        self.content["m.relates_to"]["m.in_reply_to"]["event_id"].is_string()
    }

    /// The user ids it mentions on purpose.
    pub(super) fn mentions(&self) -> impl Iterator<Item = &str> {
        self.content["m.mentions"]["user_ids"].as_array().into_iter().flatten().filter_map(Value::as_str)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    pub(crate) fn event(content: Value) -> Event {
        let whole = json!({
            "event_id": "$1", "type": "m.room.message", "sender": "@ana:example.org", "origin_server_ts": 1, "content": content
        });
        serde_json::from_value(whole).unwrap()
    }

    #[test]
    fn only_written_messages_have_a_body() {
        assert_eq!(event(json!({"msgtype": "m.text", "body": "hi"})).written_body(), Some("hi"));
        let edit =
            json!({"msgtype": "m.text", "body": "* hi", "m.relates_to": {"rel_type": "m.replace", "event_id": "$0"}});
        for other in
            [json!({"msgtype": "m.notice", "body": "hi"}), edit, json!({}), json!(null), json!({"msgtype": "m.text"})]
        {
            assert_eq!(event(other).written_body(), None);
        }
    }

    #[test]
    fn changed_words_are_read_from_the_new_content_alone() {
        let edit = |kind: &str| {
            event(json!({
                "msgtype": "m.text", "body": "* old", "m.relates_to": {"rel_type": "m.replace", "event_id": "$0"},
                "m.new_content": {"msgtype": kind, "body": "new"}
            }))
        };
        assert_eq!(edit("m.text").changed_body(), Some(("$0", "new")));
        assert_eq!(edit("m.notice").changed_body(), None);
        assert_eq!(event(json!({"msgtype": "m.text", "body": "new"})).changed_body(), None);
    }

    #[test]
    fn what_relates_to_an_event_in_no_known_way_is_nothing() {
        let of = |kind: &str, content: Value| Event { kind: kind.into(), ..event(content) };
        let relation = json!({"m.relates_to": {"rel_type": "m.annotation", "event_id": "$0", "key": "✅"}});
        assert_eq!(of("m.reaction", relation.clone()).reaction(), Some(Reaction { to: "$0", emoji: "✅" }));
        assert_eq!(of("m.room.message", relation).reaction(), None);
        for strange in [
            json!({"m.relates_to": {"rel_type": "m.thread", "event_id": "$0", "key": "✅"}}),
            json!({"m.relates_to": {"rel_type": "m.annotation", "event_id": ["$0"], "key": "✅"}}),
            json!({"m.relates_to": "m.annotation"}),
            json!([]),
        ] {
            assert_eq!(of("m.reaction", strange).reaction(), None);
        }
        assert_eq!(of("m.room.redaction", json!({"redacts": "$0"})).redacted(), Some("$0"));
        assert_eq!(Event { redacts: Some("$1".into()), ..of("m.room.redaction", json!({})) }.redacted(), Some("$1"));
    }

    #[test]
    fn what_is_held_is_only_what_is_looked_at() {
        let said = event(json!({"msgtype": "m.text", "body": "hi", "formatted_body": "<b>hi</b>"})).lean();
        assert_eq!((said.written_body(), &said.content["formatted_body"]), (Some("hi"), &Value::Null));
        let other = Event { kind: "m.room.topic".into(), ..event(json!({"topic": "long"})) }.lean();
        assert_eq!(other.content, Value::Null);
    }

    #[test]
    fn a_change_of_name_is_no_arrival() {
        let member = |unsigned: Value| -> Event {
            serde_json::from_value(json!({
                "event_id": "$1", "type": "m.room.member", "sender": "@bot:x", "state_key": "@bot:x",
                "content": {"membership": "join"}, "unsigned": unsigned
            }))
            .unwrap()
        };
        assert!(member(json!({})).is_arrival_of("@bot:x"));
        assert!(member(json!({"prev_content": {"membership": "invite"}})).is_arrival_of("@bot:x"));
        assert!(!member(json!({"prev_content": {"membership": "join"}})).is_arrival_of("@bot:x"));
        assert!(!member(json!({})).is_arrival_of("@ana:x"));
    }
}
