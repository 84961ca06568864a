//! `cwamrc --backend=llvm`: finds wamrc and lets it compile.
//!
//! wamrc works with files in a temporary folder, so standard streams, wasm text and the promise
//! about the output path work as with the other backend. Its output is checked before it is passed
//! on, since LLVM calls functions of the C compiler's library that no runtime may have.

use std::ffi::OsString;
use std::path::{self, Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::{env, fs, io};

use cwamrc::aot::Container;
use wamr_abi::format;
use wamr_abi::releases::Release;

use crate::cli::WamrcRequest;
use crate::failure::{Failure, diagnose};
use crate::files;
use crate::source::Source;

const VARIABLE: &str = "WAMRC";
const NAME: &str = "wamrc";
const HINT: &str =
    "benchmarks/scripts/llvm.sh builds it on Debian; or set WAMRC to the path of your wamrc";

/// Has wamrc compile a module.
pub(crate) fn compile_with_wamrc(request: &WamrcRequest) -> Result<ExitCode, Failure> {
    let source = Source::read(&request.input)?;
    let name = source.name();
    let wamrc = find()?;
    let no_folder =
        |error: io::Error| Failure::new(format!("no folder for temporary files: {error}"));
    let folder = tempfile::tempdir().map_err(no_folder)?;
    // A folder whose name begins with a hyphen would be read as a flag.
    let place = path::absolute(folder.path()).map_err(no_folder)?;
    let (input, output) = (place.join("module.wasm"), place.join("result"));
    files::write(&input, source.wasm())?;
    let mut command = Command::new(&wamrc);
    let done = run(command.args(&request.flags).arg("-o").args([&output, &input]), &wamrc)?;
    if request.verbose {
        diagnose([text(&done.stdout), text(&done.stderr)].concat().trim_end());
    }
    if !done.status.success() {
        return Err(failure(request, &wamrc, &done, &input, name));
    }
    let bytes = fs::read(&output)
        .map_err(|_| Failure::new(format!("{} wrote no file for {name}", wamrc.display())))?;
    check_symbols(&bytes, name)?;
    files::write(&request.output.path, &bytes)?;
    if request.verbose && request.output.is_chosen_here {
        diagnose(format_args!("wrote {}", request.output.path.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the lists that wamrc has for flags with the value `help`.
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

/// The start of wamrc's help. wamrc prints it for each flag it does not support, without naming the
/// flag.
const USAGE: &str = "Usage: ";

/// Why wamrc failed to compile `input`, which the user knows as `name`.
fn failure(
    request: &WamrcRequest,
    wamrc: &Path,
    done: &Output,
    input: &Path,
    name: &str,
) -> Failure {
    let (stdout, stderr) = (text(&done.stdout), text(&done.stderr));
    if stdout.lines().chain(stderr.lines()).any(|line| line.starts_with(USAGE)) {
        return refused_flags(wamrc, request, &stderr);
    }
    let why = reason(&stderr).or(reason(&stdout)).unwrap_or("no reason given");
    let why = why.trim_start_matches("error: ").replace(&*input.to_string_lossy(), name);
    let place = if why.contains(name) { "" } else { &format!(", with {name}") };
    let (shown, status) = (wamrc.display(), done.status);
    if status.code().is_some() {
        let failure = Failure::new(format!("{shown}: {why} ({status}){place}"));
        return failure.with_hint(is_for_xtensa(request).then_some(XTENSA_HINT));
    }
    // Ended by a signal.
    let hint = if is_for_xtensa(request) { XTENSA_HINT } else { CRASH_HINT };
    Failure::new(format!("{shown} crashed: {why} ({status}){place}")).with_hint(Some(hint))
}

fn refused_flags(wamrc: &Path, request: &WamrcRequest, stderr: &str) -> Failure {
    let flags = request.flags.join(" ".as_ref());
    let (shown, flags) = (wamrc.display(), flags.display());
    let why = match reason(stderr).filter(|line| !line.contains("--help")) {
        Some(why) => format!(": {why}"),
        None => String::new(),
    };
    Failure::new(format!("{shown} does not support one of the flags {flags}{why}")).with_hint(Some(
        "`wamrc --help` lists its flags; values of --llvm-flag are passed to it unchanged",
    ))
}

const CRASH_HINT: &str = "this is a fault of wamrc or its LLVM, unless memory ran out; try \
    another --cpu or --opt-level, fewer flags, or set WAMRC to a wamrc with another LLVM";
const XTENSA_HINT: &str = "the xtensa back end of LLVM's own releases, including Debian's, is not \
    complete; set WAMRC to a wamrc built with Espressif's LLVM";

fn is_for_xtensa(request: &WamrcRequest) -> bool {
    let mut flags = request.flags.iter().map(|flag| flag.to_string_lossy());
    flags.any(|flag| flag.starts_with("--target=xtensa"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The line that says what went wrong: LLVM's own message, which may be followed by a dump, or the
/// last line.
fn reason(text: &str) -> Option<&str> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.clone().find(|line| line.starts_with("LLVM ERROR: ")).or_else(|| lines.next_back())
}

/// Refuses a file with symbols that no runtime has, of any release that would load it.
fn check_symbols(bytes: &[u8], name: &str) -> Result<(), Failure> {
    if !bytes.starts_with(&format::MAGIC.to_le_bytes()) {
        // An object file; the linker resolves its symbols.
        return Ok(());
    }
    let container = match Container::read(bytes) {
        Ok(container) => container,
        Err(error) => {
            diagnose(format!(
                "warning: the file that wamrc wrote cannot be checked: {error}, for \
                {name}"
            ));
            return Ok(());
        }
    };
    let Some(newest) = Release::that_run(container.requirements()).last() else {
        return Ok(());
    };
    let missing = container.unresolved_symbols(newest);
    if missing.is_empty() {
        return Ok(());
    }
    let (arch, missing) = (&container.file.target.arch, missing.join(", "));
    let what = format!("WAMR {newest} for {arch} lacks symbols that the code calls: {missing}");
    Err(Failure::new(format!("{what}, in {name}")).with_hint(Some(SYMBOLS_HINT)))
}

const SYMBOLS_HINT: &str = "--xip calls only functions that every runtime has; or name a machine \
    that has the instructions with --cpu, --cpu-features or --target-abi";

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
            "no wamrc found for --backend=llvm: neither in {VARIABLE}, nor on the PATH{place}"
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
