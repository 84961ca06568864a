//! Shows how a module is compiled, function by function: its text, Cranelift's IR and the machine
//! code, line by line, with the place in the module that each line comes from.
//!
//! [`page`] writes this as one self-contained HTML page. The page contains the data in compressed
//! form and draws it on demand. Machine code is disassembled from the bytes that go into the file.

mod compress;
mod functions;

use crate::error::Error;
use crate::options::{BoundsChecks, Cpu, Options};
use crate::pipeline;

/// The page without its data.
const TEMPLATE: &str = include_str!("page.html");

/// The placeholder of the title; the data has one of its own.
const TITLE: &str = "<!--TITLE-->";
const DATA: &str = "/*DATA*/";

/// An HTML page that shows the module in `wasm` as text, as Cranelift IR and as machine code, side
/// by side, under the headline `title`.
///
/// # Errors
/// Those of [`compile`](crate::compile).
pub fn page(wasm: &[u8], options: &Options, title: &str) -> Result<String, Error> {
    let listings = pipeline::list_with_places(wasm, options)?;
    let functions = functions::of_module(wasm, &listings, options)?;
    let data = compress::pack(&functions, &summary(options))?;
    let (before, after) = TEMPLATE.split_once(DATA).ok_or_else(broken)?;
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    Ok([&before.replace(TITLE, &title), &data, after].concat())
}

/// The machine and the level, as command-line flags.
fn summary(options: &Options) -> String {
    let minimum = Cpu::baseline(options.cpu.architecture());
    let is_more = |feature: &&str| !minimum.features().any(|other| other == *feature);
    let features = options.cpu.features().filter(is_more).map(|feature| format!("+{feature}"));
    let features: Vec<String> = features.collect();
    let mut text = format!("--target={}", options.cpu.architecture());
    if !features.is_empty() {
        text.push_str(&format!(" --cpu-features={}", features.join(",")));
    }
    let checks = u8::from(options.bounds_checks == BoundsChecks::Software);
    text.push_str(&format!(" --opt-level={} --bounds-checks={checks}", options.opt_level as u8));
    text
}

fn broken() -> Error {
    Error::internal("the page has no place for its data")
}
