//! Loads and stores in the runtime's structures: module instance, memory instance, globals, tables.
//!
//! Invariants: every offset comes from `wamr-abi` or from the instance layout. What cannot change
//! while a function runs is loaded once, in the entry block, where Cranelift can sink, share and
//! hoist the load. What can change is loaded where it is used.

use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AliasRegion, AliasRegionData, Inst, InstBuilder, MemFlagsData, Type, Value, types,
};
use wamr_abi::helpers::Helper;
use wamr_abi::layout::{exec_env, instance, memory, table};

use super::Emitter;
use crate::lower::func_id::native_symbol_slot;
use crate::lower::signature::{POINTER, clif_type};
use crate::wamr::table_places;
use crate::wasm::ValueType;

/// Parts of memory that never overlap, so that a store to one does not invalidate values of the
/// others.
#[derive(Clone, Copy)]
pub(in crate::lower) enum Region {
    /// Linear memory.
    Heap = 0,
    /// The runtime's structures, globals included.
    Instance = 1,
    /// Table slots.
    Table = 2,
    /// Frames for call stacks, and the pointer to their end.
    Frames = 3,
    /// Objects that the runtime collects.
    Objects = 4,
    /// Tables that were added for such objects.
    Roots = 5,
}

impl Region {
    /// For readers of the IR.
    fn description(self) -> &'static str {
        match self {
            Self::Heap => "linear memory",
            Self::Instance => "instance",
            Self::Table => "tables",
            Self::Frames => "call stack",
            Self::Objects => "objects",
            Self::Roots => "roots",
        }
    }
}

/// Values of the instance that are constant in the whole function.
#[derive(Default)]
pub(in crate::lower) struct InstanceValues {
    last_entry_inst: Option<Inst>,
    instance: Option<Value>,
    shared_memory: Option<Value>,
    memory_base: Option<Value>,
    func_type_indexes: Option<Value>,
    func_ptrs: Option<Value>,
    regions: [Option<AliasRegion>; 6],
}

impl Emitter<'_, '_> {
    /// Flags of an access to `region` that cannot fault.
    pub(in crate::lower) fn flags(&mut self, region: Region) -> MemFlagsData {
        let func = &mut *self.builder.func;
        let handle = *self.instance.regions[region as usize].get_or_insert_with(|| {
            let description = region.description().into();
            func.dfg.alias_regions.insert(AliasRegionData { user_id: region as u32, description })
        });
        MemFlagsData::new().with_notrap().with_alias_region(Some(handle))
    }

    /// Loads a pointer that is constant while the function runs, in the entry block.
    fn load_in_entry(&mut self, base: Value, offset: u32) -> Value {
        let flags = MemFlagsData::trusted().with_readonly().with_can_move();
        self.builder.ensure_inserted_block();
        let entry = self.entry;
        let first = self.builder.func.layout.first_inst(entry);
        let position = self.instance.last_entry_inst;
        if first.is_none() {
            // The entry block is still empty, so it is the current one.
            let value = self.ins().load(POINTER, flags, base, offset as i32);
            self.remember_entry_inst(value);
            return value;
        }
        let mut cursor = FuncCursor::new(self.builder.func);
        match position {
            Some(inst) => cursor.goto_after_inst(inst),
            None => cursor.goto_first_insertion_point(entry),
        }
        let value = cursor.ins().load(POINTER, flags, base, offset as i32);
        self.remember_entry_inst(value);
        value
    }

    fn remember_entry_inst(&mut self, value: Value) {
        self.instance.last_entry_inst = self.builder.func.dfg.value_def(value).inst();
    }

    /// The last of the loads at the start of the function, if there is any.
    pub(in crate::lower) fn end_of_entry_loads(&self) -> Option<Inst> {
        self.instance.last_entry_inst
    }

    /// The module instance.
    pub(in crate::lower) fn module_instance(&mut self) -> Value {
        match self.instance.instance {
            Some(value) => value,
            None => {
                let value = self.load_in_entry(self.exec_env, exec_env::MODULE_INST);
                self.instance.instance = Some(value);
                value
            }
        }
    }

    /// The address of a runtime helper, from the table that the loader fills for this file.
    pub(in crate::lower) fn helper_address(&mut self, helper: Helper) -> Value {
        let flags = MemFlagsData::trusted().with_readonly();
        let offset = exec_env::NATIVE_SYMBOL as i32;
        let table = self.builder.ins().load(POINTER, flags, self.exec_env, offset);
        let offset = POINTER.bytes() * native_symbol_slot(helper);
        self.ins().load(POINTER, flags, table, offset as i32)
    }

