//! What is done with a module while it is measured, named by words such as `O3 software`.

use std::num::NonZeroUsize;

use cwamrc::cache::DiskCache;
use cwamrc::instrument::{Gas, Instrumentation};
use cwamrc::universal::{NativeCode, embed, strip};
use cwamrc::{
    Architecture, BoundsChecks, CallStacks, Compiler, Error, ErrorKind, OptLevel, Options, inspect,
};

use crate::bad_input::judge;

/// How much of the square of a module's size [`Action::Square`] takes.
const PART_OF_SQUARE: usize = 8;

/// What came of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A result.
    Done,
    /// An error of kind `Limit`.
    Refused,
    /// An error of kind `Unsupported`: the task does not apply to the module.
    Unsupported,
}

enum Action {
    Compile,
    CompileObject,
    /// Fills a function cache, and compiles from it.
    CompileTwice,
    List,
    /// Makes the page of `explore`.
    Explore,
    /// Reports about the compiled module.
    Inspect,
    /// Embeds in the module, reports about it, and strips it.
    Universal,
    /// Work that grows with the square of the size, and memory that does. They show that a
    /// measurement finds such a thing.
    Square,
    Hoard,
}

/// What is done with a module, and with which options.
pub struct Task {
    action: Action,
    options: Options,
}

impl Task {
    /// The task that `words` name.
    ///
    /// # Panics
    /// If a word names nothing.
    pub fn of(words: &str) -> Self {
        let options = Options::new().threads(NonZeroUsize::MIN);
        let mut task = Self { action: Action::Compile, options };
        for word in words.split(' ') {
            task.options = match option(task.options.clone(), word) {
                Some(options) => options,
                None => {
                    let action = action(word);
                    task.action = action.unwrap_or_else(|| panic!("{word:?} is no word of tasks"));
                    task.options
                }
            };
        }
        task
    }

    /// Does what has to be done once before the work; the result takes the place of the module.
    ///
    /// # Errors
    /// The compiler's.
    pub fn prepare(&self, wasm: Vec<u8>) -> Result<Vec<u8>, Error> {
        match self.action {
            Action::Inspect => {
                let options = self.options.clone().emit_custom_sections(vec!["name".into()]);
                cwamrc::compile(&wasm, &options).map(cwamrc::Artifact::into_bytes)
            }
            _ => Ok(wasm),
        }
    }

    /// Does the work.
    ///
    /// # Errors
    /// What no input may cause; see [`judge`].
    pub fn run(&self, bytes: &[u8]) -> Result<Outcome, String> {
        let Self { action, options } = self;
        let result = match action {
            Action::Compile => judge(bytes, options)?.map(drop),
            Action::CompileObject => cwamrc::compile_object(bytes, options).map(drop),
            Action::CompileTwice => compile_twice(bytes, options),
            Action::List => cwamrc::list(bytes, options).map(drop),
            Action::Explore => cwamrc::explore::page(bytes, options, "module").map(drop),
            Action::Inspect => {
                let report = inspect::report(bytes).map_err(|error| error.to_string())?;
                let json = serde_json::to_vec(&report).map_err(|error| error.to_string())?;
                std::hint::black_box((report.to_string(), json));
                Ok(())
            }
            Action::Universal => universal(bytes),
            Action::Square => {
                std::hint::black_box(square(bytes));
                Ok(())
            }
            Action::Hoard => {
                std::hint::black_box(hoard(bytes));
                Ok(())
            }
        };
        result.map(|()| Outcome::Done).or_else(|error| outcome(&error))
    }
}

/// What an error of the compiler is.
///
/// # Errors
/// Whatever no valid module may cause.
pub(super) fn outcome(error: &Error) -> Result<Outcome, String> {
    match error.kind() {
        ErrorKind::Limit => Ok(Outcome::Refused),
        ErrorKind::Unsupported => Ok(Outcome::Unsupported),
        _ => Err(error.to_string()),
    }
}

fn action(word: &str) -> Option<Action> {
    Some(match word {
        "object" => Action::CompileObject,
        "cache" => Action::CompileTwice,
        "list" => Action::List,
        "explore" => Action::Explore,
        "inspect" => Action::Inspect,
        "universal" => Action::Universal,
        "square" => Action::Square,
        "hoard" => Action::Hoard,
        _ => return None,
    })
}

/// `options` with what `word` names; none if it names no option.
fn option(options: Options, word: &str) -> Option<Options> {
    let instrumentation = options.instrumentation.clone();
    let measuring = |change: fn(Instrumentation) -> Instrumentation| {
        options.clone().instrumentation(change(instrumentation.clone()))
    };
    Some(match word {
        "O0" => options.opt_level(OptLevel::O0),
        "O1" => options.opt_level(OptLevel::O1),
        "O2" => options.opt_level(OptLevel::O2),
        "O3" => options.opt_level(OptLevel::O3),
        "aarch64" => options.architecture(Architecture::Aarch64),
        "riscv64" => options.architecture(Architecture::Riscv64),
        "software" => options.bounds_checks(BoundsChecks::Software),
        "stack" => options.stack_bounds_checks(true),
        "frames" => options.call_stacks(CallStacks::complete()),
        "pointers" => options.frame_pointers(true),
        "xip" => options.indirect_mode(true),
        "intrinsics" => options.builtin_intrinsics("all".parse().expect("a known name")),
        "nans" => options.canonicalize_nans(true),
        "map" => options.address_map(true),
        "names" => options.emit_custom_sections(vec!["name".into()]),
        "interruptible" => measuring(|instrumentation| instrumentation.interruptible(true)),
        "count" => measuring(|instrumentation| instrumentation.count_instructions(true)),
        "gas" => measuring(|instrumentation| instrumentation.gas(Gas::new().limit(1 << 40))),
        "time" => measuring(|instrumentation| instrumentation.measure_time(true)),
        "calls" => measuring(|instrumentation| instrumentation.profile_calls(true)),
        "usage" => measuring(|instrumentation| instrumentation.profile_stack(true)),
        _ => return None,
    })
}

fn compile_twice(wasm: &[u8], options: &Options) -> Result<(), Error> {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = DiskCache::new(folder.path());
    let compiler = Compiler::new(options.clone()).cache(&cache);
    compiler.compile(wasm)?;
    compiler.compile(wasm).map(drop)
}

fn universal(wasm: &[u8]) -> Result<(), Error> {
    let cpu = Options::new().cpu;
    let file = embed(wasm, &[NativeCode { cpu: &cpu, aot: b"\0aot" }])?;
    std::hint::black_box(inspect::report(&file).map(|report| report.to_string()).ok());
    strip(&file).map(drop)
}

/// Compares every byte with every eighth one.
fn square(bytes: &[u8]) -> usize {
    let count = |byte: &u8| {
        let others = bytes.iter().step_by(PART_OF_SQUARE);
        others.filter(|&other| std::hint::black_box(other) == byte).count()
    };
    bytes.iter().map(count).sum()
}

/// Keeps a copy for every thousand bytes.
fn hoard(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.chunks(1_000).map(|_| bytes.to_vec()).collect()
}
