//! One line per operator: its visitor method and the code that lowers it.
//!
//! Every operator of a supported proposal must have a line: [`ValidatingVisitor`] is generated from
//! wasmparser's own list and calls a method for each operator, so a missing one does not compile.
//! Validation refuses operators of other proposals, and names the proposal.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{AtomicRmwOp, InstBuilder, types};
use wasmparser::{
    BlockType, BrTable, FrameKind, FrameStack, FuncValidator, HeapType, Ieee32, Ieee64, MemArg,
    Ordering, RefType, TryTable, ValType, ValidatorResources, VisitOperator, VisitSimdOperator,
};

use super::conversion::FloatToInt;
use crate::error::{Error, refused};
use crate::lower::context::Lowering;
use crate::lower::objects::{Extend, reference_depths};
use crate::wasm::OperatorKind;

/// Validates each operator and then lowers it.
pub(in crate::lower) struct ValidatingVisitor<'v, 'a, 'f> {
    validator: &'v mut FuncValidator<ValidatorResources>,
    lowering: &'v mut Lowering<'a, 'f>,
    offset: u64,
}

impl<'v, 'a, 'f> ValidatingVisitor<'v, 'a, 'f> {
    /// For the operator at `offset` of the module.
    pub(in crate::lower) fn new(
        validator: &'v mut FuncValidator<ValidatorResources>,
        lowering: &'v mut Lowering<'a, 'f>,
        offset: u64,
    ) -> Self {
        Self { validator, lowering, offset }
    }
}

impl ValidatingVisitor<'_, '_, '_> {
    fn note_types(&mut self, operator: OperatorKind) {
        let ty = |depth| match self.validator.get_operand_type(depth) {
            Some(Some(ValType::Ref(ty))) => Some(ty),
            _ => None,
        };
        let (operand, second) = reference_depths(operator);
        let (operand, second) = (ty(operand), second.and_then(ty));
        self.lowering.note_types(operand, second);
    }
}

impl FrameStack for ValidatingVisitor<'_, '_, '_> {
    fn current_frame(&self) -> Option<FrameKind> {
        self.validator.get_control_frame(0).map(|frame| frame.kind)
    }
}

/// Lowers an operator of a supported proposal. Validation has refused all others.
macro_rules! lower_supported {
    (@lower $visitor:ident.$visit:ident($($arg:ident)*)) => {{
        $visitor.lowering.$visit($($arg),*);
        Ok(())
    }};
    (@mvp $($call:tt)*) => { lower_supported!(@lower $($call)*) };
    (@sign_extension $($call:tt)*) => { lower_supported!(@lower $($call)*) };
    (@saturating_float_to_int $($call:tt)*) => { lower_supported!(@lower $($call)*) };
    (@bulk_memory $($call:tt)*) => { lower_supported!(@lower $($call)*) };
    (@reference_types $($call:tt)*) => { lower_supported!(@lower $($call)*) };
    (@wide_arithmetic $($call:tt)*) => { lower_supported!(@lower $($call)*) };
    (@threads $($call:tt)*) => { lower_supported!(@lower $($call)*) };
    (@tail_call $($call:tt)*) => { lower_supported!(@lower $($call)*) };
    (@function_references $($call:tt)*) => { lower_supported!(@lower $($call)*) };
    (@exceptions $($call:tt)*) => { lower_supported!(@lower $($call)*) };
    (@legacy_exceptions $($call:tt)*) => { lower_supported!(@lower $($call)*) };
    (@gc $visitor:ident.$visit:ident($($arg:ident)*)) => {{
        if !$visitor.lowering.env.module.has_objects() {
            let what = concat!("the operator ", stringify!($visit));
            return Err(Error::needs_collector(what).at($visitor.offset as usize));
        }
        lower_supported!(@lower $visitor.$visit($($arg)*))
    }};
    (@$other:ident $visitor:ident.$visit:ident($($arg:ident)*)) => {{
        $(let _ = $arg;)*
        Err(Error::internal(concat!("no lowering for ", stringify!($visit)))
            .at($visitor.offset as usize))
    }};
}

/// Notes what is known about the operands of an operator on objects, before validation removes
/// them.
macro_rules! note_types {
    (@gc $visitor:ident $op:expr) => {
        $visitor.note_types($op)
    };
    (@$other:ident $visitor:ident $op:expr) => {};
}

macro_rules! validate_then_lower {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {
        $(
            fn $visit(&mut self $($(, $arg: $argty)*)?) -> Self::Output {
                note_types!(@$proposal self OperatorKind::$op);
                self.validator.visitor(self.offset).$visit($($($arg.clone()),*)?).map_err(refused)?;
                self.lowering.meter(OperatorKind::$op);
                lower_supported!(@$proposal self.$visit($($($arg)*)?))
            }
        )*
    };
}

