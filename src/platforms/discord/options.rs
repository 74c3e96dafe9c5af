//! A slash command as somebody called it: Discord's options become the fields of the command's form.

use serenity::model::application::{CommandData, CommandDataOption, CommandDataOptionValue, CommandDataResolved};
use serenity::model::id::{GuildId, RoleId, UserId};

use crate::domain::community::{Account, Platform};
use crate::engine::inbound::Named;
use crate::grammar::Filled;
use crate::grammar::specs::{self, IN, Spec};

/// What somebody called, and the people whom they picked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    pub filled: Filled,
    pub named: Vec<Named>,
    /// Discord's list also offers who is nobody: everybody at once, and programs, the bot among them. One was picked.
    pub nobody: bool,
}

/// What was called, on which server. `None` if there is no such command any more: Discord's clients keep them for a while.
pub fn called(data: &CommandData, server: Option<GuildId>) -> Option<Called> {
    let (spec, options) = meant(&data.name, &data.options)?;
    let filled = Filled { spec, values: Vec::new() };
    let mut called = Called { filled, named: Vec::new(), nobody: false };
    let is_program = |id: UserId| data.resolved.users.get(&id).is_some_and(|user| user.bot);
    // The role of everybody has the id of its server.
    let is_everybody = |id: u64| server.is_some_and(|server| server.get() == id);
    for option in options {
        let value = match &option.value {
            CommandDataOptionValue::String(text) | CommandDataOptionValue::Autocomplete { value: text, .. } => {
                text.clone()
            }
            CommandDataOptionValue::Integer(number) => number.to_string(),
            CommandDataOptionValue::Boolean(on) => if *on { "on" } else { "off" }.to_owned(),
            CommandDataOptionValue::User(id) => {
                called.nobody |= is_program(*id);
                let named = named(*id, &data.resolved);
                let typed = named.typed.clone();
                called.named.push(named);
                typed
            }
            CommandDataOptionValue::Mentionable(id) => {
                let role_id = RoleId::new(id.get());
                called.nobody |= is_everybody(id.get()) || is_program(UserId::new(id.get()));
                let named = match data.resolved.roles.contains_key(&role_id) {
                    true => role(role_id, &data.resolved),
                    false => named(UserId::new(id.get()), &data.resolved),
                };
                let typed = named.typed.clone();
                called.named.push(named);
                typed
            }
            // No command asks for these; whatever sent them gets no further than the field's own check.
            _ => return None,
        };
        called.filled.values.push((option.name.clone(), value));
    }
    Some(called)
}

/// While somebody types: the command so far, the option they are at, and what of it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typing<'a> {
    pub spec: &'static Spec,
    pub field: &'a str,
    pub begun: &'a str,
    /// The community that they have named already.
    pub community: Option<String>,
}

pub fn typing(data: &CommandData) -> Option<Typing<'_>> {
    let (_, options) = meant(&data.name, &data.options)?;
    let at = options.iter().find_map(|option| match &option.value {
        CommandDataOptionValue::Autocomplete { value, .. } => Some((option.name.as_str(), value.as_str())),
        _ => None,
    });
    let (field, begun) = at?;
    let Filled { spec, values } = called(data, None)?.filled;
    let community = values.into_iter().find(|(name, _)| name == IN.name && name != field).map(|(_, slug)| slug);
    Some(Typing { spec, field, begun, community })
}

/// The command a name stands for, and its own options: those of a subcommand are one level down.
fn meant<'a>(name: &str, options: &'a [CommandDataOption]) -> Option<(&'static Spec, &'a [CommandDataOption])> {
    match options {
        [CommandDataOption { name: verb, value: CommandDataOptionValue::SubCommand(below), .. }] => {
            Some((specs::find(&format!("{name} {verb}"))?, below))
        }
        _ => Some((specs::find(name)?, options)),
    }
}

/// Somebody picked from Discord's own list: whoever they are, they can be told from everyone else.
fn named(id: UserId, resolved: &CommandDataResolved) -> Named {
    let user = resolved.users.get(&id);
    let nick = resolved.members.get(&id).and_then(|member| member.nick.clone());
    let name = nick.or_else(|| user.map(|user| user.display_name().to_owned()));
    Named {
        typed: format!("<@{id}>"),
        account: Account { platform: Platform::Discord, id: id.to_string() },
        name: name.unwrap_or_else(|| id.to_string()),
        is_role: false,
    }
}

