//! Loaded modules.

use crate::context::read_text;
use crate::error::Error;
use crate::ffi;
use crate::host::HostFunc;
use crate::instance::{Instance, InstanceConfig};
use crate::link;
use crate::runtime::Offers;
use crate::types::{ExportType, ExternType, ImportType};
use std::collections::HashMap;
use std::ffi::{CString, c_char};
use std::fmt;
use std::ptr;
use std::slice;
use std::sync::Arc;
use wamr_abi::format::{HEADER_SIZE, MAGIC};
use wamr_abi::releases::Release;

/// AOT versions that mean the same file: the step from 5 to 6 changed neither the container nor the
/// ABI of a file without garbage collection.
const SAME_VERSIONS: [u32; 2] = [5, 6];

/// Room for WAMR's error texts, which are at most 128 bytes long inside it.
const ERROR_SIZE: usize = 256;

/// A loaded module. Clones share it.
#[derive(Clone)]
pub struct Module {
    pub(crate) inner: Arc<ModuleInner>,
}

pub(crate) struct ModuleInner {
    pub(crate) handle: ffi::wasm_module_t,
    imports: Vec<ImportType>,
    exports: Vec<ExportType>,
    export_index: HashMap<String, usize>,
    /// WAMR keeps the addresses of those that the module imports.
    _functions: Vec<Arc<HostFunc>>,
    /// WAMR uses strings and data segments in place, and writes to it.
    _buffer: Buffer,
}

// SAFETY: WAMR changes a module only while it loads and unloads it, which needs no certain thread.
unsafe impl Send for ModuleInner {}
// SAFETY: as above; the instances that share a module only read it.
unsafe impl Sync for ModuleInner {}

impl Module {
    pub(crate) fn load(bytes: &[u8], aot_version: u32, offers: &Offers) -> Result<Module, Error> {
        let mut buffer = Buffer::new(bytes);
        adjust_version(buffer.bytes(), aot_version)?;
        let size = u32::try_from(bytes.len())
            .map_err(|_| Error::Load(format!("the module has {} bytes", bytes.len())))?;
        // SAFETY: the buffer has that many bytes.
        if unsafe { ffi::wasm_runtime_is_xip_file(buffer.bytes().as_ptr(), size) } {
            let problem = "an XIP file runs where it lies, and this is no executable memory";
            return Err(Error::Load(problem.to_owned()));
        }

        let mut name: c_char = 0;
        let args = ffi::LoadArgs {
            name: &raw mut name,
            clone_wasm_binary: false,
            wasm_binary_freeable: false,
            no_resolve: true,
        };
        let mut error = ErrorText::new();
        // SAFETY: the buffer is writable, aligned to 8, and lives as long as the module.
        let handle = unsafe {
            ffi::wasm_runtime_load_ex(
                buffer.bytes().as_mut_ptr(),
                size,
                &raw const args,
                error.as_mut_ptr(),
                error.size(),
            )
        };
        if handle.is_null() {
            return Err(Error::Load(error.text()));
        }
        let mut inner = ModuleInner {
            handle,
            imports: Vec::new(),
            exports: Vec::new(),
            export_index: HashMap::new(),
            _functions: Vec::new(),
            _buffer: buffer,
        };
        inner.imports = inner.read_imports();
        // SAFETY: the module was loaded just now, with `no_resolve`.
        inner._functions = unsafe { link::link(handle, &inner.imports, offers)? };
        inner.imports = inner.read_imports();
        inner.exports = inner.read_exports();
        let names = inner.exports.iter().map(|export| export.name.clone());
        inner.export_index = names.zip(0..).collect();
        Ok(Module { inner: Arc::new(inner) })
    }

    /// Makes an instance and runs its start function.
    ///
    /// # Errors
    /// [`Error::Instantiate`] with WAMR's text.
    pub fn instantiate(&self, config: &InstanceConfig) -> Result<Instance, Error> {
        Instance::new(self, config)
    }

    /// The imports, in WAMR's order: for `.aot` files first functions, then globals, and no tables
    /// or memories, which are not linked.
    pub fn imports(&self) -> &[ImportType] {
        &self.inner.imports
    }

    /// The exports.
    pub fn exports(&self) -> &[ExportType] {
        &self.inner.exports
    }

