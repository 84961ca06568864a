//! Which machine code `cwamrc run` runs: only code that someone the user trusts has vouched for.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use cwamrc::universal::{NativeCode, embed, report};
use cwamrc::{Architecture, Cpu, Options, Release};
use serde_json::Value;

use crate::sandbox::{Done, Sandbox, VALID};

const UNTRUSTED: &str = "the machine code is not signed, or no key is trusted";
const UNKNOWN_KEY: &str = "the machine code is signed with a key that is not trusted";

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Done {
    sandbox.cwamrc(&[&["run", "-f", "f"], arguments].concat())
}

fn wasm() -> Vec<u8> {
    wat::parse_str(VALID).expect("it is a module")
}

/// Machine code that gives another result than [`VALID`].
fn other_code() -> Vec<u8> {
    let other = wat::parse_str(VALID.replace('7', "8")).expect("it is a module");
    let options = Options::new().cpu(cpu()).release(Release::Main);
    cwamrc::compile(&other, &options).expect("it compiles").into_bytes()
}

fn cpu() -> Cpu {
    Cpu::baseline(Architecture::host().expect("tests run where code can be made for"))
}

/// [`VALID`] with machine code made by someone else, and with correct digests.
fn with_other_code() -> Vec<u8> {
    embed(&wasm(), &[NativeCode { cpu: &cpu(), aot: &other_code() }]).expect("it is a module")
}

/// The result of the code that ran, and the first message of `-v`.
fn which(sandbox: &Sandbox, arguments: &[&str]) -> (String, String) {
    let done = run(sandbox, &[&["-v"], arguments].concat());
    assert_eq!(done.code, 0, "{}", done.stderr);
    let first = done.stderr.lines().next().unwrap_or_default().to_owned();
    (done.stdout_text().trim_end().to_owned(), first)
}

/// A module that does nothing, with hand-written machine code that prints a line, and with correct
/// digests.
#[test]
fn code_written_by_hand() {
    let file = include_bytes!("programs/native_code_inside.wasm");
    let sandbox = Sandbox::new();
    sandbox.file("old.wasm", file);
    sandbox.cwamrc(&["run", "old.wasm"]).silent();
    // The same code in the current layout.
    let aot = file.windows(8).position(|bytes| bytes == b"\0aot\x06\0\0\0").expect("it is there");
    let cpu = Cpu::baseline(Architecture::host().expect("as above"));
    let code = NativeCode { cpu: &cpu, aot: &file[aot..] };
    sandbox.file("new.wasm", embed(file, &[code]).expect("it is a module"));
    for engine in ["auto", "compile", "interpreter"] {
        let engine = format!("--engine={engine}");
        sandbox.cwamrc(&["run", &engine, "new.wasm"]).silent();
    }
    sandbox.file("code.wasm", &file[aot..]);
    sandbox.cwamrc(&["run", "code.wasm"]).failed();
    if Architecture::host().is_some_and(|host| host.name() == "x86_64") {
        for (flag, file) in [("--trust-native", "new.wasm"), ("--allow-precompiled", "code.wasm")] {
            let done = sandbox.cwamrc(&["run", flag, file]);
            assert_eq!((done.code, done.stdout_text()), (42, "NATIVE CODE RAN\n"), "{file}");
        }
    }
}

#[test]
fn digests_authenticate_nothing() {
    let sandbox = Sandbox::new();
    sandbox.file("app.wasm", with_other_code());
    let compiling = format!("compiling app.wasm: {UNTRUSTED}");
    assert_eq!(which(&sandbox, &["app.wasm"]), ("0x7:i32".into(), compiling.clone()));
    assert_eq!(run(&sandbox, &["app.wasm"]).silent(), b"0x7:i32\n");
    sandbox.cwamrc(&["key", "new", "me"]);
    assert_eq!(which(&sandbox, &["--trust-key=me.pub", "app.wasm"]).1, compiling);
    let running = "running app.wasm: machine code for this machine".to_owned();
    for flag in ["--trust-native", "--allow-precompiled"] {
        assert_eq!(which(&sandbox, &[flag, "app.wasm"]), ("0x8:i32".into(), running.clone()));
    }
}

