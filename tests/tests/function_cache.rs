//! The cache of compiled functions: it never changes the output, finds unchanged functions even if
//! they have moved, and never mistakes one function for another.
//!
//! Damaged files and killed processes are tested with the command and in `function_cache_files.rs`.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::sync::Mutex;

use cwamrc::aot::Container;
use cwamrc::cache::{CacheStatistics, FunctionCache, Key};
use cwamrc::{Architecture, BoundsChecks, Compiler, Cpu, OptLevel, Options, Release, compile};
use cwamrc_tests::differential::kind::{Boundary, Kind};
use cwamrc_tests::edit::{self, Insertion};
use cwamrc_tests::programs::Inputs;

/// Stores everything, for all modules and options.
#[derive(Debug, Default)]
struct MemoryCache(Mutex<HashMap<Key, Vec<u8>>>);

impl FunctionCache for MemoryCache {
    fn load(&self, keys: &[Key], found: &mut dyn FnMut(usize, &[u8])) {
        let kept = self.0.lock().unwrap();
        for (number, key) in keys.iter().enumerate() {
            if let Some(content) = kept.get(key) {
                found(number, content);
            }
        }
    }

    fn store(
        &self,
        keys: &[Key],
        new: &[usize],
        content: &mut dyn FnMut(usize, &mut Vec<u8>),
    ) -> io::Result<()> {
        let mut kept = self.0.lock().unwrap();
        for &number in new {
            let mut bytes = Vec::new();
            content(number, &mut bytes);
            kept.insert(keys[number], bytes);
        }
        Ok(())
    }
}

/// Compiles with the cache and returns its statistics. The output must be the same as without it.
#[track_caller]
fn compile_with(wasm: &[u8], options: &Options, cache: &MemoryCache) -> CacheStatistics {
    let cached = Compiler::new(options.clone()).cache(cache).compile(wasm);
    let without = compile(wasm, options);
    match (cached, without) {
        (Ok(cached), Ok(without)) => {
            assert!(cached.bytes() == without.bytes(), "the cache changes the result");
            assert_eq!(cached.diagnostics(), without.diagnostics());
            cached.summary().cache().expect("the cache was asked")
        }
        (cached, without) => {
            assert_eq!(cached.err(), without.err());
            CacheStatistics::default()
        }
    }
}

fn program(name: &str) -> Vec<u8> {
    let inputs = Inputs::prepare().expect("the programs are fetched and built");
    fs::read(inputs.wasm(name).expect("a program")).expect("the module is readable")
}

const LEVELS: [OptLevel; 4] = [OptLevel::O0, OptLevel::O1, OptLevel::O2, OptLevel::O3];

#[test]
fn a_module_is_found_again() {
    let wasm = program("lua");
    let functions = edit::bodies(&wasm).len();
    for level in LEVELS {
        let (cache, options) = (MemoryCache::default(), Options::new().opt_level(level));
        let first = compile_with(&wasm, &options, &cache);
        assert_eq!((first.hits, first.misses, first.bytes_read), (0, functions, 0));
        for threads in [1, 2, 8] {
            let options = options.clone().threads(NonZeroUsize::new(threads).unwrap());
            let again = compile_with(&wasm, &options, &cache);
            assert_eq!((again.hits, again.misses, again.bytes_written), (functions, 0, 0));
            // Identical functions are stored once.
            assert_eq!(again.bytes_read, first.bytes_written);
        }
    }
}

/// Below level 3, each function is independent of the others.
#[test]
fn a_change_misses_one_function() {
    for name in ["lua", "zstd"] {
        let wasm = program(name);
        let functions = edit::bodies(&wasm).len();
        for level in [OptLevel::O0, OptLevel::O2] {
            let (cache, options) = (MemoryCache::default(), Options::new().opt_level(level));
            compile_with(&wasm, &options, &cache);
            for position in [0, functions / 3, functions - 1] {
                let changed = edit::change_function(&wasm, position, 0x0bad_cafe);
                let statistics = compile_with(&changed, &options, &cache);
                assert_eq!((statistics.hits, statistics.misses), (functions - 1, 1), "{name}");
            }
        }
    }
}

