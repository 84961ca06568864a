//! Function bodies of dense modules: statements, and expressions of a given type.

use wasm_encoder::{
    BlockType, Function, HeapType, Instruction as I, MemArg, MemArgTarget, RefType, ValType,
};

use super::operators::{LOADS, OperatorChoice, PARTIAL, STORES, TOTAL};
use super::{Outline, PASSIVE_SEGMENTS, shapes};
use crate::random::Random;

/// Statements and operators of a body; those already started are finished.
const BODY_SIZE: usize = 160;
/// Nesting of expressions and statements.
const MAX_DEPTH: usize = 7;
/// Masks an address so that nearly all accesses are inside the first page.
const ADDRESS_MASK: i32 = 0xfff8;
/// Declared locals of each type; one of each is for [`Body::canonicalise`] alone.
const LOCALS_PER_TYPE: u32 = 3;

/// A body in the making.
pub(super) struct Body<'a> {
    pub(super) outline: &'a Outline,
    pub(super) random: &'a mut Random,
    function: Function,
    /// Types of parameters and declared locals.
    locals: Vec<ValType>,
    results: &'a [ValType],
    /// What each label takes, innermost last; the first is the function's own.
    pub(super) labels: Vec<Vec<ValType>>,
    /// Positions, in `labels`, of the legacy `try`s in whose handlers the code is.
    pub(super) handlers: Vec<usize>,
    size: usize,
    depth: usize,
}

impl<'a> Body<'a> {
    /// Generates the body of function `index`.
    pub(super) fn generate(outline: &'a Outline, index: u32, random: &'a mut Random) -> Function {
        let (params, results) = outline.signature(index);
        let types = outline.value_types.iter();
        let declared: Vec<_> = types.map(|&ty| (LOCALS_PER_TYPE, ty)).collect();
        let mut locals = params.clone();
        for &(count, ty) in &declared {
            locals.extend((0..count).map(|_| ty));
        }
        let mut body = Body {
            outline,
            random,
            function: Function::new(declared),
            locals,
            results,
            labels: vec![results.clone()],
            handlers: Vec::new(),
            size: BODY_SIZE,
            depth: 0,
        };
        body.burn_fuel();
        while body.size > 0 {
            body.statement();
        }
        body.expressions(results);
        body.emit(I::End);
        body.function
    }

    pub(super) fn emit(&mut self, instruction: I<'_>) {
        self.size = self.size.saturating_sub(1);
        self.function.instruction(&instruction);
    }

    pub(super) fn chance(&mut self, one_in: usize) -> bool {
        self.random.below(one_in) == 0
    }

    /// Traps if the fuel is used up.
    fn burn_fuel(&mut self) {
        let fuel = self.outline.fuel();
        self.emit(I::GlobalGet(fuel));
        self.emit(I::I32Eqz);
        self.emit(I::If(BlockType::Empty));
        self.emit(I::Unreachable);
        self.emit(I::End);
        self.emit(I::GlobalGet(fuel));
        self.emit(I::I32Const(1));
        self.emit(I::I32Sub);
        self.emit(I::GlobalSet(fuel));
    }

