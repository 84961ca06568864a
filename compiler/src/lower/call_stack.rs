//! Frames by which the runtime shows which wasm functions were active when a trap was raised.
//!
//! A *tiny frame* is a function index and a position in the module, 8 bytes on a stack of the
//! execution environment. A function pushes one when it begins and pops it when it returns; before
//! whatever calls or traps it stores where it is. Nothing else reads the frames: when a call from
//! the host ends with an exception, the runtime walks through those that are still there, and takes
//! them away. So a function that returns because of an exception leaves its frame alone.
//!
//! An inlined body has a frame like any other, whose place is known while the code is made. Traps
//! store their position in a cold block of their own. An access that only guard pages check has no
//! such block, so its position is stored before it, in code that is always executed. A tail call pops
//! the frame before it jumps. An import has no code here, so its frame is pushed by the thunk that
//! calls it.
//!
//! There is always a check that a frame finds room. wamrc can leave it out; behind the runtime's stack
//! lies memory of the host, which a guest that calls itself would overwrite.
//!
//! Where the runtime profiles calls, it is callers that push and pop frames, larger ones, by its
//! helpers (`profiling.rs`); a function only notes in its own where it is.
//!
//! Source: `AOTTinyFrame` in `core/iwasm/compilation/aot_stack_frame.h`; `aot_create_call_stack` and
//! `aot_call_function` in `core/iwasm/aot/aot_runtime.c`.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};
use wamr_abi::exceptions::TrapId;
use wamr_abi::layout::{frame, tiny_frame};

use super::context::Lowering;
use super::inline;

const SIZE: u32 = tiny_frame::SIZE;

/// How many traps are looked through for one with the same position: those of one operator.
const RECENT: usize = 8;

/// The frames of one function.
#[derive(Default)]
pub(super) struct CallStack {
    /// Where the function's own frame begins, if it has one.
    base: Option<Value>,
    /// Position of the operator that is lowered, in the module.
    position: u32,
    /// Cold blocks that store a position before they raise a trap.
    traps: Vec<TrapSite>,
}

/// A cold block for one place that traps.
struct TrapSite {
    id: TrapId,
    position: u32,
    depth: u32,
    block: Block,
}

impl Lowering<'_, '_> {
    /// Notes where the next operator stands in the module.
    pub(super) fn set_position(&mut self, offset: u64) {
        // Modules are smaller than 4 GiB, as the runtime has it.
        self.call_stack.position = offset as u32;
    }

    /// How many inlined bodies are around the current position.
    fn frame_depth(&self) -> u32 {
        self.inlining.active.len() as u32
    }

    /// Pushes the frame of the function that is compiled.
    pub(super) fn open_call_frame(&mut self, function: u32) {
        if self.env.call_stacks.is_none() {
            return;
        }
        if self.env.profiles_calls {
            return self.begin_pushed_frame();
        }
        let function = self.ins().iconst(types::I64, i64::from(function));
        // Frames of inlined bodies come on top of it.
        let most = if self.env.inlining.is_some() { 1 + inline::MAX_DEPTH as u32 } else { 1 };
        let base = self.checked_frame_base(most);
        self.call_stack.base = Some(base);
        self.fill_frame(function);
    }

    /// Takes the innermost frame, which the runtime's helper has pushed without a position.
    fn begin_pushed_frame(&mut self) {
        let base = self.current_frame();
        self.call_stack.base = Some(base);
        self.store_position(0, 0);
    }

    /// Pushes the frame of the import `function`, known at run time; gives what pops it again.
    pub(super) fn open_import_frame(&mut self, function: Value) -> Option<Value> {
        self.env.call_stacks?;
        if self.env.profiles_calls {
            self.enter_callee(function);
            self.begin_pushed_frame();
            // Nothing that follows has a position.
            self.call_stack.base = None;
            return None;
        }
        let function = self.ins().uextend(types::I64, function);
        let base = self.checked_frame_base(1);
        self.call_stack.base = Some(base);
        self.fill_frame(function);
        // Nothing that follows has a position.
        self.call_stack.base = None;
        Some(base)
    }

