//! Login, or taking up the login that is kept on disk (`kept`).
//!
//! Token, device and keys belong together: a token without the device's keys, or keys without their token, is refused rather
//! than repaired, since going on would silently make every encrypted message unreadable.
//!
//! Keys go only forward: other devices refuse what is encrypted twice with the same step of a key, and a store that came
//! from a backup has steps behind it that it does not know of. After a restore the bot therefore logs in as a new device and
//! recovers its identity (`identity`); and every start begins new keys for every room.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use matrix_sdk::authentication::matrix::MatrixSession;
use matrix_sdk::config::{RequestConfig, SyncSettings};
use matrix_sdk::encryption::{BackupDownloadStrategy, EncryptionSettings};
use matrix_sdk::ruma::api::client::filter::{Filter, FilterDefinition, RoomEventFilter, RoomFilter};
use matrix_sdk::ruma::api::client::session::login;
use matrix_sdk::ruma::api::client::sync::sync_events;
use matrix_sdk::ruma::api::client::uiaa::{MatrixUserIdentifier, UserIdentifier};
use matrix_sdk::ruma::presence::PresenceState;
use matrix_sdk::ruma::{OwnedDeviceId, UserId};
use matrix_sdk::{Client, ClientBuilder, SessionMeta, SessionTokens, SqliteStoreConfig};
use matrix_sdk_base::crypto::{CollectStrategy, DecryptionSettings, TrustRequirement};
use tokio_util::sync::CancellationToken;

use super::backoff::{Failed, patiently, random_bytes};
use super::identity;
use super::kept::{Folder, Kept, private_folder, read_kept};
use super::settings::Settings;
use super::trouble::Trouble;
use crate::config::{Secret, SignIn, Trust};

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
    #[error(
        "the account has cross-signing keys already, and the bot cannot open them. Put the account's recovery key into {0}, or \
         name a file with it in matrix.recovery_key_file; if there is none any more, reset the keys in another client first"
    )]
    NoRecoveryKey(PathBuf),
    #[error("the recovery key does not open the account's cross-signing keys; give the bot the account's present one")]
    WrongRecoveryKey,
    #[error("the recovery key cannot be used: {0}")]
    BadRecoveryKey(String),
    #[error(
        "the homeserver asks for the account's password before it takes the bot's first cross-signing keys; start once with the \
         right matrix.password_file (and without a token)"
    )]
    PasswordForIdentity,
    #[error("stopped before the login was complete")]
    Cancelled,
}

/// Logs in or takes up the kept login, synchronises once, and makes sure that other devices can trust this one.
pub(super) async fn open(settings: &Settings, shutdown: &CancellationToken) -> Result<Client, ConnectError> {
    UserId::parse(&settings.account.user).map_err(|_| ConnectError::BadUser)?;
    let folder = Folder::of(&settings.data);
    private_folder(&folder.root).map_err(|source| ConnectError::Disk { path: folder.root.clone(), source })?;
    match &settings.account.sign_in {
        _ if !folder.restored.exists() => {}
        SignIn::Password(_) => folder.set_aside_restored()?,
        SignIn::Token { .. } => {
            tracing::warn!(
                "restored, but a token has to stay the device it is for; some may miss the bot's next messages"
            );
            folder.keep_restored()?;
        }
    }
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
    identity::settle(&client, settings, shutdown).await?;
    log_out_replaced(settings, &folder).await?;
    begin_new_room_keys(&client).await;
    tracing::info!("logged in to the homeserver");
    Ok(client)
}

/// Ends the session of a device whose place this one took. If that does not work it is tried at the next start: an old
/// device that nobody uses does no harm but in the list of devices.
async fn log_out_replaced(settings: &Settings, folder: &Folder) -> Result<(), ConnectError> {
    let Some(old) = read_kept(&folder.replaced)? else { return Ok(()) };
    let client = builder(settings).build().await.map_err(|_| ConnectError::BadHomeserver)?;
    client.restore_session(old.session).await.map_err(|_| ConnectError::BadSession(folder.replaced.clone()))?;
    match client.matrix_auth().logout().await.map_err(Trouble::from) {
        Ok(_) | Err(Trouble::LoggedOut) => {
            tracing::info!("the device that was restored from a backup is logged out; this one has taken its place");
            fs::remove_file(&folder.replaced)
                .map_err(|source| ConnectError::Disk { path: folder.replaced.clone(), source })
        }
        Err(trouble) => {
            tracing::warn!(%trouble, "the device that was restored from a backup could not be logged out yet");
            Ok(())
        }
    }
}

/// The keys that this device sends with begin anew in every room: after a power cut the store may have lost how far the
/// old ones were used.
async fn begin_new_room_keys(client: &Client) {
    for room in client.joined_rooms() {
        if let Err(error) = room.discard_room_key().await {
            let trouble = Trouble::from(&error);
            tracing::warn!(room = %room.room_id(), %trouble, "cannot begin a new key for a room; going on with the old one");
        }
    }
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
/// Whose devices get keys and are listened to is the operator's choice (`matrix.trust` says why). Cross-signing and backups
/// are set up by `identity`, which knows what a crash may have left, and not by the SDK beside it.
fn builder(settings: &Settings) -> ClientBuilder {
    let (share_with, requirement) = match settings.account.trust {
        Trust::SignedDevices => (CollectStrategy::IdentityBasedStrategy, TrustRequirement::CrossSignedOrLegacy),
        Trust::AllDevices => (CollectStrategy::AllDevices, TrustRequirement::Untrusted),
    };
    let encryption = EncryptionSettings {
        auto_enable_cross_signing: false,
        auto_enable_backups: false,
        backup_download_strategy: BackupDownloadStrategy::AfterDecryptionFailure,
    };
    let once = RequestConfig::new().timeout(REQUEST_TIMEOUT).disable_retry();
    // The well-known answer of a login could point the bot to another server than the operator wrote down.
    Client::builder()
        .homeserver_url(settings.account.homeserver.as_str())
        .respect_login_well_known(false)
        .request_config(once)
        .with_encryption_settings(encryption)
        .with_room_key_recipient_strategy(share_with)
        .with_decryption_settings(DecryptionSettings { sender_device_trust_requirement: requirement })
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

impl From<Failed> for ConnectError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Trouble(trouble) => ConnectError::Refused(trouble.to_string()),
            Failed::Cancelled => ConnectError::Cancelled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::kept::tests::kept;
    use super::*;
    use crate::domain::community::Language;

    fn settings(data: &Path) -> Settings {
        let account = crate::config::Matrix {
            homeserver: "http://127.0.0.1:1".parse().unwrap(),
            user: "@bot:localhost".into(),
            sign_in: SignIn::Password(Secret::new("pw").unwrap()),
            device_name: "Barnraiser".into(),
            recovery_key: None,
            trust: Trust::SignedDevices,
            encrypt_chats: true,
            prefix: "!aid".into(),
            inviters: Vec::new(),
            rooms_a_day: 10,
            convener_power: 50,
            conveners_of: crate::config::ConvenersOf::Room,
            messages_per_minute: 6_000,
            burst: 1_000,
            describe_commands: false,
        };
        Settings { account, known_verbs: Vec::new(), language: Language::English, data: data.to_owned() }
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
}
