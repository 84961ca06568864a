//! Names of targets: short ones, triples, and ABIs.

use target_lexicon::{
    Aarch64Architecture, Architecture as Machine, Endianness, Environment, OperatingSystem,
    PointerWidth, Riscv64Architecture, Triple,
};

use super::error::most_similar;
use super::{Architecture, Cpu, TargetError};

/// A short name of a target.
#[derive(Debug)]
pub(crate) struct TargetName {
    pub(super) name: &'static str,
    /// Features beyond the baseline that every CPU with this name has.
    pub(super) features: &'static [&'static str],
}

impl TargetName {
    pub(super) const fn new(name: &'static str, features: &'static [&'static str]) -> Self {
        Self { name, features }
    }
}

/// ABIs of wamrc that are not supported, each with the reason.
const OTHER_ABIS: &[(&str, &str)] = &[
    ("eabi", "it is for 32-bit machines"),
    ("eabihf", "it is for 32-bit machines"),
    ("gnueabihf", "it is for 32-bit machines"),
    ("ilp32", "it is for 32-bit machines"),
    ("ilp32f", "it is for 32-bit machines"),
    ("ilp32d", "it is for 32-bit machines"),
    ("msvc", "it is for Windows"),
    ("lp64", "it passes floating-point numbers in integer registers"),
    ("lp64f", "it passes double-precision numbers in integer registers"),
    ("lp64d", "it is for RISC-V machines"),
];

/// Reasons why targets are not supported.
const NARROW: &str = "its addresses do not have 64 bits";
const BIG_ENDIAN: &str = "it is a big-endian machine";

/// Prefixes of wamrc's names that target-lexicon does not know as architectures, each with the
/// reason why such a target is not supported.
const OTHER_NAMES: &[(&str, &str)] =
    &[("armv", NARROW), ("thumb", NARROW), ("arc", NARROW), ("aarch64_be", BIG_ENDIAN)];

impl Cpu {
    /// The minimum CPU of a target: a short name such as `aarch64`, one of [`Architecture::names`],
    /// or a triple such as `riscv64gc-unknown-linux-gnu`.
    ///
    /// # Errors
    /// If the target is not supported.
    pub fn for_target(name: &str) -> Result<Self, TargetError> {
        for &architecture in Architecture::ALL {
            let mut names = architecture.target().names().iter();
            if let Some(known) = names.find(|known| known.name == name) {
                return Ok(Self::baseline(architecture).with(known.features));
            }
        }
        match name.parse::<Triple>() {
            Ok(triple) => architecture_of(name, &triple).map(Self::baseline),
            Err(_) => Err(unknown(name)),
        }
    }
}

impl Architecture {
    /// Checks that `abi` is a name of the calling convention that code uses.
    ///
    /// # Errors
    /// [`TargetError::UnsupportedAbi`] if it is not.
    pub fn check_abi(self, abi: &str) -> Result<(), TargetError> {
        if self.target().abis().contains(&abi) {
            return Ok(());
        }
        let other = OTHER_ABIS.iter().find(|(name, _)| *name == abi);
        let reason = other.map_or("it is unknown", |(_, reason)| reason);
        Err(TargetError::UnsupportedAbi { name: abi.to_owned(), architecture: self, reason })
    }

    /// Names of the ABIs that [`Architecture::check_abi`] accepts.
    pub fn abis(self) -> &'static [&'static str] {
        self.target().abis()
    }
}

/// The architecture of a triple whose code the runtime can call.
fn architecture_of(name: &str, triple: &Triple) -> Result<Architecture, TargetError> {
    let unsupported = |reason: &str| Err(unsupported(name, reason));
    if triple.pointer_width().is_ok_and(|width| width != PointerWidth::U64) {
        return unsupported(NARROW);
    }
    if triple.endianness().is_ok_and(|endianness| endianness == Endianness::Big) {
        return unsupported(BIG_ENDIAN);
    }
    let architecture = match triple.architecture {
        Machine::X86_64 | Machine::X86_64h => Architecture::X86_64,
        Machine::Aarch64(Aarch64Architecture::Aarch64) => Architecture::Aarch64,
        Machine::Riscv64(Riscv64Architecture::Riscv64imac) => {
            return unsupported("it has no floating-point instructions");
        }
        Machine::Riscv64(_) => Architecture::Riscv64,
        _ => return unsupported("there is no code generator for it"),
    };
    match triple.operating_system {
        OperatingSystem::Linux => {}
        OperatingSystem::Windows => return unsupported("Windows uses other calling conventions"),
        OperatingSystem::None_ | OperatingSystem::Unknown => {
            return Err(bare_metal(name, architecture));
        }
        _ => return unsupported("its system is not Linux"),
    }
    match triple.environment {
        Environment::Unknown
        | Environment::Gnu
        | Environment::Musl
        | Environment::Uclibc
        | Environment::Android
        | Environment::Ohos => Ok(architecture),
        _ => unsupported("it has another ABI"),
    }
}

fn unsupported(name: &str, reason: &str) -> TargetError {
    let known: Vec<&str> = Architecture::ALL.iter().map(|known| known.name()).collect();
    let reason = format!("{reason}; the supported targets are {} on Linux", known.join(", "));
    TargetError::UnsupportedTarget { name: name.to_owned(), reason }
}

/// The error for a machine without a system. WAMR's ports to Zephyr, NuttX and the like call the
/// same code, but have no guard pages.
fn bare_metal(name: &str, architecture: Architecture) -> TargetError {
    let reason = format!(
        "it has no system; for Zephyr, NuttX and the like, use --target={architecture} \
         --bounds-checks=1, since they use the same calling convention and have no guard pages"
    );
    TargetError::UnsupportedTarget { name: name.to_owned(), reason }
}

/// The error for a name that is neither a short name nor a triple.
fn unknown(name: &str) -> TargetError {
    if let Some((_, reason)) = OTHER_NAMES.iter().find(|(start, _)| name.starts_with(start)) {
        return unsupported(name, reason);
    }
    let known = || Architecture::ALL.iter().flat_map(|architecture| architecture.names());
    TargetError::UnknownTarget { name: name.to_owned(), similar: most_similar(name, known()) }
}
