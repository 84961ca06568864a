//! The same bytes for any number of threads, and whenever a module is compiled again.

use std::fs;
use std::num::NonZeroUsize;

use cwamrc::{BoundsChecks, OptLevel, Options, compile};
use cwamrc_tests::programs::Inputs;

#[test]
fn bytes_do_not_depend_on_threads_or_on_earlier_compilations() {
    let inputs = Inputs::prepare().expect("the programs are fetched and built");
    let programs = inputs.programs().expect("the table of programs is complete");
    for name in ["lua", "zstd", "quickjs"] {
        let program = programs.iter().find(|program| program.name == name).expect("a program");
        let wasm = fs::read(&program.wasm).expect("the module is readable");
        for level in [OptLevel::O0, OptLevel::O1, OptLevel::O3] {
            for checks in [BoundsChecks::Hardware, BoundsChecks::Software] {
                let options = Options::new().opt_level(level).bounds_checks(checks);
                let with = |threads| {
                    let options = options.clone().threads(NonZeroUsize::new(threads).unwrap());
                    compile(&wasm, &options).expect("the program compiles").into_bytes()
                };
                let first = with(1);
                for threads in [1, 2, 8] {
                    assert!(with(threads) == first, "{name}, {level:?}, {checks:?}, {threads}");
                }
            }
        }
    }
}
