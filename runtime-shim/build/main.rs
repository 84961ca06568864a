//! Installs WAMR as a static library for C programs: `cargo run -p wamr-build -- PREFIX`.
//!
//! It installs `lib/libiwasm.a`, `lib/pkgconfig/iwasm.pc` and WAMR's headers below PREFIX. Flags
//! before PREFIX: `--arch=NAME` for another machine (x86_64, aarch64, riscv64), which needs a cross
//! compiler; `--software-bounds-checks` for a runtime without guard pages, which needs files
//! compiled with `--bounds-checks=1`; `--gc` for one with garbage collection, which needs files
//! compiled for that, and has no threads.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, io};

use wamr_build::{Options, Target};

/// What the command line asks for.
struct Request {
    arch: String,
    options: Options,
    prefix: PathBuf,
}

fn main() -> ExitCode {
    let Some(request) = parse(env::args().skip(1)) else {
        say("usage: wamr-build [--arch=NAME] [--software-bounds-checks] [--gc] PREFIX");
        return ExitCode::from(2);
    };
    match install(&request) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            say(&format!("error: {message}"));
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: impl Iterator<Item = String>) -> Option<Request> {
    let mut options = Options::default();
    let mut arch = env::consts::ARCH.to_owned();
    let mut prefix = None;
    for argument in arguments {
        if let Some(name) = argument.strip_prefix("--arch=") {
            name.clone_into(&mut arch);
        } else if argument == "--software-bounds-checks" {
            options.software_bounds_checks = true;
        } else if argument == "--gc" {
            options.gc = true;
        } else if argument.starts_with('-') || prefix.is_some() {
            return None;
        } else {
            prefix = Some(argument);
        }
    }
    Some(Request { arch, options, prefix: prefix?.into() })
}

fn install(request: &Request) -> Result<(), String> {
    let target = Target::find(&request.arch, env::consts::OS)?;
    let prefix = std::path::absolute(&request.prefix).map_err(|error| error.to_string())?;
    wamr_build::install(target, request.options, &prefix, Path::new(&prefix))
}

fn say(text: &str) {
    // If standard error cannot be written, the error is ignored.
    let _ = io::Write::write_all(&mut io::stderr(), format!("{text}\n").as_bytes());
}
