//! Modules in WAMR's interpreter: calls, globals, memory, tables, traps, threads.

use crate::support::{instantiate, load, runtime};
use std::thread;
use wamr_shim::{Error, ExternType, FuncType, InstanceConfig, Val, ValType};

/// A module whose function `f` returns its parameters, all of these types, in order.
fn identity(types: &str) -> String {
    let count = types.split_whitespace().count();
    let gets: String = (0..count).map(|index| format!("(local.get {index})")).collect();
    format!("(module (func (export \"f\") (param {types}) (result {types}) {gets}))")
}

#[test]
fn values_of_every_type_pass_unchanged() {
    let cases = [
        ("i32", vec![Val::I32(i32::MIN)]),
        ("i64", vec![Val::I64(-0x0123_4567_89ab_cdef)]),
        // Signalling NaNs with a payload.
        ("f32", vec![Val::F32(0x7fa0_1234)]),
        ("f64", vec![Val::F64(0xfff4_0000_dead_beef)]),
        ("funcref", vec![Val::FuncRef(None)]),
        ("funcref", vec![Val::FuncRef(Some(0))]),
        ("externref", vec![Val::ExternRef(None)]),
        ("externref", vec![Val::ExternRef(Some(0))]),
        ("externref", vec![Val::ExternRef(Some(u32::MAX))]),
    ];
    for (types, values) in cases {
        let instance = instantiate(&identity(types));
        assert_eq!(instance.call("f", &values).as_deref(), Ok(&values[..]), "{types}");
    }
}

#[test]
fn several_results_of_mixed_types() {
    let values = [
        Val::I64(1),
        Val::ExternRef(Some(7)),
        Val::F32(0x3f80_0000),
        Val::I32(-1),
        Val::F64(0x7ff8_0000_0000_0001),
        Val::FuncRef(Some(0)),
        Val::ExternRef(None),
        Val::I64(i64::MIN),
    ];
    let instance = instantiate(&identity("i64 externref f32 i32 f64 funcref externref i64"));
    assert_eq!(instance.call("f", &values).as_deref(), Ok(&values[..]));
}

#[test]
fn more_results_than_parameters() {
    let instance = instantiate(
        r#"(module (func (export "f") (result i32 i64 externref)
            (i32.const 1) (i64.const 2) (ref.null extern)))"#,
    );
    let expected = vec![Val::I32(1), Val::I64(2), Val::ExternRef(None)];
    assert_eq!(instance.call("f", &[]), Ok(expected));
}

#[test]
fn typed_calls() {
    let instance = instantiate(
        r#"(module (func (export "f") (param i32 f64) (result f64 i32)
            (f64.add (local.get 1) (f64.convert_i32_s (local.get 0))) (i32.const -1)))"#,
    );
    assert_eq!(instance.call_typed::<_, (f64, u32)>("f", (2, 0.5)), Ok((2.5, u32::MAX)));
    let error = instance.call_typed::<_, i64>("f", (2, 0.5)).unwrap_err();
    assert!(error.message.contains("not what was asked"), "{error}");
}

#[test]
fn wrong_calls_are_reported_before_anything_runs() {
    let instance = instantiate(
        r#"(module (func (export "f") (param i32)) (global (export "g") i32 (i32.const 1)))"#,
    );
    for (name, arguments) in [("none", &[][..]), ("g", &[]), ("f", &[]), ("f", &[Val::I64(1)])] {
        let trap = instance.call(name, arguments).unwrap_err();
        assert!(trap.frames.is_empty() && trap.message.contains(name), "{trap:?}");
    }
}

#[test]
fn traps_have_the_text_and_the_frames_of_wamr() {
    let instance = instantiate(
        r#"(module
            (memory 1)
            (table 2 funcref)
            (type $void (func))
            (func $inner (unreachable))
            (func (export "unreachable") (call $inner))
            (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
            (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
            (func (export "indirect") (param i32) (call_indirect (type $void) (local.get 0)))
            (func (export "truncate") (param f32) (result i32) (i32.trunc_f32_s (local.get 0))))"#,
    );
    let cases = [
        ("unreachable", vec![], "unreachable"),
        ("divide", vec![Val::I32(1), Val::I32(0)], "integer divide by zero"),
        ("divide", vec![Val::I32(i32::MIN), Val::I32(-1)], "integer overflow"),
        ("load", vec![Val::I32(65533)], "out of bounds memory access"),
        ("load", vec![Val::I32(-1)], "out of bounds memory access"),
        ("indirect", vec![Val::I32(2)], "undefined element"),
        ("indirect", vec![Val::I32(0)], "uninitialized element"),
        ("truncate", vec![Val::from(f32::NAN)], "invalid conversion to integer"),
    ];
    for (name, arguments, message) in cases {
        let trap = instance.call(name, &arguments).unwrap_err();
        assert_eq!(trap.message, message, "{name}");
        assert_eq!(trap.exit_code, None);
        let names: Vec<_> = trap.frames.iter().map(|frame| frame.name.as_deref()).collect();
        let expected: &[Option<&str>] =
            if name == "unreachable" { &[Some("inner"), Some(name)] } else { &[Some(name)] };
        assert_eq!(names, expected, "{trap:?}");
        // The instance goes on.
        assert_eq!(
            instance.call("load", &[Val::I32(65532)]),
            Ok(vec![Val::I32(0)]),
            "after {name} {arguments:?}"
        );
    }
}

#[test]
fn endless_recursion_is_a_trap() {
    let text = r#"(module
        (func $f (export "f") (param i64) (result i64)
            (i64.add (call $f (i64.add (local.get 0) (i64.const 1))) (i64.const 1))))"#;
    let instance = instantiate(text);
    for _ in 0..3 {
        let trap = instance.call("f", &[Val::I64(0)]).unwrap_err();
        assert_eq!(trap.message, "wasm operand stack overflow");
        assert!(trap.frames.len() > 100, "{} frames", trap.frames.len());
    }
}

