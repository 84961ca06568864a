//! Every trap: its text, and that the instance can be used afterwards.

use cwamrc_tests::engine::Engine;
use wamr_shim::Val;
use wamr_shim::Val::{F32, F64, I32, I64};

const UNREACHABLE: &str = "unreachable";
const DIVIDE_BY_ZERO: &str = "integer divide by zero";
const OVERFLOW: &str = "integer overflow";
const CONVERSION: &str = "invalid conversion to integer";
const MEMORY: &str = "out of bounds memory access";
const TABLE: &str = "out of bounds table access";
const UNDEFINED: &str = "undefined element";
const UNINITIALIZED: &str = "uninitialized element";
const MISMATCH: &str = "indirect call type mismatch";

/// Calls of `f` that trap, in a module of `fields`.
struct Case {
    fields: &'static str,
    calls: &'static [(&'static [Val], &'static str)],
}

/// Runs all calls in one instance, each followed by a call that does not trap.
fn check(cases: &[Case]) {
    for case in cases {
        let fields = case.fields;
        let module =
            format!("(module {fields} (func (export \"alive\") (result i32) (i32.const 42)))");
        for engine in Engine::all() {
            let instance = engine.instantiate(&module, Vec::new());
            for (arguments, message) in case.calls {
                let trap = match instance.call("f", arguments) {
                    Err(trap) => trap,
                    Ok(results) => panic!("{engine}: f{arguments:?} = {results:?} in {fields}"),
                };
                assert_eq!(trap.message, *message, "{engine}: f{arguments:?} in {fields}");
                let alive = instance.call("alive", &[]);
                assert_eq!(alive, Ok(vec![I32(42)]), "{engine}: after f{arguments:?} in {fields}");
            }
        }
    }
}

#[test]
fn unreachable() {
    check(&[
        Case { fields: r#"(func (export "f") (unreachable))"#, calls: &[(&[], UNREACHABLE)] },
        Case {
            fields: r#"(func $deep (result i64) (unreachable))
                (func (export "f") (result f64) (f64.convert_i64_s (call $deep)))"#,
            calls: &[(&[], UNREACHABLE)],
        },
    ]);
}

#[test]
fn division() {
    const MIN: i32 = i32::MIN;
    const MIN_64: i64 = i64::MIN;
    check(&[
        Case {
            fields: r#"(func (export "f") (param i32 i32) (result i32)
                (i32.div_s (local.get 0) (local.get 1)))"#,
            calls: &[
                (&[I32(1), I32(0)], DIVIDE_BY_ZERO),
                (&[I32(MIN), I32(-1)], OVERFLOW),
                (&[I32(MIN), I32(0)], DIVIDE_BY_ZERO),
            ],
        },
        Case {
            fields: r#"(func (export "f") (param i32 i32) (result i32)
                (i32.div_u (local.get 0) (local.get 1)))"#,
            calls: &[(&[I32(MIN), I32(0)], DIVIDE_BY_ZERO)],
        },
        Case {
            fields: r#"(func (export "f") (param i32 i32) (result i32)
                (i32.rem_s (local.get 0) (local.get 1)))"#,
            calls: &[(&[I32(MIN), I32(0)], DIVIDE_BY_ZERO)],
        },
        Case {
            fields: r#"(func (export "f") (param i32 i32) (result i32)
                (i32.rem_u (local.get 0) (local.get 1)))"#,
            calls: &[(&[I32(7), I32(0)], DIVIDE_BY_ZERO)],
        },
        Case {
            fields: r#"(func (export "f") (param i64 i64) (result i64)
                (i64.div_s (local.get 0) (local.get 1)))"#,
            calls: &[(&[I64(1), I64(0)], DIVIDE_BY_ZERO), (&[I64(MIN_64), I64(-1)], OVERFLOW)],
        },
        Case {
            fields: r#"(func (export "f") (param i64 i64) (result i64)
                (i64.rem_u (local.get 0) (local.get 1)))"#,
            calls: &[(&[I64(1), I64(0)], DIVIDE_BY_ZERO)],
        },
    ]);
}

