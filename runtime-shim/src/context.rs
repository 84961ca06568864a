//! What can be done with an instance on the thread that may run it.
//!
//! Both ways to an instance come here: an [`Instance`](crate::Instance), with its lock held, and the
//! [`Caller`](crate::Caller) of a host function.

use crate::error::{Error, Frame, Trap};
use crate::ffi;
use crate::host::{self, HostFunc};
use crate::lock::Guard;
use crate::memory::Memory;
use crate::module::ModuleInner;
use crate::thread;
use crate::types::{ExternType, FuncType, ValType};
use crate::val::Val;
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;
use wamr_abi::exceptions::TrapId;
use wamr_abi::layout::table::SLOT_SIZE;

/// `proc_exit` of WASI ends a call with this exception (`libc_wasi_wrapper.c`).
const PROC_EXIT: &str = "wasi proc exit";
const EXCEPTION_PREFIX: &str = "Exception: ";

/// An execution environment, and through it the instance that it runs.
#[derive(Clone, Copy)]
pub(crate) struct Context {
    exec_env: ffi::wasm_exec_env_t,
    /// Whether a trap ends the threads of the module here, and not further out.
    ends_threads: bool,
}

impl Context {
    /// # Safety
    /// `exec_env` and its instance are live as long as the context is used, the instance was made by
    /// [`Module::instantiate`](crate::Module::instantiate), and only this thread runs it.
    pub(crate) unsafe fn new(exec_env: ffi::wasm_exec_env_t) -> Context {
        Context { exec_env, ends_threads: false }
    }

    /// For calls from outside of the instance: after a trap, no thread of the module is left.
    pub(crate) fn called_from_outside(self) -> Context {
        Context { ends_threads: true, ..self }
    }

    pub(crate) fn instance(self) -> ffi::wasm_module_inst_t {
        // SAFETY: see `new`.
        unsafe { ffi::wasm_runtime_get_module_inst(self.exec_env) }
    }

    fn module(&self) -> &ModuleInner {
        // SAFETY: instantiation made the module the instance's custom data, and the instance keeps
        // it alive. Instances of further threads inherit it.
        unsafe { &*ffi::wasm_runtime_get_custom_data(self.instance()).cast::<ModuleInner>() }
    }

    fn export(&self, name: &str) -> Option<&ExternType> {
        self.module().export(name)
    }

    /// Calls an exported function.
    pub(crate) fn call(self, name: &str, arguments: &[Val]) -> Result<Vec<Val>, Trap> {
        let Some(ExternType::Func(ty)) = self.export(name) else {
            return Err(Trap::new(format!("no exported function {name:?}")));
        };
        if !arguments.iter().map(Val::ty).eq(ty.params.iter().copied()) {
            return Err(Trap::new(format!("{name:?} takes arguments of types {:?}", ty.params)));
        }
        thread::enter().map_err(|error| Trap::new(error.to_string()))?;
        self.call_function(self.lookup(name)?, ty, arguments)
    }

    fn lookup(self, name: &str) -> Result<ffi::wasm_function_inst_t, Trap> {
        let missing = || Trap::new(format!("no exported function {name:?}"));
        let c_name = CString::new(name).map_err(|_| missing())?;
        // SAFETY: the instance is live.
        let function =
            unsafe { ffi::wasm_runtime_lookup_function(self.instance(), c_name.as_ptr()) };
        if function.is_null() { Err(missing()) } else { Ok(function) }
    }

    fn call_function(
        self,
        function: ffi::wasm_function_inst_t,
        ty: &FuncType,
        arguments: &[Val],
    ) -> Result<Vec<Val>, Trap> {
        let mut attachment = ptr::null_mut();
        // SAFETY: the function belongs to the live instance.
        match unsafe { ffi::wamr_shim_callee(self.instance(), function, &raw mut attachment) } {
            ffi::CALL_WASM => self.call_wasm(function, ty, arguments),
            ffi::CALL_RAW => self.call_host(attachment, arguments),
            ffi::CALL_UNLINKED => Err(Trap::new(TrapId::CallUnlinkedImport.message())),
            _ => Err(Trap::new("WAMR cannot call this import for the host: it takes pointers")),
        }
    }

