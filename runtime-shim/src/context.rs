//! Operations on an instance, on the thread that may run it.
//!
//! They are used by an [`Instance`](crate::Instance) with its lock held, and by the
//! [`Caller`](crate::Caller) of a host function. Types are checked here; whatever needs the runtime
//! goes through [`Access`].

use crate::error::{Error, Frame, Trap};
use crate::host::{self, HostFunc};
use crate::lock::Guard;
use crate::memory::Memory;
use crate::module::ModuleInner;
use crate::types::{ExternType, References, ValType};
use crate::val::Val;
use std::ffi::{CStr, CString};
use std::sync::Arc;
use wamr_abi::exceptions::TrapId;
use wamr_abi::layout::table::SLOT_SIZE;

/// `proc_exit` of WASI ends a call with this exception (`libc_wasi_wrapper.c`).
const PROC_EXIT: &str = "wasi proc exit";
/// Globals that are further apart, in bytes, are read one by one.
const MAX_SPAN: u64 = 4096;
const EXCEPTION_PREFIX: &str = "Exception: ";

/// Access to an instance, in the runtime of this process (`local.rs`) or in that of a runner
/// (`remote/`). Addresses belong to the process of the runtime.
pub(crate) trait Access {
    /// Calls an exported function with these argument cells.
    fn call(&self, name: &CStr, arguments: &[u32], results: usize) -> Result<Called, RawTrap>;
    /// Runs the program's entry point with these arguments.
    fn run_main(&self, arguments: &[CString]) -> Result<MainResult, RawTrap>;
    /// Address and size of the default memory.
    fn memory(&self) -> Option<(u64, usize)>;
    /// An exported global.
    fn global(&self, name: &CStr) -> Option<Global>;
    /// An exported table.
    fn table(&self, name: &CStr) -> Option<Table>;
    /// Copies bytes of the instance.
    ///
    /// # Safety
    /// The bytes from `address` on belong to the instance.
    unsafe fn read(&self, address: u64, bytes: &mut [u8]);
    /// Overwrites bytes of the instance.
    ///
    /// # Safety
    /// As for [`Access::read`]; the new bytes are valid there.
    unsafe fn write(&self, address: u64, bytes: &[u8]);
    /// How the runtime represents references.
    fn references(&self) -> References;
    /// The form outside of a reference inside the instance, if it has one. Without garbage
    /// collection, only an `externref` has another form, and only if the host created it.
    fn reference_outside(&self, stored: u64) -> Option<u64>;
    /// The opposite; `None` if it cannot be inside.
    fn reference_inside(&self, outside: u64) -> Option<u64>;
}

/// What became of a call.
pub(crate) enum Called {
    /// Result cells.
    Returned(Vec<u32>),
    /// There is no such export.
    NoFunction,
    /// Not called yet: the module only re-exports a host function.
    Host(Arc<HostFunc>),
    /// Not called: a re-exported import that is not linked.
    Unlinked,
    /// Not called: a re-exported native function with pointer parameters.
    Pointers,
}

/// The result of a program that ended without a trap.
pub(crate) struct MainResult {
    /// The result of `main`, if it has one: it is stored over the start of the argument array.
    pub(crate) stored: i32,
    /// The exit code, if the module uses WASI.
    pub(crate) wasi_exit_code: Option<i32>,
}

/// What is known about an exception.
#[derive(Default)]
pub(crate) struct RawTrap {
    /// WAMR's text.
    pub(crate) text: Option<String>,
    pub(crate) frames: Vec<Frame>,
    /// The exit code, if the module uses WASI.
    pub(crate) wasi_exit_code: Option<i32>,
}

impl RawTrap {
    /// A call that is refused before it starts.
    pub(crate) fn new(text: String) -> RawTrap {
        RawTrap { text: Some(text), ..RawTrap::default() }
    }

