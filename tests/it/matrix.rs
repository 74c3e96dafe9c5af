//! The Matrix adapter against a real Synapse: its gateway, its direct chats and its login, from within. What people live
//! through with the whole program is in `rooms`.
//!
//! Needs `BARNRAISER_TEST_VENV`, a venv with matrix-synapse and matrix-nio, and `BARNRAISER_TEST_NODE`, a folder with
//! matrix-js-sdk; `tests/run` makes both. Without them these tests fail: a platform nobody tried is not a platform that works.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use barnraiser::config::folder::RECOVERY_KEY;
use barnraiser::config::{self, ConvenersOf, Inviter, Secret, SignIn, Trust};
use barnraiser::delivery::gateway::{Gateway, Letter, Lookup};
use barnraiser::domain::Zone;
use barnraiser::domain::community::{Account, Language, Platform, Role};
use barnraiser::engine::inbound::Cause;
use barnraiser::engine::parcel::{Destination, Outcome, Parcel};
use barnraiser::platforms::matrix::{ConnectError, Matrix, Settings};
use barnraiser::speech::doc::{Block, Doc, Picture, Span};
use barnraiser::speech::message::{Message, Voice};
use jiff::{SignedDuration, Timestamp};
use matrix_sdk::config::SyncSettings;
use matrix_sdk::media::{MediaFormat, MediaRequestParameters};
use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::api::client::room::create_room;
use matrix_sdk::ruma::events::room::message::ImageMessageEventContent;
use matrix_sdk::ruma::{RoomId, UserId, user_id};
use matrix_sdk::{Client, Room, RoomState};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// A Synapse that ends with the test.
struct Homeserver {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    url: String,
}

impl Homeserver {
    fn start(users: &[&str]) -> Self {
        let mut command = Command::new(venv().join("bin/python"));
        command.arg(scripts().join("homeserver.py"));
        for user in users {
            command.args(["--user", &format!("{user}:{user}-password")]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the venv's Python starts");
        let orders = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let mut home = Homeserver { child, orders, answers, url: String::new() };
        home.url = home.answer()["url"].as_str().unwrap().to_owned();
        home
    }

    fn order(&mut self, order: &str) {
        writeln!(self.orders.as_mut().unwrap(), "{order}").unwrap();
        assert_eq!(self.answer()["done"], order);
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).expect("homeserver.py answers with a line of JSON; its error stands above")
    }
}

impl Drop for Homeserver {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.child.wait();
    }
}

fn venv() -> PathBuf {
    let set = std::env::var_os("BARNRAISER_TEST_VENV");
    set.expect("BARNRAISER_TEST_VENV must name a venv with matrix-synapse and matrix-nio; tests/run makes one").into()
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matrix")
}

fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
}

fn settings(url: &str, data: &Path, password: &str) -> Settings {
    let account = config::Matrix {
        homeserver: url.parse().unwrap(),
        user: "@bot:localhost".into(),
        sign_in: SignIn::Password(Secret::new(password).unwrap()),
        device_name: "Barnraiser".into(),
        recovery_key: None,
        trust: Trust::SignedDevices,
        encrypt_chats: false,
        prefix: "!aid".into(),
        inviters: vec![Inviter::User("@ana:localhost".into())],
        rooms_a_day: 10,
        convener_power: 50,
        conveners_of: ConvenersOf::Room,
        messages_per_minute: 6_000,
        burst: 1_000,
        describe_commands: false,
    };
    Settings { account, known_verbs: vec!["ask".into()], language: Language::English, data: data.to_owned() }
}

async fn connect(url: &str, data: &Path) -> Matrix {
    install_tls();
    Matrix::connect(settings(url, data, "bot-password"), &CancellationToken::new()).await.unwrap()
}

/// A person with a client of their own.
async fn person(url: &str, name: &str) -> Client {
    install_tls();
    let client = Client::builder().homeserver_url(url).build().await.unwrap();
    client.matrix_auth().login_username(name, &format!("{name}-password")).send().await.unwrap();
    client
}

async fn sync(client: &Client) {
    client.sync_once(SyncSettings::new().timeout(Duration::ZERO)).await.unwrap();
}