#[test]
fn globals_of_every_type() {
    let instance = instantiate(
        r#"(module
            (global (export "i32") (mut i32) (i32.const -1))
            (global (export "i64") (mut i64) (i64.const -2))
            (global (export "f32") (mut f32) (f32.const nan:0x200001))
            (global (export "f64") (mut f64) (f64.const 1.5))
            (global (export "func") (mut funcref) (ref.func 0))
            (global $extern (export "extern") (mut externref) (ref.null extern))
            (global (export "constant") i32 (i32.const 7))
            (func (export "get") (result externref) (global.get $extern)))"#,
    );
    let cases = [
        ("i32", Val::I32(-1), Val::I32(5)),
        ("i64", Val::I64(-2), Val::I64(i64::MAX)),
        ("f32", Val::F32(0x7fa0_0001), Val::F32(0xff80_0001)),
        ("f64", Val::from(1.5f64), Val::F64(0x7ff0_0000_0000_0001)),
        ("func", Val::FuncRef(Some(0)), Val::FuncRef(None)),
        ("extern", Val::ExternRef(None), Val::ExternRef(Some(42))),
    ];
    for (name, initial, other) in cases {
        assert_eq!(instance.global(name), Some(initial), "{name}");
        assert_eq!(instance.set_global(name, other), Ok(()), "{name}");
        assert_eq!(instance.global(name), Some(other), "{name}");
    }
    assert_eq!(instance.call("get", &[]), Ok(vec![Val::ExternRef(Some(42))]));

    assert_eq!(instance.global("constant"), Some(Val::I32(7)));
    assert_eq!(instance.global("get"), None);
    for (name, value) in [("constant", Val::I32(1)), ("i32", Val::I64(1)), ("none", Val::I32(1))] {
        assert!(matches!(instance.set_global(name, value), Err(Error::Global(_))), "{name}");
    }
}

#[test]
fn memory_is_read_written_and_bounded() {
    let instance = instantiate(
        r#"(module (memory (export "memory") 1 2) (data (i32.const 8) "hello")
            (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
            (func (export "grow") (result i32) (memory.grow (i32.const 1))))"#,
    );
    let memory = instance.memory().expect("it has one");
    assert_eq!(memory.len(), 65536);
    assert_eq!(memory.read_vec(8, 5).as_deref(), Ok(&b"hello"[..]));
    assert_eq!(memory.write(65535, b"x"), Ok(()));
    assert_eq!(instance.call("load", &[Val::I32(65535)]), Ok(vec![Val::I32(i32::from(b'x'))]));

    let beyond = Err(Error::OutOfBounds { offset: 65535, length: 2, size: 65536 });
    assert_eq!(memory.write(65535, b"xy"), beyond);
    assert!(memory.read_vec(usize::MAX, 2).is_err());
    assert_eq!(memory.read(65536, &mut []), Ok(()));

    assert_eq!(instance.call("grow", &[]), Ok(vec![Val::I32(1)]));
    assert_eq!(memory.len(), 2 * 65536);
    assert_eq!(memory.read_vec(65535, 2).as_deref(), Ok(&b"x\0"[..]));
}