#[test]
fn signed_code_runs_where_its_key_is_trusted() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    sandbox.cwamrc(&["key", "new", "me"]);
    sandbox.cwamrc(&["key", "generate", "other"]);
    let sign = ["--format=universal", "--sign=me", "-o", "app.wasm", "in.wat"];
    sandbox.cwamrc(&sign).silent();
    let file = sandbox.read("app.wasm");
    sandbox.cwamrc(&sign).silent();
    assert_eq!(sandbox.read("app.wasm"), file, "signatures are deterministic");

    let running = "running app.wasm: machine code for this machine".to_owned();
    let compiling = format!("compiling app.wasm: {UNKNOWN_KEY}");
    let said = |arguments: &[&str]| which(&sandbox, &[arguments, &["app.wasm"]].concat()).1;
    assert_eq!(said(&[]), compiling);
    assert_eq!(said(&["--trust-key=other.pub"]), compiling);
    assert_eq!(said(&["--trust-key=me.pub"]), running);
    assert_eq!(said(&["--trust-key=other.pub", "--trust-key=me.pub"]), running);
    assert_eq!(said(&["--trust-native"]), running);
    let done = run(&sandbox, &["-v", "--engine=compile", "--trust-key=me.pub", "app.wasm"]);
    assert!(done.stderr.starts_with("compiled 1 functions, "), "{}", done.stderr);
    // The signed code with another module in front of it.
    let mut edited = file;
    let constant = edited.windows(3).position(|bytes| bytes == b"\x41\x07\x0b");
    edited[constant.expect("the module has a constant") + 1] = 8;
    sandbox.file("edited.wasm", edited);
    let reason = "the module was edited after its machine code was compiled";
    let (result, said) = which(&sandbox, &["--trust-key=me.pub", "edited.wasm"]);
    assert_eq!((result.as_str(), said), ("0x8:i32", format!("compiling edited.wasm: {reason}")));
}

/// A file that others can write to does not express the user's decision.
#[test]
fn a_folder_of_trusted_keys() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    sandbox.cwamrc(&["key", "new", "me"]);
    sandbox.cwamrc(&["--format=universal", "--sign=me", "-o", "app.wasm", "in.wat"]).silent();
    let running = "running app.wasm: machine code for this machine\n".to_owned();
    let compiling = format!("compiling app.wasm: {UNKNOWN_KEY}\n");
    let said = || {
        let done = run(&sandbox, &["-v", "app.wasm"]);
        assert_eq!(done.stdout, b"0x7:i32\n");
        done.stderr
    };
    let folder = sandbox.configuration().join("cwamrc/trusted-keys");
    fs::create_dir_all(&folder).unwrap();
    let mode = |path: &str, mode: u32| {
        let path = folder.join(path);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("..", 0o755);
    mode("", 0o755);
    assert!(said().starts_with(&compiling));
    fs::copy(sandbox.path("me.pub"), folder.join("me.pub")).unwrap();
    mode("me.pub", 0o644);
    assert_eq!(said(), running);
    // A key is not trusted if others could have put it there.
    for (place, weak, right) in
        [("", 0o777, 0o755), ("", 0o1777, 0o755), ("..", 0o775, 0o755), ("me.pub", 0o664, 0o644)]
    {
        mode(place, weak);
        let said = said();
        assert!(said.starts_with("warning: not trusting "), "{place}: {said}");
        assert!(said.contains(": others can write to "), "{place}: {said}");
        assert!(said.contains(&compiling), "{place}: {said}");
        mode(place, right);
    }
    // A file that is not a key, and a file that is not named like one.
    fs::write(folder.join("bad.pub"), "no key").unwrap();
    mode("bad.pub", 0o644);
    fs::write(folder.join("README"), "no key").unwrap();
    let text = said();
    assert!(text.contains("bad.pub: not an Ed25519 public key in PEM, in "), "{text}");
    assert!(text.ends_with(&running) && text.lines().count() == 2, "{text}");
    // No warning if the file has no machine code.
    sandbox.file("app.wasm", wasm());
    assert!(said().starts_with("compiled 1 functions, "));
}

