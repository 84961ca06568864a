//! One contestant's turn: compile, inspect the file, load and run, each in separate processes.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{Error, Result, Write, stdin, stdout};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use cwamrc_tests::programs::Output;
use serde::{Deserialize, Serialize};
use wamr_shim::{InstanceConfig, Runtime, WasiConfig};

use super::Request;
use super::contestants::{Contestant, Field};
use super::programs::{Job, Reference};
use super::results::{FileFacts, Row, RunSample};
use super::watch::watch;
use crate::contestant::PEER_SCRIPT;
use crate::measure::{Sample, measure};

/// Bytes for the interpreter's stack.
const INTERPRETER_STACK: u32 = 4 << 20;

/// Standard input of a process that runs a module.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct RunTask {
    module: PathBuf,
    args: Vec<String>,
    stdin: Option<PathBuf>,
    folder: Option<PathBuf>,
    /// The file for the [`Timing`]; standard output belongs to the program.
    timing: PathBuf,
}

/// Result of such a process; the peer script writes the same fields.
#[derive(Debug, Deserialize, Serialize)]
struct Timing {
    load: f64,
    cpu: f64,
    wall: f64,
    /// Bytes that were loaded.
    bytes: u64,
}

type Reason<T> = std::result::Result<T, String>;

/// Measures with the available tools.
pub(crate) struct Bench<'a> {
    field: &'a Field,
    this: PathBuf,
    folder: tempfile::TempDir,
    request: &'a Request,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(field: &'a Field, request: &'a Request) -> Result<Self> {
        let (this, folder) = (std::env::current_exe()?, tempfile::tempdir()?);
        Ok(Self { field, this, folder, request })
    }

    /// The expected output of the program, if it is run.
    pub(crate) fn expected(&self, job: &Job) -> Reason<Option<Output>> {
        match &job.reference {
            Reference::Native(_) => self.run_native(job).map(|(output, _)| Some(output)),
            Reference::Interpreter => self.run(job, &job.wasm).map(|(output, _)| Some(output)),
            Reference::File(path) => {
                let stdout = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
                Ok(Some(Output { stdout, code: 0 }))
            }
            Reference::NotRun => Ok(None),
        }
    }

    /// Compiles and runs once, within the limits of patience; a failure ends up in the row.
    pub(crate) fn turn(
        &self,
        job: &Job,
        who: Contestant,
        expected: &Reason<Option<Output>>,
        row: &mut Row,
    ) {
        if row.failure.is_some() {
            return;
        }
        let done = match expected {
            Ok(expected) => self.try_turn(job, who, expected.as_ref(), row),
            Err(why) => Err(format!("the reference failed: {why}")),
        };
        row.failure = done.err();
    }

    fn try_turn(
        &self,
        job: &Job,
        who: Contestant,
        expected: Option<&Output>,
        row: &mut Row,
    ) -> Reason<()> {
        let patience = self.request.patience.as_secs_f64();
        let aot = self.folder.path().join(format!("{}-{who:?}.aot", job.name));
        let compiles = row.compile.iter().map(|sample| sample.wall).sum::<f64>();
        if row.compile.is_empty() || compiles < patience {
            if let Some(sample) = self.compile(job, who, &aot)? {
                row.compile.push(sample);
            }
            if row.file.is_none() && matches!(who, Contestant::Cwamrc(_) | Contestant::Wamrc(_)) {
                row.file = Some(facts(&aot).map_err(|e| e.to_string())?);
            }
        }
        let Some(expected) = expected else {
            if row.file.is_some() {
                row.load.extend(self.load(&aot)?);
            }
            return Ok(());
        };
        if row.run.iter().map(|sample| sample.wall).sum::<f64>() >= patience {
            return Ok(());
        }
        let (output, timing) = match who {
            Contestant::Native => self.run_native(job)?,
            Contestant::Interpreter => self.run(job, &job.wasm)?,
            Contestant::Wasmtime(level) => self.run_peer(job, level)?,
            Contestant::Cwamrc(_) | Contestant::Wamrc(_) => self.run(job, &aot)?,
        };
        if output != *expected {
            return Err(difference(expected, &output));
        }
        row.run.push(RunSample { cpu: timing.cpu, wall: timing.wall });
        if who != Contestant::Native {
            row.load.push(timing.load);
        }
        if let Contestant::Wasmtime(_) = who {
            row.file = Some(FileFacts { bytes: timing.bytes, text: None, relocations: None });
        }
        Ok(())
    }

    /// `None` for contestants that compile nothing here.
    fn compile(&self, job: &Job, who: Contestant, aot: &Path) -> Reason<Option<Sample>> {
        let report = self.folder.path().join("measured.json");
        let mut command = match who {
            Contestant::Native | Contestant::Interpreter => return Ok(None),
            Contestant::Cwamrc(level) => {
                let mut command = Command::new(&self.this);
                command.args(["child-compile", "--threads=1", "--host-cpu"]);
                command.args(["--level", &level.to_string()]).arg(&job.wasm).arg(aot);
                command
            }
            Contestant::Wamrc(level) => return self.compile_wamrc(job, level, aot, &report),
            Contestant::Wasmtime(level) => {
                let mut command = Command::new(self.field.python.as_ref().ok_or("no Python")?);
                command.arg(PEER_SCRIPT).arg("compile").arg(&job.wasm).args([level, "serial"]);
                command
            }
        };
        let done = watch(command.stdin(Stdio::null()), self.request.compile_timeout)?;
        match done.code {
            0 => serde_json::from_slice(&done.stdout).map(Some).map_err(|e| e.to_string()),
            code => Err(format!("compiling ended with exit code {code}")),
        }
    }

    fn compile_wamrc(
        &self,
        job: &Job,
        level: u8,
        aot: &Path,
        report: &Path,
    ) -> Reason<Option<Sample>> {
        let wamrc = self.field.wamrc.as_ref().ok_or("no wamrc")?;
        let mut command = Command::new(&wamrc.program);
        command.arg(format!("--opt-level={level}"));
        if wamrc.measures {
            command.arg(format!("--measure={}", report.display()));
        }
        let done = watch(
            command.arg("-o").arg(aot).arg(&job.wasm).stdin(Stdio::null()),
            self.request.compile_timeout,
        )?;
        if done.code != 0 {
            return Err(format!("compiling ended with exit code {}", done.code));
        }
        if wamrc.measures {
            return read_json(report).map(Some);
        }
        let output = fs::metadata(aot).map_err(|e| e.to_string())?.len();
        let (cpu, wall, peak) = (done.cpu, done.wall, done.peak);
        Ok(Some(Sample { cpu, wall, before: 0, peak, output, version: wamrc.version.clone() }))
    }

    fn run(&self, job: &Job, module: &Path) -> Reason<(Output, Timing)> {
        let timing = self.folder.path().join("timing.json");
        let task = RunTask {
            module: module.to_owned(),
            args: job.args.clone(),
            stdin: job.stdin.clone(),
            folder: job.folder.clone(),
            timing: timing.clone(),
        };
        let text = serde_json::to_vec(&task).map_err(|e| e.to_string())?;
        let input = tempfile::tempfile().and_then(|mut file| {
            file.write_all(&text)?;
            std::io::Seek::rewind(&mut file)?;
            Ok(file)
        });
        let mut command = Command::new(&self.this);
        command.arg("child-bench-run").stdin(input.map_err(|e| e.to_string())?);
        let ended = watch(&mut command, self.request.run_timeout)?;
        Ok((Output { stdout: ended.stdout, code: ended.code }, read_json(&timing)?))
    }

    /// Seconds that WAMR takes to load the file, measured several times.
    fn load(&self, aot: &Path) -> Reason<Vec<f64>> {
        const TIMES: &str = "3";
        let mut command = Command::new(&self.this);
        command.args(["child-load", "--times", TIMES]).arg(aot).stdin(Stdio::null());
        let done = watch(&mut command, self.request.run_timeout)?;
        match done.code {
            0 => serde_json::from_slice(&done.stdout).map_err(|e| e.to_string()),
            code => Err(format!("loading ended with exit code {code}")),
        }
    }

    fn run_peer(&self, job: &Job, level: &str) -> Reason<(Output, Timing)> {
        let timing = self.folder.path().join("timing.json");
        let mut command = Command::new(self.field.python.as_ref().ok_or("no Python")?);
        command.arg(PEER_SCRIPT).arg("measure").arg(&job.wasm).arg(level).arg(&timing);
        command.arg(job.folder.as_deref().unwrap_or(Path::new("-"))).args(&job.args);
        let ended = watch(command.stdin(input(job)?), self.request.run_timeout)?;
        Ok((Output { stdout: ended.stdout, code: ended.code }, read_json(&timing)?))
    }

    fn run_native(&self, job: &Job) -> Reason<(Output, Timing)> {
        let Reference::Native(program) = &job.reference else {
            return Err("there is no native build of it".to_owned());
        };
        let mut command = Command::new(program);
        command.args(&job.args).stdin(input(job)?);
        if let Some(folder) = &job.folder {
            command.current_dir(folder);
        }
        let ended = watch(&mut command, self.request.run_timeout)?;
        let timing = Timing { load: 0.0, cpu: ended.cpu, wall: ended.wall, bytes: 0 };
        Ok((Output { stdout: ended.stdout, code: ended.code }, timing))
    }
}

