//! A cache in a folder, for any number of processes at once.
//!
//! A compilation stores what it had to compile in one new [pack](super::pack): a large one the
//! first time, small ones when little has changed. Once a module has several small packs, the next
//! compilation puts everything it uses into one pack and removes the others.
//!
//! No process waits for another. A pack is written under a temporary name and gets its final name
//! when it is complete. After that it may be removed, but never changes. So at worst, a process
//! that is killed leaves a temporary file, which a later one removes. Whatever cannot be read
//! counts as missing.
//!
//! All packs together stay below the limit: before one is added, the least recently used ones are
//! removed. The modification time of a pack records its last use.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rustc_hash::{FxHashMap, FxHashSet};

use super::folder::{Folder, Trust};
use super::index::{self, Listed, Name, Sketch};
use super::integrity::{CacheKey, Integrity};
use super::pack::{Finished, Pack, Writer};
use super::{FunctionCache, Key};

/// The number of packs, most recently used first, that are searched for the functions of a module.
const MAX_SEARCHED: usize = 32;
/// The number of small packs of a module that triggers merging them into one.
const MAX_SMALL: usize = 8;
/// A pack is small if it has less than one in this many of the module's functions.
const SMALL_PART: usize = 4;
/// The maximum number of packs in a folder. All of them are looked at before one is added.
const MAX_PACKS: usize = 2048;

const TEMPORARY_PREFIX: &str = ".new-";
/// No compilation takes this long to write a pack.
const TEMPORARY_AGE: Duration = Duration::from_secs(3600);

/// Keeps functions in a folder, which is created when there is something to keep.
///
/// Any number of processes may use the folder at the same time, and any of them may be killed.
///
/// Whoever can write a pack decides what code runs. So without a key, the folder must belong to the
/// user, and nobody else may be able to write to it or to replace it; packs must belong to the
/// user, too. Otherwise nothing is read from it or added, and each compilation reports the reason
/// in a warning.
#[derive(Clone, Debug)]
pub struct DiskCache {
    folder: PathBuf,
    limit: u64,
    integrity: Integrity,
    /// Why a pack was not used, until a warning reports it.
    refused: Arc<Mutex<Option<String>>>,
}

impl DiskCache {
    /// The default limit of a cache, in bytes.
    pub const DEFAULT_LIMIT: u64 = 1 << 30;

