//! Benchmarks: what compiling real modules costs, always beside a peer in the same run.
//!
//! Every measurement is a process of its own that reports on itself, contestants take turns, and
//! what they made is run and compared with a reference before its time counts. Nothing here judges
//! a time; the exit code says only whether every result was right.

mod child;
mod contestant;
mod measure;
mod race;
mod report;
mod stats;
mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Error, Result};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use cwamrc_tests::programs::{Inputs, Program};

use contestant::{Compiler, Contestant, Field};
use report::Report;

/// Measures compile time, memory, load time and file size on real modules, beside wasmtime.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    child: Option<Child>,

    /// Modules to compile
    #[arg(long, value_delimiter = ',', default_values_t = [
        "python", "clang-format", "sqljs", "quickjs", "sqlite", "zstd", "lz4", "lua",
    ].map(str::to_owned))]
    modules: Vec<String>,

    /// Optimisation levels of cwamrc
    #[arg(long, value_delimiter = ',', default_values_t = [0, 1, 2, 3])]
    #[arg(value_parser = clap::value_parser!(u8).range(0..=3))]
    levels: Vec<u8>,

    /// Numbers of threads
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2])]
    #[arg(value_parser = clap::value_parser!(u16).range(1..))]
    threads: Vec<u16>,

    /// How often each contestant compiles each module
    #[arg(long, default_value_t = 5, value_parser = parse_rounds)]
    rounds: usize,

    /// Leave the peer out
    #[arg(long)]
    no_peer: bool,

    /// Write every sample to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write the tables to this file
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

/// Work in a process of its own, or another comparison.
#[derive(Debug, Subcommand)]
enum Child {
    #[command(name = "child-compile", hide = true)]
    Compile {
        #[arg(long)]
        level: u8,
        #[arg(long)]
        threads: NonZeroUsize,
        wasm: PathBuf,
        aot: PathBuf,
    },
    #[command(name = "child-load", hide = true)]
    Load {
        #[arg(long)]
        times: usize,
        aot: PathBuf,
    },
    #[command(name = "child-run", hide = true)]
    Run { aot: PathBuf },
    /// Compares the targets with each other, and kernels with SIMD and without
    Targets {
        /// How often each target and kernel takes its turn
        #[arg(long, default_value_t = 5, value_parser = parse_rounds)]
        rounds: usize,
    },
}

fn parse_rounds(text: &str) -> std::result::Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least one round".to_owned()),
        Ok(rounds) => Ok(rounds),
        Err(e) => Err(format!("{e}")),
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.child {
        None => compare(&cli).map(|()| 0),
        Some(Child::Compile { level, threads, wasm, aot }) => {
            child::compile_once(*level, *threads, wasm, aot).map(|()| 0)
        }
        Some(Child::Load { times, aot }) => child::load(*times, aot).map(|()| 0),
        Some(Child::Run { aot }) => child::run(aot),
        Some(Child::Targets { rounds }) => targets::report(*rounds).map(|()| 0),
    };
    match done {
        Ok(code) => ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)),
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}

fn compare(cli: &Cli) -> Result<()> {
    let inputs = Inputs::prepare()?;
    let programs = chosen(inputs.programs()?, &cli.modules)?;
    let field = Field::new(&inputs)?;
    let mut missing = Vec::new();
    if cli.no_peer {
        missing.push("wasmtime: not wanted".to_owned());
    } else if let Some(why) = field.peer_missing() {
        missing.push(format!("wasmtime: {why}"));
    }
    let contestants = contestants(cli, missing.is_empty());
    let entries = race::run(&field, &programs, &contestants, cli.rounds)?;
    let machine = report::machine();
    let report = Report { machine, rounds: cli.rounds, missing, entries, contestants };
    let text = report.markdown();
    print!("{text}");
    if let Some(path) = &cli.markdown {
        fs::write(path, &text)?;
    }
    if let Some(path) = &cli.json {
        fs::write(path, serde_json::to_vec_pretty(&report)?)?;
    }
    Ok(())
}

fn chosen(mut programs: Vec<Program>, names: &[String]) -> Result<Vec<Program>> {
    let take = |name: &String| {
        let at = programs.iter().position(|program| program.name == *name);
        let at = at.ok_or_else(|| Error::other(format!("no module is called {name}")))?;
        Ok(programs.swap_remove(at))
    };
    names.iter().map(take).collect()
}

/// Peers stand before those that are measured against them.
fn contestants(cli: &Cli, with_peer: bool) -> Vec<Contestant> {
    let levels: BTreeSet<u8> = cli.levels.iter().copied().collect();
    let threads: BTreeSet<u16> = cli.threads.iter().copied().collect();
    let peers = ["speed", "none"].map(Compiler::Wasmtime);
    let peers = peers.into_iter().filter(|_| with_peer);
    let compilers: Vec<_> = peers.chain(levels.into_iter().rev().map(Compiler::Cwamrc)).collect();
    let at = |threads| {
        compilers.clone().into_iter().map(move |compiler| Contestant { compiler, threads })
    };
    threads.into_iter().flat_map(at).collect()
}
