//! The options that the suite is compiled with, and the machine that it runs on.

use super::suite::TestFile;
use super::wamrc::Wamrc;
use crate::machine::{Build, Collection, Machine};
use cwamrc::{BoundsChecks, OptLevel, Options, Release};
use std::num::NonZeroUsize;
use std::{env, fmt};

/// If set, the suite also runs in every way on other machines.
const ALL_VARIABLE: &str = "CWAMRC_SPEC_ALL_MODES";

/// One way to compile and run the suite.
#[derive(Clone, Copy, Debug)]
pub struct Mode {
    machine: Machine,
    opt_level: OptLevel,
    bounds_checks: BoundsChecks,
}

/// The options of code for a runtime with hardware bounds checks.
const WITH_GUARD_PAGES: &[(BoundsChecks, OptLevel)] = &[
    (BoundsChecks::Hardware, OptLevel::O0),
    (BoundsChecks::Hardware, OptLevel::O1),
    (BoundsChecks::Hardware, OptLevel::O3),
    (BoundsChecks::Software, OptLevel::O0),
    (BoundsChecks::Software, OptLevel::O3),
];

/// The same for a runtime without.
const WITHOUT_GUARD_PAGES: &[(BoundsChecks, OptLevel)] =
    &[(BoundsChecks::Software, OptLevel::O0), (BoundsChecks::Software, OptLevel::O3)];

/// Those used by default on machines that an emulator makes slow.
const EMULATED: [(BoundsChecks, OptLevel); 2] =
    [(BoundsChecks::Hardware, OptLevel::O3), (BoundsChecks::Software, OptLevel::O0)];

/// Every way that the runtime supports, here and on other machines.
pub fn modes() -> Vec<Mode> {
    let guard_pages = Build::has_guard_pages();
    let (ways, emulated) = match guard_pages {
        true => (WITH_GUARD_PAGES, EMULATED[0]),
        false => (WITHOUT_GUARD_PAGES, EMULATED[1]),
    };
    let all = env::var_os(ALL_VARIABLE).is_some();
    let on = |machine: Machine| {
        let chosen =
            move |way: &&(BoundsChecks, OptLevel)| all || is_usual(machine) || **way == emulated;
        ways.iter().filter(chosen).map(move |&(bounds_checks, opt_level)| Mode {
            machine,
            opt_level,
            bounds_checks,
        })
    };
    // Also a runner of this architecture, if everything is requested.
    let native = all.then(Machine::native_runner);
    let machines = [Machine::Here].into_iter().chain(native).chain(Machine::foreign());
    let collecting = Machine::collecting();
    machines.chain(collecting).flat_map(on).collect()
}

/// Whether every way is used on a machine by default.
fn is_usual(machine: Machine) -> bool {
    let native = Machine::native_runner().with_collection(Collection::WhenFull);
    [Machine::Here, native].contains(&machine)
}

impl Mode {
    /// Where it runs.
    pub fn machine(&self) -> Machine {
        self.machine
    }

    /// Whether `file` is for such machines.
    pub fn is_for(&self, file: &TestFile) -> bool {
        // The files of the standard repeat much of what runs without garbage collection, so they run in
        // some modes only.
        let usual = is_usual(self.machine) && self.opt_level == OptLevel::O3;
        let all = env::var_os(ALL_VARIABLE).is_some();
        let collects = self.machine.collects();
        file.is_for(collects) && (usual || all || !collects || !file.is_of_standard_3())
    }

    /// Why `file` cannot run there, if so.
    pub fn obstacle(&self, file: &TestFile) -> Option<&'static str> {
        (file.has_vectors && !self.machine.passes_vectors())
            .then_some("the runtime has no SIMD, so nothing can call functions with vectors")
    }

    /// The compiler to use instead of cwamrc, if any.
    pub(super) fn wamrc(&self) -> Option<Wamrc> {
        let is_here = self.machine == Machine::Here;
        is_here.then(|| Wamrc::from_environment(self.opt_level, self.bounds_checks)).flatten()
    }

    /// The compiler's options.
    pub(super) fn options(&self) -> Options {
        // The tests of garbage collection use vectors inside of modules.
        let options = match self.machine.collects() {
            true => self.machine.options_with_vectors(),
            false => self.machine.options(),
        };
        options
            .opt_level(self.opt_level)
            .bounds_checks(self.bounds_checks)
            .release(Release::Main)
            // Files run in parallel, and their modules are small.
            .threads(NonZeroUsize::MIN)
    }
}

/// Its name in reports.
impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let checks = match self.bounds_checks {
            BoundsChecks::Hardware => "hardware",
            BoundsChecks::Software => "software",
        };
        write!(f, "{}-{checks}-{:?}", self.machine, self.opt_level)
    }
}
