//! What compiled code can measure about itself, and whether it can be interrupted.
//!
//! Counters are mutable exported globals that the compiler adds after those of the module, so a
//! host reads and writes them like any other global. The counts depend on the module alone: they
//! are the same on every target, at every level, and with or without inlining. Where threads share
//! a memory, the counters of the first thread are the counters for all, and each thread also has
//! globals of its own.
//!
//! The definitions are in `docs/metering.md`. `lower/metering.rs`, `lower/account.rs` and
//! `lower/time.rs` generate the code.

mod costs;

pub use costs::{Cost, Costs, CostsError, LengthCost};

use wamr_abi::layout;

use crate::error::Error;
use crate::instance::global_size;
use crate::wasm::{ConstExpr, Export, ExportKind, Global, Module, ValueType};

/// Exported name of the number of instructions executed.
pub const INSTRUCTION_COUNT: &str = "__cwamrc_instruction_count";
/// Exported name of the gas that is left.
pub const GAS_LEFT: &str = "__cwamrc_gas_left";
/// Exported name of the time spent in the module, in ticks of the machine's counter.
pub const TIME: &str = "__cwamrc_time";

/// What code measures, and whether it can be interrupted. Nothing by default.
///
/// ```
/// use cwamrc::Options;
/// use cwamrc::instrument::{Costs, Gas, Instrumentation};
///
/// let costs = Costs::parse("i32.div_s = 20").expect("a table");
/// let gas = Gas::new().limit(1_000_000).costs(costs);
/// let metered = Instrumentation::new().gas(gas).interruptible(true);
/// let options = Options::new().instrumentation(metered);
/// assert_eq!(options.instrumentation.gas.and_then(|gas| gas.limit), Some(1_000_000));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[non_exhaustive]
pub struct Instrumentation {
    /// Whether `wasm_runtime_terminate`, called from another thread, stops a function that loops.
    pub interruptible: bool,
    /// Whether executed instructions are counted, in the exported global [`INSTRUCTION_COUNT`].
    pub count_instructions: bool,
    /// Whether instructions cost gas, charged to the exported global [`GAS_LEFT`].
    pub gas: Option<Gas>,
    /// Whether time is measured, in the exported global [`TIME`].
    pub measure_time: bool,
    /// Whether a runtime built with `WAMR_BUILD_PERF_PROFILING=1` counts and times the calls of
    /// every function. This disables inlining.
    pub profile_calls: bool,
    /// Whether a runtime built with `WAMR_BUILD_MEMORY_PROFILING=1` can report how much of the
    /// native stack was never used.
    pub profile_stack: bool,
}

impl Instrumentation {
    /// Nothing is measured, and nothing can be stopped.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether `wasm_runtime_terminate` ends a function that loops.
    pub fn interruptible(mut self, interruptible: bool) -> Self {
        self.interruptible = interruptible;
        self
    }

    /// Sets whether executed instructions are counted.
    pub fn count_instructions(mut self, count: bool) -> Self {
        self.count_instructions = count;
        self
    }

    /// Makes instructions cost gas.
    pub fn gas(mut self, gas: Gas) -> Self {
        self.gas = Some(gas);
        self
    }

    /// Sets whether time is measured.
    pub fn measure_time(mut self, measure: bool) -> Self {
        self.measure_time = measure;
        self
    }

    /// Sets whether a runtime that is built for it counts and times calls.
    pub fn profile_calls(mut self, profile: bool) -> Self {
        self.profile_calls = profile;
        self
    }

    /// Sets whether a runtime that is built for it can tell how much of the native stack was never used.
    pub fn profile_stack(mut self, profile: bool) -> Self {
        self.profile_stack = profile;
        self
    }
}

/// What instructions cost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[non_exhaustive]
pub struct Gas {
    /// The gas of an instance with all its threads, until the host sets another amount. `None` is
    /// practically unlimited.
    pub limit: Option<u64>,
    /// The cost of each instruction, and of operators by their length.
    pub costs: Costs,
}

impl Gas {
    /// Unlimited gas, with the costs of [`Costs::default`].
    pub fn new() -> Self {
        Self { limit: None, costs: Costs::default() }
    }

    /// Sets how much an instance has.
    pub fn limit(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Sets what operators cost.
    pub fn costs(mut self, costs: Costs) -> Self {
        self.costs = costs;
        self
    }
}

impl Default for Gas {
    fn default() -> Self {
        Self::new()
    }
}

/// The globals that [`install`] adds, by index.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counters {
    pub(crate) instructions: Option<u32>,
    pub(crate) gas: Option<u32>,
    /// The sum, and the time when the runtime last entered the module.
    pub(crate) time: Option<(u32, u32)>,
    /// The counters that each thread has for itself, if threads may share the others.
    pub(crate) own: Option<OwnCounters>,
}

