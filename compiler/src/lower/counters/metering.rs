//! Counts instructions and gas, block by block.
//!
//! Where a basic block of wasm begins, the counters change by all that the block will execute, so
//! no block runs without enough gas. The amount is known when the block ends; until then there is a
//! constant that is filled in afterwards. Blocks end with operators that may send control
//! elsewhere, including calls (`ends_block` in `wasm/operators/facts.rs`), so a counter has the same
//! value whether or not a call is inlined. What an operator costs for its length is charged right before it is
//! executed.
//!
//! The counters are variables of the function, so that loops need not load them. Each time they
//! change, they are stored in their globals, where hosts, callees and everyone after a trap can see
//! them. After a call they are loaded again. If threads share a memory, these are a thread's own
//! counters, and `account.rs` maintains those of all threads.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::immediates::Imm64;
use cranelift_codegen::ir::{Inst, InstBuilder, InstructionData, Opcode, Value, types};
use cranelift_frontend::Variable;

use crate::lower::context::Lowering;
use crate::options::instrument::{Costs, Instrumentation, LengthCost};
use crate::wamr::counters::Counters;
use crate::wasm::OperatorKind;

/// What functions count.
pub(crate) struct Meters {
    /// The global with the number of instructions.
    pub(in crate::lower) instructions: Option<u32>,
    /// The global with the gas that is left, and the costs.
    pub(in crate::lower) gas: Option<(u32, Costs)>,
    /// The counters of all threads, if the others are a thread's own.
    pub(in crate::lower) common: Option<CommonCounters>,
}

/// Counters that threads share: globals in the instance of the first thread.
#[derive(Clone, Copy)]
pub(in crate::lower) struct CommonCounters {
    pub(in crate::lower) instructions: Option<u32>,
    pub(in crate::lower) gas: Option<u32>,
}

impl Meters {
    /// The meters that `instrumentation` asks for, if any.
    pub(in crate::lower) fn new(
        counters: Counters,
        instrumentation: &Instrumentation,
    ) -> Option<Self> {
        let Counters { instructions, gas, .. } = counters;
        let common = counters.own.map(|_| CommonCounters { instructions, gas });
        let (instructions, gas) = match counters.own {
            Some(own) => (own.instructions, own.gas),
            None => (instructions, gas),
        };
        let gas = gas.zip(instrumentation.gas.as_ref().map(|gas| gas.costs.clone()));
        let counts = gas.is_some() || instructions.is_some();
        counts.then_some(Self { instructions, gas, common })
    }
}

/// The counters of one function.
#[derive(Default)]
pub(in crate::lower) struct Metering {
    instructions: Option<Variable>,
    gas: Option<Variable>,
    open: Option<Charge>,
}

/// The sums of the current block so far, and the constants that will contain them.
struct Charge {
    instructions: i64,
    gas: i64,
    instructions_constant: Option<Inst>,
    gas_constant: Option<Inst>,
}

impl Lowering<'_, '_> {
    /// Prepares for counting, at the start of a function.
    pub(in crate::lower) fn begin_metering(&mut self) {
        let Some(meters) = &self.env.meters else { return };
        self.metering.instructions =
            meters.instructions.map(|_| self.emit.builder.declare_var(types::I64));
        self.metering.gas = meters.gas.as_ref().map(|_| self.emit.builder.declare_var(types::I64));
        self.reload_counters();
    }

    /// Counts entering a function, whether it is called or inlined.
    pub(in crate::lower) fn meter_function(&mut self) {
        let Some(meters) = &self.env.meters else { return };
        let cost = meters.gas.as_ref().map_or(0, |(_, costs)| costs.of_function());
        self.charge(0, i64::from(cost));
    }

    /// Counts `operator`, which is about to be lowered.
    pub(in crate::lower) fn meter(&mut self, operator: OperatorKind) {
        let Some(meters) = &self.env.meters else { return };
        let facts = operator.facts();
        let instructions = meters.instructions.is_some() && !facts.delimits;
        let gas = meters.gas.as_ref().map_or(0, |(_, costs)| costs.of(operator));
        self.charge(i64::from(instructions), i64::from(gas));
        if facts.ends_block {
            self.close_charge();
        }
    }

    fn charge(&mut self, instructions: i64, gas: i64) {
        if !self.control.is_reachable() || (instructions == 0 && gas == 0) {
            return;
        }
        let charge = match self.metering.open.take() {
            Some(charge) => charge,
            None => self.open_charge(),
        };
        self.metering.open = Some(Charge {
            instructions: charge.instructions + instructions,
            gas: charge.gas + gas,
            ..charge
        });
    }

