//! Names of the functions in the text: the targets of calls, before they have a place.
//!
//! A symbol is a plain value that can pass through Cranelift, which identifies external functions
//! by pairs of numbers. In addition to the module's own functions, the compiler adds a few. They
//! keep rare code out of the other functions, and calls between functions need no relocation.

use std::fmt;

use cranelift_codegen::ir::UserExternalName;
use wamr_abi::exceptions::TrapId;
use wamr_abi::helpers::Helper;

use super::runtime::trap::TextTrap;

/// A function in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum FuncId {
    /// A function of the module, by function index, as entered by its callers.
    Function(u32),
    /// The entry through which the runtime calls a function with another convention.
    Entry(u32),
    /// The body of a function with a large frame, which comes after its stack guard.
    Body(u32),
    /// Calls an import, whose function index is the last argument; one for each canonical type.
    ImportThunk(u32),
    /// Raises a trap.
    TrapThunk(TrapId),
    /// Jumps to a runtime helper.
    Helper(Helper),
    /// Does what is necessary before the start function, and calls it.
    StartWrapper,
    /// Raises the trap of a module that has no gas left.
    GasThunk,
    /// Reads the machine's counter of time.
    Clock,
    /// Throws an exception out of a function.
    Throw,
    /// Stores the registers that functions preserve, and returns the frame pointer.
    SaveRegisters,
    /// Continues at a landing pad.
    Resume,
    /// Returns the address of the table of landing pads, which follows its code.
    HandlerTable,
    /// Raises a trap without a number.
    TextTrapThunk(TextTrap),
    /// Draws gas from the global with this index, an account that threads share.
    DrawThunk(u32),
    /// Makes the object of a function.
    FunctionObject,
    /// Computes some of the values that references have before the module starts.
    Initialise(u32),
}

impl FuncId {
    /// The function of the module whose code this is, if any.
    pub(crate) fn function(self) -> Option<u32> {
        match self {
            Self::Function(index) | Self::Entry(index) | Self::Body(index) => Some(index),
            _ => None,
        }
    }

    /// The symbol as Cranelift's pair of numbers.
    pub(crate) fn to_external_name(self) -> UserExternalName {
        let (namespace, index) = match self {
            Self::Function(index) => (0, index),
            Self::Body(index) => (1, index),
            Self::ImportThunk(ty) => (2, ty),
            Self::TrapThunk(id) => (3, id as u32),
            Self::Helper(helper) => (4, helper as u32),
            Self::StartWrapper => (5, 0),
            Self::Entry(index) => (6, index),
            Self::GasThunk => (7, 0),
            Self::Clock => (8, 0),
            Self::DrawThunk(account) => (9, account),
            Self::Throw => (10, 0),
            Self::Resume => (11, 0),
            Self::HandlerTable => (12, 0),
            Self::TextTrapThunk(trap) => (13, trap as u32),
            Self::SaveRegisters => (14, 0),
            Self::FunctionObject => (15, 0),
            Self::Initialise(chunk) => (16, chunk),
        };
        UserExternalName { namespace, index }
    }

    /// The inverse of [`FuncId::to_external_name`].
    pub(crate) fn from_external_name(name: &UserExternalName) -> Option<Self> {
        let index = name.index;
        Some(match name.namespace {
            0 => Self::Function(index),
            1 => Self::Body(index),
            2 => Self::ImportThunk(index),
            3 => Self::TrapThunk(*TrapId::ALL.iter().find(|&&id| id as u32 == index)?),
            4 => Self::Helper(*Helper::ALL.get(index as usize)?),
            5 => Self::StartWrapper,
            6 => Self::Entry(index),
            7 => Self::GasThunk,
            8 => Self::Clock,
            9 => Self::DrawThunk(index),
            10 => Self::Throw,
            11 => Self::Resume,
            12 => Self::HandlerTable,
            13 => Self::TextTrapThunk(*TextTrap::ALL.get(index as usize)?),
            14 => Self::SaveRegisters,
            15 => Self::FunctionObject,
            16 => Self::Initialise(index),
            _ => return None,
        })
    }
}

/// The place of the address of `helper` in the runtime's table of the file's native symbols.
pub(crate) fn native_symbol_slot(helper: Helper) -> u32 {
    helper as u32
}

impl fmt::Display for FuncId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(index) => write!(f, "function({index})"),
            Self::Entry(index) => write!(f, "entry({index})"),
            Self::Body(index) => write!(f, "body({index})"),
            Self::ImportThunk(ty) => write!(f, "import_thunk({ty})"),
            Self::TrapThunk(id) => write!(f, "trap_thunk({id:?})"),
            Self::StartWrapper => f.write_str("start_wrapper"),
            Self::GasThunk => f.write_str("gas_thunk"),
            Self::Clock => f.write_str("clock"),
            Self::DrawThunk(_) => f.write_str("draw_thunk"),
            Self::FunctionObject => f.write_str("function_object"),
            Self::Initialise(chunk) => write!(f, "initialise({chunk})"),
            Self::Throw => f.write_str("throw"),
            Self::SaveRegisters => f.write_str("save_registers"),
            Self::Resume => f.write_str("resume"),
            Self::HandlerTable => f.write_str("handler_table"),
            Self::TextTrapThunk(trap) => write!(f, "trap_thunk({trap:?})"),
            Self::Helper(helper) => f.write_str(helper.info().symbol),
        }
    }
}
