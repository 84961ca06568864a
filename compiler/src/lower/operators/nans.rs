//! Makes NaNs the same on every machine, if the options ask for it.
//!
//! The specification does not fix the sign and the payload of a NaN that an operator computes, and
//! machines differ: some use those of one operand or the other, some give the canonical NaN. If no
//! operand is a NaN, the sign differs. So every NaN is replaced by the canonical one right after
//! the operator, in every lane, unless the machine's instructions have made it so.
//!
//! Operators that only move bits, loads, constants and values from the host are not changed.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::{InstBuilder, Opcode, Type, Value, types};

use crate::lower::context::Lowering;

/// Whether the instruction makes NaNs.
fn computes(opcode: Opcode) -> bool {
    matches!(
        opcode,
        Opcode::Fadd
            | Opcode::Fsub
            | Opcode::Fmul
            | Opcode::Fdiv
            | Opcode::Fmin
            | Opcode::Fmax
            | Opcode::Sqrt
            | Opcode::Ceil
            | Opcode::Floor
            | Opcode::Trunc
            | Opcode::Nearest
            | Opcode::Fdemote
            | Opcode::Fpromote
            | Opcode::Fvdemote
            | Opcode::FvpromoteLow
    )
}

/// The bytes of a vector of canonical NaNs.
fn canonical_vector(ty: Type) -> [u8; 16] {
    let bits = if ty == types::F32X4 {
        let lane = u128::from(Ieee32::NAN.bits());
        lane | lane << 32 | lane << 64 | lane << 96
    } else {
        let lane = u128::from(Ieee64::NAN.bits());
        lane | lane << 64
    };
    bits.to_le_bytes()
}

impl Lowering<'_, '_> {
    /// The value of an operator whose instruction computes `result`, with canonical NaNs if
    /// requested.
    pub(in crate::lower) fn with_canonical_nans(&mut self, result: Value) -> Value {
        if self.env.has_canonical_nans || !self.makes_nans_canonical(result) {
            return result;
        }
        self.canonical(result)
    }

    /// Whether NaNs must be made canonical in the result of the instruction that computes `result`.
    pub(in crate::lower) fn makes_nans_canonical(&self, result: Value) -> bool {
        let dfg = &self.emit.builder.func.dfg;
        self.env.canonical_nans
            && dfg.value_def(result).inst().is_some_and(|inst| computes(dfg.insts[inst].opcode()))
    }

    /// `value` with every NaN replaced by the canonical one.
    pub(in crate::lower) fn canonical(&mut self, value: Value) -> Value {
        let ty = self.emit.builder.func.dfg.value_type(value);
        if ty.is_vector() {
            // All machines have an instruction for this comparison of vectors.
            let is_number = self.emit.ins().fcmp(FloatCC::Equal, value, value);
            let is_number = self.emit.as_lanes(ty, is_number);
            let nans = self.emit.vector_constant(ty, canonical_vector(ty));
            return self.emit.ins().bitselect(is_number, value, nans);
        }
        let is_nan = self.emit.ins().fcmp(FloatCC::Unordered, value, value);
        let nan = match ty {
            types::F32 => self.emit.ins().f32const(Ieee32::NAN),
            _ => self.emit.ins().f64const(Ieee64::NAN),
        };
        self.emit.ins().select(is_nan, nan, value)
    }
}
