//! All threads of a module share one counter.
//!
//! The threads are WASI threads. The number of instructions they execute is counted by hand.

use std::thread::sleep;
use std::time::Duration;

use cwamrc::OptLevel;
use cwamrc::instrument::{GAS_LEFT, INSTRUCTION_COUNT, Instrumentation, TIME};
use cwamrc_tests::machine::Machine;
use wamr_shim::{FuncType, HostFunc, Instance, InstanceConfig, Val, ValType};

use crate::{OUT_OF_GAS, Way, counter, gas, runs_out_of_gas, ways};

/// `spawn` starts a thread with this argument: 2 instructions. The thread executes 6 per iteration
/// and 5 around the loop; then it increments the number of finished threads at 0, and does what
/// `last` says. The global makes sure that the counters after it would not be aligned to 8 bytes by
/// chance.
fn workers(last: &str) -> String {
    format!(
        r#"(module
        (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
        (import "env" "look" (func $look (param i32)))
        (memory (export "memory") 1 1 shared)
        (global $odd (mut i32) (i32.const 0))
        (func (export "wasi_thread_start") (param $id i32) (param $rounds i32)
            loop
                nop
                local.get $rounds
                i32.const 1
                i32.sub
                local.tee $rounds
                br_if 0
            end
            i32.const 0
            i32.const 1
            i32.atomic.rmw.add
            drop
            {last})
        (func (export "spawn") (param $rounds i32) (result i32)
            local.get $rounds
            call $spawn)
        (func (export "look") (param i32)
            local.get 0
            call $look))"#
    )
}

fn thread_cost(rounds: i64) -> i64 {
    1 + 6 * rounds + 4
}

fn counting(limit: u64) -> Instrumentation {
    gas(limit, "").count_instructions(true).measure_time(true)
}

/// A host function that stores the value of its instance's global `GAS_LEFT` at 8.
fn look() -> Vec<HostFunc> {
    vec![HostFunc::new("look", FuncType::new([ValType::I32], []), |caller, _| {
        let Some(Val::I64(left)) = caller.global(GAS_LEFT) else { return Err("no gas".to_owned()) };
        let memory = caller.memory().ok_or("no memory")?;
        memory.write(8, &left.to_le_bytes()).map_err(|error| error.to_string())?;
        Ok(vec![])
    })]
}

/// Starts a thread as soon as the runtime has room for one. Returns the number of attempts.
fn spawn(instance: &Instance, argument: i32) -> i64 {
    for tries in 1.. {
        let result = instance.call("spawn", &[Val::I32(argument)]).expect("there is enough gas");
        match result[..] {
            [Val::I32(id)] if id >= 0 => return tries,
            _ => sleep(Duration::from_millis(1)),
        }
    }
    unreachable!("the loop has no other end")
}

/// Waits until the threads, which the host cannot join, have left the module.
fn wait_until(what: &dyn Fn() -> bool) -> bool {
    (0..20_000).any(|_| {
        let done = what();
        if !done {
            sleep(Duration::from_millis(1));
        }
        done
    })
}

fn word(instance: &Instance, offset: usize) -> i64 {
    let mut bytes = [0; 8];
    let memory = instance.memory().expect("it has one");
    memory.read(offset, &mut bytes).expect("it is large enough");
    i64::from_le_bytes(bytes)
}

/// One configuration for each machine and kind of checks, and also level 0 on this machine.
fn some_ways() -> Vec<Way> {
    let is_kept = |way: &Way| {
        way.level == OptLevel::O3 || (way.level == OptLevel::O0 && way.machine == Machine::Here)
    };
    ways().into_iter().filter(is_kept).collect()
}

#[test]
fn a_hundred_threads_are_counted_to_the_unit() {
    const LIMIT: i64 = 10_000_000;
    for way in some_ways() {
        let instance = way.instantiate(&workers(""), &counting(LIMIT as u64), look());
        let other = instance.module().instantiate(&InstanceConfig::default()).expect("it can");
        let mut expected = 0;
        for thread in 1..=100 {
            expected += 2 * spawn(&instance, 100 * thread) + thread_cost(100 * i64::from(thread));
        }
        let found =
            || (LIMIT - counter(&instance, GAS_LEFT), counter(&instance, INSTRUCTION_COUNT));
        wait_until(&|| found() == (expected, expected));
        assert_eq!(found(), (expected, expected), "{way:?}");
        assert_eq!(word(&instance, 0) as i32, 100, "{way:?}");
        assert!(counter(&instance, TIME) > 0, "{way:?}");
        // Another instance has its own counter.
        assert_eq!(counter(&other, GAS_LEFT), LIMIT, "{way:?}");
    }
}

