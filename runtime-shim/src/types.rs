//! Types of values, functions, imports and exports.

use crate::ffi;
use std::ffi::c_void;

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValType {
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// 128-bit vector.
    V128,
    /// Reference to a function.
    FuncRef,
    /// A reference to an object of the host.
    ExternRef,
    /// Any other reference, in a runtime with garbage collection. The type of a global that is
    /// declared by index counts as such, even if it is one of functions, since WAMR forgets it.
    AnyRef,
}

/// How a runtime represents references.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum References {
    /// As numbers: indexes of functions, and indexes of a table of host objects.
    Numbers,
    /// As pointers to objects, with garbage collection.
    Objects,
}

impl ValType {
    /// From `wasm_valkind_t`.
    pub(crate) fn from_kind(kind: u8) -> ValType {
        match kind {
            0 => ValType::I32,
            1 => ValType::I64,
            2 => ValType::F32,
            3 => ValType::F64,
            4 => ValType::V128,
            128 => ValType::ExternRef,
            129 => ValType::FuncRef,
            130 => ValType::AnyRef,
            // There is no other kind (`val_type_to_val_kind`, `build/csrc/references.h`).
            other => unreachable!("value kind {other}"),
        }
    }

    /// The type for the kind of a function's result. `wasm_func_type_get_result_valkind` lacks the
    /// case of `externref`, and returns -1 for it.
    pub(crate) fn from_result_kind(kind: u8) -> ValType {
        if kind == u8::MAX { ValType::ExternRef } else { ValType::from_kind(kind) }
    }

    /// Whether values are references.
    pub(crate) fn is_reference(self) -> bool {
        matches!(self, ValType::FuncRef | ValType::ExternRef | ValType::AnyRef)
    }

    /// The number of 4-byte cells that the value takes in the arguments of
    /// `wasm_runtime_call_wasm`. There, an `externref` is a host pointer.
    pub(crate) fn cells(self, references: References) -> usize {
        match self {
            ValType::FuncRef if references == References::Numbers => 1,
            ValType::I32 | ValType::F32 => 1,
            ValType::I64 | ValType::F64 => 2,
            ValType::FuncRef | ValType::ExternRef | ValType::AnyRef => 2,
            ValType::V128 => 4,
        }
    }

    /// Size in bytes of a value in an instance.
    pub(crate) fn stored_size(self, references: References) -> usize {
        match self {
            ValType::FuncRef | ValType::ExternRef if references == References::Numbers => 4,
            ValType::I32 | ValType::F32 => 4,
            ValType::I64 | ValType::F64 => 8,
            ValType::FuncRef | ValType::ExternRef | ValType::AnyRef => 8,
            ValType::V128 => 16,
        }
    }
}

/// The type of a function.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct FuncType {
    /// Types of the parameters.
    pub params: Vec<ValType>,
    /// Types of the results.
    pub results: Vec<ValType>,
}

impl FuncType {
    /// A function type.
    pub fn new(
        params: impl IntoIterator<Item = ValType>,
        results: impl IntoIterator<Item = ValType>,
    ) -> FuncType {
        FuncType { params: params.into_iter().collect(), results: results.into_iter().collect() }
    }
}

/// The kind of an import or export, with its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExternType {
    /// A function.
    Func(FuncType),
    /// A table; sizes in elements. WAMR reports the limit that it applies, even if none is
    /// declared.
    Table {
        /// Type of the elements.
        element: ValType,
        /// Initial size.
        initial: u32,
        /// Largest size.
        maximum: u32,
    },
    /// A memory; sizes in pages. WAMR reports the limit that it applies, even if none is declared.
    /// In a module that neither grows its memory nor asks for its size, the memory is one page of
    /// the whole size.
    Memory {
        /// Initial size.
        initial: u32,
        /// Largest size.
        maximum: u32,
        /// Whether threads can share it.
        shared: bool,
    },
    /// A global.
    Global {
        /// Type of the value.
        value: ValType,
        /// Whether it can be set.
        mutable: bool,
    },
}

/// An import of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportType {
    /// Module name.
    pub module: String,
    /// Name in that module.
    pub name: String,
    /// What it is.
    pub ty: ExternType,
    /// Whether the runtime has something to link it with. Without a global, instantiation fails; a
    /// missing function traps when it is called.
    pub linked: bool,
}

/// An export of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportType {
    /// Name.
    pub name: String,
    /// What it is.
    pub ty: ExternType,
}

impl ExternType {
    /// Reads the type of an import or export description.
    ///
    /// # Safety
    /// `kind` and `ty` were filled in by WAMR, for a module that is still loaded.
    pub(crate) unsafe fn read(kind: u32, ty: *const c_void) -> ExternType {
        // SAFETY: by the contract of this function, `ty` has the C type that belongs to `kind`.
        unsafe {
            match kind {
                ffi::KIND_FUNC => ExternType::Func(read_func_type(ty.cast())),
                ffi::KIND_TABLE => ExternType::Table {
                    element: ValType::from_kind(ffi::wasm_table_type_get_elem_kind(ty)),
                    initial: ffi::wasm_table_type_get_init_size(ty),
                    maximum: ffi::wasm_table_type_get_max_size(ty),
                },
                ffi::KIND_MEMORY => ExternType::Memory {
                    initial: ffi::wasm_memory_type_get_init_page_count(ty),
                    maximum: ffi::wasm_memory_type_get_max_page_count(ty),
                    shared: ffi::wasm_memory_type_get_shared(ty),
                },
                ffi::KIND_GLOBAL => ExternType::Global {
                    value: ValType::from_kind(ffi::wasm_global_type_get_valkind(ty.cast())),
                    mutable: ffi::wasm_global_type_get_mutable(ty.cast()),
                },
                other => unreachable!("import or export kind {other}"),
            }
        }
    }
}

/// # Safety
/// `ty` points to a function type of a module that is still loaded.
unsafe fn read_func_type(ty: *const ffi::WASMFuncType) -> FuncType {
    // SAFETY: by the contract of this function; the indexes are below the counts.
    unsafe {
        let params = ffi::wasm_func_type_get_param_count(ty);
        let results = ffi::wasm_func_type_get_result_count(ty);
        FuncType::new(
            (0..params).map(|i| ValType::from_kind(ffi::wasm_func_type_get_param_valkind(ty, i))),
            (0..results)
                .map(|i| ValType::from_result_kind(ffi::wasm_func_type_get_result_valkind(ty, i))),
        )
    }
}
