//! What a bot may where, by roles and overwrites; threads; direct messages.

use serde_json::{Value, json};

use crate::rig::{INTENTS, Scene, text};

async fn writes(scene: &Scene, body: Value) -> (u16, Value) {
    let (status, said) = scene.rest("POST", &format!("/channels/{}/messages", scene.general), body).await;
    (status, said["code"].clone())
}

#[tokio::test]
async fn a_bot_may_what_its_roles_and_the_channel_say() {
    let scene = Scene::new().await;
    let everyone =
        |allow: Value, deny: Value| json!({"channel": "general", "role": "@everyone", "allow": allow, "deny": deny});
    let role =
        |allow: Value, deny: Value| json!({"channel": "general", "role": "helper", "allow": allow, "deny": deny});
    let own = |allow: Value, deny: Value| json!({"channel": "general", "user": "helper", "allow": allow, "deny": deny});
    let none = json!([]);
    let steps = [
        ("nothing is denied", everyone(none.clone(), none.clone()), 200, Value::Null),
        (
            "everyone is denied, the role's base does not help",
            everyone(none.clone(), json!(["SEND_MESSAGES"])),
            403,
            json!(50013),
        ),
        ("the role is allowed", role(json!(["SEND_MESSAGES"]), none.clone()), 200, Value::Null),
        ("the bot itself is denied", own(none.clone(), json!(["SEND_MESSAGES"])), 403, json!(50013)),
        ("and now does not even see it", own(none.clone(), json!(["VIEW_CHANNEL"])), 403, json!(50001)),
        ("the bot itself is allowed", own(json!(["SEND_MESSAGES"]), none.clone()), 200, Value::Null),
    ];
    for (what, step, status, code) in steps {
        scene.act("/overwrite", step).await;
        assert_eq!(writes(&scene, json!({"content": "hi"})).await, (status, code), "{what}");
    }
    // An administrator is denied nothing.
    scene.act("/overwrite", own(none.clone(), json!(["VIEW_CHANNEL"]))).await;
    scene.act("/role/permissions", json!({"role": "helper", "permissions": ["ADMINISTRATOR"]})).await;
    assert_eq!(writes(&scene, json!({"content": "hi"})).await.0, 200);
    assert_eq!(scene.rest("POST", "/channels/1/messages", json!({"content": "hi"})).await.1["code"], 10003);
}

#[tokio::test]
async fn embeds_vanish_where_they_are_not_allowed() {
    let scene = Scene::new().await;
    scene.act("/overwrite", json!({"channel": "general", "role": "@everyone", "deny": ["EMBED_LINKS"]})).await;
    assert_eq!(writes(&scene, json!({"content": "a card", "embeds": [{"title": "Card"}]})).await.0, 200);
    let seen = &scene.sees("ana").await[0];
    assert_eq!((&seen["content"], &seen["embeds"]), (&json!("a card"), &json!([])));
}

#[tokio::test]
async fn without_the_permission_a_history_is_empty_and_not_refused() {
    let scene = Scene::new().await;
    writes(&scene, json!({"content": "hi"})).await;
    let path = format!("/channels/{}/messages", scene.general);
    assert_eq!(scene.get(&path).await.1.as_array().unwrap().len(), 1);
    scene.act("/overwrite", json!({"channel": "general", "role": "@everyone", "deny": ["READ_MESSAGE_HISTORY"]})).await;
    assert_eq!(scene.get(&path).await, (200, json!([])));
    scene.act("/overwrite", json!({"channel": "general", "role": "@everyone", "deny": ["VIEW_CHANNEL"]})).await;
    assert_eq!(scene.get(&path).await.1["code"], 50001);
}

