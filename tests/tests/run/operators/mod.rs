//! Operators at the limits of their operands, in all forms that they are compiled to: an
//! instruction, a call of the runtime, a constant.
//!
//! Each operator is applied to all pairs of the [`values`], in loops that continue after a pair
//! that traps, and to constants. The [`oracle`] gives the expected results.

mod canonical_nans;
mod oracle;
mod replaced;
mod values;

use std::collections::BTreeMap;
use std::fmt::{Display, Write};

use cwamrc_tests::engine::Engine;
use wamr_shim::Instance;
use wamr_shim::Val::I32;

use self::oracle::{Outcome, TestedOperator, operators};
use self::values::{COUNT, COUNT_LOG2, Ty};

/// The address of the numbers of a type in memory.
fn table(ty: Ty) -> usize {
    ty as usize * 1024
}

/// The address of the results; each takes [`RESULT`] bytes.
const RESULTS: usize = 4096;
const RESULT: usize = 8;

/// The result of an operator, or the text of the trap.
type Actual = Result<u64, String>;

/// The numbers of all types, as data segments.
fn data() -> String {
    let segments = Ty::ALL.map(|ty| {
        let bytes = ty.values().into_iter().flat_map(move |value| {
            value.to_le_bytes().into_iter().take(ty.bytes()).collect::<Vec<_>>()
        });
        let bytes: String = bytes.map(|byte| format!("\\{byte:02x}")).collect();
        format!("(data (i32.const {}) \"{bytes}\")\n", table(ty))
    });
    segments.concat()
}

/// The beginning of all modules. The global is the number of the current pair.
fn head() -> String {
    format!(
        r#"(module (memory (export "memory") 1)
            (global $at (export "at") (mut i32) (i32.const 0)) {}"#,
        data()
    )
}

/// The number of operands or pairs of operands.
fn pairs(operator: &TestedOperator) -> usize {
    COUNT.pow(operator.operands as u32)
}

/// The operands of this number.
fn operands(operator: &TestedOperator, pair: usize) -> (u64, u64) {
    let values = operator.operand.values();
    match operator.operands {
        1 => (values[pair], 0),
        _ => (values[pair / COUNT], values[pair % COUNT]),
    }
}

/// A module with a function for each of `operators` that applies it to all pairs, starting with the
/// parameter, by calling a function that may be inlined.
fn module_of_pairs(operators: &[TestedOperator]) -> String {
    let mut text = head();
    for (index, operator) in operators.iter().enumerate() {
        let TestedOperator { name, operand, result, .. } = operator;
        let (operand, result, bytes) = (operand.name(), result.name(), operand.bytes());
        let load = |number: &str| {
            let table = table(operator.operand);
            format!("({operand}.load offset={table} (i32.mul {number} (i32.const {bytes})))")
        };
        let (params, gets, loads) = match operator.operands {
            1 => (operand.to_owned(), "(local.get 0)", load("(local.get $k)")),
            _ => {
                let first = format!("(i32.shr_u (local.get $k) (i32.const {COUNT_LOG2}))");
                let second = format!("(i32.and (local.get $k) (i32.const {}))", COUNT - 1);
                let loads = load(&first) + &load(&second);
                (format!("{operand} {operand}"), "(local.get 0) (local.get 1)", loads)
            }
        };
        write!(
            text,
            r#"
            (func $apply{index} (param {params}) (result {result}) ({name} {gets}))
            (func (export "f{index}") (param $k i32)
              (loop $next
                (global.set $at (local.get $k))
                ({result}.store offset={RESULTS} (i32.mul (local.get $k) (i32.const {RESULT}))
                  (call $apply{index} {loads}))
                (local.set $k (i32.add (local.get $k) (i32.const 1)))
                (br_if $next (i32.lt_u (local.get $k) (i32.const {})))))"#,
            pairs(operator)
        )
        .expect("a string takes everything");
    }
    text + ")"
}

