//! Threads under cards, in which people talk about one ask, where a community wants them.
//!
//! A thread that was started from a message has that message's id, so there is nothing to remember: what belongs in it is
//! said there, and if there is none yet, it is opened first. Where none can be opened, it is said in the channel; nothing
//! waits for a thread, and nothing is lost for want of one. Its name tells the ask's number alone, since it stays when the
//! ask's words have ended.

use std::time::Duration;

use serde_json::json;
use serenity::model::id::{ChannelId, MessageId};

use super::session::Session;
use super::trouble::Trouble;
use crate::domain::Ref;
use crate::engine::parcel::Parcel;
use crate::speech::copy;

/// Discord's longest: minutes without a word after which a thread is put away. A word brings it back.
const QUIET_MINUTES: u32 = 10_080;
/// How long a card that stands already waits for its thread. The first who has something to say in it opens it then.
const OPENING: Duration = Duration::from_secs(5);

/// The thread under that card.
pub(super) fn under(card: MessageId) -> ChannelId {
    ChannelId::new(card.get())
}

/// Opens the thread under a card; whoever did so before, it is open then.
pub(super) async fn open(
    session: &Session,
    channel: ChannelId,
    card: MessageId,
    parcel: &Parcel,
) -> Result<(), Trouble> {
    let ask = parcel.refs.iter().find_map(|about| match about {
        Ref::Ask(ask) => Some(*ask),
        _ => None,
    });
    let Some(ask) = ask else { return Err(Trouble::Refused("no thread without an ask".into())) };
    let thread = json!({
        "name": copy::thread_name(ask, parcel.voice.language),
        "auto_archive_duration": QUIET_MINUTES,
    });
    match session.http.create_thread_from_message(channel, card, &thread, None).await.map_err(Trouble::from) {
        Ok(_) | Err(Trouble::ThreadOpen) => Ok(()),
        Err(trouble) => Err(trouble),
    }
}

/// The same, for a card that has just been posted: it is there, whatever comes of its thread.
pub(super) async fn offer(session: &Session, channel: ChannelId, card: MessageId, parcel: &Parcel) {
    let opened = tokio::time::timeout(OPENING, open(session, channel, card, parcel)).await;
    if let Ok(Err(trouble)) = opened {
        tracing::warn!(row = parcel.row, %trouble, "a card has no thread yet");
    }
}
