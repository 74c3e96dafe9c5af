//! What a bot wants to say: content, embeds, components, files, nonce, whom it may mention.

use serde_json::{Map, Value, json};

use super::{components, embeds};
use crate::clock::Id;
use crate::errors::{self, Answer, Form};
use crate::rest::Upload;
use crate::state::{COMPONENTS_V2, EPHEMERAL, SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS};

/// So many characters of content.
const CONTENT: usize = 2000;
/// So many files, documented for uploads.
const FILES: usize = 10;
const NONCE: usize = 25;

/// A message to be, or the changes of one: what is `None` was not named.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub content: Option<String>,
    pub embeds: Option<Vec<Value>>,
    pub components: Option<Vec<Value>>,
    /// The files it keeps and those it brings.
    pub attachments: Option<Vec<Value>>,
    pub flags: Option<u64>,
    pub nonce: Option<Value>,
    pub enforce_nonce: bool,
    pub allowed_mentions: Value,
    pub reply_to: Option<Id>,
    pub fail_if_not_exists: bool,
    pub tts: bool,
}

impl Draft {
    /// Whether there is nothing in it that anybody could see.
    pub fn is_empty(&self) -> bool {
        let none = |list: &Option<Vec<Value>>| list.as_ref().is_none_or(Vec::is_empty);
        let silent = self.content.as_deref().unwrap_or_default().trim().is_empty();
        silent && none(&self.embeds) && none(&self.components) && none(&self.attachments)
    }
}

/// Where the body's fields are: callbacks have them one level down, and their complaints say so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Within {
    Body,
    CallbackData,
}

