//! Runs a module in WAMR and records everything that can be observed from outside.
//!
//! The exports are called one after the other on one instance, each with several arguments. The
//! fuel is refilled before every call, so that an endless loop in one call does not affect the
//! others.

use cwamrc::instrument::{GAS_LEFT, INSTRUCTION_COUNT, TIME};
use wamr_abi::exceptions::TrapId;
use wamr_shim::{
    Error, ExportType, ExternType, Frame, FuncType, Instance, InstanceConfig, Module, Val, ValType,
};

use super::host::{Host, HostCall};
use super::prepare::{FUEL_EXPORT, Prepared};
use crate::random::Random;

/// Function entries and loop iterations of one call from outside.
pub const FUEL: i32 = 300;

/// What precedes the index of a function in the name of its export.
pub(super) const FUNCTION_PREFIX: &str = "f";

/// Calls of each export.
const CALLS_PER_EXPORT: usize = 2;

/// The state is inspected once in this many calls.
const LOOKED_AT: usize = 6;

/// Size of the interpreter's stack in bytes. The fuel limits the depth of calls, and this is enough
/// for that many frames. The ends of the two stacks are at different depths, so neither must be
/// reached.
const STACK_SIZE: u32 = 4 << 20;

/// Everything observed of one run, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The exports that the runtime reports, in order; limits of memories are left out, see
    /// [`DEVIATIONS`](super::prepare::DEVIATIONS).
    pub exports: Vec<ExportType>,
    /// The result of instantiation, including the start function: WAMR's text if it failed.
    pub instantiated: Result<(), String>,
    /// The start function's calls of the host.
    pub start_calls: Vec<HostCall>,
    /// The state after instantiation.
    pub start: State,
    /// The calls, in order.
    pub calls: Vec<Call>,
    /// The exported tables at the end: name and elements.
    pub tables: Vec<(String, Vec<Option<Val>>)>,
}

/// One call of an export.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The export.
    pub name: String,
    /// Its arguments.
    pub arguments: Vec<Val>,
    /// Results, or the trap's message.
    pub outcome: Result<Vec<Val>, String>,
    /// The functions that a trap went through.
    pub frames: Vec<Frame>,
    /// Its calls of the host.
    pub host_calls: Vec<HostCall>,
    /// The state afterwards, if it is inspected (`Plan::looks_at`).
    pub state: Option<State>,
}

/// The state of an instance between calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The exported globals in order, fuel included. `None`: a host reference that the host never
    /// made.
    pub globals: Vec<Option<Val>>,
    /// Size of the memory in bytes.
    pub memory_size: usize,
    /// A hash of the memory, without its end.
    pub memory_hash: u64,
    /// The last bytes of the memory: as many as the largest access.
    pub memory_end: [u8; 16],
}

/// What to do with a module.
pub struct Plan {
    pub(super) functions: Vec<(String, FuncType)>,
    pub(super) globals: Vec<(String, ValType, bool)>,
    pub(super) tables: Vec<String>,
    pub(super) calls: Vec<(usize, Vec<Val>)>,
    /// The number of imported functions, which are exported, too.
    imported: usize,
}

impl Plan {
    /// The calls for `prepared`, loaded as `module`; `seed` decides the arguments.
    pub fn new(prepared: &Prepared, module: &Module, seed: u64) -> Self {
        let mut plan = Self {
            functions: Vec::new(),
            globals: Vec::new(),
            tables: Vec::new(),
            calls: Vec::new(),
            imported: prepared.imported_functions as usize,
        };
        let imported = plan.imported;
        let mut seen = 0;
        // Counters are added by the compiler, with some options.
        for export in module.exports().iter().filter(|export| !is_counter(&export.name)) {
            match &export.ty {
                ExternType::Func(ty) => {
                    seen += 1;
                    if seen > imported {
                        plan.functions.push((export.name.clone(), ty.clone()));
                    }
                }
                &ExternType::Global { value, mutable } => {
                    plan.globals.push((export.name.clone(), value, mutable));
                }
                ExternType::Table { .. } => plan.tables.push(export.name.clone()),
                ExternType::Memory { .. } => {}
            }
        }
        let mut random = Random::new(seed);
        for index in 0..plan.functions.len() {
            for _ in 0..CALLS_PER_EXPORT {
                let params = &plan.functions[index].1.params;
                let arguments = params.iter().map(|&ty| {
                    let argument = argument(ty, &mut random, imported);
                    match ty {
                        ValType::ExternRef if prepared.has_objects => Val::ExternRef(None),
                        ValType::FuncRef if prepared.has_objects => Val::FuncRef(None),
                        _ if plan.can_name(&argument) => argument,
                        _ => Val::FuncRef(None),
                    }
                });
                let arguments = arguments.collect();
                plan.calls.push((index, arguments));
            }
        }
        plan
    }

