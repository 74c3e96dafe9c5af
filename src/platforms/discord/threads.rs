//! Threads under cards, in which people talk about one ask, where a community wants them.
//!
//! Nothing waits for a thread, and nothing the bot says stands in one: who is called there would be known to have to do
//! with the ask. Its name tells the ask's number alone, since it stays when the ask's words have ended.

use std::time::Duration;

use serde_json::json;
use serenity::model::channel::{Message, MessageFlags};

use super::session::Session;
use super::trouble::Trouble;
use crate::domain::Ref;
use crate::engine::parcel::Parcel;
use crate::speech::copy;

/// Discord's longest: minutes without a word after which a thread is put away. A word brings it back.
const QUIET_MINUTES: u32 = 10_080;
/// How long the next message waits for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens the thread under a card that was posted or edited just now, if it has none. What does not come about now is tried
/// again with the card's next edit.
pub(super) async fn open_under(session: &Session, card: &Message, parcel: &Parcel) {
    let ask = parcel.refs.iter().find_map(|about| match about {
        Ref::Ask(ask) => Some(*ask),
        _ => None,
    });
    let has_one = card.flags.is_some_and(|flags| flags.contains(MessageFlags::HAS_THREAD));
    let Some(ask) = ask.filter(|_| !has_one) else { return };
    let thread = json!({
        "name": copy::thread_name(ask, parcel.voice.language),
        "auto_archive_duration": QUIET_MINUTES,
    });
    let opening = session.http.create_thread_from_message(card.channel_id, card.id, &thread, None);
    match tokio::time::timeout(PATIENCE, opening).await.map(|opened| opened.map_err(Trouble::from)) {
        Ok(Ok(_) | Err(Trouble::ThreadOpen)) => {}
        Ok(Err(trouble)) => tracing::warn!(row = parcel.row, %trouble, "a card has no thread yet"),
        Err(_) => tracing::warn!(row = parcel.row, "a card has no thread yet: Discord takes its time"),
    }
}