/// Globals that are not exported. Every thread has an instance with its own globals; where threads
/// share a memory, the exported counters of the first thread are the counters for all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnCounters {
    /// Instructions that are not yet part of the common count.
    pub(crate) instructions: Option<u32>,
    /// Gas that was drawn from the common account and is not used yet.
    pub(crate) gas: Option<u32>,
}

/// Adds the globals that `instrumentation` asks for to `module`, replacing those added before.
pub(crate) fn install(
    module: &mut Module<'_>,
    instrumentation: &Instrumentation,
) -> Result<Counters, Error> {
    module.globals.truncate(module.declared_globals);
    module.exports.truncate(module.declared_exports);
    refuse_separate_accounts(module, instrumentation)?;
    let counts = instrumentation.gas.is_some()
        || instrumentation.count_instructions
        || instrumentation.measure_time;
    let shared = counts && module.shares_memory();
    if shared {
        align_next_global(module);
    }
    let mut add = |value: i64| {
        let init = Some(ConstExpr::I64(value));
        module.globals.push(Global { value_type: ValueType::I64, mutable: true, init });
        module.globals.len() as u32 - 1
    };
    let limit = |gas: &Gas| gas.limit.and_then(|limit| i64::try_from(limit).ok());
    let instructions = instrumentation.count_instructions.then(|| add(0));
    let gas = instrumentation.gas.as_ref().map(|gas| add(limit(gas).unwrap_or(i64::MAX)));
    let time = instrumentation.measure_time.then(|| (add(0), add(0)));
    let own = shared.then(|| OwnCounters {
        instructions: instructions.map(|_| add(0)),
        gas: gas.map(|_| add(0)),
    });
    let counters = Counters { instructions, gas, time, own };
    let exported = [
        (INSTRUCTION_COUNT, counters.instructions),
        (GAS_LEFT, counters.gas),
        (TIME, counters.time.map(|(sum, _)| sum)),
    ];
    for (name, index) in exported {
        let Some(index) = index else { continue };
        if module.exports.iter().any(|export| export.name == name) {
            let what = format!("the module exports {name}, which is the name of a counter");
            return Err(Error::unsupported(what).with_hint("give the export another name"));
        }
        module.exports.push(Export { name, kind: ExportKind::Global, index });
    }
    Ok(counters)
}

/// The functions of WAMR's libraries with which a module starts threads. The runtime also finds
/// them with an underscore before the name (`lookup_symbol` in `core/iwasm/common/wasm_native.c`).
const THREAD_STARTERS: [(&str, &str); 2] = [("wasi", "thread-spawn"), ("env", "pthread_create")];

/// Refuses gas for threads without a shared memory: each thread would have an account of its own,
/// so a module that starts threads could use unlimited gas.
fn refuse_separate_accounts(
    module: &Module<'_>,
    instrumentation: &Instrumentation,
) -> Result<(), Error> {
    if instrumentation.gas.is_none() || module.shares_memory() {
        return Ok(());
    }
    let starts_threads = |(library, function): &(&str, &str)| {
        module.imported_functions.iter().any(|import| {
            let name = import.name.strip_prefix('_').unwrap_or(import.name);
            import.module == *library && (name == *function || import.name == *function)
        })
    };
    match THREAD_STARTERS.iter().find(|starter| starts_threads(starter)) {
        None => Ok(()),
        Some((library, function)) => {
            let what = format!(
                "the module imports {library}.{function}, but threads without a shared memory \
                    cannot share an account of gas"
            );
            let hint = "make its memory shared, or compile without gas";
            Err(Error::unsupported(what).with_hint(hint))
        }
    }
}

/// Aligns the next global to 8, as atomic accesses require. The runtime packs globals one after the
/// other, and what comes before them ends at a multiple of 8.
fn align_next_global(module: &mut Module<'_>) {
    const {
        assert!(layout::instance::GLOBAL_TABLE_DATA.is_multiple_of(8));
        assert!(layout::memory::SIZE.is_multiple_of(8));
    }
    let size: u64 =
        module.globals.iter().map(|global| u64::from(global_size(global.value_type))).sum();
    if !size.is_multiple_of(8) {
        let init = Some(ConstExpr::I32(0));
        module.globals.push(Global { value_type: ValueType::I32, mutable: false, init });
    }
}
