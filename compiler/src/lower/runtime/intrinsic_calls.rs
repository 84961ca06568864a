//! Compiles operators to calls of the runtime, if the options ask for it.
//!
//! An operator is first lowered to its instruction. If it should be a call, the instruction is
//! removed again, and the call takes its operands. What must be tested before, such as a divisor,
//! has been tested by then. Operands that are valid for the instruction but undefined in C are not
//! passed to the helper, and results that C leaves open are corrected to those of the operator.
//! Source: `core/iwasm/aot/aot_intrinsic.c`.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{Inst, InstBuilder, Opcode, Type, Value, types};
use wamr_abi::helpers::Helper;

use crate::lower::context::Lowering;

/// The helper that does the same as an instruction with operands of type `from` and the result type
/// `to`.
fn helper(opcode: Opcode, from: Type, to: Type) -> Option<Helper> {
    const F32: Type = types::F32;
    const F64: Type = types::F64;
    const I32: Type = types::I32;
    const I64: Type = types::I64;
    Some(match (opcode, from, to) {
        (Opcode::Fadd, F32, _) => Helper::IntrinsicFaddF32,
        (Opcode::Fadd, F64, _) => Helper::IntrinsicFaddF64,
        (Opcode::Fsub, F32, _) => Helper::IntrinsicFsubF32,
        (Opcode::Fsub, F64, _) => Helper::IntrinsicFsubF64,
        (Opcode::Fmul, F32, _) => Helper::IntrinsicFmulF32,
        (Opcode::Fmul, F64, _) => Helper::IntrinsicFmulF64,
        (Opcode::Fdiv, F32, _) => Helper::IntrinsicFdivF32,
        (Opcode::Fdiv, F64, _) => Helper::IntrinsicFdivF64,
        (Opcode::Fabs, F32, _) => Helper::IntrinsicFabsF32,
        (Opcode::Fabs, F64, _) => Helper::IntrinsicFabsF64,
        (Opcode::Ceil, F32, _) => Helper::IntrinsicCeilF32,
        (Opcode::Ceil, F64, _) => Helper::IntrinsicCeilF64,
        (Opcode::Floor, F32, _) => Helper::IntrinsicFloorF32,
        (Opcode::Floor, F64, _) => Helper::IntrinsicFloorF64,
        (Opcode::Trunc, F32, _) => Helper::IntrinsicTruncF32,
        (Opcode::Trunc, F64, _) => Helper::IntrinsicTruncF64,
        (Opcode::Nearest, F32, _) => Helper::IntrinsicRintF32,
        (Opcode::Nearest, F64, _) => Helper::IntrinsicRintF64,
        (Opcode::Sqrt, F32, _) => Helper::IntrinsicSqrtF32,
        (Opcode::Sqrt, F64, _) => Helper::IntrinsicSqrtF64,
        (Opcode::Fcopysign, F32, _) => Helper::IntrinsicCopysignF32,
        (Opcode::Fcopysign, F64, _) => Helper::IntrinsicCopysignF64,
        (Opcode::Fmin, F32, _) => Helper::IntrinsicFminF32,
        (Opcode::Fmin, F64, _) => Helper::IntrinsicFminF64,
        (Opcode::Fmax, F32, _) => Helper::IntrinsicFmaxF32,
        (Opcode::Fmax, F64, _) => Helper::IntrinsicFmaxF64,
        (Opcode::Clz, I32, _) => Helper::IntrinsicClzI32,
        (Opcode::Clz, I64, _) => Helper::IntrinsicClzI64,
        (Opcode::Ctz, I32, _) => Helper::IntrinsicCtzI32,
        (Opcode::Ctz, I64, _) => Helper::IntrinsicCtzI64,
        (Opcode::Popcnt, I32, _) => Helper::IntrinsicPopcntI32,
        (Opcode::Popcnt, I64, _) => Helper::IntrinsicPopcntI64,
        (Opcode::Fdemote, _, _) => Helper::IntrinsicF64ToF32,
        (Opcode::Fpromote, _, _) => Helper::IntrinsicF32ToF64,
        (Opcode::Sdiv, I32, _) => Helper::IntrinsicI32DivS,
        (Opcode::Sdiv, I64, _) => Helper::IntrinsicI64DivS,
        (Opcode::Udiv, I32, _) => Helper::IntrinsicI32DivU,
        (Opcode::Udiv, I64, _) => Helper::IntrinsicI64DivU,
        (Opcode::Srem, I32, _) => Helper::IntrinsicI32RemS,
        (Opcode::Srem, I64, _) => Helper::IntrinsicI64RemS,
        (Opcode::Urem, I32, _) => Helper::IntrinsicI32RemU,
        (Opcode::Urem, I64, _) => Helper::IntrinsicI64RemU,
        (Opcode::Bor, I64, _) => Helper::IntrinsicI64BitOr,
        (Opcode::Band, I64, _) => Helper::IntrinsicI64BitAnd,
        (Opcode::FcvtFromSint, from, to) => from_integer(true, from, to),
        (Opcode::FcvtFromUint, from, to) => from_integer(false, from, to),
        _ => return None,
    })
}

