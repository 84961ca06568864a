//! Modules and instances in the runtime of this process: all their calls of WAMR's C API.

use crate::context::{Access, Called, Context, Global, MainResult, RawTrap, Table};
use crate::error::{Error, Frame};
use crate::ffi;
use crate::host::HostFunc;
use crate::instance::InstanceConfig;
use crate::module::{ErrorText, ModuleInner};
use crate::thread;
use crate::types::{ExportType, ExternType, ImportType, References, ValType};
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;
use std::slice;
use std::sync::Arc;

/// A loaded module.
pub(crate) struct LocalModule {
    pub(crate) handle: ffi::wasm_module_t,
    /// WAMR uses strings and data segments in place, and writes to the buffer; an XIP file runs in
    /// it.
    _buffer: Buffer,
}

// SAFETY: WAMR changes a module only while it loads and unloads it, which may happen on any thread.
unsafe impl Send for LocalModule {}
// SAFETY: as above; the instances that share a module only read it.
unsafe impl Sync for LocalModule {}

impl LocalModule {
    /// Loads a module, without linking it.
    pub(crate) fn load(bytes: &[u8]) -> Result<LocalModule, Error> {
        let size = u32::try_from(bytes.len())
            .map_err(|_| Error::Load(format!("the module has {} bytes", bytes.len())))?;
        let mut buffer = Buffer::new(bytes)?;
        // SAFETY: the buffer has that many bytes.
        if unsafe { ffi::wasm_runtime_is_xip_file(buffer.as_mut_ptr(), size) } {
            buffer.make_executable()?;
        }
        let mut name: c_char = 0;
        let args = ffi::LoadArgs {
            name: &raw mut name,
            clone_wasm_binary: false,
            wasm_binary_freeable: false,
            no_resolve: true,
        };
        let mut error = ErrorText::new();
        // SAFETY: the buffer is writable, aligned to a page, and lives as long as the module.
        let handle = unsafe {
            ffi::wasm_runtime_load_ex(
                buffer.as_mut_ptr(),
                size,
                &raw const args,
                error.as_mut_ptr(),
                error.size(),
            )
        };
        if handle.is_null() {
            return Err(Error::Load(error.text()));
        }
        Ok(LocalModule { handle, _buffer: buffer })
    }

    pub(crate) fn imports(&self) -> Vec<ImportType> {
        // SAFETY: the module is loaded.
        let count = unsafe { ffi::wasm_runtime_get_import_count(self.handle) };
        let read = |index| {
            let mut import = ffi::wasm_import_t {
                module_name: ptr::null(),
                name: ptr::null(),
                kind: 0,
                linked: false,
                ty: ptr::null_mut(),
            };
            // SAFETY: the module is loaded, the index below the count, and the names and the type
            // are the module's.
            unsafe {
                ffi::wasm_runtime_get_import_type(self.handle, index, &raw mut import);
                ImportType {
                    module: read_text(import.module_name).unwrap_or_default(),
                    name: read_text(import.name).unwrap_or_default(),
                    ty: ExternType::read(import.kind, import.ty),
                    linked: import.linked,
                }
            }
        };
        (0..count).map(read).collect()
    }

    pub(crate) fn exports(&self) -> Vec<ExportType> {
        // SAFETY: the module is loaded.
        let count = unsafe { ffi::wasm_runtime_get_export_count(self.handle) };
        let read = |index| {
            let mut export = ffi::wasm_export_t { name: ptr::null(), kind: 0, ty: ptr::null_mut() };
            // SAFETY: as for the imports.
            unsafe {
                ffi::wasm_runtime_get_export_type(self.handle, index, &raw mut export);
                ExportType {
                    name: read_text(export.name).unwrap_or_default(),
                    ty: ExternType::read(export.kind, export.ty),
                }
            }
        };
        (0..count).map(read).collect()
    }

    pub(crate) fn custom_section(&self, name: &CStr) -> Option<Vec<u8>> {
        let mut size = 0;
        // SAFETY: the module is loaded, and the section is in its buffer.
        unsafe {
            let section =
                ffi::wasm_runtime_get_custom_section(self.handle, name.as_ptr(), &raw mut size);
            (!section.is_null()).then(|| slice::from_raw_parts(section, size as usize).to_vec())
        }
    }
}

impl Drop for LocalModule {
    fn drop(&mut self) {
        // SAFETY: every instance keeps the module alive, so none is left.
        unsafe { ffi::wasm_runtime_unload(self.handle) };
    }
}

/// An instance.
pub(crate) struct LocalInstance {
    handle: ffi::wasm_module_inst_t,
    env: ExecEnv,
}

