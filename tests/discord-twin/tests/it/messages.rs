//! Sending once, reading, changing, deleting, reacting.

use serde_json::{Value, json};

use crate::rig::{Scene, text};

fn path(scene: &Scene) -> String {
    format!("/channels/{}/messages", scene.general)
}

#[tokio::test]
async fn a_nonce_brings_the_earlier_message_back_while_it_is_remembered() {
    let scene = Scene::new().await;
    let body = json!({"content": "card", "nonce": "abc", "enforce_nonce": true});
    let (_, first) = scene.rest("POST", &path(&scene), body.clone()).await;
    let (status, again) = scene.rest("POST", &path(&scene), body.clone()).await;
    assert_eq!((status, &again["id"], &again["nonce"]), (200, &first["id"], &json!("abc")));
    // Without the word it is only a label.
    let (_, label) = scene.rest("POST", &path(&scene), json!({"content": "card", "nonce": "abc"})).await;
    assert_ne!(label["id"], first["id"]);
    scene.twin.advance(3 * 60_000);
    let (_, later) = scene.rest("POST", &path(&scene), body.clone()).await;
    assert_ne!(later["id"], label["id"]);
    scene.act("/settings", json!({"nonce_window_ms": 0})).await;
    let (_, forgotten) = scene.rest("POST", &path(&scene), body).await;
    assert_ne!(forgotten["id"], later["id"]);
    assert_eq!(scene.sees("ana").await.len(), 4);
}

#[tokio::test]
async fn a_nonce_of_a_deleted_message_is_unknown() {
    let scene = Scene::new().await;
    let body = json!({"content": "card", "nonce": "abc", "enforce_nonce": true});
    let (_, first) = scene.rest("POST", &path(&scene), body.clone()).await;
    scene.rest("DELETE", &format!("{}/{}", path(&scene), text(&first["id"])), Value::Null).await;
    let (status, said) = scene.rest("POST", &path(&scene), body).await;
    assert_eq!((status, &said["code"]), (404, &json!(10008)));
}

#[tokio::test]
async fn a_history_is_read_from_every_side() {
    let scene = Scene::new().await;
    let mut ids = Vec::new();
    for n in 0..7 {
        let (_, sent) = scene.rest("POST", &path(&scene), json!({"content": n.to_string()})).await;
        ids.push(text(&sent["id"]));
    }
    let rows = [
        ("limit=3".to_owned(), vec!["6", "5", "4"]),
        (format!("before={}&limit=2", ids[4]), vec!["3", "2"]),
        (format!("after={}&limit=2", ids[1]), vec!["3", "2"]),
        (format!("around={}&limit=3", ids[3]), vec!["4", "3", "2"]),
        (String::new(), vec!["6", "5", "4", "3", "2", "1", "0"]),
    ];
    for (query, expected) in rows {
        let (_, listed) = scene.get(&format!("{}?{query}", path(&scene))).await;
        let said: Vec<&str> = listed.as_array().unwrap().iter().map(|each| each["content"].as_str().unwrap()).collect();
        assert_eq!(said, expected, "{query}");
    }
    for bad in ["limit=0", "limit=101", "limit=many"] {
        assert_eq!(scene.get(&format!("{}?{bad}", path(&scene))).await.1["code"], 50035, "{bad}");
    }
}

#[tokio::test]
async fn one_edits_ones_own_and_deletes_others_with_permission() {
    let scene = Scene::new().await;
    let mut bot = scene.bot().await;
    let theirs = scene.act("/message", json!({"user": "bea", "channel": "general", "content": "mine"})).await;
    let one = format!("{}/{}", path(&scene), text(&theirs["id"]));
    assert_eq!(scene.rest("PATCH", &one, json!({"content": "x"})).await.1["code"], 50005);
    assert_eq!(scene.rest("DELETE", &one, Value::Null).await.1["code"], 50013);
    scene.act("/role/permissions", json!({"role": "helper", "permissions": ["MANAGE_MESSAGES"]})).await;
    assert_eq!(scene.rest("DELETE", &one, Value::Null).await.0, 204);
    assert_eq!(scene.get(&one).await.1["code"], 10008);

    let embeds = json!({"content": "own", "embeds": [{"title": "t"}]});
    let (_, own) = scene.rest("POST", &path(&scene), embeds).await;
    let one = format!("{}/{}", path(&scene), text(&own["id"]));
    let (_, edited) = scene.rest("PATCH", &one, json!({"content": "new"})).await;
    assert_eq!((&edited["content"], &edited["embeds"][0]["title"]), (&json!("new"), &json!("t")));
    let (status, said) = scene.rest("PATCH", &one, json!({"content": "", "embeds": []})).await;
    assert_eq!((status, &said["code"]), (400, &json!(50006)));
    for name in ["MESSAGE_CREATE", "GUILD_ROLE_UPDATE", "MESSAGE_DELETE", "MESSAGE_CREATE", "MESSAGE_UPDATE"] {
        bot.event(name).await;
    }
}

