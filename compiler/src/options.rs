//! What a compilation is asked to do, fully resolved.
//!
//! Invariants: every combination that these types can express is compilable, or refused by name
//! with [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported). Spelling of flags is not known
//! here; that is `cli/`.

use std::num::NonZeroUsize;

pub use wamr_abi::releases::Release;

use crate::instrument::Instrumentation;
use crate::intrinsics::Intrinsics;
use crate::proposal::Proposal;
use crate::target::Target;
pub use crate::target::{Architecture, Cpu, TargetError};

/// How much time the compiler spends on the speed of the code. The numbers are those of wamrc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OptLevel {
    /// Least compile time: no optimisation, single-pass register allocation but for small loops.
    O0,
    /// Backtracking register allocation, but no optimisation besides what lowering does on the way.
    O1,
    /// Optimised code, function by function, where there is something to optimise.
    O2,
    /// The best code: functions are inlined into each other, too.
    O3,
}

impl OptLevel {
    /// The level with this number, from 0 to 3.
    pub fn from_number(number: u32) -> Option<Self> {
        [Self::O0, Self::O1, Self::O2, Self::O3].get(usize::try_from(number).ok()?).copied()
    }
}

/// How accesses to linear memory are kept inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BoundsChecks {
    /// The runtime's guard pages catch the access; no code is spent on it. Right only on a runtime
    /// with hardware bounds checks, the default of WAMR on 64-bit Linux.
    Hardware,
    /// Every access is compared with the size of the memory, and every call is followed by a test
    /// for a pending exception. Right on any runtime, with or without hardware bounds checks.
    Software,
}

/// What frames for call stacks hold. Each costs code that is executed although nothing traps. A function
/// whose frame finds no room always traps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct CallStacks {
    /// The position of every call.
    pub position: bool,
    /// The position of what trapped. Memory accesses that only guard pages check store theirs each
    /// time.
    pub trap_position: bool,
    /// The index of the function, by which the runtime finds its name.
    pub function_index: bool,
}

impl CallStacks {
    /// Frames that hold everything.
    pub fn complete() -> Self {
        Self { position: true, trap_position: true, function_index: true }
    }

    /// Frames that hold nothing, to choose from.
    pub fn empty() -> Self {
        Self { position: false, trap_position: false, function_index: false }
    }
}

/// The options of one compilation. [`Options::new`] gives defaults that are the same on every
/// machine: a compilation asks nothing of the machine it runs on. For code that is meant for this
/// machine alone, set [`Cpu::host`].
///
/// With the feature `serde`, options are read and written as data: keys are the names of the fields,
/// and those left out have their defaults.
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
    /// The trade of compile time for speed of the code.
    pub opt_level: OptLevel,
    /// How memory accesses are checked.
    pub bounds_checks: BoundsChecks,
    /// Whether functions compare the stack pointer with the runtime's limit although memory accesses
    /// are left to guard pages. Software checks bring stack checks along in any case: where memory has
    /// no guard pages, the stack has none either.
    pub stack_bounds_checks: bool,
    /// Whether a stack in linear memory is kept inside its bounds where its pointer is set. The bounds
    /// are those that a linker's `__data_end` and `__heap_base` tell.
    pub aux_stack_checks: bool,
    /// Frames by which a runtime that is built for it shows the functions that a trap went through
    /// (`WAMR_BUILD_DUMP_CALL_STACK=1`). `None` saves their cost; a trap then shows the outermost
    /// function at most.
    pub call_stacks: Option<CallStacks>,
    /// Whether every function keeps a frame pointer, by which profilers find its callers.
    pub frame_pointers: bool,
    /// Whether the file can run in place (XIP): code that asks for no relocation, and calls the runtime
    /// through the table of its addresses.
    pub indirect_mode: bool,
    /// Operators that are calls of the runtime instead of instructions.
    pub builtin_intrinsics: Intrinsics,
    /// Whether a NaN that an operator computes is the canonical one, so that results are the same on
    /// every machine. NaNs that are loaded, constant, or come from the host stay as they are, and so do
    /// those of operators that only move bits.
    pub canonicalize_nans: bool,
    /// The WAMR release whose loader will read the file.
    #[cfg_attr(feature = "serde", serde(with = "crate::serialization::release"))]
    pub release: Release,
    /// How many threads compile functions. `None` uses rayon's current thread pool.
    pub threads: Option<NonZeroUsize>,
    /// Names of custom sections that are carried over; `name` is re-encoded in WAMR's own form. One that the
    /// module does not have is a warning.
    pub emit_custom_sections: Vec<String>,
    /// Whether to tell which wasm operators the code was made from, in
    /// [`Summary::address_map`](crate::Summary::address_map). The file is the same.
    pub address_map: bool,
    /// Proposals that a module may not use; all that are supported may be used by default.
    pub disabled_proposals: Vec<Proposal>,
    /// What the code measures about itself, and whether it can be stopped.
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
            instrumentation: Instrumentation::default(),
        }
    }
}

impl Options {
    /// The defaults: the least x86-64 CPU, level 3, hardware bounds checks, the newest release of WAMR.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the machine to compile for, whatever its CPU.
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

    /// Asks for frames by which traps show the functions that they went through.
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

    /// Sets which operators are calls of the runtime.
    pub fn builtin_intrinsics(mut self, intrinsics: Intrinsics) -> Self {
        self.builtin_intrinsics = intrinsics;
        self
    }

    /// Sets whether a NaN that an operator computes is the canonical one.
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

    /// Sets which custom sections are carried over.
    pub fn emit_custom_sections(mut self, names: Vec<String>) -> Self {
        self.emit_custom_sections = names;
        self
    }

    /// Sets whether to tell which wasm operators the code was made from.
    pub fn address_map(mut self, map: bool) -> Self {
        self.address_map = map;
        self
    }

    /// Refuses modules that use `proposal`. Without [`Proposal::BulkMemory`],
    /// [`Proposal::BulkMemoryOpt`] is still there, and so is [`Proposal::CallIndirectOverlong`]
    /// without [`Proposal::ReferenceTypes`].
    pub fn without(mut self, proposal: Proposal) -> Self {
        self.disabled_proposals.push(proposal);
        self
    }

    /// Sets what the code measures about itself, and whether it can be stopped.
    pub fn instrumentation(mut self, instrumentation: Instrumentation) -> Self {
        self.instrumentation = instrumentation;
        self
    }

    pub(crate) fn target(&self) -> &'static dyn Target {
        self.cpu.architecture().target()
    }

    /// Whether code has no checks of memory accesses, so that it needs a runtime with guard pages.
    pub(crate) fn relies_on_guard_pages(&self) -> bool {
        self.bounds_checks == BoundsChecks::Hardware
    }

    /// Whether functions check the native stack in code.
    pub fn checks_stack(&self) -> bool {
        self.stack_bounds_checks || self.bounds_checks == BoundsChecks::Software
    }
}
