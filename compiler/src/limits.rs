//! All limits that were chosen by measuring or by judgement, each with its reason.
//!
//! A limit keeps time and memory in proportion to the size of a module, or decides where effort
//! pays. `docs/performance.md` has the measurements behind those that decide about speed. Numbers
//! that follow from a format or from the runtime, and those of the cache's files, are with the code
//! that they belong to.

pub(crate) mod passing {
    //! Values that operators pass on, in a whole module (`wasm/passed.rs`).

    /// Types with so few values pass no more than a value for each byte.
    pub(crate) const FEW: usize = 4;

    /// The number of values that every module may pass on.
    pub(crate) const ALWAYS: u64 = 200_000;

    /// The number of further values for each byte of the bodies.
    pub(crate) const PER_BYTE: u64 = 2;
}

pub(crate) mod lowering {
    //! Lowering one function: the size of its IR, and the work of SSA construction. A function that
    //! exceeds one of the maxima is refused (`lower/size.rs`).

    /// The maximum number of IR instructions, and of IR values, of a function: some megabytes of
    /// ordinary wasm code. A few bytes can require many of them, for example a call with 1,000
    /// results or a loop with 1,000 locals, and Cranelift needs several hundred bytes of memory for
    /// each.
    pub(crate) const MAX_IR_SIZE: usize = 2_000_000;

    /// The maximum number of pairs of a local and a block. SSA construction may keep a value for
    /// each pair. 20,000 locals that are set after 40,000 blocks are 240 KB of wasm, and took 3.2
    /// GB.
    pub(crate) const MAX_LOCALS_BY_BLOCKS: u64 = 100_000_000;

    /// The maximum number of operands of all conditional branches of a function together. Two bytes
    /// make a branch with as many operands as a label has values; twenty million take 250 MB.
    pub(crate) const MAX_BRANCH_OPERANDS: usize = 20_000_000;

    /// The maximum number of pairs of parameters of the same loop header, summed over all loops of
    /// a function. A parameter that turns out to have only one value is removed, and the others
    /// move up; 37,500 locals of one loop, 1.4 billion pairs, took 1.6 s.
    pub(crate) const MAX_LOOP_PARAM_PAIRS: u64 = 300_000_000;

    /// The maximum number of locals that all branches to loops of a function pass on together.
    /// 5,000 branches back to a loop with as many locals, 55 KB of wasm, took 500 MB.
    pub(crate) const MAX_LOOP_ARGS: u64 = 4_000_000;

    /// The maximum number of steps that SSA construction may take through all branch tables of a
    /// function.
    pub(crate) const MAX_TABLE_STEPS: u64 = 1_000_000_000;
    /// Below this share, no exact count is needed.
    pub(crate) const SMALL_TABLE_STEPS: u64 = MAX_TABLE_STEPS / 1000;

    /// More locals than this in one declaration are declared only if they are used: a declaration
    /// of four bytes can have 50,000.
    pub(crate) const MANY_LOCALS: u32 = 256;

    /// The number of operators lowered before the host is asked again whether to continue.
    pub(crate) const OPERATORS_BETWEEN_CHECKS: u32 = 4096;

    /// The depth of nested loops up to which chains of aliases need not be shortened
    /// (`lower/wasm_state/aliases.rs`): they are no longer than that. 20,000 nested loops took
    /// minutes.
    pub(crate) const SHALLOW_LOOPS: u32 = 32;

    /// The number of recent traps in which to look for one with the same position, which traps of
    /// the same operator have.
    pub(crate) const RECENT_TRAPS: usize = 8;

    /// The maximum number of other bodies that may be part of a function's key. Functions that call
    /// more of them, directly or indirectly, have no key.
    pub(crate) const MAX_BODIES_OF_KEY: usize = 500;
}

pub(crate) mod code {
    //! The shape of the code of one function.

    /// The maximum number of compares that replace a jump through a table, which costs a load and
    /// is hard to predict.
    pub(crate) const MAX_COMPARES: usize = 3;

    /// The number of checked addresses that are known at a time. All of them are searched at each
    /// access, so remembering more costs more than it saves.
    pub(crate) const REMEMBERED_ADDRESSES: usize = 16;

    /// The depth to which the search for the greatest value of an index goes, whose time may double
    /// with each step.
    pub(crate) const GREATEST_DEPTH: u32 = 6;

    /// The share that a thread draws at once: this part of the account, as a number of bits to
    /// shift by, limited by a maximum, and at least what the thread has to pay.
    pub(crate) const SHARE_SHIFT: i64 = 10;
    pub(crate) const LARGEST_SHARE: i64 = 1 << 16;
}

pub(crate) mod tables {
    //! Initial values of tables (`wasm/typed_references.rs`).

