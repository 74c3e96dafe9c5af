//! The configuration as an operator meets it: what is taken, what is refused, and what a refusal says. Held here above
//! all: every problem is reported at once with its place, and no secret is ever shown.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use barnraiser::config::keys::KEYS;
use barnraiser::config::{Config, ConvenersOf, Inviter, LogFormat, SignIn, Trust};
use tempfile::TempDir;

/// A secret that must never turn up in anything printed.
const SECRET: &str = "hunter2-correct-horse";
const OTHER_SECRET: &str = "MTk4NjIy.Cl2FMQ.ZnCjm1";

const DOCUMENTED: &str = include_str!("../../config/barnraiser.toml");

/// A folder with configuration files in it.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Desk(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, mode: u32, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    /// Loads the text as `config.toml`, readable by everybody, with these variables.
    fn load(&self, text: &str, env: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        let path = self.write("config.toml", 0o644, text);
        self.load_path(Some(&path), env)
    }

    fn load_path(&self, path: Option<&Path>, env: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        let env = env.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        Config::load(path, env).map_err(|problems| {
            let folder = format!("{}/", self.0.path().display());
            problems.iter().map(|problem| problem.to_string().replace(&folder, "")).collect()
        })
    }

    /// The problems of a text, one a line.
    fn problems(&self, text: &str, env: &[(&str, &str)]) -> String {
        let problems = self.load(text, env).unwrap_err();
        for problem in &problems {
            assert!(!problem.contains('\n'), "one line each: {problem:?}");
            assert!(!problem.contains(SECRET), "a secret is shown: {problem}");
        }
        problems.join("\n")
    }

    /// A `[matrix]` section that is right, but for the lines put in place of its password.
    fn matrix(&self, sign_in: &str) -> String {
        format!("[matrix]\nhomeserver = \"https://m.example.org\"\nuser = \"@bot:example.org\"\n{sign_in}\n")
    }
}

fn run(args: &[&str], env: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_barnraiser")).args(args).env_clear().envs(env.iter().copied()).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn without_a_file_the_defaults_hold() {
    let config = Desk::new().load_path(None, &[]).unwrap();
    assert_eq!(config.data, Path::new("data"));
    assert_eq!((config.log.level.as_str(), config.log.format), ("info", LogFormat::Text));
    assert_eq!((config.community.zone.name(), config.community.language.tag()), ("UTC", "en"));
    assert_eq!(config.rhythm.housekeeping.to_string(), "0 30 3 * * *");
    assert_eq!((config.rhythm.weekly_digest, config.rhythm.retention_days), (None, 365));
    assert_eq!(config.rhythm.grace_days, 30);
    assert_eq!(config.delivery.quarantine, Duration::from_secs(90));
    assert_eq!(config.matrix, None);
}

#[test]
fn the_documented_file_is_the_defaults() {
    let desk = Desk::new();
    let mut documented = desk.load(DOCUMENTED, &[]).unwrap();
    assert_eq!(documented.data, desk.path("data"), "a relative path starts from the file's folder");
    documented.data = PathBuf::from("data");
    assert_eq!(documented.backup.folder, desk.path("backups"), "this one too");
    documented.backup.folder = PathBuf::from("backups");
    assert_eq!(documented, desk.load_path(None, &[]).unwrap());
}

/// The documented file with every switched-off line switched on: `#key = …` and `#[section]`, but not `# prose`.
fn switched_on() -> String {
    let off = |line: &str| line.starts_with('#') && !line.starts_with("# ") && line.len() > 1;
    DOCUMENTED.lines().map(|line| if off(line) { &line[1..] } else { line }).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_key_is_documented_and_nothing_else() {
    let table: toml::Table = switched_on().parse().unwrap();
    let mut documented = BTreeSet::new();
    for (name, value) in &table {
        match value.as_table() {
            Some(inside) => documented.extend(inside.keys().map(|key| format!("{name}.{key}"))),
            None => drop(documented.insert(name.clone())),
        }
    }
    let declared: BTreeSet<String> = KEYS.iter().map(|key| key.name.to_owned()).collect();
    assert_eq!(documented, declared);
}

#[test]
fn the_documented_defaults_are_the_declared_ones() {
    let table: toml::Table = switched_on().parse().unwrap();
    for key in KEYS {
        let Some(default) = key.default else { continue };
        let value = match key.name.split_once('.') {
            Some((section, name)) => &table[section][name],
            None => &table[key.name],
        };
        let written = match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Array(items) => items.iter().filter_map(toml::Value::as_str).collect::<Vec<_>>().join(","),
            other => other.to_string(),
        };
        assert_eq!(written, default, "{}", key.name);
    }
}

