//! The first reply, what follows it, and when it is too late.

use serde_json::{Value, json};

use crate::rig::{Scene, text};

/// A scene in which Bea has used /go, and the bot has heard it.
async fn asked() -> (Scene, crate::rig::Bot, Value) {
    let scene = Scene::new().await;
    let mut bot = scene.bot().await;
    scene.command("go").await;
    let interaction = scene.slash(&mut bot, "bea", "go", Value::Null).await;
    (scene, bot, interaction)
}

fn says(content: &str) -> Value {
    json!({"type": 4, "data": {"content": content}})
}

#[tokio::test]
async fn one_reply_is_taken_and_a_second_is_not() {
    let (scene, _bot, interaction) = asked().await;
    assert_eq!(scene.callback(&interaction, says("one")).await.0, 204);
    let (status, said) = scene.callback(&interaction, says("two")).await;
    assert_eq!((status, &said["code"]), (400, &json!(40060)));
    assert_eq!(scene.outcome(&interaction).await["message"]["content"], "one");
}

#[tokio::test]
async fn after_three_seconds_it_did_not_respond() {
    let (scene, _bot, interaction) = asked().await;
    scene.twin.advance(3_001);
    let (status, said) = scene.callback(&interaction, says("late")).await;
    assert_eq!((status, &said["code"]), (404, &json!(10062)));
    let outcome = scene.outcome(&interaction).await;
    assert_eq!(
        (&outcome["outcome"], &outcome["error"]),
        (&json!("no_response"), &json!("The application did not respond"))
    );
    assert!(scene.sees("bea").await.is_empty());
}

#[tokio::test]
async fn a_forged_token_is_unknown() {
    let (scene, _bot, interaction) = asked().await;
    let path = format!("/interactions/{}/forged/callback", text(&interaction["id"]));
    let (status, said) = scene.rest("POST", &path, says("hi")).await;
    assert_eq!((status, &said["code"]), (404, &json!(10062)));
}

#[tokio::test]
async fn thinking_fixes_who_sees_the_answer_and_is_filled_by_it() {
    let (scene, mut bot, interaction) = asked().await;
    assert_eq!(scene.callback(&interaction, json!({"type": 5, "data": {"flags": 64}})).await.0, 204);
    let outcome = scene.outcome(&interaction).await;
    assert_eq!((&outcome["thinking"], &outcome["ephemeral"]), (&json!(true), &json!(true)));

    // A followup that would be for everybody takes its place, and is for Bea alone.
    let (status, filled) = scene.rest("POST", &scene.webhook(&interaction), json!({"content": "here"})).await;
    assert_eq!((status, &filled["flags"]), (200, &json!(64)));
    let outcome = scene.outcome(&interaction).await;
    assert_eq!((&outcome["thinking"], &outcome["message"]["content"]), (&json!(false), &json!("here")));
    assert_eq!(outcome["message"]["edits"], 0);
    assert_eq!((scene.sees("bea").await.len(), scene.sees("ana").await.len()), (1, 0));
    // Nobody is told of it over the gateway.
    bot.hears_nothing().await;

    // The next one stands by itself.
    let (_, second) = scene.rest("POST", &scene.webhook(&interaction), json!({"content": "and", "flags": 64})).await;
    assert_ne!(second["id"], filled["id"]);
    assert_eq!(second["interaction_metadata"]["original_response_message_id"], filled["id"]);
    assert_eq!(scene.outcome(&interaction).await["followups"][0]["content"], "and");
}

#[tokio::test]
async fn the_original_is_read_edited_and_deleted_while_the_token_lives() {
    let (scene, _bot, interaction) = asked().await;
    let hook = scene.webhook(&interaction);
    let original = format!("{hook}/messages/@original");
    let (status, said) = scene.rest("POST", &hook, json!({"content": "too early"})).await;
    assert_eq!((status, &said["code"]), (404, &json!(10015)));

    scene.callback(&interaction, says("first")).await;
    assert_eq!(scene.get(&original).await.1["content"], "first");
    let (status, edited) = scene.rest("PATCH", &original, json!({"content": "second"})).await;
    assert_eq!((status, &edited["content"]), (200, &json!("second")));
    assert!(edited["edited_timestamp"].is_string());
    assert_eq!(scene.sees("ana").await[0]["edits"], 1);

    scene.twin.advance(15 * 60_000 + 1);
    let (status, said) = scene.rest("PATCH", &original, json!({"content": "third"})).await;
    assert_eq!((status, &said["code"]), (401, &json!(50027)));
    assert_eq!(scene.sees("ana").await[0]["content"], "second");
}

#[tokio::test]
async fn a_deleted_original_is_unknown() {
    let (scene, _bot, interaction) = asked().await;
    let original = format!("{}/messages/@original", scene.webhook(&interaction));
    scene.callback(&interaction, says("first")).await;
    assert_eq!(scene.rest("DELETE", &original, Value::Null).await.0, 204);
    let (status, said) = scene.get(&original).await;
    assert_eq!((status, &said["code"]), (404, &json!(10008)));
    assert!(scene.sees("bea").await.is_empty());
}

