//! Progress and cancellation, with one thread and with several.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use cwamrc::{Compiler, ErrorKind, Options, Progress, WriteError};

use crate::{many_functions, module};

const THREADS: [usize; 3] = [1, 2, 8];
const FUNCTIONS: usize = 300;

fn options(threads: usize) -> Options {
    Options::new().threads(NonZeroUsize::new(threads).expect("some threads"))
}

#[test]
fn progress_is_told_after_each_function_and_ends_at_the_whole() {
    let wasm = many_functions(FUNCTIONS);
    for threads in THREADS {
        let told = Mutex::new(Vec::<Progress>::new());
        let compiler = Compiler::new(options(threads))
            .on_progress(|progress| told.lock().expect("nobody panics").push(progress));
        let artifact = compiler.compile(&wasm).expect("it compiles");
        assert_eq!(artifact.bytes(), cwamrc::compile(&wasm, &options(1)).unwrap().bytes());
        drop(compiler);
        let mut told = told.into_inner().expect("nobody panics");
        assert_eq!(told.len(), FUNCTIONS);
        told.sort_by_key(|progress| progress.done);
        assert!(told.windows(2).all(|pair| pair[0].done < pair[1].done), "{told:?}");
        assert!(told.iter().all(|progress| progress.total == told[0].total));
        assert_eq!(told.last().map(|progress| progress.done), Some(told[0].total));
    }
}

#[test]
fn cancelling_ends_with_its_own_error_and_leaves_functions_undone() {
    let wasm = many_functions(FUNCTIONS);
    for threads in THREADS {
        let compiled = AtomicUsize::new(0);
        let compiler = Compiler::new(options(threads))
            .on_progress(|_| {
                compiled.fetch_add(1, Ordering::Relaxed);
            })
            .cancel_if(|| compiled.load(Ordering::Relaxed) >= 3);
        let error = compiler.compile(&wasm).expect_err("it is cancelled");
        assert_eq!((error.kind(), error.offset()), (ErrorKind::Cancelled, None));
        assert_eq!(error.to_string(), "the compilation was cancelled");
        // Each of the other threads may have finished one more function.
        let compiled = compiled.load(Ordering::Relaxed);
        assert!((3..3 + threads).contains(&compiled), "{threads} threads: {compiled}");
    }
}

#[test]
fn whoever_is_told_once_is_not_asked_again() {
    let wasm = many_functions(FUNCTIONS);
    for threads in THREADS {
        let refused = AtomicUsize::new(0);
        let asked = AtomicUsize::new(0);
        let compiler = Compiler::new(options(threads)).cancel_if(|| {
            let enough = asked.fetch_add(1, Ordering::Relaxed) > 20;
            refused.fetch_add(usize::from(enough), Ordering::Relaxed);
            enough
        });
        let error = compiler.compile(&wasm).expect_err("it is cancelled");
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        // The other threads may have asked at the same time.
        let refused = refused.load(Ordering::Relaxed);
        assert!((1..=threads).contains(&refused), "{threads} threads: {refused}");
    }
}

#[test]
fn a_large_function_is_left_before_its_end() {
    let wasm = module(&format!("(module (func {}))", "(drop (i32.const 1))".repeat(100_000)));
    let compiler = Compiler::new(options(1));
    let asked = AtomicUsize::new(0);
    let counting = Compiler::new(options(1)).cancel_if(|| {
        asked.fetch_add(1, Ordering::Relaxed);
        false
    });
    let expected = compiler.compile(&wasm).expect("it compiles").into_bytes();
    assert_eq!(counting.compile(&wasm).expect("it compiles").bytes(), expected);
    drop(counting);
    let asked = asked.into_inner();
    // Of 200,000 operators.
    assert!(asked > 40, "asked {asked} times");
    for moment in [0, 1, 5, asked / 2, asked - 1] {
        let left = AtomicUsize::new(moment);
        let take = |left: usize| left.checked_sub(1);
        let compiler = Compiler::new(options(1))
            .cancel_if(|| left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_err());
        let error = compiler.compile(&wasm).expect_err("it is cancelled");
        assert_eq!(error.kind(), ErrorKind::Cancelled, "moment {moment}");
    }
}

#[test]
fn nothing_is_said_of_an_invalid_module_that_is_not_wanted() {
    let compiler = Compiler::new(options(2)).cancel_if(|| true);
    for wasm in [&b"no module"[..], &module("(module (func (drop)))")] {
        assert_eq!(compiler.compile(wasm).unwrap_err().kind(), ErrorKind::Cancelled);
        assert_eq!(compiler.compile_object(wasm).unwrap_err().kind(), ErrorKind::Cancelled);
        assert_eq!(compiler.list(wasm).unwrap_err().kind(), ErrorKind::Cancelled);
        let mut nothing = Vec::new();
        let error = compiler.compile_to_writer(wasm, &mut nothing).unwrap_err();
        assert!(
            matches!(error, WriteError::Compile(error) if error.kind() == ErrorKind::Cancelled)
        );
        assert!(nothing.is_empty());
    }
}

#[test]
fn one_compiler_serves_several_threads() {
    let wasm = many_functions(50);
    let expected = cwamrc::compile(&wasm, &options(1)).expect("it compiles").into_bytes();
    let (told, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let compiler = Compiler::new(Options::new())
        .on_progress(|_| {
            told.fetch_add(1, Ordering::Relaxed);
        })
        .cancel_if(|| stop.load(Ordering::Relaxed));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                assert!(compiler.compile(&wasm).expect("it compiles").bytes() == expected)
            });
        }
    });
    assert_eq!(told.load(Ordering::Relaxed), 4 * 50);
    stop.store(true, Ordering::Relaxed);
    assert_eq!(compiler.compile(&wasm).unwrap_err().kind(), ErrorKind::Cancelled);
}
