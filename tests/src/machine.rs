//! Where a module runs: in the runtime of this process, or in that of a runner, which may be a
//! program for another architecture under qemu's emulator of Linux programs.
//!
//! Runners are built on demand and kept in cargo's target folder. If something is missing for that,
//! the error names the Debian package. The runtime is the unmodified WAMR everywhere, built from
//! the same sources with the same options (crate `wamr-build`).

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::{env, fmt, fs};

use cwamrc::{Architecture, BoundsChecks, Cpu, Options};
use wamr_build::{Runner, Target};
use wamr_shim::Runtime;

/// Stack size of WebAssembly in a runner, in bytes: that of the main thread of a process on Linux.
const STACK_SIZE: usize = 8 << 20;

/// Names the [`Build`] of the runtimes that tests use.
const BUILD_VARIABLE: &str = "CWAMRC_TEST_RUNTIME";

/// How the runtimes that tests use are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// With hardware bounds checks, as WAMR is by default.
    GuardPages,
    /// Without guard pages: such a runtime supports only code that checks bounds itself.
    SoftwareBoundsChecks,
    /// The same, with 64-bit memories.
    Memory64,
}

impl Build {
    /// The build that the environment asks for.
    ///
    /// # Panics
    /// If it asks for one that does not exist.
    pub fn chosen() -> Self {
        static CHOSEN: OnceLock<Build> = OnceLock::new();
        *CHOSEN.get_or_init(|| match env::var(BUILD_VARIABLE).as_deref() {
            Err(_) | Ok("") => Self::GuardPages,
            Ok("software-bounds-checks") => Self::SoftwareBoundsChecks,
            Ok("memory64") => Self::Memory64,
            Ok(other) => panic!(
                "{BUILD_VARIABLE} is `software-bounds-checks`, `memory64` or not set, not {other:?}"
            ),
        })
    }

    /// Whether the runtimes have hardware bounds checks.
    pub fn has_guard_pages() -> bool {
        Self::chosen() == Self::GuardPages
    }

    /// The kinds of checks that code for these runtimes may have, the usual one first.
    pub fn checks() -> &'static [BoundsChecks] {
        match Self::has_guard_pages() {
            true => &[BoundsChecks::Hardware, BoundsChecks::Software],
            false => &[BoundsChecks::Software],
        }
    }
}

/// The garbage collection of a runtime. A runtime that has it runs only files that are compiled for
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Collection {
    /// There is none.
    None,
    /// The collector runs when an instance's heap is full.
    WhenFull,
    /// It runs at every allocation, and so finds each reference that was forgotten.
    Always,
}

/// A runtime to run modules in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Machine {
    /// That of this process. It has guard pages; for another [`Build`], a runner for this machine takes its
    /// place.
    Here,
    /// That of a runner.
    Runner {
        /// The architecture of the runner.
        architecture: Architecture,
        /// Whether the runtime has hardware bounds checks.
        guard_pages: bool,
        /// Whether the runtime's C code is compiled with gcc's sanitizers of addresses and of
        /// undefined behaviour.
        sanitized: bool,
        /// Its garbage collection.
        collection: Collection,
    },
}

impl Machine {
    /// Runners for architectures other than that of this machine, of the chosen [`Build`].
    pub fn foreign() -> impl Iterator<Item = Machine> {
        let foreign = Architecture::ALL.iter().filter(|&&architecture| !is_native(architecture));
        let guard_pages = Build::has_guard_pages();
        foreign.map(move |&architecture| Machine::Runner {
            architecture,
            guard_pages,
            sanitized: false,
            collection: Collection::None,
        })
    }

    /// The runners with garbage collection, of the chosen [`Build`]: those of this machine, and
    /// one for each other architecture.
    pub fn collecting() -> impl Iterator<Item = Machine> {
        let native = Machine::native_runner();
        let here = [Collection::WhenFull, Collection::Always];
        let here = here.into_iter().map(move |collection| native.with_collection(collection));
        here.chain(Machine::foreign().map(|each| each.with_collection(Collection::WhenFull)))
    }

