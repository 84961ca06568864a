//! Generated modules through the interpreter and through the compiler; see
//! [`cwamrc_tests::differential`].
//!
//! The whole check is 10,000 modules, seeds 0 to 9999, for each machine. `cargo test` takes some of
//! them; `CWAMRC_DIFFERENTIAL_SEEDS=0..10000 cargo test --release --test differential` takes all, each
//! compiled in one way for each machine.

use std::env;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use cwamrc_tests::differential::check::{Judge, Ways, check_seed, check_wasm};
use cwamrc_tests::differential::coverage::Coverage;
use cwamrc_tests::machine::Machine;

/// The seeds that `cargo test` takes.
const DEFAULT_SEEDS: Range<u64> = 0..560;
/// The same for machines that may be emulated.
const DEFAULT_FOREIGN_SEEDS: Range<u64> = 0..160;

/// An emulator that serves many more takes much memory; see [`Machine::new_runtime`].
const MODULES_PER_RUNNER: usize = 500;

/// Other seeds, as `first..end`, for all machines at once.
const SEEDS_VARIABLE: &str = "CWAMRC_DIFFERENTIAL_SEEDS";
/// If set, each seed is announced before it runs, for the case that one ends the process.
const TRACE_VARIABLE: &str = "CWAMRC_DIFFERENTIAL_TRACE";

/// Deep recursion of code without optimisation takes much stack; the pages are only used then.
const THREAD_STACK: usize = 512 << 20;

#[test]
fn compiled_modules_do_what_interpreters_do() {
    let coverage = match seeds() {
        Some(seeds) => {
            let machines: Vec<Machine> =
                [Machine::Here].into_iter().chain(Machine::foreign()).collect();
            compare_all(&machines, seeds, Ways::Turns)
        }
        None => {
            let foreign: Vec<Machine> = Machine::foreign().collect();
            compare_all(&foreign, DEFAULT_FOREIGN_SEEDS, Ways::Turns);
            compare_all(&[Machine::Here], DEFAULT_SEEDS, Ways::Levels)
        }
    };
    if coverage.modules >= DEFAULT_SEEDS.count() {
        let missing = coverage.missing_simd_operators();
        assert!(missing.is_empty(), "operators that no module executed: {missing:?}");
    }
}

/// Compares the modules of `seeds`, several at a time.
fn compare_all(machines: &[Machine], seeds: Range<u64>, ways: Ways) -> Coverage {
    let trace = env::var_os(TRACE_VARIABLE).is_some();
    let next = AtomicU64::new(seeds.start);
    let total = Mutex::new(Coverage::default());
    let differences = Mutex::new(Vec::new());
    let work = || {
        let new_judge = || Judge::new(machines).expect("WAMR can be set up");
        let mut judge = new_judge();
        for turn in 1_usize.. {
            if turn.is_multiple_of(MODULES_PER_RUNNER) {
                judge = new_judge();
            }
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                break;
            }
            if trace {
                eprintln!("seed {seed}");
            }
            let _named = NamedInPanic(seed);
            match check_seed(&judge, seed, ways) {
                Ok(coverage) => total.lock().unwrap().merge(coverage),
                Err(difference) => differences.lock().unwrap().push((seed, difference)),
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            thread::Builder::new()
                .stack_size(THREAD_STACK)
                .spawn_scoped(scope, work)
                .expect("a thread can be started");
        }
    });

    let total = total.into_inner().unwrap();
    println!("{total}");
    let mut differences = differences.into_inner().unwrap();
    differences.sort_by_key(|(seed, _)| *seed);
    for (seed, difference) in &differences {
        println!("seed {seed}: {difference}");
    }
    assert!(differences.is_empty(), "{} modules differ", differences.len());
    total
}

/// Says which seed it was that ended the thread, or the runner that it drives.
struct NamedInPanic(u64);

impl Drop for NamedInPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            println!("seed {} ends with a panic", self.0);
        }
    }
}

/// The folder `differential` holds one module for each mistake that this check has found.
#[test]
fn mistakes_of_the_past_stay_away() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("differential");
    let machines: Vec<Machine> = [Machine::Here].into_iter().chain(Machine::foreign()).collect();
    let judge = Judge::new(&machines).expect("WAMR can be set up");
    let mut modules = 0;
    for entry in fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        let wasm = wat::parse_file(&path).unwrap_or_else(|error| panic!("{error}"));
        // Each level meets each mode of bounds checks.
        for turn in 0..6 {
            check_wasm(&judge, &wasm, turn)
                .unwrap_or_else(|difference| panic!("{}: {difference}", path.display()));
        }
        modules += 1;
    }
    assert!(modules > 0, "no module in {}", folder.display());
}

fn seeds() -> Option<Range<u64>> {
    let text = env::var(SEEDS_VARIABLE).ok()?;
    let parse = || {
        let (start, end) = text.split_once("..")?;
        Some(start.parse().ok()?..end.parse().ok()?)
    };
    Some(parse().unwrap_or_else(|| panic!("{SEEDS_VARIABLE}={text} is not of the form 0..100")))
}
