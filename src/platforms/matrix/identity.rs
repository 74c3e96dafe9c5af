//! Who the bot is to other people's devices: its cross-signing identity, the signature under this device, and the backup of
//! its message keys at the homeserver, all opened by one recovery key.
//!
//! Settled at every start, and every step may be the one a crash interrupted: the recovery key is on the disk before
//! anything is made that only it can open, and what is half made is made again. It never replaces an identity that somebody
//! else made, and never shows the recovery key anywhere but in its file.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use matrix_sdk::Client;
use matrix_sdk::encryption::recovery::{RecoveryError, RecoveryState};
use matrix_sdk::ruma::api::client::uiaa::{AuthData, MatrixUserIdentifier, Password, UserIdentifier};
use tokio_util::sync::CancellationToken;

use super::backoff::{Failed, patiently, random_bytes};
use super::kept::private_file;
use super::session::ConnectError;
use super::settings::Settings;
use super::trouble::Trouble;
use crate::config::folder::RECOVERY_KEY;
use crate::config::{Secret, SignIn};

/// Letters between two spaces of a recovery key the bot made: it may have to be copied by hand.
const GROUP: usize = 4;

/// Makes sure that this device is signed by the account's own identity, and that its keys are backed up.
///
/// # Errors
/// The account has an identity already whose recovery key the bot does not have, or not the right one; the homeserver wants
/// a password for the bot's first identity and none is configured; or whatever waiting will not mend.
pub(super) async fn settle(
    client: &Client,
    settings: &Settings,
    shutdown: &CancellationToken,
) -> Result<(), ConnectError> {
    client.encryption().wait_for_e2ee_initialization_tasks().await;
    let keeper = Keeper::of(settings);
    if patiently(shutdown, || has_identity(client)).await? && !has_private_keys(client).await {
        let key = keeper.read()?.ok_or_else(|| ConnectError::NoRecoveryKey(keeper.path.clone()))?;
        recover(client, &key, shutdown).await?;
        if !has_private_keys(client).await {
            return Err(ConnectError::WrongRecoveryKey);
        }
    }
    // The keys are this account's: the SDK drops those that are not what the homeserver shows. Uploading them once more
    // changes nothing.
    if !patiently(shutdown, || is_signed(client)).await? {
        keeper.read_or_make()?;
        make_identity(client, settings, shutdown).await?;
    }
    // Anything else is what a crash left, or what somebody switched off: this device has all it takes to set it up again.
    if client.encryption().recovery().state() != RecoveryState::Enabled {
        back_up(client, &keeper.read_or_make()?, shutdown).await?;
    }
    Ok(())
}

/// Does the account have a cross-signing identity, as the homeserver knows it now?
async fn has_identity(client: &Client) -> Result<bool, matrix_sdk::Error> {
    let Some(own) = client.user_id() else { return Ok(false) };
    Ok(client.encryption().request_user_identity(own).await?.is_some())
}

/// Are the private keys of the identity here?
async fn has_private_keys(client: &Client) -> bool {
    client.encryption().cross_signing_status().await.is_some_and(|status| status.is_complete())
}

/// Is this device signed with the account's keys, as the homeserver last showed it?
async fn is_signed(client: &Client) -> Result<bool, Trouble> {
    let device = client.encryption().get_own_device().await;
    let device = device.map_err(|_| Trouble::Unclear("the SDK's own store".into()))?;
    Ok(device.is_some_and(|device| device.is_cross_signed_by_owner()))
}

/// Uploads the account's identity, its first if there is none, and signs this device. Homeservers that follow MSC3967
/// (Synapse since 1.102) ask for nothing; others ask for the password once more.
async fn make_identity(client: &Client, settings: &Settings, shutdown: &CancellationToken) -> Result<(), ConnectError> {
    let encryption = client.encryption();
    let made = patiently(shutdown, || async {
        let asked = match encryption.bootstrap_cross_signing(None).await {
            Ok(()) => return Ok(()),
            Err(error) => match error.as_uiaa_response() {
                Some(asked) => asked.session.clone(),
                None => return Err(Trouble::from(&error)),
            },
        };
        let refused = || Trouble::Refused("the password was asked for".into());
        let SignIn::Password(password) = &settings.account.sign_in else { return Err(refused()) };
        let user = UserIdentifier::Matrix(MatrixUserIdentifier::new(settings.account.user.clone()));
        let mut proof = Password::new(user, password.reveal().to_owned());
        proof.session = asked;
        let proved = encryption.bootstrap_cross_signing(Some(AuthData::Password(proof))).await;
        proved.map_err(|error| if error.as_uiaa_response().is_some() { refused() } else { Trouble::from(&error) })
    });
    match made.await {
        Err(Failed::Trouble(Trouble::Refused(_))) => return Err(ConnectError::PasswordForIdentity),
        other => other?,
    }
    patiently(shutdown, || has_identity(client)).await?;
    if !patiently(shutdown, || is_signed(client)).await? {
        return Err(ConnectError::Refused("the homeserver does not show the signature of the bot's device".into()));
    }
    tracing::info!("this device is signed with the account's own cross-signing keys");
    Ok(())
}

