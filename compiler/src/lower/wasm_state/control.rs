//! Structured control flow: frames, blocks and the branches between them.
//!
//! Invariants: a label's block takes the label's values as block parameters. The body of the
//! function is a frame like any other, whose exit returns. Unreachable code is skipped, but its
//! frames are still pushed, so that each `end` finds its partner. A block is sealed as soon as its
//! last predecessor is known, which for a loop header is at the loop's `end`.

use cranelift_codegen::ir::{Block, Inst, InstBuilder, Value};

use super::aliases::Aliases;
use crate::limits::lowering::SHALLOW_LOOPS;
use crate::lower::context::Lowering;
use crate::lower::exceptions::{LegacyClause, ScopeId};
use crate::lower::optimise::addresses::Mark;
use crate::wasm::ValueType;

/// What opened a frame.
pub(in crate::lower) enum FrameKind {
    /// `block`, `else`, or the body of the function.
    Block,
    /// `loop`, with its header.
    Loop(Block),
    /// `if`, before its `else`.
    If(Else),
    /// `try_table`, with its scope.
    TryTable(ScopeId),
    /// A legacy `try`, with the state of its clauses.
    Try(LegacyClause),
    /// Opened in unreachable code: nothing was emitted for it.
    Skipped,
}

/// Where control goes if the condition of an `if` is zero.
pub(in crate::lower) enum Else {
    /// Directly to the exit, by this branch, unless an `else` follows.
    Exit(Inst),
    /// To a block of its own, with these parameters of the `if`.
    Block(Block, Vec<Value>),
}

/// One entry of the control stack.
pub(in crate::lower) struct Frame<'a> {
    pub(in crate::lower) kind: FrameKind,
    params: &'a [ValueType],
    results: &'a [ValueType],
    /// Where control goes after the frame's `end`; for a loop, the end of its body.
    exit: Option<Block>,
    exit_used: bool,
    /// The number of branches to its label.
    branches: u64,
    /// Height of the operand stack below the frame's parameters.
    pub(in crate::lower) height: usize,
    /// The start of the frame, for forgetting what was computed in it.
    pub(in crate::lower) start: Mark,
    /// The scope of exceptions that are thrown in it.
    pub(in crate::lower) scope: Option<ScopeId>,
}

/// The control stack of one function; kept between functions to reuse allocations.
#[derive(Default)]
pub(in crate::lower) struct Control<'a> {
    frames: Vec<Frame<'a>>,
    /// Whether control can reach the current position.
    reachable: bool,
    /// The number of loops around the current position.
    loops: u32,
    /// The jumps into all loops so far.
    loop_entries: Vec<Inst>,
    /// Of parameters of deep loops.
    aliases: Aliases,
}

impl<'a> Control<'a> {
    /// Removes everything, for another function, whose start is reachable.
    pub(in crate::lower) fn clear(&mut self) {
        self.frames.clear();
        self.loop_entries.clear();
        (self.reachable, self.loops, self.aliases) = (true, 0, Aliases::default());
    }

    /// Whether control can reach the current position.
    pub(in crate::lower) fn is_reachable(&self) -> bool {
        self.reachable
    }

    /// Control cannot reach what follows.
    pub(in crate::lower) fn mark_unreachable(&mut self) {
        self.reachable = false;
    }

    /// Control reaches what follows.
    pub(in crate::lower) fn mark_reachable(&mut self) {
        self.reachable = true;
    }

    /// Whether there is a loop around the current position.
    pub(in crate::lower) fn is_in_loop(&self) -> bool {
        self.loops > 0
    }

    /// The jumps into all loops.
    pub(in crate::lower) fn take_loop_entries(&mut self) -> Vec<Inst> {
        std::mem::take(&mut self.loop_entries)
    }

    /// The number of frames.
    pub(in crate::lower) fn height(&self) -> usize {
        self.frames.len()
    }

    /// The position of the frame with label `depth`, counted from the outermost one.
    pub(in crate::lower) fn position_of(&self, depth: u32) -> usize {
        self.frames.len() - 1 - depth as usize
    }

    /// The label of the frame at `position`.
    pub(in crate::lower) fn label_of(&self, position: usize) -> u32 {
        (self.frames.len() - 1 - position) as u32
    }

    /// The frame with label `depth`.
    pub(in crate::lower) fn frame(&mut self, depth: u32) -> &mut Frame<'a> {
        let position = self.position_of(depth);
        &mut self.frames[position]
    }

    pub(in crate::lower) fn innermost(&mut self) -> &mut Frame<'a> {
        self.frames.last_mut().expect("validation keeps the control stack balanced")
    }

    /// The scope of exceptions of the current position, if there is one.
    pub(in crate::lower) fn scope(&self) -> Option<ScopeId> {
        self.frames.last()?.scope
    }
}

