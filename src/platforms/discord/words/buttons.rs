//! The buttons under a message: rows of them, none of which Discord has a reason to refuse.

use serde_json::{Value, json};

use super::Reader;
use super::markdown::shortened;
use crate::platforms::discord::custom::Custom;
use crate::speech::doc::Button;
use crate::speech::sign::Sign;

/// Discord's numbers.
const MOST_LABEL: usize = 80;
const MOST_IN_ROW: usize = 5;
pub(super) const MOST_ROWS: usize = 5;

/// The rows of buttons, those about one thing in a row of their own if there is room, and the buttons that found none. The
/// first carries the key.
pub(super) fn rows(buttons: &[Button], reader: Reader<'_>, key: Option<&str>) -> (Vec<Value>, Vec<Button>) {
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
    if groups.len() > MOST_ROWS {
        let all: Vec<&Button> = groups.concat();
        groups = all.chunks(MOST_IN_ROW).map(<[&Button]>::to_vec).collect();
    }
    let no_room = groups.split_off(groups.len().min(MOST_ROWS));
    left_over.extend(no_room.concat().into_iter().cloned());
    let mut key = key;
    let mut row = |group: &Vec<&Button>| {
        let buttons: Vec<Value> = group
            .iter()
            .filter_map(|button| {
                let id = custom_id(button, reader, key.take())?;
                Some(self::button(&button.label, button.sign, &id))
            })
            .collect();
        self::row(buttons)
    };
    (groups.iter().map(&mut row).collect(), left_over)
}

pub(super) fn row(buttons: Vec<Value>) -> Value {
    json!({"type": 1, "components": buttons})
}

pub(super) fn button(words: &str, sign: Option<Sign>, id: &str) -> Value {
    json!({"type": 2, "style": style(sign), "label": label(words), "custom_id": id})
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
