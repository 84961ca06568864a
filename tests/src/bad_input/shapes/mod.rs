//! Small modules that may take a compiler far more time or memory than their size suggests, unless
//! each of its algorithms stays in proportion: each shape made at any size.
//!
//! They are valid and harmless, and cheap to make. There is one shape for everything in WebAssembly
//! that can be repeated or nested. If its name does not say what a shape is aimed at, a comment next
//! to it does.

mod calls;
mod control;
mod exceptions;
mod functions;
mod loops;
mod memory;
mod module;
mod sections;
mod segments;
mod values;
mod vectors;

use wasm_encoder::{BlockType, Instruction as I};

use module::{memarg, one_function};

/// A shape of modules.
pub struct Shape {
    /// What it is.
    pub name: &'static str,
    /// Makes the module of a size.
    pub build: fn(u32) -> Vec<u8>,
    /// A size at which the shape is costly where it meets an algorithm out of proportion.
    pub size: u32,
    /// Whether it was once out of proportion, so that it is measured in every run of the tests.
    pub once_costly: bool,
}

const fn shape(name: &'static str, size: u32, build: fn(u32) -> Vec<u8>) -> Shape {
    Shape { name, build, size, once_costly: false }
}

/// A shape that was once out of proportion.
const fn costly(name: &'static str, size: u32, build: fn(u32) -> Vec<u8>) -> Shape {
    Shape { name, build, size, once_costly: true }
}

/// All shapes.
pub fn shapes() -> impl Iterator<Item = &'static Shape> {
    let kinds = [
        sections::SHAPES,
        segments::SHAPES,
        control::SHAPES,
        loops::SHAPES,
        values::SHAPES,
        vectors::SHAPES,
        memory::SHAPES,
        calls::SHAPES,
        functions::SHAPES,
        exceptions::SHAPES,
    ];
    kinds.into_iter().flatten()
}

/// A module like most, for comparison: arithmetic, memory, some control.
pub fn plain(size: u32) -> Vec<u8> {
    let mut code = Vec::new();
    for at in 0..size {
        code.extend([
            I::LocalGet(at % 8),
            I::I32Const(at.cast_signed()),
            I::I32Add,
            I::LocalGet((at + 3) % 8),
            I::I32Load(memarg((at % 64).into(), 2)),
            I::I32Mul,
            I::LocalSet((at + 1) % 8),
        ]);
        if at % 5 == 0 {
            code.extend([I::LocalGet(at % 8), I::If(BlockType::Empty), I::LocalGet(1)]);
            code.extend([I::LocalSet(2), I::End]);
        }
    }
    one_function(&[], 8, &code)
}
