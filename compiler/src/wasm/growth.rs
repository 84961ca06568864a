//! Finds out whether the bodies of a module change or read the sizes of its memories and tables.
//!
//! The runtime reserves room for what may grow. So a file says for each table whether something
//! grows it, and a memory whose size nothing changes or reads is kept as small as possible. Places
//! in the module instance depend on this, so it must be known before any body is lowered. Few
//! bodies contain these opcodes at all: a search for their bytes finds the bodies that may, and
//! only these are read.
//!
//! Unreachable operators count, as in WAMR's loader. A body that cannot be read gives no
//! information, which does no harm: the module is refused when the body is validated.

use std::collections::BTreeSet;

use memchr::{memchr_iter, memchr2_iter};
use wasmparser::{BinaryReaderError, FunctionBody, Operator};

use super::{Body, OperatorKind, Table};

/// How the bodies of a module use sizes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Growth {
    /// Whether a body contains `memory.size` or `memory.grow`.
    pub(crate) memory: bool,
    /// The tables with a `table.grow`.
    pub(crate) tables: BTreeSet<u32>,
}

const MEMORY_SIZE: u8 = 0x3f;
const MEMORY_GROW: u8 = 0x40;
/// The first byte of `table.grow`.
const MISCELLANEOUS: u8 = 0xfc;
/// The number after the prefix.
const TABLE_GROW: u8 = 0x0f;
/// Set in every byte of a LEB128 number except the last. Numbers may be longer than necessary.
const CONTINUES: u8 = 0x80;

// The search looks only for the bytes of these operators.
const _: () = {
    let mut position = 0;
    while position < OperatorKind::ALL.len() {
        let operator = OperatorKind::ALL[position];
        let memory = matches!(operator, OperatorKind::MemorySize | OperatorKind::MemoryGrow);
        assert!(operator.facts().uses_memory_size == memory);
        assert!(operator.facts().grows_table == matches!(operator, OperatorKind::TableGrow));
        position += 1;
    }
};

impl Growth {
    /// Reads `bodies` of a module with `tables`, and with or without a memory.
    pub(super) fn of(bodies: &[Body<'_>], has_memory: bool, tables: &[Table]) -> Self {
        let mut growth = Self::default();
        for body in bodies {
            let bytes = body.code.as_bytes();
            let memory = has_memory && !growth.memory && may_use_size_of_memory(bytes);
            if memory || !tables.is_empty() && may_grow_table(bytes) {
                // Errors in the body are reported when it is validated.
                let _ = growth.read(&body.code);
            }
        }
        growth
    }

    fn read(&mut self, body: &FunctionBody<'_>) -> Result<(), BinaryReaderError> {
        for operator in body.get_operators_reader()? {
            match operator? {
                Operator::MemorySize { .. } | Operator::MemoryGrow { .. } => self.memory = true,
                Operator::TableGrow { table } => {
                    self.tables.insert(table);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn may_use_size_of_memory(bytes: &[u8]) -> bool {
    // The index of the memory; there is only one.
    let followed =
        |at: usize| bytes.get(at + 1).is_some_and(|&byte| byte == 0 || byte >= CONTINUES);
    memchr2_iter(MEMORY_SIZE, MEMORY_GROW, bytes).any(followed)
}

fn may_grow_table(bytes: &[u8]) -> bool {
    let followed =
        |at: usize| bytes.get(at + 1).is_some_and(|&byte| byte & !CONTINUES == TABLE_GROW);
    memchr_iter(MISCELLANEOUS, bytes).any(followed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm;

    fn growth(text: &str) -> Growth {
        let bytes = wat::parse_str(text).expect("the text is right");
        growth_of(&bytes)
    }

    fn growth_of(bytes: &[u8]) -> Growth {
        let parsed = wasm::parse(bytes, wasm::allowed_features(&[]), wasm::References::Indexes);
        parsed.unwrap_or_else(|error| panic!("{error}")).growth
    }

    #[test]
    fn operators_count_wherever_they_stand() {
        for body in [
            "(drop (memory.size))",
            "(drop (memory.grow (i32.const 0)))",
            "(return) (drop (memory.size))",
            "(block (loop (unreachable) (drop (memory.grow (i32.const 1)))))",
        ] {
            let found = growth(&format!("(module (memory 1) (func) (func {body}))"));
            assert!(found.memory, "{body}");
            assert!(found.tables.is_empty(), "{body}");
        }
        let found = growth(
            "(module (table 1 funcref) (table 1 funcref) (table 1 externref) \
               (func (return) (drop (table.grow 2 (ref.null extern) (i32.const 1)))) \
               (func (drop (table.grow 1 (ref.null func) (i32.const 1))) \
                 (drop (table.size 0)) (table.fill 0 (i32.const 0) (ref.null func) (i32.const 1))))",
        );
        assert_eq!(found, Growth { memory: false, tables: [1, 2].into() });
    }

    /// The same bytes occur in constants, offsets and the types of blocks.
    #[test]
    fn bytes_of_the_same_value_are_no_operators() {
        let found = growth(
            "(module (memory 1) (table 1 funcref) (func (param i64) \
               (block (unreachable)) \
               (drop (i32.const -513)) (drop (f64.const 0x1.fff0f3f003f40p+0)) \
               (drop (i64.const 0x0ffc0f3f403f40)) \
               (drop (f32.const nan:0x400040)) (drop (f64.const nan:0x3f00400ffc0f)) \
               (drop (i32.load offset=64 (i32.const 64))) (drop (i64.load offset=8255 (i32.const 0)))))",
        );
        assert_eq!(found, Growth::default());
    }

    #[test]
    fn longer_numbers_are_found() {
        // memory.size; drop; ref.null func, i32.const 0; table.grow 0, whose number has three
        // bytes; drop.
        let code = b"\x3f\x00\x1a\xd0\x70\x41\x00\xfc\x8f\x80\x00\x00\x1a\x0b";
        let mut wasm = wat::parse_str("(module (memory 1) (table 1 funcref) (func))").unwrap();
        let code_section = wasm.len() - b"\x0a\x04\x01\x02\x00\x0b".len();
        assert_eq!(wasm[code_section..], *b"\x0a\x04\x01\x02\x00\x0b");
        wasm.truncate(code_section);
        let size = code.len() as u8 + 1;
        wasm.extend([0x0a, size + 2, 0x01, size, 0x00]);
        wasm.extend(code);
        assert_eq!(growth_of(&wasm), Growth { memory: true, tables: [0].into() });
    }

    #[test]
    fn a_body_that_cannot_be_read_tells_nothing() {
        let mut wasm = wat::parse_str("(module (memory 1) (func (drop (memory.size))))").unwrap();
        let at = wasm.windows(2).rposition(|bytes| bytes == [MEMORY_SIZE, 0]).unwrap();
        // No operator.
        wasm[at - 1] = 0x02;
        assert!(!growth_of(&wasm).memory);
    }
}