/// A room of Ana's that the bot has joined, by a client of its operator.
async fn shared_room(url: &str, ana: &Client, bot: &Matrix) -> Room {
    let mut request = create_room::v3::Request::new();
    request.invite = vec![user_id!("@bot:localhost").to_owned()];
    let room = ana.create_room(request).await.unwrap();
    person(url, "bot").await.join_room_by_id(room.room_id()).await.unwrap();
    bot.refresh().await.unwrap();
    room
}

fn parcel(key: &str, destination: Destination, cause: Cause) -> Parcel {
    Parcel {
        row: 1,
        key: key.into(),
        attempt: 1,
        community: "eastbank".into(),
        destination,
        cause,
        refs: Vec::new(),
        message: Message::Help { path: None, role: Role::Member },
        voice: Voice { language: Language::English, zone: "UTC".parse::<Zone>().unwrap(), now: Timestamp::UNIX_EPOCH },
        edits: None,
        answers: None,
        quotes: true,
        thread: None,
        opens_thread: false,
        unresolved_since: None,
    }
}

fn letter(parcel: Parcel, said: &str) -> Letter {
    let doc = Doc { blocks: vec![Block::Paragraph(vec![Span::Said(said.into())])], ..Doc::default() };
    Letter { parcel, doc }
}

fn place(room: &RoomId) -> Destination {
    Destination::Place { platform: Platform::Matrix, id: room.to_string() }
}

fn account(user: &UserId) -> Account {
    Account { platform: Platform::Matrix, id: user.to_string() }
}

/// The id of a message that must have been delivered.
fn delivered(outcome: Outcome) -> String {
    match outcome {
        Outcome::Delivered { message } => message,
        other => panic!("not delivered: {other:?}"),
    }
}

/// Everything the bot wrote in a room, oldest first, as its readers get it.
async fn bots_messages(reader: &Client, room: &RoomId) -> Vec<Value> {
    sync(reader).await;
    let mut page = MessagesOptions::backward();
    page.limit = 200_u32.into();
    let page = reader.get_room(room).unwrap().messages(page).await.unwrap();
    let mut events: Vec<Value> =
        page.chunk.iter().map(|event| serde_json::from_str(event.raw().json().get()).unwrap()).collect();
    events.retain(|event| event["sender"] == "@bot:localhost" && event["type"] == "m.room.message");
    events.reverse();
    events
}

#[tokio::test]
async fn a_message_is_sent_once_edited_in_place_and_found_again() {
    let home = Homeserver::start(&["bot", "ana"]);
    let data = tempfile::tempdir().unwrap();
    let bot = connect(&home.url, data.path()).await;
    let ana = person(&home.url, "ana").await;
    let room = shared_room(&home.url, &ana, &bot).await;
    let gateway = bot.gateway();
    let since = Timestamp::UNIX_EPOCH;

    let card = letter(parcel("CARD", place(room.room_id()), Cause::Card), "Two <tables>");
    let absent = gateway.find(&card.parcel, since).await;
    assert_eq!(absent, Lookup::Absent);
    let posted = delivered(gateway.deliver(&card).await);
    assert_eq!(delivered(gateway.deliver(&card).await), posted, "the same key is the same message");
    assert_eq!(gateway.find(&card.parcel, since).await, Lookup::Found(posted.clone()));

    let mut edited = letter(parcel("CARD2", place(room.room_id()), Cause::Card), "Three tables");
    edited.parcel.edits = Some(posted.clone());
    edited.parcel.answers = Some(posted.clone());
    assert_eq!(delivered(gateway.deliver(&edited).await), posted, "an edited card stays the card it was");
    assert_eq!(gateway.find(&edited.parcel, since).await, Lookup::Found(posted.clone()));

    let seen = bots_messages(&ana, room.room_id()).await;
    assert_eq!(seen.len(), 2, "{seen:#?}");
    assert_eq!(seen[0]["content"]["body"], "Two <tables>");
    assert_eq!(seen[0]["content"]["formatted_body"], "<p>Two &lt;tables&gt;</p>");
    assert_eq!(seen[1]["content"]["m.relates_to"]["event_id"], posted.as_str());

    let gone = parcel("GONE", place(RoomId::parse("!nowhere").unwrap().as_ref()), Cause::Card);
    assert!(matches!(gateway.deliver(&letter(gone, "x")).await, Outcome::Closed { .. }));
    let long = parcel("LONG", place(room.room_id()), Cause::Card);
    assert!(matches!(gateway.deliver(&letter(long, &"x".repeat(70_000))).await, Outcome::Refused { .. }));
}

