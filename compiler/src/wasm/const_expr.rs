//! Constant expressions, folded as far as possible.
//!
//! WAMR evaluates arithmetic in them only if it is built for that, which is not the default. So
//! everything with a value at compile time becomes a constant here. What remains is arithmetic on
//! imported globals. The expressions were validated before.

use wasmparser::Operator;

use super::Global;
use crate::error::{Error, refused};

/// A constant expression (spec section 3.3.10 and the extended-const proposal).
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ConstExpr {
    /// `i32.const`.
    I32(i32),
    /// `i64.const`.
    I64(i64),
    /// `f32.const`, as bits.
    F32(u32),
    /// `f64.const`, as bits.
    F64(u64),
    /// `v128.const`, little-endian.
    V128([u8; 16]),
    /// `global.get` of an imported immutable global.
    GlobalGet(u32),
    /// `ref.func`.
    RefFunc(u32),
    /// `ref.null`.
    RefNull,
    /// Arithmetic that depends on an imported global.
    Binary(ArithmeticOp, Box<(ConstExpr, ConstExpr)>),
}

/// The arithmetic that extended constant expressions allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArithmeticOp {
    /// `i32.add`
    I32Add,
    /// `i32.sub`
    I32Sub,
    /// `i32.mul`
    I32Mul,
    /// `i64.add`
    I64Add,
    /// `i64.sub`
    I64Sub,
    /// `i64.mul`
    I64Mul,
}

/// The deepest nesting of operators that cannot be folded. The container has the same limit, since
/// WAMR's loader reads such expressions recursively.
const MAX_DEPTH: u32 = 256;

impl ConstExpr {
    /// Decodes and folds `expr`, which may read `globals`.
    pub(crate) fn decode(
        expr: &wasmparser::ConstExpr<'_>,
        globals: &[Global],
    ) -> Result<Self, Error> {
        let mut stack: Vec<(Self, u32)> = Vec::new();
        let mut reader = expr.get_operators_reader();
        loop {
            let (operator, offset) = reader.read_with_offset().map_err(refused)?;
            let offset = offset as usize;
            let value = match operator {
                Operator::End => break,
                Operator::I32Const { value } => Self::I32(value),
                Operator::I64Const { value } => Self::I64(value),
                Operator::F32Const { value } => Self::F32(value.bits()),
                Operator::F64Const { value } => Self::F64(value.bits()),
                Operator::V128Const { value } => Self::V128(*value.bytes()),
                Operator::GlobalGet { global_index } => match globals.get(global_index as usize) {
                    // Not imported; with garbage collection, this is a constant expression.
                    Some(Global { init: Some(value), .. }) => value.clone(),
                    _ => Self::GlobalGet(global_index),
                },
                Operator::RefFunc { function_index } => Self::RefFunc(function_index),
                Operator::RefNull { .. } => Self::RefNull,
                other => {
                    let op = ArithmeticOp::from_operator(&other).ok_or_else(|| {
                        Error::unsupported("operator in a constant expression").at(offset)
                    })?;
                    let operands = stack.pop().zip(stack.pop());
                    let ((rhs, right), (lhs, left)) = operands.ok_or_else(|| unbalanced(offset))?;
                    let value = op.fold(lhs, rhs);
                    let is_folded = !matches!(value, Self::Binary(..));
                    let depth = if is_folded { 0 } else { left.max(right) + 1 };
                    if depth > MAX_DEPTH {
                        let what = format!("constant expression nested deeper than {MAX_DEPTH}");
                        return Err(Error::limit(what).at(offset));
                    }
                    stack.push((value, depth));
                    continue;
                }
            };
            stack.push((value, 0));
        }
        let value = stack.pop().map(|(value, _)| value);
        value.ok_or_else(|| unbalanced(reader.original_position() as usize))
    }
}

fn unbalanced(offset: usize) -> Error {
    Error::internal("constant expression with an unbalanced stack").at(offset)
}

impl ArithmeticOp {
    fn from_operator(operator: &Operator<'_>) -> Option<Self> {
        Some(match operator {
            Operator::I32Add => Self::I32Add,
            Operator::I32Sub => Self::I32Sub,
            Operator::I32Mul => Self::I32Mul,
            Operator::I64Add => Self::I64Add,
            Operator::I64Sub => Self::I64Sub,
            Operator::I64Mul => Self::I64Mul,
            _ => return None,
        })
    }

    fn fold(self, lhs: ConstExpr, rhs: ConstExpr) -> ConstExpr {
        match (self, &lhs, &rhs) {
            (Self::I32Add, ConstExpr::I32(a), ConstExpr::I32(b)) => {
                ConstExpr::I32(a.wrapping_add(*b))
            }
            (Self::I32Sub, ConstExpr::I32(a), ConstExpr::I32(b)) => {
                ConstExpr::I32(a.wrapping_sub(*b))
            }
            (Self::I32Mul, ConstExpr::I32(a), ConstExpr::I32(b)) => {
                ConstExpr::I32(a.wrapping_mul(*b))
            }
            (Self::I64Add, ConstExpr::I64(a), ConstExpr::I64(b)) => {
                ConstExpr::I64(a.wrapping_add(*b))
            }
            (Self::I64Sub, ConstExpr::I64(a), ConstExpr::I64(b)) => {
                ConstExpr::I64(a.wrapping_sub(*b))
            }
            (Self::I64Mul, ConstExpr::I64(a), ConstExpr::I64(b)) => {
                ConstExpr::I64(a.wrapping_mul(*b))
            }
            _ => ConstExpr::Binary(self, Box::new((lhs, rhs))),
        }
    }
}
