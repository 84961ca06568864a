//! Changes operators of a function into others of the same type.
//!
//! Invariants: valid code stays valid; the changes depend only on the random state.

use std::collections::HashMap;
use std::sync::OnceLock;

use wasm_encoder::{Instruction, MemArg, ValType};

use super::super::dense::{LOADS, PARTIAL, STORES, TOTAL, VECTOR_TOTAL};
use crate::random::Random;

/// How many operators are changed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate(Option<usize>);

impl Rate {
    pub(super) fn choose(random: &mut Random) -> Self {
        Self(random.choose(&[None, Some(100), Some(25), Some(6)]))
    }

    fn hits(self, random: &mut Random) -> bool {
        self.0.is_some_and(|one_in| random.below(one_in) == 0)
    }
}

/// Operand types and result type.
type Shape = (&'static [ValType], ValType);

struct Tables {
    shapes: HashMap<String, Shape>,
    operators: HashMap<Shape, Vec<Instruction<'static>>>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut tables = Tables { shapes: HashMap::new(), operators: HashMap::new() };
        for operator in TOTAL.iter().chain(PARTIAL).chain(VECTOR_TOTAL) {
            let shape = (operator.takes, operator.gives);
            tables.shapes.insert(format!("{:?}", operator.instruction), shape);
            tables.operators.entry(shape).or_default().push(operator.instruction.clone());
        }
        tables
    })
}

/// Sometimes changes `instruction`, whose name is `name`; `locals` are the types of the function's
/// locals. Returns the replacement.
pub(super) fn change<'a>(
    instruction: Instruction<'a>,
    name: &str,
    locals: &[ValType],
    rate: Rate,
    random: &mut Random,
) -> Vec<Instruction<'a>> {
    if !rate.hits(random) {
        return vec![instruction];
    }
    let changed = match instruction {
        Instruction::I32Const(value) => Instruction::I32Const(integer(value.into(), random) as i32),
        Instruction::I64Const(value) => Instruction::I64Const(integer(value, random)),
        Instruction::F32Const(value) => {
            let bits = value.bits() ^ (1 << random.below(32));
            Instruction::F32Const(f32::from_bits(bits).into())
        }
        Instruction::F64Const(value) => {
            let bits = value.bits() ^ (1 << random.below(64));
            Instruction::F64Const(f64::from_bits(bits).into())
        }
        Instruction::LocalGet(local) => Instruction::LocalGet(other(local, locals, random)),
        Instruction::LocalSet(local) => Instruction::LocalSet(other(local, locals, random)),
        Instruction::LocalTee(local) => Instruction::LocalTee(other(local, locals, random)),
        Instruction::BrIf(_) | Instruction::If(_) => return vec![Instruction::I32Eqz, instruction],
        Instruction::Select => return vec![Instruction::I32Eqz, instruction],
        instruction => match access(&instruction, name, random) {
            Some(changed) => changed,
            None => operator(instruction, name, random),
        },
    };
    vec![changed]
}

/// Another operator of the same shape, if there is one.
fn operator<'a>(instruction: Instruction<'a>, name: &str, random: &mut Random) -> Instruction<'a> {
    let Some(shape) = tables().shapes.get(name) else { return instruction };
    let others = &tables().operators[shape];
    others[random.below(others.len())].clone()
}

/// Another load or store of the same type, if this is one.
fn access(
    instruction: &Instruction<'_>,
    name: &str,
    random: &mut Random,
) -> Option<Instruction<'static>> {
    let mem_arg = mem_arg(instruction)?;
    let (ty, rest) = match name.split_at_checked(3)? {
        ("I32", rest) => (ValType::I32, rest),
        ("I64", rest) => (ValType::I64, rest),
        ("F32", rest) => (ValType::F32, rest),
        ("F64", rest) => (ValType::F64, rest),
        _ => return None,
    };
    let table = if rest.starts_with("Load") { LOADS } else { STORES };
    let fitting: Vec<_> = table.iter().filter(|(of, ..)| *of == ty).collect();
    let (_, bytes, access) = fitting[random.below(fitting.len())];
    let offset = match random.below(4) {
        0 => mem_arg.offset ^ (1 << random.below(6)),
        1 => random.choose(&[0, 0xffff, 0x1_0000, 0x7fff_ffff, 0xffff_ffff]),
        _ => mem_arg.offset,
    };
    let align = random.below(bytes.ilog2() as usize + 1) as u32;
    Some(access(MemArg { offset, align, target: mem_arg.target, ordering: None }))
}

macro_rules! mem_arg_of {
    ($instruction:expr; $($name:ident)*) => {
        match $instruction {
            $(Instruction::$name(arg) => Some(*arg),)*
            _ => None,
        }
    };
}

fn mem_arg(instruction: &Instruction<'_>) -> Option<MemArg> {
    mem_arg_of!(instruction; I32Load I64Load F32Load F64Load I32Load8S I32Load8U I32Load16S
        I32Load16U I64Load8S I64Load8U I64Load16S I64Load16U I64Load32S I64Load32U I32Store I64Store
        F32Store F64Store I32Store8 I32Store16 I64Store8 I64Store16 I64Store32)
}

/// Another local of the same type, or the same.
fn other(local: u32, locals: &[ValType], random: &mut Random) -> u32 {
    let Some(&ty) = locals.get(local as usize) else { return local };
    let same = locals.iter().zip(0..).filter(|(each, _)| **each == ty).map(|(_, index)| index);
    let same: Vec<u32> = same.collect();
    random.choose(&same)
}

/// A number near `value`, or a special one.
fn integer(value: i64, random: &mut Random) -> i64 {
    match random.below(6) {
        0 => value.wrapping_add(1),
        1 => value.wrapping_sub(1),
        2 => value ^ 1_i64.wrapping_shl(random.below(64) as u32),
        3 => value.wrapping_neg(),
        4 => random.choose(&[0, 1, -1, 2, 31, 32, 63, 64, 0x7fff_ffff, -0x8000_0000, i64::MIN]),
        _ => random.next_u64().cast_signed(),
    }
}
