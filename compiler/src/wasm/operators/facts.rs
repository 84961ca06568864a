//! All facts about operators except how they are lowered, in one table.
//!
//! wasmparser's own list drives the table. An operator without an arm in `facts` does not
//! compile, nor does one with an immediate that `reference` does not know. So whoever adds a
//! proposal has to state here everything that the passes over bodies need to know.

use super::OperatorKind;

/// The facts about an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// The approximate number of machine instructions: 0 if the operator only names a value or a
    /// position in the code. A branch table has one more for each target.
    pub(crate) weight: u32,
    /// Whether it only delimits others, so that it does not count as an instruction.
    pub(crate) delimits: bool,
    /// Whether it opens a block, which `end` or `delegate` closes.
    pub(crate) opens_block: bool,
    /// Whether it ends a basic block: control may continue elsewhere, arrive from elsewhere, or
    /// pass through another function.
    pub(crate) ends_block: bool,
    /// Whether it is a tail call.
    pub(crate) tail_call: bool,
    /// Whether it may change elements of a table.
    pub(crate) writes_table: bool,
    /// Whether it may change the number of elements of a table.
    pub(crate) grows_table: bool,
    /// Whether it reads or changes the size of a memory.
    pub(crate) uses_memory_size: bool,
    /// Whether it works on references to functions of a certain type.
    pub(crate) typed: bool,
    /// The unit of its length, if it works on a range.
    pub(crate) length: Option<Length>,
}

/// The unit in which the length of an operator is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// Bytes of memory.
    Bytes,
    /// Pages of memory.
    Pages,
    /// Elements of a table.
    Elements,
}

impl Facts {
    const fn ends_block(mut self) -> Self {
        self.ends_block = true;
        self
    }

    const fn opens_block(mut self) -> Self {
        self.opens_block = true;
        self
    }

    const fn delimits(mut self) -> Self {
        self.delimits = true;
        self
    }

    const fn is_tail_call(mut self) -> Self {
        self.tail_call = true;
        self
    }

    const fn writes_table(mut self) -> Self {
        self.writes_table = true;
        self
    }

    const fn grows_table(mut self) -> Self {
        self.grows_table = true;
        self
    }

    const fn uses_memory_size(mut self) -> Self {
        self.uses_memory_size = true;
        self
    }

    const fn is_typed(mut self) -> Self {
        self.typed = true;
        self
    }

    const fn works_on(mut self, length: Length) -> Self {
        self.length = Some(length);
        self
    }
}

const fn weighs(weight: u32) -> Facts {
    Facts {
        weight,
        delimits: false,
        opens_block: false,
        ends_block: false,
        tail_call: false,
        writes_table: false,
        grows_table: false,
        uses_memory_size: false,
        typed: false,
        length: None,
    }
}

/// The weight of a call: passing arguments, and keeping values across it.
const CALL: u32 = 5;

