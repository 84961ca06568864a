//! Runtime helpers: the functions of WAMR that compiled code may call, by name.
//!
//! One table states the symbol, C prototype, behaviour on failure and required runtime option of
//! each. The prototypes are asserted against WAMR's headers when the runtime is built, and a test
//! of the runtime resolves every symbol.
//!
//! Source: `REG_COMMON_SYMBOLS` and its parts in `core/iwasm/aot/aot_reloc.h`.
//!
//! Not included: helpers of string references, the shared heap and profiling builds, which no file
//! of this compiler calls; names that exist only in soft-float runtimes.

use self::Ty::{Bool, F32, F64, I32, I64, Ptr, Size, U32, U64};

/// Type of a parameter or result, as C names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    /// A pointer, with its C type.
    Ptr(&'static str),
    /// `bool`: 0 or 1; only the low 8 bits of a result are defined.
    Bool,
    /// `int32`.
    I32,
    /// `uint32`.
    U32,
    /// `int64`.
    I64,
    /// `uint64`.
    U64,
    /// `size_t` or `uintptr_t`.
    Size,
    /// `float`.
    F32,
    /// `double`.
    F64,
}

/// How an integer argument narrower than a register must be widened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extension {
    /// It fills the register, or is not an integer.
    None,
    /// Zero-extend.
    Zero,
    /// Sign-extend, **unsigned 32-bit values too**: the RISC-V psABI requires it. The x86-64 and
    /// AArch64 ABIs leave the upper half undefined, so it is right there as well.
    Sign,
}

impl Ty {
    /// Width in bits of the value.
    pub const fn bits(self) -> u32 {
        match self {
            Bool => 8,
            I32 | U32 | F32 => 32,
            Ptr(_) | I64 | U64 | Size | F64 => 64,
        }
    }

    /// Whether the value is passed in a floating-point register.
    pub const fn is_float(self) -> bool {
        matches!(self, F32 | F64)
    }

    /// How to widen an argument so that it is right under every supported C ABI.
    pub const fn extension(self) -> Extension {
        match self {
            Bool => Extension::Zero,
            I32 | U32 => Extension::Sign,
            _ => Extension::None,
        }
    }

    /// The C type, with the names of WAMR's headers.
    pub const fn c_type(self) -> &'static str {
        match self {
            Ptr(c_type) => c_type,
            Bool => "bool",
            I32 => "int32",
            U32 => "uint32",
            I64 => "int64",
            U64 => "uint64",
            Size => "size_t",
            F32 => "float32",
            F64 => "float64",
        }
    }
}

/// The execution environment, first argument of every compiled function.
pub const EXEC_ENV: Ty = Ptr("WASMExecEnv *");
/// The module instance.
pub const INSTANCE: Ty = Ptr("AOTModuleInstance *");
/// The module instance, where the prototype uses the type common to both running modes.
pub const INSTANCE_COMMON: Ty = Ptr("WASMModuleInstanceCommon *");
/// Arguments and results as cells of 4 bytes.
pub const CELLS: Ty = Ptr("uint32 *");
/// The content of a table's slot: an index or, with garbage collection, an object.
pub const ELEMENT: Ty = Ptr("table_elem_type_t");
/// An address of the host.
pub const ADDRESS: Ty = Ptr("void *");
/// A reference of a runtime with garbage collection, of any type.
pub const OBJECT: Ty = Ptr("WASMObjectRef");
/// The runtime type of the objects of a defined type.
pub const RTT: Ty = Ptr("WASMRttTypeRef");
/// A reference to a structure.
pub const STRUCT_OBJECT: Ty = Ptr("WASMStructObjectRef");
/// A reference to an array.
pub const ARRAY_OBJECT: Ty = Ptr("WASMArrayObjectRef");
/// A reference of the host's side of `externref`.
pub const EXTERN_OBJECT: Ty = Ptr("WASMExternrefObjectRef");