    /// Changes the counters by constants that are not known yet. Gas comes first: a block that is
    /// not paid for is not counted either.
    fn open_charge(&mut self) -> Charge {
        let mut charge =
            Charge { instructions: 0, gas: 0, instructions_constant: None, gas_constant: None };
        let Some(meters) = &self.env.meters else { return charge };
        if let (Some((global, _)), Some(variable)) = (&meters.gas, self.metering.gas) {
            let cost = self.emit.ins().iconst(types::I64, 0);
            charge.gas_constant = self.emit.builder.func.dfg.value_def(cost).inst();
            let before = self.emit.builder.use_var(variable);
            let left = self.emit.ins().isub(before, cost);
            let exhausted = self.emit.ins().icmp_imm_s(IntCC::SignedLessThan, left, 0);
            let left = self.left_unless(exhausted, before, cost, left);
            self.set_counter(variable, *global, left);
        }
        if let (Some(global), Some(variable)) = (meters.instructions, self.metering.instructions) {
            let count = self.emit.ins().iconst(types::I64, 0);
            charge.instructions_constant = self.emit.builder.func.dfg.value_def(count).inst();
            let before = self.emit.builder.use_var(variable);
            let sum = self.emit.ins().iadd(before, count);
            self.set_counter(variable, global, sum);
        }
        charge
    }

    /// The block is complete: fills in its sums.
    fn close_charge(&mut self) {
        let Some(charge) = self.metering.open.take() else { return };
        let sums = [
            (charge.instructions_constant, charge.instructions),
            (charge.gas_constant, charge.gas),
        ];
        for (constant, sum) in sums {
            if let Some(constant) = constant {
                self.emit.builder.func.dfg.insts[constant] =
                    InstructionData::UnaryImm { opcode: Opcode::Iconst, imm: Imm64::new(sum) };
            }
        }
    }

    /// Charges the gas that `operator`, which is about to be executed, costs for its `length`, an
    /// unsigned number of 32 or 64 bits. It is charged here even if the length is a constant, since
    /// which lengths are known depends on the level.
    pub(in crate::lower) fn meter_length(&mut self, operator: OperatorKind, length: Value) {
        let Some((global, costs)) = self.env.meters.as_ref().and_then(|meters| meters.gas.as_ref())
        else {
            return;
        };
        let Some(cost) = costs.of_length(operator).filter(|length| length.cost > 0) else { return };
        let Some(variable) = self.metering.gas else { return };
        let global = *global;
        let cost = self.cost_of_length(cost, length);
        let before = self.emit.builder.use_var(variable);
        // The host may have set a negative amount.
        let zero = self.emit.ins().iconst(types::I64, 0);
        let available = self.emit.ins().smax(before, zero);
        let exhausted = self.emit.ins().icmp(IntCC::UnsignedGreaterThan, cost, available);
        let left = self.emit.ins().isub(before, cost);
        let left = self.left_unless(exhausted, before, cost, left);
        self.set_counter(variable, global, left);
    }

    /// The cost of `length`, as an unsigned number. If it exceeds 64 bits, it is a number of at
    /// least 2^63, which is more gas than there can be.
    fn cost_of_length(&mut self, LengthCost { cost, units }: LengthCost, length: Value) -> Value {
        let is_wide = self.emit.builder.func.dfg.value_type(length) == types::I64;
        let mut groups = if is_wide { length } else { self.emit.ins().uextend(types::I64, length) };
        if units > 1 {
            let full = self.emit.ins().ushr_imm_u(groups, i64::from(units.ilog2()));
            let rest = self.emit.ins().band_imm_u(groups, i64::from(units - 1));
            let is_begun = self.emit.ins().icmp_imm_u(IntCC::NotEqual, rest, 0);
            let begun = self.emit.ins().uextend(types::I64, is_begun);
            groups = self.emit.ins().iadd(full, begun);
        }
        if is_wide {
            let most = u64::MAX / u64::from(cost);
            let most = self.emit.ins().iconst(types::I64, most.cast_signed());
            groups = self.emit.ins().umin(groups, most);
        }
        self.emit.ins().imul_imm_u(groups, i64::from(cost))
    }

    fn set_counter(&mut self, variable: Variable, global: u32, value: Value) {
        self.emit.builder.def_var(variable, value);
        self.emit.store_global(global, value);
    }

    /// Loads the counters from their globals, which a callee has changed.
    pub(in crate::lower) fn reload_counters(&mut self) {
        let Some(meters) = &self.env.meters else { return };
        let gas = meters.gas.as_ref().map(|(global, _)| *global);
        let counters =
            [(self.metering.instructions, meters.instructions), (self.metering.gas, gas)];
        for (variable, global) in counters {
            if let (Some(variable), Some(global)) = (variable, global) {
                let value = self.emit.load_global(global);
                self.emit.builder.def_var(variable, value);
            }
        }
    }
}
