//! `cwamrc perf-map FILE.wasm MAP`: replaces `aot_func#N` of `iwasm --enable-linux-perf` by names.
//!
//! perf finds functions of compiled code in the map that the runtime writes for its process. The
//! runtime numbers them (`core/iwasm/aot/aot_perf_map.c`), not counting imports.

use std::path::Path;
use std::process::ExitCode;

use crate::failure::Failure;
use crate::files;
use crate::source::Source;

/// The runtime's name of a function, without its number.
const PREFIX: &str = "aot_func#";

/// Adds the names of the module's functions to the map.
pub(crate) fn perf_map(module: &Path, map: &Path) -> Result<ExitCode, Failure> {
    let source = Source::read(module)?;
    let names = cwamrc::function_names(source.wasm());
    let names = names.map_err(|error| source.failure(source.wasm(), &error))?;
    let text = String::from_utf8(files::read(map)?).map_err(|_| {
        let map = files::display_name(map);
        Failure::new(format!("the map is not text, in {map}"))
    })?;
    let mut renamed: String = text.lines().map(|line| rename(line, &names) + "\n").collect();
    if !text.ends_with('\n') {
        renamed.pop();
    }
    files::write(map, renamed.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// A line of the map with the name of its function, if it has one.
fn rename(line: &str, names: &[Option<String>]) -> String {
    let named = line.rsplit_once(PREFIX).and_then(|(before, number)| {
        let name = names.get(number.parse::<usize>().ok()?)?.as_deref()?;
        Some(format!("{before}{}", name.replace(char::is_control, "?")))
    });
    named.unwrap_or_else(|| line.to_owned())
}
