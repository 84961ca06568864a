//! All that building the runtime needs to know about a target, in one table.
//!
//! Source: `build-scripts/config_common.cmake`, `iwasm_common.cmake` and `iwasm_aot.cmake` of WAMR.

use std::env;

/// One row of the table.
pub(crate) struct Target {
    /// `CARGO_CFG_TARGET_ARCH`.
    arch: &'static str,
    /// Macros that tell WAMR its target.
    pub(crate) defines: &'static [(&'static str, &'static str)],
    /// Whether WAMR has SIMD for it.
    pub(crate) simd: bool,
    /// Assembly file for calls into native code, in `core/iwasm/common/arch`.
    pub(crate) invoke_native: &'static str,
    /// Relocations of the loader, in `core/iwasm/aot/arch`.
    pub(crate) relocations: &'static str,
    /// System libraries.
    pub(crate) libraries: &'static [&'static str],
}

const TARGETS: &[Target] = &[
    Target {
        arch: "x86_64",
        // Segue code is never run, and writing the GS base would need a CPU with FSGSBASE.
        defines: &[("BUILD_TARGET_X86_64", "1"), ("WASM_DISABLE_WRITE_GS_BASE", "1")],
        simd: true,
        invoke_native: "invokeNative_em64_simd.s",
        relocations: "aot_reloc_x86_64.c",
        libraries: &["m", "pthread"],
    },
    Target {
        arch: "aarch64",
        defines: &[("BUILD_TARGET_AARCH64", "1"), ("BUILD_TARGET", "\"AARCH64\"")],
        simd: true,
        invoke_native: "invokeNative_aarch64_simd.s",
        relocations: "aot_reloc_aarch64.c",
        libraries: &["m", "pthread"],
    },
    Target {
        arch: "riscv64",
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

/// The row of the target that cargo builds for.
pub(crate) fn current() -> Result<&'static Target, String> {
    let variable = |name| env::var(name).map_err(|error| format!("{name}: {error}"));
    let (arch, os) = (variable("CARGO_CFG_TARGET_ARCH")?, variable("CARGO_CFG_TARGET_OS")?);
    let known = TARGETS.iter().find(|target| target.arch == arch && os == "linux");
    known.ok_or_else(|| {
        let all = TARGETS.iter().map(|target| target.arch).collect::<Vec<_>>().join(", ");
        format!("the runtime is not built for {arch} {os}; Linux on {all} is supported")
    })
}
