//! Compiling takes work and memory in proportion to the module, whatever its shape: each shape of
//! [`BOMBS`] is compared with a plain module.
//!
//! Work is counted in instructions, by valgrind, since times depend on the machine. The process that
//! compiles is this program again, with one thread. It runs twice: once alone, for the peak of its
//! memory, and once in valgrind.
//!
//! `CWAMRC_GROWTH=all` adds the other levels and software bounds checks. `cargo test --release` takes the
//! shapes at their full size.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Command, ExitCode, Output};
use std::sync::Mutex;
use std::thread;

use cwamrc::{BoundsChecks, ErrorKind, OptLevel, Options};
use cwamrc_tests::bad_input::bombs::{BOMBS, plain};
use cwamrc_tests::bad_input::judge;

/// How many times the instructions of a plain module of its size a shape may take. Shapes that only have
/// more code for each byte take up to seven times as many.
const MOST_TIMES: u64 = 12;

/// What a small module may take in any case.
const LEAST_MIB: u64 = 512;

/// The most memory for each MiB of wasm.
const MIB_PER_MIB: u64 = 1024;

/// Part of the size of shapes that is used where assertions are on: then Cranelift checks what it gives to
/// the register allocator, which takes work that grows with the square of the size.
const PART: u32 = if cfg!(debug_assertions) { 8 } else { 1 };

/// Instances of `plain` in the module to compare with.
const PLAIN_SIZE: u32 = 8_000;

/// Seconds of CPU after which a process is ended: it protects the machine, and decides nothing that the
/// count of instructions would not.
const MOST_SECONDS: u32 = 600;

/// Tells the process that it is to compile a file: the names of options follow.
const COMPILE: &str = "--compile";

/// The options of a case, by name.
fn options(names: &str) -> Options {
    names.split(' ').fold(Options::new().threads(NonZeroUsize::MIN), |options, name| match name {
        "O0" => options.opt_level(OptLevel::O0),
        "O1" => options.opt_level(OptLevel::O1),
        "O2" => options.opt_level(OptLevel::O2),
        "O3" => options.opt_level(OptLevel::O3),
        "software" => options.bounds_checks(BoundsChecks::Software),
        other => panic!("no option {other}"),
    })
}

/// The options that each shape is compiled with.
fn variants() -> &'static [&'static str] {
    match std::env::var("CWAMRC_GROWTH").as_deref() {
        Ok("all") => &["O0", "O1", "O2", "O3", "O0 software", "O3 software"],
        Ok(other) => panic!("CWAMRC_GROWTH is `all` or not set, not {other}"),
        Err(_) => &["O0", "O3"],
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [flag, file, names] if flag == COMPILE => compile(Path::new(file), names),
        _ => run_all(),
    }
}

/// Compiles a file, and prints the peak of this process's memory in MiB.
fn compile(file: &Path, names: &str) -> ExitCode {
    let wasm = fs::read(file).expect("the module is there");
    match judge(&wasm, &options(names)) {
        Ok(Ok(_)) => {}
        Ok(Err(error)) if error.kind() == ErrorKind::Limit => {}
        other => {
            eprintln!("{:?}", other.map(|result| result.map(|artifact| artifact.statistics())));
            return ExitCode::FAILURE;
        }
    }
    let status = fs::read_to_string("/proc/self/status").expect("Linux says");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|text| text.split_whitespace().next()).expect("a number and a unit");
    println!("{}", kib.parse::<u64>().expect("a number") / 1024);
    ExitCode::SUCCESS
}

/// What compiling a module takes.
struct Cost {
    instructions: u64,
    peak_mib: u64,
}

