//! Measures what the generated modules do: if they all trapped at once, a differential test would
//! pass and prove nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use cwamrc::Options;
use serde::{Deserialize, Serialize};
use wamr_shim::{Instance, Val};

use super::draw;
use super::drive::{State, Trace};
use super::prepare::MARKER_PREFIX;
use crate::machine::Machine;

/// Counts over many modules.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Coverage {
    /// Modules compared; one with vectors counts twice if a machine needs them inside.
    pub modules: usize,
    /// Of these, instantiated.
    pub instantiated: usize,
    /// Modules and compilations that ran, by machine.
    pub machines: BTreeMap<String, (usize, usize)>,
    /// Compilations that were compared only up to a store across the end of memory, which wrote the
    /// part inside.
    pub torn_stores: usize,
    /// Compilations that were compared only up to the call for which the gas did not suffice.
    pub out_of_gas: usize,
    /// Compilations that were compared only up to the call for which the heap of objects was too small.
    pub full_heaps: usize,
    /// Compilations that were refused, since the options forbid what the module uses.
    pub refused: usize,
    /// Modules that V8 judged as well.
    pub judged_by_v8: usize,
    /// Modules by kind.
    pub kinds: BTreeMap<String, usize>,
    /// Compilations by each value of each option.
    pub flags: BTreeMap<String, usize>,
    /// Hashes of the sets of options.
    pub combinations: BTreeSet<u64>,
    /// Calls of exports in the interpreter; each was made in every compilation too.
    pub calls: usize,
    /// Of these, ended with results.
    pub returned: usize,
    /// Times that memory had changed when the state was inspected.
    pub memory_writes: usize,
    /// The same for the size of the memory.
    pub memory_growths: usize,
    /// The same for globals, not counting the fuel.
    pub global_changes: usize,
    /// Calls of host functions.
    pub host_calls: usize,
    /// Bytes of wasm.
    pub wasm_bytes: usize,
    /// How calls and instantiations failed, by message; numbers in messages are left out.
    pub failures: BTreeMap<String, usize>,
    /// wasmparser's names of the operators that were executed.
    pub executed: BTreeSet<String>,
}

impl Coverage {
    /// The coverage of one module that gave `trace`.
    pub fn of(trace: &Trace, wasm_bytes: usize) -> Self {
        let mut coverage = Self { modules: 1, wasm_bytes, ..Self::default() };
        match &trace.instantiated {
            Ok(()) => coverage.instantiated = 1,
            Err(message) => coverage.fail(message),
        }
        coverage.host_calls = trace.start_calls.len();
        let mut before = &trace.start;
        for call in &trace.calls {
            coverage.calls += 1;
            match &call.outcome {
                Ok(_) => coverage.returned += 1,
                Err(message) => coverage.fail(message),
            }
            coverage.host_calls += call.host_calls.len();
            let Some(after) = &call.state else { continue };
            let content = |state: &State| (state.memory_hash, state.memory_end);
            coverage.memory_writes += usize::from(content(after) != content(before));
            coverage.memory_growths += usize::from(after.memory_size != before.memory_size);
            coverage.global_changes += usize::from(own_globals(after) != own_globals(before));
            before = after;
        }
        coverage
    }

    fn fail(&mut self, message: &str) {
        // What a host function reports about a call back into the instance ends with the cause.
        let (_, cause) = message.rsplit_once(": ").unwrap_or(("", message));
        let kind: String = cause.chars().filter(|c| c.is_ascii_alphabetic() || *c == ' ').collect();
        *self.failures.entry(kind).or_default() += 1;
    }

    /// Records that the module ran on a machine, compiled in some ways.
    pub fn ran_on(&mut self, machine: Machine, ways: usize) {
        let (modules, compilations) = self.machines.entry(machine.to_string()).or_default();
        *modules += 1;
        *compilations += ways;
    }

    /// Records the options with which a module is compiled.
    pub fn drew(&mut self, options: &Options) {
        let flags = draw::flags(options);
        let mut hasher = DefaultHasher::new();
        flags.hash(&mut hasher);
        self.combinations.insert(hasher.finish());
        for flag in flags {
            *self.flags.entry(flag).or_default() += 1;
        }
    }

    /// Records which markers `instance` has set.
    pub fn read_markers(&mut self, instance: &Instance) {
        for export in instance.module().exports() {
            let Some(operator) = export.name.strip_prefix(MARKER_PREFIX) else { continue };
            if instance.global(&export.name) == Some(Val::I32(1)) {
                self.executed.insert(operator.to_owned());
            }
        }
    }

    /// Adds the counts of other modules.
    pub fn merge(&mut self, other: Self) {
        self.modules += other.modules;
        self.instantiated += other.instantiated;
        for (machine, (modules, compilations)) in other.machines {
            let counts = self.machines.entry(machine).or_default();
            counts.0 += modules;
            counts.1 += compilations;
        }
        self.torn_stores += other.torn_stores;
        self.out_of_gas += other.out_of_gas;
        self.full_heaps += other.full_heaps;
        self.refused += other.refused;
        self.judged_by_v8 += other.judged_by_v8;
        merge_counts(&mut self.kinds, other.kinds);
        merge_counts(&mut self.flags, other.flags);
        self.combinations.extend(other.combinations);
        self.calls += other.calls;
        self.returned += other.returned;
        self.memory_writes += other.memory_writes;
        self.memory_growths += other.memory_growths;
        self.global_changes += other.global_changes;
        self.host_calls += other.host_calls;
        self.wasm_bytes += other.wasm_bytes;
        merge_counts(&mut self.failures, other.failures);
        self.executed.extend(other.executed);
    }

