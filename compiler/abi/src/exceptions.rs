//! Traps: the ids that compiled code passes to `aot_set_exception_with_id`, and WAMR's texts.
//!
//! This is the only place that knows the numbers. Every id is asserted against `enum
//! WASMExceptionID` (`core/iwasm/interpreter/wasm_runtime.h`) when the runtime is built. The texts
//! are those of `exception_msgs` (`core/iwasm/common/wasm_runtime_common.c`).
//!
//! The texts of 18, 19 and 20 end in "object" instead of "reference" before release 2.3.0.
//!
//! Not included: the ids of string references (29 to 32), which no file of this compiler raises,
//! and exceptions that the runtime raises by text only.

/// Generates the enum and the tables from one list.
macro_rules! traps {
    ($( $(#[$doc:meta])* $name:ident = $id:literal, $c_name:literal, $message:literal; )*) => {
        /// A trap that compiled code can raise.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u32)]
        pub enum TrapId {
            $( $(#[$doc])* $name = $id, )*
        }

        impl TrapId {
            /// Every trap, by ascending id.
            pub const ALL: &[TrapId] = &[$( TrapId::$name, )*];

            /// The text that WAMR sets, without the prefix `Exception: `.
            pub const fn message(self) -> &'static str {
                match self { $( TrapId::$name => $message, )* }
            }

            /// The enumerator in WAMR's `enum WASMExceptionID`.
            pub const fn c_name(self) -> &'static str {
                match self { $( TrapId::$name => $c_name, )* }
            }
        }
    };
}

traps! {
    /// The instruction `unreachable`.
    Unreachable = 0, "EXCE_UNREACHABLE", "unreachable";
    /// The host is out of memory.
    OutOfMemory = 1, "EXCE_OUT_OF_MEMORY", "allocate memory failed";
    /// A memory access beyond the end of the memory.
    OutOfBoundsMemoryAccess = 2, "EXCE_OUT_OF_BOUNDS_MEMORY_ACCESS", "out of bounds memory access";
    /// Division of the minimum integer by -1, or a float out of range for the integer type.
    IntegerOverflow = 3, "EXCE_INTEGER_OVERFLOW", "integer overflow";
    /// Integer division by zero.
    IntegerDivideByZero = 4, "EXCE_INTEGER_DIVIDE_BY_ZERO", "integer divide by zero";
    /// Conversion of NaN to an integer.
    InvalidConversionToInteger = 5, "EXCE_INVALID_CONVERSION_TO_INTEGER",
        "invalid conversion to integer";
    /// `call_indirect` of a function of another type.
    IndirectCallTypeMismatch = 6, "EXCE_INVALID_FUNCTION_TYPE_INDEX", "indirect call type mismatch";
    /// A function index that the module does not have.
    InvalidFunctionIndex = 7, "EXCE_INVALID_FUNCTION_INDEX", "invalid function index";
    /// `call_indirect` beyond the end of the table.
    UndefinedElement = 8, "EXCE_UNDEFINED_ELEMENT", "undefined element";
    /// `call_indirect` of a null reference.
    UninitializedElement = 9, "EXCE_UNINITIALIZED_ELEMENT", "uninitialized element";
    /// Call of an import that the host does not provide.
    CallUnlinkedImport = 10, "EXCE_CALL_UNLINKED_IMPORT_FUNC",
        "failed to call unlinked import function";
    /// Native stack overflow.
    NativeStackOverflow = 11, "EXCE_NATIVE_STACK_OVERFLOW", "native stack overflow";
    /// An atomic access whose address is not a multiple of its width.
    UnalignedAtomic = 12, "EXCE_UNALIGNED_ATOMIC", "unaligned atomic";
    /// The module's own stack in linear memory has overflowed.
    AuxStackOverflow = 13, "EXCE_AUX_STACK_OVERFLOW", "wasm auxiliary stack overflow";
    /// The module's own stack pointer is above its stack.
    AuxStackUnderflow = 14, "EXCE_AUX_STACK_UNDERFLOW", "wasm auxiliary stack underflow";
    /// A table access beyond the end of the table.
    OutOfBoundsTableAccess = 15, "EXCE_OUT_OF_BOUNDS_TABLE_ACCESS", "out of bounds table access";
    /// There is no room for another call-stack frame.
    OperandStackOverflow = 16, "EXCE_OPERAND_STACK_OVERFLOW", "wasm operand stack overflow";
    /// Never raised by ahead-of-time code.
    FastJitCompilation = 17, "EXCE_FAILED_TO_COMPILE_FAST_JIT_FUNC",
        "failed to compile fast jit function";
    /// Call of a null function reference.
    NullFunctionReference = 18, "EXCE_NULL_FUNC_OBJ", "null function reference";
    /// Access to a field of a null reference.
    NullStructureReference = 19, "EXCE_NULL_STRUCT_OBJ", "null structure reference";
    /// Access to an element, or the length, of a null reference.
    NullArrayReference = 20, "EXCE_NULL_ARRAY_OBJ", "null array reference";
    /// `i31.get_s` or `i31.get_u` of a null reference.
    NullI31Reference = 21, "EXCE_NULL_I31_OBJ", "null i31 reference";
    /// `ref.as_non_null` of a null reference.
    NullReference = 22, "EXCE_NULL_REFERENCE", "null reference";
    /// There is no memory for the runtime type of a defined type.
    CreateRttFailed = 23, "EXCE_FAILED_TO_CREATE_RTT_TYPE", "create rtt type failed";
    /// There is no memory for a structure.
    CreateStructFailed = 24, "EXCE_FAILED_TO_CREATE_STRUCT_OBJ", "create struct object failed";
    /// There is no memory for an array, or it is too long.
    CreateArrayFailed = 25, "EXCE_FAILED_TO_CREATE_ARRAY_OBJ", "create array object failed";
    /// There is no memory for the result of `extern.convert_any`.
    CreateExternrefFailed = 26, "EXCE_FAILED_TO_CREATE_EXTERNREF_OBJ",
        "create externref object failed";
    /// `ref.cast` of a reference of another type.
    CastFailure = 27, "EXCE_CAST_FAILURE", "cast failure";
    /// An access beyond the end of an array.
    OutOfBoundsArrayAccess = 28, "EXCE_ARRAY_IDX_OOB", "out of bounds array access";
    /// An exception is already pending: keeps its text and only unwinds.
    AlreadyThrown = 33, "EXCE_ALREADY_THROWN", "";
}

impl TrapId {
    /// The number to pass to `aot_set_exception_with_id`.
    pub const fn id(self) -> u32 {
        self as u32
    }

    /// The trap with this id, if compiled code can raise it.
    pub fn from_id(id: u32) -> Option<TrapId> {
        TrapId::ALL.iter().copied().find(|trap| trap.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_ascend_and_are_found_again() {
        assert!(TrapId::ALL.windows(2).all(|pair| pair[0].id() < pair[1].id()));
        for &trap in TrapId::ALL {
            assert_eq!(TrapId::from_id(trap.id()), Some(trap));
        }
        assert_eq!(TrapId::from_id(29), None);
    }
}