#[tokio::test]
async fn a_thread_needs_permissions_of_its_own() {
    let scene = Scene::new().await;
    let (_, message) =
        scene.rest("POST", &format!("/channels/{}/messages", scene.general), json!({"content": "A1"})).await;
    let start = format!("/channels/{}/messages/{}/threads", scene.general, text(&message["id"]));
    let named = json!({"name": "A1", "auto_archive_duration": 1440});
    let deny = |names: Value| json!({"channel": "general", "role": "@everyone", "deny": names});

    scene.act("/overwrite", deny(json!(["CREATE_PUBLIC_THREADS"]))).await;
    assert_eq!(scene.rest("POST", &start, named.clone()).await.1["code"], 50013);
    scene.act("/overwrite", deny(json!([]))).await;
    assert_eq!(scene.rest("POST", &start, json!({"name": "", "auto_archive_duration": 5})).await.1["code"], 50035);
    let mut bot = scene.bot().await;
    let (status, thread) = scene.rest("POST", &start, named.clone()).await;
    assert_eq!((status, &thread["id"], &thread["type"]), (201, &message["id"], &json!(11)));
    assert_eq!(bot.event("THREAD_CREATE").await["newly_created"], true);
    assert_eq!(bot.event("MESSAGE_UPDATE").await["thread"]["id"], thread["id"]);
    assert_eq!(scene.rest("POST", &start, named).await.1["code"], 160004);

    let inside = format!("/channels/{}/messages", text(&thread["id"]));
    assert_eq!(scene.rest("POST", &inside, json!({"content": "in it"})).await.0, 200);
    scene.act("/overwrite", deny(json!(["SEND_MESSAGES_IN_THREADS"]))).await;
    assert_eq!(scene.rest("POST", &inside, json!({"content": "in it"})).await.1["code"], 50013);
    scene.act("/overwrite", deny(json!(["SEND_MESSAGES"]))).await;
    assert_eq!(scene.rest("POST", &inside, json!({"content": "in it"})).await.0, 200);

    let path = format!("/channels/{}", text(&thread["id"]));
    assert_eq!(scene.rest("PATCH", &path, json!({"archived": true})).await.1["thread_metadata"]["archived"], true);
    assert_eq!(scene.rest("PUT", &format!("{path}/thread-members/@me"), Value::Null).await.0, 204);
    assert_eq!(scene.get(&format!("/guilds/{}/threads/active", scene.guild)).await.1["threads"], json!([]));
    // Whoever writes into it opens it again.
    scene.act("/overwrite", deny(json!([]))).await;
    scene.act("/message", json!({"user": "cy", "channel": thread["id"], "content": "me too"})).await;
    let (_, active) = scene.get(&format!("/guilds/{}/threads/active", scene.guild)).await;
    assert_eq!(active["threads"][0]["id"], thread["id"]);
}

#[tokio::test]
async fn whoever_closed_their_direct_messages_is_not_reached() {
    let scene = Scene::new().await;
    let bea = scene.control("POST", "/dm", json!({"user": "bea"})).await;
    let bea_id = scene.control("GET", "/see", json!({"user": "bea", "channel": "dm"})).await;
    assert_eq!(bea_id, json!([]));
    let path = format!("/channels/{}/messages", text(&bea["channel"]));
    assert_eq!(scene.rest("POST", &path, json!({"content": "hi"})).await.0, 200);
    scene.act("/member/dms", json!({"user": "bea", "open": false})).await;
    let (status, said) = scene.rest("POST", &path, json!({"content": "hi"})).await;
    assert_eq!((status, &said["code"]), (403, &json!(50007)));
    // Without a shared server it is the same.
    scene.act("/member/dms", json!({"user": "bea", "open": true})).await;
    scene.act("/member/leave", json!({"user": "bea"})).await;
    assert_eq!(scene.rest("POST", &path, json!({"content": "hi"})).await.1["code"], 50007);
}

#[tokio::test]
async fn a_direct_message_is_opened_with_people_only() {
    let scene = Scene::new().await;
    for (recipient, code) in [(json!("1"), 50033), (json!(scene.app), 50007), (json!("ana"), 50035)] {
        let (_, said) = scene.rest("POST", "/users/@me/channels", json!({"recipient_id": recipient})).await;
        assert_eq!(said["code"], code);
    }
    let ana = scene.get(&format!("/guilds/{}", scene.guild)).await.1["owner_id"].clone();
    let (status, opened) = scene.rest("POST", "/users/@me/channels", json!({"recipient_id": ana})).await;
    assert_eq!((status, &opened["type"], &opened["recipients"][0]["username"]), (200, &json!(1), &json!("ana")));
    let (_, again) = scene.rest("POST", "/users/@me/channels", json!({"recipient_id": ana})).await;
    assert_eq!(again["id"], opened["id"]);
}

