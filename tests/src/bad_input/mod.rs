//! Invalid and extreme input: it must give a result or a typed error, in bounded memory.

pub mod extremes;
pub mod shapes;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use cwamrc::{Artifact, Error, ErrorKind, Options, compile};

/// Compiles `wasm`.
///
/// # Errors
/// Whatever no input may cause: a panic, an internal error, or an error with an offset outside of
/// the module.
pub fn judge(wasm: &[u8], options: &Options) -> Result<Result<Artifact, Error>, String> {
    let result = catch_unwind(AssertUnwindSafe(|| compile(wasm, options)));
    let result = result.map_err(|_| "the compiler panicked".to_owned())?;
    match result {
        Err(error) if error.kind() == ErrorKind::Internal => Err(error.to_string()),
        Err(error) if error.offset().is_some_and(|offset| offset > wasm.len()) => {
            Err(format!("{error}: beyond the {} bytes of the module", wasm.len()))
        }
        result => Ok(result),
    }
}

/// Small modules that use every part of the language: the modules of the goldens.
pub fn small_modules() -> Vec<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/goldens");
    let folders = fs::read_dir(root).expect("the goldens are there");
    let files = folders.flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap());
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    let modules: Vec<_> = paths.iter().map(|path| wat::parse_file(path).unwrap()).collect();
    assert!(modules.len() > 30, "only {} modules", modules.len());
    modules
}
