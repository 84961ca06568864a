//! Tests of what programs in C cannot cause: panics, and strings with a NUL inside.

use std::ffi::{CStr, CString};
use std::ptr;

use crate::artifact::*;
use crate::boundary::{c_text, fallible, infallible};
use crate::compile::cwamrc_compile;
use crate::error::{cwamrc_error_kind_t, *};

#[test]
fn a_panic_is_an_error() {
    for work in
        [(|| panic!("a text")) as fn(), || panic!("a number: {}", 7), || std::panic::panic_any(7)]
    {
        let error = fallible(|| {
            work();
            Ok(())
        });
        // SAFETY: the error was made just now and is deleted once.
        let (kind, message) = unsafe {
            let message = CStr::from_ptr(cwamrc_error_message(error)).to_owned();
            let kind = cwamrc_error_kind(error);
            cwamrc_error_delete(error);
            (kind, message.into_string().expect("texts are UTF-8"))
        };
        assert_eq!(kind, cwamrc_error_kind_t::CWAMRC_ERROR_INTERNAL);
        let expected = ["panic: a text", "panic: a number: 7", "panic: without a message"];
        assert!(expected.contains(&message.as_str()), "{message}");
    }
    assert_eq!(infallible(3, || panic!("nobody hears of it")), 3);
}

/// A panic on a compiling thread is returned to the calling thread as an error.
#[test]
fn a_panic_of_a_compiling_thread_is_an_error() {
    let wasm = wat::parse_str("(module (func) (func) (func))").expect("the text is right");
    let compiler = compiler::Compiler::new(compiler::Options::new())
        .on_progress(|_| panic!("while compiling"));
    let error = fallible(|| Ok(compiler.compile(&wasm).map(drop)?));
    // SAFETY: the error was made just now and is deleted once.
    unsafe {
        assert_eq!(cwamrc_error_kind(error), cwamrc_error_kind_t::CWAMRC_ERROR_INTERNAL);
        cwamrc_error_delete(error);
    }
}

#[test]
fn texts_with_a_nul_are_whole() {
    assert_eq!(c_text("a\0b"), CString::new("a\u{fffd}b").expect("no NUL"));
    let wasm = wat::parse_str(r#"(module (func $f (export "x\00y")))"#).expect("the text is right");
    let mut artifact = ptr::null_mut();
    // SAFETY: all pointers point to what they should, and the artifact is deleted once.
    unsafe {
        let none = cwamrc_compile(wasm.as_ptr(), wasm.len(), ptr::null(), &raw mut artifact);
        assert!(none.is_null());
        let message = CStr::from_ptr(cwamrc_artifact_diagnostic_message(artifact, 0));
        assert!(message.to_str().expect("texts are UTF-8").contains(r#""x\0y""#));
        cwamrc_artifact_delete(artifact);
    }
}

/// Handles may be used by several threads, and sent to other threads.
#[test]
fn handles_are_for_all_threads() {
    fn check<T: Send + Sync>() {}
    check::<crate::options::cwamrc_options_t>();
    check::<cwamrc_error_t>();
    // An artifact has a pointer to its bytes; its other parts are checked here.
    check::<compiler::Summary>();
}
