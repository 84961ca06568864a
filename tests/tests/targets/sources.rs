//! The table of relocation types, compared with the sources of WAMR's loader.

use std::fs;
use std::path::PathBuf;

use wamr_abi::format::Machine;

/// The folder with the loader's relocations.
fn sources() -> PathBuf {
    let root = wamr_build::wamr_root().expect("the runtime was built from its sources");
    root.join("core/iwasm/aot/arch")
}

#[test]
fn relocation_types_are_those_that_the_loader_applies() {
    for machine in Machine::ALL {
        let file = match machine {
            Machine::X86_64 => "aot_reloc_x86_64.c",
            Machine::Aarch64 => "aot_reloc_aarch64.c",
            Machine::Riscv64 => "aot_reloc_riscv.c",
        };
        let path = sources().join(file);
        let source = fs::read_to_string(&path).expect("the loader has a file of the machine");
        let words: Vec<&str> = source.split_whitespace().collect();
        let number = |name: &str| {
            let definition = words.windows(3).find(|words| words[..2] == ["#define", name])?;
            definition[2].parse::<u32>().ok()
        };
        for (known, name) in machine.relocation_types() {
            assert_eq!(number(name), Some(*known), "{name} in {file}");
        }
        let mut applied: Vec<&str> = words
            .windows(2)
            .filter(|words| words[0] == "case" && words[1].starts_with("R_"))
            .map(|words| words[1].trim_end_matches(':'))
            .collect();
        applied.sort_unstable();
        applied.dedup();
        let types = machine.relocation_types().iter();
        let mut listed: Vec<&str> = types.map(|(_, name)| *name).collect();
        listed.sort_unstable();
        assert_eq!(listed, applied, "{file}");
    }
}
