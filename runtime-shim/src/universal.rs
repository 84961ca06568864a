//! Chooses which part of a universal file to load.
//!
//! `build/csrc/cwamrc_universal.c` makes the choice, in the process that runs the module: in this one, or
//! in a runner. C hosts use the same file. Signatures are verified here.
//!
//! Invariant: no machine code is loaded unless [`Trust`] covers it. By default, nothing is trusted.

use crate::error::Error;
use crate::ffi;
use crate::module::Module;
use crate::runtime::Runtime;
use ed25519_dalek::{Signature, VerifyingKey};
use std::ffi::{CStr, c_int};
use std::ops::Range;
use std::{fmt, ptr, slice};

/// The alignment of the machine code in a file, if the file itself is aligned.
const ALIGNMENT: usize = 16;

/// Whose machine code in a universal file may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Nobody's: WebAssembly only.
    Nobody,
    /// Code that the owners of these public keys (Ed25519) have signed, with `cwamrc --sign`.
    Keys(Vec<[u8; 32]>),
    /// Everybody's: for files that are as trusted as this program itself. `.aot` files are loaded,
    /// too.
    Everybody,
}

impl Trust {
    pub(crate) fn covers_all(&self) -> bool {
        *self == Trust::Everybody
    }

    pub(crate) fn keys(&self) -> &[[u8; 32]] {
        match self {
            Trust::Keys(keys) => keys,
            Trust::Nobody | Trust::Everybody => &[],
        }
    }
}

/// Which part of a file was loaded, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Choice {
    /// The machine code for this machine.
    Native,
    /// The whole file: it is not a universal file.
    NotUniversal,
    /// The module: the machine code is for other machines.
    OtherMachines,
    /// The module: it was edited after its machine code was compiled.
    Edited,
    /// The module: the machine code is damaged, or was added by another version of cwamrc.
    Damaged,
    /// The module: the machine code needs features that this CPU lacks.
    CpuLacks,
    /// The module: the machine code is not signed, or nobody is trusted.
    Untrusted,
    /// The module: the machine code is signed with a key that is not trusted.
    UnknownKey,
    /// The module: the signature was not made by the key that it names.
    Forged,
    /// Nothing: it is an `.aot` file.
    AotFile,
    /// The module: the runtime refuses the machine code, for the given reason.
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
            Choice::Untrusted => ffi::CHOICE_UNTRUSTED,
            Choice::UnknownKey => ffi::CHOICE_UNKNOWN_KEY,
            Choice::Forged => ffi::CHOICE_FORGED,
            Choice::AotFile => ffi::CHOICE_AOT_FILE,
            Choice::Refused(error) => {
                return write!(f, "the runtime refuses the machine code: {error}");
            }
        };
        // SAFETY: the text is static.
        let text = unsafe { CStr::from_ptr(ffi::cwamrc_choice_text(number)) };
        f.write_str(&text.to_string_lossy())
    }
}

impl Runtime {
    /// Loads the machine code of a universal file (`cwamrc --format=universal`) if somebody trusted
    /// has signed it, and this machine and this runtime can run it. Otherwise, loads the
    /// WebAssembly for the interpreter. Returns which it was, and why.
    ///
    /// # Errors
    /// Those of [`Runtime::load_wasm`], for the part that is loaded last. Machine code as a file of
    /// its own is refused, unless everybody is trusted.
    pub fn load_universal(&self, bytes: &[u8], trust: &Trust) -> Result<(Module, Choice), Error> {
        match self.load_native(bytes, trust)? {
            Ok(module) => Ok((module, Choice::Native)),
            Err(Choice::NotUniversal) if trust.covers_all() => {
                Ok((self.load(bytes)?, Choice::NotUniversal))
            }
            Err(choice) => Ok((self.load_wasm(bytes)?, choice)),
        }
    }

