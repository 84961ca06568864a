//! One module through the interpreter and through several compilations.

use std::fmt;

use cwamrc::{BoundsChecks, OptLevel, Options};
use wamr_abi::exceptions::TrapId;
use wamr_shim::{Error, Module};

use super::coverage::Coverage;
use super::dense;
use super::drive::{Plan, SEGMENT_OUT_OF_BOUNDS, Trace};
use super::generate;
use super::host::Host;
use super::oracle;
use super::prepare::Prepared;
use crate::machine::Machine;

/// Where compiled code and the interpreter part.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The options of the compilation.
    pub configuration: String,
    /// What is different.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.configuration, self.what)
    }
}

/// The interpreter, and what it is compared with.
pub struct Judge {
    interpreter: Host,
    compiled: Host,
}

impl Judge {
    /// Compares compiled code on `machine`.
    ///
    /// # Errors
    /// If WAMR cannot be set up.
    pub fn new(machine: Machine) -> Result<Self, Error> {
        Ok(Self { interpreter: Host::new(Machine::Here)?, compiled: Host::new(machine)? })
    }
}

/// Compares the module of `seed`.
///
/// # Errors
/// The first difference.
pub fn check_seed(judge: &Judge, seed: u64) -> Result<Coverage, Difference> {
    // Every second module is of one kind, and bounds checks alternate with pairs.
    let prepared =
        if seed.is_multiple_of(2) { generate::module(seed) } else { dense::module(seed) };
    check_module(judge, &prepared, seed / 2)
}

/// Compares a module that was not generated. What it does must be observable through its exports.
///
/// # Errors
/// The first difference.
pub fn check_wasm(judge: &Judge, wasm: &[u8], seed: u64) -> Result<(), Difference> {
    let parser = wasmparser::Parser::new(0);
    let imports = parser.parse_all(wasm).filter_map(|payload| match payload {
        Ok(wasmparser::Payload::ImportSection(section)) => Some(section.into_imports()),
        _ => None,
    });
    let is_function = |import: &Result<wasmparser::Import<'_>, _>| matches!(import, Ok(import) if matches!(import.ty, wasmparser::TypeRef::Func(_)));
    let imported_functions = imports.flatten().filter(is_function).count() as u32;
    let prepared = Prepared { wasm: wasm.to_vec(), marked: wasm.to_vec(), imported_functions };
    check_module(judge, &prepared, seed).map(|_| ())
}

/// Compares `prepared`; `seed` decides arguments and bounds-check modes.
///
/// # Errors
/// The first difference.
pub fn check_module(judge: &Judge, prepared: &Prepared, seed: u64) -> Result<Coverage, Difference> {
    let host = &judge.interpreter;
    let interpreter = |what: String| Difference { configuration: "interpreter".to_owned(), what };
    let module = load(host, &prepared.wasm).map_err(interpreter)?;
    let plan = Plan::new(prepared, &module, seed);
    let expected = plan.run(host, &module);

    let configurations = configurations(judge.compiled.machine, seed);
    let mut coverage = Coverage::of(&expected, prepared.wasm.len(), configurations.len());
    for options in configurations {
        let module = compile(&judge.compiled, &prepared.wasm, &options)?;
        let actual = plan.run(&judge.compiled, &module);
        compare(&expected, &actual).map_err(|what| difference(&judge.compiled, &options, what))?;
    }

    let marked = load(host, &prepared.marked).map_err(interpreter)?;
    plan.run_then(host, &marked, |instance| coverage.read_markers(instance));
    Ok(coverage)
}

/// Compares the module with SIMD of `seed` with what wasmi makes of it.
///
/// # Errors
/// The first difference.
pub fn check_simd_seed(judge: &Judge, seed: u64) -> Result<Coverage, Difference> {
    let prepared =
        if seed.is_multiple_of(2) { generate::simd_module(seed) } else { dense::simd_module(seed) };
    let oracle = |what: String| Difference { configuration: "wasmi".to_owned(), what };
    let mut runs: Option<(Plan, Trace, Coverage)> = None;
    let host = &judge.compiled;
    let configurations = configurations(host.machine, seed / 2);
    let count = configurations.len();
    for options in configurations {
        let module = compile(host, &prepared.wasm, &options)?;
        // The exports of the module are read from a compilation, since WAMR cannot load the wasm.
        let (plan, expected, _) = match &mut runs {
            Some(runs) => runs,
            None => {
                let plan = Plan::new(&prepared, &module, seed);
                let expected = oracle::run(&plan, &prepared.wasm).map_err(oracle)?.trace;
                let expected = in_common_words(expected);
                let mut coverage = Coverage::of(&expected, prepared.wasm.len(), count);
                let marked = oracle::run(&plan, &prepared.marked).map_err(oracle)?;
                coverage.executed.extend(marked.executed);
                runs.insert((plan, expected, coverage))
            }
        };
        let actual = in_common_words(plan.run(host, &module));
        compare(expected, &actual).map_err(|what| difference(host, &options, what))?;
    }
    let (_, _, coverage) = runs.expect("there are configurations");
    Ok(coverage)
}