// SAFETY: WAMR binds an instance to a thread only during a call, and records the thread again at
// the start of each.
unsafe impl Send for LocalInstance {}
// SAFETY: as above; its user holds a lock whenever it is used.
unsafe impl Sync for LocalInstance {}

impl LocalInstance {
    /// Creates an instance of `module`, which belongs to this process and outlives it.
    pub(crate) fn new(
        module: &Arc<ModuleInner>,
        local: &LocalModule,
        config: &InstanceConfig,
    ) -> Result<LocalInstance, Error> {
        thread::enter()?;
        let wasi = config.wasi.to_c()?;
        let args = Args::new(module, config)?;
        let mut error = ErrorText::new();
        // SAFETY: the module is loaded, and `args` are used here only.
        let handle = unsafe {
            wasi.with(args.0, || {
                // The start function may run while this thread runs another instance.
                let running = ffi::wamr_shim_swap_exec_env(ptr::null_mut());
                let handle = ffi::wasm_runtime_instantiate_ex2(
                    local.handle,
                    args.0,
                    error.as_mut_ptr(),
                    error.size(),
                );
                ffi::wamr_shim_swap_exec_env(running);
                handle
            })?
        };
        if handle.is_null() {
            return Err(Error::Instantiate(error.text()));
        }
        // SAFETY: the instance is live.
        let exec_env = unsafe { ffi::wasm_runtime_get_exec_env_singleton(handle) };
        let instance = LocalInstance { handle, env: ExecEnv { exec_env, ends_threads: true } };
        if exec_env.is_null() {
            return Err(Error::Instantiate("no memory for an execution environment".to_owned()));
        }
        Ok(instance)
    }

    /// Asks the running call, and the threads of the module, to end.
    pub(crate) fn terminate(&self) {
        // SAFETY: the instance is live. WAMR locks what this changes, and offers it to threads that
        // do not run the instance.
        unsafe { ffi::wamr_shim_terminate(self.handle) };
    }

    /// Must be used by one thread at a time.
    pub(crate) fn access(&self) -> &dyn Access {
        &self.env
    }
}

impl Drop for LocalInstance {
    fn drop(&mut self) {
        // SAFETY: the last user of the instance is gone.
        unsafe { ffi::wasm_runtime_deinstantiate(self.handle) };
    }
}

/// WAMR's object with the arguments for instantiating.
struct Args(*mut ffi::InstantiationArgs2);

impl Args {
    fn new(module: &Arc<ModuleInner>, config: &InstanceConfig) -> Result<Args, Error> {
        let mut args = ptr::null_mut();
        // SAFETY: `args` is a place for the result, and live after that. The module, which becomes
        // the instance's custom data (see `ExecEnv::context`), outlives the instance.
        unsafe {
            if !ffi::wasm_runtime_instantiation_args_create(&raw mut args) {
                return Err(Error::Instantiate("no memory for an instance".to_owned()));
            }
            ffi::wasm_runtime_instantiation_args_set_default_stack_size(args, config.stack_size);
            ffi::wasm_runtime_instantiation_args_set_host_managed_heap_size(args, config.heap_size);
            ffi::wasm_runtime_instantiation_args_set_max_memory_pages(
                args,
                config.max_memory_pages,
            );
            ffi::wasm_runtime_instantiation_args_set_custom_data(
                args,
                Arc::as_ptr(module).cast_mut().cast(),
            );
        }
        Ok(Args(args))
    }
}

impl Drop for Args {
    fn drop(&mut self) {
        // SAFETY: made by `new`, and dropped once.
        unsafe { ffi::wasm_runtime_instantiation_args_destroy(self.0) };
    }
}

/// An execution environment, and through it the instance that it runs.
pub(crate) struct ExecEnv {
    exec_env: ffi::wasm_exec_env_t,
    /// Whether calls come from outside of the instance: after a trap in one, no thread of the
    /// module is left.
    ends_threads: bool,
}

impl ExecEnv {
    /// # Safety
    /// `exec_env` and its instance are live as long as the result is used, the instance was made by
    /// [`LocalInstance::new`], and only this thread runs it.
    pub(crate) unsafe fn new(exec_env: ffi::wasm_exec_env_t) -> ExecEnv {
        ExecEnv { exec_env, ends_threads: false }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context::new(self.module(), self)
    }

    fn instance(&self) -> ffi::wasm_module_inst_t {
        // SAFETY: see `new`.
        unsafe { ffi::wasm_runtime_get_module_inst(self.exec_env) }
    }

    fn module(&self) -> &ModuleInner {
        // SAFETY: instantiation made the module the instance's custom data, and the instance keeps
        // it alive. Instances of further threads inherit it.
        unsafe { &*ffi::wasm_runtime_get_custom_data(self.instance()).cast::<ModuleInner>() }
    }