/// What a helper does when it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It sets no exception; only its result shows a failure.
    Silent,
    /// It sets an exception and, in a runtime with hardware bounds checks, does not return. In a
    /// runtime without them it returns, so code for that mode tests `cur_exception`.
    Unwinds,
    /// It sets an exception and returns in every runtime. The caller unwinds by raising
    /// [`TrapId::AlreadyThrown`](crate::exceptions::TrapId::AlreadyThrown).
    Returns,
}

/// A build option of the runtime. Without it, a helper does not exist, and the file does not load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuntimeOption {
    /// `WASM_ENABLE_BULK_MEMORY`
    BulkMemory,
    /// `WASM_ENABLE_SHARED_MEMORY`
    SharedMemory,
    /// `WASM_ENABLE_REF_TYPES`
    RefTypes,
    /// `WASM_ENABLE_AOT_STACK_FRAME`
    AotStackFrame,
    /// `WASM_ENABLE_AOT_INTRINSICS`
    AotIntrinsics,
    /// `WASM_ENABLE_GC`
    GarbageCollection,
}

/// One row of the table of helpers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelperInfo {
    /// Symbol in relocations and in the native-symbol section.
    pub symbol: &'static str,
    /// Parameters, in order.
    pub params: &'static [Ty],
    /// Result, if any.
    pub result: Option<Ty>,
    /// Behaviour on failure.
    pub failure: Failure,
    /// Build option that the helper needs; `None` if every runtime has the helper.
    pub needs: Option<RuntimeOption>,
}

