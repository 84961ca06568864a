//! The options of a compilation, fully resolved.
//!
//! Invariants: every combination that these types can express can be compiled, or is refused with
//! [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported). The spelling of flags belongs to
//! `cli/`.

#[cfg(feature = "serde")]
mod as_data;
pub mod instrument;
mod intrinsics;

use std::num::NonZeroUsize;

pub use wamr_abi::releases::Release;

use crate::target::Target;
pub use crate::target::{Architecture, Cpu, TargetError};
use crate::wasm::{Proposal, References};
use instrument::Instrumentation;
pub use intrinsics::{Intrinsics, UnknownIntrinsic};

/// How much compile time is spent on the speed of the code. The numbers are those of wamrc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OptLevel {
    /// Minimum compile time: no optimisation, and single-pass register allocation except for small
    /// loops.
    O0,
    /// Backtracking register allocation, but no optimisation except what lowering does.
    O1,
    /// Optimised code, function by function, if there is something to optimise.
    O2,
    /// The fastest code: functions are also inlined into each other.
    O3,
}

impl OptLevel {
    /// The level with this number, from 0 to 3.
    pub fn from_number(number: u32) -> Option<Self> {
        [Self::O0, Self::O1, Self::O2, Self::O3].get(usize::try_from(number).ok()?).copied()
    }
}

/// How accesses are kept inside linear memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BoundsChecks {
    /// The runtime's guard pages catch accesses out of bounds, at no cost in code. Only for
    /// runtimes with hardware bounds checks, WAMR's default on 64-bit Linux.
    Hardware,
    /// Every access is compared with the size of the memory, and every call is followed by a test
    /// for a pending exception. For all runtimes, with or without hardware bounds checks.
    Software,
}

/// The content of frames for call stacks. Each item costs executed code, even if nothing traps. A
/// function without room for its frame always traps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default = "CallStacks::empty", deny_unknown_fields))]
#[non_exhaustive]
pub struct CallStacks {
    /// The position of every call.
    pub position: bool,
    /// The position that trapped. Each memory access that only guard pages check stores its
    /// position.
    pub trap_position: bool,
    /// The index of the function, which gives the runtime its name.
    pub function_index: bool,
}

impl CallStacks {
    /// Frames that hold everything.
    pub fn complete() -> Self {
        Self { position: true, trap_position: true, function_index: true }
    }

    /// Frames without content, to be filled in.
    pub fn empty() -> Self {
        Self { position: false, trap_position: false, function_index: false }
    }
}

/// The options of one compilation. [`Options::new`] returns defaults that are the same on every
/// machine: a compilation does not depend on the machine it runs on. For code that only has to run
/// on this machine, set [`Cpu::host`].
///
/// With the feature `serde`, options can be read and written as data. Keys are the names of the
/// fields, and missing keys have their defaults.
///
/// ```
/// use cwamrc::{Architecture, BoundsChecks, OptLevel, Options};
///
/// let options = Options::new()
///     .architecture(Architecture::Aarch64)
///     .opt_level(OptLevel::O2)
///     .bounds_checks(BoundsChecks::Software);
/// assert!(options.checks_stack());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[non_exhaustive]
pub struct Options {
    /// The machine to compile for.
    pub cpu: Cpu,
    /// The trade-off between compile time and speed of the code.
    pub opt_level: OptLevel,
    /// How memory accesses are checked.
    pub bounds_checks: BoundsChecks,
    /// Whether functions compare the stack pointer with the runtime's limit, although memory
    /// accesses rely on guard pages. Software bounds checks always imply stack checks: a runtime
    /// without guard pages for memory has none for the stack.
    pub stack_bounds_checks: bool,
    /// Whether a stack in linear memory is checked where its pointer is set. The linker's
    /// `__data_end` and `__heap_base` give the bounds.
    pub aux_stack_checks: bool,
    /// Frames that let a runtime built with `WAMR_BUILD_DUMP_CALL_STACK=1` show the functions a
    /// trap went through. `None` saves their cost; a trap then shows at most the outermost
    /// function.
    pub call_stacks: Option<CallStacks>,
    /// Whether every function keeps a frame pointer, which lets profilers find its callers.
    pub frame_pointers: bool,
    /// Whether the file can run in place (XIP): code without relocations, which calls the runtime
    /// through a table of addresses.
    pub indirect_mode: bool,
    /// Operators that are compiled to calls of the runtime instead of instructions.
    pub builtin_intrinsics: Intrinsics,
    /// Whether every NaN that an operator computes is the canonical one, so that results are the
    /// same on every machine. NaNs that are loaded, constant, or passed by the host stay as they
    /// are, and so do those of operators that only move bits.
    pub canonicalize_nans: bool,
    /// The WAMR release whose loader will read the file.
    #[cfg_attr(feature = "serde", serde(with = "self::as_data::release"))]
    pub release: Release,
    /// The number of compiling threads. `None` uses rayon's current thread pool.
    pub threads: Option<NonZeroUsize>,
    /// Names of custom sections to copy; `name` is re-encoded in WAMR's own form. A section that
    /// the module does not have causes a warning.
    pub emit_custom_sections: Vec<String>,
    /// Whether to return the wasm operators that the code was compiled from, in
    /// [`Summary::address_map`](crate::Summary::address_map). The file is the same.
    pub address_map: bool,
    /// Proposals that a module may not use. By default, all supported proposals are enabled.
    pub disabled_proposals: Vec<Proposal>,
    /// Whether the file is for a runtime that collects garbage (`WAMR_BUILD_GC=1`). Modules that
    /// need one are always compiled for it. Such files differ in the layout of everything that
    /// holds references, so other runtimes refuse them, and a runtime that collects garbage can run
    /// no others.
    pub garbage_collection: bool,
    /// What the code measures about itself, and whether it can be interrupted.
    pub instrumentation: Instrumentation,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cpu: Cpu::baseline(Architecture::X86_64),
            opt_level: OptLevel::O3,
            bounds_checks: BoundsChecks::Hardware,
            stack_bounds_checks: false,
            aux_stack_checks: true,
            call_stacks: None,
            frame_pointers: false,
            indirect_mode: false,
            builtin_intrinsics: Intrinsics::default(),
            canonicalize_nans: false,
            release: Release::DEFAULT,
            threads: None,
            emit_custom_sections: Vec::new(),
            address_map: false,
            disabled_proposals: Vec::new(),
            garbage_collection: false,
            instrumentation: Instrumentation::default(),
        }
    }
}

