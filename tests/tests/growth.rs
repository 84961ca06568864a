//! Compiling takes work and memory in proportion to the module, whatever its shape: the shapes that
//! were once costly are compared with a plain module, and with themselves at a quarter of the size.
//!
//! Work is counted in instructions, by valgrind, since times depend on the machine. That the test can
//! fail is part of it: work and memory that grow with the square of the size must be found.
//!
//! `CWAMRC_GROWTH=all` adds the other levels and software bounds checks. `cargo test --release` takes
//! the shapes at their full size. The program `sweep` looks for other shapes.

use std::path::Path;
use std::process::ExitCode;
use std::thread;

use cwamrc_tests::bad_input::shapes::{plain, shapes};
use cwamrc_tests::growth::{
    Case, Counter, GROWTH_OF_MEMORY, GROWTH_OF_WORK, Outcome, Point, child, each, judge, measure,
};

/// Part of the size of shapes that is used where assertions are on: then Cranelift checks what it
/// gives to the register allocator, which takes work that grows with the square of the size.
const PART: u32 = if cfg!(debug_assertions) { 12 } else { 1 };

/// Parts of that at which each shape is measured.
const PARTS: [u32; 2] = [4, 1];

/// Instances of `plain` in the module to compare with.
const PLAIN_SIZE: u32 = 8_000;

/// Seconds of CPU after which a process is ended: it protects the machine, and decides nothing that
/// the count of instructions would not.
const MOST_SECONDS: u32 = 600;

/// A module with nothing in it. What it takes, every module takes.
const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

/// Shapes that meet a quadratic step which a limit bounds, so that only the factor counts.
const BOUNDED: [&str; 3] = [
    "locals that are read in nested loops",
    "locals that move up by one in a loop",
    "branch tables of a thousand entries",
];

/// Shapes for which Cranelift's assertions take work that grows with the square of the size. Without
/// them, in a release build, the growth of these is judged, too.
const ASSERTED: [&str; 6] = [
    "vectors that change in a loop",
    "branch tables out of the same blocks",
    "a branch table with as many targets as entries",
    "branches out of nested blocks",
    "loops in a row with one local",
    "nested loops with one local",
];

/// What has to be found, or else this test proves nothing: a task, sizes of plain modules, and a
/// fault.
const MUST_FAIL: [(&str, [u32; 2], &str); 2] =
    [("square", [125, 500], GROWTH_OF_WORK), ("hoard", [2_000, 8_000], GROWTH_OF_MEMORY)];

/// The plain module that these are compared with, and how it is compiled.
const FOR_COMPARISON: (u32, &str) = (500, "O0");

/// What each shape is put through.
fn tasks() -> &'static [&'static str] {
    match std::env::var("CWAMRC_GROWTH").as_deref() {
        Ok("all") => &["O0", "O1", "O2", "O3", "O0 software", "O3 software"],
        Ok(other) => panic!("CWAMRC_GROWTH is `all` or not set, not {other}"),
        Err(_) => &["O0", "O3"],
    }
}

/// One shape with one task, at all of its sizes; the positions of its cases.
struct Series {
    name: String,
    empty: usize,
    plain: usize,
    cases: Vec<usize>,
    /// Whether its growth says nothing.
    bounded: bool,
    /// The fault that has to be found.
    must_fail: Option<&'static str>,
}

/// Everything to measure, and what belongs together.
struct Plan {
    cases: Vec<Case<'static>>,
    series: Vec<Series>,
}

impl Plan {
    fn new(folder: &Path) -> Self {
        let mut plan = Self { cases: Vec::new(), series: Vec::new() };
        for task in tasks() {
            let mut add = |wasm: &[u8]| plan.add(wasm, folder, task);
            let (empty, plain) = (add(EMPTY), add(&plain(PLAIN_SIZE)));
            for shape in shapes().filter(|shape| shape.once_costly) {
                let module = |part| (shape.build)(shape.size / PART / part);
                let cases = PARTS.iter().map(|&part| plan.add(&module(part), folder, task));
                let cases = cases.collect();
                let name = format!("{}, {task}", shape.name);
                let bounded = BOUNDED.contains(&shape.name)
                    || cfg!(debug_assertions) && ASSERTED.contains(&shape.name);
                let must_fail = None;
                plan.series.push(Series { name, empty, plain, cases, bounded, must_fail });
            }
        }
        for (task, sizes, fault) in MUST_FAIL {
            let (size, compile) = FOR_COMPARISON;
            let empty = plan.add(EMPTY, folder, compile);
            let compared = plan.add(&plain(size), folder, compile);
            let cases = sizes.iter().map(|&size| plan.add(&plain(size), folder, task)).collect();
            let name = format!("{task}, which must fail");
            let must_fail = Some(fault);
            let (plain, bounded) = (compared, false);
            plan.series.push(Series { name, empty, plain, cases, bounded, must_fail });
        }
        plan
    }

    fn add(&mut self, wasm: &[u8], folder: &Path, task: &'static str) -> usize {
        self.cases.extend(Case::of_module("", wasm, folder, &[task]));
        self.cases.len() - 1
    }
}

fn main() -> ExitCode {
    if let Some(code) = child() {
        return code;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let plan = Plan::new(folder.path());
    let jobs = thread::available_parallelism().map_or(1, usize::from);
    let results = each(&plan.cases, jobs, |case| {
        let measured = measure(&case.file, case.task, Counter::Instructions, MOST_SECONDS)?;
        if measured.outcome == Outcome::Unsupported {
            return Err("it is not supported".to_owned());
        }
        Ok(Point {
            bytes: case.bytes,
            work: measured.work,
            peak_kib: measured.peak_kib,
            base_kib: measured.base_kib,
            refused: measured.outcome == Outcome::Refused,
        })
    });
    let mut failed = 0;
    for series in &plan.series {
        let verdict = verdict(series, &results);
        failed += usize::from(verdict.is_err());
        let (word, what) = match verdict {
            Ok(what) => ("ok", what),
            Err(what) => ("FAILED", what),
        };
        println!("{word}: {}: {what}", series.name);
    }
    let (word, passed) = (if failed == 0 { "ok" } else { "FAILED" }, plan.series.len() - failed);
    println!("\ntest result: {word}. {passed} passed; {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn verdict(series: &Series, results: &[Result<Point, String>]) -> Result<String, String> {
    let empty = results[series.empty].clone()?;
    let point = |&case: &usize| {
        let point = results[case].clone()?;
        Ok(Point { work: point.work.saturating_sub(empty.work), ..point })
    };
    let points: Vec<Point> = series.cases.iter().map(point).collect::<Result<_, String>>()?;
    let mut verdict = judge(&points, &[], &point(&series.plain)?);
    if series.bounded {
        verdict.faults.retain(|&fault| fault != GROWTH_OF_WORK);
    }
    let exponent = |exponent: Option<f64>| {
        exponent.map_or_else(|| "small".to_owned(), |exponent| format!("exponent {exponent:.2}"))
    };
    let (times, faults) = (verdict.times, verdict.faults.join(", "));
    let (work, memory) = (exponent(verdict.growth.work), exponent(verdict.growth.memory));
    let peak = points.iter().map(|point| point.peak_kib / 1024).max().unwrap_or(0);
    let what = format!("{times:.1} times the work, {work}; {peak} MiB, {memory}; {faults}");
    let passes = match series.must_fail {
        None => faults.is_empty(),
        Some(fault) => verdict.faults.contains(&fault),
    };
    if passes { Ok(what) } else { Err(what) }
}
