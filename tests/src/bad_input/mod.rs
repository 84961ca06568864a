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

/// Exceptions in the current encoding: clauses of each kind, and thrown again.
const EXCEPTIONS: &str = r#"(module (tag $t (param i32)) (tag $u (export "u"))
    (func $f (param i32) (result i32)
        (if (local.get 0) (then (throw $t (local.get 0)))) (throw $u))
    (func (export "g") (param i32) (result i32)
        (block $both (result i32 exnref)
            (block $one (result i32)
                (block $all
                    (block $any (result exnref)
                        (try_table (result i32) (catch_ref $t $both) (catch $t $one)
                            (catch_all_ref $any) (catch_all $all) (call $f (local.get 0)))
                        (return))
                    (throw_ref))
                (return (i32.const 1)))
            (return))
        (drop) (return)))"#;

/// The same in the legacy encoding.
const LEGACY_EXCEPTIONS: &str = r#"(module (tag $t (param i32)) (tag $u (export "u"))
    (func $f (param i32) (result i32)
        local.get 0 if local.get 0 throw $t end throw $u)
    (func (export "g") (param i32) (result i32)
        try $outer (result i32)
            try (result i32)
                try (result i32) local.get 0 call $f delegate 0
            catch $t
                local.get 0 i32.eqz if rethrow 1 end
            catch_all
                rethrow 0
            end
        catch_all
            i32.const 2
        end))"#;

/// Small modules that use every part of the language: the modules of the goldens, and exceptions in both
/// encodings.
pub fn small_modules() -> Vec<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/goldens");
    let folders = fs::read_dir(root).expect("the goldens are there");
    let files = folders.flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap());
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    let mut modules: Vec<_> = paths.iter().map(|path| wat::parse_file(path).unwrap()).collect();
    modules.extend([EXCEPTIONS, LEGACY_EXCEPTIONS].map(|text| wat::parse_str(text).unwrap()));
    assert!(modules.len() > 30, "only {} modules", modules.len());
    modules
}
