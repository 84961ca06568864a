//! `--wamr-version=auto`: finds out which release the iwasm of this machine is.
//!
//! iwasm prints its release, but main prints the name of another release, and a later release may
//! be unknown here. Where the name does not decide, iwasm is given a tiny file of each AOT version,
//! newest first: it either runs the file, or reports "unknown binary version". Only the iwasm that
//! `$IWASM` names or that is on the PATH is run.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, io};

use cwamrc::{Cpu, Options, Release};

use crate::failure::Failure;
use crate::files;

const VARIABLE: &str = "IWASM";
const NAME: &str = "iwasm";
/// What main calls itself (`core/version.h`).
const NAME_OF_MAIN: &str = "2.4.3";
/// What the loader reports about a file with another version word (`core/iwasm/aot/aot_loader.c`).
const OTHER_VERSION: &str = "unknown binary version";
const HINT: &str =
    "name the release of the runtime that will load the file, as in --wamr-version=2.4.5";

/// The release to make files for with the iwasm of this machine, and how it was found.
///
/// # Errors
/// If there is no iwasm, or it does not load a file of any AOT version.
pub(crate) fn release() -> Result<(Release, String), Failure> {
    let iwasm = find()?;
    let name = version(&iwasm)?;
    let named = Release::all().find(|release| release.to_string() == name);
    let shown = format!("{} says it is {name}", iwasm.display());
    match named {
        Some(release) if name != NAME_OF_MAIN => Ok((release, shown)),
        _ => {
            let version = taken(&iwasm)?;
            let takes = |release: &Release| release.facts().version == version;
            let release = named.filter(takes).or_else(|| Release::all().rev().find(takes));
            let release = release.expect("the version is that of a release");
            Ok((release, format!("{shown}, and loads AOT version {version}")))
        }
    }
}

/// `$IWASM`, or `iwasm` on the PATH.
fn find() -> Result<PathBuf, Failure> {
    if let Some(chosen) = env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        return Ok(chosen.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let places = env::split_paths(&path).filter(|folder| folder.is_absolute());
    places.map(|folder| folder.join(NAME)).find(|place| place.is_file()).ok_or_else(|| {
        Failure::new("no iwasm found for --wamr-version=auto: neither in IWASM, nor on the PATH")
            .with_hint(Some(HINT))
    })
}

fn run(command: &mut Command) -> Result<Output, Failure> {
    command.stdin(Stdio::null()).output().map_err(|error| {
        let program = Path::new(command.get_program()).display().to_string();
        Failure::new(format!("cannot start {program}: {error}")).with_hint(Some(HINT))
    })
}

/// The release that iwasm prints: `iwasm 2.4.5` in every release since 2.0.0.
fn version(iwasm: &Path) -> Result<String, Failure> {
    let output = run(Command::new(iwasm).arg("--version"))?;
    let text = text(&output);
    let name = text.lines().find_map(|line| line.trim().strip_prefix("iwasm "));
    name.map(|name| name.trim().to_owned()).ok_or_else(|| {
        let shown = iwasm.display();
        Failure::new(format!("{shown} --version does not print `iwasm` and a version"))
            .with_hint(Some(HINT))
    })
}

/// The newest AOT version that iwasm loads.
fn taken(iwasm: &Path) -> Result<u32, Failure> {
    let no_folder =
        |error: io::Error| Failure::new(format!("no folder for temporary files: {error}"));
    let folder = tempfile::tempdir().map_err(no_folder)?;
    let file = std::path::absolute(folder.path().join("probe.aot")).map_err(no_folder)?;
    let mut versions: Vec<(u32, Release)> =
        Release::all().rev().map(|release| (release.facts().version, release)).collect();
    versions.dedup_by_key(|(version, _)| *version);
    for (version, release) in versions {
        files::write(&file, &probe(release)?)?;
        let output = run(Command::new(iwasm).args(["-f", "f"]).arg(&file))?;
        if output.status.success() {
            return Ok(version);
        }
        let said = text(&output);
        if !said.contains(OTHER_VERSION) {
            let why = said.lines().map(str::trim).rfind(|line| !line.is_empty());
            let why = why.unwrap_or("no reason given");
            let shown = iwasm.display();
            return Err(
                Failure::new(format!("{shown} cannot run .aot files: {why}")).with_hint(Some(HINT))
            );
        }
    }
    let shown = iwasm.display();
    Err(Failure::new(format!("{shown} loads no AOT version that cwamrc knows"))
        .with_hint(Some(HINT)))
}

/// A file for `release` and this machine, with a function `f` that does nothing.
fn probe(release: Release) -> Result<Vec<u8>, Failure> {
    let cpu = Cpu::host().map_err(|error| Failure::new(error.to_string()))?;
    let options = Options::new().cpu(Cpu::baseline(cpu.architecture())).release(release);
    let module = wat::parse_str(r#"(module (func (export "f")))"#).expect("the text is right");
    let artifact = cwamrc::compile(&module, &options);
    artifact
        .map(|artifact| artifact.into_bytes())
        .map_err(|error| Failure::compilation("the probe of iwasm", &error))
}

fn text(output: &Output) -> String {
    let both = [output.stdout.as_slice(), b"\n", output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&both).into_owned()
}
