//! Build scripts that call wamrc work with `WAMRC=cwamrc`: the command lines of WAMR's
//! documentation and samples, for every target, make files that run and print what the programs
//! print natively.
//!
//! The lines are the original ones, except for file names. Lines that name one of many targets are
//! repeated for each of ours.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use cwamrc::Architecture;
use cwamrc_tests::machine::Machine;
use cwamrc_tests::programs::{Inputs, Program};
use cwamrc_tests::runner;
use tempfile::TempDir;

/// Lines without a target, for the machine that compiles.
const HERE: &[&str] = &[
    // doc/build_wasm_app.md
    "$WAMRC -o test.aot test.wasm",
    // product-mini/README.md
    "$WAMRC --bounds-checks=1 -o test.aot test.wasm",
    // doc/perf_tune.md
    "$WAMRC --native-lib=./libtest_add.so -o test.aot test.wasm",
    "$WAMRC --invoke-c-api-import -o test.aot test.wasm",
    // doc/xip.md
    "$WAMRC --enable-indirect-mode --disable-llvm-intrinsics -o test.aot test.wasm",
    "$WAMRC --xip -o test.aot test.wasm",
    // doc/pthread_library.md, .github/workflows/compilation_on_macos.yml
    "$WAMRC --enable-multi-thread -o test.aot test.wasm",
    "$WAMRC --size-level=0 --enable-multi-thread -o test.aot test.wasm",
    // samples/debug-tools-optimized/README.md
    "$WAMRC --enable-dump-call-stack --bounds-checks=1 -o test.aot test.wasm",
    // samples/custom-section/README.md, doc/build_wamr.md
    "$WAMRC --emit-custom-sections=demo -o test.aot test.wasm",
    "$WAMRC --emit-custom-sections=name -o test.aot test.wasm",
    // test-tools/dynamic-aot-debug/README.md
    "$WAMRC --opt-level=0 -o test.aot test.wasm",
    // The profiles of doc/build_wasm_app.md.
    "$WAMRC --enable-perf-profiling --enable-memory-profiling -o test.aot test.wasm",
    // With the flags of doc/build_wasm_app.md that restrict what a module may use.
    "$WAMRC --disable-simd --disable-ref-types --enable-call-indirect-overlong -v=5 \
     -o test.aot test.wasm",
];

/// Lines for each target. `TARGET` is replaced by the flags that
/// tests/wamr-test-suites/spec-test-script/runtest.py uses for it.
const EVERYWHERE: &[&str] = &[
    "$WAMRC TARGET -o test.aot test.wasm",
    "$WAMRC TARGET --xip -o test.aot test.wasm",
    "$WAMRC TARGET --enable-indirect-mode --disable-llvm-intrinsics -o test.aot test.wasm",
    "$WAMRC TARGET --enable-multi-thread --enable-tail-call --opt-level=2 -o test.aot test.wasm",
    "$WAMRC TARGET --enable-dump-call-stack --call-stack-features=ip,func-idx \
     -o test.aot test.wasm",
];

/// Small programs with arithmetic of every type, memory accesses, and calls through tables.
const PROGRAMS: &[&str] = &["integers-o2", "floats-o2", "dispatch-o2"];

/// The command. `same-features` keeps cargo from compiling all of its dependencies anew.
static CWAMRC: LazyLock<PathBuf> = LazyLock::new(|| {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--package=cwamrc", "--bin=cwamrc", "--locked", "--quiet"])
        .args(["--package=same-features", "--features=same-features/runtime"])
        .arg("--message-format=json")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    let executable = messages.lines().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message["executable"].as_str()?))
    });
    executable.expect("cargo names the executable")
});

fn programs() -> Vec<Program> {
    let inputs = Inputs::prepare().expect("the programs are fetched and built");
    let all = inputs.programs().expect("the table of programs is complete").into_iter();
    let chosen: Vec<Program> =
        all.filter(|program| PROGRAMS.contains(&program.name.as_str())).collect();
    assert_eq!(chosen.len(), PROGRAMS.len());
    chosen
}