    /// Pops a frame that [`Self::open_import_frame`] pushed.
    pub(super) fn close_import_frame(&mut self, base: Option<Value>) {
        if let Some(base) = base {
            self.set_frames_end(base);
        }
        self.leave_callee();
    }

    /// Pushes the frame of `function`, whose body is being inlined.
    pub(super) fn open_inlined_frame(&mut self, function: u32) {
        if self.call_stack.base.is_some() {
            let function = self.ins().iconst(types::I64, i64::from(function));
            self.fill_frame(function);
        }
    }

    /// Pops the innermost frame: of the inlined body that ends, or of the function that returns.
    pub(super) fn close_call_frame(&mut self) {
        if let Some(base) = self.call_stack.base
            && !self.env.profiles_calls
        {
            let offset = self.frame_depth() * SIZE;
            let end =
                if offset == 0 { base } else { self.ins().iadd_imm_u(base, i64::from(offset)) };
            self.set_frames_end(end);
        }
    }

    /// Where the next frame goes. There is room for `count` frames, or else a trap is raised.
    fn checked_frame_base(&mut self, count: u32) -> Value {
        let base = self.frames_end();
        let boundary = self.frames_boundary();
        let end = self.ins().iadd_imm_u(base, i64::from(count * SIZE));
        let beyond = IntCC::UnsignedGreaterThan;
        self.trap_if_compare(beyond, end, boundary, TrapId::OperandStackOverflow);
        base
    }

    /// Makes the frame at the current depth that of `function`, 64 bits wide, at position 0.
    fn fill_frame(&mut self, function: Value) {
        let Some((features, base)) = self.env.call_stacks.zip(self.call_stack.base) else { return };
        let offset = self.frame_depth() * SIZE;
        if features.function_index {
            // The position is the upper half.
            self.store_frame_field(function, base, offset + tiny_frame::FUNC_INDEX);
        } else {
            let zero = self.ins().iconst(types::I32, 0);
            self.store_frame_field(zero, base, offset + tiny_frame::IP_OFFSET);
        }
        let end = self.ins().iadd_imm_u(base, i64::from(offset + SIZE));
        self.set_frames_end(end);
    }

    /// Stores where the current operator stands, before it calls a function.
    pub(super) fn commit_call(&mut self) {
        if self.env.call_stacks.is_some_and(|features| features.position) {
            self.commit_position();
        }
    }

    /// Stores where the current operator stands, before it does what the runtime may trap.
    pub(super) fn commit_trap(&mut self) {
        if self.env.call_stacks.is_some_and(|features| features.trap_position) {
            self.commit_position();
        }
    }

    fn commit_position(&mut self) {
        let (position, depth) = (self.call_stack.position, self.frame_depth());
        self.store_position(position, depth);
    }

    fn store_position(&mut self, position: u32, depth: u32) {
        let Some(base) = self.call_stack.base else { return };
        let (ty, offset) = match self.env.profiles_calls {
            true => (types::I64, frame::IP_OFFSET),
            false => (types::I32, depth * SIZE + tiny_frame::IP_OFFSET),
        };
        let position = self.ins().iconst(ty, i64::from(position));
        self.store_frame_field(position, base, offset);
    }

    /// The cold block that raises trap `id` for the current operator, if it stores the position.
    pub(super) fn trap_site(&mut self, id: TrapId) -> Option<Block> {
        let features = self.env.call_stacks?;
        self.call_stack.base.filter(|_| features.trap_position)?;
        let (position, depth) = (self.call_stack.position, self.frame_depth());
        let is_same =
            |site: &&TrapSite| (site.id, site.position, site.depth) == (id, position, depth);
        if let Some(site) = self.call_stack.traps.iter().rev().take(RECENT).find(is_same) {
            return Some(site.block);
        }
        let block = self.cold_block();
        self.call_stack.traps.push(TrapSite { id, position, depth, block });
        Some(block)
    }

    /// Fills the cold blocks of [`Self::trap_site`], at the end of the function.
    pub(super) fn emit_trap_sites(&mut self) {
        for site in std::mem::take(&mut self.call_stack.traps) {
            self.continue_in(site.block);
            self.store_position(site.position, site.depth);
            let raise = self.raise_block(site.id);
            self.ins().jump(raise, &[]);
        }
    }
}
