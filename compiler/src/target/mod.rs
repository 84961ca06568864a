//! One file per machine that code is made for, with the same names behind one trait.
//!
//! Invariants: no other module names an architecture's registers, instructions, settings or
//! relocation numbers; a relocation that WAMR's loader does not take has no number here and so
//! cannot leave the compiler.

mod aarch64;
mod riscv64;
mod x86_64;

use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable, Flags};

use wamr_abi::format::Machine;

use crate::error::Error;
use crate::options::{OptLevel, Options};

/// A machine that code can be made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Architecture {
    /// 64-bit x86 with SSE4.1, the baseline of WAMR.
    X86_64,
    /// 64-bit Arm.
    Aarch64,
    /// 64-bit RISC-V with the extensions GC.
    Riscv64,
}

impl Architecture {
    /// Every architecture that can be compiled for.
    pub const ALL: &[Self] = &[Self::X86_64, Self::Aarch64, Self::Riscv64];

    /// The customary name, as `--target` takes it.
    pub fn name(self) -> &'static str {
        self.names()[0]
    }

    /// Every name that `--target` takes, the customary one first.
    pub fn names(self) -> &'static [&'static str] {
        self.target().names()
    }

    pub(crate) fn target(self) -> &'static dyn Target {
        match self {
            Self::X86_64 => &x86_64::X86_64,
            Self::Aarch64 => &aarch64::Aarch64,
            Self::Riscv64 => &riscv64::Riscv64,
        }
    }
}

/// A jump to a runtime helper: the only code of a file that the loader relocates.
pub(crate) struct HelperStub {
    /// The instructions; the field to be relocated holds zeros.
    pub(crate) code: &'static [u8],
    /// Offset of the relocation in `code`.
    pub(crate) relocation_offset: u64,
    /// The ELF number of the relocation's type.
    pub(crate) relocation_type: u32,
    /// The relocation addend.
    pub(crate) addend: i64,
}

/// What differs between machines.
pub(crate) trait Target: Sync {
    /// Names of the architecture, the customary one first.
    fn names(&self) -> &'static [&'static str];
    /// The triple of the generated code.
    fn triple(&self) -> target_lexicon::Triple;
    /// Settings of the instruction set that every CPU of the baseline has.
    fn baseline(&self) -> &'static [&'static str];
    /// The machine in the file's target info.
    fn machine(&self) -> Machine;
    /// `e_flags` of the file's target info.
    fn elf_flags(&self) -> u32;
    /// Code that passes control to a runtime helper, arguments untouched.
    fn helper_stub(&self) -> HelperStub;
    /// Whether the runtime passes f32 arguments in registers whose upper halves are not what the
    /// machine wants of an f32, so that a function makes its parameters right on entry.
    fn leaves_f32_arguments_unboxed(&self) -> bool;
}

/// The C calling convention of Linux, which WAMR uses for every call into and out of wasm code.
pub(crate) const CALL_CONV: CallConv = CallConv::SystemV;

/// Frames larger than a page touch every page, so that they cannot step over the runtime's guard
/// pages at the end of the stack.
const PROBE_INTERVAL_LOG2: &str = "12";

/// Cranelift's view of a machine.
pub(crate) struct Isas {
    /// As the options want it.
    pub(crate) main: OwnedTargetIsa,
    /// The same at level 0, if `main` is not: for functions that are too much for `main`.
    pub(crate) least_effort: Option<OwnedTargetIsa>,
}

impl Isas {
    /// Builds them for `options`.
    pub(crate) fn new(options: &Options) -> Result<Self, Error> {
        let optimises = options.opt_level != OptLevel::O0;
        let least_effort = optimises.then(|| isa(options, OptLevel::O0)).transpose()?;
        Ok(Self { main: isa(options, options.opt_level)?, least_effort })
    }
}

fn isa(options: &Options, level: OptLevel) -> Result<OwnedTargetIsa, Error> {
    let target = options.architecture.target();
    let broken = |what: &str| Error::internal(format!("Cranelift settings: {what}"));
    let mut builder = cranelift_codegen::isa::lookup(target.triple())
        .map_err(|error| broken(&error.to_string()))?;
    for feature in target.baseline() {
        builder.enable(feature).map_err(|error| broken(&error.to_string()))?;
    }
    builder.finish(flags(options, level)?).map_err(|error| broken(&error.to_string()))
}

fn flags(options: &Options, level: OptLevel) -> Result<Flags, Error> {
    let (opt_level, register_allocator) = match level {
        OptLevel::O0 => ("none", "single_pass"),
        OptLevel::O1 => ("none", "backtracking"),
        OptLevel::O2 | OptLevel::O3 => ("speed", "backtracking"),
    };
    // Stack checks in code compare the whole frame with the limit, and make probes superfluous.
    let probestack = if options.checks_stack() { "false" } else { "true" };
    let mut builder = settings::builder();
    for (name, value) in [
        ("opt_level", opt_level),
        ("regalloc_algorithm", register_allocator),
        ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
        ("enable_probestack", probestack),
        ("probestack_strategy", "inline"),
        ("probestack_size_log2", PROBE_INTERVAL_LOG2),
        ("unwind_info", "false"),
        ("is_pic", "false"),
        ("enable_heap_access_spectre_mitigation", "false"),
        ("enable_table_access_spectre_mitigation", "false"),
    ] {
        builder
            .set(name, value)
            .map_err(|error| Error::internal(format!("Cranelift setting {name}: {error}")))?;
    }
    Ok(Flags::new(builder))
}