/// Runs a line of a build script in `folder`. The runtime of the tests is that of WAMR's main
/// branch.
fn script(folder: &Path, line: &str) -> Output {
    Command::new("sh")
        .args(["-euc", line])
        .env("WAMRC", format!("{} --wamr-version=main", CWAMRC.display()))
        .current_dir(folder)
        .output()
        .expect("the shell starts")
}

/// Compiles every program by `line`, runs it on `machine`, and returns what is not as expected.
fn check(programs: &[Program], machine: Machine, line: &str) -> Vec<String> {
    let mut failures = Vec::new();
    for program in programs {
        let folder = TempDir::new().expect("a folder can be made");
        std::fs::copy(&program.wasm, folder.path().join("test.wasm")).expect("it is our folder");
        let done = script(folder.path(), line);
        let stderr = String::from_utf8_lossy(&done.stderr);
        let mut fail = |what: &str| failures.push(format!("{line}, {}: {what}", program.name));
        if !done.status.success() {
            fail(&stderr);
            continue;
        }
        // All messages about flags are notes, and the programs have no section `demo`.
        let is_expected = |said: &str| {
            said.starts_with("note: --")
                || said.starts_with("warning: the module has no custom section")
        };
        if let Some(other) = stderr.lines().find(|said| !is_expected(said))
            && !line.contains("-v=")
        {
            fail(other);
        }
        let aot = std::fs::read(folder.path().join("test.aot")).expect("the file is there");
        for run in &program.runs {
            let expected = run.expected().expect("the reference runs");
            match runner::run(machine, &aot, program.host, run) {
                Ok(output) if output == expected => {}
                other => fail(&format!("{other:?}")),
            }
        }
    }
    failures
}

#[test]
fn lines_for_this_machine() {
    let programs = programs();
    let failures: Vec<String> =
        HERE.iter().flat_map(|line| check(&programs, Machine::Here, line)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn lines_for_every_target() {
    let programs = programs();
    let mut failures = Vec::new();
    let mut machines: Vec<Machine> = Machine::foreign().collect();
    machines.push(Machine::Here);
    for machine in machines {
        let architecture = machine.options().cpu.architecture();
        let target = match architecture {
            Architecture::X86_64 => "--target=x86_64 --cpu=skylake",
            Architecture::Aarch64 => "--target=aarch64 --target-abi=eabi --cpu=cortex-a53",
            Architecture::Riscv64 => {
                "--target=riscv64 --target-abi=lp64d --cpu=generic-rv64 \
                 --cpu-features=+m,+a,+c,+f,+d --size-level=1"
            }
            other => panic!("no line for {other}"),
        };
        for line in EVERYWHERE {
            let line = line.replace("TARGET", target);
            failures.extend(check(&programs, machine, &line));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The output is a file for linkers.
#[test]
fn object_files() {
    let folder = TempDir::new().expect("a folder can be made");
    std::fs::copy(&programs()[0].wasm, folder.path().join("test.wasm")).expect("it is our folder");
    for target in ["x86_64", "aarch64", "riscv64"] {
        let line = format!("$WAMRC --target={target} --format=object -o test.o test.wasm");
        let done = script(folder.path(), &line);
        assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
        let object = std::fs::read(folder.path().join("test.o")).expect("the file is there");
        assert!(object.starts_with(b"\x7fELF"), "{line}");
    }
}

/// For an unsupported target, the script gets an exit code and a message that names the
/// alternative.
#[test]
fn lines_for_other_machines() {
    let folder = TempDir::new().expect("a folder can be made");
    std::fs::copy(&programs()[0].wasm, folder.path().join("test.wasm")).expect("it is our folder");
    for line in [
        "$WAMRC --target=i386 -o test.aot test.wasm",
        "$WAMRC -sgx -o test.aot test.wasm",
        "$WAMRC --target=thumbv7m --cpu=cortex-m3 --xip \
         --enable-builtin-intrinsics=i64.common,fp.common,fpxint -o test.aot test.wasm",
    ] {
        let done = script(folder.path(), line);
        assert_eq!(done.status.code(), Some(2), "{line}");
        let stderr = String::from_utf8_lossy(&done.stderr);
        assert!(stderr.contains("--backend=llvm"), "{line}: {stderr}");
        assert!(!folder.path().join("test.aot").exists(), "{line}");
    }
}
