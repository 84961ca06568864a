//! Compares the targets, and measures the gain of SIMD: `benchmarks targets`.
//!
//! It shows compile time and size of the code for the minimum CPU of each target, as ratios to
//! x86-64; the size of the code compared with that of WAMR's own compiler, if that is available;
//! and the run time of kernels on this machine, built with and without SIMD from the same source
//! (`benchmarks/simd`). The contestants of a round take turns; kernels must print what their native
//! builds print.

use std::fmt::Write as _;
use std::fs;
use std::io::{Error, Result};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Command, Stdio};

use cwamrc::{Architecture, Artifact, OptLevel, Options, compile};
use cwamrc_tests::machine::Machine;
use cwamrc_tests::programs::{Host, Inputs, Run};
use cwamrc_tests::runner;

use crate::bench::contestants::Field;
use crate::bench::programs;
use crate::measure::measure;
use crate::stats::{Summary, geometric_mean};

/// The modules of the figures in docs/performance.md.
const MODULES: [&str; 4] = ["python", "clang-format", "sqljs", "quickjs"];
const LEVELS: [OptLevel; 2] = [OptLevel::O3, OptLevel::O0];

/// Programs of `benchmarks/programs` without vectors, which WAMR's compiler does not support on
/// riscv64.
const PROGRAMS: [&str; 8] = ["lua", "zstd", "lz4", "bzip2", "webp", "pcre2", "yyjson", "deflate"];

const KERNELS: [&str; 2] = ["gemm", "mandelbrot"];
const KERNELS_FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/simd");
const FLAGS: [&str; 2] = ["-O3", "-ffp-contract=off"];
/// Without SIMD and with it.
const VARIANTS: [&[&str]; 2] = [&[], &["-msimd128"]];
const CC: &str = "clang-19";

/// Measures and prints both tables.
pub(crate) fn report(rounds: usize) -> Result<()> {
    compile_times(&Inputs::prepare()?, rounds)?;
    text_sizes()?;
    kernels(rounds)
}

fn compile_times(inputs: &Inputs, rounds: usize) -> Result<()> {
    println!("| module | level | target | CPU time, to x86-64 | code, to x86-64 |");
    println!("|---|---|---|---|---|");
    for name in MODULES {
        let wasm = fs::read(inputs.wasm(name)?)?;
        for level in LEVELS {
            let mut times = vec![Vec::new(); Architecture::ALL.len()];
            let mut sizes = vec![0.0; times.len()];
            for _ in 0..rounds {
                for (index, &architecture) in Architecture::ALL.iter().enumerate() {
                    let (artifact, cpu) = compile_for(architecture, level, &wasm)?;
                    times[index].push(cpu);
                    sizes[index] = artifact.statistics().code_size as f64;
                }
            }
            let first = Architecture::ALL.iter().position(|one| one.name() == "x86_64");
            let first = first.ok_or_else(|| Error::other("no x86-64"))?;
            for (index, architecture) in Architecture::ALL.iter().enumerate() {
                if let (Some(time), true) =
                    (Summary::ratio(&times[index], &times[first]), index != first)
                {
                    let size = sizes[index] / sizes[first];
                    println!(
                        "| {name} | {level:?} | {} | {time} | {size:.2} |",
                        architecture.name()
                    );
                }
            }
        }
    }
    Ok(())
}

fn compile_for(
    architecture: Architecture,
    level: OptLevel,
    wasm: &[u8],
) -> Result<(Artifact, f64)> {
    let options = Options::new().architecture(architecture).opt_level(level);
    let options = options.threads(NonZeroUsize::MIN);
    let size = |result: &std::result::Result<Artifact, _>| {
        result.as_ref().map_or(0, |artifact| artifact.bytes().len() as u64)
    };
    let (artifact, sample) = measure("cwamrc", || compile(wasm, &options), size)?;
    Ok((artifact.map_err(Error::other)?, sample.cpu))
}

