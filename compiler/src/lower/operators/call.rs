//! Calls, direct, through tables and by reference (spec section 4.4.9).
//!
//! `call_indirect` checks in the order of the specification: the index, that the element is set,
//! and the type. An element that is an import cannot be entered like a wasm function, so it is
//! called through the thunk of its type; the test for that is left out if no import has the type.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{BlockArg, InstBuilder, MemFlagsData, Value, types};
use wamr_abi::exceptions::TrapId;
use wamr_abi::helpers::Helper;

use crate::lower::context::Lowering;
use crate::lower::func_id::FuncId;
use crate::lower::optimise::devirtualize::DevirtualizedCallee;
use crate::lower::runtime::trap::TextTrap;
use crate::lower::signature::{POINTER, clif_type, import_thunk_signature};
use crate::wasm::FuncType;

impl Lowering<'_, '_> {
    pub(super) fn call(&mut self, function: u32) {
        if let Some(body) = self.inlined_body(function) {
            return self.inline_call(function, body);
        }
        let env = self.env;
        let ty = env.module.function_type(function);
        let args = self.call_args(ty);
        let results = if function < env.module.imported_function_count() {
            let index = self.emit.ins().iconst(types::I32, i64::from(function));
            self.call_import_thunk(env.module.canonical_function_type(function), args, index)
        } else {
            let id = FuncId::Function(function);
            self.enter_known_callee(function);
            let callee = self.emit.function(id, || env.function_signature(function).clone());
            let native = self.call_function(callee, &args);
            let results = self.finish_call(&native, ty);
            self.leave_callee();
            results
        };
        self.replace_args(ty, &results);
    }

    pub(super) fn call_indirect(&mut self, ty_index: u32, table: u32) {
        let canonical = self.env.module.canonical_types[ty_index as usize];
        if let Some(callee) = self.env.devirtualized_callee(canonical) {
            return self.call_devirtualized(callee, table);
        }
        let env = self.env;
        let element = self.pop();
        let function = self.checked_element(table, element, canonical);
        self.call_checked(function, canonical, env.imported_types[canonical as usize]);
    }

    pub(super) fn call_ref(&mut self, ty_index: u32) {
        let env = self.env;
        let canonical = env.module.canonical_types[ty_index as usize];
        let function = self.checked_reference(canonical);
        self.call_checked(function, canonical, env.referable_imports[canonical as usize]);
    }

    /// Calls `function`, which is of type `canonical`.
    fn call_checked(&mut self, function: Value, canonical: u32, may_be_import: bool) {
        let ty = self.env.ty(canonical);
        let args = self.call_args(ty);
        let results = if may_be_import {
            self.call_function_or_import(canonical, args, function)
        } else {
            self.call_pointer(canonical, args, function)
        };
        self.replace_args(ty, &results);
    }

    /// Pops a reference to a function of type `canonical`. Where it may come from outside of the
    /// module, the type is checked: the host knows no types of references.
    pub(super) fn checked_reference(&mut self, canonical: u32) -> Value {
        let function = self.pop();
        let is_null = self.is_null(function);
        if self.env.collector.is_some() {
            self.trap_if(is_null, TrapId::NullFunctionReference);
            return self.emit.function_of_object(function);
        }
        let trap = self.text_trap_block(TextTrap::NullFunction);
        self.emit.leave_if(is_null, trap);
        if self.env.checks_references {
            self.check_function_type(function, canonical);
        }
        function
    }

