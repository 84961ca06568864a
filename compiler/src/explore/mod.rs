//! What becomes of a module, function by function: its text, Cranelift's IR and the machine code, line
//! by line, with the place in the module that each line comes from.
//!
//! [`page`] makes one HTML page of it that needs nothing else: the data is compressed in it, and drawn
//! when it is looked at. Machine code is decoded from the bytes that go into the file.

mod functions;
mod pack;

use crate::error::Error;
use crate::options::Options;
use crate::pipeline;

/// The page, but for what it shows.
const TEMPLATE: &str = include_str!("page.html");

/// Where the title and the data go in the template.
const TITLE: &str = "<!--TITLE-->";
const DATA: &str = "/*DATA*/";

/// A page that shows the module in `wasm` as text, as Cranelift IR and as machine code, side by side,
/// under the headline `title`.
///
/// # Errors
/// As [`compile`](crate::compile).
pub fn page(wasm: &[u8], options: &Options, title: &str) -> Result<String, Error> {
    let listings = pipeline::list_with_places(wasm, options)?;
    let functions = functions::of_module(wasm, &listings, options)?;
    let data = pack::pack(&functions)?;
    let (before, after) = TEMPLATE.split_once(DATA).ok_or_else(broken)?;
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    Ok([&before.replace(TITLE, &title), &data, after].concat())
}

fn broken() -> Error {
    Error::internal("the page has no place for its data")
}
