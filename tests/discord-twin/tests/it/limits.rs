//! Rate limits at Discord's numbers.

use serde_json::{Value, json};

use crate::rig::Scene;

async fn limited() -> Scene {
    let scene = Scene::new().await;
    scene.act("/settings", json!({"limits": "discord"})).await;
    scene
}

#[tokio::test]
async fn a_channel_takes_five_messages_in_five_seconds() {
    let scene = limited().await;
    let path = format!("/channels/{}/messages", scene.general);
    let send = || scene.request("POST", &path).json(&json!({"content": "x"})).send();
    for left in (0..5).rev() {
        let response = send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["x-ratelimit-limit"], "5");
        assert_eq!(response.headers()["x-ratelimit-remaining"], left.to_string().as_str());
        assert!(!response.headers()["x-ratelimit-bucket"].is_empty());
    }
    let refused = send().await.unwrap();
    assert_eq!(refused.status(), 429);
    let header = |name: &str| refused.headers()[name].to_str().unwrap().to_owned();
    assert_eq!((header("x-ratelimit-scope"), header("x-ratelimit-remaining")), ("user".into(), "0".into()));
    let after: f64 = header("x-ratelimit-reset-after").parse().unwrap();
    assert!(after > 0.0 && after <= 5.0);
    assert!(header("retry-after").parse::<u64>().unwrap() <= 5);
    let body: Value = serde_json::from_slice(&refused.bytes().await.unwrap()).unwrap();
    assert_eq!((&body["global"], body["retry_after"].is_f64()), (&json!(false), true));

    // Another channel has a bucket of its own, and so has editing.
    let other = scene.act("/channel", json!({"name": "other"})).await;
    let elsewhere = format!("/channels/{}/messages", other["id"].as_str().unwrap());
    assert_eq!(scene.rest("POST", &elsewhere, json!({"content": "x"})).await.0, 200);
    scene.twin.advance(5_000);
    assert_eq!(send().await.unwrap().status(), 200);
    let counters = scene.control("GET", "/counters", json!({})).await;
    assert_eq!(counters["limits"]["served_429"], json!({"POST /channels/{channel_id}/messages": 1}));
    assert_eq!(scene.sees("ana").await.len(), 6);
}

#[tokio::test]
async fn all_routes_together_have_fifty_a_second_but_interactions_are_free() {
    let scene = limited().await;
    let mut bot = scene.bot().await;
    scene.command("go").await;
    scene.twin.advance(1_000);
    for n in 0..50 {
        assert_eq!(scene.get(&format!("/guilds/{n}")).await.0, 404);
    }
    let refused = scene.request("GET", "/guilds/51").send().await.unwrap();
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["x-ratelimit-scope"], "global");
    let body: Value = serde_json::from_slice(&refused.bytes().await.unwrap()).unwrap();
    assert_eq!(body["global"], true);
    let interaction = scene.slash(&mut bot, "bea", "go", Value::Null).await;
    assert_eq!(scene.callback(&interaction, json!({"type": 4, "data": {"content": "x"}})).await.0, 204);
}

#[tokio::test]
async fn too_much_that_is_refused_shuts_the_address_out() {
    let scene = limited().await;
    let path = format!("/channels/{}/messages", scene.general);
    scene.act("/overwrite", json!({"channel": "general", "role": "@everyone", "deny": ["VIEW_CHANNEL"]})).await;
    scene.act("/settings", json!({"refused_until_banned": 20})).await;
    let mut answered = Vec::new();
    for _ in 0..20 {
        answered.push(scene.rest("POST", &path, json!({"content": "x"})).await.0);
    }
    // Both sorts of refusal count.
    assert_eq!((answered[0], answered[19]), (403, 429));
    assert_eq!(scene.get("/users/@me").await.0, 429);
    let response = scene.request("GET", "/users/@me").send().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &"3600".parse().unwrap()));
    assert!(!response.headers().contains_key("via"), "it looks as if Discord had answered");
    scene.twin.advance(600_000);
    assert_eq!(scene.get("/users/@me").await.0, 200);
}

#[tokio::test]
async fn limits_are_off_until_they_are_wanted() {
    let scene = Scene::new().await;
    for _ in 0..60 {
        assert_eq!(
            scene.rest("POST", &format!("/channels/{}/messages", scene.general), json!({"content": "x"})).await.0,
            200
        );
    }
    assert_eq!(scene.control("GET", "/counters", json!({})).await["limits"]["served_429"], json!({}));
}
