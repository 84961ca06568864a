//! WebAssembly to WAMR `.aot` with Cranelift.
