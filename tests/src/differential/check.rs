//! One module through the interpreter and through several compilations.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::fmt;
use std::num::NonZeroUsize;

use cwamrc::{BoundsChecks, OptLevel, Options};
use wamr_abi::exceptions::TrapId;
use wamr_shim::{Error, Module, Val};

use super::coverage::Coverage;
use super::drive::{Call, FUNCTION_PREFIX, Plan, SEGMENT_OUT_OF_BOUNDS, Trace};
use super::frames::{self, CallStacks};
use super::host::Host;
use super::kind::{Authority, Border, KINDS, Kind};
use super::oracle::{self, UNKNOWN_FUNCTION};
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

/// Those who know what a module must do, and what they are compared with.
pub struct Judge {
    interpreter: Host,
    /// Started when it is wanted.
    unguarded: OnceCell<Host>,
    machines: Vec<Host>,
}

impl Judge {
    /// Compares compiled code on each of `machines`.
    ///
    /// # Errors
    /// If WAMR cannot be set up.
    pub fn new(machines: &[Machine]) -> Result<Self, Error> {
        let machines = machines.iter().map(|&machine| Host::new(machine)).collect::<Result<_, _>>();
        let interpreter = Host::new(Machine::Here)?;
        Ok(Self { interpreter, unguarded: OnceCell::new(), machines: machines? })
    }

    fn unguarded(&self) -> &Host {
        let start = || Host::new(Machine::native_runner().without_guard_pages());
        self.unguarded.get_or_init(|| start().unwrap_or_else(|error| panic!("{error}")))
    }
}

/// In how many ways a module is compiled for a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ways {
    /// Three levels, with bounds checks that alternate with level and seed.
    Levels,
    /// One level with one kind of bounds checks. Seeds of a kind go round all, and the machines of a
    /// seed are at different ones.
    Turns,
}

/// Compares the module of `seed`, on each machine.
///
/// # Errors
/// The first difference.
pub fn check_seed(judge: &Judge, seed: u64, ways: Ways) -> Result<Coverage, Difference> {
    let kind = Kind::of(seed);
    let is_open = |host: &&Host| !kind.proposals.vectors || host.machine.passes_vectors();
    let (open, closed): (Vec<_>, Vec<_>) = judge.machines.iter().partition(is_open);
    let mut coverage = Coverage::default();
    for (hosts, border) in [(open, Border::Open), (closed, Border::Closed)] {
        if !hosts.is_empty() {
            let subject = Subject {
                prepared: &kind.module(seed, border),
                authority: kind.authority(),
                seed,
                turn: seed / KINDS.len() as u64,
                ways,
            };
            coverage.merge(subject.check(judge, &hosts)?);
        }
    }
    Ok(coverage)
}

/// Compares a module that was not generated. What it does must be observable through its exports.
///
/// # Errors
/// The first difference.
pub fn check_wasm(judge: &Judge, wasm: &[u8], turn: u64) -> Result<(), Difference> {
    let parser = wasmparser::Parser::new(0);
    let imports = parser.parse_all(wasm).filter_map(|payload| match payload {
        Ok(wasmparser::Payload::ImportSection(section)) => Some(section.into_imports()),
        _ => None,
    });
    let is_function = |import: &Result<wasmparser::Import<'_>, _>| matches!(import, Ok(import) if matches!(import.ty, wasmparser::TypeRef::Func(_)));
    let imported_functions = imports.flatten().filter(is_function).count() as u32;
    let prepared = Prepared::as_it_is(wasm.to_vec(), imported_functions);
    check_module(judge, &prepared, turn)
}

/// Compares `prepared`, which is without the proposals; `turn` decides arguments, level and
/// bounds-check modes.
///
/// # Errors
/// The first difference.
pub fn check_module(judge: &Judge, prepared: &Prepared, turn: u64) -> Result<(), Difference> {
    let hosts: Vec<&Host> = judge.machines.iter().collect();
    let authority = Authority::Interpreter;
    let subject = Subject { prepared, authority, seed: turn, turn, ways: Ways::Turns };
    subject.check(judge, &hosts).map(|_| ())
}

/// A module on its way.
struct Subject<'a> {
    prepared: &'a Prepared,
    authority: Authority,
    /// Decides the arguments.
    seed: u64,
    /// Decides levels and bounds checks.
    turn: u64,
    ways: Ways,
}

/// What a module must do.
struct Expected {
    plan: Plan,
    trace: Trace,
    /// What traps went through, if that is known.
    call_stacks: Option<CallStacks>,
    coverage: Coverage,
}

