//! Backups by themselves: when the schedule says so, in a folder, so many of them and none too old.
//!
//! What is on the disk is the memory: the newest whole archive there says when the last backup was. Nothing is ever removed
//! but archives of this very installation under the name it gives them, and never the newest whole one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::archive::{self, Manifest};
use super::backup::{self, CannotBackUp, DESK_START, Existing};
use crate::config::Backup;
use crate::domain::Zone;
use crate::engine::clock::Clock;
use crate::engine::vitals::Vitals;
use crate::store::opening::{make_private_folder, snapshots};

const START: &str = "barnraiser-";
const END: &str = ".tar";

/// How long after a failure the next attempt waits, unless the schedule comes first.
const AFTER_A_FAILURE: SignedDuration = SignedDuration::from_mins(30);
/// The longest sleep: a clock that was set meanwhile is noticed after this.
const LONGEST_NAP: Duration = Duration::from_secs(30);
/// What a backup that was killed leaves behind goes away after this.
const LEFTOVER: SignedDuration = SignedDuration::from_hours(24);

/// Makes and keeps the scheduled backups of one data folder.
pub struct Keeper {
    pub data: PathBuf,
    pub settings: Backup,
    pub zone: Zone,
    pub clock: Arc<dyn Clock>,
    pub vitals: Vitals,
}

/// One archive in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub path: PathBuf,
    pub manifest: Manifest,
}

impl Keeper {
    /// Runs until shutdown. A failure is logged, shown in the bot's health, and tried again; it never ends this.
    pub async fn run(self, shutdown: CancellationToken) {
        self.forget_snapshots(self.clock.now());
        let mut next = self.begin().await;
        while let Some(due) = next {
            if !sleep_until(&*self.clock, due, &shutdown).await {
                return;
            }
            next = tokio::select! {
                () = shutdown.cancelled() => return,
                next = self.attempt() => next,
            };
        }
        shutdown.cancelled().await;
    }

    /// Looks what is on the disk; gives when the next backup is due. The first one is due at once, and so is one that was
    /// missed while the bot was away, but only one.
    pub async fn begin(&self) -> Option<Timestamp> {
        let schedule = self.settings.schedule.as_ref()?;
        let folder = self.settings.folder.clone();
        // It reads whole files.
        let newest = tokio::task::spawn_blocking(move || newest_whole(&folder)).await.unwrap_or_default();
        let last = newest.map(|kept| kept.manifest.made_at);
        self.vitals.backed_up(last);
        let now = self.clock.now();
        match last {
            // One from days to come was made while the clock was wrong.
            Some(last) => schedule.next_after(last.min(now), &self.zone),
            None => Some(now),
        }
    }

    /// Makes the backup that is due, and gives when the next is: soon, if this one failed.
    pub async fn attempt(&self) -> Option<Timestamp> {
        let now = self.clock.now();
        let planned = self.settings.schedule.as_ref()?.next_after(now, &self.zone);
        match self.make(now).await {
            Ok(manifest) => {
                self.vitals.backed_up(Some(manifest.made_at));
                self.forget_snapshots(now);
                planned
            }
            Err(error) => {
                tracing::error!(%error, "the backup was not made; it is tried again");
                self.vitals.backup_failed();
                let soon = now.saturating_add(AFTER_A_FAILURE).unwrap_or(Timestamp::MAX);
                Some(planned.map_or(soon, |planned| planned.min(soon)))
            }
        }
    }

    /// Makes one backup now, and lets go of what is too many or too old.
    ///
    /// # Errors
    /// It could not be made; nothing was removed.
    pub async fn make(&self, now: Timestamp) -> Result<Manifest, CannotBackUp> {
        let folder = &self.settings.folder;
        make_private_folder(folder).map_err(|source| CannotBackUp::Disk { path: folder.clone(), source })?;
        clear_leftovers(folder, now);
        let called = format!("{START}{}{END}", now.strftime("%Y%m%dT%H%M%SZ"));
        let manifest = backup::make(&self.data, &folder.join(called), Existing::Keep, now).await?;
        tracing::info!(parts = manifest.files.len(), "a backup was made");
        for gone in self.too_many(now, &manifest) {
            match fs::remove_file(&gone) {
                Ok(()) => tracing::info!(backup = %gone.display(), "an old backup was removed"),
                Err(error) => tracing::warn!(backup = %gone.display(), %error, "an old backup cannot be removed"),
            }
        }
        Ok(manifest)
    }