    /// A field of memory 0, as a structure and an offset in it. The memory instance is inside the
    /// module instance, but for a shared memory it is inside that of the first thread.
    fn memory_field(&mut self, offset: u32) -> (Value, u32) {
        let instance = self.module_instance();
        if !self.env.shared_memory {
            return (instance, instance::GLOBAL_TABLE_DATA + offset);
        }
        let memory = match self.instance.shared_memory {
            Some(value) => value,
            None => {
                let memories = self.load_in_entry(instance, instance::MEMORIES);
                let value = self.load_in_entry(memories, 0);
                *self.instance.shared_memory.insert(value)
            }
        };
        (memory, offset)
    }

    fn load_memory_field(&mut self, ty: Type, offset: u32) -> Value {
        let (base, offset) = self.memory_field(offset);
        self.load_field(ty, base, offset as i32)
    }

    /// Address of linear memory. If growth can move it, it is loaded again after everything that
    /// may grow it.
    pub(in crate::lower) fn memory_base(&mut self) -> Value {
        if let Some(value) = self.instance.memory_base {
            return value;
        }
        let value = if self.env.memory_moves() {
            self.load_memory_field(POINTER, memory::MEMORY_DATA)
        } else {
            let (base, offset) = self.memory_field(memory::MEMORY_DATA);
            self.load_in_entry(base, offset)
        };
        self.instance.memory_base = Some(value);
        value
    }

    /// Forgets a base that a call may have changed, or that does not dominate the current position.
    pub(in crate::lower) fn invalidate_memory_base(&mut self) {
        if self.env.memory_moves() {
            self.instance.memory_base = None;
        }
    }

    fn load_field(&mut self, ty: Type, base: Value, offset: i32) -> Value {
        let flags = self.flags(Region::Instance);
        self.ins().load(ty, flags, base, offset)
    }

    /// Size of linear memory in bytes, 64 bits wide.
    pub(in crate::lower) fn memory_size(&mut self) -> Value {
        self.load_memory_field(types::I64, memory::MEMORY_DATA_SIZE)
    }

    /// Size of linear memory in pages, 32 bits wide.
    pub(in crate::lower) fn memory_pages(&mut self) -> Value {
        self.load_memory_field(types::I32, memory::CUR_PAGE_COUNT)
    }

    /// The highest address at which an access of `bytes` bytes is inside linear memory, 64 bits
    /// wide; 0 if the memory was created without pages and has not grown.
    pub(in crate::lower) fn memory_bound(&mut self, bytes: u32) -> Value {
        let field = match bytes {
            1 => memory::MEM_BOUND_CHECK_1BYTE,
            2 => memory::MEM_BOUND_CHECK_2BYTES,
            4 => memory::MEM_BOUND_CHECK_4BYTES,
            8 => memory::MEM_BOUND_CHECK_8BYTES,
            _ => memory::MEM_BOUND_CHECK_16BYTES,
        };
        self.load_memory_field(types::I64, field)
    }

    /// The first byte of the pending exception's text; zero if there is none.
    pub(in crate::lower) fn pending_exception(&mut self) -> Value {
        let instance = self.module_instance();
        self.load_field(types::I8, instance, instance::CUR_EXCEPTION as i32)
    }

    /// The same at this moment, whoever has set it.
    pub(in crate::lower) fn pending_exception_now(&mut self) -> Value {
        let flags = self.flags(Region::Instance);
        let instance = self.module_instance();
        let address = self.ins().iadd_imm_u(instance, i64::from(instance::CUR_EXCEPTION));
        // Cranelift would merge several plain loads, and not every machine has atomic loads of a
        // byte. The bytes after the first one do not matter if that is zero.
        let text = self.ins().atomic_load(types::I32, flags, address);
        self.ins().band_imm_u(text, 0xff)
    }

    /// The flags with which another thread asks this one to stop, at this moment.
    pub(in crate::lower) fn suspend_flags(&mut self) -> Value {
        let flags = self.flags(Region::Instance);
        let offset = i64::from(exec_env::SUSPEND_FLAGS);
        let exec_env = self.exec_env;
        let address = self.ins().iadd_imm_u(exec_env, offset);
        // Cranelift would merge several plain loads.
        self.ins().atomic_load(types::I32, flags, address)
    }

    /// The lowest stack address that code may use.
    pub(in crate::lower) fn native_stack_boundary(&mut self) -> Value {
        self.load_field(POINTER, self.exec_env, exec_env::NATIVE_STACK_BOUNDARY as i32)
    }

    /// The lowest stack address that code is known to have used.
    pub(in crate::lower) fn lowest_stack_pointer(&mut self) -> Value {
        self.load_field(POINTER, self.exec_env, exec_env::NATIVE_STACK_TOP_MIN as i32)
    }

