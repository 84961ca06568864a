//! Changes to a module, and facts about it, that are needed only because WAMR runs it.
//!
//! Offsets and numbers come from the crate `wamr-abi`. Machine code is generated in `lower/`.

pub(crate) mod aux_stack;
pub(crate) mod collector;
pub(crate) mod counters;
pub(crate) mod exceptions;
mod instance_layout;
pub(crate) mod object_layout;
pub(crate) mod simd_support;
pub(crate) mod spectest;
mod unsupported;

pub(crate) use instance_layout::{InstanceLayout, memory_count, table_places};
pub(crate) use unsupported::refine_error;
