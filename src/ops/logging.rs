//! The log: lines on standard error, as text or JSON, down to the level the operator chose.
//!
//! A line says what happened and to which id. Message text, names and tokens never go there. The libraries underneath
//! speak only from `warn` up, unless the operator names them: at `info` they would drown the bot's own lines, and below
//! that matrix-sdk writes whole events and sqlx whole statements. serenity has no say at all.

use std::io;

use tracing::subscriber::SetGlobalDefaultError;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{ParseError, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::config::{Log, LogFormat};

/// Targets that are held at `warn`. A name covers everything that begins with it, such as `matrix_sdk_crypto`.
const TAMED: [&str; 2] = ["matrix_sdk", "sqlx"];

/// Targets that are silent unless the operator names them: matrix-sdk logs each answer that is no success as an error, with
/// the server's own words, even those it expects; of an event that is not as it should be, a piece of what is in it; of a room
/// just made, that it does not know yet who may do what there; and on every sync that there is no key backup. Trouble that
/// matters comes back as an error to the bot, which logs it itself. (matrix-sdk 0.18)
const SILENT: [&str; 4] = [
    "matrix_sdk::http_client",
    "matrix_sdk::room",
    "matrix_sdk_base::response_processors",
    "matrix_sdk_crypto::backups",
];

/// Targets that are silent whatever the operator names. serenity's spans, which stand before every line under them, hold requests
/// with their bodies, addresses with the tokens of interactions, and whole events; its lines quote what it could not read, at
/// `warn` too. What an operator needs to know of it the adapter says itself. (serenity 0.12)
const MUTE: [&str; 1] = ["serenity"];

/// Why the log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum NoLog {
    #[error("the log's level is no filter")]
    Filter(#[from] ParseError),
    #[error("a log is open already")]
    Twice(#[from] SetGlobalDefaultError),
}

/// Opens the process's log on standard error. Call it once, before anything worth logging.
///
/// # Errors
/// When the level cannot be read, which a checked configuration rules out, or a log is open already.
pub fn start(log: &Log) -> Result<(), NoLog> {
    tracing::subscriber::set_global_default(subscriber(log, io::stderr)?)?;
    Ok(())
}

fn subscriber<W>(log: &Log, writer: W) -> Result<Box<dyn Subscriber + Send + Sync>, ParseError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let kept = tracing_subscriber::registry().with(filter(&log.level)?).with(filter_fn(may_speak));
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    Ok(match log.format {
        LogFormat::Text => Box::new(kept.with(lines.with_ansi(false))),
        LogFormat::Json => Box::new(kept.with(lines.json())),
    })
}

fn may_speak(spoken: &Metadata<'_>) -> bool {
    let target = spoken.target();
    !MUTE.iter().any(|mute| target.strip_prefix(mute).is_some_and(|rest| rest.is_empty() || rest.starts_with("::")))
}

/// The operator's filter, with the libraries tamed in front of it: of two words about one target the later holds.
fn filter(level: &str) -> Result<EnvFilter, ParseError> {
    // A general level of `warn` or quieter quiets the libraries by itself, and taming would make them louder.
    let loud = level.split(',').any(|part| {
        let part = part.trim();
        ["info", "debug", "trace"].iter().any(|level| part.eq_ignore_ascii_case(level))
    });
    let tamed = TAMED.iter().filter(|_| loud).map(|target| format!("{target}=warn"));
    let before: Vec<_> = tamed.chain(SILENT.iter().map(|target| format!("{target}=off"))).collect();
    EnvFilter::try_new(format!("{},{level}", before.join(",")))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What the log says when something speaks.
    fn page(level: &str, format: LogFormat, speak: impl FnOnce()) -> String {
        let page = Arc::new(Mutex::new(Vec::new()));
        let log = Log { level: level.to_owned(), format };
        let pen = Arc::clone(&page);
        let subscriber = subscriber(&log, move || Pen(Arc::clone(&pen))).unwrap();
        tracing::subscriber::with_default(subscriber, speak);
        let text = page.lock().unwrap().clone();
        String::from_utf8(text).unwrap()
    }

    /// What it says when the bot and the two libraries each speak at `info` and `warn`.
    fn said(level: &str, format: LogFormat) -> String {
        page(level, format, || {
            tracing::info!(target: "barnraiser::delivery", "bot-info");
            tracing::warn!(target: "barnraiser::delivery", "bot-warn");
            tracing::info!(target: "matrix_sdk_crypto::machine", "matrix-info");
            tracing::warn!(target: "matrix_sdk_crypto::machine", "matrix-warn");
            tracing::info!(target: "sqlx::query", "sqlx-info");
            tracing::warn!(target: "sqlx::query", "sqlx-warn");
        })
    }

    struct Pen(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Pen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn words(level: &str) -> Vec<&'static str> {
        let said = said(level, LogFormat::Text);
        let all = ["bot-info", "bot-warn", "matrix-info", "matrix-warn", "sqlx-info", "sqlx-warn"];
        all.into_iter().filter(|word| said.contains(word)).collect()
    }

    #[test]
    fn libraries_speak_from_warn_up() {
        assert_eq!(words("info"), ["bot-info", "bot-warn", "matrix-warn", "sqlx-warn"]);
        assert_eq!(words("trace"), ["bot-info", "bot-warn", "matrix-warn", "sqlx-warn"]);
    }

    #[test]
    fn the_operator_can_let_one_speak() {
        assert_eq!(words("info,sqlx=info"), ["bot-info", "bot-warn", "matrix-warn", "sqlx-info", "sqlx-warn"]);
        assert_eq!(words("info,matrix_sdk_crypto=info")[2..4], ["matrix-info", "matrix-warn"]);
    }

    #[test]
    fn what_the_server_said_stays_out_of_the_log() {
        let said = |level: &str| {
            let speak = || tracing::error!(target: "matrix_sdk::http_client", "server-words");
            page(level, LogFormat::Text, speak).contains("server-words")
        };
        assert!(!said("info") && !said("warn") && !said("error"));
        assert!(said("info,matrix_sdk::http_client=error"), "the operator may ask for it");
    }

    #[test]
    fn what_serenity_holds_stays_out_of_the_log_whatever_the_operator_says() {
        for format in [LogFormat::Text, LogFormat::Json] {
            for level in ["info", "trace", "serenity=trace", "trace,serenity::http=trace,serenity::gateway=trace"] {
                let said = page(level, format, || {
                    let request =
                        tracing::info_span!(target: "serenity::http::request", "perform", body = "secret-body");
                    request.in_scope(|| {
                        tracing::warn!(target: "serenity::gateway::ws", "secret-payload");
                        tracing::info!(target: "barnraiser::platforms::discord", "bot-under-it");
                    });
                    tracing::error!(target: "serenity", "secret-of-its-own");
                    tracing::error!(target: "serenity_kin", "another-library");
                });
                assert!(!said.contains("secret"), "{level}: {said}");
                assert_eq!(said.contains("bot-under-it"), level != "serenity=trace", "{level}: {said}");
                assert!(said.contains("another-library"), "{level}: {said}");
            }
        }
    }

    #[test]
    fn taming_never_makes_a_library_louder() {
        assert_eq!(words("error"), Vec::<&str>::new());
        assert_eq!(words("off"), Vec::<&str>::new());
        assert_eq!(words("barnraiser=info"), ["bot-info", "bot-warn"]);
    }

    #[test]
    fn json_is_one_object_a_line() {
        let said = said("info", LogFormat::Json);
        let lines: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[0]["fields"]["message"], "bot-info");
        assert_eq!(lines[0]["target"], "barnraiser::delivery");
    }
}
