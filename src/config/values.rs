//! What the values mean: each reader takes the text an operator wrote and gives the thing itself, or says what is
//! wrong.

use std::net::SocketAddr;

use tracing_subscriber::EnvFilter;

use super::problem::{Wrong, shown};
use super::{ConvenersOf, Inviter, LogFormat, Trust};
use crate::domain::Zone;
use crate::domain::community::Language;
use crate::domain::schedule::Schedule;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// An IANA time zone.
pub fn zone(text: &str) -> Result<Zone, Wrong> {
    text.parse().map_err(|_| {
        Wrong::new(
            format!("{} is no time zone", shown(text)),
            "use an IANA name such as \"America/Chicago\" or \"UTC\"",
        )
    })
}

/// A language the bot speaks, by its code.
pub fn language(text: &str) -> Result<Language, Wrong> {
    Language::ALL.into_iter().find(|language| language.tag() == text).ok_or_else(|| {
        Wrong::new(
            format!("{} is no language the bot speaks", shown(text)),
            "use \"en\" for English or \"es\" for Spanish",
        )
    })
}

/// A tracing filter: `info`, or `info,barnraiser::delivery=debug`.
///
/// A lone word that is no level is refused, although the filter's own grammar takes it for a target: `log.level =
/// "wran"` would silence everything.
pub fn filter(text: &str) -> Result<String, Wrong> {
    let mend = "use error, warn, info, debug or trace; or add targets, as in \"info,barnraiser::delivery=debug\"";
    for part in text.split(',').map(str::trim) {
        let is_level = LEVELS.iter().any(|level| part.eq_ignore_ascii_case(level));
        if !is_level && !part.contains('=') {
            return Err(Wrong::new(format!("{} is no level", shown(part)), mend));
        }
    }
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(Wrong::new(format!("{} is no filter", shown(text)), mend)),
    }
}

/// `text` or `json`.
pub fn format(text: &str) -> Result<LogFormat, Wrong> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(Wrong::new(format!("{} is no log format", shown(text)), "use \"text\" or \"json\"")),
    }
}

/// `on` or `off`.
pub fn switch(text: &str) -> Result<bool, Wrong> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(Wrong::new(format!("{} is neither on nor off", shown(text)), "use \"on\" or \"off\"")),
    }
}

/// A cron expression.
pub fn schedule(text: &str) -> Result<Schedule, Wrong> {
    text.parse().map_err(|why| {
        Wrong::new(
            format!("{} is no schedule ({why})", shown(text)),
            "write second, minute, hour, day, month and weekday, as in \"0 0 9 * * Mon\"",
        )
    })
}

/// A schedule, or `off`.
pub fn schedule_or_off(text: &str) -> Result<Option<Schedule>, Wrong> {
    match text {
        "off" => Ok(None),
        _ => schedule(text).map(Some),
    }
}

/// An address and port to listen on, or `off`.
pub fn address_or_none(text: &str) -> Result<Option<SocketAddr>, Wrong> {
    if text == "off" {
        return Ok(None);
    }
    let wrong = |mend| Wrong::new(format!("{} is no address with a port", shown(text)), mend);
    text.parse().map(Some).map_err(|_| wrong("write numbers, as in \"127.0.0.1:9464\", or \"off\""))
}

/// An address and port to connect to.
pub fn address(text: &str) -> Result<SocketAddr, Wrong> {
    let wrong = |mend| Wrong::new(format!("{} is no address with a port", shown(text)), mend);
    text.parse().map_err(|_| wrong("write numbers, as in \"127.0.0.1:8443\""))
}

