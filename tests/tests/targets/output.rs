//! Real output, of the goldens' modules and of real programs.

use std::fs;

use cwamrc::{Architecture, BoundsChecks, Cpu, ErrorKind, OptLevel, Options, compile};
use cwamrc_tests::golden::goldens;
use cwamrc_tests::programs::Inputs;
use wamr_abi::releases::Release;

use crate::loader;

const CHECKS: [BoundsChecks; 2] = [BoundsChecks::Hardware, BoundsChecks::Software];
const LEVELS: [OptLevel; 4] = [OptLevel::O0, OptLevel::O1, OptLevel::O2, OptLevel::O3];

/// Compiles and checks the file; or gives the reason why the module is refused.
fn compile_and_check(wasm: &[u8], options: &Options) -> Result<(), String> {
    match compile(wasm, options) {
        Ok(artifact) => {
            loader::check(artifact.bytes(), options.cpu.architecture(), options.release);
            Ok(())
        }
        Err(error) => {
            // A release that cannot take the module; nothing else is wrong with it.
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}, {options:?}");
            Err(error.to_string())
        }
    }
}

#[test]
fn goldens_for_every_target_and_release() {
    for golden in goldens() {
        let wasm = golden.wasm();
        for release in Release::all() {
            for checks in CHECKS {
                let options = Options::new().release(release).bounds_checks(checks);
                let outcomes: Vec<_> = Architecture::ALL
                    .iter()
                    .map(|&architecture| {
                        compile_and_check(&wasm, &options.clone().architecture(architecture))
                    })
                    .collect();
                // What a release refuses does not depend on the machine.
                assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]), "{outcomes:?}");
                assert!(release != Release::DEFAULT || outcomes[0].is_ok(), "{outcomes:?}");
            }
        }
    }
}

#[test]
fn goldens_at_every_level_for_every_cpu() {
    let goldens = goldens();
    for &architecture in Architecture::ALL {
        for cpus in architecture.cpus() {
            let cpu = Cpu::named(architecture, cpus[0]).expect("it is in the list");
            for golden in &goldens {
                for level in LEVELS {
                    let options = Options::new().cpu(cpu.clone()).opt_level(level);
                    let outcome = compile_and_check(&golden.wasm(), &options);
                    assert_eq!(outcome, Ok(()), "{}, {options:?}", golden.name);
                }
            }
        }
    }
}

#[test]
fn real_programs_for_every_target() {
    let inputs = Inputs::prepare().expect("the programs are fetched and built");
    for name in ["lua", "zstd", "floats-o2", "integers-o0"] {
        let wasm = inputs.wasm(name).and_then(fs::read).expect("the program is there");
        for &architecture in Architecture::ALL {
            for level in LEVELS {
                for checks in CHECKS {
                    let options = Options::new().opt_level(level).bounds_checks(checks);
                    let outcome = compile_and_check(&wasm, &options.architecture(architecture));
                    assert_eq!(outcome, Ok(()), "{name}");
                }
            }
        }
    }
}
