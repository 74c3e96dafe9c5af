//! How a message looks on Matrix: a plain body that reads well alone, and the same as simple HTML.
//!
//! What people typed is escaped and can neither become markup nor call anyone: `@room` and links to people are broken by an
//! invisible joiner. Only what should make a phone ring is `m.text`; everything else is a notice, which never does.

use std::fmt::Write as _;

use matrix_sdk::ruma::UserId;
use serde_json::{Value, json};

use crate::delivery::gateway::Letter;
use crate::domain::community::Platform;
use crate::engine::inbound::Cause;
use crate::speech::doc::{Block, Button, Doc, Line, Span};
use crate::speech::sign::Sign;

/// The content field that carries a parcel's key, so that a message can be found again by it.
pub(super) const KEY: &str = "org.barnraiser.key";
/// The content field that says which commands the signs under a message stand for: a list of sign and command.
const BUTTONS: &str = "org.barnraiser.buttons";
/// The content field that names the event a message answers, also where a reply across rooms would lead nowhere.
const ANSWERS: &str = "org.barnraiser.answers";

/// A homeserver takes events of up to 65,536 bytes. Encrypted, a content grows by a third; this leaves room for what comes
/// around it.
const MOST_BYTES: usize = 46_000;

/// Invisible, no line break: "word joiner".
const JOINER: char = '\u{2060}';

/// Whom a message should call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    /// The person, in a direct chat.
    pub(super) alone: Option<&'a UserId>,
    /// Is the message going to the room where the answered event stands?
    pub(super) same_room: bool,
}

/// The whole content of the event for a letter. `prefix` is what stands before commands, with its space; `picture` what
/// shows its picture, once that is uploaded.
pub(super) fn content(letter: &Letter, prefix: &str, reader: Reader<'_>, picture: Option<&Value>) -> Value {
    let whole = assemble(letter, prefix, reader, picture, true);
    if whole.to_string().len() <= MOST_BYTES { whole } else { assemble(letter, prefix, reader, picture, false) }
}

/// The content of a reaction: a sign that may be pressed, under a message of the bot's own.
pub(super) fn reaction(sign: Sign, under: &str, key: &str) -> Value {
    let relation = json!({"rel_type": "m.annotation", "event_id": under, "key": sign.emoji()});
    json!({"m.relates_to": relation, KEY: key})
}

/// The signs under a message and the commands they stand for, as the message itself says.
pub(super) fn buttons(content: &Value) -> impl Iterator<Item = (&str, &str)> {
    let listed = content[BUTTONS].as_array().into_iter().flatten();
    listed.filter_map(|button| Some((button[0].as_str()?, button[1].as_str()?)))
}

fn assemble(letter: &Letter, prefix: &str, reader: Reader<'_>, picture: Option<&Value>, with_html: bool) -> Value {
    let parcel = &letter.parcel;
    let doc = with_answers(harmless(&letter.doc));
    let body = doc.plain(prefix);
    let html = html(&doc, prefix);
    let rings = rings(parcel.cause);
    let msgtype = if rings { "m.text" } else { "m.notice" };
    let called = parcel.message.calls().filter(|called| called.platform == Platform::Matrix);
    let mentions = match reader.alone.map(UserId::as_str).or(called.map(|called| called.id.as_str())) {
        Some(person) if rings => json!({"user_ids": [person]}),
        _ => json!({}),
    };
    let message = |mark: &str| {
        let mut message = json!({"msgtype": msgtype, "body": format!("{mark}{body}"), "m.mentions": mentions});
        if with_html {
            message["format"] = json!("org.matrix.custom.html");
            message["formatted_body"] = json!(format!("{mark}{html}"));
        }
        for (name, value) in picture.and_then(Value::as_object).into_iter().flatten() {
            message[name] = value.clone();
        }
        message
    };
    let mut whole = match &parcel.edits {
        // A client that knows no edits shows the body: it is whole, behind the customary star.
        Some(edited) => {
            let mut edit = message("* ");
            edit["m.new_content"] = message("");
            edit["m.relates_to"] = json!({"rel_type": "m.replace", "event_id": edited});
            edit
        }
        None => message(""),
    };
    if let Some(answered) = &parcel.answers {
        whole[ANSWERS] = json!(answered);
    }
    if parcel.edits.is_none() {
        let answered = parcel.answers.as_deref().filter(|_| reader.same_room && parcel.quotes);
        let relation = relation(answered, parcel.thread.as_deref());
        if !relation.is_null() {
            whole["m.relates_to"] = relation;
        }
    }
    // In a direct chat nothing else says which community is meant.
    let within = reader.alone.map(|_| format!(" in:{}", parcel.community)).unwrap_or_default();
    let sign = |button: &Button| Some(json!([button.sign?.emoji(), format!("{}{within}", button.command)]));
    let signs: Vec<_> = letter.doc.buttons.iter().filter_map(sign).collect();
    if !signs.is_empty() {
        whole[BUTTONS] = json!(signs);
    }
    whole[KEY] = json!(parcel.key);
    whole
}

