//! What happens before a module starts, where references are objects: the types at run time, and
//! the values of globals, tables and segments that are references.
//!
//! The runtime calls one added function instead of the module's start function. It calls others,
//! which each compute some of the values, and then the module's own start function. A trap ends the
//! instantiation with its text.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Function, InstBuilder, Value, types};
use wamr_abi::exceptions::TrapId;
use wamr_abi::helpers::Helper;
use wasmparser::{ConstExpr, Operator};

use crate::error::{Error, refused};
use crate::limits::collector::INITIALISERS;
use crate::lower::Environment;
use crate::lower::context::Lowering;
use crate::lower::func_id::FuncId;
use crate::lower::function::FunctionLowerer;
use crate::lower::runtime::emitter::Region;
use crate::lower::runtime::thunks::{NO_VALUES, name};
use crate::lower::signature::{POINTER, function_signature, import_thunk_signature};
use crate::target::CALL_CONV;
use crate::wasm::{Initialiser, Items, Module, ObjectMode, Segment};

/// Bytes of a slot of a table.
const SLOT: u32 = 8;

/// A value to compute: a step of the module's, or some elements of a passive segment.
enum Step<'m, 'a> {
    Initialiser(&'m Initialiser<'a>),
    Passive(u32),
}

/// All steps of `module`, in order.
fn steps<'m, 'a>(module: &'m Module<'a>) -> impl Iterator<Item = Step<'m, 'a>> {
    let passive = module.objects.segments.iter().zip(0..);
    let passive = passive.filter(|(segment, _)| matches!(segment.mode, ObjectMode::Passive));
    let passive = passive.map(|(_, index)| Step::Passive(index));
    module.objects.initialisers.iter().map(Step::Initialiser).chain(passive)
}

/// The number of functions that compute the values of `module`.
fn chunks(module: &Module<'_>) -> u32 {
    steps(module).count().div_ceil(INITIALISERS) as u32
}

/// Makes the function that the runtime calls as the start function.
pub(crate) fn lower_start<'a>(
    env: &'a Environment<'a>,
    lowerer: &mut FunctionLowerer<'a>,
    func: &mut Function,
) {
    let signature = || function_signature(&NO_VALUES, CALL_CONV, env.vectors);
    name(func, FuncId::StartWrapper, signature());
    let mut lowering = lowerer.begin(env, func, &NO_VALUES);
    lowering.emit.is_initialising = true;
    let exec_env = lowering.emit.exec_env();
    lowering.start_clock();
    lowering.begin_roots();
    lowering.make_runtime_types();
    for chunk in 0..chunks(env.module) {
        let callee = lowering.emit.function(FuncId::Initialise(chunk), signature);
        lowering.emit.ins().call(callee, &[exec_env]);
        lowering.check_exception();
    }
    match env.module.start {
        Some(start) if start < env.module.imported_function_count() => {
            let ty = env.module.canonical_function_type(start);
            let id = FuncId::ImportThunk(ty);
            let thunk = lowering.emit.function(id, || import_thunk_signature(env.ty(ty)));
            let start = lowering.emit.ins().iconst(types::I32, i64::from(start));
            lowering.emit.ins().call(thunk, &[exec_env, start]);
        }
        Some(start) => {
            let id = FuncId::Function(start);
            let callee = lowering.emit.function(id, || env.function_signature(start).clone());
            lowering.call_from_outside(callee, &[exec_env]);
        }
        None => {}
    }
    lowering.leave_module();
    lowering.emit.ins().return_(&[]);
    lowering.finish();
}