    /// The maximum number of elements that are written to the file because their tables have an
    /// initial value. A module of 40 bytes can declare ten million.
    pub(crate) const MAX_INITIAL_ELEMENTS: u64 = 1 << 20;
}

pub(crate) mod collector {
    //! Modules for a runtime that collects garbage.

    /// The most references that functions under way can need later, at 8 bytes each: as many as
    /// some thousand nested calls with several references each.
    pub(crate) const ROOTS: u32 = 32_768;

    /// Types and fields beyond this are refused: offsets of references have 16 bits in the runtime
    /// (`WASMStructType.reference_table`).
    pub(crate) const MAX_REFERENCE_OFFSET: u32 = 65_535;

    /// The most pairs of a reference and a block at whose end it is needed, and of a reference and
    /// a call after which it is needed, in a function. A function with more is refused.
    pub(crate) const MAX_LIVE: usize = 20_000_000;

    /// The most pairs of a slot and a block for which the contents of slots are followed through a
    /// function. In others, references are stored before each call.
    pub(crate) const MAX_FOLLOWED: usize = 20_000_000;

    /// The number of initial values that one added function computes.
    pub(crate) const INITIALISERS: usize = 200;
}

pub(crate) mod exceptions {
    //! Exceptions (`wamr/exceptions.rs`, `lower/exceptions/`).

    /// The maximum number of 8-byte words for the operands of a tag. Every one of the [`SLOTS`] of
    /// every instance has room for so many.
    pub(crate) const MAX_OPERAND_WORDS: u32 = 128;

    /// The number of slots for exceptions that do not fit into a reference. Slot 0 is not available
    /// to references. A power of two.
    pub(crate) const SLOTS: u32 = 1024;

    /// The number of tags whose operands do not fit into a reference with which code compares the
    /// tag of a reference, one after the other.
    pub(crate) const MAX_COMPARED_TAGS: usize = 16;

    /// The number of clauses that the `throw` operators of a function are compared with while it is
    /// compiled. A `throw` beyond that goes to the landing pad, where its tag is compared at run
    /// time: 4,000 of them inside as many `try` operators would take 16 million comparisons.
    pub(crate) const MAX_COMPARED_CLAUSES: usize = 1_000_000;
}

pub(crate) mod inlining {
    //! Inlining at level 3 (`lower/optimise/inline.rs`). Weights are those of `wasm/survey.rs`.

    use std::ops::RangeInclusive;

    /// The weight up to which a function is inlined wherever it is called: the call is as much
    /// code. With limits twice as large as this and the next, sql.js took 1.3 times as long to
    /// compile, and no program ran measurably faster.
    pub(crate) const SMALL: u32 = 12;
    /// The same for calls in loops, and for functions that are called in only one place.
    pub(crate) const MEDIUM: u32 = 20;
    /// The weights of functions that may turn out to compute a 128-bit product; the weights of the
    /// known ones are far from both ends.
    pub(crate) const PRODUCT: RangeInclusive<u32> = 15..=50;
    /// The maximum number of parameters and locals of an inlined function, each of which becomes a
    /// variable of the caller.
    pub(crate) const MAX_LOCALS: u32 = 64;

    /// The maximum weight of all functions inlined into one function, in addition to a tenth of its
    /// own weight.
    pub(crate) const GROWTH: u32 = 30;
    /// The maximum weight of a recursive function and of all copies of it that are inlined into it.
    /// fib(40) then takes a third of the time.
    pub(crate) const RECURSION: u32 = 400;
    /// The maximum depth of calls of itself that are inlined into each other.
    pub(crate) const MAX_RECURSION_DEPTH: u32 = 6;
    /// The maximum depth of bodies inlined into each other.
    pub(crate) const MAX_DEPTH: usize = 8;

    /// Nothing more is inlined into a function with this many IR instructions, or this many pairs
    /// of a variable and a block: inlining must not exceed the limits of the compiler.
    pub(crate) const MAX_CALLER_INSTS: usize = 50_000;
    pub(crate) const MAX_CALLER_VARIABLES_BY_BLOCKS: u64 = 10_000_000;

    /// The maximum number of locals in a candidate; the longest known one has eleven.
    pub(crate) const MAX_LOCALS_OF_PRODUCT: usize = 32;
}

pub(crate) mod unrolling {
    //! Unrolling at level 3 (`native/unroll.rs`).

    /// The maximum number of iterations of a loop that is unrolled. Compilers to wasm have unrolled
    /// most loops with a known count, so what is left is small, and written by hand.
    pub(crate) const MAX_TRIPS: usize = 32;
    /// The maximum number of instructions that one loop may add.
    pub(crate) const MAX_ADDED: usize = 256;
    /// The maximum number of instructions that all loops of a function may add together.
    pub(crate) const MAX_ADDED_TO_FUNCTION: usize = 2048;
    /// The minimum size that a loop counts for, so that a function does not unroll too many loops.
    pub(crate) const LEAST_ADDED: usize = 16;
}

