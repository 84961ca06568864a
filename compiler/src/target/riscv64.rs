//! 64-bit RISC-V with the lp64d calling convention.
//!
//! Relocation numbers: `core/iwasm/aot/arch/aot_reloc_riscv.c`. Flags of the ELF header: the RISC-V
//! ELF psABI specification, section "File Header". Features and CPUs:
//! `llvm/lib/Target/RISCV/RISCVFeatures.td` and `RISCVProcessors.td`, as far as Cranelift has
//! settings for them (`cranelift/codegen/meta/src/isa/riscv64.rs`). Profiles: the RISC-V Profiles
//! specification, mandatory extensions.

use cranelift_codegen::binemit::Reloc;
use cranelift_object::object;
use regalloc2::PReg;
use wamr_abi::format::relocation::riscv64;
use wamr_abi::format::{E_FLAGS_RISCV_FLOAT_ABI_DOUBLE, E_FLAGS_RISCV_RVC, Machine};

use super::feature::{CpuModel, Feature};
use super::name::TargetName;
use super::{CallSite, HelperStub, Stub, Target, Vectors, float, int};

pub(super) struct Riscv64;

const FEATURES: &[Feature] = &[
    Feature::new("m", "has_m", &[]),
    Feature::new("a", "has_a", &[]),
    Feature::new("f", "has_f", &["zicsr"]),
    Feature::new("d", "has_d", &["f"]),
    Feature::group("c", &["zca", "zcd"]),
    // Compressed instructions are not used in code, since Cranelift's code is wrong with them. Its
    // jump around an island of veneers is then a compressed one, and gets a veneer of its own. That
    // veneer overwrites t6 between the instructions that add a large frame to the stack pointer
    // (`EmitIsland` and `gen_sp_reg_adjust` in its `isa/riscv64`).
    Feature::group("zca", &[]),
    Feature::group("zcd", &["d", "zca"]),
    Feature::group("zcb", &["zca"]),
    Feature::new("zicsr", "has_zicsr", &[]),
    Feature::new("zifencei", "has_zifencei", &[]),
    Feature::new("zicond", "has_zicond", &[]),
    Feature::new("zfa", "has_zfa", &["f"]),
    Feature::new("zfhmin", "has_zfhmin", &["f"]),
    Feature::new("zfh", "has_zfh", &["zfhmin"]),
    Feature::group("b", &["zba", "zbb", "zbs"]),
    Feature::new("zba", "has_zba", &[]),
    Feature::new("zbb", "has_zbb", &[]),
    Feature::new("zbc", "has_zbc", &[]),
    Feature::new("zbkb", "has_zbkb", &[]),
    Feature::new("zbs", "has_zbs", &[]),
    Feature::new("v", "has_v", &["d"]),
    Feature::new("zvbb", "has_zvbb", &["v"]),
    Feature::new("zvfh", "has_zvfh", &["v", "zfhmin"]),
    Feature::new("zvl32b", "has_zvl32b", &[]),
    Feature::new("zvl64b", "has_zvl64b", &["zvl32b"]),
    Feature::new("zvl128b", "has_zvl128b", &["zvl64b"]),
    Feature::new("zvl256b", "has_zvl256b", &["zvl128b"]),
    Feature::new("zvl512b", "has_zvl512b", &["zvl256b"]),
    Feature::new("zvl1024b", "has_zvl1024b", &["zvl512b"]),
];

const CPUS: &[CpuModel] = &[
    CpuModel {
        // The first three are rv64i in LLVM; here, they are the minimum CPU.
        names: &[
            "generic",
            "generic-rv64",
            "rocket-rv64",
            "rva20u64",
            "rva20",
            "sifive-u54",
            "sifive-u74",
        ],
        features: &[],
    },
    CpuModel {
        names: &["rva22u64", "rva22", "sifive-p450"],
        features: &["zba", "zbb", "zbs", "zfhmin"],
    },
    CpuModel {
        names: &["rva23u64", "rva23"],
        features: &["zba", "zbb", "zbs", "zfhmin", "v", "zvbb", "zicond", "zcb", "zfa"],
    },
    CpuModel {
        names: &["sifive-p470", "sifive-p670"],
        features: &["zba", "zbb", "zbs", "zfhmin", "v"],
    },
    CpuModel { names: &["sifive-x280"], features: &["zba", "zbb", "zfh", "v", "zvfh", "zvl512b"] },
    CpuModel {
        names: &["spacemit-x60"],
        features: &["zba", "zbb", "zbc", "zbs", "zfh", "zicond", "v", "zvfh", "zvl256b"],
    },
    CpuModel { names: &["veyron-v1"], features: &["zba", "zbb", "zbc", "zbs"] },
    CpuModel { names: &["xiangshan-nanhu"], features: &["zba", "zbb", "zbc", "zbs", "zbkb"] },
];

