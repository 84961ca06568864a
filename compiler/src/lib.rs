//! WebAssembly to WAMR `.aot` with Cranelift.

pub mod aot;