/// The name tells people what a file is, so it has to be correct.
#[test]
fn machine_code_is_run_by_its_name_alone() {
    let sandbox = Sandbox::new();
    let code = other_code();
    for name in ["app.wasm", "app", "app.aot.wasm", ".aot"] {
        sandbox.file(name, &code);
        let done = run(&sandbox, &[name]);
        assert!(
            done.stderr.contains("\nhint: machine code is not sandboxed; if you trust"),
            "{name}"
        );
        assert_eq!(done.failed(), format!("error: machine code instead of wasm, in {name}"));
        assert_eq!(run(&sandbox, &["--trust-native", name]).silent(), b"0x8:i32\n", "{name}");
    }
    let stream = sandbox.cwamrc_with(&["run", "-f", "f", "-"], &code);
    assert_eq!(stream.failed(), "error: machine code instead of wasm, in standard input");
    let stream = sandbox.cwamrc_with(&["run", "--trust-native", "-f", "f", "-"], &code);
    assert_eq!(stream.silent(), b"0x8:i32\n");
    sandbox.file("code.aot", &code);
    assert_eq!(run(&sandbox, &["code.aot"]).silent(), b"0x8:i32\n");
    symlink(sandbox.path("code.aot"), sandbox.path("link.wasm")).unwrap();
    run(&sandbox, &["link.wasm"]).failed();
}

/// This also holds for the files of a set, which are found by name.
#[test]
fn machine_code_in_place_of_files_of_a_set() {
    let sandbox = Sandbox::new();
    let native = |extension: &str| format!("app_{}.{extension}", cpu().architecture().name());
    sandbox.file(&native("wasm"), other_code());
    let error = run(&sandbox, &["app.wasm"]).failed();
    assert_eq!(error, format!("error: machine code instead of wasm, in {}", native("wasm")));
    // The module next to a file that does not load.
    sandbox.file(&native("aot"), b"\0aot\x03\0\0\0");
    sandbox.file("app.wasm", other_code());
    let error = run(&sandbox, &["app.aot"]).failed();
    assert_eq!(error, "error: an .aot file is not a WebAssembly module, in app.wasm");
    for engine in ["--engine=interpreter", "--engine=compile"] {
        run(&sandbox, &[engine, "app.aot"]).failed();
    }
}

