//! Keeps references from being null, and indexes and lengths small, in modules with garbage collection.
//!
//! wasm-smith's references are nearly always null, and its indexes any number, so nearly every access of a structure
//! or an array traps. Here, half of the nulls become new objects, and an operator that needs an object gets a new one
//! instead of null. This works for all types that have default values.
//!
//! Invariants: those of `steer.rs`.

use wasm_encoder::{
    AbstractHeapType, BlockType, CompositeInnerType, FieldType, Function, HeapType, Instruction,
    RefType, StorageType, SubType, ValType,
};
use wasmparser::Operator;

/// How many locals of each type there are for the operands of an operator.
const SLOTS: u32 = 3;
/// Indexes stay below this.
const INDEX_MASK: i32 = 3;
/// Lengths stay below this.
pub(super) const LENGTH_MASK: i32 = 15;

/// The types of a module whose values are objects.
#[derive(Default)]
pub(super) struct Objects {
    /// By type index.
    shapes: Vec<Shape>,
    /// The types of locals that [`Objects::before`] uses.
    locals: Vec<ValType>,
}

/// What a type is.
struct Shape {
    /// The types of its fields or elements.
    fields: Vec<ValType>,
    /// The code that makes an object with default values, if all of them have one.
    fresh: Option<Vec<Instruction<'static>>>,
    /// Which of the types that all of its kind have in common is its supertype.
    kind: AbstractHeapType,
}

/// An operand.
#[derive(Clone, Copy)]
enum Operand {
    /// A number that must be small.
    Index,
    /// An object that must not be null.
    Object(HeapType),
    /// Any value of this type.
    Value(ValType),
}

impl Operand {
    fn ty(self) -> ValType {
        match self {
            Self::Index => ValType::I32,
            Self::Object(heap_type) => ValType::Ref(RefType { nullable: true, heap_type }),
            Self::Value(ty) => nullable(ty),
        }
    }
}

impl Objects {
    /// Adds the next type of the module.
    pub(super) fn add_type(&mut self, ty: &SubType) {
        let index = self.shapes.len() as u32;
        let (fields, kind) = match &ty.composite_type.inner {
            CompositeInnerType::Struct(ty) => (&ty.fields[..], AbstractHeapType::Struct),
            CompositeInnerType::Array(ty) => (std::slice::from_ref(&ty.0), AbstractHeapType::Array),
            CompositeInnerType::Func(_) | CompositeInnerType::Cont(_) => {
                (&[][..], AbstractHeapType::Func)
            }
        };
        let fields: Vec<ValType> = fields.iter().map(unpacked).collect();
        let has_defaults = fields.iter().all(|&ty| ty == nullable(ty));
        let make = match kind {
            AbstractHeapType::Struct => vec![Instruction::StructNewDefault(index)],
            AbstractHeapType::Array => {
                vec![Instruction::I32Const(INDEX_MASK), Instruction::ArrayNewDefault(index)]
            }
            _ => Vec::new(),
        };
        let others = [ValType::I32, ValType::Ref(RefType::ARRAYREF), ValType::Ref(RefType::I31REF)];
        fields.iter().chain(&others).for_each(|&ty| self.add_local(ty));
        if kind != AbstractHeapType::Func {
            self.add_local(Operand::Object(HeapType::Concrete(index)).ty());
        }
        let fresh = (has_defaults && !make.is_empty()).then_some(make);
        self.shapes.push(Shape { fields, fresh, kind });
    }

    /// Provides for values of type `ty`.
    pub(super) fn add_local(&mut self, ty: ValType) {
        if !self.locals.contains(&nullable(ty)) {
            self.locals.push(nullable(ty));
        }
    }

    /// The groups of locals to add to a function after all others.
    pub(super) fn temporaries(&self) -> impl Iterator<Item = (u32, ValType)> {
        self.locals.iter().map(|&ty| (SLOTS, ty))
    }

    /// Inserts code before `operator`. Returns false if that is not one of those that need objects or indexes of
    /// arrays and tables. The element types of the module's tables are `tables`, and the locals start at `first`.
    pub(super) fn before(
        &self,
        function: &mut Function,
        operator: &Operator<'_>,
        tables: &[ValType],
        first: u32,
    ) -> bool {
        let Some(operands) = self.operands(operator, tables) else { return false };
        let mut used = vec![0; self.locals.len()];
        let mut saved = Vec::new();
        for &operand in operands.iter().rev() {
            if matches!(operand, Operand::Index) {
                small(function, INDEX_MASK);
            }
            let position = self.locals.iter().position(|&ty| ty == operand.ty());
            let position = position.expect("there are locals of all types of operands");
            let local = first + position as u32 * SLOTS + used[position];
            used[position] += 1;
            function.instruction(&Instruction::LocalSet(local));
            saved.push((operand, local));
        }
        for &(operand, local) in saved.iter().rev() {
            self.push_again(function, operand, local);
        }
        true
    }

