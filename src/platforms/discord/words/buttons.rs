//! The buttons under a message: rows of them, none of which Discord has a reason to refuse.

use serde_json::{Value, json};

use super::Reader;
use super::markdown::shortened;
use crate::platforms::discord::custom::Custom;
use crate::speech::doc::{Again, Button, Doc};
use crate::speech::sign::Sign;

/// Discord's numbers.
const MOST_LABEL: usize = 80;
const MOST_IN_ROW: usize = 5;
const MOST_ROWS: usize = 5;

/// The rows of buttons, those about one thing in a row of their own if there is room, and the buttons that found none. A
/// form that can be opened again comes before them all. The first carries the key.
pub(super) fn rows(doc: &Doc, reader: Reader<'_>, key: Option<&str>) -> (Vec<Value>, Vec<Button>) {
    let buttons = &doc.buttons;
    let (again, key) = match again(doc, key) {
        Some(again) => (Some(json!({"type": 1, "components": [again]})), None),
        None => (None, key),
    };
    let most_rows = MOST_ROWS - usize::from(again.is_some());
    let mut groups: Vec<Vec<&Button>> = Vec::new();
    let mut left_over = Vec::new();
    let mut before: Vec<&str> = Vec::new();
    let about = |button: &Button| button.command.split_whitespace().nth(1).map(str::to_owned);
    for button in buttons {
        if custom_id(button, reader, key).is_none() {
            left_over.push(button.clone());
            continue;
        }
        // Discord takes no two buttons of the same meaning.
        if before.contains(&button.command.as_str()) {
            continue;
        }
        before.push(&button.command);
        match groups.last_mut() {
            Some(group) if group.len() < MOST_IN_ROW && about(group[0]) == about(button) => group.push(button),
            _ => groups.push(vec![button]),
        }
    }
    if groups.len() > most_rows {
        let all: Vec<&Button> = groups.concat();
        groups = all.chunks(MOST_IN_ROW).map(<[&Button]>::to_vec).collect();
    }
    let no_room = groups.split_off(groups.len().min(most_rows));
    left_over.extend(no_room.concat().into_iter().cloned());
    let mut key = key;
    let mut row = |group: &Vec<&Button>| {
        let buttons: Vec<Value> = group
            .iter()
            .filter_map(|button| {
                let id = custom_id(button, reader, key.take())?;
                Some(json!({"type": 2, "style": style(button.sign), "label": label(&button.label), "custom_id": id}))
            })
            .collect();
        json!({"type": 1, "components": buttons})
    };
    (again.into_iter().chain(groups.iter().map(&mut row)).collect(), left_over)
}

/// The button of a form that was refused.
pub(super) fn again(doc: &Doc, key: Option<&str>) -> Option<Value> {
    let Again { label: words, draft } = doc.again.as_ref()?;
    let id = Custom::Again { draft: draft.parse().ok()? }.write(key)?;
    Some(json!({"type": 2, "style": 1, "label": label(words), "custom_id": id}))
}

/// What a button is to Discord. `None` if it can be none there.
pub(super) fn custom_id(button: &Button, reader: Reader<'_>, key: Option<&str>) -> Option<String> {
    Custom::of(button, reader.community)?.write(key)
}

/// Discord's colours: blurple for what begins something, green for what is well, grey for all else.
fn style(sign: Option<Sign>) -> u8 {
    match sign {
        Some(Sign::Pledge) => 1,
        Some(Sign::Done | Sign::Arrived) => 3,
        Some(Sign::Maybe | Sign::NewDate | Sign::HandBack | Sign::Stop | Sign::StillNeeded) | None => 2,
    }
}

/// A label may not be empty.
fn label(words: &str) -> String {
    let label = shortened(words.trim(), MOST_LABEL);
    if label.is_empty() { "…".to_owned() } else { label }
}
