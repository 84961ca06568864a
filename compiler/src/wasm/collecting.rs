//! Which functions may run the garbage collector: those that make objects or call the host, and
//! those that call them.
//!
//! Unreachable operators count, too. A body that cannot be read counts as one that does; validation
//! refuses it.

use wasmparser::{FunctionBody, Operator};

use super::Module;

/// For each function of `module`, whether the collector may run while it is called. Empty if
/// references are no objects.
pub(crate) fn collecting_functions(module: &Module<'_>) -> Vec<bool> {
    if !module.has_objects() {
        return Vec::new();
    }
    let imports = module.imported_function_count();
    let mut collecting = vec![false; module.functions.len()];
    let mut callers: Vec<Vec<u32>> = vec![Vec::new(); module.functions.len()];
    let mut pending: Vec<u32> = (0..imports).collect();
    for (function, body) in (imports..).zip(&module.bodies) {
        let callees = direct_callees(&body.code).filter(|callees| {
            callees.iter().all(|&callee| (callee as usize) < module.functions.len())
        });
        match callees {
            None => pending.push(function),
            Some(callees) => {
                callees.iter().for_each(|&callee| callers[callee as usize].push(function));
            }
        }
    }
    while let Some(function) = pending.pop() {
        if !std::mem::replace(&mut collecting[function as usize], true) {
            pending.extend(&callers[function as usize]);
        }
    }
    collecting
}

/// The functions that `body` calls, if it does not run the collector by itself.
fn direct_callees(body: &FunctionBody<'_>) -> Option<Vec<u32>> {
    let mut callees = Vec::new();
    for operator in body.get_operators_reader().ok()? {
        match operator.ok()? {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                callees.push(function_index);
            }
            Operator::StructNew { .. }
            | Operator::StructNewDefault { .. }
            | Operator::ArrayNew { .. }
            | Operator::ArrayNewDefault { .. }
            | Operator::ArrayNewFixed { .. }
            | Operator::ArrayNewData { .. }
            | Operator::ArrayNewElem { .. }
            | Operator::ExternConvertAny
            | Operator::RefFunc { .. }
            | Operator::Throw { .. }
            | Operator::CallIndirect { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::CallRef { .. }
            | Operator::ReturnCallRef { .. } => return None,
            _ => {}
        }
    }
    Some(callees)
}
