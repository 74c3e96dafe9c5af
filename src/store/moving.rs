//! Putting a restored folder in the place of the data folder, in two renames, so that whoever looks after a crash finds
//! the old one or the new one, whole, and is told which.
//!
//! Before the first rename a note is written beside the data folder (`.NAME.restore`). It names the ready folder and where
//! the old one goes. As long as it is there, nobody may take a missing data folder for a new beginning: the next start
//! finishes what the note says. Nothing is ever deleted here but the note itself.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::opening::{LOCK, sync_folder};

/// Why a restored folder could not be put in place.
#[derive(Debug, thiserror::Error)]
pub enum CannotMove {
    #[error("a restore of {0} is going on. Wait for it, or stop it")]
    GoingOn(PathBuf),
    #[error(
        "a restore of {folder} was interrupted, and its note {note} cannot be read. Look at the folders beside it: the one whose name ends in .restoring is new, the one with .before-restore- in it is old. Rename the one you want to {folder}, and remove the note"
    )]
    Unreadable { folder: PathBuf, note: PathBuf },
    #[error(
        "the restored folder could not be put in the place of {folder}: {source}. If that is a mount point, restore into a folder inside it"
    )]
    Folder { folder: PathBuf, source: io::Error },
}

/// What is to happen, as the note says it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Note {
    /// The ready folder's name, beside the data folder.
    ready: String,
    /// The name that the old folder gets; none if there was nothing in it.
    aside: Option<String>,
}

/// A restored folder on its way into place. Each step may be the last that happens.
#[derive(Debug)]
pub struct Move {
    folder: PathBuf,
    note: Note,
    /// Locked for as long as this process works on it.
    file: File,
}

/// Where a restored folder is put together: beside the data folder, so that a rename will do.
pub fn ready_folder(folder: &Path) -> PathBuf {
    beside(folder, |name| format!(".{name}.restoring"))
}

fn note_path(folder: &Path) -> PathBuf {
    beside(folder, |name| format!(".{name}.restore"))
}

fn beside(folder: &Path, called: impl Fn(&str) -> String) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(called(&name))
}

fn parent(folder: &Path) -> &Path {
    folder.parent().unwrap_or(Path::new(""))
}

impl Move {
    /// Says what is going to happen. From here on the next start finishes it; before, nothing has happened.
    ///
    /// # Errors
    /// Another restore is going on, or the note cannot be written.
    pub fn announce(folder: &Path, aside: Option<&str>) -> Result<Move, CannotMove> {
        let failed = |source| CannotMove::Folder { folder: folder.to_owned(), source };
        let name = ready_folder(folder).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let note = Note { ready: name, aside: aside.map(str::to_owned) };
        let text = serde_json::to_vec(&note).expect("two names always become JSON");
        // Written whole or not at all: a note that is half there would stop every start.
        let path = note_path(folder);
        let fresh = path.with_extension("restore.new");
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(&fresh).map_err(failed)?;
        hold(&file, folder)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&fresh, &path).and_then(|()| sync_folder(parent(folder))).map_err(failed)?;
        Ok(Move { folder: folder.to_owned(), note, file })
    }

    /// The old folder steps aside, whole.
    ///
    /// # Errors
    /// It cannot be renamed: it is a mount point.
    pub fn step_aside(&self) -> Result<(), CannotMove> {
        let failed = |source| CannotMove::Folder { folder: self.folder.clone(), source };
        let Some(aside) = &self.note.aside else {
            // Nothing is in it but a lock.
            let gone = [fs::remove_file(self.folder.join(LOCK)), fs::remove_dir(&self.folder)];
            let trouble = gone.into_iter().filter_map(Result::err).find(|e| e.kind() != io::ErrorKind::NotFound);
            return trouble.map_or(Ok(()), |source| Err(failed(source)));
        };
        let aside = self.folder.with_file_name(aside);
        if self.ready().exists() && self.folder.exists() && !aside.exists() {
            fs::rename(&self.folder, &aside).map_err(failed)?;
        }
        Ok(())
    }

    /// The restored folder takes its place.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn step_in(&self) -> Result<(), CannotMove> {
        let failed = |source| CannotMove::Folder { folder: self.folder.clone(), source };
        if self.ready().exists() {
            fs::rename(self.ready(), &self.folder).map_err(failed)?;
        }
        sync_folder(parent(&self.folder)).map_err(failed)
    }

    /// The note has said all it had to say.
    ///
    /// # Errors
    /// It cannot be removed; the next start tries again.
    pub fn done(self) -> Result<(), CannotMove> {
        let failed = |source| CannotMove::Folder { folder: self.folder.clone(), source };
        fs::remove_file(note_path(&self.folder)).map_err(failed)?;
        drop(self.file);
        sync_folder(parent(&self.folder)).map_err(failed)
    }

    /// It is not going to happen after all; the data folder was not touched.
    pub fn call_off(self) {
        if self.folder.exists() {
            // Left standing it would be finished at the next start, which is no harm but a surprise.
            let _ = fs::remove_file(note_path(&self.folder));
        }
    }

    fn ready(&self) -> PathBuf {
        self.folder.with_file_name(&self.note.ready)
    }
}

fn hold(file: &File, folder: &Path) -> Result<(), CannotMove> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(fs::TryLockError::WouldBlock) => Err(CannotMove::GoingOn(folder.to_owned())),
        Err(fs::TryLockError::Error(source)) => Err(CannotMove::Folder { folder: folder.to_owned(), source }),
    }
}

/// What an interrupted restore left beside a data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    Nothing,
    /// It ended before anything was decided: the data folder is the old one.
    Unfinished,
    /// Everything was ready: the next start puts it in place.
    Ready,
}

/// Looks, and changes nothing.
pub fn left(folder: &Path) -> Left {
    if note_path(folder).exists() {
        Left::Ready
    } else if ready_folder(folder).exists() {
        Left::Unfinished
    } else {
        Left::Nothing
    }
}

/// Finishes a restore that was interrupted after it was announced, and says so; says so too if one was interrupted
/// before.
///
/// # Errors
/// A restore is going on at this moment, or its note or the folders cannot be used.
pub fn settle(folder: &Path) -> Result<(), CannotMove> {
    let path = note_path(folder);
    let failed = |source| CannotMove::Folder { folder: folder.to_owned(), source };
    let file = match OpenOptions::new().read(true).write(true).open(&path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            if ready_folder(folder).exists() {
                tracing::warn!(
                    left = %ready_folder(folder).display(),
                    "a restore was interrupted before it changed anything: this is the data from before it. Run the restore again, or remove what it left"
                );
            }
            return Ok(());
        }
        Err(source) => return Err(failed(source)),
    };
    hold(&file, folder)?;
    let unreadable = || CannotMove::Unreadable { folder: folder.to_owned(), note: path.clone() };
    let note: Note = serde_json::from_reader(&file).map_err(|_| unreadable())?;
    let is_name = |name: &str| !name.is_empty() && !name.contains('/') && name != "..";
    if !is_name(&note.ready) || note.aside.as_deref().is_some_and(|aside| !is_name(aside)) {
        return Err(unreadable());
    }
    let moving = Move { folder: folder.to_owned(), note, file };
    if moving.ready().exists() {
        moving.step_aside()?;
        moving.step_in()?;
    }
    let aside = moving.note.aside.clone();
    moving.done()?;
    tracing::warn!(
        before = aside,
        "a restore had been interrupted when everything was ready; it is finished now: this is the restored data"
    );
    Ok(())
}
