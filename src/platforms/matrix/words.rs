//! How a message looks on Matrix: a plain body that reads well alone, and the same as simple HTML.
//!
//! What people typed is escaped and can neither become markup nor call anyone: `@room` and links to people are broken by an
//! invisible joiner. Only what should make a phone ring is `m.text`; everything else is a notice, which never does.

use std::fmt::Write as _;

use matrix_sdk::ruma::UserId;
use serde_json::{Value, json};

use crate::delivery::gateway::Letter;
use crate::engine::inbound::Cause;
use crate::speech::doc::{Block, Doc, Line, Span};

/// The content field that carries a parcel's key, so that a message can be found again by it.
pub(super) const KEY: &str = "org.barnraiser.key";
/// The content field that names the event a message answers, also where a reply across rooms would lead nowhere.
const ANSWERS: &str = "org.barnraiser.answers";

/// A homeserver takes events of up to 65,536 bytes; this leaves room for what it adds itself.
const MOST_BYTES: usize = 60_000;

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

/// The whole content of the event for a letter. `prefix` is what stands before commands, with its space.
///
/// Seam: the buttons of a document are lines of text here; as reactions they will be seeded after sending.
pub(super) fn content(letter: &Letter, prefix: &str, reader: Reader<'_>) -> Value {
    let whole = assemble(letter, prefix, reader, true);
    if whole.to_string().len() <= MOST_BYTES { whole } else { assemble(letter, prefix, reader, false) }
}

fn assemble(letter: &Letter, prefix: &str, reader: Reader<'_>, with_html: bool) -> Value {
    let parcel = &letter.parcel;
    let doc = harmless(&letter.doc);
    let body = doc.plain(prefix);
    let html = html(&doc, prefix);
    let rings = rings(parcel.cause);
    let msgtype = if rings { "m.text" } else { "m.notice" };
    let mentions = match reader.alone {
        Some(person) if rings => json!({"user_ids": [person]}),
        _ => json!({}),
    };
    let message = |mark: &str| {
        let mut message = json!({"msgtype": msgtype, "body": format!("{mark}{body}"), "m.mentions": mentions});
        if with_html {
            message["format"] = json!("org.matrix.custom.html");
            message["formatted_body"] = json!(format!("{mark}{html}"));
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
        if reader.same_room && parcel.edits.is_none() {
            whole["m.relates_to"] = relation(answered);
        }
    }
    whole[KEY] = json!(parcel.key);
    whole
}

/// Seam: conversation in threads adds `rel_type: m.thread` here.
fn relation(answered: &str) -> Value {
    json!({"m.in_reply_to": {"event_id": answered}})
}

/// Should this make the reader's phone ring? A notice (`m.notice`) never does.
fn rings(cause: Cause) -> bool {
    match cause {
        Cause::Nudge | Cause::Digest | Cause::Notice | Cause::Care | Cause::Preview => true,
        Cause::Card | Cause::Reply | Cause::Refusal | Cause::Button => false,
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
            Span::Text(_) | Span::Strong(_) => span.clone(),
        };
        line.iter().map(calm).collect()
    };
    let block = |block: &Block| match block {
        Block::Heading(words) => Block::Heading(line(words)),
        Block::Paragraph(words) => Block::Paragraph(line(words)),
        Block::List(items) => Block::List(items.iter().map(line).collect()),
    };
    Doc { blocks: doc.blocks.iter().map(block).collect(), buttons: doc.buttons.clone() }
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
    let mut unsaid = doc.unsaid_buttons().peekable();
    if unsaid.peek().is_some() {
        html.push_str("<ul>");
        for button in unsaid {
            let (label, command) = (escaped(&button.label), escaped(&button.command));
            let _ = write!(html, "<li>{label}: <code>{}{command}</code></li>", escaped(prefix));
        }
        html.push_str("</ul>");
    }
    html
}

fn push_line(html: &mut String, line: &Line, prefix: &str) {
    for span in line {
        let text = escaped(span.text());
        let _ = match span {
            Span::Text(_) | Span::Said(_) => write!(html, "{text}"),
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
    use crate::domain::community::{Language, Platform};
    use crate::engine::parcel::{Destination, Parcel};
    use crate::speech::doc::Button;
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
            thread: None,
            unresolved_since: None,
        };
        let doc = Doc {
            blocks: vec![
                Block::Heading(vec![Span::Text("A1".into())]),
                Block::Paragraph(vec![Span::Said(said.into()), Span::Code("pledge A1".into())]),
                Block::List(vec![vec![Span::Strong("two".into())]]),
            ],
            buttons: vec![Button { label: "Done".into(), command: "done P1".into(), sign: None }],
        };
        Letter { parcel, doc }
    }

    const ROOM: Reader<'static> = Reader { alone: None, same_room: true };

    #[test]
    fn what_people_typed_is_never_markup_nor_a_call() {
        let said = "<b>@room</b> & @Room\nhttps://matrix.to/#/@ana:x matrix:u/ana";
        let content = content(&letter(Cause::Card, said), "!aid ", ROOM);
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
        let nudge = content(&letter(Cause::Nudge, ""), "!aid ", person);
        assert_eq!(nudge["msgtype"], "m.text");
        assert_eq!(nudge["m.mentions"], json!({"user_ids": ["@ana:x"]}));
        assert_eq!(nudge["m.relates_to"], Value::Null);
        assert_eq!(nudge[ANSWERS], "$asked");
        let reply = content(&letter(Cause::Reply, ""), "!aid ", person);
        assert_eq!((reply["msgtype"].as_str(), &reply["m.mentions"]), (Some("m.notice"), &json!({})));
        let digest = content(&letter(Cause::Digest, ""), "!aid ", ROOM);
        assert_eq!((digest["msgtype"].as_str(), &digest["m.mentions"]), (Some("m.text"), &json!({})));
        assert_eq!(digest["m.relates_to"]["m.in_reply_to"]["event_id"], "$asked");
    }

    #[test]
    fn an_edit_carries_the_whole_message_twice_and_its_key_once() {
        let mut card = letter(Cause::Card, "Two tables");
        card.parcel.edits = Some("$card".into());
        let content = content(&card, "!aid ", ROOM);
        assert_eq!(content["m.relates_to"], json!({"rel_type": "m.replace", "event_id": "$card"}));
        let whole = content["m.new_content"]["body"].as_str().unwrap();
        assert_eq!(content["body"], format!("* {whole}"));
        assert_eq!(content[KEY], "KEY");
        assert_eq!(content["m.new_content"][KEY], Value::Null);
    }

    #[test]
    fn a_long_message_goes_without_its_html() {
        let content = content(&letter(Cause::Reply, &"ñ".repeat(20_000)), "!aid ", ROOM);
        assert_eq!(content["formatted_body"], Value::Null);
        assert!(content["body"].as_str().unwrap().len() > 40_000);
    }
}
