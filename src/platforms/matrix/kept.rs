//! What is kept of the login on disk: `matrix/session.json` (device, token, store key) and `matrix/store` (the SDK's state and
//! encryption keys).
//!
//! The session file is written whole or not at all, and only its owner may read anything here.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use matrix_sdk::authentication::matrix::MatrixSession;
use serde::{Deserialize, Serialize};

use super::session::ConnectError;
use crate::config::folder::RESTORED;

/// What the session file holds.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    #[serde(flatten)]
    pub(super) session: MatrixSession,
    /// The store's encryption key, base32.
    pub(super) store_key: String,
    /// Whether the store was completely made. A crash before that leaves nothing worth keeping in it.
    pub(super) store_made: bool,
}

/// Where things are kept.
pub(super) struct Folder {
    pub(super) root: PathBuf,
    pub(super) session: PathBuf,
    pub(super) store: PathBuf,
    /// There after a restore: see [`RESTORED`].
    pub(super) restored: PathBuf,
    /// The login that was restored, until the new device has taken its place.
    pub(super) replaced: PathBuf,
}

impl Folder {
    pub(super) fn of(data: &Path) -> Self {
        let root = data.join("matrix");
        Folder {
            session: root.join("session.json"),
            store: root.join("store"),
            restored: data.join(RESTORED),
            replaced: root.join("replaced.json"),
            root,
        }
    }

    /// Is there a store with both of its halves, rooms and keys?
    pub(super) fn has_store(&self) -> bool {
        ["matrix-sdk-state.sqlite3", "matrix-sdk-crypto.sqlite3"].iter().all(|name| self.store.join(name).exists())
    }

    pub(super) fn read(&self) -> Result<Option<Kept>, ConnectError> {
        read_kept(&self.session)
    }

    /// Puts a restored login aside, so that a new one is made: its keys may be behind what others have seen of them. Every
    /// step may be the last before a crash, and the next start goes on from there.
    pub(super) fn set_aside_restored(&self) -> Result<(), ConnectError> {
        // One that waits to be logged out from an earlier restore goes first; this one stays in the list of devices.
        if !self.replaced.exists() {
            self.gone(fs::rename(&self.session, &self.replaced))?;
        }
        self.gone(fs::remove_file(&self.session))?;
        self.gone(fs::remove_dir_all(&self.store))?;
        self.keep_restored()
    }

    /// Goes on with a restored login.
    pub(super) fn keep_restored(&self) -> Result<(), ConnectError> {
        self.gone(fs::remove_file(&self.restored))?;
        self.gone(fs::File::open(&self.root).and_then(|folder| folder.sync_all()))
    }

    /// What is not there any more is gone as well.
    fn gone(&self, done: io::Result<()>) -> Result<(), ConnectError> {
        match done {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other.map_err(|source| ConnectError::Disk { path: self.root.clone(), source }),
        }
    }

    /// Writes the session file whole or not at all.
    pub(super) fn write(&self, kept: &Kept) -> Result<(), ConnectError> {
        let text = serde_json::to_vec_pretty(kept).expect("a session is plain strings, which always become JSON");
        let disk = |source| ConnectError::Disk { path: self.session.clone(), source };
        let fresh = self.root.join("session.json.new");
        let mut file = private_file(&fresh).map_err(disk)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(disk)?;
        fs::rename(&fresh, &self.session).map_err(disk)?;
        fs::File::open(&self.root).and_then(|folder| folder.sync_all()).map_err(disk)
    }
}

pub(super) fn read_kept(path: &Path) -> Result<Option<Kept>, ConnectError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(ConnectError::Disk { path: path.to_owned(), source }),
    };
    serde_json::from_str(&text).map(Some).map_err(|_| ConnectError::BadSession(path.to_owned()))
}

/// Makes a folder that only its owner can look into; its parents too.
pub(super) fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    // Its own name has to outlast a power cut as well, or what is in it is nowhere.
    path.parent().map_or(Ok(()), |parent| fs::File::open(parent).and_then(|folder| folder.sync_all()))
}

/// Opens an empty file that only its owner can read.
pub(super) fn private_file(path: &Path) -> io::Result<fs::File> {
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
pub(super) mod tests {
    use matrix_sdk::ruma::UserId;
    use matrix_sdk::{SessionMeta, SessionTokens};

    use super::*;

    pub(crate) fn kept(user: &str, store_made: bool) -> Kept {
        Kept {
            session: MatrixSession {
                meta: SessionMeta { user_id: UserId::parse(user).unwrap(), device_id: "DEV".into() },
                tokens: SessionTokens { access_token: "token".into(), refresh_token: None },
            },
            store_key: data_encoding::BASE32_NOPAD.encode(&[7; 32]),
            store_made,
        }
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
