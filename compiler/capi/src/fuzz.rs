//! Random options as JSON: whatever a host passes, it is accepted or refused, and accepted options
//! compile, or fail for a reason. Nothing panics; a panic would be an internal error here.
//!
//! The data are options written as JSON, in which some values are replaced by others. Setters get
//! arbitrary strings and numbers, compilations arbitrary bytes, and functions that report on an
//! artifact arbitrary indexes, or NULL.

use std::ffi::{CStr, CString};
use std::ptr;

use compiler::instrument::{Gas, Instrumentation};
use compiler::{CallStacks, Cpu, Options};
use serde_json::{Value, json};

use crate::artifact::*;
use crate::compile::cwamrc_compile;
use crate::error::{
    cwamrc_error_delete, cwamrc_error_kind, cwamrc_error_kind_t, cwamrc_error_message,
    cwamrc_error_t,
};
use crate::options::*;
use crate::random::Random;

const COUNT: usize = 2000;

/// A module with something that each option affects.
const MODULE: &str = r#"(module
    (import "env" "host" (func $host (param i32) (result i32)))
    (memory (export "memory") 1 2)
    (table 2 funcref)
    (elem (i32.const 0) $f $host)
    (global $stack (mut i32) (i32.const 4096))
    (global (export "__data_end") i32 (i32.const 16))
    (global (export "__heap_base") i32 (i32.const 4096))
    (func $f (export "f") (param i32) (result i32)
        (global.set $stack (i32.const 64))
        (if (i32.eqz (local.get 0)) (then (return (call $host (i32.const 1)))))
        (drop (f64.sqrt (f64.convert_i32_s (local.get 0))))
        (i32.div_u (call $f (i32.sub (local.get 0) (i32.const 1)))
                   (call_indirect (param i32) (result i32) (local.get 0) (i32.const 1)))))"#;

/// Draws changes of options; the same in every run.
struct Mutator(Random);

impl Mutator {
    fn below(&mut self, end: usize) -> usize {
        self.0.below(end)
    }

    /// A replacement for a value: right in some places, wrong in most.
    fn value(&mut self) -> Value {
        let texts = [
            "",
            "hardware",
            "software",
            "2.4.5",
            "main",
            "riscv64",
            "aarch64",
            "x86_64",
            "avx2",
            "v",
            "simd",
            "name",
            "i64.common",
            "fpxint",
            "i32.add = 3",
            "default = -1",
            "function = 4294967296",
            "\0",
            "\u{fffd}",
        ];
        match self.below(12) {
            0 => Value::Null,
            1 => json!(true),
            2 => json!(false),
            3 => json!([0, 1, 2, 3, 4, 255, 1025, u32::MAX][self.below(8)]),
            4 => json!([-1_i64, i64::MIN, i64::MAX][self.below(3)]),
            5 => json!([u64::MAX as f64, -0.5, 1e300][self.below(3)]),
            6 => json!([]),
            7 => json!({}),
            8 => json!([self.value()]),
            _ => json!(texts[self.below(texts.len())]),
        }
    }

    /// Replaces, adds or removes something in `value`.
    fn change(&mut self, value: &mut Value) {
        match value {
            Value::Object(map) if !map.is_empty() && self.below(4) > 0 => {
                let key = map.keys().nth(self.below(map.len())).cloned().unwrap_or_default();
                match self.below(8) {
                    0 => drop(map.remove(&key)),
                    1 => drop(map.insert(format!("{key}_"), json!(1))),
                    _ => self.change(&mut map[&key]),
                }
            }
            Value::Array(list) if !list.is_empty() && self.below(4) > 0 => {
                let position = self.below(list.len());
                self.change(&mut list[position]);
            }
            other => *other = self.value(),
        }
    }
}