/// A role of the server, where one can be meant.
fn role(id: RoleId, resolved: &CommandDataResolved) -> Named {
    Named {
        typed: format!("<@&{id}>"),
        account: Account { platform: Platform::Discord, id: id.to_string() },
        name: resolved.roles.get(&id).map_or_else(|| id.to_string(), |role| role.name.clone()),
        is_role: true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn data(name: &str, options: Value, resolved: Value) -> CommandData {
        let data = json!({"id": "1", "name": name, "type": 1, "options": options, "resolved": resolved});
        serde_json::from_value(data).unwrap()
    }

    fn said(name: &str, options: Value) -> Option<String> {
        Some(called(&data(name, options, json!({})), None)?.filled.invocation().unwrap().said)
    }

    #[test]
    fn what_was_called_is_the_command_somebody_would_have_typed() {
        let ask = json!([
            {"name": "words", "type": 3, "value": "Two tables by:friday"},
            {"name": "need", "type": 4, "value": 2},
            {"name": "kind", "type": 3, "value": "goods"},
        ]);
        assert_eq!(said("ask", ask).as_deref(), Some("ask Two tables by :friday need:2 kind:goods"));
        let me =
            json!([{"name": "notices", "type": 5, "value": false}, {"name": "in", "type": 3, "value": "eastbank"}]);
        assert_eq!(said("me", me).as_deref(), Some("me notices:off in:eastbank"));
        let new =
            json!([{"name": "new", "type": 1, "options": [{"name": "when", "type": 3, "value": "14 march 18:00"}]}]);
        assert_eq!(said("gathering", new).as_deref(), Some(r#"gathering new when:"14 march 18:00""#));
        assert_eq!(said("ask", json!([])).as_deref(), Some("ask"));
    }

    #[test]
    fn a_command_of_another_time_is_none() {
        assert_eq!(said("dance", json!([])), None);
        assert_eq!(said("gathering", json!([])), None);
        assert_eq!(said("gathering", json!([{"name": "dance", "type": 1, "options": []}])), None);
        assert_eq!(said("ask", json!([{"name": "words", "type": 10, "value": 1.5}])), None);
    }

    #[test]
    fn a_person_who_was_picked_is_known_by_their_id() {
        let luis =
            json!({"id": "200", "username": "luis", "global_name": "Luis", "discriminator": "0", "avatar": null});
        let options = json!([{"name": "ask", "type": 3, "value": "A7"}, {"name": "who", "type": 6, "value": "200"}]);
        let called = called(&data("invite", options, json!({"users": {"200": luis}})), None).unwrap();
        assert_eq!(called.filled.invocation().unwrap().said, r#"invite A7 who:"<@200>""#);
        let [luis] = &called.named[..] else { panic!("one person") };
        assert_eq!((luis.typed.as_str(), luis.account.id.as_str(), luis.name.as_str()), ("<@200>", "200", "Luis"));
    }

    #[test]
    fn everybody_at_once_and_a_program_are_nobody() {
        let user =
            |id: &str, bot: bool| json!({"id": id, "username": "x", "discriminator": "0", "avatar": null, "bot": bot});
        let colors = json!({"primary_color": 0, "secondary_color": null, "tertiary_color": null});
        let role = |id: &str| {
            json!({"id": id, "name": "x", "color": 0, "colors": colors, "hoist": false, "managed": false,
                "mentionable": false, "permissions": "0", "position": 0})
        };
        let users = json!({"200": user("200", false), "300": user("300", true)});
        let resolved = json!({"users": users, "roles": {"9": role("9"), "77": role("77")}});
        let server = Some(GuildId::new(9));
        let who = |kind: u8, id: &str| json!([{"name": "who", "type": kind, "value": id}]);
        for (id, nobody) in [("200", false), ("300", true), ("9", true), ("77", false)] {
            let add = json!([{"name": "add", "type": 1, "options": who(9, id)}]);
            assert_eq!(called(&data("convener", add, resolved.clone()), server).unwrap().nobody, nobody, "{id}");
        }
        for (id, nobody) in [("200", false), ("300", true)] {
            let invited = called(&data("invite", who(6, id), resolved.clone()), server).unwrap();
            assert_eq!(invited.nobody, nobody, "{id}");
        }
    }

    #[test]
    fn what_is_being_typed_is_known_with_the_community_that_was_named() {
        let community = json!({"name": "in", "type": 3, "value": "mill"});
        let date = json!({"name": "by", "type": 3, "value": "fri", "focused": true});
        let at = data("pledge", json!([{"name": "ask", "type": 3, "value": "A7"}, community, date]), json!({}));
        let typed = typing(&at).unwrap();
        assert_eq!((typed.field, typed.begun, typed.spec.path), ("by", "fri", "pledge"));
        assert_eq!(typed.community.as_deref(), Some("mill"));
        let begun = json!({"name": "in", "type": 3, "value": "mi", "focused": true});
        let at = data("pledge", json!([begun]), json!({}));
        assert_eq!(typing(&at).unwrap().community, None, "what is only begun names nothing yet");
    }
}
