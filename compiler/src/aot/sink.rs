//! Appends little-endian values to a file, with the alignment that the loader expects.
//!
//! Alignment refers to the file offset: 2 for a `u16`, 4 for a `u32` and a `u64`. The loader aligns
//! pointers, which gives the same result if its buffer is aligned to 4. Padding is zero.
//!
//! The machine code, most of a file, is not appended but inserted at the end: what comes before and
//! after it is copied into its buffer, so no second buffer of that size is ever filled.

use std::borrow::Cow;
use std::fmt;

use wamr_abi::format::{self, SectionId};

use super::error::{ContainerError, Result};
use super::model::TargetInfo;
use super::read::SectionRange;

/// A file under construction.
pub(super) struct Sink {
    /// Everything but the machine code.
    bytes: Vec<u8>,
    /// The place of the machine code, once it is known.
    code: Option<CodePlace>,
    sections: Vec<SectionRange>,
}

#[derive(Clone, Copy)]
struct CodePlace {
    start: usize,
    size: usize,
}

impl Sink {
    /// An empty file with room for `capacity` bytes, not counting the machine code.
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity), code: None, sections: Vec::new() }
    }

    /// The finished file, if it has no machine code.
    pub(super) fn finish(self) -> Result<Vec<u8>> {
        self.finish_with_code(Cow::Borrowed(&[])).map(|(bytes, _)| bytes)
    }

    /// The finished file, and the places of its sections. `code` is the code that
    /// [`code`](Self::code) made room for.
    pub(super) fn finish_with_code(
        self,
        code: Cow<'_, [u8]>,
    ) -> Result<(Vec<u8>, Vec<SectionRange>)> {
        if self.position() as u64 > format::MAX_FILE_SIZE {
            return Err(file_too_large());
        }
        let bytes = match self.code {
            None => self.bytes,
            Some(CodePlace { start, size }) => {
                debug_assert_eq!(code.len(), size, "the room is for this code");
                let (before, after) = self.bytes.split_at(start);
                joined(before, code, after)
            }
        };
        Ok((bytes, self.sections))
    }

    /// File offset of the next byte.
    pub(super) fn position(&self) -> usize {
        self.bytes.len() + self.code.map_or(0, |code| code.size)
    }

    pub(super) fn align(&mut self, alignment: usize) {
        let position = self.position();
        let padding = position.next_multiple_of(alignment) - position;
        self.bytes.resize(self.bytes.len() + padding, 0);
    }

    /// Makes room for the machine code. This happens once.
    pub(super) fn code(&mut self, size: usize) {
        debug_assert!(self.code.is_none(), "there is one text");
        self.code = Some(CodePlace { start: self.bytes.len(), size });
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.align(2);
        self.bytes(&value.to_le_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.align(format::WORD_ALIGN);
        self.bytes(&value.to_le_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.align(format::WORD_ALIGN);
        self.bytes(&value.to_le_bytes());
    }

    /// Appends an offset in the code, as wide as addresses of `target`.
    pub(super) fn machine_word(
        &mut self,
        target: &TargetInfo<'_>,
        value: u64,
        what: &str,
    ) -> Result<()> {
        if target.is_64_bit() {
            self.u64(value);
        } else {
            let narrow = u32::try_from(value);
            self.u32(narrow.map_err(|_| does_not_fit(what, value, 32))?);
        }
        Ok(())
    }

    /// Appends a distance in the code, as wide as addresses of `target`.
    pub(super) fn machine_word_signed(
        &mut self,
        target: &TargetInfo<'_>,
        value: i64,
        what: &str,
    ) -> Result<()> {
        if target.is_64_bit() {
            self.u64(value.cast_unsigned());
        } else {
            let narrow = i32::try_from(value);
            self.u32(narrow.map_err(|_| does_not_fit(what, value, 32))?.cast_unsigned());
        }
        Ok(())
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends a length as a `u32`; `what` names what is counted, in the plural.
    pub(super) fn count(&mut self, count: usize, what: &str) -> Result<()> {
        self.u32(fit(count, || format!("number of {what}"))?);
        Ok(())
    }

    /// Appends a string: a `u16` length, the bytes, and a NUL that the length includes.
    pub(super) fn string(&mut self, string: &str, what: &str) -> Result<()> {
        let max = format::MAX_STRING_LEN;
        let Some(length) = string.len().checked_add(1).and_then(|n| u16::try_from(n).ok()) else {
            let length = string.len();
            return Err(ContainerError::limit(format!(
                "{what} of {length} bytes; the container allows names of at most {max} bytes"
            )));
        };
        self.u16(length);
        self.bytes(string.as_bytes());
        self.u8(0);
        Ok(())
    }

    /// Appends a `u32` length, and then what `body` appends, which has that length.
    pub(super) fn sized(
        &mut self,
        what: &str,
        body: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.u32(0);
        let (start, length_end) = (self.position(), self.bytes.len());
        body(self)?;
        let size: u32 = fit(self.position() - start, || format!("size of the {what} section"))?;
        let length = length_end - size_of::<u32>()..length_end;
        self.bytes[length].copy_from_slice(&size.to_le_bytes());
        Ok(())
    }

    /// Appends a section with the body that `body` appends.
    pub(super) fn section(
        &mut self,
        id: SectionId,
        body: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.u32(id as u32);
        let offset = self.position() + size_of::<u32>();
        self.sized(id.name(), body)?;
        self.sections.push(SectionRange { id, offset, size: self.position() - offset });
        Ok(())
    }
}

/// The three parts one after the other, in the buffer of `code` if it has one.
fn joined(before: &[u8], code: Cow<'_, [u8]>, after: &[u8]) -> Vec<u8> {
    match code {
        Cow::Borrowed(code) => [before, code, after].concat(),
        Cow::Owned(mut bytes) => {
            let size = bytes.len();
            bytes.reserve_exact(before.len() + after.len());
            bytes.resize(before.len() + size, 0);
            bytes.copy_within(..size, before.len());
            bytes[..before.len()].copy_from_slice(before);
            bytes.extend_from_slice(after);
            bytes
        }
    }
}

/// The error for a file whose size does not fit into the loader's `u32`.
pub(super) fn file_too_large() -> ContainerError {
    ContainerError::limit("the .aot file would be larger than 4 GiB")
}

/// Converts `value` to a narrower field.
pub(super) fn fit<T: TryFrom<usize>>(value: usize, what: impl FnOnce() -> String) -> Result<T> {
    T::try_from(value).map_err(|_| does_not_fit(&what(), value, size_of::<T>() * 8))
}

fn does_not_fit(what: &str, value: impl fmt::Display, bits: usize) -> ContainerError {
    ContainerError::limit(format!("{what} {value} does not fit {bits} bits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_put_in_where_room_was_made() {
        let finished = |code| {
            let mut sink = Sink::with_capacity(0);
            sink.u8(1);
            let section = sink.section(SectionId::Text, |sink| {
                sink.code(3);
                sink.u8(2);
                Ok(())
            });
            section.expect("it fits");
            // At a multiple of two in the file, not in the appended bytes.
            sink.u8(4);
            sink.u16(0x0303);
            let (bytes, sections) = sink.finish_with_code(code).expect("it fits");
            let places: Vec<_> = sections.iter().map(|it| (it.offset, it.size)).collect();
            (bytes, places)
        };
        let mut expected = vec![1, 0, 0, 0];
        expected.extend((SectionId::Text as u32).to_le_bytes());
        expected.extend(4u32.to_le_bytes());
        expected.extend([9, 8, 7, 2, 4, 0, 3, 3]);
        for code in [Cow::Borrowed(&[9, 8, 7][..]), Cow::Owned(vec![9, 8, 7])] {
            assert_eq!(finished(code), (expected.clone(), vec![(12, 4)]));
        }
    }
}
