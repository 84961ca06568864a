//! A pack: functions in one file, which never changes once it has its name.
//!
//! The contents of all functions come first, one behind the other; then a table with the key, the
//! checksum and the length of each; then a trailer of fixed size, with the checksum of the table. Whoever
//! reads a pack needs its table and the contents that are asked for, and no more. What does not have its
//! checksum counts as missing: a disk may damage a pack. That somebody forges one is not reckoned with.

use std::io::{self, Read, Seek, SeekFrom, Write};

use twox_hash::XxHash3_64;

use super::Key;

/// Ends every pack. The last two bytes are the version of the format.
const MAGIC: [u8; 12] = *b"cwamrcpack01";
/// Checksum of the table, number of entries, magic.
const TRAILER_SIZE: usize = 8 + 4 + MAGIC.len();
/// Key, checksum and length of the content.
const ENTRY_SIZE: usize = Key::SIZE + 8 + 4;

/// Contents that are at most so many bytes apart are read together.
const MAX_GAP: u64 = 16 * 1024;
/// No more than that is read at once, unless one content is larger: a buffer of this size stays in the
/// caches of the processor.
const MAX_RUN: u64 = 256 * 1024;

/// A pack that is being written.
pub(super) struct Writer<W: Write> {
    output: W,
    table: Vec<u8>,
    size: u64,
}

impl<W: Write> Writer<W> {
    /// Begins a pack at the start of `output`.
    pub(super) fn new(output: W) -> Self {
        Self { output, table: Vec::new(), size: 0 }
    }

    /// Adds a function.
    pub(super) fn add(&mut self, key: Key, content: &[u8]) -> io::Result<()> {
        let length = u32::try_from(content.len()).map_err(io::Error::other)?;
        self.output.write_all(content)?;
        self.table.extend(key.bytes());
        self.table.extend(XxHash3_64::oneshot(content).to_le_bytes());
        self.table.extend(length.to_le_bytes());
        self.size += u64::from(length);
        Ok(())
    }

    /// Completes the pack. Returns the output, and what the pack is.
    pub(super) fn finish(mut self) -> io::Result<(W, Finished)> {
        let checksum = XxHash3_64::oneshot(&self.table);
        let entries = (self.table.len() / ENTRY_SIZE) as u32;
        self.output.write_all(&self.table)?;
        self.output.write_all(&checksum.to_le_bytes())?;
        self.output.write_all(&entries.to_le_bytes())?;
        self.output.write_all(&MAGIC)?;
        self.output.flush()?;
        let size = self.size + (self.table.len() + TRAILER_SIZE) as u64;
        Ok((self.output, Finished { checksum, entries, size }))
    }
}

/// What has been written.
pub(super) struct Finished {
    /// Tells the pack from others.
    pub(super) checksum: u64,
    /// How many functions it has.
    pub(super) entries: u32,
    /// Its bytes.
    pub(super) size: u64,
}

struct Entry {
    key: Key,
    checksum: u64,
    start: u64,
    length: u32,
}

impl Entry {
    fn end(&self) -> u64 {
        self.start + u64::from(self.length)
    }
}

/// A pack that is being read.
pub(super) struct Pack<R> {
    input: R,
    entries: Vec<Entry>,
}

impl<R: Read + Seek> Pack<R> {
    /// Reads the table.
    ///
    /// # Errors
    /// If `input` cannot be read, or is no pack, or a damaged one.
    pub(super) fn open(mut input: R) -> io::Result<Self> {
        let size = input.seek(SeekFrom::End(0))?;
        let trailer_start = size.checked_sub(TRAILER_SIZE as u64).ok_or_else(damaged)?;
        let mut trailer = Vec::new();
        read_at(&mut input, trailer_start, TRAILER_SIZE, &mut trailer)?;
        let (checksum, rest) = trailer.split_first_chunk().ok_or_else(damaged)?;
        let (count, magic) = rest.split_first_chunk().ok_or_else(damaged)?;
        let table_size = u64::from(u32::from_le_bytes(*count)) * ENTRY_SIZE as u64;
        let table_start = trailer_start.checked_sub(table_size).ok_or_else(damaged)?;
        if magic != MAGIC {
            return Err(damaged());
        }
        let mut table = Vec::new();
        read_at(&mut input, table_start, table_size as usize, &mut table)?;
        if XxHash3_64::oneshot(&table) != u64::from_le_bytes(*checksum) {
            return Err(damaged());
        }
        let mut start = 0;
        let entries = table.chunks_exact(ENTRY_SIZE).map(|entry| {
            let (key, rest) = entry.split_first_chunk()?;
            let (checksum, length) = rest.split_first_chunk()?;
            let checksum = u64::from_le_bytes(*checksum);
            let length = u32::from_le_bytes(length.try_into().ok()?);
            let entry = Entry { key: Key::new(*key), checksum, start, length };
            start = entry.end();
            Some(entry)
        });
        let entries = entries.collect::<Option<Vec<_>>>().ok_or_else(damaged)?;
        if start != table_start {
            return Err(damaged());
        }
        Ok(Self { input, entries })
    }

    /// The keys of all functions.
    pub(super) fn keys(&self) -> impl ExactSizeIterator<Item = &Key> {
        self.entries.iter().map(|entry| &entry.key)
    }

    /// Reads the functions that are `wanted`, and hands over those that are intact.
    ///
    /// # Errors
    /// If the input cannot be read; functions may have been handed over before.
    pub(super) fn read(
        &mut self,
        wanted: impl Fn(&Key) -> bool,
        mut found: impl FnMut(Key, &[u8]),
    ) -> io::Result<()> {
        let wanted: Vec<&Entry> = self.entries.iter().filter(|entry| wanted(&entry.key)).collect();
        let together = |run: &[&Entry], next: &Entry| {
            next.start - run[run.len() - 1].end() <= MAX_GAP && next.end() - run[0].start <= MAX_RUN
        };
        let mut bytes = Vec::new();
        let mut rest = &wanted[..];
        while !rest.is_empty() {
            let more = (1..rest.len()).take_while(|&count| together(&rest[..count], rest[count]));
            let (run, behind) = rest.split_at(1 + more.count());
            let start = run[0].start;
            let size = (run[run.len() - 1].end() - start) as usize;
            read_at(&mut self.input, start, size, &mut bytes)?;
            for entry in run {
                let content =
                    &bytes[(entry.start - start) as usize..(entry.end() - start) as usize];
                if XxHash3_64::oneshot(content) == entry.checksum {
                    found(entry.key, content);
                }
            }
            rest = behind;
        }
        Ok(())
    }
}

/// Reads `size` bytes, which are known to be inside the file, in the place of what is in `bytes`.
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
