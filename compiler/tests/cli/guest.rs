//! The boundary between the command line and the program that `run` runs: everything after the file
//! is passed to the program byte for byte, and gives it no access to anything.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::random::Random;
use crate::sandbox::Sandbox;

const ARGUMENTS: &str = include_str!("programs/arguments.wat");

fn with_program() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("a.wat", ARGUMENTS);
    sandbox.cwamrc(&["--wamr-version=main", "-o", "a.aot", "a.wat"]).silent();
    sandbox
}

/// Runs `file` with flags before it and arguments after it. The program must receive exactly the
/// latter.
#[track_caller]
fn arrive(sandbox: &Sandbox, before: &[&str], file: &str, after: &[impl AsRef<OsStr>]) {
    let after: Vec<&OsStr> = after.iter().map(AsRef::as_ref).collect();
    let mut line: Vec<&OsStr> = vec![OsStr::new("run")];
    line.extend(before.iter().map(OsStr::new));
    line.push(OsStr::new(file));
    line.extend(&after);
    let done = sandbox.cwamrc_os(&line);
    let mut expected = file.as_bytes().to_vec();
    expected.push(0);
    for argument in &after {
        expected.extend(argument.as_bytes());
        expected.push(0);
    }
    assert_eq!(done.stdout, expected, "{line:?}: {}", done.stderr);
    // A folder would add 100.
    assert_eq!(done.code as usize, 1 + after.len(), "{line:?}");
    assert_eq!(done.stderr, "", "{line:?}");
}

#[test]
fn what_looks_like_a_flag_of_ours() {
    let sandbox = with_program();
    let lines: &[&[&str]] = &[
        &["--dir=."],
        &["--dir", "."],
        &["--map-dir=/::."],
        &["--help"],
        &["-h"],
        &["--version"],
        &["-v"],
        &["-v=5"],
        &["--env", "A=1"],
        &["--threads", "3"],
        &["--threads=0"],
        &["--", "x"],
        &["--", "--", "--"],
        &["--"],
        &["x", "--dir=."],
        &["--invoke=f"],
        &["-f", "f"],
        &["--target=help"],
        &["--cpu=help"],
        &["--cpu-features=+help"],
        &["--llvm-version"],
        &["--timeout=1ms"],
        &["--engine=interpreter"],
        &["--no-such-flag"],
        &["-sgx"],
        &["-"],
        &["inspect"],
        &["help"],
        &["run", "a.wat"],
        &[""],
        &["="],
        &["--="],
        &["-x=--dir=.", "--dir=.=", "a=b"],
    ];
    for after in lines {
        arrive(&sandbox, &[], "a.aot", after);
    }
    // Flags before the file still belong to the command.
    arrive(&sandbox, &["--opt-level=0", "--threads", "1"], "a.wat", &["--opt-level=9"]);
    arrive(&sandbox, &["--engine=interpreter"], "a.wat", &["--engine=none"]);
    let done = sandbox.cwamrc(&["run", "--dir=.", "a.aot", "--dir=.", "x"]);
    assert_eq!((done.code, done.stderr.as_str()), (103, ""));
}

#[test]
fn two_hyphens_before_the_file_are_ours() {
    let sandbox = with_program();
    arrive(&sandbox, &["--"], "a.aot", &["--dir=.", "--"]);
    std::fs::copy(sandbox.path("a.aot"), sandbox.path("--dir=.aot")).unwrap();
    arrive(&sandbox, &["--"], "--dir=.aot", &["x"]);
}

#[test]
fn bytes_that_are_no_text() {
    let sandbox = with_program();
    let bytes: [&[u8]; 5] = [b"\xff", b"a\x80=\xc3", b"--dir=\xff", b"-\xf0\x9f", b"\xed\xa0\x80"];
    let arguments: Vec<&OsStr> = bytes.into_iter().map(OsStr::from_bytes).collect();
    arrive(&sandbox, &[], "a.aot", &arguments);
    arrive(&sandbox, &["--engine=interpreter"], "a.wat", &arguments);
    // The same holds for the name of the program.
    let name = OsStr::from_bytes(b"\xfe.aot");
    std::fs::copy(sandbox.path("a.aot"), sandbox.path("").join(name)).unwrap();
    let done = sandbox.cwamrc_os(&[OsStr::new("run"), name, OsStr::from_bytes(b"\xff")]);
    assert_eq!((done.code, done.stdout.as_slice()), (2, &b"\xfe.aot\0\xff\0"[..]));
}