    /// A runner for the architecture of this machine, for what applies to runners without an
    /// emulator.
    pub fn native_runner() -> Machine {
        let architecture = Architecture::ALL.iter().copied().find(|&each| is_native(each));
        Machine::Runner {
            architecture: architecture.expect("tests run where cwamrc's files do"),
            guard_pages: Build::has_guard_pages(),
            sanitized: false,
            collection: Collection::None,
        }
    }

    /// The same runner with a runtime compiled with sanitizers, which ends itself on undefined
    /// behaviour of its C code. It has no guard pages, since the sanitizers would handle their
    /// faults.
    pub fn sanitized(self) -> Machine {
        match self {
            Machine::Here => Machine::Here,
            Machine::Runner { architecture, collection, .. } => {
                Machine::Runner { architecture, guard_pages: false, sanitized: true, collection }
            }
        }
    }

    /// Whether the runtime supports code with these checks.
    pub fn is_for(self, checks: BoundsChecks) -> bool {
        let guard_pages = match self {
            Machine::Here => Build::has_guard_pages(),
            Machine::Runner { guard_pages, .. } => guard_pages,
        };
        guard_pages || checks == BoundsChecks::Software
    }

    /// Whether it is for another architecture than this machine's.
    pub fn is_foreign(self) -> bool {
        matches!(self, Machine::Runner { architecture, .. } if !is_native(architecture))
    }

    /// The same runner with a runtime that has no hardware bounds checks.
    pub fn without_guard_pages(self) -> Machine {
        match self {
            Machine::Here => Machine::Here,
            Machine::Runner { architecture, sanitized, collection, .. } => {
                Machine::Runner { architecture, guard_pages: false, sanitized, collection }
            }
        }
    }

    /// The same runner with a runtime that has this garbage collection. That of this process never
    /// has any.
    pub fn with_collection(self, collection: Collection) -> Machine {
        match self {
            Machine::Here => Machine::Here,
            Machine::Runner { architecture, guard_pages, sanitized, .. } => {
                Machine::Runner { architecture, guard_pages, sanitized, collection }
            }
        }
    }

    /// Whether the runtime has garbage collection.
    pub fn collects(self) -> bool {
        match self {
            Machine::Here => false,
            Machine::Runner { collection, .. } => collection != Collection::None,
        }
    }

    /// Default options to compile with, for this machine.
    pub fn options(self) -> Options {
        match self {
            Machine::Here => Options::new(),
            Machine::Runner { architecture, .. } => {
                Options::new().architecture(architecture).garbage_collection(self.collects())
            }
        }
    }

    /// The same for modules with vectors, which not every CPU of every architecture supports. The
    /// emulators are configured for them.
    pub fn options_with_vectors(self) -> Options {
        let Machine::Runner { architecture: Architecture::Riscv64, .. } = self else {
            return self.options();
        };
        let cpu = Cpu::baseline(Architecture::Riscv64).with_features("+v");
        self.options().cpu(cpu.expect("the feature exists"))
    }

    /// Whether vectors can pass between the runtime and the module.
    ///
    /// # Panics
    /// If the runtime is not built for the machine.
    pub fn passes_vectors(self) -> bool {
        let architecture = match self {
            Machine::Here => env::consts::ARCH,
            Machine::Runner { architecture, .. } => architecture.name(),
        };
        Target::find(architecture, "linux").unwrap_or_else(|error| panic!("{error}")).has_simd()
    }

    /// Whether a store across the end of a memory with guard pages may have written the part inside
    /// before it traps. The pages stop the rest; whether the store is a single access depends on
    /// the machine. On x86-64, the machine of this process, it is.
    pub fn may_tear_stores(self) -> bool {
        self.is_foreign()
    }

