//! Arbitrary bytes as a file of the function cache: damaged functions count as missing, and change
//! no result. Also as the content of a function, without the checksums that the file has: what cannot have
//! been stored is compiled.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

use cwamrc::aot::Container;
use cwamrc::cache::{DiskCache, FunctionCache, Key};
use cwamrc::{Compiler, OptLevel, Options};
use tempfile::TempDir;

/// A module, its compiled form, and the file that keeps its functions.
struct Case {
    wasm: Vec<u8>,
    bytes: Vec<u8>,
    pack: Vec<u8>,
    name: String,
    /// What the cache keeps for each function.
    contents: Vec<Vec<u8>>,
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
        let kept = Contents::default();
        let artifact = Compiler::new(options()).cache(&kept).compile(&wasm);
        assert!(artifact.expect("it is valid").bytes() == compiled, "the cache changes the result");
        let contents = kept.0.into_inner().expect("nothing panicked");
        Case { wasm, bytes: compiled, pack, name, contents }
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

/// A cache in memory, which has a content for functions by their position, or keeps all.
#[derive(Default)]
struct Contents(Mutex<Vec<Vec<u8>>>);

impl FunctionCache for Contents {
    fn load(&self, keys: &[Key], found: &mut dyn FnMut(usize, &[u8])) {
        let contents = self.0.lock().expect("nothing panicked");
        let positions = (0..keys.len()).zip(contents.iter());
        positions.for_each(|(position, content)| found(position, content));
    }

    fn store(
        &self,
        keys: &[Key],
        _new: &[usize],
        content: &mut dyn FnMut(usize, &mut Vec<u8>),
    ) -> io::Result<()> {
        let all = (0..keys.len()).map(|position| {
            let mut bytes = Vec::new();
            content(position, &mut bytes);
            bytes
        });
        *self.0.lock().expect("nothing panicked") = all.collect();
        Ok(())
    }
}

/// The first byte says which of the two kinds of input follows.
pub(super) fn run(data: &[u8]) {
    let Some((&kind, data)) = data.split_first() else { return };
    let case = case();
    if kind % 2 == 0 {
        let folder = folder();
        fs::write(folder.path().join(&case.name), data).expect("it can be written");
        assert!(compile(&folder, &case.wasm) == case.bytes, "the cache changes the result");
        return;
    }
    let cache = Contents(Mutex::new(vec![data.to_vec(), case.contents[1].clone()]));
    // A cache decides what code there is. What it made up may refer to functions that are nowhere: that is
    // an internal error, as no compiled code does so.
    if let Ok(artifact) = Compiler::new(options()).cache(&cache).compile(&case.wasm) {
        let container = Container::read(artifact.bytes());
        assert!(container.is_ok(), "what was written can be read");
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let case = case();
    let with_kind = |kind: u8, data: &[u8]| [&[kind], data].concat();
    let contents = case.contents.iter().map(|content| with_kind(1, content));
    [with_kind(0, &case.pack), Vec::new()].into_iter().chain(contents).collect()
}
