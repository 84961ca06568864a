//! Plain operators: those whose bytes alone give all facts that are needed before a body is
//! validated.
//!
//! They refer to nothing in the module, and make up most of any body. A table steps over them with
//! much less work than the general reader. This matters most when a module is rebuilt from the
//! function cache, where reading took most of the time. Whatever is not recognised as plain here,
//! including malformed operators, is left to that reader. Encodings: WebAssembly specification,
//! "Binary Format", "Instructions".

use super::OperatorKind;

/// Consecutive plain operators.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    /// How many bytes they take.
    pub(super) size: usize,
    /// How many there are.
    pub(super) operators: usize,
    /// Their contribution to a [`Survey`](super::Survey).
    pub(super) weight: u32,
}

/// The plain operators at the start of `bytes`, which are operators of a body.
pub(super) fn run(bytes: &[u8]) -> Run {
    let mut run = Run::default();
    while let Some((size, weight)) = operator(&bytes[run.size..]) {
        run.size += size;
        run.operators += 1;
        run.weight = run.weight.saturating_add(u32::from(weight));
    }
    run
}

/// What follows an opcode.
#[derive(Clone, Copy)]
enum Immediate {
    /// So many bytes.
    Bytes(u8),
    /// A number in LEB128 of at most this many bytes.
    Number(u8),
    /// Alignment and offset.
    MemArg,
    /// The type of a block.
    BlockType,
    /// Something that is not plain.
    Other,
}

const MAX_SIZE_OF_32_BITS: u8 = 5;
const MAX_SIZE_OF_64_BITS: u8 = 10;

/// The immediates of each opcode, and the weight of its operator.
static OPCODES: [(Immediate, u8); 256] = {
    let mut table = [(Immediate::Other, 0); 256];
    let mut opcode = 0;
    while opcode < table.len() {
        table[opcode] = plain(opcode as u8);
        opcode += 1;
    }
    table
};

/// The first of the operators, from `i32.load` on, whose opcodes are in the order of wasmparser's
/// list.
const FIRST_IN_ORDER: u8 = 0x28;
const LAST_IN_ORDER: u8 = 0xc4;

const fn in_order(opcode: u8) -> OperatorKind {
    let position = OperatorKind::I32Load as usize + (opcode - FIRST_IN_ORDER) as usize;
    OperatorKind::ALL[position]
}

const _: () = assert!(in_order(LAST_IN_ORDER) as usize == OperatorKind::I64Extend32S as usize);

const fn plain(opcode: u8) -> (Immediate, u8) {
    use Immediate::{BlockType, Bytes, MemArg, Number, Other};
    use OperatorKind as Kind;
    let (immediate, operator) = match opcode {
        0x01 => (Bytes(0), Kind::Nop),
        0x02 => (BlockType, Kind::Block),
        0x03 => (BlockType, Kind::Loop),
        0x04 => (BlockType, Kind::If),
        0x05 => (Bytes(0), Kind::Else),
        0x0b => (Bytes(0), Kind::End),
        0x0c => (Number(MAX_SIZE_OF_32_BITS), Kind::Br),
        0x0d => (Number(MAX_SIZE_OF_32_BITS), Kind::BrIf),
        0x0f => (Bytes(0), Kind::Return),
        0x1a => (Bytes(0), Kind::Drop),
        0x1b => (Bytes(0), Kind::Select),
        0x20 => (Number(MAX_SIZE_OF_32_BITS), Kind::LocalGet),
        0x21 => (Number(MAX_SIZE_OF_32_BITS), Kind::LocalSet),
        0x22 => (Number(MAX_SIZE_OF_32_BITS), Kind::LocalTee),
        // Loads and stores.
        FIRST_IN_ORDER..=0x3e => (MemArg, in_order(opcode)),
        // i32.const, i64.const, f32.const, f64.const
        0x41 => (Number(MAX_SIZE_OF_32_BITS), in_order(opcode)),
        0x42 => (Number(MAX_SIZE_OF_64_BITS), in_order(opcode)),
        0x43 => (Bytes(4), in_order(opcode)),
        0x44 => (Bytes(8), in_order(opcode)),
        // All others on numbers.
        0x45..=LAST_IN_ORDER => (Bytes(0), in_order(opcode)),
        _ => return (Other, 0),
    };
    (immediate, operator.facts().weight as u8)
}

