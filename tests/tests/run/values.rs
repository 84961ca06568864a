//! Results and effects at the limits, where nothing traps.

use cwamrc_tests::engine::Engine;
use wamr_shim::Val;
use wamr_shim::Val::{F32, F64, I32, I64};

/// Calls in one instance, one after the other, with their results.
struct Case {
    module: &'static str,
    calls: &'static [(&'static str, &'static [Val], &'static [Val])],
}

fn check(cases: &[Case]) {
    for case in cases {
        for engine in Engine::all() {
            let instance = engine.instantiate(case.module, Vec::new());
            for (function, arguments, results) in case.calls {
                let actual = instance.call(function, arguments);
                let module = case.module;
                assert_eq!(
                    actual.as_deref(),
                    Ok(*results),
                    "{engine}: {function}{arguments:?} in {module}"
                );
            }
        }
    }
}

#[test]
fn division_at_the_limits() {
    check(&[Case {
        module: r#"(module
            (func (export "rem_32") (param i32 i32) (result i32)
              (i32.rem_s (local.get 0) (local.get 1)))
            (func (export "rem_64") (param i64 i64) (result i64)
              (i64.rem_s (local.get 0) (local.get 1)))
            (func (export "rem_by_minus_one") (param i64) (result i64)
              (i64.rem_s (local.get 0) (i64.const -1)))
            (func (export "div") (param i32 i32) (result i32)
              (i32.div_s (local.get 0) (local.get 1)))
            (func (export "by_ten") (param i32) (result i32)
              (i32.div_s (local.get 0) (i32.const 10)))
            (func (export "div_u") (param i32 i32) (result i32)
              (i32.div_u (local.get 0) (local.get 1))))"#,
        calls: &[
            ("rem_32", &[I32(i32::MIN), I32(-1)], &[I32(0)]),
            ("rem_64", &[I64(i64::MIN), I64(-1)], &[I64(0)]),
            ("rem_by_minus_one", &[I64(i64::MIN)], &[I64(0)]),
            ("rem_32", &[I32(-7), I32(3)], &[I32(-1)]),
            ("div", &[I32(i32::MIN), I32(1)], &[I32(i32::MIN)]),
            ("div", &[I32(-7), I32(2)], &[I32(-3)]),
            ("by_ten", &[I32(i32::MIN)], &[I32(-214_748_364)]),
            ("div_u", &[I32(i32::MIN), I32(-1)], &[I32(0)]),
        ],
    }]);
}

#[test]
fn truncation_at_the_limits() {
    check(&[Case {
        module: r#"(module
            (func (export "i32_f64_s") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
            (func (export "i32_f64_u") (param f64) (result i32) (i32.trunc_f64_u (local.get 0)))
            (func (export "i32_f32_s") (param f32) (result i32) (i32.trunc_f32_s (local.get 0)))
            (func (export "i64_f64_s") (param f64) (result i64) (i64.trunc_f64_s (local.get 0)))
            (func (export "saturate") (param f64) (result i32)
              (i32.trunc_sat_f64_s (local.get 0))))"#,
        calls: &[
            // -2^31 - 1 + 2^-21, whose integer part is -2^31.
            ("i32_f64_s", &[F64(0xc1e0_0000_001f_ffff)], &[I32(i32::MIN)]),
            ("i32_f64_s", &[F64(0x41df_ffff_ffff_ffff)], &[I32(i32::MAX)]),
            // Between -1 and 0.
            ("i32_f64_u", &[F64(0xbfef_ffff_ffff_ffff)], &[I32(0)]),
            ("i32_f32_s", &[F32(0xcf00_0000)], &[I32(i32::MIN)]),
            ("i64_f64_s", &[F64(0xc3e0_0000_0000_0000)], &[I64(i64::MIN)]),
            ("saturate", &[F64(0x7ff8_0000_0000_0000)], &[I32(0)]),
            ("saturate", &[F64(0x7ff0_0000_0000_0000)], &[I32(i32::MAX)]),
        ],
    }]);
}

#[test]
fn memory_at_the_limits() {
    check(&[
        Case {
            module: r#"(module (memory 1 2)
                (func (export "get") (param i32) (result i32) (i32.load (local.get 0)))
                (func (export "set") (param i32 i32)
                  (i32.store offset=4 (local.get 0) (local.get 1)))
                (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
                (func (export "size") (result i32) (memory.size)))"#,
            calls: &[
                ("set", &[I32(65528), I32(7)], &[]),
                ("get", &[I32(65532)], &[I32(7)]),
                ("grow", &[I32(1)], &[I32(1)]),
                ("grow", &[I32(1)], &[I32(-1)]),
                ("grow", &[I32(-1)], &[I32(-1)]),
                ("size", &[], &[I32(2)]),
                ("get", &[I32(131_068)], &[I32(0)]),
                ("get", &[I32(65532)], &[I32(7)]),
            ],
        },
        Case {
            module: r#"(module (memory 0 1)
                (func (export "get") (param i32) (result i32) (i32.load (local.get 0)))
                (func (export "fill_nothing") (memory.fill (i32.const 0) (i32.const 1) (i32.const 0)))
                (func (export "grow") (result i32) (memory.grow (i32.const 1))))"#,
            calls: &[
                ("fill_nothing", &[], &[]),
                ("grow", &[], &[I32(0)]),
                ("get", &[I32(65532)], &[I32(0)]),
            ],
        },
    ]);
}

