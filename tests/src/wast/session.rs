//! The instances of a script, and links between them.
//!
//! WAMR links compiled modules only with host functions and with values for globals:
//! - a function of another instance becomes a host function that calls it; references to functions
//!   cannot be passed, since WAMR identifies them by their index in a module;
//! - a global of another instance is copied;
//! - memories and tables are not linked, and nothing checks them.

use super::wamrc::Wamrc;
use cwamrc::{ErrorKind, Options};
use std::collections::{BTreeMap, HashMap};
use wamr_shim::{
    Error, ExternType, FuncType, HostFunc, Instance, InstanceConfig, Module, Object, Runtime, Val,
};

/// What [`Error::Instantiate`] says before the reason (`aot_runtime.c`, `set_error_buf`).
const INSTANTIATE_PREFIX: &str = "AOT module instantiate failed: ";
/// What precedes the text of a start function's trap (`wasm_set_exception`).
const EXCEPTION_PREFIX: &str = "Exception: ";
/// The message for a missing global (`aot_runtime.c`, `check_linked_symbol`).
const UNKNOWN_GLOBAL: &str = "failed to link import global";
/// The message for a global of WAMR's own with another type (`aot_loader.c`,
/// `load_import_globals`).
const INCOMPATIBLE_GLOBAL: &str = "incompatible import type";
/// The message for a memory or table that the host module `spectest` does not have (`spectest.rs`
/// of the compiler).
const UNLINKABLE_STORAGE: &str = "unknown import or incompatible import type";

/// Why there is no instance.
pub(super) enum Failure {
    /// The compiler refuses the module.
    Compile(cwamrc::Error),
    /// The runtime refuses the file.
    Load(String),
    /// An import is missing or has another type.
    Link(String),
    /// Initialisation or the start function ended in a trap with this text.
    Trap(String),
}

impl Failure {
    /// The failure as a message.
    pub(super) fn text(&self) -> String {
        match self {
            Failure::Compile(error) => format!("not compiled: {error}"),
            Failure::Load(text) => format!("not loaded: {text}"),
            Failure::Link(text) => format!("not linked: {text}"),
            Failure::Trap(text) => format!("trap: {text}"),
        }
    }
}

/// Starts a runtime.
pub(super) type Start = dyn Fn() -> Result<Runtime, String>;

/// An emulator that serves many more modules takes gigabytes: qemu-user 7.2 never forgets the pages
/// that a process has had.
const MODULES_PER_RUNTIME: usize = 40;

/// The state that the directives of a script act on.
pub(super) struct Session {
    start: Box<Start>,
    runtime: Runtime,
    /// Modules that directives have defined in the runtime.
    defined: usize,
    options: Options,
    wamrc: Option<Wamrc>,
    current: Option<Instance>,
    named: HashMap<String, Instance>,
    registered: BTreeMap<String, Instance>,
    /// By module and name, functions that WAMR cannot link, with the reason.
    unlinkable: HashMap<(String, String), String>,
}

impl Session {
    pub(super) fn new(
        options: Options,
        wamrc: Option<Wamrc>,
        start: Box<Start>,
    ) -> Result<Session, String> {
        Ok(Session {
            runtime: start()?,
            start,
            defined: 0,
            options,
            wamrc,
            current: None,
            named: HashMap::new(),
            registered: BTreeMap::new(),
            unlinkable: HashMap::new(),
        })
    }

    /// Prepares for a module that replaces the current one. Sometimes uses a new runtime, if
    /// nothing of the old one is left.
    pub(super) fn replace_current(&mut self) -> Result<(), String> {
        self.current = None;
        self.defined += 1;
        let is_needed = !self.named.is_empty() || !self.registered.is_empty();
        if self.defined >= MODULES_PER_RUNTIME && !is_needed {
            self.runtime = (self.start)()?;
            self.defined = 0;
        }
        Ok(())
    }

    pub(super) fn compile(&self, wasm: &[u8]) -> Result<Vec<u8>, cwamrc::Error> {
        cwamrc::compile(wasm, &self.options).map(cwamrc::Artifact::into_bytes)
    }

    /// Compiles, links and instantiates a module.
    pub(super) fn instantiate(&self, wasm: &[u8]) -> Result<Instance, Failure> {
        let mut aot = self.compile(wasm).map_err(compile_failure)?;
        if let Some(wamrc) = &self.wamrc {
            aot = wamrc.compile(wasm).map_err(Failure::Load)?;
        }
        self.offer_globals();
        let module = self.runtime.load(&aot).map_err(load_failure)?;
        self.check_functions(&module)?;
        module.instantiate(&InstanceConfig::default()).map_err(instantiate_failure)
    }

