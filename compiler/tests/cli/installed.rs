//! `--wamr-version=auto`, with a script in place of iwasm: it prints a version, and accepts files
//! by their version word as loaders do (`core/iwasm/aot/aot_loader.c`).

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::sandbox::{Done, Sandbox, VALID};

/// An iwasm that reports version `name` and accepts files with the version words in `taken`.
fn iwasm(sandbox: &Sandbox, path: &str, name: &str, taken: &str) {
    let script = format!(
        r#"#!/bin/sh
if [ "$1" = --version ]; then echo "{name}"; exit; fi
echo "$@" >>"$PROBES"
for file; do :; done
version=$(od -An -tu1 -j4 -N1 "$file" | tr -d ' ')
case " {taken} " in *" $version "*) exit 0 ;; esac
echo "AOT module load failed: unknown binary version"
exit 1
"#
    );
    script_at(sandbox, path, &script);
}

fn script_at(sandbox: &Sandbox, path: &str, script: &str) {
    sandbox.file(path, script);
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(sandbox.path(path), executable).expect("it is our file");
}

fn compile(sandbox: &Sandbox, variables: &str) -> Done {
    let script = format!(
        "unset IWASM; PROBES=$PWD/probes {variables} $CWAMRC --wamr-version=auto -v -o out.aot in.wat"
    );
    sandbox.shell(&script)
}

fn with_module() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    sandbox
}

#[test]
fn the_name_or_what_is_taken_decides() {
    for (name, taken, word, release) in [
        ("2.0.0", "3", 3, "2.0.0"),
        ("2.3.1", "3 4", 4, "2.3.1"),
        ("2.4.0", "3 4", 4, "2.4.0"),
        ("2.4.5", "5", 5, "2.4.5"),
        // Main reports the same version as the release.
        ("2.4.3", "5", 5, "2.4.3"),
        ("2.4.3", "6", 6, "main"),
        // Releases that this compiler does not know.
        ("2.9.0", "6", 6, "main"),
        ("2.4.99", "5", 5, "2.4.5"),
        ("2.3.7", "3 4", 4, "2.4.0"),
    ] {
        let sandbox = with_module();
        iwasm(&sandbox, "fake", &format!("iwasm {name}"), taken);
        let done = compile(&sandbox, "IWASM=$PWD/fake");
        assert_eq!(done.code, 0, "{name}: {}", done.stderr);
        assert_eq!(sandbox.read("out.aot")[4], word, "{name}");
        let made = format!("made for WAMR {release}: AOT version {word}");
        assert!(done.stderr.contains(&made), "{name}: {}", done.stderr);
        assert!(done.stderr.contains(&format!("fake says it is {name}")), "{}", done.stderr);
        // If the name is sufficient, no file is tried.
        let asked = sandbox.names().contains(&"probes".to_owned());
        assert_eq!(asked, name == "2.4.3" || release != name, "{name}");
    }
}

#[test]
fn found_on_the_path() {
    let sandbox = with_module();
    fs::create_dir(sandbox.path("bin")).unwrap();
    iwasm(&sandbox, "bin/iwasm", "iwasm 2.2.0", "3");
    let done = compile(&sandbox, "PATH=$PWD/bin:$PATH");
    assert_eq!((done.code, sandbox.read("out.aot")[4]), (0, 3), "{}", done.stderr);
    // An iwasm in the current folder is not run.
    iwasm(&sandbox, "iwasm", "iwasm 2.0.0", "3");
    for path in [":/usr/bin:/bin", ".:/usr/bin:/bin", "bin:/usr/bin:/bin"] {
        let error = compile(&sandbox, &format!("PATH={path}")).failed();
        assert!(error.contains("no iwasm found for --wamr-version=auto"), "{path}: {error}");
    }
}

#[test]
fn what_cannot_be_found_out_is_said() {
    let sandbox = with_module();
    let refused = |expected: &str| {
        let done = compile(&sandbox, "IWASM=$PWD/fake");
        assert!(done.stderr.contains("hint: name the release"), "{}", done.stderr);
        let error = done.failed();
        assert!(error.contains(expected), "{error}");
    };
    refused("cannot start");
    iwasm(&sandbox, "fake", "something else", "5");
    refused("does not print `iwasm` and a version");
    iwasm(&sandbox, "fake", "iwasm 3.0.0", "7");
    refused("loads no AOT version that cwamrc knows");
    let interpreter = "#!/bin/sh\nif [ $1 = --version ]; then echo iwasm 2.4.3; exit; fi\n\
                       echo 'WASM module load failed: magic header not detected'; exit 1\n";
    script_at(&sandbox, "fake", interpreter);
    refused("cannot run .aot files: WASM module load failed: magic header not detected");
    assert!(!sandbox.names().contains(&"out.aot".to_owned()));
}