#[tokio::test]
async fn a_type_has_to_fit_what_was_done() {
    let form = json!({"type": 9, "data": {"custom_id": "f", "title": "Form", "components": [
        {"type": 1, "components": [{"type": 4, "custom_id": "what", "label": "What", "style": 1}]}]}});
    // A command takes neither an update nor choices.
    for kind in [6, 7, 8, 1, 99] {
        let (scene, _bot, interaction) = asked().await;
        let (status, said) =
            scene.callback(&interaction, json!({"type": kind, "data": {"content": "x", "choices": []}})).await;
        assert_eq!((status, &said["code"]), (400, &json!(50035)), "type {kind}");
        assert_eq!(said["errors"]["type"]["_errors"][0]["code"], "BASE_TYPE_CHOICES", "type {kind}");
        // Nothing was used up by it.
        assert_eq!(scene.callback(&interaction, says("fine")).await.0, 204);
    }
    // A form opens no form.
    let (scene, mut bot, interaction) = asked().await;
    assert_eq!(scene.callback(&interaction, form.clone()).await.0, 204);
    scene.act("/modal", json!({"user": "bea", "values": {"what": "bread"}, "wait": "none"})).await;
    let submitted = bot.event("INTERACTION_CREATE").await;
    assert_eq!(submitted["data"]["components"][0]["components"][0]["value"], "bread");
    assert_eq!(scene.callback(&submitted, form).await.1["code"], 50035);
    // And one that a command opened has no message to change.
    assert_eq!(scene.callback(&submitted, json!({"type": 7, "data": {"content": "x"}})).await.1["code"], 50035);
    assert_eq!(scene.callback(&submitted, says("thanks")).await.0, 204);
}

#[tokio::test]
async fn a_button_updates_its_message_now_or_later() {
    let (scene, mut bot, interaction) = asked().await;
    let row = json!([{"type": 1, "components": [{"type": 2, "style": 1, "label": "More", "custom_id": "more"}]}]);
    scene.callback(&interaction, json!({"type": 4, "data": {"content": "one", "components": row}})).await;
    bot.event("MESSAGE_CREATE").await;
    let message = scene.sees("cy").await[0].clone();

    for (kind, content) in [(7, "two"), (6, "three")] {
        scene.act("/press", json!({"user": "cy", "message": message["id"], "button": "More", "wait": "none"})).await;
        let press = bot.event("INTERACTION_CREATE").await;
        assert_eq!((&press["data"]["custom_id"], &press["message"]["id"]), (&json!("more"), &message["id"]));
        assert_eq!(scene.callback(&press, json!({"type": kind, "data": {"content": content}})).await.0, 204);
        if kind == 6 {
            let path = format!("{}/messages/@original", scene.webhook(&press));
            assert_eq!(scene.rest("PATCH", &path, json!({"content": content})).await.0, 200);
        }
        bot.event("MESSAGE_UPDATE").await;
        assert_eq!(scene.outcome(&press).await["message"]["content"], content);
    }
    assert_eq!(scene.sees("ana").await.len(), 1);
}

#[tokio::test]
async fn a_reply_tells_of_itself_when_asked_to() {
    let (scene, _bot, interaction) = asked().await;
    let path = format!(
        "/interactions/{}/{}/callback?with_response=true",
        text(&interaction["id"]),
        text(&interaction["token"])
    );
    let (status, told) = scene.rest("POST", &path, says("hello")).await;
    assert_eq!(status, 200);
    assert_eq!(told["resource"]["message"]["content"], "hello");
    assert_eq!(told["interaction"]["response_message_id"], told["resource"]["message"]["id"]);
}

#[tokio::test]
async fn choices_are_at_most_twenty_five_and_reach_who_types() {
    let scene = Scene::new().await;
    let mut bot = scene.bot().await;
    let body = json!([{"name": "find", "description": "d", "options": [
        {"type": 3, "name": "what", "description": "d", "required": true, "autocomplete": true},
        {"type": 4, "name": "many", "description": "d"}]}]);
    scene.rest("PUT", &format!("/applications/{}/commands", scene.app), body).await;
    let asked = json!({"user": "bea", "channel": "general", "command": "find", "focused": "what",
        "options": {"what": "br", "many": 2}, "wait": "none"});
    for (count, status) in [(26, 400), (25, 204)] {
        scene.act("/autocomplete", asked.clone()).await;
        let typing = bot.event("INTERACTION_CREATE").await;
        assert_eq!(typing["type"], 4);
        assert_eq!(typing["data"]["options"][0], json!({"type": 3, "name": "what", "value": "br", "focused": true}));
        let choices: Vec<Value> =
            (0..count).map(|n| json!({"name": format!("bread {n}"), "value": n.to_string()})).collect();
        let answered = scene.callback(&typing, json!({"type": 8, "data": {"choices": choices}})).await;
        assert_eq!(answered.0, status, "{}", answered.1);
        let shown = scene.outcome(&typing).await["choices"].as_array().map_or(0, Vec::len);
        assert_eq!(shown, if status == 204 { 25 } else { 0 });
    }
}

#[tokio::test]
async fn whoever_waits_is_told_when_the_answer_comes() {
    let scene = Scene::new().await;
    let mut bot = scene.bot().await;
    scene.command("go").await;
    let asked = scene.act("/slash", json!({"user": "bea", "channel": "general", "command": "go"}));
    let answering = async {
        let interaction = bot.event("INTERACTION_CREATE").await;
        scene.callback(&interaction, json!({"type": 5})).await;
        let path = format!("{}/messages/@original", scene.webhook(&interaction));
        scene.rest("PATCH", &path, json!({"content": "done"})).await;
    };
    let (outcome, ()) = tokio::join!(asked, answering);
    assert_eq!((&outcome["outcome"], &outcome["message"]["content"]), (&json!("acknowledged"), &json!("done")));
}

#[tokio::test]
async fn whoever_waits_for_a_bot_that_is_away_learns_it_as_time_passes() {
    let scene = Scene::new().await;
    scene.command("go").await;
    let asked = scene.act("/slash", json!({"user": "bea", "channel": "general", "command": "go"}));
    let passing = async { scene.twin.advance(3_001) };
    let (outcome, ()) = tokio::join!(asked, passing);
    assert_eq!(outcome["outcome"], "no_response");
}
