//! Time spent in a module.

use std::thread::sleep;
use std::time::Duration;

use cwamrc::instrument::{Instrumentation, TIME};
use wamr_shim::{FuncType, HostFunc, Val};

use crate::{counter, ways};

const MODULE: &str = r#"(module
    (import "env" "sleep" (func $sleep))
    (func $work (param i32) (loop
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "work") (param i32) (call $work (local.get 0)))
    (func (export "sleep") (call $sleep))
    (func (export "trap") (call $work (i32.const 1000000)) unreachable))"#;

fn host() -> Vec<HostFunc> {
    vec![HostFunc::new("sleep", FuncType::new([], []), |_, _| {
        sleep(Duration::from_millis(200));
        Ok(vec![])
    })]
}

/// The module's own work is measured, in proportion; time in host functions is not; time before a
/// trap is. Emulated counters work, too.
#[test]
fn the_clock_runs_in_the_module_alone() {
    let instrumentation = Instrumentation::new().measure_time(true);
    for way in ways() {
        let instance = way.instantiate(MODULE, &instrumentation, host());
        let spent = |function: &str, arguments: &[Val]| {
            let before = counter(&instance, TIME);
            let ended = instance.call(function, arguments);
            assert_eq!(ended.is_err(), function == "trap", "{way:?}");
            counter(&instance, TIME) - before
        };
        let work = |rounds| spent("work", &[Val::I32(rounds)]);
        let (little, much) = (work(1000), work(30_000_000));
        assert!(little >= 0 && much > 2 * little, "{way:?}: {little} {much}");
        // 200 ms of sleep against some 10 ms of work, which leaves room for interruptions.
        let asleep = spent("sleep", &[]);
        assert!(asleep < 4 * much, "{way:?}: {asleep} {much}");
        assert!(spent("trap", &[]) > 0, "{way:?}");
    }
}

#[test]
fn objects_have_nobody_who_starts_the_clock() {
    let instrumentation = Instrumentation::new().measure_time(true);
    let wasm = wat::parse_str(MODULE).expect("it is a module");
    let error = cwamrc::compile_object(&wasm, &ways()[0].options(&instrumentation));
    let error = error.expect_err("there is no entry");
    assert!(error.message().contains("an object file cannot measure time"), "{error}");
}
