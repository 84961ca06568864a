//! Expressions and statements with vectors.

use wasm_encoder::{Instruction as I, ValType};

use super::body::Body;
use super::vector_operators::{DOUBLES, FLOATS, LANE_ACCESSES, LANES, LOADS, RELAXED, TOTAL};

impl Body<'_> {
    /// Sometimes generates an expression of type `ty` with a vector operator. Returns whether it
    /// did.
    pub(super) fn vector_expression(&mut self, ty: ValType) -> bool {
        let choice = self.random.below(16);
        match (ty, choice) {
            (ValType::V128, 0..=5) => self.vector_operator(),
            (ValType::V128, 6) => self.replace_lane(),
            (ValType::V128, 7) => self.shuffle(),
            (ValType::V128, 8 | 9) => self.vector_load(),
            (ValType::I32, 0) => self.operator(ty, TOTAL),
            (ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64, 1 | 2) => {
                self.extract_lane(ty);
            }
            _ => return false,
        }
        true
    }

    fn vector_operator(&mut self) {
        let (table, nan, compare) = match self.random.below(8) {
            // V8, which judges exceptions, takes the machine's instruction for these.
            7 if self.outline.proposals.exceptions.is_none() => (RELAXED, I::Nop, None),
            0 => (FLOATS, I::F32Const(f32::NAN.into()), Some((I::F32x4Splat, I::F32x4Ne))),
            1 => (DOUBLES, I::F64Const(f64::NAN.into()), Some((I::F64x2Splat, I::F64x2Ne))),
            _ => (TOTAL, I::Nop, None),
        };
        self.operator(ValType::V128, table);
        // Replaces the NaNs in the lanes by the canonical one.
        let Some((splat, not_equal)) = compare else { return };
        let temporary = self.reserved_local(ValType::V128);
        self.emit(I::LocalSet(temporary));
        self.emit(nan);
        self.emit(splat);
        self.emit(I::LocalGet(temporary));
        self.emit(I::LocalGet(temporary));
        self.emit(I::LocalGet(temporary));
        self.emit(not_equal);
        self.emit(I::V128Bitselect);
    }

    fn replace_lane(&mut self) {
        let (ty, lanes, _, replace) = self.random.choose(LANES);
        self.expressions(&[ValType::V128, ty]);
        let lane = self.random.below(lanes.into()) as u8;
        self.emit(replace(lane));
    }

    fn extract_lane(&mut self, ty: ValType) {
        let fitting: Vec<_> = LANES.iter().filter(|(other, ..)| *other == ty).collect();
        let (_, lanes, extract, _) = *self.random.choose(&fitting);
        self.expression(ValType::V128);
        let lane = self.random.below(lanes.into()) as u8;
        self.emit(extract(lane));
    }

    /// A shuffle, often one that machines have an instruction for.
    fn shuffle(&mut self) {
        self.expressions(&[ValType::V128, ValType::V128]);
        let width = self.random.choose(&[1, 1, 2, 4, 8]);
        let (start, step) = (self.random.below(32 / width), self.random.below(3));
        let any = self.random.below(2) == 0;
        let lanes = std::array::from_fn(|byte| {
            let chosen =
                if any { self.random.below(32 / width) } else { start + step * (byte / width) };
            (chosen % (32 / width) * width + byte % width) as u8
        });
        self.emit(I::I8x16Shuffle(lanes));
    }

    fn vector_load(&mut self) {
        if self.chance(3) {
            let (bytes, load, _) = self.random.choose(LANE_ACCESSES);
            self.address();
            self.expression(ValType::V128);
            let lane = self.random.below(16 / bytes as usize) as u8;
            let at = self.mem_arg(bytes);
            return self.emit(load(at, lane));
        }
        let (bytes, load) = self.random.choose(LOADS);
        self.address();
        let at = self.mem_arg(bytes);
        self.emit(load(at));
    }

    pub(super) fn vector_store(&mut self) {
        self.address();
        self.expression(ValType::V128);
        if self.chance(2) {
            let at = self.mem_arg(16);
            return self.emit(I::V128Store(at));
        }
        let (bytes, _, store) = self.random.choose(LANE_ACCESSES);
        let lane = self.random.below(16 / bytes as usize) as u8;
        let at = self.mem_arg(bytes);
        self.emit(store(at, lane));
    }
}