impl Subject<'_> {
    fn check(&self, judge: &Judge, hosts: &[&Host]) -> Result<Coverage, Difference> {
        let mut expected = match self.authority {
            Authority::Interpreter => Some(self.interpret(&judge.interpreter)?),
            Authority::UnguardedInterpreter => Some(self.interpret(judge.unguarded())?),
            // It needs the exports of the module, which a compilation tells; see below.
            Authority::Wasmi => None,
        };
        let mut ran = Vec::new();
        for (host, position) in hosts.iter().zip(0..) {
            let all = self.configurations(host.machine, position);
            ran.push((host.machine, all.len()));
            for options in all {
                let module = compile(host, &self.prepared.wasm, &options)?;
                let expected = match &mut expected {
                    Some(expected) => expected,
                    None => expected.insert(self.ask_wasmi(&module)?),
                };
                let mut actual = expected.plan.run(host, &module);
                let call_stacks = CallStacks::of_compiled(&actual);
                frames::forget(&mut actual);
                if self.authority == Authority::Wasmi {
                    actual = in_common_words(actual, &expected.plan);
                }
                let may_tear = options.bounds_checks == BoundsChecks::Hardware
                    && host.machine.may_tear_stores();
                let compared = compare(&expected.trace, &actual, may_tear);
                let end = compared.map_err(|what| difference(host, &options, what))?;
                if let (Some(expected), Some(_)) = (&expected.call_stacks, options.call_stacks) {
                    let compared = same("call stacks", expected, &call_stacks);
                    compared.map_err(|what| difference(host, &options, what))?;
                }
                expected.coverage.torn_stores += usize::from(end == Compared::UpToTornStore);
            }
        }
        let mut coverage = expected.expect("there are machines and configurations").coverage;
        ran.into_iter().for_each(|(machine, ways)| coverage.ran_on(machine, ways));
        Ok(coverage)
    }

    fn interpret(&self, host: &Host) -> Result<Expected, Difference> {
        let fail = |what: String| Difference { configuration: "interpreter".to_owned(), what };
        let module = load(host, &self.prepared.wasm).map_err(fail)?;
        let plan = Plan::new(self.prepared, &module, self.seed);
        let mut trace = plan.run(host, &module);
        let call_stacks = Some(CallStacks::of_interpreted(&trace, &self.prepared.wasm));
        frames::forget(&mut trace);
        let mut coverage = Coverage::of(&trace, self.prepared.wasm.len());
        if let Some(marked) = self.marked() {
            let marked = load(host, &marked).map_err(fail)?;
            plan.run_then(host, &marked, |instance| coverage.read_markers(instance));
        }
        Ok(Expected { plan, trace, call_stacks, coverage })
    }

    fn ask_wasmi(&self, module: &Module) -> Result<Expected, Difference> {
        let fail = |what: String| Difference { configuration: "wasmi".to_owned(), what };
        let plan = Plan::new(self.prepared, module, self.seed);
        let run = oracle::run(&plan, &self.prepared.wasm).map_err(fail)?;
        let trace = in_common_words(run.trace, &plan);
        let mut coverage = Coverage::of(&trace, self.prepared.wasm.len());
        if let Some(marked) = self.marked() {
            coverage.executed.extend(oracle::run(&plan, &marked).map_err(fail)?.executed);
        }
        Ok(Expected { plan, trace, call_stacks: None, coverage })
    }

    /// The module with markers, to find out what is executed: of many modules, some are enough.
    fn marked(&self) -> Option<Vec<u8>> {
        let wanted = self.ways == Ways::Levels || self.turn.is_multiple_of(MARKED_TURNS);
        wanted.then(|| self.prepared.marked()).flatten()
    }

    /// A runtime without guard pages takes software checks only.
    fn configurations(&self, machine: Machine, position: u64) -> Vec<Options> {
        let options = |level, turn: u64| {
            let software = cfg!(feature = "software-bounds-checks") || turn.is_multiple_of(2);
            let checks = if software { BoundsChecks::Software } else { BoundsChecks::Hardware };
            let options = match self.authority {
                Authority::Wasmi => machine.options_with_vectors(),
                _ => machine.options(),
            };
            let options = options.opt_level(level).bounds_checks(checks);
            let mut options = options.threads(NonZeroUsize::MIN);
            if self.turn % CALL_STACK_TURNS == INTRINSIC_TURN {
                options.builtin_intrinsics = "all".parse().expect("it is the name of all");
            }
            options.canonicalize_nans = self.turn % CALL_STACK_TURNS == CANONICAL_TURN;
            if self.turn.is_multiple_of(CALL_STACK_TURNS) {
                options = options.call_stacks(cwamrc::CallStacks::complete());
                let profiled = (self.turn / CALL_STACK_TURNS) % PROFILED_TURNS == 1;
                options.instrumentation.profile_calls = profiled;
                options.instrumentation.profile_stack = profiled;
            }
            options
        };
        match self.ways {
            Ways::Levels => LEVELS
                .into_iter()
                .zip(self.turn..)
                .map(|(level, turn)| options(level, turn))
                .collect(),
            Ways::Turns => {
                let turn = self.turn + position;
                let level = LEVELS[(turn % LEVELS.len() as u64) as usize];
                // Each level meets each mode.
                vec![options(level, turn / LEVELS.len() as u64 + position)]
            }
        }
    }
}

/// Level 2 makes the code of level 3.
const LEVELS: [OptLevel; 3] = [OptLevel::O0, OptLevel::O1, OptLevel::O3];

