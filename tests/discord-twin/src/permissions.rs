//! Who may do what in a channel, computed as Discord documents it: the server's owner and administrators may everything;
//! otherwise the roles' permissions, then the overwrites for everyone, for roles, for the one person.

use crate::clock::Id;
use crate::state::{Channel, PRIVATE_THREAD, World};

macro_rules! bits {
    ($($(#[$doc:meta])* $name:ident = $shift:literal;)*) => {
        $($(#[$doc])* pub const $name: u64 = 1 << $shift;)*
        /// Every permission this crate knows, by Discord's own name.
        pub const NAMES: &[(&str, u64)] = &[$((stringify!($name), $name)),*];
    };
}

bits! {
    CREATE_INSTANT_INVITE = 0;
    KICK_MEMBERS = 1;
    BAN_MEMBERS = 2;
    ADMINISTRATOR = 3;
    MANAGE_CHANNELS = 4;
    MANAGE_GUILD = 5;
    ADD_REACTIONS = 6;
    VIEW_AUDIT_LOG = 7;
    PRIORITY_SPEAKER = 8;
    STREAM = 9;
    VIEW_CHANNEL = 10;
    SEND_MESSAGES = 11;
    SEND_TTS_MESSAGES = 12;
    MANAGE_MESSAGES = 13;
    EMBED_LINKS = 14;
    ATTACH_FILES = 15;
    READ_MESSAGE_HISTORY = 16;
    MENTION_EVERYONE = 17;
    USE_EXTERNAL_EMOJIS = 18;
    VIEW_GUILD_INSIGHTS = 19;
    CONNECT = 20;
    SPEAK = 21;
    MUTE_MEMBERS = 22;
    DEAFEN_MEMBERS = 23;
    MOVE_MEMBERS = 24;
    USE_VAD = 25;
    CHANGE_NICKNAME = 26;
    MANAGE_NICKNAMES = 27;
    MANAGE_ROLES = 28;
    MANAGE_WEBHOOKS = 29;
    MANAGE_GUILD_EXPRESSIONS = 30;
    USE_APPLICATION_COMMANDS = 31;
    REQUEST_TO_SPEAK = 32;
    MANAGE_EVENTS = 33;
    MANAGE_THREADS = 34;
    CREATE_PUBLIC_THREADS = 35;
    CREATE_PRIVATE_THREADS = 36;
    USE_EXTERNAL_STICKERS = 37;
    SEND_MESSAGES_IN_THREADS = 38;
    USE_EMBEDDED_ACTIVITIES = 39;
    MODERATE_MEMBERS = 40;
    CREATE_GUILD_EXPRESSIONS = 43;
    CREATE_EVENTS = 44;
    SEND_VOICE_MESSAGES = 46;
    SEND_POLLS = 49;
    PIN_MESSAGES = 51;
    BYPASS_SLOWMODE = 52;
}

/// Everything at once: what an owner has.
pub fn all() -> u64 {
    NAMES.iter().fold(0, |sum, (_, bit)| sum | bit)
}

/// What `@everyone` may in a server that nobody has changed.
pub fn usual() -> u64 {
    CREATE_INSTANT_INVITE
        | ADD_REACTIONS
        | STREAM
        | VIEW_CHANNEL
        | SEND_MESSAGES
        | EMBED_LINKS
        | ATTACH_FILES
        | READ_MESSAGE_HISTORY
        | USE_EXTERNAL_EMOJIS
        | CONNECT
        | SPEAK
        | USE_VAD
        | CHANGE_NICKNAME
        | USE_APPLICATION_COMMANDS
        | REQUEST_TO_SPEAK
        | CREATE_PUBLIC_THREADS
        | CREATE_PRIVATE_THREADS
        | USE_EXTERNAL_STICKERS
        | SEND_MESSAGES_IN_THREADS
        | USE_EMBEDDED_ACTIVITIES
        | SEND_VOICE_MESSAGES
        | SEND_POLLS
        | CREATE_EVENTS
        | CREATE_GUILD_EXPRESSIONS
}

/// What everybody has in a direct message.
pub fn of_a_dm() -> u64 {
    VIEW_CHANNEL
        | SEND_MESSAGES
        | EMBED_LINKS
        | ATTACH_FILES
        | READ_MESSAGE_HISTORY
        | ADD_REACTIONS
        | USE_EXTERNAL_EMOJIS
        | USE_APPLICATION_COMMANDS
        | MENTION_EVERYONE
}

/// What a person may in a server as a whole. Nobody outside it may anything.
pub fn in_guild(world: &World, guild: Id, user: Id) -> u64 {
    let Some(guild) = world.guilds.get(&guild) else { return 0 };
    let Some(member) = guild.members.get(&user) else { return 0 };
    if guild.owner == user {
        return all();
    }
    let mut sum = guild.role(guild.id).map_or(0, |everyone| everyone.permissions);
    for role in &member.roles {
        sum |= guild.role(*role).map_or(0, |role| role.permissions);
    }
    if sum & ADMINISTRATOR != 0 { all() } else { sum }
}

/// What a person may in a channel; a thread has the overwrites of the channel it hangs in.
pub fn in_channel(world: &World, channel: &Channel, user: Id) -> u64 {
    let Some(guild_id) = channel.guild else {
        return if channel.recipients.contains(&user) { of_a_dm() } else { 0 };
    };
    let base = in_guild(world, guild_id, user);
    if base == 0 || base & ADMINISTRATOR != 0 {
        return base;
    }
    let holder = channel.thread.as_ref().and(channel.parent).and_then(|parent| world.channels.get(&parent));
    let overwrites = &holder.unwrap_or(channel).overwrites;
    let roles = world.guilds.get(&guild_id).and_then(|guild| guild.members.get(&user)).map(|member| &member.roles);
    let mut sum = base;
    if let Some(everyone) = overwrites.iter().find(|overwrite| overwrite.id == guild_id) {
        sum = sum & !everyone.deny | everyone.allow;
    }
    let (mut allow, mut deny) = (0, 0);
    for overwrite in overwrites.iter().filter(|overwrite| !overwrite.of_a_member && overwrite.id != guild_id) {
        if roles.is_some_and(|roles| roles.contains(&overwrite.id)) {
            allow |= overwrite.allow;
            deny |= overwrite.deny;
        }
    }
    sum = sum & !deny | allow;
    if let Some(own) = overwrites.iter().find(|overwrite| overwrite.of_a_member && overwrite.id == user) {
        sum = sum & !own.deny | own.allow;
    }
    if channel.kind == PRIVATE_THREAD && sum & MANAGE_THREADS == 0 {
        let inside = channel.thread.as_ref().is_some_and(|thread| thread.members.contains_key(&user));
        if !inside {
            return 0;
        }
    }
    // Implicit denials: nothing works in a channel one cannot see, and what rides on a message needs to send one.
    if sum & VIEW_CHANNEL == 0 {
        return 0;
    }
    let sends = if channel.thread.is_some() { SEND_MESSAGES_IN_THREADS } else { SEND_MESSAGES };
    if sum & sends == 0 {
        sum &= !(MENTION_EVERYONE | SEND_TTS_MESSAGES | ATTACH_FILES | EMBED_LINKS);
    }
    sum
}

/// A bitset as a number, from Discord's names (`["SEND_MESSAGES"]`), a string of digits or a number.
pub fn read(value: &serde_json::Value) -> Option<u64> {
    match value {
        serde_json::Value::Array(names) => names.iter().try_fold(0, |sum, name| {
            let name = name.as_str()?;
            NAMES.iter().find(|(known, _)| *known == name).map(|(_, bit)| sum | bit)
        }),
        serde_json::Value::String(text) => text.parse().ok(),
        serde_json::Value::Number(number) => number.as_u64(),
        _ => None,
    }
}
