//! Threads: atomic operators, wait and notify, growth, and termination from another thread.
//!
//! The threads are WASI threads: the module starts them with `thread-spawn`.

use std::time::Duration;
use std::{env, thread};

use cwamrc_tests::engine::Engine;
use cwamrc_tests::machine::Machine;
use wamr_shim::Val::{I32, I64};
use wamr_shim::{Instance, Val};

/// How often each engine runs a test that looks for races, in this process and in a runner. An
/// emulator starts threads slowly. [`RUNS_VARIABLE`] overrides both.
const RUNS: u32 = 1000;
const RUNS_IN_RUNNER: u32 = 25;
const RUNS_VARIABLE: &str = "CWAMRC_THREAD_RUNS";

/// Counts in two ways, with an atomic operator and with a mutex (Drepper, "Futexes Are Tricky",
/// mutex 2). The mutex is at 4, the counters at 0 and 8, and the number of finished threads at 12.
const COUNTERS: &str = r#"(module
    (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
    (memory (export "memory") 1 1 shared)
    (func $lock (local $state i32)
      (local.set $state (i32.atomic.rmw.cmpxchg (i32.const 4) (i32.const 0) (i32.const 1)))
      (if (i32.eqz (local.get $state)) (then (return)))
      (loop $again
        (if (i32.eq (local.get $state) (i32.const 2))
          (then (call $sleep))
          (else
            (if (i32.atomic.rmw.cmpxchg (i32.const 4) (i32.const 1) (i32.const 2))
              (then (call $sleep)))))
        (local.set $state (i32.atomic.rmw.cmpxchg (i32.const 4) (i32.const 0) (i32.const 2)))
        (br_if $again (local.get $state))))
    (func $sleep (drop (memory.atomic.wait32 (i32.const 4) (i32.const 2) (i64.const -1))))
    (func $unlock
      (if (i32.ne (i32.atomic.rmw.sub (i32.const 4) (i32.const 1)) (i32.const 1))
        (then
          (i32.atomic.store (i32.const 4) (i32.const 0))
          (drop (memory.atomic.notify (i32.const 4) (i32.const 1))))))
    (func (export "wasi_thread_start") (param $id i32) (param $count i32)
      (loop $again
        (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
        (call $lock)
        (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1)))
        (call $unlock)
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br_if $again (local.get $count)))
      (drop (i32.atomic.rmw.add (i32.const 12) (i32.const 1)))
      (drop (memory.atomic.notify (i32.const 12) (i32.const 1))))
    (func (export "run") (param $threads i32) (param $count i32) (result i64)
      (local $left i32) (local $done i32)
      (i64.store (i32.const 0) (i64.const 0))
      (i64.store (i32.const 8) (i64.const 0))
      (local.set $left (local.get $threads))
      (loop $more
        ;; It fails as long as threads of the run before, which have said that they are done, end.
        (loop $again
          (if (i32.lt_s (call $spawn (local.get $count)) (i32.const 0))
            (then
              (drop (memory.atomic.wait32 (i32.const 60) (i32.const 0) (i64.const 1_000_000)))
              (br $again))))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br_if $more (local.get $left)))
      (loop $join
        (local.set $done (i32.atomic.load (i32.const 12)))
        (if (i32.lt_u (local.get $done) (local.get $threads))
          (then
            (drop (memory.atomic.wait32 (i32.const 12) (local.get $done) (i64.const 1000000000)))
            (br $join))))
      (i64.or
        (i64.extend_i32_u (i32.atomic.load (i32.const 0)))
        (i64.shl (i64.extend_i32_u (i32.load (i32.const 8))) (i64.const 32)))))"#;

/// How often `engine` repeats what another engine of its kind does a thousand times.
fn runs(engine: Engine) -> u32 {
    let default = if engine.machine() == Machine::Here { RUNS } else { RUNS_IN_RUNNER };
    env::var(RUNS_VARIABLE).map_or(default, |text| {
        text.parse().unwrap_or_else(|error| panic!("{RUNS_VARIABLE}={text}: {error}"))
    })
}

#[test]
fn a_thousand_runs_without_a_wrong_sum() {
    const THREADS: i32 = 4;
    const COUNT: i32 = 50;
    let sum = i64::from(THREADS * COUNT);
    for engine in Engine::compiled() {
        let instance = engine.instantiate(COUNTERS, Vec::new());
        for run in 0..runs(engine) {
            let result = instance.call("run", &[I32(THREADS), I32(COUNT)]);
            assert_eq!(result, Ok(vec![I64(sum << 32 | sum)]), "{engine}, run {run}");
        }
        // Long enough for the threads to run in parallel.
        let count = if engine.machine() == Machine::Here { 50_000 } else { 5_000 };
        let result = instance.call("run", &[I32(THREADS), I32(count)]);
        let sum = i64::from(THREADS * count);
        assert_eq!(result, Ok(vec![I64(sum << 32 | sum)]), "{engine}");
    }
}

