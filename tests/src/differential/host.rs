//! The host that generated modules import from.
//!
//! It is deterministic: a result depends on the function, its arguments and the number of earlier
//! calls. It records every call. Some functions access the instance: they write memory, set a
//! global, or call an export. So code that wrongly keeps such state in registers across a call is
//! detected.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::NO_OBJECTS;
use super::dense::Signature;
use crate::machine::Machine;
use wamr_shim::{Caller, Error, FuncType, HostFunc, Runtime, Val, ValType};
use wasm_encoder::{EntityType, GlobalType, ImportSection, Module, TypeSection};

/// The module name of all host functions.
pub const HOST_MODULE: &str = "env";

/// What a host function does in addition to returning a result.
#[derive(Clone, Copy)]
enum Effect {
    /// Nothing.
    Pure,
    /// Fails for some arguments.
    Fail,
    /// Writes its second argument to memory at its first.
    Poke,
    /// Sets the first exported global of type i64 that is mutable.
    SetGlobal,
    /// Calls the export that the first argument chooses.
    CallBack,
}

/// Name, parameters, result, effect.
type Offer = (&'static str, &'static [ValType], Option<ValType>, Effect);

const FUNCTIONS: &[Offer] = {
    use ValType::{F32, F64, FuncRef, I32, I64};
    &[
        ("nothing", &[], None, Effect::Pure),
        ("i32", &[I32], Some(I32), Effect::Pure),
        ("i64", &[I64, I32], Some(I64), Effect::Pure),
        ("f32", &[F32, F64, I32], Some(F32), Effect::Pure),
        ("f64", &[F64], Some(F64), Effect::Pure),
        (
            "many",
            &[I32, F64, I64, F32, I32, I64, F64, F32, I64, I32, F64, F64],
            Some(F64),
            Effect::Pure,
        ),
        ("funcref", &[FuncRef, I64], Some(I32), Effect::Pure),
        ("fail", &[I32], Some(I32), Effect::Fail),
        ("poke", &[I32, I64], None, Effect::Poke),
        ("set_global", &[I64], Some(I64), Effect::SetGlobal),
        ("call_back", &[I32, I32], Some(I32), Effect::CallBack),
    ]
};

const GLOBALS: &[(&str, Val, bool)] = &[
    ("g_i32", Val::I32(3), false),
    ("g_i64", Val::I64(-5), false),
    ("g_f32", Val::F32(0x4049_0fdb), false),
    ("g_f64", Val::F64(0x4005_bf0a_8b14_5769), false),
    ("g_mut_i32", Val::I32(i32::MIN), true),
    ("g_mut_i64", Val::I64(7), true),
];

/// The bytes for objects of an instance: so few that a call fills them several times.
const OBJECT_HEAP: u32 = 256 << 10;

/// One call of a host function.
#[derive(Clone, Debug, PartialEq)]
pub struct HostCall {
    /// Name of the function.
    pub name: &'static str,
    /// Its arguments.
    pub arguments: Vec<Val>,
}

/// What the host knows about the running instance, and the calls so far.
#[derive(Default)]
struct State {
    calls: Vec<HostCall>,
    /// Calls that are not in `calls` any more.
    earlier_calls: usize,
    exports: Vec<(String, FuncType)>,
    settable_global: Option<String>,
}

/// A runtime whose modules can import all host functions. It serves one instance at a time.
pub struct Host {
    /// Where the modules run.
    pub machine: Machine,
    /// The runtime.
    pub runtime: Runtime,
    state: Arc<Mutex<State>>,
}

impl Host {
    /// Registers all host functions with a runtime of `machine`.
    ///
    /// # Errors
    /// If WAMR refuses them.
    ///
    /// # Panics
    /// If there is no such runtime.
    pub fn new(machine: Machine) -> Result<Self, Error> {
        let runtime = machine.new_runtime_with_heap(OBJECT_HEAP);
        let state = Arc::<Mutex<State>>::default();
        let functions = FUNCTIONS.iter().map(|offer| function(offer, &state)).collect();
        runtime.register_host_module(HOST_MODULE, functions)?;
        for &(name, value, mutable) in GLOBALS {
            runtime.register_host_global(HOST_MODULE, name, value, mutable);
        }
        Ok(Self { machine, runtime, state })
    }

    /// Forgets everything, and sets what host functions may call and set.
    pub fn reset(&self, exports: Vec<(String, FuncType)>, settable_global: Option<String>) {
        *lock(&self.state) = State { exports, settable_global, ..State::default() };
    }

