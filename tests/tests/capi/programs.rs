//! Programs in C, and one in C++, that use the library. Each runs normally, under gcc's sanitizers,
//! and under valgrind; neither tool may report an invalid access or a leak.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cwamrc::universal::{NativeCode, embed};
use cwamrc::{Architecture, Compiler, Cpu};
use cwamrc_tests::tree::root;
use tempfile::TempDir;
use wamr_build::{Library, Options, Target};

use crate::install::{installed, target_folder};
use crate::{finish, run};

const STRICT: &[&str] = &["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-g"];

/// The modules that programs compile: names in C, and wasm text.
const MODULES: &[(&str, &str)] = &[
    (
        "PROGRAM",
        r#"(module
            (import "env" "tell" (func $tell (param i32)))
            (memory 1)
            (func $fib (export "fib") (param i32) (result i32)
                (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
                    (then (local.get 0))
                    (else (i32.add
                        (call $fib (i32.sub (local.get 0) (i32.const 1)))
                        (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
            (func (export "tell_twice") (param i32)
                (call $tell (local.get 0))
                (call $tell (i32.add (local.get 0) (i32.const 1))))
            (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
            (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
            (func (export "divide") (param i32 i32) (result i32)
                (i32.div_u (local.get 0) (local.get 1))))"#,
    ),
    ("MEMORY64", "(module (memory i64 1))"),
    ("CUSTOM", r#"(module (@custom "about" "hello"))"#),
    ("MISTAKE", "(module (func (result i32) (i64.const 1)))"),
    ("TWO_MEMORIES", "(module (memory 1) (memory 1))"),
];

/// The offset of the byte of `MISTAKE` that ends the function: 8 bytes of header, 7 and 4 of the
/// sections before it, 2 and 1 of the section's head, 2 of the function's head, 2 of the constant.
const MISTAKE_OFFSET: usize = 8 + 7 + 4 + 3 + 2 + 2;

fn modules_header() -> String {
    let mut text = format!("#include <stdint.h>\n#define MISTAKE_OFFSET {MISTAKE_OFFSET}\n");
    for (name, module) in MODULES {
        let bytes = wat::parse_str(module).expect("the text is right");
        writeln!(text, "static const uint8_t {name}[] __attribute__((unused)) = {bytes:?};")
            .expect("strings take any text");
    }
    text.replace('[', "{").replace(']', "}").replace("{}", "[]")
}

/// The runtime that a program is linked with in addition to the library, for this test.
pub(crate) fn libiwasm(software_bounds_checks: bool) -> PathBuf {
    let options = Options { software_bounds_checks, ..Options::default() };
    let target =
        Target::find(std::env::consts::ARCH, "linux").expect("it is built for this machine");
    let library = Library::build(target, options, &target_folder().join("capi-tests"));
    library.unwrap_or_else(|error| panic!("{error}")).prefix().to_owned()
}

/// A folder in which programs are built and run.
struct Workshop {
    folder: TempDir,
    /// Flags by pkg-config.
    flags: Vec<String>,
}

impl Workshop {
    /// A workshop whose programs find the packages below `prefixes`.
    fn new(prefixes: &[&Path], packages: &[&str]) -> Self {
        let folder = TempDir::new().expect("a folder");
        fs::write(folder.path().join("modules.h"), modules_header()).expect("it can be written");
        let paths: Vec<String> = prefixes
            .iter()
            .map(|prefix| prefix.join("lib/pkgconfig").display().to_string())
            .collect();
        let mut command = Command::new("pkg-config");
        command.args(["--cflags", "--libs"]).args(packages).env("PKG_CONFIG_PATH", paths.join(":"));
        let flags = finish(&mut command);
        let flags = flags.split_whitespace().map(str::to_owned).collect();
        Self { folder, flags }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Builds a program of ours.
    fn build(&self, compiler: &str, source: &str, output: &str, flags: &[&str]) {
        let source = root().join("tests/tests/capi/programs").join(source);
        let rpath = format!("-Wl,-rpath,{}", installed().join("lib").display());
        let source = source.to_str().expect("paths are UTF-8");
        let fixed = [source, "-o", output, "-I.", "-pthread", &rpath];
        let libraries = self.flags.iter().map(String::as_str);
        let all = STRICT.iter().chain(flags).copied().chain(fixed).chain(libraries);
        run(compiler, all, self.path());
    }

    /// Builds a program and runs it in three ways. Each run must succeed and print `expected`.
    fn check(&self, source: &str, arguments: &[&str], expected: &str) {
        self.check_with_sanitizers(source, arguments, expected);
        let strict = ["--quiet", "--error-exitcode=99", "--leak-check=full"];
        // The threads of the pool live as long as the process, and so do their stacks.
        let kinds = "--errors-for-leak-kinds=definite,indirect";
        let known = root().join("tests/tests/capi/programs/valgrind.supp");
        let known = format!("--suppressions={}", known.display());
        let all = strict.into_iter().chain([kinds, &known, "./plain"]);
        let all = all.chain(arguments.iter().copied());
        assert_eq!(run("valgrind", all, self.path()), expected, "{source}");
    }

    /// The same without valgrind.
    fn check_with_sanitizers(&self, source: &str, arguments: &[&str], expected: &str) {
        let arguments = || arguments.iter().copied();
        self.build("gcc", source, "plain", &["-std=c11", "-O1"]);
        assert_eq!(run("./plain", arguments(), self.path()), expected, "{source}");

        let sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
        self.build("gcc", source, "sanitized", &[&["-std=c11"][..], &sanitizers].concat());
        assert_eq!(run("./sanitized", arguments(), self.path()), expected, "{source}");
    }
}

/// Without valgrind: this runtime accesses unmapped memory on purpose (guard pages and the end of
/// the stack).
#[test]
fn a_program_compiles_and_runs_a_module() {
    let libiwasm = libiwasm(false);
    let workshop = Workshop::new(&[installed(), &libiwasm], &["cwamrc", "iwasm"]);
    workshop.check_with_sanitizers("run.c", &[], "ran\n");
}

#[test]
fn a_program_compiles_for_a_runtime_without_guard_pages() {
    let libiwasm = libiwasm(true);
    let workshop = Workshop::new(&[installed(), &libiwasm], &["cwamrc", "iwasm"]);
    workshop.check("run.c", &["software"], "ran\n");
}

#[test]
fn artifacts_and_errors_tell_what_there_is_to_know() {
    Workshop::new(&[installed()], &["cwamrc"]).check("artifact.c", &["written.aot"], "told\n");
}

/// The universal file of the C program is that of the Rust library, which other tests judge.
#[test]
fn other_files_are_made_and_read() {
    let workshop = Workshop::new(&[installed()], &["cwamrc"]);
    workshop.check("files.c", &["universal.wasm", "cache"], "made\n");
    let (_, text) = MODULES[0];
    let wasm = wat::parse_str(text).expect("the text is right");
    let cpus = Architecture::ALL.iter().map(|&each| Cpu::baseline(each)).collect::<Vec<_>>();
    let compiler = Compiler::new(cwamrc::Options::new());
    let artifacts = compiler.compile_each(&wasm, &cpus).expect("it compiles");
    let codes = cpus.iter().zip(&artifacts);
    let codes = codes.map(|(cpu, artifact)| NativeCode { cpu, aot: artifact.bytes() });
    let expected = embed(&wasm, &codes.collect::<Vec<_>>()).expect("it is a module");
    let universal = fs::read(workshop.path().join("universal.wasm")).expect("it was written");
    assert!(universal == expected, "the universal file differs");
}

#[test]
fn misuse_is_an_error() {
    Workshop::new(&[installed()], &["cwamrc"]).check("misuse.c", &[], "refused\n");
}

#[test]
fn threads_compile_at_once() {
    Workshop::new(&[installed()], &["cwamrc"]).check("threads.c", &[], "at once\n");
}

#[test]
fn the_header_is_for_all_standards_of_both_languages() {
    let workshop = Workshop::new(&[installed()], &["cwamrc"]);
    for standard in ["-std=c++11", "-std=c++17", "-std=c++20"] {
        workshop.build("g++", "plus_plus.cpp", "plus_plus", &[standard]);
        assert_eq!(run("./plus_plus", [], workshop.path()), "plus plus\n");
    }
    for standard in ["-std=c99", "-std=c11", "-std=c17"] {
        workshop.build("gcc", "cmake/main.c", "plain", &[standard]);
    }
}

/// The archive needs the libraries that its package description lists, and no others.
#[test]
fn a_program_can_be_linked_statically() {
    let workshop = Workshop::new(&[installed()], &["--static", "cwamrc"]);
    let archive = installed().join("lib/libcwamrc.a");
    let flags = workshop.flags.iter().map(|flag| match flag.as_str() {
        "-lcwamrc" => archive.display().to_string(),
        other => other.to_owned(),
    });
    let workshop = Workshop { flags: flags.collect(), ..workshop };
    workshop.build("gcc", "misuse.c", "static", &["-std=c11"]);
    let needed = run("readelf", ["-d", "static"], workshop.path());
    assert!(!needed.contains("libcwamrc"), "{needed}");
    assert_eq!(run("./static", [], workshop.path()), "refused\n");
}
