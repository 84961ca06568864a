//! Executes a plan in wasmi, an independent interpreter, for modules that WAMR's classic
//! interpreter cannot run, since it has no SIMD.
//!
//! The trace uses WAMR's messages for traps. Imports are not provided.

use std::collections::HashMap;

use wamr_abi::exceptions::TrapId;
use wamr_shim::{Val, ValType};
use wasmi::{Engine, Error, ExternRef, Func, Instance, Linker, Module, Ref, Store, TrapCode};

use super::NO_OBJECTS;
use super::drive::{Call, FUEL, FUNCTION_PREFIX, Plan, State, Trace, end, hash};
use super::prepare::{FUEL_EXPORT, MARKER_PREFIX};

/// Replaces the index of each function that is not exported.
pub const UNKNOWN_FUNCTION: u32 = u32::MAX;

/// What came of a run.
pub struct Run {
    /// As for a run in WAMR, except for the list of exports, which is empty.
    pub trace: Trace,
    /// The operators whose markers are set at the end.
    pub executed: Vec<String>,
}

/// Instantiates `wasm` and carries `plan` out.
///
/// # Errors
/// If wasmi refuses the module.
pub fn run(plan: &Plan, wasm: &[u8]) -> Result<Run, String> {
    let engine = Engine::default();
    let module = Module::new(&engine, wasm).map_err(|error| error.to_string())?;
    let mut store = Store::new(&engine, ());
    let instance = Linker::<()>::new(&engine).instantiate_and_start(&mut store, &module);
    let mut trace = Trace {
        exports: Vec::new(),
        instantiated: instance.as_ref().map(|_| ()).map_err(message),
        start_calls: Vec::new(),
        start: State::default(),
        calls: Vec::new(),
        tables: Vec::new(),
    };
    let Ok(instance) = instance else { return Ok(Run { trace, executed: Vec::new() }) };
    let mut oracle = Oracle::new(plan, store, instance);
    trace.start = oracle.state();
    trace.calls = (0..plan.calls.len()).map(|position| oracle.call(position)).collect();
    trace.tables = plan.tables.iter().map(|name| oracle.table(name)).collect();
    Ok(Run { trace, executed: oracle.executed() })
}

/// WAMR's text for the trap that ended a call or an instantiation.
fn message(error: &Error) -> String {
    let id = match error.as_trap_code() {
        Some(TrapCode::UnreachableCodeReached) => TrapId::Unreachable,
        Some(TrapCode::MemoryOutOfBounds) => TrapId::OutOfBoundsMemoryAccess,
        Some(TrapCode::TableOutOfBounds) => TrapId::OutOfBoundsTableAccess,
        Some(TrapCode::IndirectCallToNull) => TrapId::UninitializedElement,
        Some(TrapCode::IntegerDivisionByZero) => TrapId::IntegerDivideByZero,
        Some(TrapCode::IntegerOverflow) => TrapId::IntegerOverflow,
        Some(TrapCode::BadConversionToInteger) => TrapId::InvalidConversionToInteger,
        Some(TrapCode::BadSignature) => TrapId::IndirectCallTypeMismatch,
        _ => {
            // wasmi does not treat some errors as traps, and gives more details.
            let text = error.to_string();
            let table = TrapId::OutOfBoundsTableAccess;
            return if text.starts_with(table.message()) {
                table.message().to_owned()
            } else {
                text
            };
        }
    };
    id.message().to_owned()
}

struct Oracle<'a> {
    plan: &'a Plan,
    store: Store<()>,
    instance: Instance,
    /// Indexes of the exported functions by wasmi's name of them, which is their only identity.
    functions: HashMap<String, u32>,
}

impl<'a> Oracle<'a> {
    fn new(plan: &'a Plan, store: Store<()>, instance: Instance) -> Self {
        let exports = instance.exports(&store);
        let functions = exports.filter_map(|export| {
            let index = export.name().strip_prefix(FUNCTION_PREFIX)?.parse().ok()?;
            Some((format!("{:?}", export.into_func()?), index))
        });
        let functions = functions.collect();
        Self { plan, store, instance, functions }
    }

    fn call(&mut self, position: usize) -> Call {
        let (index, arguments) = &self.plan.calls[position];
        let (name, ty) = &self.plan.functions[*index];
        if let Some(fuel) = self.instance.get_global(&self.store, FUEL_EXPORT) {
            fuel.set(&mut self.store, wasmi::Val::I32(FUEL)).expect("the fuel is a mutable i32");
        }
        let function = self.instance.get_func(&self.store, name).expect("the function is exported");
        let inputs: Vec<wasmi::Val> = arguments.iter().map(|&value| self.encode(value)).collect();
        let mut outputs: Vec<wasmi::Val> = ty.results.iter().map(|&ty| zero(ty)).collect();
        let outcome = function.call(&mut self.store, &inputs, &mut outputs);
        let results = || outputs.iter().map(|value| self.decode(value)).collect();
        let outcome = outcome.map(|()| results()).map_err(|error| message(&error));
        let looks = self.plan.looks_at(position, &outcome);
        Call {
            name: name.clone(),
            arguments: arguments.clone(),
            outcome,
            frames: Vec::new(),
            host_calls: Vec::new(),
            state: looks.then(|| self.state()),
        }
    }

