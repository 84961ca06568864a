//! Counters shared by all threads of an instance.
//!
//! Every thread of a module has an instance with globals of its own, so counters in these would
//! start again for each thread. Threads do share the memory instance, which is part of the first
//! thread's instance and comes right before that instance's globals. So the exported counters of
//! the first thread are at a fixed distance from `memories[0]`, for every thread. They are outside
//! of linear memory, and wasm code cannot reach them in any other way.
//!
//! An atomic access for each block would make threads wait for each other. So a thread counts in
//! globals of its own. It draws gas from the common account in shares. Shares are small compared to
//! what is left, so that no thread is refused while others hold much. Whenever control leaves the
//! module, the thread gives back the gas it has not used, and adds what it has counted. If the
//! runtime itself ends a call, at a fault, this happens when the same instance is left the next
//! time, if ever.
//!
//! Source: `memory_instantiate` and `memories_instantiate` in `core/iwasm/aot/aot_runtime.c`, which
//! are the same in this respect in every release.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, AtomicRmwOp, BlockArg, Function, InstBuilder, Signature, Value, types,
};

use crate::limits::code::{LARGEST_SHARE, SHARE_SHIFT};
use crate::lower::Environment;
use crate::lower::context::Lowering;
use crate::lower::func_id::FuncId;
use crate::lower::function::FunctionLowerer;
use crate::lower::runtime::emitter::Region;
use crate::lower::runtime::thunks::{NO_VALUES, name};
use crate::lower::signature::POINTER;
use crate::target::CALL_CONV;
use crate::wasm::ValueType;

/// Parameters: execution environment, own gas, and a cost that exceeds it. Result: the gas that is
/// left, or -1.
fn draw_thunk_signature() -> Signature {
    let mut signature = Signature::new(CALL_CONV);
    signature.params = [POINTER, types::I64, types::I64].map(AbiParam::new).into();
    signature.returns.push(AbiParam::new(types::I64));
    signature
}

/// Makes the function that pays with a new share of the common account. If there is not enough, it
/// takes nothing.
pub(crate) fn lower_draw_thunk<'a>(
    env: &'a Environment<'a>,
    lowerer: &mut FunctionLowerer<'a>,
    func: &mut Function,
    account: u32,
) {
    name(func, FuncId::DrawThunk(account), draw_thunk_signature());
    let mut lowering = lowerer.begin(env, func, &NO_VALUES);
    let &[_, own, cost] = lowering.emit.params() else { unreachable!("it has three parameters") };
    let address = lowering.emit.common_global_address(account);
    let missing = lowering.emit.ins().isub(cost, own);
    let [attempt, enough, lacking, drawn] = [(); 4].map(|()| lowering.emit.builder.create_block());
    lowering.emit.ins().jump(attempt, &[]);

    lowering.emit.builder.switch_to_block(attempt);
    let flags = lowering.emit.flags(Region::Instance);
    let account = lowering.emit.ins().atomic_load(types::I64, flags, address);
    // The host may have set a negative amount.
    let zero = lowering.emit.ins().iconst(types::I64, 0);
    let available = lowering.emit.ins().smax(account, zero);
    let lacks = lowering.emit.ins().icmp(IntCC::UnsignedGreaterThan, missing, available);
    lowering.emit.ins().brif(lacks, lacking, &[], enough, &[]);

    lowering.emit.continue_in(enough);
    let share = lowering.emit.ins().ushr_imm_u(available, SHARE_SHIFT);
    let largest = lowering.emit.ins().iconst(types::I64, LARGEST_SHARE);
    let share = lowering.emit.ins().umin(share, largest);
    let share = lowering.emit.ins().umax(share, missing);
    let left = lowering.emit.ins().isub(account, share);
    let seen = lowering.emit.ins().atomic_cas(flags, address, account, left);
    let alone = lowering.emit.ins().icmp(IntCC::Equal, seen, account);
    lowering.emit.ins().brif(alone, drawn, &[], attempt, &[]);
    lowering.emit.builder.seal_block(attempt);

    lowering.emit.continue_in(drawn);
    let rest = lowering.emit.ins().isub(share, missing);
    lowering.emit.ins().return_(&[rest]);

    lowering.emit.continue_in(lacking);
    let none = lowering.emit.ins().iconst(types::I64, -1);
    lowering.emit.ins().return_(&[none]);
    lowering.finish();
}

impl Lowering<'_, '_> {
    /// The gas that is left after `cost` was taken from `before`: `left`, unless it is `exhausted`.
    /// In that case, traps, or draws a new share for a thread.
    pub(in crate::lower) fn left_unless(
        &mut self,
        exhausted: Value,
        before: Value,
        cost: Value,
        left: Value,
    ) -> Value {
        let common = self.env.meters.as_ref().and_then(|meters| meters.common);
        let Some(account) = common.and_then(|common| common.gas) else {
            self.run_out_of_gas_if(exhausted);
            return left;
        };
        let (draw, next) = (self.emit.cold_block(), self.emit.create_block_with(&[ValueType::I64]));
        self.emit.ins().brif(exhausted, draw, &[], next, &[BlockArg::Value(left)]);
        self.emit.continue_in(draw);
        let thunk = self.emit.function(FuncId::DrawThunk(account), draw_thunk_signature);
        let exec_env = self.emit.exec_env();
        let call = self.emit.ins().call(thunk, &[exec_env, before, cost]);
        let drawn = self.emit.builder.inst_results(call)[0];
        let none = self.emit.ins().icmp_imm_s(IntCC::SignedLessThan, drawn, 0);
        let out_of_gas = self.out_of_gas_block();
        self.emit.ins().brif(none, out_of_gas, &[], next, &[BlockArg::Value(drawn)]);
        self.emit.continue_in(next);
        self.emit.builder.block_params(next)[0]
    }

    /// Control is about to leave the module: to the host, or by a trap.
    pub(in crate::lower) fn leave_module(&mut self) {
        self.settle();
        self.stop_clock();
    }

    /// Gives back the gas that this thread has drawn and not used, and adds the instructions that
    /// it has counted.
    fn settle(&mut self) {
        let Some(meters) = &self.env.meters else { return };
        let Some(common) = meters.common else { return };
        let gas = meters.gas.as_ref().map(|(own, _)| *own);
        for (own, common) in [(gas, common.gas), (meters.instructions, common.instructions)] {
            let (Some(own), Some(common)) = (own, common) else { continue };
            let value = self.emit.load_global(own);
            self.add_to_common(common, value);
            let zero = self.emit.ins().iconst(types::I64, 0);
            self.emit.store_global(own, zero);
        }
    }

    /// Adds to a global that threads share. If this is not the first thread, the global in its own
    /// instance gets the same value, so that a host function finds it there.
    pub(in crate::lower) fn add_to_common(&mut self, global: u32, value: Value) {
        let address = self.emit.common_global_address(global);
        let flags = self.emit.flags(Region::Instance);
        let before =
            self.emit.ins().atomic_rmw(types::I64, flags, AtomicRmwOp::Add, address, value);
        let sum = self.emit.ins().iadd(before, value);
        let own = self.emit.global_address(global);
        let is_first = self.emit.ins().icmp(IntCC::Equal, own, address);
        let [other, next] = [(); 2].map(|()| self.emit.builder.create_block());
        self.emit.ins().brif(is_first, next, &[], other, &[]);
        self.emit.continue_in(other);
        self.emit.store_global(global, sum);
        self.emit.ins().jump(next, &[]);
        self.emit.continue_in(next);
    }
}
