//! Login, and what is kept of it on disk: `matrix/session.json` (device, token, store key) and `matrix/store` (the SDK's
//! state and encryption keys).
//!
//! The three belong together: a token without the device's keys, or keys without their token, is refused rather than
//! repaired, since going on would silently make every encrypted message unreadable. The session file is written whole or
//! not at all and only its owner may read it.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use matrix_sdk::authentication::matrix::MatrixSession;
use matrix_sdk::config::{RequestConfig, SyncSettings};
use matrix_sdk::ruma::api::client::filter::{Filter, FilterDefinition, RoomEventFilter, RoomFilter};
use matrix_sdk::ruma::api::client::session::login;
use matrix_sdk::ruma::api::client::sync::sync_events;
use matrix_sdk::ruma::api::client::uiaa::{MatrixUserIdentifier, UserIdentifier};
use matrix_sdk::ruma::presence::PresenceState;
use matrix_sdk::ruma::{OwnedDeviceId, UserId};
use matrix_sdk::{Client, ClientBuilder, SessionMeta, SessionTokens, SqliteStoreConfig};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::backoff::{Backoff, random_bytes};
use super::settings::Settings;
use super::trouble::Trouble;
use crate::config::{Secret, SignIn};

/// How long one request may take, in seconds; a sync may take this on top of its own waiting.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// Events of one room that a sync may bring; more than that is read back page by page.
const TIMELINE_EVENTS: u32 = 100;

/// Why the bot could not log in.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("matrix.user must be a whole user id, such as @barnraiser:example.org")]
    BadUser,
    #[error("matrix.homeserver is no address the bot could speak to; write it like https://matrix.example.org")]
    BadHomeserver,
    #[error("the homeserver does not accept this user and password ({0})")]
    WrongPassword(String),
    #[error("the homeserver does not accept this access token")]
    WrongToken,
    #[error("the access token belongs to {0}, and the configuration names another user or device")]
    OtherOwner(String),
    #[error("the homeserver refused: {0}")]
    Refused(String),
    #[error(
        "the login kept in {0} has ended at the homeserver; move that folder away and the bot logs in anew, as a new device"
    )]
    LoggedOut(PathBuf),
    #[error(
        "{folder} is only half there: {missing} is missing. Restore both from the same backup, or move the folder away and \
         the bot logs in anew"
    )]
    HalfThere { folder: PathBuf, missing: &'static str },
    #[error(
        "{folder} belongs to {kept}, and the configuration names another user or device; correct it, or move the folder away"
    )]
    OtherSession { folder: PathBuf, kept: String },
    #[error("cannot use {path}: {source}")]
    Disk { path: PathBuf, source: io::Error },
    #[error("{0} cannot be read as a session file; restore it from a backup, or move its folder away")]
    BadSession(PathBuf),
    #[error("the store in {0} cannot be opened with the key in its session file; restore both from the same backup")]
    BadStore(PathBuf),
    #[error("stopped before the login was complete")]
    Cancelled,
}

/// What the session file holds.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    session: MatrixSession,
    /// The store's encryption key, base32.
    store_key: String,
    /// Whether the store was completely made. A crash before that leaves nothing worth keeping in it.
    store_made: bool,
}

/// Where things are kept.
struct Folder {
    root: PathBuf,
    session: PathBuf,
    store: PathBuf,
}

impl Folder {
    fn of(data: &Path) -> Self {
        let root = data.join("matrix");
        Folder { session: root.join("session.json"), store: root.join("store"), root }
    }

    /// Is there a store with both of its halves, rooms and keys?
    fn has_store(&self) -> bool {
        ["matrix-sdk-state.sqlite3", "matrix-sdk-crypto.sqlite3"].iter().all(|name| self.store.join(name).exists())
    }

