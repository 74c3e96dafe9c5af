//! The gateway: who gets in, what is told to whom, and coming back.

use std::io::Read;

use flate2::read::ZlibDecoder;
use serde_json::{Value, json};

use crate::rig::{Bot, INTENTS, Scene, text};

#[tokio::test]
async fn who_says_the_wrong_thing_is_shown_out() {
    let scene = Scene::new().await;
    let identify =
        |token: &str, intents: Value| json!({"op": 2, "d": {"token": token, "intents": intents, "properties": {}}});
    let rows = [
        (identify("wrong", json!(1)), 4004),
        (identify("secret", json!(1 << 30)), 4013),
        (identify("secret", json!("all")), 4013),
        (identify("secret", json!(1 << 15)), 4014),
        (identify("secret", json!(1 << 1)), 4014),
        (json!({"op": 2, "d": {"token": "secret", "intents": 1, "shard": [1, 1]}}), 4010),
        (json!({"op": 3, "d": {}}), 4003),
        (json!({"op": 77, "d": {}}), 4001),
        (json!("nonsense"), 4001),
        (json!({"op": 6, "d": {"token": "wrong", "session_id": "x", "seq": 0}}), 4004),
    ];
    for (said, code) in rows {
        let mut bot = Bot::connect(&scene.twin).await;
        bot.say(said.clone()).await;
        assert_eq!(bot.closed().await, code, "{said}");
    }
    let mut bot = scene.bot().await;
    bot.identify("secret", 1).await;
    assert_eq!(bot.closed().await, 4005);
}

#[tokio::test]
async fn a_day_has_so_many_logins() {
    let scene = Scene::new().await;
    scene.act("/settings", json!({"identifies_a_day": 2})).await;
    scene.bot().await;
    assert_eq!(scene.get("/gateway/bot").await.1["session_start_limit"]["remaining"], 1);
    scene.bot().await;
    let mut third = Bot::connect(&scene.twin).await;
    third.identify("secret", INTENTS).await;
    assert_eq!(third.closed().await, 4004);
    scene.twin.advance(86_400_001);
    scene.bot().await;
}

#[tokio::test]
async fn a_minute_has_so_many_sends() {
    let scene = Scene::new().await;
    let mut bot = scene.bot().await;
    for _ in 0..119 {
        bot.say(json!({"op": 1, "d": null})).await;
        assert_eq!(bot.payload().await["op"], 11);
    }
    bot.say(json!({"op": 1, "d": null})).await;
    assert_eq!(bot.closed().await, 4008);
}

#[tokio::test]
async fn one_is_told_what_ones_intents_ask_for() {
    let scene = Scene::new().await;
    let (mut all, mut none) = (scene.bot().await, Bot::login(&scene.twin, 0).await);
    scene.command("go").await;
    scene.act("/message", json!({"user": "bea", "channel": "general", "content": "x"})).await;
    all.event("MESSAGE_CREATE").await;
    scene.act("/message", json!({"user": "bea", "channel": "dm", "content": "x"})).await;
    all.event("MESSAGE_CREATE").await;
    scene.act("/channel", json!({"name": "other"})).await;
    all.event("CHANNEL_CREATE").await;
    // Others' comings and goings need the members' intent, one's own roles do not.
    scene.act("/member/leave", json!({"user": "cy"})).await;
    scene.act("/role", json!({"name": "loud", "members": ["helper"]})).await;
    all.event("GUILD_ROLE_CREATE").await;
    all.event("GUILD_MEMBER_UPDATE").await;
    none.event("GUILD_MEMBER_UPDATE").await;
    // What people do with the bot is always told.
    scene.slash(&mut all, "bea", "go", Value::Null).await;
    none.event("INTERACTION_CREATE").await;
    none.hears_nothing().await;
}

#[tokio::test]
async fn what_a_bot_cannot_see_is_not_told() {
    let scene = Scene::new().await;
    let mut bot = scene.bot().await;
    let hidden = json!({"name": "hidden", "overwrites": [{"role": "@everyone", "deny": ["VIEW_CHANNEL"]}]});
    scene.act("/channel", hidden).await;
    bot.event("CHANNEL_CREATE").await;
    scene.act("/message", json!({"user": "ana", "channel": "hidden", "content": "x"})).await;
    bot.hears_nothing().await;
}

