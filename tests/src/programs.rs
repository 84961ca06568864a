//! Real programs: published modules, and C programs built from published sources.
//!
//! [`Inputs::prepare`] runs `scripts/inputs.sh`, which fetches and builds what is not cached.
//! [`Inputs::programs`] lists what to run with which arguments, and where the expected output comes
//! from. Invariant: that is always another implementation (the native build of the same sources,
//! CPython, a native clang-format, Node.js), never our own output.
//!
//! [`crate::runner`] runs the programs.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

/// The folder with the sources, scripts and data of the programs.
pub const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/programs");

const TFJS_THREADS: &str = "dist/tfjs-backend-wasm-threaded-simd.wasm";

/// The programs in Kotlin, by their exports.
const KOTLIN: &[&str] = &["collections", "coroutines", "exceptions", "strings", "json"];

/// Modules that were published as such.
const PUBLISHED: &[&str] = &[
    "canvaskit",
    "clang-format",
    "onnxruntime",
    "oxc-parser",
    "python",
    "quickjs",
    "sqljs",
    "tfjs",
    "tfjs-threads",
];

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/inputs.sh");

/// The places of everything on this machine.
#[derive(Debug, Deserialize)]
pub struct Inputs {
    npm: BTreeMap<String, PathBuf>,
    programs: BTreeMap<String, PathBuf>,
    kotlin: PathBuf,
    tools: Tools,
}

#[derive(Debug, Deserialize)]
struct Tools {
    python: PathBuf,
    node: PathBuf,
    venv: PathBuf,
}

/// A module and the ways to run it.
#[derive(Debug)]
pub struct Program {
    /// Unique, and the same on every machine.
    pub name: String,
    /// The WebAssembly file.
    pub wasm: PathBuf,
    /// The host that it needs.
    pub host: Host,
    /// What to run.
    pub runs: Vec<Run>,
}

/// What a module imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Host {
    /// `wasi_snapshot_preview1` and nothing else.
    Wasi,
    /// The JavaScript that comes with `@wasm-fmt/clang-format`.
    ClangFormat,
    /// The JavaScript that comes with `sql.js`.
    SqlJs,
    /// The JavaScript that comes with quickjs-emscripten.
    QuickJs,
    /// The JavaScript of TensorFlow.js.
    Tfjs,
    /// `wasi_snapshot_preview1`; the name of the run is the export to call. It needs a runtime with
    /// garbage collection.
    Kotlin,
}

/// One run of a program.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Run {
    /// What is run, for messages.
    pub name: String,
    /// The arguments after the program's own name.
    pub args: Vec<String>,
    /// Environment variables.
    pub env: Vec<(String, String)>,
    /// The content of standard input.
    pub stdin: Vec<u8>,
    /// The host folder that the program sees as its working directory, if any.
    pub folder: Option<PathBuf>,
    /// The command that prints the expected output. It gets the same arguments, standard input,
    /// environment and working directory; `reference_args` come before the arguments.
    reference: PathBuf,
    reference_args: Vec<String>,
}

/// The result of a run.
#[derive(Clone, PartialEq, Eq)]
pub struct Output {
    /// Everything written to standard output.
    pub stdout: Vec<u8>,
    /// The exit code.
    pub code: i32,
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit code {}, output:\n{}", self.code, String::from_utf8_lossy(&self.stdout))
    }
}

impl Inputs {
    /// Fetches and builds what is missing; quick if nothing is. Progress goes to standard error.
    ///
    /// # Errors
    /// The script failed: a tool is missing and cannot be installed, a registry cannot be reached,
    /// or a file has another SHA-256. Its own message, on standard error, says which.
    pub fn prepare() -> Result<Self> {
        let done = Command::new(SCRIPT).stderr(Stdio::inherit()).output()?;
        if !done.status.success() {
            return Err(Error::other(format!("{SCRIPT} failed, {}: see above", done.status)));
        }
        Ok(serde_json::from_slice(&done.stdout)?)
    }

    /// The WebAssembly file of the program of that name.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when no program has that name.
    pub fn wasm(&self, name: &str) -> Result<PathBuf> {
        let published = |file: &str| self.npm.get(name).map(|folder| folder.join(file));
        match name {
            "python" => published("dist/python.wasm"),
            "clang-format" => published("clang-format-cli.wasm"),
            "sqljs" => published("dist/sql-wasm.wasm"),
            "quickjs" => published("dist/emscripten-module.wasm"),
            "tfjs" => published("dist/tfjs-backend-wasm-simd.wasm"),
            "tfjs-threads" => self.npm.get("tfjs").map(|folder| folder.join(TFJS_THREADS)),
            "canvaskit" => published("bin/canvaskit.wasm"),
            "onnxruntime" => published("dist/ort-wasm-simd-threaded.wasm"),
            "oxc-parser" => published("parser.wasm32-wasi.wasm"),
            _ => self.programs.get(name).map(|folder| folder.join("program.wasm")),
        }
        .ok_or_else(|| no_program(name))
    }