#[test]
fn modules_without_memory_have_none() {
    assert!(instantiate(r#"(module (func (export "f")))"#).memory().is_none());
}

#[test]
fn tables_show_their_elements() {
    let instance = instantiate(
        r#"(module (table (export "t") 3 5 funcref) (elem (i32.const 1) $f)
            (table $e (export "e") 1 externref)
            (func) (func $f (export "grow") (result i32) (table.grow 0 (ref.func $f) (i32.const 1)))
            (func (export "set") (param externref) (table.set $e (i32.const 0) (local.get 0))))"#,
    );
    assert_eq!(instance.table_len("t"), Some(3));
    assert_eq!(instance.table_get("t", 0), Some(Val::FuncRef(None)));
    assert_eq!(instance.table_get("t", 1), Some(Val::FuncRef(Some(1))));
    assert_eq!(instance.table_get("t", 3), None);
    assert_eq!(instance.call("grow", &[]), Ok(vec![Val::I32(3)]));
    assert_eq!(instance.table_get("t", 3), Some(Val::FuncRef(Some(1))));

    assert_eq!(instance.table_get("e", 0), Some(Val::ExternRef(None)));
    assert_eq!(instance.call("set", &[Val::ExternRef(Some(9))]), Ok(vec![]));
    assert_eq!(instance.table_get("e", 0), Some(Val::ExternRef(Some(9))));
    assert_eq!(instance.table_len("grow"), None);
}

#[test]
fn imports_and_exports_are_listed_with_their_types() {
    let module = load(
        &runtime(),
        r#"(module
            (import "env" "none" (func (param i32 externref) (result f64)))
            (import "env" "memory" (memory 1 3))
            (table (export "table") 2 7 externref)
            (global (export "global") (mut f32) (f32.const 0))
            (func (export "func") (result i64 i64)
                (drop (memory.grow (i32.const 0))) (i64.const 0) (i64.const 0)))"#,
    );
    let imports: Vec<_> = module
        .imports()
        .iter()
        .map(|import| (&*import.module, &*import.name, import.ty.clone(), import.linked))
        .collect();
    let func = FuncType::new([ValType::I32, ValType::ExternRef], [ValType::F64]);
    let memory = ExternType::Memory { initial: 1, maximum: 3, shared: false };
    assert!(imports.contains(&("env", "none", ExternType::Func(func), false)), "{imports:?}");
    assert!(imports.contains(&("env", "memory", memory, false)), "{imports:?}");

    let exports: Vec<_> =
        module.exports().iter().map(|export| (&*export.name, export.ty.clone())).collect();
    let table = ExternType::Table { element: ValType::ExternRef, initial: 2, maximum: 7 };
    let global = ExternType::Global { value: ValType::F32, mutable: true };
    let func = ExternType::Func(FuncType::new([], [ValType::I64, ValType::I64]));
    assert_eq!(exports, [("table", table), ("global", global), ("func", func)]);
}

#[test]
fn instances_of_one_module_are_apart() {
    let module = load(
        &runtime(),
        r#"(module (global $g (mut i32) (i32.const 0)) (memory 1)
            (func (export "count") (result i32)
                (global.set $g (i32.add (global.get $g) (i32.const 1)))
                (i32.store (i32.const 0) (global.get $g))
                (i32.load (i32.const 0))))"#,
    );
    let make = || module.instantiate(&InstanceConfig::default()).expect("it instantiates");
    let (first, second) = (make(), make());
    assert_eq!(first.call_typed::<_, i32>("count", ()), Ok(1));
    assert_eq!(first.call_typed::<_, i32>("count", ()), Ok(2));
    assert_eq!(second.call_typed::<_, i32>("count", ()), Ok(1));
    drop(first);
    assert_eq!(second.call_typed::<_, i32>("count", ()), Ok(2));
}

#[test]
fn threads_run_their_own_and_share_one() {
    let module = load(
        &runtime(),
        r#"(module (memory 1) (global $g (mut i32) (i32.const 0))
            (func (export "count") (result i32)
                (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g))
            (func (export "trap") (i32.store (i32.const -4) (i32.const 0))))"#,
    );
    let make = || module.instantiate(&InstanceConfig::default()).expect("it instantiates");
    let shared = make();
    let work = || {
        let own = make();
        for round in 1..=500 {
            assert_eq!(own.call_typed::<_, i32>("count", ()), Ok(round));
            let trap = own.call("trap", &[]).unwrap_err();
            assert_eq!(trap.message, "out of bounds memory access");
            shared.call_typed::<_, i32>("count", ()).expect("no trap");
            shared.call("trap", &[]).expect_err("a trap");
        }
    };
    // Twice, so that stacks of threads that have ended are used again.
    for _ in 0..2 {
        thread::scope(|scope| {
            let threads = [scope.spawn(work), scope.spawn(work)];
            threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        });
    }
    assert_eq!(shared.call_typed::<_, i32>("count", ()), Ok(2001));
}

#[test]
fn an_instance_moves_between_threads() {
    let instance =
        instantiate(r#"(module (memory 1) (func (export "f") (drop (i32.load (i32.const -4)))))"#);
    let instance = thread::spawn(move || {
        instance.call("f", &[]).expect_err("a trap");
        instance
    });
    let instance = instance.join().expect("no panic");
    assert_eq!(instance.call("f", &[]).unwrap_err().message, "out of bounds memory access");
}

#[test]
fn custom_sections_are_kept() {
    let module = load(&runtime(), r#"(module (@custom "mine" "content"))"#);
    assert_eq!(module.custom_section("mine"), Some(b"content".to_vec()));
    assert_eq!(module.custom_section("other"), None);
}
