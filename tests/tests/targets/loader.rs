//! What the loader accepts, as far as files of this compiler use it. It is written from the
//! loader's sources and the manuals of the machines, independently of the compiler's tables.

use cwamrc::Architecture;
use cwamrc::aot::Container;
use cwamrc::aot::model::Relocation;
use wamr_abi::format::{self, Machine};
use wamr_abi::helpers::Helper;
use wamr_abi::releases::Release;

/// The properties of files for an architecture.
struct Expected {
    machine: Machine,
    /// `e_machine`, `e_flags` and `arch` of the target info.
    target_info: (u16, u32, &'static str),
    /// The relocation of a jump to a helper: ELF's number, addend.
    relocation: (u32, i64),
    /// The jump with the relocated field as zeros, and the offset of the relocation in it.
    jump: (&'static [u8], usize),
    /// The reach of the jump, in either direction.
    reach: u64,
    /// The size of an item of the loader's jump table, which follows the text (`get_plt_item_size`
    /// of `core/iwasm/aot/arch/aot_reloc_*.c`).
    plt_item: u64,
    /// Instructions begin at multiples of this.
    instruction_alignment: u64,
}

/// More helpers than any runtime has.
const MOST_HELPERS: u64 = 1000;

fn expected(architecture: Architecture) -> Expected {
    match architecture {
        Architecture::X86_64 => Expected {
            machine: Machine::X86_64,
            target_info: (62, 0, "x86_64"),
            // R_X86_64_PLT32
            relocation: (4, -4),
            // jmp rel32
            jump: (&[0xe9, 0, 0, 0, 0], 1),
            reach: 1 << 31,
            plt_item: 12,
            instruction_alignment: 1,
        },
        Architecture::Aarch64 => Expected {
            machine: Machine::Aarch64,
            target_info: (183, 0, "aarch64v8"),
            // R_AARCH64_JUMP26
            relocation: (282, 0),
            // b
            jump: (&[0, 0, 0, 0b0001_0100], 0),
            reach: 128 << 20,
            plt_item: 32,
            instruction_alignment: 4,
        },
        Architecture::Riscv64 => Expected {
            machine: Machine::Riscv64,
            // EF_RISCV_RVC, EF_RISCV_FLOAT_ABI_DOUBLE
            target_info: (243, 1 | 4, "riscv64"),
            // R_RISCV_CALL_PLT
            relocation: (19, 0),
            // auipc t1, 0; jalr zero, 0(t1): opcodes 0x17 and 0x67, t1 is x6
            jump: (&[0x17, 0x03, 0, 0, 0x67, 0x00, 0x03, 0], 0),
            reach: 1 << 31,
            plt_item: 20,
            instruction_alignment: 2,
        },
        other => panic!("nothing is written down about {other}"),
    }
}

/// Checks a file for `architecture` and `release`.
pub(crate) fn check(bytes: &[u8], architecture: Architecture, release: Release) {
    let container = Container::read(bytes).expect("the file is readable");
    let expected = expected(architecture);
    let target = &container.file.target;
    assert_eq!((target.bin_type, target.e_type), (2, 1));
    let (e_machine, e_flags, arch) = expected.target_info;
    assert_eq!((target.e_machine, target.e_flags, &*target.arch), (e_machine, e_flags, arch));
    let runs = Release::that_run(container.requirements()).any(|other| other == release);
    assert!(runs, "{release} does not take version {}", container.version);
    assert!(container.file.object_data.is_empty());

    let text = &container.file.text;
    // The code follows the size and the literals, at a multiple of 16 from the start of a page.
    assert_eq!((4 + text.literal.len()) % 16, 0);
    for function in &container.file.functions {
        assert!(function.code_offset < text.code.len() as u64);
        assert_eq!(function.code_offset % 16, 0);
    }
    let mut symbols = Vec::new();
    for group in &container.file.relocation_groups {
        assert_eq!(group.name, format::RELOCATION_GROUP_TEXT);
        for relocation in &group.relocations {
            check_relocation(relocation, &text.code, &expected);
            symbols.push(&*relocation.symbol);
        }
    }
    let count = symbols.len();
    symbols.sort_unstable();
    symbols.dedup();
    assert_eq!(symbols.len(), count, "a helper has one jump");
}

fn check_relocation(relocation: &Relocation<'_>, code: &[u8], expected: &Expected) {
    assert!(expected.machine.relocation_name(relocation.kind).is_some(), "{relocation:?}");
    assert_eq!((relocation.kind, relocation.addend), expected.relocation, "{relocation:?}");
    let is_helper = |helper: &&Helper| helper.info().symbol == relocation.symbol;
    assert!(Helper::ALL.iter().any(|helper| is_helper(&helper)), "{relocation:?}");
    let (jump, field) = expected.jump;
    let start = relocation.offset as usize - field;
    assert_eq!(code.get(start..start + jump.len()), Some(jump), "{relocation:?}");
    assert_eq!(start as u64 % expected.instruction_alignment, 0);
    let end = code.len() as u64 + MOST_HELPERS * expected.plt_item;
    assert!(end - relocation.offset < expected.reach, "{relocation:?} reaches not to {end}");
}