    /// Whether a host can get hold of `value`: of a function, only if it is exported.
    fn can_name(&self, value: &Val) -> bool {
        let Val::FuncRef(Some(index)) = value else { return true };
        let name = format!("{FUNCTION_PREFIX}{index}");
        self.imported > *index as usize || self.functions.iter().any(|(other, _)| *other == name)
    }

    /// Instantiates `module` and executes the plan.
    pub fn run(&self, host: &Host, module: &Module) -> Trace {
        self.run_then(host, module, |_| ())
    }

    /// Like [`Plan::run`], and passes the instance to `inspect` at the end, if there is one.
    pub fn run_then(&self, host: &Host, module: &Module, inspect: impl FnOnce(&Instance)) -> Trace {
        let settable = |&&(ref name, ty, mutable): &&(String, ValType, bool)| {
            ty == ValType::I64 && mutable && name != FUEL_EXPORT
        };
        let settable_global = self.globals.iter().find(settable).map(|(name, ..)| name.clone());
        host.reset(self.functions.clone(), settable_global);
        let config = InstanceConfig { stack_size: STACK_SIZE, ..InstanceConfig::default() };
        let instance = module.instantiate(&config);
        let mut trace = Trace {
            exports: module.exports().iter().map(without_memory_limits).collect(),
            instantiated: instance.as_ref().map(|_| ()).map_err(failure),
            start_calls: host.take_calls(),
            start: State::default(),
            calls: Vec::new(),
            tables: Vec::new(),
        };
        let Ok(instance) = instance else { return trace };
        trace.start = self.state(&instance);
        trace.calls = (0..self.calls.len()).map(|at| self.call(host, &instance, at)).collect();
        trace.tables = self.tables.iter().map(|name| table(&instance, name)).collect();
        inspect(&instance);
        trace
    }

    /// Whether the state is recorded after the call at `position`, which ended with `outcome`.
    /// Reading it takes as long as several calls, and most differences persist; but one from a torn
    /// store does not.
    pub(super) fn looks_at(&self, position: usize, outcome: &Result<Vec<Val>, String>) -> bool {
        let beyond = TrapId::OutOfBoundsMemoryAccess.message();
        position % LOOKED_AT == LOOKED_AT - 1
            || position + 1 == self.calls.len()
            || outcome.as_ref().is_err_and(|message| message.ends_with(beyond))
    }

    fn call(&self, host: &Host, instance: &Instance, position: usize) -> Call {
        let (index, arguments) = &self.calls[position];
        let (name, _) = &self.functions[*index];
        if self.globals.iter().any(|(name, ..)| name == FUEL_EXPORT) {
            let filled = instance.set_global(FUEL_EXPORT, Val::I32(FUEL));
            filled.expect("the fuel is a mutable i32");
        }
        let mut frames = Vec::new();
        let outcome = instance.call(name, arguments).map_err(|trap| {
            frames = trap.frames;
            match trap.message.as_str() {
                // See `DEVIATIONS`.
                "unaligned atomic" => "out of bounds memory access".to_owned(),
                _ => trap.message,
            }
        });
        let looks = self.looks_at(position, &outcome);
        Call {
            name: name.clone(),
            arguments: arguments.clone(),
            outcome,
            frames,
            host_calls: host.take_calls(),
            state: looks.then(|| self.state(instance)),
        }
    }

    fn state(&self, instance: &Instance) -> State {
        let memory = instance.memory();
        let memory = memory.map(|memory| {
            let size = memory.len();
            memory.read_vec(0, size).expect("the memory has that size")
        });
        let memory = memory.unwrap_or_default();
        let names: Vec<&str> = self.globals.iter().map(|(name, ..)| name.as_str()).collect();
        State {
            globals: instance.globals(&names),
            memory_size: memory.len(),
            memory_hash: hash(&memory),
            memory_end: end(&memory),
        }
    }
}

/// Whether an export with this name was added by instrumentation.
pub(super) fn is_counter(name: &str) -> bool {
    [INSTRUCTION_COUNT, GAS_LEFT, TIME].contains(&name)
}

fn without_memory_limits(export: &ExportType) -> ExportType {
    let mut export = export.clone();
    if let ExternType::Memory { initial, maximum, .. } = &mut export.ty {
        (*initial, *maximum) = (0, 0);
    }
    export
}

/// A reason why an instance cannot be created; see [`failure`].
pub(super) const SEGMENT_OUT_OF_BOUNDS: &str = "a segment is out of bounds";

