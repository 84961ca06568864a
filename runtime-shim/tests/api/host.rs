//! Host functions and globals, and calls between instances.

use crate::support::{load, runtime};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex};
use wamr_shim::{
    Caller, Error, FuncType, HostFunc, Instance, InstanceConfig, Runtime, Val, ValType,
};

use ValType::{ExternRef, F32, F64, FuncRef, I32, I64, V128};

fn instantiate(runtime: &Runtime, text: &str) -> Instance {
    load(runtime, text).instantiate(&InstanceConfig::default()).expect("it instantiates")
}

/// A host function without parameters and results.
fn action(
    name: &str,
    work: impl Fn(&mut Caller<'_>) -> Result<(), String> + Send + Sync + 'static,
) -> HostFunc {
    HostFunc::new(name, FuncType::default(), move |caller, _| work(caller).map(|()| vec![]))
}

#[test]
fn arguments_arrive_in_order_and_results_return() {
    let runtime = runtime();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let params = [I32, I64, F32, F64, FuncRef, I32];
    let take = HostFunc::new("take", FuncType::new(params, [I64]), move |_, arguments| {
        log.lock().unwrap().extend_from_slice(arguments);
        Ok(vec![Val::I64(-3)])
    });
    // More than the 16 parameters that WAMR keeps on its stack.
    let sum = HostFunc::new("sum", FuncType::new([I64; 20], [I64]), |_, arguments| {
        let values = arguments.iter().map(|value| match value {
            Val::I64(value) => *value,
            other => panic!("{other:?}"),
        });
        Ok(vec![Val::I64(values.sum())])
    });
    runtime.register_host_module("env", vec![take, sum]).expect("they fit");
    let twenty: String = (1..=20).map(|value| format!("(i64.const {value})")).collect();
    let instance = instantiate(
        &runtime,
        &format!(
            r#"(module
            (import "env" "take" (func $take (param i32 i64 f32 f64 funcref i32) (result i64)))
            (import "env" "sum" (func $sum (param {}) (result i64)))
            (elem declare func $take)
            (func (export "take") (result i64)
                (call $take (i32.const -1) (i64.const -2) (f32.const nan:0x200001)
                    (f64.const -0.5) (ref.func $take) (i32.const 6)))
            (func (export "sum") (result i64) (call $sum {twenty})))"#,
            "i64 ".repeat(20)
        ),
    );
    assert_eq!(instance.call("take", &[]), Ok(vec![Val::I64(-3)]));
    assert_eq!(instance.call("sum", &[]), Ok(vec![Val::I64(210)]));
    let expected = [
        Val::I32(-1),
        Val::I64(-2),
        Val::F32(0x7fa0_0001),
        Val::from(-0.5f64),
        Val::FuncRef(Some(0)),
        Val::I32(6),
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[test]
fn results_of_every_type() {
    let cases = [
        (I32, "i32", Val::I32(-5)),
        (I64, "i64", Val::I64(i64::MIN)),
        (F32, "f32", Val::F32(0x7fa0_0001)),
        (F64, "f64", Val::F64(0x7ff4_0000_0000_0001)),
        (FuncRef, "funcref", Val::FuncRef(None)),
        (ExternRef, "externref", Val::ExternRef(Some(3))),
        (ExternRef, "externref", Val::ExternRef(None)),
    ];
    for (ty, name, value) in cases {
        let runtime = runtime();
        let give = HostFunc::new("give", FuncType::new([], [ty]), move |_, _| Ok(vec![value]));
        runtime.register_host_module("env", vec![give]).expect("it fits");
        let instance = instantiate(
            &runtime,
            &format!(
                r#"(module (import "env" "give" (func $give (result {name})))
                    (func (export "f") (result {name}) (call $give)))"#
            ),
        );
        assert_eq!(instance.call("f", &[]), Ok(vec![value]), "{name}");
    }
}

#[test]
fn an_error_is_a_trap_with_its_whole_message() {
    let runtime = runtime();
    let message = format!("the host is out of {}", "paper, ".repeat(40));
    let text = message.clone();
    let fail = action("fail", move |_| Err(text.clone()));
    let empty = action("empty", |_| Err(String::new()));
    runtime.register_host_module("env", vec![fail, empty]).expect("they fit");
    let instance = instantiate(
        &runtime,
        r#"(module (import "env" "fail" (func $fail)) (import "env" "empty" (func $empty))
            (func (export "f") (call $fail) (unreachable))
            (func (export "e") (call $empty) (unreachable))
            (func (export "own") (unreachable)))"#,
    );
    let trap = instance.call("f", &[]).unwrap_err();
    assert_eq!(trap.message, message);
    assert_eq!(trap.frames.last().and_then(|frame| frame.name.as_deref()), Some("f"));
    assert_eq!(instance.call("e", &[]).unwrap_err().message, "");
    assert_eq!(instance.call("own", &[]).unwrap_err().message, "unreachable");
}

