//! Where the result goes.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use crate::sandbox::{Sandbox, VALID};

fn with_module() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    sandbox
}

#[test]
fn a_result_is_complete_or_not_there() {
    let sandbox = with_module();
    for path in ["missing/out.aot", "in.wat/out.aot", "/proc/out.aot", "."] {
        let error = sandbox.cwamrc(&["-o", path, "in.wat"]).failed();
        let expected = format!("error: cannot write {path}: ");
        let cause = error.strip_prefix(&expected).unwrap_or_else(|| panic!("{error}"));
        assert!(cause.ends_with(')') && !cause.contains('/'), "{cause}");
        assert_eq!(sandbox.names(), ["in.wat"]);
    }
}

#[test]
fn a_full_disk() {
    let sandbox = with_module();
    let error = sandbox.cwamrc(&["-o", "/dev/full", "in.wat"]).failed();
    assert_eq!(error, "error: cannot write /dev/full: No space left on device (os error 28)");
    let error = sandbox.shell("$CWAMRC -o - in.wat >/dev/full").failed();
    assert_eq!(error, "error: cannot write standard output: No space left on device (os error 28)");
}

/// A file that may not grow beyond a block of the shell's, which is at most 1024 bytes.
#[test]
fn a_file_that_cannot_grow() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", format!("(module (memory 1) (data \"{}\"))", "x".repeat(4096)));
    sandbox.file("out.aot", "what was there before");
    let limited = "trap '' XFSZ; ulimit -f 1; exec $CWAMRC -o out.aot in.wat";
    let error = sandbox.shell(limited).failed();
    assert_eq!(error, "error: cannot write out.aot: File too large (os error 27)");
    assert_eq!(sandbox.read("out.aot"), b"what was there before");
    assert_eq!(sandbox.names(), ["in.wat", "out.aot"]);
}

/// The signal for a file that grows too large ends the command while it writes.
#[test]
fn a_command_that_is_killed_leaves_nothing() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", format!("(module (memory 1) (data \"{}\"))", "x".repeat(4096)));
    sandbox.file("old.aot", "what was there before");
    for output in ["new.aot", "old.aot"] {
        let script = format!(
            "(ulimit -c 0; ulimit -f 1; exec $CWAMRC --no-cache -o {output} in.wat); kill -l $?"
        );
        let done = sandbox.shell(&script);
        assert_eq!(done.stdout_text(), "XFSZ\n", "{}", done.stderr);
        assert_eq!(sandbox.read("old.aot"), b"what was there before");
        assert_eq!(sandbox.names(), ["in.wat", "old.aot"]);
    }
}

#[test]
fn diagnostics_without_a_reader() {
    let sandbox = with_module();
    let done = sandbox.shell("$CWAMRC -o out.aot missing.wasm 2>/dev/full");
    assert_eq!(done.code, 1);
    let error = sandbox.shell("$CWAMRC inspect in.wat >/dev/full").failed();
    assert!(error.starts_with("error: not an .aot file"), "{error}");
}

#[test]
fn standard_streams() {
    let sandbox = with_module();
    sandbox.cwamrc(&["-o", "out.aot", "in.wat"]).silent();
    let expected = sandbox.read("out.aot");
    assert!(expected.starts_with(b"\0aot"));
    assert_eq!(sandbox.cwamrc(&["-o", "-", "in.wat"]).silent(), expected);
    assert_eq!(sandbox.cwamrc_with(&["-o", "-", "-"], VALID.as_bytes()).silent(), expected);
    let wasm = wat::parse_str(VALID).unwrap();
    assert_eq!(sandbox.cwamrc_with(&["-o", "-", "-"], &wasm).silent(), expected);
    assert_eq!(sandbox.cwamrc(&["-o", "/dev/stdout", "in.wat"]).silent(), expected);
    assert_eq!(sandbox.names(), ["in.wat", "out.aot"]);
}

#[test]
fn an_existing_file_is_replaced() {
    let sandbox = with_module();
    sandbox.file("target.aot", "a longer text than what comes in its place".repeat(100));
    let private = fs::Permissions::from_mode(0o600);
    fs::set_permissions(sandbox.path("target.aot"), private).unwrap();
    symlink("target.aot", sandbox.path("link.aot")).unwrap();
    sandbox.cwamrc(&["-o", "link.aot", "in.wat"]).silent();
    let expected = sandbox.cwamrc(&["-o", "-", "in.wat"]).silent();
    assert_eq!(sandbox.read("target.aot"), expected);
    assert!(fs::symlink_metadata(sandbox.path("link.aot")).unwrap().is_symlink());
    let mode = fs::metadata(sandbox.path("target.aot")).unwrap().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_new_file_has_the_usual_permissions() {
    let sandbox = with_module();
    sandbox.shell("umask 027; $CWAMRC -o out.aot in.wat").silent();
    let mode = fs::metadata(sandbox.path("out.aot")).unwrap().mode();
    assert_eq!(mode & 0o777, 0o640);
}
