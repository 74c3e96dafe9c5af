//! The console's way out. What has been said is a line in `console.log` in the data folder: the console's history, by which
//! a message that may have been said before a crash is found again. It holds delivery keys and openings, never a word.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;

use super::show::{Shown, Stage};
use crate::delivery::gateway::{Gateway, Letter, Lookup, Sight};
use crate::domain::community::Platform;
use crate::engine::parcel::{Destination, Outcome, Parcel};

/// What the console has said, and the stage it says it on.
pub struct ConsoleGateway {
    history: Mutex<History>,
    stage: Stage,
}

struct History {
    file: File,
    said: HashSet<String>,
}

impl ConsoleGateway {
    /// Opens the history of a data folder.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn open(folder: &Path, stage: Stage) -> std::io::Result<ConsoleGateway> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(folder.join("console.log"))?;
        File::open(folder)?.sync_all()?;
        let said = BufReader::new(file.try_clone()?).lines().collect::<Result<_, _>>()?;
        Ok(ConsoleGateway { history: Mutex::new(History { file, said }), stage })
    }

    /// Counts one more opening of this folder's console: what is heard in it is told apart from what was heard before,
    /// also when nothing was said in between.
    ///
    /// # Errors
    /// The history cannot be written.
    pub fn count_opening(&self) -> std::io::Result<usize> {
        let lines = self.history.lock().map_or(0, |history| history.said.len());
        match self.remember(&format!("opening-{lines}")) {
            true => Ok(lines),
            false => Err(std::io::Error::other("it cannot be written")),
        }
    }

    /// Remembers a key as said. False if the history cannot be written.
    fn remember(&self, key: &str) -> bool {
        let Ok(mut history) = self.history.lock() else { return false };
        // One write call of one line: after a crash it is there whole or not at all, and after a power cut too.
        let written =
            history.file.write_all(format!("{key}\n").as_bytes()).and_then(|()| history.file.sync_data()).is_ok();
        if written {
            history.said.insert(key.to_owned());
        }
        written
    }
}

#[async_trait]
impl Gateway for ConsoleGateway {
    fn platform(&self) -> Platform {
        Platform::Console
    }

    async fn deliver(&self, letter: &Letter) -> Outcome {
        let parcel = &letter.parcel;
        if !self.remember(&parcel.key) {
            return Outcome::Unknown { reason: "the console's history cannot be written".to_owned() };
        }
        let to = match &parcel.destination {
            Destination::Place { .. } => "public".to_owned(),
            Destination::Person(account) | Destination::Chat { account, .. } => format!("dm:{}", account.id),
            Destination::Whisper { account, .. } => format!("only:{}", account.id),
            Destination::Calendar { server, .. } => format!("calendar:{server}"),
        };
        self.stage.show(&Shown {
            at: parcel.voice.now,
            community: &parcel.community,
            to: &to,
            cause: parcel.cause,
            refs: &parcel.refs,
            edit: parcel.edits.is_some(),
            doc: &letter.doc,
            zone: &parcel.voice.zone,
        });
        Outcome::Delivered { message: parcel.edits.clone().unwrap_or_else(|| parcel.key.clone()) }
    }

    /// The console's history is a file of its own.
    async fn sight(&self, _: &Parcel) -> Sight {
        Sight::Clear
    }

    async fn find(&self, parcel: &Parcel, _since: Timestamp) -> Lookup {
        match self.history.lock() {
            Ok(history) if history.said.contains(&parcel.key) => Lookup::Found(parcel.key.clone()),
            Ok(_) => Lookup::Absent,
            Err(_) => Lookup::Unreadable("the console's history was left broken".to_owned()),
        }
    }
}