/// What a message hangs on: the thread under a card, what it answers, or both. In a thread the answered event is for
/// clients that know no threads (Matrix specification 1.4, "fallback for unthreaded clients").
fn relation(answered: Option<&str>, thread: Option<&str>) -> Value {
    let reply = |event: &str| json!({"event_id": event});
    match (answered, thread) {
        (answered, Some(root)) => json!({
            "rel_type": "m.thread", "event_id": root, "is_falling_back": true,
            "m.in_reply_to": reply(answered.unwrap_or(root)),
        }),
        (Some(answered), None) => json!({"m.in_reply_to": reply(answered)}),
        (None, None) => Value::Null,
    }
}

/// The document with its buttons as a list in the order in which their signs are added under it: each sign with its label,
/// and the command wherever the text does not spell it out. What a picture shows stands there in words.
fn with_answers(mut doc: Doc) -> Doc {
    let unsaid: Vec<_> = doc.unsaid_buttons().map(|button| button.command.clone()).collect();
    let buttons = std::mem::take(&mut doc.buttons);
    let lines: Vec<Line> = buttons
        .into_iter()
        .filter_map(|Button { label, command, sign }| {
            let label = sign.map_or(label.clone(), |sign| format!("{} {label}", sign.emoji()));
            match (unsaid.contains(&command), sign) {
                (true, _) => Some(vec![Span::Text(format!("{label}: ")), Span::Code(command)]),
                (false, Some(_)) => Some(vec![Span::Text(label)]),
                (false, None) => None,
            }
        })
        .collect();
    if !lines.is_empty() {
        doc.blocks.push(Block::List(lines));
    }
    if let Some(picture) = &doc.picture {
        doc.blocks.push(Block::Paragraph(vec![Span::Said(picture.alt.clone())]));
    }
    doc
}

/// Should this make the reader's phone ring? A notice (`m.notice`) never does.
fn rings(cause: Cause) -> bool {
    match cause {
        Cause::Nudge | Cause::Digest | Cause::Notice | Cause::Care | Cause::Preview => true,
        Cause::Card | Cause::Moved | Cause::Reply | Cause::Refusal | Cause::Button | Cause::Event => false,
    }
}

/// The document with everything that people typed unable to call anyone.
fn harmless(doc: &Doc) -> Doc {
    let line = |line: &Line| -> Line {
        let calm = |span: &Span| match span {
            Span::Said(text) => Span::Said(calmed(text)),
            // A command or a word offered back to somebody may quote what they typed.
            Span::Code(text) => Span::Code(calmed(text)),
            Span::Literal(text) => Span::Literal(calmed(text)),
            Span::Place { shown, .. } => Span::Said(calmed(shown)),
            Span::Text(_) | Span::Strong(_) | Span::When { .. } => span.clone(),
        };
        line.iter().map(calm).collect()
    };
    let block = |block: &Block| match block {
        Block::Heading(words) => Block::Heading(line(words)),
        Block::Paragraph(words) => Block::Paragraph(line(words)),
        Block::List(items) => Block::List(items.iter().map(line).collect()),
    };
    Doc { blocks: doc.blocks.iter().map(block).collect(), ..doc.clone() }
}

/// Breaks `@room`, and links that clients turn into mentions, with a joiner nobody sees.
fn calmed(text: &str) -> String {
    let mut calm = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        calm.push(first);
        rest = &rest[first.len_utf8()..];
        let follows = |word: &str| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        let calls_all = first == '@' && follows("room");
        let links = matches!(first, 'm' | 'M') && (follows("atrix.to") || follows("atrix:"));
        if calls_all || links {
            calm.push(JOINER);
        }
    }
    calm
}

