//! Finds the packs of a folder that may contain functions of a module, by their names.
//!
//! The name of a pack begins with a sketch of the module it was made for: marks of the eight
//! functions with the smallest keys. Keys are digests, so these are eight random functions, but the
//! same ones for every module that contains them. For all practical purposes, two modules that
//! share most of their functions share a mark, and two that have nothing in common share none. So
//! the amount to read grows with the module, not with the cache.

use std::fmt::Write;
use std::io;

use super::Key;
use super::folder::Folder;

const MARKS: usize = 8;
/// The bytes of a key that form its mark; not the first ones, since these are small in the smallest
/// keys.
const MARK: std::ops::Range<usize> = 8..12;
const MARK_DIGITS: usize = 2 * (MARK.end - MARK.start);

const EXTENSION: &str = "functions";

/// Marks of some of the functions of a module.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sketch {
    /// In hexadecimal, concatenated.
    marks: String,
}

impl Sketch {
    /// The sketch of a module with functions of these keys.
    pub(super) fn of(keys: &[Key]) -> Self {
        let mut keys: Vec<&Key> = keys.iter().collect();
        if keys.len() > MARKS {
            keys.select_nth_unstable(MARKS);
            keys.truncate(MARKS);
        }
        keys.sort_unstable();
        let mut marks = String::with_capacity(MARKS * MARK_DIGITS);
        for byte in keys.iter().flat_map(|key| &key.bytes()[MARK]) {
            write!(marks, "{byte:02x}").expect("strings take any text");
        }
        Self { marks }
    }

    fn marks(&self) -> impl Iterator<Item = &str> {
        (0..self.marks.len() / MARK_DIGITS).map(|at| &self.marks[at * MARK_DIGITS..][..MARK_DIGITS])
    }

    fn shares_a_mark(&self, other: &Self) -> bool {
        self.marks().any(|mark| other.marks().any(|other| mark == other))
    }
}

/// The information in the name of a pack.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The sketch of the module that the pack was made for.
    sketch: Sketch,
    /// The number of functions in the pack.
    pub(super) entries: u32,
    /// Tells packs from each other.
    id: String,
}

impl Name {
    /// The name of a pack with `entries` functions, made for a module with that sketch. Equal packs
    /// have equal checksums.
    pub(super) fn new(sketch: Sketch, entries: u32, checksum: u64) -> Self {
        Self { sketch, entries, id: format!("{checksum:016x}") }
    }

    /// The file name.
    pub(super) fn file_name(&self) -> String {
        format!("{}-{}-{}.{EXTENSION}", self.sketch.marks, self.entries, self.id)
    }

    fn parse(file_name: &str) -> Option<Self> {
        let mut parts = file_name.strip_suffix(EXTENSION)?.strip_suffix('.')?.split('-');
        let (marks, entries, id) = (parts.next()?, parts.next()?, parts.next()?);
        let is_hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let fits = is_hexadecimal(marks) && is_hexadecimal(id) && parts.next().is_none();
        let sketch = Sketch { marks: marks.to_owned() };
        fits.then_some(Self { sketch, entries: entries.parse().ok()?, id: id.to_owned() })
    }
}

/// A pack in the folder.
pub(super) struct Listed {
    pub(super) file_name: String,
    pub(super) name: Name,
}

/// All packs of the folder.
pub(super) fn packs(folder: &Folder) -> io::Result<Vec<Listed>> {
    let names = folder.names()?.into_iter();
    let packs = names.filter_map(|file_name| {
        let name = Name::parse(&file_name)?;
        Some(Listed { file_name, name })
    });
    Ok(packs.collect())
}

/// The packs that may contain functions of a module with this sketch, most recently used first.
pub(super) fn matching(folder: &Folder, sketch: &Sketch) -> io::Result<Vec<Listed>> {
    let packs = packs(folder)?.into_iter().filter(|pack| pack.name.sketch.shares_a_mark(sketch));
    // A pack that another process has removed since is left out.
    let mut dated: Vec<_> =
        packs.filter_map(|pack| Some((folder.age(&pack.file_name).ok()?.0, pack))).collect();
    let by_name = |a: &Listed, b: &Listed| a.file_name.cmp(&b.file_name);
    dated.sort_by(|(first, a), (second, b)| second.cmp(first).then_with(|| by_name(a, b)));
    Ok(dated.into_iter().map(|(_, pack)| pack).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys as if from a digest.
    fn keys(range: std::ops::Range<u32>) -> Vec<Key> {
        range.map(|number| Key::new(crate::digest::digest([&number.to_le_bytes()[..]]))).collect()
    }

    #[test]
    fn a_sketch_does_not_depend_on_the_order() {
        let mut reversed = keys(0..1000);
        reversed.reverse();
        assert_eq!(Sketch::of(&keys(0..1000)), Sketch::of(&reversed));
    }

    #[test]
    fn modules_with_most_functions_in_common_share_a_mark() {
        let before = Sketch::of(&keys(0..1000));
        assert!(before.shares_a_mark(&Sketch::of(&keys(1..1001))));
        assert!(before.shares_a_mark(&Sketch::of(&keys(200..1200))));
        assert!(!before.shares_a_mark(&Sketch::of(&keys(1000..2000))));
        assert!(!before.shares_a_mark(&Sketch::of(&[])));
    }

    #[test]
    fn small_modules_share_a_mark_if_they_share_a_function() {
        assert!(Sketch::of(&keys(0..3)).shares_a_mark(&Sketch::of(&keys(2..9))));
        assert!(!Sketch::of(&keys(0..3)).shares_a_mark(&Sketch::of(&keys(3..9))));
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for count in [0, 1, 8, 100] {
            let name = Name::new(Sketch::of(&keys(0..count)), count, 0xab);
            assert_eq!(Name::parse(&name.file_name()).as_ref(), Some(&name));
        }
        for other in ["", "x", ".functions", "zz-1-00.functions", "00-x-00.functions", "00-1-0"] {
            assert_eq!(Name::parse(other), None, "{other}");
        }
    }
}