#[test]
fn division_by_constants() {
    check(&[
        Case {
            fields: r#"(func (export "f") (param i32) (result i32)
                (i32.div_s (local.get 0) (i32.const -1)))"#,
            calls: &[(&[I32(i32::MIN)], OVERFLOW)],
        },
        Case {
            fields: r#"(func (export "f") (param i64) (result i64)
                (i64.div_s (i64.const 0x8000000000000000) (local.get 0)))"#,
            calls: &[(&[I64(-1)], OVERFLOW), (&[I64(0)], DIVIDE_BY_ZERO)],
        },
        Case {
            fields: r#"(func (export "f") (param i32) (result i32)
                (i32.rem_u (local.get 0) (i32.const 0)))"#,
            calls: &[(&[I32(3)], DIVIDE_BY_ZERO)],
        },
        // Nobody wants the quotient.
        Case {
            fields: r#"(func (export "f") (param i32)
                (drop (i32.div_s (i32.const 1) (local.get 0))))"#,
            calls: &[(&[I32(0)], DIVIDE_BY_ZERO)],
        },
    ]);
}

/// The bits of floats at the limits of the integer types; from IEEE 754, by hand.
mod float {
    pub(super) const F32_NAN: u32 = 0x7fc0_0000;
    pub(super) const F32_NEGATIVE_NAN: u32 = 0xffa0_0000;
    pub(super) const F32_INFINITY: u32 = 0x7f80_0000;
    /// 2^31, 2^32, 2^63 and 2^64.
    pub(super) const F32_TWO_31: u32 = 0x4f00_0000;
    pub(super) const F32_TWO_32: u32 = 0x4f80_0000;
    pub(super) const F32_TWO_63: u32 = 0x5f00_0000;
    pub(super) const F32_TWO_64: u32 = 0x5f80_0000;
    /// The next numbers below -2^31 and -2^63.
    pub(super) const F32_BELOW_MINUS_TWO_31: u32 = 0xcf00_0001;
    pub(super) const F32_BELOW_MINUS_TWO_63: u32 = 0xdf00_0001;
    pub(super) const F32_MINUS_ONE: u32 = 0xbf80_0000;
    pub(super) const F64_NAN: u64 = 0x7ff8_0000_0000_0000;
    pub(super) const F64_MINUS_INFINITY: u64 = 0xfff0_0000_0000_0000;
    pub(super) const F64_TWO_31: u64 = 0x41e0_0000_0000_0000;
    pub(super) const F64_TWO_32: u64 = 0x41f0_0000_0000_0000;
    pub(super) const F64_TWO_63: u64 = 0x43e0_0000_0000_0000;
    pub(super) const F64_TWO_64: u64 = 0x43f0_0000_0000_0000;
    /// -2^31 - 1, the first whose integer part is out of range.
    pub(super) const F64_MINUS_TWO_31_MINUS_ONE: u64 = 0xc1e0_0000_0020_0000;
    pub(super) const F64_BELOW_MINUS_TWO_63: u64 = 0xc3e0_0000_0000_0001;
    pub(super) const F64_MINUS_ONE: u64 = 0xbff0_0000_0000_0000;
}

#[test]
fn truncation_of_f32() {
    use float::*;
    check(&[
        Case {
            fields: r#"(func (export "f") (param f32) (result i32)
                (i32.trunc_f32_s (local.get 0)))"#,
            calls: &[
                (&[F32(F32_NAN)], CONVERSION),
                (&[F32(F32_NEGATIVE_NAN)], CONVERSION),
                (&[F32(F32_TWO_31)], OVERFLOW),
                (&[F32(F32_BELOW_MINUS_TWO_31)], OVERFLOW),
                (&[F32(F32_INFINITY)], OVERFLOW),
            ],
        },
        Case {
            fields: r#"(func (export "f") (param f32) (result i32)
                (i32.trunc_f32_u (local.get 0)))"#,
            calls: &[
                (&[F32(F32_NAN)], CONVERSION),
                (&[F32(F32_TWO_32)], OVERFLOW),
                (&[F32(F32_MINUS_ONE)], OVERFLOW),
            ],
        },
        Case {
            fields: r#"(func (export "f") (param f32) (result i64)
                (i64.trunc_f32_s (local.get 0)))"#,
            calls: &[
                (&[F32(F32_NAN)], CONVERSION),
                (&[F32(F32_TWO_63)], OVERFLOW),
                (&[F32(F32_BELOW_MINUS_TWO_63)], OVERFLOW),
            ],
        },
        Case {
            fields: r#"(func (export "f") (param f32) (result i64)
                (i64.trunc_f32_u (local.get 0)))"#,
            calls: &[
                (&[F32(F32_NAN)], CONVERSION),
                (&[F32(F32_TWO_64)], OVERFLOW),
                (&[F32(F32_MINUS_ONE)], OVERFLOW),
            ],
        },
    ]);
}

