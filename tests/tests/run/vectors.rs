//! Vectors passed to and from the runtime, at the end of memory, and where relaxed operators permit
//! several results.
//!
//! WAMR's classic interpreter does not support SIMD, so the expectations come from the
//! specification alone.

use std::fmt::Write;

use cwamrc_tests::engine::Engine;
use wamr_shim::Val;
use wamr_shim::Val::{F64, I32, I64, V128};

/// The engines that run modules that pass vectors to the runtime.
fn engines() -> impl Iterator<Item = Engine> {
    Engine::compiled().filter(|engine| engine.machine().passes_vectors())
}

/// A vector whose lanes identify it.
fn vector(number: u128) -> Val {
    V128(0x1111_2222_3333_4444_5555_6666_7777_0000 | number)
}

fn argument(ty: &str, number: usize) -> Val {
    match ty {
        "i32" => I32(number as i32),
        "i64" => I64(number as i64 | 1 << 40),
        "f64" => F64(0x4000_0000_0000_0000 | number as u64),
        _ => vector(number as u128),
    }
}

/// A module with a function for each parameter that returns it, and functions that pass all their
/// parameters on to those, directly and through a table.
fn passing_module(types: &[&str]) -> String {
    let (params, mut text) = (types.join(" "), "(module (table funcref (elem".to_owned());
    for index in 0..types.len() {
        write!(text, " $get{index}").unwrap();
    }
    text.push_str("))");
    let all: String = (0..types.len()).map(|index| format!(" (local.get {index})")).collect();
    for (index, ty) in types.iter().enumerate() {
        write!(
            text,
            r#"
            (func $get{index} (export "get{index}") (param {params}) (result {ty})
              (local.get {index}))
            (func (export "call{index}") (param {params}) (result {ty}) (call $get{index}{all}))
            (func (export "indirect{index}") (param {params}) (result {ty})
              (call_indirect (param {params}) (result {ty}){all} (i32.const {index})))"#
        )
        .unwrap();
    }
    text.push(')');
    text
}

/// Vectors on the stack follow an even and an odd number of other slots.
#[test]
fn parameters_on_the_stack() {
    let many_vectors = vec!["v128"; 12];
    let odd = ["i64", "i64", "i64", "i64", "i64", "i64"];
    let odd = [&odd[..], &["v128"; 9], &["i32", "v128"]].concat();
    let mixed = ["f64", "v128", "i32"].repeat(7);
    let floats_first = [&["f64"; 9][..], &["v128", "v128", "f64", "v128"]].concat();
    for types in [&many_vectors, &odd, &mixed, &floats_first] {
        let module = passing_module(types);
        let arguments: Vec<Val> =
            types.iter().enumerate().map(|(number, ty)| argument(ty, number)).collect();
        for engine in engines() {
            let instance = engine.instantiate(&module, Vec::new());
            for (index, &argument) in arguments.iter().enumerate() {
                for function in ["get", "call", "indirect"] {
                    let function = format!("{function}{index}");
                    let result = instance.call(&function, &arguments);
                    assert_eq!(result, Ok(vec![argument]), "{engine}: {function} of {types:?}");
                }
            }
        }
    }
}

#[test]
fn results_through_pointers() {
    let module = r#"(module
        (func $make (export "make") (param v128) (result i32 v128 i64 v128)
          (i32.const 1) (local.get 0) (i64.const 2) (v128.not (local.get 0)))
        (func (export "last") (param v128) (result v128)
          (local $last v128)
          (call $make (local.get 0))
          (local.set $last) (drop) (drop) (drop)
          (local.get $last))
        (func (export "zero") (result v128) (local v128) (local.get 0)))"#;
    for engine in engines() {
        let instance = engine.instantiate(module, Vec::new());
        let (value, not) = (vector(5), V128(!0x1111_2222_3333_4444_5555_6666_7777_0005));
        assert_eq!(
            instance.call("make", &[value]),
            Ok(vec![I32(1), value, I64(2), not]),
            "{engine}"
        );
        assert_eq!(instance.call("last", &[value]), Ok(vec![not]), "{engine}");
        assert_eq!(instance.call("zero", &[]), Ok(vec![V128(0)]), "{engine}");
    }
}

