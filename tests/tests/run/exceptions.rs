//! Exceptions in both encodings: through frames of every kind, and the state that a handler must
//! find restored. Expected results are derived from the specification by hand.

use cwamrc::{Architecture, CallStacks, OptLevel, Options, inspect};
use cwamrc_tests::engine::Engine;
use wamr_shim::Val::{F32, F64, I32, I64};
use wamr_shim::{FuncType, HostFunc, Instance, Val, ValType};

const UNCAUGHT: &str = "uncaught wasm exception";

fn in_every_way(module: &str, work: impl Fn(Engine, &Instance)) {
    for engine in Engine::compiled() {
        work(engine, &engine.instantiate(module, Vec::new()));
    }
}

/// Calls `function` of `module` in every engine, and expects `result`.
fn gives(module: &str, function: &str, args: &[Val], result: &[Val]) {
    in_every_way(module, |engine, instance| {
        assert_eq!(instance.call(function, args).as_deref(), Ok(result), "{engine}: {function}");
    });
}

fn trap(instance: &Instance, function: &str, args: &[Val]) -> String {
    instance.call(function, args).expect_err("it traps").message
}

#[test]
fn an_exception_passes_frames_of_every_kind() {
    // Each function throws, or calls the next one: directly, with arguments on the stack, through
    // the table, with a large frame, and with several results.
    let many = "i64 ".repeat(30);
    let some: String = (0..30).map(|i| format!("(i64.const {i})")).collect();
    let module = format!(
        r#"(module
        (tag $t (param i32 f64))
        (tag $other)
        (type $unary (func (param i32) (result i32)))
        (type $many (func (param i32 {many}) (result i64)))
        (table funcref (elem $throw $direct))
        (memory 1)
        (func $throw (type $unary)
          (throw $t (local.get 0) (f64.const 2.5)))
        (func $direct (type $unary)
          (i32.add (call $throw (i32.add (local.get 0) (i32.const 1))) (local.get 0)))
        (func $many (type $many)
          (i64.add (local.get 30)
            (i64.extend_i32_u
              (call_indirect (type $unary) (i32.add (local.get 0) (i32.const 1)) (i32.const 1)))))
        (func $several (param i32) (result i32 i64 f32)
          (i32.wrap_i64 (call $many (i32.add (local.get 0) (i32.const 1)) {some}))
          (i64.const 1) (f32.const 1))
        (func $deep (param i32 i32) (result i32)
          (if (local.get 1) (then
            (return (i32.add (local.get 1)
              (call $deep (local.get 0) (i32.sub (local.get 1) (i32.const 1)))))))
          (call $several (local.get 0))
          (drop) (drop))
        (func (export "f") (param i32 i32) (result i32 f64 i32)
          (local $kept i32)
          (local.set $kept (i32.mul (local.get 0) (i32.const 7)))
          (block $h (result i32 f64)
            (try_table (catch $t $h)
              (drop (call $deep (local.get 0) (local.get 1)))
              (local.set $kept (i32.const 0)))
            (return (i32.const -1) (f64.const 0) (i32.const 0)))
          (local.get $kept)))"#
    );
    for depth in [0, 1, 1000] {
        let expected = [I32(103), F64(2.5f64.to_bits()), I32(700)];
        gives(&module, "f", &[I32(100), I32(depth)], &expected);
    }
}

#[test]
fn the_first_clause_that_fits_catches() {
    let module = r#"(module
        (tag $a (param i32)) (tag $b (param i32)) (tag $c)
        (func $throw (param i32)
          (if (i32.eq (local.get 0) (i32.const 0)) (then (throw $a (i32.const 10))))
          (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $b (i32.const 20))))
          (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $c)))
          (if (i32.eq (local.get 0) (i32.const 3)) (then (unreachable))))
        (func (export "nested") (param i32) (result i32)
          (block $all
            (block $outer (result i32)
              (block $inner (result i32)
                (try_table (catch_all $all)
                  (try_table (catch $a $outer)
                    (try_table (catch $b $inner)
                      (call $throw (local.get 0)))))
                (return (i32.const 1)))
              (return (i32.add (i32.const 100))))
            (return (i32.add (i32.const 200))))
          (i32.const 300)))"#;
    for (which, result) in [(0, 210), (1, 120), (2, 300), (4, 1)] {
        gives(module, "nested", &[I32(which)], &[I32(result)]);
    }
    // A trap is no exception.
    in_every_way(module, |engine, instance| {
        assert_eq!(trap(instance, "nested", &[I32(3)]), "unreachable", "{engine}");
        assert_eq!(instance.call("nested", &[I32(0)]), Ok(vec![I32(210)]), "{engine}");
    });
}

