//! The function that throws: it walks the frames to the next landing pad.
//!
//! Every function that calls keeps a record of two words at its frame pointer: its caller's frame
//! pointer, and its return address. A table after the code of [`FuncId::HandlerTable`] contains the
//! return addresses of calls inside scopes, with the distance between frame pointer and stack
//! pointer there, and the landing pad. It also says which registers each function has saved, and
//! where. The walk begins with what registers contain now. Wherever it leaves a function, it puts
//! back what that function saved. So a landing pad finds in the registers what a call that returns
//! would have left there.
//!
//! The search always succeeds: the chain begins in the function that throws, and every call from
//! the runtime into the module has a row in the table.
//!
//! Reading and writing these registers cannot be expressed in Cranelift's IR
//! ([`FuncId::SaveRegisters`], [`FuncId::Resume`]).

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, Block, BlockArg, Function, InstBuilder, MemFlagsData, Signature, StackSlotData,
    StackSlotKind, Type, Value, types,
};

use crate::exception_table::{function, header, list, row};
use crate::lower::Environment;
use crate::lower::context::Lowering;
use crate::lower::func_id::FuncId;
use crate::lower::function::FunctionLowerer;
use crate::lower::runtime::thunks::{NO_VALUES, name};
use crate::lower::runtime::trap::UNREACHABLE_CODE;
use crate::lower::signature::POINTER;
use crate::target::CALL_CONV;
use crate::wasm::ValueType;

/// The offset of the return address in a frame record. The caller's frame pointer precedes it.
const RETURN_ADDRESS: i32 = 8;

/// Takes an exception word.
pub(super) fn throw_signature() -> Signature {
    signature(1)
}

fn signature(params: usize) -> Signature {
    let mut signature = Signature::new(CALL_CONV);
    signature.params = vec![AbiParam::new(types::I64); params];
    signature
}

/// Takes nothing and returns an address, or takes one, too.
fn address_signature(params: usize) -> Signature {
    let mut signature = signature(params);
    signature.returns.push(AbiParam::new(POINTER));
    signature
}

/// What the walk has and needs. All addresses are of the machine.
struct Walk {
    /// The table of landing pads.
    table: Value,
    /// The start of the text, from which the table's places count.
    text: Value,
    /// The first function in the table.
    functions: Value,
    /// The contents of the registers that functions preserve.
    registers: Value,
}

/// Makes the function that throws.
pub(crate) fn lower_throw<'a>(
    env: &'a Environment<'a>,
    lowerer: &mut FunctionLowerer<'a>,
    func: &mut Function,
) {
    name(func, FuncId::Throw, throw_signature());
    let mut lowering = lowerer.begin(env, func, &NO_VALUES);
    let word = lowering.emit.params()[0];
    let (walk, own) = begin(&mut lowering);
    let list = load_u32(&mut lowering, walk.table, header::THROWER_LIST);
    put_back(&mut lowering, &walk, list, own);
    let thrower = load(&mut lowering, own, 0);
    let return_address = load(&mut lowering, own, RETURN_ADDRESS);

    // The frame of a function, and the address in the function to which its callee would return.
    let next_frame = lowering.emit.create_block_with(&[ValueType::I64; 2]);
    let values = [thrower, return_address].map(BlockArg::Value);
    lowering.emit.ins().jump(next_frame, &values);
    lowering.emit.builder.switch_to_block(next_frame);
    let &[frame, return_address] = lowering.emit.builder.block_params(next_frame) else {
        unreachable!("it has two parameters")
    };
    let offset = lowering.emit.ins().isub(return_address, walk.text);
    let function = find_function(&mut lowering, &walk, offset);
    let none = lowering.emit.builder.create_block();
    let row = find_row(&mut lowering, &walk, function, offset, none);

    let depth = load_u32(&mut lowering, row, row::FRAME_OFFSET);
    let stack_pointer = lowering.emit.ins().isub(frame, depth);
    let pad = load_u32(&mut lowering, row, row::HANDLER_OFFSET);
    let pad = lowering.emit.ins().iadd(walk.text, pad);
    let resume = lowering.emit.function(FuncId::Resume, || signature(5));
    let values = [pad, stack_pointer, frame, word, walk.registers];
    lowering.emit.ins().call(resume, &values);
    lowering.emit.ins().trap(UNREACHABLE_CODE);

    lowering.emit.continue_in(none);
    let list = load_u32(&mut lowering, function, function::LIST);
    put_back(&mut lowering, &walk, list, frame);
    let caller = load(&mut lowering, frame, 0);
    let return_address = load(&mut lowering, frame, RETURN_ADDRESS);
    let values = [caller, return_address].map(BlockArg::Value);
    lowering.emit.ins().jump(next_frame, &values);
    lowering.emit.builder.seal_block(next_frame);
    lowering.finish();
}