#[test]
fn wrong_results_are_a_trap() {
    let runtime = runtime();
    let wrong = HostFunc::new("wrong", FuncType::new([], [I32]), |_, _| Ok(vec![Val::I64(1)]));
    runtime.register_host_module("env", vec![wrong]).expect("it fits");
    let instance = instantiate(
        &runtime,
        r#"(module (import "env" "wrong" (func $wrong (result i32)))
            (func (export "f") (result i32) (call $wrong)))"#,
    );
    let trap = instance.call("f", &[]).unwrap_err();
    assert_eq!(trap.message, r#"host function "wrong" must return [I32]"#);
}

#[test]
fn a_panic_goes_on_where_the_host_called() {
    let runtime = runtime();
    let panic = action("panic", |_| panic!("on purpose"));
    runtime.register_host_module("env", vec![panic]).expect("it fits");
    let instance = instantiate(
        &runtime,
        r#"(module (import "env" "panic" (func $panic)) (func (export "f") (call $panic))
            (func (export "g") (result i32) (i32.const 4)))"#,
    );
    let payload = panic::catch_unwind(AssertUnwindSafe(|| instance.call("f", &[]))).unwrap_err();
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"on purpose"));
    assert_eq!(instance.call("g", &[]), Ok(vec![Val::I32(4)]));
}

#[test]
fn the_caller_can_be_read_written_and_called() {
    let runtime = runtime();
    let shout = HostFunc::new("shout", FuncType::new([I32, I32], []), |caller, arguments| {
        let &[Val::I32(offset), Val::I32(length)] = arguments else { unreachable!() };
        let memory = caller.memory().ok_or("no memory")?;
        let mut text =
            memory.read_vec(offset as usize, length as usize).map_err(|error| error.to_string())?;
        text.make_ascii_uppercase();
        memory.write(offset as usize, &text).map_err(|error| error.to_string())?;
        drop(memory);
        let count = caller.call("count", &[]).map_err(|trap| trap.message)?;
        caller.set_global("seen", count[0]).map_err(|error| error.to_string())?;
        assert_eq!(caller.global("seen"), Some(count[0]));
        Ok(vec![])
    });
    runtime.register_host_module("env", vec![shout]).expect("it fits");
    let instance = instantiate(
        &runtime,
        r#"(module (import "env" "shout" (func $shout (param i32 i32)))
            (memory (export "memory") 1) (data (i32.const 100) "quiet")
            (global $seen (export "seen") (mut i32) (i32.const 0))
            (func (export "count") (result i32) (i32.add (global.get $seen) (i32.const 1)))
            (func (export "f") (param i32) (call $shout (i32.const 100) (local.get 0))))"#,
    );
    assert_eq!(instance.call("f", &[Val::I32(5)]), Ok(vec![]));
    let memory = instance.memory().expect("it has one");
    assert_eq!(memory.read_vec(100, 5).as_deref(), Ok(&b"QUIET"[..]));
    drop(memory);
    assert_eq!(instance.global("seen"), Some(Val::I32(1)));
    let trap = instance.call("f", &[Val::I32(-1)]).unwrap_err();
    assert!(trap.message.contains("beyond the 65536 bytes"), "{trap}");
}

