//! Each fuzz target runs for a second; `tests/fuzz` is for longer runs.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use cwamrc_tests::fuzzing::{BODIES, body};
use cwamrc_tests::random::Random;

/// How long each target runs. Each seed is run at least once in any case.
const TIME: Duration = Duration::from_secs(1);
/// Another time, in seconds.
const TIME_VARIABLE: &str = "CWAMRC_FUZZ_SECONDS";

/// The most bytes that all corpora may have together.
const CORPUS_BYTES: usize = 60 << 10;

/// The inputs that were found to reach code that the seeds do not.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = files.map(|file| file.expect("it can be read").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("it can be read")).collect()
}

/// Runs the body on its seeds and corpus, and then on mutations of them until the time is up.
fn smoke(name: &str) {
    let body = body(name);
    let mut seeds = (body.seeds)();
    assert!(!seeds.is_empty());
    seeds.extend(corpus(name));
    let time = env::var(TIME_VARIABLE).ok();
    let seconds = time.map(|time| time.parse().expect("a number of seconds"));
    let time = seconds.map_or(TIME, Duration::from_secs);
    let start = Instant::now();
    seeds.iter().for_each(|seed| (body.run)(seed));
    let mut random = Random::new(0xf022);
    let mut mutations = 0;
    while start.elapsed() < time {
        let mut input = seeds[random.below(seeds.len())].clone();
        mutate(&mut input, &mut random);
        (body.run)(&input);
        mutations += 1;
    }
    println!("{name}: {} seeds, {mutations} mutations", seeds.len());
}

/// Makes a few changes as fuzzers do: bytes are replaced, removed, or repeated.
fn mutate(input: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..1 + random.below(4) {
        let Some(last) = input.len().checked_sub(1) else { return };
        let place = random.below(last + 1);
        let end = (place + random.below(16)).min(last);
        match random.below(3) {
            0 => input[place] = random.next_u64() as u8,
            1 => drop(input.drain(place..end)),
            _ => input.extend_from_within(place..end),
        }
    }
}

#[test]
fn module() {
    smoke("module");
}

#[test]
fn generated() {
    smoke("generated");
}

#[test]
fn execute() {
    smoke("execute");
}

#[test]
fn container() {
    smoke("container");
}

#[test]
fn object() {
    smoke("object");
}

#[test]
fn sections() {
    smoke("sections");
}

#[test]
fn universal() {
    smoke("universal");
}

#[test]
fn pack() {
    smoke("pack");
}

#[test]
fn capi() {
    smoke("capi");
}

#[test]
fn costs() {
    smoke("costs");
}

#[test]
fn options() {
    smoke("options");
}

/// Fuzzes the C code with which hosts choose machine code, under gcc's sanitizers.
/// `tests/fuzz/README.md` says how to run it for longer.
#[test]
fn choose_in_c() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = tests.join("../runtime-shim/build/csrc");
    let program = folder.path().join("choose");
    let built = Command::new("cc")
        .args(["-std=c99", "-O1", "-g", "-Wall", "-Wextra", "-Werror"])
        .args(["-fsanitize=address,undefined", "-fno-sanitize-recover"])
        .arg("-I")
        .arg(&sources)
        .arg("-o")
        .arg(&program)
        .args([tests.join("fuzz/choose.c"), sources.join("cwamrc_universal.c")])
        .status()
        .expect("there is a C compiler; Debian package: gcc");
    assert!(built.success());

    let wasm = wat::parse_str("(module (func (export \"f\") (result i32) (i32.const 1)))").unwrap();
    let aot = cwamrc::compile(&wasm, &cwamrc::Options::new()).expect("it is valid");
    let cpu = cwamrc::Cpu::baseline(cwamrc::Architecture::X86_64);
    let codes = [cwamrc::universal::NativeCode { cpu: &cpu, aot: aot.bytes() }];
    let file = folder.path().join("universal.wasm");
    fs::write(&file, cwamrc::universal::embed(&wasm, &codes).expect("it is a module")).unwrap();
    let done = Command::new(&program).arg(&file).args(["1", "20000"]).output().unwrap();
    let stderr = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{}: {stderr}", done.status);
    let chosen: u32 = String::from_utf8_lossy(&done.stdout).trim().parse().unwrap();
    // Both unchanged and changed inputs occurred.
    assert!((1..20_000).contains(&chosen), "{chosen} of 20000 chose machine code");
}

#[test]
fn corpora_are_small() {
    let inputs = BODIES.iter().flat_map(|body| corpus(body.name));
    let bytes: usize = inputs.map(|input| input.len()).sum();
    assert!(bytes <= CORPUS_BYTES, "{bytes} bytes");
}

#[test]
fn every_body_has_a_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let files = fs::read_dir(folder).expect("the folder is there");
    let targets: BTreeSet<_> = files
        .map(|file| file.expect("the folder can be read").path())
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    let bodies = BODIES.iter().map(|body| body.name.to_owned()).collect();
    assert_eq!(targets, bodies);
}
