//! Compiling uses bounded memory: every extreme module is compiled at the lowest and the highest
//! level, in both modes of bounds checks, in a process whose memory the kernel limits.
//!
//! The process that compiles is this program again; it reports its peak memory.

use std::fmt;
use std::fs;
use std::num::NonZeroUsize;
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::thread;

use cwamrc::{BoundsChecks, ErrorKind, OptLevel, Options};
use cwamrc_tests::bad_input::extremes::{EXTREMES, Expected, Extreme};
use cwamrc_tests::bad_input::judge;

/// The maximum memory for compiling one of the modules with one thread, as stated in
/// `docs/limits.md`.
const LIMIT_MIB: u64 = 1024;

/// Makes the process compile one module: its number, level and bounds checks follow.
const COMPILE: &str = "--compile";

#[derive(Clone, Copy)]
struct Case {
    extreme: usize,
    level: OptLevel,
    checks: BoundsChecks,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {:?}, {:?}", EXTREMES[self.extreme].name, self.level, self.checks)
    }
}

fn cases() -> impl Iterator<Item = Case> {
    // What is refused by the parser is the same in every mode, and is checked elsewhere.
    let lowered = |extreme: &Extreme| match extreme.expected {
        Expected::Compiled | Expected::CompiledOrLimit => true,
        Expected::Error(kind) => kind == ErrorKind::Limit,
    };
    let extremes = (0..EXTREMES.len()).filter(move |&extreme| lowered(&EXTREMES[extreme]));
    extremes.flat_map(|extreme| {
        [OptLevel::O0, OptLevel::O3].into_iter().flat_map(move |level| {
            [BoundsChecks::Hardware, BoundsChecks::Software].map(|checks| Case {
                extreme,
                level,
                checks,
            })
        })
    })
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [flag, number] if flag == COMPILE => {
            let number: usize = number.parse().expect("a number");
            compile(cases().nth(number).expect("the number of a case"))
        }
        _ => run_all(),
    }
}

/// Compiles one module, and prints this process's peak memory in MiB.
fn compile(case: Case) -> ExitCode {
    let options = Options::new().opt_level(case.level).bounds_checks(case.checks);
    let Extreme { expected, build, .. } = EXTREMES[case.extreme];
    let result = judge(&build(), &options.threads(NonZeroUsize::MIN));
    let is_as_expected = match &result {
        Ok(Ok(_)) => matches!(expected, Expected::Compiled | Expected::CompiledOrLimit),
        Ok(Err(error)) => match expected {
            Expected::Compiled => false,
            Expected::CompiledOrLimit => error.kind() == ErrorKind::Limit,
            Expected::Error(kind) => error.kind() == kind,
        },
        Err(_) => false,
    };
    if !is_as_expected {
        let result = result.map(|result| result.map(|artifact| artifact.statistics()));
        eprintln!("expected {expected:?}: {result:?}");
        return ExitCode::FAILURE;
    }
    println!("{}", peak_mib());
    ExitCode::SUCCESS
}

fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|text| text.split_whitespace().next()).expect("a number and a unit");
    kib.parse::<u64>().expect("a number") / 1024
}

/// Runs all cases. The summary has the format of the standard test runner.
fn run_all() -> ExitCode {
    let queue = Mutex::new(cases().enumerate());
    let results = Mutex::new(Vec::new());
    let work = || {
        loop {
            let next = queue.lock().unwrap().next();
            let Some((number, case)) = next else { break };
            let result = run(number);
            results.lock().unwrap().push((case, result));
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let (mut passed, mut failed, mut highest) = (0, 0, (0, String::new()));
    for (case, result) in results.into_inner().unwrap() {
        match result {
            Ok(peak) => {
                passed += 1;
                highest = highest.max((peak, case.to_string()));
            }
            Err(what) => {
                failed += 1;
                println!("{case}: {what}");
            }
        }
    }
    println!("the most: {} MiB of {LIMIT_MIB}, {}", highest.0, highest.1);
    let verdict = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {verdict}. {passed} passed; {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The peak memory of a case in MiB, or what went wrong.
fn run(number: usize) -> Result<u64, String> {
    let program = std::env::current_exe().expect("a path");
    // The kernel can only limit address space, of which more is reserved than used. This limit
    // protects the machine; the test checks the peak.
    let script = format!("ulimit -v {}; exec \"$0\" {COMPILE} {number}", 2 * LIMIT_MIB * 1024);
    let output = Command::new("sh").arg("-c").arg(script).arg(program).output();
    let output = output.expect("a shell");
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let last = text.lines().last().unwrap_or_default().to_owned();
        return Err(format!("{}: {last}", output.status));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let peak = text.trim().parse().map_err(|_| format!("no peak in {text:?}"))?;
    if peak > LIMIT_MIB { Err(format!("{peak} MiB")) } else { Ok(peak) }
}
