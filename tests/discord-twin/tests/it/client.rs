//! What people cannot do, because their client does not let them.

use serde_json::{Value, json};

use crate::rig::{Scene, text};

async fn with_commands(commands: Value) -> (Scene, crate::rig::Bot) {
    let scene = Scene::new().await;
    let bot = scene.bot().await;
    let (status, said) = scene.rest("PUT", &format!("/applications/{}/commands", scene.app), commands).await;
    assert_eq!(status, 200, "{said}");
    (scene, bot)
}

async fn slash(scene: &Scene, user: &str, channel: &str, command: &str, options: Value) -> Value {
    let asked = json!({"user": user, "channel": channel, "command": command, "options": options, "wait": "none"});
    scene.act("/slash", asked).await
}

#[tokio::test]
async fn a_command_is_only_sent_as_it_was_declared() {
    let option = |kind: u64, name: &str, more: Value| {
        let mut option = json!({"type": kind, "name": name, "description": "d"});
        option.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        option
    };
    let (scene, mut bot) = with_commands(json!([
        {"name": "ask", "description": "d", "options": [
            option(3, "what", json!({"required": true, "min_length": 2, "max_length": 10})),
            option(4, "need", json!({"min_value": 1, "max_value": 5})),
            option(3, "kind", json!({"choices": [{"name": "Skill", "value": "skill"}]})),
            option(5, "private", json!({})), option(6, "who", json!({})), option(8, "role", json!({})),
            option(7, "where", json!({"channel_types": [0]}))]},
        {"name": "digest", "description": "d", "options": [{"type": 1, "name": "now", "description": "d"}]},
    ]))
    .await;
    let rows = [
        ("nothing", json!({}), "unknown_command"),
        ("digest", json!({}), "no_subcommand"),
        ("digest later", json!({}), "unknown_command"),
        ("ask", json!({}), "missing_option"),
        ("ask", json!({"what": "bread", "colour": "red"}), "unknown_option"),
        ("ask", json!({"what": 3}), "wrong_type"),
        ("ask", json!({"what": "b"}), "wrong_length"),
        ("ask", json!({"what": "bread and butter"}), "wrong_length"),
        ("ask", json!({"what": "bread", "need": 0}), "out_of_range"),
        ("ask", json!({"what": "bread", "need": 6}), "out_of_range"),
        ("ask", json!({"what": "bread", "need": 1.5}), "wrong_type"),
        ("ask", json!({"what": "bread", "kind": "magic"}), "no_such_choice"),
        ("ask", json!({"what": "bread", "private": "yes"}), "wrong_type"),
        ("ask", json!({"what": "bread", "who": "nobody"}), "wrong_type"),
        ("ask", json!({"what": "bread", "where": "nowhere"}), "wrong_type"),
    ];
    for (command, options, why) in rows {
        let outcome = slash(&scene, "bea", "general", command, options.clone()).await;
        assert_eq!((&outcome["outcome"], &outcome["why"]), (&json!("refused"), &json!(why)), "{command} {options}");
    }
    bot.hears_nothing().await;

    let all = json!({"what": "bread", "need": 2, "kind": "Skill", "private": true, "who": "cy", "role": "helper", "where": "general"});
    assert_eq!(slash(&scene, "bea", "general", "ask", all).await["outcome"], "pending");
    let data = bot.event("INTERACTION_CREATE").await["data"].clone();
    let values: Vec<&Value> = data["options"].as_array().unwrap().iter().map(|option| &option["value"]).collect();
    assert_eq!(values[..4], [&json!("bread"), &json!(2), &json!("skill"), &json!(true)]);
    assert_eq!(data["resolved"]["users"][text(values[4])]["username"], "cy");
    assert!(data["resolved"]["members"][text(values[4])]["permissions"].is_string());
    assert_eq!(data["resolved"]["roles"][text(values[5])]["name"], "helper");
    assert_eq!(data["resolved"]["channels"][text(values[6])]["name"], "general");

    assert_eq!(slash(&scene, "bea", "general", "digest now", json!({})).await["outcome"], "pending");
    let data = bot.event("INTERACTION_CREATE").await["data"].clone();
    assert_eq!(data["options"], json!([{"type": 1, "name": "now", "options": []}]));
}

