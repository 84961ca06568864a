//! Instances of a runner.

use super::remote_module::RemoteModule;
use super::runner::Runner;
use super::wire::{Reader, Request, Writer, outcome};
use crate::context::{Access, Called, Context, Global, MainResult, RawTrap, Table};
use crate::error::{Error, Frame};
use crate::instance::InstanceConfig;
use crate::module::{ModuleInner, error_text};
use crate::types::{References, ValType};
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::process;
use std::sync::{Arc, Mutex, PoisonError};

/// An instance.
pub(crate) struct RemoteInstance {
    access: RemoteAccess,
    _files: Files,
}

impl RemoteInstance {
    /// Creates an instance of `module`, whose other half is `remote`.
    pub(crate) fn new(
        module: &Arc<ModuleInner>,
        remote: &RemoteModule,
        config: &InstanceConfig,
    ) -> Result<RemoteInstance, Error> {
        remote.enlist(module);
        let mut files = Files { runner: Arc::clone(&remote.runner), descriptors: Vec::new() };
        let wasi = config.wasi.to_c()?;
        let mut message = Writer::new(Request::Instantiate);
        // Calls of its host functions contain the module's number.
        message.u64(remote.handle).u64(remote.handle);
        message.u32(config.stack_size).u32(config.heap_size).u32(config.max_memory_pages);
        for strings in [&wasi.args, &wasi.env, &wasi.dirs] {
            message.strings(strings.iter().map(CString::as_c_str));
        }
        for (descriptor, is_output) in wasi.stdio.into_iter().zip([false, true, true]) {
            message.u64(files.open(descriptor, is_output)?.cast_unsigned());
        }
        let mut reply = remote.runner.request(&mut message);
        let instance = reply.u64();
        if instance == 0 {
            return Err(Error::Instantiate(error_text(reply.bytes())));
        }
        let (runner, module) = (Arc::clone(&remote.runner), Arc::clone(module));
        Ok(RemoteInstance { access: RemoteAccess::new(runner, module, instance), _files: files })
    }

    /// Asks the running call, and the threads of the module, to end.
    pub(crate) fn terminate(&self) -> Result<(), Error> {
        let told = self.access.runner.terminate(self.access.instance);
        told.map_err(|error| Error::Runtime(format!("the runner does not answer: {error}")))
    }

    /// Use this only with the runner's lock held.
    pub(crate) fn access(&self) -> &dyn Access {
        &self.access
    }
}

impl Drop for RemoteInstance {
    fn drop(&mut self) {
        let mut message = self.access.message(Request::Deinstantiate);
        // If the runner has ended, so has the instance.
        let _ = self.access.runner.try_request(&mut message);
    }
}

/// Files that the runner has opened for an instance.
struct Files {
    runner: Arc<Runner>,
    descriptors: Vec<u32>,
}

impl Files {
    /// Lets the runner open a file of this process, given by its descriptor; -1 for none.
    fn open(&mut self, descriptor: i64, is_output: bool) -> Result<i64, Error> {
        if descriptor < 0 {
            return Ok(-1);
        }
        let path = format!("/proc/{}/fd/{descriptor}", process::id());
        let c_path = CString::new(path.as_str()).expect("the path has no NUL");
        let mut message = Writer::new(Request::Open);
        let mut reply = self.runner.request(message.string(&c_path).u8(is_output.into()));
        let opened = reply.u32();
        if opened.cast_signed() < 0 {
            return Err(Error::Instantiate(format!("the runner cannot open {path}")));
        }
        self.descriptors.push(opened);
        Ok(opened.into())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        for &descriptor in &self.descriptors {
            // If the runner has ended, its files are closed.
            let _ = self.runner.try_request(Writer::new(Request::Close).u32(descriptor));
        }
    }
}

/// The way to an instance.
pub(super) struct RemoteAccess {
    pub(super) runner: Arc<Runner>,
    pub(super) module: Arc<ModuleInner>,
    pub(super) instance: u64,
    /// Globals that have been looked up; they never move.
    globals: Mutex<HashMap<CString, Option<Global>>>,
}

impl RemoteAccess {
    pub(super) fn new(runner: Arc<Runner>, module: Arc<ModuleInner>, instance: u64) -> Self {
        Self { runner, module, instance, globals: Mutex::default() }
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context::new(&self.module, self)
    }