    /// A cache in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let (folder, limit) = (folder.into(), Self::DEFAULT_LIMIT);
        Self { folder, limit, integrity: Integrity::Checksum, refused: Arc::default() }
    }

    /// Seals packs with `key`, and uses only packs sealed with it. The folder may then belong to
    /// anybody, and can be shared with everyone who has the key.
    pub fn key(mut self, key: CacheKey) -> Self {
        self.integrity = Integrity::Key(key);
        self
    }

    /// Sets the maximum size in bytes of all files in the folder together.
    pub fn limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn trust(&self) -> Trust {
        match self.integrity {
            Integrity::Checksum => Trust::Own,
            Integrity::Key(_) => Trust::Anybody,
        }
    }

    /// Opens a pack for reading.
    fn open(&self, folder: &Folder, name: &str) -> io::Result<(Pack<'_, File>, File)> {
        let file = folder.read(name)?;
        Ok((Pack::open(file.try_clone()?, &self.integrity)?, file))
    }

    /// Records why a pack is not used, if that is worth a warning: with a key, a pack without a
    /// valid code may have been damaged on purpose.
    fn refuse(&self, name: &str, error: &io::Error) {
        let why = match (error.kind(), &self.integrity) {
            (io::ErrorKind::PermissionDenied, _) => error.to_string(),
            (io::ErrorKind::InvalidData, Integrity::Key(_)) => {
                format!("{name} was not sealed with this key")
            }
            _ => return,
        };
        self.refused().get_or_insert(format!("{why}; remove it"));
    }

    fn refused(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a pack with what `content` has for the numbered keys, for a module with this sketch.
    /// Returns its name, if it has any functions.
    fn write(
        &self,
        folder: &Folder,
        keys: impl Iterator<Item = (usize, Key)>,
        sketch: Sketch,
        content: &mut dyn FnMut(usize, &mut Vec<u8>),
    ) -> io::Result<Option<String>> {
        let mut new = folder.make(TEMPORARY_PREFIX)?;
        let output = BufWriter::with_capacity(1 << 16, &mut new.file);
        let mut pack = Writer::new(output, &self.integrity);
        let mut bytes = Vec::new();
        for (number, key) in keys {
            bytes.clear();
            content(number, &mut bytes);
            if !bytes.is_empty() {
                pack.add(key, &bytes)?;
            }
        }
        let (mut output, Finished { id, entries, size }) = pack.finish()?;
        output.flush()?;
        drop(output);
        if entries == 0 {
            return Ok(None);
        }
        self.make_room(folder, size)?;
        let name = Name::new(sketch, entries, id).file_name();
        new.persist(&name)?;
        Ok(Some(name))
    }

    /// Removes the least recently used packs, so that `size` bytes can be added.
    fn make_room(&self, folder: &Folder, size: u64) -> io::Result<()> {
        let available = self.limit.checked_sub(size).ok_or_else(|| {
            let limit = self.limit;
            io::Error::other(format!("{size} bytes are more than the limit of {limit} bytes"))
        })?;
        remove_left_over(folder);
        let packs = index::packs(folder)?.into_iter().map(|pack| pack.file_name);
        let mut packs: Vec<_> =
            packs.filter_map(|pack| Some((folder.age(&pack).ok()?, pack))).collect();
        packs.sort_by_key(|((used, _), _)| *used);
        let mut taken = packs.iter().fold(0_u64, |sum, ((_, size), _)| sum.saturating_add(*size));
        let mut count = packs.len();
        for ((_, size), pack) in packs {
            if taken <= available && count < MAX_PACKS {
                break;
            }
            folder.remove(&pack);
            taken = taken.saturating_sub(size);
            count -= 1;
        }
        Ok(())
    }

    /// Looks for `missing` functions in a pack, and passes on those that are there.
    fn search(
        &self,
        folder: &Folder,
        name: &str,
        missing: &FxHashMap<Key, usize>,
        found: &mut dyn FnMut(Key, &[u8]),
    ) -> io::Result<()> {
        let (mut pack, file) = self.open(folder, name)?;
        let mut used = false;
        let intact = pack.read(
            |key| missing.contains_key(key),
            |key, content| {
                used = true;
                found(key, content);
            },
        )?;
        if used {
            // In a read-only folder, use is not recorded, and nothing is removed.
            let _ = file.set_modified(SystemTime::now());
        }
        if intact { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// Whether most of the functions of a pack are among `keys`.
    fn is_superseded(&self, folder: &Folder, name: &str, keys: &FxHashSet<Key>) -> bool {
        self.open(folder, name).is_ok_and(|(pack, _)| {
            let kept = pack.keys().filter(|key| keys.contains(key)).count();
            2 * kept > pack.keys().len()
        })
    }

    fn store_in(
        &self,
        keys: &[Key],
        new: &[usize],
        content: &mut dyn FnMut(usize, &mut Vec<u8>),
    ) -> io::Result<()> {
        let folder = Folder::create(&self.folder, self.trust())?;
        if let Some(why) = self.refused().take() {
            return Err(io::Error::other(why));
        }
        let sketch = Sketch::of(keys);
        let packs = index::matching(&folder, &sketch).unwrap_or_default();
        let is_small = |pack: &Listed| (pack.name.entries as usize) < keys.len() / SMALL_PART;
        let merges = packs.iter().filter(|pack| is_small(pack)).count() >= MAX_SMALL;
        if !merges {
            let new = new.iter().map(|&number| (number, keys[number]));
            return self.write(&folder, new, sketch, content).map(drop);
        }
        let new = self.write(&folder, keys.iter().copied().enumerate(), sketch, content)?;
        let keys = keys.iter().copied().collect();
        for pack in packs.iter().filter(|pack| Some(&pack.file_name) != new.as_ref()) {
            if is_small(pack) || self.is_superseded(&folder, &pack.file_name, &keys) {
                folder.remove(&pack.file_name);
            }
        }
        Ok(())
    }
}

impl FunctionCache for DiskCache {
    fn load(&self, keys: &[Key], found: &mut dyn FnMut(usize, &[u8])) {
        // A folder that must not be used is treated like one that does not exist; `store` reports
        // why.
        let Ok(Some(folder)) = Folder::open(&self.folder, self.trust()) else { return };
        let packs = index::matching(&folder, &Sketch::of(keys)).unwrap_or_default();
        let mut missing: FxHashMap<Key, usize> = keys.iter().copied().zip(0..).collect();
        for pack in packs.iter().take(MAX_SEARCHED) {
            if missing.is_empty() {
                break;
            }
            let mut used = Vec::new();
            // Another process may remove it at any time.
            let searched = self.search(&folder, &pack.file_name, &missing, &mut |key, content| {
                used.push(key);
                if let Some(&number) = missing.get(&key) {
                    found(number, content);
                }
            });
            if let Err(error) = searched {
                self.refuse(&pack.file_name, &error);
            }
            used.iter().for_each(|key| _ = missing.remove(key));
        }
    }

    fn store(
        &self,
        keys: &[Key],
        new: &[usize],
        content: &mut dyn FnMut(usize, &mut Vec<u8>),
    ) -> io::Result<()> {
        self.store_in(keys, new, content).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", self.folder.display()))
        })
    }
}

/// Removes the temporary files of processes that were killed.
fn remove_left_over(folder: &Folder) {
    let names = folder.names().unwrap_or_default();
    for name in names.iter().filter(|name| name.starts_with(TEMPORARY_PREFIX)) {
        let age = folder.age(name).ok().and_then(|(changed, _)| changed.elapsed().ok());
        if age.is_some_and(|age| age > TEMPORARY_AGE) {
            folder.remove(name);
        }
    }
}