fn cost(file: &Path, names: &str) -> Result<Cost, String> {
    let peak = run(&[], file, names)?;
    let peak = String::from_utf8_lossy(&peak.stdout).trim().parse();
    let valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no"];
    let no_file = "--cachegrind-out-file=/dev/null";
    let counted = run(&[&valgrind[..], &[no_file]].concat(), file, names)?;
    let report = String::from_utf8_lossy(&counted.stderr);
    // Releases differ in their blanks: `==1== I   refs:      1,234`.
    let count =
        report.lines().find_map(|line| match line.split_whitespace().collect::<Vec<_>>()[..] {
            [_, "I", "refs:", count] => Some(count.replace(',', "")),
            _ => None,
        });
    Ok(Cost {
        instructions: count.and_then(|count| count.parse().ok()).ok_or("no count of valgrind's")?,
        peak_mib: peak.map_err(|error| format!("no peak: {error}"))?,
    })
}

/// Runs this program, by the command `tool`, to compile `file`.
fn run(tool: &[&str], file: &Path, names: &str) -> Result<Output, String> {
    let program = std::env::current_exe().expect("a path");
    let script = format!("ulimit -t {MOST_SECONDS}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh"]).args(tool).arg(program).arg(COMPILE).arg(file).arg(names);
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(output);
    }
    let text = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}: {}", output.status, text.lines().last().unwrap_or_default()))
}

/// One shape, or else the plain module, compiled with some options.
struct Case {
    name: &'static str,
    file: std::path::PathBuf,
    bytes: u64,
    options: &'static str,
}

fn cases(folder: &Path) -> Vec<Case> {
    let plain_module = ("plain", plain(PLAIN_SIZE));
    let bombs = BOMBS.iter().map(|bomb| (bomb.name, (bomb.build)(bomb.size / PART)));
    let modules = [plain_module].into_iter().chain(bombs).enumerate();
    let cases = modules.flat_map(|(number, (name, wasm))| {
        let file = folder.join(format!("{number}.wasm"));
        fs::write(&file, &wasm).expect("there is room for a module");
        let bytes = wasm.len() as u64;
        variants().iter().map(move |options| Case { name, file: file.clone(), bytes, options })
    });
    cases.collect()
}

/// Runs every case; the summary has the form of the standard test runner's.
fn run_all() -> ExitCode {
    let folder = tempfile::tempdir().expect("a folder");
    let cases = cases(folder.path());
    let queue = Mutex::new(cases.iter());
    let results = Mutex::new(Vec::new());
    let work = || {
        loop {
            let Some(case) = queue.lock().unwrap().next() else { break };
            let cost = cost(&case.file, case.options);
            results.lock().unwrap().push((case, cost));
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    judge_all(&results.into_inner().unwrap())
}

fn judge_all(results: &[(&Case, Result<Cost, String>)]) -> ExitCode {
    let plain = |options: &str| {
        let mut plain = results.iter().filter(|(case, _)| case.name == "plain");
        let (case, cost) = plain.find(|(case, _)| case.options == options)?;
        Some((cost.as_ref().ok()?.instructions, case.bytes))
    };
    let (mut passed, mut failed) = (0, 0);
    for (case, cost) in results {
        let verdict = cost.as_ref().map_err(Clone::clone).and_then(|cost| {
            let (instructions, bytes) = plain(case.options).ok_or("the plain module failed")?;
            // A start takes some work as well; a module is not so small that it would count.
            let fair = instructions * case.bytes.max(bytes) / bytes;
            let times = cost.instructions as f64 / fair as f64;
            let most_mib = ((case.bytes * MIB_PER_MIB) >> 20).max(LEAST_MIB);
            let what = format!("{times:.1} times the instructions, {} MiB", cost.peak_mib);
            let good = cost.instructions <= MOST_TIMES * fair && cost.peak_mib <= most_mib;
            if good { Ok(what) } else { Err(what) }
        });
        match verdict {
            Ok(what) => {
                passed += 1;
                println!("ok: {}, {}: {what}", case.name, case.options);
            }
            Err(what) => {
                failed += 1;
                println!("FAILED: {}, {}: {what}", case.name, case.options);
            }
        }
    }
    let verdict = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {verdict}. {passed} passed; {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