/// Every so many modules are compiled with frames for call stacks: no multiple of the others.
const CALL_STACK_TURNS: u64 = 5;

/// Every so many of these have the frames of profiled calls.
const PROFILED_TURNS: u64 = 3;

/// As often, every operator that can be is a call of the runtime.
const INTRINSIC_TURN: u64 = 3;

/// As often, NaNs are canonical, as the modules make them, too.
const CANONICAL_TURN: u64 = 1;

/// If modules go by turns, every so many are run with markers.
const MARKED_TURNS: u64 = 4;

/// The trace with what WAMR and wasmi tell differently made the same: wasmi has one word for a table
/// index that is out of bounds, and does not tell a segment from an access of the start function.
/// Functions that are not exported have no name in wasmi.
fn in_common_words(mut trace: Trace, plan: &Plan) -> Trace {
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
    forget_hidden_functions(&mut trace, plan);
    trace
}

/// Replaces the indexes of functions that are not exported.
fn forget_hidden_functions(trace: &mut Trace, plan: &Plan) {
    let index = |name: &str| name.strip_prefix(FUNCTION_PREFIX)?.parse().ok();
    let exported: HashSet<u32> =
        plan.functions.iter().filter_map(|(name, _)| index(name)).collect();
    let forget = |value: &mut Val| {
        if let Val::FuncRef(Some(index)) = value
            && !exported.contains(index)
        {
            *index = UNKNOWN_FUNCTION;
        }
    };
    trace.start.globals.iter_mut().flatten().for_each(forget);
    for call in &mut trace.calls {
        call.outcome.iter_mut().flatten().for_each(forget);
        call.state.globals.iter_mut().flatten().for_each(forget);
    }
    trace.tables.iter_mut().flat_map(|(_, elements)| elements).flatten().for_each(forget);
}

fn compile(host: &Host, wasm: &[u8], options: &Options) -> Result<Module, Difference> {
    let artifact = cwamrc::compile(wasm, options);
    let artifact =
        artifact.map_err(|error| difference(host, options, format!("not compiled: {error}")))?;
    load(host, artifact.bytes()).map_err(|what| difference(host, options, what))
}

fn difference(host: &Host, options: &Options, what: String) -> Difference {
    let (machine, level) = (host.machine, options.opt_level);
    let frames = match options.instrumentation.profile_calls {
        true => ", with profiles",
        false if options.call_stacks.is_some() => ", with frames",
        false => "",
    };
    let calls = if options.builtin_intrinsics.is_empty() { "" } else { ", with intrinsics" };
    let nans = if options.canonicalize_nans { ", with canonical NaNs" } else { "" };
    let checks = options.bounds_checks;
    let configuration = format!("{machine}, {level:?}, {checks:?}{frames}{calls}{nans}");
    Difference { configuration, what }
}

fn load(host: &Host, bytes: &[u8]) -> Result<Module, String> {
    host.runtime.load(bytes).map_err(|error| format!("not loaded: {error}"))
}

/// How far two traces could be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compared {
    Entirely,
    /// A store across the end of memory has trapped, and written the part inside.
    UpToTornStore,
}

fn compare(expected: &Trace, actual: &Trace, may_tear: bool) -> Result<Compared, String> {
    same("exports", &expected.exports, &actual.exports)?;
    same("instantiation", &expected.instantiated, &actual.instantiated)?;
    same("host calls of the start function", &expected.start_calls, &actual.start_calls)?;
    same("state after instantiation", &expected.start, &actual.start)?;
    for (expected, actual) in expected.calls.iter().zip(&actual.calls) {
        let call = format!("{} {:?}", expected.name, expected.arguments);
        same(&format!("host calls of {call}"), &expected.host_calls, &actual.host_calls)?;
        same(&format!("outcome of {call}"), &expected.outcome, &actual.outcome)?;
        if may_tear && is_torn(expected, actual) {
            return Ok(Compared::UpToTornStore);
        }
        same(&format!("state after {call}"), &expected.state, &actual.state)?;
    }
    same("tables", &expected.tables, &actual.tables)?;
    same("everything", expected, actual)?;
    Ok(Compared::Entirely)
}

/// Whether a call ended out of bounds, and only the end of memory is not as expected.
fn is_torn(expected: &Call, actual: &Call) -> bool {
    let beyond = TrapId::OutOfBoundsMemoryAccess.message();
    let (expected_end, actual_end) = (expected.state.memory_end, actual.state.memory_end);
    let mut state = actual.state.clone();
    state.memory_end = expected_end;
    expected_end != actual_end
        && state == expected.state
        && expected.outcome.as_ref().is_err_and(|message| message.ends_with(beyond))
}

fn same<T: PartialEq + fmt::Debug>(what: &str, expected: &T, actual: &T) -> Result<(), String> {
    if expected == actual {
        return Ok(());
    }
    Err(format!("{what}: interpreter {expected:x?}, compiled {actual:x?}"))
}
