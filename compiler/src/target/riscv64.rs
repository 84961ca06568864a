//! 64-bit RISC-V with the lp64d calling convention.
//!
//! Relocation numbers: `core/iwasm/aot/arch/aot_reloc_riscv.c`. Flags of the ELF header: the RISC-V
//! ELF psABI specification, section "File Header".

use wamr_abi::format::relocation::riscv64;
use wamr_abi::format::{E_FLAGS_RISCV_FLOAT_ABI_DOUBLE, E_FLAGS_RISCV_RVC, Machine};

use super::{HelperStub, Target};

pub(super) struct Riscv64;

impl Target for Riscv64 {
    fn names(&self) -> &'static [&'static str] {
        &["riscv64", "riscv64gc"]
    }

    fn triple(&self) -> target_lexicon::Triple {
        target_lexicon::triple!("riscv64gc-unknown-linux-gnu")
    }

    fn baseline(&self) -> &'static [&'static str] {
        // rv64gc: Cranelift takes IMAFD for granted, and C is these two. The runtime's own jumps to
        // helpers have compressed instructions, so no file runs without them.
        &["has_zca", "has_zcd"]
    }

    fn machine(&self) -> Machine {
        Machine::Riscv64
    }

    fn elf_flags(&self) -> u32 {
        E_FLAGS_RISCV_RVC | E_FLAGS_RISCV_FLOAT_ABI_DOUBLE
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

    /// `invokeNative` in `core/iwasm/common/arch/invokeNative_riscv.S` loads argument registers as
    /// doubles from zero-extended slots, while an f32 is only one with all higher bits set.
    fn leaves_f32_arguments_unboxed(&self) -> bool {
        true
    }
}
