//! A stand-in Discord on the loopback, for testing bots.
//!
//! It speaks Discord's REST API (v10) and its gateway, keeps Discord's rules and limits, and lets a test act as the
//! members of a server: use a slash command, press a button, fill in a form, close their direct messages, leave. It can
//! also do what the real one does on bad days: cut a connection after the request took effect, answer 502, close the
//! gateway, send an event twice. `README.md` says how each is asked for.
//!
//! Start one inside a test with [`Twin::start`], or as a program of its own with `cargo run -p discord-twin`. A bot needs
//! nothing but the address: libraries whose base address can be set take [`Twin::http`]; those that insist on
//! `https://discord.com` take a client that trusts [`Twin::ca`] and resolves that name to [`Twin::https`].
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use serde_json::json;
//!
//! let twin = discord_twin::Twin::start(discord_twin::Options::default()).await?;
//! let ana = twin.ask("POST", "/user", json!({"name": "ana"})).await?;
//! let app = twin.ask("POST", "/application", json!({"name": "bot", "token": "secret"})).await?;
//! twin.ask("POST", "/guild", json!({"name": "Eastbank", "owner": ana["id"], "apps": [app["id"]], "channels": ["general"]})).await?;
//! // … log the bot in at `twin.http()`, then:
//! let seen = twin.ask("POST", "/slash", json!({"user": "ana", "channel": "general", "command": "ping"})).await?;
//! assert_eq!(seen["outcome"], "acknowledged");
//! # Ok(())
//! # }
//! ```
//!
//! It is no Discord: it keeps everything in memory, knows only what bots with commands, messages, threads, direct
//! messages and scheduled events need, and must never be reachable from outside the machine.

#![warn(missing_docs)]

mod clock;
mod control;
mod errors;
mod faults;
mod gateway;
mod limits;
mod members;
mod permissions;
mod recorder;
mod rest;
mod rules;
mod server;
mod state;
mod tls;
mod wire;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use recorder::Recorder;
use state::World;

/// The world and the one lock around it.
#[derive(Clone, Debug)]
pub(crate) struct Shared(Arc<Mutex<World>>);

impl Shared {
    /// The world for a moment. A handler that panicked has told its own test; the others go on.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a twin starts.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where everything that crosses the wire is written, one JSON object a line.
    pub record: Option<PathBuf>,
    /// The port for http, gateway and control; a free one if it is 0.
    pub port: u16,
    /// The port for https; a free one if it is 0.
    pub https_port: u16,
}

/// A running twin. It ends when it is dropped.
#[derive(Debug)]
pub struct Twin {
    shared: Shared,
    http: SocketAddr,
    https: SocketAddr,
    ca: PathBuf,
    // Holds the certificate; goes away with the twin.
    _folder: TempDir,
    listening: Vec<JoinHandle<()>>,
}

impl Twin {
    /// Starts one on the loopback.
    ///
    /// # Errors
    ///
    /// When a port is taken, or the certificate or the record cannot be written.
    pub async fn start(options: Options) -> io::Result<Twin> {
        let folder = tempfile::Builder::new().prefix("discord-twin-").tempdir()?;
        let ca = folder.path().join("ca.pem");
        let tls = tls::make(&ca)?;
        let plain = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let secure = TcpListener::bind((Ipv4Addr::LOCALHOST, options.https_port)).await?;
        let (http, https) = (plain.local_addr()?, secure.local_addr()?);
        let mut world = World::new();
        world.gateway_url = format!("ws://{http}/gateway");
        world.recorder = options.record.as_deref().map(Recorder::create).transpose()?;
        let shared = Shared(Arc::new(Mutex::new(world)));
        let listening = vec![
            tokio::spawn(server::listen(plain, shared.clone(), None)),
            tokio::spawn(server::listen(secure, shared.clone(), Some(tls))),
        ];
        Ok(Twin { shared, http, https, ca, _folder: folder, listening })
    }

    /// The base of the REST API for libraries that let it be set; `/api/v10` follows.
    pub fn http(&self) -> String {
        format!("http://{}", self.http)
    }

    /// Where https listens, for a client that takes this for `discord.com`.
    pub fn https(&self) -> SocketAddr {
        self.https
    }

    /// The gateway's address. Libraries ask `GET /gateway` for it.
    pub fn gateway(&self) -> String {
        format!("ws://{}/gateway", self.http)
    }

    /// The certificate of the authority behind https.
    pub fn ca(&self) -> &Path {
        &self.ca
    }

    /// Where the control API is over http, for tests in other languages.
    pub fn control(&self) -> String {
        format!("http://{}/twin", self.http)
    }

    /// The control API without a socket: the same methods, paths and bodies as under [`Twin::control`].
    ///
    /// # Errors
    ///
    /// When the twin refuses the request itself (an unknown name, a missing field). What Discord's client refuses a
    /// member is no error but an answer with `"outcome": "refused"`.
    pub async fn ask(&self, method: &str, path: &str, body: Value) -> io::Result<Value> {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let (status, answer) = control::serve(&self.shared, method, path, query, body.to_string().as_bytes()).await;
        if status >= 400 { Err(io::Error::other(format!("{method} {path}: {answer}"))) } else { Ok(answer) }
    }

    /// Moves the twin's clock forward.
    pub fn advance(&self, ms: i64) {
        let mut world = self.shared.lock();
        world.clock.advance(ms);
        world.touch();
    }

    /// Lets the twin's time stand still until [`Twin::advance`] moves it, or go on from where it stood. A test in which it
    /// stands never fails because a machine was slow.
    pub fn stop_clock(&self, stopped: bool) {
        self.shared.lock().clock.stop(stopped);
    }

    /// What the program prints when it is ready: how to reach each part.
    pub fn addresses(&self) -> Value {
        json!({
            "http": self.http(), "https": self.https().to_string(), "gateway": self.gateway(),
            "ca": self.ca().display().to_string(), "control": self.control(),
        })
    }
}

impl Drop for Twin {
    fn drop(&mut self) {
        // The gateway's sockets have left the listeners' hands.
        for session in self.shared.lock().sessions.values_mut() {
            session.close(1001, "The twin ends.");
        }
        for task in &self.listening {
            task.abort();
        }
    }
}
