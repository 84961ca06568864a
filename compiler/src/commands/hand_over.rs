//! `cwamrc --backend=llvm`: finds wamrc and has it compile.
//!
//! wamrc works on files of a folder of its own, so that standard streams, wasm text and the promise
//! about the output path are the same as with the other backend.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

use crate::cli::HandOverRequest;
use crate::failure::{Failure, diagnose};
use crate::files;

const VARIABLE: &str = "WAMRC";
const NAME: &str = "wamrc";
const HINT: &str =
    "benchmarks/scripts/llvm.sh builds it on Debian; or set WAMRC to the path of one that you have";

/// Has wamrc compile a module.
pub(crate) fn hand_over(request: &HandOverRequest) -> Result<ExitCode, Failure> {
    let wasm = files::read_module(&request.input)?;
    let name = files::display_name(&request.input);
    let wamrc = find()?;
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new(format!("no folder for temporary files: {error}")))?;
    let (input, output) = (folder.path().join("module.wasm"), folder.path().join("result"));
    files::write(&input, &wasm)?;
    let done = Command::new(&wamrc)
        .args(&request.flags)
        .arg("-o")
        .args([&output, &input])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| {
            let shown = wamrc.display();
            Failure::new(format!("cannot start {shown}: {error}")).with_hint(Some(HINT))
        })?;
    let (stdout, stderr) = (text(&done.stdout), text(&done.stderr));
    if request.verbose {
        diagnose(format!("{stdout}{stderr}").trim_end());
    }
    let result = fs::read(&output);
    match (done.status.success(), result) {
        (true, Ok(bytes)) => files::write(&request.output, &bytes)?,
        (true, Err(_)) => {
            return Err(Failure::new(format!("{} made nothing of {name}", wamrc.display())));
        }
        (false, _) => {
            let why = last_line(&stderr).or(last_line(&stdout)).unwrap_or("it does not say why");
            let why = why.trim_start_matches("error: ").replace(&*input.to_string_lossy(), &name);
            let place = if why.contains(&name) { "" } else { &format!(", with {name}") };
            let (shown, status) = (wamrc.display(), done.status);
            return Err(Failure::new(format!("{shown}: {why} ({status}){place}")));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn last_line(text: &str) -> Option<&str> {
    text.lines().map(str::trim).rfind(|line| !line.is_empty())
}

/// `$WAMRC`, `wamrc` on the PATH, or the one in the cache of `benchmarks/scripts/llvm.sh`.
fn find() -> Result<PathBuf, Failure> {
    if let Some(chosen) = env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        return Ok(chosen.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let cached = cache().map(|folder| folder.join(NAME));
    let places = env::split_paths(&path).map(|folder| folder.join(NAME)).chain(cached.clone());
    places.into_iter().find(|place| place.is_file()).ok_or_else(|| {
        let place = cached.map_or_else(String::new, |place| format!(", nor {}", place.display()));
        Failure::new(format!(
            "no wamrc for --backend=llvm: neither {VARIABLE}, nor on the PATH{place}"
        ))
        .with_hint(Some(HINT))
    })
}

fn cache() -> Option<PathBuf> {
    let variable = |name| env::var_os(name).filter(|value: &OsString| !value.is_empty());
    if let Some(chosen) = variable("CWAMRC_LLVM_CACHE") {
        return Some(chosen.into());
    }
    let base = variable("XDG_CACHE_HOME").map(PathBuf::from);
    let base = base.or_else(|| Some(Path::new(&variable("HOME")?).join(".cache")))?;
    Some(base.join("cwamrc-llvm"))
}
