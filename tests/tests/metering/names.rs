//! The names of operators in cost tables, compared with those that the wasm assembler knows.

use cwamrc::instrument::Costs;

/// Immediates that may have to follow a name to form an instruction.
const IMMEDIATES: &[&str] = &[
    "",
    "0",
    "0 0",
    "1",
    "$f",
    "(result i32)",
    "func",
    "(result i32 i32)",
    "1.5",
    "i32x4 0 0 0 0",
    "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
    "end",
];

/// Operators that cwamrc compiles: one from each group whose names follow the same pattern, and all
/// exceptions.
const NAMES: &[&str] = &[
    "unreachable",
    "nop",
    "block",
    "loop",
    "if",
    "br",
    "br_if",
    "br_table",
    "return",
    "call",
    "call_indirect",
    "return_call",
    "return_call_indirect",
    "drop",
    "select",
    "local.get",
    "local.set",
    "local.tee",
    "global.get",
    "global.set",
    "table.get",
    "table.set",
    "table.size",
    "table.grow",
    "table.fill",
    "table.copy",
    "table.init",
    "elem.drop",
    "data.drop",
    "ref.null",
    "ref.is_null",
    "ref.func",
    "memory.size",
    "memory.grow",
    "memory.fill",
    "memory.copy",
    "memory.init",
    "i32.load",
    "i64.load8_s",
    "f32.store",
    "i64.store32",
    "i32.const",
    "f64.const",
    "i32.eqz",
    "i64.lt_u",
    "f32.ge",
    "i32.rotl",
    "f64.copysign",
    "i32.wrap_i64",
    "i64.extend_i32_u",
    "f32.convert_i64_u",
    "i32.reinterpret_f32",
    "i32.extend8_s",
    "i64.extend32_s",
    "i32.trunc_sat_f64_u",
    "i64.add128",
    "i64.mul_wide_s",
    "atomic.fence",
    "memory.atomic.notify",
    "memory.atomic.wait32",
    "i32.atomic.load",
    "i64.atomic.load8_u",
    "i64.atomic.store32",
    "i32.atomic.rmw.add",
    "i64.atomic.rmw8.xchg_u",
    "i64.atomic.rmw32.cmpxchg_u",
    "i32.atomic.rmw.cmpxchg",
    "v128.load",
    "v128.load8x8_s",
    "v128.load32_zero",
    "v128.load8_lane",
    "v128.const",
    "i8x16.shuffle",
    "i8x16.swizzle",
    "i8x16.splat",
    "i16x8.extract_lane_s",
    "f32x4.replace_lane",
    "v128.bitselect",
    "v128.any_true",
    "i32x4.all_true",
    "i16x8.extmul_low_i8x16_s",
    "f64x2.promote_low_f32x4",
    "i32x4.trunc_sat_f64x2_s_zero",
    "f32x4.relaxed_madd",
    "i8x16.relaxed_laneselect",
    "i32x4.relaxed_dot_i8x16_i7x16_add_s",
];

#[test]
fn names_are_those_of_the_text_format() {
    for name in NAMES {
        let table = format!("{name} = 3");
        Costs::parse(&table).unwrap_or_else(|error| panic!("{error}"));
        let is_assembled = |immediates: &&str| {
            let text = format!("(module (table 1 funcref) (func $f {name} {immediates}))");
            wat::parse_str(text).is_ok()
        };
        assert!(IMMEDIATES.iter().any(is_assembled), "{name}");
    }
}
