//! x86-64 with the System V calling convention.
//!
//! Relocation numbers: `core/iwasm/aot/arch/aot_reloc_x86_64.c`. Features, implications and CPUs:
//! `llvm/lib/Target/X86/X86.td`, as far as Cranelift has settings for them
//! (`cranelift/codegen/meta/src/isa/x86.rs`). Cranelift's own presets leave out implied features,
//! for example AVX of CPUs with AVX2, and would give slower code.

use cranelift_codegen::binemit::Reloc;
use cranelift_object::object;
use regalloc2::PReg;
use wamr_abi::format::Machine;
use wamr_abi::format::relocation::x86_64;

use super::feature::{CpuModel, Feature};
use super::name::TargetName;
use super::{CallSite, HelperStub, Stub, Target, Vectors, int};

pub(super) struct X86_64;

const FEATURES: &[Feature] = &[
    Feature::new("cx16", "has_cmpxchg16b", &[]),
    Feature::new("sse3", "has_sse3", &[]),
    Feature::new("ssse3", "has_ssse3", &["sse3"]),
    Feature::new("sse4.1", "has_sse41", &["ssse3"]),
    Feature::new("sse4.2", "has_sse42", &["sse4.1"]),
    Feature::new("popcnt", "has_popcnt", &[]),
    Feature::new("lzcnt", "has_lzcnt", &[]),
    Feature::new("bmi", "has_bmi1", &[]),
    Feature::new("bmi2", "has_bmi2", &[]),
    Feature::new("avx", "has_avx", &["sse4.2"]),
    Feature::new("avx2", "has_avx2", &["avx"]),
    Feature::new("fma", "has_fma", &["avx"]),
    Feature::new("avxvnni", "has_avx_vnni", &["avx2"]),
    Feature::new("avx512f", "has_avx512f", &["avx2", "fma"]),
    Feature::new("avx512dq", "has_avx512dq", &["avx512f"]),
    Feature::new("avx512vl", "has_avx512vl", &["avx512f"]),
    Feature::new("avx512vnni", "has_avx512vnni", &["avx512f"]),
    // These two also imply AVX512BW, which Cranelift does not use.
    Feature::new("avx512bitalg", "has_avx512bitalg", &["avx512f"]),
    Feature::new("avx512vbmi", "has_avx512vbmi", &["avx512f"]),
];

const CPUS: &[CpuModel] = &[
    // Below SSE4.1 in LLVM; here, the minimum CPU.
    CpuModel { names: &["generic", "x86-64"], features: &[] },
    CpuModel { names: &["penryn"], features: &["sse4.1"] },
    CpuModel {
        names: &[
            "x86-64-v2",
            "nehalem",
            "corei7",
            "westmere",
            "silvermont",
            "slm",
            "goldmont",
            "goldmont-plus",
            "tremont",
        ],
        features: &["sse4.2", "popcnt"],
    },
    CpuModel {
        names: &["sandybridge", "corei7-avx", "ivybridge", "core-avx-i"],
        features: &["avx", "popcnt"],
    },
    CpuModel { names: &["bdver1"], features: &["avx", "popcnt", "lzcnt"] },
    CpuModel { names: &["btver2"], features: &["avx", "popcnt", "lzcnt", "bmi"] },
    CpuModel { names: &["bdver2", "bdver3"], features: &["fma", "popcnt", "lzcnt", "bmi"] },
    CpuModel {
        names: &[
            "x86-64-v3",
            "haswell",
            "core-avx2",
            "broadwell",
            "skylake",
            "bdver4",
            "znver1",
            "znver2",
            "znver3",
        ],
        features: &["avx2", "fma", "popcnt", "lzcnt", "bmi", "bmi2"],
    },
    CpuModel {
        names: &[
            "alderlake",
            "raptorlake",
            "meteorlake",
            "gracemont",
            "arrowlake",
            "lunarlake",
            "sierraforest",
            "grandridge",
        ],
        features: &["avxvnni", "fma", "popcnt", "lzcnt", "bmi", "bmi2"],
    },
    CpuModel { names: &["knl", "knm"], features: &["avx512f", "popcnt", "lzcnt", "bmi", "bmi2"] },
    CpuModel {
        names: &["x86-64-v4", "skylake-avx512", "skx"],
        features: &["avx512dq", "avx512vl", "popcnt", "lzcnt", "bmi", "bmi2"],
    },
    CpuModel {
        names: &["cascadelake", "cooperlake"],
        features: &["avx512dq", "avx512vl", "avx512vnni", "popcnt", "lzcnt", "bmi", "bmi2"],
    },
    CpuModel {
        names: &["cannonlake"],
        features: &["avx512dq", "avx512vl", "avx512vbmi", "popcnt", "lzcnt", "bmi", "bmi2"],
    },
    CpuModel {
        names: &["icelake-client", "icelake-server", "tigerlake", "rocketlake", "znver4"],
        features: &[
            "avx512dq",
            "avx512vl",
            "avx512vbmi",
            "avx512bitalg",
            "avx512vnni",
            "popcnt",
            "lzcnt",
            "bmi",
            "bmi2",
        ],
    },
    CpuModel {
        names: &["sapphirerapids", "emeraldrapids", "graniterapids", "znver5"],
        features: &[
            "avx512dq",
            "avx512vl",
            "avx512vbmi",
            "avx512bitalg",
            "avx512vnni",
            "avxvnni",
            "popcnt",
            "lzcnt",
            "bmi",
            "bmi2",
        ],
    },
];