    fn call_wasm(
        &self,
        function: ffi::wasm_function_inst_t,
        arguments: &[u32],
        results: usize,
    ) -> Result<Called, RawTrap> {
        let argc = u32::try_from(arguments.len()).expect("the loader limits the number of cells");
        let mut cells = arguments.to_vec();
        cells.resize(arguments.len().max(results), 0);
        // SAFETY: the function belongs to the instance, and `cells` has room for its parameters as
        // well as its results.
        self.run(|| unsafe {
            ffi::wasm_runtime_call_wasm(self.exec_env, function, argc, cells.as_mut_ptr())
        })?;
        cells.truncate(results);
        Ok(Called::Returned(cells))
    }

    /// The host function with this attachment.
    fn host_function(&self, attachment: *const c_void) -> Called {
        let is_it = |function: &&Arc<HostFunc>| Arc::as_ptr(function).cast() == attachment;
        let function = self.module().functions.iter().find(is_it);
        Called::Host(function.expect("all raw native functions are the module's").clone())
    }

    /// The exit code, if the module uses WASI.
    fn wasi_exit_code(&self) -> Option<i32> {
        // SAFETY: the instance is live; a module that uses WASI has a WASI context.
        unsafe {
            ffi::wasm_runtime_is_wasi_mode(self.instance())
                .then(|| ffi::wasm_runtime_get_wasi_exit_code(self.instance()).cast_signed())
        }
    }

