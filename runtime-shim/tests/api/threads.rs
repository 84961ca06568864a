//! WASI threads: threads that the module starts itself.

use crate::support::{load, runtime};
use wamr_shim::{FuncType, HostFunc, InstanceConfig, Module, Val, ValType};

/// `start` starts a thread, waits until the thread has called `env.work` with `argument`, and
/// returns the value in memory afterwards.
fn module(argument: i32) -> Module {
    let runtime = runtime();
    let work = HostFunc::new("work", FuncType::new([ValType::I32], []), |caller, arguments| {
        if arguments == [Val::I32(0)] {
            return Err("no work".to_owned());
        }
        // The thread has an instance of its own, on the same memory.
        let doubled = caller.call("double", arguments).map_err(|trap| trap.message)?;
        let &[Val::I32(result)] = doubled.as_slice() else { unreachable!() };
        let memory = caller.memory().ok_or("no memory")?;
        memory.write(16, &result.to_le_bytes()).map_err(|error| error.to_string())?;
        Ok(vec![])
    });
    runtime.register_host_module("env", vec![work]).expect("it fits");
    load(
        &runtime,
        &format!(
            r#"(module
            (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
            (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
            (import "env" "work" (func $work (param i32)))
            (memory (export "memory") 1 1 shared)
            (func (export "double") (param i32) (result i32)
                (i32.mul (local.get 0) (i32.const 2)))
            (func (export "wasi_thread_start") (param $id i32) (param $argument i32)
                (call $work (local.get $argument))
                (i32.atomic.store (i32.const 0) (i32.const 1))
                (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))
            (func $start (export "start") (result i32)
                (if (i32.lt_s (call $spawn (i32.const {argument})) (i32.const 0))
                    (then (unreachable)))
                (loop $wait
                    (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 10000000)))
                    (br_if $wait (i32.eqz (i32.atomic.load (i32.const 0)))))
                (i32.load (i32.const 16)))
            (func (export "_start") (call $proc_exit (call $start))))"#
        ),
    )
}

#[test]
fn a_thread_works_on_the_memory_of_the_program() {
    let instance = module(21).instantiate(&InstanceConfig::default()).expect("it instantiates");
    assert_eq!(instance.call("start", &[]), Ok(vec![Val::I32(42)]));
}

#[test]
fn the_program_exits_with_threads() {
    let instance = module(4).instantiate(&InstanceConfig::default()).expect("it instantiates");
    assert_eq!(instance.run_main(&[]), Ok(8));
}

#[test]
fn a_spinning_call_is_terminated_by_another_thread() {
    let runtime = runtime();
    let module = load(
        &runtime,
        r#"(module
            (memory 1 1 shared)
            (func (export "spin") (loop $again (br $again)))
            (func (export "alive") (result i32) (i32.const 42)))"#,
    );
    let instance = module.instantiate(&InstanceConfig::default()).expect("it instantiates");
    std::thread::scope(|scope| {
        let call = scope.spawn(|| instance.call("spin", &[]));
        std::thread::sleep(std::time::Duration::from_millis(20));
        instance.terminate().expect("it runs here");
        let trap = call.join().expect("no panic").unwrap_err();
        assert_eq!(trap.message, "terminated by user");
    });
    assert_eq!(instance.call("alive", &[]), Ok(vec![Val::I32(42)]));
}

#[test]
fn a_trap_in_a_thread_ends_the_program() {
    let instance = module(0).instantiate(&InstanceConfig::default()).expect("it instantiates");
    let trap = instance.run_main(&[]).unwrap_err();
    assert_eq!((trap.message.as_str(), trap.exit_code), ("no work", None));
}