/// At level 3, functions that may inline the changed function are compiled again, too.
#[test]
fn a_change_reaches_those_that_inline_it() {
    const MODULE: &str = r#"(module
        (func $leaf (param i32) (result i32) (i32.add (local.get 0) (i32.const CONSTANT)))
        (func $middle (param i32) (result i32) (call $leaf (i32.mul (local.get 0) (i32.const 3))))
        (func (export "outer") (param i32) (result i32) (call $middle (local.get 0)))
        (func (export "other") (param i32) (result i32) (i32.clz (local.get 0))))"#;
    let module = |constant| wat::parse_str(MODULE.replace("CONSTANT", constant)).unwrap();
    for (level, misses) in [(OptLevel::O2, 1), (OptLevel::O3, 3)] {
        let (cache, options) = (MemoryCache::default(), Options::new().opt_level(level));
        compile_with(&module("1"), &options, &cache);
        let statistics = compile_with(&module("2"), &options, &cache);
        assert_eq!(statistics.misses, misses, "{level:?}");
    }
}

/// At level 3, so are functions that call the only table element of a type, if that element changes
/// or becomes another one.
#[test]
fn a_changed_table_reaches_those_that_call_it() {
    let module = |elements, operator| {
        let text = format!(
            "(module
                (type $unary (func (param i32) (result i32)))
                (table 4 4 funcref) (elem {elements}) (elem declare func $double)
                (func $double (type $unary) (i32.mul (local.get 0) (i32.const 2)))
                (func $triple (type $unary) (i32.mul (local.get 0) (i32.const 3)))
                (func (export \"other\") {operator})
                (func (export \"call\") (param i32 i32) (result i32)
                  (call_indirect (type $unary) (local.get 0) (local.get 1))))"
        );
        wat::parse_str(text).expect("the text is well-formed")
    };
    let write = "(table.set (i32.const 2) (ref.func $double))";
    let changes = [
        ("(i32.const 1) $double", "(nop)", 1),
        ("(i32.const 0) $triple", "(nop)", 1),
        ("(i32.const 0) $double $triple", "(nop)", 1),
        // The function with the operator. The one that calls it is as above, without a sole callee.
        ("(i32.const 3) $double", write, 1),
    ];
    let (cache, options) = (MemoryCache::default(), Options::new().opt_level(OptLevel::O3));
    compile_with(&module("(i32.const 0) $double", "(nop)"), &options, &cache);
    for (elements, operator, misses) in changes {
        let statistics = compile_with(&module(elements, operator), &options, &cache);
        assert_eq!(statistics.misses, misses, "{elements} {operator}");
    }
}

#[test]
fn keys_do_not_depend_on_the_numbers_of_functions() {
    for name in ["lua", "quickjs"] {
        let wasm = edit::encode_anew(&program(name));
        let functions = edit::bodies(&wasm).len();
        for level in [OptLevel::O0, OptLevel::O3] {
            let (cache, options) = (MemoryCache::default(), Options::new().opt_level(level));
            compile_with(&wasm, &options, &cache);
            let more = edit::insert(&wasm, Insertion::Function);
            let statistics = compile_with(&more, &options, &cache);
            assert_eq!((statistics.hits, statistics.misses), (functions, 1), "{name}, {level:?}");
        }
    }
}

/// The index of a type or a global is part of the code, so some functions are found and others are
/// not.
#[test]
fn types_and_globals_that_move() {
    let wasm = edit::encode_anew(&program("lua"));
    for level in [OptLevel::O0, OptLevel::O3] {
        for insertion in [Insertion::Type, Insertion::Global] {
            let (cache, options) = (MemoryCache::default(), Options::new().opt_level(level));
            compile_with(&wasm, &options, &cache);
            let more = edit::insert(&wasm, insertion);
            let statistics = compile_with(&more, &options, &cache);
            let some = statistics.hits > 0 && statistics.misses > 0;
            assert!(some, "{level:?}, {insertion:?}: {statistics:?}");
        }
    }
}

#[test]
fn functions_for_other_options_are_others() {
    let wasm = program("lz4");
    let base = || Options::new().opt_level(OptLevel::O2);
    let baseline = Cpu::baseline(Architecture::X86_64);
    let options = [
        base(),
        base().opt_level(OptLevel::O0),
        base().opt_level(OptLevel::O1),
        base().opt_level(OptLevel::O3),
        base().bounds_checks(BoundsChecks::Software),
        base().stack_bounds_checks(true),
        base().indirect_mode(true),
        base().canonicalize_nans(true),
        base().cpu(baseline.with_features("+avx2,+bmi2").unwrap()),
        base().architecture(Architecture::Aarch64),
        base().architecture(Architecture::Riscv64),
    ];
    let cache = MemoryCache::default();
    for options in options {
        let statistics = compile_with(&wasm, &options, &cache);
        assert_eq!(statistics.hits, 0, "{options:?}");
    }
}

#[test]
fn options_that_no_code_depends_on() {
    let wasm = program("lz4");
    let options = Options::new();
    let cache = MemoryCache::default();
    compile_with(&wasm, &options, &cache);
    let others = [
        options.clone().release(Release::Main),
        options.clone().emit_custom_sections(vec!["name".to_owned()]),
        options.clone().threads(NonZeroUsize::new(3).unwrap()),
    ];
    for options in others {
        let statistics = compile_with(&wasm, &options, &cache);
        assert_eq!(statistics.misses, 0, "{options:?}");
    }
}

/// The cache does not store which operators the code came from, so it is not used with an address
/// map.
#[test]
fn address_maps() {
    let wasm =
        wat::parse_str(r#"(module (func (export "f") (result i32) (i32.const 7)))"#).unwrap();
    let cache = MemoryCache::default();
    compile_with(&wasm, &Options::new(), &cache);
    let options = Options::new().address_map(true);
    let artifact = Compiler::new(options.clone()).cache(&cache).compile(&wasm).unwrap();
    assert_eq!(artifact.summary().cache(), None);
    let without = compile(&wasm, &options).unwrap();
    assert_eq!(artifact.summary().address_map(), without.summary().address_map());
}

/// A function that was too large to optimise is also reported if it is found in the cache.
#[test]
fn functions_of_the_least_effort() {
    let blocks = "(if (local.get 0) (then (nop)))".repeat(40_000);
    let text = format!(r#"(module (func (export "f") (param i32) {blocks}))"#);
    let (wasm, cache) = (wat::parse_str(text).unwrap(), MemoryCache::default());
    assert_eq!(compile(&wasm, &Options::new()).unwrap().diagnostics().len(), 1);
    for hits in [0, 1] {
        assert_eq!(compile_with(&wasm, &Options::new(), &cache).hits, hits);
    }
}

/// One cache for modules of all kinds and for their edited versions: whatever is found in it was
/// stored for another module.
#[test]
fn generated_modules() {
    let cache = MemoryCache::default();
    let mut total = CacheStatistics::default();
    for seed in 0..160 {
        let wasm = Kind::of(seed).module(seed, Boundary::Open).wasm;
        let bodies = edit::bodies(&wasm).len();
        let changed = edit::change_function(&wasm, seed as usize % bodies, seed as i32);
        let level = LEVELS[(seed / 8) as usize % LEVELS.len()];
        let mut options = Options::new().opt_level(level);
        if seed / 32 % 2 == 1 {
            options = options.bounds_checks(BoundsChecks::Software);
        }
        let insertions = [Insertion::Function, Insertion::Type, Insertion::Global];
        let inserted = insertions.map(|insertion| edit::insert(&wasm, insertion));
        for wasm in [&wasm, &changed].into_iter().chain(&inserted) {
            let statistics = compile_with(wasm, &options, &cache);
            total.hits += statistics.hits;
            total.misses += statistics.misses;
        }
    }
    assert!(total.hits > 1000 && total.misses > 1000, "{total:?}");
}

/// The need for the tail-call convention is known without compiling anything.
#[test]
fn tail_calls() {
    const MODULE: &str = r#"(module
        (func $odd (param i32) (result i32)
            (return_call $even (i32.sub (local.get 0) (i32.const 1))))
        (func $even (export "even") (param i32) (result i32)
            (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
            (return_call $odd (i32.sub (local.get 0) (i32.const 1))))
        (func (export "plain") (result i32) (i32.const CONSTANT)))"#;
    let module = |constant| wat::parse_str(MODULE.replace("CONSTANT", constant)).unwrap();
    for level in LEVELS {
        let (cache, options) = (MemoryCache::default(), Options::new().opt_level(level));
        compile_with(&module("1"), &options, &cache);
        let statistics = compile_with(&module("2"), &options, &cache);
        assert_eq!((statistics.hits, statistics.misses), (2, 1), "{level:?}");
    }
}

/// Landing pads are stored with the code that leads to them.
#[test]
fn exceptions() {
    const MODULE: &str = r#"(module
        (tag $t (param i64))
        (func $throw (param i64) (throw $t (local.get 0)))
        (func $catch (export "catch") (result i64)
            (block $h (result i64)
                (try_table (catch $t $h) (call $throw (i64.const 5)) (call $deep (i32.const 7)))
                (unreachable)))
        (func $deep (param i32)
            (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1)))))
            (call $throw (i64.const CONSTANT))
            ;; Is not inlined.
            (unreachable)))"#;
    let module = |constant| wat::parse_str(MODULE.replace("CONSTANT", constant)).unwrap();
    for level in LEVELS {
        let (cache, options) = (MemoryCache::default(), Options::new().opt_level(level));
        let first = compile_with(&module("1"), &options, &cache);
        assert_eq!((first.hits, first.misses), (0, 3), "{level:?}");
        let again = compile_with(&module("1"), &options, &cache);
        assert_eq!((again.hits, again.misses), (3, 0), "{level:?}");
        let changed = compile_with(&module("2"), &options, &cache);
        assert_eq!((changed.hits, changed.misses), (2, 1), "{level:?}");
    }
}

