//! Reads little-endian values from a range of a file, with the alignment that the loader expects.
//!
//! Every access is checked against the range. Every count is checked against the bytes that are
//! left before anything is allocated for it. Errors contain the file offset.

use wamr_abi::format;

use super::error::{ContainerError, Result};
use super::model::TargetInfo;

/// A cursor in a range of a file.
#[derive(Clone)]
pub(super) struct Source<'a> {
    file: &'a [u8],
    position: usize,
    end: usize,
}

impl<'a> Source<'a> {
    /// The whole file.
    pub(super) fn new(file: &'a [u8]) -> Self {
        Self { file, position: 0, end: file.len() }
    }

    /// File offset of the next byte.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.position >= self.end
    }

    /// A failure at the cursor.
    pub(super) fn malformed(
        &self,
        what: impl Into<std::borrow::Cow<'static, str>>,
    ) -> ContainerError {
        ContainerError::malformed(self.position, what)
    }

    pub(super) fn align(&mut self, alignment: usize) {
        self.position = self.position.next_multiple_of(alignment);
    }

    fn remaining(&self) -> usize {
        self.end.saturating_sub(self.position)
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8]> {
        let rest = self.file.get(self.position..self.end);
        let bytes = rest.and_then(|rest| rest.get(..count));
        let bytes = bytes.ok_or_else(|| self.malformed("unexpected end"))?;
        self.position += count;
        Ok(bytes)
    }

    /// All that is left.
    pub(super) fn rest(&mut self) -> Result<&'a [u8]> {
        self.bytes(self.remaining())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes(N)?);
        Ok(array)
    }

    pub(super) fn u8(&mut self) -> Result<u8> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    pub(super) fn u16(&mut self) -> Result<u16> {
        self.align(2);
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        self.align(format::WORD_ALIGN);
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64> {
        self.align(format::WORD_ALIGN);
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// Reads an offset in the code, as wide as addresses of `target`.
    pub(super) fn machine_word(&mut self, target: &TargetInfo<'_>) -> Result<u64> {
        if target.is_64_bit() { self.u64() } else { self.u32().map(u64::from) }
    }

    /// Reads a distance in the code, as wide as addresses of `target`.
    pub(super) fn machine_word_signed(&mut self, target: &TargetInfo<'_>) -> Result<i64> {
        if target.is_64_bit() {
            self.u64().map(u64::cast_signed)
        } else {
            self.u32().map(|word| i64::from(word.cast_signed()))
        }
    }

    pub(super) fn v128(&mut self) -> Result<[u8; 16]> {
        self.array()
    }

    /// Reads the number of records that follow, each of at least `min_size` bytes in this range.
    pub(super) fn count(&mut self, min_size: usize, what: &str) -> Result<usize> {
        let count = self.u32()?;
        self.check_count(count, min_size, self.remaining(), what)
    }

    /// Reads the number of records elsewhere in the file, each of at least `min_size` bytes.
    pub(super) fn count_elsewhere(&mut self, min_size: usize, what: &str) -> Result<usize> {
        let count = self.u32()?;
        self.check_count(count, min_size, self.file.len(), what)
    }

    fn check_count(&self, count: u32, min_size: usize, bytes: usize, what: &str) -> Result<usize> {
        match usize::try_from(count) {
            Ok(count) if count <= bytes / min_size => Ok(count),
            _ => Err(ContainerError::malformed(
                self.position - size_of::<u32>(),
                format!("{count} {what} do not fit the file"),
            )),
        }
    }

    /// Reads a string without its NUL; the loader also accepts an empty one without a NUL.
    pub(super) fn string(&mut self, what: &str) -> Result<&'a str> {
        let length = self.u16()?;
        let start = self.position;
        let bytes = self.bytes(length.into())?;
        let text = match bytes.split_last() {
            None => bytes,
            Some((0, text)) => text,
            Some(_) => {
                return Err(ContainerError::malformed(start, format!("{what} has no final NUL")));
            }
        };
        std::str::from_utf8(text)
            .map_err(|_| ContainerError::malformed(start, format!("{what} is not UTF-8")))
    }

    /// The next `size` bytes as a range of their own.
    pub(super) fn range(&mut self, size: usize) -> Result<Self> {
        let position = self.position;
        self.bytes(size)?;
        Ok(Self { file: self.file, position, end: self.position })
    }

    /// Fails if the range has not been read to its end.
    pub(super) fn finish(&self, what: &str) -> Result<()> {
        if self.position == self.end {
            return Ok(());
        }
        Err(self.malformed(format!("{what} section has {} bytes too many", self.remaining())))
    }
}
