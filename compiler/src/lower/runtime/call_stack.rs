//! Frames that let the runtime show which wasm functions were active when a trap was raised.
//!
//! A *tiny frame* is a function index and a position in the module, 8 bytes on a stack of the
//! execution environment. A function pushes a frame when it starts and pops it when it returns.
//! Before anything that calls or traps, it stores its position. Nothing else reads the frames. When
//! a call from the host ends with an exception, the runtime walks the frames that are still there,
//! and removes them. So a function that returns because of an exception leaves its frame in place.
//!
//! An inlined body has a frame like any other, at a place known at compile time. Traps store their
//! position in a cold block of their own. An access that only guard pages check has no such block,
//! so its position is stored before it, in code that is always executed. A tail call pops the frame
//! before it jumps. An import has no code here, so the thunk that calls it pushes its frame.
//!
//! Code always checks that there is room for a frame. wamrc can omit this check; after the
//! runtime's stack comes memory of the host, which runaway recursion of a guest would then
//! overwrite.
//!
//! If the runtime profiles calls, callers push and pop frames, larger ones, with its helpers
//! (`profiling.rs`). A function then only stores its position in its frame.
//!
//! Source: `AOTTinyFrame` in `core/iwasm/compilation/aot_stack_frame.h`; `aot_create_call_stack`
//! and `aot_call_function` in `core/iwasm/aot/aot_runtime.c`.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};
use wamr_abi::exceptions::TrapId;
use wamr_abi::layout::{frame, tiny_frame};

use crate::limits::inlining::MAX_DEPTH;
use crate::limits::lowering::RECENT_TRAPS;
use crate::lower::context::Lowering;

const SIZE: u32 = tiny_frame::SIZE;

/// The frames of one function.
#[derive(Default)]
pub(in crate::lower) struct CallStack {
    /// The start of the function's own frame, if it has one.
    base: Option<Value>,
    /// Position in the module of the operator being lowered.
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
    /// The position in the module of the operator that is being lowered.
    pub(in crate::lower) fn position(&self) -> u32 {
        self.call_stack.position
    }

    /// Sets the position in the module of the next operator.
    pub(in crate::lower) fn set_position(&mut self, offset: u64) {
        // Modules are smaller than 4 GiB, as the runtime requires.
        self.call_stack.position = offset as u32;
    }

    /// The number of inlined bodies around the current position.
    pub(in crate::lower) fn frame_depth(&self) -> u32 {
        self.inlining.depth() as u32
    }

    /// Pushes the frame of the function being compiled.
    pub(in crate::lower) fn open_call_frame(&mut self, function: u32) {
        if self.env.call_stacks.is_none() {
            return;
        }
        if self.env.profiles_calls {
            return self.begin_pushed_frame();
        }
        let function = self.emit.ins().iconst(types::I64, i64::from(function));
        // Frames of inlined bodies are placed after it.
        let most = if self.env.inlining.is_some() { 1 + MAX_DEPTH as u32 } else { 1 };
        let base = self.checked_frame_base(most);
        self.call_stack.base = Some(base);
        self.fill_frame(function);
    }

    /// Uses the innermost frame, which the runtime's helper has pushed without a position.
    fn begin_pushed_frame(&mut self) {
        let base = self.emit.current_frame();
        self.call_stack.base = Some(base);
        self.store_position(0, 0);
    }

    /// Pushes the frame of the import `function`, known at run time. Returns what is needed to pop
    /// it again.
    pub(in crate::lower) fn open_import_frame(&mut self, function: Value) -> Option<Value> {
        self.env.call_stacks?;
        if self.env.profiles_calls {
            self.enter_callee(function);
            self.begin_pushed_frame();
            // The code that follows has no position.
            self.call_stack.base = None;
            return None;
        }
        let function = self.emit.ins().uextend(types::I64, function);
        let base = self.checked_frame_base(1);
        self.call_stack.base = Some(base);
        self.fill_frame(function);
        // The code that follows has no position.
        self.call_stack.base = None;
        Some(base)
    }

    /// Pops a frame that [`Self::open_import_frame`] pushed.
    pub(in crate::lower) fn close_import_frame(&mut self, base: Option<Value>) {
        if let Some(base) = base {
            self.emit.set_frames_end(base);
        }
        self.leave_callee();
    }

