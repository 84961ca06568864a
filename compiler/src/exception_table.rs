//! The table of landing pads in the text: where execution continues if a call ends with an
//! exception.
//!
//! A header is followed by rows, sorted by the return address of the call. All offsets count from
//! the start of the text. `lower/exceptions/unwinder.rs` generates the code that searches the
//! table.

use crate::error::Error;
use crate::target::{Architecture, FUNCTION_ALIGNMENT};

/// The offset in the table of the number of rows, a u32.
pub(crate) const ROW_COUNT: u32 = 0;
/// The offset in the table of the table's own offset in the text, a u32.
pub(crate) const TABLE_OFFSET: u32 = 4;
/// Offset of the rows.
pub(crate) const ROWS: u32 = 8;

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

/// The size in bytes of a table with this many rows.
///
/// # Errors
/// If there are too many.
pub(crate) fn table_size(rows: usize) -> Result<usize, Error> {
    if rows > MAX_ROWS {
        let what = format!("{rows} calls inside try blocks, more than {MAX_ROWS}");
        return Err(Error::limit(what));
    }
    Ok(ROWS as usize + rows * row::SIZE as usize)
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
    let number = |offset: usize| {
        let bytes = text.get(place + offset..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    };
    if number(TABLE_OFFSET as usize)? as usize != place {
        return None;
    }
    let end = table_size(number(ROW_COUNT as usize)? as usize).ok()?;
    text.get(place..)?.get(..end)?;
    let places = (ROWS as usize..end).step_by(row::SIZE as usize);
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

/// Writes a table with `rows` at `offset` in the text.
pub(crate) fn write(text: &mut [u8], offset: u64, rows: &[HandlerRow]) {
    debug_assert!(rows.is_sorted_by_key(|row| row.return_offset));
    let mut place = offset as usize;
    let mut write = |number: u32| {
        text[place..place + 4].copy_from_slice(&number.to_le_bytes());
        place += 4;
    };
    write(rows.len() as u32);
    write(offset as u32);
    for row in rows {
        write(row.return_offset);
        write(row.frame_offset);
        write(row.handler_offset);
    }
}
