//! With canonical NaNs, results are bit-identical on every machine, in all lanes, and whether an
//! operator is an instruction or a call of the runtime.

use std::fmt::Write;

use cwamrc_tests::engine::Engine;
use wamr_shim::Val::I32;

use super::oracle::{Outcome, TestedOperator, operators};
use super::values::{COUNT, COUNT_LOG2, Ty};
use super::{Mistakes, Nans, RESULTS, canonical_nan, check_constants, check_pairs, table};

fn engines() -> impl Iterator<Item = Engine> {
    Engine::for_numbers().map(Engine::with_canonical_nans)
}

#[test]
fn operators_that_are_instructions() {
    check_pairs(engines(), Nans::Canonical);
}

#[test]
fn operators_that_are_calls() {
    check_pairs(engines().map(Engine::with_intrinsics), Nans::Canonical);
}

#[test]
fn constant_operands() {
    check_constants(engines(), Nans::Canonical);
}

/// An operator on vectors, and its result in each lane.
struct OnVectors {
    name: String,
    /// How many operands come from the pairs; a third one is the first again.
    operands: usize,
    lane: Ty,
    result: Ty,
    gives: Box<dyn Fn(u64, u64) -> u64>,
}

/// The bits of `operator`'s result for these operands, with canonical NaNs.
fn bits(operator: &TestedOperator, first: u64, second: u64) -> u64 {
    match operator.gives(first, second) {
        Outcome::Bits(bits) => bits,
        Outcome::Nan => canonical_nan(operator.result),
        Outcome::Trap(id) => panic!("{} traps: {id:?}", operator.name),
    }
}

/// The scalar operator with this name.
fn single(name: &str) -> TestedOperator {
    let found = operators().into_iter().find(|operator| operator.name == name);
    found.unwrap_or_else(|| panic!("there is no {name}"))
}

/// The vector operators that do in each lane what a scalar operator does. `prefix` comes before the
/// scalar name in some of their names.
fn lane_wise(lane: Ty, shape: &str, prefix: &str, names: &[&str]) -> Vec<OnVectors> {
    let operators = names.iter().map(|name| {
        let operator = single(&format!("{}.{name}", lane.name()));
        OnVectors {
            name: format!("{shape}.{prefix}{name}"),
            operands: operator.operands,
            lane,
            result: lane,
            gives: Box::new(move |first, second| bits(&operator, first, second)),
        }
    });
    operators.collect()
}

/// Multiplies and adds with two roundings; the addend is the first factor.
fn multiply_add(lane: Ty, shape: &str) -> [OnVectors; 2] {
    [("relaxed_madd", false), ("relaxed_nmadd", true)].map(|(name, negates)| {
        let [negate, multiply, add] =
            ["neg", "mul", "add"].map(|name| single(&format!("{}.{name}", lane.name())));
        let gives = move |first, second| {
            let factor = if negates { bits(&negate, first, 0) } else { first };
            bits(&add, bits(&multiply, factor, second), first)
        };
        let name = format!("{shape}.{name}");
        OnVectors { name, operands: 3, lane, result: lane, gives: Box::new(gives) }
    })
}

/// Selects the second operand if it is less, or greater, than the first, and copies its bits.
fn pseudo(lane: Ty, shape: &str) -> [OnVectors; 2] {
    ["pmin", "pmax"].map(|name| {
        let less = single(&format!("{}.lt", lane.name()));
        let is_min = name == "pmin";
        let gives = move |first, second| {
            let takes_second =
                if is_min { bits(&less, second, first) } else { bits(&less, first, second) };
            if takes_second == 1 { second } else { first }
        };
        let name = format!("{shape}.{name}");
        OnVectors { name, operands: 2, lane, result: lane, gives: Box::new(gives) }
    })
}

fn on_vectors() -> Vec<OnVectors> {
    let mut all = Vec::new();
    for (lane, shape) in [(Ty::F32, "f32x4"), (Ty::F64, "f64x2")] {
        let names = [
            "abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt", "add", "sub", "mul", "div",
            "min", "max",
        ];
        all.extend(lane_wise(lane, shape, "", &names));
        all.extend(lane_wise(lane, shape, "relaxed_", &["min", "max"]));
        all.extend(multiply_add(lane, shape));
        all.extend(pseudo(lane, shape));
    }
    for (name, lane, single_name) in [
        ("f32x4.demote_f64x2_zero", Ty::F64, "f32.demote_f64"),
        ("f64x2.promote_low_f32x4", Ty::F32, "f64.promote_f32"),
    ] {
        let operator = single(single_name);
        all.push(OnVectors {
            name: name.to_owned(),
            operands: 1,
            lane,
            result: operator.result,
            gives: Box::new(move |first, second| bits(&operator, first, second)),
        });
    }
    all
}

