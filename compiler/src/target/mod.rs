//! The supported machines: one file for each, and a trait with what differs between them.
//!
//! Invariants: no other module names an architecture's registers, instructions, settings, CPUs or
//! relocation numbers. A relocation that WAMR's loader does not support has no number here, so it
//! cannot be emitted.

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

use std::env;

use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::isa::CallConv;
use cranelift_object::object;
use regalloc2::{PReg, RegClass};

use wamr_abi::format::Machine;

pub use cpu::Cpu;
#[cfg(feature = "explore")]
pub(crate) use disassembler::Disassembler;
pub use error::TargetError;
use feature::{CpuModel, Feature};
use name::TargetName;

/// A supported machine.
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
    /// Every supported architecture.
    pub const ALL: &[Self] = &[Self::X86_64, Self::Aarch64, Self::Riscv64];

    /// The architecture of the code that this machine's WAMR runs, if it is supported. On Windows,
    /// for example, WAMR calls code by other conventions.
    pub fn host() -> Option<Self> {
        Self::host_under(env::consts::OS)
    }

    /// The same under the system with this name in [`env::consts::OS`].
    fn host_under(system: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        let found = all.find(|architecture| architecture.target().is_host());
        found.filter(|_| HOST_SYSTEMS.contains(&system))
    }

    /// The customary name.
    pub fn name(self) -> &'static str {
        self.target().names()[0].name
    }

    /// Every short name of the architecture or of a version of it, starting with the usual one.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.target().names().iter().map(|name| name.name)
    }

    /// The target triple of the architecture.
    pub fn triple(self) -> String {
        self.target().triple().to_string()
    }

    /// The minimum CPU for code of the architecture, in words.
    pub fn baseline(self) -> &'static str {
        self.target().baseline_description()
    }

    /// Names of the CPUs that [`Cpu::named`] knows, grouped by equal features.
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
    /// The instructions; the field of the relocation contains zeros.
    pub(crate) code: &'static [u8],
    /// Offset of the relocation in `code`.
    pub(crate) relocation_offset: u64,
    /// The ELF number of the relocation's type.
    pub(crate) relocation_type: u32,
    /// The relocation addend.
    pub(crate) addend: i64,
}

/// The instructions of a call whose target is not known yet.
#[derive(Clone, Copy)]
pub(crate) struct CallSite {
    /// The relocation.
    pub(crate) relocation: Reloc,
    /// Bytes that it changes.
    pub(crate) size: u32,
    /// Where they can be: at multiples of this.
    pub(crate) alignment: u32,
}

/// A register for integers, by its number in instructions.
const fn int(number: usize) -> PReg {
    PReg::new(number, RegClass::Int)
}

/// The same for numbers with a fraction.
const fn float(number: usize) -> PReg {
    PReg::new(number, RegClass::Float)
}

/// A function with the C convention whose instructions Cranelift cannot generate.
#[derive(Clone, Copy)]
pub(crate) struct Stub {
    /// The instructions.
    pub(crate) code: &'static [u8],
    /// The same for readers.
    pub(crate) description: &'static str,
}

/// The support for vectors on a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vectors {
    /// Every CPU and the runtime support them.
    Everywhere,
    /// CPUs with this feature support them, but the runtime does not: functions that the runtime
    /// can call must not have vector parameters or results, and globals must not be vectors.
    InsideOnly {
        /// The feature's name.
        feature: &'static str,
    },
}

/// What differs between machines.
pub(crate) trait Target: Sync {
    /// Short names, starting with the usual one.
    fn names(&self) -> &'static [TargetName];
    /// The triple of the generated code.
    fn triple(&self) -> target_lexicon::Triple;
    /// The names of the ABI with the target's calling convention, starting with the usual one.
    fn abis(&self) -> &'static [&'static str];
    /// Whether this program runs on such a machine.
    fn is_host(&self) -> bool;
    /// The features of CPUs that Cranelift uses.
    fn features(&self) -> &'static [Feature];
    /// Features of every CPU of the target; code relies on them, so none can be switched off.
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
    /// Code that passes control to a runtime helper without changing the arguments.
    fn helper_stub(&self) -> HelperStub;
    /// Returns a counter of time that programs can read and that always advances.
    fn clock(&self) -> Stub;
    /// The registers that functions with the C convention preserve, without the stack pointer and
    /// the frame pointer. Only the lower 64 bits of vectors are preserved.
    fn preserved_registers(&self) -> &'static [PReg];
    /// Stores these registers, 8 bytes each, in order at its parameter, and returns the frame
    /// pointer.
    fn save_registers(&self) -> Stub;
    /// Jumps to its first parameter. The others become the stack pointer, the frame pointer, and
    /// the parameter of the landing pad; the last is what [`Self::save_registers`] stored.
    fn resume(&self) -> Stub;
    /// Returns the address after its own code.
    fn handler_table(&self) -> Stub;
    /// What the code of a call between functions of the text is.
    fn call_site(&self) -> CallSite;
    /// Whether the runtime passes f32 arguments in registers with wrong upper halves, so that a
    /// function must correct its parameters on entry.
    fn leaves_f32_arguments_unboxed(&self) -> bool;
    /// Whether the runtime puts the fields of a structure directly one after the other
    /// (`load_types` in `core/iwasm/aot/aot_loader.c`).
    fn packs_fields(&self) -> bool {
        false
    }
    /// Whether a NaN that an instruction computes is the canonical one, in every sequence of
    /// instructions that Cranelift emits for an operator.
    fn computes_canonical_nans(&self) -> bool {
        false
    }
    /// Whether Cranelift's 32-bit compare-and-swap compares whole registers, although the upper
    /// half of a register with an i32 is undefined.
    fn compares_whole_registers(&self) -> bool {
        false
    }
    /// Whether a single instruction shuffles the bytes of a vector by a constant in memory.
    fn shuffles_bytes_at_once(&self) -> bool {
        false
    }
    /// The size in bytes of the largest frame whose pages are touched in order, starting at the
    /// caller's frame.
    fn largest_probed_frame(&self) -> u32 {
        u32::MAX
    }
    /// The support for vectors by the runtime and the CPUs of this target.
    fn vectors(&self) -> Vectors;
}

/// Systems under which WAMR loads files for Linux. On macOS, WAMR's own compiler makes such files,
/// too: its triples name Linux, and the loader reads the same sections, relocations and names of
/// machines.
const HOST_SYSTEMS: &[&str] = &["linux", "android", "macos"];

/// The C calling convention of Linux, which WAMR uses for every call into and out of wasm code.
pub(crate) const CALL_CONV: CallConv = CallConv::SystemV;

/// The convention in which a callee removes its arguments from the stack, so that it can replace
/// its caller.
pub(crate) const TAIL_CALL_CONV: CallConv = CallConv::Tail;

/// The alignment of functions on every machine, so that constants in the text are aligned and the first
/// instructions share a cache line.
pub(crate) const FUNCTION_ALIGNMENT: u32 = 16;