/// Reads the registers and finds the table. Also returns the frame of the function that throws.
fn begin(lowering: &mut Lowering<'_, '_>) -> (Walk, Value) {
    let count = lowering.env.preserved_registers;
    let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, 8 * count, 3);
    let slot = lowering.emit.builder.create_sized_stack_slot(slot);
    let registers = lowering.emit.ins().stack_addr(POINTER, slot, 0);
    let save = lowering.emit.function(FuncId::SaveRegisters, || address_signature(1));
    let call = lowering.emit.ins().call(save, &[registers]);
    let own = lowering.emit.builder.inst_results(call)[0];
    let table = lowering.emit.function(FuncId::HandlerTable, || address_signature(0));
    let call = lowering.emit.ins().call(table, &[]);
    let table = lowering.emit.builder.inst_results(call)[0];
    let place = load_u32(lowering, table, header::PLACE);
    let text = lowering.emit.ins().isub(table, place);
    let functions = load_u32(lowering, table, header::FUNCTIONS);
    let functions = lowering.emit.ins().iadd(table, functions);
    (Walk { table, text, functions, registers }, own)
}

/// Puts back the registers in the list at `list` in the table, which were saved below `frame`.
fn put_back(lowering: &mut Lowering<'_, '_>, walk: &Walk, list: Value, frame: Value) {
    let list = lowering.emit.ins().iadd(walk.table, list);
    let count = load_u8(lowering, list, list::COUNT);
    let [check, copy, done] = [(); 3].map(|()| lowering.emit.builder.create_block());
    let [item, left] =
        [POINTER, types::I64].map(|ty| lowering.emit.builder.append_block_param(check, ty));
    lowering.emit.ins().jump(check, &[list, count].map(BlockArg::Value));
    lowering.emit.builder.switch_to_block(check);
    lowering.emit.ins().brif(left, copy, &[], done, &[]);
    lowering.emit.continue_in(copy);
    let register = load_u8(lowering, item, list::REGISTER);
    let depth = load_u8(lowering, item, list::DEPTH);
    let from = scaled(lowering, depth, 8);
    let from = lowering.emit.ins().isub(frame, from);
    let to = scaled(lowering, register, 8);
    let to = lowering.emit.ins().iadd(walk.registers, to);
    let value = load(lowering, from, 0);
    lowering.emit.ins().store(MemFlagsData::trusted(), value, to, 0);
    let next = lowering.emit.ins().iadd_imm_u(item, i64::from(list::ITEM_SIZE));
    let left = lowering.emit.ins().iadd_imm_s(left, -1);
    lowering.emit.ins().jump(check, &[next, left].map(BlockArg::Value));
    lowering.emit.builder.seal_block(check);
    lowering.emit.continue_in(done);
}

/// The last function of the table that begins before `offset`.
fn find_function(lowering: &mut Lowering<'_, '_>, walk: &Walk, offset: Value) -> Value {
    let count = load_u32(lowering, walk.table, header::FUNCTION_COUNT);
    let zero = lowering.emit.ins().iconst(types::I64, 0);
    // The function is at or after the first number, and before the second.
    let search = lowering.emit.create_block_with(&[ValueType::I64; 2]);
    lowering.emit.ins().jump(search, &[zero, count].map(BlockArg::Value));
    lowering.emit.builder.switch_to_block(search);
    let &[first, end] = lowering.emit.builder.block_params(search) else {
        unreachable!("it has two parameters")
    };
    let [look, found] = [(); 2].map(|()| lowering.emit.builder.create_block());
    let (middle, is_last) = middle(lowering, first, end);
    lowering.emit.ins().brif(is_last, found, &[], look, &[]);
    lowering.emit.continue_in(look);
    let function = element(lowering, walk.functions, middle, function::SIZE);
    let start = load_u32(lowering, function, function::START);
    let is_before = lowering.emit.ins().icmp(IntCC::UnsignedLessThan, start, offset);
    let first = lowering.emit.ins().select(is_before, middle, first);
    let end = lowering.emit.ins().select(is_before, end, middle);
    lowering.emit.ins().jump(search, &[first, end].map(BlockArg::Value));
    lowering.emit.builder.seal_block(search);
    lowering.emit.continue_in(found);
    // `first`, of the last iteration: the middle of one element is that element.
    element(lowering, walk.functions, middle, function::SIZE)
}

