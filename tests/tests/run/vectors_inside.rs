//! Vector operators inside a module, on every machine: vectors pass between functions and through
//! memory, never to the runtime.
//!
//! Expectations come from wasmi. A NaN may have any bits, so all NaN lanes count as equal.

use std::fmt::Write;

use cwamrc_tests::engine::Engine;
use wamr_shim::Val::I32;

/// Operators with their operands: `A`, `B` vectors, `N` a number of bits.
const OPERATORS: &[(&str, &str)] = &[
    // Shape, then names.
    (
        "A B",
        "i8x16: add sub add_sat_s add_sat_u sub_sat_s sub_sat_u min_s min_u max_s max_u avgr_u",
    ),
    ("A B", "i8x16: eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u swizzle narrow_i16x8_s"),
    ("A B", "i8x16: narrow_i16x8_u"),
    ("A B", "i16x8: add sub mul add_sat_s add_sat_u sub_sat_s sub_sat_u min_s min_u max_s max_u"),
    ("A B", "i16x8: avgr_u eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u q15mulr_sat_s"),
    ("A B", "i16x8: narrow_i32x4_s narrow_i32x4_u extmul_low_i8x16_s extmul_low_i8x16_u"),
    ("A B", "i16x8: extmul_high_i8x16_s extmul_high_i8x16_u"),
    ("A B", "i32x4: add sub mul min_s min_u max_s max_u eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s"),
    ("A B", "i32x4: ge_u dot_i16x8_s extmul_low_i16x8_s extmul_low_i16x8_u extmul_high_i16x8_s"),
    ("A B", "i32x4: extmul_high_i16x8_u"),
    ("A B", "i64x2: add sub mul eq ne lt_s gt_s le_s ge_s extmul_low_i32x4_s extmul_low_i32x4_u"),
    ("A B", "i64x2: extmul_high_i32x4_s extmul_high_i32x4_u"),
    ("A B", "f32x4: add sub mul div min max pmin pmax eq ne lt gt le ge"),
    ("A B", "f64x2: add sub mul div min max pmin pmax eq ne lt gt le ge"),
    ("A B", "v128: and andnot or xor"),
    ("A B A", "v128: bitselect"),
    ("A", "v128: not"),
    ("A", "i8x16: abs neg popcnt"),
    ("A", "i16x8: abs neg extadd_pairwise_i8x16_s extadd_pairwise_i8x16_u extend_low_i8x16_s"),
    ("A", "i16x8: extend_low_i8x16_u extend_high_i8x16_s extend_high_i8x16_u"),
    ("A", "i32x4: abs neg extadd_pairwise_i16x8_s extadd_pairwise_i16x8_u extend_low_i16x8_s"),
    ("A", "i32x4: extend_low_i16x8_u extend_high_i16x8_s extend_high_i16x8_u trunc_sat_f32x4_s"),
    ("A", "i32x4: trunc_sat_f32x4_u trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero"),
    ("A", "i64x2: abs neg extend_low_i32x4_s extend_low_i32x4_u extend_high_i32x4_s"),
    ("A", "i64x2: extend_high_i32x4_u"),
    ("A", "f32x4: abs neg sqrt ceil floor trunc nearest convert_i32x4_s convert_i32x4_u"),
    ("A", "f32x4: demote_f64x2_zero"),
    ("A", "f64x2: abs neg sqrt ceil floor trunc nearest convert_low_i32x4_s convert_low_i32x4_u"),
    ("A", "f64x2: promote_low_f32x4"),
    ("A N", "i8x16: shl shr_s shr_u"),
    ("A N", "i16x8: shl shr_s shr_u"),
    ("A N", "i32x4: shl shr_s shr_u"),
    ("A N", "i64x2: shl shr_s shr_u"),
    ("A =", "v128: any_true"),
    ("A =", "i8x16: all_true bitmask"),
    ("A =", "i16x8: all_true bitmask"),
    ("A =", "i32x4: all_true bitmask"),
    ("A =", "i64x2: all_true bitmask"),
];

