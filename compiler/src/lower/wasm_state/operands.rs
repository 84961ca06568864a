//! The operand stack.
//!
//! Invariants: it mirrors the validated wasm stack, with two exceptions: comparisons stay 8-bit
//! booleans until an i32 is needed, and vectors keep the lane type they were made with until
//! sixteen bytes are needed. While the current position is unreachable, it is not maintained.

use cranelift_codegen::ir::{BlockArg, Value};

use crate::lower::runtime::emitter::Emitter;

/// The operand stack of one function; kept between functions to reuse allocations.
#[derive(Default)]
pub(in crate::lower) struct Operands {
    values: Vec<Value>,
    /// The block arguments that were collected last.
    args: Vec<BlockArg>,
}

impl Operands {
    /// Removes everything.
    pub(in crate::lower) fn clear(&mut self) {
        self.values.clear();
    }

    pub(in crate::lower) fn height(&self) -> usize {
        self.values.len()
    }

    pub(in crate::lower) fn push(&mut self, value: Value) {
        self.values.push(value);
    }

    /// Pushes `values`, of which the last one ends on top.
    pub(in crate::lower) fn extend(&mut self, values: &[Value]) {
        self.values.extend_from_slice(values);
    }

    /// Pops a value as it is held: maybe an 8-bit boolean, or a vector with any lanes.
    pub(in crate::lower) fn pop(&mut self) -> Value {
        self.values.pop().expect("validation keeps the operand stack balanced")
    }

    /// Removes the top `count` operands.
    pub(in crate::lower) fn drop_top(&mut self, count: usize) {
        self.values.truncate(self.values.len() - count);
    }

    /// Removes all operands above `height`.
    pub(in crate::lower) fn truncate(&mut self, height: usize) {
        self.values.truncate(height);
    }

    /// The top `count` operands, bottom first. They are converted to their wasm types.
    pub(in crate::lower) fn top(&mut self, count: usize, emit: &mut Emitter<'_, '_>) -> &[Value] {
        let start = self.values.len() - count;
        for value in &mut self.values[start..] {
            *value = emit.widen(*value);
        }
        &self.values[start..]
    }

    /// Makes the top `count` operands the block arguments.
    pub(in crate::lower) fn collect_args(&mut self, count: usize, emit: &mut Emitter<'_, '_>) {
        self.top(count, emit);
        self.args.clear();
        let top = &self.values[self.values.len() - count..];
        self.args.extend(top.iter().copied().map(BlockArg::Value));
    }

    /// The block arguments that were collected last.
    pub(in crate::lower) fn args(&self) -> &[BlockArg] {
        &self.args
    }
}
