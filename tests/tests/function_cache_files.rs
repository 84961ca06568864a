//! The folder of the function cache: damage, its size limit, and the effect of many small changes.

use std::fs;
use std::path::{Path, PathBuf};

use cwamrc::cache::{CacheKey, CacheStatistics, DiskCache};
use cwamrc::{Compiler, OptLevel, Options, compile};

/// A module of `functions` functions, none of which occurs in another module.
fn module(name: usize, functions: usize) -> Vec<u8> {
    let function = |number: usize| {
        format!("(func (export \"f{number}\") (result i64) (i64.const {}))", name << 32 | number)
    };
    let functions = (0..functions).map(function).collect::<String>();
    wat::parse_str(format!("(module {functions})")).expect("the module is well-formed")
}

fn options() -> Options {
    Options::new().opt_level(OptLevel::O0)
}

/// Compiles with and without the cache, which must give the same output.
#[track_caller]
fn compile_with(cache: &DiskCache, wasm: &[u8]) -> CacheStatistics {
    let without = compile(wasm, &options()).expect("the module compiles");
    let cached = Compiler::new(options()).cache(cache).compile(wasm);
    let cached = cached.expect("the module compiles with a cache");
    assert!(cached.bytes() == without.bytes(), "the cache changes the result");
    assert_eq!(cached.diagnostics(), without.diagnostics());
    cached.summary().cache().expect("the cache was asked")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.expect("the folder can be read").path()).collect()
}

fn size(folder: &Path) -> u64 {
    files(folder).iter().map(|file| fs::metadata(file).expect("it is there").len()).sum()
}

#[test]
fn damaged_functions_count_as_missing() {
    const FUNCTIONS: usize = 3;
    let folder = tempfile::tempdir().unwrap();
    let (cache, wasm) = (DiskCache::new(folder.path()), module(1, FUNCTIONS));
    compile_with(&cache, &wasm);
    let [file] = &files(folder.path())[..] else { panic!("one file for one module") };
    let intact = fs::read(file).unwrap();
    let mut some_found = 0;
    for position in 0..intact.len() {
        let mut damaged = intact.clone();
        damaged[position] ^= 1 << (position % 8);
        fs::write(file, damaged).unwrap();
        let CacheStatistics { hits, misses, .. } = compile_with(&cache, &wasm);
        // One function if its content is damaged, otherwise all of them.
        assert!(misses == 1 || misses == FUNCTIONS, "byte {position}: {misses} missing");
        some_found += usize::from(hits > 0);
        // The missing functions have been added again.
        assert_eq!(compile_with(&cache, &wasm).hits, FUNCTIONS, "byte {position}");
        remove_others(folder.path(), file);
    }
    assert!(some_found > 0, "damage of one function leaves the others");
}

#[test]
fn truncated_and_extended_files_count_as_missing() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, wasm) = (DiskCache::new(folder.path()), module(1, 3));
    compile_with(&cache, &wasm);
    let [file] = &files(folder.path())[..] else { panic!("one file for one module") };
    let intact = fs::read(file).unwrap();
    for length in 0..intact.len() {
        for damaged in [&intact[..length], &[&intact[..], &vec![0; length + 1]].concat()] {
            fs::write(file, damaged).unwrap();
            let statistics = compile_with(&cache, &wasm);
            assert_eq!((statistics.hits, statistics.misses), (0, 3), "{}", damaged.len());
            // The same functions make the same file, which replaces the damaged one.
            assert!(fs::read(file).unwrap() == intact);
        }
    }
}

