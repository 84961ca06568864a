//! Compares the output of `inspect --json` for files that wamrc and this compiler make from the
//! same module with the same flags.
//!
//! `wamrc/facts.json` is the output for wamrc's files. That wamrc is WAMR's own LLVM-based
//! compiler, main of July 2026, as `benchmarks/scripts/llvm.sh` builds it. With
//! `CWAMRC_COMPARE_WAMRC=PROGRAM`, that wamrc compiles the modules again and must give the same
//! facts; with `CWAMRC_BLESS=1` as well, the facts are written again. Intended differences are
//! listed in [`agreed`]; everything else has to be the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::{Map, Value, json};

use crate::sandbox::Sandbox;

/// A module in `wamrc/`, and the command lines that both compile it with.
const CASES: &[(&str, &[&str])] = &[
    (
        "declarations",
        &[
            "",
            "--opt-level=0",
            "--bounds-checks=1",
            "--bounds-checks=1 --stack-bounds-checks=0",
            "--stack-bounds-checks=1",
            "--size-level=0",
            "--emit-custom-sections=name",
            "--enable-multi-thread",
            "--enable-tail-call",
            "--xip",
            "--enable-indirect-mode --disable-llvm-intrinsics",
            "--target=x86_64",
            "--target=aarch64",
            "--target=riscv64 --disable-simd",
            "--target=aarch64 --xip",
        ],
    ),
    (
        "first",
        &[
            "",
            "--disable-simd",
            "--disable-ref-types",
            "--disable-bulk-memory",
            "--disable-bulk-memory --enable-bulk-memory-opt",
            "--disable-ref-types --enable-call-indirect-overlong",
            "--disable-simd --disable-ref-types --disable-bulk-memory",
            "--disable-bulk-memory --disable-ref-types --enable-lime1",
            "--disable-aux-stack-check",
            "--disable-llvm-jump-tables --disable-llvm-lto",
            "--emit-custom-sections=demo",
            "--emit-custom-sections=demo,other\\one,name",
            "--stack-usage=usage.su",
            "--enable-dump-call-stack --call-stack-features=bounds-checks,ip,func-idx,trap-ip",
            "--enable-dump-call-stack --call-stack-features=ip",
            "--enable-dump-call-stack --call-stack-features=",
            "--enable-perf-profiling",
            "--enable-memory-profiling",
            "--xip --enable-builtin-intrinsics=i64.common,fp.common,fpxint",
            "--target=x86_64 --target-abi=gnu --cpu=skylake",
            "--target=x86_64 --cpu=x86-64-v2 --cpu-features=+avx2",
            "--target=aarch64 --target-abi=gnu --cpu=cortex-a53",
            "--target=aarch64v8 --cpu=generic --cpu-features=+lse",
            "--target=riscv64 --target-abi=lp64d --disable-simd",
            "--target=riscv64 --target-abi=lp64d --cpu=generic-rv64 --cpu-features=+m,+a,+c,+f,+d \
             --disable-simd",
        ],
    ),
    ("growing", &["", "--bounds-checks=1"]),
    ("threads", &["--enable-multi-thread", "--enable-multi-thread --disable-bulk-memory"]),
    ("tail_calls", &["--enable-tail-call"]),
    ("vectors", &["", "--target=aarch64"]),
    ("constants", &["--enable-extended-const", "--enable-lime1"]),
];

/// Modules that differ in one property each, with their flags.
const VARIANTS: &str = include_str!("wamrc/variants.wat");

/// The facts about the machine code itself, which differs.
const OF_THE_CODE: &[&str] = &[
    "size",
    "sections",
    "literal_size",
    "code_size",
    "object_data",
    "relocations",
    "native_symbols",
    "unresolved_symbols",
    // The releases that can run wamrc's file also depend on its relocations.
    "releases",
    // Only this compiler's files have a table of landing pads.
    "exceptions",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/wamrc")
}

/// The name, flags and text of each variant.
fn variants() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    VARIANTS.split("\n;;; ").skip(1).map(|variant| {
        let (head, text) = variant.split_once('\n').expect("a module follows");
        let (name, flags) = head.split_once(' ').unwrap_or((head, ""));
        (name, flags, text)
    })
}

/// The command lines with their modules, as keys of the facts.
fn cases() -> impl Iterator<Item = (&'static str, &'static str, String)> {
    let lines = |&(module, lines): &'static (&'static str, &'static [&'static str])| {
        lines.iter().map(move |&line| (module, line))
    };
    let cases = CASES.iter().flat_map(lines);
    let cases = cases.chain(variants().map(|(module, line, _)| (module, line)));
    cases.map(|(module, line)| (module, line, format!("{module} {line}").trim().to_owned()))
}

