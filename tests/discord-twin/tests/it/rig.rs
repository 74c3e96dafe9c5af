//! A scene to test in: a twin, a server with three people and a bot, and the bot's two ways in. The bot here is a plain
//! client that says exactly what a test tells it to.

use std::time::Duration;

use discord_twin::{Options, Twin};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Far longer than anything takes: it is only ever reached by a test that fails.
const FOREVER: Duration = Duration::from_secs(30);

/// Messages of servers and of direct chats, and everything that needs no portal switch.
pub const INTENTS: u64 = 1 | 1 << 9 | 1 << 10 | 1 << 12 | 1 << 13 | 1 << 16;

pub struct Scene {
    pub twin: Twin,
    pub app: String,
    pub guild: String,
    pub general: String,
    client: reqwest::Client,
}

impl Scene {
    /// Ana holds a server with Bea and Cy in it, a channel #general, and a bot.
    pub async fn new() -> Scene {
        Scene::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Scene {
        let twin = Twin::start(options).await.unwrap();
        // Time passes when a story says so.
        twin.stop_clock(true);
        for name in ["ana", "bea", "cy"] {
            twin.ask("POST", "/user", json!({"name": name})).await.unwrap();
        }
        let app = twin.ask("POST", "/application", json!({"name": "helper", "token": "secret"})).await.unwrap();
        let guild = json!({
            "name": "Eastbank", "owner": "ana", "members": ["bea", "cy"], "apps": ["helper"], "channels": ["general"],
        });
        let guild = twin.ask("POST", "/guild", guild).await.unwrap();
        Scene {
            app: text(&app["id"]),
            guild: text(&guild["id"]),
            general: text(&guild["channels"]["general"]),
            client: reqwest::Client::new(),
            twin,
        }
    }

    /// The control API.
    pub async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        self.twin.ask(method, path, body).await.unwrap()
    }

    pub async fn act(&self, path: &str, body: Value) -> Value {
        self.control("POST", path, body).await
    }

    /// What somebody sees in #general.
    pub async fn sees(&self, user: &str) -> Vec<Value> {
        let seen = self.control("GET", "/see", json!({"user": user, "channel": "general"})).await;
        seen.as_array().unwrap().clone()
    }

    /// A request of the bot's: status and body.
    pub async fn rest(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let response = self.request(method, path).json(&body).send().await.unwrap();
        read(response).await
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        read(self.request("GET", path).send().await.unwrap()).await
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}/api/v10{path}", self.twin.http());
        self.client.request(method.parse().unwrap(), url).header("authorization", "Bot secret")
    }

    /// A command that takes anything, so that stories can be about other things.
    pub async fn command(&self, name: &str) {
        let body = json!([{"name": name, "description": "for a test"}]);
        let (status, said) = self.rest("PUT", &format!("/applications/{}/commands", self.app), body).await;
        assert_eq!(status, 200, "{said}");
    }

    /// Somebody uses a command in #general, and the bot is told.
    pub async fn slash(&self, bot: &mut Bot, user: &str, command: &str, options: Value) -> Value {
        let asked = json!({"user": user, "channel": "general", "command": command, "options": options, "wait": "none"});
        let begun = self.act("/slash", asked).await;
        assert_eq!(begun["outcome"], "pending", "{begun}");
        bot.event("INTERACTION_CREATE").await
    }

    /// The bot's first reply.
    pub async fn callback(&self, interaction: &Value, body: Value) -> (u16, Value) {
        let path = format!("/interactions/{}/{}/callback", text(&interaction["id"]), text(&interaction["token"]));
        self.rest("POST", &path, body).await
    }

    /// The path of what follows.
    pub fn webhook(&self, interaction: &Value) -> String {
        format!("/webhooks/{}/{}", self.app, text(&interaction["token"]))
    }

    pub async fn outcome(&self, interaction: &Value) -> Value {
        self.control("GET", "/interaction", json!({"id": interaction["id"], "wait": "none"})).await
    }

    pub async fn bot(&self) -> Bot {
        Bot::login(&self.twin, INTENTS).await
    }
}

async fn read(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let bytes = response.bytes().await.unwrap();
    (status, if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() })
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// A gateway connection.
pub struct Bot {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub seq: u64,
    pub session: String,
    /// READY's payload.
    pub ready: Value,
}

impl Bot {
    /// Connected, with HELLO read.
    pub async fn connect(twin: &Twin) -> Bot {
        let mut bot = Bot::open(twin, "").await;
        assert_eq!(bot.payload().await["op"], 10);
        bot
    }

    /// Connected, with nothing read.
    pub async fn open(twin: &Twin, more: &str) -> Bot {
        let url = format!("{}?v=10&encoding=json{more}", twin.gateway());
        let (socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        Bot { socket, seq: 0, session: String::new(), ready: Value::Null }
    }

    /// Logged in, with READY and the servers read.
    pub async fn login(twin: &Twin, intents: u64) -> Bot {
        let mut bot = Bot::connect(twin).await;
        bot.identify("secret", intents).await;
        bot.ready = bot.event("READY").await;
        bot.session = text(&bot.ready["session_id"]);
        let guilds = bot.ready["guilds"].as_array().unwrap().len();
        for _ in 0..if intents & 1 == 1 { guilds } else { 0 } {
            bot.event("GUILD_CREATE").await;
        }
        bot
    }

    pub async fn identify(&mut self, token: &str, intents: u64) {
        let properties = json!({"os": "linux", "browser": "test", "device": "test"});
        self.say(json!({"op": 2, "d": {"token": token, "intents": intents, "properties": properties}})).await;
    }

    pub async fn say(&mut self, payload: Value) {
        self.socket.send(Message::Text(payload.to_string().into())).await.unwrap();
    }

    /// The next frame, whatever it is.
    async fn frame(&mut self) -> Message {
        let frame = tokio::time::timeout(FOREVER, self.socket.next()).await.expect("the twin says something");
        frame.expect("the connection is open").unwrap()
    }

    pub async fn payload(&mut self) -> Value {
        match self.frame().await {
            Message::Text(text) => {
                let payload: Value = serde_json::from_str(&text).unwrap();
                self.seq = payload["s"].as_u64().unwrap_or(self.seq);
                payload
            }
            other => panic!("no payload: {other:?}"),
        }
    }

    /// The next event, which has to be of this name.
    pub async fn event(&mut self, name: &str) -> Value {
        let payload = self.payload().await;
        assert_eq!(payload["t"], name, "{payload}");
        payload["d"].clone()
    }

    /// The next payload, which has to be the close of the connection.
    pub async fn closed(&mut self) -> u16 {
        match self.frame().await {
            Message::Close(Some(frame)) => frame.code.into(),
            other => panic!("not closed: {other:?}"),
        }
    }

    /// That nothing was sent before the answer to a heartbeat, which is sent last.
    pub async fn hears_nothing(&mut self) {
        self.say(json!({"op": 1, "d": self.seq})).await;
        let payload = self.payload().await;
        assert_eq!(payload["op"], 11, "{payload}");
    }

    pub async fn binary(&mut self) -> Vec<u8> {
        match self.frame().await {
            Message::Binary(bytes) => bytes.to_vec(),
            other => panic!("no binary frame: {other:?}"),
        }
    }
}
