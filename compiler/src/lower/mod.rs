//! Lowers function bodies to Cranelift IR, and validates them on the way.
//!
//! Invariants: only [`runtime`] knows offsets in the runtime's structures and how its helpers are
//! called; everything else uses its modules. The IR contains no instruction that can raise SIGILL,
//! SIGFPE or SIGTRAP when executed: whatever traps in wasm is tested first, and raised through the
//! runtime.
//! Lowering reads the module and writes one function; functions share only read-only facts.

mod cache_key;
mod call_conv;
mod context;
mod counters;
mod exceptions;
mod func_id;
mod function;
mod locals;
mod objects;
mod operators;
mod optimise;
mod parameters;
mod runtime;
mod signature;
mod size;
mod wasm_state;

use cranelift_codegen::ir::Signature;

use crate::error::Error;
use crate::monitor::Monitor;
use crate::options::Intrinsics;
use crate::options::{BoundsChecks, CallStacks, OptLevel, Options};
use crate::target::Vectors;
use crate::wamr::InstanceLayout;
use crate::wamr::aux_stack;
use crate::wamr::collector::Collector;
use crate::wamr::counters::Counters;
use crate::wamr::exceptions::Storage;
use crate::wamr::object_layout::ObjectLayout;
use crate::wamr::simd_support;
use crate::wasm::{FuncType, Module};
use runtime::{guard_pages, stack_check};

pub(crate) use cache_key::{Fingerprint, Fingerprints};
pub(crate) use call_conv::{ENTRY_PREFIX_SIZE, WasmCallConv, lower_entry};
pub(crate) use counters::account::lower_draw_thunk;
use counters::metering::Meters;
pub(crate) use exceptions::lower_throw;
pub(crate) use func_id::{FuncId, native_symbol_slot};
pub(crate) use function::FunctionLowerer;
pub(crate) use objects::{lower_chunk as lower_initialiser, lower_function_object, lower_start};
use optimise::devirtualize::DevirtualizedCallee;
pub(crate) use optimise::inline::Plan as InliningPlan;
pub(crate) use runtime::stack_check::lower_stack_guard;
pub(crate) use runtime::thunks::{
    lower_gas_thunk, lower_import_thunk, lower_start_wrapper, lower_text_trap_thunk,
    lower_trap_thunk,
};

/// What lowering knows about the module and the options; the same for every function.
pub(crate) struct Environment<'a> {
    /// The module.
    pub(crate) module: &'a Module<'a>,
    /// Places of globals and tables.
    pub(crate) layout: &'a InstanceLayout,
    /// The storage for exceptions.
    storage: Storage,
    /// The calling convention of the module's functions.
    call_conv: WasmCallConv,
    /// Functions that the runtime enters by another convention.
    entered: Vec<bool>,
    /// Signatures by type index.
    signatures: Vec<Signature>,
    /// Whether an import that a table may contain has the canonical type of this index.
    imported_types: Vec<bool>,
    /// The same for any import.
    referable_imports: Vec<bool>,
    /// Whether references to functions of a certain type may come from outside of the module.
    checks_references: bool,
    /// What was added for a runtime that collects garbage; `None` if references are no objects.
    collector: Option<&'a Collector>,
    /// Places of the fields of structures.
    object_layout: &'a ObjectLayout,
    /// For each function, whether the garbage collector may run while it is called.
    collecting: &'a [bool],
    /// Whether addresses in memory have 64 bits.
    memory64: bool,
    /// Functions that check whether the runtime has guard pages.
    guard_page_probers: Vec<u32>,
    /// Whether code checks memory accesses, and exceptions after calls.
    software_checks: bool,
    /// Whether threads share the memory.
    shared_memory: bool,
    /// Whether helpers are called through the runtime's table of their addresses.
    indirect_helpers: bool,
    /// Operators that are compiled to calls of helpers.
    intrinsics: Intrinsics,
    /// Whether NaNs that operators compute must be canonical.
    canonical_nans: bool,
    /// Whether the machine's instructions make them canonical.
    has_canonical_nans: bool,
    /// The content of frames for call stacks, if there are any.
    call_stacks: Option<CallStacks>,
    /// Whether the runtime's frames are those for call stacks, and hold no values.
    has_tiny_frames: bool,
    /// The global with the pointer of a stack in linear memory, if it is checked.
    aux_stack_pointer: Option<u32>,
    /// Whether functions check the native stack in code.
    stack_checks: bool,
    /// The size in bytes of the largest frame that needs no stack guard.
    largest_unguarded_frame: u32,
    /// Whether 32-bit compare-and-swap needs the upper half of a register to be zero.
    compares_whole_registers: bool,
    /// Whether a shuffle rotates lanes by whole bytes.
    shuffles_rotate: bool,
    /// Whether the runtime passes f32 parameters in a form that the machine reads as NaN.
    unboxed_f32_arguments: bool,
    /// How many registers functions preserve.
    preserved_registers: u32,
    /// How vectors are passed.
    vectors: Vectors,
    /// Why vectors are not supported, if so.
    no_vectors: Option<Error>,
    /// Bytes that stay free below every checked stack pointer.
    stack_reserve: u32,
    /// Whether lowering spends time on better code, from level 1 on.
    optimises: bool,
    /// What may be inlined, if anything.
    inlining: Option<&'a InliningPlan>,
    /// Whether the IR contains the operators that it was made from.
    keeps_srclocs: bool,
    /// Tells whether the result is still wanted.
    pub(crate) monitor: &'a Monitor<'a>,
    /// Whether functions check for an exception that another thread has set.
    interruptible: bool,
    /// What functions count, if anything.
    meters: Option<Meters>,
    /// The globals of the clock: the sum, and the time when it was started.
    clock: Option<(u32, u32)>,
    /// Whether the runtime counts and times calls.
    profiles_calls: bool,
    /// Whether functions record how deep the native stack is.
    profiles_stack: bool,
}

