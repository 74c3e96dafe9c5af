//! What the bot may do in a channel, as Discord computes it: from its roles and the channel's overwrites. Asked anew each
//! time, since nobody tells when it changes without an intent for members.

use serenity::http::Http;
use serenity::model::channel::{Channel, ChannelType};
use serenity::model::guild::Guild;
use serenity::model::id::{ApplicationId, ChannelId, UserId};
use serenity::model::permissions::Permissions;

use super::trouble::Trouble;
use crate::speech::message::Ability;

/// What the bot needs where it posts, in the order in which it is told about.
const NEEDED: [(Ability, Permissions); 7] = [
    (Ability::See, Permissions::VIEW_CHANNEL),
    (Ability::Write, Permissions::SEND_MESSAGES),
    (Ability::Embed, Permissions::EMBED_LINKS),
    (Ability::Attach, Permissions::ATTACH_FILES),
    (Ability::ReadHistory, Permissions::READ_MESSAGE_HISTORY),
    (Ability::Threads, Permissions::CREATE_PUBLIC_THREADS.union(Permissions::SEND_MESSAGES_IN_THREADS)),
    (Ability::Events, Permissions::CREATE_EVENTS),
];

/// Where somebody who may manage a server brings the bot to it, with exactly what it needs there.
pub(super) fn invitation(application: ApplicationId) -> String {
    let needed = NEEDED.iter().fold(Permissions::empty(), |all, (_, needed)| all | *needed).bits();
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands&permissions={needed}"
    )
}

/// Which of what it needs it may do.
pub(super) fn abilities(may: Permissions) -> Vec<(Ability, bool)> {
    NEEDED.iter().map(|(ability, needed)| (*ability, may.contains(*needed))).collect()
}

/// Where the bot may write its first words: the channel for the server's own notes, or else the uppermost.
pub(super) fn first_to_write_in(guild: &Guild, me: UserId) -> Option<ChannelId> {
    let own = guild.members.get(&me)?;
    let mut channels: Vec<_> = guild.channels.values().filter(|channel| channel.kind == ChannelType::Text).collect();
    channels.sort_by_key(|channel| (Some(channel.id) != guild.system_channel_id, channel.position, channel.id));
    let needed = Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES;
    let open = |channel: &&&_| guild.user_permissions_in(channel, own).contains(needed);
    channels.iter().find(open).map(|channel| channel.id)
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_invites_with_exactly_what_is_needed() {
        let readme = include_str!("../../../README.md");
        let invitation = invitation(ApplicationId::new(1)).replace("client_id=1&", "client_id=APPLICATION&");
        assert!(readme.contains(&invitation), "{invitation}");
    }
}