    fn read(&self) -> Result<Option<Kept>, ConnectError> {
        let text = match fs::read_to_string(&self.session) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ConnectError::Disk { path: self.session.clone(), source }),
        };
        serde_json::from_str(&text).map(Some).map_err(|_| ConnectError::BadSession(self.session.clone()))
    }

    /// Writes the session file whole or not at all.
    fn write(&self, kept: &Kept) -> Result<(), ConnectError> {
        let text = serde_json::to_vec_pretty(kept).expect("a session is plain strings, which always become JSON");
        let disk = |source| ConnectError::Disk { path: self.session.clone(), source };
        let fresh = self.root.join("session.json.new");
        let mut file = private_file(&fresh).map_err(disk)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(disk)?;
        fs::rename(&fresh, &self.session).map_err(disk)?;
        fs::File::open(&self.root).and_then(|folder| folder.sync_all()).map_err(disk)
    }
}

/// Logs in or takes up the kept login, and synchronises once.
pub(super) async fn open(settings: &Settings, shutdown: &CancellationToken) -> Result<Client, ConnectError> {
    UserId::parse(&settings.account.user).map_err(|_| ConnectError::BadUser)?;
    let folder = Folder::of(&settings.data);
    private_folder(&folder.root).map_err(|source| ConnectError::Disk { path: folder.root.clone(), source })?;
    let kept = match folder.read()? {
        Some(kept) => kept,
        None if folder.has_store() => {
            return Err(ConnectError::HalfThere { folder: folder.root, missing: "session.json" });
        }
        None => {
            let session = log_in(settings, shutdown).await?;
            let store_key = data_encoding::BASE32_NOPAD.encode(&random_bytes::<32>());
            let kept = Kept { session, store_key, store_made: false };
            folder.write(&kept)?;
            kept
        }
    };
    check_owner(settings, &folder, &kept.session.meta)?;
    if kept.store_made && !folder.has_store() {
        return Err(ConnectError::HalfThere { folder: folder.root, missing: "store" });
    }
    let client = restore(settings, &folder, kept).await?;
    let who = patiently(shutdown, || client.whoami()).await;
    match who {
        Err(Failed::Trouble(Trouble::LoggedOut)) => return Err(ConnectError::LoggedOut(folder.root)),
        other => other.map_err(ConnectError::from)?,
    };
    patiently(shutdown, || client.sync_once(sync_settings(Duration::ZERO))).await?;
    tracing::info!("logged in to the homeserver");
    Ok(client)
}

/// How the bot synchronises: enough events at once, and nothing about presence, typing or receipts.
pub(super) fn sync_settings(wait: Duration) -> SyncSettings {
    let mut timeline = RoomEventFilter::empty();
    timeline.limit = Some(TIMELINE_EVENTS.into());
    let mut room = RoomFilter::empty();
    room.timeline = timeline;
    room.ephemeral = RoomEventFilter::ignore_all();
    let mut filter = FilterDefinition::empty();
    filter.room = room;
    filter.presence = Filter::ignore_all();
    SyncSettings::new()
        .timeout(wait)
        .set_presence(PresenceState::Offline)
        .filter(sync_events::v3::Filter::FilterDefinition(filter))
}

/// One attempt, finite: whoever calls decides about trying again, since the SDK's own retries take minutes.
///
/// Seam: device verification, key backup and who may decrypt what are settled here when encryption is taken on.
fn builder(settings: &Settings) -> ClientBuilder {
    let once = RequestConfig::new().timeout(REQUEST_TIMEOUT).disable_retry();
    // The well-known answer of a login could point the bot to another server than the operator wrote down.
    Client::builder()
        .homeserver_url(settings.account.homeserver.as_str())
        .respect_login_well_known(false)
        .request_config(once)
}

/// The first login, on a client without a store: the SDK leaves an unusable one behind when a login fails.
async fn log_in(settings: &Settings, shutdown: &CancellationToken) -> Result<MatrixSession, ConnectError> {
    let client = builder(settings).build().await.map_err(|_| ConnectError::BadHomeserver)?;
    match &settings.account.sign_in {
        SignIn::Password(password) => {
            let user = UserIdentifier::Matrix(MatrixUserIdentifier::new(settings.account.user.clone()));
            let proof = login::v3::Password::new(user, password.reveal().to_owned());
            let mut request = login::v3::Request::new(login::v3::LoginInfo::Password(proof));
            request.initial_device_display_name = Some(settings.account.device_name.clone());
            match patiently(shutdown, || client.send(request.clone())).await {
                Ok(answer) => Ok(MatrixSession::from(&answer)),
                Err(Failed::Trouble(Trouble::Refused(reason) | Trouble::Closed(reason))) => {
                    Err(ConnectError::WrongPassword(reason))
                }
                Err(other) => Err(other.into()),
            }
        }
        SignIn::Token { token, device_id } => check_token(&client, settings, token, device_id, shutdown).await,
    }
}

