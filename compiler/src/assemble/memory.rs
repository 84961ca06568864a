//! The memories of the init data section: the size and number of their pages.
//!
//! A memory has pages of 64 KiB if code can count or add pages. Otherwise its size is fixed, and
//! the memory is one page of that size, as in WAMR's compiler and interpreter. If a linker's
//! symbols give the places of the stack and the heap, the page ends where the heap would begin. The
//! runtime then reserves nothing for growth and puts its own heap right after the page. So a C
//! program without a heap of its own takes only as much memory as its data and its stack. Source:
//! the end of `load_from_sections` in `core/iwasm/interpreter/wasm_loader.c`, with
//! `WASM_ENABLE_SHRUNK_MEMORY`, which is the default.
//!
//! Code never depends on the size of a page: it reads the size of the memory from the runtime, and
//! `memory.size` occurs only in modules with pages of 64 KiB. The runtime rounds a size up to pages
//! of the machine, so accesses between the end of a memory and the end of that page do not trap.

use wamr_abi::format;

use crate::aot::model;
use crate::wamr::aux_stack;
use crate::wamr::memory_count;
use crate::wasm::{ConstExpr, Memory, Module, SegmentMode, ValueType};

/// Size of a page of linear memory in bytes.
const PAGE_SIZE: u32 = 65536;
/// Pages of the largest 32-bit memory.
const MAX_PAGES: u32 = 65536;
/// Pages of the largest 64-bit memory (`DEFAULT_MEM64_MAX_PAGES` in `interpreter/wasm.h`).
const MAX_PAGES_64: u32 = u32::MAX;
/// The alignment of the size of a shortened memory.
const SHRUNK_ALIGNMENT: u64 = 8;
/// The size of the largest access. For a smaller memory, the runtime's bounds for software checks,
/// size − N, would be negative; WAMR nevertheless shortens memories below this size.
const LEAST_SHRUNK_SIZE: u64 = 16;

/// The memories; there is always at least one.
pub(super) fn memories(module: &Module<'_>) -> Vec<model::Memory> {
    let mut memories: Vec<_> =
        module.memories.iter().map(|memory| describe(module, memory)).collect();
    let placeholder =
        model::Memory { flags: 0, bytes_per_page: PAGE_SIZE, initial_pages: 0, maximum_pages: 0 };
    memories.resize(memory_count(module), placeholder);
    memories
}

fn describe(module: &Module<'_>, memory: &Memory) -> model::Memory {
    let flags = flags(memory);
    if !module.growth.memory {
        let declared = u64::from(memory.initial) * u64::from(PAGE_SIZE);
        let kept = kept_size(module).filter(|&kept| kept <= declared);
        // The file cannot express a page of 4 GiB.
        if let Ok(bytes_per_page) = u32::try_from(kept.unwrap_or(declared)) {
            let pages = u32::from(bytes_per_page > 0);
            return model::Memory {
                flags,
                bytes_per_page,
                initial_pages: pages,
                maximum_pages: pages,
            };
        }
    }
    let most = if memory.is_64 { MAX_PAGES_64 } else { MAX_PAGES };
    model::Memory {
        flags,
        bytes_per_page: PAGE_SIZE,
        initial_pages: memory.initial,
        maximum_pages: memory.maximum.unwrap_or(most),
    }
}

fn flags(memory: &Memory) -> u32 {
    let has_max = if memory.maximum.is_some() { format::MEMORY_HAS_MAX } else { 0 };
    let shared = if memory.shared { format::MEMORY_SHARED } else { 0 };
    let is_64 = if memory.is_64 { format::MEMORY_64 } else { 0 };
    has_max | shared | is_64
}

/// The size of a memory of fixed size after shortening it, if a linker's symbols give it.
fn kept_size(module: &Module<'_>) -> Option<u64> {
    let aux_stack = aux_stack::find(module);
    // Without a stack, the symbols may be any globals. The official tests have such modules, whose
    // memory must not be shortened.
    if aux_stack.stack_size == 0 {
        return None;
    }
    let heap_base = aux_stack.heap_base;
    let global = heap_base.global.map(|index| &module.globals[index as usize]);
    // WAMR's rule applies to 32-bit symbols only.
    global.filter(|global| global.value_type == ValueType::I32)?;
    let size = heap_base.address.next_multiple_of(SHRUNK_ALIGNMENT);
    (size >= LEAST_SHRUNK_SIZE && data_end(module)? <= size).then_some(size)
}

/// The end of the initial data, if it is known. If there is data after the linker's symbol, WAMR
/// keeps too little memory and cannot instantiate the module.
fn data_end(module: &Module<'_>) -> Option<u64> {
    let mut end = 0;
    for segment in &module.data {
        if let SegmentMode::Active { offset, .. } = &segment.mode {
            let start = match *offset {
                ConstExpr::I32(offset) => u64::from(offset.cast_unsigned()),
                ConstExpr::I64(offset) => offset.cast_unsigned(),
                _ => return None,
            };
            end = end.max(start.saturating_add(segment.bytes.len() as u64));
        }
    }
    Some(end)
}
