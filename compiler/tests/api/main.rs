//! The library as its users see it: progress, diagnostics, output, and cancellation.

mod cancel;
mod custom_sections;
mod maps;
mod options;
mod output;

use std::fmt::Write;

/// Assembles a module.
fn module(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the text is right")
}

/// A module with this many functions, none of which is small.
fn many_functions(count: usize) -> Vec<u8> {
    let mut text = String::from("(module (memory 1)");
    for index in 0..count {
        write!(text, "(func (export \"f{index}\") (param i32) (result i32) (local i32)")
            .expect("strings take any text");
        for constant in 0..50 {
            let load = format!("(i32.load offset={constant} (local.get 0))");
            write!(text, "(local.set 1 (i32.mul (local.get 1) {load}))")
                .expect("strings take any text");
        }
        text.push_str("(local.get 1))");
    }
    text.push(')');
    module(&text)
}