impl<'a> VisitOperator<'a> for ValidatingVisitor<'_, 'a, '_> {
    type Output = Result<(), Error>;

    fn simd_visitor(&mut self) -> Option<&mut dyn VisitSimdOperator<'a, Output = Self::Output>> {
        Some(self)
    }

    wasmparser::for_each_visit_operator!(validate_then_lower);
}

macro_rules! validate_then_lower_simd {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {
        $(
            fn $visit(&mut self $($(, $arg: $argty)*)?) -> Self::Output {
                self.validator.simd_visitor(self.offset).$visit($($($arg.clone()),*)?).map_err(refused)?;
                self.lowering.uses_simd = true;
                self.lowering.meter(OperatorKind::$op);
                self.lowering.$visit($($($arg),*)?);
                Ok(())
            }
        )*
    };
}

impl<'a> VisitSimdOperator<'a> for ValidatingVisitor<'_, 'a, '_> {
    wasmparser::for_each_visit_simd_operator!(validate_then_lower_simd);
}

/// Generates a method for each line. Lines under `always` also run in unreachable code.
macro_rules! operators {
    (
        always { $( $always:ident($($a_arg:ident: $a_ty:ty),*) => $a_body:expr; )* }
        reachable { $( $visit:ident($($arg:ident: $ty:ty),*) => $body:expr; )* }
    ) => {
        impl<'a> Lowering<'a, '_> {
            $(
                pub(in crate::lower::operators) fn $always(&mut self $(, $a_arg: $a_ty)*) {
                    let lower: fn(&mut Self $(, $a_ty)*) = $a_body;
                    lower(self $(, $a_arg)*);
                }
            )*
            $(
                pub(in crate::lower::operators) fn $visit(&mut self $(, $arg: $ty)*) {
                    if self.control.is_reachable() {
                        let lower: fn(&mut Self $(, $ty)*) = $body;
                        lower(self $(, $arg)*);
                    }
                }
            )*
        }
    };
}
pub(super) use operators;

