//! The runtime as seen from code: its structures, helpers and stacks, traps, memory accesses.
//!
//! Only this folder knows offsets in the runtime's structures and how its helpers are called; the
//! rest of lowering uses its modules.

pub(in crate::lower) mod bounds;
pub(in crate::lower) mod call_stack;
pub(in crate::lower) mod emitter;
pub(in crate::lower) mod guard_pages;
mod helper_call;
mod intrinsic_calls;
mod profiling;
pub(in crate::lower) mod stack_check;
mod suspend;
pub(in crate::lower) mod thunks;
pub(in crate::lower) mod trap;
