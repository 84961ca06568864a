//! WAMR's native modules for the spec suite: what a module can import from `spectest`.

use crate::support::{load, runtime};
use wamr_shim::{InstanceConfig, Val};

#[test]
fn functions_and_globals_of_spectest_are_linked() {
    let module = load(
        &runtime(),
        r#"(module
            (import "spectest" "print" (func))
            (import "spectest" "print_i32" (func $print_i32 (param i32)))
            (import "spectest" "print_i64" (func (param i64)))
            (import "spectest" "print_f32" (func (param f32)))
            (import "spectest" "print_f64" (func (param f64)))
            (import "spectest" "print_i32_f32" (func (param i32 f32)))
            (import "spectest" "print_f64_f64" (func (param f64 f64)))
            (import "spectest" "global_i32" (global $i32 i32))
            (import "spectest" "global_i64" (global $i64 i64))
            (import "spectest" "global_f32" (global $f32 f32))
            (import "spectest" "global_f64" (global $f64 f64))
            (import "spectest" "memory" (memory 1 2))
            (import "spectest" "table" (table 10 20 funcref))
            (func (export "f") (result i32 i64 f32 f64)
                (drop (memory.grow (i32.const 0)))
                (global.get $i32) (global.get $i64) (global.get $f32) (global.get $f64)))"#,
    );
    let unlinked = |import: &&wamr_shim::ImportType| !import.linked;
    let names: Vec<_> = module.imports().iter().filter(unlinked).map(|i| i.name.as_str()).collect();
    // WAMR reports this of every memory and table; both are created for the instance.
    assert_eq!(names, ["table", "memory"]);
    let instance = module.instantiate(&InstanceConfig::default()).expect("it instantiates");
    let values = vec![Val::I32(666), Val::I64(666), Val::from(666.6f32), Val::from(666.6f64)];
    assert_eq!(instance.call("f", &[]), Ok(values));
    assert_eq!(instance.memory().map(|memory| memory.len()), Some(65536));
}
