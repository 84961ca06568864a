//! Shapes of operators on memories and tables.

use wasm_encoder::{Elements, HeapType, Instruction as I, MemoryType, TableType};

use super::module::{Builder, MEMORY, SCALARS, memarg, repeat, repeated, table_type};
use super::{Shape, shape};

pub(super) const SHAPES: &[Shape] = &[
    shape("loads from one address", 30_000, |size| repeated(&LOAD, size)),
    shape("loads in a chain", 40_000, |size| chain(&[I::I32Load(memarg(8, 0))], size)),
    shape("loads at different offsets", 20_000, loads_at_offsets),
    shape("stores", 20_000, |size| repeated(&STORE, size)),
    shape("stores of bytes at constants", 15_000, stores_at_constants),
    shape("loads at large offsets", 15_000, |size| repeated(&FAR, size)),
    shape("memory.size", 30_000, |size| repeated(&[I::MemorySize(0), I::Drop], size)),
    shape("memory.grow", 12_000, |size| {
        repeated(&[I::LocalGet(0), I::MemoryGrow(0), I::Drop], size)
    }),
    shape("memory.copy", 12_000, |size| repeated(&COPY, size)),
    shape("memory.fill", 12_000, |size| repeated(&FILL, size)),
    shape("memory.init and data.drop", 8_000, init),
    shape("table.get and table.set", 8_000, |size| tables(&GET_SET, size)),
    shape("table.size", 20_000, |size| tables(&[I::TableSize(0), I::Drop], size)),
    shape("table.grow", 8_000, |size| tables(&GROW, size)),
    shape("table.fill", 8_000, |size| tables(&FILL_TABLE, size)),
    shape("table.copy", 8_000, |size| tables(&COPY_TABLE, size)),
    shape("table.init and elem.drop", 8_000, |size| tables(&INIT_TABLE, size)),
    shape("table.size of many tables", 4_000, sizes_of_many_tables),
    shape("64-bit loads and stores", 12_000, |size| in_memory64(&WIDE, size)),
    shape("64-bit memory.copy", 8_000, |size| in_memory64(&COPY64, size)),
    shape("64-bit memory.grow", 8_000, |size| {
        in_memory64(&[I::LocalGet(4), I::MemoryGrow(0), I::Drop], size)
    }),
    shape("64-bit table.get", 12_000, in_table64),
    shape("atomic loads and stores", 10_000, |size| shared(&ATOMIC, size)),
    shape("atomic additions", 10_000, |size| shared(&ADD, size)),
    shape("atomic exchanges of bytes", 8_000, |size| shared(&EXCHANGE, size)),
    shape("atomic compare and exchange", 8_000, |size| shared(&COMPARE, size)),
    shape("atomic waits", 6_000, |size| shared(&WAIT, size)),
    shape("atomic notifications", 8_000, |size| shared(&NOTIFY, size)),
    shape("fences", 30_000, |size| shared(&[I::AtomicFence(wasm_encoder::Ordering::SeqCst)], size)),
    shape("loops in a shared memory", 10_000, |size| shared(&POLL, size)),
];