    /// The WebAssembly files of everything that is fetched or built, in the order of their names.
    ///
    /// # Panics
    /// If one of them is not where it should be.
    pub fn modules(&self) -> Vec<PathBuf> {
        let published = PUBLISHED.iter().copied();
        let built = self.programs.keys().map(String::as_str);
        let mut names: Vec<&str> = published.chain(built).collect();
        names.sort_unstable();
        let wasm = |name| self.wasm(name).unwrap_or_else(|error| panic!("{error}"));
        names.into_iter().map(wasm).collect()
    }

    /// Node.js, whose V8 has exceptions of both encodings.
    ///
    /// # Panics
    /// If the script does not provide it.
    pub fn node(&self) -> PathBuf {
        self.npm["node"].join("bin/node")
    }

    /// Writes the module in `legacy` to `current`, with its exceptions in the current encoding.
    ///
    /// # Errors
    /// Binaryen cannot read the module, or cannot write the other one.
    pub fn to_current_exceptions(&self, legacy: &Path, current: &Path) -> Result<()> {
        let mut command = Command::new(self.node());
        command.arg(self.npm["binaryen"].join("bin/wasm-opt"));
        let features = ["exception-handling", "reference-types", "multivalue", "bulk-memory"];
        let features = features.iter().chain(&["sign-ext", "mutable-globals"]);
        command.args(features.map(|feature| format!("--enable-{feature}")));
        command.arg("--emit-exnref").arg(legacy).arg("-o").arg(current);
        match command.status()? {
            status if status.success() => Ok(()),
            status => Err(Error::other(format!("{command:?}: {status}"))),
        }
    }

    /// The Python interpreter with PyPI's wasmtime.
    pub fn peer_python(&self) -> PathBuf {
        self.tools.venv.join("bin/python")
    }

    /// Every program, including this project's small kernels.
    ///
    /// # Errors
    /// A file of the tests crate cannot be read.
    pub fn programs(&self) -> Result<Vec<Program>> {
        let mut all = vec![
            self.program("python", Host::Wasi, self.python_runs())?,
            self.program("clang-format", Host::ClangFormat, self.clang_format_runs()?)?,
            self.program("sqljs", Host::SqlJs, self.sqljs_runs()?)?,
            self.program("quickjs", Host::QuickJs, self.quickjs_runs()?)?,
            self.program("tfjs", Host::Tfjs, self.tfjs_runs()?)?,
        ];
        for (name, folder) in &self.programs {
            let runs = native_runs(name, &folder.join("native"))?;
            all.push(self.program(name, Host::Wasi, runs)?);
        }
        Ok(all)
    }

    /// The programs in Kotlin: as their compiler writes them, and optimised by Binaryen. The
    /// reference is the same module in V8.
    pub fn in_kotlin(&self) -> [Program; 2] {
        ["program", "optimised"].map(|file| {
            let wasm = self.kotlin.join(file).with_extension("wasm");
            let run = |name: &&str| {
                let mut run = Run::new(name, &self.node(), &[]);
                let script = format!("{PROGRAMS}/kotlin/reference.mjs");
                run.reference_args = vec!["--no-warnings".to_owned(), script];
                run.reference_args
                    .extend([wasm.to_string_lossy().into_owned(), (*name).to_owned()]);
                run
            };
            let runs = KOTLIN.iter().map(run).collect();
            Program { name: format!("kotlin-{file}"), wasm, host: Host::Kotlin, runs }
        })
    }

    fn program(&self, name: &str, host: Host, runs: Vec<Run>) -> Result<Program> {
        Ok(Program { name: name.to_owned(), wasm: self.wasm(name)?, host, runs })
    }

    /// Scripts whose output is the same on every CPython 3 from 3.11 on.
    fn python_runs(&self) -> Vec<Run> {
        let scripts = ["arithmetic.py", "objects.py", "text.py"];
        let run = |script| {
            let args = vec!["-B".to_owned(), script];
            let mut run = Run::new(&args[1], &self.tools.python, &args);
            run.env("PYTHONHASHSEED", "0").folder = Some(Path::new(PROGRAMS).join("python"));
            run
        };
        scripts.into_iter().map(|script| run(script.to_owned())).collect()
    }

    fn clang_format_runs(&self) -> Result<Vec<Run>> {
        let native = self.tools.venv.join("bin/clang-format");
        let messy = read("clang-format/messy.cc")?;
        let run = |style: &str| {
            let args = [format!("--style={style}"), "--assume-filename=messy.cc".to_owned()];
            let mut run = Run::new(style, &native, &args);
            run.stdin = messy.clone();
            run
        };
        Ok(["LLVM", "Google", "WebKit", "GNU"].map(run).into())
    }