impl Options {
    /// The defaults: the minimum x86-64 CPU, level 3, hardware bounds checks, the newest release of
    /// WAMR.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the machine to compile for, with its minimum CPU.
    pub fn architecture(self, architecture: Architecture) -> Self {
        self.cpu(Cpu::baseline(architecture))
    }

    /// Sets the machine to compile for.
    pub fn cpu(mut self, cpu: Cpu) -> Self {
        self.cpu = cpu;
        self
    }

    /// Sets the optimisation level.
    pub fn opt_level(mut self, level: OptLevel) -> Self {
        self.opt_level = level;
        self
    }

    /// Sets how memory accesses are checked.
    pub fn bounds_checks(mut self, checks: BoundsChecks) -> Self {
        self.bounds_checks = checks;
        self
    }

    /// Sets whether functions check the native stack in code even with hardware bounds checks.
    pub fn stack_bounds_checks(mut self, check: bool) -> Self {
        self.stack_bounds_checks = check;
        self
    }

    /// Sets whether a stack in linear memory is kept inside its bounds.
    pub fn aux_stack_checks(mut self, check: bool) -> Self {
        self.aux_stack_checks = check;
        self
    }

    /// Asks for frames that let traps show the functions they went through.
    pub fn call_stacks(mut self, frames: CallStacks) -> Self {
        self.call_stacks = Some(frames);
        self
    }

    /// Sets whether every function keeps a frame pointer.
    pub fn frame_pointers(mut self, keep: bool) -> Self {
        self.frame_pointers = keep;
        self
    }

    /// Sets whether the file can run in place (XIP).
    pub fn indirect_mode(mut self, indirect: bool) -> Self {
        self.indirect_mode = indirect;
        self
    }

    /// Sets which operators are compiled to calls of the runtime.
    pub fn builtin_intrinsics(mut self, intrinsics: Intrinsics) -> Self {
        self.builtin_intrinsics = intrinsics;
        self
    }

    /// Sets whether every NaN that an operator computes is the canonical one.
    pub fn canonicalize_nans(mut self, canonicalize: bool) -> Self {
        self.canonicalize_nans = canonicalize;
        self
    }

    /// Sets the WAMR release that will load the file.
    pub fn release(mut self, release: Release) -> Self {
        self.release = release;
        self
    }

    /// Sets the number of compiling threads.
    pub fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Sets which custom sections are copied.
    pub fn emit_custom_sections(mut self, names: Vec<String>) -> Self {
        self.emit_custom_sections = names;
        self
    }

    /// Sets whether to return the wasm operators that the code was compiled from.
    pub fn address_map(mut self, map: bool) -> Self {
        self.address_map = map;
        self
    }

    /// Refuses modules that use `proposal`. Disabling [`Proposal::BulkMemory`] leaves
    /// [`Proposal::BulkMemoryOpt`] enabled, and disabling [`Proposal::ReferenceTypes`] leaves
    /// [`Proposal::CallIndirectOverlong`] enabled.
    pub fn without(mut self, proposal: Proposal) -> Self {
        self.disabled_proposals.push(proposal);
        self
    }

    /// Sets whether the file is for a runtime that collects garbage even if the module does not
    /// need one.
    pub fn garbage_collection(mut self, collect: bool) -> Self {
        self.garbage_collection = collect;
        self
    }

    pub(crate) fn references(&self) -> References {
        if self.garbage_collection { References::Objects } else { References::Indexes }
    }

    /// Sets what the code measures about itself, and whether it can be interrupted.
    pub fn instrumentation(mut self, instrumentation: Instrumentation) -> Self {
        self.instrumentation = instrumentation;
        self
    }

    pub(crate) fn target(&self) -> &'static dyn Target {
        self.cpu.architecture().target()
    }

    /// Whether code does not check memory accesses, so that it needs a runtime with guard pages.
    pub(crate) fn relies_on_guard_pages(&self) -> bool {
        self.bounds_checks == BoundsChecks::Hardware
    }

    /// Whether functions check the native stack in code.
    pub fn checks_stack(&self) -> bool {
        self.stack_bounds_checks || self.bounds_checks == BoundsChecks::Software
    }
}
