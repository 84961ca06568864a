//! `--backend=llvm`, with a script in place of wamrc that prints its arguments.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::sandbox::{Done, Sandbox, VALID};
use crate::usage::misuse;

/// Prints its flags, with the file names replaced, and the first bytes of the module.
const ECHO: &str = r#"#!/bin/sh
{
    for flag; do case $flag in -o) ;; -*) echo "$flag";; *.wasm) head -c 4 "$flag";; esac; done
} >"${TMPDIR:-/tmp}/seen.$$"
for flag; do
    if [ "$previous" = -o ]; then out=$flag; fi
    previous=$flag
done
echo "compiling"
mv "${TMPDIR:-/tmp}/seen.$$" "$out"
"#;

fn fake(sandbox: &Sandbox, name: &str, script: &str) -> String {
    sandbox.file(name, script);
    let path = sandbox.path(name);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is our file");
    path.to_str().expect("the path is UTF-8").to_owned()
}

/// Runs cwamrc with `variables` set, and with nothing else from which it could find a wamrc.
fn run(sandbox: &Sandbox, variables: &str, arguments: &str) -> Done {
    let script =
        format!("unset WAMRC; HOME=$PWD/home XDG_CACHE_HOME= {variables} $CWAMRC {arguments}");
    sandbox.shell(&script)
}

#[test]
fn flags_and_module_arrive() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let wamrc = fake(&sandbox, "fake", ECHO);
    let flags = "--target=thumbv7em --target-abi=eabi --cpu=cortex-m4 --cpu-features=+fp16 --opt-level=1 \
                 --bounds-checks=1 --stack-bounds-checks=0 --format=object --enable-tail-call \
                 --emit-custom-sections=a,b --xip --size-level=1 --disable-simd -sgx --enable-segue \
                 --mllvm=-a --mllvm=-b --stack-usage=usage.su --llvm-flag=--new";
    let arguments = format!("--backend=llvm {flags} -o out in.wat");
    run(&sandbox, &format!("WAMRC={wamrc}"), &arguments).silent();
    let seen = String::from_utf8_lossy(&sandbox.read("out")).into_owned();
    let (flags_seen, module) = seen.split_at(seen.len() - 4);
    assert_eq!(module, "\0asm");
    let sorted = |flags: Vec<&str>| BTreeSet::from_iter(flags.into_iter().map(str::to_owned));
    let given = flags.replace("--llvm-flag=", "");
    assert_eq!(sorted(flags_seen.lines().collect()), sorted(given.split_whitespace().collect()));
    assert!(flags_seen.contains("--mllvm=-a\n--mllvm=-b\n"), "{flags_seen}");
    // wamrc's own default depends on the target, so the flag must be passed.
    let arguments = "--backend=llvm --bounds-checks=0 -o - in.wat";
    let stdout = run(&sandbox, &format!("WAMRC={wamrc}"), arguments).silent();
    assert_eq!(stdout, b"--bounds-checks=0\n\0asm");
    // No flag is added that the user did not give.
    let stdout = run(&sandbox, &format!("WAMRC={wamrc}"), "--backend=llvm -o - in.wat").silent();
    assert_eq!(stdout, b"\0asm");
    let done = run(&sandbox, &format!("WAMRC={wamrc}"), "--backend=llvm -v -o out in.wat");
    assert_eq!((done.code, done.stderr.as_str()), (0, "compiling\n"));
}

/// Arguments for wamrc arrive unchanged, including those that begin with a hyphen and those that
/// are not UTF-8.
#[test]
fn words_that_could_be_taken_for_others() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    sandbox.file("-sgx", wat::parse_str(VALID).unwrap());
    let wamrc = fake(&sandbox, "fake", ECHO);
    let seen = |arguments: &str| {
        let arguments = format!("--backend=llvm -o - {arguments}");
        let stdout = run(&sandbox, &format!("WAMRC={wamrc}"), &arguments).silent();
        stdout.strip_suffix(b"\0asm").expect("the module is last").to_vec()
    };
    assert_eq!(seen("--llvm-flag -sgx in.wat"), b"-sgx\n");
    assert_eq!(seen("--mllvm -sgx in.wat"), b"--mllvm=-sgx\n");
    assert_eq!(seen("-sgx in.wat"), b"-sgx\n");
    assert_eq!(seen("--llvm-flag=--new --llvm-flag -x in.wat"), b"--new\n-x\n");
    assert_eq!(seen("-- -sgx"), b"");
    let byte = r#""$(printf '\377')""#;
    assert_eq!(seen(&format!("--stack-usage={byte} in.wat")), b"--stack-usage=\xff\n");
    assert_eq!(seen(&format!("--llvm-flag=-{byte} in.wat")), b"-\xff\n");
    // The names of our own files never begin with a hyphen, wherever the temporary folder is.
    fs::create_dir(sandbox.path("-t")).expect("a folder can be made");
    let script = "#!/bin/sh\n[ \"$1\" = -o ] || exit 9\n\
                  case $2 in /*) ;; *) exit 9 ;; esac\ncase $3 in /*) cp \"$3\" \"$2\" ;; esac\n";
    let wamrc = fake(&sandbox, "copies", script);
    let variables = format!("TMPDIR=-t WAMRC={wamrc}");
    let stdout = run(&sandbox, &variables, "--backend=llvm -o - in.wat").silent();
    assert!(stdout.starts_with(b"\0asm"));
}