/// Why an instance cannot be created, without WAMR's name of the kind of module.
///
/// WAMR's interpreter applies data segments before element segments, its loader of `.aot` files the
/// other way round. So if segments of both kinds are out of bounds, they name different ones
/// (`wasm_instantiate`, `aot_instantiate`), and the segment is left out here.
fn failure(error: &Error) -> String {
    let text = error.to_string();
    let (_, reason) = text.split_once("module instantiate failed: ").unwrap_or(("", &text));
    match reason {
        "out of bounds memory access" | "out of bounds table access" => {
            SEGMENT_OUT_OF_BOUNDS.to_owned()
        }
        // See `DEVIATIONS`; a start function, as a call.
        "Exception: unaligned atomic" => "Exception: out of bounds memory access".to_owned(),
        other => other.to_owned(),
    }
}

fn table(instance: &Instance, name: &str) -> (String, Vec<Option<Val>>) {
    let size = instance.table_len(name).expect("the table is exported");
    (name.to_owned(), (0..size).map(|index| instance.table_get(name, index)).collect())
}

/// Not cryptographic, but every bit of the memory, which comes in whole pages, changes the result, the
/// last 16 bytes excepted: each step of the low half is a bijection of it for a given word and of the word
/// for a given half. `scripts/v8.mjs` has the same.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes[..bytes.len().saturating_sub(16)].as_chunks::<4>();
    assert!(rest.is_empty(), "a memory is a number of pages");
    let (low, high) = words.iter().fold((0_u32, 0_u32), |(low, high), &word| {
        let mixed = (low ^ u32::from_le_bytes(word)).wrapping_mul(0x9e37_79b1).rotate_left(13);
        (mixed, high.wrapping_add(mixed).wrapping_mul(0x85eb_ca77))
    });
    u64::from(high) << 32 | u64::from(low)
}

/// What [`hash`] leaves out.
pub(super) fn end(bytes: &[u8]) -> [u8; 16] {
    bytes.last_chunk().copied().unwrap_or_default()
}

/// An argument of type `ty`: often a value that operators treat specially. The module has at least
/// `functions` functions.
fn argument(ty: ValType, random: &mut Random, functions: usize) -> Val {
    let special = random.below(3) != 0;
    let bits = random.next_u64();
    match ty {
        ValType::I32 if special => Val::I32(random.choose(&I32_SPECIALS)),
        ValType::I64 if special => Val::I64(random.choose(&I64_SPECIALS)),
        ValType::F32 if special => Val::from(random.choose(&F32_SPECIALS)),
        ValType::F64 if special => Val::from(random.choose(&F64_SPECIALS)),
        ValType::I32 => Val::I32(bits as i32),
        ValType::I64 => Val::I64(bits.cast_signed()),
        ValType::F32 => Val::F32(bits as u32),
        ValType::F64 => Val::F64(bits),
        ValType::FuncRef => {
            Val::FuncRef(Some(bits as u32 % (functions as u32 + 1)).filter(|_| special))
        }
        ValType::ExternRef => Val::ExternRef(Some(bits as u32 % 100).filter(|_| special)),
        ValType::V128 => vector(random),
        ValType::AnyRef => Val::AnyRef(None),
    }
}

/// A vector whose lanes are special values for operators, or arbitrary bits.
fn vector(random: &mut Random) -> Val {
    let mut half = || match random.below(5) {
        0 => random.choose(&I64_SPECIALS).cast_unsigned(),
        1 => random.choose(&F64_SPECIALS).to_bits(),
        2 => {
            let [low, high] = [0; 2].map(|_| random.choose(&F32_SPECIALS).to_bits());
            u64::from(low) | u64::from(high) << 32
        }
        3 => u64::from_le_bytes([0; 8].map(|_| random.choose(&[0, 1, 0x7f, 0x80, 0xfe, 0xff]))),
        _ => random.next_u64(),
    };
    let (low, high) = (u128::from(half()), u128::from(half()));
    Val::V128(low | high << 64)
}

const I32_SPECIALS: [i32; 12] = [0, 1, -1, 2, 4, 7, 31, 32, 65_528, 65_536, i32::MIN, i32::MAX];
const I64_SPECIALS: [i64; 12] =
    [0, 1, -1, 2, 63, 64, i32::MIN as i64, u32::MAX as i64, 1 << 32, 1 << 53, i64::MIN, i64::MAX];
const F32_SPECIALS: [f32; 14] = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    0.5,
    2.5,
    -0.9,
    2_147_483_648.0,
    -2_147_483_648.0,
    1.8e19,
    f32::MIN_POSITIVE,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
];
const F64_SPECIALS: [f64; 14] = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    0.5,
    -0.9,
    2_147_483_647.5,
    -2_147_483_648.9,
    4_294_967_295.5,
    9.3e18,
    f64::MIN_POSITIVE,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];
