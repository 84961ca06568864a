//! Everything about targets that building the runtime needs, in one table.
//!
//! Source: `build-scripts/config_common.cmake`, `iwasm_common.cmake` and `iwasm_aot.cmake` of WAMR.

use std::env;
use std::path::Path;
use std::process::Command;

/// One row of the table.
#[derive(Debug)]
pub struct Target {
    /// `CARGO_CFG_TARGET_ARCH`, which is also cwamrc's name of the architecture.
    pub arch: &'static str,
    /// How programs for it are built and run on other machines.
    pub(crate) cross: CrossTools,
    /// Macros that select the target in WAMR.
    pub(crate) defines: &'static [(&'static str, &'static str)],
    /// Whether WAMR supports SIMD on it.
    pub(crate) simd: bool,
    /// Assembly file for calls into native code, in `core/iwasm/common/arch`.
    pub(crate) invoke_native: &'static str,
    /// Relocations of the loader, in `core/iwasm/aot/arch`.
    pub(crate) relocations: &'static str,
    /// System libraries.
    pub(crate) libraries: &'static [&'static str],
}

/// What is needed to build and run programs for another architecture, with the Debian packages that
/// contain it.
#[derive(Debug)]
pub(crate) struct CrossTools {
    /// Cross compiler.
    pub(crate) compiler: &'static str,
    pub(crate) compiler_packages: &'static str,
    /// Emulator of Linux programs.
    pub(crate) emulator: &'static str,
    /// Flags for the emulator.
    pub(crate) emulator_flags: &'static [&'static str],
    pub(crate) emulator_package: &'static str,
}

const TARGETS: &[Target] = &[
    Target {
        arch: "x86_64",
        cross: CrossTools {
            compiler: "x86_64-linux-gnu-gcc",
            compiler_packages: "gcc-x86-64-linux-gnu libc6-dev-amd64-cross",
            emulator: "qemu-x86_64",
            emulator_flags: &[],
            emulator_package: "qemu-user",
        },
        // Segue code is never run, and writing the GS base would need a CPU with FSGSBASE.
        defines: &[("BUILD_TARGET_X86_64", "1"), ("WASM_DISABLE_WRITE_GS_BASE", "1")],
        simd: true,
        invoke_native: "invokeNative_em64_simd.s",
        relocations: "aot_reloc_x86_64.c",
        libraries: &["m", "pthread"],
    },
    Target {
        arch: "aarch64",
        cross: CrossTools {
            compiler: "aarch64-linux-gnu-gcc",
            compiler_packages: "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
            emulator: "qemu-aarch64",
            emulator_flags: &[],
            emulator_package: "qemu-user",
        },
        defines: &[("BUILD_TARGET_AARCH64", "1"), ("BUILD_TARGET", "\"AARCH64\"")],
        simd: true,
        invoke_native: "invokeNative_aarch64_simd.s",
        relocations: "aot_reloc_aarch64.c",
        libraries: &["m", "pthread"],
    },
    Target {
        arch: "riscv64",
        cross: CrossTools {
            compiler: "riscv64-linux-gnu-gcc",
            compiler_packages: "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross",
            emulator: "qemu-riscv64",
            // With vectors, which code may use even though the runtime does not.
            emulator_flags: &["-cpu", "rv64,v=true,vlen=128,vext_spec=v1.0"],
            emulator_package: "qemu-user",
        },
        defines: &[
            ("BUILD_TARGET_RISCV64_LP64D", "1"),
            ("BUILD_TARGET_RISCV64", "1"),
            ("BUILD_TARGET", "\"RISCV64_LP64D\""),
        ],
        simd: false,
        invoke_native: "invokeNative_riscv.S",
        relocations: "aot_reloc_riscv.c",
        libraries: &["m", "pthread", "atomic"],
    },
];

impl Target {
    /// Whether the runtime supports SIMD: vectors as parameters, results and globals.
    pub fn has_simd(&self) -> bool {
        self.simd
    }

    /// The C compiler for it: this machine's, or a cross compiler.
    pub fn compiler(&self) -> &'static str {
        if self.is_native() { "cc" } else { self.cross.compiler }
    }

    /// The Debian packages that contain [`Target::compiler`].
    pub(crate) fn compiler_packages(&self) -> &'static str {
        if self.is_native() { "gcc" } else { self.cross.compiler_packages }
    }

    /// The command that runs a program for it here, under an emulator if it is for another machine.
    /// Such a program must be linked statically.
    pub fn command(&self, program: &Path) -> Command {
        if self.is_native() {
            return Command::new(program);
        }
        let mut command = Command::new(self.cross.emulator);
        command.args(self.cross.emulator_flags).arg(program);
        command
    }

    pub(crate) fn is_native(&self) -> bool {
        self.arch == env::consts::ARCH
    }

    /// The row of an architecture under Linux.
    ///
    /// # Errors
    /// A message, if the runtime is not built for it.
    pub fn find(arch: &str, os: &str) -> Result<&'static Target, String> {
        let known = TARGETS.iter().find(|target| target.arch == arch && os == "linux");
        known.ok_or_else(|| {
            let all = TARGETS.iter().map(|target| target.arch).collect::<Vec<_>>().join(", ");
            format!("the runtime is not built for {arch} {os}; Linux on {all} is supported")
        })
    }
}