/// The runtime stores globals without alignment.
#[test]
fn globals_between_others() {
    let module = r#"(module
        (global $before i32 (i32.const 7))
        (global $constant (export "constant") v128 (v128.const i32x4 1 2 3 4))
        (global $between i64 (i64.const 8))
        (global $mutable (export "mutable") (mut v128) (v128.const i64x2 5 6))
        (global $after i32 (i32.const 9))
        (func (export "swap") (param v128) (result v128)
          (global.get $mutable) (global.set $mutable (local.get 0)))
        (func (export "sum") (result i32)
          (i32.add (global.get $after)
            (i32.add (global.get $before)
              (i32.add (i32x4.extract_lane 3 (global.get $constant))
                (i32.wrap_i64 (global.get $between)))))))"#;
    for engine in engines() {
        let instance = engine.instantiate(module, Vec::new());
        let constant = V128(0x0000_0004_0000_0003_0000_0002_0000_0001);
        assert_eq!(instance.global("constant"), Some(constant), "{engine}");
        let first = V128(6 << 64 | 5);
        assert_eq!(instance.call("swap", &[vector(3)]), Ok(vec![first]), "{engine}");
        assert_eq!(instance.global("mutable"), Some(vector(3)), "{engine}");
        assert_eq!(instance.call("sum", &[]), Ok(vec![I32(28)]), "{engine}");
    }
}

/// Accesses of every width, and the first address at which each is out of bounds.
const ACCESSES: &[(&str, i32)] = &[
    ("(drop (v128.load (local.get 0)))", 16),
    ("(drop (v128.load8x8_s (local.get 0)))", 8),
    ("(drop (v128.load32x2_u (local.get 0)))", 8),
    ("(drop (v128.load8_splat (local.get 0)))", 1),
    ("(drop (v128.load16_splat (local.get 0)))", 2),
    ("(drop (v128.load32_zero (local.get 0)))", 4),
    ("(drop (v128.load64_lane 1 (local.get 0) (local.get 1)))", 8),
    ("(v128.store (local.get 0) (local.get 1))", 16),
    ("(v128.store8_lane 3 (local.get 0) (local.get 1))", 1),
    ("(v128.store16_lane 3 (local.get 0) (local.get 1))", 2),
    ("(v128.store32_lane 3 (local.get 0) (local.get 1))", 4),
    ("(v128.store64_lane 1 (local.get 0) (local.get 1))", 8),
];

