//! Lowers one function: validation and translation in a single pass over its bytes.
//!
//! The lowerer keeps its buffers between functions, so that a thread lowers many functions without
//! new allocations.

use cranelift_codegen::ir::{Function, Inst, SourceLoc, UserFuncName};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use wasmparser::{
    BinaryReader, FuncToValidate, FuncValidator, FuncValidatorAllocations, FunctionBody, Operator,
    ValidatorResources,
};

use super::Environment;
use super::context::{Buffers, Lowering};
use super::func_id::FuncId;
use super::operators::ValidatingVisitor;
use crate::error::{Error, refused};
use crate::limits::lowering::MANY_LOCALS;
use crate::wamr::simd_support::has_vector;
use crate::wasm::{Body, FuncType, ValueType};

/// What is known about a body once it is lowered.
pub(crate) struct Lowered {
    /// Whether it has vectors.
    pub(crate) uses_simd: bool,
    /// The jumps into its loops.
    pub(crate) loop_entries: Vec<Inst>,
}

/// Lowers functions, one after the other.
pub(crate) struct FunctionLowerer<'a> {
    builder: FunctionBuilderContext,
    validator: FuncValidatorAllocations,
    buffers: Buffers<'a>,
    config: TargetFrontendConfig,
}

impl<'a> FunctionLowerer<'a> {
    /// A lowerer for the machine that `config` describes.
    pub(crate) fn new(config: TargetFrontendConfig) -> Self {
        Self {
            builder: FunctionBuilderContext::new(),
            validator: FuncValidatorAllocations::default(),
            buffers: Buffers::default(),
            config,
        }
    }

    /// Validates `body` and lowers it into `func`, which is empty.
    pub(crate) fn lower(
        &mut self,
        env: &'a Environment<'a>,
        body: &'a Body<'a>,
        func: &mut Function,
    ) -> Result<Lowered, Error> {
        let index = body.validation.index;
        func.name = UserFuncName::User(FuncId::Function(index).to_external_name());
        func.signature = env.function_signature(index).clone();
        let mut validator = validator_of(body, std::mem::take(&mut self.validator));
        let ty = env.module.function_type(index);
        let mut lowering = self.begin(env, func, ty);
        lowering.uses_simd = has_vector(ty);
        let lowered = lowering.lower_body(body, &mut validator);
        let unsupported = env.no_vectors.as_ref().filter(|_| lowering.uses_simd);
        let lowered = lowered.and_then(|()| unsupported.cloned().map_or(Ok(()), Err));
        match lowered.and_then(|()| lowering.publish_roots()) {
            Ok(()) => {
                let uses_simd = lowering.uses_simd;
                let loop_entries = lowering.control.take_loop_entries();
                lowering.finish();
                self.validator = validator.into_allocations();
                Ok(Lowered { uses_simd, loop_entries })
            }
            Err(error) => {
                // The builder's context contains half a function.
                drop(lowering);
                self.builder = FunctionBuilderContext::new();
                Err(error)
            }
        }
    }

    /// Starts a function of type `ty` in its entry block.
    pub(super) fn begin<'f>(
        &'f mut self,
        env: &'a Environment<'a>,
        func: &'f mut Function,
        ty: &'a FuncType,
    ) -> Lowering<'a, 'f> {
        let builder = FunctionBuilder::new(func, &mut self.builder);
        Lowering::new(env, builder, &mut self.buffers, ty, self.config)
    }
}

/// The locals that `body` uses, in ascending order. A body that cannot be read is refused later.
fn used_locals(body: &FunctionBody<'_>) -> Vec<u32> {
    let operators = body.get_operators_reader().into_iter().flatten();
    let locals = operators.map_while(Result::ok).filter_map(|operator| match operator {
        Operator::LocalGet { local_index }
        | Operator::LocalSet { local_index }
        | Operator::LocalTee { local_index } => Some(local_index),
        _ => None,
    });
    let mut locals: Vec<u32> = locals.collect();
    locals.sort_unstable();
    locals.dedup();
    locals
}

pub(super) fn validator_of(
    body: &Body<'_>,
    allocations: FuncValidatorAllocations,
) -> FuncValidator<ValidatorResources> {
    let template = &body.validation;
    FuncToValidate {
        resources: template.resources.clone(),
        index: template.index,
        ty: template.ty,
        features: template.features,
    }
    .into_validator(allocations)
}

