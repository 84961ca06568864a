//! Shows how a module is compiled, function by function: its text, Cranelift's IR and the machine
//! code, line by line, with the place in the module that each line comes from.
//!
//! [`page`] writes this as one self-contained HTML page. The page contains the data in compressed
//! form and draws it on demand. Machine code is disassembled from the bytes that go into the file.

mod compress;
mod functions;

use crate::error::Error;
use crate::options::Options;
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
    let data = compress::pack(&functions)?;
    let (before, after) = TEMPLATE.split_once(DATA).ok_or_else(broken)?;
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    Ok([&before.replace(TITLE, &title), &data, after].concat())
}

fn broken() -> Error {
    Error::internal("the page has no place for its data")
}
