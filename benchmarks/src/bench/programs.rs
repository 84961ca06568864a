//! What is compiled and run: the programs of `benchmarks/programs`, or a user's module; and real
//! modules that are only compiled and loaded here, because most of them need a host of their own.

use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cwamrc_tests::programs::Inputs;
use serde::Deserialize;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/programs.sh");

/// Published modules, small ones first.
const CORPUS: [&str; 8] = [
    "tfjs",
    "quickjs",
    "sqljs",
    "oxc-parser",
    "clang-format",
    "canvaskit",
    "onnxruntime",
    "python",
];

/// A program with one way to run it.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) wasm: PathBuf,
    pub(crate) args: Vec<String>,
    /// The file for standard input; none if absent.
    pub(crate) stdin: Option<PathBuf>,
    /// The folder that the program sees as its working directory.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) reference: Reference,
}

/// Where the expected output comes from; never from a compiler under test.
#[derive(Debug)]
pub(crate) enum Reference {
    /// The native build of the same sources.
    Native(PathBuf),
    /// A file.
    File(PathBuf),
    /// WAMR's interpreter.
    Interpreter,
    /// Nothing: the module is not run. The tests check its code.
    NotRun,
}

/// What the script prints.
#[derive(Deserialize)]
struct Listing {
    programs: Vec<Listed>,
    failed: std::collections::BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    wasm: PathBuf,
    native: PathBuf,
    args: Vec<String>,
    stdin: Option<PathBuf>,
    folder: Option<PathBuf>,
}

/// The programs with these names, or all if there are none; those that could not be built are added
/// to `missing`.
///
/// # Errors
/// The script cannot run at all, or a name is unknown.
pub(crate) fn listed(names: &[String], missing: &mut Vec<String>) -> Result<Vec<Job>> {
    let done = Command::new(SCRIPT).stderr(Stdio::inherit()).output()?;
    if !done.status.success() {
        return Err(Error::other(format!("{SCRIPT}: {}: see above", done.status)));
    }
    let Listing { programs, failed } = serde_json::from_slice(&done.stdout)?;
    for name in names {
        if !programs.iter().any(|program| program.name == *name) && !failed.contains_key(name) {
            let all: Vec<_> = programs.iter().map(|program| program.name.as_str()).collect();
            return Err(Error::other(format!(
                "unknown program {name}; known programs: {}",
                all.join(", ")
            )));
        }
    }
    let wanted = |name: &String| names.is_empty() || names.contains(name);
    missing.extend(
        failed.iter().filter(|(name, _)| wanted(name)).map(|(name, why)| format!("{name}: {why}")),
    );
    Ok(programs.into_iter().filter(|program| wanted(&program.name)).map(Job::from).collect())
}

/// The real modules with these names, or all if there are none.
///
/// # Errors
/// They cannot be fetched, or a name is unknown.
pub(crate) fn corpus(names: &[String]) -> Result<Vec<Job>> {
    if let Some(name) = names.iter().find(|name| !CORPUS.contains(&name.as_str())) {
        let what = format!("unknown module {name}; known modules: {}", CORPUS.join(", "));
        return Err(Error::other(what));
    }
    let inputs = Inputs::prepare()?;
    let wanted = |name: &&str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    let job = |name: &str| {
        Ok(Job {
            name: name.to_owned(),
            wasm: inputs.wasm(name)?,
            args: Vec::new(),
            stdin: None,
            folder: None,
            reference: Reference::NotRun,
        })
    };
    CORPUS.into_iter().filter(wanted).map(job).collect()
}

impl From<Listed> for Job {
    fn from(listed: Listed) -> Self {
        let Listed { name, wasm, native, args, stdin, folder } = listed;
        Self { name, wasm, args, stdin, folder, reference: Reference::Native(native) }
    }
}

impl Job {
    /// A user's module. It sees the working directory.
    ///
    /// # Errors
    /// The file cannot be found.
    pub(crate) fn own(wasm: &Path, args: &[String], expected: Option<&Path>) -> Result<Self> {
        let absolute = |path: &Path| {
            fs::canonicalize(path)
                .map_err(|e| Error::new(e.kind(), format!("{}: {e}", path.display())))
        };
        let wasm = absolute(wasm)?;
        Ok(Self {
            name: wasm.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned()),
            wasm,
            args: args.to_vec(),
            stdin: None,
            folder: Some(std::env::current_dir()?),
            reference: match expected {
                Some(file) => Reference::File(absolute(file)?),
                None => Reference::Interpreter,
            },
        })
    }

    /// For the report.
    pub(crate) fn reference_name(&self) -> String {
        match &self.reference {
            Reference::Native(_) => "native build".to_owned(),
            Reference::File(path) => path.display().to_string(),
            Reference::Interpreter => "interpreter".to_owned(),
            Reference::NotRun => "not run".to_owned(),
        }
    }
}
