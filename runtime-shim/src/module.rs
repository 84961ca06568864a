//! Loaded modules.

use crate::error::Error;
use crate::host::HostFunc;
use crate::instance::{Instance, InstanceConfig};
use crate::link::{self, Links};
use crate::runtime::{Offers, Runtime};
use crate::types::{ExportType, ExternType, ImportType};
use crate::{local, remote};
use std::collections::HashMap;
use std::ffi::{CString, c_char};
use std::fmt;
use std::sync::Arc;
use wamr_abi::format::{HEADER_SIZE, MAGIC, SECTION_HEADER_SIZE, feature};
use wamr_abi::releases::Release;

/// AOT versions with the same meaning: the step from 5 to 6 changed neither the container nor the
/// ABI of a file without garbage collection.
const SAME_VERSIONS: [u32; 2] = [5, 6];

/// Where the feature flags are in a file: the target info, in the first section, begins with 16
/// bytes about the machine.
const FEATURE_FLAGS: usize = HEADER_SIZE + SECTION_HEADER_SIZE + 16;

/// Room for WAMR's error texts, which are at most 128 bytes long inside it.
const ERROR_SIZE: usize = 256;

/// A loaded module. Clones share it.
#[derive(Clone)]
pub struct Module {
    pub(crate) inner: Arc<ModuleInner>,
}

pub(crate) struct ModuleInner {
    /// Must be dropped before what it depends on.
    pub(crate) place: Place,
    imports: Vec<ImportType>,
    exports: Vec<ExportType>,
    export_index: HashMap<String, usize>,
    /// The host functions that the module imports, as known to the runtime.
    pub(crate) functions: Vec<Arc<HostFunc>>,
}

/// The process that contains a module.
pub(crate) enum Place {
    Here(local::LocalModule),
    Runner(remote::RemoteModule),
}

impl Module {
    pub(crate) fn load(bytes: &[u8], runtime: &Runtime, offers: &Offers) -> Result<Module, Error> {
        check_collection(bytes, runtime.has_gc())?;
        let mut bytes = bytes.to_vec();
        adjust_version(&mut bytes, runtime.aot_version())?;
        let (place, imports) = match runtime.runner() {
            None => {
                let module = local::LocalModule::load(&bytes)?;
                let imports = module.imports();
                (Place::Here(module), imports)
            }
            Some(runner) => {
                let (module, imports) = remote::RemoteModule::load(runner, &bytes)?;
                (Place::Runner(module), imports)
            }
        };
        let links = Links::choose(&imports, offers, runtime.references())?;
        let (imports, exports) = match &place {
            Place::Here(module) => {
                // SAFETY: the module was loaded just now, and the functions outlive it below.
                unsafe { link::link(module.handle, &imports, &links)? };
                (module.imports(), module.exports())
            }
            Place::Runner(module) => module.link(&links)?,
        };
        let names = exports.iter().map(|export| export.name.clone());
        let export_index = names.zip(0..).collect();
        let functions = links.functions().cloned().collect();
        let inner = ModuleInner { place, imports, exports, export_index, functions };
        Ok(Module { inner: Arc::new(inner) })
    }

    /// Creates an instance and runs its start function.
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
    pub fn custom_section(&self, name: &str) -> Option<Vec<u8>> {
        let name = CString::new(name).ok()?;
        match &self.inner.place {
            Place::Here(module) => module.custom_section(&name),
            Place::Runner(module) => module.custom_section(&name),
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
}

/// Whether these are the bytes of an `.aot` file for a runtime with garbage collection: every file
/// is either for such runtimes or for the others.
pub fn needs_gc(bytes: &[u8]) -> bool {
    feature_flags(bytes).is_some_and(|flags| flags & feature::GARBAGE_COLLECTION != 0)
}

/// The feature flags of an `.aot` file, whose first section has them.
fn feature_flags(bytes: &[u8]) -> Option<u64> {
    let bytes = bytes.strip_prefix(&MAGIC.to_le_bytes())?;
    bytes.get(FEATURE_FLAGS - 4..)?.first_chunk().map(|flags| u64::from_le_bytes(*flags))
}

/// Refuses a file for the other kind of runtime. WAMR itself does not always do that.
fn check_collection(bytes: &[u8], has_gc: bool) -> Result<(), Error> {
    match feature_flags(bytes) {
        Some(_) if needs_gc(bytes) == has_gc => Ok(()),
        Some(_) if has_gc => {
            Err(Error::Load("the file is for a runtime without garbage collection".to_owned()))
        }
        Some(_) => Err(Error::Load("the file needs a runtime with garbage collection".to_owned())),
        None => Ok(()),
    }
}

/// Replaces an equivalent version by the one that the runtime loads, and refuses other versions.
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

    /// See [`error_text`].
    pub(crate) fn text(&self) -> String {
        error_text(&self.0)
    }
}

/// The text up to its NUL. Some of the loader's checks fail without one.
pub(crate) fn error_text(bytes: &[u8]) -> String {
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    if text.is_empty() {
        return "WAMR gives no reason".to_owned();
    }
    String::from_utf8_lossy(text).trim_end().to_owned()
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
    fn files_are_for_one_kind_of_runtime() {
        let mut file = header(6);
        assert!(!needs_gc(&file));
        file.resize(FEATURE_FLAGS, 0);
        file.extend(feature::GARBAGE_COLLECTION.to_le_bytes());
        assert!(needs_gc(&file));
        assert_eq!(check_collection(&file, true), Ok(()));
        assert!(check_collection(&file, false).is_err());
        file[FEATURE_FLAGS] = feature::REF_TYPES as u8;
        assert!(!needs_gc(&file));
        assert!(check_collection(&file, true).is_err());
        assert_eq!(check_collection(&file, false), Ok(()));
        // A module for the interpreter.
        assert_eq!(check_collection(b"\0asm", true), Ok(()));
    }

    #[test]
    fn other_versions_name_their_releases() {
        let error = adjust_version(&mut header(3), 6).unwrap_err().to_string();
        assert!(error.contains("made for WAMR 2.0.0, 2.1.0"), "{error}");
        let error = adjust_version(&mut header(77), 6).unwrap_err().to_string();
        assert!(!error.contains("made for"), "{error}");
    }
}
