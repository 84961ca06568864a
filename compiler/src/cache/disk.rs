//! A cache in a folder, for any number of processes at once.
//!
//! A compilation leaves what it had to compile in one new [pack](super::pack): a large one the first
//! time, small ones when little has changed. Once a module has several small ones, the next compilation
//! puts everything it uses into one pack and removes them.
//!
//! No process waits for another. A pack is written under a temporary name and gets its own one when it
//! is complete; from then on it may be removed, but never changes. So a process that is killed leaves a
//! temporary file at worst, which a later one removes. Whatever cannot be read counts as missing.
//!
//! The packs together take no more than the limit: before one is added, those are removed that were not
//! used for the longest time. Use of a pack shows in the time of its last modification.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rustc_hash::{FxHashMap, FxHashSet};

use super::catalogue::{self, Listed, Name, Sketch};
use super::folder::{Folder, Trust};
use super::pack::{Finished, Pack, Writer};
use super::seal::{CacheKey, Seal};
use super::{FunctionCache, Key};

/// How many packs, those used last, are searched for the functions of a module.
const MAX_SEARCHED: usize = 32;
/// A module with so many small packs gets one pack for all.
const MAX_SMALL: usize = 8;
/// A pack is small that has less than one part in so many of the module's functions.
const SMALL_PART: usize = 4;
/// The most packs of a folder, all of which are looked at before one is added.
const MAX_PACKS: usize = 2048;

const TEMPORARY_PREFIX: &str = ".new-";
/// No compilation writes a pack for so long.
const TEMPORARY_AGE: Duration = Duration::from_secs(3600);

/// Keeps functions in a folder, which is made when there is something to keep.
///
/// Any number of processes may use the folder at the same time, and any of them may be killed.
///
/// Whoever can write a pack decides what code runs. So without a key, the folder must be the user's own,
/// and others must not be able to write to it or to put another one in its place; packs must be the
/// user's, too. Otherwise nothing is taken from it or added, and a warning of each compilation says why.
#[derive(Clone, Debug)]
pub struct DiskCache {
    folder: PathBuf,
    limit: u64,
    seal: Seal,
    /// Why a pack was not used, until a warning says so.
    refused: Arc<Mutex<Option<String>>>,
}

impl DiskCache {
    /// How many bytes a cache takes at most if nothing else is said.
    pub const DEFAULT_LIMIT: u64 = 1 << 30;

    /// A cache in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let (folder, limit) = (folder.into(), Self::DEFAULT_LIMIT);
        Self { folder, limit, seal: Seal::Checksum, refused: Arc::default() }
    }

    /// Seals packs with `key`, and uses only those that are sealed with it. The folder may then be
    /// anybody's, and be shared with all who have the key.
    pub fn key(mut self, key: CacheKey) -> Self {
        self.seal = Seal::Key(key);
        self
    }

    /// Sets how many bytes the files in the folder may take together.
    pub fn limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn trust(&self) -> Trust {
        match self.seal {
            Seal::Checksum => Trust::Own,
            Seal::Key(_) => Trust::Anybody,
        }
    }

    /// Opens a pack to be read.
    fn open(&self, folder: &Folder, name: &str) -> io::Result<(Pack<'_, File>, File)> {
        let file = folder.read(name)?;
        Ok((Pack::open(file.try_clone()?, &self.seal)?, file))
    }

    /// Notes that a pack is not used, and why, if that is worth a warning: with a key, a pack that does
    /// not have its code may have been damaged on purpose.
    fn refuse(&self, name: &str, error: &io::Error) {
        let why = match (error.kind(), &self.seal) {
            (io::ErrorKind::PermissionDenied, _) => error.to_string(),
            (io::ErrorKind::InvalidData, Seal::Key(_)) => {
                format!("{name} was not sealed with this key")
            }
            _ => return,
        };
        self.refused().get_or_insert(format!("{why}; remove it"));
    }

    fn refused(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a pack with what `content` has for the numbered keys, for a module with this sketch. Gives
    /// its name, if there is anything in it.
    fn write(
        &self,
        folder: &Folder,
        keys: impl Iterator<Item = (usize, Key)>,
        sketch: Sketch,
        content: &mut dyn FnMut(usize, &mut Vec<u8>),
    ) -> io::Result<Option<String>> {
        let mut new = folder.make(TEMPORARY_PREFIX)?;
        let output = BufWriter::with_capacity(1 << 16, &mut new.file);
        let mut pack = Writer::new(output, &self.seal);
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

    /// Removes what was not used for the longest time, so that `size` bytes can be added.
    fn make_room(&self, folder: &Folder, size: u64) -> io::Result<()> {
        let available = self.limit.checked_sub(size).ok_or_else(|| {
            let limit = self.limit;
            io::Error::other(format!("{size} bytes are more than the limit of {limit} bytes"))
        })?;
        remove_left_over(folder);
        let packs = catalogue::packs(folder)?.into_iter().map(|pack| pack.file_name);
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

    /// Looks for `missing` functions in a pack, and hands over those that are there.
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
            // In a folder that is read-only, no use is recorded, and nothing removed.
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
        let packs = catalogue::matching(&folder, &sketch).unwrap_or_default();
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
        // A folder that is not to be used has nothing, as one that does not exist; why, `store` says.
        let Ok(Some(folder)) = Folder::open(&self.folder, self.trust()) else { return };
        let packs = catalogue::matching(&folder, &Sketch::of(keys)).unwrap_or_default();
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