    /// Makes `pointer` that address.
    pub(in crate::lower) fn set_lowest_stack_pointer(&mut self, pointer: Value) {
        let flags = self.flags(Region::Instance);
        let (exec_env, offset) = (self.exec_env, exec_env::NATIVE_STACK_TOP_MIN as i32);
        self.ins().store(flags, pointer, exec_env, offset);
    }

    /// The innermost of the frames that the runtime's helpers push.
    pub(in crate::lower) fn current_frame(&mut self) -> Value {
        let flags = self.flags(Region::Frames);
        let (exec_env, offset) = (self.exec_env, exec_env::CUR_FRAME as i32);
        self.ins().load(POINTER, flags, exec_env, offset)
    }

    /// The first free byte after the frames for call stacks.
    pub(in crate::lower) fn frames_end(&mut self) -> Value {
        let flags = self.flags(Region::Frames);
        let (exec_env, offset) = (self.exec_env, exec_env::WASM_STACK_TOP as i32);
        self.ins().load(POINTER, flags, exec_env, offset)
    }

    /// Sets the end of the frames for call stacks to `end`.
    pub(in crate::lower) fn set_frames_end(&mut self, end: Value) {
        let flags = self.flags(Region::Frames);
        let (exec_env, offset) = (self.exec_env, exec_env::WASM_STACK_TOP as i32);
        self.ins().store(flags, end, exec_env, offset);
    }

    /// The limit of the frames for call stacks.
    pub(in crate::lower) fn frames_boundary(&mut self) -> Value {
        self.load_field(POINTER, self.exec_env, exec_env::WASM_STACK_TOP_BOUNDARY as i32)
    }

    /// Writes into a frame for call stacks, `offset` bytes after `base`.
    pub(in crate::lower) fn store_frame_field(&mut self, value: Value, base: Value, offset: u32) {
        let flags = self.flags(Region::Frames);
        self.ins().store(flags, value, base, offset as i32);
    }

    /// The bounds of the stack in linear memory, 64 bits wide: its pointer stays above the first,
    /// and does not exceed the second.
    pub(in crate::lower) fn aux_stack_bounds(&mut self) -> (Value, Value) {
        let boundary = exec_env::AUX_STACK_BOUNDARY as i32;
        let bottom = exec_env::AUX_STACK_BOTTOM as i32;
        let exec_env = self.exec_env;
        (self.load_field(POINTER, exec_env, boundary), self.load_field(POINTER, exec_env, bottom))
    }

    /// Reads global `index`.
    pub(in crate::lower) fn load_global(&mut self, index: u32) -> Value {
        let global = &self.env.module.globals[index as usize];
        let ty = clif_type(global.value_type);
        let constant = self.env.is_thorough() && !global.mutable && !self.is_initialising;
        if let (true, Some(value)) = (constant, &global.init)
            && let Some(value) = self.constant_expr(value)
        {
            return value;
        }
        let offset = self.env.layout.global(index) as i32;
        let instance = self.module_instance();
        if constant {
            let flags = MemFlagsData::new().with_notrap().with_readonly().with_can_move();
            let value = self.ins().load(ty, flags, instance, offset);
            return self.typed(global.value_type, value);
        }
        let value = self.load_field(ty, instance, offset);
        self.typed(global.value_type, value)
    }

    /// Writes global `index`.
    pub(in crate::lower) fn store_global(&mut self, index: u32, value: Value) {
        let offset = self.env.layout.global(index) as i32;
        let instance = self.module_instance();
        let flags = self.flags(Region::Instance);
        self.ins().store(flags, value, instance, offset);
    }

    /// The address of this thread's global `index`.
    pub(in crate::lower) fn global_address(&mut self, index: u32) -> Value {
        let offset = self.env.layout.global(index);
        let instance = self.module_instance();
        self.ins().iadd_imm_u(instance, i64::from(offset))
    }

    /// The address of the first thread's global `index`, in a module whose threads share a memory:
    /// after that memory, which is part of its instance.
    pub(in crate::lower) fn common_global_address(&mut self, index: u32) -> Value {
        let is_aligned = self.env.layout.global(index).is_multiple_of(8);
        debug_assert!(self.env.shared_memory && is_aligned, "atomic accesses want it so");
        let after = self.env.layout.global(index) - instance::GLOBAL_TABLE_DATA;
        let (memory, offset) = self.memory_field(after);
        self.ins().iadd_imm_u(memory, i64::from(offset))
    }

