//! Seeds to modules.
//!
//! Invariants: a seed gives the same bytes for ever, as long as wasm-smith's version in the lock
//! file stays; every module is valid WebAssembly 2.0, without SIMD unless it is asked for, but for tail
//! calls and atomic operators in some; every call of it terminates.

use arbitrary::Unstructured;
use wasm_smith::{Config, InstructionKind, InstructionKinds, MemoryOffsetChoices, Module};

use super::host;
use super::prepare::{self, Prepared};
use super::steer::Steer;
use crate::random::Random;

/// Function entries and loop iterations that a start function gets. Calls of exports get
/// [`FUEL`](super::drive::FUEL).
const START_FUEL: u32 = 200;

/// Every so many seeds, modules make tail calls.
const TAIL_CALL_SEEDS: u64 = 6;
/// Every so many seeds, modules may use atomic operators and shared memory.
const THREAD_SEEDS: u64 = 6;

/// Sizes of the random input that wasm-smith spends on a module, in bytes.
const INPUT_SIZES: [usize; 4] = [4 << 10, 10 << 10, 24 << 10, 50 << 10];

/// The module of `seed`.
pub fn module(seed: u64) -> Prepared {
    let mut random = Random::new(seed);
    let size = random.choose(&INPUT_SIZES);
    let style = Style::choose(&mut random);
    let style = Style {
        tail_calls: seed.is_multiple_of(TAIL_CALL_SEEDS),
        threads: seed % THREAD_SEEDS == 2,
        ..style
    };
    let input = random.bytes(size);
    from_bytes(&input, style).expect("there is input enough for every section")
}

/// The module of `seed` with SIMD. It imports nothing, and has references in tables only.
pub fn simd_module(seed: u64) -> Prepared {
    let mut random = Random::new(seed);
    let size = random.choose(&INPUT_SIZES);
    let temper = random.choose(&[Temper::Wild, Temper::Steered, Temper::Steered, Temper::Tame]);
    let operators = InstructionKinds::all();
    let input = random.bytes(size);
    let style = Style { temper, operators, tail_calls: false, threads: false };
    let config = Config {
        available_imports: None,
        max_imports: 0,
        reference_types_enabled: false,
        max_tables: 1,
        simd_enabled: true,
        ..config(style)
    };
    let steer = if temper == Temper::Steered { Steer::Vectors } else { Steer::Off };
    generate(&input, config, steer).expect("there is input enough for every section")
}

/// The module that wasm-smith makes of `input`.
///
/// # Errors
/// If the input is too short.
pub fn from_bytes(input: &[u8], style: Style) -> arbitrary::Result<Prepared> {
    let steer = if style.temper == Temper::Steered { Steer::Scalars } else { Steer::Off };
    generate(input, config(style), steer)
}

fn generate(input: &[u8], config: Config, steer: Steer) -> arbitrary::Result<Prepared> {
    let mut unstructured = Unstructured::new(input);
    let mut module = Module::new(config, &mut unstructured)?;
    let fuel = module.ensure_termination(START_FUEL).expect("no function is made of raw bytes");
    Ok(prepare::prepare(&module.to_bytes(), fuel, steer))
}

/// How willing a module is to trap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Temper {
    /// It does whatever it likes, and so does not get far.
    Wild,
    /// Addresses and the like are kept small; see `steer.rs`.
    Steered,
    /// It avoids all traps, at the price of operators that wasm-smith leaves out or guards.
    Tame,
}

/// The choices that are made before wasm-smith makes its own.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// How willing the module is to trap.
    pub temper: Temper,
    /// Families of operators that occur. Leaving some out makes the others more frequent ("swarm
    /// testing": Groce et al., ISSTA 2012).
    pub operators: InstructionKinds,
    /// Whether tail calls are among them. Such a module has no imports, see
    /// [`DEVIATIONS`](super::prepare::DEVIATIONS).
    pub tail_calls: bool,
    /// Whether atomic operators are among them; see [`DEVIATIONS`](super::prepare::DEVIATIONS).
    pub threads: bool,
}

impl Style {
    /// A style by chance.
    pub fn choose(random: &mut Random) -> Self {
        let temper = random.choose(&[Temper::Wild, Temper::Steered, Temper::Steered, Temper::Tame]);
        let numeric = random.choose(&[InstructionKind::Numeric, InstructionKind::NumericInt]);
        let mut kinds = vec![numeric, InstructionKind::Variable];
        let others = [
            InstructionKind::Reference,
            InstructionKind::Parametric,
            InstructionKind::Table,
            InstructionKind::Memory,
            InstructionKind::Control,
        ];
        kinds.extend(others.into_iter().filter(|_| random.below(3) != 0));
        Self { temper, operators: InstructionKinds::new(&kinds), tail_calls: false, threads: false }
    }
}

fn config(style: Style) -> Config {
    Config {
        available_imports: (!style.tail_calls).then(host::offered_imports),
        allowed_instructions: style.operators,
        disallow_traps: style.temper == Temper::Tame,
        canonicalize_nans: true,
        export_everything: true,
        // wasm-smith tosses a coin for each item beyond the minimum.
        min_funcs: 20,
        max_funcs: 40,
        min_types: 12,
        max_types: 24,
        max_type_size: 2000,
        max_imports: if style.tail_calls { 0 } else { 16 },
        max_instructions: 400,
        min_globals: 6,
        max_globals: 12,
        min_memories: 1,
        max_memories: 1,
        memory_max_size_required: true,
        max_memory32_bytes: 4 << 16,
        memory_offset_choices: MemoryOffsetChoices(60, 30, 10),
        min_tables: 1,
        max_tables: 3,
        max_table_elements: 60,
        max_element_segments: 8,
        min_element_segments: 2,
        max_elements: 20,
        min_data_segments: 1,
        max_data_segments: 6,
        // WebAssembly 2.0 without SIMD.
        bulk_memory_enabled: true,
        multi_value_enabled: true,
        reference_types_enabled: true,
        saturating_float_to_int_enabled: true,
        sign_extension_ops_enabled: true,
        compact_imports_enabled: false,
        exceptions_enabled: false,
        extended_const_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        relaxed_simd_enabled: false,
        simd_enabled: false,
        tail_call_enabled: style.tail_calls,
        threads_enabled: style.threads && cfg!(feature = "software-bounds-checks"),
        wide_arithmetic_enabled: false,
        ..Config::default()
    }
}

#[cfg(test)]
mod tests {
    use super::{module, simd_module};
    use wasmparser::{Validator, WasmFeatures};

    #[test]
    fn modules_use_the_proposals_that_they_may() {
        let features = WasmFeatures::WASM2.difference(WasmFeatures::SIMD);
        let features = features.union(WasmFeatures::TAIL_CALL).union(WasmFeatures::THREADS);
        for seed in 0..50 {
            let wasm = module(seed).wasm;
            let result = Validator::new_with_features(features).validate_all(&wasm);
            assert_eq!(result.err().map(|error| error.to_string()), None, "seed {seed}");
        }
    }

    #[test]
    fn modules_with_simd_are_webassembly_2() {
        for seed in 0..50 {
            let wasm = simd_module(seed).wasm;
            let result = Validator::new_with_features(WasmFeatures::WASM2).validate_all(&wasm);
            assert_eq!(result.err().map(|error| error.to_string()), None, "seed {seed}");
        }
    }
}
