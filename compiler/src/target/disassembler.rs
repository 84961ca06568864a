//! Machine code as text, disassembled by Capstone.

use capstone::Capstone;
use capstone::arch::arm64::ArchMode as Arm64Mode;
use capstone::arch::riscv::{ArchExtraMode, ArchMode as RiscvMode};
use capstone::arch::x86::{ArchMode as X86Mode, ArchSyntax};
use capstone::arch::{BuildsCapstone, BuildsCapstoneExtraMode, BuildsCapstoneSyntax};

use super::Architecture;
use crate::error::Error;

/// Disassembles the machine code of one architecture.
pub(crate) struct Disassembler {
    capstone: Capstone,
    /// The minimum size of an instruction.
    unit: usize,
}

impl Disassembler {
    /// For `architecture`.
    pub(crate) fn new(architecture: Architecture) -> Result<Self, Error> {
        let new = Capstone::new();
        let capstone = match architecture {
            Architecture::X86_64 => new.x86().mode(X86Mode::Mode64).syntax(ArchSyntax::Att).build(),
            Architecture::Aarch64 => new.arm64().mode(Arm64Mode::Arm).build(),
            Architecture::Riscv64 => new
                .riscv()
                .mode(RiscvMode::RiscV64)
                .extra_mode([ArchExtraMode::RiscVC].into_iter())
                .build(),
        };
        let capstone = capstone.map_err(|error| Error::internal(format!("Capstone: {error}")))?;
        let unit = match architecture {
            Architecture::X86_64 => 1,
            Architecture::Aarch64 => 4,
            Architecture::Riscv64 => 2,
        };
        Ok(Self { capstone, unit })
    }

    /// Offset, size and text of each instruction in `code`. Bytes that are not an instruction, such
    /// as a constant after a function, are printed as bytes.
    pub(crate) fn lines(&self, code: &[u8]) -> Vec<(u32, u32, String)> {
        let mut lines = Vec::new();
        let mut position = 0;
        while position < code.len() {
            if let Ok(instructions) = self.capstone.disasm_all(&code[position..], position as u64) {
                for instruction in instructions.iter() {
                    let mnemonic = instruction.mnemonic().unwrap_or_default();
                    let operands = instruction.op_str().unwrap_or_default();
                    let size = instruction.bytes().len();
                    let text = format!("{mnemonic:<8}{operands}").trim_end().to_owned();
                    lines.push((position as u32, size as u32, text));
                    position += size;
                }
            }
            // Capstone has stopped at something that is not an instruction.
            if let Some(bytes) = code.get(position..(position + self.unit).min(code.len()))
                && !bytes.is_empty()
            {
                let shown: Vec<String> = bytes.iter().map(|byte| format!("{byte:#04x}")).collect();
                let text = format!("{:<8}{}", ".byte", shown.join(", "));
                lines.push((position as u32, bytes.len() as u32, text));
                position += bytes.len();
            }
        }
        lines
    }
}
