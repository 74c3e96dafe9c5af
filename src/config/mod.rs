//! The configuration: one TOML file, the environment over it and secret files beside it become one validated
//! [`Config`].
//!
//! Every problem is reported at once, each with its place and how to mend it; a bot never starts on half of a
//! configuration. What is not declared in [`keys::KEYS`] is refused. Nothing here ever shows a secret. Read once, at
//! the start: the rest of the program sees only the checked values.

pub mod folder;
pub mod keys;
mod problem;
mod secret;
mod sheet;
mod values;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::domain::Zone;
use crate::domain::community::Language;
use crate::domain::schedule::Schedule;

pub use problem::{Place, Problem, Wrong};
pub use secret::Secret;
use sheet::Sheet;

/// Everything an operator decides, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The folder with the database and the platforms' own stores. It may not exist yet.
    pub data: PathBuf,
    pub log: Log,
    pub community: NewCommunity,
    pub rhythm: Rhythm,
    pub delivery: Delivery,
    pub backup: Backup,
    pub health: Health,
    /// `None`: nothing is said about Matrix, so the bot does not go there.
    pub matrix: Option<Matrix>,
    /// `None`: nothing is said about Discord, so the bot does not go there.
    pub discord: Option<Discord>,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// A filter in the grammar of `tracing`.
    pub level: String,
    pub format: LogFormat,
}

/// The shape of a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for log collectors.
    Json,
}

/// What a new community starts with; its conveners change it afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCommunity {
    pub zone: Zone,
    pub language: Language,
}

/// What happens by the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rhythm {
    /// When the bot tidies.
    pub housekeeping: Schedule,
    /// When a new community's weekly digest goes out. `None`: not at all.
    pub weekly_digest: Option<Schedule>,
    /// Days after which the words of what is over are blanked; 7 to 3650.
    pub retention_days: u32,
    /// Days through which a community is kept after the last of its places was left; 1 to 365.
    pub grace_days: u32,
}

/// How sending behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// How long a send with an unknown outcome rests before the bot looks whether it arrived.
    pub quarantine: Duration,
}

/// The backups that are made by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// When. `None`: never.
    pub schedule: Option<Schedule>,
    /// The folder they go to; made when it is not there.
    pub folder: PathBuf,
    /// How many are kept; 1 to 1000.
    pub keep: u32,
    /// Days after which one goes in any case, unless it is the newest; 1 to 3650.
    pub keep_days: u32,
}

/// Where the bot can be asked how it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// `None`: nowhere.
    pub listen: Option<SocketAddr>,
}

/// The account on Matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// Where the homeserver answers, over http or https.
    pub homeserver: url::Url,
    /// The bot's full user id.
    pub user: String,
    pub sign_in: SignIn,
    /// What the bot's session is called in the list of its devices.
    pub device_name: String,
    /// What opens the account's cross-signing keys and key backup, if the operator keeps it. `None`: the bot makes one.
    pub recovery_key: Option<Secret>,
    pub trust: Trust,
    /// Whether the direct chats that the bot opens are encrypted.
    pub encrypt_chats: bool,
    /// What commands begin with in a room.
    pub prefix: String,
    /// Whose invites are accepted, beside those of people who convene one of the bot's communities already.
    pub inviters: Vec<Inviter>,
    /// How many rooms a day one person who is not listed by name may bring the bot to; 1 to 1000.
    pub rooms_a_day: u32,
    /// The power level, 1 to 100, from which a member of a room is a convener.
    pub convener_power: i64,
    pub conveners_of: ConvenersOf,
    /// How many messages the homeserver takes a minute, and how many at once.
    pub messages_per_minute: u32,
    pub burst: u32,
    /// Whether the bot describes its commands in the state of its rooms.
    pub describe_commands: bool,
}

/// The application on Discord.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discord {
    /// The bot's token.
    pub token: Secret,
    /// Where discord.com is taken to be, if it is not to be looked up: a proxy in front of it, or a stand-in.
    pub connect_to: Option<SocketAddr>,
    /// Who is trusted there, beside everybody whom browsers trust: a file with certificates in PEM.
    pub ca_file: Option<PathBuf>,
}

/// Whose devices take part in encrypted conversation with the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Only devices that their owner has verified (cross-signed): nobody can slip in a device of their own.
    SignedDevices,
    /// Every device, also of clients that know nothing of cross-signing.
    AllDevices,
}

/// Where the power levels stand that make a convener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConvenersOf {
    /// In the room itself.
    Room,
    /// In the room, or in a space it says it belongs to, and that names it as a child.
    Space,
}

