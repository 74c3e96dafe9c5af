//! What people do, as their clients would: only what the client offers, with what the client checks before it sends.

pub mod answers;
pub mod forms;
pub mod life;
pub mod options;
pub mod presses;
pub mod slash;
pub mod speak;
pub mod view;

use serde_json::{Value, json};

use crate::clock::Id;
use crate::permissions::{self, VIEW_CHANNEL};
use crate::state::{Channel, Interaction, Message, World};
use crate::wire;

/// Why nothing was sent.
#[derive(Clone, Debug, PartialEq)]
pub enum No {
    /// The test is wrong: it names something that is not there.
    Mistake(String),
    /// Discord's client does not let this person do it: a word for programs, a sentence for people.
    Refused(&'static str, String),
}

impl From<String> for No {
    fn from(said: String) -> No {
        No::Mistake(said)
    }
}

impl From<&str> for No {
    fn from(said: &str) -> No {
        No::Mistake(said.to_owned())
    }
}

/// What an action comes to.
pub type Done<T> = Result<T, No>;

/// The client does not let them.
pub fn refused<T>(why: &'static str, said: impl Into<String>) -> Done<T> {
    Err(No::Refused(why, said.into()))
}

/// An interaction before it is told: what all kinds have in common.
pub fn prepare(
    world: &mut World,
    app: Id,
    kind: u64,
    user: Id,
    channel: Id,
    data: Value,
) -> Done<(Interaction, Value)> {
    let of = world.channels.get(&channel).cloned().ok_or("there is no such channel")?;
    if permissions::in_channel(world, &of, user) & VIEW_CHANNEL == 0 {
        return refused("no_access", "they do not see this channel");
    }
    let there = match of.guild {
        Some(guild) => {
            world.guilds.get(&guild).is_some_and(|guild| !guild.unavailable && guild.members.contains_key(&app))
        }
        None => of.recipients.contains(&app),
    };
    if !there {
        return refused("no_app", "the application is not there");
    }
    let id = world.next_id();
    // Opaque to bots, and long, as the real ones are.
    let token = format!(
        "aW50ZXJhY3Rpb246{:x}{:032x}",
        id.0,
        u128::from(id.0).wrapping_mul(0x2545_f491_4f6c_dd1d_9e37_79b9_7f4a_7c15)
    );
    let interaction = Interaction {
        id,
        token: token.clone(),
        kind,
        app,
        user,
        guild: of.guild,
        channel,
        made_ms: world.now_ms(),
        name: String::new(),
        message: None,
        opened_by: None,
        ack: None,
        original: None,
        filled: false,
        followups: Vec::new(),
        updates: 0,
        modal: None,
        modal_used: false,
        choices: None,
    };
    let locale = world.users.get(&user).map_or("en-US", |user| &user.locale);
    let mut payload = json!({
        "id": id, "application_id": app, "type": kind, "token": token, "version": 1, "data": data, "channel_id": channel,
        "channel": partial_channel(world, &of, user), "locale": locale, "entitlements": [], "entitlement_sku_ids": [],
        "app_permissions": permissions::in_channel(world, &of, app).to_string(),
        "authorizing_integration_owners": wire::owners(of.guild), "attachment_size_limit": 10_485_760,
        "context": if of.guild.is_some() { 0 } else { 1 },
    });
    match of.guild.and_then(|guild| world.guilds.get(&guild)) {
        Some(guild) => {
            let member = guild.members.get(&user).ok_or("they are not in this server")?;
            let mut shown = wire::member(world, member);
            let may = permissions::in_channel(world, &of, user);
            wire::merge(&mut shown, json!({"permissions": may.to_string()}));
            let about = json!({"id": guild.id, "locale": guild.locale, "features": []});
            wire::merge(
                &mut payload,
                json!({"guild_id": guild.id, "guild": about, "guild_locale": guild.locale, "member": shown}),
            );
        }
        None => wire::merge(&mut payload, json!({"user": wire::user_of(world, user)})),
    }
    Ok((interaction, payload))
}

/// A channel as interactions carry it, with what the person may there.
pub fn partial_channel(world: &World, of: &Channel, user: Id) -> Value {
    let mut out = wire::channel(world, of);
    if let Value::Object(fields) = &mut out {
        fields.remove("permission_overwrites");
    }
    if of.guild.is_some() {
        wire::merge(&mut out, json!({"permissions": permissions::in_channel(world, of, user).to_string()}));
    }
    out
}

/// A message, if that person has it in front of them.
pub fn seen_by(world: &World, user: Id, message: Id) -> Done<Message> {
    let found = world.messages.get(&message).ok_or("there is no such message")?;
    let channel = world.channels.get(&found.channel).ok_or("there is no such channel")?;
    let sees = permissions::in_channel(world, channel, user) & VIEW_CHANNEL != 0;
    if !sees || found.only_for.is_some_and(|only| only != user) {
        return refused("not_visible", "they do not see this message");
    }
    Ok(found.clone())
}