#[test]
fn references_throw_once_more_what_they_refer_to() {
    let module = r#"(module
        (tag $small (param f32)) (tag $large (param i64 v128 i32)) (tag $empty)
        (func $throw (param i32)
          (if (i32.eqz (local.get 0)) (then (throw $small (f32.const 1.5))))
          (if (i32.eq (local.get 0) (i32.const 1)) (then
            (throw $large (i64.const -5) (v128.const i64x2 7 8) (i32.const 9))))
          (throw $empty))
        (func $catch (param i32) (result exnref)
          (block $h (result exnref)
            (try_table (catch_all_ref $h) (call $throw (local.get 0)))
            (unreachable)))
        (func $again (param exnref) (throw_ref (local.get 0)))
        (func (export "small") (result f32)
          (local exnref exnref)
          (local.set 0 (call $catch (i32.const 0)))
          (local.set 1 (call $catch (i32.const 1)))
          (block $h (result f32)
            (try_table (catch $small $h) (call $again (local.get 0)))
            (unreachable)))
        (func (export "large") (result i64 i64 i32)
          (local exnref exnref i32 v128)
          (local.set 0 (call $catch (i32.const 1)))
          (local.set 1 (call $catch (i32.const 0)))
          (drop (call $catch (i32.const 1)))
          (block $h (result i64 v128 i32 exnref)
            (try_table (catch_ref $large $h) (call $again (local.get 0)))
            (unreachable))
          (drop) (local.set 2) (local.set 3)
          (i64x2.extract_lane 1 (local.get 3)) (local.get 2))
        (func (export "null") (throw_ref (ref.null exn)))
        (func (export "is_null") (param i32) (result i32)
          (ref.is_null (if (result exnref) (local.get 0)
            (then (ref.null exn)) (else (call $catch (i32.const 2))))))
        (func (export "often") (param i32) (result i32)
          (loop $again
            (drop (call $catch_and_drop))
            (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
          (local.get 0))
        (func $catch_and_drop (result i32) (drop (call $catch (i32.const 1))) (i32.const 1)))"#;
    for engine in Engine::compiled() {
        if !engine.machine().passes_vectors() {
            // On a suitable CPU, vectors can be used inside functions.
            continue;
        }
        let instance = engine.with_vectors().instantiate(module, Vec::new());
        let call = |name: &str, args: &[Val]| instance.call(name, args);
        assert_eq!(call("small", &[]), Ok(vec![F32(1.5f32.to_bits())]), "{engine}");
        assert_eq!(call("large", &[]), Ok(vec![I64(-5), I64(8), I32(9)]), "{engine}");
        assert_eq!(trap(&instance, "null", &[]), "null exception reference", "{engine}");
        assert_eq!(call("is_null", &[I32(1)]), Ok(vec![I32(1)]), "{engine}");
        assert_eq!(call("is_null", &[I32(0)]), Ok(vec![I32(0)]), "{engine}");
        assert_eq!(call("often", &[I32(10_000)]), Ok(vec![I32(0)]), "{engine}");
    }
}

#[test]
fn tables_hold_references() {
    // The code of what an element refers to: 0 for null, 1 for an exception without operands, 2 for one with a
    // small operand, which a null of the runtime resembles, 3 for one with large operands.
    let module = r#"(module
        (tag $none) (tag $small (param i32)) (tag $large (param i64 i64))
        (table $t 4 20 exnref)
        (table $u 6 exnref)
        (table $funcs 1 funcref)
        (elem $nulls exnref (ref.null exn) (ref.null exn))
        (elem (table $u) (i32.const 0) exnref (ref.null exn))
        (func $make (param i32) (result exnref)
          (if (i32.eqz (local.get 0)) (then (return (ref.null exn))))
          (block $h (result exnref)
            (try_table (catch_all_ref $h)
              (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $none)))
              (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $small (i32.const -1))))
              (throw $large (i64.const 40) (i64.const 2)))
            (unreachable)))
        (func $code (param exnref) (result i32)
          (if (ref.is_null (local.get 0)) (then (return (i32.const 0))))
          (block $none
            (block $small (result i32)
              (block $large (result i64 i64)
                (try_table (catch $none $none) (catch $small $small) (catch $large $large)
                  (throw_ref (local.get 0)))
                (unreachable))
              (i64.add) (i32.wrap_i64) (i32.sub (i32.const 39)) (return))
            (i32.add (i32.const 3)) (return))
          (i32.const 1))
        (func (export "set") (param i32 i32)
          (table.set $t (local.get 0) (call $make (local.get 1))))
        (func (export "get") (param i32) (result i32) (call $code (table.get $t (local.get 0))))
        (func (export "other") (param i32) (result i32) (call $code (table.get $u (local.get 0))))
        (func (export "size") (result i32) (table.size $t))
        (func (export "grow") (param i32 i32) (result i32)
          (table.grow $t (call $make (local.get 1)) (local.get 0)))
        (func (export "fill") (param i32 i32 i32)
          (table.fill $t (local.get 0) (call $make (local.get 1)) (local.get 2)))
        (func (export "copy") (param i32 i32 i32)
          (table.copy $u $t (local.get 0) (local.get 1) (local.get 2)))
        (func (export "init") (param i32 i32 i32)
          (table.init $t $nulls (local.get 0) (local.get 1) (local.get 2))))"#;
    in_every_way(module, |engine, instance| {
        let call = |name: &str, args: &[i32]| {
            let args: Vec<Val> = args.iter().copied().map(I32).collect();
            instance.call(name, &args).unwrap_or_else(|trap| panic!("{engine}: {name}: {trap}"))
        };
        let codes = |name: &str, count: i32| -> Vec<Vec<Val>> {
            (0..count).map(|element| call(name, &[element])).collect()
        };
        let expected = |codes: &[i32]| -> Vec<Vec<Val>> {
            codes.iter().map(|&code| vec![I32(code)]).collect()
        };
        assert_eq!(codes("get", 4), expected(&[0, 0, 0, 0]), "{engine}");
        for code in 0..4 {
            call("set", &[3 - code, code]);
        }
        assert_eq!(codes("get", 4), expected(&[3, 2, 1, 0]), "{engine}");
        assert_eq!(call("grow", &[2, 3]), [I32(4)], "{engine}");
        assert_eq!(call("grow", &[1, 2]), [I32(6)], "{engine}");
        assert_eq!(call("grow", &[20, 0]), [I32(-1)], "{engine}");
        assert_eq!(call("size", &[]), [I32(7)], "{engine}");
        assert_eq!(codes("get", 7), expected(&[3, 2, 1, 0, 3, 3, 2]), "{engine}");
        call("copy", &[1, 0, 5]);
        assert_eq!(codes("other", 6), expected(&[0, 3, 2, 1, 0, 3]), "{engine}");
        call("fill", &[1, 3, 3]);
        call("init", &[0, 0, 1]);
        assert_eq!(codes("get", 7), expected(&[0, 3, 3, 3, 3, 3, 2]), "{engine}");
        assert_eq!(trap(instance, "get", &[I32(7)]), "out of bounds table access", "{engine}");
    });
}

