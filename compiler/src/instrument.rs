//! What compiled code can measure about itself, and whether it can be stopped.
//!
//! Counters are mutable globals that the compiler adds behind those of the module and exports, so that a
//! host reads and writes them like any other global. What is counted is a property of the module alone:
//! the same on every target, at every level and whether or not calls are inlined. The definitions are in
//! `docs/metering.md`; code is made in `lower/metering.rs` and `lower/time.rs`.

use std::fmt;

use crate::error::Error;
use crate::wasm::{ConstExpr, Export, ExportKind, Global, Module, Operator, ValueType};

/// Exported name of the number of instructions executed.
pub const INSTRUCTION_COUNT: &str = "__cwamrc_instruction_count";
/// Exported name of the gas that is left.
pub const GAS_LEFT: &str = "__cwamrc_gas_left";
/// Exported name of the time spent in the module, in ticks of the machine's counter.
pub const TIME: &str = "__cwamrc_time";

/// What code is to measure, and whether it can be stopped. Nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[non_exhaustive]
pub struct Instrumentation {
    /// Whether `wasm_runtime_terminate` ends a function that loops, from another thread.
    pub interruptible: bool,
    /// Whether executed instructions are counted, in the exported global [`INSTRUCTION_COUNT`].
    pub count_instructions: bool,
    /// Whether instructions cost gas, taken from the exported global [`GAS_LEFT`].
    pub gas: Option<Gas>,
    /// Whether time is measured, in the exported global [`TIME`].
    pub measure_time: bool,
    /// Whether a runtime that is built for it (`WAMR_BUILD_PERF_PROFILING=1`) counts and times the calls
    /// of every function. Nothing is inlined then.
    pub profile_calls: bool,
    /// Whether a runtime that is built for it (`WAMR_BUILD_MEMORY_PROFILING=1`) can tell how much of the
    /// native stack was never used.
    pub profile_stack: bool,
}

/// What instructions cost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[non_exhaustive]
pub struct Gas {
    /// How much an instance has until the host gives it another amount. `None` is as good as endless.
    pub limit: Option<u64>,
    /// What each instruction takes.
    pub costs: Costs,
}

impl Gas {
    /// Endless gas, of which each instruction takes 1.
    pub fn new() -> Self {
        Self { limit: None, costs: Costs::default() }
    }
}

impl Default for Gas {
    fn default() -> Self {
        Self::new()
    }
}

/// What each operator costs, and the call of a function besides its operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Costs {
    operators: Vec<u32>,
    function: u32,
}

impl Default for Costs {
    /// 1 for each instruction of the specification; `end` and `else`, which only delimit others, are
    /// none.
    fn default() -> Self {
        let cost = |operator: &Operator| u32::from(operator.is_instruction());
        Self { operators: Operator::ALL.iter().map(cost).collect(), function: 0 }
    }
}

/// The table that [`Costs::parse`] reads as the same costs.
impl fmt::Display for Costs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = Self::default();
        if self.function != default.function {
            writeln!(f, "function = {}", self.function)?;
        }
        // The three that are called `select` cost the same.
        let is_named_again =
            |operator| matches!(operator, Operator::TypedSelect | Operator::TypedSelectMulti);
        for &operator in Operator::ALL.iter().filter(|&&operator| !is_named_again(operator)) {
            if self.of(operator) != default.of(operator) {
                writeln!(f, "{} = {}", operator.name(), self.of(operator))?;
            }
        }
        Ok(())
    }
}

/// A line of a table of costs that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostsError {
    /// Number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for CostsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, in line {}", self.message, self.line)
    }
}

impl std::error::Error for CostsError {}

impl Costs {
    /// Reads a table of lines such as `i32.div_s = 20`, with names of the text format. `default` stands
    /// for all operators without a line of their own but `end` and `else`, `function` for what entering a
    /// function costs. What follows a `#` is a comment.
    ///
    /// # Errors
    /// The first line that is something else.
    pub fn parse(text: &str) -> Result<Self, CostsError> {
        let mut costs = Self::default();
        let mut given: Vec<(String, u32)> = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let (name, cost) = parse_line(line)
                .and_then(|(name, cost)| match given.iter().any(|(known, _)| *known == name) {
                    true => Err(format!("{name} has a cost already")),
                    false => Ok((name, cost)),
                })
                .map_err(|message| CostsError { line: number, message })?;
            given.push((name, cost));
        }
        for (name, cost) in &given {
            match name.as_str() {
                "function" => costs.function = *cost,
                "default" => {
                    for operator in Operator::ALL.iter().filter(|each| each.is_instruction()) {
                        let has_own = given.iter().any(|(name, _)| *name == operator.name());
                        if !has_own {
                            costs.operators[*operator as usize] = *cost;
                        }
                    }
                }
                name => {
                    // `select` is three operators of the same name.
                    for operator in Operator::ALL.iter().filter(|each| is_called(**each, name)) {
                        costs.operators[*operator as usize] = *cost;
                    }
                }
            }
        }
        Ok(costs)
    }

    pub(crate) fn of(&self, operator: Operator) -> u32 {
        self.operators[operator as usize]
    }

    pub(crate) fn of_function(&self) -> u32 {
        self.function
    }
}

fn parse_line(line: &str) -> Result<(String, u32), String> {
    let (name, cost) = line.split_once('=').ok_or("expected NAME = COST")?;
    let (name, cost) = (name.trim(), cost.trim());
    let known = matches!(name, "function" | "default")
        || Operator::ALL.iter().any(|&operator| is_called(operator, name));
    if !known {
        return Err(format!("there is no operator {name:?}"));
    }
    let cost = cost.parse().map_err(|_| format!("{cost:?} is no cost from 0 to {}", u32::MAX))?;
    Ok((name.to_owned(), cost))
}

fn is_called(operator: Operator, name: &str) -> bool {
    match operator {
        Operator::TypedSelect | Operator::TypedSelectMulti => name == "select",
        _ => operator.name() == name,
    }
}

/// The globals that [`install`] adds, by index.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counters {
    pub(crate) instructions: Option<u32>,
    pub(crate) gas: Option<u32>,
    /// The sum, and when the runtime entered the module last.
    pub(crate) time: Option<(u32, u32)>,
}

/// Adds the globals that `instrumentation` asks for to `module`, in the place of those that were added
/// before.
pub(crate) fn install(
    module: &mut Module<'_>,
    instrumentation: &Instrumentation,
) -> Result<Counters, Error> {
    module.globals.truncate(module.declared_globals);
    module.exports.truncate(module.declared_exports);
    let mut add = |value: i64| {
        let init = Some(ConstExpr::I64(value));
        module.globals.push(Global { value_type: ValueType::I64, mutable: true, init });
        module.globals.len() as u32 - 1
    };
    let limit = |gas: &Gas| gas.limit.and_then(|limit| i64::try_from(limit).ok());
    let counters = Counters {
        instructions: instrumentation.count_instructions.then(|| add(0)),
        gas: instrumentation.gas.as_ref().map(|gas| add(limit(gas).unwrap_or(i64::MAX))),
        time: instrumentation.measure_time.then(|| (add(0), add(0))),
    };
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