#[test]
fn the_documented_platforms_load_once_switched_on() {
    let desk = Desk::new();
    desk.write("matrix-password", 0o600, format!("{SECRET}\n"));
    desk.write("matrix-recovery-key", 0o600, "HKP7 XZHO\n");
    desk.write("discord-token", 0o600, format!("{OTHER_SECRET}\n"));
    let other_ways = ["password = ", "token_file = \"matrix", "token = ", "device_id", "recovery_key = "];
    let lines: Vec<_> = switched_on().lines().map(str::to_owned).collect();
    let one_way: Vec<_> =
        lines.into_iter().filter(|line| !other_ways.iter().any(|way| line.starts_with(way))).collect();
    let config = desk.load(&one_way.join("\n"), &[]).unwrap();
    let discord = config.discord.unwrap();
    assert_eq!(discord.token.reveal(), OTHER_SECRET);
    assert_eq!(discord.connect_to.unwrap().to_string(), "127.0.0.1:8443");
    assert!(discord.ca_file.unwrap().ends_with("proxy-ca.pem"));
    let matrix = config.matrix.unwrap();
    assert_eq!(matrix.homeserver.as_str(), "https://matrix.example.org/");
    assert_eq!(matrix.user, "@barnraiser:example.org");
    assert_eq!((matrix.device_name.as_str(), matrix.prefix.as_str()), ("Barnraiser", "!aid"));
    assert_eq!((matrix.inviters, matrix.rooms_a_day), (vec![], 10));
    assert_eq!((matrix.convener_power, matrix.conveners_of), (50, ConvenersOf::Room));
    assert_eq!((matrix.trust, matrix.encrypt_chats), (Trust::SignedDevices, true));
    assert_eq!(matrix.recovery_key.unwrap().reveal(), "HKP7 XZHO");
    assert!(!matrix.describe_commands);
    let SignIn::Password(password) = matrix.sign_in else { panic!("it was a password") };
    assert_eq!(password.reveal(), SECRET);
}

#[test]
fn every_problem_is_reported_at_once_with_its_line() {
    let text = r#"data = 7
homserver = "x"
[log]
level = "wran"
format = "xml"
[community]
zone = "Mars/Olympus"
language = "fr"
[rhythm]
housekeeping = "every morning"
weekly_digest = "0 0 9 * * Blursday"
retention_days = 6
[delivery]
quarantine_seconds = "90"
[matrx]
user = "x"
[matrix]
homeserver = "matrix.example.org"
user = "bot"
pasword_file = "p"
prefix = "hey bot"
inviters = [
  "@ana:example.org",
  "ana",
]
convener_power = 0
"#;
    let desk = Desk::new();
    let expected = r#"config.toml:1: data: it is a whole number, and it should be text. How to mend: put it in quotes.
config.toml:2: homserver: there is no such key. How to mend: write matrix.homeserver, if that is meant.
config.toml:4: log.level: "wran" is no level. How to mend: use error, warn, info, debug or trace; or add targets, as in "info,barnraiser::delivery=debug".
config.toml:5: log.format: "xml" is no log format. How to mend: use "text" or "json".
config.toml:7: community.zone: "Mars/Olympus" is no time zone. How to mend: use an IANA name such as "America/Chicago" or "UTC".
config.toml:8: community.language: "fr" is no language the bot speaks. How to mend: use "en" for English or "es" for Spanish.
"#;
    let problems = desk.problems(text, &[]);
    assert!(problems.starts_with(expected), "{problems}");
    let places: Vec<_> = problems.lines().map(|line| line.split(": ").take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        places[6..],
        [
            "config.toml:10 rhythm.housekeeping",
            "config.toml:11 rhythm.weekly_digest",
            "config.toml:12 rhythm.retention_days",
            "config.toml:14 delivery.quarantine_seconds",
            "config.toml:15 matrx",
            "config.toml:17 matrix.password_file",
            "config.toml:18 matrix.homeserver",
            "config.toml:19 matrix.user",
            "config.toml:20 matrix.pasword_file",
            "config.toml:21 matrix.prefix",
            "config.toml:24 matrix.inviters",
            "config.toml:26 matrix.convener_power",
        ]
    );
}

