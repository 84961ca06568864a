//! A tiny language: numbers, variables, functions, `if`.
//!
//! ```text
//! line       = "fn" name "(" [name {"," name}] ")" "=" expression | name "=" expression | expression
//! expression = "if" expression "then" expression "else" expression | sum [comparison sum]
//! sum        = product {("+" | "-") product}
//! product    = factor {("*" | "/") factor}
//! factor     = "-" factor | number | name | name "(" [expression {"," expression}] ")" | "(" expression ")"
//! ```
//!
//! Every value is an f64; a comparison is 1 or 0, and a condition holds if it is not 0. `syntax` makes
//! a tree of a line, `emit` makes a wasm module of trees, and `session` compiles that to machine code
//! and calls it. This crate is an example: it shows the way from text to machine code and no more.

mod emit;
mod session;
mod syntax;

pub use session::{Answer, Session, Timing};
