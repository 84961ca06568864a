//! Byte offsets and sizes of the runtime structures that compiled code reads and writes.
//!
//! This is the only place where such a number is written down. Each constant is also a row of
//! [`ASSERTED`] or [`ASSERTED_GC`], from which the build of the runtime makes one `_Static_assert`
//! against WAMR's own headers. So a wrong number is a build failure and never a wrong access.
//!
//! Invariants: offsets are in bytes from the start of the structure that names the module, for a
//! 64-bit little-endian target. Those of [`ASSERTED`] hold in every runtime, those of
//! [`ASSERTED_GC`] in runtimes with garbage collection. Comments say where a structure can be
//! reached only through a pointer.
//!
//! Not included: what depends on the module being compiled (the place of a global or table after
//! [`instance::GLOBAL_TABLE_DATA`], and of a field in a structure of the module), and the layout of
//! the file (see the `format` module).

/// What a [`FieldFact`] states about its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// `offsetof(c_type, c_field)`.
    Offset,
    /// `sizeof` of the field.
    FieldSize,
    /// `sizeof(c_type)`; `c_field` is empty.
    TypeSize,
    /// The value of the constant expression `c_field`; `c_type` is empty.
    Value,
}

/// One fact about a structure of WAMR that a C compiler can check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldFact {
    /// C name of the structure (`WASMExecEnv`); empty for [`What::Value`].
    pub c_type: &'static str,
    /// C designator of the field, possibly nested (`wasm_stack.top`).
    pub c_field: &'static str,
    /// The number of bytes, or the value.
    pub value: u32,
    /// What the number states.
    pub what: What,
}