operators! {
    always {
        visit_block(ty: BlockType) => |f, ty| f.block(ty);
        visit_loop(ty: BlockType) => |f, ty| f.loop_(ty);
        visit_if(ty: BlockType) => |f, ty| f.if_(ty);
        visit_else() => |f| f.open_else();
        visit_end() => |f| f.close_frame();

        // Exceptions
        visit_try_table(table: TryTable) => |f, table| f.try_table(&table);
        visit_try(ty: BlockType) => |f, ty| f.legacy_try(ty);
        visit_catch(tag: u32) => |f, tag| f.legacy_catch(Some(tag));
        visit_catch_all() => |f| f.legacy_catch(None);
        visit_delegate(_depth: u32) => |f, _| f.close_frame();
    }
    reachable {
        // Control
        visit_nop() => |_| ();
        visit_unreachable() => |f| f.unreachable();
        visit_br(depth: u32) => |f, depth| f.br(depth);
        visit_br_if(depth: u32) => |f, depth| f.br_if(depth);
        visit_br_table(targets: BrTable<'a>) => |f, targets| f.br_table(&targets);
        visit_return() => |f| f.return_();
        visit_br_on_null(depth: u32) => |f, depth| f.br_on_null(depth);
        visit_br_on_non_null(depth: u32) => |f, depth| f.br_on_non_null(depth);

        // Exceptions
        visit_throw(tag: u32) => |f, tag| f.throw(tag);
        visit_throw_ref() => |f| f.throw_ref();
        visit_rethrow(depth: u32) => |f, depth| f.rethrow(depth);

        // Calls
        visit_call(function: u32) => |f, function| f.call(function);
        visit_call_indirect(ty: u32, table: u32) => |f, ty, table| f.call_indirect(ty, table);
        visit_return_call(function: u32) => |f, function| f.return_call(function);
        visit_return_call_indirect(ty: u32, table: u32) => |f, ty, table| f.return_call_indirect(ty, table);
        visit_call_ref(ty: u32) => |f, ty| f.call_ref(ty);
        visit_return_call_ref(ty: u32) => |f, ty| f.return_call_ref(ty);

        // Parametric
        visit_drop() => |f| f.drop_top(1);
        visit_select() => |f| f.select();
        visit_typed_select(_ty: ValType) => |f, _| f.select();
        visit_typed_select_multi(_types: Vec<ValType>) => |f, _| f.select();

        // Variables
        visit_local_get(local: u32) => |f, local| f.local_get(local);
        visit_local_set(local: u32) => |f, local| f.local_set(local);
        visit_local_tee(local: u32) => |f, local| f.local_tee(local);
        visit_global_get(global: u32) => |f, global| f.global_get(global);
        visit_global_set(global: u32) => |f, global| f.global_set(global);

        // References
        visit_ref_null(ty: HeapType) => |f, ty| f.ref_null(ty);
        visit_ref_is_null() => |f| f.ref_is_null();
        visit_ref_func(function: u32) => |f, function| f.ref_func(function);
        visit_ref_as_non_null() => |f| f.ref_as_non_null();

        // Objects
        visit_ref_eq() => |f| f.ref_eq();
        visit_struct_new(ty: u32) => |f, ty| f.struct_new(ty);
        visit_struct_new_default(ty: u32) => |f, ty| f.struct_new_default(ty);
        visit_struct_get(ty: u32, field: u32) => |f, ty, field| f.struct_get(ty, field, Extend::None);
        visit_struct_get_s(ty: u32, field: u32) => |f, ty, field| f.struct_get(ty, field, Extend::Signed);
        visit_struct_get_u(ty: u32, field: u32) => |f, ty, field| f.struct_get(ty, field, Extend::Unsigned);
        visit_struct_set(ty: u32, field: u32) => |f, ty, field| f.struct_set(ty, field);
        visit_array_new(ty: u32) => |f, ty| f.array_new(ty);
        visit_array_new_default(ty: u32) => |f, ty| f.array_new_default(ty);
        visit_array_new_fixed(ty: u32, count: u32) => |f, ty, count| f.array_new_fixed(ty, count);
        visit_array_new_data(ty: u32, segment: u32) => |f, ty, segment| f.array_new_data(ty, segment);
        visit_array_new_elem(ty: u32, segment: u32) => |f, ty, segment| f.array_new_elem(ty, segment);
        visit_array_get(ty: u32) => |f, ty| f.array_get(ty, Extend::None);
        visit_array_get_s(ty: u32) => |f, ty| f.array_get(ty, Extend::Signed);
        visit_array_get_u(ty: u32) => |f, ty| f.array_get(ty, Extend::Unsigned);
        visit_array_set(ty: u32) => |f, ty| f.array_set(ty);
        visit_array_len() => |f| f.array_len();
        visit_array_fill(ty: u32) => |f, ty| f.array_fill(ty);
        visit_array_copy(_to: u32, _from: u32) => |f, _, _| f.array_copy();
        visit_array_init_data(ty: u32, segment: u32) => |f, ty, segment| f.array_init_data(ty, segment);
        visit_array_init_elem(_ty: u32, segment: u32) => |f, _, segment| f.array_init_elem(segment);
        visit_ref_test_non_null(ty: HeapType) => |f, ty| f.ref_test(false, ty);
        visit_ref_test_nullable(ty: HeapType) => |f, ty| f.ref_test(true, ty);
        visit_ref_cast_non_null(ty: HeapType) => |f, ty| f.ref_cast(false, ty);
        visit_ref_cast_nullable(ty: HeapType) => |f, ty| f.ref_cast(true, ty);
        visit_br_on_cast(depth: u32, from: RefType, to: RefType) => |f, depth, from, to| f.br_on_cast(depth, from, to, true);
        visit_br_on_cast_fail(depth: u32, from: RefType, to: RefType) => |f, depth, from, to| f.br_on_cast(depth, from, to, false);
        visit_any_convert_extern() => |f| f.any_convert_extern();
        visit_extern_convert_any() => |f| f.extern_convert_any();
        visit_ref_i31() => |f| f.ref_i31();
        visit_i31_get_s() => |f| f.i31_get(Extend::Signed);
        visit_i31_get_u() => |f| f.i31_get(Extend::Unsigned);

        // Tables
        visit_table_get(table: u32) => |f, table| f.table_get(table);
        visit_table_set(table: u32) => |f, table| f.table_set(table);
        visit_table_grow(table: u32) => |f, table| f.table_grow(table);
        visit_table_size(table: u32) => |f, table| f.table_size(table);
        visit_table_fill(table: u32) => |f, table| f.table_fill(table);
        visit_table_init(segment: u32, table: u32) => |f, segment, table| f.table_init(segment, table);
        visit_table_copy(to: u32, from: u32) => |f, to, from| f.table_copy(to, from);
        visit_elem_drop(segment: u32) => |f, segment| f.elem_drop(segment);

        // Memory: loads
        visit_i32_load(at: MemArg) => |f, at| f.load(at, types::I32);
        visit_i64_load(at: MemArg) => |f, at| f.load(at, types::I64);
        visit_f32_load(at: MemArg) => |f, at| f.load(at, types::F32);
        visit_f64_load(at: MemArg) => |f, at| f.load(at, types::F64);
        visit_i32_load8_s(at: MemArg) => |f, at| f.load_narrow(at, 1, |i, a| i.sload8(types::I32, a.flags, a.address, a.displacement));
        visit_i32_load8_u(at: MemArg) => |f, at| f.load_narrow(at, 1, |i, a| i.uload8(types::I32, a.flags, a.address, a.displacement));
        visit_i32_load16_s(at: MemArg) => |f, at| f.load_narrow(at, 2, |i, a| i.sload16(types::I32, a.flags, a.address, a.displacement));
        visit_i32_load16_u(at: MemArg) => |f, at| f.load_narrow(at, 2, |i, a| i.uload16(types::I32, a.flags, a.address, a.displacement));
        visit_i64_load8_s(at: MemArg) => |f, at| f.load_narrow(at, 1, |i, a| i.sload8(types::I64, a.flags, a.address, a.displacement));
        visit_i64_load8_u(at: MemArg) => |f, at| f.load_narrow(at, 1, |i, a| i.uload8(types::I64, a.flags, a.address, a.displacement));
        visit_i64_load16_s(at: MemArg) => |f, at| f.load_narrow(at, 2, |i, a| i.sload16(types::I64, a.flags, a.address, a.displacement));
        visit_i64_load16_u(at: MemArg) => |f, at| f.load_narrow(at, 2, |i, a| i.uload16(types::I64, a.flags, a.address, a.displacement));
        visit_i64_load32_s(at: MemArg) => |f, at| f.load_narrow(at, 4, |i, a| i.sload32(a.flags, a.address, a.displacement));
        visit_i64_load32_u(at: MemArg) => |f, at| f.load_narrow(at, 4, |i, a| i.uload32(a.flags, a.address, a.displacement));

        // Memory: stores
        visit_i32_store(at: MemArg) => |f, at| f.store(at, 4, |i, a, v| i.store(a.flags, v, a.address, a.displacement));
        visit_i64_store(at: MemArg) => |f, at| f.store(at, 8, |i, a, v| i.store(a.flags, v, a.address, a.displacement));
        visit_f32_store(at: MemArg) => |f, at| f.store(at, 4, |i, a, v| i.store(a.flags, v, a.address, a.displacement));
        visit_f64_store(at: MemArg) => |f, at| f.store(at, 8, |i, a, v| i.store(a.flags, v, a.address, a.displacement));
        visit_i32_store8(at: MemArg) => |f, at| f.store(at, 1, |i, a, v| i.istore8(a.flags, v, a.address, a.displacement));
        visit_i32_store16(at: MemArg) => |f, at| f.store(at, 2, |i, a, v| i.istore16(a.flags, v, a.address, a.displacement));
        visit_i64_store8(at: MemArg) => |f, at| f.store(at, 1, |i, a, v| i.istore8(a.flags, v, a.address, a.displacement));
        visit_i64_store16(at: MemArg) => |f, at| f.store(at, 2, |i, a, v| i.istore16(a.flags, v, a.address, a.displacement));
        visit_i64_store32(at: MemArg) => |f, at| f.store(at, 4, |i, a, v| i.istore32(a.flags, v, a.address, a.displacement));

        // Memory: size and bulk operators
        visit_memory_size(_memory: u32) => |f, _| f.memory_size_operator();
        visit_memory_grow(_memory: u32) => |f, _| f.memory_grow();
        visit_memory_fill(_memory: u32) => |f, _| f.memory_fill();
        visit_memory_copy(_to: u32, _from: u32) => |f, _, _| f.memory_copy();
        visit_memory_init(segment: u32, _memory: u32) => |f, segment, _| f.memory_init(segment);
        visit_data_drop(segment: u32) => |f, segment| f.data_drop(segment);

        // Atomics
        visit_i32_atomic_load(at: MemArg) => |f, at| f.atomic_load(at, types::I32, types::I32);
        visit_i64_atomic_load(at: MemArg) => |f, at| f.atomic_load(at, types::I64, types::I64);
        visit_i32_atomic_load8_u(at: MemArg) => |f, at| f.atomic_load(at, types::I8, types::I32);
        visit_i32_atomic_load16_u(at: MemArg) => |f, at| f.atomic_load(at, types::I16, types::I32);
        visit_i64_atomic_load8_u(at: MemArg) => |f, at| f.atomic_load(at, types::I8, types::I64);
        visit_i64_atomic_load16_u(at: MemArg) => |f, at| f.atomic_load(at, types::I16, types::I64);
        visit_i64_atomic_load32_u(at: MemArg) => |f, at| f.atomic_load(at, types::I32, types::I64);
        visit_i32_atomic_store(at: MemArg) => |f, at| f.atomic_store(at, types::I32);
        visit_i64_atomic_store(at: MemArg) => |f, at| f.atomic_store(at, types::I64);
        visit_i32_atomic_store8(at: MemArg) => |f, at| f.atomic_store(at, types::I8);
        visit_i32_atomic_store16(at: MemArg) => |f, at| f.atomic_store(at, types::I16);
        visit_i64_atomic_store8(at: MemArg) => |f, at| f.atomic_store(at, types::I8);
        visit_i64_atomic_store16(at: MemArg) => |f, at| f.atomic_store(at, types::I16);
        visit_i64_atomic_store32(at: MemArg) => |f, at| f.atomic_store(at, types::I32);
        visit_i32_atomic_rmw_add(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Add, types::I32, types::I32);
        visit_i64_atomic_rmw_add(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Add, types::I64, types::I64);
        visit_i32_atomic_rmw8_add_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Add, types::I8, types::I32);
        visit_i32_atomic_rmw16_add_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Add, types::I16, types::I32);
        visit_i64_atomic_rmw8_add_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Add, types::I8, types::I64);
        visit_i64_atomic_rmw16_add_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Add, types::I16, types::I64);
        visit_i64_atomic_rmw32_add_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Add, types::I32, types::I64);
        visit_i32_atomic_rmw_sub(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Sub, types::I32, types::I32);
        visit_i64_atomic_rmw_sub(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Sub, types::I64, types::I64);
        visit_i32_atomic_rmw8_sub_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Sub, types::I8, types::I32);
        visit_i32_atomic_rmw16_sub_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Sub, types::I16, types::I32);
        visit_i64_atomic_rmw8_sub_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Sub, types::I8, types::I64);
        visit_i64_atomic_rmw16_sub_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Sub, types::I16, types::I64);
        visit_i64_atomic_rmw32_sub_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Sub, types::I32, types::I64);
        visit_i32_atomic_rmw_and(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::And, types::I32, types::I32);
        visit_i64_atomic_rmw_and(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::And, types::I64, types::I64);
        visit_i32_atomic_rmw8_and_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::And, types::I8, types::I32);
        visit_i32_atomic_rmw16_and_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::And, types::I16, types::I32);
        visit_i64_atomic_rmw8_and_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::And, types::I8, types::I64);
        visit_i64_atomic_rmw16_and_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::And, types::I16, types::I64);
        visit_i64_atomic_rmw32_and_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::And, types::I32, types::I64);
        visit_i32_atomic_rmw_or(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Or, types::I32, types::I32);
        visit_i64_atomic_rmw_or(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Or, types::I64, types::I64);
        visit_i32_atomic_rmw8_or_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Or, types::I8, types::I32);
        visit_i32_atomic_rmw16_or_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Or, types::I16, types::I32);
        visit_i64_atomic_rmw8_or_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Or, types::I8, types::I64);
        visit_i64_atomic_rmw16_or_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Or, types::I16, types::I64);
        visit_i64_atomic_rmw32_or_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Or, types::I32, types::I64);
        visit_i32_atomic_rmw_xor(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Xor, types::I32, types::I32);
        visit_i64_atomic_rmw_xor(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Xor, types::I64, types::I64);
        visit_i32_atomic_rmw8_xor_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Xor, types::I8, types::I32);
        visit_i32_atomic_rmw16_xor_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Xor, types::I16, types::I32);
        visit_i64_atomic_rmw8_xor_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Xor, types::I8, types::I64);
        visit_i64_atomic_rmw16_xor_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Xor, types::I16, types::I64);
        visit_i64_atomic_rmw32_xor_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Xor, types::I32, types::I64);
        visit_i32_atomic_rmw_xchg(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Xchg, types::I32, types::I32);
        visit_i64_atomic_rmw_xchg(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Xchg, types::I64, types::I64);
        visit_i32_atomic_rmw8_xchg_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Xchg, types::I8, types::I32);
        visit_i32_atomic_rmw16_xchg_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Xchg, types::I16, types::I32);
        visit_i64_atomic_rmw8_xchg_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Xchg, types::I8, types::I64);
        visit_i64_atomic_rmw16_xchg_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Xchg, types::I16, types::I64);
        visit_i64_atomic_rmw32_xchg_u(at: MemArg) => |f, at| f.atomic_rmw(at, AtomicRmwOp::Xchg, types::I32, types::I64);
        visit_i32_atomic_rmw_cmpxchg(at: MemArg) => |f, at| f.atomic_cmpxchg(at, types::I32, types::I32);
        visit_i64_atomic_rmw_cmpxchg(at: MemArg) => |f, at| f.atomic_cmpxchg(at, types::I64, types::I64);
        visit_i32_atomic_rmw8_cmpxchg_u(at: MemArg) => |f, at| f.atomic_cmpxchg(at, types::I8, types::I32);
        visit_i32_atomic_rmw16_cmpxchg_u(at: MemArg) => |f, at| f.atomic_cmpxchg(at, types::I16, types::I32);
        visit_i64_atomic_rmw8_cmpxchg_u(at: MemArg) => |f, at| f.atomic_cmpxchg(at, types::I8, types::I64);
        visit_i64_atomic_rmw16_cmpxchg_u(at: MemArg) => |f, at| f.atomic_cmpxchg(at, types::I16, types::I64);
        visit_i64_atomic_rmw32_cmpxchg_u(at: MemArg) => |f, at| f.atomic_cmpxchg(at, types::I32, types::I64);
        visit_memory_atomic_wait32(at: MemArg) => |f, at| f.atomic_wait(at, types::I32);
        visit_memory_atomic_wait64(at: MemArg) => |f, at| f.atomic_wait(at, types::I64);
        visit_memory_atomic_notify(at: MemArg) => |f, at| f.atomic_notify(at);
        visit_atomic_fence(_ordering: Ordering) => |f, _| f.atomic_fence();

        // Constants
        visit_i32_const(value: i32) => |f, value| f.i32_const(value);
        visit_i64_const(value: i64) => |f, value| f.i64_const(value);
        visit_f32_const(value: Ieee32) => |f, value| f.f32_const(value);
        visit_f64_const(value: Ieee64) => |f, value| f.f64_const(value);

        // Comparisons
        visit_i32_eqz() => |f| f.eqz();
        visit_i32_eq() => |f| f.compare(IntCC::Equal);
        visit_i32_ne() => |f| f.compare(IntCC::NotEqual);
        visit_i32_lt_s() => |f| f.compare(IntCC::SignedLessThan);
        visit_i32_lt_u() => |f| f.compare(IntCC::UnsignedLessThan);
        visit_i32_gt_s() => |f| f.compare(IntCC::SignedGreaterThan);
        visit_i32_gt_u() => |f| f.compare(IntCC::UnsignedGreaterThan);
        visit_i32_le_s() => |f| f.compare(IntCC::SignedLessThanOrEqual);
        visit_i32_le_u() => |f| f.compare(IntCC::UnsignedLessThanOrEqual);
        visit_i32_ge_s() => |f| f.compare(IntCC::SignedGreaterThanOrEqual);
        visit_i32_ge_u() => |f| f.compare(IntCC::UnsignedGreaterThanOrEqual);
        visit_i64_eqz() => |f| f.eqz();
        visit_i64_eq() => |f| f.compare(IntCC::Equal);
        visit_i64_ne() => |f| f.compare(IntCC::NotEqual);
        visit_i64_lt_s() => |f| f.compare(IntCC::SignedLessThan);
        visit_i64_lt_u() => |f| f.compare(IntCC::UnsignedLessThan);
        visit_i64_gt_s() => |f| f.compare(IntCC::SignedGreaterThan);
        visit_i64_gt_u() => |f| f.compare(IntCC::UnsignedGreaterThan);
        visit_i64_le_s() => |f| f.compare(IntCC::SignedLessThanOrEqual);
        visit_i64_le_u() => |f| f.compare(IntCC::UnsignedLessThanOrEqual);
        visit_i64_ge_s() => |f| f.compare(IntCC::SignedGreaterThanOrEqual);
        visit_i64_ge_u() => |f| f.compare(IntCC::UnsignedGreaterThanOrEqual);
        visit_f32_eq() => |f| f.compare_floats(FloatCC::Equal);
        visit_f32_ne() => |f| f.compare_floats(FloatCC::NotEqual);
        visit_f32_lt() => |f| f.compare_floats(FloatCC::LessThan);
        visit_f32_gt() => |f| f.compare_floats(FloatCC::GreaterThan);
        visit_f32_le() => |f| f.compare_floats(FloatCC::LessThanOrEqual);
        visit_f32_ge() => |f| f.compare_floats(FloatCC::GreaterThanOrEqual);
        visit_f64_eq() => |f| f.compare_floats(FloatCC::Equal);
        visit_f64_ne() => |f| f.compare_floats(FloatCC::NotEqual);
        visit_f64_lt() => |f| f.compare_floats(FloatCC::LessThan);
        visit_f64_gt() => |f| f.compare_floats(FloatCC::GreaterThan);
        visit_f64_le() => |f| f.compare_floats(FloatCC::LessThanOrEqual);
        visit_f64_ge() => |f| f.compare_floats(FloatCC::GreaterThanOrEqual);

        // Integer arithmetic
        visit_i32_clz() => |f| f.unary(|i, a| i.clz(a));
        visit_i32_ctz() => |f| f.unary(|i, a| i.ctz(a));
        visit_i32_popcnt() => |f| f.unary(|i, a| i.popcnt(a));
        visit_i32_add() => |f| f.binary(|i, a, b| i.iadd(a, b));
        visit_i32_sub() => |f| f.binary(|i, a, b| i.isub(a, b));
        visit_i32_mul() => |f| f.binary(|i, a, b| i.imul(a, b));
        visit_i32_and() => |f| f.binary(|i, a, b| i.band(a, b));
        visit_i32_or() => |f| f.binary(|i, a, b| i.bor(a, b));
        visit_i32_xor() => |f| f.binary(|i, a, b| i.bxor(a, b));
        visit_i32_shl() => |f| f.binary(|i, a, b| i.ishl(a, b));
        visit_i32_shr_s() => |f| f.binary(|i, a, b| i.sshr(a, b));
        visit_i32_shr_u() => |f| f.binary(|i, a, b| i.ushr(a, b));
        visit_i32_rotl() => |f| f.binary(|i, a, b| i.rotl(a, b));
        visit_i32_rotr() => |f| f.binary(|i, a, b| i.rotr(a, b));
        visit_i32_div_s() => |f| f.div_s();
        visit_i32_div_u() => |f| f.div_u();
        visit_i32_rem_s() => |f| f.rem_s();
        visit_i32_rem_u() => |f| f.rem_u();
        visit_i64_clz() => |f| f.unary(|i, a| i.clz(a));
        visit_i64_ctz() => |f| f.unary(|i, a| i.ctz(a));
        visit_i64_popcnt() => |f| f.unary(|i, a| i.popcnt(a));
        visit_i64_add() => |f| f.binary(|i, a, b| i.iadd(a, b));
        visit_i64_sub() => |f| f.binary(|i, a, b| i.isub(a, b));
        visit_i64_mul() => |f| f.binary(|i, a, b| i.imul(a, b));
        visit_i64_and() => |f| f.binary(|i, a, b| i.band(a, b));
        visit_i64_or() => |f| f.binary(|i, a, b| i.bor(a, b));
        visit_i64_xor() => |f| f.binary(|i, a, b| i.bxor(a, b));
        visit_i64_shl() => |f| f.binary(|i, a, b| i.ishl(a, b));
        visit_i64_shr_s() => |f| f.binary(|i, a, b| i.sshr(a, b));
        visit_i64_shr_u() => |f| f.binary(|i, a, b| i.ushr(a, b));
        visit_i64_rotl() => |f| f.binary(|i, a, b| i.rotl(a, b));
        visit_i64_rotr() => |f| f.binary(|i, a, b| i.rotr(a, b));
        visit_i64_div_s() => |f| f.div_s();
        visit_i64_div_u() => |f| f.div_u();
        visit_i64_rem_s() => |f| f.rem_s();
        visit_i64_rem_u() => |f| f.rem_u();

        // Wide arithmetic
        visit_i64_add128() => |f| f.wide_binary(|i, a, b| i.iadd(a, b));
        visit_i64_sub128() => |f| f.wide_binary(|i, a, b| i.isub(a, b));
        visit_i64_mul_wide_s() => |f| f.wide_multiply(|i, a| i.sextend(types::I128, a));
        visit_i64_mul_wide_u() => |f| f.wide_multiply(|i, a| i.uextend(types::I128, a));

        // Float arithmetic
        visit_f32_abs() => |f| f.unary(|i, a| i.fabs(a));
        visit_f32_neg() => |f| f.unary(|i, a| i.fneg(a));
        visit_f32_ceil() => |f| f.unary(|i, a| i.ceil(a));
        visit_f32_floor() => |f| f.unary(|i, a| i.floor(a));
        visit_f32_trunc() => |f| f.unary(|i, a| i.trunc(a));
        visit_f32_nearest() => |f| f.unary(|i, a| i.nearest(a));
        visit_f32_sqrt() => |f| f.unary(|i, a| i.sqrt(a));
        visit_f32_add() => |f| f.binary(|i, a, b| i.fadd(a, b));
        visit_f32_sub() => |f| f.binary(|i, a, b| i.fsub(a, b));
        visit_f32_mul() => |f| f.binary(|i, a, b| i.fmul(a, b));
        visit_f32_div() => |f| f.binary(|i, a, b| i.fdiv(a, b));
        visit_f32_min() => |f| f.binary(|i, a, b| i.fmin(a, b));
        visit_f32_max() => |f| f.binary(|i, a, b| i.fmax(a, b));
        visit_f32_copysign() => |f| f.binary(|i, a, b| i.fcopysign(a, b));
        visit_f64_abs() => |f| f.unary(|i, a| i.fabs(a));
        visit_f64_neg() => |f| f.unary(|i, a| i.fneg(a));
        visit_f64_ceil() => |f| f.unary(|i, a| i.ceil(a));
        visit_f64_floor() => |f| f.unary(|i, a| i.floor(a));
        visit_f64_trunc() => |f| f.unary(|i, a| i.trunc(a));
        visit_f64_nearest() => |f| f.unary(|i, a| i.nearest(a));
        visit_f64_sqrt() => |f| f.unary(|i, a| i.sqrt(a));
        visit_f64_add() => |f| f.binary(|i, a, b| i.fadd(a, b));
        visit_f64_sub() => |f| f.binary(|i, a, b| i.fsub(a, b));
        visit_f64_mul() => |f| f.binary(|i, a, b| i.fmul(a, b));
        visit_f64_div() => |f| f.binary(|i, a, b| i.fdiv(a, b));
        visit_f64_min() => |f| f.binary(|i, a, b| i.fmin(a, b));
        visit_f64_max() => |f| f.binary(|i, a, b| i.fmax(a, b));
        visit_f64_copysign() => |f| f.binary(|i, a, b| i.fcopysign(a, b));

        // Conversions
        visit_i32_wrap_i64() => |f| f.unary(|i, a| i.ireduce(types::I32, a));
        visit_i64_extend_i32_s() => |f| f.unary(|i, a| i.sextend(types::I64, a));
        visit_i64_extend_i32_u() => |f| f.unary(|i, a| i.uextend(types::I64, a));
        visit_i32_extend8_s() => |f| f.sign_extend(types::I8, types::I32);
        visit_i32_extend16_s() => |f| f.sign_extend(types::I16, types::I32);
        visit_i64_extend8_s() => |f| f.sign_extend(types::I8, types::I64);
        visit_i64_extend16_s() => |f| f.sign_extend(types::I16, types::I64);
        visit_i64_extend32_s() => |f| f.sign_extend(types::I32, types::I64);
        visit_f32_convert_i32_s() => |f| f.unary(|i, a| i.fcvt_from_sint(types::F32, a));
        visit_f32_convert_i32_u() => |f| f.unary(|i, a| i.fcvt_from_uint(types::F32, a));
        visit_f32_convert_i64_s() => |f| f.unary(|i, a| i.fcvt_from_sint(types::F32, a));
        visit_f32_convert_i64_u() => |f| f.unary(|i, a| i.fcvt_from_uint(types::F32, a));
        visit_f64_convert_i32_s() => |f| f.unary(|i, a| i.fcvt_from_sint(types::F64, a));
        visit_f64_convert_i32_u() => |f| f.unary(|i, a| i.fcvt_from_uint(types::F64, a));
        visit_f64_convert_i64_s() => |f| f.unary(|i, a| i.fcvt_from_sint(types::F64, a));
        visit_f64_convert_i64_u() => |f| f.unary(|i, a| i.fcvt_from_uint(types::F64, a));
        visit_f32_demote_f64() => |f| f.unary(|i, a| i.fdemote(types::F32, a));
        visit_f64_promote_f32() => |f| f.unary(|i, a| i.fpromote(types::F64, a));
        visit_i32_reinterpret_f32() => |f| f.reinterpret(types::I32);
        visit_i64_reinterpret_f64() => |f| f.reinterpret(types::I64);
        visit_f32_reinterpret_i32() => |f| f.reinterpret(types::F32);
        visit_f64_reinterpret_i64() => |f| f.reinterpret(types::F64);
        visit_i32_trunc_f32_s() => |f| f.trunc(&FloatToInt::I32_F32_S);
        visit_i32_trunc_f32_u() => |f| f.trunc(&FloatToInt::I32_F32_U);
        visit_i32_trunc_f64_s() => |f| f.trunc(&FloatToInt::I32_F64_S);
        visit_i32_trunc_f64_u() => |f| f.trunc(&FloatToInt::I32_F64_U);
        visit_i64_trunc_f32_s() => |f| f.trunc(&FloatToInt::I64_F32_S);
        visit_i64_trunc_f32_u() => |f| f.trunc(&FloatToInt::I64_F32_U);
        visit_i64_trunc_f64_s() => |f| f.trunc(&FloatToInt::I64_F64_S);
        visit_i64_trunc_f64_u() => |f| f.trunc(&FloatToInt::I64_F64_U);
        visit_i32_trunc_sat_f32_s() => |f| f.unary(|i, a| i.fcvt_to_sint_sat(types::I32, a));
        visit_i32_trunc_sat_f32_u() => |f| f.unary(|i, a| i.fcvt_to_uint_sat(types::I32, a));
        visit_i32_trunc_sat_f64_s() => |f| f.unary(|i, a| i.fcvt_to_sint_sat(types::I32, a));
        visit_i32_trunc_sat_f64_u() => |f| f.unary(|i, a| i.fcvt_to_uint_sat(types::I32, a));
        visit_i64_trunc_sat_f32_s() => |f| f.unary(|i, a| i.fcvt_to_sint_sat(types::I64, a));
        visit_i64_trunc_sat_f32_u() => |f| f.unary(|i, a| i.fcvt_to_uint_sat(types::I64, a));
        visit_i64_trunc_sat_f64_s() => |f| f.unary(|i, a| i.fcvt_to_sint_sat(types::I64, a));
        visit_i64_trunc_sat_f64_u() => |f| f.unary(|i, a| i.fcvt_to_uint_sat(types::I64, a));
    }
}
