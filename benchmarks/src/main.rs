//! Benchmarks: compiling real modules, compared with wasmtime in the same run; and, as `bench`,
//! compiling, loading and running programs, compared with WAMR's own compiler on LLVM and others.
//!
//! Every measurement is a process of its own that measures itself, and contestants take turns. Their
//! code is run and compared with a reference before its time counts. Times are not judged; the exit
//! code only says whether every result was right.

mod bench;
mod child;
mod collection;
mod contestant;
mod exceptions;
mod measure;
mod race;
mod rebuild;
mod report;
mod stats;
mod table;
mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Error, Result};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use cwamrc_tests::programs::{Inputs, Program};

use contestant::{Compiler, Contestant, Field};
use report::Report;

/// Measures compile time, memory, load time and file size on real modules, compared with wasmtime.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Task>,

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

/// Work in a separate process, or another comparison.
#[derive(Debug, Subcommand)]
enum Task {
    /// Compile, load and run programs with cwamrc, wamrc, wasmtime, the interpreter and natively
    Bench(BenchArgs),
    /// Make tables and the page again from the JSON of an earlier bench
    Render {
        /// What `bench --json` wrote
        samples: PathBuf,
        #[command(flatten)]
        outputs: OutputArgs,
    },
    #[command(name = "child-compile", hide = true)]
    Compile {
        #[arg(long)]
        level: u8,
        #[arg(long)]
        threads: NonZeroUsize,
        #[arg(long)]
        host_cpu: bool,
        #[arg(long)]
        cache: Option<PathBuf>,
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
    /// Compiles modules in which one function has changed, with and without the function cache
    Rebuild {
        /// How many functions are changed in turn
        #[arg(long, default_value_t = 9, value_parser = parse_rounds)]
        rounds: usize,
    },
    /// Throws and catches in cwamrc's code, wasmtime and V8, and runs programs whose handlers never run
    Exceptions {
        /// How often each contestant takes its turn
        #[arg(long, default_value_t = 5, value_parser = parse_rounds)]
        rounds: usize,
    },
    #[command(name = "child-throw", hide = true)]
    Throw {
        #[arg(long)]
        level: u8,
        wasm: PathBuf,
        depth: i32,
        times: i32,
    },
    /// Compares garbage collection with WAMR's own compiler, wasmtime and V8
    Collection {
        /// How often each contestant takes its turn
        #[arg(long, default_value_t = 5, value_parser = parse_rounds)]
        rounds: usize,
        /// Write the table to this file
        #[arg(long, value_name = "FILE")]
        markdown: Option<PathBuf>,
    },
    #[command(name = "child-collection-call", hide = true)]
    CollectionCall {
        #[arg(long)]
        collects: bool,
        export: String,
        number: i32,
        aot: PathBuf,
    },
    #[command(name = "child-collection-depth", hide = true)]
    CollectionDepth {
        #[arg(long)]
        stacks: collection::Stacks,
        aot: PathBuf,
    },
    #[command(name = "child-collection-kotlin", hide = true)]
    CollectionKotlin { export: String, aot: PathBuf },
    #[command(name = "child-bench-run", hide = true)]
    BenchRun,
}

#[derive(Debug, Args)]
struct BenchArgs {
    /// A module of yours to measure instead of the programs, and its arguments
    #[arg(value_name = "WASM_FILE", trailing_var_arg = true, allow_hyphen_values = true)]
    own: Vec<String>,
    /// A file with what your module must print; default: what it prints in WAMR's interpreter
    #[arg(long, value_name = "FILE", requires = "own")]
    expected: Option<PathBuf>,
    /// Compile and load real modules instead, without running them
    #[arg(long, conflicts_with = "own")]
    corpus: bool,
    /// Programs to measure, or real modules; default: all
    #[arg(long, value_delimiter = ',')]
    programs: Vec<String>,
    /// Parts of the names of contestants, as in cwamrc,wamrc -O3,native; default: all
    #[arg(long, value_delimiter = ',')]
    contestants: Vec<String>,
    /// How often each contestant compiles and runs each program
    #[arg(long, default_value_t = 5, value_parser = parse_rounds)]
    rounds: usize,
    /// A contestant does not repeat a phase of a program once that has taken this many seconds
    #[arg(long, default_value_t = 10)]
    patience: u64,
    /// Seconds after which compiling counts as failed
    #[arg(long, default_value_t = 600)]
    compile_timeout: u64,
    /// Seconds after which running counts as failed
    #[arg(long, default_value_t = 60)]
    run_timeout: u64,
    #[command(flatten)]
    outputs: OutputArgs,
}

#[derive(Debug, Args)]
struct OutputArgs {
    /// Write every sample to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the tables to this file
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Write a page with charts to this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl From<OutputArgs> for bench::Outputs {
    fn from(args: OutputArgs) -> Self {
        Self { json: args.json, markdown: args.markdown, html: args.html }
    }
}

impl BenchArgs {
    fn run(self) -> Result<()> {
        let mut own = self.own.into_iter();
        let request = bench::Request {
            own: own.next().map(|wasm| (PathBuf::from(wasm), own.collect())),
            expected: self.expected,
            programs: self.programs,
            corpus: self.corpus,
            contestants: self.contestants,
            rounds: self.rounds,
            patience: Duration::from_secs(self.patience),
            compile_timeout: Duration::from_secs(self.compile_timeout),
            run_timeout: Duration::from_secs(self.run_timeout),
        };
        bench::run(&request, &self.outputs.into())
    }
}

fn parse_rounds(text: &str) -> std::result::Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least one round".to_owned()),
        Ok(rounds) => Ok(rounds),
        Err(e) => Err(format!("{e}")),
    }
}

