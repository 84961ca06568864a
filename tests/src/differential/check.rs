//! Runs one module in the interpreter and in several compilations, and compares them.

use std::cell::OnceCell;
use std::fmt;
use std::num::NonZeroUsize;

use cwamrc::instrument::INSTRUCTION_COUNT;
use cwamrc::{Architecture, BoundsChecks, ErrorKind, OptLevel, Options};
use wamr_abi::exceptions::TrapId;
use wamr_shim::{Error, Module, Val};

use super::compare::{
    Compared, Latitude, compare, forget_counters, in_common_words, lacks_room, same,
};
use super::coverage::Coverage;
use super::draw;
use super::drive::{Call, Plan, Trace};
use super::frames::{self, CallStacks};
use super::host::Host;
use super::kind::{Authority, Boundary, COLLECTED_KINDS, Kind, Proposals};
use super::oracle;
use super::prepare::Prepared;
use super::v8::V8;
use crate::machine::{Build, Machine};
use crate::random::Random;

/// A difference between compiled code and the interpreter.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Who behaved differently: a machine, or an oracle that refused the module.
    pub who: String,
    /// The options of the compilation, if it was one.
    pub options: Option<Box<Options>>,
    /// The module.
    pub wasm: Vec<u8>,
    /// What is different.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.who, self.what)?;
        let Some(options) = &self.options else { return Ok(()) };
        let options = serde_json::to_string(options).expect("options are data");
        write!(f, "; compiled with {options}")
    }
}

/// The oracles, and the machines they are compared with.
pub struct Judge {
    interpreter: Host,
    v8: V8,
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
        let v8 = V8::new();
        Ok(Self { interpreter, v8, unguarded: OnceCell::new(), machines: machines? })
    }

    /// Whether the machines have garbage collection.
    fn collects(&self) -> bool {
        self.machines.iter().any(|host| host.machine.collects())
    }

    fn unguarded(&self) -> &Host {
        let start = || Host::new(Machine::native_runner().without_guard_pages());
        self.unguarded.get_or_init(|| start().unwrap_or_else(|error| panic!("{error}")))
    }
}

/// How a module is compiled for a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ways {
    /// This many times, with random options; see [`draw`].
    Drawn(usize),
    /// Once, at one level with one kind of bounds checks. Consecutive numbers go through all
    /// combinations, and different machines use different ones.
    Turn(u64),
    /// Once, with these options, on the machine that they are for.
    Given(Box<Options>),
}

/// Compares the module of `seed`, on each machine.
///
/// # Errors
/// The first difference.
pub fn check_seed(judge: &Judge, seed: u64, ways: &Ways) -> Result<Coverage, Box<Difference>> {
    let kind = if judge.collects() { Kind::collected(seed) } else { Kind::of(seed) };
    check_kind(judge, kind, seed, ways)
}

/// Compares the module of `seed` and `kind`, on each machine.
///
/// # Errors
/// The first difference.
pub fn check_kind(
    judge: &Judge,
    kind: Kind,
    seed: u64,
    ways: &Ways,
) -> Result<Coverage, Box<Difference>> {
    // The boundary of modules with exceptions is always closed.
    let is_open = |host: &&Host| {
        let Proposals { vectors, exceptions, .. } = kind.proposals;
        !vectors || exceptions.is_some() || host.machine.passes_vectors()
    };
    let (open, closed): (Vec<_>, Vec<_>) = judge.machines.iter().partition(is_open);
    let mut coverage = Coverage::default();
    for (hosts, boundary) in [(open, Boundary::Open), (closed, Boundary::Closed)] {
        if !hosts.is_empty() {
            let prepared = &kind.module(seed, boundary);
            let subject = Subject { prepared, kind: Some(kind), seed, ways };
            coverage.merge(subject.check(judge, &hosts)?);
        }
    }
    Ok(coverage)
}

/// Compares a module that was not generated. It must use no proposals, and its effects must be
/// visible through its exports; `seed` decides the arguments.
///
/// # Errors
/// The first difference.
pub fn check_wasm(
    judge: &Judge,
    wasm: &[u8],
    seed: u64,
    ways: &Ways,
) -> Result<(), Box<Difference>> {
    let parser = wasmparser::Parser::new(0);
    let imports = parser.parse_all(wasm).filter_map(|payload| match payload {
        Ok(wasmparser::Payload::ImportSection(section)) => Some(section.into_imports()),
        _ => None,
    });
    let is_function = |import: &Result<wasmparser::Import<'_>, _>| matches!(import, Ok(import) if matches!(import.ty, wasmparser::TypeRef::Func(_)));
    let imported_functions = imports.flatten().filter(is_function).count() as u32;
    let mut prepared = Prepared::as_it_is(wasm.to_vec(), imported_functions);
    prepared.has_objects = judge.collects();
    check_module(judge, &prepared, seed, ways)
}