/// Paragraphs, lists, bold and code: what every client shows alike.
fn html(doc: &Doc, prefix: &str) -> String {
    let mut html = String::new();
    for block in &doc.blocks {
        match block {
            Block::Heading(line) => {
                html.push_str("<p><strong>");
                push_line(&mut html, line, prefix);
                html.push_str("</strong></p>");
            }
            Block::Paragraph(line) => {
                html.push_str("<p>");
                push_line(&mut html, line, prefix);
                html.push_str("</p>");
            }
            Block::List(lines) => {
                html.push_str("<ul>");
                for line in lines {
                    html.push_str("<li>");
                    push_line(&mut html, line, prefix);
                    html.push_str("</li>");
                }
                html.push_str("</ul>");
            }
        }
    }
    html
}

fn push_line(html: &mut String, line: &Line, prefix: &str) {
    for span in line {
        let text = escaped(span.text());
        let _ = match span {
            Span::Text(_) | Span::Said(_) | Span::When { .. } | Span::Place { .. } => write!(html, "{text}"),
            Span::Strong(_) => write!(html, "<strong>{text}</strong>"),
            Span::Code(_) => write!(html, "<code>{}{text}</code>", escaped(prefix)),
            Span::Literal(_) => write!(html, "<code>{text}</code>"),
        };
    }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' => safe.push_str("<br/>"),
            '\r' => {}
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use matrix_sdk::ruma::user_id;

    use super::*;
    use crate::domain::Zone;
    use crate::domain::community::{Account, Language};
    use crate::engine::parcel::{Destination, Parcel};
    use crate::speech::doc::Picture;
    use crate::speech::message::{Message, Voice};

    fn letter(cause: Cause, said: &str) -> Letter {
        let parcel = Parcel {
            row: 1,
            key: "KEY".into(),
            attempt: 1,
            community: "eastbank".into(),
            destination: Destination::Place { platform: Platform::Matrix, id: "!room".into() },
            cause,
            refs: Vec::new(),
            message: Message::Help { path: None, role: crate::domain::community::Role::Member },
            voice: Voice {
                language: Language::English,
                zone: "UTC".parse::<Zone>().unwrap(),
                now: Timestamp::UNIX_EPOCH,
            },
            edits: None,
            answers: Some("$asked".into()),
            quotes: true,
            thread: None,
            opens_thread: false,
            unresolved_since: None,
        };
        let doc = Doc {
            blocks: vec![
                Block::Heading(vec![Span::Text("A1".into())]),
                Block::Paragraph(vec![Span::Said(said.into()), Span::Code("pledge A1".into())]),
                Block::List(vec![vec![Span::Strong("two".into())]]),
            ],
            buttons: vec![Button { label: "Done".into(), command: "done P1".into(), sign: Some(Sign::Done) }],
            picture: None,
        };
        Letter { parcel, doc }
    }

    const ROOM: Reader<'static> = Reader { alone: None, same_room: true };

    #[test]
    fn what_people_typed_is_never_markup_nor_a_call() {
        let said = "<b>@room</b> & @Room\nhttps://matrix.to/#/@ana:x matrix:u/ana";
        let content = content(&letter(Cause::Card, said), "!aid ", ROOM, None);
        let body = content["body"].as_str().unwrap();
        let html = content["formatted_body"].as_str().unwrap();
        for text in [body, html] {
            assert!(!text.to_lowercase().contains("@room"), "{text}");
            assert!(!text.contains("matrix.to") && !text.contains("matrix:"), "{text}");
        }
        assert!(html.contains("&lt;b&gt;@\u{2060}room&lt;/b&gt; &amp; @\u{2060}Room<br/>"), "{html}");
        assert!(html.contains("<code>!aid pledge A1</code>"), "{html}");
        assert!(body.contains("<b>@\u{2060}room</b> & "), "{body}");
    }

    #[test]
    fn only_what_should_ring_rings_and_only_for_its_reader() {
        let person = Reader { alone: Some(user_id!("@ana:x")), same_room: false };
        let nudge = content(&letter(Cause::Nudge, ""), "!aid ", person, None);
        assert_eq!(nudge["msgtype"], "m.text");
        assert_eq!(nudge["m.mentions"], json!({"user_ids": ["@ana:x"]}));
        assert_eq!(nudge["m.relates_to"], Value::Null);
        assert_eq!(nudge[ANSWERS], "$asked");
        let reply = content(&letter(Cause::Reply, ""), "!aid ", person, None);
        assert_eq!((reply["msgtype"].as_str(), &reply["m.mentions"]), (Some("m.notice"), &json!({})));
        let digest = content(&letter(Cause::Digest, ""), "!aid ", ROOM, None);
        assert_eq!((digest["msgtype"].as_str(), &digest["m.mentions"]), (Some("m.text"), &json!({})));
        assert_eq!(digest["m.relates_to"]["m.in_reply_to"]["event_id"], "$asked");
        let mut closed = letter(Cause::Notice, "");
        let account = Account { platform: Platform::Matrix, id: "@luis:x".into() };
        closed.parcel.message = Message::CannotReach { name: "Luis".into(), account: Some(account) };
        assert_eq!(content(&closed, "!aid ", ROOM, None)["m.mentions"], json!({"user_ids": ["@luis:x"]}));
    }

    #[test]
    fn an_edit_carries_the_whole_message_twice_and_its_key_once() {
        let mut card = letter(Cause::Card, "Two tables");
        card.parcel.edits = Some("$card".into());
        let content = content(&card, "!aid ", ROOM, None);
        assert_eq!(content["m.relates_to"], json!({"rel_type": "m.replace", "event_id": "$card"}));
        let whole = content["m.new_content"]["body"].as_str().unwrap();
        assert_eq!(content["body"], format!("* {whole}"));
        assert_eq!(content[KEY], "KEY");
        assert_eq!(content["m.new_content"][KEY], Value::Null);
    }

    #[test]
    fn signs_stand_in_the_text_in_their_order_with_what_to_type_instead() {
        let mut nudge = letter(Cause::Nudge, "Bring the van");
        let button = |label: &str, command: &str, sign| Button { label: label.into(), command: command.into(), sign };
        nudge.doc.buttons = vec![
            button("Done", "done P1", Some(Sign::Done)),
            button("I can help", "pledge A1 what: by:", Some(Sign::Pledge)),
            button("Thanks", "thanks P1", None),
        ];
        let content = content(&nudge, "!aid ", ROOM, None);
        let body = content["body"].as_str().unwrap();
        assert!(body.ends_with("- ✅ Done: !aid done P1\n- 🙋 I can help\n- Thanks: !aid thanks P1"), "{body}");
        let listed: Vec<_> = buttons(&content).collect();
        assert_eq!(listed, [("✅", "done P1"), ("🙋", "pledge A1 what: by:")]);
        let alone = super::content(&nudge, "!aid ", Reader { alone: Some(user_id!("@ana:x")), same_room: true }, None);
        let listed: Vec<_> = buttons(&alone).map(|(_, command)| command).collect();
        assert_eq!(listed, ["done P1 in:eastbank", "pledge A1 what: by: in:eastbank"]);
        assert_eq!(buttons(&json!({BUTTONS: "✅"})).count(), 0);
        assert_eq!(buttons(&json!({BUTTONS: [["✅"], [1, 2], "x", ["✅", "done P2"]]})).count(), 1);
    }

    #[test]
    fn what_is_said_about_an_ask_hangs_under_its_card() {
        let mut answer = letter(Cause::Reply, "");
        answer.parcel.thread = Some("$card".into());
        let threaded = content(&answer, "!aid ", ROOM, None);
        let relation = &threaded["m.relates_to"];
        assert_eq!((relation["rel_type"].as_str(), relation["event_id"].as_str()), (Some("m.thread"), Some("$card")));
        assert_eq!(relation["m.in_reply_to"]["event_id"], "$asked");
        answer.parcel.quotes = false;
        let of_a_press = content(&answer, "!aid ", ROOM, None);
        assert_eq!(of_a_press["m.relates_to"]["m.in_reply_to"]["event_id"], "$card");
        assert_eq!(of_a_press[ANSWERS], "$asked");
    }

    #[test]
    fn a_picture_is_told_in_words_as_well() {
        let mut digest = letter(Cause::Digest, "Twelve kept");
        let alt = "A barn with <twelve> boards".to_owned();
        let picture =
            Picture { name: "kept.png".into(), mime: "image/png".into(), bytes: vec![1], width: 2, height: 3, alt };
        digest.doc.picture = Some(picture);
        let shown = json!({"msgtype": "m.image", "url": "mxc://x/y", "filename": "kept.png"});
        let content = content(&digest, "!aid ", ROOM, Some(&shown));
        assert_eq!((&content["msgtype"], &content["url"]), (&json!("m.image"), &json!("mxc://x/y")));
        assert!(content["body"].as_str().unwrap().ends_with("A barn with <twelve> boards"));
        assert!(content["formatted_body"].as_str().unwrap().contains("&lt;twelve&gt;"));
    }

    #[test]
    fn a_long_message_goes_without_its_html() {
        let content = content(&letter(Cause::Reply, &"ñ".repeat(20_000)), "!aid ", ROOM, None);
        assert_eq!(content["formatted_body"], Value::Null);
        assert!(content["body"].as_str().unwrap().len() > 40_000);
    }
}
