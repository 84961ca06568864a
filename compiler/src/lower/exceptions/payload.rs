//! Operands of exceptions: in the exception word if they fit, otherwise in the module's storage.
//!
//! The exception that is being thrown has a fixed place, since nothing else is thrown before it is
//! caught: globals, or slot 0 if the module has slots. A clause that makes a reference takes a slot
//! for it. There is no garbage collector. In a module that stores no references elsewhere, a
//! function that returns frees the slots that were taken since it was entered. If there is no free
//! slot, that is a trap.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    BlockArg, InstBuilder, MemFlagsData, StackSlot, StackSlotData, StackSlotKind, Value, types,
};

use super::catching::Exception;
use crate::limits::exceptions::SLOTS;
use crate::lower::context::Lowering;
use crate::lower::runtime::emitter::Region;
use crate::lower::runtime::trap::TextTrap;
use crate::lower::signature::{POINTER, clif_type};
use crate::wamr::exceptions::{Slots, fit_into_reference, words};
use crate::wasm::ValueType;

const WORD: i32 = 8;

/// Marks the numbers of tags with operands that do not fit into an exception word, in modules with
/// many such tags. A module has at most a million tags.
pub(super) const LARGE: i64 = 1 << 30;

impl Lowering<'_, '_> {
    /// The number of a tag in exception words.
    pub(super) fn tag_number(&self, tag: u32) -> i64 {
        let number = i64::from(self.env.module.tags[tag as usize].identity) + 1;
        if self.env.storage.marks_large && !self.is_in_word(tag) {
            return number | LARGE;
        }
        number
    }

    fn is_in_word(&self, tag: u32) -> bool {
        fit_into_reference(self.env.module.tag_operands(tag))
    }

    /// The exception word. Operands that do not fit into it are stored in the place of the thrown
    /// exception.
    pub(super) fn word(&mut self, exception: Exception<'_>) -> Value {
        let (tag, values) = match exception {
            Exception::Word(word) => return word,
            Exception::Known(tag, values) => (tag, values),
        };
        if self.env.collector.is_some() {
            return self.exception_object(tag, values);
        }
        let number = self.tag_number(tag) << 32;
        let word = self.emit.ins().iconst(types::I64, number);
        if !self.is_in_word(tag) {
            let (base, offset) = self.thrown_place();
            self.store_operands(tag, values, base, offset);
            return word;
        }
        let &[value] = values else { return word };
        let bits = match self.emit.builder.func.dfg.value_type(value) {
            types::F32 => self.emit.ins().bitcast(types::I32, MemFlagsData::new(), value),
            _ => value,
        };
        let bits = self.emit.ins().uextend(types::I64, bits);
        self.emit.ins().bor(word, bits)
    }

    /// The operands of an exception with `tag`.
    pub(super) fn unpack(&mut self, tag: u32, word: Value) -> Vec<Value> {
        let env = self.env;
        let operands = env.module.tag_operands(tag);
        if env.collector.is_some() {
            return self.operands_of_object(tag, word);
        }
        if !self.is_in_word(tag) {
            let (base, offset) = self.place_of(word);
            return self.load_operands(operands, base, offset);
        }
        let &[ty] = operands else { return Vec::new() };
        let bits = self.emit.ins().ireduce(types::I32, word);
        vec![match ty {
            ValueType::F32 => self.emit.ins().bitcast(types::F32, MemFlagsData::new(), bits),
            _ => bits,
        }]
    }

    /// A reference to `exception`, which met a clause for `tag`.
    pub(super) fn reference(&mut self, tag: Option<u32>, exception: Exception<'_>) -> Value {
        let word = self.word(exception);
        let Some(slots) = self.env.storage.slots else { return word };
        let tag = match exception {
            Exception::Known(tag, _) => Some(tag),
            Exception::Word(_) => tag,
        };
        match tag {
            Some(tag) if self.is_in_word(tag) => word,
            _ => self.with_slot(word, tag.is_some(), slots),
        }
    }

