//! A bot comes in, brings its commands, and answers somebody.

use serde_json::{Value, json};

use crate::rig::Scene;

#[tokio::test]
async fn a_bot_logs_in_brings_a_command_and_answers_it() {
    let scene = Scene::new().await;
    let mut bot = scene.bot().await;
    assert_eq!(bot.ready["guilds"], json!([{"id": scene.guild, "unavailable": true}]));
    scene.command("ping").await;

    let interaction = scene.slash(&mut bot, "bea", "ping", Value::Null).await;
    assert_eq!(interaction["data"]["name"], "ping");
    assert_eq!(interaction["member"]["user"]["username"], "bea");
    let (status, _) = scene.callback(&interaction, json!({"type": 4, "data": {"content": "pong"}})).await;
    assert_eq!(status, 204);

    let outcome = scene.outcome(&interaction).await;
    assert_eq!((&outcome["outcome"], &outcome["type"]), (&json!("acknowledged"), &json!(4)));
    assert_eq!(outcome["message"]["content"], "pong");
    assert_eq!(bot.event("MESSAGE_CREATE").await["content"], "pong");
    let seen: Vec<Value> = scene.sees("cy").await.iter().map(|message| message["content"].clone()).collect();
    assert_eq!(seen, ["pong"]);
    assert_eq!(scene.control("GET", "/unknown", json!({})).await, json!([]));
}