#[test]
fn an_exception_that_nobody_catches_is_a_trap() {
    let module = r#"(module
        (tag $t (param i32))
        (global $count (export "count") (mut i32) (i32.const 0))
        (func $throw (export "throw") (param i32)
          (global.set $count (i32.add (global.get $count) (i32.const 1)))
          (throw $t (local.get 0)))
        (func (export "deep") (param i32) (result i32)
          (if (i32.eqz (local.get 0)) (then (call $throw (i32.const 1))))
          (call $self (local.get 0)))
        (func $self (param i32) (result i32)
          (if (i32.eqz (local.get 0)) (then (call $throw (i32.const 1))))
          (i32.add (i32.const 1) (call $self (i32.sub (local.get 0) (i32.const 1)))))
        (func (export "fine") (result i32)
          (block $h (result i32)
            (try_table (catch $t $h) (call $throw (i32.const 42)))
            (unreachable))))"#;
    in_every_way(module, |engine, instance| {
        for _ in 0..3 {
            assert_eq!(trap(instance, "throw", &[I32(1)]), UNCAUGHT, "{engine}");
            assert_eq!(trap(instance, "deep", &[I32(100)]), UNCAUGHT, "{engine}");
            assert_eq!(instance.call("fine", &[]), Ok(vec![I32(42)]), "{engine}");
        }
        assert_eq!(instance.global("count"), Some(I32(9)), "{engine}");
    });
}