/// Threads that grow the memory at the same time get separate pages.
#[test]
fn no_page_is_handed_out_twice() {
    let module = r#"(module
        (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
        (memory (export "memory") 1 20000 shared)
        (func (export "wasi_thread_start") (param $id i32) (param $count i32) (local $page i32)
          (loop $again
            (local.set $page (memory.grow (i32.const 1)))
            (if (i32.eq (local.get $page) (i32.const -1)) (then (unreachable)))
            ;; A page that another thread has, too, is counted.
            (drop (i32.atomic.rmw.add (i32.const 4)
              (i32.atomic.rmw.add (i32.shl (local.get $page) (i32.const 16)) (i32.const 1))))
            (local.set $count (i32.sub (local.get $count) (i32.const 1)))
            (br_if $again (local.get $count)))
          (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1))))
        (func (export "run") (param $threads i32) (param $count i32) (result i32)
          (local $left i32)
          (local.set $left (local.get $threads))
          (loop $more
            (if (i32.lt_s (call $spawn (local.get $count)) (i32.const 0)) (then (unreachable)))
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br_if $more (local.get $left)))
          (loop $join
            (br_if $join (i32.lt_u (i32.atomic.load (i32.const 0)) (local.get $threads))))
          (i32.load (i32.const 4))))"#;
    for engine in Engine::compiled() {
        let instance = engine.instantiate(module, Vec::new());
        let count = if engine.machine() == Machine::Here { 500 } else { 50 };
        let result = instance.call("run", &[I32(4), I32(count)]);
        assert_eq!(result, Ok(vec![I32(0)]), "{engine}");
    }
}

