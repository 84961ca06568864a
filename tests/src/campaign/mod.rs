//! Runs the differential comparison of [`crate::differential`] for hours: modules by number, each
//! compiled with random options for each machine. This happens in worker processes, so that a crash
//! or a hang is a finding and does not end the campaign.
//!
//! ```sh
//! tests/scripts/fuzz.sh --hours=8
//! ```
//!
//! A folder, by default `target/fuzz`, keeps the state: a campaign that is started again goes on with
//! the next seed. Each finding is a folder in `findings` with the module, the options as JSON, and
//! the difference; `--module=FILE --options=FILE` reproduces it.

mod activity;
mod arguments;
mod state;
mod supervisor;
mod worker;

use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::differential::check::{Judge, Ways, check_wasm};
pub use arguments::Request;
pub use state::{Finding, State};
pub use supervisor::{run, run_with};

/// Deep recursion of unoptimised code needs much stack; pages are allocated only when they are
/// used.
const THREAD_STACK: usize = 512 << 20;

/// The program `fuzz`.
pub fn main() -> ExitCode {
    let request = match Request::parse(std::env::args().skip(1)) {
        Ok(request) => request,
        Err(problem) => {
            say(&format!("error: {problem}\n{}", arguments::USAGE));
            return ExitCode::from(2);
        }
    };
    let result = if request.worker {
        on_large_stack(|| worker::work(&request))
    } else if request.module.is_some() {
        on_large_stack(|| again(&request))
    } else {
        run(&request).map(|state| {
            say(&state.to_string());
            state.findings.is_empty()
        })
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            say(&format!("error: {problem}"));
            ExitCode::FAILURE
        }
    }
}

fn on_large_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(THREAD_STACK).spawn_scoped(scope, run);
        let result = thread.expect("a thread can be started").join();
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Compares one module from a file, compiled with options from another file.
fn again(request: &Request) -> Result<bool, String> {
    let read = |path: &Option<std::path::PathBuf>| {
        let path = path.as_ref().ok_or("--module and --options come together")?;
        fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let wasm = read(&request.module)?;
    let options = read(&request.options)?;
    let options = serde_json::from_slice(&options).map_err(|error| error.to_string())?;
    let judge = Judge::new(&request.machines).map_err(|error| error.to_string())?;
    match check_wasm(&judge, &wasm, request.seed.unwrap_or(0), &Ways::Given(Box::new(options))) {
        Ok(()) => Ok(true),
        Err(difference) => {
            say(&difference.to_string());
            Ok(false)
        }
    }
}

fn say(text: &str) {
    // If standard output cannot be written, the error is ignored.
    let _ = writeln!(io::stdout(), "{text}");
}