    /// A copy from before a migration holds words too, and those end there as they do in the backups.
    fn forget_snapshots(&self, now: Timestamp) {
        let oldest = self.oldest(now);
        for path in snapshots(&self.data) {
            let changed = fs::metadata(&path).and_then(|about| about.modified()).ok();
            let changed = changed.and_then(|at| Timestamp::try_from(at).ok());
            if changed.is_some_and(|at| at < oldest)
                && let Err(error) = fs::remove_file(&path)
            {
                tracing::warn!(snapshot = %path.display(), %error, "an old copy cannot be removed");
            }
        }
    }

    fn oldest(&self, now: Timestamp) -> Timestamp {
        let days = i64::from(self.settings.keep_days);
        now.saturating_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN)
    }

    /// What is beyond the count or the age, except the one just made.
    fn too_many(&self, now: Timestamp, made: &Manifest) -> Vec<PathBuf> {
        let oldest = self.oldest(now);
        let mut ours: Vec<Kept> = archives(&self.settings.folder);
        ours.retain(|kept| kept.manifest.installation == made.installation && kept.manifest.made_at < made.made_at);
        ours.sort_by_key(|kept| std::cmp::Reverse(kept.manifest.made_at));
        let others = usize::try_from(self.settings.keep).unwrap_or(usize::MAX).saturating_sub(1);
        let gone = ours.iter().enumerate().filter(|(n, kept)| *n >= others || kept.manifest.made_at < oldest);
        gone.map(|(_, kept)| kept.path.clone()).collect()
    }
}

/// Sleeps until an instant of the bot's clock; false if told to stop.
async fn sleep_until(clock: &dyn Clock, due: Timestamp, shutdown: &CancellationToken) -> bool {
    loop {
        let ahead = due.duration_since(clock.now());
        let Ok(ahead) = Duration::try_from(ahead) else { return true };
        if ahead.is_zero() {
            return true;
        }
        tokio::select! {
            () = shutdown.cancelled() => return false,
            () = tokio::time::sleep(ahead.min(LONGEST_NAP)) => {}
        }
    }
}

/// Every archive in a folder that has a scheduled backup's name and a backup's manifest, in no order. The manifests are
/// read, not the rest.
pub fn archives(folder: &Path) -> Vec<Kept> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let named = entries.flatten().filter(|entry| is_ours(&entry.file_name().to_string_lossy()));
    named
        .filter_map(|entry| {
            let path = entry.path();
            let manifest = archive::manifest(&path).ok()?;
            Some(Kept { path, manifest })
        })
        .collect()
}

/// `barnraiser-20260310T041500Z.tar`
fn is_ours(name: &str) -> bool {
    let stamp = name.strip_prefix(START).and_then(|rest| rest.strip_suffix(END));
    stamp.is_some_and(|stamp| {
        stamp.len() == 16
            && stamp.bytes().enumerate().all(|(at, byte)| match at {
                8 => byte == b'T',
                15 => byte == b'Z',
                _ => byte.is_ascii_digit(),
            })
    })
}

/// The newest archive of which every byte is what its manifest says.
pub fn newest_whole(folder: &Path) -> Option<Kept> {
    let mut all = archives(folder);
    all.sort_by_key(|kept| std::cmp::Reverse(kept.manifest.made_at));
    all.into_iter().find(|kept| match archive::verify(&kept.path) {
        Ok(_) => true,
        Err(error) => {
            tracing::warn!(backup = %kept.path.display(), %error, "this backup is damaged and does not count");
            false
        }
    })
}

/// Removes what backups that were killed left behind a day ago or earlier.
fn clear_leftovers(folder: &Path, now: Timestamp) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_leftover = entry.file_name().to_string_lossy().starts_with(DESK_START);
        let changed = entry.metadata().and_then(|about| about.modified()).ok();
        let changed = changed.and_then(|at| Timestamp::try_from(at).ok());
        if is_leftover && changed.is_some_and(|at| now.duration_since(at) > LEFTOVER) {
            let path = entry.path();
            let removed: io::Result<()> =
                if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            if let Err(error) = removed {
                tracing::warn!(left = %path.display(), %error, "what an interrupted backup left cannot be removed");
            }
        }
    }
}
