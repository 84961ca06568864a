//! The examples that use the command, built and run as their READMEs say.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use wamr_build::{Library, Options, Target};

use crate::sandbox::{CWAMRC, Sandbox};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name)
}

/// Copies the files of an example to a folder of their own.
fn copy(name: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    for entry in fs::read_dir(example(name)).expect("the example is there") {
        let path = entry.expect("the example can be read").path();
        let file = path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8");
        sandbox.file(file, fs::read(&path).expect("the example can be read"));
    }
    sandbox
}

/// Runs a command, which must succeed, and returns its output on both streams.
fn finish(command: &mut Command) -> (String, String) {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; tests/scripts/inputs.sh installs what is missing")
    });
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}: {stdout}{stderr}", output.status);
    (stdout, stderr)
}

/// One deployment for three machines: each runs its own file, and falls back to the interpreter if
/// that file is missing or unusable.
#[test]
fn hybrid_runs_on_every_machine() {
    let sandbox = copy("hybrid");
    let folder = sandbox.path("");
    // target/debug/deps/cli-0123456789abcdef
    let program = env::current_exe().expect("the test has a path");
    let built = program.ancestors().nth(3).expect("cargo runs tests from its folder");
    let options = Options::default();
    for arch in ["x86_64", "aarch64", "riscv64"] {
        let target = Target::find(arch, "linux").expect("the runtime is built for it");
        let library = Library::build(target, options, &built.join("libiwasm"));
        let library = library.unwrap_or_else(|error| panic!("{error}"));
        let host = format!("host_{arch}");
        let mut make = Command::new("make");
        make.arg(format!("HOST={host}"))
            .arg(format!("CC={}", target.compiler()))
            .args([&format!("CWAMRC={CWAMRC}"), "CFLAGS=-O2 -Wall -Wextra -Werror"])
            .arg("LDFLAGS=-static")
            .env("PKG_CONFIG_PATH", library.prefix().join("lib/pkgconfig"));
        finish(make.current_dir(&folder));

        let run = || {
            let mut command = target.command(&sandbox.path(&host));
            finish(command.args(["app", "10000"]).current_dir(&folder))
        };
        let answer = "1229 primes below 10000\n".to_owned();
        let aot = format!("app_{arch}.aot");
        assert_eq!(run(), (answer.clone(), format!("running {aot}\n")));
        sandbox.file(&aot, "no machine code");
        let (stdout, stderr) = run();
        assert_eq!(stdout, answer);
        assert!(stderr.starts_with(&format!("{aot}: ")), "{stderr}");
        assert!(stderr.ends_with("running app.wasm\n"), "{stderr}");
        fs::remove_file(sandbox.path(&aot)).expect("it can be removed");
        let interpreted = format!("{aot}: cannot be read\nrunning app.wasm\n");
        assert_eq!(run(), (answer, interpreted));
    }
}

#[cfg(feature = "run")]
#[test]
fn fibonacci_is_what_its_page_says() {
    let sandbox = copy("fibonacci");
    let page = String::from_utf8(sandbox.read("README.md")).expect("the page is text");
    let commands = page.lines().filter(|line| line.starts_with("cwamrc "));
    // Computes F(30) = 832040 instead of F(40), which would take longer.
    let script: Vec<String> = commands
        .map(|line| line.split('#').next().unwrap_or_default())
        .map(|line| line.replacen("cwamrc", "\"$CWAMRC\"", 1).replace(" 40", " 30"))
        .collect();
    assert_eq!(script.len(), 4, "{page}");
    let done = sandbox.shell(&format!("set -e\n{}", script.join("\n")));
    assert_eq!(done.code, 0, "{done:?}");
    let stdout = String::from_utf8(done.stdout).expect("it prints text");
    let answers: Vec<&str> = stdout.lines().filter(|line| line.ends_with(":i32")).collect();
    assert_eq!(answers, ["0xcb228:i32"; 2]);
    assert!(stdout.contains("function u0:0"), "{stdout}");
    // F(40) is 102334155.
    assert!(page.contains(&format!("{:#x}:i32", 102_334_155)));
}
