//! Reactions as buttons: which command an emoji under one of the bot's own messages stands for.
//!
//! The message itself says so, in a field that only its sender could write, so nothing has to be remembered beside it. A
//! reaction is never encrypted, not even in an encrypted room: nothing private hangs on one.

use matrix_sdk::Room;
use matrix_sdk::ruma::EventId;

use super::event::{Event, Reaction};
use super::trouble::Trouble;
use super::words;
use crate::speech::sign::Sign;

/// The command that this reaction stands for, complete or only begun. `None` if it is under something else than a message
/// of the bot's own, or no button there.
pub(super) async fn command(room: &Room, reaction: Reaction<'_>) -> Result<Option<String>, Trouble> {
    // Most reactions are no signs at all, and need no question to the homeserver.
    if !Sign::ALL.into_iter().any(|sign| is(sign.emoji(), reaction.emoji)) {
        return Ok(None);
    }
    let Some(pressed) = own_event(room, reaction.to).await? else { return Ok(None) };
    Ok(words::buttons(&pressed.content)
        .find(|(emoji, _)| is(emoji, reaction.emoji))
        .map(|(_, command)| command.to_owned()))
}

/// An event of this room that the bot itself sent. `None` if somebody else did, or there is none that the bot may see.
async fn own_event(room: &Room, id: &str) -> Result<Option<Event>, Trouble> {
    Ok(event(room, id).await?.filter(|event| event.sender == room.own_user_id().as_str()))
}

/// An event of this room, asked of the homeserver. `None` if there is none that the bot may see.
pub(super) async fn event(room: &Room, id: &str) -> Result<Option<Event>, Trouble> {
    let Ok(id) = EventId::parse(id) else { return Ok(None) };
    match room.event(&id, None).await.map_err(Trouble::from) {
        Ok(event) => Ok(Event::read(&event)),
        Err(Trouble::Refused(_) | Trouble::Closed(_)) => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// Are these the same sign? Clients add a colour of skin, a gender, or the mark that asks for a coloured picture; whatever
/// else stands there makes it something else.
fn is(sign: &str, pressed: &str) -> bool {
    let bare = |emoji: &str| -> String { emoji.chars().filter(|c| !is_dress(*c)).collect() };
    bare(sign) == bare(pressed)
}

/// Unicode's variation selectors, skin tones, the joiner and the two signs of gender.
fn is_dress(c: char) -> bool {
    matches!(c, '\u{FE0E}' | '\u{FE0F}' | '\u{200D}' | '\u{1F3FB}'..='\u{1F3FF}' | '♀' | '♂')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_is_the_same_in_every_colour() {
        assert!(is("🙋", "🙋🏽"));
        assert!(is("🙋", "🙋🏽‍♀️"));
        assert!(is("↩️", "↩"));
        assert!(!is("✅", "☑️"));
        assert!(!is("✅", ""));
        assert!(!is("✅", "✅ not yet"));
        assert!(!is("✅", "✅✅"));
    }
}