#[test]
fn syntax_errors_hide_no_other_problem_and_no_key_is_called_missing() {
    let text = format!(
        "[matrix]\nhomeserver =\nuser @bot:example.org\npassword = {SECRET}\n{SECRET}\n\
         [log]\nlevel = \"wran\"\n[log]\nformat = \"xml\"\n"
    );
    let problems = Desk::new().problems(&text, &[]);
    let places: Vec<_> = problems.lines().map(|line| line.split(": ").next().unwrap()).collect();
    let lines = [2, 3, 4, 5, 7, 8, 9].map(|line| format!("config.toml:{line}"));
    assert_eq!(places, lines, "{problems}");
    assert!(problems.contains("config.toml:8: this is not valid TOML (duplicate key)"), "{problems}");
    assert!(!problems.contains("it is missing"), "{problems}");
}

#[test]
fn a_syntax_error_never_quotes_its_line() {
    for line in [
        format!("password = \"{SECRET}"),
        format!("password = '''{SECRET}"),
        format!("password = \"{SECRET}\" {SECRET}"),
        format!("password = \"\\q{SECRET}\""),
        format!("password = {SECRET}"),
        format!("password = [\"{SECRET}\", 3]"),
        format!("password = {{ is = \"{SECRET}\" }}"),
    ] {
        // `problems` looks for the secret.
        Desk::new().problems(&format!("[matrix]\n{line}\n"), &[]);
    }
}

