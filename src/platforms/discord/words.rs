//! How a message looks on Discord: a plain line that reads well alone, an embed with the rest of what is a card, a digest or
//! a list, and buttons under it.
//!
//! What people typed is escaped: it can neither become markup nor a masked link, nor call anyone, and its links bring no
//! previews. Nobody is called but the person the message is for. Whatever is too long for Discord is cut between letters and
//! comes along whole as a file, so that Discord never has a reason to refuse it.
//!
//! The key by which delivery finds a message again stands in the `custom_id` of its first button: the one place where
//! Discord keeps it for ever, shows it to nobody, and gives it back with the message's history. A message that goes out with
//! a key and has no button gets one to go on with. (The others that were weighed: a `nonce` is not in the
//! history; an embed's `url` needs an embed, which a plain sentence has not; letters of no width in the text may be taken
//! out by Discord without a word.)

mod buttons;
mod markdown;
mod pages;
#[cfg(test)]
mod picture;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use self::buttons::{custom_id, rows};
pub(super) use self::markdown::shortened;
use self::markdown::{escaped, length};
use self::pages::Pages;
use super::custom::{self, Custom};
use crate::delivery::gateway::Letter;
use crate::domain::community::{Language, Platform};
use crate::engine::parcel::{Destination, Parcel};
use crate::speech::copy::{self, Label};
use crate::speech::doc::{Block, Button, Doc, Line, Picture, Span};

/// Discord's numbers.
const MOST_CONTENT: usize = 2_000;
const MOST_ALT: usize = 1_024;

/// A message's flag: only the person who is answered sees it.
const EPHEMERAL: u32 = 64;

/// The edge of an embed: barn red.
const EDGE: u32 = 0xB4_53_2A;

/// Commands are typed behind it.
const PREFIX: &str = "/";

/// Whom a message is for, where that shows in it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reader<'a> {
    /// The id of the person to call, where others read along.
    pub calls: Option<&'a str>,
    /// The community's slug, where nothing else says which one is meant: in direct messages.
    pub community: Option<&'a str>,
}

impl<'a> Reader<'a> {
    /// Who reads a parcel. A direct message calls nobody: its person is told of it anyway, and nobody else is there.
    pub fn of(parcel: &'a Parcel) -> Reader<'a> {
        let in_a_place = matches!(parcel.destination, Destination::Place { .. });
        let called = parcel.message.calls().filter(|called| in_a_place && called.platform == Platform::Discord);
        let community = Some(parcel.community.as_str()).filter(|slug| !in_a_place && !slug.is_empty());
        Reader { calls: called.map(|account| account.id.as_str()), community }
    }
}

/// A message as Discord's API takes it, and the file that goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Face {
    /// For `POST` and `PATCH` of a message, and for an interaction's answer.
    pub body: Value,
    /// Named by `attachments` in the body, as number 0.
    pub file: Option<File>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("File").field("name", &self.name).field("bytes", &self.bytes.len()).finish()
    }
}

/// A letter as it is sent, or as the message it edits is to look from now on.
pub fn message(letter: &Letter, reader: Reader<'_>) -> Face {
    let parcel = &letter.parcel;
    let language = parcel.voice.language;
    let mut doc = letter.doc.clone();
    if doc.buttons.iter().all(|button| custom_id(button, reader, Some(&parcel.key)).is_none()) {
        doc.buttons.push(way_on(&parcel.destination, language));
    }
    let mut face = lay_out(&doc, reader, Some(&parcel.key), language);
    if parcel.edits.is_none() {
        // Discord's own window for it is short: it helps, and is never relied on.
        face.body["nonce"] = json!(parcel.key);
        face.body["enforce_nonce"] = json!(true);
    }
    face
}

/// An answer to an interaction; a whisper is seen by the person alone.
pub fn answer(doc: &Doc, reader: Reader<'_>, whispers: bool, language: Language) -> Face {
    let mut face = lay_out(doc, reader, None, language);
    if whispers {
        face.body["flags"] = json!(EPHEMERAL);
    }
    face
}

