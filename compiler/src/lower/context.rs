//! The state of one function's lowering, in parts that each keep their own invariants.

use cranelift_codegen::ir::Value;
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::FunctionBuilder;
use wasmparser::BlockType;

use super::Environment;
use super::counters::metering::Metering;
use super::exceptions::Exceptions;
use super::locals::Locals;
use super::objects::StaticTypes;
use super::optimise::addresses::Addresses;
use super::optimise::inline::Inlining;
use super::runtime::bounds::CheckedAddresses;
use super::runtime::call_stack::CallStack;
use super::runtime::emitter::Emitter;
use super::runtime::trap::TrapBlocks;
use super::size::Size;
use super::wasm_state::control::Control;
use super::wasm_state::operands::Operands;
use crate::wasm::{FuncType, References, ValueType};

/// The parts that are kept between functions to reuse allocations.
#[derive(Default)]
pub(super) struct Buffers<'a> {
    operands: Operands,
    control: Control<'a>,
    locals: Locals,
    addresses: Addresses,
    inlining: Inlining,
}

/// One function being lowered.
///
/// Operators are methods of this type, and so is whatever needs several parts. Whatever needs one
/// part only is a method of that part.
pub(super) struct Lowering<'a, 'f> {
    pub(super) env: &'a Environment<'a>,
    pub(super) emit: Emitter<'a, 'f>,
    pub(super) operands: &'f mut Operands,
    pub(super) control: &'f mut Control<'a>,
    pub(super) locals: &'f mut Locals,
    pub(super) addresses: &'f mut Addresses,
    pub(super) checked: CheckedAddresses,
    pub(super) size: Size,
    pub(super) traps: TrapBlocks,
    pub(super) inlining: &'f mut Inlining,
    pub(super) exceptions: Exceptions<'a>,
    pub(super) metering: Metering,
    pub(super) call_stack: CallStack,
    /// What is known about the operands of an operator on objects.
    pub(super) static_types: StaticTypes,
    /// Whether the body has an operator on vectors.
    pub(super) uses_simd: bool,
    pub(super) config: TargetFrontendConfig,
}

impl<'a, 'f> Lowering<'a, 'f> {
    /// Starts a function of type `ty` in its entry block.
    pub(super) fn new(
        env: &'a Environment<'a>,
        builder: FunctionBuilder<'f>,
        buffers: &'f mut Buffers<'a>,
        ty: &'a FuncType,
        config: TargetFrontendConfig,
    ) -> Self {
        let Buffers { operands, control, locals, addresses, inlining } = buffers;
        operands.clear();
        control.clear();
        locals.clear();
        addresses.clear();
        inlining.clear();
        Self {
            env,
            emit: Emitter::new(env, builder, ty),
            operands,
            control,
            locals,
            addresses,
            checked: CheckedAddresses::default(),
            size: Size::default(),
            traps: TrapBlocks::default(),
            inlining,
            exceptions: Exceptions::default(),
            metering: Metering::default(),
            call_stack: CallStack::default(),
            static_types: StaticTypes::default(),
            uses_simd: false,
            config,
        }
    }

    pub(super) fn push(&mut self, value: Value) {
        self.operands.push(value);
    }

    /// Pops a value of its wasm type.
    pub(super) fn pop(&mut self) -> Value {
        let value = self.operands.pop();
        self.emit.widen(value)
    }

    /// Pops an i32 that is only tested for zero; it may be an 8-bit boolean.
    pub(super) fn pop_condition(&mut self) -> Value {
        self.operands.pop()
    }

    pub(super) fn pop2(&mut self) -> (Value, Value) {
        let second = self.pop();
        (self.pop(), second)
    }

    pub(super) fn pop3(&mut self) -> (Value, Value, Value) {
        let third = self.pop();
        let (first, second) = self.pop2();
        (first, second, third)
    }

    /// The top `count` operands, bottom first.
    pub(super) fn top(&mut self, count: usize) -> &[Value] {
        self.operands.top(count, &mut self.emit)
    }

    /// Removes the top `count` operands.
    pub(super) fn drop_top(&mut self, count: usize) {
        self.operands.drop_top(count);
    }

    /// Makes the top `count` operands the block arguments.
    pub(super) fn collect_block_args(&mut self, count: usize) {
        self.operands.collect_args(count, &mut self.emit);
    }

    /// The parameter and result types of a block.
    pub(super) fn block_types(&self, ty: BlockType) -> (&'a [ValueType], &'a [ValueType]) {
        match ty {
            BlockType::Empty => (&[], &[]),
            BlockType::Type(ty) => (&[], single_type(ty, self.env.module.references)),
            BlockType::FuncType(index) => {
                let ty = self.env.ty(index);
                (&ty.params, &ty.results)
            }
        }
    }
}

/// The types of a block with one result.
fn single_type(ty: wasmparser::ValType, references: References) -> &'static [ValueType] {
    match ty {
        wasmparser::ValType::I32 => &[ValueType::I32],
        wasmparser::ValType::I64 => &[ValueType::I64],
        wasmparser::ValType::F32 => &[ValueType::F32],
        wasmparser::ValType::F64 => &[ValueType::F64],
        wasmparser::ValType::V128 => &[ValueType::V128],
        // References to functions and external references have the same representation.
        wasmparser::ValType::Ref(_) => match ValueType::from_wasmparser(ty, references) {
            Ok(ValueType::ExnRef) => &[ValueType::ExnRef],
            Ok(ValueType::Object) => &[ValueType::Object],
            _ => &[ValueType::FuncRef],
        },
    }
}
