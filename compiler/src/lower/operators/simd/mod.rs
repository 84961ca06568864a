//! Fixed-width and relaxed SIMD, one file per family (spec sections 4.3.5 and 4.4.3).
//!
//! Invariants: a vector on the operand stack has the lane type of the operator that made it, and is
//! converted to the lane type of the operator that takes it, which costs no instruction. Outside of
//! operator code a vector is sixteen bytes. Nothing here emits instructions that Cranelift would
//! turn into a call of a library function, since the runtime has none for vectors.

mod bitwise;
mod conversion;
mod dispatch;
mod float;
mod integer;
mod lanes;
mod memory;
mod relaxed;

use cranelift_codegen::ir::{InstBuilder, Type, Value};
use cranelift_frontend::FuncInstBuilder;

use crate::lower::context::Lowering;

/// Which lanes of a vector are widened.
#[derive(Clone, Copy)]
enum Half {
    Low,
    High,
}

/// How the upper bits of a widened lane are filled.
#[derive(Clone, Copy)]
enum Sign {
    Signed,
    Unsigned,
}

impl Lowering<'_, '_> {
    /// Pops a vector as lanes of type `ty`.
    fn pop_lanes(&mut self, ty: Type) -> Value {
        let value = self.pop_condition();
        self.emit.as_lanes(ty, value)
    }

    fn pop_lanes2(&mut self, ty: Type) -> (Value, Value) {
        let second = self.pop_lanes(ty);
        (self.pop_lanes(ty), second)
    }

    /// An operator on one vector.
    fn lanes1(&mut self, ty: Type, emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value) -> Value) {
        let vector = self.pop_lanes(ty);
        let result = emit(self.emit.ins(), vector);
        let result = self.with_canonical_nans(result);
        self.push(result);
    }

    /// An operator on two vectors with lanes of the same type.
    fn lanes2(
        &mut self,
        ty: Type,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value, Value) -> Value,
    ) {
        let (first, second) = self.pop_lanes2(ty);
        let result = emit(self.emit.ins(), first, second);
        let result = self.with_canonical_nans(result);
        self.push(result);
    }

    /// Half of the lanes of `vector`, widened to twice their width.
    fn widen_half(&mut self, vector: Value, half: Half, sign: Sign) -> Value {
        match (half, sign) {
            (Half::Low, Sign::Signed) => self.emit.ins().swiden_low(vector),
            (Half::High, Sign::Signed) => self.emit.ins().swiden_high(vector),
            (Half::Low, Sign::Unsigned) => self.emit.ins().uwiden_low(vector),
            (Half::High, Sign::Unsigned) => self.emit.ins().uwiden_high(vector),
        }
    }

    /// The sums of neighbouring lanes of `vector`, with twice the width.
    fn widening_pairwise_add(&mut self, vector: Value, sign: Sign) -> Value {
        let low = self.widen_half(vector, Half::Low, sign);
        let high = self.widen_half(vector, Half::High, sign);
        self.emit.ins().iadd_pairwise(low, high)
    }

    /// The signed products of the lanes of `a` and `b`, with twice the width, neighbours added.
    fn dot_product(&mut self, a: Value, b: Value) -> Value {
        let [low, high] = [Half::Low, Half::High].map(|half| {
            let a = self.widen_half(a, half, Sign::Signed);
            let b = self.widen_half(b, half, Sign::Signed);
            self.emit.ins().imul(a, b)
        });
        self.emit.ins().iadd_pairwise(low, high)
    }
}
