//! The `cwamrc` command: parse the arguments, run a command, write the output, set the exit code.
//!
//! The exit code is 0 for success, 1 for bad input, and 2 for bad usage; `run` passes on the exit
//! code of the program.

mod cli;
mod commands;
mod failure;
mod files;
mod source;

use std::process::ExitCode;

fn main() -> ExitCode {
    let result = cli::parse().and_then(|request| match request {
        cli::Request::Compile(request) => commands::compile(&request),
        cli::Request::Wamrc(request) => commands::compile_with_wamrc(&request),
        cli::Request::AskWamrc(flags) => commands::ask_wamrc(&flags),
        cli::Request::Inspect(request) => commands::inspect(&request),
        #[cfg(feature = "explore")]
        cli::Request::Explore(request) => commands::explore(&request),
        #[cfg(feature = "run")]
        cli::Request::Run(request) => commands::run(&request),
        cli::Request::Key(request) => commands::key(&request),
        cli::Request::PerfMap { module, map } => commands::perf_map(&module, &map),
        cli::Request::Print(text) => commands::show(&text),
    });
    result.unwrap_or_else(|failure| {
        failure::diagnose(failure);
        ExitCode::FAILURE
    })
}
