//! Conversions between vectors of integers and of floats.
//!
//! Conversions from two 64-bit lanes to four 32-bit lanes fill the other two with zeros.

use cranelift_codegen::ir::{InstBuilder, types};

use super::{Half, Sign};
use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    pub(super) fn convert_low_to_f64(&mut self, sign: Sign) {
        let vector = self.pop_lanes(types::I32X4);
        let wide = self.widen_half(vector, Half::Low, sign);
        let result = match sign {
            Sign::Signed => self.emit.ins().fcvt_from_sint(types::F64X2, wide),
            Sign::Unsigned => self.emit.ins().fcvt_from_uint(types::F64X2, wide),
        };
        self.push(result);
    }

    pub(super) fn trunc_sat_f64_zero(&mut self, sign: Sign) {
        let vector = self.pop_lanes(types::F64X2);
        let zeros = self.emit.vector_constant(types::I64X2, [0; 16]);
        // Targets without 64-bit conversions support only these pairs of instructions.
        let result = match sign {
            Sign::Signed => {
                let wide = self.emit.ins().fcvt_to_sint_sat(types::I64X2, vector);
                self.emit.ins().snarrow(wide, zeros)
            }
            Sign::Unsigned => {
                let wide = self.emit.ins().fcvt_to_uint_sat(types::I64X2, vector);
                self.emit.ins().uunarrow(wide, zeros)
            }
        };
        self.push(result);
    }
}