/// A folder with the modules, in the binary format.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    for (module, _) in CASES {
        let wasm = wat::parse_file(folder().join(format!("{module}.wat"))).expect("it is right");
        sandbox.file(&format!("{module}.wasm"), wasm);
    }
    for (module, _, text) in variants() {
        let wasm = wat::parse_str(text).unwrap_or_else(|error| panic!("{module}: {error}"));
        sandbox.file(&format!("{module}.wasm"), wasm);
    }
    sandbox
}

fn inspected(sandbox: &Sandbox, file: &str) -> Map<String, Value> {
    let report = sandbox.cwamrc(&["inspect", "--json", file]).silent();
    let Ok(Value::Object(mut report)) = serde_json::from_slice(&report) else {
        panic!("{file}: it is no object");
    };
    report.retain(|name, _| !OF_THE_CODE.contains(&name.as_str()));
    report
}

fn compile(sandbox: &Sandbox, module: &str, line: &str) -> Map<String, Value> {
    let input = format!("{module}.wasm");
    let mut arguments: Vec<&str> = line.split_whitespace().collect();
    arguments.extend(["--wamr-version=main", "-o", "ours.aot", &input]);
    let done = sandbox.cwamrc(&arguments);
    assert_eq!(done.code, 0, "{module} {line}: {}", done.stderr);
    inspected(sandbox, "ours.aot")
}

fn compile_with(wamrc: &Path, sandbox: &Sandbox, module: &str, line: &str) -> Map<String, Value> {
    let mut command = Command::new(wamrc);
    command.args(line.split_whitespace()).args(["-o", "theirs.aot"]).arg(format!("{module}.wasm"));
    let done = command.current_dir(sandbox.path("")).output().expect("wamrc starts");
    let messages = [done.stdout, done.stderr].concat();
    assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&messages));
    inspected(sandbox, "theirs.aot")
}

type Facts = BTreeMap<String, Map<String, Value>>;

fn facts() -> Facts {
    let text = fs::read_to_string(folder().join("facts.json")).expect("the facts are there");
    serde_json::from_str(&text).expect("they are JSON")
}

/// What inspect reports for the files that `wamrc` makes now, which must equal the stored facts.
fn facts_of(wamrc: &Path, sandbox: &Sandbox) -> Facts {
    let seen: Facts = cases()
        .map(|(module, line, case)| (case, compile_with(wamrc, sandbox, module, line)))
        .collect();
    if env::var_os("CWAMRC_BLESS").is_some() {
        let lines = seen
            .iter()
            .map(|(case, report)| format!("{}: {}", json!(case), Value::Object(report.clone())));
        let text = format!("{{\n{}\n}}\n", lines.collect::<Vec<_>>().join(",\n"));
        fs::write(folder().join("facts.json"), text).expect("the facts can be written");
    }
    assert_eq!(facts(), seen, "the facts are no longer those of {}", wamrc.display());
    seen
}

/// Makes the two reports equal where they may differ, and fails if they differ in any other way.
fn agreed(case: &str, theirs: &mut Map<String, Value>, ours: &mut Map<String, Value>) {
    features_agree(case, theirs, ours);
    memories_agree(case, theirs, ours);
    host_modules_agree(case, theirs, ours);
    // Our frames hold no values of locals, so they need no cells. The offsets and sizes of code
    // differ anyway. wamrc names functions by their exports only, unless it emits the name section.
    for report in [&mut *theirs, &mut *ours] {
        for function in items(report, "functions") {
            for name in ["code_offset", "code_size", "max_local_cells", "max_stack_cells"] {
                assert!(function.remove(name).is_some(), "{case}: {name}");
            }
        }
        // Its size depends on the names of the helpers, which differ.
        for section in items(report, "custom_sections") {
            if section["kind"] == "native symbols" {
                section.remove("size");
            }
        }
    }
    // wamrc's code for the baseline CPU has no compressed instructions, but the runtime's own
    // trampolines do.
    if theirs["target"]["e_machine"] == json!(243) {
        assert_eq!(ours["target"]["e_flags"], json!(5), "{case}");
        let flags = theirs["target"]["e_flags"].as_u64().map(|flags| flags | 1);
        theirs["target"]["e_flags"] = json!(flags);
    }
    // Our compiler folds constant arithmetic.
    for report in [theirs, ours] {
        for (list, field) in [("globals", "init"), ("data_segments", "offset")] {
            for item in items(report, list) {
                let folded = match item[field].as_str() {
                    Some("i32.add (i32.const 40) (i32.const 2)") => "i32.const 42",
                    Some("i64.mul (i64.const 6) (i64.const 7)") => "i64.const 42",
                    Some("i32.add (i32.const 16) (i32.const 16)") => "i32.const 32",
                    _ => continue,
                };
                item[field] = json!(folded);
            }
        }
    }
}

