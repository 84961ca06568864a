//! What compiled code can measure about itself, and whether it can be interrupted.
//!
//! The counts depend on the module alone: they are the same on every target, at every level, and with
//! or without inlining. `docs/metering.md` has the definitions.

mod costs;

pub use costs::{Cost, Costs, CostsError, LengthCost};

/// Exported name of the number of instructions executed.
pub const INSTRUCTION_COUNT: &str = "__cwamrc_instruction_count";
/// Exported name of the gas that is left.
pub const GAS_LEFT: &str = "__cwamrc_gas_left";

/// The name of the exported global with the tag of the last exception that reached the host, as an
/// i64: the index of the tag plus 1, or 0. See [`Instrumentation::trace_exceptions`].
pub const UNCAUGHT: &str = "__cwamrc_uncaught";

/// The name of the exported global with the place of the last `throw`, as an i64. The upper half is
/// the index of the function that contains it, imports counted; the lower half is the offset of the
/// `throw` from the start of that function's body in the module.
pub const THROWN_AT: &str = "__cwamrc_thrown_at";

/// The value of [`THROWN_AT`] for a place.
pub(crate) fn thrown_at(function: u32, offset: u32) -> i64 {
    (i64::from(function) << 32) | i64::from(offset)
}
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
    /// Whether the tag of an exception that reaches the host, and the place where it was thrown, are
    /// stored in the exported globals [`UNCAUGHT`] and [`THROWN_AT`]. Code that does not throw is
    /// the same.
    pub trace_exceptions: bool,
    /// Whether a runtime built with `WAMR_BUILD_PERF_PROFILING=1` counts and times the calls of
    /// every function. This disables inlining.
    pub profile_calls: bool,
    /// Whether a runtime built with `WAMR_BUILD_MEMORY_PROFILING=1` can report how much of the
    /// native stack was never used.
    pub profile_stack: bool,
}

impl Instrumentation {
    /// Measures nothing, and code cannot be stopped.
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

    /// Sets whether hosts can read which exception reached them, and where it was thrown.
    pub fn trace_exceptions(mut self, trace: bool) -> Self {
        self.trace_exceptions = trace;
        self
    }

    /// Sets whether a runtime that is built for it counts and times calls.
    pub fn profile_calls(mut self, profile: bool) -> Self {
        self.profile_calls = profile;
        self
    }

    /// Sets whether a runtime that is built for it can report how much of the native stack was
    /// never used.
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
