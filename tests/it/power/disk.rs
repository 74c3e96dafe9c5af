//! A disk that forgets: from the log of what a program did to its files (tests/power/shim.c) the files as they may be found
//! after the power went at any moment.
//!
//! What the program made last (fsync of a file for its content, of a folder for its names) is there. Of everything after
//! that any part may be: each sector of a file is in one of the states it went through, whatever its neighbours are in; its
//! length is one of the lengths it had; of the names a beginning of the changes. A sector is never half old and half new.
//! The disk never makes up bytes, and never loses what it said it had kept: no program can do anything about such disks.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use crate::killer::chance::Chance;

/// What a record of the log says. The numbers are the shim's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Said,
    Created,
    Written,
    Resized,
    Synced,
    FolderSynced,
    Renamed,
    Unlinked,
    Made,
    Mapped,
    Strange,
}

/// One thing the program did.
#[derive(Debug, Clone)]
pub struct Record {
    pub what: What,
    inode: u64,
    offset: usize,
    pub body: Vec<u8>,
}

impl Record {
    fn path(&self) -> PathBuf {
        String::from_utf8(self.body.clone()).expect("the test's paths are UTF-8").into()
    }
}

/// Reads a log.
pub fn read(log: &[u8]) -> Vec<Record> {
    let mut records = Vec::new();
    let mut rest = log;
    while !rest.is_empty() {
        let number = |at: usize| u64::from_ne_bytes(rest[at * 8..][..8].try_into().expect("eight bytes"));
        let length = usize::try_from(number(3)).expect("a length");
        let what = match number(0) {
            1 => What::Said,
            2 => What::Created,
            3 => What::Written,
            4 => What::Resized,
            5 => What::Synced,
            6 => What::FolderSynced,
            7 => What::Renamed,
            8 => What::Unlinked,
            9 => What::Made,
            10 => What::Mapped,
            11 => What::Strange,
            other => panic!("the shim has no record {other}"),
        };
        let offset = usize::try_from(number(2)).expect("an offset");
        records.push(Record { what, inode: number(1), offset, body: rest[32..32 + length].to_vec() });
        rest = &rest[32 + length..];
    }
    records
}

/// A change of a file's content that was not made to last.
enum Change {
    Bytes(usize, Vec<u8>),
    Length(usize),
}

/// A file, whatever its name is.
#[derive(Default)]
struct File {
    kept: Vec<u8>,
    since: Vec<Change>,
}

impl File {
    fn sync(&mut self) {
        for change in self.since.drain(..) {
            change.apply(&mut self.kept);
        }
    }

    /// As the running program sees it.
    fn now(&self) -> Vec<u8> {
        let mut bytes = self.kept.clone();
        self.since.iter().for_each(|change| change.apply(&mut bytes));
        bytes
    }

    /// As it may be found.
    fn after_cut(&self, chance: &mut Chance) -> Vec<u8> {
        match chance.below(4) {
            0 => self.kept.clone(),
            1 => self.now(),
            2 => self.torn(512, chance),
            _ => self.torn(4096, chance),
        }
    }

    /// Each sector in one of its states, and the length one of its lengths.
    fn torn(&self, sector: usize, chance: &mut Chance) -> Vec<u8> {
        let mut lengths = vec![self.kept.len()];
        // What happened to each sector since, in order: from a place in it on, these bytes.
        let mut sectors: BTreeMap<usize, Vec<(usize, Vec<u8>)>> = BTreeMap::new();
        for change in &self.since {
            let length = *lengths.last().expect("it is never empty");
            let (from, bytes) = match change {
                Change::Bytes(from, bytes) => (*from, bytes.clone()),
                // What is cut off is gone when the file grows again.
                Change::Length(to) => (*to, vec![0; length.saturating_sub(*to)]),
            };
            let mut at = 0;
            while at < bytes.len() {
                let number = (from + at) / sector;
                let part = ((number + 1) * sector - from - at).min(bytes.len() - at);
                sectors.entry(number).or_default().push((from + at, bytes[at..at + part].to_vec()));
                at += part;
            }
            lengths.push(match change {
                Change::Bytes(from, bytes) => length.max(from + bytes.len()),
                Change::Length(to) => *to,
            });
        }
        let mut found = self.kept.clone();
        found.resize(lengths.iter().copied().max().unwrap_or_default(), 0);
        for states in sectors.values() {
            for (at, bytes) in &states[..chance.below(states.len() + 1)] {
                found[*at..at + bytes.len()].copy_from_slice(bytes);
            }
        }
        found.truncate(lengths[chance.below(lengths.len())]);
        found
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Change::Bytes(from, new) => {
                if bytes.len() < from + new.len() {
                    bytes.resize(from + new.len(), 0);
                }
                bytes[*from..from + new.len()].copy_from_slice(new);
            }
            Change::Length(to) => bytes.resize(*to, 0),
        }
    }
}

/// A change of names that was not made to last.
enum Naming {
    Put(PathBuf, usize),
    Take(PathBuf),
    Move(PathBuf, PathBuf),
}

impl Naming {
    fn folder(&self) -> Option<&Path> {
        match self {
            Naming::Put(path, _) | Naming::Take(path) | Naming::Move(_, path) => path.parent(),
        }
    }

    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Naming::Put(path, file) => {
                names.insert(path.clone(), *file);
            }
            Naming::Take(path) => {
                names.remove(path);
            }
            Naming::Move(from, to) => {
                if let Some(file) = names.remove(from) {
                    names.insert(to.clone(), file);
                }
            }
        }
    }
}

