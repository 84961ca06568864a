//! Operators on the 128 bits of vectors, and their constants.

use cranelift_codegen::ir::{
    ConstantData, DataFlowGraph, InstBuilder, InstructionData, Opcode, Type, Value, types,
};

use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    pub(super) fn v128_const(&mut self, value: wasmparser::V128) {
        let result = self.emit.vector_constant(types::I8X16, *value.bytes());
        self.push(result);
    }

    /// `v128.or`. If it combines two shifts of the same lanes, it rotates the lanes; by whole
    /// bytes, that is a single shuffle.
    pub(super) fn or(&mut self) {
        let (first, second) = self.pop_lanes2(types::I8X16);
        let dfg = &mut self.emit.builder.func.dfg;
        let rotated = self.env.shuffles_rotate.then(|| rotated_bytes(dfg, first, second)).flatten();
        let result = match rotated {
            Some((vector, bytes)) => {
                let mask = dfg.immediates.push(ConstantData::from(&bytes[..]));
                let vector = self.emit.as_lanes(types::I8X16, vector);
                self.emit.ins().shuffle(vector, vector, mask)
            }
            None => self.emit.ins().bor(first, second),
        };
        self.push(result);
    }

    pub(super) fn bitselect(&mut self) {
        let (ones, zeros, mask) = self.pop3();
        let result = self.emit.ins().bitselect(mask, ones, zeros);
        self.push(result);
    }
}

/// The vector whose lanes are rotated by whole bytes if `first` and `second` are combined, and the
/// source of each byte.
fn rotated_bytes(dfg: &DataFlowGraph, first: Value, second: Value) -> Option<(Value, [u8; 16])> {
    let first = shifted_lanes(dfg, first)?;
    let second = shifted_lanes(dfg, second)?;
    let (left, right) = match (first.opcode, second.opcode) {
        (Opcode::Ishl, Opcode::Ushr) => (first, second),
        (Opcode::Ushr, Opcode::Ishl) => (second, first),
        _ => return None,
    };
    let bits = left.ty.lane_bits();
    if (left.vector, left.ty) != (right.vector, right.ty)
        || left.amount + right.amount != bits
        || !left.amount.is_multiple_of(8)
    {
        return None;
    }
    let (width, by) = ((bits / 8) as u8, (left.amount / 8) as u8);
    // Lane 0 is at the lowest address, and so is the lowest byte of each lane.
    let source = |byte: u8| byte / width * width + (byte % width + width - by) % width;
    Some((left.vector, std::array::from_fn(|byte| source(byte as u8))))
}

/// Lanes shifted by a constant.
struct ShiftedLanes {
    opcode: Opcode,
    /// Of the lanes.
    ty: Type,
    /// Whatever its type is.
    vector: Value,
    /// Less than the width of a lane.
    amount: u32,
}

fn shifted_lanes(dfg: &DataFlowGraph, value: Value) -> Option<ShiftedLanes> {
    let value = without_bitcasts(dfg, value);
    let InstructionData::Binary { opcode, args: [vector, amount] } = *definition(dfg, value)?
    else {
        return None;
    };
    let InstructionData::UnaryImm { opcode: Opcode::Iconst, imm } = *definition(dfg, amount)?
    else {
        return None;
    };
    let ty = dfg.value_type(value);
    let amount = imm.bits() as u32 % ty.lane_bits();
    Some(ShiftedLanes { opcode, ty, vector: without_bitcasts(dfg, vector), amount })
}

fn definition(dfg: &DataFlowGraph, value: Value) -> Option<&InstructionData> {
    let inst = dfg.value_def(dfg.resolve_aliases(value)).inst()?;
    Some(&dfg.insts[inst])
}

/// The value with the same bits before any bitcasts.
fn without_bitcasts(dfg: &DataFlowGraph, value: Value) -> Value {
    let mut value = dfg.resolve_aliases(value);
    while let Some(&InstructionData::LoadNoOffset { opcode: Opcode::Bitcast, arg, .. }) =
        definition(dfg, value)
    {
        value = dfg.resolve_aliases(arg);
    }
    value
}
