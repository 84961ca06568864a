//! Start functions, defined and imported.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cwamrc_tests::engine::Engine;
use wamr_shim::Val::I32;
use wamr_shim::{FuncType, HostFunc};

#[test]
fn a_start_function_runs_once() {
    let module = r#"(module
        (global $count (mut i32) (i32.const 0))
        (func $start (global.set $count (i32.add (global.get $count) (i32.const 1))))
        (start $start)
        (func (export "count") (result i32) (global.get $count)))"#;
    for engine in Engine::all() {
        let instance = engine.instantiate(module, Vec::new());
        assert_eq!(instance.call("count", &[]), Ok(vec![I32(1)]), "{engine}");
    }
}

#[test]
fn a_start_function_that_traps_fails_the_instantiation() {
    let module = r#"(module (func $start (unreachable)) (start $start))"#;
    for engine in Engine::all() {
        let error = engine.try_instantiate(module, Vec::new()).expect_err("the start traps");
        assert!(error.to_string().contains("unreachable"), "{engine}: {error}");
    }
}

/// The start function is an import but not the first one, and other functions follow. WAMR's
/// interpreter does not run it, so it is not compared.
const IMPORTED: &str = r#"(module
    (type $start (func))
    (import "env" "other" (func (param i32)))
    (import "env" "start" (func $start (type $start)))
    (start $start)
    (func (export "call") (type $start) (call $start))
    (func (export "alive") (result i32) (i32.const 42)))"#;

fn other() -> HostFunc {
    let ty = FuncType::new([wamr_shim::ValType::I32], []);
    HostFunc::new("other", ty, |_, _| Err("the wrong import was called".to_owned()))
}

#[test]
fn an_imported_start_function_runs_once() {
    for engine in Engine::compiled() {
        let calls = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&calls);
        let start = HostFunc::new("start", FuncType::new([], []), move |_, _| {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok(Vec::new())
        });
        let instance = engine.instantiate(IMPORTED, vec![other(), start]);
        assert_eq!(calls.load(Ordering::Relaxed), 1, "{engine}");
        assert_eq!(instance.call("alive", &[]), Ok(vec![I32(42)]), "{engine}");
        assert_eq!(instance.call("call", &[]), Ok(Vec::new()), "{engine}");
        assert_eq!(calls.load(Ordering::Relaxed), 2, "{engine}");
    }
}

#[test]
fn an_imported_start_function_that_fails_fails_the_instantiation() {
    for engine in Engine::compiled() {
        let start = HostFunc::new("start", FuncType::new([], []), |_, _| Err("not today".into()));
        let error = engine.try_instantiate(IMPORTED, vec![other(), start]);
        let error = error.expect_err("the start function fails");
        assert!(error.to_string().contains("not today"), "{engine}: {error}");
    }
}

#[test]
fn a_missing_start_function_fails_the_instantiation() {
    for engine in Engine::compiled() {
        let error = engine.try_instantiate(IMPORTED, vec![other()]).expect_err("it is missing");
        let text = error.to_string();
        assert!(text.contains("unlinked import function"), "{engine}: {text}");
    }
}
