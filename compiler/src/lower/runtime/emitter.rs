//! Emission of one function's IR, with what is declared or loaded once for the whole function.
//!
//! Invariants: each callee, signature and constant field of the instance occurs once in a function.
//! Nothing here knows about WebAssembly's stacks, or about what else happens at a position in the
//! code: traps, counters and frames for call stacks.

mod instance_fields;
mod objects;

use cranelift_codegen::entity::EntitySet;
use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::{
    Block, Endianness, ExtFuncData, ExternalName, FuncRef, InstBuilder, InstructionData,
    MemFlagsData, Opcode, SigRef, Signature, StackSlot, StackSlotData, StackSlotKind, Type, Value,
    types,
};
use cranelift_frontend::{FuncInstBuilder, FunctionBuilder};
use rustc_hash::FxHashMap;

use crate::lower::Environment;
use crate::lower::func_id::FuncId;
use crate::lower::signature::clif_type;
use crate::wasm::{ConstExpr, FuncType, NULL_EXCEPTION, ValueType};
use instance_fields::InstanceValues;
pub(in crate::lower) use instance_fields::Region;
pub(in crate::lower) use objects::{ARRAY, ELEMENTS, OF_HOST, STRUCTURE};

/// The function under construction.
pub(in crate::lower) struct Emitter<'a, 'f> {
    pub(in crate::lower) env: &'a Environment<'a>,
    /// Cranelift's own interface to the function.
    pub(in crate::lower) builder: FunctionBuilder<'f>,
    ty: &'a FuncType,
    entry: Block,
    exec_env: Value,
    instance: InstanceValues,
    functions: FxHashMap<FuncId, FuncRef>,
    /// By type index.
    signatures: FxHashMap<u32, SigRef>,
    results_slot: Option<StackSlot>,
    /// Values that are objects which the runtime collects.
    pub(in crate::lower) objects: EntitySet<Value>,
    /// Whether the code runs before the module's own code.
    pub(in crate::lower) is_initialising: bool,
}

impl<'a, 'f> Emitter<'a, 'f> {
    /// Starts a function of type `ty` in its entry block, which is current and has the function's
    /// parameters.
    pub(in crate::lower) fn new(
        env: &'a Environment<'a>,
        mut builder: FunctionBuilder<'f>,
        ty: &'a FuncType,
    ) -> Self {
        let entry = builder.create_block();
        builder.append_block_params_for_function_params(entry);
        builder.switch_to_block(entry);
        builder.seal_block(entry);
        let exec_env = builder.block_params(entry)[0];
        Self {
            env,
            builder,
            ty,
            entry,
            exec_env,
            instance: InstanceValues::default(),
            functions: FxHashMap::default(),
            signatures: FxHashMap::default(),
            results_slot: None,
            objects: EntitySet::new(),
            is_initialising: false,
        }
    }