#[test]
fn a_value_that_was_not_ended_shows_nothing_of_the_secret_it_swallowed() {
    for (key, marks) in [("user", ""), ("trust", "@bot"), ("recovery_key_file", ""), ("inviters", "list")] {
        let begins = if marks == "list" { format!("{key} = ['''") } else { format!("{key} = '''{marks}") };
        let ends = if marks == "list" { "''']" } else { "'''" };
        let text = format!("[matrix]\n{begins}\npassword = \"{SECRET}\"\n{ends}\n");
        let problems = Desk::new().problems(&text, &[]);
        assert!(problems.contains("it goes on over the end of its line"), "{key}: {problems}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_one_problem() {
    let desk = Desk::new();
    let problems = desk.load_path(Some(&desk.path("nowhere.toml")), &[]).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("nowhere.toml: the configuration cannot be read"), "{problems:?}");
    assert!(desk.load_path(Some(desk.0.path()), &[]).unwrap_err()[0].contains("this is not a file"));
    let latin = desk.write("latin.toml", 0o644, b"data = \"caf\xe9\"");
    assert!(desk.load_path(Some(&latin), &[]).unwrap_err()[0].contains("is not text"));
}

#[test]
fn the_environment_wins() {
    let desk = Desk::new();
    let env = [
        ("BARNRAISER_RHYTHM__RETENTION_DAYS", "30"),
        ("BARNRAISER_LOG__FORMAT", "json"),
        ("BARNRAISER_LOG__LEVEL", "debug"),
        ("BARNRAISER_LOG", "warn"),
        ("BARNRAISER_DATA", "here"),
        ("BARNRAISER_MATRIX__INVITERS", "@ana:example.org, *:example.net,"),
        ("BARNRAISER_CONFIG", "elsewhere.toml"),
        ("BARNRAISER_TEST_VENV", "/venv"),
        ("HOME", "/home/bot"),
    ];
    desk.write("pw", 0o600, SECRET);
    let text = format!("data = \"there\"\n[rhythm]\nretention_days = 60\n{}", desk.matrix("password_file = \"pw\""));
    let config = desk.load(&text, &env).unwrap();
    assert_eq!(config.rhythm.retention_days, 30);
    assert_eq!((config.log.level.as_str(), config.log.format), ("warn", LogFormat::Json));
    assert_eq!(config.data, Path::new("here"), "from the environment, relative to the working folder");
    let inviters = [Inviter::User("@ana:example.org".into()), Inviter::Server("example.net".into())];
    assert_eq!(config.matrix.unwrap().inviters, inviters);
}

#[test]
fn the_environment_is_checked_like_the_file() {
    let desk = Desk::new();
    let env = [
        ("BARNRAISER_MATRIX_USER", "@b:c"),
        ("BARNRAISER_RHYTHM__RETENTION_DAYS", "a year"),
        ("BARNRAISER_COMMUNITY__ZONE", "Mars"),
        ("BARNRAISER_LOG", ""),
        ("BARNRAISER_DATA", "bad\u{FFFD}bytes"),
        ("BARNRAISER_PASSWORD", SECRET),
    ];
    let problems = desk.problems("", &env);
    let nearest = "BARNRAISER_MATRIX_USER: no setting has this variable. How to mend: write BARNRAISER_MATRIX__USER,";
    assert!(problems.contains(nearest), "{problems}");
    for (name, key) in [
        ("RHYTHM__RETENTION_DAYS", "rhythm.retention_days"),
        ("COMMUNITY__ZONE", "community.zone"),
        ("LOG", "log.level"),
        ("DATA", "data"),
        ("PASSWORD", "no setting has"),
    ] {
        assert!(problems.contains(&format!("BARNRAISER_{name}: {key}")), "{name}: {problems}");
    }
    assert_eq!(problems.lines().count(), env.len(), "{problems}");
}

#[test]
fn the_environment_alone_is_enough() {
    let desk = Desk::new();
    let path = desk.write("pw", 0o600, SECRET);
    let env = [
        ("BARNRAISER_MATRIX__HOMESERVER", "http://localhost:8008"),
        ("BARNRAISER_MATRIX__USER", "@bot:localhost:8448"),
        ("BARNRAISER_MATRIX__PASSWORD_FILE", path.to_str().unwrap()),
    ];
    assert!(desk.load_path(None, &env).unwrap().matrix.is_some());
    let problems = desk.load_path(None, &env[1..]).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with("matrix.homeserver: it is missing."), "{problems:?}");
}

#[test]
fn a_secret_in_the_file_demands_a_private_file() {
    let desk = Desk::new();
    let text = desk.matrix(&format!("password = \"{SECRET}\""));
    for (mode, fine) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o620, false), (0o601, false)] {
        let path = desk.write("private.toml", mode, &text);
        let loaded = desk.load_path(Some(&path), &[]);
        fs::remove_file(&path).unwrap();
        assert_eq!(loaded.is_ok(), fine, "{mode:o}: {loaded:?}");
    }
    assert_eq!(
        desk.problems(&text, &[]),
        "config.toml:4: matrix.password: a secret stands here, and others can read this file. How to mend: chmod 600 this \
         file, or keep the secret in a file of its own and name that in matrix.password_file."
    );
}

