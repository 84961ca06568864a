//! `cwamrc explore FILE -o PAGE.html`

use std::process::ExitCode;

use crate::cli::ExploreRequest;
use crate::failure::Failure;
use crate::files;
use crate::source::Source;

/// Writes a page that shows how each function is compiled.
pub(crate) fn explore(request: &ExploreRequest) -> Result<ExitCode, Failure> {
    let source = Source::read(&request.input)?;
    let file = request.input.file_name();
    let file = file.map_or(source.name().to_owned(), |file| file.display().to_string());
    let title = format!("{file} for {}", request.options.cpu.architecture());
    let page = cwamrc::explore::page(source.wasm(), &request.options, &title);
    let page = page.map_err(|error| source.failure(source.wasm(), &error))?;
    files::write(&request.output, page.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
