//! What a host does with the library, as bytes: calls that set options, and a module to compile.
//!
//! The first byte is the number of calls. Each has a byte that chooses the function, and its argument. A byte
//! of flags follows, and the number of questions after which the host gives up. The rest is the module.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::artifact::cwamrc_artifact_delete;
use crate::bytes::*;
use crate::compile::cwamrc_compile;
use crate::error::{cwamrc_error_kind_t as Kind, cwamrc_error_t};
use crate::files::{cwamrc_inspect, cwamrc_wat_to_wasm};
use crate::input::{self, Input};
use crate::options::*;
use crate::outcome::outcome;
use crate::reading::read_everything;

/// At most this many calls set options.
const MOST_CALLS: u8 = 16;

/// Flags: what is NULL, and whether the options are copied.
const NO_OPTIONS: u8 = 1;
const NO_BYTES: u8 = 2;
const NO_PLACE: u8 = 4;
const COPY: u8 = 8;
/// The bytes are a module as text, or a file to describe, and not only a module to compile.
const TEXT: u8 = 16;
const FILE: u8 = 32;

/// What callbacks know.
#[derive(Default)]
struct Host {
    /// How many questions are answered with no.
    patience: AtomicU32,
    /// Whether more was done than there is.
    overdone: AtomicBool,
}

unsafe extern "C" fn progress(context: *mut c_void, done: u64, total: u64) {
    // SAFETY: it is the host that was passed with this function.
    let host = unsafe { &*context.cast::<Host>() };
    host.overdone.fetch_or(done > total, Ordering::Relaxed);
}

unsafe extern "C" fn cancel(context: *mut c_void) -> bool {
    // SAFETY: it is the host that was passed with this function.
    let host = unsafe { &*context.cast::<Host>() };
    let less = |patience: u32| patience.checked_sub(1);
    host.patience.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_err()
}

/// Calls the function that the next byte chooses, with the argument after it.
///
/// # Safety
/// `options` comes from the library, or is NULL.
unsafe fn set_something(options: *mut cwamrc_options_t, input: &mut Input<'_>, host: &Host) {
    let context = ptr::from_ref(host).cast_mut().cast::<c_void>();
    // SAFETY: the caller promises it; strings end with a NUL; the host outlives the compilation.
    unsafe {
        let error = match input.byte() % 18 {
            0 => cwamrc_options_set_json(options, input.text().as_ptr()),
            1 => cwamrc_options_set_target(options, input.text().as_ptr()),
            2 => cwamrc_options_set_cpu(options, input.text().as_ptr()),
            3 => cwamrc_options_set_cpu_features(options, input.text().as_ptr()),
            4 => cwamrc_options_set_wamr_version(options, input.text().as_ptr()),
            5 => cwamrc_options_add_custom_section(options, input.text().as_ptr()),
            6 => cwamrc_options_set_opt_level(options, input.number()),
            7 => cwamrc_options_set_format(options, input.number()),
            8 => cwamrc_options_set_threads(options, input.number()),
            9 => cwamrc_options_set_bounds_checks(options, input.flag()),
            10 => cwamrc_options_set_stack_bounds_checks(options, input.flag()),
            11 => cwamrc_options_set_indirect_mode(options, input.flag()),
            12 => cwamrc_options_set_canonicalize_nans(options, input.flag()),
            13 => cwamrc_options_set_address_map(options, input.flag()),
            14 => cwamrc_options_set_host(options),
            15 => cwamrc_options_set_progress(options, Some(progress), context),
            16 => cwamrc_options_set_cancel(options, Some(cancel), context),
            _ => cwamrc_options_set_target(options, ptr::null()),
        };
        let kind = outcome(error, 0);
        assert!(matches!(kind, Kind::CWAMRC_ERROR_NONE | Kind::CWAMRC_ERROR_ARGUMENT), "{kind:?}");
        assert!(
            !options.is_null() || kind == Kind::CWAMRC_ERROR_ARGUMENT,
            "there is nothing to set"
        );
    }
}

/// Does what `data` says. Panics if the library panicked, or answers wrongly.
pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let host = Host::default();
    // SAFETY: everything comes from the library and is deleted once; the bytes are there.
    unsafe {
        let first = cwamrc_options_new();
        for _ in 0..input.byte() % (MOST_CALLS + 1) {
            set_something(first, &mut input, &host);
        }
        // Whatever was set, threads would only take time to start.
        assert!(cwamrc_options_set_threads(first, 1).is_null());
        let flags = input.byte();
        host.patience.store(input.byte().into(), Ordering::Relaxed);
        let mut options = first;
        if flags & COPY != 0 {
            options = cwamrc_options_clone(first);
            cwamrc_options_delete(first);
        }
        if flags & NO_OPTIONS != 0 {
            set_something(ptr::null_mut(), &mut Input(input.0), &host);
            cwamrc_options_delete(options);
            // A copy of NULL is a handle, too.
            cwamrc_options_delete(cwamrc_options_clone(ptr::null()));
            options = ptr::null_mut();
        }
        compile(options, input.0, flags);
        cwamrc_options_delete(options);
        make(input.0, flags);
    }
    assert!(!host.overdone.into_inner(), "more was done than there is");
}

