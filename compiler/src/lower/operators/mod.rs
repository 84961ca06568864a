//! The operators of WebAssembly, one file per family; the families are those of WAMR.
//!
//! `index` maps every operator to its code. Nothing in this folder names an offset in the runtime's
//! structures or the symbol of a helper.

mod atomic;
mod call;
mod compare;
mod constant;
mod control;
mod conversion;
mod dispatch;
mod division;
mod memory;
mod nans;
mod numeric;
mod parametric;
mod simd;
mod table;
mod tail_call;
mod variable;
mod wide_arithmetic;

pub(super) use dispatch::ValidatingVisitor;
