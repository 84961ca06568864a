//! Links the imports of a loaded module with what the host offers.
//!
//! WAMR does not compare types for raw native functions, so this is done here; the trampoline
//! relies on it. Only functions that the module imports are registered, and only while WAMR
//! resolves its imports, with a lock held, since the list of native functions is one per process
//! and has no lock.

use crate::error::Error;
use crate::ffi;
use crate::host::HostFunc;
use crate::runtime::{HostGlobal, Offers, show};
use crate::types::{ExternType, FuncType, ImportType, References, ValType};
use crate::val::Val;
use std::collections::BTreeMap;
use std::ffi::CString;
use std::sync::{Arc, Mutex, PoisonError};

/// Guards WAMR's list of native functions.
static NATIVES: Mutex<()> = Mutex::new(());

/// What to link a module's imports with.
#[derive(Default)]
pub(crate) struct Links {
    /// Index of the import, and the bytes of the value.
    pub(crate) globals: Vec<(u32, [u8; 16])>,
    /// By module name.
    pub(crate) modules: BTreeMap<String, Vec<Arc<HostFunc>>>,
}

impl Links {
    /// Chooses among the offers for the imports of a module.
    pub(crate) fn choose(
        imports: &[ImportType],
        offers: &Offers,
        references: References,
    ) -> Result<Links, Error> {
        let mut links = Links::default();
        for (index, import) in (0..).zip(imports) {
            match &import.ty {
                ExternType::Func(ty) => {
                    if let Some(function) = offers.function(&import.module, &import.name) {
                        check_function(import, ty, function)?;
                        let functions = links.modules.entry(import.module.clone()).or_default();
                        functions.push(function.clone());
                    }
                }
                &ExternType::Global { value, mutable } => {
                    if let Some(global) = offers.global(&import.module, &import.name) {
                        let bytes = global_bytes(import, (value, mutable), global, references)?;
                        links.globals.push((index, bytes));
                    }
                }
                ExternType::Table { .. } | ExternType::Memory { .. } => {}
            }
        }
        Ok(links)
    }

    /// The functions, in the order of the modules.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &Arc<HostFunc>> {
        self.modules.values().flatten()
    }
}

/// Links the imports of `module`. The functions must outlive it.
///
/// # Safety
/// `module` was loaded with `no_resolve` and has no instance yet; `imports` are its imports, and
/// `links` were chosen for them.
pub(crate) unsafe fn link(
    module: ffi::wasm_module_t,
    imports: &[ImportType],
    links: &Links,
) -> Result<(), Error> {
    for (index, bytes) in &links.globals {
        // SAFETY: by the contract of this function. WAMR copies the bytes, which are as long as its
        // largest value.
        if !unsafe { ffi::wamr_shim_link_global(module, *index, bytes.as_ptr().cast(), 16) } {
            return Err(global_error(&imports[*index as usize], "WAMR cannot find it"));
        }
    }
    let registrations =
        links.modules.iter().map(|(module, functions)| Registration::new(module, functions));
    let registrations = registrations.collect::<Result<Vec<_>, Error>>()?;

    let _natives = NATIVES.lock().unwrap_or_else(PoisonError::into_inner);
    let registered: Vec<Registered> = registrations.into_iter().map(Registration::add).collect();
    // It returns false if some imports are missing; these trap when they are called. SAFETY: by the
    // contract of this function.
    unsafe { ffi::wasm_runtime_resolve_symbols(module) };
    drop(registered);
    Ok(())
}

fn check_function(import: &ImportType, ty: &FuncType, function: &HostFunc) -> Result<(), Error> {
    if *ty == function.ty {
        return Ok(());
    }
    let ImportType { module, name, .. } = import;
    let (wanted, offered) = (show(ty), show(&function.ty));
    Err(Error::Link(format!(
        "import {module:?} {name:?} is a function {wanted}, the host function is {offered}"
    )))
}

fn global_bytes(
    import: &ImportType,
    (ty, mutable): (ValType, bool),
    global: HostGlobal,
    references: References,
) -> Result<[u8; 16], Error> {
    if (ty, mutable) != (global.value.ty(), global.mutable) {
        return Err(global_error(import, "the host's global has another type"));
    }
    let bits = match global.value {
        // A reference would have to belong to an instance, and there is none yet.
        Val::ExternRef(Some(_)) | Val::ExternAny(_) | Val::AnyRef(Some(_)) => {
            return Err(global_error(import, "WAMR has no externref to share with it"));
        }
        Val::FuncRef(Some(_)) if references == References::Objects => {
            return Err(global_error(import, "WAMR has no function to share with it"));
        }
        Val::ExternRef(None) | Val::FuncRef(None) if references == References::Numbers => {
            u128::from(u32::MAX)
        }
        value => value.to_bits(references),
    };
    Ok(bits.to_le_bytes())
}

fn global_error(import: &ImportType, problem: &str) -> Error {
    let ImportType { module, name, .. } = import;
    Error::Link(format!("import {module:?} {name:?} is a global; {problem}"))
}

/// The functions of one host module, in WAMR's form.
struct Registration {
    module: CString,
    symbols: Vec<ffi::NativeSymbol>,
    /// The symbols point to them.
    _names: Vec<CString>,
}

/// A registration with WAMR, which ends when this is dropped.
struct Registered(Registration);

impl Registration {
    fn new(module: &str, functions: &[Arc<HostFunc>]) -> Result<Registration, Error> {
        let c_string = |text: &str| {
            CString::new(text).map_err(|_| Error::Link(format!("a NUL in the name {text:?}")))
        };
        let names = functions.iter().map(|function| c_string(&function.name));
        let names = names.collect::<Result<Vec<_>, Error>>()?;
        let symbols =
            functions.iter().zip(&names).map(|(function, name)| function.native_symbol(name));
        Ok(Registration { module: c_string(module)?, symbols: symbols.collect(), _names: names })
    }

    fn add(mut self) -> Registered {
        let count = u32::try_from(self.symbols.len()).expect("fewer functions than imports");
        // SAFETY: the array and the names live until they are unregistered, and the functions as
        // long as the module. It fails only without memory; the import then stays unlinked.
        unsafe {
            ffi::wasm_runtime_register_natives_raw(
                self.module.as_ptr(),
                self.symbols.as_mut_ptr(),
                count,
            );
        }
        Registered(self)
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let Registration { module, symbols, .. } = &mut self.0;
        // SAFETY: the array that was registered.
        unsafe { ffi::wasm_runtime_unregister_natives(module.as_ptr(), symbols.as_mut_ptr()) };
    }
}