/// The facts about an operator, by its proposal, its name, the names of its immediates, and its
/// arity. The first arm that matches counts.
#[rustfmt::skip]
macro_rules! facts {
    // All other operators of WebAssembly 1.0 without immediates compute a value from one or two
    // others. That version is complete: nothing will be added to it.
    (@mvp I32WrapI64 $($any:tt)*) => { weighs(0) };
    (@mvp I64ExtendI32U $($any:tt)*) => { weighs(0) };
    (@mvp $op:ident () (arity 1 -> 1)) => { weighs(1) };
    (@mvp $op:ident () (arity 2 -> 1)) => { weighs(1) };
    // Loads and stores; constants.
    (@mvp $op:ident (memarg) $arity:tt) => { weighs(1) };
    (@mvp $op:ident (value) $arity:tt) => { weighs(0) };

    (@mvp Unreachable $($any:tt)*) => { weighs(1).ends_block() };
    (@mvp Nop $($any:tt)*) => { weighs(0) };
    (@mvp Block $($any:tt)*) => { weighs(0).opens_block() };
    (@mvp Loop $($any:tt)*) => { weighs(0).opens_block().ends_block() };
    (@mvp If $($any:tt)*) => { weighs(1).opens_block().ends_block() };
    (@mvp Else $($any:tt)*) => { weighs(0).ends_block().delimits() };
    (@mvp End $($any:tt)*) => { weighs(0).ends_block().delimits() };
    (@mvp Br $($any:tt)*) => { weighs(1).ends_block() };
    (@mvp BrIf $($any:tt)*) => { weighs(1).ends_block() };
    (@mvp BrTable $($any:tt)*) => { weighs(CALL).ends_block() };
    (@mvp Return $($any:tt)*) => { weighs(0).ends_block() };
    (@mvp Call $($any:tt)*) => { weighs(CALL).ends_block() };
    (@mvp CallIndirect $($any:tt)*) => { weighs(2 * CALL).ends_block() };
    (@mvp Drop $($any:tt)*) => { weighs(0) };
    (@mvp Select $($any:tt)*) => { weighs(1) };
    (@mvp LocalGet $($any:tt)*) => { weighs(0) };
    (@mvp LocalSet $($any:tt)*) => { weighs(0) };
    (@mvp LocalTee $($any:tt)*) => { weighs(0) };
    (@mvp GlobalGet $($any:tt)*) => { weighs(1) };
    (@mvp GlobalSet $($any:tt)*) => { weighs(1) };
    (@mvp MemorySize $($any:tt)*) => { weighs(1).uses_memory_size() };
    (@mvp MemoryGrow $($any:tt)*) => { weighs(1).uses_memory_size().works_on(Length::Pages) };

    (@bulk_memory MemoryInit $($any:tt)*) => { weighs(1).works_on(Length::Bytes) };
    (@bulk_memory DataDrop $($any:tt)*) => { weighs(1) };
    (@bulk_memory MemoryCopy $($any:tt)*) => { weighs(CALL).works_on(Length::Bytes) };
    (@bulk_memory MemoryFill $($any:tt)*) => { weighs(CALL).works_on(Length::Bytes) };
    (@bulk_memory TableInit $($any:tt)*) => { weighs(1).writes_table().works_on(Length::Elements) };
    (@bulk_memory ElemDrop $($any:tt)*) => { weighs(1) };
    (@bulk_memory TableCopy $($any:tt)*) => { weighs(1).writes_table().works_on(Length::Elements) };

    (@reference_types TypedSelect $($any:tt)*) => { weighs(1) };
    (@reference_types TypedSelectMulti $($any:tt)*) => { weighs(1) };
    (@reference_types RefNull $($any:tt)*) => { weighs(1) };
    (@reference_types RefIsNull $($any:tt)*) => { weighs(1) };
    (@reference_types RefFunc $($any:tt)*) => { weighs(1) };
    (@reference_types TableGet $($any:tt)*) => { weighs(1) };
    (@reference_types TableSet $($any:tt)*) => { weighs(1).writes_table() };
    (@reference_types TableSize $($any:tt)*) => { weighs(1) };
    (@reference_types TableGrow $($any:tt)*) => { weighs(1).writes_table().grows_table().works_on(Length::Elements) };
    (@reference_types TableFill $($any:tt)*) => { weighs(1).writes_table().works_on(Length::Elements) };

    (@tail_call ReturnCall $($any:tt)*) => { weighs(CALL).ends_block().is_tail_call() };
    (@tail_call ReturnCallIndirect $($any:tt)*) => { weighs(2 * CALL).ends_block().is_tail_call() };

    (@function_references CallRef $($any:tt)*) => { weighs(2 * CALL).ends_block().is_typed() };
    (@function_references ReturnCallRef $($any:tt)*) => { weighs(2 * CALL).ends_block().is_tail_call().is_typed() };
    (@function_references RefAsNonNull $($any:tt)*) => { weighs(1).is_typed() };
    (@function_references BrOnNull $($any:tt)*) => { weighs(1).ends_block().is_typed() };
    (@function_references BrOnNonNull $($any:tt)*) => { weighs(1).ends_block().is_typed() };

    (@exceptions TryTable $($any:tt)*) => { weighs(1).opens_block() };
    (@exceptions Throw $($any:tt)*) => { weighs(CALL).ends_block() };
    (@exceptions ThrowRef $($any:tt)*) => { weighs(CALL).ends_block() };
    (@legacy_exceptions Try $($any:tt)*) => { weighs(1).opens_block() };
    (@legacy_exceptions Catch $($any:tt)*) => { weighs(1).ends_block().delimits() };
    (@legacy_exceptions CatchAll $($any:tt)*) => { weighs(1).ends_block().delimits() };
    (@legacy_exceptions Rethrow $($any:tt)*) => { weighs(CALL).ends_block() };
    (@legacy_exceptions Delegate $($any:tt)*) => { weighs(1).ends_block().delimits() };

    (@gc RefEq $($any:tt)*) => { weighs(1).is_typed() };
    (@gc StructNew $($any:tt)*) => { weighs(CALL).is_typed() };
    (@gc StructNewDefault $($any:tt)*) => { weighs(CALL).is_typed() };
    (@gc StructGet $($any:tt)*) => { weighs(1).is_typed() };
    (@gc StructGetS $($any:tt)*) => { weighs(1).is_typed() };
    (@gc StructGetU $($any:tt)*) => { weighs(1).is_typed() };
    (@gc StructSet $($any:tt)*) => { weighs(1).is_typed() };
    (@gc ArrayNew $($any:tt)*) => { weighs(2 * CALL).is_typed().works_on(Length::Elements) };
    (@gc ArrayNewDefault $($any:tt)*) => { weighs(CALL).is_typed().works_on(Length::Elements) };
    (@gc ArrayNewFixed $($any:tt)*) => { weighs(CALL).is_typed() };
    (@gc ArrayNewData $($any:tt)*) => { weighs(2 * CALL).is_typed().works_on(Length::Elements) };
    (@gc ArrayNewElem $($any:tt)*) => { weighs(2 * CALL).is_typed().works_on(Length::Elements) };
    (@gc ArrayGet $($any:tt)*) => { weighs(2).is_typed() };
    (@gc ArrayGetS $($any:tt)*) => { weighs(2).is_typed() };
    (@gc ArrayGetU $($any:tt)*) => { weighs(2).is_typed() };
    (@gc ArraySet $($any:tt)*) => { weighs(2).is_typed() };
    (@gc ArrayLen $($any:tt)*) => { weighs(1).is_typed() };
    (@gc ArrayFill $($any:tt)*) => { weighs(CALL).is_typed().works_on(Length::Elements) };
    (@gc ArrayCopy $($any:tt)*) => { weighs(CALL).is_typed().works_on(Length::Elements) };
    (@gc ArrayInitData $($any:tt)*) => { weighs(CALL).is_typed().works_on(Length::Elements) };
    (@gc ArrayInitElem $($any:tt)*) => { weighs(CALL).is_typed().works_on(Length::Elements) };
    (@gc RefTestNonNull $($any:tt)*) => { weighs(2).is_typed() };
    (@gc RefTestNullable $($any:tt)*) => { weighs(2).is_typed() };
    (@gc RefCastNonNull $($any:tt)*) => { weighs(2).is_typed() };
    (@gc RefCastNullable $($any:tt)*) => { weighs(2).is_typed() };
    (@gc BrOnCast $($any:tt)*) => { weighs(2).ends_block().is_typed() };
    (@gc BrOnCastFail $($any:tt)*) => { weighs(2).ends_block().is_typed() };
    (@gc AnyConvertExtern $($any:tt)*) => { weighs(1).is_typed() };
    (@gc ExternConvertAny $($any:tt)*) => { weighs(CALL).is_typed() };
    (@gc RefI31 $($any:tt)*) => { weighs(1).is_typed() };
    (@gc I31GetS $($any:tt)*) => { weighs(1).is_typed() };
    (@gc I31GetU $($any:tt)*) => { weighs(1).is_typed() };

    // Computations and memory accesses: all operators of each of these proposals are alike.
    (@sign_extension $($any:tt)*) => { weighs(1) };
    (@saturating_float_to_int $($any:tt)*) => { weighs(1) };
    (@wide_arithmetic $($any:tt)*) => { weighs(1) };
    (@threads $($any:tt)*) => { weighs(1) };
    (@simd $($any:tt)*) => { weighs(1) };
    (@relaxed_simd $($any:tt)*) => { weighs(1) };

    // Unsupported proposals: bodies with such operators are invalid.
    (@custom_descriptors $($any:tt)*) => { weighs(1) };
    (@acquire_release_atomics $($any:tt)*) => { weighs(1) };
    (@memory_control $($any:tt)*) => { weighs(1) };
    (@shared_everything_threads $($any:tt)*) => { weighs(1) };
    (@stack_switching $($any:tt)*) => { weighs(1) };
}

