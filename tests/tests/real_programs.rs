//! Real programs, compiled at every level and in both modes of bounds checks, print in WAMR what
//! their references print.
//!
//! On other machines, which may be emulated, each program is compiled in two ways, and large ones
//! in one.
//!
//! The references are other implementations, see `cwamrc_tests::programs`. The inputs of the
//! programs are fetched and built first, which takes a few minutes in the first run on a machine.

use std::sync::LazyLock;
use std::{fmt, fs};

use cwamrc::{BoundsChecks, OptLevel, Release, compile};
use cwamrc_tests::machine::{Build, Collection, Machine};
use cwamrc_tests::programs::{Inputs, Output, Program};
use cwamrc_tests::runner;
use wamr_shim::{InstanceConfig, Module};
use wasmparser::{Operator, Parser, Payload};

static INPUTS: LazyLock<Inputs> =
    LazyLock::new(|| Inputs::prepare().expect("the programs are fetched and built"));

static PROGRAMS: LazyLock<Vec<Program>> =
    LazyLock::new(|| INPUTS.programs().expect("the table of programs is complete"));

/// How a module is run.
#[derive(Clone, Copy)]
enum Way {
    /// In WAMR's interpreter. This shows that program, host and reference agree without our
    /// compiler.
    Interpreted,
    Compiled(Machine, OptLevel, BoundsChecks),
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interpreted => write!(f, "interpreted"),
            Self::Compiled(machine, level, bounds) => {
                write!(f, "{machine}, compiled, {level:?}, {bounds:?}")
            }
        }
    }
}

const LEVELS: [OptLevel; 4] = [OptLevel::O0, OptLevel::O1, OptLevel::O2, OptLevel::O3];

/// Every level, in every mode.
fn compiled() -> Vec<Way> {
    let in_mode =
        |&mode: &BoundsChecks| LEVELS.map(|level| Way::Compiled(Machine::Here, level, mode));
    Build::checks().iter().flat_map(in_mode).collect()
}

/// For large modules: with software checks, only the lowest and the highest level.
fn compiled_large() -> Vec<Way> {
    let both = |way: &Way| {
        !matches!(way, Way::Compiled(_, OptLevel::O1 | OptLevel::O2, BoundsChecks::Software))
    };
    compiled().into_iter().filter(both).collect()
}

/// On other machines: the highest level in the first mode, the lowest in the last.
fn foreign() -> Vec<Way> {
    let modes = Build::checks();
    let (first, last) = (modes[0], modes[modes.len() - 1]);
    let ways = |machine| {
        [Way::Compiled(machine, OptLevel::O3, first), Way::Compiled(machine, OptLevel::O0, last)]
    };
    Machine::foreign().flat_map(ways).collect()
}

/// Half of these: each machine, and the other level on the other one. Emulators are slow.
fn foreign_in_turn(odd: bool) -> Vec<Way> {
    let turn = |(position, _): &(usize, Way)| (position % 2 + position / 2) % 2 == usize::from(odd);
    foreign().into_iter().enumerate().filter(turn).map(|(_, way)| way).collect()
}

/// The same for large modules.
fn foreign_large() -> Vec<Way> {
    foreign().into_iter().step_by(2).collect()
}

fn outputs(program: &Program, way: Way) -> Vec<Result<Output, String>> {
    let wasm = fs::read(&program.wasm).expect("the module is readable");
    let module = match way {
        Way::Interpreted => Ok(wasm),
        Way::Compiled(machine, level, bounds) => {
            let options = machine.options().opt_level(level).bounds_checks(bounds);
            compile(&wasm, &options).map(cwamrc::Artifact::into_bytes).map_err(|e| e.to_string())
        }
    };
    let machine = match way {
        Way::Interpreted => Machine::Here,
        Way::Compiled(machine, ..) => machine,
    };
    let run = |run| {
        let module = module.as_ref().map_err(Clone::clone)?;
        runner::run(machine, module, program.host, run).map_err(|e| e.to_string())
    };
    program.runs.iter().map(run).collect()
}

/// Runs the programs whose names `chosen` accepts, and reports all differences at once.
fn check(chosen: impl Fn(&str) -> bool, ways: &[Way]) {
    let programs: Vec<_> = PROGRAMS.iter().filter(|program| chosen(&program.name)).collect();
    assert!(!programs.is_empty(), "no program is chosen");
    check_programs(&programs, ways);
}