fn main() -> ExitCode {
    let mut cli = Cli::parse();
    let done = match cli.command.take() {
        None => compare(&cli).map(|()| 0),
        Some(Task::Bench(args)) => args.run().map(|()| 0),
        Some(Task::Render { samples, outputs }) => {
            bench::render(&samples, &outputs.into()).map(|()| 0)
        }
        Some(Task::Compile { level, threads, host_cpu, cache, wasm, aot }) => {
            child::compile_once(level, threads, host_cpu, cache, &wasm, &aot).map(|()| 0)
        }
        Some(Task::Load { times, aot }) => child::load(times, &aot).map(|()| 0),
        Some(Task::Run { aot }) => child::run(&aot),
        Some(Task::BenchRun) => bench::run_task(),
        Some(Task::Rebuild { rounds }) => rebuild::report(rounds).map(|()| 0),
        Some(Task::Targets { rounds }) => targets::report(rounds).map(|()| 0),
        Some(Task::Exceptions { rounds }) => exceptions::report(rounds).map(|()| 0),
        Some(Task::Throw { level, wasm, depth, times }) => {
            exceptions::throw(level, &wasm, depth, times).map(|()| 0)
        }
        Some(Task::Collection { rounds, markdown }) => {
            collection::report(rounds, markdown.as_deref()).map(|()| 0)
        }
        Some(Task::CollectionCall { collects, export, number, aot }) => {
            collection::call(collects, &export, number, &aot).map(|()| 0)
        }
        Some(Task::CollectionDepth { stacks, aot }) => collection::depth(stacks, &aot).map(|()| 0),
        Some(Task::CollectionKotlin { export, aot }) => {
            collection::run_kotlin(&export, &aot).map(|()| 0)
        }
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
        missing.push("wasmtime: not selected".to_owned());
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
        let at = at.ok_or_else(|| Error::other(format!("unknown module {name}")))?;
        Ok(programs.swap_remove(at))
    };
    names.iter().map(take).collect()
}

/// Peers come before the contestants that are compared with them.
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