fn input(job: &Job) -> Reason<Stdio> {
    match &job.stdin {
        None => Ok(Stdio::null()),
        Some(path) => {
            File::open(path).map(Stdio::from).map_err(|e| format!("{}: {e}", path.display()))
        }
    }
}

fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Reason<T> {
    let bytes = fs::read(path).map_err(|e| format!("nothing was measured: {e}"))?;
    // Otherwise the next run might read this file.
    fs::remove_file(path).map_err(|e| e.to_string())?;
    serde_json::from_slice(&bytes).map_err(|e| e.to_string())
}

fn difference(expected: &Output, output: &Output) -> String {
    let (wanted, found) = (&expected.stdout, &output.stdout);
    let same = wanted.iter().zip(found).take_while(|(a, b)| a == b).count();
    let line = 1 + wanted[..same].iter().filter(|&&byte| byte == b'\n').count();
    match (wanted == found, expected.code, output.code) {
        (true, wanted, found) => format!("wrong output: exit code {found}, expected {wanted}"),
        (false, ..) => format!("wrong output: differs from the reference in line {line}"),
    }
}

fn facts(aot: &Path) -> Result<FileFacts> {
    let bytes = fs::read(aot)?;
    let file = cwamrc::aot::read(&bytes).map_err(Error::other)?;
    let relocations =
        file.relocation_groups.iter().map(|group| group.relocations.len()).sum::<usize>();
    Ok(FileFacts {
        bytes: bytes.len() as u64,
        text: Some((file.text.literal.len() + file.text.code.len()) as u64),
        relocations: Some(relocations as u64),
    })
}