    /// The content of a custom section.
    pub fn custom_section(&self, name: &str) -> Option<&[u8]> {
        let name = CString::new(name).ok()?;
        let mut size = 0;
        // SAFETY: the module is loaded, and the section lies in its buffer.
        unsafe {
            let section = ffi::wasm_runtime_get_custom_section(
                self.inner.handle,
                name.as_ptr(),
                &raw mut size,
            );
            (!section.is_null()).then(|| slice::from_raw_parts(section, size as usize))
        }
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ModuleInner { imports, exports, .. } = &*self.inner;
        f.debug_struct("Module").field("imports", imports).field("exports", exports).finish()
    }
}

impl ModuleInner {
    pub(crate) fn export(&self, name: &str) -> Option<&ExternType> {
        self.export_index.get(name).map(|&index| &self.exports[index].ty)
    }

    fn read_imports(&self) -> Vec<ImportType> {
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

    fn read_exports(&self) -> Vec<ExportType> {
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
}

impl Drop for ModuleInner {
    fn drop(&mut self) {
        // SAFETY: every instance keeps the module alive, so none is left.
        unsafe { ffi::wasm_runtime_unload(self.handle) };
    }
}

/// Writes the version that the runtime takes over an equivalent one, and refuses others.
fn adjust_version(bytes: &mut [u8], supported: u32) -> Result<(), Error> {
    let Some(header) = bytes.get_mut(..HEADER_SIZE) else { return Ok(()) };
    let (magic, version) = header.split_at_mut(4);
    if *magic != MAGIC.to_le_bytes() {
        return Ok(());
    }
    let found = u32::from_le_bytes([version[0], version[1], version[2], version[3]]);
    if SAME_VERSIONS.contains(&found) && SAME_VERSIONS.contains(&supported) {
        version.copy_from_slice(&supported.to_le_bytes());
    } else if found != supported {
        let takes_it = |release: &Release| release.facts().accepted_versions.contains(&found);
        let releases = Release::all().filter(takes_it).collect();
        return Err(Error::AotVersion { found, supported, releases });
    }
    Ok(())
}

/// A private copy of a module's bytes. The loader wants an `.aot` file aligned to 4 at least.
struct Buffer {
    words: Vec<u64>,
    size: usize,
}

impl Buffer {
    fn new(bytes: &[u8]) -> Buffer {
        let mut words = vec![0u64; bytes.len().div_ceil(8)];
        for (word, chunk) in words.iter_mut().zip(bytes.chunks(8)) {
            let mut padded = [0; 8];
            padded[..chunk.len()].copy_from_slice(chunk);
            *word = u64::from_ne_bytes(padded);
        }
        Buffer { words, size: bytes.len() }
    }

    fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: the words have at least that many bytes, and any byte is part of a valid word.
        unsafe { slice::from_raw_parts_mut(self.words.as_mut_ptr().cast(), self.size) }
    }
}

/// A place for an error text of WAMR.
pub(crate) struct ErrorText([u8; ERROR_SIZE]);

impl ErrorText {
    pub(crate) fn new() -> ErrorText {
        ErrorText([0; ERROR_SIZE])
    }

    pub(crate) fn as_mut_ptr(&mut self) -> *mut c_char {
        self.0.as_mut_ptr().cast()
    }

    pub(crate) fn size(&self) -> u32 {
        const { assert!(ERROR_SIZE <= 4096) };
        ERROR_SIZE as u32
    }

    /// The text up to its NUL. Some of the loader's checks fail without one.
    pub(crate) fn text(&self) -> String {
        let text = self.0.split(|&byte| byte == 0).next().unwrap_or_default();
        if text.is_empty() {
            return "WAMR gives no reason".to_owned();
        }
        String::from_utf8_lossy(text).trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(version: u32) -> Vec<u8> {
        [MAGIC.to_le_bytes(), version.to_le_bytes()].concat()
    }

    #[test]
    fn equivalent_versions_are_renumbered() {
        for (found, supported) in [(5, 6), (6, 5), (6, 6)] {
            let mut bytes = header(found);
            assert_eq!(adjust_version(&mut bytes, supported), Ok(()));
            assert_eq!(bytes, header(supported));
        }
    }

    #[test]
    fn other_versions_name_their_releases() {
        let error = adjust_version(&mut header(3), 6).unwrap_err().to_string();
        assert!(error.contains("made for WAMR 2.0.0, 2.1.0"), "{error}");
        let error = adjust_version(&mut header(77), 6).unwrap_err().to_string();
        assert!(!error.contains("made for"), "{error}");
    }
}
