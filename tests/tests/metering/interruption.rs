//! Functions that never return are stopped from another thread.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use cwamrc::instrument::Instrumentation;
use wamr_shim::{FuncType, HostFunc, Instance};

use crate::{Way, ways};

/// Loops, simple and nested, infinite recursion with a result that is not used, tail calls, and a
/// loop around a call that returns at once. Each function reports that it has begun.
const MODULE: &str = r#"(module
    (type $t (func))
    (import "env" "begun" (func $begun))
    (memory 1)
    (table funcref (elem $return $return_indirect))
    (func $return)
    (func $return_indirect (return_call_indirect (type $t) (i32.const 1)))
    (func (export "loop") (call $begun) (loop (br 0)))
    (func (export "nested") (call $begun) (loop (block (loop (br_if 1 (i32.const 1)) (br 0))) (br 0)))
    (func (export "store") (call $begun) (loop (i32.store (i32.const 0) (i32.const 1)) (br 0)))
    (func $fib (param i64) (result i64)
        (if (result i64) (i64.lt_s (local.get 0) (i64.const 2))
            (then (local.get 0))
            (else (i64.add (call $fib (i64.sub (local.get 0) (i64.const 1)))
                           (call $fib (i64.sub (local.get 0) (i64.const 2)))))))
    (func (export "recursion") (call $begun) (drop (call $fib (i64.const 100))))
    (func (export "indirect") (call $begun) (loop (call_indirect (i32.const 0)) (br 0))))"#;
const FUNCTIONS: [&str; 5] = ["loop", "nested", "store", "recursion", "indirect"];

/// A module with tail calls, which use another calling convention.
const TAIL_CALLS: &str = r#"(module
    (import "env" "begun" (func $begun))
    (func $again (return_call $again))
    (func (export "f") (call $begun) (return_call $again)))"#;

/// Modules that throw forever: to a clause of the same function, to a caller, and through a clause
/// that catches everything and throws once more. A stop must not be caught.
const EXCEPTIONS: &str = r#"(module
    (import "env" "begun" (func $begun))
    (tag $t (param i32))
    (func $throw (param i32) (throw $t (local.get 0)))
    (func (export "near") (call $begun)
        (loop $again
            (block $caught (try_table (catch_all $caught) (throw $t (i32.const 1))))
            (br $again)))
    (func $far (export "far") (call $begun)
        (loop $again
            (drop (block $caught (result i32)
                (try_table (catch $t $caught) (call $throw (i32.const 1)))
                (i32.const 0)))
            (br $again)))
    (func $pass
        (throw_ref (block $caught (result exnref)
            (try_table (catch_all_ref $caught) (call $throw (i32.const 2)))
            (unreachable))))
    (func (export "again") (call $begun)
        (loop $again
            (block $caught (try_table (catch_all $caught) (call $pass)))
            (br $again)))
    (func (export "caught") (call $begun)
        (loop $again
            (block $caught (try_table (catch_all $caught) (loop $inner (br $inner))))
            (br $again))))"#;

/// After this time, a stop counts as lost. It is far longer than a stop takes under any load.
const PATIENCE: Duration = Duration::from_secs(60);

fn interruptible() -> Instrumentation {
    Instrumentation::new().interruptible(true)
}

/// An instance, and a channel that receives a message whenever one of its functions has begun.
fn instantiate(way: Way, module: &str) -> (Instance, mpsc::Receiver<()>) {
    let (sender, receiver) = mpsc::channel();
    let begun = HostFunc::new("begun", FuncType::new([], []), move |_, _| {
        sender.send(()).map_err(|error| error.to_string())?;
        Ok(vec![])
    });
    (way.instantiate(module, &interruptible(), vec![begun]), receiver)
}

/// Calls `function` on a separate thread and stops it once it has begun. Panics if it returns too
/// late or for another reason.
fn interrupt(instance: &Instance, begun: &mpsc::Receiver<()>, function: &str, what: &str) {
    thread::scope(|scope| {
        let (sender, ended) = mpsc::channel();
        scope.spawn(move || sender.send(instance.call(function, &[])));
        begun.recv().expect("it begins");
        instance.terminate().expect("the runtime is there");
        let trap = ended.recv_timeout(PATIENCE);
        let trap = trap.unwrap_or_else(|_| panic!("{what}, {function}: the interruption is lost"));
        let trap = trap.expect_err("the function never returns");
        assert_eq!(trap.message, "terminated by user", "{what}, {function}");
    });
}

#[test]
fn every_kind_of_loop_on_every_machine() {
    for way in ways() {
        let what = format!("{way:?}");
        let (instance, begun) = instantiate(way, MODULE);
        for function in FUNCTIONS {
            interrupt(&instance, &begun, function, &what);
        }
        let (instance, begun) = instantiate(way, TAIL_CALLS);
        interrupt(&instance, &begun, "f", &what);
        let (instance, begun) = instantiate(way, EXCEPTIONS);
        for function in ["near", "far", "again", "caught"] {
            interrupt(&instance, &begun, function, &what);
        }
    }
}

/// Eight threads, each with its own instance, make 1,000 interruptions together. None is lost, and
/// none affects the call after the one it was meant for.
#[test]
fn a_thousand_under_load() {
    const THREADS: usize = 8;
    const EACH: usize = 125;
    let begun = Instant::now();
    let ways: Vec<Way> = ways()
        .into_iter()
        .filter(|way| way.machine == cwamrc_tests::machine::Machine::Here)
        .collect();
    thread::scope(|scope| {
        for number in 0..THREADS {
            let way = ways[number % ways.len()];
            scope.spawn(move || {
                let (instance, begun) = instantiate(way, MODULE);
                let what = format!("thread {number}, {way:?}");
                for round in 0..EACH {
                    interrupt(&instance, &begun, FUNCTIONS[round % FUNCTIONS.len()], &what);
                }
            });
        }
    });
    println!("{} interruptions in {:?}", THREADS * EACH, begun.elapsed());
}

/// Without the option, the code does not poll.
#[test]
fn other_code_is_as_before() {
    let way = ways()[0];
    let wasm = wat::parse_str(MODULE).expect("it is a module");
    let plain =
        cwamrc::list(&wasm, &way.options(&Instrumentation::default())).expect("it compiles");
    let polling = cwamrc::list(&wasm, &way.options(&interruptible())).expect("it compiles");
    let polls = |listings: &[cwamrc::Listing]| {
        listings.iter().map(|each| each.clif.matches("atomic_load").count()).sum::<usize>()
    };
    assert_eq!(polls(&plain), 0);
    assert!(polls(&polling) >= FUNCTIONS.len());
}