    /// Runs `call`, which enters WebAssembly in this execution environment, and turns its failure
    /// into a trap. The instance can be used again afterwards.
    fn run(&self, call: impl FnOnce() -> bool) -> Result<(), RawTrap> {
        // Another instance of this thread may be running, and has called a host function that calls
        // this one. SAFETY: the environment that is restored is the one that the thread runs.
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
    fn take_trap(&self) -> RawTrap {
        let instance = self.instance();
        if self.ends_threads {
            // SAFETY: the instance is live and not running; no thread that the module started uses
            // an execution environment that calls enter from outside.
            unsafe { ffi::wamr_shim_join_threads(self.exec_env) };
        }
        let mut text = [0; ffi::WAMR_SHIM_EXCEPTION_SIZE];
        // SAFETY: the instance is live, and `text` has the given size; afterwards, it contains a
        // string.
        let text = unsafe {
            ffi::wamr_shim_copy_exception(instance, text.as_mut_ptr())
                .then(|| read_text(text.as_ptr()))
                .flatten()
        };
        let trap =
            RawTrap { text, frames: self.take_frames(), wasi_exit_code: self.wasi_exit_code() };
        // SAFETY: as above.
        unsafe { ffi::wasm_runtime_clear_exception(instance) };
        trap
    }

    fn take_frames(&self) -> Vec<Frame> {
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
}

impl Access for ExecEnv {
    fn call(&self, name: &CStr, arguments: &[u32], results: usize) -> Result<Called, RawTrap> {
        thread::enter().map_err(|error| RawTrap::new(error.to_string()))?;
        // SAFETY: the instance is live.
        let function = unsafe { ffi::wasm_runtime_lookup_function(self.instance(), name.as_ptr()) };
        if function.is_null() {
            return Ok(Called::NoFunction);
        }
        let mut attachment = ptr::null_mut();
        // SAFETY: the function belongs to the live instance.
        match unsafe { ffi::wamr_shim_callee(self.instance(), function, &raw mut attachment) } {
            ffi::CALL_WASM => self.call_wasm(function, arguments, results),
            ffi::CALL_RAW => Ok(self.host_function(attachment)),
            ffi::CALL_UNLINKED => Ok(Called::Unlinked),
            _ => Ok(Called::Pointers),
        }
    }

    fn run_main(&self, arguments: &[CString]) -> Result<MainResult, RawTrap> {
        thread::enter().map_err(|error| RawTrap::new(error.to_string()))?;
        let mut argv: Vec<*mut c_char> =
            arguments.iter().map(|text| text.as_ptr().cast_mut()).collect();
        let argc = i32::try_from(argv.len());
        let argc = argc.map_err(|_| RawTrap::new("too many arguments".to_owned()))?;
        // SAFETY: `argv` has `argc` strings, which live during the call.
        self.run(|| unsafe {
            ffi::wasm_application_execute_main(self.instance(), argc, argv.as_mut_ptr())
        })?;
        let stored = argv.first().map_or(0, |first| first.addr()) as i32;
        Ok(MainResult { stored, wasi_exit_code: self.wasi_exit_code() })
    }

    fn memory(&self) -> Option<(u64, usize)> {
        // SAFETY: the instance is live; its memory, if it has one, lives as long, and nothing
        // changes it meanwhile.
        unsafe {
            let memory = ffi::wasm_runtime_get_default_memory(self.instance());
            if memory.is_null() {
                return None;
            }
            let bytes = ffi::wasm_memory_get_cur_page_count(memory)
                * ffi::wasm_memory_get_bytes_per_page(memory);
            let size = usize::try_from(bytes).expect("a memory fits the address space");
            Some((ffi::wasm_memory_get_base_address(memory).expose_provenance() as u64, size))
        }
    }

    fn global(&self, name: &CStr) -> Option<Global> {
        let mut global =
            ffi::wasm_global_inst_t { kind: 0, is_mutable: false, global_data: ptr::null_mut() };
        // SAFETY: the instance is live, and `global` a valid place.
        let found = unsafe {
            ffi::wamr_shim_export_global(self.instance(), name.as_ptr(), &raw mut global)
        };
        let address = global.global_data.expose_provenance() as u64;
        found.then_some(Global { mutable: global.is_mutable, address })
    }

    fn table(&self, name: &CStr) -> Option<Table> {
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
        found.then(|| Table {
            element: ValType::from_kind(table.elem_kind),
            len: table.cur_size,
            address: table.elems.expose_provenance() as u64,
        })
    }

    unsafe fn read(&self, address: u64, bytes: &mut [u8]) {
        let place = ptr::with_exposed_provenance::<u8>(address as usize);
        // SAFETY: by the contract of this function; no Rust slice is part of an instance.
        unsafe { ptr::copy_nonoverlapping(place, bytes.as_mut_ptr(), bytes.len()) };
    }

    unsafe fn write(&self, address: u64, bytes: &[u8]) {
        let place = ptr::with_exposed_provenance_mut::<u8>(address as usize);
        // SAFETY: by the contract of this function; no Rust slice is part of an instance.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), place, bytes.len()) };
    }

    fn references(&self) -> References {
        References::Numbers
    }

    fn reference_outside(&self, stored: u64) -> Option<u64> {
        let mut object: *mut c_void = ptr::null_mut();
        // SAFETY: `object` is a valid place for the result.
        let known = unsafe { ffi::wasm_externref_ref2obj(stored as u32, &raw mut object) };
        known.then(|| object.addr() as u64)
    }

    fn reference_inside(&self, outside: u64) -> Option<u64> {
        let mut reference = 0;
        let object = ptr::without_provenance_mut(outside as usize);
        // SAFETY: the instance is live, and `reference` a valid place for the result; the object is
        // only compared.
        let made =
            unsafe { ffi::wasm_externref_obj2ref(self.instance(), object, &raw mut reference) };
        made.then_some(reference.into())
    }
}

/// Copies a C string; `None` for a null pointer.
///
/// # Safety
/// `text` is null or points to a NUL-terminated string.
unsafe fn read_text(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: by the contract of this function.
    Some(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}

/// A private copy of a module's bytes, in memory pages of its own: the loader needs an `.aot` file
/// aligned to at least 4, and code that runs in it to 16.
struct Buffer {
    start: *mut u8,
    size: usize,
}

impl Buffer {
    fn new(bytes: &[u8]) -> Result<Buffer, Error> {
        let protection = ffi::MMAP_PROT_READ | ffi::MMAP_PROT_WRITE;
        let size = bytes.len().max(1);
        // SAFETY: new memory from WAMR, at any address, without a file.
        let start = unsafe { ffi::os_mmap(ptr::null_mut(), size, protection, 0, ffi::NO_FILE) };
        let start: *mut u8 = start.cast();
        if start.is_null() {
            return Err(Error::Load(format!("no memory for {size} bytes")));
        }
        // SAFETY: the memory has that many bytes, and nobody else knows it.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), start, bytes.len()) };
        Ok(Buffer { start, size })
    }

    fn make_executable(&mut self) -> Result<(), Error> {
        let protection = ffi::MMAP_PROT_READ | ffi::MMAP_PROT_WRITE | ffi::MMAP_PROT_EXEC;
        // SAFETY: the memory was mapped with this size. Some machines need to be notified of new
        // code.
        unsafe {
            if ffi::os_mprotect(self.start.cast(), self.size, protection) != 0 {
                return Err(Error::Load("no executable memory for an XIP file".to_owned()));
            }
            ffi::os_icache_flush(self.start.cast(), self.size);
        }
        Ok(())
    }

    fn as_mut_ptr(&mut self) -> *mut u8 {
        self.start
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: the memory was mapped with this size.
        unsafe { ffi::os_munmap(self.start.cast(), self.size) };
    }
}
