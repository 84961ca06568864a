//! Flags of wamrc: those that restrict what a module may use, those that have no effect here, and
//! those that are refused; and wamrc's command-line conventions.

use crate::sandbox::{Sandbox, VALID};
use crate::usage::misuse;

/// Compiles `module` with `flags`, and expects the error, if one is given.
#[track_caller]
fn expect(module: &str, flags: &[&str], error: Option<&str>) {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", module);
    let done = sandbox.cwamrc(&[flags, &["-o", "out.aot", "in.wat"]].concat());
    match error {
        None => drop(done.silent()),
        Some(error) => {
            let line = done.failed();
            assert!(line.contains(error), "{flags:?}: {line}");
            assert_eq!(sandbox.names(), ["in.wat"]);
        }
    }
}

const VECTORS: &str = "(module (func (export \"f\") (result v128) (v128.const i64x2 1 2)))";
const REFERENCES: &str = "(module (func (export \"f\") (param externref)))";
const COPY: &str = "(module (memory 1) (func (export \"f\")
    (memory.copy (i32.const 0) (i32.const 8) (i32.const 8))))";
const DROP: &str = "(module (memory 1) (data $d \"x\") (func (export \"f\") (data.drop $d)))";
const CONSTANT: &str = "(module (global (export \"g\") i32 (i32.add (i32.const 1) (i32.const 2))))";

#[test]
fn proposals_are_refused_when_disabled() {
    const SIMD: Option<&str> = Some("the module uses SIMD, which the options disable");
    const BULK: Option<&str> = Some("the module uses bulk memory, which the options disable");
    const TYPES: Option<&str> = Some("the module uses reference types, which the options disable");
    let all = ["--disable-simd", "--disable-ref-types", "--disable-bulk-memory"];
    expect(VALID, &all, None);
    for module in [VECTORS, REFERENCES, COPY, DROP, CONSTANT] {
        expect(module, &[], None);
    }
    expect(VECTORS, &["--disable-simd"], SIMD);
    expect(VECTORS, &all, SIMD);
    expect(VECTORS, &["--disable-ref-types", "--disable-bulk-memory"], None);
    expect(REFERENCES, &["--disable-ref-types"], TYPES);
    expect(COPY, &["--disable-bulk-memory"], BULK);
    expect(DROP, &["--disable-bulk-memory"], BULK);
    // Part of bulk memory is a proposal of its own.
    expect(COPY, &["--disable-bulk-memory", "--enable-bulk-memory-opt"], None);
    expect(COPY, &["--disable-bulk-memory", "--enable-lime1"], None);
    expect(DROP, &["--disable-bulk-memory", "--enable-bulk-memory-opt"], BULK);
    expect(DROP, &["--disable-bulk-memory", "--enable-multi-thread"], None);
    // Of two contradictory flags, the last one counts.
    expect(VECTORS, &["--disable-simd", "--enable-simd"], None);
    expect(VECTORS, &["--enable-simd", "--disable-simd"], SIMD);
}

/// `call_indirect` with the table index 0 encoded in two bytes, as linkers write it.
#[test]
fn overlong_table_indexes() {
    let short = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x04\x04\x01\x70\0\0\
                  \x0a\x09\x01\x07\0\x41\0\x11\0\0\x0b";
    let overlong = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x04\x04\x01\x70\0\0\
                  \x0a\x0a\x01\x08\0\x41\0\x11\0\x80\0\x0b";
    let sandbox = Sandbox::new();
    sandbox.file("short.wasm", short);
    sandbox.file("overlong.wasm", overlong);
    let compile =
        |name: &str, flags: &[&str]| sandbox.cwamrc(&[flags, &["-o", "out.aot", name]].concat());
    compile("short.wasm", &["--disable-ref-types"]).silent();
    compile("overlong.wasm", &[]).silent();
    for flag in ["--enable-call-indirect-overlong", "--enable-lime1"] {
        compile("overlong.wasm", &["--disable-ref-types", flag]).silent();
    }
    let error = compile("overlong.wasm", &["--disable-ref-types"]).failed();
    assert!(error.contains("overlong table indexes, which the options disable"), "{error}");
}