    fn call_wasm(
        self,
        function: ffi::wasm_function_inst_t,
        ty: &FuncType,
        arguments: &[Val],
    ) -> Result<Vec<Val>, Trap> {
        let count = |types: &[ValType]| types.iter().map(|ty| ty.cells()).sum::<usize>();
        let (params, results) = (count(&ty.params), count(&ty.results));
        let mut cells = Vec::with_capacity(params.max(results));
        for argument in arguments {
            argument.push_cells(&mut cells);
        }
        cells.resize(params.max(results), 0);
        let argc = u32::try_from(params).expect("the loader limits the number of cells");

        // SAFETY: the function belongs to the instance, and `cells` has room for its parameters as
        // well as its results.
        self.run(|| unsafe {
            ffi::wasm_runtime_call_wasm(self.exec_env, function, argc, cells.as_mut_ptr())
        })?;
        let mut rest = cells.as_slice();
        Ok(ty.results.iter().map(|&ty| Val::take_cells(ty, &mut rest)).collect())
    }

    /// Calls a host function that the module only exports again.
    fn call_host(self, attachment: *mut c_void, arguments: &[Val]) -> Result<Vec<Val>, Trap> {
        // SAFETY: all raw native functions are registered by this crate, with a `HostFunc` that the
        // module keeps alive.
        let host = unsafe { &*attachment.cast::<HostFunc>() };
        host.invoke(self, arguments).map_err(Trap::new)
    }

    /// Runs the program's entry point as `iwasm` does: `_start`, or else `main` with `arguments`, of
    /// which there is at least one. Returns the exit code.
    pub(crate) fn run_main(self, arguments: &[CString]) -> Result<i32, Trap> {
        thread::enter().map_err(|error| Trap::new(error.to_string()))?;
        let mut argv: Vec<*mut c_char> =
            arguments.iter().map(|text| text.as_ptr().cast_mut()).collect();
        let argc = i32::try_from(argv.len()).map_err(|_| Trap::new("too many arguments"))?;
        // SAFETY: `argv` has `argc` strings, which live during the call.
        self.run(|| unsafe {
            ffi::wasm_application_execute_main(self.instance(), argc, argv.as_mut_ptr())
        })?;
        if let Some(code) = self.wasi_exit_code() {
            return Ok(code);
        }
        // The result of `main`, if it has one, is stored over the start of the array.
        let stored = argv.first().map_or(0, |first| first.addr());
        Ok(if self.main_has_result() { stored as i32 } else { 0 })
    }

    /// Whether the function that `wasm_application_execute_main` chooses has a result.
    fn main_has_result(&self) -> bool {
        let main = ["main", "__main_argc_argv", "_main"].iter().find_map(|name| self.export(name));
        matches!(main, Some(ExternType::Func(ty)) if !ty.results.is_empty())
    }

    /// The exit code, if the module uses WASI.
    fn wasi_exit_code(self) -> Option<i32> {
        // SAFETY: the instance is live; a module that uses WASI has a WASI context.
        unsafe {
            ffi::wasm_runtime_is_wasi_mode(self.instance())
                .then(|| ffi::wasm_runtime_get_wasi_exit_code(self.instance()).cast_signed())
        }
    }

    /// Runs `call`, which enters WebAssembly in this execution environment, and turns its failure
    /// into a trap. The instance can be used again afterwards.
    fn run(self, call: impl FnOnce() -> bool) -> Result<(), Trap> {
        host::forget_failure();
        // Another instance of this thread may be running, and called a host function that calls us.
        // SAFETY: the environment that is put back is the one that the thread runs.
        let succeeded = unsafe {
            let running = ffi::wamr_shim_swap_exec_env(ptr::null_mut());
            if running == self.exec_env {
                ffi::wamr_shim_swap_exec_env(running);
            }
            let succeeded = call();
            ffi::wamr_shim_swap_exec_env(running);
            succeeded
        };
        if succeeded { Ok(()) } else { Err(self.take_trap()) }
    }

    /// Collects what is known about the exception, and clears it.
    fn take_trap(self) -> Trap {
        let instance = self.instance();
        // SAFETY: the instance is live and not running; the text is copied before it is cleared.
        let text = unsafe { read_text(ffi::wasm_runtime_get_exception(instance)) }
            .unwrap_or_else(|| "the call failed without a message".to_owned());
        let message = text.strip_prefix(EXCEPTION_PREFIX).unwrap_or(&text);
        let frames = self.take_frames();
        let exit_code = (message == PROC_EXIT).then(|| self.wasi_exit_code()).flatten();
        // SAFETY: as above; an execution environment that calls come to from outside is no thread's
        // that the module started.
        unsafe {
            if self.ends_threads {
                ffi::wamr_shim_stop_threads(self.exec_env);
            }
            ffi::wasm_runtime_clear_exception(instance);
        }
        // WAMR keeps the first 100 bytes or so of the text of a host function.
        let message = host::take_message().unwrap_or_else(|| message.to_owned());
        Trap { message, frames, exit_code }
    }

