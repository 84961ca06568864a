//! 64-bit Arm with the procedure call standard of Linux (AAPCS64).
//!
//! Relocation numbers: `core/iwasm/aot/arch/aot_reloc_aarch64.c`. Features and what CPUs have:
//! `llvm/lib/Target/AArch64/AArch64Features.td` and `AArch64Processors.td`, for those that
//! Cranelift has a setting for (`cranelift/codegen/meta/src/isa/arm64.rs`).

use cranelift_codegen::binemit::Reloc;
use cranelift_object::object;
use regalloc2::PReg;
use wamr_abi::format::Machine;
use wamr_abi::format::relocation::aarch64;

use super::feature::{CpuModel, Feature};
use super::name::TargetName;
use super::{CallSite, HelperStub, Stub, Target, Vectors, float, int};

pub(super) struct Aarch64;

const FEATURES: &[Feature] = &[
    Feature::group("fp-armv8", &[]),
    Feature::group("neon", &["fp-armv8"]),
    Feature::new("lse", "has_lse", &[]),
    Feature::new("pauth", "has_pauth", &[]),
    Feature::new("fullfp16", "has_fp16", &["fp-armv8"]),
    Feature::new("dotprod", "has_dotprod", &["neon"]),
    Feature::new("i8mm", "has_i8mm", &["neon"]),
];

// Features that versions of the architecture require of every CPU.
const V8_1: &[&str] = &["lse"];
const V8_3: &[&str] = &["lse", "pauth"];
const V8_4: &[&str] = &["lse", "pauth", "dotprod"];

const CPUS: &[CpuModel] = &[
    CpuModel {
        names: &[
            "generic",
            "cortex-a34",
            "cortex-a35",
            "cortex-a53",
            "cortex-a57",
            "cortex-a72",
            "cortex-a73",
            "exynos-m3",
            "falkor",
            "kryo",
            "thunderx",
            "thunderxt88",
        ],
        features: &[],
    },
    CpuModel { names: &["thunderx2t99"], features: V8_1 },
    CpuModel { names: &["a64fx", "carmel"], features: &["lse", "fullfp16"] },
    CpuModel {
        names: &[
            "cortex-a55",
            "cortex-a65",
            "cortex-a75",
            "cortex-a76",
            "cortex-a77",
            "cortex-a78",
            "cortex-x1",
            "neoverse-e1",
            "neoverse-n1",
            "tsv110",
        ],
        features: &["lse", "fullfp16", "dotprod"],
    },
    CpuModel { names: &["thunderx3t110"], features: V8_3 },
    CpuModel { names: &["apple-a12"], features: &["lse", "pauth", "fullfp16"] },
    CpuModel {
        names: &["apple-a13", "apple-a14", "apple-m1"],
        features: &["lse", "pauth", "dotprod", "fullfp16"],
    },
    CpuModel { names: &["ampere1", "ampere1a"], features: &["lse", "pauth", "dotprod", "i8mm"] },
    CpuModel {
        names: &[
            "apple-a15",
            "apple-m2",
            "apple-a16",
            "apple-m3",
            "apple-a17",
            "apple-m4",
            "cortex-a510",
            "cortex-a520",
            "cortex-a710",
            "cortex-a715",
            "cortex-a720",
            "cortex-x2",
            "cortex-x3",
            "cortex-x4",
            "neoverse-512tvb",
            "neoverse-n2",
            "neoverse-n3",
            "neoverse-v1",
            "neoverse-v2",
            "neoverse-v3",
        ],
        features: &["lse", "pauth", "dotprod", "fullfp16", "i8mm"],
    },
];