const LOAD: [I<'static>; 3] = [I::LocalGet(0), I::I32Load(memarg(8, 2)), I::Drop];
const STORE: [I<'static>; 3] = [I::LocalGet(0), I::LocalGet(1), I::I32Store(memarg(8, 2))];
const FAR: [I<'static>; 3] = [I::LocalGet(0), I::I64Load(memarg(0x7fff_fff0, 3)), I::LocalSet(4)];
const COPY: [I<'static>; 4] =
    [I::LocalGet(0), I::LocalGet(1), I::LocalGet(2), I::MemoryCopy { src_mem: 0, dst_mem: 0 }];
const FILL: [I<'static>; 4] = [I::LocalGet(0), I::LocalGet(1), I::LocalGet(2), I::MemoryFill(0)];
const GET_SET: [I<'static>; 4] = [I::LocalGet(0), I::LocalGet(1), I::TableGet(0), I::TableSet(0)];
const GROW: [I<'static>; 4] =
    [I::RefNull(HeapType::FUNC), I::LocalGet(0), I::TableGrow(0), I::LocalSet(1)];
const FILL_TABLE: [I<'static>; 4] =
    [I::LocalGet(0), I::RefNull(HeapType::FUNC), I::LocalGet(1), I::TableFill(0)];
const COPY_TABLE: [I<'static>; 4] =
    [I::LocalGet(0), I::LocalGet(1), I::LocalGet(2), I::TableCopy { src_table: 0, dst_table: 0 }];
const INIT_TABLE: [I<'static>; 5] = [
    I::LocalGet(0),
    I::LocalGet(1),
    I::LocalGet(2),
    I::TableInit { elem_index: 0, table: 0 },
    I::ElemDrop(0),
];
const WIDE: [I<'static>; 4] =
    [I::LocalGet(4), I::LocalGet(5), I::I32Load(memarg(8, 2)), I::I32Store(memarg(64, 2))];
const COPY64: [I<'static>; 4] =
    [I::LocalGet(4), I::LocalGet(5), I::LocalGet(6), I::MemoryCopy { src_mem: 0, dst_mem: 0 }];
const ATOMIC: [I<'static>; 4] = [
    I::LocalGet(0),
    I::LocalGet(1),
    I::I32AtomicLoad(memarg(0, 2)),
    I::I32AtomicStore(memarg(8, 2)),
];
const ADD: [I<'static>; 4] =
    [I::LocalGet(0), I::LocalGet(1), I::I32AtomicRmwAdd(memarg(0, 2)), I::LocalSet(1)];
const EXCHANGE: [I<'static>; 4] =
    [I::LocalGet(0), I::LocalGet(1), I::I32AtomicRmw8XchgU(memarg(0, 0)), I::LocalSet(1)];
const COMPARE: [I<'static>; 5] = [
    I::LocalGet(0),
    I::LocalGet(4),
    I::LocalGet(5),
    I::I64AtomicRmwCmpxchg(memarg(0, 3)),
    I::LocalSet(4),
];
const WAIT: [I<'static>; 5] = [
    I::LocalGet(0),
    I::LocalGet(1),
    I::LocalGet(4),
    I::MemoryAtomicWait32(memarg(0, 2)),
    I::LocalSet(1),
];
const NOTIFY: [I<'static>; 4] =
    [I::LocalGet(0), I::LocalGet(1), I::MemoryAtomicNotify(memarg(0, 2)), I::LocalSet(1)];
const POLL: [I<'static>; 5] = [
    I::Loop(wasm_encoder::BlockType::Empty),
    I::LocalGet(0),
    I::I32AtomicLoad(memarg(0, 2)),
    I::BrIf(0),
    I::End,
];

/// Adds a function with the parameters [`SCALARS`], and `code` `size` times.
fn add_repeated(builder: &mut Builder, code: &[I<'_>], size: u32) {
    builder.function(&SCALARS, 0, &repeat(code, size).collect::<Vec<_>>());
}

fn chain(step: &[I<'_>], size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let mut code = vec![I::LocalGet(0)];
    code.extend(repeat(step, size).chain([I::Drop]));
    builder.function(&SCALARS, 0, &code);
    builder.finish()
}

fn loads_at_offsets(size: u32) -> Vec<u8> {
    let load = |at: u32| [I::LocalGet(0), I::I32Load(memarg((4 * at).into(), 2)), I::LocalSet(1)];
    let mut builder = Builder::with_memory();
    builder.function(&SCALARS, 0, &(0..size).flat_map(load).collect::<Vec<_>>());
    builder.finish()
}

fn stores_at_constants(size: u32) -> Vec<u8> {
    let store = |at: u32| {
        [I::I32Const(at.cast_signed()), I::LocalGet(0), I::I32Store8(memarg(at.into(), 0))]
    };
    let mut builder = Builder::with_memory();
    builder.function(&SCALARS, 0, &(0..size).flat_map(store).collect::<Vec<_>>());
    builder.finish()
}

fn init(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    builder.data.passive([1, 2, 3]);
    let init = I::MemoryInit { mem: 0, data_index: 0 };
    let code = [I::LocalGet(0), I::LocalGet(1), I::LocalGet(2), init, I::DataDrop(0)];
    add_repeated(&mut builder, &code, size);
    builder.finish()
}

/// A function with `code` `size` times, in a module with a table and a segment of elements.
fn tables(code: &[I<'_>], size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    builder.table(10, Some(1_000));
    builder.elements.passive(Elements::Functions((&[0]).into()));
    add_repeated(&mut builder, code, size);
    builder.finish()
}

fn sizes_of_many_tables(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let count = size.div_ceil(40);
    for _ in 0..count {
        builder.table(10, None);
    }
    let one = |at: u32| [I::TableSize(at % count), I::Drop];
    builder.function(&SCALARS, 0, &(0..size).flat_map(one).collect::<Vec<_>>());
    builder.finish()
}

/// The same with a 64-bit memory.
fn in_memory64(code: &[I<'_>], size: u32) -> Vec<u8> {
    let mut builder = Builder::default();
    builder.memories.memory(MemoryType { memory64: true, ..MEMORY });
    add_repeated(&mut builder, code, size);
    builder.finish()
}

fn in_table64(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    builder.tables.table(TableType { table64: true, ..table_type(10, Some(1_000)) });
    let code = [I::LocalGet(4), I::TableGet(0), I::Drop];
    add_repeated(&mut builder, &code, size);
    builder.finish()
}

/// The same with a memory that threads share.
fn shared(code: &[I<'_>], size: u32) -> Vec<u8> {
    let mut builder = Builder::default();
    builder.memories.memory(MemoryType { shared: true, maximum: Some(10), ..MEMORY });
    add_repeated(&mut builder, code, size);
    builder.finish()
}
