//! Generated and real modules, run in interpreters and compiled; see
//! [`cwamrc_tests::differential`] and [`cwamrc_tests::campaign`].
//!
//! `cargo test` uses some seeds; `tests/scripts/fuzz.sh --hours=8` continues where the last run
//! stopped.

use std::fs;
use std::path::Path;

use cwamrc_tests::campaign::{Request, State, run_with};
use cwamrc_tests::differential::check::{Judge, Ways, check_kind, check_wasm};
use cwamrc_tests::differential::kind::KINDS;
use cwamrc_tests::machine::{Build, Machine};

/// The number of modules that `cargo test` uses, each compiled once for each machine. The runtime
/// without guard pages gets fewer, since only its checks differ.
fn modules() -> u64 {
    if Build::has_guard_pages() { 728 } else { 168 }
}

#[test]
fn compiled_modules_do_what_interpreters_do() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut request = Request::default();
    request.modules = Some(modules());
    request.seed = Some(0);
    request.folder = folder.path().to_owned();
    let state = run_with(&request, Path::new(env!("CARGO_BIN_EXE_fuzz")))
        .unwrap_or_else(|problem| panic!("{problem}"));
    println!("{state}");
    assert!(state.findings.is_empty(), "{} findings", state.findings.len());
    let coverage = &state.coverage;
    let all: Vec<_> = coverage.machines.values().map(|(modules, _)| *modules as u64).collect();
    assert!(all.len() == 3 && all.iter().all(|&modules| modules == self::modules()), "{all:?}");
    // A runtime without guard pages supports only one kind of checks.
    let only_one: &[&str] = if Build::has_guard_pages() { &[] } else { &["bounds_checks"] };
    assert_eq!(coverage.unvaried_options(), only_one, "never drawn otherwise");
    if Build::has_guard_pages() {
        let missing = coverage.missing_simd_operators();
        assert!(missing.is_empty(), "operators that no module executed: {missing:?}");
        let missing = coverage.missing_operators();
        assert!(missing.is_empty(), "operators that no module executed: {missing:?}");
    }
    // Modules that only trap would prove little.
    let (calls, returned) = (coverage.calls, coverage.returned);
    assert!(returned * 4 > calls, "only {returned} of {calls} calls returned");
}

/// The same for modules with garbage collection: on the runtimes of this machine, of which one collects at every
/// allocation, and fewer on those of others, which are slow.
#[test]
fn compiled_modules_with_objects_do_what_v8_does() {
    let (here, foreign): (Vec<_>, Vec<_>) =
        Machine::collecting().partition(|machine| !machine.is_foreign());
    let state = compare_objects(here, 160);
    let coverage = &state.coverage;
    let missing = coverage.missing_object_operators();
    assert!(missing.is_empty(), "operators that no module executed: {missing:?}");
    let (calls, returned) = (coverage.calls, coverage.returned);
    assert!(returned * 4 > calls, "only {returned} of {calls} calls returned");
    compare_objects(foreign, 24);
}

fn compare_objects(machines: Vec<Machine>, modules: u64) -> State {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut request = Request::default();
    request.modules = Some(modules);
    request.seed = Some(0);
    request.folder = folder.path().to_owned();
    request.machines = machines;
    let state = run_with(&request, Path::new(env!("CARGO_BIN_EXE_fuzz")))
        .unwrap_or_else(|problem| panic!("{problem}"));
    println!("{state}");
    assert!(state.findings.is_empty(), "{} findings", state.findings.len());
    let all: Vec<_> =
        state.coverage.machines.values().map(|(modules, _)| *modules as u64).collect();
    assert!(all == vec![modules; request.machines.len()], "{all:?}");
    // V8 takes a module unless some argument is one of the NaNs that it does not tell apart.
    let judged = state.coverage.judged_by_v8 as u64;
    assert!(judged * 10 > modules * 9, "V8 judged {judged} of {modules} modules");
    state
}

/// In these modules, values are live across a `memory.atomic.wait`, and one of V8's compilers loses
/// them.
#[test]
fn v8_judges_modules_that_wait() {
    let judge = Judge::new(&[Machine::Here]).expect("WAMR can be set up");
    // The seeds were found when this kind was theirs.
    let kind = KINDS[5];
    assert!(kind.proposals.atomics && kind.proposals.tail_calls);
    for seed in [100_725, 102_945] {
        let coverage = check_kind(&judge, kind, seed, &Ways::Turn(seed))
            .unwrap_or_else(|difference| panic!("{seed}: {difference}"));
        assert_eq!(coverage.judged_by_v8, 1, "{seed}");
    }
}

/// The folder `differential` holds one module for each bug that this test has found.
#[test]
fn mistakes_of_the_past_stay_away() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("differential");
    let machines: Vec<Machine> = [Machine::Here].into_iter().chain(Machine::foreign()).collect();
    let judge = Judge::new(&machines).expect("WAMR can be set up");
    let mut modules = 0;
    for entry in fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        let wasm = wat::parse_file(&path).unwrap_or_else(|error| panic!("{error}"));
        // Each level is combined with each mode of bounds checks.
        for turn in 0..6 {
            check_wasm(&judge, &wasm, turn, &Ways::Turn(turn))
                .unwrap_or_else(|difference| panic!("{}: {difference}", path.display()));
        }
        modules += 1;
    }
    assert!(modules > 0, "no module in {}", folder.display());
}
