//! Object files: what the tools of each architecture read in them, and how they run when linked
//! with a C program in place of the runtime.

use std::collections::BTreeSet;
use std::env::consts::ARCH;
use std::fs;
use std::path::Path;
use std::process::Command;

use cwamrc::{Architecture, BoundsChecks, OptLevel, Options, aot};
use tempfile::TempDir;
use wamr_abi::exceptions::TrapId;
use wamr_abi::layout::exec_env;

/// Two functions that call each other, an import and a trap.
const MODULE: &str = r#"
    (import "host" "leaf" (func $leaf (param i32) (result i32)))
    (func $fib (export "fib") (param i32) (result i32)
        (if (result i32) (i32.lt_s (local.get 0) (i32.const 2))
            (then (local.get 0))
            (else (i32.add
                (call $fib (i32.sub (local.get 0) (i32.const 1)))
                (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
    (func $inner (export "inner") (param i32) (result i32)
        (i32.add (call $leaf (i32.mul (local.get 0) (i32.const 3))) (local.get 0)))
    (func $outer (export "outer") (param i32 i32) (result i32)
        (i32.div_s (call $inner (i32.add (local.get 0) (i32.const 1))) (local.get 1)))"#;

/// Makes the functions of a module use another calling convention, so that the runtime needs
/// separate entries.
const TAIL_CALL: &str = "(func $forever (return_call $forever))";

/// Adds functions that throw and catch.
const EXCEPTIONS: &str = "(tag $t) (func $throw (throw $t))
    (func $catch (block $h (try_table (catch $t $h) (call $throw))))";

/// Export names that are already a symbol, or that cannot be one.
const OTHER_EXPORTS: &str = r#"
    (export "imported" (func $leaf)) (export "aot_func#0" (func $outer))
    (export "aot_invoke_native" (func $outer)) (export "" (func $outer))
    (export "outer@1" (func $outer)) (export "more outer" (func $outer))"#;

fn module(parts: &[&str]) -> Vec<u8> {
    wat::parse_str(format!("(module {})", parts.concat())).expect("the text is right")
}

fn all_options() -> impl Iterator<Item = Options> {
    Architecture::ALL.iter().flat_map(|&architecture| {
        [BoundsChecks::Hardware, BoundsChecks::Software].into_iter().flat_map(move |checks| {
            let options = Options::new().architecture(architecture).bounds_checks(checks);
            [OptLevel::O0, OptLevel::O3].map(|level| options.clone().opt_level(level))
        })
    })
}

/// Runs a tool of the GNU toolchain for an architecture, which must not complain, and returns its
/// output.
fn tool(architecture: Architecture, name: &str, arguments: &[&str], folder: &Path) -> String {
    let prefix = format!("{}-linux-gnu-", architecture.name().replace('_', "-"));
    let prefix = if architecture.name() == ARCH { "" } else { &prefix };
    run(Command::new(format!("{prefix}{name}")).args(arguments).current_dir(folder))
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; tests/scripts/inputs.sh installs what is missing")
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).expect("it prints text")
}

/// A folder with the object file of `wasm`.
fn compiled(wasm: &[u8], options: &Options) -> TempDir {
    let artifact = cwamrc::compile_object(wasm, options).expect("it compiles");
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("module.o"), artifact.bytes()).expect("it can be written");
    folder
}

#[test]
fn tools_read_them() {
    for parts in [&[MODULE][..], &[MODULE, TAIL_CALL], &[MODULE, EXCEPTIONS], &[]] {
        for options in all_options() {
            let architecture = options.cpu.architecture();
            let folder = compiled(&module(parts), &options);
            let frames = tool(architecture, "readelf", &["-aW", "module.o"], folder.path());
            assert!(frames.contains(".eh_frame"), "{frames}");
            let code = tool(architecture, "objdump", &["-dr", "module.o"], folder.path());
            assert_eq!(code.contains("<aot_func#0>:"), !parts.is_empty(), "{code}");
        }
    }
}

/// Every function, thunk and stub has a symbol, and the only gaps are padding.
#[test]
fn all_code_can_be_unwound() {
    for parts in [&[MODULE][..], &[MODULE, TAIL_CALL], &[MODULE, EXCEPTIONS]] {
        for options in all_options() {
            let architecture = options.cpu.architecture();
            let folder = compiled(&module(parts), &options);
            // Columns of the symbol table: value, size, type and name, among others.
            let symbols = tool(architecture, "readelf", &["-sW", "module.o"], folder.path());
            let functions: BTreeSet<(u64, u64)> = symbols
                .lines()
                .map(|line| line.split_whitespace().collect::<Vec<_>>())
                .filter(|columns| columns.get(3) == Some(&"FUNC"))
                .map(|columns| {
                    let start = u64::from_str_radix(columns[1], 16).expect("a number");
                    (start, start + columns[2].parse::<u64>().expect("a number"))
                })
                .collect();
            let arguments = ["--debug-dump=frames", "module.o"];
            let frames = tool(architecture, "readelf", &arguments, folder.path());
            let ranges: BTreeSet<(u64, u64)> = frames
                .lines()
                .filter_map(|line| line.split_once(" pc=")?.1.split_once(".."))
                .map(|(start, end)| {
                    let number = |text| u64::from_str_radix(text, 16).expect("a number");
                    (number(start), number(end))
                })
                .collect();
            assert!(functions.len() > 5, "{symbols}");
            assert_eq!(functions, ranges, "{symbols}\n{frames}");
        }
    }
}

#[test]
fn the_code_is_that_of_the_file_for_the_runtime() {
    for parts in [&[MODULE][..], &[MODULE, TAIL_CALL]] {
        for options in all_options() {
            let wasm = module(parts);
            let folder = compiled(&wasm, &options);
            let arguments = ["-O", "binary", "-j", ".text", "module.o", "text"];
            tool(options.cpu.architecture(), "objcopy", &arguments, folder.path());
            let artifact = cwamrc::compile(&wasm, &options).expect("it compiles");
            let file = aot::read(artifact.bytes()).expect("the file is readable");
            let text = fs::read(folder.path().join("text")).expect("objcopy has written it");
            assert_eq!(text[..], file.text.code[..], "{options:?}");
        }
    }
}

#[test]
fn symbols_are_named_as_wamrc_names_them() {
    for options in all_options() {
        let wasm = module(&[MODULE, OTHER_EXPORTS]);
        let artifact = cwamrc::compile_object(&wasm, &options).expect("it compiles");
        let without = ["imported", "aot_func#0", "aot_invoke_native", "", "outer@1"];
        assert_eq!(artifact.warnings().len(), without.len());
        for (warning, name) in artifact.warnings().iter().zip(without) {
            assert!(
                warning.message.starts_with(&format!("the export {name:?} has no symbol")),
                "{warning}"
            );
        }
        let folder = compiled(&wasm, &options);
        let symbols =
            tool(options.cpu.architecture(), "nm", &["-g", "--no-sort", "module.o"], folder.path());
        let names: Vec<&str> = symbols.lines().map(|line| line[16..].trim()).collect();
        let (undefined, defined): (Vec<&str>, Vec<&str>) =
            names.iter().partition(|name| name.starts_with("U "));
        assert_eq!(
            defined,
            [
                "T aot_func#0",
                "T aot_func#1",
                "T aot_func#2",
                "T fib",
                "T inner",
                "T outer",
                "T more outer",
            ]
        );
        assert_eq!(undefined, ["U aot_set_exception_with_id", "U aot_invoke_native"]);
    }
}

/// The output of `host.c` linked with the object file of `wasm`.
fn linked_and_run(wasm: &[u8], options: &Options) -> String {
    const HOST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/object/host.c");
    let architecture = options.cpu.architecture();
    let folder = compiled(wasm, options);
    let size = format!("-DEXEC_ENV_SIZE={}", exec_env::WASM_STACK_BOTTOM + 8);
    let instance = format!("-DMODULE_INST={}", exec_env::MODULE_INST);
    let mut arguments = vec!["-O1", "-Wall", "-Wextra", "-Werror", &size, &instance, HOST];
    // Not the default everywhere.
    arguments.push("-fasynchronous-unwind-tables");
    arguments.extend(["module.o", "-o", "program", "-Wl,--fatal-warnings"]);
    let program = folder.path().join("program");
    if architecture.name() == ARCH {
        tool(architecture, "gcc", &arguments, folder.path());
        return run(&mut Command::new(program));
    }
    arguments.push("-static");
    tool(architecture, "gcc", &arguments, folder.path());
    run(Command::new(format!("qemu-{architecture}")).arg(program))
}

#[test]
fn a_linked_program_runs_and_unwinds() {
    let trap = TrapId::IntegerDivideByZero as u32;
    // A thunk is between a helper and the module's functions. A function that uses the tail-call
    // convention is called by an entry that has the exported name.
    for (parts, inner, outer) in
        [(&[MODULE][..], "inner", "outer"), (&[MODULE, TAIL_CALL], "other", "other outer")]
    {
        for options in all_options() {
            // Level 3 inlines functions, so their frames would be missing.
            let options = match options.opt_level {
                OptLevel::O3 => options.opt_level(OptLevel::O2),
                _ => options,
            };
            // The real helper returns with software checks; the host's does not.
            let expected = format!(
                "6765\n\
                 import 0(18), 1, 1: trace aot_invoke_native other {inner} {outer} main\n\
                 12\n\
                 import 0(18), 1, 1: trace aot_invoke_native other {inner} {outer} main\n\
                 trap {trap}, 1: trace aot_set_exception_with_id other {outer} main\n"
            );
            assert_eq!(linked_and_run(&module(parts), &options), expected, "{options:?}");
        }
    }
}
