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

/// A file that may not grow beyond one block of the shell's `ulimit`, at most 1024 bytes.
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

/// The signal for a file that grows too large kills the command while it writes.
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

/// The output is written to the current folder, as with other compilers.
#[test]
fn without_a_name_the_result_has_that_of_the_input() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("folder")).unwrap();
    sandbox.file("folder/app.v1.wat", VALID);
    for (flags, results) in [
        (&[][..], &["app.v1.aot"][..]),
        (&["--format=object"], &["app.v1.o"]),
        (&["--format=clif"], &["app.v1.clif"]),
        (&["--format=asm"], &["app.v1.asm"]),
        (&["--format=universal"], &["app.v1.universal.wasm"]),
        (&["--dump"], &["app.v1.aot", "app.v1.clif"]),
        (&["--target=x86_64,riscv64"], &["app.v1_riscv64.aot", "app.v1_x86_64.aot"]),
    ] {
        sandbox.cwamrc(&[flags, &["folder/app.v1.wat"]].concat()).silent();
        let names = sandbox.names();
        let made: Vec<&str> =
            names.iter().map(String::as_str).filter(|name| *name != "folder").collect();
        assert_eq!(made, results, "{flags:?}");
        for name in results {
            let named = sandbox.read(name);
            fs::remove_file(sandbox.path(name)).unwrap();
            if results.len() == 1 {
                let again = [flags, &["-o", "-", "folder/app.v1.wat"]].concat();
                assert!(sandbox.cwamrc(&again).silent() == named, "{flags:?}");
            }
        }
        let done = sandbox.cwamrc(&[flags, &["-v", "folder/app.v1.wat"]].concat());
        for name in results {
            let said = done.stderr.lines().any(|line| line == format!("wrote {name}"));
            assert!(said, "{name}: {}", done.stderr);
            fs::remove_file(sandbox.path(name)).unwrap();
        }
    }
    assert_eq!(fs::read_dir(sandbox.path("folder")).unwrap().count(), 1);
}

#[test]
fn the_input_is_never_replaced_unasked() {
    let sandbox = Sandbox::new();
    for (name, flag) in [("app.aot", "--format=aot"), ("app.o", "--format=object")] {
        sandbox.file(name, VALID);
        let done = sandbox.cwamrc(&[flag, name]);
        assert_eq!(done.code, 2);
        assert!(done.stderr.contains("would replace the input"), "{}", done.stderr);
        assert_eq!(sandbox.read(name), VALID.as_bytes());
    }
    // Nor do the files written in addition to the output replace the input.
    for flags in [&["--dump"][..], &["--stack-usage=app.clif", "-o", "out.aot"]] {
        sandbox.file("app.clif", VALID);
        let done = sandbox.cwamrc(&[flags, &["app.clif"]].concat());
        assert_eq!(done.code, 2, "{flags:?}");
        assert!(done.stderr.contains("input and output are the same"), "{}", done.stderr);
        assert_eq!(sandbox.read("app.clif"), VALID.as_bytes());
    }
    // A module that is compiled to a universal file, which is also a module.
    let wasm = wat::parse_str(VALID).unwrap();
    sandbox.file("app.wasm", &wasm);
    sandbox.cwamrc(&["--format=universal", "app.wasm"]).silent();
    assert_eq!(sandbox.read("app.wasm"), wasm);
    sandbox.cwamrc(&["--format=universal", "app.universal.wasm"]).silent();
    assert_eq!(sandbox.read("app.universal.wasm"), sandbox.read("app.universal.universal.wasm"));
}

#[test]
fn what_has_no_name_asks_for_one() {
    let sandbox = with_module();
    for input in ["-", "..", "/"] {
        let done = sandbox.cwamrc_with(&[input], VALID.as_bytes());
        assert_eq!(done.code, 2, "{input}");
        assert!(done.stderr.contains("name the output with -o"), "{}", done.stderr);
    }
    // A folder is not accepted as input, whatever its name.
    fs::create_dir(sandbox.path("folder")).unwrap();
    let error = sandbox.cwamrc(&["folder"]).failed();
    assert_eq!(error, "error: cannot read folder: Is a directory (os error 21)");
    assert_eq!(sandbox.names(), ["folder", "in.wat"]);
}