impl<'a> Lowering<'a, '_> {
    fn lower_body(
        &mut self,
        body: &'a Body<'a>,
        validator: &mut FuncValidator<ValidatorResources>,
    ) -> Result<(), Error> {
        let mut reader = body.code.get_binary_reader();
        self.begin_inlining(body.validation.index);
        self.begin_body(body);
        for (&ty, value) in self.emit.ty().params.iter().zip(self.emit.wasm_params()) {
            self.emit.typed(ty, value);
            self.declare_local(ty, value);
        }
        self.declare_locals(body, &mut reader, validator)?;
        reader.set_features(body.validation.features);
        if self.env.stack_checks {
            self.check_stack(0);
        }
        self.probe_guard_pages(body.validation.index);
        self.note_stack();
        self.open_call_frame(body.validation.index);
        self.begin_metering();
        self.note_own_slots();
        self.meter_function();
        self.open_block(&[], &self.emit.ty().results);
        if let Some(product) = self.recognised_mul128(body.validation.index) {
            self.lower_mul128(product);
            return Ok(());
        }
        while !reader.eof() {
            let offset = reader.original_position();
            self.begin_operator(offset);
            self.set_position(offset);
            let mut visitor = ValidatingVisitor::new(validator, self, offset);
            reader.visit_operator(&mut visitor).map_err(refused)??;
            self.check_size(body.validation.index, offset)?;
        }
        reader
            .finish_expression(&validator.visitor(reader.original_position()))
            .map_err(refused)?;
        Ok(())
    }

    /// The code that follows is compiled from the operator at `offset`.
    pub(super) fn begin_operator(&mut self, offset: u64) {
        if self.env.keeps_srclocs {
            self.emit.builder.set_srcloc(SourceLoc::new(offset as u32));
        }
    }

    fn check_size(&mut self, function: u32, offset: u64) -> Result<(), Error> {
        if self.size.add_operator() {
            self.env.monitor.check()?;
        }
        if let Some(failure) = self.inlining.take_failure() {
            return Err(failure);
        }
        match self.size.excess(function, &self.emit.builder.func.dfg) {
            Some(what) => Err(Error::limit(what).at(offset as usize)),
            None => Ok(()),
        }
    }

    /// Adds the declared locals as variables after the parameters.
    pub(super) fn declare_locals(
        &mut self,
        body: &Body<'a>,
        reader: &mut BinaryReader<'a>,
        validator: &mut FuncValidator<ValidatorResources>,
    ) -> Result<(), Error> {
        let mut used = None;
        for _ in 0..reader.read_var_u32().map_err(refused)? {
            let offset = reader.original_position();
            let count = reader.read_var_u32().map_err(refused)?;
            let ty: wasmparser::ValType = reader.read().map_err(refused)?;
            validator.define_locals(offset, count, ty).map_err(refused)?;
            let ty = ValueType::from_wasmparser(ty, self.env.module.references)?;
            if count <= MANY_LOCALS {
                self.declare_zeroed(ty, count);
            } else {
                let used = used.get_or_insert_with(|| used_locals(&body.code));
                self.declare_many(ty, count, used);
            }
        }
        Ok(())
    }

    fn declare_zeroed(&mut self, ty: ValueType, count: u32) {
        if count == 0 {
            return;
        }
        self.uses_simd |= ty == ValueType::V128;
        let zero = self.emit.zero(ty);
        for _ in 0..count {
            self.declare_local(ty, zero);
        }
    }

    /// The same for many locals: only those that are used, in ascending order, get a variable each.
    fn declare_many(&mut self, ty: ValueType, count: u32, used: &[u32]) {
        self.uses_simd |= ty == ValueType::V128;
        let zero = self.emit.zero(ty);
        let (first, variables) = (self.locals.count(), self.size.variables() + u64::from(count));
        let unused = self.new_local(ty, zero);
        self.locals.push_shared(unused, count as usize);
        let [start, end] = [first, self.locals.count()]
            .map(|end| used.partition_point(|&local| (local as usize) < end));
        for &local in &used[start..end] {
            let variable = self.new_local(ty, zero);
            self.locals.replace(local, variable);
        }
        // Limits count locals, used or not.
        self.size.set_variables(variables);
    }

    /// Completes the function.
    pub(super) fn finish(mut self) {
        // Code that is shared by traps does not belong to an operator.
        self.emit.builder.set_srcloc(SourceLoc::default());
        self.emit_trap_blocks();
        let config = self.config;
        self.emit.builder.finalize(config);
    }
}