    /// The command that starts the runner, if it is one. Builds the runner if necessary.
    ///
    /// # Errors
    /// A message: a tool is missing, with the package that contains it, or the build failed.
    pub fn command(self) -> Result<Option<Command>, String> {
        // A failure is kept, too, since it takes time.
        static BUILT: Mutex<Option<HashMap<Machine, Result<Runner, String>>>> = Mutex::new(None);
        let runner = match self {
            Machine::Here if Build::has_guard_pages() => return Ok(None),
            Machine::Here => Machine::native_runner(),
            runner => runner,
        };
        let Machine::Runner { architecture, guard_pages, sanitized, collection } = runner else {
            return Ok(None);
        };
        let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        let built = built.get_or_insert_default();
        let runner = built.entry(runner).or_insert_with(|| {
            let target = Target::find(architecture.name(), "linux")?;
            let options = wamr_build::Options {
                software_bounds_checks: !guard_pages,
                sanitized,
                memory64: Build::chosen() == Build::Memory64,
                spec_test: true,
                gc: collection != Collection::None,
                collects_always: collection == Collection::Always,
                ..wamr_build::Options::default()
            };
            Runner::build(target, options, &runners_folder()?)
        });
        match runner {
            Ok(runner) => Ok(Some(runner.command())),
            Err(error) => Err(format!("runner for {self}: {error}")),
        }
    }

    /// A handle to the runtime without registered functions. The calls of one thread share a
    /// runner.
    ///
    /// # Panics
    /// If there is no such runtime; the message says why.
    pub fn runtime(self) -> Runtime {
        self.runtime_with_stack(STACK_SIZE)
    }

    /// Like [`Machine::runtime`]; WebAssembly in a runner has a native stack of `stack_size` bytes.
    ///
    /// # Panics
    /// Those of [`Machine::runtime`].
    pub fn runtime_with_stack(self, stack_size: usize) -> Runtime {
        thread_local! {
            static STARTED: RefCell<HashMap<(Machine, usize), Runtime>> = RefCell::default();
        }
        STARTED.with_borrow_mut(|started| {
            let start = || self.start(stack_size, 0);
            started.entry((self, stack_size)).or_insert_with(start).sibling()
        })
    }

    /// Like [`Machine::runtime`], in a runner of its own, which ends with the last user of the
    /// handle. qemu-user 7.2 never forgets the pages that a process has had, and so grows by tens
    /// of MiB with each memory that has guard pages.
    ///
    /// # Panics
    /// Those of [`Machine::runtime`].
    pub fn new_runtime(self) -> Runtime {
        self.start(STACK_SIZE, 0)
    }

    /// Like [`Machine::new_runtime`]; with garbage collection, an instance has a heap of `size` bytes for objects.
    ///
    /// # Panics
    /// Those of [`Machine::runtime`].
    pub fn new_runtime_with_heap(self, size: u32) -> Runtime {
        self.start(STACK_SIZE, size)
    }

    /// A new runtime. Its heaps for objects have the size that the runner chooses if `heap_size` is 0.
    fn start(self, stack_size: usize, heap_size: u32) -> Runtime {
        let command = self.command().unwrap_or_else(|error| panic!("{error}"));
        let runtime = match command {
            None => Runtime::new(),
            Some(command) => Runtime::in_gc_runner(command, stack_size, heap_size),
        };
        runtime.unwrap_or_else(|error| panic!("{self}: {error}"))
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Machine::Here => f.write_str("here"),
            Machine::Runner { architecture, guard_pages, sanitized, collection } => {
                let pages = if *guard_pages { "" } else { " without guard pages" };
                let sanitized = if *sanitized { ", sanitized" } else { "" };
                let collection = match collection {
                    Collection::None => "",
                    Collection::WhenFull => " with GC",
                    Collection::Always => " with GC at every allocation",
                };
                write!(f, "{}{pages}{sanitized}{collection}", architecture.name())
            }
        }
    }
}

fn is_native(architecture: Architecture) -> bool {
    architecture.name() == env::consts::ARCH
}

/// A folder next to that of the test programs (`deps`), or next to other programs.
fn runners_folder() -> Result<PathBuf, String> {
    let program = env::current_exe().map_err(|error| format!("the test program: {error}"))?;
    let mut folders = program.ancestors().skip(1);
    let profile = folders.find(|folder| !folder.ends_with("deps"));
    let folder = profile.ok_or("the test program lies in no folder")?.join("runners");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}