fn check_programs(programs: &[&Program], ways: &[Way]) {
    let mut differences = Vec::new();
    for program in programs {
        assert!(!program.runs.is_empty(), "{} is never run", program.name);
        let expected: Vec<Output> = program
            .runs
            .iter()
            .map(|run| run.expected().expect("the reference runs"))
            .inspect(|output| assert!(!output.stdout.is_empty(), "the reference prints nothing"))
            .collect();
        for &way in ways {
            let actual = outputs(program, way);
            for ((run, expected), actual) in program.runs.iter().zip(&expected).zip(actual) {
                if actual.as_ref() != Ok(expected) {
                    let name = format!("{} {}, {way}", program.name, run.name);
                    differences.push(format!("{name}: {}", difference(expected, &actual)));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The first line that differs.
fn difference(expected: &Output, actual: &Result<Output, String>) -> String {
    let actual = match actual {
        Ok(actual) => actual,
        Err(error) => return error.clone(),
    };
    let lines = |output: &Output| -> Vec<String> {
        let text = String::from_utf8_lossy(&output.stdout);
        text.lines().map(str::to_owned).collect()
    };
    let (wanted, printed) = (lines(expected), lines(actual));
    let at = wanted.iter().zip(&printed).take_while(|(wanted, printed)| wanted == printed).count();
    format!(
        "exit code {} for {}; line {}: {:?} for {:?}",
        actual.code,
        expected.code,
        at + 1,
        printed.get(at),
        wanted.get(at)
    )
}

/// The kernels are named after their variant of compiler flags.
fn is_kernel(name: &str) -> bool {
    ["-o0", "-o2", "-features"].iter().any(|variant| name.ends_with(variant))
}

/// Those that WAMR's classic interpreter, which does not support SIMD, cannot run.
fn is_simd_kernel(name: &str) -> bool {
    name.ends_with("-simd")
}

#[test]
fn kernels_interpreted() {
    check(is_kernel, &[Way::Interpreted]);
}

#[test]
fn kernels() {
    check(is_kernel, &compiled());
}

#[test]
fn simd_kernels() {
    check(is_simd_kernel, &compiled());
}

/// clang-19 accepts a flag for the current encoding, and still emits the legacy one.
#[test]
fn exceptions_are_in_both_encodings() {
    let encodings = ["exceptions", "exceptions-legacy"].map(|name| {
        let wasm = fs::read(INPUTS.wasm(name).expect("it is built")).expect("it can be read");
        let (mut current, mut legacy) = (0, 0);
        for payload in Parser::new(0).parse_all(&wasm) {
            let Payload::CodeSectionEntry(body) = payload.expect("it is valid") else { continue };
            for operator in body.get_operators_reader().expect("it has operators") {
                match operator.expect("it is valid") {
                    Operator::TryTable { .. } => current += 1,
                    Operator::Try { .. } => legacy += 1,
                    _ => {}
                }
            }
        }
        (current > 0, legacy > 0)
    });
    assert_eq!(encodings, [(true, false), (false, true)]);
}

/// On a runtime with garbage collection, at the lowest and the highest level in every mode.
#[test]
fn kotlin() {
    let machine = Machine::native_runner().with_collection(Collection::WhenFull);
    let levels = [OptLevel::O0, OptLevel::O3];
    let ways = |&mode: &BoundsChecks| levels.map(|level| Way::Compiled(machine, level, mode));
    let ways: Vec<Way> = Build::checks().iter().flat_map(ways).collect();
    check_programs(&INPUTS.in_kotlin().each_ref(), &ways);
}

/// Where the collector runs at every allocation, what collects least.
#[test]
fn kotlin_collecting_always() {
    let machine = Machine::native_runner().with_collection(Collection::Always);
    let [_, mut optimised] = INPUTS.in_kotlin();
    optimised.runs.retain(|run| ["exceptions", "strings"].contains(&run.name.as_str()));
    check_programs(&[&optimised], &[Way::Compiled(machine, OptLevel::O3, Build::checks()[0])]);
}

#[test]
fn kotlin_on_other_machines() {
    let machines = Machine::foreign().map(|each| each.with_collection(Collection::WhenFull));
    let ways = machines.map(|each| Way::Compiled(each, OptLevel::O3, Build::checks()[0]));
    let [_, optimised] = INPUTS.in_kotlin();
    check_programs(&[&optimised], &ways.collect::<Vec<_>>());
}

#[test]
fn tfjs() {
    check(|name| name == "tfjs", &compiled());
}

/// Their hosts are too large to imitate. The test checks that they compile and that WAMR loads the
/// files.
#[test]
fn canvaskit_loads() {
    for level in [OptLevel::O0, OptLevel::O3] {
        for &mode in Build::checks() {
            load("canvaskit", Machine::Here, level, mode);
        }
    }
}

/// All use SIMD, and all but one use threads.
#[test]
fn modules_for_browsers_load_everywhere() {
    for machine in [Machine::Here].into_iter().chain(Machine::foreign()) {
        for name in ["tfjs", "tfjs-threads", "onnxruntime", "canvaskit"] {
            // On this machine, another test loads it, at other levels.
            if (name, machine) != ("canvaskit", Machine::Here) {
                load(name, machine, OptLevel::O0, Build::checks()[0]);
            }
        }
    }
}

fn load(name: &str, machine: Machine, level: OptLevel, mode: BoundsChecks) -> Module {
    let wasm = INPUTS.wasm(name).and_then(fs::read).expect("the module is there");
    let options = machine.options_with_vectors().opt_level(level).bounds_checks(mode);
    let artifact = compile(&wasm, &options.release(Release::Main));
    let way = format!("{name}, {}", Way::Compiled(machine, level, mode));
    let artifact = artifact.unwrap_or_else(|error| panic!("{way}: {error}"));
    let loaded = machine.new_runtime().load(artifact.bytes());
    loaded.unwrap_or_else(|error| panic!("{way}: {error}"))
}

/// A library for Node that uses Rust's threads. Its allocator, which is made for several threads,
/// works without the host.
#[test]
fn a_module_with_wasi_threads_allocates() {
    for machine in [Machine::Here].into_iter().chain(Machine::foreign()) {
        let module = load("oxc-parser", machine, OptLevel::O3, Build::checks()[0]);
        let instance = module.instantiate(&InstanceConfig::default());
        let instance = instance.unwrap_or_else(|error| panic!("{machine}: {error}"));
        let mut blocks: Vec<usize> = Vec::new();
        for _ in 0..100 {
            let block = instance.call_typed::<(i32,), i32>("__wrap_malloc", (1000,));
            let block = block.unwrap_or_else(|trap| panic!("{machine}: {trap}"));
            blocks.push(block.cast_unsigned() as usize);
        }
        blocks.sort_unstable();
        let size = instance.memory().expect("it has a memory").len();
        assert!(blocks[0] > 0 && blocks[99] + 1000 <= size, "{machine}: {blocks:?}");
        assert!(blocks.windows(2).all(|pair| pair[0] + 1000 <= pair[1]), "{machine}: {blocks:?}");
        for block in blocks {
            let freed = instance.call_typed::<(i32,), ()>("__wrap_free", (block as i32,));
            freed.unwrap_or_else(|trap| panic!("{machine}: {trap}"));
        }
    }
}

/// It is compiled with tools that are not packages of Debian, PyPI or npm, so this test is
/// optional.
#[test]
#[cfg(feature = "posix-threads")]
fn pthreads() {
    check(|name| name == "pthreads", &compiled());
}

#[test]
#[cfg(feature = "posix-threads")]
fn pthreads_on_other_machines() {
    check(|name| name == "pthreads", &foreign());
}

#[test]
fn sqlite() {
    check(|name| name == "sqlite", &compiled_large());
}

#[test]
fn zstd() {
    check(|name| name == "zstd", &compiled());
}

#[test]
fn lz4() {
    check(|name| name == "lz4", &compiled());
}

#[test]
fn lua() {
    check(|name| name == "lua", &compiled());
}

#[test]
fn cpp_exceptions() {
    check(|name| name.starts_with("exceptions"), &compiled());
}

#[test]
fn sqljs() {
    check(|name| name == "sqljs", &compiled());
}

#[test]
fn quickjs() {
    check(|name| name == "quickjs", &compiled());
}

#[test]
fn clang_format() {
    check(|name| name == "clang-format", &compiled_large());
}

#[test]
fn python() {
    check(|name| name == "python", &compiled_large());
}

#[test]
fn kernels_on_other_machines() {
    check(|name| name.ends_with("-o2"), &foreign());
}

#[test]
fn cpp_exceptions_on_other_machines() {
    check(|name| name.starts_with("exceptions"), &foreign());
}

#[test]
fn programs_on_other_machines() {
    let names = [["sqlite", "zstd", "lua"], ["sqljs", "lz4", "quickjs"]];
    for (names, odd) in names.into_iter().zip([false, true]) {
        check(|name| names.contains(&name), &foreign_in_turn(odd));
    }
}

#[test]
fn clang_format_on_other_machines() {
    check(|name| name == "clang-format", &foreign_large());
}

#[test]
fn python_on_other_machines() {
    check(|name| name == "python", &foreign_large());
}
