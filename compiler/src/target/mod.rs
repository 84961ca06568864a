//! One file per machine that code is made for, with the same names behind one trait.
//!
//! Invariants: no other module names an architecture's registers, instructions, settings, CPUs or
//! relocation numbers; a relocation that WAMR's loader does not take has no number here and so
//! cannot leave the compiler.

mod aarch64;
mod cpu;
#[cfg(feature = "explore")]
mod disassembler;
mod error;
mod feature;
mod name;
mod riscv64;
#[cfg(test)]
mod tests;
mod x86_64;

use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable, Flags};
use cranelift_object::object;

use wamr_abi::format::Machine;

pub use cpu::Cpu;
#[cfg(feature = "explore")]
pub(crate) use disassembler::Disassembler;
pub use error::TargetError;
use feature::{CpuModel, Feature};
use name::TargetName;

use crate::error::Error;
use crate::lower::Convention;
use crate::options::{OptLevel, Options};

/// A machine that code can be made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Architecture {
    /// 64-bit x86 with SSE4.1.
    X86_64,
    /// 64-bit Arm, version 8 of the architecture, little-endian.
    Aarch64,
    /// 64-bit RISC-V with the extensions GC, little-endian.
    Riscv64,
}

impl Architecture {
    /// Every architecture that can be compiled for.
    pub const ALL: &[Self] = &[Self::X86_64, Self::Aarch64, Self::Riscv64];

    /// The architecture that this program runs on, if it can be compiled for.
    pub fn host() -> Option<Self> {
        Self::ALL.iter().copied().find(|architecture| architecture.target().is_host())
    }

    /// The customary name.
    pub fn name(self) -> &'static str {
        self.target().names()[0].name
    }

    /// Every short name that stands for the architecture or for a version of it, the customary one
    /// first.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.target().names().iter().map(|name| name.name)
    }

    /// The triple that stands for the architecture.
    pub fn triple(self) -> String {
        self.target().triple().to_string()
    }

    /// What every CPU has that runs code for the architecture, in words.
    pub fn baseline(self) -> &'static str {
        self.target().baseline_description()
    }

    /// Names of the CPUs that [`Cpu::named`] knows, those of the same features together.
    pub fn cpus(self) -> impl Iterator<Item = &'static [&'static str]> {
        self.target().cpus().iter().map(|model| model.names)
    }

    /// Names of the features that [`Cpu::with_features`] knows, and whether the baseline has them.
    pub fn features(self) -> impl Iterator<Item = (&'static str, bool)> {
        let baseline = self.target().baseline();
        self.target()
            .features()
            .iter()
            .map(|feature| (feature.name, baseline.contains(&feature.name)))
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

/// A function without parameters that returns the machine's counter of time.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    /// The instructions.
    pub(crate) code: &'static [u8],
    /// The same for readers.
    pub(crate) description: &'static str,
}

/// What a target has for vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vectors {
    /// Every CPU has them, and so has the runtime.
    Everywhere,
    /// A CPU has them with this feature. The runtime knows no vectors: none may be a parameter or a
    /// result of what it calls, or a global.
    InsideOnly {
        /// The feature's name.
        feature: &'static str,
    },
}

/// What differs between machines.
pub(crate) trait Target: Sync {
    /// Short names, the customary one first.
    fn names(&self) -> &'static [TargetName];
    /// The triple of the generated code.
    fn triple(&self) -> target_lexicon::Triple;
    /// The ABIs by whose names the calling convention goes, the customary one first.
    fn abis(&self) -> &'static [&'static str];
    /// Whether this program runs on such a machine.
    fn is_host(&self) -> bool;
    /// The features of CPUs that Cranelift makes use of.
    fn features(&self) -> &'static [Feature];
    /// Features of every CPU; code relies on them, so none can be switched off.
    fn baseline(&self) -> &'static [&'static str];
    /// The baseline in words.
    fn baseline_description(&self) -> &'static str;
    /// The CPUs that are known by name.
    fn cpus(&self) -> &'static [CpuModel];
    /// CPUs of the architecture that lack a feature of the baseline.
    fn too_old_cpus(&self) -> &'static [&'static str];
    /// The machine in the file's target info.
    fn machine(&self) -> Machine;
    /// `e_flags` of the file's target info.
    fn elf_flags(&self) -> u32;
    /// The machine in the header of an object file.
    fn object_architecture(&self) -> object::Architecture;
    /// Code that passes control to a runtime helper, arguments untouched.
    fn helper_stub(&self) -> HelperStub;
    /// Reads the counter of time that programs may read, and that never stands still.
    fn clock(&self) -> Clock;
    /// The relocation of a call between functions of the text.
    fn call_relocation(&self) -> Reloc;
    /// Whether the runtime passes f32 arguments in registers whose upper halves are not what the
    /// machine wants of an f32, so that a function makes its parameters right on entry.
    fn leaves_f32_arguments_unboxed(&self) -> bool;
    /// Whether a NaN that an instruction computes is the canonical one, also in every sequence of
    /// instructions that Cranelift has for an operator.
    fn computes_canonical_nans(&self) -> bool {
        false
    }
    /// Whether Cranelift's compare-and-swap of 32 bits compares whole registers, although nothing
    /// defines the upper half of one that holds an i32.
    fn compares_whole_registers(&self) -> bool {
        false
    }
    /// Whether one instruction shuffles the bytes of a vector by a constant in memory.
    fn shuffles_bytes_at_once(&self) -> bool {
        false
    }
    /// The largest frame, in bytes, whose pages are touched in order, from the caller's frame on.
    fn largest_probed_frame(&self) -> u32 {
        u32::MAX
    }
    /// How vectors get on with the runtime and the CPUs of this target.
    fn vectors(&self) -> Vectors;
}

