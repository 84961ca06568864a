//! The state of one function's lowering: the IR under construction, the operand stack, the control
//! stack, and values that are computed once for the whole function.
//!
//! Invariants: the operand stack mirrors the validated wasm stack, with two exceptions: comparisons
//! stay 8-bit booleans until an i32 is needed, and vectors keep the lane type they were made with
//! until sixteen bytes are needed. While the current position is unreachable, the operand stack is
//! not maintained and nothing is emitted.

use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::{
    Block, BlockArg, Endianness, ExtFuncData, ExternalName, FuncRef, Inst, InstBuilder,
    InstructionData, MemFlagsData, Opcode, SigRef, Signature, StackSlot, StackSlotData,
    StackSlotKind, Type, Value, types,
};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FuncInstBuilder, FunctionBuilder, Variable};
use rustc_hash::FxHashMap;
use wasmparser::{BlockType, FuncValidatorAllocations};

use super::Environment;
use super::counters::metering::Metering;
use super::exceptions::Exceptions;
use super::func_id::FuncId;
use super::optimise::addresses::Addresses;
use super::optimise::inline::Inlining;
use super::runtime::bounds::CheckedAddresses;
use super::runtime::call_stack::CallStack;
use super::runtime::instance_fields::InstanceValues;
use super::runtime::trap::TrapBlocks;
use super::signature::clif_type;
use super::wasm_state::aliases::Aliases;
use super::wasm_state::control::Frame;
use crate::wasm::{ConstExpr, FuncType, NULL_EXCEPTION, ValueType};

/// Operand and control stacks, kept between functions to reuse allocations.
#[derive(Default)]
pub(super) struct Stacks<'a> {
    pub(super) operands: Vec<Value>,
    pub(super) frames: Vec<Frame<'a>>,
    pub(super) block_args: Vec<BlockArg>,
    pub(super) addresses: Addresses,
    /// For bodies that are inlined.
    pub(super) validators: Vec<FuncValidatorAllocations>,
    /// Those of the function before, for their memory.
    pub(super) locals: Vec<(Type, Variable)>,
}

/// One function being lowered.
pub(super) struct Lowering<'a, 'f> {
    pub(super) env: &'a Environment<'a>,
    pub(super) builder: FunctionBuilder<'f>,
    pub(super) stacks: &'f mut Stacks<'a>,
    pub(super) ty: &'a FuncType,
    pub(super) entry: Block,
    pub(super) exec_env: Value,
    /// The locals of the innermost body, by index.
    pub(super) locals: Vec<(Type, Variable)>,
    /// How many variables there are.
    pub(super) variables: u64,
    /// The number of loops around the current position.
    pub(super) loops: u32,
    /// The jumps into all loops so far.
    pub(super) loop_entries: Vec<Inst>,
    /// Of parameters of deep loops.
    pub(super) aliases: Aliases,
    /// The pairs of parameters of the same loop, for all loops so far.
    pub(super) loop_param_pairs: u64,
    /// The number of locals that all branches to loops pass on, summed over those that ended.
    pub(super) loop_args: u64,
    pub(super) inlining: Inlining,
    pub(super) exceptions: Exceptions<'a>,
    pub(super) metering: Metering,
    pub(super) reachable: bool,
    pub(super) instance: InstanceValues,
    pub(super) traps: TrapBlocks,
    pub(super) call_stack: CallStack,
    pub(super) checked: CheckedAddresses,
    /// Whether the body has an operator on vectors.
    pub(super) uses_simd: bool,
    /// The operands of all branches so far.
    pub(super) branch_operands: usize,
    /// For all branch tables so far, local and target: the number of entries of the table.
    pub(super) table_steps: u64,
    /// How many operators were lowered.
    pub(super) operators: u32,
    functions: FxHashMap<FuncId, FuncRef>,
    signatures: FxHashMap<u32, SigRef>,
    results_slot: Option<StackSlot>,
    pub(super) config: TargetFrontendConfig,
}