    fn state(&self) -> State {
        let memory = self.instance.get_memory(&self.store, "m0");
        let memory = memory.as_ref().map_or(&[][..], |memory| memory.data(&self.store));
        let global = |name: &str| {
            let global = self.instance.get_global(&self.store, name);
            self.decode(&global.expect("the global is exported").get(&self.store))
        };
        State {
            globals: self.plan.globals.iter().map(|(name, ..)| Some(global(name))).collect(),
            memory_size: memory.len(),
            memory_hash: hash(memory),
            memory_end: end(memory),
        }
    }

    fn table(&self, name: &str) -> (String, Vec<Option<Val>>) {
        let table = self.instance.get_table(&self.store, name).expect("the table is exported");
        let element = |index| {
            let element = table.get(&self.store, index).expect("the table has that size");
            Some(self.decode(&element))
        };
        (name.to_owned(), (0..table.size(&self.store)).map(element).collect())
    }

    fn executed(&self) -> Vec<String> {
        let exports = self.instance.exports(&self.store);
        let names = exports.filter_map(|export| {
            let name = export.name().strip_prefix(MARKER_PREFIX)?.to_owned();
            (export.into_global()?.get(&self.store).i32() == Some(1)).then_some(name)
        });
        names.collect()
    }

    fn encode(&mut self, value: Val) -> wasmi::Val {
        match value {
            Val::I32(value) => wasmi::Val::I32(value),
            Val::I64(value) => wasmi::Val::I64(value),
            Val::F32(bits) => wasmi::Val::F32(f32::from_bits(bits).into()),
            Val::F64(bits) => wasmi::Val::F64(f64::from_bits(bits).into()),
            Val::V128(bits) => wasmi::Val::V128(bits.into()),
            Val::FuncRef(None) => wasmi::Val::FuncRef(Ref::Null),
            Val::FuncRef(Some(index)) => {
                let name = format!("{FUNCTION_PREFIX}{index}");
                let function = self.instance.get_func(&self.store, &name);
                wasmi::Val::FuncRef(Ref::Val(function.expect("every function is exported")))
            }
            Val::ExternRef(None) => wasmi::Val::ExternRef(Ref::Null),
            Val::ExternRef(Some(number)) => {
                wasmi::Val::ExternRef(Ref::Val(ExternRef::new(&mut self.store, number)))
            }
            Val::AnyRef(_) | Val::ExternAny(_) => unreachable!("{NO_OBJECTS}"),
        }
    }

    fn decode(&self, value: &wasmi::Val) -> Val {
        match value {
            wasmi::Val::I32(value) => Val::I32(*value),
            wasmi::Val::I64(value) => Val::I64(*value),
            wasmi::Val::F32(value) => Val::F32(value.to_bits()),
            wasmi::Val::F64(value) => Val::F64(value.to_bits()),
            wasmi::Val::V128(value) => Val::V128(value.as_u128()),
            wasmi::Val::FuncRef(function) => self.function(*function),
            wasmi::Val::ExternRef(object) => self.object(*object),
        }
    }

    fn function(&self, function: Ref<Func>) -> Val {
        Val::FuncRef(match function {
            Ref::Val(function) => {
                let index = self.functions.get(&format!("{function:?}"));
                Some(index.copied().unwrap_or(UNKNOWN_FUNCTION))
            }
            Ref::Null => None,
        })
    }

    fn object(&self, object: Ref<ExternRef>) -> Val {
        Val::ExternRef(match object {
            Ref::Val(object) => {
                let number = object.data(&self.store).downcast_ref::<u32>();
                Some(*number.expect("the host's objects are numbers"))
            }
            Ref::Null => None,
        })
    }
}

fn zero(ty: ValType) -> wasmi::Val {
    wasmi::Val::default(match ty {
        ValType::I32 => wasmi::ValType::I32,
        ValType::I64 => wasmi::ValType::I64,
        ValType::F32 => wasmi::ValType::F32,
        ValType::F64 => wasmi::ValType::F64,
        ValType::V128 => wasmi::ValType::V128,
        ValType::FuncRef => wasmi::ValType::FuncRef,
        ValType::ExternRef => wasmi::ValType::ExternRef,
        ValType::AnyRef => unreachable!("{NO_OBJECTS}"),
    })
}