pub(crate) mod hotness {
    //! Functions that are worth more effort than most (`native/hotness.rs`).

    /// The maximum size of a function without loops, or of a recursive one.
    pub(crate) const SIZE: usize = 50;

    /// The factor by which the limit grows with each level of nested loops.
    pub(crate) const FACTOR_PER_LOOP: usize = 3;

    /// The maximum size of a function, whatever its loops.
    pub(crate) const MAX_SIZE: usize = 3_000;

    /// The minimum number of instructions for each call. A call spills most registers, so there is
    /// little to gain around it, and much to search.
    pub(crate) const INSTRUCTIONS_PER_CALL: usize = 50;
}

pub(crate) mod redundancy {
    //! Functions in which the middle end finds enough to do (`native/redundancy.rs`).

    /// A function is left as it is if it has at least this many instructions for each redundant
    /// one.
    pub(crate) const INSTRUCTIONS_PER_REDUNDANCY: usize = 60;
}

pub(crate) mod complexity {
    //! Functions for which an algorithm of Cranelift would take too long (`native/complexity.rs`).

    /// The maximum number of blocks for which the middle end looks for equal computations. 300,000
    /// in a row took minutes. CPython has 12,600 in one function.
    pub(crate) const MAX_BLOCKS: usize = 60_000;

    /// The maximum number of steps through loops for moving code out of them. CPython has 0.6
    /// million in one function.
    pub(crate) const MAX_LOOP_STEPS: u64 = 100_000_000;

    /// The maximum number of pairs of a value and a block in which it is live, for the backtracking
    /// allocator. The maximum in any function of CPython, clang-format, SQLite or CanvasKit is 1.1
    /// million.
    pub(crate) const MAX_LIVE_PAIRS: u64 = 8_000_000;

    /// The maximum number of steps from blocks to their dominators. CPython has 1.5 million in one
    /// function.
    pub(crate) const MAX_DOMINATOR_STEPS: u64 = 30_000_000;

    /// The maximum number of pairs of values that are merged because one is passed for the other.
    /// 5,800 loops in a row with one local took a second. The maximum in a function of CPython is
    /// 0.6 million.
    pub(crate) const MAX_MERGED_PAIRS: u64 = 20_000_000;

    /// The maximum number of pairs of a branch that passes a value and a block in which the
    /// parameter is live.
    pub(crate) const MAX_PASSED_PAIRS: u64 = 50_000_000;

    /// The maximum number of pairs of a value and a branch across which it is live, for the
    /// single-pass allocator. The maximum in a function of CPython is 0.5 million.
    pub(crate) const MAX_SINGLE_PASS_PAIRS: u64 = 50_000_000;

    /// The same for functions that catch exceptions: every call inside a `try` is a branch across
    /// which most values are live. A function of Yosys has 86 million.
    pub(crate) const MAX_SINGLE_PASS_PAIRS_OF_CATCHERS: u64 = 200_000_000;

    /// The maximum number of arguments that the search for constant parameters may look at, in any
    /// function, for each instruction, and in addition. 10,000 locals that move up by one in a loop
    /// are hardly an instruction, and took a second. A function of CPython has 8,400 for each
    /// instruction.
    pub(crate) const MAX_PARAMETER_STEPS: u64 = 300_000_000;
    pub(crate) const PARAMETER_STEPS_PER_INSTRUCTION: u64 = 12_000;
    pub(crate) const PARAMETER_STEPS: u64 = 20_000_000;

    /// The maximum number of entries of branch tables for the backtracking allocator, for which
    /// each is a block. 100 tables of 1,000 entries took a second.
    pub(crate) const MAX_TABLE_ENTRIES: u64 = 30_000;

    /// The maximum number of pairs of a value and an instruction across which it is live, and of
    /// such values for each instruction, for the backtracking allocator: 2,500 vectors that change
    /// in a loop took 0.2 s. Functions of programs have far fewer values that are live at the same
    /// time.
    pub(crate) const MAX_LIVE_STEPS: u64 = 2_000_000;
    pub(crate) const MAX_LIVE_VALUES: u64 = 250;

    /// The maximum number of values that branches pass, for each byte of the body, and in addition.
    /// Functions of programs pass less than one for each byte.
    pub(crate) const MAX_ARGUMENTS_PER_BYTE: u64 = 16;
    pub(crate) const MAX_ARGUMENTS: u64 = 50_000;

    /// The same for more effort than at level 0, with the values that code computes.
    pub(crate) const MAX_VALUES_PER_BYTE: u64 = 10;
    pub(crate) const MAX_VALUES: u64 = 2_500;
}