/// How the bot proves to the homeserver who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    Password(Secret),
    /// A token belongs to the one device it was made for.
    Token {
        token: Secret,
        device_id: String,
    },
}

/// Somebody whose invites the bot accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inviter {
    /// One person, by the full user id.
    User(String),
    /// Everyone with an account on this server.
    Server(String),
    /// Everyone in this space or room, by its id. The bot has to be in it as well.
    Space(String),
}

impl Inviter {
    /// Whether this covers a full user id by itself. Who is in a space only the homeserver knows.
    pub fn covers(&self, user: &str) -> bool {
        match self {
            Inviter::User(known) => known == user,
            Inviter::Server(known) => user.split_once(':').is_some_and(|(_, server)| server == known),
            Inviter::Space(_) => false,
        }
    }
}

impl Config {
    /// Reads the file at `path`, if one is named, and lays the `BARNRAISER_…` variables of `env` over it: two
    /// underscores stand for the dot, so `BARNRAISER_MATRIX__USER` is `matrix.user`.
    ///
    /// # Errors
    /// Every problem there is, in the order of the file's lines, then the environment's names.
    pub fn load(path: Option<&Path>, env: impl Iterator<Item = (String, String)>) -> Result<Config, Vec<Problem>> {
        let mut sheet = Sheet::gather(path, env);
        match settle(&mut sheet) {
            Some(config) if !sheet.has_problems() => Ok(config),
            _ => Err(sheet.into_problems()),
        }
    }
}

/// The process's environment for [`Config::load`]. A value that is no Unicode arrives damaged and is refused there by
/// name.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
}

/// Reads every key before it gives up on any, so that every problem is noted. `None` only when one was.
fn settle(sheet: &mut Sheet) -> Option<Config> {
    let data = data_folder(sheet);
    let level = sheet.text("log.level", values::filter);
    let format = sheet.text("log.format", values::format);
    let zone = sheet.text("community.zone", values::zone);
    let language = sheet.text("community.language", values::language);
    let housekeeping = sheet.text("rhythm.housekeeping", values::schedule);
    let weekly_digest = sheet.text("rhythm.weekly_digest", values::schedule_or_off);
    let retention_days = sheet.whole("rhythm.retention_days", 7, 3650);
    let grace_days = sheet.whole("rhythm.grace_days", 1, 365);
    let quarantine = sheet.whole("delivery.quarantine_seconds", 1, 86_400);
    let backup = backup(sheet, data.as_deref());
    let listen = sheet.text("health.listen", values::address_or_none);
    let matrix = if sheet.mentions("matrix") { matrix(sheet).map(Some) } else { Some(None) };
    let discord = if sheet.mentions("discord") { discord(sheet).map(Some) } else { Some(None) };
    Some(Config {
        data: data?,
        log: Log { level: level?, format: format? },
        community: NewCommunity { zone: zone?, language: language? },
        rhythm: Rhythm {
            housekeeping: housekeeping?,
            weekly_digest: weekly_digest?,
            retention_days: retention_days?,
            grace_days: grace_days?,
        },
        delivery: Delivery { quarantine: Duration::from_secs(quarantine?) },
        backup: backup?,
        health: Health { listen: listen? },
        matrix: matrix?,
        discord: discord?,
    })
}

fn data_folder(sheet: &mut Sheet) -> Option<PathBuf> {
    let data = sheet.path("data")?;
    if data.exists() && !data.is_dir() {
        let what = format!("{} is there and is no folder", data.display());
        sheet.refuse("data", Wrong::new(what, "name a folder, which need not exist yet"));
        return None;
    }
    Some(data)
}

fn backup(sheet: &mut Sheet, data: Option<&Path>) -> Option<Backup> {
    let schedule = sheet.text("backup.schedule", values::schedule_or_off);
    let folder = sheet.path("backup.folder");
    let keep = sheet.whole("backup.keep", 1, 1000);
    let keep_days = sheet.whole("backup.keep_days", 1, 3650);
    if let (Some(folder), Some(data)) = (&folder, data) {
        let wrong = if folder.exists() && !folder.is_dir() {
            Some((format!("{} is there and is no folder", folder.display()), "name a folder, which need not exist yet"))
        } else if folder.starts_with(data) {
            Some(("it is inside the data folder".to_owned(), "name a folder elsewhere, best on another disk"))
        } else {
            None
        };
        if let Some((what, mend)) = wrong {
            sheet.refuse("backup.folder", Wrong::new(what, mend));
            return None;
        }
    }
    Some(Backup { schedule: schedule?, folder: folder?, keep: keep?, keep_days: keep_days? })
}

