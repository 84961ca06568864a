//! x86-64 with the System V calling convention.
//!
//! Relocation numbers: `core/iwasm/aot/arch/aot_reloc_x86_64.c`.

use wamr_abi::format::Machine;
use wamr_abi::format::relocation::x86_64;

use super::{HelperStub, Target};

pub(super) struct X86_64;

impl Target for X86_64 {
    fn names(&self) -> &'static [&'static str] {
        &["x86_64", "x86-64", "amd64"]
    }

    fn triple(&self) -> target_lexicon::Triple {
        target_lexicon::triple!("x86_64-unknown-linux-gnu")
    }

    fn baseline(&self) -> &'static [&'static str] {
        // Rounding is an instruction from SSE4.1 on; before, it is a call to a C library.
        &["has_cmpxchg16b", "has_sse3", "has_ssse3", "has_sse41"]
    }

    fn machine(&self) -> Machine {
        Machine::X86_64
    }

    fn elf_flags(&self) -> u32 {
        0
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

    fn leaves_f32_arguments_unboxed(&self) -> bool {
        false
    }
}
