//! Objects that the runtime collects: structures, arrays, small integers, casts, and what is done
//! with them before a module starts.
//!
//! References are addresses, and null is 0. A reference to a small integer (`i31`) contains it, with
//! bit 0 set. Objects never move, so code may keep their addresses anywhere. But the collector does
//! not look for references in registers or on the native stack, so functions put those that they
//! need later into a table that serves as a stack (`roots.rs`).
//!
//! A test of null is explicit in code: the runtime could not tell a fault at a small address from
//! others, and would end the process.

mod arrays;
mod boundary;
mod casts;
mod functions;
mod initialise;
pub(super) mod roots;
mod segments;
mod structs;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, InstructionData, Value, types};
use wamr_abi::exceptions::TrapId;
use wamr_abi::helpers::Helper;
use wasmparser::{RefType, StorageType, ValType};

pub(crate) use functions::lower_function_object;
pub(crate) use initialise::{lower_chunk, lower_start};

use super::context::Lowering;
use super::optimise::addresses::Computed;
use super::signature::clif_type;
use crate::wamr::object_layout::storage_size;
use crate::wasm::{OperatorKind, References, ValueType};

/// What the validator knows about the operand of an operator that must not be null.
#[derive(Default)]
pub(super) struct StaticTypes {
    /// The type of the reference that the current operator works on.
    operand: Option<RefType>,
    /// The same for a second one.
    second: Option<RefType>,
}

/// How a packed field is extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extend {
    /// It is not packed, or it does not matter.
    None,
    /// With copies of its sign.
    Signed,
    /// With zeros.
    Unsigned,
}

/// The depths of the references that an operator works on, counted from the top of the stack.
pub(super) fn reference_depths(operator: OperatorKind) -> (usize, Option<usize>) {
    match operator {
        OperatorKind::StructSet | OperatorKind::ArrayGet => (1, None),
        OperatorKind::ArrayGetS | OperatorKind::ArrayGetU => (1, None),
        OperatorKind::ArraySet => (2, None),
        OperatorKind::ArrayFill | OperatorKind::ArrayInitData | OperatorKind::ArrayInitElem => {
            (3, None)
        }
        OperatorKind::ArrayCopy => (4, Some(2)),
        _ => (0, None),
    }
}

impl Lowering<'_, '_> {
    /// Notes the types of the references that the next operator works on.
    pub(super) fn note_types(&mut self, operand: Option<RefType>, second: Option<RefType>) {
        self.static_types = StaticTypes { operand, second };
    }

    /// The type of the operand, as far as it is known.
    fn operand_type(&self) -> RefType {
        self.static_types.operand.unwrap_or(RefType::ANYREF)
    }

    /// Raises `trap` if `object`, the operand of this operator, is null.
    fn check_operand(&mut self, object: Value, trap: TrapId) {
        self.check_object(object, self.static_types.operand, trap);
    }

    fn check_object(&mut self, object: Value, ty: Option<RefType>, trap: TrapId) {
        if ty.is_none_or(|ty| ty.is_nullable()) && !self.addresses.of(object).non_null {
            self.trap_if_compare_zero(object, trap);
            self.know_non_null(object);
        }
    }

    /// From here on, `object` is not null.
    pub(in crate::lower) fn know_non_null(&mut self, object: Value) {
        let known = self.addresses.of(object);
        self.addresses.remember(object, Computed { non_null: true, ..known });
    }

    /// The same if `condition`, which is zero from here on, tests an object for null.
    pub(in crate::lower) fn know_zero(&mut self, condition: Value) {
        if self.env.collector.is_none() {
            return;
        }
        let dfg = &self.emit.builder.func.dfg;
        let Some(test) = dfg.value_def(dfg.resolve_aliases(condition)).inst() else { return };
        if let InstructionData::IntCompare { cond: IntCC::Equal, args: [object, other], .. } =
            dfg.insts[test]
            && self.emit.objects.contains(object)
            && self.emit.constant(other) == Some(0)
        {
            self.know_non_null(object);
        }
    }