    /// A request that begins with the instance.
    fn message(&self, request: Request) -> Writer {
        let mut message = Writer::new(request);
        message.u64(self.instance);
        message
    }
}

impl Access for RemoteAccess {
    fn call(&self, name: &CStr, arguments: &[u32], results: usize) -> Result<Called, RawTrap> {
        let mut message = self.message(Request::Call);
        message.string(name).count(arguments.len()).count(results);
        for &cell in arguments {
            message.u32(cell);
        }
        let mut reply = self.runner.request(&mut message);
        match reply.u8() {
            outcome::RETURNED => Ok(Called::Returned((0..results).map(|_| reply.u32()).collect())),
            outcome::TRAPPED => Err(trap(&mut reply)),
            outcome::NO_FUNCTION => Ok(Called::NoFunction),
            outcome::CALL_HOST => {
                Ok(Called::Host(Arc::clone(&self.module.functions[reply.u32() as usize])))
            }
            outcome::CALL_UNLINKED => Ok(Called::Unlinked),
            outcome::CALL_POINTERS => Ok(Called::Pointers),
            other => unreachable!("outcome {other}"),
        }
    }

    fn run_main(&self, arguments: &[CString]) -> Result<MainResult, RawTrap> {
        let mut message = self.message(Request::RunMain);
        message.strings(arguments.iter().map(CString::as_c_str));
        let mut reply = self.runner.request(&mut message);
        if reply.u8() != outcome::RETURNED {
            return Err(trap(&mut reply));
        }
        let stored = reply.u64() as i32;
        Ok(MainResult { stored, wasi_exit_code: wasi_exit_code(&mut reply) })
    }

    fn memory(&self) -> Option<(u64, usize)> {
        let mut reply = self.runner.request(&mut self.message(Request::Memory));
        let found = reply.bool();
        let (address, size) = (reply.u64(), reply.u64());
        found.then(|| (address, usize::try_from(size).expect("a memory fits the address space")))
    }

    fn global(&self, name: &CStr) -> Option<Global> {
        let mut known = self.globals.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(global) = known.get(name) {
            return *global;
        }
        let mut reply = self.runner.request(self.message(Request::Global).string(name));
        let found = reply.bool();
        let (mutable, address) = (reply.bool(), reply.u64());
        let global = found.then_some(Global { mutable, address });
        known.insert(name.to_owned(), global);
        global
    }

    fn table(&self, name: &CStr) -> Option<Table> {
        let mut reply = self.runner.request(self.message(Request::Table).string(name));
        let found = reply.bool();
        let (element, len, address) = (reply.u8(), reply.u32(), reply.u64());
        found.then(|| Table { element: ValType::from_kind(element), len, address })
    }

    unsafe fn read(&self, address: u64, bytes: &mut [u8]) {
        let mut message = Writer::new(Request::Peek);
        let mut reply = self.runner.request(message.u64(address).count(bytes.len()));
        bytes.copy_from_slice(reply.bytes());
    }

    unsafe fn write(&self, address: u64, bytes: &[u8]) {
        self.runner.request(Writer::new(Request::Poke).u64(address).bytes(bytes));
    }

    fn references(&self) -> References {
        self.runner.references()
    }

    fn reference_outside(&self, stored: u64) -> Option<u64> {
        let mut message = Writer::new(Request::Describe);
        let mut reply = self.runner.request(message.u64(stored));
        let known = reply.bool();
        known.then(|| reply.u64())
    }

    fn reference_inside(&self, outside: u64) -> Option<u64> {
        let mut message = self.message(Request::Refer);
        let mut reply = self.runner.request(message.u64(outside));
        let made = reply.bool();
        made.then(|| reply.u64())
    }
}

fn trap(reply: &mut Reader) -> RawTrap {
    let text = Some(reply.string()).filter(|text| !text.is_empty());
    let count = reply.u32();
    let mut frames = Reader::new(reply.bytes().to_vec());
    let frame = |_| {
        let (function, offset) = (frames.u32(), frames.u32());
        let named = frames.bool();
        let name = frames.string();
        Frame { function, name: named.then_some(name), offset }
    };
    let frames = (0..count).map(frame).collect();
    RawTrap { text, frames, wasi_exit_code: wasi_exit_code(reply) }
}

fn wasi_exit_code(reply: &mut Reader) -> Option<i32> {
    let is_wasi = reply.bool();
    let code = reply.u32().cast_signed();
    is_wasi.then_some(code)
}
