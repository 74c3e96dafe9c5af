//! What goes wrong on purpose, and whether it took effect.

use serde_json::{Value, json};

use crate::rig::Scene;

async fn send(scene: &Scene) -> Result<u16, ()> {
    let path = format!("/channels/{}/messages", scene.general);
    let sent = scene.request("POST", &path).json(&json!({"content": "x"})).send().await;
    sent.map(|response| response.status().as_u16()).map_err(|_| ())
}

#[tokio::test]
async fn a_fault_says_whether_it_happened() {
    let fault = |more: Value| {
        let mut fault = json!({"route": "POST /channels/*/messages"});
        fault.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fault
    };
    let rows = [
        (json!({"do": "drop_before"}), Err(()), 0),
        (json!({"do": "drop_after"}), Err(()), 1),
        (json!({"do": "status", "status": 502}), Ok(502), 0),
        (json!({"do": "status", "status": 500, "takes_effect": true}), Ok(500), 1),
        (json!({"do": "rate_limit", "ms": 200}), Ok(429), 0),
        (json!({"do": "rate_limit", "global": true}), Ok(429), 0),
        (json!({"do": "slow_before", "ms": 1}), Ok(200), 1),
        (json!({"do": "slow_after", "ms": 1}), Ok(200), 1),
    ];
    for (what, answered, there) in rows {
        let scene = Scene::new().await;
        scene.act("/fault", fault(what.clone())).await;
        assert_eq!(send(&scene).await, answered, "{what}");
        assert_eq!(scene.sees("ana").await.len(), there, "{what}");
        // It struck once, and is over.
        assert_eq!(send(&scene).await, Ok(200), "{what}");
    }
}

#[tokio::test]
async fn a_fault_waits_for_its_turn_and_can_be_taken_back() {
    let scene = Scene::new().await;
    scene.act("/fault", json!({"route": "POST *", "do": "status", "skip": 1, "times": 2})).await;
    assert_eq!([send(&scene).await, send(&scene).await], [Ok(200), Ok(500)]);
    let struck = scene.act("/until", json!({"struck": "status"})).await;
    assert_eq!(struck["waiting"][0]["times"], 1);
    scene.act("/fault/clear", json!({})).await;
    assert_eq!(send(&scene).await, Ok(200));
}

#[tokio::test]
async fn a_refusal_of_the_whole_bot_looks_like_one() {
    let scene = Scene::new().await;
    scene.act("/fault", json!({"route": "GET /users/@me", "do": "rate_limit", "global": true, "ms": 1500})).await;
    let response = scene.request("GET", "/users/@me").send().await.unwrap();
    assert_eq!(response.headers()["x-ratelimit-global"], "true");
    assert_eq!(response.headers()["retry-after"], "2");
    let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    assert_eq!((&body["retry_after"], &body["global"]), (&json!(1.5), &json!(true)));
}

#[tokio::test]
async fn what_the_twin_does_not_have_is_counted() {
    let scene = Scene::new().await;
    assert_eq!(scene.get("/guilds/1/bans").await, (404, json!({"message": "404: Not Found", "code": 0})));
    assert_eq!(scene.rest("PUT", "/gateway", Value::Null).await.0, 405);
    let unknown = scene.control("GET", "/unknown", json!({})).await;
    let paths: Vec<&Value> = unknown.as_array().unwrap().iter().map(|each| &each["path"]).collect();
    assert_eq!(paths, ["/api/v10/guilds/1/bans", "/api/v10/gateway"]);
}

#[tokio::test]
async fn a_wrong_token_is_nobody() {
    let scene = Scene::new().await;
    let url = format!("{}/api/v10/users/@me", scene.twin.http());
    let response = reqwest::Client::new().get(url).header("authorization", "Bot other").send().await.unwrap();
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn a_mistake_in_a_test_is_no_refusal() {
    let scene = Scene::new().await;
    let said = scene.twin.ask("POST", "/slash", json!({"user": "nobody", "channel": "general", "command": "x"})).await;
    assert!(said.unwrap_err().to_string().contains("nobody"));
    assert!(scene.twin.ask("POST", "/nothing", json!({})).await.is_err());
    let late = scene
        .twin
        .ask("POST", "/until", json!({"user": "ana", "channel": "general", "contains": "x", "timeout_ms": 1}))
        .await;
    assert!(late.unwrap_err().to_string().contains("last_seen"));
}
