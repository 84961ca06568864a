//! Distributes seeds to workers, and records what they report and how they end.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::activity::Activity;
use super::{Finding, Request, State};

/// The number of seeds that a worker gets.
const SHARE: u64 = 500;
/// A worker that reports nothing for this long hangs. The slowest modules take some seconds. Time in which the
/// machine does not let it run does not count.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often a silent worker is looked at.
const INTERVAL: Duration = Duration::from_secs(10);
/// How much of a crashed worker's standard error is kept, in bytes.
const KEPT_STDERR: usize = 1000;

/// Runs the campaign.
///
/// # Errors
/// If its folder cannot be used, or a worker cannot be started.
///
/// # Panics
/// If one of its threads panics.
pub fn run(request: &Request) -> Result<State, String> {
    run_with(request, &std::env::current_exe().map_err(|error| error.to_string())?)
}

/// Like [`run`], with `program` as worker.
///
/// # Errors
/// Those of [`run`].
///
/// # Panics
/// Those of [`run`].
pub fn run_with(request: &Request, program: &Path) -> Result<State, String> {
    fs::create_dir_all(&request.folder)
        .map_err(|error| format!("{}: {error}", request.folder.display()))?;
    let mut state = State::read(&request.folder)?;
    state.next_seed = request.seed.unwrap_or(state.next_seed);
    let campaign = Campaign {
        request,
        program,
        start: Instant::now(),
        earlier_seconds: state.seconds,
        end: request.modules.map_or(u64::MAX, |modules| state.next_seed.saturating_add(modules)),
        state: Mutex::new(state),
    };
    thread::scope(|scope| {
        let campaign = &campaign;
        let threads: Vec<_> =
            (0..request.jobs).map(|job| scope.spawn(move || campaign.job(job))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("no job panics"))
    })?;
    let state = campaign.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    state.write(&request.folder)?;
    Ok(state)
}

struct Campaign<'a> {
    request: &'a Request,
    program: &'a Path,
    start: Instant,
    earlier_seconds: f64,
    end: u64,
    state: Mutex<State>,
}

impl Campaign<'_> {
    fn job(&self, job: usize) -> Result<(), String> {
        let stderr = self.request.folder.join(format!("stderr-{job}.txt"));
        loop {
            let time_left = match self.request.time {
                Some(time) => match time.checked_sub(self.start.elapsed()) {
                    Some(left) if !left.is_zero() => Some(left),
                    _ => return Ok(()),
                },
                None => None,
            };
            let (mut seed, end) = {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                let share = SHARE.min(self.end - state.next_seed);
                let share = match self.request.modules {
                    // If there are few, each job gets the same number.
                    Some(modules) => share.min(modules.div_ceil(self.request.jobs as u64)),
                    None => share,
                };
                let seed = state.next_seed;
                state.next_seed += share;
                (seed, seed + share)
            };
            if seed == end {
                return Ok(());
            }
            while let Some(next) = self.share(seed, end - seed, time_left, &stderr)? {
                seed = next;
                if seed == end {
                    break;
                }
            }
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.seconds = self.earlier_seconds + self.start.elapsed().as_secs_f64();
            state.write(&self.request.folder)?;
        }
    }

    /// Lets a worker handle `count` seeds, starting with `first`. Returns the next seed if the
    /// worker does not finish.
    fn share(
        &self,
        first: u64,
        count: u64,
        time: Option<Duration>,
        stderr: &Path,
    ) -> Result<Option<u64>, String> {
        let request = Request { time, ..self.request.clone() };
        let fail = |error: std::io::Error| format!("{}: {error}", self.program.display());
        let mut child = Command::new(self.program)
            .args(request.worker_arguments(first, count))
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(stderr).map_err(fail)?)
            .spawn()
            .map_err(fail)?;
        let (last, ended) = self.listen(&mut child, first)?;
        let how = match ended {
            Ended::Itself(status) if status.success() => return Ok(None),
            Ended::Itself(status) => format!("the worker ended: {status}"),
            Ended::Hung => format!("nothing happened for {} s", PATIENCE.as_secs()),
        };
        let text = fs::read(stderr).unwrap_or_default();
        let text = String::from_utf8_lossy(&text[..text.len().min(KEPT_STDERR)]);
        self.found(last, format!("{how}; {}", text.replace('\n', " ")));
        Ok(Some(last + 1))
    }

    /// Records what a worker reports until it ends. Also returns the last seed that it has started.
    fn listen(&self, child: &mut Child, first: u64) -> Result<(u64, Ended), String> {
        let stdout = BufReader::new(child.stdout.take().expect("standard output is piped"));
        let (sender, lines) = mpsc::channel();
        let mut last = first;
        thread::scope(|scope| {
            scope.spawn(move || {
                for line in stdout.lines() {
                    let Ok(line) = line else { break };
                    if sender.send(line).is_err() {
                        break;
                    }
                }
            });
            let (mut silent, mut activity) = (Duration::ZERO, Activity::default());
            loop {
                match lines.recv_timeout(INTERVAL) {
                    Ok(line) => {
                        silent = Duration::ZERO;
                        if let Err(problem) = self.hear(&line, &mut last) {
                            end(child)?;
                            return Err(problem);
                        }
                    }
                    Err(RecvTimeoutError::Disconnected) => {
                        let status = child.wait().map_err(|error| error.to_string())?;
                        return Ok((last, Ended::Itself(status)));
                    }
                    Err(RecvTimeoutError::Timeout) => {
                        let earlier = std::mem::replace(&mut activity, Activity::of(child.id()));
                        if !activity.starved_since(earlier, INTERVAL) {
                            silent += INTERVAL;
                        }
                        if silent >= PATIENCE {
                            end(child)?;
                            return Ok((last, Ended::Hung));
                        }
                    }
                }
            }
        })
    }

    fn hear(&self, line: &str, last: &mut u64) -> Result<(), String> {
        let bad = || format!("a worker said {line:?}");
        let (word, rest) = line.split_once(' ').ok_or_else(bad)?;
        match word {
            "begin" => *last = rest.parse().map_err(|_| bad())?,
            "found" => {
                let (seed, what) = rest.split_once(' ').ok_or_else(bad)?;
                self.found(seed.parse().map_err(|_| bad())?, what.to_owned());
            }
            "did" => {
                let coverage = serde_json::from_str(rest).map_err(|_| bad())?;
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                state.coverage.merge(coverage);
            }
            _ => return Err(bad()),
        }
        Ok(())
    }

    fn found(&self, seed: u64, what: String) {
        super::say(&format!("seed {seed}: {what}"));
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.findings.insert(Finding { seed, what });
    }
}

/// Ends a worker and its runners.
fn end(child: &mut Child) -> Result<(), String> {
    let ended = child.kill().and_then(|()| child.wait());
    ended.map(|_| ()).map_err(|error| error.to_string())
}

/// How a worker ended.
enum Ended {
    Itself(ExitStatus),
    Hung,
}