/// The second operand starts at each lane of the table in turn and wraps around, so that every
/// number is combined with every other one.
fn module(operators: &[OnVectors]) -> String {
    let mut text = super::head();
    for lane in [Ty::F32, Ty::F64] {
        let first = lane.values()[..4].to_vec();
        let bytes =
            first.iter().flat_map(|value| value.to_le_bytes().into_iter().take(lane.bytes()));
        let bytes: String = bytes.map(|byte| format!("\\{byte:02x}")).collect();
        let end = table(lane) + COUNT * lane.bytes();
        write!(text, "(data (i32.const {end}) \"{bytes}\")").expect("a string takes everything");
    }
    for (index, OnVectors { name, operands, lane, .. }) in operators.iter().enumerate() {
        let (table, bytes) = (table(*lane), lane.bytes());
        let gets = match operands {
            1 => "(local.get 0)",
            2 => "(local.get 0) (local.get 1)",
            _ => "(local.get 0) (local.get 1) (local.get 0)",
        };
        write!(
            text,
            r#"
            (func $apply{index} (param v128 v128) (result v128) ({name} {gets}))
            (func (export "f{index}") (local $k i32)
              (loop $next
                (v128.store offset={RESULTS} (i32.mul (local.get $k) (i32.const 16))
                  (call $apply{index}
                    (v128.load offset={table} (i32.mul (i32.const 16)
                      (i32.shr_u (local.get $k) (i32.const {COUNT_LOG2}))))
                    (v128.load offset={table} (i32.mul (i32.const {bytes})
                      (i32.and (local.get $k) (i32.const {}))))))
                (local.set $k (i32.add (local.get $k) (i32.const 1)))
                (br_if $next (i32.lt_u (local.get $k) (i32.const {})))))"#,
            COUNT - 1,
            vectors(*lane)
        )
        .expect("a string takes everything");
    }
    text + ")"
}

/// The number of pairs of vectors.
fn vectors(lane: Ty) -> usize {
    COUNT * COUNT * lane.bytes() / 16
}

impl OnVectors {
    /// The lanes of the result for this pair.
    fn expected(&self, pair: usize) -> Vec<u64> {
        let values = self.lane.values();
        let lanes = 16 / self.lane.bytes();
        let results = 16 / self.result.bytes();
        let (first, second) = (pair / COUNT * lanes, pair % COUNT);
        let result = |lane| (self.gives)(values[first + lane], values[(second + lane) % COUNT]);
        let filled = (0..lanes.min(results)).map(result);
        filled.chain(std::iter::repeat(0)).take(results).collect()
    }
}

#[test]
fn operators_on_vectors() {
    let operators = on_vectors();
    let module = module(&operators);
    let mut mistakes = Mistakes::default();
    for engine in engines().map(Engine::with_vectors) {
        let instance = engine.instantiate(&module, Vec::new());
        for (index, operator) in operators.iter().enumerate() {
            let called = instance.call(&format!("f{index}"), &[]);
            assert_eq!(called, Ok(Vec::new()), "{engine}: {}", operator.name);
            let memory = instance.memory().expect("there is a memory");
            let count = vectors(operator.lane);
            let actual = memory.read_vec(RESULTS, count * 16).expect("the results are inside");
            let wrong = actual.chunks(16).enumerate().find_map(|(pair, actual)| {
                let expected = operator.expected(pair);
                let actual: Vec<u64> = actual
                    .chunks(operator.result.bytes())
                    .map(|lane| {
                        lane.iter().rev().fold(0, |bits, &byte| bits << 8 | u64::from(byte))
                    })
                    .collect();
                let what = || format!("{} {pair}: {actual:x?}, not {expected:x?}", operator.name);
                (actual != expected).then(what)
            });
            if let Some(wrong) = wrong {
                mistakes.note(engine, &wrong);
            }
        }
    }
    mistakes.expect_none();
}

/// A NaN that is not the result of a computation keeps its bits: loaded, constant, moved, or from
/// the host.
#[test]
fn what_is_only_moved() {
    let module = r#"(module
        (memory 1) (data (i32.const 8) "\01\00\a0\ff")
        (global $g (mut f32) (f32.const -nan:0x200003))
        (func (export "loaded") (result i32) (i32.reinterpret_f32 (f32.load (i32.const 8))))
        (func (export "constant") (result i32)
          (i32.reinterpret_f32 (f32.const -nan:0x200002)))
        (func (export "global") (result i32) (i32.reinterpret_f32 (global.get $g)))
        (func (export "moved") (param f32) (result i32)
          (i32.reinterpret_f32 (f32.neg (f32.abs (local.get 0)))))
        (func (export "selected") (param f32) (result i32)
          (i32.reinterpret_f32 (select (local.get 0) (f32.const 1) (i32.const 1)))))"#;
    let nan = |payload: u32| 0xff80_0000 | payload;
    let result = |payload| Ok(vec![I32(nan(payload).cast_signed())]);
    for engine in engines() {
        let instance = engine.instantiate(module, Vec::new());
        assert_eq!(instance.call("loaded", &[]), result(0x20_0001), "{engine}");
        assert_eq!(instance.call("constant", &[]), result(0x20_0002), "{engine}");
        assert_eq!(instance.call("global", &[]), result(0x20_0003), "{engine}");
        let argument = [wamr_shim::Val::F32(nan(0x20_0004))];
        for function in ["moved", "selected"] {
            assert_eq!(instance.call(function, &argument), result(0x20_0004), "{engine}");
        }
    }
}