impl Target for Riscv64 {
    fn names(&self) -> &'static [TargetName] {
        const NAMES: &[TargetName] =
            &[TargetName::new("riscv64", &[]), TargetName::new("riscv64gc", &[])];
        NAMES
    }

    fn triple(&self) -> target_lexicon::Triple {
        target_lexicon::triple!("riscv64gc-unknown-linux-gnu")
    }

    fn abis(&self) -> &'static [&'static str] {
        &["lp64d", "gnu"]
    }

    fn is_host(&self) -> bool {
        cfg!(target_arch = "riscv64")
    }

    fn features(&self) -> &'static [Feature] {
        FEATURES
    }

    fn baseline(&self) -> &'static [&'static str] {
        // The runtime's own jumps to helpers contain compressed instructions.
        &["m", "a", "f", "d", "c", "zca", "zcd", "zicsr", "zifencei"]
    }

    fn baseline_description(&self) -> &'static str {
        "rv64gc"
    }

    fn cpus(&self) -> &'static [CpuModel] {
        CPUS
    }

    fn too_old_cpus(&self) -> &'static [&'static str] {
        &[]
    }

    fn machine(&self) -> Machine {
        Machine::Riscv64
    }

    fn elf_flags(&self) -> u32 {
        E_FLAGS_RISCV_RVC | E_FLAGS_RISCV_FLOAT_ABI_DOUBLE
    }

    fn object_architecture(&self) -> object::Architecture {
        object::Architecture::Riscv64
    }

    fn helper_stub(&self) -> HelperStub {
        HelperStub {
            // auipc t1, 0; jalr zero, 0(t1): the relocation covers both.
            code: &[0x17, 0x03, 0x00, 0x00, 0x67, 0x00, 0x03, 0x00],
            relocation_offset: 0,
            relocation_type: riscv64::R_RISCV_CALL_PLT,
            addend: 0,
        }
    }

    fn clock(&self) -> Stub {
        Stub {
            code: &[0x73, 0x25, 0x10, 0xc0, 0x67, 0x80, 0x00, 0x00],
            description: "  rdtime a0\n  ret\n",
        }
    }

    fn preserved_registers(&self) -> &'static [PReg] {
        const REGISTERS: &[PReg] = &[
            int(9),
            int(18),
            int(19),
            int(20),
            int(21),
            int(22),
            int(23),
            int(24),
            int(25),
            int(26),
            int(27),
            float(8),
            float(9),
            float(18),
            float(19),
            float(20),
            float(21),
            float(22),
            float(23),
            float(24),
            float(25),
            float(26),
            float(27),
        ];
        REGISTERS
    }

    fn save_registers(&self) -> Stub {
        Stub {
            code: &[
                0x23, 0x30, 0x95, 0x00, 0x23, 0x34, 0x25, 0x01, 0x23, 0x38, 0x35, 0x01, 0x23, 0x3c,
                0x45, 0x01, 0x23, 0x30, 0x55, 0x03, 0x23, 0x34, 0x65, 0x03, 0x23, 0x38, 0x75, 0x03,
                0x23, 0x3c, 0x85, 0x03, 0x23, 0x30, 0x95, 0x05, 0x23, 0x34, 0xa5, 0x05, 0x23, 0x38,
                0xb5, 0x05, 0x27, 0x3c, 0x85, 0x04, 0x27, 0x30, 0x95, 0x06, 0x27, 0x34, 0x25, 0x07,
                0x27, 0x38, 0x35, 0x07, 0x27, 0x3c, 0x45, 0x07, 0x27, 0x30, 0x55, 0x09, 0x27, 0x34,
                0x65, 0x09, 0x27, 0x38, 0x75, 0x09, 0x27, 0x3c, 0x85, 0x09, 0x27, 0x30, 0x95, 0x0b,
                0x27, 0x34, 0xa5, 0x0b, 0x27, 0x38, 0xb5, 0x0b, 0x13, 0x05, 0x04, 0x00, 0x67, 0x80,
                0x00, 0x00,
            ],
            description: concat!(
                "  sd s1, 0(a0)\n",
                "  sd s2, 8(a0)\n",
                "  sd s3, 16(a0)\n",
                "  sd s4, 24(a0)\n",
                "  sd s5, 32(a0)\n",
                "  sd s6, 40(a0)\n",
                "  sd s7, 48(a0)\n",
                "  sd s8, 56(a0)\n",
                "  sd s9, 64(a0)\n",
                "  sd s10, 72(a0)\n",
                "  sd s11, 80(a0)\n",
                "  fsd fs0, 88(a0)\n",
                "  fsd fs1, 96(a0)\n",
                "  fsd fs2, 104(a0)\n",
                "  fsd fs3, 112(a0)\n",
                "  fsd fs4, 120(a0)\n",
                "  fsd fs5, 128(a0)\n",
                "  fsd fs6, 136(a0)\n",
                "  fsd fs7, 144(a0)\n",
                "  fsd fs8, 152(a0)\n",
                "  fsd fs9, 160(a0)\n",
                "  fsd fs10, 168(a0)\n",
                "  fsd fs11, 176(a0)\n",
                "  mv a0, s0\n",
                "  ret\n",
            ),
        }
    }

    fn resume(&self) -> Stub {
        Stub {
            code: &[
                0x83, 0x34, 0x07, 0x00, 0x03, 0x39, 0x87, 0x00, 0x83, 0x39, 0x07, 0x01, 0x03, 0x3a,
                0x87, 0x01, 0x83, 0x3a, 0x07, 0x02, 0x03, 0x3b, 0x87, 0x02, 0x83, 0x3b, 0x07, 0x03,
                0x03, 0x3c, 0x87, 0x03, 0x83, 0x3c, 0x07, 0x04, 0x03, 0x3d, 0x87, 0x04, 0x83, 0x3d,
                0x07, 0x05, 0x07, 0x34, 0x87, 0x05, 0x87, 0x34, 0x07, 0x06, 0x07, 0x39, 0x87, 0x06,
                0x87, 0x39, 0x07, 0x07, 0x07, 0x3a, 0x87, 0x07, 0x87, 0x3a, 0x07, 0x08, 0x07, 0x3b,
                0x87, 0x08, 0x87, 0x3b, 0x07, 0x09, 0x07, 0x3c, 0x87, 0x09, 0x87, 0x3c, 0x07, 0x0a,
                0x07, 0x3d, 0x87, 0x0a, 0x87, 0x3d, 0x07, 0x0b, 0x13, 0x81, 0x05, 0x00, 0x13, 0x04,
                0x06, 0x00, 0x93, 0x02, 0x05, 0x00, 0x13, 0x85, 0x06, 0x00, 0x67, 0x80, 0x02, 0x00,
            ],
            description: concat!(
                "  ld s1, 0(a4)\n",
                "  ld s2, 8(a4)\n",
                "  ld s3, 16(a4)\n",
                "  ld s4, 24(a4)\n",
                "  ld s5, 32(a4)\n",
                "  ld s6, 40(a4)\n",
                "  ld s7, 48(a4)\n",
                "  ld s8, 56(a4)\n",
                "  ld s9, 64(a4)\n",
                "  ld s10, 72(a4)\n",
                "  ld s11, 80(a4)\n",
                "  fld fs0, 88(a4)\n",
                "  fld fs1, 96(a4)\n",
                "  fld fs2, 104(a4)\n",
                "  fld fs3, 112(a4)\n",
                "  fld fs4, 120(a4)\n",
                "  fld fs5, 128(a4)\n",
                "  fld fs6, 136(a4)\n",
                "  fld fs7, 144(a4)\n",
                "  fld fs8, 152(a4)\n",
                "  fld fs9, 160(a4)\n",
                "  fld fs10, 168(a4)\n",
                "  fld fs11, 176(a4)\n",
                "  mv sp, a1\n",
                "  mv s0, a2\n",
                "  mv t0, a0\n",
                "  mv a0, a3\n",
                "  jr t0\n",
            ),
        }
    }

    fn handler_table(&self) -> Stub {
        Stub {
            code: &[0x17, 0x05, 0x00, 0x00, 0x13, 0x05, 0xc5, 0x00, 0x67, 0x80, 0x00, 0x00],
            description: "  auipc a0, 0\n  addi a0, a0, 12\n  ret\n",
        }
    }

    fn call_site(&self) -> CallSite {
        CallSite { relocation: Reloc::RiscvCallPlt, size: 8, alignment: 2 }
    }

    /// `invokeNative` in `core/iwasm/common/arch/invokeNative_riscv.S` loads argument registers as
    /// doubles from zero-extended slots, but an f32 needs all higher bits set.
    fn leaves_f32_arguments_unboxed(&self) -> bool {
        true
    }

    /// All instructions that compute a float give the canonical NaN, including vector instructions
    /// and those of Zfa. Where Cranelift would pass an operand on unchanged, it corrects it
    /// (`gen_float_round`, `gen_vec_round` in its `isa/riscv64`).
    fn computes_canonical_nans(&self) -> bool {
        true
    }

    /// Cranelift touches up to three pages one by one. For more, it emits a loop that begins at the
    /// far end of the frame, and so beyond the guard pages (`StackProbeLoop` in its
    /// `isa/riscv64/inst/emit.rs`).
    fn largest_probed_frame(&self) -> u32 {
        4 * 4096 - 1
    }

    /// WAMR builds no SIMD for RISC-V (`build-scripts/config_common.cmake`, `WAMR_BUILD_SIMD`), so
    /// its loader accepts neither the feature flag nor the type v128.
    fn vectors(&self) -> Vectors {
        Vectors::InsideOnly { feature: "v" }
    }
}