/// Globals and tables that the compiler has added to the module.
#[derive(Clone)]
pub(crate) struct Added {
    pub(crate) counters: Counters,
    pub(crate) storage: Storage,
    /// What code needs in a runtime that collects garbage.
    pub(crate) collector: Option<Collector>,
}

/// For each canonical type, whether one of the imports that `counts` has it or a subtype.
fn types_of_imports(module: &Module<'_>, counts: impl Fn(u32) -> bool) -> Vec<bool> {
    let mut exact = vec![false; module.types.len()];
    for function in (0..module.imported_function_count()).filter(|&function| counts(function)) {
        exact[module.canonical_function_type(function) as usize] = true;
    }
    let has = |ty: u32| {
        let mut subtypes = module.subtypes_of(ty).iter();
        exact[ty as usize] || subtypes.any(|&subtype| exact[subtype as usize])
    };
    (0..module.types.len() as u32).map(has).collect()
}

impl<'a> Environment<'a> {
    /// Collects the facts.
    #[expect(clippy::too_many_arguments, reason = "each is a fact of its own")]
    pub(crate) fn new(
        module: &'a Module<'a>,
        layout: &'a InstanceLayout,
        (object_layout, collecting): (&'a ObjectLayout, &'a [bool]),
        options: &Options,
        added: &'a Added,
        call_conv: WasmCallConv,
        inlining: Option<&'a InliningPlan>,
        monitor: &'a Monitor<'a>,
    ) -> Self {
        let Added { counters, storage, collector } = added;
        let (counters, storage) = (*counters, *storage);
        let in_table = |function: u32| {
            module.has_objects() || inlining.is_none_or(|plan| plan.table_may_hold_import(function))
        };
        let target = options.target();
        let vectors = target.vectors();
        let signature = |ty| signature::function_signature(ty, call_conv.to_cranelift(), vectors);
        let signatures: Vec<_> = module.types.iter().map(signature).collect();
        let profiles_calls = options.instrumentation.profile_calls;
        let largest_unguarded_frame = match options.checks_stack() {
            true => stack_check::MAX_UNGUARDED_FRAME,
            false => target.largest_probed_frame(),
        };
        Self {
            module,
            layout,
            storage,
            call_conv,
            entered: call_conv.entered(module),
            stack_reserve: stack_check::reserve(&signatures),
            optimises: options.opt_level != OptLevel::O0,
            inlining,
            keeps_srclocs: options.address_map,
            monitor,
            signatures,
            imported_types: types_of_imports(module, in_table),
            referable_imports: types_of_imports(module, |_| true),
            checks_references: module.gets_typed_references(),
            collector: collector.as_ref(),
            object_layout,
            collecting,
            memory64: module.has_memory64(),
            shared_memory: module.shares_memory(),
            guard_page_probers: guard_pages::guard_page_probers(module, options),
            software_checks: options.bounds_checks == BoundsChecks::Software,
            indirect_helpers: options.indirect_mode,
            intrinsics: options.builtin_intrinsics.clone(),
            canonical_nans: options.canonicalize_nans,
            has_canonical_nans: target.computes_canonical_nans(),
            has_tiny_frames: options.call_stacks.is_some() && !profiles_calls,
            call_stacks: options.call_stacks.or(profiles_calls.then(CallStacks::complete)),
            aux_stack_pointer: options
                .aux_stack_checks
                .then(|| aux_stack::checked_stack_pointer(module))
                .flatten(),
            stack_checks: options.checks_stack(),
            largest_unguarded_frame,
            vectors,
            no_vectors: simd_support::missing(options),
            unboxed_f32_arguments: target.leaves_f32_arguments_unboxed(),
            compares_whole_registers: target.compares_whole_registers(),
            preserved_registers: target.preserved_registers().len() as u32,
            shuffles_rotate: inlining.is_some() && target.shuffles_bytes_at_once(),
            interruptible: options.instrumentation.interruptible,
            meters: Meters::new(counters, &options.instrumentation),
            clock: counters.time,
            profiles_calls,
            profiles_stack: options.instrumentation.profile_stack,
        }
    }

