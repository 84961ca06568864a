//! `cwamrc inspect FILE`

use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;

use cwamrc::universal;

use crate::cli::InspectRequest;
use crate::failure::{Failure, diagnose};
use crate::files;

/// Prints the content of a file: an `.aot` file, or a module with machine code inside.
pub(crate) fn inspect(request: &InspectRequest) -> Result<ExitCode, Failure> {
    let bytes = files::read(&request.input)?;
    let name = files::display_name(&request.input);
    let is_module = bytes.starts_with(b"\0asm");
    if is_module && let Ok(Some(report)) = universal::report(&bytes) {
        return show(&report, request);
    }
    let report = cwamrc::inspect::report(&bytes).map_err(|error| {
        let hint = "this is a wasm module; compile it first with `cwamrc -o FILE.aot`";
        Failure::new(format!("{error}, in {name}")).with_hint(is_module.then_some(hint))
    })?;
    if request.input.extension().is_some_and(|extension| extension == "wasm") {
        diagnose(format_args!("warning: {name} is not a wasm module, but MACHINE CODE"));
    }
    show(&report, request)
}

fn show<R: Display + serde::Serialize>(
    report: &R,
    request: &InspectRequest,
) -> Result<ExitCode, Failure> {
    let text = if request.json {
        let json = serde_json::to_string_pretty(report);
        json.map_err(|error| Failure::new(format!("cannot write JSON: {error}")))? + "\n"
    } else {
        report.to_string()
    };
    files::write(Path::new("-"), text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