    /// The calls since the last time.
    pub fn take_calls(&self) -> Vec<HostCall> {
        let mut state = lock(&self.state);
        state.earlier_calls += state.calls.len();
        std::mem::take(&mut state.calls)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn function(&(name, params, result, effect): &Offer, state: &Arc<Mutex<State>>) -> HostFunc {
    let state = state.clone();
    let ty = FuncType::new(params.iter().copied(), result);
    HostFunc::new(name, ty, move |caller, arguments| {
        let ordinal = {
            let mut state = lock(&state);
            state.calls.push(HostCall { name, arguments: arguments.to_vec() });
            state.earlier_calls + state.calls.len()
        };
        let bits = hash(name, arguments, ordinal);
        perform(effect, caller, arguments, bits, &state)?;
        Ok(result.map(|ty| value(ty, bits)).into_iter().collect())
    })
}

fn perform(
    effect: Effect,
    caller: &mut Caller<'_>,
    arguments: &[Val],
    bits: u64,
    state: &Mutex<State>,
) -> Result<(), String> {
    match (effect, arguments) {
        (Effect::Pure, _) => {}
        (Effect::Fail, [Val::I32(value)]) if value % 17 == 5 => {
            return Err(format!("the host does not like {value}"));
        }
        (Effect::Fail, _) => {}
        (Effect::Poke, &[Val::I32(address), Val::I64(value)]) => poke(caller, address, value),
        (Effect::SetGlobal, &[value]) => {
            if let Some(name) = lock(state).settable_global.clone() {
                caller.set_global(&name, value).map_err(|error| error.to_string())?;
            }
        }
        (Effect::CallBack, &[Val::I32(choice), _]) => call_back(caller, choice, bits, state)?,
        (_, arguments) => unreachable!("arguments {arguments:?}"),
    }
    Ok(())
}

fn poke(caller: &Caller<'_>, address: i32, value: i64) {
    let Some(memory) = caller.memory() else { return };
    let bytes = value.to_le_bytes();
    if let Some(room) = (memory.len() + 1).checked_sub(bytes.len()) {
        let place = address.cast_unsigned() as usize % room;
        memory.write(place, &bytes).expect("the place is inside the memory");
    }
}

fn call_back(
    caller: &mut Caller<'_>,
    choice: i32,
    bits: u64,
    state: &Mutex<State>,
) -> Result<(), String> {
    let chosen = {
        let exports = &lock(state).exports;
        let index = (choice.cast_unsigned() as usize).checked_rem(exports.len());
        index.map(|index| exports[index].clone())
    };
    let Some((name, ty)) = chosen else { return Ok(()) };
    let arguments: Vec<Val> = ty.params.iter().map(|&ty| value(ty, bits)).collect();
    let outcome = caller.call(&name, &arguments);
    outcome.map(|_| ()).map_err(|trap| format!("{name} called back: {}", trap.message))
}

/// FNV-1a of everything that a result depends on.
fn hash(name: &str, arguments: &[Val], ordinal: usize) -> u64 {
    let text = format!("{name}{arguments:?}{ordinal}");
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// A value of type `ty`. NaNs are as likely as chance has them, and have any payload: only computed
/// ones are canonical.
fn value(ty: ValType, bits: u64) -> Val {
    match ty {
        ValType::I32 => Val::I32(bits as i32),
        ValType::I64 => Val::I64(bits.cast_signed()),
        ValType::F32 => Val::F32(bits as u32),
        ValType::F64 => Val::F64(bits),
        ValType::FuncRef => Val::FuncRef(None),
        ValType::ExternRef => Val::ExternRef((bits.is_multiple_of(2)).then_some(bits as u32)),
        ValType::V128 => Val::V128(u128::from(bits) << 64 | u128::from(!bits)),
        ValType::AnyRef => unreachable!("{NO_OBJECTS}"),
    }
}

/// Names of the functions on offer.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|&(name, ..)| name)
}

/// Signatures of the functions on offer, in the same order.
pub(super) fn signatures() -> impl Iterator<Item = Signature> {
    let convert = |types: &[ValType]| types.iter().copied().map(val_type).collect();
    FUNCTIONS.iter().map(move |&(_, params, result, _)| {
        (convert(params), result.into_iter().map(val_type).collect())
    })
}

/// A module that imports all host functions; it tells wasm-smith what can be imported.
pub fn offered_imports() -> Vec<u8> {
    let mut types = TypeSection::new();
    let mut imports = ImportSection::new();
    for ((name, (params, results)), index) in names().zip(signatures()).zip(0..) {
        types.ty().function(params, results);
        imports.import(HOST_MODULE, name, EntityType::Function(index));
    }
    for &(name, value, mutable) in GLOBALS {
        let ty = GlobalType { val_type: val_type(value.ty()), mutable, shared: false };
        imports.import(HOST_MODULE, name, EntityType::Global(ty));
    }
    let mut module = Module::new();
    module.section(&types).section(&imports);
    module.finish()
}

fn val_type(ty: ValType) -> wasm_encoder::ValType {
    match ty {
        ValType::I32 => wasm_encoder::ValType::I32,
        ValType::I64 => wasm_encoder::ValType::I64,
        ValType::F32 => wasm_encoder::ValType::F32,
        ValType::F64 => wasm_encoder::ValType::F64,
        ValType::V128 => wasm_encoder::ValType::V128,
        ValType::FuncRef => wasm_encoder::ValType::FUNCREF,
        ValType::ExternRef => wasm_encoder::ValType::EXTERNREF,
        ValType::AnyRef => unreachable!("{NO_OBJECTS}"),
    }
}
