//! The one file of a backup: a tar with a manifest in front, and what the manifest names behind it, no more and no less.
//!
//! It is read with suspicion: an archive may have been cut off, mixed up, or made by somebody else. Nothing in it decides
//! where a file is written except the short list of names that a data folder has.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::config::folder::RECOVERY_KEY;
use crate::store::opening::{make_private_folder, new_private_file};

/// The name of the manifest, which comes first.
const MANIFEST: &str = "manifest.json";
/// The form of the archive that this program writes and reads.
const FORMAT: u32 = 1;
/// No manifest is longer than this many bytes.
const LONGEST_MANIFEST: u64 = 1024 * 1024;

/// The bot's own database.
pub const DATABASE: &str = "barnraiser.db";
/// The login at the homeserver.
pub const SESSION: &str = "matrix/session.json";
/// Where the Matrix SDK keeps its databases.
pub const STORES: &str = "matrix/store";
/// What the SDK knows of rooms, and how far it has read.
pub const ROOMS: &str = "matrix/store/matrix-sdk-state.sqlite3";
/// The SDK's encryption keys.
pub const KEYS: &str = "matrix/store/matrix-sdk-crypto.sqlite3";
/// What the console remembers of having said.
pub const CONSOLE: &str = "console.log";

/// What a backup says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The version of the program that made it.
    pub barnraiser: String,
    /// The last migration its database has had.
    pub schema: i64,
    /// Which installation it is of: the same for all its backups, and tells nothing about it.
    pub installation: String,
    /// No later than anything that is not in it.
    pub made_at: Timestamp,
    pub files: Vec<Part>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Relative to the data folder.
    pub name: String,
    pub bytes: u64,
    /// SHA-256 in small hexadecimal letters.
    pub sha256: String,
}

/// Why an archive is not taken.
#[derive(Debug, thiserror::Error)]
pub enum BadArchive {
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("it is no backup of barnraiser")]
    Strange,
    #[error("it was made by a newer barnraiser ({0}); use that version or a newer one")]
    NewerFormat(String),
    #[error("its part {0} is missing")]
    Missing(String),
    #[error("it holds {0}, which is no part of a backup")]
    Extra(String),
    #[error("its part {0} is not what was backed up; the file is damaged")]
    Damaged(String),
    #[error("its Matrix half is incomplete: {0} is missing")]
    HalfMatrix(&'static str),
}

impl Manifest {
    /// Describes the files of a folder that is about to be packed.
    pub fn of(folder: &Path, names: &[String], about: About) -> io::Result<Manifest> {
        let mut files = Vec::new();
        for name in names {
            let mut sum = Summing::new(io::sink());
            io::copy(&mut File::open(folder.join(name))?, &mut sum)?;
            let (bytes, sha256) = sum.done();
            files.push(Part { name: name.clone(), bytes, sha256 });
        }
        let About { schema, installation, made_at } = about;
        let barnraiser = env!("CARGO_PKG_VERSION").to_owned();
        Ok(Manifest { format: FORMAT, barnraiser, schema, installation, made_at, files })
    }

    /// Whether a part is there.
    pub fn has(&self, name: &str) -> bool {
        self.files.iter().any(|part| part.name == name)
    }

    /// Our database is there, each name is one a data folder has, and the Matrix half is whole or not there at all.
    fn check(&self) -> Result<(), BadArchive> {
        let mut seen = BTreeSet::new();
        for part in &self.files {
            if !may_be_named(&part.name) || !seen.insert(&part.name) {
                return Err(BadArchive::Extra(part.name.clone()));
            }
        }
        if !self.has(DATABASE) {
            return Err(BadArchive::Missing(DATABASE.to_owned()));
        }
        let matrix = self.files.iter().any(|part| part.name.starts_with("matrix/"));
        let lacking = [SESSION, ROOMS, KEYS].into_iter().find(|name| !self.has(name));
        match lacking.filter(|_| matrix) {
            Some(name) => Err(BadArchive::HalfMatrix(name)),
            None => Ok(()),
        }
    }
}

/// What a manifest says beside its files.
#[derive(Debug, Clone)]
pub struct About {
    pub schema: i64,
    pub installation: String,
    pub made_at: Timestamp,
}

/// Only these may ever be written out: our database, the console's memory, the login, its recovery key, and the SDK's
/// databases.
fn may_be_named(name: &str) -> bool {
    let store = name.strip_prefix(STORES).and_then(|rest| rest.strip_prefix('/'));
    [DATABASE, CONSOLE, SESSION, RECOVERY_KEY].contains(&name) || store.is_some_and(is_a_store)
}

/// The file name of one of the SDK's databases; nothing that climbs or hides.
pub fn is_a_store(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    name.strip_suffix(".sqlite3").is_some_and(|stem| !stem.is_empty() && stem.chars().all(plain))
}

/// Packs the files that the manifest names, from a folder into an open file.
///
/// # Errors
/// A file cannot be read, or the disk is full.
pub fn pack(manifest: &Manifest, folder: &Path, to: &File) -> io::Result<()> {
    let mut tar = tar::Builder::new(io::BufWriter::new(to));
    let made = u64::try_from(manifest.made_at.as_second()).unwrap_or(0);
    let text = serde_json::to_vec_pretty(manifest).expect("names, numbers and times always become JSON");
    append(&mut tar, MANIFEST, text.len() as u64, made, text.as_slice())?;
    for part in &manifest.files {
        let file = File::open(folder.join(&part.name))?;
        append(&mut tar, &part.name, part.bytes, made, file.take(part.bytes))?;
    }
    tar.into_inner()?.flush()?;
    to.sync_all()
}