#[test]
fn keys_are_files_of_openssl() {
    let sandbox = Sandbox::new();
    let printed = String::from_utf8(sandbox.cwamrc(&["key", "new", "me"]).silent()).unwrap();
    let mode = |name: &str| fs::metadata(sandbox.path(name)).unwrap().mode() & 0o777;
    assert_eq!(mode("me"), 0o600);
    assert_eq!(sandbox.names(), ["me", "me.pub"]);
    let digits = printed.lines().last().unwrap();
    assert!(printed.starts_with("private key, to be kept secret: me\n"), "{printed}");
    assert_eq!(printed.lines().nth(1), Some("public key, to be trusted: me.pub"));
    for file in ["me", "me.pub"] {
        let shown = sandbox.cwamrc(&["key", "show", "--hex", file]).silent();
        assert_eq!(shown, format!("{digits}\n").into_bytes());
        assert_eq!(sandbox.cwamrc(&["key", "show", file]).silent(), sandbox.read("me.pub"));
    }
    let openssl = |arguments: &str| {
        let done = sandbox.shell(&format!("openssl {arguments}"));
        assert_eq!(done.code, 0, "tests/scripts/inputs.sh installs openssl: {}", done.stderr);
        done.stdout
    };
    assert_eq!(openssl("pkey -in me -pubout"), sandbox.read("me.pub"));
    let raw = openssl("pkey -pubin -in me.pub -outform DER");
    let digits_of =
        |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(digits_of(&raw[raw.len() - 32..]), digits);
    // And the other way round.
    openssl("genpkey -algorithm ed25519 -out theirs");
    openssl("pkey -in theirs -pubout -out theirs.pub");
    sandbox.file("in.wat", VALID);
    let sign = ["--format=universal", "--sign=theirs", "-o", "app.wasm", "in.wat"];
    sandbox.cwamrc(&sign).silent();
    let said = which(&sandbox, &["--trust-key=theirs.pub", "app.wasm"]).1;
    assert_eq!(said, "running app.wasm: machine code for this machine");
    // Keys of unsupported kinds.
    openssl("genpkey -algorithm x25519 -out x");
    openssl("pkey -in x -pubout -out x.pub");
    openssl("pkey -in theirs -aes256 -passout pass:secret -out encrypted");
    for file in ["x", "encrypted", "me.pub", "in.wat", "app.wasm"] {
        let sign = format!("--sign={file}");
        let error = sandbox.cwamrc(&["--format=universal", &sign, "-o", "no.wasm", "in.wat"]);
        assert!(error.failed().contains(", in "), "{file}");
    }
    for file in ["x.pub", "me", "in.wat", "app.wasm", "missing"] {
        for module in ["app.wasm", "in.wat"] {
            run(&sandbox, &[&format!("--trust-key={file}"), module]).failed();
        }
    }
    for file in ["x", "x.pub", "in.wat", "app.wasm", "missing"] {
        sandbox.cwamrc(&["key", "show", file]).failed();
    }
    assert!(!sandbox.names().contains(&"no.wasm".to_owned()));
}

#[test]
fn keys_are_not_overwritten() {
    let sandbox = Sandbox::new();
    sandbox.file("one", "mine");
    let error = sandbox.cwamrc(&["key", "new", "one"]).failed();
    assert_eq!(error, "error: cannot write one: File exists (os error 17)");
    sandbox.file("two.pub", "mine");
    let error = sandbox.cwamrc(&["key", "new", "two"]).failed();
    assert_eq!(error, "error: cannot write two.pub: File exists (os error 17)");
    assert_eq!(sandbox.names(), ["one", "two.pub"]);
    assert_eq!((sandbox.read("one"), sandbox.read("two.pub")), (b"mine".into(), b"mine".into()));
    sandbox.cwamrc(&["key", "new", "missing/key"]).failed();
    for arguments in [&["key"][..], &["key", "new"], &["key", "new", "-"], &["key", "x"]] {
        assert_eq!(sandbox.cwamrc(arguments).code, 2, "{arguments:?}");
    }
    sandbox.file("in.wat", VALID);
    for (flags, message) in [
        (&["-o", "app.aot"][..], "--sign needs --format=universal"),
        (&["--backend=llvm", "-o", "app.aot"], "--sign cannot be used with --backend=llvm"),
    ] {
        let done = sandbox.cwamrc(&[flags, &["--sign=one", "in.wat"]].concat());
        assert_eq!(done.code, 2, "{flags:?}");
        assert!(done.stderr.contains(message), "{}", done.stderr);
    }
}

