//! 64-bit Arm with the procedure call standard of Linux (AAPCS64).
//!
//! Relocation numbers: `core/iwasm/aot/arch/aot_reloc_aarch64.c`.

use wamr_abi::format::Machine;
use wamr_abi::format::relocation::aarch64;

use super::{HelperStub, Target};

pub(super) struct Aarch64;

impl Target for Aarch64 {
    fn names(&self) -> &'static [&'static str] {
        &["aarch64", "arm64", "aarch64v8"]
    }

    fn triple(&self) -> target_lexicon::Triple {
        target_lexicon::triple!("aarch64-unknown-linux-gnu")
    }

    fn baseline(&self) -> &'static [&'static str] {
        // Armv8.0-A with floating point and Advanced SIMD, which Cranelift takes for granted.
        &[]
    }

    fn machine(&self) -> Machine {
        Machine::Aarch64
    }

    fn elf_flags(&self) -> u32 {
        0
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

    fn leaves_f32_arguments_unboxed(&self) -> bool {
        false
    }
}
