//! Traps: tests, and the cold blocks that raise them.
//!
//! A trap is raised by the runtime's helper, through a thunk that all functions share, so a trap
//! costs a function one small cold block for each id that it can raise. With hardware bounds checks
//! the helper unwinds and never returns. In software mode it returns, the function returns, and
//! every caller checks for the pending exception after the call. Source:
//! `aot_set_exception_with_id` in `core/iwasm/aot/aot_runtime.c`.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, TrapCode, Value};
use wamr_abi::exceptions::TrapId;

use crate::lower::context::Lowering;
use crate::lower::func_id::FuncId;
use crate::lower::signature::trap_thunk_signature;

/// Marks code after a helper that does not return. It is never executed on a runtime that the file
/// is made for.
pub(in crate::lower) const UNREACHABLE_CODE: TrapCode = TrapCode::unwrap_user(1);

/// The cold blocks of one function.
#[derive(Default)]
pub(in crate::lower) struct TrapBlocks {
    raise: Vec<(TrapId, Block)>,
    unwind: Option<Block>,
    out_of_gas: Option<Block>,
    texts: Vec<(TextTrap, Block)>,
}

/// A trap for which the runtime has no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u32)]
pub(crate) enum TextTrap {
    /// An uncaught exception, with the text of WAMR's interpreter.
    UncaughtException,
    /// `throw_ref` of null.
    NullException,
    /// More references to exceptions than the module has slots for.
    TooManyExceptions,
    /// A call of null. WAMR has a number for it only if it is built with garbage collection.
    NullFunction,
    /// The same for `ref.as_non_null`.
    NullReference,
}

impl TextTrap {
    /// All of them.
    pub(in crate::lower) const ALL: &[Self] = &[
        Self::UncaughtException,
        Self::NullException,
        Self::TooManyExceptions,
        Self::NullFunction,
        Self::NullReference,
    ];

    /// The text that the runtime reports to the host.
    pub(in crate::lower) fn text(self) -> &'static str {
        match self {
            Self::UncaughtException => "uncaught wasm exception",
            Self::NullException => "null exception reference",
            Self::TooManyExceptions => "too many references to exceptions",
            Self::NullFunction => "null function reference",
            Self::NullReference => "null reference",
        }
    }
}

impl Lowering<'_, '_> {
    /// Raises trap `id` if `condition` is not zero.
    pub(in crate::lower) fn trap_if(&mut self, condition: Value, id: TrapId) {
        let block = self.trap_block(id);
        self.emit.leave_if(condition, block);
    }

    /// Raises trap `id` if `condition` is zero.
    pub(in crate::lower) fn trap_unless(&mut self, condition: Value, id: TrapId) {
        let block = self.trap_block(id);
        let next = self.emit.builder.create_block();
        self.emit.ins().brif(condition, next, &[], block, &[]);
        self.emit.continue_in(next);
    }

    /// Raises trap `id`; what follows is unreachable.
    pub(in crate::lower) fn trap(&mut self, id: TrapId) {
        let block = self.trap_block(id);
        self.emit.ins().jump(block, &[]);
        self.control.mark_unreachable();
    }

    /// The cold block that raises trap `id` for the current operator.
    pub(in crate::lower) fn trap_block(&mut self, id: TrapId) -> Block {
        match self.trap_site(id) {
            Some(block) => block,
            None => self.raise_block(id),
        }
    }

    /// The cold block that raises trap `id`, shared by the whole function.
    pub(in crate::lower) fn raise_block(&mut self, id: TrapId) -> Block {
        if let Some(&(_, block)) = self.traps.raise.iter().find(|(other, _)| *other == id) {
            return block;
        }
        let block = self.emit.cold_block();
        self.traps.raise.push((id, block));
        block
    }

    /// In software mode, returns if the function just called has left an exception.
    pub(in crate::lower) fn check_exception(&mut self) {
        if !self.env.software_checks {
            return;
        }
        let pending = self.emit.pending_exception();
        self.unwind_if(pending);
    }

    /// Returns with an unused result if `condition` is not zero.
    pub(in crate::lower) fn unwind_if(&mut self, condition: Value) {
        let block = match self.traps.unwind {
            Some(block) => block,
            None => {
                let block = self.emit.cold_block();
                self.traps.unwind = Some(block);
                block
            }
        };
        self.emit.leave_if(condition, block);
    }

    /// Raises the trap of a module without gas if `condition` is not zero.
    pub(in crate::lower) fn run_out_of_gas_if(&mut self, condition: Value) {
        let block = self.out_of_gas_block();
        self.emit.leave_if(condition, block);
    }

    /// The cold block that raises the trap of a module without gas.
    pub(in crate::lower) fn out_of_gas_block(&mut self) -> Block {
        if let Some(block) = self.traps.out_of_gas {
            return block;
        }
        let block = self.emit.cold_block();
        self.traps.out_of_gas = Some(block);
        block
    }

    /// The cold block that raises `trap`.
    pub(in crate::lower) fn text_trap_block(&mut self, trap: TextTrap) -> Block {
        if let Some(&(_, block)) = self.traps.texts.iter().find(|(other, _)| *other == trap) {
            return block;
        }
        let block = self.emit.cold_block();
        self.traps.texts.push((trap, block));
        block
    }

    /// Raises trap `id` if the comparison `cc` of `a` and `b` holds.
    pub(in crate::lower) fn trap_if_compare(&mut self, cc: IntCC, a: Value, b: Value, id: TrapId) {
        let condition = self.emit.ins().icmp(cc, a, b);
        self.trap_if(condition, id);
    }

    /// Fills the cold blocks, at the end of the function.
    pub(in crate::lower) fn emit_trap_blocks(&mut self) {
        self.emit_trap_sites();
        for (id, block) in std::mem::take(&mut self.traps.raise) {
            self.fill_trap_block(block, FuncId::TrapThunk(id));
        }
        if let Some(block) = self.traps.out_of_gas {
            self.fill_trap_block(block, FuncId::GasThunk);
        }
        for (trap, block) in std::mem::take(&mut self.traps.texts) {
            self.fill_trap_block(block, FuncId::TextTrapThunk(trap));
        }
        if let Some(block) = self.traps.unwind {
            self.emit.continue_in(block);
            self.return_zero();
        }
    }

    fn fill_trap_block(&mut self, block: Block, thunk: FuncId) {
        self.emit.continue_in(block);
        self.raise_in_block(thunk);
    }

    /// Ends the current block by calling `thunk`, which raises a trap.
    pub(in crate::lower) fn raise_in_block(&mut self, thunk: FuncId) {
        let thunk = self.emit.function(thunk, trap_thunk_signature);
        let exec_env = self.emit.exec_env();
        self.emit.ins().call(thunk, &[exec_env]);
        if self.env.software_checks {
            self.return_zero();
        } else {
            self.emit.ins().trap(UNREACHABLE_CODE);
        }
    }

    /// Returns with a pending exception; the result is unused.
    fn return_zero(&mut self) {
        let result = self.emit.ty().results.first().map(|&ty| self.emit.zero(ty));
        self.emit.return_native(result);
    }
}
