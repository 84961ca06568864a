//! Keeps objects alive that a function needs after a call.
//!
//! The collector runs only inside calls, and does not look for references in registers or on the
//! native stack. A table that was added to the module serves as a stack of references: its size is
//! the stack pointer. A function that needs objects after a call takes some slots when it is
//! entered, and gives them back when it returns. Before such a call, it stores the objects that it
//! needs afterwards, unless they are stored already. It never loads them: objects do not move.
//!
//! All slots below the stack pointer must hold references or null, at every call. So a slot that
//! may not have been written yet at some call is set to null when the function is entered.
//!
//! The work is done on the IR, when the function is complete: [`liveness`] finds out which objects
//! are needed after which calls, [`slots`] gives them slots, and [`places`] finds the stores that
//! are necessary. A function without such objects is not changed, unless it catches exceptions:
//! then it sets the stack pointer, which the functions that the exception left did not.

mod check;
mod home;
mod liveness;
mod places;
mod slots;
mod stores;

use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::entity::EntitySet;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, Function, Inst, InstBuilder, Opcode, Value, types};
use wamr_abi::exceptions::TrapId;

use crate::error::Error;
use crate::limits::collector::ROOTS;
use crate::lower::context::Lowering;
use crate::lower::func_id::FuncId;
use crate::lower::runtime::emitter::Region;
use crate::lower::signature::POINTER;
use home::Home;
use liveness::Safepoint;
use places::Places;
use slots::Slots;
use stores::Stores;

/// Bytes of a slot of a table.
const SLOT: i64 = 8;

/// The check takes time that is quadratic in the number of blocks.
const MAX_CHECKED_BLOCKS: usize = 2_000;

impl Lowering<'_, '_> {
    /// Adds the code that keeps objects alive. The function is complete, except for its traps.
    pub(in crate::lower) fn publish_roots(&mut self) -> Result<(), Error> {
        if self.env.collector.is_none() {
            return Ok(());
        }
        let objects = std::mem::take(&mut self.emit.objects);
        let func = &mut *self.emit.builder.func;
        let (safepoints, objects) = liveness::safepoints(func, objects, self.env)?;
        let pads = landing_pads(func);
        let storing = safepoints.iter().filter(|each| !each.live.is_empty());
        let storing: Vec<Block> = storing.map(|each| each.block).collect();
        if storing.is_empty() && pads.is_empty() {
            return Ok(());
        }
        let slots = Slots::assign(&safepoints);
        let home = Home::find(func, &storing, pads);
        let stores = Stores::find(func, home.block, &safepoints, &slots);
        let places = self.enter(home.block, &slots, &stores);
        self.store_all(&safepoints, &slots, &stores, &places);
        self.leave_and_catch(&home, &places);
        debug_assert_eq!(self.check_roots(&safepoints, &objects, &home.pads, &places), Ok(()));
        Ok(())
    }

    /// Checks the result.
    fn check_roots(
        &self,
        safepoints: &[Safepoint],
        objects: &EntitySet<Value>,
        pads: &[Block],
        places: &Places,
    ) -> Result<(), String> {
        let func = &*self.emit.builder.func;
        let calls = safepoints.iter().map(|each| each.inst).collect();
        if func.dfg.num_blocks() > MAX_CHECKED_BLOCKS {
            return Ok(());
        }
        check::Check { func, objects, calls: &calls, places, pads }.run()
    }

    /// Takes the slots at the start of the block `home`.
    fn enter(&mut self, home: Block, slots: &Slots, stores: &Stores) -> Places {
        let overflow = self.emit.cold_block();
        self.emit.builder.switch_to_block(overflow);
        let instance = self.emit.module_instance();
        let table = self.env.collector().roots;
        let elements = self.emit.table_elements_offset(table);
        let size_place = self.emit.added_table_size_place(table).1;
        let flags = self.emit.flags(Region::Roots);
        let is_entry = self.emit.builder.func.layout.entry_block() == Some(home);
        let after = self.emit.end_of_entry_loads().filter(|_| is_entry);
        let next = self.emit.builder.func.dfg.make_block();
        let mut cursor = FuncCursor::new(self.emit.builder.func);
        match after {
            Some(inst) => cursor.goto_after_inst(inst),
            None => cursor.goto_first_insertion_point(home),
        }
        let first = cursor.current_inst().expect("a block ends with a branch");
        cursor.func.layout.split_block(next, first);
        cursor.goto_bottom(home);
        let base = cursor.ins().load(types::I32, flags, instance, size_place);
        let end = cursor.ins().iadd_imm_u(base, i64::from(slots.count()));
        let full = cursor.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, end, i64::from(ROOTS));
        cursor.ins().brif(full, overflow, &[], next, &[]);
        cursor.goto_first_insertion_point(next);
        cursor.ins().store(flags, end, instance, size_place);
        let wide = cursor.ins().uextend(POINTER, base);
        let bytes = cursor.ins().ishl_imm_u(wide, i64::from(SLOT.ilog2()));
        let address = cursor.ins().iadd(instance, bytes);
        let count = slots.count();
        let places = Places { instance, size_place, flags, end, count, address, elements };
        for slot in stores.unwritten() {
            let null = cursor.ins().iconst(types::I64, 0);
            cursor.ins().store(flags, null, address, places.slot(slot));
        }
        self.emit.builder.seal_block(overflow);
        self.raise_in_block(FuncId::TrapThunk(TrapId::OperandStackOverflow));
        places
    }

    fn store_all(
        &mut self,
        safepoints: &[Safepoint],
        slots: &Slots,
        stores: &Stores,
        places: &Places,
    ) {
        let mut cursor = FuncCursor::new(self.emit.builder.func);
        for (safepoint, values) in safepoints.iter().zip(&stores.before) {
            cursor.goto_inst(safepoint.inst);
            for &value in values {
                let place = places.slot(slots.of(value));
                cursor.ins().store(places.flags, value, places.address, place);
            }
        }
    }

    /// Gives the slots back wherever the function returns, and takes them again where it catches
    /// exceptions.
    fn leave_and_catch(&mut self, home: &Home, places: &Places) {
        let mut cursor = FuncCursor::new(self.emit.builder.func);
        for &inst in &home.returns {
            cursor.goto_inst(inst);
            places.leave(&mut cursor);
        }
        for &pad in &home.pads {
            cursor.goto_first_insertion_point(pad);
            places.set_size(&mut cursor);
        }
    }
}

fn is_return(func: &Function, inst: Inst) -> bool {
    matches!(
        func.dfg.insts[inst].opcode(),
        Opcode::Return | Opcode::ReturnCall | Opcode::ReturnCallIndirect
    )
}

/// The blocks where exceptions arrive.
fn landing_pads(func: &Function) -> Vec<Block> {
    let dfg = &func.dfg;
    let mut pads = Vec::new();
    for block in func.layout.blocks() {
        let Some(last) = func.layout.last_inst(block) else { continue };
        let Some(table) = dfg.insts[last].exception_table() else { continue };
        // The last destination is the normal one.
        let all = dfg.exception_tables[table].all_branches();
        for call in &all[..all.len() - 1] {
            pads.push(call.block(&dfg.value_lists));
        }
    }
    pads.sort_unstable();
    pads.dedup();
    pads
}
