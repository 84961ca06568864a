//! Tail calls (proposal "Tail Call"): the callee replaces the caller on the stack.
//!
//! The callee has the caller's result types, so it gets the caller's pointers for results. No test
//! of a pending exception follows: the function that called the caller tests it. An import does not
//! make tail calls, so calling it and returning takes as little stack.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

use crate::lower::call_conv::WasmCallConv;
use crate::lower::context::Lowering;
use crate::lower::func_id::FuncId;
use crate::lower::signature::import_thunk_signature;
use crate::wasm::FuncType;

impl Lowering<'_, '_> {
    pub(super) fn return_call(&mut self, function: u32) {
        self.begin_tail_call();
        let env = self.env;
        let args = self.tail_call_args(env.module.function_type(function));
        if function < env.module.imported_function_count() {
            let index = self.emit.ins().iconst(types::I32, i64::from(function));
            self.return_import_thunk(env.module.canonical_function_type(function), args, index);
        } else {
            let id = FuncId::Function(function);
            self.leave_callee();
            self.enter_known_callee(function);
            let callee = self.emit.function(id, || env.function_signature(function).clone());
            self.emit.ins().return_call(callee, &args);
        }
        self.control.mark_unreachable();
    }

    pub(super) fn return_call_indirect(&mut self, ty_index: u32, table: u32) {
        self.begin_tail_call();
        let env = self.env;
        let canonical = env.module.canonical_types[ty_index as usize];
        let element = self.pop();
        let function = self.checked_element(table, element, canonical);
        self.return_call_of(function, canonical, env.imported_types[canonical as usize]);
    }

    pub(super) fn return_call_ref(&mut self, ty_index: u32) {
        self.begin_tail_call();
        let env = self.env;
        let canonical = env.module.canonical_types[ty_index as usize];
        let function = self.checked_reference(canonical);
        self.return_call_of(function, canonical, env.referable_imports[canonical as usize]);
    }

    fn return_call_of(&mut self, function: Value, canonical: u32, may_be_import: bool) {
        let env = self.env;
        let args = self.tail_call_args(env.ty(canonical));
        if may_be_import {
            let (import, own) =
                (self.emit.builder.create_block(), self.emit.builder.create_block());
            self.emit.builder.set_cold_block(import);
            let imports = i64::from(env.module.imported_function_count());
            let imports = self.emit.ins().iconst(types::I32, imports);
            let is_import = self.emit.ins().icmp(IntCC::UnsignedLessThan, function, imports);
            self.emit.ins().brif(is_import, import, &[], own, &[]);
            self.emit.builder.switch_to_block(import);
            self.emit.builder.seal_block(import);
            self.return_import_thunk(canonical, args.clone(), function);
            self.emit.builder.switch_to_block(own);
            self.emit.builder.seal_block(own);
        }
        self.leave_callee();
        self.enter_callee(function);
        let pointer = self.emit.callee_address(function);
        let signature = self.emit.indirect_signature(canonical);
        self.emit.ins().return_call_indirect(signature, pointer, &args);
        self.control.mark_unreachable();
    }

    fn begin_tail_call(&mut self) {
        let found = self.env.call_conv == WasmCallConv::Tail;
        assert!(found, "the survey of the bodies finds all tail calls");
        self.poll_suspend_flags();
        self.poll_exception();
    }

    /// Native arguments of a tail call: execution environment, operands, the caller's own pointers
    /// for further results. Nothing can trap after this, and the callee's call-stack frame replaces
    /// the caller's.
    fn tail_call_args(&mut self, ty: &FuncType) -> Vec<Value> {
        self.close_call_frame();
        let mut args = vec![self.emit.exec_env()];
        let operands = self.top(ty.params.len()).to_vec();
        self.emit.push_native_args(&ty.params, &operands, &mut args);
        let pointers = self.emit.ty().results.len().saturating_sub(1);
        args.extend_from_slice(&self.emit.params()[self.emit.params().len() - pointers..]);
        args
    }

    fn return_import_thunk(&mut self, canonical: u32, mut args: Vec<Value>, function: Value) {
        let ty = self.env.ty(canonical);
        args.push(function);
        let id = FuncId::ImportThunk(canonical);
        let thunk = self.emit.function(id, || import_thunk_signature(ty));
        let call = self.emit.ins().call(thunk, &args);
        let result = self.emit.builder.inst_results(call).to_vec();
        self.emit.ins().return_(&result);
    }
}