/// Generates the public constants and the table of facts to assert from one list.
macro_rules! layout {
    (@fact $c_type:literal offset $field:literal $value:expr) => {
        FieldFact { c_type: $c_type, c_field: $field, value: $value, what: What::Offset }
    };
    (@fact $c_type:literal field_size $field:literal $value:expr) => {
        FieldFact { c_type: $c_type, c_field: $field, value: $value, what: What::FieldSize }
    };
    (@fact $c_type:literal type_size $type:literal $value:expr) => {
        FieldFact { c_type: $type, c_field: "", value: $value, what: What::TypeSize }
    };
    (@fact $c_type:literal value $expression:literal $value:expr) => {
        FieldFact { c_type: "", c_field: $expression, value: $value, what: What::Value }
    };
    ($(#[$list_doc:meta])* $list:ident; $(
        $(#[$module_doc:meta])*
        pub mod $module:ident = $c_type:literal {
            $( $(#[$doc:meta])* $name:ident = $value:literal, $what:ident $field:literal; )*
        }
    )*) => {
        $(
            $(#[$module_doc])*
            pub mod $module {
                $( $(#[$doc])* pub const $name: u32 = $value; )*
            }
        )*

        $(#[$list_doc])*
        pub const $list: &[FieldFact] =
            &[$($( layout!(@fact $c_type $what $field $module::$name), )*)*];
    };
}

layout! {
    /// The facts about every runtime, for the assertions that its build makes from them.
    ASSERTED;

    /// `WASMExecEnv` (`core/iwasm/common/wasm_exec_env.h`): the first argument of every function.
    pub mod exec_env = "WASMExecEnv" {
        /// Innermost standard call-stack frame.
        CUR_FRAME = 0x08, offset "cur_frame";
        /// The module instance; constant during a call.
        MODULE_INST = 0x10, offset "module_inst";
        /// Scratch area of 64 cells of 4 bytes.
        ARGV_BUF = 0x18, offset "argv_buf";
        /// Lowest stack address that a function may use; null when unknown.
        NATIVE_STACK_BOUNDARY = 0x20, offset "native_stack_boundary";
        /// `u32` of flags with which another thread asks this one to stop.
        SUSPEND_FLAGS = 0x28, offset "suspend_flags";
        /// Lower bound of the stack that the module keeps in linear memory.
        AUX_STACK_BOUNDARY = 0x30, offset "aux_stack_boundary";
        /// Upper bound of the stack that the module keeps in linear memory.
        AUX_STACK_BOTTOM = 0x38, offset "aux_stack_bottom";
        /// Table of the pointers named by the file's native-symbol section.
        NATIVE_SYMBOL = 0x40, offset "native_symbol";
        /// Lowest stack pointer seen, for builds that measure stack usage.
        NATIVE_STACK_TOP_MIN = 0x48, offset "native_stack_top_min";
        /// End of the region for call-stack frames.
        WASM_STACK_TOP_BOUNDARY = 0x50, offset "wasm_stack.top_boundary";
        /// First free byte of the region for call-stack frames.
        WASM_STACK_TOP = 0x58, offset "wasm_stack.top";
        /// Start of the region for call-stack frames.
        WASM_STACK_BOTTOM = 0x60, offset "wasm_stack.bottom";
        /// Bit of [`SUSPEND_FLAGS`]: return to the host at once.
        SUSPEND_FLAG_TERMINATE = 1, value "WASM_SUSPEND_FLAG_TERMINATE";
    }

    /// `AOTModuleInstance` (`core/iwasm/interpreter/wasm_runtime.h`, `WASMModuleInstance`).
    pub mod instance = "AOTModuleInstance" {
        /// `u32` number of memories.
        MEMORY_COUNT = 0x04, offset "memory_count";
        /// Array of pointers to the memory instances. A shared memory must be reached through it,
        /// since it belongs to the instance of the first thread.
        MEMORIES = 0x08, offset "memories";
        /// `u32` size of all globals.
        GLOBAL_DATA_SIZE = 0x10, offset "global_data_size";
        /// `u32` number of tables.
        TABLE_COUNT = 0x14, offset "table_count";
        /// Pointer to the globals, which are inside the instance.
        GLOBAL_DATA = 0x18, offset "global_data";
        /// Array of pointers to the table instances.
        TABLES = 0x20, offset "tables";
        /// Array of code pointers by function index, imports included.
        FUNC_PTRS = 0x28, offset "func_ptrs";
        /// Array of `u32` type indexes by function index, imports included.
        FUNC_TYPE_INDEXES = 0x30, offset "func_type_indexes";
        /// NUL-terminated text of the pending exception; none while its first byte is 0.
        CUR_EXCEPTION = 0x68, offset "cur_exception";
        /// Bytes reserved for that text.
        CUR_EXCEPTION_SIZE = 128, field_size "cur_exception";
        /// Array of the host functions of an embedder that uses the wasm-c-api.
        C_API_FUNC_IMPORTS = 0x120, offset "c_api_func_imports";
        /// Pointer to the [`extra`](super::extra) block.
        EXTRA = 0x130, offset "e";
        /// Memories, globals and tables, inline and in this order.
        GLOBAL_TABLE_DATA = 0x158, offset "global_table_data";
    }

    /// `AOTMemoryInstance` (`core/iwasm/interpreter/wasm_runtime.h`, `WASMMemoryInstance`).
    pub mod memory = "AOTMemoryInstance" {
        /// Bytes of one memory instance.
        SIZE = 120, type_size "AOTMemoryInstance";
        /// `u32` size of a page in bytes; the runtime may choose another one than 65536.
        NUM_BYTES_PER_PAGE = 12, offset "num_bytes_per_page";
        /// `u32` current size in pages.
        CUR_PAGE_COUNT = 16, offset "cur_page_count";
        /// `u32` largest size in pages.
        MAX_PAGE_COUNT = 20, offset "max_page_count";
        /// `u64` current size in bytes.
        MEMORY_DATA_SIZE = 24, offset "memory_data_size";
        /// Base address. It does not move with hardware bounds checks.
        MEMORY_DATA = 32, offset "memory_data";
        /// End address.
        MEMORY_DATA_END = 40, offset "memory_data_end";
        /// `u64` last address that an access of 1 byte may have; 0 while the memory has no page.
        MEM_BOUND_CHECK_1BYTE = 80, offset "mem_bound_check_1byte";
        /// The same for 2 bytes.
        MEM_BOUND_CHECK_2BYTES = 88, offset "mem_bound_check_2bytes";
        /// The same for 4 bytes.
        MEM_BOUND_CHECK_4BYTES = 96, offset "mem_bound_check_4bytes";
        /// The same for 8 bytes.
        MEM_BOUND_CHECK_8BYTES = 104, offset "mem_bound_check_8bytes";
        /// The same for 16 bytes.
        MEM_BOUND_CHECK_16BYTES = 112, offset "mem_bound_check_16bytes";
    }

    /// `AOTTableInstance` (`core/iwasm/interpreter/wasm_runtime.h`, `WASMTableInstance`).
    pub mod table = "AOTTableInstance" {
        /// `u8` element type.
        ELEM_TYPE = 0, offset "elem_type";
        /// `u32` current number of elements.
        CUR_SIZE = 16, offset "cur_size";
        /// `u32` largest number of elements.
        MAX_SIZE = 20, offset "max_size";
        /// First slot.
        ELEMS = 24, offset "elems";
        /// Bytes before the first slot. The next table begins right after the last slot.
        HEADER_SIZE = 24, offset "elems";
        /// Bytes of a slot, of which compiled code reads the low 4 without garbage collection.
        SLOT_SIZE = 8, type_size "table_elem_type_t";
    }

    /// `AOTModuleInstanceExtra` (`core/iwasm/aot/aot_runtime.h`), at the first multiple of 8 after
    /// the last table.
    pub mod extra = "AOTModuleInstanceExtra" {
        /// Pointer to the object data section `.aot_stack_sizes`, if the file has one.
        STACK_SIZES = 0, offset "stack_sizes";
    }

    /// `CApiFuncImport` (`core/iwasm/interpreter/wasm_runtime.h`): an import linked by an embedder
    /// that uses the wasm-c-api.
    pub mod c_api_func_import = "CApiFuncImport" {
        /// The host function.
        FUNC_PTR_LINKED = 0, offset "func_ptr_linked";
        /// `bool`: whether it takes an environment argument.
        WITH_ENV_ARG = 8, offset "with_env_arg";
        /// That argument.
        ENV_ARG = 16, offset "env_arg";
        /// Bytes of one entry.
        SIZE = 24, type_size "CApiFuncImport";
    }

    /// `AOTTinyFrame` (`core/iwasm/compilation/aot_stack_frame.h`): a call-stack frame in files
    /// with the feature flag `TINY_STACK_FRAME`.
    pub mod tiny_frame = "AOTTinyFrame" {
        /// `u32` function index, imports included.
        FUNC_INDEX = 0, offset "func_index";
        /// `u32` offset of the instruction in the wasm file.
        IP_OFFSET = 4, offset "ip_offset";
        /// Bytes of one frame.
        SIZE = 8, type_size "AOTTinyFrame";
    }

    /// `AOTFrame` (`core/iwasm/aot/aot_runtime.h`): a call-stack frame in files without
    /// `TINY_STACK_FRAME`.
    pub mod frame = "AOTFrame" {
        /// Frame of the caller.
        PREV_FRAME = 0, offset "prev_frame";
        /// Pointer-sized function index, imports included.
        FUNC_INDEX = 8, offset "func_index";
        /// Pointer-sized offset of the instruction in the wasm file.
        IP_OFFSET = 32, offset "ip_offset";
        /// Top of the operand stack.
        SP = 40, offset "sp";
        /// First cell of the locals.
        LP = 56, offset "lp";
    }
}

layout! {
    /// The further facts about a runtime with garbage collection.
    ASSERTED_GC;

    /// `AOTTableInstance` (`core/iwasm/interpreter/wasm_runtime.h`, `WASMTableInstance`).
    pub mod gc_table = "AOTTableInstance" {
        /// `u32` current number of elements. The collector visits no slots beyond them.
        CUR_SIZE = 16, offset "cur_size";
        /// `u32` largest number of elements.
        MAX_SIZE = 20, offset "max_size";
        /// First slot. The next table begins right after the last slot.
        ELEMS = 24, offset "elems";
        /// Bytes of a slot, which is a reference.
        SLOT_SIZE = 8, type_size "table_elem_type_t";
    }

    /// `WASMObject` (`core/iwasm/common/gc/gc_object.h`): what all objects begin with.
    pub mod object = "WASMObject" {
        /// The [`rtt`](super::rtt) of the object, with the flags of [`FLAGS`].
        HEADER = 0, offset "header";
        /// The bits of the header that are flags. The header of an object with one of the next two
        /// has no type.
        FLAGS = 7, value "~WASM_OBJ_HEADER_MASK";
        /// Flag of an [`extern_object`](super::extern_object).
        EXTERN_FLAG = 1, value "WASM_OBJ_EXTERNREF_OBJ_FLAG";
        /// Flag of an object that stands for a value of the host, inside of `any`.
        HOST_FLAG = 2, value "WASM_OBJ_ANYREF_OBJ_FLAG";
        /// Flag of an object with a finalizer.
        EXTRA_INFO_FLAG = 4, value "WASM_OBJ_EXTRA_INFO_FLAG";
    }

    /// `WASMStructObject` (`core/iwasm/common/gc/gc_object.h`).
    pub mod struct_object = "WASMStructObject" {
        /// First field.
        FIELDS = 8, offset "field_data";
    }

    /// `WASMArrayObject` (`core/iwasm/common/gc/gc_object.h`).
    pub mod array_object = "WASMArrayObject" {
        /// `u32` number of elements, above [`LENGTH_SHIFT`] bits of their size.
        LENGTH = 8, offset "length";
        /// First element, whatever its type.
        ELEMS = 12, offset "elem_data";
        /// Bits below the number of elements.
        LENGTH_SHIFT = 2, value "WASM_ARRAY_LENGTH_SHIFT";
    }

    /// `WASMFuncObject` (`core/iwasm/common/gc/gc_object.h`).
    pub mod func_object = "WASMFuncObject" {
        /// `u32` function index, imports included.
        FUNC_INDEX = 8, offset "func_idx_bound";
    }

    /// `WASMExternrefObject` (`core/iwasm/common/gc/gc_object.h`).
    pub mod extern_object = "WASMExternrefObject" {
        /// The reference that it encloses.
        INTERNAL = 8, offset "internal_obj";
    }

    /// `WASMRttType` (`core/iwasm/common/gc/gc_object.h`): the type of an object.
    pub mod rtt = "WASMRttType" {
        /// `u32` kind of the type: a constant of [`type_flag`](super::type_flag).
        TYPE_FLAG = 0, offset "type_flag";
        /// `u32` number of supertypes.
        INHERIT_DEPTH = 4, offset "inherit_depth";
        /// Pointer to the [`wasm_type`](super::wasm_type).
        DEFINED_TYPE = 8, offset "defined_type";
        /// Pointer to its topmost supertype, or to the type itself if it has none.
        ROOT_TYPE = 16, offset "root_type";
    }

    /// `WASMType` (`core/iwasm/interpreter/wasm.h`): a type that a module defines. Equal types of
    /// one module share it.
    pub mod wasm_type = "WASMType" {
        /// `u16` kind of the type: a constant of [`type_flag`](super::type_flag).
        TYPE_FLAG = 0, offset "type_flag";
        /// `u16` number of supertypes.
        INHERIT_DEPTH = 6, offset "inherit_depth";
        /// Pointer to the supertype; null without one.
        PARENT = 16, offset "parent_type";
    }

    /// `AOTFrame` (`core/iwasm/aot/aot_runtime.h`): what the runtime pushes when a host enters a
    /// module.
    pub mod entry_frame = "AOTFrame" {
        /// Pointer to the frame below; null if the host was not called by a module.
        PREVIOUS = 0, offset "prev_frame";
    }

    /// The kinds of defined types (`core/iwasm/interpreter/wasm.h`).
    pub mod type_flag = "" {
        /// Functions.
        FUNC = 0, value "WASM_TYPE_FUNC";
        /// Structures.
        STRUCT = 1, value "WASM_TYPE_STRUCT";
        /// Arrays.
        ARRAY = 2, value "WASM_TYPE_ARRAY";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of the assertions at the top of WAMR's `aot_runtime.c`, in its own words.
    #[test]
    fn agrees_with_the_assertions_of_aot_runtime_c() {
        assert_eq!(exec_env::WASM_STACK_TOP, 11 * 8);
        assert_eq!(instance::CUR_EXCEPTION, 13 * 8);
        assert_eq!(instance::C_API_FUNC_IMPORTS, 13 * 8 + 128 + 7 * 8);
        assert_eq!(instance::GLOBAL_TABLE_DATA, 13 * 8 + 128 + 14 * 8);
        assert_eq!(frame::LP, 7 * 8);
    }

    #[test]
    fn every_fact_names_what_it_states() {
        for fact in ASSERTED.iter().chain(ASSERTED_GC) {
            let (has_type, has_field) = (!fact.c_type.is_empty(), !fact.c_field.is_empty());
            let expected = match fact.what {
                What::Offset | What::FieldSize => (true, true),
                What::TypeSize => (true, false),
                What::Value => (false, true),
            };
            assert_eq!((has_type, has_field), expected, "{fact:?}");
        }
    }
}