/// Lanes of every width at their limits, infinities, NaNs, zeros of both signs, halves, numbers at
/// the limits of the integer types, indexes beyond a vector.
const CORNERS: &[u128] = &[
    0,
    !0,
    0x8080_8080_8080_8080_8080_8080_8080_8080,
    0x0f10_1f20_7f80_81ff_0001_7ffe_8000_8001,
    0x8000_8000_8000_8000_7fff_7fff_8000_7fff,
    0x3f80_0001_bf80_0001_3f7f_ffff_4b80_0001,
    0x7f80_0000_ff80_0000_7fc0_0000_8000_0000,
    0x3f00_0000_bf00_0000_3fc0_0000_0000_0001,
    0x3ff0_0000_0000_0001_bfef_ffff_ffff_ffff,
    0x7ff8_0000_0000_0000_8000_0000_0000_0000,
    0x3fe0_0000_0000_0000_c004_0000_0000_0000,
    0x4f00_0000_cf00_0001_4f80_0000_0000_0000,
    0x41f0_0000_0000_0000_c1e0_0000_0020_0000,
    0x7ff0_0000_0000_0000_41df_ffff_ffc0_0000,
];

/// The address of the results, and the size of the memory.
const RESULTS: usize = 4096;
const RESULT_BYTES: usize = CORNERS.len() * CORNERS.len() * 16;

/// The operators, each with its operands in words.
fn operators() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (operands, names) in OPERATORS {
        let (shape, names) = names.split_once(": ").expect("a shape precedes the names");
        for name in names.split(' ') {
            let gets: String = operands
                .split(' ')
                .map(|operand| match operand {
                    "A" => " (local.get 0)",
                    "B" => " (local.get 1)",
                    "N" => " (i32x4.extract_lane 0 (local.get 1))",
                    _ => "",
                })
                .collect();
            let operator = format!("{shape}.{name}");
            let body = match operands.ends_with('=') {
                true => format!("(i32x4.splat ({operator}{gets}))"),
                false => format!("({operator}{gets})"),
            };
            all.push((operator, body));
        }
    }
    all
}

