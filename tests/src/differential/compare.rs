//! Compares what a module must do with what compiled code did. Nothing is run here.

use std::collections::HashSet;
use std::fmt;

use wamr_abi::exceptions::TrapId;
use wamr_shim::Val;

use super::drive::{Call, FUNCTION_PREFIX, Plan, SEGMENT_OUT_OF_BOUNDS, State, Trace, is_counter};
use super::oracle::UNKNOWN_FUNCTION;

/// The message of a trap when gas is used up (`docs/metering.md`).
const OUT_OF_GAS: &str = "cost limit exceeded";

/// The ends of the traps' messages when a module keeps more references or objects than there is room for
/// (`docs/exception-handling.md`, `docs/gc.md`).
const NO_ROOM: [&str; 4] = [
    "too many references to exceptions",
    TrapId::OperandStackOverflow.message(),
    TrapId::CreateStructFailed.message(),
    TrapId::CreateArrayFailed.message(),
];

/// Whether a trap says that there is no room for more references or objects. Modules are compared up to a call that
/// ends so.
pub(super) fn lacks_room(message: &str) -> bool {
    NO_ROOM.iter().any(|end| message.ends_with(end))
}

/// Whether a trap says that there is no room for more objects, whose sizes depend on the machine.
fn is_full(message: &str) -> bool {
    let ids = [TrapId::CreateStructFailed, TrapId::CreateArrayFailed];
    ids.iter().any(|id| message.ends_with(id.message()))
}

/// The trace, with differences in wording between WAMR and wasmi removed. wasmi has one message for
/// a table index that is out of bounds, and does not distinguish a segment from an access of the
/// start function. Functions that are not exported have no name in wasmi.
pub(super) fn in_common_words(mut trace: Trace, plan: &Plan) -> Trace {
    trace.exports.clear();
    let undefined_element = TrapId::UndefinedElement.message();
    let beyond_memory = TrapId::OutOfBoundsMemoryAccess.message();
    let beyond_table = TrapId::OutOfBoundsTableAccess.message();
    trace.instantiated = trace.instantiated.map_err(|message| {
        let message = message.strip_prefix("Exception: ").unwrap_or(&message);
        match message {
            SEGMENT_OUT_OF_BOUNDS => "out of bounds".to_owned(),
            _ if message == undefined_element => "out of bounds".to_owned(),
            _ if message == beyond_memory || message == beyond_table => "out of bounds".to_owned(),
            _ => message.to_owned(),
        }
    });
    for call in &mut trace.calls {
        if let Err(message) = &mut call.outcome
            && message == undefined_element
        {
            beyond_table.clone_into(message);
        }
    }
    forget_hidden_functions(&mut trace, plan);
    trace
}

/// Replaces the indexes of functions that are not exported.
fn forget_hidden_functions(trace: &mut Trace, plan: &Plan) {
    let index = |name: &str| name.strip_prefix(FUNCTION_PREFIX)?.parse().ok();
    let exported: HashSet<u32> =
        plan.functions.iter().filter_map(|(name, _)| index(name)).collect();
    let forget = |value: &mut Val| {
        if let Val::FuncRef(Some(index)) = value
            && !exported.contains(index)
        {
            *index = UNKNOWN_FUNCTION;
        }
    };
    trace.start.globals.iter_mut().flatten().for_each(forget);
    for call in &mut trace.calls {
        call.outcome.iter_mut().flatten().for_each(forget);
        let state = call.state.iter_mut();
        state.flat_map(|state| &mut state.globals).flatten().for_each(forget);
    }
    trace.tables.iter_mut().flat_map(|(_, elements)| elements).flatten().for_each(forget);
}

/// How far two traces could be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    Entirely,
    /// A store across the end of memory has trapped, and written the part inside.
    UpToTornStore,
    /// The gas is used up.
    UpToGas,
    /// The heap is full. Its objects are of other sizes on other machines, and at some levels they are needed longer.
    UpToFullHeap,
}

/// What compiled code may do in addition to what is expected.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Latitude {
    /// A store that traps may have written the part inside of memory.
    pub(super) tears: bool,
    /// A call may end for lack of gas.
    pub(super) has_gas_limit: bool,
}

pub(super) fn compare(
    expected: &Trace,
    actual: &Trace,
    latitude: Latitude,
) -> Result<Compared, String> {
    let ran_out = |message: &String| latitude.has_gas_limit && message.contains(OUT_OF_GAS);
    same("exports", &expected.exports, &actual.exports)?;
    if actual.instantiated.as_ref().is_err_and(ran_out) {
        return Ok(Compared::UpToGas);
    }
    let both = [&expected.instantiated, &actual.instantiated];
    if both.into_iter().flat_map(|outcome| outcome.as_ref().err()).any(|text| is_full(text)) {
        return Ok(Compared::UpToFullHeap);
    }
    same("instantiation", &expected.instantiated, &actual.instantiated)?;
    same("host calls of the start function", &expected.start_calls, &actual.start_calls)?;
    same("state after instantiation", &expected.start, &actual.start)?;
    for (expected, actual) in expected.calls.iter().zip(&actual.calls) {
        if actual.outcome.as_ref().is_err_and(ran_out) {
            return Ok(Compared::UpToGas);
        }
        if actual.outcome.as_ref().is_err_and(|text| is_full(text)) {
            return Ok(Compared::UpToFullHeap);
        }
        let call = format!("{} {:?}", expected.name, expected.arguments);
        same(&format!("host calls of {call}"), &expected.host_calls, &actual.host_calls)?;
        same(&format!("outcome of {call}"), &expected.outcome, &actual.outcome)?;
        if latitude.tears && is_torn(expected, actual) {
            return Ok(Compared::UpToTornStore);
        }
        same(&format!("state after {call}"), &expected.state, &actual.state)?;
    }
    same("tables", &expected.tables, &actual.tables)?;
    same("everything", expected, actual)?;
    Ok(Compared::Entirely)
}

/// Whether a call trapped out of bounds, and only the end of memory differs.
fn is_torn(expected: &Call, actual: &Call) -> bool {
    let beyond = TrapId::OutOfBoundsMemoryAccess.message();
    let (Some(expected_state), Some(state)) = (&expected.state, &actual.state) else {
        return false;
    };
    let (expected_end, actual_end) = (expected_state.memory_end, state.memory_end);
    let state = State { memory_end: expected_end, ..state.clone() };
    expected_end != actual_end
        && state == *expected_state
        && expected.outcome.as_ref().is_err_and(|message| message.ends_with(beyond))
}

pub(super) fn same<T: PartialEq + fmt::Debug>(
    what: &str,
    expected: &T,
    actual: &T,
) -> Result<(), String> {
    if expected == actual {
        return Ok(());
    }
    Err(format!("{what}: interpreter {expected:x?}, compiled {actual:x?}"))
}

/// Removes the counters that instrumentation adds from the list of exports.
pub(super) fn forget_counters(trace: &mut Trace) {
    trace.exports.retain(|export| !is_counter(&export.name));
}
