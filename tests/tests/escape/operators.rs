//! Operators that are undefined for some operands, in WebAssembly, on a machine, or in the C code
//! of the runtime, applied to all pairs of boundary values.

use wamr_shim::Val;

use crate::place::places;

const ZERO: &str = "integer divide by zero";
const OVERFLOW: &str = "integer overflow";
const NO_INTEGER: &str = "invalid conversion to integer";

const I32: [i32; 9] = [0, 1, -1, 2, 7, -7, i32::MIN, i32::MIN + 1, i32::MAX];
const I64: [i64; 11] =
    [0, 1, -1, 2, 7, -7, i64::MIN, i64::MIN + 1, i64::MAX, i32::MIN as i64, u32::MAX as i64];
/// Around the limits of the integer types, and NaNs.
const F64: [f64; 24] = [
    0.0,
    -0.0,
    0.9,
    -0.9,
    -1.0,
    1.5,
    2_147_483_647.0,
    2_147_483_647.9,
    2_147_483_648.0,
    -2_147_483_648.0,
    -2_147_483_648.9,
    -2_147_483_649.0,
    4_294_967_295.0,
    4_294_967_295.9,
    4_294_967_296.0,
    9_223_372_036_854_774_784.0,
    9_223_372_036_854_775_808.0,
    -9_223_372_036_854_775_808.0,
    -9_223_372_036_854_777_856.0,
    18_446_744_073_709_549_568.0,
    18_446_744_073_709_551_616.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

/// A module with a function for each of the operators, with as many parameters as each entry says.
fn module(operators: &[(&str, &str, &str)]) -> String {
    let functions = operators.iter().map(|(operator, takes, gives)| {
        let count = takes.split(' ').count();
        let operands: String = (0..count).map(|index| format!("(local.get {index})")).collect();
        format!(
            "(func (export {operator:?}) (param {takes}) (result {gives}) ({operator} {operands}))\n"
        )
    });
    format!("(module (memory 1) {})", functions.collect::<String>())
}

fn divided<T>(zero: bool, result: Option<T>) -> Result<T, &'static str> {
    if zero { Err(ZERO) } else { result.ok_or(OVERFLOW) }
}

#[test]
fn divisions() {
    let names = ["div_s", "div_u", "rem_s", "rem_u"];
    let names = names.iter().flat_map(|name| {
        [("i32", "i32 i32"), ("i64", "i64 i64")]
            .map(|(ty, takes)| (format!("{ty}.{name}"), takes, ty))
    });
    let names: Vec<_> = names.collect();
    let operators: Vec<_> = names.iter().map(|(name, takes, ty)| (&**name, *takes, *ty)).collect();
    let text = module(&operators);
    for place in places() {
        let scene = place.scene(&text).expect("it can be instantiated");
        for a in I32 {
            for b in I32 {
                let arguments = [Val::I32(a), Val::I32(b)];
                let (x, y) = (a.cast_unsigned(), b.cast_unsigned());
                let check = |name: &str, expected: Result<i32, &str>| {
                    let expected = expected.map(|value| [Val::I32(value)]);
                    scene.expect(
                        name,
                        &arguments,
                        expected.as_ref().map(|e| &e[..]).map_err(|e| *e),
                    );
                };
                check("i32.div_s", divided(b == 0, a.checked_div(b)));
                check("i32.div_u", divided(b == 0, x.checked_div(y).map(u32::cast_signed)));
                check("i32.rem_s", divided(b == 0, (b != 0).then(|| a.wrapping_rem(b))));
                check("i32.rem_u", divided(b == 0, x.checked_rem(y).map(u32::cast_signed)));
            }
        }
        for a in I64 {
            for b in I64 {
                let arguments = [Val::I64(a), Val::I64(b)];
                let (x, y) = (a.cast_unsigned(), b.cast_unsigned());
                let check = |name: &str, expected: Result<i64, &str>| {
                    let expected = expected.map(|value| [Val::I64(value)]);
                    scene.expect(
                        name,
                        &arguments,
                        expected.as_ref().map(|e| &e[..]).map_err(|e| *e),
                    );
                };
                check("i64.div_s", divided(b == 0, a.checked_div(b)));
                check("i64.div_u", divided(b == 0, x.checked_div(y).map(u64::cast_signed)));
                check("i64.rem_s", divided(b == 0, (b != 0).then(|| a.wrapping_rem(b))));
                check("i64.rem_u", divided(b == 0, x.checked_rem(y).map(u64::cast_signed)));
            }
        }
        scene.is_intact();
    }
}