/// Loads and runs the module of the [`RunTask`] on standard input, in this process.
///
/// # Errors
/// The task is invalid, the module cannot be loaded or instantiated, or it traps.
pub(crate) fn run_task() -> Result<i32> {
    let task: RunTask = serde_json::from_reader(stdin().lock())?;
    let bytes = fs::read(&task.module)?;
    let runtime = Runtime::new().map_err(Error::other)?;
    let start = Instant::now();
    let module = runtime.load(&bytes).map_err(Error::other)?;
    let load = start.elapsed().as_secs_f64();
    let config = InstanceConfig {
        stack_size: INTERPRETER_STACK,
        wasi: wasi(&task)?,
        ..InstanceConfig::default()
    };
    let instance = module.instantiate(&config).map_err(Error::other)?;
    let (code, sample) = measure("", || instance.run_main(&[]), |_| 0)?;
    let code = code.map_err(|trap| Error::other(describe(&trap)))?;
    let timing = Timing { load, cpu: sample.cpu, wall: sample.wall, bytes: bytes.len() as u64 };
    fs::write(&task.timing, serde_json::to_vec(&timing)?)?;
    Ok(code)
}

fn describe(trap: &impl Display) -> String {
    format!("trap: {trap}")
}

fn wasi(task: &RunTask) -> Result<WasiConfig> {
    let name = task.module.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let input = task.stdin.as_deref().unwrap_or(Path::new("/dev/null"));
    let out = rustix::io::dup(stdout())?;
    let mut wasi = WasiConfig::new().arg(name.unwrap_or_default()).args(&task.args);
    wasi = wasi.stdin(File::open(input)?).stdout(out);
    wasi = wasi.stderr(File::options().write(true).open("/dev/null")?);
    if let Some(folder) = &task.folder {
        let folder = folder.to_str().ok_or_else(|| Error::other("the folder is not UTF-8"))?;
        wasi = wasi.preopened_dir(folder, ".");
    }
    Ok(wasi)
}
