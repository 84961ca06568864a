//! What `packages/install.sh` installs, and that the command works under wamrc's name.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::sandbox::{CWAMRC, Sandbox, VALID};

fn install(arguments: &[&str], destination: &Path) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packages/install.sh");
    let mut command = Command::new(script);
    command.arg(format!("--program={CWAMRC}")).args(arguments).env("DESTDIR", destination);
    command.output().expect("the script starts")
}

/// The files that the script says it has installed, below the prefix `/opt`.
fn installed(arguments: &[&str], destination: &Path) -> Vec<PathBuf> {
    let arguments = [&["--prefix=/opt"], arguments].concat();
    let output = install(&arguments, destination);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).expect("paths are text");
    let prefix = destination.join("opt");
    let below = |line: &str| Path::new(line).strip_prefix(&prefix).map(Path::to_owned);
    printed.lines().map(|line| below(line).expect("it is below the prefix")).collect()
}

#[test]
fn everything_is_installed_once() {
    let sandbox = Sandbox::new();
    let paths = installed(&[], &sandbox.path("stage"));
    let expected = [
        "bin/cwamrc",
        "share/man/man1/cwamrc.1",
        "share/bash-completion/completions/cwamrc",
        "share/zsh/site-functions/_cwamrc",
        "share/fish/vendor_completions.d/cwamrc.fish",
        "share/doc/cwamrc/LICENSE",
        "share/doc/cwamrc/THIRD-PARTY.md",
    ];
    assert_eq!(paths, expected.map(PathBuf::from));
    for path in paths {
        let text = fs::read(sandbox.path("stage/opt").join(&path)).expect("it is there");
        assert!(!text.is_empty(), "{}", path.display());
    }
    let program = fs::metadata(sandbox.path("stage/opt/bin/cwamrc")).expect("it is there");
    assert_eq!(program.permissions().mode() & 0o777, 0o755);
    assert!(!sandbox.path("stage/opt/bin/wamrc").exists(), "nobody asked for this name");
}

#[test]
fn the_command_is_called_wamrc_on_request() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let paths = installed(&["--wamrc"], &sandbox.path("stage"));
    assert!(paths.contains(&PathBuf::from("bin/wamrc")), "{paths:?}");
    let place = fs::read_link(sandbox.path("stage/opt/bin/wamrc")).expect("it is a link");
    assert_eq!(place, Path::new("cwamrc"), "a link that can be moved with its prefix");

    let status = Command::new(sandbox.path("stage/opt/bin/wamrc"))
        .args(["--target=aarch64", "--no-cache", "-o", "wamrc.aot", "in.wat"])
        .current_dir(sandbox.path(""))
        .status();
    assert!(status.expect("it starts").success());
    sandbox.cwamrc(&["--target=aarch64", "-o", "cwamrc.aot", "in.wat"]).silent();
    assert_eq!(sandbox.read("wamrc.aot"), sandbox.read("cwamrc.aot"));
}

#[test]
fn wrong_arguments_are_told() {
    let sandbox = Sandbox::new();
    for arguments in [&["--prefix=relative"][..], &["--frobnicate"], &["place"], &["--prefix"]] {
        let output = install(arguments, &sandbox.path("stage"));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.starts_with("error: ") && message.contains("usage: "), "{message}");
        assert!(!sandbox.path("stage").exists());
    }
}
