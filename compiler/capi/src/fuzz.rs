//! Random options as data: whatever a host hands over, it is taken or refused, and what was taken
//! compiles, or does not for a reason. Nothing panics, which would be an internal error here.
//!
//! The data is what the options are written as, in which some values are replaced by others.

use std::ffi::{CStr, CString};
use std::ptr;

use compiler::instrument::{Gas, Instrumentation};
use compiler::{CallStacks, Cpu, Options};
use serde_json::{Value, json};

use crate::artifact::cwamrc_artifact_delete;
use crate::compile::cwamrc_compile;
use crate::error::{
    cwamrc_error_delete, cwamrc_error_kind, cwamrc_error_kind_t, cwamrc_error_message,
    cwamrc_error_t,
};
use crate::options::{cwamrc_options_delete, cwamrc_options_new, cwamrc_options_set_json};

const COUNT: usize = 2000;

/// Something of all that options are about.
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

/// Marsaglia's xorshift: the same data in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    /// What stands where a value may: right in some places, wrong in most.
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

    /// Replaces, adds or takes away something in `value`.
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

/// Options in which everything is there that can be.
fn complete() -> Value {
    let mut instrumentation = Instrumentation::default();
    instrumentation.gas = Some(Gas::new());
    let mut options = Options::new().call_stacks(CallStacks::complete());
    options.instrumentation = instrumentation;
    options.cpu = Cpu::baseline(options.cpu.architecture());
    serde_json::to_value(options.emit_custom_sections(vec!["name".into()])).expect("it is data")
}

/// The kind of an error, which is deleted.
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
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut taken, mut compiled) = (0, 0);
    for _ in 0..COUNT {
        let mut data = complete.clone();
        for _ in 0..=random.below(3) {
            random.change(&mut data);
        }
        let text = data.to_string();
        let json = CString::new(text.clone()).expect("JSON has no NUL");
        let mut artifact = ptr::null_mut();
        // SAFETY: all pointers are to what they should be to, and everything is deleted once.
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
    // Data that is right takes part, and data that is wrong.
    assert!((COUNT / 20..COUNT * 19 / 20).contains(&taken), "{taken} of {COUNT} were taken");
    assert!(compiled > taken, "{compiled} of {COUNT} compiled");
}