    /// The word of the same exception in a separate slot, if its operands are in the place of the
    /// thrown exception. If `is_large`, the tag is known to have operands that do not fit;
    /// otherwise any tag is possible.
    fn with_slot(&mut self, word: Value, is_large: bool, slots: Slots) -> Value {
        let next = self.emit.create_block_with(&[ValueType::I64]);
        let take = self.emit.cold_block();
        let slot = self.emit.ins().ireduce(types::I32, word);
        let mut unkept = self.emit.ins().icmp_imm_u(IntCC::Equal, slot, 0);
        if !is_large {
            let is_large = self.has_slot(word);
            unkept = self.emit.ins().band(unkept, is_large);
        }
        self.emit.ins().brif(unkept, take, &[], next, &[BlockArg::Value(word)]);
        self.emit.continue_in(take);
        let free = self.emit.load_global(slots.next);
        let full =
            self.emit.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, free, i64::from(SLOTS));
        self.commit_trap();
        let trap = self.text_trap_block(TextTrap::TooManyExceptions);
        self.emit.leave_if(full, trap);
        let after = self.emit.ins().iadd_imm_u(free, 1);
        self.emit.store_global(slots.next, after);
        let kept = self.emit.ins().bor(word, free);
        let (from, offset) = self.thrown_place();
        let (to, to_offset) = self.place_of(kept);
        for word in 0..self.env.storage.words as i32 {
            self.copy_word((from, offset + WORD * word), (to, to_offset + WORD * word));
        }
        self.emit.ins().jump(next, &[BlockArg::Value(kept)]);
        self.emit.continue_in(next);
        self.emit.builder.block_params(next)[0]
    }

    /// Whether the tag of `word` has operands that do not fit into it.
    fn has_slot(&mut self, word: Value) -> Value {
        let number = self.emit.ins().ushr_imm_u(word, 32);
        if self.env.storage.marks_large {
            let mark = self.emit.ins().band_imm_u(number, LARGE);
            return self.emit.ins().icmp_imm_u(IntCC::NotEqual, mark, 0);
        }
        let mut any = self.emit.ins().iconst(types::I8, 0);
        let tags = self.env.module.tags.len() as u32;
        let large = (0..tags).filter(|&tag| {
            self.env.module.tags[tag as usize].identity == tag && !self.is_in_word(tag)
        });
        for tag in large.collect::<Vec<_>>() {
            let own = self.tag_number(tag);
            let is_own = self.emit.ins().icmp_imm_u(IntCC::Equal, number, own);
            any = self.emit.ins().bor(any, is_own);
        }
        any
    }

    /// The address of the operands of the exception that is being thrown.
    fn thrown_place(&mut self) -> (Value, i32) {
        let storage = self.env.storage;
        let instance = self.emit.module_instance();
        let offset = match (storage.slots, storage.thrown) {
            (Some(slots), _) => self.emit.table_elements_offset(slots.table),
            (None, Some(first)) => self.env.layout.global(first),
            (None, None) => unreachable!("a tag with such operands has a place for them"),
        };
        (instance, offset as i32)
    }

    /// The address of the operands of the exception that `word` refers to. For a word that the
    /// module did not make, it is some address in the storage.
    fn place_of(&mut self, word: Value) -> (Value, i32) {
        let (instance, offset) = self.thrown_place();
        if self.env.storage.slots.is_none() {
            return (instance, offset);
        }
        let slot = self.emit.ins().band_imm_u(word, i64::from(SLOTS - 1));
        let size = i64::from(self.env.storage.words) * i64::from(WORD);
        let place = self.emit.ins().imul_imm_u(slot, size);
        (self.emit.ins().iadd(instance, place), offset)
    }

    fn store_operands(&mut self, tag: u32, values: &[Value], base: Value, mut offset: i32) {
        let env = self.env;
        for (&value, &ty) in values.iter().zip(env.module.tag_operands(tag)) {
            let flags = self.emit.flags(Region::Instance);
            self.emit.ins().store(flags, value, base, offset);
            offset += WORD * words(ty) as i32;
        }
    }

    fn load_operands(
        &mut self,
        operands: &[ValueType],
        base: Value,
        mut offset: i32,
    ) -> Vec<Value> {
        let mut values = Vec::with_capacity(operands.len());
        for &ty in operands {
            let flags = self.emit.flags(Region::Instance);
            values.push(self.emit.ins().load(clif_type(ty), flags, base, offset));
            offset += WORD * words(ty) as i32;
        }
        values
    }

    fn copy_word(&mut self, (from, offset): (Value, i32), (to, to_offset): (Value, i32)) {
        let flags = self.emit.flags(Region::Instance);
        let word = self.emit.ins().load(types::I64, flags, from, offset);
        self.emit.ins().store(flags, word, to, to_offset);
    }

    /// A stack slot for the operands of an exception, if any tag has operands that do not fit into
    /// a word.
    pub(super) fn slot_copy(&mut self) -> Option<StackSlot> {
        let words = self.env.storage.words;
        let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, words * WORD as u32, 3);
        (words > 0).then(|| self.emit.builder.create_sized_stack_slot(slot))
    }

    /// Copies the operands of a caught exception, which the next throw overwrites. If the operands
    /// are in the word, the copied value is not used.
    pub(super) fn copy_slot(&mut self, word: Value, copy: StackSlot) {
        let from = self.place_of(word);
        let to = self.emit.ins().stack_addr(POINTER, copy, 0);
        self.copy_words(from, (to, 0));
    }

    /// Copies the operands back to the place of the thrown exception.
    pub(super) fn restore_thrown(&mut self, copy: StackSlot) {
        let from = self.emit.ins().stack_addr(POINTER, copy, 0);
        let to = self.thrown_place();
        self.copy_words((from, 0), to);
    }

    fn copy_words(&mut self, (from, offset): (Value, i32), (to, to_offset): (Value, i32)) {
        let flags = MemFlagsData::new().with_notrap();
        for word in 0..self.env.storage.words as i32 {
            let value = self.emit.ins().load(types::I64, flags, from, offset + WORD * word);
            self.emit.ins().store(flags, value, to, to_offset + WORD * word);
        }
    }

    /// Notes the first free slot at the start of the function.
    pub(in crate::lower) fn note_own_slots(&mut self) {
        self.exceptions.free_slots = self.free_slots(&self.emit.ty().results);
    }

    /// Frees the slots that were taken since then, at the end of the function.
    pub(in crate::lower) fn release_own_slots(&mut self) {
        self.release_slots(self.exceptions.free_slots);
    }

    /// The first free slot at the start of a body with these results, if the body frees slots.
    pub(in crate::lower) fn free_slots(&mut self, results: &[ValueType]) -> Option<Value> {
        let slots = self.env.storage.slots.filter(|slots| slots.released)?;
        let returns_none = !results.contains(&ValueType::ExnRef);
        returns_none.then(|| self.emit.load_global(slots.next))
    }

    /// Frees the slots that were taken since then, at the end of the body.
    pub(in crate::lower) fn release_slots(&mut self, free: Option<Value>) {
        if let (Some(slots), Some(free)) = (self.env.storage.slots, free) {
            self.emit.store_global(slots.next, free);
        }
    }
}