/// Finds the row of `function` for a call that returns to `offset`. If there is no row, control
/// goes to `missing`.
fn find_row(
    lowering: &mut Lowering<'_, '_>,
    walk: &Walk,
    function: Value,
    offset: Value,
    missing: Block,
) -> Value {
    let rows = lowering.emit.ins().iadd_imm_u(walk.table, i64::from(header::SIZE));
    let first = load_u32(lowering, function, function::FIRST_ROW);
    let end = load_u32(lowering, function, function::SIZE + function::FIRST_ROW);
    // The row, if it exists, is at or after the first number, and before the second.
    let search = lowering.emit.create_block_with(&[ValueType::I64; 2]);
    lowering.emit.ins().jump(search, &[first, end].map(BlockArg::Value));
    lowering.emit.builder.switch_to_block(search);
    let &[first, end] = lowering.emit.builder.block_params(search) else {
        unreachable!("it has two parameters")
    };
    let [look, compare, found] = [(); 3].map(|()| lowering.emit.builder.create_block());
    let left = lowering.emit.ins().icmp(IntCC::UnsignedLessThan, first, end);
    lowering.emit.ins().brif(left, look, &[], missing, &[]);
    lowering.emit.continue_in(look);
    let (middle, _) = middle(lowering, first, end);
    let row = element(lowering, rows, middle, row::SIZE);
    let own = load_u32(lowering, row, row::RETURN_OFFSET);
    let is_own = lowering.emit.ins().icmp(IntCC::Equal, own, offset);
    lowering.emit.ins().brif(is_own, found, &[], compare, &[]);
    lowering.emit.continue_in(compare);
    let is_before = lowering.emit.ins().icmp(IntCC::UnsignedLessThan, own, offset);
    let after = lowering.emit.ins().iadd_imm_u(middle, 1);
    let first = lowering.emit.ins().select(is_before, after, first);
    let end = lowering.emit.ins().select(is_before, end, middle);
    lowering.emit.ins().jump(search, &[first, end].map(BlockArg::Value));
    lowering.emit.builder.seal_block(search);
    lowering.emit.continue_in(found);
    row
}

/// The position in the middle between `first` and `end`, and whether it is `first`.
fn middle(lowering: &mut Lowering<'_, '_>, first: Value, end: Value) -> (Value, Value) {
    let sum = lowering.emit.ins().iadd(first, end);
    let middle = lowering.emit.ins().ushr_imm_u(sum, 1);
    let is_first = lowering.emit.ins().icmp(IntCC::Equal, middle, first);
    (middle, is_first)
}

/// The address of an element of `size` bytes.
fn element(lowering: &mut Lowering<'_, '_>, base: Value, index: Value, size: u32) -> Value {
    let place = scaled(lowering, index, size);
    lowering.emit.ins().iadd(base, place)
}

fn scaled(lowering: &mut Lowering<'_, '_>, index: Value, size: u32) -> Value {
    lowering.emit.ins().imul_imm_u(index, i64::from(size))
}

fn load(lowering: &mut Lowering<'_, '_>, base: Value, offset: i32) -> Value {
    lowering.emit.ins().load(types::I64, MemFlagsData::trusted(), base, offset)
}

/// A 32-bit number in the table, extended to 64 bits.
fn load_u32(lowering: &mut Lowering<'_, '_>, base: Value, offset: u32) -> Value {
    load_extended(lowering, types::I32, base, offset)
}

/// A byte in the table, extended to 64 bits.
fn load_u8(lowering: &mut Lowering<'_, '_>, base: Value, offset: u32) -> Value {
    load_extended(lowering, types::I8, base, offset)
}

fn load_extended(lowering: &mut Lowering<'_, '_>, ty: Type, base: Value, offset: u32) -> Value {
    let flags = MemFlagsData::trusted().with_readonly();
    let value = lowering.emit.ins().load(ty, flags, base, offset as i32);
    lowering.emit.ins().uextend(types::I64, value)
}