#[test]
fn an_exception_never_passes_a_host_function() {
    let module = r#"(module
        (import "env" "back" (func $back (param i32)))
        (tag $t)
        (table (export "table") funcref (elem $inner))
        (func $inner (export "inner") (param i32)
          (if (local.get 0) (then (throw $t))))
        (func (export "f") (param i32) (result i32)
          (block $h
            (try_table (catch_all $h) (call $back (local.get 0)))
            (return (i32.const 1)))
          (i32.const 2)))"#;
    for engine in Engine::compiled() {
        let ty = FuncType { params: vec![ValType::I32], results: vec![] };
        let back = HostFunc::new("back", ty, |caller, args| {
            caller.call("inner", args).map(|_| Vec::new()).map_err(|trap| trap.message)
        });
        let instance = engine.instantiate(module, vec![back]);
        assert_eq!(instance.call("f", &[I32(0)]), Ok(vec![I32(1)]), "{engine}");
        assert_eq!(trap(&instance, "f", &[I32(1)]), UNCAUGHT, "{engine}");
        assert_eq!(instance.call("f", &[I32(0)]), Ok(vec![I32(1)]), "{engine}");
    }
}

/// The parameter of each exported function selects the exception that the callee throws.
const LEGACY: &str = r#"(module
        (tag $a (param i32)) (tag $b (param i64 i64)) (tag $c)
        (func $throw (param i32)
          (if (i32.eq (local.get 0) (i32.const 0)) (then (throw $a (i32.const 10))))
          (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $b (i64.const 20) (i64.const 3))))
          (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $c))))
        (func (export "catch") (param i32) (result i32)
          try (result i32)
            (call $throw (local.get 0)) (i32.const 1)
          catch $a
            (i32.add (i32.const 100))
          catch $b
            (i32.add (i32.wrap_i64 (i64.sub)) (i32.const 200))
          catch_all
            (i32.const 300)
          end)
        (func (export "here") (param i32) (result i32)
          try (result i32)
            (if (local.get 0) (then (throw $b (i64.const 5) (i64.const 2))))
            (throw $a (i32.const 1))
          catch $b
            (i32.wrap_i64 (i64.sub))
          catch $a
            (i32.add (i32.const 50))
          end)
        (func $rethrow (param i32)
          try
            (call $throw (local.get 0))
          catch $a
            (drop)
            try (throw $c) catch_all rethrow 1 end
          catch_all
            try (throw $b (i64.const 0) (i64.const 0)) catch_all rethrow 1 end
          end)
        (func (export "rethrow") (param i32) (result i32)
          try (result i32)
            (call $rethrow (local.get 0)) (i32.const 1)
          catch $a
            (i32.add (i32.const 100))
          catch $b
            (i32.add (i32.wrap_i64 (i64.sub)) (i32.const 200))
          catch $c
            (i32.const 400)
          end)
        (func (export "delegate") (param i32) (result i32)
          try $outer (result i32)
            try (result i32)
              try (result i32)
                (call $throw (local.get 0)) (i32.const 1)
              delegate $outer
            catch_all
              (i32.const -1)
            end
          catch_all
            (i32.const 500)
          end)
        (func (export "delegate_out") (param i32) (result i32)
          try (result i32)
            (call $delegate_out (local.get 0))
          catch $a
          catch_all
            (i32.const 600)
          end)
        (func $delegate_out (param i32) (result i32)
          try (result i32)
            try (result i32)
              (call $throw (local.get 0)) (i32.const 1)
            delegate 1
          catch_all
            (i32.const -1)
          end)
        (func (export "nothing") (param i32) (result i32)
          try (result i32)
            (call $throw (local.get 0)) (i32.const 7)
          end))"#;

#[test]
fn legacy_clauses_catch_and_rethrow() {
    let expected: [(&str, [i32; 4]); 5] = [
        ("catch", [110, 217, 300, 1]),
        ("here", [51, 3, 3, 3]),
        ("rethrow", [110, 217, 400, 1]),
        ("delegate", [500, 500, 500, 1]),
        ("delegate_out", [10, 600, 600, 1]),
    ];
    in_every_way(LEGACY, |engine, instance| {
        for (function, results) in expected {
            for (which, result) in (0..).zip(results) {
                let got = instance.call(function, &[I32(which)]);
                assert_eq!(got, Ok(vec![I32(result)]), "{engine}: {function} {which}");
            }
        }
        assert_eq!(trap(instance, "nothing", &[I32(1)]), UNCAUGHT, "{engine}");
        assert_eq!(instance.call("nothing", &[I32(3)]), Ok(vec![I32(7)]), "{engine}");
    });
}