macro_rules! define_table {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {
        const TABLE: [Facts; OperatorKind::ALL.len()] =
            [$( facts!(@$proposal $op ($($($arg)*)?) ($($ann)*)) ),*];
    };
}
wasmparser::for_each_operator!(define_table);

impl OperatorKind {
    /// What is known of it.
    pub(crate) const fn facts(self) -> Facts {
        TABLE[self as usize]
    }
}

/// The items outside its body that an operator refers to, as `[Option<Reference>; 2]`, by its
/// proposal, its name and its immediates.
#[rustfmt::skip]
macro_rules! references {
    // In a module with such operators, all declarations and segments are part of every key.
    (@gc $($any:tt)*) => { [None, None] };

    // Not supported.
    (@custom_descriptors $($any:tt)*) => { [None, None] };
    (@acquire_release_atomics $($any:tt)*) => { [None, None] };
    (@memory_control $($any:tt)*) => { [None, None] };
    (@shared_everything_threads $($any:tt)*) => { [None, None] };
    (@stack_switching $($any:tt)*) => { [None, None] };

    (@$proposal:ident $op:ident) => { [None, None] };
    (@$proposal:ident $op:ident $one:ident) => { [reference!($op $one $one), None] };
    (@$proposal:ident $op:ident $one:ident $two:ident) => { [reference!($op $one $one), reference!($op $two $two)] };
}

