//! Arbitrary bytes as a file of the function cache: damaged functions count as missing, and change
//! no result.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use cwamrc::cache::DiskCache;
use cwamrc::{Compiler, OptLevel, Options};
use tempfile::TempDir;

/// A module, its compiled form, and the file that keeps its functions.
struct Case {
    wasm: Vec<u8>,
    bytes: Vec<u8>,
    pack: Vec<u8>,
    name: String,
}

fn options() -> Options {
    Options::new().opt_level(OptLevel::O0).threads(std::num::NonZeroUsize::MIN)
}

fn case() -> &'static Case {
    static CASE: OnceLock<Case> = OnceLock::new();
    CASE.get_or_init(|| {
        let text = "(module (func (export \"a\") (result i64) (i64.const 1))
            (func (export \"b\") (param i32) (result i32) (i32.div_u (local.get 0) (local.get 0))))";
        let wasm = wat::parse_str(text).expect("the text is right");
        let folder = folder();
        let compiled = compile(&folder, &wasm);
        let path = only_file(&folder);
        let pack = fs::read(&path).expect("the cache has written it");
        let name = path.file_name().expect("it has one").to_string_lossy().into_owned();
        Case { wasm, bytes: compiled, pack, name }
    })
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder can be made")
}

fn only_file(folder: &TempDir) -> PathBuf {
    let mut entries = fs::read_dir(folder.path()).expect("the folder is there");
    let entry = entries.next().expect("something was kept").expect("the folder can be read");
    entry.path()
}

fn compile(folder: &TempDir, wasm: &[u8]) -> Vec<u8> {
    let cache = DiskCache::new(folder.path());
    let artifact = Compiler::new(options()).cache(&cache).compile(wasm);
    artifact.expect("it is valid").into_bytes()
}

pub(super) fn run(data: &[u8]) {
    let case = case();
    let folder = folder();
    fs::write(folder.path().join(&case.name), data).expect("it can be written");
    assert!(compile(&folder, &case.wasm) == case.bytes, "the cache changes the result");
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    vec![case().pack.clone(), Vec::new()]
}