/// The trace with what WAMR and wasmi tell differently made the same: wasmi has one word for a table
/// index that is out of bounds, and does not tell a segment from an access of the start function.
fn in_common_words(mut trace: Trace) -> Trace {
    trace.exports.clear();
    let undefined_element = TrapId::UndefinedElement.message();
    let beyond_memory = TrapId::OutOfBoundsMemoryAccess.message();
    let beyond_table = TrapId::OutOfBoundsTableAccess.message();
    trace.instantiated = trace.instantiated.map_err(|message| {
        let message = message.strip_prefix("Exception: ").unwrap_or(&message);
        match message {
            SEGMENT_OUT_OF_BOUNDS => "out of bounds".to_owned(),
            _ if message == undefined_element => "out of bounds".to_owned(),
            _ if message == beyond_memory || message == beyond_table => "out of bounds".to_owned(),
            _ => message.to_owned(),
        }
    });
    for call in &mut trace.calls {
        if let Err(message) = &mut call.outcome
            && message == undefined_element
        {
            beyond_table.clone_into(message);
        }
    }
    trace
}

fn compile(host: &Host, wasm: &[u8], options: &Options) -> Result<Module, Difference> {
    let artifact = cwamrc::compile(wasm, options);
    let artifact =
        artifact.map_err(|error| difference(host, options, format!("not compiled: {error}")))?;
    load(host, artifact.bytes()).map_err(|what| difference(host, options, what))
}

fn difference(host: &Host, options: &Options, what: String) -> Difference {
    let (machine, level) = (host.machine, options.opt_level);
    let configuration = format!("{machine}, {level:?}, {:?}", options.bounds_checks);
    Difference { configuration, what }
}

fn load(host: &Host, bytes: &[u8]) -> Result<Module, String> {
    host.runtime.load(bytes).map_err(|error| format!("not loaded: {error}"))
}

/// Three levels, and bounds checks that alternate with the level and the seed. A runtime without
/// guard pages takes software checks only. Of the levels, a machine that may be emulated gets one by
/// turns.
fn configurations(machine: Machine, seed: u64) -> Vec<Options> {
    let levels = [OptLevel::O0, OptLevel::O1, OptLevel::O3];
    let chosen = |turn: &u64| machine == Machine::Here || turn % 3 == seed / 2 % 3;
    levels
        .into_iter()
        .zip(0..)
        .filter(|(_, turn)| chosen(turn))
        .map(|(level, turn)| {
            let turn = turn + seed;
            let software = cfg!(feature = "software-bounds-checks") || turn.is_multiple_of(2);
            let checks = if software { BoundsChecks::Software } else { BoundsChecks::Hardware };
            machine.options().opt_level(level).bounds_checks(checks)
        })
        .collect()
}

fn compare(expected: &Trace, actual: &Trace) -> Result<(), String> {
    same("exports", &expected.exports, &actual.exports)?;
    same("instantiation", &expected.instantiated, &actual.instantiated)?;
    same("host calls of the start function", &expected.start_calls, &actual.start_calls)?;
    same("state after instantiation", &expected.start, &actual.start)?;
    for (expected, actual) in expected.calls.iter().zip(&actual.calls) {
        let call = format!("{} {:?}", expected.name, expected.arguments);
        same(&format!("host calls of {call}"), &expected.host_calls, &actual.host_calls)?;
        same(&format!("outcome of {call}"), &expected.outcome, &actual.outcome)?;
        same(&format!("state after {call}"), &expected.state, &actual.state)?;
    }
    same("tables", &expected.tables, &actual.tables)?;
    same("everything", expected, actual)
}

fn same<T: PartialEq + fmt::Debug>(what: &str, expected: &T, actual: &T) -> Result<(), String> {
    if expected == actual {
        return Ok(());
    }
    Err(format!("{what}: interpreter {expected:x?}, compiled {actual:x?}"))
}
