//! Finds a C program's stack and heap in linear memory from its exported globals. Their place is
//! written to the file, and code that moves the stack pointer is checked.
//!
//! The runtime needs it to insert its own heap and to give stacks to threads. Source: the end of
//! `load_from_sections` in `core/iwasm/interpreter/wasm_loader.c`.

use crate::aot::model::{AuxGlobal, AuxStack};
use crate::wasm::{ConstExpr, ExportKind, Global, Module, ValueType};

/// The stack ends where static data ends, rounded up to a multiple of this.
const STACK_ALIGNMENT: u64 = 16;

/// Finds the linker's symbols; all empty if the module does not export them.
pub(crate) fn find(module: &Module<'_>) -> AuxStack {
    let data_end = linker_symbol(module, "__data_end");
    let heap_base = linker_symbol(module, "__heap_base");
    let (Some((data_global, data_end)), Some((heap_global, heap_base))) = (data_end, heap_base)
    else {
        return AuxStack::default();
    };
    let data_end = data_end.next_multiple_of(STACK_ALIGNMENT);
    if data_end > heap_base {
        return AuxStack::default();
    }
    let mut aux_stack = AuxStack {
        data_end: AuxGlobal { global: Some(data_global), address: data_end },
        heap_base: AuxGlobal { global: Some(heap_global), address: heap_base },
        stack_top: AuxGlobal { global: Some(heap_global), address: heap_base },
        stack_size: 0,
    };
    if let Some((global, bottom)) = stack_pointer(module, heap_base) {
        aux_stack.stack_top = AuxGlobal { global: Some(global), address: bottom };
        aux_stack.stack_size =
            bottom.checked_sub(data_end).filter(|&size| size > 0).unwrap_or(bottom) as u32;
    }
    aux_stack
}

/// The global that holds the stack pointer, if the bounds of the stack are known and addresses have
/// 32 bits. WAMR's compiler and interpreter have the same conditions for their checks.
pub(crate) fn checked_stack_pointer(module: &Module<'_>) -> Option<u32> {
    let aux_stack = find(module);
    let global = aux_stack.stack_top.global.filter(|_| aux_stack.stack_size > 0)?;
    (module.globals[global as usize].value_type == ValueType::I32).then_some(global)
}

/// An exported, immutable, constant global of the module itself: its index and value.
fn linker_symbol(module: &Module<'_>, name: &str) -> Option<(u32, u64)> {
    let export = module
        .exports
        .iter()
        .find(|export| export.kind == ExportKind::Global && export.name == name)?;
    let global = &module.globals[export.index as usize];
    let address = constant_address(module, global).filter(|_| !global.mutable)?;
    Some((export.index, address))
}

/// The first mutable global that can be a stack pointer.
fn stack_pointer(module: &Module<'_>, heap_base: u64) -> Option<(u32, u64)> {
    module.globals.iter().zip(0..).find_map(|(global, index)| {
        let address = constant_address(module, global).filter(|_| global.mutable)?;
        (address <= heap_base).then_some((index, address))
    })
}

fn constant_address(module: &Module<'_>, global: &Global) -> Option<u64> {
    match (global.value_type, &global.init) {
        (ValueType::I32, Some(ConstExpr::I32(value))) => Some(u64::from(*value as u32)),
        // The file allows addresses below 4 GiB. Without 64-bit memory, such a global is not an
        // address.
        (ValueType::I64, Some(ConstExpr::I64(value))) if module.has_memory64() => {
            u32::try_from(*value).ok().map(u64::from)
        }
        _ => None,
    }
}