impl<'a, 'f> Lowering<'a, 'f> {
    /// Starts in the entry block, which is current and has the function's parameters.
    pub(super) fn new(
        env: &'a Environment<'a>,
        mut builder: FunctionBuilder<'f>,
        stacks: &'f mut Stacks<'a>,
        ty: &'a FuncType,
        config: TargetFrontendConfig,
    ) -> Self {
        let entry = builder.create_block();
        builder.append_block_params_for_function_params(entry);
        builder.switch_to_block(entry);
        builder.seal_block(entry);
        stacks.operands.clear();
        stacks.frames.clear();
        stacks.addresses.clear();
        let mut locals = std::mem::take(&mut stacks.locals);
        locals.clear();
        let exec_env = builder.block_params(entry)[0];
        Self {
            env,
            builder,
            stacks,
            ty,
            entry,
            exec_env,
            locals,
            variables: 0,
            loops: 0,
            loop_entries: Vec::new(),
            aliases: Aliases::default(),
            loop_param_pairs: 0,
            loop_args: 0,
            inlining: Inlining::default(),
            exceptions: Exceptions::default(),
            metering: Metering::default(),
            reachable: true,
            instance: InstanceValues::default(),
            traps: TrapBlocks::default(),
            call_stack: CallStack::default(),
            checked: CheckedAddresses::default(),
            uses_simd: false,
            branch_operands: 0,
            table_steps: 0,
            operators: 0,
            functions: FxHashMap::default(),
            signatures: FxHashMap::default(),
            results_slot: None,
            config,
        }
    }

    /// The function's native parameters: execution environment, parameters, result pointers.
    pub(super) fn params(&self) -> &[Value] {
        self.builder.block_params(self.entry)
    }

    /// Emits at the current position.
    pub(super) fn ins(&mut self) -> FuncInstBuilder<'_, 'f> {
        self.builder.ins()
    }

    pub(super) fn push(&mut self, value: Value) {
        self.stacks.operands.push(value);
    }

    /// Pops a value of its wasm type.
    pub(super) fn pop(&mut self) -> Value {
        let value = self.pop_condition();
        self.widen(value)
    }