impl Face {
    /// With a button above all others that opens a form again, with what was typed into it.
    pub fn offering_again(mut self, draft: u64, language: Language) -> Face {
        let again = Custom::Again { draft }.write(None);
        if let (Some(id), Some(rows)) = (again, self.body["components"].as_array_mut()) {
            rows.insert(0, buttons::row(vec![buttons::button(&copy::label(Label::Again, language), None, &id)]));
            rows.truncate(buttons::MOST_ROWS);
        }
        self
    }
}

/// The key a message was sent with, as one of its custom ids says.
pub fn key<'a>(custom_ids: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    custom_ids.into_iter().find_map(custom::key)
}

/// The button of a message that has none of its own: in a direct message all that is the reader's, elsewhere what people
/// look for. Both only show something, and to the one who presses.
fn way_on(to: &Destination, language: Language) -> Button {
    let (label, command) = match to {
        Destination::Person(_) | Destination::Chat { .. } | Destination::Whisper { .. } => (Label::Mine, "mine"),
        Destination::Place { .. } | Destination::Calendar { .. } => (Label::Needs, "needs"),
    };
    Button { label: copy::label(label, language), command: command.to_owned(), sign: None }
}

fn lay_out(doc: &Doc, reader: Reader<'_>, key: Option<&str>, language: Language) -> Face {
    let mut doc = doc.clone();
    let (rows, left_over) = rows(&doc.buttons, reader, key);
    doc.buttons = left_over;
    let doc = with_what_is_not_shown(doc);
    let call = reader.calls.map(|id| format!("<@{id}> ")).unwrap_or_default();
    let mut pages = Pages::new(&call, MOST_CONTENT);
    let mut whole = pages.fill(&doc);
    if !whole {
        // Once more, with room for saying so.
        let note = format!("\n\n{}", escaped(&copy::whole_in_file(language)));
        pages = Pages::new(&call, MOST_CONTENT - length(&note));
        whole = pages.fill(&doc);
        pages.content.push_str(&note);
    }
    let file = if whole { doc.picture.as_ref().map(shown) } else { Some(written_out(&doc)) };
    let embeds: Vec<Value> = pages.embeds.iter().map(|page| json!({"description": page, "color": EDGE})).collect();
    let attachments: Vec<Value> = file.iter().map(|(_, about)| about.clone()).collect();
    let body = json!({
        "content": pages.content,
        "embeds": embeds,
        "components": rows,
        "attachments": attachments,
        "allowed_mentions": {"parse": [], "users": reader.calls.into_iter().collect::<Vec<_>>(), "replied_user": false},
    });
    Face { body, file: file.map(|(file, _)| file) }
}

/// The picture as a file, and what is said about it to those who do not see it.
fn shown(picture: &Picture) -> (File, Value) {
    let about = json!({"id": 0, "filename": picture.name, "description": shortened(&picture.alt, MOST_ALT)});
    (File { name: picture.name.clone(), bytes: picture.bytes.clone() }, about)
}

/// The whole as a file, where it is too long for a message.
fn written_out(doc: &Doc) -> (File, Value) {
    let name = "message.txt".to_owned();
    let about = json!({"id": 0, "filename": name});
    let mut text = doc.plain(PREFIX);
    if let Some(picture) = &doc.picture {
        text = format!("{text}\n\n{}", picture.alt);
    }
    (File { name, bytes: text.into_bytes() }, about)
}

/// The document with those of its buttons as lines that found no room as buttons.
fn with_what_is_not_shown(mut doc: Doc) -> Doc {
    let lines: Vec<Line> = doc
        .unsaid_buttons()
        .map(|button| vec![Span::Text(format!("{}: ", button.label)), Span::Code(button.command.clone())])
        .collect();
    doc.buttons.clear();
    if !lines.is_empty() {
        doc.blocks.push(Block::List(lines));
    }
    doc
}
