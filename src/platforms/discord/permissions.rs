//! What the bot may do in a channel, as Discord computes it: from its roles and the channel's overwrites. Asked anew each
//! time, since nobody tells when it changes without an intent for members.

use serenity::http::Http;
use serenity::model::channel::Channel;
use serenity::model::id::{ChannelId, UserId};
use serenity::model::permissions::Permissions;

use super::trouble::Trouble;

/// What the bot, `me`, may do there. In a direct chat, everything.
pub(super) async fn of(http: &Http, me: UserId, channel: ChannelId) -> Result<Permissions, Trouble> {
    match http.get_channel(channel).await? {
        Channel::Guild(channel) => {
            // A thread has the permissions of its channel.
            let channel = match (channel.thread_metadata, channel.parent_id) {
                (Some(_), Some(parent)) => match http.get_channel(parent).await? {
                    Channel::Guild(parent) => parent,
                    _ => channel,
                },
                _ => channel,
            };
            let guild = http.get_guild(channel.guild_id).await?;
            // Not by way of `@me`, which Discord keeps for people who logged in with a scope for it.
            let own = http.get_member(channel.guild_id, me).await?;
            Ok(guild.user_permissions_in(&channel, &own))
        }
        _ => Ok(Permissions::all()),
    }
}
