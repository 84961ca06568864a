//! Counters: mutable exported globals that the compiler adds after those of the module.
//!
//! A host reads and writes them like any other global. Where threads share a memory, the counters of
//! the first thread are the counters for all, and each thread also has globals of its own.
//! `lower/counters/metering.rs`, `lower/counters/account.rs` and `lower/counters/time.rs` generate the code.

use wamr_abi::layout;

use super::instance_layout::global_size;
use crate::error::Error;
use crate::options::instrument::{GAS_LEFT, Gas, INSTRUCTION_COUNT, Instrumentation, TIME};
use crate::wasm::{ConstExpr, Export, ExportKind, Global, Import, Module, ValueType};

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

/// Adds the globals that `instrumentation` asks for to `module`, which has none of them yet.
pub(crate) fn install(
    module: &mut Module<'_>,
    instrumentation: &Instrumentation,
) -> Result<Counters, Error> {
    refuse_separate_accounts(module, instrumentation)?;
    let counts = instrumentation.gas.is_some()
        || instrumentation.count_instructions
        || instrumentation.measure_time;
    let shared = counts && module.shares_memory();
    if shared {
        align_next_global(module);
    }
    let mut add = |value: i64| add_global(module, value);
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
        export_global(module, name, index)?;
    }
    Ok(counters)
}

/// Adds a mutable i64 to the globals of `module`, and returns its index.
pub(super) fn add_global(module: &mut Module<'_>, value: i64) -> u32 {
    let init = Some(ConstExpr::I64(value));
    module.globals.push(Global { value_type: ValueType::I64, mutable: true, init });
    module.globals.len() as u32 - 1
}

/// Exports a global that was added to `module`.
pub(super) fn export_global(
    module: &mut Module<'_>,
    name: &'static str,
    index: u32,
) -> Result<(), Error> {
    if module.exports.iter().any(|export| export.name == name) {
        let what = format!("the module exports {name}, which is the name of a counter");
        return Err(Error::unsupported(what).with_hint("give the export another name"));
    }
    module.exports.push(Export { name, kind: ExportKind::Global, index });
    Ok(())
}

/// The functions of WAMR's libraries with which a module starts threads. The runtime also finds
/// them with an underscore before the name (`lookup_symbol` in `core/iwasm/common/wasm_native.c`).
const THREAD_STARTERS: [(&str, &str); 2] = [("wasi", "thread-spawn"), ("env", "pthread_create")];

/// Whether `import` is a function with which a module starts threads.
pub(super) fn starts_threads(import: &Import<'_>) -> bool {
    let name = import.name.strip_prefix('_').unwrap_or(import.name);
    THREAD_STARTERS.iter().any(|(library, function)| {
        import.module == *library && (name == *function || import.name == *function)
    })
}

/// Refuses gas for threads without a shared memory: each thread would have an account of its own,
/// so a module that starts threads could use unlimited gas.
fn refuse_separate_accounts(
    module: &Module<'_>,
    instrumentation: &Instrumentation,
) -> Result<(), Error> {
    if instrumentation.gas.is_none() || module.shares_memory() {
        return Ok(());
    }
    match module.imported_functions.iter().find(|import| starts_threads(import)) {
        None => Ok(()),
        Some(Import { module: library, name, .. }) => {
            let what = format!(
                "the module imports {library}.{name}, but threads without a shared memory \
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