/// In software mode, growing the memory in one function moves it for the others.
#[test]
fn memory_that_moves_under_a_function() {
    check(&[Case {
        module: r#"(module (memory 1 200)
            (func $grow (param i32) (drop (memory.grow (local.get 0))))
            (func (export "f") (param $at i32) (result i32)
              (i32.store (local.get $at) (i32.const 11))
              (call $grow (i32.const 100))
              (i32.store offset=4 (local.get $at) (i32.const 22))
              (drop (memory.grow (i32.const 50)))
              (i32.store offset=0x900000 (local.get $at) (i32.const 33))
              (i32.add
                (i32.add (i32.load (local.get $at)) (i32.load offset=4 (local.get $at)))
                (i32.load offset=0x900000 (local.get $at)))))"#,
        calls: &[("f", &[I32(8)], &[I32(66)])],
    }]);
}

#[test]
fn what_came_before_a_trap_stays() {
    let module = r#"(module (memory (export "memory") 1) (global (export "g") (mut i32) (i32.const 0))
        (func (export "store")
          (global.set 0 (i32.const 5))
          (i32.store (i32.const 0) (i32.const 6))
          (i32.store (i32.const 65533) (i32.const 7)))
        (func (export "fill")
          (memory.fill (i32.const 65532) (i32.const 8) (i32.const 5)))
        (func (export "copy")
          (memory.copy (i32.const 65532) (i32.const 0) (i32.const 5)))
        (func (export "get") (param i32) (result i32) (i32.load (local.get 0))))"#;
    for engine in Engine::all() {
        let instance = engine.instantiate(module, Vec::new());
        for function in ["store", "fill", "copy"] {
            let trap = instance.call(function, &[]).expect_err("out of bounds");
            assert_eq!(trap.message, "out of bounds memory access", "{engine}: {function}");
        }
        assert_eq!(instance.global("g"), Some(I32(5)), "{engine}");
        assert_eq!(instance.call("get", &[I32(0)]), Ok(vec![I32(6)]), "{engine}");
        assert_eq!(instance.call("get", &[I32(65532)]), Ok(vec![I32(0)]), "{engine}");
    }
}

#[test]
fn several_results() {
    check(&[Case {
        module: r#"(module
            (type $t (func (param i32) (result i32 i64 f32 f64 i32)))
            (table funcref (elem $make))
            (func $make (export "make") (type $t)
              (local.get 0) (i64.const -2) (f32.const 1.5) (f64.const -2.5)
              (i32.add (local.get 0) (i32.const 1)))
            (func (export "last") (param i32) (result i32)
              (local $last i32)
              (call $make (local.get 0))
              (local.set $last) (drop) (drop) (drop) (drop)
              (local.get $last))
            (func (export "pass") (type $t)
              (call_indirect (type $t) (local.get 0) (i32.const 0)))
            (func (export "blocks") (param i32) (result i32 i32)
              (block (result i32 i32)
                (i32.const 1) (i32.const 2)
                (br_if 0 (local.get 0))
                (drop) (drop) (i32.const 3) (i32.const 4))))"#,
        calls: &[
            (
                "make",
                &[I32(9)],
                &[I32(9), I64(-2), F32(0x3fc0_0000), F64(0xc004_0000_0000_0000), I32(10)],
            ),
            ("last", &[I32(41)], &[I32(42)]),
            (
                "pass",
                &[I32(-1)],
                &[I32(-1), I64(-2), F32(0x3fc0_0000), F64(0xc004_0000_0000_0000), I32(0)],
            ),
            ("blocks", &[I32(1)], &[I32(1), I32(2)]),
            ("blocks", &[I32(0)], &[I32(3), I32(4)]),
        ],
    }]);
}

#[test]
fn tables_grow_and_move_elements() {
    check(&[Case {
        module: r#"(module
            (type $t (func (result i32)))
            (table $t 2 10 funcref) (table $u 3 funcref)
            (func $one (result i32) (i32.const 1)) (func $two (result i32) (i32.const 2))
            (elem $both func $one $two) (elem (table $u) (i32.const 1) func $two)
            (func (export "init") (table.init $t $both (i32.const 0) (i32.const 0) (i32.const 2)))
            (func (export "grow") (param i32) (result i32)
              (table.grow $t (ref.func $two) (local.get 0)))
            (func (export "copy") (table.copy $u $t (i32.const 0) (i32.const 0) (i32.const 1)))
            (func (export "size") (result i32) (table.size $t))
            (func (export "t") (param i32) (result i32)
              (call_indirect $t (type $t) (local.get 0)))
            (func (export "u") (param i32) (result i32)
              (call_indirect $u (type $t) (local.get 0))))"#,
        calls: &[
            ("init", &[], &[]),
            ("grow", &[I32(3)], &[I32(2)]),
            ("grow", &[I32(6)], &[I32(-1)]),
            ("size", &[], &[I32(5)]),
            ("t", &[I32(0)], &[I32(1)]),
            ("t", &[I32(4)], &[I32(2)]),
            ("copy", &[], &[]),
            ("u", &[I32(0)], &[I32(1)]),
            ("u", &[I32(1)], &[I32(2)]),
        ],
    }]);
}
