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

use std::fs::{self, DirBuilder, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustc_hash::{FxHashMap, FxHashSet};

use super::catalogue::{self, Listed, Name, Sketch};
use super::pack::{Finished, Pack, Writer};
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
/// Any number of processes may use the folder at the same time, and any of them may be killed. Other
/// users must not be able to write to it.
#[derive(Clone, Debug)]
pub struct DiskCache {
    folder: PathBuf,
    limit: u64,
}

impl DiskCache {
    /// How many bytes a cache takes at most if nothing else is said.
    pub const DEFAULT_LIMIT: u64 = 1 << 30;

    /// A cache in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), limit: Self::DEFAULT_LIMIT }
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

    /// Adds a pack with what `content` has for the numbered keys, for a module with this sketch. Gives
    /// its path, if there is anything in it.
    fn write(
        &self,
        keys: impl Iterator<Item = (usize, Key)>,
        sketch: Sketch,
        content: &mut dyn FnMut(usize, &mut Vec<u8>),
    ) -> io::Result<Option<PathBuf>> {
        make_private_folder(&self.folder)?;
        let mut file =
            tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(&self.folder)?;
        // The file itself: errors of the wrapper name its temporary path.
        let mut pack = Writer::new(BufWriter::with_capacity(1 << 16, file.as_file_mut()));
        let mut bytes = Vec::new();
        for (number, key) in keys {
            bytes.clear();
            content(number, &mut bytes);
            if !bytes.is_empty() {
                pack.add(key, &bytes)?;
            }
        }
        let (mut output, Finished { checksum, entries, size }) = pack.finish()?;
        output.flush()?;
        drop(output);
        if entries == 0 {
            return Ok(None);
        }
        self.make_room(size)?;
        let name = Name::new(sketch, entries, checksum);
        let path = self.folder.join(name.file_name());
        file.persist(&path).map_err(|error| error.error)?;
        Ok(Some(path))
    }

    /// Removes what was not used for the longest time, so that `size` bytes can be added.
    fn make_room(&self, size: u64) -> io::Result<()> {
        let available = self.limit.checked_sub(size).ok_or_else(|| {
            let limit = self.limit;
            io::Error::other(format!("{size} bytes are more than the limit of {limit} bytes"))
        })?;
        remove_left_over(&self.folder);
        let packs = catalogue::packs(&self.folder)?.into_iter();
        let mut packs: Vec<_> = packs.filter_map(|pack| Some((pack.used().ok()?, pack))).collect();
        packs.sort_by_key(|((used, _), _)| *used);
        let mut taken: u64 = packs.iter().map(|((_, size), _)| size).sum();
        let mut count = packs.len();
        for ((_, size), pack) in packs {
            if taken <= available && count < MAX_PACKS {
                break;
            }
            remove(&pack);
            taken -= size;
            count -= 1;
        }
        Ok(())
    }
}

impl FunctionCache for DiskCache {
    fn load(&self, keys: &[Key], found: &mut dyn FnMut(usize, &[u8])) {
        // A folder that cannot be read has nothing, as one that does not exist.
        let packs = catalogue::matching(&self.folder, &Sketch::of(keys)).unwrap_or_default();
        let mut missing: FxHashMap<Key, usize> = keys.iter().copied().zip(0..).collect();
        for pack in packs.iter().take(MAX_SEARCHED) {
            if missing.is_empty() {
                break;
            }
            let mut used = Vec::new();
            // Another process may remove it at any time.
            let _ = search(
                pack,
                |key| missing.contains_key(key),
                |key, content| {
                    used.push(key);
                    if let Some(&number) = missing.get(&key) {
                        found(number, content);
                    }
                },
            );
            used.iter().for_each(|key| _ = missing.remove(key));
        }
    }

    fn store(
        &self,
        keys: &[Key],
        new: &[usize],
        content: &mut dyn FnMut(usize, &mut Vec<u8>),
    ) -> io::Result<()> {
        let sketch = Sketch::of(keys);
        let packs = catalogue::matching(&self.folder, &sketch).unwrap_or_default();
        let is_small = |pack: &Listed| (pack.name.entries as usize) < keys.len() / SMALL_PART;
        let merges = packs.iter().filter(|pack| is_small(pack)).count() >= MAX_SMALL;
        let stored = if merges {
            self.write(keys.iter().copied().enumerate(), sketch, content)
        } else {
            self.write(new.iter().map(|&number| (number, keys[number])), sketch, content)
        };
        let new = stored.map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", self.folder.display()))
        })?;
        if merges {
            let keys = keys.iter().copied().collect();
            let merged = |pack: &&Listed| is_small(pack) || superseded(pack, &keys);
            let others = packs.iter().filter(|pack| Some(&pack.path) != new.as_ref());
            others.filter(merged).for_each(remove);
        }
        Ok(())
    }
}

fn search(
    listed: &Listed,
    wanted: impl Fn(&Key) -> bool,
    mut found: impl FnMut(Key, &[u8]),
) -> io::Result<()> {
    let file = File::open(&listed.path)?;
    let mut pack = Pack::open(&file)?;
    let mut used = false;
    pack.read(wanted, |key, content| {
        used = true;
        found(key, content);
    })?;
    if used {
        // In a folder that is read-only, no use is recorded, and nothing removed.
        let _ = file.set_modified(SystemTime::now());
    }
    Ok(())
}

/// Whether most of the functions of a pack are among `keys`.
fn superseded(listed: &Listed, keys: &FxHashSet<Key>) -> bool {
    let pack = File::open(&listed.path).and_then(Pack::open);
    pack.is_ok_and(|pack| {
        let kept = pack.keys().filter(|key| keys.contains(key)).count();
        2 * kept > pack.keys().len()
    })
}

/// Removes a pack. Another process may have done so already.
fn remove(pack: &Listed) {
    let _ = fs::remove_file(&pack.path);
}

/// Removes the temporary files of processes that were killed.
fn remove_left_over(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let temporary = entries.filter(|entry| {
        entry.file_name().to_str().is_some_and(|name| name.starts_with(TEMPORARY_PREFIX))
    });
    for entry in temporary {
        let age = entry.metadata().and_then(|metadata| metadata.modified());
        let age = age.ok().and_then(|modified| modified.elapsed().ok());
        if age.is_some_and(|age| age > TEMPORARY_AGE) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Makes the folder, for this user alone, if there is none.
fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
