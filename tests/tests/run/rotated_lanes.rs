//! Lanes that are rotated by two shifts, which level 3 recognises if the rotation is by whole
//! bytes, and shifts that only look like a rotation.

use std::fmt::Write;

use cwamrc_tests::engine::Engine;
use wamr_shim::Val::I64;

/// The bitwise or of two shifts of lanes: the first vector to the left, and a vector to the right.
#[derive(Debug)]
struct Shifts {
    bits: u32,
    left: i32,
    right: i32,
    /// Whether the right shift is signed.
    signed: bool,
    /// Whether the right shift is of the second vector.
    other: bool,
    /// Whether it comes first.
    swapped: bool,
}

impl Shifts {
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for bits in [8, 16, 32, 64] {
            let width = bits as i32;
            for left in [0, 1, 7, 8, 12, 16, 24, 40, width - 8, width, width + 8, -8] {
                for right in [width - left, 8, -left] {
                    let shifts =
                        Self { bits, left, right, signed: false, other: false, swapped: left > 12 };
                    all.push(Self { signed: true, ..shifts });
                    all.push(Self { other: true, ..shifts });
                    all.push(shifts);
                }
            }
        }
        all
    }

    fn function(&self, number: usize) -> String {
        let Self { bits, left, right, signed, other, swapped } = self;
        let shape = format!("i{bits}x{}", 128 / bits);
        let (sign, vector) = (if *signed { 's' } else { 'u' }, u32::from(*other));
        let left = format!("({shape}.shl (local.get 0) (i32.const {left}))");
        let right = format!("({shape}.shr_{sign} (local.get {vector}) (i32.const {right}))");
        let (first, second) = if *swapped { (right, left) } else { (left, right) };
        format!(
            "(func $f{number} (param v128 v128) (result v128) (v128.or {first} {second}))
             (func (export \"f{number}\")
               (v128.store (i32.const 32)
                 (call $f{number} (v128.load (i32.const 0)) (v128.load (i32.const 16)))))\n"
        )
    }

    /// The expected result, lane by lane. Shift amounts count modulo the width of a lane.
    fn expected(&self, [first, second]: [u128; 2]) -> u128 {
        let bits = self.bits;
        let [left, right] = [self.left, self.right].map(|by| by.rem_euclid(bits as i32) as u32);
        let mask = u128::MAX >> (128 - bits);
        let lane = |vector: u128, lane: u32| vector >> (lane * bits) & mask;
        let right_operand = if self.other { second } else { first };
        (0..128 / bits).fold(0, |result, index| {
            let shifted_left = lane(first, index) << left & mask;
            let value = lane(right_operand, index);
            let shifted_right = match self.signed {
                // Moves the lane to the upper end, so that its sign is the number's.
                true => (((value << (128 - bits)) as i128 >> (128 - bits) >> right) as u128) & mask,
                false => value >> right,
            };
            result | (shifted_left | shifted_right) << (index * bits)
        })
    }
}

#[test]
fn two_shifts_of_the_same_lanes() {
    let all = Shifts::all();
    let mut module = "(module (memory 1)
        (func (export \"set\") (param i32 i64) (i64.store (local.get 0) (local.get 1)))
        (func (export \"get\") (param i32) (result i64) (i64.load (local.get 0)))\n"
        .to_owned();
    for (number, shifts) in all.iter().enumerate() {
        module.push_str(&shifts.function(number));
    }
    write!(module, ")").unwrap();
    let vectors =
        [0x8182_8384_0506_0708_f1f2_7374_fafb_7c7d, 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210];
    for engine in Engine::compiled().map(Engine::with_vectors) {
        let instance = engine.instantiate(&module, Vec::new());
        let set = |address: i32, value: u128| {
            for (address, half) in [(address, value), (address + 8, value >> 64)] {
                let arguments = [wamr_shim::Val::I32(address), I64(half as i64)];
                instance.call("set", &arguments).expect("it is inside");
            }
        };
        let get = |address| match instance.call("get", &[wamr_shim::Val::I32(address)]).as_deref() {
            Ok([I64(half)]) => u128::from(half.cast_unsigned()),
            other => panic!("{engine}: {other:?}"),
        };
        set(0, vectors[0]);
        set(16, vectors[1]);
        for (number, shifts) in all.iter().enumerate() {
            instance.call(&format!("f{number}"), &[]).expect("it does not trap");
            let actual = get(32) | get(40) << 64;
            assert_eq!(actual, shifts.expected(vectors), "{engine}: {shifts:?}");
        }
    }
}