/// WAMR's wamrc prints its help for an unsupported flag, without saying which flag it was. The last
/// line of that help is an example (`wamr-compiler/main.c`).
#[test]
fn flags_that_wamrc_does_not_take() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let help = "#!/bin/sh\necho 'Usage: wamrc [options] -o output_file wasm_file'\n\
                echo '  --target=<arch-name>'\necho 'Examples: wamrc -o test.aot test.wasm'\n\
                echo '          wamrc --target=x86_64 --cpu=help'\nexit 1\n";
    let wamrc = fake(&sandbox, "fake", help);
    let arguments = "--backend=llvm --opt-level=1 --llvm-flag=--bad=1 -o out.aot in.wat";
    let done = run(&sandbox, &format!("WAMRC={wamrc}"), arguments);
    assert!(done.stderr.contains("hint: `wamrc --help` lists its flags"), "{}", done.stderr);
    let error = done.failed();
    assert!(error.contains("does not support one of the flags --opt-level=1 --bad=1"), "{error}");
    assert!(!error.contains("--cpu=help"), "{error}");
    assert_eq!(sandbox.names(), ["fake", "in.wat"]);
}

/// With this backend, the names of targets and CPUs are LLVM's.
#[test]
fn lists_are_those_of_wamrc() {
    let sandbox = Sandbox::new();
    let wamrc = fake(&sandbox, "fake", "#!/bin/sh\necho \"the list for $*\"\nexit 1\n");
    for flags in ["--target=help", "--target=thumbv7 --cpu=help", "--cpu-features=+help"] {
        let done = run(&sandbox, &format!("WAMRC={wamrc}"), &format!("--backend=llvm {flags}"));
        assert_eq!(done.silent(), format!("the list for {flags}\n").into_bytes());
    }
    // Without it, they are ours.
    let done = run(&sandbox, &format!("WAMRC={wamrc}"), "--target=help");
    assert!(String::from_utf8_lossy(&done.silent()).starts_with("Targets;"));
}

#[test]
fn found_on_the_path_and_in_the_cache() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    for folder in ["bin", "home/.cache/cwamrc-llvm", "chosen"] {
        fs::create_dir_all(sandbox.path(folder)).expect("a folder can be made");
    }
    for (folder, variables) in [
        ("home/.cache/cwamrc-llvm", ""),
        ("chosen", "CWAMRC_LLVM_CACHE=$PWD/chosen"),
        ("bin", "PATH=$PWD/bin:$PATH"),
    ] {
        let script = ECHO.replace(
            "mv \"${TMPDIR:-/tmp}/seen.$$\" \"$out\"",
            &format!("echo {folder} >\"$out\""),
        );
        fake(&sandbox, &format!("{folder}/wamrc"), &script);
        run(&sandbox, variables, "--backend=llvm -o out in.wat").silent();
        assert_eq!(sandbox.read("out"), format!("{folder}\n").into_bytes());
    }
}

#[test]
fn absence_says_how_to_get_it() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let done = run(&sandbox, "", "--backend=llvm --target=thumbv7em -o out.aot in.wat");
    assert!(done.stderr.contains("hint: benchmarks/scripts/llvm.sh builds it"), "{}", done.stderr);
    let error = done.failed();
    assert!(error.contains("no wamrc found for --backend=llvm"), "{error}");
    assert!(error.ends_with("home/.cache/cwamrc-llvm/wamrc"), "{error}");
    let error = run(&sandbox, "WAMRC=/no/such/wamrc", "--backend=llvm -o out.aot in.wat").failed();
    assert!(error.starts_with("error: cannot start /no/such/wamrc: "), "{error}");
    assert_eq!(sandbox.names(), ["in.wat"]);
}

#[test]
fn its_failures_are_ours() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    for (script, expected) in [
        ("echo Create; echo 'error: bad target, in module' >&2; exit 1", "bad target, in module"),
        ("echo the last word; exit 3", "the last word (exit status: 3), with in.wat"),
        ("exit 0", "wrote no file for in.wat"),
    ] {
        let wamrc = fake(&sandbox, "fake", &format!("#!/bin/sh\n{script}\n"));
        let done = run(&sandbox, &format!("WAMRC={wamrc}"), "--backend=llvm -o out.aot in.wat");
        let error = done.failed();
        assert!(error.contains(expected), "{error}");
        assert_eq!(sandbox.names(), ["fake", "in.wat"]);
    }
}