#[test]
fn instances_call_each_other_and_trap_apart() {
    let runtime = runtime();
    let inner = instantiate(
        &runtime,
        r#"(module (memory 1)
            (func (export "trap") (drop (i32.load (i32.const -4))))
            (func (export "deep") (call 1))
            (func (export "ok")))"#,
    );
    let callee = inner.clone();
    let through = HostFunc::new("through", FuncType::new([I32], [I32]), move |_, arguments| {
        let name = ["ok", "trap", "deep"]
            [usize::from(arguments == [Val::I32(1)]) + 2 * usize::from(arguments == [Val::I32(2)])];
        let trapped = callee.call(name, &[]).is_err();
        Ok(vec![Val::I32(trapped.into())])
    });
    runtime.register_host_module("env", vec![through]).expect("it fits");
    let outer = instantiate(
        &runtime,
        r#"(module (import "env" "through" (func $through (param i32) (result i32)))
            (memory 1)
            (func (export "f") (param i32) (result i32) (call $through (local.get 0)))
            (func (export "g") (param i32) (result i32)
                (drop (call $through (local.get 0))) (i32.load (i32.const -8))))"#,
    );
    for (argument, trapped) in [(0, 0), (1, 1), (2, 1), (0, 0)] {
        assert_eq!(outer.call_typed::<_, i32>("f", (argument,)), Ok(trapped), "{argument}");
        // The outer call can still trap, and its trap is returned to the right caller.
        let trap = outer.call("g", &[Val::I32(argument)]).unwrap_err();
        assert_eq!(trap.message, "out of bounds memory access");
        assert_eq!(inner.call("ok", &[]), Ok(vec![]));
    }
}