#[tokio::test]
async fn a_person_has_one_direct_chat_for_ever() {
    let home = Homeserver::start(&["bot", "ana", "luis"]);
    let data = tempfile::tempdir().unwrap();
    let ana = person(&home.url, "ana").await;
    let to_ana = Destination::Person(account(user_id!("@ana:localhost")));

    let bot = connect(&home.url, data.path()).await;
    let behind_data = tempfile::tempdir().unwrap();
    fs::copy(data.path().join(RECOVERY_KEY), behind_data.path().join(RECOVERY_KEY)).unwrap();
    let behind = connect(&home.url, behind_data.path()).await;
    let since = Timestamp::UNIX_EPOCH;
    let first = letter(parcel("FIRST", to_ana.clone(), Cause::Nudge), "Bring the van?");
    assert_eq!(bot.gateway().find(&first.parcel, since).await, Lookup::Absent);
    delivered(bot.gateway().deliver(&first).await);
    // Before any sync has brought the new room, and after one.
    delivered(bot.gateway().deliver(&letter(parcel("SECOND", to_ana.clone(), Cause::Nudge), "two")).await);
    bot.refresh().await.unwrap();
    delivered(bot.gateway().deliver(&letter(parcel("THIRD", to_ana.clone(), Cause::Nudge), "three")).await);
    drop(bot);

    // One that has not heard of the room yet, as if the answer to its opening had been lost, waits for the sync.
    let fourth = letter(parcel("FOURTH", to_ana.clone(), Cause::Nudge), "four");
    assert!(matches!(behind.gateway().deliver(&fourth).await, Outcome::Later { .. }));
    assert!(matches!(behind.gateway().find(&fourth.parcel, since).await, Lookup::Later { .. }));
    behind.refresh().await.unwrap();
    delivered(behind.gateway().deliver(&fourth).await);
    drop(behind);

    // The bot's note of its direct chats is lost, as if it had died right after opening the room.
    forget_direct_chats(&home.url).await;
    let bot = connect(&home.url, data.path()).await;
    delivered(bot.gateway().deliver(&letter(parcel("FIFTH", to_ana.clone(), Cause::Nudge), "five")).await);
    assert!(matches!(bot.gateway().find(&first.parcel, since).await, Lookup::Found(_)));

    sync(&ana).await;
    let invited = ana.invited_rooms();
    assert_eq!(invited.len(), 1, "one chat, one invitation");
    let chat = invited[0].room_id().to_owned();
    invited[0].join().await.unwrap();
    let seen = bots_messages(&ana, &chat).await;
    let bodies: Vec<&str> = seen.iter().filter_map(|event| event["content"]["body"].as_str()).collect();
    assert_eq!(bodies, ["Bring the van?", "two", "three", "four", "five"]);
    assert_eq!(seen[0]["content"]["m.mentions"]["user_ids"][0], "@ana:localhost");
    assert_eq!(seen[0]["content"]["msgtype"], "m.text");

    // Somebody else comes in: from now on nothing for Ana alone is said there, not even an answer.
    let luis = person(&home.url, "luis").await;
    ana.get_room(&chat).unwrap().invite_user_by_id(luis.user_id().unwrap()).await.unwrap();
    sync(&luis).await;
    luis.invited_rooms()[0].join().await.unwrap();
    bot.refresh().await.unwrap();
    let answer = Destination::Chat {
        platform: Platform::Matrix,
        id: chat.to_string(),
        account: account(user_id!("@ana:localhost")),
    };
    delivered(bot.gateway().deliver(&letter(parcel("PRIVATE", answer, Cause::Reply), "for Ana alone")).await);
    let luis_sees = bots_messages(&luis, &chat).await;
    assert!(luis_sees.iter().all(|event| event["content"]["body"] != "for Ana alone"));
    sync(&ana).await;
    assert_eq!(ana.invited_rooms().len(), 1, "a new chat for Ana alone");
}

/// Empties the bot account's `m.direct`.
async fn forget_direct_chats(url: &str) {
    let client = person(url, "bot").await;
    let empty = matrix_sdk::ruma::events::direct::DirectEventContent::default();
    client.account().set_account_data(empty).await.unwrap();
}

