//! Bad usage: exit code 2, and a message that helps.

use crate::sandbox::{Sandbox, VALID};

#[track_caller]
pub(crate) fn misuse(arguments: &[&str], expected: &[&str]) {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let done = sandbox.cwamrc(arguments);
    assert_eq!(done.code, 2, "{arguments:?}: {}", done.stderr);
    assert!(done.stdout.is_empty(), "{arguments:?}");
    assert!(done.stderr.starts_with("error: "), "{arguments:?}: {}", done.stderr);
    for text in expected {
        assert!(done.stderr.contains(text), "{arguments:?}: {text:?} is not in {}", done.stderr);
    }
    assert_eq!(sandbox.names(), ["in.wat"]);
}

#[test]
fn missing_arguments() {
    misuse(&[], &["<WASM_FILE>", "Usage: cwamrc"]);
    misuse(&["-o", "out.aot"], &["<WASM_FILE>"]);
    misuse(&["inspect"], &["<AOT_FILE>"]);
}

/// Environment variables are not shown as if they were flags that the user gave.
#[test]
fn usage_shows_no_variables() {
    let sandbox = Sandbox::new();
    let variables = "CWAMRC_NO_CACHE=1 CWAMRC_CACHE_SIZE=7 CWAMRC_CACHE_DIR=cache";
    for line in ["", "-o out.aot", "--no-such-flag", "run", "run --no-such-flag", "explore"] {
        let usage = |variables: &str| {
            let done =
                sandbox.shell(&format!("unset CWAMRC_CACHE_DIR; {variables} $CWAMRC {line}"));
            assert_eq!(done.code, 2, "{line}");
            done.stderr
        };
        assert_eq!(usage(variables), usage(""), "{line}");
    }
    sandbox.file("in.wat", VALID);
    let done = sandbox.shell("CWAMRC_CACHE_SIZE=many $CWAMRC in.wat");
    assert_eq!(done.code, 2);
    assert!(
        done.stderr.contains("CWAMRC_CACHE_SIZE is not a number of MiB: many"),
        "{}",
        done.stderr
    );
}

#[test]
fn superfluous_arguments() {
    misuse(&["-o", "out.aot", "in.wat", "more.wat"], &["unexpected argument 'more.wat'"]);
    misuse(&["inspct", "in.aot"], &["unexpected argument 'in.aot'", "cwamrc <COMMAND>"]);
}

#[test]
fn flags_with_a_typing_error() {
    misuse(&["-o", "out.aot", "--opt-levl=3", "in.wat"], &["'--opt-levl'", "'--opt-level'"]);
    misuse(&["-o", "out.aot", "--bounds-check=1", "in.wat"], &["'--bounds-checks'"]);
    misuse(&["-o", "out.aot", "--wamr-vresion=2.4", "in.wat"], &["'--wamr-version'"]);
    misuse(&["-o", "out.aot", "--enable-shared-heep", "in.wat"], &["'--enable-shared-heap'"]);
    misuse(&["-o", "out.aot", "--disable-llvm-ltp", "in.wat"], &["'--disable-llvm-lto'"]);
}

/// These flags have no effect: such modules are compiled without them, too.
#[test]
fn flags_that_wamrc_needs() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", "(module (func $f (export \"f\") (return_call $f)))");
    sandbox.cwamrc(&["-o", "plain.aot", "in.wat"]).silent();
    let flags = ["-o", "granted.aot", "--enable-tail-call", "--enable-multi-thread", "in.wat"];
    sandbox.cwamrc(&flags).silent();
    assert_eq!(sandbox.read("plain.aot"), sandbox.read("granted.aot"));
}

#[test]
fn values_that_do_not_exist() {
    misuse(
        &["-o", "out.aot", "--opt-level=5", "in.wat"],
        &["'5'", "[possible values: 0, 1, 2, 3]"],
    );
    misuse(&["-o", "out.aot", "--target=x86_63", "in.wat"], &["`x86_63`", "`x86_64`"]);
    misuse(&["-o", "out.aot", "--format=aat", "in.wat"], &["'aat'", "aot, clif, asm, object"]);
    misuse(&["-o", "out.aot", "--bounds-checks=2", "in.wat"], &["'2'", "0, 1"]);
    misuse(&["-o", "out.aot", "--threads=0", "in.wat"], &["'0'", "--threads <N>"]);
    misuse(&["-o", "out.aot", "--wamr-version=2.5", "in.wat"], &["`2.5`", "2.4.5, main"]);
}

#[test]
fn version_and_help() {
    let sandbox = Sandbox::new();
    let version = sandbox.cwamrc(&["--version"]).silent();
    assert_eq!(version, format!("cwamrc {}\n", env!("CARGO_PKG_VERSION")).into_bytes());
    for command in [&["--help"][..], &["inspect", "--help"]] {
        let done = sandbox.cwamrc(command);
        assert_eq!((done.code, done.stderr.as_str()), (0, ""));
        assert!(done.stdout_text().contains("Usage: cwamrc"), "{}", done.stdout_text());
    }
}