    /// Loads the machine code of a universal file like [`Runtime::load_universal`], or says why it
    /// must not be loaded: for hosts that have a better alternative than the interpreter.
    ///
    /// # Errors
    /// [`Error::Load`] if the file has 4 GiB or more.
    pub fn load_native(
        &self,
        bytes: &[u8],
        trust: &Trust,
    ) -> Result<Result<Module, Choice>, Error> {
        let code = self.native_code(bytes, trust)?;
        Ok(code.and_then(|code| self.load(code).map_err(Choice::Refused)))
    }

    /// The machine code that [`Runtime::load_native`] loads, or why there is none: for hosts with
    /// several runtimes (see [`needs_gc`](crate::needs_gc)).
    ///
    /// # Errors
    /// Those of [`Runtime::load_native`].
    pub fn native_code<'b>(
        &self,
        bytes: &'b [u8],
        trust: &Trust,
    ) -> Result<Result<&'b [u8], Choice>, Error> {
        let (choice, code) = match self.runner() {
            None => choose(bytes, trust)?,
            Some(runner) => runner.choose(bytes, trust),
        };
        Ok(if choice == Choice::Native { Ok(&bytes[code]) } else { Err(choice) })
    }
}

/// Whether the owner of `key` has signed `message`. As strict as libsodium: keys and signatures
/// that fit several messages are refused.
pub(crate) fn is_signed(signature: &[u8], message: &[u8], key: &[u8]) -> bool {
    let key = key.try_into().ok().and_then(|key| VerifyingKey::from_bytes(key).ok());
    let signature = Signature::from_slice(signature);
    let (Some(key), Ok(signature)) = (key, signature) else { return false };
    key.verify_strict(message, &signature).is_ok()
}

/// The callback for `struct cwamrc_trust`.
///
/// # Safety
/// As its documentation says.
unsafe extern "C" fn verify(
    signature: *const u8,
    message: *const u8,
    size: usize,
    key: *const u8,
) -> c_int {
    // SAFETY: the caller has them, for as long as this call takes.
    let (signature, message, key) = unsafe {
        (
            slice::from_raw_parts(signature, 64),
            slice::from_raw_parts(message, size),
            slice::from_raw_parts(key, 32),
        )
    };
    if is_signed(signature, message, key) { 0 } else { -1 }
}

fn choose(bytes: &[u8], trust: &Trust) -> Result<(Choice, Range<usize>), Error> {
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
    let somebody = ffi::cwamrc_trust {
        all: trust.covers_all().into(),
        keys: trust.keys().as_flattened().as_ptr(),
        key_count: trust.keys().len(),
        verify: Some(verify),
    };
    let trust = match trust {
        Trust::Nobody => ptr::null(),
        Trust::Keys(_) | Trust::Everybody => &raw const somebody,
    };
    let (mut code, mut code_size) = (ptr::null_mut(), 0);
    // SAFETY: the bytes have this length, and are only read. So are the keys.
    let choice =
        unsafe { ffi::cwamrc_choose(file, size, trust, &raw mut code, &raw mut code_size) };
    let choice = Choice::from_number(choice);
    let start = if choice == Choice::AotFile { 0 } else { code.addr() - file.addr() };
    Ok((choice, start..start + code_size as usize))
}

impl Choice {
    /// The choice with a number of `enum cwamrc_choice`.
    pub(crate) fn from_number(number: u32) -> Choice {
        match number {
            ffi::CHOICE_NATIVE => Choice::Native,
            ffi::CHOICE_NOT_UNIVERSAL => Choice::NotUniversal,
            ffi::CHOICE_OTHER_MACHINES => Choice::OtherMachines,
            ffi::CHOICE_EDITED => Choice::Edited,
            ffi::CHOICE_CPU_LACKS => Choice::CpuLacks,
            ffi::CHOICE_UNTRUSTED => Choice::Untrusted,
            ffi::CHOICE_UNKNOWN_KEY => Choice::UnknownKey,
            ffi::CHOICE_FORGED => Choice::Forged,
            ffi::CHOICE_AOT_FILE => Choice::AotFile,
            // The last one is for files that are not aligned to 4, which does not happen here; code
            // that is not aligned all the same was not put there by cwamrc.
            _ => Choice::Damaged,
        }
    }
}