impl Target for Aarch64 {
    fn names(&self) -> &'static [TargetName] {
        const NAMES: &[TargetName] = &[
            TargetName::new("aarch64", &[]),
            TargetName::new("arm64", &[]),
            TargetName::new("aarch64v8", &[]),
            TargetName::new("aarch64v8.1", V8_1),
            TargetName::new("aarch64v8.2", V8_1),
            TargetName::new("aarch64v8.3", V8_3),
            TargetName::new("aarch64v8.4", V8_4),
            TargetName::new("aarch64v8.5", V8_4),
        ];
        NAMES
    }

    fn triple(&self) -> target_lexicon::Triple {
        target_lexicon::triple!("aarch64-unknown-linux-gnu")
    }

    fn abis(&self) -> &'static [&'static str] {
        // The others are ABIs of 32-bit Arm. For this machine LLVM treats them as the same
        // convention, and WAMR's own test scripts use them.
        &["gnu", "eabi", "gnueabihf"]
    }

    fn is_host(&self) -> bool {
        cfg!(target_arch = "aarch64")
    }

    fn features(&self) -> &'static [Feature] {
        FEATURES
    }

    fn baseline(&self) -> &'static [&'static str] {
        &["neon", "fp-armv8"]
    }

    fn baseline_description(&self) -> &'static str {
        "Armv8-A with Advanced SIMD"
    }

    fn cpus(&self) -> &'static [CpuModel] {
        CPUS
    }

    fn too_old_cpus(&self) -> &'static [&'static str] {
        &[]
    }

    fn machine(&self) -> Machine {
        Machine::Aarch64
    }

    fn elf_flags(&self) -> u32 {
        0
    }

    fn object_architecture(&self) -> object::Architecture {
        object::Architecture::Aarch64
    }

    fn helper_stub(&self) -> HelperStub {
        HelperStub {
            // b; the displacement counts from the instruction itself.
            code: &[0x00, 0x00, 0x00, 0x14],
            relocation_offset: 0,
            relocation_type: aarch64::R_AARCH64_JUMP26,
            addend: 0,
        }
    }

    /// `AtomicCASLoop` in its `isa/aarch64/inst/emit.rs` implements compare-and-swap on CPUs
    /// without LSE.
    fn compares_whole_registers(&self) -> bool {
        true
    }

    fn clock(&self) -> Stub {
        Stub {
            code: &[0x40, 0xe0, 0x3b, 0xd5, 0xc0, 0x03, 0x5f, 0xd6],
            description: "  mrs x0, cntvct_el0\n  ret\n",
        }
    }

    fn preserved_registers(&self) -> &'static [PReg] {
        const REGISTERS: &[PReg] = &[
            int(19),
            int(20),
            int(21),
            int(22),
            int(23),
            int(24),
            int(25),
            int(26),
            int(27),
            int(28),
            float(8),
            float(9),
            float(10),
            float(11),
            float(12),
            float(13),
            float(14),
            float(15),
        ];
        REGISTERS
    }

    fn save_registers(&self) -> Stub {
        Stub {
            code: &[
                0x13, 0x50, 0x00, 0xa9, 0x15, 0x58, 0x01, 0xa9, 0x17, 0x60, 0x02, 0xa9, 0x19, 0x68,
                0x03, 0xa9, 0x1b, 0x70, 0x04, 0xa9, 0x08, 0x24, 0x05, 0x6d, 0x0a, 0x2c, 0x06, 0x6d,
                0x0c, 0x34, 0x07, 0x6d, 0x0e, 0x3c, 0x08, 0x6d, 0xe0, 0x03, 0x1d, 0xaa, 0xc0, 0x03,
                0x5f, 0xd6,
            ],
            description: concat!(
                "  stp x19, x20, [x0]\n",
                "  stp x21, x22, [x0, #16]\n",
                "  stp x23, x24, [x0, #32]\n",
                "  stp x25, x26, [x0, #48]\n",
                "  stp x27, x28, [x0, #64]\n",
                "  stp d8, d9, [x0, #80]\n",
                "  stp d10, d11, [x0, #96]\n",
                "  stp d12, d13, [x0, #112]\n",
                "  stp d14, d15, [x0, #128]\n",
                "  mov x0, x29\n",
                "  ret\n",
            ),
        }
    }

    fn resume(&self) -> Stub {
        Stub {
            code: &[
                0x93, 0x50, 0x40, 0xa9, 0x95, 0x58, 0x41, 0xa9, 0x97, 0x60, 0x42, 0xa9, 0x99, 0x68,
                0x43, 0xa9, 0x9b, 0x70, 0x44, 0xa9, 0x88, 0x24, 0x45, 0x6d, 0x8a, 0x2c, 0x46, 0x6d,
                0x8c, 0x34, 0x47, 0x6d, 0x8e, 0x3c, 0x48, 0x6d, 0x3f, 0x00, 0x00, 0x91, 0xfd, 0x03,
                0x02, 0xaa, 0xe5, 0x03, 0x00, 0xaa, 0xe0, 0x03, 0x03, 0xaa, 0xa0, 0x00, 0x1f, 0xd6,
            ],
            description: concat!(
                "  ldp x19, x20, [x4]\n",
                "  ldp x21, x22, [x4, #16]\n",
                "  ldp x23, x24, [x4, #32]\n",
                "  ldp x25, x26, [x4, #48]\n",
                "  ldp x27, x28, [x4, #64]\n",
                "  ldp d8, d9, [x4, #80]\n",
                "  ldp d10, d11, [x4, #96]\n",
                "  ldp d12, d13, [x4, #112]\n",
                "  ldp d14, d15, [x4, #128]\n",
                "  mov sp, x1\n",
                "  mov x29, x2\n",
                "  mov x5, x0\n",
                "  mov x0, x3\n",
                "  br x5\n",
            ),
        }
    }

    fn handler_table(&self) -> Stub {
        Stub {
            code: &[0x40, 0x00, 0x00, 0x10, 0xc0, 0x03, 0x5f, 0xd6],
            description: "  adr x0, #8\n  ret\n",
        }
    }

    fn call_site(&self) -> CallSite {
        CallSite { relocation: Reloc::Arm64Call, size: 4, alignment: 4 }
    }

    fn leaves_f32_arguments_unboxed(&self) -> bool {
        false
    }

    fn vectors(&self) -> Vectors {
        Vectors::Everywhere
    }
}