/// A thread that is told to stop does so, wherever it spins.
#[test]
fn spinning_threads_are_terminated() {
    let module = r#"(module
        (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
        (memory (export "memory") 1 1 shared)
        (type $t (func (param i32)))
        (table funcref (elem $loop $nest $calls $tail $tail_indirect $wait $load))
        (func $loop (type $t) (loop $again (br $again)))
        (func $nest (type $t)
          (loop $outer (loop $inner (br_table $inner $outer $inner (local.get 0)))))
        (func $calls (type $t)
          (loop $again (call $leaf) (br_if $again (i32.const 1))))
        (func $leaf)
        (func $tail (type $t) (return_call $tail (local.get 0)))
        (func $tail_indirect (type $t)
          (return_call_indirect (type $t) (local.get 0) (i32.const 4)))
        (func $wait (type $t)
          (loop $again
            (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
            (br $again)))
        (func $load (type $t)
          (loop $again (br_if $again (i32.eqz (i32.load (i32.const 16))))))
        (func $tree (export "tree") (param i32)
          (if (local.get 0)
            (then
              (call $tree (i32.sub (local.get 0) (i32.const 1)))
              (call $tree (i32.sub (local.get 0) (i32.const 1))))))
        (func (export "wasi_thread_start") (param $id i32) (param $how i32)
          (call_indirect (type $t) (local.get $how) (local.get $how)))
        (func (export "spin") (param $how i32)
          (drop (call $spawn (local.get $how)))
          (call_indirect (type $t) (local.get $how) (local.get $how)))
        (func (export "alive") (result i32) (i32.const 42)))"#;
    for engine in Engine::compiled() {
        for how in 0..7 {
            let instance = engine.instantiate(module, Vec::new());
            check_termination(&instance, "spin", how, engine);
        }
        // It would take years.
        let instance = engine.instantiate(module, Vec::new());
        check_termination(&instance, "tree", 60, engine);
    }
}

fn check_termination(instance: &Instance, function: &str, argument: i32, engine: Engine) {
    let what = format!("{engine}, {function} {argument}");
    thread::scope(|scope| {
        let call = scope.spawn(|| instance.call(function, &[I32(argument)]));
        // Before the call has begun, the request has no effect, so it is repeated. Requests while
        // threads start or end must do no harm.
        while !call.is_finished() {
            instance.terminate().expect("the runtime is there");
            thread::sleep(Duration::from_millis(1));
        }
        let trap = call.join().expect("no panic").expect_err("it never returns");
        assert_eq!(trap.message, "terminated by user", "{what}");
    });
}

/// A trap in one thread ends the others, which spin.
#[test]
fn a_trap_ends_spinning_threads() {
    let module = r#"(module
        (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
        (memory (export "memory") 1 1 shared)
        (func (export "wasi_thread_start") (param $id i32) (param $how i32)
          (if (i32.eqz (local.get $how)) (then (loop $again (br $again))))
          (drop (i32.div_u (i32.const 1) (i32.sub (local.get $how) (i32.const 1)))))
        (func (export "run")
          (drop (call $spawn (i32.const 0)))
          (drop (call $spawn (i32.const 0)))
          (drop (call $spawn (i32.const 1)))
          (loop $again (br $again))))"#;
    for engine in Engine::compiled() {
        let instance = engine.instantiate(module, Vec::new());
        for run in 0..RUNS_IN_RUNNER {
            let trap = instance.call("run", &[]).expect_err("a thread divides by zero");
            assert_eq!(trap.message, "integer divide by zero", "{engine}, run {run}");
        }
    }
}

fn outcome(instance: &Instance, function: &str, arguments: &[Val]) -> Result<Vec<Val>, String> {
    instance.call(function, arguments).map_err(|trap| trap.message)
}

/// Misaligned and out of bounds, in every combination. The interpreter is not compared: an access
/// that faults leaves its lock locked forever, see `DEVIATIONS`.
#[test]
fn addresses_of_atomic_accesses() {
    let module = r#"(module
        (memory 1 1 shared)
        (func (export "load") (param i32) (result i32) (i32.atomic.load (local.get 0)))
        (func (export "far") (param i32) (result i64)
          (i64.atomic.rmw.add offset=0xfffffff8 (local.get 0) (i64.const 1)))
        (func (export "store") (param i32) (i64.atomic.store16 offset=4 (local.get 0) (i64.const -1)))
        (func (export "cmpxchg") (param i32) (result i64)
          (i64.atomic.rmw32.cmpxchg_u (local.get 0) (i64.const 0x1_0000_0000) (i64.const 7)))
        (func (export "byte") (param i32) (result i32)
          (i32.atomic.rmw8.xchg_u (local.get 0) (i32.const 0x1ff)))
        (func (export "notify") (param i32) (result i32)
          (memory.atomic.notify (local.get 0) (i32.const 1)))
        (func (export "wait") (param i32) (result i32)
          (memory.atomic.wait64 (local.get 0) (i64.const 1) (i64.const 0))))"#;
    let outside = || Err("out of bounds memory access".to_owned());
    let unaligned = || Err("unaligned atomic".to_owned());
    let cases = [
        ("load", 0, Ok(vec![I32(0)])),
        ("load", 65532, Ok(vec![I32(0)])),
        ("load", 2, unaligned()),
        ("load", 65534, unaligned()),
        ("load", 65536, outside()),
        ("load", -2, unaligned()),
        ("load", -4, outside()),
        ("far", 0, outside()),
        ("far", 1, unaligned()),
        ("far", -8, outside()),
        ("store", 1, unaligned()),
        ("store", 65530, Ok(vec![])),
        ("store", 65531, unaligned()),
        ("store", 65532, outside()),
        ("cmpxchg", 2, unaligned()),
        // The expected value is wrapped.
        ("cmpxchg", 8, Ok(vec![I64(0)])),
        ("cmpxchg", 8, Ok(vec![I64(7)])),
        ("byte", 65535, Ok(vec![I32(0xff)])),
        ("byte", 65535, Ok(vec![I32(0xff)])),
        ("byte", 65536, outside()),
        ("notify", 65532, Ok(vec![I32(0)])),
        ("notify", 65536, outside()),
        ("wait", 65528, Ok(vec![I32(1)])),
        ("wait", 65536, outside()),
        ("wait", -8, outside()),
    ];
    for engine in Engine::compiled() {
        let instance = engine.instantiate(module, Vec::new());
        for (function, address, expected) in cases.clone() {
            let actual = outcome(&instance, function, &[I32(address)]);
            assert_eq!(actual, expected, "{engine}: {function} {address}");
        }
    }
}

#[test]
fn waiting_without_success() {
    let module = |shared| {
        format!(
            r#"(module
            (memory 1 1 {shared})
            (func (export "wait32") (param i32 i64) (result i32)
              (memory.atomic.wait32 (i32.const 8) (local.get 0) (local.get 1)))
            (func (export "wait64") (param i64 i64) (result i32)
              (memory.atomic.wait64 (i32.const 8) (local.get 0) (local.get 1)))
            (func (export "fence") (atomic.fence)))"#
        )
    };
    for engine in Engine::all() {
        let instance = engine.instantiate(&module("shared"), Vec::new());
        for (function, expected) in [("wait32", I32(5)), ("wait64", I64(5))] {
            let result = outcome(&instance, function, &[expected, I64(-1)]);
            assert_eq!(result, Ok(vec![I32(1)]), "{engine}: another value");
            let zero = if function == "wait32" { I32(0) } else { I64(0) };
            let result = outcome(&instance, function, &[zero, I64(1_000_000)]);
            assert_eq!(result, Ok(vec![I32(2)]), "{engine}: the time is over");
        }
        assert_eq!(outcome(&instance, "fence", &[]), Ok(vec![]), "{engine}");
        let instance = engine.instantiate(&module(""), Vec::new());
        let result = outcome(&instance, "wait32", &[I32(0), I64(0)]);
        assert_eq!(result, Err("expected shared memory".to_owned()), "{engine}");
        assert_eq!(outcome(&instance, "fence", &[]), Ok(vec![]), "{engine}");
    }
}
