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
    /// Names of instructions that may be followed by a table of the addresses that they jump to.
    jumps: &'static [&'static str],
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
        let (unit, jumps) = match architecture {
            Architecture::X86_64 => (1, &["jmpq", "jmp"][..]),
            Architecture::Aarch64 => (4, &["br"][..]),
            // The table consists of jumps.
            Architecture::Riscv64 => (2, &[][..]),
        };
        Ok(Self { capstone, unit, jumps })
    }

    /// Offset, size and text of each instruction in `code`, and of data between instructions. These
    /// are the constants from `instructions_end` on, and jump tables, which end where the next of
    /// `blocks` starts. Bytes that are not an instruction are printed as bytes, too.
    pub(crate) fn lines(
        &self,
        code: &[u8],
        instructions_end: u32,
        blocks: &[u32],
    ) -> Vec<(u32, u32, String)> {
        let mut lines = Vec::new();
        let (mut position, end) = (0, (instructions_end as usize).min(code.len()));
        while position < end {
            let decoded = self.capstone.disasm_count(&code[position..end], position as u64, 1);
            let decoded = decoded.ok();
            let Some(instruction) = decoded.as_ref().and_then(|all| all.iter().next()) else {
                let next = (position + self.unit).min(end);
                lines.push(data(".byte", position, &code[position..next]));
                position = next;
                continue;
            };
            let mnemonic = instruction.mnemonic().unwrap_or_default();
            let operands = instruction.op_str().unwrap_or_default();
            let size = instruction.bytes().len();
            let text = format!("{mnemonic:<8}{operands}").trim_end().to_owned();
            lines.push((position as u32, size as u32, text));
            position += size;
            // The operand of a direct jump is an address.
            if self.jumps.contains(&mnemonic) && !operands.starts_with(['$', '#', '0']) {
                let next = blocks.iter().find(|&&start| start as usize >= position);
                let table = position..next.map_or(position, |&start| (start as usize).min(end));
                for (index, entry) in code[table.clone()].chunks(TABLE_ENTRY).enumerate() {
                    lines.push(data(".long", position + index * TABLE_ENTRY, entry));
                }
                position = table.end;
            }
        }
        while position < code.len() {
            // Constants are aligned.
            let next = (position / CONSTANT * CONSTANT + CONSTANT).min(code.len());
            lines.push(data(".quad", position, &code[position..next]));
            position = next;
        }
        lines
    }
}

/// Bytes of an entry of a jump table, in Cranelift's code for all machines.
const TABLE_ENTRY: usize = 4;

/// Bytes of constants in a line.
const CONSTANT: usize = 8;

/// A line with data, as one number if it has the size of the directive, otherwise as bytes.
fn data(directive: &str, position: usize, bytes: &[u8]) -> (u32, u32, String) {
    let mut number = [0; CONSTANT];
    let text = match (directive, bytes.len()) {
        (".quad", CONSTANT) | (".long", TABLE_ENTRY) => {
            number[..bytes.len()].copy_from_slice(bytes);
            format!("{directive:<8}{:#x}", u64::from_le_bytes(number))
        }
        _ => {
            let shown: Vec<String> = bytes.iter().map(|byte| format!("{byte:#04x}")).collect();
            format!("{:<8}{}", ".byte", shown.join(", "))
        }
    };
    (position as u32, bytes.len() as u32, text)
}