impl<'a> Lowering<'a, '_> {
    fn push_frame(
        &mut self,
        kind: FrameKind,
        params: &'a [ValueType],
        results: &'a [ValueType],
        exit: Option<Block>,
    ) {
        let height = self.operands.height() - params.len();
        let start = self.addresses.mark();
        let scope = self.control.scope();
        let (exit_used, branches) = (false, 0);
        self.control.frames.push(Frame {
            kind,
            params,
            results,
            exit,
            exit_used,
            branches,
            height,
            start,
            scope,
        });
    }

    /// Opens a frame in unreachable code.
    pub(in crate::lower) fn open_skipped(&mut self) {
        self.push_frame(FrameKind::Skipped, &[], &[], None);
    }

    /// Opens a `block`.
    pub(in crate::lower) fn open_block(
        &mut self,
        params: &'a [ValueType],
        results: &'a [ValueType],
    ) {
        let exit = self.emit.create_block_with(results);
        self.push_frame(FrameKind::Block, params, results, Some(exit));
    }

    /// Opens a `loop`: control enters its header.
    pub(in crate::lower) fn open_loop(
        &mut self,
        params: &'a [ValueType],
        results: &'a [ValueType],
    ) {
        let header = self.emit.create_block_with(params);
        self.collect_block_args(params.len());
        let entry = self.jump_with_args(header);
        self.control.loop_entries.push(entry);
        self.switch_to(header);
        self.replace_top(params.len(), header);
        self.push_frame(FrameKind::Loop(header), params, results, None);
        self.control.loops += 1;
        self.poll_suspend_flags();
        self.poll_exception();
    }

    /// Opens an `if` with the condition on top of the operand stack.
    pub(in crate::lower) fn open_if(&mut self, params: &'a [ValueType], results: &'a [ValueType]) {
        let condition = self.pop_condition();
        let then = self.emit.builder.create_block();
        let exit = self.emit.create_block_with(results);
        let without_else = params.is_empty() && results.is_empty();
        let otherwise = if without_else { exit } else { self.emit.builder.create_block() };
        // Both halves use the parameters, so they are converted before the branch.
        let values = self.top(params.len()).to_vec();
        let branch = self.emit.ins().brif(condition, then, &[], otherwise, &[]);
        let alternative = if without_else {
            Else::Exit(branch)
        } else {
            self.emit.builder.seal_block(otherwise);
            Else::Block(otherwise, values)
        };
        self.emit.builder.switch_to_block(then);
        self.emit.builder.seal_block(then);
        self.push_frame(FrameKind::If(alternative), params, results, Some(exit));
    }

    /// `else`: ends the first half of the innermost frame and begins the second.
    pub(in crate::lower) fn open_else(&mut self) {
        if matches!(self.control.innermost().kind, FrameKind::Skipped) {
            return;
        }
        if self.control.is_reachable() {
            self.branch_to_exit();
        }
        let frame = self.control.innermost();
        let exit = frame.exit.expect("an if has an exit");
        let (height, start) = (frame.height, frame.start);
        let FrameKind::If(alternative) = std::mem::replace(&mut frame.kind, FrameKind::Block)
        else {
            unreachable!("validation pairs else with if");
        };
        self.operands.truncate(height);
        let block = match alternative {
            Else::Block(block, params) => {
                self.operands.extend(&params);
                block
            }
            Else::Exit(branch) => {
                let block = self.emit.builder.create_block();
                self.emit.builder.change_jump_destination(branch, exit, block);
                self.emit.builder.seal_block(block);
                block
            }
        };
        self.switch_to_after(block, start);
        self.control.mark_reachable();
    }

    /// `end`: closes the innermost frame.
    pub(in crate::lower) fn close_frame(&mut self) {
        if self.control.frames.len() == 1 {
            return self.close_function();
        }
        let frame = self.control.innermost();
        match std::mem::replace(&mut frame.kind, FrameKind::Skipped) {
            FrameKind::Skipped => {
                self.control.frames.pop();
                return;
            }
            FrameKind::Loop(header) => {
                self.seal_loop(header);
                if self.control.is_reachable() {
                    let results = frame_results(self.control.frames.pop());
                    self.top(results);
                    return;
                }
            }
            FrameKind::If(Else::Exit(_)) => self.control.innermost().exit_used = true,
            FrameKind::If(Else::Block(block, params)) => self.close_missing_else(block, params),
            FrameKind::TryTable(scope) => self.close_try_table(scope),
            FrameKind::Block | FrameKind::Try(_) => {}
        }
        let inlined = self.in_outermost_inlined_frame();
        if inlined && self.control.is_reachable() && !self.control.innermost().exit_used {
            // No branch leaves the inlined body, so what is known at its end is also known after
            // it.
            let results = frame_results(self.control.frames.pop());
            self.top(results);
            return;
        }
        if self.control.is_reachable() {
            self.branch_to_exit();
        }
        let frame = self.control.frames.pop().expect("the frame is still there");
        self.operands.truncate(frame.height);
        self.control.reachable = frame.exit_used;
        if let (Some(exit), true) = (frame.exit, frame.exit_used) {
            self.emit.builder.seal_block(exit);
            self.switch_to_after(exit, frame.start);
            self.push_block_params(exit);
        }
    }

    /// Seals the header of the innermost loop, whose back edges are all known now.
    fn seal_loop(&mut self, header: Block) {
        let params = self.emit.builder.block_params(header).to_vec();
        let branches = self.control.innermost().branches;
        // Above a limit, the function is refused after this operator.
        if !self.size.add_loop(params.len() as u64, branches) {
            self.emit.builder.seal_block(header);
            if self.control.loops > SHALLOW_LOOPS {
                self.control.aliases.note(&mut self.emit.builder.func.dfg, &params);
            }
        }
        self.control.loops -= 1;
    }

    /// An `if` with parameters and no `else` passes its parameters on as results.
    fn close_missing_else(&mut self, block: Block, params: Vec<Value>) {
        if self.control.is_reachable() {
            self.branch_to_exit();
        }
        let frame = self.control.innermost();
        let (height, start) = (frame.height, frame.start);
        self.operands.truncate(height);
        self.operands.extend(&params);
        self.switch_to_after(block, start);
        self.control.mark_reachable();
    }

    /// The end of a `try_table`.
    fn close_try_table(&mut self, scope: ScopeId) {
        if self.control.is_reachable() {
            self.branch_to_exit();
            self.control.mark_unreachable();
        }
        let start = self.control.innermost().start;
        self.emit_landing_pad(scope, start);
    }

    /// The `end` of the body: everything that reaches it returns.
    fn close_function(&mut self) {
        let frame = self.control.frames.pop().expect("the body is a frame");
        let exit = frame.exit.expect("the body has an exit");
        let results = frame.results.len();
        if frame.exit_used {
            if self.control.is_reachable() {
                self.collect_block_args(results);
                self.jump_with_args(exit);
            }
            self.emit.builder.seal_block(exit);
            self.switch_to_after(exit, frame.start);
            self.operands.clear();
            self.push_block_params(exit);
            self.control.mark_reachable();
        }
        if self.control.is_reachable() {
            self.emit_return();
        }
        self.control.mark_unreachable();
    }

    /// Returns the values on top of the operand stack: the first one directly, the others through
    /// the pointers that follow the parameters.
    pub(in crate::lower) fn emit_return(&mut self) {
        let results = self.emit.ty().results.len();
        // The pointers for all results but the first are the last parameters.
        let first_pointer = self.emit.params().len() - results.saturating_sub(1);
        let values = self.top(results).to_vec();
        for (index, &value) in values.iter().enumerate().skip(1) {
            let pointer = self.emit.params()[first_pointer + index - 1];
            self.emit.store_result(pointer, value);
        }
        self.release_own_slots();
        self.close_call_frame();
        self.emit.return_native(values.first().copied());
        self.control.mark_unreachable();
    }

    /// Jumps to the innermost frame's exit with its results.
    pub(in crate::lower) fn branch_to_exit(&mut self) {
        let (exit, results) = self.label(0);
        self.collect_block_args(results);
        self.jump_with_args(exit);
    }

    /// The block that a branch to label `depth` goes to, and the number of values it takes.
    pub(in crate::lower) fn label(&mut self, depth: u32) -> (Block, usize) {
        let frame = self.control.frame(depth);
        frame.branches += 1;
        match (&frame.kind, frame.exit) {
            (FrameKind::Loop(header), _) => (*header, frame.params.len()),
            (_, Some(exit)) => {
                frame.exit_used = true;
                (exit, frame.results.len())
            }
            (_, None) => unreachable!("skipped frames hold no reachable branch"),
        }
    }

    /// Jumps with the collected block arguments.
    pub(in crate::lower) fn jump_with_args(&mut self, block: Block) -> Inst {
        self.emit.builder.ins().jump(block, self.operands.args())
    }

    /// Continues in `block`, which may be reached in several ways, all of them after `start`.
    pub(in crate::lower) fn switch_to_after(&mut self, block: Block, start: Mark) {
        self.addresses.forget_since(start);
        self.switch_to(block);
    }

    /// Continues in `block`, where nothing is known that held on only one way into it.
    fn switch_to(&mut self, block: Block) {
        self.emit.builder.switch_to_block(block);
        self.emit.invalidate_memory_base();
        self.checked.forget();
    }

    fn push_block_params(&mut self, block: Block) {
        self.operands.extend(self.emit.builder.block_params(block));
    }

    fn replace_top(&mut self, count: usize, block: Block) {
        self.drop_top(count);
        self.push_block_params(block);
    }
}

fn frame_results(frame: Option<Frame<'_>>) -> usize {
    frame.map_or(0, |frame| frame.results.len())
}
