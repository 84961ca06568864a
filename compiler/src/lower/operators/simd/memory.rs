//! Loads and stores of vectors and of their lanes. Whole vectors are loaded and stored like
//! scalars. None has to be aligned.

use cranelift_codegen::ir::{InstBuilder, Type};
use wasmparser::MemArg;

use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    /// Loads one lane from memory into every lane.
    pub(super) fn load_splat(&mut self, at: MemArg, ty: Type) {
        self.load(at, ty.lane_type());
        let lane = self.pop_condition();
        let result = self.emit.ins().splat(ty, lane);
        self.push(result);
    }

    /// Loads the first lane from memory; the others are zero.
    pub(super) fn load_zero(&mut self, at: MemArg, ty: Type) {
        self.load(at, ty.lane_type());
        let lane = self.pop_condition();
        let result = self.emit.ins().scalar_to_vector(ty, lane);
        self.push(result);
    }

    /// Loads one lane from memory; the others come from a vector.
    pub(super) fn load_lane(&mut self, at: MemArg, ty: Type, lane: u8) {
        let vector = self.pop_lanes(ty);
        self.load(at, ty.lane_type());
        let value = self.pop_condition();
        let result = self.emit.ins().insertlane(vector, value, lane);
        self.push(result);
    }

    pub(super) fn store_lane(&mut self, at: MemArg, ty: Type, lane: u8) {
        let vector = self.pop_lanes(ty);
        let index = self.pop();
        let access = self.access(&at, index, ty.lane_type().bytes());
        let value = self.emit.ins().extractlane(vector, lane);
        self.emit.ins().store(access.flags, value, access.address, access.displacement);
    }
}