#[test]
fn accesses_at_the_end_of_memory() {
    let mut module = r#"(module (memory (export "memory") 1)
        (func (export "tail") (result v128) (v128.load (i32.const 65520)))"#
        .to_owned();
    for (index, (access, _)) in ACCESSES.iter().enumerate() {
        write!(module, r#"(func (export "f{index}") (param i32 v128) {access})"#).unwrap();
    }
    module.push(')');
    for engine in engines() {
        for (index, (access, width)) in ACCESSES.iter().enumerate() {
            let instance = engine.instantiate(&module, Vec::new());
            let call = |address| instance.call(&format!("f{index}"), &[I32(address), V128(!0)]);
            let trap = call(65536 - width + 1).expect_err("out of bounds");
            assert_eq!(trap.message, "out of bounds memory access", "{engine}: {access}");
            if !engine.may_tear_stores() {
                let untouched = instance.call("tail", &[]);
                assert_eq!(untouched, Ok(vec![V128(0)]), "{engine}: {access}");
            }
            assert_eq!(call(-1).map_err(|trap| trap.message), Err(trap.message), "{engine}");
            assert_eq!(call(65536 - width), Ok(Vec::new()), "{engine}: {access}");
        }
    }
}

/// Relaxed operators, and their equivalents in the specification's deterministic profile.
const RELAXED: &[(&str, &str)] = &[
    ("i8x16.relaxed_swizzle A B", "i8x16.swizzle A B"),
    ("i32x4.relaxed_trunc_f32x4_s A", "i32x4.trunc_sat_f32x4_s A"),
    ("i32x4.relaxed_trunc_f32x4_u A", "i32x4.trunc_sat_f32x4_u A"),
    ("i32x4.relaxed_trunc_f64x2_s_zero A", "i32x4.trunc_sat_f64x2_s_zero A"),
    ("i32x4.relaxed_trunc_f64x2_u_zero A", "i32x4.trunc_sat_f64x2_u_zero A"),
    ("f32x4.relaxed_madd A B C", "f32x4.add (f32x4.mul A B) C"),
    ("f32x4.relaxed_nmadd A B C", "f32x4.add (f32x4.mul (f32x4.neg A) B) C"),
    ("f64x2.relaxed_madd A B C", "f64x2.add (f64x2.mul A B) C"),
    ("f64x2.relaxed_nmadd A B C", "f64x2.add (f64x2.mul (f64x2.neg A) B) C"),
    ("i8x16.relaxed_laneselect A B C", "v128.bitselect A B C"),
    ("i16x8.relaxed_laneselect A B C", "v128.bitselect A B C"),
    ("i32x4.relaxed_laneselect A B C", "v128.bitselect A B C"),
    ("i64x2.relaxed_laneselect A B C", "v128.bitselect A B C"),
    ("f32x4.relaxed_min A B", "f32x4.min A B"),
    ("f32x4.relaxed_max A B", "f32x4.max A B"),
    ("f64x2.relaxed_min A B", "f64x2.min A B"),
    ("f64x2.relaxed_max A B", "f64x2.max A B"),
    ("i16x8.relaxed_q15mulr_s A B", "i16x8.q15mulr_sat_s A B"),
    (
        "i16x8.relaxed_dot_i8x16_i7x16_s A B",
        // The even and the odd lanes are multiplied and added; the sum wraps.
        "i16x8.add
           (i16x8.mul (i16x8.shr_s (i16x8.shl A (i32.const 8)) (i32.const 8))
                      (i16x8.shr_s (i16x8.shl B (i32.const 8)) (i32.const 8)))
           (i16x8.mul (i16x8.shr_s A (i32.const 8)) (i16x8.shr_s B (i32.const 8)))",
    ),
    (
        "i32x4.relaxed_dot_i8x16_i7x16_add_s A B C",
        "i32x4.add C (i32x4.extadd_pairwise_i16x8_s (i16x8.add
           (i16x8.mul (i16x8.shr_s (i16x8.shl A (i32.const 8)) (i32.const 8))
                      (i16x8.shr_s (i16x8.shl B (i32.const 8)) (i32.const 8)))
           (i16x8.mul (i16x8.shr_s A (i32.const 8)) (i16x8.shr_s B (i32.const 8)))))",
    ),
];

/// Values for which the permitted results differ: lanes of every width at their limits, infinities,
/// NaNs, zeros of both signs, products that are rounded, indexes beyond a vector.
const CORNERS: &[u128] = &[
    0,
    !0,
    0x8080_8080_8080_8080_8080_8080_8080_8080,
    0x0f10_1f20_7f80_81ff_0001_7ffe_8000_8001,
    0x8000_8000_8000_8000_7fff_7fff_8000_7fff,
    0x3f80_0001_bf80_0001_3f7f_ffff_4b80_0001,
    0x7f80_0000_ff80_0000_7fc0_0000_8000_0000,
    0x3ff0_0000_0000_0001_bfef_ffff_ffff_ffff,
    0x7ff8_0000_0000_0000_8000_0000_0000_0000,
    0x4f00_0000_cf00_0001_4f80_0000_0000_0000,
    0x41f0_0000_0000_0000_c1e0_0000_0020_0000,
];

#[test]
fn relaxed_operators_are_deterministic() {
    let mut module = "(module".to_owned();
    for (index, (relaxed, definition)) in RELAXED.iter().enumerate() {
        for (name, operator) in [("relaxed", relaxed), ("defined", definition)] {
            let body =
                ["A", "B", "C"].iter().enumerate().fold((*operator).to_owned(), |text, (n, p)| {
                    text.replace(&format!(" {p}"), &format!(" (local.get {n})"))
                });
            write!(
                module,
                r#"(func (export "{name}{index}") (param v128 v128 v128) (result v128) ({body}))"#
            )
            .unwrap();
        }
    }
    module.push(')');
    for engine in engines() {
        let instance = engine.instantiate(&module, Vec::new());
        for (index, (relaxed, _)) in RELAXED.iter().enumerate() {
            for &a in CORNERS {
                for &b in CORNERS {
                    for &c in CORNERS {
                        let arguments = [V128(a), V128(b), V128(c)];
                        let call = |name| instance.call(&format!("{name}{index}"), &arguments);
                        let (relaxed_result, defined) = (call("relaxed"), call("defined"));
                        assert_eq!(relaxed_result, defined, "{engine}: {relaxed} {arguments:x?}");
                    }
                }
            }
        }
    }
}