/// Without SSE4.1.
const TOO_OLD_CPUS: &[&str] = &[
    "nocona",
    "core2",
    "bonnell",
    "atom",
    "k8",
    "opteron",
    "athlon64",
    "athlon-fx",
    "k8-sse3",
    "opteron-sse3",
    "athlon64-sse3",
    "amdfam10",
    "barcelona",
    "btver1",
];

impl Target for X86_64 {
    fn names(&self) -> &'static [TargetName] {
        const NAMES: &[TargetName] = &[
            TargetName::new("x86_64", &[]),
            TargetName::new("x86-64", &[]),
            TargetName::new("amd64", &[]),
        ];
        NAMES
    }

    fn triple(&self) -> target_lexicon::Triple {
        target_lexicon::triple!("x86_64-unknown-linux-gnu")
    }

    fn abis(&self) -> &'static [&'static str] {
        &["gnu"]
    }

    fn is_host(&self) -> bool {
        cfg!(target_arch = "x86_64")
    }

    fn features(&self) -> &'static [Feature] {
        FEATURES
    }

    fn baseline(&self) -> &'static [&'static str] {
        // Rounding is an instruction since SSE4.1; without it, it is a call of a C library.
        &["cx16", "sse4.1", "ssse3", "sse3"]
    }

    fn baseline_description(&self) -> &'static str {
        "x86-64 with SSE4.1"
    }

    fn cpus(&self) -> &'static [CpuModel] {
        CPUS
    }

    fn too_old_cpus(&self) -> &'static [&'static str] {
        TOO_OLD_CPUS
    }

    fn machine(&self) -> Machine {
        Machine::X86_64
    }

    fn elf_flags(&self) -> u32 {
        0
    }

    fn object_architecture(&self) -> object::Architecture {
        object::Architecture::X86_64
    }

    fn helper_stub(&self) -> HelperStub {
        HelperStub {
            // jmp rel32; the displacement counts from the end of the instruction.
            code: &[0xe9, 0, 0, 0, 0],
            relocation_offset: 1,
            relocation_type: x86_64::R_X86_64_PLT32,
            addend: -4,
        }
    }

    fn clock(&self) -> Stub {
        Stub {
            code: &[0x0f, 0x31, 0x48, 0xc1, 0xe2, 0x20, 0x48, 0x09, 0xd0, 0xc3],
            description: "  rdtsc\n  shlq $0x20, %rdx\n  orq %rdx, %rax\n  ret\n",
        }
    }

    fn preserved_registers(&self) -> &'static [PReg] {
        const REGISTERS: &[PReg] = &[int(3), int(12), int(13), int(14), int(15)];
        REGISTERS
    }

    fn save_registers(&self) -> Stub {
        Stub {
            code: &[
                0x48, 0x89, 0x1f, 0x4c, 0x89, 0x67, 0x08, 0x4c, 0x89, 0x6f, 0x10, 0x4c, 0x89, 0x77,
                0x18, 0x4c, 0x89, 0x7f, 0x20, 0x48, 0x89, 0xe8, 0xc3,
            ],
            description: concat!(
                "  movq %rbx, (%rdi)\n",
                "  movq %r12, 8(%rdi)\n",
                "  movq %r13, 16(%rdi)\n",
                "  movq %r14, 24(%rdi)\n",
                "  movq %r15, 32(%rdi)\n",
                "  movq %rbp, %rax\n",
                "  ret\n",
            ),
        }
    }

    fn resume(&self) -> Stub {
        Stub {
            code: &[
                0x49, 0x8b, 0x18, 0x4d, 0x8b, 0x60, 0x08, 0x4d, 0x8b, 0x68, 0x10, 0x4d, 0x8b, 0x70,
                0x18, 0x4d, 0x8b, 0x78, 0x20, 0x48, 0x89, 0xf4, 0x48, 0x89, 0xd5, 0x48, 0x89, 0xc8,
                0xff, 0xe7,
            ],
            description: concat!(
                "  movq (%r8), %rbx\n",
                "  movq 8(%r8), %r12\n",
                "  movq 16(%r8), %r13\n",
                "  movq 24(%r8), %r14\n",
                "  movq 32(%r8), %r15\n",
                "  movq %rsi, %rsp\n",
                "  movq %rdx, %rbp\n",
                "  movq %rcx, %rax\n",
                "  jmp *%rdi\n",
            ),
        }
    }

    fn handler_table(&self) -> Stub {
        Stub {
            code: &[0x48, 0x8d, 0x05, 0x01, 0x00, 0x00, 0x00, 0xc3],
            description: "  leaq 1(%rip), %rax\n  ret\n",
        }
    }

    fn call_site(&self) -> CallSite {
        CallSite { relocation: Reloc::X86CallPCRel4, size: 4, alignment: 1 }
    }

    fn packs_fields(&self) -> bool {
        true
    }

    fn leaves_f32_arguments_unboxed(&self) -> bool {
        false
    }

    /// `pshufb`, which is in the baseline.
    fn shuffles_bytes_at_once(&self) -> bool {
        true
    }

    fn vectors(&self) -> Vectors {
        Vectors::Everywhere
    }
}
