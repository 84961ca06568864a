//! Installs WAMR as a static library for programs in C: `cargo run -p wamr-build -- PREFIX`.
//!
//! Puts `lib/libiwasm.a`, `lib/pkgconfig/iwasm.pc` and WAMR's headers below PREFIX. With
//! `--software-bounds-checks` in front, it is a runtime without guard pages, which needs files that
//! are compiled with `--bounds-checks=1`.

use std::path::Path;
use std::process::ExitCode;
use std::{env, io};

use wamr_build::Options;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (software_bounds_checks, prefix) = match arguments[..] {
        [prefix] if !prefix.starts_with('-') => (false, prefix),
        ["--software-bounds-checks", prefix] if !prefix.starts_with('-') => (true, prefix),
        _ => {
            say("usage: wamr-build [--software-bounds-checks] PREFIX");
            return ExitCode::from(2);
        }
    };
    let options = Options { software_bounds_checks, memory64: false, spec_test: false };
    let installed = std::path::absolute(prefix)
        .map_err(|error| error.to_string())
        .and_then(|prefix| wamr_build::install(options, &prefix, Path::new(&prefix)));
    match installed {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            say(&format!("error: {message}"));
            ExitCode::FAILURE
        }
    }
}

fn say(text: &str) {
    // Without standard error there is no one to tell.
    let _ = io::Write::write_all(&mut io::stderr(), format!("{text}\n").as_bytes());
}