/// The size and weight of the operator at the start of `bytes`, if it is plain.
#[inline]
fn operator(bytes: &[u8]) -> Option<(usize, u8)> {
    let (immediate, weight) = OPCODES[usize::from(*bytes.first()?)];
    let size = match immediate {
        Immediate::Bytes(count) => 1 + usize::from(count),
        Immediate::Number(max) => number_end(bytes, 1, max)?,
        Immediate::MemArg => {
            // Larger ones name a memory.
            const ALIGNMENTS: u8 = 0x40;
            bytes.get(1).filter(|&&alignment| alignment < ALIGNMENTS)?;
            number_end(bytes, 2, MAX_SIZE_OF_64_BITS)?
        }
        Immediate::BlockType => {
            // v128, f64, f32, i64, i32, or none; other values may be indexes.
            bytes.get(1).filter(|&&byte| matches!(byte, 0x40 | 0x7b..=0x7f))?;
            2
        }
        Immediate::Other => return None,
    };
    (size <= bytes.len()).then_some((size, weight))
}

/// The end of the number that begins at `start`, if it has at most `max` bytes.
#[inline]
fn number_end(bytes: &[u8], start: usize, max: u8) -> Option<usize> {
    const MORE: u8 = 0x80;
    let number = bytes.get(start..)?;
    let last = number.iter().take(usize::from(max)).position(|byte| byte & MORE == 0)?;
    Some(start + last + 1)
}

#[cfg(test)]
mod tests {
    use wasmparser::BinaryReader;

    use super::{Run, operator, run};
    use crate::wasm::survey::Surveyor;

    /// Some possible bytes after an opcode.
    const IMMEDIATES: [&[u8]; 12] = [
        &[],
        &[0],
        &[0x40],
        &[0x70],
        &[0x7b],
        &[0x7f],
        &[2, 0x90, 1],
        &[0x42, 0, 0],
        &[0x85, 0x80, 0],
        &[0x80, 0x80, 0x80, 0x80, 0x80],
        &[0x80, 0x80, 0x80, 0x80, 0x80, 1],
        &[0xff; 11],
    ];

    #[test]
    fn plain_operators_are_what_the_reader_makes_of_them() {
        let mut found = 0;
        for opcode in 0..=u8::MAX {
            for immediate in IMMEDIATES {
                for padding in [0, 8] {
                    let bytes = [&[opcode], immediate, &vec![0; padding]].concat();
                    let mut reader = BinaryReader::new(&bytes, 0);
                    let mut surveyor = Surveyor::default();
                    let read = reader.visit_operator(&mut surveyor);
                    let Some((size, weight)) = operator(&bytes) else { continue };
                    found += 1;
                    assert!(surveyor.references.is_none(), "{bytes:x?} refers to something");
                    // Numbers that are too large are left to the validator.
                    if read.is_ok() {
                        let expected = (reader.current_position(), surveyor.survey.weight);
                        assert_eq!((size, u32::from(weight)), expected, "{bytes:x?}");
                    }
                }
            }
        }
        // 134 opcodes have no immediates, so any of these bytes may follow them.
        assert!(found >= 134 * 2 * IMMEDIATES.len(), "{found}");
    }

    #[test]
    fn what_says_something_about_the_module_ends_a_run() {
        // local.get 1, i32.load offset=300, i32.const 5, i32.add
        let plain = [0x20, 1, 0x28, 2, 0xac, 2, 0x41, 5, 0x6a];
        let expected = Run { size: plain.len(), operators: 4, weight: 2 };
        assert_eq!(run(&plain), expected);
        // call, call_indirect, global.get, memory.size, br_table, a block with a type index,
        // unreachable; half of a constant.
        let others: [&[u8]; 8] = [
            &[0x10, 0],
            &[0x11, 0, 0],
            &[0x23, 0],
            &[0x3f, 0],
            &[0x0e, 0, 0],
            &[0x02, 3],
            &[0x00],
            &[0x44, 0],
        ];
        for other in others {
            assert_eq!(run(&[&plain, other].concat()), expected, "{other:x?}");
        }
    }
}