/// Reads a body. `layout`: the message that is changed is of the second kind already, which cannot be undone.
pub fn read(body: &Value, files: &[Upload], layout: bool, within: Within) -> Answer<Draft> {
    let empty = Map::new();
    let fields = body.as_object().unwrap_or(&empty);
    let mut form = Form::new();
    let mut draft = Draft { fail_if_not_exists: true, ..Draft::default() };

    match fields.get("content") {
        None => {}
        Some(Value::Null) => draft.content = Some(String::new()),
        Some(Value::String(text)) => {
            let text = text.trim();
            form.length("content", text, 0, CONTENT);
            draft.content = Some(text.to_owned());
        }
        // Discord takes numbers and truth values for text.
        Some(other @ (Value::Number(_) | Value::Bool(_))) => draft.content = Some(other.to_string()),
        Some(_) => form.wrong("content", "STRING_TYPE_CONVERT", "Could not interpret value as string."),
    }
    draft.flags = fields.get("flags").map(|flags| flags.as_u64().unwrap_or(0));
    let wanted = draft.flags.unwrap_or(0);
    let layout = layout || wanted & COMPONENTS_V2 != 0;
    draft.embeds = list(&mut form, fields, "embeds");
    draft.components = list(&mut form, fields, "components");
    if let Some(embeds) = &draft.embeds {
        embeds::check(&mut form, embeds);
    }
    if let Some(components) = &draft.components {
        components::check(&mut form, components, layout);
    }
    if layout {
        let said = "The message cannot have content, embeds, stickers or polls with components of the second version";
        if draft.content.as_deref().is_some_and(|content| !content.is_empty()) {
            form.wrong("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", said);
        }
        if draft.embeds.as_ref().is_some_and(|embeds| !embeds.is_empty()) {
            form.wrong("embeds", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", said);
        }
    }
    match fields.get("nonce") {
        None | Some(Value::Null) => {}
        Some(nonce @ (Value::String(_) | Value::Number(_))) => {
            let length = nonce.as_str().map_or_else(|| nonce.to_string().len(), |text| text.chars().count());
            if length > NONCE {
                form.wrong("nonce", "NONCE_TYPE_TOO_LONG", &format!("Must be {NONCE} or fewer in length."));
            }
            draft.nonce = Some(nonce.clone());
        }
        Some(_) => form.wrong("nonce", "NONCE_TYPE_INVALID", "Nonce must be a string or an integer."),
    }
    draft.enforce_nonce = fields.get("enforce_nonce") == Some(&Value::Bool(true));
    draft.tts = fields.get("tts") == Some(&Value::Bool(true));
    draft.allowed_mentions = fields.get("allowed_mentions").cloned().unwrap_or(Value::Null);
    check_mentions(&mut form, &draft.allowed_mentions);
    if let Some(reference) = fields.get("message_reference").filter(|reference| !reference.is_null()) {
        draft.reply_to = Id::of(&reference["message_id"]);
        draft.fail_if_not_exists = reference["fail_if_not_exists"] != json!(false);
    }
    draft.attachments = attachments(&mut form, fields, files);
    finish(form, within)?;
    Ok(draft)
}

fn list(form: &mut Form, fields: &Map<String, Value>, name: &str) -> Option<Vec<Value>> {
    match fields.get(name)? {
        Value::Null => Some(Vec::new()),
        Value::Array(list) => Some(list.clone()),
        _ => {
            form.wrong(name, "BASE_TYPE_CONVERT", "Only iterables may be used in a ListType");
            None
        }
    }
}

fn check_mentions(form: &mut Form, allowed: &Value) {
    let parse = allowed["parse"].as_array().map_or(&[][..], Vec::as_slice);
    for (at, kind) in parse.iter().enumerate() {
        if !["users", "roles", "everyone"].contains(&kind.as_str().unwrap_or_default()) {
            form.choice(&format!("allowed_mentions.parse.{at}"), "'users', 'roles', 'everyone'");
        }
    }
    for name in ["users", "roles"] {
        let listed = allowed[name].as_array().map_or(&[][..], Vec::as_slice);
        if listed.len() > 100 {
            form.wrong(&format!("allowed_mentions.{name}"), "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.");
        }
        if !listed.is_empty() && parse.iter().any(|kind| kind == name) {
            let said = format!("parse:[\"{name}\"] and {name}: [ids...] are mutually exclusive.");
            form.wrong("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", &said);
        }
    }
}

/// What stays of the old files, as `attachments` lists it, and what is new.
fn attachments(form: &mut Form, fields: &Map<String, Value>, files: &[Upload]) -> Option<Vec<Value>> {
    let listed = fields.get("attachments").and_then(Value::as_array);
    if listed.is_none() && files.is_empty() {
        return None;
    }
    if files.len() > FILES {
        form.wrong("attachments", "BASE_TYPE_MAX_LENGTH", &format!("Must be {FILES} or fewer in length."));
    }
    let described = |index: &str| {
        let found = listed.into_iter().flatten().find(|each| text_of(&each["id"]) == index);
        found.map(|each| each["description"].clone()).unwrap_or_default()
    };
    let mut out: Vec<Value> = listed
        .into_iter()
        .flatten()
        .filter(|each| !files.iter().any(|file| text_of(&each["id"]) == file.index))
        .map(|each| json!({"keep": each["id"]}))
        .collect();
    for file in files {
        out.push(json!({
            "filename": file.name, "size": file.size, "content_type": file.content_type,
            "description": described(&file.index),
        }));
    }
    Some(out)
}

fn text_of(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// Complaints about callback data stand under `data`.
fn finish(form: Form, within: Within) -> Answer<()> {
    match (form.done(), within) {
        (Err(mut refusal), Within::CallbackData) => {
            let errors = refusal.body["errors"].take();
            refusal.body["errors"] = json!({"data": errors});
            Err(refusal)
        }
        (done, _) => done,
    }
}

/// The flags a bot may set, of those it asked for.
pub fn settable(flags: u64, of_an_interaction: bool) -> u64 {
    let own = if of_an_interaction { EPHEMERAL } else { 0 };
    flags & (SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2 | own)
}

/// An empty message is refused with a code of its own.
pub fn not_empty(draft: &Draft) -> Answer<()> {
    if draft.is_empty() { Err(errors::empty_message()) } else { Ok(()) }
}
