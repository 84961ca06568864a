//! Wasm parameters and results as native ones.
//!
//! Each is one value, except vectors in two cases. On machines where the runtime leaves f32
//! arguments unboxed, they are boxed before anything else uses them.
//!
//! If the runtime supports vectors, a vector that finds no free register is passed as two 8-byte
//! floats. The runtime puts such a vector into the next two stack slots, while the C convention
//! would align it to 16 bytes. Two floats find no free register either, so they arrive the way the
//! runtime passes them. Source: `wasm_runtime_invoke_native` in
//! `core/iwasm/common/wasm_runtime_common.c`.
//!
//! If the runtime does not support vectors, the file has two i64 in place of each vector in a type,
//! and so do the functions.

use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value, types};

use super::runtime::emitter::Emitter;
use super::signature::clif_type;
use crate::target::Vectors;
use crate::wasm::ValueType;

/// The number of floats and vectors that every target passes in registers.
const FLOAT_REGISTERS: usize = 8;

/// For each of `params`, whether it is a vector passed in halves.
fn split(params: &[ValueType], vectors: Vectors) -> impl Iterator<Item = bool> + '_ {
    let mut floats = 0;
    params.iter().map(move |ty| {
        let is_float = matches!(ty, ValueType::F32 | ValueType::F64 | ValueType::V128);
        floats += usize::from(is_float);
        let without_register = vectors != Vectors::Everywhere || floats > FLOAT_REGISTERS;
        *ty == ValueType::V128 && without_register
    })
}

/// Whether a result of type `ty` that is returned directly is a vector in halves.
fn splits_result(ty: ValueType, vectors: Vectors) -> bool {
    ty == ValueType::V128 && vectors != Vectors::Everywhere
}

/// The vector type whose lanes are the halves of a vector.
fn halves(vectors: Vectors) -> Type {
    match vectors {
        Vectors::Everywhere => types::F64X2,
        Vectors::InsideOnly { .. } => types::I64X2,
    }
}

fn native_type(ty: ValueType, split: bool, vectors: Vectors) -> impl Iterator<Item = Type> {
    let (ty, count) = if split { (halves(vectors).lane_type(), 2) } else { (clif_type(ty), 1) };
    std::iter::repeat_n(ty, count)
}

/// The native types of the parameters `params`.
pub(super) fn native_types(
    params: &[ValueType],
    vectors: Vectors,
) -> impl Iterator<Item = Type> + '_ {
    params
        .iter()
        .zip(split(params, vectors))
        .flat_map(move |(&ty, split)| native_type(ty, split, vectors))
}

/// The native types of the first result, which has type `ty`.
pub(super) fn native_result_types(ty: ValueType, vectors: Vectors) -> impl Iterator<Item = Type> {
    native_type(ty, splits_result(ty, vectors), vectors)
}

impl Emitter<'_, '_> {
    /// The native parameters of a function that the runtime may enter, ready for use.
    pub(super) fn received_params(&mut self) -> Vec<Value> {
        let mut params = self.params().to_vec();
        if self.env.unboxed_f32_arguments {
            for param in &mut params {
                if self.builder.func.dfg.value_type(*param) == types::F32 {
                    *param = self.rebox(*param);
                }
            }
        }
        params
    }

    /// Takes an f32 from the lower half of a register for doubles, and boxes it there. No other
    /// instruction may use the value before; Cranelift keeps the pair of bitcasts.
    fn rebox(&mut self, value: Value) -> Value {
        let bits = self.ins().bitcast(types::I32, MemFlagsData::new(), value);
        self.ins().bitcast(types::F32, MemFlagsData::new(), bits)
    }

    /// The function's wasm parameters.
    pub(super) fn wasm_params(&mut self) -> Vec<Value> {
        let params = &self.ty().params;
        let native = self.received_params();
        let mut native = native[1..].iter().copied();
        let mut next = || native.next().expect("the signature was made from the parameters");
        split(params, self.env.vectors)
            .map(|split| if split { self.join_vector(next(), next()) } else { next() })
            .collect()
    }

    /// Appends the native values of the arguments `values` for `params`.
    pub(super) fn push_native_args(
        &mut self,
        params: &[ValueType],
        values: &[Value],
        args: &mut Vec<Value>,
    ) {
        for (&value, split) in values.iter().zip(split(params, self.env.vectors)) {
            if split {
                args.extend(self.split_vector(value));
            } else {
                args.push(value);
            }
        }
    }

    /// The directly returned result of a call: its first one, of type `ty`, if there is one.
    pub(super) fn wasm_result(&mut self, ty: Option<ValueType>, native: &[Value]) -> Vec<Value> {
        match (ty, native) {
            (Some(ty), &[low, high]) if splits_result(ty, self.env.vectors) => {
                vec![self.join_vector(low, high)]
            }
            (Some(ty), &[value]) => vec![self.typed(ty, value)],
            _ => native.to_vec(),
        }
    }

    /// Returns `value`, the function's first result, or nothing.
    pub(super) fn return_native(&mut self, value: Option<Value>) {
        match (value, self.ty().results.first()) {
            (Some(value), Some(&ty)) if splits_result(ty, self.env.vectors) => {
                let halves = self.split_vector(value);
                self.ins().return_(&halves);
            }
            _ => {
                self.ins().return_(value.as_slice());
            }
        }
    }

    fn join_vector(&mut self, low: Value, high: Value) -> Value {
        let ty = halves(self.env.vectors);
        let low = self.ins().scalar_to_vector(ty, low);
        let vector = self.ins().insertlane(low, high, 1);
        self.as_lanes(types::I8X16, vector)
    }

    fn split_vector(&mut self, vector: Value) -> [Value; 2] {
        let vector = self.as_lanes(halves(self.env.vectors), vector);
        [0, 1].map(|lane| self.ins().extractlane(vector, lane))
    }
}