#[test]
fn truncation_of_f64() {
    use float::*;
    check(&[
        Case {
            fields: r#"(func (export "f") (param f64) (result i32)
                (i32.trunc_f64_s (local.get 0)))"#,
            calls: &[
                (&[F64(F64_NAN)], CONVERSION),
                (&[F64(F64_TWO_31)], OVERFLOW),
                (&[F64(F64_MINUS_TWO_31_MINUS_ONE)], OVERFLOW),
                (&[F64(F64_MINUS_INFINITY)], OVERFLOW),
            ],
        },
        Case {
            fields: r#"(func (export "f") (param f64) (result i32)
                (i32.trunc_f64_u (local.get 0)))"#,
            calls: &[
                (&[F64(F64_NAN)], CONVERSION),
                (&[F64(F64_TWO_32)], OVERFLOW),
                (&[F64(F64_MINUS_ONE)], OVERFLOW),
            ],
        },
        Case {
            fields: r#"(func (export "f") (param f64) (result i64)
                (i64.trunc_f64_s (local.get 0)))"#,
            calls: &[
                (&[F64(F64_NAN)], CONVERSION),
                (&[F64(F64_TWO_63)], OVERFLOW),
                (&[F64(F64_BELOW_MINUS_TWO_63)], OVERFLOW),
            ],
        },
        Case {
            fields: r#"(func (export "f") (param f64) (result i64)
                (i64.trunc_f64_u (local.get 0)))"#,
            calls: &[
                (&[F64(F64_NAN)], CONVERSION),
                (&[F64(F64_TWO_64)], OVERFLOW),
                (&[F64(F64_MINUS_ONE)], OVERFLOW),
            ],
        },
    ]);
}

#[test]
fn loads_and_stores() {
    check(&[
        Case {
            fields: r#"(memory 1) (func (export "f") (param i32) (result i32)
                (i32.load (local.get 0)))"#,
            calls: &[
                (&[I32(65533)], MEMORY),
                (&[I32(65536)], MEMORY),
                (&[I32(-1)], MEMORY),
                (&[I32(i32::MIN)], MEMORY),
            ],
        },
        Case {
            fields: r#"(memory 1) (func (export "f") (param i32)
                (i32.store8 offset=65535 (local.get 0) (i32.const 1)))"#,
            calls: &[(&[I32(1)], MEMORY), (&[I32(-1)], MEMORY)],
        },
        Case {
            fields: r#"(memory 1) (func (export "f") (param i32)
                (i64.store16 offset=0xffffffff (local.get 0) (i64.const 1)))"#,
            calls: &[(&[I32(0)], MEMORY), (&[I32(1)], MEMORY), (&[I32(-1)], MEMORY)],
        },
        // The value is not used, and a later access would be in bounds.
        Case {
            fields: r#"(memory 1) (func (export "f") (param i32)
                (drop (f64.load offset=8 (local.get 0)))
                (drop (f64.load (i32.const 0))))"#,
            calls: &[(&[I32(65521)], MEMORY), (&[I32(-9)], MEMORY)],
        },
        // The first access passes its check, the second one is out of bounds.
        Case {
            fields: r#"(memory 1) (func (export "f") (param i32) (result i32)
                (i32.add
                  (i32.load8_u (local.get 0))
                  (i32.load8_u offset=1 (local.get 0))))"#,
            calls: &[(&[I32(65535)], MEMORY)],
        },
        Case {
            fields: r#"(memory 1) (func (export "f") (result i64) (i64.load (i32.const 65529)))"#,
            calls: &[(&[], MEMORY)],
        },
        Case {
            fields: r#"(memory 0) (func (export "f") (param i32) (result i32)
                (i32.load8_u (local.get 0)))"#,
            calls: &[(&[I32(0)], MEMORY), (&[I32(-1)], MEMORY)],
        },
    ]);
}