/// As [`check_wasm`].
///
/// # Errors
/// The first difference.
pub fn check_module(
    judge: &Judge,
    prepared: &Prepared,
    seed: u64,
    ways: &Ways,
) -> Result<(), Box<Difference>> {
    let hosts: Vec<&Host> = judge.machines.iter().collect();
    let kind = judge.collects().then_some(COLLECTED_KINDS[0]);
    let subject = Subject { prepared, kind, seed, ways };
    subject.check(judge, &hosts).map(|_| ())
}

/// A module on its way.
struct Subject<'a> {
    prepared: &'a Prepared,
    /// What kind it is; none for a module without proposals that was not generated.
    kind: Option<Kind>,
    /// Decides the arguments and the random options.
    seed: u64,
    ways: &'a Ways,
}

/// What a module must do.
struct Expected {
    plan: Plan,
    trace: Trace,
    /// The frames of traps, if they are known.
    call_stacks: Option<CallStacks>,
    /// The number of executed instructions, from the first compilation that counted them, and which
    /// one that was: the number is the same for all.
    count: Option<(String, Val)>,
    coverage: Coverage,
}

impl Subject<'_> {
    fn authority(&self) -> Authority {
        self.kind.map_or(Authority::Interpreter, Kind::authority)
    }

    fn check(&self, judge: &Judge, hosts: &[&Host]) -> Result<Coverage, Box<Difference>> {
        let mut expected = match self.authority() {
            Authority::Interpreter => Some(self.interpret(&judge.interpreter)?),
            Authority::UnguardedInterpreter => Some(self.interpret(judge.unguarded())?),
            // It needs the exports of the module, which come from a compilation; see below.
            Authority::Wasmi => None,
            Authority::V8 => Some(self.confirm_by_v8(judge, hosts[0])?),
        };
        let mut coverage = Coverage::default();
        for host in hosts {
            let all = self.configurations(host.machine);
            let mut ran = 0;
            for options in &all {
                coverage.drew(options);
                let Some(module) = self.compile(host, options)? else {
                    coverage.refused += 1;
                    continue;
                };
                ran += 1;
                let expected = match &mut expected {
                    Some(expected) => expected,
                    None => expected.insert(self.ask_wasmi(&module)?),
                };
                match self.compare(expected, host, &module, options) {
                    Ok(Compared::Entirely) => {}
                    Ok(Compared::UpToTornStore) => coverage.torn_stores += 1,
                    Ok(Compared::UpToGas) => coverage.out_of_gas += 1,
                    Ok(Compared::UpToFullHeap) => coverage.full_heaps += 1,
                    Err(what) => return Err(self.difference(host, options, what)),
                }
            }
            coverage.ran_on(host.machine, ran);
        }
        if let Some(expected) = expected {
            if self.authority() != Authority::V8 {
                coverage.judged_by_v8 = self.ask_v8(judge, &expected)?;
            }
            coverage.merge(expected.coverage);
            *coverage.kinds.entry(self.kind.map_or_else(String::new, Kind::name)).or_default() += 1;
        }
        Ok(coverage)
    }

    fn compare(
        &self,
        expected: &mut Expected,
        host: &Host,
        module: &Module,
        options: &Options,
    ) -> Result<Compared, String> {
        let mut count = None;
        let counts = options.instrumentation.count_instructions;
        let mut actual = expected.plan.run_then(host, module, |instance| {
            count = counts.then(|| instance.global(INSTRUCTION_COUNT)).flatten();
        });
        let call_stacks = CallStacks::of_compiled(&actual);
        frames::forget(&mut actual);
        forget_counters(&mut actual);
        if matches!(self.authority(), Authority::Wasmi | Authority::V8) {
            actual = in_common_words(actual, &expected.plan);
        }
        let hardware = options.bounds_checks == BoundsChecks::Hardware;
        let gas = options.instrumentation.gas.as_ref();
        let latitude = Latitude {
            tears: hardware && host.machine.may_tear_stores(),
            has_gas_limit: gas.is_some_and(|gas| gas.limit.is_some()),
        };
        let compared = compare(&expected.trace, &actual, latitude)?;
        if compared != Compared::Entirely {
            return Ok(compared);
        }
        let is_complete = options
            .call_stacks
            .is_some_and(|frames| frames.position && frames.trap_position && frames.function_index);
        if let (Some(expected), true) = (&expected.call_stacks, is_complete) {
            same("call stacks", expected, &call_stacks)?;
        }
        let lost = hardware && self.loses_counts(&expected.trace);
        if let Some(count) = count.filter(|_| !lost) {
            let (who, first) =
                expected.count.get_or_insert_with(|| (host.machine.to_string(), count));
            same(&format!("instructions counted here and by {who}"), first, &count)?;
        }
        Ok(compared)
    }

    /// Whether a fault in the last call leaves the counts of that call out: where threads share the
    /// counters, a thread adds what it has counted when its instance leaves the module, which it
    /// does not do at a fault that the runtime catches, and no call comes after
    /// (`docs/metering.md`).
    fn loses_counts(&self, trace: &Trace) -> bool {
        let beyond = TrapId::OutOfBoundsMemoryAccess.message();
        let last = trace.calls.last();
        last.is_some_and(|call| call.outcome.as_ref().is_err_and(|text| text.ends_with(beyond)))
            && has_shared_memory(&self.prepared.wasm)
    }

    fn interpret(&self, host: &Host) -> Result<Expected, Box<Difference>> {
        let fail = |what: String| self.refusal("interpreter", what);
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
        Ok(Expected { plan, trace, call_stacks, count: None, coverage })
    }

    fn ask_wasmi(&self, module: &Module) -> Result<Expected, Box<Difference>> {
        let fail = |what: String| self.refusal("wasmi", what);
        let plan = Plan::new(self.prepared, module, self.seed);
        let run = oracle::run(&plan, &self.prepared.wasm).map_err(fail)?;
        let trace = in_common_words(run.trace, &plan);
        let mut coverage = Coverage::of(&trace, self.prepared.wasm.len());
        if let Some(marked) = self.marked() {
            coverage.executed.extend(oracle::run(&plan, &marked).map_err(fail)?.executed);
        }
        Ok(Expected { plan, trace, call_stacks: None, count: None, coverage })
    }

    /// What the module does on `host`, compiled at level 0, if V8 does the same. V8 is asked about nearly all modules (see [`V8::takes`]); the others are
    /// only compared between machines and options.
    fn confirm_by_v8(&self, judge: &Judge, host: &Host) -> Result<Expected, Box<Difference>> {
        let vectors = self.kind.is_some_and(|kind| kind.proposals.vectors);
        let machine = host.machine;
        let options = if vectors { machine.options_with_vectors() } else { machine.options() };
        // Stores are never torn, since each is checked before it begins.
        let options = options.opt_level(OptLevel::O0).bounds_checks(BoundsChecks::Software);
        let module = self.compile(host, &options)?.expect("no proposal is disabled");
        let mut plan = Plan::new(self.prepared, &module, self.seed);
        let mut trace = plan.run(host, &module);
        let no_room = |call: &Call| call.outcome.as_ref().is_err_and(|text| lacks_room(text));
        if let Some(position) = trace.calls.iter().position(no_room) {
            plan.calls.truncate(position);
            trace = plan.run(host, &module);
        }
        frames::forget(&mut trace);
        let trace = in_common_words(trace, &plan);
        let wasm = &self.prepared.wasm;
        let mut coverage = Coverage::of(&trace, wasm.len());
        let has_room = !trace.instantiated.as_ref().is_err_and(|text| lacks_room(text));
        if has_room && V8::takes(&plan, wasm) {
            match judge.v8.compare(&plan, wasm, &trace) {
                Ok(true) => coverage.judged_by_v8 = 1,
                Ok(false) => return Err(self.refusal("V8", "refuses the module".to_owned())),
                Err(what) => return Err(self.difference(host, &options, what)),
            }
        }
        if let Some(marked) = self.marked() {
            let marked = self.compile_marked(host, &options, &marked)?;
            plan.run_then(host, &marked, |instance| coverage.read_markers(instance));
        }
        Ok(Expected { plan, trace, call_stacks: None, count: None, coverage })
    }

    /// Compares the expected behaviour with that of V8, for some modules. Returns how many times.
    fn ask_v8(&self, judge: &Judge, expected: &Expected) -> Result<usize, Box<Difference>> {
        let Prepared { wasm, imported_functions, .. } = self.prepared;
        let Some(kind) = self.kind else { return Ok(0) };
        let may_import = kind.has_imports() || *imported_functions > 0;
        if may_import || !self.seed.is_multiple_of(V8_SEEDS) || !V8::takes(&expected.plan, wasm) {
            return Ok(0);
        }
        let compared = judge.v8.compare(&expected.plan, wasm, &expected.trace);
        compared.map(usize::from).map_err(|what| self.refusal("V8", what))
    }

    /// The module with markers, to find out what is executed; only for some of the modules.
    fn marked(&self) -> Option<Vec<u8>> {
        let wanted = self.seed < FIRST_SEEDS || self.seed.is_multiple_of(MARKED_SEEDS);
        wanted.then(|| self.prepared.marked()).flatten()
    }

    /// A runtime without guard pages supports software checks only.
    fn configurations(&self, machine: Machine) -> Vec<Options> {
        match self.ways {
            &Ways::Drawn(ways) => {
                let has_vectors = self.kind.is_some_and(|kind| kind.proposals.vectors);
                let mut random = Random::new(self.seed << 8 | number(machine));
                let counts = Random::new(self.seed).below(4) == 0;
                let draw = |_| {
                    let mut options = draw::options(&mut random, machine, has_vectors);
                    // On all machines or on none, so that there is something to compare.
                    options.instrumentation.count_instructions = counts;
                    options
                };
                (0..ways).map(draw).collect()
            }
            &Ways::Turn(turn) => {
                let turn = turn + number(machine);
                let level = LEVELS[(turn % LEVELS.len() as u64) as usize];
                // Each level meets each mode.
                let turn = turn / LEVELS.len() as u64 + number(machine);
                let software = !Build::has_guard_pages() || turn.is_multiple_of(2);
                let checks = if software { BoundsChecks::Software } else { BoundsChecks::Hardware };
                let options = machine.options().opt_level(level).bounds_checks(checks);
                vec![options.threads(NonZeroUsize::MIN)]
            }
            Ways::Given(options) => {
                let is_for = options.cpu.architecture() == machine.options().cpu.architecture();
                is_for.then(|| (**options).clone()).into_iter().collect()
            }
        }
    }

    /// The module with markers, compiled.
    fn compile_marked(
        &self,
        host: &Host,
        options: &Options,
        wasm: &[u8],
    ) -> Result<Module, Box<Difference>> {
        let artifact = cwamrc::compile(wasm, options).map_err(|error| error.to_string());
        let module = artifact.and_then(|artifact| load(host, artifact.bytes()));
        module.map_err(|what| self.difference(host, options, format!("with markers: {what}")))
    }

    /// The module on `host`; none if the options forbid what it uses.
    fn compile(&self, host: &Host, options: &Options) -> Result<Option<Module>, Box<Difference>> {
        let artifact = match cwamrc::compile(&self.prepared.wasm, options) {
            Ok(artifact) => artifact,
            Err(error) if error.kind() == ErrorKind::Unsupported && may_be_refused(options) => {
                return Ok(None);
            }
            Err(error) => {
                return Err(self.difference(host, options, format!("not compiled: {error}")));
            }
        };
        let map = artifact.address_map();
        if map.is_some() != options.address_map {
            return Err(self.difference(host, options, "an address map: or none".to_owned()));
        }
        let outside = map
            .into_iter()
            .flat_map(|map| map.iter())
            .find(|(_, location)| location.wasm_offset as usize >= self.prepared.wasm.len());
        if let Some((range, location)) = outside {
            let what = format!("the map has code {range:?} from beyond the module: {location:?}");
            return Err(self.difference(host, options, what));
        }
        let module = load(host, artifact.bytes());
        module.map(Some).map_err(|what| self.difference(host, options, what))
    }

    fn difference(&self, host: &Host, options: &Options, what: String) -> Box<Difference> {
        let options = Some(Box::new(options.clone()));
        Box::new(Difference { options, ..*self.refusal(&host.machine.to_string(), what) })
    }

    fn refusal(&self, who: &str, what: String) -> Box<Difference> {
        let (who, wasm) = (who.to_owned(), self.prepared.wasm.clone());
        Box::new(Difference { who, options: None, wasm, what })
    }
}

