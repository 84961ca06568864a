//! The process that runs one file, and the record that it writes.
//!
//! The record names each directive before it begins, so that the process that reads it can identify
//! the cause of a crash or a hang. It is a file, since modules print to standard output.
//!
//! One line each: `begin LINE` before a directive, `failed REASON` after one that failed, `end` at
//! the end.

use super::mode::{Mode, modes};
use super::script::{self, Observer};
use super::suite::TestFile;
use std::fs::{self, File};
use std::io::{self, Write};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;
use std::{env, fmt, iter, thread};
use wamr_shim::Runtime;

/// First argument of a worker.
const FLAG: &str = "--worker";
/// Stack size of the thread that runs the file, in bytes. Runaway recursion fills it.
const STACK_SIZE: usize = 8 << 20;
/// A directive that takes longer than this hangs; the slowest takes less than a second.
const PATIENCE: Duration = Duration::from_secs(300);

const BEGIN: &str = "begin ";
const FAILED: &str = "failed ";
const END: &str = "end";

/// The process for one file.
pub struct Worker {
    mode: Mode,
    path: String,
    record: String,
    /// The command of the runner, if the mode has one. The parent process has built it.
    runner: Vec<String>,
}

/// What happened to a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// How many directives began.
    pub directives: usize,
    /// Line of every directive that failed, and why. The line is 0 if the file failed before the
    /// first one.
    pub failures: Vec<(usize, String)>,
}

impl Worker {
    /// The worker that this process is to be, if its arguments say so.
    pub fn from_arguments(arguments: &[String]) -> Option<Worker> {
        match arguments {
            [flag, mode, path, record, runner @ ..] if flag == FLAG => Some(Worker {
                mode: modes().into_iter().find(|candidate| candidate.to_string() == *mode)?,
                path: path.clone(),
                record: record.clone(),
                runner: runner.to_vec(),
            }),
            _ => None,
        }
    }

    /// Runs the file.
    ///
    /// # Errors
    /// A message, if the file cannot be run to its end.
    pub fn run(self) -> Result<(), String> {
        let Worker { mode, path, record, runner } = self;
        let source = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let file = File::options().append(true).open(&record);
        let file = file.map_err(|error| format!("{record}: {error}"))?;
        let (sender, begun) = mpsc::channel();
        let mut writer = Writer { file, begun: sender };
        let run = move || {
            let start = Box::new(move || start(&runner));
            script::run(&source, &mode, start, &mut writer)?;
            writer.line(format_args!("{END}"));
            Ok(())
        };
        let thread = thread::Builder::new().stack_size(STACK_SIZE).spawn(run);
        let thread = thread.map_err(|error| format!("thread: {error}"))?;
        loop {
            match begun.recv_timeout(PATIENCE) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => return Err("a directive hangs".to_owned()),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        thread.join().unwrap_or_else(|_| Err("panicked".to_owned()))
    }
}

/// The runtime of this process, or that of a runner started with this command.
fn start(runner: &[String]) -> Result<Runtime, String> {
    let runtime = match runner.split_first() {
        None => Runtime::new(),
        Some((program, arguments)) => {
            let mut command = Command::new(program);
            command.args(arguments);
            Runtime::in_runner(command, STACK_SIZE)
        }
    };
    runtime.map_err(|error| error.to_string())
}

/// Writes the record. If writing fails, the record has no end, which counts as a failure.
struct Writer {
    file: File,
    /// Notified of each directive that begins.
    begun: Sender<()>,
}

impl Writer {
    fn line(&mut self, text: fmt::Arguments<'_>) {
        if let Err(error) = writeln!(self.file, "{text}") {
            eprintln!("record: {error}");
        }
    }
}

impl Observer for Writer {
    fn begin(&mut self, line: usize) {
        self.line(format_args!("{BEGIN}{line}"));
        if self.begun.send(()).is_err() {
            eprintln!("nobody waits for this file any more");
        }
    }

    fn failed(&mut self, reason: &str) {
        self.line(format_args!("{FAILED}{}", reason.replace('\n', " ")));
    }
}

impl Record {
    /// Runs `file` in a worker: this executable again.
    ///
    /// # Errors
    /// If there can be no worker, or no runner for the mode.
    pub fn of(file: &TestFile, mode: &Mode) -> io::Result<Record> {
        let record = tempfile::NamedTempFile::new()?;
        let runner = mode.machine().command().map_err(io::Error::other)?;
        let runner = runner
            .iter()
            .flat_map(|command| iter::once(command.get_program()).chain(command.get_args()));
        let output = Command::new(env::current_exe()?)
            .args([FLAG, &mode.to_string()])
            .args([file.path.as_path(), record.path()])
            .args(runner)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?
            .wait_with_output()?;
        let text = fs::read_to_string(record.path())?;
        Ok(Record::parse(&text, || how_it_ended(&output)))
    }

    /// Parses a record. `how_it_ended` gives the reason if the record has no end.
    fn parse(text: &str, how_it_ended: impl FnOnce() -> String) -> Record {
        let mut record = Record::default();
        let mut current = 0;
        for line in text.lines() {
            if let Some(number) = line.strip_prefix(BEGIN) {
                current = number.parse().unwrap_or(0);
                record.directives += 1;
            } else if let Some(reason) = line.strip_prefix(FAILED) {
                record.failures.push((current, reason.to_owned()));
            }
        }
        if text.lines().last() != Some(END) {
            record.failures.push((current, how_it_ended()));
        }
        record
    }
}

fn how_it_ended(output: &Output) -> String {
    let messages = String::from_utf8_lossy(&output.stderr);
    format!("the process ended: {}: {}", output.status, messages.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_belong_to_the_directive_that_began() {
        let text = "begin 3\nbegin 4\nfailed returned 1, not 2\nbegin 9\nend\n";
        let record = Record::parse(text, || unreachable!("the record has an end"));
        assert_eq!(record.directives, 3);
        assert_eq!(record.failures, [(4, "returned 1, not 2".to_owned())]);
    }

    #[test]
    fn a_crash_belongs_to_the_last_directive() {
        let record = Record::parse("begin 3\nbegin 4\n", || "signal 11".to_owned());
        assert_eq!(record.failures, [(4, "signal 11".to_owned())]);
        let record = Record::parse("", || "no such file".to_owned());
        assert_eq!(record.failures, [(0, "no such file".to_owned())]);
    }
}