    fn take_frames(self) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut frame = ffi::wamr_shim_frame { function_index: 0, offset: 0, name: ptr::null() };
        // SAFETY: the instance is live and not running; `frame` is a valid place, and the name is
        // copied before the frames are dropped.
        unsafe {
            while ffi::wamr_shim_frame(
                self.instance(),
                u32::try_from(frames.len()).unwrap_or(u32::MAX),
                &raw mut frame,
            ) {
                let (function, offset) = (frame.function_index, frame.offset);
                frames.push(Frame { function, name: read_text(frame.name), offset });
            }
            ffi::wamr_shim_drop_frames(self.instance());
        }
        frames
    }

    /// The default memory. With `lock`, the memory holds it.
    pub(crate) fn memory<'a>(self, lock: Option<Guard<'a>>) -> Option<Memory<'a>> {
        // SAFETY: the instance is live as long as its user holds the context, and only this thread
        // runs it.
        unsafe { Memory::new(self.instance(), lock) }
    }

    fn find_global(self, name: &str) -> Option<(ffi::wasm_global_inst_t, ValType)> {
        let Some(&ExternType::Global { value, .. }) = self.export(name) else { return None };
        let name = CString::new(name).ok()?;
        let mut global =
            ffi::wasm_global_inst_t { kind: 0, is_mutable: false, global_data: ptr::null_mut() };
        // SAFETY: the instance is live, and `global` a valid place.
        let found = unsafe {
            ffi::wamr_shim_export_global(self.instance(), name.as_ptr(), &raw mut global)
        };
        found.then_some((global, value))
    }

    /// The value of an exported global; `None` too for an `externref` that the host never made.
    pub(crate) fn global(self, name: &str) -> Option<Val> {
        let (global, ty) = self.find_global(name)?;
        // SAFETY: the global holds a value of its type.
        unsafe { Val::read_stored(ty, global.global_data.cast()) }
    }

    /// Sets an exported mutable global.
    pub(crate) fn set_global(self, name: &str, value: Val) -> Result<(), Error> {
        let fail = |problem| Error::Global(format!("global {name:?}: {problem}"));
        let (global, ty) = self.find_global(name).ok_or_else(|| fail("not exported".to_owned()))?;
        if !global.is_mutable {
            return Err(fail("immutable".to_owned()));
        }
        if value.ty() != ty {
            return Err(fail(format!("its type is {ty:?}")));
        }
        // SAFETY: the instance is live.
        let (bytes, size) = unsafe { value.to_stored(self.instance()) }
            .ok_or_else(|| fail("WAMR cannot map the externref".to_owned()))?;
        // SAFETY: the global has room for a value of its type, and only this thread runs the
        // instance.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), global.global_data.cast(), size) };
        Ok(())
    }

    fn find_table(self, name: &str) -> Option<ffi::wasm_table_inst_t> {
        let name = CString::new(name).ok()?;
        let mut table = ffi::wasm_table_inst_t {
            elem_kind: 0,
            cur_size: 0,
            max_size: 0,
            elems: ptr::null_mut(),
        };
        // SAFETY: the instance is live, and `table` a valid place.
        let found = unsafe {
            ffi::wasm_runtime_get_export_table_inst(self.instance(), name.as_ptr(), &raw mut table)
        };
        found.then_some(table)
    }

    /// The number of elements of an exported table.
    pub(crate) fn table_len(self, name: &str) -> Option<u32> {
        self.find_table(name).map(|table| table.cur_size)
    }

    /// An element of an exported table.
    pub(crate) fn table_get(self, name: &str, index: u32) -> Option<Val> {
        let table = self.find_table(name).filter(|table| index < table.cur_size)?;
        let ty = ValType::from_kind(table.elem_kind);
        let offset = usize::try_from(index).ok()?.checked_mul(SLOT_SIZE as usize)?;
        // SAFETY: the slot is inside the table; a reference is in its low 4 bytes.
        unsafe { Val::read_stored(ty, table.elems.cast::<u8>().add(offset)) }
    }
}

/// Copies a C string; `None` for a null pointer.
///
/// # Safety
/// `text` is null or points to a NUL-terminated string.
pub(crate) unsafe fn read_text(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: by the contract of this function.
    Some(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}