#[test]
fn flags_without_a_meaning_are_noted() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    sandbox.cwamrc(&["-o", "plain.aot", "in.wat"]).silent();
    let flags = [
        "--disable-llvm-lto",
        "--enable-llvm-passes=loop-vectorize",
        "--mllvm=-debug",
        "--mllvm=-stats",
        "--disable-llvm-jump-tables",
        "--native-lib=libtest.so",
    ];
    let done = sandbox.cwamrc(&[&flags[..], &["-o", "noted.aot", "in.wat"]].concat());
    assert_eq!(done.code, 0, "{}", done.stderr);
    let notes: Vec<&str> = done.stderr.lines().collect();
    // One note for each flag, even if it is given several times.
    assert_eq!(notes.len(), flags.len() - 1, "{notes:?}");
    assert!(notes.iter().all(|note| note.starts_with("note: --")), "{notes:?}");
    assert_eq!(sandbox.read("plain.aot"), sandbox.read("noted.aot"));
}

/// Loaders do not handle empty names: 2.0.0 refuses files that have one.
#[test]
fn unused_slots_of_files_in_place_have_a_name() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", r#"(module (memory 1) (func $f unreachable) (start $f))"#);
    for target in ["x86_64", "aarch64", "riscv64"] {
        let target = format!("--target={target}");
        sandbox.cwamrc(&["--xip", &target, "-o", "out.aot", "in.wat"]).silent();
        let report = sandbox.cwamrc(&["inspect", "--json", "out.aot"]).silent();
        let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
        let names = report["native_symbols"].as_array().expect("a list");
        let names: Vec<&str> = names.iter().filter_map(|name| name.as_str()).collect();
        let [first, unused @ .., last] = &names[..] else { panic!("{names:?}") };
        let helpers = ("aot_set_exception_with_id", "aot_check_app_addr_and_convert");
        assert_eq!((*first, *last), helpers);
        assert!(!unused.is_empty() && unused.iter().all(|name| *name == "__ignore"), "{names:?}");
    }
}

/// With these flags, wamrc drops checks that protect the host from being overwritten or killed.
#[test]
fn checks_that_keep_a_module_in_stay() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let compile = |flags: &[&str]| {
        let done = sandbox.cwamrc(&[flags, &["-o", "out.aot", "in.wat"]].concat());
        assert_eq!(done.code, 0, "{}", done.stderr);
        (sandbox.read("out.aot"), done.stderr)
    };
    let frames = |list: &str| compile(&["--enable-dump-call-stack", list]);
    let (checked, _) = frames("--call-stack-features=bounds-checks,func-idx");
    assert_eq!(frames("--call-stack-features=func-idx"), (checked, String::new()));
    let (checked, _) = compile(&["--bounds-checks=1"]);
    let (unchecked, notes) = compile(&["--bounds-checks=1", "--stack-bounds-checks=0"]);
    assert_eq!(unchecked, checked);
    assert!(notes.starts_with("note: --stack-bounds-checks=0 has no effect with"), "{notes}");
}

#[test]
fn flags_that_are_refused_say_why() {
    let with = |flag| [flag, "-o", "out.aot", "in.wat"];
    misuse(&with("-sgx"), &["-sgx is refused", "--backend=llvm"]);
    misuse(&with("--enable-llvm-pgo"), &["--enable-llvm-pgo is refused"]);
    misuse(&with("--enable-shared-heap"), &["--enable-shared-heap is refused"]);
    misuse(&with("--format=llvmir-opt"), &["--format=clif", "--backend=llvm"]);
}

#[test]
fn the_last_value_counts() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    sandbox.cwamrc(&["--target=riscv64", "--opt-level=0", "-o", "one.aot", "in.wat"]).silent();
    let twice = ["--target=aarch64", "--opt-level=3", "--target=riscv64", "--opt-level=0"];
    sandbox.cwamrc(&[&twice[..], &["-o", "two.aot", "-o", "last.aot", "in.wat"]].concat()).silent();
    assert_eq!(sandbox.names(), ["in.wat", "last.aot", "one.aot"]);
    assert_eq!(sandbox.read("one.aot"), sandbox.read("last.aot"));
}

