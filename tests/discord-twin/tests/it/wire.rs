//! https, the record, and the program by itself.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use discord_twin::Options;
use serde_json::{Value, json};

use crate::rig::Scene;

#[tokio::test]
async fn a_client_that_insists_on_discord_com_is_served_too() {
    let scene = Scene::new().await;
    let ca = std::fs::read(scene.twin.ca()).unwrap();
    let client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&ca).unwrap()])
        .resolve("discord.com", scene.twin.https())
        .build()
        .unwrap();
    let me =
        client.get("https://discord.com/api/v10/users/@me").header("authorization", "Bot secret").send().await.unwrap();
    let me: Value = serde_json::from_slice(&me.bytes().await.unwrap()).unwrap();
    assert_eq!(me["username"], "helper");
}

#[tokio::test]
async fn the_record_has_both_ways_of_everything() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("wire.jsonl");
    let scene = Scene::with(Options { record: Some(record.clone()), ..Options::default() }).await;
    scene.bot().await;
    scene.rest("POST", &format!("/channels/{}/messages", scene.general), json!({"content": "x"})).await;
    let lines: Vec<Value> =
        std::fs::read_to_string(&record).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |side: &str, from: &str| {
        lines.iter().filter(|line| line["side"] == side && line["from"] == from).collect::<Vec<_>>()
    };
    assert_eq!(of("gateway", "bot")[0]["body"]["op"], 2);
    let told: Vec<&Value> = of("gateway", "twin").into_iter().map(|line| &line["body"]["t"]).collect();
    assert_eq!(told[..3], [&Value::Null, &json!("READY"), &json!("GUILD_CREATE")]);
    let request = of("rest", "bot")[0];
    assert_eq!(
        (&request["route"], &request["body"]),
        (&json!("/channels/{channel_id}/messages"), &json!({"content": "x"}))
    );
    let answer = of("rest", "twin")[0];
    assert_eq!((&answer["status"], &answer["body"]["content"]), (&json!(200), &json!("x")));
}

#[tokio::test]
async fn a_twin_that_ends_leaves_nobody_connected() {
    let scene = Scene::new().await;
    let mut bot = scene.bot().await;
    let url = format!("{}/api/v10/users/@me", scene.twin.http());
    let client = reqwest::Client::new();
    assert_eq!(client.get(&url).send().await.unwrap().status(), 401);
    drop(scene);
    assert_eq!(bot.closed().await, 1001);
    assert!(client.get(&url).send().await.is_err());
}

#[test]
fn the_program_says_where_it_is_and_ends_with_its_parent() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_discord-twin"))
        .arg("--until-stdin-closes")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    for name in ["http", "https", "gateway", "ca", "control"] {
        assert!(told[name].is_string(), "{told}");
    }
    let ca = told["ca"].as_str().unwrap().to_owned();
    assert!(std::fs::exists(&ca).unwrap());
    drop(child.stdin.take());
    out.read_to_string(&mut line).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(!std::fs::exists(&ca).unwrap());
}