/// Makes a function that computes some of the values.
pub(crate) fn lower_chunk<'a>(
    env: &'a Environment<'a>,
    lowerer: &mut FunctionLowerer<'a>,
    func: &mut Function,
    chunk: u32,
) -> Result<(), Error> {
    let id = FuncId::Initialise(chunk);
    name(func, id, function_signature(&NO_VALUES, CALL_CONV, env.vectors));
    let mut lowering = lowerer.begin(env, func, &NO_VALUES);
    lowering.emit.is_initialising = true;
    let steps = steps(env.module).skip(chunk as usize * INITIALISERS).take(INITIALISERS);
    for step in steps {
        lowering.run(step)?;
    }
    lowering.emit.ins().return_(&[]);
    lowering.publish_roots()?;
    lowering.finish();
    Ok(())
}

impl<'a> Lowering<'a, '_> {
    /// Empties the table of references that functions need later: the runtime has made all its
    /// slots, so that they exist.
    fn begin_roots(&mut self) {
        let none = self.emit.ins().iconst(types::I32, 0);
        self.emit.set_added_table_size(self.env.collector().roots, none);
    }

    /// Asks the runtime for all its types, and stores them in globals.
    fn make_runtime_types(&mut self) {
        let count = self.env.module.types.len() as i64;
        let first = self.env.layout.global(self.env.collector().runtime_types);
        let instance = self.emit.module_instance();
        let [head, body, done] = [(); 3].map(|()| self.emit.builder.create_block());
        let index = self.emit.builder.append_block_param(head, types::I32);
        let zero = self.emit.ins().iconst(types::I32, 0);
        self.emit.ins().jump(head, &[zero.into()]);
        self.emit.builder.switch_to_block(head);
        let more = self.emit.ins().icmp_imm_u(IntCC::UnsignedLessThan, index, count);
        self.emit.ins().brif(more, body, &[], done, &[]);
        self.emit.continue_in(body);
        let ty = self.call_instance_helper(Helper::RttTypeNew, &[index]);
        let ty = ty.expect("the helper returns the type");
        let none = self.emit.ins().icmp_imm_u(IntCC::Equal, ty, 0);
        self.trap_if(none, TrapId::CreateRttFailed);
        let place = self.emit.element_address(instance, index, SLOT);
        let flags = self.emit.flags(Region::Instance);
        self.emit.ins().store(flags, ty, place, first as i32);
        let next = self.emit.ins().iadd_imm_u(index, 1);
        self.emit.ins().jump(head, &[next.into()]);
        self.emit.builder.seal_block(head);
        self.emit.continue_in(done);
    }

    fn run(&mut self, step: Step<'a, 'a>) -> Result<(), Error> {
        match step {
            Step::Initialiser(Initialiser::Global(global, value)) => {
                let value = self.value_of(value)?;
                self.emit.store_global(*global, value);
            }
            Step::Initialiser(Initialiser::Table(table, value)) => {
                let value = self.value_of(value)?;
                let size = self.env.module.tables[*table as usize].initial;
                let [table, start, size] = [*table, 0, size]
                    .map(|number| self.emit.ins().iconst(types::I32, i64::from(number)));
                self.call_instance_helper(Helper::TableFill, &[table, size, value, start]);
            }
            Step::Initialiser(Initialiser::Segment(segment)) => {
                let segment = &self.env.module.objects.segments[*segment as usize];
                let ObjectMode::Active(table, offset) = &segment.mode else { return Ok(()) };
                self.copy_active(segment, *table, offset)?;
            }
            Step::Passive(segment) => {
                let table = self.env.collector().segments[segment as usize];
                let table = table.expect("a passive segment has a table");
                let (base, offset) = self.emit.added_table(table);
                let segment = &self.env.module.objects.segments[segment as usize];
                self.store_items(&segment.items, base, offset)?;
            }
        }
        Ok(())
    }

    /// Copies an active segment to its table.
    fn copy_active(
        &mut self,
        segment: &'a Segment<'a>,
        table: u32,
        offset: &ConstExpr<'a>,
    ) -> Result<(), Error> {
        let start = self.value_of(offset)?;
        let start = self.table_index(table, start);
        let length = self.emit.ins().iconst(types::I32, segment.items.len() as i64);
        let size = self.emit.table_elements(table);
        self.check_part(start, length, size, TrapId::OutOfBoundsTableAccess);
        let instance = self.emit.module_instance();
        let base = self.emit.element_address(instance, start, SLOT);
        self.store_items(&segment.items, base, self.emit.table_elements_offset(table))
    }

    /// Computes elements, and stores them one after the other.
    fn store_items(
        &mut self,
        items: &'a Items<'a>,
        base: Value,
        mut offset: u32,
    ) -> Result<(), Error> {
        for index in 0..items.len() {
            let value = match items {
                Items::Functions(functions) => self.function_object(functions[index]),
                Items::Expressions(expressions) => self.value_of(&expressions[index])?,
            };
            let flags = self.emit.flags(Region::Table);
            self.emit.ins().store(flags, value, base, offset as i32);
            offset += SLOT;
        }
        Ok(())
    }

    /// The value of a constant expression, which was validated.
    fn value_of(&mut self, expr: &ConstExpr<'a>) -> Result<Value, Error> {
        let mut reader = expr.get_operators_reader();
        loop {
            let (operator, offset) = reader.read_with_offset().map_err(refused)?;
            if matches!(operator, Operator::End) {
                return Ok(self.pop());
            }
            self.constant_operator(&operator)
                .ok_or_else(|| Error::unsupported("operator in a constant expression"))
                .map_err(|error| error.at(offset as usize))?;
        }
    }

    /// Lowers an operator of a constant expression; `None` for others.
    fn constant_operator(&mut self, operator: &Operator<'a>) -> Option<()> {
        use crate::wasm::ConstExpr as Constant;
        let constant = match *operator {
            Operator::I32Const { value } => Constant::I32(value),
            Operator::I64Const { value } => Constant::I64(value),
            Operator::F32Const { value } => Constant::F32(value.bits()),
            Operator::F64Const { value } => Constant::F64(value.bits()),
            Operator::V128Const { value } => Constant::V128(*value.bytes()),
            _ => return self.constant_computation(operator),
        };
        let value = self.emit.constant_expr(&constant)?;
        self.push(value);
        Some(())
    }

    fn constant_computation(&mut self, operator: &Operator<'a>) -> Option<()> {
        match *operator {
            Operator::GlobalGet { global_index } => {
                let value = self.emit.load_global(global_index);
                self.push(value);
            }
            Operator::RefFunc { function_index } => {
                let value = self.function_object(function_index);
                self.push(value);
            }
            Operator::RefNull { .. } => {
                let null = self.emit.ins().iconst(POINTER, 0);
                self.push(null);
            }
            Operator::StructNew { struct_type_index } => self.struct_new(struct_type_index),
            Operator::StructNewDefault { struct_type_index } => {
                self.struct_new_default(struct_type_index);
            }
            Operator::ArrayNew { array_type_index } => self.array_new(array_type_index),
            Operator::ArrayNewDefault { array_type_index } => {
                self.array_new_default(array_type_index);
            }
            Operator::ArrayNewFixed { array_type_index, array_size } => {
                self.array_new_fixed(array_type_index, array_size);
            }
            Operator::RefI31 => self.ref_i31(),
            Operator::AnyConvertExtern => self.any_convert_extern(),
            Operator::ExternConvertAny => self.extern_convert_any(),
            _ => return self.constant_arithmetic(operator),
        }
        Some(())
    }

    fn constant_arithmetic(&mut self, operator: &Operator<'a>) -> Option<()> {
        let (first, second) = self.pop2();
        let ins = self.emit.ins();
        let value = match operator {
            Operator::I32Add | Operator::I64Add => ins.iadd(first, second),
            Operator::I32Sub | Operator::I64Sub => ins.isub(first, second),
            Operator::I32Mul | Operator::I64Mul => ins.imul(first, second),
            _ => return None,
        };
        self.push(value);
        Some(())
    }
}
