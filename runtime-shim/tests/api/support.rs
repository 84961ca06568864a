//! Functions shared by the tests: from text to instance.

use wamr_shim::{Instance, InstanceConfig, Module, Runtime};

/// A handle of the process-wide runtime.
pub(crate) fn runtime() -> Runtime {
    Runtime::new().expect("the runtime can be set up")
}

/// Loads a module from the text format; the interpreter runs it.
pub(crate) fn load(runtime: &Runtime, text: &str) -> Module {
    let wasm = wat::parse_str(text).expect("the test's text is right");
    runtime.load(&wasm).expect("the module loads")
}

/// Loads and instantiates, without any import.
pub(crate) fn instantiate(text: &str) -> Instance {
    load(&runtime(), text).instantiate(&InstanceConfig::default()).expect("it instantiates")
}