#[tokio::test]
async fn who_comes_back_hears_what_was_missed() {
    let scene = Scene::new().await;
    let mut bot = scene.bot().await;
    let (session, seq) = (bot.session.clone(), bot.seq);
    scene.act("/fault", json!({"gateway": "close", "code": 4000})).await;
    assert_eq!(bot.closed().await, 4000);
    for content in ["one", "two"] {
        scene.act("/message", json!({"user": "bea", "channel": "dm", "content": content})).await;
    }
    let mut back = Bot::connect(&scene.twin).await;
    back.say(json!({"op": 6, "d": {"token": "secret", "session_id": session, "seq": seq}})).await;
    assert_eq!(back.event("MESSAGE_CREATE").await["content"], "one");
    assert_eq!(back.event("MESSAGE_CREATE").await["content"], "two");
    back.event("RESUMED").await;
    assert_eq!(back.seq, seq + 3);

    // A session that is not there, or that may not be resumed, begins anew; a number from the future is refused.
    let mut lost = Bot::connect(&scene.twin).await;
    lost.say(json!({"op": 6, "d": {"token": "secret", "session_id": "other", "seq": 1}})).await;
    assert_eq!(lost.payload().await, json!({"op": 9, "d": false, "s": null, "t": null}));
    let mut early = Bot::connect(&scene.twin).await;
    early.say(json!({"op": 6, "d": {"token": "secret", "session_id": session, "seq": 999}})).await;
    assert_eq!(early.closed().await, 4007);
    scene.act("/fault", json!({"gateway": "close", "resumable": false})).await;
    let mut over = Bot::connect(&scene.twin).await;
    over.say(json!({"op": 6, "d": {"token": "secret", "session_id": session, "seq": back.seq}})).await;
    assert_eq!(over.payload().await["op"], 9);
}

#[tokio::test]
async fn events_come_twice_or_the_wrong_way_round_when_told_to() {
    let scene = Scene::new().await;
    let mut bot = scene.bot().await;
    let write =
        |content: &'static str| scene.act("/message", json!({"user": "bea", "channel": "dm", "content": content}));
    scene.act("/fault", json!({"gateway": "duplicate_next"})).await;
    write("one").await;
    for _ in 0..2 {
        assert_eq!(bot.event("MESSAGE_CREATE").await["content"], "one");
    }
    scene.act("/fault", json!({"gateway": "reorder_next"})).await;
    write("two").await;
    write("three").await;
    for content in ["three", "two"] {
        assert_eq!(bot.event("MESSAGE_CREATE").await["content"], content);
    }
    bot.hears_nothing().await;
}

#[tokio::test]
async fn it_can_ask_to_come_back_and_it_can_fall_silent() {
    let scene = Scene::new().await;
    let mut bot = scene.bot().await;
    scene.act("/fault", json!({"gateway": "reconnect"})).await;
    assert_eq!(bot.payload().await["op"], 7);
    scene.act("/fault", json!({"gateway": "invalid_session", "resumable": true})).await;
    assert_eq!(bot.payload().await, json!({"op": 9, "d": true, "s": null, "t": null}));

    scene.act("/fault", json!({"gateway": "silent"})).await;
    bot.say(json!({"op": 1, "d": null})).await;
    scene.act("/message", json!({"user": "bea", "channel": "dm", "content": "unheard"})).await;
    // It was heard, and still got neither an answer nor the message.
    scene.act("/until", json!({"heartbeats": 1})).await;
    scene.act("/fault", json!({"gateway": "silent", "on": false})).await;
    bot.hears_nothing().await;
}

#[tokio::test]
async fn nobody_gets_in_while_it_refuses() {
    let scene = Scene::new().await;
    scene.act("/fault", json!({"gateway": "refuse"})).await;
    assert!(tokio_tungstenite::connect_async(scene.twin.gateway()).await.is_err());
    scene.act("/fault", json!({"gateway": "refuse", "on": false})).await;
    scene.bot().await;
}

