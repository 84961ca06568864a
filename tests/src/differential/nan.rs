//! Code that replaces every NaN by the canonical one, so that floats can be compared bit by bit.

use wasm_encoder::{Function, ValType};
use wasmparser::Operator;

/// Floats of one kind on the stack.
#[derive(Clone, Copy)]
pub(super) enum Floats {
    F32,
    F64,
    F32x4,
    F64x2,
}

impl Floats {
    /// What `operator` converts, if it converts floats to others. wasm-smith leaves the NaNs of
    /// these unchanged, with or without the operand's payload.
    pub(super) fn converted(operator: &Operator<'_>) -> Option<Self> {
        match operator {
            Operator::F32DemoteF64 => Some(Self::F32),
            Operator::F64PromoteF32 => Some(Self::F64),
            Operator::F32x4DemoteF64x2Zero => Some(Self::F32x4),
            Operator::F64x2PromoteLowF32x4 => Some(Self::F64x2),
            _ => None,
        }
    }

    /// The type of the value.
    pub(super) fn ty(self) -> ValType {
        match self {
            Self::F32 => ValType::F32,
            Self::F64 => ValType::F64,
            Self::F32x4 | Self::F64x2 => ValType::V128,
        }
    }

    /// Replaces any NaN in the value on the stack, with `temporary`, a local of its type.
    pub(super) fn canonicalise(self, function: &mut Function, temporary: u32) {
        let mut sink = function.instructions();
        sink.local_set(temporary);
        match self {
            Self::F32 => sink.f32_const(f32::NAN.into()),
            Self::F64 => sink.f64_const(f64::NAN.into()),
            Self::F32x4 => sink.f32_const(f32::NAN.into()).f32x4_splat(),
            Self::F64x2 => sink.f64_const(f64::NAN.into()).f64x2_splat(),
        };
        sink.local_get(temporary).local_get(temporary).local_get(temporary);
        match self {
            Self::F32 => sink.f32_ne().select(),
            Self::F64 => sink.f64_ne().select(),
            Self::F32x4 => sink.f32x4_ne().v128_bitselect(),
            Self::F64x2 => sink.f64x2_ne().v128_bitselect(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind::Boundary;
    use super::super::prepare::prepare;
    use super::super::steer::Steer;
    use wasmi::{Engine, Instance, Linker, Module, Store, Val};

    /// Doubles that are NaNs with a payload.
    const NANS: &str = "(v128.const i64x2 -1 0x7ff0000000000001)";

    #[test]
    fn converted_vectors_contain_canonical_nans() {
        for steer in [Steer::OffVectors, Steer::Vectors] {
            for (convert, expected) in [
                ("f32x4.demote_f64x2_zero", 0x7fc0_0000_7fc0_0000),
                ("f64x2.promote_low_f32x4", 0x7ff8_0000_0000_0000),
            ] {
                let text = format!(
                    r#"(module (memory 1) (global $fuel (mut i32) (i32.const 9))
                      (func (export "f0") (result i64)
                        (i64x2.extract_lane 0 ({convert} {NANS}))))"#
                );
                let wasm = wat::parse_str(text).expect("the text is right");
                let prepared = prepare(wasm, 0, steer, Boundary::Open);
                let engine = Engine::default();
                let module = Module::new(&engine, &prepared.wasm).expect("it is valid");
                let mut store = Store::new(&engine, ());
                let instance: Instance = Linker::<()>::new(&engine)
                    .instantiate_and_start(&mut store, &module)
                    .expect("it has no imports");
                let mut results = [Val::I64(0)];
                let function = instance.get_func(&store, "f0").expect("it is exported");
                function.call(&mut store, &[], &mut results).expect("it does not trap");
                assert_eq!(results[0].i64(), Some(expected), "{convert}");
            }
        }
    }
}