/// Where the homeserver answers: `https://matrix.example.org`.
pub fn homeserver(text: &str) -> Result<url::Url, Wrong> {
    let mend = "use the address that clients sign in at, as in \"https://matrix.example.org\"";
    let wrong = |why: &str| Wrong::new(format!("{} is no homeserver address: {why}", shown(text)), mend);
    // Looked for first, so that a password in an address is never shown.
    if text.contains('@') {
        return Err(Wrong::new("it holds a name, and perhaps a password", mend));
    }
    let url = url::Url::parse(text).map_err(|fault| wrong(&fault.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("it starts with neither http:// nor https://"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it has a ? or #"));
    }
    Ok(url)
}

/// A full Matrix user id: `@bot:example.org`.
pub fn user_id(text: &str) -> Result<String, Wrong> {
    let is_user = text.strip_prefix('@').and_then(|rest| rest.split_once(':')).is_some_and(|(name, server)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_graphic()) && is_server(server) && text.len() <= 255
    });
    match is_user {
        true => Ok(text.to_owned()),
        false => Err(Wrong::new(
            format!("{} is no Matrix user id", shown(text)),
            "write it in full, with its server, as in \"@bot:example.org\"",
        )),
    }
}

/// Whose invites are accepted: one person, everyone of a server as `*:example.org`, or everyone in a space by its id.
pub fn inviter(text: &str) -> Result<Inviter, Wrong> {
    // Since version 12 a room's id has no server in it.
    let is_room = |id: &str| id.len() > 1 && id.len() <= 255 && id.chars().all(|c| c.is_ascii_graphic());
    match text.strip_prefix("*:") {
        Some(server) if is_server(server) => Ok(Inviter::Server(server.to_owned())),
        None if text.starts_with('@') => user_id(text).map(Inviter::User),
        None if text.starts_with('!') && is_room(text) => Ok(Inviter::Space(text.to_owned())),
        _ => Err(Wrong::new(
            format!("{} names nobody", shown(text)),
            "write a person as \"@ana:example.org\", everyone of a server as \"*:example.org\", or everyone in a space by \
             its id, which begins with !",
        )),
    }
}

/// Whose devices the bot trusts.
pub fn trust(text: &str) -> Result<Trust, Wrong> {
    match text {
        "signed-devices" => Ok(Trust::SignedDevices),
        "all-devices" => Ok(Trust::AllDevices),
        _ => {
            Err(Wrong::new(format!("{} is no kind of trust", shown(text)), "use \"signed-devices\" or \"all-devices\""))
        }
    }
}

/// Where the power levels stand that make a convener.
pub fn conveners_of(text: &str) -> Result<ConvenersOf, Wrong> {
    match text {
        "room" => Ok(ConvenersOf::Room),
        "space" => Ok(ConvenersOf::Space),
        _ => Err(Wrong::new(format!("{} is not a place for conveners", shown(text)), "use \"room\" or \"space\"")),
    }
}

/// What commands begin with in a room.
pub fn prefix(text: &str) -> Result<String, Wrong> {
    const MOST: usize = 20;
    let mend = "use a short word that people do not say otherwise, such as \"!aid\"";
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Wrong::new(format!("{} has a space in it", shown(text)), mend));
    }
    if text.chars().count() > MOST {
        return Err(Wrong::new(format!("{} is longer than {MOST} characters", shown(text)), mend));
    }
    Ok(text.to_owned())
}

/// The name people see in the list of the bot's devices.
pub fn device_name(text: &str) -> Result<String, Wrong> {
    const MOST: usize = 100;
    match text.chars().count() <= MOST && !text.chars().any(char::is_control) {
        true => Ok(text.to_owned()),
        false => Err(Wrong::new(
            format!("{} is no device name", shown(text)),
            format!("use one line of at most {MOST} characters"),
        )),
    }
}

/// The id of the device a token was made for.
pub fn device_id(text: &str) -> Result<String, Wrong> {
    match text.chars().all(|c| c.is_ascii_graphic()) && text.len() <= 255 {
        true => Ok(text.to_owned()),
        false => Err(Wrong::new(
            format!("{} is no device id", shown(text)),
            "copy it from the same place as the token, as in \"QBUAZIFURK\"",
        )),
    }
}

/// A server's name, perhaps with a port; `[::1]:8448` is one too.
fn is_server(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
}