#[test]
fn types_of_imports_are_compared() {
    let runtime = runtime();
    runtime.register_host_module("env", vec![action("f", |_| Ok(()))]).expect("it fits");
    for (name, import) in [
        ("parameter", r#"(import "env" "f" (func (param i32)))"#),
        ("result", r#"(import "env" "f" (func (result i32)))"#),
        // WAMR takes `f` for `_f`.
        ("underscore", r#"(import "env" "_f" (func (param i32)))"#),
    ] {
        let wasm = wat::parse_str(format!("(module {import})")).unwrap();
        let error = runtime.load(&wasm).unwrap_err();
        assert!(matches!(&error, Error::Link(text) if text.contains("env")), "{name}: {error}");
    }
    let module = load(&runtime, r#"(module (import "env" "_f" (func)))"#);
    assert!(module.imports()[0].linked);
}

#[test]
fn what_wamr_cannot_pass_is_refused() {
    let runtime = runtime();
    for ty in [
        FuncType::new([], [I32, I32]),
        FuncType::new([V128], []),
        FuncType::new([], [V128]),
        FuncType::new([ExternRef], []),
    ] {
        let function = HostFunc::new("f", ty.clone(), |_, _| Ok(vec![]));
        let result = runtime.register_host_module("env", vec![function]);
        assert!(matches!(result, Err(Error::Link(_))), "{ty:?}");
    }
}

#[test]
fn each_runtime_has_a_name_space_of_its_own() {
    let text = r#"(module (import "env" "who" (func $who (result i32)))
        (func (export "f") (result i32) (call $who)))"#;
    let numbered = |number| {
        let runtime = runtime();
        let who =
            HostFunc::new("who", FuncType::new([], [I32]), move |_, _| Ok(vec![Val::I32(number)]));
        runtime.register_host_module("env", vec![who]).expect("it fits");
        runtime
    };
    let (first, second) = (numbered(1), numbered(2));
    let instances = [instantiate(&first, text), instantiate(&second, text)];
    drop((first, second));
    let results = instances.map(|instance| instance.call_typed::<_, i32>("f", ()));
    assert_eq!(results, [Ok(1), Ok(2)]);

    let missing = instantiate(&runtime(), text);
    assert!(!missing.module().imports()[0].linked);
    let trap = missing.call("f", &[]).unwrap_err();
    assert_eq!(trap.message, "failed to call unlinked import function (env, who)");
}

#[test]
fn host_globals_are_copied() {
    let runtime = runtime();
    runtime.register_host_global("host", "long", Val::I64(-9), false);
    runtime.register_host_global("host", "count", Val::I32(7), true);
    runtime.register_host_global("host", "none", Val::FuncRef(None), false);
    let text = r#"(module
        (import "host" "long" (global $long i64))
        (import "host" "count" (global $count (mut i32)))
        (import "host" "none" (global funcref))
        (global (export "copy") i64 (global.get $long))
        (export "none" (global 2))
        (export "count" (global $count))
        (func (export "long") (result i64) (global.get $long))
        (func (export "bump") (global.set $count (i32.add (global.get $count) (i32.const 1)))))"#;
    let (first, second) = (instantiate(&runtime, text), instantiate(&runtime, text));
    assert_eq!(first.call("long", &[]), Ok(vec![Val::I64(-9)]));
    assert_eq!(first.global("copy"), Some(Val::I64(-9)));
    assert_eq!(first.global("none"), Some(Val::FuncRef(None)));
    assert_eq!(first.call("bump", &[]), Ok(vec![]));
    assert_eq!(first.global("count"), Some(Val::I32(8)));
    assert_eq!(second.global("count"), Some(Val::I32(7)));

    for import in [
        r#"(import "host" "long" (global i32))"#,
        r#"(import "host" "long" (global (mut i64)))"#,
        r#"(import "host" "count" (global i32))"#,
    ] {
        let wasm = wat::parse_str(format!("(module {import})")).unwrap();
        assert!(matches!(runtime.load(&wasm), Err(Error::Link(_))), "{import}");
    }
}

#[test]
fn what_nobody_provides_fails_to_instantiate() {
    for import in [
        r#"(import "nobody" "g" (global i32))"#,
        r#"(import "nobody" "m" (memory 1))"#,
        r#"(import "nobody" "t" (table 1 funcref))"#,
    ] {
        let module = load(&runtime(), &format!("(module {import})"));
        let error = module.instantiate(&InstanceConfig::default()).unwrap_err();
        assert!(matches!(error, Error::Instantiate(_)), "{import}: {error}");
    }
}

#[test]
fn a_trap_while_instantiating_is_an_error() {
    for (text, message) in [
        (r#"(module (func $f (unreachable)) (start $f))"#, "unreachable"),
        (r#"(module (memory 1) (data (i32.const 65536) "x"))"#, "out of bounds memory access"),
    ] {
        let error = load(&runtime(), text).instantiate(&InstanceConfig::default()).unwrap_err();
        assert!(matches!(&error, Error::Instantiate(text) if text.contains(message)), "{error}");
    }
}

#[test]
fn a_host_function_can_fail_while_instantiating() {
    let runtime = runtime();
    let message = "not ".repeat(60);
    let text = message.clone();
    runtime
        .register_host_module(
            "env",
            vec![
                action("fail", move |_| Err(text.clone())),
                action("panic", |_| panic!("on purpose")),
            ],
        )
        .expect("they fit");
    let start = |name| {
        let text = format!(
            r#"(module (import "env" "{name}" (func $host)) (func $f (call $host)) (start $f))"#
        );
        load(&runtime, &text).instantiate(&InstanceConfig::default()).map(drop)
    };
    assert_eq!(start("fail"), Err(Error::Instantiate(message)));
    panic::catch_unwind(AssertUnwindSafe(|| start("panic"))).expect_err("the panic goes on");
}

#[test]
fn a_start_function_can_call_the_host() {
    let runtime = runtime();
    let started = Arc::new(Mutex::new(0));
    let counter = started.clone();
    let count = action("count", move |_| {
        *counter.lock().unwrap() += 1;
        Ok(())
    });
    // The host function creates an instance, whose start function calls the host in turn.
    let nested = runtime.clone();
    // WAMR does not run a start function that is an import itself.
    let text =
        r#"(module (import "env" "count" (func $count)) (func $f (call $count)) (start $f))"#;
    let make = action("make", move |_| {
        instantiate(&nested, text);
        Ok(())
    });
    runtime.register_host_module("env", vec![count, make]).expect("they fit");
    let instance = instantiate(
        &runtime,
        r#"(module (import "env" "make" (func $make)) (memory 1)
            (func $start (call $make)) (start $start)
            (func (export "f") (call $make) (drop (i32.load (i32.const -4)))))"#,
    );
    assert_eq!(*started.lock().unwrap(), 1);
    let trap = instance.call("f", &[]).unwrap_err();
    assert_eq!(trap.message, "out of bounds memory access");
    assert_eq!(*started.lock().unwrap(), 2);
}