    /// The reference is another release of SQLite, which gives the same rows to this script.
    fn sqljs_runs(&self) -> Result<Vec<Run>> {
        let sqlite = self.programs.get("sqlite").ok_or_else(|| no_program("sqlite"))?;
        let mut run = Run::new("workload.sql", &sqlite.join("native"), &[]);
        run.stdin = read("sqlite/workload.sql")?;
        Ok(vec![run])
    }

    /// The reference is the JavaScript engine of Node.js.
    fn quickjs_runs(&self) -> Result<Vec<Run>> {
        let mut run = Run::new("workload.js", &self.tools.node, &[]);
        run.reference_args = vec![format!("{PROGRAMS}/quickjs/reference.cjs")];
        run.stdin = read("quickjs/workload.js")?;
        Ok(vec![run])
    }

    /// The reference is the same module in Node.js.
    fn tfjs_runs(&self) -> Result<Vec<Run>> {
        let wasm = self.wasm("tfjs")?.to_string_lossy().into_owned();
        let mut run = Run::new("workload.txt", &self.tools.node, &[]);
        run.reference_args = vec![format!("{PROGRAMS}/tfjs/reference.cjs"), wasm];
        run.stdin = read("tfjs/workload.txt")?;
        Ok(vec![run])
    }
}

fn no_program(name: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("no program is called {name}"))
}

/// The runs of a program built from sources, whose native build is `native`.
fn native_runs(name: &str, native: &Path) -> Result<Vec<Run>> {
    let plain = || Run::new("", native, &[]);
    Ok(match name {
        "sqlite" => {
            let sql = |file: &str| -> Result<Run> {
                let mut run = Run::new(file, native, &[]);
                run.stdin = read(&format!("sqlite/{file}"))?;
                Ok(run)
            };
            vec![sql("workload.sql")?, sql("extensions.sql")?]
        }
        "lua" => {
            let scripts = ["objects.lua", "strings.lua", "algorithms.lua"].map(str::to_owned);
            let mut run = Run::new("scripts", native, &scripts);
            run.folder = Some(Path::new(PROGRAMS).join("lua"));
            vec![run]
        }
        _ if name.starts_with("exit_code-") => {
            let args = ["7", "two words", ""].map(str::to_owned);
            let mut run = Run::new("arguments", native, &args);
            run.env("GREETING", "good morning").stdin = b"first\n\nthe third, unended".into();
            vec![plain(), run]
        }
        _ => vec![plain()],
    })
}

fn read(file: &str) -> Result<Vec<u8>> {
    let path = Path::new(PROGRAMS).join(file);
    std::fs::read(&path).map_err(|e| Error::new(e.kind(), format!("{}: {e}", path.display())))
}

impl Run {
    /// A run whose reference takes the same arguments.
    pub fn new(name: &str, reference: &Path, args: &[String]) -> Self {
        Self {
            name: name.to_owned(),
            args: args.to_vec(),
            env: Vec::new(),
            stdin: Vec::new(),
            folder: None,
            reference: reference.to_owned(),
            reference_args: Vec::new(),
        }
    }

    fn env(&mut self, name: &str, value: &str) -> &mut Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The output of the reference, and its exit code.
    ///
    /// # Errors
    /// The reference cannot be started, or a signal ended it.
    pub fn expected(&self) -> Result<Output> {
        let mut command = Command::new(&self.reference);
        command
            .args(&self.reference_args)
            .args(&self.args)
            .env_clear()
            .envs(self.env.iter().cloned());
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        run_command(&mut command, &self.stdin)
    }
}

/// Runs a command with this standard input, which it need not read; standard error is dropped.
///
/// # Errors
/// The command cannot be started, or a signal ended it.
pub fn run_command(command: &mut Command, stdin: &[u8]) -> Result<Output> {
    let shown = format!("{command:?}");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| Error::new(e.kind(), format!("{shown}: {e}")))?;
    let mut pipe = child.stdin.take().expect("standard input is piped");
    let (written, done) = std::thread::scope(|scope| {
        // On a thread, since the child may block on its output before it has read all its input.
        let writer = scope.spawn(move || pipe.write_all(stdin));
        let done = child.wait_with_output();
        (writer.join().expect("writing does not panic"), done)
    });
    match written {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => return Err(e),
        _ => {}
    }
    let done = done?;
    let code = done.status.code();
    let code = code.ok_or_else(|| Error::other(format!("{shown}: {}", done.status)))?;
    Ok(Output { stdout: done.stdout, code })
}