/// The result of a truncating conversion, or the text of its trap: specification, section 4.3.3,
/// trunc_u and trunc_s.
fn truncated(value: f64, least: i128, greatest: i128) -> Result<i128, &'static str> {
    if value.is_nan() {
        return Err(NO_INTEGER);
    }
    // A saturating cast. It rounds no double within the range of 64 bits.
    let whole = value.trunc() as i128;
    if (least..=greatest).contains(&whole) && value.is_finite() { Ok(whole) } else { Err(OVERFLOW) }
}

#[test]
fn conversions_to_integers() {
    let ranges: [(&str, i128, i128); 4] = [
        ("i32.trunc_{}_s", i32::MIN.into(), i32::MAX.into()),
        ("i32.trunc_{}_u", 0, u32::MAX.into()),
        ("i64.trunc_{}_s", i64::MIN.into(), i64::MAX.into()),
        ("i64.trunc_{}_u", 0, u64::MAX.into()),
    ];
    let mut operators = Vec::new();
    for (name, least, greatest) in ranges {
        for float in ["f32", "f64"] {
            let name = name.replace("{}", float);
            let saturating = name.replace("trunc_", "trunc_sat_");
            operators.extend([(name, float, least, greatest, false)]);
            operators.push((saturating, float, least, greatest, true));
        }
    }
    let listed: Vec<_> =
        operators.iter().map(|(name, float, ..)| (&**name, *float, &name[..3])).collect();
    let text = module(&listed);
    for place in places() {
        let scene = place.scene(&text).expect("it can be instantiated");
        for (name, float, least, greatest, saturates) in &operators {
            for value in F64 {
                let (argument, value) = match *float {
                    "f32" => (Val::from(value as f32), f64::from(value as f32)),
                    _ => (Val::from(value), value),
                };
                let expected = match truncated(value, *least, *greatest) {
                    Err(_) if *saturates && value.is_nan() => Ok(0),
                    Err(_) if *saturates => Ok(if value < 0.0 { *least } else { *greatest }),
                    other => other,
                };
                let expected = expected.map(|whole| match &name[..3] {
                    "i32" => [Val::I32(whole as i32)],
                    _ => [Val::I64(whole as i64)],
                });
                scene.expect(name, &[argument], expected.as_ref().map(|e| &e[..]).map_err(|e| *e));
            }
        }
        scene.is_intact();
    }
}

/// Shifts by at least the width, and bit counts of 0, which some machines leave undefined.
#[test]
fn shifts_and_counts() {
    let operators = [
        ("i32.shl", "i32 i32", "i32"),
        ("i32.shr_s", "i32 i32", "i32"),
        ("i32.shr_u", "i32 i32", "i32"),
        ("i32.rotl", "i32 i32", "i32"),
        ("i32.clz", "i32", "i32"),
        ("i32.ctz", "i32", "i32"),
        ("i64.clz", "i64", "i64"),
        ("i64.ctz", "i64", "i64"),
    ];
    let text = module(&operators);
    for place in places() {
        let scene = place.scene(&text).expect("it can be instantiated");
        for a in I32 {
            for b in [0, 1, 31, 32, 33, 63, 64, -1, i32::MIN] {
                let check = |name: &str, value: i32| {
                    scene.expect(name, &[Val::I32(a), Val::I32(b)], Ok(&[Val::I32(value)]));
                };
                let shift = b.cast_unsigned() % 32;
                check("i32.shl", a << shift);
                check("i32.shr_s", a >> shift);
                check("i32.shr_u", (a.cast_unsigned() >> shift).cast_signed());
                check("i32.rotl", a.rotate_left(shift));
            }
            let check = |name: &str, value: u32| {
                scene.expect(name, &[Val::I32(a)], Ok(&[Val::I32(value.cast_signed())]));
            };
            check("i32.clz", a.leading_zeros());
            check("i32.ctz", a.trailing_zeros());
        }
        for a in I64 {
            let check = |name: &str, value: u32| {
                scene.expect(name, &[Val::I64(a)], Ok(&[Val::I64(value.into())]));
            };
            check("i64.clz", a.leading_zeros());
            check("i64.ctz", a.trailing_zeros());
        }
        scene.is_intact();
    }
}
