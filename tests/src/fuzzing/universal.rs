//! Arbitrary bytes as a universal file, and as a module that becomes one.

use cwamrc::universal::{NativeCode, embed, strip};
use cwamrc::{Architecture, Cpu, ErrorKind};

use crate::bad_input::small_modules;

pub(super) fn run(data: &[u8]) {
    let cpus = [Architecture::Aarch64, Architecture::X86_64].map(Cpu::baseline);
    let aot = &data[..data.len().min(100)];
    let codes: Vec<_> = cpus.iter().map(|cpu| NativeCode { cpu, aot }).collect();
    // A report, or none; the digests of what was edited are compared, too.
    let _ = cwamrc::inspect::report(data);
    let embedded = embed(data, &codes);
    let module = match strip(data) {
        Ok(module) => module,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Invalid);
            assert!(error.offset().is_some_and(|offset| offset <= data.len()), "{error}");
            assert!(embedded.is_err(), "what has no sections can be embedded in");
            return;
        }
    };
    let embedded = embedded.expect("what can be stripped can be embedded in");
    assert!(embedded.starts_with(&module), "sections come after the module");
    assert!(strip(&embedded).expect("it was written here") == module, "another module");
    assert!(strip(&module).expect("it is a module") == module, "something is left");
    assert!(embed(&embedded, &codes).expect("it was written here") == embedded, "twice the same");
}

/// Small modules, with machine code and without.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let cpu = Cpu::baseline(Architecture::Riscv64);
    let mut seeds = Vec::new();
    for module in small_modules().into_iter().step_by(6) {
        let codes = [NativeCode { cpu: &cpu, aot: b"\0aot" }];
        seeds.push(embed(&module, &codes).expect("it is a module"));
        seeds.push(module);
    }
    seeds
}