    /// Current number of elements of table `index`.
    pub(in crate::lower) fn table_elements(&mut self, index: u32) -> Value {
        let imported = (index as usize) < self.env.module.imported_tables.len();
        if self.env.is_thorough() && !imported && !self.env.layout.table(index).growable {
            let size = self.env.module.tables[index as usize].initial;
            return self.ins().iconst(types::I32, i64::from(size));
        }
        let places = table_places(self.env.module.references);
        let offset = self.env.layout.table(index).offset + places.size;
        let instance = self.module_instance();
        self.load_field(types::I32, instance, offset as i32)
    }

    /// Offset of the elements of table `index` in the instance.
    pub(in crate::lower) fn table_elements_offset(&self, index: u32) -> u32 {
        self.env.layout.table(index).offset + table_places(self.env.module.references).elements
    }

    fn table_slot(&mut self, index: u32, element: Value) -> (Value, i32) {
        let offset = self.table_elements_offset(index);
        let instance = self.module_instance();
        let element = self.ins().uextend(POINTER, element);
        let shift = table::SLOT_SIZE.ilog2();
        let bytes = self.ins().ishl_imm_u(element, i64::from(shift));
        (self.ins().iadd(instance, bytes), offset as i32)
    }

    /// Reads a table element whose index was checked. Null has three encodings in a 64-bit slot;
    /// its low half is all ones in each of them.
    pub(in crate::lower) fn load_table_element(&mut self, index: u32, element: Value) -> Value {
        let (slot, offset) = self.table_slot(index, element);
        let flags = self.flags(Region::Table);
        if self.env.module.has_objects() {
            let object = self.ins().load(types::I64, flags, slot, offset);
            return self.object(object);
        }
        if self.env.module.tables[index as usize].element == ValueType::ExnRef {
            let word = self.ins().load(types::I64, flags, slot, offset);
            return self.exception_in_slot(word);
        }
        self.ins().load(types::I32, flags, slot, offset)
    }

    /// The reference to an exception in a slot. Its high half is the number of a tag, or all zeros or ones in a
    /// null of the runtime's.
    fn exception_in_slot(&mut self, word: Value) -> Value {
        let high = self.ins().sshr_imm_u(word, 32);
        let next = self.ins().iadd_imm_u(high, 1);
        let is_null = self.ins().icmp_imm_u(IntCC::UnsignedLessThan, next, 2);
        let null = self.zero(ValueType::ExnRef);
        self.ins().select(is_null, null, word)
    }

    /// A reference as the runtime's helpers take it for a slot: zero-extended, unless it refers to an exception.
    pub(in crate::lower) fn table_slot_value(&mut self, reference: Value) -> Value {
        match self.builder.func.dfg.value_type(reference) {
            types::I64 => reference,
            _ => self.ins().uextend(types::I64, reference),
        }
    }

    /// Writes a table element whose index was checked, zero-extended, as the runtime tests for
    /// null.
    pub(in crate::lower) fn store_table_element(
        &mut self,
        index: u32,
        element: Value,
        value: Value,
    ) {
        let (slot, offset) = self.table_slot(index, element);
        let wide = self.table_slot_value(value);
        let flags = self.flags(Region::Table);
        self.ins().store(flags, wide, slot, offset);
    }

    /// The canonical type index of a function whose index is known to exist.
    pub(in crate::lower) fn load_function_type(&mut self, function: Value) -> Value {
        let base = self.instance_pointer(|v| &mut v.func_type_indexes, instance::FUNC_TYPE_INDEXES);
        self.load_element(types::I32, base, function)
    }

    /// The address at which the runtime enters a function of this module, whose index is known to
    /// exist.
    pub(in crate::lower) fn load_function_pointer(&mut self, function: Value) -> Value {
        let base = self.instance_pointer(|v| &mut v.func_ptrs, instance::FUNC_PTRS);
        self.load_element(POINTER, base, function)
    }

    fn instance_pointer(
        &mut self,
        cache: impl Fn(&mut InstanceValues) -> &mut Option<Value>,
        offset: u32,
    ) -> Value {
        if let Some(value) = *cache(&mut self.instance) {
            return value;
        }
        let instance = self.module_instance();
        let value = self.load_in_entry(instance, offset);
        *cache(&mut self.instance) = Some(value);
        value
    }

    /// Loads element `index` of an array that does not change. The load must not move above the
    /// check of its index, which Cranelift cannot see, so it has no `can_move` flag.
    fn load_element(&mut self, ty: Type, base: Value, index: Value) -> Value {
        let index = self.ins().uextend(POINTER, index);
        let bytes = self.ins().ishl_imm_u(index, i64::from(ty.bytes().ilog2()));
        let address = self.ins().iadd(base, bytes);
        let flags = MemFlagsData::trusted().with_readonly();
        self.ins().load(ty, flags, address, 0)
    }
}