#[test]
fn bulk_memory() {
    // Arguments: destination, source or value, length.
    const RANGES: &[(&[Val], &str)] = &[
        (&[I32(65535), I32(0), I32(2)], MEMORY),
        (&[I32(65537), I32(0), I32(0)], MEMORY),
        (&[I32(-1), I32(0), I32(2)], MEMORY),
        (&[I32(0), I32(0), I32(-1)], MEMORY),
    ];
    const SOURCES: &[(&[Val], &str)] = &[
        (&[I32(0), I32(65535), I32(2)], MEMORY),
        (&[I32(0), I32(-1), I32(1)], MEMORY),
        (&[I32(65530), I32(0), I32(7)], MEMORY),
    ];
    const SEGMENTS: &[(&[Val], &str)] = &[
        (&[I32(0), I32(0), I32(5)], MEMORY),
        (&[I32(0), I32(4), I32(1)], MEMORY),
        (&[I32(65534), I32(0), I32(4)], MEMORY),
        (&[I32(0), I32(-1), I32(2)], MEMORY),
    ];
    check(&[
        Case {
            fields: r#"(memory 1) (func (export "f") (param i32 i32 i32)
                (memory.fill (local.get 0) (local.get 1) (local.get 2)))"#,
            calls: RANGES,
        },
        Case {
            fields: r#"(memory 1) (func (export "f") (param i32 i32 i32)
                (memory.copy (local.get 0) (local.get 1) (local.get 2)))"#,
            calls: SOURCES,
        },
        Case {
            fields: r#"(memory 1) (data $d "\01\02\03\04") (func (export "f") (param i32 i32 i32)
                (memory.init $d (local.get 0) (local.get 1) (local.get 2)))"#,
            calls: SEGMENTS,
        },
        Case {
            fields: r#"(memory 1) (data $d "\01\02\03\04") (func (export "f")
                (data.drop $d)
                (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)))"#,
            calls: &[(&[], MEMORY)],
        },
        // Active segments are dropped at instantiation.
        Case {
            fields: r#"(memory 1) (data $d (i32.const 0) "x") (func (export "f")
                (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)))"#,
            calls: &[(&[], MEMORY)],
        },
    ]);
}

#[test]
fn tables() {
    check(&[
        Case {
            fields: r#"(table 3 funcref) (func (export "f") (param i32) (result i32)
                (ref.is_null (table.get (local.get 0))))"#,
            calls: &[(&[I32(3)], TABLE), (&[I32(-1)], TABLE)],
        },
        Case {
            fields: r#"(table 3 externref) (func (export "f") (param i32)
                (table.set (local.get 0) (ref.null extern)))"#,
            calls: &[(&[I32(3)], TABLE), (&[I32(-1)], TABLE)],
        },
        Case {
            fields: r#"(table 3 funcref) (func (export "f") (param i32 i32)
                (table.fill (local.get 0) (ref.null func) (local.get 1)))"#,
            calls: &[
                (&[I32(2), I32(2)], TABLE),
                (&[I32(4), I32(0)], TABLE),
                (&[I32(1), I32(-1)], TABLE),
            ],
        },
        Case {
            fields: r#"(table $a 3 funcref) (table $b 5 funcref)
                (func (export "f") (param i32 i32 i32)
                (table.copy $a $b (local.get 0) (local.get 1) (local.get 2)))"#,
            calls: &[
                (&[I32(2), I32(0), I32(2)], TABLE),
                (&[I32(0), I32(4), I32(2)], TABLE),
                (&[I32(0), I32(0), I32(4)], TABLE),
                (&[I32(-1), I32(0), I32(1)], TABLE),
            ],
        },
    ]);
}

