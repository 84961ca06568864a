//! Relocation types that the loader applies, per architecture, by their ELF names.
//!
//! A type that is not listed here makes loading fail with "invalid relocation type". The loader's
//! file of the architecture shows what each one computes, and its quirks.

use super::Machine;
use crate::symbols::Loader;

/// Types of `aot/arch/aot_reloc_x86_64.c`.
pub mod x86_64 {
    /// S + A + the 8 bytes in place.
    pub const R_X86_64_64: u32 = 1;
    /// S + A - P, without going through the PLT.
    pub const R_X86_64_PC32: u32 = 2;
    /// S + A - P, through the PLT for runtime helpers.
    pub const R_X86_64_PLT32: u32 = 4;
    /// GOT slot + A - P for functions of the module; for any other symbol plain S + A - P.
    pub const R_X86_64_GOTPCREL: u32 = 9;
    /// S + A as a `u32`.
    pub const R_X86_64_32: u32 = 10;
    /// S + A as an `i32`.
    pub const R_X86_64_32S: u32 = 11;
    /// S + A - P as 64 bits.
    pub const R_X86_64_PC64: u32 = 24;
    /// Like `R_X86_64_GOTPCREL`; WAMR's main branch only.
    pub const R_X86_64_GOTPCRELX: u32 = 41;
    /// Like `R_X86_64_GOTPCREL`; WAMR's main branch only.
    pub const R_X86_64_REX_GOTPCRELX: u32 = 42;
}

/// Types of `aot/arch/aot_reloc_aarch64.c`. Immediates in place are added, so they must be zero.
pub mod aarch64 {
    /// 16-bit slice 0 of S + A, checked.
    pub const R_AARCH64_MOVW_UABS_G0: u32 = 263;
    /// 16-bit slice 0 of S + A.
    pub const R_AARCH64_MOVW_UABS_G0_NC: u32 = 264;
    /// 16-bit slice 1 of S + A, checked.
    pub const R_AARCH64_MOVW_UABS_G1: u32 = 265;
    /// 16-bit slice 1 of S + A.
    pub const R_AARCH64_MOVW_UABS_G1_NC: u32 = 266;
    /// 16-bit slice 2 of S + A, checked.
    pub const R_AARCH64_MOVW_UABS_G2: u32 = 267;
    /// 16-bit slice 2 of S + A.
    pub const R_AARCH64_MOVW_UABS_G2_NC: u32 = 268;
    /// 16-bit slice 3 of S + A.
    pub const R_AARCH64_MOVW_UABS_G3: u32 = 269;
    /// Page(S + A) - Page(P), within 4 GiB.
    pub const R_AARCH64_ADR_PREL_PG_HI21: u32 = 275;
    /// Page(S + A) - Page(P), unchecked.
    pub const R_AARCH64_ADR_PREL_PG_HI21_NC: u32 = 276;
    /// Low 12 bits of S + A.
    pub const R_AARCH64_ADD_ABS_LO12_NC: u32 = 277;
    /// Low 12 bits of S + A, for byte accesses.
    pub const R_AARCH64_LDST8_ABS_LO12_NC: u32 = 278;
    /// S + A - P, within 128 MiB, through the PLT for runtime helpers.
    pub const R_AARCH64_JUMP26: u32 = 282;
    /// S + A - P, within 128 MiB, through the PLT for runtime helpers.
    pub const R_AARCH64_CALL26: u32 = 283;
    /// Low 12 bits of S + A, for 16-bit accesses.
    pub const R_AARCH64_LDST16_ABS_LO12_NC: u32 = 284;
    /// Low 12 bits of S + A, for 32-bit accesses.
    pub const R_AARCH64_LDST32_ABS_LO12_NC: u32 = 285;
    /// Low 12 bits of S + A, for 64-bit accesses.
    pub const R_AARCH64_LDST64_ABS_LO12_NC: u32 = 286;
    /// Low 12 bits of S + A, for 128-bit accesses.
    pub const R_AARCH64_LDST128_ABS_LO12_NC: u32 = 299;
}

/// Types of `aot/arch/aot_reloc_riscv.c`.
pub mod riscv64 {
    /// S + A as a `u32`.
    pub const R_RISCV_32: u32 = 1;
    /// S + A as 64 bits.
    pub const R_RISCV_64: u32 = 2;
    /// S + A - P in an `auipc` and the instruction after it.
    pub const R_RISCV_CALL: u32 = 18;
    /// Like `R_RISCV_CALL`, through the PLT if a runtime helper is out of range.
    pub const R_RISCV_CALL_PLT: u32 = 19;
    /// S + A - P in an `auipc` and the instruction after it.
    pub const R_RISCV_PCREL_HI20: u32 = 23;
    /// Only checked: the instruction must follow its `auipc`.
    pub const R_RISCV_PCREL_LO12_I: u32 = 24;
    /// Only checked: the instruction must follow its `auipc`.
    pub const R_RISCV_PCREL_LO12_S: u32 = 25;
    /// Upper 20 bits of S + A.
    pub const R_RISCV_HI20: u32 = 26;
    /// Low 12 bits of S + A, I-type.
    pub const R_RISCV_LO12_I: u32 = 27;
    /// Low 12 bits of S + A, S-type.
    pub const R_RISCV_LO12_S: u32 = 28;
}

