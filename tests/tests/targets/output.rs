//! The output for the goldens' modules and for real programs.

use std::fs;

use cwamrc::{Architecture, BoundsChecks, Cpu, ErrorKind, OptLevel, Options, compile};
use cwamrc_tests::golden::goldens;
use cwamrc_tests::programs::Inputs;
use wamr_abi::releases::Release;
use wasmparser::{Validator, WasmFeatures};

use crate::loader;

const CHECKS: [BoundsChecks; 2] = [BoundsChecks::Hardware, BoundsChecks::Software];
const LEVELS: [OptLevel; 4] = [OptLevel::O0, OptLevel::O1, OptLevel::O2, OptLevel::O3];

/// Compiles the module and checks the file, or returns the reason why the module is refused.
fn compile_and_check(wasm: &[u8], options: &Options) -> Result<(), String> {
    match compile(wasm, options) {
        Ok(artifact) => {
            loader::check(artifact.bytes(), options.cpu.architecture(), options.release);
            Ok(())
        }
        Err(error) => {
            // The release does not support the module; nothing else is wrong with it.
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}, {options:?}");
            Err(error.to_string())
        }
    }
}

#[test]
fn goldens_for_every_target_and_release() {
    for golden in goldens() {
        let wasm = golden.wasm();
        let machines = Architecture::ALL.iter();
        let machines = machines.filter(|&&machine| takes_vectors(machine) || !has_vectors(&wasm));
        let machines: Vec<_> = machines.collect();
        for release in Release::all() {
            for checks in CHECKS {
                let options = Options::new().release(release).bounds_checks(checks);
                let outcomes: Vec<_> = machines
                    .iter()
                    .map(|&&architecture| {
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

/// Whether a module needs the proposal for vectors.
fn has_vectors(wasm: &[u8]) -> bool {
    let without = WasmFeatures::all() - WasmFeatures::SIMD - WasmFeatures::RELAXED_SIMD;
    Validator::new_with_features(without).validate_all(wasm).is_err()
}

/// Whether every CPU has vectors and the runtime supports them (`WAMR_BUILD_SIMD` in its
/// `build-scripts/config_common.cmake`).
fn takes_vectors(architecture: Architecture) -> bool {
    architecture != Architecture::Riscv64
}

#[test]
fn goldens_with_vectors_where_the_runtime_has_none() {
    let with_vectors = goldens().into_iter().filter(|golden| has_vectors(&golden.wasm()));
    let (mut refused, mut compiled) = (0, 0);
    for golden in with_vectors {
        let baseline = Cpu::baseline(Architecture::Riscv64);
        let vector_cpu = baseline.clone().with_features("+v").expect("the feature exists");
        let outcome =
            |cpu: &Cpu| compile_and_check(&golden.wasm(), &Options::new().cpu(cpu.clone()));
        let error = outcome(&baseline).expect_err("the CPU has no vectors");
        let at_boundary = error.contains("has the type v128, which WAMR lacks on riscv64");
        assert!(at_boundary || error.contains("needs the feature v"), "{}: {error}", golden.name);
        match outcome(&vector_cpu) {
            Ok(()) => compiled += 1,
            Err(same) => {
                assert!(at_boundary && same == error, "{}: {same}", golden.name);
                refused += 1;
            }
        }
    }
    assert!(refused > 0 && compiled > 0, "{refused} refused, {compiled} compiled");
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
                    let may_lack = !takes_vectors(architecture) && has_vectors(&golden.wasm());
                    if !may_lack {
                        assert_eq!(outcome, Ok(()), "{}, {options:?}", golden.name);
                    }
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