/// Calls the function `name` until it reaches the end, each time continuing after the last trap.
/// Returns the texts of the traps by the number of the pair.
fn run(instance: &Instance, name: &str, count: usize) -> BTreeMap<usize, String> {
    let (mut traps, mut start) = (BTreeMap::new(), 0);
    while start < count {
        let Err(trap) = instance.call(name, &[I32(start as i32)]) else { break };
        let Some(I32(at)) = instance.global("at") else { panic!("no global after {trap:?}") };
        traps.insert(at as usize, trap.message);
        start = at as usize + 1;
    }
    traps
}

/// The results of `count` computations, without those that trapped.
fn results(
    instance: &Instance,
    ty: Ty,
    count: usize,
    mut traps: BTreeMap<usize, String>,
) -> Vec<Actual> {
    let memory = instance.memory().expect("there is a memory");
    let bytes = memory.read_vec(RESULTS, count * RESULT).expect("the results are inside");
    let values = bytes.chunks(RESULT).map(|bytes| {
        let mut value = [0; RESULT];
        value[..ty.bytes()].copy_from_slice(&bytes[..ty.bytes()]);
        u64::from_le_bytes(value)
    });
    values
        .enumerate()
        .map(|(at, value)| match traps.remove(&at) {
            Some(message) => Err(message),
            None => Ok(value),
        })
        .collect()
}

/// The bits of the canonical NaN.
fn canonical_nan(ty: Ty) -> u64 {
    if ty == Ty::F32 { 0x7fc0_0000 } else { 0x7ff8_0000_0000_0000 }
}

/// Which NaNs are permitted if the result is a NaN.
#[derive(Clone, Copy)]
enum Nans {
    /// All, including signalling ones: WAMR's interpreter uses C's rounding functions.
    Any,
    /// Those with the quiet bit, as in the specification.
    Arithmetic,
    /// One alone.
    Canonical,
}

impl Nans {
    /// Whether `bits` of the type `ty` are a permitted NaN.
    fn contain(self, ty: Ty, bits: u64) -> bool {
        let canonical = canonical_nan(ty);
        match (self, ty) {
            (Self::Any, Ty::F32) => f32::from_bits(bits as u32).is_nan(),
            (Self::Any, _) => f64::from_bits(bits).is_nan(),
            (Self::Arithmetic, _) => bits & canonical == canonical,
            (Self::Canonical, _) => bits == canonical,
        }
    }
}

/// Whether `actual` is permitted for an operator with results of type `ty`.
fn agrees(expected: Outcome, ty: Ty, actual: &Actual, nans: Nans) -> bool {
    match (expected, actual) {
        (Outcome::Bits(expected), Ok(actual)) => expected == *actual,
        (Outcome::Nan, Ok(actual)) => nans.contain(ty, *actual),
        (Outcome::Trap(expected), Err(actual)) => expected.message() == actual,
        _ => false,
    }
}

/// Collected mistakes, of which only a few are shown for each operator.
#[derive(Default)]
struct Mistakes(Vec<String>);

impl Mistakes {
    const SHOWN: usize = 3;

    /// Records which of `actual` are wrong; `operands` gives the operands of each number.
    fn compare(
        &mut self,
        engine: Engine,
        operator: &TestedOperator,
        actual: &[Actual],
        operands: impl Fn(usize) -> (u64, u64),
        nans: Nans,
    ) {
        let wrong = actual.iter().enumerate().filter_map(|(number, actual)| {
            let (first, second) = operands(number);
            let expected = operator.gives(first, second);
            let right = agrees(expected, operator.result, actual, nans);
            let what = || {
                let name = &operator.name;
                format!("{name} {first:#x} {second:#x}: {actual:x?}, not {expected:?}")
            };
            (!right).then(what)
        });
        for what in wrong.take(Self::SHOWN) {
            self.note(engine, &what);
        }
    }

    fn note(&mut self, engine: Engine, what: &impl Display) {
        self.0.push(format!("{engine}: {what}"));
    }

    fn expect_none(self) {
        assert!(self.0.is_empty(), "\n{}\n", self.0.join("\n"));
    }
}

