//! The table of landing pads in the text: where execution continues if a call ends with an
//! exception, and which registers a frame has to give back on the way there.
//!
//! A header is followed by the rows of the calls, sorted by return address; by the functions,
//! sorted by place, the last of which is the end of the others; and by lists of saved registers,
//! which functions share. Places count from the start of the text, and lists from that of the
//! table. `lower/exceptions/unwinder.rs` generates the code that searches the table.

use rustc_hash::FxHashMap;

use crate::error::Error;
use crate::target::{Architecture, FUNCTION_ALIGNMENT};

/// The fields of the header, u32 numbers.
pub(crate) mod header {
    /// How many calls have a row.
    pub(crate) const ROW_COUNT: u32 = 0;
    /// The table's own place in the text.
    pub(crate) const PLACE: u32 = 4;
    /// The number of functions.
    pub(crate) const FUNCTION_COUNT: u32 = 8;
    /// The place of the first function, relative to the header.
    pub(crate) const FUNCTIONS: u32 = 12;
    /// The list of the function that throws.
    pub(crate) const THROWER_LIST: u32 = 16;
    /// Bytes of the header. The first row follows.
    pub(crate) const SIZE: u32 = 20;
}

/// The fields of a row, three u32.
pub(crate) mod row {
    /// What a call returns to.
    pub(crate) const RETURN_OFFSET: u32 = 0;
    /// The distance from the stack pointer to the frame pointer at the call.
    pub(crate) const FRAME_OFFSET: u32 = 4;
    /// The landing pad.
    pub(crate) const HANDLER_OFFSET: u32 = 8;
    /// Bytes of a row.
    pub(crate) const SIZE: u32 = 12;
}

/// The fields of a function, three u32.
pub(crate) mod function {
    /// Where it begins.
    pub(crate) const START: u32 = 0;
    /// The index of the first row of its calls. They end where those of the next function begin.
    pub(crate) const FIRST_ROW: u32 = 4;
    /// Its list of saved registers.
    pub(crate) const LIST: u32 = 8;
    /// Bytes of a function.
    pub(crate) const SIZE: u32 = 12;
}

/// A list of saved registers: their number, and two bytes for each.
pub(crate) mod list {
    /// The number of registers, a byte.
    pub(crate) const COUNT: u32 = 0;
    /// The position of a register among those that functions preserve.
    pub(crate) const REGISTER: u32 = 1;
    /// Where it is saved: 8-byte words below the frame pointer.
    pub(crate) const DEPTH: u32 = 2;
    /// Bytes of a register in the list.
    pub(crate) const ITEM_SIZE: u32 = 2;
}

/// The maximum number of rows in a file.
const MAX_ROWS: usize = 1 << 24;

/// A call that may end with an exception. Offsets count from the start of its function, or of the
/// text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HandlerRow {
    /// What the call returns to.
    pub(crate) return_offset: u32,
    /// The distance from the stack pointer to the frame pointer at the call.
    pub(crate) frame_offset: u32,
    /// The landing pad.
    pub(crate) handler_offset: u32,
}

/// A register that a function saves before it uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SavedRegister {
    /// Its position among the registers that functions preserve.
    pub(crate) register: u8,
    /// Where it is saved: 8-byte words below the frame pointer.
    pub(crate) depth: u8,
}

/// Collects a table. Functions are added in the order of their places.
#[derive(Default)]
pub(crate) struct TableBuilder {
    rows: Vec<HandlerRow>,
    /// Start, first row, list by index.
    functions: Vec<(u32, u32, u32)>,
    lists: Vec<Vec<SavedRegister>>,
    list_indexes: FxHashMap<Vec<SavedRegister>, u32>,
    thrower_list: u32,
}

impl TableBuilder {
    /// Adds a function at `start` with these calls, whose offsets count from its start.
    pub(crate) fn add(&mut self, start: u32, rows: &[HandlerRow], saved: &[SavedRegister]) {
        let list = self.list(saved);
        self.functions.push((start, self.rows.len() as u32, list));
        self.rows.extend(rows.iter().map(|row| HandlerRow {
            return_offset: row.return_offset + start,
            frame_offset: row.frame_offset,
            handler_offset: row.handler_offset + start,
        }));
    }

    /// Says what the function that throws saves. It is not a function of the table.
    pub(crate) fn set_thrower(&mut self, saved: &[SavedRegister]) {
        self.thrower_list = self.list(saved);
    }