    /// Calls `callee`, the only element of its type, if it is the one on top of the stack. All
    /// other elements raise a trap.
    fn call_devirtualized(&mut self, callee: DevirtualizedCallee, table: u32) {
        let element = self.pop();
        let [direct, other] = [(); 2].map(|()| self.emit.builder.create_block());
        self.emit.builder.set_cold_block(other);
        let is_callee =
            self.emit.ins().icmp_imm_u(IntCC::Equal, element, i64::from(callee.element));
        self.emit.ins().brif(is_callee, direct, &[], other, &[]);
        self.emit.continue_in(other);
        let size = self.emit.table_elements(table);
        let beyond = IntCC::UnsignedGreaterThanOrEqual;
        self.trap_if_compare(beyond, element, size, TrapId::UndefinedElement);
        self.stay_cold();
        let function = self.emit.load_table_element(table, element);
        let null = self.emit.null_reference();
        self.trap_if_compare(IntCC::Equal, function, null, TrapId::UninitializedElement);
        self.stay_cold();
        self.trap(TrapId::IndirectCallTypeMismatch);
        self.control.mark_reachable();
        self.emit.continue_in(direct);
        self.call(callee.function);
    }

    /// Marks the current block, which follows a test in a cold block, as cold.
    fn stay_cold(&mut self) {
        if let Some(block) = self.emit.builder.current_block() {
            self.emit.builder.set_cold_block(block);
        }
    }

    /// Reads a table element that must be a function of type `canonical`.
    pub(super) fn checked_element(&mut self, table: u32, element: Value, canonical: u32) -> Value {
        let element = self.table_index(table, element);
        let size = self.emit.table_elements(table);
        let beyond = IntCC::UnsignedGreaterThanOrEqual;
        self.trap_if_compare(beyond, element, size, TrapId::UndefinedElement);
        let function = self.emit.load_table_element(table, element);
        let is_null = self.is_null(function);
        self.trap_if(is_null, TrapId::UninitializedElement);
        let function = match self.env.collector {
            Some(_) => self.emit.function_of_object(function),
            None => function,
        };
        self.check_function_type(function, canonical);
        function
    }

    fn check_function_type(&mut self, function: Value, canonical: u32) {
        let actual = self.emit.load_function_type(function);
        let expected = self.emit.ins().iconst(types::I32, i64::from(canonical));
        let mismatch = TrapId::IndirectCallTypeMismatch;
        let subtypes = self.env.module.subtypes_of(canonical);
        if subtypes.is_empty() {
            return self.trap_if_compare(IntCC::NotEqual, actual, expected, mismatch);
        }
        let is_same = self.emit.ins().icmp(IntCC::Equal, actual, expected);
        let (right, other) = (self.emit.builder.create_block(), self.emit.cold_block());
        self.emit.ins().brif(is_same, right, &[], other, &[]);
        self.emit.continue_in(other);
        let is_subtype = if self.env.collector.is_some() {
            let args = [expected, actual];
            let result = self.call_instance_helper(Helper::FuncTypeIsSuperOf, &args);
            result.expect("the helper tells whether it is")
        } else {
            self.is_one_of(actual, subtypes)
        };
        let mismatch = self.trap_block(mismatch);
        self.emit.ins().brif(is_subtype, right, &[], mismatch, &[]);
        self.emit.continue_in(right);
    }

    fn is_one_of(&mut self, actual: Value, numbers: &[u32]) -> Value {
        let mut any = self.emit.ins().iconst(types::I8, 0);
        for &number in numbers {
            let is_it = self.emit.ins().icmp_imm_u(IntCC::Equal, actual, i64::from(number));
            any = self.emit.ins().bor(any, is_it);
        }
        any
    }