    fn into_trap(self) -> Trap {
        let text = self.text.unwrap_or_else(|| "the call failed without a message".to_owned());
        let message = text.strip_prefix(EXCEPTION_PREFIX).unwrap_or(&text);
        let exit_code = self.wasi_exit_code.filter(|_| message == PROC_EXIT);
        // WAMR keeps only about the first 100 bytes of the text of a host function.
        let message = host::take_message().unwrap_or_else(|| message.to_owned());
        Trap { message, frames: self.frames, exit_code }
    }
}

/// Where an exported global is.
#[derive(Clone, Copy)]
pub(crate) struct Global {
    pub(crate) mutable: bool,
    pub(crate) address: u64,
}

/// The place of the slots of an exported table.
pub(crate) struct Table {
    pub(crate) element: ValType,
    pub(crate) len: u32,
    pub(crate) address: u64,
}

/// A module, and an instance of it.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    module: &'a ModuleInner,
    access: &'a dyn Access,
}

impl<'a> Context<'a> {
    /// Operations on an instance of `module`, through `access`.
    pub(crate) fn new(module: &'a ModuleInner, access: &'a dyn Access) -> Context<'a> {
        Context { module, access }
    }

    /// Calls an exported function.
    pub(crate) fn call(self, name: &str, arguments: &[Val]) -> Result<Vec<Val>, Trap> {
        let missing = || Trap::new(format!("no exported function {name:?}"));
        let Some(ExternType::Func(ty)) = self.module.export(name) else { return Err(missing()) };
        if !arguments.iter().map(Val::ty).eq(ty.params.iter().copied()) {
            return Err(Trap::new(format!("{name:?} takes arguments of types {:?}", ty.params)));
        }
        let c_name = CString::new(name).map_err(|_| missing())?;
        let references = self.access.references();
        let count = |types: &[ValType]| types.iter().map(|ty| ty.cells(references)).sum::<usize>();
        let mut cells = Vec::with_capacity(count(&ty.params));
        for argument in arguments {
            argument.push_cells(references, &mut cells);
        }
        host::forget_failure();
        let called = self.access.call(&c_name, &cells, count(&ty.results));
        match called.map_err(RawTrap::into_trap)? {
            Called::Returned(cells) => {
                let mut rest = cells.as_slice();
                let mut take = |&ty| Val::take_cells(ty, references, &mut rest);
                Ok(ty.results.iter().map(&mut take).collect())
            }
            Called::NoFunction => Err(missing()),
            Called::Host(function) => function.invoke(self, arguments).map_err(Trap::new),
            Called::Unlinked => Err(Trap::new(TrapId::CallUnlinkedImport.message())),
            Called::Pointers => {
                Err(Trap::new("WAMR cannot call this import for the host: it takes pointers"))
            }
        }
    }

    /// Runs the program's entry point as `iwasm` does: `_start`, otherwise `main` with `arguments`,
    /// of which there is at least one. Returns the exit code.
    pub(crate) fn run_main(self, arguments: &[CString]) -> Result<i32, Trap> {
        host::forget_failure();
        let ended = self.access.run_main(arguments).map_err(RawTrap::into_trap)?;
        let stored = if self.main_has_result() { ended.stored } else { 0 };
        Ok(ended.wasi_exit_code.unwrap_or(stored))
    }

    /// Whether the function that `wasm_application_execute_main` chooses has a result.
    fn main_has_result(self) -> bool {
        let main = ["main", "__main_argc_argv", "_main"];
        let main = main.iter().find_map(|name| self.module.export(name));
        matches!(main, Some(ExternType::Func(ty)) if !ty.results.is_empty())
    }

    /// A reference that the module passes to a host function, or a value of another type, in the
    /// form outside.
    pub(crate) fn passed_out(self, ty: ValType, slot: u64) -> Val {
        let references = self.access.references();
        let outside = (references == References::Objects && ty.is_reference())
            .then(|| self.access.reference_outside(slot));
        Val::from_bits(ty, outside.flatten().unwrap_or(slot).into(), references)
    }

    /// The opposite, for a result; `None` if the value cannot be inside the instance.
    pub(crate) fn passed_in(self, value: Val) -> Option<u64> {
        let references = self.access.references();
        let bits = value.to_bits(references) as u64;
        match references {
            References::Objects if value.ty().is_reference() => self.access.reference_inside(bits),
            _ => Some(bits),
        }
    }

    /// The default memory. With `lock`, the memory holds it.
    pub(crate) fn memory(self, lock: Option<Guard<'a>>) -> Option<Memory<'a>> {
        Memory::new(self.access, lock)
    }

    fn find_global(self, name: &str) -> Option<(Global, ValType)> {
        let Some(&ExternType::Global { value, .. }) = self.module.export(name) else { return None };
        let name = CString::new(name).ok()?;
        Some((self.access.global(&name)?, value))
    }

    /// The value of an exported global; also `None` for an `externref` that the host never created.
    pub(crate) fn global(self, name: &str) -> Option<Val> {
        let (global, ty) = self.find_global(name)?;
        // SAFETY: the global holds a value of its type.
        unsafe { Val::read_stored(ty, self.access, global.address) }
    }

    /// The values of exported globals, as returned by [`Context::global`]. Globals that are close
    /// together are read at once, so that a runner is asked only once.
    pub(crate) fn globals(self, names: &[&str]) -> Vec<Option<Val>> {
        let found: Vec<_> = names.iter().map(|name| self.find_global(name)).collect();
        let places = || found.iter().flatten();
        let stored_size = |ty: ValType| ty.stored_size(self.access.references());
        let start = places().map(|(global, _)| global.address).min().unwrap_or(0);
        let ends = places().map(|&(global, ty)| global.address + stored_size(ty) as u64);
        let span = ends.max().unwrap_or(0) - start;
        if span > MAX_SPAN {
            return names.iter().map(|name| self.global(name)).collect();
        }
        let mut bytes = vec![0; span as usize];
        // SAFETY: the globals of an instance are in one piece of memory, and those at both ends of
        // the range belong to it.
        unsafe { self.access.read(start, &mut bytes) };
        let value = |(global, ty): (Global, ValType)| {
            let offset = (global.address - start) as usize;
            let size = stored_size(ty);
            let mut stored = [0; 16];
            stored[..size].copy_from_slice(&bytes[offset..offset + size]);
            Val::from_stored(ty, self.access, stored)
        };
        found.into_iter().map(|found| found.and_then(value)).collect()
    }

    /// Sets an exported mutable global.
    pub(crate) fn set_global(self, name: &str, value: Val) -> Result<(), Error> {
        let fail = |problem| Error::Global(format!("global {name:?}: {problem}"));
        let (global, ty) = self.find_global(name).ok_or_else(|| fail("not exported".to_owned()))?;
        if !global.mutable {
            return Err(fail("immutable".to_owned()));
        }
        if value.ty() != ty {
            return Err(fail(format!("its type is {ty:?}")));
        }
        let (bytes, size) = value
            .to_stored(self.access)
            .ok_or_else(|| fail("WAMR cannot map the externref".to_owned()))?;
        // SAFETY: the global has room for a value of its type, and only this thread runs the
        // instance.
        unsafe { self.access.write(global.address, &bytes[..size]) };
        Ok(())
    }

    fn find_table(self, name: &str) -> Option<Table> {
        self.access.table(&CString::new(name).ok()?)
    }

    /// The number of elements of an exported table.
    pub(crate) fn table_len(self, name: &str) -> Option<u32> {
        self.find_table(name).map(|table| table.len)
    }

    /// An element of an exported table.
    pub(crate) fn table_get(self, name: &str, index: u32) -> Option<Val> {
        let table = self.find_table(name).filter(|table| index < table.len)?;
        let offset = u64::from(index) * u64::from(SLOT_SIZE);
        // SAFETY: the slot is inside the table; a reference without garbage collection is in its low 4 bytes.
        unsafe { Val::read_stored(table.element, self.access, table.address + offset) }
    }
}