/// The tags of the module are part of the key of every function that throws or catches.
#[test]
fn tags_that_change() {
    const MODULE: &str = r#"(module
        (tag $a (param TYPE)) (tag $b (param i32))
        (func (export "f") (param i32) (throw $b (local.get 0))))"#;
    let module = |ty| wat::parse_str(MODULE.replace("TYPE", ty)).unwrap();
    let (cache, options) = (MemoryCache::default(), Options::new());
    compile_with(&module("i32"), &options, &cache);
    assert_eq!(compile_with(&module("i32"), &options, &cache).hits, 1);
    assert_eq!(compile_with(&module("f64"), &options, &cache).hits, 0);
}

/// A body that is found is not validated again, so everything it refers to must be unchanged.
#[test]
fn what_makes_a_body_invalid_is_part_of_its_key() {
    let modules = [
        ("(global $g (mut i32) (i32.const 0))", "(global $g i32 (i32.const 0))"),
        ("(global $g (mut i32) (i32.const 0))", "(global $g (mut i64) (i64.const 0))"),
    ];
    for (valid, invalid) in modules {
        check_invalid(valid, invalid, "(global.set $g (i32.const 1))");
    }
    let types = ("(func $f (param i32))", "(func $f (param i64))");
    check_invalid(types.0, types.1, "(call $f (i32.const 1))");
    check_invalid("(memory 1)", "", "(drop (memory.size))");
    check_invalid("(memory 1)", "(memory i64 1)", "(i32.store (i32.const 0) (i32.const 0))");
    let declared = r#"(func $f) (elem declare func $f)"#;
    check_invalid(declared, "(func $f)", "(drop (ref.func $f))");
    let segments = (r#"(memory 1) (data $d "x")"#, "(memory 1)");
    check_invalid(segments.0, segments.1, "(data.drop 0)");
    let (functions, hosts) = ("(table $t 1 funcref)", "(table $t 1 externref)");
    check_invalid(functions, hosts, "(call_indirect (i32.const 0))");
    let wide = ("(table $t 1 funcref)", "(table $t i64 1 funcref)");
    check_invalid(wide.0, wide.1, "(table.set (i32.const 0) (ref.null func))");
    check_invalid("(table 1 funcref) (elem func)", "(table 1 funcref)", "(elem.drop 0)");
}

/// References to functions of different types have the same representation. What distinguishes them
/// is in declarations that a body does not name.
#[test]
fn typed_references_are_not_confused() {
    const TYPES: &str = "(type $t (func)) (type $u (func (param i64)))";
    let function = |ty| format!("{TYPES} (func $f (type {ty}) unreachable) (elem declare func $f)");
    check_invalid(&function("$t"), &function("$u"), "(call_ref $t (ref.func $f))");
    let global = |ty| format!("{TYPES} (global $g (ref null {ty}) (ref.null {ty}))");
    check_invalid(&global("$t"), &global("$u"), "(call_ref $t (global.get $g))");
    let table = |ty| format!("{TYPES} (table $g 1 (ref null {ty}))");
    check_invalid(&table("$t"), &table("$u"), "(call_ref $t (table.get $g (i32.const 0)))");
    let nullable = |ty| format!("(func $f) (global $g {ty} (ref.func $f))");
    let never_null = "(drop (block (result (ref func)) (global.get $g)))";
    check_invalid(&nullable("(ref func)"), &nullable("funcref"), never_null);
    let exchanged = "(type $t (func (param i64))) (type $u (func))
        (func $f (type $u) unreachable) (elem declare func $f)";
    let local = "(local $l (ref null $t)) (local.set $l (ref.func $f))";
    check_invalid(&function("$t"), exchanged, local);
    let block = "(drop (block (result (ref $t)) (ref.func $f)))";
    check_invalid(&function("$t"), exchanged, block);
}

#[track_caller]
fn check_invalid(valid: &str, invalid: &str, body: &str) {
    let module = |definitions| {
        let text = format!("(module {definitions} (func (export \"run\") {body}))");
        wat::parse_str(text).expect("the text is well-formed")
    };
    for level in [OptLevel::O0, OptLevel::O3] {
        let (cache, options) = (MemoryCache::default(), Options::new().opt_level(level));
        let statistics = compile_with(&module(valid), &options, &cache);
        assert!(statistics.misses > 0, "{valid}: it is valid");
        compile_with(&module(invalid), &options, &cache);
        let error = compile(&module(invalid), &options);
        assert!(error.is_err(), "{invalid}: it is not valid");
    }
}

/// A cache must return what was stored. If it does not, that may end in an error, or in other code, but
/// neither in a panic nor in a file that is none.
#[test]
fn contents_that_nobody_stored() {
    let text = r#"(module (import "env" "f" (func $f)) (memory 1)
        (func $g (export "g") (param i32) (result i32)
          (call $f) (i32.div_u (call $g (local.get 0)) (local.get 0))))"#;
    let wasm = wat::parse_str(text).expect("the text is right");
    for &architecture in Architecture::ALL {
        let options = Options::new().opt_level(OptLevel::O0).cpu(Cpu::baseline(architecture));
        let options = options.threads(NonZeroUsize::MIN);
        let cache = MemoryCache::default();
        compile_with(&wasm, &options, &cache);
        let stored = cache.0.into_inner().unwrap();
        assert_eq!(stored.len(), 1);
        let (key, content) = stored.into_iter().next().expect("there is one");
        let places = (0..content.len()).flat_map(|place| [0, 1, 0x7f, 0xff].map(|to| (place, to)));
        for (place, to) in places {
            let mut forged = content.clone();
            forged[place] = to;
            let cache = MemoryCache(Mutex::new([(key, forged)].into()));
            if let Ok(artifact) = Compiler::new(options.clone()).cache(&cache).compile(&wasm) {
                assert!(Container::read(artifact.bytes()).is_ok(), "byte {place} is {to}");
            }
        }
    }
}