/// The C calling convention of Linux, which WAMR uses for every call into and out of wasm code.
pub(crate) const CALL_CONV: CallConv = CallConv::SystemV;

/// The convention in which a callee removes its arguments from the stack, so that it can take the
/// place of its caller.
pub(crate) const TAIL_CALL_CONV: CallConv = CallConv::Tail;

/// Frames larger than a page touch every page, so that they cannot step over the runtime's guard
/// pages at the end of the stack.
const PROBE_INTERVAL_LOG2: &str = "12";

/// Cranelift's view of a machine.
pub(crate) struct Isas {
    /// As the options want it.
    pub(crate) main: OwnedTargetIsa,
    /// The same at level 0, if `main` is not: for functions that are too much for `main`.
    pub(crate) least_effort: Option<OwnedTargetIsa>,
    /// The same at level 1, if `main` is level 0: for functions that are worth that.
    pub(crate) more_effort: Option<OwnedTargetIsa>,
    /// What Cranelift has no instruction for.
    pub(crate) clock: Clock,
}

impl Isas {
    /// Builds them for `options`, and for functions that call each other like `convention` says;
    /// `unwinding` makes Cranelift tell how to unwind their frames.
    pub(crate) fn new(
        options: &Options,
        convention: Convention,
        unwinding: bool,
    ) -> Result<Self, Error> {
        let at = |level| isa(options, level, convention, unwinding);
        let (least_effort, more_effort) = match options.opt_level {
            OptLevel::O0 => (None, Some(at(OptLevel::O1)?)),
            OptLevel::O1 | OptLevel::O2 | OptLevel::O3 => (Some(at(OptLevel::O0)?), None),
        };
        let main = at(options.opt_level)?;
        Ok(Self { main, least_effort, more_effort, clock: options.target().clock() })
    }

    /// The machine and every setting of Cranelift, in words.
    pub(crate) fn settings(&self) -> String {
        let mut settings = format!("{}", self.main.triple());
        for isa in [&self.main].into_iter().chain(&self.least_effort).chain(&self.more_effort) {
            let values = isa.isa_flags().into_iter().map(|value| value.to_string());
            settings.extend([isa.flags().to_string()].into_iter().chain(values));
        }
        settings
    }
}

fn isa(
    options: &Options,
    level: OptLevel,
    convention: Convention,
    unwinding: bool,
) -> Result<OwnedTargetIsa, Error> {
    let broken = |what: &str| Error::internal(format!("Cranelift settings: {what}"));
    let mut builder = cranelift_codegen::isa::lookup(options.target().triple())
        .map_err(|error| broken(&error.to_string()))?;
    for setting in options.cpu.settings() {
        builder.enable(setting).map_err(|error| broken(&error.to_string()))?;
    }
    let flags = flags(options, level, convention, unwinding)?;
    builder.finish(flags).map_err(|error| broken(&error.to_string()))
}

fn flags(
    options: &Options,
    level: OptLevel,
    convention: Convention,
    unwinding: bool,
) -> Result<Flags, Error> {
    let (opt_level, register_allocator) = match level {
        OptLevel::O0 => ("none", "single_pass"),
        OptLevel::O1 => ("none", "backtracking"),
        OptLevel::O2 | OptLevel::O3 => ("speed", "backtracking"),
    };
    // Stack checks in code compare the whole frame with the limit, and make probes superfluous.
    let probestack = if options.checks_stack() { "false" } else { "true" };
    // Cranelift finds the place of the return address by it.
    let frame_pointers = options.frame_pointers || convention == Convention::Tail;
    let frame_pointers = if frame_pointers { "true" } else { "false" };
    let mut builder = settings::builder();
    for (name, value) in [
        ("opt_level", opt_level),
        ("regalloc_algorithm", register_allocator),
        ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
        ("enable_probestack", probestack),
        ("probestack_strategy", "inline"),
        ("probestack_size_log2", PROBE_INTERVAL_LOG2),
        ("preserve_frame_pointers", frame_pointers),
        ("unwind_info", if unwinding { "true" } else { "false" }),
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