#[test]
fn a_secret_file_is_private_regular_and_holds_one_line() {
    let desk = Desk::new();
    let text = desk.matrix("password_file = \"pw\"");
    let password = |mode, bytes: &[u8]| {
        let _ = fs::remove_file(desk.path("pw"));
        desk.write("pw", mode, bytes);
        desk.load(&text, &[]).map(|config| match config.matrix.unwrap().sign_in {
            SignIn::Password(secret) => secret.reveal().to_owned(),
            SignIn::Token { .. } => panic!("it was a password"),
        })
    };
    assert_eq!(password(0o600, b" pass word \n").unwrap(), " pass word ", "one newline goes, nothing else");
    assert_eq!(password(0o400, b"word\r\n").unwrap(), "word");
    assert_eq!(password(0o600, b"word").unwrap(), "word");
    for (mode, bytes, what) in [
        (0o640, &b"word"[..], "can be read by others"),
        (0o604, b"word", "can be read by others"),
        (0o600, b"", "is empty"),
        (0o600, b"\n", "is empty"),
        (0o600, b"word\n\n", "more than one line"),
        (0o600, b"\xff\xfe", "is not text"),
        (0o600, &[b'x'; 20_000], "far too long"),
    ] {
        let problems = password(mode, bytes).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with("config.toml:4: matrix.password_file: "), "{problems:?}");
        assert!(problems[0].contains(what), "{what}: {problems:?}");
    }
    fs::remove_file(desk.path("pw")).unwrap();
    assert!(desk.problems(&text, &[]).contains("the secret file pw cannot be read"));
    fs::create_dir(desk.path("pw")).unwrap();
    assert!(desk.problems(&text, &[]).contains("pw is not a regular file"));
}

#[test]
fn a_secret_from_the_environment_replaces_the_files() {
    let desk = Desk::new();
    desk.write("pw", 0o600, "from-the-file");
    let text = desk.matrix("password_file = \"pw\"");
    let config = desk.load(&text, &[("BARNRAISER_MATRIX__PASSWORD", SECRET)]).unwrap();
    let SignIn::Password(secret) = config.matrix.unwrap().sign_in else { panic!("it was a password") };
    assert_eq!(secret.reveal(), SECRET);
}

#[test]
fn there_is_exactly_one_way_to_sign_in() {
    let desk = Desk::new();
    desk.write("pw", 0o600, SECRET);
    let wrong = |sign_in: &str, starts: &str| {
        let problems = desk.problems(&desk.matrix(sign_in), &[]);
        assert_eq!(problems.lines().count(), 1, "{problems}");
        assert!(problems.starts_with(starts), "{problems}");
    };
    wrong("", "config.toml:1: matrix.password_file: it is missing.");
    wrong("token_file = \"pw\"", "config.toml:1: matrix.device_id: it is missing.");
    wrong("password_file = \"pw\"\ndevice_id = \"D\"", "config.toml:5: matrix.device_id: it goes only with a token.");
    wrong(
        "password_file = \"pw\"\ntoken_file = \"pw\"\ndevice_id = \"D\"",
        "config.toml:5: matrix.token_file: a password and a token are both given.",
    );
    let both = [("BARNRAISER_MATRIX__PASSWORD", SECRET), ("BARNRAISER_MATRIX__PASSWORD_FILE", "pw")];
    let problems = desk.problems(&desk.matrix(""), &both);
    assert!(problems.contains("matrix.password and matrix.password_file are both given"), "{problems}");

    let config = desk.load(&desk.matrix("token_file = \"pw\"\ndevice_id = \"D\""), &[]).unwrap();
    let SignIn::Token { token, device_id } = config.matrix.unwrap().sign_in else { panic!("it was a token") };
    assert_eq!((token.reveal(), device_id.as_str()), (SECRET, "D"));
}

#[test]
fn secrets_print_as_stars() {
    let desk = Desk::new();
    let config = desk.load(&desk.matrix(""), &[("BARNRAISER_MATRIX__PASSWORD", SECRET)]).unwrap();
    let debugged = format!("{config:?}");
    assert!(debugged.contains("Password(***)") && !debugged.contains(SECRET), "{debugged}");
    let SignIn::Password(secret) = config.matrix.unwrap().sign_in else { panic!("it was a password") };
    assert_eq!(format!("{secret} {secret:?} {secret:#?}"), "*** *** ***");
}