/// A host function called by a thread reads the counter from the instance that calls it.
#[test]
fn host_functions_see_the_account_of_all() {
    const LIMIT: i64 = 10_000_000;
    let module = workers("i32.const 0 call $look");
    for way in some_ways() {
        let instance = way.instantiate(&module, &counting(LIMIT as u64), look());
        instance.call("look", &[Val::I32(0)]).expect("there is enough gas");
        assert_eq!(word(&instance, 8), LIMIT - 2, "{way:?}");
        // Threads of a runner cannot call host functions.
        if way.machine != Machine::Here {
            continue;
        }
        let tries = spawn(&instance, 5000);
        let expected = LIMIT - 2 - 2 * tries - thread_cost(5000) - 2;
        assert!(wait_until(&|| word(&instance, 8) == expected), "{way:?}");
    }
}

/// The threads of a reported program: a hundred, of 840,000 instructions each. The limit is too low
/// for two of them.
#[test]
fn a_limit_holds_for_all_threads() {
    const MODULE: &str = r#"(module
        (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
        (import "env" "memory" (memory 1 1 shared))
        (export "memory" (memory 0))
        (func (export "wasi_thread_start") (param i32 i32) (local $i i32)
          (loop $l
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $l (i32.lt_u (local.get $i) (i32.const 120000))))
          (drop (i64.atomic.rmw.add (i32.const 8) (i64.const 840000)))
          (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
          (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))
        (func (export "_start") (local $k i32) (local $r i32)
          (loop $l
            (local.set $r (call $spawn (i32.const 0)))
            (if (i32.gt_s (local.get $r) (i32.const 0)) (then
              (local.set $k (i32.add (local.get $k) (i32.const 1)))
              (block $d (loop $w
                (br_if $d (i32.ge_u (i32.atomic.load (i32.const 0)) (local.get $k)))
                (drop (memory.atomic.wait32
                  (i32.const 0) (i32.sub (local.get $k) (i32.const 1)) (i64.const 1000000)))
                (br $w)))))
            (br_if $l (i32.lt_u (local.get $k) (i32.const 100))))
          (if (i64.lt_u (i64.atomic.load (i32.const 8)) (i64.const 84000000)) (then unreachable))))"#;
    for way in some_ways() {
        let instance = way.instantiate(MODULE, &counting(1_000_000), vec![]);
        runs_out_of_gas(&instance, "_start", &[], &way);
        // One thread finished, and the next one did not.
        assert_eq!(word(&instance, 8), 840_000, "{way:?}");
    }
}

/// A hostile module: it overwrites all of its memory, starts threads from threads, several at once,
/// and runs until it is stopped. Each iteration costs 8, and is counted at 0 after its block has
/// been paid for, so that the count never exceeds the gas that was available.
const HOSTILE: &str = r#"(module
    (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
    (memory (export "memory") 1 1 shared)
    (func (export "wasi_thread_start") (param $id i32) (param i32)
        i32.const 16
        i32.const 255
        i32.const 65520
        memory.fill
        i32.const 16
        i32.const 127
        i32.const 65520
        memory.fill
        i32.const 0
        call $spawn
        drop
        i32.const 0
        call $spawn
        drop
        call $burn)
    (func $burn
        loop
            i32.const 0
            i64.const 1
            i64.atomic.rmw.add
            drop
            nop
            nop
            nop
            br 0
        end)
    (func (export "burn") call $burn)
    (func (export "spawn") (param i32) (result i32)
        i32.const 0
        call $spawn))"#;

#[test]
fn hostile_threads_use_no_more_than_there_is() {
    const LIMIT: i64 = 2_000_000;
    for way in some_ways() {
        let mut instrumentation = counting(LIMIT as u64);
        instrumentation.count_instructions = false;
        let instance = way.instantiate(HOSTILE, &instrumentation, vec![]);
        spawn(&instance, 0);
        let rounds = || 8 * word(&instance, 0);
        // A trap of one thread ends all threads, which return the gas that they hold.
        let burn = || {
            runs_out_of_gas(&instance, "burn", &[], &way);
            counter(&instance, GAS_LEFT)
        };
        assert!(wait_until(&|| burn() < 8), "{way:?}");
        for _ in 0..20 {
            assert!(burn() >= 0, "{way:?}");
            if let Err(trap) = instance.call("spawn", &[Val::I32(0)]) {
                assert_eq!(trap.message, OUT_OF_GAS, "{way:?}");
            }
        }
        let before = rounds();
        assert!(before <= LIMIT, "{way:?}: {before}");

        // The host adds gas for all threads.
        instance.set_global(GAS_LEFT, Val::I64(80_000)).expect("it is mutable");
        assert!(wait_until(&|| burn() < 8), "{way:?}");
        let after = rounds();
        assert!(before < after && after <= LIMIT + 80_000, "{way:?}: {before} {after}");
    }
}

