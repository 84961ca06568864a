//! The memories of the init data section: how large their pages are, and how many.
//!
//! A memory is made of pages of 64 KiB, which code can count and add. Where no code does, the size is
//! fixed, and as WAMR's compiler and interpreter have it, the memory is one page of that size; if a
//! linker's symbols tell where its stack lies and its heap would begin, only what lies before is kept. Then the runtime
//! reserves nothing for growth, puts its own heap right behind, and a C program without a heap of its
//! own takes no more memory than its data and its stack. Source: the end of `load_from_sections` in
//! `core/iwasm/interpreter/wasm_loader.c`, with `WASM_ENABLE_SHRUNK_MEMORY`, which is the default.
//!
//! Code never depends on the size of a page: it takes the size of the memory from the runtime, and
//! `memory.size` only occurs in modules whose pages have 64 KiB. The runtime rounds a size up to pages of
//! the machine, so accesses between the end of a memory and that of such a page do not trap.

use wamr_abi::format;

use crate::aot::model;
use crate::aux_stack;
use crate::instance::memory_count;
use crate::wasm::{ConstExpr, Memory, Module, SegmentMode, ValueType};

/// Bytes of a page of linear memory.
const PAGE_SIZE: u32 = 65536;
/// Pages of the largest 32-bit memory.
const MAX_PAGES: u32 = 65536;
/// Pages of the largest 64-bit memory (`DEFAULT_MEM64_MAX_PAGES` in `interpreter/wasm.h`).
const MAX_PAGES_64: u32 = u32::MAX;
/// What is kept ends at a multiple of this.
const SHRUNK_ALIGNMENT: u64 = 8;
/// The largest access. The runtime's bounds for checks in software, size − N, would be negative for
/// a memory that is smaller; WAMR keeps such a memory nevertheless.
const LEAST_SHRUNK_SIZE: u64 = 16;

/// The memories, of which there is always one.
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
        // A page of 4 GiB is more than the file can say.
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

/// How much of a memory of fixed size is kept, if a linker's symbols say it.
fn kept_size(module: &Module<'_>) -> Option<u64> {
    let aux_stack = aux_stack::find(module);
    // Without a stack, the symbols may be any globals, which the specification's tests have, too, and which
    // must not change what the memory is.
    if aux_stack.stack_size == 0 {
        return None;
    }
    let heap_base = aux_stack.heap_base;
    let global = heap_base.global.map(|index| &module.globals[index as usize]);
    // WAMR's rule is one for 32-bit symbols.
    global.filter(|global| global.value_type == ValueType::I32)?;
    let size = heap_base.address.next_multiple_of(SHRUNK_ALIGNMENT);
    (size >= LEAST_SHRUNK_SIZE && data_end(module)? <= size).then_some(size)
}

/// The end of the data that is there from the start, if it is known. WAMR keeps too little where data lies
/// behind the linker's symbol, and cannot instantiate such a module.
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