#[test]
fn locals_have_the_values_of_the_moment() {
    let module = r#"(module
        (tag $t)
        (memory 1)
        (func $maybe (param i32)
          (if (i32.eqz (local.get 0)) (then (throw $t))))
        (func (export "f") (param i32) (result i32)
          (local $count i32)
          (block $h
            (try_table (catch $t $h)
              (loop $again
                (local.set $count (i32.add (local.get $count) (i32.const 3)))
                (i32.store (i32.const 8) (local.get $count))
                (drop (memory.grow (i32.const 1)))
                (call $maybe (local.get 0))
                (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
                (br $again))))
          (i32.add (local.get $count) (i32.load (i32.const 8)))))"#;
    gives(module, "f", &[I32(4)], &[I32(30)]);
}

#[test]
fn call_stacks_are_those_of_the_handler() {
    let module = r#"(module
        (tag $t)
        (func $throw (throw $t))
        (func $between (call $throw))
        (func $catch (block $h (try_table (catch_all $h) (call $between))))
        (func $trap (unreachable))
        (func $caller (export "f") (param i32)
          (loop $again
            (call $catch)
            (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
          (call $trap))
        (func $uncaught (export "uncaught") (call $between)))"#;
    let names = |instance: &Instance, function: &str, args: &[Val]| -> Vec<String> {
        let trap = instance.call(function, args).expect_err("it traps");
        trap.frames.iter().map(|frame| frame.name.clone().unwrap_or_default()).collect()
    };
    for engine in Engine::compiled() {
        let engine = engine.with_call_stacks(CallStacks::complete());
        let instance = engine.instantiate(module, Vec::new());
        // More frames than there would be room for if each throw left some.
        let frames = names(&instance, "f", &[I32(100_000)]);
        assert_eq!(frames, ["trap", "caller"], "{engine}");
        let frames = names(&instance, "uncaught", &[]);
        assert_eq!(frames, ["throw", "between", "uncaught"], "{engine}");
    }
}

/// More than 64 KiB of values that are loaded before a call and used after it, both if it returns
/// and if it throws.
#[test]
fn an_exception_passes_large_frames() {
    const VALUES: u32 = 8300;
    // All of them are in bounds if the first access is, so that there is one check.
    let index = format!("(local.get {})", VALUES + 1);
    let read: String =
        [format!("(drop (i64.load offset=7992 {index}))")]
            .into_iter()
            .chain((0..VALUES).map(|i| {
                format!("(local.set {} (i64.load offset={} {index}))", i + 1, 8 * (i % 1000))
            }))
            .collect();
    let add: String = (0..VALUES).map(|i| format!("(local.get {}) (i64.add)", i + 1)).collect();
    let locals = "i64 ".repeat(VALUES as usize) + "i32";
    let module = format!(
        r#"(module
        (tag $t (param i64))
        (memory 1)
        (data (i32.const 80) "\05")
        (func $large (export "large") (param i32) (result i64)
          (local {locals})
          {read}
          (i64.const 0)
          (block $h (result i64)
            (if (i32.eq (local.get 0) (i32.const 3)) (then (throw $t (i64.const 7))))
            (try_table (result i64) (catch $t $h)
              (if (result i64) (i32.eq (local.get 0) (i32.const 1))
                (then (call $middle (i32.const 2)))
                (else (call $large (i32.add (local.get 0) (i32.const 1)))))))
          (i64.add)
          {add})
        (func $middle (param i32) (result i64)
          (local {locals})
          {read}
          (call $large (i32.add (local.get 0) (i32.const 1)))
          {add}))"#
    );
    // The values are 5 in 9 places. The innermost call throws, the exception passes one frame of
    // the other function, and two calls return.
    for engine in Engine::for_numbers() {
        let instance = engine.instantiate(&module, Vec::new());
        let call = |depth| instance.call("large", &[I32(depth)]);
        assert_eq!(call(0), Ok(vec![I64(7 + 45 + 45)]), "{engine}");
        assert_eq!(call(1), Ok(vec![I64(7 + 45)]), "{engine}");
    }
}

