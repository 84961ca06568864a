//! Modules in the wasm text format, compiled in every relevant way and run in WAMR.

use std::fmt;

use cwamrc::{BoundsChecks, CallStacks, OptLevel, Release};
use wamr_shim::{HostFunc, Instance, InstanceConfig, Runtime};

use crate::machine::{Build, Machine};

/// A way to run a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Engine {
    machine: Machine,
    code: Code,
    vectors: bool,
    /// Compiled to run in place.
    in_place: bool,
    /// Compiled with these frames.
    call_stacks: Option<CallStacks>,
    /// Compiled with calls of the runtime for every operator that can be one.
    intrinsics: bool,
    /// Compiled so that NaNs are canonical.
    canonical_nans: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    /// Compiled, with these options.
    Compiled(BoundsChecks, OptLevel),
    /// WAMR's interpreter: an independent check of expectations.
    Interpreted,
}

impl Engine {
    /// WAMR's interpreter.
    pub fn interpreter() -> Self {
        Self::new(Machine::Here, Code::Interpreted)
    }

    fn new(machine: Machine, code: Code) -> Self {
        Self {
            machine,
            code,
            vectors: false,
            in_place: false,
            call_stacks: None,
            intrinsics: false,
            canonical_nans: false,
        }
    }

    /// Every combination of bounds checks and levels that the runtime supports, here and, with
    /// fewer levels, on every other machine. A runtime without guard pages supports only code that
    /// checks bounds itself.
    pub fn compiled() -> impl Iterator<Item = Self> {
        let here = [OptLevel::O0, OptLevel::O1, OptLevel::O2, OptLevel::O3];
        let here = here.map(|level| (Machine::Here, level));
        // The native runner, once, for what applies to runners without an emulator.
        let runner = [(Machine::native_runner(), OptLevel::O3)];
        let foreign =
            Machine::foreign().flat_map(|each| [(each, OptLevel::O0), (each, OptLevel::O3)]);
        let relocated =
            here.into_iter().chain(runner).chain(foreign).flat_map(|(machine, level)| {
                let checks = Build::checks().iter();
                checks.map(move |&checks| Self::new(machine, Code::Compiled(checks, level)))
            });
        relocated.chain(Self::in_place())
    }

    /// Levels 0 and 3 with each kind of bounds checks on this machine's runtimes with garbage
    /// collection, and level 3 on those of others. The second of each pair of runtimes here
    /// collects at every allocation.
    pub fn collecting() -> impl Iterator<Item = Self> {
        Machine::collecting().flat_map(|machine| {
            let levels = match machine.is_foreign() {
                true => &[OptLevel::O3][..],
                false => &[OptLevel::O0, OptLevel::O3],
            };
            levels.iter().flat_map(move |&level| {
                let checks = Build::checks().iter();
                checks.map(move |&checks| Self::new(machine, Code::Compiled(checks, level)))
            })
        })
    }

    /// Once on every machine, code that runs in place.
    fn in_place() -> impl Iterator<Item = Self> {
        let code = Code::Compiled(Build::checks()[0], OptLevel::O3);
        let machines = [Machine::Here].into_iter().chain(Machine::foreign());
        machines.map(move |machine| Self { in_place: true, ..Self::new(machine, code) })
    }

    /// The compiled ways that differ in the code for numbers: levels 0 and 3 on every machine, and
    /// code that runs in place.
    pub fn for_numbers() -> impl Iterator<Item = Self> {
        let codes = [OptLevel::O0, OptLevel::O3];
        let codes = codes.map(|level| Code::Compiled(Build::checks()[0], level));
        let is_here = |machine| machine == Machine::Here;
        let is_wanted = move |machine| is_here(machine) || Machine::foreign().any(|f| f == machine);
        Self::compiled().filter(move |each| codes.contains(&each.code) && is_wanted(each.machine))
    }