/// What LLVM prints before it aborts, seen with Debian's Xtensa back end, and what is printed if a
/// signal ended it.
#[test]
fn crashes_are_told_as_such() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let aborted = "{ echo 'LLVM ERROR: Cannot select: 0x5: ch = brcond 0x6'; echo '  0x6: i32 = and'; \
                   echo 'In function: aot_func#0'; } >&2; kill -ABRT $$";
    let other = "another --cpu or --opt-level";
    for (script, flags, expected, hint) in [
        ("kill -SEGV $$", "", "crashed: no reason given (signal: 11 (SIGSEGV)", other),
        ("kill -KILL $$", "", "crashed: no reason given (signal: 9 (SIGKILL)", "memory"),
        (aborted, "", "crashed: LLVM ERROR: Cannot select: 0x5: ch = brcond 0x6 (signal: 6", other),
        (aborted, "--target=xtensa", "crashed: LLVM ERROR: Cannot select: 0x5: ch", "Espressif"),
        ("echo 'error: bad fixup' >&2; exit 1", "--target=xtensa", "bad fixup (exit", "Espressif"),
    ] {
        let wamrc = fake(&sandbox, "fake", &format!("#!/bin/sh\n{script}\n"));
        let arguments = format!("--backend=llvm {flags} -o out.aot in.wat");
        let done = run(&sandbox, &format!("WAMRC={wamrc}"), &arguments);
        let hints = done.stderr.lines().nth(1).unwrap_or_default().to_owned();
        assert!(hints.starts_with("hint: ") && hints.contains(hint), "{hints}");
        let error = done.failed();
        assert!(error.contains(expected) && error.ends_with("with in.wat"), "{error}");
        assert_eq!(sandbox.names(), ["fake", "in.wat"]);
    }
}

/// Files that wamrc (main of July 2026, LLVM 19) made from `holes/module.wat`, by CPU or ABI:
/// `--target=thumbv7 --target-abi=eabi --cpu=cortex-m3`, the same with `--xip`, `--target=riscv32
/// --cpu=generic-rv32` with `--target-abi=ilp32 --cpu-features=+m,+a,+c` and also with `ilp32d` and
/// `+f,+d`, `--target=armv7 --target-abi=gnueabihf`.
#[test]
fn symbols_that_no_loader_has_are_refused_by_name() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let compile = |file: &str| {
        let made = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/wamrc/holes");
        let script = ECHO.replace(
            "mv \"${TMPDIR:-/tmp}/seen.$$\" \"$out\"",
            &format!("cp {made}/{file}.aot \"$out\""),
        );
        let wamrc = fake(&sandbox, "fake", &script);
        run(&sandbox, &format!("WAMRC={wamrc}"), "--backend=llvm -o out.aot in.wat")
    };
    for (file, expected) in [
        (
            "cortex-m3",
            "WAMR main for thumbv7 lacks symbols that the code calls: __aeabi_f2uiz, in in.wat",
        ),
        (
            "ilp32",
            "WAMR main for riscv32 lacks symbols that the code calls: __floatunsisf, __ltsf2, in in.wat",
        ),
        (
            "ilp32d",
            "WAMR main for riscv32 lacks symbols that the code calls: __fixunssfdi, __floatdidf, \
             in in.wat",
        ),
    ] {
        let done = compile(file);
        assert!(done.stderr.contains("hint: --xip calls only functions"), "{}", done.stderr);
        assert_eq!(done.failed(), format!("error: {expected}"));
        assert_eq!(sandbox.names(), ["fake", "in.wat"]);
    }
    for file in ["cortex-m3-xip", "armv7"] {
        compile(file).silent();
        let report = sandbox.cwamrc(&["inspect", "out.aot"]).silent();
        let report = String::from_utf8_lossy(&report).into_owned();
        assert!(report.contains("32-bit") && report.contains("\n  runs on   main\n"), "{report}");
        assert!(!report.contains("lacks"), "{report}");
    }
}

/// A file that cannot be parsed is passed on unchanged: it may be of a future release.
#[test]
fn files_of_an_unknown_version_are_handed_on() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let script = ECHO.replace(
        "mv \"${TMPDIR:-/tmp}/seen.$$\" \"$out\"",
        "printf '\\000aot\\143\\000\\000\\000' >\"$out\"",
    );
    let wamrc = fake(&sandbox, "fake", &script);
    let done = run(&sandbox, &format!("WAMRC={wamrc}"), "--backend=llvm -o out.aot in.wat");
    assert_eq!(done.code, 0);
    assert!(
        done.stderr.starts_with("warning: the file that wamrc wrote cannot be checked"),
        "{}",
        done.stderr
    );
    assert_eq!(sandbox.read("out.aot"), b"\0aotc\0\0\0");
}

#[test]
fn flags_that_only_one_backend_has() {
    let llvm = |flag| ["--backend=llvm", flag, "-o", "out.aot", "in.wat"];
    misuse(&llvm("--format=clif"), &["aot, object"]);
    misuse(&llvm("--wamr-version=2.4"), &["--wamr-version cannot be used with --backend=llvm"]);
    misuse(&llvm("--threads=2"), &["--threads cannot be used with --backend=llvm"]);
    let canonical = "--canonicalize-nans";
    misuse(&llvm(canonical), &["--canonicalize-nans cannot be used with --backend=llvm"]);
    misuse(&["--llvm-flag=--xip", "-o", "out.aot", "in.wat"], &["--backend=llvm"]);
    misuse(&["--target=thumbv7em", "-o", "out.aot", "in.wat"], &["--backend=llvm supports more"]);
}