#[test]
fn values_are_read_for_what_they_mean() {
    let desk = Desk::new();
    desk.write("pw", 0o600, SECRET);
    let loads = |section: &str, line: &str| {
        let text = match section {
            "matrix" => {
                let key = line.split(' ').next().unwrap();
                let lines = desk.matrix("password_file = \"pw\"");
                let kept: Vec<_> = lines.lines().filter(|line| !line.starts_with(&format!("{key} "))).collect();
                format!("{}\n{line}\n", kept.join("\n"))
            }
            _ => format!("[{section}]\n{line}\n"),
        };
        desk.load(&text, &[]).is_ok()
    };
    for (section, line, fine) in [
        ("log", "level = \"info,sqlx=debug\"", true),
        ("log", "level = \"INFO\"", true),
        ("log", "level = \"barnraiser\"", false),
        ("log", "level = \"sqlx=loud\"", false),
        ("community", "zone = \"america/chicago\"", true),
        ("community", "zone = \"+02:00\"", false),
        ("rhythm", "housekeeping = \"30 3 * * *\"", true),
        ("rhythm", "housekeeping = \"0 30 3 * * Mon 2030\"", true),
        ("rhythm", "housekeeping = \"off\"", false),
        ("rhythm", "housekeeping = \"0 30 25 * * *\"", false),
        ("rhythm", "weekly_digest = \"0 0 9 * * Mon\"", true),
        ("rhythm", "retention_days = 7", true),
        ("rhythm", "retention_days = 3650", true),
        ("rhythm", "retention_days = 3651", false),
        ("rhythm", "retention_days = 4294967661", false),
        ("rhythm", "retention_days = 99999999999999999999", false),
        ("rhythm", "retention_days = 365.0", false),
        ("rhythm", "retention_days = 0x10", true),
        ("delivery", "quarantine_seconds = 0", false),
        ("delivery", "quarantine_seconds = -1", false),
        ("matrix", "homeserver = \"http://127.0.0.1:8008\"", true),
        ("matrix", "homeserver = \"ftp://example.org\"", false),
        ("matrix", "homeserver = \"https://\"", false),
        ("matrix", "homeserver = \"https://bot:word@example.org\"", false),
        ("matrix", "homeserver = \"https://example.org/?x\"", false),
        ("matrix", "user = \"@bot\"", false),
        ("matrix", "user = \"bot:example.org\"", false),
        ("matrix", "user = \"@:example.org\"", false),
        ("matrix", "user = \"@bot:example.org/x\"", false),
        ("matrix", "user = \"@bot:[::1]:8448\"", true),
        ("matrix", "prefix = \"\"", false),
        ("matrix", "prefix = \"!ayúdanos\"", true),
        ("matrix", "prefix = \"!aid me\"", false),
        ("matrix", "prefix = \"12345678901234567890\"", true),
        ("matrix", "prefix = \"123456789012345678901\"", false),
        ("matrix", "inviters = []", true),
        ("matrix", "inviters = [\"*:example.org\", \"@ana:example.org\"]", true),
        ("matrix", "inviters = [\"!AbC-d_e\", \"!old:example.org\"]", true),
        ("matrix", "inviters = [\"!\"]", false),
        ("matrix", "trust = \"all-devices\"", true),
        ("matrix", "trust = \"some\"", false),
        ("matrix", "conveners_of = \"space\"", true),
        ("matrix", "conveners_of = \"server\"", false),
        ("matrix", "encrypt_chats = \"off\"", true),
        ("matrix", "encrypt_chats = \"maybe\"", false),
        ("matrix", "rooms_a_day = 0", false),
        ("matrix", "inviters = [\"*\"]", false),
        ("matrix", "inviters = [\"*:\"]", false),
        ("matrix", "inviters = [\"@ana:example.org\", 3]", false),
        ("matrix", "inviters = \"*:example.org\"", false),
        ("matrix", "convener_power = 1", true),
        ("matrix", "convener_power = 101", false),
        ("matrix", "messages_per_minute = 0", false),
        ("matrix", "burst = 1", true),
        ("matrix", "burst = 1001", false),
        ("matrix", "describe_commands = \"on\"", true),
        ("matrix", "describe_commands = \"yes\"", false),
        ("matrix", "describe_commands = true", false),
        ("matrix", "device_name = \"\"", false),
    ] {
        assert_eq!(loads(section, line), fine, "{section}: {line}");
    }
}

