//! What somebody did on Discord, as the engine takes it in: who, where, with which standing there, and what.
//!
//! Everything about the person comes from Discord, never from what the interaction itself carries: a `custom_id` says what is
//! wanted, and the engine asks whether they may.

use jiff::Timestamp;
use serenity::model::application::{CommandInteraction, ComponentInteraction, ModalInteraction};
use serenity::model::channel::{Message, PartialChannel};
use serenity::model::guild::Member;
use serenity::model::id::{ChannelId, GuildId};
use serenity::model::permissions::Permissions;
use serenity::model::user::User;

use super::commands;
use crate::domain::community::{Account, Language, Platform, Role};
use crate::engine::inbound::{Answer, Body, Inbound, Named, Place};
use crate::speech::message::Ability;

/// Who did something, and where.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) place: Place,
    pub(super) from: Account,
    name: String,
    pub(super) language: Option<Language>,
    pub(super) standing: Option<Role>,
    pub(super) roles: Vec<String>,
}

/// What of an interaction a scene is made of.
pub(super) trait Interacts {
    fn scene(&self, server_name: Option<String>) -> Scene;
    /// The interaction's id, and the token its answer goes by.
    fn thread(&self) -> (u64, &str);
}

macro_rules! interacts {
    ($($kind:ty),*) => {$(
        impl Interacts for $kind {
            fn scene(&self, server_name: Option<String>) -> Scene {
                let member = self.member.as_ref().map(|member| -> &Member { member });
                let server = self.guild_id.map(|guild| Server { guild, name: server_name });
                let scene = scene(server, self.channel.as_ref(), self.channel_id, member, &self.user);
                Scene { language: commands::language(&self.locale), ..scene }
            }

            fn thread(&self) -> (u64, &str) {
                (self.id.get(), &self.token)
            }
        }
    )*};
}
interacts!(CommandInteraction, ComponentInteraction, ModalInteraction);

struct Server {
    guild: GuildId,
    name: Option<String>,
}

fn scene(
    server: Option<Server>,
    channel: Option<&PartialChannel>,
    channel_id: ChannelId,
    member: Option<&Member>,
    user: &User,
) -> Scene {
    let place = match server {
        Some(Server { guild, name }) => {
            // What is said in a thread is said in its channel.
            let thread_of = channel.filter(|channel| channel.thread_metadata.is_some()).and_then(|c| c.parent_id);
            let id = thread_of.unwrap_or(channel_id).to_string();
            let name = name.or_else(|| channel.and_then(|channel| channel.name.clone())).unwrap_or_default();
            Place::Public { id, name, server: Some(guild.to_string()) }
        }
        None => Place::Direct { id: channel_id.to_string(), shared: Vec::new() },
    };
    Scene {
        place,
        from: account(user),
        name: member.map_or_else(|| user.display_name(), Member::display_name).to_owned(),
        language: None,
        standing: member.map(standing),
        roles: member.map(|member| member.roles.iter().map(ToString::to_string).collect()).unwrap_or_default(),
    }
}

fn account(user: &User) -> Account {
    Account { platform: Platform::Discord, id: user.id.to_string() }
}

fn standing(member: &Member) -> Role {
    match convenes(member.permissions.unwrap_or_else(Permissions::empty)) {
        true => Role::Convener,
        false => Role::Member,
    }
}

/// Whoever may manage the server convenes it.
pub(super) fn convenes(may: Permissions) -> bool {
    may.intersects(Permissions::MANAGE_GUILD | Permissions::ADMINISTRATOR)
}

/// An acknowledged interaction, to be answered where only its person sees it.
pub(super) fn inbound(
    interaction: &impl Interacts,
    scene: Scene,
    body: Body,
    named: Vec<Named>,
    able: Vec<(Ability, bool)>,
) -> Inbound {
    let (id, token) = interaction.thread();
    let Scene { place, from, name, language, standing, roles } = scene;
    let answer = Answer::Whisper(token.to_owned());
    Inbound {
        event: id.to_string(),
        place,
        from,
        name,
        language,
        standing,
        roles,
        named,
        at: made_at(id),
        body,
        answer,
        able,
    }
}

/// What somebody wrote to the bot alone.
pub(super) fn written(message: &Message) -> Inbound {
    Inbound {
        event: message.id.to_string(),
        place: Place::Direct { id: message.channel_id.to_string(), shared: Vec::new() },
        from: account(&message.author),
        name: message.author.display_name().to_owned(),
        language: None,
        standing: None,
        roles: Vec::new(),
        named: Vec::new(),
        at: made_at(message.id.get()),
        body: Body::Said(message.content.trim().trim_start_matches('/').to_owned()),
        answer: Answer::Outbox,
        able: Vec::new(),
    }
}

/// When Discord made something, as its id says: milliseconds since the first second of 2015 stand above its lowest 22 bits
/// (<https://discord.com/developers/docs/reference#snowflakes>).
fn made_at(id: u64) -> Timestamp {
    const EPOCH: i64 = 1_420_070_400_000;
    let since = i64::try_from(id >> 22).unwrap_or_default();
    Timestamp::from_millisecond(EPOCH + since).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Discord's own documentation.
    #[test]
    fn an_id_says_when_it_was_made() {
        assert_eq!(made_at(175_928_847_299_117_063).to_string(), "2016-04-30T11:18:25.796Z");
    }
}
