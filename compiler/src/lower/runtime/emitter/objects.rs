//! Loads and stores in objects that the runtime collects, and in the tables that keep them alive.
//!
//! An object begins with the address of its type at run time, whose lowest bits are flags. Nothing
//! here tests for null.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value, types};
use wamr_abi::layout::{
    array_object, entry_frame, exec_env, extern_object, func_object, object, rtt, tiny_frame,
    type_flag, wasm_type,
};

use super::{Emitter, Region};
use crate::lower::signature::POINTER;
use crate::wamr::table_places;
use crate::wasm::{References, ValueType};

impl Emitter<'_, '_> {
    /// Notes that `value` is an object, so that it is kept alive while it is needed. Returns it.
    pub(in crate::lower) fn object(&mut self, value: Value) -> Value {
        if self.env.collector.is_some() {
            self.objects.insert(value);
        }
        value
    }

    /// The same, if values of type `ty` are objects.
    pub(in crate::lower) fn typed(&mut self, ty: ValueType, value: Value) -> Value {
        match ty.is_object(self.env.module.references) {
            true => self.object(value),
            false => value,
        }
    }

    /// Loads from `object`, `offset` bytes after its start.
    pub(in crate::lower) fn load_from_object(
        &mut self,
        ty: Type,
        object: Value,
        offset: u32,
    ) -> Value {
        let flags = self.flags(Region::Objects);
        self.ins().load(ty, flags, object, offset as i32)
    }

    /// Stores the low `size` bytes of `value`, or all of it if it is not an integer.
    pub(in crate::lower) fn store_to_object(
        &mut self,
        value: Value,
        size: u32,
        object: Value,
        offset: u32,
    ) {
        let flags = self.flags(Region::Objects);
        match size {
            1 => self.ins().istore8(flags, value, object, offset as i32),
            2 => self.ins().istore16(flags, value, object, offset as i32),
            _ => self.ins().store(flags, value, object, offset as i32),
        };
    }

    /// The number of elements of `array`.
    pub(in crate::lower) fn array_length(&mut self, array: Value) -> Value {
        let length = self.load_from_object(types::I32, array, array_object::LENGTH);
        self.ins().ushr_imm_u(length, i64::from(array_object::LENGTH_SHIFT))
    }

    /// The address for an access to element `index` of `array`, whose elements have `size` bytes.
    /// [`ELEMENTS`] is to be added.
    pub(in crate::lower) fn element_address(
        &mut self,
        array: Value,
        index: Value,
        size: u32,
    ) -> Value {
        let index = self.ins().uextend(POINTER, index);
        let bytes = self.ins().ishl_imm_u(index, i64::from(size.ilog2()));
        self.ins().iadd(array, bytes)
    }

    /// The type of `object` at run time, without flags.
    pub(in crate::lower) fn runtime_type_of(&mut self, object: Value) -> Value {
        let header = self.load_from_object(POINTER, object, object::HEADER);
        let mask = !i64::from(object::FLAGS);
        self.ins().band_imm_s(header, mask)
    }

    /// The flags of `object` that are set among [`object::FLAGS`].
    pub(in crate::lower) fn object_flags(&mut self, object: Value, flags: u32) -> Value {
        let header = self.load_from_object(types::I32, object, object::HEADER);
        self.ins().band_imm_u(header, i64::from(flags))
    }

    /// The kind of a type at run time: function, structure or array.
    pub(in crate::lower) fn kind_of_type(&mut self, runtime_type: Value) -> Value {
        let flags = self.constant_flags();
        self.ins().load(types::I32, flags, runtime_type, rtt::TYPE_FLAG as i32)
    }

    /// The type of the module that a type at run time stands for.
    pub(in crate::lower) fn defined_type(&mut self, runtime_type: Value) -> Value {
        let flags = self.constant_flags();
        self.ins().load(POINTER, flags, runtime_type, rtt::DEFINED_TYPE as i32)
    }

    /// The topmost supertype of a type at run time, or the type itself if it has no supertype.
    pub(in crate::lower) fn root_type(&mut self, runtime_type: Value) -> Value {
        let flags = self.constant_flags();
        self.ins().load(POINTER, flags, runtime_type, rtt::ROOT_TYPE as i32)
    }

    /// The number of types above a type of the module.
    pub(in crate::lower) fn depth_of_type(&mut self, defined: Value) -> Value {
        let flags = self.constant_flags();
        self.ins().uload16(types::I32, flags, defined, wasm_type::INHERIT_DEPTH as i32)
    }