fn matrix(sheet: &mut Sheet) -> Option<Matrix> {
    for (key, mend) in [
        ("matrix.homeserver", "name the server's address, as in homeserver = \"https://matrix.example.org\""),
        ("matrix.user", "name the bot's account, as in user = \"@bot:example.org\""),
    ] {
        if !sheet.has(key) {
            sheet.missing(key, mend);
        }
    }
    let homeserver = sheet.text("matrix.homeserver", values::homeserver);
    let user = sheet.text("matrix.user", values::user_id);
    let sign_in = sign_in(sheet);
    let device_name = sheet.text("matrix.device_name", values::device_name);
    let recovery_key = match sheet.has("matrix.recovery_key") || sheet.has("matrix.recovery_key_file") {
        true => sheet.secret("matrix.recovery_key", "matrix.recovery_key_file").map(Some),
        false => Some(None),
    };
    let trust = sheet.text("matrix.trust", values::trust);
    let encrypt_chats = sheet.text("matrix.encrypt_chats", values::switch);
    let prefix = sheet.text("matrix.prefix", values::prefix);
    let inviters = sheet.list("matrix.inviters", values::inviter);
    let rooms_a_day = sheet.whole("matrix.rooms_a_day", 1, 1_000);
    let convener_power = sheet.whole("matrix.convener_power", 1, 100);
    let conveners_of = sheet.text("matrix.conveners_of", values::conveners_of);
    let messages_per_minute = sheet.whole("matrix.messages_per_minute", 1, 6_000);
    let burst = sheet.whole("matrix.burst", 1, 1_000);
    let describe_commands = sheet.text("matrix.describe_commands", values::switch);
    Some(Matrix {
        homeserver: homeserver?,
        user: user?,
        sign_in: sign_in?,
        device_name: device_name?,
        recovery_key: recovery_key?,
        trust: trust?,
        encrypt_chats: encrypt_chats?,
        prefix: prefix?,
        inviters: inviters?,
        rooms_a_day: rooms_a_day?,
        convener_power: convener_power?,
        conveners_of: conveners_of?,
        messages_per_minute: messages_per_minute?,
        burst: burst?,
        describe_commands: describe_commands?,
    })
}

fn discord(sheet: &mut Sheet) -> Option<Discord> {
    if !sheet.has("discord.token") && !sheet.has("discord.token_file") {
        sheet.missing("discord.token_file", "name a file with the bot's token, from Discord's developer portal");
    }
    let token = sheet.secret("discord.token", "discord.token_file");
    let connect_to = match sheet.has("discord.connect_to") {
        true => sheet.text("discord.connect_to", values::address).map(Some),
        false => Some(None),
    };
    let ca_file = match sheet.has("discord.ca_file") {
        true => sheet.path("discord.ca_file").map(Some),
        false => Some(None),
    };
    Some(Discord { token: token?, connect_to: connect_to?, ca_file: ca_file? })
}

/// Exactly one of password and token; a device id with a token, and only with one.
fn sign_in(sheet: &mut Sheet) -> Option<SignIn> {
    let by_password = sheet.has("matrix.password") || sheet.has("matrix.password_file");
    let by_token = sheet.has("matrix.token") || sheet.has("matrix.token_file");
    let password = sheet.secret("matrix.password", "matrix.password_file");
    let token = sheet.secret("matrix.token", "matrix.token_file");
    let device_id = sheet.text("matrix.device_id", values::device_id);
    match (by_password, by_token) {
        (false, false) => {
            sheet.missing(
                "matrix.password_file",
                "name a file with the account's password, or use token_file and device_id",
            );
            None
        }
        (true, true) => {
            let given = if sheet.has("matrix.token") { "matrix.token" } else { "matrix.token_file" };
            sheet.refuse(given, Wrong::new("a password and a token are both given", "keep one of the two"));
            None
        }
        (true, false) => {
            if sheet.has("matrix.device_id") {
                let mend = "take it out: with a password the homeserver chooses the device";
                sheet.refuse("matrix.device_id", Wrong::new("it goes only with a token", mend));
                return None;
            }
            password.map(SignIn::Password)
        }
        (false, true) => {
            if !sheet.has("matrix.device_id") {
                sheet.missing("matrix.device_id", "name the device that the token was made for");
            }
            Some(SignIn::Token { token: token?, device_id: device_id? })
        }
    }
}