fn argument(random: &mut Random) -> OsString {
    const FLAGS: &[&str] = &[
        "--dir",
        "--map-dir",
        "--env",
        "--invoke",
        "-f",
        "--timeout",
        "--engine",
        "--stack-size",
        "--heap-size",
        "--target",
        "--cpu",
        "--opt-level",
        "--threads",
        "--cache-dir",
        "-v",
        "-h",
        "--help",
        "--version",
        "--",
        "-",
        "---",
        "-sgx",
        "--no-cache",
        "--gas-limit",
    ];
    const VALUES: &[&str] = &[".", "/", ".::/", "help", "+help", "A=1", "0", "a.aot", "", "="];
    let flag = FLAGS[random.below(FLAGS.len())];
    match random.below(4) {
        0 => flag.into(),
        1 => VALUES[random.below(VALUES.len())].into(),
        2 => format!("{flag}={}", VALUES[random.below(VALUES.len())]).into(),
        _ => {
            let length = random.below(9);
            let bytes = (0..length).map(|_| 1 + random.below(255) as u8).collect();
            OsString::from_vec(bytes)
        }
    }
}

#[test]
fn any_list_of_arguments() {
    let sandbox = with_program();
    let mut random = Random::new(0x2545_f491_4f6c_dd1d);
    for _ in 0..300 {
        let arguments: Vec<OsString> =
            (0..random.below(7)).map(|_| argument(&mut random)).collect();
        arrive(&sandbox, &[], "a.aot", &arguments);
    }
}

/// A mistyped flag is not taken as the file, so its value is not either.
#[test]
fn flags_before_the_file_are_still_checked() {
    let sandbox = with_program();
    for line in [&["run", "--dirr=.", "a.aot"][..], &["run", "-x", "a.aot"], &["run", "--dir=."]] {
        let done = sandbox.cwamrc(line);
        assert_eq!(done.code, 2, "{line:?}");
        let usage = "Usage: cwamrc run [OPTIONS] <FILE> [ARGS]...";
        assert!(done.stderr.contains(usage), "{line:?}: {}", done.stderr);
    }
    let help = sandbox.cwamrc(&["run", "--help"]);
    assert!(help.stdout_text().contains("Usage: cwamrc run [OPTIONS] <FILE> [ARGS]..."));
    let page = sandbox.cwamrc(&["man", "run"]).silent();
    assert!(String::from_utf8_lossy(&page).contains("FILE"));
}

const WASI: &str = include_str!("programs/wasi.wat");

#[test]
fn variables_of_this_process() {
    let sandbox = Sandbox::new();
    sandbox.file("wasi.wat", WASI);
    let script =
        "A=1 B='x=y z' EMPTY= $CWAMRC run --env A --env=B --env EMPTY --env NONE wasi.wat env";
    assert_eq!(sandbox.shell(script).silent(), b"A=1\0B=x=y z\0EMPTY=\0");
    // If a name is given several times, the last one counts, even if there is no such variable.
    let script = "A=1 $CWAMRC run --env A --env A=2 --env NONE=3 --env NONE wasi.wat env";
    assert_eq!(sandbox.shell(script).silent(), b"A=2\0");
    // Only the named variables are passed.
    assert_eq!(sandbox.shell("A=1 $CWAMRC run wasi.wat env").silent(), b"");
    // Values and names that are not UTF-8.
    let script = "export A=$(printf '\\377'); $CWAMRC run --env A --env \"$A=$A\" wasi.wat env";
    assert_eq!(sandbox.shell(script).silent(), b"A=\xff\0\xff=\xff\0");
    for wrong in ["=1", "", "="] {
        let done = sandbox.cwamrc(&["run", "--env", wrong, "wasi.wat", "env"]);
        assert_eq!(done.code, 2, "{wrong:?}");
        assert!(done.stderr.contains("expected NAME or NAME=VALUE"), "{}", done.stderr);
    }
}

#[test]
fn directories_that_are_no_text() {
    let sandbox = Sandbox::new();
    sandbox.file("wasi.wat", WASI);
    let folder = sandbox.path("").join(OsStr::from_bytes(b"d\xff"));
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("data.txt"), "content").unwrap();
    for flag in [&b"--dir=d\xff"[..], b"--dir=d\xff::/guest", b"--map-dir=/g\xfe::d\xff"] {
        let words = [OsStr::new("run"), OsStr::from_bytes(flag), OsStr::new("wasi.wat")];
        let line = [&words[..], &[OsStr::new("file")]].concat();
        assert_eq!(sandbox.cwamrc_os(&line).silent(), b"content");
    }
}