/// Level 2 generates the same kind of code as level 3.
const LEVELS: [OptLevel; 3] = [OptLevel::O0, OptLevel::O1, OptLevel::O3];

/// V8 judges one seed in this many; not a multiple of the number of kinds.
const V8_SEEDS: u64 = 3;

/// The first seeds, which every test run uses, all run with markers.
const FIRST_SEEDS: u64 = 1000;

/// Of the others, one in this many; not a multiple of the number of kinds.
const MARKED_SEEDS: u64 = 7;

/// The number of a machine, which does not depend on which others there are.
fn number(machine: Machine) -> u64 {
    match machine {
        Machine::Here => 0,
        Machine::Runner { architecture, .. } => {
            let position = Architecture::ALL.iter().position(|&each| each == architecture);
            1 + position.expect("it is one of all") as u64
        }
    }
}

/// Whether some modules are not compiled with these options, because they disable a proposal.
fn may_be_refused(options: &Options) -> bool {
    !options.disabled_proposals.is_empty()
}

fn has_shared_memory(wasm: &[u8]) -> bool {
    wasmparser::Parser::new(0).parse_all(wasm).any(|payload| match payload {
        Ok(wasmparser::Payload::MemorySection(section)) => {
            section.into_iter().flatten().any(|memory| memory.shared)
        }
        _ => false,
    })
}

fn load(host: &Host, bytes: &[u8]) -> Result<Module, String> {
    host.runtime.load(bytes).map_err(|error| format!("not loaded: {error}"))
}