#[test]
fn threads_that_share_a_memory_catch() {
    let module = r#"(module
        (memory 1 1 shared)
        (tag $t (param i32))
        (func $throw (param i32)
          (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
          (throw $t (local.get 0)))
        (func (export "f") (param i32) (result i32)
          (local i32)
          (loop $again
            (block $h (result i32)
              (try_table (catch $t $h) (call $throw (local.get 0)))
              (unreachable))
            (local.set 1 (i32.add (local.get 1)))
            (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
          (i32.add (i32.mul (i32.const 1000) (local.get 1)) (i32.atomic.load (i32.const 0)))))"#;
    gives(module, "f", &[I32(10)], &[I32(55_010)]);
}

/// Three entries, and one call inside of a `try_table`.
#[test]
fn files_tell_how_many_landing_pads_they_have() {
    let module = r#"(module
        (tag $t)
        (func $throw (export "throw") (throw $t))
        (func (export "catch") (block $h (try_table (catch $t $h) (call $throw))))
        (func (export "other") (call $throw)))"#;
    let wasm = wat::parse_str(module).expect("the text is right");
    let without = wat::parse_str("(module (func (export \"f\")))").expect("the text is right");
    for &architecture in Architecture::ALL {
        let options = Options::new().architecture(architecture).opt_level(OptLevel::O0);
        let report = |wasm: &[u8]| {
            let file = cwamrc::compile(wasm, &options).expect("it compiles").into_bytes();
            inspect::report(&file).expect("it is a file")
        };
        let found = report(&wasm);
        let exceptions = found.exceptions.as_ref().expect("it catches some");
        assert_eq!((exceptions.calls, exceptions.landing_pads), (4, 4), "{architecture:?}");
        let text = found.to_string();
        assert!(text.contains("Exceptions: 4 landing pads for 4 calls, table at "), "{text}");
        assert_eq!(report(&without).exceptions, None, "{architecture:?}");
    }
}

/// Values that are needed after a call are in registers that the callee saves, as far as there are
/// any. An exception passes functions that have saved them, each another number of them.
#[test]
fn a_handler_finds_the_values_of_its_function() {
    const VALUES: i64 = 30;
    // Function `n` keeps `n` integers and as many floats across a call of the next one. The last
    // throws.
    let mut functions = String::new();
    for kept in (1..=VALUES).rev() {
        let each = |code: &dyn Fn(i64) -> String| (0..kept).map(code).collect::<String>();
        let locals = each(&|i| format!("(local $i{i} i64) (local $f{i} f64)"));
        let set = each(&|i| {
            format!(
                "(local.set $i{i} (i64.mul (local.get 0) (i64.const {})))
                 (local.set $f{i} (f64.convert_i64_s (i64.add (local.get 0) (i64.const {i}))))",
                3 * i + kept
            )
        });
        let sum = each(&|i| {
            format!(
                "(local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 7))
                   (i64.add (local.get $i{i}) (i64.trunc_f64_s (local.get $f{i})))))"
            )
        });
        let next = match kept {
            VALUES => "(throw $t (local.get 0))".to_owned(),
            _ => format!(
                "(local.set $sum (call $f{} (i64.add (local.get 0) (i64.const 1))))",
                kept + 1
            ),
        };
        // All calls that may throw have the same handler, before and after which values are used.
        functions += &format!(
            r#"(func $f{kept} (export "f{kept}") (param i64) (result i64) (local $sum i64) {locals}
              {set}
              {next}
              {sum}
              (local.get $sum))
            (func (export "catch{kept}") (param i64) (result i64) (local $sum i64) {locals}
              {set}
              (block $h (result i64)
                (try_table (catch $t $h)
                  (drop (call $f1 (local.get 0)))
                  (drop (call $f2 (local.get 0))))
                (i64.const 0))
              (local.set $sum)
              {sum}
              (local.get $sum))"#
        );
    }
    let module = format!("(module (tag $t (param i64)) {functions})");
    let argument = 5i64;
    in_every_way(&module, |engine, instance| {
        for kept in 1..=VALUES {
            // What reaches the handler: each function adds one to its argument.
            let thrown = argument + VALUES - 1;
            let sum = (0..kept).fold(thrown, |sum, i| {
                sum.wrapping_mul(7).wrapping_add(argument * (3 * i + kept) + argument + i)
            });
            let caught = instance.call(&format!("catch{kept}"), &[I64(argument)]);
            assert_eq!(caught.as_deref(), Ok(&[I64(sum)][..]), "{engine}: {kept}");
        }
    });
}