#[test]
fn inviters_cover_whom_they_name() {
    let ana = Inviter::User("@ana:example.org".into());
    assert!(ana.covers("@ana:example.org"));
    assert!(!ana.covers("@ana:example.org.evil.net") && !ana.covers("@anna:example.org"));
    let server = Inviter::Server("example.org:8448".into());
    assert!(server.covers("@ben:example.org:8448"));
    assert!(!server.covers("@ben:example.org") && !server.covers("@ben:evil.net:example.org:8448"));
}

#[test]
fn data_is_a_folder_and_paths_start_from_their_file() {
    let desk = Desk::new();
    assert_eq!(desk.load("data = \"/srv/aid\"", &[]).unwrap().data, Path::new("/srv/aid"));
    assert_eq!(desk.load("data = \"aid\"", &[]).unwrap().data, desk.path("aid"));
    desk.write("taken", 0o600, "");
    assert!(desk.problems("data = \"taken\"", &[]).contains("is no folder"));
    assert!(desk.problems("data = \"~/aid\"", &[]).contains("~ is the shell's"));
}

#[test]
fn check_prints_each_problem_and_exits_1() {
    let desk = Desk::new();
    let text_of = format!("[matrix]\npassword = \"{SECRET}\"\n[log]\nlevl = \"info\"\n");
    let path = desk.write("config.toml", 0o644, text_of);
    let path = path.to_str().unwrap();
    let output = run(&["check", "--config", path], &[("BARNRAISER_NOPE", SECRET)]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(text(&output.stdout), "");
    assert_eq!(said.lines().count(), 5, "{said}");
    assert!(said.contains(&format!("{path}:4: log.levl: ")) && said.contains("log.level"), "{said}");
    assert!(!said.contains(SECRET), "{said}");
}

#[test]
fn check_says_what_would_start_without_secrets() {
    let desk = Desk::new();
    let path = desk.write("config.toml", 0o644, "[rhythm]\nretention_days = 90\n");
    for args in [vec!["check", "--config", path.to_str().unwrap()], vec!["check"]] {
        // The second way names the file in the environment.
        let output = run(&args, &[("BARNRAISER_CONFIG", path.to_str().unwrap())]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "");
        let said = text(&output.stdout);
        assert!(said.starts_with("ok\n") && said.contains("words are kept 90 days"), "{said}");
        assert!(said.contains("nothing would be started"), "{said}");
    }
    let path = desk.write("matrix.toml", 0o600, desk.matrix(&format!("password = \"{SECRET}\"")));
    let output = run(&["check", "--config", path.to_str().unwrap()], &[]);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(!out.contains(SECRET) && !err.contains(SECRET), "{out}{err}");
    if cfg!(feature = "matrix") {
        assert_eq!(output.status.code(), Some(0), "{err}");
        assert!(out.contains("@bot:example.org at https://m.example.org/, with a password"), "{out}");
        assert!(out.contains("accepts invites of its conveners and of nobody else, 10 rooms a day"), "{out}");
        assert!(out.contains("trusts devices their owner has verified"), "{out}");
    } else {
        assert_eq!(output.status.code(), Some(1));
        assert!(err.contains("built without Matrix"), "{err}");
    }
}

#[test]
fn a_wrong_command_line_exits_2() {
    for args in [&["chek"][..], &["check", "--confg", "x"], &["run", "--rehearse-from", "tomorrow"]] {
        assert_eq!(run(args, &[]).status.code(), Some(2), "{args:?}");
    }
    let output = run(&["run", "--rehearse-from", "2026-03-07 18:00 Mars/Olympus"], &[]);
    assert!(text(&output.stderr).contains("is no time zone"), "{}", text(&output.stderr));
    for args in ["--help", "--version"] {
        assert_eq!(run(&[args], &[]).status.code(), Some(0), "{args}");
    }
}
