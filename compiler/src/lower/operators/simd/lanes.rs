//! Single lanes, and their order.

use cranelift_codegen::ir::{ConstantData, InstBuilder, Type, Value, types};
use cranelift_frontend::FuncInstBuilder;

use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    /// Lane `lane`, converted to an operand by `emit`.
    pub(super) fn extract_lane(
        &mut self,
        ty: Type,
        lane: u8,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value) -> Value,
    ) {
        let vector = self.pop_lanes(ty);
        let value = self.emit.ins().extractlane(vector, lane);
        let result = emit(self.emit.ins(), value);
        self.push(result);
    }

    pub(super) fn replace_lane(&mut self, ty: Type, lane: u8) {
        let value = self.pop_lane_value(ty);
        let vector = self.pop_lanes(ty);
        let result = self.emit.ins().insertlane(vector, value, lane);
        self.push(result);
    }

    pub(super) fn splat(&mut self, ty: Type) {
        let value = self.pop_lane_value(ty);
        let result = self.emit.ins().splat(ty, value);
        self.push(result);
    }

    /// Pops a scalar as a lane of `ty`: narrow lanes take the low bits of an i32.
    fn pop_lane_value(&mut self, ty: Type) -> Value {
        let value = self.pop();
        let lane = ty.lane_type();
        if lane.bits() < 32 { self.emit.ins().ireduce(lane, value) } else { value }
    }

    pub(super) fn shuffle(&mut self, lanes: [u8; 16]) {
        let (first, second) = self.pop_lanes2(types::I8X16);
        let mask = self.emit.builder.func.dfg.immediates.push(ConstantData::from(&lanes[..]));
        let result = self.emit.ins().shuffle(first, second, mask);
        self.push(result);
    }
}
