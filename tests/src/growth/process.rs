//! Processes that do one task with one module: this program again, for which it is measured.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Output};

use super::task::{Outcome, Task, outcome};

/// Tells the process that it is to do a task: the file and the words of the task follow.
const FLAG: &str = "--measured-task";

/// The most address space of a process, in KiB: it protects the machine, and says nothing about a
/// module.
const MOST_ADDRESS_SPACE_KIB: u64 = 8 << 20;

/// How work is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// Nanoseconds of the processor that the task takes: quick, but other processes disturb it.
    Time,
    /// Instructions of the whole process, by valgrind: exact, and fifty times as slow.
    Instructions,
}

/// What a task took.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// Work, as its counter counts it.
    pub work: u64,
    /// The peak of memory.
    pub peak_kib: u64,
    /// Memory that was in use before.
    pub base_kib: u64,
    /// What came of it.
    pub outcome: Outcome,
}

/// Does a task, if this process was started for one. To be called first by each program that
/// measures.
pub fn child() -> Option<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [flag, file, words] = &arguments[..] else { return None };
    (flag == FLAG).then(|| match run(Path::new(file), words) {
        Ok(measured) => {
            let Measured { work, peak_kib, base_kib, outcome } = measured;
            println!("{work} {peak_kib} {base_kib} {}", number(outcome));
            ExitCode::SUCCESS
        }
        Err(defect) => {
            eprintln!("{defect}");
            ExitCode::FAILURE
        }
    })
}

const OUTCOMES: [Outcome; 3] = [Outcome::Done, Outcome::Refused, Outcome::Unsupported];

fn number(outcome: Outcome) -> usize {
    OUTCOMES.iter().position(|other| *other == outcome).expect("all are listed")
}

fn run(file: &Path, words: &str) -> Result<Measured, String> {
    let wasm = fs::read(file).map_err(|error| error.to_string())?;
    let task = Task::of(words);
    let (bytes, start, base_kib);
    match task.prepare(wasm) {
        Ok(prepared) => bytes = prepared,
        Err(error) => {
            let outcome = outcome(&error)?;
            return Ok(Measured { work: 0, peak_kib: 0, base_kib: 0, outcome });
        }
    }
    // The peak is counted from here on.
    fs::write("/proc/self/clear_refs", "5").map_err(|error| error.to_string())?;
    base_kib = memory_kib("VmRSS:");
    start = processor_time();
    let outcome = task.run(&bytes)?;
    let work = processor_time() - start;
    Ok(Measured { work, peak_kib: memory_kib("VmHWM:"), base_kib, outcome })
}

/// Nanoseconds that this thread has run. Tasks have no other thread.
fn processor_time() -> u64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux says");
    text.split(' ').next().and_then(|time| time.parse().ok()).expect("a number")
}

fn memory_kib(what: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux says");
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    let kib = line.and_then(|text| text.split_whitespace().next()).expect("a number and a unit");
    kib.parse().expect("a number")
}

/// Does the task that `words` name with the module in `file`, in a process that is ended after so
/// many seconds.
///
/// # Errors
/// What went wrong.
pub fn measure(
    file: &Path,
    words: &str,
    counter: Counter,
    seconds: u32,
) -> Result<Measured, String> {
    let measured = parse(&start(&[], file, words, seconds)?)?;
    if counter == Counter::Time || measured.outcome == Outcome::Unsupported {
        return Ok(measured);
    }
    let valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no"];
    let tool = [&valgrind[..], &["--cachegrind-out-file=/dev/null"]].concat();
    let report = start(&tool, file, words, seconds)?.stderr;
    let report = String::from_utf8_lossy(&report);
    // Releases differ in their blanks: `==1== I   refs:      1,234`.
    let count =
        report.lines().find_map(|line| match line.split_whitespace().collect::<Vec<_>>()[..] {
            [_, "I", "refs:", count] => count.replace(',', "").parse().ok(),
            _ => None,
        });
    Ok(Measured { work: count.ok_or("no count of valgrind's")?, ..measured })
}

/// What a process printed about its task.
fn parse(output: &Output) -> Result<Measured, String> {
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Option<Vec<u64>> = text.split_whitespace().map(|word| word.parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[work, peak_kib, base_kib, outcome]) => {
            let outcome = OUTCOMES[outcome as usize];
            Ok(Measured { work, peak_kib, base_kib, outcome })
        }
        _ => Err(format!("no measurement in {text:?}")),
    }
}

/// Starts this program, by the command `tool`.
fn start(tool: &[&str], file: &Path, words: &str, seconds: u32) -> Result<Output, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let script = format!("ulimit -t {seconds}; ulimit -v {MOST_ADDRESS_SPACE_KIB}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh"]).args(tool).arg(program).arg(FLAG).arg(file).arg(words);
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(output);
    }
    let text = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}: {}", output.status, text.lines().last().unwrap_or_default()))
}