/// The disk, and what was said by the time it came to this.
#[derive(Default)]
pub struct Disk {
    root: PathBuf,
    files: Vec<File>,
    by_inode: HashMap<u64, usize>,
    names: BTreeMap<PathBuf, usize>,
    since: Vec<Naming>,
    pub said: Vec<u8>,
}

impl Disk {
    pub fn new(root: &Path) -> Disk {
        Disk { root: root.to_owned(), ..Disk::default() }
    }

    /// Takes in one record.
    pub fn take(&mut self, record: &Record) {
        match record.what {
            What::Said => self.said.extend(&record.body),
            What::Created => {
                self.files.push(File::default());
                self.by_inode.insert(record.inode, self.files.len() - 1);
                self.since.push(Naming::Put(record.path(), self.files.len() - 1));
            }
            What::Written => {
                let change = Change::Bytes(record.offset, record.body.clone());
                self.file(record).since.push(change);
            }
            What::Resized => {
                let change = Change::Length(record.offset);
                self.file(record).since.push(change);
            }
            What::Synced => self.file(record).sync(),
            What::FolderSynced => {
                let folder = record.path();
                let (last, open): (Vec<_>, Vec<_>) =
                    self.since.drain(..).partition(|naming| naming.folder() == Some(&folder));
                last.iter().for_each(|naming| naming.apply(&mut self.names));
                self.since = open;
            }
            What::Renamed => {
                let text = String::from_utf8(record.body.clone()).expect("the test's paths are UTF-8");
                let (from, to) = text.split_once('\0').expect("two paths");
                self.since.push(Naming::Move(from.into(), to.into()));
            }
            What::Unlinked => self.since.push(Naming::Take(record.path())),
            What::Made => panic!("folders are made before the program starts: {:?}", record.path()),
            What::Mapped => assert!(
                record.path().to_string_lossy().ends_with("-shm"),
                "written through memory, where nobody sees it: {:?}",
                record.path()
            ),
            What::Strange => panic!("the log has no word for this: {:?}", record.path()),
        }
    }

    fn file(&mut self, record: &Record) -> &mut File {
        let file = self.by_inode.get(&record.inode).expect("every file was made while the log was kept");
        &mut self.files[*file]
    }

    /// Whether a record is about the content of a file of that name.
    pub fn is_about(&self, record: &Record, name: &str) -> bool {
        let mut names = self.names.clone();
        self.since.iter().for_each(|naming| naming.apply(&mut names));
        let file = self.by_inode.get(&record.inode);
        names.iter().any(|(path, number)| path.ends_with(name) && Some(number) == file)
    }

    /// Every file as the running program sees it, by its path below the root. What lives only in memory is left out.
    pub fn now(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut names = self.names.clone();
        self.since.iter().for_each(|naming| naming.apply(&mut names));
        self.contents(&names, File::now)
    }

    /// Every file as it may be found after the power went now. `elsewhere` names files that stand for another machine.
    pub fn after_cut(&self, chance: &mut Chance, elsewhere: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut names = self.names.clone();
        let lasting = match chance.below(3) {
            0 => 0,
            1 => self.since.len(),
            _ => chance.below(self.since.len() + 1),
        };
        self.since[..lasting].iter().for_each(|naming| naming.apply(&mut names));
        let mut found = self.contents(&names, |file| file.after_cut(chance));
        found.retain(|path, _| !path.ends_with(elsewhere));
        found.extend(self.now().into_iter().filter(|(path, _)| path.ends_with(elsewhere)));
        found
    }

    fn contents(
        &self,
        names: &BTreeMap<PathBuf, usize>,
        mut content: impl FnMut(&File) -> Vec<u8>,
    ) -> BTreeMap<PathBuf, Vec<u8>> {
        let real = names.iter().filter(|(path, _)| !path.to_string_lossy().ends_with("-shm"));
        real.map(|(path, file)| {
            let below = path.strip_prefix(&self.root).expect("the log is about the root alone");
            (below.to_owned(), content(&self.files[*file]))
        })
        .collect()
    }
}

#[test]
fn a_sector_is_in_one_of_its_states_and_what_was_kept_stays() {
    let mut file = File { kept: vec![b'k'; 1500], since: Vec::new() };
    file.since.push(Change::Bytes(600, vec![b'a'; 900]));
    file.since.push(Change::Bytes(1000, vec![b'b'; 1000]));
    let mut chance = Chance::of(1, 1);
    let mut seen = std::collections::HashSet::new();
    for _ in 0..300 {
        let found = file.torn(512, &mut chance);
        assert!([1500, 2000].contains(&found.len()), "{}", found.len());
        assert!(found[..600].iter().all(|byte| *byte == b'k'), "nothing was written there");
        let state = |range: std::ops::Range<usize>| {
            assert!(found[range.clone()].iter().all(|byte| *byte == found[range.start]), "a sector is never half");
            found[range.start]
        };
        seen.insert((state(600..1000), state(1024..1500), found.get(1600).copied()));
    }
    // The first sector only ever held k or a; the second k, a or b; what was added nothing or b.
    assert_eq!(seen.len(), 2 * 3 * 3);
    assert_eq!(file.now()[990..1010], *b"aaaaaaaaaabbbbbbbbbb");
    file.sync();
    assert_eq!(file.after_cut(&mut chance), file.now());
}