    /// Options that were the same in all compilations.
    pub fn unvaried_options(&self) -> Vec<String> {
        draw::unvaried(&self.flags)
    }

    /// Operators of fixed-width SIMD that were never executed.
    pub fn missing_simd_operators(&self) -> Vec<&'static str> {
        let simd = SIMD_OPERATORS.iter().filter(|(proposal, _)| *proposal == "simd");
        simd.map(|&(_, name)| name).filter(|&name| !self.executed.contains(name)).collect()
    }

    /// Operators of garbage collection, typed references to functions and exceptions that were never executed.
    pub fn missing_object_operators(&self) -> Vec<&'static str> {
        let missing = |name: &&str| !self.executed.contains(*name);
        OBJECT_OPERATORS.iter().flatten().copied().filter(missing).collect()
    }

    /// Operators of WebAssembly 2.0 without SIMD that were never executed.
    pub fn missing_operators(&self) -> Vec<&'static str> {
        let missing = |name: &&str| !self.executed.contains(*name);
        OPERATORS.iter().flatten().copied().filter(missing).collect()
    }
}

fn merge_counts(counts: &mut BTreeMap<String, usize>, other: BTreeMap<String, usize>) {
    for (what, count) in other {
        *counts.entry(what).or_default() += count;
    }
}

/// The globals without the fuel, which is exported last.
fn own_globals(state: &State) -> &[Option<Val>] {
    state.globals.split_last().map_or(&[], |(_, own)| own)
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} modules of {} bytes, {} instantiated",
            self.modules, self.wasm_bytes, self.instantiated
        )?;
        for (machine, (modules, compilations)) in &self.machines {
            writeln!(f, "{machine}: {modules} modules, {compilations} compilations")?;
        }
        for (kind, modules) in &self.kinds {
            writeln!(f, "{modules:>8} {kind}")?;
        }
        let Self { torn_stores, out_of_gas, full_heaps, refused, .. } = self;
        writeln!(
            f,
            "{torn_stores} compilations compared up to a torn store only, {out_of_gas} until the gas \
             was used up, {full_heaps} until the heap was full; {refused} refused"
        )?;
        writeln!(f, "{} modules judged by V8, too", self.judged_by_v8)?;
        writeln!(f, "{} different combinations of options:", self.combinations.len())?;
        for (flag, count) in &self.flags {
            writeln!(f, "{count:>8} {flag}")?;
        }
        writeln!(f, "options that were always the same: {:?}", self.unvaried_options())?;
        writeln!(
            f,
            "{} calls of exports, {} returned; {} wrote memory, {} grew it, {} set globals; {} \
             host calls",
            self.calls,
            self.returned,
            self.memory_writes,
            self.memory_growths,
            self.global_changes,
            self.host_calls
        )?;
        for (message, count) in &self.failures {
            writeln!(f, "{count:>8} {message}")?;
        }
        let missing = self.missing_operators();
        write!(f, "{} operators executed; never: {missing:?}", self.executed.len())
    }
}

macro_rules! simd_operators {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {
        /// The operators of SIMD and relaxed SIMD.
        const SIMD_OPERATORS: &[(&str, &str)] = &[$( (stringify!($proposal), stringify!($op)) ),*];
    };
}
wasmparser::for_each_visit_simd_operator!(simd_operators);

macro_rules! operator_of {
    // More than one result is not valid yet (spec section 3.3.2.2).
    (reference_types TypedSelectMulti) => {
        None
    };
    (mvp $op:ident) => {
        Some(stringify!($op))
    };
    (sign_extension $op:ident) => {
        Some(stringify!($op))
    };
    (saturating_float_to_int $op:ident) => {
        Some(stringify!($op))
    };
    (bulk_memory $op:ident) => {
        Some(stringify!($op))
    };
    (reference_types $op:ident) => {
        Some(stringify!($op))
    };
    ($other:ident $op:ident) => {
        None
    };
}

macro_rules! object_operator_of {
    (gc $op:ident) => {
        Some(stringify!($op))
    };
    (function_references $op:ident) => {
        Some(stringify!($op))
    };
    (exceptions $op:ident) => {
        Some(stringify!($op))
    };
    ($other:ident $op:ident) => {
        None
    };
}

macro_rules! operators {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {
        /// The operators of the proposals that make up WebAssembly 2.0 without SIMD.
        const OPERATORS: &[Option<&str>] = &[$( operator_of!($proposal $op) ),*];
        /// The operators of garbage collection, typed references to functions and exceptions.
        const OBJECT_OPERATORS: &[Option<&str>] = &[$( object_operator_of!($proposal $op) ),*];
    };
}
wasmparser::for_each_operator!(operators);
