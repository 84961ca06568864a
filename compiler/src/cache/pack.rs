//! A pack: functions in one file, which never changes once it has its name.
//!
//! The contents of all functions come first, one after the other. Then comes a table with the key,
//! the checksum and the length of each, and then a trailer of fixed size with the checksum of the
//! table. A reader needs only the table and the requested contents. Content with a wrong checksum
//! counts as missing, since a disk may damage a pack. Nobody can forge a pack if all checksums are
//! made with a key ([`Integrity`]).

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::Key;
use super::integrity::{Integrity, Part, Tag};

/// The size of the bytes that end every pack and identify its format.
const MAGIC_SIZE: usize = Integrity::MAGIC_SIZE;
/// No module has more functions; a file that claims more tries to exhaust memory.
const MAX_ENTRIES: u32 = 1_000_000;

/// Contents with at most this many bytes between them are read together.
const MAX_GAP: u64 = 16 * 1024;
/// The maximum size of one read, unless a single content is larger: a buffer of this size stays in
/// the processor's caches.
const MAX_RUN: u64 = 256 * 1024;

/// A pack that is being written.
pub(super) struct Writer<'s, W: Write> {
    output: W,
    integrity: &'s Integrity,
    table: Vec<u8>,
    size: u64,
}

impl<'s, W: Write> Writer<'s, W> {
    /// Starts a pack at the beginning of `output`.
    pub(super) fn new(output: W, integrity: &'s Integrity) -> Self {
        Self { output, integrity, table: Vec::new(), size: 0 }
    }

    /// Adds a function.
    pub(super) fn add(&mut self, key: Key, content: &[u8]) -> io::Result<()> {
        let length = u32::try_from(content.len()).map_err(io::Error::other)?;
        self.output.write_all(content)?;
        self.table.extend(key.bytes());
        self.table.extend(self.integrity.tag(Part::Content, content).bytes());
        self.table.extend(length.to_le_bytes());
        self.size += u64::from(length);
        Ok(())
    }

    /// Completes the pack. Returns the output, and a description of the pack.
    pub(super) fn finish(mut self) -> io::Result<(W, Finished)> {
        let tag = self.integrity.tag(Part::Table, &self.table);
        let entries = (self.table.len() / entry_size(self.integrity)) as u32;
        self.output.write_all(&self.table)?;
        self.output.write_all(tag.bytes())?;
        self.output.write_all(&entries.to_le_bytes())?;
        self.output.write_all(self.integrity.magic())?;
        self.output.flush()?;
        let size = self.size + (self.table.len() + trailer_size(self.integrity)) as u64;
        Ok((self.output, Finished { id: tag.id(), entries, size }))
    }
}

/// What has been written.
pub(super) struct Finished {
    /// Tells the pack from others.
    pub(super) id: u64,
    /// How many functions it has.
    pub(super) entries: u32,
    /// Its bytes.
    pub(super) size: u64,
}

/// The size of an entry of the table: key, checksum and length of the content.
fn entry_size(integrity: &Integrity) -> usize {
    Key::SIZE + integrity.tag_size() + 4
}

/// The size of the trailer: checksum of the table, number of entries, magic.
fn trailer_size(integrity: &Integrity) -> usize {
    integrity.tag_size() + 4 + MAGIC_SIZE
}

struct Entry {
    key: Key,
    tag: Tag,
    start: u64,
    length: u32,
}

impl Entry {
    fn end(&self) -> u64 {
        self.start + u64::from(self.length)
    }
}

/// A pack that is being read.
pub(super) struct Pack<'s, R> {
    input: R,
    integrity: &'s Integrity,
    entries: Vec<Entry>,
}

impl<'s, R: Read + Seek> Pack<'s, R> {
    /// Reads the table.
    ///
    /// # Errors
    /// If `input` cannot be read; of kind `InvalidData` if it is not a pack with this integrity, or
    /// is damaged.
    pub(super) fn open(mut input: R, integrity: &'s Integrity) -> io::Result<Self> {
        let size = input.seek(SeekFrom::End(0))?;
        let trailer_start = size.checked_sub(trailer_size(integrity) as u64).ok_or_else(damaged)?;
        let mut trailer = Vec::new();
        read_at(&mut input, trailer_start, trailer_size(integrity), &mut trailer)?;
        let (tag, rest) = trailer.split_at_checked(integrity.tag_size()).ok_or_else(damaged)?;
        let (count, magic) = rest.split_first_chunk().ok_or_else(damaged)?;
        let count = u32::from_le_bytes(*count);
        if magic != integrity.magic() || count > MAX_ENTRIES {
            return Err(damaged());
        }
        let table_size = u64::from(count) * entry_size(integrity) as u64;
        let table_start = trailer_start.checked_sub(table_size).ok_or_else(damaged)?;
        let mut table = Vec::new();
        read_at(&mut input, table_start, table_size as usize, &mut table)?;
        if !integrity.fits(Part::Table, &table, tag) {
            return Err(damaged());
        }
        let mut start = 0;
        let entries = table.chunks_exact(entry_size(integrity)).map(|entry| {
            let (key, rest) = entry.split_first_chunk()?;
            let (tag, length) = rest.split_at_checked(integrity.tag_size())?;
            let length = u32::from_le_bytes(length.try_into().ok()?);
            let entry = Entry { key: Key::new(*key), tag: Tag::new(tag)?, start, length };
            start = entry.end();
            Some(entry)
        });
        let entries = entries.collect::<Option<Vec<_>>>().ok_or_else(damaged)?;
        if start != table_start {
            return Err(damaged());
        }
        Ok(Self { input, integrity, entries })
    }

    /// The keys of all functions.
    pub(super) fn keys(&self) -> impl ExactSizeIterator<Item = &Key> {
        self.entries.iter().map(|entry| &entry.key)
    }

    /// Reads the `wanted` functions, and passes on those that are intact. Returns whether all are.
    ///
    /// # Errors
    /// If the input cannot be read; functions may have been passed on before.
    pub(super) fn read(
        &mut self,
        wanted: impl Fn(&Key) -> bool,
        mut found: impl FnMut(Key, &[u8]),
    ) -> io::Result<bool> {
        let mut intact = true;
        let wanted: Vec<&Entry> = self.entries.iter().filter(|entry| wanted(&entry.key)).collect();
        let together = |run: &[&Entry], next: &Entry| {
            next.start - run[run.len() - 1].end() <= MAX_GAP && next.end() - run[0].start <= MAX_RUN
        };
        let mut bytes = Vec::new();
        let mut rest = &wanted[..];
        while !rest.is_empty() {
            let more = (1..rest.len()).take_while(|&count| together(&rest[..count], rest[count]));
            let (run, after) = rest.split_at(1 + more.count());
            let start = run[0].start;
            let size = (run[run.len() - 1].end() - start) as usize;
            read_at(&mut self.input, start, size, &mut bytes)?;
            for entry in run {
                let content =
                    &bytes[(entry.start - start) as usize..(entry.end() - start) as usize];
                if self.integrity.fits(Part::Content, content, entry.tag.bytes()) {
                    found(entry.key, content);
                } else {
                    intact = false;
                }
            }
            rest = after;
        }
        Ok(intact)
    }
}

/// Reads `size` bytes, which are known to be inside the file, and replaces the content of `bytes`.
fn read_at(
    input: &mut (impl Read + Seek),
    start: u64,
    size: usize,
    bytes: &mut Vec<u8>,
) -> io::Result<()> {
    bytes.resize(size, 0);
    input.seek(SeekFrom::Start(start))?;
    input.read_exact(bytes)
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a damaged file of the function cache")
}