/// Sizes of the code at the highest level, as ratios to `wamrc -O3`.
fn text_sizes() -> Result<()> {
    let mut missing = Vec::new();
    let wamrc = Field::find(&mut missing).wamrc;
    let jobs = programs::listed(&PROGRAMS.map(str::to_owned), &mut missing)?;
    for what in missing {
        println!("\nLeft out: {what}");
    }
    let Some(wamrc) = wamrc else { return Ok(()) };
    let names: Vec<_> = Architecture::ALL.iter().map(|one| one.name()).collect();
    println!("\n| code, to wamrc -O3 | {} |", names.join(" | "));
    println!("|---{}|", "|---".repeat(names.len()));
    let folder = tempfile::tempdir()?;
    let mut pairs = vec![Vec::new(); names.len()];
    for job in jobs {
        let mut row = String::new();
        let wasm = fs::read(&job.wasm)?;
        for (architecture, pairs) in Architecture::ALL.iter().zip(&mut pairs) {
            let aot = folder.path().join("theirs.aot");
            let mut command = Command::new(&wamrc.program);
            command.arg(format!("--target={}", architecture.name())).arg("-o").arg(&aot);
            command.args(wamrc_flags(architecture.name())).arg(&job.wasm).stdout(Stdio::null());
            if !command.status()?.success() {
                return Err(Error::other(format!("wamrc cannot compile {}", job.name)));
            }
            let theirs = text_size(&fs::read(&aot)?)?;
            let (artifact, _) = compile_for(*architecture, OptLevel::O3, &wasm)?;
            let ours = text_size(artifact.bytes())?;
            write!(row, " {:.2} |", ours / theirs).map_err(Error::other)?;
            pairs.push((vec![ours], vec![theirs]));
        }
        println!("| {} |{row}", job.name);
    }
    let means: Vec<_> = pairs.iter().filter_map(|pairs| geometric_mean(pairs)).collect();
    let means = means.iter().map(|mean| format!(" {:.2} |", mean.median)).collect::<String>();
    println!("| geometric mean |{means}");
    Ok(())
}

/// Flags that `wamrc` needs for the same machine: by default, it compiles riscv64 without the
/// extensions that Linux needs (`doc/build_wasm_app.md`).
fn wamrc_flags(architecture: &str) -> &'static [&'static str] {
    match architecture {
        "riscv64" => &["--target-abi=lp64d", "--cpu=generic-rv64", "--cpu-features=+m,+a,+f,+d,+c"],
        _ => &[],
    }
}

fn text_size(aot: &[u8]) -> Result<f64> {
    let file = cwamrc::aot::read(aot).map_err(Error::other)?;
    Ok((file.text.literal.len() + file.text.code.len()) as f64)
}

fn kernels(rounds: usize) -> Result<()> {
    println!("\n| kernel | run time with SIMD, to the scalar build |");
    println!("|---|---|");
    let folder = tempfile::tempdir()?;
    for kernel in KERNELS {
        let native = folder.path().join(kernel);
        build(kernel, &[], &native)?;
        let run = Run::new(kernel, &native, &[]);
        let expected = run.expected()?;
        let mut modules = Vec::new();
        for (variant, number) in VARIANTS.iter().zip(0..) {
            let wasm = folder.path().join(format!("{kernel}{number}.wasm"));
            build(kernel, &[&["--target=wasm32-wasi"], *variant].concat(), &wasm)?;
            let artifact = compile(&fs::read(&wasm)?, &Options::new()).map_err(Error::other)?;
            modules.push(artifact.into_bytes());
        }
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..rounds {
            for (module, times) in modules.iter().zip(&mut times) {
                let work = || runner::run(Machine::Here, module, Host::Wasi, &run);
                let (output, sample) = measure("cwamrc", work, |_| 0)?;
                if output? != expected {
                    return Err(Error::other(format!("{kernel} does not print what it should")));
                }
                times.push(sample.cpu);
            }
        }
        if let Some(ratio) = Summary::ratio(&times[1], &times[0]) {
            println!("| {kernel} | {ratio} |");
        }
    }
    Ok(())
}

fn build(kernel: &str, flags: &[&str], output: &Path) -> Result<()> {
    let source = Path::new(KERNELS_FOLDER).join(kernel).with_extension("c");
    let mut command = Command::new(CC);
    command.args(FLAGS).args(flags).arg(source).arg("-o").arg(output);
    match command.status()? {
        status if status.success() => Ok(()),
        status => Err(Error::other(format!("{CC}: {status}"))),
    }
}
