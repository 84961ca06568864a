//! Structures.

use cranelift_codegen::ir::Value;
use wamr_abi::exceptions::TrapId;
use wamr_abi::helpers::Helper;
use wasmparser::StorageType;

use super::Extend;
use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    pub(in crate::lower) fn struct_new(&mut self, ty: u32) {
        let fields = self.env.module.definitions[ty as usize].fields();
        let values = self.top(fields.len()).to_vec();
        let object = self.new_struct(ty, &values);
        self.drop_top(values.len());
        self.push(object);
    }

    /// A structure of type `ty` with these fields.
    pub(in crate::lower) fn new_struct(&mut self, ty: u32, values: &[Value]) -> Value {
        let object = self.allocate_struct(ty);
        for (&value, field) in values.iter().zip(0..) {
            let (storage, place) = self.field(ty, field);
            self.store_storage(storage, value, object, place);
        }
        object
    }

    pub(in crate::lower) fn struct_new_default(&mut self, ty: u32) {
        let object = self.allocate_struct(ty);
        self.push(object);
    }

    fn allocate_struct(&mut self, ty: u32) -> Value {
        let runtime_type = self.emit.runtime_type(ty);
        let exec_env = self.emit.exec_env();
        let object = self.call_helper(Helper::StructObjNew, &[exec_env, runtime_type]);
        self.allocated(object, TrapId::CreateStructFailed)
    }

    pub(in crate::lower) fn struct_get(&mut self, ty: u32, field: u32, extend: Extend) {
        let object = self.pop();
        self.check_operand(object, TrapId::NullStructureReference);
        let value = self.struct_field(ty, field, extend, object);
        self.push(value);
    }

    /// Field `field` of `object`, which is a structure of type `ty`.
    pub(in crate::lower) fn struct_field(
        &mut self,
        ty: u32,
        field: u32,
        extend: Extend,
        object: Value,
    ) -> Value {
        let (storage, place) = self.field(ty, field);
        self.load_storage(storage, extend, object, place)
    }

    pub(in crate::lower) fn struct_set(&mut self, ty: u32, field: u32) {
        let (object, value) = self.pop2();
        self.check_operand(object, TrapId::NullStructureReference);
        let (storage, place) = self.field(ty, field);
        self.store_storage(storage, value, object, place);
    }

    /// What a field stores, and where.
    fn field(&self, ty: u32, field: u32) -> (StorageType, u32) {
        let declared = &self.env.module.definitions[ty as usize].fields()[field as usize];
        (declared.element_type, self.env.object_layout.field(ty, field))
    }
}