/// With a key, modified entries are reported and not used, even if the checksums are correct.
#[test]
fn functions_that_are_forged() {
    const FUNCTIONS: usize = 3;
    let key = |secret: u8| CacheKey::new(&[secret; 32]).expect("it is long enough");
    let folder = tempfile::tempdir().unwrap();
    let (cache, wasm) = (DiskCache::new(folder.path()).key(key(1)), module(1, FUNCTIONS));
    compile_with(&cache, &wasm);
    assert_eq!(compile_with(&cache, &wasm).hits, FUNCTIONS);
    let [file] = &files(folder.path())[..] else { panic!("one file for one module") };
    let sealed = fs::read(file).unwrap();
    let warned = |forged: &[u8], what: &str| {
        fs::write(file, forged).unwrap();
        let without = compile(&wasm, &options()).expect("the module compiles");
        let cached = Compiler::new(options()).cache(&cache).compile(&wasm);
        let cached = cached.expect("the module compiles with a cache");
        assert!(cached.bytes() == without.bytes(), "{what}: the cache changes the result");
        let statistics = cached.summary().cache().expect("the cache was asked");
        assert!(statistics.misses == 1 || statistics.misses == FUNCTIONS, "{what}: {statistics:?}");
        let warnings: Vec<String> = cached.warnings().iter().map(ToString::to_string).collect();
        assert!(
            matches!(&warnings[..], [one] if one.contains("was not sealed with this key")),
            "{what}"
        );
    };
    for position in 0..sealed.len() {
        let mut forged = sealed.clone();
        forged[position] ^= 1 << (position % 8);
        warned(&forged, &format!("byte {position}"));
    }
    for length in [0, 1, sealed.len() / 2, sealed.len() - 1] {
        warned(&sealed[..length], &format!("{length} bytes"));
    }
    // Packs written by others, with correct checksums.
    for key in [Some(key(2)), None] {
        let elsewhere = tempfile::tempdir().unwrap();
        let plain = DiskCache::new(elsewhere.path());
        let other = match key {
            Some(key) => plain.key(key),
            None => plain,
        };
        compile_with(&other, &wasm);
        warned(&fs::read(&files(elsewhere.path())[0]).unwrap(), "a pack of somebody else");
    }
    // A pack that claims to have more functions than it has.
    let magic = sealed.len() - 12;
    let mut forged = sealed.clone();
    forged[magic - 4..magic].copy_from_slice(&u32::MAX.to_le_bytes());
    warned(&forged, "many functions");
    fs::write(file, &sealed).unwrap();
    assert_eq!(compile_with(&cache, &wasm).hits, FUNCTIONS);
}

fn remove_others(folder: &Path, file: &Path) {
    for other in files(folder).iter().filter(|other| *other != file) {
        fs::remove_file(other).unwrap();
    }
}

/// Files of other programs, and folders, are left alone.
#[test]
fn other_files_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let others = ["notes.txt", "00-1-00.functions", ".hidden"];
    for name in others {
        fs::write(folder.path().join(name), "not a pack").unwrap();
    }
    fs::create_dir(folder.path().join("00-2-00.functions")).unwrap();
    let (cache, wasm) = (DiskCache::new(folder.path()), module(1, 3));
    assert_eq!(compile_with(&cache, &wasm).misses, 3);
    assert_eq!(compile_with(&cache, &wasm).hits, 3);
    assert_eq!(files(folder.path()).len(), others.len() + 2);
}

#[test]
fn the_size_is_bounded_and_what_is_used_stays() {
    const LIMIT: u64 = 40_000;
    let folder = tempfile::tempdir().unwrap();
    let cache = DiskCache::new(folder.path()).limit(LIMIT);
    let used = module(0, 50);
    compile_with(&cache, &used);
    let one = size(folder.path());
    for name in 1..60 {
        compile_with(&cache, &module(name, 50));
        let taken = size(folder.path());
        assert!(taken <= LIMIT, "{taken} bytes are more than {LIMIT}");
        assert_eq!(compile_with(&cache, &used).misses, 0, "what was used last stays, after {name}");
    }
    assert!(size(folder.path()) > LIMIT - 2 * one, "the limit is made use of");
    assert_eq!(compile_with(&cache, &module(1, 50)).hits, 0, "what was not used for long goes");
}

/// Each change adds a small file. In the end, the files are merged.
#[test]
fn many_small_changes() {
    const FUNCTIONS: usize = 40;
    let folder = tempfile::tempdir().unwrap();
    let cache = DiskCache::new(folder.path());
    let text = |change: usize| {
        let functions = (0..FUNCTIONS).map(|number| {
            let constant = if number == change % FUNCTIONS { 1_000 + change } else { number };
            format!("(func (export \"f{number}\") (result i32) (i32.const {constant}))")
        });
        wat::parse_str(format!("(module {})", functions.collect::<String>())).unwrap()
    };
    let mut most = 0;
    for change in 0..100 {
        let statistics = compile_with(&cache, &text(change));
        // The previous change is reverted, so all other functions are those of the first module.
        assert!(change < 2 || statistics.misses <= 2, "change {change}: {statistics:?}");
        most = most.max(files(folder.path()).len());
    }
    assert!((3..=12).contains(&most), "{most} files");
    assert_eq!(compile_with(&cache, &text(99)).misses, 0);
}