/// Options with every optional part present.
fn complete() -> Value {
    let mut instrumentation = Instrumentation::default();
    instrumentation.gas = Some(Gas::new());
    let mut options = Options::new().call_stacks(CallStacks::complete());
    options.instrumentation = instrumentation;
    options.cpu = Cpu::baseline(options.cpu.architecture());
    serde_json::to_value(options.emit_custom_sections(vec!["name".into()])).expect("it is data")
}

/// The kind of an error, which is then deleted.
fn outcome(error: *mut cwamrc_error_t, what: &str) -> cwamrc_error_kind_t {
    // SAFETY: the error, or NULL, comes from the library and is deleted once.
    unsafe {
        let kind = cwamrc_error_kind(error);
        let message = match error.is_null() {
            true => String::new(),
            false => CStr::from_ptr(cwamrc_error_message(error)).to_string_lossy().into_owned(),
        };
        cwamrc_error_delete(error);
        assert_ne!(kind, cwamrc_error_kind_t::CWAMRC_ERROR_INTERNAL, "{what}: {message}");
        kind
    }
}

#[test]
fn no_options_panic() {
    let wasm = wat::parse_str(MODULE).expect("the text is right");
    let complete = complete();
    let mut random = Mutator(Random::new(0x9e37_79b9_7f4a_7c15));
    let (mut taken, mut compiled) = (0, 0);
    for _ in 0..COUNT {
        let mut data = complete.clone();
        for _ in 0..=random.below(3) {
            random.change(&mut data);
        }
        let text = data.to_string();
        let json = CString::new(text.clone()).expect("JSON has no NUL");
        let mut artifact = ptr::null_mut();
        // SAFETY: all pointers point to what they should, and everything is deleted once.
        unsafe {
            let options = cwamrc_options_new();
            let kind = outcome(cwamrc_options_set_json(options, json.as_ptr()), &text);
            taken += usize::from(kind == cwamrc_error_kind_t::CWAMRC_ERROR_NONE);
            let error = cwamrc_compile(wasm.as_ptr(), wasm.len(), options, &raw mut artifact);
            let kind = outcome(error, &text);
            compiled += usize::from(kind == cwamrc_error_kind_t::CWAMRC_ERROR_NONE);
            cwamrc_artifact_delete(artifact);
            cwamrc_options_delete(options);
        }
    }
    // Both accepted and refused data occur.
    assert!((COUNT / 20..COUNT * 19 / 20).contains(&taken), "{taken} of {COUNT} were taken");
    assert!(compiled > taken, "{compiled} of {COUNT} compiled");
}

/// Texts that setters get.
const TEXTS: &[&CStr] = &[
    c"",
    c"x86_64",
    c"aarch64",
    c"riscv64",
    c"native",
    c"help",
    c"+avx2,-bmi",
    c"+lse",
    c"+v",
    c"haswell",
    c"2.4.5",
    c"main",
    c"2.2",
    c"name",
    c".debug_info",
    c"\xff\xfe",
    c"+,,",
    c"-sse3",
];

/// Calls a random setter. Its error, if any, is not an internal one.
///
/// # Safety
/// `options` comes from the library, or is NULL.
unsafe fn set_something(random: &mut Mutator, options: *mut cwamrc_options_t) {
    let text = match random.below(20) {
        0 => ptr::null(),
        _ => TEXTS[random.below(TEXTS.len())].as_ptr(),
    };
    let number = [0, 1, 2, 3, 4, 255, u32::MAX][random.below(7)];
    let flag = random.below(2) == 0;
    // SAFETY: the caller promises it; strings end with a NUL, or are NULL.
    let error = unsafe {
        match random.below(11) {
            0 => cwamrc_options_set_host(options),
            1 => cwamrc_options_set_target(options, text),
            2 => cwamrc_options_set_cpu(options, text),
            3 => cwamrc_options_set_cpu_features(options, text),
            4 => cwamrc_options_set_opt_level(options, number),
            5 => cwamrc_options_set_bounds_checks(options, flag),
            6 => cwamrc_options_set_indirect_mode(options, flag),
            7 => cwamrc_options_set_wamr_version(options, text),
            8 => cwamrc_options_add_custom_section(options, text),
            9 => cwamrc_options_set_format(options, number),
            _ => cwamrc_options_set_address_map(options, flag),
        }
    };
    outcome(error, "a setter");
}

