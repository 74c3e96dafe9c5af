//! Bodies that Discord does not take, each with the place and the code of the first complaint.

use serde_json::{Value, json};

use crate::rig::{Scene, text};

/// Where the first complaint stands, and its code.
fn complaint(said: &Value) -> (String, String) {
    let mut path = Vec::new();
    let mut here = &said["errors"];
    while here["_errors"].is_null() {
        let Some((step, inner)) = here.as_object().and_then(|fields| fields.iter().next()) else {
            return (path.join("."), format!("none, but {said}"));
        };
        path.push(step.clone());
        here = inner;
    }
    (path.join("."), text(&here["_errors"][0]["code"]))
}

fn long(count: usize) -> String {
    "x".repeat(count)
}

fn button(id: &str) -> Value {
    json!({"type": 2, "style": 1, "label": "b", "custom_id": id})
}

fn row(children: Value) -> Value {
    json!({"type": 1, "components": children})
}

#[tokio::test]
async fn messages_have_limits() {
    let scene = Scene::new().await;
    let path = format!("/channels/{}/messages", scene.general);
    let embed = |embed: Value| json!({"embeds": [embed]});
    let with = |components: Value| json!({"content": "x", "components": components});
    let buttons: Vec<Value> = (0..6).map(|n| button(&n.to_string())).collect();
    let fields = |count: usize| json!(vec![json!({"name": "n", "value": "v"}); count]);
    let options = |count: usize| {
        let all: Vec<Value> = (0..count).map(|n| json!({"label": "l", "value": n.to_string()})).collect();
        json!([row(json!([{"type": 3, "custom_id": "s", "options": all}]))])
    };
    let rows = [
        (json!({"content": long(2001)}), "content", "BASE_TYPE_MAX_LENGTH"),
        (json!({"content": "x", "nonce": long(26)}), "nonce", "NONCE_TYPE_TOO_LONG"),
        (json!({"embeds": vec![json!({"title": "t"}); 11]}), "embeds", "BASE_TYPE_MAX_LENGTH"),
        (embed(json!({"title": long(257)})), "embeds.0.title", "BASE_TYPE_MAX_LENGTH"),
        (embed(json!({"description": long(4097)})), "embeds.0.description", "BASE_TYPE_MAX_LENGTH"),
        (embed(json!({"fields": fields(26)})), "embeds.0.fields", "BASE_TYPE_MAX_LENGTH"),
        (
            embed(json!({"fields": [{"name": long(257), "value": "v"}]})),
            "embeds.0.fields.0.name",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            embed(json!({"fields": [{"name": "n", "value": long(1025)}]})),
            "embeds.0.fields.0.value",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (embed(json!({"fields": [{"name": "n"}]})), "embeds.0.fields.0.value", "BASE_TYPE_REQUIRED"),
        (embed(json!({"footer": {"text": long(2049)}})), "embeds.0.footer.text", "BASE_TYPE_BAD_LENGTH"),
        (embed(json!({"author": {"name": long(257)}})), "embeds.0.author.name", "BASE_TYPE_BAD_LENGTH"),
        (
            json!({"embeds": [{"description": long(4000)}, {"description": long(2001)}]}),
            "embeds",
            "MAX_EMBED_SIZE_EXCEEDED",
        ),
        (embed(json!({"title": "t", "url": "ftp://x"})), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
        (embed(json!({"title": "t", "timestamp": "soon"})), "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"),
        (with(json!(vec![row(json!([button("a")])); 6])), "components", "BASE_TYPE_BAD_LENGTH"),
        (with(json!([row(json!(buttons))])), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
        (with(json!([button("a")])), "components.0.type", "BASE_TYPE_CHOICES"),
        (
            with(json!([row(json!([button("a"), button("a")]))])),
            "components.0.components.1.custom_id",
            "COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        (
            with(json!([row(json!([button(&long(101))]))])),
            "components.0.components.0.custom_id",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            with(json!([row(json!([{"type": 2, "style": 1, "label": long(81), "custom_id": "a"}]))])),
            "components.0.components.0.label",
            "BASE_TYPE_MAX_LENGTH",
        ),
        (
            with(json!([row(json!([{"type": 2, "style": 1, "label": "a"}]))])),
            "components.0.components.0.custom_id",
            "BASE_TYPE_REQUIRED",
        ),
        (
            with(json!([row(json!([{"type": 2, "style": 5, "label": "a"}]))])),
            "components.0.components.0.url",
            "BASE_TYPE_REQUIRED",
        ),
        (
            with(json!([row(json!([{"type": 2, "style": 1, "custom_id": "a"}]))])),
            "components.0.components.0",
            "BUTTON_COMPONENT_INVALID",
        ),
        (with(options(26)), "components.0.components.0.options", "BASE_TYPE_BAD_LENGTH"),
        (
            with(json!([row(json!([button("a"), {"type": 5, "custom_id": "u"}]))])),
            "components.0.components",
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
        ),
        (
            with(json!([row(json!([{"type": 5, "custom_id": "u", "placeholder": long(151)}]))])),
            "components.0.components.0.placeholder",
            "BASE_TYPE_MAX_LENGTH",
        ),
        (
            with(json!([row(json!([{"type": 4, "custom_id": "t", "label": "l", "style": 1}]))])),
            "components.0.components.0.type",
            "BASE_TYPE_CHOICES",
        ),
        (with(json!([{"type": 10, "content": "text"}])), "components.0.type", "BASE_TYPE_CHOICES"),
        (
            json!({"content": "x", "flags": 1 << 15, "components": [{"type": 10, "content": "text"}]}),
            "content",
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        ),
        (
            json!({"flags": 1 << 15, "components": vec![json!({"type": 10, "content": "t"}); 41]}),
            "components",
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
        ),
        (
            json!({"content": "x", "allowed_mentions": {"parse": ["all"]}}),
            "allowed_mentions.parse.0",
            "BASE_TYPE_CHOICES",
        ),
        (
            json!({"content": "x", "message_reference": {"message_id": "1"}}),
            "message_reference",
            "REPLIES_UNKNOWN_MESSAGE",
        ),
    ];
    for (body, path_of_it, code) in rows {
        let (status, said) = scene.rest("POST", &path, body.clone()).await;
        assert_eq!((status, &said["code"]), (400, &json!(50035)), "{body}");
        assert_eq!(complaint(&said), (path_of_it.to_owned(), code.to_owned()), "{body}");
    }
    assert!(scene.sees("ana").await.is_empty());
    // As much as there may be is taken.
    let most = json!({"content": long(2000), "embeds": [{"description": long(4096), "title": long(256)}],
        "components": vec![row(json!([button("1"), button("2"), button("3"), button("4"), button("5")])); 1]});
    assert_eq!(scene.rest("POST", &path, most).await.0, 200);
}

#[tokio::test]
async fn nothing_to_see_is_no_message() {
    let scene = Scene::new().await;
    for body in [json!({}), json!({"content": "  "}), json!({"content": null, "embeds": []})] {
        let (status, said) = scene.rest("POST", &format!("/channels/{}/messages", scene.general), body).await;
        assert_eq!((status, &said["code"]), (400, &json!(50006)));
    }
}

#[tokio::test]
async fn a_body_has_to_be_json() {
    let scene = Scene::new().await;
    let path = format!("/channels/{}/messages", scene.general);
    let send = |kind: &'static str| scene.request("POST", &path).header("content-type", kind).body("{oops").send();
    let said: Value = serde_json::from_slice(&send("application/json").await.unwrap().bytes().await.unwrap()).unwrap();
    assert_eq!(said["code"], 50109);
    let said: Value = serde_json::from_slice(&send("text/plain").await.unwrap().bytes().await.unwrap()).unwrap();
    assert_eq!(complaint(&said).1, "CONTENT_TYPE_INVALID");
}

#[tokio::test]
async fn commands_have_limits() {
    let scene = Scene::new().await;
    let path = format!("/applications/{}/commands", scene.app);
    let named = |name: &str| json!({"name": name, "description": "d"});
    let option = |name: &str, more: Value| {
        let mut option = json!({"type": 3, "name": name, "description": "d"});
        option.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        option
    };
    let with = |options: Value| json!({"name": "c", "description": "d", "options": options});
    let many: Vec<Value> = (0..26).map(|n| option(&format!("o{n}"), json!({}))).collect();
    let choices: Vec<Value> = (0..26).map(|n| json!({"name": format!("c{n}"), "value": n.to_string()})).collect();
    let bulky: Vec<Value> = (0..25)
        .map(|n| {
            let choices: Vec<Value> = (0..4)
                .map(|c| json!({"name": format!("{c}{}", long(40)), "value": format!("{c}{}", long(40))}))
                .collect();
            option(&format!("o{n}"), json!({"choices": choices}))
        })
        .collect();
    let rows = [
        (named("Ask"), "name", "APPLICATION_COMMAND_INVALID_NAME"),
        (named("two words"), "name", "APPLICATION_COMMAND_INVALID_NAME"),
        (named(&long(33)), "name", "BASE_TYPE_BAD_LENGTH"),
        (json!({"name": "ask"}), "description", "BASE_TYPE_REQUIRED"),
        (json!({"name": "ask", "description": long(101)}), "description", "BASE_TYPE_BAD_LENGTH"),
        (
            json!({"name": "ask", "description": "d", "name_localizations": {"xx": "a"}}),
            "name_localizations.xx",
            "BASE_TYPE_CHOICES",
        ),
        (
            json!({"name": "ask", "description": "d", "name_localizations": {"es-ES": "Pedir"}}),
            "name_localizations.es-ES",
            "APPLICATION_COMMAND_INVALID_NAME",
        ),
        (
            json!({"name": "ask", "description": "d", "description_localizations": {"es-ES": long(101)}}),
            "description_localizations.es-ES",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (with(json!(many)), "options", "BASE_TYPE_MAX_LENGTH"),
        (
            with(json!([option("a", json!({})), option("b", json!({"required": true}))])),
            "options.1",
            "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        ),
        (
            with(json!([option("a", json!({})), option("a", json!({}))])),
            "options.1",
            "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
        ),
        (with(json!([option("a", json!({"choices": choices}))])), "options.0.choices", "BASE_TYPE_MAX_LENGTH"),
        (
            with(json!([option("a", json!({"autocomplete": true, "choices": [{"name": "n", "value": "v"}]}))])),
            "options.0",
            "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES_EXCLUSIVE",
        ),
        (with(json!([option("a", json!({"type": 12}))])), "options.0.type", "BASE_TYPE_CHOICES"),
        (
            with(json!([option("a", json!({"min_value": 1}))])),
            "options.0.min_value",
            "APPLICATION_COMMAND_OPTIONS_VALUE_INVALID",
        ),
        (
            with(json!([option("a", json!({})), {"type": 1, "name": "s", "description": "d"}])),
            "options",
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
        ),
        (with(json!(bulky)), "", "APPLICATION_COMMAND_TOO_LARGE"),
        (
            json!({"name": "ask", "description": "d", "default_member_permissions": "many"}),
            "default_member_permissions",
            "NUMBER_TYPE_COERCE",
        ),
        (json!({"name": "ask", "description": "d", "contexts": [3]}), "contexts", "BASE_TYPE_CHOICES"),
    ];
    for (body, path_of_it, code) in rows {
        let (status, said) = scene.rest("POST", &path, body.clone()).await;
        assert_eq!((status, &said["code"]), (400, &json!(50035)), "{body}");
        assert_eq!(complaint(&said), (path_of_it.to_owned(), code.to_owned()), "{body}");
        // In a list, the same complaint stands one level down.
        let (_, said) = scene.rest("PUT", &path, json!([named("fine"), body])).await;
        let below = if path_of_it.is_empty() { "1".to_owned() } else { format!("1.{path_of_it}") };
        assert_eq!(complaint(&said), (below, code.to_owned()));
    }
    for name in ["ask", "pedir-algo", "naïve", "o'clock", "कखग", "ขอ"] {
        assert_eq!(scene.rest("POST", &path, named(name)).await.0, 201, "{name}");
    }
}

#[tokio::test]
async fn commands_are_counted_and_keep_their_ids() {
    let scene = Scene::new().await;
    let path = format!("/applications/{}/commands", scene.app);
    let many =
        |count: usize| -> Value { (0..count).map(|n| json!({"name": format!("c{n}"), "description": "d"})).collect() };
    assert_eq!(scene.rest("PUT", &path, many(101)).await.1["code"], 30032);
    let (_, first) = scene.rest("PUT", &path, many(100)).await;
    assert_eq!(scene.rest("POST", &path, json!({"name": "more", "description": "d"})).await.1["code"], 30032);
    // The same again changes nothing, not even a version; a change keeps the id.
    let mut again = many(100);
    again[0]["description"] = json!("e");
    let (_, second) = scene.rest("PUT", &path, again).await;
    assert_eq!((&first[0]["id"], &first[1]["version"]), (&second[0]["id"], &second[1]["version"]));
    assert_ne!(first[0]["version"], second[0]["version"]);
    // A day has 200 creates.
    let other: Value = (0..100).map(|n| json!({"name": format!("d{n}"), "description": "d"})).collect();
    assert_eq!(scene.rest("PUT", &path, other).await.0, 200);
    assert_eq!(scene.rest("PUT", &path, many(1)).await.1["code"], 30034);

    let (_, listed) = scene.get(&path).await;
    assert!(listed[0]["name_localizations"].is_null() && listed[0].get("name_localizations").is_none());
    let theirs = format!("/applications/{}/commands", scene.guild);
    assert_eq!(scene.get(&theirs).await.0, 403);
}

#[tokio::test]
async fn a_form_for_people_has_limits() {
    let input = |more: Value| {
        let mut input = json!({"type": 4, "custom_id": "i", "label": "l", "style": 1});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row(json!([input]))
    };
    let form = |rows: Value| json!({"custom_id": "f", "title": "t", "components": rows});
    let rows = [
        (
            json!({"custom_id": "f", "title": long(46), "components": [input(json!({}))]}),
            "data.title",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (json!({"title": "t", "components": [input(json!({}))]}), "data.custom_id", "BASE_TYPE_REQUIRED"),
        (form(json!([])), "data.components", "BASE_TYPE_BAD_LENGTH"),
        (form(json!(vec![input(json!({})); 6])), "data.components", "BASE_TYPE_BAD_LENGTH"),
        (
            form(json!([input(json!({})), input(json!({}))])),
            "data.components.1.components.0.custom_id",
            "COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        (
            form(json!([input(json!({"label": long(46)}))])),
            "data.components.0.components.0.label",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            form(json!([input(json!({"placeholder": long(101)}))])),
            "data.components.0.components.0.placeholder",
            "BASE_TYPE_MAX_LENGTH",
        ),
        (
            form(json!([input(json!({"value": long(4001)}))])),
            "data.components.0.components.0.value",
            "BASE_TYPE_MAX_LENGTH",
        ),
        (
            form(json!([input(json!({"max_length": 4001}))])),
            "data.components.0.components.0.max_length",
            "NUMBER_TYPE_MAX",
        ),
        (form(json!([input(json!({"style": 3}))])), "data.components.0.components.0.style", "BASE_TYPE_CHOICES"),
        (form(json!([row(json!([button("b")]))])), "data.components.0.components.0.type", "BASE_TYPE_CHOICES"),
    ];
    let scene = Scene::new().await;
    let mut bot = scene.bot().await;
    scene.command("go").await;
    let interaction = scene.slash(&mut bot, "bea", "go", Value::Null).await;
    for (data, path, code) in rows {
        let (status, said) = scene.callback(&interaction, json!({"type": 9, "data": data})).await;
        assert_eq!((status, complaint(&said)), (400, (path.to_owned(), code.to_owned())), "{data}");
    }
    // What is wrong with a reply stands under "data", too.
    let (_, said) = scene.callback(&interaction, json!({"type": 4, "data": {"content": long(2001)}})).await;
    assert_eq!(complaint(&said), ("data.content".to_owned(), "BASE_TYPE_MAX_LENGTH".to_owned()));
}

#[tokio::test]
async fn scheduled_events_have_limits_and_a_life() {
    let scene = Scene::new().await;
    let path = format!("/guilds/{}/scheduled-events", scene.guild);
    let fine = json!({"name": "Gathering", "privacy_level": 2, "entity_type": 3, "entity_metadata": {"location": "Library"},
        "scheduled_start_time": "2090-03-10T18:00:00Z", "scheduled_end_time": "2090-03-10T20:00:00Z"});
    let but = |name: &str, value: Value| {
        let mut body = fine.clone();
        body[name] = value;
        body
    };
    let rows = [
        (but("name", json!(long(101))), "name", "BASE_TYPE_BAD_LENGTH"),
        (but("description", json!(long(1001))), "description", "BASE_TYPE_MAX_LENGTH"),
        (but("entity_metadata", json!({"location": long(101)})), "entity_metadata.location", "BASE_TYPE_BAD_LENGTH"),
        (but("entity_metadata", Value::Null), "entity_metadata.location", "BASE_TYPE_REQUIRED"),
        (but("scheduled_end_time", Value::Null), "scheduled_end_time", "BASE_TYPE_REQUIRED"),
        (
            but("scheduled_end_time", json!("2090-03-10T17:00:00Z")),
            "scheduled_end_time",
            "GUILD_SCHEDULED_EVENT_END_BEFORE_START",
        ),
        (
            but("scheduled_start_time", json!("2020-03-10T18:00:00Z")),
            "scheduled_start_time",
            "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST",
        ),
        (but("channel_id", json!(scene.general)), "channel_id", "GUILD_SCHEDULED_EVENT_CHANNEL_INVALID"),
        (but("privacy_level", json!(1)), "privacy_level", "BASE_TYPE_CHOICES"),
        (but("entity_type", json!(9)), "entity_type", "BASE_TYPE_CHOICES"),
    ];
    for (body, path_of_it, code) in rows {
        let (status, said) = scene.rest("POST", &path, body).await;
        assert_eq!((status, complaint(&said)), (400, (path_of_it.to_owned(), code.to_owned())));
    }
    let mut bot = scene.bot().await;
    let (status, event) = scene.rest("POST", &path, fine).await;
    assert_eq!((status, &event["status"], &event["creator"]["username"]), (200, &json!(1), &json!("helper")));
    assert_eq!(bot.event("GUILD_SCHEDULED_EVENT_CREATE").await["id"], event["id"]);
    let one = format!("{path}/{}", text(&event["id"]));
    assert_eq!(scene.rest("PATCH", &one, json!({"name": "Moved"})).await.1["name"], "Moved");
    bot.event("GUILD_SCHEDULED_EVENT_UPDATE").await;
    assert_eq!(scene.rest("PATCH", &one, json!({"status": 3})).await.1["code"], 50035);
    assert_eq!(scene.rest("PATCH", &one, json!({"status": 4})).await.1["status"], 4);
    assert_eq!(scene.get(&one).await.1["code"], 10070);

    scene.act("/role/permissions", json!({"role": "@everyone", "permissions": ["VIEW_CHANNEL"]})).await;
    scene.act("/role/permissions", json!({"role": "helper", "permissions": []})).await;
    assert_eq!(scene.rest("POST", &path, json!({})).await.1["code"], 50013);
}
