//! What Discord told and the SDK cannot read: serenity passes over it with a line of its own that quotes the whole event, and so is
//! never let into the log. Here it gets one that names the event's kind and nothing else.

use async_trait::async_trait;
use serenity::client::{Context, RawEventHandler};
use serenity::model::event::{Event, UnknownEvent};

/// Kinds of event without which the bot does not work. Discord makes new ones now and then, which nobody has to know.
const NEEDED: [&str; 6] = ["READY", "RESUMED", "GUILD_CREATE", "GUILD_DELETE", "INTERACTION_CREATE", "MESSAGE_CREATE"];

/// Notices them.
pub(super) struct Unreadable;

#[async_trait]
impl RawEventHandler for Unreadable {
    async fn raw_event(&self, _: Context, event: Event) {
        let Event::Unknown(UnknownEvent { kind, .. }) = event else { return };
        if NEEDED.contains(&kind.as_str()) {
            tracing::warn!(kind, "Discord told something that cannot be read");
        } else {
            tracing::debug!(kind, "Discord told something that cannot be read");
        }
    }
}