/// A single thread of such a module can use exactly all of the gas.
#[test]
fn one_thread_alone_uses_the_last_unit() {
    let module = r#"(module
        (memory (export "memory") 1 1 shared)
        (func (export "f") (param i32)
            loop
                local.get 0
                i32.const 1
                i32.sub
                local.tee 0
                br_if 0
            end
            nop)
        (func (export "fault") (param i32)
            nop
            local.get 0
            i32.load
            drop))"#;
    for way in some_ways() {
        for rounds in [1, 10, 100_000] {
            let need = 1 + 5 * rounds + 1;
            let instance = way.instantiate(module, &counting(need as u64), vec![]);
            instance.call("f", &[Val::I32(rounds)]).expect("it is enough");
            assert_eq!(counter(&instance, GAS_LEFT), 0, "{way:?}");
            let instance = way.instantiate(module, &counting(need as u64 - 1), vec![]);
            runs_out_of_gas(&instance, "f", &[Val::I32(rounds)], &way);
            // The last block costs 1, and did not run.
            assert_eq!(counter(&instance, GAS_LEFT), 0, "{way:?}");
            assert_eq!(counter(&instance, INSTRUCTION_COUNT), i64::from(need) - 1, "{way:?}");
        }

        // After a fault, up to a fixed share of the gas may be missing until the next call.
        let instance = way.instantiate(module, &counting(1_000_000), vec![]);
        instance.call("fault", &[Val::I32(-4)]).expect_err("it is out of bounds");
        let used = 1_000_000 - counter(&instance, GAS_LEFT);
        assert!((4..=4 + 1_000_000 / 1024).contains(&used), "{way:?}: {used}");
        instance.call("f", &[Val::I32(1)]).expect("it is enough");
        assert_eq!(counter(&instance, GAS_LEFT), 1_000_000 - 4 - 7, "{way:?}");
        assert_eq!(counter(&instance, INSTRUCTION_COUNT), 4 + 7, "{way:?}");
    }
}

/// Threads without a shared memory cannot share a counter.
#[test]
fn threads_without_a_shared_memory_are_refused() {
    let compile = |module: &str, instrumentation: &Instrumentation| {
        let wasm = wat::parse_str(module).expect("it is a module");
        cwamrc::compile(&wasm, &ways()[0].options(instrumentation))
    };
    let import = |library: &str, name: &str, memory: &str| {
        format!("(module (import \"{library}\" \"{name}\" (func)) {memory})")
    };
    let names = [
        ("wasi", "thread-spawn"),
        ("wasi", "_thread-spawn"),
        ("env", "pthread_create"),
        ("env", "_pthread_create"),
    ];
    for (library, name) in names {
        for memory in ["", "(memory 1 1)"] {
            let error =
                compile(&import(library, name, memory), &counting(5)).expect_err("no account");
            assert!(error.message().contains("cannot share an account of gas"), "{error}");
            assert_eq!(error.hint(), Some("make its memory shared, or compile without gas"));
        }
        let shared = import(library, name, "(memory 1 1 shared)");
        compile(&shared, &counting(5)).expect("they share it");
        let mut without = counting(5);
        without.gas = None;
        compile(&import(library, name, "(memory 1 1)"), &without).expect("nobody limits it");
    }
    compile(&import("env", "thread-spawn", ""), &counting(5)).expect("it is some other function");
}

#[test]
fn objects_cannot_count_for_several_threads() {
    let wasm = wat::parse_str("(module (memory 1 1 shared) (func))").expect("it is a module");
    let mut instrumentation = counting(5);
    instrumentation.measure_time = false;
    let error = cwamrc::compile_object(&wasm, &ways()[0].options(&instrumentation));
    let error = error.expect_err("nobody enters it");
    assert!(error.message().contains("cannot count for several threads"), "{error}");
}