/// Reads everything about an artifact, which may be NULL, including indexes that do not exist.
///
/// # Safety
/// `artifact` comes from the library, or is NULL.
unsafe fn read_everything(random: &mut Mutator, artifact: *mut cwamrc_artifact_t) {
    // SAFETY: the caller promises it; places for results are NULL, or of the right type.
    unsafe {
        let size = cwamrc_artifact_size(artifact);
        let data = cwamrc_artifact_data(artifact);
        assert_eq!(data.is_null(), artifact.is_null());
        if !data.is_null() {
            // Every byte is there.
            let bytes = std::slice::from_raw_parts(data, size);
            assert!(cwamrc_artifact_code_offset(artifact) <= bytes.len());
        }
        let sections = cwamrc_artifact_section_count(artifact);
        let symbols = cwamrc_artifact_symbol_count(artifact);
        for beyond in [0, 1, random.below(1000), usize::MAX / 2] {
            let (mut offset, mut length) = (0, 0);
            let index = sections.wrapping_add(beyond).wrapping_sub(2);
            let name = cwamrc_artifact_section(artifact, index, &raw mut offset, &raw mut length);
            assert_eq!(name.is_null(), index >= sections, "section {index} of {sections}");
            assert!(offset + length <= size);
            cwamrc_artifact_section(artifact, index, ptr::null_mut(), ptr::null_mut());
            let index = symbols.wrapping_add(beyond).wrapping_sub(2);
            let null = ptr::null_mut();
            cwamrc_artifact_symbol(artifact, index, null, null, ptr::null_mut());
            cwamrc_artifact_diagnostic_message(artifact, index);
            cwamrc_artifact_diagnostic_severity(artifact, index);
            cwamrc_artifact_location(artifact, index as u64, null, ptr::null_mut());
        }
    }
}

#[test]
fn no_calls_panic() {
    let wasm = wat::parse_str(MODULE).expect("the text is right");
    let mut random = Mutator(Random::new(0x1234_5678_9abc_def1));
    let mut compiled = 0;
    for _ in 0..COUNT {
        let mut bytes = wasm.clone();
        for _ in 0..random.below(3) {
            let place = random.below(bytes.len());
            match random.below(3) {
                0 => bytes[place] = random.below(256) as u8,
                1 => bytes.truncate(place.max(1)),
                _ => drop(bytes.remove(place)),
            }
        }
        let mut artifact = ptr::null_mut();
        // SAFETY: all pointers point to what they should or are NULL, and everything is deleted
        // once.
        unsafe {
            let first = cwamrc_options_new();
            for _ in 0..random.below(6) {
                set_something(&mut random, first);
            }
            let options = cwamrc_options_clone(first);
            set_something(&mut random, ptr::null_mut());
            let chosen = if random.below(10) == 0 { ptr::null() } else { options.cast_const() };
            let (start, size) = match random.below(50) {
                0 => (ptr::null(), 0),
                1 => (ptr::null(), 7),
                _ => (bytes.as_ptr(), bytes.len()),
            };
            let error = cwamrc_compile(start, size, chosen, &raw mut artifact);
            let kind = outcome(error, "a module");
            let is_compiled = kind == cwamrc_error_kind_t::CWAMRC_ERROR_NONE;
            assert_eq!(artifact.is_null(), !is_compiled);
            compiled += usize::from(is_compiled);
            read_everything(&mut random, artifact);
            cwamrc_artifact_delete(artifact);
            cwamrc_options_delete(options);
            cwamrc_options_delete(first);
        }
    }
    assert!((COUNT / 20..COUNT).contains(&compiled), "{compiled} of {COUNT} compiled");
}