#[tokio::test]
async fn a_login_is_kept_and_a_homeserver_that_is_away_is_waited_for() {
    let mut home = Homeserver::start(&["bot", "ana"]);
    let data = tempfile::tempdir().unwrap();
    install_tls();
    let wrong = Matrix::connect(settings(&home.url, data.path(), "guess"), &CancellationToken::new()).await;
    assert!(matches!(wrong, Err(ConnectError::WrongPassword(_))), "{wrong:?}");

    let bot = connect(&home.url, data.path()).await;
    let ana = person(&home.url, "ana").await;
    let room = shared_room(&home.url, &ana, &bot).await;
    let gateway = bot.gateway();
    home.order("stop");
    let card = letter(parcel("CARD", place(room.room_id()), Cause::Card), "later");
    // A connection from before may break under the first attempt; then nobody knows. After that none comes about at all.
    let broken = gateway.deliver(&card).await;
    assert!(matches!(broken, Outcome::Unknown { .. } | Outcome::Later { .. }), "{broken:?}");
    let away = gateway.deliver(&card).await;
    assert!(matches!(away, Outcome::Later { after, .. } if after <= SignedDuration::from_secs(60)), "{away:?}");
    assert!(matches!(gateway.find(&card.parcel, Timestamp::UNIX_EPOCH).await, Lookup::Later { .. }));
    drop((bot, gateway));

    // The password is not needed again, and a bot started too early waits.
    let (url, folder) = (home.url.clone(), data.path().to_owned());
    let waiting =
        tokio::spawn(
            async move { Matrix::connect(settings(&url, &folder, "forgotten"), &CancellationToken::new()).await },
        );
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    home.order("start");
    let bot = waiting.await.unwrap().unwrap();
    delivered(bot.gateway().deliver(&card).await);
    assert_eq!(bots_messages(&ana, room.room_id()).await.len(), 1);

    let elsewhere = tempfile::tempdir().unwrap();
    let stopped = Matrix::connect(settings("http://127.0.0.1:9", elsewhere.path(), "x"), &cancelled).await;
    assert!(matches!(stopped, Err(ConnectError::Cancelled)), "{stopped:?}");
    assert_eq!(room.state(), RoomState::Joined);
}

#[tokio::test]
async fn a_picture_arrives_with_its_words_in_the_open_and_encrypted() {
    let home = Homeserver::start(&["bot", "ana"]);
    let data = tempfile::tempdir().unwrap();
    let bot = connect(&home.url, data.path()).await;
    let ana = person(&home.url, "ana").await;
    let _ = ana.encryption().bootstrap_cross_signing(None).await;
    for encrypted in [false, true] {
        let room = shared_room(&home.url, &ana, &bot).await;
        if encrypted {
            room.enable_encryption().await.unwrap();
            bot.refresh().await.unwrap();
            sync(&ana).await;
        }
        let mut digest =
            letter(parcel(&format!("DIGEST{encrypted}"), place(room.room_id()), Cause::Digest), "Twelve kept");
        let alt = "A barn with twelve boards".to_owned();
        let (name, mime) = ("kept.png".to_owned(), "image/png".to_owned());
        digest.doc.picture =
            Some(Picture { name, mime, bytes: PICTURE.to_vec(), width: 1, height: 1, alt: alt.clone() });
        delivered(bot.gateway().deliver(&digest).await);

        let seen = bots_messages(&ana, room.room_id()).await;
        let content = &seen.last().expect("it is there")["content"];
        assert_eq!(content["msgtype"], "m.image", "{content:#}");
        assert_eq!(content["body"], format!("Twelve kept\n\n{alt}"));
        assert_eq!((&content["info"]["w"], &content["info"]["size"]), (&json!(1), &json!(PICTURE.len())));
        assert_eq!(content["file"].is_object(), encrypted, "where words are encrypted the picture is too");
        let shown: ImageMessageEventContent = serde_json::from_value(content.clone()).unwrap();
        let request = MediaRequestParameters { source: shown.source, format: MediaFormat::File };
        let bytes = ana.media().get_media_content(&request, false).await.unwrap();
        assert_eq!(bytes, PICTURE, "encrypted: {encrypted}");
    }
}

/// The smallest picture: one pixel.
const PICTURE: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0d, 0x49,
    0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0xf0, 0x1f, 0x00, 0x05, 0x00, 0x01, 0xff, 0x56, 0xc7, 0x2f,
    0x0d, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];
