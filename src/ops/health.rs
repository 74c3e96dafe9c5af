//! Three pages for whoever watches over the machine: is the program alive, is it ready to work, and its figures.
//!
//! It listens on the loopback by default and tells nobody's words or names. It is asked; it never does anything.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use jiff::Timestamp;
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::metrics;
use super::words::{ago, span};
use crate::engine::Engine;
use crate::engine::vitals::{Backup, Skew, Vitals};
use crate::store::{database, reading};

/// The engine is asked something small; when it has not answered by then, it does not.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);
/// Whoever is in the middle of reading a page when the bot stops has this long.
const LAST_PAGES: Duration = Duration::from_secs(1);

/// The address cannot be had: one clear sentence.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot listen on {at} for the health pages: {source}. How to mend: change health.listen, or turn it off with \"off\""
)]
pub struct CannotListen {
    at: SocketAddr,
    source: std::io::Error,
}

/// Takes the address, before anything else is started.
///
/// # Errors
/// Somebody else has it, or it is not this machine's.
pub async fn listen(at: SocketAddr) -> Result<TcpListener, CannotListen> {
    if !at.ip().is_loopback() {
        tracing::warn!(%at, "the health pages can be read from other machines; keep them behind a firewall");
    }
    TcpListener::bind(at).await.map_err(|source| CannotListen { at, source })
}

/// What the pages are made from.
#[derive(Clone)]
pub struct Watch {
    engine: Engine,
    readers: SqlitePool,
    data: Arc<PathBuf>,
}

impl Watch {
    /// Over a running engine and its data folder, which it reads beside the engine.
    pub fn over(engine: Engine, data: PathBuf) -> Watch {
        let readers = SqlitePoolOptions::new().max_connections(1).connect_lazy_with(reading(&database(&data)));
        Watch { engine, readers, data: Arc::new(data) }
    }

    /// Answers until shutdown.
    ///
    /// # Errors
    /// The socket broke.
    pub async fn run(self, listener: TcpListener, shutdown: CancellationToken) -> std::io::Result<()> {
        let readers = self.readers.clone();
        let serving = axum::serve(listener, self.pages()).with_graceful_shutdown(shutdown.clone().cancelled_owned());
        let served = tokio::select! {
            served = serving.into_future() => served,
            () = async { shutdown.cancelled().await; tokio::time::sleep(LAST_PAGES).await } => Ok(()),
        };
        readers.close().await;
        served
    }

    fn pages(self) -> Router {
        Router::new()
            .route("/healthz", get(|| async { "alive\n" }))
            .route("/readyz", get(ready))
            .route("/metrics", get(figures))
            .with_state(self)
    }
}

async fn ready(State(watch): State<Watch>) -> impl IntoResponse {
    let answers = tokio::time::timeout(ANSWERS_WITHIN, watch.engine.agenda()).await;
    let answers = matches!(answers, Ok(Ok(_)));
    let findings = Findings::of(watch.engine.vitals(), answers, watch.engine.clock().now());
    let status = if findings.missing.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, findings.page())
}

async fn figures(State(watch): State<Watch>) -> impl IntoResponse {
    let now = watch.engine.clock().now();
    let page = metrics::page(watch.engine.vitals(), &watch.readers, &watch.data, now).await;
    ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], page)
}

/// What keeps the bot from working, and what is worth knowing beside it.
#[derive(Debug, PartialEq, Eq)]
struct Findings {
    missing: Vec<String>,
    notes: Vec<String>,
}

impl Findings {
    fn of(vitals: &Vitals, engine_answers: bool, now: Timestamp) -> Findings {
        let mut missing = Vec::new();
        let mut notes = Vec::new();
        if !engine_answers {
            missing.push("the engine does not answer".to_owned());
        }
        let platforms = vitals.platforms();
        for (platform, _) in platforms.iter().filter(|(_, connected)| !**connected) {
            notes.push(format!("{} is not connected", platform.name()));
        }
        if !platforms.values().any(|connected| *connected) {
            missing.push("no platform is connected".to_owned());
        }
        missing.extend(vitals.skew().map(|skew| match skew {
            Skew::WentBack(by) => format!("the clock is {} behind what it showed before", span(by)),
            Skew::Disagrees(platform, by) => {
                let which = if by.is_negative() { "ahead of" } else { "behind" };
                format!("the clock is {} {which} the server of {}", span(by.abs()), platform.name())
            }
        }));
        match vitals.backup() {
            Backup::Off => notes.push("no backups are scheduled".to_owned()),
            Backup::On { newest, failing } => {
                let newest =
                    newest.map_or("there is none yet".to_owned(), |at| format!("the newest is {}", ago(at, now)));
                notes.push(format!("backups{}: {newest}", if failing { " fail" } else { "" }));
            }
        }
        Findings { missing, notes }
    }

    fn page(&self) -> String {
        let first = if self.missing.is_empty() { "ready" } else { "not ready" };
        let missing = self.missing.iter().map(|what| format!("- {what}"));
        let notes = self.notes.iter().map(|what| format!("note: {what}"));
        let lines: Vec<_> = [first.to_owned()].into_iter().chain(missing).chain(notes).collect();
        lines.join("\n") + "\n"
    }
}