    pub(super) fn statement(&mut self) {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.assign();
        } else if let Some(encoding) = self.outline.proposals.exceptions
            && self.chance(5)
        {
            self.exception_statement(encoding);
        } else if self.outline.proposals.collection && self.chance(3) {
            self.object_statement();
        } else {
            match self.random.below(22) {
                0..=4 => self.store(),
                5..=7 => self.assign(),
                8 | 9 => self.assign_global(),
                10 | 11 => self.if_statement(),
                12 => self.loop_statement(),
                13 => self.switch(),
                14 => self.branch_if(),
                15 => self.return_if(),
                16 | 17 => self.call_statement(),
                18 => self.bulk_memory(),
                19 | 20 => self.table_statement(),
                _ => self.grow(),
            }
        }
        self.depth -= 1;
    }

    pub(super) fn statements(&mut self) {
        for _ in 0..1 + self.random.below(4) {
            self.statement();
        }
    }

    fn store(&mut self) {
        if self.outline.proposals.vectors && self.chance(3) {
            return self.vector_store();
        }
        if self.outline.proposals.atomics && self.chance(3) {
            return self.atomic_statement();
        }
        let (ty, bytes, instruction) = self.random.choose(STORES);
        self.address();
        self.expression(ty);
        let at = self.mem_arg(bytes);
        self.emit(instruction(at));
    }

    fn assign(&mut self) {
        let (local, ty) = self.any_local();
        self.expression(ty);
        self.emit(I::LocalSet(local));
    }

    fn assign_global(&mut self) {
        let first = self.outline.first_mutable;
        let global = first + self.random.below(self.outline.globals.len() - first as usize) as u32;
        self.expression(self.outline.globals[global as usize]);
        self.emit(I::GlobalSet(global));
    }

    fn if_statement(&mut self) {
        self.expression(ValType::I32);
        self.emit(I::If(BlockType::Empty));
        self.labels.push(Vec::new());
        self.statements();
        if self.chance(2) {
            self.emit(I::Else);
            self.statements();
        }
        self.labels.pop();
        self.emit(I::End);
    }

    /// Loops while a condition holds and there is fuel.
    fn loop_statement(&mut self) {
        self.emit(I::Loop(BlockType::Empty));
        self.labels.push(Vec::new());
        self.burn_fuel();
        self.statements();
        self.expression(ValType::I32);
        self.emit(I::BrIf(0));
        self.labels.pop();
        self.emit(I::End);
    }

    fn switch(&mut self) {
        let cases = 1 + self.random.below(5);
        for _ in 0..cases {
            self.emit(I::Block(BlockType::Empty));
            self.labels.push(Vec::new());
        }
        self.expression(ValType::I32);
        if self.chance(2) {
            self.emit(I::I32Const(7));
            self.emit(I::I32And);
        }
        let targets: Vec<u32> =
            (0..self.random.below(7)).map(|_| self.random.below(cases) as u32).collect();
        let default = self.random.below(cases) as u32;
        self.emit(I::BrTable(targets.into(), default));
        for _ in 0..cases {
            self.labels.pop();
            self.emit(I::End);
            self.statement();
        }
    }

    /// A conditional branch to any enclosing label, with the values that it takes.
    fn branch_if(&mut self) {
        let depth = self.random.below(self.labels.len());
        let types = self.labels[self.labels.len() - 1 - depth].clone();
        self.expressions(&types);
        self.expression(ValType::I32);
        self.emit(I::BrIf(depth as u32));
        for _ in types {
            self.emit(I::Drop);
        }
    }

    fn return_if(&mut self) {
        self.expression(ValType::I32);
        self.emit(I::If(BlockType::Empty));
        self.labels.push(Vec::new());
        if self.outline.proposals.tail_calls && self.tail_call(self.results) {
            self.labels.pop();
            return self.emit(I::End);
        }
        self.expressions(self.results);
        let end = if self.chance(30) { I::Unreachable } else { I::Return };
        self.emit(end);
        self.labels.pop();
        self.emit(I::End);
    }

    fn call_statement(&mut self) {
        let function = self.random.below(self.outline.functions.len()) as u32;
        let results = self.call(function);
        for &ty in results.iter().rev() {
            let local = self.local_of(ty);
            self.emit(I::LocalSet(local));
        }
    }

    /// Calls `function`, mostly directly, and returns the types that it leaves on the stack.
    fn call(&mut self, function: u32) -> &'a [ValType] {
        let outline = self.outline;
        let (params, results) = outline.signature(function);
        self.expressions(params);
        if self.outline.proposals.collection && self.chance(4) {
            self.call_reference(outline.functions[function as usize], false);
        } else if self.chance(10) {
            // Some element; it has this type or the call traps.
            let table = self.random.choose(&[0, 2]);
            self.table_index();
            let type_index = outline.functions[function as usize];
            self.emit(I::CallIndirect { type_index, table_index: table });
        } else {
            self.emit(I::Call(function));
        }
        results
    }

    fn bulk_memory(&mut self) {
        let kind = self.random.below(4);
        if kind == 3 {
            let segment = self.random.below(PASSIVE_SEGMENTS as usize + 1) as u32;
            // Rarely, since nothing can be read from a dropped segment any more.
            return if self.chance(20) { self.emit(I::DataDrop(segment)) } else { self.store() };
        }
        self.address();
        match kind {
            0 => self.expression(ValType::I32),
            1 => self.address(),
            _ => self.short(),
        }
        self.short();
        match kind {
            0 => self.emit(I::MemoryFill(0)),
            1 => self.emit(I::MemoryCopy { src_mem: 0, dst_mem: 0 }),
            _ => {
                let data_index = self.random.below(PASSIVE_SEGMENTS as usize) as u32;
                self.emit(I::MemoryInit { mem: 0, data_index });
            }
        }
    }

    fn grow(&mut self) {
        self.expression(ValType::I32);
        self.emit(I::I32Const(1));
        self.emit(I::I32And);
        self.emit(I::MemoryGrow(0));
        let local = self.local_of(ValType::I32);
        self.emit(I::LocalSet(local));
    }

    pub(super) fn expressions(&mut self, types: &[ValType]) {
        for &ty in types {
            self.expression(ty);
        }
    }

    pub(super) fn expression(&mut self, ty: ValType) {
        self.depth += 1;
        let is_leaf = self.depth > MAX_DEPTH || self.size == 0 || self.chance(5);
        if let ValType::Ref(RefType { nullable: false, heap_type }) = ty {
            if is_leaf { self.fresh(heap_type) } else { self.non_null(heap_type) }
        } else if is_leaf {
            self.leaf(ty);
        } else if let Some(encoding) = self.outline.proposals.exceptions
            && self.chance(12)
        {
            self.try_expression(encoding, ty);
        } else if ty == ValType::EXNREF {
            self.leaf(ty);
        } else if let ValType::Ref(reference) = ty {
            match self.outline.proposals.collection {
                true => self.object_expression(reference),
                false => self.reference(reference),
            }
        } else if !(self.outline.proposals.vectors && self.vector_expression(ty)
            || self.outline.proposals.collection && self.object_read(ty))
        {
            match self.random.below(16) {
                0..=5 => self.operator(ty, TOTAL),
                6 => self.partial(ty),
                7 | 8 => self.load(ty),
                9 => self.select(ty),
                10 => self.if_expression(ty),
                11 => self.block_expression(ty),
                12 => self.tee(ty),
                13 => self.call_expression(ty),
                14 if ty == ValType::I32 => self.query(),
                _ => self.leaf(ty),
            }
        }
        self.depth -= 1;
    }

    pub(super) fn leaf(&mut self, ty: ValType) {
        match self.random.below(4) {
            0 => self.constant(ty),
            1 => {
                let globals = self.outline.globals.iter().zip(0..);
                let globals: Vec<u32> =
                    globals.filter(|(other, _)| **other == ty).map(|(_, index)| index).collect();
                if globals.is_empty() {
                    return self.constant(ty);
                }
                let global = self.random.choose(&globals);
                self.emit(I::GlobalGet(global));
            }
            _ => {
                let local = self.local_of(ty);
                self.emit(I::LocalGet(local));
            }
        }
    }

    fn constant(&mut self, ty: ValType) {
        let bits = match self.random.below(4) {
            0 => self.random.next_u64(),
            1 => u64::MAX,
            2 => 1 << self.random.below(64),
            _ => self.random.below(70) as u64,
        };
        let number = self.random.choose(&[0.0, -0.0, 1.0, -2.5, 1e10, f64::INFINITY, f64::NAN]);
        let function = bits as u32 % self.outline.functions.len() as u32;
        self.emit(match ty {
            ValType::I32 => I::I32Const(bits as i32),
            ValType::I64 => I::I64Const(bits.cast_signed()),
            ValType::F32 => I::F32Const((number as f32).into()),
            ValType::F64 => I::F64Const(number.into()),
            ValType::V128 => I::V128Const(i128::from(bits.cast_signed()) << 64 | i128::from(!bits)),
            ValType::FUNCREF if bits % 4 != 0 => I::RefFunc(function),
            ValType::FUNCREF => I::RefNull(HeapType::FUNC),
            ValType::EXNREF => I::RefNull(RefType::EXNREF.heap_type),
            ValType::Ref(ty) if self.outline.proposals.collection && bits % 4 != 0 => {
                return self.fresh(ty.heap_type);
            }
            ValType::Ref(ty) => I::RefNull(ty.heap_type),
        });
    }

    pub(super) fn operator(&mut self, ty: ValType, from: &'static [OperatorChoice]) {
        let fits =
            |operator: &&OperatorChoice| operator.gives == ty && self.outline.takes(operator);
        let fitting: Vec<&OperatorChoice> = from.iter().filter(fits).collect();
        if fitting.is_empty() {
            return self.leaf(ty);
        }
        let operator = self.random.choose(&fitting);
        self.expressions(operator.takes);
        self.emit(operator.instruction.clone());
        self.canonicalise(ty);
    }

    /// An operator that may trap; a divisor is mostly not zero.
    fn partial(&mut self, ty: ValType) {
        let fitting: Vec<&OperatorChoice> = PARTIAL.iter().filter(|op| op.gives == ty).collect();
        if fitting.is_empty() {
            return self.operator(ty, TOTAL);
        }
        let operator = self.random.choose(&fitting);
        let often_right = !self.chance(60);
        match operator.takes {
            [ValType::I32, _] => {
                self.expressions(operator.takes);
                if often_right {
                    self.emit(I::I32Const(1));
                    self.emit(I::I32Or);
                }
            }
            [ValType::I64, _] => {
                self.expressions(operator.takes);
                if often_right {
                    self.emit(I::I64Const(1));
                    self.emit(I::I64Or);
                }
            }
            [from] if often_right => {
                // A small number, never negative.
                self.expression(ValType::I32);
                self.emit(I::I32Const(0xffff));
                self.emit(I::I32And);
                let is_f32 = *from == ValType::F32;
                self.emit(if is_f32 { I::F32ConvertI32S } else { I::F64ConvertI32S });
            }
            takes => self.expressions(takes),
        }
        self.emit(operator.instruction.clone());
    }

    fn load(&mut self, ty: ValType) {
        if self.outline.proposals.atomics && self.atomic_expression(ty) {
            return;
        }
        let fitting: Vec<_> = LOADS.iter().filter(|load| load.0 == ty).collect();
        if fitting.is_empty() {
            return self.leaf(ty);
        }
        let (_, bytes, instruction) = *self.random.choose(&fitting);
        self.address();
        let at = self.mem_arg(bytes);
        self.emit(instruction(at));
    }

    pub(super) fn select(&mut self, ty: ValType) {
        self.expressions(&[ty, ty, ValType::I32]);
        // References need the typed form.
        let typed = matches!(ty, ValType::Ref(_)) || self.chance(3);
        self.emit(if typed { I::TypedSelect(ty) } else { I::Select });
    }

    /// An `if` with a parameter, sometimes.
    pub(super) fn if_expression(&mut self, ty: ValType) {
        let parameter = ty == ValType::I32 && self.chance(2);
        let pair = |(params, results): &(Vec<ValType>, Vec<ValType>)| {
            *params == [ValType::I32] && *results == [ValType::I32]
        };
        let with_parameter = self.outline.types.iter().position(pair).filter(|_| parameter);
        if let Some(index) = with_parameter {
            self.expressions(&[ValType::I32, ValType::I32]);
            self.emit(I::If(BlockType::FunctionType(index as u32)));
            self.emit(I::Drop);
        } else {
            self.expression(ValType::I32);
            self.emit(I::If(BlockType::Result(ty)));
        }
        self.labels.push(vec![ty]);
        self.statement();
        self.expression(ty);
        if with_parameter.is_none() || self.chance(2) {
            self.emit(I::Else);
            if with_parameter.is_some() {
                self.emit(I::Drop);
            }
            self.expression(ty);
        }
        self.labels.pop();
        self.emit(I::End);
    }

    pub(super) fn block_expression(&mut self, ty: ValType) {
        self.emit(I::Block(BlockType::Result(ty)));
        self.labels.push(vec![ty]);
        self.statement();
        self.expression(ty);
        if self.chance(2) {
            self.expression(ValType::I32);
            self.emit(I::BrIf(0));
            self.emit(I::Drop);
            self.expression(ty);
        }
        self.labels.pop();
        self.emit(I::End);
    }

    pub(super) fn tee(&mut self, ty: ValType) {
        self.expression(ty);
        let local = self.local_of(ty);
        self.emit(I::LocalTee(local));
    }

    /// A call whose first result has type `ty`; other results are dropped.
    pub(super) fn call_expression(&mut self, ty: ValType) {
        let gives = |index: &u32| self.outline.signature(*index).1.first() == Some(&ty);
        let fitting: Vec<u32> = (0..self.outline.functions.len() as u32).filter(gives).collect();
        if fitting.is_empty() {
            return self.leaf(ty);
        }
        let function = self.random.choose(&fitting);
        for _ in self.call(function).iter().skip(1) {
            self.emit(I::Drop);
        }
    }

    /// Something about the state of the instance.
    fn query(&mut self) {
        match self.random.below(3) {
            0 => self.emit(I::MemorySize(0)),
            1 => {
                let table = self.random.below(self.outline.tables.len()) as u32;
                self.emit(I::TableSize(table));
            }
            _ => {
                let ty = self.random.choose(&[ValType::FUNCREF, ValType::EXTERNREF]);
                self.expression(ty);
                self.emit(I::RefIsNull);
            }
        }
    }

    /// An address; sometimes any number.
    pub(super) fn address(&mut self) {
        self.expression(ValType::I32);
        if !self.chance(500) {
            self.emit(I::I32Const(ADDRESS_MASK));
            self.emit(I::I32And);
        }
    }

    pub(super) fn mem_arg(&mut self, bytes: u32) -> MemArg {
        let offset = match self.random.below(1000) {
            0 => self.random.next_u64() & 0xffff_ffff,
            1..=200 => self.random.below(0x1_0000) as u64 & 0xfff,
            _ => self.random.below(8) as u64,
        };
        MemArg {
            offset,
            align: self.random.below(bytes.ilog2() as usize + 1) as u32,
            target: MemArgTarget::Memory(0),
            ordering: None,
        }
    }

    /// A short length.
    pub(super) fn short(&mut self) {
        self.expression(ValType::I32);
        let mask = if self.chance(100) { 0xff } else { 7 };
        self.emit(I::I32Const(mask));
        self.emit(I::I32And);
    }

    fn any_local(&mut self) -> (u32, ValType) {
        let ty = self.random.choose(&self.outline.value_types);
        (self.local_of(ty), ty)
    }

    /// A local that takes values of type `ty`, but not the last, which [`Body::canonicalise`] uses.
    pub(super) fn local_of(&mut self, ty: ValType) -> u32 {
        let ty = shapes::nullable(ty);
        let locals = self.locals.iter().zip(0..).filter(|(other, _)| **other == ty);
        let mut locals: Vec<u32> = locals.map(|(_, index)| index).collect();
        locals.pop();
        self.random.choose(&locals)
    }

    /// The last local of type `ty`.
    pub(super) fn reserved_local(&self, ty: ValType) -> u32 {
        let last = self.locals.iter().rposition(|other| *other == ty);
        last.expect("there are locals of each type") as u32
    }

    /// Replaces any NaN on the stack by the canonical one.
    fn canonicalise(&mut self, ty: ValType) {
        let (nan, compare) = match ty {
            ValType::F32 => (I::F32Const(f32::NAN.into()), I::F32Ne),
            ValType::F64 => (I::F64Const(f64::NAN.into()), I::F64Ne),
            _ => return,
        };
        let temporary = self.reserved_local(ty);
        self.emit(I::LocalSet(temporary));
        self.emit(nan);
        self.emit(I::LocalGet(temporary));
        self.emit(I::LocalGet(temporary));
        self.emit(I::LocalGet(temporary));
        self.emit(compare);
        self.emit(I::Select);
    }
}