/// Applies every operator to all pairs with each of `engines`.
fn check_pairs(engines: impl Iterator<Item = Engine>, nans: Nans) {
    let operators = operators();
    let module = module_of_pairs(&operators);
    let mut mistakes = Mistakes::default();
    for engine in engines {
        let instance = engine.instantiate(&module, Vec::new());
        for (index, operator) in operators.iter().enumerate() {
            let count = pairs(operator);
            let traps = run(&instance, &format!("f{index}"), count);
            let actual = results(&instance, operator.result, count, traps);
            let operands = |pair| operands(operator, pair);
            mistakes.compare(engine, operator, &actual, operands, nans);
        }
    }
    mistakes.expect_none();
}

/// The numbers that operators get as constants, in all pairs.
fn constants(operator: &TestedOperator) -> Vec<(u64, u64)> {
    const MOST: usize = 100;
    let interesting: &[u64] = match operator.operand {
        Ty::I32 => &[0, 1, 0xffff_ffff, 0x8000_0000, 0x7fff_ffff, 7, 32],
        Ty::I64 => &[0, 1, u64::MAX, 1 << 63, i64::MAX as u64, 7, 64],
        Ty::F32 => &[
            0,
            0x8000_0000,
            0x3fc0_0000,
            0x7f80_0000,
            0xff80_0000,
            0xffc0_0001,
            0x7f80_0001,
            0xff80_0001,
        ],
        Ty::F64 => &[
            0,
            1 << 63,
            0x3ff8_0000_0000_0000,
            0x7ff0_0000_0000_0000,
            0xfff0_0000_0000_0000,
            0xfff8_0000_0000_0001,
            0x7ff0_0000_0000_0001,
            0xfff0_0000_0000_0001,
        ],
    };
    let pairs: Vec<(u64, u64)> = match operator.operands {
        1 => operator.operand.values().into_iter().map(|value| (value, 0)).collect(),
        _ => {
            let all = |&first| interesting.iter().map(move |&second| (first, second));
            interesting.iter().flat_map(all).collect()
        }
    };
    assert!(pairs.len() <= MOST);
    pairs
}

/// A module with a function for each of `operators` that applies it to constants, starting with the
/// pair whose number is the parameter.
fn module_of_constants(operators: &[TestedOperator]) -> String {
    let mut text = head();
    for (index, operator) in operators.iter().enumerate() {
        let (ty, result) = (operator.operand, operator.result.name());
        let pairs = constants(operator);
        // The outermost block is that of the last pair.
        let blocks = "(block ".repeat(pairs.len());
        let numbers: Vec<String> = (0..pairs.len()).map(|number| number.to_string()).collect();
        let numbers = numbers.join(" ");
        write!(
            text,
            r#"(func (export "c{index}") (param $k i32) {blocks}
                (br_table {numbers} (local.get $k))"#
        )
        .expect("a string takes everything");
        for (number, &(first, second)) in pairs.iter().enumerate() {
            let second = if operator.operands == 1 { String::new() } else { ty.constant(second) };
            let (name, first) = (&operator.name, ty.constant(first));
            let place = RESULTS + number * RESULT;
            write!(
                text,
                r#")
                (global.set $at (i32.const {number}))
                ({result}.store (i32.const {place}) ({name} {first} {second}))"#
            )
            .expect("a string takes everything");
        }
        text.push(')');
    }
    text + ")"
}

/// Applies every operator to constants with each of `engines`.
fn check_constants(engines: impl Iterator<Item = Engine>, nans: Nans) {
    let operators = operators();
    let module = module_of_constants(&operators);
    let mut mistakes = Mistakes::default();
    for engine in engines {
        let instance = engine.instantiate(&module, Vec::new());
        for (index, operator) in operators.iter().enumerate() {
            let pairs = constants(operator);
            let traps = run(&instance, &format!("c{index}"), pairs.len());
            let actual = results(&instance, operator.result, pairs.len(), traps);
            mistakes.compare(engine, operator, &actual, |number| pairs[number], nans);
        }
    }
    mistakes.expect_none();
}
