//! Where attacks run: machines, compilation modes, and the neighbours of the attacker.

use std::fmt;

use cwamrc::instrument::Gas;
use cwamrc::{BoundsChecks, CallStacks, ErrorKind, OptLevel, Options, Release};
use cwamrc_tests::machine::Machine;
use wamr_shim::{FuncType, HostFunc, Instance, InstanceConfig, Runtime, Val};

/// The native stack for WebAssembly, in bytes. It is small, so that its end is reached soon.
const STACK: usize = 1 << 20;

/// A machine, and compilation options that suit its runtime.
pub(crate) struct Place {
    pub(crate) machine: Machine,
    pub(crate) options: Options,
    what: &'static str,
    /// Of the attacks that exist by the thousand, one out of this many runs here.
    share: usize,
}

/// The share for places that differ little from others, and for emulators, which are slow.
const CHANGED_SHARE: usize = 5;
const FOREIGN_SHARE: usize = 9;

type Change = fn(&mut Options);

/// Variations of the options other than levels and bounds checks.
const CHANGES: &[(&str, Change)] = &[
    ("frames", |options| options.call_stacks = Some(CallStacks::complete())),
    ("in place", |options| options.indirect_mode = true),
    ("frames that are not checked", |options| {
        let mut frames = CallStacks::empty();
        frames.function_index = true;
        options.call_stacks = Some(frames);
    }),
    ("intrinsics", |options| options.builtin_intrinsics = all()),
    ("in place, intrinsics", |options| {
        options.indirect_mode = true;
        options.builtin_intrinsics = all();
    }),
    ("gas", |options| options.instrumentation.gas = Some(Gas::new())),
    ("counted", |options| {
        options.instrumentation.count_instructions = true;
        options.instrumentation.measure_time = true;
    }),
    ("interruptible", |options| options.instrumentation.interruptible = true),
    ("profiled", |options| {
        options.instrumentation.profile_calls = true;
        options.instrumentation.profile_stack = true;
    }),
    ("frame pointers", |options| options.frame_pointers = true),
    ("stack checks", |options| options.stack_bounds_checks = true),
];

fn all() -> cwamrc::Intrinsics {
    "all".parse().expect("it is the name of all")
}

/// All modes on this machine's architecture, in runtimes with and without guard pages, and the main
/// modes on the others.
pub(crate) fn places() -> Vec<Place> {
    let mut places = Vec::new();
    let native = Machine::native_runner();
    let checks = [BoundsChecks::Hardware, BoundsChecks::Software];
    for machine in [native, native.without_guard_pages(), native.sanitized()] {
        for level in [OptLevel::O0, OptLevel::O3] {
            for &checks in checks.iter().filter(|&&checks| machine.is_for(checks)) {
                let share = if machine == native.sanitized() { CHANGED_SHARE } else { 1 };
                let place = Place::new(machine, level, checks, "", |_| ());
                places.push(Place { share, ..place });
            }
        }
        for (&(what, change), turn) in CHANGES.iter().zip(0_usize..) {
            let level = [OptLevel::O3, OptLevel::O0][turn % 2];
            let hardware = machine.is_for(BoundsChecks::Hardware) && turn.is_multiple_of(3);
            let checks = if hardware { BoundsChecks::Hardware } else { BoundsChecks::Software };
            let place = Place::new(machine, level, checks, what, change);
            places.push(Place { share: CHANGED_SHARE, ..place });
        }
    }
    for machine in Machine::foreign() {
        for (level, checks) in [(OptLevel::O3, checks[0]), (OptLevel::O0, checks[1])] {
            if machine.is_for(checks) {
                let place = Place::new(machine, level, checks, "", |_| ());
                places.push(Place { share: FOREIGN_SHARE, ..place });
            }
        }
    }
    // An option that would weaken a check may be refused with an error.
    places.retain(|place| match cwamrc::compile(b"\0asm\x01\0\0\0", &place.options) {
        Ok(_) => true,
        Err(error) if error.kind() == ErrorKind::Unsupported => false,
        Err(error) => panic!("{place}: {error}"),
    });
    places
}

impl Place {
    fn new(
        machine: Machine,
        level: OptLevel,
        checks: BoundsChecks,
        what: &'static str,
        change: Change,
    ) -> Self {
        let options = machine.options_with_vectors().opt_level(level).bounds_checks(checks);
        let mut options = options.release(Release::Main);
        change(&mut options);
        Self { machine, options, what, share: 1 }
    }

    /// Whether attack number `index`, out of very many, runs here.
    pub(crate) fn tries(&self, index: usize) -> bool {
        // Places with other names and levels run other attacks.
        let turn = self.what.len() + self.options.opt_level as usize;
        index % self.share == turn % self.share
    }

    /// Whether accesses are checked only by the runtime's guard pages.
    pub(crate) fn relies_on_pages(&self) -> bool {
        self.options.bounds_checks == BoundsChecks::Hardware
    }

    fn load(&self, runtime: &Runtime, wat: &str, options: &Options) -> Result<Instance, String> {
        let wasm = wat::parse_str(wat).unwrap_or_else(|error| panic!("{error}"));
        let file = cwamrc::compile(&wasm, options);
        let file = file.unwrap_or_else(|error| panic!("{self}: {error}"));
        let module = runtime.load(file.bytes()).unwrap_or_else(|error| panic!("{self}: {error}"));
        module.instantiate(&InstanceConfig::default()).map_err(|error| error.to_string())
    }

