//! WebAssembly's control stack, and its frames as blocks of the IR.

pub(in crate::lower) mod aliases;
pub(in crate::lower) mod control;
