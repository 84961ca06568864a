//! `cwamrc --backend=llvm`: finds wamrc and has it compile.
//!
//! wamrc works on files of a folder of its own, so that standard streams, wasm text and the promise
//! about the output path are the same as with the other backend.

use std::ffi::OsString;
use std::path::{self, Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::{env, fs, io};

use crate::cli::HandOverRequest;
use crate::failure::{Failure, diagnose};
use crate::files;
use crate::source::Source;

const VARIABLE: &str = "WAMRC";
const NAME: &str = "wamrc";
const HINT: &str =
    "benchmarks/scripts/llvm.sh builds it on Debian; or set WAMRC to the path of one that you have";

/// Has wamrc compile a module.
pub(crate) fn hand_over(request: &HandOverRequest) -> Result<ExitCode, Failure> {
    let source = Source::read(&request.input)?;
    let name = source.name();
    let wamrc = find()?;
    let no_folder =
        |error: io::Error| Failure::new(format!("no folder for temporary files: {error}"));
    let folder = tempfile::tempdir().map_err(no_folder)?;
    // A folder whose name begins with a hyphen would be taken for a flag.
    let place = path::absolute(folder.path()).map_err(no_folder)?;
    let (input, output) = (place.join("module.wasm"), place.join("result"));
    files::write(&input, source.wasm())?;
    let mut command = Command::new(&wamrc);
    let done = run(command.args(&request.flags).arg("-o").args([&output, &input]), &wamrc)?;
    let (stdout, stderr) = (text(&done.stdout), text(&done.stderr));
    if request.verbose {
        diagnose(format!("{stdout}{stderr}").trim_end());
    }
    let result = fs::read(&output);
    match (done.status.success(), result) {
        (true, Ok(bytes)) => {
            files::write(&request.output.path, &bytes)?;
            if request.verbose && request.output.is_chosen_here {
                diagnose(format_args!("wrote {}", request.output.path.display()));
            }
        }
        (false, _) if stdout.lines().chain(stderr.lines()).any(|line| line.starts_with(USAGE)) => {
            return Err(refused_flags(&wamrc, request, &stderr));
        }
        (true, Err(_)) => {
            return Err(Failure::new(format!("{} made nothing of {name}", wamrc.display())));
        }
        (false, _) => {
            let why = last_line(&stderr).or(last_line(&stdout)).unwrap_or("it does not say why");
            let why = why.trim_start_matches("error: ").replace(&*input.to_string_lossy(), name);
            let place = if why.contains(name) { "" } else { &format!(", with {name}") };
            let (shown, status) = (wamrc.display(), done.status);
            return Err(Failure::new(format!("{shown}: {why} ({status}){place}")));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints what wamrc lists for flags with the value `help`.
pub(crate) fn ask_wamrc(flags: &[OsString]) -> Result<ExitCode, Failure> {
    let wamrc = find()?;
    let done = run(Command::new(&wamrc).args(flags), &wamrc)?;
    files::write(Path::new("-"), &[done.stdout, done.stderr].concat())?;
    Ok(ExitCode::SUCCESS)
}

fn run(command: &mut Command, wamrc: &Path) -> Result<Output, Failure> {
    command.stdin(Stdio::null()).output().map_err(|error| {
        let shown = wamrc.display();
        Failure::new(format!("cannot start {shown}: {error}")).with_hint(Some(HINT))
    })
}

/// How wamrc's help begins, which it prints for each flag that it does not take, without saying which.
const USAGE: &str = "Usage: ";

fn refused_flags(wamrc: &Path, request: &HandOverRequest, stderr: &str) -> Failure {
    let flags = request.flags.join(" ".as_ref());
    let (shown, flags) = (wamrc.display(), flags.display());
    let why = match last_line(stderr).filter(|line| !line.contains("--help")) {
        Some(why) => format!(": {why}"),
        None => String::new(),
    };
    Failure::new(format!("{shown} does not take one of the flags {flags}{why}")).with_hint(Some(
        "`wamrc --help` lists what it takes; what --llvm-flag names goes on to it as it is",
    ))
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