    /// What was added for a runtime that collects garbage.
    ///
    /// # Panics
    /// If references are no objects.
    fn collector(&self) -> &'a Collector {
        self.collector.expect("references are objects")
    }

    fn ty(&self, index: u32) -> &'a FuncType {
        &self.module.types[index as usize]
    }

    /// The signature of function `index`.
    pub(crate) fn function_signature(&self, index: u32) -> &Signature {
        &self.signatures[self.module.functions[index as usize] as usize]
    }

    /// Whether the module has what a call of `id` refers to, as far as the id shows.
    pub(crate) fn may_call(&self, id: FuncId) -> bool {
        match id {
            FuncId::ImportThunk(ty) => {
                self.module.canonical_types.get(ty as usize).is_some_and(|&first| first == ty)
            }
            FuncId::DrawThunk(account) => {
                let common = self.meters.as_ref().and_then(|meters| meters.common);
                common.is_some_and(|common| common.gas == Some(account))
            }
            FuncId::Throw | FuncId::SaveRegisters | FuncId::Resume | FuncId::HandlerTable => {
                self.throws()
            }
            _ => true,
        }
    }

    /// Whether function `index` needs a [`FuncId::Entry`] for the runtime.
    pub(crate) fn needs_entry(&self, index: u32) -> bool {
        self.entered[index as usize]
    }

    /// Whether the runtime calls an added function instead of the start function.
    pub(crate) fn has_added_start(&self) -> bool {
        self.module.imported_start().is_some() || self.collector.is_some()
    }

    /// Whether the collector may run during a call of `id`.
    fn may_collect(&self, id: FuncId) -> bool {
        match id {
            FuncId::Helper(helper) => helper.collects(),
            FuncId::Function(index) | FuncId::Body(index) | FuncId::Entry(index) => {
                self.collecting[index as usize]
            }
            FuncId::ImportThunk(_)
            | FuncId::StartWrapper
            | FuncId::FunctionObject
            | FuncId::Initialise(_) => true,
            FuncId::TrapThunk(_)
            | FuncId::TextTrapThunk(_)
            | FuncId::GasThunk
            | FuncId::DrawThunk(_)
            | FuncId::Clock
            | FuncId::Throw
            | FuncId::SaveRegisters
            | FuncId::Resume
            | FuncId::HandlerTable => false,
        }
    }

    /// Whether functions can throw exceptions.
    pub(crate) fn throws(&self) -> bool {
        !self.module.tags.is_empty()
    }

    /// Whether helpers are called through the runtime's table of their addresses.
    pub(crate) fn calls_helpers_indirectly(&self) -> bool {
        self.indirect_helpers
    }

    /// Whether only the runtime's guard pages detect the end of the stack.
    fn relies_on_guard_pages(&self) -> bool {
        !self.stack_checks
    }

    /// Whether time is spent on the fastest code, as at level 3.
    pub(crate) fn is_thorough(&self) -> bool {
        self.inlining.is_some()
    }

    /// The only function that an indirect call of this canonical type can reach, if one is known
    /// and an operator may be lowered twice in the function.
    fn devirtualized_callee(&self, canonical: u32) -> Option<DevirtualizedCallee> {
        let has_subtypes = !self.module.subtypes_of(canonical).is_empty();
        let plan = self.inlining.filter(|_| !has_subtypes && self.collector.is_none())?;
        plan.devirtualized_callee(canonical).filter(|_| self.meters.is_none())
    }

    /// Whether a body may be replaced by an equivalent one: not if operators are counted, or
    /// compiled to calls.
    fn recognises(&self) -> bool {
        self.meters.is_none() && self.intrinsics.is_empty()
    }

    /// Whether the memory may move while a function runs. With hardware checks, and for a shared
    /// memory, all the address space that it can grow to is reserved, so it does not move.
    fn memory_moves(&self) -> bool {
        self.software_checks && !self.shared_memory
    }

    /// The size in bytes of the largest frame that needs no stack guard.
    pub(crate) fn largest_unguarded_frame(&self) -> u32 {
        self.largest_unguarded_frame
    }
}