/// Asks whom a token belongs to before anything is built on it.
async fn check_token(
    client: &Client,
    settings: &Settings,
    token: &Secret,
    device_id: &str,
    shutdown: &CancellationToken,
) -> Result<MatrixSession, ConnectError> {
    let user_id = UserId::parse(&settings.account.user).map_err(|_| ConnectError::BadUser)?;
    let session = MatrixSession {
        meta: SessionMeta { user_id, device_id: OwnedDeviceId::from(device_id) },
        tokens: SessionTokens { access_token: token.reveal().to_owned(), refresh_token: None },
    };
    client.restore_session(session.clone()).await.map_err(|_| ConnectError::WrongToken)?;
    let owner = match patiently(shutdown, || client.whoami()).await {
        Err(Failed::Trouble(Trouble::LoggedOut)) => return Err(ConnectError::WrongToken),
        other => other.map_err(ConnectError::from)?,
    };
    let same_device = owner.device_id.as_ref().is_none_or(|device| *device == session.meta.device_id);
    if owner.user_id != session.meta.user_id || !same_device {
        let device = owner.device_id.map(|device| format!(" (device {device})")).unwrap_or_default();
        return Err(ConnectError::OtherOwner(format!("{}{device}", owner.user_id)));
    }
    Ok(session)
}

/// Opens the store and takes up the session. A store that was never completely made is made anew.
async fn restore(settings: &Settings, folder: &Folder, mut kept: Kept) -> Result<Client, ConnectError> {
    let disk = |source| ConnectError::Disk { path: folder.store.clone(), source };
    if !kept.store_made && folder.store.exists() {
        fs::remove_dir_all(&folder.store).map_err(disk)?;
    }
    private_folder(&folder.store).map_err(disk)?;
    let bad_session = || ConnectError::BadSession(folder.session.clone());
    let key = data_encoding::BASE32_NOPAD.decode(kept.store_key.as_bytes()).map_err(|_| bad_session())?;
    let key: [u8; 32] = key.try_into().map_err(|_| bad_session())?;
    // A ready key instead of a passphrase: stretching one costs seconds at every start and adds nothing to 32 random bytes.
    let store = SqliteStoreConfig::new(&folder.store).key(Some(&key));
    let client =
        builder(settings).sqlite_store_with_config_and_cache_path(store, None::<&Path>).build().await.map_err(
            |error| match error {
                matrix_sdk::ClientBuildError::SqliteStore(_) => ConnectError::BadStore(folder.store.clone()),
                _ => ConnectError::BadHomeserver,
            },
        )?;
    client.restore_session(kept.session.clone()).await.map_err(|_| ConnectError::BadStore(folder.store.clone()))?;
    if !kept.store_made {
        kept.store_made = true;
        folder.write(&kept)?;
    }
    Ok(client)
}

/// Refuses a session that belongs to somebody else than the configuration says.
fn check_owner(settings: &Settings, folder: &Folder, kept: &SessionMeta) -> Result<(), ConnectError> {
    let same_device = match &settings.account.sign_in {
        SignIn::Password(_) => true,
        SignIn::Token { device_id, .. } => kept.device_id == device_id.as_str(),
    };
    if kept.user_id == settings.account.user && same_device {
        return Ok(());
    }
    let kept = format!("{} (device {})", kept.user_id, kept.device_id);
    Err(ConnectError::OtherSession { folder: folder.root.clone(), kept })
}

/// Why [`patiently`] gave up.
enum Failed {
    Trouble(Trouble),
    Cancelled,
}

impl From<Failed> for ConnectError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Trouble(trouble) => ConnectError::Refused(trouble.to_string()),
            Failed::Cancelled => ConnectError::Cancelled,
        }
    }
}

