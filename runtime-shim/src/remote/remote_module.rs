//! Modules of a runner.

use super::runner::Runner;
use super::wire::{Reader, Request, Writer};
use crate::error::Error;
use crate::host::HostFunc;
use crate::link::Links;
use crate::lock::ReentrantLock;
use crate::module::{ModuleInner, error_text};
use crate::types::{ExportType, ImportType};
use std::ffi::{CStr, CString};
use std::sync::Arc;

/// A loaded module.
pub(crate) struct RemoteModule {
    pub(super) runner: Arc<Runner>,
    pub(super) handle: u64,
    /// The bytes that it was loaded from, which the runtime still uses.
    buffer: u64,
    size: u32,
}

impl RemoteModule {
    /// Loads a module, without linking it. Returns its imports, too.
    pub(crate) fn load(
        runner: &Arc<Runner>,
        bytes: &[u8],
    ) -> Result<(RemoteModule, Vec<ImportType>), Error> {
        let mut reply = runner.request(Writer::new(Request::Load).bytes(bytes));
        let handle = reply.u64();
        if handle == 0 {
            return Err(Error::Load(error_text(reply.bytes())));
        }
        // A message has less than 4 GiB.
        let size = bytes.len() as u32;
        let module = RemoteModule { runner: Arc::clone(runner), handle, buffer: reply.u64(), size };
        Ok((module, imports(&mut reply)))
    }

    /// Links the imports; the functions are numbered in the order of [`Links::functions`]. Returns
    /// the resulting imports and exports.
    pub(crate) fn link(&self, links: &Links) -> Result<(Vec<ImportType>, Vec<ExportType>), Error> {
        let mut message = Writer::new(Request::Link);
        message.u64(self.handle).count(links.globals.len());
        for (import, bytes) in &links.globals {
            message.u32(*import).bytes(bytes);
        }
        message.count(links.modules.len());
        let mut number = 0;
        for (module, functions) in &links.modules {
            message.string(&c_string(module)?).count(functions.len());
            for function in functions {
                let HostFunc { name, ty, .. } = &**function;
                message.string(&c_string(name)?).u32(number).count(ty.params.len());
                number += 1;
            }
        }
        let mut reply = self.runner.request(&mut message);
        if !reply.bool() {
            return Err(Error::Link("WAMR cannot find an imported global".to_owned()));
        }
        let imports = imports(&mut reply);
        let exports =
            reply.list(|reader| ExportType { name: reader.string(), ty: reader.extern_type() });
        Ok((imports, exports))
    }

    /// Allows instances of the module to call its host functions.
    pub(super) fn enlist(&self, module: &Arc<ModuleInner>) {
        self.runner.modules().insert(self.handle, Arc::downgrade(module));
    }

    pub(crate) fn lock(&self) -> Arc<ReentrantLock> {
        Arc::clone(&self.runner.lock)
    }

    pub(crate) fn custom_section(&self, name: &CStr) -> Option<Vec<u8>> {
        let mut message = Writer::new(Request::CustomSection);
        let mut reply = self.runner.request(message.u64(self.handle).string(name));
        reply.bool().then(|| reply.bytes().to_vec())
    }
}

impl Drop for RemoteModule {
    fn drop(&mut self) {
        self.runner.modules().remove(&self.handle);
        let mut message = Writer::new(Request::Unload);
        // If the runner has ended, so has the module.
        let _ = self.runner.try_request(message.u64(self.handle).u64(self.buffer).u32(self.size));
    }
}

fn imports(reply: &mut Reader) -> Vec<ImportType> {
    reply.list(|reader| {
        let (module, name) = (reader.string(), reader.string());
        let linked = reader.bool();
        ImportType { module, name, ty: reader.extern_type(), linked }
    })
}

fn c_string(text: &str) -> Result<CString, Error> {
    CString::new(text).map_err(|_| Error::Link(format!("a NUL in the name {text:?}")))
}
