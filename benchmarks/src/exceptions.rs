//! What exceptions cost: `benchmarks exceptions`.
//!
//! It throws and catches, with 1 and 20 frames in between, in WAMR, in PyPI's wasmtime and in V8. It
//! runs C++ programs whose handlers never run, built with exceptions and without; both must print
//! what the native build prints. Contestants of a round take turns; those that throw have a process
//! of their own. Nothing is asserted about time.

use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

use cwamrc::{OptLevel, Options, compile};
use cwamrc_tests::machine::Machine;
use cwamrc_tests::programs::{Host, Inputs, Run};
use cwamrc_tests::runner;
use serde::{Deserialize, Serialize};
use wamr_shim::{InstanceConfig, Runtime};

use crate::contestant::{PEER_SCRIPT, output_of};
use crate::measure::measure;
use crate::stats::Summary;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/exceptions");
const NODE_SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/node_peer.mjs");
const CXX_RUNTIME: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/programs/exceptions/runtime.cpp");
const CC: &str = "clang-19";

/// The catching function calls the first of as many functions, the last of which throws.
const FRAMES: [u32; 2] = [1, 20];
const TIMES: u32 = 1_000_000;

const LEVELS: [u8; 2] = [3, 0];
const PROGRAMS: [&str; 3] = ["parser", "table", "matrix"];
/// Without exceptions, and with both encodings.
const VARIANTS: [(&str, &[&str]); 3] = [
    ("none", &["-fno-exceptions"]),
    ("current", &["-fwasm-exceptions"]),
    ("legacy", &["-fwasm-exceptions"]),
];

/// What a contestant prints.
#[derive(Deserialize, Serialize)]
struct Timed {
    /// CPU seconds.
    cpu: f64,
    /// The sum of the numbers that were caught.
    result: i32,
}

/// Measures and prints both tables.
pub(crate) fn report(rounds: usize) -> Result<()> {
    let inputs = Inputs::prepare()?;
    let folder = tempfile::tempdir()?;
    throws(&inputs, folder.path(), rounds)?;
    handlers(&inputs, folder.path(), rounds)
}

/// One way to run the module that throws.
struct Thrower {
    name: String,
    command: Box<dyn Fn(u32) -> Command>,
}

fn throwers(inputs: &Inputs, wasm: &Path) -> Result<Vec<Thrower>> {
    let this = std::env::current_exe()?;
    let (python, node) = (inputs.peer_python(), inputs.node());
    let mut all = Vec::new();
    for level in LEVELS {
        let (this, wasm) = (this.clone(), wasm.to_owned());
        let command = move |depth: u32| {
            let mut command = Command::new(&this);
            command.args(["child-throw", "--level", &level.to_string()]).arg(&wasm);
            command.args([depth, TIMES].map(|number| number.to_string()));
            command
        };
        all.push(Thrower { name: format!("cwamrc -O{level}"), command: Box::new(command) });
    }
    let module = wasm.to_owned();
    let command = move |depth: u32| {
        let mut command = Command::new(&python);
        command.arg(PEER_SCRIPT).arg("call").arg(&module).args(["speed", "run"]);
        command.args([depth, TIMES].map(|number| number.to_string()));
        command
    };
    all.push(Thrower { name: "wasmtime".to_owned(), command: Box::new(command) });
    let module = wasm.to_owned();
    let command = move |depth: u32| {
        let mut command = Command::new(&node);
        command.arg(NODE_SCRIPT).arg(&module).arg("run");
        command.args([depth, TIMES].map(|number| number.to_string()));
        command
    };
    all.push(Thrower { name: "V8".to_owned(), command: Box::new(command) });
    Ok(all)
}

fn throws(inputs: &Inputs, folder: &Path, rounds: usize) -> Result<()> {
    let wasm = folder.join("throw.wasm");
    let text = fs::read(Path::new(FOLDER).join("throw.wat"))?;
    fs::write(&wasm, wat::parse_bytes(&text).map_err(Error::other)?)?;
    let all = throwers(inputs, &wasm)?;
    println!("| frames | contestant | ns for a throw and a catch | to wasmtime | to V8 |");
    println!("|---|---|---|---|---|");
    // 1 + 2 + … + TIMES, in 32 bits.
    let expected = (u64::from(TIMES) * (u64::from(TIMES) + 1) / 2) as u32 as i32;
    for frames in FRAMES {
        let mut times = vec![Vec::new(); all.len()];
        for _ in 0..rounds {
            for (thrower, times) in all.iter().zip(&mut times) {
                let printed = output_of(&mut (thrower.command)(frames - 1))?;
                let timed: Timed = serde_json::from_slice(&printed)?;
                if timed.result != expected {
                    return Err(Error::other(format!("{}: {}", thrower.name, timed.result)));
                }
                times.push(timed.cpu);
            }
        }
        let [.., wasmtime, v8] = &times[..] else { continue };
        for (thrower, own) in all.iter().zip(&times) {
            let each = Summary::of(own.iter().map(|cpu| cpu * 1e9 / f64::from(TIMES)));
            let columns = [each, Summary::ratio(own, wasmtime), Summary::ratio(own, v8)];
            let columns = columns.map(|value| value.map_or(String::new(), |it| it.to_string()));
            println!("| {frames} | {} | {} |", thrower.name, columns.join(" | "));
        }
    }
    Ok(())
}

