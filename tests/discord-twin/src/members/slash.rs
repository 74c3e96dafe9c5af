//! Slash commands and their completion.

use serde_json::{Map, Value, json};

use super::options::{Filling, Resolved, fill};
use super::{Done, No, prepare, refused};
use crate::clock::Id;
use crate::permissions::{self, ADMINISTRATOR, USE_APPLICATION_COMMANDS};
use crate::rest::begin;
use crate::rules::commands::{SUB_COMMAND, SUB_COMMAND_GROUP};
use crate::state::{AUTOCOMPLETE, COMMAND, World};
use crate::wire;

/// A command as somebody wants to use it.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    pub user: Id,
    pub channel: Id,
    /// If several applications are there.
    pub app: Option<Id>,
    /// `gathering plan`: the command, and its subcommands.
    pub command: &'a str,
    pub options: &'a Map<String, Value>,
    /// The option being typed, if it is to be completed.
    pub focused: Option<&'a str>,
}

/// Uses it, or asks for its completion, and gives the interaction's id.
pub fn use_command(world: &mut World, wanted: &Wanted<'_>) -> Done<Id> {
    let mut steps = wanted.command.trim_start_matches('/').split_whitespace();
    let name = steps.next().ok_or("a command has a name")?;
    let command = find(world, wanted, name)?;
    let kind = if wanted.focused.is_some() { AUTOCOMPLETE } else { COMMAND };
    let guild = world.channels.get(&wanted.channel).and_then(|channel| channel.guild);

    // Down to the subcommand.
    let mut around: Vec<(u64, String)> = Vec::new();
    let mut declared = command["options"].as_array().cloned().unwrap_or_default();
    loop {
        let nested = |option: &Value| matches!(option["type"].as_u64(), Some(SUB_COMMAND | SUB_COMMAND_GROUP));
        if !declared.iter().any(nested) {
            break;
        }
        let Some(step) = steps.next() else { return refused("no_subcommand", "the command needs a subcommand") };
        let Some(inner) = declared.iter().find(|option| option["name"] == json!(step)) else {
            return refused("unknown_command", format!("the command has no \"{step}\""));
        };
        around.push((inner["type"].as_u64().unwrap_or(0), step.to_owned()));
        declared = inner["options"].as_array().cloned().unwrap_or_default();
    }
    if let Some(extra) = steps.next() {
        return refused("unknown_command", format!("the command has no \"{extra}\""));
    }
    if let Some(focused) = wanted.focused {
        let completes = declared.iter().find(|option| option["name"] == json!(focused));
        match completes {
            None => return refused("unknown_option", format!("the command has no option \"{focused}\"")),
            Some(option) if option["autocomplete"] != json!(true) => {
                return refused("no_autocomplete", format!("\"{focused}\" is not completed"));
            }
            Some(_) => {}
        }
    }
    let mut resolved = Resolved::default();
    let filling = Filling { world, user: wanted.user, guild, focused: wanted.focused };
    let mut options = fill(filling, &declared, wanted.options, &mut resolved)?;
    for (kind, name) in around.into_iter().rev() {
        options = vec![json!({"type": kind, "name": name, "options": options})];
    }
    let mut data = json!({"id": command["id"], "name": command["name"], "type": command["type"]});
    if !options.is_empty() {
        wire::merge(&mut data, json!({"options": options}));
    }
    if let Some(resolved) = resolved.tell() {
        wire::merge(&mut data, json!({"resolved": resolved}));
    }
    if !command["guild_id"].is_null() {
        wire::merge(&mut data, json!({"guild_id": command["guild_id"]}));
    }
    let app = Id::of(&command["application_id"]).ok_or("a command is of an application")?;
    let (mut interaction, payload) = prepare(world, app, kind, wanted.user, wanted.channel, data)?;
    interaction.name = name.to_owned();
    let id = interaction.id;
    begin(world, interaction, &payload);
    Ok(id)
}

/// The command of that name that this person's client offers there.
fn find(world: &World, wanted: &Wanted<'_>, name: &str) -> Done<Value> {
    let mut hidden = None;
    for app in world.apps.values().filter(|app| wanted.app.is_none_or(|it| it == app.id)) {
        for command in
            app.commands.iter().filter(|command| command["name"] == json!(name) && command["type"] == json!(1))
        {
            match offers(world, wanted.user, wanted.channel, app.id, command) {
                Ok(()) => return Ok(command.clone()),
                Err(no) => hidden = Some(no),
            }
        }
    }
    match hidden {
        Some(no) => Err(no),
        None => refused("unknown_command", format!("there is no command /{name}")),
    }
}

/// Whether somebody's client shows a command in a channel.
pub fn offers(world: &World, user: Id, channel: Id, app: Id, command: &Value) -> Done<()> {
    let of = world.channels.get(&channel).ok_or("there is no such channel")?;
    let own = Id::of(&command["guild_id"]);
    let contexts = command["contexts"].as_array();
    let has = |context: u64| contexts.is_none_or(|contexts| contexts.iter().any(|each| *each == json!(context)));
    let Some(guild) = of.guild else {
        let fits = own.is_none() && has(1) && (contexts.is_some() || command["dm_permission"] != json!(false));
        let there = of.recipients.contains(&app);
        return if fits && there { Ok(()) } else { refused("wrong_context", "the command is not for direct messages") };
    };
    if own.is_some_and(|own| own != guild) || !world.apps_in(guild).contains(&app) {
        return refused("unknown_command", "the command is not of this server");
    }
    if !has(0) {
        return refused("wrong_context", "the command is not for servers");
    }
    let may = permissions::in_channel(world, of, user);
    if may & USE_APPLICATION_COMMANDS == 0 {
        return refused("no_permission", "they may not use commands here");
    }
    let needed = match &command["default_member_permissions"] {
        Value::String(bits) => bits.parse::<u64>().ok(),
        _ => None,
    };
    let fine = match needed {
        None => true,
        Some(0) => may & ADMINISTRATOR != 0,
        Some(bits) => may & bits == bits || may & ADMINISTRATOR != 0,
    };
    if fine { Ok(()) } else { refused("no_permission", "the command needs permissions they do not have") }
}

/// The commands somebody's client shows in a channel.
pub fn offered(world: &World, user: Id, channel: Id) -> Result<Value, No> {
    let mut out = Vec::new();
    for app in world.apps.values() {
        for command in &app.commands {
            if offers(world, user, channel, app.id, command).is_ok() {
                out.push(command.clone());
            }
        }
    }
    Ok(Value::Array(out))
}
