//! Lowers functions that are recognised as a 128-bit product to instructions for it.
//!
//! The stores are those of the body, in its order, so what traps, and where, stays the same.

use cranelift_codegen::ir::{InstBuilder, types};

use crate::lower::context::Lowering;
use crate::wasm::Mul128;

impl Lowering<'_, '_> {
    /// Lowers `product`, which is the whole innermost body, and closes the body's frame.
    pub(in crate::lower) fn lower_mul128(&mut self, product: &Mul128) {
        let [pointer, a, a_upper, b, b_upper] = [0, 1, 2, 3, 4].map(|local| {
            let variable = self.locals.variable(local);
            self.emit.builder.use_var(variable)
        });
        // The product of the lower halves is one or two instructions in this form.
        let [wide_a, wide_b] = [a, b].map(|half| self.emit.ins().uextend(types::I128, half));
        let wide = self.emit.ins().imul(wide_a, wide_b);
        let (lower, mut upper) = self.emit.ins().isplit(wide);
        for (half, other_upper) in [(a, b_upper), (b, a_upper)] {
            // Most factors are 64-bit numbers.
            if self.emit.constant(other_upper) != Some(0) {
                let cross = self.emit.ins().imul(half, other_upper);
                upper = self.emit.ins().iadd(upper, cross);
            }
        }
        for store in &product.stores {
            self.begin_operator(store.position);
            self.set_position(store.position);
            self.push(pointer);
            self.push(if store.upper { upper } else { lower });
            self.store(store.at, 8, |i, a, v| i.store(a.flags, v, a.address, a.displacement));
        }
        self.close_frame();
    }
}