/// Compiles the module, calls its export as `throw.wat` describes, and prints what it took.
pub(crate) fn throw(level: u8, wasm: &Path, depth: i32, times: i32) -> Result<()> {
    let level = OptLevel::from_number(level.into()).ok_or_else(|| Error::other("no such level"))?;
    let options = Options::new().opt_level(level);
    let artifact = compile(&fs::read(wasm)?, &options).map_err(Error::other)?;
    let runtime = Runtime::new().map_err(Error::other)?;
    let module = runtime.load(artifact.bytes()).map_err(Error::other)?;
    let instance = module.instantiate(&InstanceConfig::default()).map_err(Error::other)?;
    let call = |times: i32| instance.call_typed::<_, i32>("run", (depth, times));
    call(times / 10).map_err(|trap| Error::other(trap.to_string()))?;
    let (result, sample) = measure("cwamrc", || call(times), |_| 0)?;
    let result = result.map_err(|trap| Error::other(trap.to_string()))?;
    println!("{}", serde_json::to_string(&Timed { cpu: sample.cpu, result })?);
    Ok(())
}

/// Run time of programs that could catch, but nothing is thrown, as ratios to the same programs
/// built without exceptions.
fn handlers(inputs: &Inputs, folder: &Path, rounds: usize) -> Result<()> {
    println!("\n| program | level | current encoding, to none | legacy encoding, to none |");
    println!("|---|---|---|---|");
    for program in PROGRAMS {
        let native = folder.join(program);
        build(program, &["-std=gnu++17", "-lstdc++"], &native)?;
        let run = Run::new(program, &native, &[]);
        let expected = run.expected()?;
        let mut variants = Vec::new();
        for (name, flags) in VARIANTS {
            variants.push(variant(inputs, program, name, flags, folder)?);
        }
        for level in LEVELS {
            let options = Options::new().opt_level(
                OptLevel::from_number(level.into()).ok_or_else(|| Error::other("no such level"))?,
            );
            let mut modules = Vec::new();
            for wasm in &variants {
                let artifact = compile(&fs::read(wasm)?, &options).map_err(Error::other)?;
                modules.push(artifact.into_bytes());
            }
            let mut times = [Vec::new(), Vec::new(), Vec::new()];
            for _ in 0..rounds {
                for (module, times) in modules.iter().zip(&mut times) {
                    let work = || runner::run(Machine::Here, module, Host::Wasi, &run);
                    let (output, sample) = measure("cwamrc", work, |_| 0)?;
                    if output? != expected {
                        return Err(Error::other(format!("{program} prints something else")));
                    }
                    times.push(sample.cpu);
                }
            }
            let [none, current, legacy] = &times;
            let ratios = [current, legacy].map(|times| Summary::ratio(times, none));
            let ratios = ratios.map(|ratio| ratio.map_or(String::new(), |it| it.to_string()));
            println!("| {program} | {level} | {} |", ratios.join(" | "));
        }
    }
    Ok(())
}

/// Builds a program for WASI. clang emits legacy exceptions, which Binaryen translates.
fn variant(
    inputs: &Inputs,
    program: &str,
    name: &str,
    flags: &[&str],
    folder: &Path,
) -> Result<PathBuf> {
    let wasm = folder.join(format!("{program}-{name}.wasm"));
    let fixed = ["--target=wasm32-wasi", "-std=gnu++17", CXX_RUNTIME];
    let fixed = if name == "none" { &fixed[..2] } else { &fixed[..] };
    build(program, &[fixed, flags].concat(), &wasm)?;
    if name == "current" {
        inputs.to_current_exceptions(&wasm, &wasm)?;
    }
    Ok(wasm)
}

fn build(program: &str, flags: &[&str], output: &Path) -> Result<()> {
    let source = Path::new(FOLDER).join(program).with_extension("cpp");
    let mut command = Command::new(CC);
    command.arg("-O2").arg(source).args(flags).arg("-o").arg(output);
    match command.status()? {
        status if status.success() => Ok(()),
        status => Err(Error::other(format!("{CC}: {status}"))),
    }
}