/// Tries until it works, is refused, or the bot is told to stop.
async fn patiently<T, E, F, R>(shutdown: &CancellationToken, mut attempt: F) -> Result<T, Failed>
where
    F: FnMut() -> R,
    R: IntoFuture<Output = Result<T, E>>,
    Trouble: From<E>,
{
    let mut backoff = Backoff::default();
    loop {
        let outcome = tokio::select! {
            () = shutdown.cancelled() => return Err(Failed::Cancelled),
            outcome = attempt().into_future() => outcome,
        };
        let trouble = match outcome.map_err(Trouble::from) {
            Ok(value) => return Ok(value),
            Err(trouble @ (Trouble::Refused(_) | Trouble::Closed(_) | Trouble::LoggedOut)) => {
                return Err(Failed::Trouble(trouble));
            }
            Err(trouble) => trouble,
        };
        let pause = if let Trouble::Wait(pause) = trouble { pause } else { backoff.next() };
        tracing::warn!(%trouble, ?pause, "the homeserver is not ready for the bot; trying again");
        tokio::select! {
            () = shutdown.cancelled() => return Err(Failed::Cancelled),
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Makes a folder that only its owner can look into; its parents too.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    // Its own name has to outlast a power cut as well, or what is in it is nowhere.
    path.parent().map_or(Ok(()), |parent| fs::File::open(parent).and_then(|folder| folder.sync_all()))
}

/// Opens an empty file that only its owner can read.
fn private_file(path: &Path) -> io::Result<fs::File> {
    // A leftover of a crash may have other rights: start from nothing.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(data: &Path) -> Settings {
        let account = crate::config::Matrix {
            homeserver: "http://127.0.0.1:1".parse().unwrap(),
            user: "@bot:localhost".into(),
            sign_in: SignIn::Password(Secret::new("pw").unwrap()),
            device_name: "Barnraiser".into(),
            prefix: "!aid".into(),
            inviters: Vec::new(),
            convener_power: 50,
            messages_per_minute: 6_000,
            burst: 1_000,
            describe_commands: false,
        };
        Settings { account, known_verbs: Vec::new(), data: data.to_owned() }
    }

    fn kept(user: &str, store_made: bool) -> Kept {
        Kept {
            session: MatrixSession {
                meta: SessionMeta { user_id: UserId::parse(user).unwrap(), device_id: "DEV".into() },
                tokens: SessionTokens { access_token: "token".into(), refresh_token: None },
            },
            store_key: data_encoding::BASE32_NOPAD.encode(&[7; 32]),
            store_made,
        }
    }

    async fn refusal(data: &Path) -> String {
        open(&settings(data), &CancellationToken::new()).await.err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[tokio::test]
    async fn half_a_session_is_refused() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::of(data.path());
        fs::create_dir_all(&folder.store).unwrap();
        folder.write(&kept("@bot:localhost", true)).unwrap();
        assert!(refusal(data.path()).await.contains("store is missing"));
        fs::remove_file(&folder.session).unwrap();
        for name in ["matrix-sdk-state.sqlite3", "matrix-sdk-crypto.sqlite3"] {
            fs::write(folder.store.join(name), "").unwrap();
        }
        assert!(refusal(data.path()).await.contains("session.json is missing"));
    }

    #[tokio::test]
    async fn somebody_elses_session_is_refused() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::of(data.path());
        fs::create_dir_all(&folder.root).unwrap();
        folder.write(&kept("@other:localhost", false)).unwrap();
        assert!(refusal(data.path()).await.contains("belongs to @other:localhost"));
        fs::write(&folder.session, "{").unwrap();
        assert!(refusal(data.path()).await.contains("cannot be read as a session file"));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_the_session_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::of(data.path());
        private_folder(&folder.root).unwrap();
        folder.write(&kept("@bot:localhost", false)).unwrap();
        folder.write(&kept("@bot:localhost", true)).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder.session), 0o600);
        assert_eq!(mode(&folder.root), 0o700);
        assert!(folder.read().unwrap().unwrap().store_made);
    }
}
