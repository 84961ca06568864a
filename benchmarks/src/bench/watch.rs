//! Runs a process until it ends or times out, and measures what it used.
//!
//! CPU time is that of the process's first thread, read from `/proc` when the process has ended but
//! is not yet collected. Peak memory is the last value seen before the end.

use std::fs::{self, File};
use std::io::{Error, Read, Result, Seek};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// The result of a process.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) stdout: Vec<u8>,
    pub(crate) code: i32,
    pub(crate) wall: f64,
    pub(crate) cpu: f64,
    /// Peak resident bytes.
    pub(crate) peak: u64,
}

/// Runs `command` with its standard input as set, and standard output captured. The end of standard
/// error becomes part of errors; the rest is dropped.
///
/// # Errors
/// A readable reason: it cannot be started, took longer than `limit`, or a signal ended it.
pub(crate) fn watch(command: &mut Command, limit: Duration) -> std::result::Result<Ended, String> {
    let files = || -> Result<_> { Ok((tempfile::tempfile()?, tempfile::tempfile()?)) };
    let (stdout, stderr) = files().map_err(|e| e.to_string())?;
    let clones = stdout.try_clone().and_then(|out| Ok((out, stderr.try_clone()?)));
    let (out, err) = clones.map_err(|e| e.to_string())?;
    let name = command.get_program().to_string_lossy().into_owned();
    let start = Instant::now();
    let mut child = command.stdout(out).stderr(err).spawn().map_err(|e| format!("{name}: {e}"))?;
    let ended = follow(&mut child, start, limit);
    let said = last_line(stderr);
    let (status, wall, cpu, peak) = ended.map_err(|e| e.to_string())?;
    let Some(status) = status else {
        return Err(format!("took longer than {} s", limit.as_secs()));
    };
    let code = status.code().ok_or_else(|| format!("{status}{said}"))?;
    let stdout = content(stdout).map_err(|e| e.to_string())?;
    if code != 0 && !said.is_empty() && stdout.is_empty() {
        return Err(format!("exit code {code}{said}"));
    }
    Ok(Ended { stdout, code, wall, cpu, peak })
}

type Followed = (Option<std::process::ExitStatus>, f64, f64, u64);

fn follow(child: &mut Child, start: Instant, limit: Duration) -> Result<Followed> {
    const LOOK: Duration = Duration::from_millis(2);
    let pid = Pid::from_child(child);
    let ended = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let mut peak = 0;
    while waitid(WaitId::Pid(pid), ended)?.is_none() {
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok((None, 0.0, 0.0, 0));
        }
        peak = resident(child.id()).unwrap_or(peak);
        std::thread::sleep(LOOK);
    }
    let wall = start.elapsed().as_secs_f64();
    let cpu = scheduled(child.id())?;
    Ok((Some(child.wait()?), wall, cpu, peak))
}

fn resident(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// Seconds on a CPU: the first field of schedstat, in nanoseconds.
fn scheduled(pid: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/schedstat"))?;
    let nanoseconds = text.split_whitespace().next().and_then(|field| field.parse::<u64>().ok());
    nanoseconds.map(|n| n as f64 * 1e-9).ok_or_else(|| Error::other("no time in schedstat"))
}

fn content(mut file: File) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// With a colon before it; empty if there is none.
fn last_line(file: File) -> String {
    let bytes = content(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    text.trim().lines().last().map_or_else(String::new, |line| format!(": {line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: u64) -> std::result::Result<Ended, String> {
        watch(Command::new("sh").args(["-c", script]), Duration::from_millis(limit))
    }

    #[test]
    fn keeps_output_and_exit_code() {
        let ended = shell("echo printed; exit 3", 20_000).unwrap();
        assert_eq!((ended.stdout.as_slice(), ended.code), (&b"printed\n"[..], 3));
    }

    #[test]
    fn crashes_time_outs_and_messages_are_reasons() {
        assert!(shell("kill -SEGV $$", 20_000).unwrap_err().contains("signal: 11"));
        assert_eq!(shell("sleep 60", 50).unwrap_err(), "took longer than 0 s");
        assert_eq!(
            shell("echo no such thing >&2; exit 1", 20_000).unwrap_err(),
            "exit code 1: no such thing"
        );
        let missing = watch(&mut Command::new("/no/such/program"), Duration::from_secs(1));
        assert!(missing.unwrap_err().starts_with("/no/such/program: "));
    }
}
