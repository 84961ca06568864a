//! What one process uses between two points: CPU time, wall time, resident memory.
//!
//! It is measured inside the process that does the work, so starting it and reading its input do
//! not count. Linux only: resident memory comes from `/proc/self`. `getrusage` would not work,
//! since its maximum survives `exec` and so includes the parent.

use std::fs;
use std::io::{Error, Result};
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// One measured piece of work; the peer script prints the same fields.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Sample {
    /// CPU seconds of all threads.
    pub(crate) cpu: f64,
    /// Seconds that passed.
    pub(crate) wall: f64,
    /// Resident bytes just before.
    pub(crate) before: u64,
    /// Peak resident bytes during the work.
    pub(crate) peak: u64,
    /// Bytes of the result.
    pub(crate) output: u64,
    /// Name and version of the compiler.
    pub(crate) version: String,
}

/// Does the work once; `size` returns the size of its result.
pub(crate) fn measure<T>(
    version: &str,
    work: impl FnOnce() -> T,
    size: impl FnOnce(&T) -> u64,
) -> Result<(T, Sample)> {
    // 5 resets VmHWM (proc_pid_clear_refs(5)).
    fs::write("/proc/self/clear_refs", "5")?;
    let before = status_bytes("VmRSS")?;
    let (wall, cpu) = (Instant::now(), process_cpu());
    let result = work();
    let (cpu, wall) = (process_cpu() - cpu, wall.elapsed().as_secs_f64());
    let peak = status_bytes("VmHWM")?;
    let output = size(&result);
    Ok((result, Sample { cpu, wall, before, peak, output, version: version.to_owned() }))
}

/// CPU seconds of this process so far, all threads.
fn process_cpu() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

/// A field of `/proc/self/status` that is given in kB (1024 bytes).
fn status_bytes(field: &str) -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kilobytes = line.and_then(|value| value.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    Ok(kilobytes.ok_or_else(|| Error::other(format!("no {field} in /proc/self/status")))? * 1024)
}
