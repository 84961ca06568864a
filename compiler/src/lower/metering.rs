//! Counting instructions and gas, block by block.
//!
//! Where a basic block of wasm begins, the counters move by all that the block will execute; so no block
//! runs for which there is not enough gas. How much that is, is known when the block ends: until then a
//! constant stands there that is filled in afterwards. Blocks end with what may send control another
//! way, calls included ([`Operator::ends_block`]), so a counter tells the same whether or not a call is
//! inlined.
//!
//! The counters are variables of the function, so that loops need not load them, and are stored in their
//! globals each time they move, so that hosts, callees and whoever looks after a trap see them. After a
//! call they are loaded again.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::immediates::Imm64;
use cranelift_codegen::ir::{Inst, InstBuilder, InstructionData, Opcode, Value, types};
use cranelift_frontend::Variable;

use super::context::Lowering;
use crate::instrument::{Costs, Counters, Instrumentation};
use crate::wasm::Operator;

/// What functions count.
pub(crate) struct Meters {
    /// The global with the number of instructions.
    pub(super) instructions: Option<u32>,
    /// The global with the gas that is left, and what takes how much.
    pub(super) gas: Option<(u32, Costs)>,
}

impl Meters {
    /// The meters that `instrumentation` asks for, if it does.
    pub(super) fn new(counters: Counters, instrumentation: &Instrumentation) -> Option<Self> {
        let gas = counters.gas.zip(instrumentation.gas.as_ref().map(|gas| gas.costs.clone()));
        let instructions = counters.instructions;
        (gas.is_some() || instructions.is_some()).then_some(Self { instructions, gas })
    }
}

/// The counters of one function.
#[derive(Default)]
pub(super) struct Metering {
    instructions: Option<Variable>,
    gas: Option<Variable>,
    open: Option<Charge>,
}

/// What the current block has added up so far, and the constants that are to hold the sums.
struct Charge {
    instructions: i64,
    gas: i64,
    instructions_constant: Option<Inst>,
    gas_constant: Option<Inst>,
}

impl Lowering<'_, '_> {
    /// Prepares for counting, at the start of a function.
    pub(super) fn begin_metering(&mut self) {
        let Some(meters) = &self.env.meters else { return };
        self.metering.instructions =
            meters.instructions.map(|_| self.builder.declare_var(types::I64));
        self.metering.gas = meters.gas.as_ref().map(|_| self.builder.declare_var(types::I64));
        self.reload_counters();
    }

    /// Counts entering a function, whether it is called or inlined.
    pub(super) fn meter_function(&mut self) {
        let Some(meters) = &self.env.meters else { return };
        let cost = meters.gas.as_ref().map_or(0, |(_, costs)| costs.of_function());
        self.charge(0, i64::from(cost));
    }

    /// Counts `operator`, which is about to be lowered.
    pub(super) fn meter(&mut self, operator: Operator) {
        let Some(meters) = &self.env.meters else { return };
        let instructions = meters.instructions.is_some() && operator.is_instruction();
        let gas = meters.gas.as_ref().map_or(0, |(_, costs)| costs.of(operator));
        self.charge(i64::from(instructions), i64::from(gas));
        if operator.ends_block() {
            self.close_charge();
        }
    }

    fn charge(&mut self, instructions: i64, gas: i64) {
        if !self.reachable || (instructions == 0 && gas == 0) {
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

    /// Moves the counters by constants that are not known yet. Gas comes first: a block that is not paid
    /// for is not counted either.
    fn open_charge(&mut self) -> Charge {
        let mut charge =
            Charge { instructions: 0, gas: 0, instructions_constant: None, gas_constant: None };
        let Some(meters) = &self.env.meters else { return charge };
        if let (Some((global, _)), Some(variable)) = (&meters.gas, self.metering.gas) {
            let cost = self.ins().iconst(types::I64, 0);
            charge.gas_constant = self.builder.func.dfg.value_def(cost).inst();
            let before = self.builder.use_var(variable);
            let left = self.ins().isub(before, cost);
            let exhausted = self.ins().icmp_imm_s(IntCC::SignedLessThan, left, 0);
            self.run_out_of_gas_if(exhausted);
            self.set_counter(variable, *global, left);
        }
        if let (Some(global), Some(variable)) = (meters.instructions, self.metering.instructions) {
            let count = self.ins().iconst(types::I64, 0);
            charge.instructions_constant = self.builder.func.dfg.value_def(count).inst();
            let before = self.builder.use_var(variable);
            let sum = self.ins().iadd(before, count);
            self.set_counter(variable, global, sum);
        }
        charge
    }

    /// The block is complete: fills its sums in.
    fn close_charge(&mut self) {
        let Some(charge) = self.metering.open.take() else { return };
        let sums = [
            (charge.instructions_constant, charge.instructions),
            (charge.gas_constant, charge.gas),
        ];
        for (constant, sum) in sums {
            if let Some(constant) = constant {
                self.builder.func.dfg.insts[constant] =
                    InstructionData::UnaryImm { opcode: Opcode::Iconst, imm: Imm64::new(sum) };
            }
        }
    }

    fn set_counter(&mut self, variable: Variable, global: u32, value: Value) {
        self.builder.def_var(variable, value);
        self.store_global(global, value);
    }

    /// Takes the counters from their globals, which a callee has moved.
    pub(super) fn reload_counters(&mut self) {
        let Some(meters) = &self.env.meters else { return };
        let gas = meters.gas.as_ref().map(|(global, _)| *global);
        let counters =
            [(self.metering.instructions, meters.instructions), (self.metering.gas, gas)];
        for (variable, global) in counters {
            if let (Some(variable), Some(global)) = (variable, global) {
                let value = self.load_global(global);
                self.builder.def_var(variable, value);
            }
        }
    }
}