    /// Pops an i32 that is only tested for zero; it may be an 8-bit boolean.
    pub(super) fn pop_condition(&mut self) -> Value {
        self.stacks.operands.pop().expect("validation keeps the operand stack balanced")
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

    fn widen(&mut self, value: Value) -> Value {
        match self.builder.func.dfg.value_type(value) {
            types::I8 => self.ins().uextend(types::I32, value),
            ty if ty.is_vector() => self.as_lanes(types::I8X16, value),
            _ => value,
        }
    }

    /// A vector as lanes of type `ty`, which costs no instruction.
    pub(super) fn as_lanes(&mut self, ty: Type, vector: Value) -> Value {
        let dfg = &self.builder.func.dfg;
        if dfg.value_type(vector) == ty {
            return vector;
        }
        if let Some(inst) = dfg.value_def(dfg.resolve_aliases(vector)).inst()
            && let InstructionData::LoadNoOffset { opcode: Opcode::Bitcast, arg, .. } =
                dfg.insts[inst]
            && dfg.value_type(arg) == ty
        {
            return arg;
        }
        // Lane 0 is at the lowest address.
        let flags = MemFlagsData::new().with_endianness(Endianness::Little);
        self.ins().bitcast(ty, flags, vector)
    }

    /// A constant vector, little-endian.
    pub(super) fn vector_constant(&mut self, ty: Type, bytes: [u8; 16]) -> Value {
        let constant = self.builder.func.dfg.constants.insert(bytes.to_vec().into());
        self.ins().vconst(ty, constant)
    }

    /// Converts the top `count` operands to their wasm types.
    fn widen_top(&mut self, count: usize) {
        let start = self.stacks.operands.len() - count;
        for slot in start..self.stacks.operands.len() {
            let value = self.stacks.operands[slot];
            self.stacks.operands[slot] = self.widen(value);
        }
    }

    /// The top `count` operands, bottom first.
    pub(super) fn top(&mut self, count: usize) -> &[Value] {
        self.widen_top(count);
        &self.stacks.operands[self.stacks.operands.len() - count..]
    }

    /// Removes the top `count` operands.
    pub(super) fn drop_top(&mut self, count: usize) {
        self.stacks.operands.truncate(self.stacks.operands.len() - count);
    }

    /// Moves the top `count` operands into the buffer for block arguments.
    pub(super) fn collect_block_args(&mut self, count: usize) {
        self.widen_top(count);
        let stacks = &mut *self.stacks;
        stacks.block_args.clear();
        let top = &stacks.operands[stacks.operands.len() - count..];
        stacks.block_args.extend(top.iter().copied().map(BlockArg::Value));
    }

    /// The parameter and result types of a block.
    pub(super) fn block_types(&self, ty: BlockType) -> (&'a [ValueType], &'a [ValueType]) {
        match ty {
            BlockType::Empty => (&[], &[]),
            BlockType::Type(ty) => (&[], single_type(ty)),
            BlockType::FuncType(index) => {
                let ty = self.env.ty(index);
                (&ty.params, &ty.results)
            }
        }
    }

    /// Declares the function `id` in this function, with the signature that `make` returns.
    pub(super) fn function(&mut self, id: FuncId, make: impl FnOnce() -> Signature) -> FuncRef {
        if let Some(&function) = self.functions.get(&id) {
            return function;
        }
        let func = &mut *self.builder.func;
        let signature = func.import_signature(make());
        let name = func.declare_imported_user_function(id.to_external_name());
        let data = ExtFuncData {
            name: ExternalName::user(name),
            signature,
            // In the same text, so calls are plain near calls.
            colocated: true,
            patchable: false,
        };
        let function = func.import_function(data);
        self.functions.insert(id, function);
        function
    }

    /// The signature of type `index` for indirect calls.
    pub(super) fn indirect_signature(&mut self, index: u32) -> SigRef {
        let env = self.env;
        let func = &mut *self.builder.func;
        *self
            .signatures
            .entry(index)
            .or_insert_with(|| func.import_signature(env.signatures[index as usize].clone()))
    }

    /// A stack slot of at least `bytes` bytes for results that a callee stores. All calls of the
    /// function share it, since results are loaded right after the call.
    pub(super) fn results_slot(&mut self, bytes: u32) -> StackSlot {
        let slots = &mut self.builder.func.sized_stack_slots;
        let slot = *self.results_slot.get_or_insert_with(|| {
            slots.push(StackSlotData::new(StackSlotKind::ExplicitSlot, 0, 4))
        });
        slots[slot].size = slots[slot].size.max(bytes);
        slot
    }

    /// The zero of a type.
    pub(super) fn zero(&mut self, ty: ValueType) -> Value {
        match ty {
            ValueType::F32 => self.ins().f32const(0.0),
            ValueType::F64 => self.ins().f64const(0.0),
            ValueType::V128 => self.vector_constant(types::I8X16, [0; 16]),
            ValueType::I32 | ValueType::I64 => self.ins().iconst(clif_type(ty), 0),
            ValueType::ExnRef => self.ins().iconst(types::I64, NULL_EXCEPTION),
            ValueType::FuncRef | ValueType::ExternRef => self.null_reference(),
        }
    }

    /// The value of a constant expression, if it is known before instantiation.
    pub(super) fn constant_expr(&mut self, value: &ConstExpr) -> Option<Value> {
        Some(match *value {
            // Cranelift takes the value zero-extended.
            ConstExpr::I32(value) => {
                self.ins().iconst(types::I32, i64::from(value.cast_unsigned()))
            }
            ConstExpr::I64(value) => self.ins().iconst(types::I64, value),
            ConstExpr::F32(bits) => self.ins().f32const(Ieee32::with_bits(bits)),
            ConstExpr::F64(bits) => self.ins().f64const(Ieee64::with_bits(bits)),
            ConstExpr::V128(bytes) => self.vector_constant(types::I8X16, bytes),
            _ => return None,
        })
    }

    /// The null reference: all ones in 32 bits.
    pub(super) fn null_reference(&mut self) -> Value {
        self.ins().iconst(types::I32, i64::from(u32::MAX))
    }
}

/// The types of a block with one result.
fn single_type(ty: wasmparser::ValType) -> &'static [ValueType] {
    match ty {
        wasmparser::ValType::I32 => &[ValueType::I32],
        wasmparser::ValType::I64 => &[ValueType::I64],
        wasmparser::ValType::F32 => &[ValueType::F32],
        wasmparser::ValType::F64 => &[ValueType::F64],
        wasmparser::ValType::V128 => &[ValueType::V128],
        // References to functions and external references have the same representation.
        wasmparser::ValType::Ref(_) => match ValueType::from_wasmparser(ty) {
            Ok(ValueType::ExnRef) => &[ValueType::ExnRef],
            _ => &[ValueType::FuncRef],
        },
    }
}