#[test]
fn element_segments() {
    check(&[
        Case {
            fields: r#"(table 3 funcref) (func $g) (elem $e func $g $g)
                (func (export "f") (param i32 i32 i32)
                (table.init $e (local.get 0) (local.get 1) (local.get 2)))"#,
            calls: &[
                (&[I32(2), I32(0), I32(2)], TABLE),
                (&[I32(0), I32(1), I32(2)], TABLE),
                (&[I32(0), I32(3), I32(0)], TABLE),
                (&[I32(0), I32(0), I32(-1)], TABLE),
            ],
        },
        Case {
            fields: r#"(table 3 funcref) (func $g) (elem $e func $g)
                (func (export "f")
                (elem.drop $e)
                (table.init $e (i32.const 0) (i32.const 0) (i32.const 1)))"#,
            calls: &[(&[], TABLE)],
        },
        // Declared segments are dropped at instantiation.
        Case {
            fields: r#"(table 3 funcref) (func $g) (elem $e declare func $g)
                (func (export "f")
                (table.init $e (i32.const 0) (i32.const 0) (i32.const 1)))"#,
            calls: &[(&[], TABLE)],
        },
    ]);
}

#[test]
fn indirect_calls() {
    const CALLS: &[(&[Val], &str)] = &[
        (&[I32(1)], MISMATCH),
        (&[I32(2)], UNINITIALIZED),
        (&[I32(3)], UNINITIALIZED),
        (&[I32(4)], UNDEFINED),
        (&[I32(-1)], UNDEFINED),
    ];
    check(&[
        Case {
            fields: r#"(type $t (func (result i32))) (table 4 funcref)
                (func $right (result i32) (i32.const 1))
                (func $wrong (result i64) (i64.const 1))
                (elem (i32.const 0) $right $wrong)
                (func (export "f") (param i32) (result i32)
                (call_indirect (type $t) (local.get 0)))"#,
            calls: CALLS,
        },
        // An import has the type, too.
        Case {
            fields: r#"(type $t (func (result i32))) (import "env" "missing" (func (type $t)))
                (table 4 funcref)
                (func $right (result i32) (i32.const 1))
                (func $wrong (param i32) (result i32) (i32.const 1))
                (elem (i32.const 0) $right $wrong)
                (func (export "f") (param i32) (result i32)
                (call_indirect (type $t) (local.get 0)))"#,
            calls: CALLS,
        },
        // A null that was stored by an operator, or by growth.
        Case {
            fields: r#"(type $t (func)) (table 2 4 funcref) (func $g) (elem declare func $g)
                (func (export "f") (param i32)
                (table.set (i32.const 1) (ref.func $g))
                (table.set (i32.const 1) (ref.null func))
                (drop (table.grow (ref.null func) (i32.const 1)))
                (call_indirect (type $t) (local.get 0)))"#,
            calls: &[(&[I32(1)], UNINITIALIZED), (&[I32(2)], UNINITIALIZED)],
        },
    ]);
}

/// WAMR's interpreter reads a null in an element segment as function 0, so it is not compared.
#[test]
fn null_in_an_element_segment() {
    let module = r#"(module (type $t (func)) (table 2 funcref) (func $g)
        (elem (i32.const 0) funcref (ref.func $g) (ref.null func))
        (func (export "f") (param i32) (call_indirect (type $t) (local.get 0))))"#;
    for engine in Engine::compiled() {
        let instance = engine.instantiate(module, Vec::new());
        assert_eq!(instance.call("f", &[I32(0)]), Ok(Vec::new()), "{engine}");
        let trap = instance.call("f", &[I32(1)]).expect_err("the element is null");
        assert_eq!(trap.message, UNINITIALIZED, "{engine}");
    }
}

#[test]
fn segments_out_of_bounds_fail_the_instantiation() {
    let modules = [
        (r#"(module (memory 1) (data (i32.const 65535) "ab"))"#, MEMORY),
        (r#"(module (memory 1) (data (i32.const -1) "a"))"#, MEMORY),
        (r#"(module (table 1 funcref) (func $g) (elem (i32.const 1) $g))"#, TABLE),
        (r#"(module (table 1 funcref) (func $g) (elem (i32.const -1) $g))"#, TABLE),
    ];
    for (module, message) in modules {
        for engine in Engine::all() {
            let error = engine.try_instantiate(module, Vec::new()).expect_err("out of bounds");
            let text = error.to_string();
            assert!(text.contains(message), "{engine}: {text:?} for {module}");
        }
    }
}