    fn call_function_or_import(
        &mut self,
        canonical: u32,
        args: Vec<Value>,
        function: Value,
    ) -> Vec<Value> {
        let env = self.env;
        let results = &env.ty(canonical).results;
        let imports = i64::from(env.module.imported_function_count());
        let import = self.emit.builder.create_block();
        let own = self.emit.builder.create_block();
        let joined = self.emit.create_block_with(results);
        self.emit.builder.set_cold_block(import);
        let imports = self.emit.ins().iconst(types::I32, imports);
        let is_import = self.emit.ins().icmp(IntCC::UnsignedLessThan, function, imports);
        self.emit.ins().brif(is_import, import, &[], own, &[]);
        for (block, imported) in [(import, true), (own, false)] {
            self.emit.builder.switch_to_block(block);
            self.emit.builder.seal_block(block);
            let values = if imported {
                self.call_import_thunk(canonical, args.clone(), function)
            } else {
                self.call_pointer(canonical, args.clone(), function)
            };
            let values: Vec<BlockArg> = values.into_iter().map(BlockArg::Value).collect();
            self.emit.ins().jump(joined, &values);
        }
        self.emit.builder.switch_to_block(joined);
        self.emit.builder.seal_block(joined);
        self.emit.invalidate_memory_base();
        self.emit.builder.block_params(joined).to_vec()
    }

    fn call_pointer(&mut self, canonical: u32, args: Vec<Value>, function: Value) -> Vec<Value> {
        self.enter_callee(function);
        let pointer = self.emit.callee_address(function);
        let signature = self.emit.indirect_signature(canonical);
        let native = self.call_function_at(signature, pointer, &args);
        let results = self.finish_call(&native, self.env.ty(canonical));
        self.leave_callee();
        results
    }

    fn call_import_thunk(
        &mut self,
        canonical: u32,
        mut args: Vec<Value>,
        function: Value,
    ) -> Vec<Value> {
        let ty = self.env.ty(canonical);
        args.push(function);
        let id = FuncId::ImportThunk(canonical);
        let thunk = self.emit.function(id, || import_thunk_signature(ty));
        let call = self.emit.ins().call(thunk, &args);
        let native = self.emit.builder.inst_results(call).to_vec();
        self.finish_call(&native, ty)
    }

    /// Native arguments of a call: execution environment, operands, pointers for further results.
    fn call_args(&mut self, ty: &FuncType) -> Vec<Value> {
        self.commit_call();
        let mut args = Vec::with_capacity(ty.params.len() + ty.results.len() + 2);
        args.push(self.emit.exec_env());
        let values = self.top(ty.params.len()).to_vec();
        self.emit.push_native_args(&ty.params, &values, &mut args);
        if ty.results.len() > 1 {
            let slot = self.emit.results_slot(result_bytes(ty));
            for (_, offset) in result_places(ty) {
                args.push(self.emit.ins().stack_addr(POINTER, slot, offset));
            }
        }
        args
    }

    /// Code after every call, which has returned `native`: in software mode it tests for an
    /// exception, and it fetches the results.
    fn finish_call(&mut self, native: &[Value], ty: &FuncType) -> Vec<Value> {
        self.emit.invalidate_memory_base();
        self.check_exception();
        self.poll_suspend_flags();
        self.poll_exception();
        self.reload_counters();
        let mut results = self.emit.wasm_result(ty.results.first().copied(), native);
        if ty.results.len() > 1 {
            let slot = self.emit.results_slot(result_bytes(ty));
            let base = self.emit.ins().stack_addr(POINTER, slot, 0);
            for (index, offset) in result_places(ty) {
                let flags = MemFlagsData::new().with_notrap();
                let ty = ty.results[index];
                let result = self.emit.ins().load(clif_type(ty), flags, base, offset);
                results.push(self.emit.typed(ty, result));
            }
        }
        results
    }

    fn replace_args(&mut self, ty: &FuncType, results: &[Value]) {
        self.drop_top(ty.params.len());
        self.operands.extend(results);
    }
}

/// Indexes of the results after the first, with their offsets in the results slot.
fn result_places(ty: &FuncType) -> impl Iterator<Item = (usize, i32)> + '_ {
    let mut offset = 0;
    ty.results.iter().enumerate().skip(1).map(move |(index, &ty)| {
        let place = offset;
        offset += clif_type(ty).bytes() as i32;
        (index, place)
    })
}

fn result_bytes(ty: &FuncType) -> u32 {
    ty.results.iter().skip(1).map(|&ty| clif_type(ty).bytes()).sum()
}