fn append(tar: &mut tar::Builder<impl Write>, name: &str, bytes: u64, made: u64, from: impl Read) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(made);
    tar.append_data(&mut header, name, from)
}

/// Reads only what an archive says about itself.
///
/// # Errors
/// It is no backup, or one of a form this program does not know.
pub fn manifest(archive: &Path) -> Result<Manifest, BadArchive> {
    let mut tar = tar::Archive::new(File::open(archive)?);
    let mut entries = tar.entries()?;
    first(&mut entries)
}

fn first<R: Read>(entries: &mut tar::Entries<'_, R>) -> Result<Manifest, BadArchive> {
    // Whatever tar says of a shopping list, it is no backup; only the disk's own errors are told.
    let entry = entries.next().ok_or(BadArchive::Strange)?.map_err(|_| BadArchive::Strange)?;
    if entry.path_bytes().as_ref() != MANIFEST.as_bytes() || entry.size() > LONGEST_MANIFEST {
        return Err(BadArchive::Strange);
    }
    let mut text = String::new();
    entry.take(LONGEST_MANIFEST).read_to_string(&mut text)?;
    /// What every form of the manifest has, so that a newer one is known for what it is.
    #[derive(Deserialize)]
    struct Any {
        format: u32,
        barnraiser: String,
    }
    let any: Any = serde_json::from_str(&text).map_err(|_| BadArchive::Strange)?;
    if any.format > FORMAT {
        return Err(BadArchive::NewerFormat(any.barnraiser));
    }
    let manifest: Manifest = serde_json::from_str(&text).map_err(|_| BadArchive::Strange)?;
    manifest.check()?;
    Ok(manifest)
}

/// Reads a whole archive and holds every byte of it to its manifest.
///
/// # Errors
/// A part is missing, too many, or not what it was.
pub fn verify(archive: &Path) -> Result<Manifest, BadArchive> {
    walk(archive, |_| Ok(None))
}

/// Unpacks an archive into a folder that is not there yet, held to its manifest byte by byte, and synced.
///
/// # Errors
/// As for [`verify`], or the folder cannot be written. What was written so far stays there.
pub fn unpack(archive: &Path, into: &Path) -> Result<Manifest, BadArchive> {
    make_private_folder(into)?;
    let manifest = walk(archive, |name| {
        let path = into.join(name);
        if let Some(folder) = path.parent() {
            make_private_folder(folder)?;
        }
        new_private_file(&path).map(Some)
    })?;
    for folder in [STORES, "matrix", ""] {
        match crate::store::opening::sync_folder(&into.join(folder)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(manifest)
}

/// Goes through every part, in the manifest's order, and copies it to where `open` says.
fn walk(archive: &Path, open: impl Fn(&str) -> io::Result<Option<File>>) -> Result<Manifest, BadArchive> {
    let mut tar = tar::Archive::new(io::BufReader::new(File::open(archive)?));
    let mut entries = tar.entries()?;
    let manifest = first(&mut entries)?;
    for part in &manifest.files {
        let missing = || BadArchive::Missing(part.name.clone());
        let mut entry = entries.next().ok_or_else(missing)?.map_err(|_| BadArchive::Damaged(part.name.clone()))?;
        if entry.path_bytes().as_ref() != part.name.as_bytes() || !entry.header().entry_type().is_file() {
            return Err(missing());
        }
        let file = open(&part.name)?;
        let mut sum = match &file {
            Some(file) => Summing::new(Box::new(file) as Box<dyn Write>),
            None => Summing::new(Box::new(io::sink()) as Box<dyn Write>),
        };
        match io::copy(&mut entry, &mut sum) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(BadArchive::Damaged(part.name.clone()));
            }
            other => drop(other?),
        }
        if sum.done() != (part.bytes, part.sha256.clone()) {
            return Err(BadArchive::Damaged(part.name.clone()));
        }
        if let Some(file) = file {
            file.sync_all()?;
        }
    }
    match entries.next() {
        None => Ok(manifest),
        Some(Ok(more)) => Err(BadArchive::Extra(String::from_utf8_lossy(&more.path_bytes()).into_owned())),
        Some(Err(_)) => Err(BadArchive::Extra("something unreadable at its end".to_owned())),
    }
}

/// Counts and sums what is written through it.
struct Summing<W> {
    to: W,
    bytes: u64,
    sum: Sha256,
}

impl<W: Write> Summing<W> {
    fn new(to: W) -> Self {
        Summing { to, bytes: 0, sum: Sha256::new() }
    }

    fn done(self) -> (u64, String) {
        (self.bytes, HEXLOWER.encode(&self.sum.finalize()))
    }
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.sum.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The name of the n-th folder beside `path` that is free: for what must not be overwritten.
pub fn free_beside(path: &Path, called: &str) -> PathBuf {
    let free = |n: u32| path.with_file_name(if n == 1 { called.to_owned() } else { format!("{called}-{n}") });
    (1..).map(free).find(|path| fs::symlink_metadata(path).is_err()).expect("there are more numbers than folders")
}
