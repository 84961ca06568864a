//! Wasm parameters as native ones.
//!
//! Each parameter is one value, but for vectors that find no register: the runtime puts them into
//! the next two stack slots of 8 bytes, while the C convention aligns them to 16 bytes. They are
//! passed as two floats of 8 bytes each, which find no register either and so arrive the way the
//! runtime sends them. On machines where the runtime leaves f32 arguments unboxed, they are boxed
//! before anything else sees them. Source: `wasm_runtime_invoke_native` in
//! `core/iwasm/common/wasm_runtime_common.c`.

use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value, types};

use super::context::Lowering;
use super::signature::clif_type;
use crate::wasm::ValueType;

/// How many floats and vectors every target passes in registers.
const FLOAT_REGISTERS: usize = 8;

/// For each of `params`, whether it is a vector passed as two floats.
fn split(params: &[ValueType]) -> impl Iterator<Item = bool> + '_ {
    let mut floats = 0;
    params.iter().map(move |ty| {
        let is_float = matches!(ty, ValueType::F32 | ValueType::F64 | ValueType::V128);
        floats += usize::from(is_float);
        *ty == ValueType::V128 && floats > FLOAT_REGISTERS
    })
}

/// Types of the native parameters that stand for `params`.
pub(super) fn native_types(params: &[ValueType]) -> impl Iterator<Item = Type> + '_ {
    params.iter().zip(split(params)).flat_map(|(&ty, split)| {
        let (ty, count) = if split { (types::F64, 2) } else { (clif_type(ty), 1) };
        std::iter::repeat_n(ty, count)
    })
}

impl Lowering<'_, '_> {
    /// The native parameters of a function that the runtime may enter, fit for use.
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

    /// Takes an f32 out of the lower half of a register for doubles, and makes it an f32 there. No
    /// other instruction may see the value before; Cranelift keeps the pair of bitcasts.
    fn rebox(&mut self, value: Value) -> Value {
        let bits = self.ins().bitcast(types::I32, MemFlagsData::new(), value);
        self.ins().bitcast(types::F32, MemFlagsData::new(), bits)
    }

    /// The function's wasm parameters.
    pub(super) fn wasm_params(&mut self) -> Vec<Value> {
        let params = &self.ty.params;
        let native = self.received_params();
        let mut native = native[1..].iter().copied();
        let mut next = || native.next().expect("the signature was made from the parameters");
        split(params)
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
        for (&value, split) in values.iter().zip(split(params)) {
            if split {
                args.extend(self.split_vector(value));
            } else {
                args.push(value);
            }
        }
    }

    fn join_vector(&mut self, low: Value, high: Value) -> Value {
        let low = self.ins().scalar_to_vector(types::F64X2, low);
        let vector = self.ins().insertlane(low, high, 1);
        self.as_lanes(types::I8X16, vector)
    }

    fn split_vector(&mut self, vector: Value) -> [Value; 2] {
        let vector = self.as_lanes(types::F64X2, vector);
        [0, 1].map(|lane| self.ins().extractlane(vector, lane))
    }
}
