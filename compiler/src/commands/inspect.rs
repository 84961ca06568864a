//! `cwamrc inspect FILE.aot`

use std::path::Path;
use std::process::ExitCode;

use crate::cli::InspectRequest;
use crate::failure::Failure;
use crate::files;

/// Prints what a file holds.
pub(crate) fn inspect(request: &InspectRequest) -> Result<ExitCode, Failure> {
    let bytes = files::read(&request.input)?;
    let name = files::display_name(&request.input);
    let report = cwamrc::inspect::report(&bytes).map_err(|error| {
        let hint = bytes
            .starts_with(b"\0asm")
            .then_some("this is a wasm module; compile it first with `cwamrc -o FILE.aot`");
        Failure::new(format!("{error}, in {name}")).with_hint(hint)
    })?;
    let text = if request.json {
        let json = serde_json::to_string_pretty(&report);
        json.map_err(|error| Failure::new(format!("cannot write JSON: {error}")))? + "\n"
    } else {
        report.to_string()
    };
    files::write(Path::new("-"), text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