    /// Pushes the frame of `function`, whose body is being inlined.
    pub(in crate::lower) fn open_inlined_frame(&mut self, function: u32) {
        if self.call_stack.base.is_some() {
            let function = self.emit.ins().iconst(types::I64, i64::from(function));
            self.fill_frame(function);
        }
    }

    /// Pops the innermost frame: of the inlined body that ends, or of the function that returns.
    pub(in crate::lower) fn close_call_frame(&mut self) {
        if let Some(base) = self.call_stack.base
            && !self.env.profiles_calls
        {
            let offset = self.frame_depth() * SIZE;
            let end = if offset == 0 {
                base
            } else {
                self.emit.ins().iadd_imm_u(base, i64::from(offset))
            };
            self.emit.set_frames_end(end);
        }
    }

    /// Removes the frames above those of the function and of `depth` inlined bodies. An exception
    /// has left the functions that they belong to.
    pub(in crate::lower) fn restore_call_frame(&mut self, depth: u32) {
        let Some(base) = self.call_stack.base else { return };
        if self.env.profiles_calls {
            return self.pop_frames_above(base);
        }
        let end = self.emit.ins().iadd_imm_u(base, i64::from((depth + 1) * SIZE));
        self.emit.set_frames_end(end);
    }

    /// The same for a branch out of inlined bodies.
    pub(in crate::lower) fn leave_frames_above(&mut self, depth: u32) {
        if self.frame_depth() != depth {
            self.restore_call_frame(depth);
        }
    }

    /// The place of the next frame. Raises a trap unless there is room for `count` frames.
    fn checked_frame_base(&mut self, count: u32) -> Value {
        let base = self.emit.frames_end();
        let boundary = self.emit.frames_boundary();
        let end = self.emit.ins().iadd_imm_u(base, i64::from(count * SIZE));
        let beyond = IntCC::UnsignedGreaterThan;
        self.trap_if_compare(beyond, end, boundary, TrapId::OperandStackOverflow);
        base
    }

    /// Initialises the frame at the current depth for `function`, 64 bits wide, with position 0.
    fn fill_frame(&mut self, function: Value) {
        let Some((features, base)) = self.env.call_stacks.zip(self.call_stack.base) else { return };
        let offset = self.frame_depth() * SIZE;
        if features.function_index {
            // The upper half is the position.
            self.emit.store_frame_field(function, base, offset + tiny_frame::FUNC_INDEX);
        } else {
            let zero = self.emit.ins().iconst(types::I32, 0);
            self.emit.store_frame_field(zero, base, offset + tiny_frame::IP_OFFSET);
        }
        let end = self.emit.ins().iadd_imm_u(base, i64::from(offset + SIZE));
        self.emit.set_frames_end(end);
    }

    /// Stores the position of the current operator, before it calls a function.
    pub(in crate::lower) fn commit_call(&mut self) {
        if self.env.call_stacks.is_some_and(|features| features.position) {
            self.commit_position();
        }
    }

    /// Stores the position of the current operator, before an operation that the runtime may trap.
    pub(in crate::lower) fn commit_trap(&mut self) {
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
        let position = self.emit.ins().iconst(ty, i64::from(position));
        self.emit.store_frame_field(position, base, offset);
    }

    /// The cold block that raises trap `id` for the current operator, if it stores the position.
    pub(in crate::lower) fn trap_site(&mut self, id: TrapId) -> Option<Block> {
        let features = self.env.call_stacks?;
        self.call_stack.base.filter(|_| features.trap_position)?;
        let (position, depth) = (self.call_stack.position, self.frame_depth());
        let is_same =
            |site: &&TrapSite| (site.id, site.position, site.depth) == (id, position, depth);
        if let Some(site) = self.call_stack.traps.iter().rev().take(RECENT_TRAPS).find(is_same) {
            return Some(site.block);
        }
        let block = self.emit.cold_block();
        self.call_stack.traps.push(TrapSite { id, position, depth, block });
        Some(block)
    }

    /// Fills the cold blocks of [`Self::trap_site`], at the end of the function.
    pub(in crate::lower) fn emit_trap_sites(&mut self) {
        for site in std::mem::take(&mut self.call_stack.traps) {
            self.emit.continue_in(site.block);
            self.store_position(site.position, site.depth);
            let raise = self.raise_block(site.id);
            self.emit.ins().jump(raise, &[]);
        }
    }
}
