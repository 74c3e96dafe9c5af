//! Every setting there is, declared once. What is not in this table is refused, wherever it is written.
//!
//! The table drives the reading of the file and of the environment, the defaults, the near misses, and the test that
//! holds `config/barnraiser.toml` to it.

/// What a key takes. In the environment and as a default every value is text: a list has commas between its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Words in quotes.
    Text,
    /// A whole number.
    Whole,
    /// A list of words.
    List,
    /// A file or a folder. From the file, relative to the file's folder; from the environment, to the working folder.
    Path,
    /// A password or token. The key `x_file` beside it takes the path of a file that holds it.
    Secret,
}

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The dotted name, as in `log.level`.
    pub name: &'static str,
    pub takes: Takes,
    /// What holds when nobody says anything, as text. `None`: there is no default, and it may be required.
    pub default: Option<&'static str>,
}

const fn key(name: &'static str, takes: Takes, default: &'static str) -> Key {
    Key { name, takes, default: Some(default) }
}

const fn bare(name: &'static str, takes: Takes) -> Key {
    Key { name, takes, default: None }
}

/// All settings, in the order of `config/barnraiser.toml`.
pub const KEYS: &[Key] = &[
    key("data", Takes::Path, "data"),
    key("log.level", Takes::Text, "info"),
    key("log.format", Takes::Text, "text"),
    key("community.zone", Takes::Text, "UTC"),
    key("community.language", Takes::Text, "en"),
    key("rhythm.housekeeping", Takes::Text, "0 30 3 * * *"),
    key("rhythm.weekly_digest", Takes::Text, "off"),
    key("rhythm.retention_days", Takes::Whole, "365"),
    key("rhythm.grace_days", Takes::Whole, "30"),
    key("delivery.quarantine_seconds", Takes::Whole, "90"),
    key("backup.schedule", Takes::Text, "off"),
    key("backup.folder", Takes::Path, "backups"),
    key("backup.keep", Takes::Whole, "14"),
    key("backup.keep_days", Takes::Whole, "30"),
    key("health.listen", Takes::Text, "127.0.0.1:9464"),
    bare("matrix.homeserver", Takes::Text),
    bare("matrix.user", Takes::Text),
    bare("matrix.password", Takes::Secret),
    bare("matrix.password_file", Takes::Path),
    bare("matrix.token", Takes::Secret),
    bare("matrix.token_file", Takes::Path),
    bare("matrix.device_id", Takes::Text),
    key("matrix.device_name", Takes::Text, "Barnraiser"),
    bare("matrix.recovery_key", Takes::Secret),
    bare("matrix.recovery_key_file", Takes::Path),
    key("matrix.trust", Takes::Text, "signed-devices"),
    key("matrix.encrypt_chats", Takes::Text, "on"),
    key("matrix.prefix", Takes::Text, "!aid"),
    key("matrix.inviters", Takes::List, ""),
    key("matrix.rooms_a_day", Takes::Whole, "10"),
    key("matrix.convener_power", Takes::Whole, "50"),
    key("matrix.conveners_of", Takes::Text, "room"),
    key("matrix.messages_per_minute", Takes::Whole, "12"),
    key("matrix.burst", Takes::Whole, "10"),
    key("matrix.describe_commands", Takes::Text, "off"),
    bare("discord.token", Takes::Secret),
    bare("discord.token_file", Takes::Path),
    bare("discord.connect_to", Takes::Text),
    bare("discord.ca_file", Takes::Path),
];

/// The environment's word for every key: `matrix.user` is `BARNRAISER_MATRIX__USER`.
pub const VARIABLES_START: &str = "BARNRAISER_";

/// A shorter name for `log.level` in the environment, since it is the one people change for an hour. It wins.
pub const LOG_VARIABLE: &str = "BARNRAISER_LOG";

/// The path of the configuration file; the command line reads it.
pub const CONFIG_VARIABLE: &str = "BARNRAISER_CONFIG";

/// Variables of the project's own tests, which are no settings.
pub const TEST_VARIABLES_START: &str = "BARNRAISER_TEST_";

/// The declared key of that dotted name.
pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// Whether the dotted name holds other keys: `matrix` does.
pub fn is_section(name: &str) -> bool {
    KEYS.iter().any(|key| key.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

/// How the environment writes a key.
pub fn variable(name: &str) -> String {
    format!("{VARIABLES_START}{}", name.replace('.', "__").to_uppercase())
}

/// The declared key that was most likely meant, if one is near enough.
pub fn nearest(name: &str) -> Option<&'static str> {
    let names = KEYS.iter().map(|key| key.name);
    // Right name, wrong or no section: `homeserver` at the top of the file.
    let elsewhere = |known: &str| 0.95 * strsim::normalized_damerau_levenshtein(last(name), last(known));
    let here = |known: &str| strsim::normalized_damerau_levenshtein(name, known);
    closest(names, |known| here(known).max(elsewhere(known)))
}

/// The section that was most likely meant, if one is near enough.
pub fn nearest_section(name: &str) -> Option<&'static str> {
    let sections = KEYS.iter().filter_map(|key| key.name.rsplit_once('.')).map(|(section, _)| section);
    closest(sections, |known| strsim::normalized_damerau_levenshtein(name, known))
}

/// The environment variable that was most likely meant, if one is near enough.
pub fn nearest_variable(name: &str) -> Option<String> {
    let names = KEYS.iter().map(|key| key.name);
    closest(names, |known| strsim::normalized_damerau_levenshtein(name, &variable(known))).map(variable)
}

fn last(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

/// The candidate with the best score, the earlier of two equals; none if even that one is a stranger.
fn closest(names: impl Iterator<Item = &'static str>, score: impl Fn(&str) -> f64) -> Option<&'static str> {
    const NEAR: f64 = 0.7;
    let mut best = None;
    for name in names {
        let score = score(name);
        if score >= NEAR && best.is_none_or(|(_, so_far)| score > so_far) {
            best = Some((name, score));
        }
    }
    best.map(|(name, _)| name)
}
