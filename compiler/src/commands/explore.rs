//! `cwamrc explore FILE -o PAGE.html`

use std::process::ExitCode;

use crate::cli::ExploreRequest;
use crate::failure::Failure;
use crate::files;

/// Writes a page that shows what becomes of each function.
pub(crate) fn explore(request: &ExploreRequest) -> Result<ExitCode, Failure> {
    let wasm = files::read_module(&request.input)?;
    let name = files::display_name(&request.input);
    let file = request.input.file_name().map_or(name.clone(), |file| file.display().to_string());
    let title = format!("{file} for {}", request.options.cpu.architecture());
    let page = cwamrc::explore::page(&wasm, &request.options, &title);
    let page = page.map_err(|error| Failure::compilation(&name, &error))?;
    files::write(&request.output, page.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