    /// Makes an instance the one that later directives refer to, by its name or without a name.
    /// After a module without an instance, they refer to none.
    pub(super) fn define(&mut self, name: Option<&str>, instance: Option<Instance>) {
        if let Some(name) = name {
            match &instance {
                Some(instance) => self.named.insert(name.to_owned(), instance.clone()),
                None => self.named.remove(name),
            };
        }
        self.current = instance;
    }

    pub(super) fn instance(&self, name: Option<&str>) -> Result<&Instance, String> {
        match name {
            Some(name) => self.named.get(name).ok_or_else(|| format!("no instance ${name}")),
            None => self.current.as_ref().ok_or_else(|| "no instance".to_owned()),
        }
    }

    /// Offers the exports of an instance for import from `module`.
    pub(super) fn register(&mut self, module: &str, name: Option<&str>) -> Result<(), String> {
        let instance = self.instance(name)?.clone();
        for export in instance.module().exports() {
            if let ExternType::Func(ty) = &export.ty {
                let function = forward(instance.clone(), &export.name, ty);
                if let Err(error) = self.runtime.register_host_module(module, vec![function]) {
                    let key = (module.to_owned(), export.name.clone());
                    self.unlinkable.insert(key, error.to_string());
                }
            }
        }
        self.registered.insert(module.to_owned(), instance);
        Ok(())
    }

    /// Offers the current values of the globals of registered instances.
    fn offer_globals(&self) {
        for (module, instance) in &self.registered {
            for export in instance.module().exports() {
                let ExternType::Global { mutable, .. } = export.ty else { continue };
                match instance.global(&export.name) {
                    None
                    | Some(Val::FuncRef(Some(_)) | Val::AnyRef(Some(_)) | Val::ExternAny(_)) => {}
                    Some(value) => {
                        self.runtime.register_host_global(module, &export.name, value, mutable);
                    }
                }
            }
        }
    }

    /// WAMR only warns about functions that are missing or, for its own, have another type.
    fn check_functions(&self, module: &Module) -> Result<(), Failure> {
        for import in module.imports() {
            if matches!(import.ty, ExternType::Func(_)) && !import.linked {
                let key = (import.module.clone(), import.name.clone());
                let reason = self.unlinkable.get(&key).map_or("not linked", String::as_str);
                let (module, name) = key;
                return Err(Failure::Link(format!("function {module:?} {name:?}: {reason}")));
            }
        }
        Ok(())
    }
}

/// A host function that calls an exported function of another instance.
fn forward(instance: Instance, name: &str, ty: &FuncType) -> HostFunc {
    let export = name.to_owned();
    HostFunc::new(name, ty.clone(), move |_, arguments| {
        check_values(arguments)?;
        let results = instance.call(&export, arguments).map_err(|trap| trap.message)?;
        check_values(&results)?;
        Ok(results)
    })
}

fn check_values(values: &[Val]) -> Result<(), String> {
    for value in values {
        match value {
            Val::FuncRef(Some(_)) => {
                return Err("a reference to a function does not leave its module".to_owned());
            }
            Val::AnyRef(Some(Object::Struct | Object::Array))
            | Val::ExternAny(Object::Struct | Object::Array) => {
                return Err("a reference to an object does not leave its module".to_owned());
            }
            _ => {}
        }
    }
    Ok(())
}

fn compile_failure(error: cwamrc::Error) -> Failure {
    if error.kind() == ErrorKind::Unsupported && error.message().starts_with(UNLINKABLE_STORAGE) {
        return Failure::Link(error.to_string());
    }
    Failure::Compile(error)
}

fn load_failure(error: Error) -> Failure {
    match error {
        Error::Link(text) => Failure::Link(text),
        Error::Load(text) if text.contains(INCOMPATIBLE_GLOBAL) => Failure::Link(text),
        error => Failure::Load(error.to_string()),
    }
}

fn instantiate_failure(error: Error) -> Failure {
    let Error::Instantiate(text) = error else { return Failure::Load(error.to_string()) };
    let reason = text.strip_prefix(INSTANTIATE_PREFIX).unwrap_or(&text);
    if reason.starts_with(UNKNOWN_GLOBAL) {
        return Failure::Link(reason.to_owned());
    }
    Failure::Trap(reason.strip_prefix(EXCEPTION_PREFIX).unwrap_or(reason).to_owned())
}