/// # Safety
/// `options` comes from the library, or is NULL.
unsafe fn compile(options: *const cwamrc_options_t, wasm: &[u8], flags: u8) {
    let mut artifact = ptr::null_mut();
    let bytes = if flags & NO_BYTES != 0 { ptr::null() } else { wasm.as_ptr() };
    let place = if flags & NO_PLACE != 0 { ptr::null_mut() } else { &raw mut artifact };
    // SAFETY: the caller promises it; the bytes are there, and the place has room.
    unsafe {
        let kind = outcome(cwamrc_compile(bytes, wasm.len(), options, place), wasm.len());
        if place.is_null() || (bytes.is_null() && !wasm.is_empty()) {
            assert_eq!(kind, Kind::CWAMRC_ERROR_ARGUMENT);
        }
        assert_eq!(artifact.is_null(), kind != Kind::CWAMRC_ERROR_NONE);
        read_everything(artifact);
        cwamrc_artifact_delete(artifact);
    }
}

/// Assembles and describes the bytes, if the flags say so.
fn make(bytes: &[u8], flags: u8) {
    let functions = [(TEXT, cwamrc_wat_to_wasm as MakeBytes), (FILE, cwamrc_inspect)];
    for (_, function) in functions.into_iter().filter(|(flag, _)| flags & flag != 0) {
        let mut made = ptr::null_mut();
        // SAFETY: the bytes are there, the place has room, and what is made is deleted once.
        unsafe {
            let kind = outcome(function(bytes.as_ptr(), bytes.len(), &raw mut made), bytes.len());
            assert_eq!(made.is_null(), kind != Kind::CWAMRC_ERROR_NONE);
            let (data, size) = (cwamrc_bytes_data(made), cwamrc_bytes_size(made));
            assert!(made.is_null() || *data.add(size) == 0, "a NUL follows the bytes");
            cwamrc_bytes_delete(made);
        }
    }
}

type MakeBytes =
    unsafe extern "C" fn(*const u8, usize, *mut *mut cwamrc_bytes_t) -> *mut cwamrc_error_t;

/// A module with something that most options affect.
const MODULE: &str = r#"(module
    (import "env" "host" (func $host (param i32) (result i32)))
    (memory (export "memory") 1 2) (table 2 funcref) (elem (i32.const 0) $f $host)
    (global $stack (mut i32) (i32.const 4096))
    (global (export "__data_end") i32 (i32.const 16))
    (global (export "__heap_base") i32 (i32.const 4096))
    (func $f (export "f") (param i32) (result i32)
        (global.set $stack (i32.const 64))
        (if (i32.eqz (local.get 0)) (then (return (call $host (i32.const 1)))))
        (drop (f64.sqrt (f64.convert_i32_s (local.get 0))))
        (i32.div_u (call $f (i32.load (local.get 0)))
                   (call_indirect (param i32) (result i32) (local.get 0) (i32.const 1))))
    (@custom "name" "\00\02\01m"))"#;

/// Options as hosts set them, each with the same module.
pub fn seeds() -> Vec<Vec<u8>> {
    use compiler::instrument::{Gas, Instrumentation};
    let mut options = compiler::Options::new().call_stacks(compiler::CallStacks::complete());
    options.instrumentation = Instrumentation::new().gas(Gas::new());
    let complete = serde_json::to_string(&options).expect("options are data");
    let text = |function: u8, text: &str| [vec![function], input::text(text)].concat();
    let calls: [Vec<Vec<u8>>; 6] = [
        Vec::new(),
        vec![text(0, &complete), vec![15], vec![16]],
        vec![text(1, "aarch64"), text(3, "+lse"), vec![6, 1], vec![13, 1], vec![7, 1]],
        vec![text(1, "riscv64"), text(4, "2.4.1"), vec![9, 1], vec![10, 1], vec![12, 1]],
        vec![vec![14], text(2, "haswell"), text(3, "-avx2"), text(5, "name"), vec![11, 1]],
        vec![
            text(0, r#"{"opt_level":0,"builtin_intrinsics":["i64.common"]}"#),
            vec![8, 255],
            vec![17],
        ],
    ];
    let wasm = wat::parse_str(MODULE).expect("the text is right");
    let seed = |(flags, calls): (u8, Vec<Vec<u8>>)| {
        let count = calls.len() as u8;
        [vec![count], calls.concat(), vec![flags, 2], wasm.clone()].concat()
    };
    let mut seeds: Vec<_> = [0, 0, COPY, 0, COPY, 0].into_iter().zip(calls).map(seed).collect();
    seeds.extend([NO_OPTIONS, NO_BYTES, NO_PLACE].map(|flags| seed((flags, Vec::new()))));
    let file = compiler::compile(&wasm, &compiler::Options::new()).expect("it compiles");
    for (flag, bytes) in [(TEXT, &b"(module (func (param i32) nop))"[..]), (FILE, file.bytes())] {
        seeds.push([&[0, flag, 2], bytes].concat());
    }
    seeds
}
