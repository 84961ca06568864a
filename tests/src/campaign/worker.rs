//! A worker: handles some seeds, one after the other, and reports each on standard output.
//!
//! A line is `begin SEED`, `found SEED TEXT` or `did JSON`, where JSON is the coverage since the
//! last such line.

use std::io::{self, Write};
use std::time::Instant;

use super::{Request, state};
use crate::differential::check::{Judge, Ways, check_seed};
use crate::differential::coverage::Coverage;

/// An emulator that serves many more needs much memory; see
/// [`crate::machine::Machine::new_runtime`].
const MODULES_PER_RUNNER: u64 = 500;
/// Coverage is reported after this many seeds.
const TOLD_SEEDS: u64 = 20;

pub(super) fn work(request: &Request) -> Result<bool, String> {
    let start = Instant::now();
    let (first, count) = (request.seed.unwrap_or(0), request.modules.unwrap_or(1));
    let new_judge = || Judge::new(&request.machines).map_err(|error| error.to_string());
    let mut judge = new_judge()?;
    let mut coverage = Coverage::default();
    let ways = Ways::Drawn(request.ways);
    for turn in 0..count {
        if request.time.is_some_and(|time| start.elapsed() >= time) {
            break;
        }
        if turn > 0 && turn % MODULES_PER_RUNNER == 0 {
            judge = new_judge()?;
        }
        let seed = first + turn;
        tell(&format!("begin {seed}"))?;
        match check_seed(&judge, seed, &ways) {
            Ok(covered) => coverage.merge(covered),
            Err(difference) => {
                state::write_finding(&request.folder, seed, &difference)?;
                let text = difference.to_string().replace('\n', " ");
                tell(&format!("found {seed} {text}"))?;
            }
        }
        if turn % TOLD_SEEDS == TOLD_SEEDS - 1 {
            tell_coverage(&mut coverage)?;
        }
    }
    tell_coverage(&mut coverage)?;
    Ok(true)
}

fn tell_coverage(coverage: &mut Coverage) -> Result<(), String> {
    let data = serde_json::to_string(&std::mem::take(coverage)).expect("coverage is data");
    tell(&format!("did {data}"))
}

fn tell(line: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|error| error.to_string())
}
