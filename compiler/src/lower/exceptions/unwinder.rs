//! The function that throws: it walks the frames to the next landing pad.
//!
//! Every function of a module with exceptions keeps a record of two words at its frame pointer: its
//! caller's frame pointer, and its return address. The return addresses of calls inside scopes are
//! in a table after the code of [`FuncId::HandlerTable`], with the distance between frame pointer
//! and stack pointer there, and the landing pad. The search always succeeds: the chain begins in
//! the function that throws, and every call from the runtime into the module has a row in the
//! table.
//!
//! Only the last step, which leaves the unwinder's own frame, cannot be expressed in Cranelift's IR
//! ([`FuncId::Resume`]).

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, Block, BlockArg, Function, InstBuilder, MemFlagsData, Signature, Type, Value, types,
};

use crate::exception_table::{self, row};
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

fn table_signature() -> Signature {
    let mut signature = Signature::new(CALL_CONV);
    signature.returns.push(AbiParam::new(POINTER));
    signature
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
    let table = lowering.emit.function(FuncId::HandlerTable, table_signature);
    let call = lowering.emit.ins().call(table, &[]);
    let table = lowering.emit.builder.inst_results(call)[0];
    let own = lowering.emit.ins().get_frame_pointer(POINTER);
    // The call of this function has no landing pad, so the search begins with the thrower's caller.
    let thrower = load(&mut lowering, POINTER, own, 0);

    let next_frame = lowering.emit.create_block_with(&[ValueType::I64]);
    lowering.emit.ins().jump(next_frame, &[BlockArg::Value(thrower)]);
    lowering.emit.builder.switch_to_block(next_frame);
    let frame = lowering.emit.builder.block_params(next_frame)[0];
    let return_address = load(&mut lowering, POINTER, frame, RETURN_ADDRESS);
    let caller = load(&mut lowering, POINTER, frame, 0);
    let distance = load_u32(&mut lowering, table, exception_table::TABLE_OFFSET);
    let text = lowering.emit.ins().isub(table, distance);
    let offset = lowering.emit.ins().isub(return_address, text);
    let row = find_row(&mut lowering, table, offset, (next_frame, caller));
    lowering.emit.builder.seal_block(next_frame);

    let depth = load_u32(&mut lowering, row, exception_table::ROWS + row::FRAME_OFFSET);
    let stack_pointer = lowering.emit.ins().isub(caller, depth);
    let pad = load_u32(&mut lowering, row, exception_table::ROWS + row::HANDLER_OFFSET);
    let pad = lowering.emit.ins().iadd(text, pad);
    let resume = lowering.emit.function(FuncId::Resume, || signature(4));
    lowering.emit.ins().call(resume, &[pad, stack_pointer, caller, word]);
    lowering.emit.ins().trap(UNREACHABLE_CODE);
    lowering.finish();
}

/// Finds the row of `table` for a call that returns to `offset`. The returned address is relative
/// to the header, like that of the first row. If there is no row, control goes to the block of
/// `missing` with its value.
fn find_row(
    lowering: &mut Lowering<'_, '_>,
    table: Value,
    offset: Value,
    missing: (Block, Value),
) -> Value {
    let count = load_u32(lowering, table, exception_table::ROW_COUNT);
    let zero = lowering.emit.ins().iconst(types::I64, 0);
    // The row, if it exists, is at or after the first number, and before the second.
    let search = lowering.emit.create_block_with(&[ValueType::I64; 2]);
    lowering.emit.ins().jump(search, &[BlockArg::Value(zero), BlockArg::Value(count)]);
    lowering.emit.builder.switch_to_block(search);
    let &[first, end] = lowering.emit.builder.block_params(search) else {
        unreachable!("it has two parameters")
    };
    let [look, compare, lower, upper, found] =
        [(); 5].map(|()| lowering.emit.builder.create_block());
    let left = lowering.emit.ins().icmp(IntCC::UnsignedLessThan, first, end);
    lowering.emit.ins().brif(left, look, &[], missing.0, &[BlockArg::Value(missing.1)]);
    lowering.emit.continue_in(look);
    let sum = lowering.emit.ins().iadd(first, end);
    let middle = lowering.emit.ins().ushr_imm_u(sum, 1);
    let place = lowering.emit.ins().imul_imm_u(middle, i64::from(row::SIZE));
    let row = lowering.emit.ins().iadd(table, place);
    let own = load_u32(lowering, row, exception_table::ROWS + row::RETURN_OFFSET);
    let is_own = lowering.emit.ins().icmp(IntCC::Equal, own, offset);
    lowering.emit.ins().brif(is_own, found, &[], compare, &[]);
    lowering.emit.continue_in(compare);
    let is_before = lowering.emit.ins().icmp(IntCC::UnsignedLessThan, own, offset);
    lowering.emit.ins().brif(is_before, upper, &[], lower, &[]);
    lowering.emit.continue_in(upper);
    let after = lowering.emit.ins().iadd_imm_u(middle, 1);
    lowering.emit.ins().jump(search, &[BlockArg::Value(after), BlockArg::Value(end)]);
    lowering.emit.continue_in(lower);
    lowering.emit.ins().jump(search, &[BlockArg::Value(first), BlockArg::Value(middle)]);
    lowering.emit.builder.seal_block(search);
    lowering.emit.continue_in(found);
    row
}

fn load(lowering: &mut Lowering<'_, '_>, ty: Type, base: Value, offset: i32) -> Value {
    lowering.emit.ins().load(ty, MemFlagsData::trusted(), base, offset)
}

/// A 32-bit number in the table, extended to 64 bits.
fn load_u32(lowering: &mut Lowering<'_, '_>, base: Value, offset: u32) -> Value {
    let flags = MemFlagsData::trusted().with_readonly();
    let value = lowering.emit.ins().load(types::I32, flags, base, offset as i32);
    lowering.emit.ins().uextend(types::I64, value)
}
