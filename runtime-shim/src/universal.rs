//! Universal files: which part of one is loaded.
//!
//! The choice is made by `csrc/cwamrc_universal.c`, in the process that runs the module: here, or in a
//! runner. C hosts use the same file.

use crate::error::Error;
use crate::ffi;
use crate::module::Module;
use crate::runtime::Runtime;
use std::ffi::CStr;
use std::ops::Range;
use std::{fmt, ptr};

/// The machine code in a file lies at a multiple of this, if the file itself does.
const ALIGNMENT: usize = 16;

/// What of a file was loaded, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Choice {
    /// The machine code for this machine.
    Native,
    /// All of it: it is no universal file.
    NotUniversal,
    /// The module: the machine code is for others than this machine.
    OtherMachines,
    /// The module: it was edited after its machine code was made.
    Edited,
    /// The module: the machine code is damaged, or was added by another version of cwamrc.
    Damaged,
    /// The module: the machine code needs what this CPU lacks.
    CpuLacks,
    /// The module: this runtime does not take the machine code, for that reason.
    Refused(Error),
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = match self {
            Choice::Native => ffi::CHOICE_NATIVE,
            Choice::NotUniversal => ffi::CHOICE_NOT_UNIVERSAL,
            Choice::OtherMachines => ffi::CHOICE_OTHER_MACHINES,
            Choice::Edited => ffi::CHOICE_EDITED,
            Choice::Damaged => ffi::CHOICE_DAMAGED,
            Choice::CpuLacks => ffi::CHOICE_CPU_LACKS,
            Choice::Refused(error) => {
                return write!(f, "the runtime refuses the machine code: {error}");
            }
        };
        // SAFETY: a text that lives for ever.
        let text = unsafe { CStr::from_ptr(ffi::cwamrc_choice_text(number)) };
        f.write_str(&text.to_string_lossy())
    }
}

impl Runtime {
    /// Loads a module as [`Runtime::load`] does, but of a universal file (`cwamrc --format=universal`)
    /// the machine code, if it has some that this machine and this runtime can run; else the module
    /// itself, for the interpreter. Says which it was, and why.
    ///
    /// Like an `.aot` file, such code is not checked for what it does: use [`Runtime::load`] for files
    /// that you do not trust.
    ///
    /// # Errors
    /// As [`Runtime::load`], for the part that no other one is left for.
    pub fn load_universal(&self, bytes: &[u8]) -> Result<(Module, Choice), Error> {
        let (choice, code) = match self.runner() {
            None => choose(bytes)?,
            Some(runner) => runner.choose(bytes),
        };
        if choice == Choice::Native {
            match self.load(&bytes[code]) {
                Ok(module) => return Ok((module, choice)),
                Err(error) => return Ok((self.load(bytes)?, Choice::Refused(error))),
            }
        }
        Ok((self.load(bytes)?, choice))
    }
}

fn choose(bytes: &[u8]) -> Result<(Choice, Range<usize>), Error> {
    let size = u32::try_from(bytes.len())
        .map_err(|_| Error::Load(format!("the module has {} bytes", bytes.len())))?;
    let mut aligned: Vec<u128> = Vec::new();
    let mut file = bytes.as_ptr().cast_mut();
    if !file.addr().is_multiple_of(ALIGNMENT) {
        aligned.resize(bytes.len().div_ceil(size_of::<u128>()), 0);
        file = aligned.as_mut_ptr().cast();
        // SAFETY: the vector has as many bytes, and is new.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), file, bytes.len()) };
    }
    let (mut code, mut code_size) = (ptr::null_mut(), 0);
    // SAFETY: there are so many bytes; they are only read.
    let choice = unsafe { ffi::cwamrc_choose(file, size, &raw mut code, &raw mut code_size) };
    let start = code.addr() - file.addr();
    Ok((Choice::from_number(choice), start..start + code_size as usize))
}

impl Choice {
    /// What a number of `enum cwamrc_choice` stands for.
    pub(crate) fn from_number(number: u32) -> Choice {
        match number {
            ffi::CHOICE_NATIVE => Choice::Native,
            ffi::CHOICE_NOT_UNIVERSAL => Choice::NotUniversal,
            ffi::CHOICE_OTHER_MACHINES => Choice::OtherMachines,
            ffi::CHOICE_EDITED => Choice::Edited,
            ffi::CHOICE_CPU_LACKS => Choice::CpuLacks,
            // The last one is for files that do not lie at a multiple of 4, as those here do; code that
            // does not all the same was not put there by cwamrc.
            _ => Choice::Damaged,
        }
    }
}