    fn list(&mut self, saved: &[SavedRegister]) -> u32 {
        if let Some(index) = self.list_indexes.get(saved) {
            return *index;
        }
        let index = self.lists.len() as u32;
        self.lists.push(saved.to_vec());
        self.list_indexes.insert(saved.to_vec(), index);
        index
    }

    /// The size in bytes of the table.
    ///
    /// # Errors
    /// If there are too many rows.
    pub(crate) fn size(&self) -> Result<usize, Error> {
        let rows = self.rows.len();
        if rows > MAX_ROWS {
            let what = format!("{rows} calls inside try blocks, more than {MAX_ROWS}");
            return Err(Error::limit(what));
        }
        Ok(self.lists_offset() + self.lists.iter().map(|list| list_size(list)).sum::<usize>())
    }

    fn functions_offset(&self) -> usize {
        header::SIZE as usize + self.rows.len() * row::SIZE as usize
    }

    fn lists_offset(&self) -> usize {
        self.functions_offset() + (self.functions.len() + 1) * function::SIZE as usize
    }

    /// Writes the table at `offset` in the text.
    pub(crate) fn write(&self, text: &mut [u8], offset: usize) {
        debug_assert!(self.rows.is_sorted_by_key(|row| row.return_offset));
        debug_assert!(self.functions.is_sorted_by_key(|(start, ..)| *start));
        let mut list_offset = self.lists_offset() as u32;
        let mut list_offsets = Vec::with_capacity(self.lists.len());
        for list in &self.lists {
            list_offsets.push(list_offset);
            list_offset += list_size(list) as u32;
        }
        let list = |index: u32| list_offsets.get(index as usize).copied().unwrap_or(0);
        let rows = self.rows.len() as u32;
        let functions = self.functions.len() as u32;
        let first = self.functions_offset() as u32;
        let mut numbers = vec![rows, offset as u32, functions, first, list(self.thrower_list)];
        for row in &self.rows {
            numbers.extend([row.return_offset, row.frame_offset, row.handler_offset]);
        }
        for &(start, first_row, index) in &self.functions {
            numbers.extend([start, first_row, list(index)]);
        }
        // Where the rows of the last function end.
        numbers.extend([offset as u32, rows, 0]);
        let lists = self.lists.iter().flat_map(|list| {
            let items = list.iter().flat_map(|saved| [saved.register, saved.depth]);
            [list.len() as u8].into_iter().chain(items)
        });
        let bytes = numbers.into_iter().flat_map(u32::to_le_bytes).chain(lists);
        for (place, byte) in text[offset..].iter_mut().zip(bytes) {
            *place = byte;
        }
    }
}

fn list_size(list: &[SavedRegister]) -> usize {
    1 + list.len() * list::ITEM_SIZE as usize
}

/// Finds the table in `text`, for any target. Returns its offset and its rows.
pub(crate) fn find(text: &[u8]) -> Option<(usize, Vec<HandlerRow>)> {
    let stubs: Vec<&[u8]> =
        Architecture::ALL.iter().map(|each| each.target().handler_table().code).collect();
    let starts = (0..text.len()).step_by(FUNCTION_ALIGNMENT as usize);
    let mut places = starts.filter_map(|start| {
        let stub = stubs.iter().find(|stub| text[start..].starts_with(stub))?;
        Some(start + stub.len())
    });
    places.find_map(|place| Some((place, read(text, place)?)))
}

/// The rows of the table at `place`, if there is one.
fn read(text: &[u8], place: usize) -> Option<Vec<HandlerRow>> {
    let table = text.get(place..)?;
    let number = |offset: usize| {
        let bytes = table.get(offset..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    };
    if number(header::PLACE as usize)? as usize != place {
        return None;
    }
    let rows = number(header::ROW_COUNT as usize)? as usize;
    let start = header::SIZE as usize;
    let end = start + rows.checked_mul(row::SIZE as usize)?;
    if rows > MAX_ROWS || end > table.len() {
        return None;
    }
    let places = (start..end).step_by(row::SIZE as usize);
    let rows = places.map(|place| {
        let number = |offset: u32| number(place + offset as usize);
        Some(HandlerRow {
            return_offset: number(row::RETURN_OFFSET)?,
            frame_offset: number(row::FRAME_OFFSET)?,
            handler_offset: number(row::HANDLER_OFFSET)?,
        })
    });
    rows.collect()
}
