//! WebAssembly's control stack, and its frames as blocks of the IR.

mod aliases;
pub(in crate::lower) mod control;
pub(in crate::lower) mod operands;