#[test]
fn the_input_is_not_overwritten() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    for output in ["in.wat", "./in.wat"] {
        let done = sandbox.cwamrc(&["-o", output, "in.wat"]);
        assert_eq!(done.code, 2, "{}", done.stderr);
        assert!(done.stderr.contains("input and output are the same file"), "{}", done.stderr);
    }
    assert_eq!(sandbox.read("in.wat"), VALID.as_bytes());
}

#[test]
fn versions() {
    let sandbox = Sandbox::new();
    let version = sandbox.cwamrc(&["--llvm-version"]).silent();
    assert_eq!(version, format!("Cranelift {}\n", cwamrc::CRANELIFT_VERSION).into_bytes());
}

#[test]
fn stack_usage() {
    let sandbox = Sandbox::new();
    let module = r#"(module
        (import "env" "g" (func $g (param i32)))
        (func $small (param i32) (call $g (local.get 0)))
        (func (export "exported\09name") (call $small (i32.const 1)))
        (func))"#;
    sandbox.file("in.wat", module);
    for format in ["aot", "object"] {
        let format = format!("--format={format}");
        let flags = ["--opt-level=2", "--stack-usage=in.su", &format, "-o", "out", "in.wat"];
        sandbox.cwamrc(&flags).silent();
        let report = String::from_utf8(sandbox.read("in.su")).expect("UTF-8");
        let fields = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
        let lines: Vec<Vec<String>> = report.lines().map(fields).collect();
        let names: Vec<&str> = lines.iter().map(|line| line[0].as_str()).collect();
        assert_eq!(names, ["in.wat:small", "in.wat:exported?name", "in.wat:$f3"]);
        for line in &lines {
            let bytes: u32 = line[1].parse().expect("a number");
            assert!((8..1024).contains(&bytes), "{line:?}");
            assert_eq!(line[2..], ["static"], "{line:?}");
        }
    }
    let misused = ["--stack-usage=in.su", "--format=clif", "-o", "out.clif", "in.wat"];
    misuse(&misused, &["--stack-usage needs"]);
}

/// The scripts are checked by the shells that are installed; `bash` always is.
#[test]
fn completions() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = sandbox.cwamrc(&["completions", shell]).silent();
        let script = String::from_utf8(script).expect("UTF-8");
        for flag in ["opt-level", "enable-dump-call-stack", "wamr-version", "enable-shared-heap"] {
            assert!(script.contains(flag), "{shell}: {flag}");
        }
        sandbox.file(&format!("script.{shell}"), script);
    }
    let complete = r#"
        source ./script.bash
        COMP_WORDS=(cwamrc --opt-l) COMP_CWORD=1
        _cwamrc cwamrc --opt-l cwamrc
        echo "${COMPREPLY[@]}"
        COMP_WORDS=(cwamrc --opt-level "") COMP_CWORD=2
        _cwamrc cwamrc "" --opt-level
        echo "${COMPREPLY[@]}""#;
    sandbox.file("complete.sh", complete);
    let completed = sandbox.shell("bash complete.sh").silent();
    assert_eq!(String::from_utf8_lossy(&completed), "--opt-level\n0 1 2 3\n");
    misuse(&["completions", "cmd"], &["'cmd'", "bash"]);
}

#[test]
fn manual_pages() {
    let sandbox = Sandbox::new();
    let page = sandbox.cwamrc(&["man"]).silent();
    let page = String::from_utf8(page).expect("UTF-8");
    assert!(page.contains(".TH cwamrc 1"), "{page}");
    for flag in ["opt\\-level", "disable\\-llvm\\-lto", "wamr\\-version"] {
        assert!(page.contains(flag), "{flag}");
    }
    let page = sandbox.cwamrc(&["man", "inspect"]).silent();
    let page = String::from_utf8(page).expect("UTF-8");
    assert!(page.contains(".TH cwamrc-inspect 1") && page.contains("AOT_FILE"), "{page}");
    misuse(&["man", "nothing"], &["unknown command \"nothing\""]);
}