    /// Pushes an operand from `local`, or a new object if it is null.
    fn push_again(&self, function: &mut Function, operand: Operand, local: u32) {
        let get = Instruction::LocalGet(local);
        if let Operand::Object(heap_type) = operand
            && let Some(fresh) = self.fresh(heap_type)
        {
            let result = ValType::Ref(RefType { nullable: false, heap_type });
            function.instruction(&Instruction::Block(BlockType::Result(result)));
            function.instruction(&get).instruction(&Instruction::BrOnNonNull(0));
            for instruction in &fresh {
                function.instruction(instruction);
            }
            function.instruction(&Instruction::End);
            return;
        }
        function.instruction(&get);
        if let Operand::Value(ty) = operand
            && ty != nullable(ty)
        {
            function.instruction(&Instruction::RefAsNonNull);
        }
    }

    /// What the operator takes, the topmost last.
    fn operands(&self, operator: &Operator<'_>, tables: &[ValType]) -> Option<Vec<Operand>> {
        use Operand::{Index, Object, Value};
        let object = |index: u32| Object(HeapType::Concrete(index));
        let field = |ty: u32, index: u32| Value(self.shapes[ty as usize].fields[index as usize]);
        let element = |table: u32| Value(tables[table as usize]);
        Some(match *operator {
            Operator::StructGet { struct_type_index: ty, .. }
            | Operator::StructGetS { struct_type_index: ty, .. }
            | Operator::StructGetU { struct_type_index: ty, .. } => vec![object(ty)],
            Operator::StructSet { struct_type_index: ty, field_index } => {
                vec![object(ty), field(ty, field_index)]
            }
            Operator::ArrayNewData { .. } | Operator::ArrayNewElem { .. } => vec![Index; 2],
            Operator::ArrayLen => vec![Object(RefType::ARRAYREF.heap_type)],
            Operator::ArrayGet { array_type_index: ty }
            | Operator::ArrayGetS { array_type_index: ty }
            | Operator::ArrayGetU { array_type_index: ty } => vec![object(ty), Index],
            Operator::ArraySet { array_type_index: ty } => vec![object(ty), Index, field(ty, 0)],
            Operator::ArrayFill { array_type_index: ty } => {
                vec![object(ty), Index, field(ty, 0), Index]
            }
            Operator::ArrayCopy { array_type_index_dst: to, array_type_index_src: from } => {
                vec![object(to), Index, object(from), Index, Index]
            }
            Operator::ArrayInitData { array_type_index: ty, .. }
            | Operator::ArrayInitElem { array_type_index: ty, .. } => {
                vec![object(ty), Index, Index, Index]
            }
            Operator::I31GetS | Operator::I31GetU => vec![Object(HeapType::I31)],
            Operator::TableGet { .. }
            | Operator::CallIndirect { .. }
            | Operator::ReturnCallIndirect { .. } => vec![Index],
            Operator::TableSet { table } => vec![Index, element(table)],
            Operator::TableFill { table } => vec![Index, element(table), Index],
            Operator::TableCopy { .. } | Operator::TableInit { .. } => vec![Index; 3],
            _ => return None,
        })
    }

    /// Code that makes an object of a type.
    pub(super) fn fresh(&self, ty: HeapType) -> Option<Vec<Instruction<'static>>> {
        let number = || vec![Instruction::I32Const(-7), Instruction::RefI31];
        match ty {
            HeapType::Concrete(index) => self.shapes[index as usize].fresh.clone(),
            HeapType::I31 => Some(number()),
            _ if ty == RefType::ANYREF.heap_type || ty == RefType::EQREF.heap_type => {
                Some(number())
            }
            HeapType::EXTERN => {
                let shape = self.shapes.iter().find_map(|shape| shape.fresh.clone());
                let object = shape.unwrap_or_else(number);
                Some([object, vec![Instruction::ExternConvertAny]].concat())
            }
            HeapType::Abstract { ty, .. } => {
                let mut shapes = self.shapes.iter().filter(|shape| shape.kind == ty);
                shapes.find_map(|shape| shape.fresh.clone())
            }
            HeapType::Exact(_) => None,
        }
    }
}

/// Makes the length on the stack small.
pub(super) fn short(function: &mut Function) {
    small(function, LENGTH_MASK);
}

fn small(function: &mut Function, mask: i32) {
    function.instruction(&Instruction::I32Const(mask)).instruction(&Instruction::I32And);
}

fn unpacked(field: &FieldType) -> ValType {
    match field.element_type {
        StorageType::I8 | StorageType::I16 => ValType::I32,
        StorageType::Val(ty) => ty,
    }
}

/// The type that also has null.
fn nullable(ty: ValType) -> ValType {
    match ty {
        ValType::Ref(ty) => ValType::Ref(RefType { nullable: true, ..ty }),
        other => other,
    }
}