fn from_integer(signed: bool, from: Type, to: Type) -> Helper {
    match (signed, from == types::I64, to == types::F64) {
        (true, false, false) => Helper::IntrinsicI32ToF32,
        (true, false, true) => Helper::IntrinsicI32ToF64,
        (true, true, false) => Helper::IntrinsicI64ToF32,
        (true, true, true) => Helper::IntrinsicI64ToF64,
        (false, false, false) => Helper::IntrinsicU32ToF32,
        (false, false, true) => Helper::IntrinsicU32ToF64,
        (false, true, false) => Helper::IntrinsicU64ToF32,
        (false, true, true) => Helper::IntrinsicU64ToF64,
    }
}

/// The helper that converts a float in range to an integer.
fn to_integer(signed: bool, from: Type, to: Type) -> Helper {
    match (signed, from == types::F64, to == types::I64) {
        (true, false, false) => Helper::IntrinsicF32ToI32,
        (true, false, true) => Helper::IntrinsicF32ToI64,
        (true, true, false) => Helper::IntrinsicF64ToI32,
        (true, true, true) => Helper::IntrinsicF64ToI64,
        (false, false, false) => Helper::IntrinsicF32ToU32,
        (false, false, true) => Helper::IntrinsicF32ToU64,
        (false, true, false) => Helper::IntrinsicF64ToU32,
        (false, true, true) => Helper::IntrinsicF64ToU64,
    }
}

/// WAMR's `AOTFloatCond`.
fn float_condition(cc: FloatCC) -> Option<i64> {
    Some(match cc {
        FloatCC::Equal => 0,
        FloatCC::NotEqual => 1,
        FloatCC::LessThan => 2,
        FloatCC::GreaterThan => 3,
        FloatCC::LessThanOrEqual => 4,
        FloatCC::GreaterThanOrEqual => 5,
        _ => return None,
    })
}

impl Lowering<'_, '_> {
    /// The value of an operator whose instruction has just been emitted with `result`, or of the
    /// call that replaces it.
    pub(in crate::lower) fn or_called(&mut self, result: Value) -> Value {
        if self.env.intrinsics.is_empty() {
            return result;
        }
        let dfg = &self.emit.builder.func.dfg;
        // Some operators return an operand.
        let Some(inst) = self.last_instruction(result) else { return result };
        let args = dfg.inst_args(inst).to_vec();
        let (opcode, to) = (dfg.insts[inst].opcode(), dfg.value_type(result));
        let Some(&first) = args.first() else { return result };
        let Some(helper) = helper(opcode, dfg.value_type(first), to) else { return result };
        self.replaced(inst, helper, &args).unwrap_or(result)
    }

    /// The same, with canonical NaNs if the options ask for them.
    pub(in crate::lower) fn settled(&mut self, result: Value) -> Value {
        let value = self.or_called(result);
        if value == result {
            return self.with_canonical_nans(result);
        }
        // The result of C code is not canonical on any machine: a library may return an operand.
        match self.makes_nans_canonical(result) {
            true => self.canonical(value),
            false => value,
        }
    }

