//! Compiling a module gives the same bytes with any number of threads, and every time.

use std::fs;
use std::num::NonZeroUsize;

use cwamrc::{BoundsChecks, Error, OptLevel, Options, compile};
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

/// Compiles a module of 200 functions with this many threads, and returns its bytes or the error.
/// `special` gives the bodies of some functions, and their sizes vary with the index.
fn compile_many(
    special: impl Fn(usize) -> Option<&'static str>,
    threads: usize,
) -> Result<Vec<u8>, Error> {
    let functions = (0..200).map(|index| {
        let size = "(drop (i32.const 1))".repeat(index * 7 % 50);
        let body = special(index).unwrap_or("(call $last)");
        format!("(func {size} {body})")
    });
    let text = format!("(module {} (func $last))", functions.collect::<String>());
    let wasm = wat::parse_str(text).expect("the text is well-formed");
    let options = Options::new().opt_level(OptLevel::O2);
    let options = options.threads(NonZeroUsize::new(threads).expect("some threads"));
    compile(&wasm, &options).map(cwamrc::Artifact::into_bytes)
}

/// A tail call changes the calling convention of all functions, wherever it is.
#[test]
fn modules_with_tail_calls() {
    for first in [0, 77, 199] {
        let special = |index| (index >= first).then_some("(return_call $last)");
        let once = compile_many(special, 1).expect("it compiles");
        for threads in [1, 2, 8] {
            assert!(compile_many(special, threads).as_ref() == Ok(&once), "{first}, {threads}");
        }
    }
}

/// The error is that of the first function with an error, whether or not other functions make tail
/// calls.
#[test]
fn errors_beside_tail_calls() {
    for tail_call in [5, 150] {
        let special = |index| match index {
            60 | 61 | 190 => Some("(i32.const 1)"),
            index if index == tail_call => Some("(return_call $last)"),
            _ => None,
        };
        let once = compile_many(special, 1).expect_err("there is a value too many");
        let alone = compile_many(|index| (index == 60).then_some("(i32.const 1)"), 1);
        assert_eq!(alone.expect_err("the same").message(), once.message());
        for threads in [1, 2, 8] {
            assert_eq!(
                compile_many(special, threads).as_ref(),
                Err(&once),
                "{tail_call}, {threads}"
            );
        }
    }
}
