//! Small modules, compiled in every mode and run in the unmodified runtime.
//!
//! With `CWAMRC_TEST_RUNTIME=software-bounds-checks`, the runtimes have no guard pages, and only files with
//! software checks are run. The texts of traps are those of `exception_msgs` in
//! `core/iwasm/common/wasm_runtime_common.c`; the interpreter is compared, too.

mod aux_stack;
mod call_stacks;
mod devirtualize;
mod division;
mod exceptions;
mod fixed_sizes;
mod function_references;
mod garbage_collection;
mod imports;
mod in_place;
mod level_3;
mod mul128;
mod operators;
mod rotated_lanes;
mod sandbox;
mod stack;
mod start;
mod tables_64;
mod tail_calls;
mod threads;
mod traps;
mod unrolling;
mod values;
mod vectors;
mod vectors_inside;