    /// The compiled ways, and the interpreter.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::compiled().chain([Self::interpreter()])
    }

    /// The same for modules that have vectors.
    pub fn with_vectors(self) -> Self {
        Self { vectors: true, ..self }
    }

    /// The same with call-stack frames and names for them; the interpreter has its own frames.
    pub fn with_call_stacks(self, frames: CallStacks) -> Self {
        Self { call_stacks: Some(frames), ..self }
    }

    /// The same with calls of the runtime for all operators that can be one.
    pub fn with_intrinsics(self) -> Self {
        Self { intrinsics: true, ..self }
    }

    /// The same with NaNs made canonical.
    pub fn with_canonical_nans(self) -> Self {
        Self { canonical_nans: true, ..self }
    }

    /// Whether a store across the end of memory may have written the part inside before it traps:
    /// see [`Machine::may_tear_stores`].
    pub fn may_tear_stores(self) -> bool {
        let hardware = matches!(self.code, Code::Compiled(BoundsChecks::Hardware, _));
        hardware && self.machine.may_tear_stores()
    }

    /// The maximum number of recursive calls that share a frame: level 3 inlines up to six.
    pub fn most_calls_in_a_frame(self) -> usize {
        if matches!(self.code, Code::Compiled(_, OptLevel::O3)) { 7 } else { 1 }
    }

    /// Where modules run.
    pub fn machine(self) -> Machine {
        self.machine
    }

    /// The bytes that the runtime loads.
    ///
    /// # Panics
    /// If `wat` is not the text of a module that compiles.
    pub fn prepare(self, wat: &str) -> Vec<u8> {
        let wasm = wat::parse_str(wat).unwrap_or_else(|error| panic!("{error}"));
        let Code::Compiled(checks, level) = self.code else { return wasm };
        let options = match self.vectors {
            true => self.machine.options_with_vectors(),
            false => self.machine.options(),
        };
        let mut options =
            options.bounds_checks(checks).opt_level(level).indirect_mode(self.in_place);
        options.call_stacks = self.call_stacks;
        if self.intrinsics {
            options.builtin_intrinsics = "all".parse().expect("it is the name of all");
        }
        options.canonicalize_nans = self.canonical_nans;
        if self.call_stacks.is_some() {
            options.emit_custom_sections = vec!["name".to_owned()];
        }
        let artifact = cwamrc::compile(&wasm, &options.release(Release::Main));
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
        self.try_instantiate_in(&self.machine.runtime(), wat, imports)
    }

    fn try_instantiate_in(
        self,
        runtime: &Runtime,
        wat: &str,
        imports: Vec<HostFunc>,
    ) -> Result<Instance, wamr_shim::Error> {
        runtime.register_host_module("env", imports).expect("the runtime takes the host functions");
        let module = runtime.load(&self.prepare(wat));
        let module = module.unwrap_or_else(|error| panic!("{self}: {error}"));
        module.instantiate(&InstanceConfig::default())
    }

    /// Like [`Engine::try_instantiate`].
    ///
    /// # Panics
    /// Also if the runtime cannot instantiate it.
    pub fn instantiate(self, wat: &str, imports: Vec<HostFunc>) -> Instance {
        self.instantiate_in(&self.machine.runtime(), wat, imports)
    }

    /// Like [`Engine::instantiate`], in a runtime of [`Engine::machine`].
    ///
    /// # Panics
    /// Those of [`Engine::instantiate`].
    pub fn instantiate_in(self, runtime: &Runtime, wat: &str, imports: Vec<HostFunc>) -> Instance {
        let instance = self.try_instantiate_in(runtime, wat, imports);
        instance.unwrap_or_else(|error| panic!("{self}: {error}"))
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Code::Compiled(checks, level) => {
                let place = if self.in_place { ", in place" } else { "" };
                let calls = if self.intrinsics { ", with intrinsics" } else { "" };
                let nans = if self.canonical_nans { ", with canonical NaNs" } else { "" };
                write!(f, "{}, {checks:?} checks, {level:?}{place}{calls}{nans}", self.machine)
            }
            Code::Interpreted => f.write_str("interpreter"),
        }
    }
}