/// Lists constants of a module with their names.
macro_rules! named {
    ($machine:ident: $($name:ident),* $(,)?) => {
        &[$(($machine::$name, stringify!($name))),*]
    };
}

impl Machine {
    /// Number and ELF name of each relocation type that the loader applies on this architecture.
    pub fn relocation_types(self) -> &'static [(u32, &'static str)] {
        match self {
            Self::X86_64 => named!(x86_64:
                R_X86_64_64, R_X86_64_PC32, R_X86_64_PLT32, R_X86_64_GOTPCREL, R_X86_64_32,
                R_X86_64_32S, R_X86_64_PC64, R_X86_64_GOTPCRELX, R_X86_64_REX_GOTPCRELX,
            ),
            Self::Aarch64 => named!(aarch64:
                R_AARCH64_MOVW_UABS_G0, R_AARCH64_MOVW_UABS_G0_NC, R_AARCH64_MOVW_UABS_G1,
                R_AARCH64_MOVW_UABS_G1_NC, R_AARCH64_MOVW_UABS_G2, R_AARCH64_MOVW_UABS_G2_NC,
                R_AARCH64_MOVW_UABS_G3, R_AARCH64_ADR_PREL_PG_HI21, R_AARCH64_ADR_PREL_PG_HI21_NC,
                R_AARCH64_ADD_ABS_LO12_NC, R_AARCH64_LDST8_ABS_LO12_NC, R_AARCH64_JUMP26,
                R_AARCH64_CALL26, R_AARCH64_LDST16_ABS_LO12_NC, R_AARCH64_LDST32_ABS_LO12_NC,
                R_AARCH64_LDST64_ABS_LO12_NC, R_AARCH64_LDST128_ABS_LO12_NC,
            ),
            Self::Riscv64 => named!(riscv64:
                R_RISCV_32, R_RISCV_64, R_RISCV_CALL, R_RISCV_CALL_PLT, R_RISCV_PCREL_HI20,
                R_RISCV_PCREL_LO12_I, R_RISCV_PCREL_LO12_S, R_RISCV_HI20, R_RISCV_LO12_I,
                R_RISCV_LO12_S,
            ),
        }
    }

    /// ELF name of a relocation type, if the loader applies it on this architecture.
    pub fn relocation_name(self, number: u32) -> Option<&'static str> {
        let types = self.relocation_types();
        types.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
    }

    /// Whether this is a relocation type of WAMR's main branch only
    /// ([`crate::releases::Features::gotpcrelx`]).
    pub fn is_gotpcrelx(self, number: u32) -> bool {
        self == Self::X86_64
            && matches!(number, x86_64::R_X86_64_GOTPCRELX | x86_64::R_X86_64_REX_GOTPCRELX)
    }
}

/// Types of `aot/arch/aot_reloc_arm.c` and `aot_reloc_thumb.c`.
const ARM: &[(u32, &str)] = &[
    (2, "R_ARM_ABS32"),
    (10, "R_ARM_THM_CALL"),
    (28, "R_ARM_CALL"),
    (29, "R_ARM_JMP24"),
    (30, "R_ARM_THM_JMP24"),
    (43, "R_ARM_MOVW_ABS_NC"),
    (44, "R_ARM_MOVT_ABS"),
    (47, "R_ARM_THM_MOVW_ABS_NC"),
    (48, "R_ARM_THM_MOVT_ABS"),
    (49, "R_ARM_THM_MOVW_PREL_NC"),
    (50, "R_ARM_THM_MOVT_PREL"),
];
/// Types of `aot/arch/aot_reloc_x86_32.c`.
const X86_32: &[(u32, &str)] = &[(1, "R_386_32"), (2, "R_386_PC32"), (4, "R_386_PLT32")];
/// Types of `aot/arch/aot_reloc_xtensa.c`.
const XTENSA: &[(u32, &str)] = &[(1, "R_XTENSA_32"), (20, "R_XTENSA_SLOT0_OP")];
/// Types of `aot/arch/aot_reloc_arc.c`.
const ARC: &[(u32, &str)] = &[
    (4, "R_ARC_32"),
    (14, "R_ARC_S21H_PCREL"),
    (15, "R_ARC_S21W_PCREL"),
    (16, "R_ARC_S25H_PCREL"),
    (17, "R_ARC_S25W_PCREL"),
    (27, "R_ARC_32_ME"),
];

impl Loader {
    /// ELF name of a relocation type, if this loader applies it.
    pub fn relocation_name(self, number: u32) -> Option<&'static str> {
        let types = match self {
            Self::X86_64 => return Machine::X86_64.relocation_name(number),
            Self::Aarch64 => return Machine::Aarch64.relocation_name(number),
            // The loader has one list for both widths.
            Self::Riscv { .. } => return Machine::Riscv64.relocation_name(number),
            Self::Arm | Self::Thumb { .. } => ARM,
            Self::X86_32 => X86_32,
            Self::Xtensa => XTENSA,
            Self::Arc => ARC,
        };
        types.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
    }
}