    /// Instantiates the module `wat` between two neighbours. It may import the host function
    /// `call_back`, which calls its export `f` with the argument.
    ///
    /// # Errors
    /// If it cannot be instantiated: the runtime's text.
    pub(crate) fn scene(&self, wat: &str) -> Result<Scene, String> {
        let runtime = self.machine.runtime_with_stack(STACK);
        let ty = FuncType::new([wamr_shim::ValType::I32], Some(wamr_shim::ValType::I32));
        let call_back = HostFunc::new("call_back", ty, |caller, arguments| {
            caller.call("f", arguments).map_err(|trap| trap.message)
        });
        runtime.register_host_module("env", vec![call_back]).expect("WAMR takes the function");
        // Gas is for the attacker only.
        let mut options = self.options.clone();
        options.instrumentation.gas = None;
        let neighbour = |seed: i32| {
            let neighbour = self.load(&runtime, NEIGHBOUR, &options).expect("it is harmless");
            neighbour.call("prepare", &[Val::I32(seed)]).expect("it works");
            (seed, neighbour)
        };
        let before = neighbour(3);
        let attacker = self.load(&runtime, wat, &self.options);
        let neighbours = [before, neighbour(77)];
        let scene = Scene { place: self.to_string(), neighbours, attacker: None };
        scene.is_intact();
        Ok(Scene { attacker: Some(attacker?), ..scene })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Options { opt_level, bounds_checks, .. } = &self.options;
        write!(f, "{}, {bounds_checks:?} checks, {opt_level:?} {}", self.machine, self.what)
    }
}

/// Fills its memory, table and globals with values that `check` verifies.
const NEIGHBOUR: &str = r#"(module
    (memory 2 3) (table $t 40 40 funcref) (elem declare func $one)
    (global $a (mut i64) (i64.const 0)) (global $b (mut f64) (f64.const 0))
    (func $one (result i32) (i32.const 1))
    (func (export "prepare") (param i32) (local $i i32)
        (global.set $a (i64.extend_i32_u (local.get 0)))
        (global.set $b (f64.convert_i32_u (local.get 0)))
        (loop $next
            (i32.store (local.get $i) (i32.mul (i32.add (local.get $i) (local.get 0))
                                               (i32.const 0x9e3779b1)))
            (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4)))
                                   (i32.const 0x20000))))
        (local.set $i (i32.const 0))
        (loop $next
            (if (i32.and (local.get $i) (i32.const 1))
                (then (table.set $t (local.get $i) (ref.func $one))))
            (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                                   (i32.const 40)))))
    (func (export "check") (param i32) (result i32) (local $i i32)
        (if (i64.ne (global.get $a) (i64.extend_i32_u (local.get 0))) (then (return (i32.const 2))))
        (if (f64.ne (global.get $b) (f64.convert_i32_u (local.get 0))) (then (return (i32.const 3))))
        (if (i32.ne (memory.size) (i32.const 2)) (then (return (i32.const 4))))
        (if (i32.ne (table.size $t) (i32.const 40)) (then (return (i32.const 5))))
        (loop $next
            (if (i32.ne (i32.load (local.get $i))
                        (i32.mul (i32.add (local.get $i) (local.get 0)) (i32.const 0x9e3779b1)))
                (then (return (i32.const 6))))
            (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4)))
                                   (i32.const 0x20000))))
        (local.set $i (i32.const 0))
        (loop $next
            (if (i32.eq (ref.is_null (table.get $t (local.get $i)))
                        (i32.and (local.get $i) (i32.const 1)))
                (then (return (i32.const 7))))
            (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                                   (i32.const 40))))
        (call_indirect $t (result i32) (i32.const 39))))"#;

/// An attacker and its neighbours.
pub(crate) struct Scene {
    place: String,
    neighbours: [(i32, Instance); 2],
    attacker: Option<Instance>,
}

impl Scene {
    /// The attacker.
    pub(crate) fn instance(&self) -> &Instance {
        self.attacker.as_ref().expect("it was instantiated")
    }

    /// Calls the attacker. Returns its results, or the text of its trap.
    pub(crate) fn call(&self, name: &str, arguments: &[Val]) -> Result<Vec<Val>, String> {
        self.instance().call(name, arguments).map_err(|trap| trap.message)
    }

    /// Asserts that the call returns `expected`.
    #[track_caller]
    pub(crate) fn expect(&self, name: &str, arguments: &[Val], expected: Result<&[Val], &str>) {
        let actual = self.call(name, arguments);
        let actual = actual.as_deref().map_err(String::as_str);
        assert_eq!(actual, expected, "{}: {name} {arguments:?}", self.place);
    }

    /// Asserts that the call ends with one of these traps.
    #[track_caller]
    pub(crate) fn expect_trap(&self, name: &str, arguments: &[Val], traps: &[&str]) {
        let actual = self.call(name, arguments);
        let is_expected = actual.as_ref().is_err_and(|text| traps.contains(&text.as_str()));
        assert!(is_expected, "{}: {name} {arguments:?}: {actual:?}", self.place);
    }

    /// Asserts that the neighbours are unchanged, and work.
    #[track_caller]
    pub(crate) fn is_intact(&self) {
        for (seed, neighbour) in &self.neighbours {
            let checked = neighbour.call("check", &[Val::I32(*seed)]);
            assert_eq!(checked.as_deref(), Ok(&[Val::I32(1)][..]), "{}: a neighbour", self.place);
        }
    }
}
