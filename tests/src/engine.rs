//! Modules in the wasm text format, compiled in every way that matters and run in WAMR.

use std::fmt;

use cwamrc::{BoundsChecks, OptLevel, Options, Release};
use wamr_shim::{HostFunc, Instance, InstanceConfig, Runtime};

/// A way to run a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Compiled, with these options.
    Compiled(BoundsChecks, OptLevel),
    /// WAMR's interpreter: an opinion on expectations that is not ours.
    Interpreter,
}

impl Engine {
    /// Every combination of bounds checks and levels that the runtime is meant for. One without
    /// guard pages takes only code that checks for itself.
    pub fn compiled() -> impl Iterator<Item = Self> {
        let hardware =
            (!cfg!(feature = "software-bounds-checks")).then_some(BoundsChecks::Hardware);
        let checks = [BoundsChecks::Software].into_iter().chain(hardware);
        // Level 2 makes the code of level 3.
        let levels = [OptLevel::O0, OptLevel::O1, OptLevel::O3];
        checks.flat_map(move |checks| levels.map(|level| Self::Compiled(checks, level)))
    }

    /// The compiled ways, and the interpreter.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::compiled().chain([Self::Interpreter])
    }

    /// The bytes that the runtime gets.
    ///
    /// # Panics
    /// If `wat` is not the text of a module that compiles.
    pub fn prepare(self, wat: &str) -> Vec<u8> {
        let wasm = wat::parse_str(wat).unwrap_or_else(|error| panic!("{error}"));
        let Self::Compiled(checks, level) = self else { return wasm };
        let options = Options::new().bounds_checks(checks).opt_level(level).release(Release::Main);
        let artifact = cwamrc::compile(&wasm, &options);
        artifact.unwrap_or_else(|error| panic!("{self}: {error}")).into_bytes()
    }

    /// An instance of the module `wat`, with `imports` as host module `env`.
    ///
    /// # Errors
    /// If the runtime cannot instantiate it.
    ///
    /// # Panics
    /// If the module does not compile, or the runtime does not load it.
    pub fn try_instantiate(
        self,
        wat: &str,
        imports: Vec<HostFunc>,
    ) -> Result<Instance, wamr_shim::Error> {
        let runtime = Runtime::new().expect("the runtime starts");
        runtime.register_host_module("env", imports).expect("the runtime takes the host functions");
        let module = runtime.load(&self.prepare(wat));
        let module = module.unwrap_or_else(|error| panic!("{self}: {error}"));
        module.instantiate(&InstanceConfig::default())
    }

    /// As [`Engine::try_instantiate`].
    ///
    /// # Panics
    /// Also if the runtime cannot instantiate it.
    pub fn instantiate(self, wat: &str, imports: Vec<HostFunc>) -> Instance {
        let instance = self.try_instantiate(wat, imports);
        instance.unwrap_or_else(|error| panic!("{self}: {error}"))
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compiled(checks, level) => write!(f, "{checks:?} checks, {level:?}"),
            Self::Interpreter => f.write_str("interpreter"),
        }
    }
}