#[tokio::test]
async fn words_of_others_are_empty_unless_they_are_for_the_bot() {
    let scene = Scene::new().await;
    let mut bot = scene.bot().await;
    let mention = format!("<@{}> hello", scene.app);
    for (channel, content, read) in
        [("general", "just talking", ""), ("general", mention.as_str(), mention.as_str()), ("dm", "psst", "psst")]
    {
        let sent = scene.act("/message", json!({"user": "bea", "channel": channel, "content": content})).await;
        let told = bot.event("MESSAGE_CREATE").await;
        assert_eq!((&told["id"], &told["content"]), (&sent["id"], &json!(read)), "{channel}: {content}");
        assert_eq!(told.get("guild_id").is_some(), channel == "general");
    }
    let (_, listed) = scene.get(&format!("/channels/{}/messages", scene.general)).await;
    assert_eq!((&listed[0]["content"], &listed[1]["content"]), (&json!(mention), &json!("")));
    // A reply to the bot is for the bot.
    let (_, own) =
        scene.rest("POST", &format!("/channels/{}/messages", scene.general), json!({"content": "own"})).await;
    bot.event("MESSAGE_CREATE").await;
    let reply = json!({"user": "bea", "channel": "general", "content": "to you", "reply_to": own["id"]});
    scene.act("/message", reply).await;
    let told = bot.event("MESSAGE_CREATE").await;
    assert_eq!((&told["content"], &told["referenced_message"]["content"]), (&json!("to you"), &json!("own")));
}

#[tokio::test]
async fn a_bot_with_the_privilege_reads_everything() {
    let scene = Scene::new().await;
    let app = json!({"name": "reader", "token": "other", "intents": ["MESSAGE_CONTENT"]});
    scene.act("/application", app).await;
    scene.act("/guild/add", json!({"app": "reader"})).await;
    let mut reader = crate::rig::Bot::connect(&scene.twin).await;
    reader.identify("other", INTENTS | 1 << 15).await;
    reader.event("READY").await;
    reader.event("GUILD_CREATE").await;
    scene.act("/message", json!({"user": "bea", "channel": "general", "content": "just talking"})).await;
    assert_eq!(reader.event("MESSAGE_CREATE").await["content"], "just talking");
}

#[tokio::test]
async fn servers_roles_and_members_are_read() {
    let scene = Scene::new().await;
    let guild = format!("/guilds/{}", scene.guild);
    assert_eq!(scene.get(&guild).await.1["name"], "Eastbank");
    assert_eq!(scene.get(&format!("{guild}/channels")).await.1[0]["name"], "general");
    let (_, roles) = scene.get(&format!("{guild}/roles")).await;
    assert_eq!((&roles[0]["id"], &roles[1]["managed"]), (&json!(scene.guild), &json!(true)));
    let (_, me) = scene.get(&format!("{guild}/members/{}", scene.app)).await;
    assert_eq!(me["roles"], json!([roles[1]["id"]]));
    assert_eq!(scene.get(&format!("{guild}/members/1")).await.1["code"], 10013);
    assert_eq!(scene.get(&format!("{guild}/members?limit=5")).await.1["code"], 50001);
    assert_eq!(scene.get("/guilds/1").await.1["code"], 10004);
    assert_eq!(scene.get("/users/@me").await.1["id"], json!(scene.app));
    assert_eq!(scene.get("/applications/@me").await.1["id"], json!(scene.app));
    assert_eq!(scene.get("/users/@me/guilds").await.1[0]["id"], json!(scene.guild));
}

#[tokio::test]
async fn a_private_thread_is_for_those_in_it() {
    let scene = Scene::new().await;
    let path = format!("/channels/{}/threads", scene.general);
    let (status, thread) = scene.rest("POST", &path, json!({"name": "quiet", "type": 12})).await;
    assert_eq!((status, &thread["thread_metadata"]["invitable"]), (201, &json!(true)));
    let see = |user: &'static str| json!({"user": user, "channel": thread["id"]});
    let inside = format!("/channels/{}/messages", text(&thread["id"]));
    scene.rest("POST", &inside, json!({"content": "hush"})).await;
    assert_eq!(scene.control("GET", "/see", see("bea")).await, json!([]));
    let bea = scene.act("/message", json!({"user": "bea", "channel": "general", "content": "x"})).await;
    let bea = text(&bea["author"]["id"]);
    // A mention draws her in.
    scene.rest("POST", &inside, json!({"content": format!("<@{bea}>")})).await;
    assert_eq!(scene.control("GET", "/see", see("bea")).await.as_array().unwrap().len(), 2);
    assert_eq!(scene.control("GET", "/see", see("cy")).await, json!([]));
    let (_, members) = scene.get(&format!("/channels/{}/thread-members", text(&thread["id"]))).await;
    assert_eq!(members.as_array().unwrap().len(), 2);
}