/// Sets up the backup of message keys and puts the identity's keys beside it, both opened by the recovery key.
async fn back_up(client: &Client, key: &Secret, shutdown: &CancellationToken) -> Result<(), ConnectError> {
    let recovery = client.encryption().recovery();
    let opened_by = key.reveal();
    let enabled = patiently(shutdown, || async {
        match recovery.enable().with_passphrase(opened_by).await {
            // A crash came between the making of a backup and the noting of its key: nobody can read it, so a new one
            // takes its place.
            Err(RecoveryError::BackupExistsOnServer) => {
                client.encryption().backups().create().await.map_err(Trouble::from)?;
                recovery.enable().with_passphrase(opened_by).await.map_err(|error| trouble(&error))
            }
            other => other.map_err(|error| trouble(&error)),
        }
    });
    enabled.await?;
    tracing::info!("the bot's keys are backed up at the homeserver, for whoever has the recovery key");
    Ok(())
}

/// Fetches the identity's keys with the recovery key, signs this device with them and goes on with the backup.
async fn recover(client: &Client, key: &Secret, shutdown: &CancellationToken) -> Result<(), ConnectError> {
    let recovery = client.encryption().recovery();
    let recovered = patiently(shutdown, || async {
        recovery.recover_and_fix_backup(key.reveal()).await.map_err(|error| trouble(&error))
    });
    match recovered.await {
        Err(Failed::Trouble(Trouble::Refused(_))) => Err(ConnectError::WrongRecoveryKey),
        other => other.map_err(ConnectError::from),
    }
}

/// Only what the homeserver said passes by itself; a key that opens nothing never will.
fn trouble(error: &RecoveryError) -> Trouble {
    use matrix_sdk::encryption::secret_storage::SecretStorageError;
    match error {
        RecoveryError::Sdk(error) | RecoveryError::SecretStorage(SecretStorageError::Sdk(error)) => {
            Trouble::from(error)
        }
        _ => Trouble::Refused("the recovery key does not open it".into()),
    }
}

/// Where the recovery key is kept: with the operator, or in a file of the data folder.
struct Keeper<'a> {
    given: Option<&'a Secret>,
    data: &'a Path,
    path: PathBuf,
}

impl<'a> Keeper<'a> {
    fn of(settings: &'a Settings) -> Self {
        let path = settings.data.join(RECOVERY_KEY);
        Keeper { given: settings.account.recovery_key.as_ref(), data: &settings.data, path }
    }

    fn read(&self) -> Result<Option<Secret>, ConnectError> {
        if let Some(given) = self.given {
            return Ok(Some(given.clone()));
        }
        match fs::exists(&self.path) {
            Ok(false) => Ok(None),
            Ok(true) => {
                Secret::from_file(&self.path).map(Some).map_err(|wrong| ConnectError::BadRecoveryKey(wrong.what))
            }
            Err(source) => Err(self.disk(source)),
        }
    }

    /// The key, made and on the disk if there was none.
    fn read_or_make(&self) -> Result<Secret, ConnectError> {
        if let Some(known) = self.read()? {
            return Ok(known);
        }
        let text = in_groups(&data_encoding::BASE32_NOPAD.encode(&random_bytes::<32>()));
        self.write(&text).map_err(|source| self.disk(source))?;
        tracing::warn!(
            file = %self.path.display(),
            "wrote the recovery key of the bot's account; keep a copy of this file elsewhere, it is needed if this folder is lost"
        );
        Ok(Secret::new(text).expect("base32 in groups is one line"))
    }

    /// Whole or not at all, and for its owner's eyes only.
    fn write(&self, text: &str) -> io::Result<()> {
        let fresh = self.path.with_extension("new");
        let mut file = private_file(&fresh)?;
        writeln!(file, "{text}")?;
        file.sync_all()?;
        fs::rename(&fresh, &self.path)?;
        fs::File::open(self.data)?.sync_all()
    }

    fn disk(&self, source: io::Error) -> ConnectError {
        ConnectError::Disk { path: self.path.clone(), source }
    }
}

fn in_groups(letters: &str) -> String {
    let mut text = String::new();
    for (place, letter) in letters.chars().enumerate() {
        if place > 0 && place % GROUP == 0 {
            text.push(' ');
        }
        text.push(letter);
    }
    text
}
