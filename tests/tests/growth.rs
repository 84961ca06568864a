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
use cwamrc_tests::growth::{Case, Counter, Outcome, Point, child, each, judge, measure};

/// Part of the size of shapes that is used where assertions are on: then Cranelift checks what it
/// gives to the register allocator, which takes work that grows with the square of the size.
const PART: u32 = if cfg!(debug_assertions) { 8 } else { 1 };

/// Parts of that at which each shape is measured.
const PARTS: [u32; 2] = [4, 1];

/// Instances of `plain` in the module to compare with.
const PLAIN_SIZE: u32 = 8_000;

/// Seconds of CPU after which a process is ended: it protects the machine, and decides nothing that
/// the count of instructions would not.
const MOST_SECONDS: u32 = 600;

/// A module with nothing in it. What it takes, every module takes.
const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

/// What has to be found, or else this test proves nothing: a task, sizes of plain modules, of which
/// the last one is also compiled for comparison, and a fault.
const MUST_FAIL: [(&str, [u32; 2], &str); 2] =
    [("square", [125, 500], "growth of work"), ("hoard", [2_000, 8_000], "growth of memory")];

/// The task that these are compared with.
const FOR_COMPARISON: &str = "O0";

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
                plan.series.push(Series { name, empty, plain, cases, must_fail: None });
            }
        }
        for (task, sizes, fault) in MUST_FAIL {
            let empty = plan.add(EMPTY, folder, FOR_COMPARISON);
            let largest = sizes[sizes.len() - 1];
            let compared = plan.add(&plain(largest), folder, FOR_COMPARISON);
            let cases = sizes.iter().map(|&size| plan.add(&plain(size), folder, task)).collect();
            let name = format!("{task}, which must fail");
            let must_fail = Some(fault);
            plan.series.push(Series { name, empty, plain: compared, cases, must_fail });
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
    let verdict = judge(&points, &[], &point(&series.plain)?);
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