#[test]
fn inspect_says_that_there_is_machine_code() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    sandbox.cwamrc(&["key", "new", "me"]);
    let digits = sandbox.cwamrc(&["key", "show", "--hex", "me"]).silent();
    let digits = String::from_utf8(digits).unwrap().trim_end().to_owned();
    let host = cpu().architecture().name();
    let text = |file: &str| {
        let text = sandbox.cwamrc(&["inspect", file]).silent();
        let text = String::from_utf8(text).expect("it is text");
        assert!(text.starts_with("WebAssembly module with MACHINE CODE inside, "), "{text}");
        text
    };
    let json = |file: &str| {
        let report = sandbox.cwamrc(&["inspect", "--json", file]).silent();
        let report: Value = serde_json::from_slice(&report).expect("it is JSON");
        report["native_code"].clone()
    };

    sandbox.cwamrc(&["--format=universal", "--sign=me", "-o", "signed.wasm", "in.wat"]).silent();
    let told = text("signed.wasm");
    assert!(told.contains("  code for  x86_64, aarch64, riscv64\n"), "{told}");
    assert_eq!(told.matches(&format!("    signature  by {digits}\n")).count(), 3, "{told}");
    assert_eq!(told.matches("    digests    right\n").count(), 3, "{told}");
    let sections = json("signed.wasm");
    assert_eq!(sections.as_array().map(Vec::len), Some(3));
    for section in sections.as_array().unwrap() {
        assert_eq!(section["code"]["signature"]["key"], digits);
        assert_eq!(section["code"]["signature"]["is_right"], true);
    }

    sandbox.file("unsigned.wasm", with_other_code());
    let told = text("unsigned.wasm");
    assert!(told.contains("    signature  NONE: the code is not signed\n"), "{told}");
    let section = &json("unsigned.wasm")[0];
    assert_eq!((&section["machine"], &section["layout"]), (&host.into(), &2.into()));
    assert_eq!(section["code"]["signature"], Value::Null);
    assert_eq!(section["code"]["is_intact"], true);
    assert_eq!(section["code"]["is_of_this_module"], true);
    let (at, size) = (&section["code"]["aot_offset"], &section["code"]["aot_size"]);
    let (at, size) = (at.as_u64().unwrap() as usize, size.as_u64().unwrap() as usize);
    assert_eq!(sandbox.read("unsigned.wasm")[at..at + size], other_code());

    // Changes to the module, to the code, and to the signature.
    let file = sandbox.read("signed.wasm");
    let found = report(&file).unwrap().unwrap().native_code[0].clone();
    let code = found.code.unwrap();
    let signature = found.offset + 1 + 5 + 1 + "cwamrc.aot.x86_64".len() + 4 + 32;
    for (place, line, key, expected) in [
        (wasm().len() - 2, "WRONG: made from another module", "is_of_this_module", false),
        (code.aot_offset, "WRONG: the section was changed", "is_intact", false),
        (signature, "WRONG, not by ", "is_intact", true),
    ] {
        let mut damaged = file.clone();
        damaged[place] ^= 1;
        sandbox.file("damaged.wasm", damaged);
        let told = text("damaged.wasm");
        assert!(told.contains(line), "{told}");
        assert_eq!(json("damaged.wasm")[0]["code"][key], expected, "{told}");
    }
    // A file in an earlier layout, and truncated sections.
    sandbox.file("old.wasm", include_bytes!("programs/native_code_inside.wasm"));
    assert!(text("old.wasm").contains("    content    layout 1, not read\n"));
    let empty = [&wasm()[..], b"\0\x0d\x0ccwamrc.aot.\x1b", b"\0\x11\x0ccwamrc.aot.y\x02\0\0\0"];
    sandbox.file("empty.wasm", empty.concat());
    let told = text("empty.wasm");
    assert!(told.contains("cwamrc.aot.\\u{1b}\n    content    too short\n"), "{told}");
    assert!(told.contains("cwamrc.aot.y\n    content    cut off\n"), "{told}");
    // Machine code in a file that claims to be wasm.
    sandbox.file("code.wasm", other_code());
    let done = sandbox.cwamrc(&["inspect", "code.wasm"]);
    assert_eq!(done.code, 0);
    assert_eq!(done.stderr, "warning: code.wasm is not a wasm module, but MACHINE CODE\n");
}
