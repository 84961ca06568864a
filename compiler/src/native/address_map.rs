//! Maps instructions to the wasm operators they were compiled from.
//!
//! Invariants: entries are in code order, and neighbours differ. The map is built on demand
//! ([`Options::address_map`](crate::Options::address_map)) and does not change the code. Offsets in
//! the code count from the start of the machine code, offsets in wasm from the start of the module.

use std::ops::Range;

use crate::wasm::Module;

/// Where code comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Location {
    /// Offset of the operator from the start of the wasm module.
    pub wasm_offset: u32,
    /// Index of the function that contains the operator, imports counted. In inlined code, this is
    /// not the function whose code it became part of.
    pub function: u32,
}

/// Native offset to wasm offset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressMap {
    /// An offset in the code, and what applies from there on: an offset in the wasm, or
    /// [`NOWHERE`].
    entries: Vec<(u32, u32)>,
    /// Ends of the function bodies in the wasm, in order.
    body_ends: Vec<u32>,
    imported_functions: u32,
}

/// Code that does not come from an operator. No module of that size is compiled.
const NOWHERE: u32 = u32::MAX;

impl AddressMap {
    pub(crate) fn new(module: &Module<'_>, entries: Vec<(u32, u32)>) -> Self {
        let ends = module.bodies.iter().map(|body| body.code.range().end as u32);
        Self {
            entries,
            body_ends: ends.collect(),
            imported_functions: module.imported_function_count(),
        }
    }

    /// The operator that the instruction at `code_offset` was compiled from. `None` for code that
    /// does not come from an operator, such as the prologue of a function, or a function that the
    /// compiler adds.
    ///
    /// A return address is the address of the instruction after the call: look up the byte before
    /// it.
    pub fn lookup(&self, code_offset: u64) -> Option<Location> {
        let code_offset = u32::try_from(code_offset).ok()?;
        let after = self.entries.partition_point(|(start, _)| *start <= code_offset);
        self.location(self.entries.get(after.checked_sub(1)?)?.1)
    }

    /// Every range of code that comes from an operator, in code order.
    pub fn iter(&self) -> impl Iterator<Item = (Range<u64>, Location)> + '_ {
        let ends = self.entries.iter().skip(1).map(|(start, _)| *start);
        self.entries.iter().zip(ends).filter_map(|(&(start, wasm_offset), end)| {
            Some((u64::from(start)..u64::from(end), self.location(wasm_offset)?))
        })
    }

    fn location(&self, wasm_offset: u32) -> Option<Location> {
        if wasm_offset == NOWHERE {
            return None;
        }
        let body = self.body_ends.partition_point(|end| *end <= wasm_offset);
        Some(Location { wasm_offset, function: self.imported_functions + body as u32 })
    }
}

/// Collects the entries of the text, function by function.
#[derive(Default)]
pub(crate) struct AddressMapBuilder {
    entries: Vec<(u32, u32)>,
}

impl AddressMapBuilder {
    /// Adds the code at `offset`; `places` are its ranges that come from an operator, in order.
    pub(crate) fn add(&mut self, offset: u64, places: &[CodePlace]) {
        for place in places {
            self.push(offset + u64::from(place.start), place.wasm_offset);
            self.push(offset + u64::from(place.end), NOWHERE);
        }
    }

    fn push(&mut self, offset: u64, wasm_offset: u32) {
        // The code has at most 1 GiB.
        let offset = offset as u32;
        if self.entries.last().is_some_and(|(last, _)| *last == offset) {
            self.entries.pop();
        }
        if self.entries.last().is_none_or(|(_, before)| *before != wasm_offset) {
            self.entries.push((offset, wasm_offset));
        }
    }

    pub(crate) fn finish(self) -> Vec<(u32, u32)> {
        self.entries
    }
}

/// A range of a function's code, and the operator it was compiled from.
#[derive(Clone, Copy)]
pub(crate) struct CodePlace {
    /// Its start in the function's code.
    pub(crate) start: u32,
    /// Where it ends.
    pub(crate) end: u32,
    /// Offset in the wasm.
    pub(crate) wasm_offset: u32,
}

#[cfg(test)]
mod tests {
    use super::{AddressMapBuilder, CodePlace, NOWHERE};

    #[test]
    fn neighbours_of_one_origin_are_one_entry() {
        let place = |start, end, wasm_offset| CodePlace { start, end, wasm_offset };
        let mut builder = AddressMapBuilder::default();
        builder.add(0, &[place(4, 8, 100), place(8, 12, 100), place(16, 20, 104)]);
        builder.add(32, &[place(0, 4, 200)]);
        let expected =
            [(4, 100), (12, NOWHERE), (16, 104), (20, NOWHERE), (32, 200), (36, NOWHERE)];
        assert_eq!(builder.finish(), expected);
    }
}