    /// The type directly above a type of the module.
    pub(in crate::lower) fn parent_of_type(&mut self, defined: Value) -> Value {
        let flags = self.constant_flags();
        self.ins().load(POINTER, flags, defined, wasm_type::PARENT as i32)
    }

    fn constant_flags(&self) -> MemFlagsData {
        MemFlagsData::trusted().with_readonly()
    }

    /// The index of the function that an object refers to.
    pub(in crate::lower) fn function_of_object(&mut self, object: Value) -> Value {
        let flags = self.constant_flags();
        self.ins().load(types::I32, flags, object, func_object::FUNC_INDEX as i32)
    }

    /// The object inside an external reference.
    pub(in crate::lower) fn internal_object(&mut self, external: Value) -> Value {
        let value = self.load_from_object(POINTER, external, extern_object::INTERNAL);
        self.object(value)
    }

    /// The runtime's type for type `index`.
    pub(in crate::lower) fn runtime_type(&mut self, index: u32) -> Value {
        let canonical = self.env.module.canonical_types[index as usize];
        let global = self.env.collector().runtime_types + canonical;
        let instance = self.module_instance();
        let offset = self.env.layout.global(global) as i32;
        if self.is_initialising {
            let flags = self.flags(Region::Instance);
            return self.ins().load(POINTER, flags, instance, offset);
        }
        let flags = self.constant_flags().with_can_move();
        self.ins().load(POINTER, flags, instance, offset)
    }

    /// The base and the offset of the address of the elements of a table that was added.
    pub(in crate::lower) fn added_table(&mut self, table: u32) -> (Value, u32) {
        (self.module_instance(), self.table_elements_offset(table))
    }

    /// The current number of elements of an added table.
    pub(in crate::lower) fn added_table_size(&mut self, table: u32) -> Value {
        let (base, offset) = self.added_table_size_place(table);
        let flags = self.flags(Region::Roots);
        self.ins().load(types::I32, flags, base, offset)
    }

    /// Changes the number of elements of an added table.
    pub(in crate::lower) fn set_added_table_size(&mut self, table: u32, size: Value) {
        let (base, offset) = self.added_table_size_place(table);
        let flags = self.flags(Region::Roots);
        self.ins().store(flags, size, base, offset);
    }

    pub(in crate::lower) fn added_table_size_place(&mut self, table: u32) -> (Value, i32) {
        let offset = self.env.layout.table(table).offset + table_places(References::Objects).size;
        (self.module_instance(), offset as i32)
    }

    /// Whether the host has entered the module while no other function was under way, as far as the
    /// frames on the wasm stack show it. The runtime has pushed a frame for the function that it
    /// enters.
    pub(in crate::lower) fn is_outermost(&mut self) -> Value {
        if self.env.has_tiny_frames {
            let end = self.frames_end();
            let (exec_env, offset) = (self.exec_env, exec_env::WASM_STACK_BOTTOM as i32);
            let flags = self.flags(Region::Frames);
            let bottom = self.ins().load(POINTER, flags, exec_env, offset);
            let used = self.ins().isub(end, bottom);
            let own = i64::from(tiny_frame::SIZE);
            return self.ins().icmp_imm_u(IntCC::UnsignedLessThanOrEqual, used, own);
        }
        let innermost = self.current_frame();
        let done = self.builder.create_block();
        let previous = self.builder.append_block_param(done, POINTER);
        let some = self.builder.create_block();
        self.ins().brif(innermost, some, &[], done, &[innermost.into()]);
        self.continue_in(some);
        let flags = self.flags(Region::Frames);
        let offset = entry_frame::PREVIOUS as i32;
        let below = self.ins().load(POINTER, flags, innermost, offset);
        self.ins().jump(done, &[below.into()]);
        self.continue_in(done);
        self.ins().icmp_imm_u(IntCC::Equal, previous, 0)
    }
}

/// The offset of the first element in an array.
pub(in crate::lower) const ELEMENTS: u32 = array_object::ELEMS;
/// The flag of objects of the host.
pub(in crate::lower) const OF_HOST: u32 = object::HOST_FLAG;
/// The kind of structures.
pub(in crate::lower) const STRUCTURE: u32 = type_flag::STRUCT;
/// The kind of arrays.
pub(in crate::lower) const ARRAY: u32 = type_flag::ARRAY;