#[tokio::test]
async fn people_edit_and_delete_what_is_theirs() {
    let scene = Scene::new().await;
    let mut bot = scene.bot().await;
    let mine = scene.act("/message", json!({"user": "bea", "channel": "dm", "content": "/ask bread"})).await;
    bot.event("MESSAGE_CREATE").await;
    let edit = |user: &'static str| json!({"user": user, "message": mine["id"], "content": "/ask butter"});
    assert_eq!(scene.act("/message/edit", edit("cy")).await["why"], "not_visible");
    scene.act("/message/edit", edit("bea")).await;
    let told = bot.event("MESSAGE_UPDATE").await;
    assert_eq!(told["content"], "/ask butter");
    assert!(told["edited_timestamp"].is_string());
    scene.act("/message/delete", json!({"user": "bea", "message": mine["id"]})).await;
    assert_eq!(bot.event("MESSAGE_DELETE").await["id"], mine["id"]);
}

#[tokio::test]
async fn mentions_are_those_let_through() {
    let scene = Scene::new().await;
    let (_, guild) = scene.get(&format!("/guilds/{}", scene.guild)).await;
    let ana = text(&guild["owner_id"]);
    let content = format!("@everyone <@{ana}> <@&{}>", text(&guild["roles"][1]["id"]));
    let rows = [
        (Value::Null, 1, 1, false),
        (json!({"parse": []}), 0, 0, false),
        (json!({"parse": ["roles"], "users": [ana]}), 1, 1, false),
        (json!({"users": ["1"]}), 0, 0, false),
    ];
    for (allowed, users, roles, everyone) in rows {
        let (_, sent) =
            scene.rest("POST", &path(&scene), json!({"content": content, "allowed_mentions": allowed})).await;
        let count = |name: &str| sent[name].as_array().unwrap().len();
        assert_eq!((count("mentions"), count("mention_roles")), (users, roles), "{allowed}");
        assert_eq!(sent["mention_everyone"], everyone, "{allowed}");
    }
    scene.act("/role/permissions", json!({"role": "helper", "permissions": ["MENTION_EVERYONE"]})).await;
    assert_eq!(scene.rest("POST", &path(&scene), json!({"content": content})).await.1["mention_everyone"], true);
}

#[tokio::test]
async fn signs_stand_under_messages() {
    let scene = Scene::new().await;
    let mut bot = scene.bot().await;
    let (_, sent) = scene.rest("POST", &path(&scene), json!({"content": "card"})).await;
    bot.event("MESSAGE_CREATE").await;
    let under = format!("{}/{}/reactions", path(&scene), text(&sent["id"]));
    assert_eq!(scene.rest("PUT", &format!("{under}/%F0%9F%99%8B/@me"), Value::Null).await.0, 204);
    assert_eq!(bot.event("MESSAGE_REACTION_ADD").await["emoji"]["name"], "🙋");
    scene.act("/reaction", json!({"user": "cy", "message": sent["id"], "emoji": "🙋"})).await;
    assert_eq!(bot.event("MESSAGE_REACTION_ADD").await["member"]["user"]["username"], "cy");
    assert_eq!(scene.sees("ana").await[0]["reactions"][0]["count"], 2);
    scene.act("/reaction", json!({"user": "cy", "message": sent["id"], "emoji": "🙋", "there": false})).await;
    bot.event("MESSAGE_REACTION_REMOVE").await;
    assert_eq!(scene.get(&format!("{under}/%F0%9F%99%8B")).await.1.as_array().unwrap().len(), 1);
    assert_eq!(scene.rest("PUT", &format!("{under}/smile/@me"), Value::Null).await.1["code"], 10014);
}

#[tokio::test]
async fn a_file_comes_with_its_message() {
    let scene = Scene::new().await;
    let send = || {
        let form = reqwest::multipart::Form::new()
            .text(
                "payload_json",
                json!({"content": "plan", "attachments": [{"id": 0, "description": "the plan"}]}).to_string(),
            )
            .part(
                "files[0]",
                reqwest::multipart::Part::bytes(vec![1, 2, 3]).file_name("plan.png").mime_str("image/png").unwrap(),
            );
        scene.request("POST", &path(&scene)).multipart(form).send()
    };
    let sent: Value = serde_json::from_slice(&send().await.unwrap().bytes().await.unwrap()).unwrap();
    let file = &sent["attachments"][0];
    assert_eq!(
        (&file["filename"], &file["size"], &file["description"]),
        (&json!("plan.png"), &json!(3), &json!("the plan"))
    );
    scene.act("/overwrite", json!({"channel": "general", "role": "@everyone", "deny": ["ATTACH_FILES"]})).await;
    let said: Value = serde_json::from_slice(&send().await.unwrap().bytes().await.unwrap()).unwrap();
    assert_eq!(said["code"], 50013);
}