#[tokio::test]
async fn a_command_shows_only_where_and_to_whom_it_is_for() {
    let (scene, _bot) = with_commands(json!([
        {"name": "all", "description": "d"},
        {"name": "server", "description": "d", "contexts": [0]},
        {"name": "alone", "description": "d", "contexts": [1]},
        {"name": "holders", "description": "d", "default_member_permissions": "32"},
        {"name": "admins", "description": "d", "default_member_permissions": "0"},
    ]))
    .await;
    scene.act("/role", json!({"name": "holder", "permissions": ["MANAGE_GUILD"], "members": ["cy"]})).await;
    let rows = [
        ("bea", "general", vec!["all", "server"]),
        ("cy", "general", vec!["all", "server", "holders"]),
        ("ana", "general", vec!["all", "server", "holders", "admins"]),
        ("bea", "dm", vec!["all", "alone", "holders", "admins"]),
    ];
    for (user, channel, expected) in rows {
        let offered = scene.control("GET", "/commands", json!({"user": user, "channel": channel})).await;
        let names: Vec<&str> = offered.as_array().unwrap().iter().map(|each| each["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{user} in {channel}");
    }
    assert_eq!(slash(&scene, "bea", "general", "holders", json!({})).await["why"], "no_permission");
    assert_eq!(slash(&scene, "bea", "general", "alone", json!({})).await["why"], "wrong_context");
    scene
        .act("/overwrite", json!({"channel": "general", "role": "@everyone", "deny": ["USE_APPLICATION_COMMANDS"]}))
        .await;
    assert_eq!(slash(&scene, "bea", "general", "all", json!({})).await["why"], "no_permission");
    scene.act("/overwrite", json!({"channel": "general", "role": "@everyone", "deny": ["VIEW_CHANNEL"]})).await;
    assert_eq!(slash(&scene, "ana", "general", "all", json!({})).await["outcome"], "pending");
    scene.act("/guild/remove", json!({})).await;
    assert_eq!(slash(&scene, "ana", "general", "all", json!({})).await["why"], "unknown_command");
}

#[tokio::test]
async fn a_command_of_one_server_says_so() {
    let (scene, mut bot) = with_commands(json!([])).await;
    let path = format!("/applications/{}/guilds/{}/commands", scene.app, scene.guild);
    let (status, made) = scene.rest("POST", &path, json!({"name": "here", "description": "d"})).await;
    assert_eq!((status, &made["guild_id"]), (201, &json!(scene.guild)));
    let interaction = scene.slash(&mut bot, "bea", "here", Value::Null).await;
    assert_eq!((&interaction["data"]["guild_id"], &interaction["context"]), (&json!(scene.guild), &json!(0)));
    assert_eq!(slash(&scene, "bea", "dm", "here", json!({})).await["why"], "wrong_context");
}

/// A message of the bot's with a button of each sort and a select.
async fn with_buttons(scene: &Scene, bot: &mut crate::rig::Bot, flags: u64) -> Value {
    let rows = json!([
        {"type": 1, "components": [
            {"type": 2, "style": 1, "label": "Pledge", "custom_id": "p"},
            {"type": 2, "style": 2, "label": "Off", "custom_id": "o", "disabled": true},
            {"type": 2, "style": 5, "label": "Site", "url": "https://example.org"}]},
        {"type": 1, "components": [{"type": 3, "custom_id": "s", "max_values": 2, "options": [
            {"label": "A", "value": "a"}, {"label": "B", "value": "b"}, {"label": "C", "value": "c"}]}]},
        {"type": 1, "components": [{"type": 5, "custom_id": "u"}]},
    ]);
    let interaction = scene.slash(bot, "bea", "go", Value::Null).await;
    let data = json!({"content": "choose", "components": rows, "flags": flags});
    let (status, said) = scene.callback(&interaction, json!({"type": 4, "data": data})).await;
    assert_eq!(status, 204, "{said}");
    if flags == 0 {
        bot.event("MESSAGE_CREATE").await;
    }
    scene.outcome(&interaction).await["message"].clone()
}

#[tokio::test]
async fn only_what_stands_under_a_message_one_sees_is_pressed() {
    let (scene, mut bot) = with_commands(json!([{"name": "go", "description": "d"}])).await;
    let message = with_buttons(&scene, &mut bot, 0).await;
    let press =
        |button: &'static str| json!({"user": "cy", "message": message["id"], "button": button, "wait": "none"});
    for (button, why) in [("Nope", "no_such_component"), ("Off", "disabled"), ("Site", "a_link"), ("s", "not_a_button")]
    {
        assert_eq!(scene.act("/press", press(button)).await["why"], why, "{button}");
    }
    let select = |values: Value| json!({"user": "cy", "message": message["id"], "select": "s", "values": values, "wait": "none"});
    for (values, why) in
        [(json!([]), "wrong_count"), (json!(["a", "b", "c"]), "wrong_count"), (json!(["z"]), "no_such_option")]
    {
        assert_eq!(scene.act("/select", select(values.clone())).await["why"], why, "{values}");
    }
    bot.hears_nothing().await;
    scene.act("/press", press("p")).await;
    assert_eq!(bot.event("INTERACTION_CREATE").await["data"], json!({"component_type": 2, "custom_id": "p", "id": 2}));
    scene.act("/select", select(json!(["a", "b"]))).await;
    assert_eq!(bot.event("INTERACTION_CREATE").await["data"]["values"], json!(["a", "b"]));
    let cy = scene.control("GET", "/see", json!({"user": "cy", "channel": "general"})).await[0]["interaction"]["user"]
        ["id"]
        .clone();
    let people = json!({"user": "cy", "message": message["id"], "select": "u", "values": [cy], "wait": "none"});
    scene.act("/select", people).await;
    assert!(bot.event("INTERACTION_CREATE").await["data"]["resolved"]["users"][text(&cy)].is_object());

    let own = with_buttons(&scene, &mut bot, 64).await;
    let others = scene.act("/press", json!({"user": "cy", "message": own["id"], "button": "p"})).await;
    assert_eq!(others["why"], "not_visible");
    let hers = scene.act("/press", json!({"user": "bea", "message": own["id"], "button": "p", "wait": "none"})).await;
    assert_eq!(hers["outcome"], "pending");
}

#[tokio::test]
async fn a_form_is_filled_in_by_whom_it_was_opened_for_once() {
    let (scene, mut bot) = with_commands(json!([{"name": "go", "description": "d"}])).await;
    let input = |id: &str, more: Value| {
        let mut input = json!({"type": 4, "custom_id": id, "label": id.to_uppercase(), "style": 1});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"type": 1, "components": [input]})
    };
    let form = json!({"type": 9, "data": {"custom_id": "f:1", "title": "Pledge", "components": [
        input("what", json!({"min_length": 3, "max_length": 5})),
        input("when", json!({"value": "friday"})),
        input("note", json!({"required": false})),
        {"type": 18, "label": "How", "component": {"type": 4, "custom_id": "how", "style": 2, "required": false}}]}});
    let interaction = scene.slash(&mut bot, "bea", "go", Value::Null).await;
    assert_eq!(scene.callback(&interaction, form).await.0, 204);
    assert_eq!(scene.outcome(&interaction).await["modal"]["title"], "Pledge");

    let submit = |user: &'static str, values: Value| json!({"user": user, "values": values, "wait": "none"});
    for (user, values, why) in [
        ("cy", json!({"what": "bread"}), "no_form"),
        ("bea", json!({}), "missing_input"),
        ("bea", json!({"what": "br"}), "wrong_length"),
        ("bea", json!({"what": "breads"}), "wrong_length"),
        ("bea", json!({"what": "bread", "colour": "red"}), "unknown_input"),
        ("bea", json!({"what": "bread", "when": ""}), "missing_input"),
    ] {
        assert_eq!(scene.act("/modal", submit(user, values.clone())).await["why"], why, "{user} {values}");
    }
    bot.hears_nothing().await;
    scene.act("/modal", submit("bea", json!({"WHAT": "bread", "how": "by bike"}))).await;
    let data = bot.event("INTERACTION_CREATE").await["data"].clone();
    let value = |row: usize| data["components"][row]["components"][0]["value"].clone();
    assert_eq!([value(0), value(1), value(2)], [json!("bread"), json!("friday"), json!("")]);
    assert_eq!(data["components"][3]["component"]["value"], "by bike");
    assert_eq!(scene.act("/modal", submit("bea", json!({"what": "bread"}))).await["why"], "no_form");
}