    /// The function's wasm type.
    pub(in crate::lower) fn ty(&self) -> &'a FuncType {
        self.ty
    }

    /// The execution environment, the function's first native parameter.
    pub(in crate::lower) fn exec_env(&self) -> Value {
        self.exec_env
    }

    /// The function's native parameters: execution environment, parameters, result pointers.
    pub(in crate::lower) fn params(&self) -> &[Value] {
        self.builder.block_params(self.entry)
    }

    /// Emits at the current position.
    pub(in crate::lower) fn ins(&mut self) -> FuncInstBuilder<'_, 'f> {
        self.builder.ins()
    }

    /// The value that the operand stack holds as `value`, in its wasm type.
    pub(in crate::lower) fn widen(&mut self, value: Value) -> Value {
        match self.builder.func.dfg.value_type(value) {
            types::I8 => self.ins().uextend(types::I32, value),
            ty if ty.is_vector() => self.as_lanes(types::I8X16, value),
            _ => value,
        }
    }

    /// A vector as lanes of type `ty`, which costs no instruction.
    pub(in crate::lower) fn as_lanes(&mut self, ty: Type, vector: Value) -> Value {
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
    pub(in crate::lower) fn vector_constant(&mut self, ty: Type, bytes: [u8; 16]) -> Value {
        let constant = self.builder.func.dfg.constants.insert(bytes.to_vec().into());
        self.ins().vconst(ty, constant)
    }

    /// Declares the function `id` in this function, with the signature that `make` returns.
    pub(in crate::lower) fn function(
        &mut self,
        id: FuncId,
        make: impl FnOnce() -> Signature,
    ) -> FuncRef {
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
    pub(in crate::lower) fn indirect_signature(&mut self, index: u32) -> SigRef {
        let env = self.env;
        let func = &mut *self.builder.func;
        *self
            .signatures
            .entry(index)
            .or_insert_with(|| func.import_signature(env.signatures[index as usize].clone()))
    }

    /// A stack slot of at least `bytes` bytes for results that a callee stores. All calls of the
    /// function share it, since results are loaded right after the call.
    pub(in crate::lower) fn results_slot(&mut self, bytes: u32) -> StackSlot {
        let slots = &mut self.builder.func.sized_stack_slots;
        let slot = *self.results_slot.get_or_insert_with(|| {
            slots.push(StackSlotData::new(StackSlotKind::ExplicitSlot, 0, 4))
        });
        slots[slot].size = slots[slot].size.max(bytes);
        slot
    }

    /// The zero of a type.
    pub(in crate::lower) fn zero(&mut self, ty: ValueType) -> Value {
        match ty {
            ValueType::F32 => self.ins().f32const(0.0),
            ValueType::F64 => self.ins().f64const(0.0),
            ValueType::V128 => self.vector_constant(types::I8X16, [0; 16]),
            ValueType::I32 | ValueType::I64 => self.ins().iconst(clif_type(ty), 0),
            ValueType::ExnRef | ValueType::Object => {
                const { assert!(NULL_EXCEPTION == 0) }
                self.ins().iconst(types::I64, 0)
            }
            ValueType::FuncRef | ValueType::ExternRef => self.null_reference(),
        }
    }

    /// The value of a constant expression, if it is known before instantiation.
    pub(in crate::lower) fn constant_expr(&mut self, value: &ConstExpr) -> Option<Value> {
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
    pub(in crate::lower) fn null_reference(&mut self) -> Value {
        self.ins().iconst(types::I32, i64::from(u32::MAX))
    }

    /// The value of an integer constant, sign-extended.
    pub(in crate::lower) fn constant(&self, value: Value) -> Option<i64> {
        let dfg = &self.builder.func.dfg;
        let inst = dfg.value_def(dfg.resolve_aliases(value)).inst()?;
        match dfg.insts[inst] {
            InstructionData::UnaryImm { opcode: Opcode::Iconst, imm } => {
                let wide = dfg.value_type(value) == types::I64;
                Some(if wide { imm.bits() } else { i64::from(imm.bits() as i32) })
            }
            _ => None,
        }
    }

    /// A new block with these parameters.
    pub(in crate::lower) fn create_block_with(&mut self, params: &[ValueType]) -> Block {
        let block = self.builder.create_block();
        for &param in params {
            let value = self.builder.append_block_param(block, clif_type(param));
            self.typed(param, value);
        }
        block
    }

    /// Branches to `target` if `condition` is not zero, and continues in a new block otherwise.
    pub(in crate::lower) fn leave_if(&mut self, condition: Value, target: Block) {
        let next = self.builder.create_block();
        self.ins().brif(condition, target, &[], next, &[]);
        self.continue_in(next);
    }

    /// Continues in `next`, all of whose predecessors are known.
    pub(in crate::lower) fn continue_in(&mut self, next: Block) {
        self.builder.switch_to_block(next);
        self.builder.seal_block(next);
    }

    /// A new block that is rarely reached.
    pub(in crate::lower) fn cold_block(&mut self) -> Block {
        let block = self.builder.create_block();
        self.builder.set_cold_block(block);
        block
    }

    /// Stores a result that is returned through `pointer`, which the runtime aligns to only 4
    /// bytes.
    pub(in crate::lower) fn store_result(&mut self, pointer: Value, value: Value) {
        let flags = MemFlagsData::new().with_notrap();
        self.ins().store(flags, value, pointer, 0);
    }
}