/// wamrc sets the multi-thread feature whenever the flag is given; we set it only if the module has
/// a shared memory.
fn features_agree(case: &str, theirs: &mut Map<String, Value>, ours: &Map<String, Value>) {
    let has = |report: &Map<String, Value>| report["features"].to_string().contains("multi-thread");
    let inside = FEATURES_INSIDE.iter().find(|(inside, _)| *inside == case);
    let features = theirs.get_mut("features").and_then(Value::as_array_mut);
    let features = features.expect("there is a list");
    if case.contains("--enable-multi-thread") && !has(ours) {
        features.retain(|feature| feature != "multi-thread");
    }
    if let Some((_, inside)) = inside {
        assert!(features.contains(&json!(inside)), "{case}");
        features.retain(|feature| feature != inside);
    }
}

/// Variants for which wamrc's file requires a feature of the runtime and ours does not: the code
/// that would need it is unreachable, or calls no helper that only runtimes with the feature have.
const FEATURES_INSIDE: &[(&str, &str)] = &[
    ("feature_of_bulk_memory", "bulk-memory"),
    ("feature_of_references", "reference-types"),
    ("table_that_grows_in_unreachable_code", "reference-types"),
];

/// Our file contains the limits of what a host module exports as if the module had declared them.
fn host_modules_agree(case: &str, theirs: &mut Map<String, Value>, ours: &mut Map<String, Value>) {
    if case.contains("of_the_host_module") {
        let list = if case.starts_with("table") { "tables" } else { "memories" };
        for (theirs, ours) in items(theirs, list).zip(items(ours, list)) {
            let stated = |item: &Map<String, Value>| item["has_maximum"] == json!(true);
            assert!(!stated(theirs) && stated(ours), "{case}");
            theirs["has_maximum"] = json!(true);
        }
    }
}

/// Variants for which wamrc makes the memory smaller than the module needs. If data is after the
/// part that is kept, the module cannot be instantiated; with a memory of zero bytes, software
/// checks allow the first byte to be read; and without a stack pointer, globals with these names
/// make the memory differ from the specification (its `memory.wast`).
const WHOLE_MEMORIES: &[&str] = &[
    "data_at_an_unknown_place",
    "data_behind_the_heap_base",
    "heap_base_at_0",
    "heap_base_near_0",
    "memory_without_a_stack_pointer",
];

fn memories_agree(case: &str, theirs: &mut Map<String, Value>, ours: &mut Map<String, Value>) {
    if WHOLE_MEMORIES.contains(&case) {
        for (theirs, ours) in items(theirs, "memories").zip(items(ours, "memories")) {
            let bytes = |memory: &Map<String, Value>| memory["bytes_per_page"].as_u64();
            assert!(bytes(theirs) < bytes(ours), "{case}");
            theirs["bytes_per_page"] = ours["bytes_per_page"].clone();
        }
    }
}

fn items<'a>(
    report: &'a mut Map<String, Value>,
    list: &str,
) -> impl Iterator<Item = &'a mut Map<String, Value>> {
    let list = report.get_mut(list).and_then(Value::as_array_mut).expect("the report has the list");
    list.iter_mut().map(|item| item.as_object_mut().expect("items are objects"))
}

#[test]
fn files_tell_the_same() {
    let sandbox = sandbox();
    let mut facts = match env::var_os("CWAMRC_COMPARE_WAMRC") {
        Some(wamrc) => {
            let wamrc = fs::canonicalize(wamrc).expect("CWAMRC_COMPARE_WAMRC names a program");
            facts_of(&wamrc, &sandbox)
        }
        None => facts(),
    };
    let mut differences = Vec::new();
    for (module, line, case) in cases() {
        let mut theirs = facts.remove(&case).unwrap_or_else(|| panic!("no facts of {case:?}"));
        let mut ours = compile(&sandbox, module, line);
        agreed(&case, &mut theirs, &mut ours);
        assert_eq!(ours.len(), theirs.len(), "{case}");
        for (name, value) in &theirs {
            if ours.get(name) != Some(value) {
                differences.push(format!("{case}: {name}\n  {value}\n  {:?}", ours.get(name)));
            }
        }
    }
    assert!(differences.is_empty(), "wamrc, and we:\n{}", differences.join("\n"));
    assert!(facts.is_empty(), "facts of no case: {:?}", facts.keys());
}

/// Each fact except the format version differs between at least two of the cases.
#[test]
fn what_is_compared_is_not_always_the_same() {
    let facts = facts();
    for name in facts["declarations"].keys().filter(|name| *name != "version") {
        let values: BTreeSet<String> = facts.values().map(|fact| fact[name].to_string()).collect();
        assert!(values.len() > 1, "{name}: {values:?}");
    }
}