#[tokio::test]
async fn an_outage_is_no_goodbye() {
    let scene = Scene::new().await;
    let mut bot = scene.bot().await;
    scene.act("/guild/outage", json!({})).await;
    assert_eq!(bot.event("GUILD_DELETE").await, json!({"id": scene.guild, "unavailable": true}));
    assert_eq!(scene.get(&format!("/guilds/{}", scene.guild)).await.0, 503);
    // Whoever logs in meanwhile is told of it, and not of what is in it.
    let mut second = Bot::connect(&scene.twin).await;
    second.identify("secret", INTENTS).await;
    assert_eq!(second.event("READY").await["guilds"], json!([{"id": scene.guild, "unavailable": true}]));
    second.hears_nothing().await;
    scene.act("/guild/back", json!({})).await;
    assert_eq!(bot.event("GUILD_CREATE").await["name"], "Eastbank");

    scene.act("/guild/remove", json!({})).await;
    assert_eq!(bot.event("GUILD_DELETE").await, json!({"id": scene.guild}));
    assert_eq!(scene.get(&format!("/guilds/{}", scene.guild)).await.1["code"], 10004);
    scene.act("/guild/add", json!({})).await;
    assert_eq!(bot.event("GUILD_CREATE").await["channels"][0]["name"], "general");
}

#[tokio::test]
async fn payloads_are_packed_for_who_asks() {
    let scene = Scene::new().await;
    let mut bot = Bot::connect(&scene.twin).await;
    let identify = json!({"token": "secret", "intents": 0, "compress": true, "properties": {}});
    bot.say(json!({"op": 2, "d": identify})).await;
    let mut text_of = String::new();
    ZlibDecoder::new(&bot.binary().await[..]).read_to_string(&mut text_of).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text_of).unwrap()["t"], "READY");

    // One stream over all payloads, each of which ends where it can be read.
    let mut stream = Bot::open(&scene.twin, "&compress=zlib-stream").await;
    let mut decoder = flate2::Decompress::new(true);
    let mut unpack = |bytes: &[u8]| -> Value {
        assert_eq!(bytes[bytes.len() - 4..], [0, 0, 0xff, 0xff]);
        let mut out = Vec::with_capacity(1 << 16);
        decoder.decompress_vec(bytes, &mut out, flate2::FlushDecompress::Sync).unwrap();
        serde_json::from_slice(&out).unwrap()
    };
    assert_eq!(unpack(&stream.binary().await)["op"], 10);
    stream.identify("secret", 0).await;
    assert_eq!(unpack(&stream.binary().await)["t"], "READY");
}

#[tokio::test]
async fn a_shard_hears_of_its_servers() {
    let scene = Scene::new().await;
    let number: u64 = text(&json!(scene.guild)).parse().unwrap();
    let own = (number >> 22) % 2;
    let mut shards = Vec::new();
    for which in 0..2 {
        let mut bot = Bot::connect(&scene.twin).await;
        bot.say(json!({"op": 2, "d": {"token": "secret", "intents": INTENTS, "shard": [which, 2]}})).await;
        let guilds = bot.event("READY").await["guilds"].as_array().unwrap().len();
        assert_eq!(guilds, usize::from(which == own));
        if which == own {
            bot.event("GUILD_CREATE").await;
        }
        shards.push(bot);
    }
    scene.act("/message", json!({"user": "bea", "channel": "general", "content": "x"})).await;
    scene.act("/message", json!({"user": "bea", "channel": "dm", "content": "y"})).await;
    for (which, bot) in (0..).zip(shards.iter_mut()) {
        // Direct messages are the first shard's.
        for (of_guild, minds) in [(true, which == own), (false, which == 0)] {
            if minds {
                assert_eq!(bot.event("MESSAGE_CREATE").await.get("guild_id").is_some(), of_guild);
            }
        }
        bot.hears_nothing().await;
    }
}
