//! Generates modules from seeds.
//!
//! Invariants: a seed always gives the same bytes, as long as wasm-smith's version in the lock file
//! stays the same. Every module is valid WebAssembly 2.0 without SIMD, plus the requested
//! proposals. Every call of it terminates.

use arbitrary::Unstructured;
use wasm_smith::{Config, InstructionKind, InstructionKinds, MemoryOffsetChoices, Module};

use super::host;
use super::kind::{Boundary, Proposals};
use super::prepare::{self, Prepared};
use super::steer::Steer;
use crate::random::Random;

/// Function entries and loop iterations that a start function gets. Calls of exports get
/// [`FUEL`](super::drive::FUEL).
const START_FUEL: u32 = 200;

/// Sizes of the random input that wasm-smith spends on a module, in bytes.
const INPUT_SIZES: [usize; 4] = [4 << 10, 10 << 10, 24 << 10, 50 << 10];

/// The module of `seed`. With SIMD, it imports nothing, and has references in tables only. With exceptions, which
/// are those of the current encoding, it imports nothing, and what has references to exceptions is not exported.
pub fn module(seed: u64, proposals: Proposals) -> Prepared {
    let mut random = Random::new(seed);
    let size = random.choose(&INPUT_SIZES);
    let style = Style::choose(&mut random, proposals);
    let input = random.bytes(size);
    from_bytes(&input, style).expect("there is input enough for every section")
}

/// The module that wasm-smith makes of `input`.
///
/// # Errors
/// If the input is too short.
pub fn from_bytes(input: &[u8], style: Style) -> arbitrary::Result<Prepared> {
    let mut unstructured = Unstructured::new(input);
    let mut module = Module::new(config(style), &mut unstructured)?;
    let fuel = module.ensure_termination(START_FUEL).expect("no function is made of raw bytes");
    let exceptions = style.proposals.exceptions.is_some();
    let steer = match (style.temper, style.proposals.vectors) {
        (Temper::Steered, false) if style.proposals.collection => Steer::Objects,
        (Temper::Steered, false) if exceptions => Steer::Exceptions,
        (Temper::Steered, false) => Steer::Scalars,
        (Temper::Steered, true) => Steer::Vectors,
        (_, true) => Steer::OffVectors,
        (_, false) => Steer::Off,
    };
    let boundary = match style.proposals.collection {
        true => Boundary::Objects,
        false if exceptions => Boundary::Closed,
        false => Boundary::Open,
    };
    Ok(prepare::prepare(module.to_bytes(), fuel, steer, boundary))
}

/// How likely a module is to trap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Temper {
    /// No restrictions; such a module does not get far.
    Wild,
    /// Addresses and the like are kept small; see `steer.rs`.
    Steered,
    /// It avoids all traps, which means that wasm-smith leaves operators out or guards them.
    Tame,
}

/// The choices made before wasm-smith makes its own.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// How willing the module is to trap.
    pub temper: Temper,
    /// Families of operators that occur. Leaving some out makes the others more frequent ("swarm
    /// testing": Groce et al., ISSTA 2012).
    pub operators: InstructionKinds,
    /// What occurs beyond WebAssembly 2.0 without SIMD.
    pub proposals: Proposals,
}

impl Style {
    /// A style by chance.
    pub fn choose(random: &mut Random, proposals: Proposals) -> Self {
        let mut temper =
            random.choose(&[Temper::Wild, Temper::Steered, Temper::Steered, Temper::Tame]);
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
        if proposals.collection {
            // A tame module never reads a field.
            temper = if temper == Temper::Tame { Temper::Steered } else { temper };
            kinds.extend([InstructionKind::Reference, InstructionKind::Aggregate]);
        }
        Self { temper, operators: InstructionKinds::new(&kinds), proposals }
    }
}

fn config(style: Style) -> Config {
    let Proposals { tail_calls, atomics, vectors, exceptions, collection } = style.proposals;
    let has_imports = !tail_calls && !vectors && exceptions.is_none();
    Config {
        available_imports: has_imports.then(host::offered_imports),
        // Of vectors, all there is: they are a family of their own, and there are many.
        allowed_instructions: if vectors { InstructionKinds::all() } else { style.operators },
        disallow_traps: style.temper == Temper::Tame,
        canonicalize_nans: true,
        export_everything: true,
        // wasm-smith tosses a coin for each item beyond the minimum.
        min_funcs: 20,
        max_funcs: 40,
        min_types: 12,
        max_types: 24,
        max_type_size: 2000,
        max_imports: if has_imports { 16 } else { 0 },
        max_instructions: 400,
        min_globals: 6,
        max_globals: 12,
        min_memories: 1,
        max_memories: 1,
        memory_max_size_required: true,
        max_memory32_bytes: 4 << 16,
        memory_offset_choices: MemoryOffsetChoices(60, 30, 10),
        min_tables: 1,
        // V8 has another limit for tables without a maximum.
        table_max_size_required: exceptions.is_some(),
        max_tables: if vectors || exceptions.is_some() { 1 } else { 3 },
        max_table_elements: 60,
        max_element_segments: 8,
        min_element_segments: 2,
        max_elements: 20,
        min_data_segments: 1,
        max_data_segments: 6,
        // WebAssembly 2.0 without SIMD.
        bulk_memory_enabled: true,
        multi_value_enabled: true,
        reference_types_enabled: !vectors,
        saturating_float_to_int_enabled: true,
        sign_extension_ops_enabled: true,
        compact_imports_enabled: false,
        exceptions_enabled: exceptions.is_some(),
        min_tags: if exceptions.is_some() { 3 } else { 0 },
        max_tags: 8,
        extended_const_enabled: false,
        gc_enabled: collection,
        memory64_enabled: false,
        relaxed_simd_enabled: false,
        simd_enabled: vectors,
        tail_call_enabled: tail_calls,
        threads_enabled: atomics,
        wide_arithmetic_enabled: false,
        ..Config::default()
    }
}