    fn trap_if_compare_zero(&mut self, object: Value, trap: TrapId) {
        let is_null = self.emit.ins().icmp_imm_u(IntCC::Equal, object, 0);
        self.trap_if(is_null, trap);
    }

    /// The object that an allocating helper has returned: null means that there is no room.
    fn allocated(&mut self, result: Option<Value>, trap: TrapId) -> Value {
        let object = result.expect("the helper returns the object");
        self.trap_if_compare_zero(object, trap);
        self.know_non_null(object);
        self.emit.object(object)
    }

    /// Loads a field or an element, `offset` bytes after `base`.
    fn load_storage(
        &mut self,
        storage: StorageType,
        extend: Extend,
        base: Value,
        offset: u32,
    ) -> Value {
        let ty = match storage {
            StorageType::I8 => types::I8,
            StorageType::I16 => types::I16,
            StorageType::Val(ty) => {
                let ty = self.stored_type(ty);
                let value = self.emit.load_from_object(clif_type(ty), base, offset);
                return self.emit.typed(ty, value);
            }
        };
        let value = self.emit.load_from_object(ty, base, offset);
        match extend {
            Extend::Signed => self.emit.ins().sextend(types::I32, value),
            _ => self.emit.ins().uextend(types::I32, value),
        }
    }

    fn stored_type(&self, ty: ValType) -> ValueType {
        let ty = ValueType::from_wasmparser(ty, References::Objects);
        ty.expect("parsing has converted the types")
    }

    /// Stores a field or an element.
    fn store_storage(&mut self, storage: StorageType, value: Value, base: Value, offset: u32) {
        self.emit.store_to_object(value, storage_size(storage), base, offset);
    }

    // Small integers (`i31`)

    pub(super) fn ref_i31(&mut self) {
        let value = self.pop();
        let doubled = self.emit.ins().ishl_imm_u(value, 1);
        let tagged = self.emit.ins().bor_imm_u(doubled, 1);
        let reference = self.emit.ins().uextend(types::I64, tagged);
        let reference = self.emit.object(reference);
        self.push(reference);
    }

    pub(super) fn i31_get(&mut self, extend: Extend) {
        let reference = self.pop();
        self.check_operand(reference, TrapId::NullI31Reference);
        let tagged = self.emit.ins().ireduce(types::I32, reference);
        let value = match extend {
            Extend::Signed => self.emit.ins().sshr_imm_u(tagged, 1),
            _ => self.emit.ins().ushr_imm_u(tagged, 1),
        };
        self.push(value);
    }

    pub(super) fn ref_eq(&mut self) {
        let (first, second) = self.pop2();
        let result = self.emit.ins().icmp(IntCC::Equal, first, second);
        self.push(result);
    }

    // Conversions

    pub(super) fn any_convert_extern(&mut self) {
        self.convert_unless_null(|lowering, reference| lowering.emit.internal_object(reference));
    }

    pub(super) fn extern_convert_any(&mut self) {
        self.convert_unless_null(|lowering, reference| {
            let exec_env = lowering.emit.exec_env();
            let helper = Helper::InternalObjToExternrefObj;
            let external = lowering.call_helper(helper, &[exec_env, reference]);
            lowering.allocated(external, TrapId::CreateExternrefFailed)
        });
    }

    fn convert_unless_null(&mut self, convert: impl FnOnce(&mut Self, Value) -> Value) {
        let reference = self.pop();
        let done = self.emit.create_block_with(&[ValueType::Object]);
        let some = self.emit.builder.create_block();
        self.emit.ins().brif(reference, some, &[], done, &[reference.into()]);
        self.emit.continue_in(some);
        let converted = convert(self, reference);
        self.emit.ins().jump(done, &[converted.into()]);
        self.emit.continue_in(done);
        let result = self.emit.builder.block_params(done)[0];
        self.push(result);
    }
}