/// The item outside the body that an immediate of an operator refers to, by the immediate's name in
/// wasmparser's list.
#[rustfmt::skip]
macro_rules! reference {
    (RefFunc function_index $index:expr) => { Some(Reference::Value($index)) };
    ($op:ident function_index $index:expr) => { Some(Reference::Callee($index)) };
    ($op:ident type_index $index:expr) => { Some(Reference::CalledType($index)) };
    ($op:ident blockty $ty:expr) => {
        match $ty {
            BlockType::FuncType(index) => Some(Reference::BlockType(index)),
            BlockType::Empty | BlockType::Type(_) => None,
        }
    };
    ($op:ident global_index $index:expr) => { Some(Reference::Global($index)) };
    ($op:ident table_index $index:expr) => { Some(Reference::Table($index)) };
    ($op:ident table $index:expr) => { Some(Reference::Table($index)) };
    ($op:ident dst_table $index:expr) => { Some(Reference::Table($index)) };
    ($op:ident src_table $index:expr) => { Some(Reference::Table($index)) };
    ($op:ident elem_index $index:expr) => { Some(Reference::Element($index)) };
    ($op:ident data_index $index:expr) => { Some(Reference::Data($index)) };
    ($op:ident mem $index:expr) => { Reference::other_memory($index) };
    ($op:ident dst_mem $index:expr) => { Reference::other_memory($index) };
    ($op:ident src_mem $index:expr) => { Reference::other_memory($index) };
    // If a module has tags, all tags and all types are part of every key.
    ($op:ident tag_index $index:expr) => { reference!(@none $index) };
    ($op:ident try_table $table:expr) => { reference!(@none $table) };
    // Values, and items of the body itself. If types contain indexes, all types are part of the key.
    ($op:ident value $value:expr) => { reference!(@none $value) };
    ($op:ident local_index $index:expr) => { reference!(@none $index) };
    ($op:ident relative_depth $depth:expr) => { reference!(@none $depth) };
    ($op:ident targets $targets:expr) => { reference!(@none $targets) };
    ($op:ident memarg $memarg:expr) => { reference!(@none $memarg) };
    ($op:ident ordering $ordering:expr) => { reference!(@none $ordering) };
    ($op:ident lane $lane:expr) => { reference!(@none $lane) };
    ($op:ident lanes $lanes:expr) => { reference!(@none $lanes) };
    ($op:ident hty $ty:expr) => { reference!(@none $ty) };
    ($op:ident ty $ty:expr) => { reference!(@none $ty) };
    ($op:ident tys $types:expr) => { reference!(@none $types) };
    (@none $value:expr) => {{
        let _ = &$value;
        None
    }};
}

/// Whether an immediate of an operator, by its name in wasmparser's list, mentions references to
/// functions of a certain type.
#[rustfmt::skip]
macro_rules! is_typed {
    (blockty $ty:expr) => { matches!($ty, BlockType::Type(ty) if typed_references::is_typed(ty)) };
    (try_table $table:expr) => { matches!($table.ty, BlockType::Type(ty) if typed_references::is_typed(ty)) };
    (hty $ty:expr) => { typed_references::is_typed_heap($ty) };
    (ty $ty:expr) => { typed_references::is_typed($ty) };
    (tys $types:expr) => { $types.iter().any(|&ty| typed_references::is_typed(ty)) };
    ($other:ident $value:expr) => { false };
}

pub(in crate::wasm) use {is_typed, reference, references};