/// Operator names are those of `doc/xip.md`. Their helpers appear in the table through which the
/// code calls.
#[test]
fn builtin_intrinsics() {
    let sandbox = Sandbox::new();
    let module = r#"(module (func (export "f") (param i64 f64) (result f64)
        (f64.add (local.get 1)
          (f64.convert_i64_s (i64.and (i64.div_u (local.get 0) (i64.const 3)) (i64.const 6))))))"#;
    sandbox.file("in.wat", module);
    let symbols = |flags: &[&str]| -> Vec<String> {
        sandbox.cwamrc(&[flags, &["-o", "out.aot", "in.wat"]].concat()).silent();
        let report = sandbox.cwamrc(&["inspect", "--json", "out.aot"]).silent();
        let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
        let text = report.to_string();
        let all = ["i64_div_u", "i64_bit_and", "fadd_f64", "i64_to_f64"];
        all.into_iter().filter(|name| text.contains(*name)).map(str::to_owned).collect()
    };
    assert_eq!(symbols(&["--xip"]), [""; 0]);
    // As with wamrc, the flag has no effect without `--xip`.
    assert_eq!(symbols(&["--enable-builtin-intrinsics=all"]), [""; 0]);
    let with = |list: &str| {
        let flag = format!("--enable-builtin-intrinsics={list}");
        let in_place = symbols(&["--xip", &flag]);
        assert_eq!(in_place, symbols(&["--disable-llvm-intrinsics", &flag]));
        in_place
    };
    assert_eq!(with("i64.common"), ["i64_div_u", "i64_bit_and"]);
    assert_eq!(with("fp.common,f64xi64"), ["fadd_f64", "i64_to_f64"]);
    assert_eq!(with("i64.and,constop"), ["i64_bit_and"]);
    assert_eq!(with("all").len(), 4);
    let misused = ["--xip", "--enable-builtin-intrinsics=i65.common", "-o", "out", "in.wat"];
    misuse(&misused, &["i65.common", "fpxint"]);
}

/// On x86-64, zero divided by zero is a NaN with the sign bit set, whether an instruction or the
/// runtime divides.
#[test]
fn canonical_nans() {
    let sandbox = Sandbox::new();
    let module = r#"(module (func (export "f") (param f32) (result i32)
        (i32.reinterpret_f32 (f32.div (local.get 0) (local.get 0)))))"#;
    sandbox.file("in.wat", module);
    let calls = ["--disable-llvm-intrinsics", "--enable-builtin-intrinsics=all"];
    for flags in [&[][..], &calls] {
        let run = ["run", "-f", "f", "--canonicalize-nans"];
        let output = sandbox.cwamrc(&[&run, flags, &["in.wat", "0"]].concat()).silent();
        assert_eq!(String::from_utf8_lossy(&output), "0x7fc00000:i32\n", "{flags:?}");
    }
}

/// Lines in the format of `core/iwasm/aot/aot_perf_map.c`. Lines of other modules are left
/// unchanged.
#[test]
fn names_for_perf() {
    let sandbox = Sandbox::new();
    let module = r#"(module (import "env" "g" (func $imported))
        (func $first) (func) (func (export "third")))"#;
    sandbox.file("in.wat", module);
    let map = "7f0010  20  aot_func#0\n7f0030  8  [app]#aot_func#2\n7f0040  8  aot_func#1\n\
               7f0050  8  aot_func#99\n7f0060  8  memcpy\n";
    sandbox.file("perf-1.map", map);
    sandbox.cwamrc(&["perf-map", "in.wat", "perf-1.map"]).silent();
    let expected = "7f0010  20  first\n7f0030  8  [app]#third\n7f0040  8  aot_func#1\n\
                    7f0050  8  aot_func#99\n7f0060  8  memcpy\n";
    assert_eq!(String::from_utf8_lossy(&sandbox.read("perf-1.map")), expected);
    let error = sandbox.cwamrc(&["perf-map", "in.wat", "missing.map"]).failed();
    assert!(error.contains("cannot read missing.map"), "{error}");
}