/// Generates the enum and its table from one list of C-like prototypes.
macro_rules! helpers {
    (@result void) => { None };
    (@result $result:expr) => { Some($result) };
    (@needs always) => { None };
    (@needs $option:ident) => { Some(RuntimeOption::$option) };
    ($( $needs:ident { $(
        $(#[$doc:meta])*
        $name:ident = $symbol:literal ($($param:expr),*) -> $result:tt, $failure:ident;
    )* } )*) => {
        /// A runtime helper.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Helper { $($( $(#[$doc])* $name, )*)* }

        impl Helper {
            /// Every helper, in the order of the table.
            pub const ALL: &[Helper] = &[$($( Helper::$name, )*)*];
        }

        static TABLE: &[HelperInfo] = &[$($( HelperInfo {
            symbol: $symbol,
            params: &[$($param),*],
            result: helpers!(@result $result),
            failure: Failure::$failure,
            needs: helpers!(@needs $needs),
        }, )*)*];
    };
}

helpers! {
    always {
        /// Raises the trap with this id.
        SetExceptionWithId = "aot_set_exception_with_id" (INSTANCE, U32) -> void, Unwinds;
        /// Sets the text of the pending exception.
        SetException = "aot_set_exception" (INSTANCE, Ptr("const char *")) -> void, Returns;
        /// Calls an import: function index, number of parameter cells, cells. Results replace the
        /// arguments.
        InvokeNative = "aot_invoke_native" (EXEC_ENV, U32, U32, CELLS) -> Bool, Unwinds;
        /// Calls a table element: table, element, number of parameter cells, cells. It does not
        /// check the type, and crashes on an element that was never set.
        CallIndirect = "aot_call_indirect" (EXEC_ENV, U32, U32, U32, CELLS) -> Bool, Unwinds;
        /// `memory.grow` by this many pages; false if that is not possible.
        EnlargeMemory = "aot_enlarge_memory" (INSTANCE, U32) -> Bool, Silent;
        /// Converts a pointer argument of a native function: is string, address, size, result.
        CheckAppAddrAndConvert = "aot_check_app_addr_and_convert"
            (INSTANCE, Bool, U64, U64, Ptr("void **")) -> Bool, Returns;
        /// Calls an import of an embedder that uses the wasm-c-api.
        QuickInvokeCApiNative = "wasm_runtime_quick_invoke_c_api_native"
            (INSTANCE_COMMON, Ptr("CApiFuncImport *"), Ptr("wasm_val_t *"), U32,
             Ptr("wasm_val_t *"), U32) -> Bool, Unwinds;
        /// C `memset`.
        Memset = "memset" (ADDRESS, I32, Size) -> ADDRESS, Silent;
        /// C `memmove`.
        Memmove = "memmove" (ADDRESS, Ptr("const void *"), Size) -> ADDRESS, Silent;
        /// The runtime's `memmove` under another name.
        Memcpy = "memcpy" (ADDRESS, Ptr("const void *"), Size) -> ADDRESS, Silent;
        /// C `sqrt`.
        Sqrt = "sqrt" (F64) -> F64, Silent;
        /// C `sqrtf`.
        Sqrtf = "sqrtf" (F32) -> F32, Silent;
        /// C `fmin`, which is not `f64.min`: it ignores a NaN.
        Fmin = "fmin" (F64, F64) -> F64, Silent;
        /// C `fminf`, which is not `f32.min`: it ignores a NaN.
        Fminf = "fminf" (F32, F32) -> F32, Silent;
        /// C `fmax`, which is not `f64.max`: it ignores a NaN.
        Fmax = "fmax" (F64, F64) -> F64, Silent;
        /// C `fmaxf`, which is not `f32.max`: it ignores a NaN.
        Fmaxf = "fmaxf" (F32, F32) -> F32, Silent;
        /// C `ceil`.
        Ceil = "ceil" (F64) -> F64, Silent;
        /// C `ceilf`.
        Ceilf = "ceilf" (F32) -> F32, Silent;
        /// C `floor`.
        Floor = "floor" (F64) -> F64, Silent;
        /// C `floorf`.
        Floorf = "floorf" (F32) -> F32, Silent;
        /// C `trunc`.
        Trunc = "trunc" (F64) -> F64, Silent;
        /// C `truncf`.
        Truncf = "truncf" (F32) -> F32, Silent;
        /// C `rint`: to nearest, ties to even, in the default rounding mode.
        Rint = "rint" (F64) -> F64, Silent;
        /// C `rintf`: to nearest, ties to even, in the default rounding mode.
        Rintf = "rintf" (F32) -> F32, Silent;
    }
    BulkMemory {
        /// `memory.init`: segment, source offset, length, destination.
        MemoryInit = "aot_memory_init" (INSTANCE, U32, U32, U32, Size) -> Bool, Returns;
        /// `data.drop`: segment.
        DataDrop = "aot_data_drop" (INSTANCE, U32) -> Bool, Silent;
    }
    SharedMemory {
        /// `memory.atomic.wait32/64`: host address, expected value, timeout in nanoseconds,
        /// whether 64 bits wide. Returns 0 woken, 1 not equal, 2 timed out, -1 exception.
        AtomicWait = "wasm_runtime_atomic_wait"
            (INSTANCE_COMMON, ADDRESS, U64, I64, Bool) -> U32, Returns;
        /// `memory.atomic.notify`: host address, count. Returns the number of threads woken, or -1
        /// on an exception.
        AtomicNotify = "wasm_runtime_atomic_notify" (INSTANCE_COMMON, ADDRESS, U32) -> U32, Returns;
    }
    RefTypes {
        /// `elem.drop`: segment.
        DropTableSeg = "aot_drop_table_seg" (INSTANCE, U32) -> void, Silent;
        /// `table.init`: table, segment, **length, source, destination**.
        TableInit = "aot_table_init" (INSTANCE, U32, U32, U32, U32, U32) -> void, Unwinds;
        /// `table.copy`: **source table, destination table**, length, source, destination.
        TableCopy = "aot_table_copy" (INSTANCE, U32, U32, U32, U32, U32) -> void, Unwinds;
        /// `table.fill`: table, **length, value, start**.
        TableFill = "aot_table_fill" (INSTANCE, U32, U32, ELEMENT, U32) -> void, Unwinds;
        /// `table.grow`: table, increment, value. Returns the old size, or -1.
        TableGrow = "aot_table_grow" (INSTANCE, U32, U32, ELEMENT) -> U32, Silent;
    }
    AotStackFrame {
        /// Pushes a call-stack frame of this function.
        AllocFrame = "aot_alloc_frame" (EXEC_ENV, U32) -> Bool, Returns;
        /// Pops a call-stack frame.
        FreeFrame = "aot_free_frame" (EXEC_ENV) -> void, Silent;
        /// Updates the time counters of the current frame.
        FrameUpdateProfileInfo = "aot_frame_update_profile_info" (EXEC_ENV, Bool) -> void, Silent;
    }
    AotIntrinsics {
        /// `f32.abs`
        IntrinsicFabsF32 = "aot_intrinsic_fabs_f32" (F32) -> F32, Silent;
        /// `f64.abs`
        IntrinsicFabsF64 = "aot_intrinsic_fabs_f64" (F64) -> F64, Silent;
        /// `f32.floor`
        IntrinsicFloorF32 = "aot_intrinsic_floor_f32" (F32) -> F32, Silent;
        /// `f64.floor`
        IntrinsicFloorF64 = "aot_intrinsic_floor_f64" (F64) -> F64, Silent;
        /// `f32.ceil`
        IntrinsicCeilF32 = "aot_intrinsic_ceil_f32" (F32) -> F32, Silent;
        /// `f64.ceil`
        IntrinsicCeilF64 = "aot_intrinsic_ceil_f64" (F64) -> F64, Silent;
        /// `f32.trunc`
        IntrinsicTruncF32 = "aot_intrinsic_trunc_f32" (F32) -> F32, Silent;
        /// `f64.trunc`
        IntrinsicTruncF64 = "aot_intrinsic_trunc_f64" (F64) -> F64, Silent;
        /// `f32.nearest`
        IntrinsicRintF32 = "aot_intrinsic_rint_f32" (F32) -> F32, Silent;
        /// `f64.nearest`
        IntrinsicRintF64 = "aot_intrinsic_rint_f64" (F64) -> F64, Silent;
        /// `f32.sqrt`
        IntrinsicSqrtF32 = "aot_intrinsic_sqrt_f32" (F32) -> F32, Silent;
        /// `f64.sqrt`
        IntrinsicSqrtF64 = "aot_intrinsic_sqrt_f64" (F64) -> F64, Silent;
        /// `f32.copysign`
        IntrinsicCopysignF32 = "aot_intrinsic_copysign_f32" (F32, F32) -> F32, Silent;
        /// `f64.copysign`
        IntrinsicCopysignF64 = "aot_intrinsic_copysign_f64" (F64, F64) -> F64, Silent;
        /// `f32.add`
        IntrinsicFaddF32 = "aot_intrinsic_fadd_f32" (F32, F32) -> F32, Silent;
        /// `f64.add`
        IntrinsicFaddF64 = "aot_intrinsic_fadd_f64" (F64, F64) -> F64, Silent;
        /// `f32.sub`
        IntrinsicFsubF32 = "aot_intrinsic_fsub_f32" (F32, F32) -> F32, Silent;
        /// `f64.sub`
        IntrinsicFsubF64 = "aot_intrinsic_fsub_f64" (F64, F64) -> F64, Silent;
        /// `f32.mul`
        IntrinsicFmulF32 = "aot_intrinsic_fmul_f32" (F32, F32) -> F32, Silent;
        /// `f64.mul`
        IntrinsicFmulF64 = "aot_intrinsic_fmul_f64" (F64, F64) -> F64, Silent;
        /// `f32.div`
        IntrinsicFdivF32 = "aot_intrinsic_fdiv_f32" (F32, F32) -> F32, Silent;
        /// `f64.div`
        IntrinsicFdivF64 = "aot_intrinsic_fdiv_f64" (F64, F64) -> F64, Silent;
        /// `f32.min`, with the rules of wasm for NaN and zeros.
        IntrinsicFminF32 = "aot_intrinsic_fmin_f32" (F32, F32) -> F32, Silent;
        /// `f64.min`, with the rules of wasm for NaN and zeros.
        IntrinsicFminF64 = "aot_intrinsic_fmin_f64" (F64, F64) -> F64, Silent;
        /// `f32.max`, with the rules of wasm for NaN and zeros.
        IntrinsicFmaxF32 = "aot_intrinsic_fmax_f32" (F32, F32) -> F32, Silent;
        /// `f64.max`, with the rules of wasm for NaN and zeros.
        IntrinsicFmaxF64 = "aot_intrinsic_fmax_f64" (F64, F64) -> F64, Silent;
        /// `i32.clz`
        IntrinsicClzI32 = "aot_intrinsic_clz_i32" (U32) -> U32, Silent;
        /// `i64.clz`
        IntrinsicClzI64 = "aot_intrinsic_clz_i64" (U64) -> U64, Silent;
        /// `i32.ctz`
        IntrinsicCtzI32 = "aot_intrinsic_ctz_i32" (U32) -> U32, Silent;
        /// `i64.ctz`
        IntrinsicCtzI64 = "aot_intrinsic_ctz_i64" (U64) -> U64, Silent;
        /// `i32.popcnt`
        IntrinsicPopcntI32 = "aot_intrinsic_popcnt_i32" (U32) -> U32, Silent;
        /// `i64.popcnt`
        IntrinsicPopcntI64 = "aot_intrinsic_popcnt_i64" (U64) -> U64, Silent;
        /// `f32.convert_i32_s`
        IntrinsicI32ToF32 = "aot_intrinsic_i32_to_f32" (I32) -> F32, Silent;
        /// `f32.convert_i32_u`
        IntrinsicU32ToF32 = "aot_intrinsic_u32_to_f32" (U32) -> F32, Silent;
        /// `f64.convert_i32_s`
        IntrinsicI32ToF64 = "aot_intrinsic_i32_to_f64" (I32) -> F64, Silent;
        /// `f64.convert_i32_u`
        IntrinsicU32ToF64 = "aot_intrinsic_u32_to_f64" (U32) -> F64, Silent;
        /// `f32.convert_i64_s`
        IntrinsicI64ToF32 = "aot_intrinsic_i64_to_f32" (I64) -> F32, Silent;
        /// `f32.convert_i64_u`
        IntrinsicU64ToF32 = "aot_intrinsic_u64_to_f32" (U64) -> F32, Silent;
        /// `f64.convert_i64_s`
        IntrinsicI64ToF64 = "aot_intrinsic_i64_to_f64" (I64) -> F64, Silent;
        /// `f64.convert_i64_u`
        IntrinsicU64ToF64 = "aot_intrinsic_u64_to_f64" (U64) -> F64, Silent;
        /// A C cast: undefined for NaN and out of range.
        IntrinsicF32ToI32 = "aot_intrinsic_f32_to_i32" (F32) -> I32, Silent;
        /// A C cast: undefined for NaN and out of range.
        IntrinsicF32ToU32 = "aot_intrinsic_f32_to_u32" (F32) -> U32, Silent;
        /// A C cast: undefined for NaN and out of range.
        IntrinsicF32ToI64 = "aot_intrinsic_f32_to_i64" (F32) -> I64, Silent;
        /// A C cast: undefined for NaN and out of range.
        IntrinsicF32ToU64 = "aot_intrinsic_f32_to_u64" (F32) -> U64, Silent;
        /// A C cast: undefined for NaN and out of range.
        IntrinsicF64ToI32 = "aot_intrinsic_f64_to_i32" (F64) -> I32, Silent;
        /// A C cast: undefined for NaN and out of range.
        IntrinsicF64ToU32 = "aot_intrinsic_f64_to_u32" (F64) -> U32, Silent;
        /// A C cast: undefined for NaN and out of range.
        IntrinsicF64ToI64 = "aot_intrinsic_f64_to_i64" (F64) -> I64, Silent;
        /// A C cast: undefined for NaN and out of range.
        IntrinsicF64ToU64 = "aot_intrinsic_f64_to_u64" (F64) -> U64, Silent;
        /// `f64.promote_f32`
        IntrinsicF32ToF64 = "aot_intrinsic_f32_to_f64" (F32) -> F64, Silent;
        /// `f32.demote_f64`
        IntrinsicF64ToF32 = "aot_intrinsic_f64_to_f32" (F64) -> F32, Silent;
        /// Comparison; the first argument is WAMR's `AOTFloatCond`: 0 eq, 1 ne, 2 lt, 3 gt, 4 le,
        /// 5 ge, 6 unordered.
        IntrinsicF32Cmp = "aot_intrinsic_f32_cmp" (U32, F32, F32) -> I32, Silent;
        /// The same for `f64`.
        IntrinsicF64Cmp = "aot_intrinsic_f64_cmp" (U32, F64, F64) -> I32, Silent;
        /// `i64.div_s` without its checks.
        IntrinsicI64DivS = "aot_intrinsic_i64_div_s" (I64, I64) -> I64, Silent;
        /// `i64.div_u` without its check.
        IntrinsicI64DivU = "aot_intrinsic_i64_div_u" (U64, U64) -> U64, Silent;
        /// `i64.rem_s` without its checks.
        IntrinsicI64RemS = "aot_intrinsic_i64_rem_s" (I64, I64) -> I64, Silent;
        /// `i64.rem_u` without its check.
        IntrinsicI64RemU = "aot_intrinsic_i64_rem_u" (U64, U64) -> U64, Silent;
        /// `i64.or`
        IntrinsicI64BitOr = "aot_intrinsic_i64_bit_or" (U64, U64) -> U64, Silent;
        /// `i64.and`
        IntrinsicI64BitAnd = "aot_intrinsic_i64_bit_and" (U64, U64) -> U64, Silent;
        /// `i64.mul`
        IntrinsicI64Mul = "aot_intrinsic_i64_mul" (U64, U64) -> U64, Silent;
        /// `i64.shl`
        IntrinsicI64Shl = "aot_intrinsic_i64_shl" (U64, U64) -> U64, Silent;
        /// `i64.shr_s`
        IntrinsicI64ShrS = "aot_intrinsic_i64_shr_s" (U64, U64) -> U64, Silent;
        /// `i64.shr_u`
        IntrinsicI64ShrU = "aot_intrinsic_i64_shr_u" (U64, U64) -> U64, Silent;
        /// `i32.div_s` without its checks.
        IntrinsicI32DivS = "aot_intrinsic_i32_div_s" (I32, I32) -> I32, Silent;
        /// `i32.div_u` without its check.
        IntrinsicI32DivU = "aot_intrinsic_i32_div_u" (U32, U32) -> U32, Silent;
        /// `i32.rem_s` without its checks.
        IntrinsicI32RemS = "aot_intrinsic_i32_rem_s" (I32, I32) -> I32, Silent;
        /// `i32.rem_u` without its check.
        IntrinsicI32RemU = "aot_intrinsic_i32_rem_u" (U32, U32) -> U32, Silent;
    }
    GarbageCollection {
        /// The runtime type of this defined type, always the same for one index. Null on failure.
        RttTypeNew = "aot_rtt_type_new" (INSTANCE, U32) -> RTT, Silent;
        /// A structure whose fields are 0. Null on failure.
        StructObjNew = "wasm_struct_obj_new" (EXEC_ENV, RTT) -> STRUCT_OBJECT, Silent;
        /// An array: runtime type, length, initial value of 16 bytes or null for zeros. Null on
        /// failure.
        ArrayObjNew = "wasm_array_obj_new"
            (EXEC_ENV, RTT, U32, Ptr("WASMValue *")) -> ARRAY_OBJECT, Silent;
        /// Copies elements, also within an array: destination, its index, source, its index,
        /// length. It checks nothing.
        ArrayObjCopy = "wasm_array_obj_copy"
            (ARRAY_OBJECT, U32, ARRAY_OBJECT, U32, U32) -> void, Silent;
        /// Copies a data segment, dropped or not, to the start of an array: segment, offset in it,
        /// array, bytes of an element, number of elements. An offset at the end of the segment is
        /// an error even for no elements.
        ArrayInitWithData = "aot_array_init_with_data"
            (INSTANCE, U32, U32, ARRAY_OBJECT, U32, U32) -> Bool, Returns;
        /// A new object for a function: index, whether to set an exception on failure, and a
        /// buffer for the text otherwise. Null on failure.
        CreateFuncObj = "aot_create_func_obj"
            (INSTANCE, U32, Bool, Ptr("char *"), U32) -> ADDRESS, Returns;
        /// Whether an object, which is not null, has this defined type or a subtype.
        ObjIsInstanceOf = "aot_obj_is_instance_of" (INSTANCE, OBJECT, U32) -> Bool, Silent;
        /// Whether an object, which is not null, has this abstract heap type, a negative number.
        ObjIsTypeOf = "wasm_obj_is_type_of" (OBJECT, I32) -> Bool, Silent;
        /// Whether the first function type is the second or a supertype of it.
        FuncTypeIsSuperOf = "aot_func_type_is_super_of" (INSTANCE, U32, U32) -> Bool, Silent;
        /// `any.convert_extern` of a reference that is not null.
        ExternrefObjToInternalObj = "wasm_externref_obj_to_internal_obj"
            (EXTERN_OBJECT) -> OBJECT, Silent;
        /// `extern.convert_any` of a reference that is not null. Null on failure.
        InternalObjToExternrefObj = "wasm_internal_obj_to_externref_obj"
            (EXEC_ENV, OBJECT) -> EXTERN_OBJECT, Silent;
    }
}

impl Helper {
    /// Symbol, prototype and behaviour.
    pub const fn info(self) -> &'static HelperInfo {
        &TABLE[self as usize]
    }

    /// Symbol in relocations and in the native-symbol section.
    pub const fn symbol(self) -> &'static str {
        self.info().symbol
    }

    /// Whether a call may run the garbage collector, in a runtime that has one: the helper
    /// allocates an object, or calls code of the host. References that are live after such a call
    /// have to be where the collector finds them.
    pub const fn collects(self) -> bool {
        match self.info().needs {
            Some(RuntimeOption::GarbageCollection) => matches!(
                self,
                Helper::StructObjNew
                    | Helper::ArrayObjNew
                    | Helper::CreateFuncObj
                    | Helper::InternalObjToExternrefObj
            ),
            // It makes an object for each function.
            Some(RuntimeOption::RefTypes) => matches!(self, Helper::TableInit),
            None => matches!(
                self,
                Helper::InvokeNative | Helper::CallIndirect | Helper::QuickInvokeCApiNative
            ),
            Some(
                RuntimeOption::BulkMemory
                | RuntimeOption::SharedMemory
                | RuntimeOption::AotStackFrame
                | RuntimeOption::AotIntrinsics,
            ) => false,
        }
    }

    /// The helper with this symbol.
    pub fn from_symbol(symbol: &str) -> Option<Helper> {
        Helper::ALL.iter().copied().find(|helper| helper.symbol() == symbol)
    }
}

impl HelperInfo {
    /// Whether a failing call does not return in a runtime with hardware bounds checks.
    pub const fn unwinds(&self) -> bool {
        matches!(self.failure, Failure::Unwinds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_distinct_and_found_again() {
        assert_eq!(TABLE.len(), Helper::ALL.len());
        for &helper in Helper::ALL {
            assert_eq!(Helper::from_symbol(helper.symbol()), Some(helper));
        }
    }

    #[test]
    fn helpers_that_allocate_or_call_the_host_collect() {
        let collecting: Vec<_> = Helper::ALL.iter().filter(|helper| helper.collects()).collect();
        let names: Vec<_> = collecting.iter().map(|helper| helper.symbol()).collect();
        assert_eq!(
            names,
            [
                "aot_invoke_native",
                "aot_call_indirect",
                "wasm_runtime_quick_invoke_c_api_native",
                "aot_table_init",
                "wasm_struct_obj_new",
                "wasm_array_obj_new",
                "aot_create_func_obj",
                "wasm_internal_obj_to_externref_obj",
            ]
        );
    }
}