/// The corners at the start of memory.
fn data() -> String {
    let bytes = CORNERS.iter().flat_map(|corner| corner.to_le_bytes());
    let data: String = bytes.map(|byte| format!("\\{byte:02x}")).collect();
    format!(r#"(data (i32.const 0) "{data}")"#)
}

/// A module with a function for each of `operators` that applies it to all pairs, by calling a
/// function with vector parameters and results: directly, through a table, or as a tail call.
fn module(operators: &[(String, String)], tail_calls: bool) -> String {
    let mut text = r#"(module (memory (export "memory") 1)
        (type $f (func (param v128 v128) (result v128)))"#
        .to_owned();
    write!(text, "(table funcref (elem").unwrap();
    for index in 0..operators.len() {
        write!(text, " $f{index}").unwrap();
    }
    text.push_str("))");
    text.push_str(&data());
    let end = CORNERS.len() * 16;
    for (index, (_, body)) in operators.iter().enumerate() {
        let callee = match (tail_calls, index % 2) {
            (true, _) => format!("call $tail{index}"),
            (false, 0) => format!("call $f{index}"),
            (false, _) => "call_indirect (type $f)".to_owned(),
        };
        let element = match callee.starts_with("call_indirect") {
            true => format!("(i32.const {index})"),
            false => String::new(),
        };
        let tail = match index % 2 {
            0 => format!("return_call $f{index} (local.get 0) (local.get 1)"),
            _ => format!(
                "return_call_indirect (type $f) (local.get 0) (local.get 1) (i32.const {index})"
            ),
        };
        let tail = match tail_calls {
            true => format!("(func $tail{index} (type $f) ({tail}))"),
            false => String::new(),
        };
        write!(
            text,
            r#"
            (func $f{index} (type $f) {body})
            {tail}
            (func (export "f{index}") (param $a i32) (local $b i32) (local $out i32)
              (local.set $out (i32.const {RESULTS}))
              (loop $outer
                (local.set $b (i32.const 0))
                (loop $inner
                  (v128.store (local.get $out)
                    ({callee} (v128.load (local.get $a)) (v128.load (local.get $b)) {element}))
                  (local.set $out (i32.add (local.get $out) (i32.const 16)))
                  (local.set $b (i32.add (local.get $b) (i32.const 16)))
                  (br_if $inner (i32.lt_u (local.get $b) (i32.const {end}))))
                (local.set $a (i32.add (local.get $a) (i32.const 16)))
                (br_if $outer (i32.lt_u (local.get $a) (i32.const {end})))))"#
        )
        .unwrap();
    }
    text.push(')');
    text
}

/// What wasmi computes, by function.
fn expectations(module: &str, functions: usize) -> Vec<Vec<u8>> {
    let wasm = wat::parse_str(module).expect("the module is well-formed");
    let engine = wasmi::Engine::default();
    let module = wasmi::Module::new(&engine, &wasm).expect("wasmi takes the module");
    let mut store = wasmi::Store::new(&engine, ());
    let instance = wasmi::Linker::<()>::new(&engine).instantiate_and_start(&mut store, &module);
    let instance = instance.expect("wasmi instantiates the module");
    let memory = instance.get_memory(&store, "memory").expect("it is exported");
    let results = (0..functions).map(|index| {
        let function = instance.get_func(&store, &format!("f{index}")).expect("it is exported");
        function.call(&mut store, &[wasmi::Val::I32(0)], &mut []).expect("nothing traps");
        memory.data(&store)[RESULTS..RESULTS + RESULT_BYTES].to_vec()
    });
    results.collect()
}

/// Vectors in which every NaN is the same, if the operator computes floats.
fn without_payloads(operator: &str, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if operator.starts_with("f32x4") {
        for lane in bytes.chunks_exact_mut(4) {
            let value = f32::from_le_bytes((&*lane).try_into().expect("it has four bytes"));
            if value.is_nan() {
                lane.copy_from_slice(&f32::NAN.to_le_bytes());
            }
        }
    }
    if operator.starts_with("f64x2") {
        for lane in bytes.chunks_exact_mut(8) {
            let value = f64::from_le_bytes((&*lane).try_into().expect("it has eight bytes"));
            if value.is_nan() {
                lane.copy_from_slice(&f64::NAN.to_le_bytes());
            }
        }
    }
    bytes
}

fn check(tail_calls: bool) {
    let operators = operators();
    let module = module(&operators, tail_calls);
    let expected = expectations(&module, operators.len());
    let mut wrong = Vec::new();
    for engine in Engine::compiled().map(Engine::with_vectors) {
        let instance = engine.instantiate(&module, Vec::new());
        for (index, (operator, _)) in operators.iter().enumerate() {
            let called = instance.call(&format!("f{index}"), &[I32(0)]);
            assert_eq!(called, Ok(Vec::new()), "{engine}: {operator}");
            let memory = instance.memory().expect("there is a memory");
            let actual = memory.read_vec(RESULTS, RESULT_BYTES).expect("the results are inside");
            let [actual, expected] =
                [&actual, &expected[index]].map(|bytes| without_payloads(operator, bytes));
            let pairs = actual.chunks(16).zip(expected.chunks(16)).enumerate();
            if let Some((pair, (actual, expected))) = pairs.into_iter().find(|(_, (a, e))| a != e) {
                let (a, b) = (CORNERS[pair / CORNERS.len()], CORNERS[pair % CORNERS.len()]);
                let vector = |bytes: &[u8]| {
                    u128::from_le_bytes(bytes.try_into().expect("it has sixteen bytes"))
                };
                let (actual, expected) = (vector(actual), vector(expected));
                wrong.push(format!(
                    "{engine}: {operator} {a:032x} {b:032x}: {actual:032x}, not {expected:032x}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn operators_of_called_functions() {
    check(false);
}

#[test]
fn operators_of_functions_called_in_tails() {
    check(true);
}