    /// The same for a conversion of a float in range.
    pub(in crate::lower) fn or_called_conversion(&mut self, signed: bool, result: Value) -> Value {
        let Some(inst) = self.last_instruction(result) else { return result };
        let dfg = &self.emit.builder.func.dfg;
        let args = dfg.inst_args(inst).to_vec();
        let (from, to) = (dfg.value_type(args[0]), dfg.value_type(result));
        self.replaced(inst, to_integer(signed, from, to), &args).unwrap_or(result)
    }

    /// The same for a comparison of floats, which gives an 8-bit boolean.
    pub(in crate::lower) fn or_called_comparison(&mut self, cc: FloatCC, result: Value) -> Value {
        let Some(inst) = self.last_instruction(result) else { return result };
        let args = self.emit.builder.func.dfg.inst_args(inst).to_vec();
        let helper = match self.emit.builder.func.dfg.value_type(args[0]) {
            types::F32 => Helper::IntrinsicF32Cmp,
            _ => Helper::IntrinsicF64Cmp,
        };
        let Some(condition) = float_condition(cc).filter(|_| self.env.intrinsics.contains(helper))
        else {
            return result;
        };
        let condition = self.emit.ins().iconst(types::I32, condition);
        let args = [condition, args[0], args[1]];
        match self.replaced(inst, helper, &args) {
            Some(value) => self.emit.ins().icmp_imm_u(IntCC::NotEqual, value, 0),
            None => result,
        }
    }

    /// The instruction that computes `result`, if it is the last one in the current block.
    fn last_instruction(&self, result: Value) -> Option<Inst> {
        let func = &self.emit.builder.func;
        let inst = func.dfg.value_def(result).inst()?;
        let block = self.emit.builder.current_block()?;
        (func.layout.last_inst(block) == Some(inst)).then_some(inst)
    }

    /// Replaces `inst` by a call of `helper`, if that is requested.
    fn replaced(&mut self, inst: Inst, helper: Helper, args: &[Value]) -> Option<Value> {
        if !self.env.intrinsics.contains(helper) {
            return None;
        }
        self.emit.builder.func.layout.remove_inst(inst);
        let value = match (helper, args) {
            (Helper::IntrinsicI32RemS | Helper::IntrinsicI64RemS, &[dividend, divisor]) => {
                let divisor = self.without_minus_one(divisor);
                self.call_helper(helper, &[dividend, divisor])?
            }
            _ => self.call_helper(helper, args)?,
        };
        Some(self.as_operator_gives_it(helper, value))
    }

    /// Replaces -1 by 1: the remainder is 0 for both, but C leaves that of the minimum integer by
    /// -1 undefined, and on x86-64 it faults.
    fn without_minus_one(&mut self, divisor: Value) -> Value {
        let ty = self.emit.builder.func.dfg.value_type(divisor);
        let is_minus_one = self.emit.ins().icmp_imm_s(IntCC::Equal, divisor, -1);
        let one = self.emit.ins().iconst(ty, 1);
        self.emit.ins().select(is_minus_one, one, divisor)
    }

    /// The result of the operator if `helper` has returned `value`.
    fn as_operator_gives_it(&mut self, helper: Helper, value: Value) -> Value {
        match helper {
            // Counts of 64 bits have an undefined upper half before release 2.3.0.
            Helper::IntrinsicClzI64 | Helper::IntrinsicCtzI64 | Helper::IntrinsicPopcntI64 => {
                let low = self.emit.ins().ireduce(types::I32, value);
                self.emit.ins().uextend(types::I64, low)
            }
            // A C library may return a signalling NaN. A sum is a quiet one; adding -0 does not
            // change any other value, including zeros.
            Helper::IntrinsicCeilF32
            | Helper::IntrinsicFloorF32
            | Helper::IntrinsicTruncF32
            | Helper::IntrinsicRintF32 => {
                let zero = self.emit.ins().f32const(-0.0);
                self.emit.ins().fadd(value, zero)
            }
            Helper::IntrinsicCeilF64
            | Helper::IntrinsicFloorF64
            | Helper::IntrinsicTruncF64
            | Helper::IntrinsicRintF64 => {
                let zero = self.emit.ins().f64const(-0.0);
                self.emit.ins().fadd(value, zero)
            }
            _ => value,
        }
    }
}
