//! Calls of functions that may throw.

use cranelift_codegen::ir::{
    Block, BlockArg, ExceptionTable, ExceptionTableData, ExceptionTableItem, FuncRef, InstBuilder,
    SigRef, Value, types,
};

use crate::lower::context::Lowering;
use crate::lower::runtime::trap::TextTrap;

impl Lowering<'_, '_> {
    /// Calls a function of the module. An exception goes to the scope of the current position.
    pub(in crate::lower) fn call_function(
        &mut self,
        callee: FuncRef,
        args: &[Value],
    ) -> Vec<Value> {
        let Some(scope) = self.control.scope() else {
            let call = self.emit.ins().call(callee, args);
            return self.emit.builder.inst_results(call).to_vec();
        };
        let pad = self.landing_pad(scope);
        self.call_with_pad(callee, args, pad)
    }

    /// The same for the function at `pointer`.
    pub(in crate::lower) fn call_function_at(
        &mut self,
        signature: SigRef,
        pointer: Value,
        args: &[Value],
    ) -> Vec<Value> {
        let Some(scope) = self.control.scope() else {
            let call = self.emit.ins().call_indirect(signature, pointer, args);
            return self.emit.builder.inst_results(call).to_vec();
        };
        let pad = self.landing_pad(scope);
        let (table, next) = self.exception_table(signature, pad);
        self.emit.ins().try_call_indirect(pointer, args, table);
        self.results_in(next)
    }

    /// Calls a function of the module from the entry that the runtime calls. An exception becomes a
    /// trap.
    pub(in crate::lower) fn call_from_outside(
        &mut self,
        callee: FuncRef,
        args: &[Value],
    ) -> Vec<Value> {
        if !self.env.throws() {
            let call = self.emit.ins().call(callee, args);
            return self.emit.builder.inst_results(call).to_vec();
        }
        let pad = self.emit.cold_block();
        self.emit.builder.append_block_param(pad, types::I64);
        let results = self.call_with_pad(callee, args, pad);
        let returning = self.emit.builder.current_block().expect("a block is being filled");
        let trap = self.text_trap_block(TextTrap::UncaughtException);
        self.emit.continue_in(pad);
        let word = self.emit.builder.block_params(pad)[0];
        self.record_uncaught(word);
        self.emit.ins().jump(trap, &[]);
        self.emit.builder.switch_to_block(returning);
        results
    }

    fn call_with_pad(&mut self, callee: FuncRef, args: &[Value], pad: Block) -> Vec<Value> {
        let signature = self.emit.builder.func.dfg.ext_funcs[callee].signature;
        let (table, next) = self.exception_table(signature, pad);
        self.emit.ins().try_call(callee, args, table);
        self.results_in(next)
    }

    /// The destinations of a call with `signature`: a new block, or `pad` if it ends with an
    /// exception.
    fn exception_table(&mut self, signature: SigRef, pad: Block) -> (ExceptionTable, Block) {
        let next = self.emit.builder.create_block();
        let returns = self.emit.builder.func.dfg.signatures[signature].returns.clone();
        let mut args = Vec::with_capacity(returns.len());
        for (param, index) in returns.iter().zip(0..) {
            self.emit.builder.append_block_param(next, param.value_type);
            args.push(BlockArg::TryCallRet(index));
        }
        let dfg = &mut self.emit.builder.func.dfg;
        let normal = dfg.block_call(next, &args);
        let thrown = dfg.block_call(pad, &[BlockArg::TryCallExn(0)]);
        let items = [ExceptionTableItem::Default(thrown)];
        let table = dfg.exception_tables.push(ExceptionTableData::new(signature, normal, items));
        (table, next)
    }

    fn results_in(&mut self, next: Block) -> Vec<Value> {
        self.emit.continue_in(next);
        self.emit.builder.block_params(next).to_vec()
    }
}
