//! WebAssembly to WAMR `.aot` with Cranelift.

pub mod aot;
pub mod inspect;
